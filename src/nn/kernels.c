/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/kernels.h"

#include <math.h>

#include "nn/model.h"

static gboolean
can_run (const MienKernels *kernels)
{
#if defined(__x86_64__)
  __builtin_cpu_init ();
  if (kernels == &mien_kernels_avx512bf16 && !__builtin_cpu_supports ("avx512bf16"))
    return FALSE;
  if (kernels == &mien_kernels_avx512 || kernels == &mien_kernels_avx512bf16)
    return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
           && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl")
           && __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
  if (kernels == &mien_kernels_avx2)
    return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#endif
  return kernels == &mien_kernels_generic;
}

/* Best first; after NULL, those that only a name chooses. */
static const MienKernels *const all_kernels[] = {
#if defined(__x86_64__)
  &mien_kernels_avx512,     &mien_kernels_avx2,
#endif
  &mien_kernels_generic,    NULL,
#if defined(__x86_64__)
  &mien_kernels_avx512bf16,
#endif
};

const MienKernels *
mien_kernels_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (all_kernels); i++)
    if (all_kernels[i] != NULL && g_strcmp0 (all_kernels[i]->name, name) == 0
        && can_run (all_kernels[i]))
      return all_kernels[i];
  return NULL;
}

const MienKernels *
mien_kernels_get (void)
{
  static gsize chosen;

  if (g_once_init_enter (&chosen))
    {
      const MienKernels *kernels = mien_kernels_find (g_getenv ("MIEN_CPU"));

      for (guint i = 0; kernels == NULL; i++)
        if (can_run (all_kernels[i]))
          kernels = all_kernels[i];
      g_once_init_leave (&chosen, (gsize) kernels);
    }
  return (const MienKernels *) chosen;
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
