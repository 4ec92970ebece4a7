/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/tensor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/size.h"

G_DEFINE_BOXED_TYPE (MienTensor, mien_tensor, mien_tensor_ref, mien_tensor_unref)

static const struct
{
  gsize size;
  const char *name;
} dtypes[] = {
  [MIEN_DTYPE_UNDEFINED] = { 0, "undefined" },
  [MIEN_DTYPE_F32] = { 4, "float32" },
  [MIEN_DTYPE_U8] = { 1, "uint8" },
  [MIEN_DTYPE_I8] = { 1, "int8" },
  [MIEN_DTYPE_U16] = { 2, "uint16" },
  [MIEN_DTYPE_I16] = { 2, "int16" },
  [MIEN_DTYPE_I32] = { 4, "int32" },
  [MIEN_DTYPE_I64] = { 8, "int64" },
  [MIEN_DTYPE_STRING] = { 0, "string" },
  [MIEN_DTYPE_BOOL] = { 1, "bool" },
  [MIEN_DTYPE_F16] = { 2, "float16" },
  [MIEN_DTYPE_F64] = { 8, "float64" },
  [MIEN_DTYPE_U32] = { 4, "uint32" },
  [MIEN_DTYPE_U64] = { 8, "uint64" },
  [14] = { 0, "complex64" },
  [15] = { 0, "complex128" },
  [MIEN_DTYPE_BF16] = { 2, "bfloat16" },
};

gsize
mien_dtype_get_size (MienDType dtype)
{
  return (gsize) dtype < G_N_ELEMENTS (dtypes) ? dtypes[dtype].size : 0;
}

const char *
mien_dtype_get_name (MienDType dtype)
{
  return (gsize) dtype < G_N_ELEMENTS (dtypes) ? dtypes[dtype].name : "unknown";
}

void *
mien_aligned_alloc (gsize size)
{
  void *data = NULL;

  if (posix_memalign (&data, MIEN_TENSOR_ALIGN, MAX (size, 1)) != 0)
    return NULL;
  return data;
}

void
mien_aligned_free (void *data)
{
  free (data);
}

static gsize memory_limit; /* atomic; 0 until somebody asks */

void
mien_tensor_set_memory_limit (gsize n_bytes)
{
  g_atomic_pointer_set (&memory_limit, n_bytes);
}

/* The kernel may promise more than there is and kill the process later. */
gboolean
mien_tensor_is_beyond_memory (gsize n_bytes)
{
  gsize limit = (gsize) g_atomic_pointer_get (&memory_limit);

  if (limit == 0)
    {
      limit = MAX ((gsize) sysconf (_SC_PHYS_PAGES) * (gsize) sysconf (_SC_PAGESIZE), 1);
      g_atomic_pointer_set (&memory_limit, limit);
    }
  return n_bytes > limit;
}

/* FALSE without an element count when the product overflows; an empty array's other dimensions must
 * not overflow either, because strides are made of them. */
static gboolean
count_elements (int rank, const gint64 *dims, gsize *out)
{
  gsize n = 1;
  gboolean is_empty = FALSE;

  for (int i = 0; i < rank; i++)
    {
      is_empty = is_empty || dims[i] == 0;
      if (!mien_size_mul (n, (gsize) MAX (dims[i], 1), &n) || n > G_MAXSSIZE / 16)
        return FALSE;
    }
  *out = is_empty ? 0 : n;
  return TRUE;
}

static MienTensor *
tensor_alloc_header (MienDType dtype, int rank, const gint64 *dims, GError **error)
{
  gsize size = mien_dtype_get_size (dtype), n, n_bytes;
  MienTensor *self;

  if (size == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED, "element type %s is not supported",
                   mien_dtype_get_name (dtype));
      return NULL;
    }
  if (rank < 0 || rank > MIEN_TENSOR_MAX_RANK)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "a tensor of rank %d (at most %d)", rank,
                   MIEN_TENSOR_MAX_RANK);
      return NULL;
    }
  for (int i = 0; i < rank; i++)
    if (dims[i] < 0)
      {
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "dimension %d is %" G_GINT64_FORMAT, i,
                     dims[i]);
        return NULL;
      }
  if (!count_elements (rank, dims, &n) || !mien_size_mul (n, size, &n_bytes) || n_bytes > G_MAXSSIZE
      || mien_tensor_is_beyond_memory (n_bytes))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "a tensor larger than this machine's memory");
      return NULL;
    }
  self = g_new0 (MienTensor, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->dtype = dtype;
  self->rank = rank;
  for (int i = 0; i < rank; i++)
    self->dims[i] = dims[i];
  self->n_elements = n;
  self->n_bytes = n_bytes;
  return self;
}

/* Content undefined. */
static MienTensor *
tensor_new_uninitialised (MienDType dtype, int rank, const gint64 *dims, GError **error)
{
  MienTensor *self = tensor_alloc_header (dtype, rank, dims, error);

  if (self == NULL)
    return NULL;
  self->data = mien_aligned_alloc (self->n_bytes);
  if (self->data == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "no memory for a tensor of %" G_GSIZE_FORMAT " bytes", self->n_bytes);
      g_free (self);
      return NULL;
    }
  return self;
}

MienTensor *
mien_tensor_new (MienDType dtype, int rank, const gint64 *dims, GError **error)
{
  MienTensor *self = tensor_new_uninitialised (dtype, rank, dims, error);

  if (self != NULL)
    memset (self->data, 0, self->n_bytes);
  return self;
}

MienTensor *
mien_tensor_new_f32 (int rank, const gint64 *dims)
{
  g_autoptr (GError) error = NULL;
  MienTensor *self = mien_tensor_new (MIEN_DTYPE_F32, rank, dims, &error);

  if (self == NULL)
    g_error ("%s", error->message);
  return self;
}

MienTensor *
mien_tensor_new_copy (MienDType dtype, int rank, const gint64 *dims, const void *data)
{
  g_autoptr (GError) error = NULL;
  MienTensor *self = tensor_new_uninitialised (dtype, rank, dims, &error);

  if (self == NULL)
    g_error ("%s", error->message);
  if (self->n_bytes > 0)
    memcpy (self->data, data, self->n_bytes);
  return self;
}

MienTensor *
mien_tensor_ref (MienTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_tensor_unref (MienTensor *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->backing != NULL)
    g_bytes_unref (self->backing);
  else
    mien_aligned_free (self->data);
  g_free (self);
}

MienTensor *
mien_tensor_reshape (MienTensor *self, int rank, const gint64 *dims, GError **error)
{
  MienTensor *other;

  g_return_val_if_fail (self != NULL, NULL);
  other = tensor_alloc_header (self->dtype, rank, dims, error);
  if (other == NULL)
    return NULL;
  if (other->n_elements != self->n_elements)
    {
      g_autofree char *was = mien_tensor_describe (self);
      g_autofree char *is = mien_tensor_describe (other);

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s cannot be reshaped to %s", was, is);
      g_free (other);
      return NULL;
    }
  other->data = self->data;
  other->backing = g_bytes_new_with_free_func (
      self->data, self->n_bytes, (GDestroyNotify) mien_tensor_unref, mien_tensor_ref (self));
  return other;
}

char *
mien_tensor_describe (const MienTensor *self)
{
  GString *text = g_string_new (mien_dtype_get_name (self->dtype));

  g_string_append_c (text, '[');
  for (int i = 0; i < self->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", self->dims[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}
