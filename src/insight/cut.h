/* The rest of a network behind one of its values, as a network of its own. Private to insight.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/model.h"

G_BEGIN_DECLS

/* Compiles what leads from @value to @output. Its first input is @value; @extras receives the names
 * of further inputs (element-type char *, owned): values that come from before @value by another
 * way. @model: made with MIEN_MODEL_KEEP_VALUES. */
MienModel *mien_cut_behind (MienModel *model,
                            const char *value,
                            const char *output,
                            GPtrArray *extras,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
