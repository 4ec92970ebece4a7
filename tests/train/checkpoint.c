/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/checkpoint.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "train/history.h"

typedef struct
{
  char *dir, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("mien-checkpoint-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "file", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_remove (f->path);
  g_rmdir (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static MienCheckpoint *
filled (const char *fingerprint)
{
  MienCheckpoint *c = mien_checkpoint_new (fingerprint, 100, 10);
  MienHistoryRow row = { .epoch = 1, .loss = 0.5, .argmax = NAN };

  for (guint i = 0; i < 100; i++)
    {
      c->params[i] = (float) i;
      c->velocity[i] = (float) i + 0.25f;
      c->average[i] = (float) i + 0.5f;
      c->best[i] = (float) i + 0.75f;
    }
  c->best_stats[9] = 3;
  c->state.epoch = 4;
  c->state.step = 17;
  g_array_append_val (c->history, row);
  return c;
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (MienCheckpoint) out = filled ("a"), in = mien_checkpoint_new ("a", 100, 10);
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_checkpoint_save (out, f->path, &error));
  g_assert_no_error (error);
  g_assert_true (mien_checkpoint_load (in, f->path, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (in->params, 400, out->params, 400);
  g_assert_cmpmem (in->velocity, 400, out->velocity, 400);
  g_assert_cmpmem (in->average, 400, out->average, 400);
  g_assert_cmpmem (in->best, 400, out->best, 400);
  g_assert_cmpfloat (in->best_stats[9], ==, 3);
  g_assert_cmpuint (in->state.epoch, ==, 4);
  g_assert_cmpuint (in->state.step, ==, 17);
  g_assert_cmpuint (in->history->len, ==, 1);
}

static void
refuse (Fixture *f, const char *fingerprint, gsize n_params, const char *reason)
{
  g_autoptr (MienCheckpoint) in = mien_checkpoint_new (fingerprint, n_params, 10);
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_checkpoint_load (in, f->path, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_nonnull (strstr (error->message, f->path));
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (MienCheckpoint) out = filled ("a");
  g_autofree char *bytes = NULL;
  gsize size;

  refuse (f, "a", 100, "No such file");
  g_assert_true (mien_checkpoint_save (out, f->path, NULL));
  refuse (f, "b", 100, "other options");
  refuse (f, "a", 101, "other options");
  g_assert_true (g_file_get_contents (f->path, &bytes, &size, NULL));
  bytes[size / 2] ^= 1;
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) size, NULL));
  refuse (f, "a", 100, "damaged");
  for (gsize length = 0; length < size; length += size / 40)
    {
      g_assert_true (g_file_set_contents (f->path, bytes, (gssize) length, NULL));
      refuse (f, "a", 100, "checkpoint");
    }
}

static void
test_history (Fixture *f, gconstpointer data)
{
  g_autoptr (MienCheckpoint) c = filled ("a");
  g_autofree char *csv = NULL, *svg = NULL;
  g_autoptr (GError) error = NULL;
  GMarkupParser parser = { NULL };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, NULL, NULL);

  g_assert_true (mien_history_write_csv (c->history, f->path, &error));
  g_assert_true (g_file_get_contents (f->path, &csv, NULL, NULL));
  g_assert_cmpstr (csv, ==,
                   "epoch,rate,loss,validation_loss,argmax,majority,mean_class_recall,fer2013,"
                   "images_per_second,seconds\n1,0.000000,0.5000,0.0000,,0.0000,0.0000,0.0000,0.0,"
                   "0.0\n");
  g_assert_true (mien_history_write_svg (c->history, "a <b> & c", f->path, &error));
  g_assert_true (g_file_get_contents (f->path, &svg, NULL, NULL));
  g_assert_true (g_markup_parse_context_parse (context, svg, -1, &error));
  g_assert_true (g_markup_parse_context_end_parse (context, &error));
  g_assert_nonnull (strstr (svg, "a &lt;b&gt; &amp; c"));
  g_assert_false (mien_history_write_svg (c->history, "", f->dir, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/checkpoint/round-trip", test_round_trip);
  ADD ("/checkpoint/refused", test_refused);
  ADD ("/history/files", test_history);
  return g_test_run ();
}
