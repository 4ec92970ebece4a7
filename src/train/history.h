/* The course of a training run as files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train/checkpoint.h"

G_BEGIN_DECLS

/* @rows: MienHistoryRow. `epoch,rate,loss,validation_loss,argmax,majority,mean_class_recall,
 * fer2013,images_per_second,seconds`, one line an epoch; NaN is an empty cell. MIEN_ERROR_OUTPUT.
 */
gboolean mien_history_write_csv (GArray *rows, const char *path, GError **error);

/* Losses above, accuracies below, over the epochs. MIEN_ERROR_OUTPUT. */
gboolean mien_history_write_svg (GArray *rows, const char *title, const char *path, GError **error);

G_END_DECLS
