/* A drop-down of stretches of the film: all of it, the selection, each range that has a name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

/* Sets the items from the document of @session; the chosen item stays chosen while it is there. */
void mien_range_choice_fill (GtkDropDown *dropdown, MienSession *session);

/* The same for any names, NULL-terminated; @fallback is chosen the first time. */
void mien_range_choice_set_names (GtkDropDown *dropdown, const char *const *names, guint fallback);

/* What is chosen. FALSE, storing the whole film, when that is the selection and there is none. */
gboolean mien_range_choice_get (GtkDropDown *dropdown,
                                MienSession *session,
                                gint64 *start_ns,
                                gint64 *end_ns);

/* Its name for people; owned. */
char *mien_range_choice_dup_name (GtkDropDown *dropdown) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
