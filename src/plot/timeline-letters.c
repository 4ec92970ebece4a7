/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/timeline-letters.h"

#include <math.h>

/* By the toy interface of cairo, which keeps its glyphs: there may be hundreds. It knows one font,
 * where not every script is. */
void
mien_timeline_draw_letter (
    cairo_t *cr, const MienTimelineView *view, double x, double y, const char *letter)
{
  const MienLabelStyle label = { 0.5, 0.5, 8.25, TRUE, 0 };
  cairo_text_extents_t extents;

  if (g_utf8_get_char (letter) >= 0x250)
    {
      mien_label_draw (cr, &view->style, &label, x, y, letter);
      return;
    }
  cairo_set_font_size (cr, 11.0 * view->style.scale);
  cairo_text_extents (cr, letter, &extents);
  cairo_move_to (cr, x - extents.width / 2 - extents.x_bearing,
                 y - extents.height / 2 - extents.y_bearing);
  cairo_show_text (cr, letter);
  cairo_new_path (cr);
}

const char *
mien_timeline_get_letter (MienDocument *document, const MienTimelineView *view, int emotion)
{
  return mien_plot_style_get_letter (
      &view->style, emotion < 0 ? NULL : mien_document_get_classes (document)[emotion].name);
}

MienColour
mien_timeline_get_class_colour (MienDocument *document, const MienTimelineView *view, int emotion)
{
  return mien_palette_get_emotion (
      emotion < 0 ? NULL : mien_document_get_classes (document)[emotion].name, view->style.dark);
}

/* A letter in the middle of each run of the band that has room for it. */
static void
letter_band (const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  double threshold = mien_document_get_filters (target->document)->threshold;
  double step = target->width / lane->n;
  int current = -2;
  guint begin = 0;

  for (guint x = 0; x <= lane->n; x++)
    {
      int emotion = x < lane->n ? mien_lane_get_dominant (lane, x, n_classes, threshold) : -3;

      if (emotion == current)
        continue;
      if (current != -2 && (x - begin) * step >= 20 * target->view->style.scale)
        {
          mien_palette_set_source (target->cr, mien_palette_get_on (mien_timeline_get_class_colour (
                                                   target->document, target->view, current)));
          mien_timeline_draw_letter (
              target->cr, target->view, target->x + (begin + x) * 0.5 * step,
              target->y + target->height / 2,
              mien_timeline_get_letter (target->document, target->view, current));
        }
      current = emotion;
      begin = x;
    }
}

/* Where the classes of column @x end in the stack, 0 at the bottom; FALSE: nothing is there. */
static gboolean
get_stack (const MienLane *lane, guint x, guint n_classes, double *ends)
{
  double total = 0.0;

  for (guint c = 0; c < n_classes; c++)
    ends[c] = total += lane->mean[c][x];
  for (guint c = 0; c < n_classes; c++)
    ends[c] /= total;
  return total > 0.0;
}

/* Room for one letter in the area of a class. */
typedef struct
{
  guint x;
  double height, middle; /* of what is the class's over the whole width of the letter, 0 to 1 */
} LetterRoom;

/* The most room that each class has in columns begin..end for a letter that reaches @half columns
 * to both sides. */
static void
find_room (
    const MienLane *lane, guint begin, guint end, guint half, guint n_classes, LetterRoom *rooms)
{
  double left[MIEN_SAMPLE_MAX_CLASSES], here[MIEN_SAMPLE_MAX_CLASSES];
  double right[MIEN_SAMPLE_MAX_CLASSES];

  memset (rooms, 0, n_classes * sizeof *rooms);
  for (guint x = MAX (begin, half); x < end && x + half < lane->n; x++)
    {
      if (!get_stack (lane, x - half, n_classes, left) || !get_stack (lane, x, n_classes, here)
          || !get_stack (lane, x + half, n_classes, right))
        continue;
      for (guint c = 0; c < n_classes; c++)
        {
          double top = MIN (here[c], MIN (left[c], right[c]));
          double bottom = c == 0 ? 0.0 : MAX (here[c - 1], MAX (left[c - 1], right[c - 1]));

          if (top - bottom > rooms[c].height)
            rooms[c] = (LetterRoom){ x, top - bottom, (top + bottom) / 2 };
        }
    }
}

static void
letter_areas (const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  double step = target->width / lane->n, scale = target->view->style.scale;
  guint window = (guint) MAX (1.0, 110.0 * scale / step), half = (guint) ceil (9 * scale / step);
  double last[MIEN_SAMPLE_MAX_CLASSES];
  LetterRoom rooms[MIEN_SAMPLE_MAX_CLASSES];

  for (guint c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    last[c] = -INFINITY;
  for (guint begin = 0; begin < lane->n; begin += window)
    {
      find_room (lane, begin, MIN (begin + window, lane->n), half, n_classes, rooms);
      for (guint c = 0; c < n_classes; c++)
        {
          double x = (rooms[c].x + 0.5) * step;

          if (rooms[c].height * target->height < 13 * scale || x - last[c] < 50 * scale)
            continue;
          last[c] = x;
          mien_palette_set_source (target->cr, mien_palette_get_on (mien_timeline_get_class_colour (
                                                   target->document, target->view, (int) c)));
          mien_timeline_draw_letter (
              target->cr, target->view, target->x + x,
              target->y + target->height * (1.0 - rooms[c].middle),
              mien_timeline_get_letter (target->document, target->view, (int) c));
        }
    }
}

/* A letter at the highest point of the leading curve, now and then, on a patch of the ground. */
static void
letter_lines (const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienTimelineView *view = target->view;
  double step = target->width / lane->n, scale = view->style.scale;
  guint window = (guint) MAX (1.0, 130.0 * scale / step), half = (guint) ceil (9 * scale / step);
  double last = -INFINITY;

  for (guint begin = 0; begin < lane->n; begin += window)
    {
      guint best_x = 0;
      int best = -1;
      float most = 0.3f;
      double y;

      /* Where the curve goes on to both sides. */
      for (guint x = MAX (begin, half); x < begin + window && x + half < lane->n; x++)
        for (guint c = 0; c < n_classes; c++)
          if ((view->classes == 0 || (view->classes & (1u << c)) != 0)
              && !isnan (lane->mean[c][x - half]) && !isnan (lane->mean[c][x + half])
              && (lane->dense ? lane->mean : lane->largest)[c][x] > most)
            {
              most = (lane->dense ? lane->mean : lane->largest)[c][x];
              best = (int) c;
              best_x = x;
            }
      if (best < 0 || best_x * step - last < 60 * scale)
        continue;
      last = best_x * step;
      y = target->y
          + CLAMP (target->height * (1.0 - most) - 9 * scale, 8 * scale,
                   target->height - 8 * scale);
      if (target->height * (1.0 - most) < 17 * scale)
        y = target->y + target->height * (1.0 - most) + 12 * scale;
      {
        MienColour patch = mien_palette_get_ink (MIEN_INK_LANE, view->style.dark);

        patch.alpha = 0.8;
        mien_palette_set_source (target->cr, patch);
        cairo_arc (target->cr, target->x + (best_x + 0.5) * step, y, 8.0 * scale, 0, 2 * G_PI);
        cairo_fill (target->cr);
      }
      mien_palette_set_source (target->cr,
                               mien_timeline_get_class_colour (target->document, view, best));
      mien_timeline_draw_letter (target->cr, view, target->x + (best_x + 0.5) * step, y,
                                 mien_timeline_get_letter (target->document, target->view, best));
    }
}

void
mien_timeline_draw_letters (const MienLaneTarget *target, const MienLane *lane)
{
  if (lane->n == 0 || mien_document_get_n_classes (target->document) == 0)
    return;
  cairo_save (target->cr);
  cairo_rectangle (target->cr, target->x, target->y, target->width, target->height);
  cairo_clip (target->cr);
  cairo_select_font_face (target->cr,
                          target->view->style.font != NULL ? target->view->style.font : "Sans",
                          CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  if (target->view->mode == MIEN_TIMELINE_BAND)
    letter_band (target, lane);
  else if (target->view->mode == MIEN_TIMELINE_AREAS)
    letter_areas (target, lane);
  else if (target->view->mode == MIEN_TIMELINE_LINES)
    letter_lines (target, lane);
  cairo_restore (target->cr);
}
