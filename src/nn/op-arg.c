/* Operators that answer with positions, and running sums: ArgMax, ArgMin, TopK, NonZero, CumSum.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/op.h"

/* Rows along one axis. */
typedef struct
{
  int axis;
  gsize outer, length, inner;
} Rows;

static Rows *
new_rows (MienOpCall *call, gint64 axis, GError **error)
{
  const MienOpValue *x = &call->in[0];
  Rows *rows;
  int at;

  if (!mien_op_resolve_axis (call, axis, x->rank, &at, error))
    return NULL;
  rows = g_new0 (Rows, 1);
  rows->axis = at;
  rows->outer = mien_op_count_range (x->dims, 0, at);
  rows->length = (gsize) x->dims[at];
  rows->inner = mien_op_count_range (x->dims, at + 1, x->rank);
  call->state = rows;
  call->free_state = g_free;
  return rows;
}

static gboolean
check_type (const MienOpCall *call, GError **error)
{
  MienDType dtype = call->in[0].dtype;

  if (dtype == MIEN_DTYPE_F32 || dtype == MIEN_DTYPE_I32 || dtype == MIEN_DTYPE_I64
      || dtype == MIEN_DTYPE_U8 || dtype == MIEN_DTYPE_I8)
    return TRUE;
  return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (dtype));
}

/* -1, 0 or 1; a NaN is larger than every number. */
static int
compare_elements (const MienTensor *x, gsize i, gsize k)
{
  switch (x->dtype)
    {
    case MIEN_DTYPE_F32:
      {
        float a = ((const float *) x->data)[i], b = ((const float *) x->data)[k];

        if (isnan (a) || isnan (b))
          return (isnan (a) != 0) - (isnan (b) != 0);
        return (a > b) - (a < b);
      }
    case MIEN_DTYPE_I64:
      {
        gint64 a = ((const gint64 *) x->data)[i], b = ((const gint64 *) x->data)[k];

        return (a > b) - (a < b);
      }
    case MIEN_DTYPE_I32:
      {
        gint32 a = ((const gint32 *) x->data)[i], b = ((const gint32 *) x->data)[k];

        return (a > b) - (a < b);
      }
    case MIEN_DTYPE_I8:
      return ((const gint8 *) x->data)[i] - ((const gint8 *) x->data)[k];
    default:
      return ((const guint8 *) x->data)[i] - ((const guint8 *) x->data)[k];
    }
}

static gboolean
arg_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gboolean keep = mien_node_get_int (call->node, "keepdims", 1) != 0;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  int rank = 0;
  Rows *rows;

  if (!check_type (call, error))
    return FALSE;
  rows = new_rows (call, mien_node_get_int (call->node, "axis", 0), error);
  if (rows == NULL)
    return FALSE;
  if (rows->length == 0)
    return mien_op_fail (call, error, "an empty axis");
  for (int d = 0; d < x->rank; d++)
    if (d != rows->axis || keep)
      dims[rank++] = d == rows->axis ? 1 : x->dims[d];
  mien_op_set_output (call, 0, MIEN_DTYPE_I64, rank, dims);
  return TRUE;
}

static gboolean
arg_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Rows *rows = call->state;
  int sign = strcmp (call->node->op_type, "ArgMax") == 0 ? 1 : -1;
  gboolean last = mien_node_get_int (call->node, "select_last_index", 0) != 0;
  gint64 *y = run->out[0]->data;

  for (gsize r = 0; r < rows->outer * rows->inner; r++)
    {
      gsize start = r / rows->inner * rows->inner * rows->length + r % rows->inner, best = 0;

      for (gsize i = 1; i < rows->length; i++)
        {
          int order =
              sign
              * compare_elements (run->in[0], start + i * rows->inner, start + best * rows->inner);

          if (order > 0 || (last && order == 0))
            best = i;
        }
      y[r] = (gint64) best;
    }
  return TRUE;
}

static gboolean
topk_infer (MienOpCall *call, GError **error)
{
  g_autofree gint64 *k = NULL;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize n = 0;
  Rows *rows;

  if (!check_type (call, error))
    return FALSE;
  rows = new_rows (call, mien_node_get_int (call->node, "axis", -1), error);
  if (rows == NULL)
    return FALSE;
  if (call->opset < 10)
    {
      k = g_new (gint64, 1);
      k[0] = mien_node_get_int (call->node, "k", -1);
      n = 1;
    }
  else if (!mien_op_has_input (call, 1))
    return mien_op_fail (call, error, "k is missing");
  else if (!mien_op_get_ints (call, NULL, 1, &k, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n != 1 || k[0] < 0 || (gsize) k[0] > rows->length)
    return mien_op_fail (call, error, "k does not fit an axis of %" G_GSIZE_FORMAT, rows->length);
  memcpy (dims, call->in[0].dims, sizeof dims);
  dims[rows->axis] = k[0];
  mien_op_set_output (call, 0, call->in[0].dtype, call->in[0].rank, dims);
  mien_op_set_output (call, 1, MIEN_DTYPE_I64, call->in[0].rank, dims);
  return TRUE;
}

typedef struct
{
  const MienTensor *x;
  gsize start, step;
  int sign; /* 1: the largest first */
} Order;

/* The best first; of equals the one that stands first. */
static int
compare_positions (gconstpointer a, gconstpointer b, gpointer data)
{
  const Order *order = data;
  gsize i = *(const gsize *) a, k = *(const gsize *) b;
  int difference =
      order->sign
      * compare_elements (order->x, order->start + k * order->step, order->start + i * order->step);

  return difference != 0 ? difference : (i > k) - (i < k);
}

static gboolean
topk_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Rows *rows = call->state;
  const MienTensor *values = run->out[0], *indices = call->n_out > 1 ? run->out[1] : NULL;
  const MienTensor *shape = values != NULL ? values : indices;
  gsize k = (gsize) shape->dims[rows->axis], size = mien_dtype_get_size (run->in[0]->dtype);
  Order order = { run->in[0], 0, rows->inner,
                  mien_node_get_int (call->node, "largest", 1) != 0 ? 1 : -1 };
  g_autofree gsize *positions = g_new (gsize, rows->length + 1);

  for (gsize r = 0; r < rows->outer * rows->inner; r++)
    {
      gsize outer = r / rows->inner, to = outer * rows->inner * k + r % rows->inner;

      order.start = outer * rows->inner * rows->length + r % rows->inner;
      for (gsize i = 0; i < rows->length; i++)
        positions[i] = i;
      g_qsort_with_data (positions, (gint) rows->length, sizeof *positions, compare_positions,
                         &order);
      for (gsize i = 0; i < k; i++, to += rows->inner)
        {
          if (values != NULL)
            memcpy ((guint8 *) values->data + to * size,
                    (const guint8 *) run->in[0]->data
                        + (order.start + positions[i] * rows->inner) * size,
                    size);
          if (indices != NULL)
            ((gint64 *) indices->data)[to] = (gint64) positions[i];
        }
    }
  return TRUE;
}

static gboolean
is_nonzero (const MienTensor *x, gsize i)
{
  static const guint8 zeros[8] = { 0 };
  gsize size = mien_dtype_get_size (x->dtype);

  if (x->dtype == MIEN_DTYPE_F32)
    return ((const float *) x->data)[i] != 0.0f;
  return memcmp ((const guint8 *) x->data + i * size, zeros, size) != 0;
}

static gboolean
nonzero_infer (MienOpCall *call, GError **error)
{
  const MienTensor *x = mien_op_need_value (call, 0);
  gint64 dims[2] = { 0, 0 };

  if (x == NULL)
    return TRUE;
  if (x->dtype == MIEN_DTYPE_F64 || x->dtype == MIEN_DTYPE_F16 || x->dtype == MIEN_DTYPE_BF16)
    return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (x->dtype));
  dims[0] = x->rank;
  for (gsize i = 0; i < x->n_elements; i++)
    dims[1] += is_nonzero (x, i);
  mien_op_set_output (call, 0, MIEN_DTYPE_I64, 2, dims);
  return TRUE;
}

static gboolean
nonzero_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienTensor *x = run->in[0];
  gsize n = (gsize) run->out[0]->dims[1], column = 0;
  gint64 *y = run->out[0]->data;

  for (gsize i = 0; i < x->n_elements; i++)
    {
      gsize rest = i;

      if (!is_nonzero (x, i))
        continue;
      for (int d = x->rank - 1; d >= 0; d--)
        {
          y[(gsize) d * n + column] = (gint64) (rest % (gsize) x->dims[d]);
          rest /= (gsize) x->dims[d];
        }
      column++;
    }
  return TRUE;
}

static gboolean
cumsum_infer (MienOpCall *call, GError **error)
{
  MienDType dtype = call->in[0].dtype;
  g_autofree gint64 *axis = NULL;
  gsize n;

  if (dtype != MIEN_DTYPE_F32 && dtype != MIEN_DTYPE_F64 && dtype != MIEN_DTYPE_I32
      && dtype != MIEN_DTYPE_I64)
    return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (dtype));
  if (!mien_op_get_ints (call, NULL, 1, &axis, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n != 1)
    return mien_op_fail (call, error, "the axis is not one number");
  if (new_rows (call, axis[0], error) == NULL)
    return FALSE;
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

#define CUMSUM(type, wide)                                                                         \
  do                                                                                               \
    {                                                                                              \
      wide sum = 0;                                                                                \
                                                                                                   \
      for (gsize i = 0; i < rows->length; i++)                                                     \
        {                                                                                          \
          gsize at = start + (reverse ? rows->length - 1 - i : i) * rows->inner;                   \
          wide value = (wide) ((const type *) run->in[0]->data)[at];                               \
                                                                                                   \
          ((type *) run->out[0]->data)[at] = (type) (exclusive ? sum : sum + value);               \
          sum += value;                                                                            \
        }                                                                                          \
    }                                                                                              \
  while (0)

static gboolean
cumsum_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Rows *rows = call->state;
  gboolean exclusive = mien_node_get_int (call->node, "exclusive", 0) != 0;
  gboolean reverse = mien_node_get_int (call->node, "reverse", 0) != 0;

  for (gsize r = 0; r < rows->outer * rows->inner; r++)
    {
      gsize start = r / rows->inner * rows->inner * rows->length + r % rows->inner;

      if (run->in[0]->dtype == MIEN_DTYPE_F32)
        CUMSUM (float, double);
      else if (run->in[0]->dtype == MIEN_DTYPE_F64)
        CUMSUM (double, double);
      else if (run->in[0]->dtype == MIEN_DTYPE_I32)
        CUMSUM (gint32, guint32);
      else
        CUMSUM (gint64, guint64);
    }
  return TRUE;
}

const MienOp mien_ops_arg[] = {
  { "ArgMax", "", MIEN_OP_ANY, 1, 1, 1, arg_infer, NULL, arg_run },
  { "ArgMin", "", MIEN_OP_ANY, 1, 1, 1, arg_infer, NULL, arg_run },
  { "TopK", "", MIEN_OP_ANY, 1, 2, 2, topk_infer, NULL, topk_run },
  { "NonZero", "", MIEN_OP_ANY, 1, 1, 1, nonzero_infer, NULL, nonzero_run },
  { "CumSum", "", MIEN_OP_ANY, 2, 2, 1, cumsum_infer, NULL, cumsum_run },
  { NULL },
};
