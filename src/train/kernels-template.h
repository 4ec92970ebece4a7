/* The body of every set of training kernels. The including file sets
 *   KERNELS      name of the table             KERNELS_NAME  its text
 *   BF16         1: elements are bfloat16      (needs AVX512-BF16), 0: float32
 *   TILE_GROUPS  groups of three outputs that a tile of registers holds: 1, 2 or 4
 *   TILE_VECTORS vectors of 16 channels that it holds: 1 or 2
 *   WINOGRAD     1: it has F(4x4, 3x3)         (needs float32), 0: it has not
 *   OWN_PRODUCTS 1: the file has own_conv(), own_grad_scratch() and own_grad(), which go before
 * those here; not set: it has not Sixteen floats are one vector whatever the processor's registers:
 * the compiler splits them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>
#if BF16
#include <immintrin.h>
#endif

typedef float V __attribute__ ((vector_size (64)));
typedef gint32 VI __attribute__ ((vector_size (64)));
typedef guint32 VU __attribute__ ((vector_size (64)));

#define INLINE static inline __attribute__ ((always_inline))
#define ROWS 12 /* outputs of a tile: four groups of three */

#if BF16
typedef guint16 E;
typedef guint16 VH __attribute__ ((vector_size (32)));
#define PACK 2
#else
typedef float E;
#define PACK 1
#endif

INLINE V
splat (float x)
{
  return (V){ x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x };
}

INLINE V
load_floats (const float *p)
{
  V v;

  memcpy (&v, p, sizeof v);
  return v;
}

INLINE void
store_floats (float *p, V v)
{
  memcpy (p, &v, sizeof v);
}

INLINE V
load_v (const E *p)
{
#if BF16
  VH h;

  memcpy (&h, p, sizeof h);
  return (V) (__builtin_convertvector(h, VU) << 16);
#else
  return load_floats (p);
#endif
}

INLINE void
store_v (E *p, V v)
{
#if BF16
  __m256bh h = _mm512_cvtneps_pbh ((__m512) v);

  memcpy (p, &h, sizeof h);
#else
  store_floats (p, v);
#endif
}

INLINE V
max_v (V a, V b)
{
  VI m = a > b;

  return (V) ((m & (VI) a) | (~m & (VI) b));
}

INLINE V
min_v (V a, V b)
{
  VI m = a < b;

  return (V) ((m & (VI) a) | (~m & (VI) b));
}

/* exp to 2 units in the last place: 2^n by the exponent bits, a polynomial for the rest.
 * Reference: Cephes expf. */
INLINE V
exp_v (V x)
{
  V n, r, p;
  VI i;

  x = max_v (min_v (x, splat (88.0f)), splat (-87.0f));
  n = x * 1.44269504f;
  i = __builtin_convertvector(n + max_v (min_v (n * 1e30f, splat (0.5f)), splat (-0.5f)), VI);
  n = __builtin_convertvector(i, V);
  r = x - n * 0.693359375f + n * 2.12194440e-4f;
  p = splat (1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * (V) ((i + 127) << 23);
}

INLINE V
sigmoid_v (V z)
{
  return 1.0f / (1.0f + exp_v (-z));
}

INLINE V
act_v (MienTrainAct act, V z)
{
  switch (act)
    {
    case MIEN_TRAIN_ACT_RELU:
      return max_v (z, splat (0));
    case MIEN_TRAIN_ACT_HARDSWISH:
      return z * max_v (min_v (z * (1.0f / 6) + 0.5f, splat (1)), splat (0));
    case MIEN_TRAIN_ACT_SILU:
      return z * sigmoid_v (z);
    case MIEN_TRAIN_ACT_SIGMOID:
      return sigmoid_v (z);
    case MIEN_TRAIN_ACT_NONE:
    default:
      return z;
    }
}

/* The derivative of act_v() at @z. */
INLINE V
slope_v (MienTrainAct act, V z)
{
  V one = splat (1), zero = splat (0), s;

  switch (act)
    {
    case MIEN_TRAIN_ACT_RELU:
      return (V) ((VI) one & (z > zero));
    case MIEN_TRAIN_ACT_HARDSWISH:
      s = (V) ((VI) (z * (1.0f / 3) + 0.5f) & (z > splat (-3)));
      return (V) (((VI) one & (z > splat (3))) | ((VI) s & ~(z > splat (3))));
    case MIEN_TRAIN_ACT_SILU:
      s = sigmoid_v (z);
      return s * (1.0f + z * (1.0f - s));
    case MIEN_TRAIN_ACT_SIGMOID:
      s = sigmoid_v (z);
      return s * (1.0f - s);
    case MIEN_TRAIN_ACT_NONE:
    default:
      return one;
    }
}

/* Makes a copy of @call for each activation, so that the choice is not made in the loop. */
#define FOR_ACT(act, call)                                                                         \
  switch (act)                                                                                     \
    {                                                                                              \
    case MIEN_TRAIN_ACT_NONE:                                                                      \
      call (MIEN_TRAIN_ACT_NONE);                                                                  \
      break;                                                                                       \
    case MIEN_TRAIN_ACT_RELU:                                                                      \
      call (MIEN_TRAIN_ACT_RELU);                                                                  \
      break;                                                                                       \
    case MIEN_TRAIN_ACT_HARDSWISH:                                                                 \
      call (MIEN_TRAIN_ACT_HARDSWISH);                                                             \
      break;                                                                                       \
    case MIEN_TRAIN_ACT_SILU:                                                                      \
      call (MIEN_TRAIN_ACT_SILU);                                                                  \
      break;                                                                                       \
    case MIEN_TRAIN_ACT_SIGMOID:                                                                   \
      call (MIEN_TRAIN_ACT_SIGMOID);                                                               \
      break;                                                                                       \
    }

static void
load (float *out, const void *in, gsize n)
{
  const E *p = in;
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    store_floats (out + i, load_v (p + i));
  for (; i < n; i++)
    {
#if BF16
      guint32 bits = (guint32) p[i] << 16;

      memcpy (out + i, &bits, sizeof bits);
#else
      out[i] = p[i];
#endif
    }
}

static void
store (void *out, const float *in, gsize n)
{
  E *p = out;
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    store_v (p + i, load_floats (in + i));
  if (i < n)
    {
      float rest[16] = { 0 };
      E last[16];

      memcpy (rest, in + i, (n - i) * sizeof *rest);
      store_v (last, load_floats (rest));
      memcpy (p + i, last, (n - i) * sizeof *last);
    }
}

/* @n is a multiple of 16. */
static void
add (void *out, const void *in, gsize n)
{
  E *p = out;
  const E *q = in;

  for (gsize i = 0; i < n; i += 16)
    store_v (p + i, load_v (p + i) + load_v (q + i));
}

/* ---- matrix products ---- */

/* acc[r][0..31] = sum over lanes of a[r] * b. a: four groups of three rows, @step bytes apart in a
 * group; @a_k bytes from one lane to the next, then segments and outer repeats. b runs on. */
typedef struct
{
  const char *a[4];
  gssize step, a_k, a_seg, a_outer;
  int n_k, n_seg, n_outer;
  const char *b;
} Tile;

INLINE V
multiply_add (V acc, const char *a, V b)
{
#if BF16
  guint32 lane;

  memcpy (&lane, a, sizeof lane);
  return (V) _mm512_dpbf16_ps ((__m512) acc, (__m512bh) b,
                               (__m512bh) _mm512_set1_epi32 ((int) lane));
#else
  float lane;

  memcpy (&lane, a, sizeof lane);
  return acc + splat (lane) * b;
#endif
}

/* The part of a tile that fits in registers: groups @group .. + TILE_GROUPS - 1, vectors @vector ..
 * + TILE_VECTORS - 1. */
INLINE void
run_part (const Tile *tile, float (*acc)[MIEN_TRAIN_BLOCK], int group, int vector)
{
  V sum[TILE_GROUPS * 3][TILE_VECTORS];
  const char *outer[TILE_GROUPS];
  const char *b = tile->b + vector * 64;
  const gssize step = tile->step, a_k = tile->a_k;
  const int n_k = tile->n_k;

#pragma GCC unroll 12
  for (int r = 0; r < TILE_GROUPS * 3; r++)
#pragma GCC unroll 2
    for (int v = 0; v < TILE_VECTORS; v++)
      sum[r][v] = splat (0);
#pragma GCC unroll 4
  for (int g = 0; g < TILE_GROUPS; g++)
    outer[g] = tile->a[group + g];
  for (int o = 0; o < tile->n_outer; o++)
    for (int s = 0; s < tile->n_seg; s++)
      {
        const char *a[TILE_GROUPS];

#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++)
          a[g] = outer[g] + o * tile->a_outer + s * tile->a_seg;
        for (int k = 0; k < n_k; k++)
          {
            V w[TILE_VECTORS];

#pragma GCC unroll 2
            for (int v = 0; v < TILE_VECTORS; v++)
              w[v] = load_floats ((const float *) (b + v * 64));
#pragma GCC unroll 4
            for (int g = 0; g < TILE_GROUPS; g++)
              {
#pragma GCC unroll 3
                for (int r = 0; r < 3; r++)
#pragma GCC unroll 2
                  for (int v = 0; v < TILE_VECTORS; v++)
                    sum[g * 3 + r][v] = multiply_add (sum[g * 3 + r][v], a[g] + r * step, w[v]);
                a[g] += a_k;
              }
            b += 128;
          }
      }
#pragma GCC unroll 12
  for (int r = 0; r < TILE_GROUPS * 3; r++)
#pragma GCC unroll 2
    for (int v = 0; v < TILE_VECTORS; v++)
      store_floats (acc[group * 3 + r] + (vector + v) * 16, sum[r][v]);
}

static void
run_tile (const Tile *tile, float (*acc)[MIEN_TRAIN_BLOCK])
{
  for (int group = 0; group < 4; group += TILE_GROUPS)
    for (int vector = 0; vector < 2; vector += TILE_VECTORS)
      run_part (tile, acc, group, vector);
}

static void
pack_forward (void *out, const float *block, gsize n_k)
{
#if BF16
  E *p = out;
  E even[MIEN_TRAIN_BLOCK], odd[MIEN_TRAIN_BLOCK];

  for (gsize k = 0; k < n_k; k++, block += 2 * MIEN_TRAIN_BLOCK, p += 2 * MIEN_TRAIN_BLOCK)
    {
      store (even, block, MIEN_TRAIN_BLOCK);
      store (odd, block + MIEN_TRAIN_BLOCK, MIEN_TRAIN_BLOCK);
      for (int i = 0; i < MIEN_TRAIN_BLOCK; i++)
        {
          p[2 * i] = even[i];
          p[2 * i + 1] = odd[i];
        }
    }
#else
  memcpy (out, block, n_k * MIEN_TRAIN_BLOCK * sizeof *block);
#endif
}

INLINE void
write_pixel (const MienConvPass *pass, const float *acc, const float *bias, E *y, int channels)
{
  for (int c = 0; c < channels; c += 16)
    {
      V v = load_floats (acc + c);

      if (bias != NULL)
        v += load_floats (bias + c);
      if (pass->add)
        v += load_v (y + c);
      store_v (y + c, v);
    }
}

static void
conv (const MienConvPass *pass,
      const void *x,
      const void *b,
      const float *bias,
      void *y,
      int first_block,
      int end_block)
{
  const int groups_per_row = (pass->cols + 2) / 3;
  const int n_groups = groups_per_row * pass->rows;
  const gsize block_bytes = (gsize) pass->n_seg * (gsize) pass->seg_lanes * 128;
  float acc[ROWS][MIEN_TRAIN_BLOCK] __attribute__ ((aligned (64)));

  for (int block = first_block; block < end_block; block++)
    {
      const int c0 = block * MIEN_TRAIN_BLOCK;
      const int channels = MIN (MIEN_TRAIN_BLOCK, pass->y_channels - c0);
      const float *block_bias = bias == NULL ? NULL : bias + c0;

      for (int first = 0; first < n_groups; first += 4)
        {
          Tile tile = { .step = pass->x_col,
                        .a_k = 4,
                        .a_seg = pass->x_seg,
                        .n_k = pass->seg_lanes,
                        .n_seg = pass->n_seg,
                        .n_outer = 1,
                        .b = (const char *) b + (gsize) block * block_bytes };
          int row[4], col[4];

          for (int g = 0; g < 4; g++)
            {
              int group = MIN (first + g, n_groups - 1);

              row[g] = group / groups_per_row;
              /* The last group of a row overlaps the one before it rather than run over the edge.
               */
              col[g] = MAX (0, MIN (group % groups_per_row * 3, pass->cols - 3));
              tile.a[g] = (const char *) x + row[g] * pass->x_row + col[g] * pass->x_col;
            }
          run_tile (&tile, acc);
          for (int g = 0; g < MIN (4, n_groups - first); g++)
            {
              /* Added sums must not meet a pixel twice. */
              int begin = pass->add ? (first + g) % groups_per_row * 3 - col[g] : 0;

              for (int r = begin; r < MIN (3, pass->cols - col[g]); r++)
                write_pixel (pass, acc[g * 3 + r], block_bias,
                             (E *) ((char *) y + row[g] * pass->y_row + (col[g] + r) * pass->y_col)
                                 + c0,
                             channels);
            }
        }
    }
}

/* Lanes of @n columns: out[k][c] = (p[2k][c], p[2k + 1][c]) for bfloat16, p[k][c] for float32.
 * @column: elements from one column to the next. The odd end is filled with zero. */
INLINE void
pack_columns (E *out, const E *p, gssize column, int n, int channels)
{
#if BF16
  for (int k = 0; k < n; k += 2)
    {
      const E *even = p + k * column, *odd = even + column;

      for (int c = 0; c < channels; c++)
        {
          out[2 * c] = even[c];
          out[2 * c + 1] = k + 1 < n ? odd[c] : 0;
        }
      out += 2 * channels;
    }
#else
  for (int k = 0; k < n; k++, out += channels)
    memcpy (out, p + k * column, (gsize) channels * sizeof *out);
#endif
}

typedef struct
{
  int lanes;        /* of a row of dy */
  int x_rows;       /* of the padded picture */
  gsize x_row;      /* elements of a packed row of x */
  gsize x_bytes;    /* one packed column offset of all pictures */
  gsize dy_bytes;   /* one block of dy of all pictures */
  gsize line_bytes; /* one padded row of x */
} GradPlan;

static GradPlan
plan_grad (const MienGradPass *pass, int n)
{
  GradPlan plan;

  plan.lanes = (pass->cols + PACK - 1) / PACK;
  plan.x_rows = pass->h + 2 * pass->pad;
  plan.x_row = (gsize) plan.lanes * PACK * (gsize) pass->c;
  /* A tile of 12 channels reads past the last ones. */
  plan.x_bytes = (plan.x_row * (gsize) plan.x_rows * (gsize) n * sizeof (E) + 128) & ~(gsize) 63;
  plan.dy_bytes = (gsize) plan.lanes * 128 * (gsize) pass->rows * (gsize) n;
  plan.line_bytes =
      ((gsize) (pass->w + 2 * pass->pad + pass->stride + 1) * (gsize) pass->c * sizeof (E) + 127)
      & ~(gsize) 63;
  return plan;
}

static gsize
grad_scratch (const MienGradPass *pass, int n, int n_blocks)
{
  GradPlan plan = plan_grad (pass, n);

  return plan.x_bytes + plan.dy_bytes * (gsize) n_blocks + plan.line_bytes;
}

/* The columns kw, kw + stride, ... of every padded row of every picture. */
static void
pack_x (const MienGradPass *pass, const GradPlan *plan, int n, const E *x, int kw, E *out, E *line)
{
  const gsize row_elements = (gsize) pass->w * (gsize) pass->c;

  memset (line, 0, plan->line_bytes);
  for (int i = 0; i < n; i++)
    for (int r = 0; r < plan->x_rows; r++, out += plan->x_row)
      {
        int y = r - pass->pad;

        if (y < 0 || y >= pass->h)
          {
            memset (out, 0, plan->x_row * sizeof *out);
            continue;
          }
        memcpy (line + (gsize) pass->pad * (gsize) pass->c,
                x + ((gsize) i * (gsize) pass->h + (gsize) y) * row_elements,
                row_elements * sizeof *line);
        pack_columns (out, line + (gsize) kw * (gsize) pass->c,
                      (gssize) pass->stride * (gssize) pass->c, pass->cols, pass->c);
      }
}

static void
pack_dy (const MienGradPass *pass, int n, const E *dy, char *out, int block)
{
  const int c0 = block * MIEN_TRAIN_BLOCK;
  const int channels = MIN (MIEN_TRAIN_BLOCK, pass->channels - c0);
  const gsize row = (gsize) ((pass->cols + PACK - 1) / PACK) * 128;
  E wide[2 * MIEN_TRAIN_BLOCK];

  for (int r = 0; r < n * pass->rows; r++, out += row)
    {
      const E *line = dy + (gsize) r * (gsize) pass->cols * (gsize) pass->channels + c0;

      if (channels == MIEN_TRAIN_BLOCK)
        {
          pack_columns ((E *) out, line, pass->channels, pass->cols, MIEN_TRAIN_BLOCK);
          continue;
        }
      memset (out, 0, row);
      for (int k = 0; k < pass->cols; k += PACK)
        {
          pack_columns (wide, line + (gsize) k * (gsize) pass->channels, pass->channels,
                        MIN (PACK, pass->cols - k), channels);
          memcpy (out + (gsize) (k / PACK) * 128, wide, (gsize) channels * PACK * sizeof *wide);
        }
    }
}

static void
grad (const MienGradPass *pass,
      int n,
      const void *x,
      const void *dy,
      float *partial,
      void *scratch,
      int first_block,
      int end_block)
{
  const GradPlan plan = plan_grad (pass, n);
  char *packed_x = scratch;
  char *packed_dy = packed_x + plan.x_bytes;
  char *line = packed_dy + plan.dy_bytes * (gsize) (end_block - first_block);
  const gsize row_bytes = plan.x_row * sizeof (E);
  float acc[ROWS][MIEN_TRAIN_BLOCK] __attribute__ ((aligned (64)));

  memset (packed_x + plan.x_bytes - 128, 0, 128);
  for (int block = first_block; block < end_block; block++)
    pack_dy (pass, n, dy, packed_dy + plan.dy_bytes * (gsize) (block - first_block), block);
  for (int kw = 0; kw < pass->k; kw++)
    {
      pack_x (pass, &plan, n, x, kw, (E *) packed_x, (E *) line);
      for (int block = first_block; block < end_block; block++)
        for (int kh = 0; kh < pass->k; kh++)
          for (int c = 0; c < pass->c; c += ROWS)
            {
              Tile tile = { .step = 4,
                            .a_k = (gssize) pass->c * 4,
                            .a_seg = (gssize) row_bytes * pass->stride,
                            .a_outer = (gssize) row_bytes * plan.x_rows,
                            .n_k = plan.lanes,
                            .n_seg = pass->rows,
                            .n_outer = n,
                            .b = packed_dy + plan.dy_bytes * (gsize) (block - first_block) };
              gsize at =
                  ((((gsize) (block - first_block) * (gsize) pass->k + (gsize) kh) * (gsize) pass->k
                    + (gsize) kw)
                       * (gsize) pass->c
                   + (gsize) c)
                  * MIEN_TRAIN_BLOCK;

              for (int g = 0; g < 4; g++)
                tile.a[g] = packed_x + (gsize) kh * row_bytes + (gsize) (c + 3 * g) * 4;
              run_tile (&tile, acc);
              memcpy (partial + at, acc,
                      (gsize) MIN (ROWS, pass->c - c) * MIEN_TRAIN_BLOCK * sizeof *partial);
            }
    }
}

#ifdef OWN_PRODUCTS
static void
own_conv (const MienConvPass *, const void *, const void *, const float *, void *, int, int);
static gsize own_grad_scratch (const MienGradPass *, int, int);
static void
own_grad (const MienGradPass *, int, const void *, const void *, float *, void *, int, int);
#define CONV own_conv
#define GRAD_SCRATCH own_grad_scratch
#define GRAD own_grad
#else
#define CONV conv
#define GRAD_SCRATCH grad_scratch
#define GRAD grad
#endif

#if WINOGRAD
#include "train/kernels-template-winograd.h"
#endif
#include "train/kernels-template-maps.h"
