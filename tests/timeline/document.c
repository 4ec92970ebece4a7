/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/document.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "base/error.h"
#include "made.h"

static const char *const all_formats[] = { "csv", "wide",     "states", "marks", "summary",
                                           "eaf", "textgrid", "vtt",    "srt" };

typedef struct
{
  char *directory;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("mien-document-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->directory, "t.mien", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static void
assert_same (MienDocument *a, MienDocument *b)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_formats); i++)
    {
      g_autofree char *x = made_export (a, all_formats[i]);
      g_autofree char *y = made_export (b, all_formats[i]);

      g_assert_cmpstr (x, ==, y);
    }
}

static guint
count_files (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Sets everything that a document can hold. */
static void
fill (MienDocument *document)
{
  const MienSource source = {
    "/films/a b.mp4", 12345, "sha256:00", 20000000000, 640, 480, 25.0, 500
  };
  g_autoptr (MienDiagnostic) diagnostic =
      mien_diagnostic_new (MIEN_DIAGNOSTIC_WARNING, "media", 1500000000, "a \"broken\" packet");
  g_autoptr (GError) error = NULL;
  MienFilters filters = *mien_document_get_filters (document);
  MienPerson *person;

  made_set_classes (document);
  mien_document_set_source (document, &source);
  mien_document_set_setting (document, "detector", "\"ssd\"", &error);
  g_assert_no_error (error);
  mien_document_set_setting (document, "end", "null", &error);
  g_assert_no_error (error);
  mien_document_set_setting (document, "every", "1", &error);
  g_assert_no_error (error);
  filters.smoothing = (MienSmoothing){ MIEN_SMOOTHING_MEDIAN, 0.4 };
  filters.threshold = 0.4;
  mien_document_set_filters (document, &filters);
  made_append (document, 0, 500, 25.0, 3);
  mien_document_add_diagnostic (document, diagnostic);
  person = mien_document_find_person (document, 2);
  mien_document_rename_person (document, person, "Анна, \"Ann\" <a>");
  mien_document_set_person_colour (document, person, 7);
  mien_document_set_person_hidden (document, mien_document_find_person (document, 3), TRUE);
  mien_document_exclude (document, NULL, 1000000000, 2000000000);
  mien_document_exclude (document, person, 5000000000, 6000000000);
  mien_document_set_baseline (document, person, 0, 1000000000);
  mien_document_split_track (document, mien_document_find_track (document, 1), 8000000000);
  mien_document_add_mark (document, 3000000000, 4000000000, "question 1");
  mien_document_add_mark (document, 3500000000, 3500000000, "cough");
  mien_document_set_complete (document, TRUE);
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) memory = mien_document_new ();
  g_autoptr (MienDocument) written = mien_document_create (fixture->path, &error);
  g_autoptr (MienDocument) live = NULL;
  g_autoptr (MienDocument) again = NULL;

  g_assert_no_error (error);
  fill (memory);
  fill (written);
  assert_same (memory, written);
  mien_document_flush (written, &error);
  g_assert_no_error (error);
  g_assert_false (mien_document_is_modified (written));
  /* While it is being written: all rows are read one by one. */
  live = mien_document_open_read_only (fixture->path, &error);
  g_assert_no_error (error);
  assert_same (memory, live);
  g_clear_object (&live);
  mien_document_close (written, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture->directory), ==, 1);
  /* From blocks. */
  again = mien_document_open (fixture->path, &error);
  g_assert_no_error (error);
  assert_same (memory, again);
  g_assert_true (mien_document_is_complete (again));
  g_assert_cmpstr (mien_document_get_setting (again, "detector"), ==, "\"ssd\"");
  /* And on from there. */
  made_append (again, 500, 700, 25.0, 3);
  made_append (memory, 500, 700, 25.0, 3);
  g_clear_object (&again);
  again = mien_document_open (fixture->path, &error);
  g_assert_no_error (error);
  assert_same (memory, again);
}

static void
test_save_as (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) memory = mien_document_new ();
  g_autoptr (MienDocument) again = NULL;
  g_autofree char *other = g_build_filename (fixture->directory, "other.mien", NULL);

  fill (memory);
  g_assert_true (mien_document_is_modified (memory));
  mien_document_save_as (memory, fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mien_document_get_path (memory), ==, fixture->path);
  made_append (memory, 500, 600, 25.0, 2);
  mien_document_save_as (memory, other, &error);
  g_assert_no_error (error);
  mien_document_add_mark (memory, 0, 0, "after");
  mien_document_close (memory, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture->directory), ==, 2);
  again = mien_document_open (other, &error);
  g_assert_no_error (error);
  assert_same (memory, again);
  g_clear_object (&again);
  again = mien_document_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mien_document_get_n_frames (again), ==, 600);
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_marks (again)), ==, 2);
  g_assert_false (mien_document_save_as (again, "/nowhere/at/all.mien", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
  g_clear_error (&error);
  mien_document_add_mark (again, 0, 0, "goes on");
  mien_document_flush (again, &error);
  g_assert_no_error (error);
}

/* --- saving by a thread ----------------------------------------------------------------------- */

typedef struct
{
  GMainLoop *loop;
  GError *error;
  gboolean ok;
  guint told; /* how often progress came */
  double last;
} Saving;

static void
progress_cb (double done, gpointer data)
{
  Saving *saving = data;

  g_assert_cmpfloat (done, >=, saving->last);
  g_assert_cmpfloat (done, <=, 1.0);
  saving->last = done;
  saving->told++;
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;

  saving->ok = mien_document_save_as_finish (MIEN_DOCUMENT (object), result, &saving->error);
  g_main_loop_quit (saving->loop);
}

static void
begin_saving (Saving *saving, MienDocument *document, const char *path, GCancellable *cancellable)
{
  *saving = (Saving){ .loop = g_main_loop_new (NULL, FALSE) };
  mien_document_save_as_async (document, path, cancellable, progress_cb, saving, saved_cb, saving);
}

static void
end_saving (Saving *saving)
{
  g_main_loop_run (saving->loop);
  g_main_loop_unref (saving->loop);
}

/* Everything that changes while the thread writes is in the new file too, whether the document had
 * a file or not. */
static void
test_save_async (Fixture *fixture, gconstpointer data)
{
  gboolean in_memory = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document =
      in_memory ? mien_document_new () : mien_document_create (fixture->path, &error);
  g_autoptr (MienDocument) again = NULL;
  g_autoptr (MienDiagnostic) diagnostic =
      mien_diagnostic_new (MIEN_DIAGNOSTIC_WARNING, "media", -1, "meanwhile");
  g_autofree char *other = g_build_filename (fixture->directory, "other.mien", NULL);
  Saving saving;

  g_assert_no_error (error);
  fill (document);
  mien_document_set_setting (document, "goes", "1", NULL);
  begin_saving (&saving, document, other, NULL);
  made_append (document, 500, 700, 25.0, 3);
  mien_document_add_mark (document, 0, 0, "meanwhile");
  mien_document_rename_person (document, mien_document_find_person (document, 1), "Anna");
  mien_document_set_setting (document, "goes", NULL, NULL);
  mien_document_set_setting (document, "comes", "2", NULL);
  mien_document_add_diagnostic (document, diagnostic);
  end_saving (&saving);
  g_assert_no_error (saving.error);
  g_assert_true (saving.ok);
  g_assert_cmpstr (mien_document_get_path (document), ==, other);
  /* And on from there. */
  made_append (document, 700, 720, 25.0, 2);
  mien_document_close (document, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture->directory), ==, in_memory ? 1 : 2);
  again = mien_document_open (other, &error);
  g_assert_no_error (error);
  assert_same (document, again);
  g_assert_null (mien_document_get_setting (again, "goes"));
  g_assert_cmpstr (mien_document_get_setting (again, "comes"), ==, "2");
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_diagnostics (again)), ==,
                    g_list_model_get_n_items (mien_document_get_diagnostics (document)));
  if (in_memory)
    return;
  /* The former file has what was written to it. */
  g_clear_object (&again);
  again = mien_document_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mien_document_get_n_frames (again), ==, 700);
}

/* Cancelled, or where it cannot be: what was there stays, and the document goes on where it was. */
static void
test_save_async_fails (Fixture *fixture, gconstpointer data)
{
  gboolean in_memory = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienDocument) document =
      in_memory ? mien_document_new () : mien_document_create (fixture->path, &error);
  g_autofree char *other = g_build_filename (fixture->directory, "other.mien", NULL);
  g_autofree char *text = NULL;
  Saving saving;

  fill (document);
  g_file_set_contents (other, "somebody's", -1, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  begin_saving (&saving, document, other, cancellable);
  end_saving (&saving);
  g_assert_false (saving.ok);
  g_assert_error (saving.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&saving.error);
  g_file_get_contents (other, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "somebody's");
  begin_saving (&saving, document, "/nowhere/at/all.mien", NULL);
  end_saving (&saving);
  g_assert_error (saving.error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
  g_assert_nonnull (strstr (saving.error->message, "/nowhere/at/all.mien"));
  g_clear_error (&saving.error);
  g_assert_cmpstr (mien_document_get_path (document), ==, in_memory ? NULL : fixture->path);
  made_append (document, 500, 510, 25.0, 2);
  mien_document_close (document, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture->directory), ==, in_memory ? 1 : 2);
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = NULL;
  sqlite3 *db;

  g_assert_null (mien_document_open (fixture->path, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&error);
  g_file_set_contents (fixture->path, "this is a text, and long enough to have a header of a file",
                       -1, NULL);
  g_assert_null (mien_document_open (fixture->path, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_true (strstr (error->message, fixture->path) != NULL);
  g_clear_error (&error);
  g_remove (fixture->path);
  sqlite3_open (fixture->path, &db);
  sqlite3_exec (db, "CREATE TABLE t(a)", NULL, NULL, NULL);
  sqlite3_close (db);
  g_assert_null (mien_document_open (fixture->path, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&error);
  document = mien_document_create (fixture->path, &error);
  g_assert_no_error (error);
  fill (document);
  g_clear_object (&document);
  sqlite3_open (fixture->path, &db);
  sqlite3_exec (db, "PRAGMA user_version = 99", NULL, NULL, NULL);
  sqlite3_close (db);
  g_assert_null (mien_document_open (fixture->path, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
}

/* Every kind of nonsense that a hand or a bad disk can put into a table. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  static const char *const harms[] = {
    "UPDATE block SET data = substr(data, 1, 100)",
    "UPDATE block SET data = zeroblob(200)",
    "UPDATE block SET data = zeroblob(0) WHERE track = 0",
    "UPDATE block SET track = 9 WHERE track = 1",
    "UPDATE block SET data = randomblob(length(data))",
    "DELETE FROM track",
    "DELETE FROM person",
    "UPDATE track SET raw = 77 WHERE id = 2",
    "UPDATE mark SET end_ns = -5",
    "UPDATE setting SET value = '{' WHERE key = 'document.filters'",
    "UPDATE setting SET value = '[]' WHERE key = 'document.classes'",
    "DELETE FROM setting WHERE key = 'document.classes'",
    "UPDATE setting SET value = '[{\"name\":1}]' WHERE key = 'document.classes'",
    "DELETE FROM block; DELETE FROM setting WHERE key = 'document.blocks'; UPDATE sample SET status = 9",
    "DELETE FROM block; DELETE FROM setting WHERE key = 'document.blocks'; UPDATE frame SET time_ns = 0",
    "DROP TABLE sample",
    "DROP TABLE setting; CREATE VIEW setting AS SELECT 1 AS key, load_extension('x') AS value",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) made = mien_document_create (fixture->path, &error);
  g_autofree char *whole = NULL;
  gsize size;

  g_assert_no_error (error);
  fill (made);
  g_clear_object (&made);
  g_file_get_contents (fixture->path, &whole, &size, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (harms); i++)
    {
      sqlite3 *db;

      g_file_set_contents (fixture->path, whole, (gssize) size, NULL);
      sqlite3_open (fixture->path, &db);
      g_assert_cmpint (sqlite3_exec (db, harms[i], NULL, NULL, NULL), ==, SQLITE_OK);
      sqlite3_close (db);
      g_test_message ("%s", harms[i]);
      g_assert_null (mien_document_open (fixture->path, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED);
      g_clear_error (&error);
    }
  /* Cut off, or with a page of noise: an error or a document, but never a crash. */
  for (gsize cut = 100; cut < size; cut += size / 23)
    {
      g_autoptr (MienDocument) document = NULL;
      g_autofree char *noisy = g_memdup2 (whole, size);

      memset (noisy + cut, 0x5a, MIN (700, size - cut));
      g_file_set_contents (fixture->path, noisy, (gssize) size, NULL);
      document = mien_document_open_read_only (fixture->path, NULL);
      g_clear_object (&document);
      g_file_set_contents (fixture->path, whole, (gssize) cut, NULL);
      document = mien_document_open_read_only (fixture->path, NULL);
    }
}

static void
test_order (void)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (GError) error = NULL;
  MienSample s[3] = { made_sample (5, 1, 0, 0.5), made_sample (5, 1, 0, 0.5),
                      made_sample (4, 1, 0, 0.5) };
  MienSample mixed[2] = { made_no_face (9), made_sample (9, 1, 0, 0.5) };
  gint64 frame, pts;

  g_assert_false (mien_document_get_last_frame (document, &frame, &pts));
  g_assert_false (mien_document_append (document, s, 1, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  made_set_classes (document);
  g_assert_false (mien_document_append (document, s, 2, &error));
  g_clear_error (&error);
  g_assert_false (mien_document_append (document, s + 1, 2, &error));
  g_clear_error (&error);
  g_assert_false (mien_document_append (document, mixed, 2, &error));
  g_clear_error (&error);
  g_assert_cmpuint (mien_document_get_n_frames (document), ==, 0);
  g_assert_true (mien_document_append (document, s, 1, &error));
  g_assert_false (mien_document_append (document, s, 1, &error));
  g_clear_error (&error);
  /* The same time twice: kept in order. */
  s[0].frame = 6;
  s[0].track = 4;
  g_assert_true (mien_document_append (document, s, 1, &error));
  g_assert_true (mien_document_get_last_frame (document, &frame, &pts));
  g_assert_cmpint (frame, ==, 6);
  g_assert_cmpint (pts, ==, 5 * 40000000 + 1);
  g_assert_cmpint (mien_document_get_next_track (document), ==, 5);
  /* Numbers count without holes. */
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_tracks (document)), ==, 2);
  g_assert_nonnull (mien_document_find_track (document, 2));
}

static void
changed_cb (MienDocument *document, guint changes, gpointer data)
{
  guint *seen = data;

  seen[0]++;
  seen[1] |= changes;
}

static void
test_signals (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienDocument) document = mien_document_create (fixture->path, NULL);
  guint seen[2] = { 0, 0 };
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  g_signal_connect (document, "changed", G_CALLBACK (changed_cb), seen);
  made_set_classes (document);
  for (int i = 0; i < 50; i++)
    made_append (document, i, i + 1, 25.0, 1);
  g_assert_cmpuint (seen[0], ==, 0);
  while (seen[0] == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen[0], ==, 1);
  g_assert_cmpuint (seen[1], ==, MIEN_CHANGE_SAMPLES | MIEN_CHANGE_PEOPLE | MIEN_CHANGE_SETTINGS);
  /* Committed by itself, without a flush. */
  while (mien_document_is_modified (document) && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_false (mien_document_is_modified (document));
}

static gint64
query_number (const char *path, const char *sql)
{
  sqlite3 *db;
  sqlite3_stmt *statement;
  gint64 value;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

static void
test_schema (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienDocument) document = mien_document_create (fixture->path, NULL);

  fill (document);
  g_clear_object (&document);
  g_assert_cmpint (query_number (fixture->path, "PRAGMA application_id"), ==, 0x4D69656E);
  g_assert_cmpint (query_number (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (query_number (fixture->path, "SELECT count(*) FROM frame"), ==, 500);
  g_assert_cmpint (query_number (fixture->path, "SELECT count(*) FROM samples"), ==,
                   query_number (fixture->path, "SELECT count(*) FROM sample"));
  g_assert_cmpint (
      query_number (fixture->path,
                    "SELECT round(1000 * min(neutral + happiness + surprise + sadness + anger"
                    " + disgust + fear + contempt)) FROM samples"),
      ==, 1000);
  g_assert_cmpint (query_number (fixture->path, "SELECT count(*) > 20 FROM samples"
                                                " WHERE status = 'excluded' AND time >= 1"
                                                " AND time < 2 AND track = 1"),
                   ==, 1);
  g_assert_cmpint (query_number (fixture->path, "SELECT count(DISTINCT track) FROM samples"), ==,
                   4);
}

static void
test_checkpoint (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienDocument) document = mien_document_create (fixture->path, NULL);
  g_autoptr (GBytes) state = g_bytes_new ("tracker", 7);
  g_autoptr (GBytes) read = NULL;
  g_autoptr (GError) error = NULL;
  MienSample sample = made_sample (0, 1, 1, 0.9);

  made_set_classes (document);
  mien_document_append_checkpoint (document, &sample, 1, state, &error);
  g_assert_no_error (error);
  g_clear_object (&document);
  document = mien_document_open (fixture->path, &error);
  g_assert_no_error (error);
  read = mien_document_dup_checkpoint (document);
  g_assert_nonnull (read);
  g_assert_true (g_bytes_equal (read, state));
  g_clear_pointer (&read, g_bytes_unref);
  sample.frame = 1;
  mien_document_append (document, &sample, 1, &error);
  g_assert_no_error (error);
  g_assert_null (mien_document_dup_checkpoint (document));
  g_clear_object (&document);
  document = mien_document_open (fixture->path, &error);
  g_assert_null (mien_document_dup_checkpoint (document));
}

static void
test_flow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienDocument) document = mien_document_create (fixture->path, NULL);
  MienSample without = made_sample (0, 1, 1, 0.9), with = made_sample (1, 1, 1, 0.9);
  sqlite3 *db;

  with.flow = 12.344f;
  made_set_classes (document);
  mien_document_append (document, &without, 1, NULL);
  mien_document_append (document, &with, 1, NULL);
  mien_document_flush (document, NULL);
  for (int i = 0; i < 3; i++)
    {
      /* In memory, from rows, from blocks. */
      g_autoptr (MienDocument) reader =
          i == 0 ? g_object_ref (document) : mien_document_open_read_only (fixture->path, NULL);
      const float *flow =
          mien_track_get_column (mien_document_find_track (reader, 1), MIEN_COLUMN_FLOW);

      g_assert_nonnull (flow);
      g_assert_true (isnan (flow[0]));
      g_assert_cmpfloat_with_epsilon (flow[1], 12.34, 1e-4);
      if (i == 1)
        g_clear_object (&document);
    }
  g_assert_cmpint (query_number (fixture->path, "SELECT value FROM flow WHERE frame = 1"), ==,
                   1234);
  /* Of before there was such a table. */
  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                                 "DROP TABLE flow; DELETE FROM block;"
                                 "DELETE FROM setting WHERE key = 'document.blocks'",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (db);
  document = mien_document_open_read_only (fixture->path, NULL);
  g_assert_nonnull (document);
  g_assert_null (mien_track_get_column (mien_document_find_track (document, 1), MIEN_COLUMN_FLOW));
}

static void
test_landmarks (Fixture *fixture, gconstpointer data)
{
  const guint n = MIEN_SAMPLE_LANDMARKS + (data == NULL ? 0 : MIEN_SAMPLE_MESH);
  const gsize size = n * 2 * sizeof (float);
  g_autoptr (MienDocument) document = mien_document_create (fixture->path, NULL);
  g_autofree float *points = g_malloc (size);
  MienSample with = made_sample (1, 1, 1, 0.9), without = made_sample (0, 1, 1, 0.9);

  for (guint i = 0; i < 2 * n; i++)
    points[i] = (float) i;
  with.landmarks = points;
  with.n_landmarks = n;
  made_set_classes (document);
  mien_document_append (document, &without, 1, NULL);
  mien_document_append (document, &with, 1, NULL);
  mien_document_flush (document, NULL);
  for (int i = 0; i < 3; i++)
    {
      /* In memory, from rows, from blocks. */
      g_autoptr (MienDocument) reader =
          i == 0 ? g_object_ref (document) : mien_document_open_read_only (fixture->path, NULL);
      MienTrack *track = mien_document_find_track (reader, 1);

      g_assert_null (mien_track_get_landmarks (track, 0));
      g_assert_cmpuint (mien_track_get_n_landmarks (track), ==, n);
      g_assert_cmpmem (mien_track_get_landmarks (track, 1), size, points, size);
      if (i == 1)
        mien_document_close (document, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/timeline/document/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("save-as", test_save_as);
  g_test_add ("/timeline/document/save-async/file", Fixture, GINT_TO_POINTER (FALSE), set_up,
              test_save_async, tear_down);
  g_test_add ("/timeline/document/save-async/memory", Fixture, GINT_TO_POINTER (TRUE), set_up,
              test_save_async, tear_down);
  g_test_add ("/timeline/document/save-async-fails/file", Fixture, GINT_TO_POINTER (FALSE), set_up,
              test_save_async_fails, tear_down);
  g_test_add ("/timeline/document/save-async-fails/memory", Fixture, GINT_TO_POINTER (TRUE), set_up,
              test_save_async_fails, tear_down);
  ADD ("bad-files", test_bad_files);
  ADD ("damaged", test_damaged);
  ADD ("signals", test_signals);
  ADD ("schema", test_schema);
  ADD ("checkpoint", test_checkpoint);
  ADD ("landmarks", test_landmarks);
  g_test_add ("/timeline/document/mesh", Fixture, "mesh", set_up, test_landmarks, tear_down);
  ADD ("flow", test_flow);
  g_test_add_func ("/timeline/document/order", test_order);
  return g_test_run ();
}
