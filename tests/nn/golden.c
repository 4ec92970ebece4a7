/* Whole networks of tests/golden/onnx: equal to ONNX Runtime within what rounding explains, the
 * same bits for any number of threads and contexts, no allocation once a run is placed, and an end
 * between two nodes when it is cancelled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "count-malloc.h"
#include "networks.h"

typedef struct
{
  char *name;
  MienModel *model;
  MienTensor *input, *output;
} Case;

static GPtrArray *cases; /* of Case, sorted by name */

static MienTensor *
load_tensor (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, "test_data_set_0", name, NULL);
  g_autoptr (GError) error = NULL;
  MienTensor *tensor = mien_tensor_load_onnx (path, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->name);
  mien_model_unref (self->model);
  mien_tensor_unref (self->input);
  mien_tensor_unref (self->output);
  g_free (self);
}

static MienModel *
load_model (const char *folder, MienModelFlags flags)
{
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  g_autoptr (GError) error = NULL;
  MienModel *model = mien_model_load (path, flags, &error);

  g_assert_no_error (error);
  return model;
}

static int
compare_cases (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Case *const *) a)->name, (*(Case *const *) b)->name);
}

/* The networks "net-*": one float32 input, one float32 output. */
static void
load_cases (void)
{
  g_autofree char *root = g_test_build_filename (G_TEST_DIST, "golden", "onnx", NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  cases = g_ptr_array_new_with_free_func (case_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (root, name, NULL);
      Case *self;

      if (!g_str_has_prefix (name, "net-"))
        continue;
      self = g_new0 (Case, 1);
      self->name = g_strdup (name);
      self->model = load_model (folder, MIEN_MODEL_DEFAULT);
      self->input = load_tensor (folder, "input_0.pb");
      self->output = load_tensor (folder, "output_0.pb");
      g_ptr_array_add (cases, self);
    }
  g_ptr_array_sort (cases, compare_cases);
  g_assert_cmpuint (cases->len, >=, 17);
}

static void
run (MienContext *context, const Case *self)
{
  g_autoptr (GError) error = NULL;
  MienTensor *input = self->input;

  g_assert_true (mien_context_run (context, &input, 1, NULL, &error));
  g_assert_no_error (error);
}

/* By how much a kernel's bound exceeds that of the plain sum; see docs/SPEED.md. */
static double
kernel_factor (const char *kernel)
{
  if (!g_str_has_prefix (kernel, "winograd"))
    return 1;
  return strstr (kernel, "2x2") != NULL && strstr (kernel, "5x5") == NULL ? 2 : 8;
}

/* The terms of a sum of this node: from the operations of one output element. */
static double
sum_length (const MienNodeTiming *timing)
{
  double n = 1;

  for (int d = 0; d < timing->rank; d++)
    n *= (double) timing->dims[d];
  return timing->flops / (2 * n);
}

/* What two correct computations of the network may differ by, relative to the largest value.
 *
 * A layer that adds K products, each rounded to eps / 2, is off by at most K eps / 2 and, as
 * roundings go up as often as down, by no more than lambda sqrt (K) eps / 2 with a probability of
 * 1 - 2 exp (-lambda^2 / 2); Winograd's transforms multiply it by 2 or 8 and add 32 terms, as in
 * tests/nn/conv.c. Errors of layers are independent, so their squares add; a later layer passes on
 * an error as it passes on the signal. ONNX Runtime's own error is the second half of the
 * difference:
 *
 *   tolerance = lambda eps / 2 sqrt (2 sum over layers of (factor^2 (K + 32)))
 *
 * Reference: Higham & Mary 2019, A new approach to probabilistic rounding error analysis. */
static double
find_tolerance (MienContext *context)
{
  const double lambda = 4;
  const MienNodeTiming *timings;
  double sum = 0;
  guint n;

  timings = mien_context_get_timings (context, &n);
  for (guint i = 0; i < n; i++)
    {
      const double factor = kernel_factor (timings[i].kernel);

      sum += factor * factor * (sum_length (&timings[i]) + 32);
    }
  g_assert_cmpfloat (sum, >, 0);
  return lambda * FLT_EPSILON / 2 * sqrt (2 * sum);
}

static double
find_largest (const MienTensor *t)
{
  double largest = 0;

  for (gsize i = 0; i < t->n_elements; i++)
    largest = fmax (largest, fabs ((double) mien_tensor_f32 (t)[i]));
  return largest;
}

/* The value that a Softmax at the end of the network takes, or NULL. */
static const char *
find_logits (MienModel *model)
{
  MienGraph *graph = mien_model_get_graph (model);
  const MienValueInfo *output = mien_graph_get_outputs (graph)->pdata[0];
  const MienNode *last = mien_graph_find_producer (graph, output->name);

  return strcmp (last->op_type, "Softmax") == 0 ? last->inputs->pdata[0] : NULL;
}

/* A probability p moves by at most p (1 - p) <= 1/4 of what its logit moves against the others,
 * which is twice the error of one. */
static double
find_scale (const Case *self)
{
  const char *logits = find_logits (self->model);
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "golden", "onnx", self->name, NULL);
  g_autoptr (MienModel) kept = NULL;
  g_autoptr (MienContext) context = NULL;

  if (logits == NULL)
    return find_largest (self->output);
  kept = load_model (folder, MIEN_MODEL_KEEP_VALUES);
  context = mien_context_new (kept, NULL);
  g_assert_true (mien_context_add_tap (context, logits, NULL));
  run (context, self);
  return find_largest (mien_context_find_value (context, logits)) / 2;
}

static void
test_equal (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (MienContext) context = mien_context_new (self->model, NULL);
  const MienTensor *y;
  double tolerance, worst = 0;

  mien_context_set_timing (context, TRUE);
  run (context, self);
  tolerance = find_tolerance (context) * find_scale (self);
  y = mien_context_get_output (context, 0);
  g_assert_cmpuint (y->n_elements, ==, self->output->n_elements);
  g_assert_cmpfloat (find_largest (y), >, 100 * tolerance);
  for (gsize i = 0; i < y->n_elements; i++)
    worst = fmax (
        worst, fabs ((double) mien_tensor_f32 (y)[i] - (double) mien_tensor_f32 (self->output)[i]));
  g_test_message ("%s: off by %.2g, allowed %.2g", self->name, worst, tolerance);
  g_assert_cmpfloat (worst, <=, tolerance);
}

static void
test_threads (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (MienContext) alone = mien_context_new (self->model, NULL);
  const MienTensor *y;

  run (alone, self);
  y = mien_context_get_output (alone, 0);
  for (guint n = 2; n <= 3; n++)
    {
      g_autoptr (MienParallel) parallel = mien_parallel_new (n);
      g_autoptr (MienContext) context = mien_context_new (self->model, parallel);

      for (int i = 0; i < 3; i++)
        {
          run (context, self);
          g_assert_cmpmem (mien_context_get_output (context, 0)->data, y->n_bytes, y->data,
                           y->n_bytes);
        }
    }
}

/* The first run of a shape places its memory, later ones only compute. A helper thread that starts
 * late allocates for itself meanwhile, once: what a run allocates it would allocate each time. */
static void
test_no_allocation (gconstpointer data)
{
  const Case *self = data;

  for (guint n = 1; n <= 2; n++)
    {
      g_autoptr (MienParallel) parallel = mien_parallel_new (n);
      g_autoptr (MienContext) context = mien_context_new (self->model, parallel);
      gulong before = count_mallocs (), after;
      guint tries = 0;

      run (context, self);
      after = count_mallocs ();
      /* The counter counts. */
      g_assert_cmpuint (after, >, before);
      do
        {
          before = after;
          run (context, self);
          after = count_mallocs ();
        }
      while (after != before && ++tries < 10);
      g_assert_cmpuint (after, ==, before);
    }
}

static gpointer
run_beside (gpointer data)
{
  const Case *self = data;
  g_autoptr (MienParallel) parallel = mien_parallel_new (2);
  g_autoptr (MienContext) context = mien_context_new (self->model, parallel);

  for (int i = 0; i < 4; i++)
    run (context, self);
  return g_memdup2 (mien_context_get_output (context, 0)->data,
                    mien_context_get_output (context, 0)->n_bytes);
}

/* Four contexts on one model at the same time, each with two threads. */
static void
test_beside (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (MienContext) alone = mien_context_new (self->model, NULL);
  const MienTensor *y;
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("beside", run_beside, (gpointer) self);
  run (alone, self);
  y = mien_context_get_output (alone, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree guint8 *result = g_thread_join (threads[i]);

      g_assert_cmpmem (result, y->n_bytes, y->data, y->n_bytes);
    }
}

static gpointer
cancel_later (gpointer data)
{
  GCancellable *cancellable = data;

  g_usleep (GPOINTER_TO_UINT (g_object_get_data (data, "delay")));
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* A chain that takes seconds: it ends a node after it was told to, and not at its end. */
static void
test_cancel (void)
{
  const guint n_layers = 600;
  g_autoptr (MienGraph) graph = mien_graph_new ("long", 13);
  g_autoptr (MienTensor) x = made_up (4, (gint64[]){ 1, 32, 96, 96 }, 5, 1.0f);
  g_autofree char *last = g_strdup ("x");
  g_autoptr (MienModel) model = NULL;
  g_autoptr (MienContext) context = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, x->dims, NULL);
  for (guint i = 0; i < n_layers; i++)
    {
      char *next = g_strdup_printf ("y%u", i);

      add_conv (graph, last, next, 32, 32, i);
      g_free (last);
      last = next;
    }
  mien_graph_append_output (graph, last, MIEN_DTYPE_F32, 4, x->dims, NULL);
  model = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_no_error (error);
  context = mien_context_new (model, NULL);
  mien_context_set_timing (context, TRUE);
  /* The first try may place memory for as long as the delay. */
  for (guint delay = 2000; delay < 1000000 && (n == 0 || n >= n_layers); delay *= 2)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GThread *thread;

      g_object_set_data (G_OBJECT (cancellable), "delay", GUINT_TO_POINTER (delay));
      thread = g_thread_new ("cancel", cancel_later, cancellable);
      if (mien_context_run (context, &x, 1, cancellable, &error))
        g_assert_null (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_thread_join (thread);
      if (error != NULL)
        g_assert_null (mien_context_get_output (context, 0));
      g_clear_error (&error);
      mien_context_get_timings (context, &n);
    }
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <, n_layers);
  /* The context still works. */
  g_assert_true (mien_context_run (context, &x, 1, NULL, &error));
  g_assert_no_error (error);
  mien_context_get_timings (context, &n);
  g_assert_cmpuint (n, >=, n_layers);
}

static void
add_all (const char *kind, GTestDataFunc func)
{
  for (guint i = 0; i < cases->len; i++)
    {
      Case *self = cases->pdata[i];
      g_autofree char *path = g_strdup_printf ("/nn/golden/%s/%s", kind, self->name);

      g_test_add_data_func (path, self, func);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  load_cases ();
  add_all ("equal", test_equal);
  add_all ("threads", test_threads);
  add_all ("no-allocation", test_no_allocation);
  add_all ("beside", test_beside);
  g_test_add_func ("/nn/golden/cancel", test_cancel);
  status = g_test_run ();
  g_ptr_array_unref (cases);
  return status;
}
