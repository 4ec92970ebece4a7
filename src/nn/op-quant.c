/* Quantisation: QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, and the integer products
 * MatMulInteger, QLinearMatMul.
 * Reference: ONNX operators of those names; Jacob et al. 2018.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op.h"

static gboolean
is_byte (MienDType dtype)
{
  return dtype == MIEN_DTYPE_U8 || dtype == MIEN_DTYPE_I8;
}

static gint32
load_byte (const MienTensor *x, gsize i)
{
  return x->dtype == MIEN_DTYPE_I8 ? ((const gint8 *) x->data)[i] : ((const guint8 *) x->data)[i];
}

static gint32
load_quantised (const MienTensor *x, gsize i)
{
  return x->dtype == MIEN_DTYPE_I32 ? ((const gint32 *) x->data)[i] : load_byte (x, i);
}

/* To nearest, ties to even, held inside the type. NaN becomes the zero point. */
static void
store_byte (MienTensor *y, gsize i, float value, gint32 zero)
{
  float lowest = y->dtype == MIEN_DTYPE_I8 ? -128.0f : 0.0f;
  float q = rintf (value) + (float) zero;

  if (isnan (q))
    q = (float) zero;
  q = CLAMP (q, lowest, lowest + 255.0f);
  if (y->dtype == MIEN_DTYPE_I8)
    ((gint8 *) y->data)[i] = (gint8) q;
  else
    ((guint8 *) y->data)[i] = (guint8) q;
}

/* Scale (input 1) and zero point (input 2) belong to the whole tensor or to one axis. */
typedef struct
{
  gsize inner, channels; /* channels 1: the whole tensor */
} PerAxis;

static gboolean
infer_axis (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  gint64 axis = mien_node_get_int (call->node, "axis", 1);
  gsize n = mien_op_count (&call->in[1]);
  PerAxis *per_axis = g_new0 (PerAxis, 1);
  int at;

  call->state = per_axis;
  call->free_state = g_free;
  per_axis->channels = 1;
  per_axis->inner = 1;
  if (mien_op_has_input (call, 2) && mien_op_count (&call->in[2]) != n)
    return mien_op_fail (call, error, "scale and zero point of different length");
  if (n == 1 && call->in[1].rank <= 1)
    return TRUE;
  if (!mien_op_resolve_axis (call, axis, x->rank, &at, error))
    return FALSE;
  if (call->in[1].rank != 1 || n != (gsize) x->dims[at])
    return mien_op_fail (call, error, "the scale does not fit axis %d", at);
  per_axis->channels = n;
  per_axis->inner = mien_op_count_range (x->dims, at + 1, x->rank);
  return TRUE;
}

static gboolean
quantize_infer (MienOpCall *call, GError **error)
{
  MienDType to = mien_op_has_input (call, 2) ? call->in[2].dtype : MIEN_DTYPE_U8;

  if (!mien_op_check_type (call, 0, MIEN_DTYPE_F32, error)
      || !mien_op_check_type (call, 1, MIEN_DTYPE_F32, error) || !infer_axis (call, error))
    return FALSE;
  if (!is_byte (to))
    return mien_op_unsupported (call, error, "quantisation to %s", mien_dtype_get_name (to));
  mien_op_set_output (call, 0, to, call->in[0].rank, call->in[0].dims);
  return TRUE;
}

static gboolean
quantize_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const PerAxis *per_axis = call->state;
  const float *x = mien_tensor_f32 (run->in[0]), *scale = mien_tensor_f32 (run->in[1]);

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    {
      gsize c = i / per_axis->inner % per_axis->channels;

      store_byte (run->out[0], i, x[i] / scale[c],
                  mien_op_has_input (call, 2) ? load_byte (run->in[2], c) : 0);
    }
  return TRUE;
}

static gboolean
dequantize_infer (MienOpCall *call, GError **error)
{
  MienDType from = call->in[0].dtype;

  if (!is_byte (from) && from != MIEN_DTYPE_I32)
    return mien_op_unsupported (call, error, "values of %s", mien_dtype_get_name (from));
  if (!mien_op_check_type (call, 1, MIEN_DTYPE_F32, error)
      || !mien_op_check_type (call, 2, from, error) || !infer_axis (call, error))
    return FALSE;
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, call->in[0].rank, call->in[0].dims);
  return TRUE;
}

static gboolean
dequantize_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const PerAxis *per_axis = call->state;
  const float *scale = mien_tensor_f32 (run->in[1]);
  float *y = mien_tensor_f32 (run->out[0]);

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    {
      gsize c = i / per_axis->inner % per_axis->channels;
      gint64 zero = mien_op_has_input (call, 2) ? load_quantised (run->in[2], c) : 0;

      y[i] = (float) (load_quantised (run->in[0], i) - zero) * scale[c];
    }
  return TRUE;
}

/* Range of the data, zero included, onto 0..255. */
static gboolean
dynamic_infer (MienOpCall *call, GError **error)
{
  if (!mien_op_check_f32 (call, error))
    return FALSE;
  mien_op_set_output (call, 0, MIEN_DTYPE_U8, call->in[0].rank, call->in[0].dims);
  mien_op_set_output (call, 1, MIEN_DTYPE_F32, 0, NULL);
  mien_op_set_output (call, 2, MIEN_DTYPE_U8, 0, NULL);
  for (guint i = 0; i < 3; i++)
    if (!mien_op_has_output (call, i))
      return mien_op_unsupported (call, error, "an output left out");
  return TRUE;
}

static gboolean
dynamic_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const float *x = mien_tensor_f32 (run->in[0]);
  float lo = 0, hi = 0, scale;

  for (gsize i = 0; i < run->in[0]->n_elements; i++)
    {
      lo = fminf (lo, x[i]);
      hi = fmaxf (hi, x[i]);
    }
  scale = (hi - lo) / 255.0f;
  if (!(scale > 0.0f))
    scale = 1.0f;
  *mien_tensor_f32 (run->out[1]) = scale;
  store_byte (run->out[2], 0, -lo / scale, 0);
  for (gsize i = 0; i < run->in[0]->n_elements; i++)
    store_byte (run->out[0], i, x[i] / scale, load_byte (run->out[2], 0));
  return TRUE;
}

/* Matrices of bytes, with leading dimensions equal on both sides or missing on one. */
typedef struct
{
  gsize m, n, k, batches;
  gboolean repeat_a, repeat_b; /* the same matrix for every batch */
} Product;

static gboolean
infer_product (MienOpCall *call, guint b_index, MienDType to, GError **error)
{
  const MienOpValue *a = &call->in[0], *b = &call->in[b_index];
  const MienOpValue *larger = a->rank >= b->rank ? a : b;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  Product *product = g_new0 (Product, 1);

  call->state = product;
  call->free_state = g_free;
  if (!is_byte (a->dtype) || !is_byte (b->dtype))
    return mien_op_unsupported (call, error, "products of anything but bytes");
  if (a->rank < 2 || b->rank < 2 || a->dims[a->rank - 1] != b->dims[b->rank - 2])
    return mien_op_fail (call, error, "the matrices do not fit");
  product->repeat_a = a->rank == 2;
  product->repeat_b = b->rank == 2;
  if (a->rank != b->rank && !product->repeat_a && !product->repeat_b)
    return mien_op_unsupported (call, error, "broadcast products");
  for (int d = 0; d < larger->rank - 2; d++)
    if (a->rank == b->rank && a->dims[d] != b->dims[d])
      return mien_op_unsupported (call, error, "broadcast products");
  memcpy (dims, larger->dims, sizeof dims);
  dims[larger->rank - 2] = a->dims[a->rank - 2];
  dims[larger->rank - 1] = b->dims[b->rank - 1];
  product->m = (gsize) a->dims[a->rank - 2];
  product->n = (gsize) b->dims[b->rank - 1];
  product->k = (gsize) a->dims[a->rank - 1];
  product->batches = mien_op_count_range (larger->dims, 0, larger->rank - 2);
  mien_op_set_output (call, 0, to, larger->rank, dims);
  return TRUE;
}

/* Wraps around like 32-bit hardware. */
static gint32
multiply_point (const Product *p,
                const MienTensor *a,
                const MienTensor *b,
                gsize batch,
                gsize row,
                gsize column,
                gint32 a_zero,
                gint32 b_zero)
{
  gsize at_a = (p->repeat_a ? 0 : batch * p->m * p->k) + row * p->k;
  gsize at_b = (p->repeat_b ? 0 : batch * p->k * p->n) + column;
  guint32 sum = 0;

  for (gsize i = 0; i < p->k; i++)
    sum +=
        (guint32) ((load_byte (a, at_a + i) - a_zero) * (load_byte (b, at_b + i * p->n) - b_zero));
  return (gint32) sum;
}

static gboolean
check_zero_point (const MienOpCall *call, guint input, MienDType dtype, gsize n, GError **error)
{
  if (!mien_op_has_input (call, input))
    return TRUE;
  if (call->in[input].dtype != dtype
      || (mien_op_count (&call->in[input]) != 1 && mien_op_count (&call->in[input]) != n))
    return mien_op_fail (call, error, "input %u does not fit its matrix", input);
  return TRUE;
}

static gboolean
matmul_integer_infer (MienOpCall *call, GError **error)
{
  if (!infer_product (call, 1, MIEN_DTYPE_I32, error))
    return FALSE;
  return check_zero_point (call, 2, call->in[0].dtype,
                           (gsize) call->in[0].dims[call->in[0].rank - 2], error)
         && check_zero_point (call, 3, call->in[1].dtype,
                              (gsize) call->in[1].dims[call->in[1].rank - 1], error);
}

/* Zero point of row or column @i; 0 where there is none. */
static gint32
zero_at (const MienOpCall *call, const MienOpRun *run, guint input, gsize i)
{
  if (!mien_op_has_input (call, input))
    return 0;
  return load_byte (run->in[input], run->in[input]->n_elements == 1 ? 0 : i);
}

static gboolean
matmul_integer_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Product *p = call->state;
  gint32 *y = run->out[0]->data;

  for (gsize batch = 0; batch < p->batches; batch++)
    for (gsize r = 0; r < p->m; r++)
      for (gsize c = 0; c < p->n; c++)
        *y++ = multiply_point (p, run->in[0], run->in[1], batch, r, c, zero_at (call, run, 2, r),
                               zero_at (call, run, 3, c));
  return TRUE;
}

/* a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero */
static gboolean
qlinear_infer (MienOpCall *call, GError **error)
{
  static const guint scales[] = { 1, 4, 6 };

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    if (!mien_op_check_type (call, scales[i], MIEN_DTYPE_F32, error))
      return FALSE;
    else if (mien_op_count (&call->in[scales[i]]) != 1
             || mien_op_count (&call->in[scales[i] + 1]) != 1)
      return mien_op_unsupported (call, error, "scales for each row");
  if (!is_byte (call->in[7].dtype))
    return mien_op_unsupported (call, error, "output of %s",
                                mien_dtype_get_name (call->in[7].dtype));
  return infer_product (call, 3, call->in[7].dtype, error)
         && check_zero_point (call, 2, call->in[0].dtype, 1, error)
         && check_zero_point (call, 5, call->in[3].dtype, 1, error);
}

static gboolean
qlinear_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Product *p = call->state;
  float scale = mien_tensor_f32 (run->in[1])[0] * mien_tensor_f32 (run->in[4])[0]
                / mien_tensor_f32 (run->in[6])[0];
  gsize at = 0;

  for (gsize batch = 0; batch < p->batches; batch++)
    for (gsize r = 0; r < p->m; r++)
      for (gsize c = 0; c < p->n; c++)
        store_byte (run->out[0], at++,
                    (float) multiply_point (p, run->in[0], run->in[3], batch, r, c,
                                            zero_at (call, run, 2, 0), zero_at (call, run, 5, 0))
                        * scale,
                    load_byte (run->in[7], 0));
  return TRUE;
}

const MienOp mien_ops_quant[] = {
  { "QuantizeLinear", "", MIEN_OP_ANY, 2, 3, 1, quantize_infer, NULL, quantize_run },
  { "DequantizeLinear", "", MIEN_OP_ANY, 2, 3, 1, dequantize_infer, NULL, dequantize_run },
  { "DynamicQuantizeLinear", "", MIEN_OP_ANY, 1, 1, 3, dynamic_infer, NULL, dynamic_run },
  { "MatMulInteger", "", MIEN_OP_ANY, 2, 4, 1, matmul_integer_infer, NULL, matmul_integer_run },
  { "QLinearMatMul", "", MIEN_OP_ANY, 8, 8, 1, qlinear_infer, NULL, qlinear_run },
  { NULL },
};
