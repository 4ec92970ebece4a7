/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_LANE_ROWS mien_lane_rows_generic
#define WIDE 4

#include "plot/lane-loops.h"

#include "nn/kernels.h"

const MienLaneRows *
mien_lane_rows_get (void)
{
#if defined(__x86_64__)
  /* Every other set of the engine is for machines that have AVX2. */
  if (strcmp (mien_kernels_get ()->name, "generic") != 0)
    return &mien_lane_rows_avx2;
#endif
  return &mien_lane_rows_generic;
}
