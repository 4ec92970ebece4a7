/* Which activations lie in blocks of sixteen channels. Convolutions that have a kernel for blocks
 * want them; what lies between takes them where it can, so that values are turned at the edges of
 * the network only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op-blocked.h"
#include "nn/op-conv.h"
#include "nn/plan.h"

typedef struct
{
  MienPlan *plan;
  GArray *twin; /* of int: the same value in the other layout, or NONE */
} Pass;

static int
get_twin (Pass *pass, int value)
{
  const int none = MIEN_PLAN_NONE;

  while (pass->twin->len <= (guint) value)
    g_array_append_val (pass->twin, none);
  return g_array_index (pass->twin, int, value);
}

static MienLayout
layout_of (const Pass *pass, int value)
{
  return mien_plan_value (pass->plan, value)->info.layout;
}

/* TRUE when the value is there in blocks already. */
static gboolean
has_blocks (Pass *pass, int value)
{
  return layout_of (pass, value) == MIEN_LAYOUT_NC16HW || get_twin (pass, value) != MIEN_PLAN_NONE;
}

/* Makes input @i of step @at have @layout; inserts a step where needed. Returns the new place of
 * the step. */
static guint
require (Pass *pass, guint at, guint i, MienLayout layout)
{
  int value = mien_plan_step (pass->plan, at)->in[i];
  MienPlanStep *step;

  if (value == MIEN_PLAN_NONE)
    return at;
  if (layout_of (pass, value) != layout)
    {
      int twin = get_twin (pass, value);

      if (twin == MIEN_PLAN_NONE)
        {
          twin = mien_plan_insert_reorder (pass->plan, value, layout, at);
          at++;
          get_twin (pass, twin);
          g_array_index (pass->twin, int, value) = twin;
          g_array_index (pass->twin, int, twin) = value;
        }
      value = twin;
    }
  step = mien_plan_step (pass->plan, at);
  step->in[i] = value;
  step->call.in[i].layout = layout;
  return at;
}

static void
set_output (Pass *pass, guint at, MienLayout layout)
{
  MienPlanStep *step = mien_plan_step (pass->plan, at);

  if (step->out[0] == MIEN_PLAN_NONE)
    return;
  step->call.out[0].layout = layout;
  mien_plan_value (pass->plan, step->out[0])->info.layout = layout;
}

static guint
require_plain (Pass *pass, guint at)
{
  for (guint i = 0; i < mien_plan_step (pass->plan, at)->call.n_in; i++)
    at = require (pass, at, i, MIEN_LAYOUT_NCHW);
  return at;
}

/* TRUE when the value is there as planes already. */
static gboolean
has_planes (Pass *pass, int value)
{
  return layout_of (pass, value) == MIEN_LAYOUT_NCHW || get_twin (pass, value) != MIEN_PLAN_NONE;
}

static guint
place_conv (Pass *pass, guint at, const MienConvShape *shape)
{
  const int x = mien_plan_step (pass->plan, at)->in[0];
  MienLayout in, out;

  mien_conv_choose_layouts (shape, has_planes (pass, x), &in, &out);
  at = require (pass, at, 0, in);
  if (mien_plan_step (pass->plan, at)->call.n_in > 3)
    at = require (pass, at, 3, out);
  set_output (pass, at, out);
  return at;
}

/* Puts the operator for blocks in the place of the one that infer() was done with. */
static void
replace_op (MienOpCall *call, const MienOp *op)
{
  if (call->free_state != NULL)
    call->free_state (call->state);
  call->op = op;
  call->state = NULL;
  call->free_state = NULL;
  call->workspace = call->workspace_per_thread = 0;
  call->workspace_for_threads = NULL;
  call->kernel = NULL;
}

/* Worth it when an input is in blocks already: it spares turning that one back. */
static guint
place_other (Pass *pass, guint at)
{
  MienPlanStep *step = mien_plan_step (pass->plan, at);
  guint inputs = 0;
  const MienBlockedOp *op = mien_blocked_op_find (&step->call, &inputs);
  gboolean worth = FALSE;

  for (guint i = 0; op != NULL && i < step->call.n_in; i++)
    if ((inputs & 1u << i) != 0 && step->in[i] != MIEN_PLAN_NONE)
      worth = worth || has_blocks (pass, step->in[i]);
  if (!worth)
    return require_plain (pass, at);
  for (guint i = 0; i < mien_plan_step (pass->plan, at)->call.n_in; i++)
    at = require (pass, at, i, (inputs & 1u << i) != 0 ? MIEN_LAYOUT_NC16HW : MIEN_LAYOUT_NCHW);
  if (!op->plain_out)
    set_output (pass, at, MIEN_LAYOUT_NC16HW);
  replace_op (&mien_plan_step (pass->plan, at)->call, &op->op);
  return at;
}

void
mien_plan_choose_layouts (MienPlan *self)
{
  Pass pass = { self, g_array_new (FALSE, FALSE, sizeof (int)) };

  for (guint at = 0; at < self->steps->len; at++)
    {
      MienPlanStep *step = mien_plan_step (self, at);
      const MienConvShape *shape = NULL;

      if (!step->is_late && !step->call.is_alias)
        shape = mien_op_conv_get_shape (&step->call);
      if (shape != NULL)
        at = place_conv (&pass, at, shape);
      else if (step->is_late || step->call.is_alias)
        at = require_plain (&pass, at);
      else
        at = place_other (&pass, at);
    }
  g_array_unref (pass.twin);
}
