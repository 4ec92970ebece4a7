/* The card of a model that mien-train made: the same facts in the file's metadata and beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"
#include "train/metrics.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name, *description, *training, *licence;
  guint width, height, channels;
  const char *const *heads;  /* "ferplus", "fer2013"; NULL-terminated */
  const float *temperatures; /* one a head */
  /* Of the split named; a protocol without images is left out. */
  const char *split;
  const MienMetrics *fer2013, *argmax, *majority; /* nullable; copies left out */
} MienSummary;

/* Sets `mien.*` of @graph. */
void mien_summary_apply (const MienSummary *self, MienGraph *graph);
/* Writes the card as JSON. MIEN_ERROR_OUTPUT. */
gboolean mien_summary_write (const MienSummary *self, const char *path, GError **error);

G_END_DECLS
