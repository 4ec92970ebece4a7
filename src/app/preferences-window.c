/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/preferences-window.h"

#include "nn/card.h"
#include "widgets/access.h"
#include "widgets/settings.h"

struct _MienPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  GtkSwitch *analyse_on_open;
  GtkSwitch *keep_analyses;
  GtkSwitch *show_boxes;
  AdwComboRow *detector;
  AdwComboRow *classifier;
  AdwComboRow *labels;
  AdwComboRow *points;
  GtkSwitch *motion;
  AdwComboRow *appearance;
  GtkSpinButton *every;
  GtkSpinButton *threads;
  GtkSpinButton *threshold;
  GtkSpinButton *smoothing;
  GtkSpinButton *segment;
};

G_DEFINE_TYPE (MienPreferencesWindow, mien_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* Positions in the lists of preferences-window.ui, in the order of the schema's enums. */
static const char *const detectors[] = { "ssd", "fast", NULL };
static const char *const label_sets[] = { "ferplus", "fer2013", NULL };
static const char *const points[] = { "none", "landmarks", "mesh", NULL };
static const char *const appearances[] = { "system", "light", "dark", NULL };

static gboolean
get_position (GValue *value, GVariant *variant, gpointer names)
{
  const char *name = g_variant_get_string (variant, NULL);
  const char *const *list = names;

  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_equal (list[i], name))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
set_position (const GValue *value, const GVariantType *type, gpointer names)
{
  const char *const *list = names;
  guint position = g_value_get_uint (value);

  return position < g_strv_length ((GStrv) names) ? g_variant_new_string (list[position]) : NULL;
}

/* The first network is the default one, whatever it is called: an empty name. */
static gboolean
get_classifier (GValue *value, GVariant *variant, gpointer row)
{
  GtkStringList *names = GTK_STRING_LIST (adw_combo_row_get_model (row));
  const char *name = g_variant_get_string (variant, NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (names));

  g_value_set_uint (value, 0);
  for (guint i = 1; i < n; i++)
    if (g_str_equal (gtk_string_list_get_string (names, i), name))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
set_classifier (const GValue *value, const GVariantType *type, gpointer row)
{
  GtkStringList *names = GTK_STRING_LIST (adw_combo_row_get_model (row));
  guint position = g_value_get_uint (value);
  const char *name = position == 0 ? "" : gtk_string_list_get_string (names, position);

  return name == NULL ? NULL : g_variant_new_string (name);
}

static void
fill_classifiers (AdwComboRow *row)
{
  g_autoptr (GPtrArray) cards = mien_card_list_installed ();
  g_autoptr (MienCard) standard = mien_card_find_installed ("classifier", "default");
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  const char *first = standard == NULL ? "mien" : mien_card_get_name (standard);

  gtk_string_list_append (names, first);
  for (guint i = 0; i < cards->len; i++)
    if (g_strcmp0 (mien_card_find (cards->pdata[i], "task"), "classifier") == 0
        && !g_str_equal (mien_card_get_name (cards->pdata[i]), first))
      gtk_string_list_append (names, mien_card_get_name (cards->pdata[i]));
  adw_combo_row_set_model (row, G_LIST_MODEL (names));
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
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, classifier);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, labels);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, points);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, motion);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, appearance);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, every);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, threads);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, threshold);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, smoothing);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, segment);
}

static void
bind_list (AdwComboRow *row, const char *key, const char *const *names)
{
  g_settings_bind_with_mapping (mien_settings_get_default (), key, row, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_position, set_position,
                                (gpointer) names, NULL);
}

static void
mien_preferences_window_init (MienPreferencesWindow *self)
{
  GSettings *settings = mien_settings_get_default ();

  gtk_widget_init_template (GTK_WIDGET (self));
  mien_access_complete (GTK_WIDGET (self));
  g_settings_bind (settings, MIEN_SETTINGS_ANALYSE_ON_OPEN, self->analyse_on_open, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTINGS_KEEP, self->keep_analyses, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTINGS_SHOW_BOXES, self->show_boxes, "active",
                   G_SETTINGS_BIND_DEFAULT);
  bind_list (self->detector, MIEN_SETTINGS_DETECTOR, detectors);
  bind_list (self->labels, MIEN_SETTINGS_LABELS, label_sets);
  g_settings_bind (settings, MIEN_SETTINGS_MOTION, self->motion, "active", G_SETTINGS_BIND_DEFAULT);
  bind_list (self->points, MIEN_SETTINGS_POINTS, points);
  bind_list (self->appearance, MIEN_SETTINGS_APPEARANCE, appearances);
  fill_classifiers (self->classifier);
  g_settings_bind_with_mapping (settings, MIEN_SETTINGS_CLASSIFIER, self->classifier, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_classifier, set_classifier,
                                self->classifier, NULL);
  g_settings_bind (settings, MIEN_SETTINGS_EVERY, gtk_spin_button_get_adjustment (self->every),
                   "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTINGS_THREADS, gtk_spin_button_get_adjustment (self->threads),
                   "value", G_SETTINGS_BIND_DEFAULT);
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
