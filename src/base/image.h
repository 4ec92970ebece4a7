/* One picture in memory, as the rooms hand it to each other: media fills it, vision reads it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_PIXEL_GRAY8,  /* one plane, one byte a pixel, full range luma */
  MIEN_PIXEL_RGB24,  /* one plane, R G B bytes */
  MIEN_PIXEL_RGBX32, /* one plane, R G B and an unused byte */
  MIEN_PIXEL_I420,   /* Y, U, V planes; U and V have (width+1)/2 x (height+1)/2 samples */
  MIEN_PIXEL_NV12, /* Y plane and one plane of interleaved U V, (width+1)/2 x (height+1)/2 pairs */
} MienPixelFormat;

/* Which matrix turns Y'CbCr into R'G'B'. Reference: ITU-R BT.601-7, BT.709-6, BT.2020-2. */
typedef enum
{
  MIEN_MATRIX_BT601,
  MIEN_MATRIX_BT709,
  MIEN_MATRIX_BT2020
} MienColorMatrix;

/* A borrowed view: the planes belong to whoever made it and live as long as that one says.
 * Pixels are square and upright: rotation tags and pixel aspect have been applied. */
typedef struct
{
  MienPixelFormat format;
  int width, height;       /* in pixels, > 0 */
  const guint8 *planes[3]; /* unused planes are NULL */
  int strides[3];          /* bytes from one row to the next, may exceed the row */
  MienColorMatrix matrix;  /* for I420 and NV12 */
  gboolean full_range;     /* Y'CbCr in 0..255 instead of 16..235 */
} MienImage;

G_END_DECLS
