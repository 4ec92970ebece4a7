/* A plan placed into a context's memory: which value lies where, and the tensors that the steps
 * see. Serves one context. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/plan.h"

G_BEGIN_DECLS

typedef struct
{
  const MienTensor **in; /* [n_in] */
  MienTensor **out;      /* [n_out] */
  gsize workspace;       /* offset into the arena */
} MienBoundStep;

typedef struct
{
  MienPlan *plan; /* owned */
  gsize arena_bytes;
  MienTensor *headers; /* [values]; data points into the arena, an input or a constant */
  gsize *offsets;      /* [values]; NOWHERE for inputs, constants and late values */
  int *roots;          /* [values]: the value whose memory it lies in */
  MienTensor **late;   /* [values]; owned, of the last run; NULL where not late */
  MienTensor **copies; /* [values]; owned: what outputs and taps are converted or copied into */
  MienBoundStep *steps;
  void *base; /* arena the headers point into */
  guint64 last_use;
} MienBinding;

/* @is_tap: [values of the plan]; tapped values live until the end. NULL when there is no tap.
 * FALSE with an error when there is not that much memory. */
MienBinding *mien_binding_new (MienPlan *plan,
                               const gboolean *is_tap,
                               guint n_threads,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_binding_free (MienBinding *self);

/* Points everything at @arena, of at least arena_bytes, and at the data of @inputs. */
void mien_binding_attach (MienBinding *self, void *arena, MienTensor *const *inputs);

/* The content of a value after the run, in NCHW; may be a header, a late tensor or a copy. */
const MienTensor *mien_binding_get (MienBinding *self, int value);
/* Fills the copy of a value that cannot be handed out as it lies. */
void mien_binding_export (MienBinding *self, int value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienBinding, mien_binding_free)

G_END_DECLS
