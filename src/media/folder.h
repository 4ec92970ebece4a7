/* A folder of pictures as one film. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame-source.h"
#include "media/input.h"

G_BEGIN_DECLS

typedef struct _MienFolder MienFolder;

/* Pictures a second of such a film. */
#define MIEN_FOLDER_RATE 25

/* As mien_film_open(). A picture that cannot be read keeps its place in time but is no frame; it is
 * reported behind the last one. */
MienFolder *mien_folder_open (const MienInput *input,
                              const MienFrameSourceOptions *options,
                              MienMediaInfo *info,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_folder_free (MienFolder *self);
gboolean
mien_folder_next (MienFolder *self, MienFrame **frame, GCancellable *cancellable, GError **error);
gint64 mien_folder_get_n_damaged (MienFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFolder, mien_folder_free)

G_END_DECLS
