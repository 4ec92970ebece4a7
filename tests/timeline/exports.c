/* What leaves a document, against the contract, and marks that come in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "made.h"
#include "timeline/export-csv.h"
#include "timeline/export-text.h"
#include "timeline/import-marks.h"
#include "timeline/states.h"

#define NS G_GINT64_CONSTANT (1000000000)

static MienDocument *
make (void)
{
  MienDocument *document = mien_document_new ();
  const MienSource source = { "/films/a & b.mp4", 1000, NULL, 12 * NS, 640, 480, 25.0, 300 };

  made_set_classes (document);
  mien_document_set_source (document, &source);
  made_append (document, 0, 300, 25.0, 2);
  for (int f = 300; f < 310; f++)
    {
      MienSample s = made_no_face (f);

      mien_document_append (document, &s, 1, NULL);
    }
  mien_document_rename_person (document, mien_document_find_person (document, 2),
                               "Bo, \"B\" <b> & --> x");
  mien_document_exclude (document, mien_document_find_person (document, 1), 3 * NS, 4 * NS);
  mien_document_add_mark (document, NS, 2 * NS, "first \"question\" & <more>");
  mien_document_add_mark (document, 5 * NS, 5 * NS, "cough");
  return document;
}

static MienCsvReader *
read_table (const char *text)
{
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (text, (gssize) strlen (text), NULL);

  return mien_csv_reader_new (stream, "export");
}

static const char *
take_line (const char *text, char *line, gsize size)
{
  const char *end = strchr (text, '\n');

  g_strlcpy (line, text, MIN (size, (gsize) (end - text) + 1));
  return end + 1;
}

static void
test_frames (void)
{
  g_autoptr (MienDocument) document = make ();
  g_autofree char *text = made_export (document, "csv");
  g_autoptr (MienCsvReader) reader = read_table (text);
  char header[1024];
  const char *const *cells;
  guint n, rows = 0, no_face = 0, excluded = 0;
  gint64 frame = -1;
  int track = 0;

  take_line (text, header, sizeof header);
  g_assert_cmpstr (header, ==,
                   "frame,time,status,track,person,x,y,width,height,score,yaw,pitch,roll,"
                   "brightness,sharpness,neutral,happiness,surprise,sadness,anger,disgust,fear,"
                   "contempt,emotion,confidence,valence,arousal");
  g_assert_null (strchr (text, '\r'));
  g_assert_null (strstr (text, "nan"));
  mien_csv_reader_next (reader, &cells, &n, NULL);
  for (;;)
    {
      gint64 now;
      double sum = 0.0, valence = 0.0;

      g_assert_true (mien_csv_reader_next (reader, &cells, &n, NULL));
      if (cells == NULL)
        break;
      rows++;
      g_assert_cmpuint (n, ==, 27);
      now = g_ascii_strtoll (cells[0], NULL, 10);
      g_assert_true (now == frame || now == frame + 1);
      if (now == frame)
        g_assert_cmpint (atoi (cells[3]), >, track);
      frame = now;
      track = atoi (cells[3]);
      g_assert_cmpfloat_with_epsilon (g_ascii_strtod (cells[1], NULL), (double) now / 25.0, 1e-6);
      g_assert_cmpuint (strlen (strchr (cells[1], '.')), ==, 7);
      g_assert_cmpstr (cells[10], ==, "");
      if (strcmp (cells[2], "no_face") == 0)
        {
          no_face++;
          for (guint c = 3; c < n; c++)
            g_assert_cmpstr (cells[c], ==, "");
          continue;
        }
      excluded += strcmp (cells[2], "excluded") == 0;
      for (guint c = 15; c < 23; c++)
        sum += g_ascii_strtod (cells[c], NULL);
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-5);
      valence = g_ascii_strtod (cells[16], NULL);
      for (guint c = 18; c < 23; c++)
        valence -= g_ascii_strtod (cells[c], NULL);
      g_assert_cmpfloat_with_epsilon (g_ascii_strtod (cells[25], NULL), valence, 1e-5);
      g_assert_true ((g_ascii_strtod (cells[24], NULL) < 0.5)
                     == (strcmp (cells[23], "uncertain") == 0));
    }
  g_assert_cmpint (frame, ==, 309);
  g_assert_cmpuint (no_face, ==, 10);
  g_assert_cmpuint (excluded, ==, 25);
  g_assert_cmpuint (rows, >, 300);
  g_test_message ("%u rows, %u without a face", rows, no_face);
}

static void
test_smoothed_columns (void)
{
  g_autoptr (MienDocument) document = make ();
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  const MienCsvOptions options = {
    .input = "a,b", .smoothed = TRUE, .landmarks = TRUE, .mesh = TRUE
  };
  g_autoptr (MienCsvReader) reader = NULL;
  const char *const *cells;
  guint n;
  gsize rows = 0;

  g_assert_true (mien_export_frames_csv (document, stream, &options, NULL));
  g_output_stream_write_all (stream, "", 1, NULL, NULL, NULL);
  reader = read_table (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)));
  mien_csv_reader_next (reader, &cells, &n, NULL);
  g_assert_cmpuint (n, ==, 1 + 27 + 8 + 136 + 936);
  g_assert_cmpstr (cells[0], ==, "input");
  g_assert_cmpstr (cells[28], ==, "neutral_smoothed");
  g_assert_cmpstr (cells[36], ==, "x_0");
  g_assert_cmpstr (cells[171], ==, "y_67");
  g_assert_cmpstr (cells[172], ==, "mesh_x_0");
  g_assert_cmpstr (cells[1107], ==, "mesh_y_467");
  while (mien_csv_reader_next (reader, &cells, &n, NULL) && cells != NULL)
    {
      double most = 0.0;

      rows++;
      g_assert_cmpuint (n, ==, 1 + 27 + 8 + 136 + 936);
      g_assert_cmpstr (cells[0], ==, "a,b");
      for (guint c = 28; c < 36; c++)
        most = MAX (most, g_ascii_strtod (cells[c], NULL));
      if (cells[25][0] != '\0')
        g_assert_cmpfloat_with_epsilon (g_ascii_strtod (cells[25], NULL), most, 1e-6);
    }
  g_assert_cmpuint (rows, >, 300);
}

static void
test_wide (void)
{
  g_autoptr (MienDocument) document = make ();
  g_autofree char *text = made_export (document, "wide");
  g_autoptr (MienCsvReader) reader = read_table (text);
  const char *const *cells;
  guint n, rows = 0;

  while (mien_csv_reader_next (reader, &cells, &n, NULL) && cells != NULL)
    {
      g_assert_cmpuint (n, ==, 3 + 2 * 25);
      rows++;
    }
  g_assert_cmpuint (rows, ==, 311);
}

static void
test_states_table (void)
{
  g_autoptr (MienDocument) document = make ();
  g_autofree char *text = made_export (document, "states");
  char header[256];

  take_line (text, header, sizeof header);
  g_assert_cmpstr (header, ==, "track,person,start,end,duration,emotion,mean_confidence,frames");
}

static void
test_summary (void)
{
  static const char *const keys[] = { "input",    "models",  "settings", "people",
                                      "segments", "verdict", "timing",   "diagnostics" };
  g_autoptr (MienDocument) document = make ();
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object, *person, *share;
  double sum = 0.0;

  mien_document_set_setting (document, "models", "[{\"name\":\"x\",\"task\":\"detector\"}]", NULL);
  mien_document_set_setting (document, "timing", "{\"wall\":1.25,\"fps\":24.0}", NULL);
  g_assert_false (mien_document_set_setting (document, "bad", "{", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  text = made_export (document, "summary");
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  object = json_node_get_object (node);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_true (json_object_has_member (object, keys[i]));
  g_assert_cmpstr (json_object_get_string_member (object, "input"), ==, "/films/a & b.mp4");
  person = json_array_get_object_element (json_object_get_array_member (object, "people"), 0);
  share = json_object_get_object_member (person, "share");
  for (guint c = 0; c < 8; c++)
    sum += json_object_get_double_member (share, mien_document_get_classes (document)[c].name);
  sum += json_object_get_double_member (share, "uncertain");
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-5);
  g_assert_cmpfloat (
      json_object_get_double_member (json_object_get_object_member (object, "timing"), "wall"), ==,
      1.25);
}

static void
test_locale (void)
{
  static const char *const formats[] = { "csv", "wide",     "states", "marks", "summary",
                                         "eaf", "textgrid", "vtt",    "srt" };
  g_autoptr (MienDocument) document = make ();

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *plain = made_export (document, formats[i]);
      g_autofree char *other = NULL;

      if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
        {
          g_test_skip ("de_DE.UTF-8 is not there");
          return;
        }
      other = made_export (document, formats[i]);
      setlocale (LC_ALL, "C");
      g_assert_cmpstr (plain, ==, other);
    }
}

/* A text tier by tier: what a reader of Praat's would find. */
static void
test_textgrid (void)
{
  g_autoptr (MienDocument) document = make ();
  g_autofree char *text = made_export (document, "textgrid");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  double at = -1.0;
  guint tiers = 0, expected = 0, got = 0;

  g_assert_cmpstr (lines[0], ==, "File type = \"ooTextFile\"");
  g_assert_cmpstr (lines[1], ==, "Object class = \"TextGrid\"");
  for (char **line = lines; *line != NULL; line++)
    {
      const char *l = g_strchug (*line);

      if (g_str_has_prefix (l, "class = "))
        {
          g_assert_cmpuint (got, ==, expected);
          tiers++;
          got = 0;
          at = 0.0;
        }
      else if (sscanf (l, "intervals: size = %u", &expected) == 1
               || sscanf (l, "points: size = %u", &expected) == 1)
        continue;
      else if (g_str_has_prefix (l, "intervals ["))
        {
          got++;
          g_assert_cmpfloat (g_ascii_strtod (strchr (line[1], '=') + 1, NULL), ==, at);
          at = g_ascii_strtod (strchr (line[2], '=') + 1, NULL);
        }
      else if (g_str_has_prefix (l, "points ["))
        got++;
    }
  g_assert_cmpuint (got, ==, expected);
  g_assert_cmpuint (tiers, ==, 4);
  g_assert_nonnull (strstr (text, "\"first \"\"question\"\" & <more>\""));
}

static char *
write_file (const char *text)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("mien-import-XXXXXX", &path, NULL);

  g_close (fd, NULL);
  g_file_set_contents (path, text, -1, NULL);
  return path;
}

/* Out as ELAN and subtitles, in again as marks: the same times and words. */
static void
test_round_trip (void)
{
  static const char *const formats[] = { "eaf", "vtt", "srt" };
  g_autoptr (MienDocument) document = make ();
  g_autoptr (GArray) states = mien_states_of_document (document);

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      g_autoptr (MienDocument) other = mien_document_new ();
      g_autofree char *text = made_export (document, formats[f]);
      g_autofree char *path = write_file (text);
      g_autoptr (GError) error = NULL;
      gssize n = mien_import_marks (other, path, &error);
      guint expected = f == 0 ? 2 : 0;

      g_assert_no_error (error);
      for (guint i = 0; i < states->len; i++)
        {
          const MienState *state = &g_array_index (states, MienState, i);
          gboolean found = FALSE;

          if (f > 0 && state->emotion == MIEN_CLASS_UNCERTAIN)
            continue;
          expected++;
          for (gssize m = 0; m < n && !found; m++)
            {
              g_autoptr (MienMark) mark =
                  g_list_model_get_item (mien_document_get_marks (other), (guint) m);

              found = ABS (mien_mark_get_start (mark) - state->start_ns) <= 500000
                      && ABS (mien_mark_get_end (mark) - state->end_ns) <= 1000000
                      && strstr (mien_mark_get_label (mark),
                                 mien_states_get_name (document, state->emotion))
                             != NULL;
            }
          g_assert_true (found);
        }
      g_assert_cmpint (n, ==, expected);
      mien_document_undo (other);
      g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_marks (other)), ==, 0);
      g_remove (path);
    }
}

/* Ranges that overlap: each is whole in a tier of its own, and comes in again as it was. */
static void
test_overlapping_ranges (void)
{
  static const gint64 ranges[][2] = { { 0, 10 * NS },
                                      { 2 * NS, 4 * NS },
                                      { 3 * NS, 11 * NS },
                                      { 4 * NS, 5 * NS },
                                      { 10 * NS, 12 * NS } };
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (MienDocument) other = mien_document_new ();
  const MienSource source = { "/films/a.mp4", 1000, NULL, 12 * NS, 640, 480, 25.0, 300 };
  g_autofree char *eaf = NULL;
  g_autofree char *grid = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  mien_document_set_source (document, &source);
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autofree char *label = g_strdup_printf ("r%zu", i);

      mien_document_add_mark (document, ranges[i][0], ranges[i][1], label);
    }
  /* Past the end of the film both stand at its end, where Praat takes only one point. */
  mien_document_add_mark (document, 13 * NS, 13 * NS, "late");
  mien_document_add_mark (document, 14 * NS, 14 * NS, "later");
  eaf = made_export (document, "eaf");
  grid = made_export (document, "textgrid");
  g_assert_nonnull (strstr (grid, "size = 4\nitem []:"));
  g_assert_nonnull (strstr (grid, "name = \"Mien ranges, layer 3\""));
  g_assert_nonnull (strstr (grid, "points: size = 1\n"));
  g_assert_nonnull (strstr (grid, "mark = \"late; later\""));
  path = write_file (eaf);
  g_assert_cmpint (mien_import_marks (other, path, &error), ==, 7);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      gboolean found = FALSE;
      g_autofree char *label = g_strdup_printf (": r%zu", i);

      for (guint m = 0; m < 7 && !found; m++)
        {
          g_autoptr (MienMark) mark = g_list_model_get_item (mien_document_get_marks (other), m);

          found = g_str_has_suffix (mien_mark_get_label (mark), label)
                  && mien_mark_get_start (mark) == ranges[i][0]
                  && mien_mark_get_end (mark) == ranges[i][1];
        }
      g_assert_true (found);
    }
  g_remove (path);
}

static void
test_import (void)
{
  static const struct
  {
    const char *text;
    int marks; /* -1: refused */
    const char *first;
    gint64 start, end;
  } cases[] = {
    { "start,end,label\n1.5,2,hello\n3,,mark\n", 2, "hello", NS * 3 / 2, 2 * NS },
    { "\xef\xbb\xbflabel,start\r\n\"a, b\",1:02:03.5\r\n", 1, "a, b", NS * 37235 / 10,
      NS * 37235 / 10 },
    { "END,START,LABEL,extra\n2,1,x,y\n\n", 1, "x", NS, 2 * NS },
    { "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.500 align:start\n<v Bo>Hi &amp; <b>bye</b>\nyou\n",
      1, "Hi & bye you", NS, NS * 5 / 2 },
    { "1\r\n00:00:01,250 --> 00:00:02,000\r\nHey\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nHo\r\n",
      2, "Hey", NS * 5 / 4, 2 * NS },
    { "start,end,label\n2,1,backwards\n", -1, NULL, 0, 0 },
    { "start,end,label\nx,1,bad\n", -1, NULL, 0, 0 },
    { "start,end,label\n1,nan,bad\n", -1, NULL, 0, 0 },
    { "start,end,label\n1,99999999999,bad\n", -1, NULL, 0, 0 },
    { "begin,finish\n1,2\n", -1, NULL, 0, 0 },
    { "", -1, NULL, 0, 0 },
    { "WEBVTT\n\n00:01.000 --> never\nx\n", -1, NULL, 0, 0 },
    { "<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID='a' TIME_VALUE='1000'/>"
      "<TIME_SLOT TIME_SLOT_ID='b' TIME_VALUE='2000'/><TIME_SLOT TIME_SLOT_ID='c'/></TIME_ORDER>"
      "<TIER TIER_ID='T'><ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1='a' TIME_SLOT_REF2='b'>"
      "<ANNOTATION_VALUE>v &lt; w</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
      "<ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1='b' TIME_SLOT_REF2='c'>"
      "<ANNOTATION_VALUE>open</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
      "</ANNOTATION_DOCUMENT>",
      1, "T: v < w", NS, 2 * NS },
    { "<ANNOTATION_DOCUMENT><TIER TIER_ID='T'><ANNOTATION><ALIGNABLE_ANNOTATION "
      "TIME_SLOT_REF1='a' TIME_SLOT_REF2='b'/></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
      -1, NULL, 0, 0 },
    { "<ANNOTATION_DOCUMENT><TIME_SLOT TIME_SLOT_ID='a' TIME_VALUE='-5'/></ANNOTATION_DOCUMENT>",
      -1, NULL, 0, 0 },
    { "<ANNOTATION_DOCUMENT>", -1, NULL, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MienDocument) document = mien_document_new ();
      g_autofree char *path = write_file (cases[i].text);
      g_autoptr (GError) error = NULL;
      gssize n = mien_import_marks (document, path, &error);

      g_test_message ("%zu: %s", i, error == NULL ? "read" : error->message);
      g_remove (path);
      g_assert_cmpint (n, ==, cases[i].marks);
      if (n < 0)
        {
          g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
          g_assert_true (g_str_has_prefix (error->message, path));
          g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_marks (document)), ==, 0);
          continue;
        }
      {
        g_autoptr (MienMark) mark = g_list_model_get_item (mien_document_get_marks (document), 0);

        g_assert_cmpstr (mien_mark_get_label (mark), ==, cases[i].first);
        g_assert_cmpint (mien_mark_get_start (mark), ==, cases[i].start);
        g_assert_cmpint (mien_mark_get_end (mark), ==, cases[i].end);
      }
    }
}

/* What a spreadsheet saves as Unicode text, in both orders of bytes; and what is wrong is told with
 * the file, the line and the reason. */
static void
test_import_errors (void)
{
  static const struct
  {
    const char *text, *line, *reason;
  } cases[] = {
    { "start,end,label\n1,2,a\n5,4,b\n", "line 3", "it ends before it begins" },
    { "start,end,label\n1,2,a\n\n-1,4,b\n", "line 4", "before the beginning" },
    { "start,end,label\n1,-2,a\n", "line 2", "before the beginning" },
    { "start,end,label\n1,2,a\n1,soon,b\n", "line 3", "the end is no time" },
    { "WEBVTT\n\n-00:01.000 --> 00:02.000\nx\n", "line 3", "before the beginning" },
    { "WEBVTT\n\n00:03.000 --> 00:02.000\nx\n", "line 3", "it ends before it begins" },
    { "<ANNOTATION_DOCUMENT>\n<TIME_SLOT TIME_SLOT_ID='a' TIME_VALUE='-5'/></ANNOTATION_DOCUMENT>",
      "line 2", "bad time" },
  };
  static const char *const orders[] = { "UTF-16LE", "UTF-16BE" };
  const char *text = "\357\273\277start,end,label\n1.5,2,\303\234berraschung \346\203\212\n";

  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    for (gsize cut = 0; cut < 2; cut++)
      {
        g_autoptr (MienDocument) document = mien_document_new ();
        g_autoptr (MienMark) mark = NULL;
        g_autoptr (GError) error = NULL;
        g_autofree char *path = write_file ("");
        g_autofree char *bytes = NULL;
        gsize size;

        bytes = g_convert (text, -1, orders[i], "UTF-8", NULL, &size, &error);
        g_assert_no_error (error);
        g_file_set_contents (path, bytes, (gssize) (size - cut), &error);
        g_assert_no_error (error);
        g_assert_cmpint (mien_import_marks (document, path, &error), ==, cut == 0 ? 1 : -1);
        g_remove (path);
        if (cut == 1)
          {
            g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
            g_assert_nonnull (strstr (error->message, "UTF-16"));
            continue;
          }
        mark = g_list_model_get_item (mien_document_get_marks (document), 0);
        g_assert_cmpstr (mien_mark_get_label (mark), ==, "\303\234berraschung \346\203\212");
        g_assert_cmpint (mien_mark_get_start (mark), ==, NS * 3 / 2);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MienDocument) document = mien_document_new ();
      g_autofree char *path = write_file (cases[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (mien_import_marks (document, path, &error), ==, -1);
      g_remove (path);
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, path));
      g_assert_nonnull (strstr (error->message, cases[i].line));
      g_assert_nonnull (strstr (error->message, cases[i].reason));
    }
}

static void
test_errors (void)
{
  g_autoptr (MienDocument) document = make ();
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_export_file (document, "csv", "/nowhere/at/all.csv", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
  g_clear_error (&error);
  g_assert_false (mien_export_file (document, "xls", "/tmp/x", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (mien_export_file (document, "csv", "/dev/full", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
}

/* Nothing analysed: every export is still whole. */
static void
test_empty (void)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autofree char *csv = made_export (document, "csv");
  g_autofree char *summary = made_export (document, "summary");
  g_autofree char *eaf = made_export (document, "eaf");
  g_autofree char *grid = made_export (document, "textgrid");
  g_autofree char *vtt = made_export (document, "vtt");
  g_autoptr (JsonNode) node = json_from_string (summary, NULL);

  g_assert_nonnull (node);
  g_assert_cmpstr (vtt, ==, "WEBVTT\n\n");
  g_assert_true (g_str_has_suffix (csv, "arousal\n"));
  g_assert_true (g_str_has_suffix (eaf, "</ANNOTATION_DOCUMENT>\n"));
  /* Praat wants a tier even where there is nobody. */
  g_assert_nonnull (strstr (grid, "size = 1\nitem []:\n    item [1]:\n"));
  g_assert_nonnull (strstr (grid, "intervals: size = 1\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/exports/frames", test_frames);
  g_test_add_func ("/timeline/exports/smoothed-columns", test_smoothed_columns);
  g_test_add_func ("/timeline/exports/wide", test_wide);
  g_test_add_func ("/timeline/exports/states", test_states_table);
  g_test_add_func ("/timeline/exports/summary", test_summary);
  g_test_add_func ("/timeline/exports/locale", test_locale);
  g_test_add_func ("/timeline/exports/textgrid", test_textgrid);
  g_test_add_func ("/timeline/exports/round-trip", test_round_trip);
  g_test_add_func ("/timeline/exports/overlapping-ranges", test_overlapping_ranges);
  g_test_add_func ("/timeline/exports/import", test_import);
  g_test_add_func ("/timeline/exports/import-errors", test_import_errors);
  g_test_add_func ("/timeline/exports/errors", test_errors);
  g_test_add_func ("/timeline/exports/empty", test_empty);
  return g_test_run ();
}
