/* A model laid out for one set of input shapes: every shape known, weights packed, layouts chosen.
 * Immutable once built; contexts of all threads share it. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/model.h"
#include "nn/op.h"

G_BEGIN_DECLS

#define MIEN_PLAN_NONE -1

typedef struct
{
  const char *name;     /* in the executed graph, borrowed from it; NULL for what the plan adds */
  MienOpValue info;     /* info.value: the constant */
  MienTensor *constant; /* owned; NULL when the run computes it */
  int input;            /* index of the graph input, or NONE */
  gboolean is_late;     /* its shape is known only while running */
  int alias_of;         /* the value whose memory it shares, or NONE */
  int producer;         /* step, NONE for inputs and constants */
} MienPlanValue;

typedef struct
{
  MienOpCall call; /* in and out filled from the values; for late steps only op, node and opset */
  int *in, *out;   /* values; NONE where left out */
  gboolean is_late;
} MienPlanStep;

typedef struct
{
  gint ref_count;    /* atomic */
  GArray *values;    /* of MienPlanValue */
  GArray *steps;     /* of MienPlanStep */
  GPtrArray *nodes;  /* of MienNode; those that the plan made */
  GHashTable *names; /* name -> value index + 1; keys borrowed */
  int *outputs;      /* values of the graph outputs */
  guint n_outputs;
  guint n_inputs;
  MienOpValue *inputs; /* the shapes it was built for */
} MienPlan;

static inline MienPlanValue *
mien_plan_value (const MienPlan *self, int index)
{
  return &g_array_index (self->values, MienPlanValue, index);
}

static inline MienPlanStep *
mien_plan_step (const MienPlan *self, guint index)
{
  return &g_array_index (self->steps, MienPlanStep, index);
}

/* FALSE when nothing makes the value any more. */
static inline gboolean
mien_plan_has_content (const MienPlan *self, int index)
{
  const MienPlanValue *value = mien_plan_value (self, index);

  return value->constant != NULL || value->input != MIEN_PLAN_NONE
         || value->producer != MIEN_PLAN_NONE;
}

/* @graph: sorted, cleaned up, outlives the plan. @inputs: type and shape of each graph input. */
MienPlan *mien_plan_new (MienGraph *graph,
                         MienModelFlags flags,
                         const MienOpValue *inputs,
                         MienParallel *parallel,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienPlan *mien_plan_ref (MienPlan *self);
void mien_plan_unref (MienPlan *self);
gboolean mien_plan_fits (const MienPlan *self, MienTensor *const *inputs);

/* Sums and activations behind convolutions become part of them (optimise-residual.c). */
gboolean mien_plan_fuse_residuals (MienPlan *self, GError **error);

/* A MaxPool of 2x2 behind a depthwise convolution becomes part of it (optimise-pool.c). */
gboolean mien_plan_fuse_pools (MienPlan *self, GError **error);

/* After all steps are prepared: a 1x1 convolution and a depthwise one behind it become one step
 * (optimise-pair.c). */
void mien_plan_fuse_pairs (MienPlan *self);

/* For the passes: how many steps and outputs take @value. */
guint mien_plan_count_uses (const MienPlan *self, int value);
/* For the passes: after steps moved; and for a step that never came into the plan, or leaves it. */
void mien_plan_renumber_producers (MienPlan *self);
void mien_plan_step_clear (MienPlanStep *step);
/* For the passes: step @at becomes @node, a Conv of the domain `mien`, on the inputs of the step
 * @conv, with the value @residual (or NONE) as its fourth, and makes the value @out. @node lives as
 * long as the plan; @conv stays, for the pass to remove. On error nothing has changed. */
gboolean mien_plan_fuse_conv (MienPlan *self,
                              guint at,
                              guint conv,
                              const MienNode *node,
                              int residual,
                              int out,
                              GError **error);

/* The layout pass, between infer() and prepare() of all steps: gives values another layout and adds
 * the steps that convert (optimise-layout.c). */
void mien_plan_choose_layouts (MienPlan *self);

/* For the layout pass: a new value of the shape of @value in @layout, and a step right before
 * step @at that makes it from @value. Returns the new value. Steps from @at on move up by one. */
int mien_plan_insert_reorder (MienPlan *self, int value, MienLayout layout, guint at);

G_END_DECLS
