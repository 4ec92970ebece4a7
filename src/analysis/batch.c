/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/batch.h"

#include "analysis/evaluator.h"

void
mien_batch_init (MienBatch *batch)
{
  batch->samples = g_array_new (FALSE, FALSE, sizeof (MienSample));
  batch->points = g_array_new (FALSE, FALSE, sizeof (float));
  batch->views = g_array_new (FALSE, FALSE, sizeof (float));
  batch->state = NULL;
}

void
mien_batch_clear (MienBatch *batch)
{
  g_clear_pointer (&batch->samples, g_array_unref);
  g_clear_pointer (&batch->points, g_array_unref);
  g_clear_pointer (&batch->views, g_array_unref);
  g_clear_pointer (&batch->state, g_bytes_unref);
}

void
mien_batch_empty (MienBatch *batch)
{
  g_array_set_size (batch->samples, 0);
  g_array_set_size (batch->points, 0);
  g_array_set_size (batch->views, 0);
  g_clear_pointer (&batch->state, g_bytes_unref);
}

void
mien_batch_set_state (MienBatch *batch, GBytes *state)
{
  g_clear_pointer (&batch->state, g_bytes_unref);
  batch->state = g_bytes_ref (state);
}

void
mien_batch_move (MienBatch *to, MienBatch *from)
{
  g_array_append_vals (to->samples, from->samples->data, from->samples->len);
  g_array_append_vals (to->points, from->points->data, from->points->len);
  g_array_append_vals (to->views, from->views->data, from->views->len);
  if (from->state != NULL)
    mien_batch_set_state (to, from->state);
  mien_batch_empty (from);
}

void
mien_batch_link (MienBatch *batch)
{
  const float *points = (const float *) (gpointer) batch->points->data;
  const float *views = (const float *) (gpointer) batch->views->data;

  for (guint i = 0; i < batch->samples->len; i++)
    {
      MienSample *sample = &g_array_index (batch->samples, MienSample, i);

      if (sample->landmarks != NULL)
        {
          sample->landmarks = points;
          points += 2 * sample->n_landmarks;
        }
      if (sample->embedding != NULL)
        {
          sample->embedding = views;
          views += MIEN_EVALUATOR_EMBEDDING;
        }
    }
}

void
mien_batch_append (MienBatch *batch, const MienSample *samples, guint n)
{
  g_array_append_vals (batch->samples, samples, n);
  for (guint i = 0; i < n; i++)
    {
      if (samples[i].landmarks != NULL)
        g_array_append_vals (batch->points, samples[i].landmarks, 2 * samples[i].n_landmarks);
      if (samples[i].embedding != NULL)
        g_array_append_vals (batch->views, samples[i].embedding, MIEN_EVALUATOR_EMBEDDING);
    }
}
