/* Documents made for tests: the same numbers on every machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

/* neutral happiness surprise sadness anger disgust fear contempt */
void made_set_classes (MienDocument *document);

/* A sample of @frame at @frame / 25 s, box and all, with @top at class @emotion and the rest spread
 * evenly. */
MienSample made_sample (gint64 frame, int track, int emotion, double top);
MienSample made_no_face (gint64 frame);

/* Appends frames begin..end at @rate with @n_people faces that drift through the emotions, now and
 * then without a face, low in quality or missing: deterministic by frame. */
void made_append (MienDocument *document, gint64 begin, gint64 end, double rate, int n_people);
/* The same with the motion of each face, which is missing in every fiftieth frame. */
void
made_append_moving (MienDocument *document, gint64 begin, gint64 end, double rate, int n_people);

/* Hours of two people at 30 frames a second that hold 2.16 million samples, as many as ten hours in
 * which nobody is ever away. */
#define MADE_HOURS 11.25

/* All of an export as text. */
char *made_export (MienDocument *document, const char *format);
