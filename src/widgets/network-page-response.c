/* What layers and channels answer to, from the file that lies beside the model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"

static void
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;

  if (self->response == NULL)
    return;
  if (self->response_layer >= 0)
    mien_response_plot_draw_layer (cr, style, width, height, self->response,
                                   (guint) self->response_layer);
  else
    mien_response_plot_draw (cr, style, width, height, self->response);
}

static double
measure (gpointer data, const MienPlotStyle *style, double width)
{
  MienNetworkPage *self = data;
  guint rows;

  if (self->response == NULL)
    return 1;
  rows = self->response->layers->len;
  if (self->response_layer >= 0)
    rows = ((MienLayerResponse *) self->response->layers->pdata[self->response_layer])->n_channels;
  return (72 + rows * 20.0) * style->scale;
}

static void
show_layer (MienNetworkPage *self, int layer)
{
  self->response_layer = layer;
  gtk_widget_set_visible (self->response_back, layer >= 0);
  mien_plot_view_changed (self->response_view);
}

static void
pick (gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  int layer;

  if (self->response == NULL || self->response_layer >= 0)
    return;
  layer = mien_response_plot_pick (style, width, height, self->response, y);
  if (layer >= 0)
    show_layer (self, layer);
}

static char *
describe_channel (
    MienNetworkPage *self, const MienPlotStyle *style, double width, double height, double y)
{
  const MienLayerResponse *layer = self->response->layers->pdata[self->response_layer];
  int channel = mien_response_plot_pick_channel (style, width, height, self->response,
                                                 (guint) self->response_layer, y);
  GString *text;
  guint worst = 0;

  if (channel < 0)
    return NULL;
  text = g_string_new (NULL);
  g_string_append_printf (text, _ ("Channel %d answers most to %s, selectivity %.2f"), channel,
                          self->response->labels[layer->best_class[channel]],
                          layer->selectivity[channel]);
  if (layer->recall_drop == NULL)
    return g_string_free (text, FALSE);
  for (guint k = 1; k < self->response->n_classes; k++)
    if (layer->recall_drop[(gsize) channel * self->response->n_classes + k]
        > layer->recall_drop[(gsize) channel * self->response->n_classes + worst])
      worst = k;
  g_string_append_c (text, '\n');
  /* Translators: percent of recall, name of an emotion. */
  g_string_append_printf (
      text, _ ("Switched off, the network loses up to %.1f points of recall (%s)"),
      100 * layer->recall_drop[(gsize) channel * self->response->n_classes + worst],
      self->response->labels[worst]);
  return g_string_free (text, FALSE);
}

static char *
describe (
    gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  int layer;

  if (self->response == NULL)
    return NULL;
  if (self->response_layer >= 0)
    return describe_channel (self, style, width, height, y);
  layer = mien_response_plot_pick (style, width, height, self->response, y);
  return layer < 0
             ? NULL
             : g_strdup_printf (_ ("%s: show its channels"),
                                ((MienLayerResponse *) self->response->layers->pdata[layer])->name);
}

double *
mien_network_page_dup_selectivity (MienNetworkPage *self, guint n_channels)
{
  if (self->response == NULL || self->layer == NULL)
    return NULL;
  for (guint i = 0; i < self->response->layers->len; i++)
    {
      const MienLayerResponse *layer = self->response->layers->pdata[i];
      double *out;

      if (g_strcmp0 (layer->name, self->layer) != 0 || layer->n_channels != n_channels)
        continue;
      out = g_new (double, n_channels);
      for (guint c = 0; c < n_channels; c++)
        out[c] = layer->selectivity[c];
      return out;
    }
  return NULL;
}

/* The file lies beside the model: NAME.response.json. */
void
mien_network_page_load_response (MienNetworkPage *self)
{
  MienClassifierModel *classifier = mien_scope_get_classifier (self->scope);
  const char *path = mien_model_get_path (mien_classifier_model_get_model (classifier));
  g_autofree char *stem = g_str_has_suffix (path, ".onnx")
                              ? g_strndup (path, strlen (path) - strlen (".onnx"))
                              : g_strdup (path);
  g_autofree char *file = g_strconcat (stem, ".response.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->response, mien_response_free);
  show_layer (self, -1);
  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    text = g_strdup (_ ("Nobody has measured yet what this model answers to: `mien-cli inspect "
                        "response` does."));
  else if ((self->response = mien_response_load (file, &error)) == NULL)
    text = g_strdup (error->message);
  else if (g_strcmp0 (self->response->hash, mien_classifier_model_get_hash (classifier)) != 0)
    {
      g_clear_pointer (&self->response, mien_response_free);
      text = g_strdup (_ ("The measured answers are those of another version of this model and are "
                          "not shown: `mien-cli inspect response` makes new ones."));
    }
  else
    /* Translators: number of pictures, name of the data set. */
    text =
        g_strdup_printf (_ ("Over %u pictures (%s)"), self->response->n_rows, self->response->data);
  gtk_label_set_label (self->response_note, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->response_view),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  mien_plot_view_changed (self->response_view);
}

static void
back_cb (GtkButton *button, MienNetworkPage *self)
{
  show_layer (self, -1);
}

void
mien_network_page_init_response (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { draw, measure, pick, describe, NULL };

  self->response_layer = -1;
  mien_plot_view_set_funcs (self->response_view, &funcs, self);
  g_signal_connect (self->response_back, "clicked", G_CALLBACK (back_cb), self);
}
