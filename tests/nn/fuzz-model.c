/* libFuzzer target: any bytes as an ONNX file, read, compiled and run on made-up inputs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/context.h"

/* Small enough that no input can keep a processor busy for long. */
#define MEMORY_LIMIT (64 * 1024)
#define MAX_NODES 64

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Dynamic dimensions become 2; values count up from -2. */
static MienTensor *
make_input (const MienValueInfo *info)
{
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  MienTensor *tensor;

  for (int d = 0; d < info->rank; d++)
    dims[d] = info->dims[d] >= 0 ? info->dims[d] : 2;
  tensor = mien_tensor_new (info->dtype, MAX (info->rank, 0), dims, NULL);
  if (tensor == NULL)
    return NULL;
  for (gsize i = 0; i < tensor->n_elements; i++)
    {
      gint64 value = (gint64) (i % 7) - 2;

      mien_tensor_cast_data (MIEN_DTYPE_I64, &value, tensor->dtype,
                             (guint8 *) tensor->data + i * mien_dtype_get_size (tensor->dtype), 1);
    }
  return tensor;
}

static void
run_model (MienModel *model)
{
  GPtrArray *infos = mien_graph_get_inputs (mien_model_get_graph (model));
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_tensor_unref);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);

  for (guint i = 0; i < infos->len; i++)
    {
      MienTensor *tensor = make_input (g_ptr_array_index (infos, i));

      if (tensor == NULL)
        return;
      g_ptr_array_add (inputs, tensor);
    }
  if (!mien_context_run (context, (MienTensor *const *) inputs->pdata, inputs->len, NULL, NULL))
    return;
  /* Reads every byte of the results. */
  for (guint i = 0; i < mien_context_get_n_outputs (context); i++)
    {
      const MienTensor *output = mien_context_get_output (context, i);
      g_autofree guint8 *copy G_GNUC_UNUSED = g_memdup2 (output->data, output->n_bytes);
    }
}

static void
try_flags (MienGraph *graph, MienModelFlags flags)
{
  MienModel *model = mien_model_new (graph, flags, NULL);

  if (model == NULL)
    return;
  run_model (model);
  mien_model_unref (model);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (MienGraph) graph = NULL;

  mien_tensor_set_memory_limit (MEMORY_LIMIT);
  graph = mien_graph_read_onnx_bytes (bytes, "fuzz.onnx", NULL);
  if (graph == NULL || mien_graph_get_nodes (graph)->len > MAX_NODES)
    return 0;
  try_flags (graph, MIEN_MODEL_DEFAULT);
  try_flags (graph, MIEN_MODEL_KEEP_VALUES | MIEN_MODEL_PLAIN);
  return 0;
}
