/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/output.h"

#include <string.h>

#include "base/numerals.h"
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
  return g_strdup_printf ("for %g %s of majority on PublicTest", 100 * price,
                          price == 0.01 ? "point" : "points");
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
  g_string_append (text, " on PublicTest, with a standard error to spare");
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

static char *
describe_stack (const char *training, const MienStack *stack)
{
  return g_strdup_printf ("%s; the FER+ head reads the logits of both heads by a map fitted on "
                          "PublicTest (ridge %g; cross entropy there %.4f without it, %.4f with it "
                          "on images held out)",
                          training, stack->ridge, stack->loss_before, stack->loss);
}

/* ---- the models of one network: plain, and with rare emotions raised ---- */

#define N_KINDS 2

static const struct
{
  const char *suffix, *file, *card;
} kinds[N_KINDS] = { { "", "model", "card.json" },
                     { "-balanced", "model-balanced", "card-balanced.json" } };

typedef struct
{
  const MienTrainOptions *o;
  MienNetwork *network;
  MienValidation *validation;
  float *params, *stats;
  gboolean has_votes, has_labels;
  const char *heads[3]; /* of the model, NULL-terminated */
  char *training;
  char *aims[N_KINDS]; /* what emotions are raised for; NULL: not raised */
  float offsets[N_KINDS][MIEN_DATASET_N_FERPLUS];
  float raised[MIEN_DATASET_N_FERPLUS]; /* offsets in the validation's prediction */
  MienStack stack;
} Models;

static void
clear_models (Models *self)
{
  g_free (self->training);
  for (guint k = 0; k < N_KINDS; k++)
    g_free (self->aims[k]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Models, clear_models)

/* Predicts PublicTest, and chooses from that what is put behind the network's logits. */
static void
prepare (Models *self, const MienCheckpoint *c, const float *priors, gboolean *is_missed)
{
  const MienTrainOptions *o = self->o;
  g_autofree char *price = NULL;
  guint n = 0;

  mien_network_use_weights (self->network, self->params, self->stats);
  mien_validation_predict (self->validation, self->network, o->batch);
  mien_network_use_weights (self->network, NULL, NULL);
  self->training = describe_training (o, c);
  if (o->stack)
    {
      g_autofree char *plain = g_steal_pointer (&self->training);

      mien_validation_stack (self->validation, &self->stack);
      self->training = describe_stack (plain, &self->stack);
    }
  /* A head that no image taught anything is not handed out. */
  if (self->has_votes)
    self->heads[n++] = "ferplus";
  if (self->has_labels)
    self->heads[n++] = "fer2013";
  if (!self->has_votes)
    return;
  self->aims[0] = describe_aim (o);
  price = describe_price (BALANCED_PRICE);
  mien_validation_fit_priors (self->validation, priors, NULL, o->rare_price, self->offsets[0]);
  if (has_aims (o) && !mien_validation_reach (self->validation, o->aims, self->offsets[0]))
    {
      *is_missed = TRUE;
      g_clear_pointer (&self->aims[0], g_free);
    }
  self->aims[1] = self->aims[0] != NULL && has_aims (o)
                      ? g_strdup_printf ("%s, then %s more", self->aims[0], price)
                      : g_steal_pointer (&price);
  /* Who asks for more of the rare emotions does not get less of one. */
  mien_validation_fit_priors (self->validation, priors, has_aims (o) ? self->offsets[0] : NULL,
                              BALANCED_PRICE, self->offsets[1]);
}

static gboolean
write_kind (Models *self, guint kind, GError **error)
{
  const MienTrainOptions *o = self->o;
  g_autofree char *name = g_strconcat (o->arch->name, kinds[kind].suffix, NULL);
  g_autofree char *raise = NULL;
  g_autofree char *split =
      g_strconcat ("PublicTest", o->stack ? ", FER+ by maps fitted without the image" : "",
                   self->aims[kind] != NULL ? ", on which the raises were chosen" : "", NULL);
  g_autoptr (MienGraph) graph =
      mien_export_graph (self->network, self->params, self->stats, self->heads);
  float temperatures[2] = { 1, 1 };
  MienMetrics metrics[3];
  MienSummary summary = { .name = name,
                          .description = o->arch->summary,
                          .training = self->training,
                          .licence = "decided by whoever trained it",
                          .width = o->arch->width,
                          .height = o->arch->height,
                          .channels = o->arch->channels,
                          .heads = self->heads,
                          .temperatures = temperatures,
                          .split = split };
  guint n = 0;

  if (o->stack)
    mien_export_add_stack (graph, "ferplus", self->heads, &self->stack);
  if (self->aims[kind] != NULL)
    {
      raise = raise_emotions (self->validation, graph, o->arch->summary, self->offsets[kind],
                              self->raised, self->aims[kind]);
      summary.description = raise;
    }
  if (self->has_votes)
    temperatures[n++] = mien_validation_fit_temperature (self->validation, MIEN_PROTOCOL_ARGMAX);
  if (self->has_labels)
    temperatures[n] = mien_validation_fit_temperature (self->validation, MIEN_PROTOCOL_FER2013);
  measure (self->validation, &summary, metrics);
  return write_pair (o, kinds[kind].file, kinds[kind].card, graph, &summary, error);
}

gboolean
mien_output_write (const MienTrainOptions *options,
                   const MienDataset *data,
                   MienNetwork *network,
                   MienValidation *validation,
                   const MienCheckpoint *checkpoint,
                   const float *priors,
                   gboolean *is_missed,
                   GError **error)
{
  g_auto (MienNumerals) plain = mien_numerals_plain ();
  g_autofree char *csv = g_build_filename (options->out_dir, "history.csv", NULL);
  g_autofree char *svg = g_build_filename (options->out_dir, "curves.svg", NULL);
  g_autofree char *title = g_strdup_printf ("%s, %u of %u epochs", options->arch->name,
                                            (guint) checkpoint->state.epoch, options->epochs);
  gboolean has_best = checkpoint->state.best_epoch > 0;
  g_auto (Models) models = { .o = options,
                             .network = network,
                             .validation = validation,
                             .params = has_best ? checkpoint->best : checkpoint->average,
                             .stats = has_best ? checkpoint->best_stats : checkpoint->average_stats,
                             .has_votes = mien_dataset_has_votes (data),
                             .has_labels = mien_dataset_has_labels (data) };

  *is_missed = FALSE;
  prepare (&models, checkpoint, priors, is_missed);
  for (guint k = 0; k < (models.has_votes ? N_KINDS : 1); k++)
    if (!write_kind (&models, k, error))
      return FALSE;
  return mien_history_write_csv (checkpoint->history, csv, error)
         && mien_history_write_svg (checkpoint->history, title, svg, error);
}
