/* What all views of one window share: the document, the moment, the range, the person.
 *
 * Playhead, hover, selection, zoom and the chosen person live here and nowhere else; a view changes
 * them here and listens to them here, and knows no other view. The session also works out once, for
 * everybody, which faces are on the screen at the playhead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/timeline-plot.h"
#include "timeline/document.h"

G_BEGIN_DECLS

#define MIEN_SESSION_NO_TIME ((gint64) -1)
#define MIEN_SESSION_LIVE_NS (G_GINT64_CONSTANT (400) * 1000 * 1000)

/* One face on the screen. Pointers are borrowed and valid until the next "faces-changed". */
typedef struct
{
  MienTrack *track;                        /* NULL when @is_provisional */
  MienPerson *person;                      /* NULL when @is_provisional */
  guint colour;                            /* index into the people palette */
  char name[128];                          /* of the person, UTF-8, cut between characters */
  MienSample sample;                       /* as measured */
  float smoothed[MIEN_SAMPLE_MAX_CLASSES]; /* equal to sample.values when @is_provisional */
  int emotion;             /* of the smoothed values, MIEN_CLASS_UNCERTAIN below the threshold */
  double confidence;       /* largest smoothed value, NaN when nothing was measured */
  gboolean is_provisional; /* a live result for a moment that is not analysed: never stored */
} MienFace;

#define MIEN_TYPE_SESSION (mien_session_get_type ())

/* Main thread. Properties, all notified: document, duration-ns, playhead-ns, hover-ns,
 * selection-start-ns, selection-end-ns, view-start-ns, view-end-ns, person, mode, classes,
 * follow.
 * Signals:
 * - seek (gint64 time_ns, gboolean exact): somebody wants the film to go there; the window's player
 *   obeys. The playhead has moved already.
 * - changed (guint flags of MienChange): the document's signal, whichever document it is.
 * - faces-changed (): mien_session_get_faces() gives something else now. */
G_DECLARE_FINAL_TYPE (MienSession, mien_session, MIEN, SESSION, GObject)

MienSession *mien_session_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps a reference. NULL: nothing is open. Everything else is reset. */
void mien_session_set_document (MienSession *self, MienDocument *document);
MienDocument *mien_session_get_document (MienSession *self);

/* Length of the film as the player knows it; the document's end counts where that is longer. */
void mien_session_set_duration (MienSession *self, gint64 duration_ns);
gint64 mien_session_get_duration (MienSession *self);

/* The time of the picture that stands on the screen. mien_session_set_playhead() is the player's;
 * a view asks with mien_session_seek(), which clamps to the film. */
void mien_session_set_playhead (MienSession *self, gint64 time_ns);
gint64 mien_session_get_playhead (MienSession *self);
void mien_session_seek (MienSession *self, gint64 time_ns, gboolean exact);

/* Where the pointer or the keyboard cursor is, MIEN_SESSION_NO_TIME for nowhere. */
void mien_session_set_hover (MienSession *self, gint64 time_ns);
gint64 mien_session_get_hover (MienSession *self);

/* The chosen range, start < end. FALSE, leaving them alone, when there is none. */
gboolean mien_session_get_selection (MienSession *self, gint64 *start_ns, gint64 *end_ns);
/* In any order, clamped; an empty range takes the selection away. */
void mien_session_set_selection (MienSession *self, gint64 start_ns, gint64 end_ns);
void mien_session_clear_selection (MienSession *self);
/* One end at the playhead, for the keys [ and ]; the other end stays or is the film's. */
void mien_session_set_selection_start (MienSession *self, gint64 time_ns);
void mien_session_set_selection_end (MienSession *self, gint64 time_ns);

/* The part of the film that the timeline shows, start < end. */
void mien_session_get_view (MienSession *self, gint64 *start_ns, gint64 *end_ns);
/* Kept inside the film and at least a tenth of a second long. */
void mien_session_set_view (MienSession *self, gint64 start_ns, gint64 end_ns);
/* @factor > 1 comes closer; @anchor_ns stays where it is. */
void mien_session_zoom (MienSession *self, double factor, gint64 anchor_ns);
void mien_session_pan (MienSession *self, gint64 delta_ns);
void mien_session_fit (MienSession *self);

/* Whether the view turns the page when the playhead leaves it; TRUE at first. */
void mien_session_set_follow (MienSession *self, gboolean follow);
gboolean mien_session_get_follow (MienSession *self);

/* The chosen person, borrowed; NULL when there is nobody. */
MienPerson *mien_session_get_person (MienSession *self);
void mien_session_set_person (MienSession *self, MienPerson *person);
/* The next one that is not hidden, by number, @step of 1 or -1; FALSE, changing nothing, past the
 * last. */
gboolean mien_session_step_person (MienSession *self, int step);

/* A bit for each class whose line is drawn; 0, at first, for all of them. Property classes. */
void mien_session_set_classes (MienSession *self, guint classes);
guint mien_session_get_classes (MienSession *self);

void mien_session_set_mode (MienSession *self, MienTimelineMode mode);
MienTimelineMode mien_session_get_mode (MienSession *self);

/* The faces at the playhead: stored ones where the film is analysed, else the live ones that
 * mien_session_set_live() brought for this moment. Borrowed, valid until "faces-changed". */
const MienFace *mien_session_get_faces (MienSession *self, guint *n_faces);
/* The chosen person's face, or the largest one when that person is not there; NULL without any. */
const MienFace *mien_session_find_chosen_face (MienSession *self);
/* The same at another moment, for read-outs. FALSE when the person is not there then. */
gboolean
mien_session_get_face_at (MienSession *self, MienPerson *person, gint64 time_ns, MienFace *out);
/* Live results of the picture at @pts_ns, copied; they stand until newer ones come or the playhead
 * is more than MIEN_SESSION_LIVE_NS later or before them. */
void mien_session_set_live (MienSession *self,
                            gint64 pts_ns,
                            const MienSample *samples,
                            guint n_samples);
/* TRUE for a camera whose live results are stored as well: then their tracks are the document's,
 * and they are not provisional. */
void mien_session_set_recording (MienSession *self, gboolean recording);

/* Whether the moment is analysed. */
gboolean mien_session_is_analysed (MienSession *self, gint64 time_ns);

/* Size of the upright picture; 0 before it is known. From the document, else as set. */
void mien_session_set_picture_size (MienSession *self, int width, int height);
void mien_session_get_picture_size (MienSession *self, int *width, int *height);

G_END_DECLS
