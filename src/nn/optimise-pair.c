/* 1x1 convolutions and the depthwise ones behind them become one step (nn/conv-pair.h). On a plan
 * whose steps are prepared, because only there it is known which algorithm each of them has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/conv-pair.h"
#include "nn/node-private.h"
#include "nn/op-conv.h"
#include "nn/plan.h"

static gboolean
pair_infer (MienOpCall *call, GError **error)
{
  return mien_op_fail (call, error, "only a plan makes pairs");
}

static gboolean
pair_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  mien_conv_pair_run (call->state, run->in[0]->data, run->out[0]->data, run->workspace,
                      run->parallel);
  return TRUE;
}

static const MienOp pair_op = {
  "ConvPair", "mien", MIEN_OP_ANY, 1, 1, 1, pair_infer, NULL, pair_run
};

static gsize
get_workspace (const MienOpCall *call, guint n_threads)
{
  return mien_conv_pair_get_workspace (call->state, n_threads);
}

/* Step @at becomes both; @point goes. */
static void
fuse (MienPlan *plan, guint point, guint at)
{
  MienPlanStep *first = mien_plan_step (plan, point), *second = mien_plan_step (plan, at);
  const MienNode *old = second->call.node;
  MienNode *node = mien_node_new ("ConvPair", "mien", old->name);
  MienPlanStep step = { 0 };

  g_ptr_array_add (node->inputs, g_strdup (mien_node_get_input (first->call.node, 0)));
  g_ptr_array_add (node->outputs, g_strdup (g_ptr_array_index (old->outputs, 0)));
  g_ptr_array_add (plan->nodes, node);
  mien_op_call_init (&step.call, &pair_op, node, second->call.opset, FALSE);
  step.in = g_new (int, 1);
  step.out = g_new (int, 1);
  step.in[0] = first->in[0];
  step.out[0] = second->out[0];
  step.call.in[0] = first->call.in[0];
  step.call.out[0] = second->call.out[0];
  step.call.flops = first->call.flops + second->call.flops;
  step.call.state = mien_conv_pair_new (mien_op_conv_steal_plan (&first->call),
                                        mien_op_conv_steal_plan (&second->call));
  step.call.free_state = (GDestroyNotify) mien_conv_pair_free;
  step.call.workspace_for_threads = get_workspace;
  step.call.kernel = mien_conv_pair_get_name (step.call.state);
  mien_plan_value (plan, second->in[0])->producer = MIEN_PLAN_NONE;
  mien_plan_step_clear (second);
  *second = step;
  g_array_remove_index (plan->steps, point);
  mien_plan_renumber_producers (plan);
}

/* The prepared convolution of a step that has no residual, or NULL. */
static const MienConvPlan *
get_plan (const MienPlanStep *step)
{
  return step->is_late || step->out[0] == MIEN_PLAN_NONE || mien_op_has_input (&step->call, 3)
             ? NULL
             : mien_op_conv_get_plan (&step->call);
}

void
mien_plan_fuse_pairs (MienPlan *self)
{
  for (guint s = 0; s < self->steps->len; s++)
    {
      const MienConvPlan *depth = get_plan (mien_plan_step (self, s)), *point = NULL;
      int value, producer;

      if (depth == NULL)
        continue;
      value = mien_plan_step (self, s)->in[0];
      producer = value == MIEN_PLAN_NONE ? MIEN_PLAN_NONE : mien_plan_value (self, value)->producer;
      if (producer != MIEN_PLAN_NONE && mien_plan_count_uses (self, value) == 1)
        point = get_plan (mien_plan_step (self, (guint) producer));
      if (point == NULL || !mien_conv_pair_is_worth_it (point, depth))
        continue;
      fuse (self, (guint) producer, s);
      s--;
    }
}
