/* Conversions between float32 and the two 16-bit float types, rounding to nearest, ties to even.
 * Reference: IEEE 754-2008 binary16; bfloat16 is the upper half of binary32.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

static inline float
mien_half_bits_to_float (guint32 bits)
{
  float f;

  memcpy (&f, &bits, sizeof f);
  return f;
}

static inline guint32
mien_half_float_to_bits (float f)
{
  guint32 bits;

  memcpy (&bits, &f, sizeof bits);
  return bits;
}

static inline float
mien_f16_to_f32 (guint16 h)
{
  guint32 sign = (guint32) (h & 0x8000) << 16;
  guint32 exponent = (h >> 10) & 0x1f;
  guint32 mantissa = h & 0x3ff;
  float subnormal;

  if (exponent == 31)
    return mien_half_bits_to_float (sign | 0x7f800000 | mantissa << 13);
  if (exponent > 0)
    return mien_half_bits_to_float (sign | (exponent + 112) << 23 | mantissa << 13);
  subnormal = (float) mantissa * 0x1p-24f;
  return sign ? -subnormal : subnormal;
}

static inline guint16
mien_f32_to_f16 (float f)
{
  guint32 bits = mien_half_float_to_bits (f);
  guint16 sign = (guint16) (bits >> 16 & 0x8000);
  guint32 magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000) /* rounds to 65536 or more */
    return sign | 0x7c00;
  if (magnitude < 0x38800000) /* below the smallest normal: adding 1/2 lines the bits up */
    {
      float shifted = mien_half_bits_to_float (magnitude) + 0.5f;

      return sign | (guint16) (mien_half_float_to_bits (shifted) - 0x3f000000);
    }
  magnitude += 0xfff + (magnitude >> 13 & 1);
  return sign | (guint16) ((magnitude >> 13) - (112 << 10));
}

static inline float
mien_bf16_to_f32 (guint16 h)
{
  return mien_half_bits_to_float ((guint32) h << 16);
}

static inline guint16
mien_f32_to_bf16 (float f)
{
  guint32 bits = mien_half_float_to_bits (f);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) (bits >> 16 | 0x40);
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

G_END_DECLS
