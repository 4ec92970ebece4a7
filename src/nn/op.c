/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"

static const MienOp *const families[] = {
  mien_ops_conv,    mien_ops_unary,     mien_ops_binary, mien_ops_variadic, mien_ops_shape,
  mien_ops_slice,   mien_ops_gather,    mien_ops_reduce, mien_ops_norm,     mien_ops_pool,
  mien_ops_gemm,    mien_ops_generate,  mien_ops_quant,  mien_ops_resize,   mien_ops_arg,
  mien_ops_scatter, mien_ops_recurrent, mien_ops_detect, mien_ops_algebra,
};

typedef gboolean (*OpMatch) (const MienOp *op, gint64 opset);

static gboolean
match_opset (const MienOp *op, gint64 opset)
{
  return opset >= op->min_opset && opset <= op->max_opset;
}

static const MienOp *
find (const char *op_type, const char *domain, OpMatch match, gint64 opset)
{
  for (gsize f = 0; f < G_N_ELEMENTS (families); f++)
    for (const MienOp *op = families[f]; op->op_type != NULL; op++)
      if (strcmp (op->op_type, op_type) == 0 && strcmp (op->domain, domain) == 0
          && (match == NULL || match (op, opset)))
        return op;
  return NULL;
}

const MienOp *
mien_op_find (const char *op_type, const char *domain, gint64 opset)
{
  return find (op_type, domain, match_opset, opset);
}

gboolean
mien_op_is_known (const char *op_type, const char *domain)
{
  return find (op_type, domain, NULL, 0) != NULL;
}

static void
set_error (const MienOpCall *call, GError **error, MienError code, const char *format, va_list args)
    G_GNUC_PRINTF (4, 0);

static void
set_error (const MienOpCall *call, GError **error, MienError code, const char *format, va_list args)
{
  g_autofree char *reason = g_strdup_vprintf (format, args);

  g_set_error (error, MIEN_ERROR, code, "node '%s' (%s, opset %" G_GINT64_FORMAT "): %s",
               call->node->name, call->node->op_type, call->opset, reason);
}

gboolean
mien_op_fail (const MienOpCall *call, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_error (call, error, MIEN_ERROR_MODEL, format, args);
  va_end (args);
  return FALSE;
}

gboolean
mien_op_unsupported (const MienOpCall *call, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_error (call, error, MIEN_ERROR_UNSUPPORTED, format, args);
  va_end (args);
  return FALSE;
}

const MienTensor *
mien_op_need_value (MienOpCall *call, guint index)
{
  g_assert (mien_op_has_input (call, index));
  if (call->in[index].value == NULL)
    call->is_late = TRUE;
  return call->in[index].value;
}

void
mien_op_set_output (MienOpCall *call, guint index, MienDType dtype, int rank, const gint64 *dims)
{
  MienOpValue *out;

  if (!mien_op_has_output (call, index))
    return;
  g_assert (rank >= 0 && rank <= MIEN_TENSOR_MAX_RANK);
  out = &call->out[index];
  out->dtype = dtype;
  out->rank = rank;
  for (int i = 0; i < rank; i++)
    out->dims[i] = dims[i];
}

void
mien_op_copy_output (MienOpCall *call, guint index, guint from)
{
  const MienOpValue *in = &call->in[from];

  mien_op_set_output (call, index, in->dtype, in->rank, in->dims);
}

gboolean
mien_op_resolve_axis (const MienOpCall *call, gint64 axis, int rank, int *out, GError **error)
{
  if (axis < -rank || axis >= rank)
    return mien_op_fail (call, error, "axis %" G_GINT64_FORMAT " of a tensor of rank %d", axis,
                         rank);
  *out = (int) (axis < 0 ? axis + rank : axis);
  return TRUE;
}

gboolean
mien_op_check_type (const MienOpCall *call, guint index, MienDType dtype, GError **error)
{
  if (!mien_op_has_input (call, index) || call->in[index].dtype == dtype)
    return TRUE;
  return mien_op_unsupported (call, error, "input %u is %s, only %s is supported", index,
                              mien_dtype_get_name (call->in[index].dtype),
                              mien_dtype_get_name (dtype));
}

gboolean
mien_op_check_f32 (const MienOpCall *call, GError **error)
{
  for (guint i = 0; i < call->n_in; i++)
    if (!mien_op_check_type (call, i, MIEN_DTYPE_F32, error))
      return FALSE;
  return TRUE;
}

gboolean
mien_op_get_ints (
    MienOpCall *call, const char *attribute, int input, gint64 **values, gsize *n, GError **error)
{
  const MienAttribute *found =
      attribute != NULL ? mien_node_find_attribute (call->node, attribute) : NULL;
  const MienTensor *tensor;

  *values = NULL;
  *n = 0;
  if (found != NULL && found->type == MIEN_ATTRIBUTE_INTS)
    {
      *n = found->n;
      *values = g_memdup2 (found->ints, found->n * sizeof (gint64));
      return TRUE;
    }
  if (input < 0 || !mien_op_has_input (call, (guint) input))
    return TRUE;
  tensor = mien_op_need_value (call, (guint) input);
  if (tensor == NULL)
    return TRUE;
  if ((tensor->dtype != MIEN_DTYPE_I64 && tensor->dtype != MIEN_DTYPE_I32) || tensor->rank > 1)
    return mien_op_fail (call, error, "input %d must be a list of integers", input);
  *n = tensor->n_elements;
  *values = g_new (gint64, tensor->n_elements + 1);
  mien_tensor_cast_data (tensor->dtype, tensor->data, MIEN_DTYPE_I64, *values, tensor->n_elements);
  return TRUE;
}

gsize
mien_op_count_range (const gint64 *dims, int from, int to)
{
  gsize n = 1;

  for (int i = from; i < to; i++)
    n *= (gsize) dims[i];
  return n;
}

gsize
mien_op_count (const MienOpValue *value)
{
  return mien_op_count_range (value->dims, 0, value->rank);
}

gboolean
mien_op_get_bytes (const MienOpValue *value, gsize *bytes)
{
  gsize n = mien_dtype_get_size (value->dtype);

  gboolean is_empty = FALSE;

  for (int i = 0; i < value->rank; i++)
    {
      if (value->dims[i] < 0)
        return FALSE;
      is_empty |= value->dims[i] == 0;
    }
  /* An empty array's other dimensions must not overflow either: strides are made of them. */
  for (int i = 0; i < value->rank; i++)
    {
      gsize dim = (gsize) MAX (value->dims[i], 1);

      if (value->layout == MIEN_LAYOUT_NC16HW && i == 1)
        dim = mien_size_align (dim, 16);
      if (!mien_size_mul (n, dim, &n))
        return FALSE;
    }
  *bytes = is_empty ? 0 : n;
  return n <= G_MAXSSIZE / 2;
}

gboolean
mien_op_broadcast (MienOpValue *out, const MienOpValue *a, const MienOpValue *b)
{
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  int rank = MAX (a->rank, b->rank);

  for (int i = 0; i < rank; i++)
    {
      int ia = i - (rank - a->rank), ib = i - (rank - b->rank);
      gint64 da = ia < 0 ? 1 : a->dims[ia], db = ib < 0 ? 1 : b->dims[ib];

      if (da != db && da != 1 && db != 1)
        return FALSE;
      dims[i] = da == 1 ? db : da;
    }
  out->rank = rank;
  for (int i = 0; i < rank; i++)
    out->dims[i] = dims[i];
  return TRUE;
}

typedef struct
{
  MienOpRangeFunc func;
  gpointer data;
  gsize n, grain;
} Range;

static void
run_range (gpointer user_data, guint part, guint worker)
{
  Range *range = user_data;
  gsize from = part * range->grain;

  range->func (range->data, from, MIN (range->n, from + range->grain));
}

void
mien_op_parallel_range (
    MienParallel *parallel, gsize n, gsize grain, MienOpRangeFunc func, gpointer data)
{
  Range range = { func, data, n, MAX (grain, 1) };

  /* The count of parts is a guint. */
  while (n / range.grain >= G_MAXUINT / 2)
    range.grain *= 2;
  mien_parallel_for (parallel, (guint) ((n + range.grain - 1) / range.grain), run_range, &range);
}

void
mien_op_call_init (
    MienOpCall *call, const MienOp *op, const MienNode *node, gint64 opset, gboolean plain)
{
  memset (call, 0, sizeof *call);
  call->op = op;
  call->node = node;
  call->opset = opset;
  call->plain = plain;
  call->n_in = node->inputs->len;
  call->n_out = node->outputs->len;
  call->in = g_new0 (MienOpValue, MAX (call->n_in, 1));
  call->out = g_new0 (MienOpValue, MAX (call->n_out, 1));
  call->out_value = g_new0 (MienTensor *, MAX (call->n_out, 1));
}

void
mien_op_call_clear (MienOpCall *call)
{
  if (call->free_state != NULL)
    call->free_state (call->state);
  for (guint i = 0; i < call->n_out; i++)
    if (call->out_value[i] != NULL)
      mien_tensor_unref (call->out_value[i]);
  g_free (call->in);
  g_free (call->out);
  g_free (call->out_value);
  memset (call, 0, sizeof *call);
}

gboolean
mien_op_call_infer (MienOpCall *call, GError **error)
{
  const MienOp *op = call->op;

  if (call->n_in < op->min_in || (op->max_in > 0 && call->n_in > op->max_in) || call->n_out == 0
      || (op->max_out > 0 && call->n_out > op->max_out))
    return mien_op_fail (call, error, "%u inputs and %u outputs", call->n_in, call->n_out);
  for (guint i = 0; i < op->min_in; i++)
    if (!mien_op_has_input (call, i))
      return mien_op_fail (call, error, "input %u is left out", i);
  /* Anything but UNDEFINED says that somebody takes the output; infer() sets the real type. */
  for (guint i = 0; i < call->n_out; i++)
    if (*(const char *) g_ptr_array_index (call->node->outputs, i) != '\0')
      call->out[i].dtype = MIEN_DTYPE_STRING;
  if (!op->infer (call, error))
    return FALSE;
  for (guint i = 0; i < call->n_out && !call->is_late; i++)
    {
      const gboolean is_taken = *(const char *) g_ptr_array_index (call->node->outputs, i) != '\0';
      gsize bytes;

      /* A type that came from the file may be UNDEFINED again. */
      if (is_taken && mien_dtype_get_size (call->out[i].dtype) == 0)
        return mien_op_unsupported (call, error, "output %u of type %s", i,
                                    mien_dtype_get_name (call->out[i].dtype));
      if (mien_op_has_output (call, i) && !mien_op_get_bytes (&call->out[i], &bytes))
        return mien_op_fail (call, error, "output %u is larger than any memory", i);
    }
  return TRUE;
}

static gboolean
alloc_outputs (MienOpCall *call, MienTensor **out, gsize max_bytes, gboolean *fits, GError **error)
{
  gsize total = 0;

  for (guint i = 0; i < call->n_out; i++)
    {
      gsize bytes = 0;

      if (mien_op_has_output (call, i) && !mien_op_get_bytes (&call->out[i], &bytes))
        bytes = G_MAXSIZE;
      if (!mien_size_add (total, bytes, &total))
        total = G_MAXSIZE;
    }
  *fits = total <= max_bytes;
  for (guint i = 0; i < call->n_out && *fits; i++)
    {
      const MienOpValue *value = &call->out[i];

      if (!mien_op_has_output (call, i))
        continue;
      out[i] = mien_tensor_new (value->dtype, value->rank, value->dims, error);
      if (out[i] == NULL)
        {
          g_prefix_error (error, "node '%s' (%s): ", call->node->name, call->node->op_type);
          return FALSE;
        }
    }
  return TRUE;
}

gsize
mien_op_call_get_workspace (const MienOpCall *call, guint n_threads)
{
  if (call->workspace_for_threads != NULL)
    return call->workspace_for_threads (call, n_threads);
  return call->workspace
         + n_threads * mien_size_align (call->workspace_per_thread, MIEN_TENSOR_ALIGN);
}

static gboolean
run_call (MienOpCall *call,
          const MienTensor *const *in,
          MienTensor **out,
          MienParallel *parallel,
          GError **error)
{
  MienOpRun run = { .in = in, .out = out, .parallel = parallel };
  gsize size;
  gboolean ok;

  if (call->is_alias)
    {
      memcpy (out[0]->data, in[0]->data, out[0]->n_bytes);
      return TRUE;
    }
  if (call->op->prepare != NULL && !call->op->prepare (call, error))
    return FALSE;
  size = mien_op_call_get_workspace (call, mien_parallel_get_n_threads (parallel));
  run.workspace = mien_aligned_alloc (size);
  if (run.workspace == NULL)
    return mien_op_fail (call, error, "no memory for a workspace of %" G_GSIZE_FORMAT " bytes",
                         size);
  ok = call->op->run (call, &run, error);
  mien_aligned_free (run.workspace);
  return ok;
}

gboolean
mien_op_evaluate (const MienOp *op,
                  const MienNode *node,
                  gint64 opset,
                  gboolean plain,
                  const MienTensor *const *in,
                  MienTensor **out,
                  gsize max_bytes,
                  MienParallel *parallel,
                  GError **error)
{
  MienOpCall call;
  gboolean ok, fits = FALSE;

  mien_op_call_init (&call, op, node, opset, plain);
  for (guint i = 0; i < call.n_out; i++)
    out[i] = NULL;
  for (guint i = 0; i < call.n_in; i++)
    if (in[i] != NULL)
      {
        call.in[i].dtype = in[i]->dtype;
        call.in[i].rank = in[i]->rank;
        memcpy (call.in[i].dims, in[i]->dims, sizeof in[i]->dims);
        call.in[i].value = in[i];
      }
  ok = mien_op_call_infer (&call, error) && alloc_outputs (&call, out, max_bytes, &fits, error);
  if (ok && fits)
    ok = run_call (&call, in, out, parallel, error);
  if (!ok)
    for (guint i = 0; i < call.n_out; i++)
      g_clear_pointer (&out[i], mien_tensor_unref);
  mien_op_call_clear (&call);
  return ok;
}
