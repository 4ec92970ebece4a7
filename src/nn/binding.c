/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/binding.h"

#include <string.h>

#include "base/error.h"
#include "nn/arena.h"
#include "nn/conv.h"

#define NOWHERE G_MAXSIZE
#define AT_THE_END G_MAXUINT

static guint
count_values (const MienBinding *self)
{
  return self->plan->values->len;
}

static void
init_header (MienTensor *header, const MienOpValue *info)
{
  gsize bytes = 0;

  /* Checked when the plan was made. */
  if (!mien_op_get_bytes (info, &bytes))
    g_assert_not_reached ();
  g_atomic_ref_count_init (&header->ref_count);
  header->dtype = info->dtype;
  header->rank = info->rank;
  memcpy (header->dims, info->dims, sizeof info->dims);
  header->n_elements = mien_op_count (info);
  header->n_bytes = bytes;
}

/* Chains of aliases end at the value that owns the memory. */
static int
find_root (const int *roots, int value)
{
  while (roots[value] != value)
    value = roots[value];
  return value;
}

static gboolean
owns_arena_memory (const MienPlanValue *value)
{
  return value->constant == NULL && value->input == MIEN_PLAN_NONE && !value->is_late;
}

/* @first, @last: of the roots; a value made by step s is in use from s on. */
static void
find_lifetimes (MienBinding *self, const gboolean *is_tap, guint *first, guint *last)
{
  const MienPlan *plan = self->plan;

  for (guint v = 0; v < count_values (self); v++)
    {
      const MienPlanValue *value = mien_plan_value (plan, (int) v);
      int root = find_root (self->roots, (int) v);

      if (value->producer != MIEN_PLAN_NONE)
        first[root] = MIN (first[root], (guint) value->producer);
      if (value->producer != MIEN_PLAN_NONE && last[root] != AT_THE_END)
        last[root] = MAX (last[root], (guint) value->producer);
      if (is_tap != NULL && is_tap[v])
        last[root] = AT_THE_END;
    }
  for (guint s = 0; s < plan->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (plan, s);

      for (guint i = 0; i < step->call.n_in; i++)
        if (step->in[i] != MIEN_PLAN_NONE)
          {
            int root = find_root (self->roots, step->in[i]);

            if (last[root] != AT_THE_END)
              last[root] = MAX (last[root], s);
          }
    }
  for (guint i = 0; i < plan->n_outputs; i++)
    last[find_root (self->roots, plan->outputs[i])] = AT_THE_END;
}

/* Lets output 0 of a step take over the memory of an input that nobody needs afterwards. */
static void
share_in_place (MienBinding *self, guint *first, guint *last)
{
  const MienPlan *plan = self->plan;

  for (guint s = 0; s < plan->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (plan, s);
      int out = step->out[0];

      if (step->is_late || step->call.is_alias || step->call.in_place == 0 || out == MIEN_PLAN_NONE)
        continue;
      for (guint i = 0; i < MIN (step->call.n_in, 32); i++)
        {
          int root;

          if ((step->call.in_place & 1u << i) == 0 || step->in[i] == MIEN_PLAN_NONE)
            continue;
          root = find_root (self->roots, step->in[i]);
          if (!owns_arena_memory (mien_plan_value (plan, root)) || last[root] != s
              || self->headers[root].n_bytes != self->headers[out].n_bytes)
            continue;
          self->roots[out] = root;
          last[root] = last[out];
          break;
        }
    }
}

static gboolean
place (MienBinding *self, const guint *first, const guint *last, guint n_threads, GError **error)
{
  guint n_values = count_values (self), n_steps = self->plan->steps->len;
  g_autofree MienArenaBlock *blocks = g_new0 (MienArenaBlock, n_values + n_steps + 1);
  guint n = 0;

  for (guint v = 0; v < n_values; v++)
    if (self->roots[v] == (int) v && first[v] != G_MAXUINT
        && owns_arena_memory (mien_plan_value (self->plan, (int) v)))
      {
        blocks[n].size = self->headers[v].n_bytes;
        blocks[n].first = first[v];
        blocks[n++].last = last[v];
      }
  for (guint s = 0; s < n_steps; s++)
    {
      const MienPlanStep *step = mien_plan_step (self->plan, s);

      blocks[n].size = step->is_late ? 0 : mien_op_call_get_workspace (&step->call, n_threads);
      blocks[n].first = blocks[n].last = s;
      n++;
    }
  if (!mien_arena_place (blocks, n, &self->arena_bytes))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "the run needs more than any memory");
      return FALSE;
    }
  n = 0;
  for (guint v = 0; v < n_values; v++)
    if (self->roots[v] == (int) v && first[v] != G_MAXUINT
        && owns_arena_memory (mien_plan_value (self->plan, (int) v)))
      self->offsets[v] = blocks[n++].offset;
  for (guint s = 0; s < n_steps; s++)
    self->steps[s].workspace = blocks[n++].offset;
  return TRUE;
}

/* Outputs that lie in the caller's input or in blocks are copied at the end of the run. */
static gboolean
make_copies (MienBinding *self, const gboolean *is_tap, GError **error)
{
  const MienPlan *plan = self->plan;
  g_autofree gboolean *is_wanted = g_new0 (gboolean, count_values (self));

  for (guint i = 0; i < plan->n_outputs; i++)
    is_wanted[plan->outputs[i]] = TRUE;
  for (guint v = 0; v < count_values (self); v++)
    {
      const MienPlanValue *value = mien_plan_value (plan, (int) v);
      const MienPlanValue *root = mien_plan_value (plan, find_root (self->roots, (int) v));

      if (!is_wanted[v] && (is_tap == NULL || !is_tap[v]))
        continue;
      if (value->is_late
          || (root->input == MIEN_PLAN_NONE && value->info.layout == MIEN_LAYOUT_NCHW))
        continue;
      self->copies[v] =
          mien_tensor_new (value->info.dtype, value->info.rank, value->info.dims, error);
      if (self->copies[v] == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
bind_steps (MienBinding *self)
{
  for (guint s = 0; s < self->plan->steps->len; s++)
    {
      const MienPlanStep *step = mien_plan_step (self->plan, s);
      MienBoundStep *bound = &self->steps[s];

      bound->in = g_new0 (const MienTensor *, step->call.n_in + 1);
      bound->out = g_new0 (MienTensor *, step->call.n_out + 1);
      for (guint i = 0; i < step->call.n_in; i++)
        if (step->in[i] != MIEN_PLAN_NONE)
          bound->in[i] = &self->headers[step->in[i]];
      for (guint i = 0; i < step->call.n_out; i++)
        if (step->out[i] != MIEN_PLAN_NONE)
          bound->out[i] = &self->headers[step->out[i]];
    }
}

MienBinding *
mien_binding_new (MienPlan *plan, const gboolean *is_tap, guint n_threads, GError **error)
{
  g_autoptr (MienBinding) self = g_new0 (MienBinding, 1);
  guint n = plan->values->len;
  g_autofree guint *first = g_new (guint, n);
  g_autofree guint *last = g_new0 (guint, n);

  self->plan = mien_plan_ref (plan);
  self->headers = g_new0 (MienTensor, n);
  self->offsets = g_new (gsize, n);
  self->roots = g_new (int, n);
  self->late = g_new0 (MienTensor *, n);
  self->copies = g_new0 (MienTensor *, n);
  self->steps = g_new0 (MienBoundStep, plan->steps->len + 1);
  for (guint v = 0; v < n; v++)
    {
      const MienPlanValue *value = mien_plan_value (plan, (int) v);

      if (!value->is_late)
        init_header (&self->headers[v], &value->info);
      if (value->constant != NULL)
        self->headers[v].data = value->constant->data;
      self->roots[v] = value->alias_of != MIEN_PLAN_NONE ? value->alias_of : (int) v;
      self->offsets[v] = NOWHERE;
      first[v] = G_MAXUINT;
    }
  bind_steps (self);
  find_lifetimes (self, is_tap, first, last);
  share_in_place (self, first, last);
  if (!place (self, first, last, n_threads, error) || !make_copies (self, is_tap, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
mien_binding_free (MienBinding *self)
{
  if (self == NULL)
    return;
  for (guint v = 0; v < count_values (self); v++)
    {
      g_clear_pointer (&self->late[v], mien_tensor_unref);
      g_clear_pointer (&self->copies[v], mien_tensor_unref);
    }
  for (guint s = 0; s < self->plan->steps->len; s++)
    {
      g_free (self->steps[s].in);
      g_free (self->steps[s].out);
    }
  g_free (self->headers);
  g_free (self->offsets);
  g_free (self->roots);
  g_free (self->late);
  g_free (self->copies);
  g_free (self->steps);
  mien_plan_unref (self->plan);
  g_free (self);
}

void
mien_binding_attach (MienBinding *self, void *arena, MienTensor *const *inputs)
{
  const MienPlan *plan = self->plan;
  gboolean moved = self->base != arena;

  self->base = arena;
  for (guint v = 0; v < count_values (self); v++)
    {
      int root = find_root (self->roots, (int) v);
      const MienPlanValue *value = mien_plan_value (plan, root);

      if (value->input != MIEN_PLAN_NONE)
        self->headers[v].data = inputs[value->input]->data;
      else if (value->constant != NULL)
        self->headers[v].data = value->constant->data;
      else if (moved && self->offsets[root] != NOWHERE)
        self->headers[v].data = (guint8 *) arena + self->offsets[root];
    }
}

void
mien_binding_export (MienBinding *self, int value)
{
  const MienOpValue *info = &mien_plan_value (self->plan, value)->info;
  MienTensor *copy = self->copies[value];

  if (copy == NULL)
    return;
  if (info->layout == MIEN_LAYOUT_NC16HW)
    mien_layout_from_blocked ((int) info->dims[0], (int) info->dims[1], (int) info->dims[2],
                              (int) info->dims[3], self->headers[value].data, copy->data, NULL);
  else
    memcpy (copy->data, self->headers[value].data, copy->n_bytes);
}

const MienTensor *
mien_binding_get (MienBinding *self, int value)
{
  if (self->late[value] != NULL)
    return self->late[value];
  if (self->copies[value] != NULL)
    return self->copies[value];
  return self->headers[value].data != NULL ? &self->headers[value] : NULL;
}
