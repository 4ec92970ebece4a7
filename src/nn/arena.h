/* Placing blocks of known lifetime into one piece of memory.
 * Reference: Pisarchyk & Lee 2020, "Efficient memory management for deep neural net inference",
 * greedy by size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize size;        /* bytes; rounded up to the alignment */
  guint first, last; /* steps during which it is in use, both inclusive */
  gsize offset;      /* result */
} MienArenaBlock;

/* Gives every block an offset, a multiple of 64; blocks that live at the same time do not overlap.
 * Stores the bytes needed in all. FALSE when they do not fit into memory. */
gboolean mien_arena_place (MienArenaBlock *blocks, guint n, gsize *total);

G_END_DECLS
