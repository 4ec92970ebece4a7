/* Operators that make tensors out of little: Constant, ConstantOfShape, Range, EyeLike, OneHot.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op.h"

static gboolean
give_tensor (MienOpCall *call, MienTensor *tensor)
{
  mien_op_set_output (call, 0, tensor->dtype, tensor->rank, tensor->dims);
  call->out_value[0] = tensor;
  return TRUE;
}

static gboolean
constant_infer (MienOpCall *call, GError **error)
{
  static const char *const names[] = { "value", "value_float", "value_floats", "value_int",
                                       "value_ints" };
  const MienAttribute *value = NULL;
  gint64 n;

  for (gsize i = 0; i < G_N_ELEMENTS (names) && value == NULL; i++)
    value = mien_node_find_attribute (call->node, names[i]);
  if (value == NULL)
    return mien_op_unsupported (call, error, "a constant that is neither tensor nor numbers");
  n = (gint64) value->n;
  switch (value->type)
    {
    case MIEN_ATTRIBUTE_TENSOR:
      return give_tensor (call, mien_tensor_ref (value->tensor));
    case MIEN_ATTRIBUTE_FLOAT:
      return give_tensor (call, mien_tensor_new_copy (MIEN_DTYPE_F32, 0, NULL, &value->f));
    case MIEN_ATTRIBUTE_FLOATS:
      return give_tensor (call, mien_tensor_new_copy (MIEN_DTYPE_F32, 1, &n, value->floats));
    case MIEN_ATTRIBUTE_INT:
      return give_tensor (call, mien_tensor_new_copy (MIEN_DTYPE_I64, 0, NULL, &value->i));
    case MIEN_ATTRIBUTE_INTS:
      return give_tensor (call, mien_tensor_new_copy (MIEN_DTYPE_I64, 1, &n, value->ints));
    default:
      return mien_op_unsupported (call, error, "a constant of text");
    }
}

static gboolean
copy_known (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  memcpy (run->out[0]->data, call->out_value[0]->data, run->out[0]->n_bytes);
  return TRUE;
}

static gboolean
fill_infer (MienOpCall *call, GError **error)
{
  const MienAttribute *value = mien_node_find_attribute (call->node, "value");
  g_autofree gint64 *dims = NULL;
  gsize n;

  if (!mien_op_get_ints (call, NULL, 0, &dims, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n > MIEN_TENSOR_MAX_RANK)
    return mien_op_unsupported (call, error, "rank %" G_GSIZE_FORMAT, n);
  if (value != NULL && (value->tensor == NULL || value->tensor->n_elements != 1))
    return mien_op_fail (call, error, "the value is not one number");
  mien_op_set_output (call, 0, value != NULL ? value->tensor->dtype : MIEN_DTYPE_F32, (int) n,
                      dims);
  return TRUE;
}

static gboolean
fill_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienAttribute *value = mien_node_find_attribute (call->node, "value");
  gsize size = mien_dtype_get_size (run->out[0]->dtype);

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    if (value != NULL)
      memcpy ((guint8 *) run->out[0]->data + i * size, value->tensor->data, size);
    else
      memset ((guint8 *) run->out[0]->data + i * size, 0, size);
  return TRUE;
}

static double
load_number (const MienTensor *x, gsize i)
{
  double value;

  mien_tensor_cast_data (x->dtype, (const guint8 *) x->data + i * mien_dtype_get_size (x->dtype),
                         MIEN_DTYPE_F64, &value, 1);
  return value;
}

static gboolean
range_infer (MienOpCall *call, GError **error)
{
  const MienTensor *limits[3];
  double n;
  gint64 dim;

  for (guint i = 0; i < 3; i++)
    {
      limits[i] = mien_op_need_value (call, i);
      if (limits[i] == NULL)
        return TRUE;
      if (limits[i]->n_elements != 1 || limits[i]->dtype != limits[0]->dtype)
        return mien_op_fail (call, error, "a limit that is not one number");
    }
  n = ceil ((load_number (limits[1], 0) - load_number (limits[0], 0)) / load_number (limits[2], 0));
  if (!(n < 0x1p50))
    return mien_op_fail (call, error, "a range without an end");
  dim = (gint64) MAX (n, 0);
  mien_op_set_output (call, 0, limits[0]->dtype, 1, &dim);
  return TRUE;
}

static gboolean
range_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  MienTensor *y = run->out[0];
  double start = load_number (run->in[0], 0), delta = load_number (run->in[2], 0);

  for (gsize i = 0; i < y->n_elements; i++)
    {
      double value = start + (double) i * delta;

      mien_tensor_cast_data (MIEN_DTYPE_F64, &value, y->dtype,
                             (guint8 *) y->data + i * mien_dtype_get_size (y->dtype), 1);
    }
  return TRUE;
}

static gboolean
eye_infer (MienOpCall *call, GError **error)
{
  MienDType dtype = (MienDType) mien_node_get_int (call->node, "dtype", call->in[0].dtype);

  if (call->in[0].rank != 2)
    return mien_op_fail (call, error, "an input of rank %d", call->in[0].rank);
  mien_op_set_output (call, 0, dtype, 2, call->in[0].dims);
  return TRUE;
}

static gboolean
eye_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  gint64 k = mien_node_get_int (call->node, "k", 0);
  gint64 rows = call->out[0].dims[0], columns = call->out[0].dims[1];
  gsize size = mien_dtype_get_size (run->out[0]->dtype);
  static const guint8 one = 1;

  memset (run->out[0]->data, 0, run->out[0]->n_bytes);
  if (k <= -rows || k >= columns)
    return TRUE;
  for (gint64 r = MAX (0, -k); r < rows && r + k < columns; r++)
    mien_tensor_cast_data (MIEN_DTYPE_BOOL, &one, run->out[0]->dtype,
                           (guint8 *) run->out[0]->data + (gsize) (r * columns + r + k) * size, 1);
  return TRUE;
}

/* indices, depth, values [off, on]. */
static gboolean
one_hot_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  const MienTensor *depth = mien_op_need_value (call, 1);
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  double n;
  int axis;

  if (depth == NULL)
    return TRUE;
  if (x->rank == MIEN_TENSOR_MAX_RANK || depth->n_elements != 1
      || mien_op_count (&call->in[2]) != 2)
    return mien_op_fail (call, error, "depth and values do not fit");
  n = load_number (depth, 0);
  if (!(n >= 1 && n < 0x1p40))
    return mien_op_fail (call, error, "depth is %g", n);
  if (!mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", -1), x->rank + 1, &axis,
                             error))
    return FALSE;
  for (int d = 0; d <= x->rank; d++)
    dims[d] = d == axis ? (gint64) n : x->dims[d < axis ? d : d - 1];
  call->state = GINT_TO_POINTER (axis);
  mien_op_set_output (call, 0, call->in[2].dtype, x->rank + 1, dims);
  return TRUE;
}

static gboolean
one_hot_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  int axis = GPOINTER_TO_INT (call->state);
  const MienOpValue *x = &call->in[0];
  gsize size = mien_dtype_get_size (run->out[0]->dtype);
  gint64 depth = call->out[0].dims[axis];
  gsize outer = mien_op_count_range (x->dims, 0, axis);
  gsize inner = mien_op_count_range (x->dims, axis, x->rank);
  guint8 *y = run->out[0]->data;
  const guint8 *values = run->in[2]->data;

  for (gsize o = 0; o < outer; o++)
    for (gint64 d = 0; d < depth; d++)
      for (gsize i = 0; i < inner; i++, y += size)
        {
          double index = load_number (run->in[0], o * inner + i);

          if (index < 0)
            index += (double) depth;
          memcpy (y, values + (index == (double) d ? size : 0), size);
        }
  return TRUE;
}

const MienOp mien_ops_generate[] = {
  { "Constant", "", MIEN_OP_ANY, 0, 0, 1, constant_infer, NULL, copy_known },
  { "ConstantOfShape", "", MIEN_OP_ANY, 1, 1, 1, fill_infer, NULL, fill_run },
  { "Range", "", MIEN_OP_ANY, 3, 3, 1, range_infer, NULL, range_run },
  { "EyeLike", "", MIEN_OP_ANY, 1, 1, 1, eye_infer, NULL, eye_run },
  { "OneHot", "", MIEN_OP_ANY, 3, 3, 1, one_hot_infer, NULL, one_hot_run },
  { NULL },
};
