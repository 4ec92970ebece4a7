/* What a context asks of its model. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/model.h"
#include "nn/plan.h"

G_BEGIN_DECLS

/* Number, types and fixed dimensions as the graph declares them. */
gboolean mien_model_check_inputs (MienModel *self,
                                  MienTensor *const *inputs,
                                  guint n_inputs,
                                  GError **error);
/* The plan for those shapes, made or from the model's cache; owned. Any thread. */
MienPlan *mien_model_get_plan (MienModel *self,
                               MienTensor *const *inputs,
                               MienParallel *parallel,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* TRUE when the executed graph has that value. */
gboolean mien_model_check_value (MienModel *self, const char *value, GError **error);

G_END_DECLS
