/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/teacher.h"

#include <string.h>

#include "base/error.h"
#include "nn/context.h"

#define N8 MIEN_DATASET_N_FERPLUS
#define N7 MIEN_DATASET_N_FER2013

typedef struct
{
  MienModel *model;
  MienContext *context;
  gint64 dims[4]; /* of the input; dims[0] is the batch */
} Teacher;

struct _MienTeachers
{
  GPtrArray *teachers; /* of Teacher */
  guint width, height; /* of the pictures shown */
  gboolean mirror;
};

static void
free_teacher (gpointer data)
{
  Teacher *t = data;

  g_clear_pointer (&t->context, mien_context_free);
  g_clear_pointer (&t->model, mien_model_unref);
  g_free (t);
}

static gboolean
has_output (MienModel *model, const char *name, gint64 n)
{
  GPtrArray *outputs = mien_graph_get_outputs (mien_model_get_graph (model));

  for (guint i = 0; i < outputs->len; i++)
    {
      const MienValueInfo *info = outputs->pdata[i];

      if (g_strcmp0 (info->name, name) == 0)
        return info->rank == 2 && (info->dims[1] < 0 || info->dims[1] == n);
    }
  return FALSE;
}

static Teacher *
load_teacher (const char *file, MienParallel *parallel, GError **error)
{
  MienModel *model = mien_model_load (file, MIEN_MODEL_DEFAULT, error);
  GPtrArray *inputs;
  const MienValueInfo *info;
  Teacher *t;

  if (model == NULL)
    return NULL;
  inputs = mien_graph_get_inputs (mien_model_get_graph (model));
  info = inputs->len == 1 ? inputs->pdata[0] : NULL;
  if (info == NULL || info->rank != 4 || (info->dims[1] != 1 && info->dims[1] != 3)
      || info->dims[2] < 1 || info->dims[2] > 1024 || info->dims[3] < 1 || info->dims[3] > 1024
      || (!has_output (model, "ferplus", N8) && !has_output (model, "fer2013", N7)))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%s: a teacher takes pictures [n,1|3,h,w] and has an output ferplus [n,8] or "
                   "fer2013 [n,7]",
                   file);
      mien_model_unref (model);
      return NULL;
    }
  t = g_new0 (Teacher, 1);
  t->model = model;
  t->context = mien_context_new (model, parallel);
  memcpy (t->dims, info->dims, sizeof t->dims);
  return t;
}

MienTeachers *
mien_teachers_new (const char *const *files,
                   guint width,
                   guint height,
                   gboolean mirror,
                   MienParallel *parallel,
                   GError **error)
{
  g_autoptr (MienTeachers) self = NULL;

  g_return_val_if_fail (files != NULL && width > 0 && height > 0, NULL);
  self = g_new0 (MienTeachers, 1);
  self->teachers = g_ptr_array_new_with_free_func (free_teacher);
  self->width = width;
  self->height = height;
  self->mirror = mirror;
  for (guint i = 0; files[i] != NULL; i++)
    {
      Teacher *t = load_teacher (files[i], parallel, error);

      if (t == NULL)
        return NULL;
      g_ptr_array_add (self->teachers, t);
    }
  return g_steal_pointer (&self);
}

void
mien_teachers_free (MienTeachers *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->teachers);
  g_free (self);
}

static void
mirror_rows (float *data, gsize n_rows, gsize width)
{
  for (float *row = data; n_rows > 0; n_rows--, row += width)
    for (gsize x = 0; x < width / 2; x++)
      {
        float kept = row[x];

        row[x] = row[width - 1 - x];
        row[width - 1 - x] = kept;
      }
}

static gboolean
ask (MienTeachers *self,
     Teacher *t,
     const MienBatch *batch,
     guint n,
     gboolean mirrored,
     GError **error)
{
  g_autoptr (MienTensor) input = NULL;
  gsize plane = (gsize) (t->dims[2] * t->dims[3]);
  float *out;

  t->dims[0] = n;
  input = mien_tensor_new_f32 (4, t->dims);
  out = mien_tensor_f32 (input);
  for (guint i = 0; i < n; i++)
    for (gint64 c = 0; c < t->dims[1]; c++, out += plane)
      mien_samples_resize (batch->raw + (gsize) i * self->width * self->height, self->width,
                           self->height, out, (guint) t->dims[3], (guint) t->dims[2], 1);
  if (mirrored)
    mirror_rows (mien_tensor_f32 (input), (gsize) n * (gsize) (t->dims[1] * t->dims[2]),
                 (gsize) t->dims[3]);
  return mien_context_run (t->context, &input, 1, NULL, error);
}

/* Adds a teacher's answers for one head; FALSE when it has no such head. */
static gboolean
add_answers (Teacher *t, const char *head, guint n, guint n_classes, float *sum)
{
  const MienTensor *answer = mien_context_find_value (t->context, head);

  if (answer == NULL || answer->n_elements != (gsize) n * n_classes)
    return FALSE;
  for (gsize i = 0; i < answer->n_elements; i++)
    sum[i] += mien_tensor_f32 (answer)[i];
  return TRUE;
}

static void
blend (float *targets,
       float *weights,
       const float *sum,
       guint count,
       guint n,
       guint n_classes,
       float part)
{
  for (guint i = 0; i < n && count > 0; i++)
    {
      float theirs = weights[i] > 0 ? part : 1;

      for (guint c = 0; c < n_classes; c++)
        targets[i * n_classes + c] = (1 - theirs) * targets[i * n_classes + c]
                                     + theirs * sum[i * n_classes + c] / (float) count;
      if (weights[i] <= 0)
        weights[i] = part;
    }
}

gboolean
mien_teachers_blend (MienTeachers *self, MienBatch *batch, guint n, float part, GError **error)
{
  g_autofree float *eight = g_new0 (float, (gsize) n *N8);
  g_autofree float *seven = g_new0 (float, (gsize) n *N7);
  guint n_eight = 0, n_seven = 0;

  g_return_val_if_fail (self != NULL && batch != NULL && n <= batch->n, FALSE);
  for (guint i = 0; i < self->teachers->len; i++)
    for (int mirrored = 0; mirrored <= self->mirror; mirrored++)
      {
        Teacher *t = self->teachers->pdata[i];

        if (!ask (self, t, batch, n, mirrored, error))
          return FALSE;
        n_eight += add_answers (t, "ferplus", n, N8, eight);
        n_seven += add_answers (t, "fer2013", n, N7, seven);
      }
  blend (batch->ferplus, batch->ferplus_weights, eight, n_eight, n, N8, part);
  blend (batch->fer2013, batch->fer2013_weights, seven, n_seven, n, N7, part);
  return TRUE;
}
