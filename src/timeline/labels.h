/* The classes of a document, in the order of a sample's values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/sample.h"

G_BEGIN_DECLS

/* One class. The document copies it; the caller (who knows the classifier) says what it means. */
typedef struct
{
  const char *name; /* as in files: "happiness" or "happy" */
  double valence;   /* pleasant > 0 > unpleasant, -1..1; valence = sum of valence * p */
  double arousal;   /* activation, -1..1; arousal = sum of arousal * p */
} MienClass;

/* What stands for "below the threshold" wherever a class index is expected. */
#define MIEN_CLASS_UNCERTAIN (-1)

G_END_DECLS
