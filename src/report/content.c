/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/content.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "config.h"
#include "plot/charts.h"
#include "plot/timeline-plot.h"
#include "timeline/segments.h"
#include "timeline/states.h"

/* All charts are this wide, in logical pixels; pages scale them. */
#define CHART_WIDTH 960.0
/* States of longer films are in states.csv; nobody reads pages of them. */
#define MAX_STATES 200

static void
block_free (gpointer data)
{
  MienBlock *self = data;

  g_free (self->text);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

static MienBlock *
add (GPtrArray *blocks, MienBlockKind kind, const char *text)
{
  MienBlock *block = g_new0 (MienBlock, 1);

  block->kind = kind;
  block->text = g_strdup (text);
  g_ptr_array_add (blocks, block);
  return block;
}

static MienBlock *
add_table (GPtrArray *blocks, const char *text, guint n_words)
{
  MienBlock *block = add (blocks, MIEN_BLOCK_TABLE, text);

  block->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  block->n_words = n_words;
  return block;
}

static MienBlock *
add_chart (GPtrArray *blocks,
           const char *text,
           MienDocument *document,
           MienPerson *person,
           double height,
           MienBlockDraw draw)
{
  MienBlock *block = add (blocks, MIEN_BLOCK_CHART, text);

  block->width = CHART_WIDTH;
  block->height = height;
  block->draw = draw;
  block->document = document;
  block->person = person;
  mien_statistics_of_person (document, person, &block->statistics);
  return block;
}

/* A row of @n cells, each taken. */
static void
add_row (MienBlock *table, GStrvBuilder *row)
{
  g_ptr_array_add (table->rows, g_strv_builder_end (row));
}

static void G_GNUC_PRINTF (2, 3) add_cell (GStrvBuilder *row, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_strv_builder_add (row, text);
}

static void
add_percent (GStrvBuilder *row, double value)
{
  if (isfinite (value))
    add_cell (row, "%.0f %%", 100 * value);
  else
    add_cell (row, "–");
}

static void
add_signed (GStrvBuilder *row, double value)
{
  static const MienPlotStyle plain;
  char text[16];

  if (isfinite (value))
    add_cell (row, "%s", mien_plot_style_format (&plain, text, sizeof text, "%+.2f", value));
  else
    add_cell (row, "–");
}

static void
add_time (GStrvBuilder *row, gint64 ns, guint decimals)
{
  g_autofree char *text = mien_timeline_format_time (ns, decimals);

  g_strv_builder_add (row, text);
}

/* -- charts -- */

static void
draw_timeline (const MienBlock *self, cairo_t *cr)
{
  MienTimelineView view;

  mien_timeline_view_init (&view, self->document, self->width, self->height);
  mien_timeline_draw (cr, self->document, &view);
}

static void
draw_bands (const MienBlock *self, cairo_t *cr)
{
  MienTimelineView view;

  mien_timeline_view_init (&view, self->document, self->width, self->height);
  view.mode = MIEN_TIMELINE_BAND;
  mien_timeline_draw (cr, self->document, &view);
}

static void
draw_share (const MienBlock *self, cairo_t *cr)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_chart_draw_share (cr, &style, self->width, self->height, self->document, &self->statistics);
}

static void
draw_transitions (const MienBlock *self, cairo_t *cr)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_chart_draw_transitions (cr, &style, self->width, self->height, self->document,
                               &self->statistics);
}

/* -- people -- */

/* Those not hidden that have samples; borrowed elements. */
static GPtrArray *
list_people (MienDocument *document)
{
  GListModel *people = mien_document_get_people (document);
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      if (!mien_person_is_hidden (person))
        g_ptr_array_add (list, person);
    }
  return list;
}

static void
add_verdict_row (MienBlock *table, MienDocument *document, GArray *segments, MienPerson *person)
{
  g_autoptr (GStrvBuilder) row = g_strv_builder_new ();
  MienVerdict verdict;
  MienStatistics statistics;

  mien_segments_judge (document, segments, person != NULL ? mien_person_get_id (person) : 0,
                       &verdict);
  mien_statistics_of_person (document, person, &statistics);
  g_strv_builder_add (row, person != NULL ? mien_person_get_name (person) : "all");
  g_strv_builder_add (row, mien_states_get_name (document, verdict.emotion));
  add_percent (row, verdict.kept > 0 ? verdict.confidence : NAN);
  add_cell (row, "%u of %u", verdict.kept, verdict.total);
  add_cell (row, "%.1f s", statistics.seconds);
  add_signed (row, statistics.valence);
  add_signed (row, statistics.arousal);
  add_row (table, row);
}

static void
add_verdicts (GPtrArray *blocks, MienDocument *document, GPtrArray *people)
{
  g_autoptr (GArray) segments = mien_segments_of_document (document);
  g_autoptr (GStrvBuilder) head = g_strv_builder_new ();
  MienBlock *table;

  add (blocks, MIEN_BLOCK_HEADING, "Verdict");
  table = add_table (blocks,
                     "The emotion of the largest mean probability over the segments that are sure "
                     "enough.",
                     2);
  g_strv_builder_addv (head, (const char *[]){ "person", "emotion", "probability", "segments kept",
                                               "time read", "valence", "arousal", NULL });
  add_row (table, head);
  for (guint i = 0; i < people->len; i++)
    add_verdict_row (table, document, segments, people->pdata[i]);
  if (people->len != 1)
    add_verdict_row (table, document, segments, NULL);
}

static void
add_shares (GPtrArray *blocks, MienDocument *document, GPtrArray *people)
{
  const MienClass *classes = mien_document_get_classes (document);
  guint n = mien_document_get_n_classes (document);
  MienBlock *table = add_table (
      blocks,
      "Share of the time that each emotion was the leading one (first line of a person), "
      "and mean probability with standard deviation (second line).",
      2);
  g_autoptr (GStrvBuilder) head = g_strv_builder_new ();

  add_cell (head, "person");
  add_cell (head, "value");
  for (guint c = 0; c < n; c++)
    g_strv_builder_add (head, classes[c].name);
  add_cell (head, "uncertain");
  add_row (table, head);
  for (guint i = 0; i < people->len; i++)
    {
      g_autoptr (GStrvBuilder) share = g_strv_builder_new ();
      g_autoptr (GStrvBuilder) mean = g_strv_builder_new ();
      MienStatistics s;

      mien_statistics_of_person (document, people->pdata[i], &s);
      g_strv_builder_add (share, mien_person_get_name (people->pdata[i]));
      add_cell (share, "time");
      add_cell (mean, "%s", "");
      add_cell (mean, "mean");
      for (guint c = 0; c < n; c++)
        {
          add_percent (share, s.share[c]);
          if (isfinite (s.mean[c]) && isfinite (s.deviation[c]))
            add_cell (mean, "%.2f ± %.2f", s.mean[c], s.deviation[c]);
          else
            add_cell (mean, "–");
        }
      add_percent (share, s.share_uncertain);
      add_cell (mean, "%s", "");
      add_row (table, share);
      add_row (table, mean);
    }
}

static void
add_states (GPtrArray *blocks, MienDocument *document)
{
  g_autoptr (GArray) states = mien_states_of_document (document);
  g_autoptr (GStrvBuilder) head = g_strv_builder_new ();
  g_autofree char *text = NULL;
  guint shown;
  MienBlock *table;

  for (guint i = states->len; i-- > 0;)
    {
      MienPerson *person =
          mien_document_find_person (document, g_array_index (states, MienState, i).person);

      if (person != NULL && mien_person_is_hidden (person))
        g_array_remove_index (states, i);
    }
  shown = MIN (states->len, MAX_STATES);
  add (blocks, MIEN_BLOCK_HEADING, "States");
  text = shown == states->len
             ? g_strdup ("Stretches of one leading emotion, in order of track and time.")
             : g_strdup_printf ("The first %u of %u stretches of one leading emotion, in order of "
                                "track and time; states.csv holds all of them.",
                                shown, states->len);
  table = add_table (blocks, text, 2);
  g_strv_builder_addv (head, (const char *[]){ "person", "emotion", "from", "to", "seconds",
                                               "mean probability", NULL });
  add_row (table, head);
  for (guint i = 0; i < shown; i++)
    {
      const MienState *state = &g_array_index (states, MienState, i);
      MienPerson *person = mien_document_find_person (document, state->person);
      g_autoptr (GStrvBuilder) row = g_strv_builder_new ();

      g_strv_builder_add (row, person != NULL ? mien_person_get_name (person) : "–");
      g_strv_builder_add (row, mien_states_get_name (document, state->emotion));
      add_time (row, state->start_ns, 2);
      add_time (row, state->end_ns, 2);
      add_cell (row, "%.2f", (double) (state->end_ns - state->start_ns) / 1e9);
      add_percent (row, state->mean_confidence);
      add_row (table, row);
    }
}

/* -- method -- */

static void
add_fact (MienBlock *table, const char *name, const char *value)
{
  g_autoptr (GStrvBuilder) row = g_strv_builder_new ();

  g_strv_builder_add (row, name);
  g_strv_builder_add (row, value);
  add_row (table, row);
}

static void
add_film (GPtrArray *blocks, MienDocument *document)
{
  const MienSource *source = mien_document_get_source (document);
  MienBlock *table = add_table (blocks, NULL, 2);
  g_autofree char *end = mien_timeline_format_time (mien_document_get_end (document), 3);
  g_autofree char *size = g_strdup_printf ("%d × %d pixels", source->width, source->height);
  g_autofree char *frames = NULL;

  frames =
      source->frames >= 0
          ? g_strdup_printf ("%" G_GSIZE_FORMAT " analysed of %" G_GINT64_FORMAT " decoded",
                             mien_document_get_n_frames (document), source->frames)
          : g_strdup_printf ("%" G_GSIZE_FORMAT " analysed", mien_document_get_n_frames (document));
  add_fact (table, "property", "value");
  add_fact (table, "film", source->path != NULL ? source->path : "unknown");
  if (source->hash != NULL)
    add_fact (table, "content", source->hash);
  add_fact (table, "length", end);
  add_fact (table, "picture", size);
  add_fact (table, "frames", frames);
  if (!mien_document_is_complete (document))
    add_fact (table, "state", "the analysis has not reached the end of the film");
}

static const char *
get_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return "–";
  return json_node_get_string (node);
}

static void
add_models (GPtrArray *blocks, MienDocument *document)
{
  const char *json = mien_document_get_setting (document, "models");
  g_autoptr (JsonNode) root = json != NULL ? json_from_string (json, NULL) : NULL;
  g_autoptr (GStrvBuilder) head = g_strv_builder_new ();
  JsonArray *models;
  MienBlock *table;

  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    return;
  models = json_node_get_array (root);
  table = add_table (blocks, "The networks that were used.", 5);
  g_strv_builder_addv (head,
                       (const char *[]){ "task", "name", "licence", "source", "sha256", NULL });
  add_row (table, head);
  for (guint i = 0; i < json_array_get_length (models); i++)
    {
      JsonNode *node = json_array_get_element (models, i);
      g_autoptr (GStrvBuilder) row = g_strv_builder_new ();

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      g_strv_builder_add (row, get_member (json_node_get_object (node), "task"));
      g_strv_builder_add (row, get_member (json_node_get_object (node), "name"));
      g_strv_builder_add (row, get_member (json_node_get_object (node), "licence"));
      g_strv_builder_add (row, get_member (json_node_get_object (node), "source"));
      add_cell (row, "%.16s", get_member (json_node_get_object (node), "hash"));
      add_row (table, row);
    }
}

/* A setting's JSON as people read it; NULL for what is not set. */
static char *
dup_value (const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return g_strdup_printf ("%g", json_node_get_double (node));
  return json_to_string (node, FALSE);
}

static void
add_settings (GPtrArray *blocks, MienDocument *document)
{
  g_auto (GStrv) keys = mien_document_dup_setting_keys (document);
  const MienFilters *filters = mien_document_get_filters (document);
  g_autofree char *smooth = mien_smoothing_to_string (&filters->smoothing);
  g_autofree char *segment = g_strdup_printf ("%g s", filters->segment_seconds);
  g_autofree char *threshold = g_strdup_printf ("%g", filters->threshold);
  MienBlock *table = add_table (blocks, "Settings.", 2);

  add_fact (table, "setting", "value");
  for (char **key = keys; *key != NULL; key++)
    {
      g_autofree char *value = dup_value (mien_document_get_setting (document, *key));

      if (value != NULL && (*key)[0] != '_' && strcmp (*key, "models") != 0
          && strcmp (*key, "timing") != 0)
        add_fact (table, *key, value);
    }
  add_fact (table, "smoothing", smooth);
  add_fact (table, "segment", segment);
  add_fact (table, "threshold", threshold);
}

static void
add_method (GPtrArray *blocks, MienDocument *document)
{
  add (blocks, MIEN_BLOCK_HEADING, "Method");
  add (blocks, MIEN_BLOCK_TEXT,
       "Every analysed frame was searched for faces; boxes of one face in successive frames form a "
       "track, and tracks belong to people. Each face was cut out as the classifier's card "
       "demands, and the classifier gave a probability for each class from this one picture. "
       "Probabilities were smoothed over time as stated below; the leading emotion of a moment is "
       "the class of the largest smoothed probability, or uncertain below the threshold. Faces "
       "that are too small, too dark, too bright, too blurred, turned too far or cut off by the "
       "edge are measured, but left out of statistics, states and verdict.");
  add (blocks, MIEN_BLOCK_TEXT,
       "The verdict cuts each track into segments of equal length, averages the raw probabilities "
       "in each, keeps the segments whose largest mean reaches the threshold, and averages those. "
       "Valence is the difference between the probabilities of pleasant and unpleasant classes; "
       "arousal weighs the classes by their place on Russell's circumplex (1980). Both are derived "
       "from the probabilities, not measured.");
  add (blocks, MIEN_BLOCK_TEXT,
       "What a face shows is not what a person feels: these numbers describe facial expressions as "
       "people label them in photographs, with the errors and biases of the pictures that the "
       "classifier has learned from.");
  add_models (blocks, document);
  add_settings (blocks, document);
}

static void
add_diagnostics (GPtrArray *blocks, MienDocument *document)
{
  GListModel *list = mien_document_get_diagnostics (document);
  guint n = g_list_model_get_n_items (list);
  MienBlock *table;

  if (n == 0)
    return;
  add (blocks, MIEN_BLOCK_HEADING, "Notes of the analysis");
  table = add_table (blocks, NULL, 4);
  {
    g_autoptr (GStrvBuilder) head = g_strv_builder_new ();

    g_strv_builder_addv (head, (const char *[]){ "kind", "part", "time", "message", NULL });
    add_row (table, head);
  }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienDiagnostic) item = g_list_model_get_item (list, i);
      g_autoptr (GStrvBuilder) row = g_strv_builder_new ();

      g_strv_builder_add (row, mien_severity_get_name (mien_diagnostic_get_severity (item)));
      g_strv_builder_add (row, mien_diagnostic_get_stage (item));
      if (mien_diagnostic_get_time (item) >= 0)
        add_time (row, mien_diagnostic_get_time (item), 3);
      else
        add_cell (row, "%s", "");
      g_strv_builder_add (row, mien_diagnostic_get_message (item));
      add_row (table, row);
    }
}

static void
add_people (GPtrArray *blocks, MienDocument *document, GPtrArray *people)
{
  add (blocks, MIEN_BLOCK_HEADING, "People");
  add_shares (blocks, document, people);
  for (guint i = 0; i < people->len; i++)
    {
      const char *name = mien_person_get_name (people->pdata[i]);
      g_autofree char *share = g_strdup_printf ("Share of time per emotion: %s", name);
      g_autofree char *steps = g_strdup_printf ("Which emotion followed which: %s", name);

      add (blocks, MIEN_BLOCK_SUBHEADING, name);
      add_chart (blocks, share, document, people->pdata[i], 72, draw_share);
      add_chart (blocks, steps, document, people->pdata[i], 360, draw_transitions);
    }
}

GPtrArray *
mien_report_list_blocks (MienDocument *document)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (block_free);
  g_autoptr (GPtrArray) people = list_people (document);
  const MienSource *source = mien_document_get_source (document);
  g_autofree char *name =
      source->path != NULL ? g_path_get_basename (source->path) : g_strdup ("Report");
  double lanes = 100.0 * MAX (1, people->len);

  add (blocks, MIEN_BLOCK_TITLE, name);
  add (blocks, MIEN_BLOCK_TEXT,
       "Emotions read from the faces in this film by Mien " MIEN_VERSION ".");
  add_film (blocks, document);
  if (people->len == 0)
    add (blocks, MIEN_BLOCK_TEXT, "No face was found.");
  else
    {
      add_verdicts (blocks, document, people);
      add (blocks, MIEN_BLOCK_HEADING, "Over time");
      add_chart (blocks, "Smoothed probability of each emotion over time, one lane per person",
                 document, NULL, 90 + 1.6 * lanes, draw_timeline);
      add_chart (blocks, "The leading emotion over time", document, NULL, 90 + 0.5 * lanes,
                 draw_bands);
      add_people (blocks, document, people);
      add_states (blocks, document);
    }
  add_method (blocks, document);
  add_diagnostics (blocks, document);
  return blocks;
}
