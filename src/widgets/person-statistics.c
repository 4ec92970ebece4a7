/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/person-statistics.h"

#include <glib/gi18n.h>
#include <math.h>

#include "widgets/statistics-chart.h"
#include "widgets/words.h"

struct _MienPersonStatistics
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *histogram;

  MienDocument *document;
  MienPerson *person;
  gint64 start_ns, end_ns;
  guint *channel; /* the page's: what was asked for stays when the page is made anew */
};

G_DEFINE_TYPE (MienPersonStatistics, mien_person_statistics, GTK_TYPE_WIDGET)

static void
attach (GtkGrid *grid, int column, int row, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  /* Names of emotions stay whole; headings give way. */
  if (row == 0)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, column == 0);
  if (column > 0)
    gtk_widget_add_css_class (label, "numeric");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_grid_attach (grid, label, column, row, 1, 1);
}

static void
attach_percent (GtkGrid *grid, int column, int row, double value)
{
  g_autofree char *percent = mien_words_dup_percent (value);

  attach (grid, column, row, percent, NULL);
}

static void
attach_affect (GtkGrid *grid, int row, const char *name, double mean, double deviation)
{
  g_autofree char *mean_text = NULL, *deviation_text = NULL;

  if (isnan (mean))
    return;
  mean_text = mien_words_take_ltr (mien_words_take_minus (g_strdup_printf ("%+.2f", mean)));
  deviation_text = isnan (deviation) ? g_strdup ("–") : g_strdup_printf ("%.2f", deviation);
  attach (grid, 0, row, name, "dim-label");
  attach (grid, 2, row, mean_text, NULL);
  attach (grid, 3, row, deviation_text, NULL);
}

static GtkWidget *
new_table (MienDocument *document, const MienStatistics *s)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  int n = (int) mien_document_get_n_classes (document);

  gtk_grid_set_column_spacing (grid, 12);
  gtk_grid_set_row_spacing (grid, 3);
  gtk_widget_set_valign (GTK_WIDGET (grid), GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (GTK_WIDGET (grid), TRUE);
  attach (grid, 0, 0, _ ("Emotion"), "caption-heading");
  attach (grid, 1, 0, _ ("Time"), "caption-heading");
  attach (grid, 2, 0, _ ("Mean"), "caption-heading");
  attach (grid, 3, 0, _ ("Spread"), "caption-heading");
  for (int i = 0; i < n; i++)
    {
      attach (grid, 0, i + 1, mien_words_get_class (document, i), NULL);
      attach_percent (grid, 1, i + 1, s->share[i]);
      attach_percent (grid, 2, i + 1, s->mean[i]);
      attach_percent (grid, 3, i + 1, s->deviation[i]);
    }
  attach (grid, 0, n + 1, mien_words_get_emotion (NULL), "dim-label");
  attach_percent (grid, 1, n + 1, s->share_uncertain);
  attach_affect (grid, n + 2, _ ("Valence"), s->valence, s->valence_deviation);
  attach_affect (grid, n + 3, _ ("Arousal"), s->arousal, s->arousal_deviation);
  return GTK_WIDGET (grid);
}

static char *
describe_coverage (const MienStatistics *s)
{
  g_autofree char *seconds = mien_words_dup_duration ((gint64) (s->seconds * 1e9));
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
      text, ngettext ("%u frame, %s on the screen", "%u frames, %s on the screen", s->frames),
      s->frames, seconds);
  if (s->frames_low > 0)
    g_string_append_printf (
        text,
        ngettext ("; %u of low quality left out", "; %u of low quality left out", s->frames_low),
        s->frames_low);
  if (s->frames_excluded > 0)
    g_string_append_printf (text, ngettext ("; %u excluded", "; %u excluded", s->frames_excluded),
                            s->frames_excluded);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The classes in their order, then valence and arousal. */
static void
show_histogram (MienPersonStatistics *self, guint index)
{
  guint n = mien_document_get_n_classes (self->document);
  guint channel = index < n ? index : index == n ? MIEN_CHANNEL_VALENCE : MIEN_CHANNEL_AROUSAL;

  mien_statistics_chart_set_histogram (MIEN_STATISTICS_CHART (self->histogram), self->document,
                                       self->person, channel, self->start_ns, self->end_ns);
}

static void
channel_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienPersonStatistics *self)
{
  *self->channel = gtk_drop_down_get_selected (dropdown);
  show_histogram (self, *self->channel);
}

static GtkWidget *
new_histogram (MienPersonStatistics *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *dropdown;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  guint n = mien_document_get_n_classes (self->document);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, (gpointer) mien_words_get_class (self->document, (int) i));
  g_ptr_array_add (names, (gpointer) _ ("Valence"));
  g_ptr_array_add (names, (gpointer) _ ("Arousal"));
  g_ptr_array_add (names, NULL);
  dropdown = gtk_drop_down_new_from_strings ((const char *const *) names->pdata);
  gtk_widget_set_tooltip_text (dropdown, _ ("Whose Values Are Counted"));
  gtk_widget_set_halign (dropdown, GTK_ALIGN_START);
  self->histogram = mien_statistics_chart_new (MIEN_STATISTICS_CHART_HISTOGRAM);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dropdown), MIN (*self->channel, n + 1));
  show_histogram (self, gtk_drop_down_get_selected (GTK_DROP_DOWN (dropdown)));
  g_signal_connect (dropdown, "notify::selected", G_CALLBACK (channel_cb), self);
  gtk_box_append (GTK_BOX (box), dropdown);
  gtk_box_append (GTK_BOX (box), self->histogram);
  return box;
}

static void
fill (MienPersonStatistics *self,
      MienDocument *document,
      MienPerson *person,
      const MienStatistics *statistics)
{
  GtkWidget *heading = gtk_label_new (mien_words_get_name (person));
  g_autofree char *coverage = describe_coverage (statistics);
  GtkWidget *note = gtk_label_new (coverage);
  GtkWidget *flow = gtk_flow_box_new ();
  GtkWidget *shares = mien_statistics_chart_new (MIEN_STATISTICS_CHART_SHARES);
  GtkWidget *transitions = mien_statistics_chart_new (MIEN_STATISTICS_CHART_TRANSITIONS);

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_ellipsize (GTK_LABEL (heading), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (note), 0);
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_widget_add_css_class (note, "dim-label");
  mien_statistics_chart_set (MIEN_STATISTICS_CHART (shares), document, statistics);
  mien_statistics_chart_set (MIEN_STATISTICS_CHART (transitions), document, statistics);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 24);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), shares);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), new_table (document, statistics));
  gtk_flow_box_append (GTK_FLOW_BOX (flow), transitions);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), new_histogram (self));
  gtk_box_append (GTK_BOX (self->box), heading);
  gtk_box_append (GTK_BOX (self->box), note);
  gtk_box_append (GTK_BOX (self->box), flow);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  mien_words_get_name (person), -1);
}

GtkWidget *
mien_person_statistics_new (
    MienDocument *document, MienPerson *person, gint64 start_ns, gint64 end_ns, guint *channel)
{
  MienPersonStatistics *self = g_object_new (MIEN_TYPE_PERSON_STATISTICS, NULL);
  MienStatistics statistics;

  self->document = g_object_ref (document);
  self->person = g_object_ref (person);
  self->start_ns = start_ns;
  self->end_ns = end_ns;
  self->channel = channel;
  mien_statistics_of_range (document, person, start_ns, end_ns, &statistics);
  fill (self, document, person, &statistics);
  return GTK_WIDGET (self);
}

static void
mien_person_statistics_dispose (GObject *object)
{
  MienPersonStatistics *self = MIEN_PERSON_STATISTICS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_object (&self->person);
  G_OBJECT_CLASS (mien_person_statistics_parent_class)->dispose (object);
}

static void
mien_person_statistics_class_init (MienPersonStatisticsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_person_statistics_dispose;
  gtk_widget_class_set_css_name (widget_class, "personstatistics");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_person_statistics_init (MienPersonStatistics *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}
