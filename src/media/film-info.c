/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/film-private.h"

#include <gst/video/video.h>

#include "media/matroska.h"

/* What the tag of the stream does to the picture. */
static void
read_orientation (const GstTagList *tags, MienMediaInfo *info)
{
  GstVideoOrientationMethod method;

  if (!gst_video_orientation_from_tag ((GstTagList *) tags, &method))
    return;
  switch (method)
    {
    case GST_VIDEO_ORIENTATION_90R:
    case GST_VIDEO_ORIENTATION_UL_LR:
      info->rotation = 90;
      break;
    case GST_VIDEO_ORIENTATION_180:
    case GST_VIDEO_ORIENTATION_VERT:
      info->rotation = 180;
      break;
    case GST_VIDEO_ORIENTATION_90L:
    case GST_VIDEO_ORIENTATION_UR_LL:
      info->rotation = 270;
      break;
    default:
      info->rotation = 0;
    }
  info->is_mirrored = method == GST_VIDEO_ORIENTATION_HORIZ || method == GST_VIDEO_ORIENTATION_VERT
                      || method == GST_VIDEO_ORIENTATION_UL_LR
                      || method == GST_VIDEO_ORIENTATION_UR_LL;
}

static void
append_tag (const GstTagList *tags, const char *tag, gpointer data)
{
  const GValue *value = gst_tag_list_get_value_index (tags, tag, 0);
  g_autofree char *text = NULL;

  /* Pictures and private blocks are nothing to read. */
  if (value == NULL || G_VALUE_TYPE (value) == GST_TYPE_SAMPLE)
    return;
  text = G_VALUE_HOLDS_STRING (value) ? g_value_dup_string (value) : gst_value_serialize (value);
  if (text != NULL && g_utf8_validate (text, -1, NULL))
    g_string_append_printf (data, "%s: %s\n", gst_tag_get_nick (tag), text);
}

static void
read_tags (GstPad *pad, MienMediaInfo *info)
{
  GString *text = g_string_new (NULL);
  GstEvent *event;

  for (guint i = 0; (event = gst_pad_get_sticky_event (pad, GST_EVENT_TAG, i)) != NULL; i++)
    {
      GstTagList *tags;

      gst_event_parse_tag (event, &tags);
      gst_tag_list_foreach (tags, append_tag, text);
      read_orientation (tags, info);
      gst_event_unref (event);
    }
  info->tags = g_string_free (text, FALSE);
}

static void
read_format (GstPad *pad, MienMediaInfo *info)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo video;
  GstVideoTransferFunction transfer;

  if (caps == NULL || !gst_video_info_from_caps (&video, caps))
    gst_video_info_init (&video);
  transfer = video.colorimetry.transfer;
  info->coded_width = GST_VIDEO_INFO_WIDTH (&video);
  info->coded_height = GST_VIDEO_INFO_HEIGHT (&video);
  info->par_n = GST_VIDEO_INFO_PAR_N (&video);
  info->par_d = GST_VIDEO_INFO_PAR_D (&video);
  info->rate_n = GST_VIDEO_INFO_FPS_N (&video);
  info->rate_d = MAX (GST_VIDEO_INFO_FPS_D (&video), 1);
  info->is_interlaced = GST_VIDEO_INFO_IS_INTERLACED (&video);
  info->has_alpha = GST_VIDEO_INFO_HAS_ALPHA (&video);
  info->bit_depth =
      GST_VIDEO_INFO_N_COMPONENTS (&video) > 0 ? GST_VIDEO_INFO_COMP_DEPTH (&video, 0) : 0;
  info->is_hdr =
      transfer == GST_VIDEO_TRANSFER_SMPTE2084 || transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67;
  info->pixel_format = g_strdup (gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&video)));
  info->colorimetry = gst_video_colorimetry_to_string (&video.colorimetry);
  if (info->colorimetry == NULL)
    info->colorimetry = g_strdup ("");
}

static void
read_streams (MienFilm *self, MienMediaInfo *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  info->n_streams = self->streams->len;
  info->streams = g_new0 (MienStreamInfo, MAX (info->n_streams, 1));
  for (guint i = 0; i < info->n_streams; i++)
    {
      const MienStreamInfo *stream = &g_array_index (self->streams, MienStreamInfo, i);

      info->streams[i] = *stream;
      info->streams[i].codec = g_strdup (stream->codec);
      info->streams[i].caps = g_strdup (stream->caps);
      info->has_audio |= stream->kind == MIEN_STREAM_AUDIO;
    }
  info->container = g_strdup (self->container != NULL ? self->container : self->input->type);
}

gboolean
mien_film_is_matroska (MienFilm *self)
{
  return g_str_equal (self->input->type, "video/x-matroska")
         || g_str_equal (self->input->type, "video/webm");
}

void
mien_film_fill_info (MienFilm *self, MienMediaInfo *info)
{
  /* The ghost pad keeps what came; the inner one has the caps as they were completed. */
  GstPad *pad = gst_element_get_static_pad (self->conform, "sink");
  GstPad *inner = gst_ghost_pad_get_target (GST_GHOST_PAD (pad));
  gint64 duration = -1;

  info->kind = self->input->kind;
  info->path = g_strdup (self->input->path);
  info->bytes = self->input->bytes;
  info->width = self->first->image.width;
  info->height = self->first->image.height;
  info->n_frames = -1;
  read_format (inner, info);
  read_tags (pad, info);
  read_streams (self, info);
  gst_object_unref (pad);
  gst_object_unref (inner);
  if (info->kind == MIEN_MEDIA_IMAGE)
    {
      info->n_frames = 1;
      info->is_count_exact = TRUE;
      return;
    }
  info->duration_ns =
      gst_element_query_duration (self->pipeline, GST_FORMAT_TIME, &duration) ? duration : -1;
  /* Where it is not written down, GStreamer's demuxer says where the last cluster begins. */
  if (mien_film_is_matroska (self))
    {
      gint64 end = mien_matroska_find_end (self->input->path);

      self->is_length_guessed = end > 0;
      info->duration_ns = MAX (info->duration_ns, end);
    }
  if (info->duration_ns > 0 && info->rate_n > 0)
    info->n_frames = MAX (1, (gint64) gst_util_uint64_scale_round (
                                 (guint64) info->duration_ns, (guint64) info->rate_n,
                                 (guint64) info->rate_d * GST_SECOND));
}
