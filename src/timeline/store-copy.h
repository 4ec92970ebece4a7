/* A copy of a document's file while it is written to, page by page. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MienStoreCopy MienStoreCopy;

/* @done: 0..1. From the thread that copies. */
typedef void (*MienStoreCopyProgress) (double done, gpointer data);

/* What the file at @path holds at this moment is what will be copied, whatever is committed to it
 * afterwards. Takes no time; the file need not stand still. MIEN_ERROR_INPUT. */
MienStoreCopy *mien_store_copy_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_store_copy_free (MienStoreCopy *self);

/* Writes the copy to a new file at @target, on disk when this returns; what it leaves there after a
 * failure is the caller's to remove. Any thread, one at a time. MIEN_ERROR_OUTPUT,
 * G_IO_ERROR_CANCELLED. */
gboolean mien_store_copy_run (MienStoreCopy *self,
                              const char *target,
                              GCancellable *cancellable,
                              MienStoreCopyProgress progress,
                              gpointer data,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienStoreCopy, mien_store_copy_free)

G_END_DECLS
