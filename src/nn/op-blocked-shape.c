/* Moving activations in blocks about: joining channels, doubling pictures, and the way out of a
 * detector's heads into [n, h, w, c].
 * Reference: ONNX operators Concat, Resize, Upsample, Transpose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/kernels.h"
#include "nn/node-private.h"
#include "nn/op-blocked.h"

static gboolean
name_kernel (MienOpCall *call, GError **error)
{
  call->kernel = "blocks";
  return TRUE;
}

/* Only the last input may have a block that is not full. */
static guint
concat_inputs (const MienOpCall *call)
{
  gint64 axis = mien_node_get_int (call->node, "axis", 1);

  if ((axis != 1 && axis != -3) || !mien_blocked_can_hold (&call->out[0]) || call->n_in > 31)
    return 0;
  for (guint i = 0; i < call->n_in; i++)
    if (!mien_blocked_can_hold (&call->in[i])
        || (i + 1 < call->n_in && call->in[i].dims[1] % 16 != 0))
      return 0;
  return (1u << call->n_in) - 1;
}

typedef struct
{
  const MienOpCall *call;
  const MienOpRun *run;
} CallJob;

/* Part: one input of one picture. */
static void
concat_part (gpointer data, guint part, guint worker)
{
  const CallJob *job = data;
  const guint input = part % job->call->n_in, n = part / job->call->n_in;
  const MienBlockedShape out = mien_blocked_shape (&job->call->out[0]);
  const MienBlockedShape in = mien_blocked_shape (&job->call->in[input]);
  const gsize size = out.plane * 16;
  gsize first = 0;

  for (guint i = 0; i < input; i++)
    first += mien_blocked_shape (&job->call->in[i]).blocks;
  memcpy ((float *) job->run->out[0]->data + (n * out.blocks + first) * size,
          (const float *) job->run->in[input]->data + n * in.blocks * size,
          in.blocks * size * sizeof (float));
}

static gboolean
concat_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  CallJob job = { call, run };

  mien_parallel_for (run->parallel, call->n_in * (guint) call->out[0].dims[0], concat_part, &job);
  return TRUE;
}

static gboolean
is_old_resize (const MienOpCall *call)
{
  return strcmp (call->node->op_type, "Upsample") == 0 || call->opset < 11;
}

/* Linear, by pixel centres: two inputs on each axis go into an output. */
static gboolean
is_linear (const MienOpCall *call)
{
  return strcmp (mien_node_get_string (call->node, "mode", "nearest"), "linear") == 0
         && !is_old_resize (call)
         && strcmp (
                mien_node_get_string (call->node, "coordinate_transformation_mode", "half_pixel"),
                "half_pixel")
                == 0;
}

/* Whether scales are the whole factor @k and not something that is rounded to it. */
static gboolean
is_factor (const MienOpCall *call, gint64 k)
{
  const MienAttribute *attribute = mien_node_find_attribute (call->node, "scales");
  const guint input = is_old_resize (call) ? 1 : 2;
  const float *scales = NULL;

  if (attribute != NULL && attribute->type == MIEN_ATTRIBUTE_FLOATS && attribute->n == 4)
    scales = attribute->floats;
  else if (mien_op_has_input (call, input) && call->in[input].value != NULL
           && call->in[input].dtype == MIEN_DTYPE_F32 && mien_op_count (&call->in[input]) == 4)
    scales = mien_tensor_f32 (call->in[input].value);
  return scales == NULL || (scales[2] == (float) k && scales[3] == (float) k);
}

/* Whether output i of a nearest resize by the whole factor @k reads input i / k. Where coordinates
 * are those of pixel centres, none falls half-way between two pixels. */
static gboolean
is_repetition (const MienOpCall *call, gint64 k)
{
  const char *where, *rounding;

  if (strcmp (mien_node_get_string (call->node, "mode", "nearest"), "nearest") != 0)
    return FALSE;
  if (is_old_resize (call))
    return TRUE;
  where = mien_node_get_string (call->node, "coordinate_transformation_mode", "half_pixel");
  rounding = mien_node_get_string (call->node, "nearest_mode", "round_prefer_floor");
  if (strcmp (where, "half_pixel") == 0)
    return g_str_has_prefix (rounding, "round_prefer");
  return strcmp (where, "asymmetric") == 0
         && (strcmp (rounding, "floor") == 0
             || (k == 2 && strcmp (rounding, "round_prefer_floor") == 0));
}

static guint
resize_inputs (const MienOpCall *call)
{
  const gint64 *in = call->in[0].dims, *out = call->out[0].dims;

  if (!mien_blocked_can_hold (&call->in[0]) || !mien_blocked_can_hold (&call->out[0])
      || in[0] != out[0] || in[1] != out[1] || out[2] % in[2] != 0 || out[3] % in[3] != 0
      || out[2] / in[2] != out[3] / in[3] || !is_factor (call, out[2] / in[2])
      || (!is_linear (call) && !is_repetition (call, out[2] / in[2])))
    return 0;
  return 1;
}

/* The two inputs of output @i of a linear resize by @k of @n pixels, and the weight of the second.
 * What would lie past an edge is the pixel at the edge. */
static float
find_pair (gsize i, gsize k, gsize n, gsize *first, gsize *second)
{
  const float place = ((float) i + 0.5f) / (float) k - 0.5f;
  const gsize below = place < 0 ? 0 : (gsize) place;

  *first = below;
  *second = place < 0 ? 0 : MIN (below + 1, n - 1);
  return place < 0 ? 0 : place - (float) below;
}

/* y = a + weight * (b - a) over @n pixels of a block. */
static void
mix_rows (float *restrict y, const float *a, const float *b, float weight, gsize n)
{
  for (gsize i = 0; i < n; i++, y += 16, a += 16, b += 16)
    for (int lane = 0; lane < 16; lane++)
      y[lane] = (1 - weight) * a[lane] + weight * b[lane];
}

static void
linear_range (gpointer data, gsize from, gsize to)
{
  const CallJob *job = data;
  const MienBlockedShape in = mien_blocked_shape (&job->call->in[0]);
  const MienBlockedShape out = mien_blocked_shape (&job->call->out[0]);
  const gsize k = out.h / in.h;
  g_autofree float *row = g_new (float, in.w * 16);

  for (gsize b = from; b < to; b++)
    {
      const float *x = (const float *) job->run->in[0]->data + b * in.plane * 16;
      float *y = (float *) job->run->out[0]->data + b * out.plane * 16;

      for (gsize oy = 0; oy < out.h; oy++)
        {
          gsize first, second;
          float weight = find_pair (oy, k, in.h, &first, &second);

          mix_rows (row, x + first * in.w * 16, x + second * in.w * 16, weight, in.w);
          for (gsize ox = 0; ox < out.w; ox++, y += 16)
            {
              weight = find_pair (ox, k, in.w, &first, &second);
              mix_rows (y, row + first * 16, row + second * 16, weight, 1);
            }
        }
    }
}

static void
resize_range (gpointer data, gsize from, gsize to)
{
  const CallJob *job = data;
  const MienBlockedShape in = mien_blocked_shape (&job->call->in[0]);
  const MienBlockedShape out = mien_blocked_shape (&job->call->out[0]);
  const gsize k = out.h / in.h;

  for (gsize b = from; b < to; b++)
    {
      const float *x = (const float *) job->run->in[0]->data + b * in.plane * 16;
      float *y = (float *) job->run->out[0]->data + b * out.plane * 16;

      for (gsize oy = 0; oy < out.h; oy++, y += out.w * 16)
        if (oy % k != 0)
          memcpy (y, y - out.w * 16, out.w * 16 * sizeof *y);
        else
          for (gsize ox = 0; ox < out.w; ox++)
            memcpy (y + ox * 16, x + (oy / k * in.w + ox / k) * 16, 16 * sizeof *y);
    }
}

static gboolean
resize_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienBlockedShape out = mien_blocked_shape (&call->out[0]);
  CallJob job = { call, run };

  mien_op_parallel_range (run->parallel, out.n * out.blocks, MAX (1, 1024 / out.plane),
                          is_linear (call) ? linear_range : resize_range, &job);
  return TRUE;
}

/* [n, c, h, w] in blocks to [n, h, w, c] in C order. */
static guint
transpose_inputs (const MienOpCall *call)
{
  static const gint64 to_last[] = { 0, 2, 3, 1 };
  const MienAttribute *perm = mien_node_find_attribute (call->node, "perm");

  return mien_blocked_can_hold (&call->in[0]) && perm != NULL && perm->type == MIEN_ATTRIBUTE_INTS
         && perm->n == 4 && memcmp (perm->ints, to_last, sizeof to_last) == 0;
}

static void
transpose_range (gpointer data, gsize from, gsize to)
{
  const CallJob *job = data;
  const MienBlockedShape in = mien_blocked_shape (&job->call->in[0]);
  const float *x = job->run->in[0]->data;
  float *y = job->run->out[0]->data;

  for (gsize i = from; i < to; i++)
    for (gsize b = 0; b < in.blocks; b++)
      {
        const gsize n = i / in.plane, p = i % in.plane;
        const gsize lanes = MIN (16, in.c - b * 16);
        const float *source = x + ((n * in.blocks + b) * in.plane + p) * 16;

        for (gsize k = 0; k < lanes; k++)
          y[i * in.c + b * 16 + k] = source[k];
      }
}

static gboolean
transpose_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienBlockedShape in = mien_blocked_shape (&call->in[0]);
  CallJob job = { call, run };

  mien_op_parallel_range (run->parallel, in.n * in.plane, 2048, transpose_range, &job);
  return TRUE;
}

/* Paddings of a Pad by zeros that changes no picture count and adds channels at the end only. */
static gboolean
read_pads (const MienOpCall *call, gint64 pads[8])
{
  const MienAttribute *attribute = mien_node_find_attribute (call->node, "pads");
  const gint64 *values = NULL;

  if (strcmp (mien_node_get_string (call->node, "mode", "constant"), "constant") != 0
      || mien_node_get_float (call->node, "value", 0.0f) != 0.0f || mien_op_has_input (call, 3))
    return FALSE;
  if (attribute != NULL && attribute->type == MIEN_ATTRIBUTE_INTS && attribute->n == 8)
    values = attribute->ints;
  else if (mien_op_has_input (call, 1) && call->in[1].value != NULL
           && call->in[1].dtype == MIEN_DTYPE_I64 && mien_op_count (&call->in[1]) == 8)
    values = call->in[1].value->data;
  if (mien_op_has_input (call, 2)
      && (call->in[2].value == NULL || call->in[2].dtype != MIEN_DTYPE_F32
          || mien_op_count (&call->in[2]) != 1 || *mien_tensor_f32 (call->in[2].value) != 0.0f))
    return FALSE;
  if (values == NULL)
    return FALSE;
  memcpy (pads, values, 8 * sizeof *pads);
  for (int i = 0; i < 8; i++)
    if (pads[i] < 0 || (pads[i] > 0 && (i == 0 || i == 1 || i == 4)))
      return FALSE;
  return TRUE;
}

static guint
pad_inputs (const MienOpCall *call)
{
  gint64 pads[8];

  return mien_blocked_can_hold (&call->in[0]) && mien_blocked_can_hold (&call->out[0])
         && read_pads (call, pads);
}

/* The lanes past the last channel are zero already: channels that fill up a block are there. */
static void
pad_range (gpointer data, gsize from, gsize to)
{
  const CallJob *job = data;
  const MienBlockedShape in = mien_blocked_shape (&job->call->in[0]);
  const MienBlockedShape out = mien_blocked_shape (&job->call->out[0]);
  gint64 pads[8];
  gsize top, left;

  if (!read_pads (job->call, pads))
    g_assert_not_reached ();
  top = (gsize) pads[2];
  left = (gsize) pads[3];
  for (gsize i = from; i < to; i++)
    {
      const gsize n = i / out.blocks, b = i % out.blocks;
      const float *x = (const float *) job->run->in[0]->data + (n * in.blocks + b) * in.plane * 16;
      float *y = (float *) job->run->out[0]->data + i * out.plane * 16;

      if (b >= in.blocks || in.plane != out.plane)
        memset (y, 0, out.plane * 16 * sizeof *y);
      if (b < in.blocks)
        for (gsize row = 0; row < in.h; row++)
          memcpy (y + ((row + top) * out.w + left) * 16, x + row * in.w * 16,
                  in.w * 16 * sizeof *y);
    }
}

static gboolean
pad_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienBlockedShape out = mien_blocked_shape (&call->out[0]);
  CallJob job = { call, run };

  mien_op_parallel_range (run->parallel, out.n * out.blocks, MAX (1, 1024 / out.plane), pad_range,
                          &job);
  return TRUE;
}

const MienBlockedOp mien_blocked_ops_shape[] = {
  { { "Pad", "", MIEN_OP_ANY, 1, 4, 1, NULL, name_kernel, pad_run }, pad_inputs, FALSE },
  { { "Concat", "", MIEN_OP_ANY, 1, 0, 1, NULL, name_kernel, concat_run }, concat_inputs, FALSE },
  { { "Resize", "", MIEN_OP_ANY, 1, 4, 1, NULL, name_kernel, resize_run }, resize_inputs, FALSE },
  { { "Upsample", "", MIEN_OP_ANY, 1, 2, 1, NULL, name_kernel, resize_run }, resize_inputs, FALSE },
  { { "Transpose", "", MIEN_OP_ANY, 1, 1, 1, NULL, name_kernel, transpose_run },
    transpose_inputs,
    TRUE },
  { { NULL } },
};
