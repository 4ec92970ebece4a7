/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/face-marks.h"

#include <math.h>
#include <pango/pangocairo.h>

#include "plot/palette.h"
#include "timeline/states.h"

struct _MienFaceMarks
{
  MienDocument *document;
  int width, height;
  double text; /* height of a line of text in pixels */
  guint n_tracks;
  gsize *at;   /* of each track: where the search for the next frame begins */
  gint64 last; /* frame drawn last */
};

MienFaceMarks *
mien_face_marks_new (MienDocument *document, int width, int height)
{
  MienFaceMarks *self = g_new0 (MienFaceMarks, 1);

  self->document = document;
  self->width = width;
  self->height = height;
  self->text = CLAMP (MIN (width, height) / 30.0, 11.0, 48.0);
  self->n_tracks = g_list_model_get_n_items (mien_document_get_tracks (document));
  self->at = g_new0 (gsize, self->n_tracks + 1);
  self->last = -1;
  return self;
}

void
mien_face_marks_free (MienFaceMarks *self)
{
  if (self == NULL)
    return;
  g_free (self->at);
  g_free (self);
}

static void
rounded (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

static void
draw_box (MienFaceMarks *self, cairo_t *cr, const MienSample *sample, MienColour colour)
{
  double line = MAX (1.5, self->text / 8);

  /* A dark line behind keeps the box visible on a ground of its own colour. */
  rounded (cr, sample->x, sample->y, sample->width, sample->height,
           MIN (self->text / 2, MIN (sample->width, sample->height) / 4));
  cairo_set_source_rgba (cr, 0, 0, 0, 0.5);
  cairo_set_line_width (cr, 2 * line);
  cairo_stroke_preserve (cr);
  if (sample->status != MIEN_STATUS_OK)
    {
      double dashes[] = { 3 * line, 2 * line };

      cairo_set_dash (cr, dashes, 2, 0);
    }
  mien_palette_set_source (cr, colour);
  cairo_set_line_width (cr, line);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static PangoLayout *
make_layout (MienFaceMarks *self, cairo_t *cr, const char *text, double scale)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");

  pango_font_description_set_absolute_size (font, self->text * scale * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

/* Name, emotion and value above the box, or inside it where there is no room. */
static void
draw_label (
    MienFaceMarks *self, cairo_t *cr, const MienSample *sample, const char *text, MienColour ground)
{
  g_autoptr (PangoLayout) layout = make_layout (self, cr, text, 1);
  double pad = self->text / 3, x, y;
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  x = CLAMP (sample->x, 0, MAX (0, self->width - width - 2 * pad));
  y = sample->y - height - 1.5 * pad;
  if (y < 0)
    y = sample->y + pad;
  rounded (cr, x, y, width + 2 * pad, height + pad, pad);
  ground.alpha = 0.9;
  mien_palette_set_source (cr, ground);
  cairo_fill (cr);
  cairo_move_to (cr, x + pad, y + pad / 2);
  mien_palette_set_source (cr, mien_palette_get_on (ground));
  pango_cairo_show_layout (cr, layout);
}

/* One bar for each class beside the box, on the side that has more room. */
static void
draw_bars (
    MienFaceMarks *self, cairo_t *cr, MienTrack *track, gsize index, const MienSample *sample)
{
  const MienClass *classes = mien_document_get_classes (self->document);
  guint n = mien_document_get_n_classes (self->document);
  double row = self->text * 0.72, letter = row * 1.6, bar = self->text * 3, pad = row / 3;
  double width = letter + bar + 2 * pad, height = n * row + 2 * pad;
  gboolean right = sample->x + sample->width + pad + width <= self->width
                   || sample->x < self->width - sample->x - sample->width;
  double x = right ? sample->x + sample->width + pad : sample->x - pad - width;
  double y = CLAMP (sample->y, 0, MAX (0, self->height - height));

  x = CLAMP (x, 0, MAX (0, self->width - width));
  rounded (cr, x, y, width, height, pad);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.55);
  cairo_fill (cr);
  for (guint i = 0; i < n; i++)
    {
      const float *values = mien_track_get_smoothed (track, i);
      double top = y + pad + i * row;
      g_autoptr (PangoLayout) layout =
          make_layout (self, cr, mien_palette_get_letter (classes[i].name), 0.6);

      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_move_to (cr, x + pad, top - row * 0.05);
      pango_cairo_show_layout (cr, layout);
      if (values == NULL || !isfinite (values[index]))
        continue;
      mien_palette_set_source (cr, mien_palette_get_emotion (classes[i].name, TRUE));
      cairo_rectangle (cr, x + pad + letter, top + row * 0.1, bar * CLAMP (values[index], 0.f, 1.f),
                       row * 0.75);
      cairo_fill (cr);
    }
}

static void
draw_face (MienFaceMarks *self, cairo_t *cr, MienTrack *track, gsize index)
{
  MienPerson *person = mien_track_get_person (track);
  MienColour colour = mien_palette_get_person (mien_person_get_colour (person), TRUE);
  g_autofree char *text = NULL;
  MienSample sample;
  double confidence;
  int emotion;

  if (mien_person_is_hidden (person))
    return;
  mien_track_get_sample (track, index, &sample);
  emotion = mien_track_get_emotion (track, index, &confidence);
  text = isfinite (confidence) && emotion != MIEN_CLASS_UNCERTAIN
             ? g_strdup_printf ("%s  %s %.0f %%", mien_person_get_name (person),
                                mien_states_get_name (self->document, emotion), 100 * confidence)
             : g_strdup_printf ("%s  %s", mien_person_get_name (person),
                                mien_states_get_name (self->document, MIEN_CLASS_UNCERTAIN));
  draw_box (self, cr, &sample, colour);
  draw_bars (self, cr, track, index, &sample);
  draw_label (self, cr, &sample, text, colour);
}

void
mien_face_marks_draw (MienFaceMarks *self, cairo_t *cr, gint64 frame)
{
  GListModel *tracks = mien_document_get_tracks (self->document);

  if (frame <= self->last)
    for (guint i = 0; i < self->n_tracks; i++)
      self->at[i] = 0;
  self->last = frame;
  for (guint i = 0; i < self->n_tracks; i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);
      const guint32 *frames = mien_track_get_frames (track);
      gsize length = mien_track_get_length (track);

      while (self->at[i] < length && frames[self->at[i]] < frame)
        self->at[i]++;
      if (self->at[i] < length && frames[self->at[i]] == frame)
        draw_face (self, cr, track, self->at[i]);
    }
}
