/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/dependence.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

static const double yaw_edges[] = { -90, -60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60, 90 };
static const double pitch_edges[] = { -90, -45, -30, -20, -10, 0, 10, 20, 30, 45, 90 };
static const double brightness_edges[] = { 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.001 };
static const double size_edges[] = { 0,   24,  32,  48,  64,  96,   128,
                                     192, 256, 384, 512, 768, 1024, 65536 };

static const struct
{
  const char *name, *unit;
  const double *edges;
  guint n_edges;
} factors[] = {
  { "yaw", "degrees", yaw_edges, G_N_ELEMENTS (yaw_edges) },
  { "pitch", "degrees", pitch_edges, G_N_ELEMENTS (pitch_edges) },
  { "roll", "degrees", pitch_edges, G_N_ELEMENTS (pitch_edges) },
  { "brightness", "0 dark, 1 white", brightness_edges, G_N_ELEMENTS (brightness_edges) },
  { "size", "pixels", size_edges, G_N_ELEMENTS (size_edges) },
};
G_STATIC_ASSERT (G_N_ELEMENTS (factors) == MIEN_N_FACTORS);

const char *
mien_factor_get_name (MienFactor factor)
{
  g_return_val_if_fail (factor < MIEN_N_FACTORS, "");
  return factors[factor].name;
}

const char *
mien_factor_get_unit (MienFactor factor)
{
  g_return_val_if_fail (factor < MIEN_N_FACTORS, "");
  return factors[factor].unit;
}

void
mien_dependence_free (MienDependence *self)
{
  if (self == NULL)
    return;
  g_free (self->bins);
  g_free (self);
}

static double
get_value (const MienSample *sample, MienFactor factor)
{
  switch (factor)
    {
    case MIEN_FACTOR_YAW:
      return sample->yaw;
    case MIEN_FACTOR_PITCH:
      return sample->pitch;
    case MIEN_FACTOR_ROLL:
      return sample->roll;
    case MIEN_FACTOR_BRIGHTNESS:
      return sample->brightness;
    case MIEN_FACTOR_SIZE:
      return MAX (sample->width, sample->height);
    case MIEN_N_FACTORS:
      break;
    }
  g_return_val_if_reached (NAN);
}

/* Of one bin: the second that is being gathered, and the sums over the seconds before it. */
typedef struct
{
  gint64 second; /* -1: none */
  guint n;       /* samples of it */
  double own[MIEN_SAMPLE_MAX_CLASSES + 1];
  double sum[MIEN_SAMPLE_MAX_CLASSES + 1], square[MIEN_SAMPLE_MAX_CLASSES + 1];
} Gathered;

static void
end_second (MienDependence *self, MienDependenceBin *bin, Gathered *g)
{
  for (guint k = 0; g->n > 0 && k <= self->n_classes; k++)
    {
      double mean = g->own[k] / g->n;

      g->sum[k] += mean;
      g->square[k] += mean * mean;
      g->own[k] = 0;
    }
  bin->n_seconds += g->n > 0;
  g->n = 0;
}

static void
add_sample (MienDependence *self, Gathered *gathered, const MienSample *sample)
{
  double value = get_value (sample, self->factor), largest = 0;
  gint64 second = sample->pts_ns / SECOND;
  guint b = 0;

  if (!isfinite (value) || !isfinite (sample->values[0]))
    return;
  while (b < self->n_bins && !(value >= self->bins[b].low && value < self->bins[b].high))
    b++;
  if (b == self->n_bins)
    return;
  if (gathered[b].second != second)
    end_second (self, &self->bins[b], &gathered[b]);
  gathered[b].second = second;
  for (guint k = 0; k < self->n_classes; k++)
    {
      gathered[b].own[k] += sample->values[k];
      largest = MAX (largest, sample->values[k]);
    }
  gathered[b].own[self->n_classes] += largest;
  gathered[b].n++;
  self->bins[b].n_samples++;
  self->n_samples++;
}

static void
gather (MienDependence *self, MienDocument *document, Gathered *gathered)
{
  GListModel *tracks = mien_document_get_tracks (document);

  for (guint t = 0; t < g_list_model_get_n_items (tracks); t++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, t);

      if (mien_person_is_hidden (mien_track_get_person (track)))
        continue;
      for (gsize i = 0; i < mien_track_get_length (track); i++)
        {
          MienSample sample;

          mien_track_get_sample (track, i, &sample);
          if (sample.status == MIEN_STATUS_OK)
            add_sample (self, gathered, &sample);
        }
      for (guint b = 0; b < self->n_bins; b++)
        {
          end_second (self, &self->bins[b], &gathered[b]);
          gathered[b].second = -1;
        }
    }
}

static void
summarise (MienDependence *self, const Gathered *gathered)
{
  self->reference = self->n_bins;
  for (guint b = 0; b < self->n_bins; b++)
    {
      MienDependenceBin *bin = &self->bins[b];
      double n = bin->n_seconds;

      for (guint k = 0; k < self->n_classes; k++)
        {
          double mean = n > 0 ? gathered[b].sum[k] / n : NAN;
          double spread = MAX (gathered[b].square[k] - gathered[b].sum[k] * mean, 0);
          double half = n > 1 ? 1.959964 * sqrt (spread / (n - 1) / n) : NAN;

          bin->probability[k] = mean;
          bin->band_low[k] = mean - half;
          bin->band_high[k] = mean + half;
        }
      bin->confidence = n > 0 ? gathered[b].sum[self->n_classes] / n : NAN;
      if (bin->n_seconds > 0
          && (self->reference == self->n_bins
              || bin->n_seconds > self->bins[self->reference].n_seconds))
        self->reference = b;
    }
  for (guint b = 0; b < self->n_bins; b++)
    {
      MienDependenceBin *bin = &self->bins[b];

      if (bin->n_seconds == 0)
        bin->trust = MIEN_TRUST_NONE;
      else if (bin->n_seconds < MIEN_DEPENDENCE_LEAST)
        bin->trust = MIEN_TRUST_FEW;
      else if (bin->confidence < self->bins[self->reference].confidence - MIEN_DEPENDENCE_UNSURE)
        bin->trust = MIEN_TRUST_UNSURE;
      else
        bin->trust = MIEN_TRUST_GOOD;
    }
}

MienDependence *
mien_dependence_new (MienDocument *document, MienFactor factor)
{
  MienDependence *self;
  g_autofree Gathered *gathered = NULL;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), NULL);
  g_return_val_if_fail (factor < MIEN_N_FACTORS, NULL);
  self = g_new0 (MienDependence, 1);
  self->factor = factor;
  self->n_classes = mien_document_get_n_classes (document);
  self->n_bins = factors[factor].n_edges - 1;
  self->bins = g_new0 (MienDependenceBin, self->n_bins);
  gathered = g_new0 (Gathered, self->n_bins);
  for (guint b = 0; b < self->n_bins; b++)
    {
      self->bins[b].low = factors[factor].edges[b];
      self->bins[b].high = factors[factor].edges[b + 1];
      gathered[b].second = -1;
    }
  gather (self, document, gathered);
  summarise (self, gathered);
  return self;
}

gboolean
mien_dependence_next_doubt (
    const MienDependence *self, guint *begin, guint *end, guint *seconds, double *confidence)
{
  double sum = 0;

  for (*begin = *end; *begin < self->n_bins; (*begin)++)
    if (self->bins[*begin].trust == MIEN_TRUST_FEW || self->bins[*begin].trust == MIEN_TRUST_UNSURE)
      break;
  *seconds = 0;
  for (*end = *begin; *end < self->n_bins && self->bins[*end].trust == self->bins[*begin].trust;
       (*end)++)
    {
      *seconds += self->bins[*end].n_seconds;
      sum += self->bins[*end].confidence * self->bins[*end].n_seconds;
    }
  *confidence = *seconds > 0 ? sum / *seconds : NAN;
  return *begin < self->n_bins;
}

char *
mien_dependence_dup_notes (const MienDependence *self)
{
  GString *text = g_string_new (NULL);
  const char *name = factors[self->factor].name;
  guint begin, end = 0, seconds;
  double confidence;

  if (self->n_samples == 0)
    g_string_append_printf (text, "%s: was not measured\n", name);
  while (mien_dependence_next_doubt (self, &begin, &end, &seconds, &confidence))
    {
      const MienDependenceBin *reference = &self->bins[self->reference];

      g_string_append_printf (text, "%s from %g to %g: ", name, self->bins[begin].low,
                              self->bins[end - 1].high);
      if (self->bins[begin].trust == MIEN_TRUST_FEW)
        g_string_append_printf (text, "only %u %s of film, too little to say anything\n", seconds,
                                seconds == 1 ? "second" : "seconds");
      else
        g_string_append_printf (text,
                                "the network is less sure there (%.2f against %.2f from %g to "
                                "%g): do not compare it with the rest\n",
                                confidence, reference->confidence, reference->low, reference->high);
    }
  return g_string_free (text, FALSE);
}

static void
write_header (MienCsvWriter *csv, MienDocument *document)
{
  static const char *const columns[] = { "factor",  "low",   "high",      "samples",
                                         "seconds", "trust", "confidence" };
  static const char *const parts[] = { "mean", "low", "high" };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    mien_csv_writer_text (csv, columns[i]);
  for (gsize part = 0; part < G_N_ELEMENTS (parts); part++)
    for (guint k = 0; k < mien_document_get_n_classes (document); k++)
      {
        g_autofree char *name =
            g_strdup_printf ("%s_%s", parts[part], mien_document_get_classes (document)[k].name);

        mien_csv_writer_text (csv, name);
      }
  mien_csv_writer_end_row (csv);
}

gboolean
mien_dependence_write_csv (const MienDependence *self,
                           MienDocument *document,
                           gboolean header,
                           GOutputStream *stream,
                           GError **error)
{
  static const char *const trusts[] = { "good", "none", "few", "unsure" };
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);

  if (header)
    write_header (csv, document);
  for (guint b = 0; b < self->n_bins; b++)
    {
      const MienDependenceBin *bin = &self->bins[b];
      const double *const parts[] = { bin->probability, bin->band_low, bin->band_high };

      mien_csv_writer_text (csv, factors[self->factor].name);
      mien_csv_writer_number (csv, bin->low, 3);
      mien_csv_writer_number (csv, bin->high, 3);
      mien_csv_writer_int (csv, bin->n_samples);
      mien_csv_writer_int (csv, bin->n_seconds);
      mien_csv_writer_text (csv, trusts[bin->trust]);
      mien_csv_writer_number (csv, bin->confidence, 6);
      for (gsize part = 0; part < G_N_ELEMENTS (parts); part++)
        for (guint k = 0; k < self->n_classes; k++)
          mien_csv_writer_number (csv, parts[part][k], 6);
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish (csv, error);
}
