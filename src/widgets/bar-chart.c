/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/bar-chart.h"

#include <glib/gi18n.h>
#include <math.h>

#include "plot/charts.h"
#include "widgets/words.h"

struct _MienBarChart
{
  MienChart parent_instance;

  char *description;
};

G_DEFINE_TYPE (MienBarChart, mien_bar_chart, MIEN_TYPE_CHART)

GtkWidget *
mien_bar_chart_new (void)
{
  return g_object_new (MIEN_TYPE_BAR_CHART, NULL);
}

static void
mien_bar_chart_draw (
    MienChart *chart, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienSession *session = mien_chart_get_session (chart);
  MienDocument *document = session == NULL ? NULL : mien_session_get_document (session);
  const MienFace *face;
  float low[MIEN_SAMPLE_MAX_CLASSES], high[MIEN_SAMPLE_MAX_CLASSES];
  gboolean has_bounds = FALSE;
  gssize index;

  if (document == NULL || mien_document_get_n_classes (document) == 0)
    return;
  face = mien_session_find_chosen_face (session);
  index = face == NULL || face->track == NULL
              ? -1
              : mien_track_find_frame (face->track, face->sample.frame);
  if (index >= 0)
    has_bounds = mien_track_get_bounds (face->track, (gsize) index, low, high);
  if (face != NULL && face->is_provisional)
    cairo_push_group (cr);
  mien_chart_draw_bars (cr, style, width, height, mien_document_get_classes (document),
                        mien_document_get_n_classes (document),
                        face == NULL ? NULL : face->smoothed, has_bounds ? low : NULL,
                        has_bounds ? high : NULL, mien_document_get_filters (document)->threshold);
  if (face != NULL && face->is_provisional)
    {
      cairo_pop_group_to_source (cr);
      cairo_paint_with_alpha (cr, 0.6);
    }
}

static char *
describe (MienDocument *document, const MienFace *face)
{
  g_autoptr (GString) text = g_string_new (face->name);
  guint n = mien_document_get_n_classes (document);
  guint done = 0;

  /* Largest first; n is at most eight. */
  for (guint rank = 0; rank < n; rank++)
    {
      g_autofree char *percent = NULL;
      int best = -1;

      for (guint i = 0; i < n; i++)
        if (!(done & (1u << i)) && !isnan (face->smoothed[i])
            && (best < 0 || face->smoothed[i] > face->smoothed[best]))
          best = (int) i;
      if (best < 0)
        break;
      done |= 1u << best;
      percent = mien_words_dup_percent (face->smoothed[best]);
      g_string_append_printf (text, ", %s %s", mien_words_get_class (document, best), percent);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update_description (MienBarChart *self, MienSession *session)
{
  MienDocument *document = mien_session_get_document (session);
  const MienFace *face = document == NULL ? NULL : mien_session_find_chosen_face (session);
  g_autofree char *text =
      face == NULL ? g_strdup (_ ("No face in this picture")) : describe (document, face);

  if (g_strcmp0 (text, self->description) == 0)
    return;
  g_free (self->description);
  self->description = g_steal_pointer (&text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->description, -1);
}

static void
faces_changed_cb (MienSession *session, MienBarChart *self)
{
  update_description (self, session);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
changed_cb (MienSession *session, guint flags, MienBarChart *self)
{
  if (flags & (MIEN_CHANGE_SETTINGS | MIEN_CHANGE_FILTERS))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mien_bar_chart_session_set (MienChart *chart, MienSession *session)
{
  g_signal_connect (session, "faces-changed", G_CALLBACK (faces_changed_cb), chart);
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), chart);
  update_description (MIEN_BAR_CHART (chart), session);
}

static void
mien_bar_chart_finalize (GObject *object)
{
  g_free (MIEN_BAR_CHART (object)->description);
  G_OBJECT_CLASS (mien_bar_chart_parent_class)->finalize (object);
}

static void
mien_bar_chart_class_init (MienBarChartClass *klass)
{
  MienChartClass *chart_class = MIEN_CHART_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_bar_chart_finalize;
  chart_class->draw = mien_bar_chart_draw;
  chart_class->session_set = mien_bar_chart_session_set;
  chart_class->natural_width = 280;
  chart_class->natural_height = 164;
}

static void
mien_bar_chart_init (MienBarChart *self)
{
}
