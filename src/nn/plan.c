/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/plan.h"

#include <string.h>

#include "base/error.h"
#include "nn/node-private.h"

/* Results that follow from constants and shapes are kept as constants up to this size. */
#define MAX_CONSTANT_BYTES (64u << 20)

typedef struct
{
  MienPlan *plan;
  MienGraph *graph;
  MienModelFlags flags;
  MienParallel *parallel;
} Builder;

static void
clear_value (MienPlanValue *value)
{
  if (value->constant != NULL)
    mien_tensor_unref (value->constant);
}

void
mien_plan_step_clear (MienPlanStep *step)
{
  mien_op_call_clear (&step->call);
  g_free (step->in);
  g_free (step->out);
}

MienPlan *
mien_plan_ref (MienPlan *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
mien_plan_unref (MienPlan *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_array_unref (self->steps);
  g_array_unref (self->values);
  g_ptr_array_unref (self->nodes);
  g_hash_table_unref (self->names);
  g_free (self->outputs);
  g_free (self->inputs);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPlan, mien_plan_unref)

static int
add_value (MienPlan *self, const char *name, const MienOpValue *info)
{
  MienPlanValue value = { .name = name,
                          .info = *info,
                          .input = MIEN_PLAN_NONE,
                          .alias_of = MIEN_PLAN_NONE,
                          .producer = MIEN_PLAN_NONE };

  g_array_append_val (self->values, value);
  if (name != NULL)
    g_hash_table_insert (self->names, (gpointer) name, GUINT_TO_POINTER (self->values->len));
  return (int) self->values->len - 1;
}

/* Takes @tensor. */
static void
set_constant (MienPlanValue *value, MienTensor *tensor)
{
  value->constant = tensor;
  value->info.dtype = tensor->dtype;
  value->info.rank = tensor->rank;
  memcpy (value->info.dims, tensor->dims, sizeof tensor->dims);
  value->info.value = tensor;
  value->is_late = FALSE;
}

static void
add_sources (Builder *builder, const MienOpValue *inputs)
{
  GPtrArray *infos = mien_graph_get_inputs (builder->graph);
  GHashTableIter iter;
  gpointer name, tensor;

  for (guint i = 0; i < infos->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (infos, i);
      int index = add_value (builder->plan, info->name, &inputs[i]);

      mien_plan_value (builder->plan, index)->input = (int) i;
    }
  g_hash_table_iter_init (&iter, mien_graph_get_initializers (builder->graph));
  while (g_hash_table_iter_next (&iter, &name, &tensor))
    {
      MienOpValue info = { 0 };
      int index = add_value (builder->plan, name, &info);

      set_constant (mien_plan_value (builder->plan, index), mien_tensor_ref (tensor));
    }
}

static int
find_value (const MienPlan *self, const char *name)
{
  return *name == '\0' ? MIEN_PLAN_NONE
                       : GPOINTER_TO_INT (g_hash_table_lookup (self->names, name)) - 1;
}

/* Fills the call's inputs. Returns FALSE when one of them has no shape yet. */
static gboolean
connect_inputs (Builder *builder, MienPlanStep *step)
{
  gboolean known = TRUE;

  for (guint i = 0; i < step->call.n_in; i++)
    {
      const MienPlanValue *value;

      step->in[i] = find_value (builder->plan, mien_node_get_input (step->call.node, i));
      if (step->in[i] == MIEN_PLAN_NONE)
        continue;
      value = mien_plan_value (builder->plan, step->in[i]);
      step->call.in[i] = value->info;
      known = known && !value->is_late;
    }
  return known;
}

static void
add_outputs (Builder *builder, MienPlanStep *step)
{
  for (guint i = 0; i < step->call.n_out; i++)
    {
      const char *name = g_ptr_array_index (step->call.node->outputs, i);
      MienPlanValue *value;

      step->out[i] =
          *name == '\0' ? MIEN_PLAN_NONE : add_value (builder->plan, name, &step->call.out[i]);
      if (*name == '\0')
        continue;
      value = mien_plan_value (builder->plan, step->out[i]);
      value->producer = (int) builder->plan->steps->len;
      value->is_late = step->is_late;
    }
}

static gboolean
has_constant_inputs (const MienOpCall *call)
{
  for (guint i = 0; i < call->n_in; i++)
    if (mien_op_has_input (call, i) && call->in[i].value == NULL)
      return FALSE;
  return TRUE;
}

/* Shapes alone, or constants, may already say what comes out. @known: then the outputs became
 * constants and there is no step. */
static gboolean
try_constant (Builder *builder, MienPlanStep *step, gboolean *known, GError **error)
{
  g_autofree MienTensor **out = g_new0 (MienTensor *, step->call.n_out);
  g_autofree const MienTensor **in = g_new0 (const MienTensor *, step->call.n_in + 1);

  *known = FALSE;
  if (step->is_late)
    return TRUE;
  if (step->call.out_value[0] != NULL)
    for (guint i = 0; i < step->call.n_out; i++)
      out[i] = g_steal_pointer (&step->call.out_value[i]);
  else if (has_constant_inputs (&step->call))
    {
      for (guint i = 0; i < step->call.n_in; i++)
        in[i] = step->call.in[i].value;
      if (!mien_op_evaluate (step->call.op, step->call.node, step->call.opset, step->call.plain, in,
                             out, MAX_CONSTANT_BYTES, builder->parallel, error))
        return FALSE;
    }
  for (guint i = 0; i < step->call.n_out; i++)
    if (out[i] != NULL && step->out[i] != MIEN_PLAN_NONE)
      {
        set_constant (mien_plan_value (builder->plan, step->out[i]), out[i]);
        *known = TRUE;
      }
    else if (out[i] != NULL)
      mien_tensor_unref (out[i]);
  return TRUE;
}

static gboolean
add_node (Builder *builder, const MienNode *node, GError **error)
{
  gint64 opset = mien_graph_get_opset (builder->graph);
  const MienOp *op = mien_op_find (node->op_type, node->domain, opset);
  gboolean plain = (builder->flags & MIEN_MODEL_PLAIN) != 0;
  gboolean ok, known = FALSE;
  MienPlanStep step = { 0 };

  g_assert (op != NULL);
  mien_op_call_init (&step.call, op, node, opset, plain);
  step.in = g_new (int, step.call.n_in + 1);
  step.out = g_new (int, step.call.n_out + 1);
  step.is_late = !connect_inputs (builder, &step);
  ok = step.is_late || mien_op_call_infer (&step.call, error);
  if (ok)
    {
      step.is_late = step.is_late || step.call.is_late;
      add_outputs (builder, &step);
      ok = try_constant (builder, &step, &known, error);
    }
  if (!ok || known)
    {
      mien_plan_step_clear (&step);
      return ok;
    }
  g_array_append_val (builder->plan->steps, step);
  return TRUE;
}

guint
mien_plan_count_uses (const MienPlan *plan, int value)
{
  guint n = 0;

  for (guint i = 0; i < plan->n_outputs; i++)
    n += plan->outputs[i] == value;
  for (guint s = 0; s < plan->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (plan, s);

      for (guint i = 0; i < step->call.n_in; i++)
        n += step->in[i] == value;
    }
  return n;
}

void
mien_plan_renumber_producers (MienPlan *self)
{
  for (guint s = 0; s < self->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (self, s);

      for (guint i = 0; i < step->call.n_out; i++)
        if (step->out[i] != MIEN_PLAN_NONE)
          mien_plan_value (self, step->out[i])->producer = (int) s;
    }
}

gboolean
mien_plan_fuse_conv (MienPlan *self,
                     guint at,
                     guint conv,
                     const MienNode *node,
                     int residual,
                     int out,
                     GError **error)
{
  const MienPlanStep *old = mien_plan_step (self, conv);
  MienPlanStep step = { 0 };

  mien_op_call_init (&step.call, mien_op_find ("Conv", "mien", old->call.opset), node,
                     old->call.opset, old->call.plain);
  step.in = g_new (int, step.call.n_in + 1);
  step.out = g_new (int, step.call.n_out + 1);
  for (guint i = 0; i < step.call.n_in; i++)
    {
      step.in[i] = i == 3 ? residual : i < old->call.n_in ? old->in[i] : MIEN_PLAN_NONE;
      if (step.in[i] != MIEN_PLAN_NONE)
        step.call.in[i] = mien_plan_value (self, step.in[i])->info;
    }
  step.out[0] = out;
  if (!mien_op_call_infer (&step.call, error))
    {
      mien_plan_step_clear (&step);
      return FALSE;
    }
  mien_plan_step_clear (mien_plan_step (self, at));
  *mien_plan_step (self, at) = step;
  return TRUE;
}

/* Steps that nothing needs, such as those whose result only went into a shape. */
static void
remove_dead_steps (MienPlan *self)
{
  g_autofree gboolean *needed = g_new0 (gboolean, self->values->len);

  for (guint i = 0; i < self->n_outputs; i++)
    needed[self->outputs[i]] = TRUE;
  for (guint s = self->steps->len; s-- > 0;)
    {
      MienPlanStep *step = mien_plan_step (self, s);
      gboolean alive = FALSE;

      for (guint i = 0; i < step->call.n_out; i++)
        alive = alive || (step->out[i] != MIEN_PLAN_NONE && needed[step->out[i]]);
      if (!alive)
        {
          for (guint i = 0; i < step->call.n_out; i++)
            if (step->out[i] != MIEN_PLAN_NONE)
              mien_plan_value (self, step->out[i])->producer = MIEN_PLAN_NONE;
          g_array_remove_index (self->steps, s);
          continue;
        }
      for (guint i = 0; i < step->call.n_in; i++)
        if (step->in[i] != MIEN_PLAN_NONE)
          needed[step->in[i]] = TRUE;
    }
  mien_plan_renumber_producers (self);
}

int
mien_plan_insert_reorder (MienPlan *self, int value, MienLayout layout, guint at)
{
  MienPlanValue *from = mien_plan_value (self, value);
  MienOpValue info = from->info;
  static MienNode *node;
  MienPlanStep step = { 0 };
  int result;

  if (g_once_init_enter (&node))
    {
      MienNode *made = mien_node_new ("Reorder", "mien", "reorder");

      g_ptr_array_add (made->inputs, g_strdup ("x"));
      g_ptr_array_add (made->outputs, g_strdup ("y"));
      g_once_init_leave (&node, made);
    }
  mien_op_call_init (&step.call, mien_op_find ("Reorder", "mien", 1), node, 1, FALSE);
  step.call.in[0] = info;
  info.layout = layout;
  info.value = NULL;
  step.call.out[0] = info;
  result = add_value (self, NULL, &info);
  step.in = g_new (int, 1);
  step.out = g_new (int, 1);
  step.in[0] = value;
  step.out[0] = result;
  g_array_insert_val (self->steps, at, step);
  mien_plan_renumber_producers (self);
  return result;
}

static gboolean
prepare_steps (MienPlan *self, GError **error)
{
  for (guint s = 0; s < self->steps->len; s++)
    {
      MienPlanStep *step = mien_plan_step (self, s);

      if (step->is_late)
        continue;
      if (step->call.is_alias)
        mien_plan_value (self, step->out[0])->alias_of = step->in[0];
      else if (step->call.op->prepare != NULL && !step->call.op->prepare (&step->call, error))
        return FALSE;
    }
  return TRUE;
}

static void
find_outputs (Builder *builder)
{
  GPtrArray *infos = mien_graph_get_outputs (builder->graph);
  MienPlan *plan = builder->plan;

  plan->n_outputs = infos->len;
  plan->outputs = g_new (int, infos->len + 1);
  for (guint i = 0; i < infos->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (infos, i);

      plan->outputs[i] = find_value (plan, info->name);
      g_assert (plan->outputs[i] != MIEN_PLAN_NONE);
    }
}

MienPlan *
mien_plan_new (MienGraph *graph,
               MienModelFlags flags,
               const MienOpValue *inputs,
               MienParallel *parallel,
               GError **error)
{
  g_autoptr (MienPlan) self = g_new0 (MienPlan, 1);
  Builder builder = { self, graph, flags, parallel };
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  self->ref_count = 1;
  self->values = g_array_new (FALSE, TRUE, sizeof (MienPlanValue));
  self->steps = g_array_new (FALSE, TRUE, sizeof (MienPlanStep));
  g_array_set_clear_func (self->values, (GDestroyNotify) clear_value);
  g_array_set_clear_func (self->steps, (GDestroyNotify) mien_plan_step_clear);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_node_free);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->n_inputs = mien_graph_get_inputs (graph)->len;
  self->inputs = g_memdup2 (inputs, self->n_inputs * sizeof *inputs);
  add_sources (&builder, inputs);
  for (guint i = 0; i < nodes->len; i++)
    if (!add_node (&builder, g_ptr_array_index (nodes, i), error))
      return NULL;
  find_outputs (&builder);
  if ((flags & MIEN_MODEL_KEEP_VALUES) == 0)
    remove_dead_steps (self);
  else
    mien_plan_renumber_producers (self);
  if ((flags & MIEN_MODEL_KEEP_VALUES) == 0 && !mien_plan_fuse_residuals (self, error))
    return NULL;
  if ((flags & (MIEN_MODEL_KEEP_VALUES | MIEN_MODEL_PLAIN)) == 0
      && !mien_plan_fuse_pools (self, error))
    return NULL;
  if ((flags & MIEN_MODEL_PLAIN) == 0)
    mien_plan_choose_layouts (self);
  if (!prepare_steps (self, error))
    return NULL;
  if ((flags & (MIEN_MODEL_KEEP_VALUES | MIEN_MODEL_PLAIN)) == 0)
    mien_plan_fuse_pairs (self);
  return g_steal_pointer (&self);
}

gboolean
mien_plan_fits (const MienPlan *self, MienTensor *const *inputs)
{
  for (guint i = 0; i < self->n_inputs; i++)
    {
      if (self->inputs[i].dtype != inputs[i]->dtype || self->inputs[i].rank != inputs[i]->rank)
        return FALSE;
      for (int d = 0; d < inputs[i]->rank; d++)
        if (self->inputs[i].dims[d] != inputs[i]->dims[d])
          return FALSE;
    }
  return TRUE;
}
