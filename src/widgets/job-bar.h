/* A file that is being written in the background: its name, how far it is, a way to stop it. What
 * went wrong stays until somebody has read it.
 *
 * Not seen for the first moments, as most files are written by then. Cancelled by its button it
 * cancels what it was given; whoever writes then takes the bar away, or has it tell the failure,
 * after which the button takes it away.
 *
 * CSS node: `jobbar`, class `error` after a failure. Accessible role: status.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MIEN_TYPE_JOB_BAR (mien_job_bar_get_type ())
G_DECLARE_FINAL_TYPE (MienJobBar, mien_job_bar, MIEN, JOB_BAR, GtkWidget)

/* @title: what is done, like "Writing a.csv". */
GtkWidget *
mien_job_bar_new (const char *title, GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* 0..1; before the first call the bar only shows that something goes on. After some moments it says
 * how long still. */
void mien_job_bar_set_progress (MienJobBar *self, double done);
/* Shows @reason in place of the progress. */
void mien_job_bar_fail (MienJobBar *self, const char *reason);
gboolean mien_job_bar_has_failed (MienJobBar *self);
const char *mien_job_bar_get_text (MienJobBar *self);
void mien_job_bar_cancel (MienJobBar *self);
/* Out of the box that it lies in. */
void mien_job_bar_remove (MienJobBar *self);

G_END_DECLS
