/* SPDX-License-Identifier: GPL-3.0-or-later */
#define KERNELS mien_train_kernels_avx2
#define KERNELS_NAME "avx2 float32"
#define BF16 0
#define WINOGRAD 1
#define TILE_GROUPS 2
#define TILE_VECTORS 1
#include "train/kernels-template.h"
