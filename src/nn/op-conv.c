/* Conv and ConvTranspose, one to three spatial dimensions.
 * Reference: ONNX operators Conv, ConvTranspose; Dumoulin & Visin 2016.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/size.h"
#include "nn/op-conv.h"

/* Reads an INTS attribute of exactly @n values of at least @min; FALSE with an error otherwise. */
static gboolean
read_ints (const MienOpCall *call, const char *name, int n, gint64 min, int *to, GError **error)
{
  const MienAttribute *attribute = mien_node_find_attribute (call->node, name);

  if (attribute == NULL)
    return TRUE;
  if (attribute->type != MIEN_ATTRIBUTE_INTS || attribute->n != (gsize) n)
    return mien_op_fail (call, error, "%s must have %d values", name, n);
  for (int i = 0; i < n; i++)
    {
      if (attribute->ints[i] < min || attribute->ints[i] > G_MAXINT / 4)
        return mien_op_fail (call, error, "%s has the value %" G_GINT64_FORMAT, name,
                             attribute->ints[i]);
      to[i] = (int) attribute->ints[i];
    }
  return TRUE;
}

gboolean
mien_window_read (const MienOpCall *call, int n_axes, MienWindow *window, GError **error)
{
  const char *auto_pad = mien_node_get_string (call->node, "auto_pad", "NOTSET");

  g_assert (n_axes >= 1 && n_axes <= MIEN_WINDOW_MAX_AXES);
  window->n_axes = n_axes;
  for (int i = 0; i < n_axes; i++)
    {
      window->stride[i] = window->dilation[i] = 1;
      window->pad[i] = window->pad[n_axes + i] = 0;
    }
  if (!read_ints (call, "kernel_shape", n_axes, 1, window->kernel, error)
      || !read_ints (call, "strides", n_axes, 1, window->stride, error)
      || !read_ints (call, "dilations", n_axes, 1, window->dilation, error))
    return FALSE;
  if (strcmp (auto_pad, "SAME_UPPER") == 0)
    window->auto_pad = MIEN_PAD_SAME_UPPER;
  else if (strcmp (auto_pad, "SAME_LOWER") == 0)
    window->auto_pad = MIEN_PAD_SAME_LOWER;
  else if (strcmp (auto_pad, "VALID") == 0)
    window->auto_pad = MIEN_PAD_VALID;
  else if (*auto_pad == '\0' || strcmp (auto_pad, "NOTSET") == 0)
    return read_ints (call, "pads", 2 * n_axes, 0, window->pad, error);
  else
    return mien_op_fail (call, error, "auto_pad '%s'", auto_pad);
  return TRUE;
}

gboolean
mien_window_fit (const MienOpCall *call,
                 MienWindow *window,
                 const gint64 *in,
                 gboolean ceil_mode,
                 gint64 *out,
                 GError **error)
{
  for (int i = 0; i < window->n_axes; i++)
    {
      gint64 span = (gint64) (window->kernel[i] - 1) * window->dilation[i] + 1;
      gint64 stride = window->stride[i], room;

      if (in[i] < 1 || in[i] > G_MAXINT)
        return mien_op_fail (call, error, "a spatial size of %" G_GINT64_FORMAT, in[i]);
      if (window->auto_pad == MIEN_PAD_SAME_UPPER || window->auto_pad == MIEN_PAD_SAME_LOWER)
        {
          gint64 pad = MAX (((in[i] + stride - 1) / stride - 1) * stride + span - in[i], 0);
          gint64 small = pad / 2;

          if (pad > G_MAXINT)
            return mien_op_fail (call, error, "a padding of %" G_GINT64_FORMAT, pad);
          window->pad[i] = (int) (window->auto_pad == MIEN_PAD_SAME_UPPER ? small : pad - small);
          window->pad[window->n_axes + i] = (int) (pad - window->pad[i]);
        }
      room = in[i] + window->pad[i] + window->pad[window->n_axes + i] - span;
      if (room < 0)
        return mien_op_fail (call, error, "the kernel is larger than the padded input");
      out[i] = room / stride + 1;
      if (ceil_mode
          && room % stride != 0
          /* A last window that begins in the padding behind does not count. */
          && out[i] * stride < in[i] + window->pad[i])
        out[i]++;
    }
  return TRUE;
}

typedef struct
{
  MienConvShape shape;
  MienConvPlan *plan;        /* NULL while the weights are not constant */
  MienActivation activation; /* slope borrowed from the node */
  MienWindow window;
  char *name;
} Conv;

static void
conv_free (gpointer data)
{
  Conv *conv = data;

  mien_conv_plan_free (conv->plan);
  g_free (conv->name);
  g_free (conv);
}

static gboolean
check_conv_shapes (const MienOpCall *call, gint64 groups, gboolean transposed, GError **error)
{
  const MienOpValue *x = &call->in[0], *w = &call->in[1];
  gint64 in_weights = transposed ? w->dims[0] : w->dims[1] * groups;
  gint64 c_out = transposed ? w->dims[1] * groups : w->dims[0];

  if (groups < 1 || groups > G_MAXINT || x->dims[1] % groups != 0 || c_out % groups != 0
      || in_weights != x->dims[1] || c_out < 1 || x->dims[1] < 1 || c_out > G_MAXINT
      || x->dims[1] > G_MAXINT || x->dims[0] < 1 || x->dims[0] > G_MAXINT)
    return mien_op_fail (call, error,
                         "%" G_GINT64_FORMAT
                         " input channels do not fit the weights and %" G_GINT64_FORMAT " groups",
                         x->dims[1], groups);
  if (mien_op_has_input (call, 2) && (call->in[2].rank != 1 || call->in[2].dims[0] != c_out))
    return mien_op_fail (call, error, "the bias does not fit the weights");
  return TRUE;
}

static void
take_activation (const MienOpCall *call, MienActivation *activation)
{
  const MienAttribute *slope = mien_node_find_attribute (call->node, "mien_slope");

  activation->kind = (MienActKind) mien_node_get_int (call->node, "mien_activation", 0);
  activation->lo = mien_node_get_float (call->node, "mien_lo", 0.0f);
  activation->hi = mien_node_get_float (call->node, "mien_hi", 0.0f);
  if (slope != NULL)
    activation->slope = slope->floats;
}

static gboolean
fill_shape (const MienOpCall *call, Conv *conv, gint64 groups)
{
  const MienOpValue *x = &call->in[0], *w = &call->in[1];
  const MienWindow *window = &conv->window;
  MienConvShape *s = &conv->shape;
  gboolean flat = window->n_axes == 1;
  int last = flat ? 0 : 1;

  s->n = (int) x->dims[0];
  s->c_in = (int) x->dims[1];
  s->c_out = (int) w->dims[0];
  s->groups = (int) groups;
  s->h_in = flat ? 1 : (int) x->dims[2];
  s->w_in = (int) x->dims[2 + last];
  s->k_h = flat ? 1 : window->kernel[0];
  s->k_w = window->kernel[last];
  s->stride_h = flat ? 1 : window->stride[0];
  s->stride_w = window->stride[last];
  s->dilation_h = flat ? 1 : window->dilation[0];
  s->dilation_w = window->dilation[last];
  s->pad_top = flat ? 0 : window->pad[0];
  s->pad_left = window->pad[last];
  s->pad_bottom = flat ? 0 : window->pad[window->n_axes];
  s->pad_right = window->pad[window->n_axes + last];
  return mien_conv_shape_finish (s);
}

/* What both kinds of convolution ask of their inputs; the state of @call, with the kernel of the
 * weights and the attributes of the window, or NULL. */
static Conv *
begin_infer (MienOpCall *call, gint64 groups, gboolean transposed, GError **error)
{
  const MienOpValue *x = &call->in[0], *w = &call->in[1];
  Conv *conv;

  if (!mien_op_check_f32 (call, error))
    return NULL;
  if (x->rank < 3 || x->rank > 2 + MIEN_WINDOW_MAX_AXES || w->rank != x->rank)
    {
      mien_op_unsupported (call, error, "an input of rank %d", x->rank);
      return NULL;
    }
  if (!check_conv_shapes (call, groups, transposed, error))
    return NULL;
  conv = g_new0 (Conv, 1);
  call->state = conv;
  call->free_state = conv_free;
  for (int i = 0; i < x->rank - 2; i++)
    {
      if (w->dims[2 + i] < 1 || w->dims[2 + i] > G_MAXINT / 4)
        {
          mien_op_fail (call, error, "a kernel of size %" G_GINT64_FORMAT, w->dims[2 + i]);
          return NULL;
        }
      conv->window.kernel[i] = (int) w->dims[2 + i];
    }
  if (!mien_window_read (call, x->rank - 2, &conv->window, error))
    return NULL;
  for (int i = 0; i < x->rank - 2; i++)
    if (conv->window.kernel[i] != w->dims[2 + i])
      {
        mien_op_fail (call, error, "kernel_shape is not that of the weights");
        return NULL;
      }
  return conv;
}

static gboolean
conv_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *w = &call->in[1];
  gint64 groups = mien_node_get_int (call->node, "group", 1);
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  Conv *conv = begin_infer (call, groups, FALSE, error);

  if (conv == NULL)
    return FALSE;
  if (!mien_window_fit (call, &conv->window, x->dims + 2, FALSE, dims + 2, error))
    return FALSE;
  dims[0] = x->dims[0];
  dims[1] = w->dims[0];
  if (x->rank < 5 && !fill_shape (call, conv, groups))
    return mien_op_fail (call, error, "the kernel does not fit the input");
  take_activation (call, &conv->activation);
  call->flops = 2.0 * (double) mien_op_count_range (w->dims, 1, w->rank);
  for (int i = 0; i < x->rank; i++)
    call->flops *= (double) dims[i];
  conv->shape.pool = mien_node_get_int (call->node, "mien_pool", 0) != 0;
  conv->shape.half = mien_node_get_int (call->node, "mien_half", 0) != 0;
  for (int i = 2; i < x->rank && conv->shape.pool; i++)
    dims[i] /= 2;
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank, dims);
  return TRUE;
}

/* Three spatial dimensions are rare (video networks); the definition is fast enough. */
typedef struct
{
  const MienOpCall *call;
  const float *x, *w, *bias;
  float *y;
} VolumeJob;

static float
convolve_voxel (const VolumeJob *job, const float *x, const float *w, const gint64 *at)
{
  const MienWindow *window = &((const Conv *) job->call->state)->window;
  const gint64 *in = job->call->in[0].dims;
  double sum = 0;

  for (gint64 c = 0; c < job->call->in[1].dims[1]; c++, x += in[2] * in[3] * in[4])
    for (int kz = 0; kz < window->kernel[0]; kz++)
      for (int ky = 0; ky < window->kernel[1]; ky++)
        for (int kx = 0; kx < window->kernel[2]; kx++, w++)
          {
            gint64 z = at[0] * window->stride[0] - window->pad[0] + kz * window->dilation[0];
            gint64 y = at[1] * window->stride[1] - window->pad[1] + ky * window->dilation[1];
            gint64 u = at[2] * window->stride[2] - window->pad[2] + kx * window->dilation[2];

            if (z >= 0 && z < in[2] && y >= 0 && y < in[3] && u >= 0 && u < in[4])
              sum += (double) x[(z * in[3] + y) * in[4] + u] * (double) *w;
          }
  return (float) sum;
}

static void
convolve_volume (gpointer data, guint part, guint worker)
{
  const VolumeJob *job = data;
  const gint64 *in = job->call->in[0].dims, *wd = job->call->in[1].dims;
  const gint64 *out = job->call->out[0].dims;
  gint64 picture = part / out[1], channel = part % out[1];
  gint64 group = channel / (wd[0] / (in[1] / wd[1]));
  const float *x = job->x + (picture * in[1] + group * wd[1]) * in[2] * in[3] * in[4];
  const float *w = job->w + channel * (gint64) mien_op_count_range (wd, 1, 5);
  float *y = job->y + part * mien_op_count_range (out, 2, 5);
  gint64 at[3];

  for (at[0] = 0; at[0] < out[2]; at[0]++)
    for (at[1] = 0; at[1] < out[3]; at[1]++)
      for (at[2] = 0; at[2] < out[4]; at[2]++)
        *y++ = convolve_voxel (job, x, w, at) + (job->bias != NULL ? job->bias[channel] : 0.0f);
}

const MienConvShape *
mien_op_conv_get_shape (const MienOpCall *call)
{
  if (call->op->infer != conv_infer || call->state == NULL || call->in[0].rank != 4)
    return NULL;
  return &((const Conv *) call->state)->shape;
}

const MienConvPlan *
mien_op_conv_get_plan (const MienOpCall *call)
{
  return mien_op_conv_get_shape (call) == NULL ? NULL : ((const Conv *) call->state)->plan;
}

MienConvPlan *
mien_op_conv_steal_plan (MienOpCall *call)
{
  return g_steal_pointer (&((Conv *) call->state)->plan);
}

static MienConvPlan *
new_plan (const MienOpCall *call, const Conv *conv, const float *w, const float *bias)
{
  return mien_conv_plan_new (&conv->shape, call->plain ? MIEN_CONV_PLAIN : MIEN_CONV_AUTO,
                             call->in[0].layout, call->out[0].layout, w, bias, &conv->activation);
}

static gsize
get_workspace (const MienOpCall *call, guint n_threads)
{
  const Conv *conv = call->state;

  return mien_conv_plan_get_workspace (conv->plan, n_threads);
}

static gboolean
conv_prepare (MienOpCall *call, GError **error)
{
  Conv *conv = call->state;
  const MienTensor *w = call->in[1].value;
  const MienTensor *bias = mien_op_has_input (call, 2) ? call->in[2].value : NULL;

  /* Weights that another node computes are packed at each run. */
  if (call->in[0].rank == 5 || w == NULL || (mien_op_has_input (call, 2) && bias == NULL))
    return TRUE;
  conv->plan =
      new_plan (call, conv, mien_tensor_f32 (w), bias != NULL ? mien_tensor_f32 (bias) : NULL);
  if (conv->plan == NULL)
    return mien_op_unsupported (call, error, "no algorithm takes this shape");
  call->workspace_for_threads = get_workspace;
  call->kernel = mien_conv_plan_get_name (conv->plan);
  return TRUE;
}

static gboolean
run_unplanned (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Conv *conv = call->state;
  const float *bias = mien_op_has_input (call, 2) ? mien_tensor_f32 (run->in[2]) : NULL;
  g_autoptr (MienConvPlan) plan = new_plan (call, conv, mien_tensor_f32 (run->in[1]), bias);
  void *workspace = NULL;

  if (plan != NULL)
    workspace = mien_aligned_alloc (
        mien_conv_plan_get_workspace (plan, mien_parallel_get_n_threads (run->parallel)));
  if (workspace == NULL)
    return mien_op_unsupported (call, error, "no algorithm or no memory for this shape");
  mien_conv_plan_run (plan, run->in[0]->data, mien_op_has_input (call, 3) ? run->in[3]->data : NULL,
                      run->out[0]->data, workspace, run->parallel);
  mien_aligned_free (workspace);
  return TRUE;
}

static gboolean
conv_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Conv *conv = call->state;
  const float *residual = mien_op_has_input (call, 3) ? run->in[3]->data : NULL;

  if (call->in[0].rank == 5)
    {
      VolumeJob job = { call, mien_tensor_f32 (run->in[0]), mien_tensor_f32 (run->in[1]),
                        mien_op_has_input (call, 2) ? mien_tensor_f32 (run->in[2]) : NULL,
                        mien_tensor_f32 (run->out[0]) };

      mien_parallel_for (run->parallel, (guint) (call->out[0].dims[0] * call->out[0].dims[1]),
                         convolve_volume, &job);
      return TRUE;
    }
  if (conv->plan == NULL)
    return run_unplanned (call, run, error);
  mien_conv_plan_run (conv->plan, run->in[0]->data, residual, run->out[0]->data, run->workspace,
                      run->parallel);
  return TRUE;
}

/* ConvTranspose: @pads from output_shape or auto_pad where given. */
static gboolean
fit_transposed (MienOpCall *call, MienWindow *window, gint64 *dims, GError **error)
{
  const MienAttribute *wanted = mien_node_find_attribute (call->node, "output_shape");
  int n = window->n_axes, extra[MIEN_WINDOW_MAX_AXES] = { 0 };

  if (!read_ints (call, "output_padding", n, 0, extra, error))
    return FALSE;
  if (wanted != NULL
      && (wanted->type != MIEN_ATTRIBUTE_INTS
          || (wanted->n != (gsize) n && wanted->n != (gsize) n + 2)))
    return mien_op_fail (call, error, "output_shape must have %d values", n);
  for (int i = 0; i < n; i++)
    {
      gint64 in = call->in[0].dims[2 + i];
      gint64 full = (gint64) window->stride[i] * (in - 1) + extra[i]
                    + (gint64) (window->kernel[i] - 1) * window->dilation[i] + 1;
      gint64 size = 0, pad;

      if (in < 1 || in > G_MAXINT)
        return mien_op_fail (call, error, "a spatial size of %" G_GINT64_FORMAT, in);
      if (wanted != NULL)
        size = wanted->ints[wanted->n - (gsize) n + (gsize) i];
      else if (window->auto_pad == MIEN_PAD_SAME_UPPER || window->auto_pad == MIEN_PAD_SAME_LOWER)
        size = in * window->stride[i];
      if (wanted != NULL || size > 0)
        {
          pad = full - size;
          if (size < 1 || pad < -G_MAXINT / 4 || pad > G_MAXINT / 4)
            return mien_op_fail (call, error, "an output size of %" G_GINT64_FORMAT, size);
          pad = MAX (pad, 0);
          window->pad[i] =
              (int) (window->auto_pad == MIEN_PAD_SAME_UPPER ? pad / 2 : pad - pad / 2);
          window->pad[n + i] = (int) (pad - window->pad[i]);
          dims[2 + i] = size;
        }
      else
        dims[2 + i] = full - window->pad[i] - window->pad[n + i];
      if (dims[2 + i] < 1)
        return mien_op_fail (call, error, "the padding leaves nothing of the output");
    }
  return TRUE;
}

static gboolean
transpose_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0], *w = &call->in[1];
  gint64 groups = mien_node_get_int (call->node, "group", 1);
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  Conv *conv = begin_infer (call, groups, TRUE, error);

  if (conv == NULL || !fit_transposed (call, &conv->window, dims, error))
    return FALSE;
  dims[0] = x->dims[0];
  dims[1] = w->dims[1] * groups;
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank, dims);
  call->flops =
      2.0 * (double) mien_op_count (x) * (double) mien_op_count_range (w->dims, 1, w->rank);
  return TRUE;
}

/* Sum into one output value of all inputs that reach it: gathered, so that every output channel is
 * one part and no two threads write the same value. Axes beyond n_axes have size 1. */
typedef struct
{
  const MienOpCall *call;
  const float *x, *w, *bias;
  float *y;
  gint64 in[MIEN_WINDOW_MAX_AXES], out[MIEN_WINDOW_MAX_AXES], k[MIEN_WINDOW_MAX_AXES];
  gint64 stride[MIEN_WINDOW_MAX_AXES], dilation[MIEN_WINDOW_MAX_AXES], pad[MIEN_WINDOW_MAX_AXES];
} TransposeJob;

/* The input index that tap @k feeds from into output @at, or -1. */
static gint64
source_of (const TransposeJob *job, int axis, gint64 at, gint64 k)
{
  gint64 from = at + job->pad[axis] - k * job->dilation[axis];

  if (from < 0 || from % job->stride[axis] != 0)
    return -1;
  from /= job->stride[axis];
  return from < job->in[axis] ? from : -1;
}

static void
transpose_row (
    const TransposeJob *job, const float *x, const float *w, gint64 z, gint64 v, float *y)
{
  for (gint64 kz = 0; kz < job->k[0]; kz++)
    {
      gint64 iz = source_of (job, 0, z, kz);

      for (gint64 kv = 0; kv < job->k[1] && iz >= 0; kv++)
        {
          gint64 iv = source_of (job, 1, v, kv);
          const float *row = x + (iz * job->in[1] + iv) * job->in[2];

          for (gint64 ku = 0; ku < job->k[2] && iv >= 0; ku++)
            {
              float weight = w[(kz * job->k[1] + kv) * job->k[2] + ku];

              for (gint64 u = 0; u < job->in[2]; u++)
                {
                  gint64 to = u * job->stride[2] - job->pad[2] + ku * job->dilation[2];

                  if (to >= 0 && to < job->out[2])
                    y[to] += row[u] * weight;
                }
            }
        }
    }
}

static void
transpose_channel (gpointer data, guint part, guint worker)
{
  const TransposeJob *job = data;
  const gint64 *xd = job->call->in[0].dims, *wd = job->call->in[1].dims;
  gint64 c_out = job->call->out[0].dims[1], o_group = wd[1], c_group = xd[1] / (c_out / o_group);
  gint64 picture = part / c_out, channel = part % c_out, group = channel / o_group;
  gint64 in_size = job->in[0] * job->in[1] * job->in[2], k_size = job->k[0] * job->k[1] * job->k[2];
  float *y = job->y + (gint64) part * job->out[0] * job->out[1] * job->out[2];

  for (gint64 z = 0; z < job->out[0]; z++)
    for (gint64 v = 0; v < job->out[1]; v++, y += job->out[2])
      {
        for (gint64 u = 0; u < job->out[2]; u++)
          y[u] = job->bias != NULL ? job->bias[channel] : 0.0f;
        for (gint64 c = 0; c < c_group; c++)
          transpose_row (job, job->x + (picture * xd[1] + group * c_group + c) * in_size,
                         job->w + ((group * c_group + c) * o_group + channel % o_group) * k_size, z,
                         v, y);
      }
}

static gboolean
transpose_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienWindow *window = &((const Conv *) call->state)->window;
  TransposeJob job = { call, mien_tensor_f32 (run->in[0]), mien_tensor_f32 (run->in[1]),
                       mien_op_has_input (call, 2) ? mien_tensor_f32 (run->in[2]) : NULL,
                       mien_tensor_f32 (run->out[0]) };

  for (int i = 0; i < MIEN_WINDOW_MAX_AXES; i++)
    {
      int axis = i - (MIEN_WINDOW_MAX_AXES - window->n_axes);

      job.in[i] = axis < 0 ? 1 : call->in[0].dims[2 + axis];
      job.out[i] = axis < 0 ? 1 : call->out[0].dims[2 + axis];
      job.k[i] = axis < 0 ? 1 : window->kernel[axis];
      job.stride[i] = axis < 0 ? 1 : window->stride[axis];
      job.dilation[i] = axis < 0 ? 1 : window->dilation[axis];
      job.pad[i] = axis < 0 ? 0 : window->pad[axis];
    }
  mien_parallel_for (run->parallel, (guint) (call->out[0].dims[0] * call->out[0].dims[1]),
                     transpose_channel, &job);
  return TRUE;
}

static gboolean
reorder_infer (MienOpCall *call, GError **error)
{
  mien_op_copy_output (call, 0, 0);
  return TRUE;
}

static gboolean
reorder_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienOpValue *in = &call->in[0];
  int n = (int) in->dims[0], c = (int) in->dims[1], h = (int) in->dims[2], w = (int) in->dims[3];

  if (in->layout == call->out[0].layout)
    memcpy (run->out[0]->data, run->in[0]->data, run->out[0]->n_bytes);
  else if (in->layout == MIEN_LAYOUT_NCHW)
    mien_layout_to_blocked (n, c, h, w, run->in[0]->data, run->out[0]->data, run->parallel);
  else
    mien_layout_from_blocked (n, c, h, w, run->in[0]->data, run->out[0]->data, run->parallel);
  return TRUE;
}

const MienOp mien_ops_conv[] = {
  { "Conv", "", MIEN_OP_ANY, 2, 4, 1, conv_infer, conv_prepare, conv_run },
  { "Conv", "mien", MIEN_OP_ANY, 2, 4, 1, conv_infer, conv_prepare, conv_run },
  { "ConvTranspose", "", MIEN_OP_ANY, 2, 3, 1, transpose_infer, NULL, transpose_run },
  { "Reorder", "mien", MIEN_OP_ANY, 1, 1, 1, reorder_infer, NULL, reorder_run },
  { NULL },
};
