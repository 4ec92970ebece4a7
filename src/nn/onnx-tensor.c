/* Tensors inside ONNX files: raw bytes or typed lists.
 * Reference: ONNX IR specification, onnx.proto TensorProto.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "nn/onnx-private.h"

static const char *
tensor_name (const Mien__Onnx__Tensor *message)
{
  return message->name != NULL ? message->name : "";
}

/* The lists that hold small types one element an int32. */
static void
copy_from_int32 (const Mien__Onnx__Tensor *message, MienTensor *tensor)
{
  for (gsize i = 0; i < tensor->n_elements; i++)
    {
      gint32 value = message->int32_data[i];

      switch (tensor->n_bytes / tensor->n_elements)
        {
        case 1:
          ((guint8 *) tensor->data)[i] = (guint8) value;
          break;
        case 2:
          ((guint16 *) tensor->data)[i] = (guint16) value;
          break;
        default:
          ((gint32 *) tensor->data)[i] = value;
          break;
        }
    }
}

static gsize
count_typed (const Mien__Onnx__Tensor *message)
{
  switch (message->data_type)
    {
    case MIEN_DTYPE_F32:
      return message->n_float_data;
    case MIEN_DTYPE_F64:
      return message->n_double_data;
    case MIEN_DTYPE_I64:
      return message->n_int64_data;
    case MIEN_DTYPE_U32:
    case MIEN_DTYPE_U64:
      return message->n_uint64_data;
    default:
      return message->n_int32_data;
    }
}

static void
copy_typed (const Mien__Onnx__Tensor *message, MienTensor *tensor)
{
  if (tensor->n_elements == 0)
    return;
  switch (tensor->dtype)
    {
    case MIEN_DTYPE_F32:
      memcpy (tensor->data, message->float_data, tensor->n_bytes);
      break;
    case MIEN_DTYPE_F64:
      memcpy (tensor->data, message->double_data, tensor->n_bytes);
      break;
    case MIEN_DTYPE_I64:
      memcpy (tensor->data, message->int64_data, tensor->n_bytes);
      break;
    case MIEN_DTYPE_U64:
      memcpy (tensor->data, message->uint64_data, tensor->n_bytes);
      break;
    case MIEN_DTYPE_U32:
      for (gsize i = 0; i < tensor->n_elements; i++)
        ((guint32 *) tensor->data)[i] = (guint32) message->uint64_data[i];
      break;
    default:
      copy_from_int32 (message, tensor);
      break;
    }
}

static gboolean
copy_data (const Mien__Onnx__Tensor *message, MienTensor *tensor, GError **error)
{
  gsize found = message->has_raw_data ? message->raw_data.len : count_typed (message);
  gsize wanted = message->has_raw_data ? tensor->n_bytes : tensor->n_elements;

  if (found != wanted)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "the tensor '%s' holds %" G_GSIZE_FORMAT " %s where its shape asks for"
                   " %" G_GSIZE_FORMAT,
                   tensor_name (message), found, message->has_raw_data ? "bytes" : "elements",
                   wanted);
      return FALSE;
    }
  if (!message->has_raw_data)
    copy_typed (message, tensor);
  else if (found > 0)
    memcpy (tensor->data, message->raw_data.data, found);
  return TRUE;
}

/* A large shape with nothing behind it must not take memory before the lengths are compared. */
static gboolean
is_backed_by_data (const Mien__Onnx__Tensor *message)
{
  gsize available = message->has_raw_data ? message->raw_data.len : count_typed (message);
  gsize n = 1;

  for (gsize i = 0; i < message->n_dims; i++)
    if (message->dims[i] == 0)
      return TRUE;
  for (gsize i = 0; i < message->n_dims; i++)
    if (message->dims[i] > 0 && !mien_size_mul (n, (gsize) message->dims[i], &n))
      return FALSE;
  return n <= available;
}

MienTensor *
mien_onnx_tensor_read (const Mien__Onnx__Tensor *message, GError **error)
{
  g_autoptr (MienTensor) tensor = NULL;
  g_autoptr (GError) local = NULL;

  if (message->n_external_data > 0 || message->data_location != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "the tensor '%s' keeps its data in another file; only models in one file are"
                   " read",
                   tensor_name (message));
      return NULL;
    }
  if (message->n_dims > MIEN_TENSOR_MAX_RANK)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "the tensor '%s' has rank %" G_GSIZE_FORMAT, tensor_name (message),
                   message->n_dims);
      return NULL;
    }
  if (!is_backed_by_data (message))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "the tensor '%s' holds less data than its shape asks for",
                   tensor_name (message));
      return NULL;
    }
  tensor = mien_tensor_new ((MienDType) message->data_type, (int) message->n_dims, message->dims,
                            &local);
  if (tensor == NULL)
    {
      g_set_error (error, local->domain, local->code, "the tensor '%s': %s", tensor_name (message),
                   local->message);
      return NULL;
    }
  if (!copy_data (message, tensor, error))
    return NULL;
  /* A byte that is neither 0 nor 1 would make logical operators disagree with each other. */
  if (tensor->dtype == MIEN_DTYPE_BOOL)
    for (gsize i = 0; i < tensor->n_elements; i++)
      ((guint8 *) tensor->data)[i] = ((guint8 *) tensor->data)[i] != 0;
  return g_steal_pointer (&tensor);
}

MienTensor *
mien_tensor_load_onnx (const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) local = NULL;
  Mien__Onnx__Tensor *message;
  MienTensor *tensor;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);
  if (!g_file_get_contents (path, &contents, &length, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  message = mien__onnx__tensor__unpack (NULL, length, (const guint8 *) contents);
  if (message == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: not a tensor", path);
      return NULL;
    }
  tensor = mien_onnx_tensor_read (message, error);
  if (tensor == NULL)
    g_prefix_error (error, "%s: ", path);
  mien__onnx__tensor__free_unpacked (message, NULL);
  return tensor;
}

Mien__Onnx__Tensor *
mien_onnx_tensor_new_shared (const char *name, const MienTensor *tensor)
{
  Mien__Onnx__Tensor *message = g_new (Mien__Onnx__Tensor, 1);

  mien__onnx__tensor__init (message);
  message->name = g_strdup (name);
  message->has_data_type = TRUE;
  message->data_type = tensor->dtype;
  message->n_dims = (gsize) tensor->rank;
  message->dims = g_memdup2 (tensor->dims, (gsize) tensor->rank * sizeof *tensor->dims);
  message->has_raw_data = TRUE;
  message->raw_data.len = tensor->n_bytes;
  message->raw_data.data = tensor->data;
  return message;
}

void
mien_onnx_tensor_free_shared (Mien__Onnx__Tensor *message)
{
  if (message == NULL)
    return;
  g_free (message->name);
  g_free (message->dims);
  g_free (message);
}
