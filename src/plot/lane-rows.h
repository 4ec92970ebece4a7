/* The inner loops of drawing lanes over columns of pixels, once in plain C and once for AVX2; the
 * same source, and no multiplication is fused with an addition, so the same bits. Private to the
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Slices of a column in which a curve is followed. */
#define MIEN_LANE_SLICES 4

/* Pixels after the last row of those below that are written too, with what they hold. */
#define MIEN_LANE_SPARE 7

typedef struct
{
  /* Rows @first to @last of a column get @part of 256 of @over. */
  void (*mix) (guint32 *column, int first, int last, guint32 over, guint32 part);
  /* Rows @first to @last, each as far as the stretches from @top to @bottom of its slices cover it;
   * @part of 256 where they do wholly. */
  void (*cover) (guint32 *column,
                 int first,
                 int last,
                 const float top[MIEN_LANE_SLICES],
                 const float bottom[MIEN_LANE_SLICES],
                 guint32 over,
                 float part);
  /* Where a round pen, 2 * @half thick, begins and ends in each of @n slices, begins below its end:
   * nowhere. Its middle is at @middle[-MIEN_LANE_REACH .. n + MIEN_LANE_REACH - 1], NaN: nowhere.
   * All three have room for one column more. */
  void (*find_stretches) (const float *middle, float half, guint n, float *top, float *bottom);
} MienLaneRows;

/* Slices that half of a pen covers at most. */
#define MIEN_LANE_REACH 16

/* Those of this machine, or of the set that MIEN_CPU names. */
const MienLaneRows *mien_lane_rows_get (void);

extern const MienLaneRows mien_lane_rows_generic;
#if defined(__x86_64__)
extern const MienLaneRows mien_lane_rows_avx2;
#endif

G_END_DECLS
