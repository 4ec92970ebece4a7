/* What is known of one channel, and the labelled pictures that it answers to most.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"
#include "widgets/words.h"

#define SIDE 320

char *
mien_network_page_dup_channel_words (MienNetworkPage *self, guint channel)
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

/* Rows of the data set, as many as there are; fills @out with those that can be shown. */
static guint
list_rows (MienNetworkPage *self, guint32 *out)
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
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  const guint8 *pictures[MIEN_RESPONSE_EXAMPLES];
  guint32 rows[MIEN_RESPONSE_EXAMPLES];
  guint n;

  if (self->response == NULL || self->response_layer < 0 || self->data == NULL)
    return;
  n = list_rows (self, rows);
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

/* Square, and no more than half as tall as the window, whatever the size of text: the words want
 * room too. */
static double
measure (gpointer data, const MienPlotStyle *style, double width)
{
  MienNetworkPage *self = data;
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  int room = window == NULL ? 0 : gtk_widget_get_height (window) / 2;

  return MIN (width, MAX (room, SIDE));
}

static void
fill (MienNetworkPage *self)
{
  g_autofree char *words = mien_network_page_dup_channel_words (self, self->example_channel);
  g_autoptr (GString) text = g_string_new (words);
  guint32 rows[MIEN_RESPONSE_EXAMPLES];
  guint n = list_rows (self, rows);
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
  /* It may have become taller: GTK 4.8 does not see that by itself. */
  if (gtk_widget_get_mapped (self->example_popover))
    gtk_popover_present (GTK_POPOVER (self->example_popover));
}

void
mien_network_page_show_examples (MienNetworkPage *self, guint channel, const cairo_rectangle_t *at)
{
  self->example_channel = channel;
  fill (self);
  mien_network_popover_show (self->example_popover, GTK_WIDGET (self->response_view), SIDE, at);
}

void
mien_network_page_data_changed (MienNetworkPage *self)
{
  if (gtk_widget_get_visible (self->example_popover) && self->response != NULL
      && self->response_layer >= 0)
    fill (self);
}

static void
open_cb (GtkButton *button, MienNetworkPage *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->example_popover));
  gtk_widget_activate_action (GTK_WIDGET (self), "data.open", NULL);
}

void
mien_network_page_init_examples (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { .draw = draw, .measure = measure };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->example_view = MIEN_PLOT_VIEW (mien_plot_view_new ());
  mien_plot_view_set_funcs (self->example_view, &funcs, self);
  self->example_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->example_label, TRUE);
  gtk_label_set_xalign (self->example_label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->example_label), "numeric");
  self->example_button = gtk_button_new_with_label (_ ("Open Labelled Pictures…"));
  g_signal_connect (self->example_button, "clicked", G_CALLBACK (open_cb), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->example_view));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->example_label));
  gtk_box_append (GTK_BOX (box), self->example_button);
  self->example_popover = mien_network_popover_new (self, box);
}
