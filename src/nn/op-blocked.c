/* Elementwise operators on blocks: activations, and sums and products of two activations or of an
 * activation and one number a channel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op-blocked.h"

#include <math.h>
#include <string.h>

#include "nn/kernels.h"
#include "nn/node-private.h"

static const MienBlockedOp *const families[] = {
  mien_blocked_ops_element,
  mien_blocked_ops_window,
  mien_blocked_ops_shape,
};

const MienBlockedOp *
mien_blocked_op_find (const MienOpCall *call, guint *inputs)
{
  for (gsize f = 0; f < G_N_ELEMENTS (families); f++)
    for (const MienBlockedOp *op = families[f]; op->op.op_type != NULL; op++)
      {
        if (strcmp (op->op.op_type, call->op->op_type) != 0
            || strcmp (op->op.domain, call->op->domain) != 0)
          continue;
        *inputs = op->get_blocked_inputs (call);
        if (*inputs != 0)
          return op;
      }
  return NULL;
}

/* A constant of one element, or @fallback where the input is left out. FALSE when not constant. */
static gboolean
read_scalar (const MienOpCall *call, guint index, float fallback, float *to)
{
  *to = fallback;
  if (!mien_op_has_input (call, index))
    return TRUE;
  if (call->in[index].value == NULL || call->in[index].dtype != MIEN_DTYPE_F32
      || mien_op_count (&call->in[index]) != 1)
    return FALSE;
  *to = *mien_tensor_f32 (call->in[index].value);
  return TRUE;
}

gboolean
mien_blocked_read_activation (const MienOpCall *call, MienActivation *activation)
{
  static const struct
  {
    const char *op_type;
    MienActKind kind;
  } kinds[] = {
    { "Relu", MIEN_ACT_RELU },       { "Clip", MIEN_ACT_CLIP },
    { "LeakyRelu", MIEN_ACT_LEAKY }, { "Sigmoid", MIEN_ACT_SIGMOID },
    { "Tanh", MIEN_ACT_TANH },       { "HardSigmoid", MIEN_ACT_HARDSIGMOID },
    { "Silu", MIEN_ACT_SILU },       { "HardSwish", MIEN_ACT_HARDSWISH },
  };

  *activation = (MienActivation){ .kind = MIEN_ACT_NONE };
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (call->node->op_type, kinds[i].op_type) == 0)
      activation->kind = kinds[i].kind;
  switch (activation->kind)
    {
    case MIEN_ACT_NONE:
      return FALSE;
    case MIEN_ACT_LEAKY:
      activation->lo = mien_node_get_float (call->node, "alpha", 0.01f);
      return TRUE;
    case MIEN_ACT_HARDSIGMOID:
      activation->lo = mien_node_get_float (call->node, "alpha", 0.2f);
      activation->hi = mien_node_get_float (call->node, "beta", 0.5f);
      return TRUE;
    case MIEN_ACT_CLIP:
      return read_scalar (call, 1, mien_node_get_float (call->node, "min", -INFINITY),
                          &activation->lo)
             && read_scalar (call, 2, mien_node_get_float (call->node, "max", INFINITY),
                             &activation->hi);
    default:
      return TRUE;
    }
}

typedef struct
{
  MienBlockedShape shape;
  MienEpilogue epilogue;
  float *channel; /* one number a channel, [blocks, 16], or NULL */
  int main;       /* of a binary operator: the input that has the shape of the output */
  gboolean is_mul;
} Element;

static void
element_free (gpointer data)
{
  Element *self = data;

  mien_aligned_free (self->channel);
  g_free (self);
}

static Element *
element_new (MienOpCall *call)
{
  Element *self = g_new0 (Element, 1);

  self->shape = mien_blocked_shape (&call->out[0]);
  mien_epilogue_init (&self->epilogue, NULL);
  call->state = self;
  call->free_state = element_free;
  call->kernel = mien_kernels_get ()->name;
  return self;
}

static guint
activation_inputs (const MienOpCall *call)
{
  MienActivation activation;

  return mien_blocked_can_hold (&call->in[0]) && mien_blocked_read_activation (call, &activation);
}

static gboolean
activation_prepare (MienOpCall *call, GError **error)
{
  Element *self = element_new (call);
  MienActivation activation;

  if (!mien_blocked_read_activation (call, &activation))
    g_assert_not_reached ();
  mien_epilogue_init (&self->epilogue, &activation);
  return TRUE;
}

typedef struct
{
  const Element *self;
  const float *a, *b;
  float *y;
} ElementJob;

static void
clear_lanes (const Element *self, float *y, gsize block)
{
  gsize valid = self->shape.c - block % self->shape.blocks * 16;

  for (gsize p = 0; p < self->shape.plane && valid < 16; p++)
    for (gsize i = valid; i < 16; i++)
      y[p * 16 + i] = 0.0f;
}

static void
activation_range (gpointer data, gsize from, gsize to)
{
  const ElementJob *job = data;
  const gsize size = job->self->shape.plane * 16;

  for (gsize b = from; b < to; b++)
    {
      mien_kernels_get ()->activate_flat (&job->self->epilogue, job->a + b * size,
                                          job->y + b * size, size);
      if (!job->self->epilogue.keeps_zero)
        clear_lanes (job->self, job->y + b * size, b);
    }
}

/* Blocks of one part of work. */
static gsize
grain_of (const Element *self)
{
  return MAX (1, 1024 / self->shape.plane);
}

static gboolean
activation_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Element *self = call->state;
  ElementJob job = { self, run->in[0]->data, NULL, run->out[0]->data };

  mien_op_parallel_range (run->parallel, self->shape.n * self->shape.blocks, grain_of (self),
                          activation_range, &job);
  return TRUE;
}

static gboolean
same_shape (const MienOpValue *a, const MienOpValue *b)
{
  return a->rank == b->rank && memcmp (a->dims, b->dims, (gsize) a->rank * sizeof *a->dims) == 0;
}

/* [c, 1, 1], [1, c, 1, 1] or a single number, constant. */
static gboolean
is_channel_constant (const MienOpValue *value, gint64 c)
{
  gint64 channels;

  if (value->value == NULL || value->dtype != MIEN_DTYPE_F32 || value->rank > 4)
    return FALSE;
  if (mien_op_count (value) == 1)
    return TRUE;
  if (value->rank < 3)
    return FALSE;
  channels = value->dims[value->rank - 3];
  return channels == c && mien_op_count (value) == (gsize) c;
}

/* [n, c, 1, 1], computed by the run. */
static gboolean
is_gate (const MienOpValue *value, const MienOpValue *full)
{
  return value->value == NULL && mien_blocked_can_hold (value) && value->dims[0] == full->dims[0]
         && value->dims[1] == full->dims[1] && value->dims[2] == 1 && value->dims[3] == 1;
}

static guint
binary_inputs (const MienOpCall *call)
{
  const MienOpValue *out = &call->out[0];

  if (call->n_in != 2 || !mien_blocked_can_hold (out))
    return 0;
  if (same_shape (&call->in[0], &call->in[1]) && same_shape (&call->in[0], out))
    return 3;
  for (int main = 0; main < 2; main++)
    {
      const MienOpValue *other = &call->in[1 - main];

      if (!mien_blocked_can_hold (&call->in[main]) || !same_shape (&call->in[main], out))
        continue;
      if (is_channel_constant (other, out->dims[1]))
        return 1u << main;
      if (is_gate (other, out))
        return 3;
    }
  return 0;
}

static gboolean
binary_prepare (MienOpCall *call, GError **error)
{
  Element *self = element_new (call);
  const MienOpValue *other;
  gsize count;

  self->is_mul = strcmp (call->node->op_type, "Mul") == 0;
  self->main = same_shape (&call->in[0], &call->out[0]) ? 0 : 1;
  other = &call->in[1 - self->main];
  if (same_shape (&call->in[0], &call->in[1]) || !is_channel_constant (other, call->out[0].dims[1]))
    return TRUE;
  count = mien_op_count (other);
  self->channel = mien_aligned_alloc (self->shape.blocks * 16 * sizeof (float));
  for (gsize i = 0; i < self->shape.blocks * 16; i++)
    self->channel[i] = i < self->shape.c ? mien_tensor_f32 (other->value)[count == 1 ? 0 : i] : 0;
  return TRUE;
}

static void
same_range (gpointer data, gsize from, gsize to)
{
  const ElementJob *job = data;
  const gsize size = job->self->shape.plane * 16, at = from * size;
  const MienKernels *kernels = mien_kernels_get ();

  (job->self->is_mul ? kernels->mul : kernels->add) (&job->self->epilogue, job->a + at, job->b + at,
                                                     job->y + at, (to - from) * size);
}

/* b: [blocks of all pictures, 16], or of one picture for all. */
static void
channel_range (gpointer data, gsize from, gsize to)
{
  const ElementJob *job = data;
  const Element *self = job->self;
  const gsize size = self->shape.plane * 16;

  for (gsize i = from; i < to; i++)
    {
      const float *b =
          self->channel != NULL ? self->channel + i % self->shape.blocks * 16 : job->b + i * 16;
      const float *a = job->a + i * size;
      float *y = job->y + i * size;

      if (self->is_mul)
        mien_kernels_get ()->scale (&self->epilogue, a, b, y, self->shape.plane);
      else
        for (gsize p = 0; p < self->shape.plane; p++)
          for (gsize k = 0; k < 16; k++)
            y[p * 16 + k] = a[p * 16 + k] + b[k];
    }
}

static gboolean
binary_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Element *self = call->state;
  ElementJob job = { self, run->in[self->main]->data, run->in[1 - self->main]->data,
                     run->out[0]->data };
  const gboolean same = same_shape (&call->in[0], &call->in[1]);

  mien_op_parallel_range (run->parallel, self->shape.n * self->shape.blocks, grain_of (self),
                          same ? same_range : channel_range, &job);
  return TRUE;
}

#define ELEMENT(name, domain, inputs, kind)                                                        \
  {                                                                                                \
    { name, domain, MIEN_OP_ANY, 1, 0, 1, NULL, kind##_prepare, kind##_run }, inputs, FALSE        \
  }

const MienBlockedOp mien_blocked_ops_element[] = {
  ELEMENT ("Relu", "", activation_inputs, activation),
  ELEMENT ("Clip", "", activation_inputs, activation),
  ELEMENT ("LeakyRelu", "", activation_inputs, activation),
  ELEMENT ("Sigmoid", "", activation_inputs, activation),
  ELEMENT ("Tanh", "", activation_inputs, activation),
  ELEMENT ("HardSigmoid", "", activation_inputs, activation),
  ELEMENT ("HardSwish", "", activation_inputs, activation),
  ELEMENT ("HardSwish", "mien", activation_inputs, activation),
  ELEMENT ("Silu", "mien", activation_inputs, activation),
  ELEMENT ("Add", "", binary_inputs, binary),
  ELEMENT ("Sum", "", binary_inputs, binary),
  ELEMENT ("Mul", "", binary_inputs, binary),
  { { NULL } },
};
