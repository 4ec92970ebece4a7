/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/likeness-bar.h"
#include "widgets/words.h"

#include <glib/gi18n.h>
#include <string.h>

/* The answers that were no: " 1-3 2-5 ", numbers of people, as a JSON text in the document. */
#define DIFFERENT "_different_people"
#define UPDATE_MS 500

struct _MienLikenessBar
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel *question;

  MienSession *session;
  guint a, b; /* the people who are asked about, 0 for none */
  guint update_source;
};

G_DEFINE_TYPE (MienLikenessBar, mien_likeness_bar, GTK_TYPE_WIDGET)

GtkWidget *
mien_likeness_bar_new (void)
{
  return g_object_new (MIEN_TYPE_LIKENESS_BAR, NULL);
}

static MienDocument *
get_document (MienLikenessBar *self)
{
  return self->session == NULL ? NULL : mien_session_get_document (self->session);
}

static gboolean
is_answered (MienDocument *document, guint a, guint b)
{
  const char *answers = mien_document_get_setting (document, DIFFERENT);
  g_autofree char *pair = g_strdup_printf (" %u-%u ", a, b);

  return answers != NULL && strstr (answers, pair) != NULL;
}

static void
ask (MienLikenessBar *self, const MienLikeness *likeness)
{
  g_autofree char *text = NULL;

  self->a = self->b = 0;
  gtk_widget_set_visible (self->box, likeness != NULL);
  if (likeness == NULL)
    return;
  self->a = mien_person_get_id (likeness->a);
  self->b = mien_person_get_id (likeness->b);
  /* Translators: two names of people. */
  text = g_strdup_printf (_ ("%s and %s look alike. One person?"),
                          mien_words_get_name (likeness->a), mien_words_get_name (likeness->b));
  gtk_label_set_label (self->question, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
update (MienLikenessBar *self)
{
  MienDocument *document = get_document (self);
  g_autoptr (GArray) likenesses = NULL;
  const MienLikeness *found = NULL;

  /* While the film is being read the job itself puts together what it is sure of. */
  if (document != NULL && mien_document_is_complete (document))
    likenesses = mien_document_dup_likenesses (document, MIEN_LIKENESS_LIMIT);
  for (guint i = 0; likenesses != NULL && found == NULL && i < likenesses->len; i++)
    {
      const MienLikeness *pair = &g_array_index (likenesses, MienLikeness, i);

      if (!mien_person_is_hidden (pair->a) && !mien_person_is_hidden (pair->b)
          && !is_answered (document, mien_person_get_id (pair->a), mien_person_get_id (pair->b)))
        found = pair;
    }
  ask (self, found);
}

static gboolean
update_cb (gpointer user_data)
{
  MienLikenessBar *self = user_data;

  self->update_source = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (MienSession *session, guint flags, MienLikenessBar *self)
{
  if (flags & (MIEN_CHANGE_PEOPLE | MIEN_CHANGE_SETTINGS) && self->update_source == 0)
    self->update_source = g_timeout_add (UPDATE_MS, update_cb, self);
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienLikenessBar *self)
{
  update (self);
}

static void
same_cb (GtkButton *button, MienLikenessBar *self)
{
  MienDocument *document = get_document (self);
  MienPerson *a, *b;

  if (document == NULL)
    return;
  a = mien_document_find_person (document, self->a);
  b = mien_document_find_person (document, self->b);
  if (a != NULL && b != NULL)
    mien_document_merge_people (document, a, b);
  update (self);
}

static void
different_cb (GtkButton *button, MienLikenessBar *self)
{
  MienDocument *document = get_document (self);
  g_autofree char *json = NULL;
  const char *old;
  gsize length;

  if (document == NULL || self->a == 0)
    return;
  /* What stands between the quotes stays; each answer brings the blank that it ends with. */
  old = mien_document_get_setting (document, DIFFERENT);
  length = old == NULL ? 0 : strlen (old);
  if (length < 3)
    json = g_strdup_printf ("\" %u-%u \"", self->a, self->b);
  else
    json = g_strdup_printf ("%.*s%u-%u \"", (int) (length - 1), old, self->a, self->b);
  if (!mien_document_set_setting (document, DIFFERENT, json, NULL))
    g_warning ("an answer about two people could not be kept");
  update (self);
}

void
mien_likeness_bar_set_session (MienLikenessBar *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_LIKENESS_BAR (self));
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
  update (self);
}

static void
mien_likeness_bar_dispose (GObject *object)
{
  MienLikenessBar *self = MIEN_LIKENESS_BAR (object);

  g_clear_handle_id (&self->update_source, g_source_remove);
  mien_likeness_bar_set_session (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_likeness_bar_parent_class)->dispose (object);
}

static void
mien_likeness_bar_class_init (MienLikenessBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_likeness_bar_dispose;
  gtk_widget_class_set_css_name (widget_class, "likenessbar");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
add_button (MienLikenessBar *self, GtkWidget *row, const char *text, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (text);

  gtk_widget_set_hexpand (button, TRUE);
  g_signal_connect (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (row), button);
}

static void
mien_likeness_bar_init (MienLikenessBar *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_add_css_class (self->box, "card");
  self->question = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->question, TRUE);
  gtk_label_set_xalign (self->question, 0);
  add_button (self, row, _ ("_Same Person"), G_CALLBACK (same_cb));
  add_button (self, row, _ ("_Different"), G_CALLBACK (different_cb));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->question));
  gtk_box_append (GTK_BOX (self->box), row);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (self->box, FALSE);
}
