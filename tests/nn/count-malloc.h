/* Counts what a thread of the program asks of the allocator.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Calls of malloc() and its kin by any thread since the program began. */
unsigned long count_mallocs (void);
