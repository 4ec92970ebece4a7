/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_SIMD_WIDTH 16

#include "nn/simd-amx.h"
