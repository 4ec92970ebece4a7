/* Derivatives of one output of a network with respect to every value inside it: what saliency maps
 * are made of. Reverse accumulation over the nodes of the file, for one run at a time.
 * Reference: Griewank & Walther 2008, "Evaluating Derivatives", ch. 3; Springenberg et al. 2015
 * (guided backpropagation); Simonyan et al. 2014 (gradient of a class score).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "nn/context.h"

G_BEGIN_DECLS

typedef struct _MienGradient MienGradient;

typedef enum
{
  MIEN_GRADIENT_PLAIN,
  /* ReLU lets a derivative pass only where it and the forward value are positive. */
  MIEN_GRADIENT_GUIDED,
} MienGradientRule;

/* @model must have been made with MIEN_MODEL_KEEP_VALUES. MIEN_ERROR_UNSUPPORTED names the first
 * operator between input and output whose derivative is not known. One thread at a time. */
MienGradient *mien_gradient_new (MienModel *model, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_gradient_free (MienGradient *self);

/* Runs forward and keeps every value. @inputs: as for mien_context_run(). */
gboolean mien_gradient_forward (MienGradient *self,
                                MienTensor *const *inputs,
                                guint n_inputs,
                                GCancellable *cancellable,
                                GError **error);

/* Derivatives of sum (@seed * value of @name) with respect to all values before it, from the values
 * of the last forward run. @seed: as many floats as the value has elements. MIEN_ERROR_USAGE when
 * there is no such value. */
gboolean mien_gradient_backward (
    MienGradient *self, const char *name, const float *seed, MienGradientRule rule, GError **error);

/* The same, but only until the derivative with respect to @until, a value between, is complete:
 * what lies before it is left out. NULL: all. */
gboolean mien_gradient_backward_until (MienGradient *self,
                                       const char *name,
                                       const float *seed,
                                       MienGradientRule rule,
                                       const char *until,
                                       GError **error);

/* A value of the last forward run, or its derivative of the last backward run, float32 in the shape
 * of the file; borrowed until the next run. NULL when there is none (for a derivative also: the
 * output does not depend on it). */
const MienTensor *mien_gradient_find_value (MienGradient *self, const char *name);
const MienTensor *mien_gradient_find (MienGradient *self, const char *name);

/* The value whose element c is the score of class c before any softmax, for the output @output
 * (NULL: the first): the input of the last Softmax, else the output itself. Borrowed; NULL when
 * there is no such output. */
const char *mien_gradient_find_scores (MienGradient *self, const char *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienGradient, mien_gradient_free)

G_END_DECLS
