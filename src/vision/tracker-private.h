/* What a tracker remembers. SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/motion.h"
#include "vision/tracker.h"

G_BEGIN_DECLS

#define MIEN_TRACKER_MAX_FACES 4096
#define MIEN_TRACKER_MAX_FEATURES 4096

/* A face through time; plain data but for the feature. */
typedef struct
{
  gint64 serial; /* from 1 in order of birth */
  int number;    /* from 1 in order of first appearance in what was popped; 0: not yet */
  gboolean is_confirmed;
  guint n_given;      /* faces of it in what was popped */
  guint hits, seen;   /* detected frames with the face, and all, since its birth */
  guint due;          /* of the hits those in frames where views are due */
  guint misses;       /* detected frames since the last hit */
  guint64 birth, hit; /* order of the frame of its first and last detection */
  gint64 hit_ns;
  float total;      /* sum of its scores */
  MienFaceBox last; /* its last detection */
  MienMotion motion;
  gboolean has_look;
  float look[MIEN_LOOK_N]; /* of its last detection */
  guint n_views;           /* that the feature is the mean of */
  guint n_asked, n_seen;   /* closer looks, and how many saw a face */
} MienTrackState;

typedef struct
{
  MienTrackState state;
  float *feature; /* mean of the views; NULL: none */
} MienTrack;

/* A face in a waiting frame. */
typedef struct
{
  gint64 serial;
  int index;
  MienFaceBox face;
} MienTrackerEntry;

typedef struct
{
  gint64 frame, pts_ns;
  guint64 order; /* frames pushed before it */
  gboolean is_cut, is_detected;
  GArray *entries; /* of MienTrackerEntry */
} MienTrackerFrame;

struct _MienTracker
{
  MienTrackerOptions options;
  GPtrArray *tracks; /* of MienTrack, alive, by serial */
  GPtrArray *lost;   /* of MienTrack, confirmed, not seen for longer than a gap, oldest first */
  GArray *fates;     /* of MienTrackFate: of ended tracks that waiting frames still name */
  GQueue frames;     /* of MienTrackerFrame, waiting, oldest first */
  guint64 n_pushed;
  gint64 n_serials;
  int n_numbers;
  guint n_detected; /* detected frames since the last cut */
  gboolean is_finished;

  MienTrackedFrame popped;
  GArray *popped_faces; /* of MienTrackedFace */
};

/* How a track ended. */
typedef struct
{
  gint64 serial;
  int number;
  guint n_given;
  gboolean is_confirmed;
} MienTrackFate;

/* What a pair of a track and a face costs that is never made, and the most that one may cost. */
#define MIEN_TRACKER_NEVER 2.0
#define MIEN_TRACKER_MAX_COST 1.0

static inline double
mien_tracker_get_seconds (gint64 from_ns, gint64 to_ns)
{
  return (double) MAX (to_ns - from_ns, 0) / 1e9;
}

/* Of face number @face; NULL: unknown. */
static inline const float *
mien_tracker_get_look (const MienTrackerInput *input, guint face)
{
  return input->looks == NULL ? NULL : input->looks + (gsize) face * MIEN_LOOK_N;
}

static inline const float *
mien_tracker_get_feature (const MienTracker *self, const MienTrackerInput *input, guint face)
{
  return input->features == NULL ? NULL : input->features + (gsize) face * self->options.n_features;
}

/* How like @face looks what @track looked like last, -1 .. 1; NAN: unknown. */
float mien_track_get_likeness (const MienTrack *self, const float *look);
/* The distance of features; NAN: unknown. */
float mien_track_get_distance (const MienTrack *self, const float *feature, guint n);
void mien_track_learn (MienTrack *self, const float *look, const float *feature, guint n);
/* Whether @look is so other than before that the face may be somebody else's. */
gboolean mien_track_is_doubtful (const MienTrack *self, const float *look);
/* Whether the next detection of the track, in @input, should come with a feature. */
gboolean
mien_track_is_view_due (const MienTrack *self, const MienTrackerInput *input, guint confirm);
/* Who @track, which is new, was before: gone or missing since before its birth, and the nearest
 * within the limit. NULL: nobody. */
MienTrack *mien_tracker_find_known (MienTracker *self, const MienTrack *track);
/* Whether somebody was there before whom @track may be, but another view would tell better. */
gboolean mien_tracker_is_known_unsure (MienTracker *self, const MienTrack *track);

/* For each face of @input the index of its track, -1 for none; @track_of: [n_faces]. */
void mien_tracker_match (MienTracker *self, const MienTrackerInput *input, int *track_of);

MienTrackerFrame *mien_tracker_frame_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_tracker_frame_free (MienTrackerFrame *self);
/* @index: of the detection, -1 for none. */
void mien_tracker_frame_append (MienTrackerFrame *self,
                                gint64 serial,
                                int index,
                                const MienFaceBox *face);
void mien_track_free (MienTrack *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTrackerFrame, mien_tracker_frame_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTrack, mien_track_free)

G_END_DECLS
