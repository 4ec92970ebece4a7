/* Det, Einsum and TfIdfVectorizer.
 * Reference: ONNX operators of those names; numpy.linalg.det, numpy.einsum.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/size.h"
#include "nn/op.h"

static gboolean
det_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (x->rank < 2 || x->dims[x->rank - 1] != x->dims[x->rank - 2])
    return mien_op_fail (call, error, "the matrices are not square");
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank - 2, x->dims);
  return TRUE;
}

/* By elimination with the largest pivot of each column. @a: [n, n], destroyed. */
static double
get_determinant (double *a, gsize n)
{
  double det = 1;

  for (gsize c = 0; c < n; c++)
    {
      gsize pivot = c;

      for (gsize r = c + 1; r < n; r++)
        if (fabs (a[r * n + c]) > fabs (a[pivot * n + c]))
          pivot = r;
      if (a[pivot * n + c] == 0)
        return 0;
      for (gsize k = 0; k < n && pivot != c; k++)
        {
          double swap = a[c * n + k];

          a[c * n + k] = a[pivot * n + k];
          a[pivot * n + k] = swap;
        }
      det *= pivot != c ? -a[c * n + c] : a[c * n + c];
      for (gsize r = c + 1; r < n; r++)
        {
          double factor = a[r * n + c] / a[c * n + c];

          for (gsize k = c; k < n; k++)
            a[r * n + k] -= factor * a[c * n + k];
        }
    }
  return det;
}

static gboolean
det_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  gsize n = (gsize) call->in[0].dims[call->in[0].rank - 1];
  g_autofree double *a = g_new (double, n *n + 1);

  for (gsize i = 0; i < run->out[0]->n_elements; i++)
    {
      const float *x = mien_tensor_f32 (run->in[0]) + i * n * n;

      for (gsize k = 0; k < n * n; k++)
        a[k] = (double) x[k];
      mien_tensor_f32 (run->out[0])[i] = (float) get_determinant (a, n);
    }
  return TRUE;
}

/* Einsum: every letter is a loop. Letters of the output come first, then those summed over; the
 * dimensions of an ellipsis are letters of their own. */
#define MAX_LETTERS 16
#define MAX_OPERANDS 8

typedef struct
{
  int n_letters, n_out; /* the first n_out letters make the output */
  char letters[MAX_LETTERS];
  gint64 dims[MAX_LETTERS];
  gint64 strides[MAX_OPERANDS][MAX_LETTERS];
} Einsum;

static int
find_letter (const Einsum *einsum, char letter)
{
  for (int i = 0; i < einsum->n_letters; i++)
    if (einsum->letters[i] == letter)
      return i;
  return -1;
}

/* Replaces "..." by the digits '0', '1', ... of its dimensions, lined up at the last. Stores the
 * letters of one term without spaces in @to. */
static gboolean
spell_term (const char *term, gsize length, int rank, char *to)
{
  int n_named = 0, n = 0;

  for (gsize i = 0; i < length; i++)
    n_named += g_ascii_isalpha (term[i]);
  for (gsize i = 0; i < length; i++)
    if (g_ascii_isalpha (term[i]) && n < MIEN_TENSOR_MAX_RANK)
      to[n++] = term[i];
    else if (term[i] == '.' && i + 2 < length && term[i + 1] == '.' && term[i + 2] == '.')
      {
        for (int d = rank - n_named; d > 0 && n < MIEN_TENSOR_MAX_RANK; d--)
          to[n++] = (char) ('0' + MIEN_TENSOR_MAX_RANK - d);
        i += 2;
      }
    else if (term[i] != ' ')
      return FALSE;
  to[n] = '\0';
  return rank < 0 || n == rank;
}

static gboolean
add_letters (Einsum *einsum, const char *letters)
{
  for (; *letters != '\0'; letters++)
    if (find_letter (einsum, *letters) < 0)
      {
        if (einsum->n_letters == MAX_LETTERS)
          return FALSE;
        einsum->dims[einsum->n_letters] = 1;
        einsum->letters[einsum->n_letters++] = *letters;
      }
  return TRUE;
}

/* Without "->" the output has every letter that occurs once, in alphabetical order, behind the
 * dimensions of the ellipsis. */
static void
spell_implicit (char terms[][MIEN_TENSOR_MAX_RANK + 1], guint n_terms, char *out)
{
  int n = 0;

  for (int c = '0'; c <= 'z'; c++)
    {
      int count = 0;

      for (guint t = 0; t < n_terms; t++)
        for (const char *l = terms[t]; *l != '\0'; l++)
          count += *l == c;
      if ((count == 1 || (count > 0 && g_ascii_isdigit (c))) && n < MIEN_TENSOR_MAX_RANK)
        out[n++] = (char) c;
    }
  out[n] = '\0';
}

static gboolean
measure_letters (const MienOpCall *call,
                 Einsum *einsum,
                 char terms[][MIEN_TENSOR_MAX_RANK + 1],
                 GError **error)
{
  for (guint t = 0; t < call->n_in; t++)
    {
      gint64 stride = 1;

      for (int d = call->in[t].rank - 1; d >= 0; d--)
        {
          int letter = find_letter (einsum, terms[t][d]);
          gint64 dim = call->in[t].dims[d];

          if (einsum->dims[letter] != 1 && dim != 1 && dim != einsum->dims[letter])
            return mien_op_fail (call, error, "'%c' has two sizes", terms[t][d]);
          if (dim != 1)
            {
              einsum->dims[letter] = dim;
              /* A letter twice in one term walks its diagonal. */
              einsum->strides[t][letter] += stride;
            }
          stride *= dim;
        }
    }
  return TRUE;
}

static gboolean
einsum_infer (MienOpCall *call, GError **error)
{
  const char *equation = mien_node_get_string (call->node, "equation", "");
  const char *arrow = strstr (equation, "->");
  g_autofree char *left =
      arrow != NULL ? g_strndup (equation, (gsize) (arrow - equation)) : g_strdup (equation);
  g_auto (GStrv) parts = g_strsplit (left, ",", -1);
  char terms[MAX_OPERANDS][MIEN_TENSOR_MAX_RANK + 1], out[MIEN_TENSOR_MAX_RANK + 1];
  Einsum *einsum;
  int most = 0;

  if (!mien_op_check_f32 (call, error))
    return FALSE;
  if (g_strv_length (parts) != call->n_in || call->n_in > MAX_OPERANDS)
    return mien_op_fail (call, error, "the equation '%s' does not fit %u inputs", equation,
                         call->n_in);
  for (guint t = 0; t < call->n_in; t++)
    {
      int n_digits = 0;

      if (!spell_term (parts[t], strlen (parts[t]), call->in[t].rank, terms[t]))
        return mien_op_fail (call, error, "the term '%s' does not fit input %u", parts[t], t);
      for (const char *l = terms[t]; *l != '\0'; l++)
        n_digits += g_ascii_isdigit (*l);
      most = MAX (most, n_digits);
    }
  if (arrow == NULL)
    spell_implicit (terms, call->n_in, out);
  else
    {
      int named = 0;

      for (const char *l = arrow + 2; *l != '\0'; l++)
        named += g_ascii_isalpha (*l);
      if (!spell_term (arrow + 2, strlen (arrow + 2),
                       strstr (arrow, "...") != NULL ? named + most : -1, out))
        return mien_op_fail (call, error, "the output of '%s'", equation);
    }
  einsum = g_new0 (Einsum, 1);
  call->state = einsum;
  call->free_state = g_free;
  if (!add_letters (einsum, out) || (gsize) einsum->n_letters != strlen (out))
    return mien_op_fail (call, error, "the output of '%s'", equation);
  einsum->n_out = einsum->n_letters;
  for (guint t = 0; t < call->n_in; t++)
    if (!add_letters (einsum, terms[t]))
      return mien_op_unsupported (call, error, "more than %d letters", MAX_LETTERS);
  if (!measure_letters (call, einsum, terms, error))
    return FALSE;
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, einsum->n_out, einsum->dims);
  return TRUE;
}

/* Sum over the letters that are not in the output, of the product of all inputs. @at: offsets. */
static double
sum_letters (const Einsum *einsum, const MienOpRun *run, guint n_in, int letter, const gint64 *at)
{
  gint64 next[MAX_OPERANDS];
  double sum = 0, product = 1;

  if (letter == einsum->n_letters)
    {
      for (guint t = 0; t < n_in; t++)
        product *= (double) mien_tensor_f32 (run->in[t])[at[t]];
      return product;
    }
  for (gint64 i = 0; i < einsum->dims[letter]; i++)
    {
      for (guint t = 0; t < n_in; t++)
        next[t] = at[t] + i * einsum->strides[t][letter];
      sum += sum_letters (einsum, run, n_in, letter + 1, next);
    }
  return sum;
}

typedef struct
{
  const MienOpCall *call;
  const MienOpRun *run;
} Job;

static void
einsum_part (gpointer data, gsize from, gsize to)
{
  const Job *job = data;
  const Einsum *einsum = job->call->state;

  for (gsize i = from; i < to; i++)
    {
      gint64 at[MAX_OPERANDS] = { 0 };
      gsize rest = i;

      for (int l = einsum->n_out - 1; l >= 0; l--)
        {
          gint64 position = (gint64) (rest % (gsize) einsum->dims[l]);

          rest /= (gsize) einsum->dims[l];
          for (guint t = 0; t < job->call->n_in; t++)
            at[t] += position * einsum->strides[t][l];
        }
      mien_tensor_f32 (job->run->out[0])[i] =
          (float) sum_letters (einsum, job->run, job->call->n_in, einsum->n_out, at);
    }
}

static gboolean
einsum_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  Job job = { call, run };

  mien_op_parallel_range (run->parallel, run->out[0]->n_elements, 64, einsum_part, &job);
  return TRUE;
}

/* TfIdfVectorizer over integers: how often each n-gram of the pool occurs. */
typedef struct
{
  const MienAttribute *pool, *counts, *indexes, *weights;
  gint64 min_length, max_length, max_skip;
} Tfidf;

static gboolean
read_tfidf (MienOpCall *call, Tfidf *tfidf, GError **error)
{
  tfidf->pool = mien_node_find_attribute (call->node, "pool_int64s");
  tfidf->counts = mien_node_find_attribute (call->node, "ngram_counts");
  tfidf->indexes = mien_node_find_attribute (call->node, "ngram_indexes");
  tfidf->weights = mien_node_find_attribute (call->node, "weights");
  tfidf->min_length = mien_node_get_int (call->node, "min_gram_length", 1);
  tfidf->max_length = mien_node_get_int (call->node, "max_gram_length", 1);
  tfidf->max_skip = mien_node_get_int (call->node, "max_skip_count", 0);
  if (tfidf->pool == NULL)
    return mien_op_unsupported (call, error, "a pool of text");
  if (tfidf->counts == NULL || tfidf->indexes == NULL || tfidf->pool->type != MIEN_ATTRIBUTE_INTS
      || tfidf->counts->type != MIEN_ATTRIBUTE_INTS || tfidf->indexes->type != MIEN_ATTRIBUTE_INTS
      || (tfidf->weights != NULL
          && (tfidf->weights->type != MIEN_ATTRIBUTE_FLOATS
              || tfidf->weights->n != tfidf->indexes->n))
      || tfidf->min_length < 1 || tfidf->max_length < tfidf->min_length
      || tfidf->max_length > (gint64) tfidf->counts->n || tfidf->max_skip < 0
      || tfidf->max_skip > 1024)
    return mien_op_fail (call, error, "the attributes do not fit");
  for (gsize i = 0; i < tfidf->counts->n; i++)
    if (tfidf->counts->ints[i] < 0 || (gsize) tfidf->counts->ints[i] > tfidf->pool->n
        || (i > 0 && tfidf->counts->ints[i] < tfidf->counts->ints[i - 1]))
      return mien_op_fail (call, error, "ngram_counts point outside of the pool");
  return TRUE;
}

static gboolean
tfidf_infer (MienOpCall *call, GError **error)
{
  const MienOpValue *x = &call->in[0];
  Tfidf tfidf;
  gint64 dims[2], top = -1;

  if (x->dtype != MIEN_DTYPE_I32 && x->dtype != MIEN_DTYPE_I64)
    return mien_op_unsupported (call, error, "input of %s", mien_dtype_get_name (x->dtype));
  if (x->rank < 1 || x->rank > 2)
    return mien_op_fail (call, error, "an input of rank %d", x->rank);
  if (!read_tfidf (call, &tfidf, error))
    return FALSE;
  for (gsize i = 0; i < tfidf.indexes->n; i++)
    {
      if (tfidf.indexes->ints[i] < 0 || tfidf.indexes->ints[i] > 1 << 28)
        return mien_op_fail (call, error, "an index of %" G_GINT64_FORMAT, tfidf.indexes->ints[i]);
      top = MAX (top, tfidf.indexes->ints[i]);
    }
  call->state = g_memdup2 (&tfidf, sizeof tfidf);
  call->free_state = g_free;
  dims[0] = x->rank == 2 ? x->dims[0] : top + 1;
  dims[1] = top + 1;
  mien_op_set_output (call, 0, MIEN_DTYPE_F32, x->rank, dims);
  return TRUE;
}

/* How often @gram occurs in @row with @step elements from one to the next. */
static float
count_gram (const gint64 *row, gint64 n, const gint64 *gram, gint64 length, gint64 step)
{
  float count = 0;

  for (gint64 i = 0; i + (length - 1) * step < n; i++)
    {
      gint64 k = 0;

      while (k < length && row[i + k * step] == gram[k])
        k++;
      count += k == length;
    }
  return count;
}

static void
vectorise_row (const Tfidf *tfidf, const gint64 *row, gint64 n, const char *mode, float *y)
{
  gsize index = 0;

  for (gint64 length = 1; length <= (gint64) tfidf->counts->n; length++)
    {
      gint64 from = tfidf->counts->ints[length - 1];
      gint64 to = length < (gint64) tfidf->counts->n ? tfidf->counts->ints[length]
                                                     : (gint64) tfidf->pool->n;

      for (; from + length <= to && index < tfidf->indexes->n; from += length, index++)
        {
          float count = 0;

          if (length < tfidf->min_length || length > tfidf->max_length)
            continue;
          /* Single elements have no gaps to widen. */
          for (gint64 skip = 0; skip <= (length == 1 ? 0 : tfidf->max_skip); skip++)
            count += count_gram (row, n, tfidf->pool->ints + from, length, skip + 1);
          if (strcmp (mode, "TF") != 0)
            count = (count > 0 ? (strcmp (mode, "IDF") == 0 ? 1 : count) : 0)
                    * (tfidf->weights != NULL ? tfidf->weights->floats[index] : 1);
          y[tfidf->indexes->ints[index]] = count;
        }
    }
}

static gboolean
tfidf_run (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  const MienTensor *x = run->in[0];
  const char *mode = mien_node_get_string (call->node, "mode", "TF");
  gint64 n = x->dims[x->rank - 1];
  gsize rows = x->rank == 2 ? (gsize) x->dims[0] : 1;
  gsize width = (gsize) run->out[0]->dims[run->out[0]->rank - 1];
  g_autofree gint64 *values = g_new (gint64, x->n_elements + 1);

  memset (run->out[0]->data, 0, run->out[0]->n_bytes);
  mien_tensor_cast_data (x->dtype, x->data, MIEN_DTYPE_I64, values, x->n_elements);
  for (gsize r = 0; r < rows; r++)
    vectorise_row (call->state, values + r * (gsize) n, n, mode,
                   mien_tensor_f32 (run->out[0]) + r * width);
  return TRUE;
}

const MienOp mien_ops_algebra[] = {
  { "Det", "", MIEN_OP_ANY, 1, 1, 1, det_infer, NULL, det_run },
  { "Einsum", "", MIEN_OP_ANY, 1, 0, 1, einsum_infer, NULL, einsum_run },
  { "TfIdfVectorizer", "", MIEN_OP_ANY, 1, 1, 1, tfidf_infer, NULL, tfidf_run },
  { NULL },
};
