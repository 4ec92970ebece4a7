/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/rows.h"

#include <string.h>

#include "base/error.h"

void
mien_rows_free (MienRows *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  g_free (self->classes);
  g_free (self);
}

MienRows *
mien_rows_new (MienClassifierModel *classifier,
               const MienDataset *dataset,
               MienDatasetSplit split,
               MienProtocol protocol,
               gboolean exclude_copies,
               GError **error)
{
  g_autoptr (MienRows) self = g_new0 (MienRows, 1);
  guint total = mien_dataset_get_n_rows (dataset);
  gboolean is_fer2013 = mien_classifier_model_get_label_set (classifier) == MIEN_LABELS_FER2013;

  if (is_fer2013 != (protocol == MIEN_PROTOCOL_FER2013))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "protocol '%s' does not have the classes of the output '%s'",
                   mien_protocol_get_name (protocol),
                   mien_label_set_get_name (mien_classifier_model_get_label_set (classifier)));
      return NULL;
    }
  self->rows = g_new (guint32, MAX (total, 1));
  self->classes = g_new (guint8, MAX (total, 1));
  self->n_classes = mien_protocol_get_n_classes (protocol);
  for (guint i = 0; i < total; i++)
    {
      MienDatasetRow row;
      int right;

      if (!mien_dataset_has_split (dataset, i, split))
        continue;
      mien_dataset_get_row (dataset, i, &row);
      right = mien_protocol_get_class (protocol, &row);
      if (right < 0 || (exclude_copies && row.is_copy))
        continue;
      self->rows[self->n] = i;
      self->classes[self->n++] = (guint8) right;
    }
  if (self->n == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "no row of %s counts under protocol '%s'",
                   mien_split_get_name (split), mien_protocol_get_name (protocol));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
mien_rows_stratify (MienRows *self, guint max)
{
  g_autofree gboolean *taken = g_new0 (gboolean, self->n);
  g_autofree guint *next = g_new0 (guint, self->n_classes);
  guint n = 0, out = 0;
  gboolean any = TRUE;

  while (n < max && any)
    {
      any = FALSE;
      for (guint c = 0; c < self->n_classes && n < max; c++)
        {
          while (next[c] < self->n && self->classes[next[c]] != c)
            next[c]++;
          if (next[c] == self->n)
            continue;
          taken[next[c]++] = TRUE;
          any = TRUE;
          n++;
        }
    }
  for (guint i = 0; i < self->n; i++)
    if (taken[i])
      {
        self->rows[out] = self->rows[i];
        self->classes[out++] = self->classes[i];
      }
  self->n = out;
}

MienTensor *
mien_rows_dup_batch (const MienRows *self,
                     MienClassifierModel *classifier,
                     const MienDataset *dataset,
                     guint begin,
                     guint n)
{
  const MienCrop *crop = mien_classifier_model_get_crop (classifier);
  gint64 channels = crop->sampling.channels == MIEN_CHANNELS_GRAY ? 1 : 3;
  gint64 dims[] = { n, channels, crop->sampling.height, crop->sampling.width };
  MienTensor *batch = mien_tensor_new_f32 (4, dims);
  gsize size = mien_sampling_get_size (&crop->sampling);

  for (guint i = 0; i < n; i++)
    {
      MienDatasetRow row;
      MienImage image = { .format = MIEN_PIXEL_GRAY8,
                          .width = (int) mien_dataset_get_width (dataset),
                          .height = (int) mien_dataset_get_height (dataset),
                          .full_range = TRUE };
      MienRect whole = { 0, 0, (float) image.width, (float) image.height };

      mien_dataset_get_row (dataset, self->rows[begin + i], &row);
      image.planes[0] = row.pixels;
      image.strides[0] = image.width;
      mien_image_sample_rect (&image, &whole, &crop->sampling, mien_tensor_f32 (batch) + i * size,
                              NULL);
    }
  return batch;
}

MienModel *
mien_rows_load_model (MienClassifierModel *classifier, GError **error)
{
  const char *path = mien_model_get_path (mien_classifier_model_get_model (classifier));

  if (path == NULL)
    return mien_model_new (mien_model_get_graph (mien_classifier_model_get_model (classifier)),
                           MIEN_MODEL_KEEP_VALUES, error);
  return mien_model_load (path, MIEN_MODEL_KEEP_VALUES, error);
}
