/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/document-private.h"

#define MIN_GAP_NS (G_GINT64_CONSTANT (500) * 1000 * 1000)
#define GAP_FRAMES 3

gboolean
mien_document_get_last_frame (MienDocument *self, gint64 *frame, gint64 *pts_ns)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  if (self->frames.n == 0)
    return FALSE;
  if (frame != NULL)
    *frame = self->frames.numbers[self->frames.n - 1];
  if (pts_ns != NULL)
    *pts_ns = self->frames.times[self->frames.n - 1];
  return TRUE;
}

gsize
mien_document_get_n_frames (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  return self->frames.n;
}

const guint32 *
mien_document_get_frame_numbers (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->frames.numbers;
}

const gint64 *
mien_document_get_frame_times (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->frames.times;
}

const guint16 *
mien_document_get_frame_faces (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->frames.faces;
}

gsize
mien_document_find_frame_at (MienDocument *self, gint64 time_ns)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  return mien_frames_find_time (&self->frames, time_ns);
}

/* Usual time between two analysed frames. */
static gint64
get_spacing (MienDocument *self)
{
  gsize n = self->frames.n;
  double every = mien_document_get_setting_number (self, "every", 1.0);

  if (self->source.rate > 0.0 && every >= 1.0)
    return (gint64) (1e9 * every / self->source.rate + 0.5);
  if (n >= 2)
    return (self->frames.times[n - 1] - self->frames.times[0]) / (gint64) (n - 1);
  return G_GINT64_CONSTANT (40000000);
}

gint64
mien_document_get_frame_end (MienDocument *self, gsize i)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && i < self->frames.n, 0);
  if (i + 1 < self->frames.n)
    return self->frames.times[i + 1];
  return self->frames.times[i] + get_spacing (self);
}

gint64
mien_document_get_end (MienDocument *self)
{
  gint64 end;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  end = self->frames.n == 0 ? 0 : mien_document_get_frame_end (self, self->frames.n - 1);
  return MAX (end, self->source.duration_ns);
}

gint64
mien_document_get_gap_limit (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), MIN_GAP_NS);
  return MAX (MIN_GAP_NS, GAP_FRAMES * get_spacing (self));
}

gint64
mien_document_get_sample_end (MienDocument *self, MienTrack *track, gsize i)
{
  const gint64 *times = mien_track_get_times (track);
  gsize frame = mien_frames_find_time (&self->frames, times[i]);

  return frame < self->frames.n ? mien_document_get_frame_end (self, frame) : times[i];
}
