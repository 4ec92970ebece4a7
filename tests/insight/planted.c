/* A network with one hand-made channel that fires for bright mouths only: selectivity and ablation
 * have to find that channel, and have to find nothing where mouths mean nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "dataset/random.h"
#include "insight/influence.h"
#include "insight/response.h"

#define SIDE 48
#define N_LOW 4       /* channels of the first layer; 0 passes light on */
#define N_FEATURES 12 /* channels of the second */
#define PLANTED 7     /* bright mouth */
#define EYES 2        /* bright eyes, twice: either of the two is enough */
#define EYES_TOO 9
#define N_ROWS 240

enum
{
  NEUTRAL,
  HAPPINESS,
  SURPRISE,
};

typedef struct
{
  guint x, y, width, height;
} Place;

static const Place mouth = { 14, 33, 20, 8 }, eyes = { 8, 14, 32, 6 };

static MienTensor *
new_random (int rank, const gint64 *dims, float size, guint64 seed)
{
  MienTensor *tensor = mien_tensor_new_f32 (rank, dims);
  MienRandom random = mien_random_at (seed, 0, 0);

  for (gsize i = 0; i < tensor->n_elements; i++)
    mien_tensor_f32 (tensor)[i] = ((float) mien_random_below (&random, 2001) / 1000 - 1) * size;
  return tensor;
}

/* Light in @place against light in the whole picture, in grey levels: the first layer's channel 0
 * is light. */
static void
plant (MienTensor *weights, guint channel, const Place *place)
{
  float *w = mien_tensor_f32 (weights) + (gsize) channel * N_LOW * SIDE * SIDE;

  memset (w, 0, N_LOW * SIDE * SIDE * sizeof *w);
  for (guint i = 0; i < SIDE * SIDE; i++)
    w[i] = -1.0f / (SIDE * SIDE);
  for (guint y = place->y; y < place->y + place->height; y++)
    for (guint x = place->x; x < place->x + place->width; x++)
      w[y * SIDE + x] += 1.0f / (float) (place->width * place->height);
}

/* face -> Conv 3x3 -> Relu -> Conv over the whole picture -> Relu "features" -> Flatten -> Gemm.
 * All other channels are random and answer to every picture. */
static char *
write_network (const char *folder)
{
  static const float classes_of[][2] = { { PLANTED, HAPPINESS },
                                         { EYES, SURPRISE },
                                         { EYES_TOO, SURPRISE } };
  g_autoptr (MienGraph) graph = mien_graph_new ("planted", 13);
  g_autofree char *path = g_build_filename (folder, "planted.onnx", NULL);
  MienTensor *low = new_random (4, (const gint64[]){ N_LOW, 1, 3, 3 }, 0.3f, 1);
  MienTensor *high = new_random (4, (const gint64[]){ N_FEATURES, N_LOW, SIDE, SIDE }, 0.002f, 2);
  MienTensor *bias = new_random (1, (const gint64[]){ N_FEATURES }, 0, 0);
  MienTensor *dense = new_random (2, (const gint64[]){ 8, N_FEATURES }, 0.002f, 3);
  MienTensor *offset = new_random (1, (const gint64[]){ 8 }, 0, 0);
  g_autoptr (GError) error = NULL;
  MienNode *conv, *gemm;

  memset (mien_tensor_f32 (low), 0, 9 * sizeof (float));
  mien_tensor_f32 (low)[4] = 1;
  for (guint c = 0; c < N_FEATURES; c++)
    mien_tensor_f32 (bias)[c] = 40;
  plant (high, PLANTED, &mouth);
  plant (high, EYES, &eyes);
  plant (high, EYES_TOO, &eyes);
  for (gsize i = 0; i < G_N_ELEMENTS (classes_of); i++)
    {
      guint channel = (guint) classes_of[i][0];

      mien_tensor_f32 (bias)[channel] = -20;
      for (guint k = 0; k < 8; k++)
        mien_tensor_f32 (dense)[k * N_FEATURES + channel] = k == classes_of[i][1] ? 0.5f : 0;
    }
  for (guint k = 0; k < 8; k++)
    mien_tensor_f32 (offset)[k] = k == NEUTRAL ? 4 : 0;
  mien_graph_append_input (graph, "face", MIEN_DTYPE_F32, 4, (const gint64[]){ -1, 1, SIDE, SIDE },
                           "n");
  mien_graph_append_output (graph, "ferplus", MIEN_DTYPE_F32, 2, (const gint64[]){ -1, 8 }, "n");
  mien_graph_take_initializer (graph, "low", low);
  mien_graph_take_initializer (graph, "high", high);
  mien_graph_take_initializer (graph, "bias", bias);
  mien_graph_take_initializer (graph, "dense", dense);
  mien_graph_take_initializer (graph, "offset", offset);
  conv =
      mien_graph_append_node (graph, "Conv", "edges.conv", (const char *[]){ "face", "low", NULL },
                              (const char *[]){ "edges.y", NULL });
  mien_node_set_ints (conv, "pads", (const gint64[]){ 1, 1, 1, 1 }, 4);
  mien_graph_append_node (graph, "Relu", "edges", (const char *[]){ "edges.y", NULL },
                          (const char *[]){ "edges.out", NULL });
  mien_graph_append_node (graph, "Conv", "features.conv",
                          (const char *[]){ "edges.out", "high", "bias", NULL },
                          (const char *[]){ "features.y", NULL });
  mien_graph_append_node (graph, "Relu", "features", (const char *[]){ "features.y", NULL },
                          (const char *[]){ "features.out", NULL });
  mien_graph_append_node (graph, "Flatten", "flat", (const char *[]){ "features.out", NULL },
                          (const char *[]){ "flat.out", NULL });
  gemm = mien_graph_append_node (graph, "Gemm", "logits",
                                 (const char *[]){ "flat.out", "dense", "offset", NULL },
                                 (const char *[]){ "scores", NULL });
  mien_node_set_int (gemm, "transB", 1);
  mien_graph_append_node (graph, "Softmax", "softmax", (const char *[]){ "scores", NULL },
                          (const char *[]){ "ferplus", NULL });
  mien_graph_set_metadata (graph, "mien.task", "classifier");
  mien_graph_set_metadata (graph, "mien.labels",
                           "{\"ferplus\": [\"neutral\", \"happiness\", \"surprise\", \"sadness\", "
                           "\"anger\", \"disgust\", \"fear\", \"contempt\"]}");
  mien_graph_set_metadata (graph, "mien.input",
                           "{\"name\": \"face\", \"layout\": \"nchw\", \"channels\": 1, \"order\": "
                           "\"gray\", \"range\": [0, 255], \"width\": 48, \"height\": 48}");
  mien_graph_set_metadata (graph, "mien.crop", "{\"rule\": \"square\", \"scale\": 1}");
  mien_graph_write_onnx (graph, path, FALSE, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

static void
brighten (guint8 *pixels, const Place *place)
{
  for (guint y = place->y; y < place->y + place->height; y++)
    for (guint x = place->x; x < place->x + place->width; x++)
      pixels[y * SIDE + x] = (guint8) MIN (pixels[y * SIDE + x] + 70, 255);
}

/* Noise with light that differs from picture to picture, so that brightness as such tells nothing.
 * @mouths_mean: whether a bright mouth is happiness; else the same mouths fall on all classes. */
static MienDataset *
make_faces (gboolean mouths_mean)
{
  MienDataset *set = mien_dataset_new (SIDE, SIDE);
  guint8 pixels[SIDE * SIDE];

  for (guint i = 0; i < N_ROWS; i++)
    {
      MienRandom random = mien_random_at (5, 0, i);
      guint class = i % 3, light = 40 + mien_random_below (&random, 60);
      MienDatasetRow row = {
        .pixels = pixels, .split = MIEN_SPLIT_PRIVATE_TEST, .label = 6, .has_votes = TRUE
      };

      for (guint k = 0; k < sizeof pixels; k++)
        pixels[k] = (guint8) (light + mien_random_below (&random, 40));
      if (mouths_mean ? class == HAPPINESS : (i / 3) % 3 == 0)
        brighten (pixels, &mouth);
      if (class == SURPRISE)
        brighten (pixels, &eyes);
      row.votes[class] = 9;
      mien_dataset_append (set, &row);
    }
  return set;
}

typedef struct
{
  char *folder, *path;
  MienClassifierModel *classifier;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("mien-planted-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = write_network (f->folder);
  f->classifier = mien_classifier_model_load (f->path, MIEN_LABELS_FERPLUS, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mien_classifier_model_unref (f->classifier);
  g_unlink (f->path);
  g_rmdir (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static MienResponse *
respond (Fixture *f, gboolean mouths_mean)
{
  g_autoptr (MienDataset) faces = make_faces (mouths_mean);
  g_autoptr (MienResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  response = mien_response_compute (f->classifier, faces, MIEN_SPLIT_PRIVATE_TEST,
                                    MIEN_PROTOCOL_MAJORITY, FALSE, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  mien_response_ablate (response, f->classifier, faces, MIEN_SPLIT_PRIVATE_TEST,
                        MIEN_PROTOCOL_MAJORITY, FALSE, N_ROWS, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&response);
}

static const MienLayerResponse *
find_layer (const MienResponse *response, const char *name)
{
  for (guint l = 0; l < response->layers->len; l++)
    {
      const MienLayerResponse *layer = response->layers->pdata[l];

      if (strcmp (layer->name, name) == 0)
        return layer;
    }
  g_assert_not_reached ();
}

/* The channel of a layer that answers most selectively to @class. */
static guint
find_selective (const MienLayerResponse *layer, guint class)
{
  guint best = G_MAXUINT;

  for (guint c = 0; c < layer->n_channels; c++)
    if (layer->best_class[c] == class
        && (best == G_MAXUINT || layer->selectivity[c] > layer->selectivity[best]))
      best = c;
  return best;
}

static void
test_found (Fixture *f, gconstpointer data)
{
  g_autoptr (MienResponse) response = respond (f, TRUE);
  const MienLayerResponse *layer = find_layer (response, "features");
  guint k = response->n_classes;

  g_assert_cmpuint (layer->n_channels, ==, N_FEATURES);
  /* The network knows its three classes. */
  for (guint c = NEUTRAL; c <= SURPRISE; c++)
    g_assert_cmpfloat (response->recall[c], >, 0.95);
  /* By selectivity. */
  g_assert_cmpuint (find_selective (layer, HAPPINESS), ==, PLANTED);
  g_assert_cmpfloat (layer->selectivity[PLANTED], >, 0.9);
  g_assert_cmpfloat (layer->z[HAPPINESS * N_FEATURES + PLANTED], >, 1);
  for (guint c = 0; c < N_FEATURES; c++)
    if (c != PLANTED && c != EYES && c != EYES_TOO)
      g_assert_cmpfloat (layer->selectivity[c], <, 0.3);
  /* By what it answers to most: happy rows, every third from the second. */
  for (guint i = 0; i < MIEN_RESPONSE_EXAMPLES; i++)
    g_assert_cmpuint (layer->examples[PLANTED * MIEN_RESPONSE_EXAMPLES + i] % 3, ==, HAPPINESS);
  /* By ablation: without it happiness is gone and nothing else; without any other nothing is. The
   * two for eyes are selective and yet either can go. */
  g_assert_cmpfloat (layer->recall_drop[PLANTED * k + HAPPINESS], >, 0.9);
  g_assert_cmpfloat (fabs (layer->recall_drop[PLANTED * k + NEUTRAL]), <, 0.05);
  g_assert_cmpfloat (fabs (layer->recall_drop[PLANTED * k + SURPRISE]), <, 0.05);
  g_assert_cmpuint (layer->best_class[EYES], ==, SURPRISE);
  g_assert_cmpfloat (layer->selectivity[EYES], >, 0.9);
  for (guint c = 0; c < N_FEATURES; c++)
    for (guint class = NEUTRAL; c != PLANTED && class <= SURPRISE; class ++)
      g_assert_cmpfloat (fabs (layer->recall_drop[c * k + class]), <, 0.05);
}

/* The same network and mouths, but any face may have a bright one: nothing is selective for it. */
static void
test_not_found (Fixture *f, gconstpointer data)
{
  g_autoptr (MienResponse) response = respond (f, FALSE);
  const MienLayerResponse *layer = find_layer (response, "features");

  g_assert_cmpfloat (layer->selectivity[PLANTED], <, 0.4);
  g_assert_cmpfloat (layer->selectivity[EYES], >, 0.9);
  g_assert_cmpfloat (response->recall[HAPPINESS], <, 0.5);
}

/* What was written is what is read. */
static void
test_file (Fixture *f, gconstpointer data)
{
  g_autoptr (MienResponse) response = respond (f, TRUE), again = NULL;
  g_autofree char *text = mien_response_dup_json (response);
  g_autofree char *path = mien_response_dup_path (mien_classifier_model_get_model (f->classifier));
  g_autofree char *beside = g_build_filename (f->folder, "planted.response.json", NULL);
  const MienLayerResponse *a = find_layer (response, "features"), *b;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (path, ==, beside);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  again = mien_response_load (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  g_assert_cmpstr (again->hash, ==, mien_classifier_model_get_hash (f->classifier));
  g_assert_cmpuint (again->n_rows, ==, N_ROWS);
  g_assert_cmpuint (again->ablated_rows, ==, N_ROWS);
  g_assert_cmpuint (again->layers->len, ==, response->layers->len);
  b = find_layer (again, "features");
  g_assert_cmpmem (a->examples, 9 * N_FEATURES * 4, b->examples, 9 * N_FEATURES * 4);
  for (guint i = 0; i < N_FEATURES * 8; i++)
    {
      g_assert_cmpfloat_with_epsilon (a->z[i], b->z[i], 1e-4);
      g_assert_cmpfloat_with_epsilon (a->recall_drop[i], b->recall_drop[i], 1e-4);
    }
}

static MienInfluence *
change (Fixture *f, MienSweep sweep)
{
  g_autoptr (MienDataset) faces = make_faces (TRUE);
  g_autoptr (GError) error = NULL;
  MienInfluence *influence =
      mien_influence_set (f->classifier, faces, MIEN_SPLIT_PRIVATE_TEST, MIEN_PROTOCOL_MAJORITY,
                          FALSE, 0, sweep, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (influence->n_images, ==, N_ROWS);
  return influence;
}

/* The network lives by mouth and eyes: covering the mouth costs the third of the faces that are
 * happy, covering a corner nothing, and light that falls on the whole face nothing. */
static void
test_influence (Fixture *f, gconstpointer data)
{
  g_autoptr (MienInfluence) covered = change (f, MIEN_SWEEP_OCCLUDER);
  g_autoptr (MienInfluence) light = change (f, MIEN_SWEEP_BRIGHTNESS);
  g_autoptr (MienInfluence) moved = change (f, MIEN_SWEEP_SHIFT);
  const MienInfluenceStep *mouth_covered = NULL, *corner = NULL;
  double low, high;

  for (guint i = 0; i < covered->n_steps; i++)
    {
      if (covered->steps[i].step.value == 7)
        mouth_covered = &covered->steps[i];
      if (covered->steps[i].step.value == 6)
        corner = &covered->steps[i];
    }
  g_assert_true (covered->steps[0].step.is_neutral);
  g_assert_cmpfloat (covered->steps[0].accuracy, >, 0.95);
  g_assert_cmpfloat (covered->steps[0].change, ==, 0);
  g_assert_cmpfloat (covered->steps[0].same, ==, 1);
  g_assert_cmpfloat (mouth_covered->accuracy, <, 0.75);
  g_assert_cmpfloat (mouth_covered->change, >, 0.2);
  g_assert_cmpfloat (mouth_covered->change_low, <, mouth_covered->change);
  g_assert_cmpfloat (mouth_covered->change_high, >, mouth_covered->change);
  g_assert_cmpfloat (mouth_covered->accuracy_low, <, mouth_covered->accuracy);
  g_assert_cmpfloat (corner->accuracy, >, 0.95);

  /* A little light changes nothing; more of it burns out, and then there is nothing to see. */
  g_assert_true (mien_influence_find_safe (light, "", 0.05, &low, &high));
  g_assert_cmpfloat (low, <=, -0.1);
  g_assert_cmpfloat (high, >=, 0.1);
  g_assert_cmpfloat (light->steps[light->n_steps - 1].accuracy, <, 0.95);

  /* What is moved by a quarter lies elsewhere. */
  g_assert_true (mien_influence_find_safe (moved, "down", 0.05, &low, &high));
  g_assert_cmpfloat (low, >, -0.25);
  g_assert_cmpfloat (high, <, 0.25);
  g_assert_cmpfloat (low, <=, 0);
  g_assert_false (mien_influence_find_safe (moved, "sideways", 0.05, &low, &high));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func)                                                                           \
  g_test_add ("/insight/planted/" name, Fixture, NULL, set_up, func, tear_down)
  TEST ("found", test_found);
  TEST ("not-found", test_not_found);
  TEST ("file", test_file);
  TEST ("influence", test_influence);
#undef TEST
  return g_test_run ();
}
