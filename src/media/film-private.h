/* The parts that film.c and film-info.c share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/film.h"
#include "media/ledger.h"

G_BEGIN_DECLS

struct _MienFilm
{
  const MienInput *input; /* borrowed */
  GstElement *pipeline;
  GstElement *decodebin; /* these three are borrowed from the pipeline */
  GstElement *conform;
  GstElement *sink;
  GstBus *bus;
  guint n_threads;
  MienLedger *ledger;

  /* Only the thread that calls mien_film_next(). */
  MienFrame *first; /* decoded while opening, not handed out yet */
  GError *failure;  /* what the bus said; handed out behind the last picture */
  gint64 last_pts_ns;
  gint64 usual_step_ns;
  gint64 n_frames;
  guint n_off;                /* pictures in a row whose time was not believed */
  GstSegment segment;         /* of the newest sample */
  gint64 duration_ns;         /* as the container says, -1 when it does not */
  gboolean is_length_guessed; /* from its last clusters */
  gint64 shift_ns;            /* added to stream times; see find_shift() */

  GMutex mutex;           /* guards what follows, written by threads of GStreamer */
  GArray *streams;        /* MienStreamInfo */
  GstElement *demuxer;    /* borrowed from the pipeline, NULL for elementary streams */
  char *container;        /* for people, NULL for elementary streams */
  gboolean has_video;     /* a video stream was chosen */
  gboolean is_connected;  /* decoded pictures flow */
  gboolean is_exposed;    /* all streams are known */
  gint64 other_end_ns;    /* newest stream time of the streams that are not decoded */
  gboolean is_part_begun; /* a picture of the current part of the edit list came out */
  gboolean has_cut;       /* a picture at the begin of a part was left out */
  char *missing;          /* what no plug-in is installed for */
};

/* film-streams.c: has the decoder of @self, which does not run yet, ask what to decode. */
void mien_film_choose_streams (MienFilm *self);

gboolean mien_film_is_matroska (MienFilm *self); /* or WebM */

/* Fills @info from what flows through @self after the first picture. */
void mien_film_fill_info (MienFilm *self, MienMediaInfo *info);

G_END_DECLS
