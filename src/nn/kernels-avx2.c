/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_SIMD_WIDTH 8
#define MIEN_SIMD_NAME "avx2"
#define MIEN_SIMD_TABLE mien_kernels_avx2

#include "nn/simd-table.h"
