/* Gathers the loops of one instruction set into its table. The including file defines
 * MIEN_SIMD_TABLE and MIEN_SIMD_NAME.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-conv.h"
#include "nn/simd-depthwise.h"
#include "nn/simd-element.h"
#include "nn/simd-layout.h"
#include "nn/simd-product.h"
#include "nn/simd-window.h"
#include "nn/simd-winograd.h"

const MienKernels MIEN_SIMD_TABLE = {
  .name = MIEN_SIMD_NAME,
  .max_blocks = MAX_BLOCKS,
  .tile_pixels = TILE_PIXELS,
  .conv_span = conv_span,
  .winograd_in = winograd_in,
  .winograd_out = winograd_out,
  .depthwise_rows = depthwise_rows,
  .pool_row = pool_row,
  .activate = activate_blocks,
  .activate_flat = activate_flat,
  .add = add_flat,
  .mul = mul_flat,
  .scale = scale_pixels,
  .sum_pixels = sum_pixels,
  .to_blocks = to_blocks,
  .from_blocks = from_blocks,
  .product = simd_product,
};
