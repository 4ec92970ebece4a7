/* Where one shot ends and the next begins, so that no track leaks across.
 * Compares luma histograms of a 4 x 4 grid with the frame before and with the recent past.
 * Reference: Zhang, Kankanhalli & Smoliar 1993 (histogram comparison, adaptive threshold).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/image.h"

G_BEGIN_DECLS

#define MIEN_CUT_SIGNATURE_SIZE 256

/* 16 cells of 16 luma bins; computed by any worker, then judged in frame order. */
typedef struct
{
  float bins[MIEN_CUT_SIGNATURE_SIZE]; /* each cell sums to 1 */
} MienCutSignature;

void mien_cut_signature_compute (const MienImage *image, MienCutSignature *out);

typedef struct _MienCutDetector MienCutDetector;

MienCutDetector *mien_cut_detector_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_cut_detector_free (MienCutDetector *self);
/* TRUE when a new shot begins with this frame. Frames in presentation order, one thread. */
gboolean mien_cut_detector_push (MienCutDetector *self, const MienCutSignature *signature);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCutDetector, mien_cut_detector_free)

G_END_DECLS
