/* Resize (opset 10, 11 and later) and Upsample.
 * Reference: ONNX operators Resize and Upsample; Keys 1981 (cubic).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op.h"

#define MAX_TAPS 4

typedef enum
{
  RESIZE_NEAREST,
  RESIZE_LINEAR,
  RESIZE_CUBIC,
} ResizeMode;

/* One axis: for every output position, which inputs go into it and how much of each. */
typedef struct
{
  gsize n_in, n_out;
  int n_taps;
  gint32 *index; /* [n_out, n_taps]; -1: outside, extrapolated */
  float *weight; /* [n_out, n_taps] */
} Axis;

typedef struct
{
  int rank;
  Axis axes[MIEN_TENSOR_MAX_RANK];
  float extrapolation;
  gboolean can_extrapolate;
} Resize;

typedef struct
{
  ResizeMode mode;
  const char *transform, *nearest;
  float cubic;
  gboolean exclude_outside;
} Settings;

static void
resize_free (gpointer data)
{
  Resize *resize = data;

  for (int d = 0; d < resize->rank; d++)
    {
      g_free (resize->axes[d].index);
      g_free (resize->axes[d].weight);
    }
  g_free (resize);
}

/* Where output @i lies in the input, in pixels. */
static float
locate (const Settings *settings, const Axis *axis, float scale, const float *roi, gsize i)
{
  const char *t = settings->transform;
  float x = (float) i;

  if (strcmp (t, "asymmetric") == 0)
    return x / scale;
  if (strcmp (t, "align_corners") == 0)
    {
      /* The length before rounding: ONNX's tests want it so. */
      float length = scale * (float) axis->n_in;

      return length != 1.0f ? x * (float) (axis->n_in - 1) / (length - 1.0f) : 0.0f;
    }
  if (strcmp (t, "pytorch_half_pixel") == 0)
    return axis->n_out > 1 ? (x + 0.5f) / scale - 0.5f : 0.0f;
  if (strcmp (t, "tf_half_pixel_for_nn") == 0)
    return (x + 0.5f) / scale;
  if (strcmp (t, "tf_crop_and_resize") == 0)
    return axis->n_out > 1
               ? roi[0] * (float) (axis->n_in - 1)
                     + x * (roi[1] - roi[0]) * (float) (axis->n_in - 1) / (float) (axis->n_out - 1)
               : 0.5f * (roi[0] + roi[1]) * (float) (axis->n_in - 1);
  return (x + 0.5f) / scale - 0.5f;
}

static double
round_nearest (const char *how, double x)
{
  if (strcmp (how, "floor") == 0)
    return floor (x);
  if (strcmp (how, "ceil") == 0)
    return ceil (x);
  if (strcmp (how, "round_prefer_ceil") == 0)
    return floor (x + 0.5);
  return ceil (x - 0.5);
}

/* Weights of the four neighbours of a point at distance @t from the second.
 * Reference: Keys 1981, with the coefficient a. */
static void
cubic_weights (float a, float t, float *w)
{
  w[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
  w[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
  w[2] = ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1;
  w[3] = ((a * (2 - t) - 5 * a) * (2 - t) + 8 * a) * (2 - t) - 4 * a;
}

static void
fill_point (const Settings *settings, Axis *axis, float x, gint32 *index, float *w)
{
  double first = floor ((double) x), top = (double) axis->n_in - 1;
  float t = x - (float) first, sum = 0;

  if (settings->mode == RESIZE_NEAREST)
    {
      index[0] = (gint32) CLAMP (round_nearest (settings->nearest, (double) x), 0, top);
      w[0] = 1;
      return;
    }
  if (settings->mode == RESIZE_LINEAR)
    {
      w[0] = 1 - t;
      w[1] = t;
    }
  else
    {
      cubic_weights (settings->cubic, t, w);
      first -= 1;
    }
  for (int k = 0; k < axis->n_taps; k++)
    {
      double at = first + k;

      if (settings->exclude_outside && settings->mode == RESIZE_CUBIC && (at < 0 || at > top))
        w[k] = 0;
      index[k] = (gint32) CLAMP (at, 0, top);
      sum += w[k];
    }
  if (settings->exclude_outside && settings->mode == RESIZE_CUBIC && sum != 0.0f)
    for (int k = 0; k < axis->n_taps; k++)
      w[k] /= sum;
}

static void
fill_axis (const Settings *settings, Resize *resize, int d, float scale, const float *roi)
{
  Axis *axis = &resize->axes[d];

  /* An axis that stays as it is costs nothing. */
  if (axis->n_in == axis->n_out && scale == 1.0f && !resize->can_extrapolate)
    axis->n_taps = 1;
  else
    axis->n_taps = settings->mode == RESIZE_NEAREST  ? 1
                   : settings->mode == RESIZE_LINEAR ? 2
                                                     : MAX_TAPS;
  axis->index = g_new (gint32, axis->n_out * (gsize) axis->n_taps + 1);
  axis->weight = g_new (float, axis->n_out *(gsize) axis->n_taps + 1);
  for (gsize i = 0; i < axis->n_out; i++)
    {
      gint32 *index = axis->index + i * (gsize) axis->n_taps;
      float *w = axis->weight + i * (gsize) axis->n_taps;
      float x = (float) i;

      if (axis->n_in == axis->n_out && scale == 1.0f && !resize->can_extrapolate)
        {
          index[0] = (gint32) i;
          w[0] = 1;
          continue;
        }
      x = locate (settings, axis, scale, roi, i);
      fill_point (settings, axis, x, index, w);
      if (resize->can_extrapolate && (x < 0.0f || x > (float) (axis->n_in - 1)))
        index[0] = -1;
    }
}

static gboolean
read_settings (const MienOpCall *call, Settings *settings, GError **error)
{
  const char *mode = mien_node_get_string (call->node, "mode", "nearest");
  gboolean old = call->opset < 11;

  settings->transform =
      old ? "asymmetric"
          : mien_node_get_string (call->node, "coordinate_transformation_mode", "half_pixel");
  settings->nearest =
      old ? "floor" : mien_node_get_string (call->node, "nearest_mode", "round_prefer_floor");
  settings->cubic = mien_node_get_float (call->node, "cubic_coeff_a", -0.75f);
  settings->exclude_outside = mien_node_get_int (call->node, "exclude_outside", 0) != 0;
  if (strcmp (mode, "nearest") == 0)
    settings->mode = RESIZE_NEAREST;
  else if (strcmp (mode, "linear") == 0 || strcmp (mode, "bilinear") == 0)
    settings->mode = RESIZE_LINEAR;
  else if (strcmp (mode, "cubic") == 0)
    settings->mode = RESIZE_CUBIC;
  else
    return mien_op_unsupported (call, error, "mode '%s'", mode);
  if (mien_node_find_attribute (call->node, "axes") != NULL
      || mien_node_get_int (call->node, "antialias", 0) != 0)
    return mien_op_unsupported (call, error, "axes or antialias");
  return TRUE;
}

/* The float input @index, NULL when left out or empty; late when it is not known. */
static const MienTensor *
read_floats (MienOpCall *call, guint index)
{
  const MienTensor *t;

  if (!mien_op_has_input (call, index) || mien_op_count (&call->in[index]) == 0)
    return NULL;
  t = mien_op_need_value (call, index);
  return t != NULL && t->dtype == MIEN_DTYPE_F32 ? t : NULL;
}

static gboolean
fill_sizes (MienOpCall *call,
            const float *scales,
            const gint64 *sizes,
            gint64 *dims,
            float *used,
            GError **error)
{
  const MienOpValue *x = &call->in[0];

  for (int d = 0; d < x->rank; d++)
    {
      double size =
          sizes != NULL ? (double) sizes[d] : floor ((double) x->dims[d] * (double) scales[d]);

      if (x->dims[d] < 1 || !(size >= 1 && size <= G_MAXINT / 4))
        return mien_op_fail (call, error, "dimension %d becomes %g", d, size);
      dims[d] = (gint64) size;
      used[d] = sizes != NULL ? (float) dims[d] / (float) x->dims[d] : scales[d];
    }
  return TRUE;
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gboolean is_new = call->opset >= 11 && strcmp (call->node->op_type, "Resize") == 0;
  const MienAttribute *attribute = mien_node_find_attribute (call->node, "scales");
  const MienTensor *roi = is_new ? read_floats (call, 1) : NULL;
  const MienTensor *scales = read_floats (call, is_new ? 2 : 1);
  g_autofree gint64 *sizes = NULL;
  float used[MIEN_TENSOR_MAX_RANK];
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  Settings settings = { 0 };
  Resize *resize;
  gsize n, bytes;

  if (!mien_op_check_type (call, 0, MIEN_DTYPE_F32, error)
      || !read_settings (call, &settings, error)
      || !mien_op_get_ints (call, NULL, is_new ? 3 : -1, &sizes, &n, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (attribute != NULL && attribute->type == MIEN_ATTRIBUTE_FLOATS
      && attribute->n == (gsize) x->rank)
    {
      if (!fill_sizes (call, attribute->floats, NULL, dims, used, error))
        return FALSE;
    }
  else if (sizes != NULL ? n != (gsize) x->rank
                         : scales == NULL || scales->n_elements != (gsize) x->rank)
    return mien_op_fail (call, error, "neither scales nor sizes of length %d", x->rank);
  else if (!fill_sizes (call, scales != NULL ? mien_tensor_f32 (scales) : NULL, sizes, dims, used,
                        error))
    return FALSE;
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank, dims);
  /* The tables below are as long as the picture's sides: nobody waits for those of one too large.
   */
  if (mien_op_has_output (call, 0)
      && (!mien_op_get_bytes (&call->out[0], &bytes) || mien_tensor_is_beyond_memory (bytes)))
    return mien_op_fail (call, error, "the result does not fit into memory");
  resize = g_new0 (Resize, 1);
  call->state = resize;
  call->free_state = resize_free;
  resize->rank = x->rank;
  resize->can_extrapolate = strcmp (settings.transform, "tf_crop_and_resize") == 0;
  resize->extrapolation = mien_node_get_float (call->node, "extrapolation_value", 0.0f);
  if (resize->can_extrapolate && (roi == NULL || roi->n_elements != 2 * (gsize) x->rank))
    return mien_op_fail (call, error, "the region does not have %d numbers", 2 * x->rank);
  for (int d = 0; d < x->rank; d++)
    {
      float range[2] = { 0.0f, 1.0f };

      if (resize->can_extrapolate)
        {
          range[0] = mien_tensor_f32 (roi)[d];
          range[1] = mien_tensor_f32 (roi)[x->rank + d];
        }
      resize->axes[d].n_in = (gsize) x->dims[d];
      resize->axes[d].n_out = (gsize) dims[d];
      fill_axis (&settings, resize, d, used[d], range);
    }
  return TRUE;
}

typedef struct
{
  const Resize *resize;
  const float *x;
  float *y;
} Job;

/* Sum over the taps of axis @d and all behind it. @at: offset of the axes before. */
static float
sum_taps (const Resize *resize, const float *x, const gsize *position, int d, gsize at)
{
  const Axis *axis;
  const gint32 *index;
  const float *w;
  float sum = 0;

  if (d == resize->rank)
    return x[at];
  axis = &resize->axes[d];
  index = axis->index + position[d] * (gsize) axis->n_taps;
  w = axis->weight + position[d] * (gsize) axis->n_taps;
  if (axis->n_taps == 1)
    return sum_taps (resize, x, position, d + 1, at * axis->n_in + (gsize) index[0]);
  for (int k = 0; k < axis->n_taps; k++)
    if (w[k] != 0.0f)
      sum += w[k] * sum_taps (resize, x, position, d + 1, at * axis->n_in + (gsize) index[k]);
  return sum;
}

static gboolean
is_outside (const Resize *resize, const gsize *position)
{
  for (int d = 0; d < resize->rank; d++)
    if (resize->axes[d].index[position[d] * (gsize) resize->axes[d].n_taps] < 0)
      return TRUE;
  return FALSE;
}

static void
resize_part (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Resize *resize = job->resize;
  gsize position[MIEN_TENSOR_MAX_RANK] = { 0 };

  for (gsize i = from; i < to; i++)
    {
      gsize rest = i;

      for (int d = resize->rank - 1; d >= 0; d--)
        {
          position[d] = rest % resize->axes[d].n_out;
          rest /= resize->axes[d].n_out;
        }
      job->y[i] = resize->can_extrapolate && is_outside (resize, position)
                      ? resize->extrapolation
                      : sum_taps (resize, job->x, position, 0, 0);
    }
}

static gboolean
run_resize (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call->state, mien_tensor_f32 (run->in[0]), mien_tensor_f32 (run->out[0]) };

  mien_op_parallel_range (run->parallel, run->out[0]->n_elements, 4096, resize_part, &job);
  return TRUE;
}

const MienOp mien_ops_resize[] = {
  { "Resize", "", 10, 999, 1, 4, 1, infer, NULL, run_resize },
  { "Upsample", "", 7, 9, 1, 2, 1, infer, NULL, run_resize },
  { NULL },
};
