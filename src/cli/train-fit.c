/* mien-train fit: trains a network and writes it with its card and its course.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/train-commands.h"
#include "emotion/labels.h"
#include "train/trainer.h"

typedef struct
{
  char *data, *votes, *arch, *out, *preset, *schedule, *targets, *augment, *precision;
  char **teachers, **inits, **recalls;
  int epochs, batch, patience, threads, warm_up;
  double rate, momentum, l2, dropout, smoothing, ema, minutes, balance, fer2013_weight,
      teacher_part, rare_price;
  gint64 seed;
  gboolean nesterov, keep_copies, resume, half, teacher_mirror, stack;
} Arguments;

static void
clear_arguments (Arguments *a)
{
  g_free (a->data);
  g_free (a->votes);
  g_free (a->arch);
  g_free (a->out);
  g_free (a->preset);
  g_free (a->schedule);
  g_free (a->targets);
  g_free (a->augment);
  g_free (a->precision);
  g_strfreev (a->teachers);
  g_strfreev (a->recalls);
  g_strfreev (a->inits);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, clear_arguments)

/* What a preset says about each option that the caller left out. */
typedef struct
{
  const char *name, *arch, *schedule, *targets, *augment;
  int epochs, warm_up;
  double rate, l2, smoothing, ema, balance, fer2013_weight;
  gboolean nesterov;
} Preset;

static const Preset presets[] = {
  { "mien", "mien", "cosine", "votes", "strong", 100, 300, 0.05, 5e-4, 0.1, 0.999, 0.4, 0.4, TRUE },
  { "article-1", "alexnet", "step", "majority", "light", 100, 0, 0.001, 5e-4, 0, 0, 0, 0.4, FALSE },
  { "article-2", "mien64", "step", "majority", "light", 50, 0, 0.001, 5e-4, 0, 0, 0, 0.4, FALSE },
};

static const Preset *
find_preset (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    if (g_strcmp0 (name, presets[i].name) == 0)
      return &presets[i];
  return NULL;
}

static gboolean G_GNUC_PRINTF (2, 3) usage (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, MIEN_ERROR, MIEN_ERROR_USAGE, text);
  return FALSE;
}

/* `--teacher A.onnx B.onnx`: what follows the first is left over by the option parser. */
static void
take_more_teachers (Arguments *a, int *argc, char **argv)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (a->teachers == NULL)
    return;
  g_strv_builder_addv (builder, (const char **) a->teachers);
  for (int i = 1; i < *argc; i++)
    g_strv_builder_add (builder, argv[i]);
  *argc = 1;
  g_strfreev (a->teachers);
  a->teachers = g_strv_builder_end (builder);
}

static gboolean
parse (Arguments *a, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &a->data, "fer2013.csv[.gz], or a folder per class",
      "F" },
    { "votes", 0, 0, G_OPTION_ARG_FILENAME, &a->votes, "FER+ votes, fer2013new.csv", "F" },
    { "arch", 0, 0, G_OPTION_ARG_STRING, &a->arch, "architecture; see `mien-train archs`", "NAME" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &a->out, "folder for the model and its course", "DIR" },
    { "preset", 0, 0, G_OPTION_ARG_STRING, &a->preset, "article-1, article-2 or mien (default)",
      "NAME" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &a->epochs, "times the data is shown", "N" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &a->batch, "images of a step (64)", "N" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &a->rate, "learning rate", "R" },
    { "schedule", 0, 0, G_OPTION_ARG_STRING, &a->schedule, "step or cosine", "NAME" },
    { "warm-up", 0, 0, G_OPTION_ARG_INT, &a->warm_up, "steps in which the rate rises", "N" },
    { "momentum", 0, 0, G_OPTION_ARG_DOUBLE, &a->momentum, "0.9", "M" },
    { "nesterov", 0, 0, G_OPTION_ARG_NONE, &a->nesterov, "Nesterov's momentum", NULL },
    { "l2", 0, 0, G_OPTION_ARG_DOUBLE, &a->l2, "weight decay", "L" },
    { "dropout", 0, 0, G_OPTION_ARG_DOUBLE, &a->dropout, "instead of the architecture's own", "P" },
    { "smoothing", 0, 0, G_OPTION_ARG_DOUBLE, &a->smoothing, "of labels", "P" },
    { "targets", 0, 0, G_OPTION_ARG_STRING, &a->targets, "votes, majority or draw", "NAME" },
    { "augment", 0, 0, G_OPTION_ARG_STRING, &a->augment, "none, light or strong", "NAME" },
    { "balance", 0, 0, G_OPTION_ARG_DOUBLE, &a->balance,
      "how far rare classes are shown more often: 0 as they are, 1 all alike", "P" },
    { "fer2013-weight", 0, 0, G_OPTION_ARG_DOUBLE, &a->fer2013_weight, "of the second head's loss",
      "W" },
    { "ema", 0, 0, G_OPTION_ARG_DOUBLE, &a->ema, "decay of the average of the weights", "D" },
    { "init", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->inits,
      "model to take the first weights from; given several times, their mean", "F.onnx" },
    { "teacher", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->teachers,
      "learn from this model's answers too; may be given several times", "F.onnx" },
    { "teacher-part", 0, 0, G_OPTION_ARG_DOUBLE, &a->teacher_part,
      "how much of the target is the teachers' (0.5)", "P" },
    { "teacher-mirror", 0, 0, G_OPTION_ARG_NONE, &a->teacher_mirror,
      "teachers answer for the mirrored picture too", NULL },
    { "stack", 0, 0, G_OPTION_ARG_NONE, &a->stack,
      "the FER+ head reads the logits of both heads, by a linear map fitted on PublicTest", NULL },
    { "rare-price", 0, 0, G_OPTION_ARG_DOUBLE, &a->rare_price,
      "points of PublicTest accuracy that raising rare emotions may cost (0)", "P" },
    { "recall", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->recalls,
      "raise the logit of an emotion until this much of it is found on PublicTest, with a "
      "standard error to spare; may be given several times",
      "EMOTION=PERCENT" },
    { "patience", 0, 0, G_OPTION_ARG_INT, &a->patience,
      "stop after N epochs without a better validation (0: never)", "N" },
    { "keep-copies", 0, 0, G_OPTION_ARG_NONE, &a->keep_copies,
      "train on exact copies of test images too", NULL },
    { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &a->minutes, "stop in time; go on with --resume", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &a->seed, "of all that is random (1)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &a->threads, "0: all processors", "N" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &a->precision,
      "auto (bfloat16 where the processor has it), float32 or bfloat16", "NAME" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &a->resume, "go on from the checkpoint in DIR", NULL },
    { "half", 0, 0, G_OPTION_ARG_NONE, &a->half, "store the model's weights in float16", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- train a network");
  g_autoptr (GError) local = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &local))
    return usage (error, "fit: %s", local->message);
  take_more_teachers (a, argc, *argv);
  if (*argc > 1)
    return usage (error, "fit: unexpected argument '%s'", (*argv)[1]);
  return TRUE;
}

static gboolean
choose_names (const Arguments *a, const Preset *preset, MienTrainOptions *o, GError **error)
{
  static const char *const targets[] = { "votes", "majority", "draw", NULL };
  static const char *const schedules[] = { "step", "cosine", NULL };
  const char *arch = a->arch == NULL ? preset->arch : a->arch;
  const char *target = a->targets == NULL ? preset->targets : a->targets;
  const char *schedule = a->schedule == NULL ? preset->schedule : a->schedule;
  const char *precision = a->precision == NULL ? "auto" : a->precision;

  o->arch = mien_arch_find (arch);
  if (o->arch == NULL)
    return usage (error, "fit: no architecture '%s'; see `mien-train archs`", arch);
  if (!g_strv_contains (targets, target))
    return usage (error, "fit: --targets '%s' is none of votes, majority, draw", target);
  for (guint i = 0; targets[i] != NULL; i++)
    if (g_str_equal (targets[i], target))
      o->targets = (MienTargets) i;
  if (!g_strv_contains (schedules, schedule))
    return usage (error, "fit: --schedule '%s' is neither step nor cosine", schedule);
  o->schedule = g_str_equal (schedule, "step") ? MIEN_SCHEDULE_STEP : MIEN_SCHEDULE_COSINE;
  if (!mien_augment_from_name (a->augment == NULL ? preset->augment : a->augment, &o->augment))
    return usage (error, "fit: --augment '%s' is none of none, light, strong", a->augment);
  if (g_str_equal (precision, "auto"))
    o->precision = mien_train_kernels_find (MIEN_PRECISION_BF16) != NULL ? MIEN_PRECISION_BF16
                                                                         : MIEN_PRECISION_F32;
  else if (g_str_equal (precision, "float32") || g_str_equal (precision, "bfloat16"))
    o->precision = precision[0] == 'f' ? MIEN_PRECISION_F32 : MIEN_PRECISION_BF16;
  else
    return usage (error, "fit: --precision '%s' is none of auto, float32, bfloat16", precision);
  return TRUE;
}

/* @value, or @fallback where it was left out (NaN). */
static double
given (double value, double fallback)
{
  return isnan (value) ? fallback : value;
}

static gboolean
choose_numbers (const Arguments *a, const Preset *preset, MienTrainOptions *o, GError **error)
{
  o->epochs = (guint) (a->epochs < 0 ? preset->epochs : a->epochs);
  o->batch = (guint) a->batch;
  o->rate = given (a->rate, preset->rate);
  o->warm_up = (guint) (a->warm_up < 0 ? preset->warm_up : a->warm_up);
  o->momentum = (float) a->momentum;
  o->nesterov = a->nesterov || preset->nesterov;
  o->l2 = (float) given (a->l2, preset->l2);
  o->dropout = (float) a->dropout;
  o->smoothing = (float) given (a->smoothing, preset->smoothing);
  o->balance = (float) given (a->balance, preset->balance);
  o->fer2013_weight = (float) given (a->fer2013_weight, preset->fer2013_weight);
  o->ema = (float) given (a->ema, preset->ema);
  o->teachers = (const char *const *) a->teachers;
  o->teacher_part = (float) a->teacher_part;
  o->teacher_mirror = a->teacher_mirror;
  o->stack = a->stack;
  o->rare_price = a->rare_price / 100;
  o->patience = (guint) MAX (0, a->patience);
  o->minutes = a->minutes;
  o->seed = (guint64) a->seed;
  o->threads = (guint) MAX (0, a->threads);
  o->keep_copies = a->keep_copies;
  o->resume = a->resume;
  o->half = a->half;
  if (a->batch < 1 || a->batch > 4096)
    return usage (error, "fit: --batch has to be from 1 to 4096");
  if (!(o->rate > 0) || o->rate > 100 || o->momentum < 0 || o->momentum >= 1)
    return usage (error, "fit: --rate or --momentum makes no sense");
  if (o->dropout >= 1 || o->smoothing < 0 || o->smoothing >= 1 || o->ema < 0 || o->ema >= 1
      || o->l2 < 0 || o->balance < 0 || o->balance > 2
      || !(o->teacher_part >= 0 && o->teacher_part <= 1) || o->fer2013_weight < 0
      || !(o->rare_price >= 0 && o->rare_price <= 1))
    return usage (
        error,
        "fit: --dropout, --smoothing, --ema, --l2, --balance, --teacher-part, --rare-price or "
        "--fer2013-weight makes no sense");
  return TRUE;
}

static gboolean
choose_recalls (const Arguments *a, MienTrainOptions *o, GError **error)
{
  for (guint i = 0; a->recalls != NULL && a->recalls[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (a->recalls[i], "=", 2);
      double percent = NAN;
      char *end = NULL;
      int class = parts[0] == NULL ? -1 : mien_label_set_find (MIEN_LABELS_FERPLUS, parts[0]);

      if (class >= 0 && parts[1] != NULL && parts[1][0] != '\0')
        percent = g_ascii_strtod (parts[1], &end);
      if (class < 0)
        return usage (error, "fit: --recall '%s': '%s' is no emotion of FER+", a->recalls[i],
                      parts[0] == NULL ? "" : parts[0]);
      if (end == NULL || *end != '\0' || !(percent >= 1 && percent <= 100))
        return usage (error, "fit: --recall '%s' has to end in a percentage from 1 to 100",
                      a->recalls[i]);
      o->aims[class] = (float) (percent / 100);
    }
  if (a->recalls != NULL && o->rare_price > 0)
    return usage (error, "fit: --recall and --rare-price choose the same; give one of them");
  return TRUE;
}

static void
print_progress (const MienTrainProgress *p, gpointer data)
{
  const MienHistoryRow *row = p->finished;

  if (row != NULL)
    {
      fprintf (stderr, "%s", isatty (STDERR_FILENO) ? "\r\033[K" : "");
      printf ("epoch %u/%u  loss %.4f  validation %.4f  majority %.4f  argmax %.4f  recall %.4f  "
              "fer2013 %.4f  %.0f images/s  %.0f s%s\n",
              p->epoch, p->epochs, row->loss, row->validation_loss, row->majority, row->argmax,
              row->mean_class_recall, row->fer2013, row->images_per_second, row->seconds,
              p->is_best ? "  best" : "");
      fflush (stdout);
    }
  else if (isatty (STDERR_FILENO))
    fprintf (stderr, "\repoch %u/%u  step %u/%u  loss %.3f  %.0f images/s  %.0f s left \033[K",
             p->epoch, p->epochs, (guint) p->step, (guint) p->n_steps, p->loss,
             p->images_per_second, p->seconds_left);
}

static gboolean
fit (const Arguments *a, GError **error)
{
  const Preset *preset = find_preset (a->preset == NULL ? "mien" : a->preset);
  MienTrainOptions options = { .out_dir = a->out, .inits = (const char *const *) a->inits };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienDataset) data = NULL;
  MienTrainResult result;

  if (preset == NULL)
    return usage (error, "fit: no preset '%s'", a->preset);
  if (a->data == NULL || a->out == NULL)
    return usage (error, "fit: --data and --out are needed");
  if (!choose_names (a, preset, &options, error) || !choose_numbers (a, preset, &options, error)
      || !choose_recalls (a, &options, error))
    return FALSE;
  mien_cli_watch_interrupt (cancellable);
  data = mien_dataset_load (a->data, a->votes, error);
  if (data == NULL)
    return FALSE;
  if (!mien_trainer_run (&options, data, print_progress, NULL, cancellable, &result, error))
    return FALSE;
  if (result == MIEN_TRAIN_STOPPED)
    printf ("stopped: %u epochs without a better validation\n", options.patience);
  if (result == MIEN_TRAIN_MISSED)
    g_printerr ("mien-train: no raise of logits finds all that --recall asks for; none was made\n");
  if (result == MIEN_TRAIN_OUT_OF_TIME)
    printf ("out of time; --resume goes on\n");
  return TRUE;
}

int
mien_train_fit (int argc, char **argv)
{
  g_auto (Arguments) a = { .epochs = -1,
                           .batch = 64,
                           .warm_up = -1,
                           .patience = 15,
                           .rate = NAN,
                           .momentum = 0.9,
                           .l2 = NAN,
                           .dropout = -1,
                           .smoothing = NAN,
                           .ema = NAN,
                           .balance = NAN,
                           .fer2013_weight = NAN,
                           .teacher_part = 0.5,
                           .seed = 1 };
  g_autoptr (GError) error = NULL;

  if (!parse (&a, &argc, &argv, &error) || !fit (&a, &error))
    return mien_command_fail ("mien-train", error);
  return 0;
}
