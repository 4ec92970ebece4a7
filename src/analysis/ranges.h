/* Labelled ranges of a document as a data set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/dataset.h"
#include "vision/crop.h"

G_BEGIN_DECLS

/* The faces in the ranges of the document at @path whose label is the name of an emotion, in
 * English or in the person's language, at most five a second and person, cut out by @crop in grey.
 * MIEN_ERROR_INPUT when there is no such range, or the film is gone. Blocks; any thread. */
MienDataset *
mien_ranges_load (const char *path, const MienCrop *crop, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
