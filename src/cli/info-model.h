/* `mien-cli info MODEL.onnx`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prints what the model at @path holds; returns the exit code, having said what is wrong. */
int mien_cli_info_model (const char *path, gboolean json);

G_END_DECLS
