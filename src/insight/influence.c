/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/influence.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "insight/rows.h"

#define BATCH 64

void
mien_influence_free (MienInfluence *self)
{
  if (self == NULL)
    return;
  g_free (self->steps);
  g_free (self);
}

static MienInfluence *
influence_new (MienSweep sweep, guint n_classes, guint n_images)
{
  MienInfluence *self = g_new0 (MienInfluence, 1);
  const MienSweepStep *steps = mien_sweep_get_steps (sweep, &self->n_steps);

  self->sweep = sweep;
  self->n_classes = n_classes;
  self->n_images = n_images;
  self->steps = g_new0 (MienInfluenceStep, self->n_steps);
  for (guint s = 0; s < self->n_steps; s++)
    self->steps[s].step = steps[s];
  return self;
}

static guint
find_best (const float *p, guint n)
{
  guint best = 0;

  for (guint c = 1; c < n; c++)
    if (p[c] > p[best])
      best = c;
  return best;
}

/* Turns the probabilities of all pictures at one step, [n, n_classes], into the step's numbers.
 * @neutral: those of the neutral step. @classes: NULL over one face. */
static void
summarise (MienInfluence *self,
           MienInfluenceStep *step,
           const float *p,
           const float *neutral,
           const guint8 *classes)
{
  guint n = self->n_images, k = self->n_classes, right = 0, same = 0;
  double change = 0, squares = 0, share, z = 1.959964, centre, half;

  for (guint c = 0; c < k; c++)
    {
      double sum = 0, square = 0, mean, deviation;

      for (guint i = 0; i < n; i++)
        {
          sum += p[i * k + c];
          square += (double) p[i * k + c] * p[i * k + c];
        }
      mean = sum / n;
      deviation = n > 1 ? sqrt (MAX (square - sum * mean, 0) / (n - 1) / n) : NAN;
      step->probability[c] = (float) mean;
      step->low[c] = (float) (mean - z * deviation);
      step->high[c] = (float) (mean + z * deviation);
    }
  for (guint i = 0; i < n; i++)
    {
      double own = 0;

      for (guint c = 0; c < k; c++)
        own += fabs (p[i * k + c] - neutral[i * k + c]) / 2;
      change += own;
      squares += own * own;
      same += find_best (p + i * k, k) == find_best (neutral + i * k, k);
      right += classes != NULL && find_best (p + i * k, k) == classes[i];
    }
  step->change = change / n;
  half = n > 1 ? z * sqrt (MAX (squares - change * step->change, 0) / (n - 1) / n) : NAN;
  step->change_low = step->change - half;
  step->change_high = step->change + half;
  step->same = (double) same / n;
  step->accuracy = step->accuracy_low = step->accuracy_high = NAN;
  if (classes == NULL)
    return;
  share = (double) right / n;
  centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  half = z / (1 + z * z / n) * sqrt (share * (1 - share) / n + z * z / (4.0 * n * n));
  step->accuracy = share;
  step->accuracy_low = centre - half;
  step->accuracy_high = centre + half;
}

static void
apply_to_crop (MienSweep sweep,
               const MienSweepStep *step,
               guint64 seed,
               const MienCrop *crop,
               const float *in,
               float *out)
{
  gsize plane = (gsize) crop->sampling.width * (gsize) crop->sampling.height;
  gsize n = mien_crop_get_size (crop) / plane;

  for (gsize c = 0; c < n; c++)
    mien_sweep_apply (sweep, step, seed, in + c * plane, (guint) crop->sampling.width,
                      (guint) crop->sampling.height, out + c * plane);
}

static guint
find_neutral (const MienInfluence *self)
{
  for (guint s = 0; s < self->n_steps; s++)
    if (self->steps[s].step.is_neutral)
      return s;
  g_assert_not_reached ();
}

/* The work over pictures [n, crop] at all steps. */
typedef struct
{
  MienInfluence *influence;
  const MienCrop *crop;
  const float *pictures;
  float *p;                 /* [n_steps, n, n_classes] */
  MienClassifier **workers; /* one a thread */
  guint n_batches;          /* of one step */
  GCancellable *cancellable;
  GMutex mutex;
  GError *error; /* the first; guarded by mutex */
} Work;

static void
run_part (gpointer data, guint part, guint worker)
{
  Work *work = data;
  MienInfluence *self = work->influence;
  guint s = part / work->n_batches, begin = part % work->n_batches * BATCH;
  guint n = MIN (BATCH, self->n_images - begin);
  gsize size = mien_crop_get_size (work->crop);
  g_autofree float *changed = g_new (float, n *size);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    apply_to_crop (self->sweep, &self->steps[s].step, begin + i + 1, work->crop,
                   work->pictures + (begin + i) * size, changed + i * size);
  if (mien_classifier_classify (work->workers[worker], changed, n,
                                work->p + ((gsize) s * self->n_images + begin) * self->n_classes,
                                work->cancellable, &error))
    return;
  g_mutex_lock (&work->mutex);
  if (work->error == NULL)
    work->error = g_steal_pointer (&error);
  g_mutex_unlock (&work->mutex);
}

static gboolean
run (MienInfluence *self,
     MienClassifierModel *classifier,
     const float *pictures,
     const guint8 *classes,
     MienParallel *parallel,
     MienInfluenceProgress progress,
     gpointer user_data,
     GCancellable *cancellable,
     GError **error)
{
  guint n_threads = mien_parallel_get_n_threads (parallel);
  gsize per_step = (gsize) self->n_images * self->n_classes;
  g_autofree float *p = g_new0 (float, per_step * self->n_steps);
  Work work = { .influence = self,
                .crop = mien_classifier_model_get_crop (classifier),
                .pictures = pictures,
                .p = p,
                .n_batches = (self->n_images + BATCH - 1) / BATCH,
                .cancellable = cancellable };

  g_mutex_init (&work.mutex);
  work.workers = g_new0 (MienClassifier *, n_threads);
  for (guint t = 0; t < n_threads; t++)
    work.workers[t] = mien_classifier_new (classifier, NULL);
  mien_parallel_for (parallel, work.n_batches * self->n_steps, run_part, &work);
  for (guint t = 0; t < n_threads; t++)
    mien_classifier_free (work.workers[t]);
  g_free (work.workers);
  g_mutex_clear (&work.mutex);
  if (work.error != NULL)
    {
      g_propagate_error (error, work.error);
      return FALSE;
    }
  for (guint s = 0; s < self->n_steps; s++)
    summarise (self, &self->steps[s], p + s * per_step, p + find_neutral (self) * per_step,
               classes);
  if (progress != NULL)
    progress (1, user_data);
  return TRUE;
}

MienInfluence *
mien_influence_face (MienClassifierModel *classifier,
                     const float *crop,
                     MienSweep sweep,
                     GCancellable *cancellable,
                     GError **error)
{
  guint n_classes = mien_label_set_get_n (mien_classifier_model_get_label_set (classifier));
  g_autoptr (MienInfluence) self = influence_new (sweep, n_classes, 1);

  if (!run (self, classifier, crop, NULL, NULL, NULL, NULL, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

MienInfluence *
mien_influence_set (MienClassifierModel *classifier,
                    const MienDataset *dataset,
                    MienDatasetSplit split,
                    MienProtocol protocol,
                    gboolean exclude_copies,
                    guint max_rows,
                    MienSweep sweep,
                    MienParallel *parallel,
                    MienInfluenceProgress progress,
                    gpointer user_data,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (MienRows) rows =
      mien_rows_new (classifier, dataset, split, protocol, exclude_copies, error);
  g_autoptr (MienInfluence) self = NULL;
  g_autoptr (MienTensor) pictures = NULL;

  if (rows == NULL)
    return NULL;
  if (max_rows > 0)
    mien_rows_stratify (rows, max_rows);
  pictures = mien_rows_dup_batch (rows, classifier, dataset, 0, rows->n);
  self = influence_new (sweep, rows->n_classes, rows->n);
  if (!run (self, classifier, mien_tensor_f32 (pictures), rows->classes, parallel, progress,
            user_data, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
write_header (MienCsvWriter *csv, const char *const *labels, guint n_classes)
{
  static const char *const columns[] = { "sweep",         "series",   "value",
                                         "images",        "accuracy", "accuracy_low",
                                         "accuracy_high", "change",   "same" };
  static const char *const parts[] = { "mean", "low", "high" };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    mien_csv_writer_text (csv, columns[i]);
  for (gsize part = 0; part < G_N_ELEMENTS (parts); part++)
    for (guint c = 0; c < n_classes; c++)
      {
        g_autofree char *name = g_strdup_printf ("%s_%s", parts[part], labels[c]);

        mien_csv_writer_text (csv, name);
      }
  mien_csv_writer_text (csv, "change_low");
  mien_csv_writer_text (csv, "change_high");
  mien_csv_writer_end_row (csv);
}

gboolean
mien_influence_find_safe (
    const MienInfluence *self, const char *series, double loss, double *low, double *high)
{
  guint neutral = self->n_steps, first, last;
  double least;

  for (guint s = 0; s < self->n_steps && neutral == self->n_steps; s++)
    if (self->steps[s].step.is_neutral && strcmp (self->steps[s].step.series, series) == 0)
      neutral = s;
  if (neutral == self->n_steps || isnan (self->steps[neutral].accuracy))
    return FALSE;
  least = self->steps[neutral].accuracy - loss;
  for (first = neutral; first > 0; first--)
    if (strcmp (self->steps[first - 1].step.series, series) != 0
        || self->steps[first - 1].accuracy < least)
      break;
  for (last = neutral; last + 1 < self->n_steps; last++)
    if (strcmp (self->steps[last + 1].step.series, series) != 0
        || self->steps[last + 1].accuracy < least)
      break;
  *low = self->steps[first].step.value;
  *high = self->steps[last].step.value;
  return TRUE;
}

gboolean
mien_influence_write_csv (const MienInfluence *self,
                          const char *const *labels,
                          gboolean header,
                          GOutputStream *stream,
                          GError **error)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);

  if (header)
    write_header (csv, labels, self->n_classes);
  for (guint s = 0; s < self->n_steps; s++)
    {
      const MienInfluenceStep *step = &self->steps[s];
      const float *const parts[] = { step->probability, step->low, step->high };

      mien_csv_writer_text (csv, mien_sweep_get_name (self->sweep));
      mien_csv_writer_text (csv, step->step.series);
      mien_csv_writer_number (csv, step->step.value, 3);
      mien_csv_writer_int (csv, self->n_images);
      mien_csv_writer_number (csv, step->accuracy, 6);
      mien_csv_writer_number (csv, step->accuracy_low, 6);
      mien_csv_writer_number (csv, step->accuracy_high, 6);
      mien_csv_writer_number (csv, step->change, 6);
      mien_csv_writer_number (csv, step->same, 6);
      for (gsize part = 0; part < G_N_ELEMENTS (parts); part++)
        for (guint c = 0; c < self->n_classes; c++)
          mien_csv_writer_number (csv, parts[part][c], 6);
      mien_csv_writer_number (csv, step->change_low, 6);
      mien_csv_writer_number (csv, step->change_high, 6);
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish (csv, error);
}
