/* Operators: what the executor asks of one, and the registry of all of them. Private to the room.
 *
 * A node goes through three stages. infer() gives the shapes of the outputs from those of the
 * inputs, and refuses what it cannot do; prepare() packs weights and states the workspace; run()
 * computes and allocates nothing. Between infer() and prepare() the plan chooses layouts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/parallel.h"
#include "nn/conv.h"
#include "nn/graph.h"

G_BEGIN_DECLS

/* What is known of an input or an output before the run. */
typedef struct
{
  MienDType dtype; /* UNDEFINED: an optional input left out, an output nobody takes */
  int rank;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  MienLayout layout;       /* NC16HW only for float32 of rank 4 */
  const MienTensor *value; /* nullable, borrowed: the content, where it is known already */
} MienOpValue;

typedef struct _MienOp MienOp;
typedef struct _MienOpCall MienOpCall;

struct _MienOpCall
{
  const MienOp *op;
  const MienNode *node;
  gint64 opset;
  gboolean plain; /* reference kernels only */
  guint n_in, n_out;
  MienOpValue *in;
  MienOpValue *out;

  /* Set by infer(). */
  gboolean is_late;       /* the shapes follow from data that only the run makes */
  gboolean is_alias;      /* output 0 is input 0 with another shape: nothing to compute */
  guint in_place;         /* bit k: output 0 may be written over input k */
  MienTensor **out_value; /* [n_out]; owned contents known from shapes alone (Shape, Size) */
  double flops;

  /* Set by prepare(), or by infer() when there is nothing to prepare. */
  gpointer state;
  GDestroyNotify free_state;
  gsize workspace; /* bytes for the run itself, and for each thread, */
  gsize workspace_per_thread;
  gsize (*workspace_for_threads) (const MienOpCall *call, guint n_threads); /* or this; nullable */
  const char *kernel; /* for the profile; static or owned by state; nullable */
};

typedef struct
{
  const MienTensor *const *in; /* NULL where left out */
  MienTensor *const *out;      /* NULL where nobody takes it */
  void *workspace;             /* 64-byte aligned */
  MienParallel *parallel;      /* nullable */
} MienOpRun;

typedef gboolean (*MienOpStage) (MienOpCall *call, GError **error);
typedef gboolean (*MienOpRunFunc) (const MienOpCall *call, const MienOpRun *run, GError **error);

struct _MienOp
{
  const char *op_type;
  const char *domain; /* "" or "mien", for what the clean-up makes */
  int min_opset, max_opset;
  guint min_in, max_in; /* max_in 0: any number */
  guint max_out;        /* 0: any number */
  MienOpStage infer;
  MienOpStage prepare; /* nullable */
  MienOpRunFunc run;
};

#define MIEN_OP_ANY 1, 999 /* min_opset, max_opset */

/* NULL when there is none. Any thread. */
const MienOp *mien_op_find (const char *op_type, const char *domain, gint64 opset);
/* TRUE when the operator is known at another opset. */
gboolean mien_op_is_known (const char *op_type, const char *domain);

/* Each family's table, ends with a NULL op_type. */
extern const MienOp mien_ops_conv[];
extern const MienOp mien_ops_unary[];
extern const MienOp mien_ops_binary[];
extern const MienOp mien_ops_variadic[];
extern const MienOp mien_ops_shape[];
extern const MienOp mien_ops_slice[];
extern const MienOp mien_ops_gather[];
extern const MienOp mien_ops_scatter[];
extern const MienOp mien_ops_reduce[];
extern const MienOp mien_ops_arg[];
extern const MienOp mien_ops_norm[];
extern const MienOp mien_ops_pool[];
extern const MienOp mien_ops_gemm[];
extern const MienOp mien_ops_resize[];
extern const MienOp mien_ops_recurrent[];
extern const MienOp mien_ops_quant[];
extern const MienOp mien_ops_generate[];
extern const MienOp mien_ops_detect[];
extern const MienOp mien_ops_algebra[];

/* Both return FALSE; the message names node and operator. */
gboolean
mien_op_fail (const MienOpCall *call, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean mien_op_unsupported (const MienOpCall *call, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static inline gboolean
mien_op_has_input (const MienOpCall *call, guint index)
{
  return index < call->n_in && call->in[index].dtype != MIEN_DTYPE_UNDEFINED;
}

static inline gboolean
mien_op_has_output (const MienOpCall *call, guint index)
{
  return index < call->n_out && call->out[index].dtype != MIEN_DTYPE_UNDEFINED;
}

/* The content of an input that decides about shapes. NULL when it is not known yet: then the call
 * is marked late and infer() returns TRUE at once. */
const MienTensor *mien_op_need_value (MienOpCall *call, guint index);

/* For infer(). An output nobody takes is left alone. */
void
mien_op_set_output (MienOpCall *call, guint index, MienDType dtype, int rank, const gint64 *dims);
/* Output @index has type and shape of input @from. */
void mien_op_copy_output (MienOpCall *call, guint index, guint from);

/* -rank..rank-1 to 0..rank-1. FALSE with an error when outside. */
gboolean
mien_op_resolve_axis (const MienOpCall *call, gint64 axis, int rank, int *out, GError **error);

/* FALSE with UNSUPPORTED unless input @index is left out or of that type. */
gboolean mien_op_check_type (const MienOpCall *call, guint index, MienDType dtype, GError **error);
/* All inputs of float32. */
gboolean mien_op_check_f32 (const MienOpCall *call, GError **error);

/* Integers that an attribute holds in older opsets and an input (int32 or int64) in newer ones.
 * @values is newly allocated; NULL with @n 0 when there are none. When call->is_late is set
 * afterwards, infer() returns TRUE at once. */
gboolean mien_op_get_ints (
    MienOpCall *call, const char *attribute, int input, gint64 **values, gsize *n, GError **error);

gsize mien_op_count (const MienOpValue *value);
/* Product of dims [from, to). */
gsize mien_op_count_range (const gint64 *dims, int from, int to);
/* Bytes in memory, padding of NC16HW included; FALSE on overflow. */
gboolean mien_op_get_bytes (const MienOpValue *value, gsize *bytes);

/* NumPy's rules. @out may be @a. FALSE when they do not fit. */
gboolean mien_op_broadcast (MienOpValue *out, const MienOpValue *a, const MienOpValue *b);

/* func (data, from, to) over 0..n-1 in chunks whose borders depend on @n and @grain alone. */
typedef void (*MienOpRangeFunc) (gpointer data, gsize from, gsize to);
void mien_op_parallel_range (
    MienParallel *parallel, gsize n, gsize grain, MienOpRangeFunc func, gpointer data);

/* Bytes of workspace in all; each thread's part is rounded up to 64. */
gsize mien_op_call_get_workspace (const MienOpCall *call, guint n_threads);

/* A call and its memory. @n_out as the node has them. */
void mien_op_call_init (
    MienOpCall *call, const MienOp *op, const MienNode *node, gint64 opset, gboolean plain);
void mien_op_call_clear (MienOpCall *call);

/* Number check, infer, and the check that the outputs can be held. */
gboolean mien_op_call_infer (MienOpCall *call, GError **error);

/* All three stages on real tensors. @in: as the node's inputs, NULL where left out. @out receives
 * new tensors, NULL where the node has no such output. More than @max_bytes of output: returns TRUE
 * and leaves @out all NULL. */
gboolean mien_op_evaluate (const MienOp *op,
                           const MienNode *node,
                           gint64 opset,
                           gboolean plain,
                           const MienTensor *const *in,
                           MienTensor **out,
                           gsize max_bytes,
                           MienParallel *parallel,
                           GError **error);

G_END_DECLS
