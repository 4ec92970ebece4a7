/* The report as a page and on paper, and what every output has in common.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "made.h"
#include "report/annotated.h"
#include "report/html.h"
#include "report/outputs.h"
#include "report/pdf.h"
#include "timeline/states.h"

#define NS G_GINT64_CONSTANT (1000000000)
#define NAME "Bo \"<b>\" & Co"

static char *directory;

static char *
get_path (const char *name)
{
  return g_build_filename (directory, name, NULL);
}

static MienDocument *
make (gint64 frames)
{
  MienDocument *document = mien_document_new ();
  const MienSource source = {
    "/films/a & <b>.mp4", 1000, NULL, frames * NS / 25, 640, 480, 25.0, frames
  };

  made_set_classes (document);
  mien_document_set_source (document, &source);
  made_append (document, 0, frames, 25.0, 2);
  mien_document_rename_person (document, mien_document_find_person (document, 2), NAME);
  return document;
}

static char *
write_html (MienDocument *document)
{
  g_autofree char *path = get_path ("r.html");
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  mien_report_write_html (document, path, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_remove (path);
  return text;
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (const char *at = strstr (text, what); at != NULL; at = strstr (at + 1, what))
    n++;
  return n;
}

/* The values that follow @before up to @after, in a set. */
static GHashTable *
collect (const char *text, const char *before, char after, gboolean once)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *at = strstr (text, before); at != NULL; at = strstr (at + 1, before))
    {
      const char *begin = at + strlen (before), *end = strchr (begin, after);
      char *value = g_strndup (begin, (gsize) (end - begin));

      g_assert_nonnull (end);
      if (once)
        g_assert_false (g_hash_table_contains (found, value));
      g_hash_table_add (found, value);
    }
  return found;
}

static void
test_html (void)
{
  static const char *const pairs[] = { "table", "thead", "tbody", "tr", "td", "th", "figure", "p" };
  g_autoptr (MienDocument) document = make (600);
  g_autofree char *text = write_html (document);
  g_autofree char *again = write_html (document);
  g_autoptr (GHashTable) ids = collect (text, " id=\"", '"', TRUE);
  g_autoptr (GHashTable) links = collect (text, "xlink:href=\"#", '"', FALSE);
  g_autoptr (GHashTable) urls = collect (text, "url(#", ')', FALSE);
  GHashTableIter iter;
  gpointer id;

  g_assert_true (g_str_equal (text, again));
  g_assert_true (g_str_has_prefix (text, "<!DOCTYPE html>\n<html lang=\"en\">"));
  g_assert_true (g_str_has_suffix (text, "</html>\n"));
  /* A name is a name, not a tag. */
  g_assert_null (strstr (text, "<b>"));
  g_assert_nonnull (strstr (text, "Bo &quot;&lt;b&gt;&quot; &amp; Co"));
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *plain = g_strdup_printf ("<%s>", pairs[i]);
      g_autofree char *classed = g_strdup_printf ("<%s ", pairs[i]);
      g_autofree char *closed = g_strdup_printf ("</%s>", pairs[i]);

      g_assert_cmpuint (count (text, plain) + count (text, classed), ==, count (text, closed));
    }
  /* Two charts of all, two of each person; what they refer to is in the page. */
  g_assert_cmpuint (count (text, "<svg"), ==, 6);
  g_hash_table_iter_init (&iter, links);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_assert_true (g_hash_table_contains (ids, id));
  g_hash_table_iter_init (&iter, urls);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_assert_true (g_hash_table_contains (ids, id));
  g_assert_null (strstr (text, "<script"));
  g_assert_null (strstr (text, "src=\"http"));
}

/* What the page says is what the document says. */
static void
test_content (void)
{
  g_autoptr (MienDocument) document = make (600);
  g_autoptr (GArray) states = mien_states_of_document (document);
  g_autofree char *text = write_html (document);
  g_autofree char *hidden = NULL;
  const char *table = strstr (text, "<h2>States</h2>");
  const char *end = strstr (table, "</table>");
  g_autofree char *part = g_strndup (table, (gsize) (end - table));

  g_assert_cmpuint (count (part, "<tr>"), ==, states->len + 1);
  for (guint i = 0; i < states->len; i++)
    {
      const MienState *state = &g_array_index (states, MienState, i);
      g_autofree char *seconds = g_strdup_printf ("<td class=\"n\">%.2f</td>",
                                                  (double) (state->end_ns - state->start_ns) / 1e9);

      g_assert_nonnull (strstr (part, seconds));
    }
  mien_document_set_person_hidden (document, mien_document_find_person (document, 2), TRUE);
  hidden = write_html (document);
  g_assert_null (strstr (hidden, "Bo &quot;"));
  g_assert_cmpuint (count (hidden, "<svg"), ==, 4);
}

static void
test_many_states (void)
{
  g_autoptr (MienDocument) document = make (25 * 1200);
  g_autoptr (GArray) states = mien_states_of_document (document);
  g_autofree char *text = NULL;
  g_autofree char *words = g_strdup_printf ("The first 200 of %u stretches", states->len);

  g_assert_cmpuint (states->len, >, 200);
  text = write_html (document);
  g_assert_nonnull (strstr (text, words));
}

static void
test_empty (void)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autofree char *text = write_html (document);

  g_assert_nonnull (strstr (text, "No face was found."));
  g_assert_cmpuint (count (text, "<svg"), ==, 0);
}

static gsize
write_pdf (MienDocument *document, char **data)
{
  g_autofree char *path = get_path ("r.pdf");
  g_autoptr (GError) error = NULL;
  gsize size;

  mien_report_write_pdf (document, path, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, data, &size, &error);
  g_assert_no_error (error);
  g_remove (path);
  return size;
}

static void
test_pdf (void)
{
  g_autoptr (MienDocument) document = make (600);
  g_autoptr (MienDocument) longer = make (25 * 600);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  gsize n = write_pdf (document, &first), m = write_pdf (document, &second);

  g_assert_cmpmem (first, n, second, m);
  g_assert_true (g_str_has_prefix (first, "%PDF-1."));
  g_assert_nonnull (g_strstr_len (first + n - 16, 16, "%%EOF"));
  g_assert_cmpuint (write_pdf (longer, &third), >, n);
}

/* No room: the old file stays, and nothing lies beside it. */
static void
test_full (void)
{
  gboolean (*const writers[]) (MienDocument *, const char *, GError **) = { mien_report_write_html,
                                                                            mien_report_write_pdf };
  g_autoptr (MienDocument) document = make (600);
  struct rlimit limit, old;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  limit = old;
  limit.rlim_cur = 1024;
  for (gsize i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_autofree char *path = get_path ("old");
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) dir = NULL;

      g_assert_true (g_file_set_contents (path, "old", -1, NULL));
      setrlimit (RLIMIT_FSIZE, &limit);
      g_assert_false (writers[i](document, path, &error));
      setrlimit (RLIMIT_FSIZE, &old);
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "old");
      dir = g_dir_open (directory, 0, NULL);
      g_assert_cmpstr (g_dir_read_name (dir), ==, "old");
      g_assert_null (g_dir_read_name (dir));
      g_remove (path);
    }
}

static void
test_outputs (void)
{
  static const struct
  {
    MienOutput output;
    const char *name;
    gboolean good;
  } cases[] = {
    { MIEN_OUTPUT_REPORT, "a.html", TRUE },   { MIEN_OUTPUT_REPORT, "a.PDF", TRUE },
    { MIEN_OUTPUT_REPORT, "a.doc", FALSE },   { MIEN_OUTPUT_REPORT, "html", FALSE },
    { MIEN_OUTPUT_PLOT, "a.svg", TRUE },      { MIEN_OUTPUT_PLOT, "a.jpg", FALSE },
    { MIEN_OUTPUT_ANNOTATED, "a.mkv", TRUE }, { MIEN_OUTPUT_ANNOTATED, "a.avi", FALSE },
    { MIEN_OUTPUT_CSV, "anything", TRUE },
  };
  static const char *const texts[] = { "csv", "wide",     "states", "marks", "summary",
                                       "eaf", "textgrid", "vtt",    "srt",   NULL };
  g_autoptr (MienDocument) document = make (600);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = get_path (cases[i].name);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (mien_output_check (cases[i].output, path, &error), ==, cases[i].good);
      if (!cases[i].good)
        g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
    }
  /* What the window and the command line write is what the timeline room exports. */
  for (int output = 0; output < MIEN_N_OUTPUTS; output++)
    if (g_strv_contains (texts, mien_output_get_name ((MienOutput) output)))
      {
        g_autofree char *path = get_path ("x");
        g_autofree char *expected =
            made_export (document, mien_output_get_name ((MienOutput) output));
        g_autofree char *got = NULL;
        g_autoptr (GError) error = NULL;

        mien_output_write (document, (MienOutput) output, path, NULL, NULL, NULL, NULL, &error);
        g_assert_no_error (error);
        g_file_get_contents (path, &got, NULL, NULL);
        g_assert_cmpstr (got, ==, expected);
        g_remove (path);
      }
}

static void
test_annotated_refused (void)
{
  g_autoptr (MienDocument) empty = mien_document_new ();
  g_autoptr (MienDocument) document = make (50);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autofree char *path = get_path ("a.mkv");
  g_autofree char *film =
      g_build_filename (g_getenv ("MIEN_SOURCE_ROOT"), "data", "demo", "cap12.mp4", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_annotated_write (empty, NULL, path, NULL, NULL, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (mien_annotated_write (document, NULL, path, NULL, NULL, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_false (mien_annotated_write (document, film, path, cancelled, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("mien-report-XXXXXX", NULL);
  g_test_add_func ("/report/html", test_html);
  g_test_add_func ("/report/content", test_content);
  g_test_add_func ("/report/many-states", test_many_states);
  g_test_add_func ("/report/empty", test_empty);
  g_test_add_func ("/report/pdf", test_pdf);
  g_test_add_func ("/report/full", test_full);
  g_test_add_func ("/report/outputs", test_outputs);
  g_test_add_func ("/report/annotated-refused", test_annotated_refused);
  result = g_test_run ();
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_free (directory);
  return result;
}
