/* `mien-cli conformance`: the ONNX project's own tests of operators and models.
 * Reference: ONNX "Backend test": model.onnx beside test_data_set_N with input_N.pb, output_N.pb.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "nn/context.h"

/* What ONNX's own runner allows. */
#define RELATIVE_TOLERANCE 1e-3
#define ABSOLUTE_TOLERANCE 1e-7
/* One unit in the last place of bfloat16: that runner compares its bits as integers, and the data
 * was cut off where the engine rounds. */
#define BFLOAT16_TOLERANCE 0x1p-7

typedef struct
{
  guint passed, failed, unsupported;
  GPtrArray *tests;    /* of char *: directories, sorted */
  GHashTable *missing; /* operator or reason -> count */
  JsonBuilder *json;   /* nullable */
  MienParallel *parallel;
  MienModelFlags flags;
} Conformance;

static void
find_tests (const char *path, int depth, GPtrArray *to)
{
  g_autofree char *model = g_build_filename (path, "model.onnx", NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_file_test (model, G_FILE_TEST_IS_REGULAR))
    {
      g_ptr_array_add (to, g_strdup (path));
      return;
    }
  dir = depth > 0 ? g_dir_open (path, 0, NULL) : NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (g_file_test (below, G_FILE_TEST_IS_DIR) && !g_file_test (below, G_FILE_TEST_IS_SYMLINK))
        find_tests (below, depth - 1, to);
    }
}

/* kind_0.pb, kind_1.pb, ... of a data set. */
static GPtrArray *
load_tensors (const char *set, const char *kind, GError **error)
{
  g_autoptr (GPtrArray) tensors =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_tensor_unref);

  for (guint i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s_%u.pb", kind, i);
      g_autofree char *path = g_build_filename (set, name, NULL);
      MienTensor *tensor;

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&tensors);
      tensor = mien_tensor_load_onnx (path, error);
      if (tensor == NULL)
        return NULL;
      g_ptr_array_add (tensors, tensor);
    }
}

static double
load_number (const MienTensor *t, gsize i)
{
  double value;

  mien_tensor_cast_data (t->dtype, (const guint8 *) t->data + i * mien_dtype_get_size (t->dtype),
                         MIEN_DTYPE_F64, &value, 1);
  return value;
}

/* The test data has no bfloat16: the bits are kept as uint16. Takes and returns a reference. */
static MienTensor *
restore_bfloat16 (MienTensor *tensor, MienDType wanted)
{
  MienTensor *restored;

  if (wanted != MIEN_DTYPE_BF16 || tensor->dtype != MIEN_DTYPE_U16)
    return tensor;
  restored = mien_tensor_new_copy (MIEN_DTYPE_BF16, tensor->rank, tensor->dims, tensor->data);
  mien_tensor_unref (tensor);
  return restored;
}

static void
restore_all (GPtrArray *tensors, GPtrArray *infos)
{
  for (guint i = 0; i < MIN (tensors->len, infos->len); i++)
    tensors->pdata[i] =
        restore_bfloat16 (tensors->pdata[i], ((MienValueInfo *) infos->pdata[i])->dtype);
}

static gboolean
compare (const MienTensor *got, const MienTensor *wanted, guint index, GError **error)
{
  gboolean same_shape =
      got != NULL && got->dtype == wanted->dtype && got->rank == wanted->rank
      && memcmp (got->dims, wanted->dims, (gsize) got->rank * sizeof *got->dims) == 0;
  double relative;

  if (!same_shape)
    {
      g_autofree char *is = got != NULL ? mien_tensor_describe (got) : g_strdup ("nothing");
      g_autofree char *should = mien_tensor_describe (wanted);

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "output %u is %s, not %s", index, is,
                   should);
      return FALSE;
    }
  relative = wanted->dtype == MIEN_DTYPE_BF16 ? BFLOAT16_TOLERANCE : RELATIVE_TOLERANCE;
  for (gsize i = 0; i < wanted->n_elements; i++)
    {
      double a = load_number (got, i), b = load_number (wanted, i);

      if (a == b || (isnan (a) && isnan (b)))
        continue;
      if (fabs (a - b) <= ABSOLUTE_TOLERANCE + relative * fabs (b))
        continue;
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "output %u: element %" G_GSIZE_FORMAT " is %.9g, not %.9g", index, i, a, b);
      return FALSE;
    }
  return TRUE;
}

static gboolean
run_set (Conformance *self, MienModel *model, const char *set, GError **error)
{
  g_autoptr (GPtrArray) inputs = load_tensors (set, "input", error);
  g_autoptr (GPtrArray) outputs = inputs != NULL ? load_tensors (set, "output", error) : NULL;
  g_autoptr (MienContext) context = NULL;

  if (outputs == NULL)
    return FALSE;
  restore_all (inputs, mien_graph_get_inputs (mien_model_get_graph (model)));
  restore_all (outputs, mien_graph_get_outputs (mien_model_get_graph (model)));
  context = mien_context_new (model, self->parallel);
  if (!mien_context_run (context, (MienTensor *const *) inputs->pdata, inputs->len, NULL, error))
    return FALSE;
  for (guint i = 0; i < outputs->len; i++)
    if (!compare (mien_context_get_output (context, i), g_ptr_array_index (outputs, i), i, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_test (Conformance *self, const char *path, GError **error)
{
  g_autofree char *file = g_build_filename (path, "model.onnx", NULL);
  g_autoptr (MienModel) model = mien_model_load (file, self->flags, error);
  guint n_sets = 0;

  if (model == NULL)
    return FALSE;
  for (;; n_sets++)
    {
      g_autofree char *name = g_strdup_printf ("test_data_set_%u", n_sets);
      g_autofree char *set = g_build_filename (path, name, NULL);

      if (!g_file_test (set, G_FILE_TEST_IS_DIR))
        break;
      if (!run_set (self, model, set, error))
        return FALSE;
    }
  if (n_sets == 0)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: no test_data_set_0", path);
  return n_sets > 0;
}

/* The operator an UNSUPPORTED message names: "operator 'X' ..." or "node 'n' (X, opset ...". */
static char *
name_operator (const char *message)
{
  const char *at = strstr (message, "operator '"), *end;

  if (at != NULL)
    {
      at += strlen ("operator '");
      end = strchr (at, '\'');
    }
  else
    {
      at = strstr (message, "' (");
      at = at != NULL ? at + strlen ("' (") : NULL;
      end = at != NULL ? strpbrk (at, ",)") : NULL;
    }
  return end != NULL ? g_strndup (at, (gsize) (end - at)) : g_strdup ("type");
}

static void
note_result (Conformance *self, const char *path, const char *result, const char *message)
{
  if (self->json == NULL)
    return;
  json_builder_begin_object (self->json);
  json_builder_set_member_name (self->json, "test");
  json_builder_add_string_value (self->json, path);
  json_builder_set_member_name (self->json, "result");
  json_builder_add_string_value (self->json, result);
  if (message != NULL)
    {
      json_builder_set_member_name (self->json, "message");
      json_builder_add_string_value (self->json, message);
    }
  json_builder_end_object (self->json);
}

static void
count_missing (Conformance *self, const char *message)
{
  char *name = name_operator (message);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->missing, name));

  g_hash_table_insert (self->missing, name, GUINT_TO_POINTER (n + 1));
}

static void
run_all (Conformance *self)
{
  for (guint i = 0; i < self->tests->len; i++)
    {
      const char *path = g_ptr_array_index (self->tests, i);
      g_autoptr (GError) error = NULL;

      if (run_test (self, path, &error))
        {
          self->passed++;
          note_result (self, path, "passed", NULL);
        }
      else if (g_error_matches (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED))
        {
          self->unsupported++;
          count_missing (self, error->message);
          note_result (self, path, "unsupported", error->message);
        }
      else
        {
          self->failed++;
          if (self->json == NULL)
            printf ("FAILED %s: %s\n", path, error->message);
          note_result (self, path, "failed", error->message);
        }
    }
}

static void
add_count (JsonBuilder *json, const char *name, guint value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

static void
print_json (Conformance *self)
{
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (self->missing), (GCompareFunc) strcmp);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_end_array (self->json);
  add_count (self->json, "passed", self->passed);
  add_count (self->json, "failed", self->failed);
  add_count (self->json, "unsupported", self->unsupported);
  json_builder_set_member_name (self->json, "unsupported_operators");
  json_builder_begin_object (self->json);
  for (GList *l = names; l != NULL; l = l->next)
    add_count (self->json, l->data,
               GPOINTER_TO_UINT (g_hash_table_lookup (self->missing, l->data)));
  json_builder_end_object (self->json);
  json_builder_end_object (self->json);
  root = json_builder_get_root (self->json);
  text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static void
print_text (Conformance *self)
{
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (self->missing), (GCompareFunc) strcmp);

  for (GList *l = names; l != NULL; l = l->next)
    printf ("unsupported %s: %u\n", (const char *) l->data,
            GPOINTER_TO_UINT (g_hash_table_lookup (self->missing, l->data)));
  printf ("%u passed, %u failed, %u unsupported\n", self->passed, self->failed, self->unsupported);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static int
conform (char **directories, gboolean as_json, gboolean plain, int threads)
{
  g_autoptr (GPtrArray) tests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (MienParallel) parallel = mien_parallel_new ((guint) threads);
  g_autoptr (JsonBuilder) json = as_json ? json_builder_new () : NULL;
  Conformance self = { .tests = tests,
                       .missing = missing,
                       .json = json,
                       .parallel = parallel,
                       .flags = plain ? MIEN_MODEL_PLAIN : MIEN_MODEL_DEFAULT };

  for (gsize i = 0; directories[i] != NULL; i++)
    find_tests (directories[i], 4, tests);
  if (tests->len == 0)
    {
      g_autoptr (GError) error = g_error_new (
          MIEN_ERROR, MIEN_ERROR_INPUT, "%s: no folder with a model.onnx below it", directories[0]);

      return mien_command_fail ("mien-cli", error);
    }
  g_ptr_array_sort (tests, compare_paths);
  if (json != NULL)
    {
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "tests");
      json_builder_begin_array (json);
    }
  run_all (&self);
  if (json != NULL)
    print_json (&self);
  else
    print_text (&self);
  return self.failed > 0 ? 3 : 0;
}

int
mien_cli_conformance (int argc, char **argv)
{
  gboolean as_json = FALSE, plain = FALSE;
  int threads = 1;
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print every result as JSON", NULL },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &plain, "Reference kernels only", NULL },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (default: 1)", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new ("DIR...");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_set_summary (options,
                                "Runs every ONNX backend test below DIR and compares the results.");
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      error->domain = MIEN_ERROR;
      error->code = MIEN_ERROR_USAGE;
      return mien_command_fail ("mien-cli", error);
    }
  if (argc < 2 || threads < 0 || threads > 256)
    {
      g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "conformance: give at least one directory");
      return mien_command_fail ("mien-cli", error);
    }
  return conform (argv + 1, as_json, plain, threads);
}
