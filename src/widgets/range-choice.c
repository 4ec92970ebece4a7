/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/range-choice.h"

#include <glib/gi18n.h>

/* Items before the marks: the whole film, the selection. */
#define FIXED 2
#define MAX_MARKS 500

static MienMark *
find_range (MienDocument *document, guint index)
{
  GListModel *marks = mien_document_get_marks (document);

  for (guint i = 0; i < g_list_model_get_n_items (marks); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (marks, i);

      if (mien_mark_is_range (mark) && index-- == 0)
        return mark; /* the document keeps it */
    }
  return NULL;
}

static gboolean
has_strings (GListModel *model, const char *const *wanted)
{
  guint n = model == NULL ? 0 : g_list_model_get_n_items (model), i = 0;

  for (; wanted[i] != NULL && i < n; i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (model), i), wanted[i]) != 0)
      return FALSE;
  return wanted[i] == NULL && i == n;
}

void
mien_range_choice_set_names (GtkDropDown *dropdown, const char *const *names, guint fallback)
{
  gboolean is_first = gtk_drop_down_get_model (dropdown) == NULL;
  g_autofree char *chosen = mien_range_choice_dup_name (dropdown);
  g_autoptr (GtkStringList) list = NULL;
  guint index = is_first && fallback < g_strv_length ((char **) names) ? fallback : 0;

  /* A new model is a new choice for whoever listens, and shuts an open list. */
  if (has_strings (gtk_drop_down_get_model (dropdown), names))
    return;
  for (guint i = 0; names[i] != NULL && !is_first; i++)
    if (g_strcmp0 (names[i], chosen) == 0)
      {
        index = i;
        break;
      }
  list = gtk_string_list_new (names);
  gtk_drop_down_set_model (dropdown, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (dropdown, index);
}

void
mien_range_choice_fill (GtkDropDown *dropdown, MienSession *session)
{
  MienDocument *document = mien_session_get_document (session);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  MienMark *mark;

  g_ptr_array_add (names, (gpointer) _ ("Whole film"));
  g_ptr_array_add (names, (gpointer) _ ("Selection"));
  for (guint i = 0; document != NULL && i < MAX_MARKS && (mark = find_range (document, i)); i++)
    g_ptr_array_add (names, (gpointer) mien_mark_get_label (mark));
  g_ptr_array_add (names, NULL);
  mien_range_choice_set_names (dropdown, (const char *const *) names->pdata, 0);
}

gboolean
mien_range_choice_get (GtkDropDown *dropdown, MienSession *session, gint64 *start, gint64 *end)
{
  MienDocument *document = mien_session_get_document (session);
  guint chosen = gtk_drop_down_get_selected (dropdown);
  MienMark *mark = NULL;

  *start = 0;
  *end = G_MAXINT64;
  if (chosen == 1)
    return mien_session_get_selection (session, start, end);
  if (chosen >= FIXED && chosen != GTK_INVALID_LIST_POSITION && document != NULL)
    mark = find_range (document, chosen - FIXED);
  if (mark != NULL)
    {
      *start = mien_mark_get_start (mark);
      *end = mien_mark_get_end (mark);
    }
  return TRUE;
}

char *
mien_range_choice_dup_name (GtkDropDown *dropdown)
{
  GObject *item = gtk_drop_down_get_selected_item (dropdown);

  return g_strdup (
      GTK_IS_STRING_OBJECT (item) ? gtk_string_object_get_string (GTK_STRING_OBJECT (item)) : "");
}
