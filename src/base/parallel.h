/* A parallel for over numbered parts, for short numeric work.
 *
 * Parts are handed out by an atomic counter, so which worker runs a part is not fixed: a part must
 * write only its own output, and its result must not depend on the worker. Then the numbers are
 * the same for any thread count.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MienParallel MienParallel;

/* @part: 0 .. n_parts-1. @worker: 0 .. n_threads-1, the index of a scratch slot that no other part
 * uses at the same time. */
typedef void (*MienParallelFunc) (gpointer data, guint part, guint worker);

/* @n_threads: workers including the caller; 0 means one for each processor this process may use. */
MienParallel *mien_parallel_new (guint n_threads) G_GNUC_WARN_UNUSED_RESULT;
void mien_parallel_free (MienParallel *self);

guint mien_parallel_get_n_threads (const MienParallel *self);

/* Runs @func for every part and returns when all are done. The caller takes part. One call at a
 * time on one object. @self NULL, or one thread, runs the parts in order on the caller. */
void mien_parallel_for (MienParallel *self, guint n_parts, MienParallelFunc func, gpointer data);

/* Processors this process may run on, at least 1. */
guint mien_parallel_count_processors (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienParallel, mien_parallel_free)

G_END_DECLS
