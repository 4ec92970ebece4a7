/* What a document measured, over pose, light and size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "cli/inspect.h"
#include "plot/dependence-plot.h"
#include "plot/picture.h"

#define WIDTH 1100.0
#define HEIGHT 960.0

typedef struct
{
  MienDocument *document;
  MienDependence *factors[MIEN_N_FACTORS];
  char *title;
} Page;

static void
draw (cairo_t *cr, double width, double height, gpointer data)
{
  const Page *page = data;
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_dependence_plot_draw (cr, &style, width, height, page->factors,
                             mien_document_get_classes (page->document), page->title);
}

static gboolean
write_page (Page *page, const char *folder, GError **error)
{
  static const char *const names[] = { "dependence.png", "dependence.svg", "dependence.pdf" };
  g_autoptr (GOutputStream) table = g_memory_output_stream_new_resizable ();
  g_autofree char *path = g_build_filename (folder, "dependence.csv", NULL);
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (table);

  for (MienFactor f = 0; f < MIEN_N_FACTORS; f++)
    if (!mien_dependence_write_csv (page->factors[f], page->document, f == 0, table, error))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *picture = g_build_filename (folder, names[i], NULL);

      if (!mien_picture_write (picture, WIDTH, HEIGHT, 1, draw, page, error))
        return FALSE;
    }
  return g_output_stream_close (table, NULL, error)
         && mien_inspect_write_text (path, g_memory_output_stream_get_data (memory),
                                     (gssize) g_memory_output_stream_get_data_size (memory), error);
}

/* Results of another network than the one asked about are said to be so. */
static void
compare_models (MienDocument *document, const char *path, MienClassifierModel *classifier)
{
  const char *models = mien_document_get_setting (document, "models");

  if (models != NULL && strstr (models, mien_classifier_model_get_hash (classifier)) == NULL)
    g_printerr ("mien-cli: %s: was analysed with another classifier than %s\n", path,
                mien_classifier_model_get_name (classifier));
}

gboolean
mien_inspect_document (const char *path,
                       MienClassifierModel *classifier,
                       const char *folder,
                       GError **error)
{
  g_autoptr (MienDocument) document = mien_document_open_read_only (path, error);
  g_autofree char *name = g_path_get_basename (path);
  Page page = { .document = document };
  gboolean good;

  if (document == NULL)
    return FALSE;
  compare_models (document, path, classifier);
  page.title = g_strdup_printf ("%s: emotions over pose, light and size", name);
  for (MienFactor f = 0; f < MIEN_N_FACTORS; f++)
    page.factors[f] = mien_dependence_new (document, f);
  good = write_page (&page, folder, error);
  for (MienFactor f = 0; f < MIEN_N_FACTORS; f++)
    {
      g_autofree char *notes = mien_dependence_dup_notes (page.factors[f]);

      if (good)
        g_print ("%s", notes);
      mien_dependence_free (page.factors[f]);
    }
  g_free (page.title);
  return good;
}
