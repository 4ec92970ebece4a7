/* Pictures to numbers: every format against a plain double loop.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/sampling.h"

#include <math.h>
#include <string.h>

/* A picture with its memory. */
typedef struct
{
  MienImage image;
  guint8 *bytes;
} Picture;

static void
picture_clear (Picture *self)
{
  g_free (self->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

/* Noise in every byte, with rows longer than needed. */
static Picture
make_noise (MienPixelFormat format, int width, int height, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int chroma = (width + 1) / 2, rows = (height + 1) / 2;
  int row = format == MIEN_PIXEL_RGB24    ? 3 * width
            : format == MIEN_PIXEL_RGBX32 ? 4 * width
                                          : width;
  gsize size = (gsize) (row + 5) * (gsize) height + 2 * (gsize) (2 * chroma + 7) * (gsize) rows;
  Picture p = { .bytes = g_malloc (size) };

  for (gsize i = 0; i < size; i++)
    p.bytes[i] = (guint8) g_rand_int_range (rand, 0, 256);
  p.image = (MienImage){ .format = format, .width = width, .height = height };
  p.image.planes[0] = p.bytes;
  p.image.strides[0] = row + 5;
  p.image.planes[1] = p.bytes + (gsize) (row + 5) * (gsize) height;
  p.image.strides[1] = 2 * chroma + 7;
  p.image.planes[2] = p.image.planes[1] + (gsize) (2 * chroma + 7) * (gsize) rows;
  p.image.strides[2] = 2 * chroma + 7;
  return p;
}

/* Byte @c of sample (@x, @y) of a plane, repeated past its edge. */
static double
get_sample (const MienImage *image, int plane, int pixel, int c, int w, int h, int x, int y)
{
  x = CLAMP (x, 0, w - 1);
  y = CLAMP (y, 0, h - 1);
  return image->planes[plane][(gssize) y * image->strides[plane] + (gssize) x * pixel + c];
}

/* The mean over an area, pixel by pixel: the definition. */
static double
average (const MienImage *image, int plane, int pixel, int c, int w, int h, const MienRect *r)
{
  double sum = 0;

  for (int y = (int) floorf (r->y); y < (int) ceilf (r->y + r->height); y++)
    for (int x = (int) floorf (r->x); x < (int) ceilf (r->x + r->width); x++)
      {
        double cx = MIN (r->x + r->width, (double) x + 1) - MAX (r->x, (double) x);
        double cy = MIN (r->y + r->height, (double) y + 1) - MAX (r->y, (double) y);

        sum += cx * cy * get_sample (image, plane, pixel, c, w, h, x, y);
      }
  return sum / ((double) r->width * r->height);
}

static void
expect_rgb (const MienImage *image, const MienRect *r, double *rgb)
{
  int w = image->width, h = image->height, cw = (w + 1) / 2, ch = (h + 1) / 2;
  MienRect half = { r->x / 2, r->y / 2, r->width / 2, r->height / 2 };
  double y, u, v, kr = 0.299, kb = 0.114, kg;

  if (image->format == MIEN_PIXEL_GRAY8)
    rgb[0] = rgb[1] = rgb[2] = average (image, 0, 1, 0, w, h, r);
  if (image->format == MIEN_PIXEL_RGB24 || image->format == MIEN_PIXEL_RGBX32)
    for (int c = 0; c < 3; c++)
      rgb[c] = average (image, 0, image->format == MIEN_PIXEL_RGB24 ? 3 : 4, c, w, h, r);
  if (image->format != MIEN_PIXEL_I420 && image->format != MIEN_PIXEL_NV12)
    return;
  if (image->matrix == MIEN_MATRIX_BT709)
    kr = 0.2126, kb = 0.0722;
  if (image->matrix == MIEN_MATRIX_BT2020)
    kr = 0.2627, kb = 0.0593;
  kg = 1 - kr - kb;
  y = average (image, 0, 1, 0, w, h, r);
  if (image->format == MIEN_PIXEL_NV12)
    {
      u = average (image, 1, 2, 0, cw, ch, &half);
      v = average (image, 1, 2, 1, cw, ch, &half);
    }
  else
    {
      u = average (image, 1, 1, 0, cw, ch, &half);
      v = average (image, 2, 1, 0, cw, ch, &half);
    }
  u -= 128;
  v -= 128;
  if (!image->full_range)
    {
      y = (y - 16) * 255 / 219;
      u *= 255.0 / 224;
      v *= 255.0 / 224;
    }
  rgb[0] = y + 2 * (1 - kr) * v;
  rgb[2] = y + 2 * (1 - kb) * u;
  rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / kg;
  for (int c = 0; c < 3; c++)
    rgb[c] = CLAMP (rgb[c], 0, 255);
}

static void
check_shrink (const MienImage *image)
{
  /* Chroma too has to shrink, or it is interpolated: at least 2 pixels a result pixel. */
  const MienRect rects[] = { { 0, 0, 40, 28 }, { 3.25f, 1.5f, 30.5f, 22.25f }, { -6, -9, 60, 44 } };
  MienSampling sampling = mien_sampling_init (10, 7, MIEN_CHANNELS_RGB);
  float out[3 * 70];

  for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
    {
      mien_image_sample_rect (image, &rects[i], &sampling, out, NULL);
      for (int y = 0; y < 7; y++)
        for (int x = 0; x < 10; x++)
          {
            MienRect cell = { rects[i].x + (float) x * rects[i].width / 10,
                              rects[i].y + (float) y * rects[i].height / 7, rects[i].width / 10,
                              rects[i].height / 7 };
            double rgb[3];

            expect_rgb (image, &cell, rgb);
            for (int c = 0; c < 3; c++)
              g_assert_cmpfloat_with_epsilon (out[c * 70 + y * 10 + x], rgb[c], 2e-3);
          }
    }
}

static void
test_formats (void)
{
  for (int format = MIEN_PIXEL_GRAY8; format <= MIEN_PIXEL_NV12; format++)
    for (int matrix = 0; matrix < 3; matrix++)
      for (int full = 0; full < 2; full++)
        {
          g_auto (Picture) p = make_noise ((MienPixelFormat) format, 39, 27, 7);

          p.image.matrix = (MienColorMatrix) matrix;
          p.image.full_range = full;
          check_shrink (&p.image);
        }
}

static void
test_copy (void)
{
  g_auto (Picture) p = make_noise (MIEN_PIXEL_RGBX32, 33, 21, 3);
  MienRect rect = { 0, 0, 33, 21 };
  MienSampling sampling = mien_sampling_init (33, 21, MIEN_CHANNELS_BGR);
  float out[33 * 21 * 3];

  /* At the same size the numbers are the bytes, here scaled, shifted, interleaved and turned. */
  sampling.interleaved = TRUE;
  sampling.scale = 2;
  sampling.offset = -1;
  mien_image_sample_rect (&p.image, &rect, &sampling, out, NULL);
  for (int y = 0; y < 21; y++)
    for (int x = 0; x < 33; x++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat (out[(y * 33 + x) * 3 + c], ==,
                           2 * (float) p.bytes[y * p.image.strides[0] + x * 4 + 2 - c] - 1);
}

static void
test_enlarge (void)
{
  const guint8 pixels[4] = { 0, 100, 200, 40 };
  MienImage image = {
    .format = MIEN_PIXEL_GRAY8, .width = 2, .height = 2, .planes = { pixels }, .strides = { 2 }
  };
  MienRect rect = { 0, 0, 2, 2 };
  MienSampling sampling = mien_sampling_init (4, 4, MIEN_CHANNELS_GRAY);
  float out[16];

  mien_image_sample_rect (&image, &rect, &sampling, out, NULL);
  g_assert_cmpfloat (out[0], ==, 0);
  g_assert_cmpfloat (out[1], ==, 25);
  g_assert_cmpfloat (out[2], ==, 75);
  g_assert_cmpfloat (out[3], ==, 100);
  g_assert_cmpfloat (out[4], ==, 50);
  g_assert_cmpfloat_with_epsilon (out[5], 0.75 * 25 + 0.25 * 160, 1e-4);
  g_assert_cmpfloat (out[15], ==, 40);
}

static void
test_border (void)
{
  g_auto (Picture) p = make_noise (MIEN_PIXEL_NV12, 16, 12, 5);
  MienSampling sampling = mien_sampling_init (8, 8, MIEN_CHANNELS_RGB);
  float out[3 * 64];
  MienAffine map;
  MienRect far = { 1e7f, -1e7f, 8, 8 };

  sampling.border_value = 50;
  map = mien_image_letterbox (&p.image, &sampling, FALSE, out, NULL);
  g_assert_cmpfloat (map.a, ==, 2);
  g_assert_cmpfloat (map.c, ==, 0);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 16; i++)
      g_assert_cmpfloat_with_epsilon (out[c * 64 + 48 + i], 50, 1e-3);
  map = mien_image_letterbox (&p.image, &sampling, TRUE, out, NULL);
  g_assert_cmpfloat (map.f, ==, -2);
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 50, 1e-3);
  /* Far outside: nothing but border, or nothing but the corner pixel. */
  sampling.border = MIEN_BORDER_CONSTANT;
  mien_image_sample_rect (&p.image, &far, &sampling, out, NULL);
  for (int i = 0; i < 3 * 64; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 50, 1e-3);
  sampling = mien_sampling_init (4, 4, MIEN_CHANNELS_GRAY);
  p.image.full_range = TRUE;
  mien_image_sample_rect (&p.image, &far, &sampling, out, NULL);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat_with_epsilon (out[i], p.bytes[15], 1e-3);
}

static void
test_threads (void)
{
  g_auto (Picture) p = make_noise (MIEN_PIXEL_I420, 641, 359, 9);
  MienSampling sampling = mien_sampling_init (320, 192, MIEN_CHANNELS_RGB);
  MienRect rect = { -3.5f, 2.25f, 650, 340 };
  g_autofree float *one = g_new (float, mien_sampling_get_size (&sampling));
  g_autofree float *many = g_new (float, mien_sampling_get_size (&sampling));
  g_autoptr (MienParallel) parallel = mien_parallel_new (3);

  mien_image_sample_rect (&p.image, &rect, &sampling, one, NULL);
  mien_image_sample_rect (&p.image, &rect, &sampling, many, parallel);
  g_assert_cmpmem (one, mien_sampling_get_size (&sampling) * sizeof *one, many,
                   mien_sampling_get_size (&sampling) * sizeof *many);
}

static void
test_turn (void)
{
  g_auto (Picture) p = make_noise (MIEN_PIXEL_GRAY8, 20, 20, 11);
  /* A quarter turn: result (u, v) is picture (20 - v, u). */
  MienAffine quarter = { 0, -1, 20, 1, 0, 0 }, plain = { 4, 0, -2, 0, 4, 1 };
  MienSampling sampling = mien_sampling_init (20, 20, MIEN_CHANNELS_GRAY);
  MienRect rect = { -2, 1, 20, 20 };
  float out[400], straight[25];

  mien_image_sample_affine (&p.image, &quarter, &sampling, out);
  for (int v = 0; v < 20; v++)
    for (int u = 0; u < 20; u++)
      g_assert_cmpfloat_with_epsilon (out[v * 20 + u], p.bytes[u * p.image.strides[0] + 19 - v],
                                      1e-2);
  /* Without a turn it agrees with the exact area average. */
  sampling = mien_sampling_init (5, 5, MIEN_CHANNELS_GRAY);
  mien_image_sample_affine (&p.image, &plain, &sampling, out);
  mien_image_sample_rect (&p.image, &rect, &sampling, straight, NULL);
  for (int i = 0; i < 25; i++)
    g_assert_cmpfloat_with_epsilon (out[i], straight[i], 40);
}

static void
test_turn_flat (void)
{
  /* A turned crop of an even ramp is an even ramp, at any scale: no aliasing, no shift. */
  g_autofree guint8 *pixels = g_malloc (200 * 200);
  MienImage image = { .format = MIEN_PIXEL_GRAY8,
                      .width = 200,
                      .height = 200,
                      .planes = { pixels },
                      .strides = { 200 } };
  MienSampling sampling = mien_sampling_init (8, 8, MIEN_CHANNELS_GRAY);

  for (int y = 0; y < 200; y++)
    for (int x = 0; x < 200; x++)
      pixels[y * 200 + x] = (guint8) x;
  for (float scale = 0.5f; scale < 9; scale *= 2)
    {
      float c = cosf (0.5f) * scale, s = sinf (0.5f) * scale, out[64];
      MienAffine map = { c, -s, 100 - 4 * c + 4 * s, s, c, 100 - 4 * s - 4 * c };

      mien_image_sample_affine (&image, &map, &sampling, out);
      for (int j = 0; j < 8; j++)
        for (int i = 0; i < 8; i++)
          {
            MienPoint at = { (float) i + 0.5f, (float) j + 0.5f };

            g_assert_cmpfloat_with_epsilon (out[j * 8 + i], mien_affine_apply (&map, at).x - 0.5f,
                                            0.02);
          }
    }
}

static void
test_luma (void)
{
  const guint8 rgb[6] = { 255, 0, 0, 0, 255, 0 };
  MienImage image = {
    .format = MIEN_PIXEL_RGB24, .width = 2, .height = 1, .planes = { rgb }, .strides = { 6 }
  };
  MienRect both = { -4, -4, 10, 10 }, second = { 1, 0, 1, 1 }, outside = { 5, 0, 2, 2 };
  guint8 gray[2];
  MienRect all = { 0, 0, 2, 1 };

  g_assert_cmpfloat_with_epsilon (mien_image_mean_luma (&image, &both), (0.299 + 0.587) / 2, 1e-5);
  g_assert_cmpfloat_with_epsilon (mien_image_mean_luma (&image, &second), 0.587, 1e-5);
  g_assert_true (isnan (mien_image_mean_luma (&image, &outside)));
  mien_image_sample_gray8 (&image, &all, 2, 1, gray);
  g_assert_cmpint (gray[0], ==, 76);
  g_assert_cmpint (gray[1], ==, 150);
}

static void
test_valid (void)
{
  g_auto (Picture) p = make_noise (MIEN_PIXEL_I420, 5, 5, 1);

  g_assert_true (mien_image_is_valid (&p.image));
  p.image.strides[2] = 2;
  g_assert_false (mien_image_is_valid (&p.image));
  p.image.strides[2] = 3;
  p.image.planes[1] = NULL;
  g_assert_false (mien_image_is_valid (&p.image));
  p.image.format = MIEN_PIXEL_RGB24;
  g_assert_false (mien_image_is_valid (&p.image));
  g_assert_false (mien_image_is_valid (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/sampling/formats", test_formats);
  g_test_add_func ("/vision/sampling/copy", test_copy);
  g_test_add_func ("/vision/sampling/enlarge", test_enlarge);
  g_test_add_func ("/vision/sampling/border", test_border);
  g_test_add_func ("/vision/sampling/threads", test_threads);
  g_test_add_func ("/vision/sampling/turn", test_turn);
  g_test_add_func ("/vision/sampling/turn-ramp", test_turn_flat);
  g_test_add_func ("/vision/sampling/luma", test_luma);
  g_test_add_func ("/vision/sampling/valid", test_valid);
  return g_test_run ();
}
