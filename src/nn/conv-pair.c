/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-pair.h"

#include <string.h>

#include "nn/conv-private.h"

/* Floats between the two convolutions that a worker keeps: a quarter of a second-level cache. */
#define BUFFER_FLOATS (64 * 1024)
#define PARTS 16

struct _MienConvPair
{
  MienConvPlan *first, *second;
  gboolean depthwise_first;
  int step;           /* rows of y computed at a time */
  int band, bands;    /* rows of y of a part; parts of a picture */
  int buffer_rows;    /* rows of the activation between that are kept */
  gsize buffer_plane; /* floats of a block of it */
  gsize worker_floats;
  gint *taps; /* [blocks that the 1x1 reads] */
  char *name;
};

static gboolean
is_pointwise (const MienConvPlan *plan)
{
  const MienConvShape *s = &plan->shape;

  return plan->kind == &mien_conv_direct && s->k_h == 1 && s->k_w == 1 && s->stride_h == 1
         && s->stride_w == 1 && s->groups == 1 && s->h_in == s->h_out && s->w_in == s->w_out;
}

static gboolean
is_blocked (const MienConvPlan *plan)
{
  return plan->in == MIEN_LAYOUT_NC16HW && plan->out == MIEN_LAYOUT_NC16HW;
}

static void
plan_bands (MienConvPair *self)
{
  const MienConvShape *a = &self->first->shape, *b = &self->second->shape;
  const int blocks = mien_blocks (a->c_out);
  const int span = (b->k_h - 1) * b->dilation_h + 1;
  const gsize row = (gsize) blocks * a->w_out * 16;
  int rows = (int) CLAMP (BUFFER_FLOATS / row, 1, (gsize) a->h_out);
  int fair = (b->h_out * b->n + PARTS - 1) / PARTS;

  if (self->depthwise_first)
    self->step = MIN (rows, MAX (fair, 1));
  else
    self->step = CLAMP ((rows - span) / b->stride_h, 1, MAX (fair, 1));
  fair = MAX (fair, self->depthwise_first ? 1 : 2 * span);
  self->band = MIN (b->h_out, MAX (self->step, fair));
  self->bands = (b->h_out + self->band - 1) / self->band;
  self->buffer_rows = self->depthwise_first ? self->step : (self->step - 1) * b->stride_h + span;
  self->buffer_plane = (gsize) self->buffer_rows * a->w_out * 16;
  self->worker_floats = self->buffer_plane * blocks;
}

/* Offsets of the blocks of channels that the 1x1 convolution reads. */
static void
plan_taps (MienConvPair *self)
{
  const MienConvShape *point = self->depthwise_first ? &self->second->shape : &self->first->shape;
  const gsize plane =
      self->depthwise_first ? self->buffer_plane : (gsize) point->h_in * point->w_in * 16;

  self->taps = g_new (gint, mien_blocks (point->c_in));
  for (int b = 0; b < mien_blocks (point->c_in); b++)
    self->taps[b] = (gint) (b * plane);
}

MienConvPair *
mien_conv_pair_new (MienConvPlan *first, MienConvPlan *second)
{
  const MienConvShape *a = &first->shape, *b = &second->shape;
  const gboolean depthwise_first = first->kind == &mien_conv_depthwise && is_pointwise (second);
  MienConvPair *self;

  if (!is_blocked (first) || !is_blocked (second) || a->n != b->n || a->c_out != b->c_in
      || a->h_out != b->h_in || a->w_out != b->w_in
      || (!depthwise_first && !(is_pointwise (first) && second->kind == &mien_conv_depthwise)))
    return NULL;
  self = g_new0 (MienConvPair, 1);
  self->first = first;
  self->second = second;
  self->depthwise_first = depthwise_first;
  self->name = g_strdup_printf ("pair %s + %s", first->kind->name, second->name);
  plan_bands (self);
  plan_taps (self);
  return self;
}

void
mien_conv_pair_free (MienConvPair *self)
{
  if (self == NULL)
    return;
  mien_conv_plan_free (self->first);
  mien_conv_plan_free (self->second);
  g_free (self->taps);
  g_free (self->name);
  g_free (self);
}

const char *
mien_conv_pair_get_name (const MienConvPair *self)
{
  return self->name;
}

gsize
mien_conv_pair_get_workspace (const MienConvPair *self, guint n_threads)
{
  return n_threads * self->worker_floats * sizeof (float);
}

gsize
mien_conv_pair_get_packed_bytes (const MienConvPair *self)
{
  return mien_conv_plan_get_packed_bytes (self->first)
         + mien_conv_plan_get_packed_bytes (self->second);
}

typedef struct
{
  const MienConvPair *self;
  const float *x, *residual;
  float *y, *worker;
} PairRun;

/* The 1x1 convolution of @n_pixels pixels. @x: its first block; @y: the first block of the result,
 * blocks @y_block floats apart. */
static void
run_pointwise (const MienConvPair *self,
               const float *x,
               const float *residual,
               float *y,
               gsize y_block,
               int n_pixels)
{
  const MienConvPlan *plan = self->depthwise_first ? self->second : self->first;
  const MienConvShape *s = &plan->shape;
  const int wide = (int) plan->kernels->max_blocks, blocks = mien_blocks (s->c_out);

  for (int b = 0; b < blocks; b += wide)
    {
      MienConvSpan span = {
        .x = x,
        .x_pixel = 16,
        .taps = self->taps,
        .n_taps = (guint) (s->c_in / 16),
        .inner = 16,
        .n_tail = s->c_in % 16 != 0,
        .tail = (guint) (s->c_in % 16),
        .w = plan->packed + (gsize) b * 16 * s->c_in,
        .bias = plan->bias + b * 16,
        .residual = residual != NULL ? residual + b * y_block : NULL,
        .y = y + b * y_block,
        .y_block = y_block,
        .n_pixels = (guint) n_pixels,
        .n_blocks = (guint) MIN (wide, blocks - b),
        .epilogue = &plan->epilogue,
        .block = (guint) b,
      };

      span.valid = (guint) MIN (16, s->c_out - (b + (int) span.n_blocks - 1) * 16);
      plan->kernels->conv_span (&span);
    }
}

/* One output row of block @b of the depthwise convolution. @x: row 0 of what is there of the block,
 * which is row @from of its picture; @rows of it are there. */
static void
run_depthwise (const MienConvPlan *plan,
               int b,
               const float *x,
               int from,
               int rows,
               int oy,
               const float *residual,
               float *y)
{
  const MienConvShape *s = &plan->shape;
  const MienDepthwiseRow row = {
    .x = x,
    .h_in = rows,
    .w_in = s->w_in,
    .y_in = oy * s->stride_h - s->pad_top - from,
    .pad_left = s->pad_left,
    .k_h = s->k_h,
    .k_w = s->k_w,
    .stride_w = s->stride_w,
    .dilation_h = s->dilation_h,
    .dilation_w = s->dilation_w,
    .w = plan->packed + (gsize) b * s->k_h * s->k_w * 16,
    .bias = plan->bias + b * 16,
    .residual = residual,
    .y = y,
    .w_out = s->w_out,
    .epilogue = &plan->epilogue,
    .block = (guint) b,
    .valid = (guint) MIN (16, s->c_out - b * 16),
  };

  plan->kernels->depthwise_row (&row);
}

static void
depthwise_then_point (const PairRun *run, int n, int from, int to, float *buffer)
{
  const MienConvPair *self = run->self;
  const MienConvShape *a = &self->first->shape, *b = &self->second->shape;
  const gsize in_plane = (gsize) a->h_in * a->w_in * 16,
              out_plane = (gsize) b->h_out * b->w_out * 16;
  const int blocks = mien_blocks (a->c_in);
  const gsize y0 = (gsize) n * mien_blocks (b->c_out) * out_plane;

  for (int oy = from; oy < to; oy += self->step)
    {
      const int rows = MIN (self->step, to - oy);
      const gsize at = y0 + (gsize) oy * b->w_out * 16;

      for (int c = 0; c < blocks; c++)
        for (int r = 0; r < rows; r++)
          run_depthwise (self->first, c, run->x + ((gsize) n * blocks + c) * in_plane, 0, a->h_in,
                         oy + r, NULL, buffer + c * self->buffer_plane + (gsize) r * a->w_out * 16);
      run_pointwise (self, buffer, run->residual != NULL ? run->residual + at : NULL, run->y + at,
                     out_plane, rows * b->w_out);
    }
}

/* Rows @have_from..@have_to of the activation between lie at the start of the buffer's planes;
 * makes them @need_from..@need_to. */
static void
fill_buffer (const PairRun *run,
             int n,
             float *buffer,
             int have_from,
             int have_to,
             int need_from,
             int need_to)
{
  const MienConvPair *self = run->self;
  const MienConvShape *a = &self->first->shape;
  const gsize row = (gsize) a->w_out * 16;
  const int kept = MAX (0, have_to - need_from);
  const int make_from = need_from + kept;

  if (kept > 0)
    for (int c = 0; c < mien_blocks (a->c_out); c++)
      memmove (buffer + c * self->buffer_plane,
               buffer + c * self->buffer_plane + (gsize) (need_from - have_from) * row,
               (gsize) kept * row * sizeof *buffer);
  if (need_to > make_from)
    run_pointwise (
        self, run->x + ((gsize) n * mien_blocks (a->c_in) * a->h_in + (gsize) make_from) * row,
        NULL, buffer + (gsize) kept * row, self->buffer_plane, (need_to - make_from) * a->w_out);
}

static void
point_then_depthwise (const PairRun *run, int n, int from, int to, float *buffer)
{
  const MienConvPair *self = run->self;
  const MienConvShape *b = &self->second->shape;
  const int span = (b->k_h - 1) * b->dilation_h + 1;
  const gsize out_plane = (gsize) b->h_out * b->w_out * 16;
  const int blocks = mien_blocks (b->c_out);
  int have_from = 0, have_to = 0;

  for (int oy = from; oy < to; oy += self->step)
    {
      const int rows = MIN (self->step, to - oy);
      const int first = CLAMP (oy * b->stride_h - b->pad_top, 0, b->h_in);
      const int last = CLAMP ((oy + rows - 1) * b->stride_h - b->pad_top + span, first, b->h_in);

      fill_buffer (run, n, buffer, have_from, have_to, first, last);
      have_from = first;
      have_to = last;
      for (int c = 0; c < blocks; c++)
        for (int r = 0; r < rows; r++)
          {
            const gsize at =
                ((gsize) n * blocks + c) * out_plane + (gsize) (oy + r) * b->w_out * 16;

            run_depthwise (self->second, c, buffer + c * self->buffer_plane, first, last - first,
                           oy + r, run->residual != NULL ? run->residual + at : NULL, run->y + at);
          }
    }
}

static void
pair_part (gpointer data, guint part, guint worker)
{
  const PairRun *run = data;
  const MienConvPair *self = run->self;
  const int n = (int) part / self->bands, from = (int) part % self->bands * self->band;
  const int to = MIN (from + self->band, self->second->shape.h_out);
  float *buffer = run->worker + worker * self->worker_floats;

  if (self->depthwise_first)
    depthwise_then_point (run, n, from, to, buffer);
  else
    point_then_depthwise (run, n, from, to, buffer);
}

void
mien_conv_pair_run (const MienConvPair *self,
                    const float *x,
                    const float *residual,
                    float *y,
                    void *workspace,
                    MienParallel *parallel)
{
  PairRun run = { .self = self, .x = x, .residual = residual, .y = y, .worker = workspace };

  mien_parallel_for (parallel, (guint) (self->first->shape.n * self->bands), pair_part, &run);
}
