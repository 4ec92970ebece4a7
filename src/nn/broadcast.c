/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/broadcast.h"

static gboolean
can_merge (const MienBroadcast *self, int outer, int inner)
{
  for (guint i = 0; i < self->n; i++)
    if (self->strides[i][outer] != self->strides[i][inner] * self->dims[inner])
      return FALSE;
  return TRUE;
}

/* Merges dimension @inner into the last one kept so far. */
static void
merge (MienBroadcast *self, int outer, int inner)
{
  self->dims[outer] *= self->dims[inner];
  for (guint i = 0; i < self->n; i++)
    self->strides[i][outer] = self->strides[i][inner];
}

static void
set_strides (MienBroadcast *self, const MienOpValue *out, const MienOpValue *in, guint index)
{
  gsize stride = 1;

  for (int d = out->rank - 1; d >= 0; d--)
    {
      int at = d - (out->rank - in->rank);
      gsize dim = at < 0 ? 1 : (gsize) in->dims[at];

      self->strides[index][d] = dim == 1 ? 0 : stride;
      stride *= dim;
    }
}

void
mien_broadcast_init (MienBroadcast *self,
                     const MienOpValue *out,
                     const MienOpValue *const *in,
                     guint n)
{
  int kept = 0;

  g_assert (n <= MIEN_BROADCAST_MAX);
  *self = (MienBroadcast){ .n = n };
  for (guint i = 0; i < n; i++)
    set_strides (self, out, in[i], i);
  for (int d = 0; d < out->rank; d++)
    self->dims[d] = (gsize) out->dims[d];
  for (int d = 1; d < out->rank; d++)
    {
      /* A dimension of size 1 says nothing about strides. */
      if (self->dims[d] == 1)
        continue;
      if (self->dims[kept] == 1 || can_merge (self, kept, d))
        {
          merge (self, kept, d);
          continue;
        }
      kept++;
      self->dims[kept] = self->dims[d];
      for (guint i = 0; i < n; i++)
        self->strides[i][kept] = self->strides[i][d];
    }
  if (out->rank == 0)
    self->dims[0] = 1;
  self->rank = kept + 1;
  self->n_rows = 1;
  for (int d = 0; d < kept; d++)
    self->n_rows *= self->dims[d];
}

void
mien_broadcast_locate (const MienBroadcast *self, gsize row, gsize *offsets)
{
  for (guint i = 0; i < self->n; i++)
    offsets[i] = 0;
  for (int d = self->rank - 2; d >= 0; d--)
    {
      gsize at = row % self->dims[d];

      row /= self->dims[d];
      for (guint i = 0; i < self->n; i++)
        offsets[i] += at * self->strides[i][d];
    }
}
