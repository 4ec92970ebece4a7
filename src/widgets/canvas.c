/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/canvas.h"

#include <math.h>

/* Surfaces that wait to be drawn into: the one on the screen comes back when the next is. */
#define KEPT 2

/* The main thread's, as textures and nodes are. */
struct _MienCanvas
{
  guint references; /* the widget's, and one for each surface that is out */
  gboolean closed;  /* the widget is gone */
  guint n_kept;
  cairo_surface_t *kept[KEPT];
};

/* A surface that a node shows. */
typedef struct
{
  MienCanvas *canvas;
  cairo_surface_t *surface;
} Loan;

MienCanvas *
mien_canvas_new (void)
{
  MienCanvas *self = g_new0 (MienCanvas, 1);

  self->references = 1;
  return self;
}

static void
drop_kept (MienCanvas *self)
{
  while (self->n_kept > 0)
    cairo_surface_destroy (self->kept[--self->n_kept]);
}

static void
unref (MienCanvas *self)
{
  if (--self->references == 0)
    g_free (self);
}

void
mien_canvas_free (MienCanvas *self)
{
  if (self == NULL)
    return;
  self->closed = TRUE;
  drop_kept (self);
  unref (self);
}

static void
return_loan (gpointer data)
{
  Loan *loan = data;
  MienCanvas *canvas = loan->canvas;

  if (canvas->closed || canvas->n_kept == KEPT)
    cairo_surface_destroy (loan->surface);
  else
    canvas->kept[canvas->n_kept++] = loan->surface;
  unref (canvas);
  g_free (loan);
}

static gboolean
has_size (cairo_surface_t *surface, int columns, int rows)
{
  return cairo_image_surface_get_width (surface) == columns
         && cairo_image_surface_get_height (surface) == rows;
}

/* A clear surface of that many pixels. */
static Loan *
borrow (MienCanvas *self, int columns, int rows)
{
  Loan *loan = g_new (Loan, 1);

  if (self->n_kept > 0 && !has_size (self->kept[0], columns, rows))
    drop_kept (self);
  if (self->n_kept > 0)
    {
      cairo_t *cr;

      loan->surface = self->kept[--self->n_kept];
      cr = cairo_create (loan->surface);
      cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
      cairo_paint (cr);
      cairo_destroy (cr);
    }
  else
    loan->surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, columns, rows);
  self->references++;
  loan->canvas = self;
  return loan;
}

/* Whether @widget's display has no graphics processor. */
static gboolean
is_painted_by_cairo (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);

  return native != NULL && GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native));
}

/* Paints @surface through @cr, which records it: as long as it may be played, @data lives. */
static void
paint_later (cairo_t *cr, cairo_surface_t *surface, gpointer data, GDestroyNotify destroy)
{
  static const cairo_user_data_key_t key;

  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, cairo_image_surface_get_width (surface),
                   cairo_image_surface_get_height (surface));
  cairo_fill (cr);
  if (cairo_surface_set_user_data (cairo_get_target (cr), &key, data, destroy)
      != CAIRO_STATUS_SUCCESS)
    destroy (data);
}

GskRenderNode *
mien_canvas_draw (MienCanvas *self,
                  GtkWidget *widget,
                  double width,
                  double height,
                  MienCanvasDraw draw,
                  gpointer data)
{
  int scale = gtk_widget_get_scale_factor (widget);
  int columns = (int) ceil (width) * scale, rows = (int) ceil (height) * scale;
  graphene_rect_t bounds =
      GRAPHENE_RECT_INIT (0, 0, (float) columns / (float) scale, (float) rows / (float) scale);
  GskRenderNode *node;
  Loan *loan;
  cairo_t *cr;

  g_return_val_if_fail (columns > 0 && rows > 0, NULL);
  loan = borrow (self, columns, rows);
  cairo_surface_set_device_scale (loan->surface, scale, scale);
  cr = cairo_create (loan->surface);
  draw (cr, width, height, data);
  cairo_destroy (cr);
  cairo_surface_set_device_scale (loan->surface, 1.0, 1.0);
  cairo_surface_flush (loan->surface);
  if (is_painted_by_cairo (widget))
    {
      node = gsk_cairo_node_new (&bounds);
      cr = gsk_cairo_node_get_draw_context (node);
      cairo_scale (cr, 1.0 / scale, 1.0 / scale);
      paint_later (cr, loan->surface, loan, return_loan);
      cairo_destroy (cr);
    }
  else
    {
      gsize stride = (gsize) cairo_image_surface_get_stride (loan->surface);
      g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
          cairo_image_surface_get_data (loan->surface), stride * (gsize) rows, return_loan, loan);
      g_autoptr (GdkTexture) texture =
          gdk_memory_texture_new (columns, rows, GDK_MEMORY_DEFAULT, bytes, stride);

      node = gsk_texture_node_new (texture, &bounds);
    }
  return node;
}

/* --- textures --------------------------------------------------------------------------------- */

/* Where the pixels of a texture of ours are: textures of GTK 4.8 do not tell. */
typedef struct
{
  GBytes *bytes;
  gsize stride;
} Pixels;

#define PIXELS "mien-pixels"

static void
pixels_free (gpointer data)
{
  g_bytes_unref (((Pixels *) data)->bytes);
  g_free (data);
}

GdkTexture *
mien_canvas_new_texture (int width, int height, GBytes *bytes, gsize stride)
{
  GdkTexture *texture = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
  Pixels *pixels = g_new (Pixels, 1);

  pixels->bytes = g_bytes_ref (bytes);
  pixels->stride = stride;
  g_object_set_data_full (G_OBJECT (texture), PIXELS, pixels, pixels_free);
  return texture;
}

GdkTexture *
mien_canvas_cut_texture (GdkTexture *texture, int x, int y, int width, int height)
{
  const Pixels *pixels = g_object_get_data (G_OBJECT (texture), PIXELS);
  g_autoptr (GBytes) part = NULL;

  if (pixels == NULL)
    return NULL;
  g_return_val_if_fail (x >= 0 && y >= 0 && width > 0 && height > 0, NULL);
  g_return_val_if_fail (x + width <= gdk_texture_get_width (texture)
                            && y + height <= gdk_texture_get_height (texture),
                        NULL);
  part = g_bytes_new_from_bytes (pixels->bytes, (gsize) y * pixels->stride + (gsize) x * 4,
                                 (gsize) (height - 1) * pixels->stride + (gsize) width * 4);
  return mien_canvas_new_texture (width, height, part, pixels->stride);
}

/* A surface and whose pixels it has. */
typedef struct
{
  cairo_surface_t *surface;
  GBytes *bytes;
} Painted;

static void
painted_free (gpointer data)
{
  Painted *painted = data;

  cairo_surface_destroy (painted->surface);
  g_bytes_unref (painted->bytes);
  g_free (painted);
}

void
mien_canvas_append_texture (GtkSnapshot *snapshot,
                            GtkWidget *widget,
                            GdkTexture *texture,
                            const graphene_rect_t *bounds)
{
  const Pixels *pixels = g_object_get_data (G_OBJECT (texture), PIXELS);
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  Painted *painted;
  cairo_t *cr;

  if (pixels == NULL || pixels->stride > G_MAXINT || !is_painted_by_cairo (widget))
    {
      gtk_snapshot_append_texture (snapshot, texture, bounds);
      return;
    }
  painted = g_new (Painted, 1);
  painted->bytes = g_bytes_ref (pixels->bytes);
  /* Cairo only reads them. */
  painted->surface =
      cairo_image_surface_create_for_data ((guint8 *) g_bytes_get_data (pixels->bytes, NULL),
                                           CAIRO_FORMAT_RGB24, width, height, (int) pixels->stride);
  cr = gtk_snapshot_append_cairo (snapshot, bounds);
  cairo_translate (cr, bounds->origin.x, bounds->origin.y);
  cairo_scale (cr, bounds->size.width / width, bounds->size.height / height);
  paint_later (cr, painted->surface, painted, painted_free);
  cairo_destroy (cr);
}
