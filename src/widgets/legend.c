/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/legend.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/palette.h"
#include "widgets/words.h"

struct _MienLegend
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkWidget *box;
  GtkWidget *axes;
  GtkWidget *buttons[MIEN_SAMPLE_MAX_CLASSES];
  guint n_buttons;
  gboolean updating;

  MienSession *session;
};

G_DEFINE_TYPE (MienLegend, mien_legend, GTK_TYPE_WIDGET)

GtkWidget *
mien_legend_new (void)
{
  return g_object_new (MIEN_TYPE_LEGEND, NULL);
}

static void
draw_swatch_cb (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  cairo_arc (cr, width / 2.0, height / 2.0, MIN (width, height) / 2.0, 0, 2 * G_PI);
  mien_palette_set_source (cr, mien_palette_get_emotion (user_data, dark));
  cairo_fill (cr);
}

/* All buttons down is the same as no filter. */
static void
toggled_cb (GtkToggleButton *button, MienLegend *self)
{
  guint classes = 0;

  if (self->updating)
    return;
  for (guint i = 0; i < self->n_buttons; i++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->buttons[i])))
      classes |= 1u << i;
  if (classes == (1u << self->n_buttons) - 1)
    classes = 0;
  mien_session_set_classes (self->session, classes);
  /* The last one cannot be taken away: without any line there is nothing to see. */
  if (classes == 0)
    {
      self->updating = TRUE;
      for (guint i = 0; i < self->n_buttons; i++)
        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->buttons[i]), TRUE);
      self->updating = FALSE;
    }
}

/* A dot in the colour of @class_name beside @text. */
static GtkWidget *
new_item (const char *class_name, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  GtkWidget *swatch = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (swatch), 10);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (swatch), 10);
  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (swatch), draw_swatch_cb, g_strdup (class_name),
                                  g_free);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), gtk_label_new (text));
  return box;
}

static GtkWidget *
new_button (MienLegend *self, const char *class_name)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_child (GTK_BUTTON (button),
                        new_item (class_name, mien_words_get_emotion (class_name)));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "legend-item");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  mien_words_get_emotion (class_name), -1);
  g_signal_connect (button, "toggled", G_CALLBACK (toggled_cb), self);
  return button;
}

/* Two curves of their own, which the plot room draws in these emotions' colours. */
static void
show_axes (MienLegend *self, gboolean axes)
{
  gtk_widget_set_visible (self->axes, axes);
  gtk_widget_set_visible (self->box, !axes);
}

static void
mode_cb (MienSession *session, GParamSpec *pspec, MienLegend *self)
{
  show_axes (self, mien_session_get_mode (session) == MIEN_TIMELINE_CIRCUMPLEX);
}

static void
rebuild (MienLegend *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  guint n = document == NULL ? 0 : mien_document_get_n_classes (document);
  const MienClass *classes = n == 0 ? NULL : mien_document_get_classes (document);

  while (self->n_buttons > 0)
    gtk_box_remove (GTK_BOX (self->box), self->buttons[--self->n_buttons]);
  mien_session_set_classes (self->session, 0);
  for (guint i = 0; i < n; i++)
    {
      self->buttons[i] = new_button (self, classes[i].name);
      gtk_box_append (GTK_BOX (self->box), self->buttons[i]);
    }
  self->n_buttons = n;
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienLegend *self)
{
  rebuild (self);
}

static void
changed_cb (MienSession *session, guint flags, MienLegend *self)
{
  if (flags & MIEN_CHANGE_SETTINGS
      && mien_document_get_n_classes (mien_session_get_document (session)) != self->n_buttons)
    rebuild (self);
}

static void
style_changed_cb (AdwStyleManager *manager, GParamSpec *pspec, MienLegend *self)
{
  for (guint i = 0; i < self->n_buttons; i++)
    gtk_widget_queue_draw (
        gtk_widget_get_first_child (gtk_button_get_child (GTK_BUTTON (self->buttons[i]))));
}

void
mien_legend_set_session (MienLegend *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_LEGEND (self));
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (session, "notify::mode", G_CALLBACK (mode_cb), self);
  rebuild (self);
  mode_cb (session, NULL, self);
}

static void
mien_legend_dispose (GObject *object)
{
  MienLegend *self = MIEN_LEGEND (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_legend_parent_class)->dispose (object);
}

static void
mien_legend_class_init (MienLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_legend_dispose;
  gtk_widget_class_set_css_name (widget_class, "legend");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_legend_init (MienLegend *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->scroller = gtk_scrolled_window_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  gtk_widget_set_halign (self->box, GTK_ALIGN_CENTER);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  self->axes = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  gtk_widget_set_halign (self->axes, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self->axes), new_item ("sadness", _ ("Valence")));
  gtk_box_append (GTK_BOX (self->axes), new_item ("anger", _ ("Arousal")));
  gtk_widget_set_visible (self->axes, FALSE);
  gtk_box_append (GTK_BOX (content), self->box);
  gtk_box_append (GTK_BOX (content), self->axes);
  gtk_widget_set_halign (content, GTK_ALIGN_CENTER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), content);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Emotions that are shown"), -1);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (style_changed_cb), self, 0);
}
