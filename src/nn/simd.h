/* The vector type that the simd-*.h files are written against. The including file defines
 * MIEN_SIMD_WIDTH (16, 8 or 4 floats) and is compiled with the flags that go with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

#if MIEN_SIMD_WIDTH > 4
#include <immintrin.h>
#endif

#define VL MIEN_SIMD_WIDTH
#define NV (16 / VL) /* vectors in a block of 16 channels */

typedef float vf __attribute__ ((vector_size (4 * VL), may_alias));
typedef gint32 vi __attribute__ ((vector_size (4 * VL), may_alias));
typedef float vfu __attribute__ ((vector_size (4 * VL), may_alias, aligned (4)));

#define INLINE static inline __attribute__ ((always_inline))
#define UNROLL _Pragma ("GCC unroll 32")

INLINE vf
v_load (const float *p)
{
  return *(const vf *) p;
}

INLINE vf
v_loadu (const float *p)
{
  return *(const vfu *) p;
}

INLINE void
v_store (float *p, vf v)
{
  *(vf *) p = v;
}

INLINE void
v_storeu (float *p, vf v)
{
  *(vfu *) p = v;
}

#if MIEN_SIMD_WIDTH == 16
#define v_set1(x) ((vf) _mm512_set1_ps (x))
#define v_fma(a, b, c) ((vf) _mm512_fmadd_ps ((__m512) (a), (__m512) (b), (__m512) (c)))
/* The second operand wins when one is NaN, so a NaN that comes second goes through. */
#define v_max(a, b) ((vf) _mm512_max_ps ((__m512) (a), (__m512) (b)))
#define v_min(a, b) ((vf) _mm512_min_ps ((__m512) (a), (__m512) (b)))
#elif MIEN_SIMD_WIDTH == 8
#define v_set1(x) ((vf) _mm256_set1_ps (x))
#define v_fma(a, b, c) ((vf) _mm256_fmadd_ps ((__m256) (a), (__m256) (b), (__m256) (c)))
#define v_max(a, b) ((vf) _mm256_max_ps ((__m256) (a), (__m256) (b)))
#define v_min(a, b) ((vf) _mm256_min_ps ((__m256) (a), (__m256) (b)))
#else
INLINE vf
v_set1 (float x)
{
  return (vf){ x, x, x, x };
}

#define v_fma(a, b, c) ((a) * (b) + (c))

INLINE vf
v_pick (vi mask, vf a, vf b)
{
  return (vf) ((mask & (vi) a) | (~mask & (vi) b));
}

INLINE vf
v_max (vf a, vf b)
{
  return v_pick ((vi) (a > b), a, b);
}

INLINE vf
v_min (vf a, vf b)
{
  return v_pick ((vi) (a < b), a, b);
}
#endif

/* mask ? a : b, lane by lane; the mask is a comparison of vectors. */
#define v_select(mask, a, b) ((vf) (((vi) (mask) & (vi) (a)) | (~(vi) (mask) & (vi) (b))))

/* exp (x) for -87.3 <= x <= 88, within 2 ulp; beyond that the value at the nearer end.
 * Reference: Cody & Waite 1980 (reduction), minimax polynomial of Cephes expf. */
INLINE vf
v_exp (vf x)
{
  const vf clamped = v_min (v_set1 (88.0f), v_max (v_set1 (-87.3f), x));
  const vf shift = v_set1 (12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
  vf shifted = v_fma (clamped, v_set1 (1.44269504088896341f), shift);
  vf n = shifted - shift;
  vf r = v_fma (n, v_set1 (-0.693359375f), clamped);
  vf p = v_set1 (1.9875691500e-4f);

  r = v_fma (n, v_set1 (2.12194440e-4f), r);
  p = v_fma (p, r, v_set1 (1.3981999507e-3f));
  p = v_fma (p, r, v_set1 (8.3334519073e-3f));
  p = v_fma (p, r, v_set1 (4.1665795894e-2f));
  p = v_fma (p, r, v_set1 (1.6666665459e-1f));
  p = v_fma (p, r, v_set1 (5.0000001201e-1f));
  p = v_fma (p, r * r, r + v_set1 (1.0f));
  /* The integer stands in the low bits of the shifted number: 2^n is 127 + n moved up. */
  return p * (vf) (((vi) shifted - (vi) shift + 127) << 23);
}

INLINE vf
v_reciprocal (vf x)
{
#if MIEN_SIMD_WIDTH == 16
  vf r = (vf) _mm512_rcp14_ps ((__m512) x);

  /* One step of Newton's takes 14 bits to 24, but for the last. */
  return v_fma (r, v_fma (-x, r, v_set1 (1.0f)), r);
#else
  return v_set1 (1.0f) / x;
#endif
}

INLINE vf
v_sigmoid (vf x)
{
  return v_reciprocal (v_set1 (1.0f) + v_exp (-x));
}

/* 1 - 2 / (exp (2x) + 1) loses digits near zero; there an odd polynomial takes over.
 * Reference: Cephes tanhf. */
INLINE vf
v_tanh (vf x)
{
  const vf z = x * x;
  vf far = v_set1 (1.0f) - v_set1 (2.0f) * v_reciprocal (v_exp (x + x) + v_set1 (1.0f));
  vf p = v_set1 (-5.70498872745e-3f);
  vi near;

  p = v_fma (p, z, v_set1 (2.06390887954e-2f));
  p = v_fma (p, z, v_set1 (-5.37397155531e-2f));
  p = v_fma (p, z, v_set1 (1.33314422036e-1f));
  p = v_fma (p, z, v_set1 (-3.33332819422e-1f));
  p = v_fma (p * z, x, x);
  near = (vi) (z < v_set1 (0.390625f));
  return v_select (near, p, far);
}
