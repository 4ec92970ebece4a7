/* A thread that writes the pictures of a camera into a file without holding it up. Private to this
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MienRecorder MienRecorder;

/* @width, @height: of the pictures; others are left out. Errors: as mien_encoder_new(). */
MienRecorder *mien_recorder_new (const char *path, int width, int height, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Takes a reference, or leaves the frame out when too many wait. Never waits. Any thread. */
void mien_recorder_push (MienRecorder *self, MienFrame *frame);

/* Writes what waits and the end, and frees. *n_left_out may be NULL. */
gboolean mien_recorder_finish (MienRecorder *self, gint64 *n_left_out, GError **error);

G_END_DECLS
