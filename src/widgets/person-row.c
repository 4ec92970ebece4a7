/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/person-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/palette.h"
#include "timeline/statistics.h"
#include "widgets/access.h"
#include "widgets/widgets.h"
#include "widgets/words.h"

struct _MienPersonRow
{
  GtkListBoxRow parent_instance;

  GtkDrawingArea *swatch;
  GtkEditableLabel *name_label;
  GtkLabel *share_label;
  GtkWidget *menu_button;

  MienSession *session;
  MienPerson *person;
  GSimpleActionGroup *actions;
};

G_DEFINE_TYPE (MienPersonRow, mien_person_row, GTK_TYPE_LIST_BOX_ROW)

static void
draw_swatch_cb (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  MienPersonRow *self = user_data;
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  MienColour colour = mien_palette_get_person (mien_person_get_colour (self->person), dark);

  if (mien_person_is_hidden (self->person))
    colour.alpha *= 0.35;
  cairo_rectangle (cr, 0, 0, width, height);
  mien_palette_set_source (cr, colour);
  cairo_fill (cr);
}

MienPerson *
mien_person_row_get_person (MienPersonRow *self)
{
  g_return_val_if_fail (MIEN_IS_PERSON_ROW (self), NULL);
  return self->person;
}

void
mien_person_row_start_editing (MienPersonRow *self)
{
  g_return_if_fail (MIEN_IS_PERSON_ROW (self));
  gtk_editable_label_start_editing (self->name_label);
}

static GSimpleAction *
find_action (MienPersonRow *self, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), name));
}

/* What the menu says about the person: hidden, colour, whether there is a baseline to take away. */
static void
show_actions (MienPersonRow *self)
{
  g_simple_action_set_state (find_action (self, "hidden"),
                             g_variant_new_boolean (mien_person_is_hidden (self->person)));
  g_simple_action_set_state (
      find_action (self, "colour"),
      g_variant_new_int32 ((int) (mien_person_get_colour (self->person) % MIEN_PALETTE_PEOPLE)));
  g_simple_action_set_enabled (find_action (self, "remove-baseline"),
                               mien_person_has_baseline (self->person));
}

void
mien_person_row_update (MienPersonRow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autofree char *percent = NULL, *text = NULL;
  MienStatistics statistics;
  int best = MIEN_CLASS_UNCERTAIN;
  double share;

  g_return_if_fail (MIEN_IS_PERSON_ROW (self));
  if (document == NULL)
    return;
  show_actions (self);
  mien_statistics_of_person (document, self->person, &statistics);
  share = statistics.share_uncertain;
  for (guint i = 0; i < mien_document_get_n_classes (document); i++)
    if (statistics.share[i] > share)
      {
        best = (int) i;
        share = statistics.share[i];
      }
  if (statistics.frames > 0)
    {
      percent = mien_words_dup_percent (share);
      text = g_strdup_printf ("%s %s", mien_words_get_class (document, best), percent);
    }
  gtk_label_set_label (self->share_label, text == NULL ? "" : text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text == NULL ? "" : text, -1);
}

/* --- name ------------------------------------------------------------------------------------- */

static void
show_name (MienPersonRow *self)
{
  if (!gtk_editable_label_get_editing (self->name_label))
    gtk_editable_set_text (GTK_EDITABLE (self->name_label), mien_words_get_name (self->person));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  mien_words_get_name (self->person), -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->swatch));
}

static void
editing_cb (GtkEditableLabel *label, GParamSpec *pspec, MienPersonRow *self)
{
  const char *text;

  if (gtk_editable_label_get_editing (label) || mien_session_get_document (self->session) == NULL)
    return;
  text = gtk_editable_get_text (GTK_EDITABLE (label));
  if (*text != '\0' && g_strcmp0 (text, mien_words_get_name (self->person)) != 0)
    mien_document_rename_person (mien_session_get_document (self->session), self->person, text);
  show_name (self);
}

/* --- actions ---------------------------------------------------------------------------------- */

static void
rename_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_person_row_start_editing (user_data);
}

static void
hidden_cb (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  MienPersonRow *self = user_data;

  mien_document_set_person_hidden (mien_session_get_document (self->session), self->person,
                                   g_variant_get_boolean (value));
}

static void
merge_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienPersonRow *self = user_data;
  MienPerson *into = mien_session_get_person (self->session);

  if (into != NULL && into != self->person)
    mien_document_merge_people (mien_session_get_document (self->session), into, self->person);
}

static void
colour_cb (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  MienPersonRow *self = user_data;

  mien_document_set_person_colour (mien_session_get_document (self->session), self->person,
                                   (guint) g_variant_get_int32 (value));
}

/* The window's actions are about the chosen person, and tell what came of it. */
static void
split_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienPersonRow *self = user_data;

  mien_session_set_person (self->session, self->person);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.split-track", NULL);
}

static void
baseline_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienPersonRow *self = user_data;

  mien_session_set_person (self->session, self->person);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.baseline", NULL);
}

static void
remove_baseline_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienPersonRow *self = user_data;

  mien_document_set_baseline (mien_session_get_document (self->session), self->person, 0, 0);
}

static void
person_changed_cb (MienPerson *person, GParamSpec *pspec, MienPersonRow *self)
{
  show_actions (self);
  show_name (self);
}

static void
chosen_cb (MienSession *session, GParamSpec *pspec, MienPersonRow *self)
{
  MienPerson *chosen = mien_session_get_person (session);

  g_simple_action_set_enabled (find_action (self, "merge"),
                               chosen != NULL && chosen != self->person);
}

static const GActionEntry entries[] = {
  { .name = "rename", .activate = rename_cb },
  { .name = "merge", .activate = merge_cb },
  { .name = "hidden", .state = "false", .change_state = hidden_cb },
  { .name = "colour", .parameter_type = "i", .state = "0", .change_state = colour_cb },
  { .name = "split", .activate = split_cb },
  { .name = "baseline", .activate = baseline_cb },
  { .name = "remove-baseline", .activate = remove_baseline_cb },
};

static void
mien_person_row_dispose (GObject *object)
{
  MienPersonRow *self = MIEN_PERSON_ROW (object);

  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->name_label, self);
      mien_widgets_outlive_focus (self->name_label);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  if (self->person != NULL)
    g_signal_handlers_disconnect_by_data (self->person, self);
  g_clear_object (&self->session);
  g_clear_object (&self->person);
  g_clear_object (&self->actions);
  G_OBJECT_CLASS (mien_person_row_parent_class)->dispose (object);
}

static void
mien_person_row_class_init (MienPersonRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_person_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mien/Mien/person-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MienPersonRow, swatch);
  gtk_widget_class_bind_template_child (widget_class, MienPersonRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, MienPersonRow, share_label);
  gtk_widget_class_bind_template_child (widget_class, MienPersonRow, menu_button);
}

static void
mien_person_row_init (MienPersonRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mien_access_complete (GTK_WIDGET (self));
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "person", G_ACTION_GROUP (self->actions));
  g_signal_connect (self->name_label, "notify::editing", G_CALLBACK (editing_cb), self);
}

GtkWidget *
mien_person_row_new (MienSession *session, MienPerson *person)
{
  MienPersonRow *self = g_object_new (MIEN_TYPE_PERSON_ROW, NULL);

  self->session = g_object_ref (session);
  self->person = g_object_ref (person);
  gtk_drawing_area_set_draw_func (self->swatch, draw_swatch_cb, self, NULL);
  g_signal_connect (person, "notify", G_CALLBACK (person_changed_cb), self);
  g_signal_connect (session, "notify::person", G_CALLBACK (chosen_cb), self);
  person_changed_cb (person, NULL, self);
  chosen_cb (session, NULL, self);
  mien_person_row_update (self);
  return GTK_WIDGET (self);
}
