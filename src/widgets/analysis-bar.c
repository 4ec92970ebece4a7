/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/analysis-bar.h"

#include <glib/gi18n.h>
#include <math.h>

#include "widgets/words.h"

struct _MienAnalysisBar
{
  GtkWidget parent_instance;

  GtkLabel *label;
  GtkProgressBar *progress;
  GtkWidget *cancel_button;
  int told; /* the tenth that a screen reader knows of */
};

G_DEFINE_TYPE (MienAnalysisBar, mien_analysis_bar, GTK_TYPE_WIDGET)

GtkWidget *
mien_analysis_bar_new (void)
{
  return g_object_new (MIEN_TYPE_ANALYSIS_BAR, NULL);
}

/* In a narrow window the line breaks between two parts and in none of them. */
static void
append_part (GString *text, const char *part)
{
  g_autoptr (GString) unbroken = g_string_new (part);

  g_string_replace (unbroken, " ", "\u00a0", 0);
  g_string_append_printf (text, "  ·  %s", unbroken->str);
}

static void
append_speed (GString *text, const MienAnalysisProgress *progress)
{
  if (!isnan (progress->fps))
    {
      /* Translators: speed of the analysis. */
      g_autofree char *speed =
          mien_words_take_unbroken (g_strdup_printf (_ ("%.0f frames/s"), progress->fps));

      append_part (text, speed);
    }
  if (!isnan (progress->seconds_left))
    {
      g_autofree char *left = mien_words_dup_left (progress->seconds_left);

      append_part (text, left);
    }
}

static char *
describe (const MienAnalysisProgress *progress)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (progress->phase <= MIEN_ANALYSIS_STARTING)
    return g_strdup (_ ("Preparing the analysis…"));
  if (progress->frames_total > 0)
    {
      g_autofree char *percent = mien_words_dup_percent (
          MIN (1, (double) progress->frames_done / (double) progress->frames_total));

      g_string_append_printf (text, _ ("Analysing %s"), percent);
    }
  else
    g_string_append_printf (text, _ ("Analysing, %lld frames done"),
                            (long long) progress->frames_done);
  append_speed (text, progress);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A screen reader is told ten times, not with every frame. */
static void
tell (MienAnalysisBar *self, const MienAnalysisProgress *progress, const char *text)
{
  int tenth = progress->phase <= MIEN_ANALYSIS_STARTING || progress->frames_total <= 0
                  ? -1
                  : (int) (10 * progress->frames_done / progress->frames_total);

  if (tenth == self->told)
    return;
  self->told = tenth;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

void
mien_analysis_bar_set_progress (MienAnalysisBar *self, const MienAnalysisProgress *progress)
{
  g_autofree char *text = NULL;

  g_return_if_fail (MIEN_IS_ANALYSIS_BAR (self));
  text = describe (progress);
  gtk_label_set_label (self->label, text);
  tell (self, progress, text);
  if (progress->phase <= MIEN_ANALYSIS_STARTING || progress->frames_total == 0)
    gtk_progress_bar_pulse (self->progress);
  else
    gtk_progress_bar_set_fraction (
        self->progress, MIN (1, (double) progress->frames_done / (double) progress->frames_total));
}

const char *
mien_analysis_bar_get_text (MienAnalysisBar *self)
{
  g_return_val_if_fail (MIEN_IS_ANALYSIS_BAR (self), "");
  return gtk_label_get_label (self->label);
}

static void
mien_analysis_bar_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_analysis_bar_parent_class)->dispose (object);
}

static void
mien_analysis_bar_class_init (MienAnalysisBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_analysis_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/mien/Mien/analysis-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, MienAnalysisBar, label);
  gtk_widget_class_bind_template_child (widget_class, MienAnalysisBar, progress);
  gtk_widget_class_bind_template_child (widget_class, MienAnalysisBar, cancel_button);
  gtk_widget_class_set_css_name (widget_class, "analysisbar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
}

static void
mien_analysis_bar_init (MienAnalysisBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->told = -2;
}
