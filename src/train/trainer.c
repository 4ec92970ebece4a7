/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/trainer.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/numerals.h"
#include "emotion/labels.h"
#include "train/export.h"
#include "train/history.h"
#include "train/loss.h"
#include "train/output.h"
#include "train/teacher.h"
#include "train/validation.h"

#define N8 MIEN_DATASET_N_FERPLUS
#define N7 MIEN_DATASET_N_FER2013
/* Time between checkpoints inside an epoch. */
#define SAVE_SECONDS 120.0

typedef struct
{
  const MienTrainOptions *options;
  const MienDataset *data;
  MienParallel *parallel;
  MienNetwork *network;
  MienSamples *samples;
  MienBatch *batch;
  MienValidation *validation;
  MienTeachers *teachers;     /* nullable */
  MienCheckpoint *checkpoint; /* also the home of velocity, averages and the best weights */
  guint steps_per_epoch;
  char *checkpoint_path;
  float *logits, *grads8, *grads7;
  float priors[N8];
  gboolean is_missed; /* see mien_output_write() */
  gint64 begun, saved;
  double seconds_before; /* of the run, before this process */
  MienTrainProgressFunc func;
  gpointer func_data;
  GCancellable *cancellable;
} Run;

static void
clear_run (Run *run)
{
  g_clear_pointer (&run->teachers, mien_teachers_free);
  g_clear_pointer (&run->network, mien_network_free);
  g_clear_pointer (&run->parallel, mien_parallel_free);
  g_clear_pointer (&run->samples, mien_samples_free);
  g_clear_pointer (&run->batch, mien_batch_free);
  g_clear_pointer (&run->validation, mien_validation_free);
  g_clear_pointer (&run->checkpoint, mien_checkpoint_free);
  g_free (run->checkpoint_path);
  g_free (run->logits);
  g_free (run->grads8);
  g_free (run->grads7);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, clear_run)

/* Another number whenever the products of the same kernels are summed up in another way. */
#define PRODUCTS 2

/* What must be the same for a run to go on to the same end. */
static char *
describe_options (const MienTrainOptions *o, guint n_rows, guint n_samples)
{
  g_auto (MienNumerals) plain = mien_numerals_plain ();
  const MienAugment *a = &o->augment;
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text,
      "arch %s epochs %u batch %u rate %a schedule %d warm-up %u momentum %a nesterov %d l2 %a "
      "dropout %a smoothing %a targets %d balance %a ema %a fer2013 %a copies %d seed "
      "%" G_GUINT64_FORMAT " kernels %s products %d rows %u of %u",
      o->arch->name, o->epochs, o->batch, o->rate, (int) o->schedule, o->warm_up,
      (double) o->momentum, o->nesterov, (double) o->l2, (double) o->dropout, (double) o->smoothing,
      (int) o->targets, (double) o->balance, (double) o->ema, (double) o->fer2013_weight,
      o->keep_copies, o->seed, mien_train_kernels_find (o->precision)->name, PRODUCTS, n_samples,
      n_rows);
  for (guint i = 0; i < sizeof *a / sizeof (float); i++)
    g_string_append_printf (text, " %a", (double) ((const float *) a)[i]);
  if (o->stack)
    g_string_append (text, " stacked");
  g_string_append (text, " init");
  for (guint i = 0; o->inits != NULL && o->inits[i] != NULL; i++)
    g_string_append_printf (text, " %s", o->inits[i]);
  for (guint i = 0; o->teachers != NULL && o->teachers[i] != NULL; i++)
    g_string_append_printf (text, " teacher %s %a%s", o->teachers[i], (double) o->teacher_part,
                            o->teacher_mirror ? " mirrored" : "");
  return g_string_free (text, FALSE);
}

static gboolean
import (Run *run, const char *file, GError **error)
{
  g_autoptr (MienGraph) graph = mien_graph_read_onnx (file, error);
  guint n;

  if (graph == NULL || !mien_export_import (run->network, graph, &n, error))
    return FALSE;
  if (n == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: none of its weights has a name of %s",
                   file, run->options->arch->name);
      return FALSE;
    }
  return TRUE;
}

/* The mean of the weights of several models that began as one lies in the same valley, and is often
 * better than each. Reference: Wortsman et al. 2022, "Model soups". */
static gboolean
import_mean (Run *run, const char *const *files, GError **error)
{
  MienCheckpoint *c = run->checkpoint;
  float part = 1 / (float) g_strv_length ((char **) files);

  for (guint i = 0; files[i] != NULL; i++)
    {
      if (!import (run, files[i], error))
        return FALSE;
      for (gsize k = 0; k < c->n_params; k++)
        c->average[k] += part * mien_network_get_params (run->network)[k];
      for (gsize k = 0; k < c->n_state; k++)
        c->average_stats[k] += part * mien_network_get_state (run->network)[k];
    }
  memcpy (mien_network_get_params (run->network), c->average, c->n_params * sizeof (float));
  memcpy (mien_network_get_state (run->network), c->average_stats, c->n_state * sizeof (float));
  mien_network_touch (run->network);
  return TRUE;
}

static gboolean
start_network (Run *run, GError **error)
{
  const MienTrainOptions *o = run->options;
  MienCheckpoint *c = run->checkpoint;

  mien_network_initialise (run->network, o->seed);
  if (o->inits != NULL && o->inits[0] != NULL)
    return import_mean (run, o->inits, error);
  memcpy (c->average, mien_network_get_params (run->network), c->n_params * sizeof (float));
  memcpy (c->average_stats, mien_network_get_state (run->network), c->n_state * sizeof (float));
  return TRUE;
}

static gboolean
resume (Run *run, GError **error)
{
  MienCheckpoint *c = run->checkpoint;

  if (!mien_checkpoint_load (c, run->checkpoint_path, error))
    return FALSE;
  memcpy (mien_network_get_params (run->network), c->params, c->n_params * sizeof (float));
  memcpy (mien_network_get_state (run->network), c->stats, c->n_state * sizeof (float));
  mien_network_touch (run->network);
  run->seconds_before = c->state.total_seconds;
  return TRUE;
}

/* What is fitted behind the network needs images that can tell it. */
static gboolean
check_validation (const MienTrainOptions *o, MienValidation *validation, GError **error)
{
  if (o->stack && !mien_validation_can_stack (validation))
    {
      g_set_error (
          error, MIEN_ERROR, MIEN_ERROR_INPUT,
          "heads cannot be stacked: that takes FER+ votes, labels of FER2013 and images of "
          "PublicTest that count under argmax");
      return FALSE;
    }
  for (guint c = 0; c < N8; c++)
    if (o->aims[c] > 0 && mien_validation_count (validation, MIEN_PROTOCOL_MAJORITY, c) == 0)
      {
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                     "the majority votes no image of PublicTest as %s, so none can be found there",
                     mien_label_set_get_labels (MIEN_LABELS_FERPLUS)[c]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
set_up (Run *run, GError **error)
{
  const MienTrainOptions *o = run->options;
  const MienTrainKernels *kernels = mien_train_kernels_find (o->precision);
  MienSamplesOptions samples = { o->arch->width, o->arch->height, o->arch->channels,
                                 o->seed,        o->targets,      o->augment,
                                 o->smoothing,   o->balance,      o->keep_copies };
  g_autofree char *fingerprint = NULL;

  if (kernels == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "this processor cannot train in the precision asked for");
      return FALSE;
    }
  run->samples = mien_samples_new (run->data, &samples);
  mien_samples_get_priors (run->samples, run->priors);
  run->steps_per_epoch = mien_samples_get_n (run->samples) / o->batch;
  if (run->steps_per_epoch == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   "%u training images do not fill one batch of %u",
                   mien_samples_get_n (run->samples), o->batch);
      return FALSE;
    }
  run->parallel = mien_parallel_new (o->threads);
  run->network = mien_arch_build (o->arch, kernels, o->dropout);
  mien_network_prepare (run->network, o->batch, run->parallel);
  if (o->teachers != NULL && o->teachers[0] != NULL)
    {
      run->teachers = mien_teachers_new (o->teachers, mien_dataset_get_width (run->data),
                                         mien_dataset_get_height (run->data), o->teacher_mirror,
                                         run->parallel, error);
      if (run->teachers == NULL)
        return FALSE;
    }
  run->batch = mien_batch_new (run->data, &samples, o->batch);
  run->validation = mien_validation_new (run->data, MIEN_SPLIT_PUBLIC_TEST);
  if (!check_validation (o, run->validation, error))
    return FALSE;
  run->logits = g_new (float, (gsize) o->batch *N8);
  run->grads8 = g_new (float, (gsize) o->batch *N8);
  run->grads7 = g_new (float, (gsize) o->batch *N7);
  fingerprint =
      describe_options (o, mien_dataset_get_n_rows (run->data), mien_samples_get_n (run->samples));
  run->checkpoint = mien_checkpoint_new (fingerprint, mien_network_get_n_params (run->network),
                                         mien_network_get_n_state (run->network));
  run->checkpoint_path = g_build_filename (o->out_dir, "checkpoint", NULL);
  run->begun = run->saved = g_get_monotonic_time ();
  if (o->resume && g_file_test (run->checkpoint_path, G_FILE_TEST_EXISTS))
    return resume (run, error);
  return start_network (run, error);
}

static double
seconds_since (gint64 then)
{
  return (double) (g_get_monotonic_time () - then) * 1e-6;
}

static gboolean
save (Run *run, GError **error)
{
  MienCheckpoint *c = run->checkpoint;

  c->state.total_seconds = run->seconds_before + seconds_since (run->begun);
  memcpy (c->params, mien_network_get_params (run->network), c->n_params * sizeof (float));
  memcpy (c->stats, mien_network_get_state (run->network), c->n_state * sizeof (float));
  run->saved = g_get_monotonic_time ();
  return mien_checkpoint_save (c, run->checkpoint_path, error);
}

/* ---- one step ---- */

static void
average_stats (Run *run, float decay)
{
  const float *stats = mien_network_get_state (run->network);
  float *average = run->checkpoint->average_stats;

  for (gsize i = 0; i < run->checkpoint->n_state; i++)
    average[i] += (1 - decay) * (stats[i] - average[i]);
}

static gboolean
train_step (Run *run, guint64 step, double *loss, GError **error)
{
  const MienTrainOptions *o = run->options;
  guint64 total = (guint64) run->steps_per_epoch * o->epochs;
  guint64 done = run->checkpoint->state.epoch * run->steps_per_epoch + step;
  const float *grads[] = { run->grads8, run->grads7 };
  MienBatch *b = run->batch;
  /* Early averages forget fast, or they would keep the random start for epochs. */
  float decay = o->ema > 0 ? MIN (o->ema, (float) (1 + done) / (float) (20 + done)) : 0;
  MienSgdStep sgd = { (float) mien_schedule_get_rate (o->schedule, o->rate, done, total,
                                                      o->warm_up),
                      o->momentum, o->l2, o->nesterov, decay };

  mien_samples_load (run->samples, (guint) step * o->batch, o->batch, b, run->parallel);
  if (run->teachers != NULL
      && !mien_teachers_blend (run->teachers, b, o->batch, o->teacher_part, error))
    return FALSE;
  mien_network_forward (run->network, b->pictures, o->batch, TRUE, o->seed, done);
  mien_network_read_output (run->network, 0, run->logits);
  *loss = mien_loss_cross_entropy (run->logits, b->ferplus, b->ferplus_weights, o->batch, N8, 1,
                                   run->grads8);
  mien_network_read_output (run->network, 1, run->logits);
  *loss += mien_loss_cross_entropy (run->logits, b->fer2013, b->fer2013_weights, o->batch, N7,
                                    o->fer2013_weight, run->grads7);
  mien_network_backward (run->network, grads);
  mien_sgd_step (run->network, &sgd, run->checkpoint->velocity, run->checkpoint->average,
                 run->parallel);
  average_stats (run, decay);
  return TRUE;
}

static void
report (Run *run, guint64 step, double speed, double rate, const MienHistoryRow *row, gboolean best)
{
  const MienCheckpointState *s = &run->checkpoint->state;
  MienTrainProgress p = { .epoch = (guint) s->epoch + 1,
                          .epochs = run->options->epochs,
                          .step = step,
                          .n_steps = run->steps_per_epoch,
                          .loss = s->loss / (double) MAX (1, step),
                          .rate = rate,
                          .images_per_second = speed,
                          .seconds_left = speed > 0 ? (double) (run->steps_per_epoch - step)
                                                          * run->options->batch / speed
                                                    : 0,
                          .finished = row,
                          .is_best = best };

  if (run->func != NULL)
    run->func (&p, run->func_data);
}

static gboolean
is_out_of_time (const Run *run)
{
  return run->options->minutes > 0 && seconds_since (run->begun) >= run->options->minutes * 60;
}

/* The steps left of an epoch. *is_whole: FALSE when time ran out before its end. */
static gboolean
run_steps (Run *run, gboolean *is_whole, GError **error)
{
  const MienTrainOptions *o = run->options;
  MienCheckpointState *s = &run->checkpoint->state;
  double before = s->seconds;
  guint64 first = s->step;
  gint64 begun = g_get_monotonic_time ();

  mien_samples_begin_epoch (run->samples, (guint) s->epoch);
  while (s->step < run->steps_per_epoch)
    {
      double spent, rate, loss;

      if (g_cancellable_is_cancelled (run->cancellable) || is_out_of_time (run))
        break;
      if (!train_step (run, s->step, &loss, error))
        return FALSE;
      s->loss += loss;
      if (!isfinite (s->loss))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                       "the loss is no longer a number in epoch %u: a lower --rate may help",
                       (guint) s->epoch + 1);
          return FALSE;
        }
      s->step++;
      spent = seconds_since (begun);
      s->seconds = before + spent;
      rate =
          mien_schedule_get_rate (o->schedule, o->rate, s->epoch * run->steps_per_epoch + s->step,
                                  (guint64) run->steps_per_epoch * o->epochs, o->warm_up);
      report (run, s->step, (double) (s->step - first) * o->batch / MAX (spent, 1e-9), rate, NULL,
              FALSE);
      if (seconds_since (run->saved) > SAVE_SECONDS && !save (run, error))
        return FALSE;
    }
  *is_whole = s->step == run->steps_per_epoch;
  return TRUE;
}

/* ---- the end of an epoch ---- */

static double
measure (Run *run, MienHistoryRow *row)
{
  MienStack stack;
  MienMetrics m;
  double score = -1;

  row->argmax = row->majority = row->mean_class_recall = row->fer2013 = NAN;
  mien_network_use_weights (run->network, run->checkpoint->average, run->checkpoint->average_stats);
  mien_validation_predict (run->validation, run->network, run->options->batch);
  mien_network_use_weights (run->network, NULL, NULL);
  if (run->options->stack)
    mien_validation_stack (run->validation, &stack);
  row->validation_loss = mien_validation_get_loss (run->validation);
  if (mien_validation_measure (run->validation, MIEN_PROTOCOL_FER2013, &m))
    score = row->fer2013 = m.accuracy;
  if (mien_validation_measure (run->validation, MIEN_PROTOCOL_ARGMAX, &m))
    row->argmax = m.accuracy;
  if (mien_validation_measure (run->validation, MIEN_PROTOCOL_MAJORITY, &m))
    {
      row->majority = m.accuracy;
      row->mean_class_recall = m.mean_class_recall;
      /* Accuracy first, but a model that never says "disgust" should not win. */
      score = 0.8 * m.accuracy + 0.2 * m.mean_class_recall;
    }
  /* The map sets the priors right, so what the network knows is what its cross entropy says, which
   * moves less by chance than the number of right answers. */
  return run->options->stack ? -row->validation_loss : score;
}

static gboolean
end_epoch (Run *run, GError **error)
{
  const MienTrainOptions *o = run->options;
  MienCheckpoint *c = run->checkpoint;
  MienCheckpointState *s = &c->state;
  MienHistoryRow row = { .epoch = (double) s->epoch + 1, .seconds = s->seconds };
  gboolean is_best;
  double score;

  row.rate =
      mien_schedule_get_rate (o->schedule, o->rate, s->epoch * run->steps_per_epoch + s->step,
                              (guint64) run->steps_per_epoch * o->epochs, o->warm_up);
  row.loss = s->loss / run->steps_per_epoch;
  row.images_per_second = (double) run->steps_per_epoch * o->batch / MAX (1e-9, s->seconds);
  score = measure (run, &row);
  is_best = s->best_epoch == 0 || score > s->best_score;
  if (is_best)
    {
      s->best_epoch = s->epoch + 1;
      s->best_score = score;
      memcpy (c->best, c->average, c->n_params * sizeof (float));
      memcpy (c->best_stats, c->average_stats, c->n_state * sizeof (float));
    }
  g_array_append_val (c->history, row);
  report (run, s->step, row.images_per_second, row.rate, &row, is_best);
  s->epoch++;
  s->step = 0;
  s->loss = s->seconds = 0;
  return save (run, error)
         && mien_output_write (o, run->data, run->network, run->validation, c, run->priors,
                               &run->is_missed, error);
}

gboolean
mien_trainer_run (const MienTrainOptions *options,
                  const MienDataset *data,
                  MienTrainProgressFunc func,
                  gpointer func_data,
                  GCancellable *cancellable,
                  MienTrainResult *result,
                  GError **error)
{
  g_auto (Run) run = { .options = options,
                       .data = data,
                       .func = func,
                       .func_data = func_data,
                       .cancellable = cancellable };
  MienCheckpointState *s;

  g_return_val_if_fail (options != NULL && data != NULL && result != NULL, FALSE);
  g_return_val_if_fail (options->arch != NULL && options->batch > 0, FALSE);
  if (g_mkdir_with_parents (options->out_dir, 0777) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", options->out_dir,
                   g_strerror (errno));
      return FALSE;
    }
  if (!set_up (&run, error))
    return FALSE;
  *result = MIEN_TRAIN_DONE;
  s = &run.checkpoint->state;
  while (s->epoch < options->epochs)
    {
      gboolean is_whole;

      if (options->patience > 0 && s->best_epoch > 0
          && s->epoch - s->best_epoch >= options->patience)
        {
          *result = MIEN_TRAIN_STOPPED;
          break;
        }
      if (!run_steps (&run, &is_whole, error))
        return FALSE;
      if (!is_whole)
        {
          *result = MIEN_TRAIN_OUT_OF_TIME;
          if (!save (&run, error))
            return FALSE;
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          break;
        }
      if (!end_epoch (&run, error))
        return FALSE;
    }
  if (!mien_output_write (options, data, run.network, run.validation, run.checkpoint, run.priors,
                          &run.is_missed, error))
    return FALSE;
  if (run.is_missed && *result != MIEN_TRAIN_OUT_OF_TIME)
    *result = MIEN_TRAIN_MISSED;
  return TRUE;
}
