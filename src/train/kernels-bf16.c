/* SPDX-License-Identifier: GPL-3.0-or-later */
#define KERNELS mien_train_kernels_bf16
#define KERNELS_NAME "avx512 bfloat16"
#define BF16 1
#define WINOGRAD 0
#define TILE_GROUPS 4
#define TILE_VECTORS 2
#include "train/kernels-template.h"
