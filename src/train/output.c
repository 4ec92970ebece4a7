/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/output.h"

#include "train/export.h"
#include "train/history.h"
#include "train/summary.h"

static const char *const target_names[] = { "vote distributions", "majorities", "drawn votes" };

static char *
describe_training (const MienTrainOptions *o, const MienCheckpoint *c)
{
  return g_strdup_printf (
      "mien-train, architecture %s; weights of epoch %u of %u done, %u planned; %s; batch %u, rate "
      "%g (%s), momentum %g%s, L2 %g, label smoothing %g, balance %g, moving average %g, FER2013 "
      "head weighted %g, seed %" G_GUINT64_FORMAT "; %s%s%s; exact copies of test images %s",
      o->arch->name, (guint) c->state.best_epoch, (guint) c->state.epoch, o->epochs,
      target_names[o->targets], o->batch, o->rate,
      o->schedule == MIEN_SCHEDULE_COSINE ? "cosine" : "step", (double) o->momentum,
      o->nesterov ? " Nesterov" : "", (double) o->l2, (double) o->smoothing, (double) o->balance,
      (double) o->ema, (double) o->fer2013_weight, o->seed,
      mien_train_kernels_find (o->precision)->name,
      o->init == NULL ? "" : "; first weights from another model",
      o->teachers == NULL || o->teachers[0] == NULL ? "" : "; distilled from other models",
      o->keep_copies ? "kept" : "left out");
}

/* Writes @graph with its summary. @name: the file's, without .onnx; the card's is @card. */
static gboolean
write_pair (const MienTrainOptions *o,
            const char *name,
            const char *card,
            MienGraph *graph,
            const MienSummary *summary,
            GError **error)
{
  g_autofree char *file = g_strconcat (name, ".onnx", NULL);
  g_autofree char *model_path = g_build_filename (o->out_dir, file, NULL);
  g_autofree char *card_path = g_build_filename (o->out_dir, card, NULL);

  mien_summary_apply (summary, graph);
  return mien_graph_write_onnx (graph, model_path, o->half, error)
         && mien_summary_write (summary, card_path, error);
}

static void
measure (MienValidation *validation, MienSummary *summary, MienMetrics metrics[3])
{
  for (guint p = 0; p < 3; p++)
    mien_validation_measure (validation, (MienProtocol) p, &metrics[p]);
  summary->fer2013 = &metrics[MIEN_PROTOCOL_FER2013];
  summary->argmax = &metrics[MIEN_PROTOCOL_ARGMAX];
  summary->majority = &metrics[MIEN_PROTOCOL_MAJORITY];
}

/* The same network with rare emotions favoured: for those who look for them. */
static gboolean
write_balanced (const MienTrainOptions *o,
                MienValidation *validation,
                MienGraph *graph,
                MienSummary *summary,
                float *temperatures,
                const float *priors,
                GError **error)
{
  g_autofree char *name = g_strconcat (summary->name, "-balanced", NULL);
  g_autofree char *description = NULL;
  float offsets[MIEN_DATASET_N_FERPLUS];
  MienMetrics metrics[3];
  float strength = mien_validation_fit_priors (validation, priors, offsets);

  description = g_strdup_printf ("%s; balanced priors: the logits of emotions rarer than one in "
                                 "twenty raised (strength %g)",
                                 summary->description, (double) strength);
  mien_export_add_offsets (graph, "ferplus", offsets, MIEN_DATASET_N_FERPLUS);
  temperatures[0] = mien_validation_fit_temperature (validation, MIEN_PROTOCOL_ARGMAX);
  summary->name = name;
  summary->description = description;
  measure (validation, summary, metrics);
  return write_pair (o, "model-balanced", "card-balanced.json", graph, summary, error);
}

static gboolean
write_model (const MienTrainOptions *o,
             const MienDataset *data,
             MienNetwork *network,
             MienValidation *validation,
             const MienCheckpoint *c,
             const float *priors,
             GError **error)
{
  gboolean has_best = c->state.best_epoch > 0;
  float *params = has_best ? c->best : c->average;
  float *stats = has_best ? c->best_stats : c->average_stats;
  g_autofree char *training = describe_training (o, c);
  g_autoptr (MienGraph) graph = NULL;
  const char *heads[3] = { NULL };
  float temperatures[2] = { 1, 1 };
  MienMetrics metrics[3];
  MienSummary summary = { .name = o->arch->name,
                          .description = o->arch->summary,
                          .training = training,
                          .licence = "decided by whoever trained it",
                          .width = o->arch->width,
                          .height = o->arch->height,
                          .channels = o->arch->channels,
                          .heads = heads,
                          .temperatures = temperatures,
                          .split = "PublicTest" };
  guint n = 0;

  mien_network_use_weights (network, params, stats);
  mien_validation_predict (validation, network, o->batch);
  mien_network_use_weights (network, NULL, NULL);
  measure (validation, &summary, metrics);
  /* A head that no image taught anything is not handed out. */
  if (mien_dataset_has_votes (data))
    {
      temperatures[n] = mien_validation_fit_temperature (validation, MIEN_PROTOCOL_ARGMAX);
      heads[n++] = "ferplus";
    }
  if (mien_dataset_has_labels (data))
    {
      temperatures[n] = mien_validation_fit_temperature (validation, MIEN_PROTOCOL_FER2013);
      heads[n++] = "fer2013";
    }
  graph = mien_export_graph (network, params, stats, heads);
  if (!write_pair (o, "model", "card.json", graph, &summary, error))
    return FALSE;
  return !mien_dataset_has_votes (data)
         || write_balanced (o, validation, graph, &summary, temperatures, priors, error);
}

gboolean
mien_output_write (const MienTrainOptions *options,
                   const MienDataset *data,
                   MienNetwork *network,
                   MienValidation *validation,
                   const MienCheckpoint *checkpoint,
                   const float *priors,
                   GError **error)
{
  g_autofree char *csv = g_build_filename (options->out_dir, "history.csv", NULL);
  g_autofree char *svg = g_build_filename (options->out_dir, "curves.svg", NULL);
  g_autofree char *title = g_strdup_printf ("%s, %u of %u epochs", options->arch->name,
                                            (guint) checkpoint->state.epoch, options->epochs);

  return write_model (options, data, network, validation, checkpoint, priors, error)
         && mien_history_write_csv (checkpoint->history, csv, error)
         && mien_history_write_svg (checkpoint->history, title, svg, error);
}
