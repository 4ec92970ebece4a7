/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/lane.h"

/* The samples of a track that are looked through: those whose numbers are multiples of the grain.
 */
typedef struct
{
  const gint64 *times;
  gsize length, grain;
} Samples;

gint64
mien_lane_get_column_time (gint64 start_ns, double ns_per_column, guint x)
{
  return start_ns + (gint64) (ns_per_column * x);
}

/* The first one from number @low on that is at or after @time, in grains, by a look around @guess:
 * most likely it is there, and looking far and wide would read memory that is in no cache. */
static gsize
find_near (const Samples *s, gsize low, gsize guess, gint64 time)
{
  const gint64 *times = s->times;
  gsize grain = s->grain, n = (s->length + grain - 1) / grain, high, step = 1;

  guess = CLAMP (guess, low, n);
  if (guess > low && times[(guess - 1) * grain] >= time)
    {
      /* Too far: back until it is passed, */
      for (high = guess - 1; high - low > step && times[(high - step) * grain] >= time; step *= 2)
        high -= step;
      low = high - low > step ? high - step + 1 : low;
    }
  else
    {
      /* or on. */
      for (low = guess; low + step < n && times[(low + step) * grain] < time; step *= 2)
        low += step;
      high = MIN (n, low + step);
    }
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (times[middle * grain] < time)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The first sample at or after @time, rounded down: it is number @k, in grains, or between that and
 * the one before. */
static gsize
round_down (const Samples *s, gsize k, gint64 time)
{
  gsize i = k * s->grain;

  if (i >= s->length && s->times[s->length - 1] < time)
    return s->length;
  return i < s->length && (i == 0 || s->times[i - 1] < time) ? i : i - s->grain;
}

void
mien_lane_find_bounds (
    MienTrack *track, gint64 start_ns, double ns_per_column, guint n, gsize grain, gsize *bounds)
{
  const Samples s = { mien_track_get_times (track), mien_track_get_length (track), grain };
  gsize k = 0, step = mien_track_find_time (track, start_ns) / grain;

  for (guint x = 0; x <= n; x++)
    {
      gint64 time = mien_lane_get_column_time (start_ns, ns_per_column, x);
      /* Columns mostly hold as many samples as the one before. */
      gsize next = find_near (&s, k, k + step, time);

      bounds[x] = s.length == 0 ? 0 : round_down (&s, next, time);
      step = x == 0 ? 0 : next - k;
      k = next;
    }
}
