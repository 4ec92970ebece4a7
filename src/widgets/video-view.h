/* The picture with what was found on it: face boxes in the person's colour, labels, the chosen one
 * stronger. Click a face to choose its person.
 *
 * CSS node: `videoview`. Accessible role: img, its label says who is there and how they look.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "media/frame.h"
#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_VIDEO_VIEW (mien_video_view_get_type ())
G_DECLARE_FINAL_TYPE (MienVideoView, mien_video_view, MIEN, VIDEO_VIEW, GtkWidget)

/* Properties: session, texture, show-boxes, show-landmarks; all notified. Main thread. */
GtkWidget *mien_video_view_new (void) G_GNUC_WARN_UNUSED_RESULT;

void mien_video_view_set_session (MienVideoView *self, MienSession *session);
MienSession *mien_video_view_get_session (MienVideoView *self);

/* The picture, a reference is kept; NULL for none. */
void mien_video_view_set_texture (MienVideoView *self, GdkTexture *texture);
GdkTexture *mien_video_view_get_texture (MienVideoView *self);

void mien_video_view_set_show_boxes (MienVideoView *self, gboolean show);
gboolean mien_video_view_get_show_boxes (MienVideoView *self);
void mien_video_view_set_show_landmarks (MienVideoView *self, gboolean show);
gboolean mien_video_view_get_show_landmarks (MienVideoView *self);

/* The picture with its overlays at the size of the film, for the clipboard; NULL without one. */
GdkTexture *mien_video_view_dup_picture (MienVideoView *self) G_GNUC_WARN_UNUSED_RESULT;

/* A texture of the pixels of @frame, MIEN_PIXEL_RGBX32, for mien_canvas_append_texture(). */
GdkTexture *mien_video_view_new_texture (MienFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
