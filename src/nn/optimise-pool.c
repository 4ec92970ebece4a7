/* Maxima of 2x2 behind depthwise convolutions, taken before anything is written: the larger map
 * never comes into memory. On a plan and not on the graph, because the shapes say which kernel
 * computes it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/node-private.h"
#include "nn/op-conv.h"
#include "nn/plan.h"

/* An attribute of @n values, all of them @wanted; left out it is @fallback. */
static gboolean
has_ints (const MienNode *node, const char *name, gsize n, gint64 wanted, gint64 fallback)
{
  const MienAttribute *attribute = mien_node_find_attribute (node, name);

  if (attribute == NULL)
    return fallback == wanted;
  if (attribute->type != MIEN_ATTRIBUTE_INTS || attribute->n != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (attribute->ints[i] != wanted)
      return FALSE;
  return TRUE;
}

/* The largest of 2x2 in steps of two, a row or column that is left over let go. */
static gboolean
is_halving (const MienPlan *plan, const MienPlanStep *step)
{
  const MienNode *node = step->call.node;
  const char *auto_pad;

  if (strcmp (node->op_type, "MaxPool") != 0 || *node->domain != '\0' || step->is_late
      || step->call.n_out != 1 || step->out[0] == MIEN_PLAN_NONE || step->call.in[0].rank != 4
      || mien_plan_value (plan, step->out[0])->name == NULL)
    return FALSE;
  auto_pad = mien_node_get_string (node, "auto_pad", "NOTSET");
  return (strcmp (auto_pad, "NOTSET") == 0 || strcmp (auto_pad, "VALID") == 0)
         && has_ints (node, "kernel_shape", 2, 2, 0) && has_ints (node, "strides", 2, 2, 1)
         && has_ints (node, "pads", 4, 0, 0) && has_ints (node, "dilations", 2, 1, 1)
         && mien_node_get_int (node, "ceil_mode", 0) == 0;
}

/* The step of a convolution that makes @value for one user alone and can take the maximum, or NONE.
 */
static int
find_conv (const MienPlan *plan, int value)
{
  const int at = mien_plan_value (plan, value)->producer;
  const MienConvShape *shape;
  const MienOpCall *call;

  if (at == MIEN_PLAN_NONE || mien_plan_step (plan, (guint) at)->is_late
      || mien_plan_count_uses (plan, value) != 1)
    return MIEN_PLAN_NONE;
  call = &mien_plan_step (plan, (guint) at)->call;
  shape = mien_op_conv_get_shape (call);
  if (shape == NULL || shape->pool || mien_op_has_input (call, 3) || call->in[1].value == NULL
      || (mien_op_has_input (call, 2) && call->in[2].value == NULL) || !mien_conv_can_pool (shape))
    return MIEN_PLAN_NONE;
  return at;
}

/* The step of the convolution goes, and one that does both stands where the pooling was. */
static gboolean
fuse (MienPlan *plan, guint conv, guint pool, GError **error)
{
  const MienPlanStep *at = mien_plan_step (plan, pool);
  const int out = at->out[0];
  MienNode *node = mien_node_copy (mien_plan_step (plan, conv)->call.node);

  g_free (node->domain);
  node->domain = g_strdup ("mien");
  mien_node_set_int (node, "mien_pool", 1);
  mien_node_set_output (node, 0, mien_plan_value (plan, out)->name);
  g_ptr_array_add (plan->nodes, node);
  mien_plan_value (plan, at->in[0])->producer = MIEN_PLAN_NONE;
  if (!mien_plan_fuse_conv (plan, pool, conv, node, MIEN_PLAN_NONE, out, error))
    return FALSE;
  g_array_remove_index (plan->steps, conv);
  mien_plan_renumber_producers (plan);
  return TRUE;
}

gboolean
mien_plan_fuse_pools (MienPlan *self, GError **error)
{
  for (guint s = 0; s < self->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (self, s);
      int conv;

      if (!is_halving (self, step))
        continue;
      conv = find_conv (self, step->in[0]);
      if (conv == MIEN_PLAN_NONE)
        continue;
      if (!fuse (self, (guint) conv, s, error))
        return FALSE;
      s--;
    }
  return TRUE;
}
