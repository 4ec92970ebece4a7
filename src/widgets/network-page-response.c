/* What layers and channels answer to, from the file that lies beside the model or that was measured
 * here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"
#include "widgets/words.h"

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

static gboolean
locate (
    gpointer data, const MienPlotStyle *style, double width, double height, cairo_rectangle_t *out)
{
  MienNetworkPage *self = data;

  return self->response != NULL && self->response_row >= 0
         && mien_response_plot_locate (style, width, height, self->response, self->response_layer,
                                       get_view (self), (guint) self->response_row, out);
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
  if (!locate (self, style, width, height, &at))
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

  return self->response == NULL
             ? 1
             : mien_response_plot_measure (style, width, self->response, self->response_layer,
                                           get_view (self));
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
  mien_network_page_show_examples (self,
                                   mien_response_plot_get_channel (self->response,
                                                                   (guint) self->response_layer,
                                                                   get_view (self), row),
                                   &at);
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
  return mien_network_page_dup_channel_words (
      self, mien_response_plot_get_channel (self->response, (guint) self->response_layer,
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
  mien_network_page_show_empty (self->response_empty, self->response_note,
                                text == NULL ? _ ("Not Measured Yet") : NULL);
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
  static const MienPlotViewFuncs funcs = { .draw = draw,
                                           .measure = measure,
                                           .pick = pick,
                                           .describe = describe,
                                           .move = move,
                                           .activate = activate,
                                           .locate = locate };

  self->response_layer = self->response_row = -1;
  g_signal_connect (self->response_kind, "notify::selected", G_CALLBACK (kind_cb), self);
  g_signal_connect (self->response_measure, "clicked", G_CALLBACK (measure_cb), self);
  mien_plot_view_set_funcs (self->response_view, &funcs, self);
  g_signal_connect (self->response_back, "clicked", G_CALLBACK (back_cb), self);
}
