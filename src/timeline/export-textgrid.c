/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/export-text.h"
#include "timeline/intervals.h"
#include "timeline/text.h"

static void
put_time (GString *text, const char *indent, const char *name, gint64 ns)
{
  g_string_append_printf (text, "%s%s = %" G_GINT64_FORMAT ".%09d\n", indent, name,
                          ns / G_GINT64_CONSTANT (1000000000),
                          (int) (ns % G_GINT64_CONSTANT (1000000000)));
}

/* Praat doubles a quote inside a text. */
static void
put_text (GString *text, const char *indent, const char *name, const char *value)
{
  g_string_append_printf (text, "%s%s = \"", indent, name);
  for (; *value != '\0'; value++)
    if (*value == '"')
      g_string_append (text, "\"\"");
    else
      g_string_append_c (text, *value == '\n' || *value == '\r' ? ' ' : *value);
  g_string_append (text, "\"\n");
}

static void
put_interval (GString *body, guint number, gint64 start, gint64 end, const char *label)
{
  g_string_append_printf (body, "        intervals [%u]:\n", number);
  put_time (body, "            ", "xmin", start);
  put_time (body, "            ", "xmax", end);
  put_text (body, "            ", "text", label);
}

static void
begin_tier (GString *text, guint number, const char *class_name, const char *name, gint64 end)
{
  g_string_append_printf (text, "    item [%u]:\n", number);
  put_text (text, "        ", "class", class_name);
  put_text (text, "        ", "name", name);
  put_time (text, "        ", "xmin", 0);
  put_time (text, "        ", "xmax", end);
}

/* The intervals and, between them, empty ones: a tier is covered from end to end. */
static void
put_interval_tier (
    GString *text, guint number, const char *name, const GArray *intervals, gint64 end)
{
  GString *body = g_string_new (NULL);
  gint64 at = 0;
  guint n = 0;

  for (guint i = 0; i < intervals->len; i++)
    {
      const MienInterval *interval = &g_array_index (intervals, MienInterval, i);
      gint64 start = CLAMP (interval->start_ns, at, end);
      gint64 stop = CLAMP (interval->end_ns, start, end);

      if (start > at)
        put_interval (body, ++n, at, start, "");
      if (stop > start)
        put_interval (body, ++n, start, stop, interval->text);
      at = stop;
    }
  if (at < end || n == 0)
    put_interval (body, ++n, at, end, "");
  begin_tier (text, number, "IntervalTier", name, end);
  g_string_append_printf (text, "        intervals: size = %u\n", n);
  g_string_append_len (text, body->str, (gssize) body->len);
  g_string_free (body, TRUE);
}

/* Points of one tier may not share a time: those that do become one. */
static void
put_point_tier (GString *text, guint number, const char *name, const GArray *marks, gint64 end)
{
  GString *body = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < marks->len;)
    {
      const MienInterval *mark = &g_array_index (marks, MienInterval, i);
      g_autoptr (GString) label = g_string_new (mark->text);

      /* Those past the end come to stand there. */
      for (i++; i < marks->len
                && MIN (g_array_index (marks, MienInterval, i).start_ns, end)
                       == MIN (mark->start_ns, end);
           i++)
        g_string_append_printf (label, "; %s", g_array_index (marks, MienInterval, i).text);
      g_string_append_printf (body, "        points [%u]:\n", ++n);
      put_time (body, "            ", "number", CLAMP (mark->start_ns, 0, end));
      put_text (body, "            ", "mark", label->str);
    }
  begin_tier (text, number, "TextTier", name, end);
  g_string_append_printf (text, "        points: size = %u\n", n);
  g_string_append_len (text, body->str, (gssize) body->len);
  g_string_free (body, TRUE);
}

gboolean
mien_export_textgrid (MienDocument *document, GOutputStream *stream, GError **error)
{
  GListModel *people = mien_document_get_people (document);
  g_auto (GStrv) names = mien_intervals_dup_names (document);
  g_autoptr (GPtrArray) layers = mien_intervals_of_ranges (document);
  g_autoptr (GArray) marks = mien_intervals_of_marks (document);
  guint n_tiers;
  gint64 end = MAX (mien_document_get_end (document), 1);
  guint n_people = g_list_model_get_n_items (people), n = 0;
  GString *text = g_string_new ("File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n");
  gboolean ok;

  put_time (text, "", "xmin", 0);
  put_time (text, "", "xmax", end);
  n_tiers = n_people + layers->len + (marks->len > 0);
  g_string_append_printf (text, "tiers? <exists>\nsize = %u\nitem []:\n", MAX (n_tiers, 1));
  for (guint p = 0; p < n_people; p++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, p);
      g_autoptr (GArray) intervals = mien_intervals_of_person (document, person);

      put_interval_tier (text, ++n, names[p], intervals, end);
    }
  for (guint l = 0; l < layers->len; l++)
    {
      g_autofree char *name = mien_intervals_dup_layer_name (l);

      put_interval_tier (text, ++n, name, layers->pdata[l], end);
    }
  if (marks->len > 0)
    put_point_tier (text, ++n, MIEN_INTERVALS_MARKS, marks, end);
  /* Praat does nothing with a grid that has no tier; nobody was there, and the tier says so. */
  if (n_tiers == 0)
    {
      g_autoptr (GArray) nothing = g_array_new (FALSE, FALSE, sizeof (MienInterval));

      put_interval_tier (text, 1, "nobody", nothing, end);
    }
  ok = mien_text_write (text, stream, error);
  g_string_free (text, TRUE);
  return ok;
}
