/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/side-panel.h"

#include <glib/gi18n.h>
#include <math.h>

#include "widgets/affect-chart.h"
#include "widgets/bar-chart.h"
#include "widgets/face-crop.h"
#include "widgets/likeness-bar.h"
#include "widgets/words.h"

struct _MienSidePanel
{
  GtkWidget parent_instance;

  GtkWidget *face_box;
  MienFaceCrop *face_crop;
  GtkLabel *name_label;
  GtkLabel *emotion_label;
  GtkLabel *value_label;
  MienBarChart *bar_chart;
  MienAffectChart *affect_chart;
  GtkExpander *details_expander;
  GtkLabel *details_label;
  MienLikenessBar *likeness_bar;
  MienPeopleList *people_list;

  MienSession *session;
};

G_DEFINE_TYPE (MienSidePanel, mien_side_panel, GTK_TYPE_WIDGET)

GtkWidget *
mien_side_panel_new (void)
{
  return g_object_new (MIEN_TYPE_SIDE_PANEL, NULL);
}

static const char *
describe_absence (MienSession *session)
{
  MienDocument *document = mien_session_get_document (session);

  if (document == NULL)
    return "";
  if (!mien_session_is_analysed (session, mien_session_get_playhead (session)))
    return _ ("Not analysed here yet");
  return _ ("No face in this picture");
}

static void
show_face (MienSidePanel *self, const MienFace *face)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autofree char *percent = mien_words_dup_percent (face->confidence);
  g_autofree char *value = NULL;

  gtk_label_set_label (self->name_label, face->name);
  gtk_label_set_label (self->emotion_label, mien_words_get_class (document, face->emotion));
  if (face->is_provisional)
    /* Translators: a value for a moment that is not analysed yet. */
    value = g_strdup_printf (_ ("%s, live and not kept"), percent);
  else if (face->emotion == MIEN_CLASS_UNCERTAIN)
    /* Translators: %s is a percentage. */
    value = g_strdup_printf (_ ("at most %s, below the threshold"), percent);
  else if (face->sample.status == MIEN_STATUS_LOW_QUALITY)
    /* Translators: a percentage, and why: "too dark". */
    value = g_strdup_printf (_ ("%s, low quality (%s), not counted"), percent,
                             mien_words_get_fault (&face->sample));
  else if (face->sample.status == MIEN_STATUS_EXCLUDED)
    value = g_strdup_printf (_ ("%s, excluded"), percent);
  gtk_label_set_label (self->value_label, value == NULL ? percent : value);
}

/* --- what the value rests on ------------------------------------------------------------------ */

static void
append_measure (GString *text, const char *name, double value, int decimals, const char *unit)
{
  g_autofree char *number = mien_words_take_minus (g_strdup_printf ("%.*f", decimals, value));

  if (!isnan (value))
    g_string_append_printf (text, "%s %s%s\n", name, number, unit);
}

static void
append_values (GString *text, MienDocument *document, const MienFace *face)
{
  guint n = mien_document_get_n_classes (document);

  g_string_append_printf (text, "\n%s\n", _ ("Raw and smoothed"));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s  %.3f  %.3f\n", mien_words_get_class (document, (int) i),
                            (double) face->sample.values[i], (double) face->smoothed[i]);
}

static char *
describe_details (MienSession *session, const MienFace *face)
{
  MienDocument *document = mien_session_get_document (session);
  const MienFilters *filters = mien_document_get_filters (document);
  g_autofree char *smoothing = mien_smoothing_to_string (&filters->smoothing);
  g_autoptr (GString) text = g_string_new (NULL);
  const MienSample *s = &face->sample;
  const char *model = mien_document_get_setting (document, "classifier");

  g_string_append_printf (text, _ ("Frame %lld, %.6f s, track %d\n"), (long long) s->frame,
                          (double) s->pts_ns / 1e9, s->track);
  g_string_append_printf (text, _ ("Box %.0f × %.0f at %.0f, %.0f\n"), (double) s->width,
                          (double) s->height, (double) s->x, (double) s->y);
  append_measure (text, _ ("Detector score"), (double) s->score, 3, "");
  append_measure (text, _ ("Brightness"), (double) s->brightness, 2, "");
  append_measure (text, _ ("Sharpness"), (double) s->sharpness, 1, "");
  append_measure (text, _ ("Yaw"), (double) s->yaw, 0, "°");
  append_measure (text, _ ("Pitch"), (double) s->pitch, 0, "°");
  append_measure (text, _ ("Roll"), (double) s->roll, 0, "°");
  append_values (text, document, face);
  g_string_append_printf (text, _ ("\nSmoothing %s, threshold %.0f %%"), smoothing,
                          100 * filters->threshold);
  if (model != NULL)
    g_string_append_printf (text, _ ("\nClassifier %s"), model);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update_details (MienSidePanel *self, const MienFace *face)
{
  g_autofree char *text = NULL;

  if (!gtk_expander_get_expanded (self->details_expander))
    return;
  text = face == NULL ? g_strdup (describe_absence (self->session))
                      : describe_details (self->session, face);
  gtk_label_set_label (self->details_label, text);
}

static void
update (MienSidePanel *self)
{
  const MienFace *face = mien_session_find_chosen_face (self->session);
  MienPerson *person = mien_session_get_person (self->session);

  update_details (self, face);
  if (face != NULL)
    {
      show_face (self, face);
      return;
    }
  gtk_label_set_label (self->name_label, person == NULL ? "" : mien_words_get_name (person));
  gtk_label_set_label (self->emotion_label, "–");
  gtk_label_set_label (self->value_label, describe_absence (self->session));
}

static void
faces_changed_cb (MienSession *session, MienSidePanel *self)
{
  update (self);
}

static void
notify_cb (MienSession *session, GParamSpec *pspec, MienSidePanel *self)
{
  update (self);
}

static void
expanded_cb (GtkExpander *expander, GParamSpec *pspec, MienSidePanel *self)
{
  if (self->session != NULL)
    update (self);
}

void
mien_side_panel_set_session (MienSidePanel *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_SIDE_PANEL (self));
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  mien_face_crop_set_session (self->face_crop, session);
  mien_chart_set_session (MIEN_CHART (self->bar_chart), session);
  mien_chart_set_session (MIEN_CHART (self->affect_chart), session);
  mien_likeness_bar_set_session (self->likeness_bar, session);
  mien_people_list_set_session (self->people_list, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "faces-changed", G_CALLBACK (faces_changed_cb), self);
  g_signal_connect (session, "notify::document", G_CALLBACK (notify_cb), self);
  g_signal_connect (session, "notify::playhead-ns", G_CALLBACK (notify_cb), self);
  update (self);
}

void
mien_side_panel_set_texture (MienSidePanel *self, GdkTexture *texture)
{
  g_return_if_fail (MIEN_IS_SIDE_PANEL (self));
  mien_face_crop_set_texture (self->face_crop, texture);
}

MienPeopleList *
mien_side_panel_get_people_list (MienSidePanel *self)
{
  g_return_val_if_fail (MIEN_IS_SIDE_PANEL (self), NULL);
  return self->people_list;
}

static void
mien_side_panel_dispose (GObject *object)
{
  MienSidePanel *self = MIEN_SIDE_PANEL (object);
  GtkWidget *child;

  if (self->session != NULL)
    mien_side_panel_set_session (self, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_side_panel_parent_class)->dispose (object);
}

static void
mien_side_panel_class_init (MienSidePanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_side_panel_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mien/Mien/side-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, face_box);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, face_crop);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, name_label);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, emotion_label);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, value_label);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, bar_chart);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, affect_chart);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, details_expander);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, details_label);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, likeness_bar);
  gtk_widget_class_bind_template_child (widget_class, MienSidePanel, people_list);
  gtk_widget_class_set_css_name (widget_class, "sidepanel");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_side_panel_init (MienSidePanel *self)
{
  g_type_ensure (MIEN_TYPE_FACE_CROP);
  g_type_ensure (MIEN_TYPE_BAR_CHART);
  g_type_ensure (MIEN_TYPE_AFFECT_CHART);
  g_type_ensure (MIEN_TYPE_PEOPLE_LIST);
  g_type_ensure (MIEN_TYPE_LIKENESS_BAR);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self->details_expander, "notify::expanded", G_CALLBACK (expanded_cb), self);
}
