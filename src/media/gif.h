/* GIF pictures one after the other, laid over each other as the file says. Private to this room.
 *
 * Reference: CompuServe, Graphics Interchange Format, Version 89a. Ours, because GStreamer's
 * demuxer for it never ends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MienGif MienGif;

/* Largest screen, in pixels, that is believed. */
#define MIEN_GIF_MAX_PIXELS (64 * 1024 * 1024)

/* Borrows @data. NULL when it is no GIF or its screen is empty or too large. */
MienGif *mien_gif_new (const guint8 *data, gsize size) G_GNUC_WARN_UNUSED_RESULT;
void mien_gif_free (MienGif *self);

int mien_gif_get_width (const MienGif *self);
int mien_gif_get_height (const MienGif *self);

typedef enum
{
  MIEN_GIF_FRAME,
  MIEN_GIF_END,
  MIEN_GIF_DAMAGED /* the data break off or make no sense from here on */
} MienGifResult;

/* Draws the next picture. @canvas becomes the whole screen, R G B A bytes without padding, borrowed
 * until the next call; @delay_ns how long it is shown: at least 20 ms, 100 ms where the file says
 * less, as other programs do. */
MienGifResult mien_gif_next (MienGif *self, const guint8 **canvas, gint64 *delay_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienGif, mien_gif_free)

G_END_DECLS
