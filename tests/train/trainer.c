/* Whole training runs on a tiny data set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/trainer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "synthetic.h"
#include "train/export.h"

typedef struct
{
  char *dir;
  MienDataset *data;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("mien-trainer-XXXXXX", NULL);
  f->data = mien_test_data_new (56, 21);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  remove_tree (f->dir);
  g_free (f->dir);
  mien_dataset_free (f->data);
}

static MienTrainOptions
options_in (const char *dir)
{
  return (MienTrainOptions){ .arch = mien_arch_find ("mini-xception"),
                             .out_dir = dir,
                             .epochs = 3,
                             .batch = 14,
                             .rate = 0.05,
                             .schedule = MIEN_SCHEDULE_COSINE,
                             .momentum = 0.9f,
                             .nesterov = TRUE,
                             .l2 = 1e-4f,
                             .dropout = 0.1f,
                             .ema = 0.9f,
                             .fer2013_weight = 0.5f,
                             .seed = 3,
                             .threads = 1,
                             .precision = MIEN_PRECISION_F32 };
}

typedef struct
{
  GCancellable *cancellable;
  guint stop_at; /* steps, 0: never */
  guint steps;
  MienHistoryRow last;
} Watch;

static void
watch_cb (const MienTrainProgress *p, gpointer data)
{
  Watch *w = data;

  if (p->finished != NULL)
    w->last = *p->finished;
  else if (++w->steps == w->stop_at)
    g_cancellable_cancel (w->cancellable);
}

static MienTrainResult
run (Fixture *f, const MienTrainOptions *options, Watch *watch)
{
  g_autoptr (GError) error = NULL;
  MienTrainResult result;

  g_assert_true (
      mien_trainer_run (options, f->data, watch_cb, watch, watch->cancellable, &result, &error));
  g_assert_no_error (error);
  return result;
}

static char *
read_file (const char *dir, const char *name, gsize *size)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, size, NULL));
  return text;
}

/* The model file has weights and nothing that depends on the clock. */
static void
assert_same_model (const char *a, const char *b)
{
  gsize size_a, size_b;
  g_autofree char *one = read_file (a, "model.onnx", &size_a);
  g_autofree char *two = read_file (b, "model.onnx", &size_b);

  g_assert_cmpmem (one, size_a, two, size_b);
}

/* Something this easy has to be learnt to the last picture. */
static void
test_learns_all (Fixture *f, gconstpointer data)
{
  MienTrainOptions options = options_in (f->dir);
  g_autofree char *card = NULL, *csv = NULL;
  Watch watch = { 0 };

  options.epochs = 14;
  options.dropout = 0;
  g_assert_cmpint (run (f, &options, &watch), ==, MIEN_TRAIN_DONE);
  g_assert_cmpfloat (watch.last.majority, ==, 1);
  g_assert_cmpfloat (watch.last.argmax, ==, 1);
  g_assert_cmpfloat (watch.last.fer2013, ==, 1);
  g_assert_cmpuint (watch.steps, ==, 14 * 4);
  card = read_file (f->dir, "card.json", NULL);
  g_assert_nonnull (strstr (card, "\"majority_without_copies\" : 1"));
  csv = read_file (f->dir, "history.csv", NULL);
  g_assert_nonnull (strstr (csv, "\n14,"));
}

static void
test_threads (Fixture *f, gconstpointer data)
{
  g_autofree char *one = g_build_filename (f->dir, "one", NULL);
  g_autofree char *three = g_build_filename (f->dir, "three", NULL);
  MienTrainOptions options = options_in (one);
  Watch watch = { 0 };

  g_assert_true (mien_augment_from_name ("strong", &options.augment));
  run (f, &options, &watch);
  options.out_dir = three;
  options.threads = 3;
  run (f, &options, &watch);
  assert_same_model (one, three);
}

/* Stopped in the middle of an epoch, then killed before the next checkpoint, then taken up. */
static void
test_resume (Fixture *f, gconstpointer data)
{
  g_autofree char *whole = g_build_filename (f->dir, "whole", NULL);
  g_autofree char *pieces = g_build_filename (f->dir, "pieces", NULL);
  MienTrainOptions options = options_in (whole);
  Watch watch = { 0 };
  g_autoptr (GError) error = NULL;
  MienTrainResult result;

  options.balance = 0.3f;
  g_assert_true (mien_augment_from_name ("light", &options.augment));
  run (f, &options, &watch);
  options.out_dir = pieces;
  options.resume = TRUE;
  for (guint stop = 3; stop <= 6; stop += 3)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Watch stopped = { cancellable, stop, 0, { 0 } };

      g_clear_error (&error);
      g_assert_false (
          mien_trainer_run (&options, f->data, watch_cb, &stopped, cancellable, &result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  run (f, &options, &watch);
  assert_same_model (whole, pieces);

  /* Other options are another run. */
  options.rate = 0.04;
  g_clear_error (&error);
  g_assert_false (mien_trainer_run (&options, f->data, NULL, NULL, NULL, &result, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
}

static float *
read_weights (const char *file, gsize *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienGraph) graph = mien_graph_read_onnx (file, &error);
  g_autoptr (MienNetwork) network = mien_arch_build (
      mien_arch_find ("mini-xception"), mien_train_kernels_find (MIEN_PRECISION_F32), 0);
  guint taken;

  g_assert_no_error (error);
  mien_network_prepare (network, 1, NULL);
  g_assert_true (mien_export_import (network, graph, &taken, &error));
  *n = mien_network_get_n_params (network);
  return g_memdup2 (mien_network_get_params (network), *n * sizeof (float));
}

/* The mean of two runs, written without training on, has their mean weights. */
static void
test_mean (Fixture *f, gconstpointer data)
{
  g_autofree char *a = g_build_filename (f->dir, "a", NULL);
  g_autofree char *b = g_build_filename (f->dir, "b", NULL);
  g_autofree char *mean = g_build_filename (f->dir, "mean", NULL);
  g_autofree char *file_a = g_build_filename (a, "model.onnx", NULL);
  g_autofree char *file_b = g_build_filename (b, "model.onnx", NULL);
  g_autofree char *file_mean = g_build_filename (mean, "model.onnx", NULL);
  const char *const inits[] = { file_a, file_b, NULL };
  MienTrainOptions options = options_in (a);
  g_autoptr (GError) error = NULL;
  Watch watch = { 0 };
  float *weights[3];
  gsize n = 0;

  options.epochs = 1;
  run (f, &options, &watch);
  options.out_dir = b;
  options.seed = 4;
  run (f, &options, &watch);
  options.out_dir = mean;
  options.inits = inits;
  options.epochs = 0;
  run (f, &options, &watch);
  weights[0] = read_weights (file_a, &n);
  weights[1] = read_weights (file_b, &n);
  weights[2] = read_weights (file_mean, &n);
  g_assert_cmpuint (n, >, 1000);
  g_assert_true (memcmp (weights[0], weights[1], n * sizeof (float)) != 0);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (weights[2][i], (weights[0][i] + weights[1][i]) / 2, 1e-6);
  for (guint i = 0; i < 3; i++)
    g_free (weights[i]);
}

/* A network that has hardly begun knows little, but which class is rare and how sure to be can be
 * told at once: the loss of images held out falls. The weights are those of the run without. */
static void
test_stack (Fixture *f, gconstpointer data)
{
  g_autofree char *plain = g_build_filename (f->dir, "plain", NULL);
  g_autofree char *stacked = g_build_filename (f->dir, "stacked", NULL);
  g_autofree char *file_plain = g_build_filename (plain, "model.onnx", NULL);
  g_autofree char *file_stacked = g_build_filename (stacked, "model.onnx", NULL);
  g_autofree char *card = NULL;
  MienTrainOptions options = options_in (plain);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienGraph) graph = NULL;
  Watch watch[2] = { 0 };
  float *weights[2];
  gsize n = 0;

  options.epochs = 1;
  run (f, &options, &watch[0]);
  options.out_dir = stacked;
  options.stack = TRUE;
  run (f, &options, &watch[1]);
  g_assert_cmpfloat (watch[1].last.validation_loss, <, watch[0].last.validation_loss);
  g_assert_cmpfloat (watch[1].last.fer2013, ==, watch[0].last.fer2013);
  weights[0] = read_weights (file_plain, &n);
  weights[1] = read_weights (file_stacked, &n);
  g_assert_cmpmem (weights[0], n * sizeof (float), weights[1], n * sizeof (float));
  g_free (weights[0]);
  g_free (weights[1]);
  graph = mien_graph_read_onnx (file_stacked, &error);
  g_assert_no_error (error);
  g_assert_nonnull (mien_graph_find_initializer (graph, "ferplus.stacked.weight"));
  card = read_file (stacked, "card.json", NULL);
  g_assert_nonnull (strstr (card, "FER+ by maps fitted without the image"));
}

static void
test_limits (Fixture *f, gconstpointer data)
{
  MienTrainOptions options = options_in (f->dir);
  Watch watch = { 0 };
  g_autoptr (GError) error = NULL;
  MienTrainResult result;

  options.minutes = 1e-9;
  g_assert_cmpint (run (f, &options, &watch), ==, MIEN_TRAIN_OUT_OF_TIME);
  options.minutes = 0;
  options.epochs = 50;
  options.rate = 1e-12;
  options.patience = 2;
  g_assert_cmpint (run (f, &options, &watch), ==, MIEN_TRAIN_STOPPED);
  g_assert_cmpfloat (watch.last.epoch, <, 50);
  options.batch = 57;
  g_assert_false (mien_trainer_run (&options, f->data, NULL, NULL, NULL, &result, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
}

/* What each architecture promises. */
static void
test_archs (void)
{
  const MienTrainKernels *kernels = mien_train_kernels_find (MIEN_PRECISION_F32);
  guint n;
  const MienArch *archs = mien_arch_list (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienNetwork) network = mien_arch_build (&archs[i], kernels, -1);
      double params = (double) mien_network_count_params (network);

      g_assert_cmpuint (mien_network_get_n_outputs (network), ==, 2);
      g_assert_cmpuint (mien_network_get_n_classes (network, 0), ==, 8);
      g_assert_cmpuint (mien_network_get_n_classes (network, 1), ==, 7);
      g_assert_true (mien_arch_find (archs[i].name) == &archs[i]);
      if (g_str_equal (archs[i].name, "alexnet"))
        g_assert_true (params > 24e6 && params < 26e6);
      if (g_str_equal (archs[i].name, "mien"))
        g_assert_cmpfloat (params * 2, <=, 10e6);
    }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/trainer/learns-all", test_learns_all);
  ADD ("/trainer/threads", test_threads);
  ADD ("/trainer/resume", test_resume);
  ADD ("/trainer/mean", test_mean);
  ADD ("/trainer/stack", test_stack);
  ADD ("/trainer/limits", test_limits);
  g_test_add_func ("/trainer/archs", test_archs);
  return g_test_run ();
}
