/* Operators on each element of one float32 tensor.
 * Reference: ONNX operators of those names; Hendrycks & Gimpel 2016 (Gelu), Misra 2019 (Mish).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/kernels.h"
#include "nn/op.h"

/* Elements of one part. */
#define GRAIN 16384

typedef struct
{
  float a, b;
} Params;

typedef void (*Loop) (Params p, const float *x, float *y, gsize n);

#define UNARY(name, expression)                                                                    \
  static void name (Params p, const float *input, float *output, gsize n)                          \
  {                                                                                                \
    for (gsize i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        float x = input[i];                                                                        \
                                                                                                   \
        output[i] = (expression);                                                                  \
      }                                                                                            \
  }

static inline float
clamp (float x, float lo, float hi)
{
  return x < lo ? lo : x > hi ? hi : x;
}

static inline float
sigmoid (float x)
{
  return 1.0f / (1.0f + expf (-x));
}

static inline float
softplus (float x)
{
  return x > 0.0f ? x + log1pf (expf (-x)) : log1pf (expf (x));
}

UNARY (loop_relu, x < 0.0f ? 0.0f : x)
UNARY (loop_leaky, x < 0.0f ? p.a * x : x)
UNARY (loop_elu, x < 0.0f ? p.a * (expf (x) - 1.0f) : x)
UNARY (loop_selu, x <= 0.0f ? p.b * (p.a * expf (x) - p.a) : p.b * x)
UNARY (loop_celu, fmaxf (0.0f, x) + fminf (0.0f, p.a *(expf (x / p.a) - 1.0f)))
UNARY (loop_sigmoid, sigmoid (x))
UNARY (loop_hard_sigmoid, clamp (p.a *x + p.b, 0.0f, 1.0f))
UNARY (loop_hard_swish, x *clamp (x / 6.0f + 0.5f, 0.0f, 1.0f))
UNARY (loop_silu, x *sigmoid (x))
UNARY (loop_softplus, softplus (x))
UNARY (loop_softsign, x / (1.0f + fabsf (x)))
UNARY (loop_thresholded, x > p.a ? x : 0.0f)
UNARY (loop_shrink, x<-p.a ? x + p.b : x> p.a ? x - p.b : 0.0f)
UNARY (loop_gelu, 0.5f * x * (1.0f + erff (x * 0.70710678f)))
UNARY (loop_mish, x *tanhf (softplus (x)))
UNARY (loop_exp, expf (x))
UNARY (loop_log, logf (x))
UNARY (loop_sqrt, sqrtf (x))
UNARY (loop_reciprocal, 1.0f / x)
UNARY (loop_erf, erff (x))
UNARY (loop_ceil, ceilf (x))
UNARY (loop_floor, floorf (x))
UNARY (loop_round, rintf (x)) /* ties to even, as the operator asks */
UNARY (loop_sin, sinf (x))
UNARY (loop_cos, cosf (x))
UNARY (loop_tan, tanf (x))
UNARY (loop_asin, asinf (x))
UNARY (loop_acos, acosf (x))
UNARY (loop_atan, atanf (x))
UNARY (loop_sinh, sinhf (x))
UNARY (loop_cosh, coshf (x))
UNARY (loop_tanh, tanhf (x))
UNARY (loop_asinh, asinhf (x))
UNARY (loop_acosh, acoshf (x))
UNARY (loop_atanh, atanhf (x))

typedef struct
{
  const char *op_type;
  Loop loop;
  const char *a, *b; /* attribute names, nullable */
  float a_default, b_default;
  MienActKind fast; /* the kernel table has it as this activation */
} Kind;

static const Kind kinds[] = {
  { "Relu", loop_relu, .fast = MIEN_ACT_RELU },
  { "LeakyRelu", loop_leaky, "alpha", NULL, 0.01f, .fast = MIEN_ACT_LEAKY },
  { "Elu", loop_elu, "alpha", NULL, 1.0f },
  { "Selu", loop_selu, "alpha", "gamma", 1.67326319217681884765625f, 1.05070102214813232421875f },
  { "Celu", loop_celu, "alpha", NULL, 1.0f },
  { "Sigmoid", loop_sigmoid, .fast = MIEN_ACT_SIGMOID },
  { "HardSigmoid", loop_hard_sigmoid, "alpha", "beta", 0.2f, 0.5f, MIEN_ACT_HARDSIGMOID },
  { "HardSwish", loop_hard_swish, .fast = MIEN_ACT_HARDSWISH },
  { "Silu", loop_silu, .fast = MIEN_ACT_SILU },
  { "Softplus", loop_softplus },
  { "Softsign", loop_softsign },
  { "ThresholdedRelu", loop_thresholded, "alpha", NULL, 1.0f },
  { "Shrink", loop_shrink, "lambd", "bias", 0.5f, 0.0f },
  { "Gelu", loop_gelu },
  { "Mish", loop_mish },
  { "Exp", loop_exp },
  { "Log", loop_log },
  { "Sqrt", loop_sqrt },
  { "Reciprocal", loop_reciprocal },
  { "Erf", loop_erf },
  { "Ceil", loop_ceil },
  { "Floor", loop_floor },
  { "Round", loop_round },
  { "Sin", loop_sin },
  { "Cos", loop_cos },
  { "Tan", loop_tan },
  { "Asin", loop_asin },
  { "Acos", loop_acos },
  { "Atan", loop_atan },
  { "Sinh", loop_sinh },
  { "Cosh", loop_cosh },
  { "Tanh", loop_tanh, .fast = MIEN_ACT_TANH },
  { "Asinh", loop_asinh },
  { "Acosh", loop_acosh },
  { "Atanh", loop_atanh },
};

typedef struct
{
  const Kind *kind;
  Params params;
  MienEpilogue epilogue;
  const MienKernels *kernels; /* NULL: the plain loop */
} Unary;

typedef struct
{
  const Unary *unary;
  const float *x;
  float *y;
} Job;

static const Kind *
find_kind (const char *op_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].op_type, op_type) == 0)
      return &kinds[i];
  g_assert_not_reached ();
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  Unary *unary;

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  unary = g_new0 (Unary, 1);
  call->state = unary;
  call->free_state = g_free;
  unary->kind = find_kind (call->node->op_type);
  unary->params.a = unary->kind->a_default;
  unary->params.b = unary->kind->b_default;
  if (unary->kind->a != NULL)
    unary->params.a = mien_node_get_float (call->node, unary->kind->a, unary->params.a);
  if (unary->kind->b != NULL)
    unary->params.b = mien_node_get_float (call->node, unary->kind->b, unary->params.b);
  if (unary->kind->fast != MIEN_ACT_NONE && !call->plain)
    {
      MienActivation activation = { .kind = unary->kind->fast,
                                    .lo = unary->params.a,
                                    .hi = unary->params.b };

      unary->kernels = mien_kernels_get ();
      mien_epilogue_init (&unary->epilogue, &activation);
    }
  mien_op_copy_output (call, 0, 0);
  call->in_place = 1;
  return TRUE;
}

static void
run_part (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Unary *unary = job->unary;

  if (unary->kernels != NULL)
    unary->kernels->activate_flat (&unary->epilogue, job->x + from, job->y + from, to - from);
  else
    unary->kind->loop (unary->params, job->x + from, job->y + from, to - from);
}

static gboolean
run_unary (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call->state, mien_tensor_f32 (run->in[0]), mien_tensor_f32 (run->out[0]) };

  mien_op_parallel_range (run->parallel, run->out[0]->n_bytes / sizeof (float), GRAIN, run_part,
                          &job);
  return TRUE;
}

/* Clip: limits are attributes up to opset 10, inputs after. */
static gboolean
clip_infer (MienOpCall *call, GError **error)
{
  MienDType dtype = call->in[0].dtype;

  if (dtype != MIEN_DTYPE_F32 && dtype != MIEN_DTYPE_I8 && dtype != MIEN_DTYPE_U8
      && dtype != MIEN_DTYPE_I32 && dtype != MIEN_DTYPE_I64)
    return mien_op_unsupported (call, error, "Clip of %s", mien_dtype_get_name (dtype));
  for (guint i = 1; i < call->n_in; i++)
    if (!mien_op_check_type (call, i, dtype, error))
      return FALSE;
    else if (mien_op_has_input (call, i) && mien_op_count (&call->in[i]) != 1)
      return mien_op_fail (call, error, "a limit that is not one number");
  mien_op_copy_output (call, 0, 0);
  call->in_place = 1;
  return TRUE;
}

#define CLIP(type, lowest, highest)                                                                \
  do                                                                                               \
    {                                                                                              \
      type lo = low != NULL ? *(const type *) low->data : (lowest);                                \
      type hi = high != NULL ? *(const type *) high->data : (highest);                             \
      const type *x = run->in[0]->data;                                                            \
      type *y = run->out[0]->data;                                                                 \
                                                                                                   \
      for (gsize i = 0; i < n; i++)                                                                \
        y[i] = x[i] < lo ? MIN (lo, hi) : x[i] > hi ? hi : x[i];                                   \
    }                                                                                              \
  while (0)

static gboolean
clip_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienTensor *low = mien_op_has_input (call, 1) ? run->in[1] : NULL;
  const MienTensor *high = mien_op_has_input (call, 2) ? run->in[2] : NULL;
  gsize n = run->out[0]->n_bytes / mien_dtype_get_size (run->out[0]->dtype);

  switch (call->in[0].dtype)
    {
    case MIEN_DTYPE_I8:
      CLIP (gint8, G_MININT8, G_MAXINT8);
      break;
    case MIEN_DTYPE_U8:
      CLIP (guint8, 0, G_MAXUINT8);
      break;
    case MIEN_DTYPE_I32:
      CLIP (gint32, G_MININT32, G_MAXINT32);
      break;
    case MIEN_DTYPE_I64:
      CLIP (gint64, G_MININT64, G_MAXINT64);
      break;
    default:
      CLIP (float, mien_node_get_float (call->node, "min", -INFINITY),
            mien_node_get_float (call->node, "max", INFINITY));
      break;
    }
  return TRUE;
}

/* Abs, Neg, Sign: also of integers. */
static gboolean
sign_infer (MienOpCall *call, GError **error)
{
  MienDType dtype = call->in[0].dtype;

  if (dtype != MIEN_DTYPE_F32 && dtype != MIEN_DTYPE_I8 && dtype != MIEN_DTYPE_I16
      && dtype != MIEN_DTYPE_I32 && dtype != MIEN_DTYPE_I64)
    return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (dtype));
  mien_op_copy_output (call, 0, 0);
  call->in_place = 1;
  return TRUE;
}

/* The smallest integer has no negative: it stays itself, as in two's complement. */
#define SIGN(type, zero_minus)                                                                     \
  do                                                                                               \
    {                                                                                              \
      const type *x = run->in[0]->data;                                                            \
      type *y = run->out[0]->data;                                                                 \
                                                                                                   \
      for (gsize i = 0; i < n; i++)                                                                \
        {                                                                                          \
          type v = x[i], negative = (type) (zero_minus);                                           \
                                                                                                   \
          y[i] = what == 'N'   ? negative                                                          \
                 : what == 'A' ? (v < 0 ? negative : v)                                            \
                               : (type) ((v > 0) - (v < 0));                                       \
        }                                                                                          \
    }                                                                                              \
  while (0)

static gboolean
sign_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  char what = *call->node->op_type;
  gsize n = run->out[0]->n_bytes / mien_dtype_get_size (run->out[0]->dtype);

  switch (call->in[0].dtype)
    {
    case MIEN_DTYPE_I8:
      SIGN (gint8, -v);
      break;
    case MIEN_DTYPE_I16:
      SIGN (gint16, -v);
      break;
    case MIEN_DTYPE_I32:
      SIGN (gint32, 0u - (guint32) v);
      break;
    case MIEN_DTYPE_I64:
      SIGN (gint64, G_GUINT64_CONSTANT (0) - (guint64) v);
      break;
    default:
      for (gsize i = 0; i < n; i++)
        {
          float v = ((const float *) run->in[0]->data)[i];

          ((float *) run->out[0]->data)[i] = what == 'N'   ? -v
                                             : what == 'A' ? fabsf (v)
                                                           : (float) ((v > 0.0f) - (v < 0.0f));
        }
      break;
    }
  return TRUE;
}

static gboolean
test_infer (MienOpCall *call, GError **error)
{
  if (!mien_op_check_f32 (call, error))
    return FALSE;
  mien_op_set_output (call, 0, MIEN_DTYPE_BOOL, call->in[0].rank, call->in[0].dims);
  return TRUE;
}

static gboolean
isnan_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const float *x = mien_tensor_f32 (run->in[0]);
  guint8 *y = run->out[0]->data;

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    y[i] = isnan (x[i]) != 0;
  return TRUE;
}

static gboolean
isinf_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  gboolean positive = mien_node_get_int (call->node, "detect_positive", 1) != 0;
  gboolean negative = mien_node_get_int (call->node, "detect_negative", 1) != 0;
  const float *x = mien_tensor_f32 (run->in[0]);
  guint8 *y = run->out[0]->data;

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    y[i] = isinf (x[i]) && (x[i] > 0 ? positive : negative);
  return TRUE;
}

static gboolean
not_infer (MienOpCall *call, GError **error)
{
  if (!mien_op_check_type (call, 0, MIEN_DTYPE_BOOL, error))
    return FALSE;
  mien_op_copy_output (call, 0, 0);
  call->in_place = 1;
  return TRUE;
}

static gboolean
not_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const guint8 *x = run->in[0]->data;
  guint8 *y = run->out[0]->data;

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    y[i] = !x[i];
  return TRUE;
}

#define U(name)                                                                                    \
  {                                                                                                \
    name, "", MIEN_OP_ANY, 1, 1, 1, infer, NULL, run_unary                                         \
  }

const MienOp mien_ops_unary[] = {
  U ("Relu"),
  U ("LeakyRelu"),
  U ("Elu"),
  U ("Selu"),
  U ("Celu"),
  U ("Sigmoid"),
  U ("HardSigmoid"),
  U ("HardSwish"),
  U ("Softplus"),
  U ("Softsign"),
  U ("ThresholdedRelu"),
  U ("Shrink"),
  U ("Mish"),
  U ("Exp"),
  U ("Log"),
  U ("Sqrt"),
  U ("Reciprocal"),
  U ("Erf"),
  U ("Ceil"),
  U ("Floor"),
  U ("Round"),
  U ("Sin"),
  U ("Cos"),
  U ("Tan"),
  U ("Asin"),
  U ("Acos"),
  U ("Atan"),
  U ("Sinh"),
  U ("Cosh"),
  U ("Tanh"),
  U ("Asinh"),
  U ("Acosh"),
  U ("Atanh"),
  { "Silu", "mien", MIEN_OP_ANY, 1, 1, 1, infer, NULL, run_unary },
  { "Gelu", "mien", MIEN_OP_ANY, 1, 1, 1, infer, NULL, run_unary },
  { "HardSwish", "mien", MIEN_OP_ANY, 1, 1, 1, infer, NULL, run_unary },
  { "Clip", "", MIEN_OP_ANY, 1, 3, 1, clip_infer, NULL, clip_run },
  { "Abs", "", MIEN_OP_ANY, 1, 1, 1, sign_infer, NULL, sign_run },
  { "Neg", "", MIEN_OP_ANY, 1, 1, 1, sign_infer, NULL, sign_run },
  { "Sign", "", MIEN_OP_ANY, 1, 1, 1, sign_infer, NULL, sign_run },
  { "IsNaN", "", MIEN_OP_ANY, 1, 1, 1, test_infer, NULL, isnan_run },
  { "IsInf", "", MIEN_OP_ANY, 1, 1, 1, test_infer, NULL, isinf_run },
  { "Not", "", MIEN_OP_ANY, 1, 1, 1, not_infer, NULL, not_run },
  { NULL },
};
