/* Varies a face crop at random: what the network sees of a picture differs each epoch, and depends
 * on (seed, epoch, index) alone.
 * Reference: Simard et al. 2003 (warps); DeVries & Taylor 2017 (cutout); Zhang et al. 2018 (mixup);
 * Yun et al. 2019 (cutmix).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/random.h"

G_BEGIN_DECLS

/* Strengths; all zero changes nothing. Normal draws are cut at two deviations. */
typedef struct
{
  float mirror;     /* probability */
  float shift;      /* largest shift, as part of the side */
  float rotation;   /* deviation, degrees */
  float scale;      /* deviation of the factor's logarithm */
  float aspect;     /* deviation of the logarithm of width : height */
  float brightness; /* deviation, of a range of 255 */
  float contrast;   /* deviation of the factor's logarithm */
  float gamma;      /* deviation of the exponent's logarithm */
  float blur;       /* probability of a 3x3 binomial blur */
  float noise;      /* largest deviation of normal noise, of a range of 255 */
  float occlusion;  /* probability of a gray rectangle of 1/8 to 2/5 of the side */
  float mixup;      /* probability of blending with another picture */
  float cutmix;     /* probability of a patch from another picture */
} MienAugment;

/* "none", "light", "strong". */
gboolean mien_augment_from_name (const char *name, MienAugment *out);

/* @in: [height, width] gray; @out: [height, width] in 0..255; @scratch: as large as @out.
 * Pixels outside the picture repeat its edge. */
void mien_augment_apply (const MienAugment *self,
                         guint64 seed,
                         guint epoch,
                         guint index,
                         const guint8 *in,
                         guint width,
                         guint height,
                         float *out,
                         float *scratch);

/* How a picture is mixed with a second one. */
typedef struct
{
  float weight;      /* of the first picture, 1: not mixed */
  guint32 partner;   /* row of the second, below the n_rows asked with */
  gboolean is_patch; /* cutmix: the rectangle comes from the second; else a blend */
  guint x, y, width, height;
} MienAugmentMix;

MienAugmentMix mien_augment_draw_mix (const MienAugment *self,
                                      guint64 seed,
                                      guint epoch,
                                      guint index,
                                      guint n_rows,
                                      guint width,
                                      guint height);
/* Puts @other into @pixels as @mix says; both [height, width]. */
void mien_augment_mix (
    const MienAugmentMix *mix, float *pixels, const float *other, guint width, guint height);

G_END_DECLS
