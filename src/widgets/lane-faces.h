/* Small pictures of the faces at moments of the film, for the lanes: fetched from the film one
 * after the other by a player of its own, kept while they are likely to be seen again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_LANE_FACES_PIXELS 64 /* a side of each picture */
#define MIEN_TYPE_LANE_FACES (mien_lane_faces_get_type ())

/* Main thread. Signal "changed" (): a moment's faces are there. */
G_DECLARE_FINAL_TYPE (MienLaneFaces, mien_lane_faces, MIEN, LANE_FACES, GObject)

/* Keeps a reference to @session and follows its document; the film is that of the document. */
MienLaneFaces *mien_lane_faces_new (MienSession *session) G_GNUC_WARN_UNUSED_RESULT;

/* Fetches what is not there yet of these moments, in this order; what was wanted before and is not
 * fetched yet is forgotten. @exact: the picture at the moment itself; else the nearest key frame
 * before it will do, which takes a fraction of the time. */
void
mien_lane_faces_want (MienLaneFaces *self, const gint64 *times_ns, guint n_times, gboolean exact);

/* @person at @time_ns as it was fetched for that moment; NULL when it was not, or when the person
 * is not in that picture. Borrowed, until the next "changed". */
GdkTexture *mien_lane_faces_find (MienLaneFaces *self, MienPerson *person, gint64 time_ns);

/* Whether there is a film to fetch from, as far as is known. */
gboolean mien_lane_faces_has_film (MienLaneFaces *self);

/* How many moments wait to be fetched. */
guint mien_lane_faces_get_n_wanted (MienLaneFaces *self);

G_END_DECLS
