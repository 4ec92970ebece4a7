/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/context.h"

#include <string.h>

#include "base/error.h"
#include "nn/binding.h"
#include "nn/model-private.h"
#include "nn/node-private.h"

/* Plans of that many input shapes stay placed. */
#define MAX_BINDINGS 4

struct _MienContext
{
  MienModel *model;
  MienParallel *parallel; /* borrowed */
  GPtrArray *bindings;    /* of MienBinding */
  MienBinding *current;   /* of the last run, in bindings */
  guint64 clock;
  void *arena;
  gsize arena_bytes;
  GPtrArray *taps; /* of char * */
  gboolean timing;
  GArray *timings; /* of MienNodeTiming */
};

MienContext *
mien_context_new (MienModel *model, MienParallel *parallel)
{
  MienContext *self;

  g_return_val_if_fail (model != NULL, NULL);
  self = g_new0 (MienContext, 1);
  self->model = mien_model_ref (model);
  self->parallel = parallel;
  self->bindings = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_binding_free);
  self->taps = g_ptr_array_new_with_free_func (g_free);
  self->timings = g_array_new (FALSE, TRUE, sizeof (MienNodeTiming));
  return self;
}

void
mien_context_free (MienContext *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->bindings);
  g_ptr_array_unref (self->taps);
  g_array_unref (self->timings);
  mien_aligned_free (self->arena);
  mien_model_unref (self->model);
  g_free (self);
}

/* Bindings keep no tapped value alive that was not asked for when they were placed. */
static void
forget_bindings (MienContext *self)
{
  self->current = NULL;
  g_ptr_array_set_size (self->bindings, 0);
}

gboolean
mien_context_add_tap (MienContext *self, const char *value, GError **error)
{
  g_return_val_if_fail (self != NULL && value != NULL, FALSE);
  if (!mien_model_check_value (self->model, value, error))
    return FALSE;
  if (!g_ptr_array_find_with_equal_func (self->taps, value, g_str_equal, NULL))
    {
      g_ptr_array_add (self->taps, g_strdup (value));
      forget_bindings (self);
    }
  return TRUE;
}

void
mien_context_clear_taps (MienContext *self)
{
  g_return_if_fail (self != NULL);
  if (self->taps->len > 0)
    forget_bindings (self);
  g_ptr_array_set_size (self->taps, 0);
}

static int
find_plan_value (const MienPlan *plan, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (plan->names, name)) - 1;
}

static MienBinding *
add_binding (MienContext *self, MienPlan *plan, GError **error)
{
  g_autofree gboolean *is_tap = NULL;
  MienBinding *binding;

  if (self->taps->len > 0)
    is_tap = g_new0 (gboolean, plan->values->len);
  for (guint i = 0; i < self->taps->len; i++)
    {
      int value = find_plan_value (plan, g_ptr_array_index (self->taps, i));

      if (value == MIEN_PLAN_NONE || !mien_plan_has_content (plan, value))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                       "the value '%s' is gone after fusion; load the model with its values kept",
                       (char *) g_ptr_array_index (self->taps, i));
          return NULL;
        }
      is_tap[value] = TRUE;
    }
  binding = mien_binding_new (plan, is_tap, mien_parallel_get_n_threads (self->parallel), error);
  if (binding == NULL)
    return NULL;
  if (self->bindings->len == MAX_BINDINGS)
    {
      guint oldest = 0;

      for (guint i = 1; i < self->bindings->len; i++)
        if (((MienBinding *) self->bindings->pdata[i])->last_use
            < ((MienBinding *) self->bindings->pdata[oldest])->last_use)
          oldest = i;
      g_ptr_array_remove_index_fast (self->bindings, oldest);
    }
  g_ptr_array_add (self->bindings, binding);
  return binding;
}

static gboolean
provide_arena (MienContext *self, gsize bytes, GError **error)
{
  if (self->arena != NULL && self->arena_bytes >= bytes)
    return TRUE;
  g_clear_pointer (&self->arena, mien_aligned_free);
  self->arena_bytes = 0;
  if (!mien_tensor_is_beyond_memory (bytes))
    self->arena = mien_aligned_alloc (bytes);
  if (self->arena == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "the run needs %" G_GSIZE_FORMAT " bytes, which there are not", bytes);
      return FALSE;
    }
  self->arena_bytes = bytes;
  return TRUE;
}

static MienBinding *
provide_binding (MienContext *self, MienTensor *const *inputs, GError **error)
{
  MienBinding *binding = NULL;

  for (guint i = 0; i < self->bindings->len && binding == NULL; i++)
    if (mien_plan_fits (((MienBinding *) self->bindings->pdata[i])->plan, inputs))
      binding = self->bindings->pdata[i];
  if (binding == NULL)
    {
      MienPlan *plan = mien_model_get_plan (self->model, inputs, self->parallel, error);

      if (plan == NULL)
        return NULL;
      binding = add_binding (self, plan, error);
      mien_plan_unref (plan);
      if (binding == NULL)
        return NULL;
    }
  if (!provide_arena (self, binding->arena_bytes, error))
    return NULL;
  binding->last_use = ++self->clock;
  mien_binding_attach (binding, self->arena, inputs);
  return binding;
}

/* Shapes that only the run knows: inferred and computed on the spot. */
static gboolean
run_late (MienContext *self, MienBinding *binding, guint index, GError **error)
{
  const MienPlanStep *step = mien_plan_step (binding->plan, index);
  const MienOpCall *call = &step->call;
  g_autofree const MienTensor **in = g_new0 (const MienTensor *, call->n_in + 1);
  g_autofree MienTensor **out = g_new0 (MienTensor *, call->n_out + 1);

  for (guint i = 0; i < call->n_in; i++)
    if (step->in[i] != MIEN_PLAN_NONE)
      {
        in[i] = mien_binding_get (binding, step->in[i]);
        g_assert (in[i] != NULL);
      }
  if (!mien_op_evaluate (call->op, call->node, call->opset, call->plain, in, out, G_MAXSSIZE,
                         self->parallel, error))
    return FALSE;
  for (guint i = 0; i < call->n_out; i++)
    if (step->out[i] != MIEN_PLAN_NONE)
      binding->late[step->out[i]] = out[i];
    else if (out[i] != NULL)
      mien_tensor_unref (out[i]);
  return TRUE;
}

static gboolean
run_step (MienContext *self, MienBinding *binding, guint index, GError **error)
{
  const MienPlanStep *step = mien_plan_step (binding->plan, index);
  const MienBoundStep *bound = &binding->steps[index];
  MienOpRun run = { .in = bound->in,
                    .out = bound->out,
                    .workspace = (guint8 *) self->arena + bound->workspace,
                    .parallel = self->parallel };

  if (step->is_late)
    return run_late (self, binding, index, error);
  return step->call.is_alias || step->call.op->run (&step->call, &run, error);
}

static void
note_time (MienContext *self, MienBinding *binding, guint index, gint64 time_ns)
{
  const MienPlanStep *step = mien_plan_step (binding->plan, index);
  const MienTensor *out =
      step->out[0] != MIEN_PLAN_NONE
          ? (step->is_late ? binding->late[step->out[0]] : &binding->headers[step->out[0]])
          : NULL;
  MienNodeTiming timing = { 0 };

  if (step->call.is_alias)
    return;
  timing.name = step->call.node->name;
  timing.op_type = step->call.node->op_type;
  timing.kernel = step->call.kernel != NULL ? step->call.kernel : "plain";
  timing.time_ns = time_ns;
  timing.flops = step->call.flops;
  if (out != NULL)
    {
      timing.rank = out->rank;
      memcpy (timing.dims, out->dims, sizeof out->dims);
    }
  g_array_append_val (self->timings, timing);
}

static gint64
read_clock_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static gboolean
run_steps (MienContext *self, MienBinding *binding, GCancellable *cancellable, GError **error)
{
  g_array_set_size (self->timings, 0);
  for (guint v = 0; v < binding->plan->values->len; v++)
    g_clear_pointer (&binding->late[v], mien_tensor_unref);
  for (guint s = 0; s < binding->plan->steps->len; s++)
    {
      gint64 start = self->timing ? read_clock_ns () : 0;

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !run_step (self, binding, s, error))
        return FALSE;
      if (self->timing)
        note_time (self, binding, s, read_clock_ns () - start);
    }
  for (guint v = 0; v < binding->plan->values->len; v++)
    mien_binding_export (binding, (int) v);
  return TRUE;
}

gboolean
mien_context_run (MienContext *self,
                  MienTensor *const *inputs,
                  guint n_inputs,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GError) local = NULL;
  MienBinding *binding;
  const char *path;

  g_return_val_if_fail (self != NULL, FALSE);
  self->current = NULL;
  path = mien_model_get_path (self->model);
  if (mien_model_check_inputs (self->model, inputs, n_inputs, &local))
    {
      binding = provide_binding (self, inputs, &local);
      if (binding != NULL && run_steps (self, binding, cancellable, &local))
        self->current = binding;
    }
  if (self->current != NULL)
    return TRUE;
  if (path != NULL && local->domain == MIEN_ERROR)
    g_prefix_error (&local, "%s: ", path);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

guint
mien_context_get_n_outputs (MienContext *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return mien_graph_get_outputs (mien_model_get_graph (self->model))->len;
}

const MienTensor *
mien_context_get_output (MienContext *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (self->current == NULL || index >= self->current->plan->n_outputs)
    return NULL;
  return mien_binding_get (self->current, self->current->plan->outputs[index]);
}

const MienTensor *
mien_context_find_value (MienContext *self, const char *name)
{
  GPtrArray *outputs;
  int value;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  if (self->current == NULL)
    return NULL;
  outputs = mien_graph_get_outputs (mien_model_get_graph (self->model));
  for (guint i = 0; i < outputs->len; i++)
    if (strcmp (((MienValueInfo *) outputs->pdata[i])->name, name) == 0)
      return mien_context_get_output (self, i);
  if (!g_ptr_array_find_with_equal_func (self->taps, name, g_str_equal, NULL))
    return NULL;
  value = find_plan_value (self->current->plan, name);
  return value == MIEN_PLAN_NONE ? NULL : mien_binding_get (self->current, value);
}

gsize
mien_context_get_peak_bytes (MienContext *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->current != NULL ? self->current->arena_bytes : 0;
}

void
mien_context_set_timing (MienContext *self, gboolean timing)
{
  g_return_if_fail (self != NULL);
  self->timing = timing;
}

const MienNodeTiming *
mien_context_get_timings (MienContext *self, guint *n)
{
  g_return_val_if_fail (self != NULL && n != NULL, NULL);
  *n = self->timings->len;
  return (const MienNodeTiming *) (gpointer) self->timings->data;
}
