/* Pooling: MaxPool, AveragePool, LpPool, their global forms, MaxUnpool.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op-conv.h"

typedef enum
{
  POOL_MAX,
  POOL_AVERAGE,
  POOL_LP,
} PoolKind;

typedef struct
{
  PoolKind kind;
  MienWindow window;
  gboolean count_pad;
  gboolean column_major; /* of the indices */
  int p;
  /* The same with axes added in front, so that there are always three. */
  gint64 in[MIEN_WINDOW_MAX_AXES], out[MIEN_WINDOW_MAX_AXES];
  int k[MIEN_WINDOW_MAX_AXES], stride[MIEN_WINDOW_MAX_AXES], dilation[MIEN_WINDOW_MAX_AXES];
  int before[MIEN_WINDOW_MAX_AXES], after[MIEN_WINDOW_MAX_AXES];
} Pool;

static void
fill_axes (Pool *pool, const gint64 *in, const gint64 *out)
{
  const MienWindow *window = &pool->window;

  for (int i = 0; i < MIEN_WINDOW_MAX_AXES; i++)
    {
      int axis = i - (MIEN_WINDOW_MAX_AXES - window->n_axes);

      pool->in[i] = axis < 0 ? 1 : in[axis];
      pool->out[i] = axis < 0 ? 1 : out[axis];
      pool->k[i] = axis < 0 ? 1 : window->kernel[axis];
      pool->stride[i] = axis < 0 ? 1 : window->stride[axis];
      pool->dilation[i] = axis < 0 ? 1 : window->dilation[axis];
      pool->before[i] = axis < 0 ? 0 : window->pad[axis];
      pool->after[i] = axis < 0 ? 0 : window->pad[window->n_axes + axis];
    }
}

static Pool *
new_pool (MienOpCall *call)
{
  const char *op_type = call->node->op_type;
  Pool *pool = g_new0 (Pool, 1);

  if (g_str_has_prefix (op_type, "Global"))
    op_type += strlen ("Global");
  pool->kind = *op_type == 'M' ? POOL_MAX : *op_type == 'A' ? POOL_AVERAGE : POOL_LP;
  pool->p = (int) CLAMP (mien_node_get_int (call->node, "p", 2), 1, 64);
  pool->count_pad =
      pool->kind == POOL_LP || mien_node_get_int (call->node, "count_include_pad", 0) != 0;
  pool->column_major = mien_node_get_int (call->node, "storage_order", 0) != 0;
  call->state = pool;
  call->free_state = g_free;
  return pool;
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gboolean ceil_mode = mien_node_get_int (call->node, "ceil_mode", 0) != 0;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  Pool *pool = new_pool (call);

  if (x->dtype != MIEN_DTYPE_F32
      && (pool->kind != POOL_MAX || (x->dtype != MIEN_DTYPE_U8 && x->dtype != MIEN_DTYPE_I8)))
    return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (x->dtype));
  if (x->rank < 3 || x->rank > 2 + MIEN_WINDOW_MAX_AXES)
    return mien_op_unsupported (call, error, "an input of rank %d", x->rank);
  if (!mien_window_read (call, x->rank - 2, &pool->window, error))
    return FALSE;
  if (pool->window.kernel[0] == 0)
    return mien_op_fail (call, error, "kernel_shape is missing");
  dims[0] = x->dims[0];
  dims[1] = x->dims[1];
  if (!mien_window_fit (call, &pool->window, x->dims + 2, ceil_mode, dims + 2, error))
    return FALSE;
  fill_axes (pool, x->dims + 2, dims + 2);
  mien_op_set_output (call, 0, x->dtype, x->rank, dims);
  mien_op_set_output (call, 1, MIEN_DTYPE_I64, x->rank, dims);
  return TRUE;
}

static gboolean
global_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 dims[MIEN_TENSOR_MAX_RANK];

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  new_pool (call);
  if (x->rank < 2)
    return mien_op_fail (call, error, "an input of rank %d", x->rank);
  for (int d = 0; d < x->rank; d++)
    dims[d] = d < 2 ? x->dims[d] : 1;
  if (mien_op_count_range (x->dims, 2, x->rank) == 0)
    return mien_op_fail (call, error, "an empty input");
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank, dims);
  return TRUE;
}

typedef struct
{
  const Pool *pool;
  const MienOpRun *run;
  gsize in_plane, out_plane;
} Job;

/* First and last tap of a window that lie inside the picture. */
static void
clip_taps (const Pool *pool, int axis, gint64 first, int *from, int *to)
{
  gint64 d = pool->dilation[axis], room = pool->in[axis] - first;

  *from = first < 0 ? (int) ((-first + d - 1) / d) : 0;
  *to = room <= 0 ? 0 : (int) MIN ((gint64) pool->k[axis], (room + d - 1) / d);
}

/* Taps of a window that count: those inside the picture, or inside the padding too. */
static gint64
count_taps (const Pool *pool, const gint64 *first, int from[3], int to[3])
{
  gint64 n = 1;

  for (int a = 0; a < MIEN_WINDOW_MAX_AXES; a++)
    {
      gint64 limit = pool->in[a] + pool->after[a];
      gint64 d = pool->dilation[a], taps = 0;

      if (!pool->count_pad)
        taps = to[a] - from[a];
      else if (first[a] < limit)
        taps = MIN ((gint64) pool->k[a], (limit - first[a] + d - 1) / d);
      n *= MAX (taps, 0);
    }
  return n;
}

typedef struct
{
  double sum;
  float max;
  gint64 at; /* of the maximum, in the plane */
} Gathered;

static void
gather_window (
    const Pool *pool, const float *x, const gint64 *first, int from[3], int to[3], Gathered *got)
{
  for (int z = from[0]; z < to[0]; z++)
    for (int v = from[1]; v < to[1]; v++)
      for (int u = from[2]; u < to[2]; u++)
        {
          gint64 at = ((first[0] + (gint64) z * pool->dilation[0]) * pool->in[1] + first[1]
                       + (gint64) v * pool->dilation[1])
                          * pool->in[2]
                      + first[2] + (gint64) u * pool->dilation[2];
          float value = x[at];

          if (got->at < 0 || value > got->max || isnan (value))
            {
              got->max = value;
              got->at = at;
            }
          if (pool->kind == POOL_AVERAGE)
            got->sum += (double) value;
          else if (pool->kind == POOL_LP)
            got->sum += pow (fabs ((double) value), pool->p);
        }
}

static float
finish_window (const Pool *pool, const Gathered *got, gint64 taps)
{
  switch (pool->kind)
    {
    case POOL_MAX:
      return got->at < 0 ? -INFINITY : got->max;
    case POOL_AVERAGE:
      return taps > 0 ? (float) (got->sum / (double) taps) : 0.0f;
    default:
      return (float) pow (got->sum, 1.0 / pool->p);
    }
}

static gint64
order_index (const Pool *pool, gint64 at, gint64 plane_offset)
{
  gint64 u, v, z;

  if (!pool->column_major || at < 0)
    return plane_offset + MAX (at, 0);
  u = at % pool->in[2];
  v = at / pool->in[2] % pool->in[1];
  z = at / pool->in[2] / pool->in[1];
  return plane_offset + (u * pool->in[1] + v) * pool->in[0] + z;
}

static void
pool_plane (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const Pool *pool = job->pool;
  const float *x = mien_tensor_f32 (job->run->in[0]) + part * job->in_plane;
  gsize at = part * job->out_plane;
  gint64 o[3], first[3];
  int from[3], to[3];

  for (o[0] = 0; o[0] < pool->out[0]; o[0]++)
    for (o[1] = 0; o[1] < pool->out[1]; o[1]++)
      for (o[2] = 0; o[2] < pool->out[2]; o[2]++, at++)
        {
          Gathered got = { .at = -1 };

          for (int a = 0; a < 3; a++)
            {
              first[a] = o[a] * pool->stride[a] - pool->before[a];
              clip_taps (pool, a, first[a], &from[a], &to[a]);
            }
          gather_window (pool, x, first, from, to, &got);
          if (job->run->out[0] != NULL)
            mien_tensor_f32 (job->run->out[0])[at] =
                finish_window (pool, &got, count_taps (pool, first, from, to));
          if (pool->kind == POOL_MAX && job->run->out[1] != NULL)
            ((gint64 *) job->run->out[1]->data)[at] =
                order_index (pool, got.at, (gint64) (part * job->in_plane));
        }
}

/* Small integers go through float32, which holds them exactly. */
static gboolean
run_bytes (const MienOpCall *call, const MienOpRun *run, const Job *job, GError **error)
{
  g_autoptr (MienTensor) x = mien_tensor_cast ((MienTensor *) run->in[0], MIEN_DTYPE_F32, error);
  g_autoptr (MienTensor) y = NULL;
  const MienTensor *in[] = { x };
  MienTensor *out[2] = { NULL, run->out[1] };
  MienOpRun inner = { in, out, NULL, run->parallel };
  Job inner_job = *job;

  if (x != NULL)
    y = mien_tensor_new (MIEN_DTYPE_F32, call->out[0].rank, call->out[0].dims, error);
  if (y == NULL)
    return FALSE;
  out[0] = y;
  inner_job.run = &inner;
  mien_parallel_for (run->parallel, (guint) (call->in[0].dims[0] * call->in[0].dims[1]), pool_plane,
                     &inner_job);
  mien_tensor_cast_data (MIEN_DTYPE_F32, y->data, run->out[0]->dtype, run->out[0]->data,
                         y->n_elements);
  return TRUE;
}

static gboolean
run_pool (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  MienTensor *out[2] = { run->out[0], call->n_out > 1 ? run->out[1] : NULL };
  MienOpRun both = { run->in, out, run->workspace, run->parallel };
  Job job = { call->state, &both, mien_op_count_range (call->in[0].dims, 2, call->in[0].rank), 1 };

  for (int a = 0; a < 3; a++)
    job.out_plane *= (gsize) job.pool->out[a];
  if (call->in[0].dtype != MIEN_DTYPE_F32)
    return run_bytes (call, &both, &job, error);
  mien_parallel_for (run->parallel, (guint) (call->in[0].dims[0] * call->in[0].dims[1]), pool_plane,
                     &job);
  return TRUE;
}

static void
pool_whole_plane (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const Pool *pool = job->pool;
  const float *x = mien_tensor_f32 (job->run->in[0]) + part * job->in_plane;
  Gathered got = { .max = x[0], .at = 0 };

  for (gsize i = 0; i < job->in_plane; i++)
    if (pool->kind == POOL_MAX)
      got.max = x[i] > got.max || isnan (x[i]) ? x[i] : got.max;
    else if (pool->kind == POOL_AVERAGE)
      got.sum += (double) x[i];
    else
      got.sum += pow (fabs ((double) x[i]), pool->p);
  mien_tensor_f32 (job->run->out[0])[part] = finish_window (pool, &got, (gint64) job->in_plane);
}

static gboolean
run_global (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call->state, run, mien_op_count_range (call->in[0].dims, 2, call->in[0].rank), 1 };

  mien_parallel_for (run->parallel, (guint) (call->in[0].dims[0] * call->in[0].dims[1]),
                     pool_whole_plane, &job);
  return TRUE;
}

static gboolean
unpool_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *wanted = NULL;
  MienWindow window = { 0 };
  gint64 dims[MIEN_TENSOR_MAX_RANK], *natural;
  gsize n;

  if (!mien_op_check_type (call, 0, MIEN_DTYPE_F32, error)
      || !mien_op_check_type (call, 1, MIEN_DTYPE_I64, error))
    return FALSE;
  if (x->rank < 3 || x->rank > 2 + MIEN_WINDOW_MAX_AXES
      || mien_op_count (&call->in[1]) != mien_op_count (x))
    return mien_op_fail (call, error, "the indices do not fit the input");
  if (!mien_window_read (call, x->rank - 2, &window, error)
      || !mien_op_get_ints (call, NULL, 2, &wanted, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (wanted != NULL && n != (gsize) x->rank)
    return mien_op_fail (call, error, "output_shape has %" G_GSIZE_FORMAT " values", n);
  natural = g_new (gint64, MIEN_TENSOR_MAX_RANK);
  call->state = natural;
  call->free_state = g_free;
  for (int d = 0; d < x->rank; d++)
    {
      if (x->dims[d] > G_MAXINT)
        return mien_op_fail (call, error, "a size of %" G_GINT64_FORMAT, x->dims[d]);
      natural[d] = x->dims[d];
      if (d >= 2)
        natural[d] = (x->dims[d] - 1) * window.stride[d - 2] + window.kernel[d - 2]
                     - window.pad[d - 2] - window.pad[x->rank - 2 + d - 2];
      dims[d] = wanted != NULL ? wanted[d] : natural[d];
    }
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank, dims);
  return TRUE;
}

/* Indices count in the array as it is without output_shape; a larger output keeps the positions. */
static gboolean
move_index (const gint64 *from, const MienTensor *y, gint64 index, gsize *out)
{
  gsize at = 0, stride = 1;

  for (int d = y->rank - 1; d >= 0; d--)
    {
      gint64 position = from[d] > 0 ? index % from[d] : -1;

      if (position < 0 || position >= y->dims[d])
        return FALSE;
      index /= from[d];
      at += (gsize) position * stride;
      stride *= (gsize) y->dims[d];
    }
  *out = at;
  return index == 0;
}

static gboolean
run_unpool (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const float *x = mien_tensor_f32 (run->in[0]);
  const gint64 *indices = run->in[1]->data;
  MienTensor *y = run->out[0];

  memset (y->data, 0, y->n_bytes);
  for (gsize i = 0; i < run->in[0]->n_elements; i++)
    {
      gsize at;

      if (!move_index (call->state, y, indices[i], &at))
        return mien_op_fail (call, error, "an index of %" G_GINT64_FORMAT, indices[i]);
      mien_tensor_f32 (y)[at] = x[i];
    }
  return TRUE;
}

const MienOp mien_ops_pool[] = {
  { "MaxPool", "", MIEN_OP_ANY, 1, 1, 2, infer, NULL, run_pool },
  { "AveragePool", "", MIEN_OP_ANY, 1, 1, 1, infer, NULL, run_pool },
  { "LpPool", "", 2, 999, 1, 1, 1, infer, NULL, run_pool },
  { "GlobalMaxPool", "", MIEN_OP_ANY, 1, 1, 1, global_infer, NULL, run_global },
  { "GlobalAveragePool", "", MIEN_OP_ANY, 1, 1, 1, global_infer, NULL, run_global },
  { "GlobalLpPool", "", 2, 999, 1, 1, 1, global_infer, NULL, run_global },
  { "MaxUnpool", "", MIEN_OP_ANY, 2, 3, 1, unpool_infer, NULL, run_unpool },
  { NULL },
};
