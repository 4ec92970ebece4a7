/* The bfloat16 kernels with their matrix products on AMX tiles.
 *
 * A tile register holds sixteen rows of 64 bytes; one instruction adds the product of a tile of
 * 16 x 32 and one of 32 x 16 bfloat16 values to 16 x 16 float32 sums. Two tiles of rows times two
 * of columns use all eight registers: 0 to 3 sums, 4 and 5 rows, 6 and 7 columns. What tiles do not
 * fit (few channels, odd widths) goes the way of the vector kernels.
 * Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define KERNELS mien_train_kernels_amx
#define KERNELS_NAME "amx bfloat16"
#define BF16 1
#define WINOGRAD 0
#define TILE_GROUPS 4
#define TILE_VECTORS 2
#define OWN_PRODUCTS 1
#include "train/kernels-template.h"

#define TILE 16        /* rows of a register, and float32 columns of one of sums */
#define DEPTH 32       /* bfloat16 values of a row */
#define LANE_BYTES 128 /* of a lane of packed columns */

/* What LDTILECFG reads. */
typedef struct
{
  guint8 palette, start_row, reserved[14];
  guint16 row_bytes[16];
  guint8 rows[16];
} TileConfig;

G_STATIC_ASSERT (sizeof (TileConfig) == 64);

/* Tiles of rows and sums with @rows rows, tiles of columns full. */
static void
configure (int rows)
{
  TileConfig config = { .palette = 1 };

  for (int i = 0; i < 8; i++)
    {
      config.row_bytes[i] = 64;
      config.rows[i] = (guint8) (i < 6 ? rows : TILE);
    }
  _tile_loadconfig (&config);
}

/* ---- convolution ---- */

/* Where the @index-th tile of outputs begins: @m columns of one row. The last of a row overlaps the
 * one before it rather than run over the edge; @skip: outputs that the one before has. */
typedef struct
{
  int row, col, skip;
} Place;

INLINE Place
place_tile (const MienConvPass *pass, int index, int m, int per_row)
{
  Place p = { .row = index / per_row };
  int col = index % per_row * m;

  p.col = MIN (col, pass->cols - m);
  p.skip = col - p.col;
  return p;
}

/* Sums of two tiles of outputs (or one: @x1 NULL) over one block. */
INLINE void
multiply_tiles (const MienConvPass *pass, const char *x0, const char *x1, const char *b)
{
  const gsize x_col = (gsize) pass->x_col;
  const int steps = pass->seg_lanes / TILE;

  _tile_zero (0);
  _tile_zero (1);
  _tile_zero (2);
  _tile_zero (3);
  for (int s = 0; s < pass->n_seg; s++)
    {
      const char *a0 = x0 + s * pass->x_seg, *a1 = x1 == NULL ? NULL : x1 + s * pass->x_seg;

      for (int k = 0; k < steps; k++, b += TILE * LANE_BYTES)
        {
          _tile_loadd (4, a0 + k * 64, x_col);
          _tile_loadd (6, b, LANE_BYTES);
          _tile_dpbf16ps (0, 4, 6);
          _tile_loadd (7, b + 64, LANE_BYTES);
          _tile_dpbf16ps (1, 4, 7);
          if (a1 != NULL)
            {
              _tile_loadd (5, a1 + k * 64, x_col);
              _tile_dpbf16ps (2, 5, 6);
              _tile_dpbf16ps (3, 5, 7);
            }
        }
    }
}

static void
write_tile (const MienConvPass *pass,
            const Place *at,
            int m,
            float (*sums)[MIEN_TRAIN_BLOCK],
            const float *bias,
            void *y,
            int c0,
            int channels)
{
  E *out = (E *) ((char *) y + at->row * pass->y_row + at->col * pass->y_col) + c0;

  /* Added sums must not meet a pixel twice. */
  for (int r = pass->add ? at->skip : 0; r < m; r++)
    write_pixel (pass, sums[r], bias, (E *) ((char *) out + r * pass->y_col), channels);
}

static void
conv_on_tiles (const MienConvPass *pass,
               const void *x,
               const void *b,
               const float *bias,
               void *y,
               int first_block,
               int end_block)
{
  const gsize block_bytes = (gsize) pass->n_seg * (gsize) pass->seg_lanes * LANE_BYTES;
  const int per_row = (pass->cols + TILE - 1) / TILE;
  const int m = (pass->cols + per_row - 1) / per_row;
  const int n_tiles = per_row * pass->rows;
  float sums[2][TILE][MIEN_TRAIN_BLOCK] __attribute__ ((aligned (64)));

  configure (m);
  for (int block = first_block; block < end_block; block++)
    {
      const char *packed = (const char *) b + (gsize) block * block_bytes;
      const int c0 = block * MIEN_TRAIN_BLOCK;
      const int channels = MIN (MIEN_TRAIN_BLOCK, pass->y_channels - c0);
      const float *block_bias = bias == NULL ? NULL : bias + c0;

      for (int i = 0; i < n_tiles; i += 2)
        {
          Place p0 = place_tile (pass, i, m, per_row), p1 = place_tile (pass, i + 1, m, per_row);
          const char *x0 = (const char *) x + p0.row * pass->x_row + p0.col * pass->x_col;
          const char *x1 = (const char *) x + p1.row * pass->x_row + p1.col * pass->x_col;

          multiply_tiles (pass, x0, i + 1 < n_tiles ? x1 : NULL, packed);
          _tile_stored (0, sums[0][0], LANE_BYTES);
          _tile_stored (1, sums[0][0] + TILE, LANE_BYTES);
          write_tile (pass, &p0, m, sums[0], block_bias, y, c0, channels);
          if (i + 1 == n_tiles)
            break;
          _tile_stored (2, sums[1][0], LANE_BYTES);
          _tile_stored (3, sums[1][0] + TILE, LANE_BYTES);
          write_tile (pass, &p1, m, sums[1], block_bias, y, c0, channels);
        }
    }
  _tile_release ();
}

static void
own_conv (const MienConvPass *pass,
          const void *x,
          const void *b,
          const float *bias,
          void *y,
          int first_block,
          int end_block)
{
  if (pass->seg_lanes % TILE == 0 && pass->seg_lanes > 0 && pass->cols >= 4)
    conv_on_tiles (pass, x, b, bias, y, first_block, end_block);
  else
    conv (pass, x, b, bias, y, first_block, end_block);
}

/* ---- gradient of the weights ---- */

/* The sum runs over pixels, so x is turned to planes: [picture][channel][phase][row][column], the
 * padding included, one phase for each offset modulo the stride. A tap is then nothing but an
 * offset into a plane. dy is packed in rows as wide as those of a plane, zero past its own. */
typedef struct
{
  int plane_rows, plane_cols; /* of one phase; columns are even */
  gsize channel;              /* elements from one channel to the next */
  gsize picture;              /* and from one picture to the next */
  gsize x_bytes;              /* of all pictures */
  gsize depth;                /* pixels of dy summed over, of one picture, a multiple of DEPTH */
  gsize dy_bytes;             /* one block of dy of one picture */
} PlanePlan;

static PlanePlan
plan_planes (const MienGradPass *pass, int n)
{
  PlanePlan p;
  gsize phases = (gsize) pass->stride * (gsize) pass->stride;
  gsize lines;

  p.plane_rows = (pass->h + 2 * pass->pad + pass->stride - 1) / pass->stride;
  p.plane_cols = ((pass->w + 2 * pass->pad + pass->stride - 1) / pass->stride + 1) & ~1;
  lines = (phases * (gsize) p.plane_rows * (gsize) p.plane_cols + DEPTH - 1) / DEPTH;
  /* An odd number of cache lines: channels then lie in different sets of the cache. */
  p.channel = (lines | 1) * DEPTH;
  p.picture = p.channel * (gsize) pass->c;
  p.depth = ((gsize) pass->rows * (gsize) p.plane_cols + DEPTH - 1) & ~(gsize) (DEPTH - 1);
  /* The last taps of the last channel are read past its end. */
  p.x_bytes = (p.picture * (gsize) n + p.depth + 4 * DEPTH + (gsize) pass->k * (gsize) p.plane_cols)
                  * sizeof (E)
              & ~(gsize) 63;
  p.dy_bytes = p.depth / 2 * LANE_BYTES;
  return p;
}

static gboolean
fits_tiles (const MienGradPass *pass)
{
  return pass->c % TILE == 0 && pass->k <= 2 * pass->stride + pass->h;
}

static gsize
own_grad_scratch (const MienGradPass *pass, int n, int n_blocks)
{
  PlanePlan p = plan_planes (pass, n);

  if (!fits_tiles (pass))
    return grad_scratch (pass, n, n_blocks);
  return p.x_bytes + p.dy_bytes * (gsize) n * (gsize) n_blocks;
}

/* Eight channels of up to eight pixels, @pixel elements apart, to eight rows @channel apart. */
INLINE void
turn_eight (const E *x, gsize pixel, int count, E *out, gsize channel)
{
  __m128i r[8], s[8];
  __mmask8 mask = (__mmask8) ((1u << count) - 1);

#pragma GCC unroll 8
  for (int i = 0; i < 8; i++)
    r[i] = i < count ? _mm_loadu_si128 ((const __m128i *) (x + (gsize) i * pixel))
                     : _mm_setzero_si128 ();
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    {
      s[2 * i] = _mm_unpacklo_epi16 (r[2 * i], r[2 * i + 1]);
      s[2 * i + 1] = _mm_unpackhi_epi16 (r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++)
    {
      r[4 * i] = _mm_unpacklo_epi32 (s[4 * i], s[4 * i + 2]);
      r[4 * i + 1] = _mm_unpackhi_epi32 (s[4 * i], s[4 * i + 2]);
      r[4 * i + 2] = _mm_unpacklo_epi32 (s[4 * i + 1], s[4 * i + 3]);
      r[4 * i + 3] = _mm_unpackhi_epi32 (s[4 * i + 1], s[4 * i + 3]);
    }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    {
      _mm_mask_storeu_epi16 (out + (gsize) (2 * i) * channel, mask,
                             _mm_unpacklo_epi64 (r[i], r[4 + i]));
      _mm_mask_storeu_epi16 (out + (gsize) (2 * i + 1) * channel, mask,
                             _mm_unpackhi_epi64 (r[i], r[4 + i]));
    }
}

/* One picture to planes; what is not written is zero already. */
static void
turn_picture (const MienGradPass *pass, const PlanePlan *plan, const E *x, E *out)
{
  const int stride = pass->stride;
  const gsize pixel = (gsize) pass->c * (gsize) stride;
  const gsize plane = (gsize) plan->plane_rows * (gsize) plan->plane_cols;

  for (int y = 0; y < pass->h; y++)
    for (int u = 0; u < stride; u++)
      {
        int padded_row = y + pass->pad;
        /* The first column of x in phase u of the padded columns. */
        int first = ((u - pass->pad) % stride + stride) % stride;
        int count = first < pass->w ? (pass->w - first + stride - 1) / stride : 0;
        const E *from = x + ((gsize) y * (gsize) pass->w + (gsize) first) * (gsize) pass->c;
        E *to = out + (gsize) (padded_row % stride * stride + u) * plane
                + (gsize) (padded_row / stride) * (gsize) plan->plane_cols
                + (gsize) ((first + pass->pad) / stride);

        for (int c = 0; c < pass->c; c += 8)
          {
            int i = 0;

            for (; i + 8 <= count; i += 8)
              turn_eight (from + (gsize) i * pixel + c, pixel, 8,
                          to + (gsize) c * plan->channel + i, plan->channel);
            if (i < count)
              turn_eight (from + (gsize) i * pixel + c, pixel, count - i,
                          to + (gsize) c * plan->channel + i, plan->channel);
          }
      }
}

/* One block of one picture's dy to lanes: pairs of pixels, 32 channels. */
static void
pack_plane (const MienGradPass *pass, const PlanePlan *plan, const E *dy, int block, E *out)
{
  const int c0 = block * MIEN_TRAIN_BLOCK;
  const int channels = MIN (MIEN_TRAIN_BLOCK, pass->channels - c0);
  const __mmask32 mask = channels == 32 ? 0xffffffffu : (1u << channels) - 1;
  const gsize pixel = (gsize) pass->channels, row = (gsize) plan->plane_cols * MIEN_TRAIN_BLOCK;
  __m512i low, high;
  guint16 order[2][32];

  for (int i = 0; i < 32; i++)
    {
      order[0][i] = (guint16) (i / 2 + i % 2 * 32);
      order[1][i] = (guint16) (16 + i / 2 + i % 2 * 32);
    }
  low = _mm512_loadu_si512 (order[0]);
  high = _mm512_loadu_si512 (order[1]);
  for (int r = 0; r < pass->rows; r++)
    for (int col = 0; col < pass->cols; col += 2)
      {
        const E *p = dy + (gsize) (r * pass->cols + col) * pixel + c0;
        E *to = out + (gsize) r * row + (gsize) col * MIEN_TRAIN_BLOCK;
        __m512i even = _mm512_maskz_loadu_epi16 (mask, p);
        __m512i odd = _mm512_maskz_loadu_epi16 (col + 1 < pass->cols ? mask : 0, p + pixel);

        _mm512_storeu_si512 (to, _mm512_permutex2var_epi16 (even, low, odd));
        _mm512_storeu_si512 (to + 32, _mm512_permutex2var_epi16 (even, high, odd));
      }
}

/* One tap, 32 (or 16: @both FALSE) channels of x, one block of dy, all pictures: [c][32] sums. */
INLINE void
sum_tap (const PlanePlan *plan, int n, const E *x, const char *dy, gboolean both, float *out)
{
  const gsize channel = plan->channel * sizeof (E);
  const gsize steps = plan->depth / DEPTH;

  _tile_zero (0);
  _tile_zero (1);
  _tile_zero (2);
  _tile_zero (3);
  for (int i = 0; i < n; i++, x += plan->picture)
    for (gsize k = 0; k < steps; k++, dy += TILE * LANE_BYTES)
      {
        _tile_loadd (4, x + k * DEPTH, channel);
        _tile_loadd (6, dy, LANE_BYTES);
        _tile_dpbf16ps (0, 4, 6);
        _tile_loadd (7, dy + 64, LANE_BYTES);
        _tile_dpbf16ps (1, 4, 7);
        if (both)
          {
            _tile_loadd (5, (const char *) (x + k * DEPTH) + TILE * channel, channel);
            _tile_dpbf16ps (2, 5, 6);
            _tile_dpbf16ps (3, 5, 7);
          }
      }
  _tile_stored (0, out, LANE_BYTES);
  _tile_stored (1, out + TILE, LANE_BYTES);
  if (both)
    {
      _tile_stored (2, out + TILE * MIEN_TRAIN_BLOCK, LANE_BYTES);
      _tile_stored (3, out + TILE * MIEN_TRAIN_BLOCK + TILE, LANE_BYTES);
    }
}

static void
own_grad (const MienGradPass *pass,
          int n,
          const void *x,
          const void *dy,
          float *partial,
          void *scratch,
          int first_block,
          int end_block)
{
  const PlanePlan plan = plan_planes (pass, n);
  const gsize taps = (gsize) pass->k * (gsize) pass->k;
  const gsize x_picture = (gsize) (pass->h * pass->w) * (gsize) pass->c;
  const gsize dy_picture = (gsize) (pass->rows * pass->cols) * (gsize) pass->channels;
  const gsize plane = (gsize) plan.plane_rows * (gsize) plan.plane_cols;
  const int stride = pass->stride;
  E *planes = scratch;
  char *packed = (char *) scratch + plan.x_bytes;

  if (!fits_tiles (pass))
    {
      grad (pass, n, x, dy, partial, scratch, first_block, end_block);
      return;
    }
  memset (planes, 0, plan.x_bytes);
  for (int i = 0; i < n; i++)
    turn_picture (pass, &plan, (const E *) x + (gsize) i * x_picture,
                  planes + (gsize) i * plan.picture);
  configure (TILE);
  for (int block = first_block; block < end_block; block++)
    {
      memset (packed, 0, plan.dy_bytes * (gsize) n);
      for (int i = 0; i < n; i++)
        pack_plane (pass, &plan, (const E *) dy + (gsize) i * dy_picture, block,
                    (E *) (packed + plan.dy_bytes * (gsize) i));
      for (int kh = 0; kh < pass->k; kh++)
        for (int kw = 0; kw < pass->k; kw++)
          {
            const E *from = planes + (gsize) (kh % stride * stride + kw % stride) * plane
                            + (gsize) (kh / stride) * (gsize) plan.plane_cols
                            + (gsize) (kw / stride);
            float *out = partial
                         + ((gsize) (block - first_block) * taps + (gsize) (kh * pass->k + kw))
                               * (gsize) pass->c * MIEN_TRAIN_BLOCK;

            for (int c = 0; c < pass->c; c += 2 * TILE)
              sum_tap (&plan, n, from + (gsize) c * plan.channel, packed, c + TILE < pass->c,
                       out + (gsize) c * MIEN_TRAIN_BLOCK);
          }
    }
  _tile_release ();
}
