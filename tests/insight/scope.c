/* Looking into the default classifier from a thread of its own, and the parts of a face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "insight/kernels.h"
#include "insight/scope.h"

#define SIDE 96

/* A grey picture with a bright ellipse, dark eyes and a dark mouth; counts who lets go of it. */
typedef struct
{
  guint8 pixels[SIDE * SIDE];
  gint releases; /* atomic */
} Picture;

static void
paint (Picture *p)
{
  memset (p->pixels, 60, sizeof p->pixels);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double u = (x - 48) / 36.0, v = (y - 48) / 44.0;
        gboolean eye = fabs (y - 38.0) < 4 && (fabs (x - 32.0) < 7 || fabs (x - 64.0) < 7);
        gboolean mouth = fabs (y - 70.0) < 5 && fabs (x - 48.0) < 14;

        if (u * u + v * v < 1)
          p->pixels[y * SIDE + x] = eye || mouth ? 40 : 190;
      }
}

static void
release (gpointer data)
{
  g_atomic_int_inc (&((Picture *) data)->releases);
}

static MienScopeQuestion
ask_about (Picture *p, guint parts, const char *layer)
{
  return (MienScopeQuestion){ .image = { .format = MIEN_PIXEL_GRAY8,
                                         .width = SIDE,
                                         .height = SIDE,
                                         .planes = { p->pixels },
                                         .strides = { SIDE } },
                              .owner = p,
                              .release = release,
                              .box = { .width = SIDE, .height = SIDE, .score = 1 },
                              .parts = parts,
                              .layer = g_strdup (layer),
                              .class_index = -1 };
}

typedef struct
{
  guint n;
  MienScopeAnswer last; /* tensors taken */
  gboolean failed;
} Seen;

static void
answered_cb (MienScope *scope, MienScopeAnswer *answer, Seen *seen)
{
  seen->n++;
  seen->failed = answer->problem != NULL;
  g_clear_pointer (&seen->last.face, mien_tensor_unref);
  g_clear_pointer (&seen->last.maps, mien_tensor_unref);
  g_clear_pointer (&seen->last.unit, mien_tensor_unref);
  g_clear_pointer (&seen->last.saliency, mien_tensor_unref);
  g_clear_pointer (&seen->last.influence, mien_influence_free);
  g_clear_pointer (&seen->last.times_ms, g_free);
  g_clear_pointer (&seen->last.layer, g_free);
  seen->last = *answer;
  /* Whoever wants to keep something takes it. */
  answer->face = answer->maps = answer->unit = answer->saliency = NULL;
  answer->influence = NULL;
  answer->times_ms = NULL;
  answer->layer = NULL;
}

static void
wait_for (Seen *seen, guint n)
{
  while (seen->n < n)
    g_main_context_iteration (NULL, TRUE);
}

static MienScope *
open_default (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienClassifierModel) classifier =
      mien_classifier_model_load ("default", MIEN_LABELS_FERPLUS, &error);
  MienScope *scope;

  g_assert_no_error (error);
  scope = mien_scope_new (classifier, &error);
  g_assert_no_error (error);
  return scope;
}

/* A convolution with places. */
static const char *
find_layer (MienScope *scope)
{
  GArray *layers = mien_scope_get_layers (scope);

  for (guint i = layers->len; i-- > 0;)
    if (g_str_equal (g_array_index (layers, MienLayer, i).op_type, "Conv")
        && g_array_index (layers, MienLayer, i).dims[2] > 4)
      return g_array_index (layers, MienLayer, i).name;
  g_assert_not_reached ();
}

static void
test_answers (void)
{
  g_autoptr (MienScope) scope = open_default ();
  Picture picture = { .releases = 0 };
  Seen seen = { 0 };
  MienScopeQuestion question;
  const MienLayer *layer = mien_layers_find (mien_scope_get_layers (scope), find_layer (scope));
  double sum = 0;

  paint (&picture);
  g_signal_connect (scope, "answered", G_CALLBACK (answered_cb), &seen);
  question = ask_about (&picture,
                        MIEN_SCOPE_MAPS | MIEN_SCOPE_UNIT | MIEN_SCOPE_SALIENCY | MIEN_SCOPE_TIMES
                            | MIEN_SCOPE_INFLUENCE,
                        layer->name);
  question.channel = question.row = question.column = 1;
  mien_scope_ask (scope, &question);
  g_assert_null (question.layer);
  wait_for (&seen, 1);
  g_assert_false (seen.failed);
  g_assert_cmpint (g_atomic_int_get (&picture.releases), ==, 1);
  for (guint i = 0; i < 8; i++)
    {
      sum += seen.last.probabilities[i];
      g_assert_cmpfloat (seen.last.probabilities[i], <=,
                         seen.last.probabilities[seen.last.class_index]);
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-4);
  g_assert_cmpint (seen.last.maps->dims[1], ==, layer->dims[1]);
  g_assert_cmpint (seen.last.maps->dims[2], ==, layer->dims[2]);
  g_assert_cmpint (seen.last.unit->dims[0], ==, seen.last.face->dims[2]);
  g_assert_cmpint (seen.last.unit_box[2], >, 0);
  g_assert_cmpint (seen.last.unit_box[0] + seen.last.unit_box[2], <=, seen.last.face->dims[3]);
  g_assert_nonnull (seen.last.saliency);
  g_assert_nonnull (seen.last.influence);
  g_assert_nonnull (seen.last.times_ms);
  sum = 0;
  for (int r = 0; r < MIEN_N_REGIONS; r++)
    sum += seen.last.share[r];
  g_assert_true (seen.last.has_share);
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-6);
  g_signal_handlers_disconnect_by_data (scope, &seen);
  answered_cb (scope, &(MienScopeAnswer){ 0 }, &seen);
}

/* Of many questions the last one is answered, and every picture is let go of. */
static void
test_newest_wins (void)
{
  enum
  {
    N = 60
  };
  MienScope *scope = open_default ();
  Picture picture = { .releases = 0 };
  Seen seen = { 0 };
  g_autofree char *layer = g_strdup (find_layer (scope));

  paint (&picture);
  g_signal_connect (scope, "answered", G_CALLBACK (answered_cb), &seen);
  for (guint i = 0; i < N; i++)
    {
      MienScopeQuestion question = ask_about (&picture, MIEN_SCOPE_MAPS, i == N - 1 ? layer : NULL);

      mien_scope_ask (scope, &question);
    }
  while (seen.last.maps == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (seen.last.layer, ==, layer);
  g_assert_cmpint (g_atomic_int_get (&picture.releases), ==, N);
  /* One that is never heard of. */
  {
    MienScopeQuestion question = ask_about (&picture, MIEN_SCOPE_SALIENCY, NULL);

    mien_scope_ask (scope, &question);
  }
  g_signal_handlers_disconnect_by_data (scope, &seen);
  g_object_unref (scope);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (g_atomic_int_get (&picture.releases), ==, N + 1);
  answered_cb (NULL, &(MienScopeAnswer){ 0 }, &seen);
}

/* Brows at 30, eyes at 40, nose 45 to 60, mouth at 75, on a face of 100. */
static void
make_face (MienLandmarks *l)
{
  for (guint i = 0; i < MIEN_LANDMARKS_N; i++)
    l->points[i] = (MienPoint){ 50, 99 };
  for (guint i = 0; i < 5; i++)
    {
      l->points[17 + i] = (MienPoint){ 20 + 5.0f * (float) i, 30 };
      l->points[22 + i] = (MienPoint){ 60 + 5.0f * (float) i, 30 };
    }
  for (guint i = 0; i < 6; i++)
    {
      float angle = (float) i * (float) G_PI / 3;

      l->points[36 + i] = (MienPoint){ 30 + 8 * cosf (angle), 40 + 3 * sinf (angle) };
      l->points[42 + i] = (MienPoint){ 70 + 8 * cosf (angle), 40 + 3 * sinf (angle) };
    }
  for (guint i = 0; i < 9; i++)
    l->points[27 + i] = i < 4 ? (MienPoint){ 50, 45 + 4.0f * (float) i }
                              : (MienPoint){ 42 + 4.0f * (float) (i - 4), 60 };
  for (guint i = 0; i < 20; i++)
    {
      float angle = (float) i * (float) G_PI / 10;

      l->points[48 + i] = (MienPoint){ 50 + 15 * cosf (angle), 75 + 5 * sinf (angle) };
    }
}

static void
test_regions (void)
{
  MienLandmarks face;
  MienAffine same = { 1, 0, 0, 0, 1, 0 };
  g_autoptr (MienTensor) map = mien_tensor_new_f32 (2, (const gint64[]){ 100, 100 });
  double share[MIEN_N_REGIONS];

  make_face (&face);
  g_assert_cmpint (mien_region_find (&face, (MienPoint){ 30, 40 }), ==, MIEN_REGION_EYES);
  g_assert_cmpint (mien_region_find (&face, (MienPoint){ 70, 30 }), ==, MIEN_REGION_BROWS);
  g_assert_cmpint (mien_region_find (&face, (MienPoint){ 50, 55 }), ==, MIEN_REGION_NOSE);
  g_assert_cmpint (mien_region_find (&face, (MienPoint){ 50, 75 }), ==, MIEN_REGION_MOUTH);
  g_assert_cmpint (mien_region_find (&face, (MienPoint){ 10, 90 }), ==, MIEN_REGION_REST);
  g_assert_cmpstr (mien_region_get_name (MIEN_REGION_MOUTH), ==, "mouth");

  memset (mien_tensor_f32 (map), 0, 100 * 100 * sizeof (float));
  mien_region_share (map, &same, &face, share);
  g_assert_cmpfloat (share[MIEN_REGION_MOUTH], ==, 0);
  /* Three parts on the mouth, one, against the class, on nothing in particular. */
  mien_tensor_f32 (map)[75 * 100 + 50] = 3;
  mien_tensor_f32 (map)[90 * 100 + 10] = -1;
  mien_region_share (map, &same, &face, share);
  g_assert_cmpfloat_with_epsilon (share[MIEN_REGION_MOUTH], 0.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (share[MIEN_REGION_REST], 0.25, 1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/insight/scope/answers", test_answers);
  g_test_add_func ("/insight/scope/newest-wins", test_newest_wins);
  g_test_add_func ("/insight/regions", test_regions);
  return g_test_run ();
}
