/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/columns.h"

#include <math.h>
#include <string.h>

#include "base/cursor.h"
#include "base/size.h"

#define BLOCK_MAGIC 0x4B4C424D /* "MBLK" */
#define BLOCK_LANDMARKS (1u << 31)
#define BLOCK_MESH (1u << 30) /* landmarks, and the mesh with them */
#define BLOCK_LIMIT 65536     /* samples */

/* The file is little endian, and so is every machine this runs on; encode and decode copy. */
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

MienColumns *
mien_columns_new (guint raw)
{
  MienColumns *self = g_new0 (MienColumns, 1);

  self->raw = raw;
  return self;
}

void
mien_columns_free (MienColumns *self)
{
  if (self == NULL)
    return;
  g_free (self->frames);
  g_free (self->times);
  g_free (self->status);
  g_free (self->effective);
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    g_free (self->values[c]);
  g_free (self->landmarks);
  g_free (self);
}

/* Bytes of the points of one sample. */
static gsize
get_points_size (const MienColumns *self)
{
  return (gsize) self->n_landmarks * 2 * sizeof (float);
}

MienColumns *
mien_columns_dup (const MienColumns *self)
{
  MienColumns *copy = mien_columns_new (self->raw);

  copy->n = copy->allocated = self->n;
  copy->frames = g_memdup2 (self->frames, self->n * sizeof *self->frames);
  copy->times = g_memdup2 (self->times, self->n * sizeof *self->times);
  copy->status = g_memdup2 (self->status, self->n);
  copy->effective = g_memdup2 (self->effective, self->n);
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    copy->values[c] = g_memdup2 (self->values[c], self->n * sizeof (float));
  copy->n_landmarks = self->n_landmarks;
  copy->landmarks = g_memdup2 (self->landmarks, self->n * get_points_size (self));
  return copy;
}

void
mien_columns_reserve (MienColumns *self, gsize n)
{
  if (n <= self->allocated)
    return;
  self->allocated = n;
  self->frames = g_renew (guint32, self->frames, n);
  self->times = g_renew (gint64, self->times, n);
  self->status = g_renew (guint8, self->status, n);
  self->effective = g_renew (guint8, self->effective, n);
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    if (self->values[c] != NULL)
      self->values[c] = g_renew (float, self->values[c], n);
  if (self->landmarks != NULL)
    self->landmarks = g_realloc_n (self->landmarks, n, get_points_size (self));
}

static void
grow (MienColumns *self, gsize more)
{
  if (self->n + more > self->allocated)
    mien_columns_reserve (self, MAX (self->n + more, self->allocated + self->allocated / 2 + 256));
}

static void
fill_nan (float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = NAN;
}

static float *
ensure_column (MienColumns *self, guint column)
{
  if (self->values[column] == NULL)
    {
      self->values[column] = g_new (float, self->allocated);
      fill_nan (self->values[column], self->n);
    }
  return self->values[column];
}

/* Room for the points of all samples, @n of each; NULL when those before have another number. */
static float *
ensure_landmarks (MienColumns *self, guint n)
{
  if (self->landmarks == NULL)
    {
      self->n_landmarks = n;
      self->landmarks = g_malloc_n (self->allocated, get_points_size (self));
      fill_nan (self->landmarks, self->n * 2 * n);
    }
  return self->n_landmarks == n ? self->landmarks : NULL;
}

/* The points of the @n samples from the end on, @each of each; NULL: they have none. */
static void
put_landmarks (MienColumns *self, const void *points, guint each, gsize n)
{
  float *all = points == NULL ? NULL : ensure_landmarks (self, each);
  gsize width = 2 * (gsize) self->n_landmarks;

  if (all != NULL)
    memcpy (all + self->n * width, points, n * get_points_size (self));
  else if (self->landmarks != NULL)
    fill_nan (self->landmarks + self->n * width, n * width);
}

void
mien_columns_append (MienColumns *self, const MienSample *sample)
{
  const float measured[MIEN_COLUMN_VALUE] = {
    sample->x,   sample->y,     sample->width, sample->height,     sample->score,
    sample->yaw, sample->pitch, sample->roll,  sample->brightness, sample->sharpness,
  };
  gsize i;

  grow (self, 1);
  i = self->n;
  self->frames[i] = (guint32) sample->frame;
  self->times[i] = sample->pts_ns;
  self->status[i] = self->effective[i] = (guint8) sample->status;
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    {
      float value = c < MIEN_COLUMN_VALUE   ? measured[c]
                    : c == MIEN_COLUMN_FLOW ? sample->flow
                                            : sample->values[c - MIEN_COLUMN_VALUE];

      if (self->values[c] != NULL || !isnan (value))
        ensure_column (self, c)[i] = value;
    }
  put_landmarks (self, sample->landmarks, sample->n_landmarks, 1);
  self->n++;
}

void
mien_columns_truncate (MienColumns *self, gsize n)
{
  self->n = MIN (self->n, n);
}

static float
quantise (float value, double steps)
{
  if (!isfinite (value) || fabsf (value) > 1e9f)
    return NAN;
  return (float) (round ((double) value * steps) / steps);
}

void
mien_columns_quantise (MienSample *sample, guint n_classes)
{
  gboolean whole = TRUE;

  sample->x = quantise (sample->x, 100.0);
  sample->y = quantise (sample->y, 100.0);
  sample->width = quantise (sample->width, 100.0);
  sample->height = quantise (sample->height, 100.0);
  sample->score = quantise (sample->score, 1e4);
  sample->yaw = quantise (sample->yaw, 100.0);
  sample->pitch = quantise (sample->pitch, 100.0);
  sample->roll = quantise (sample->roll, 100.0);
  sample->brightness = quantise (sample->brightness, 1e4);
  sample->sharpness = quantise (sample->sharpness, 100.0);
  sample->flow = quantise (sample->flow, 100.0);
  for (guint c = 0; c < n_classes; c++)
    {
      sample->values[c] = quantise (sample->values[c], 1e6);
      whole = whole && !isnan (sample->values[c]);
    }
  for (guint c = whole ? n_classes : 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    sample->values[c] = NAN;
}

static void
append_u32 (GByteArray *bytes, guint32 value)
{
  g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
}

static void
append_items (GByteArray *bytes, const void *items, gsize begin, gsize end, gsize size)
{
  g_byte_array_append (bytes, (const guint8 *) items + begin * size,
                       (guint) ((end - begin) * size));
}

GBytes *
mien_columns_encode (const MienColumns *self, gsize begin, gsize end)
{
  GByteArray *bytes = g_byte_array_new ();
  guint32 mask = self->landmarks == NULL                      ? 0
                 : self->n_landmarks == MIEN_SAMPLE_LANDMARKS ? BLOCK_LANDMARKS
                                                              : BLOCK_MESH;

  g_assert (begin < end && end <= self->n && end - begin <= BLOCK_LIMIT);
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    if (self->values[c] != NULL)
      mask |= 1u << c;
  append_u32 (bytes, BLOCK_MAGIC);
  append_u32 (bytes, (guint32) (end - begin));
  append_u32 (bytes, mask);
  append_items (bytes, self->frames, begin, end, sizeof (guint32));
  append_items (bytes, self->times, begin, end, sizeof (gint64));
  append_items (bytes, self->status, begin, end, sizeof (guint8));
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    if (self->values[c] != NULL)
      append_items (bytes, self->values[c], begin, end, sizeof (float));
  if (self->landmarks != NULL)
    append_items (bytes, self->landmarks, begin, end, get_points_size (self));
  return g_byte_array_free_to_bytes (bytes);
}

/* Whether frames and times ascend from what is there, and every status is one that analysis gives.
 */
static gboolean
is_sound (const MienColumns *self,
          gsize n,
          const guint8 *frames,
          const guint8 *times,
          const guint8 *status)
{
  gint64 last_frame = self->n == 0 ? -1 : (gint64) self->frames[self->n - 1];
  gint64 last_time = self->n == 0 ? G_MININT64 : self->times[self->n - 1];

  for (gsize i = 0; i < n; i++)
    {
      guint32 frame;
      gint64 time;

      memcpy (&frame, frames + i * sizeof frame, sizeof frame);
      memcpy (&time, times + i * sizeof time, sizeof time);
      if ((gint64) frame <= last_frame || time <= last_time || status[i] > MIEN_STATUS_EXCLUDED
          || status[i] == MIEN_STATUS_NO_FACE)
        return FALSE;
      last_frame = frame;
      last_time = time;
    }
  return TRUE;
}

gboolean
mien_columns_decode (MienColumns *self, const guint8 *data, gsize size)
{
  MienCursor cursor;
  guint32 magic, n, mask;
  const guint8 *frames, *times, *status, *values[MIEN_N_COLUMNS] = { NULL }, *landmarks = NULL;
  guint n_landmarks = 0;

  mien_cursor_init (&cursor, data, size);
  if (!mien_cursor_take_u32 (&cursor, &magic) || magic != BLOCK_MAGIC
      || !mien_cursor_take_u32 (&cursor, &n) || n == 0 || n > BLOCK_LIMIT
      || !mien_cursor_take_u32 (&cursor, &mask)
      || (mask & ~(BLOCK_LANDMARKS | BLOCK_MESH) & ~((1u << MIEN_N_COLUMNS) - 1)) != 0)
    return FALSE;
  frames = mien_cursor_take (&cursor, (gsize) n * sizeof (guint32));
  times = mien_cursor_take (&cursor, (gsize) n * sizeof (gint64));
  status = mien_cursor_take (&cursor, n);
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    if ((mask & (1u << c)) != 0)
      {
        values[c] = mien_cursor_take (&cursor, (gsize) n * sizeof (float));
        if (values[c] == NULL)
          return FALSE;
      }
  if ((mask & (BLOCK_LANDMARKS | BLOCK_MESH)) != 0)
    {
      n_landmarks = MIEN_SAMPLE_LANDMARKS + ((mask & BLOCK_MESH) != 0 ? MIEN_SAMPLE_MESH : 0);
      landmarks = mien_cursor_take (&cursor, (gsize) n * n_landmarks * 2 * sizeof (float));
      if (landmarks == NULL)
        return FALSE;
    }
  if (frames == NULL || times == NULL || status == NULL || mien_cursor_get_left (&cursor) != 0
      || !is_sound (self, n, frames, times, status))
    return FALSE;
  grow (self, n);
  memcpy (self->frames + self->n, frames, n * sizeof (guint32));
  memcpy (self->times + self->n, times, n * sizeof (gint64));
  memcpy (self->status + self->n, status, n);
  memcpy (self->effective + self->n, status, n);
  for (guint c = 0; c < MIEN_N_COLUMNS; c++)
    if (values[c] != NULL)
      memcpy (ensure_column (self, c) + self->n, values[c], n * sizeof (float));
    else if (self->values[c] != NULL)
      fill_nan (self->values[c] + self->n, n);
  put_landmarks (self, landmarks, n_landmarks, n);
  self->n += n;
  return TRUE;
}

gsize
mien_columns_find_time (const MienColumns *self, gsize begin, gsize end, gint64 time_ns)
{
  while (begin < end)
    {
      gsize middle = begin + (end - begin) / 2;

      if (self->times[middle] < time_ns)
        begin = middle + 1;
      else
        end = middle;
    }
  return begin;
}

gsize
mien_columns_find_frame (const MienColumns *self, gsize begin, gsize end, gint64 frame)
{
  while (begin < end)
    {
      gsize middle = begin + (end - begin) / 2;

      if ((gint64) self->frames[middle] < frame)
        begin = middle + 1;
      else
        end = middle;
    }
  return begin;
}
