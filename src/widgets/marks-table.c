/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/marks-table.h"

#include <glib/gi18n.h>

#include "plot/timeline-plot.h"
#include "timeline/import-marks.h"
#include "timeline/statistics.h"
#include "widgets/widgets.h"
#include "widgets/words.h"

struct _MienMarksTable
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *scroller;
  GtkWidget *empty_label;
  GtkColumnView *view;
  GPtrArray *bound; /* the cells on the screen, borrowed */

  MienSession *session;
};

G_DEFINE_TYPE (MienMarksTable, mien_marks_table, GTK_TYPE_WIDGET)

typedef enum
{
  COLUMN_LABEL,
  COLUMN_START,
  COLUMN_END,
  COLUMN_EMOTION,
  COLUMN_DELETE,
  N_COLUMNS,
} Column;

GtkWidget *
mien_marks_table_new (void)
{
  return g_object_new (MIEN_TYPE_MARKS_TABLE, NULL);
}

static MienDocument *
get_document (MienMarksTable *self)
{
  return self->session == NULL ? NULL : mien_session_get_document (self->session);
}

/* --- cells ------------------------------------------------------------------------------------ */

/* What everybody who is not hidden felt most in the range; for a moment, the chosen person. */
static char *
describe_mark (MienMarksTable *self, MienMark *mark)
{
  MienDocument *document = get_document (self);
  g_autofree char *percent = NULL;
  MienStatistics s;
  int best = MIEN_CLASS_UNCERTAIN;
  double share;
  MienFace face;

  if (!mien_mark_is_range (mark))
    {
      if (!mien_session_get_face_at (self->session, mien_session_get_person (self->session),
                                     mien_mark_get_start (mark), &face))
        return g_strdup ("–");
      return mien_words_dup_emotion (document, &face);
    }
  mien_statistics_of_range (document, NULL, mien_mark_get_start (mark), mien_mark_get_end (mark),
                            &s);
  if (s.frames == 0)
    return g_strdup ("–");
  share = s.share_uncertain;
  for (guint i = 0; i < mien_document_get_n_classes (document); i++)
    if (s.share[i] > share)
      {
        best = (int) i;
        share = s.share[i];
      }
  percent = mien_words_dup_percent (share);
  return g_strdup_printf ("%s %s", mien_words_get_class (document, best), percent);
}

static char *
describe_cell (MienMarksTable *self, MienMark *mark, Column column)
{
  switch (column)
    {
    case COLUMN_LABEL:
      return g_strdup (mien_mark_get_label (mark));
    case COLUMN_START:
      return mien_words_dup_time (mien_mark_get_start (mark), 3);
    case COLUMN_END:
      return mien_mark_is_range (mark) ? mien_words_dup_time (mien_mark_get_end (mark), 3)
                                       : g_strdup ("");
    case COLUMN_EMOTION:
      return describe_mark (self, mark);
    default:
      return NULL;
    }
}

/* What a list item's widgets know: the table, their column and, while bound, their mark. */
typedef struct
{
  MienMarksTable *table;
  Column column;
  MienMark *mark; /* borrowed from the model, NULL while unbound */
  GtkWidget *widget;
} Cell;

static void
cell_show (Cell *cell)
{
  g_autofree char *text = describe_cell (cell->table, cell->mark, cell->column);

  if (cell->column < COLUMN_EMOTION
      && !gtk_editable_label_get_editing (GTK_EDITABLE_LABEL (cell->widget)))
    gtk_editable_set_text (GTK_EDITABLE (cell->widget), text);
  else if (cell->column == COLUMN_EMOTION)
    gtk_label_set_label (GTK_LABEL (cell->widget), text);
}

static void
mark_changed_cb (MienMark *mark, GParamSpec *pspec, Cell *cell)
{
  cell_show (cell);
}

/* Takes what was typed; what is no time or would turn the range round is put back. */
static void
cell_take (Cell *cell)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (cell->widget));
  g_autofree char *plain = g_strdelimit (g_strdup (text), ",", '.');
  gint64 start = mien_mark_get_start (cell->mark), end = mien_mark_get_end (cell->mark), time;
  const char *label = mien_mark_get_label (cell->mark);
  g_autofree char *before = describe_cell (cell->table, cell->mark, cell->column);
  gboolean is_range = mien_mark_is_range (cell->mark);

  if (g_str_equal (text, before))
    return;
  if (cell->column == COLUMN_LABEL)
    label = *text == '\0' ? label : text;
  else if (cell->column == COLUMN_END && *text == '\0')
    end = start;
  else if (!mien_marks_parse_time (plain, &time))
    return cell_show (cell);
  else if (cell->column == COLUMN_START)
    {
      start = time;
      end = is_range ? end : time;
    }
  else
    end = time;
  if (end >= start)
    mien_document_edit_mark (get_document (cell->table), cell->mark, start, end, label);
  cell_show (cell);
}

static void
editing_cb (GtkEditableLabel *label, GParamSpec *pspec, Cell *cell)
{
  if (!gtk_editable_label_get_editing (label) && cell->mark != NULL
      && get_document (cell->table) != NULL)
    cell_take (cell);
}

static void
delete_cb (GtkButton *button, Cell *cell)
{
  if (cell->mark != NULL && get_document (cell->table) != NULL)
    mien_document_remove_mark (get_document (cell->table), cell->mark);
}

static GtkWidget *
new_cell_widget (Cell *cell)
{
  GtkWidget *widget;

  switch (cell->column)
    {
    case COLUMN_DELETE:
      widget = gtk_button_new_from_icon_name ("user-trash-symbolic");
      gtk_widget_set_tooltip_text (widget, _ ("Delete the Mark"));
      gtk_widget_add_css_class (widget, "flat");
      g_signal_connect (widget, "clicked", G_CALLBACK (delete_cb), cell);
      return widget;
    case COLUMN_EMOTION:
      widget = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (widget), 0);
      gtk_label_set_ellipsize (GTK_LABEL (widget), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (widget, "numeric");
      return widget;
    default:
      widget = gtk_editable_label_new ("");
      gtk_editable_set_width_chars (GTK_EDITABLE (widget), cell->column == COLUMN_LABEL ? 12 : 9);
      if (cell->column != COLUMN_LABEL)
        gtk_widget_add_css_class (widget, "numeric");
      g_signal_connect (widget, "notify::editing", G_CALLBACK (editing_cb), cell);
      return widget;
    }
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, MienMarksTable *self)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->table = self;
  cell->column = (Column) GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column"));
  cell->widget = new_cell_widget (cell);
  gtk_list_item_set_child (item, cell->widget);
  /* The cell lives as long as its widget, and that at least as long as the list item. */
  g_object_set_data_full (G_OBJECT (cell->widget), "cell", cell, g_free);
  g_object_set_data_full (G_OBJECT (item), "widget", g_object_ref (cell->widget), g_object_unref);
}

static Cell *
find_cell (GtkListItem *item)
{
  return g_object_get_data (g_object_get_data (G_OBJECT (item), "widget"), "cell");
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, MienMarksTable *self)
{
  Cell *cell = find_cell (item);

  cell->mark = gtk_list_item_get_item (item);
  g_ptr_array_add (self->bound, cell);
  g_signal_connect (cell->mark, "notify", G_CALLBACK (mark_changed_cb), cell);
  cell_show (cell);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, MienMarksTable *self)
{
  Cell *cell = find_cell (item);

  g_signal_handlers_disconnect_by_data (cell->mark, cell);
  g_ptr_array_remove_fast (self->bound, cell);
  cell->mark = NULL;
}

static void
teardown_cb (GtkSignalListItemFactory *factory, GtkListItem *item, MienMarksTable *self)
{
  Cell *cell = find_cell (item);

  if (GTK_IS_EDITABLE_LABEL (cell->widget))
    mien_widgets_outlive_focus (GTK_EDITABLE_LABEL (cell->widget));
}

/* --- the table -------------------------------------------------------------------------------- */

static void
add_columns (MienMarksTable *self)
{
  const char *const titles[N_COLUMNS] = { _ ("Name"), _ ("Start"), _ ("End"),
                                          _ ("Most of the Time"), "" };

  for (guint i = 0; i < N_COLUMNS; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_autoptr (GtkColumnViewColumn) column = NULL;

      g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (i));
      g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
      g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
      g_signal_connect (factory, "teardown", G_CALLBACK (teardown_cb), self);
      column = gtk_column_view_column_new (titles[i], factory);
      gtk_column_view_column_set_expand (column, i == COLUMN_LABEL || i == COLUMN_EMOTION);
      gtk_column_view_append_column (self->view, column);
    }
}

static void
activate_cb (GtkColumnView *view, guint position, MienMarksTable *self)
{
  g_autoptr (MienMark) mark = NULL;

  if (get_document (self) == NULL)
    return;
  mark = g_list_model_get_item (mien_document_get_marks (get_document (self)), position);
  if (mark == NULL)
    return;
  if (mien_mark_is_range (mark))
    mien_session_set_selection (self->session, mien_mark_get_start (mark),
                                mien_mark_get_end (mark));
  mien_session_seek (self->session, mien_mark_get_start (mark), TRUE);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "picture");
}

static void
show_empty (MienMarksTable *self)
{
  MienDocument *document = get_document (self);
  gboolean any =
      document != NULL && g_list_model_get_n_items (mien_document_get_marks (document)) > 0;

  gtk_widget_set_visible (self->scroller, any);
  gtk_widget_set_visible (self->empty_label, !any);
}

void
mien_marks_table_update (MienMarksTable *self)
{
  MienDocument *document;

  g_return_if_fail (MIEN_IS_MARKS_TABLE (self));
  document = get_document (self);
  show_empty (self);
  for (guint i = 0; document != NULL && i < self->bound->len; i++)
    cell_show (self->bound->pdata[i]);
}

static void
bind_model (MienMarksTable *self)
{
  MienDocument *document = get_document (self);
  g_autoptr (GtkSingleSelection) selection = NULL;

  if (document != NULL)
    selection = gtk_single_selection_new (g_object_ref (mien_document_get_marks (document)));
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  show_empty (self);
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienMarksTable *self)
{
  bind_model (self);
}

static void
changed_cb (MienSession *session, guint flags, MienMarksTable *self)
{
  if (flags & MIEN_CHANGE_MARKS)
    show_empty (self);
}

void
mien_marks_table_set_session (MienMarksTable *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_MARKS_TABLE (self));
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      gtk_column_view_set_model (self->view, NULL);
    }
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  bind_model (self);
}

static void
mien_marks_table_dispose (GObject *object)
{
  MienMarksTable *self = MIEN_MARKS_TABLE (object);

  if (self->box != NULL)
    mien_marks_table_set_session (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->bound, g_ptr_array_unref);
  G_OBJECT_CLASS (mien_marks_table_parent_class)->dispose (object);
}

static void
mien_marks_table_class_init (MienMarksTableClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_marks_table_dispose;
  gtk_widget_class_set_css_name (widget_class, "markstable");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_marks_table_init (MienMarksTable *self)
{
  self->bound = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->empty_label = gtk_label_new (_ (
      "No marks yet. Press M while the film plays, or import them from CSV, ELAN or subtitles."));
  gtk_label_set_wrap (GTK_LABEL (self->empty_label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->empty_label), 0);
  gtk_widget_add_css_class (self->empty_label, "dim-label");
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "card");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Marks"), -1);
  add_columns (self);
  g_signal_connect (self->view, "activate", G_CALLBACK (activate_cb), self);
  gtk_box_append (GTK_BOX (self->box), self->empty_label);
  /* In a narrow window the table moves, not the page. */
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_box_append (GTK_BOX (self->box), self->scroller);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  show_empty (self);
}
