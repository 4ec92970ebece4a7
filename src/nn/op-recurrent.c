/* Recurrent layers: RNN, GRU, LSTM, in both directions.
 * Reference: ONNX operators of those names; Hochreiter & Schmidhuber 1997, Cho et al. 2014.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "nn/op.h"

/* Inputs, in the order of all three operators; INITIAL_C and PEEPHOLE are LSTM's alone. */
enum
{
  IN_X,
  IN_W,
  IN_R,
  IN_B,
  IN_LENGTHS,
  IN_INITIAL_H,
  IN_INITIAL_C,
  IN_PEEPHOLE,
};

typedef enum
{
  FUNC_SIGMOID,
  FUNC_TANH,
  FUNC_RELU,
  FUNC_AFFINE,
  FUNC_LEAKY,
  FUNC_THRESHOLDED,
  FUNC_SCALED_TANH,
  FUNC_HARD_SIGMOID,
  FUNC_ELU,
  FUNC_SOFTSIGN,
  FUNC_SOFTPLUS,
} FuncKind;

/* alpha and beta are what the ONNX text gives as their defaults. */
static const struct
{
  const char *name;
  FuncKind kind;
  float alpha, beta;
} funcs[] = {
  { "Sigmoid", FUNC_SIGMOID, 0, 0 },
  { "Tanh", FUNC_TANH, 0, 0 },
  { "Relu", FUNC_RELU, 0, 0 },
  { "Affine", FUNC_AFFINE, 1, 0 },
  { "LeakyRelu", FUNC_LEAKY, 0.01f, 0 },
  { "ThresholdedRelu", FUNC_THRESHOLDED, 1, 0 },
  { "ScaledTanh", FUNC_SCALED_TANH, 1, 1 },
  { "HardSigmoid", FUNC_HARD_SIGMOID, 0.2f, 0.5f },
  { "Elu", FUNC_ELU, 1, 0 },
  { "Softsign", FUNC_SOFTSIGN, 0, 0 },
  { "Softplus", FUNC_SOFTPLUS, 0, 0 },
};

typedef struct
{
  FuncKind kind;
  float alpha, beta;
} Func;

typedef struct
{
  char what; /* 'R', 'G', 'L' */
  int n_gates, n_funcs, n_directions;
  int time, batch, input, hidden;
  gboolean first_backward; /* direction 0 runs from the end */
  gboolean linear_before_reset, couple, batch_first;
  float clip; /* 0: none */
  Func func[2][3];
} Recurrent;

static float
apply (const Recurrent *r, const Func *func, float x)
{
  if (r->clip > 0)
    x = fminf (fmaxf (x, -r->clip), r->clip);
  switch (func->kind)
    {
    case FUNC_SIGMOID:
      return 1.0f / (1.0f + expf (-x));
    case FUNC_TANH:
      return tanhf (x);
    case FUNC_RELU:
      return fmaxf (x, 0);
    case FUNC_AFFINE:
      return func->alpha * x + func->beta;
    case FUNC_LEAKY:
      return x < 0 ? func->alpha * x : x;
    case FUNC_THRESHOLDED:
      return x >= func->alpha ? x : 0;
    case FUNC_SCALED_TANH:
      return func->alpha * tanhf (func->beta * x);
    case FUNC_HARD_SIGMOID:
      return fminf (fmaxf (func->alpha * x + func->beta, 0), 1);
    case FUNC_ELU:
      return x >= 0 ? x : func->alpha * (expf (x) - 1);
    case FUNC_SOFTSIGN:
      return x / (1 + fabsf (x));
    case FUNC_SOFTPLUS:
      return x > 0 ? x + log1pf (expf (-x)) : log1pf (expf (x));
    }
  return x;
}

static gboolean
set_func (const MienOpCall *call, Func *func, const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (funcs); i++)
    if (g_ascii_strcasecmp (funcs[i].name, name) == 0)
      {
        *func = (Func){ funcs[i].kind, funcs[i].alpha, funcs[i].beta };
        return TRUE;
      }
  return mien_op_unsupported (call, error, "activation '%s'", name);
}

static gboolean
read_funcs (const MienOpCall *call, Recurrent *r, GError **error)
{
  static const char *const defaults[3] = { "Sigmoid", "Tanh", "Tanh" };
  const MienAttribute *names = mien_node_find_attribute (call->node, "activations");
  const MienAttribute *alpha = mien_node_find_attribute (call->node, "activation_alpha");
  const MienAttribute *beta = mien_node_find_attribute (call->node, "activation_beta");
  gsize n = (gsize) (r->n_funcs * r->n_directions);

  if (names != NULL && (names->type != MIEN_ATTRIBUTE_STRINGS || names->n != n))
    return mien_op_fail (call, error, "activations are not %" G_GSIZE_FORMAT " names", n);
  for (gsize i = 0; i < n; i++)
    {
      gsize at = i % (gsize) r->n_funcs;
      Func *func = &r->func[i / (gsize) r->n_funcs][at];
      const char *name = names != NULL ? names->strings[i] : r->what == 'R' ? "Tanh" : defaults[at];

      if (!set_func (call, func, name, error))
        return FALSE;
      if (alpha != NULL && alpha->type == MIEN_ATTRIBUTE_FLOATS && i < alpha->n)
        func->alpha = alpha->floats[i];
      if (beta != NULL && beta->type == MIEN_ATTRIBUTE_FLOATS && i < beta->n)
        func->beta = beta->floats[i];
    }
  return TRUE;
}

static gboolean
has_shape (const MienOpCall *call, guint index, int rank, gint64 a, gint64 b, gint64 c)
{
  const MienOpValue *v;

  if (!mien_op_has_input (call, index))
    return TRUE;
  v = &call->in[index];
  return v->rank == rank && v->dims[0] == a && (rank < 2 || v->dims[1] == b)
         && (rank < 3 || v->dims[2] == c);
}

static gboolean
check_shapes (const MienOpCall *call, const Recurrent *r, GError **error)
{
  gint64 d = r->n_directions, g = r->n_gates, h = r->hidden;
  gint64 first = r->batch_first ? r->batch : d, second = r->batch_first ? d : r->batch;

  if (has_shape (call, IN_W, 3, d, g * h, r->input) && has_shape (call, IN_R, 3, d, g * h, h)
      && has_shape (call, IN_B, 2, d, 2 * g * h, 0)
      && has_shape (call, IN_LENGTHS, 1, r->batch, 0, 0)
      && has_shape (call, IN_INITIAL_H, 3, first, second, h)
      && has_shape (call, IN_INITIAL_C, 3, first, second, h)
      && has_shape (call, IN_PEEPHOLE, 2, d, 3 * h, 0))
    return TRUE;
  return mien_op_fail (call, error, "weights, bias or initial state do not fit");
}

static gboolean
read_direction (const MienOpCall *call, Recurrent *r, GError **error)
{
  const char *direction = mien_node_get_string (call->node, "direction", "forward");

  r->n_directions = strcmp (direction, "bidirectional") == 0 ? 2 : 1;
  r->first_backward = strcmp (direction, "reverse") == 0;
  if (r->n_directions == 1 && !r->first_backward && strcmp (direction, "forward") != 0)
    return mien_op_fail (call, error, "direction '%s'", direction);
  return TRUE;
}

static void
set_outputs (MienOpCall *call, const Recurrent *r)
{
  gint64 y[] = { r->time, r->n_directions, r->batch, r->hidden };
  gint64 y_batch_first[] = { r->batch, r->time, r->n_directions, r->hidden };
  gint64 state[] = { r->n_directions, r->batch, r->hidden };
  gint64 state_batch_first[] = { r->batch, r->n_directions, r->hidden };

  mien_op_set_output (call, 0, MIEN_DTYPE_F32, 4, r->batch_first ? y_batch_first : y);
  for (guint i = 1; i < call->n_out; i++)
    mien_op_set_output (call, i, MIEN_DTYPE_F32, 3, r->batch_first ? state_batch_first : state);
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[IN_X];
  gint64 hidden = mien_node_get_int (call->node, "hidden_size", -1);
  Recurrent *r = g_new0 (Recurrent, 1);

  call->state = r;
  call->free_state = g_free;
  for (guint i = 0; i < call->n_in; i++)
    if (!mien_op_check_type (call, i, i == IN_LENGTHS ? MIEN_DTYPE_I32 : MIEN_DTYPE_F32, error))
      return FALSE;
  r->what = *call->node->op_type;
  r->n_gates = r->what == 'R' ? 1 : r->what == 'G' ? 3 : 4;
  r->n_funcs = r->what == 'R' ? 1 : r->what == 'G' ? 2 : 3;
  r->batch_first = mien_node_get_int (call->node, "layout", 0) != 0;
  if (x->rank != 3 || call->in[IN_R].rank != 3)
    return mien_op_fail (call, error, "an input of rank %d", x->rank);
  if (hidden < 0)
    hidden = call->in[IN_R].dims[2];
  if (hidden < 1 || hidden > 1 << 20 || x->dims[0] > G_MAXINT / 2 || x->dims[1] > G_MAXINT / 2
      || x->dims[2] > G_MAXINT / 2 || x->dims[2] < 1)
    return mien_op_fail (call, error, "a hidden size of %" G_GINT64_FORMAT, hidden);
  r->time = (int) x->dims[r->batch_first ? 1 : 0];
  r->batch = (int) x->dims[r->batch_first ? 0 : 1];
  r->input = (int) x->dims[2];
  r->hidden = (int) hidden;
  r->clip = mien_node_get_float (call->node, "clip", 0.0f);
  r->linear_before_reset = mien_node_get_int (call->node, "linear_before_reset", 0) != 0;
  r->couple = mien_node_get_int (call->node, "input_forget", 0) != 0;
  if (!read_direction (call, r, error) || !check_shapes (call, r, error)
      || !read_funcs (call, r, error))
    return FALSE;
  set_outputs (call, r);
  call->flops = 2.0 * r->time * r->batch * r->n_directions * r->n_gates * (double) hidden
                * (r->input + (double) hidden);
  /* Gates of the input, gates of the state, the state h, the state c, r * h. */
  call->workspace =
      sizeof (float) * (gsize) r->batch * (gsize) r->hidden * (2 * (gsize) r->n_gates + 3);
  return TRUE;
}

/* One direction, while it runs. */
typedef struct
{
  const Recurrent *r;
  const MienOpRun *run;
  const Func *func;
  const float *w, *recurrence, *bias, *peephole;
  float *from_x; /* [batch, gates, hidden] */
  float *from_h; /* [batch, gates, hidden] */
  float *h, *c;  /* [batch, hidden] */
  float *reset;  /* [batch, hidden] */
  int direction;
} Cell;

/* y[batch, rows] = x[batch, k] * w[rows, k]^T */
static void
multiply (
    int batch, int rows, int k, const float *x, int x_step, const float *w, float *y, int y_step)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, batch, rows, k, 1.0f, x, x_step, w, k, 0.0f,
               y, y_step);
}

static float
bias_at (const Cell *cell, int gate, int i, gboolean of_state)
{
  const Recurrent *r = cell->r;

  if (cell->bias == NULL)
    return 0;
  return cell->bias[((of_state ? r->n_gates : 0) + gate) * r->hidden + i];
}

/* Sum of what comes from the input and from the state, biases included. */
static float
gate_sum (const Cell *cell, int b, int gate, int i)
{
  gsize at =
      ((gsize) b * (gsize) cell->r->n_gates + (gsize) gate) * (gsize) cell->r->hidden + (gsize) i;

  return cell->from_x[at] + cell->from_h[at] + bias_at (cell, gate, i, FALSE)
         + bias_at (cell, gate, i, TRUE);
}

static void
step_rnn (Cell *cell, int b)
{
  for (int i = 0; i < cell->r->hidden; i++)
    cell->h[(gsize) b * (gsize) cell->r->hidden + (gsize) i] =
        apply (cell->r, &cell->func[0], gate_sum (cell, b, 0, i));
}

/* Gates of W and R: input, output, forget, cell. Peepholes: input, output, forget. */
static void
step_lstm (Cell *cell, int b)
{
  const Recurrent *r = cell->r;

  for (int i = 0; i < r->hidden; i++)
    {
      gsize at = (gsize) b * (gsize) r->hidden + (gsize) i;
      const float *p = cell->peephole;
      float c = cell->c[at], in, out, forget;

      in = apply (r, &cell->func[0], gate_sum (cell, b, 0, i) + (p != NULL ? p[i] * c : 0));
      forget = apply (r, &cell->func[0],
                      gate_sum (cell, b, 2, i) + (p != NULL ? p[2 * r->hidden + i] * c : 0));
      if (r->couple)
        forget = 1 - in;
      c = forget * c + in * apply (r, &cell->func[1], gate_sum (cell, b, 3, i));
      out = apply (r, &cell->func[0],
                   gate_sum (cell, b, 1, i) + (p != NULL ? p[r->hidden + i] * c : 0));
      cell->c[at] = c;
      cell->h[at] = out * apply (r, &cell->func[2], c);
    }
}

/* Gates: update, reset, hidden. */
static void
step_gru (Cell *cell, int b)
{
  const Recurrent *r = cell->r;
  gsize n = (gsize) r->hidden, row = (gsize) b * n;
  float *hidden_gate = cell->from_h + ((gsize) b * 3 + 2) * n;

  for (int i = 0; i < r->hidden; i++)
    cell->reset[row + (gsize) i] = apply (r, &cell->func[0], gate_sum (cell, b, 1, i));
  if (!r->linear_before_reset)
    {
      float *reset_h = cell->reset + row;

      for (gsize i = 0; i < n; i++)
        reset_h[i] *= cell->h[row + i];
      multiply (1, r->hidden, r->hidden, reset_h, r->hidden, cell->recurrence + 2 * n * n,
                hidden_gate, r->hidden);
    }
  for (int i = 0; i < r->hidden; i++)
    {
      gsize at = row + (gsize) i;
      float z = apply (r, &cell->func[0], gate_sum (cell, b, 0, i));
      float from_state = hidden_gate[i] + bias_at (cell, 2, i, TRUE);
      float candidate;

      if (r->linear_before_reset)
        from_state *= cell->reset[at];
      candidate = apply (r, &cell->func[1],
                         cell->from_x[((gsize) b * 3 + 2) * n + (gsize) i]
                             + bias_at (cell, 2, i, FALSE) + from_state);
      cell->h[at] = (1 - z) * candidate + z * cell->h[at];
    }
}

/* Rows of Y and of the states, whichever way the file lays them out. */
static gsize
row_of_output (const Recurrent *r, int t, int direction, int b)
{
  gsize d = (gsize) r->n_directions;

  return r->batch_first ? ((gsize) b * (gsize) r->time + (gsize) t) * d + (gsize) direction
                        : ((gsize) t * d + (gsize) direction) * (gsize) r->batch + (gsize) b;
}

static gsize
row_of_state (const Recurrent *r, int direction, int b)
{
  return r->batch_first ? (gsize) b * (gsize) r->n_directions + (gsize) direction
                        : (gsize) direction * (gsize) r->batch + (gsize) b;
}

/* One time step of one sequence: t counts in the order the direction runs. */
static void
step_sequence (Cell *cell, int t, int b, int length)
{
  const Recurrent *r = cell->r;
  gboolean backward = cell->direction == 1 || r->first_backward;
  int at = backward ? length - 1 - t : t, gates = r->n_gates * r->hidden;
  gsize x_row = r->batch_first ? (gsize) b * (gsize) r->time + (gsize) at
                               : (gsize) at * (gsize) r->batch + (gsize) b;
  gsize n = (gsize) r->hidden;

  multiply (1, gates, r->input, mien_tensor_f32 (cell->run->in[IN_X]) + x_row * (gsize) r->input,
            r->input, cell->w, cell->from_x + (gsize) b * (gsize) gates, gates);
  multiply (1, gates, r->hidden, cell->h + (gsize) b * n, r->hidden, cell->recurrence,
            cell->from_h + (gsize) b * (gsize) gates, gates);
  if (r->what == 'R')
    step_rnn (cell, b);
  else if (r->what == 'G')
    step_gru (cell, b);
  else
    step_lstm (cell, b);
  if (cell->run->out[0] != NULL)
    memcpy (mien_tensor_f32 (cell->run->out[0]) + row_of_output (r, at, cell->direction, b) * n,
            cell->h + (gsize) b * n, n * sizeof (float));
}

static void
init_state (const MienOpCall *call, const Cell *cell, guint input, float *state)
{
  const Recurrent *r = cell->r;
  gsize n = (gsize) r->hidden;

  memset (state, 0, (gsize) r->batch * n * sizeof (float));
  for (int b = 0; b < r->batch && mien_op_has_input (call, input); b++)
    memcpy (state + (gsize) b * n,
            mien_tensor_f32 (cell->run->in[input]) + row_of_state (r, cell->direction, b) * n,
            n * sizeof (float));
}

static void
init_cell (const MienOpCall *call, const MienOpRun *run, int direction, Cell *cell)
{
  const Recurrent *r = call->state;
  gsize d = (gsize) direction, g = (gsize) r->n_gates, h = (gsize) r->hidden;
  gsize floats = (gsize) r->batch * h;
  float *space = run->workspace;

  *cell = (Cell){ .r = r, .run = run, .func = r->func[direction], .direction = direction };
  cell->w = mien_tensor_f32 (run->in[IN_W]) + d * g * h * (gsize) r->input;
  cell->recurrence = mien_tensor_f32 (run->in[IN_R]) + d * g * h * h;
  if (mien_op_has_input (call, IN_B))
    cell->bias = mien_tensor_f32 (run->in[IN_B]) + d * 2 * g * h;
  if (mien_op_has_input (call, IN_PEEPHOLE))
    cell->peephole = mien_tensor_f32 (run->in[IN_PEEPHOLE]) + d * 3 * h;
  cell->from_x = space;
  cell->from_h = cell->from_x + floats * g;
  cell->h = cell->from_h + floats * g;
  cell->c = cell->h + floats;
  cell->reset = cell->c + floats;
  init_state (call, cell, IN_INITIAL_H, cell->h);
  init_state (call, cell, IN_INITIAL_C, cell->c);
}

static void
store_states (const MienOpCall *call, const Cell *cell)
{
  const Recurrent *r = cell->r;
  gsize n = (gsize) r->hidden;

  for (guint o = 1; o < call->n_out; o++)
    for (int b = 0; b < r->batch && cell->run->out[o] != NULL; b++)
      memcpy (mien_tensor_f32 (cell->run->out[o]) + row_of_state (r, cell->direction, b) * n,
              (o == 1 ? cell->h : cell->c) + (gsize) b * n, n * sizeof (float));
}

static gboolean
run_recurrent (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Recurrent *r = call->state;
  const gint32 *lengths = mien_op_has_input (call, IN_LENGTHS) ? run->in[IN_LENGTHS]->data : NULL;

  if (run->out[0] != NULL)
    memset (run->out[0]->data, 0, run->out[0]->n_bytes);
  for (int direction = 0; direction < r->n_directions; direction++)
    {
      Cell cell;

      init_cell (call, run, direction, &cell);
      for (int b = 0; b < r->batch; b++)
        {
          int length = lengths != NULL ? lengths[b] : r->time;

          if (length < 0 || length > r->time)
            return mien_op_fail (call, error, "a sequence of length %d", length);
          for (int t = 0; t < length; t++)
            step_sequence (&cell, t, b, length);
        }
      store_states (call, &cell);
    }
  return TRUE;
}

const MienOp mien_ops_recurrent[] = {
  { "RNN", "", 7, 999, 3, 6, 2, infer, NULL, run_recurrent },
  { "GRU", "", 7, 999, 3, 6, 2, infer, NULL, run_recurrent },
  { "LSTM", "", 7, 999, 3, 8, 3, infer, NULL, run_recurrent },
  { NULL },
};
