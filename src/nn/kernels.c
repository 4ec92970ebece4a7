/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/kernels.h"

#include <math.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "nn/model.h"

#if defined(__x86_64__)
static gboolean
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static gboolean
has_avx512 (void)
{
  return has_avx2 () && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl");
}

/* The avx512 table with its 1x1 convolutions in bfloat16. */
static const MienKernels *
get_bf16 (void)
{
  static MienKernels table;
  static gsize is_made;

  if (!has_avx512 () || !__builtin_cpu_supports ("avx512bf16"))
    return NULL;
  if (g_once_init_enter (&is_made))
    {
      table = mien_kernels_avx512;
      table.name = "avx512bf16";
      table.conv_span_bf16 = mien_conv_span_bf16;
      table.to_bf16 = mien_to_bf16;
      table.bf16_depth = 16;
      table.bf16_pixels = 1;
      g_once_init_leave (&is_made, 1);
    }
  return &table;
}

/* Linux gives the 8 KiB of tiles to a process only when it asks: arch_prctl (ARCH_REQ_XCOMP_PERM,
 * XFEATURE_XTILEDATA). */
#define REQUEST_PERMISSION 0x1023
#define TILE_DATA 18

/* Leaf 7 of CPUID by hand: Clang 14 does not know these two names. */
static gboolean
has_amx (void)
{
  const guint amx_bf16 = 1u << 22, amx_tile = 1u << 24;
  guint a, b, c, d;

  return __get_cpuid_count (7, 0, &a, &b, &c, &d) != 0 && (d & amx_bf16) != 0
         && (d & amx_tile) != 0;
}

/* The same with the products on tiles. */
static const MienKernels *
get_amx (void)
{
  static MienKernels table;
  static gsize state; /* 1 there, 2 not */

  if (g_once_init_enter (&state))
    {
      gboolean has = get_bf16 () != NULL && has_amx ()
                     && syscall (SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;

      table = mien_kernels_avx512;
      table.name = "amx";
      table.conv_span_bf16 = mien_conv_span_amx;
      table.to_bf16 = mien_to_bf16_pairs;
      table.bf16_depth = 32;
      table.bf16_pixels = 32;
      g_once_init_leave (&state, has ? 1 : 2);
    }
  return state == 1 ? &table : NULL;
}
#endif

const MienKernels *
mien_kernels_find (const char *name)
{
#if defined(__x86_64__)
  __builtin_cpu_init ();
  if (g_strcmp0 (name, "avx512bf16") == 0)
    return get_bf16 ();
  if (g_strcmp0 (name, "amx") == 0)
    return get_amx ();
  if (g_strcmp0 (name, "avx512") == 0)
    return has_avx512 () ? &mien_kernels_avx512 : NULL;
  if (g_strcmp0 (name, "avx2") == 0)
    return has_avx2 () ? &mien_kernels_avx2 : NULL;
#endif
  return g_strcmp0 (name, "generic") == 0 ? &mien_kernels_generic : NULL;
}

const MienKernels *
mien_kernels_get (void)
{
  static const char *const best_first[] = { "avx512", "avx2", "generic" };
  static gsize chosen;

  if (g_once_init_enter (&chosen))
    {
      const MienKernels *kernels = mien_kernels_find (g_getenv ("MIEN_CPU"));

      for (guint i = 0; kernels == NULL; i++)
        kernels = mien_kernels_find (best_first[i]);
      g_once_init_leave (&chosen, (gsize) kernels);
    }
  return (const MienKernels *) chosen;
}

/* Tiles are fast everywhere. Without them AMD's processors multiply twice as many bfloat16 as
 * float32, Intel's were measured to be slower (docs/SPEED.md). */
static const MienKernels *
find_fast_bf16 (void)
{
  const MienKernels *found = NULL;

  if (g_getenv ("MIEN_CPU") != NULL)
    return NULL;
  found = mien_kernels_find ("amx");
#if defined(__x86_64__)
  if (found == NULL && __builtin_cpu_is ("amd"))
    found = mien_kernels_find ("avx512bf16");
#endif
  return found;
}

const MienKernels *
mien_kernels_get_bf16 (gboolean half)
{
  static const MienKernels *fast;
  static gsize is_known;

  if (mien_kernels_get ()->conv_span_bf16 != NULL)
    return mien_kernels_get ();
  if (g_once_init_enter (&is_known))
    {
      fast = find_fast_bf16 ();
      g_once_init_leave (&is_known, 1);
    }
  return half ? fast : NULL;
}

const char *
mien_nn_get_kernel_path (void)
{
  return mien_kernels_get ()->name;
}

void
mien_epilogue_init (MienEpilogue *self, const MienActivation *activation)
{
  *self = (MienEpilogue){
    .lo = -INFINITY,
    .hi = INFINITY,
    .kind = MIEN_ACT_NONE,
    .keeps_zero = TRUE,
  };
  if (activation == NULL)
    return;
  self->kind = activation->kind;
  self->a = activation->lo;
  self->b = activation->hi;
  self->slope = activation->slope;
  switch (activation->kind)
    {
    case MIEN_ACT_RELU:
      self->lo = 0.0f;
      break;
    case MIEN_ACT_CLIP:
      self->lo = activation->lo;
      self->hi = activation->hi;
      self->keeps_zero = self->lo <= 0.0f && self->hi >= 0.0f;
      break;
    case MIEN_ACT_SIGMOID:
    case MIEN_ACT_HARDSIGMOID:
      self->keeps_zero = FALSE;
      break;
    default:
      break;
    }
}
