/* States, segments, statistics, pyramids and edits on small films worked out by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "made.h"
#include "timeline/segments.h"
#include "timeline/states.h"
#include "timeline/statistics.h"

#define NS G_GINT64_CONSTANT (1000000000)
#define FRAME_NS (NS / 25)

static MienDocument *
new_document (double segment, double threshold)
{
  MienDocument *document = mien_document_new ();
  MienFilters filters = { { MIEN_SMOOTHING_NONE, 0.0 }, segment, threshold };

  made_set_classes (document);
  mien_document_set_filters (document, &filters);
  return document;
}

static void
append (MienDocument *document, gint64 frame, int track, int emotion, double top, MienStatus status)
{
  MienSample sample = made_sample (frame, track, emotion, top);
  g_autoptr (GError) error = NULL;

  sample.status = status;
  mien_document_append (document, &sample, 1, &error);
  g_assert_no_error (error);
}

static void
assert_state (const GArray *states, guint i, gint64 first, gint64 after, int emotion, guint frames)
{
  const MienState *state;

  g_assert_cmpuint (states->len, >, i);
  state = &g_array_index (states, MienState, i);
  g_assert_cmpint (state->start_ns, ==, first * FRAME_NS);
  g_assert_cmpint (state->end_ns, ==, after * FRAME_NS);
  g_assert_cmpint (state->emotion, ==, emotion);
  g_assert_cmpuint (state->frames, ==, frames);
}

static void
test_states (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  g_autoptr (GArray) states = NULL;
  MienSample gap = made_no_face (14);

  for (int f = 0; f < 5; f++)
    append (document, f, 1, 1, 0.9, MIEN_STATUS_OK);
  for (int f = 5; f < 8; f++)
    append (document, f, 1, 3, 0.4, MIEN_STATUS_OK); /* below the threshold */
  for (int f = 8; f < 14; f++)
    append (document, f, 1, 3, 0.6, f == 10 ? MIEN_STATUS_LOW_QUALITY : MIEN_STATUS_OK);
  mien_document_append (document, &gap, 1, NULL);
  append (document, 15, 1, 3, 0.7, MIEN_STATUS_OK); /* one missed frame: bridged */
  for (int f = 16; f < 40; f++)
    {
      gap = made_no_face (f);
      mien_document_append (document, &gap, 1, NULL);
    }
  append (document, 40, 1, 3, 0.7, MIEN_STATUS_OK); /* a second later: another */
  append (document, 41, 2, 0, 0.7, MIEN_STATUS_OK);
  states = mien_states_of_document (document);
  g_assert_cmpuint (states->len, ==, 5);
  assert_state (states, 0, 0, 5, 1, 5);
  assert_state (states, 1, 5, 8, MIEN_CLASS_UNCERTAIN, 3);
  assert_state (states, 2, 8, 16, 3, 6);
  assert_state (states, 3, 40, 41, 3, 1);
  assert_state (states, 4, 41, 42, 0, 1);
  g_assert_cmpuint (g_array_index (states, MienState, 4).track, ==, 2);
  g_assert_cmpfloat_with_epsilon (g_array_index (states, MienState, 2).mean_confidence,
                                  (5 * 0.6 + 0.7) / 6, 1e-6);
}

static void
test_excluded_states (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  g_autoptr (GArray) states = NULL;

  for (int f = 0; f < 20; f++)
    append (document, f, 1, 1, 0.9, MIEN_STATUS_OK);
  mien_document_exclude (document, NULL, 5 * FRAME_NS, 7 * FRAME_NS);
  states = mien_states_of_document (document);
  g_assert_cmpuint (states->len, ==, 2);
  assert_state (states, 0, 0, 5, 1, 5);
  assert_state (states, 1, 7, 20, 1, 13);
}

static void
test_verdict (void)
{
  g_autoptr (MienDocument) document = new_document (0.4, 0.5); /* ten frames each */
  g_autoptr (GArray) segments = NULL;
  MienVerdict verdict;

  for (int f = 0; f < 10; f++)
    append (document, f, 1, 1, 0.9, MIEN_STATUS_OK);
  for (int f = 10; f < 20; f++)
    append (document, f, 1, f % 2 == 0 ? 1 : 3, 0.6, MIEN_STATUS_OK); /* torn: 0.33 each */
  for (int f = 20; f < 25; f++)
    append (document, f, 1, 3, 0.7, f == 20 ? MIEN_STATUS_LOW_QUALITY : MIEN_STATUS_OK);
  segments = mien_segments_of_document (document);
  g_assert_cmpuint (segments->len, ==, 3);
  g_assert_true (g_array_index (segments, MienSegment, 0).kept);
  g_assert_false (g_array_index (segments, MienSegment, 1).kept);
  g_assert_true (g_array_index (segments, MienSegment, 2).kept);
  g_assert_cmpuint (g_array_index (segments, MienSegment, 2).frames, ==, 4);
  g_assert_cmpint (g_array_index (segments, MienSegment, 1).start_ns, ==, NS * 4 / 10);
  g_assert_cmpint (g_array_index (segments, MienSegment, 2).end_ns, ==, NS);
  g_assert_cmpfloat_with_epsilon (g_array_index (segments, MienSegment, 1).confidence,
                                  (0.6 + 0.4 / 7) / 2, 1e-6);
  mien_segments_judge (document, segments, 0, &verdict);
  g_assert_cmpint (verdict.emotion, ==, 1);
  g_assert_cmpfloat_with_epsilon (verdict.confidence, (0.9 + 0.3 / 7) / 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (verdict.values[3], (0.1 / 7 + 0.7) / 2, 1e-6);
  g_assert_cmpuint (verdict.kept, ==, 2);
  g_assert_cmpuint (verdict.total, ==, 3);
  mien_segments_judge (document, segments, 99, &verdict);
  g_assert_cmpint (verdict.emotion, ==, MIEN_CLASS_UNCERTAIN);
  g_assert_cmpuint (verdict.total, ==, 0);
}

static void
test_hidden (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  MienStatistics statistics;
  g_autoptr (GArray) segments = NULL;
  MienVerdict verdict;

  for (int f = 0; f < 10; f++)
    {
      MienSample both[2] = { made_sample (f, 1, 1, 0.9), made_sample (f, 2, 4, 0.9) };

      mien_document_append (document, both, 2, NULL);
    }
  mien_document_set_person_hidden (document, mien_document_find_person (document, 2), TRUE);
  segments = mien_segments_of_document (document);
  mien_segments_judge (document, segments, 0, &verdict);
  g_assert_cmpuint (verdict.total, ==, 1);
  g_assert_cmpint (verdict.emotion, ==, 1);
  mien_statistics_of_person (document, NULL, &statistics);
  g_assert_cmpuint (statistics.frames, ==, 10);
  mien_statistics_of_person (document, mien_document_find_person (document, 2), &statistics);
  g_assert_cmpuint (statistics.frames, ==, 10);
}

static void
test_statistics (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  MienStatistics s;
  guint bins[10];

  for (int f = 0; f < 4; f++)
    append (document, f, 1, 1, 0.9, MIEN_STATUS_OK);
  append (document, 4, 1, 1, 0.9, MIEN_STATUS_LOW_QUALITY);
  append (document, 5, 1, 3, 0.3, MIEN_STATUS_OK);
  append (document, 7, 1, 3, 0.8, MIEN_STATUS_OK); /* frame 5 stays on until 7 */
  mien_statistics_of_person (document, NULL, &s);
  g_assert_cmpuint (s.frames, ==, 6);
  g_assert_cmpuint (s.frames_low, ==, 1);
  /* 4 frames happy, 2 frames' time uncertain, and the last one as long as the mean frame. */
  g_assert_cmpfloat_with_epsilon (s.seconds, 0.16 + 0.08 + 0.28 / 6, 1e-6);
  g_assert_cmpfloat_with_epsilon (s.share[1], 0.16 / s.seconds, 1e-6);
  g_assert_cmpfloat_with_epsilon (s.share_uncertain, 0.08 / s.seconds, 1e-6);
  g_assert_cmpfloat_with_epsilon (s.mean[1], (4 * 0.9 + 0.1 + 0.2 / 7) / 6, 1e-6);
  g_assert_cmpuint (s.transitions[1][MIEN_SAMPLE_MAX_CLASSES], ==, 1);
  g_assert_cmpuint (s.transitions[MIEN_SAMPLE_MAX_CLASSES][3], ==, 1);
  {
    double x[6] = { 0.9, 0.9, 0.9, 0.9, 0.1, 0.2 / 7 }, mean = s.mean[1], sum = 0.0;

    for (int i = 0; i < 6; i++)
      sum += (x[i] - mean) * (x[i] - mean);
    g_assert_cmpfloat_with_epsilon (s.deviation[1], sqrt (sum / 5), 1e-6);
  }
  mien_statistics_of_range (document, NULL, 5 * FRAME_NS, 6 * FRAME_NS, &s);
  g_assert_cmpuint (s.frames, ==, 1);
  g_assert_true (isnan (s.deviation[1]));
  mien_statistics_of_range (document, NULL, 6 * FRAME_NS, 7 * FRAME_NS, &s);
  g_assert_cmpuint (s.frames, ==, 0);
  g_assert_true (isnan (s.mean[1]));
  g_assert_cmpfloat (s.share_uncertain, ==, 0.0);
  mien_statistics_histogram (document, NULL, 1, 0, G_MAXINT64, 10, bins);
  g_assert_cmpuint (bins[9] + bins[8], ==, 4);
  g_assert_cmpuint (bins[0] + bins[1], ==, 2);
}

/* Every stretch of a track against a plain loop. */
static void
test_pyramid (void)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  MienTrack *track;
  gsize n;

  made_set_classes (document);
  made_append (document, 0, 3000, 25.0, 1);
  track = mien_document_find_track (document, 1);
  for (int round = 0; round < 2; round++)
    {
      n = mien_track_get_length (track);
      for (int k = 0; k < 400; k++)
        {
          gsize begin = (gsize) g_test_rand_int_range (0, (gint32) n);
          gsize end = (gsize) g_test_rand_int_range ((gint32) begin, (gint32) n + 1);
          guint channel = k % 2 == 0 ? 1 : MIEN_CHANNEL_VALENCE;
          const float *values = mien_track_get_smoothed (track, channel);
          const guint8 *status = mien_track_get_status (track);
          float least = INFINITY, largest = -INFINITY;
          double sum = 0.0;
          guint count = 0;
          MienSummary summary;

          for (gsize i = begin; i < end; i++)
            if (status[i] == MIEN_STATUS_OK)
              {
                least = MIN (least, values[i]);
                largest = MAX (largest, values[i]);
                sum += values[i];
                count++;
              }
          mien_track_summarise (track, channel, TRUE, begin, end, &summary);
          g_assert_cmpuint (summary.count, ==, count);
          if (count == 0)
            continue;
          g_assert_cmpfloat (summary.min, ==, least);
          g_assert_cmpfloat (summary.max, ==, largest);
          g_assert_cmpfloat_with_epsilon (summary.mean, sum / count, 1e-5);
        }
      /* Again after more came, and a stretch was taken out. */
      if (round == 1)
        break;
      made_append (document, 3000, 3300, 25.0, 1);
      mien_document_exclude (document, NULL, 10 * NS, 11 * NS);
    }
}

/* The largest motion of stretches of every length, also after more came and a track was split. */
static void
test_flow_peaks (void)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (MienDocument) still = new_document (1.0, 0.0);
  const gsize all[] = { 0, 100 };
  float peaks[64];

  made_set_classes (document);
  made_append_moving (document, 0, 3000, 25.0, 1);
  for (int round = 0; round < 3; round++)
    {
      MienTrack *track = mien_document_find_track (document, 1);
      const float *flow = mien_track_get_column (track, MIEN_COLUMN_FLOW);
      gsize length = mien_track_get_length (track);

      for (gsize step = 1; step < length; step = step * 3 + 1)
        {
          gsize bounds[G_N_ELEMENTS (peaks) + 1];

          for (gsize k = 0; k < G_N_ELEMENTS (bounds); k++)
            bounds[k] = MIN (k * step + step / 2, length);
          mien_track_find_flow_peaks (track, bounds, G_N_ELEMENTS (peaks), peaks);
          for (gsize k = 0; k < G_N_ELEMENTS (peaks); k++)
            {
              float most = -1.0f;

              for (gsize i = bounds[k]; i < bounds[k + 1]; i++)
                most = isnan (flow[i]) ? most : MAX (most, flow[i]);
              if (most < 0.0f)
                g_assert_true (isnan (peaks[k]));
              else
                g_assert_cmpfloat (peaks[k], ==, most);
            }
        }
      if (round == 0)
        made_append_moving (document, 3000, 3300, 25.0, 1);
      else if (round == 1)
        g_assert_nonnull (mien_document_split_track (document, track, 50 * NS));
    }
  made_append (still, 0, 100, 25.0, 1);
  mien_track_find_flow_peaks (mien_document_find_track (still, 1), all, 1, peaks);
  g_assert_true (isnan (peaks[0]));
}

static void
test_baseline (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  MienPerson *person;
  MienTrack *track;
  const float *smoothed;
  double sum = 0.0;

  /* A face that looks sad (0.5) when it is neutral (0.4). */
  for (int f = 0; f < 50; f++)
    {
      MienSample s = made_sample (f, 1, 3, 0.5);

      for (int c = 0; c < 8; c++)
        s.values[c] = c == 3 ? 0.5f : c == 0 ? 0.4f : 0.1f / 6;
      if (f >= 25)
        for (int c = 0; c < 8; c++)
          s.values[c] = c == 1 ? 0.8f : 0.2f / 7;
      mien_document_append (document, &s, 1, NULL);
    }
  person = mien_document_find_person (document, 1);
  track = mien_document_find_track (document, 1);
  g_assert_cmpint (mien_track_get_emotion (track, 3, NULL), ==, 3);
  mien_document_set_baseline (document, person, 0, NS);
  g_assert_true (mien_person_has_baseline (person));
  smoothed = mien_track_get_smoothed (track, 0);
  /* Every other class at a hundredth of neutral. */
  g_assert_cmpfloat_with_epsilon (smoothed[3], 1.0 / 1.07, 1e-4);
  g_assert_cmpint (mien_track_get_emotion (track, 3, NULL), ==, 0);
  g_assert_cmpint (mien_track_get_emotion (track, 40, NULL), ==, 1);
  for (guint c = 0; c < 8; c++)
    sum += mien_track_get_smoothed (track, c)[40];
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-5);
  /* What was measured stays. */
  g_assert_cmpfloat_with_epsilon (mien_track_get_column (track, MIEN_COLUMN_VALUE + 3)[3], 0.5,
                                  1e-6);
  mien_document_undo (document);
  g_assert_cmpint (mien_track_get_emotion (track, 3, NULL), ==, 3);
}

static void
test_shown (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  MienSample gap = made_no_face (3);
  MienTrack *track;

  for (int f = 0; f < 3; f++)
    append (document, f, 1, 1, 0.9, MIEN_STATUS_OK);
  mien_document_append (document, &gap, 1, NULL);
  append (document, 4, 1, 1, 0.9, MIEN_STATUS_OK);
  track = mien_document_find_track (document, 1);
  g_assert_cmpint (mien_track_find_shown (track, -1), ==, -1);
  g_assert_cmpint (mien_track_find_shown (track, 0), ==, 0);
  g_assert_cmpint (mien_track_find_shown (track, FRAME_NS - 1), ==, 0);
  g_assert_cmpint (mien_track_find_shown (track, FRAME_NS), ==, 1);
  g_assert_cmpint (mien_track_find_shown (track, 3 * FRAME_NS + 5), ==, -1);
  g_assert_cmpint (mien_track_find_shown (track, 4 * FRAME_NS + 5), ==, 3);
  g_assert_cmpint (mien_track_find_shown (track, 60 * NS), ==, -1);
  g_assert_cmpint (mien_track_find_frame (track, 4), ==, 3);
  g_assert_cmpint (mien_track_find_frame (track, 3), ==, -1);
}

typedef void (*Edit) (MienDocument *document);

static MienPerson *
person (MienDocument *document, guint id)
{
  return mien_document_find_person (document, id);
}

static MienMark *
first_mark (MienDocument *document)
{
  g_autoptr (MienMark) mark = g_list_model_get_item (mien_document_get_marks (document), 0);

  return mark;
}

static void
edit_rename (MienDocument *document)
{
  mien_document_rename_person (document, person (document, 1), "Anna");
}

static void
edit_colour (MienDocument *document)
{
  mien_document_set_person_colour (document, person (document, 1), 5);
}

static void
edit_hide (MienDocument *document)
{
  mien_document_set_person_hidden (document, person (document, 2), TRUE);
}

static void
edit_merge (MienDocument *document)
{
  mien_document_merge_people (document, person (document, 1), person (document, 3));
}

static void
edit_assign (MienDocument *document)
{
  mien_document_assign_track (document, mien_document_find_track (document, 2),
                              person (document, 1));
}

static void
edit_assign_new (MienDocument *document)
{
  mien_document_assign_track (document, mien_document_find_track (document, 2), NULL);
}

static void
edit_split (MienDocument *document)
{
  MienTrack *part =
      mien_document_split_track (document, mien_document_find_track (document, 1), 4 * NS);

  g_assert_nonnull (part);
  g_assert_cmpint (mien_track_get_times (part)[0], >=, 4 * NS);
  g_assert_null (mien_document_split_track (document, part, 0));
}

static void
edit_exclude (MienDocument *document)
{
  mien_document_exclude (document, person (document, 2), NS, 2 * NS);
}

static void
edit_include (MienDocument *document)
{
  mien_document_include (document, person (document, 1), 5 * NS / 2, 3 * NS);
}

static void
edit_baseline (MienDocument *document)
{
  mien_document_set_baseline (document, person (document, 1), 0, NS);
}

static void
edit_mark (MienDocument *document)
{
  mien_document_add_mark (document, NS, NS, "x");
}

static void
edit_change_mark (MienDocument *document)
{
  mien_document_edit_mark (document, first_mark (document), 3 * NS, 5 * NS, "moved");
}

static void
edit_remove_mark (MienDocument *document)
{
  mien_document_remove_mark (document, first_mark (document));
}

static void
edit_several (MienDocument *document)
{
  mien_document_begin_edit (document);
  edit_rename (document);
  edit_merge (document);
  edit_mark (document);
  mien_document_end_edit (document);
}

/* Everything about people, marks and derived values, as text. */
static char *
describe (MienDocument *document)
{
  g_autofree char *summary = made_export (document, "summary");
  g_autofree char *frames = made_export (document, "csv");
  g_autofree char *marks = made_export (document, "marks");
  GString *text = g_string_new (NULL);
  GListModel *people = mien_document_get_people (document);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (MienPerson) p = g_list_model_get_item (people, i);

      g_string_append_printf (text, "%u %s %u %d\n", mien_person_get_id (p),
                              mien_person_get_name (p), mien_person_get_colour (p),
                              mien_person_is_hidden (p));
    }
  g_string_append (text, summary);
  g_string_append (text, frames);
  g_string_append (text, marks);
  return g_string_free (text, FALSE);
}

static void
test_undo (void)
{
  static const Edit edits[] = { edit_rename,      edit_colour,     edit_hide,  edit_merge,
                                edit_assign,      edit_assign_new, edit_split, edit_exclude,
                                edit_include,     edit_baseline,   edit_mark,  edit_change_mark,
                                edit_remove_mark, edit_several };
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autofree char *start = NULL;
  char *before[G_N_ELEMENTS (edits)], *after[G_N_ELEMENTS (edits)];

  made_set_classes (document);
  made_append (document, 0, 250, 25.0, 3);
  mien_document_add_mark (document, 2 * NS, 3 * NS, "base");
  mien_document_exclude (document, NULL, 2 * NS, 4 * NS);
  start = describe (document);
  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autofree char *undone = NULL;
      g_autofree char *redone = NULL;

      before[i] = describe (document);
      edits[i](document);
      after[i] = describe (document);
      g_test_message ("edit %zu", i);
      g_assert_cmpstr (before[i], !=, after[i]);
      mien_document_undo (document);
      undone = describe (document);
      g_assert_cmpstr (before[i], ==, undone);
      g_assert_true (mien_document_can_redo (document));
      mien_document_redo (document);
      redone = describe (document);
      g_assert_cmpstr (after[i], ==, redone);
      g_assert_false (mien_document_can_redo (document));
      mien_document_undo (document);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_free (before[i]);
      g_free (after[i]);
    }
  /* Doing nothing is no step. */
  mien_document_undo (document);
  mien_document_undo (document);
  g_assert_false (mien_document_can_undo (document));
  mien_document_rename_person (document, person (document, 1), "Person 1");
  g_assert_false (mien_document_can_undo (document));
  mien_document_redo (document);
  mien_document_redo (document);
  {
    g_autofree char *again = describe (document);

    g_assert_cmpstr (start, ==, again);
  }
}

/* A face that appears after an edit stays when the edit is undone. */
static void
test_growing (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  MienTrack *late;

  for (int f = 0; f < 10; f++)
    append (document, f, 1, 1, 0.9, MIEN_STATUS_OK);
  mien_document_split_track (document, mien_document_find_track (document, 1), 5 * FRAME_NS);
  g_assert_cmpuint (mien_track_get_length (mien_document_find_track (document, 2)), ==, 5);
  append (document, 10, 1, 1, 0.9, MIEN_STATUS_OK); /* the second part grows */
  g_assert_cmpuint (mien_track_get_length (mien_document_find_track (document, 2)), ==, 6);
  append (document, 11, 2, 3, 0.9, MIEN_STATUS_OK); /* a new face, third number */
  late = mien_document_find_track (document, 3);
  g_assert_nonnull (late);
  g_assert_cmpint (mien_document_get_next_track (document), ==, 3);
  mien_document_undo (document);
  g_assert_cmpuint (mien_track_get_length (mien_document_find_track (document, 1)), ==, 11);
  g_assert_null (mien_document_find_track (document, 2));
  g_assert_true (mien_document_find_track (document, 3) == late);
  g_assert_cmpstr (mien_person_get_name (mien_track_get_person (late)), ==, "Person 3");
  append (document, 12, 2, 3, 0.9, MIEN_STATUS_OK);
  g_assert_cmpuint (mien_track_get_length (late), ==, 2);
}

/* Without smoothing, by hand: frames of 0.6, 0.8 and 0.7 in a row; one that does not count and one
 * that is too far away say nothing. */
static void
test_bounds (void)
{
  g_autoptr (MienDocument) document = new_document (1.0, 0.5);
  MienTrack *track;
  float low[8], high[8];

  append (document, 0, 1, 1, 0.6, MIEN_STATUS_OK);
  append (document, 1, 1, 1, 0.8, MIEN_STATUS_OK);
  append (document, 2, 1, 1, 0.7, MIEN_STATUS_OK);
  append (document, 3, 1, 1, 0.1, MIEN_STATUS_LOW_QUALITY);
  append (document, 20, 1, 1, 0.99, MIEN_STATUS_OK);
  track = mien_document_find_track (document, 1);
  /* Around 0.7: deviations of -0.1, 0.1 and 0, over n - 1. */
  g_assert_true (mien_track_get_bounds (track, 2, low, high));
  g_assert_cmpfloat_with_epsilon (low[1], 0.6, 1e-5);
  g_assert_cmpfloat_with_epsilon (high[1], 0.8, 1e-5);
  /* Alone, there is nothing to say; below 0 and above 1 there is no probability. */
  g_assert_false (mien_track_get_bounds (track, 4, low, high));
  for (int f = 21; f < 30; f++)
    append (document, f, 1, 1, f % 2 == 0 ? 1.0 : 0.2, MIEN_STATUS_OK);
  g_assert_true (mien_track_get_bounds (track, 10, low, high));
  for (int c = 0; c < 8; c++)
    {
      g_assert_cmpfloat (low[c], >=, 0.0);
      g_assert_cmpfloat (high[c], <=, 1.0);
      g_assert_cmpfloat (low[c], <, high[c]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/derive/states", test_states);
  g_test_add_func ("/timeline/derive/excluded-states", test_excluded_states);
  g_test_add_func ("/timeline/derive/verdict", test_verdict);
  g_test_add_func ("/timeline/derive/hidden", test_hidden);
  g_test_add_func ("/timeline/derive/statistics", test_statistics);
  g_test_add_func ("/timeline/derive/pyramid", test_pyramid);
  g_test_add_func ("/timeline/derive/flow-peaks", test_flow_peaks);
  g_test_add_func ("/timeline/derive/baseline", test_baseline);
  g_test_add_func ("/timeline/derive/shown", test_shown);
  g_test_add_func ("/timeline/derive/undo", test_undo);
  g_test_add_func ("/timeline/derive/growing", test_growing);
  g_test_add_func ("/timeline/derive/bounds", test_bounds);
  return g_test_run ();
}
