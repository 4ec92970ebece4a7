/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/import-marks.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"

#define SIZE_LIMIT (64 * 1024 * 1024)
#define MARK_LIMIT 100000
#define MAX_SECONDS (1000.0 * 3600.0)

typedef struct
{
  gint64 start_ns, end_ns;
  char *label;
} Found;

/* A file on its way in. */
typedef struct
{
  const char *path;
  GArray *marks; /* of Found */
} Import;

static void
clear_found (gpointer data)
{
  g_free (((Found *) data)->label);
}

static gboolean
fail (const Import *import, guint64 line, GError **error, const char *reason)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: line %llu: %s"), import->path,
               (unsigned long long) line, reason);
  return FALSE;
}

static gboolean
add (
    Import *import, gint64 start_ns, gint64 end_ns, const char *label, guint64 line, GError **error)
{
  Found found = { start_ns, end_ns, NULL };

  if (end_ns < start_ns)
    return fail (import, line, error, _ ("it ends before it begins"));
  if (import->marks->len == MARK_LIMIT)
    return fail (import, line, error, _ ("too many marks"));
  found.label = g_strstrip (g_utf8_make_valid (label, -1));
  g_array_append_val (import->marks, found);
  return TRUE;
}

/* "83.5", "1:23.5" or "0:01:23,5" from @text up to @end (NULL: the whole). FALSE for anything else.
 */
static gboolean
parse_time (const char *text, const char *end, gint64 *out)
{
  g_autofree char *copy =
      g_strstrip (end == NULL ? g_strdup (text) : g_strndup (text, (gsize) (end - text)));
  g_auto (GStrv) parts = g_strsplit (g_strdelimit (copy, ",", '.'), ":", 4);
  guint n = g_strv_length (parts);
  double seconds = 0.0;

  if (n < 1 || n > 3)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      char *rest;
      double value;

      /* Only the last part may have decimals; strtod alone would take " 1", "0x1" and "nan". */
      if (parts[i][0] == '\0'
          || strspn (parts[i], i + 1 == n ? "0123456789." : "0123456789") != strlen (parts[i]))
        return FALSE;
      value = g_ascii_strtod (parts[i], &rest);
      if (*rest != '\0')
        return FALSE;
      seconds = seconds * 60.0 + value;
    }
  if (!(seconds <= MAX_SECONDS))
    return FALSE;
  *out = (gint64) llround (seconds * 1e9);
  return TRUE;
}

/* @reason, or a better one for times that somebody meant to be negative: @text up to @end. */
static gboolean
fail_time (const Import *import,
           guint64 line,
           const char *text,
           const char *end,
           const char *reason,
           GError **error)
{
  text += strspn (text, " \t");
  if ((end == NULL || text < end) && (*text == '-' || g_str_has_prefix (text, "\342\210\222")))
    reason = _ ("a time before the beginning of the film");
  return fail (import, line, error, reason);
}

gboolean
mien_marks_parse_time (const char *text, gint64 *time_ns)
{
  g_return_val_if_fail (text != NULL && time_ns != NULL, FALSE);
  return parse_time (text, NULL, time_ns);
}

/* The words of a cue, without its tags and escapes. */
static void
append_cue_text (GString *text, const char *line)
{
  static const char *const escapes[][2] = {
    { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&nbsp;", " " }
  };
  gboolean in_tag = FALSE;

  if (text->len > 0)
    g_string_append_c (text, ' ');
  while (*line != '\0')
    {
      gsize e = 0;

      while (e < G_N_ELEMENTS (escapes) && !g_str_has_prefix (line, escapes[e][0]))
        e++;
      if (e < G_N_ELEMENTS (escapes) && !in_tag)
        {
          g_string_append (text, escapes[e][1]);
          line += strlen (escapes[e][0]);
          continue;
        }
      if (*line == '<')
        in_tag = TRUE;
      else if (*line == '>' && in_tag)
        in_tag = FALSE;
      else if (!in_tag)
        g_string_append_c (text, *line);
      line++;
    }
}

static gboolean
read_subtitles (Import *import, char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint64 i = 0; lines[i] != NULL; i++)
    {
      const char *arrow = strstr (lines[i], "-->");
      guint64 line = i + 1;
      const char *end;
      gint64 from, to;
      g_autoptr (GString) label = NULL;

      if (arrow == NULL)
        continue;
      /* WebVTT may put settings behind the second time. */
      end = arrow + 3 + strspn (arrow + 3, " \t");
      end += strcspn (end, " \t\r");
      if (!parse_time (lines[i], arrow, &from))
        return fail_time (import, line, lines[i], arrow, _ ("no two times around the arrow"),
                          error);
      if (!parse_time (arrow + 3, end, &to))
        return fail_time (import, line, arrow + 3, end, _ ("no two times around the arrow"), error);
      label = g_string_new (NULL);
      while (lines[i + 1] != NULL && g_strstrip (lines[i + 1])[0] != '\0')
        append_cue_text (label, lines[++i]);
      if (!add (import, from, to, label->str, line, error))
        return FALSE;
    }
  return TRUE;
}

static int
find_column (const char *const *cells, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (g_ascii_strcasecmp (cells[i], name) == 0)
      return (int) i;
  return -1;
}

static const char *
get_cell (const char *const *cells, guint n, int column)
{
  return column >= 0 && (guint) column < n ? cells[column] : "";
}

static gboolean
read_csv (Import *import, char *text, GError **error)
{
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (text, (gssize) strlen (text), NULL);
  g_autoptr (MienCsvReader) reader = mien_csv_reader_new (stream, import->path);
  const char *const *cells;
  guint n;
  int start, end, label;

  if (!mien_csv_reader_next (reader, &cells, &n, error))
    return FALSE;
  start = find_column (cells, n, "start");
  end = find_column (cells, n, "end");
  label = find_column (cells, n, "label");
  if (start < 0 || label < 0)
    return fail (import, 1, error,
                 _ ("neither WebVTT, SubRip nor ELAN, nor a table with the columns "
                    "start,end,label"));
  for (;;)
    {
      guint64 line;
      gint64 from, to;

      if (!mien_csv_reader_next (reader, &cells, &n, error))
        return FALSE;
      if (cells == NULL)
        return TRUE;
      line = mien_csv_reader_get_line (reader);
      if (n == 1 && cells[0][0] == '\0')
        continue;
      if (!parse_time (get_cell (cells, n, start), NULL, &from))
        return fail_time (import, line, get_cell (cells, n, start), NULL,
                          _ ("the start is no time"), error);
      to = from;
      if (get_cell (cells, n, end)[0] != '\0' && !parse_time (get_cell (cells, n, end), NULL, &to))
        return fail_time (import, line, get_cell (cells, n, end), NULL, _ ("the end is no time"),
                          error);
      if (!add (import, from, to, get_cell (cells, n, label), line, error))
        return FALSE;
    }
}

/* What is open while an ELAN file is read. */
typedef struct
{
  Import *import;
  GHashTable *slots; /* of id to gint64 * milliseconds, NULL for a slot without a time */
  char *tier;
  char *from, *to; /* slots of the open annotation, NULL outside one */
  GString *value;  /* NULL outside one */
} Elan;

static const char *
find_attribute (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return values[i];
  return NULL;
}

static guint64
get_line (GMarkupParseContext *context)
{
  int line = 1;

  g_markup_parse_context_get_position (context, &line, NULL);
  return (guint64) MAX (line, 1);
}

static void
start_element (GMarkupParseContext *context,
               const char *element,
               const char **names,
               const char **values,
               gpointer data,
               GError **error)
{
  Elan *elan = data;

  if (strcmp (element, "TIME_SLOT") == 0)
    {
      const char *id = find_attribute (names, values, "TIME_SLOT_ID");
      const char *value = find_attribute (names, values, "TIME_VALUE");
      gint64 ms = 0;

      if (id == NULL
          || (value != NULL
              && !g_ascii_string_to_signed (value, 10, 0, (gint64) (MAX_SECONDS * 1e3), &ms, NULL)))
        fail (elan->import, get_line (context), error, "a time slot without id or with a bad time");
      else
        g_hash_table_replace (elan->slots, g_strdup (id),
                              value == NULL ? NULL : g_memdup2 (&ms, sizeof ms));
    }
  else if (strcmp (element, "TIER") == 0)
    {
      g_free (elan->tier);
      elan->tier = g_strdup (find_attribute (names, values, "TIER_ID"));
    }
  else if (strcmp (element, "ALIGNABLE_ANNOTATION") == 0)
    {
      g_free (elan->from);
      g_free (elan->to);
      elan->from = g_strdup (find_attribute (names, values, "TIME_SLOT_REF1"));
      elan->to = g_strdup (find_attribute (names, values, "TIME_SLOT_REF2"));
    }
  else if (strcmp (element, "ANNOTATION_VALUE") == 0 && elan->value == NULL)
    elan->value = g_string_new (NULL);
}

static void
end_annotation (Elan *elan, guint64 line, GError **error)
{
  gpointer from = NULL, to = NULL;
  g_autofree char *label = NULL;

  if (elan->from == NULL || elan->to == NULL
      || !g_hash_table_lookup_extended (elan->slots, elan->from, NULL, &from)
      || !g_hash_table_lookup_extended (elan->slots, elan->to, NULL, &to))
    {
      fail (elan->import, line, error, "an annotation between time slots that are not there");
      return;
    }
  /* ELAN may leave the time of a slot open; such an annotation has no place here. */
  if (from == NULL || to == NULL)
    return;
  label =
      g_strdup_printf ("%s%s%s", elan->tier == NULL ? "" : elan->tier,
                       elan->tier == NULL ? "" : ": ", elan->value == NULL ? "" : elan->value->str);
  add (elan->import, *(gint64 *) from * 1000000, *(gint64 *) to * 1000000, label, line, error);
}

static void
end_element (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Elan *elan = data;

  if (strcmp (element, "ALIGNABLE_ANNOTATION") != 0)
    return;
  end_annotation (elan, get_line (context), error);
  g_clear_pointer (&elan->from, g_free);
  g_clear_pointer (&elan->to, g_free);
  if (elan->value != NULL)
    g_string_free (g_steal_pointer (&elan->value), TRUE);
}

static void
add_text (GMarkupParseContext *context, const char *text, gsize n, gpointer data, GError **error)
{
  Elan *elan = data;

  if (elan->value != NULL && elan->from != NULL
      && strcmp (g_markup_parse_context_get_element (context), "ANNOTATION_VALUE") == 0)
    g_string_append_len (elan->value, text, (gssize) n);
}

static gboolean
read_elan (Import *import, char *text, GError **error)
{
  static const GMarkupParser parser = { .start_element = start_element,
                                        .end_element = end_element,
                                        .text = add_text };
  Elan elan = { .import = import };
  GMarkupParseContext *context;
  g_autoptr (GError) reason = NULL;
  gboolean ok;

  elan.slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  context = g_markup_parse_context_new (&parser, 0, &elan, NULL);
  ok = g_markup_parse_context_parse (context, text, (gssize) strlen (text), &reason)
       && g_markup_parse_context_end_parse (context, &reason);
  if (!ok && reason->domain == MIEN_ERROR)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (!ok)
    fail (import, get_line (context), error, reason->message);
  g_markup_parse_context_free (context);
  g_hash_table_unref (elan.slots);
  g_free (elan.tier);
  g_free (elan.from);
  g_free (elan.to);
  if (elan.value != NULL)
    g_string_free (elan.value, TRUE);
  return ok;
}

/* Spreadsheets save text as UTF-16, and say so by its first two bytes. */
static gboolean
decode (Import *import, char **bytes, gsize *size, GError **error)
{
  g_autofree char *text = NULL;

  if (*size < 2 || (memcmp (*bytes, "\xff\xfe", 2) != 0 && memcmp (*bytes, "\xfe\xff", 2) != 0))
    return TRUE;
  text = g_convert (*bytes, (gssize) *size, "UTF-8", "UTF-16", NULL, size, NULL);
  if (text == NULL)
    return fail (import, 1, error, _ ("broken UTF-16"));
  g_free (*bytes);
  *bytes = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_marks (Import *import, GError **error)
{
  g_autofree char *bytes = NULL;
  g_autofree char *valid = NULL;
  g_autoptr (GError) reason = NULL;
  char *text;
  gsize size;

  if (!g_file_get_contents (import->path, &bytes, &size, &reason))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", import->path, reason->message);
      return FALSE;
    }
  if (size <= SIZE_LIMIT && !decode (import, &bytes, &size, error))
    return FALSE;
  if (size > SIZE_LIMIT || memchr (bytes, '\0', size) != NULL)
    return fail (import, 1, error, _ ("not a text of marks"));
  text = valid = g_utf8_make_valid (bytes, (gssize) size);
  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    text += 3;
  if (text[strspn (text, " \t\r\n")] == '<')
    return read_elan (import, text, error);
  if (g_str_has_prefix (text, "WEBVTT") || g_strstr_len (text, 4096, "-->") != NULL)
    return read_subtitles (import, text, error);
  return read_csv (import, text, error);
}

gssize
mien_import_marks (MienDocument *document, const char *path, GError **error)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (Found));
  Import import = { path, marks };

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document) && path != NULL, -1);
  g_array_set_clear_func (marks, clear_found);
  if (!read_marks (&import, error))
    return -1;
  mien_document_begin_edit (document);
  for (guint i = 0; i < marks->len; i++)
    {
      const Found *found = &g_array_index (marks, Found, i);

      mien_document_add_mark (document, found->start_ns, found->end_ns, found->label);
    }
  mien_document_end_edit (document);
  return marks->len;
}
