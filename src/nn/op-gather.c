/* Reading by index: Gather, GatherElements, GatherND.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/op-index.h"

gboolean
mien_index_load (const MienOpCall *call,
                 const MienTensor *indices,
                 gsize i,
                 gint64 dim,
                 gsize *out,
                 GError **error)
{
  gint64 value = indices->dtype == MIEN_DTYPE_I32 ? ((const gint32 *) indices->data)[i]
                                                  : ((const gint64 *) indices->data)[i];

  if (value < -dim || value >= dim)
    return mien_op_fail (call, error, "the index %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, value,
                         dim);
  *out = (gsize) (value < 0 ? value + dim : value);
  return TRUE;
}

gboolean
mien_index_check (const MienOpCall *call, guint input, GError **error)
{
  MienDType dtype = call->in[input].dtype;

  if (dtype == MIEN_DTYPE_I32 || dtype == MIEN_DTYPE_I64)
    return TRUE;
  return mien_op_unsupported (call, error, "indices of %s", mien_dtype_get_name (dtype));
}

static gboolean
gather_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *indices = &call->in[1];
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  int axis, rank = 0;

  if (!mien_index_check (call, 1, error)
      || !mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", 0), x->rank, &axis,
                                error))
    return FALSE;
  if (x->rank - 1 + indices->rank > MIEN_TENSOR_MAX_RANK)
    return mien_op_unsupported (call, error, "rank %d", x->rank - 1 + indices->rank);
  for (int d = 0; d < axis; d++)
    dims[rank++] = x->dims[d];
  for (int d = 0; d < indices->rank; d++)
    dims[rank++] = indices->dims[d];
  for (int d = axis + 1; d < x->rank; d++)
    dims[rank++] = x->dims[d];
  call->state = GINT_TO_POINTER (axis);
  mien_op_set_output (call, 0, x->dtype, rank, dims);
  return TRUE;
}

static gboolean
gather_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *x = &call->in[0];
  int axis = GPOINTER_TO_INT (call->state);
  gsize outer = mien_op_count_range (x->dims, 0, axis);
  gsize inner = mien_op_count_range (x->dims, axis + 1, x->rank) * mien_dtype_get_size (x->dtype);
  gsize n = run->in[1]->n_elements;
  guint8 *y = run->out[0]->data;

  for (gsize o = 0; o < outer; o++)
    for (gsize i = 0; i < n; i++, y += inner)
      {
        gsize at;

        if (!mien_index_load (call, run->in[1], i, x->dims[axis], &at, error))
          return FALSE;
        memcpy (y, (const guint8 *) run->in[0]->data + (o * (gsize) x->dims[axis] + at) * inner,
                inner);
      }
  return TRUE;
}

static gboolean
elements_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *indices = &call->in[1];
  int axis;

  if (!mien_index_check (call, 1, error)
      || !mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", 0), x->rank, &axis,
                                error))
    return FALSE;
  if (indices->rank != x->rank)
    return mien_op_fail (call, error, "indices of rank %d for rank %d", indices->rank, x->rank);
  for (int d = 0; d < x->rank; d++)
    if (d != axis && indices->dims[d] > x->dims[d])
      return mien_op_fail (call, error, "more indices than elements along dimension %d", d);
  call->state = GINT_TO_POINTER (axis);
  mien_op_set_output (call, 0, x->dtype, indices->rank, indices->dims);
  return TRUE;
}

gboolean
mien_index_locate_element (const MienOpCall *call,
                           const MienOpValue *data,
                           const MienTensor *indices,
                           gsize i,
                           int axis,
                           gsize *out,
                           GError **error)
{
  gsize at = 0, stride = 1, rest = i, along;

  if (!mien_index_load (call, indices, i, data->dims[axis], &along, error))
    return FALSE;
  for (int d = data->rank - 1; d >= 0; d--)
    {
      gsize position = rest % (gsize) indices->dims[d];

      rest /= (gsize) indices->dims[d];
      at += (d == axis ? along : position) * stride;
      stride *= (gsize) data->dims[d];
    }
  *out = at;
  return TRUE;
}

static gboolean
elements_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  gsize size = mien_dtype_get_size (call->in[0].dtype);

  for (gsize i = 0; i < run->in[1]->n_elements; i++)
    {
      gsize at;

      if (!mien_index_locate_element (call, &call->in[0], run->in[1], i,
                                      GPOINTER_TO_INT (call->state), &at, error))
        return FALSE;
      memcpy ((guint8 *) run->out[0]->data + i * size,
              (const guint8 *) run->in[0]->data + at * size, size);
    }
  return TRUE;
}

static gboolean
nd_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *indices = &call->in[1];
  gint64 batch = mien_node_get_int (call->node, "batch_dims", 0);
  gint64 dims[MIEN_TENSOR_MAX_RANK], width;
  int rank = 0;

  if (!mien_op_check_type (call, 1, MIEN_DTYPE_I64, error))
    return FALSE;
  if (x->rank < 1 || indices->rank < 1 || batch < 0 || batch >= x->rank || batch >= indices->rank)
    return mien_op_fail (call, error, "batch_dims %" G_GINT64_FORMAT, batch);
  width = indices->dims[indices->rank - 1];
  if (width < 1 || width > x->rank - batch)
    return mien_op_fail (call, error, "indices of %" G_GINT64_FORMAT " numbers", width);
  if (indices->rank - 1 + x->rank - batch - width > MIEN_TENSOR_MAX_RANK)
    return mien_op_unsupported (call, error, "the rank of the output");
  for (int d = 0; d < batch; d++)
    if (x->dims[d] != indices->dims[d])
      return mien_op_fail (call, error, "batch dimension %d differs", d);
  for (int d = 0; d < indices->rank - 1; d++)
    dims[rank++] = indices->dims[d];
  for (int d = (int) (batch + width); d < x->rank; d++)
    dims[rank++] = x->dims[d];
  mien_op_set_output (call, 0, x->dtype, rank, dims);
  return TRUE;
}

gboolean
mien_index_locate_slice (const MienOpCall *call,
                         const MienOpValue *data,
                         const MienTensor *indices,
                         gsize i,
                         int batch,
                         gsize *out,
                         GError **error)
{
  int width = (int) indices->dims[indices->rank - 1];
  gsize at = 0;

  for (int k = 0; k < width; k++)
    {
      gint64 dim = data->dims[batch + k];
      gsize along;

      if (!mien_index_load (call, indices, i * (gsize) width + (gsize) k, dim, &along, error))
        return FALSE;
      at = at * (gsize) dim + along;
    }
  *out = at;
  return TRUE;
}

static gboolean
nd_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *x = &call->in[0];
  const MienTensor *indices = run->in[1];
  int batch = (int) mien_node_get_int (call->node, "batch_dims", 0);
  int width = (int) indices->dims[indices->rank - 1];
  gsize n = indices->n_elements / (gsize) width;
  gsize n_batches = mien_op_count_range (x->dims, 0, batch);
  gsize batch_size = mien_op_count_range (x->dims, batch, batch + width);
  gsize slice =
      mien_op_count_range (x->dims, batch + width, x->rank) * mien_dtype_get_size (x->dtype);

  for (gsize i = 0; i < n; i++)
    {
      gsize at, in_batch = i / (n / n_batches);

      if (!mien_index_locate_slice (call, x, indices, i, batch, &at, error))
        return FALSE;
      memcpy ((guint8 *) run->out[0]->data + i * slice,
              (const guint8 *) run->in[0]->data + (in_batch * batch_size + at) * slice, slice);
    }
  return TRUE;
}

const MienOp mien_ops_gather[] = {
  { "Gather", "", MIEN_OP_ANY, 2, 2, 1, gather_infer, NULL, gather_run },
  { "GatherElements", "", MIEN_OP_ANY, 2, 2, 1, elements_infer, NULL, elements_run },
  { "GatherND", "", MIEN_OP_ANY, 2, 2, 1, nd_infer, NULL, nd_run },
  { NULL },
};
