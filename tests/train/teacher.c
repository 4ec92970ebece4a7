/* Teachers' answers in the targets.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/teacher.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "nn/context.h"
#include "synthetic.h"
#include "train/archs.h"
#include "train/export.h"

#define N 7

typedef struct
{
  char *dir, *teacher;
  MienDataset *data;
  MienSamples *samples;
  MienSamplesOptions options;
  MienBatch *batch;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (MienNetwork) network = mien_arch_build (
      mien_arch_find ("mini-xception"), mien_train_kernels_find (MIEN_PRECISION_F32), 0);
  g_autoptr (MienGraph) graph = NULL;
  g_autoptr (GError) error = NULL;

  mien_network_prepare (network, 2, NULL);
  mien_network_initialise (network, 5);
  graph = mien_export_graph (network, NULL, NULL, NULL);
  f->dir = g_dir_make_tmp ("mien-teacher-XXXXXX", NULL);
  f->teacher = g_build_filename (f->dir, "teacher.onnx", NULL);
  g_assert_true (mien_graph_write_onnx (graph, f->teacher, FALSE, &error));
  g_assert_no_error (error);
  f->data = mien_test_data_new (N, 1);
  f->options = (MienSamplesOptions){ .width = 48, .height = 48, .channels = 1, .seed = 1 };
  f->samples = mien_samples_new (f->data, &f->options);
  f->batch = mien_batch_new (f->data, &f->options, N);
  mien_samples_begin_epoch (f->samples, 0);
  mien_samples_load (f->samples, 0, N, f->batch, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mien_batch_free (f->batch);
  mien_samples_free (f->samples);
  mien_dataset_free (f->data);
  g_remove (f->teacher);
  g_rmdir (f->dir);
  g_free (f->teacher);
  g_free (f->dir);
}

/* What the teacher answers for the batch's pictures by itself. */
static void
answer (Fixture *f, gboolean mirrored, float *ferplus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_model_load (f->teacher, MIEN_MODEL_DEFAULT, &error);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  const gint64 dims[] = { N, 1, 48, 48 };
  g_autoptr (MienTensor) input = mien_tensor_new_f32 (4, dims);

  for (guint i = 0; i < N; i++)
    for (guint y = 0; y < 48; y++)
      for (guint x = 0; x < 48; x++)
        mien_tensor_f32 (input)[(i * 48 + y) * 48 + x] =
            f->batch->raw[(i * 48 + y) * 48 + (mirrored ? 47 - x : x)];
  g_assert_true (mien_context_run (context, &input, 1, NULL, &error));
  g_assert_no_error (error);
  memcpy (ferplus, mien_tensor_f32 (mien_context_find_value (context, "ferplus")),
          N * 8 * sizeof (float));
}

static void
blend_and_compare (Fixture *f, const char *const *files, gboolean mirror, const float *theirs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienTeachers) teachers = mien_teachers_new (files, 48, 48, mirror, NULL, &error);
  g_autofree float *before = g_memdup2 (f->batch->ferplus, N * 8 * sizeof (float));

  g_assert_no_error (error);
  f->batch->ferplus_weights[N - 1] = 0; /* as if it had no votes */
  g_assert_true (mien_teachers_blend (teachers, f->batch, N, 0.7f, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < N * 8; i++)
    {
      float part = i / 8 == N - 1 ? 1 : 0.7f;

      g_assert_cmpfloat_with_epsilon (f->batch->ferplus[i],
                                      (1 - part) * before[i] + part * theirs[i], 1e-5);
    }
  g_assert_cmpfloat (f->batch->ferplus_weights[N - 1], ==, 0.7f);
  g_assert_cmpfloat (f->batch->ferplus_weights[0], ==, 1);
}

static void
test_blend (Fixture *f, gconstpointer data)
{
  const char *const files[] = { f->teacher, NULL };
  float theirs[N * 8];

  answer (f, FALSE, theirs);
  blend_and_compare (f, files, FALSE, theirs);
}

/* Two teachers, each with the mirrored picture: the mean of four answers. */
static void
test_mirror (Fixture *f, gconstpointer data)
{
  const char *const files[] = { f->teacher, f->teacher, NULL };
  float as_is[N * 8], mirrored[N * 8], mean[N * 8], differs = 0;

  answer (f, FALSE, as_is);
  answer (f, TRUE, mirrored);
  for (guint i = 0; i < N * 8; i++)
    {
      mean[i] = (as_is[i] + mirrored[i]) / 2;
      differs = MAX (differs, ABS (as_is[i] - mirrored[i]));
    }
  g_assert_cmpfloat (differs, >, 1e-3);
  blend_and_compare (f, files, TRUE, mean);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  const char *const files[] = { f->teacher, "no-such.onnx", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (mien_teachers_new (files, 48, 48, FALSE, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "no-such.onnx"));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/teacher/blend", test_blend);
  ADD ("/teacher/mirror", test_mirror);
  ADD ("/teacher/refused", test_refused);
  return g_test_run ();
}
