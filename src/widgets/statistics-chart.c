/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/statistics-chart.h"

#include <glib/gi18n.h>

#include "plot/charts.h"
#include "widgets/words.h"

#define N_BINS 40

struct _MienStatisticsChart
{
  MienChart parent_instance;

  MienStatisticsChartKind kind;
  MienDocument *document;
  MienStatistics statistics;
  guint channel;
  guint bins[N_BINS]; /* of a histogram */
};

G_DEFINE_TYPE (MienStatisticsChart, mien_statistics_chart, MIEN_TYPE_CHART)

GtkWidget *
mien_statistics_chart_new (MienStatisticsChartKind kind)
{
  MienStatisticsChart *self = g_object_new (MIEN_TYPE_STATISTICS_CHART, NULL);

  self->kind = kind;
  return GTK_WIDGET (self);
}

static char *
describe (MienStatisticsChart *self)
{
  g_autoptr (GString) text = g_string_new (
      self->kind == MIEN_STATISTICS_CHART_SHARES ? _ ("Share of time") : _ ("What followed what"));

  for (guint i = 0; i < mien_document_get_n_classes (self->document); i++)
    {
      g_autofree char *percent = mien_words_dup_percent (self->statistics.share[i]);

      if (self->statistics.share[i] >= 0.005)
        g_string_append_printf (text, ", %s %s", mien_words_get_class (self->document, (int) i),
                                percent);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
mien_statistics_chart_set (MienStatisticsChart *self,
                           MienDocument *document,
                           const MienStatistics *statistics)
{
  g_autofree char *text = NULL;

  g_return_if_fail (MIEN_IS_STATISTICS_CHART (self));
  g_set_object (&self->document, document);
  self->statistics = *statistics;
  text = describe (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_statistics_chart_set_histogram (MienStatisticsChart *self,
                                     MienDocument *document,
                                     MienPerson *person,
                                     guint channel,
                                     gint64 start_ns,
                                     gint64 end_ns)
{
  g_autofree char *text = NULL;

  g_return_if_fail (MIEN_IS_STATISTICS_CHART (self) && MIEN_IS_DOCUMENT (document));
  g_set_object (&self->document, document);
  self->channel = channel;
  mien_statistics_histogram (document, person, channel, start_ns, end_ns, N_BINS, self->bins);
  /* Translators: %s is an emotion, or valence or arousal. */
  text = g_strdup_printf (_ ("How often each value of %s occurs"),
                          channel < MIEN_SAMPLE_MAX_CLASSES
                              ? mien_words_get_class (document, (int) channel)
                          : channel == MIEN_CHANNEL_VALENCE ? _ ("Valence")
                                                            : _ ("Arousal"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mien_statistics_chart_draw (
    MienChart *chart, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienStatisticsChart *self = MIEN_STATISTICS_CHART (chart);

  if (self->document == NULL)
    return;
  if (self->kind == MIEN_STATISTICS_CHART_HISTOGRAM)
    mien_chart_draw_histogram (cr, style, width, height, self->document, self->channel, self->bins,
                               N_BINS);
  else if (self->kind == MIEN_STATISTICS_CHART_SHARES)
    mien_chart_draw_pie (cr, style, width, height, self->document, &self->statistics);
  else
    mien_chart_draw_transitions (cr, style, width, height, self->document, &self->statistics);
}

static void
mien_statistics_chart_dispose (GObject *object)
{
  g_clear_object (&MIEN_STATISTICS_CHART (object)->document);
  G_OBJECT_CLASS (mien_statistics_chart_parent_class)->dispose (object);
}

static void
mien_statistics_chart_class_init (MienStatisticsChartClass *klass)
{
  MienChartClass *chart_class = MIEN_CHART_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_statistics_chart_dispose;
  chart_class->draw = mien_statistics_chart_draw;
  chart_class->natural_width = 320;
  chart_class->natural_height = 230;
}

static void
mien_statistics_chart_init (MienStatisticsChart *self)
{
}
