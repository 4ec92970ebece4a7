/* A model's card: what it is for, what it takes and gives, where it comes from. Read from the ONNX
 * metadata (`mien.*`), then from the .json of the same name for what is missing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/model.h"

G_BEGIN_DECLS

typedef struct _MienCard MienCard;

/* What a card says about the model at @path; reads metadata and .json, does not compile. A model
 * without any card gives an empty one. */
MienCard *mien_card_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienCard *mien_card_ref (MienCard *self);
void mien_card_unref (MienCard *self);

const char *mien_card_get_path (MienCard *self);
const char *mien_card_get_name (MienCard *self); /* file name without .onnx */
/* The text of key "mien.<key>" ("task", "input", "crop", "licence", "source", "training",
 * "metrics", "detector", "default", "precision": "bfloat16" where its 1x1 layers may be rounded to
 * that, see MIEN_MODEL_HALF); NULL when the card has none. Values that are JSON in the .json
 * file come as compact JSON text. */
const char *mien_card_find (MienCard *self, const char *key);
/* Labels of an output: `mien.labels` is a JSON object {output name: [labels]} or a plain list for a
 * single output. NULL-terminated, borrowed; NULL when unknown. */
const char *const *mien_card_find_labels (MienCard *self, const char *output);

/* One number of a JSON object, e.g. ("input", "width", 0). */
double mien_card_get_number (MienCard *self, const char *key, const char *member, double fallback);
/* One text of a JSON object, e.g. ("crop", "rule"); nullable, borrowed. */
const char *mien_card_find_text (MienCard *self, const char *key, const char *member);

/* Cards of all models in data/models and in the user's data folder (XDG_DATA_HOME/mien/models);
 * (element-type MienCard), sorted by task and name. */
GPtrArray *mien_card_list_installed (void) G_GNUC_WARN_UNUSED_RESULT;
/* The installed model of that name, or of the task when @name is "default". NULL when none. */
MienCard *mien_card_find_installed (const char *task, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* The same or, when @name ends in .onnx, that of a file. Errors: MIEN_ERROR_MODEL,
 * and MIEN_ERROR_INPUT where the file cannot be read. */
MienCard *
mien_card_open (const char *task, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCard, mien_card_unref)

G_END_DECLS
