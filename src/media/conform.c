/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/conform.h"

#include <gst/app/gstappsink.h>

#include "media/pixels.h"
#include "media/tone.h"

/* What the two probes of one bin share. They run in the one streaming thread of the bin. */
typedef struct
{
  MienFramePixels pixels;
  GstElement *format_filter; /* borrowed from the bin, which outlives the probes */
  GstElement *size_filter;
  gboolean has_alpha;                /* of the pictures that come in */
  GstVideoTransferFunction transfer; /* of those too */
  MienTone tone;
  GstVideoInfo info; /* of the pictures between the two filters */
} Conform;

/* The format that loses least of what a detector looks at, and needs no conversion if possible. */
static const char *
choose_format (MienFramePixels pixels, const GstVideoInfo *in, gboolean has_alpha)
{
  GstVideoFormat format = GST_VIDEO_INFO_FORMAT (in);

  if (pixels == MIEN_FRAME_RGBX || has_alpha)
    return "RGBA";
  switch (format)
    {
    case GST_VIDEO_FORMAT_NV12:
      return "NV12";
    case GST_VIDEO_FORMAT_GRAY8:
      return in->colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235 ? "I420" : "GRAY8";
    default:
      return GST_VIDEO_INFO_IS_RGB (in) ? "RGB" : "I420";
    }
}

static void
set_filter (GstElement *filter, GstCaps *caps)
{
  g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
}

/* A stream that says full range but not which matrix: GStreamer drops both then. Fills in the usual
 * matrix, so that the range is not lost. NULL when nothing has to be done. */
static GstCaps *
complete_colorimetry (GstCaps *caps, const GstVideoInfo *info)
{
  const char *text = gst_structure_get_string (gst_caps_get_structure (caps, 0), "colorimetry");
  GstVideoColorimetry color;
  g_autofree char *completed = NULL;
  GstCaps *copy;

  if (text == NULL || !GST_VIDEO_INFO_IS_YUV (info)
      || !gst_video_colorimetry_from_string (&color, text)
      || color.matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN
      || color.range == GST_VIDEO_COLOR_RANGE_UNKNOWN)
    return NULL;
  /* The info has the defaults for this size of picture. */
  color.matrix = info->colorimetry.matrix;
  completed = gst_video_colorimetry_to_string (&color);
  copy = gst_caps_copy (caps);
  gst_caps_set_simple (copy, "colorimetry", G_TYPE_STRING, completed, NULL);
  return copy;
}

/* Before the converter: sees what the decoder gives and says what is wanted of it. */
static GstPadProbeReturn
see_input_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  Conform *self = data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (probe);
  GstVideoInfo info;
  GstCaps *caps;
  g_autoptr (GstCaps) completed = NULL;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (!gst_video_info_from_caps (&info, caps))
    return GST_PAD_PROBE_OK;
  self->has_alpha = GST_VIDEO_INFO_HAS_ALPHA (&info);
  self->transfer = info.colorimetry.transfer;
  set_filter (self->format_filter,
              gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
                                   choose_format (self->pixels, &info, self->has_alpha), NULL));
  completed = complete_colorimetry (caps, &info);
  if (completed != NULL)
    {
      gst_event_unref (event);
      GST_PAD_PROBE_INFO_DATA (probe) = gst_event_new_caps (completed);
    }
  return GST_PAD_PROBE_OK;
}

/* Pixels become square by making the picture larger, never smaller. Rounds to the nearest. */
static void
ask_square (Conform *self)
{
  gint64 par_n = GST_VIDEO_INFO_PAR_N (&self->info);
  gint64 par_d = GST_VIDEO_INFO_PAR_D (&self->info);
  gint64 width = GST_VIDEO_INFO_WIDTH (&self->info);
  gint64 height = GST_VIDEO_INFO_HEIGHT (&self->info);

  if (par_n <= 0 || par_d <= 0 || par_n == par_d)
    {
      set_filter (self->size_filter, gst_caps_new_any ());
      return;
    }
  if (par_n > par_d)
    width = (width * par_n + par_d / 2) / par_d;
  else
    height = (height * par_d + par_n / 2) / par_n;
  set_filter (self->size_filter,
              gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
                                   (int) CLAMP (width, 1, 32767), "height", G_TYPE_INT,
                                   (int) CLAMP (height, 1, 32767), "pixel-aspect-ratio",
                                   GST_TYPE_FRACTION, 1, 1, NULL));
}

/* After the converter the pictures are of 8 bit in few formats; what comes out is progressive. */
static void
see_caps (Conform *self, GstPadProbeInfo *probe)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (probe);
  GstCaps *caps;
  GstCaps *progressive;

  gst_event_parse_caps (event, &caps);
  if (!gst_video_info_from_caps (&self->info, caps))
    return;
  mien_tone_init (&self->tone, &self->info, self->transfer);
  ask_square (self);
  if (!GST_VIDEO_INFO_IS_INTERLACED (&self->info))
    return;
  progressive = gst_caps_copy (caps);
  gst_caps_set_simple (progressive, "interlace-mode", G_TYPE_STRING, "progressive", NULL);
  gst_structure_remove_field (gst_caps_get_structure (progressive, 0), "field-order");
  gst_event_unref (event);
  GST_PAD_PROBE_INFO_DATA (probe) = gst_event_new_caps (progressive);
  gst_caps_unref (progressive);
}

static gboolean
is_top_first (const Conform *self, GstBuffer *buffer)
{
  GstVideoFieldOrder order = GST_VIDEO_INFO_FIELD_ORDER (&self->info);

  if (order == GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST)
    return TRUE;
  if (order == GST_VIDEO_FIELD_ORDER_BOTTOM_FIELD_FIRST)
    return FALSE;
  return GST_BUFFER_FLAG_IS_SET (buffer, GST_VIDEO_BUFFER_FLAG_TFF);
}

static gboolean
is_interlaced (const Conform *self, GstBuffer *buffer)
{
  switch (GST_VIDEO_INFO_INTERLACE_MODE (&self->info))
    {
    case GST_VIDEO_INTERLACE_MODE_INTERLEAVED:
      return TRUE;
    case GST_VIDEO_INTERLACE_MODE_MIXED:
      return GST_BUFFER_FLAG_IS_SET (buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED);
    default:
      return FALSE;
    }
}

static GstPadProbeReturn
see_converted_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  Conform *self = data;
  GstBuffer *buffer;
  GstVideoFrame frame;
  gboolean rebuild;

  if ((GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) == 0)
    {
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (probe)) == GST_EVENT_CAPS)
        see_caps (self, probe);
      return GST_PAD_PROBE_OK;
    }
  buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  rebuild = is_interlaced (self, buffer);
  if (!rebuild && !self->has_alpha && !self->tone.is_needed)
    return GST_PAD_PROBE_OK;
  /* A decoder may need its picture as reference for the next one, so change a copy. */
  if (!gst_buffer_is_writable (buffer) || !gst_buffer_is_all_memory_writable (buffer))
    {
      buffer = gst_buffer_copy_deep (buffer);
      gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (probe));
      GST_PAD_PROBE_INFO_DATA (probe) = buffer;
    }
  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READWRITE))
    return GST_PAD_PROBE_OK;
  if (rebuild)
    mien_pixels_rebuild_field (&frame, is_top_first (self, buffer));
  mien_tone_map (&self->tone, &frame);
  if (self->has_alpha)
    mien_pixels_lay_on_white (&frame);
  gst_video_frame_unmap (&frame);
  return GST_PAD_PROBE_OK;
}

static void
add_ghost_pad (GstElement *bin, GstElement *inner, const char *name)
{
  GstPad *pad = gst_element_get_static_pad (inner, name);

  gst_element_add_pad (bin, gst_ghost_pad_new (name, pad));
  gst_object_unref (pad);
}

static void
add_probes (Conform *self, GstElement *convert)
{
  GstPad *in = gst_element_get_static_pad (convert, "sink");
  GstPad *converted = gst_element_get_static_pad (self->format_filter, "src");

  gst_pad_add_probe (in, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, see_input_cb, self, NULL);
  gst_pad_add_probe (converted, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER,
                     see_converted_cb, self, NULL);
  gst_object_unref (in);
  gst_object_unref (converted);
}

GstElement *
mien_conform_new (MienFramePixels pixels)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *convert = gst_element_factory_make ("videoconvert", NULL);
  GstElement *scale = gst_element_factory_make ("videoscale", NULL);
  GstElement *flip = gst_element_factory_make ("videoflip", "flip");
  Conform *self = g_new0 (Conform, 1);

  self->pixels = pixels;
  self->format_filter = gst_element_factory_make ("capsfilter", NULL);
  self->size_filter = gst_element_factory_make ("capsfilter", NULL);
  g_object_set (scale, "add-borders", FALSE, NULL);
  g_object_set (flip, "video-direction", GST_VIDEO_ORIENTATION_AUTO, NULL);
  gst_bin_add_many (GST_BIN (bin), convert, self->format_filter, scale, self->size_filter, flip,
                    NULL);
  gst_element_link_many (convert, self->format_filter, scale, self->size_filter, flip, NULL);
  add_ghost_pad (bin, convert, "sink");
  add_ghost_pad (bin, flip, "src");
  add_probes (self, convert);
  g_object_set_data_full (G_OBJECT (bin), "mien-conform", self, g_free);
  return bin;
}

void
mien_conform_set_orientation (GstElement *self, GstVideoOrientationMethod method)
{
  GstElement *flip = gst_bin_get_by_name (GST_BIN (self), "flip");

  g_object_set (flip, "video-direction", method, NULL);
  gst_object_unref (flip);
}

/* Without this a decoder copies each picture to remove the padding of its rows. */
static GstPadProbeReturn
answer_allocation_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (probe);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

GstElement *
mien_conform_make_sink (guint max_waiting, gboolean is_live)
{
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  g_autoptr (GstCaps) caps =
      gst_caps_from_string ("video/x-raw, format = (string) { I420, NV12, RGB, RGBA, GRAY8 }");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "caps", caps, "max-buffers", max_waiting, "drop", is_live, "sync", is_live,
                "qos", is_live, "enable-last-sample", FALSE, "wait-on-eos", FALSE, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer_allocation_cb, NULL, NULL);
  gst_object_unref (pad);
  return sink;
}

/* The buffer of a frame, mapped as long as the frame lives. */
static void
release_mapped (gpointer data)
{
  gst_video_frame_unmap (data);
  g_free (data);
}

static gboolean
fill_image (MienImage *image, const GstVideoFrame *frame)
{
  const GstVideoColorimetry *color = &frame->info.colorimetry;

  switch (GST_VIDEO_FRAME_FORMAT (frame))
    {
    case GST_VIDEO_FORMAT_I420:
      image->format = MIEN_PIXEL_I420;
      break;
    case GST_VIDEO_FORMAT_NV12:
      image->format = MIEN_PIXEL_NV12;
      break;
    case GST_VIDEO_FORMAT_RGB:
      image->format = MIEN_PIXEL_RGB24;
      break;
    case GST_VIDEO_FORMAT_RGBA:
      image->format = MIEN_PIXEL_RGBX32;
      break;
    case GST_VIDEO_FORMAT_GRAY8:
      image->format = MIEN_PIXEL_GRAY8;
      break;
    default:
      return FALSE;
    }
  image->width = GST_VIDEO_FRAME_WIDTH (frame);
  image->height = GST_VIDEO_FRAME_HEIGHT (frame);
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (frame); p++)
    {
      image->planes[p] = GST_VIDEO_FRAME_PLANE_DATA (frame, p);
      image->strides[p] = GST_VIDEO_FRAME_PLANE_STRIDE (frame, p);
    }
  image->full_range = color->range == GST_VIDEO_COLOR_RANGE_0_255;
  image->matrix = color->matrix == GST_VIDEO_COLOR_MATRIX_BT709    ? MIEN_MATRIX_BT709
                  : color->matrix == GST_VIDEO_COLOR_MATRIX_BT2020 ? MIEN_MATRIX_BT2020
                                                                   : MIEN_MATRIX_BT601;
  return image->width > 0 && image->height > 0;
}

MienFrame *
mien_conform_dup_frame (GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstCaps *caps = gst_sample_get_caps (sample);
  const GstSegment *segment = gst_sample_get_segment (sample);
  g_autofree GstVideoFrame *mapped = g_new0 (GstVideoFrame, 1);
  MienImage image = { 0 };
  GstVideoInfo info;
  MienFrame *frame;
  guint64 time = GST_CLOCK_TIME_NONE;

  if (buffer == NULL || caps == NULL || !gst_video_info_from_caps (&info, caps)
      || !gst_video_frame_map (mapped, &info, buffer, GST_MAP_READ))
    return NULL;
  if (!fill_image (&image, mapped))
    {
      gst_video_frame_unmap (mapped);
      return NULL;
    }
  if (GST_BUFFER_PTS_IS_VALID (buffer) && segment->format == GST_FORMAT_TIME)
    time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  frame = mien_frame_new_wrapped (&image, GST_CLOCK_TIME_IS_VALID (time) ? (gint64) time : -1, -1,
                                  release_mapped, g_steal_pointer (&mapped));
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    frame->duration_ns = (gint64) GST_BUFFER_DURATION (buffer);
  frame->is_damaged = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
  return frame;
}
