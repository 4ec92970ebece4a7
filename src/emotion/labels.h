/* The two sets of classes that Mien knows, in the order of every array and every file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_LABELS_MAX 8

typedef enum
{
  /* neutral, happiness, surprise, sadness, anger, disgust, fear, contempt.
   * Reference: Barsoum et al. 2016 (FER+). */
  MIEN_LABELS_FERPLUS,
  /* angry, disgust, fear, happy, sad, surprise, neutral. Reference: Goodfellow et al. 2013. */
  MIEN_LABELS_FER2013,
} MienLabelSet;

/* "ferplus" or "fer2013": also the name of the classifier's output. */
const char *mien_label_set_get_name (MienLabelSet set);
/* FALSE, @out alone, when @name is neither. */
gboolean mien_label_set_from_name (const char *name, MienLabelSet *out);
guint mien_label_set_get_n (MienLabelSet set);
/* NULL-terminated, static. */
const char *const *mien_label_set_get_labels (MienLabelSet set);
/* Position of @label, or -1. */
int mien_label_set_find (MienLabelSet set, const char *label);

/* +1 pleasant, -1 unpleasant, 0 neither (neutral, surprise), in the order of the labels.
 * Valence is the sum of sign * probability. Static. */
const float *mien_label_set_get_valence_signs (MienLabelSet set);
/* Activation -1 .. 1 of each class: the sine of the angle of its word on the circumplex, neutral 0.
 * Arousal is the sum of weight * probability. Static.
 * Reference: Russell 1980, "A circumplex model of affect", J. Pers. Soc. Psychol. 39(6), angles of
 * the circular scaling; disgust and contempt, which he did not place, take his "distressed" and
 * "frustrated". */
const float *mien_label_set_get_arousal_weights (MienLabelSet set);
/* One line that says where the weights come from, for documents and the guide. */
const char *mien_label_set_get_weights_source (void);

float mien_label_set_get_valence (MienLabelSet set, const float *probabilities);
float mien_label_set_get_arousal (MienLabelSet set, const float *probabilities);

G_END_DECLS
