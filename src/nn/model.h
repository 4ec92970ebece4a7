/* A compiled network: cleaned up, weights packed, immutable, shared by any number of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"

G_BEGIN_DECLS

typedef struct _MienModel MienModel;

typedef enum
{
  MIEN_MODEL_DEFAULT = 0,
  MIEN_MODEL_KEEP_VALUES =
      1 << 0,                /* no fusion: every value of the file can be tapped by its name */
  MIEN_MODEL_PLAIN = 1 << 1, /* reference kernels only: the oracle of the tests */
  MIEN_MODEL_HALF = 1 << 2,  /* 1x1 layers may be rounded to bfloat16 where that is faster */
} MienModelFlags;

/* Reads and compiles. MIEN_ERROR_INPUT when the file cannot be read, MIEN_ERROR_MODEL when it is
 * malformed, MIEN_ERROR_UNSUPPORTED naming operator, node and opset before anything runs. */
MienModel *
mien_model_load (const char *path, MienModelFlags flags, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Compiles @graph, of which it keeps what it needs; the caller still owns it. */
MienModel *
mien_model_new (MienGraph *graph, MienModelFlags flags, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienModel *mien_model_ref (MienModel *self);
void mien_model_unref (MienModel *self);

/* The graph as the file had it (metadata, inputs, outputs, nodes); borrowed, do not edit. */
MienGraph *mien_model_get_graph (MienModel *self);
/* The graph after clean-up, what is executed; borrowed, do not edit. */
MienGraph *mien_model_get_executed_graph (MienModel *self);
const char *mien_model_find_metadata (MienModel *self, const char *key);
/* SHA-256 of the file in hex, "" for a model that was built in memory. */
const char *mien_model_get_hash (MienModel *self);
const char *mien_model_get_path (MienModel *self); /* nullable */

/* "generic", "avx2" or "avx512": chosen once at start, MIEN_CPU forces one. */
const char *mien_nn_get_kernel_path (void);
/* The core OpenBLAS chose, for diagnostics. */
const char *mien_nn_get_blas_core (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienModel, mien_model_unref)

G_END_DECLS
