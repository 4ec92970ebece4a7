/* How the emotions that a document measured go with how the head was turned, how bright and how
 * large the face was. What goes together is no proof of what causes what: people turn away when
 * they are sad, too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "timeline/document.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_FACTOR_YAW,        /* degrees */
  MIEN_FACTOR_PITCH,      /* degrees */
  MIEN_FACTOR_ROLL,       /* degrees */
  MIEN_FACTOR_BRIGHTNESS, /* 0..1 */
  MIEN_FACTOR_SIZE,       /* larger side of the box, pixels */
  MIEN_N_FACTORS,
} MienFactor;

/* "yaw", ...; "degrees", ...: static, untranslated. */
const char *mien_factor_get_name (MienFactor factor);
const char *mien_factor_get_unit (MienFactor factor);

typedef enum
{
  MIEN_TRUST_GOOD,
  MIEN_TRUST_NONE,   /* nothing was measured there */
  MIEN_TRUST_FEW,    /* less than MIEN_DEPENDENCE_LEAST seconds of film */
  MIEN_TRUST_UNSURE, /* the network is less sure there than where most of the film is */
} MienTrust;

#define MIEN_DEPENDENCE_LEAST 5     /* seconds */
#define MIEN_DEPENDENCE_UNSURE 0.15 /* fall of the mean largest probability */

/* Neighbouring frames are nearly the same picture: each second of a track counts once, with its
 * mean, and the bands are those of so many independent seconds. */
typedef struct
{
  double low, high; /* values low <= v < high */
  guint n_samples, n_seconds;
  double probability[MIEN_SAMPLE_MAX_CLASSES]; /* means; NAN without seconds */
  double band_low[MIEN_SAMPLE_MAX_CLASSES];    /* 95 %; NAN with fewer than two seconds */
  double band_high[MIEN_SAMPLE_MAX_CLASSES];
  double confidence; /* mean of the largest probability */
  MienTrust trust;
} MienDependenceBin;

typedef struct
{
  MienFactor factor;
  guint n_classes, n_bins, n_samples;
  MienDependenceBin *bins; /* ascending, without gaps */
  guint reference;         /* the bin with most seconds; n_bins when nothing was measured */
} MienDependence;

/* Over the samples of status OK of everyone not hidden, raw probabilities. The document's thread.
 */
MienDependence *
mien_dependence_new (MienDocument *document, MienFactor factor) G_GNUC_WARN_UNUSED_RESULT;
void mien_dependence_free (MienDependence *self);

/* The next stretch of bins, from *@end on, that should not be trusted, all of them of one
 * MienTrust:
 * [*@begin, *@end), its @seconds and the mean @confidence of those. FALSE after the last. *@end: 0
 * at first. */
gboolean mien_dependence_next_doubt (
    const MienDependence *self, guint *begin, guint *end, guint *seconds, double *confidence);

/* Where not to trust the results, a sentence a line in English; "" when there is no such place. */
char *mien_dependence_dup_notes (const MienDependence *self) G_GNUC_WARN_UNUSED_RESULT;

/* factor,low,high,samples,seconds,trust,confidence, then mean, low and high of each class. */
gboolean mien_dependence_write_csv (const MienDependence *self,
                                    MienDocument *document,
                                    gboolean header,
                                    GOutputStream *stream,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDependence, mien_dependence_free)

G_END_DECLS
