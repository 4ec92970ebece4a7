/* Draws the page of a model's robustness again from the table of what was measured:
 * robustness-page MODEL.onnx INFLUENCE.csv WORDS OUT.{png,svg,pdf}. WORDS say over what it was
 * measured; what is on the page but not in the table is the model's name and hash.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "plot/picture.h"
#include "plot/robustness-plot.h"

/* A cell by the name of its column; NAN where it is empty or there is none. */
static double
get_number (GPtrArray *names, const char *const *cells, guint n_cells, const char *name)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, &i) || i >= n_cells
      || *cells[i] == '\0')
    return NAN;
  return g_ascii_strtod (cells[i], NULL);
}

static const char *
get_text (GPtrArray *names, const char *const *cells, guint n_cells, const char *name)
{
  guint i;

  return g_ptr_array_find_with_equal_func (names, name, g_str_equal, &i) && i < n_cells ? cells[i]
                                                                                        : "";
}

static MienInfluence *
new_influence (MienSweep sweep, guint n_images)
{
  MienInfluence *self = g_new0 (MienInfluence, 1);
  const MienSweepStep *steps = mien_sweep_get_steps (sweep, &self->n_steps);

  self->sweep = sweep;
  self->n_images = n_images;
  self->steps = g_new0 (MienInfluenceStep, self->n_steps);
  for (guint i = 0; i < self->n_steps; i++)
    {
      self->steps[i].step = steps[i];
      self->steps[i].accuracy = NAN;
    }
  return self;
}

/* Rows stand in the order of the sweeps and of their steps. */
static gboolean
take_row (
    GPtrArray *sweeps, GPtrArray *names, const char *const *cells, guint n_cells, GError **error)
{
  const char *series = get_text (names, cells, n_cells, "series");
  double value = get_number (names, cells, n_cells, "value");
  MienInfluence *last = sweeps->len > 0 ? sweeps->pdata[sweeps->len - 1] : NULL;
  MienSweep sweep;

  if (!mien_sweep_from_name (get_text (names, cells, n_cells, "sweep"), &sweep))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "there is no such sweep");
      return FALSE;
    }
  if (last == NULL || last->sweep != sweep)
    {
      last = new_influence (sweep, (guint) get_number (names, cells, n_cells, "images"));
      g_ptr_array_add (sweeps, last);
    }
  for (guint i = 0; i < last->n_steps; i++)
    {
      MienInfluenceStep *step = &last->steps[i];

      if (strcmp (step->step.series, series) != 0 || fabs (step->step.value - value) > 5e-4)
        continue;
      step->accuracy = get_number (names, cells, n_cells, "accuracy");
      step->accuracy_low = get_number (names, cells, n_cells, "accuracy_low");
      step->accuracy_high = get_number (names, cells, n_cells, "accuracy_high");
      step->change = get_number (names, cells, n_cells, "change");
      step->change_low = get_number (names, cells, n_cells, "change_low");
      step->change_high = get_number (names, cells, n_cells, "change_high");
      step->same = get_number (names, cells, n_cells, "same");
      return TRUE;
    }
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "the sweep has no such step now");
  return FALSE;
}

static gboolean
check_whole (GPtrArray *sweeps, GError **error)
{
  for (guint s = 0; s < sweeps->len; s++)
    {
      const MienInfluence *influence = sweeps->pdata[s];

      for (guint i = 0; i < influence->n_steps; i++)
        if (isnan (influence->steps[i].accuracy))
          {
            g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: the step %g is not there",
                         mien_sweep_get_name (influence->sweep), influence->steps[i].step.value);
            return FALSE;
          }
    }
  return TRUE;
}

static gboolean
read_table (const char *path, GPtrArray *sweeps, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (MienCsvReader) reader = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *const *cells;
  guint n;

  if (stream == NULL)
    return FALSE;
  reader = mien_csv_reader_new (G_INPUT_STREAM (stream), path);
  if (!mien_csv_reader_next (reader, &cells, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, g_strdup (cells[i]));
  while (TRUE)
    {
      if (!mien_csv_reader_next (reader, &cells, &n, error))
        return FALSE;
      if (cells == NULL)
        return check_whole (sweeps, error);
      if (!take_row (sweeps, names, cells, n, error))
        {
          g_prefix_error (error, "%s: line %" G_GUINT64_FORMAT ": ", path,
                          mien_csv_reader_get_line (reader));
          return FALSE;
        }
    }
}

static char *
dup_hash (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);

  if (file == NULL)
    return NULL;
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guint8 *) g_mapped_file_get_contents (file),
                                      g_mapped_file_get_length (file));
}

static void
draw (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_robustness_plot_draw (data, cr, &style, width, height);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) sweeps =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_influence_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL, *name = NULL;
  MienRobustnessPlot plot;

  if (argc != 5)
    {
      g_printerr ("usage: %s MODEL.onnx INFLUENCE.csv WORDS OUT.{png,svg,pdf}\n", argv[0]);
      return 1;
    }
  name = g_path_get_basename (argv[1]);
  if (g_str_has_suffix (name, ".onnx"))
    name[strlen (name) - strlen (".onnx")] = '\0';
  hash = dup_hash (argv[1], &error);
  if (hash != NULL && read_table (argv[2], sweeps, &error))
    {
      plot = (MienRobustnessPlot){ name, hash, argv[3],
                                   (const MienInfluence *const *) sweeps->pdata, sweeps->len };
      if (mien_picture_write (argv[4], MIEN_ROBUSTNESS_WIDTH, MIEN_ROBUSTNESS_HEIGHT, 2, draw,
                              &plot, &error))
        return 0;
    }
  g_printerr ("%s\n", error->message);
  return 1;
}
