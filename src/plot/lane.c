/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/lane.h"

#include <math.h>
#include <string.h>

#define MAX_SCAN 64 /* samples looked at on each side for one that counts */
#define PYRAMID_BASE 16
#define DENSE 6 /* samples in a column from which on its mean says more than its range */

void
mien_lane_clear (MienLane *self)
{
  g_free (self->block);
  g_free (self->presence);
  g_free (self->bounds);
  g_free (self->summaries);
  memset (self, 0, sizeof *self);
}

/* What the block of a lane of @n columns holds: four arrays a channel, one of them with the last
 * column's end, and motion. */
static gsize
count_floats (guint n)
{
  return (gsize) MIEN_N_CHANNELS * (4 * (gsize) n + 1) + n;
}

void
mien_lane_reset (MienLane *self, guint n, guint channels)
{
  float *next;

  if (n > self->room)
    {
      mien_lane_clear (self);
      self->room = n;
      self->block = g_new (float, count_floats (n));
      self->presence = g_new (guint8, n);
      self->bounds = g_new (gsize, (gsize) n + 1);
      self->summaries = g_new (MienSummary, (gsize) n * MIEN_N_CHANNELS);
    }
  self->n = n;
  self->channels = channels;
  self->dense = FALSE;
  next = self->block;
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    {
      self->least[c] = next;
      self->largest[c] = next + n;
      self->mean[c] = next + 2 * n;
      self->edges[c] = next + 3 * n;
      next += 4 * n + 1;
    }
  self->motion = next;
  self->moves = FALSE;
  for (gsize i = 0; i < count_floats (n); i++)
    self->block[i] = NAN;
  if (n > 0)
    memset (self->presence, MIEN_PRESENCE_ABSENT, n);
}

void
mien_lane_init (MienLane *self, guint n, guint channels)
{
  memset (self, 0, sizeof *self);
  mien_lane_reset (self, n, channels);
}

/* One track on its way into a lane. */
typedef struct
{
  MienLane *lane;
  MienTrack *track;
  const gint64 *times;
  const guint8 *status;
  gboolean smoothed;
  const float *values[MIEN_N_CHANNELS];
  gsize length;
  gint64 start, gap;
  double ns_per_column;
  gsize grain;   /* bounds are multiples of it */
  gsize *bounds; /* [n + 1]: first sample at or after the column's beginning */
} Filler;

static gint64
column_time (const Filler *f, guint x)
{
  return mien_lane_get_column_time (f->start, f->ns_per_column, x);
}

/* Where a column holds very many samples, whole buckets of the pyramid: the bound is then off by
 * less than an eighth of a pixel. */
static gsize
choose_grain (gsize per_column)
{
  gsize grain = PYRAMID_BASE;

  if (per_column < 4 * PYRAMID_BASE)
    return 1;
  while (grain * 4 * 4 <= per_column)
    grain *= 4;
  return grain;
}

static void
find_bounds (Filler *f)
{
  MienLane *lane = f->lane;
  gsize begin = mien_track_find_time (f->track, f->start);
  gsize end = mien_track_find_time (f->track, column_time (f, lane->n));
  gsize per_column = (end - begin) / lane->n;

  f->grain = choose_grain (per_column);
  lane->dense = lane->dense || per_column >= DENSE;
  mien_lane_find_bounds (f->track, f->start, f->ns_per_column, lane->n, f->grain, f->bounds);
}

static gboolean
is_good (const Filler *f, gsize i)
{
  return f->status[i] == MIEN_STATUS_OK && f->values[0] != NULL && !isnan (f->values[0][i]);
}

/* Good samples at both sides of sample number @at (the first one at or after some time) that lie
 * near enough to be joined. */
static gboolean
find_joint (const Filler *f, gsize at, gsize *before, gsize *after)
{
  gsize i = at;

  for (guint k = 0; i < f->length && !is_good (f, i); k++, i++)
    if (k == MAX_SCAN || f->status[i] == MIEN_STATUS_EXCLUDED)
      return FALSE;
  if (i == f->length)
    return FALSE;
  *after = i;
  for (guint k = 0; at > 0; k++)
    {
      at--;
      if (is_good (f, at))
        {
          *before = at;
          return f->times[*after] - f->times[*before] <= f->gap;
        }
      if (k == MAX_SCAN || f->status[at] == MIEN_STATUS_EXCLUDED)
        return FALSE;
    }
  return FALSE;
}

static void
take_in (MienLane *lane, guint channel, guint x, float least, float largest, float mean)
{
  if (isnan (least))
    return;
  if (isnan (lane->mean[channel][x]))
    {
      lane->least[channel][x] = least;
      lane->largest[channel][x] = largest;
      lane->mean[channel][x] = mean;
      return;
    }
  lane->least[channel][x] = MIN (lane->least[channel][x], least);
  lane->largest[channel][x] = MAX (lane->largest[channel][x], largest);
}

/* What is left of a column's beginning and right of its end, for the curve to reach its edges. */
static void
join_edge (Filler *f, guint x, gint64 time, gsize at)
{
  MienLane *lane = f->lane;
  gsize before, after;
  double part;

  if (!find_joint (f, at, &before, &after))
    return;
  part = (double) (time - f->times[before]) / (double) (f->times[after] - f->times[before]);
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    {
      float value;

      if ((lane->channels & (1u << c)) == 0 || f->values[c] == NULL)
        continue;
      value = (float) (f->values[c][before] + part * (f->values[c][after] - f->values[c][before]));
      lane->edges[c][x] = value;
      if (x < lane->n)
        take_in (lane, c, x, value, value, value);
      if (x > 0)
        take_in (lane, c, x - 1, value, value, value);
    }
}

/* Neighbouring columns of many samples each, without a look at the samples between: they touch. */
static void
join_columns (MienLane *lane)
{
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    for (guint x = 1; x < lane->n && (lane->channels & (1u << c)) != 0; x++)
      {
        if (lane->presence[x - 1] != MIEN_PRESENCE_SHOWN
            || lane->presence[x] != MIEN_PRESENCE_SHOWN)
          continue;
        if (lane->least[c][x] > lane->largest[c][x - 1])
          lane->least[c][x] = lane->largest[c][x - 1];
        else if (lane->largest[c][x] < lane->least[c][x - 1])
          lane->largest[c][x] = lane->least[c][x - 1];
      }
}

static void
fill_values (Filler *f)
{
  MienLane *lane = f->lane;
  MienSummary *summaries = lane->summaries;
  guint n = lane->n;

  mien_track_summarise_many (f->track, lane->channels, f->smoothed, f->bounds, n, summaries);
  for (guint x = 0; x < n; x++)
    for (guint c = 0; c < MIEN_N_CHANNELS; c++)
      {
        const MienSummary *s = &summaries[(gsize) x * MIEN_N_CHANNELS + c];

        if ((lane->channels & (1u << c)) != 0 && s->count > 0)
          take_in (lane, c, x, s->min, s->max, s->mean);
      }
}

static void
fill_motion (Filler *f)
{
  MienLane *lane = f->lane;
  g_autofree float *peaks = NULL;

  if ((lane->channels & MIEN_LANE_MOTION) == 0
      || mien_track_get_column (f->track, MIEN_COLUMN_FLOW) == NULL)
    return;
  peaks = g_new (float, lane->n);
  mien_track_find_flow_peaks (f->track, f->bounds, lane->n, peaks);
  for (guint x = 0; x < lane->n; x++)
    if (!isnan (peaks[x]))
      {
        lane->motion[x] = isnan (lane->motion[x]) ? peaks[x] : MAX (lane->motion[x], peaks[x]);
        lane->moves = TRUE;
      }
}

/* How many columns a lone sample covers, and what kind it is. */
static void
fill_presence (Filler *f)
{
  MienLane *lane = f->lane;

  for (guint x = 0; x < lane->n; x++)
    {
      gsize begin = f->bounds[x], end = f->bounds[x + 1];
      guint8 kind = MIEN_PRESENCE_ABSENT;

      if (begin == end)
        {
          gint64 time = column_time (f, x);

          if (f->grain > 1)
            begin = mien_track_find_time (f->track, time);
          /* Between two samples: as the one before, while it is not too long ago. */
          if (begin == 0
              || (begin < f->length ? f->times[begin] - f->times[begin - 1] > f->gap
                                    : time - f->times[begin - 1] > f->gap / 4))
            continue;
          begin--;
        }
      /* A column of many: its first, middle and last tell enough. */
      for (guint k = 0; k < 3; k++)
        {
          gsize i = begin + (MAX (end, begin + 1) - 1 - begin) * k / 2;

          if (f->status[i] == MIEN_STATUS_OK)
            kind = MIEN_PRESENCE_SHOWN;
          else if (f->status[i] == MIEN_STATUS_EXCLUDED && kind != MIEN_PRESENCE_SHOWN)
            kind = MIEN_PRESENCE_EXCLUDED;
          else if (kind == MIEN_PRESENCE_ABSENT)
            kind = MIEN_PRESENCE_WEAK;
        }
      if (lane->presence[x] == MIEN_PRESENCE_ABSENT || kind == MIEN_PRESENCE_SHOWN)
        lane->presence[x] = kind;
    }
}

static void
fill_track (MienLane *lane,
            MienDocument *document,
            MienTrack *track,
            gint64 start_ns,
            gint64 end_ns,
            gboolean smoothed)
{
  Filler f = {
    .lane = lane,
    .track = track,
    .smoothed = smoothed,
    .times = mien_track_get_times (track),
    .status = mien_track_get_status (track),
    .length = mien_track_get_length (track),
    .start = start_ns,
    .gap = mien_document_get_gap_limit (document),
    .ns_per_column = (double) (end_ns - start_ns) / lane->n,
    .bounds = lane->bounds,
  };

  if (f.length == 0 || f.times[0] > end_ns || f.times[f.length - 1] + f.gap < start_ns)
    return;
  find_bounds (&f);
  fill_presence (&f);
  fill_motion (&f);
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    if ((lane->channels & (1u << c)) != 0 || c == 0)
      f.values[c] = smoothed || c >= MIEN_SAMPLE_MAX_CLASSES
                        ? mien_track_get_smoothed (track, c)
                        : mien_track_get_column (track, (MienColumn) (MIEN_COLUMN_VALUE + c));
  if (f.values[0] == NULL)
    return;
  fill_values (&f);
  if (f.grain > 1)
    join_columns (lane);
  for (guint x = 0; x <= lane->n && f.grain == 1; x++)
    join_edge (&f, x, column_time (&f, x), f.bounds[x]);
}

/* Columns after the last analysed frame, and holes in the analysis. */
static void
mark_unknown (MienLane *lane, MienDocument *document, gint64 start_ns, gint64 end_ns)
{
  gsize n_frames = mien_document_get_n_frames (document);
  const gint64 *times = mien_document_get_frame_times (document);
  double ns_per_column = (double) (end_ns - start_ns) / lane->n;
  gint64 first = n_frames == 0 ? G_MAXINT64 : times[0];
  gint64 last = n_frames == 0 ? G_MININT64 : mien_document_get_frame_end (document, n_frames - 1);

  for (guint x = 0; x < lane->n; x++)
    {
      gint64 begin = start_ns + (gint64) (ns_per_column * x);
      gint64 end = start_ns + (gint64) (ns_per_column * (x + 1));

      if (lane->presence[x] == MIEN_PRESENCE_ABSENT && (end <= first || begin >= last))
        lane->presence[x] = MIEN_PRESENCE_UNKNOWN;
    }
}

void
mien_lane_compute (MienLane *self,
                   MienDocument *document,
                   MienPerson *person,
                   gint64 start_ns,
                   gint64 end_ns,
                   gboolean smoothed)
{
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (document, person);

  if (self->n == 0 || end_ns <= start_ns)
    return;
  for (guint t = 0; t < tracks->len; t++)
    fill_track (self, document, tracks->pdata[t], start_ns, end_ns, smoothed);
  mark_unknown (self, document, start_ns, end_ns);
}

guint
mien_lane_find_corners (float left, float right, float least, float largest, float corners[2])
{
  gboolean peaks = largest > MAX (left, right), dips = least < MIN (left, right);

  /* Of two the one first that lies away from the other end. */
  corners[0] = peaks && !(dips && left < right) ? largest : least;
  corners[1] = dips && !(peaks && left < right) ? least : largest;
  return (guint) peaks + (guint) dips;
}

int
mien_lane_get_dominant (const MienLane *self, guint x, guint n_classes, double threshold)
{
  int best = -2;
  float most = -INFINITY;

  for (guint c = 0; c < n_classes; c++)
    if (self->mean[c][x] > most)
      {
        most = self->mean[c][x];
        best = (int) c;
      }
  return best >= 0 && most < threshold ? MIEN_CLASS_UNCERTAIN : best;
}
