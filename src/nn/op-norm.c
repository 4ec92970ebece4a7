/* Normalisation over channels, rows or windows: BatchNormalization, InstanceNormalization,
 * LayerNormalization, LRN, MeanVarianceNormalization, LpNormalization, Softmax and its kin.
 * Reference: ONNX operators of those names; Ioffe & Szegedy 2015, Ulyanov et al. 2016, Ba et al.
 * 2016, Krizhevsky et al. 2012.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op.h"

typedef struct
{
  const MienOpCall *call;
  const MienOpRun *run;
  gsize inner;  /* elements behind the channel or the axis */
  gsize length; /* along the axis */
} Job;

static gboolean
batch_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (mien_node_get_int (call->node, "training_mode", 0) != 0
      || (call->opset < 7 && mien_node_get_int (call->node, "is_test", 0) == 0 && call->n_out > 1))
    return mien_op_unsupported (call, error, "training mode");
  if (call->opset < 9 && mien_node_get_int (call->node, "spatial", 1) == 0)
    return mien_op_unsupported (call, error, "spatial 0");
  for (guint i = 1; i < 5; i++)
    if (x->rank < 2 || mien_op_count (&call->in[i]) != (gsize) x->dims[1])
      return mien_op_fail (call, error, "input %u does not fit the channels", i);
  mien_op_copy_output (call, 0, 0);
  for (guint i = 1; i < call->n_out; i++)
    mien_op_copy_output (call, i, MIN (i, 4));
  call->in_place = 1;
  return TRUE;
}

static void
batch_plane (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const MienOpRun *run = job->run;
  gsize c = part % (gsize) job->call->in[0].dims[1];
  float epsilon = mien_node_get_float (job->call->node, "epsilon", 1e-5f);
  float scale = mien_tensor_f32 (run->in[1])[c] / sqrtf (mien_tensor_f32 (run->in[4])[c] + epsilon);
  float shift = mien_tensor_f32 (run->in[2])[c] - mien_tensor_f32 (run->in[3])[c] * scale;
  const float *x = mien_tensor_f32 (run->in[0]) + part * job->inner;
  float *y = mien_tensor_f32 (run->out[0]) + part * job->inner;

  for (gsize i = 0; i < job->inner; i++)
    y[i] = x[i] * scale + shift;
}

static gboolean
batch_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call, run, mien_op_count_range (call->in[0].dims, 2, call->in[0].rank) };

  /* Old files still name the statistics as outputs; at inference they are what went in. */
  for (guint i = 1; i < call->n_out; i++)
    if (run->out[i] != NULL)
      memcpy (run->out[i]->data, run->in[MIN (i, 4)]->data, run->out[i]->n_bytes);
  if (run->out[0] != NULL)
    mien_parallel_for (run->parallel, (guint) (call->in[0].dims[0] * call->in[0].dims[1]),
                       batch_plane, &job);
  return TRUE;
}

static void
get_moments (const float *x, gsize n, double *mean, double *variance)
{
  double sum = 0, squares = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) x[i];
  *mean = sum / (double) MAX (n, 1);
  for (gsize i = 0; i < n; i++)
    squares += ((double) x[i] - *mean) * ((double) x[i] - *mean);
  *variance = squares / (double) MAX (n, 1);
}

static gboolean
instance_infer (MienOpCall *call, GError **error)
{
  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (call->in[0].rank < 2 || mien_op_count (&call->in[1]) != (gsize) call->in[0].dims[1]
      || mien_op_count (&call->in[2]) != (gsize) call->in[0].dims[1])
    return mien_op_fail (call, error, "scale and bias do not fit the channels");
  mien_op_copy_output (call, 0, 0);
  call->in_place = 1;
  return TRUE;
}

static void
instance_plane (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const MienOpRun *run = job->run;
  gsize c = part % (gsize) job->call->in[0].dims[1];
  double epsilon = (double) mien_node_get_float (job->call->node, "epsilon", 1e-5f);
  const float *x = mien_tensor_f32 (run->in[0]) + part * job->inner;
  float *y = mien_tensor_f32 (run->out[0]) + part * job->inner;
  double mean, variance, scale;

  get_moments (x, job->inner, &mean, &variance);
  scale = (double) mien_tensor_f32 (run->in[1])[c] / sqrt (variance + epsilon);
  for (gsize i = 0; i < job->inner; i++)
    y[i] = (float) (((double) x[i] - mean) * scale + (double) mien_tensor_f32 (run->in[2])[c]);
}

static gboolean
instance_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call, run, mien_op_count_range (call->in[0].dims, 2, call->in[0].rank) };

  mien_parallel_for (run->parallel, (guint) (call->in[0].dims[0] * call->in[0].dims[1]),
                     instance_plane, &job);
  return TRUE;
}

static gboolean
layer_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize inner;
  int axis;

  if (!mien_op_check_f32 (call, error)
      || !mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", -1), x->rank, &axis,
                                error))
    return FALSE;
  inner = mien_op_count_range (x->dims, axis, x->rank);
  for (guint i = 1; i < call->n_in; i++)
    if (mien_op_has_input (call, i) && mien_op_count (&call->in[i]) != inner)
      return mien_op_unsupported (call, error, "scale or bias of another shape than the axes");
  for (int d = 0; d < x->rank; d++)
    dims[d] = d < axis ? x->dims[d] : 1;
  mien_op_copy_output (call, 0, 0);
  mien_op_set_output (call, 1, MIEN_DTYPE_F32, x->rank, dims);
  mien_op_set_output (call, 2, MIEN_DTYPE_F32, x->rank, dims);
  call->state = GINT_TO_POINTER (axis);
  call->in_place = 1;
  return TRUE;
}

static void
layer_rows (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const MienOpRun *run = job->run;
  double epsilon = (double) mien_node_get_float (job->call->node, "epsilon", 1e-5f);
  const float *scale = mien_tensor_f32 (run->in[1]);
  const float *bias = mien_op_has_input (job->call, 2) ? mien_tensor_f32 (run->in[2]) : NULL;

  for (gsize r = from; r < to; r++)
    {
      const float *x = mien_tensor_f32 (run->in[0]) + r * job->inner;
      float *y = mien_tensor_f32 (run->out[0]) + r * job->inner;
      double mean, variance, inverse;

      get_moments (x, job->inner, &mean, &variance);
      inverse = 1.0 / sqrt (variance + epsilon);
      for (gsize i = 0; i < job->inner; i++)
        y[i] =
            (float) (((double) x[i] - mean) * inverse) * scale[i] + (bias != NULL ? bias[i] : 0.0f);
      if (job->call->n_out > 1 && run->out[1] != NULL)
        mien_tensor_f32 (run->out[1])[r] = (float) mean;
      if (job->call->n_out > 2 && run->out[2] != NULL)
        mien_tensor_f32 (run->out[2])[r] = (float) inverse;
    }
}

static gboolean
layer_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  int axis = GPOINTER_TO_INT (call->state);
  Job job = { call, run, mien_op_count_range (call->in[0].dims, axis, call->in[0].rank) };

  mien_op_parallel_range (run->parallel, mien_op_count_range (call->in[0].dims, 0, axis),
                          MAX (4096 / MAX (job.inner, 1), 1), layer_rows, &job);
  return TRUE;
}

static gboolean
lrn_infer (MienOpCall *call, GError **error)
{
  gint64 size = mien_node_get_int (call->node, "size", 0);

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (call->in[0].rank < 3 || size < 1 || size > G_MAXINT)
    return mien_op_fail (call, error, "size %" G_GINT64_FORMAT " for rank %d", size,
                         call->in[0].rank);
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static void
lrn_plane (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const MienNode *node = job->call->node;
  gint64 channels = job->call->in[0].dims[1], c = part % channels;
  gint64 size = mien_node_get_int (node, "size", 1);
  gint64 first = MAX (c - (size - 1) / 2, 0), last = MIN (c + size / 2, channels - 1);
  float alpha = mien_node_get_float (node, "alpha", 1e-4f) / (float) size;
  float beta = mien_node_get_float (node, "beta", 0.75f);
  float bias = mien_node_get_float (node, "bias", 1.0f);
  const float *picture = mien_tensor_f32 (job->run->in[0]) + (part - (gsize) c) * job->inner;
  const float *x = picture + (gsize) c * job->inner;
  float *y = mien_tensor_f32 (job->run->out[0]) + part * job->inner;

  for (gsize i = 0; i < job->inner; i++)
    {
      float squares = 0;

      for (gint64 k = first; k <= last; k++)
        squares += picture[(gsize) k * job->inner + i] * picture[(gsize) k * job->inner + i];
      y[i] = x[i] / powf (bias + alpha * squares, beta);
    }
}

static gboolean
lrn_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call, run, mien_op_count_range (call->in[0].dims, 2, call->in[0].rank) };

  mien_parallel_for (run->parallel, (guint) (call->in[0].dims[0] * call->in[0].dims[1]), lrn_plane,
                     &job);
  return TRUE;
}

/* Softmax, LogSoftmax, Hardmax: along one axis, before opset 13 over all axes from it on. */
typedef struct
{
  gsize outer, length, inner;
} Rows;

static gboolean
softmax_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 axis = mien_node_get_int (call->node, "axis", call->opset < 13 ? 1 : -1);
  Rows *rows;
  int at = 0;

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (!(x->rank == 1 && axis == 1) && x->rank > 0 && !(axis == x->rank && call->opset < 13)
      && !mien_op_resolve_axis (call, axis, x->rank, &at, error))
    return FALSE;
  if (axis == x->rank)
    at = x->rank;
  rows = g_new0 (Rows, 1);
  call->state = rows;
  call->free_state = g_free;
  rows->outer = mien_op_count_range (x->dims, 0, at);
  if (call->opset < 13 || at >= x->rank)
    {
      rows->length = mien_op_count_range (x->dims, at, x->rank);
      rows->inner = 1;
    }
  else
    {
      rows->length = (gsize) x->dims[at];
      rows->inner = mien_op_count_range (x->dims, at + 1, x->rank);
    }
  mien_op_copy_output (call, 0, 0);
  call->in_place = 1;
  return TRUE;
}

static void
softmax_row (const float *x, float *y, gsize n, gsize step, char what)
{
  float max = -INFINITY;
  gsize best = 0;
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    if (x[i * step] > max)
      {
        max = x[i * step];
        best = i;
      }
  if (what == 'H')
    {
      for (gsize i = 0; i < n; i++)
        y[i * step] = i == best;
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      float difference = x[i * step] - max, e = expf (difference);

      sum += (double) e;
      y[i * step] = what == 'S' ? e : difference;
    }
  if (what == 'S')
    for (gsize i = 0; i < n; i++)
      y[i * step] = (float) ((double) y[i * step] / sum);
  else
    for (gsize i = 0; i < n; i++)
      y[i * step] = (float) ((double) y[i * step] - log (sum));
}

static void
softmax_rows (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const float *x = mien_tensor_f32 (job->run->in[0]);
  float *y = mien_tensor_f32 (job->run->out[0]);

  for (gsize r = from; r < to; r++)
    {
      gsize at = r / job->inner * job->inner * job->length + r % job->inner;

      softmax_row (x + at, y + at, job->length, job->inner, *job->call->node->op_type);
    }
}

static gboolean
softmax_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Rows *rows = call->state;
  Job job = { call, run, rows->inner, rows->length };

  mien_op_parallel_range (run->parallel, rows->outer * rows->inner,
                          MAX (4096 / MAX (rows->length, 1), 1), softmax_rows, &job);
  return TRUE;
}

static gboolean
lp_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 p = mien_node_get_int (call->node, "p", 2);
  Rows *rows;
  int axis;

  if (!mien_op_check_f32 (call, error)
      || !mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", -1), x->rank, &axis,
                                error))
    return FALSE;
  if (p != 1 && p != 2)
    return mien_op_fail (call, error, "p is %" G_GINT64_FORMAT, p);
  rows = g_new0 (Rows, 1);
  call->state = rows;
  call->free_state = g_free;
  rows->outer = mien_op_count_range (x->dims, 0, axis);
  rows->length = (gsize) x->dims[axis];
  rows->inner = mien_op_count_range (x->dims, axis + 1, x->rank);
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static gboolean
lp_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Rows *rows = call->state;
  gboolean is_l1 = mien_node_get_int (call->node, "p", 2) == 1;

  for (gsize r = 0; r < rows->outer * rows->inner; r++)
    {
      gsize at = r / rows->inner * rows->inner * rows->length + r % rows->inner;
      const float *x = mien_tensor_f32 (run->in[0]) + at;
      float *y = mien_tensor_f32 (run->out[0]) + at;
      double norm = 0;

      for (gsize i = 0; i < rows->length; i++)
        norm += is_l1 ? fabs ((double) x[i * rows->inner])
                      : (double) x[i * rows->inner] * (double) x[i * rows->inner];
      norm = is_l1 ? norm : sqrt (norm);
      for (gsize i = 0; i < rows->length; i++)
        y[i * rows->inner] = norm > 0 ? (float) ((double) x[i * rows->inner] / norm) : 0.0f;
    }
  return TRUE;
}

/* Mean and variance over the axes listed, by default all but the channels. */
static gboolean
mvn_infer (MienOpCall *call, GError **error)
{
  static const gint64 all_but_channels[] = { 0, 2, 3 };
  const MienAttribute *axes = mien_node_find_attribute (call->node, "axes");
  gsize n = axes != NULL ? axes->n : 3;
  const gint64 *values = axes != NULL ? axes->ints : all_but_channels;
  gboolean *reduced;

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (axes != NULL && axes->type != MIEN_ATTRIBUTE_INTS)
    return mien_op_fail (call, error, "axes are not integers");
  reduced = g_new0 (gboolean, MIEN_TENSOR_MAX_RANK);
  call->state = reduced;
  call->free_state = g_free;
  for (gsize i = 0; i < n; i++)
    {
      int axis;

      if (!mien_op_resolve_axis (call, values[i], call->in[0].rank, &axis, error))
        return FALSE;
      reduced[axis] = TRUE;
    }
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

/* Number of the group of element @at: its position along the axes that stay. */
static gsize
find_group (const MienOpValue *x, const gboolean *reduced, gsize at)
{
  gsize group = 0, scale = 1;

  for (int d = x->rank - 1; d >= 0; d--)
    {
      gsize dim = (gsize) x->dims[d];

      if (!reduced[d])
        {
          group += at % dim * scale;
          scale *= dim;
        }
      at /= dim;
    }
  return group;
}

static gboolean
mvn_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *v = &call->in[0];
  const float *x = mien_tensor_f32 (run->in[0]);
  gsize n = mien_op_count (v), groups = 1;
  g_autofree double *mean = NULL, *square = NULL;

  for (int d = 0; d < v->rank; d++)
    groups *= ((const gboolean *) call->state)[d] ? 1 : (gsize) v->dims[d];
  if (n == 0)
    return TRUE;
  mean = g_new0 (double, groups);
  square = g_new0 (double, groups);
  for (gsize i = 0; i < n; i++)
    mean[find_group (v, call->state, i)] += (double) x[i] * (double) groups / (double) n;
  for (gsize i = 0; i < n; i++)
    {
      gsize g = find_group (v, call->state, i);

      square[g] +=
          ((double) x[i] - mean[g]) * ((double) x[i] - mean[g]) * (double) groups / (double) n;
    }
  for (gsize i = 0; i < n; i++)
    {
      gsize g = find_group (v, call->state, i);

      mien_tensor_f32 (run->out[0])[i] =
          (float) (((double) x[i] - mean[g]) / (sqrt (square[g]) + 1e-9));
    }
  return TRUE;
}

const MienOp mien_ops_norm[] = {
  { "BatchNormalization", "", MIEN_OP_ANY, 5, 5, 5, batch_infer, NULL, batch_run },
  { "InstanceNormalization", "", MIEN_OP_ANY, 3, 3, 1, instance_infer, NULL, instance_run },
  { "LayerNormalization", "", MIEN_OP_ANY, 2, 3, 3, layer_infer, NULL, layer_run },
  { "LRN", "", MIEN_OP_ANY, 1, 1, 1, lrn_infer, NULL, lrn_run },
  { "MeanVarianceNormalization", "", MIEN_OP_ANY, 1, 1, 1, mvn_infer, NULL, mvn_run },
  { "LpNormalization", "", MIEN_OP_ANY, 1, 1, 1, lp_infer, NULL, lp_run },
  { "Softmax", "", MIEN_OP_ANY, 1, 1, 1, softmax_infer, NULL, softmax_run },
  { "LogSoftmax", "", MIEN_OP_ANY, 1, 1, 1, softmax_infer, NULL, softmax_run },
  { "Hardmax", "", MIEN_OP_ANY, 1, 1, 1, softmax_infer, NULL, softmax_run },
  { NULL },
};
