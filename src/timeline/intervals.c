/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/intervals.h"

#include "timeline/states.h"

#define RANGES "Mien ranges"

static void
clear_interval (gpointer data)
{
  g_free (((MienInterval *) data)->text);
}

static GArray *
new_intervals (void)
{
  GArray *intervals = g_array_new (FALSE, FALSE, sizeof (MienInterval));

  g_array_set_clear_func (intervals, clear_interval);
  return intervals;
}

static int
compare_start (gconstpointer a, gconstpointer b)
{
  const MienInterval *x = a, *y = b;

  return x->start_ns < y->start_ns ? -1 : x->start_ns > y->start_ns;
}

/* Sorts, and cuts what begins before the one before it ends. */
static void
untangle (GArray *intervals)
{
  gint64 end = G_MININT64;

  g_array_sort (intervals, compare_start);
  for (guint i = 0; i < intervals->len;)
    {
      MienInterval *interval = &g_array_index (intervals, MienInterval, i);

      interval->start_ns = MAX (interval->start_ns, end);
      if (interval->start_ns >= interval->end_ns)
        {
          g_array_remove_index (intervals, i);
          continue;
        }
      end = interval->end_ns;
      i++;
    }
}

GArray *
mien_intervals_of_person (MienDocument *document, MienPerson *person)
{
  GArray *intervals = new_intervals ();
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (document, person);

  for (guint t = 0; t < tracks->len; t++)
    {
      g_autoptr (GArray) states = mien_states_of_track (document, tracks->pdata[t]);

      for (guint i = 0; i < states->len; i++)
        {
          const MienState *state = &g_array_index (states, MienState, i);
          MienInterval interval = { state->start_ns, state->end_ns,
                                    g_strdup (mien_states_get_name (document, state->emotion)) };

          g_array_append_val (intervals, interval);
        }
    }
  untangle (intervals);
  return intervals;
}

/* The ranges, or the marks without length, as the document has them. */
static GArray *
list_marks (MienDocument *document, gboolean ranges)
{
  GArray *intervals = new_intervals ();
  GListModel *marks = mien_document_get_marks (document);

  for (guint i = 0; i < g_list_model_get_n_items (marks); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (marks, i);
      MienInterval interval = { mien_mark_get_start (mark), mien_mark_get_end (mark), NULL };

      if (mien_mark_is_range (mark) != ranges)
        continue;
      interval.text = g_strdup (mien_mark_get_label (mark));
      g_array_append_val (intervals, interval);
    }
  g_array_sort (intervals, compare_start);
  return intervals;
}

GArray *
mien_intervals_of_marks (MienDocument *document)
{
  return list_marks (document, FALSE);
}

/* The first of @layers whose last range has ended at @time_ns; a new one when none has. */
static GArray *
find_layer (GPtrArray *layers, gint64 time_ns)
{
  for (guint l = 0; l < layers->len; l++)
    {
      GArray *layer = layers->pdata[l];

      if (g_array_index (layer, MienInterval, layer->len - 1).end_ns <= time_ns)
        return layer;
    }
  g_ptr_array_add (layers, new_intervals ());
  return layers->pdata[layers->len - 1];
}

GPtrArray *
mien_intervals_of_ranges (MienDocument *document)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GArray) ranges = list_marks (document, TRUE);

  for (guint i = 0; i < ranges->len; i++)
    {
      MienInterval range = g_array_index (ranges, MienInterval, i);
      GArray *layer = find_layer (layers, range.start_ns);

      range.text = g_strdup (range.text);
      g_array_append_val (layer, range);
    }
  return layers;
}

char *
mien_intervals_dup_layer_name (guint layer)
{
  return layer == 0 ? g_strdup (RANGES) : g_strdup_printf (RANGES ", layer %u", layer + 1);
}

char **
mien_intervals_dup_names (MienDocument *document)
{
  GListModel *people = mien_document_get_people (document);
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = g_list_model_get_n_items (people);
  char **names = g_new0 (char *, n + 1);

  g_hash_table_add (used, (gpointer) RANGES);
  g_hash_table_add (used, (gpointer) MIEN_INTERVALS_MARKS);
  for (guint p = 0; p < n; p++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, p);

      names[p] = g_strdup (mien_person_get_name (person));
      for (guint k = 2; g_hash_table_contains (used, names[p]); k++)
        {
          g_free (names[p]);
          names[p] = g_strdup_printf ("%s (%u)", mien_person_get_name (person), k);
        }
      g_hash_table_add (used, names[p]);
    }
  return names;
}
