/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <string.h>

#include "base/size.h"

static gboolean
finish_axis (int in, int kernel, int stride, int before, int after, int dilation, int *out)
{
  gint64 span = (gint64) dilation * (kernel - 1) + 1;
  gint64 room = (gint64) in + before + after - span;

  if (in < 1 || kernel < 1 || stride < 1 || dilation < 1 || before < 0 || after < 0 || room < 0
      || room / stride + 1 > G_MAXINT)
    return FALSE;
  *out = (int) (room / stride + 1);
  return TRUE;
}

gboolean
mien_conv_shape_finish (MienConvShape *s)
{
  gsize size = sizeof (float);

  if (s->n < 1 || s->c_in < 1 || s->c_out < 1 || s->groups < 1 || s->c_in % s->groups != 0
      || s->c_out % s->groups != 0)
    return FALSE;
  if (!finish_axis (s->h_in, s->k_h, s->stride_h, s->pad_top, s->pad_bottom, s->dilation_h,
                    &s->h_out)
      || !finish_axis (s->w_in, s->k_w, s->stride_w, s->pad_left, s->pad_right, s->dilation_w,
                       &s->w_out))
    return FALSE;
  return mien_size_mul (size, (gsize) s->c_out / s->groups + 16, &size)
         && mien_size_mul (size, (gsize) s->c_in + 16, &size) && mien_size_mul (size, s->k_h, &size)
         && mien_size_mul (size, s->k_w, &size) && size < G_MAXSSIZE / 64;
}

gboolean
mien_conv_shape_flip (const MienConvShape *shape, MienConvShape *back)
{
  const MienConvShape *s = shape;

  if (s->stride_h != 1 || s->stride_w != 1 || s->dilation_h != 1 || s->dilation_w != 1
      || s->groups != 1 || s->pad_top >= s->k_h || s->pad_bottom >= s->k_h || s->pad_left >= s->k_w
      || s->pad_right >= s->k_w)
    return FALSE;
  *back = *shape;
  back->c_in = s->c_out;
  back->h_in = s->h_out;
  back->w_in = s->w_out;
  back->c_out = s->c_in;
  back->pad_top = s->k_h - 1 - s->pad_top;
  back->pad_bottom = s->k_h - 1 - s->pad_bottom;
  back->pad_left = s->k_w - 1 - s->pad_left;
  back->pad_right = s->k_w - 1 - s->pad_right;
  return mien_conv_shape_finish (back);
}

void
mien_conv_flip_weights (const MienConvShape *shape, const float *weight, float *flipped)
{
  const int k = shape->k_h * shape->k_w;

  for (int o = 0; o < shape->c_out; o++)
    for (int i = 0; i < shape->c_in; i++)
      for (int t = 0; t < k; t++)
        flipped[((gsize) i * shape->c_out + o) * k + (k - 1 - t)] =
            weight[((gsize) o * shape->c_in + i) * k + t];
}

typedef struct
{
  const MienKernels *kernels;
  const float *x;
  float *y;
  int c, blocks;
  gsize plane;
} LayoutJob;

static void
to_blocked_part (gpointer data, guint part, guint worker)
{
  const LayoutJob *job = data;
  const guint n = part / job->blocks, b = part % job->blocks;

  job->kernels->to_blocks (job->x + ((gsize) n * job->c + (gsize) b * 16) * job->plane, job->plane,
                           MIN (16, job->c - (int) b * 16), job->y + (gsize) part * 16 * job->plane,
                           job->plane);
}

static void
from_blocked_part (gpointer data, guint part, guint worker)
{
  const LayoutJob *job = data;
  const guint n = part / job->blocks, b = part % job->blocks;

  job->kernels->from_blocks (job->x + (gsize) part * 16 * job->plane,
                             job->y + ((gsize) n * job->c + (gsize) b * 16) * job->plane,
                             job->plane, MIN (16, job->c - (int) b * 16), job->plane);
}

void
mien_layout_to_blocked (
    int n, int c, int h, int w, const float *x, float *y, MienParallel *parallel)
{
  LayoutJob job = { mien_kernels_get (), x, y, c, mien_blocks (c), (gsize) h * w };

  mien_parallel_for (parallel, (guint) (n * job.blocks), to_blocked_part, &job);
}

void
mien_layout_from_blocked (
    int n, int c, int h, int w, const float *x, float *y, MienParallel *parallel)
{
  LayoutJob job = { mien_kernels_get (), x, y, c, mien_blocks (c), (gsize) h * w };

  mien_parallel_for (parallel, (guint) (n * job.blocks), from_blocked_part, &job);
}

void
mien_epilogue_apply_nchw (
    const MienEpilogue *self, const MienKernels *kernels, int c, gsize plane, float *y)
{
  if (self->kind == MIEN_ACT_NONE)
    return;
  if (self->kind != MIEN_ACT_PRELU)
    {
      kernels->activate_flat (self, y, y, (gsize) c * plane);
      return;
    }
  for (int i = 0; i < c; i++)
    {
      MienEpilogue leaky = *self;

      leaky.kind = MIEN_ACT_LEAKY;
      leaky.a = self->slope[i];
      kernels->activate_flat (&leaky, y + i * plane, y + i * plane, plane);
    }
}

static const MienConvKind *
find_kind (MienConvAlgorithm algorithm, const MienConvShape *shape, MienLayout in)
{
  switch (algorithm)
    {
    case MIEN_CONV_PLAIN:
      return &mien_conv_plain;
    case MIEN_CONV_GEMM:
      return &mien_conv_gemm;
    case MIEN_CONV_DIRECT:
      return in == MIEN_LAYOUT_NCHW && mien_conv_first.can_do (shape) ? &mien_conv_first
                                                                      : &mien_conv_direct;
    case MIEN_CONV_BF16:
      return &mien_conv_bf16;
    case MIEN_CONV_DEPTHWISE:
      return &mien_conv_depthwise;
    case MIEN_CONV_WINOGRAD2:
      return &mien_conv_winograd_2;
    case MIEN_CONV_WINOGRAD4:
      return &mien_conv_winograd_4;
    default:
      return mien_conv_choose (shape, in);
    }
}

void
mien_conv_choose_layouts (const MienConvShape *shape,
                          gboolean planes,
                          MienLayout *in,
                          MienLayout *out)
{
  const MienConvKind *kind =
      mien_conv_choose (shape, planes ? MIEN_LAYOUT_NCHW : MIEN_LAYOUT_NC16HW);

  *in = kind->in;
  *out = kind->out;
}

gboolean
mien_conv_can_pool (const MienConvShape *shape)
{
  return mien_conv_choose (shape, MIEN_LAYOUT_NC16HW) == &mien_conv_depthwise && shape->h_out >= 2
         && shape->w_out >= 2;
}

static MienConvAlgorithm
algorithm_of (const MienConvKind *kind)
{
  if (kind == &mien_conv_plain)
    return MIEN_CONV_PLAIN;
  if (kind == &mien_conv_gemm)
    return MIEN_CONV_GEMM;
  if (kind == &mien_conv_bf16)
    return MIEN_CONV_BF16;
  if (kind == &mien_conv_depthwise)
    return MIEN_CONV_DEPTHWISE;
  if (kind == &mien_conv_winograd_2)
    return MIEN_CONV_WINOGRAD2;
  if (kind == &mien_conv_winograd_4)
    return MIEN_CONV_WINOGRAD4;
  return MIEN_CONV_DIRECT;
}

MienConvPlan *
mien_conv_plan_new (const MienConvShape *shape,
                    MienConvAlgorithm algorithm,
                    MienLayout in,
                    MienLayout out,
                    const float *weight,
                    const float *bias,
                    const MienActivation *activation)
{
  const MienConvKind *kind = find_kind (algorithm, shape, in);
  const gsize lanes = (gsize) mien_blocks (shape->c_out) * MIEN_BLOCK;
  MienConvPlan *self;

  if (!kind->can_do (shape)
      || (shape->pool
          && (!mien_conv_can_pool (shape) || kind != &mien_conv_depthwise || in != kind->in
              || out != kind->out)))
    return NULL;
  self = g_new0 (MienConvPlan, 1);
  self->shape = *shape;
  self->kind = kind;
  self->algorithm = algorithm_of (kind);
  self->in = in;
  self->out = out;
  self->kernels =
      kind == &mien_conv_bf16 ? mien_kernels_get_bf16 (shape->half) : mien_kernels_get ();
  self->name = g_strdup_printf ("%s %s", kind->name, self->kernels->name);
  mien_epilogue_init (&self->epilogue, activation);
  if (self->epilogue.kind == MIEN_ACT_PRELU)
    {
      self->slope = mien_aligned_alloc (lanes * sizeof (float));
      memset (self->slope, 0, lanes * sizeof (float));
      memcpy (self->slope, activation->slope, (gsize) shape->c_out * sizeof (float));
      self->epilogue.slope = self->slope;
    }
  self->bias = mien_aligned_alloc (lanes * sizeof (float));
  kind->plan (self);
  self->packed = mien_aligned_alloc (MAX (1, self->packed_floats) * sizeof (float));
  mien_conv_plan_update_weights (self, weight, bias);
  return self;
}

void
mien_conv_plan_update_weights (MienConvPlan *self, const float *weight, const float *bias)
{
  const gsize lanes = (gsize) mien_blocks (self->shape.c_out) * MIEN_BLOCK;

  memset (self->bias, 0, lanes * sizeof (float));
  if (bias != NULL)
    memcpy (self->bias, bias, (gsize) self->shape.c_out * sizeof (float));
  self->kind->pack (self, weight);
}

void
mien_conv_plan_free (MienConvPlan *self)
{
  if (self == NULL)
    return;
  mien_aligned_free (self->slope);
  mien_aligned_free (self->bias);
  mien_aligned_free (self->packed);
  g_free (self->extra);
  g_free (self->name);
  g_free (self);
}

MienConvAlgorithm
mien_conv_plan_get_algorithm (const MienConvPlan *self)
{
  return self->algorithm;
}

const char *
mien_conv_plan_get_name (const MienConvPlan *self)
{
  return self->name;
}

gsize
mien_conv_plan_get_packed_bytes (const MienConvPlan *self)
{
  return self->packed_floats * sizeof (float);
}

/* Floats of the activations that are kept in the layout of the algorithm while it runs. */
static gsize
turned_in (const MienConvPlan *self)
{
  const MienConvShape *s = &self->shape;

  if (self->in == self->kind->in)
    return 0;
  return mien_size_align (mien_blocked_size (s->n, s->c_in, s->h_in, s->w_in), 16);
}

static gsize
turned_out (const MienConvPlan *self)
{
  const MienConvShape *s = &self->shape;

  if (self->out == self->kind->out)
    return 0;
  return mien_size_align (mien_blocked_size (s->n, s->c_out, s->h_out, s->w_out), 16);
}

gsize
mien_conv_plan_get_workspace (const MienConvPlan *self, guint n_threads)
{
  return (turned_in (self) + 2 * turned_out (self) + mien_size_align (self->run_floats, 16)
          + n_threads * mien_size_align (self->worker_floats, 16))
         * sizeof (float);
}

static void
turn (int n, int c, int h, int w, MienLayout to, const float *x, float *y, MienParallel *parallel)
{
  if (to == MIEN_LAYOUT_NCHW)
    mien_layout_from_blocked (n, c, h, w, x, y, parallel);
  else
    mien_layout_to_blocked (n, c, h, w, x, y, parallel);
}

void
mien_conv_plan_run (const MienConvPlan *self,
                    const float *x,
                    const float *residual,
                    float *y,
                    void *workspace,
                    MienParallel *parallel)
{
  const MienConvShape *s = &self->shape;
  const gsize in_floats = turned_in (self), out_floats = turned_out (self);
  float *space = workspace;
  MienConvRun run = { .plan = self, .x = x, .residual = residual, .y = y };

  if (in_floats != 0)
    {
      turn (s->n, s->c_in, s->h_in, s->w_in, self->kind->in, x, space, parallel);
      run.x = space;
      space += in_floats;
    }
  if (out_floats != 0)
    {
      run.y = space;
      space += out_floats;
      if (residual != NULL)
        {
          turn (s->n, s->c_out, s->h_out, s->w_out, self->kind->out, residual, space, parallel);
          run.residual = space;
        }
      space += out_floats;
    }
  run.shared = space;
  run.worker = space + mien_size_align (self->run_floats, 16);
  self->kind->run (&run, parallel);
  if (out_floats != 0)
    turn (s->n, s->c_out, s->h_out, s->w_out, self->out, run.y, y, parallel);
}
