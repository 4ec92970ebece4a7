/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/filters-button.h"

#include <glib/gi18n.h>

struct _MienFiltersButton
{
  GtkWidget parent_instance;

  GtkWidget *button;
  GtkDropDown *kind_dropdown; /* items in the order of MienSmoothingKind */
  GtkSpinButton *seconds_spin;
  GtkSpinButton *threshold_spin; /* per cent */
  GtkSpinButton *segment_spin;
  gboolean showing; /* the controls follow the document, not the other way round */

  MienSession *session;
};

G_DEFINE_TYPE (MienFiltersButton, mien_filters_button, GTK_TYPE_WIDGET)

GtkWidget *
mien_filters_button_new (void)
{
  return g_object_new (MIEN_TYPE_FILTERS_BUTTON, NULL);
}

static MienDocument *
get_document (MienFiltersButton *self)
{
  return self->session == NULL ? NULL : mien_session_get_document (self->session);
}

static void
show_filters (MienFiltersButton *self)
{
  MienDocument *document = get_document (self);
  const MienFilters *filters;

  gtk_widget_set_sensitive (self->button, document != NULL);
  if (document == NULL)
    return;
  filters = mien_document_get_filters (document);
  self->showing = TRUE;
  gtk_drop_down_set_selected (self->kind_dropdown, filters->smoothing.kind);
  if (filters->smoothing.kind != MIEN_SMOOTHING_NONE)
    gtk_spin_button_set_value (self->seconds_spin, filters->smoothing.seconds);
  gtk_widget_set_sensitive (GTK_WIDGET (self->seconds_spin),
                            filters->smoothing.kind != MIEN_SMOOTHING_NONE);
  gtk_spin_button_set_value (self->threshold_spin, filters->threshold * 100.0);
  gtk_spin_button_set_value (self->segment_spin, filters->segment_seconds);
  self->showing = FALSE;
}

static void
changed_by_person_cb (GObject *object, gpointer unused, MienFiltersButton *self)
{
  MienDocument *document = get_document (self);
  MienFilters filters;

  if (self->showing || document == NULL)
    return;
  filters.smoothing.kind = (MienSmoothingKind) gtk_drop_down_get_selected (self->kind_dropdown);
  filters.smoothing.seconds = filters.smoothing.kind == MIEN_SMOOTHING_NONE
                                  ? 0.0
                                  : gtk_spin_button_get_value (self->seconds_spin);
  filters.threshold = gtk_spin_button_get_value (self->threshold_spin) / 100.0;
  filters.segment_seconds = gtk_spin_button_get_value (self->segment_spin);
  mien_document_set_filters (document, &filters);
  show_filters (self);
}

static void
value_cb (GtkSpinButton *spin, MienFiltersButton *self)
{
  changed_by_person_cb (G_OBJECT (spin), NULL, self);
}

static void
changed_cb (MienSession *session, guint flags, MienFiltersButton *self)
{
  if (flags & MIEN_CHANGE_FILTERS)
    show_filters (self);
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienFiltersButton *self)
{
  show_filters (self);
}

void
mien_filters_button_set_session (MienFiltersButton *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_FILTERS_BUTTON (self));
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
  show_filters (self);
}

static void
attach (GtkGrid *grid, int row, const char *text, GtkWidget *control)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), control);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_grid_attach (grid, label, 0, row, 1, 1);
  gtk_grid_attach (grid, control, 1, row, 1, 1);
}

static GtkSpinButton *
new_spin (MienFiltersButton *self, double low, double high, double step, guint digits)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  g_signal_connect (spin, "value-changed", G_CALLBACK (value_cb), self);
  return GTK_SPIN_BUTTON (spin);
}

static GtkWidget *
new_popover (MienFiltersButton *self)
{
  const char *const kinds[] = { _ ("None"), _ ("Exponential"), _ ("Gaussian"), _ ("Median"), NULL };
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  GtkWidget *popover = gtk_popover_new ();

  self->kind_dropdown = GTK_DROP_DOWN (gtk_drop_down_new_from_strings (kinds));
  g_signal_connect (self->kind_dropdown, "notify::selected", G_CALLBACK (changed_by_person_cb),
                    self);
  self->seconds_spin = new_spin (self, 0.05, 60.0, 0.05, 2);
  self->threshold_spin = new_spin (self, 0.0, 100.0, 5.0, 0);
  self->segment_spin = new_spin (self, 0.1, 3600.0, 0.5, 1);
  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  attach (grid, 0, _ ("_Smoothing"), GTK_WIDGET (self->kind_dropdown));
  attach (grid, 1, _ ("_Width in seconds"), GTK_WIDGET (self->seconds_spin));
  attach (grid, 2, _ ("_Threshold in per cent"), GTK_WIDGET (self->threshold_spin));
  attach (grid, 3, _ ("S_egment in seconds"), GTK_WIDGET (self->segment_spin));
  gtk_popover_set_child (GTK_POPOVER (popover), GTK_WIDGET (grid));
  return popover;
}

static void
mien_filters_button_dispose (GObject *object)
{
  MienFiltersButton *self = MIEN_FILTERS_BUTTON (object);

  mien_filters_button_set_session (self, NULL);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_filters_button_parent_class)->dispose (object);
}

static void
mien_filters_button_class_init (MienFiltersButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_filters_button_dispose;
  gtk_widget_class_set_css_name (widget_class, "filtersbutton");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_filters_button_init (MienFiltersButton *self)
{
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->button), _ ("Smoothing"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), new_popover (self));
  gtk_widget_set_tooltip_text (self->button, _ ("Smoothing, Threshold and Segments"));
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  gtk_widget_set_sensitive (self->button, FALSE);
}
