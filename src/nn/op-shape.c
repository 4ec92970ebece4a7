/* Operators that change the shape or the type and leave the order of the elements alone.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/op.h"

/* Stores @n integers as the known content of output 0, of rank @rank (0 or 1). */
static gboolean
give_ints (MienOpCall *call, const gint64 *values, gint64 n, int rank, GError **error)
{
  mien_op_set_output (call, 0, MIEN_DTYPE_I64, rank, &n);
  if (!mien_op_has_output (call, 0))
    return TRUE;
  call->out_value[0] = mien_tensor_new (MIEN_DTYPE_I64, rank, &n, error);
  if (call->out_value[0] == NULL)
    return FALSE;
  memcpy (call->out_value[0]->data, values, (gsize) n * sizeof *values);
  return TRUE;
}

static gboolean
shape_infer (MienOpCall *call, GError **error)
{
  int rank = call->in[0].rank;
  gint64 start = mien_node_get_int (call->node, "start", 0);
  gint64 end = mien_node_get_int (call->node, "end", rank);

  start = CLAMP (start < 0 ? start + rank : start, 0, rank);
  end = CLAMP (end < 0 ? end + rank : end, start, rank);
  return give_ints (call, call->in[0].dims + start, end - start, 1, error);
}

static gboolean
size_infer (MienOpCall *call, GError **error)
{
  gint64 n = (gint64) mien_op_count (&call->in[0]);

  return give_ints (call, &n, 1, 0, error);
}

/* The content was known to infer(); this copies it where a constant was too large to be kept. */
static gboolean
known_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  if (call->out_value[0] != NULL)
    memcpy (run->out[0]->data, call->out_value[0]->data, run->out[0]->n_bytes);
  return TRUE;
}

static gboolean
alias (MienOpCall *call, int rank, const gint64 *dims)
{
  mien_op_set_output (call, 0, call->in[0].dtype, rank, dims);
  call->is_alias = TRUE;
  return TRUE;
}

static gboolean
copy_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  memmove (run->out[0]->data, run->in[0]->data, run->out[0]->n_bytes);
  return TRUE;
}

static gboolean
reshape_infer (MienOpCall *call, GError **error)
{
  g_autofree gint64 *wanted = NULL;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gboolean allow_zero = mien_node_get_int (call->node, "allowzero", 0) != 0;
  gsize n, known = 1, total = mien_op_count (&call->in[0]);
  int unknown = -1;

  if (!mien_op_get_ints (call, call->opset < 5 ? "shape" : NULL, 1, &wanted, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n > MIEN_TENSOR_MAX_RANK)
    return mien_op_unsupported (call, error, "rank %" G_GSIZE_FORMAT, n);
  for (gsize i = 0; i < n; i++)
    {
      dims[i] = wanted[i];
      if (dims[i] == 0 && !allow_zero)
        {
          if (i >= (gsize) call->in[0].rank)
            return mien_op_fail (call, error, "dimension %" G_GSIZE_FORMAT " has nothing to copy",
                                 i);
          dims[i] = call->in[0].dims[i];
        }
      if (dims[i] == -1 && unknown < 0)
        unknown = (int) i;
      else if (dims[i] < 0 || !g_size_checked_mul (&known, known, (gsize) dims[i]))
        return mien_op_fail (call, error, "dimension %" G_GSIZE_FORMAT " is %" G_GINT64_FORMAT, i,
                             dims[i]);
    }
  if (unknown >= 0)
    {
      if (known == 0 || total % known != 0)
        return mien_op_fail (call, error, "%" G_GSIZE_FORMAT " elements do not divide", total);
      dims[unknown] = (gint64) (total / known);
    }
  else if (known != total)
    return mien_op_fail (call, error, "%" G_GSIZE_FORMAT " elements do not fit", total);
  return alias (call, (int) n, dims);
}

static gboolean
flatten_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 axis = mien_node_get_int (call->node, "axis", 1), dims[2];

  if (axis < 0)
    axis += x->rank;
  if (axis < 0 || axis > x->rank)
    return mien_op_fail (call, error, "axis %" G_GINT64_FORMAT, axis);
  dims[0] = (gint64) mien_op_count_range (x->dims, 0, (int) axis);
  dims[1] = (gint64) mien_op_count_range (x->dims, (int) axis, x->rank);
  return alias (call, 2, dims);
}

static gboolean
squeeze_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *axes = NULL;
  gboolean drop[MIEN_TENSOR_MAX_RANK] = { FALSE };
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize n;
  int rank = 0;

  if (!mien_op_get_ints (call, "axes", 1, &axes, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    {
      int axis;

      if (!mien_op_resolve_axis (call, axes[i], x->rank, &axis, error))
        return FALSE;
      if (x->dims[axis] != 1)
        return mien_op_fail (call, error, "dimension %d is not 1", axis);
      drop[axis] = TRUE;
    }
  for (int d = 0; d < x->rank; d++)
    if (!(axes == NULL ? x->dims[d] == 1 : drop[d]))
      dims[rank++] = x->dims[d];
  return alias (call, rank, dims);
}

static gboolean
unsqueeze_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *axes = NULL;
  gboolean add[MIEN_TENSOR_MAX_RANK] = { FALSE };
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize n;
  int rank, from = 0;

  if (!mien_op_get_ints (call, "axes", 1, &axes, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n + (gsize) x->rank > MIEN_TENSOR_MAX_RANK)
    return mien_op_unsupported (call, error, "rank %" G_GSIZE_FORMAT, n + (gsize) x->rank);
  rank = x->rank + (int) n;
  for (gsize i = 0; i < n; i++)
    {
      int axis;

      if (!mien_op_resolve_axis (call, axes[i], rank, &axis, error))
        return FALSE;
      if (add[axis])
        return mien_op_fail (call, error, "axis %d twice", axis);
      add[axis] = TRUE;
    }
  for (int d = 0; d < rank; d++)
    dims[d] = add[d] ? 1 : x->dims[from++];
  return alias (call, rank, dims);
}

static gboolean
identity_infer (MienOpCall *call, GError **error)
{
  return alias (call, call->in[0].rank, call->in[0].dims);
}

/* Inference keeps everything; the mask of opset 10 and later is all true. */
static gboolean
dropout_infer (MienOpCall *call, GError **error)
{
  const MienTensor *training;

  if (call->opset >= 12 && mien_op_has_input (call, 2))
    {
      if (!mien_op_check_type (call, 2, MIEN_DTYPE_BOOL, error))
        return FALSE;
      training = mien_op_need_value (call, 2);
      if (training == NULL)
        return TRUE;
      if (training->n_elements != 1)
        return mien_op_fail (call, error, "training_mode is not one value");
      /* With a ratio of zero training drops nothing either. */
      if (*(const guint8 *) training->data)
        {
          const MienTensor *ratio =
              mien_op_has_input (call, 1) ? mien_op_need_value (call, 1) : NULL;

          if (call->is_late)
            return TRUE;
          if (ratio == NULL || ratio->dtype != MIEN_DTYPE_F32 || ratio->n_elements != 1
              || *mien_tensor_f32 (ratio) != 0.0f)
            return mien_op_unsupported (call, error, "training mode");
        }
    }
  mien_op_set_output (call, 1, call->opset < 10 ? call->in[0].dtype : MIEN_DTYPE_BOOL,
                      call->in[0].rank, call->in[0].dims);
  mien_op_copy_output (call, 0, 0);
  call->is_alias = !mien_op_has_output (call, 1);
  return TRUE;
}

static gboolean
dropout_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  if (run->out[0] != NULL)
    memcpy (run->out[0]->data, run->in[0]->data, run->out[0]->n_bytes);
  if (run->out[1] == NULL)
    return TRUE;
  if (run->out[1]->dtype == MIEN_DTYPE_BOOL)
    memset (run->out[1]->data, 1, run->out[1]->n_bytes);
  else
    for (gsize i = 0; i < run->out[1]->n_elements; i++)
      {
        static const guint8 one = 1;

        mien_tensor_cast_data (
            MIEN_DTYPE_BOOL, &one, run->out[1]->dtype,
            (guint8 *) run->out[1]->data + i * mien_dtype_get_size (run->out[1]->dtype), 1);
      }
  return TRUE;
}

static gboolean
cast_to (MienOpCall *call, MienDType to, GError **error)
{
  if (mien_dtype_get_size (to) == 0)
    return mien_op_unsupported (call, error, "a cast to %s", mien_dtype_get_name (to));
  mien_op_set_output (call, 0, to, call->in[0].rank, call->in[0].dims);
  call->is_alias = to == call->in[0].dtype;
  return TRUE;
}

static gboolean
cast_infer (MienOpCall *call, GError **error)
{
  return cast_to (call, (MienDType) mien_node_get_int (call->node, "to", 0), error);
}

static gboolean
cast_like_infer (MienOpCall *call, GError **error)
{
  return cast_to (call, call->in[1].dtype, error);
}

typedef struct
{
  const MienTensor *x;
  MienTensor *y;
} CastJob;

static void
cast_part (gpointer data, gsize from, gsize to)
{
  const CastJob *job = data;

  mien_tensor_cast_data (
      job->x->dtype, (const guint8 *) job->x->data + from * mien_dtype_get_size (job->x->dtype),
      job->y->dtype, (guint8 *) job->y->data + from * mien_dtype_get_size (job->y->dtype),
      to - from);
}

static gboolean
cast_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  CastJob job = { run->in[0], run->out[0] };

  mien_op_parallel_range (run->parallel, run->out[0]->n_elements, 65536, cast_part, &job);
  return TRUE;
}

const MienOp mien_ops_shape[] = {
  { "Shape", "", MIEN_OP_ANY, 1, 1, 1, shape_infer, NULL, known_run },
  { "Size", "", MIEN_OP_ANY, 1, 1, 1, size_infer, NULL, known_run },
  { "Reshape", "", MIEN_OP_ANY, 1, 2, 1, reshape_infer, NULL, copy_run },
  { "Flatten", "", MIEN_OP_ANY, 1, 1, 1, flatten_infer, NULL, copy_run },
  { "Squeeze", "", MIEN_OP_ANY, 1, 2, 1, squeeze_infer, NULL, copy_run },
  { "Unsqueeze", "", MIEN_OP_ANY, 1, 2, 1, unsqueeze_infer, NULL, copy_run },
  { "Identity", "", MIEN_OP_ANY, 1, 1, 1, identity_infer, NULL, copy_run },
  { "Dropout", "", MIEN_OP_ANY, 1, 3, 2, dropout_infer, NULL, dropout_run },
  { "Cast", "", MIEN_OP_ANY, 1, 1, 1, cast_infer, NULL, cast_run },
  { "CastLike", "", MIEN_OP_ANY, 2, 2, 1, cast_like_infer, NULL, cast_run },
  { NULL },
};
