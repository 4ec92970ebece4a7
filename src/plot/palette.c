/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/palette.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define RGB(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16 & 0xff) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex) &0xff) / 255.0, 1.0          \
  }

/* The hues of Okabe and Ito (Color Universal Design, 2008), moved until any two are at least 18
 * apart in CIE L*a*b* also as people with each kind of colour blindness see them; tests/plot
 * measures it. */
static const struct
{
  const char *names[2]; /* FER+ and FER2013 */
  const char *letter;
  MienColour light, dark;
} emotions[] = {
  /* Translators: of the word for the emotion, in the order neutral, happiness, surprise, sadness,
   * anger, disgust, fear, contempt: a letter or two, no two alike. */
  { { "neutral", "neutral" }, NC_ ("letter", "N"), RGB (0x686c72), RGB (0xdfe1e6) },
  { { "happiness", "happy" }, NC_ ("letter", "H"), RGB (0xeaa300), RGB (0xf5a614) },
  { { "surprise", "surprise" }, NC_ ("letter", "Su"), RGB (0x25b7ec), RGB (0x90c6ff) },
  { { "sadness", "sad" }, NC_ ("letter", "Sa"), RGB (0x1c3663), RGB (0x2f7bb8) },
  { { "anger", "angry" }, NC_ ("letter", "A"), RGB (0xc4141c), RGB (0xd64f26) },
  { { "disgust", "disgust" }, NC_ ("letter", "D"), RGB (0x0a9450), RGB (0x4cd67c) },
  { { "fear", "fear" }, NC_ ("letter", "F"), RGB (0x8423b5), RGB (0x9f74ff) },
  { { "contempt", "contempt" }, NC_ ("letter", "C"), RGB (0xd694b8), RGB (0xb87f98) },
};

static const MienColour uncertain[2] = { RGB (0xc9ced6), RGB (0x565d66) };

static const MienColour people[2][MIEN_PALETTE_PEOPLE] = {
  { RGB (0x1c71d8), RGB (0xc64600), RGB (0x26845a), RGB (0x813d9c), RGB (0x986a44), RGB (0xa51d2d),
    RGB (0x0f7c8a), RGB (0x9a7b00) },
  { RGB (0x78aeed), RGB (0xffa348), RGB (0x5bd28f), RGB (0xdc8add), RGB (0xcdab8f), RGB (0xf66151),
    RGB (0x5ccfdd), RGB (0xf0d44a) },
};

static const MienColour inks[2][MIEN_INK_SELECT + 1] = {
  { RGB (0xffffff),
    RGB (0xf4f5f7),
    RGB (0xd3d7de),
    RGB (0x1e2329),
    RGB (0x5f6773),
    RGB (0xd01884),
    { 0.11, 0.44, 0.85, 0.20 } },
  { RGB (0x1d1f23),
    RGB (0x282b30),
    RGB (0x454a52),
    RGB (0xf2f4f7),
    RGB (0xa9b0ba),
    RGB (0xff6ec7),
    { 0.47, 0.68, 0.93, 0.25 } },
};

void
mien_plot_style_init (MienPlotStyle *self)
{
  *self = (MienPlotStyle){ .scale = 1.0 };
}

const char *
mien_plot_style_get_word (const MienPlotStyle *self, const char *text)
{
  return self->word == NULL ? text : self->word (text);
}

const char *
mien_plot_style_get_emotion (const MienPlotStyle *self, const char *class_name)
{
  if (self->emotion != NULL)
    return self->emotion (class_name);
  return class_name == NULL ? "uncertain" : class_name;
}

const char *
mien_plot_style_get_letter (const MienPlotStyle *self, const char *class_name)
{
  return self->letter == NULL ? mien_palette_get_letter (class_name) : self->letter (class_name);
}

const char *
mien_plot_style_get_name (const MienPlotStyle *self, MienPerson *person)
{
  return self->name == NULL ? mien_person_get_name (person) : self->name (person);
}

const char *
mien_plot_style_format (
    const MienPlotStyle *self, char *out, int size, const char *format, double value)
{
  char plain[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *number = NULL;

  g_ascii_formatd (plain, sizeof plain, format, value);
  number = mien_plot_style_dup_number (self, plain);
  /* A hyphen is too short for a minus, and nothing has no sign. */
  if (*number == '-' || *number == '+')
    g_snprintf (out, (gulong) size, "%s%s",
                strpbrk (number, "123456789") == NULL ? ""
                : *number == '-'                      ? "\u2212"
                                                      : "+",
                number + 1);
  else
    g_strlcpy (out, number, (gsize) size);
  return out;
}

char *
mien_plot_style_dup_number (const MienPlotStyle *self, const char *number)
{
  const char *point = self->point == NULL ? NULL : strchr (number, '.');

  if (point == NULL)
    return g_strdup (number);
  return g_strdup_printf ("%.*s%s%s", (int) (point - number), number, self->point, point + 1);
}

const char *
mien_plot_style_format_percent (const MienPlotStyle *self, char *out, int size, double share)
{
  g_snprintf (out, (gulong) size, mien_plot_style_get_word (self, N_ ("%d %%")),
              (int) lround (100 * share));
  return out;
}

static int
find_emotion (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (emotions); i++)
    if (g_ascii_strcasecmp (name, emotions[i].names[0]) == 0
        || g_ascii_strcasecmp (name, emotions[i].names[1]) == 0)
      return (int) i;
  return -1;
}

MienColour
mien_palette_get_emotion (const char *name, gboolean dark)
{
  int i = find_emotion (name);

  if (i < 0)
    return uncertain[dark ? 1 : 0];
  return dark ? emotions[i].dark : emotions[i].light;
}

const char *
mien_palette_get_letter (const char *name)
{
  int i = find_emotion (name);

  return i < 0 ? "?" : emotions[i].letter;
}

MienColour
mien_palette_get_person (guint index, gboolean dark)
{
  return people[dark ? 1 : 0][index % G_N_ELEMENTS (people[0])];
}

MienColour
mien_palette_get_ink (MienInk ink, gboolean dark)
{
  g_return_val_if_fail ((guint) ink < G_N_ELEMENTS (inks[0]), inks[0][MIEN_INK_TEXT]);
  return inks[dark ? 1 : 0][ink];
}

MienColour
mien_palette_get_on (MienColour ground)
{
  /* Luma is near enough to relative luminance to choose between two extremes. */
  double luma = 0.299 * ground.red + 0.587 * ground.green + 0.114 * ground.blue;

  return luma > 0.55 ? (MienColour){ 0, 0, 0, 1 } : (MienColour){ 1, 1, 1, 1 };
}

void
mien_palette_set_source (cairo_t *cr, MienColour colour)
{
  cairo_set_source_rgba (cr, colour.red, colour.green, colour.blue, colour.alpha);
}
