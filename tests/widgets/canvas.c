/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/canvas.h"

#include "fixture.h"

#define WIDTH 40
#define HEIGHT 20

/* What a drawing function is told, and what it found. */
typedef struct
{
  double red;               /* the left half gets it; the right one stays clear */
  cairo_surface_t *surface; /* it drew on; only for comparison */
} Drawing;

static void
draw_cb (cairo_t *cr, double width, double height, gpointer data)
{
  Drawing *drawing = data;

  g_assert_cmpfloat (width, ==, WIDTH);
  g_assert_cmpfloat (height, ==, HEIGHT);
  drawing->surface = cairo_get_target (cr);
  cairo_set_source_rgb (cr, drawing->red, 0, 0);
  cairo_rectangle (cr, 0, 0, width / 2, height);
  cairo_fill (cr);
}

/* The pixel at @x, @y of what @node shows in @widget's window. */
static guint32
get_pixel (GtkWidget *widget, GskRenderNode *node, int x, int y)
{
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (widget));
  g_autoptr (GdkTexture) texture =
      gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT));
  guint32 pixels[WIDTH * HEIGHT];

  gdk_texture_download (texture, (guint8 *) pixels, WIDTH * 4);
  return pixels[y * WIDTH + x];
}

static void
assert_half (GtkWidget *widget, GskRenderNode *node, guint32 colour)
{
  g_assert_cmphex (get_pixel (widget, node, WIDTH / 2 - 1, HEIGHT - 1), ==, colour);
  g_assert_cmphex (get_pixel (widget, node, WIDTH / 2, 0), ==, 0);
}

/* Nodes keep what they show, whatever is drawn after them and also without the canvas; who gives
 * one back gets its surface again. */
static void
test_draw (void)
{
  GtkWidget *widget = gtk_label_new ("");
  GtkWidget *window = fixture_show (widget, 100, 100);
  MienCanvas *canvas = mien_canvas_new ();
  Drawing first = { 1.0 }, second = { 0.2 }, third = { 0.4 };
  GskRenderNode *a, *b, *c;

  g_assert_true (GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (gtk_widget_get_native (widget))));
  a = mien_canvas_draw (canvas, widget, WIDTH, HEIGHT, draw_cb, &first);
  b = mien_canvas_draw (canvas, widget, WIDTH, HEIGHT, draw_cb, &second);
  g_assert_cmpint (gsk_render_node_get_node_type (a), ==, GSK_CAIRO_NODE);
  g_assert_true (first.surface != second.surface);
  assert_half (widget, a, 0xffff0000);
  assert_half (widget, b, 0xff330000);
  gsk_render_node_unref (a);
  c = mien_canvas_draw (canvas, widget, WIDTH, HEIGHT, draw_cb, &third);
  g_assert_true (third.surface == first.surface);
  assert_half (widget, b, 0xff330000);
  assert_half (widget, c, 0xff660000);
  gsk_render_node_unref (c);
  mien_canvas_free (canvas);
  assert_half (widget, b, 0xff330000);
  gsk_render_node_unref (b);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Another size, and a widget that no renderer paints yet. */
static void
test_sizes (void)
{
  GtkWidget *loose = g_object_ref_sink (gtk_label_new (""));
  GtkWidget *widget = gtk_label_new ("");
  GtkWidget *window = fixture_show (widget, 100, 100);
  MienCanvas *canvas = mien_canvas_new ();

  for (int i = 0; i < 6; i++)
    {
      Drawing drawing = { i % 2 };
      GskRenderNode *node =
          mien_canvas_draw (canvas, i < 3 ? loose : widget, WIDTH, HEIGHT, draw_cb, &drawing);

      g_assert_cmpint (gsk_render_node_get_node_type (node), ==,
                       i < 3 ? GSK_TEXTURE_NODE : GSK_CAIRO_NODE);
      assert_half (widget, node, i % 2 ? 0xffff0000 : 0xff000000);
      gsk_render_node_unref (node);
    }
  mien_canvas_free (canvas);
  mien_canvas_free (NULL);
  g_object_unref (loose);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Sixteen pixels of different colours, and the four in the middle, shown ten times as large: the
 * same whether GTK's node or cairo's paints them. */
static void
test_textures (void)
{
  GtkWidget *widget = gtk_label_new ("");
  GtkWidget *window = fixture_show (widget, 100, 100);
  GtkWidget *loose = g_object_ref_sink (gtk_label_new (""));
  g_autoptr (GdkTexture) other = fixture_texture_new (4, 4);
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GdkTexture) part = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint32 pixels[4 * 4];

  for (guint i = 0; i < G_N_ELEMENTS (pixels); i++)
    pixels[i] = 0xff000000 | i * 0x0f0a05;
  bytes = g_bytes_new (pixels, sizeof pixels);
  texture = mien_canvas_new_texture (4, 4, bytes, 16);
  part = mien_canvas_cut_texture (texture, 1, 2, 2, 1);
  g_assert_cmpint (gdk_texture_get_width (part), ==, 2);
  g_assert_cmpint (gdk_texture_get_height (part), ==, 1);
  g_assert_null (mien_canvas_cut_texture (other, 0, 0, 1, 1));
  for (int i = 0; i < 2; i++)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      GskRenderNode *node;

      mien_canvas_append_texture (snapshot, i == 0 ? widget : loose, part,
                                  &GRAPHENE_RECT_INIT (10, 0, 20, 10));
      node = gtk_snapshot_free_to_node (snapshot);
      g_assert_cmpint (gsk_render_node_get_node_type (node), ==,
                       i == 0 ? GSK_CAIRO_NODE : GSK_TEXTURE_NODE);
      g_assert_cmphex (get_pixel (widget, node, 9, 5), ==, 0);
      g_assert_cmphex (get_pixel (widget, node, 11, 5), ==, pixels[9]);
      g_assert_cmphex (get_pixel (widget, node, 28, 9), ==, pixels[10]);
      g_assert_cmphex (get_pixel (widget, node, 30, 5), ==, 0);
      gsk_render_node_unref (node);
    }
  g_object_unref (loose);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/canvas/draw", test_draw);
  g_test_add_func ("/canvas/sizes", test_sizes);
  g_test_add_func ("/canvas/textures", test_textures);
  return g_test_run ();
}
