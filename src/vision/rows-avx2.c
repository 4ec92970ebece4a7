/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_ROW_KERNELS mien_row_kernels_avx2

#include "vision/rows-loops.h"
