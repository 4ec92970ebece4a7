/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/robustness-plot.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "plot/axis.h"
#include "plot/heat.h"
#include "plot/label.h"
#include "plot/network-plot.h"

#define COLUMNS 3u
#define LEAST_COLUMN 220.0
#define CURVES 112.0 /* height of the curves, where the page is as tall as it has to be */
#define MOST_CURVES 190.0
#define MARGIN 34.0
#define GAP 22.0
#define PANEL_LEFT 32.0
#define TITLE_LINE 14.0
#define VALUES 21.0 /* under the curves */
#define PANEL_GAP 18.0

/* Where the curves of one sweep lie. */
typedef struct
{
  const MienInfluence *influence;
  double x, y, width, height;
  double low, high;
} Panel;

/* Compression and occluders: steps side by side, whatever their values. Others to scale. */
static double
to_x (const Panel *p, guint step)
{
  double value = p->influence->steps[step].step.value;

  if (p->influence->sweep == MIEN_SWEEP_OCCLUDER)
    return p->x + (step + 0.5) / p->influence->n_steps * p->width;
  return p->x + (value - p->low) / (p->high > p->low ? p->high - p->low : 1) * p->width;
}

static double
to_y (const Panel *p, double share)
{
  return p->y + (1 - CLAMP (share, 0, 1)) * p->height;
}

static void
draw_grid (cairo_t *cr, const MienPlotStyle *style, const Panel *p)
{
  double s = style->scale;

  cairo_set_line_width (cr, s);
  for (int i = 0; i <= 4; i++)
    {
      double y = floor (to_y (p, i / 4.0)) + 0.5;
      char text[16];

      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GRID, style->dark));
      cairo_move_to (cr, p->x, y);
      cairo_line_to (cr, p->x + p->width, y);
      cairo_stroke (cr);
      if (i % 2 != 0)
        continue;
      g_snprintf (text, sizeof text, "%d", i * 25);
      mien_label_draw_middle (cr, style, MIEN_INK_DIM, 1, 7, FALSE, 0, p->x - 5 * s, y, text);
    }
}

/* How many steps belong to the first series: the values under the curves are theirs. */
static guint
count_values (const Panel *p)
{
  const MienInfluenceStep *steps = p->influence->steps;
  guint n = 0;

  while (n < p->influence->n_steps && strcmp (steps[n].step.series, steps[0].step.series) == 0)
    n++;
  return n;
}

static void
draw_values (cairo_t *cr, const MienPlotStyle *style, const Panel *p)
{
  guint n = count_values (p);
  g_autofree double *at = g_new (double, n);
  g_auto (GStrv) values = g_new0 (char *, n + 1);
  int neutral = -1;

  for (guint i = 0; i < n; i++)
    {
      const MienSweepStep *step = &p->influence->steps[i].step;

      values[i] = mien_influence_plot_dup_value (style, p->influence->sweep, step);
      at[i] = to_x (p, i);
      if (!step->is_neutral)
        continue;
      neutral = (int) i;
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
      cairo_set_line_width (cr, style->scale);
      cairo_move_to (cr, floor (at[i]) + 0.5, p->y);
      cairo_line_to (cr, floor (at[i]) + 0.5, p->y + p->height);
      cairo_stroke (cr);
    }
  mien_axis_draw_texts (cr, style, 7, values, at, n, neutral, p->y + p->height + 11 * style->scale);
}

typedef struct
{
  gsize mean, low, high; /* offsets of doubles in MienInfluenceStep; low 0: no band */
  MienColour colour;
  double width;
} Curve;

static double
get (const MienInfluenceStep *step, gsize offset)
{
  return G_STRUCT_MEMBER (double, step, offset);
}

static void
draw_curve (cairo_t *cr,
            const MienPlotStyle *style,
            const Panel *p,
            const Curve *curve,
            guint begin,
            guint end,
            gboolean is_second)
{
  const MienInfluenceStep *steps = p->influence->steps;
  double dash = 3 * style->scale;
  MienColour band = curve->colour;

  band.alpha = 0.2;
  if (curve->low != 0)
    {
      mien_palette_set_source (cr, band);
      for (guint i = begin; i < end; i++)
        cairo_line_to (cr, to_x (p, i), to_y (p, get (&steps[i], curve->high)));
      for (guint i = end; i > begin; i--)
        cairo_line_to (cr, to_x (p, i - 1), to_y (p, get (&steps[i - 1], curve->low)));
      cairo_close_path (cr);
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, curve->colour);
  cairo_set_line_width (cr, curve->width * style->scale);
  if (is_second)
    cairo_set_dash (cr, &dash, 1, 0);
  for (guint i = begin; i < end; i++)
    cairo_line_to (cr, to_x (p, i), to_y (p, get (&steps[i], curve->mean)));
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
list_curves (const MienPlotStyle *style, Curve out[3])
{
  out[0] = (Curve){ G_STRUCT_OFFSET (MienInfluenceStep, change),
                    G_STRUCT_OFFSET (MienInfluenceStep, change_low),
                    G_STRUCT_OFFSET (MienInfluenceStep, change_high),
                    mien_heat_diverging (0.8, style->dark), 1.4 };
  out[1] = (Curve){ G_STRUCT_OFFSET (MienInfluenceStep, same), 0, 0,
                    mien_heat_diverging (-0.8, style->dark), 1.4 };
  out[2] = (Curve){ G_STRUCT_OFFSET (MienInfluenceStep, accuracy),
                    G_STRUCT_OFFSET (MienInfluenceStep, accuracy_low),
                    G_STRUCT_OFFSET (MienInfluenceStep, accuracy_high),
                    mien_palette_get_ink (MIEN_INK_TEXT, style->dark), 2 };
}

/* The accuracy with each place covered, as the nine places of the face. */
static void
draw_places (cairo_t *cr, const MienPlotStyle *style, const Panel *p)
{
  const MienInfluenceStep *steps = p->influence->steps;
  double side = MIN (p->width, p->height) / 3, left = p->x + (p->width - 3 * side) / 2;

  for (guint i = 0; i < p->influence->n_steps; i++)
    {
      guint place = (guint) steps[i].step.value;
      double loss = steps[0].accuracy - steps[i].accuracy;
      double x = left + place % 3 * side, y = p->y + place / 3 * side;
      MienColour ground = mien_heat_sequential (loss / 0.3, style->dark);
      MienLabelStyle l = { 0.5, 0.5, 7.5, FALSE, 0 };
      char text[16];

      if (steps[i].step.is_neutral)
        continue;
      mien_palette_set_source (cr, ground);
      cairo_rectangle (cr, x, y, side - style->scale, side - style->scale);
      cairo_fill (cr);
      mien_palette_set_source (cr, mien_palette_get_on (ground));
      g_snprintf (text, sizeof text, "%.0f", 100 * steps[i].accuracy);
      mien_label_draw (cr, style, &l, x + side / 2, y + side / 2, text);
    }
}

static const char *
get_place (guint place)
{
  /* Translators: parts of a face that are covered, as they stand on the screen. */
  static const char *const names[] = {
    N_ ("upper left"), N_ ("forehead"),           N_ ("upper right"),
    N_ ("left side"),  N_ ("middle of the face"), N_ ("right side"),
    N_ ("lower left"), N_ ("mouth and chin"),     N_ ("lower right"),
  };

  return names[MIN (place, G_N_ELEMENTS (names) - 1)];
}

static char *
dup_worst_place (const MienPlotStyle *style, const MienInfluence *influence)
{
  char loss[16];
  guint worst = 0;

  for (guint i = 1; i < influence->n_steps; i++)
    if (influence->steps[i].accuracy < influence->steps[worst].accuracy)
      worst = i;
  if (worst == 0)
    return g_strdup (mien_plot_style_get_word (style, N_ ("holds wherever it lies")));
  mien_plot_style_format (style, loss, sizeof loss, "%.1f",
                          100 * (influence->steps[0].accuracy - influence->steps[worst].accuracy));
  /* Translators: a part of the face, percentage points of accuracy. */
  return g_strdup_printf (
      mien_plot_style_get_word (style, N_ ("worst: %s, %s points less")),
      mien_plot_style_get_word (style, get_place ((guint) influence->steps[worst].step.value)),
      loss);
}

char *
mien_robustness_plot_dup_caption (const MienPlotStyle *style, const MienInfluence *influence)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (influence->sweep == MIEN_SWEEP_OCCLUDER)
    return dup_worst_place (style, influence);
  for (guint i = 0; i < influence->n_steps; i++)
    {
      const char *series = influence->steps[i].step.series;
      char from[16], to[16];
      double low, high;

      if (i > 0 && strcmp (series, influence->steps[i - 1].step.series) == 0)
        continue;
      if (!mien_influence_find_safe (influence, series, MIEN_ROBUSTNESS_LOSS, &low, &high))
        continue;
      if (text->len > 0)
        g_string_append (text, ", ");
      if (*series != '\0')
        g_string_append_printf (text, "%s ", mien_plot_style_get_word (style, series));
      if (low < high)
        g_string_append_printf (text,
                                /* Translators: two values between which something is so. */
                                mien_plot_style_get_word (style, N_ ("%s to %s")),
                                mien_plot_style_format (style, from, sizeof from, "%g", low),
                                mien_plot_style_format (style, to, sizeof to, "%g", high));
      else
        g_string_append (text, mien_plot_style_get_word (style, N_ ("at no step")));
    }
  /* Translators: followed by the values at which the network still works. */
  return g_strdup_printf (mien_plot_style_get_word (style, N_ ("holds: %s")), text->str);
}

/* What is changed, and what its values are. */
static const char *
get_title (const MienPlotStyle *style, const MienInfluence *influence)
{
  return mien_plot_style_get_word (style, mien_influence_plot_get_title (influence->sweep));
}

static const char *
get_unit (const MienPlotStyle *style, const MienInfluence *influence)
{
  return mien_plot_style_get_word (style, influence->sweep == MIEN_SWEEP_OCCLUDER
                                              ? N_ ("accuracy with it there")
                                              : mien_sweep_get_unit (influence->sweep));
}

/* Draws a title with its unit, in the same line where there is room; returns how many lines. */
static guint
draw_title (cairo_t *cr,
            const MienPlotStyle *style,
            const MienInfluence *influence,
            double x,
            double y,
            double width)
{
  const MienLabelStyle bold = { 0, 0.5, 8.5, TRUE, 0 }, plain = { 0, 0.5, 8.5, FALSE, 0 };
  const char *title = get_title (style, influence), *unit = get_unit (style, influence);
  double s = style->scale, used = mien_label_measure (cr, style, &bold, title) + 6 * s;
  gboolean is_one = used + mien_label_measure (cr, style, &plain, unit) <= width;

  mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 8.5, TRUE, width, x, y + 8 * s, title);
  if (is_one)
    mien_label_draw_middle (cr, style, MIEN_INK_DIM, 0, 8.5, FALSE, 0, x + used, y + 8 * s, unit);
  else
    mien_label_draw_middle (cr, style, MIEN_INK_DIM, 0, 8.5, FALSE, width, x,
                            y + (8 + TITLE_LINE) * s, unit);
  return is_one ? 1 : 2;
}

static double
draw_caption (cairo_t *cr,
              const MienPlotStyle *style,
              const MienInfluence *influence,
              double x,
              double y,
              double width)
{
  g_autofree char *caption = mien_robustness_plot_dup_caption (style, influence);

  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  return mien_label_draw_lines (cr, style, 7.5, x, y, width, caption);
}

/* What every panel has over and under its curves, so that those of a row are at one height. */
typedef struct
{
  double head, foot;
} Frame;

static Frame
measure_frame (const MienRobustnessPlot *self, const MienPlotStyle *style, double width)
{
  cairo_surface_t *scratch = cairo_recording_surface_create (CAIRO_CONTENT_ALPHA, NULL);
  cairo_t *cr = cairo_create (scratch);
  double s = style->scale, caption = 0;
  guint lines = 1;

  for (guint i = 0; i < self->n_sweeps; i++)
    {
      lines = MAX (lines, draw_title (cr, style, self->sweeps[i], 0, 0, width));
      caption = MAX (caption, draw_caption (cr, style, self->sweeps[i], 0, 0, width));
    }
  cairo_destroy (cr);
  cairo_surface_destroy (scratch);
  return (Frame){ (8 + lines * TITLE_LINE) * s, (VALUES + PANEL_GAP) * s + caption };
}

static void
draw_panel (cairo_t *cr,
            const MienPlotStyle *style,
            const MienInfluence *influence,
            const Frame *frame,
            double x,
            double y,
            double width,
            double height)
{
  double s = style->scale;
  Panel p = { influence,
              x + PANEL_LEFT * s,
              y + frame->head,
              width - PANEL_LEFT * s,
              height - frame->head - frame->foot,
              influence->steps[0].step.value,
              influence->steps[influence->n_steps - 1].step.value };
  Curve curves[3];

  draw_title (cr, style, influence, x, y, width);
  draw_caption (cr, style, influence, x, p.y + p.height + VALUES * s, width);
  if (influence->sweep == MIEN_SWEEP_OCCLUDER)
    {
      draw_places (cr, style, &p);
      return;
    }
  draw_grid (cr, style, &p);
  draw_values (cr, style, &p);
  list_curves (style, curves);
  for (guint c = 0; c < G_N_ELEMENTS (curves); c++)
    for (guint begin = 0, end; begin < influence->n_steps; begin = end)
      {
        for (end = begin + 1; end < influence->n_steps; end++)
          if (strcmp (influence->steps[end].step.series, influence->steps[begin].step.series) != 0)
            break;
        draw_curve (cr, style, &p, &curves[c], begin, end, begin > 0);
      }
}

/* What the curves are, in as many lines as it takes; how far down the last of them reaches. */
static double
draw_legend (cairo_t *cr, const MienPlotStyle *style, double width, double y)
{
  static const char *const names[] = { N_ ("mean change of the answer"),
                                       N_ ("same answer as unchanged"), N_ ("accuracy"), NULL };
  double s = style->scale, left = MARGIN * s, x = left;
  cairo_surface_t *scratch = cairo_recording_surface_create (CAIRO_CONTENT_ALPHA, NULL);
  cairo_t *trial = cairo_create (scratch);
  MienLabelStyle l = { 0, 0.5, 8.5, FALSE, 0 };
  Curve curves[3];

  list_curves (style, curves);
  for (guint i = G_N_ELEMENTS (curves) + 1; i > 0; i--)
    {
      /* Last what the shades mean. */
      gboolean is_curve = i > 1;
      const char *name =
          mien_plot_style_get_word (style, is_curve ? names[i - 2] : N_ ("percent; shaded: 95 %"));
      double mark = is_curve ? 24 * s : 0, room = mien_label_draw (trial, style, &l, 0, 0, name);

      if (x > left && x + mark + room > width - left)
        {
          x = left;
          y += 18 * s;
        }
      if (is_curve)
        {
          mien_palette_set_source (cr, curves[i - 2].colour);
          cairo_rectangle (cr, x, y - curves[i - 2].width * s / 2, 18 * s, curves[i - 2].width * s);
          cairo_fill (cr);
        }
      mien_label_draw_middle (cr, style, is_curve ? MIEN_INK_TEXT : MIEN_INK_DIM, 0, 8.5, FALSE,
                              width - left - x - mark, x + mark, y, name);
      x += mark + room + 18 * s;
    }
  cairo_destroy (trial);
  cairo_surface_destroy (scratch);
  return y;
}

/* How far down it reaches. */
static double
draw_head (const MienRobustnessPlot *self, cairo_t *cr, const MienPlotStyle *style, double width)
{
  double s = style->scale, left = MARGIN * s, room = width - 2 * left, y = 28 * s;
  guint n_images = self->n_sweeps > 0 ? self->sweeps[0]->n_images : 0;
  /* Translators: name of a model. */
  g_autofree char *title =
      g_strdup_printf (mien_plot_style_get_word (style, N_ ("Robustness of %s")), self->model);
  g_autofree char *what =
      /* Translators: name of the data, number of images, the first digits of a hash. */
      g_strdup_printf (mien_plot_style_get_word (style, N_ ("%s, %u images. Model %.12s")),
                       mien_plot_style_get_word (style, self->data), n_images, self->hash);

  mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 16, TRUE, room, left, y + 14 * s, title);
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  y += 34 * s;
  y += mien_label_draw_lines (cr, style, 9, left, y, room, what);
  return draw_legend (cr, style, width, y + 20 * s) + 32 * s;
}

/* The lines below the panels, and how high they are. */
static double
draw_foot (cairo_t *cr, const MienPlotStyle *style, double width, double y)
{
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  return mien_label_draw_lines (
      cr, style, 8, MARGIN * style->scale, y, width - 2 * MARGIN * style->scale,
      mien_plot_style_get_word (
          style,
          N_ ("Each picture is changed by one thing at a time and shown to the network again. "
              "“Holds”: the accuracy is within 5 points of that of the unchanged pictures, at every "
              "step measured in between. Mean change: half the summed difference of the "
              "probabilities. Shift: to the right drawn through, down dashed. What is turned is the "
              "flat picture, bent over an ellipsoid: no hidden cheek comes into view, so real turned "
              "heads are harder. Changes are not combined here; in life they come together.")));
}

static guint
count_columns (const MienPlotStyle *style, double width)
{
  double room = (width / style->scale - 2 * MARGIN + GAP) / (LEAST_COLUMN + GAP);

  return (guint) CLAMP (room, 1, COLUMNS);
}

static guint
count_rows (const MienRobustnessPlot *self, guint columns)
{
  return MAX ((self->n_sweeps + columns - 1) / columns, 1);
}

static double
get_column (const MienPlotStyle *style, double width, guint columns)
{
  return (width - (2 * MARGIN + (columns - 1) * GAP) * style->scale) / columns;
}

double
mien_robustness_plot_measure (const MienRobustnessPlot *self,
                              const MienPlotStyle *style,
                              double width)
{
  cairo_surface_t *scratch = cairo_recording_surface_create (CAIRO_CONTENT_ALPHA, NULL);
  cairo_t *cr = cairo_create (scratch);
  guint columns = count_columns (style, width);
  Frame frame = measure_frame (self, style, get_column (style, width, columns));
  double row = frame.head + CURVES * style->scale + frame.foot;
  double height = draw_head (self, cr, style, width) + draw_foot (cr, style, width, 0)
                  + count_rows (self, columns) * row + MARGIN * style->scale;

  cairo_destroy (cr);
  cairo_surface_destroy (scratch);
  return ceil (height);
}

void
mien_robustness_plot_draw (const MienRobustnessPlot *self,
                           cairo_t *cr,
                           const MienPlotStyle *style,
                           double width,
                           double height)
{
  double s = style->scale, head, row;
  guint columns = count_columns (style, width), n_rows = count_rows (self, columns);
  double column = get_column (style, width, columns);
  Frame frame = measure_frame (self, style, column);

  if (!style->bare)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
    }
  head = draw_head (self, cr, style, width);
  /* What the foot takes is known when it is drawn: below the page, out of sight. */
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_clip (cr);
  row = height - head - draw_foot (cr, style, width, height) - MARGIN * s;
  cairo_restore (cr);
  row = MIN (row / n_rows, frame.head + MOST_CURVES * s + frame.foot);
  for (guint i = 0; i < self->n_sweeps; i++)
    draw_panel (cr, style, self->sweeps[i], &frame, MARGIN * s + i % columns * (column + GAP * s),
                head + i / columns * row, column, row);
  draw_foot (cr, style, width, head + n_rows * row + 6 * s);
}
