/* What layers and channels answer to, from the file that lies beside the model or that was measured
 * here, and the labelled pictures that a channel answers to most.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"
#include "widgets/words.h"

#define EXAMPLES_SIDE 320

static MienResponseView
get_view (MienNetworkPage *self)
{
  return (MienResponseView) gtk_drop_down_get_selected (self->response_kind);
}

static guint
count_rows (MienNetworkPage *self)
{
  return self->response == NULL ? 0
                                : mien_response_plot_count_rows (
                                    self->response, self->response_layer, get_view (self));
}

static void
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  cairo_rectangle_t at;
  double line = 2 * style->scale;

  if (self->response == NULL)
    return;
  if (self->response_layer >= 0)
    mien_response_plot_draw_layer (cr, style, width, height, self->response,
                                   (guint) self->response_layer, get_view (self));
  else
    mien_response_plot_draw (cr, style, width, height, self->response);
  if (self->response_row < 0
      || !mien_response_plot_locate (style, width, height, self->response, self->response_layer,
                                     get_view (self), (guint) self->response_row, &at))
    return;
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_ACCENT, style->dark));
  cairo_set_line_width (cr, line);
  cairo_rectangle (cr, at.x + line, at.y, at.width - 2 * line, at.height);
  cairo_stroke (cr);
}

static double
measure (gpointer data, const MienPlotStyle *style, double width)
{
  MienNetworkPage *self = data;
  return self->response == NULL ? 1 : (72 + count_rows (self) * 20.0) * style->scale;
}

static void
show_layer (MienNetworkPage *self, int layer)
{
  self->response_layer = layer;
  self->response_row = -1;
  gtk_widget_set_visible (self->response_back, layer >= 0);
  gtk_widget_set_visible (GTK_WIDGET (self->response_kind), layer >= 0);
  mien_plot_view_changed (self->response_view);
}

static char *
dup_channel_words (MienNetworkPage *self, guint channel)
{
  const MienLayerResponse *layer = self->response->layers->pdata[self->response_layer];
  guint n = self->response->n_classes, worst = 0;
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text, _ ("Channel %u answers most to %s, selectivity %.2f"), channel,
      mien_words_get_emotion (self->response->labels[layer->best_class[channel]]),
      layer->selectivity[channel]);
  if (layer->recall_drop == NULL)
    return g_string_free (text, FALSE);
  for (guint k = 1; k < n; k++)
    if (layer->recall_drop[(gsize) channel * n + k]
        > layer->recall_drop[(gsize) channel * n + worst])
      worst = k;
  g_string_append_c (text, '\n');
  /* Translators: percent of recall, name of an emotion. */
  g_string_append_printf (text,
                          _ ("Switched off, the network loses up to %.1f points of recall (%s)"),
                          100 * layer->recall_drop[(gsize) channel * n + worst],
                          mien_words_get_emotion (self->response->labels[worst]));
  return g_string_free (text, FALSE);
}

/* ---- the pictures that a channel answers to most ---- */

/* Rows of the data set, as many as there are; fills @out with those that can be shown. */
static guint
list_examples (MienNetworkPage *self, guint32 *out)
{
  const MienLayerResponse *layer = self->response->layers->pdata[self->response_layer];
  guint n = 0;

  for (guint i = 0; i < MIEN_RESPONSE_EXAMPLES; i++)
    {
      guint32 row = layer->examples[(gsize) self->example_channel * MIEN_RESPONSE_EXAMPLES + i];

      if (row != G_MAXUINT32)
        out[n++] = row;
    }
  return n;
}

/* Whether these are the pictures that were measured over, as far as can be told: long enough, and
 * the rows belong to the part that is named. */
static gboolean
fits (MienNetworkPage *self, const guint32 *rows, guint n)
{
  gboolean is_test =
      g_str_has_prefix (self->response->data, mien_split_get_name (MIEN_SPLIT_PRIVATE_TEST));

  for (guint i = 0; i < n; i++)
    if (rows[i] >= mien_dataset_get_n_rows (self->data->dataset)
        || (is_test
            && !mien_dataset_has_split (self->data->dataset, rows[i], MIEN_SPLIT_PRIVATE_TEST)))
      return FALSE;
  return TRUE;
}

static void
draw_examples (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  const guint8 *pictures[MIEN_RESPONSE_EXAMPLES];
  guint32 rows[MIEN_RESPONSE_EXAMPLES];
  guint n;

  if (self->response == NULL || self->response_layer < 0 || self->data == NULL)
    return;
  n = list_examples (self, rows);
  if (!fits (self, rows, n))
    return;
  for (guint i = 0; i < n; i++)
    {
      MienDatasetRow row;

      mien_dataset_get_row (self->data->dataset, rows[i], &row);
      pictures[i] = row.pixels;
    }
  mien_examples_plot_draw (cr, style, width, height, pictures, n,
                           mien_dataset_get_width (self->data->dataset),
                           mien_dataset_get_height (self->data->dataset));
}

static double
measure_examples (gpointer data, const MienPlotStyle *style, double width)
{
  return EXAMPLES_SIDE * style->scale;
}

static void
fill_examples (MienNetworkPage *self)
{
  g_autofree char *words = dup_channel_words (self, self->example_channel);
  g_autoptr (GString) text = g_string_new (words);
  guint32 rows[MIEN_RESPONSE_EXAMPLES];
  guint n = list_examples (self, rows);
  gboolean has_data = mien_network_page_find_data (self), good = has_data && fits (self, rows, n);

  g_string_append (text, "\n\n");
  if (n == 0)
    g_string_append (text, _ ("No picture moves this channel."));
  else if (good)
    g_string_append (text, _ ("The pictures that it answers to most, in reading order."));
  else if (has_data)
    g_string_append (text, _ ("The labelled pictures that are open are not those it was measured "
                              "over."));
  else
    {
      /* Translators: followed by row numbers of a table. */
      g_string_append (text, _ ("It answers most to the pictures in these rows of the data, which "
                                "are shown when the data is at hand:"));
      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s%u", i > 0 ? ", " : " ", rows[i]);
    }
  gtk_label_set_label (self->example_label, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->example_view), n > 0 && good);
  gtk_widget_set_visible (self->example_button, n > 0 && !good);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->example_view),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text->str, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->example_view));
  /* It may have become taller. */
  if (gtk_widget_get_mapped (self->example_popover))
    gtk_popover_present (GTK_POPOVER (self->example_popover));
}

void
mien_network_page_show_channel (MienNetworkPage *self, guint row)
{
  MienPlotStyle style;
  GtkWidget *view = GTK_WIDGET (self->response_view);
  cairo_rectangle_t at;

  g_return_if_fail (self->response != NULL && self->response_layer >= 0);
  mien_chart_get_style (view, &style);
  if (!mien_response_plot_locate (&style, gtk_widget_get_width (view), gtk_widget_get_height (view),
                                  self->response, self->response_layer, get_view (self), row, &at))
    return;
  self->response_row = (int) row;
  self->example_channel = mien_response_plot_get_channel (
      self->response, (guint) self->response_layer, get_view (self), row);
  fill_examples (self);
  gtk_popover_set_pointing_to (
      GTK_POPOVER (self->example_popover),
      &(GdkRectangle){ (int) at.x, (int) at.y, (int) at.width, (int) at.height });
  gtk_popover_popup (GTK_POPOVER (self->example_popover));
  gtk_widget_queue_draw (view);
}

gboolean
mien_network_page_show_layer_response (MienNetworkPage *self, const char *name)
{
  for (guint i = 0; self->response != NULL && i < self->response->layers->len; i++)
    if (g_strcmp0 (((MienLayerResponse *) self->response->layers->pdata[i])->name, name) == 0)
      {
        show_layer (self, (int) i);
        return TRUE;
      }
  return FALSE;
}

void
mien_network_page_data_changed (MienNetworkPage *self)
{
  if (gtk_widget_get_visible (self->example_popover) && self->response != NULL
      && self->response_layer >= 0)
    fill_examples (self);
}

static void
open_example_cb (GtkButton *button, MienNetworkPage *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->example_popover));
  gtk_widget_activate_action (GTK_WIDGET (self), "data.open", NULL);
}

/* ---- choosing ---- */

static void
activate_row (MienNetworkPage *self, guint row)
{
  if (self->response_layer < 0)
    show_layer (self, (int) row);
  else if (get_view (self) != MIEN_RESPONSE_OVERLAP)
    mien_network_page_show_channel (self, row);
}

/* The row at a height, -1 for none. */
static int
find_row (MienNetworkPage *self, const MienPlotStyle *style, double width, double height, double y)
{
  cairo_rectangle_t at;

  for (guint row = 0; row < count_rows (self); row++)
    if (mien_response_plot_locate (style, width, height, self->response, self->response_layer,
                                   get_view (self), row, &at)
        && y >= at.y && y < at.y + at.height)
      return (int) row;
  return -1;
}

static void
pick (gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  int row = self->response == NULL ? -1 : find_row (self, style, width, height, y);

  if (row >= 0)
    activate_row (self, (guint) row);
}

static char *
dup_layer_words (MienNetworkPage *self, guint row)
{
  const MienLayerResponse *layer = self->response->layers->pdata[row];

  return g_strdup_printf (_ ("%s: show its channels"), layer->name);
}

/* With which other class it shares most of its strongest channels. */
static char *
dup_shared_words (MienNetworkPage *self, guint row)
{
  const MienLayerResponse *layer = self->response->layers->pdata[self->response_layer];
  guint n = self->response->n_classes, most = row == 0 ? 1 : 0;
  const float *overlap = layer->overlap + (gsize) row * n;

  if (n < 2)
    return NULL;
  for (guint k = most + 1; k < n; k++)
    if (k != row && overlap[k] > overlap[most])
      most = k;
  /* Translators: two emotions, a number from 0 to 1. */
  return g_strdup_printf (_ ("%s shares most of its strongest channels with %s: %.2f"),
                          mien_words_get_emotion (self->response->labels[row]),
                          mien_words_get_emotion (self->response->labels[most]), overlap[most]);
}

static char *
dup_row_words (MienNetworkPage *self, guint row)
{
  if (self->response_layer < 0)
    return dup_layer_words (self, row);
  if (get_view (self) == MIEN_RESPONSE_OVERLAP)
    return dup_shared_words (self, row);
  return dup_channel_words (self, mien_response_plot_get_channel (self->response,
                                                                  (guint) self->response_layer,
                                                                  get_view (self), row));
}

static void
move (gpointer data, int right, int down)
{
  MienNetworkPage *self = data;
  int n = (int) count_rows (self);
  g_autofree char *words = NULL;

  if (n == 0 || down == 0)
    return;
  self->response_row = self->response_row < 0 ? 0 : CLAMP (self->response_row + down, 0, n - 1);
  words = dup_row_words (self, (guint) self->response_row);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->response_view),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->response_view));
}

static void
activate (gpointer data)
{
  MienNetworkPage *self = data;

  if (self->response_row >= 0 && (guint) self->response_row < count_rows (self))
    activate_row (self, (guint) self->response_row);
}

static char *
describe (
    gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  int row = self->response == NULL ? -1 : find_row (self, style, width, height, y);

  return row < 0 ? NULL : dup_row_words (self, (guint) row);
}

double *
mien_network_page_dup_selectivity (MienNetworkPage *self, guint n_channels)
{
  const MienLayer *layer = mien_network_page_find_layer (self);
  const MienLayerResponse *found;
  double *out;

  if (self->response == NULL || layer == NULL)
    return NULL;
  found =
      mien_response_find (self->response, mien_scope_get_layers (self->scope), layer, n_channels);
  if (found == NULL)
    return NULL;
  out = g_new (double, n_channels);
  for (guint c = 0; c < n_channels; c++)
    out[c] = found->selectivity[c];
  return out;
}

/* What was measured in this window lies with the person's data: the model's folder is not ours. */
static char *
dup_own_file (MienClassifierModel *classifier)
{
  g_autofree char *name =
      g_strconcat (mien_classifier_model_get_hash (classifier), ".response.json", NULL);

  return g_build_filename (g_get_user_data_dir (), "mien", "response", name, NULL);
}

/* TRUE when the file holds the answers of this very model. */
static gboolean
load_file (MienNetworkPage *self, const char *file, gboolean *is_other, GError **error)
{
  MienClassifierModel *classifier = mien_scope_get_classifier (self->scope);
  g_autoptr (MienResponse) response = NULL;

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    return FALSE;
  response = mien_response_load (file, error);
  if (response == NULL)
    return FALSE;
  if (g_strcmp0 (response->hash, mien_classifier_model_get_hash (classifier)) != 0)
    {
      *is_other = TRUE;
      return FALSE;
    }
  self->response = g_steal_pointer (&response);
  return TRUE;
}

static void
show_response (MienNetworkPage *self, const char *problem)
{
  g_autofree char *text = NULL;

  if (self->response != NULL)
    /* Translators: number of pictures, name of the data set. */
    text = g_strdup_printf (_ ("Over %u pictures (%s)"), self->response->n_rows,
                            mien_words_get_translation (self->response->data));
  gtk_label_set_label (self->response_note, text != NULL ? text : problem);
  gtk_widget_set_visible (self->response_measure, self->response == NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->response_view),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : problem, -1);
  show_layer (self, -1);
}

void
mien_network_page_load_response (MienNetworkPage *self)
{
  MienClassifierModel *classifier = mien_scope_get_classifier (self->scope);
  MienModel *model = mien_classifier_model_get_model (classifier);
  g_autofree char *beside = mien_response_dup_path (model), *own = dup_own_file (classifier);
  gboolean is_other = FALSE;
  g_autoptr (GError) error = NULL;
  const char *problem;

  g_clear_pointer (&self->response, mien_response_free);
  if (!load_file (self, beside, &is_other, &error))
    load_file (self, own, &is_other, error == NULL ? &error : NULL);
  if (error != NULL)
    problem = error->message;
  else if (is_other)
    problem = _ ("The measured answers are those of another version of this model and are not "
                 "shown. Measure them over labelled pictures such as FER2013.");
  else
    problem = _ ("Nobody has measured yet what this model answers to. It takes labelled pictures, "
                 "such as FER2013, and some minutes.");
  show_response (self, problem);
}

/* Takes @response. */
void
mien_network_page_take_response (MienNetworkPage *self, MienResponse *response)
{
  g_autofree char *own = dup_own_file (mien_scope_get_classifier (self->scope));
  g_autofree char *folder = g_path_get_dirname (own);
  g_autofree char *json = mien_response_dup_json (response);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->response, mien_response_free);
  self->response = response;
  show_response (self, "");
  mien_network_page_update_kernels (self);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents (own, json, -1, &error))
    mien_network_page_tell (self, error->message);
}

static void
measure_cb (GtkButton *button, MienNetworkPage *self)
{
  mien_network_page_start_job (self, MIEN_NETWORK_JOB_RESPONSE, NULL);
}

static void
back_cb (GtkButton *button, MienNetworkPage *self)
{
  show_layer (self, -1);
}

static void
kind_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienNetworkPage *self)
{
  if (self->response != NULL)
    show_layer (self, self->response_layer);
}

void
mien_network_page_init_response (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { draw, measure, pick, describe, move, activate, NULL };
  static const MienPlotViewFuncs example_funcs = {
    draw_examples, measure_examples, NULL, NULL, NULL, NULL, NULL
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->response_layer = self->response_row = -1;
  g_signal_connect (self->response_kind, "notify::selected", G_CALLBACK (kind_cb), self);
  self->example_view = MIEN_PLOT_VIEW (mien_plot_view_new ());
  gtk_widget_set_size_request (GTK_WIDGET (self->example_view), EXAMPLES_SIDE, -1);
  mien_plot_view_set_funcs (self->example_view, &example_funcs, self);
  self->example_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->example_label, TRUE);
  gtk_label_set_max_width_chars (self->example_label, 40);
  gtk_label_set_xalign (self->example_label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->example_label), "numeric");
  self->example_button = gtk_button_new_with_label (_ ("Open Labelled Pictures…"));
  g_signal_connect (self->example_button, "clicked", G_CALLBACK (open_example_cb), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->example_view));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->example_label));
  gtk_box_append (GTK_BOX (box), self->example_button);
  self->example_popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->example_popover), box);
  gtk_widget_set_parent (self->example_popover, GTK_WIDGET (self->response_view));
  g_signal_connect (self->response_measure, "clicked", G_CALLBACK (measure_cb), self);
  mien_plot_view_set_funcs (self->response_view, &funcs, self);
  g_signal_connect (self->response_back, "clicked", G_CALLBACK (back_cb), self);
}
