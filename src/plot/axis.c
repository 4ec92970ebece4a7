/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/axis.h"

#include "plot/label.h"

#define APART 6.0 /* two texts, at least */

/* Where texts stand already: n pairs of ends. */
typedef struct
{
  double *ends;
  guint n;
} Taken;

static void
draw_text (cairo_t *cr,
           const MienPlotStyle *style,
           const MienLabelStyle *label,
           const char *text,
           double x,
           double y,
           Taken *taken)
{
  double half = (mien_label_measure (cr, style, label, text) + APART * style->scale) / 2;

  for (guint i = 0; i < taken->n; i++)
    if (x + half > taken->ends[2 * i] && x - half < taken->ends[2 * i + 1])
      return;
  taken->ends[2 * taken->n] = x - half;
  taken->ends[2 * taken->n + 1] = x + half;
  taken->n++;
  mien_label_draw (cr, style, label, x, y, text);
}

void
mien_axis_draw_texts (cairo_t *cr,
                      const MienPlotStyle *style,
                      double size,
                      char *const *texts,
                      const double *x,
                      guint n,
                      int first,
                      double y)
{
  const MienLabelStyle label = { 0.5, 0.5, size, FALSE, 0 };
  g_autofree double *ends = g_new (double, 2 * MAX (n, 1));
  Taken taken = { ends, 0 };

  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  if (first >= 0)
    draw_text (cr, style, &label, texts[first], x[first], y, &taken);
  /* What is drawn already is in its own way. */
  for (guint i = 0; i < (n + 1) / 2; i++)
    {
      draw_text (cr, style, &label, texts[i], x[i], y, &taken);
      draw_text (cr, style, &label, texts[n - 1 - i], x[n - 1 - i], y, &taken);
    }
}
