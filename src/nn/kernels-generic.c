/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_SIMD_WIDTH 4
#define MIEN_SIMD_NAME "generic"
#define MIEN_SIMD_TABLE mien_kernels_generic

#include "nn/simd-table.h"
