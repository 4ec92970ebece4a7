/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/kernels.h"

#ifdef __x86_64__
#include <sys/syscall.h>
#include <unistd.h>

/* Of Linux: a process asks once before it uses the tile registers. */
#define REQUEST_PERMISSION 0x1023
#define TILE_DATA 18

static gboolean
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static gboolean
has_avx512 (void)
{
  return has_avx2 () && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq");
}

static gboolean
has_amx (void)
{
  static gsize answer = 0;

  if (g_once_init_enter (&answer))
    {
      gboolean has = __builtin_cpu_supports ("amx-bf16") && __builtin_cpu_supports ("amx-tile")
                     && syscall (SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;

      g_once_init_leave (&answer, has ? 1 : 2);
    }
  return answer == 1;
}
#endif

const MienTrainKernels *
mien_train_kernels_find (MienPrecision precision)
{
#ifdef __x86_64__
  const char *choice = g_getenv ("MIEN_CPU");
  gboolean any = choice == NULL || choice[0] == '\0';
  gboolean avx512 = (any || g_str_equal (choice, "avx512")) && has_avx512 ();
  gboolean avx2 = (any || g_str_equal (choice, "avx2")) && has_avx2 ();

  if (precision == MIEN_PRECISION_BF16 && any && avx512 && has_amx ())
    return &mien_train_kernels_amx;
  if (precision == MIEN_PRECISION_BF16)
    return avx512 && __builtin_cpu_supports ("avx512bf16") ? &mien_train_kernels_bf16 : NULL;
  if (avx512)
    return &mien_train_kernels_avx512;
  if (avx2)
    return &mien_train_kernels_avx2;
#endif
  return precision == MIEN_PRECISION_F32 ? &mien_train_kernels_generic : NULL;
}
