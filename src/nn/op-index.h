/* Indices that come out of a model: each one is checked. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/op.h"

G_BEGIN_DECLS

/* Index @i of an int32 or int64 tensor as a position 0..dim-1; negative ones count from the end. */
gboolean mien_index_load (const MienOpCall *call,
                          const MienTensor *indices,
                          gsize i,
                          gint64 dim,
                          gsize *out,
                          GError **error);
/* Input @input has indices of int32 or int64. */
gboolean mien_index_check (const MienOpCall *call, guint input, GError **error);

/* The element of @data that element @i of @indices points at, as GatherElements counts. */
gboolean mien_index_locate_element (const MienOpCall *call,
                                    const MienOpValue *data,
                                    const MienTensor *indices,
                                    gsize i,
                                    int axis,
                                    gsize *out,
                                    GError **error);
/* The slice that index tuple @i points at, as GatherND counts, within its batch. */
gboolean mien_index_locate_slice (const MienOpCall *call,
                                  const MienOpValue *data,
                                  const MienTensor *indices,
                                  gsize i,
                                  int batch,
                                  gsize *out,
                                  GError **error);

G_END_DECLS
