/* Writes frames into a video file, with the sound of another file when wanted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/image.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MienEncoder MienEncoder;

typedef struct
{
  int width, height; /* of every frame, > 0 */
  /* Nominal rate, for the header only; 0/1 when variable. Each frame keeps its own time. */
  int rate_n, rate_d;
  /* Path of a file whose sound is taken along: copied where the container can hold its coding, else
   * coded anew. NULL, or a file without sound: a silent film. */
  const char *audio_from;
  gint64 audio_start_ns; /* this time of @audio_from becomes 0 */
  gint64 audio_end_ns;   /* -1: to the end */
  /* Give up quality for speed, so that a camera can be followed. */
  gboolean is_live;
} MienEncoderOptions;

/* Starts writing @path; its ending picks the container: .mkv, .mp4 or .webm. The file appears under
 * its name when it is whole; before that it is @path with ".part" behind. Coding: H.264 where an
 * encoder for it is installed, else VP8; VP8 in WebM. One thread at a time.
 * Errors: MIEN_ERROR_OUTPUT when it cannot be written or no encoder is there; MIEN_ERROR_USAGE for
 * another ending. */
MienEncoder *mien_encoder_new (const char *path,
                               const MienEncoderOptions *options,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends one frame shown from @pts_ns on; times must rise. @image of any MienPixelFormat is
 * copied. Waits while the encoder has enough to do. Errors: MIEN_ERROR_OUTPUT,
 * G_IO_ERROR_CANCELLED. */
gboolean mien_encoder_push (MienEncoder *self,
                            const MienImage *image,
                            gint64 pts_ns,
                            GCancellable *cancellable,
                            GError **error);

/* The same for a cairo image surface's pixels, CAIRO_FORMAT_RGB24 or ARGB32 (the alpha is not
 * used): 32 bit words of the machine's byte order, @stride bytes a row. */
gboolean mien_encoder_push_cairo (MienEncoder *self,
                                  const guint8 *pixels,
                                  int stride,
                                  gint64 pts_ns,
                                  GCancellable *cancellable,
                                  GError **error);

/* Writes the end of the file and gives it its name. @end_ns is when the last frame stops being
 * shown, -1 when not known. Errors: MIEN_ERROR_OUTPUT (the part file is removed). */
gboolean
mien_encoder_finish (MienEncoder *self, gint64 end_ns, GCancellable *cancellable, GError **error);

/* Frees; without mien_encoder_finish() before, what was written is removed. */
void mien_encoder_free (MienEncoder *self);

gint64 mien_encoder_get_n_frames (const MienEncoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEncoder, mien_encoder_free)

G_END_DECLS
