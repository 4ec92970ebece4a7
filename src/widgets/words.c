/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/words.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <langinfo.h>
#include <math.h>
#include <string.h>

#include "plot/timeline-plot.h"
#include "vision/quality.h"

/* From when on the time left is guessed. */
#define GUESS_AFTER_US (1500 * 1000)
#define GUESS_FROM 0.01

const char *
mien_words_get_translation (const char *text)
{
  return g_dgettext (NULL, text);
}

const char *
mien_words_get_emotion (const char *class_name)
{
  static const struct
  {
    const char *name, *word;
  } words[] = {
    { "neutral", NC_ ("emotion", "Neutral") },   { "happiness", NC_ ("emotion", "Happiness") },
    { "happy", NC_ ("emotion", "Happiness") },   { "surprise", NC_ ("emotion", "Surprise") },
    { "sadness", NC_ ("emotion", "Sadness") },   { "sad", NC_ ("emotion", "Sadness") },
    { "anger", NC_ ("emotion", "Anger") },       { "angry", NC_ ("emotion", "Anger") },
    { "disgust", NC_ ("emotion", "Disgust") },   { "fear", NC_ ("emotion", "Fear") },
    { "contempt", NC_ ("emotion", "Contempt") },
  };

  if (class_name == NULL)
    return C_ ("emotion", "Uncertain");
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].name, class_name))
      return g_dpgettext2 (NULL, "emotion", words[i].word);
  return class_name;
}

const char *
mien_words_get_letter (const char *class_name)
{
  return g_dpgettext2 (NULL, "letter", mien_palette_get_letter (class_name));
}

const char *
mien_words_get_class (MienDocument *document, int emotion)
{
  if (emotion < 0 || document == NULL || emotion >= (int) mien_document_get_n_classes (document))
    return mien_words_get_emotion (NULL);
  return mien_words_get_emotion (mien_document_get_classes (document)[emotion].name);
}

const char *
mien_words_get_name (MienPerson *person)
{
  static const char key[] = "mien-words-name";
  char *name;

  if (mien_person_is_named (person))
    return mien_person_get_name (person);
  name = g_object_get_data (G_OBJECT (person), key);
  if (name != NULL)
    return name;
  /* Translators: somebody whom nobody has named yet; %u is a number. */
  name = g_strdup_printf (_ ("Person %u"), mien_person_get_id (person));
  g_object_set_data_full (G_OBJECT (person), key, name, g_free);
  return name;
}

char *
mien_words_take_ltr (char *text)
{
  g_autofree char *taken = text;

  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return g_steal_pointer (&taken);
  /* An isolate from left to right and its end. */
  return g_strconcat ("\342\201\246", taken, "\342\201\251", NULL);
}

char *
mien_words_dup_percent (double value)
{
  if (isnan (value))
    return g_strdup ("–");
  /* Translators: a percentage, with a no-break space. */
  return mien_words_take_ltr (g_strdup_printf (_ ("%d %%"), (int) lround (100 * value)));
}

char *
mien_words_dup_emotion (MienDocument *document, const MienFace *face)
{
  g_autofree char *percent = NULL;

  if (face->emotion == MIEN_CLASS_UNCERTAIN)
    return g_strdup (mien_words_get_emotion (NULL));
  percent = mien_words_dup_percent (face->confidence);
  return g_strdup_printf ("%s %s", mien_words_get_class (document, face->emotion), percent);
}

/* What mien_quality_find_fault() says. */
static const char *const faults[] = { N_ ("too small"),   N_ ("too dark"),    N_ ("too bright"),
                                      N_ ("too blurred"), N_ ("turned away"), N_ ("tilted away") };

const char *
mien_words_get_fault (const MienSample *sample)
{
  const MienQualityLimits limits = mien_quality_limits_init ();
  /* How much of it lies in the picture and whether something hides it are not kept. */
  const MienQuality quality = { .size = MAX (sample->width, sample->height),
                                .brightness = sample->brightness,
                                .sharpness = sample->sharpness,
                                .inside = 1,
                                .covered = NAN };
  const MienPose pose = { .yaw = sample->yaw, .pitch = sample->pitch, .roll = sample->roll };
  const char *fault =
      mien_quality_find_fault (&quality, isnan (sample->yaw) ? NULL : &pose, &limits);

  for (guint i = 0; fault != NULL && i < G_N_ELEMENTS (faults); i++)
    if (strcmp (fault, faults[i]) == 0)
      return _ (faults[i]);
  return _ ("covered or cut off");
}

char *
mien_words_dup_face (MienDocument *document, const MienFace *face)
{
  g_autofree char *emotion = mien_words_dup_emotion (document, face);
  const char *note = "";

  if (face->is_provisional)
    note = _ (", live");
  else if (face->sample.status == MIEN_STATUS_LOW_QUALITY)
    note = _ (", low quality");
  else if (face->sample.status == MIEN_STATUS_EXCLUDED)
    note = _ (", excluded");
  return g_strdup_printf ("%s, %s%s", face->name, emotion, note);
}

const char *
mien_words_get_point (void)
{
  return nl_langinfo (RADIXCHAR);
}

char *
mien_words_dup_time (gint64 time_ns, guint decimals)
{
  const MienPlotStyle style = { .point = mien_words_get_point () };

  return mien_timeline_dup_time (&style, time_ns, decimals);
}

char *
mien_words_dup_duration (gint64 duration_ns)
{
  gint64 seconds = (MAX (duration_ns, 0) + 500 * 1000 * 1000) / (1000 * 1000 * 1000);
  int hours = (int) (seconds / 3600), minutes = (int) (seconds / 60 % 60);

  if (hours > 0)
    return g_strdup_printf ("%d:%02d:%02d", hours, minutes, (int) (seconds % 60));
  return g_strdup_printf ("%d:%02d", minutes, (int) (seconds % 60));
}

/* Whether the number that begins here is other than nothing. */
static gboolean
has_value (const char *number)
{
  while (*number == '0' || *number == '.' || *number == ',')
    number++;
  return g_ascii_isdigit (*number);
}

char *
mien_words_take_minus (char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    if ((*c == '-' || *c == '+') && (c == text || !g_ascii_isalnum (c[-1]))
        && g_ascii_isdigit (c[1]))
      /* Nothing has no sign. */
      g_string_append (out, !has_value (c + 1) ? "" : *c == '-' ? "\u2212" : "+");
    else
      g_string_append_c (out, *c);
  g_free (text);
  return g_string_free (out, FALSE);
}

char *
mien_words_take_unbroken (char *text)
{
  GString *out = g_string_new (NULL);
  gboolean was_wide = FALSE;

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);
      gboolean is_wide = g_unichar_iswide (letter);

      /* A word joiner beside each ideograph, a no-break space for each space. */
      if (c != text && (is_wide || was_wide))
        g_string_append (out, "\u2060");
      g_string_append_unichar (out, letter == ' ' ? 0xa0 : letter);
      was_wide = is_wide;
    }
  g_free (text);
  return g_string_free (out, FALSE);
}

char *
mien_words_dup_left (double seconds)
{
  g_autofree char *duration = mien_words_dup_duration ((gint64) (seconds * 1e9));

  /* Translators: time until a piece of work is done, like "1:20 left". */
  return mien_words_take_unbroken (g_strdup_printf (_ ("%s left"), duration));
}

char *
mien_words_dup_guess (gint64 begun_us, double done)
{
  gint64 passed = g_get_monotonic_time () - begun_us;

  if (done < GUESS_FROM || passed < GUESS_AFTER_US)
    return NULL;
  return mien_words_dup_left ((double) passed / G_USEC_PER_SEC * (1 - done) / done);
}
