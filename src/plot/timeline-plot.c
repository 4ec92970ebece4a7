/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/timeline-plot.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "plot/label.h"
#include "plot/lane.h"
#include "plot/timeline-layout.h"
#include "plot/timeline-letters.h"

#define NS G_GINT64_CONSTANT (1000000000)

const char *
mien_timeline_mode_get_name (MienTimelineMode mode)
{
  static const char *const names[] = { "lines", "areas", "strip", "band", "circumplex" };

  g_return_val_if_fail ((guint) mode < G_N_ELEMENTS (names), "");
  return names[mode];
}

MienColour
mien_timeline_get_axis_colour (guint channel, gboolean dark)
{
  return mien_palette_get_emotion (channel == MIEN_CHANNEL_VALENCE ? "sadness" : "anger", dark);
}

MienTimelineScratch *
mien_timeline_scratch_new (void)
{
  MienTimelineScratch *self = g_new0 (MienTimelineScratch, 1);

  self->labels = mien_labels_new ();
  return self;
}

void
mien_timeline_scratch_free (MienTimelineScratch *self)
{
  if (self == NULL)
    return;
  mien_lane_clear (&self->lane);
  mien_lane_clear (&self->raw);
  g_free (self->pixels);
  mien_labels_free (self->labels);
  g_free (self);
}

MienTimelineScratch *
mien_timeline_ensure_scratch (const MienTimelineView *view, MienTimelineScratch **own)
{
  if (view->scratch != NULL)
    return view->scratch;
  return *own = mien_timeline_scratch_new ();
}

static void
set_ink (cairo_t *cr, const MienTimelineView *view, MienInk ink)
{
  mien_palette_set_source (cr, mien_palette_get_ink (ink, view->style.dark));
}

/* The least round step of time whose ticks are @least_ns apart or more. */
static gint64
choose_step (double least_ns)
{
  static const gint64 steps[] = {
    NS / 1000, NS / 500,  NS / 200,   NS / 100,   NS / 50,    NS / 20,  NS / 10,
    NS / 5,    NS / 2,    NS,         2 * NS,     5 * NS,     10 * NS,  15 * NS,
    30 * NS,   60 * NS,   120 * NS,   300 * NS,   600 * NS,   900 * NS, 1800 * NS,
    3600 * NS, 7200 * NS, 10800 * NS, 21600 * NS, 43200 * NS,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if ((double) steps[i] >= least_ns)
      return steps[i];
  return (gint64) (ceil (least_ns / (86400.0 * NS)) * 86400.0 * NS);
}

static guint
choose_decimals (gint64 step)
{
  return step >= NS ? 0 : step >= NS / 10 ? 1 : step >= NS / 100 ? 2 : 3;
}

static void
draw_axis (cairo_t *cr, const MienTimelineView *view, const MienTimelineLayout *layout)
{
  double scale = view->style.scale;
  double per_pixel = (double) (view->end_ns - view->start_ns) / (layout->right - layout->left);
  gint64 step = choose_step (per_pixel * 84.0 * scale);
  gint64 first = view->start_ns / step * step;
  const MienLabelStyle label = { 0.5, 0.5, 8.5, FALSE, 0 };

  if (first < view->start_ns)
    first += step;
  for (gint64 time = first; time <= view->end_ns; time += step)
    {
      g_autofree char *text = mien_timeline_dup_time (&view->style, time, choose_decimals (step));
      double x = floor (mien_timeline_time_to_x (view, time)) + 0.5;

      set_ink (cr, view, MIEN_INK_GRID);
      cairo_rectangle (cr, x - 0.5, layout->axis_height - 5 * scale, 1.0, 5 * scale);
      cairo_fill (cr);
      /* The last one may not run over the edge. */
      if (x + 24 * scale > view->width)
        continue;
      set_ink (cr, view, MIEN_INK_DIM);
      mien_label_draw (cr, &view->style, &label, x, (layout->axis_height - 8 * scale) / 2, text);
    }
}

/* What the height of the lane means, at its left edge. */
static void
draw_scale (const MienLaneTarget *target, double left)
{
  const MienTimelineView *view = target->view;
  guint n_classes = mien_document_get_n_classes (target->document);
  const double scale = view->style.scale;
  const MienLabelStyle top = { 1.0, 0.0, 7.5, FALSE, 0 }, middle = { 1.0, 0.5, 7.5, FALSE, 0 };
  const MienLabelStyle bottom = { 1.0, 1.0, 7.5, FALSE, 0 };
  double x = left - 5 * scale;

  set_ink (target->cr, view, MIEN_INK_DIM);
  if (view->mode == MIEN_TIMELINE_LINES || view->mode == MIEN_TIMELINE_AREAS)
    {
      mien_label_draw (target->cr, &view->style, &top, x, target->y, "100 %");
      mien_label_draw (target->cr, &view->style, &bottom, x, target->y + target->height, "0");
    }
  else if (view->mode == MIEN_TIMELINE_CIRCUMPLEX)
    {
      mien_label_draw (target->cr, &view->style, &top, x, target->y, "+1");
      mien_label_draw (target->cr, &view->style, &middle, x, target->y + target->height / 2, "0");
      mien_label_draw (target->cr, &view->style, &bottom, x, target->y + target->height,
                       "\342\210\2221");
    }
  else if (view->mode == MIEN_TIMELINE_STRIP && target->height / MAX (n_classes, 1) >= 5.5 * scale)
    {
      /* Where rows are lower than letters every other letter stands a step to the left. */
      double aside = target->height / n_classes < 10.5 * scale ? 15 * scale : 0;

      for (guint c = 0; c < n_classes; c++)
        mien_label_draw (target->cr, &view->style, &middle, x - c % 2 * aside,
                         target->y + (c + 0.5) * target->height / n_classes,
                         mien_timeline_get_letter (target->document, target->view, (int) c));
    }
}

/* What the curve at the foot of the lane is, beside it: within the lane it would lie on others. */
static void
draw_motion_name (const MienLaneTarget *target, double left)
{
  const MienPlotStyle *style = &target->view->style;
  const char *name = mien_plot_style_get_word (style, N_ ("motion"));
  MienLabelStyle label = { 0.0, 1.0, 7.5, FALSE, 0.0 };
  double room = left - (15 + 26) * style->scale;

  if (target->height < 36 * style->scale
      || mien_label_measure (target->cr, style, &label, name) > room)
    return;
  set_ink (target->cr, target->view, MIEN_INK_DIM);
  mien_label_draw (target->cr, style, &label, 15 * style->scale, target->y + target->height, name);
}

static void
draw_heading (const MienLaneTarget *target, MienPerson *person, double left)
{
  const MienTimelineView *view = target->view;
  double scale = view->style.scale;
  gboolean selected = mien_person_get_id (person) == view->selected_person;
  const char *name = mien_plot_style_get_name (&view->style, person);
  MienLabelStyle label = { 0.0, 0.0, 9.5, selected, left - (15 + 4) * scale, TRUE };
  double y = target->y;

  mien_palette_set_source (
      target->cr, mien_palette_get_person (mien_person_get_colour (person), view->style.dark));
  cairo_rectangle (target->cr, 4 * scale, target->y, (selected ? 6 : 4) * scale, target->height);
  cairo_fill (target->cr);
  set_ink (target->cr, view, MIEN_INK_TEXT);
  /* Beside the number at the top of the scale, or where there is no room, under it. */
  if (view->mode == MIEN_TIMELINE_STRIP)
    label.max_width = left - 44 * scale;
  else if (view->mode != MIEN_TIMELINE_BAND)
    {
      const MienLabelStyle whole = { 0.0, 0.0, 9.5, selected, 0.0 };

      if (target->height < 44 * scale
          || mien_label_measure (target->cr, &view->style, &whole, name) <= left - 58 * scale)
        label.max_width = left - 58 * scale;
      else
        y += 13 * scale;
    }
  if (label.max_width >= 16 * scale)
    mien_label_draw (target->cr, &view->style, &label, 15 * scale, y, name);
  draw_scale (target, left);
  if (target->scratch->lane.moves)
    draw_motion_name (target, left);
  if (mien_person_has_baseline (person) && target->height >= 44 * scale)
    {
      const MienLabelStyle small = { 0.0, 0.0, 7.5, FALSE, left - 58 * scale };

      set_ink (target->cr, view, MIEN_INK_DIM);
      mien_label_draw (target->cr, &view->style, &small, 15 * scale, y + 18 * scale,
                       mien_plot_style_get_word (&view->style, N_ ("baseline")));
    }
}

static guint
get_channels (MienDocument *document, const MienTimelineView *view)
{
  guint all = (1u << mien_document_get_n_classes (document)) - 1;

  if (view->mode == MIEN_TIMELINE_CIRCUMPLEX)
    return 1u << MIEN_CHANNEL_VALENCE | 1u << MIEN_CHANNEL_AROUSAL;
  if (view->mode == MIEN_TIMELINE_LINES && view->classes != 0)
    return all & view->classes;
  return all;
}

static double
get_device_scale (cairo_t *cr, const MienTimelineView *view)
{
  double x_scale = 1.0, y_scale = 1.0;

  if (view->device_scale > 0.0)
    return view->device_scale;
  cairo_surface_get_device_scale (cairo_get_target (cr), &x_scale, &y_scale);
  return x_scale;
}

/* "no face" in holes that have room for it. */
static void
label_holes (const MienLaneTarget *target, const MienLane *lane)
{
  const MienLabelStyle label = { 0.5, 0.5, 7.5, FALSE, 0 };
  double step = target->width / MAX (lane->n, 1);
  guint begin = 0;

  for (guint x = 0; x <= lane->n; x++)
    if (x == lane->n || lane->presence[x] != MIEN_PRESENCE_ABSENT)
      {
        double width = (x - begin) * step;

        if (width >= 64 * target->view->style.scale)
          {
            double middle = target->x + (begin + x) * 0.5 * step;
            double half = 24 * target->view->style.scale;

            set_ink (target->cr, target->view, MIEN_INK_LANE);
            cairo_rectangle (target->cr, middle - half, target->y + target->height / 2 - half / 3,
                             2 * half, 2 * half / 3);
            cairo_fill (target->cr);
            set_ink (target->cr, target->view, MIEN_INK_DIM);
            mien_label_draw (target->cr, &target->view->style, &label, middle,
                             target->y + target->height / 2,
                             mien_plot_style_get_word (&target->view->style, N_ ("no face")));
          }
        begin = x + 1;
      }
}

static void
draw_lane (const MienLaneTarget *target, MienPerson *person)
{
  const MienTimelineView *view = target->view;
  guint channels = get_channels (target->document, view);
  guint motion = view->show_motion ? MIEN_LANE_MOTION : 0;
  guint n = (guint) MAX (1.0, floor (target->width * target->device_scale));
  gboolean with_raw = view->show_raw && view->mode == MIEN_TIMELINE_LINES;
  MienLane *lane = &target->scratch->lane, *raw = &target->scratch->raw;

  mien_lane_reset (lane, n, channels | motion);
  mien_lane_compute (lane, target->document, person, view->start_ns, view->end_ns, TRUE);
  if (with_raw)
    {
      mien_lane_reset (raw, n, channels);
      mien_lane_compute (raw, target->document, person, view->start_ns, view->end_ns, FALSE);
    }
  mien_lane_draw (target, lane, with_raw ? raw : NULL);
  label_holes (target, lane);
  mien_timeline_draw_letters (target, lane);
}

static void
draw_lanes (cairo_t *cr,
            MienDocument *document,
            const MienTimelineView *view,
            const MienTimelineLayout *layout,
            MienTimelineScratch *scratch)
{
  MienLaneTarget target = {
    .cr = cr,
    .x = layout->left,
    .width = layout->right - layout->left,
    .height = layout->lane_height,
    .device_scale = mien_lane_keeps_shapes (cr) ? 1.0 : get_device_scale (cr, view),
    .view = view,
    .document = document,
    .scratch = scratch,
  };

  cairo_save (cr);
  cairo_rectangle (cr, 0, layout->lanes_top, view->width, layout->lanes_bottom - layout->lanes_top);
  cairo_clip (cr);
  for (guint i = 0; i < layout->people->len; i++)
    {
      target.y = mien_timeline_layout_get_lane (layout, view, i);
      if (target.y + target.height < layout->lanes_top || target.y > layout->lanes_bottom)
        continue;
      draw_lane (&target, layout->people->pdata[i]);
      draw_heading (&target, layout->people->pdata[i], layout->left);
    }
  cairo_restore (cr);
}

static void
draw_mark (cairo_t *cr,
           const MienTimelineView *view,
           const MienTimelineLayout *layout,
           MienMark *mark)
{
  double scale = view->style.scale;
  double start = mien_timeline_time_to_x (view, mien_mark_get_start (mark));
  double end = mien_timeline_time_to_x (view, mien_mark_get_end (mark));
  MienColour accent = mien_palette_get_ink (MIEN_INK_ACCENT, view->style.dark);
  double x = MAX (start, layout->left);

  accent.alpha = mien_mark_is_range (mark) ? 0.25 : 0.9;
  mien_palette_set_source (cr, accent);
  cairo_rectangle (cr, x, layout->marks_top + 2 * scale,
                   MAX (MIN (end, layout->right) - x, 2 * scale), layout->marks_height - 4 * scale);
  cairo_fill (cr);
}

/* The label of @mark, where it ends before the next mark begins at @next_x. */
static void
label_mark (cairo_t *cr,
            const MienTimelineView *view,
            const MienTimelineLayout *layout,
            MienMark *mark,
            double next_x)
{
  double scale = view->style.scale;
  double x = MAX (mien_timeline_time_to_x (view, mien_mark_get_start (mark)), layout->left);
  const MienLabelStyle label = { 0.0, 0.5, 8.0, FALSE,
                                 MIN (next_x, layout->right) - x - 8 * scale };

  if (label.max_width < 14 * scale)
    return;
  set_ink (cr, view, MIEN_INK_TEXT);
  mien_label_draw (cr, &view->style, &label, x + 5 * scale,
                   layout->marks_top + layout->marks_height / 2, mien_mark_get_label (mark));
}

static void
draw_marks (cairo_t *cr,
            MienDocument *document,
            const MienTimelineView *view,
            const MienTimelineLayout *layout)
{
  GListModel *marks = mien_document_get_marks (document);
  const MienLabelStyle label = { 0.0, 0.5, 8.5, FALSE, layout->left - 20 };
  g_autoptr (MienMark) before = NULL;

  if (layout->marks_height <= 0.0)
    return;
  set_ink (cr, view, MIEN_INK_DIM);
  mien_label_draw (cr, &view->style, &label, 15 * view->style.scale,
                   layout->marks_top + layout->marks_height / 2,
                   mien_plot_style_get_word (&view->style, N_ ("marks")));
  /* They come by start, so the label of one has room up to the next. */
  for (guint i = 0; i < g_list_model_get_n_items (marks); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (marks, i);

      if (mien_mark_get_end (mark) < view->start_ns || mien_mark_get_start (mark) > view->end_ns)
        continue;
      draw_mark (cr, view, layout, mark);
      if (before != NULL)
        label_mark (cr, view, layout, before,
                    mien_timeline_time_to_x (view, mien_mark_get_start (mark)));
      g_set_object (&before, mark);
    }
  if (before != NULL)
    label_mark (cr, view, layout, before, layout->right);
}

/* A patch of colour, with the letter in it, and a name. Returns the width of both. */
static double
draw_legend_item (cairo_t *cr,
                  const MienTimelineView *view,
                  double x,
                  double y,
                  MienColour colour,
                  const char *letter,
                  const char *name)
{
  double scale = view->style.scale, size = 17 * scale;
  const MienLabelStyle label = { 0.0, 0.5, 9.0, FALSE, 0 };

  mien_palette_set_source (cr, colour);
  cairo_rectangle (cr, x, y - size / 2, size, size);
  cairo_fill (cr);
  mien_palette_set_source (cr, mien_palette_get_on (colour));
  cairo_select_font_face (cr, view->style.font != NULL ? view->style.font : "Sans",
                          CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  mien_timeline_draw_letter (cr, view, x + size / 2, y, letter);
  set_ink (cr, view, MIEN_INK_TEXT);
  return size + 5 * scale
         + mien_label_draw (cr, &view->style, &label, x + size + 5 * scale, y, name);
}

static void
draw_legend (cairo_t *cr,
             MienDocument *document,
             const MienTimelineView *view,
             const MienTimelineLayout *layout)
{
  double scale = view->style.scale, x = layout->left;
  double y = layout->legend_top + layout->legend_height / 2;

  if (layout->legend_height <= 0.0)
    return;
  if (view->mode == MIEN_TIMELINE_CIRCUMPLEX)
    {
      x += 14 * scale
           + draw_legend_item (
               cr, view, x, y,
               mien_timeline_get_axis_colour (MIEN_CHANNEL_VALENCE, view->style.dark), "V",
               mien_plot_style_get_word (&view->style, N_ ("Valence")));
      draw_legend_item (cr, view, x, y,
                        mien_timeline_get_axis_colour (MIEN_CHANNEL_AROUSAL, view->style.dark), "A",
                        mien_plot_style_get_word (&view->style, N_ ("Arousal")));
      return;
    }
  for (int c = 0; c < (int) mien_document_get_n_classes (document) && x < layout->right; c++)
    x += 14 * scale
         + draw_legend_item (cr, view, x, y, mien_timeline_get_class_colour (document, view, c),
                             mien_timeline_get_letter (document, view, c),
                             mien_plot_style_get_emotion (
                                 &view->style, mien_document_get_classes (document)[c].name));
  if (view->mode == MIEN_TIMELINE_BAND && x < layout->right)
    draw_legend_item (cr, view, x, y,
                      mien_timeline_get_class_colour (document, view, MIEN_CLASS_UNCERTAIN), "?",
                      mien_plot_style_get_emotion (&view->style, NULL));
}

static void
draw_empty (cairo_t *cr,
            MienDocument *document,
            const MienTimelineView *view,
            const MienTimelineLayout *layout)
{
  const MienLabelStyle label = { 0.5, 0.5, 11.0, FALSE, layout->right - layout->left };
  gboolean none = mien_document_get_n_frames (document) == 0;

  if (layout->people->len > 0)
    return;
  set_ink (cr, view, MIEN_INK_LANE);
  cairo_rectangle (cr, layout->left, layout->lanes_top, layout->right - layout->left,
                   MAX (layout->lanes_bottom - layout->lanes_top - layout->lane_gap, 0.0));
  cairo_fill (cr);
  if (!view->with_legend)
    return;
  set_ink (cr, view, MIEN_INK_DIM);
  mien_label_draw (cr, &view->style, &label, (layout->left + layout->right) / 2,
                   (layout->lanes_top + layout->lanes_bottom) / 2,
                   mien_plot_style_get_word (&view->style, none ? N_ ("nothing analysed yet")
                                                                : N_ ("no face found")));
}

void
mien_timeline_draw (cairo_t *cr, MienDocument *document, const MienTimelineView *view)
{
  g_autoptr (MienTimelineScratch) own = NULL;
  MienTimelineScratch *scratch;
  MienTimelineLayout layout;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && view != NULL);
  if (view->width < 1.0 || view->height < 1.0 || view->end_ns <= view->start_ns)
    return;
  scratch = mien_timeline_ensure_scratch (view, &own);
  mien_timeline_layout_init (&layout, document, view);
  cairo_save (cr);
  mien_labels_attach (scratch->labels, cr);
  set_ink (cr, view, MIEN_INK_GROUND);
  cairo_rectangle (cr, 0, 0, view->width, view->height);
  cairo_fill (cr);
  draw_axis (cr, view, &layout);
  draw_empty (cr, document, view, &layout);
  draw_lanes (cr, document, view, &layout, scratch);
  draw_marks (cr, document, view, &layout);
  draw_legend (cr, document, view, &layout);
  mien_labels_attach (NULL, cr);
  cairo_restore (cr);
  mien_timeline_layout_clear (&layout);
}
