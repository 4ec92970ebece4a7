/* Sums with the result of a convolution, and the activation behind them, done by the convolution.
 * On a plan and not on the graph, because only there the shapes say that nothing is broadcast.
 * Reference: He et al. 2016, "Deep residual learning for image recognition".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/node-private.h"
#include "nn/op-blocked.h"
#include "nn/plan.h"

static gboolean
same_shape (const MienOpValue *a, const MienOpValue *b)
{
  return a->dtype == MIEN_DTYPE_F32 && b->dtype == MIEN_DTYPE_F32 && a->rank == b->rank
         && memcmp (a->dims, b->dims, (gsize) a->rank * sizeof *a->dims) == 0;
}

/* A sum of two values of one shape that the run computes. */
static gboolean
is_plain_sum (const MienPlan *plan, const MienPlanStep *step)
{
  return strcmp (step->call.node->op_type, "Add") == 0 && *step->call.node->domain == '\0'
         && !step->is_late && step->in[0] != step->in[1] && step->out[0] != MIEN_PLAN_NONE
         && step->call.in[0].rank == 4 && step->call.in[0].value == NULL
         && step->call.in[1].value == NULL && same_shape (&step->call.in[0], &step->call.in[1])
         && same_shape (&step->call.in[0], &step->call.out[0])
         && mien_plan_value (plan, step->out[0])->name != NULL;
}

/* The step of a convolution that makes @value for the sum alone and can take a residual, or NONE.
 */
static int
find_conv (const MienPlan *plan, int value)
{
  int at = mien_plan_value (plan, value)->producer;
  const MienPlanStep *step;

  if (at == MIEN_PLAN_NONE)
    return MIEN_PLAN_NONE;
  step = mien_plan_step (plan, (guint) at);
  if (strcmp (step->call.node->op_type, "Conv") != 0 || step->is_late
      || mien_op_has_input (&step->call, 3) || step->call.in[1].value == NULL
      || (mien_op_has_input (&step->call, 2) && step->call.in[2].value == NULL)
      || mien_node_find_attribute (step->call.node, "mien_activation") != NULL
      || mien_plan_count_uses (plan, value) != 1)
    return MIEN_PLAN_NONE;
  return at;
}

/* The activation that is the only use of @value, or NONE. */
static int
find_activation (const MienPlan *plan, int value, guint after, MienActivation *activation)
{
  if (mien_plan_count_uses (plan, value) != 1)
    return MIEN_PLAN_NONE;
  for (guint s = after + 1; s < plan->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (plan, s);

      if (step->call.n_in == 0 || step->in[0] != value)
        continue;
      if (step->is_late || step->out[0] == MIEN_PLAN_NONE
          || !mien_blocked_read_activation (&step->call, activation)
          || activation->kind == MIEN_ACT_NONE || activation->kind == MIEN_ACT_PRELU)
        return MIEN_PLAN_NONE;
      return (int) s;
    }
  return MIEN_PLAN_NONE;
}

/* A convolution like the one of @conv with the residual as fourth input. */
static MienNode *
make_node (MienPlan *plan,
           const MienPlanStep *conv,
           int residual,
           int out,
           const MienActivation *activation)
{
  MienNode *node = mien_node_copy (conv->call.node);
  const char *name = mien_plan_value (plan, residual)->name;

  g_free (node->domain);
  node->domain = g_strdup ("mien");
  mien_node_set_input (node, 3, name != NULL ? name : "residual");
  mien_node_set_output (node, 0, mien_plan_value (plan, out)->name);
  if (activation != NULL)
    {
      mien_node_set_int (node, "mien_activation", activation->kind);
      mien_node_set_float (node, "mien_lo", activation->lo);
      mien_node_set_float (node, "mien_hi", activation->hi);
    }
  g_ptr_array_add (plan->nodes, node);
  return node;
}

/* @sum, @conv and @act (or NONE): steps. The new step stands where the sum was. */
static gboolean
fuse (MienPlan *plan,
      guint sum,
      guint conv,
      int act,
      guint side,
      const MienActivation *activation,
      GError **error)
{
  const MienPlanStep *old = mien_plan_step (plan, conv);
  const MienPlanStep *at = mien_plan_step (plan, sum);
  int residual = at->in[1 - side], out = at->out[0];
  MienNode *node;

  mien_plan_value (plan, at->in[side])->producer = MIEN_PLAN_NONE;
  if (act != MIEN_PLAN_NONE)
    {
      mien_plan_value (plan, out)->producer = MIEN_PLAN_NONE;
      out = mien_plan_step (plan, (guint) act)->out[0];
    }
  node = make_node (plan, old, residual, out, act != MIEN_PLAN_NONE ? activation : NULL);
  if (!mien_plan_fuse_conv (plan, sum, conv, node, residual, out, error))
    return FALSE;
  if (act != MIEN_PLAN_NONE)
    g_array_remove_index (plan->steps, (guint) act);
  g_array_remove_index (plan->steps, conv);
  mien_plan_renumber_producers (plan);
  return TRUE;
}

gboolean
mien_plan_fuse_residuals (MienPlan *self, GError **error)
{
  for (guint s = 0; s < self->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (self, s);
      MienActivation activation = { 0 };

      if (!is_plain_sum (self, step))
        continue;
      for (guint side = 2; side-- > 0;)
        {
          int conv = find_conv (self, step->in[side]), act;

          if (conv == MIEN_PLAN_NONE)
            continue;
          act = find_activation (self, step->out[0], s, &activation);
          if (!fuse (self, s, (guint) conv, act, side, &activation, error))
            return FALSE;
          s--;
          break;
        }
    }
  return TRUE;
}
