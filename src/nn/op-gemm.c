/* Matrix products: Gemm and MatMul.
 * Reference: ONNX operators Gemm, MatMul; numpy.matmul.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cblas.h>
#include <string.h>

#include "nn/broadcast.h"
#include "nn/kernels.h"

/* Rows, or columns, of a product that one part computes; fixed, so that the sums do not depend on
 * how many threads there are. */
#define TILE_ROWS 64
#define TILE_COLUMNS 256
/* Multiply-adds up to which OpenBLAS takes its kernels for small matrices. */
#define SMALL_PRODUCT 1000000

typedef struct
{
  int m, n, k;
  gboolean trans_a, trans_b;
  float alpha, beta;
  int n_batches;
  gsize *a_offsets, *b_offsets; /* [n_batches], elements */
  MienBroadcast c;              /* of Gemm's third input */
} Gemm;

typedef struct
{
  const Gemm *gemm;
  const float *a, *b;
  float *y;
  gboolean by_columns;
  guint n_tiles;
} Job;

static void
gemm_free (gpointer data)
{
  Gemm *gemm = data;

  g_free (gemm->a_offsets);
  g_free (gemm->b_offsets);
  g_free (gemm);
}

static Gemm *
new_gemm (MienOpCall *call, int n_batches)
{
  Gemm *gemm = g_new0 (Gemm, 1);

  gemm->alpha = 1.0f;
  gemm->n_batches = n_batches;
  gemm->a_offsets = g_new0 (gsize, n_batches + 1);
  gemm->b_offsets = g_new0 (gsize, n_batches + 1);
  call->state = gemm;
  call->free_state = gemm_free;
  return gemm;
}

static gboolean
fits_int (const gint64 *dims, int rank)
{
  for (int d = 0; d < rank; d++)
    if (dims[d] > G_MAXINT / 2)
      return FALSE;
  return TRUE;
}

static gboolean
gemm_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *a = &call->in[0], *b = &call->in[1];
  gboolean trans_a = mien_node_get_int (call->node, "transA", 0) != 0;
  gboolean trans_b = mien_node_get_int (call->node, "transB", 0) != 0;
  MienOpValue out = { .dtype = MIEN_DTYPE_F32, .rank = 2 }, check;
  Gemm *gemm;

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (a->rank != 2 || b->rank != 2 || a->dims[trans_a ? 0 : 1] != b->dims[trans_b ? 1 : 0]
      || !fits_int (a->dims, 2) || !fits_int (b->dims, 2))
    return mien_op_fail (call, error, "the matrices do not fit");
  out.dims[0] = a->dims[trans_a ? 1 : 0];
  out.dims[1] = b->dims[trans_b ? 0 : 1];
  check = out;
  if (mien_op_has_input (call, 2)
      && (call->in[2].rank > 2 || !mien_op_broadcast (&check, &out, &call->in[2])
          || check.dims[0] != out.dims[0] || check.dims[1] != out.dims[1]))
    return mien_op_fail (call, error, "the third input does not broadcast to the product");
  gemm = new_gemm (call, 1);
  gemm->m = (int) out.dims[0];
  gemm->n = (int) out.dims[1];
  gemm->k = (int) a->dims[trans_a ? 0 : 1];
  gemm->trans_a = trans_a;
  gemm->trans_b = trans_b;
  gemm->alpha = mien_node_get_float (call->node, "alpha", 1.0f);
  gemm->beta = mien_op_has_input (call, 2) ? mien_node_get_float (call->node, "beta", 1.0f) : 0.0f;
  if (mien_op_has_input (call, 2))
    {
      const MienOpValue *c[] = { &call->in[2] };

      mien_broadcast_init (&gemm->c, &out, c, 1);
    }
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, 2, out.dims);
  call->flops = 2.0 * gemm->m * (double) gemm->n * gemm->k;
  return TRUE;
}

/* @value with its last two dimensions taken off. */
static MienOpValue
batch_of (const MienOpValue *value)
{
  MienOpValue batch = *value;

  batch.rank = MAX (value->rank - 2, 0);
  return batch;
}

static void
fill_offsets (Gemm *gemm,
              const MienOpValue *batch,
              const MienOpValue *a,
              const MienOpValue *b,
              gsize a_size,
              gsize b_size)
{
  const MienOpValue *in[] = { a, b };
  MienBroadcast broadcast;
  gsize row, at[2];

  mien_broadcast_init (&broadcast, batch, in, 2);
  row = mien_broadcast_row (&broadcast);
  for (gsize i = 0; i < (gsize) gemm->n_batches; i++)
    {
      mien_broadcast_locate (&broadcast, i / row, at);
      gemm->a_offsets[i] = (at[0] + i % row * mien_broadcast_step (&broadcast, 0)) * a_size;
      gemm->b_offsets[i] = (at[1] + i % row * mien_broadcast_step (&broadcast, 1)) * b_size;
    }
}

static gboolean
matmul_infer (MienOpCall *call, GError **error)
{
  MienOpValue a = call->in[0], b = call->in[1], a_batch, b_batch, batch = { 0 };
  gboolean a_vector = a.rank == 1, b_vector = b.rank == 1;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  gsize n_batches;
  int rank;
  Gemm *gemm;

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (a.rank == 0 || b.rank == 0 || !fits_int (a.dims, a.rank) || !fits_int (b.dims, b.rank))
    return mien_op_fail (call, error, "an input of rank 0 or too large");
  if (a_vector)
    {
      a.rank = 2;
      a.dims[1] = a.dims[0];
      a.dims[0] = 1;
    }
  if (b_vector)
    {
      b.rank = 2;
      b.dims[1] = 1;
    }
  a_batch = batch_of (&a);
  b_batch = batch_of (&b);
  if (a.dims[a.rank - 1] != b.dims[b.rank - 2] || !mien_op_broadcast (&batch, &a_batch, &b_batch))
    return mien_op_fail (call, error, "the matrices do not fit");
  n_batches = mien_op_count (&batch);
  memcpy (dims, batch.dims, sizeof dims);
  rank = batch.rank;
  if (rank + 2 > MIEN_TENSOR_MAX_RANK || n_batches > G_MAXINT)
    return mien_op_unsupported (call, error, "so many products");
  if (!a_vector)
    dims[rank++] = a.dims[a.rank - 2];
  if (!b_vector)
    dims[rank++] = b.dims[b.rank - 1];
  gemm = new_gemm (call, (int) n_batches);
  gemm->m = (int) a.dims[a.rank - 2];
  gemm->n = (int) b.dims[b.rank - 1];
  gemm->k = (int) a.dims[a.rank - 1];
  if (n_batches > 0)
    fill_offsets (gemm, &batch, &a_batch, &b_batch, (gsize) gemm->m * (gsize) gemm->k,
                  (gsize) gemm->k * (gsize) gemm->n);
  /* One matrix for all rows of the other: a single tall product. */
  if (b.rank == 2 && n_batches > 0 && (gint64) gemm->m * (gint64) n_batches < G_MAXINT)
    {
      gemm->m *= (int) n_batches;
      gemm->n_batches = 1;
    }
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, rank, dims);
  call->flops = 2.0 * gemm->m * (double) gemm->n * gemm->k * gemm->n_batches;
  return TRUE;
}

/* Whether OpenBLAS takes memory for a product of this size: with the kernels of processors that
 * have AVX-512 it does for small ones (0.3.21: up to a million multiply-adds). */
static gboolean
is_small_for_blas (gint64 m, gint64 n, gint64 k)
{
  static gsize once = 0; /* 1: never, 2: for small ones */

  if (m * n * k > SMALL_PRODUCT)
    return FALSE;
  if (g_once_init_enter (&once))
    {
      static const char *const cores[] = { "SkylakeX", "Cooperlake", "Sapphirerapids" };
      const char *core = openblas_get_corename ();
      gsize found = 1;

      for (guint i = 0; i < G_N_ELEMENTS (cores); i++)
        if (g_ascii_strcasecmp (core, cores[i]) == 0)
          found = 2;
      g_once_init_leave (&once, found);
    }
  return once == 2;
}

/* Rows or columns [from, to) of one product. */
static void
multiply_tile (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const Gemm *g = job->gemm;
  guint batch = part / job->n_tiles, tile = part % job->n_tiles;
  const float *a = job->a + g->a_offsets[batch], *b = job->b + g->b_offsets[batch];
  float *y = job->y + (gsize) batch * (gsize) g->m * (gsize) g->n;
  int from = (int) tile * (job->by_columns ? TILE_COLUMNS : TILE_ROWS);
  int to = MIN (from + (job->by_columns ? TILE_COLUMNS : TILE_ROWS), job->by_columns ? g->n : g->m);
  int m = job->by_columns ? g->m : to - from, n = job->by_columns ? to - from : g->n;
  int lda = g->trans_a ? g->m : g->k, ldb = g->trans_b ? g->k : g->n;

  if (job->by_columns)
    {
      b += g->trans_b ? (gsize) from * (gsize) ldb : (gsize) from;
      y += from;
    }
  else
    {
      a += g->trans_a ? (gsize) from : (gsize) from * (gsize) lda;
      y += (gsize) from * (gsize) g->n;
    }
  if (is_small_for_blas (m, n, g->k))
    {
      const MienProduct product = { .a = a,
                                    .b = b,
                                    .y = y,
                                    .m = m,
                                    .n = n,
                                    .k = g->k,
                                    .lda = (gsize) MAX (lda, 1),
                                    .ldb = (gsize) MAX (ldb, 1),
                                    .ldy = (gsize) MAX (g->n, 1),
                                    .trans_a = g->trans_a,
                                    .trans_b = g->trans_b,
                                    .alpha = g->alpha,
                                    .accumulates = g->beta != 0.0f };

      mien_kernels_get ()->product (&product);
      return;
    }
  cblas_sgemm (CblasRowMajor, g->trans_a ? CblasTrans : CblasNoTrans,
               g->trans_b ? CblasTrans : CblasNoTrans, m, n, g->k, g->alpha, a, MAX (lda, 1), b,
               MAX (ldb, 1), g->beta != 0.0f ? 1.0f : 0.0f, y, MAX (g->n, 1));
}

static void
spread_c (const Gemm *gemm, const float *c, float *y)
{
  gsize row = mien_broadcast_row (&gemm->c), step = mien_broadcast_step (&gemm->c, 0);

  for (gsize r = 0; r < gemm->c.n_rows; r++)
    {
      gsize at;

      mien_broadcast_locate (&gemm->c, r, &at);
      for (gsize i = 0; i < row; i++)
        *y++ = gemm->beta * c[at + i * step];
    }
}

static gboolean
run_gemm (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const Gemm *gemm = call->state;
  Job job = { gemm, mien_tensor_f32 (run->in[0]), mien_tensor_f32 (run->in[1]),
              mien_tensor_f32 (run->out[0]) };
  MienTensor *y = run->out[0];

  if (y->n_elements == 0)
    return TRUE;
  if (gemm->beta != 0.0f)
    spread_c (gemm, mien_tensor_f32 (run->in[2]), job.y);
  else if (gemm->k == 0)
    memset (y->data, 0, y->n_bytes);
  if (gemm->k == 0)
    return TRUE;
  job.by_columns = gemm->n > gemm->m;
  job.n_tiles = job.by_columns ? ((guint) gemm->n + TILE_COLUMNS - 1) / TILE_COLUMNS
                               : ((guint) gemm->m + TILE_ROWS - 1) / TILE_ROWS;
  mien_parallel_for (run->parallel, job.n_tiles * (guint) gemm->n_batches, multiply_tile, &job);
  return TRUE;
}

const MienOp mien_ops_gemm[] = {
  { "Gemm", "", MIEN_OP_ANY, 2, 3, 1, gemm_infer, NULL, run_gemm },
  { "MatMul", "", MIEN_OP_ANY, 2, 2, 1, matmul_infer, NULL, run_gemm },
  { NULL },
};
