/* What is written is what was trained, and can be taken up again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/export.h"

#include "base/error.h"
#include "dataset/random.h"
#include "train/archs.h"
#include "train/loss.h"
#include "train/samples.h"

static MienNetwork *
make (const char *arch, guint64 seed)
{
  MienNetwork *network =
      mien_arch_build (mien_arch_find (arch), mien_train_kernels_find (MIEN_PRECISION_F32), 0);

  mien_network_prepare (network, 2, NULL);
  mien_network_initialise (network, seed);
  return network;
}

/* Every weight goes out and comes back to its place. */
static void
test_import (gconstpointer arch)
{
  g_autoptr (MienNetwork) a = make (arch, 1), b = make (arch, 2);
  MienRandom random = mien_random_at (1, 1, 1);
  g_autoptr (MienGraph) graph = NULL;
  g_autoptr (GError) error = NULL;
  gsize n = mien_network_get_n_params (a);
  guint taken;

  for (gsize i = 0; i < n; i++)
    if (mien_network_get_params (a)[i] != 0)
      mien_network_get_params (a)[i] = mien_random_normal (&random);
  graph = mien_export_graph (a, NULL, NULL, NULL);
  g_assert_true (mien_graph_sort (graph, &error));
  g_assert_no_error (error);
  g_assert_true (mien_export_import (b, graph, &taken, &error));
  g_assert_cmpuint (taken, >, 10);
  g_assert_cmpmem (mien_network_get_params (a), n * sizeof (float), mien_network_get_params (b),
                   n * sizeof (float));
}

static void
test_refused (void)
{
  g_autoptr (MienNetwork) a = make ("mien-fast", 1), b = make ("mini-xception", 2);
  g_autoptr (MienGraph) graph = mien_export_graph (a, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint taken;

  g_assert_false (mien_export_import (b, graph, &taken, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

/* Only the heads asked for, and nothing that only the other one needs. */
static void
test_heads (void)
{
  static const char *const heads[] = { "ferplus", NULL };
  g_autoptr (MienNetwork) network = make ("mini-xception", 1);
  g_autoptr (MienGraph) graph = mien_export_graph (network, NULL, NULL, heads);

  g_assert_cmpuint (mien_graph_get_outputs (graph)->len, ==, 1);
  g_assert_null (mien_graph_find_initializer (graph, "fer2013.conv.weight"));
  g_assert_nonnull (mien_graph_find_initializer (graph, "ferplus.conv.weight"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/export/import/mien-fast", "mien-fast", test_import);
  g_test_add_data_func ("/export/import/mini-xception", "mini-xception", test_import);
  g_test_add_data_func ("/export/import/reference48", "reference48", test_import);
  g_test_add_func ("/export/refused", test_refused);
  g_test_add_func ("/export/heads", test_heads);
  return g_test_run ();
}
