/* Derivatives of operators that only move values, and of sums over axes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/backward.h"

#include <string.h>

#include "base/error.h"

/* Reshape and its relatives: the order in memory stays. */
static gboolean
backward_same_order (const MienBackward *b, GError **error)
{
  for (gsize i = 0; i < b->output->n_elements; i++)
    b->grads[0][i] += b->grad[i];
  return TRUE;
}

static gboolean
backward_transpose (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const MienAttribute *perm = mien_node_find_attribute (b->node, "perm");
  gsize steps[MIEN_TENSOR_MAX_RANK]; /* of the input, in the order of the output */
  gint64 index[MIEN_TENSOR_MAX_RANK] = { 0 };
  gsize step = 1, from = 0;
  int rank = x->rank;

  for (int d = rank - 1; d >= 0; d--)
    {
      for (int o = 0; o < rank; o++)
        if ((perm != NULL ? perm->ints[o] : rank - 1 - o) == d)
          steps[o] = step;
      step *= (gsize) x->dims[d];
    }
  for (gsize i = 0; i < b->output->n_elements; i++)
    {
      b->grads[0][from] += b->grad[i];
      for (int d = rank - 1; d >= 0; d--)
        {
          from += steps[d];
          if (++index[d] < b->output->dims[d])
            break;
          from -= steps[d] * (gsize) b->output->dims[d];
          index[d] = 0;
        }
    }
  return TRUE;
}

static gboolean
backward_concat (const MienBackward *b, GError **error)
{
  gint64 axis = mien_node_get_int (b->node, "axis", 1);
  gsize outer = 1, inner = 1, at = 0, total;

  if (axis < 0)
    axis += b->output->rank;
  for (int d = 0; d < b->output->rank; d++)
    if (d != axis)
      *(d < axis ? &outer : &inner) *= (gsize) b->output->dims[d];
  total = (gsize) b->output->dims[axis] * inner;
  for (guint k = 0; k < b->n_inputs; k++)
    {
      gsize run = (gsize) b->inputs[k]->dims[axis] * inner;

      if (b->grads[k] != NULL)
        for (gsize o = 0; o < outer; o++)
          for (gsize i = 0; i < run; i++)
            b->grads[k][o * run + i] += b->grad[o * total + at + i];
      at += run;
    }
  return TRUE;
}

/* ReduceMean and ReduceSum. Which axes went is told by the shapes: along them the output has one
 * element. With keepdims the ranks agree; without, the axes say. */
static gboolean
backward_reduce (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const MienAttribute *axes = mien_node_find_attribute (b->node, "axes");
  gboolean reduced[MIEN_TENSOR_MAX_RANK] = { FALSE };
  gsize steps[MIEN_TENSOR_MAX_RANK], step = 1, to = 0;
  gint64 index[MIEN_TENSOR_MAX_RANK] = { 0 };
  const gint64 *list = axes != NULL ? axes->ints : NULL;
  gsize n_list = axes != NULL ? axes->n : 0;
  float scale = 1;

  if (b->n_inputs > 1 && b->inputs[1] != NULL)
    {
      list = b->inputs[1]->data;
      n_list = b->inputs[1]->n_elements;
    }
  for (gsize i = 0; i < n_list; i++)
    reduced[list[i] < 0 ? list[i] + x->rank : list[i]] = TRUE;
  for (int d = x->rank - 1; d >= 0; d--)
    {
      if (n_list == 0)
        reduced[d] = TRUE;
      steps[d] = reduced[d] ? 0 : step;
      step *= reduced[d] ? 1 : (gsize) x->dims[d];
    }
  if (strcmp (b->node->op_type, "ReduceMean") == 0)
    scale = (float) b->output->n_elements / (float) x->n_elements;
  for (gsize i = 0; i < x->n_elements; i++)
    {
      b->grads[0][i] += scale * b->grad[to];
      for (int d = x->rank - 1; d >= 0; d--)
        {
          to += steps[d];
          if (++index[d] < x->dims[d])
            break;
          to -= steps[d] * (gsize) x->dims[d];
          index[d] = 0;
        }
    }
  return TRUE;
}

/* Zero padding: the inside passes. */
static gboolean
backward_pad (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const MienAttribute *attribute = mien_node_find_attribute (b->node, "pads");
  const gint64 *pads = attribute != NULL ? attribute->ints : NULL;
  gint64 index[MIEN_TENSOR_MAX_RANK] = { 0 };

  if (b->n_inputs > 1 && b->inputs[1] != NULL)
    pads = b->inputs[1]->data;
  if (pads == NULL || strcmp (mien_node_get_string (b->node, "mode", "constant"), "constant") != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "node '%s': the derivative of Pad is known for constant padding", b->node->name);
      return FALSE;
    }
  for (gsize i = 0; i < x->n_elements; i++)
    {
      gint64 at = 0;

      for (int d = 0; d < x->rank; d++)
        at = at * b->output->dims[d] + index[d] + pads[d];
      b->grads[0][i] += b->grad[at];
      for (int d = x->rank - 1; d >= 0 && ++index[d] == x->dims[d]; d--)
        index[d] = 0;
    }
  return TRUE;
}

/* Split: each output is a run of the input along the axis. */
static gboolean
backward_split (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  gint64 axis = mien_node_get_int (b->node, "axis", 0);
  gsize inner = 1, run, total;

  if (axis < 0)
    axis += x->rank;
  for (int d = (int) axis + 1; d < x->rank; d++)
    inner *= (gsize) x->dims[d];
  run = (gsize) b->output->dims[axis] * inner;
  total = (gsize) x->dims[axis] * inner;
  for (gsize i = 0; i < b->output->n_elements; i++)
    b->grads[0][i / run * total + b->before * inner + i % run] += b->grad[i];
  return TRUE;
}

/* Integers of input @index or, before they were inputs, of an attribute; NULL when there are none.
 */
static gint64 *
dup_integers (const MienBackward *b, guint index, const char *attribute, gsize *n)
{
  const MienAttribute *a = mien_node_find_attribute (b->node, attribute);
  const MienTensor *t = index < b->n_inputs ? b->inputs[index] : NULL;
  gint64 *out;

  *n = 0;
  if (t == NULL)
    {
      if (a == NULL)
        return NULL;
      *n = a->n;
      return g_memdup2 (a->ints, a->n * sizeof *a->ints);
    }
  if (t->dtype != MIEN_DTYPE_I64 && t->dtype != MIEN_DTYPE_I32)
    return NULL;
  *n = t->n_elements;
  out = g_new (gint64, MAX (*n, 1));
  for (gsize i = 0; i < *n; i++)
    out[i] =
        t->dtype == MIEN_DTYPE_I64 ? ((const gint64 *) t->data)[i] : ((const gint32 *) t->data)[i];
  return out;
}

static gboolean
refuse_computed (const MienBackward *b, GError **error)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
               "node '%s': the derivative of %s is known for constant places", b->node->name,
               b->node->op_type);
  return FALSE;
}

static gboolean
backward_slice (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  gsize n, n_axes, n_steps;
  g_autofree gint64 *starts = dup_integers (b, 1, "starts", &n);
  g_autofree gint64 *axes = dup_integers (b, 3, "axes", &n_axes);
  g_autofree gint64 *steps = dup_integers (b, 4, "steps", &n_steps);
  gint64 begin[MIEN_TENSOR_MAX_RANK] = { 0 }, step[MIEN_TENSOR_MAX_RANK];
  gint64 index[MIEN_TENSOR_MAX_RANK] = { 0 };

  if (starts == NULL || (axes != NULL && n_axes != n) || (steps != NULL && n_steps != n))
    return refuse_computed (b, error);
  for (int d = 0; d < x->rank; d++)
    step[d] = 1;
  for (gsize i = 0; i < n; i++)
    {
      gint64 d = axes != NULL ? axes[i] : (gint64) i;
      gint64 size;

      d += d < 0 ? x->rank : 0;
      size = x->dims[d];
      step[d] = steps != NULL ? steps[i] : 1;
      begin[d] = CLAMP (starts[i] < 0 ? starts[i] + size : starts[i], 0, MAX (size - 1, 0));
    }
  for (gsize i = 0; i < b->output->n_elements; i++)
    {
      gint64 at = 0;

      for (int d = 0; d < x->rank; d++)
        at = at * x->dims[d] + begin[d] + index[d] * step[d];
      b->grads[0][at] += b->grad[i];
      for (int d = x->rank - 1; d >= 0 && ++index[d] == b->output->dims[d]; d--)
        index[d] = 0;
    }
  return TRUE;
}

static gboolean
backward_gather (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  gint64 axis = mien_node_get_int (b->node, "axis", 0);
  gsize n, inner = 1, outer = 1;
  g_autofree gint64 *places = dup_integers (b, 1, "", &n);

  if (places == NULL)
    return refuse_computed (b, error);
  if (axis < 0)
    axis += x->rank;
  for (int d = 0; d < x->rank; d++)
    if (d != axis)
      *(d < axis ? &outer : &inner) *= (gsize) x->dims[d];
  for (gsize o = 0; o < outer; o++)
    for (gsize k = 0; k < n; k++)
      {
        gint64 place = places[k] < 0 ? places[k] + x->dims[axis] : places[k];

        for (gsize i = 0; i < inner; i++)
          b->grads[0][(o * (gsize) x->dims[axis] + (gsize) place) * inner + i] +=
              b->grad[(o * n + k) * inner + i];
      }
  return TRUE;
}

const MienBackwardEntry mien_backward_shapes[] = {
  { "Split", backward_split },
  { "Slice", backward_slice },
  { "Gather", backward_gather },
  { "Reshape", backward_same_order },
  { "Flatten", backward_same_order },
  { "Squeeze", backward_same_order },
  { "Unsqueeze", backward_same_order },
  { "Identity", backward_same_order },
  { "Dropout", backward_same_order },
  { "Cast", backward_same_order },
  { "Transpose", backward_transpose },
  { "Concat", backward_concat },
  { "ReduceMean", backward_reduce },
  { "ReduceSum", backward_reduce },
  { "Pad", backward_pad },
  { NULL, NULL },
};
