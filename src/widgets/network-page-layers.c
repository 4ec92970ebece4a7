/* The column of layers beside the views of the network page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "widgets/network-page-private.h"

/* "Conv · 64 × 24 × 24", and on a second line what it holds and costs. */
static char *
dup_layer_words (const MienLayer *layer, float ms)
{
  g_autofree char *shape = mien_network_words_dup_shape (layer);
  g_autoptr (GString) text = g_string_new (layer->op_type);
  const char *between = " · ";

  if (shape[0] != '\0')
    g_string_append_printf (text, " · %s", shape);
  if (layer->parameters > 1)
    {
      g_autofree char *count = mien_network_words_dup_count ((double) layer->parameters);

      /* Translators: number of weights. */
      g_string_append_printf (text, _ ("\n%s weights"), count);
    }
  if (layer->multiply_adds > 0)
    {
      g_autofree char *count = mien_network_words_dup_count (layer->multiply_adds);

      /* Translators: number of multiply-adds. */
      g_string_append_printf (text, _ (" · %s MAC"), count);
    }
  if (ms >= 0.005f)
    /* Translators: milliseconds. */
    g_string_append_printf (text, _ ("%s%.2f ms"), between, (double) ms);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
mien_network_page_show_times (MienNetworkPage *self, const float *times)
{
  GArray *layers = mien_scope_get_layers (self->scope);

  for (guint i = 0; i < layers->len; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->layer_list, (int) i);
      GtkLabel *label = row == NULL ? NULL : g_object_get_data (G_OBJECT (row), "words");
      g_autofree char *text = dup_layer_words (&g_array_index (layers, MienLayer, i), times[i]);

      if (label != NULL)
        gtk_label_set_label (label, text);
    }
  self->was_timed = TRUE;
}

static GtkWidget *
new_row (const MienLayer *layer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1), *row = gtk_list_box_row_new ();
  GtkWidget *name = gtk_label_new (layer->name);
  g_autofree char *text = dup_layer_words (layer, 0);
  GtkWidget *words = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_tooltip_text (name, layer->name);
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (words), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (words, "caption");
  gtk_widget_add_css_class (words, "dim-label");
  gtk_widget_add_css_class (words, "numeric");
  if (layer->weight == NULL)
    gtk_widget_add_css_class (name, "dim-label");
  gtk_widget_set_margin_top (box, 3);
  gtk_widget_set_margin_bottom (box, 3);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), words);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data (G_OBJECT (row), "words", words);
  return row;
}

/* The second convolution: after the first edges, with places still fine. */
static guint
find_first_choice (GArray *layers)
{
  guint found = 0, seen = 0;

  for (guint i = 0; i < layers->len && seen < 2; i++)
    if (g_str_equal (g_array_index (layers, MienLayer, i).op_type, "Conv"))
      {
        found = i;
        seen++;
      }
  return found;
}

void
mien_network_page_fill_layers (MienNetworkPage *self)
{
  GArray *layers = mien_scope_get_layers (self->scope);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkListBoxRow *old;

  self->is_filling = TRUE;
  while ((old = gtk_list_box_get_row_at_index (self->layer_list, 0)) != NULL)
    gtk_list_box_remove (self->layer_list, GTK_WIDGET (old));
  for (guint i = 0; i < layers->len; i++)
    {
      const MienLayer *layer = &g_array_index (layers, MienLayer, i);

      gtk_list_box_append (self->layer_list, new_row (layer));
      gtk_string_list_append (names, layer->name);
    }
  gtk_drop_down_set_model (self->layer_dropdown, G_LIST_MODEL (names));
  self->is_filling = FALSE;
}

static void
choose_layer (MienNetworkPage *self, guint index)
{
  GArray *layers = mien_scope_get_layers (self->scope);
  const MienLayer *layer;

  if (index >= layers->len)
    return;
  layer = &g_array_index (layers, MienLayer, index);
  if (g_strcmp0 (self->layer, layer->name) == 0)
    return;
  g_free (self->layer);
  self->layer = g_strdup (layer->name);
  self->is_unit_chosen = self->is_hovering = FALSE;
  self->is_filling = TRUE;
  gtk_list_box_select_row (self->layer_list,
                           gtk_list_box_get_row_at_index (self->layer_list, (int) index));
  gtk_drop_down_set_selected (self->layer_dropdown, index);
  self->is_filling = FALSE;
  mien_network_page_update_kernels (self);
  mien_network_page_update_maps (self);
  mien_network_page_update_words (self);
  mien_network_page_ask (self);
}

static void
row_cb (GtkListBox *list, GtkListBoxRow *row, MienNetworkPage *self)
{
  if (row != NULL && !self->is_filling && self->scope != NULL)
    choose_layer (self, (guint) gtk_list_box_row_get_index (row));
}

static void
layer_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienNetworkPage *self)
{
  if (!self->is_filling && self->scope != NULL)
    choose_layer (self, gtk_drop_down_get_selected (dropdown));
}

gboolean
mien_network_page_set_layer (MienNetworkPage *self, const char *name)
{
  GArray *layers;

  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self) && self->scope != NULL, FALSE);
  layers = mien_scope_get_layers (self->scope);
  for (guint i = 0; i < layers->len; i++)
    if (g_strcmp0 (g_array_index (layers, MienLayer, i).name, name) == 0)
      {
        choose_layer (self, i);
        return TRUE;
      }
  return FALSE;
}

const char *
mien_network_page_get_layer (MienNetworkPage *self)
{
  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self), NULL);
  return self->layer;
}

void
mien_network_page_choose_first_layer (MienNetworkPage *self)
{
  choose_layer (self, find_first_choice (mien_scope_get_layers (self->scope)));
}

void
mien_network_page_init_layers (MienNetworkPage *self)
{
  g_signal_connect (self->layer_list, "row-selected", G_CALLBACK (row_cb), self);
  g_signal_connect (self->layer_dropdown, "notify::selected", G_CALLBACK (layer_cb), self);
}
