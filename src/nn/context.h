/* What one run of a model needs: planned scratch memory and threads. A context serves one thread at
 * a time; many contexts share one model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/parallel.h"
#include "nn/model.h"

G_BEGIN_DECLS

typedef struct _MienContext MienContext;

/* @parallel: borrowed, NULL for one thread. Contexts that run at the same time need one each. */
MienContext *mien_context_new (MienModel *model, MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_context_free (MienContext *self);

/* Asks for an intermediate value by its name in the file, from the next run on. Where fusion took
 * the value away the error says so (load the model with MIEN_MODEL_KEEP_VALUES). */
gboolean mien_context_add_tap (MienContext *self, const char *value, GError **error);
void mien_context_clear_taps (MienContext *self);

/* Runs the network. @inputs: one tensor for each graph input, in its order, borrowed. Memory is
 * planned at the first run of each combination of input shapes; later runs of it allocate nothing.
 * FALSE with MIEN_ERROR_MODEL (shapes or types do not fit; names the node) or
 * G_IO_ERROR_CANCELLED, looked at between nodes. */
gboolean mien_context_run (MienContext *self,
                           MienTensor *const *inputs,
                           guint n_inputs,
                           GCancellable *cancellable,
                           GError **error);

/* Results of the last run, in NCHW; borrowed, valid until the next run or plan. */
guint mien_context_get_n_outputs (MienContext *self);
const MienTensor *mien_context_get_output (MienContext *self, guint index);
/* By name: an output or a tap. NULL when there is none. */
const MienTensor *mien_context_find_value (MienContext *self, const char *name);

/* Bytes of activations and workspace of the current plan; 0 before the first run. */
gsize mien_context_get_peak_bytes (MienContext *self);

typedef struct
{
  const char *name; /* of the executed node */
  const char *op_type;
  const char *kernel; /* "winograd-4x4", "direct-1x1", ... */
  gint64 time_ns;     /* of the last run */
  double flops;       /* of direct computation: multiply and add count as two */
  int rank;           /* shape of the first output */
  gint64 dims[MIEN_TENSOR_MAX_RANK];
} MienNodeTiming;

/* Off by default: with timing every node costs two clock reads. */
void mien_context_set_timing (MienContext *self, gboolean timing);
/* One for each executed node of the last run; (transfer none). */
const MienNodeTiming *mien_context_get_timings (MienContext *self, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienContext, mien_context_free)

G_END_DECLS
