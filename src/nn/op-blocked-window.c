/* Pooling on blocks.
 * Reference: ONNX operators MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/kernels.h"
#include "nn/node-private.h"
#include "nn/op-blocked.h"
#include "nn/op-conv.h"

#define PARTS 16

typedef struct
{
  MienBlockedShape in, out;
  MienWindow window;
  gboolean is_max, count_pad;
  int bands; /* parts of one block */
} Pool;

static gboolean
read_window (const MienOpCall *call, MienWindow *window)
{
  gint64 out[MIEN_WINDOW_MAX_AXES];
  gboolean ceil_mode = mien_node_get_int (call->node, "ceil_mode", 0) != 0;

  memset (window, 0, sizeof *window);
  return mien_window_read (call, 2, window, NULL)
         && mien_window_fit (call, window, call->in[0].dims + 2, ceil_mode, out, NULL)
         && out[0] == call->out[0].dims[2] && out[1] == call->out[0].dims[3];
}

static guint
pool_inputs (const MienOpCall *call)
{
  MienWindow window;

  if (!mien_blocked_can_hold (&call->in[0]) || !mien_blocked_can_hold (&call->out[0])
      || mien_op_has_output (call, 1) || !read_window (call, &window))
    return 0;
  return window.dilation[0] == 1 && window.dilation[1] == 1;
}

static gboolean
pool_prepare (MienOpCall *call, GError **error)
{
  Pool *self = g_new0 (Pool, 1);

  call->state = self;
  call->free_state = g_free;
  call->kernel = mien_kernels_get ()->name;
  self->in = mien_blocked_shape (&call->in[0]);
  self->out = mien_blocked_shape (&call->out[0]);
  self->is_max = strcmp (call->node->op_type, "MaxPool") == 0;
  self->count_pad = mien_node_get_int (call->node, "count_include_pad", 0) != 0;
  self->bands = (int) CLAMP (PARTS / (self->out.n * self->out.blocks), 1, self->out.h);
  if (!read_window (call, &self->window))
    g_assert_not_reached ();
  return TRUE;
}

typedef struct
{
  const Pool *self;
  const float *x;
  float *y;
} PoolJob;

static void
pool_part (gpointer data, guint part, guint worker)
{
  const PoolJob *job = data;
  const Pool *self = job->self;
  const gsize block = part / (guint) self->bands, band = part % (guint) self->bands;
  const gsize from = self->out.h * band / (gsize) self->bands;
  const gsize to = self->out.h * (band + 1) / (gsize) self->bands;
  MienPoolRow row = {
    .x = job->x + block * self->in.plane * 16,
    .h_in = (int) self->in.h,
    .w_in = (int) self->in.w,
    .y_in = (int) from * self->window.stride[0] - self->window.pad[0],
    .pad_left = self->window.pad[1],
    .k_h = self->window.kernel[0],
    .k_w = self->window.kernel[1],
    .stride_w = self->window.stride[1],
    .y = job->y + (block * self->out.plane + from * self->out.w) * 16,
    .w_out = (int) self->out.w,
    .is_max = self->is_max,
    .count_pad = self->count_pad,
    .h_limit = (int) self->in.h + self->window.pad[2],
    .w_limit = (int) self->in.w + self->window.pad[3],
  };

  for (gsize oy = from; oy < to; oy++)
    {
      mien_kernels_get ()->pool_row (&row);
      row.y_in += self->window.stride[0];
      row.y += self->out.w * 16;
    }
}

static gboolean
pool_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Pool *self = call->state;
  PoolJob job = { self, run->in[0]->data, run->out[0]->data };

  mien_parallel_for (run->parallel, (guint) (self->out.n * self->out.blocks * (gsize) self->bands),
                     pool_part, &job);
  return TRUE;
}

static guint
global_inputs (const MienOpCall *call)
{
  return mien_blocked_can_hold (&call->in[0]);
}

static void
global_range (gpointer data, gsize from, gsize to)
{
  const PoolJob *job = data;
  const gsize plane = job->self->in.plane;

  for (gsize b = from; b < to; b++)
    {
      float *y = job->y + b * 16;

      mien_kernels_get ()->sum_pixels (job->x + b * plane * 16, plane, y);
      for (int i = 0; i < 16; i++)
        y[i] /= (float) plane;
    }
}

static gboolean
global_prepare (MienOpCall *call, GError **error)
{
  Pool *self = g_new0 (Pool, 1);

  call->state = self;
  call->free_state = g_free;
  call->kernel = mien_kernels_get ()->name;
  self->in = mien_blocked_shape (&call->in[0]);
  return TRUE;
}

static gboolean
global_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Pool *self = call->state;
  PoolJob job = { self, run->in[0]->data, run->out[0]->data };

  mien_op_parallel_range (run->parallel, self->in.n * self->in.blocks,
                          MAX (1, 2048 / self->in.plane), global_range, &job);
  return TRUE;
}

const MienBlockedOp mien_blocked_ops_window[] = {
  { { "MaxPool", "", MIEN_OP_ANY, 1, 1, 1, NULL, pool_prepare, pool_run }, pool_inputs, FALSE },
  { { "AveragePool", "", MIEN_OP_ANY, 1, 1, 1, NULL, pool_prepare, pool_run }, pool_inputs, FALSE },
  { { "GlobalAveragePool", "", MIEN_OP_ANY, 1, 1, 1, NULL, global_prepare, global_run },
    global_inputs,
    FALSE },
  { { NULL } },
};
