/* The architectures that mien-train knows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train/network.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *summary; /* one line: where it comes from and which details are ours */
  guint height, width, channels;
  float dropout; /* unless the caller asks for another */
  /* Adds the layers and both outputs, `ferplus` (8) and `fer2013` (7). */
  void (*build) (MienNetwork *network, float dropout);
} MienArch;

/* NULL when there is none of that name. Static. */
const MienArch *mien_arch_find (const char *name);
/* All of them; *n receives the number. Static. */
const MienArch *mien_arch_list (guint *n);

/* A network of @arch, not prepared yet. @dropout: negative for the architecture's own. */
MienNetwork *mien_arch_build (const MienArch *arch,
                              const MienTrainKernels *kernels,
                              float dropout) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
