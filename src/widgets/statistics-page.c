/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/statistics-page.h"

#include <glib/gi18n.h>

#include "plot/timeline-plot.h"
#include "timeline/segments.h"
#include "timeline/states.h"
#include "widgets/compare-card.h"
#include "widgets/marks-table.h"
#include "widgets/person-statistics.h"
#include "widgets/range-choice.h"
#include "widgets/state-item.h"
#include "widgets/words.h"

/* While an analysis runs the page follows it, but not at every batch. */
#define UPDATE_MS 1000

struct _MienStatisticsPage
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkDropDown *range_dropdown;
  GtkLabel *range_label;
  GtkLabel *verdict_label;
  GtkLabel *verdict_note;
  GtkBox *people_box;
  MienCompareCard *compare_card;
  MienMarksTable *marks_table;
  GtkColumnView *states_view;
  GtkLabel *empty_label;
  GtkBox *content_box;

  MienSession *session;
  GListStore *states;
  guint update_source;
  guint channel;    /* of the histograms */
  gboolean filling; /* the choice of ranges is being made */
};

G_DEFINE_TYPE (MienStatisticsPage, mien_statistics_page, GTK_TYPE_WIDGET)

GtkWidget *
mien_statistics_page_new (void)
{
  return g_object_new (MIEN_TYPE_STATISTICS_PAGE, NULL);
}

/* --- content ---------------------------------------------------------------------------------- */

static void
update_range_label (MienStatisticsPage *self)
{
  g_autofree char *from = NULL, *to = NULL, *text = NULL;
  gint64 start, end;

  if (!mien_range_choice_get (self->range_dropdown, self->session, &start, &end))
    text = g_strdup (_ ("Nothing is selected: drag over the timeline, or press [ and ]"));
  else if (gtk_drop_down_get_selected (self->range_dropdown) == 0)
    text = g_strdup ("");
  else
    {
      from = mien_words_dup_time (start, 1);
      to = mien_words_dup_time (end, 1);
      text = g_strdup_printf ("%s – %s", from, to);
    }
  gtk_label_set_label (self->range_label, text);
}

static void
update_verdict (MienStatisticsPage *self, MienDocument *document)
{
  g_autoptr (GArray) segments = mien_segments_of_document (document);
  g_autofree char *percent = NULL, *text = NULL, *note = NULL;
  MienVerdict verdict;

  mien_segments_judge (document, segments, 0, &verdict);
  percent = mien_words_dup_percent (verdict.confidence);
  if (verdict.emotion == MIEN_CLASS_UNCERTAIN)
    text = g_strdup (_ ("Uncertain"));
  else
    text = g_strdup_printf ("%s  %s", mien_words_get_class (document, verdict.emotion), percent);
  /* Translators: kept segments of all segments. */
  note = g_strdup_printf (_ ("Mean of the whole film over %u of %u segments that were sure enough"),
                          verdict.kept, verdict.total);
  gtk_label_set_label (self->verdict_label, text);
  gtk_label_set_label (self->verdict_note, note);
}

static void
update_people (MienStatisticsPage *self, MienDocument *document)
{
  GListModel *people = mien_document_get_people (document);
  guint n = g_list_model_get_n_items (people);
  GtkWidget *child;
  gint64 start, end;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->people_box))) != NULL)
    gtk_box_remove (self->people_box, child);
  mien_range_choice_get (self->range_dropdown, self->session, &start, &end);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      if (!mien_person_is_hidden (person))
        gtk_box_append (self->people_box,
                        mien_person_statistics_new (document, person, start, end, &self->channel));
    }
}

static void
update_states (MienStatisticsPage *self, MienDocument *document)
{
  g_autoptr (GArray) states = mien_states_of_document (document);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 start, end;

  mien_range_choice_get (self->range_dropdown, self->session, &start, &end);
  for (guint i = 0; i < states->len; i++)
    {
      const MienState *state = &g_array_index (states, MienState, i);
      MienPerson *person = mien_document_find_person (document, state->person);
      const char *class_name =
          state->emotion < 0 ? NULL : mien_document_get_classes (document)[state->emotion].name;

      if (person == NULL || mien_person_is_hidden (person) || state->end_ns <= start
          || state->start_ns >= end)
        continue;
      g_ptr_array_add (items,
                       mien_state_item_new (state, mien_words_get_name (person), class_name));
    }
  g_list_store_splice (self->states, 0, g_list_model_get_n_items (G_LIST_MODEL (self->states)),
                       items->pdata, items->len);
}

static void
update (MienStatisticsPage *self)
{
  MienDocument *document = self->session == NULL ? NULL : mien_session_get_document (self->session);
  gboolean is_empty =
      document == NULL || g_list_model_get_n_items (mien_document_get_people (document)) == 0;

  gtk_widget_set_visible (GTK_WIDGET (self->empty_label), is_empty);
  gtk_widget_set_visible (GTK_WIDGET (self->content_box), !is_empty);
  if (is_empty)
    {
      g_list_store_remove_all (self->states);
      return;
    }
  self->filling = TRUE;
  mien_range_choice_fill (self->range_dropdown, self->session);
  self->filling = FALSE;
  update_range_label (self);
  update_verdict (self, document);
  update_people (self, document);
  update_states (self, document);
  mien_compare_card_update (self->compare_card);
  mien_marks_table_update (self->marks_table);
}

static gboolean
update_cb (gpointer user_data)
{
  MienStatisticsPage *self = user_data;

  self->update_source = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Nothing is worked out for a page that nobody sees. */
static void
queue_update (MienStatisticsPage *self, guint delay_ms)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && self->update_source == 0)
    self->update_source = g_timeout_add (delay_ms, update_cb, self);
}

static void
changed_cb (MienSession *session, guint flags, MienStatisticsPage *self)
{
  queue_update (self, flags == MIEN_CHANGE_SAMPLES ? UPDATE_MS : 50);
}

static void
notify_cb (MienSession *session, GParamSpec *pspec, MienStatisticsPage *self)
{
  queue_update (self, 50);
}

static void
range_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienStatisticsPage *self)
{
  if (self->session != NULL && !self->filling)
    update (self);
}

static void
mien_statistics_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (mien_statistics_page_parent_class)->map (widget);
  update (MIEN_STATISTICS_PAGE (widget));
}

/* --- table of states -------------------------------------------------------------------------- */

typedef char *(*CellFunc) (MienStateItem *item);

static char *
cell_name (MienStateItem *item)
{
  return g_strdup (mien_state_item_get_name (item));
}

static char *
cell_start (MienStateItem *item)
{
  return mien_words_dup_time (mien_state_item_get_state (item)->start_ns, 3);
}

static char *
cell_end (MienStateItem *item)
{
  return mien_words_dup_time (mien_state_item_get_state (item)->end_ns, 3);
}

static char *
cell_duration (MienStateItem *item)
{
  const MienState *state = mien_state_item_get_state (item);

  /* Translators: a length in seconds, with a no-break space. */
  return g_strdup_printf (_ ("%.2f s"), (double) (state->end_ns - state->start_ns) / 1e9);
}

static char *
cell_emotion (MienStateItem *item)
{
  return g_strdup (mien_words_get_emotion (mien_state_item_get_class_name (item)));
}

static char *
cell_confidence (MienStateItem *item)
{
  return mien_words_dup_percent (mien_state_item_get_state (item)->mean_confidence);
}

static const struct
{
  const char *title;
  CellFunc text;
  gboolean is_number;
} columns[] = {
  { N_ ("Person"), cell_name, FALSE },    { N_ ("Emotion"), cell_emotion, FALSE },
  { N_ ("Start"), cell_start, TRUE },     { N_ ("End"), cell_end, TRUE },
  { N_ ("Length"), cell_duration, TRUE }, { N_ ("Mean value"), cell_confidence, TRUE },
};

static void
setup_cell_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  guint column = GPOINTER_TO_UINT (user_data);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), columns[column].is_number ? 1 : 0);
  if (columns[column].is_number)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cell_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  guint column = GPOINTER_TO_UINT (user_data);
  g_autofree char *text = columns[column].text (gtk_list_item_get_item (item));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
add_columns (MienStatisticsPage *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      GtkColumnViewColumn *column;

      g_signal_connect (factory, "setup", G_CALLBACK (setup_cell_cb), GUINT_TO_POINTER (i));
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cell_cb), GUINT_TO_POINTER (i));
      column = gtk_column_view_column_new (_ (columns[i].title), factory);
      gtk_column_view_column_set_expand (column, TRUE);
      gtk_column_view_append_column (self->states_view, column);
      g_object_unref (column);
    }
}

/* A column has no say in how its title is aligned: the titles are found as the labels in the first
 * child, the row of heads. */
static void
align_titles (GtkWidget *widget, guint *column)
{
  if (GTK_IS_LABEL (widget))
    {
      if (*column < G_N_ELEMENTS (columns) && columns[*column].is_number)
        {
          gtk_label_set_xalign (GTK_LABEL (widget), 1);
          gtk_widget_set_hexpand (widget, TRUE);
          gtk_widget_set_halign (widget, GTK_ALIGN_FILL);
          gtk_widget_set_halign (gtk_widget_get_parent (widget), GTK_ALIGN_FILL);
        }
      (*column)++;
      return;
    }
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    align_titles (c, column);
}

static void
activate_cb (GtkColumnView *view, guint position, MienStatisticsPage *self)
{
  g_autoptr (MienStateItem) item = g_list_model_get_item (G_LIST_MODEL (self->states), position);
  const MienState *state;
  MienPerson *person;

  if (item == NULL || mien_session_get_document (self->session) == NULL)
    return;
  state = mien_state_item_get_state (item);
  person = mien_document_find_person (mien_session_get_document (self->session), state->person);
  if (person != NULL)
    mien_session_set_person (self->session, person);
  mien_session_seek (self->session, state->start_ns, TRUE);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "picture");
}

/* --- object ----------------------------------------------------------------------------------- */

void
mien_statistics_page_set_session (MienStatisticsPage *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_STATISTICS_PAGE (self));
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  mien_compare_card_set_session (self->compare_card, session);
  mien_marks_table_set_session (self->marks_table, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (session, "notify::document", G_CALLBACK (notify_cb), self);
  g_signal_connect (session, "notify::selection-start-ns", G_CALLBACK (notify_cb), self);
  g_signal_connect (session, "notify::selection-end-ns", G_CALLBACK (notify_cb), self);
}

GListModel *
mien_statistics_page_get_states (MienStatisticsPage *self)
{
  g_return_val_if_fail (MIEN_IS_STATISTICS_PAGE (self), NULL);
  return G_LIST_MODEL (self->states);
}

const char *
mien_statistics_page_get_verdict (MienStatisticsPage *self)
{
  g_return_val_if_fail (MIEN_IS_STATISTICS_PAGE (self), "");
  return gtk_label_get_label (self->verdict_label);
}

static void
mien_statistics_page_dispose (GObject *object)
{
  MienStatisticsPage *self = MIEN_STATISTICS_PAGE (object);

  g_clear_handle_id (&self->update_source, g_source_remove);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_object (&self->states);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_statistics_page_parent_class)->dispose (object);
}

static void
mien_statistics_page_class_init (MienStatisticsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_statistics_page_dispose;
  widget_class->map = mien_statistics_page_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/mien/Mien/statistics-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, range_dropdown);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, range_label);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, verdict_label);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, verdict_note);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, people_box);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, compare_card);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, marks_table);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, states_view);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, empty_label);
  gtk_widget_class_bind_template_child (widget_class, MienStatisticsPage, content_box);
  gtk_widget_class_set_css_name (widget_class, "statisticspage");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_statistics_page_init (MienStatisticsPage *self)
{
  GtkSelectionModel *selection;
  guint column = 0;

  g_type_ensure (MIEN_TYPE_COMPARE_CARD);
  g_type_ensure (MIEN_TYPE_MARKS_TABLE);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->channel = 1;
  self->states = g_list_store_new (MIEN_TYPE_STATE_ITEM);
  selection =
      GTK_SELECTION_MODEL (gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->states))));
  gtk_column_view_set_model (self->states_view, selection);
  g_object_unref (selection);
  add_columns (self);
  align_titles (gtk_widget_get_first_child (GTK_WIDGET (self->states_view)), &column);
  g_signal_connect (self->states_view, "activate", G_CALLBACK (activate_cb), self);
  g_signal_connect (self->range_dropdown, "notify::selected", G_CALLBACK (range_cb), self);
}
