/* SPDX-License-Identifier: GPL-3.0-or-later */
#define MIEN_LANE_ROWS mien_lane_rows_avx2
#define WIDE 8

#include "plot/lane-loops.h"
