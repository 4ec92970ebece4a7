/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "timeline/export-text.h"
#include "timeline/intervals.h"
#include "timeline/text.h"

typedef struct
{
  gint64 ms;
  guint key; /* 2 * annotation, + 1 for its end */
} Slot;

typedef struct
{
  GString *tiers;
  GArray *slots; /* of Slot */
  guint n_annotations;
} Eaf;

static gint64
to_ms (gint64 ns)
{
  return (ns + 500000) / 1000000;
}

static void
append_escaped (GString *text, const char *format, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value, -1);
  /* XML 1.0 has no way to write control characters; GLib writes references to them. */
  g_autoptr (GRegex) control =
      g_regex_new ("&#x([0-8bcefBCEF]|1[0-9a-fA-F]|7[fF]|8[0-9a-fA-F]|9[0-9a-fA-F]);", 0, 0, NULL);
  g_autofree char *clean = g_regex_replace_literal (control, escaped, -1, 0, " ", 0, NULL);
  g_autoptr (GString) pattern = g_string_new (format);

  g_string_replace (pattern, "%s", clean, 1);
  g_string_append (text, pattern->str);
}

static int
compare_slots (gconstpointer a, gconstpointer b)
{
  const Slot *x = a, *y = b;

  if (x->ms != y->ms)
    return x->ms < y->ms ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

static void
put_annotation (Eaf *eaf, const MienInterval *interval)
{
  guint key = 2 * eaf->n_annotations++;
  Slot start = { to_ms (interval->start_ns), key };
  Slot end = { MAX (to_ms (interval->end_ns), start.ms + 1), key + 1 };

  g_array_append_val (eaf->slots, start);
  g_array_append_val (eaf->slots, end);
  g_string_append_printf (eaf->tiers,
                          "        <ANNOTATION>\n"
                          "            <ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a%u\""
                          " TIME_SLOT_REF1=\"ts%u\" TIME_SLOT_REF2=\"ts%u\">\n",
                          eaf->n_annotations, key + 1, key + 2);
  append_escaped (eaf->tiers,
                  "                <ANNOTATION_VALUE>%s</ANNOTATION_VALUE>\n"
                  "            </ALIGNABLE_ANNOTATION>\n"
                  "        </ANNOTATION>\n",
                  interval->text);
}

static void
put_tier (Eaf *eaf, const char *name, const GArray *intervals)
{
  append_escaped (eaf->tiers, "    <TIER LINGUISTIC_TYPE_REF=\"default-lt\" TIER_ID=\"%s\">\n",
                  name);
  for (guint i = 0; i < intervals->len; i++)
    put_annotation (eaf, &g_array_index (intervals, MienInterval, i));
  g_string_append (eaf->tiers, "    </TIER>\n");
}

static const char *
guess_mime_type (const char *path)
{
  static const char *const types[][2] = {
    { ".mp4", "video/mp4" },        { ".m4v", "video/mp4" },   { ".mpg", "video/mpeg" },
    { ".mov", "video/quicktime" },  { ".webm", "video/webm" }, { ".avi", "video/x-msvideo" },
    { ".mkv", "video/x-matroska" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i][0]))
      return types[i][1];
  return "unknown";
}

static void
put_media (GString *text, const char *path)
{
  g_autofree char *uri = NULL;
  g_autofree char *name = NULL;

  if (path == NULL)
    return;
  if (strstr (path, "://") != NULL)
    uri = g_strdup (path);
  else
    {
      g_autofree char *escaped = g_uri_escape_string (path, "/", TRUE);

      uri = g_strconcat (g_path_is_absolute (path) ? "file://" : "", escaped, NULL);
    }
  name = g_path_get_basename (path);
  append_escaped (text, "        <MEDIA_DESCRIPTOR MEDIA_URL=\"%s\"", uri);
  g_string_append_printf (text, " MIME_TYPE=\"%s\"", guess_mime_type (path));
  append_escaped (text, " RELATIVE_MEDIA_URL=\"./%s\"/>\n", name);
}

static void
put_slots (Eaf *eaf, GString *text)
{
  g_array_sort (eaf->slots, compare_slots);
  g_string_append (text, "    <TIME_ORDER>\n");
  for (guint i = 0; i < eaf->slots->len; i++)
    {
      const Slot *slot = &g_array_index (eaf->slots, Slot, i);

      g_string_append_printf (
          text, "        <TIME_SLOT TIME_SLOT_ID=\"ts%u\" TIME_VALUE=\"%" G_GINT64_FORMAT "\"/>\n",
          slot->key + 1, slot->ms);
    }
  g_string_append (text, "    </TIME_ORDER>\n");
}

static void
put_all_tiers (Eaf *eaf, MienDocument *document)
{
  GListModel *people = mien_document_get_people (document);
  g_auto (GStrv) names = mien_intervals_dup_names (document);
  g_autoptr (GPtrArray) layers = mien_intervals_of_ranges (document);
  g_autoptr (GArray) marks = mien_intervals_of_marks (document);

  for (guint p = 0; p < g_list_model_get_n_items (people); p++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, p);
      g_autoptr (GArray) intervals = mien_intervals_of_person (document, person);

      put_tier (eaf, names[p], intervals);
    }
  for (guint l = 0; l < layers->len; l++)
    {
      g_autofree char *name = mien_intervals_dup_layer_name (l);

      put_tier (eaf, name, layers->pdata[l]);
    }
  if (marks->len > 0)
    put_tier (eaf, MIEN_INTERVALS_MARKS, marks);
}

gboolean
mien_export_eaf (MienDocument *document, GOutputStream *stream, GError **error)
{
  /* The schema wants a date; the same document gives the same bytes, so it is no date of today. */
  static const char head[] =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<ANNOTATION_DOCUMENT AUTHOR=\"Mien\" DATE=\"1970-01-01T00:00:00+00:00\" FORMAT=\"3.0\""
      " VERSION=\"3.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
      " xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">\n"
      "    <HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\">\n";
  static const char tail[] =
      "    <LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"default-lt\""
      " TIME_ALIGNABLE=\"true\"/>\n"
      "    <CONSTRAINT DESCRIPTION=\"Time subdivision of parent annotation's time interval, no"
      " time gaps allowed within this interval\" STEREOTYPE=\"Time_Subdivision\"/>\n"
      "    <CONSTRAINT DESCRIPTION=\"Symbolic subdivision of a parent annotation. Annotations"
      " refering to the same parent are ordered\" STEREOTYPE=\"Symbolic_Subdivision\"/>\n"
      "    <CONSTRAINT DESCRIPTION=\"1-1 association with a parent annotation\""
      " STEREOTYPE=\"Symbolic_Association\"/>\n"
      "    <CONSTRAINT DESCRIPTION=\"Time alignable annotations within the parent annotation's"
      " time interval, gaps are allowed\" STEREOTYPE=\"Included_In\"/>\n"
      "</ANNOTATION_DOCUMENT>\n";
  Eaf eaf = { g_string_new (NULL), g_array_new (FALSE, FALSE, sizeof (Slot)), 0 };
  GString *text = g_string_new (head);
  gboolean ok;

  put_all_tiers (&eaf, document);
  put_media (text, mien_document_get_source (document)->path);
  g_string_append_printf (text,
                          "        <PROPERTY NAME=\"lastUsedAnnotationId\">%u</PROPERTY>\n"
                          "    </HEADER>\n",
                          eaf.n_annotations);
  put_slots (&eaf, text);
  g_string_append_len (text, eaf.tiers->str, (gssize) eaf.tiers->len);
  g_string_append (text, tail);
  ok = mien_text_write (text, stream, error);
  g_string_free (text, TRUE);
  g_string_free (eaf.tiers, TRUE);
  g_array_unref (eaf.slots);
  return ok;
}
