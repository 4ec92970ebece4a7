/* Operators that move blocks of elements: Transpose, Concat, Split, Slice, Pad, Expand, Tile,
 * DepthToSpace, SpaceToDepth.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/size.h"
#include "nn/op.h"

/* A strided copy: y[i0, i1, ...] = x[offset + sum i_d * stride_d], elements of @size bytes. All of
 * the operators here but Pad come down to it. */
typedef struct
{
  int rank;
  gsize size;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gint64 strides[MIEN_TENSOR_MAX_RANK]; /* elements; may be negative or 0 */
  gint64 offset;
} Walk;

typedef struct
{
  const Walk *walk;
  const guint8 *x;
  guint8 *y;
} Job;

/* Dimensions that follow each other without a step become one; sizes of 1 vanish. What overflows
 * here belongs to an output that is refused for its size afterwards. */
static void
walk_merge (Walk *walk)
{
  int kept = -1;

  for (int d = 0; d < walk->rank; d++)
    {
      gint64 span, both;

      if (walk->dims[d] == 1)
        continue;
      if (kept >= 0 && !__builtin_mul_overflow (walk->strides[d], walk->dims[d], &span)
          && walk->strides[kept] == span
          && !__builtin_mul_overflow (walk->dims[kept], walk->dims[d], &both))
        {
          walk->dims[kept] = both;
          walk->strides[kept] = walk->strides[d];
          continue;
        }
      kept++;
      walk->dims[kept] = walk->dims[d];
      walk->strides[kept] = walk->strides[d];
    }
  if (kept < 0)
    {
      walk->dims[0] = 1;
      walk->strides[0] = 1;
      kept = 0;
    }
  walk->rank = kept + 1;
}

#define COPY_STRIDED(type)                                                                         \
  do                                                                                               \
    {                                                                                              \
      const type *from = (const type *) (gconstpointer) x;                                         \
      type *to = (type *) (gpointer) y;                                                            \
                                                                                                   \
      for (gint64 i = 0; i < n; i++)                                                               \
        to[i] = from[i * stride];                                                                  \
    }                                                                                              \
  while (0)

static void
copy_row (gsize size, const guint8 *x, gint64 stride, guint8 *y, gint64 n)
{
  if (stride == 1)
    memcpy (y, x, (gsize) n * size);
  else if (size == 4)
    COPY_STRIDED (guint32);
  else if (size == 8)
    COPY_STRIDED (guint64);
  else if (size == 2)
    COPY_STRIDED (guint16);
  else
    COPY_STRIDED (guint8);
}

static void
walk_rows (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Walk *walk = job->walk;
  int last = walk->rank - 1;
  gint64 row = walk->dims[last];

  for (gsize r = from; r < to; r++)
    {
      gint64 at = walk->offset;
      gsize rest = r;

      for (int d = last - 1; d >= 0; d--)
        {
          at += (gint64) (rest % (gsize) walk->dims[d]) * walk->strides[d];
          rest /= (gsize) walk->dims[d];
        }
      copy_row (walk->size, job->x + at * (gint64) walk->size, walk->strides[last],
                job->y + r * (gsize) row * walk->size, row);
    }
}

static void
walk_run (const Walk *walk, const void *x, void *y, MienParallel *parallel)
{
  Job job = { walk, x, y };
  gsize rows = mien_op_count_range (walk->dims, 0, walk->rank - 1);
  gsize row = (gsize) walk->dims[walk->rank - 1];

  if (rows * row > 0)
    mien_op_parallel_range (parallel, rows, MAX (16384 / row, 1), walk_rows, &job);
}

static gboolean
run_walk (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  walk_run (call->state, run->in[0]->data, run->out[0]->data, run->parallel);
  return TRUE;
}

/* Strides of a dense array. */
static void
dense_strides (const MienOpValue *value, gint64 *strides)
{
  gint64 stride = 1;

  for (int d = value->rank - 1; d >= 0; d--)
    {
      strides[d] = stride;
      stride *= value->dims[d];
    }
}

/* Gives the call a walk with the size of its elements. */
static Walk *
new_walk (MienOpCall *call)
{
  Walk *walk = g_new0 (Walk, 1);

  call->state = walk;
  call->free_state = g_free;
  walk->size = mien_dtype_get_size (call->in[0].dtype);
  return walk;
}

static gboolean
transpose_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  const MienAttribute *perm = mien_node_find_attribute (call->node, "perm");
  gint64 strides[MIEN_TENSOR_MAX_RANK], dims[MIEN_TENSOR_MAX_RANK];
  gboolean seen[MIEN_TENSOR_MAX_RANK] = { FALSE };
  Walk *walk = new_walk (call);

  if (perm != NULL && (perm->type != MIEN_ATTRIBUTE_INTS || perm->n != (gsize) x->rank))
    return mien_op_fail (call, error, "perm does not have the rank of the input, %d", x->rank);
  dense_strides (x, strides);
  walk->rank = x->rank;
  for (int d = 0; d < x->rank; d++)
    {
      gint64 from = perm != NULL ? perm->ints[d] : x->rank - 1 - d;

      if (from < 0 || from >= x->rank || seen[from])
        return mien_op_fail (call, error, "perm is not a permutation");
      seen[from] = TRUE;
      dims[d] = walk->dims[d] = x->dims[from];
      walk->strides[d] = strides[from];
    }
  mien_op_set_output (call, 0, x->dtype, x->rank, dims);
  walk_merge (walk);
  /* Only dimensions of size 1 changed places. */
  call->is_alias = walk->rank == 1 && walk->strides[0] == 1;
  return TRUE;
}

/* Before a walk multiplies dimensions that the model asks for. */
static gboolean
check_size (const MienOpCall *call, int rank, const gint64 *dims, GError **error)
{
  MienOpValue value = { .dtype = call->in[0].dtype, .rank = rank };
  gsize bytes;

  memcpy (value.dims, dims, (gsize) rank * sizeof *dims);
  return mien_op_get_bytes (&value, &bytes)
         || mien_op_fail (call, error, "the output is larger than any memory");
}

static gboolean
expand_infer (MienOpCall *call, GError **error)
{
  MienOpValue out = call->in[0], wanted = { 0 };
  g_autofree gint64 *dims = NULL;
  gint64 strides[MIEN_TENSOR_MAX_RANK];
  gsize n;
  Walk *walk;

  if (!mien_op_get_ints (call, NULL, 1, &dims, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n > MIEN_TENSOR_MAX_RANK)
    return mien_op_unsupported (call, error, "rank %" G_GSIZE_FORMAT, n);
  wanted.rank = (int) n;
  for (gsize i = 0; i < n; i++)
    {
      wanted.dims[i] = dims[i];
      if (dims[i] < 0)
        return mien_op_fail (call, error, "a dimension of %" G_GINT64_FORMAT, dims[i]);
    }
  if (!mien_op_broadcast (&out, &out, &wanted))
    return mien_op_fail (call, error, "the input does not expand to that shape");
  if (!check_size (call, out.rank, out.dims, error))
    return FALSE;
  walk = new_walk (call);
  dense_strides (&call->in[0], strides);
  walk->rank = out.rank;
  for (int d = 0; d < out.rank; d++)
    {
      int from = d - (out.rank - call->in[0].rank);

      walk->dims[d] = out.dims[d];
      walk->strides[d] = from < 0 || call->in[0].dims[from] == 1 ? 0 : strides[from];
    }
  mien_op_set_output (call, 0, out.dtype, out.rank, out.dims);
  walk_merge (walk);
  return TRUE;
}

/* Every dimension becomes a pair: the repeats, with stride 0, and the dimension itself. */
static gboolean
tile_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *repeats = NULL;
  gint64 dims[MIEN_TENSOR_MAX_RANK], strides[MIEN_TENSOR_MAX_RANK];
  gsize n;
  Walk *walk;
  int rank = 0;

  if (!mien_op_get_ints (call, NULL, 1, &repeats, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n != (gsize) x->rank)
    return mien_op_fail (call, error, "%" G_GSIZE_FORMAT " repeats for rank %d", n, x->rank);
  walk = new_walk (call);
  dense_strides (x, strides);
  for (int d = 0; d < x->rank; d++)
    {
      if (repeats[d] < 0 || (x->dims[d] > 0 && repeats[d] > G_MAXINT64 / x->dims[d]))
        return mien_op_fail (call, error, "%" G_GINT64_FORMAT " repeats", repeats[d]);
      dims[d] = x->dims[d] * repeats[d];
      if (rank + 2 > MIEN_TENSOR_MAX_RANK && repeats[d] != 1)
        return mien_op_unsupported (call, error, "repeats along so many dimensions");
      if (repeats[d] != 1)
        {
          walk->dims[rank] = repeats[d];
          walk->strides[rank++] = 0;
        }
      if (x->dims[d] == 1)
        continue;
      if (rank == MIEN_TENSOR_MAX_RANK)
        return mien_op_unsupported (call, error, "repeats along so many dimensions");
      walk->dims[rank] = x->dims[d];
      walk->strides[rank++] = strides[d];
    }
  walk->rank = rank;
  if (!check_size (call, x->rank, dims, error))
    return FALSE;
  mien_op_set_output (call, 0, x->dtype, x->rank, dims);
  walk_merge (walk);
  return TRUE;
}

/* b blocks of the channels become rows and columns, or the other way round.
 * Both are transposes of an array of rank 6. */
static gboolean
depth_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 b = mien_node_get_int (call->node, "blocksize", 0);
  gboolean to_space = strcmp (call->node->op_type, "DepthToSpace") == 0;
  gboolean column_row = strcmp (mien_node_get_string (call->node, "mode", "DCR"), "CRD") == 0;
  Walk *walk;

  if (x->rank != 4 || b < 1 || b > 65536
      || (to_space ? x->dims[1] % (b * b) != 0 : x->dims[2] % b != 0 || x->dims[3] % b != 0))
    return mien_op_fail (call, error, "blocks of %" G_GINT64_FORMAT " do not fit the input", b);
  walk = new_walk (call);
  if (to_space)
    {
      gint64 c = x->dims[1] / (b * b), h = x->dims[2], w = x->dims[3];
      gint64 s_c = column_row ? b * b * h * w : h * w;
      gint64 s_bh = column_row ? b * h * w : b * c * h * w;
      gint64 s_bw = column_row ? h * w : c * h * w;

      *walk = (Walk){ 6,
                      walk->size,
                      { x->dims[0], c, h, b, w, b },
                      { x->dims[1] * h * w, s_c, w, s_bh, 1, s_bw },
                      0 };
      mien_op_set_output (call, 0, x->dtype, 4, (gint64[]){ x->dims[0], c, h * b, w * b });
    }
  else
    {
      gint64 c = x->dims[1], h = x->dims[2] / b, w = x->dims[3] / b;

      *walk = (Walk){ 6,
                      walk->size,
                      { x->dims[0], b, b, c, h, w },
                      { c * h * w * b * b, w * b, 1, h * w * b * b, w * b * b, b },
                      0 };
      mien_op_set_output (call, 0, x->dtype, 4, (gint64[]){ x->dims[0], c * b * b, h, w });
    }
  walk_merge (walk);
  return TRUE;
}

/* One axis of a Slice. */
static gboolean
slice_axis (const MienOpCall *call,
            gint64 start,
            gint64 end,
            gint64 step,
            gint64 dim,
            gint64 *first,
            gint64 *n,
            GError **error)
{
  /* Also keeps step * anything small enough below. */
  if (step == 0 || step == G_MININT64)
    return mien_op_fail (call, error, "a step of %" G_GINT64_FORMAT, step);
  if (start < 0)
    start += dim;
  if (end < 0)
    end = end < -G_MAXINT64 + dim ? -1 : end + dim;
  if (step > 0)
    {
      start = CLAMP (start, 0, dim);
      end = CLAMP (end, 0, dim);
      *n = end > start ? (end - start - 1) / step + 1 : 0;
    }
  else
    {
      start = CLAMP (start, 0, dim - 1);
      end = CLAMP (end, -1, dim - 1);
      *n = start > end && dim > 0 ? (start - end - 1) / -step + 1 : 0;
    }
  *first = start;
  return TRUE;
}

static gboolean
slice_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *starts = NULL, *ends = NULL, *axes = NULL, *steps = NULL;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize n, n_ends, n_axes, n_steps;
  gboolean old = call->opset < 10;
  Walk *walk;

  if (!mien_op_get_ints (call, old ? "starts" : NULL, 1, &starts, &n, error)
      || !mien_op_get_ints (call, old ? "ends" : NULL, 2, &ends, &n_ends, error)
      || !mien_op_get_ints (call, old ? "axes" : NULL, 3, &axes, &n_axes, error)
      || !mien_op_get_ints (call, NULL, 4, &steps, &n_steps, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (n_ends != n || (axes != NULL && n_axes != n) || (steps != NULL && n_steps != n)
      || n > (gsize) x->rank)
    return mien_op_fail (call, error, "starts, ends, axes and steps of different length");
  walk = new_walk (call);
  dense_strides (x, walk->strides);
  walk->rank = x->rank;
  memcpy (walk->dims, x->dims, sizeof walk->dims);
  for (gsize i = 0; i < n; i++)
    {
      gint64 first = 0, step = steps != NULL ? steps[i] : 1;
      int axis;

      if (!mien_op_resolve_axis (call, axes != NULL ? axes[i] : (gint64) i, x->rank, &axis, error)
          || !slice_axis (call, starts[i], ends[i], step, x->dims[axis], &first, &walk->dims[axis],
                          error))
        return FALSE;
      if (walk->dims[axis] == 0)
        continue;
      walk->offset += first * walk->strides[axis];
      walk->strides[axis] =
          walk->dims[axis] == 1 ? walk->strides[axis] : walk->strides[axis] * step;
    }
  memcpy (dims, walk->dims, sizeof dims);
  mien_op_set_output (call, 0, x->dtype, x->rank, dims);
  walk_merge (walk);
  return TRUE;
}

/* Concat: one walk for each input, copied as runs of rows. */
static gboolean
concat_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  int axis;

  if (!mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", 1), x->rank, &axis,
                             error))
    return FALSE;
  memcpy (dims, x->dims, sizeof dims);
  dims[axis] = 0;
  for (guint i = 0; i < call->n_in; i++)
    {
      const MienOpValue *in = &call->in[i];

      if (!mien_op_has_input (call, i) || in->dtype != x->dtype || in->rank != x->rank)
        return mien_op_fail (call, error, "input %u has another type or rank", i);
      for (int d = 0; d < x->rank; d++)
        if (d != axis && in->dims[d] != x->dims[d])
          return mien_op_fail (call, error, "input %u has another size along dimension %d", i, d);
      dims[axis] += in->dims[axis];
    }
  call->state = GINT_TO_POINTER (axis);
  mien_op_set_output (call, 0, x->dtype, x->rank, dims);
  return TRUE;
}

typedef struct
{
  const MienOpCall *call;
  const MienOpRun *run;
  int axis;
} ConcatJob;

static void
concat_outer (gpointer data, gsize from, gsize to)
{
  const ConcatJob *job = data;
  gsize size = mien_dtype_get_size (job->call->out[0].dtype);
  gsize row =
      size * mien_op_count_range (job->call->out[0].dims, job->axis, job->call->out[0].rank);

  for (gsize o = from; o < to; o++)
    {
      guint8 *y = (guint8 *) job->run->out[0]->data + o * row;

      for (guint i = 0; i < job->call->n_in; i++)
        {
          gsize part =
              size * mien_op_count_range (job->call->in[i].dims, job->axis, job->call->in[i].rank);

          memcpy (y, (const guint8 *) job->run->in[i]->data + o * part, part);
          y += part;
        }
    }
}

static gboolean
concat_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  ConcatJob job = { call, run, GPOINTER_TO_INT (call->state) };
  gsize outer = mien_op_count_range (call->out[0].dims, 0, job.axis);
  gsize row = mien_op_count_range (call->out[0].dims, job.axis, call->out[0].rank);

  if (row > 0)
    mien_op_parallel_range (run->parallel, outer, MAX (16384 / row, 1), concat_outer, &job);
  return TRUE;
}

static gboolean
split_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  g_autofree gint64 *sizes = NULL;
  gint64 dims[MIEN_TENSOR_MAX_RANK], total = 0;
  gsize n;
  int axis;

  if (!mien_op_resolve_axis (call, mien_node_get_int (call->node, "axis", 0), x->rank, &axis, error)
      || !mien_op_get_ints (call, "split", 1, &sizes, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (sizes != NULL && n != call->n_out)
    return mien_op_fail (call, error, "%" G_GSIZE_FORMAT " sizes for %u outputs", n, call->n_out);
  memcpy (dims, x->dims, sizeof dims);
  for (guint i = 0; i < call->n_out; i++)
    {
      gint64 chunk = (x->dims[axis] + call->n_out - 1) / call->n_out;

      dims[axis] = sizes != NULL ? sizes[i] : MIN (chunk, x->dims[axis] - total);
      if (dims[axis] < 0 || dims[axis] > x->dims[axis] - total)
        return mien_op_fail (call, error, "the sizes do not add up to %" G_GINT64_FORMAT,
                             x->dims[axis]);
      total += dims[axis];
      mien_op_set_output (call, i, x->dtype, x->rank, dims);
    }
  if (total != x->dims[axis])
    return mien_op_fail (call, error, "the sizes do not add up to %" G_GINT64_FORMAT,
                         x->dims[axis]);
  /* The shape of an output that nobody takes is not kept, so the run needs the offsets. */
  call->state = g_new0 (gint64, call->n_out + 1);
  call->free_state = g_free;
  total = 0;
  for (guint i = 0; i < call->n_out; i++)
    {
      gint64 chunk = (x->dims[axis] + call->n_out - 1) / call->n_out;

      ((gint64 *) call->state)[i] = total;
      total += sizes != NULL ? sizes[i] : MIN (chunk, x->dims[axis] - total);
    }
  ((gint64 *) call->state)[call->n_out] = axis;
  return TRUE;
}

static gboolean
split_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *x = &call->in[0];
  const gint64 *offsets = call->state;
  int axis = (int) offsets[call->n_out];
  gsize size = mien_dtype_get_size (x->dtype);
  gsize outer = mien_op_count_range (x->dims, 0, axis);
  gsize inner = size * mien_op_count_range (x->dims, axis + 1, x->rank);

  for (guint i = 0; i < call->n_out; i++)
    {
      gsize part;

      if (run->out[i] == NULL)
        continue;
      part = (gsize) call->out[i].dims[axis] * inner;
      for (gsize o = 0; o < outer && part > 0; o++)
        memcpy ((guint8 *) run->out[i]->data + o * part,
                (const guint8 *) run->in[0]->data
                    + (o * (gsize) x->dims[axis] + (gsize) offsets[i]) * inner,
                part);
    }
  return TRUE;
}

typedef struct
{
  gint64 before[MIEN_TENSOR_MAX_RANK]; /* negative: cut off */
  enum
  {
    PAD_CONSTANT,
    PAD_EDGE,
    PAD_REFLECT,
  } mode;
} Pad;

static gboolean
pad_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  const char *mode = mien_node_get_string (call->node, "mode", "constant");
  g_autofree gint64 *pads = NULL;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize n;
  Pad *pad = g_new0 (Pad, 1);

  call->state = pad;
  call->free_state = g_free;
  if (mien_op_has_input (call, 3))
    return mien_op_unsupported (call, error, "axes");
  if (!mien_op_get_ints (call, call->opset < 11 ? "pads" : NULL, 1, &pads, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (mien_op_has_input (call, 2)
      && (call->in[2].dtype != x->dtype || mien_op_count (&call->in[2]) != 1))
    return mien_op_fail (call, error, "the value is not one number of the input's type");
  if (strcmp (mode, "edge") == 0)
    pad->mode = PAD_EDGE;
  else if (strcmp (mode, "reflect") == 0)
    pad->mode = PAD_REFLECT;
  else if (strcmp (mode, "constant") != 0)
    return mien_op_unsupported (call, error, "mode '%s'", mode);
  if (n != 2 * (gsize) x->rank)
    return mien_op_fail (call, error, "%" G_GSIZE_FORMAT " pads for rank %d", n, x->rank);
  for (int d = 0; d < x->rank; d++)
    {
      gint64 after = pads[x->rank + d];

      pad->before[d] = pads[d];
      if (pads[d] < -x->dims[d] || after < -x->dims[d] || pads[d] > G_MAXINT || after > G_MAXINT)
        return mien_op_fail (call, error, "pads %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                             pads[d], after);
      dims[d] = x->dims[d] + pads[d] + after;
      if (dims[d] < 0 || (dims[d] > 0 && x->dims[d] == 0 && pad->mode != PAD_CONSTANT)
          || (pad->mode == PAD_REFLECT && (pads[d] >= x->dims[d] || after >= x->dims[d])
              && (pads[d] > 0 || after > 0)))
        return mien_op_fail (call, error, "the pads do not fit a size of %" G_GINT64_FORMAT,
                             x->dims[d]);
    }
  mien_op_set_output (call, 0, x->dtype, x->rank, dims);
  return TRUE;
}

/* The input index for an output index, or -1 for the constant. */
static gint64
pad_source (const Pad *pad, int d, gint64 at, gint64 dim)
{
  at -= pad->before[d];
  if (at >= 0 && at < dim)
    return at;
  if (pad->mode == PAD_CONSTANT)
    return -1;
  if (pad->mode == PAD_EDGE)
    return CLAMP (at, 0, dim - 1);
  return at < 0 ? -at : 2 * (dim - 1) - at;
}

static gboolean
pad_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Pad *pad = call->state;
  const MienOpValue *x = &call->in[0], *y = &call->out[0];
  gsize size = mien_dtype_get_size (x->dtype), rows = 1;
  gint64 row = x->rank > 0 ? y->dims[y->rank - 1] : 1;
  guint8 value[8] = { 0 };
  guint8 *to = run->out[0]->data;

  if (mien_op_has_input (call, 2))
    memcpy (value, run->in[2]->data, size);
  else if (x->dtype == MIEN_DTYPE_F32)
    {
      float f = mien_node_get_float (call->node, "value", 0.0f);

      memcpy (value, &f, sizeof f);
    }
  rows = mien_op_count_range (y->dims, 0, MAX (y->rank - 1, 0));
  for (gsize r = 0; r < rows; r++)
    {
      gint64 at = 0, stride = x->rank > 0 ? x->dims[x->rank - 1] : 1;
      gsize rest = r;
      gboolean outside = FALSE;

      for (int d = x->rank - 2; d >= 0; d--)
        {
          gint64 from = pad_source (pad, d, (gint64) (rest % (gsize) y->dims[d]), x->dims[d]);

          rest /= (gsize) y->dims[d];
          outside = outside || from < 0;
          at += from * stride;
          stride *= x->dims[d];
        }
      for (gint64 i = 0; i < row; i++, to += size)
        {
          gint64 from = outside       ? -1
                        : x->rank > 0 ? pad_source (pad, x->rank - 1, i, x->dims[x->rank - 1])
                                      : 0;

          memcpy (to,
                  from < 0 ? value : (const guint8 *) run->in[0]->data + (gsize) (at + from) * size,
                  size);
        }
    }
  return TRUE;
}

const MienOp mien_ops_slice[] = {
  { "Transpose", "", MIEN_OP_ANY, 1, 1, 1, transpose_infer, NULL, run_walk },
  { "Expand", "", MIEN_OP_ANY, 2, 2, 1, expand_infer, NULL, run_walk },
  { "Tile", "", MIEN_OP_ANY, 2, 2, 1, tile_infer, NULL, run_walk },
  { "DepthToSpace", "", MIEN_OP_ANY, 1, 1, 1, depth_infer, NULL, run_walk },
  { "SpaceToDepth", "", MIEN_OP_ANY, 1, 1, 1, depth_infer, NULL, run_walk },
  { "Slice", "", MIEN_OP_ANY, 1, 5, 1, slice_infer, NULL, run_walk },
  { "Concat", "", MIEN_OP_ANY, 1, 0, 1, concat_infer, NULL, concat_run },
  { "Split", "", MIEN_OP_ANY, 1, 2, 0, split_infer, NULL, split_run },
  { "Pad", "", MIEN_OP_ANY, 1, 4, 1, pad_infer, NULL, pad_run },
  { NULL },
};
