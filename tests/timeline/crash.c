/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "made.h"

#define FRAMES 4000
#define STEP 5         /* frames appended at once */
#define STEP_USEC 2500 /* and how often */
/* Committed every 0.4 s; the rest is for a machine that has other work. */
#define LOSS_USEC (1500 * 1000)

static const char *program;

/* Appends what is missing up to FRAMES, telling on stdout how far it is: two numbers a line. */
static int
run_child (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = NULL;
  gint64 frame = -1;

  document = g_file_test (path, G_FILE_TEST_EXISTS) ? mien_document_open (path, &error)
                                                    : mien_document_create (path, &error);
  g_assert_no_error (error);
  if (mien_document_get_n_classes (document) == 0)
    made_set_classes (document);
  mien_document_get_last_frame (document, &frame, NULL);
  while (frame + 1 < FRAMES)
    {
      g_autofree char *line = NULL;

      made_append (document, frame + 1, MIN (frame + 1 + STEP, FRAMES), 25.0, 2);
      mien_document_get_last_frame (document, &frame, NULL);
      line = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", frame,
                              g_get_monotonic_time ());
      if (write (STDOUT_FILENO, line, strlen (line)) < 0)
        return 1;
      g_usleep (STEP_USEC);
    }
  mien_document_close (document, &error);
  g_assert_no_error (error);
  return 0;
}

/* Runs a child for @usec, then kills it. Stores the last frame that it said it had long enough
 * before the end, or -1. Returns whether it came to its end by itself. */
static gboolean
run_and_kill (const char *path, gint64 usec, gint64 *safe_frame)
{
  const char *const argv[] = { program, "--append", path, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GPid pid;
  int out, status;
  gint64 killed;
  GString *said = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                            NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_usleep ((gulong) usec);
  killed = g_get_monotonic_time ();
  kill (pid, SIGKILL);
  while ((n = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (said, buffer, n);
  close (out);
  waitpid (pid, &status, 0);
  text = g_string_free (said, FALSE);
  lines = g_strsplit (text, "\n", -1);
  *safe_frame = -1;
  for (char **line = lines; *line != NULL && strchr (*line, ' ') != NULL; line++)
    if (g_ascii_strtoll (strchr (*line, ' '), NULL, 10) <= killed - LOSS_USEC)
      *safe_frame = g_ascii_strtoll (*line, NULL, 10);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static void
test_kill (void)
{
  const char *rounds = g_getenv ("MIEN_TEST_KILLS");
  int n = rounds == NULL ? 8 : atoi (rounds);
  g_autofree char *directory = g_dir_make_tmp ("mien-crash-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "t.mien", NULL);
  g_autoptr (MienDocument) undisturbed = mien_document_new ();
  g_autoptr (MienDocument) resumed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *got = NULL;
  gint64 safe, frame = -1, before = -1;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (MienDocument) document = NULL;

      run_and_kill (path, g_test_rand_int_range (20 * 1000, 2200 * 1000), &safe);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      document = mien_document_open_read_only (path, &error);
      /* Killed before the first commit there is an empty file; that is no document yet. */
      if (document == NULL && before < 0 && safe < 0)
        {
          g_clear_error (&error);
          g_remove (path);
          continue;
        }
      g_assert_no_error (error);
      frame = -1;
      mien_document_get_last_frame (document, &frame, NULL);
      g_test_message ("killed: %" G_GINT64_FORMAT " frames, safe %" G_GINT64_FORMAT, frame, safe);
      g_assert_cmpint (frame, >=, safe);
      g_assert_cmpint (frame, >=, before);
      before = frame;
      if (frame + 1 == FRAMES)
        {
          g_clear_object (&document);
          g_remove (path);
          before = -1;
        }
    }
  while (!run_and_kill (path, 3 * G_USEC_PER_SEC, &safe))
    ;
  resumed = mien_document_open_read_only (path, &error);
  g_assert_no_error (error);
  made_set_classes (undisturbed);
  made_append (undisturbed, 0, FRAMES, 25.0, 2);
  expected = made_export (undisturbed, "csv");
  got = made_export (resumed, "csv");
  g_assert_cmpstr (expected, ==, got);
  g_remove (path);
  g_rmdir (directory);
}

/* Ends as a kill does, half of a change in the file and what undoes it in the journal beside it. */
static int
run_breaking_off (const char *path)
{
  sqlite3 *db = NULL;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK
      || sqlite3_exec (db, "PRAGMA secure_delete=ON; BEGIN; DELETE FROM block", NULL, NULL, NULL)
             != SQLITE_OK
      || sqlite3_db_cacheflush (db) != SQLITE_OK)
    return 1;
  return raise (SIGKILL);
}

/* Who only reads gets the document as it was before a write that broke off. */
static void
test_broken_off (void)
{
  g_autofree char *directory = g_dir_make_tmp ("mien-broken-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "t.mien", NULL);
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  const char *const argv[] = { program, "--break-off", path, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = mien_document_create (path, &error);
  g_autofree char *expected = NULL;
  g_autofree char *got = NULL;
  int status;

  g_assert_no_error (error);
  made_set_classes (document);
  made_append (document, 0, 500, 25.0, 2);
  expected = made_export (document, "csv");
  g_assert_true (mien_document_close (document, &error));
  g_assert_no_error (error);
  g_clear_object (&document);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (WIFSIGNALED (status));
  g_assert_true (g_file_test (journal, G_FILE_TEST_EXISTS));
  document = mien_document_open_read_only (path, &error);
  g_assert_no_error (error);
  got = made_export (document, "csv");
  g_assert_cmpstr (expected, ==, got);
  g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
  g_remove (path);
  g_rmdir (directory);
}

/* The disk full, as far as a test without rights can have it: files may not grow past a size. */
static void
test_full (void)
{
  g_autofree char *directory = g_dir_make_tmp ("mien-full-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "t.mien", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = mien_document_create (path, &error);
  g_autoptr (MienDocument) other = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *got = NULL;
  struct rlimit limit, old;
  gint64 frame, until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_assert_no_error (error);
  made_set_classes (document);
  made_append (document, 0, 200, 25.0, 2);
  mien_document_flush (document, &error);
  g_assert_no_error (error);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  limit = old;
  limit.rlim_cur = 200 * 1024;
  setrlimit (RLIMIT_FSIZE, &limit);
  made_append (document, 200, 4000, 25.0, 2);
  g_assert_false (mien_document_flush (document, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);
  while (mien_document_get_error (document) == NULL && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (mien_document_get_error (document));
  g_assert_true (mien_document_is_modified (document));
  /* What is on the disk is whole. */
  other = mien_document_open_read_only (path, &error);
  g_assert_no_error (error);
  g_assert_true (mien_document_get_last_frame (other, &frame, NULL));
  g_assert_cmpint (frame, ==, 199);
  g_clear_object (&other);
  /* The work in memory goes on, and is saved when there is room again. */
  made_append (document, 4000, 4100, 25.0, 2);
  setrlimit (RLIMIT_FSIZE, &old);
  mien_document_flush (document, &error);
  g_assert_no_error (error);
  expected = made_export (document, "csv");
  mien_document_close (document, &error);
  g_assert_no_error (error);
  other = mien_document_open_read_only (path, &error);
  g_assert_no_error (error);
  got = made_export (other, "csv");
  g_assert_cmpstr (expected, ==, got);
  g_remove (path);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 3 && strcmp (argv[1], "--append") == 0)
    return run_child (argv[2]);
  if (argc == 3 && strcmp (argv[1], "--break-off") == 0)
    return run_breaking_off (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/crash/kill", test_kill);
  g_test_add_func ("/timeline/crash/broken-off", test_broken_off);
  g_test_add_func ("/timeline/crash/full", test_full);
  return g_test_run ();
}
