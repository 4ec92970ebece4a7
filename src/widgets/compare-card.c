/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/compare-card.h"

#include <glib/gi18n.h>

#include "plot/charts.h"
#include "timeline/statistics.h"
#include "widgets/chart.h"
#include "widgets/range-choice.h"
#include "widgets/words.h"

/* --- the chart -------------------------------------------------------------------------------- */

#define MIEN_TYPE_COMPARE_CHART (mien_compare_chart_get_type ())
G_DECLARE_FINAL_TYPE (MienCompareChart, mien_compare_chart, MIEN, COMPARE_CHART, MienChart)

struct _MienCompareChart
{
  MienChart parent_instance;

  MienDocument *document;
  MienStatistics statistics[2];
  char *names[2];
};

G_DEFINE_TYPE (MienCompareChart, mien_compare_chart, MIEN_TYPE_CHART)

static void
mien_compare_chart_draw (
    MienChart *chart, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienCompareChart *self = MIEN_COMPARE_CHART (chart);

  if (self->document != NULL)
    mien_chart_draw_compare (cr, style, width, height, self->document, &self->statistics[0],
                             self->names[0], &self->statistics[1], self->names[1]);
}

static void
mien_compare_chart_finalize (GObject *object)
{
  MienCompareChart *self = MIEN_COMPARE_CHART (object);

  g_clear_object (&self->document);
  g_free (self->names[0]);
  g_free (self->names[1]);
  G_OBJECT_CLASS (mien_compare_chart_parent_class)->finalize (object);
}

static void
mien_compare_chart_class_init (MienCompareChartClass *klass)
{
  MienChartClass *chart_class = MIEN_CHART_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_compare_chart_finalize;
  chart_class->draw = mien_compare_chart_draw;
  chart_class->natural_width = 460;
  chart_class->natural_height = 260;
}

static void
mien_compare_chart_init (MienCompareChart *self)
{
}

/* --- the card --------------------------------------------------------------------------------- */

struct _MienCompareCard
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkDropDown *people[2];
  GtkDropDown *ranges[2];
  MienCompareChart *chart;
  GtkWidget *table; /* replaced by every update */
  GtkWidget *flow;
  gboolean filling;

  MienSession *session;
};

G_DEFINE_TYPE (MienCompareCard, mien_compare_card, GTK_TYPE_WIDGET)

GtkWidget *
mien_compare_card_new (void)
{
  return g_object_new (MIEN_TYPE_COMPARE_CARD, NULL);
}

/* Everyone, then each person who is not hidden. NULL for everyone. */
static MienPerson *
find_person (MienDocument *document, guint index)
{
  GListModel *people = mien_document_get_people (document);

  for (guint i = 0; index > 0 && i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      if (!mien_person_is_hidden (person) && --index == 0)
        return person; /* the document keeps it */
    }
  return NULL;
}

static void
fill_people (GtkDropDown *dropdown, MienDocument *document, guint fallback)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  MienPerson *person;

  g_ptr_array_add (names, (gpointer) _ ("Everyone"));
  for (guint i = 1; (person = find_person (document, i)) != NULL; i++)
    g_ptr_array_add (names, (gpointer) mien_words_get_name (person));
  g_ptr_array_add (names, NULL);
  mien_range_choice_set_names (dropdown, (const char *const *) names->pdata, fallback);
}

static void
attach (GtkGrid *grid, int column, int row, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  /* Names of emotions stay whole; headings give way. */
  if (row == 0)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 18);
  if (column > 0)
    gtk_widget_add_css_class (label, "numeric");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_hexpand (label, column == 0);
  gtk_grid_attach (grid, label, column, row, 1, 1);
}

/* One row: a share of the time in both, and the second minus the first in percentage points. */
static void
attach_shares (GtkGrid *grid, int row, const char *name, double a, double b)
{
  g_autofree char *first = mien_words_dup_percent (a), *second = mien_words_dup_percent (b);
  /* Translators: a difference in percentage points. */
  g_autofree char *difference =
      mien_words_take_minus (g_strdup_printf (_ ("%+.0f pp"), 100.0 * (b - a)));

  attach (grid, 0, row, name, NULL);
  attach (grid, 1, row, first, NULL);
  attach (grid, 2, row, second, NULL);
  attach (grid, 3, row, difference, NULL);
}

static GtkWidget *
new_table (MienDocument *document, const MienStatistics *s, char *const *names)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  int n = (int) mien_document_get_n_classes (document);

  gtk_grid_set_column_spacing (grid, 12);
  gtk_grid_set_row_spacing (grid, 3);
  gtk_widget_set_valign (GTK_WIDGET (grid), GTK_ALIGN_CENTER);
  attach (grid, 0, 0, _ ("Share of time"), "caption-heading");
  attach (grid, 1, 0, names[0], "caption-heading");
  attach (grid, 2, 0, names[1], "caption-heading");
  attach (grid, 3, 0, _ ("Difference"), "caption-heading");
  for (int i = 0; i < n; i++)
    attach_shares (grid, i + 1, mien_words_get_class (document, i), s[0].share[i], s[1].share[i]);
  attach_shares (grid, n + 1, mien_words_get_emotion (NULL), s[0].share_uncertain,
                 s[1].share_uncertain);
  return GTK_WIDGET (grid);
}

/* The part of the two names in which the two sides differ. */
static char *
dup_side_name (MienCompareCard *self, guint side)
{
  GObject *person = gtk_drop_down_get_selected_item (self->people[side]);
  const char *name = gtk_string_object_get_string (GTK_STRING_OBJECT (person));
  g_autofree char *range = mien_range_choice_dup_name (self->ranges[side]);

  if (gtk_drop_down_get_selected (self->ranges[0]) == gtk_drop_down_get_selected (self->ranges[1]))
    return g_strdup (name);
  if (gtk_drop_down_get_selected (self->people[0]) == gtk_drop_down_get_selected (self->people[1]))
    return g_steal_pointer (&range);
  return g_strdup_printf ("%s, %s", name, range);
}

static void
show_numbers (MienCompareCard *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  MienCompareChart *chart = self->chart;
  g_autofree char *text = NULL;

  g_set_object (&chart->document, document);
  for (guint side = 0; side < 2; side++)
    {
      gint64 start, end;

      mien_range_choice_get (self->ranges[side], self->session, &start, &end);
      mien_statistics_of_range (
          document, find_person (document, gtk_drop_down_get_selected (self->people[side])), start,
          end, &chart->statistics[side]);
      g_free (chart->names[side]);
      chart->names[side] = dup_side_name (self, side);
    }
  /* Translators: two people or two ranges that are compared. */
  text = g_strdup_printf (_ ("Mean values of %s and %s"), chart->names[0], chart->names[1]);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (chart));
  if (self->table != NULL)
    gtk_flow_box_remove (GTK_FLOW_BOX (self->flow), gtk_widget_get_parent (self->table));
  self->table = new_table (document, chart->statistics, chart->names);
  gtk_flow_box_append (GTK_FLOW_BOX (self->flow), self->table);
}

void
mien_compare_card_update (MienCompareCard *self)
{
  MienDocument *document;

  g_return_if_fail (MIEN_IS_COMPARE_CARD (self));
  document = self->session == NULL ? NULL : mien_session_get_document (self->session);
  if (document == NULL)
    return;
  self->filling = TRUE;
  for (guint side = 0; side < 2; side++)
    {
      fill_people (self->people[side], document, side + 1);
      mien_range_choice_fill (self->ranges[side], self->session);
    }
  self->filling = FALSE;
  show_numbers (self);
}

static void
chosen_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienCompareCard *self)
{
  if (!self->filling && self->session != NULL && mien_session_get_document (self->session) != NULL)
    show_numbers (self);
}

void
mien_compare_card_set_session (MienCompareCard *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_COMPARE_CARD (self));
  g_set_object (&self->session, session);
}

static void
mien_compare_card_dispose (GObject *object)
{
  MienCompareCard *self = MIEN_COMPARE_CARD (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_compare_card_parent_class)->dispose (object);
}

static void
mien_compare_card_class_init (MienCompareCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_compare_card_dispose;
  gtk_widget_class_set_css_name (widget_class, "comparecard");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkDropDown *
new_dropdown (MienCompareCard *self, const char *label)
{
  GtkWidget *dropdown = gtk_drop_down_new (NULL, NULL);

  gtk_widget_set_tooltip_text (dropdown, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (dropdown), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect (dropdown, "notify::selected", G_CALLBACK (chosen_cb), self);
  return GTK_DROP_DOWN (dropdown);
}

static void
mien_compare_card_init (MienCompareCard *self)
{
  GtkWidget *choices = gtk_flow_box_new ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (self->box, "card");
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (choices), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (choices), 2);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (choices), 24);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (choices), TRUE);
  for (guint side = 0; side < 2; side++)
    {
      GtkWidget *pair = gtk_flow_box_new ();

      self->people[side] =
          new_dropdown (self, side == 0 ? _ ("First person") : _ ("Second person"));
      self->ranges[side] = new_dropdown (self, side == 0 ? _ ("First range") : _ ("Second range"));
      gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (pair), GTK_SELECTION_NONE);
      gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (pair), 2);
      gtk_flow_box_append (GTK_FLOW_BOX (pair), GTK_WIDGET (self->people[side]));
      gtk_flow_box_append (GTK_FLOW_BOX (pair), GTK_WIDGET (self->ranges[side]));
      gtk_flow_box_append (GTK_FLOW_BOX (choices), pair);
    }
  self->chart = g_object_new (MIEN_TYPE_COMPARE_CHART, NULL);
  self->flow = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->flow), 2);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->flow), 24);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->flow), TRUE);
  gtk_flow_box_append (GTK_FLOW_BOX (self->flow), GTK_WIDGET (self->chart));
  gtk_box_append (GTK_BOX (self->box), choices);
  gtk_box_append (GTK_BOX (self->box), self->flow);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}
