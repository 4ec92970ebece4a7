/* Optical flow against a known motion and against OpenCV's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/flow.h"

#include <math.h>
#include <string.h>

#include "golden.h"

#define SIDE 64
#define PLANE (SIDE * SIDE)
#define RIM 6

static void
load_pictures (float *from, float *to)
{
  g_autoptr (MienTensor) pictures = golden_load ("flow-pictures");
  const guint8 *bytes = pictures->data;

  g_assert_cmpuint (pictures->n_elements, ==, 2 * PLANE);
  for (int i = 0; i < PLANE; i++)
    {
      from[i] = bytes[i];
      to[i] = bytes[PLANE + i];
    }
}

/* Mean distance of the ends of two flows, a rim left out. */
static double
compare (const float *a, const float *b)
{
  double sum = 0;

  for (int y = RIM; y < SIDE - RIM; y++)
    for (int x = RIM; x < SIDE - RIM; x++)
      sum += hypot (a[y * SIDE + x] - b[y * SIDE + x],
                    a[PLANE + y * SIDE + x] - b[PLANE + y * SIDE + x]);
  return sum / ((SIDE - 2 * RIM) * (SIDE - 2 * RIM));
}

static void
test_known (void)
{
  g_autoptr (MienTensor) truth = golden_load ("flow-truth");
  g_autoptr (MienTensor) opencv = golden_load ("flow-opencv");
  MienFlowOptions options = mien_flow_options_init ();
  float from[PLANE], to[PLANE], flow[2 * PLANE];
  double ours, theirs;

  load_pictures (from, to);
  mien_flow_compute (from, to, SIDE, SIDE, &options, flow);
  ours = compare (flow, mien_tensor_f32 (truth));
  theirs = compare (mien_tensor_f32 (opencv), mien_tensor_f32 (truth));
  g_test_message ("mean error %.4f pixels, OpenCV's %.4f, between them %.4f", ours, theirs,
                  compare (flow, mien_tensor_f32 (opencv)));
  /* The motion is 3.6 pixels long. */
  g_assert_cmpfloat (ours, <, 0.12);
  g_assert_cmpfloat (ours, <, 1.2 * theirs);
  g_assert_cmpfloat (compare (flow, mien_tensor_f32 (opencv)), <, 0.25);
}

static void
test_still (void)
{
  MienFlowOptions options = mien_flow_options_init ();
  float from[PLANE], to[PLANE], flow[2 * PLANE];

  load_pictures (from, to);
  mien_flow_compute (from, from, SIDE, SIDE, &options, flow);
  for (int i = 0; i < 2 * PLANE; i++)
    g_assert_cmpfloat (fabsf (flow[i]), <, 1e-6);
  /* Flat pictures, of different brightness: no texture, no motion. */
  for (int i = 0; i < PLANE; i++)
    {
      from[i] = 10;
      to[i] = 200;
    }
  mien_flow_compute (from, to, SIDE, SIDE, &options, flow);
  for (int i = 0; i < 2 * PLANE; i++)
    g_assert_cmpfloat (fabsf (flow[i]), <, 1e-3);
}

static void
test_sizes (void)
{
  static const int sizes[][2] = { { 8, 8 }, { 9, 31 }, { 17, 8 }, { 33, 50 } };
  MienFlowOptions options = mien_flow_options_init ();

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int width = sizes[s][0], height = sizes[s][1];
      gsize plane = (gsize) (width * height);
      g_autofree float *from = g_new (float, plane);
      g_autofree float *flow = g_new (float, 2 * plane);

      for (gsize i = 0; i < plane; i++)
        from[i] = (float) (i * 7919 % 256);
      mien_flow_compute (from, from, width, height, &options, flow);
      for (gsize i = 0; i < 2 * plane; i++)
        g_assert_cmpfloat (fabsf (flow[i]), <, 1e-3);
    }
}

static void
test_deformation (void)
{
  float flow[2 * PLANE];

  /* A shift, a turn and a growth are no change of shape; a smile is. */
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        flow[y * SIDE + x] = 2 + 0.1f * (float) x - 0.2f * (float) y;
        flow[PLANE + y * SIDE + x] = -1 + 0.1f * (float) y + 0.2f * (float) x;
      }
  g_assert_cmpfloat (mien_flow_get_deformation (flow, SIDE, SIDE), <, 1e-4);
  for (int i = 0; i < PLANE / 2; i++)
    flow[i] += i % SIDE < SIDE / 2 ? 1 : -1;
  g_assert_cmpfloat (mien_flow_get_deformation (flow, SIDE, SIDE), >, 0.4);
}

/* A face in a picture that moves as a whole does not change its shape; one whose mouth opens does,
 * at the same speed whatever the time between the pictures. */
static void
test_faces (void)
{
  enum
  {
    WIDTH = 160,
    HEIGHT = 120
  };
  static guint8 pixels[3][WIDTH * HEIGHT];
  guint8 crops[3][SIDE * SIDE];
  float moved, changed;

  for (int k = 0; k < 3; k++)
    {
      MienImage image = { .format = MIEN_PIXEL_GRAY8,
                          .width = WIDTH,
                          .height = HEIGHT,
                          .planes = { pixels[k] },
                          .strides = { WIDTH } };
      MienFaceBox face = { .x = 40, .y = 20, .width = 80, .height = 80 };

      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            int u = k == 1 ? x - 3 : x, v = k == 1 ? y - 2 : y;

            if (k == 2 && v > 60)
              v -= 4; /* what is below the middle moves down */
            pixels[k][y * WIDTH + x] = (guint8) (128 + 55 * sin (u * 0.21) * cos (v * 0.17)
                                                 + 50 * sin (u * 0.07 + v * 0.11));
          }
      mien_flow_take_face (&image, &face, NULL, crops[k]);
    }
  g_assert_cmpfloat (mien_flow_compare_faces (crops[0], crops[0], 0.04), <, 1e-3);
  moved = mien_flow_compare_faces (crops[0], crops[1], 0.04);
  changed = mien_flow_compare_faces (crops[0], crops[2], 0.04);
  g_test_message ("moved %.2f, changed %.2f percent a second", (double) moved, (double) changed);
  g_assert_cmpfloat (changed, >, 4 * moved);
  g_assert_cmpfloat_with_epsilon (mien_flow_compare_faces (crops[0], crops[2], 0.08), changed / 2,
                                  1e-3);
  g_assert_true (isnan (mien_flow_compare_faces (crops[0], crops[2], 0)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/flow/known", test_known);
  g_test_add_func ("/vision/flow/still", test_still);
  g_test_add_func ("/vision/flow/sizes", test_sizes);
  g_test_add_func ("/vision/flow/deformation", test_deformation);
  g_test_add_func ("/vision/flow/faces", test_faces);
  return g_test_run ();
}
