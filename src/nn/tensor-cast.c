/* Conversion between element types.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "base/error.h"
#include "nn/half.h"
#include "nn/tensor.h"

static gboolean
is_float_type (MienDType dtype)
{
  return dtype == MIEN_DTYPE_F32 || dtype == MIEN_DTYPE_F64 || dtype == MIEN_DTYPE_F16
         || dtype == MIEN_DTYPE_BF16;
}

static double
load_float (MienDType dtype, const void *data, gsize i)
{
  switch (dtype)
    {
    case MIEN_DTYPE_F32:
      return ((const float *) data)[i];
    case MIEN_DTYPE_F64:
      return ((const double *) data)[i];
    case MIEN_DTYPE_F16:
      return mien_f16_to_f32 (((const guint16 *) data)[i]);
    default:
      return mien_bf16_to_f32 (((const guint16 *) data)[i]);
    }
}

static gint64
load_int (MienDType dtype, const void *data, gsize i)
{
  switch (dtype)
    {
    case MIEN_DTYPE_I8:
      return ((const gint8 *) data)[i];
    case MIEN_DTYPE_U16:
      return ((const guint16 *) data)[i];
    case MIEN_DTYPE_I16:
      return ((const gint16 *) data)[i];
    case MIEN_DTYPE_U32:
      return ((const guint32 *) data)[i];
    case MIEN_DTYPE_I32:
      return ((const gint32 *) data)[i];
    case MIEN_DTYPE_U64:
    case MIEN_DTYPE_I64:
      return ((const gint64 *) data)[i];
    default: /* uint8, bool */
      return ((const guint8 *) data)[i];
    }
}

/* What x86-64 converts an out-of-range double to is also what other runtimes give; C leaves it
 * undefined, so it is spelled out. */
static gint64
truncate_double (double f)
{
  if (isnan (f) || f >= 0x1p63 || f < -0x1p63)
    return G_MININT64;
  return (gint64) f;
}

static guint64
truncate_to_u64 (double f)
{
  return f >= 0x1p63 && f < 0x1p64 ? (guint64) f : (guint64) truncate_double (f);
}

static void
store_float (MienDType dtype, void *data, gsize i, double f)
{
  switch (dtype)
    {
    case MIEN_DTYPE_F32:
      ((float *) data)[i] = (float) f;
      break;
    case MIEN_DTYPE_F64:
      ((double *) data)[i] = f;
      break;
    case MIEN_DTYPE_F16:
      ((guint16 *) data)[i] = mien_f32_to_f16 ((float) f);
      break;
    default:
      ((guint16 *) data)[i] = mien_f32_to_bf16 ((float) f);
      break;
    }
}

static void
store_int (MienDType dtype, void *data, gsize i, gint64 value)
{
  switch (dtype)
    {
    case MIEN_DTYPE_I8:
    case MIEN_DTYPE_U8:
      ((guint8 *) data)[i] = (guint8) value;
      break;
    case MIEN_DTYPE_I16:
    case MIEN_DTYPE_U16:
      ((guint16 *) data)[i] = (guint16) value;
      break;
    case MIEN_DTYPE_I32:
    case MIEN_DTYPE_U32:
      ((guint32 *) data)[i] = (guint32) value;
      break;
    case MIEN_DTYPE_BOOL:
      ((guint8 *) data)[i] = value != 0;
      break;
    default:
      ((gint64 *) data)[i] = value;
      break;
    }
}

static void
cast_element (MienDType from, const void *x, MienDType to, void *y, gsize i)
{
  if (is_float_type (from))
    {
      double f = load_float (from, x, i);

      if (is_float_type (to))
        store_float (to, y, i, f);
      else if (to == MIEN_DTYPE_BOOL)
        ((guint8 *) y)[i] = f != 0;
      else if (to == MIEN_DTYPE_U64)
        ((guint64 *) y)[i] = truncate_to_u64 (f);
      else
        store_int (to, y, i, truncate_double (f));
    }
  else
    {
      gint64 value = load_int (from, x, i);

      if (!is_float_type (to))
        store_int (to, y, i, value);
      else if (from == MIEN_DTYPE_U64)
        store_float (to, y, i, (double) (guint64) value);
      else
        store_float (to, y, i, (double) value);
    }
}

void
mien_tensor_cast_data (MienDType from, const void *x, MienDType to, void *y, gsize n)
{
  if (from == to)
    memcpy (y, x, n * mien_dtype_get_size (from));
  else if (from == MIEN_DTYPE_I64 && to == MIEN_DTYPE_F32)
    /* Once rounded, not twice as over double. */
    for (gsize i = 0; i < n; i++)
      ((float *) y)[i] = (float) ((const gint64 *) x)[i];
  else if (from == MIEN_DTYPE_U8 && to == MIEN_DTYPE_F32)
    for (gsize i = 0; i < n; i++)
      ((float *) y)[i] = ((const guint8 *) x)[i];
  else
    for (gsize i = 0; i < n; i++)
      cast_element (from, x, to, y, i);
}

MienTensor *
mien_tensor_cast (MienTensor *self, MienDType dtype, GError **error)
{
  MienTensor *other;

  g_return_val_if_fail (self != NULL, NULL);
  if (self->dtype == dtype)
    return mien_tensor_ref (self);
  other = mien_tensor_new (dtype, self->rank, self->dims, error);
  if (other != NULL)
    mien_tensor_cast_data (self->dtype, self->data, dtype, other->data, self->n_elements);
  return other;
}
