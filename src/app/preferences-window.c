/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/preferences-window.h"

#include "widgets/settings.h"

struct _MienPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  GtkSwitch *analyse_on_open;
  GtkSwitch *keep_analyses;
  GtkSwitch *show_boxes;
  AdwComboRow *detector;
  GtkSpinButton *threshold;
  GtkSpinButton *smoothing;
  GtkSpinButton *segment;
};

G_DEFINE_TYPE (MienPreferencesWindow, mien_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* The enum's numbers are the positions in the list of preferences-window.ui. */
static gboolean
get_detector (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_uint (value, g_strcmp0 (g_variant_get_string (variant, NULL), "fast") == 0 ? 1 : 0);
  return TRUE;
}

static GVariant *
set_detector (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_string (g_value_get_uint (value) == 1 ? "fast" : "ssd");
}

/* Shown in percent, kept as a probability. */
static gboolean
get_percent (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_double (value, 100 * g_variant_get_double (variant));
  return TRUE;
}

static GVariant *
set_percent (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_double (g_value_get_double (value) / 100);
}

static void
mien_preferences_window_class_init (MienPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/mien/Mien/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, analyse_on_open);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, keep_analyses);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, show_boxes);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, detector);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, threshold);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, smoothing);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, segment);
}

static void
mien_preferences_window_init (MienPreferencesWindow *self)
{
  GSettings *settings = mien_settings_get_default ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_settings_bind (settings, MIEN_SETTINGS_ANALYSE_ON_OPEN, self->analyse_on_open, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTINGS_KEEP, self->keep_analyses, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTINGS_SHOW_BOXES, self->show_boxes, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, MIEN_SETTINGS_DETECTOR, self->detector, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_detector, set_detector, NULL, NULL);
  g_settings_bind_with_mapping (settings, MIEN_SETTINGS_THRESHOLD, self->threshold, "value",
                                G_SETTINGS_BIND_DEFAULT, get_percent, set_percent, NULL, NULL);
  g_settings_bind (settings, MIEN_SETTINGS_SMOOTHING, self->smoothing, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTINGS_SEGMENT, self->segment, "value",
                   G_SETTINGS_BIND_DEFAULT);
}

MienPreferencesWindow *
mien_preferences_window_new (void)
{
  return g_object_new (MIEN_TYPE_PREFERENCES_WINDOW, NULL);
}
