/* Values in the words of the person's language: labels, read-outs, screen readers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/session.h"

G_BEGIN_DECLS

/* @text, which is marked with N_(), in the person's language. Borrowed. */
const char *mien_words_get_translation (const char *text);

/* The name of a class for people, capitalised: "Happiness" for "happiness" and "happy". A name that
 * is not known is given back; NULL is "Uncertain". Borrowed. */
const char *mien_words_get_emotion (const char *class_name);

/* The short second cue of a class beside its colour: "H" for happiness, in Latin letters of the
 * person's language. A name that is not known and NULL are "?". Borrowed. */
const char *mien_words_get_letter (const char *class_name);

/* The name of class @emotion of @document, MIEN_CLASS_UNCERTAIN included. Borrowed. */
const char *mien_words_get_class (MienDocument *document, int emotion);

/* The name of @person for the eyes: the one that was given, else "Person 1" in the person's
 * language (documents and tables hold it in English). Borrowed; stays until it is renamed. */
const char *mien_words_get_name (MienPerson *person);

/* @text, taken, so that its numbers keep their order and signs their side in a mirrored window. */
char *mien_words_take_ltr (char *text) G_GNUC_WARN_UNUSED_RESULT;

/* @text, taken, with the minus sign of typography before numbers in place of the hyphen. For the
 * eyes only: files keep the hyphen. */
char *mien_words_take_minus (char *text) G_GNUC_WARN_UNUSED_RESULT;

/* @text, taken, so that a line never breaks inside it. Scripts without spaces break anywhere. */
char *mien_words_take_unbroken (char *text) G_GNUC_WARN_UNUSED_RESULT;

/* "87 %", "–" for NaN; a probability, without decimals. */
char *mien_words_dup_percent (double value) G_GNUC_WARN_UNUSED_RESULT;

/* "Happiness 87 %" or "Uncertain". */
char *
mien_words_dup_emotion (MienDocument *document, const MienFace *face) G_GNUC_WARN_UNUSED_RESULT;

/* Why a face of low quality is not counted, in the person's language ("too dark"): by the measures
 * that are kept of it and the limits of the analysis. Static. */
const char *mien_words_get_fault (const MienSample *sample);

/* "Anna, Happiness 87 %", with what else a person has to know ("live", "low quality"). */
char *mien_words_dup_face (MienDocument *document, const MienFace *face) G_GNUC_WARN_UNUSED_RESULT;

/* mien_timeline_format_time() with the decimal point of the person's locale. */
char *mien_words_dup_time (gint64 time_ns, guint decimals) G_GNUC_WARN_UNUSED_RESULT;
const char *mien_words_get_point (void); /* that point; borrowed */

/* "3:12", "1:02:03": a length, rounded to whole seconds. */
char *mien_words_dup_duration (gint64 duration_ns) G_GNUC_WARN_UNUSED_RESULT;
/* "1:20 left": until something is done, in @seconds from now. */
char *mien_words_dup_left (double seconds) G_GNUC_WARN_UNUSED_RESULT;
/* The same of what began at @begun_us of g_get_monotonic_time() and is done to @done, 0..1; NULL
 * while it would only jump. */
char *mien_words_dup_guess (gint64 begun_us, double done) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
