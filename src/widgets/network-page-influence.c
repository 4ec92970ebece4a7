/* What changes the network's mind: changes of the face that stands, what the film measured over
 * pose, light and size, or changes of labelled pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "plot/dependence-plot.h"
#include "plot/network-plot.h"
#include "plot/picture.h"
#include "plot/robustness-plot.h"
#include "widgets/network-page-private.h"
#include "widgets/words.h"

#define SWEEP_HEIGHT 380
#define MAX_NOTES 6 /* sentences; more would hide the picture */

MienNetworkSource
mien_network_page_get_source (MienNetworkPage *self)
{
  return (MienNetworkSource) gtk_drop_down_get_selected (self->source_dropdown);
}

static gboolean
has_film (MienNetworkPage *self)
{
  return self->factors[MIEN_N_FACTORS - 1] != NULL;
}

/* ---- the film ---- */

static void
forget_film (MienNetworkPage *self)
{
  for (int f = 0; f < MIEN_N_FACTORS; f++)
    g_clear_pointer (&self->factors[f], mien_dependence_free);
}

/* A sentence for each place where the results should not be trusted. */
static void
add_notes (const MienDependence *factor, GString *text, guint *n)
{
  guint begin, end = 0, seconds;
  double confidence;

  while (mien_dependence_next_doubt (factor, &begin, &end, &seconds, &confidence))
    {
      double low = factor->bins[begin].low, high = factor->bins[end - 1].high;
      g_autofree char *range =
          factor->factor == MIEN_FACTOR_BRIGHTNESS
              ? g_strdup_printf ("%.1f–%.1f", low, MIN (high, 1))
              : mien_words_take_minus (g_strdup_printf (
                  factor->factor == MIEN_FACTOR_SIZE ? "%.0f–%.0f px" : "%.0f°…%.0f°", low, high));

      if (++*n > MAX_NOTES)
        return;
      g_string_append_printf (
          text, "\n%s, %s: ", _ (mien_dependence_plot_get_title (factor->factor)), range);
      if (factor->bins[begin].trust == MIEN_TRUST_FEW)
        g_string_append_printf (
            text, ngettext ("only %u second of film", "only %u seconds of film", seconds), seconds);
      else
        {
          g_autofree char *here = mien_words_dup_percent (confidence);
          g_autofree char *usual =
              mien_words_dup_percent (factor->bins[factor->reference].confidence);

          /* Translators: two percentages. */
          g_string_append_printf (text, _ ("less sure, %s against %s elsewhere"), here, usual);
        }
    }
}

/* The most of any factor; the film must have been gone through. */
static guint
count_samples (MienNetworkPage *self)
{
  guint n = 0;

  for (int f = 0; f < MIEN_N_FACTORS; f++)
    n = MAX (n, self->factors[f]->n_samples);
  return n;
}

static char *
dup_film_words (MienNetworkPage *self)
{
  g_autoptr (GString) text = NULL;
  guint n = 0;

  if (!has_film (self))
    return g_strdup (self->film_source != 0 ? _ ("Going through the film…")
                                            : _ ("Nothing analysed yet"));
  if (count_samples (self) == 0)
    return g_strdup (_ ("Nothing analysed yet"));
  text = g_string_new (_ ("Do not trust what is hatched."));
  for (int f = 0; f < MIEN_N_FACTORS; f++)
    add_notes (self->factors[f], text, &n);
  if (n == 0)
    return g_strdup (
        _ ("Nowhere is there reason to trust this film’s results less than elsewhere."));
  if (n > MAX_NOTES)
    g_string_append (text, "\n…");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* One factor at a time: long films have millions of samples. */
static gboolean
film_cb (gpointer data)
{
  MienNetworkPage *self = data;
  MienDocument *document = self->session == NULL ? NULL : mien_session_get_document (self->session);
  int f = 0;

  while (f < MIEN_N_FACTORS && self->factors[f] != NULL)
    f++;
  if (document != NULL && f < MIEN_N_FACTORS && mien_document_get_n_classes (document) > 0)
    {
      self->factors[f] = mien_dependence_new (document, (MienFactor) f);
      if (f + 1 < MIEN_N_FACTORS)
        return G_SOURCE_CONTINUE;
    }
  self->film_source = 0;
  mien_network_page_update_influence (self);
  return G_SOURCE_REMOVE;
}

void
mien_network_page_film_changed (MienNetworkPage *self)
{
  g_clear_handle_id (&self->film_source, g_source_remove);
  forget_film (self);
  if (self->session == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self->influence_view))
      || mien_network_page_get_source (self) != MIEN_NETWORK_SOURCE_FILM)
    return;
  /* While an analysis runs there is news several times a second. */
  self->film_source = g_timeout_add_full (G_PRIORITY_LOW, 300, film_cb, self, NULL);
}

/* ---- drawing ---- */

static void
draw_film (
    MienNetworkPage *self, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienDocument *document = self->session == NULL ? NULL : mien_session_get_document (self->session);

  if (has_film (self) && document != NULL
      && mien_document_get_n_classes (document) == self->factors[0]->n_classes)
    mien_dependence_plot_draw (cr, style, width, height, self->factors,
                               mien_document_get_classes (document),
                               _ ("Emotions over pose, light and size"));
}

static MienRobustnessPlot
get_report (MienNetworkPage *self)
{
  MienClassifierModel *classifier = mien_scope_get_classifier (self->scope);

  return (MienRobustnessPlot){ mien_classifier_model_get_name (classifier),
                               mien_classifier_model_get_hash (classifier), self->sweeps_words,
                               (const MienInfluence *const *) self->sweeps->pdata,
                               self->sweeps->len };
}

static void
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  MienNetworkSource source = mien_network_page_get_source (self);

  if (source == MIEN_NETWORK_SOURCE_FILM)
    draw_film (self, cr, style, width, height);
  else if (source == MIEN_NETWORK_SOURCE_SET && self->sweeps != NULL)
    {
      MienRobustnessPlot plot = get_report (self);

      mien_robustness_plot_draw (&plot, cr, style, width, height);
    }
  else if (source == MIEN_NETWORK_SOURCE_FACE && self->influence != NULL)
    mien_influence_plot_draw (cr, style, width, height, self->influence,
                              mien_label_set_get_labels (mien_classifier_model_get_label_set (
                                  mien_scope_get_classifier (self->scope))));
}

static double
measure (gpointer data, const MienPlotStyle *style, double width)
{
  MienNetworkPage *self = data;
  MienRobustnessPlot plot;

  switch (mien_network_page_get_source (self))
    {
    case MIEN_NETWORK_SOURCE_FILM:
      return has_film (self) ? mien_dependence_plot_measure (style, width) : 1;
    case MIEN_NETWORK_SOURCE_SET:
      if (self->sweeps == NULL)
        return 1;
      plot = get_report (self);
      return mien_robustness_plot_measure (&plot, style, width);
    case MIEN_NETWORK_SOURCE_FACE:
    default:
      return self->influence == NULL ? 1 : SWEEP_HEIGHT * style->scale;
    }
}

/* ---- the report as a file ---- */

static void
draw_page (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  /* As it is on the screen, in the same words, on paper. */
  mien_plot_style_init (&style);
  style.word = mien_words_get_translation;
  style.point = mien_words_get_point ();
  mien_robustness_plot_draw (data, cr, &style, width, height);
}

gboolean
mien_network_page_save_report (MienNetworkPage *self, const char *path, GError **error)
{
  MienRobustnessPlot plot;

  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self) && self->sweeps != NULL, FALSE);
  plot = get_report (self);
  return mien_picture_write (path, MIEN_ROBUSTNESS_WIDTH, MIEN_ROBUSTNESS_HEIGHT, 2, draw_page,
                             &plot, error);
}

static void
saved_cb (GtkNativeDialog *dialog, int response, MienNetworkPage *self)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = file == NULL ? NULL : g_file_get_path (file);
  if (path != NULL && self->sweeps != NULL && !mien_network_page_save_report (self, path, &error))
    mien_network_page_tell (self, error->message);
  g_object_unref (dialog);
}

static void
save_cb (GtkButton *button, MienNetworkPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Save the Report"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
      GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  g_autofree char *name =
      g_strdup_printf ("robustness-%s.pdf",
                       mien_classifier_model_get_name (mien_scope_get_classifier (self->scope)));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (saved_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- the view ---- */

static char *
dup_words (MienNetworkPage *self)
{
  switch (mien_network_page_get_source (self))
    {
    case MIEN_NETWORK_SOURCE_FILM:
      return dup_film_words (self);
    case MIEN_NETWORK_SOURCE_SET:
      if (self->sweeps == NULL)
        return g_strdup (_ ("How far this model holds when pictures move, turn, and are badly lit "
                            "or recorded, over labelled pictures such as FER2013."));
      /* Translators: number of pictures, name of the data set. */
      return g_strdup_printf (_ ("Over %u pictures (%s)"),
                              ((MienInfluence *) self->sweeps->pdata[0])->n_images,
                              mien_words_get_translation (self->sweeps_words));
    case MIEN_NETWORK_SOURCE_FACE:
    default:
      return g_strdup (self->face == NULL ? _ ("No face here: go to a moment with one.")
                                          : _ ("The face under the playhead"));
    }
}

/* What is said in place of a view that has nothing to draw: NULL when it has. */
static const char *
find_empty_title (MienNetworkPage *self, MienNetworkSource source)
{
  switch (source)
    {
    case MIEN_NETWORK_SOURCE_SET:
      return self->sweeps == NULL ? _ ("Not Measured Yet") : NULL;
    case MIEN_NETWORK_SOURCE_FILM:
      return has_film (self) && count_samples (self) > 0 ? NULL : "";
    case MIEN_NETWORK_SOURCE_FACE:
    default:
      return self->face == NULL ? "" : NULL;
    }
}

void
mien_network_page_update_influence (MienNetworkPage *self)
{
  MienNetworkSource source = mien_network_page_get_source (self);
  g_autofree char *text = dup_words (self);

  gtk_widget_set_visible (GTK_WIDGET (self->sweep_dropdown), source == MIEN_NETWORK_SOURCE_FACE);
  gtk_widget_set_visible (self->influence_measure,
                          source == MIEN_NETWORK_SOURCE_SET && self->sweeps == NULL);
  gtk_widget_set_visible (self->influence_save,
                          source == MIEN_NETWORK_SOURCE_SET && self->sweeps != NULL);
  gtk_widget_set_visible (self->influence_menu, source == MIEN_NETWORK_SOURCE_SET);
  gtk_label_set_label (self->influence_note, text);
  mien_network_page_show_empty (self->influence_empty, self->influence_note,
                                find_empty_title (self, source));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->influence_view),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  /* The curves of a face take what room there is. */
  gtk_widget_set_valign (GTK_WIDGET (self->influence_view),
                         source == MIEN_NETWORK_SOURCE_FACE ? GTK_ALIGN_FILL : GTK_ALIGN_START);
  mien_plot_view_changed (self->influence_view);
}

void
mien_network_page_take_sweeps (MienNetworkPage *self, GPtrArray *sweeps, char *words)
{
  g_clear_pointer (&self->sweeps, g_ptr_array_unref);
  g_clear_pointer (&self->sweeps_words, g_free);
  self->sweeps = sweeps;
  self->sweeps_words = words;
  mien_network_page_update_influence (self);
}

void
mien_network_page_set_source (MienNetworkPage *self, MienNetworkSource source)
{
  gtk_drop_down_set_selected (self->source_dropdown, source);
}

static void
source_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienNetworkPage *self)
{
  mien_network_page_film_changed (self);
  mien_network_page_update_influence (self);
  mien_network_page_update_words (self);
  mien_network_page_ask (self);
}

static void
map_cb (GtkWidget *view, MienNetworkPage *self)
{
  if (!has_film (self))
    mien_network_page_film_changed (self);
}

static void
measure_cb (GtkButton *button, MienNetworkPage *self)
{
  mien_network_page_start_job (self, MIEN_NETWORK_JOB_ROBUSTNESS, NULL);
}

void
mien_network_page_clear_influence (MienNetworkPage *self)
{
  g_clear_handle_id (&self->film_source, g_source_remove);
  forget_film (self);
  g_clear_pointer (&self->sweeps, g_ptr_array_unref);
  g_clear_pointer (&self->sweeps_words, g_free);
}

void
mien_network_page_init_influence (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { .draw = draw, .measure = measure };

  mien_plot_view_set_funcs (self->influence_view, &funcs, self);
  g_signal_connect (self->source_dropdown, "notify::selected", G_CALLBACK (source_cb), self);
  g_signal_connect (self->influence_view, "map", G_CALLBACK (map_cb), self);
  g_signal_connect (self->influence_measure, "clicked", G_CALLBACK (measure_cb), self);
  g_signal_connect (self->influence_save, "clicked", G_CALLBACK (save_cb), self);
}
