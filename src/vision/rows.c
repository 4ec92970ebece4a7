/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_ROW_KERNELS mien_row_kernels_generic

#include "vision/rows-loops.h"

#include <string.h>

#include "nn/kernels.h"

const MienRowKernels *
mien_row_kernels_get (void)
{
#if defined(__x86_64__)
  /* Every other set of the engine is for machines that have AVX2. */
  if (strcmp (mien_kernels_get ()->name, "generic") != 0)
    return &mien_row_kernels_avx2;
#endif
  return &mien_row_kernels_generic;
}
