/* Emotions over pose, light and size on a document whose numbers are known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/dependence.h"

#include <math.h>
#include <string.h>

#include "made.h"

#define RATE 25

/* Ten seconds each: straight and happy, turned by 35 degrees and unsure; then three seconds turned
 * by 50. In the straight ones every second is half sure, half less so. */
static MienDocument *
make_document (void)
{
  MienDocument *document = mien_document_new ();
  g_autoptr (GError) error = NULL;

  made_set_classes (document);
  for (gint64 frame = 0; frame < 23 * RATE; frame++)
    {
      gint64 second = frame / RATE;
      gboolean is_straight = second < 10;
      double top = !is_straight ? 0.5 : frame % RATE < RATE / 2 ? 0.8 : 0.9;
      MienSample sample = made_sample (frame, 1, 1, top);

      sample.yaw = is_straight ? 5 : second < 20 ? 35 : 50;
      sample.pitch = NAN;
      sample.status = second == 4 ? MIEN_STATUS_LOW_QUALITY : MIEN_STATUS_OK;
      mien_document_append (document, &sample, 1, &error);
      g_assert_no_error (error);
    }
  return document;
}

static const MienDependenceBin *
find_bin (const MienDependence *self, double value)
{
  for (guint b = 0; b < self->n_bins; b++)
    if (value >= self->bins[b].low && value < self->bins[b].high)
      return &self->bins[b];
  g_assert_not_reached ();
}

static void
test_yaw (void)
{
  g_autoptr (MienDocument) document = make_document ();
  g_autoptr (MienDependence) yaw = mien_dependence_new (document, MIEN_FACTOR_YAW);
  g_autofree char *notes = mien_dependence_dup_notes (yaw);
  const MienDependenceBin *straight = find_bin (yaw, 5), *turned = find_bin (yaw, 35),
                          *far = find_bin (yaw, 50), *other = find_bin (yaw, -5);

  /* The second of low quality is left out, and a second counts once however many frames it has. */
  g_assert_cmpuint (straight->n_seconds, ==, 9);
  g_assert_cmpuint (straight->n_samples, ==, 9 * RATE);
  g_assert_cmpuint (turned->n_seconds, ==, 10);
  g_assert_cmpuint (far->n_seconds, ==, 3);
  g_assert_cmpuint (yaw->n_samples, ==, 22 * RATE);
  /* 12 frames at 0.8 and 13 at 0.9 a second; all seconds are alike, so the band has no width. */
  g_assert_cmpfloat_with_epsilon (straight->probability[1], (12 * 0.8 + 13 * 0.9) / 25, 1e-5);
  g_assert_cmpfloat_with_epsilon (straight->band_high[1] - straight->band_low[1], 0, 1e-4);
  g_assert_cmpfloat_with_epsilon (turned->confidence, 0.5, 1e-5);
  g_assert_true (isnan (other->probability[1]));
  g_assert_cmpint (other->trust, ==, MIEN_TRUST_NONE);
  /* Most of the film is turned, so that is what the rest is measured against. */
  g_assert_true (&yaw->bins[yaw->reference] == turned);
  g_assert_cmpint (turned->trust, ==, MIEN_TRUST_GOOD);
  g_assert_cmpint (straight->trust, ==, MIEN_TRUST_GOOD);
  g_assert_cmpint (far->trust, ==, MIEN_TRUST_FEW);
  g_assert_nonnull (strstr (notes, "yaw from 45 to 60: only 3 seconds"));
}

static void
test_unsure (void)
{
  g_autoptr (MienDocument) document = make_document ();
  g_autoptr (MienDependence) yaw = NULL;
  g_autofree char *notes = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 frame = 23 * RATE; frame < 30 * RATE; frame++)
    {
      MienSample sample = made_sample (frame, 1, 1, 0.9);

      sample.yaw = 5;
      mien_document_append (document, &sample, 1, &error);
      g_assert_no_error (error);
    }
  yaw = mien_dependence_new (document, MIEN_FACTOR_YAW);
  notes = mien_dependence_dup_notes (yaw);
  g_assert_cmpint (find_bin (yaw, 35)->trust, ==, MIEN_TRUST_UNSURE);
  g_assert_nonnull (strstr (notes, "yaw from 30 to 45: the network is less sure there (0.50"));
}

static void
test_not_measured (void)
{
  g_autoptr (MienDocument) document = make_document ();
  g_autoptr (MienDependence) pitch = mien_dependence_new (document, MIEN_FACTOR_PITCH);
  g_autofree char *notes = mien_dependence_dup_notes (pitch);

  g_assert_cmpuint (pitch->n_samples, ==, 0);
  g_assert_cmpuint (pitch->reference, ==, pitch->n_bins);
  g_assert_cmpstr (notes, ==, "pitch: was not measured\n");
}

static void
test_hidden (void)
{
  g_autoptr (MienDocument) document = make_document ();
  g_autoptr (MienDependence) yaw = NULL;

  mien_document_set_person_hidden (document, mien_document_find_person (document, 1), TRUE);
  yaw = mien_dependence_new (document, MIEN_FACTOR_YAW);
  g_assert_cmpuint (yaw->n_samples, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/insight/dependence/yaw", test_yaw);
  g_test_add_func ("/insight/dependence/unsure", test_unsure);
  g_test_add_func ("/insight/dependence/not-measured", test_not_measured);
  g_test_add_func ("/insight/dependence/hidden", test_hidden);
  return g_test_run ();
}
