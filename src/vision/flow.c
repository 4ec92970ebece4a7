/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/flow.h"

#include <math.h>
#include <string.h>

#include "vision/crop.h"

#define MAX_REACH 15
#define MIN_SIDE 8
/* Planes of an expansion: linear x, y, square x, y, and mixed. */
enum
{
  LIN_X,
  LIN_Y,
  SQUARE_X,
  SQUARE_Y,
  MIXED,
  N_PLANES
};

/* One level of the pyramid. */
typedef struct
{
  int width, height;
  float *from, *to; /* [height, width] */
  float *a, *b;     /* expansions [N_PLANES, height, width] */
  float *flow;      /* [2, height, width] */
} Level;

MienFlowOptions
mien_flow_options_init (void)
{
  return (MienFlowOptions){ .levels = 3, .window = 9, .iterations = 3, .reach = 3, .sigma = 1.2f };
}

/* Moments of the Gaussian weights g[-n .. n]. */
typedef struct
{
  int n;
  float weights[2 * MAX_REACH + 1];
  double second, fourth;
} Kernel;

static Kernel
make_kernel (int reach, float sigma)
{
  Kernel self = { .n = CLAMP (reach, 1, MAX_REACH) };
  double sum = 0;

  for (int i = -self.n; i <= self.n; i++)
    sum += self.weights[i + self.n] = expf (-(float) (i * i) / (2 * sigma * sigma));
  for (int i = -self.n; i <= self.n; i++)
    {
      double w = self.weights[i + self.n] / sum;

      self.weights[i + self.n] = (float) w;
      self.second += w * i * i;
      self.fourth += w * i * i * i * i;
    }
  return self;
}

/* The weighted sums over y of the pixel, of y times it and of y * y times it, for one row. */
static void
sum_columns (const float *image, int width, int height, int row, const Kernel *kernel, float *sums)
{
  memset (sums, 0, 3 * (gsize) width * sizeof *sums);
  for (int k = -kernel->n; k <= kernel->n; k++)
    {
      const float *source = image + (gsize) CLAMP (row + k, 0, height - 1) * (gsize) width;
      float w = kernel->weights[k + kernel->n], y = (float) k;

      for (int x = 0; x < width; x++)
        {
          float v = w * source[x];

          sums[x] += v;
          sums[width + x] += y * v;
          sums[2 * width + x] += y * y * v;
        }
    }
}

/* The quadratic that fits the neighbourhood of each pixel best: with basis 1, x, y, x^2, y^2, xy
 * under separable weights the normal equations fall apart into single ones and one of three. */
static void
expand (const float *image, int width, int height, const Kernel *kernel, float *out)
{
  gsize plane = (gsize) width * (gsize) height;
  double a = kernel->second, spread = kernel->fourth - a * a;
  g_autofree float *sums = g_new (float, 3 * (gsize) width);

  for (int y = 0; y < height; y++)
    {
      sum_columns (image, width, height, y, kernel, sums);
      for (int x = 0; x < width; x++)
        {
          double one = 0, lx = 0, ly = 0, xx = 0, yy = 0, xy = 0;
          gsize at = (gsize) y * (gsize) width + (gsize) x;

          for (int k = -kernel->n; k <= kernel->n; k++)
            {
              const float *s = sums + CLAMP (x + k, 0, width - 1);
              double w = kernel->weights[k + kernel->n];

              one += w * s[0];
              lx += w * k * s[0];
              xx += w * k * k * s[0];
              ly += w * s[width];
              xy += w * k * s[width];
              yy += w * s[2 * width];
            }
          out[LIN_X * plane + at] = (float) (lx / a);
          out[LIN_Y * plane + at] = (float) (ly / a);
          out[MIXED * plane + at] = (float) (xy / (a * a));
          {
            double total = (xx + yy - 2 * a * one) / spread, apart = (xx - yy) / spread;

            out[SQUARE_X * plane + at] = (float) ((total + apart) / 2);
            out[SQUARE_Y * plane + at] = (float) ((total - apart) / 2);
          }
        }
    }
}

/* The expansion at a place between pixels, clamped to the picture. */
static void
take_between (const float *planes, int width, int height, float x, float y, float *out)
{
  gsize plane = (gsize) width * (gsize) height;
  float px = CLAMP (x, 0, (float) (width - 1)), py = CLAMP (y, 0, (float) (height - 1));
  int ix = MIN ((int) px, width - 2), iy = MIN ((int) py, height - 2);
  float fx = px - (float) ix, fy = py - (float) iy;
  const float *p = planes + (gsize) iy * (gsize) width + (gsize) ix;

  for (int i = 0; i < N_PLANES; i++, p += plane)
    {
      float upper = p[0] + fx * (p[1] - p[0]);
      float lower = p[width] + fx * (p[width + 1] - p[width]);

      out[i] = upper + fy * (lower - upper);
    }
}

/* For each pixel the equations A^T A d = A^T db of its own: [5, height, width], the matrix's xx,
 * xy, yy and the right side. */
static void
set_equations (const Level *level, float *out)
{
  int width = level->width, height = level->height;
  gsize plane = (gsize) width * (gsize) height;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gsize at = (gsize) y * (gsize) width + (gsize) x;
        const float *p = level->a + at;
        float u = level->flow[at], v = level->flow[plane + at], q[N_PLANES];
        float xx, yy, xy, rx, ry;

        take_between (level->b, width, height, (float) x + u, (float) y + v, q);
        xx = (p[SQUARE_X * plane] + q[SQUARE_X]) / 2;
        yy = (p[SQUARE_Y * plane] + q[SQUARE_Y]) / 2;
        xy = (p[MIXED * plane] + q[MIXED]) / 4;
        rx = (p[LIN_X * plane] - q[LIN_X]) / 2 + xx * u + xy * v;
        ry = (p[LIN_Y * plane] - q[LIN_Y]) / 2 + xy * u + yy * v;
        out[at] = xx * xx + xy * xy;
        out[plane + at] = xy * (xx + yy);
        out[2 * plane + at] = yy * yy + xy * xy;
        out[3 * plane + at] = xx * rx + xy * ry;
        out[4 * plane + at] = xy * rx + yy * ry;
      }
}

/* The mean over a box of @side pixels, what is outside repeated, in place. @line: MAX (width,
 * height) floats. */
static void
blur (float *image, int width, int height, int side, float *line)
{
  int r = side / 2;

  for (int pass = 0; pass < 2; pass++)
    {
      int lines = pass == 0 ? height : width, n = pass == 0 ? width : height;
      gsize step = pass == 0 ? 1 : (gsize) width, next = pass == 0 ? (gsize) width : 1;

      for (int l = 0; l < lines; l++)
        {
          float *p = image + (gsize) l * next;

          for (int i = 0; i < n; i++)
            line[i] = p[(gsize) i * step];
          for (int i = 0; i < n; i++)
            {
              double sum = 0;

              for (int k = i - r; k <= i + r; k++)
                sum += line[CLAMP (k, 0, n - 1)];
              p[(gsize) i * step] = (float) (sum / side);
            }
        }
    }
}

static void
solve (const float *equations, gsize plane, float *flow)
{
  for (gsize i = 0; i < plane; i++)
    {
      double xx = equations[i], xy = equations[plane + i], yy = equations[2 * plane + i];
      double rx = equations[3 * plane + i], ry = equations[4 * plane + i];
      /* A little more on the diagonal keeps flat places still. */
      double ridge = 1e-3 * (xx + yy) + 1e-6, det = (xx + ridge) * (yy + ridge) - xy * xy;

      flow[i] = (float) (((yy + ridge) * rx - xy * ry) / det);
      flow[plane + i] = (float) (((xx + ridge) * ry - xy * rx) / det);
    }
}

/* Half the size, each pixel the mean of what it covers. */
static void
halve (const float *image, int width, int height, float *out, int w, int h)
{
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        const float *p = image + (gsize) (2 * y) * (gsize) width + (gsize) (2 * x);
        int right = 2 * x + 1 < width ? 1 : 0, below = 2 * y + 1 < height ? width : 0;

        *out++ = (p[0] + p[right] + p[below] + p[below + right]) / 4;
      }
}

/* The flow of the level above (half the size), in pixels of this one. */
static void
enlarge_flow (const Level *small, Level *large)
{
  gsize from = (gsize) small->width * (gsize) small->height;
  gsize to = (gsize) large->width * (gsize) large->height;

  for (int c = 0; c < 2; c++)
    for (int y = 0; y < large->height; y++)
      for (int x = 0; x < large->width; x++)
        {
          float px = CLAMP ((float) x / 2 - 0.25f, 0, (float) (small->width - 1));
          float py = CLAMP ((float) y / 2 - 0.25f, 0, (float) (small->height - 1));
          int ix = MIN ((int) px, small->width - 2), iy = MIN ((int) py, small->height - 2);
          float fx = px - (float) ix, fy = py - (float) iy;
          const float *p =
              small->flow + (gsize) c * from + (gsize) iy * (gsize) small->width + (gsize) ix;
          float upper = p[0] + fx * (p[1] - p[0]);
          float lower = p[small->width] + fx * (p[small->width + 1] - p[small->width]);

          large->flow[(gsize) c * to + (gsize) y * (gsize) large->width + (gsize) x] =
              2 * (upper + fy * (lower - upper));
        }
}

static void
level_init (Level *self, int width, int height)
{
  gsize plane = (gsize) width * (gsize) height;

  self->width = width;
  self->height = height;
  self->from = g_new (float, plane);
  self->to = g_new (float, plane);
  self->a = g_new (float, N_PLANES *plane);
  self->b = g_new (float, N_PLANES *plane);
  self->flow = g_new0 (float, 2 * plane);
}

static void
level_clear (Level *self)
{
  g_free (self->from);
  g_free (self->to);
  g_free (self->a);
  g_free (self->b);
  g_free (self->flow);
}

static void
run_level (Level *level, const MienFlowOptions *options, const Kernel *kernel)
{
  gsize plane = (gsize) level->width * (gsize) level->height;
  g_autofree float *equations = g_new (float, 5 * plane);
  g_autofree float *line = g_new (float, MAX (level->width, level->height));

  expand (level->from, level->width, level->height, kernel, level->a);
  expand (level->to, level->width, level->height, kernel, level->b);
  for (int i = 0; i < options->iterations; i++)
    {
      set_equations (level, equations);
      for (int e = 0; e < 5; e++)
        blur (equations + (gsize) e * plane, level->width, level->height, options->window | 1,
              line);
      solve (equations, plane, level->flow);
    }
}

void
mien_flow_compute (const float *from,
                   const float *to,
                   int width,
                   int height,
                   const MienFlowOptions *options,
                   float *flow)
{
  Kernel kernel = make_kernel (options->reach, options->sigma);
  gsize plane = (gsize) width * (gsize) height;
  Level levels[16];
  int n = 1;

  g_return_if_fail (width >= MIN_SIDE && width <= 4096 && height >= MIN_SIDE && height <= 4096);
  g_return_if_fail (options->window >= 1 && options->sigma > 0);
  level_init (&levels[0], width, height);
  memcpy (levels[0].from, from, plane * sizeof *from);
  memcpy (levels[0].to, to, plane * sizeof *to);
  while (n < MIN (options->levels, 16)
         && MIN (levels[n - 1].width, levels[n - 1].height) >= 2 * MIN_SIDE)
    {
      const Level *large = &levels[n - 1];
      Level *small = &levels[n++];

      level_init (small, (large->width + 1) / 2, (large->height + 1) / 2);
      halve (large->from, large->width, large->height, small->from, small->width, small->height);
      halve (large->to, large->width, large->height, small->to, small->width, small->height);
    }
  for (int l = n - 1; l >= 0; l--)
    {
      if (l < n - 1)
        enlarge_flow (&levels[l + 1], &levels[l]);
      run_level (&levels[l], options, &kernel);
    }
  memcpy (flow, levels[0].flow, 2 * plane * sizeof *flow);
  for (int l = 0; l < n; l++)
    level_clear (&levels[l]);
}

float
mien_flow_get_deformation (const float *flow, int width, int height)
{
  gsize plane = (gsize) width * (gsize) height;
  double cx = (width - 1) / 2.0, cy = (height - 1) / 2.0, n = (double) plane;
  double mu = 0, mv = 0, along = 0, across = 0, spread = 0, sum = 0;

  /* Least squares of u = mu + s x - t y, v = mv + s y + t x about the middle. */
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gsize at = (gsize) y * (gsize) width + (gsize) x;
        double u = flow[at], v = flow[plane + at], dx = x - cx, dy = y - cy;

        mu += u / n;
        mv += v / n;
        along += u * dx + v * dy;
        across += v * dx - u * dy;
        spread += dx * dx + dy * dy;
      }
  along /= spread;
  across /= spread;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gsize at = (gsize) y * (gsize) width + (gsize) x;
        double dx = x - cx, dy = y - cy;
        double u = flow[at] - mu - along * dx + across * dy;
        double v = flow[plane + at] - mv - along * dy - across * dx;

        sum += hypot (u, v);
      }
  return (float) (sum / n);
}

void
mien_flow_take_face (const MienImage *image,
                     const MienFaceBox *face,
                     const MienLandmarks *landmarks,
                     guint8 *out)
{
  const MienCrop crop = {
    .kind = landmarks != NULL ? MIEN_CROP_EYES : MIEN_CROP_SQUARE,
    .scale = 1,
    .right_eye = { 0.31f, 0.38f },
    .left_eye = { 0.69f, 0.38f },
    .sampling = mien_sampling_init (MIEN_FLOW_SIDE, MIEN_FLOW_SIDE, MIEN_CHANNELS_GRAY),
  };
  float values[MIEN_FLOW_SIDE * MIEN_FLOW_SIDE];

  mien_crop_take (&crop, image, face, landmarks, values);
  for (int i = 0; i < MIEN_FLOW_SIDE * MIEN_FLOW_SIDE; i++)
    out[i] = (guint8) (CLAMP (values[i], 0, 255) + 0.5f);
}

float
mien_flow_compare_faces (const guint8 *before, const guint8 *after, double seconds)
{
  const gsize n = MIEN_FLOW_SIDE * MIEN_FLOW_SIDE;
  MienFlowOptions options = mien_flow_options_init ();
  g_autofree float *values = g_new (float, 4 * n);

  if (!(seconds > 0))
    return NAN;
  for (gsize i = 0; i < n; i++)
    {
      values[i] = before[i];
      values[n + i] = after[i];
    }
  mien_flow_compute (values, values + n, MIEN_FLOW_SIDE, MIEN_FLOW_SIDE, &options, values + 2 * n);
  return (float) (100 * mien_flow_get_deformation (values + 2 * n, MIEN_FLOW_SIDE, MIEN_FLOW_SIDE)
                  / MIEN_FLOW_SIDE / seconds);
}
