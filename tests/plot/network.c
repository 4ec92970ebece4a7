/* The pictures of a network: where things lie is where they are found again, and what is said.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "plot/network-plot.h"
#include "plot/robustness-plot.h"

static MienTensor *
make_weights (gint64 c_out, gint64 c_in, gint64 side)
{
  const gint64 dims[] = { c_out, c_in, side, side };
  MienTensor *weights = mien_tensor_new_f32 (4, dims);

  for (gsize i = 0; i < weights->n_elements; i++)
    mien_tensor_f32 (weights)[i] = (float) (i % 7) - 3;
  return weights;
}

/* Every slice of every filter has a place of its own within the width, and a press there finds it.
 */
static void
check_places (gint64 c_out, gint64 c_in, double width)
{
  g_autoptr (MienTensor) weights = make_weights (c_out, c_in, 3);
  g_autoptr (GArray) stats = mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_INDEX, NULL);
  MienKernelPlot plot = { weights, stats, FALSE, NULL };
  MienPlotStyle style;
  double height;

  mien_plot_style_init (&style);
  height = mien_kernel_plot_measure (&plot, &style, width);
  for (guint o = 0; o < c_out; o++)
    for (guint i = 0; i < c_in; i++)
      {
        cairo_rectangle_t at;
        guint found_out, found_in;

        g_assert_true (mien_kernel_plot_locate (&plot, &style, width, o, i, &at));
        g_assert_cmpfloat (at.x + at.width, <=, width);
        g_assert_cmpfloat (at.y + at.height, <=, height);
        g_assert_true (mien_kernel_plot_pick (&plot, &style, width, at.x + at.width / 2,
                                              at.y + at.height / 2, &found_out, &found_in));
        g_assert_cmpuint (found_out, ==, o);
        g_assert_cmpuint (found_in, ==, i);
      }
}

static void
test_kernels (void)
{
  check_places (5, 1, 300);
  check_places (3, 32, 660);
  check_places (3, 200, 660);
  check_places (3, 200, 240);
}

/* A layer of 1 x 1 kernels is one matrix: filters down, inputs across. */
static void
test_matrix (void)
{
  g_autoptr (MienTensor) weights = make_weights (4, 10, 1);
  g_autoptr (GArray) stats = mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_INDEX, NULL);
  MienKernelPlot plot = { weights, stats, FALSE, NULL };
  MienPlotStyle style;
  cairo_rectangle_t at;
  double height;
  guint c_out, c_in;

  mien_plot_style_init (&style);
  height = mien_kernel_plot_measure (&plot, &style, 400);
  /* Names of the filters stand on the left. */
  g_assert_true (mien_kernel_plot_pick (&plot, &style, 400, 80, 14, &c_out, &c_in));
  g_assert_cmpuint (c_out, ==, 0);
  g_assert_cmpuint (c_in, ==, 0);
  g_assert_true (mien_kernel_plot_pick (&plot, &style, 400, 386, height - 14, &c_out, &c_in));
  g_assert_cmpuint (c_out, ==, 3);
  g_assert_cmpuint (c_in, ==, 9);
  g_assert_false (mien_kernel_plot_pick (&plot, &style, 400, 60, 14, &c_out, &c_in));
  for (guint i = 0; i < 40; i++)
    {
      g_assert_true (mien_kernel_plot_locate (&plot, &style, 400, i / 10, i % 10, &at));
      g_assert_true (mien_kernel_plot_pick (&plot, &style, 400, at.x + at.width / 2,
                                            at.y + at.height / 2, &c_out, &c_in));
      g_assert_cmpuint (c_out * 10 + c_in, ==, i);
    }
  g_assert_false (mien_kernel_plot_locate (&plot, &style, 400, 4, 0, &at));
}

/* ---- answers ---- */

#define CHANNELS 3u
#define CLASSES 2u

static void
test_response (void)
{
  float z[] = { 1, 0, 0, 0, 1, 2 }, selectivity[] = { 0.2f, 0.9f, 0.5f };
  float drop[] = { 0.3f, 0, 0.1f, 0, 0, 0.2f }, overlap[] = { 1, 0.25f, 0.25f, 1 };
  char name[] = "layer", label_a[] = "neutral", label_b[] = "happiness";
  char *labels[] = { label_a, label_b, NULL };
  MienLayerResponse layer = { .name = name,
                              .n_channels = CHANNELS,
                              .z = z,
                              .selectivity = selectivity,
                              .overlap = overlap,
                              .recall_drop = drop };
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();
  MienResponse response = { .n_classes = CLASSES, .labels = labels, .layers = layers };
  MienPlotStyle style;
  cairo_rectangle_t at;

  g_ptr_array_add (layers, &layer);
  mien_plot_style_init (&style);
  g_assert_cmpuint (mien_response_plot_count_rows (&response, -1, MIEN_RESPONSE_ANSWERS), ==, 1);
  g_assert_cmpuint (mien_response_plot_count_rows (&response, 0, MIEN_RESPONSE_ANSWERS), ==,
                    CHANNELS);
  g_assert_cmpuint (mien_response_plot_count_rows (&response, 0, MIEN_RESPONSE_OVERLAP), ==,
                    CLASSES);
  /* The most selective first; the one that is missed most first. */
  g_assert_cmpuint (mien_response_plot_get_channel (&response, 0, MIEN_RESPONSE_ANSWERS, 0), ==, 1);
  g_assert_cmpuint (mien_response_plot_get_channel (&response, 0, MIEN_RESPONSE_ANSWERS, 2), ==, 0);
  g_assert_cmpuint (mien_response_plot_get_channel (&response, 0, MIEN_RESPONSE_LOSSES, 0), ==, 0);
  g_assert_cmpuint (mien_response_plot_get_channel (&response, 0, MIEN_RESPONSE_LOSSES, 1), ==, 2);
  g_assert_true (
      mien_response_plot_locate (&style, 600, 300, &response, 0, MIEN_RESPONSE_OVERLAP, 1, &at));
  g_assert_false (
      mien_response_plot_locate (&style, 600, 300, &response, 0, MIEN_RESPONSE_OVERLAP, 2, &at));
}

/* ---- the page of robustness ---- */

static MienInfluence *
make_sweep (MienSweep sweep, guint broken)
{
  guint n;
  const MienSweepStep *steps = mien_sweep_get_steps (sweep, &n);
  MienInfluence *influence = g_new0 (MienInfluence, 1);

  *influence = (MienInfluence){ sweep, n, 2, 40, g_new0 (MienInfluenceStep, n) };
  for (guint i = 0; i < n; i++)
    {
      influence->steps[i].step = steps[i];
      influence->steps[i].accuracy = i == broken ? 0.5 : 0.8;
      influence->steps[i].same = 1;
    }
  return influence;
}

static GPtrArray *asked; /* what the page wanted words for */

static const char *
shout (const char *text)
{
  if (asked != NULL)
    g_ptr_array_add (asked, g_strdup (text));
  if (strcmp (text, "mouth and chin") == 0)
    return "MUND UND KINN";
  if (strcmp (text, "worst: %s, %s points less") == 0)
    return "AM SCHLIMMSTEN: %s, %s PUNKTE";
  return text;
}

static void
test_captions (void)
{
  g_autoptr (MienInfluence) scale = make_sweep (MIEN_SWEEP_SCALE, 0);
  g_autoptr (MienInfluence) shift = make_sweep (MIEN_SWEEP_SHIFT, 4);
  g_autoptr (MienInfluence) covered = make_sweep (MIEN_SWEEP_OCCLUDER, 8);
  MienPlotStyle style;
  struct
  {
    const MienInfluence *influence;
    const char *caption;
  } cases[] = { { scale, "holds: 0.7 to 1.5" },
                { shift, "holds: right 0 to 0.25, down \u22120.25 to 0.25" },
                { covered, "worst: mouth and chin, 30.0 points less" } };

  mien_plot_style_init (&style);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *caption = mien_robustness_plot_dup_caption (&style, cases[i].influence);

      g_assert_cmpstr (caption, ==, cases[i].caption);
    }
  style.word = shout;
  style.point = ",";
  {
    g_autofree char *caption = mien_robustness_plot_dup_caption (&style, covered);

    g_assert_cmpstr (caption, ==, "AM SCHLIMMSTEN: MUND UND KINN, 30,0 PUNKTE");
  }
}

/* Values for people; places are no numbers to count from. */
static void
test_values (void)
{
  const MienSweepStep steps[] = { { "right", -0.25, FALSE }, { "", -1, TRUE }, { "", 0, FALSE } };
  const char *wanted[] = { "\u22120,25", "none", "1" };
  MienPlotStyle style;

  mien_plot_style_init (&style);
  style.point = ",";
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *text = mien_influence_plot_dup_value (
          &style, i == 0 ? MIEN_SWEEP_SHIFT : MIEN_SWEEP_OCCLUDER, &steps[i]);

      g_assert_cmpstr (text, ==, wanted[i]);
    }
}

/* As tall as it has to be, and everything on it is asked for in the reader's language. */
static void
test_page (void)
{
  static const char *const wanted[] = { "Robustness of %s",
                                        "accuracy",
                                        "same answer as unchanged",
                                        "mean change of the answer",
                                        "percent; shaded: 95 %",
                                        "Light from the side",
                                        "Covered part",
                                        "part of the side",
                                        "%s, %u images. Model %.12s",
                                        "holds: %s" };
  g_autoptr (GPtrArray) sweeps =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_influence_free);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  MienRobustnessPlot plot = { "mien", "0123456789abcdef", "test", NULL, 0 };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 900, 1200);
  cairo_t *cr = cairo_create (surface);
  MienPlotStyle style;
  double wide, narrow;

  for (int s = 0; s < MIEN_N_SWEEPS; s++)
    g_ptr_array_add (sweeps, make_sweep ((MienSweep) s, 1));
  plot.sweeps = (const MienInfluence *const *) sweeps->pdata;
  plot.n_sweeps = sweeps->len;
  mien_plot_style_init (&style);
  wide = mien_robustness_plot_measure (&plot, &style, 794);
  narrow = mien_robustness_plot_measure (&plot, &style, 340);
  g_assert_cmpfloat (wide, >, 800);
  g_assert_cmpfloat (wide, <, 1300);
  g_assert_cmpfloat (narrow, >, 2 * wide);
  style.scale = 2;
  g_assert_cmpfloat (mien_robustness_plot_measure (&plot, &style, 680), >, 1.9 * narrow);
  style.scale = 1;
  style.word = shout;
  asked = words;
  mien_robustness_plot_draw (&plot, cr, &style, 794, 1123);
  asked = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (!g_ptr_array_find_with_equal_func (words, wanted[i], g_str_equal, NULL))
      g_error ("not asked for: %s", wanted[i]);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-plot/kernels", test_kernels);
  g_test_add_func ("/network-plot/matrix", test_matrix);
  g_test_add_func ("/network-plot/response", test_response);
  g_test_add_func ("/network-plot/captions", test_captions);
  g_test_add_func ("/network-plot/values", test_values);
  g_test_add_func ("/network-plot/page", test_page);
  return g_test_run ();
}
