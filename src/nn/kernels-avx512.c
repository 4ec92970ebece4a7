/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_SIMD_WIDTH 16
#define MIEN_SIMD_NAME "avx512"
#define MIEN_SIMD_TABLE mien_kernels_avx512

#include "nn/simd-table.h"
