/* Writing by index, and what keeps or turns part of an array: Scatter, ScatterElements, ScatterND,
 * ReverseSequence, Trilu.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/op-index.h"

static gboolean
check_reduction (const MienOpCall *call, GError **error)
{
  const char *reduction = mien_node_get_string (call->node, "reduction", "none");

  if (strcmp (reduction, "none") == 0)
    return TRUE;
  if (strcmp (reduction, "add") != 0 && strcmp (reduction, "mul") != 0)
    return mien_op_unsupported (call, error, "reduction '%s'", reduction);
  return mien_op_check_type (call, 0, MIEN_DTYPE_F32, error);
}

/* Puts @n elements of @from at @to: replaced, added or multiplied. */
static void
put (const MienOpCall *call, gsize size, guint8 *to, const guint8 *from, gsize n)
{
  char how = *mien_node_get_string (call->node, "reduction", "none");

  if (how == 'n')
    {
      memcpy (to, from, n * size);
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      float a, b;

      memcpy (&a, to + i * size, sizeof a);
      memcpy (&b, from + i * size, sizeof b);
      a = how == 'a' ? a + b : a * b;
      memcpy (to + i * size, &a, sizeof a);
    }
}

static gboolean
elements_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *indices = &call->in[1];
  int axis;

  if (!mien_index_check (call, 1, error) || !check_reduction (call, error)
      || !mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", 0), x->rank, &axis,
                                error))
    return FALSE;
  if (call->in[2].dtype != x->dtype || indices->rank != x->rank || call->in[2].rank != x->rank)
    return mien_op_fail (call, error, "data, indices and updates do not fit");
  for (int d = 0; d < x->rank; d++)
    if (indices->dims[d] != call->in[2].dims[d] || (d != axis && indices->dims[d] > x->dims[d]))
      return mien_op_fail (call, error, "indices and updates do not fit along dimension %d", d);
  call->state = GINT_TO_POINTER (axis);
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static gboolean
elements_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  gsize size = mien_dtype_get_size (call->in[0].dtype);

  memcpy (run->out[0]->data, run->in[0]->data, run->out[0]->n_bytes);
  for (gsize i = 0; i < run->in[1]->n_elements; i++)
    {
      gsize at;

      if (!mien_index_locate_element (call, &call->in[0], run->in[1], i,
                                      GPOINTER_TO_INT (call->state), &at, error))
        return FALSE;
      put (call, size, (guint8 *) run->out[0]->data + at * size,
           (const guint8 *) run->in[2]->data + i * size, 1);
    }
  return TRUE;
}

static gboolean
nd_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *indices = &call->in[1], *updates = &call->in[2];
  gint64 width;

  if (!mien_op_check_type (call, 1, MIEN_DTYPE_I64, error) || !check_reduction (call, error))
    return FALSE;
  width = indices->rank > 0 ? indices->dims[indices->rank - 1] : 0;
  if (width < 1 || width > x->rank || updates->dtype != x->dtype
      || updates->rank != indices->rank - 1 + x->rank - width)
    return mien_op_fail (call, error, "data, indices and updates do not fit");
  for (int d = 0; d < updates->rank; d++)
    if (updates->dims[d]
        != (d < indices->rank - 1 ? indices->dims[d]
                                  : x->dims[d - (indices->rank - 1) + (int) width]))
      return mien_op_fail (call, error, "updates do not fit along dimension %d", d);
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static gboolean
nd_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *x = &call->in[0];
  const MienTensor *indices = run->in[1];
  int width = (int) indices->dims[indices->rank - 1];
  gsize slice = mien_op_count_range (x->dims, width, x->rank);
  gsize size = mien_dtype_get_size (x->dtype);

  memcpy (run->out[0]->data, run->in[0]->data, run->out[0]->n_bytes);
  for (gsize i = 0; i < indices->n_elements / (gsize) width; i++)
    {
      gsize at;

      if (!mien_index_locate_slice (call, x, indices, i, 0, &at, error))
        return FALSE;
      put (call, size, (guint8 *) run->out[0]->data + at * slice * size,
           (const guint8 *) run->in[2]->data + i * slice * size, slice);
    }
  return TRUE;
}

/* The first so many steps of each sequence turn round. */
static gboolean
reverse_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 batch = mien_node_get_int (call->node, "batch_axis", 1);
  gint64 time = mien_node_get_int (call->node, "time_axis", 0);

  if (!mien_op_check_type (call, 1, MIEN_DTYPE_I64, error))
    return FALSE;
  if (x->rank < 2 || batch + time != 1 || (batch != 0 && batch != 1) || call->in[1].rank != 1
      || call->in[1].dims[0] != x->dims[batch])
    return mien_op_fail (call, error, "axes or lengths do not fit");
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static gboolean
reverse_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gboolean time_first = mien_node_get_int (call->node, "time_axis", 0) == 0;
  gint64 n_times = x->dims[time_first ? 0 : 1], n_batches = x->dims[time_first ? 1 : 0];
  gsize inner = mien_op_count_range (x->dims, 2, x->rank) * mien_dtype_get_size (x->dtype);
  const gint64 *lengths = run->in[1]->data;

  for (gint64 b = 0; b < n_batches; b++)
    {
      if (lengths[b] < 0 || lengths[b] > n_times)
        return mien_op_fail (call, error, "a length of %" G_GINT64_FORMAT, lengths[b]);
      for (gint64 t = 0; t < n_times; t++)
        {
          gint64 from = t < lengths[b] ? lengths[b] - 1 - t : t;
          gsize to_at = (gsize) (time_first ? t * n_batches + b : b * n_times + t);
          gsize from_at = (gsize) (time_first ? from * n_batches + b : b * n_times + from);

          memcpy ((guint8 *) run->out[0]->data + to_at * inner,
                  (const guint8 *) run->in[0]->data + from_at * inner, inner);
        }
    }
  return TRUE;
}

static gboolean
trilu_infer (MienOpCall *call, GError **error)
{
  if (call->in[0].rank < 2)
    return mien_op_fail (call, error, "an input of rank %d", call->in[0].rank);
  if (mien_op_has_input (call, 1)
      && (call->in[1].dtype != MIEN_DTYPE_I64 || mien_op_count (&call->in[1]) != 1))
    return mien_op_fail (call, error, "k is not one integer");
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static gboolean
trilu_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gboolean upper = mien_node_get_int (call->node, "upper", 1) != 0;
  gint64 k = mien_op_has_input (call, 1) ? *(const gint64 *) run->in[1]->data : 0;
  gint64 rows = x->dims[x->rank - 2], columns = x->dims[x->rank - 1];
  gsize size = mien_dtype_get_size (x->dtype);
  gsize n = run->out[0]->n_elements;

  k = CLAMP (k, -rows, columns);
  memcpy (run->out[0]->data, run->in[0]->data, run->out[0]->n_bytes);
  for (gsize i = 0; i < n; i++)
    {
      gint64 column = (gint64) (i % (gsize) columns);
      gint64 row = (gint64) (i / (gsize) columns % (gsize) rows);

      if (upper ? column < row + k : column > row + k)
        memset ((guint8 *) run->out[0]->data + i * size, 0, size);
    }
  return TRUE;
}

const MienOp mien_ops_scatter[] = {
  { "Scatter", "", MIEN_OP_ANY, 3, 3, 1, elements_infer, NULL, elements_run },
  { "ScatterElements", "", MIEN_OP_ANY, 3, 3, 1, elements_infer, NULL, elements_run },
  { "ScatterND", "", MIEN_OP_ANY, 3, 3, 1, nd_infer, NULL, nd_run },
  { "ReverseSequence", "", MIEN_OP_ANY, 2, 2, 1, reverse_infer, NULL, reverse_run },
  { "Trilu", "", MIEN_OP_ANY, 1, 2, 1, trilu_infer, NULL, trilu_run },
  { NULL },
};
