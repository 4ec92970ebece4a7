/* NonMaxSuppression.
 * Reference: ONNX operator NonMaxSuppression; Neubeck & Van Gool 2006.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/op.h"

/* boxes [batches, n, 4], scores [batches, classes, n], then how many a class at most, how much
 * overlap at most, which score at least. What is kept is found by infer(), because it is the shape
 * of the output. */
typedef struct
{
  const float *boxes, *scores;
  gint64 n_batches, n_classes, n;
  gint64 max_per_class;
  float max_overlap, min_score;
  gboolean is_centred; /* boxes are centre and size, not two corners */
} Nms;

typedef struct
{
  float y0, x0, y1, x1;
} Box;

static Box
get_box (const Nms *nms, gint64 batch, gint64 i)
{
  const float *b = nms->boxes + (batch * nms->n + i) * 4;

  if (nms->is_centred)
    return (Box){ b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2 };
  return (Box){ fminf (b[0], b[2]), fminf (b[1], b[3]), fmaxf (b[0], b[2]), fmaxf (b[1], b[3]) };
}

static float
get_overlap (const Box *a, const Box *b)
{
  float h = fminf (a->y1, b->y1) - fmaxf (a->y0, b->y0);
  float w = fminf (a->x1, b->x1) - fmaxf (a->x0, b->x0);
  float both = h > 0 && w > 0 ? h * w : 0;
  float all = (a->y1 - a->y0) * (a->x1 - a->x0) + (b->y1 - b->y0) * (b->x1 - b->x0) - both;

  return all > 0 ? both / all : 0;
}

static int
compare_scores (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *scores = data;
  gint64 i = *(const gint64 *) a, k = *(const gint64 *) b;

  if (scores[i] != scores[k])
    return scores[i] > scores[k] ? -1 : 1;
  return (i > k) - (i < k);
}

/* Appends [batch, class, box] triples. */
static void
select_boxes (const Nms *nms, gint64 batch, gint64 class, GArray *kept)
{
  const float *scores = nms->scores + (batch * nms->n_classes + class) * nms->n;
  g_autofree gint64 *order = g_new (gint64, nms->n + 1);
  guint first = kept->len;
  gint64 n = 0;

  for (gint64 i = 0; i < nms->n; i++)
    if (scores[i] > nms->min_score)
      order[n++] = i;
  g_qsort_with_data (order, (gint) n, sizeof *order, compare_scores, (gpointer) scores);
  for (gint64 i = 0; i < n && (kept->len - first) / 3 < (guint64) nms->max_per_class; i++)
    {
      Box box = get_box (nms, batch, order[i]);
      gboolean covered = FALSE;

      for (guint k = first; k < kept->len && !covered; k += 3)
        {
          Box other = get_box (nms, batch, g_array_index (kept, gint64, k + 2));

          covered = get_overlap (&box, &other) > nms->max_overlap;
        }
      if (covered)
        continue;
      g_array_append_val (kept, batch);
      g_array_append_val (kept, class);
      g_array_append_val (kept, order[i]);
    }
}

static gboolean
read_float (MienOpCall *call, guint index, float fallback, float *out, GError **error)
{
  const MienTensor *t;

  *out = fallback;
  if (!mien_op_has_input (call, index))
    return TRUE;
  if (!mien_op_check_type (call, index, MIEN_DTYPE_F32, error))
    return FALSE;
  t = mien_op_need_value (call, index);
  if (t == NULL)
    return TRUE;
  if (t->n_elements != 1)
    return mien_op_fail (call, error, "input %u is not one number", index);
  *out = mien_tensor_f32 (t)[0];
  return TRUE;
}

static gboolean
infer (MienOpCall *call, GError **error)
{
  Nms nms = { .is_centred = mien_node_get_int (call->node, "center_point_box", 0) != 0 };
  const MienTensor *boxes = mien_op_need_value (call, 0), *scores = mien_op_need_value (call, 1);
  g_autofree gint64 *limit = NULL;
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 dims[2];
  gsize n;

  if (!mien_op_check_type (call, 0, MIEN_DTYPE_F32, error)
      || !mien_op_check_type (call, 1, MIEN_DTYPE_F32, error)
      || !mien_op_get_ints (call, NULL, 2, &limit, &n, error)
      || !read_float (call, 3, 0.0f, &nms.max_overlap, error)
      || !read_float (call, 4, -INFINITY, &nms.min_score, error))
    return FALSE;
  if (call->is_late)
    return TRUE;
  if (boxes->rank != 3 || scores->rank != 3 || boxes->dims[2] != 4
      || boxes->dims[0] != scores->dims[0] || boxes->dims[1] != scores->dims[2]
      || boxes->dims[1] > G_MAXINT || (limit != NULL && n != 1))
    return mien_op_fail (call, error, "boxes and scores do not fit");
  nms.boxes = mien_tensor_f32 (boxes);
  nms.scores = mien_tensor_f32 (scores);
  nms.n_batches = boxes->dims[0];
  nms.n_classes = scores->dims[1];
  nms.n = boxes->dims[1];
  nms.max_per_class = limit != NULL ? MAX (limit[0], 0) : 0;
  for (gint64 b = 0; b < nms.n_batches; b++)
    for (gint64 c = 0; c < nms.n_classes; c++)
      select_boxes (&nms, b, c, kept);
  dims[0] = kept->len / 3;
  dims[1] = 3;
  mien_op_set_output (call, 0, MIEN_DTYPE_I64, 2, dims);
  call->state = g_array_free (g_steal_pointer (&kept), FALSE);
  call->free_state = g_free;
  return TRUE;
}

static gboolean
run_nms (const MienOpCall *call, const MienOpRun *run, GError **error)
{
  if (run->out[0]->n_bytes > 0)
    memcpy (run->out[0]->data, call->state, run->out[0]->n_bytes);
  return TRUE;
}

const MienOp mien_ops_detect[] = {
  { "NonMaxSuppression", "", MIEN_OP_ANY, 2, 5, 1, infer, NULL, run_nms },
  { NULL },
};
