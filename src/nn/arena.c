/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/arena.h"

#include "base/size.h"
#include "nn/tensor.h"

static int
compare_size (gconstpointer a, gconstpointer b)
{
  const MienArenaBlock *x = *(MienArenaBlock *const *) a, *y = *(MienArenaBlock *const *) b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x->first < y->first ? -1 : x->first > y->first;
}

static int
compare_offset (gconstpointer a, gconstpointer b)
{
  const MienArenaBlock *x = *(MienArenaBlock *const *) a, *y = *(MienArenaBlock *const *) b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The lowest gap among the placed blocks that live at the same time. */
static gsize
find_gap (const MienArenaBlock *block, MienArenaBlock *const *placed, guint n)
{
  gsize end = 0;

  for (guint i = 0; i < n; i++)
    {
      const MienArenaBlock *other = placed[i];

      if (other->last < block->first || other->first > block->last)
        continue;
      if (other->offset >= end && other->offset - end >= block->size)
        break;
      end = MAX (end, other->offset + other->size);
    }
  return end;
}

gboolean
mien_arena_place (MienArenaBlock *blocks, guint n, gsize *total)
{
  g_autofree MienArenaBlock **order = g_new (MienArenaBlock *, n + 1);
  g_autofree MienArenaBlock **placed = g_new (MienArenaBlock *, n + 1);
  guint n_placed = 0;

  *total = 0;
  for (guint i = 0; i < n; i++)
    {
      if (blocks[i].size > G_MAXSSIZE / 4)
        return FALSE;
      blocks[i].size = mien_size_align (blocks[i].size, MIEN_TENSOR_ALIGN);
      order[i] = &blocks[i];
    }
  qsort (order, n, sizeof *order, compare_size);
  for (guint i = 0; i < n; i++)
    {
      guint at = n_placed;

      order[i]->offset = find_gap (order[i], placed, n_placed);
      if (order[i]->offset > G_MAXSSIZE / 4)
        return FALSE;
      *total = MAX (*total, order[i]->offset + order[i]->size);
      /* Kept sorted by offset. */
      while (at > 0 && compare_offset (&placed[at - 1], &order[i]) > 0)
        {
          placed[at] = placed[at - 1];
          at--;
        }
      placed[at] = order[i];
      n_placed++;
    }
  return TRUE;
}
