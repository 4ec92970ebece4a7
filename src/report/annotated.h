/* The film again with what was read on the faces drawn into it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "report/outputs.h"

G_BEGIN_DECLS

/* Decodes @film (NULL: the path in @document) once more and draws on every analysed frame the
 * boxes, names, emotions and bars of its faces; other frames pass as they are. Times and sound are
 * kept. The part between the first and the last analysed frame is written. Errors: MIEN_ERROR_INPUT
 * when the film is gone, MIEN_ERROR_DAMAGED (what could be read is written all the same),
 * MIEN_ERROR_OUTPUT, G_IO_ERROR_CANCELLED (nothing is written). */
gboolean mien_annotated_write (MienDocument *document,
                               const char *film,
                               const char *path,
                               GCancellable *cancellable,
                               MienOutputProgress progress,
                               gpointer user_data,
                               GError **error);

G_END_DECLS
