/* How a response is built up: by the computation and by the reader of its file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/response.h"

G_BEGIN_DECLS

/* @labels: NULL-terminated, copied. */
MienResponse *mien_response_new (const char *const *labels, guint n_classes);
/* A layer with its arrays zero, owned by @self. */
MienLayerResponse *
mien_response_append (MienResponse *self, const char *name, const char *op_type, guint n_channels);

G_END_DECLS
