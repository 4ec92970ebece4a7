/* Operators on any number of tensors: Max, Min, Sum, Mean; and Where.
 * Reference: ONNX operators of those names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/broadcast.h"
#include "nn/node-private.h"

/* The operators are the binary ones applied from left to right. */
static const char *
pair_operator (const MienOpCall *call)
{
  const char *op_type = call->node->op_type;

  return strcmp (op_type, "Max") == 0 || strcmp (op_type, "Min") == 0 ? op_type : "Add";
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  MienOpValue out = call->in[0];
  gboolean only_float = strcmp (pair_operator (call), "Add") == 0;

  for (guint i = 0; i < call->n_in; i++)
    {
      if (!mien_op_has_input (call, i) || call->in[i].dtype != out.dtype)
        return mien_op_fail (call, error, "input %u is missing or of another type", i);
      if (!mien_op_broadcast (&out, &out, &call->in[i]))
        return mien_op_fail (call, error, "the shapes of the inputs do not broadcast");
    }
  if (out.dtype == MIEN_DTYPE_F64 || out.dtype == MIEN_DTYPE_F16 || out.dtype == MIEN_DTYPE_BF16
      || out.dtype == MIEN_DTYPE_BOOL || (only_float && out.dtype != MIEN_DTYPE_F32))
    return mien_op_unsupported (call, error, "inputs of %s", mien_dtype_get_name (out.dtype));
  mien_op_set_output (call, 0, out.dtype, out.rank, out.dims);
  return TRUE;
}

#define COMBINE(type)                                                                              \
  do                                                                                               \
    {                                                                                              \
      const type *b = (const type *) x + at;                                                       \
      type *y = (type *) to;                                                                       \
                                                                                                   \
      for (gsize i = 0; i < n; i++, b += step)                                                     \
        y[i] = what == 'M'   ? (y[i] > *b || y[i] != y[i] ? y[i] : *b)                             \
               : what == 'm' ? (y[i] < *b || y[i] != y[i] ? y[i] : *b)                             \
                             : (type) (y[i] + *b);                                                 \
    }                                                                                              \
  while (0)

static void
combine_row (MienDType dtype, char what, const void *x, gsize at, gsize step, void *to, gsize n)
{
  switch (dtype)
    {
    case MIEN_DTYPE_I8:
      COMBINE (gint8);
      break;
    case MIEN_DTYPE_U8:
      COMBINE (guint8);
      break;
    case MIEN_DTYPE_I16:
      COMBINE (gint16);
      break;
    case MIEN_DTYPE_U16:
      COMBINE (guint16);
      break;
    case MIEN_DTYPE_I32:
    case MIEN_DTYPE_U32:
      if (dtype == MIEN_DTYPE_I32)
        COMBINE (gint32);
      else
        COMBINE (guint32);
      break;
    case MIEN_DTYPE_I64:
      COMBINE (gint64);
      break;
    case MIEN_DTYPE_U64:
      COMBINE (guint64);
      break;
    default:
      COMBINE (float);
      break;
    }
}

static void
copy_row (gsize size, const guint8 *x, gsize at, gsize step, guint8 *to, gsize n)
{
  if (step == 1)
    memcpy (to, x + at * size, n * size);
  else
    for (gsize i = 0; i < n; i++)
      memcpy (to + i * size, x + at * size, size);
}

static gboolean
run_variadic (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const char *op_type = call->node->op_type;
  MienTensor *y = run->out[0];
  gsize size = mien_dtype_get_size (y->dtype);
  char what = strcmp (op_type, "Max") == 0 ? 'M' : strcmp (op_type, "Min") == 0 ? 'm' : '+';

  for (guint k = 0; k < call->n_in && y->n_elements > 0; k++)
    {
      const MienOpValue *in[] = { &call->in[k] };
      MienBroadcast broadcast;
      gsize row;

      mien_broadcast_init (&broadcast, &call->out[0], in, 1);
      row = mien_broadcast_row (&broadcast);
      for (gsize r = 0; r < broadcast.n_rows; r++)
        {
          guint8 *to = (guint8 *) y->data + r * row * size;
          gsize at;

          mien_broadcast_locate (&broadcast, r, &at);
          if (k == 0)
            copy_row (size, run->in[0]->data, at, mien_broadcast_step (&broadcast, 0), to, row);
          else
            combine_row (y->dtype, what, run->in[k]->data, at, mien_broadcast_step (&broadcast, 0),
                         to, row);
        }
    }
  if (strcmp (op_type, "Mean") == 0)
    for (gsize i = 0; i < y->n_elements; i++)
      mien_tensor_f32 (y)[i] /= (float) call->n_in;
  return TRUE;
}

static gboolean
where_infer (MienOpCall *call, GError **error)
{
  MienOpValue out = call->in[1];
  const MienOpValue *in[] = { &call->in[0], &call->in[1], &call->in[2] };
  MienBroadcast *broadcast;

  if (!mien_op_check_type (call, 0, MIEN_DTYPE_BOOL, error))
    return FALSE;
  if (call->in[1].dtype != call->in[2].dtype)
    return mien_op_fail (call, error, "the two choices are of different types");
  if (!mien_op_broadcast (&out, &out, &call->in[2])
      || !mien_op_broadcast (&out, &out, &call->in[0]))
    return mien_op_fail (call, error, "the shapes of the inputs do not broadcast");
  broadcast = g_new0 (MienBroadcast, 1);
  call->state = broadcast;
  call->free_state = g_free;
  mien_broadcast_init (broadcast, &out, in, 3);
  mien_op_set_output (call, 0, out.dtype, out.rank, out.dims);
  return TRUE;
}

static gboolean
where_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienBroadcast *broadcast = call->state;
  gsize row = mien_broadcast_row (broadcast), size = mien_dtype_get_size (call->out[0].dtype);
  const guint8 *condition = run->in[0]->data;
  guint8 *to = run->out[0]->data;

  for (gsize r = 0; r < broadcast->n_rows && row > 0; r++)
    {
      gsize at[3];

      mien_broadcast_locate (broadcast, r, at);
      for (gsize i = 0; i < row; i++, to += size)
        {
          guint from = condition[at[0] + i * mien_broadcast_step (broadcast, 0)] ? 1 : 2;
          gsize element = at[from] + i * mien_broadcast_step (broadcast, from);

          memcpy (to, (const guint8 *) run->in[from]->data + element * size, size);
        }
    }
  return TRUE;
}

const MienOp mien_ops_variadic[] = {
  { "Max", "", MIEN_OP_ANY, 1, 0, 1, infer, NULL, run_variadic },
  { "Min", "", MIEN_OP_ANY, 1, 0, 1, infer, NULL, run_variadic },
  { "Sum", "", MIEN_OP_ANY, 1, 0, 1, infer, NULL, run_variadic },
  { "Mean", "", MIEN_OP_ANY, 1, 0, 1, infer, NULL, run_variadic },
  { "Where", "", MIEN_OP_ANY, 3, 3, 1, where_infer, NULL, where_run },
  { NULL },
};
