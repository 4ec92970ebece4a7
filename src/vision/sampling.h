/* From any picture straight to the numbers a network takes: one pass over just the pixels that are
 * needed, whatever the format. Nothing here converts a whole frame.
 *
 * Shrinking averages over the area that each result pixel covers (exact for axis-parallel
 * rectangles, supersampled for turned ones); enlarging is bilinear.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/image.h"
#include "base/parallel.h"
#include "vision/rect.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_CHANNELS_GRAY, /* 1 plane: luma, full range; 0.299 R + 0.587 G + 0.114 B of an RGB picture */
  MIEN_CHANNELS_RGB,  /* 3 planes */
  MIEN_CHANNELS_BGR,
} MienChannels;

typedef enum
{
  MIEN_BORDER_REPEAT,   /* pixels past the edge are those of the edge */
  MIEN_BORDER_CONSTANT, /* pixels past the edge have value `border_value` in every channel */
} MienBorder;

/* What a result looks like: planar float32 [channels, height, width], or interleaved
 * [height, width, channels]. A stored value is value * scale + offset, value in 0 .. 255. */
typedef struct
{
  int width, height;
  MienChannels channels;
  gboolean interleaved;
  MienBorder border;
  float border_value;
  float scale, offset;
} MienSampling;

/* width x height, RGB, repeated edge, scale 1, offset 0. */
MienSampling mien_sampling_init (int width, int height, MienChannels channels);
/* Floats of a result. */
gsize mien_sampling_get_size (const MienSampling *self);

/* TRUE when planes, strides and size of @image fit together. */
gboolean mien_image_is_valid (const MienImage *image);

/* Takes the part @rect of @image (which may reach past it) to @out of mien_sampling_get_size()
 * floats. @parallel may be NULL. Any thread. */
void mien_image_sample_rect (const MienImage *image,
                             const MienRect *rect,
                             const MienSampling *sampling,
                             float *out,
                             MienParallel *parallel);

/* Takes what @map names; see MienAffine. */
void mien_image_sample_affine (const MienImage *image,
                               const MienAffine *map,
                               const MienSampling *sampling,
                               float *out);

/* The whole picture, aspect kept, in the middle (@centred) or the upper left corner of the result;
 * what is left over has the border value. Returns the map from result to picture. */
MienAffine mien_image_letterbox (const MienImage *image,
                                 const MienSampling *sampling,
                                 gboolean centred,
                                 float *out,
                                 MienParallel *parallel);

/* Luma of @rect as bytes, rounded: @out has @height rows of @width bytes. */
void mien_image_sample_gray8 (
    const MienImage *image, const MienRect *rect, int width, int height, guint8 *out);

/* Mean luma of the part of @rect inside the picture, 0 .. 1; NAN when nothing is inside. */
float mien_image_mean_luma (const MienImage *image, const MienRect *rect);

G_END_DECLS
