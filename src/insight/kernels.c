/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/kernels.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* [in, out] to [out, in]: MatMul, and Gemm without transB, keep their weights that way. */
static MienTensor *
transpose (const MienTensor *in)
{
  gint64 dims[] = { in->dims[1], in->dims[0], 1, 1 };
  MienTensor *out = mien_tensor_new_f32 (4, dims);
  const float *from = mien_tensor_f32 (in);

  for (gint64 i = 0; i < in->dims[0]; i++)
    for (gint64 o = 0; o < in->dims[1]; o++)
      mien_tensor_f32 (out)[o * in->dims[0] + i] = from[i * in->dims[1] + o];
  return out;
}

MienTensor *
mien_kernels_dup_weights (MienModel *model, const MienLayer *layer, GError **error)
{
  MienGraph *graph = mien_model_get_executed_graph (model);
  MienTensor *weight =
      layer->weight != NULL ? mien_graph_find_initializer (graph, layer->weight) : NULL;
  MienNode *node = mien_graph_find_producer (graph, layer->value);

  if (weight == NULL || node == NULL || (weight->rank != 2 && weight->rank != 4))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "layer '%s' (%s) has no kernels",
                   layer->name, layer->op_type);
      return NULL;
    }
  if (weight->rank == 4)
    return mien_tensor_ref (weight);
  if (strcmp (layer->op_type, "Gemm") == 0 && mien_node_get_int (node, "transB", 0) != 0)
    {
      gint64 dims[] = { weight->dims[0], weight->dims[1], 1, 1 };

      return mien_tensor_reshape (weight, 4, dims, error);
    }
  return transpose (weight);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Marks filters that are far below the middle one: nothing they find gets through. */
static void
mark_dead (GArray *stats)
{
  g_autofree double *norms = g_new (double, MAX (stats->len, 1));
  double median;

  for (guint i = 0; i < stats->len; i++)
    norms[i] = g_array_index (stats, MienKernelStats, i).norm;
  qsort (norms, stats->len, sizeof *norms, compare_doubles);
  median = stats->len > 0 ? norms[stats->len / 2] : 0;
  for (guint i = 0; i < stats->len; i++)
    {
      MienKernelStats *s = &g_array_index (stats, MienKernelStats, i);

      s->is_dead = s->norm <= 1e-3 * median;
    }
}

typedef struct
{
  MienKernelOrder order;
  const double *selectivity;
} Ordering;

static int
compare_stats (gconstpointer a, gconstpointer b, gpointer data)
{
  const MienKernelStats *x = a, *y = b;
  const Ordering *ordering = data;
  double dx = 0, dy = 0;

  if (ordering->order == MIEN_KERNEL_ORDER_NORM)
    {
      dx = x->norm;
      dy = y->norm;
    }
  if (ordering->order == MIEN_KERNEL_ORDER_SELECTIVITY)
    {
      dx = ordering->selectivity[x->channel];
      dy = ordering->selectivity[y->channel];
    }
  if (dx != dy)
    return dx < dy ? 1 : -1;
  return (x->channel > y->channel) - (x->channel < y->channel);
}

GArray *
mien_kernels_list_stats (const MienTensor *weights,
                         MienKernelOrder order,
                         const double *selectivity)
{
  gsize n = (gsize) weights->dims[0];
  gsize each = n > 0 ? weights->n_elements / n : 0;
  const float *w = mien_tensor_f32 (weights);
  GArray *stats = g_array_sized_new (FALSE, TRUE, sizeof (MienKernelStats), (guint) n);
  Ordering ordering = { order, selectivity };
  double largest = 0;

  g_return_val_if_fail (order != MIEN_KERNEL_ORDER_SELECTIVITY || selectivity != NULL, stats);
  for (gsize i = 0; i < weights->n_elements; i++)
    largest = MAX (largest, fabs (w[i]));
  for (gsize o = 0; o < n; o++)
    {
      MienKernelStats s = { .channel = (guint) o };
      gsize small = 0;

      for (gsize i = 0; i < each; i++)
        {
          double v = w[o * each + i];

          s.norm += v * v;
          s.mean += v;
          small += fabs (v) < 0.01 * largest;
        }
      s.norm = sqrt (s.norm);
      s.mean /= (double) MAX (each, 1);
      s.sparsity = (double) small / (double) MAX (each, 1);
      g_array_append_val (stats, s);
    }
  mark_dead (stats);
  g_array_sort_with_data (stats, compare_stats, &ordering);
  return stats;
}

void
mien_kernels_get_spectrum (
    const MienTensor *weights, guint c_out, guint c_in, guint size, double *out)
{
  guint k_h = (guint) weights->dims[2], k_w = (guint) weights->dims[3];
  const float *k =
      mien_tensor_f32 (weights) + ((gsize) c_out * (gsize) weights->dims[1] + c_in) * k_h * k_w;

  for (guint v = 0; v < size; v++)
    for (guint u = 0; u < size; u++)
      {
        double fy = ((double) v - size / 2) / size, fx = ((double) u - size / 2) / size;
        double complex sum = 0;

        for (guint y = 0; y < k_h; y++)
          for (guint x = 0; x < k_w; x++)
            sum += k[y * k_w + x] * cexp (-2 * G_PI * I * (fy * y + fx * x));
        out[v * size + u] = cabs (sum);
      }
}
