/* Derivatives of operators that work element by element, with broadcasting where they have it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/backward.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* dy/dx at input x and output y. */
typedef float (*SlopeFunc) (const MienNode *node, float x, float y);

static float
slope_leaky (const MienNode *node, float x, float y)
{
  return x >= 0 ? 1 : mien_node_get_float (node, "alpha", 0.01f);
}

static float
slope_elu (const MienNode *node, float x, float y)
{
  return x >= 0 ? 1 : y + mien_node_get_float (node, "alpha", 1);
}

static float
slope_sigmoid (const MienNode *node, float x, float y)
{
  return y * (1 - y);
}

static float
slope_tanh (const MienNode *node, float x, float y)
{
  return 1 - y * y;
}

static float
slope_hard_sigmoid (const MienNode *node, float x, float y)
{
  return y > 0 && y < 1 ? mien_node_get_float (node, "alpha", 0.2f) : 0;
}

static float
slope_hard_swish (const MienNode *node, float x, float y)
{
  if (x <= -3)
    return 0;
  return x >= 3 ? 1 : (2 * x + 3) / 6;
}

static float
slope_softplus (const MienNode *node, float x, float y)
{
  return 1 / (1 + expf (-x));
}

static float
slope_exp (const MienNode *node, float x, float y)
{
  return y;
}

static float
slope_log (const MienNode *node, float x, float y)
{
  return 1 / x;
}

static float
slope_sqrt (const MienNode *node, float x, float y)
{
  return y > 0 ? 0.5f / y : 0;
}

static float
slope_reciprocal (const MienNode *node, float x, float y)
{
  return -y * y;
}

static float
slope_neg (const MienNode *node, float x, float y)
{
  return -1;
}

static float
slope_abs (const MienNode *node, float x, float y)
{
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

static float
slope_erf (const MienNode *node, float x, float y)
{
  return (float) M_2_SQRTPI * expf (-x * x);
}

static const struct
{
  const char *op_type;
  SlopeFunc slope;
} slopes[] = {
  { "LeakyRelu", slope_leaky },
  { "Elu", slope_elu },
  { "Sigmoid", slope_sigmoid },
  { "Tanh", slope_tanh },
  { "HardSigmoid", slope_hard_sigmoid },
  { "HardSwish", slope_hard_swish },
  { "Softplus", slope_softplus },
  { "Exp", slope_exp },
  { "Log", slope_log },
  { "Sqrt", slope_sqrt },
  { "Reciprocal", slope_reciprocal },
  { "Neg", slope_neg },
  { "Abs", slope_abs },
  { "Erf", slope_erf },
};

static gboolean
backward_slope (const MienBackward *b, GError **error)
{
  const float *x = mien_tensor_f32 (b->inputs[0]);
  const float *y = mien_tensor_f32 (b->output);

  for (gsize s = 0; s < G_N_ELEMENTS (slopes); s++)
    if (strcmp (slopes[s].op_type, b->node->op_type) == 0)
      for (gsize i = 0; i < b->output->n_elements; i++)
        b->grads[0][i] += b->grad[i] * slopes[s].slope (b->node, x[i], y[i]);
  return TRUE;
}

/* Where the guided rule acts: Springenberg et al. 2015, figure 1. */
static gboolean
backward_relu (const MienBackward *b, GError **error)
{
  const float *x = mien_tensor_f32 (b->inputs[0]);
  gboolean guided = b->rule == MIEN_GRADIENT_GUIDED;

  for (gsize i = 0; i < b->output->n_elements; i++)
    if (x[i] > 0 && (!guided || b->grad[i] > 0))
      b->grads[0][i] += b->grad[i];
  return TRUE;
}

static gboolean
backward_clip (const MienBackward *b, GError **error)
{
  const float *x = mien_tensor_f32 (b->inputs[0]);
  float lo = mien_node_get_float (b->node, "min", -INFINITY);
  float hi = mien_node_get_float (b->node, "max", INFINITY);
  gboolean guided = b->rule == MIEN_GRADIENT_GUIDED;

  if (b->n_inputs > 1 && b->inputs[1] != NULL)
    lo = mien_tensor_f32 (b->inputs[1])[0];
  if (b->n_inputs > 2 && b->inputs[2] != NULL)
    hi = mien_tensor_f32 (b->inputs[2])[0];
  /* ReLU6 is a rectifier, a Clip with a bound below zero is none. */
  guided = guided && lo == 0;
  for (gsize i = 0; i < b->output->n_elements; i++)
    if (x[i] > lo && x[i] < hi && (!guided || b->grad[i] > 0))
      b->grads[0][i] += b->grad[i];
  return TRUE;
}

/* Walks all elements of the output with the offsets of two broadcast inputs. */
typedef struct
{
  int rank;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gint64 index[MIEN_TENSOR_MAX_RANK];
  gsize step[2][MIEN_TENSOR_MAX_RANK];
  gsize offset[2];
} Walk;

static void
walk_init (Walk *walk, const MienBackward *b)
{
  memset (walk, 0, sizeof *walk);
  walk->rank = b->output->rank;
  memcpy (walk->dims, b->output->dims, sizeof walk->dims);
  for (int k = 0; k < 2; k++)
    {
      const MienTensor *in = b->inputs[k];
      gsize step = 1;

      for (int d = in->rank - 1; d >= 0; d--)
        {
          walk->step[k][d + walk->rank - in->rank] = in->dims[d] == 1 ? 0 : step;
          step *= (gsize) in->dims[d];
        }
    }
}

static void
walk_next (Walk *walk)
{
  for (int d = walk->rank - 1; d >= 0; d--)
    {
      walk->index[d]++;
      walk->offset[0] += walk->step[0][d];
      walk->offset[1] += walk->step[1][d];
      if (walk->index[d] < walk->dims[d])
        return;
      walk->offset[0] -= walk->step[0][d] * (gsize) walk->dims[d];
      walk->offset[1] -= walk->step[1][d] * (gsize) walk->dims[d];
      walk->index[d] = 0;
    }
}

/* Both slopes of z (x, y). */
typedef void (*PairFunc) (float x, float y, float z, float *dx, float *dy);

static void
pair_add (float x, float y, float z, float *dx, float *dy)
{
  *dx = *dy = 1;
}

static void
pair_sub (float x, float y, float z, float *dx, float *dy)
{
  *dx = 1;
  *dy = -1;
}

static void
pair_mul (float x, float y, float z, float *dx, float *dy)
{
  *dx = y;
  *dy = x;
}

static void
pair_div (float x, float y, float z, float *dx, float *dy)
{
  *dx = 1 / y;
  *dy = -z / y;
}

static void
pair_pow (float x, float y, float z, float *dx, float *dy)
{
  *dx = y == 0 ? 0 : y * powf (x, y - 1);
  *dy = x > 0 ? z * logf (x) : 0;
}

static void
pair_max (float x, float y, float z, float *dx, float *dy)
{
  *dx = x >= y;
  *dy = y > x;
}

static void
pair_min (float x, float y, float z, float *dx, float *dy)
{
  *dx = x <= y;
  *dy = y < x;
}

static void
pair_prelu (float x, float y, float z, float *dx, float *dy)
{
  *dx = x >= 0 ? 1 : y;
  *dy = x >= 0 ? 0 : x;
}

static const struct
{
  const char *op_type;
  PairFunc pair;
} pairs[] = {
  { "Add", pair_add }, { "Sub", pair_sub }, { "Mul", pair_mul }, { "Div", pair_div },
  { "Pow", pair_pow }, { "Max", pair_max }, { "Min", pair_min }, { "PRelu", pair_prelu },
};

static gboolean
backward_pair (const MienBackward *b, GError **error)
{
  PairFunc pair = NULL;
  const float *z = mien_tensor_f32 (b->output);
  Walk walk;

  for (gsize p = 0; p < G_N_ELEMENTS (pairs); p++)
    if (strcmp (pairs[p].op_type, b->node->op_type) == 0)
      pair = pairs[p].pair;
  if (b->n_inputs != 2 || b->inputs[0]->dtype != MIEN_DTYPE_F32
      || b->inputs[1]->dtype != MIEN_DTYPE_F32)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "node '%s': the derivative of %s is known for two float32 inputs", b->node->name,
                   b->node->op_type);
      return FALSE;
    }
  walk_init (&walk, b);
  for (gsize i = 0; i < b->output->n_elements; i++, walk_next (&walk))
    {
      float dx, dy;

      pair (mien_tensor_f32 (b->inputs[0])[walk.offset[0]],
            mien_tensor_f32 (b->inputs[1])[walk.offset[1]], z[i], &dx, &dy);
      if (b->grads[0] != NULL)
        b->grads[0][walk.offset[0]] += b->grad[i] * dx;
      if (b->grads[1] != NULL)
        b->grads[1][walk.offset[1]] += b->grad[i] * dy;
    }
  return TRUE;
}

/* The axis and the sizes of what lies before, along and after it. */
static void
split_at_axis (const MienTensor *tensor, gint64 axis, gsize *outer, gsize *along, gsize *inner)
{
  *outer = *along = *inner = 1;
  for (int d = 0; d < tensor->rank; d++)
    *(d < axis ? outer : d == axis ? along : inner) *= (gsize) tensor->dims[d];
}

static gboolean
backward_softmax (const MienBackward *b, GError **error)
{
  gboolean is_log = strcmp (b->node->op_type, "LogSoftmax") == 0;
  gint64 axis = mien_node_get_int (b->node, "axis", b->opset >= 13 ? -1 : 1);
  const float *y = mien_tensor_f32 (b->output);
  gsize outer, along, inner;

  if (axis < 0)
    axis += b->output->rank;
  split_at_axis (b->output, axis, &outer, &along, &inner);
  if (b->opset < 13)
    {
      /* Until opset 12 everything from the axis on was one dimension. */
      along *= inner;
      inner = 1;
    }
  for (gsize o = 0; o < outer; o++)
    for (gsize i = 0; i < inner; i++)
      {
        gsize at = o * along * inner + i;
        double sum = 0;

        for (gsize a = 0; a < along; a++)
          sum += (double) b->grad[at + a * inner] * (is_log ? 1 : y[at + a * inner]);
        for (gsize a = 0; a < along; a++)
          {
            gsize k = at + a * inner;

            b->grads[0][k] +=
                is_log ? b->grad[k] - expf (y[k]) * (float) sum : y[k] * (b->grad[k] - (float) sum);
          }
      }
  return TRUE;
}

const MienBackwardEntry mien_backward_elementwise[] = {
  { "Relu", backward_relu },
  { "Clip", backward_clip },
  { "LeakyRelu", backward_slope },
  { "Elu", backward_slope },
  { "Sigmoid", backward_slope },
  { "Tanh", backward_slope },
  { "HardSigmoid", backward_slope },
  { "HardSwish", backward_slope },
  { "Softplus", backward_slope },
  { "Exp", backward_slope },
  { "Log", backward_slope },
  { "Sqrt", backward_slope },
  { "Reciprocal", backward_slope },
  { "Neg", backward_slope },
  { "Abs", backward_slope },
  { "Erf", backward_slope },
  { "Add", backward_pair },
  { "Sub", backward_pair },
  { "Mul", backward_pair },
  { "Div", backward_pair },
  { "Pow", backward_pair },
  { "Max", backward_pair },
  { "Min", backward_pair },
  { "PRelu", backward_pair },
  { "Softmax", backward_softmax },
  { "LogSoftmax", backward_softmax },
  { NULL, NULL },
};
