/* A small document and what tests of widgets need around it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

/* 250 frames at 25 a second. Track 1 is there all the time: neutral, then happy from 5 s. Track 2
 * is there from 2 s to 6 s, sad, and unsure (40 %) from 4 s. Analysed to its end. */
#define FIXTURE_FRAMES 250
#define FIXTURE_FRAME_NS (G_GINT64_CONSTANT (40) * 1000 * 1000)
#define FIXTURE_END_NS (FIXTURE_FRAMES * FIXTURE_FRAME_NS)
#define FIXTURE_SECOND_NS (G_GINT64_CONSTANT (1000) * 1000 * 1000)

enum
{
  FIXTURE_NEUTRAL,
  FIXTURE_HAPPINESS,
  FIXTURE_SURPRISE,
  FIXTURE_SADNESS,
  FIXTURE_N_CLASSES = 8,
};

MienDocument *fixture_document_new (void);
/* The first @n_frames of it, not to its end. */
MienDocument *fixture_document_new_part (gint64 n_frames);
/* A session over fixture_document_new(), changes delivered. */
MienSession *fixture_session_new (void);
MienPerson *fixture_get_person (MienSession *session, guint index);

GdkTexture *fixture_texture_new (int width, int height);

/* Runs the main loop until @done, at most 60 seconds; FALSE when they are over. */
typedef gboolean (*FixtureFunc) (gpointer data);
gboolean fixture_wait (FixtureFunc done, gpointer data);
/* Until nothing is left to do right now. */
void fixture_settle (void);

/* A presented window with @widget in it, drawn at least once. */
GtkWidget *fixture_show (GtkWidget *widget, int width, int height);

/* Destroys the window and checks that @widget, whose floating or only reference it had, is gone. */
void fixture_assert_finalises (GtkWidget *window, GtkWidget *widget);

/* Counts notifications of @property. */
guint *fixture_count_notify (gpointer object, const char *property);

/* gtk_test_init() and the widgets' templates. */
void fixture_init (int *argc, char ***argv);

/* That the accessible @property of @widget has the value that follows. GTK's own macro puts the
 * values into a format string, where a per cent sign breaks it. */
#define fixture_assert_property(widget, property, ...)                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    char *other_ =                                                                                 \
        gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), (property), __VA_ARGS__);     \
    g_assert_cmpstr (other_, ==, NULL);                                                            \
  }                                                                                                \
  G_STMT_END
