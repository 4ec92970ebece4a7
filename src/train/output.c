/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/output.h"

#include <string.h>

#include "emotion/labels.h"
#include "train/export.h"
#include "train/history.h"
#include "train/summary.h"

/* A point of majority accuracy on PublicTest. */
#define BALANCED_PRICE 0.01

static const char *const target_names[] = { "vote distributions", "majorities", "drawn votes" };

static char *
describe_training (const MienTrainOptions *o, const MienCheckpoint *c)
{
  guint n_inits = o->inits == NULL ? 0 : g_strv_length ((char **) o->inits);

  if (o->epochs == 0)
    return g_strdup_printf (
        "mien-train, architecture %s; the mean of the weights of %u model%s that it trained",
        o->arch->name, n_inits, n_inits == 1 ? "" : "s");
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
      n_inits == 0   ? ""
      : n_inits == 1 ? "; first weights from another model"
                     : "; first weights the mean of several models",
      o->teachers == NULL || o->teachers[0] == NULL ? ""
      : o->teacher_mirror ? "; distilled from other models and their mirror images"
                          : "; distilled from other models",
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

static gboolean
has_aims (const MienTrainOptions *o)
{
  for (guint c = 0; c < MIEN_DATASET_N_FERPLUS; c++)
    if (o->aims[c] > 0)
      return TRUE;
  return FALSE;
}

static char *
describe_price (double price)
{
  return g_strdup_printf ("for %g points of majority on PublicTest", 100 * price);
}

/* What emotions of the plain model are raised for, or NULL when they are not. */
static char *
describe_aim (const MienTrainOptions *o)
{
  g_autoptr (GString) text = g_string_new ("to find");
  const char *separator = "";

  if (!has_aims (o))
    return o->rare_price > 0 ? describe_price (o->rare_price) : NULL;
  for (guint c = 0; c < MIEN_DATASET_N_FERPLUS; c++)
    if (o->aims[c] > 0)
      {
        g_string_append_printf (text, "%s %g %% of %s", separator, 100 * (double) o->aims[c],
                                mien_label_set_get_labels (MIEN_LABELS_FERPLUS)[c]);
        separator = ",";
      }
  g_string_append (text, " on PublicTest with a standard error to spare");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Raises emotions in @graph by @offsets and in the last prediction from the @raised that it has
 * already, which become @offsets. Returns the sentence that says so. */
static char *
raise_emotions (MienValidation *validation,
                MienGraph *graph,
                const char *summary,
                const float *offsets,
                float *raised,
                const char *aim)
{
  g_autoptr (GString) text = g_string_new (summary);
  float more[MIEN_DATASET_N_FERPLUS];

  g_string_append_printf (text, "; logits of emotions raised %s", aim);
  for (guint c = 0; c < MIEN_DATASET_N_FERPLUS; c++)
    {
      more[c] = offsets[c] - raised[c];
      if (offsets[c] > 0)
        g_string_append_printf (text, ", %s by %.2f",
                                mien_label_set_get_labels (MIEN_LABELS_FERPLUS)[c],
                                (double) offsets[c]);
    }
  mien_export_add_offsets (graph, "ferplus", offsets, MIEN_DATASET_N_FERPLUS);
  mien_validation_apply_offsets (validation, more);
  memcpy (raised, offsets, sizeof more);
  return g_strdup (text->str);
}

gboolean
mien_output_is_stacked (const MienTrainOptions *options, const MienDataset *data)
{
  g_return_val_if_fail (options != NULL && data != NULL, FALSE);
  return options->stack && mien_dataset_has_votes (data) && mien_dataset_has_labels (data);
}

static char *
describe_stack (const char *training, const MienStack *stack)
{
  return g_strdup_printf ("%s; the FER+ head reads the logits of both heads by a map fitted on "
                          "PublicTest (ridge %g; cross entropy %.4f, of images held out %.4f); "
                          "metrics are those of images held out",
                          training, stack->ridge, stack->loss_before, stack->loss);
}

/* The plain model and, where there are votes, one that gives a point of accuracy for finding rare
 * emotions: for those who look for them. */
static gboolean
write_models (const MienTrainOptions *o,
              const MienDataset *data,
              MienNetwork *network,
              MienValidation *validation,
              const MienCheckpoint *c,
              const float *priors,
              GError **error)
{
  const struct
  {
    const char *suffix, *file, *card;
    double price;
  } kinds[] = { { "", "model", "card.json", o->rare_price },
                { "-balanced", "model-balanced", "card-balanced.json", BALANCED_PRICE } };
  gboolean has_best = c->state.best_epoch > 0, has_votes = mien_dataset_has_votes (data);
  gboolean is_stacked = mien_output_is_stacked (o, data);
  float *params = has_best ? c->best : c->average;
  float *stats = has_best ? c->best_stats : c->average_stats;
  g_autofree char *training = describe_training (o, c), *aim = describe_aim (o);
  g_autofree char *balanced_aim = describe_price (BALANCED_PRICE);
  const char *aims[] = { aim, balanced_aim };
  float offsets[2][MIEN_DATASET_N_FERPLUS], raised[MIEN_DATASET_N_FERPLUS] = { 0 };
  const char *heads[3] = { NULL };
  MienStack stack;
  guint n = 0;

  mien_network_use_weights (network, params, stats);
  mien_validation_predict (validation, network, o->batch);
  mien_network_use_weights (network, NULL, NULL);
  if (is_stacked)
    {
      char *plain = g_steal_pointer (&training);

      mien_validation_stack (validation, &stack);
      training = describe_stack (plain, &stack);
      g_free (plain);
    }
  for (guint k = 0; k < 2; k++)
    mien_validation_fit_priors (validation, priors, kinds[k].price, offsets[k]);
  if (has_aims (o) && has_votes && !mien_validation_reach (validation, o->aims, offsets[0]))
    {
      g_autofree char *missed = g_strconcat ("not ", aim, ": no logits do all of it", NULL);
      char *text = g_strconcat (training, "; ", missed, NULL);

      g_free (training);
      training = text;
      aims[0] = NULL;
    }
  /* A head that no image taught anything is not handed out. */
  if (has_votes)
    heads[n++] = "ferplus";
  if (mien_dataset_has_labels (data))
    heads[n++] = "fer2013";
  for (guint k = 0; k < (has_votes ? 2 : 1); k++)
    {
      g_autofree char *name = g_strconcat (o->arch->name, kinds[k].suffix, NULL);
      g_autofree char *description = g_strdup (o->arch->summary);
      g_autoptr (MienGraph) graph = mien_export_graph (network, params, stats, heads);
      float temperatures[2] = { 1, 1 };
      MienMetrics metrics[3];
      MienSummary summary = { .name = name,
                              .training = training,
                              .licence = "decided by whoever trained it",
                              .width = o->arch->width,
                              .height = o->arch->height,
                              .channels = o->arch->channels,
                              .heads = heads,
                              .temperatures = temperatures,
                              .split = "PublicTest" };

      if (is_stacked)
        mien_export_add_stack (graph, "ferplus", heads, &stack);
      if (has_votes && aims[k] != NULL)
        {
          g_free (description);
          description =
              raise_emotions (validation, graph, o->arch->summary, offsets[k], raised, aims[k]);
        }
      summary.description = description;
      if (has_votes)
        temperatures[0] = mien_validation_fit_temperature (validation, MIEN_PROTOCOL_ARGMAX);
      if (mien_dataset_has_labels (data))
        temperatures[n - 1] = mien_validation_fit_temperature (validation, MIEN_PROTOCOL_FER2013);
      measure (validation, &summary, metrics);
      if (!write_pair (o, kinds[k].file, kinds[k].card, graph, &summary, error))
        return FALSE;
    }
  return TRUE;
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

  return write_models (options, data, network, validation, checkpoint, priors, error)
         && mien_history_write_csv (checkpoint->history, csv, error)
         && mien_history_write_svg (checkpoint->history, title, svg, error);
}
