/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "timeline/export-text.h"
#include "timeline/states.h"
#include "timeline/text.h"

static int
compare_states (gconstpointer a, gconstpointer b)
{
  const MienState *x = a, *y = b;

  if (x->start_ns != y->start_ns)
    return x->start_ns < y->start_ns ? -1 : 1;
  return x->track < y->track ? -1 : x->track > y->track;
}

static void
put_time (GString *text, gint64 ms, char point)
{
  g_string_append_printf (text, "%02" G_GINT64_FORMAT ":%02d:%02d%c%03d", ms / 3600000,
                          (int) (ms / 60000 % 60), (int) (ms / 1000 % 60), point,
                          (int) (ms % 1000));
}

/* @name on one line; in WebVTT `&`, `<` and `>` are escaped, in SubRip an arrow would end the cue.
 */
static void
put_name (GString *text, const char *name, gboolean vtt)
{
  for (; *name != '\0'; name++)
    if (vtt && *name == '&')
      g_string_append (text, "&amp;");
    else if (vtt && *name == '<')
      g_string_append (text, "&lt;");
    else if (vtt && *name == '>')
      g_string_append (text, "&gt;");
    else
      g_string_append_c (text, (guchar) *name < 0x20 || *name == '<' || *name == '>' ? ' ' : *name);
}

static gboolean
export_subtitles (MienDocument *document, GOutputStream *stream, gboolean vtt, GError **error)
{
  g_autoptr (GArray) states = mien_states_of_document (document);
  GString *text = g_string_new (vtt ? "WEBVTT\n\n" : "");
  guint n = 0;
  gboolean ok;

  g_array_sort (states, compare_states);
  for (guint i = 0; i < states->len; i++)
    {
      const MienState *state = &g_array_index (states, MienState, i);
      gint64 start = (state->start_ns + 500000) / 1000000;
      gint64 end = MAX ((state->end_ns + 500000) / 1000000, start + 1);
      MienPerson *person = mien_document_find_person (document, state->person);

      if (state->emotion == MIEN_CLASS_UNCERTAIN)
        continue;
      g_string_append_printf (text, "%u\n", ++n);
      put_time (text, start, vtt ? '.' : ',');
      g_string_append (text, " --> ");
      put_time (text, end, vtt ? '.' : ',');
      g_string_append_c (text, '\n');
      put_name (text, mien_person_get_name (person), vtt);
      g_string_append (text, ": ");
      put_name (text, mien_states_get_name (document, state->emotion), vtt);
      g_string_append_printf (text, " %d %%\n\n", (int) lround (state->mean_confidence * 100.0));
    }
  ok = mien_text_write (text, stream, error);
  g_string_free (text, TRUE);
  return ok;
}

gboolean
mien_export_vtt (MienDocument *document, GOutputStream *stream, GError **error)
{
  return export_subtitles (document, stream, TRUE, error);
}

gboolean
mien_export_srt (MienDocument *document, GOutputStream *stream, GError **error)
{
  return export_subtitles (document, stream, FALSE, error);
}
