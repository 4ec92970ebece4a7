/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "emotion/labels.h"

/* Sines of the angles Russell found: happy 7.8, astonished 69.8, angry 99.0, afraid 116.0,
 * distressed 138.0, frustrated 141.0, sad 207.5 degrees. */
#define HAPPY 0.1357f
#define ASTONISHED 0.9385f
#define ANGRY 0.9877f
#define AFRAID 0.8988f
#define DISTRESSED 0.6691f
#define FRUSTRATED 0.6293f
#define SAD -0.4617f

typedef struct
{
  const char *name;
  guint n;
  const char *labels[MIEN_LABELS_MAX + 1];
  float signs[MIEN_LABELS_MAX];
  float weights[MIEN_LABELS_MAX];
} LabelSet;

static const LabelSet sets[] = {
  [MIEN_LABELS_FERPLUS] = {
    "ferplus",
    8,
    { "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", NULL },
    { 0, 1, 0, -1, -1, -1, -1, -1 },
    { 0, HAPPY, ASTONISHED, SAD, ANGRY, DISTRESSED, AFRAID, FRUSTRATED },
  },
  [MIEN_LABELS_FER2013] = {
    "fer2013",
    7,
    { "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", NULL },
    { -1, -1, -1, 1, -1, 0, 0 },
    { ANGRY, DISTRESSED, AFRAID, HAPPY, SAD, ASTONISHED, 0 },
  },
};

static const LabelSet *
get_set (MienLabelSet set)
{
  g_assert ((guint) set < G_N_ELEMENTS (sets));
  return &sets[set];
}

const char *
mien_label_set_get_name (MienLabelSet set)
{
  return get_set (set)->name;
}

gboolean
mien_label_set_from_name (const char *name, MienLabelSet *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    if (g_strcmp0 (name, sets[i].name) == 0)
      {
        *out = (MienLabelSet) i;
        return TRUE;
      }
  return FALSE;
}

guint
mien_label_set_get_n (MienLabelSet set)
{
  return get_set (set)->n;
}

const char *const *
mien_label_set_get_labels (MienLabelSet set)
{
  return get_set (set)->labels;
}

int
mien_label_set_find (MienLabelSet set, const char *label)
{
  const LabelSet *self = get_set (set);

  for (guint i = 0; i < self->n; i++)
    if (g_strcmp0 (label, self->labels[i]) == 0)
      return (int) i;
  return -1;
}

const float *
mien_label_set_get_valence_signs (MienLabelSet set)
{
  return get_set (set)->signs;
}

const float *
mien_label_set_get_arousal_weights (MienLabelSet set)
{
  return get_set (set)->weights;
}

const char *
mien_label_set_get_weights_source (void)
{
  return "Russell 1980, A circumplex model of affect, J. Pers. Soc. Psychol. 39(6): sine of the "
         "angle of happy 7.8, astonished 69.8, angry 99, afraid 116, distressed 138 (disgust), "
         "frustrated 141 (contempt), sad 207.5 degrees; neutral 0";
}

static float
project (const float *weights, const float *probabilities, guint n)
{
  float sum = 0;

  for (guint i = 0; i < n; i++)
    sum += weights[i] * probabilities[i];
  return sum;
}

float
mien_label_set_get_valence (MienLabelSet set, const float *probabilities)
{
  const LabelSet *self = get_set (set);

  return project (self->signs, probabilities, self->n);
}

float
mien_label_set_get_arousal (MienLabelSet set, const float *probabilities)
{
  const LabelSet *self = get_set (set);

  return project (self->weights, probabilities, self->n);
}
