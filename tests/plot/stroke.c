/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/lane-canvas.h"

#include <cairo.h>
#include <math.h>
#include <stdlib.h>

#define N 150
#define HEIGHT 90

/* A curve with flat parts, slopes of all kinds, corners and holes; @values[N + 1] where columns
 * begin. */
static void
make_curve (float *values)
{
  for (int x = 0; x <= N; x++)
    values[x] = x < 20    ? 0.25f
                : x < 25  ? 0.25f + 0.14f * (float) (x - 20)
                : x < 50  ? 0.5f + 0.45f * cosf (0.5f * (float) x)
                : x < 100 ? 0.5f + 0.4f * sinf (0.002f * (float) ((x - 50) * (x - 50)))
                : x < 110 ? NAN
                          : 0.1f + (float) (x % 7 < 3 ? 0.6 : 0.0);
}

/* The same line by cairo, on white. */
static cairo_surface_t *
draw_by_cairo (const MienLaneCurve *curve)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, N, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  gboolean drawing = FALSE;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, curve->ink.part / 256.0);
  cairo_set_line_width (cr, 2 * curve->half);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (int x = 0; x <= N && curve->edges != NULL; x++)
    {
      double y = (curve->high - curve->edges[x]) * curve->scale + curve->half;

      if (!isnan (y))
        (drawing ? cairo_line_to : cairo_move_to) (cr, x, y);
      drawing = !isnan (y);
    }
  for (int x = 0; x < N && curve->edges == NULL; x++)
    {
      double y = (curve->high - curve->mean[x]) * curve->scale + curve->half;

      if (isnan (y))
        continue;
      if (x == 0 || isnan (curve->mean[x - 1]))
        cairo_move_to (cr, x, y);
      cairo_line_to (cr, x + 0.5, y);
      if (x + 1 == N || isnan (curve->mean[x + 1]))
        cairo_line_to (cr, x + 1, y);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32 *
draw_by_blocks (const MienLaneCurve *curve, const MienLaneRows *rows)
{
  guint32 *upright = g_new (guint32, N * HEIGHT);
  g_autofree guint32 *columns = g_new (guint32, MIEN_LANE_BLOCK * HEIGHT + MIEN_LANE_SPARE);

  for (guint begin = 0; begin < N; begin += MIEN_LANE_BLOCK)
    {
      MienLaneCanvas canvas = { begin, MIN (begin + MIEN_LANE_BLOCK, N), HEIGHT, columns, rows };

      for (guint i = 0; i < MIEN_LANE_BLOCK * HEIGHT + MIEN_LANE_SPARE; i++)
        columns[i] = 0xffffffffu;
      mien_lane_canvas_stroke (&canvas, curve);
      for (guint i = (canvas.end - begin) * HEIGHT; i < MIEN_LANE_BLOCK * HEIGHT + MIEN_LANE_SPARE;
           i++)
        g_assert_cmphex (columns[i], ==, 0xffffffffu);
      mien_lane_canvas_stand_up (&canvas, upright, N);
    }
  return upright;
}

/* Thin and thick, opaque and pale: what cairo makes of the same line, pixel by pixel, and as much
 * ink of it. Columns of a few samples lie on the line through what is between. */
static void
test_like_cairo (gconstpointer data)
{
  gboolean by_means = GPOINTER_TO_INT (data);
  float values[N + 1], middle[N], least[N], largest[N];

  make_curve (values);
  for (int x = 0; x < N; x++)
    {
      middle[x] = (values[x] + values[x + 1]) / 2;
      least[x] = MIN (values[x], values[x + 1]);
      largest[x] = MAX (values[x], values[x + 1]);
    }
  for (int k = 0; k < 8; k++)
    {
      MienLaneCurve curve = { .n = N,
                              .mean = middle,
                              .edges = by_means ? NULL : values,
                              .least = least,
                              .largest = largest,
                              .high = 1.0f,
                              .half = 0.5f + 0.35f * (float) (k / 2),
                              .ink = { 0xff000000u, k % 2 == 0 ? 256.0f : 100.0f } };
      g_autofree guint32 *ours = NULL;
      g_autofree guint32 *plain = NULL;
      cairo_surface_t *surface;
      const guint8 *theirs;
      gsize touched = 0;
      double own_ink = 0, ink = 0, off = 0;
      int stride, worst = 0;

      curve.scale = HEIGHT - 2 * curve.half;
      ours = draw_by_blocks (&curve, mien_lane_rows_get ());
      plain = draw_by_blocks (&curve, &mien_lane_rows_generic);
      g_assert_cmpmem (ours, N * HEIGHT * sizeof *ours, plain, N * HEIGHT * sizeof *plain);
      surface = draw_by_cairo (&curve);
      theirs = cairo_image_surface_get_data (surface);
      stride = cairo_image_surface_get_stride (surface);
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < N; x++)
          {
            int a = 255 - (int) (ours[y * N + x] & 0xff), b = 255 - theirs[y * stride + 4 * x];

            if (a == 0 && b == 0)
              continue;
            touched++;
            worst = MAX (worst, abs (a - b));
            off += abs (a - b);
            own_ink += a;
            ink += b;
          }
      off /= (double) touched;
      g_test_message ("thickness %.1f: mean %.1f, worst %d of 255, ink %.3f", 2 * curve.half, off,
                      worst, own_ink / ink);
      cairo_surface_destroy (surface);
      /* Slopes of fifty rows a column are in it. */
      g_assert_cmpfloat (off, <, 16.0 * (double) curve.ink.part / 256.0);
      g_assert_cmpfloat (own_ink / ink, >, 0.98);
      g_assert_cmpfloat (own_ink / ink, <, 1.01);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/plot/stroke/by-edges", GINT_TO_POINTER (0), test_like_cairo);
  g_test_add_data_func ("/plot/stroke/by-means", GINT_TO_POINTER (1), test_like_cairo);
  return g_test_run ();
}
