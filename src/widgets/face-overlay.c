/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/face-overlay.h"

#include <math.h>

#include "plot/palette.h"
#include "widgets/words.h"

#define MAX_LABELS 64

typedef struct
{
  double x, y, width, height;
} Rectangle;

/* What a label keeps clear of: the labels drawn so far, and the faces, all on the screen. */
typedef struct
{
  Rectangle labels[MAX_LABELS];
  guint n_labels;
  Rectangle *faces;
  guint n_faces;
} Taken;

static void
rounded (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  radius = MIN (radius, MIN (width, height) / 2);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

static void
draw_box (cairo_t *cr, const MienFaceOverlayPlace *place, const MienFace *face, gboolean is_chosen)
{
  const MienSample *s = &face->sample;
  MienColour colour = mien_palette_get_person (face->colour, TRUE);
  double pixel = 1 / place->scale; /* one screen pixel in the picture */
  double line = (is_chosen ? 3.0 : 1.75) * pixel;

  cairo_save (cr);
  cairo_translate (cr, place->x, place->y);
  cairo_scale (cr, place->scale, place->scale);
  if (face->is_provisional)
    {
      const double dashes[] = { 7 * pixel, 5 * pixel };

      cairo_set_dash (cr, dashes, 2, 0);
      colour.alpha *= 0.75;
    }
  /* A dark line behind keeps the box visible on a ground of its own colour. */
  rounded (cr, s->x, s->y, s->width, s->height, 6 * pixel);
  cairo_set_source_rgba (cr, 0, 0, 0, face->is_provisional ? 0.25 : 0.45);
  cairo_set_line_width (cr, line + 2 * pixel);
  cairo_stroke_preserve (cr);
  mien_palette_set_source (cr, colour);
  cairo_set_line_width (cr, line);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_landmarks (cairo_t *cr, const MienFaceOverlayPlace *place, const MienFace *face)
{
  gssize index = face->track == NULL ? -1 : mien_track_find_frame (face->track, face->sample.frame);
  const float *points = index < 0 ? NULL : mien_track_get_landmarks (face->track, (gsize) index);

  guint n;

  if (points == NULL)
    return;
  n = mien_track_get_n_landmarks (face->track);
  mien_palette_set_source (cr, mien_palette_get_person (face->colour, TRUE));
  /* A mesh holds the 68 points among its own; smaller dots keep the face behind it visible. */
  for (guint i = n > MIEN_SAMPLE_LANDMARKS ? MIEN_SAMPLE_LANDMARKS : 0; i < n; i++)
    {
      cairo_new_sub_path (cr);
      cairo_arc (cr, place->x + place->scale * points[2 * i],
                 place->y + place->scale * points[2 * i + 1], n > MIEN_SAMPLE_LANDMARKS ? 1 : 1.5,
                 0, 2 * G_PI);
    }
  cairo_fill (cr);
}

static Rectangle
get_box (const MienFaceOverlayPlace *place, const MienSample *s)
{
  return (Rectangle){ place->x + place->scale * s->x, place->y + place->scale * s->y,
                      place->scale * s->width, place->scale * s->height };
}

static double
get_overlap (const Rectangle *a, const Rectangle *b)
{
  double width = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x);
  double height = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y);

  return MAX (width, 0) * MAX (height, 0);
}

/* How bad a place is: another label is worse to hide than a face. */
static double
rate (const Taken *taken, const Rectangle *label)
{
  double cost = 0;

  for (guint i = 0; i < taken->n_labels; i++)
    cost += 4 * get_overlap (label, &taken->labels[i]);
  for (guint i = 0; i < taken->n_faces; i++)
    cost += get_overlap (label, &taken->faces[i]);
  return cost;
}

/* Place number @i for a label: above the box, below it, beside it, then further above and below in
 * steps of its own height; from the left edge of the box, in its middle or from the right. */
static void
propose (const Rectangle *box, guint i, Rectangle *label)
{
  guint row = i / 3, column = i % 3, far = row < 3 ? 0 : (row - 1) / 2;

  label->x = box->x - 1 + (box->width + 2 - label->width) * column / 2;
  if (row == 2)
    {
      label->x = column == 0 ? box->x + box->width + 5 : box->x - label->width - 5;
      label->y = column < 2 ? box->y : box->y + box->height - label->height;
    }
  else if (row % 2 == (row < 2 ? 0 : 1))
    label->y = box->y - label->height - 5 - far * (label->height + 2);
  else
    label->y = box->y + box->height + 5 + far * (label->height + 2);
}

#define PLACES 27

/* The first place that hides nothing, or the one that hides least. */
static Rectangle
place_label (Taken *taken,
             const MienFaceOverlayPlace *place,
             const MienSample *s,
             double width,
             double height)
{
  const Rectangle box = get_box (place, s);
  Rectangle best = { 0 };
  double least = INFINITY;

  for (guint i = 0; i < PLACES && least > 0; i++)
    {
      Rectangle at = { .width = width, .height = height };
      double cost;

      propose (&box, i, &at);
      at.x = CLAMP (at.x, 2, MAX (2, place->width - width - 2));
      at.y = CLAMP (at.y, 2, MAX (2, place->height - height - 2));
      cost = rate (taken, &at);
      if (cost < least)
        {
          least = cost;
          best = at;
        }
    }
  if (taken->n_labels < MAX_LABELS)
    taken->labels[taken->n_labels++] = best;
  return best;
}

static PangoLayout *
layout_label (PangoContext *context,
              MienDocument *document,
              const MienFace *face,
              gboolean is_chosen)
{
  g_autofree char *emotion = mien_words_dup_emotion (document, face);
  g_autofree char *markup = NULL;
  PangoLayout *layout = pango_layout_new (context);

  markup = g_markup_printf_escaped (is_chosen ? "<span font_features='tnum'><b>%s</b>  %s</span>"
                                              : "<span font_features='tnum'>%s  %s</span>",
                                    face->name, emotion);
  pango_layout_set_markup (layout, markup, -1);
  return layout;
}

static void
draw_label (cairo_t *cr,
            PangoContext *context,
            const MienFaceOverlayPlace *place,
            MienDocument *document,
            const MienFace *face,
            gboolean is_chosen,
            Taken *taken)
{
  g_autoptr (PangoLayout) layout = layout_label (context, document, face, is_chosen);
  MienColour ground = mien_palette_get_person (face->colour, TRUE);
  const char *class_name =
      face->emotion < 0 ? NULL : mien_document_get_classes (document)[face->emotion].name;
  double dot = 9 * place->text_scale, pad = 7 * place->text_scale, x, y, height;
  int text_width, text_height;
  Rectangle at;

  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  at = place_label (taken, place, &face->sample, text_width + dot + 3 * pad,
                    text_height + pad * 0.6);
  x = at.x;
  y = at.y;
  height = at.height;
  rounded (cr, x, y, at.width, height, 6 * place->text_scale);
  ground.alpha = face->is_provisional ? 0.65 : is_chosen ? 1.0 : 0.88;
  mien_palette_set_source (cr, ground);
  cairo_fill (cr);
  /* The emotion's colour, ringed so that it shows on any person's. */
  cairo_arc (cr, x + pad + dot / 2, y + height / 2, dot / 2, 0, 2 * G_PI);
  mien_palette_set_source (cr, mien_palette_get_emotion (class_name, TRUE));
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
  mien_palette_set_source (cr, mien_palette_get_on (ground));
  cairo_move_to (cr, x + dot + 2 * pad, y + (height - text_height) / 2);
  pango_cairo_show_layout (cr, layout);
}

void
mien_face_overlay_draw (cairo_t *cr,
                        PangoContext *context,
                        const MienFaceOverlayPlace *place,
                        MienDocument *document,
                        const MienFace *faces,
                        guint n_faces,
                        const MienFace *chosen,
                        gboolean landmarks)
{
  g_autofree Rectangle *boxes = g_new (Rectangle, n_faces);
  Taken taken = { .faces = boxes, .n_faces = n_faces };

  g_return_if_fail (place->scale > 0);
  for (guint i = 0; i < n_faces; i++)
    boxes[i] = get_box (place, &faces[i].sample);
  for (guint i = 0; i < n_faces; i++)
    {
      draw_box (cr, place, &faces[i], &faces[i] == chosen);
      if (landmarks)
        draw_landmarks (cr, place, &faces[i]);
    }
  /* The chosen face's label gets the best place. */
  if (chosen != NULL)
    draw_label (cr, context, place, document, chosen, TRUE, &taken);
  for (guint i = 0; i < n_faces; i++)
    if (&faces[i] != chosen)
      draw_label (cr, context, place, document, &faces[i], FALSE, &taken);
}

int
mien_face_overlay_pick (
    const MienFaceOverlayPlace *place, const MienFace *faces, guint n_faces, double x, double y)
{
  double best_area = INFINITY;
  int best = -1;

  x = (x - place->x) / place->scale;
  y = (y - place->y) / place->scale;
  for (guint i = 0; i < n_faces; i++)
    {
      const MienSample *s = &faces[i].sample;
      double area = (double) s->width * s->height;

      if (x >= s->x && x < s->x + s->width && y >= s->y && y < s->y + s->height && area < best_area)
        {
          best = (int) i;
          best_area = area;
        }
    }
  return best;
}
