/* Convolution straight on blocked channels: no columns are gathered, the register tile walks over
 * the picture. 1x1 layers, strided, dilated and grouped ones; as "first" it reads NCHW, for layers
 * of so few channels that a block of sixteen would be mostly empty.
 * Reference: Georganas et al. 2018.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <string.h>

/* Floats of input that a part reads: a quarter of a usual second-level cache, so that the weights
 * of a span stay there as well. */
#define PART_FLOATS (64 * 1024)
/* The same for a first layer that copies: its band lies in the first-level cache. */
#define FIRST_FLOATS (8 * 1024)
/* Bytes after which addresses fall into the same few sets of the first-level cache. */
#define SET_BYTES 2048
/* Parts of a layer to aim at, so that two to eight threads end at about the same time. */
#define PARTS 16

typedef struct
{
  gboolean planar;  /* x is NCHW */
  gboolean flat;    /* rows are of no concern: 1x1, stride 1, no padding */
  gboolean copy;    /* the band is copied with its padding before it is used */
  gboolean edges;   /* only what windows at the edges of the picture take is copied */
  int unit;         /* floats of one pixel of x */
  int planes;       /* of x, of one group */
  int band, bands;  /* output rows of a part (pixels when flat); parts along them */
  int pitch;        /* pixels of a row of the copy */
  int in_rows;      /* rows of a plane of the copy */
  gsize row, plane; /* floats of a row and of a plane of what the taps point into */
  guint inner, n_taps, tail, n_tail;
  int chunks;   /* spans of output channels of one group */
  int oc_parts; /* parts along all spans of output channels */
  gint *taps;   /* behind this struct */
  /* With @edges: the columns whose window lies inside the picture, and the taps for those, which
   * point into x itself. */
  int from, to;
  gint *inside;
} DirectExtra;

static gboolean
fits_offsets (const MienConvShape *s)
{
  const gsize pitch = (gsize) s->w_in + s->pad_left + s->pad_right;
  const gsize rows = (gsize) s->h_in + s->pad_top + s->pad_bottom;

  return pitch < 1 << 20 && rows < 1 << 20
         && mien_blocked_size (1, s->c_in, rows, pitch) < G_MAXINT / 2
         && mien_blocked_size (1, s->c_out, s->h_out, s->w_out) < G_MAXINT / 2;
}

static gboolean
direct_can_do (const MienConvShape *s)
{
  return fits_offsets (s)
         && (s->groups == 1 || (s->c_in / s->groups % 16 == 0 && s->c_out / s->groups % 16 == 0));
}

static gboolean
first_can_do (const MienConvShape *s)
{
  return fits_offsets (s) && s->groups == 1 && s->c_in <= 16;
}

static guint
fill_taps (const MienConvShape *s, const DirectExtra *e, gsize row, gsize plane, gint *taps)
{
  guint n = 0;

  for (int b = 0; b < e->planes; b++)
    for (int ky = 0; ky < s->k_h; ky++)
      for (int kx = 0; kx < s->k_w; kx++)
        taps[n++] = (gint) (b * plane + (gsize) ky * s->dilation_h * row
                            + (gsize) kx * s->dilation_w * e->unit);
  return n;
}

static void
plan_taps (const MienConvShape *s, DirectExtra *e)
{
  const int depth = s->c_in / s->groups;
  const int room = s->w_in + s->pad_left - (s->k_w - 1) * s->dilation_w - 1;
  const guint n = fill_taps (s, e, e->row, e->plane, e->taps);

  if (e->edges)
    {
      fill_taps (s, e, (gsize) s->w_in, (gsize) s->h_in * s->w_in, e->inside);
      e->from = MIN ((s->pad_left + s->stride_w - 1) / s->stride_w, s->w_out);
      e->to = MIN (room < 0 ? 0 : room / s->stride_w + 1, s->w_out);
    }
  e->inner = e->planar ? 1 : 16;
  e->n_taps = n;
  if (!e->planar && depth % 16 != 0)
    {
      e->n_tail = (guint) (s->k_h * s->k_w);
      e->n_taps -= e->n_tail;
      e->tail = (guint) (depth % 16);
    }
}

/* Rows (or pixels) of a part: few enough to stay in the cache, enough parts to share out. */
static void
plan_bands (const MienConvPlan *plan, DirectExtra *e)
{
  const MienConvShape *s = &plan->shape;
  const gsize per_row = (gsize) e->planes * e->unit * s->stride_h * (e->flat ? 1 : e->pitch);
  const int rows = e->flat ? s->h_out * s->w_out : s->h_out;
  const gsize most = e->planar && e->copy && !e->edges ? FIRST_FLOATS : PART_FLOATS;
  int band = (int) CLAMP (most / per_row, 1, (gsize) rows);
  const int fair = (rows * s->n + PARTS - 1) / PARTS;
  const int total = e->chunks * s->groups;

  band = MIN (band, MAX (fair, 1));
  if (e->flat)
    {
      const int tile = (int) plan->kernels->tile_pixels;

      band = MIN (rows, (band + tile - 1) / tile * tile);
    }
  e->bands = (rows + band - 1) / band;
  e->band = (rows + e->bands - 1) / e->bands;
  e->oc_parts = CLAMP (PARTS / (e->bands * s->n), 1, total);
}

static void
plan_direct (MienConvPlan *plan, gboolean planar)
{
  const MienConvShape *s = &plan->shape;
  const int depth = s->c_in / s->groups;
  const int planes = planar ? depth : mien_blocks (depth);
  const gsize n_taps = (gsize) planes * s->k_h * s->k_w;
  DirectExtra *e = g_malloc0 (sizeof *e + 2 * n_taps * sizeof (gint));
  const gboolean padded =
      s->pad_top > 0 || s->pad_left > 0 || s->pad_bottom > 0 || s->pad_right > 0;

  e->taps = (gint *) (e + 1);
  e->inside = e->taps + n_taps;
  e->planar = planar;
  e->unit = planar ? 1 : 16;
  e->planes = planes;
  e->copy = padded;
  /* Rows that collide in the cache are better copied as a whole. */
  e->edges = planar && padded && (gsize) s->w_in * sizeof (float) % SET_BYTES != 0;
  e->flat =
      !planar && !padded && s->k_h == 1 && s->k_w == 1 && s->stride_h == 1 && s->stride_w == 1;
  e->pitch = s->w_in + s->pad_left + s->pad_right;
  e->chunks = (mien_blocks (s->c_out / s->groups) + (int) plan->kernels->max_blocks - 1)
              / (int) plan->kernels->max_blocks;
  plan_bands (plan, e);
  e->in_rows = (e->edges ? 0 : e->band - 1) * s->stride_h + (s->k_h - 1) * s->dilation_h + 1;
  e->row = (gsize) (e->copy ? e->pitch : s->w_in) * e->unit;
  e->plane = e->row * (gsize) (e->copy ? e->in_rows : s->h_in);
  plan_taps (s, e);
  plan->extra = e;
  plan->worker_floats = e->copy ? e->plane * (gsize) e->planes : 0;
  plan->packed_floats =
      (gsize) s->groups * mien_blocks (s->c_out / s->groups) * 16 * (gsize) depth * s->k_h * s->k_w;
}

static void
direct_plan (MienConvPlan *plan)
{
  plan_direct (plan, FALSE);
}

static void
first_plan (MienConvPlan *plan)
{
  plan_direct (plan, TRUE);
}

/* [group][span][block of c][tap][c of the block][output channel of the span]; a planar input has
 * blocks of one channel. */
static void
direct_pack (MienConvPlan *plan, const float *weight)
{
  const MienConvShape *s = &plan->shape;
  const DirectExtra *e = plan->extra;
  const int depth = s->c_in / s->groups, c_out = s->c_out / s->groups, k = s->k_h * s->k_w;
  const int wide = (int) plan->kernels->max_blocks * 16;
  const int width = mien_blocks (c_out) * 16;
  float *to = plan->packed;

  for (int g = 0; g < s->groups; g++)
    for (int o0 = 0; o0 < width; o0 += wide)
      for (int c0 = 0; c0 < depth; c0 += e->unit)
        for (int t = 0; t < k; t++)
          for (int c = c0; c < MIN (depth, c0 + e->unit); c++)
            for (int o = o0; o < MIN (width, o0 + wide); o++)
              *to++ = o < c_out ? weight[(((gsize) g * c_out + o) * depth + c) * k + t] : 0.0f;
}

/* What does not depend on the place: the span of the output channels from block @b0 of group @g on.
 */
static MienConvSpan
make_span (const MienConvPlan *plan, int g, int b0)
{
  const MienConvShape *s = &plan->shape;
  const DirectExtra *e = plan->extra;
  const int blocks = mien_blocks (s->c_out / s->groups), wide = (int) plan->kernels->max_blocks;
  const int n = MIN (wide, blocks - b0), block = g * blocks + b0;
  const gsize depth = (gsize) (s->c_in / s->groups) * s->k_h * s->k_w;

  return (MienConvSpan){
    .x_pixel = (gsize) s->stride_w * e->unit,
    .taps = e->taps,
    .n_taps = e->n_taps,
    .inner = e->inner,
    .n_tail = e->n_tail,
    .tail = e->tail,
    .w = plan->packed + (gsize) block * 16 * depth,
    .bias = plan->bias + block * 16,
    .n_blocks = (guint) n,
    .epilogue = &plan->epilogue,
    .block = (guint) block,
    .valid = (guint) MIN (16, s->c_out - (block + n - 1) * 16),
  };
}

gboolean
mien_conv_direct_is_flat (const MienConvPlan *plan)
{
  return plan->kind == &mien_conv_direct && plan->shape.groups == 1
         && ((const DirectExtra *) plan->extra)->flat;
}

void
mien_conv_direct_pixels (const MienConvPlan *plan, const float *x, float *y, gsize y_block, guint n)
{
  const int blocks = mien_blocks (plan->shape.c_out), wide = (int) plan->kernels->max_blocks;

  for (int b = 0; b < blocks; b += wide)
    {
      MienConvSpan span = make_span (plan, 0, b);

      span.x = x;
      span.y = y + (gsize) b * y_block;
      span.y_block = y_block;
      span.n_pixels = n;
      plan->kernels->conv_span (&span);
    }
}

/* Copies the input rows of a band, with zeros where the padding is. */
static void
copy_band (const MienConvShape *s, const DirectExtra *e, const float *x, int oy0, float *to)
{
  const gsize left = (gsize) s->pad_left * e->unit;
  const gsize line = (gsize) s->w_in * e->unit;
  const gsize right = e->row - left - line;

  for (int b = 0; b < e->planes; b++)
    for (int r = 0; r < e->in_rows; r++, to += e->row)
      {
        const int iy = oy0 * s->stride_h - s->pad_top + r;

        if (iy < 0 || iy >= s->h_in)
          {
            memset (to, 0, e->row * sizeof *to);
            continue;
          }
        memset (to, 0, left * sizeof *to);
        memcpy (to + left, x + ((gsize) b * s->h_in + iy) * line, line * sizeof *to);
        memset (to + left + line, 0, right * sizeof *to);
      }
}

static void
direct_part (gpointer data, guint part, guint worker)
{
  const MienConvRun *run = data;
  const MienConvPlan *plan = run->plan;
  const MienConvShape *s = &plan->shape;
  const DirectExtra *e = plan->extra;
  const int op = (int) part % e->oc_parts, band = (int) part / e->oc_parts % e->bands;
  const int n = (int) part / e->oc_parts / e->bands;
  const int total = e->chunks * s->groups;
  const int first = band * e->band;
  const int rows = MIN (e->band, (e->flat ? s->h_out * s->w_out : s->h_out) - first);
  const int blocks = mien_blocks (s->c_out / s->groups), wide = (int) plan->kernels->max_blocks;
  const gsize in_plane = (gsize) s->h_in * s->w_in * e->unit;
  const gsize out_plane = (gsize) s->h_out * s->w_out * 16;
  const gsize out_row = (gsize) (e->flat ? 1 : s->w_out) * 16;
  float *copy = run->worker + worker * ((plan->worker_floats + 15) & ~(gsize) 15);
  int copied = -1;

  if (rows <= 0)
    return;
  for (int q = total * op / e->oc_parts; q < total * (op + 1) / e->oc_parts; q++)
    {
      const int g = q / e->chunks, b0 = q % e->chunks * wide;
      const int ob = g * blocks + b0; /* block of y */
      const float *x =
          run->x
          + ((gsize) n * (e->planar ? s->c_in : mien_blocks (s->c_in)) + (gsize) g * e->planes)
                * in_plane;
      const gsize at =
          ((gsize) n * mien_blocks (s->c_out) + ob) * out_plane + (gsize) first * out_row;
      MienConvSpan span = make_span (plan, g, b0);

      span.x = e->copy ? copy : x + (gsize) first * (e->flat ? 16 : e->row * s->stride_h);
      span.residual = run->residual != NULL ? run->residual + at : NULL;
      span.y = run->y + at;
      span.y_block = out_plane;
      span.n_pixels = e->flat ? (guint) rows : (guint) s->w_out;
      if (e->copy && copied != g)
        {
          copy_band (s, e, x, first, copy);
          copied = g;
        }
      for (int r = 0; r < (e->flat ? 1 : rows); r++)
        {
          plan->kernels->conv_span (&span);
          span.x += e->row * s->stride_h;
          span.y += out_row;
          if (span.residual != NULL)
            span.residual += out_row;
        }
    }
}

/* Columns @from to @to, padding counted, of the window of output row @oy. */
static void
copy_columns (const MienConvShape *s,
              const DirectExtra *e,
              const float *x,
              int oy,
              int from,
              int to,
              float *y)
{
  const int lead = CLAMP (s->pad_left - from, 0, to - from);
  const int n = MAX (MIN (to, s->pad_left + s->w_in) - (from + lead), 0);

  for (int b = 0; b < e->planes; b++)
    for (int r = 0; r < e->in_rows; r++, y += e->row)
      {
        const int iy = oy * s->stride_h - s->pad_top + r;

        memset (y + from, 0, (gsize) (to - from) * sizeof *y);
        if (iy >= 0 && iy < s->h_in)
          memcpy (y + from + lead,
                  x + ((gsize) b * s->h_in + iy) * s->w_in + (from + lead - s->pad_left),
                  (gsize) n * sizeof *y);
      }
}

/* @n pixels of a row of outputs from column @at on. */
static void
run_columns (
    const MienConvPlan *plan, MienConvSpan span, const float *x, const gint *taps, int at, int n)
{
  if (n <= 0)
    return;
  span.x = x;
  span.taps = taps;
  span.n_pixels = (guint) n;
  span.y += (gsize) at * 16;
  if (span.residual != NULL)
    span.residual += (gsize) at * 16;
  plan->kernels->conv_span (&span);
}

/* One row of outputs of a padded planar layer: from x where the window lies inside the picture,
 * from a copy with its padding elsewhere. @copied: the copy is of this row. */
static void
first_row (const MienConvPlan *plan,
           const MienConvSpan *span,
           const float *x,
           int oy,
           float *copy,
           gboolean copied)
{
  const MienConvShape *s = &plan->shape;
  const DirectExtra *e = plan->extra;
  const int iy = oy * s->stride_h - s->pad_top, end = (s->k_w - 1) * s->dilation_w + 1;
  const gboolean inside = iy >= 0 && iy + e->in_rows <= s->h_in && e->from < e->to;

  if (!inside)
    {
      if (!copied)
        copy_columns (s, e, x, oy, 0, e->pitch, copy);
      run_columns (plan, *span, copy, e->taps, 0, s->w_out);
      return;
    }
  if (!copied && e->from > 0)
    copy_columns (s, e, x, oy, 0, (e->from - 1) * s->stride_w + end, copy);
  if (!copied && e->to < s->w_out)
    copy_columns (s, e, x, oy, e->to * s->stride_w, e->pitch, copy);
  run_columns (plan, *span, copy, e->taps, 0, e->from);
  run_columns (plan, *span, x + (gsize) iy * s->w_in + (gsize) e->from * s->stride_w - s->pad_left,
               e->inside, e->from, e->to - e->from);
  run_columns (plan, *span, copy + (gsize) e->to * s->stride_w, e->taps, e->to, s->w_out - e->to);
}

static void
first_part (gpointer data, guint part, guint worker)
{
  const MienConvRun *run = data;
  const MienConvPlan *plan = run->plan;
  const MienConvShape *s = &plan->shape;
  const DirectExtra *e = plan->extra;
  const int op = (int) part % e->oc_parts, band = (int) part / e->oc_parts % e->bands;
  const int n = (int) part / e->oc_parts / e->bands;
  const int blocks = mien_blocks (s->c_out), wide = (int) plan->kernels->max_blocks;
  const int first = e->chunks * op / e->oc_parts, last = e->chunks * (op + 1) / e->oc_parts;
  const gsize out_plane = (gsize) s->h_out * s->w_out * 16;
  const float *x = run->x + (gsize) n * s->c_in * s->h_in * s->w_in;
  float *copy = run->worker + worker * ((plan->worker_floats + 15) & ~(gsize) 15);

  for (int oy = band * e->band; oy < MIN ((band + 1) * e->band, s->h_out); oy++)
    for (int q = first; q < last; q++)
      {
        const int b = q * wide;
        const gsize at = ((gsize) n * blocks + b) * out_plane + (gsize) oy * (gsize) s->w_out * 16;
        MienConvSpan span = make_span (plan, 0, b);

        span.residual = run->residual != NULL ? run->residual + at : NULL;
        span.y = run->y + at;
        span.y_block = out_plane;
        first_row (plan, &span, x, oy, copy, q > first);
      }
}

static void
direct_run (const MienConvRun *run, MienParallel *parallel)
{
  const DirectExtra *e = run->plan->extra;

  mien_parallel_for (parallel, (guint) (run->plan->shape.n * e->bands * e->oc_parts),
                     e->edges ? first_part : direct_part, (gpointer) run);
}

const MienConvKind mien_conv_direct = {
  .name = "direct",
  .in = MIEN_LAYOUT_NC16HW,
  .out = MIEN_LAYOUT_NC16HW,
  .can_do = direct_can_do,
  .plan = direct_plan,
  .pack = direct_pack,
  .run = direct_run,
};

const MienConvKind mien_conv_first = {
  .name = "direct-first",
  .in = MIEN_LAYOUT_NCHW,
  .out = MIEN_LAYOUT_NC16HW,
  .can_do = first_can_do,
  .plan = first_plan,
  .pack = direct_pack,
  .run = direct_run,
};
