/* The models that an analysis uses: loaded once, immutable, shared by jobs, live views and threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/settings.h"

G_BEGIN_DECLS

typedef struct _MienModels MienModels;

/* Loads detector and classifier as @settings name them: an installed model, or a file. Blocks for
 * some tens of milliseconds; any thread. MIEN_ERROR_MODEL or MIEN_ERROR_UNSUPPORTED when a model
 * cannot be used, MIEN_ERROR_USAGE when a name is unknown (the message lists the known ones). */
MienModels *
mien_models_load (const MienAnalysisSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienModels *mien_models_ref (MienModels *self);
void mien_models_unref (MienModels *self);

/* Names of the classes in the order of a sample's values; NULL-terminated, borrowed. */
const char *const *mien_models_get_labels (MienModels *self, guint *n_labels);

/* {"detector": {name, path, hash}, "classifier": ...} as compact JSON. */
char *mien_models_dup_json (MienModels *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienModels, mien_models_unref)

G_END_DECLS
