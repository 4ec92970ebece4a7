/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_SIMD_WIDTH 16
#define MIEN_SIMD_BF16 1
#define MIEN_SIMD_NAME "avx512bf16"
#define MIEN_SIMD_TABLE mien_kernels_avx512bf16

#include "nn/simd-table.h"
