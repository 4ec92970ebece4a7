/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/job-bar.h"

#include <glib/gi18n.h>

#include "widgets/access.h"
#include "widgets/words.h"

#define PATIENCE_MS 400 /* until a bar is seen at all */
#define PULSE_MS 150

struct _MienJobBar
{
  GtkWidget parent_instance;

  GtkWidget *icon;
  GtkLabel *label;
  GtkProgressBar *progress;
  GtkButton *button;

  char *title;
  GCancellable *cancellable;
  gint64 begun_us;
  gboolean failed;
  guint patience_source, pulse_source;
};

G_DEFINE_TYPE (MienJobBar, mien_job_bar, GTK_TYPE_WIDGET)

static gboolean
patience_cb (gpointer data)
{
  MienJobBar *self = data;

  self->patience_source = 0;
  gtk_widget_set_visible (data, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (((MienJobBar *) data)->progress);
  return G_SOURCE_CONTINUE;
}

GtkWidget *
mien_job_bar_new (const char *title, GCancellable *cancellable)
{
  MienJobBar *self = g_object_new (MIEN_TYPE_JOB_BAR, "visible", FALSE, NULL);

  self->title = g_strdup (title);
  self->cancellable = g_object_ref (cancellable);
  self->begun_us = g_get_monotonic_time ();
  gtk_label_set_label (self->label, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  self->patience_source = g_timeout_add (PATIENCE_MS, patience_cb, self);
  self->pulse_source = g_timeout_add (PULSE_MS, pulse_cb, self);
  return GTK_WIDGET (self);
}

void
mien_job_bar_set_progress (MienJobBar *self, double done)
{
  g_autofree char *percent = NULL, *left = NULL, *text = NULL;

  g_return_if_fail (MIEN_IS_JOB_BAR (self));
  if (self->failed)
    return;
  done = CLAMP (done, 0.0, 1.0);
  g_clear_handle_id (&self->pulse_source, g_source_remove);
  percent = mien_words_dup_percent (done);
  left = mien_words_dup_guess (self->begun_us, done);
  text = g_strconcat (self->title, "  ", percent, left == NULL ? NULL : "  ·  ", left, NULL);
  gtk_label_set_label (self->label, text);
  gtk_progress_bar_set_fraction (self->progress, done);
}

void
mien_job_bar_fail (MienJobBar *self, const char *reason)
{
  g_autofree char *name = NULL, *text = NULL;

  g_return_if_fail (MIEN_IS_JOB_BAR (self));
  self->failed = TRUE;
  g_clear_handle_id (&self->pulse_source, g_source_remove);
  g_clear_handle_id (&self->patience_source, g_source_remove);
  /* Translators: what was tried, like "Writing a.csv", and why it failed. */
  text = g_strdup_printf (_ ("%s failed. %s"), self->title, reason);
  gtk_label_set_label (self->label, text);
  gtk_widget_set_visible (self->icon, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), FALSE);
  gtk_button_set_label (self->button, _ ("_Close"));
  name = mien_access_dup_name (_ ("_Close"), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->button), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

gboolean
mien_job_bar_has_failed (MienJobBar *self)
{
  g_return_val_if_fail (MIEN_IS_JOB_BAR (self), FALSE);
  return self->failed;
}

const char *
mien_job_bar_get_text (MienJobBar *self)
{
  g_return_val_if_fail (MIEN_IS_JOB_BAR (self), "");
  return gtk_label_get_label (self->label);
}

void
mien_job_bar_cancel (MienJobBar *self)
{
  g_return_if_fail (MIEN_IS_JOB_BAR (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self->button), FALSE);
  g_cancellable_cancel (self->cancellable);
}

void
mien_job_bar_remove (MienJobBar *self)
{
  GtkWidget *parent;

  g_return_if_fail (MIEN_IS_JOB_BAR (self));
  parent = gtk_widget_get_parent (GTK_WIDGET (self));
  if (GTK_IS_BOX (parent))
    gtk_box_remove (GTK_BOX (parent), GTK_WIDGET (self));
}

static void
clicked_cb (GtkButton *button, MienJobBar *self)
{
  if (self->failed)
    mien_job_bar_remove (self);
  else
    mien_job_bar_cancel (self);
}

static void
mien_job_bar_dispose (GObject *object)
{
  MienJobBar *self = MIEN_JOB_BAR (object);
  GtkWidget *child;

  g_clear_handle_id (&self->patience_source, g_source_remove);
  g_clear_handle_id (&self->pulse_source, g_source_remove);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->title, g_free);
  G_OBJECT_CLASS (mien_job_bar_parent_class)->dispose (object);
}

static void
mien_job_bar_class_init (MienJobBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_job_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mien/Mien/job-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, MienJobBar, icon);
  gtk_widget_class_bind_template_child (widget_class, MienJobBar, label);
  gtk_widget_class_bind_template_child (widget_class, MienJobBar, progress);
  gtk_widget_class_bind_template_child (widget_class, MienJobBar, button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
  gtk_widget_class_set_css_name (widget_class, "jobbar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
}

static void
mien_job_bar_init (MienJobBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mien_access_complete (GTK_WIDGET (self));
}
