/* Colours and second cues, the same on screen, in exports and in reports.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "timeline/person.h"

G_BEGIN_DECLS

typedef struct
{
  double red, green, blue, alpha; /* 0..1, sRGB */
} MienColour;

/* How a chart looks on its ground. */
typedef struct
{
  gboolean dark;
  double scale;     /* text and lines, 1 = 100 %, the surface's device scale not counted */
  const char *font; /* Pango family, NULL for "Sans" */
  gboolean bare;    /* a chart fills no ground: it lies on one that is there */
  /* Words in the language of the person who looks; NULL for English, which files are in. The second
   * and the third get a class name, or NULL for uncertain; the fourth says "Person 1" of whom
   * nobody named. */
  const char *(*word) (const char *text);
  const char *(*emotion) (const char *class_name);
  const char *(*letter) (const char *class_name);
  const char *(*name) (MienPerson *person);
  const char *point; /* of decimals, NULL for "." */
} MienPlotStyle;

void mien_plot_style_init (MienPlotStyle *self); /* light, scale 1, Sans, English */

/* @text, which is marked for translation with N_(), an emotion and its second cue in dense views by
 * the class name or NULL, and the name of a person, as the style wants them. */
const char *
mien_plot_style_get_word (const MienPlotStyle *self, const char *text) G_GNUC_FORMAT (2);
const char *mien_plot_style_get_emotion (const MienPlotStyle *self, const char *class_name);
const char *mien_plot_style_get_letter (const MienPlotStyle *self, const char *class_name);
const char *mien_plot_style_get_name (const MienPlotStyle *self, MienPerson *person);
/* @value by @format, one conversion of e, f or g, with the point that the style wants. Returns
 * @out.
 */
const char *mien_plot_style_format (
    const MienPlotStyle *self, char *out, int size, const char *format, double value);
/* @number, which has at most one '.', with the point that the style wants. */
char *mien_plot_style_dup_number (const MienPlotStyle *self,
                                  const char *number) G_GNUC_WARN_UNUSED_RESULT;
/* "87 %", as the style wants it. Returns @out. */
const char *
mien_plot_style_format_percent (const MienPlotStyle *self, char *out, int size, double share);

/* The fixed colour of an emotion by its class name ("happiness" or "happy"); grey for names that
 * are not known and for NULL, which stands for uncertain. */
MienColour mien_palette_get_emotion (const char *name, gboolean dark);
/* Its second cue in dense views: "H" for happiness, "Su", "Sa"...; "?" for uncertain. */
const char *mien_palette_get_letter (const char *name);
#define MIEN_PALETTE_PEOPLE 8 /* colours before they come again */
/* The colour of a person, any index. */
MienColour mien_palette_get_person (guint index, gboolean dark);

typedef enum
{
  MIEN_INK_GROUND, /* behind everything */
  MIEN_INK_LANE,   /* behind one lane */
  MIEN_INK_GRID,   /* lines that help the eye */
  MIEN_INK_TEXT,
  MIEN_INK_DIM,    /* secondary text */
  MIEN_INK_ACCENT, /* playhead, focus */
  MIEN_INK_SELECT, /* selected range, translucent */
} MienInk;

MienColour mien_palette_get_ink (MienInk ink, gboolean dark);
/* Black or white, whichever is easier to read on @ground. */
MienColour mien_palette_get_on (MienColour ground);
void mien_palette_set_source (cairo_t *cr, MienColour colour);

G_END_DECLS
