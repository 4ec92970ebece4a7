/* Reductions over axes: sums, means, extremes, norms.
 * Reference: ONNX operators Reduce*.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op.h"

typedef enum
{
  REDUCE_SUM,
  REDUCE_MEAN,
  REDUCE_MAX,
  REDUCE_MIN,
  REDUCE_PROD,
  REDUCE_L1,
  REDUCE_L2,
  REDUCE_SUM_SQUARE,
  REDUCE_LOG_SUM,
  REDUCE_LOG_SUM_EXP,
} ReduceKind;

static const struct
{
  const char *op_type;
  ReduceKind kind;
} kinds[] = {
  { "ReduceSum", REDUCE_SUM },        { "ReduceMean", REDUCE_MEAN },
  { "ReduceMax", REDUCE_MAX },        { "ReduceMin", REDUCE_MIN },
  { "ReduceProd", REDUCE_PROD },      { "ReduceL1", REDUCE_L1 },
  { "ReduceL2", REDUCE_L2 },          { "ReduceSumSquare", REDUCE_SUM_SQUARE },
  { "ReduceLogSum", REDUCE_LOG_SUM }, { "ReduceLogSumExp", REDUCE_LOG_SUM_EXP },
};

/* The axes that stay and those that go, each as a strided walk through the input. */
typedef struct
{
  ReduceKind kind;
  int n_kept, n_gone;
  gsize kept[MIEN_TENSOR_MAX_RANK], kept_strides[MIEN_TENSOR_MAX_RANK];
  gsize gone[MIEN_TENSOR_MAX_RANK], gone_strides[MIEN_TENSOR_MAX_RANK];
  gsize n_out, n_gone_total;
} Reduce;

static void
split_axes (Reduce *reduce, const MienOpValue *x, const gboolean *is_gone)
{
  gsize stride = 1, strides[MIEN_TENSOR_MAX_RANK];

  for (int d = x->rank - 1; d >= 0; d--)
    {
      strides[d] = stride;
      stride *= (gsize) x->dims[d];
    }
  reduce->n_out = reduce->n_gone_total = 1;
  for (int d = 0; d < x->rank; d++)
    if (is_gone[d])
      {
        reduce->gone[reduce->n_gone] = (gsize) x->dims[d];
        reduce->gone_strides[reduce->n_gone++] = strides[d];
        reduce->n_gone_total *= (gsize) x->dims[d];
      }
    else
      {
        reduce->kept[reduce->n_kept] = (gsize) x->dims[d];
        reduce->kept_strides[reduce->n_kept++] = strides[d];
        reduce->n_out *= (gsize) x->dims[d];
      }
}

static gboolean
check_type (const MienOpCall *call, ReduceKind kind, GError **error)
{
  MienDType dtype = call->in[0].dtype;
  gboolean is_extreme = kind == REDUCE_MAX || kind == REDUCE_MIN;

  if (dtype == MIEN_DTYPE_F32 || dtype == MIEN_DTYPE_I32 || dtype == MIEN_DTYPE_I64
      || (is_extreme && (dtype == MIEN_DTYPE_U8 || dtype == MIEN_DTYPE_I8)))
    return TRUE;
  return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (dtype));
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *axes = NULL;
  gboolean is_gone[MIEN_TENSOR_MAX_RANK] = { FALSE };
  gboolean keep = mien_node_get_int (call->node, "keepdims", 1) != 0;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  Reduce *reduce = g_new0 (Reduce, 1);
  int rank = 0;
  gsize n;

  call->state = reduce;
  call->free_state = g_free;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].op_type, call->node->op_type) == 0)
      reduce->kind = kinds[i].kind;
  if (!check_type (call, reduce->kind, error)
      || !mien_op_get_ints (call, "axes", 1, &axes, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    {
      int axis;

      if (!mien_op_resolve_axis (call, axes[i], x->rank, &axis, error))
        return FALSE;
      is_gone[axis] = TRUE;
    }
  if (n == 0 && mien_node_get_int (call->node, "noop_with_empty_axes", 0) == 0)
    for (int d = 0; d < x->rank; d++)
      is_gone[d] = TRUE;
  for (int d = 0; d < x->rank; d++)
    if (!is_gone[d] || keep)
      dims[rank++] = is_gone[d] ? 1 : x->dims[d];
  split_axes (reduce, x, is_gone);
  mien_op_set_output (call, 0, x->dtype, rank, dims);
  return TRUE;
}

static gsize
locate (gsize index, int n, const gsize *dims, const gsize *strides)
{
  gsize at = 0;

  for (int d = n - 1; d >= 0; d--)
    {
      at += index % dims[d] * strides[d];
      index /= dims[d];
    }
  return at;
}

typedef struct
{
  const Reduce *reduce;
  const MienTensor *x;
  MienTensor *y;
} Job;

/* Sums are made in double: long rows of float32 would lose digits. */
static double
start_value (ReduceKind kind)
{
  switch (kind)
    {
    case REDUCE_MAX:
    case REDUCE_LOG_SUM_EXP:
      return -INFINITY;
    case REDUCE_MIN:
      return INFINITY;
    case REDUCE_PROD:
      return 1;
    default:
      return 0;
    }
}

static double
add_value (ReduceKind kind, double sum, double x)
{
  switch (kind)
    {
    case REDUCE_MAX:
    case REDUCE_LOG_SUM_EXP:
      return x > sum || isnan (x) ? x : sum;
    case REDUCE_MIN:
      return x < sum || isnan (x) ? x : sum;
    case REDUCE_PROD:
      return sum * x;
    case REDUCE_L1:
      return sum + fabs (x);
    case REDUCE_L2:
    case REDUCE_SUM_SQUARE:
      return sum + x * x;
    default:
      return sum + x;
    }
}

static double
finish_value (ReduceKind kind, double sum, gsize n)
{
  switch (kind)
    {
    case REDUCE_MEAN:
      return sum / (double) n;
    case REDUCE_L2:
      return sqrt (sum);
    case REDUCE_LOG_SUM:
      return log (sum);
    default:
      return sum;
    }
}

static float
reduce_f32 (const Reduce *reduce, const float *x)
{
  /* The innermost axis that goes is a loop of its own. */
  gsize row = reduce->n_gone > 0 ? reduce->gone[reduce->n_gone - 1] : 1;
  gsize step = reduce->n_gone > 0 ? reduce->gone_strides[reduce->n_gone - 1] : 0;
  gsize n_rows = row > 0 ? reduce->n_gone_total / row : 0;
  double sum = start_value (reduce->kind), shift = 0;

  for (gsize r = 0; r < n_rows; r++)
    {
      const float *from = x + locate (r, reduce->n_gone - 1, reduce->gone, reduce->gone_strides);

      for (gsize i = 0; i < row; i++)
        sum = add_value (reduce->kind, sum, (double) from[i * step]);
    }
  if (reduce->kind != REDUCE_LOG_SUM_EXP)
    return (float) finish_value (reduce->kind, sum, reduce->n_gone_total);
  /* The largest one is taken out first, so that nothing overflows. */
  shift = isfinite (sum) ? sum : 0;
  sum = 0;
  for (gsize r = 0; r < n_rows; r++)
    {
      const float *from = x + locate (r, reduce->n_gone - 1, reduce->gone, reduce->gone_strides);

      for (gsize i = 0; i < row; i++)
        sum += exp ((double) from[i * step] - shift);
    }
  return (float) (log (sum) + shift);
}

static gint64
load_int (const MienTensor *x, gsize at)
{
  gint64 value;

  mien_tensor_cast_data (x->dtype, (const guint8 *) x->data + at * mien_dtype_get_size (x->dtype),
                         MIEN_DTYPE_I64, &value, 1);
  return value;
}

static gint64
reduce_int (const Reduce *reduce, const MienTensor *x, gsize at)
{
  /* Wraps around like the elementwise operators. */
  guint64 sum = reduce->kind == REDUCE_PROD ? 1 : 0;

  for (gsize i = 0; i < reduce->n_gone_total; i++)
    {
      gint64 value =
          load_int (x, at + locate (i, reduce->n_gone, reduce->gone, reduce->gone_strides));

      if (reduce->kind == REDUCE_MAX)
        sum = i == 0 || value > (gint64) sum ? (guint64) value : sum;
      else if (reduce->kind == REDUCE_MIN)
        sum = i == 0 || value < (gint64) sum ? (guint64) value : sum;
      else if (reduce->kind == REDUCE_PROD)
        sum *= (guint64) value;
      else if (reduce->kind == REDUCE_L1)
        sum += value < 0 ? 0 - (guint64) value : (guint64) value;
      else if (reduce->kind == REDUCE_SUM_SQUARE || reduce->kind == REDUCE_L2)
        sum += (guint64) value * (guint64) value;
      else
        sum += (guint64) value;
    }
  if (reduce->kind == REDUCE_MEAN)
    return reduce->n_gone_total > 0 ? (gint64) sum / (gint64) reduce->n_gone_total : 0;
  if (reduce->kind == REDUCE_L2)
    return (gint64) sqrt ((double) sum);
  if (reduce->kind == REDUCE_LOG_SUM)
    return sum > 0 ? (gint64) log ((double) sum) : 0;
  return (gint64) sum;
}

static void
reduce_part (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Reduce *reduce = job->reduce;

  for (gsize o = from; o < to; o++)
    {
      gsize at = locate (o, reduce->n_kept, reduce->kept, reduce->kept_strides);

      if (job->x->dtype == MIEN_DTYPE_F32)
        mien_tensor_f32 (job->y)[o] = reduce_f32 (reduce, mien_tensor_f32 (job->x) + at);
      else
        {
          gint64 value = reduce_int (reduce, job->x, at);

          mien_tensor_cast_data (MIEN_DTYPE_I64, &value, job->y->dtype,
                                 (guint8 *) job->y->data + o * mien_dtype_get_size (job->y->dtype),
                                 1);
        }
    }
}

static gboolean
run_reduce (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Reduce *reduce = call->state;
  Job job = { reduce, run->in[0], run->out[0] };

  if (reduce->kind == REDUCE_LOG_SUM_EXP && call->in[0].dtype != MIEN_DTYPE_F32)
    return mien_op_unsupported (call, error, "input of integers");
  mien_op_parallel_range (run->parallel, reduce->n_out,
                          MAX (16384 / MAX (reduce->n_gone_total, 1), 1), reduce_part, &job);
  return TRUE;
}

#define R(name)                                                                                    \
  {                                                                                                \
    name, "", MIEN_OP_ANY, 1, 2, 1, infer, NULL, run_reduce                                        \
  }

const MienOp mien_ops_reduce[] = {
  R ("ReduceSum"),    R ("ReduceMean"),      R ("ReduceMax"), R ("ReduceMin"),
  R ("ReduceProd"),   R ("ReduceL1"),        R ("ReduceL2"),  R ("ReduceSumSquare"),
  R ("ReduceLogSum"), R ("ReduceLogSumExp"), { NULL },
};
