/* Curves of what a change of the picture does to the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "plot/axis.h"
#include "plot/label.h"
#include "plot/network-plot.h"
#include "plot/network-words.h"

#define LEFT 52.0
#define RIGHT 120.0
#define TOP 44.0
#define BOTTOM 46.0

/* One panel: the steps of one series. */
typedef struct
{
  const MienInfluence *influence;
  guint begin, end; /* steps */
  double x, y, width, height;
  double low, high; /* values at the left and right edge */
} Panel;

static double
to_x (const Panel *p, double value)
{
  return p->x + (value - p->low) / (p->high > p->low ? p->high - p->low : 1) * p->width;
}

static double
to_y (const Panel *p, double share)
{
  return p->y + (1 - CLAMP (share, 0, 1)) * p->height;
}

static void
label (cairo_t *cr,
       const MienPlotStyle *style,
       MienInk ink,
       double align_x,
       double align_y,
       double size,
       gboolean bold,
       double x,
       double y,
       const char *text)
{
  MienLabelStyle l = { align_x, align_y, size, bold, 0 };

  mien_palette_set_source (cr, mien_palette_get_ink (ink, style->dark));
  mien_label_draw (cr, style, &l, x, y, text);
}

char *
mien_influence_plot_dup_value (const MienPlotStyle *style,
                               MienSweep sweep,
                               const MienSweepStep *step)
{
  char text[32];

  if (sweep == MIEN_SWEEP_OCCLUDER && step->is_neutral)
    /* Translators: no part of the face is covered. */
    return g_strdup (mien_plot_style_get_word (style, N_ ("none")));
  return g_strdup (mien_plot_style_format (style, text, sizeof text, "%g",
                                           step->value + (sweep == MIEN_SWEEP_OCCLUDER ? 1 : 0)));
}

static void
draw_axes (cairo_t *cr, const MienPlotStyle *style, const Panel *p)
{
  double s = style->scale;
  const MienInfluence *influence = p->influence;
  guint n = p->end - p->begin;
  g_autofree double *at = g_new (double, n);
  g_auto (GStrv) values = g_new0 (char *, n + 1);
  int neutral = -1;

  for (int i = 0; i <= 4; i++)
    {
      char text[16];
      double y = floor (to_y (p, i / 4.0)) + 0.5;

      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GRID, style->dark));
      cairo_set_line_width (cr, s);
      cairo_move_to (cr, p->x, y);
      cairo_line_to (cr, p->x + p->width, y);
      cairo_stroke (cr);
      mien_plot_style_format_percent (style, text, sizeof text, i / 4.0);
      label (cr, style, MIEN_INK_DIM, 1, 0.5, 8.5, FALSE, p->x - 6 * s, y, text);
    }
  for (guint i = 0; i < n; i++)
    {
      const MienSweepStep *step = &influence->steps[p->begin + i].step;

      values[i] = mien_influence_plot_dup_value (style, influence->sweep, step);
      at[i] = to_x (p, step->value);
      if (!step->is_neutral)
        continue;
      neutral = (int) i;
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
      cairo_move_to (cr, at[i], p->y);
      cairo_line_to (cr, at[i], p->y + p->height);
      cairo_stroke (cr);
    }
  mien_axis_draw_texts (cr, style, 8.5, values, at, n, neutral, p->y + p->height + 13 * s);
}

/* What are places and no values has no curve: a point each, with its band as an upright line. */
static void
draw_points (cairo_t *cr,
             const MienPlotStyle *style,
             const Panel *p,
             MienColour colour,
             double line_width,
             const double *mean,
             const double *low,
             const double *high)
{
  mien_palette_set_source (cr, colour);
  cairo_set_line_width (cr, line_width * style->scale);
  for (guint i = p->begin; i < p->end; i++)
    {
      double x = to_x (p, p->influence->steps[i].step.value);

      if (!isnan (low[i]))
        {
          cairo_move_to (cr, x, to_y (p, low[i]));
          cairo_line_to (cr, x, to_y (p, high[i]));
          cairo_stroke (cr);
        }
      cairo_arc (cr, x, to_y (p, mean[i]), 2.2 * line_width * style->scale, 0, 2 * G_PI);
      cairo_fill (cr);
    }
}

/* A band between two curves and the curve itself. */
static void
draw_curve (cairo_t *cr,
            const MienPlotStyle *style,
            const Panel *p,
            MienColour colour,
            double line_width,
            const double *mean,
            const double *low,
            const double *high)
{
  const MienInfluenceStep *steps = p->influence->steps;
  MienColour band = colour;

  if (p->influence->sweep == MIEN_SWEEP_OCCLUDER)
    {
      draw_points (cr, style, p, colour, line_width, mean, low, high);
      return;
    }
  band.alpha = 0.18;
  if (!isnan (low[p->begin]))
    {
      mien_palette_set_source (cr, band);
      for (guint i = p->begin; i < p->end; i++)
        cairo_line_to (cr, to_x (p, steps[i].step.value), to_y (p, high[i]));
      for (guint i = p->end; i > p->begin; i--)
        cairo_line_to (cr, to_x (p, steps[i - 1].step.value), to_y (p, low[i - 1]));
      cairo_close_path (cr);
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, colour);
  cairo_set_line_width (cr, line_width * style->scale);
  for (guint i = p->begin; i < p->end; i++)
    cairo_line_to (cr, to_x (p, steps[i].step.value), to_y (p, mean[i]));
  cairo_stroke (cr);
}

static void
draw_classes (cairo_t *cr, const MienPlotStyle *style, const Panel *p, const char *const *labels)
{
  guint n = p->influence->n_steps;
  g_autofree double *numbers = g_new (double, n * 3);

  for (guint c = 0; c < p->influence->n_classes; c++)
    {
      for (guint i = 0; i < n; i++)
        {
          numbers[i] = p->influence->steps[i].probability[c];
          numbers[n + i] = p->influence->steps[i].low[c];
          numbers[2 * n + i] = p->influence->steps[i].high[c];
        }
      draw_curve (cr, style, p, mien_palette_get_emotion (labels[c], style->dark), 1.6, numbers,
                  numbers + n, numbers + 2 * n);
    }
  for (guint i = 0; i < n; i++)
    {
      numbers[i] = p->influence->steps[i].accuracy;
      numbers[n + i] = p->influence->steps[i].accuracy_low;
      numbers[2 * n + i] = p->influence->steps[i].accuracy_high;
    }
  if (!isnan (numbers[p->begin]))
    draw_curve (cr, style, p, mien_palette_get_ink (MIEN_INK_TEXT, style->dark), 3, numbers,
                numbers + n, numbers + 2 * n);
}

static void
draw_legend (cairo_t *cr,
             const MienPlotStyle *style,
             double x,
             double y,
             const MienInfluence *influence,
             const char *const *labels)
{
  double s = style->scale;
  gboolean has_accuracy = !isnan (influence->steps[0].accuracy);

  for (guint c = 0; c < influence->n_classes + has_accuracy; c++)
    {
      gboolean is_class = c < influence->n_classes;
      MienColour colour = is_class ? mien_palette_get_emotion (labels[c], style->dark)
                                   : mien_palette_get_ink (MIEN_INK_TEXT, style->dark);

      mien_palette_set_source (cr, colour);
      cairo_rectangle (cr, x, y + c * 18 * s - (is_class ? 1 : 1.5) * s, 16 * s,
                       (is_class ? 2 : 3) * s);
      cairo_fill (cr);
      label (cr, style, MIEN_INK_TEXT, 0, 0.5, 8.5, FALSE, x + 22 * s, y + c * 18 * s,
             is_class ? mien_plot_style_get_emotion (style, labels[c])
                      : mien_plot_style_get_word (style, N_ ("accuracy")));
    }
}

const char *
mien_influence_plot_get_title (MienSweep sweep)
{
  static const char *const titles[] = {
    N_ ("Shift"),
    N_ ("Size"),
    N_ ("Rotation"),
    N_ ("Brightness"),
    N_ ("Contrast"),
    N_ ("Gamma"),
    N_ ("Light from the side"),
    N_ ("Blur"),
    N_ ("Noise"),
    N_ ("Compression"),
    N_ ("Covered part"),
    N_ ("Turned to the side"),
    N_ ("Turned up or down"),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (titles) == MIEN_N_SWEEPS);
  g_return_val_if_fail (sweep < MIEN_N_SWEEPS, "");
  return titles[sweep];
}

void
mien_influence_plot_draw (cairo_t *cr,
                          const MienPlotStyle *style,
                          double width,
                          double height,
                          const MienInfluence *influence,
                          const char *const *labels)
{
  double s = style->scale, room;
  guint n_panels = 1, begin = 0, panel = 0;
  g_autofree char *title =
      influence->n_images == 1
          ? g_strdup_printf ("Influence of %s on one face", mien_sweep_get_name (influence->sweep))
          : g_strdup_printf ("Influence of %s, %u images, 95 %% bands",
                             mien_sweep_get_name (influence->sweep), influence->n_images);

  if (!style->bare)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
    }
  /* On the screen the page says what this is, in the reader's language. */
  if (style->word == NULL)
    label (cr, style, MIEN_INK_TEXT, 0, 0.5, 11, TRUE, 12 * s, 20 * s, title);
  for (guint i = 1; i < influence->n_steps; i++)
    n_panels += strcmp (influence->steps[i].step.series, influence->steps[i - 1].step.series) != 0;
  room = (width - RIGHT * s) / n_panels;
  for (guint i = 1; i <= influence->n_steps; i++)
    {
      Panel p = { influence,
                  begin,
                  i,
                  panel * room + LEFT * s,
                  TOP * s,
                  room - (LEFT + 12) * s,
                  height - (TOP + BOTTOM) * s };
      g_autofree char *unit = NULL;

      if (i < influence->n_steps
          && strcmp (influence->steps[i].step.series, influence->steps[begin].step.series) == 0)
        continue;
      p.low = influence->steps[begin].step.value;
      p.high = influence->steps[i - 1].step.value;
      draw_axes (cr, style, &p);
      draw_classes (cr, style, &p, labels);
      unit = g_strdup_printf (
          "%s%s%s",
          *influence->steps[begin].step.series != '\0'
              ? mien_plot_style_get_word (style, influence->steps[begin].step.series)
              : "",
          *influence->steps[begin].step.series != '\0' ? ", " : "",
          mien_plot_style_get_word (style, mien_sweep_get_unit (influence->sweep)));
      label (cr, style, MIEN_INK_DIM, 0.5, 1, 8.5, FALSE, p.x + p.width / 2, height - 6 * s, unit);
      begin = i;
      panel++;
    }
  draw_legend (cr, style, width - (RIGHT - 8) * s, (TOP + 10) * s, influence, labels);
}
