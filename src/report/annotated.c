/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/annotated.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/error.h"
#include "media/encoder.h"
#include "media/frame-source.h"
#include "report/face-marks.h"

typedef struct
{
  MienDocument *document;
  MienFrameSource *source;
  MienEncoder *encoder;
  MienFaceMarks *marks;
  cairo_surface_t *surface;
  cairo_t *cr;
  gint64 first_ns, end_ns; /* of what was analysed */
  gint64 origin_ns;        /* time of the first frame written */
  gint64 finish_ns;        /* when the last one written stops being shown, -1 unknown */
} Film;

static void
film_clear (Film *self)
{
  g_clear_pointer (&self->encoder, mien_encoder_free);
  g_clear_pointer (&self->marks, mien_face_marks_free);
  g_clear_pointer (&self->cr, cairo_destroy);
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_clear_pointer (&self->source, mien_frame_source_free);
}

static gboolean
open_source (Film *self, const char *film, GCancellable *cancellable, GError **error)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  const gint64 *times = mien_document_get_frame_times (self->document);
  gsize n = mien_document_get_n_frames (self->document);

  if (n == 0)
    {
      g_set_error_literal (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                           _ ("annotated: the document holds no frames"));
      return FALSE;
    }
  if (film == NULL)
    film = mien_document_get_source (self->document)->path;
  if (film == NULL || g_str_has_prefix (film, "camera:"))
    {
      g_set_error_literal (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                           _ ("annotated: the document names no film that could be drawn into"));
      return FALSE;
    }
  self->first_ns = times[0];
  self->end_ns = mien_document_get_frame_end (self->document, n - 1);
  options.start_ns = MAX (0, self->first_ns);
  options.end_ns = MAX (self->end_ns, times[n - 1] + 1);
  options.pixels = MIEN_FRAME_RGBX;
  self->source = mien_frame_source_open (film, &options, cancellable, error);
  return self->source != NULL;
}

static gboolean
open_encoder (Film *self, const MienFrame *frame, const char *path, GError **error)
{
  const MienMediaInfo *info = mien_frame_source_get_info (self->source);
  MienEncoderOptions options = {
    .width = frame->image.width,
    .height = frame->image.height,
    .rate_n = info->is_variable_rate ? 0 : info->rate_n,
    .rate_d = info->is_variable_rate ? 1 : MAX (1, info->rate_d),
    .audio_from = info->has_audio ? info->path : NULL,
    .audio_start_ns = frame->pts_ns,
    .audio_end_ns = self->end_ns,
  };

  self->origin_ns = frame->pts_ns;
  self->encoder = mien_encoder_new (path, &options, error);
  if (self->encoder == NULL)
    return FALSE;
  self->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, options.width, options.height);
  if (cairo_surface_status (self->surface) != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, _ ("%s: pictures of %dx%d are too large"),
                   path, options.width, options.height);
      return FALSE;
    }
  self->cr = cairo_create (self->surface);
  self->marks = mien_face_marks_new (self->document, options.width, options.height);
  return TRUE;
}

/* Bytes R G B X to cairo's 32 bit words. */
static void
paint_picture (cairo_surface_t *surface, const MienImage *image)
{
  guint8 *pixels;
  int stride = cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  pixels = cairo_image_surface_get_data (surface);
  for (int y = 0; y < image->height; y++)
    {
      const guint8 *from = image->planes[0] + (gsize) y * image->strides[0];
      guint32 *to = (guint32 *) (gpointer) (pixels + (gsize) y * stride);

      for (int x = 0; x < image->width; x++, from += 4)
        to[x] = (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2];
    }
  cairo_surface_mark_dirty (surface);
}

static gboolean
write_frame (
    Film *self, MienFrame *frame, const char *path, GCancellable *cancellable, GError **error)
{
  if (self->encoder == NULL && !open_encoder (self, frame, path, error))
    return FALSE;
  paint_picture (self->surface, &frame->image);
  mien_face_marks_draw (self->marks, self->cr, frame->index);
  cairo_surface_flush (self->surface);
  if (frame->duration_ns > 0)
    self->finish_ns = frame->pts_ns + frame->duration_ns - self->origin_ns;
  return mien_encoder_push_cairo (self->encoder, cairo_image_surface_get_data (self->surface),
                                  cairo_image_surface_get_stride (self->surface),
                                  frame->pts_ns - self->origin_ns, cancellable, error);
}

/* FALSE with *damaged set when the film broke off: what came before is kept. */
static gboolean
write_frames (Film *self,
              const char *path,
              GCancellable *cancellable,
              MienOutputProgress progress,
              gpointer user_data,
              GError **damaged,
              GError **error)
{
  for (;;)
    {
      g_autoptr (MienFrame) frame = NULL;
      g_autoptr (GError) reason = NULL;

      if (!mien_frame_source_next (self->source, &frame, &reason))
        {
          gboolean kept = g_error_matches (reason, MIEN_ERROR, MIEN_ERROR_DAMAGED);

          g_propagate_error (kept ? damaged : error, g_steal_pointer (&reason));
          return kept;
        }
      if (frame == NULL)
        return TRUE;
      if (!write_frame (self, frame, path, cancellable, error))
        return FALSE;
      if (progress != NULL && self->end_ns > self->first_ns)
        progress ((double) (frame->pts_ns - self->first_ns)
                      / (double) (self->end_ns - self->first_ns),
                  user_data);
    }
}

gboolean
mien_annotated_write (MienDocument *document,
                      const char *film,
                      const char *path,
                      GCancellable *cancellable,
                      MienOutputProgress progress,
                      gpointer user_data,
                      GError **error)
{
  Film self = { .document = document, .finish_ns = -1 };
  g_autoptr (GError) damaged = NULL;
  gboolean ok;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  ok = open_source (&self, film, cancellable, error)
       && write_frames (&self, path, cancellable, progress, user_data, &damaged, error);
  if (ok && self.encoder == NULL)
    {
      ok = FALSE;
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: the film has no frame there"),
                   path);
    }
  if (ok)
    ok = mien_encoder_finish (self.encoder, self.finish_ns, cancellable, error);
  film_clear (&self);
  if (!ok || damaged == NULL)
    return ok;
  g_propagate_error (error, g_steal_pointer (&damaged));
  return FALSE;
}
