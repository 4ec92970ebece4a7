/* Derivatives of the operators with weights and windows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/backward.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "insight/window.h"

/* dX of one group as one product: what each weight of @w [co, ci * k_h * k_w] sends back from @dy
 * [co, h_out * w_out], added up where the windows overlap. @dx: [ci, h_in, w_in].
 * Reference: Chellapilla et al. 2006 (unrolled convolution). */
static void
send_back (const MienWindow *win, const float *w, const float *dy, gsize co, gsize ci, float *dx)
{
  gsize places = win->k_h * win->k_w, depth = ci * places, pixels = win->h_out * win->w_out;
  g_autofree float *rows = g_new (float, depth *pixels);

  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint) depth, (blasint) pixels,
               (blasint) co, 1, w, (blasint) depth, dy, (blasint) pixels, 0, rows,
               (blasint) pixels);
  for (gsize c = 0; c < ci; c++)
    for (gsize k = 0; k < places; k++)
      mien_window_add (win, k / win->k_w, k % win->k_w, rows + (c * places + k) * pixels,
                       dx + c * win->h_in * win->w_in);
}

static void
backward_conv_input (const MienBackward *b, const MienWindow *win, gsize groups)
{
  const MienTensor *x = b->inputs[0], *w = b->inputs[1];
  gsize co = (gsize) w->dims[0] / groups, ci = (gsize) w->dims[1];

  for (gsize n = 0; n < (gsize) x->dims[0]; n++)
    for (gsize g = 0; g < groups; g++)
      send_back (win, mien_tensor_f32 (w) + g * co * ci * win->k_h * win->k_w,
                 b->grad + (n * groups + g) * co * win->h_out * win->w_out, co, ci,
                 b->grads[0] + (n * groups + g) * ci * win->h_in * win->w_in);
}

static gboolean
backward_conv (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0], *w = b->inputs[1];
  const float *weight = mien_tensor_f32 (w);
  const float *xs = mien_tensor_f32 (x);
  MienWindow win;
  gsize groups = (gsize) mien_node_get_int (b->node, "group", 1);
  gsize co_group, ci_group = (gsize) w->dims[1];

  if (!mien_window_from_node (b->node, x, w->dims + 2, b->output, &win, error))
    return FALSE;
  co_group = (gsize) w->dims[0] / groups;
  /* Weights and offsets are constants nearly always. */
  if (b->grads[0] != NULL && b->grads[1] == NULL && (b->n_inputs < 3 || b->grads[2] == NULL))
    {
      backward_conv_input (b, &win, groups);
      return TRUE;
    }
  for (gsize n = 0; n < (gsize) x->dims[0]; n++)
    for (gsize co = 0; co < (gsize) w->dims[0]; co++)
      {
        const float *dy = b->grad + (n * (gsize) w->dims[0] + co) * win.h_out * win.w_out;

        for (gsize ci = 0; ci < ci_group; ci++)
          {
            gsize plane = n * (gsize) x->dims[1] + co / co_group * ci_group + ci;
            float *dx = b->grads[0] == NULL ? NULL : b->grads[0] + plane * win.h_in * win.w_in;
            gsize kernel = (co * ci_group + ci) * win.k_h * win.k_w;
            float *dw = b->grads[1] == NULL ? NULL : b->grads[1] + kernel;

            mien_window_correlate (&win, weight + kernel, xs + plane * win.h_in * win.w_in, dy, dx,
                                   dw);
          }
        if (b->n_inputs > 2 && b->grads[2] != NULL)
          for (gsize i = 0; i < win.h_out * win.w_out; i++)
            b->grads[2][co] += dy[i];
      }
  return TRUE;
}

static gboolean
backward_max_pool (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const MienAttribute *kernel = mien_node_find_attribute (b->node, "kernel_shape");
  MienWindow win;

  if (!mien_window_from_node (b->node, x, kernel != NULL ? kernel->ints : NULL, b->output, &win,
                              error))
    return FALSE;
  for (gsize plane = 0; plane < (gsize) (x->dims[0] * x->dims[1]); plane++)
    {
      const float *in = mien_tensor_f32 (x) + plane * win.h_in * win.w_in;
      const float *dy = b->grad + plane * win.h_out * win.w_out;
      float *dx = b->grads[0] + plane * win.h_in * win.w_in;

      for (gsize oy = 0; oy < win.h_out; oy++)
        for (gsize ox = 0; ox < win.w_out; ox++)
          {
            gssize best = -1;

            for (gsize ky = 0; ky < win.k_h; ky++)
              for (gsize kx = 0; kx < win.k_w; kx++)
                {
                  gssize at = mien_window_find (&win, oy, ox, ky, kx);

                  if (at >= 0 && (best < 0 || in[at] > in[best]))
                    best = at;
                }
            if (best >= 0)
              dx[best] += dy[oy * win.w_out + ox];
          }
    }
  return TRUE;
}

static gboolean
backward_average_pool (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const MienAttribute *kernel = mien_node_find_attribute (b->node, "kernel_shape");
  gboolean with_pad = mien_node_get_int (b->node, "count_include_pad", 0) != 0;
  MienWindow win;

  if (!mien_window_from_node (b->node, x, kernel != NULL ? kernel->ints : NULL, b->output, &win,
                              error))
    return FALSE;
  for (gsize plane = 0; plane < (gsize) (x->dims[0] * x->dims[1]); plane++)
    for (gsize oy = 0; oy < win.h_out; oy++)
      for (gsize ox = 0; ox < win.w_out; ox++)
        {
          float *dx = b->grads[0] + plane * win.h_in * win.w_in;
          float dy = b->grad[(plane * win.h_out + oy) * win.w_out + ox];
          guint count = 0;

          for (gsize k = 0; k < win.k_h * win.k_w; k++)
            count += mien_window_find (&win, oy, ox, k / win.k_w, k % win.k_w) >= 0;
          if (with_pad)
            count = (guint) (win.k_h * win.k_w);
          for (gsize k = 0; k < win.k_h * win.k_w; k++)
            {
              gssize at = mien_window_find (&win, oy, ox, k / win.k_w, k % win.k_w);

              if (at >= 0)
                dx[at] += dy / (float) count;
            }
        }
  return TRUE;
}

static gboolean
backward_global_pool (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  gboolean is_max = strcmp (b->node->op_type, "GlobalMaxPool") == 0;
  gsize size = x->n_elements / b->output->n_elements;

  for (gsize plane = 0; plane < b->output->n_elements; plane++)
    {
      const float *in = mien_tensor_f32 (x) + plane * size;
      float *dx = b->grads[0] + plane * size;
      gsize best = 0;

      if (!is_max)
        for (gsize i = 0; i < size; i++)
          dx[i] += b->grad[plane] / (float) size;
      for (gsize i = 1; i < size; i++)
        if (in[i] > in[best])
          best = i;
      if (is_max)
        dx[best] += b->grad[plane];
    }
  return TRUE;
}

/* Inference form: the statistics are constants. */
static gboolean
backward_batch_norm (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const float *scale = mien_tensor_f32 (b->inputs[1]);
  const float *variance = mien_tensor_f32 (b->inputs[4]);
  float epsilon = mien_node_get_float (b->node, "epsilon", 1e-5f);
  gsize channels = (gsize) x->dims[1];
  gsize size = x->n_elements / (gsize) (x->dims[0] * x->dims[1]);

  for (gsize plane = 0; plane < (gsize) x->dims[0] * channels; plane++)
    {
      float slope = scale[plane % channels] / sqrtf (variance[plane % channels] + epsilon);

      for (gsize i = plane * size; i < (plane + 1) * size; i++)
        b->grads[0][i] += b->grad[i] * slope;
    }
  return TRUE;
}

/* Over everything from the axis on; scale and shift are constants.
 * Reference: Ba et al. 2016. */
static gboolean
backward_layer_norm (const MienBackward *b, GError **error)
{
  const MienTensor *x = b->inputs[0];
  const float *in = mien_tensor_f32 (x), *scale = mien_tensor_f32 (b->inputs[1]);
  gint64 axis = mien_node_get_int (b->node, "axis", -1);
  double epsilon = mien_node_get_float (b->node, "epsilon", 1e-5f);
  gsize size = 1;

  for (int d = (int) (axis < 0 ? axis + x->rank : axis); d < x->rank; d++)
    size *= (gsize) x->dims[d];
  for (gsize at = 0; at < x->n_elements; at += size)
    {
      double mean = 0, square = 0, slope, sum = 0, along = 0;

      for (gsize i = 0; i < size; i++)
        mean += in[at + i] / (double) size;
      for (gsize i = 0; i < size; i++)
        square += (in[at + i] - mean) * (in[at + i] - mean) / (double) size;
      slope = 1 / sqrt (square + epsilon);
      for (gsize i = 0; i < size; i++)
        {
          double g = b->grad[at + i] * scale[i % b->inputs[1]->n_elements];

          sum += g / (double) size;
          along += g * (in[at + i] - mean) * slope / (double) size;
        }
      for (gsize i = 0; i < size; i++)
        {
          double g = b->grad[at + i] * scale[i % b->inputs[1]->n_elements];

          b->grads[0][at + i] += (float) (slope * (g - sum - along * (in[at + i] - mean) * slope));
        }
    }
  return TRUE;
}

/* dA += alpha dY B', dB += alpha A' dY for Y [m, n] = A [m, k] B [k, n]; strides say how A and B
 * lie. */
static void
matrix_backward (const float *a,
                 gsize a_row,
                 gsize a_col,
                 const float *w,
                 gsize w_row,
                 gsize w_col,
                 const float *dy,
                 gsize m,
                 gsize n,
                 gsize k,
                 float alpha,
                 float *da,
                 float *dw)
{
  for (gsize i = 0; i < m; i++)
    for (gsize j = 0; j < n; j++)
      {
        float d = alpha * dy[i * n + j];

        if (d == 0)
          continue;
        if (da != NULL)
          for (gsize l = 0; l < k; l++)
            da[i * a_row + l * a_col] += d * w[l * w_row + j * w_col];
        if (dw != NULL)
          for (gsize l = 0; l < k; l++)
            dw[l * w_row + j * w_col] += d * a[i * a_row + l * a_col];
      }
}

static gboolean
backward_gemm (const MienBackward *b, GError **error)
{
  const MienTensor *a = b->inputs[0], *w = b->inputs[1];
  gboolean trans_a = mien_node_get_int (b->node, "transA", 0) != 0;
  gboolean trans_b = mien_node_get_int (b->node, "transB", 0) != 0;
  float alpha = mien_node_get_float (b->node, "alpha", 1);
  float beta = mien_node_get_float (b->node, "beta", 1);
  gsize m = (gsize) b->output->dims[0], n = (gsize) b->output->dims[1];
  gsize k = (gsize) a->dims[trans_a ? 0 : 1];

  matrix_backward (mien_tensor_f32 (a), trans_a ? 1 : k, trans_a ? m : 1, mien_tensor_f32 (w),
                   trans_b ? 1 : n, trans_b ? k : 1, b->grad, m, n, k, alpha, b->grads[0],
                   b->grads[1]);
  if (b->n_inputs > 2 && b->grads[2] != NULL)
    {
      const MienTensor *c = b->inputs[2];
      gboolean has_rows = c->rank == 2 && c->dims[0] > 1;
      gboolean has_columns = c->rank > 0 && c->dims[c->rank - 1] > 1;

      for (gsize i = 0; i < m; i++)
        for (gsize j = 0; j < n; j++)
          b->grads[2][(has_rows ? i * (has_columns ? n : 1) : 0) + (has_columns ? j : 0)] +=
              beta * b->grad[i * n + j];
    }
  return TRUE;
}

static gboolean
backward_matmul (const MienBackward *b, GError **error)
{
  const MienTensor *a = b->inputs[0], *w = b->inputs[1];
  gsize k, m, n, batch;

  if (a->rank < 2 || w->rank < 2
      || (w->rank > 2
          && w->n_elements / (gsize) (w->dims[w->rank - 1] * w->dims[w->rank - 2])
                 != a->n_elements / (gsize) (a->dims[a->rank - 1] * a->dims[a->rank - 2])))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "node '%s': the derivative of MatMul is not known for these shapes",
                   b->node->name);
      return FALSE;
    }
  k = (gsize) a->dims[a->rank - 1];
  m = (gsize) a->dims[a->rank - 2];
  n = (gsize) w->dims[w->rank - 1];
  batch = a->n_elements / (m * k);
  for (gsize i = 0; i < batch; i++)
    {
      gsize w_at = w->rank > 2 ? i * k * n : 0;

      matrix_backward (mien_tensor_f32 (a) + i * m * k, k, 1, mien_tensor_f32 (w) + w_at, n, 1,
                       b->grad + i * m * n, m, n, k, 1,
                       b->grads[0] == NULL ? NULL : b->grads[0] + i * m * k,
                       b->grads[1] == NULL ? NULL : b->grads[1] + w_at);
    }
  return TRUE;
}

const MienBackwardEntry mien_backward_layers[] = {
  { "Conv", backward_conv },
  { "MaxPool", backward_max_pool },
  { "AveragePool", backward_average_pool },
  { "GlobalAveragePool", backward_global_pool },
  { "GlobalMaxPool", backward_global_pool },
  { "BatchNormalization", backward_batch_norm },
  { "LayerNormalization", backward_layer_norm },
  { "Gemm", backward_gemm },
  { "MatMul", backward_matmul },
  { NULL, NULL },
};
