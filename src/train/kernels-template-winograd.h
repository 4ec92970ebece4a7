/* Convolutions of 3x3, stride 1 and padding 1 by Winograd's F(4x4, 3x3): a quarter of the products.
 * Part of kernels-template.h, for float32.
 *
 * A tile is 4x4 outputs, which 6x6 inputs decide. Both become values at 36 points, where a
 * convolution is a product of matrices for each point. With d the inputs, g the taps, y the
 * outputs: y = A' [(G g G') (B' d B)] A,   dg = G' [(B' d B) (A dy A')] G. Points 0, 1, -1, 2, -2
 * and infinity. References: Winograd 1980; Lavin & Gray 2016, "Fast algorithms for convolutional
 * neural networks".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* B' d */
INLINE void
points_of_inputs (const V d[6], V out[6])
{
  V a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1];
  V c = d[4] - d[2], e = 2.0f * (d[3] - d[1]);

  out[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
  out[1] = a + b;
  out[2] = a - b;
  out[3] = c + e;
  out[4] = c - e;
  out[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

/* A' m */
INLINE void
outputs_of_points (const V m[6], V out[4])
{
  V a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];

  out[0] = m[0] + a + c;
  out[1] = b + 2.0f * d;
  out[2] = a + 4.0f * c;
  out[3] = b + 8.0f * d + m[5];
}

/* A y */
INLINE void
points_of_outputs (const V y[4], V out[6])
{
  V a = y[0] + y[2], b = y[1] + y[3];
  V c = y[0] + 4.0f * y[2], d = 2.0f * y[1] + 8.0f * y[3];

  out[0] = y[0];
  out[1] = a + b;
  out[2] = a - b;
  out[3] = c + d;
  out[4] = c - d;
  out[5] = y[3];
}

/* G g */
INLINE void
points_of_taps (const V g[3], V out[6])
{
  V a = (g[0] + g[2]) * (-1 / 6.0f), b = g[1] * (1 / 6.0f);
  V c = g[0] * (1 / 24.0f) + g[2] * (1 / 6.0f), d = g[1] * (1 / 12.0f);

  out[0] = 0.25f * g[0];
  out[1] = a - b;
  out[2] = a + b;
  out[3] = c + d;
  out[4] = c - d;
  out[5] = g[2];
}

/* G' s */
INLINE void
taps_of_points (const V s[6], V out[3])
{
  V a = (s[1] + s[2]) * (1 / 6.0f), b = (s[2] - s[1]) * (1 / 6.0f);
  V c = s[3] + s[4], d = s[3] - s[4];

  out[0] = 0.25f * s[0] - a + c * (1 / 24.0f);
  out[1] = b + d * (1 / 12.0f);
  out[2] = s[5] - a + c * (1 / 6.0f);
}

/* Where a tile lies. */
typedef struct
{
  gsize picture; /* elements before it */
  int row, col;  /* of the first output */
} TilePlace;

INLINE TilePlace
tile_place (const MienTilePass *pass, int tile)
{
  const int across = (pass->w + 3) / 4, tiles = across * ((pass->h + 3) / 4);

  return (TilePlace){ (gsize) (tile / tiles) * (gsize) (pass->h * pass->w) * (gsize) pass->c,
                      tile % tiles / across * 4, tile % across * 4 };
}

/* @n x @n values of a picture from (@row, @col) on, nothing outside of it. */
INLINE void
load_square (const MienTilePass *pass, const float *x, int row, int col, int n, V *out)
{
  const gboolean inside = row >= 0 && col >= 0 && row + n <= pass->h && col + n <= pass->w;

  if (inside)
    {
      const float *p = x + (row * pass->w + col) * (gssize) pass->c;

      for (int i = 0; i < n; i++, p += (gssize) pass->w * pass->c)
#pragma GCC unroll 6
        for (int j = 0; j < n; j++)
          out[i * n + j] = load_floats (p + j * (gssize) pass->c);
      return;
    }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      {
        int y = row + i, z = col + j;

        out[i * n + j] = y < 0 || z < 0 || y >= pass->h || z >= pass->w
                             ? splat (0)
                             : load_floats (x + (y * pass->w + z) * (gssize) pass->c);
      }
}

static void
tiles_in (const MienTilePass *pass, const float *x, int first, int n, float *out, gsize point)
{
  for (int t = 0; t < n; t++)
    {
      TilePlace at = tile_place (pass, first + t);

      for (int c = 0; c < pass->c; c += 16)
        {
          float *p = out + (gsize) t * (gsize) pass->c + c;
          V d[36], half[6][6];

          load_square (pass, x + at.picture + c, at.row - 1, at.col - 1, 6, d);
#pragma GCC unroll 6
          for (int j = 0; j < 6; j++)
            {
              V column[6] = { d[j], d[6 + j], d[12 + j], d[18 + j], d[24 + j], d[30 + j] };

              points_of_inputs (column, half[j]);
            }
#pragma GCC unroll 6
          for (int i = 0; i < 6; i++)
            {
              V row[6] = { half[0][i], half[1][i], half[2][i], half[3][i], half[4][i], half[5][i] };
              V done[6];

              points_of_inputs (row, done);
#pragma GCC unroll 6
              for (int j = 0; j < 6; j++)
                store_floats (p + (gsize) (i * 6 + j) * point, done[j]);
            }
        }
    }
}

static void
tiles_grad (const MienTilePass *pass,
            const float *dy,
            int first,
            int n,
            int first_block,
            int end_block,
            float *out,
            gsize point)
{
  for (int t = 0; t < n; t++)
    {
      TilePlace at = tile_place (pass, first + t);

      for (int c = 0; c < (end_block - first_block) * MIEN_TRAIN_BLOCK; c += 16)
        {
          const int channel = first_block * MIEN_TRAIN_BLOCK + c;
          float *p = out
                     + ((gsize) (c / MIEN_TRAIN_BLOCK) * (gsize) n + (gsize) t) * MIEN_TRAIN_BLOCK
                     + c % MIEN_TRAIN_BLOCK;
          V y[16], half[4][6];

          if (channel >= pass->c)
            {
              for (int i = 0; i < 36; i++)
                store_floats (p + (gsize) i * point, splat (0));
              continue;
            }
          load_square (pass, dy + at.picture + channel, at.row, at.col, 4, y);
#pragma GCC unroll 4
          for (int j = 0; j < 4; j++)
            {
              V column[4] = { y[j], y[4 + j], y[8 + j], y[12 + j] };

              points_of_outputs (column, half[j]);
            }
#pragma GCC unroll 6
          for (int i = 0; i < 6; i++)
            {
              V row[4] = { half[0][i], half[1][i], half[2][i], half[3][i] }, done[6];

              points_of_outputs (row, done);
#pragma GCC unroll 6
              for (int j = 0; j < 6; j++)
                store_floats (p + (gsize) (i * 6 + j) * point, done[j]);
            }
        }
    }
}

static void
tiles_out (const MienTilePass *pass,
           const float *in,
           gsize point,
           int in_channels,
           int first,
           int n,
           const float *bias,
           float *y,
           gboolean add)
{
  for (int t = 0; t < n; t++)
    {
      TilePlace at = tile_place (pass, first + t);
      const int rows = MIN (4, pass->h - at.row), cols = MIN (4, pass->w - at.col);

      for (int c = 0; c < pass->c; c += 16)
        {
          const float *p = in + (gsize) t * (gsize) in_channels + c;
          const V more = bias == NULL ? splat (0) : load_floats (bias + c);
          V half[6][4], done[4][4];

#pragma GCC unroll 6
          for (int j = 0; j < 6; j++)
            {
              V column[6];

#pragma GCC unroll 6
              for (int i = 0; i < 6; i++)
                column[i] = load_floats (p + (gsize) (i * 6 + j) * point);
              outputs_of_points (column, half[j]);
            }
#pragma GCC unroll 4
          for (int i = 0; i < 4; i++)
            {
              V row[6] = { half[0][i], half[1][i], half[2][i], half[3][i], half[4][i], half[5][i] };

              outputs_of_points (row, done[i]);
            }
          for (int i = 0; i < rows; i++)
            for (int j = 0; j < cols; j++)
              {
                float *q = y + at.picture
                           + ((gsize) (at.row + i) * (gsize) pass->w + (gsize) (at.col + j))
                                 * (gsize) pass->c
                           + c;
                V v = done[i][j] + more;

                store_floats (q, add ? load_floats (q) + v : v);
              }
        }
    }
}

static void
tiles_weights (const float *taps, int c, float *out, gsize point)
{
  const gsize tap = (gsize) c * MIEN_TRAIN_BLOCK;

  for (gsize at = 0; at < tap; at += 16)
    {
      V half[3][6];

#pragma GCC unroll 3
      for (int j = 0; j < 3; j++)
        {
          V column[3] = { load_floats (taps + (gsize) j * tap + at),
                          load_floats (taps + (gsize) (3 + j) * tap + at),
                          load_floats (taps + (gsize) (6 + j) * tap + at) };

          points_of_taps (column, half[j]);
        }
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++)
        {
          V row[3] = { half[0][i], half[1][i], half[2][i] }, done[6];

          points_of_taps (row, done);
#pragma GCC unroll 6
          for (int j = 0; j < 6; j++)
            store_floats (out + (gsize) (i * 6 + j) * point + at, done[j]);
        }
    }
}

static void
tiles_weights_back (const float *in, gsize point, int c, float *taps)
{
  const gsize tap = (gsize) c * MIEN_TRAIN_BLOCK;

  for (gsize at = 0; at < tap; at += 16)
    {
      V half[6][3];

#pragma GCC unroll 6
      for (int j = 0; j < 6; j++)
        {
          V column[6];

#pragma GCC unroll 6
          for (int i = 0; i < 6; i++)
            column[i] = load_floats (in + (gsize) (i * 6 + j) * point + at);
          taps_of_points (column, half[j]);
        }
#pragma GCC unroll 3
      for (int i = 0; i < 3; i++)
        {
          V row[6] = { half[0][i], half[1][i], half[2][i], half[3][i], half[4][i], half[5][i] };
          V done[3];

          taps_of_points (row, done);
#pragma GCC unroll 3
          for (int j = 0; j < 3; j++)
            store_floats (taps + (gsize) (i * 3 + j) * tap + at, done[j]);
        }
    }
}

static void
tiles_product (const float *a, int n, int c, const float *b, int n_blocks, float *out)
{
  const gsize row = (gsize) n_blocks * MIEN_TRAIN_BLOCK;
  float acc[ROWS][MIEN_TRAIN_BLOCK] __attribute__ ((aligned (64)));

  for (int block = 0; block < n_blocks; block++)
    for (int first = 0; first < n; first += ROWS)
      {
        Tile tile = { .step = (gssize) c * 4,
                      .a_k = 4,
                      .n_k = c,
                      .n_seg = 1,
                      .n_outer = 1,
                      .b = (const char *) (b + (gsize) block * (gsize) c * MIEN_TRAIN_BLOCK) };
        int begin[4];

        for (int g = 0; g < 4; g++)
          {
            /* The last rows are computed again rather than rows past the end. */
            begin[g] = MAX (0, MIN (first + 3 * g, n - 3));
            tile.a[g] = (const char *) (a + (gsize) begin[g] * (gsize) c);
          }
        run_tile (&tile, acc);
        for (int r = 0; r < ROWS; r++)
          {
            float *to = out + (gsize) (begin[r / 3] + r % 3) * row + block * MIEN_TRAIN_BLOCK;

            if (begin[r / 3] + r % 3 >= n)
              continue;
            store_floats (to, load_floats (acc[r]));
            store_floats (to + 16, load_floats (acc[r] + 16));
          }
      }
}

static void
tiles_gram (const float *a, int n, int c, const float *b, float *out, gboolean add)
{
  float acc[ROWS][MIEN_TRAIN_BLOCK] __attribute__ ((aligned (64)));

  for (int first = 0; first < c; first += ROWS)
    {
      Tile tile = {
        .step = 4, .a_k = (gssize) c * 4, .n_k = n, .n_seg = 1, .n_outer = 1, .b = (const char *) b
      };
      float *to = out + (gsize) first * MIEN_TRAIN_BLOCK;

      for (int g = 0; g < 4; g++)
        tile.a[g] = (const char *) (a + first + 3 * g);
      run_tile (&tile, acc);
      for (int r = 0; r < MIN (ROWS, c - first); r++, to += MIEN_TRAIN_BLOCK)
        for (int i = 0; i < MIEN_TRAIN_BLOCK; i += 16)
          {
            V v = load_floats (acc[r] + i);

            store_floats (to + i, add ? load_floats (to + i) + v : v);
          }
    }
}
