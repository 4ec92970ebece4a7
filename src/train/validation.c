/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/validation.h"

#include <math.h>
#include <string.h>

#include "emotion/calibration.h"
#include "train/loss.h"
#include "train/priors.h"
#include "train/samples.h"

#define N8 MIEN_DATASET_N_FERPLUS
#define N7 MIEN_DATASET_N_FER2013

struct _MienValidation
{
  const MienDataset *data;
  guint n;
  guint32 *rows;
  float *ferplus, *fer2013; /* probabilities */
};

MienValidation *
mien_validation_new (const MienDataset *data, MienDatasetSplit split)
{
  MienValidation *self;

  g_return_val_if_fail (data != NULL, NULL);
  self = g_new0 (MienValidation, 1);
  self->data = data;
  self->rows = g_new (guint32, mien_dataset_get_n_rows (data) + 1);
  for (guint i = 0; i < mien_dataset_get_n_rows (data); i++)
    {
      MienDatasetRow row;

      mien_dataset_get_row (data, i, &row);
      if (mien_dataset_has_split (data, i, split) && !row.is_copy)
        self->rows[self->n++] = i;
    }
  self->ferplus = g_new0 (float, (gsize) self->n *N8 + 1);
  self->fer2013 = g_new0 (float, (gsize) self->n *N7 + 1);
  return self;
}

void
mien_validation_free (MienValidation *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  g_free (self->ferplus);
  g_free (self->fer2013);
  g_free (self);
}

guint
mien_validation_get_n (const MienValidation *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n;
}

static void
load_row (MienValidation *self, MienNetwork *network, guint32 index, float *raw, float *out)
{
  guint width = mien_dataset_get_width (self->data), height = mien_dataset_get_height (self->data);
  MienDatasetRow row;

  mien_dataset_get_row (self->data, index, &row);
  for (guint i = 0; i < width * height; i++)
    raw[i] = row.pixels[i];
  mien_samples_normalise (raw, width, height, out, mien_network_get_width (network),
                          mien_network_get_height (network), mien_network_get_channels (network));
}

void
mien_validation_predict (MienValidation *self, MienNetwork *network, guint batch)
{
  gsize size = (gsize) mien_network_get_width (network) * mien_network_get_height (network)
               * mien_network_get_channels (network);
  g_autofree float *input = g_new (float, size *batch);
  g_autofree float *raw = g_new (float, (gsize) mien_dataset_get_width (self->data)
                                            * mien_dataset_get_height (self->data));

  for (guint first = 0; first < self->n; first += batch)
    {
      guint n = MIN (batch, self->n - first);

      for (guint i = 0; i < n; i++)
        load_row (self, network, self->rows[first + i], raw, input + i * size);
      mien_network_forward (network, input, n, FALSE, 0, 0);
      mien_network_read_output (network, 0, self->ferplus + (gsize) first * N8);
      mien_network_read_output (network, 1, self->fer2013 + (gsize) first * N7);
    }
  mien_loss_softmax (self->ferplus, self->n, N8);
  mien_loss_softmax (self->fer2013, self->n, N7);
}

/* The rows that count under a protocol, packed. */
typedef struct
{
  guint n, n_classes;
  guint *places; /* of the rows in the validation */
  float *probabilities, *targets;
  guint8 *classes;
} Selection;

static void
clear_selection (Selection *s)
{
  g_free (s->places);
  g_free (s->probabilities);
  g_free (s->targets);
  g_free (s->classes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selection, clear_selection)

static void
choose (const MienValidation *self, MienProtocol protocol, Selection *s)
{
  const float *from = protocol == MIEN_PROTOCOL_FER2013 ? self->fer2013 : self->ferplus;

  s->n = 0;
  s->n_classes = mien_protocol_get_n_classes (protocol);
  s->places = g_new (guint, self->n + 1);
  s->probabilities = g_new (float, (gsize) self->n * s->n_classes + 1);
  s->targets = g_new (float, (gsize) self->n * s->n_classes + 1);
  s->classes = g_new (guint8, self->n + 1);
  for (guint i = 0; i < self->n; i++)
    {
      MienDatasetRow row;
      int class;

      mien_dataset_get_row (self->data, self->rows[i], &row);
      class = mien_protocol_get_class (protocol, &row);
      if (class < 0)
        continue;
      memcpy (s->probabilities + s->n * s->n_classes, from + i * s->n_classes,
              s->n_classes * sizeof *from);
      mien_protocol_get_target (protocol, &row, s->targets + s->n * s->n_classes);
      s->places[s->n] = i;
      s->classes[s->n++] = (guint8) class;
    }
}

gboolean
mien_validation_measure (MienValidation *self, MienProtocol protocol, MienMetrics *metrics)
{
  g_auto (Selection) s = { 0 };

  g_return_val_if_fail (self != NULL && metrics != NULL, FALSE);
  choose (self, protocol, &s);
  mien_metrics_compute (metrics, s.probabilities, s.targets, s.classes, s.n, s.n_classes);
  return s.n > 0;
}

double
mien_validation_get_loss (MienValidation *self)
{
  g_auto (Selection) s = { 0 };
  double loss = 0;

  g_return_val_if_fail (self != NULL, NAN);
  choose (self, mien_dataset_has_votes (self->data) ? MIEN_PROTOCOL_ARGMAX : MIEN_PROTOCOL_FER2013,
          &s);
  if (s.n == 0)
    return NAN;
  for (guint i = 0; i < s.n * s.n_classes; i++)
    loss -= (double) s.targets[i] * log (MAX (1e-12, (double) s.probabilities[i]));
  return loss / s.n;
}

float
mien_validation_fit_temperature (MienValidation *self, MienProtocol protocol)
{
  g_auto (Selection) s = { 0 };

  g_return_val_if_fail (self != NULL, 1);
  choose (self, protocol, &s);
  return s.n == 0 ? 1 : mien_calibration_fit (s.probabilities, s.targets, s.n, s.n_classes);
}

void
mien_validation_fit_priors (
    MienValidation *self, const float *priors, const float *start, double price, float *offsets)
{
  g_auto (Selection) s = { 0 };

  g_return_if_fail (self != NULL && priors != NULL && offsets != NULL);
  choose (self, MIEN_PROTOCOL_MAJORITY, &s);
  mien_priors_fit (s.probabilities, s.classes, s.n, N8, priors, start, price, offsets);
}

gboolean
mien_validation_reach (MienValidation *self, const float *aims, float *offsets)
{
  g_auto (Selection) s = { 0 };

  g_return_val_if_fail (self != NULL && aims != NULL && offsets != NULL, FALSE);
  choose (self, MIEN_PROTOCOL_MAJORITY, &s);
  return mien_priors_reach (s.probabilities, s.classes, s.n, N8, aims, offsets);
}

void
mien_validation_apply_offsets (MienValidation *self, const float *offsets)
{
  g_return_if_fail (self != NULL && offsets != NULL);
  mien_priors_apply (self->ferplus, self->n, N8, offsets);
}

gboolean
mien_validation_can_stack (const MienValidation *self)
{
  g_auto (Selection) s = { 0 };
  guint n = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  choose (self, MIEN_PROTOCOL_ARGMAX, &s);
  for (guint i = 0; i < s.n; i++)
    n += !mien_dataset_has_split (self->data, self->rows[s.places[i]], MIEN_SPLIT_TRAINING);
  return n > 0 && mien_dataset_has_labels (self->data);
}

guint
mien_validation_count (const MienValidation *self, MienProtocol protocol, guint class_index)
{
  g_auto (Selection) s = { 0 };
  guint n = 0;

  g_return_val_if_fail (self != NULL, 0);
  choose (self, protocol, &s);
  for (guint i = 0; i < s.n; i++)
    n += s.classes[i] == class_index;
  return n;
}

/* Log probabilities of both heads side by side: those of the network's logits but for a constant of
 * each head, which the stack does not see. */
static void
join_heads (const MienValidation *self, float *out)
{
  for (guint i = 0; i < self->n; i++)
    {
      float *row = out + (gsize) i * (N8 + N7);

      for (guint c = 0; c < N8; c++)
        row[c] = logf (MAX (self->ferplus[(gsize) i * N8 + c], 1e-30f));
      for (guint c = 0; c < N7; c++)
        row[N8 + c] = logf (MAX (self->fer2013[(gsize) i * N7 + c], 1e-30f));
    }
}

void
mien_validation_stack (MienValidation *self, MienStack *stack)
{
  static const guint widths[] = { N8, N7 };
  g_auto (Selection) s = { 0 };
  g_autofree float *joined = NULL, *packed = NULL;
  gsize width = N8 + N7;

  g_return_if_fail (self != NULL && stack != NULL);
  joined = g_new (float, self->n *width + 1);
  packed = g_new (float, self->n *width + 1);
  join_heads (self, joined);
  choose (self, MIEN_PROTOCOL_ARGMAX, &s);
  for (guint i = 0; i < s.n; i++)
    memcpy (packed + i * width, joined + s.places[i] * width, width * sizeof *packed);
  /* The selection's probabilities are room enough for what is said of its rows. */
  mien_stack_fit (stack, packed, widths, 2, 0, N8, s.targets, s.n, s.probabilities);
  mien_stack_apply (stack, joined, self->n, self->ferplus);
  for (guint i = 0; i < s.n; i++)
    memcpy (self->ferplus + (gsize) s.places[i] * N8, s.probabilities + (gsize) i * N8,
            N8 * sizeof *self->ferplus);
  mien_loss_softmax (self->ferplus, self->n, N8);
}
