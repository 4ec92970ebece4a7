/* Operators on pairs of elements, with broadcasting: arithmetic, comparison, logic.
 * Reference: ONNX operators of those names, "Broadcasting in ONNX".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/broadcast.h"

/* Elements of one part. */
#define GRAIN 16384

/* y[i] = f (a[i * sa], b[i * sb]); sa and sb are 0 or 1. */
typedef void (*Loop) (const void *a, gsize sa, const void *b, gsize sb, void *y, gsize n);

#define BINARY(name, type, result, expression)                                                     \
  static void name (const void *pa, gsize sa, const void *pb, gsize sb, void *py, gsize n)         \
  {                                                                                                \
    const type *va = pa, *vb = pb;                                                                 \
    result *vy = py;                                                                               \
                                                                                                   \
    for (gsize i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        type a = va[i * sa], b = vb[i * sb];                                                       \
                                                                                                   \
        vy[i] = (result) (expression);                                                             \
      }                                                                                            \
  }

/* The three ways a row of float32 usually lies are loops of their own that the compiler can turn
 * into vector code. */
#define BINARY_F32(name, expression)                                                               \
  static void name (const void *pa, gsize sa, const void *pb, gsize sb, void *py, gsize n)         \
  {                                                                                                \
    const float *va = pa, *vb = pb;                                                                \
    float *vy = py, a = *va, b = *vb;                                                              \
                                                                                                   \
    if (sa == 1 && sb == 1)                                                                        \
      for (gsize i = 0; i < n; i++)                                                                \
        {                                                                                          \
          a = va[i];                                                                               \
          b = vb[i];                                                                               \
          vy[i] = (expression);                                                                    \
        }                                                                                          \
    else if (sa == 1)                                                                              \
      for (gsize i = 0; i < n; i++)                                                                \
        {                                                                                          \
          a = va[i];                                                                               \
          vy[i] = (expression);                                                                    \
        }                                                                                          \
    else if (sb == 1)                                                                              \
      for (gsize i = 0; i < n; i++)                                                                \
        {                                                                                          \
          b = vb[i];                                                                               \
          vy[i] = (expression);                                                                    \
        }                                                                                          \
    else                                                                                           \
      for (gsize i = 0; i < n; i++)                                                                \
        vy[i] = (expression);                                                                      \
  }

/* Integers wrap around, as they do in every runtime; C has that for unsigned ones only. Dividing by
 * zero gives zero. */
#define INTEGER(suffix, type, wide)                                                                \
  BINARY (add_##suffix, type, type, (wide) a + (wide) b)                                           \
  BINARY (sub_##suffix, type, type, (wide) a - (wide) b)                                           \
  BINARY (mul_##suffix, type, type, (wide) a *(wide) b)                                            \
  BINARY (div_##suffix, type, type,                                                                \
          b == 0                            ? 0                                                    \
          : (type) -1 < 0 && b == (type) -1 ? (type) ((wide) 0 - (wide) a)                         \
                                            : a / b)                                               \
  BINARY (mod_##suffix, type, type, modulo_##suffix (a, b))                                        \
  BINARY (fmod_##suffix, type, type, remainder_##suffix (a, b))                                    \
  COMPARE (suffix, type)

#define COMPARE(suffix, type)                                                                      \
  BINARY (equal_##suffix, type, guint8, a == b)                                                    \
  BINARY (greater_##suffix, type, guint8, a > b)                                                   \
  BINARY (greater_equal_##suffix, type, guint8, a >= b)                                            \
  BINARY (less_##suffix, type, guint8, a < b)                                                      \
  BINARY (less_equal_##suffix, type, guint8, a <= b)

/* remainder has the sign of the dividend, modulo that of the divisor. */
#define MODULO(suffix, type)                                                                       \
  static inline type remainder_##suffix (type a, type b)                                           \
  {                                                                                                \
    return b == 0 || ((type) -1 < 0 && b == (type) -1) ? 0 : (type) (a % b);                       \
  }                                                                                                \
  static inline type modulo_##suffix (type a, type b)                                              \
  {                                                                                                \
    type r = remainder_##suffix (a, b);                                                            \
                                                                                                   \
    return r != 0 && (r < 0) != (b < 0) ? (type) (r + b) : r;                                      \
  }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtype-limits"
MODULO (i8, gint8)
MODULO (i16, gint16)
MODULO (i32, gint32)
MODULO (i64, gint64)
MODULO (u8, guint8)
MODULO (u16, guint16)
MODULO (u32, guint32)
MODULO (u64, guint64)
INTEGER (i8, gint8, guint32)
INTEGER (i16, gint16, guint32)
INTEGER (i32, gint32, guint32)
INTEGER (i64, gint64, guint64)
INTEGER (u8, guint8, guint32)
INTEGER (u16, guint16, guint32)
INTEGER (u32, guint32, guint32)
INTEGER (u64, guint64, guint64)
#pragma GCC diagnostic pop
COMPARE (f32, float)
BINARY_F32 (add_f32, a + b)
BINARY_F32 (sub_f32, a - b)
BINARY_F32 (mul_f32, a *b)
BINARY_F32 (div_f32, a / b)
BINARY_F32 (fmod_f32, fmodf (a, b))
BINARY_F32 (prelu_f32, a < 0.0f ? a * b : a)
BINARY (equal_bool, guint8, guint8, (a != 0) == (b != 0))
BINARY (and_bool, guint8, guint8, a &&b)
BINARY (or_bool, guint8, guint8, a || b)
BINARY (xor_bool, guint8, guint8, !a != !b)

typedef struct
{
  const char *op_type;
  gboolean is_test; /* gives bool */
  Loop f32, i8, i16, i32, i64, u8, u16, u32, u64, logical;
} Kind;

#define ALL_INTEGERS(op)                                                                           \
  .i8 = op##_i8, .i16 = op##_i16, .i32 = op##_i32, .i64 = op##_i64, .u8 = op##_u8,                 \
  .u16 = op##_u16, .u32 = op##_u32, .u64 = op##_u64

static const Kind kinds[] = {
  { "Add", FALSE, .f32 = add_f32, ALL_INTEGERS (add) },
  { "Sub", FALSE, .f32 = sub_f32, ALL_INTEGERS (sub) },
  { "Mul", FALSE, .f32 = mul_f32, ALL_INTEGERS (mul) },
  { "Div", FALSE, .f32 = div_f32, ALL_INTEGERS (div) },
  { "Mod", FALSE, ALL_INTEGERS (mod) },
  { "fmod", FALSE, .f32 = fmod_f32, ALL_INTEGERS (fmod) },
  { "PRelu", FALSE, .f32 = prelu_f32 },
  { "Equal", TRUE, .f32 = equal_f32, ALL_INTEGERS (equal), .logical = equal_bool },
  { "Greater", TRUE, .f32 = greater_f32, ALL_INTEGERS (greater) },
  { "GreaterOrEqual", TRUE, .f32 = greater_equal_f32, ALL_INTEGERS (greater_equal) },
  { "Less", TRUE, .f32 = less_f32, ALL_INTEGERS (less) },
  { "LessOrEqual", TRUE, .f32 = less_equal_f32, ALL_INTEGERS (less_equal) },
  { "And", TRUE, .logical = and_bool },
  { "Or", TRUE, .logical = or_bool },
  { "Xor", TRUE, .logical = xor_bool },
};

static Loop
find_loop (const MienOpCall *call, gboolean *is_test)
{
  const char *op_type = call->node->op_type;

  if (strcmp (op_type, "Mod") == 0 && mien_node_get_int (call->node, "fmod", 0) != 0)
    op_type = "fmod";
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const Kind *kind = &kinds[i];

      if (strcmp (kind->op_type, op_type) != 0)
        continue;
      *is_test = kind->is_test;
      switch (call->in[0].dtype)
        {
        case MIEN_DTYPE_F32:
          return kind->f32;
        case MIEN_DTYPE_I8:
          return kind->i8;
        case MIEN_DTYPE_I16:
          return kind->i16;
        case MIEN_DTYPE_I32:
          return kind->i32;
        case MIEN_DTYPE_I64:
          return kind->i64;
        case MIEN_DTYPE_U8:
          return kind->u8;
        case MIEN_DTYPE_U16:
          return kind->u16;
        case MIEN_DTYPE_U32:
          return kind->u32;
        case MIEN_DTYPE_U64:
          return kind->u64;
        case MIEN_DTYPE_BOOL:
          return kind->logical;
        default:
          return NULL;
        }
    }
  return NULL;
}

typedef struct
{
  Loop loop;
  gsize element, result; /* bytes */
  MienBroadcast broadcast;
} Binary;

/* Before opset 7 the second input was lined up at an axis, and only when asked. */
static gboolean
align_legacy (const MienOpCall *call, MienOpValue *b, GError **error)
{
  const MienOpValue *a = &call->in[0];
  gint64 axis = mien_node_get_int (call->node, "axis", a->rank - b->rank);
  int at;

  if (call->opset >= 7 || b->rank == 0 || b->rank >= a->rank
      || mien_node_get_int (call->node, "broadcast", 0) == 0)
    return TRUE;
  if (!mien_op_resolve_axis (call, axis, a->rank, &at, error))
    return FALSE;
  while (at + b->rank < a->rank)
    b->dims[b->rank++] = 1;
  return TRUE;
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  MienOpValue b = call->in[1], out = { 0 };
  const MienOpValue *in[] = { &call->in[0], &b };
  gboolean is_test = FALSE;
  Loop loop = find_loop (call, &is_test);
  Binary *binary;

  if (loop == NULL || call->in[0].dtype != call->in[1].dtype)
    return mien_op_unsupported (call, error, "inputs of %s and %s",
                                mien_dtype_get_name (call->in[0].dtype),
                                mien_dtype_get_name (call->in[1].dtype));
  if (!align_legacy (call, &b, error))
    return FALSE;
  if (strcmp (call->node->op_type, "PRelu") == 0 && b.rank == 1 && call->in[0].rank > 2
      && b.dims[0] == call->in[0].dims[1] && b.dims[0] != 1)
    /* Old exports give one slope a channel without the dimensions behind it. */
    while (b.rank < call->in[0].rank - 1)
      b.dims[b.rank++] = 1;
  if (!mien_op_broadcast (&out, &call->in[0], &b))
    return mien_op_fail (call, error, "the shapes of the inputs do not broadcast");
  binary = g_new0 (Binary, 1);
  call->state = binary;
  call->free_state = g_free;
  binary->loop = loop;
  binary->element = mien_dtype_get_size (call->in[0].dtype);
  out.dtype = is_test ? MIEN_DTYPE_BOOL : call->in[0].dtype;
  binary->result = mien_dtype_get_size (out.dtype);
  mien_broadcast_init (&binary->broadcast, &out, in, 2);
  mien_op_set_output (call, 0, out.dtype, out.rank, out.dims);
  if (!is_test)
    for (guint i = 0; i < 2; i++)
      if (mien_broadcast_step (&binary->broadcast, i) == 1 && binary->broadcast.rank == 1)
        call->in_place |= 1u << i;
  return TRUE;
}

typedef struct
{
  const Binary *binary;
  const guint8 *a, *b;
  guint8 *y;
} Job;

static void
run_rows (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Binary *binary = job->binary;
  gsize row = mien_broadcast_row (&binary->broadcast);

  for (gsize r = from; r < to; r++)
    {
      gsize at[2];

      mien_broadcast_locate (&binary->broadcast, r, at);
      binary->loop (job->a + at[0] * binary->element, mien_broadcast_step (&binary->broadcast, 0),
                    job->b + at[1] * binary->element, mien_broadcast_step (&binary->broadcast, 1),
                    job->y + r * row * binary->result, row);
    }
}

/* One long row is split instead. */
static void
run_span (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Binary *binary = job->binary;
  gsize sa = mien_broadcast_step (&binary->broadcast, 0);
  gsize sb = mien_broadcast_step (&binary->broadcast, 1);

  binary->loop (job->a + from * sa * binary->element, sa, job->b + from * sb * binary->element, sb,
                job->y + from * binary->result, to - from);
}

static gboolean
run_binary (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Binary *binary = call->state;
  Job job = { binary, run->in[0]->data, run->in[1]->data, run->out[0]->data };
  gsize row = mien_broadcast_row (&binary->broadcast);

  if (call->out[0].layout == MIEN_LAYOUT_NC16HW)
    /* Both inputs have the same shape and layout. */
    row = run->out[0]->n_bytes / binary->result;
  if (row == 0)
    return TRUE;
  if (binary->broadcast.n_rows == 1 || call->out[0].layout == MIEN_LAYOUT_NC16HW)
    mien_op_parallel_range (run->parallel, row, GRAIN, run_span, &job);
  else
    mien_op_parallel_range (run->parallel, binary->broadcast.n_rows, MAX (GRAIN / row, 1), run_rows,
                            &job);
  return TRUE;
}

/* Pow: the exponent may be of another type. */
static gboolean
pow_infer (MienOpCall *call, GError **error)
{
  MienOpValue b = call->in[1], out = { 0 };
  const MienOpValue *in[] = { &call->in[0], &b };
  MienBroadcast *broadcast;

  for (guint i = 0; i < 2; i++)
    if (call->in[i].dtype == MIEN_DTYPE_F64 || call->in[i].dtype == MIEN_DTYPE_F16
        || call->in[i].dtype == MIEN_DTYPE_BF16)
      return mien_op_unsupported (call, error, "input of %s",
                                  mien_dtype_get_name (call->in[i].dtype));
  if (!align_legacy (call, &b, error))
    return FALSE;
  if (!mien_op_broadcast (&out, &call->in[0], &b))
    return mien_op_fail (call, error, "the shapes of the inputs do not broadcast");
  broadcast = g_new0 (MienBroadcast, 1);
  call->state = broadcast;
  call->free_state = g_free;
  mien_broadcast_init (broadcast, &out, in, 2);
  mien_op_set_output (call, 0, call->in[0].dtype, out.rank, out.dims);
  return TRUE;
}

static double
load_number (const MienTensor *x, gsize i)
{
  double value;

  mien_tensor_cast_data (x->dtype, (const guint8 *) x->data + i * mien_dtype_get_size (x->dtype),
                         MIEN_DTYPE_F64, &value, 1);
  return value;
}

static float
power (float base, float exponent)
{
  return exponent == 2.0f ? base * base : exponent == 0.5f ? sqrtf (base) : powf (base, exponent);
}

static gboolean
pow_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienBroadcast *broadcast = call->state;
  const MienTensor *a = run->in[0], *b = run->in[1];
  MienTensor *y = run->out[0];
  gsize row = mien_broadcast_row (broadcast), size = mien_dtype_get_size (y->dtype);
  gsize sa = mien_broadcast_step (broadcast, 0), sb = mien_broadcast_step (broadcast, 1);

  for (gsize r = 0; r < broadcast->n_rows && row > 0; r++)
    {
      gsize at[2];

      mien_broadcast_locate (broadcast, r, at);
      for (gsize i = 0; i < row; i++)
        {
          gsize ia = at[0] + i * sa, ib = at[1] + i * sb, iy = r * row + i;

          if (a->dtype == MIEN_DTYPE_F32)
            ((float *) y->data)[iy] =
                power (((const float *) a->data)[ia], (float) load_number (b, ib));
          else
            {
              double value = pow (load_number (a, ia), load_number (b, ib));

              mien_tensor_cast_data (MIEN_DTYPE_F64, &value, y->dtype,
                                     (guint8 *) y->data + iy * size, 1);
            }
        }
    }
  return TRUE;
}

#define B(name)                                                                                    \
  {                                                                                                \
    name, "", MIEN_OP_ANY, 2, 2, 1, infer, NULL, run_binary                                        \
  }

const MienOp mien_ops_binary[] = {
  B ("Add"),   B ("Sub"),         B ("Mul"),
  B ("Div"),   B ("Mod"),         B ("PRelu"),
  B ("Equal"), B ("Greater"),     B ("GreaterOrEqual"),
  B ("Less"),  B ("LessOrEqual"), B ("And"),
  B ("Or"),    B ("Xor"),         { "Pow", "", MIEN_OP_ANY, 2, 2, 1, pow_infer, NULL, pow_run },
  { NULL },
};
