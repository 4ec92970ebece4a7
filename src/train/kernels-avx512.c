/* SPDX-License-Identifier: GPL-3.0-or-later */
#define KERNELS mien_train_kernels_avx512
#define KERNELS_NAME "avx512 float32"
#define BF16 0
#define WINOGRAD 1
#define TILE_GROUPS 4
#define TILE_VECTORS 2
#include "train/kernels-template.h"
