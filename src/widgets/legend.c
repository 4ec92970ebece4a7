/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/legend.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/charts.h"
#include "plot/timeline-plot.h"
#include "widgets/chart.h"
#include "widgets/words.h"

#define PATCH 16 /* pixels at 100 % */
#define SPACING 2

struct _MienLegend
{
  GtkWidget parent_instance;

  GtkWidget *axes[2]; /* valence, arousal */
  GtkWidget *uncertain;
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

/* --- items ------------------------------------------------------------------------------------ */

/* @user_data: a class name; "": uncertain; "+" and "^": valence and arousal, two curves of their
 * own. */
static void
draw_patch_cb (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  const char *key = user_data, *name = *key == '\0' ? NULL : key;
  MienPlotStyle style;

  mien_chart_get_style (GTK_WIDGET (area), &style);
  if (*key == '+' || *key == '^')
    {
      mien_palette_set_source (
          cr, mien_timeline_get_axis_colour (
                  *key == '+' ? MIEN_CHANNEL_VALENCE : MIEN_CHANNEL_AROUSAL, style.dark));
      cairo_rectangle (cr, 0, height / 2.0 - style.scale, width, 2 * style.scale);
      cairo_fill (cr);
      return;
    }
  mien_chart_draw_patch (cr, &style, 0, 0, MIN (width, height), name);
}

static GtkWidget *
new_item (const char *key, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  GtkWidget *patch = gtk_drawing_area_new ();
  int size = (int) (PATCH * mien_chart_get_text_scale (patch));

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (patch), size);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (patch), size);
  gtk_widget_set_valign (patch, GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (patch), draw_patch_cb, g_strdup (key), g_free);
  gtk_box_append (GTK_BOX (box), patch);
  gtk_box_append (GTK_BOX (box), gtk_label_new (text));
  return box;
}

/* One that is no button. */
static GtkWidget *
add_note (MienLegend *self, const char *key, const char *text)
{
  GtkWidget *item = new_item (key, text);

  gtk_widget_add_css_class (item, "legend-item");
  gtk_widget_set_visible (item, FALSE);
  gtk_widget_set_parent (item, GTK_WIDGET (self));
  return item;
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

/* Only lines can be taken away one by one: a part of a whole cannot. */
static void
update_mode (MienLegend *self)
{
  MienTimelineMode mode =
      self->session == NULL ? MIEN_TIMELINE_LINES : mien_session_get_mode (self->session);
  gboolean axes = mode == MIEN_TIMELINE_CIRCUMPLEX, lines = mode == MIEN_TIMELINE_LINES;

  for (guint i = 0; i < self->n_buttons; i++)
    {
      gtk_widget_set_visible (self->buttons[i], !axes);
      gtk_widget_set_can_target (self->buttons[i], lines);
      gtk_widget_set_focusable (self->buttons[i], lines);
    }
  for (guint i = 0; i < G_N_ELEMENTS (self->axes); i++)
    gtk_widget_set_visible (self->axes[i], axes);
  gtk_widget_set_visible (self->uncertain, mode == MIEN_TIMELINE_BAND && self->n_buttons > 0);
  if (lines)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "fixed");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "fixed");
}

static void
rebuild (MienLegend *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  guint n = document == NULL ? 0 : mien_document_get_n_classes (document);
  const MienClass *classes = n == 0 ? NULL : mien_document_get_classes (document);

  while (self->n_buttons > 0)
    gtk_widget_unparent (self->buttons[--self->n_buttons]);
  mien_session_set_classes (self->session, 0);
  for (guint i = 0; i < n; i++)
    {
      self->buttons[i] = new_button (self, classes[i].name);
      gtk_widget_insert_before (self->buttons[i], GTK_WIDGET (self), self->uncertain);
    }
  self->n_buttons = n;
  update_mode (self);
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
  for (GtkWidget *c = gtk_widget_get_first_child (GTK_WIDGET (self)); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    {
      GtkWidget *item = GTK_IS_BUTTON (c) ? gtk_button_get_child (GTK_BUTTON (c)) : c;

      gtk_widget_queue_draw (gtk_widget_get_first_child (item));
    }
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
  g_signal_connect_swapped (session, "notify::document", G_CALLBACK (rebuild), self);
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (session, "notify::mode", G_CALLBACK (update_mode), self);
  rebuild (self);
}

/* --- rows ------------------------------------------------------------------------------------- */

static int
measure_width (GtkWidget *item)
{
  int natural;

  gtk_widget_measure (item, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

/* The first item of the row that begins with @first and does not fit any more; *@used is what the
 * others take. */
static GtkWidget *
find_row_end (GtkWidget *first, int width, int *used, int *height)
{
  GtkWidget *item;

  *used = *height = 0;
  for (item = first; item != NULL; item = gtk_widget_get_next_sibling (item))
    {
      int wanted, high;

      if (!gtk_widget_should_layout (item))
        continue;
      wanted = measure_width (item) + (*used > 0 ? SPACING : 0);
      if (*used > 0 && *used + wanted > width)
        break;
      gtk_widget_measure (item, GTK_ORIENTATION_VERTICAL, -1, NULL, &high, NULL, NULL);
      *used += wanted;
      *height = MAX (*height, high);
    }
  return item;
}

static GtkSizeRequestMode
mien_legend_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
mien_legend_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  GtkWidget *item = gtk_widget_get_first_child (widget);

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      for (; item != NULL; item = gtk_widget_get_next_sibling (item))
        if (gtk_widget_should_layout (item))
          {
            int wanted = measure_width (item);

            *minimum = MAX (*minimum, wanted);
            *natural += wanted + (*natural > 0 ? SPACING : 0);
          }
      return;
    }
  while (item != NULL)
    {
      int used, height;

      item = find_row_end (item, for_size < 0 ? G_MAXINT : for_size, &used, &height);
      *natural += height;
    }
  *minimum = *natural;
}

static void
mien_legend_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkWidget *item = gtk_widget_get_first_child (widget);
  int y = 0;

  while (item != NULL)
    {
      int used, high, x;
      GtkWidget *end = find_row_end (item, width, &used, &high);

      x = (width - used) / 2;
      for (; item != end; item = gtk_widget_get_next_sibling (item))
        if (gtk_widget_should_layout (item))
          {
            int wanted = measure_width (item);
            const GtkAllocation place = { mirrored ? width - x - wanted : x, y, wanted, high };

            gtk_widget_size_allocate (item, &place, -1);
            x += wanted + SPACING;
          }
      y += high;
    }
}

static void
mien_legend_dispose (GObject *object)
{
  MienLegend *self = MIEN_LEGEND (object);
  GtkWidget *child;

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  self->n_buttons = 0;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_legend_parent_class)->dispose (object);
}

static void
mien_legend_class_init (MienLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_legend_dispose;
  widget_class->get_request_mode = mien_legend_get_request_mode;
  widget_class->measure = mien_legend_measure;
  widget_class->size_allocate = mien_legend_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_legend_init (MienLegend *self)
{
  self->uncertain = add_note (self, "", mien_words_get_emotion (NULL));
  self->axes[0] = add_note (self, "+", _ ("Valence"));
  self->axes[1] = add_note (self, "^", _ ("Arousal"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Emotions that are shown"), -1);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (style_changed_cb), self, 0);
}
