/* What the parts of the session share. Private to the session: session.c has the document, the
 * person and the object itself, session-faces.c who is on the screen, session-time.c playhead,
 * range and view.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_SESSION_MIN_VIEW_NS (G_GINT64_CONSTANT (100) * 1000 * 1000)

struct _MienSession
{
  GObject parent_instance;

  MienDocument *document;
  gulong changed_handler;
  MienPerson *person;

  gint64 film_duration; /* as the player says */
  gint64 duration;      /* what everybody sees */
  gint64 playhead;
  gint64 hover;
  gint64 selection_start, selection_end; /* both MIEN_SESSION_NO_TIME for none */
  gint64 view_start, view_end;
  MienTimelineMode mode;
  guint classes;
  gboolean follow;
  gboolean fitted; /* the view is the whole film and grows with it */
  int width, height;

  GArray *faces;   /* of MienFace */
  GArray *live;    /* of MienSample */
  gint64 live_pts; /* MIEN_SESSION_NO_TIME for none */
  gboolean recording;
};

typedef enum
{
  MIEN_SESSION_PROP_DOCUMENT = 1,
  MIEN_SESSION_PROP_DURATION,
  MIEN_SESSION_PROP_PLAYHEAD,
  MIEN_SESSION_PROP_HOVER,
  MIEN_SESSION_PROP_SELECTION_START,
  MIEN_SESSION_PROP_SELECTION_END,
  MIEN_SESSION_PROP_VIEW_START,
  MIEN_SESSION_PROP_VIEW_END,
  MIEN_SESSION_PROP_PERSON,
  MIEN_SESSION_PROP_MODE,
  MIEN_SESSION_PROP_CLASSES,
  MIEN_SESSION_PROP_FOLLOW,
  MIEN_SESSION_N_PROPS
} MienSessionProp;

typedef enum
{
  MIEN_SESSION_SIGNAL_SEEK,
  MIEN_SESSION_SIGNAL_CHANGED,
  MIEN_SESSION_SIGNAL_FACES_CHANGED,
  MIEN_SESSION_N_SIGNALS
} MienSessionSignal;

extern guint mien_session_signals[MIEN_SESSION_N_SIGNALS];

/* Notifies @prop. */
void mien_session_tell (MienSession *self, MienSessionProp prop);
/* Works out anew who is on the screen, and says so. */
void mien_session_update_faces (MienSession *self);
/* Drops what a MienFace of the session's own list holds. */
void mien_session_clear_face (gpointer face);

G_END_DECLS
