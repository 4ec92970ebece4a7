/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/face-overlay.h"

#include <math.h>

#include "plot/palette.h"
#include "widgets/label-places.h"
#include "widgets/words.h"

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

static cairo_rectangle_t
get_box (const MienFaceOverlayPlace *place, const MienSample *s)
{
  return (cairo_rectangle_t){ place->x + place->scale * s->x, place->y + place->scale * s->y,
                              place->scale * s->width, place->scale * s->height };
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

#define DOT 9 /* of the emotion's colour, and the space beside it and the text, at 100 % text */
#define PAD 7

/* Room around the text of a label. */
static double
get_around (const MienFaceOverlayPlace *place)
{
  return (DOT + 3 * PAD) * place->text_scale;
}

static void
draw_label (cairo_t *cr,
            const MienFaceOverlayPlace *place,
            MienDocument *document,
            const MienFace *face,
            gboolean is_chosen,
            PangoLayout *layout,
            const cairo_rectangle_t *at)
{
  MienColour ground = mien_palette_get_person (face->colour, TRUE);
  const char *class_name =
      face->emotion < 0 ? NULL : mien_document_get_classes (document)[face->emotion].name;
  double dot = DOT * place->text_scale, pad = PAD * place->text_scale, x = at->x, y = at->y;
  double room = at->width - get_around (place);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  if (room < width)
    {
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_width (layout, (int) (MAX (room, 1) * PANGO_SCALE));
    }
  rounded (cr, x, y, at->width, at->height, 6 * place->text_scale);
  ground.alpha = face->is_provisional ? 0.65 : is_chosen ? 1.0 : 0.88;
  mien_palette_set_source (cr, ground);
  cairo_fill (cr);
  /* The emotion's colour, ringed so that it shows on any person's. */
  cairo_arc (cr, x + pad + dot / 2, y + at->height / 2, dot / 2, 0, 2 * G_PI);
  mien_palette_set_source (cr, mien_palette_get_emotion (class_name, TRUE));
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
  mien_palette_set_source (cr, mien_palette_get_on (ground));
  cairo_move_to (cr, x + dot + 2 * pad, y + (at->height - height) / 2);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_labels (cairo_t *cr,
             PangoContext *context,
             const MienFaceOverlayPlace *place,
             MienDocument *document,
             const MienFace *faces,
             guint n_faces,
             const MienFace *chosen,
             const cairo_rectangle_t *boxes)
{
  g_autoptr (GPtrArray) layouts = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree const MienFace **order = g_new (const MienFace *, n_faces + 1);
  g_autofree MienLabelPlace *labels = g_new0 (MienLabelPlace, n_faces + 1);
  guint n = 0;

  /* The chosen face's label gets the best place. */
  if (chosen != NULL)
    order[n++] = chosen;
  for (guint i = 0; i < n_faces; i++)
    if (&faces[i] != chosen)
      order[n++] = &faces[i];
  for (guint i = 0; i < n; i++)
    {
      PangoLayout *layout = layout_label (context, document, order[i], order[i] == chosen);
      int width, height;

      g_ptr_array_add (layouts, layout);
      pango_layout_get_pixel_size (layout, &width, &height);
      labels[i].box = get_box (place, &order[i]->sample);
      labels[i].width = width + get_around (place);
      labels[i].least = MIN (height * 3, width) + get_around (place);
      labels[i].height = height + 0.6 * PAD * place->text_scale;
    }
  mien_label_places_arrange (place->width, place->height, boxes, n_faces, labels, n);
  for (guint i = 0; i < n; i++)
    draw_label (cr, place, document, order[i], order[i] == chosen, layouts->pdata[i],
                &labels[i].at);
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
  g_autofree cairo_rectangle_t *boxes = g_new (cairo_rectangle_t, n_faces);

  g_return_if_fail (place->scale > 0);
  for (guint i = 0; i < n_faces; i++)
    boxes[i] = get_box (place, &faces[i].sample);
  for (guint i = 0; i < n_faces; i++)
    {
      draw_box (cr, place, &faces[i], &faces[i] == chosen);
      if (landmarks)
        draw_landmarks (cr, place, &faces[i]);
    }
  draw_labels (cr, context, place, document, faces, n_faces, chosen, boxes);
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
