/* SPDX-License-Identifier: GPL-3.0-or-later */
#define KERNELS mien_train_kernels_generic
#define KERNELS_NAME "generic float32"
#define BF16 0
#define WINOGRAD 0
#define TILE_GROUPS 1
#define TILE_VECTORS 1
#include "train/kernels-template.h"
