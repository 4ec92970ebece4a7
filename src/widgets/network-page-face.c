/* The face as the network takes it, with what it looked at; and what changes its mind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"
#include "widgets/words.h"

#define FACE_SIDE 260
#define SMALL_FACE_SIDE 150 /* below the drawings */

static gboolean
shows_unit (MienNetworkPage *self)
{
  return g_strcmp0 (mien_network_page_get_view (self), "maps") == 0
         && (self->is_unit_chosen || self->is_hovering);
}

/* The map of the chosen channel, laid over the face; NULL when it is not wanted. */
static MienTensor *
dup_channel (MienNetworkPage *self, gboolean *is_signed)
{
  guint channel = self->is_hovering ? self->hovered[0] : self->channel;
  MienTensor *map;
  gsize size;

  if (!gtk_toggle_button_get_active (self->map_overlay) || self->maps == NULL
      || self->maps->rank != 4 || channel >= (guint) self->maps->dims[1])
    return NULL;
  map = mien_tensor_new_f32 (2, self->maps->dims + 2);
  size = map->n_elements;
  memcpy (mien_tensor_f32 (map), mien_tensor_f32 (self->maps) + channel * size,
          size * sizeof (float));
  *is_signed = FALSE;
  for (gsize i = 0; i < size; i++)
    *is_signed = *is_signed || mien_tensor_f32 (map)[i] < 0;
  return map;
}

/* What lies over the face: for maps what moved the chosen unit, else saliency. */
static void
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  MienTensor *map = shows_unit (self) ? self->unit : self->saliency;
  g_autoptr (MienTensor) channel = NULL;
  gboolean is_signed =
      shows_unit (self)
      || gtk_drop_down_get_selected (self->method_dropdown) != MIEN_SALIENCY_GRADCAM;

  if (self->face == NULL)
    {
      MienColour ground = mien_palette_get_ink (MIEN_INK_LANE, style->dark);
      double side = MIN (width, height);

      mien_palette_set_source (cr, ground);
      cairo_rectangle (cr, (width - side) / 2, (height - side) / 2, side, side);
      cairo_fill (cr);
      return;
    }
  if (shows_unit (self))
    channel = dup_channel (self, &is_signed);
  mien_face_plot_draw (cr, style, width, height, self->face, channel != NULL ? channel : map,
                       is_signed, shows_unit (self) && self->unit != NULL ? self->unit_box : NULL);
}

static double
measure (gpointer data, const MienPlotStyle *style, double width)
{
  MienNetworkPage *self = data;

  if (mien_split_is_folded (self->split))
    return MIN (width, SMALL_FACE_SIDE * style->scale);
  return MIN (width, FACE_SIDE * style->scale);
}

/* "Happiness 87 %, neutral 9 %": the three likeliest. */
static char *
dup_verdict (const MienScopeAnswer *answer, MienLabelSet set)
{
  const char *const *labels = mien_label_set_get_labels (set);
  guint n = mien_label_set_get_n (set);
  gboolean taken[MIEN_LABELS_MAX] = { FALSE };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint rank = 0; rank < 3; rank++)
    {
      g_autofree char *percent = NULL;
      guint best = n;

      for (guint i = 0; i < n; i++)
        if (!taken[i] && (best == n || answer->probabilities[i] > answer->probabilities[best]))
          best = i;
      taken[best] = TRUE;
      percent = mien_words_dup_percent (answer->probabilities[best]);
      if (rank == 0 || answer->probabilities[best] >= 0.01f)
        g_string_append_printf (text, "%s%s %s", rank > 0 ? "\n" : "",
                                mien_words_get_emotion (labels[best]), percent);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
dup_share (const MienScopeAnswer *answer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (answer->saliency == NULL || !answer->has_share)
    return g_strdup ("");
  for (int r = 0; r < MIEN_N_REGIONS; r++)
    {
      g_autofree char *percent = mien_words_dup_percent (answer->share[r]);

      g_string_append_printf (text, "%s%s %s", r > 0 ? " · " : "",
                              mien_network_words_get_region ((MienRegion) r), percent);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
take (MienTensor **place, MienTensor *tensor)
{
  g_clear_pointer (place, mien_tensor_unref);
  *place = tensor == NULL ? NULL : mien_tensor_ref (tensor);
}

static void
take_maps (MienNetworkPage *self, const MienScopeAnswer *answer)
{
  gboolean is_new = g_strcmp0 (self->maps_layer, answer->layer) != 0;

  if (answer->maps == NULL)
    return;
  take (&self->maps, answer->maps);
  g_free (self->maps_layer);
  self->maps_layer = g_strdup (answer->layer);
  mien_network_page_update_maps (self);
  if (is_new)
    mien_plot_view_changed (self->map_view);
  else
    gtk_widget_queue_draw (GTK_WIDGET (self->map_view));
}

void
mien_network_page_update_face (MienNetworkPage *self, const MienScopeAnswer *answer)
{
  MienLabelSet set = mien_classifier_model_get_label_set (mien_scope_get_classifier (self->scope));
  g_autofree char *verdict = dup_verdict (answer, set), *share = dup_share (answer);

  take (&self->face, answer->face);
  if (answer->saliency != NULL)
    take (&self->saliency, answer->saliency);
  take (&self->unit, answer->unit);
  memcpy (self->unit_box, answer->unit_box, sizeof self->unit_box);
  take_maps (self, answer);
  gtk_label_set_label (self->face_note, verdict);
  if (answer->saliency != NULL)
    gtk_label_set_label (self->share_label, share);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->face_view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  verdict, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->face_view));
}

static void
chosen_cb (GObject *object, GParamSpec *pspec, MienNetworkPage *self)
{
  if (!self->is_filling)
    mien_network_page_ask (self);
}

void
mien_network_page_init_face (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { .draw = draw, .measure = measure };
  g_autoptr (GtkStringList) sweeps = gtk_string_list_new (NULL);

  mien_plot_view_set_funcs (self->face_view, &funcs, self);
  for (int i = 0; i < MIEN_N_SWEEPS; i++)
    gtk_string_list_append (sweeps, mien_network_words_get_sweep ((MienSweep) i));
  self->is_filling = TRUE;
  gtk_drop_down_set_model (self->sweep_dropdown, G_LIST_MODEL (sweeps));
  self->is_filling = FALSE;
  g_signal_connect (self->sweep_dropdown, "notify::selected", G_CALLBACK (chosen_cb), self);
  g_signal_connect (self->class_dropdown, "notify::selected", G_CALLBACK (chosen_cb), self);
}
