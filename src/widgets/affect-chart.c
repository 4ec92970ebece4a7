/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/affect-chart.h"

#include <glib/gi18n.h>
#include <math.h>

#include "plot/charts.h"
#include "widgets/words.h"

#define TRAIL_NS (G_GINT64_CONSTANT (3) * 1000 * 1000 * 1000)

struct _MienAffectChart
{
  MienChart parent_instance;

  char *description;
};

G_DEFINE_TYPE (MienAffectChart, mien_affect_chart, MIEN_TYPE_CHART)

GtkWidget *
mien_affect_chart_new (void)
{
  return g_object_new (MIEN_TYPE_AFFECT_CHART, NULL);
}

static void
mien_affect_chart_draw (
    MienChart *chart, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienSession *session = mien_chart_get_session (chart);
  MienDocument *document = session == NULL ? NULL : mien_session_get_document (session);
  const MienFace *face;

  if (document == NULL)
    return;
  face = mien_session_find_chosen_face (session);
  mien_chart_draw_circumplex (cr, style, width, height, document, face == NULL ? NULL : face->track,
                              mien_session_get_playhead (session), TRAIL_NS);
}

static void
update_description (MienAffectChart *self, MienSession *session)
{
  const MienFace *face = mien_session_find_chosen_face (session);
  gssize index = face == NULL || face->track == NULL
                     ? -1
                     : mien_track_find_frame (face->track, face->sample.frame);
  g_autofree char *text = NULL;

  if (index < 0)
    text = g_strdup (_ ("No valence and arousal here"));
  else
    /* Translators: two numbers from -1 to 1, one decimal. */
    text = mien_words_take_minus (g_strdup_printf (
        _ ("Valence %.1f, arousal %.1f"), mien_track_get_valence (face->track, (gsize) index),
        mien_track_get_arousal (face->track, (gsize) index)));
  if (g_strcmp0 (text, self->description) == 0)
    return;
  g_free (self->description);
  self->description = g_steal_pointer (&text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->description, -1);
}

static void
faces_changed_cb (MienSession *session, MienAffectChart *self)
{
  update_description (self, session);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mien_affect_chart_session_set (MienChart *chart, MienSession *session)
{
  g_signal_connect (session, "faces-changed", G_CALLBACK (faces_changed_cb), chart);
  update_description (MIEN_AFFECT_CHART (chart), session);
}

static void
mien_affect_chart_finalize (GObject *object)
{
  g_free (MIEN_AFFECT_CHART (object)->description);
  G_OBJECT_CLASS (mien_affect_chart_parent_class)->finalize (object);
}

static void
mien_affect_chart_class_init (MienAffectChartClass *klass)
{
  MienChartClass *chart_class = MIEN_CHART_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_affect_chart_finalize;
  chart_class->draw = mien_affect_chart_draw;
  chart_class->session_set = mien_affect_chart_session_set;
  chart_class->natural_width = 220;
  chart_class->natural_height = 156;
}

static void
mien_affect_chart_init (MienAffectChart *self)
{
}
