/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/export-hog.h"

#include "train/hog.h"

#define BINS MIEN_HOG_BINS

typedef struct
{
  MienGraph *graph;
  const char *prefix;
  char *names[64]; /* of values; freed at the end */
  guint n_names;
} Writer;

static const char *
name (Writer *self, const char *suffix)
{
  g_assert (self->n_names < G_N_ELEMENTS (self->names));
  return self->names[self->n_names++] = g_strconcat (self->prefix, ".", suffix, NULL);
}

static const char *
take (Writer *self, const char *suffix, MienTensor *tensor)
{
  const char *key = name (self, suffix);

  mien_graph_take_initializer (self->graph, key, tensor);
  return key;
}

static const char *
take_ints (Writer *self, const char *suffix, const gint64 *values, gint64 n)
{
  return take (self, suffix, mien_tensor_new_copy (MIEN_DTYPE_I64, 1, &n, values));
}

static const char *
take_scalar (Writer *self, const char *suffix, float value)
{
  return take (self, suffix, mien_tensor_new_copy (MIEN_DTYPE_F32, 0, NULL, &value));
}

static MienNode *
append (Writer *self, const char *op, const char *out, const char *const *inputs)
{
  const char *outputs[] = { out, NULL };

  return mien_graph_append_node (self->graph, op, out, inputs, outputs);
}

static const char *
node (Writer *self, const char *op, const char *suffix, const char *a, const char *b)
{
  const char *out = name (self, suffix), *inputs[] = { a, b, NULL };

  append (self, op, out, inputs);
  return out;
}

static const char *
slice (Writer *self,
       const char *suffix,
       const char *x,
       const gint64 *starts,
       const gint64 *ends,
       const gint64 *axes,
       gint64 n)
{
  g_autofree char *s = g_strconcat (suffix, ".starts", NULL);
  g_autofree char *e = g_strconcat (suffix, ".ends", NULL);
  g_autofree char *a = g_strconcat (suffix, ".axes", NULL);
  const char *out = name (self, suffix);
  const char *inputs[] = { x, take_ints (self, s, starts, n), take_ints (self, e, ends, n),
                           take_ints (self, a, axes, n), NULL };

  append (self, "Slice", out, inputs);
  return out;
}

/* Channels @from to @to of @x. */
static const char *
channels (Writer *self, const char *suffix, const char *x, gint64 from, gint64 to)
{
  const gint64 axis = 1;

  return slice (self, suffix, x, &from, &to, &axis, 1);
}

/* On which side of each ray a pixel's gradient lies, and how far: [n, 10, h, w]. */
static const char *
append_sides (Writer *self, const char *x)
{
  const gint64 pads[] = { 0, 0, 1, 1, 0, 0, 1, 1 }, dims[] = { BINS + 1, 1, 3, 3 };
  MienTensor *weights = mien_tensor_new_f32 (4, dims);
  float cosines[BINS + 1], sines[BINS + 1], *w = mien_tensor_f32 (weights);
  const char *padded = name (self, "padded"), *out = name (self, "sides");
  const char *pad_inputs[] = { x, take_ints (self, "pads", pads, 8), NULL };
  const char *inputs[] = { padded, NULL, NULL };

  mien_hog_get_rays (cosines, sines);
  for (int i = 0; i <= BINS; i++, w += 9)
    {
      w[1] = -cosines[i];
      w[7] = cosines[i];
      w[3] = sines[i];
      w[5] = -sines[i];
    }
  mien_node_set_string (append (self, "Pad", padded, pad_inputs), "mode", "edge");
  inputs[1] = take (self, "rays", weights);
  append (self, "Conv", out, inputs);
  return out;
}

/* What each pixel says for each direction: [n, 9, h, w]. */
static const char *
append_votes (Writer *self, const char *sides)
{
  const char *before = channels (self, "before", sides, 0, BINS);
  const char *after = channels (self, "after", sides, 1, BINS + 1);
  const char *product = node (self, "Mul", "product", before, after);
  const char *less = node (self, "Less", "between", product, take_scalar (self, "zero", 0));
  const char *mask = name (self, "mask"), *mask_inputs[] = { less, NULL };
  const char *first, *second, *rolled = name (self, "rolled"), *roll_inputs[3] = { NULL };

  mien_node_set_int (append (self, "Cast", mask, mask_inputs), "to", 1 /* float */);
  first = node (self, "Mul", "first", mask, node (self, "Abs", "after.size", after, NULL));
  second = node (self, "Mul", "second", mask, node (self, "Abs", "before.size", before, NULL));
  roll_inputs[0] = channels (self, "last", second, BINS - 1, BINS);
  roll_inputs[1] = channels (self, "others", second, 0, BINS - 1);
  mien_node_set_int (append (self, "Concat", rolled, roll_inputs), "axis", 1);
  return node (self, "Add", "votes", first, rolled);
}

/* Sums over cells: [n, 9, rows, columns]. */
static const char *
append_cells (Writer *self, const char *votes, int cell)
{
  const gint64 dims[] = { BINS, 1, 2 * cell, 2 * cell }, strides[] = { cell, cell };
  const gint64 pads[] = { cell / 2, cell / 2, cell / 2, cell / 2 };
  MienTensor *weights = mien_tensor_new_f32 (4, dims);
  float *w = mien_tensor_f32 (weights);
  const char *out = name (self, "cells");
  const char *inputs[] = { votes, take (self, "window", weights), NULL };
  MienNode *conv;

  for (int b = 0; b < BINS; b++)
    for (int j = 0; j < 2 * cell; j++)
      for (int i = 0; i < 2 * cell; i++)
        *w++ = mien_hog_get_weight (cell, j) * mien_hog_get_weight (cell, i);
  conv = append (self, "Conv", out, inputs);
  mien_node_set_int (conv, "group", BINS);
  mien_node_set_ints (conv, "strides", strides, 2);
  mien_node_set_ints (conv, "pads", pads, 4);
  return out;
}

/* @x over its length along the channels. */
static const char *
append_unit (Writer *self, const char *suffix, const char *x, const char *epsilon)
{
  g_autofree char *length = g_strconcat (suffix, ".length", NULL);
  g_autofree char *sum = g_strconcat (suffix, ".sum", NULL);
  const char *norm = name (self, length), *inputs[] = { x, NULL };
  const gint64 axis = 1;

  mien_node_set_ints (append (self, "ReduceL2", norm, inputs), "axes", &axis, 1);
  return node (self, "Div", suffix, x, node (self, "Add", sum, norm, epsilon));
}

void
mien_export_append_hog (
    MienGraph *graph, const char *out, const char *x, int cell, int rows, int columns)
{
  Writer self = { .graph = graph, .prefix = out };
  const gint64 axes[] = { 2, 3 };
  const char *cells = append_cells (&self, append_votes (&self, append_sides (&self, x)), cell);
  const char *parts[5] = { NULL }, *blocks = name (&self, "blocks"), *epsilon, *value;

  for (int k = 0; k < 4; k++)
    {
      g_autofree char *part = g_strdup_printf ("part%d", k);
      const gint64 starts[] = { k / 2, k % 2 }, ends[] = { k / 2 + rows, k % 2 + columns };

      parts[k] = slice (&self, part, cells, starts, ends, axes, 2);
    }
  mien_node_set_int (append (&self, "Concat", blocks, parts), "axis", 1);
  epsilon = take_scalar (&self, "epsilon", MIEN_HOG_EPSILON);
  value = append_unit (&self, "unit", blocks, epsilon);
  value = node (&self, "Min", "clipped", value, take_scalar (&self, "clip", MIEN_HOG_CLIP));
  value = append_unit (&self, "again", value, epsilon);
  append (&self, "Identity", out, (const char *[]){ value, NULL });
  for (guint i = 0; i < self.n_names; i++)
    g_free (self.names[i]);
}
