/* `mien-cli bench`: how long a model takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "nn/card.h"
#include "nn/context.h"

#define MAX_RUNS 100000

typedef struct
{
  const char *model;
  char *shape;
  int threads, runs;
  gboolean profile, json;
} Options;

typedef struct
{
  double median, min, p95; /* ms */
  double gflops;           /* of direct computation */
  gsize peak_bytes;
  int threads;
  char *shape;        /* of the first input */
  gint64 *node_times; /* with --profile: of each node its fastest run, ns */
} Result;

static gboolean fail_usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail_usage (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (MIEN_ERROR, MIEN_ERROR_USAGE, format, args));
  va_end (args);
  return FALSE;
}

/* "1x3x512x512" */
static gboolean
parse_shape (const char *text, MienValueInfo *info, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", -1);
  guint n = g_strv_length (parts);

  if (n == 0 || n > MIEN_TENSOR_MAX_RANK)
    return fail_usage (error, "bench: '%s' is not a shape such as 1x3x512x512", text);
  for (guint i = 0; i < n; i++)
    {
      guint64 dim;

      if (!g_ascii_string_to_unsigned (parts[i], 10, 1, 1 << 20, &dim, NULL))
        return fail_usage (error, "bench: '%s' is not a shape such as 1x3x512x512", text);
      info->dims[i] = (gint64) dim;
    }
  info->rank = (int) n;
  return TRUE;
}

/* Numbers between -1/2 and 1/2; dimensions that the model leaves open are 1. */
static MienTensor *
make_input (const MienValueInfo *declared, const char *shape, GError **error)
{
  MienValueInfo info = *declared;
  MienTensor *tensor;

  if (shape != NULL && !parse_shape (shape, &info, error))
    return NULL;
  for (int i = 0; i < info.rank; i++)
    if (info.dims[i] < 0)
      info.dims[i] = 1;
  tensor =
      mien_tensor_new (declared->dtype == MIEN_DTYPE_UNDEFINED ? MIEN_DTYPE_F32 : declared->dtype,
                       MAX (info.rank, 0), info.dims, error);
  if (tensor == NULL || tensor->dtype != MIEN_DTYPE_F32)
    return tensor;
  for (gsize i = 0; i < tensor->n_elements; i++)
    mien_tensor_f32 (tensor)[i] = (float) (i * 7919 % 1000) / 1000.0f - 0.5f;
  return tensor;
}

static GPtrArray *
make_inputs (MienModel *model, const char *shape, GError **error)
{
  GPtrArray *infos = mien_graph_get_inputs (mien_model_get_graph (model));
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_tensor_unref);

  for (guint i = 0; i < infos->len; i++)
    {
      MienTensor *input = make_input (infos->pdata[i], i == 0 ? shape : NULL, error);

      if (input == NULL)
        return NULL;
      g_ptr_array_add (inputs, input);
    }
  return g_steal_pointer (&inputs);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static gint64
get_time_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (gint64) t.tv_sec * 1000000000 + t.tv_nsec;
}

static gboolean
run_once (MienContext *context, GPtrArray *inputs, GError **error)
{
  return mien_context_run (context, (MienTensor *const *) inputs->pdata, inputs->len, NULL, error);
}

/* Each node's fastest of several runs: a single one tells what else the machine did. */
static gboolean
profile (
    MienContext *context, GPtrArray *inputs, const Options *options, Result *result, GError **error)
{
  const MienNodeTiming *nodes;
  guint n;

  mien_context_set_timing (context, TRUE);
  for (int run = 0; run < options->runs; run++)
    {
      if (!run_once (context, inputs, error))
        return FALSE;
      nodes = mien_context_get_timings (context, &n);
      if (result->node_times == NULL)
        result->node_times = g_new0 (gint64, n + 1);
      for (guint i = 0; i < n; i++)
        result->node_times[i] =
            run == 0 ? nodes[i].time_ns : MIN (result->node_times[i], nodes[i].time_ns);
    }
  return TRUE;
}

static gboolean
measure (
    MienContext *context, GPtrArray *inputs, const Options *options, Result *result, GError **error)
{
  g_autofree gint64 *times = g_new (gint64, options->runs);
  const MienNodeTiming *nodes;
  double flops = 0;
  guint n;

  /* The first run places memory; one with timing tells the operations of each node. */
  mien_context_set_timing (context, TRUE);
  if (!run_once (context, inputs, error) || !run_once (context, inputs, error))
    return FALSE;
  nodes = mien_context_get_timings (context, &n);
  for (guint i = 0; i < n; i++)
    flops += nodes[i].flops;
  mien_context_set_timing (context, FALSE);
  for (int i = 0; i < options->runs; i++)
    {
      gint64 start = get_time_ns ();

      if (!run_once (context, inputs, error))
        return FALSE;
      times[i] = get_time_ns () - start;
    }
  qsort (times, (gsize) options->runs, sizeof *times, compare_times);
  result->min = (double) times[0] / 1e6;
  result->median = (double) times[options->runs / 2] / 1e6;
  result->p95 = (double) times[(options->runs - 1) * 95 / 100] / 1e6;
  result->gflops = flops / (result->median * 1e6);
  result->peak_bytes = mien_context_get_peak_bytes (context);
  return !options->profile || profile (context, inputs, options, result, error);
}

static char *
dup_shape (int rank, const gint64 *dims)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "x" : "", dims[i]);
  return g_string_free (text, FALSE);
}

static void
add_member (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value != NULL ? value : "");
}

static void
add_nodes (JsonBuilder *builder, MienContext *context, const gint64 *times)
{
  guint n;
  const MienNodeTiming *nodes = mien_context_get_timings (context, &n);

  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *shape = dup_shape (nodes[i].rank, nodes[i].dims);

      json_builder_begin_object (builder);
      add_text (builder, "name", nodes[i].name);
      add_text (builder, "op", nodes[i].op_type);
      add_text (builder, "kernel", nodes[i].kernel);
      add_text (builder, "shape", shape);
      add_member (builder, "ms", (double) times[i] / 1e6);
      add_member (builder, "gflops", times[i] > 0 ? nodes[i].flops / (double) times[i] : 0);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const Options *options, const Result *result, MienContext *context)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_text (builder, "model", options->model);
  add_text (builder, "shape", result->shape);
  json_builder_set_member_name (builder, "threads");
  json_builder_add_int_value (builder, result->threads);
  json_builder_set_member_name (builder, "runs");
  json_builder_add_int_value (builder, options->runs);
  add_member (builder, "median_ms", result->median);
  add_member (builder, "min_ms", result->min);
  add_member (builder, "p95_ms", result->p95);
  add_member (builder, "gflops", result->gflops);
  add_text (builder, "kernel_path", mien_nn_get_kernel_path ());
  json_builder_set_member_name (builder, "peak_bytes");
  json_builder_add_int_value (builder, (gint64) result->peak_bytes);
  if (options->profile)
    add_nodes (builder, context, result->node_times);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
}

static void
print_text (const Options *options, const Result *result, MienContext *context)
{
  const MienNodeTiming *nodes;
  guint n;

  printf ("%s %s, %d threads, %s: median %.3f ms, min %.3f, p95 %.3f; %.1f GFLOP/s; %.1f MB\n",
          options->model, result->shape, result->threads, mien_nn_get_kernel_path (),
          result->median, result->min, result->p95, result->gflops,
          (double) result->peak_bytes / 1e6);
  if (!options->profile)
    return;
  nodes = mien_context_get_timings (context, &n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *shape = dup_shape (nodes[i].rank, nodes[i].dims);

      const double ns = (double) result->node_times[i];

      printf ("%10.3f ms %7.1f GFLOP/s  %-18s %-24s %-18s %s\n", ns / 1e6,
              ns > 0 ? nodes[i].flops / ns : 0, nodes[i].op_type,
              nodes[i].kernel != NULL ? nodes[i].kernel : "", shape, nodes[i].name);
    }
}

/* A file, or the name of an installed model. */
static MienModel *
load_model (const char *name, GError **error)
{
  const char *const tasks[] = { "classifier", "detector", "landmarks" };

  if (g_file_test (name, G_FILE_TEST_EXISTS) || strchr (name, '/') != NULL
      || g_str_has_suffix (name, ".onnx"))
    return mien_model_load (name, MIEN_MODEL_DEFAULT, error);
  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr (MienCard) card = mien_card_find_installed (tasks[i], name);

      if (card != NULL)
        return mien_model_load (mien_card_get_path (card), MIEN_MODEL_DEFAULT, error);
    }
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: no such file and no installed model",
               name);
  return NULL;
}

static gboolean
bench (const Options *options, GError **error)
{
  g_autoptr (MienModel) model = load_model (options->model, error);
  g_autoptr (MienParallel) parallel = NULL;
  g_autoptr (MienContext) context = NULL;
  g_autoptr (GPtrArray) inputs = NULL;
  Result result = { 0 };

  if (model == NULL)
    return FALSE;
  inputs = make_inputs (model, options->shape, error);
  if (inputs == NULL)
    return FALSE;
  parallel = mien_parallel_new ((guint) options->threads);
  context = mien_context_new (model, parallel);
  if (!measure (context, inputs, options, &result, error))
    return FALSE;
  result.threads = (int) mien_parallel_get_n_threads (parallel);
  if (inputs->len > 0)
    {
      const MienTensor *first = inputs->pdata[0];

      result.shape = dup_shape (first->rank, first->dims);
    }
  if (options->json)
    print_json (options, &result, context);
  else
    print_text (options, &result, context);
  g_free (result.shape);
  g_free (result.node_times);
  return TRUE;
}

int
mien_cli_bench (int argc, char **argv)
{
  Options options = { .threads = 1, .runs = 20 };
  GOptionEntry entries[] = {
    { "shape", 's', 0, G_OPTION_ARG_STRING, &options.shape, "Shape of the first input",
      "1x3x512x512" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "Threads; 0: one for each processor",
      "N" },
    { "runs", 'n', 0, G_OPTION_ARG_INT, &options.runs, "Runs to time (20)", "N" },
    { "profile", 'p', 0, G_OPTION_ARG_NONE, &options.profile, "Time of every node", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "JSON on standard output", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL.onnx|NAME");
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Measures how long a model takes.");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      error->domain = MIEN_ERROR;
      error->code = MIEN_ERROR_USAGE;
      return mien_command_fail ("mien-cli", error);
    }
  options.model = argc == 2 ? argv[1] : NULL;
  if (options.model == NULL || options.threads < 0 || options.threads > 256 || options.runs < 1
      || options.runs > MAX_RUNS)
    ok = fail_usage (&error, "bench: give one model; see `mien-cli bench --help`");
  else
    ok = bench (&options, &error);
  g_free (options.shape);
  return ok ? 0 : mien_command_fail ("mien-cli", error);
}
