/* Dense arrays, and the conventions that every kernel and every model in Mien follows.
 *
 * Layout: C order, the last dimension varies fastest; no strides, no views. Pictures are
 * [n, channels, height, width] (NCHW), convolution weights [c_out, c_in / groups, k_h, k_w] (OIHW),
 * linear weights [out, in], sequences [time, n, features], scalars have rank 0. Where the executor
 * keeps another layout inside (channels in blocks of 16), it never leaves it: taps and outputs are
 * converted back.
 * Types: ONNX element types by their ONNX numbers. The engine computes in float32; float16 and
 * bfloat16 weights are widened at load.
 * Alignment: data begins on a 64-byte boundary.
 * Reference: ONNX IR specification, "Tensors"; onnx.proto TensorProto.DataType.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MIEN_TENSOR_MAX_RANK 8
#define MIEN_TENSOR_ALIGN 64

typedef enum
{
  MIEN_DTYPE_UNDEFINED = 0,
  MIEN_DTYPE_F32 = 1,
  MIEN_DTYPE_U8 = 2,
  MIEN_DTYPE_I8 = 3,
  MIEN_DTYPE_U16 = 4,
  MIEN_DTYPE_I16 = 5,
  MIEN_DTYPE_I32 = 6,
  MIEN_DTYPE_I64 = 7,
  MIEN_DTYPE_STRING = 8, /* known, never stored */
  MIEN_DTYPE_BOOL = 9,   /* one byte, 0 or 1 */
  MIEN_DTYPE_F16 = 10,
  MIEN_DTYPE_F64 = 11,
  MIEN_DTYPE_U32 = 12,
  MIEN_DTYPE_U64 = 13,
  MIEN_DTYPE_BF16 = 16,
} MienDType;

/* Bytes of one element, 0 for types that are never stored. */
gsize mien_dtype_get_size (MienDType dtype);
/* "float32", "int64", ...; never NULL. */
const char *mien_dtype_get_name (MienDType dtype);

/* A reference-counted array. The shape never changes after creation. The content may be written
 * only by whoever holds the sole reference; after that it is shared and read-only, on any thread.
 */
typedef struct
{
  gatomicrefcount ref_count;
  MienDType dtype;
  int rank;                          /* 0 .. MIEN_TENSOR_MAX_RANK */
  gint64 dims[MIEN_TENSOR_MAX_RANK]; /* each >= 0 */
  gsize n_elements;                  /* product of dims, 1 for a scalar */
  gsize n_bytes;
  void *data;      /* never NULL, even when empty */
  GBytes *backing; /* nullable: keeps borrowed data alive */
} MienTensor;

#define MIEN_TYPE_TENSOR (mien_tensor_get_type ())
GType mien_tensor_get_type (void);

/* Zero-filled. NULL with MIEN_ERROR_MODEL when the size overflows, a dimension is negative, the
 * rank is too high or there is not that much memory. */
MienTensor *mien_tensor_new (MienDType dtype, int rank, const gint64 *dims, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* For sizes the program itself chose: aborts where mien_tensor_new() would fail. */
MienTensor *mien_tensor_new_f32 (int rank, const gint64 *dims) G_GNUC_WARN_UNUSED_RESULT;
/* Copies @data of exactly the size that follows from @dtype and @dims. */
MienTensor *mien_tensor_new_copy (MienDType dtype, int rank, const gint64 *dims, const void *data)
    G_GNUC_WARN_UNUSED_RESULT;
MienTensor *mien_tensor_ref (MienTensor *self);
void mien_tensor_unref (MienTensor *self);

/* NULL with an error when the number of elements differs. Shares the data. */
MienTensor *mien_tensor_reshape (MienTensor *self, int rank, const gint64 *dims, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* A new tensor of another element type; floats to integers truncate as ONNX Cast does. */
MienTensor *
mien_tensor_cast (MienTensor *self, MienDType dtype, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same on bare memory: @n elements of @x, of type @from, to @y, of type @to. */
void mien_tensor_cast_data (MienDType from, const void *x, MienDType to, void *y, gsize n);

static inline float *
mien_tensor_f32 (const MienTensor *self)
{
  g_assert (self->dtype == MIEN_DTYPE_F32);
  return self->data;
}

/* "float32[1,3,320,320]" */
char *mien_tensor_describe (const MienTensor *self) G_GNUC_WARN_UNUSED_RESULT;

/* NumPy's .npy format, versions 1.0 and 2.0, C order.
 * Reference: NumPy Enhancement Proposal 1. */
MienTensor *mien_tensor_load_npy (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_tensor_save_npy (const MienTensor *self, const char *path, GError **error);

/* A TensorProto message in a file of its own (.pb), as ONNX keeps test data. */
MienTensor *mien_tensor_load_onnx (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* More bytes than the machine has, or than the limit: tensors and runs that ask for it are refused.
 * The limit, 0 for none, is for tests and fuzzing; set it before anything else. */
gboolean mien_tensor_is_beyond_memory (gsize n_bytes);
void mien_tensor_set_memory_limit (gsize n_bytes);

/* 64-byte aligned memory of the kernels; free with mien_aligned_free(). NULL when there is none. */
void *mien_aligned_alloc (gsize size) G_GNUC_WARN_UNUSED_RESULT;
void mien_aligned_free (void *data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTensor, mien_tensor_unref)

G_END_DECLS
