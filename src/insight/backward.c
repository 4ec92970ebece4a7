/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/backward.h"

#include <string.h>

MienBackwardFunc
mien_backward_find (const char *op_type)
{
  const MienBackwardEntry *const families[] = { mien_backward_layers, mien_backward_elementwise,
                                                mien_backward_shapes };

  for (gsize f = 0; f < G_N_ELEMENTS (families); f++)
    for (const MienBackwardEntry *e = families[f]; e->op_type != NULL; e++)
      if (strcmp (e->op_type, op_type) == 0)
        return e->func;
  return NULL;
}
