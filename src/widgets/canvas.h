/* Pixels on their way to the screen, without a copy that nobody needs.
 *
 * GTK shows pixels as textures. Its renderer for displays without a graphics processor copies each
 * texture before it paints it, in every frame, however little of it has changed, and by way of
 * floating-point numbers (GTK 4.8): a third of what the main thread worked while a film played.
 * That renderer gets nodes of cairo instead, which paint from where the pixels are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Draws into 0,0,width,height. */
typedef void (*MienCanvasDraw) (cairo_t *cr, double width, double height, gpointer data);

/* The surfaces that a widget draws into again and again. They are kept, as memory that is given
 * back has to be had from the kernel again, page by page. */
typedef struct _MienCanvas MienCanvas;

MienCanvas *mien_canvas_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_canvas_free (MienCanvas *self); /* NULL does nothing; nodes may live on */

/* @draw into @width x @height logical pixels, as fine as @widget's display, as a node: what is kept
 * and shown again costs no more drawing, which a node of Cairo's commands does. Clear where nothing
 * is drawn. */
GskRenderNode *mien_canvas_draw (MienCanvas *self,
                                 GtkWidget *widget,
                                 double width,
                                 double height,
                                 MienCanvasDraw draw,
                                 gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/* A texture of opaque pixels, one 0xffRRGGBB each, in rows of @stride bytes. */
GdkTexture *mien_canvas_new_texture (int width, int height, GBytes *pixels, gsize stride)
    G_GNUC_WARN_UNUSED_RESULT;
/* A part of such a texture, of the same pixels; NULL for any other texture. */
GdkTexture *mien_canvas_cut_texture (GdkTexture *texture, int x, int y, int width, int height)
    G_GNUC_WARN_UNUSED_RESULT;
/* Any texture into @bounds, on @widget. */
void mien_canvas_append_texture (GtkSnapshot *snapshot,
                                 GtkWidget *widget,
                                 GdkTexture *texture,
                                 const graphene_rect_t *bounds);

G_END_DECLS
