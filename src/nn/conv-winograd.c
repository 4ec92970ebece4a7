/* Winograd convolution on blocked channels: tiles of the picture are transformed, multiplied point
 * by point as alpha^2 products of matrices, and transformed back with bias, residual and
 * activation on the way out.
 *
 * Many tiles: a part takes a run of tiles through all three steps, so that their transforms stay in
 * the second-level cache. Few tiles (deep layers of small pictures): the weights are what is large,
 * so parts are spans of output channels and each weight is read once.
 * Reference: Winograd 1980; Lavin & Gray 2016.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <string.h>

/* Floats of transformed input a part may keep: half of a usual second-level cache. */
#define PART_FLOATS (128 * 1024)

typedef struct
{
  MienWinogradKind kind;
  int alpha, m;
  int tiles_y, tiles_x; /* of one picture */
  int tiles;            /* of all pictures */
  gboolean by_channel;  /* few tiles: parts are spans of output channels */
  int block;            /* tiles of a part */
  int blocks;           /* parts along the tiles */
  gsize v_plane;        /* floats of one transformed point: [c_in blocks][tile][16], and a gap */
  gsize m_plane;        /* [span blocks][tile][16], and a gap */
  gint *taps;
} WinogradExtra;

/* The rows of G, from the points; see simd-winograd.h for B and A. */
static void
kernel_row (int alpha, int row, int r, double *g)
{
  static const double points[] = { 0, 1, -1, 2, -2 };
  static const double scale_6[] = { 1.0 / 4, -1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 24 };
  static const double scale_4[] = { 1, 0.5, 0.5 };
  double power = 1;

  for (int i = 0; i < r; i++)
    {
      if (row == alpha - 1)
        g[i] = i == r - 1;
      else
        g[i] = power * (alpha == 6 ? scale_6[row] : scale_4[row]);
      power *= points[MIN (row, 4)];
    }
}

static gboolean
winograd_shape (const MienConvShape *s, int k)
{
  return s->groups == 1 && s->k_h == k && s->k_w == k && s->stride_h == 1 && s->stride_w == 1
         && s->dilation_h == 1 && s->dilation_w == 1 && s->pad_top < k && s->pad_left < k
         && (gint64) s->h_in * s->w_in < G_MAXINT / 64
         && (gint64) s->n * ((s->h_out + 1) / 2) * ((s->w_out + 1) / 2) < G_MAXINT / 64
         && s->c_in < 1 << 16 && s->c_out < 1 << 16;
}

static gboolean
winograd_2_can_do (const MienConvShape *s)
{
  return winograd_shape (s, 3) || winograd_shape (s, 5);
}

static gboolean
winograd_4_can_do (const MienConvShape *s)
{
  return winograd_shape (s, 3);
}

/* A gap after each plane, so that the planes of one pixel fall into different cache sets. */
static gsize
with_gap (gsize floats)
{
  return floats + 16;
}

static void
plan_winograd (MienConvPlan *plan, MienWinogradKind kind, int alpha, int m)
{
  const MienConvShape *s = &plan->shape;
  const int c_blocks = mien_blocks (s->c_in);
  WinogradExtra *e = g_malloc0 (sizeof *e + (gsize) c_blocks * sizeof (gint));
  const gsize per_tile = (gsize) alpha * alpha * c_blocks * 16;
  const int tile = (int) plan->kernels->tile_pixels;
  int most;

  e->taps = (gint *) (e + 1);
  e->kind = kind;
  e->alpha = alpha;
  e->m = m;
  e->tiles_y = (s->h_out + m - 1) / m;
  e->tiles_x = (s->w_out + m - 1) / m;
  e->tiles = s->n * e->tiles_y * e->tiles_x;
  most = MAX (tile, (int) (PART_FLOATS / per_tile) / tile * tile);
  e->by_channel = e->tiles <= 2 * most || e->tiles <= 64;
  e->block = most;
  if (!e->by_channel)
    {
      /* An even number of parts of nearly the same size. */
      int parts = ((e->tiles + most - 1) / most + 1) & ~1;

      e->block = (e->tiles + parts - 1) / parts;
    }
  else
    e->block = e->tiles;
  e->blocks = (e->tiles + e->block - 1) / e->block;
  e->v_plane = with_gap ((gsize) c_blocks * e->block * 16);
  e->m_plane = with_gap ((gsize) plan->kernels->max_blocks * e->block * 16);
  for (int b = 0; b < c_blocks; b++)
    e->taps[b] = b * e->block * 16;
  plan->extra = e;
  plan->worker_floats = e->m_plane * alpha * alpha;
  if (e->by_channel)
    plan->run_floats = e->v_plane * alpha * alpha;
  else
    plan->worker_floats += e->v_plane * alpha * alpha;
  plan->packed_floats = (gsize) alpha * alpha * s->c_in * mien_blocks (s->c_out) * 16;
}

static void
winograd_2_plan (MienConvPlan *plan)
{
  if (plan->shape.k_h == 3)
    plan_winograd (plan, MIEN_WINOGRAD_F2_3, 4, 2);
  else
    plan_winograd (plan, MIEN_WINOGRAD_F2_5, 6, 2);
}

static void
winograd_4_plan (MienConvPlan *plan)
{
  plan_winograd (plan, MIEN_WINOGRAD_F4_3, 6, 4);
}

/* u = G w G^T of one filter. */
static void
transform_filter (int alpha, int r, const double g[6][5], const float *w, double *u)
{
  double half[6][5];

  for (int i = 0; i < alpha; i++)
    for (int x = 0; x < r; x++)
      {
        half[i][x] = 0;
        for (int y = 0; y < r; y++)
          half[i][x] += g[i][y] * w[y * r + x];
      }
  for (int i = 0; i < alpha; i++)
    for (int j = 0; j < alpha; j++)
      {
        u[i * alpha + j] = 0;
        for (int x = 0; x < r; x++)
          u[i * alpha + j] += g[j][x] * half[i][x];
      }
}

/* [span][point][c][output channel of the span]: what a span reads lies in one piece. */
static void
winograd_pack (MienConvPlan *plan, const float *weight)
{
  const MienConvShape *s = &plan->shape;
  const WinogradExtra *e = plan->extra;
  const int r = s->k_h, points = e->alpha * e->alpha;
  const int wide = (int) plan->kernels->max_blocks * 16, width = mien_blocks (s->c_out) * 16;
  double g[6][5], u[36];

  for (int i = 0; i < e->alpha; i++)
    kernel_row (e->alpha, i, r, g[i]);
  memset (plan->packed, 0, plan->packed_floats * sizeof (float));
  for (int o = 0; o < s->c_out; o++)
    {
      const int o0 = o / wide * wide, span = MIN (wide, width - o0);
      float *to = plan->packed + (gsize) o0 * s->c_in * points + (o - o0);

      for (int c = 0; c < s->c_in; c++)
        {
          transform_filter (e->alpha, r, g, weight + ((gsize) o * s->c_in + c) * r * r, u);
          for (int i = 0; i < points; i++)
            to[((gsize) i * s->c_in + c) * span] = (float) u[i];
        }
    }
}

typedef struct
{
  const MienConvRun *run;
  const WinogradExtra *e;
  int c_blocks, o_blocks, spans;
} WinogradJob;

/* Transforms tiles first .. first+n-1 of block of channels @cb into @v, whose tile 0 is @first. */
static void
tiles_in (const WinogradJob *job, int cb, int first, int n, float *v)
{
  const MienConvShape *s = &job->run->plan->shape;
  const WinogradExtra *e = job->e;
  const int per_picture = e->tiles_y * e->tiles_x;

  for (int t = 0; t < n; t++)
    {
      const int picture = (first + t) / per_picture, at = (first + t) % per_picture;
      const int y = at / e->tiles_x * e->m - s->pad_top, x = at % e->tiles_x * e->m - s->pad_left;
      MienWinogradIn tile = {
        .x = job->run->x + (((gssize) picture * job->c_blocks + cb) * s->h_in + y) * s->w_in * 16
             + (gssize) x * 16,
        .x_row = (gsize) s->w_in * 16,
        .y0 = MAX (0, -y),
        .y1 = CLAMP (s->h_in - y, 0, e->alpha),
        .x0 = MAX (0, -x),
        .x1 = CLAMP (s->w_in - x, 0, e->alpha),
        .v = v + ((gsize) cb * e->block + t) * 16,
        .v_plane = e->v_plane,
      };

      job->run->plan->kernels->winograd_in (e->kind, &tile);
    }
}

static void
tiles_out (const WinogradJob *job, int ob, int first, int n, const float *m)
{
  const MienConvPlan *plan = job->run->plan;
  const MienConvShape *s = &plan->shape;
  const WinogradExtra *e = job->e;
  const int per_picture = e->tiles_y * e->tiles_x;

  for (int t = 0; t < n; t++)
    {
      const int picture = (first + t) / per_picture, at = (first + t) % per_picture;
      const int y = at / e->tiles_x * e->m, x = at % e->tiles_x * e->m;
      const gsize to =
          ((((gsize) picture * job->o_blocks + ob) * s->h_out + y) * s->w_out + x) * 16;
      MienWinogradOut tile = {
        .m = m + (gsize) t * 16,
        .m_plane = e->m_plane,
        .bias = plan->bias + ob * 16,
        .residual = job->run->residual != NULL ? job->run->residual + to : NULL,
        .y = job->run->y + to,
        .y_row = (gsize) s->w_out * 16,
        .n_rows = MIN (e->m, s->h_out - y),
        .n_cols = MIN (e->m, s->w_out - x),
        .epilogue = &plan->epilogue,
        .block = (guint) ob,
        .valid = (guint) MIN (16, s->c_out - ob * 16),
      };

      plan->kernels->winograd_out (e->kind, &tile);
    }
}

/* The products and the way back for one span of output channels. */
static void
run_span (const WinogradJob *job, int q, int first, int n, const float *v, float *m)
{
  const MienConvPlan *plan = job->run->plan;
  const MienConvShape *s = &plan->shape;
  const WinogradExtra *e = job->e;
  const int b0 = q * (int) plan->kernels->max_blocks;
  const int blocks = MIN ((int) plan->kernels->max_blocks, job->o_blocks - b0);
  const int points = e->alpha * e->alpha;
  MienConvSpan span = {
    .x_pixel = 16,
    .taps = e->taps,
    .n_taps = (guint) (s->c_in / 16),
    .inner = 16,
    .n_tail = s->c_in % 16 != 0 ? 1 : 0,
    .tail = (guint) (s->c_in % 16),
    .w = plan->packed + (gsize) b0 * 16 * s->c_in * points,
    .y_block = (gsize) e->block * 16,
    .n_pixels = (guint) n,
    .n_blocks = (guint) blocks,
    .valid = 16,
  };

  for (int i = 0; i < points; i++)
    {
      span.x = v + i * e->v_plane;
      span.y = m + i * e->m_plane;
      plan->kernels->conv_span (&span);
      span.w += (gsize) blocks * 16 * s->c_in;
    }
  for (int b = 0; b < blocks; b++)
    tiles_out (job, b0 + b, first, n, m + (gsize) b * e->block * 16);
}

static float *
worker_space (const WinogradJob *job, guint worker)
{
  return job->run->worker + worker * ((job->run->plan->worker_floats + 15) & ~(gsize) 15);
}

static void
tiles_part (gpointer data, guint part, guint worker)
{
  const WinogradJob *job = data;
  const int first = (int) part * job->e->block;
  const int n = MIN (job->e->block, job->e->tiles - first);
  float *v = worker_space (job, worker);
  float *m = v + job->e->v_plane * job->e->alpha * job->e->alpha;

  for (int cb = 0; cb < job->c_blocks; cb++)
    tiles_in (job, cb, first, n, v);
  for (int q = 0; q < job->spans; q++)
    run_span (job, q, first, n, v, m);
}

static void
transform_part (gpointer data, guint part, guint worker)
{
  const WinogradJob *job = data;

  tiles_in (job, (int) part, 0, job->e->tiles, job->run->shared);
}

static void
channels_part (gpointer data, guint part, guint worker)
{
  const WinogradJob *job = data;

  run_span (job, (int) part, 0, job->e->tiles, job->run->shared, worker_space (job, worker));
}

static void
winograd_run (const MienConvRun *run, MienParallel *parallel)
{
  const MienConvShape *s = &run->plan->shape;
  const WinogradExtra *e = run->plan->extra;
  const int wide = (int) run->plan->kernels->max_blocks;
  WinogradJob job = {
    .run = run,
    .e = e,
    .c_blocks = mien_blocks (s->c_in),
    .o_blocks = mien_blocks (s->c_out),
    .spans = (mien_blocks (s->c_out) + wide - 1) / wide,
  };

  if (!e->by_channel)
    {
      mien_parallel_for (parallel, (guint) e->blocks, tiles_part, &job);
      return;
    }
  mien_parallel_for (parallel, (guint) job.c_blocks, transform_part, &job);
  mien_parallel_for (parallel, (guint) job.spans, channels_part, &job);
}

const MienConvKind mien_conv_winograd_2 = {
  .name = "winograd-2x2",
  .in = MIEN_LAYOUT_NC16HW,
  .out = MIEN_LAYOUT_NC16HW,
  .can_do = winograd_2_can_do,
  .plan = winograd_2_plan,
  .pack = winograd_pack,
  .run = winograd_run,
};

const MienConvKind mien_conv_winograd_4 = {
  .name = "winograd-4x4",
  .in = MIEN_LAYOUT_NC16HW,
  .out = MIEN_LAYOUT_NC16HW,
  .can_do = winograd_4_can_do,
  .plan = winograd_4_plan,
  .pack = winograd_pack,
  .run = winograd_run,
};
