/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/people-list.h"

#include <glib/gi18n.h>

#include "widgets/person-row.h"

/* Statistics over a long film are not worked out for every batch of samples. */
#define UPDATE_MS 700

struct _MienPeopleList
{
  GtkWidget parent_instance;

  GtkListBox *list;
  GtkWidget *placeholder; /* of the list */
  MienSession *session;
  guint update_source;
  gboolean selecting;
};

G_DEFINE_TYPE (MienPeopleList, mien_people_list, GTK_TYPE_WIDGET)

GtkWidget *
mien_people_list_new (void)
{
  return g_object_new (MIEN_TYPE_PEOPLE_LIST, NULL);
}

static MienPersonRow *
find_row (MienPeopleList *self, MienPerson *person)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (MIEN_IS_PERSON_ROW (row) && mien_person_row_get_person (MIEN_PERSON_ROW (row)) == person)
      return MIEN_PERSON_ROW (row);
  return NULL;
}

/* GTK 4.8 reads the words of an empty list beside its rows. */
static void
hide_placeholder (MienPeopleList *self)
{
  gboolean has_rows = gtk_list_box_get_row_at_index (self->list, 0) != NULL;

  gtk_accessible_update_state (GTK_ACCESSIBLE (self->placeholder), GTK_ACCESSIBLE_STATE_HIDDEN,
                               has_rows, -1);
}

static void
select_chosen (MienPeopleList *self)
{
  MienPersonRow *row = find_row (self, mien_session_get_person (self->session));

  self->selecting = TRUE;
  gtk_list_box_select_row (self->list, row == NULL ? NULL : GTK_LIST_BOX_ROW (row));
  self->selecting = FALSE;
}

static gboolean
update_cb (gpointer user_data)
{
  MienPeopleList *self = user_data;
  GtkListBoxRow *row;

  self->update_source = 0;
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (MIEN_IS_PERSON_ROW (row))
      mien_person_row_update (MIEN_PERSON_ROW (row));
  return G_SOURCE_REMOVE;
}

static void
changed_cb (MienSession *session, guint flags, MienPeopleList *self)
{
  if (flags & MIEN_CHANGE_PEOPLE)
    {
      select_chosen (self);
      hide_placeholder (self);
    }
  if (self->update_source == 0)
    self->update_source = g_timeout_add (UPDATE_MS, update_cb, self);
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  MienPeopleList *self = user_data;

  return mien_person_row_new (self->session, MIEN_PERSON (item));
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienPeopleList *self)
{
  MienDocument *document = mien_session_get_document (session);

  self->selecting = TRUE;
  gtk_list_box_bind_model (self->list,
                           document == NULL ? NULL : mien_document_get_people (document),
                           create_row, self, NULL);
  self->selecting = FALSE;
  select_chosen (self);
  hide_placeholder (self);
}

static void
person_cb (MienSession *session, GParamSpec *pspec, MienPeopleList *self)
{
  select_chosen (self);
}

static void
row_selected_cb (GtkListBox *list, GtkListBoxRow *row, MienPeopleList *self)
{
  if (!self->selecting && row != NULL && MIEN_IS_PERSON_ROW (row))
    mien_session_set_person (self->session, mien_person_row_get_person (MIEN_PERSON_ROW (row)));
}

gboolean
mien_people_list_rename_chosen (MienPeopleList *self)
{
  MienPersonRow *row;

  g_return_val_if_fail (MIEN_IS_PEOPLE_LIST (self), FALSE);
  if (self->session == NULL || mien_session_get_person (self->session) == NULL)
    return FALSE;
  row = find_row (self, mien_session_get_person (self->session));
  if (row == NULL)
    return FALSE;
  mien_person_row_start_editing (row);
  return TRUE;
}

guint
mien_people_list_get_n_rows (MienPeopleList *self)
{
  guint n = 0;

  g_return_val_if_fail (MIEN_IS_PEOPLE_LIST (self), 0);
  while (gtk_list_box_get_row_at_index (self->list, (int) n) != NULL)
    n++;
  return n;
}

void
mien_people_list_set_session (MienPeopleList *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_PEOPLE_LIST (self));
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
    }
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
  g_signal_connect (session, "notify::person", G_CALLBACK (person_cb), self);
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  document_cb (session, NULL, self);
}

static void
mien_people_list_dispose (GObject *object)
{
  MienPeopleList *self = MIEN_PEOPLE_LIST (object);

  g_clear_handle_id (&self->update_source, g_source_remove);
  if (self->list != NULL)
    mien_people_list_set_session (self, NULL);
  if (self->list != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->list));
  self->list = NULL;
  G_OBJECT_CLASS (mien_people_list_parent_class)->dispose (object);
}

static void
mien_people_list_class_init (MienPeopleListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_people_list_dispose;
  gtk_widget_class_set_css_name (widget_class, "peoplelist");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_people_list_init (MienPeopleList *self)
{
  self->placeholder = gtk_label_new (_ ("Nobody yet"));
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_widget_add_css_class (self->placeholder, "dim-label");
  gtk_widget_set_margin_top (self->placeholder, 10);
  gtk_widget_set_margin_bottom (self->placeholder, 10);
  gtk_list_box_set_placeholder (self->list, self->placeholder);
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_BROWSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("People"), -1);
  gtk_widget_set_parent (GTK_WIDGET (self->list), GTK_WIDGET (self));
  g_signal_connect (self->list, "row-selected", G_CALLBACK (row_selected_cb), self);
}
