/* From boxes of single frames to people through time.
 *
 * Frames are pushed in presentation order and come back, in the same order, once nothing later can
 * change them: a new face is believed only after a few frames (and is then filled in backwards to
 * its first one), and a face that was missed for a moment gets boxes between the two that were
 * seen. So the caller keeps the pictures of frames it has pushed and not yet popped, at most
 * `delay` + 1 of them, and crops and classifies what comes back. With `delay` 0 (cameras) each
 * frame comes back at once; then new faces appear late and gaps are predicted instead of filled.
 *
 * Assignment: per frame, the cheapest matching (Kuhn 1955) of boxes to tracks by overlap and
 * distance to where a constant-velocity Kalman filter expects them, by size and, where given, by
 * looks. Where motion and looks do not settle who a face is (it looks other than a moment ago, or
 * it is new and somebody else has gone), features decide: mien_tracker_find_unsure() says of which
 * faces they are wanted. So somebody who comes back within a shot keeps the track, and two people
 * who take one place do not share one. Reference: Bewley et al. 2016 (SORT); Wojke et al. 2017
 * (Deep SORT).
 *
 * One thread. The result depends only on what was pushed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/face.h"
#include "vision/look.h"

G_BEGIN_DECLS

typedef struct _MienTracker MienTracker;

typedef struct
{
  guint confirm;       /* detections within confirm + 2 detected frames that make a track; 3 */
  guint delay;         /* frames a result may wait; 12 */
  gint64 max_gap_ns;   /* a track without a detection for longer ends; 1 s */
  float min_score_new; /* a track is believed once its mean score reaches this; 0 */
  gint64 max_away_ns;  /* how long somebody who is gone is waited for, within a shot; 60 s */
  guint n_features;    /* length of features, 0: none */
  float same_limit;  /* Euclidean distance of features below which two faces are one person's ... */
  float other_limit; /* ... and above which they are two's */
} MienTrackerOptions;

/* The defaults above. @live: delay 0. */
MienTrackerOptions mien_tracker_options_init (gboolean live);
/* Features are embeddings (vision/face-net.h) of @n numbers. */
void mien_tracker_options_use_features (MienTrackerOptions *self, guint n);

/* One frame going in. */
typedef struct
{
  gint64 frame; /* the caller's number, handed back; must grow */
  gint64 pts_ns;
  gboolean is_detected;     /* FALSE: no detector looked at this frame (`--detect-every`) */
  gboolean is_cut;          /* a new shot begins here: no track goes across */
  gboolean is_due;          /* known faces may be asked for features: of a film the frames that are
                             * looked at however many others are left out */
  const MienFaceBox *faces; /* copied */
  guint n_faces;
  const float *looks;     /* [n_faces, MIEN_LOOK_N]; NULL: none */
  const float *witnessed; /* [n_faces], how sure somebody else is of the face, 0 .. 1, NAN where
                           * nobody was asked; NULL: nobody. With min_score_new, who was asked about
                           * is believed once he was seen */
  const float *features;  /* [n_faces, n_features], NAN first where unknown; NULL: none */
} MienTrackerInput;

/* A face of a settled frame. */
typedef struct
{
  int track;        /* from 1 in order of first appearance, never reused */
  MienFaceBox face; /* of the detector, or between two detections: then score is NAN */
  int index;        /* of the box in the input's `faces`; -1 where the box was tracked */
  guint ordinal;    /* from 1: which face of its track this is */
} MienTrackedFace;

typedef struct
{
  gint64 frame, pts_ns;
  gboolean is_cut;
  guint n_faces;
  const MienTrackedFace *faces; /* ordered by track */
} MienTrackedFrame;

MienTracker *mien_tracker_new (const MienTrackerOptions *options) G_GNUC_WARN_UNUSED_RESULT;
void mien_tracker_free (MienTracker *self);

/* Which faces of @input need features before it is pushed: @unsure, [n_faces], becomes 0 or 1.
 * Returns how many do; 0 where the options have none. Changes nothing. */
guint mien_tracker_find_unsure (MienTracker *self, const MienTrackerInput *input, guint8 *unsure);
/* Whether nothing is decided between the last detected frame and @input, so that frames between
 * need no detector: every face of it goes on a track that is known, and looks as it did. While
 * somebody new may be believed or recognised each frame counts. Changes nothing. */
gboolean mien_tracker_is_steady (MienTracker *self, const MienTrackerInput *input);
void mien_tracker_push (MienTracker *self, const MienTrackerInput *input);
/* The stream has ended: everything left is settled. */
void mien_tracker_finish (MienTracker *self);
/* The next settled frame, or NULL when the next one still waits. Borrowed, valid until the next
 * call on @self. */
const MienTrackedFrame *mien_tracker_pop (MienTracker *self);

/* Frames pushed and not popped. */
guint mien_tracker_get_n_waiting (MienTracker *self);

/* Everything that later results depend on, frames that wait included, so that a tracker restored
 * from it gives back the same as @self from here on, to the bit. For this program on this kind of
 * machine: it carries a version and a byte order mark. */
GBytes *mien_tracker_save (MienTracker *self) G_GNUC_WARN_UNUSED_RESULT;
/* NULL when @state is of another version or machine, made with other options, or malformed: it
 * comes out of a document and is untrusted. */
MienTracker *
mien_tracker_restore (const MienTrackerOptions *options, GBytes *state) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTracker, mien_tracker_free)

G_END_DECLS
