/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/matroska.h"

#include <stdio.h>
#include <string.h>

#include "media/ebml.h"

/* RFC 9559, 5.1. */
enum
{
  ID_EBML = 0x1a45dfa3,
  ID_SEGMENT = 0x18538067,
  ID_INFO = 0x1549a966,
  ID_SCALE = 0x2ad7b1,
  ID_DURATION = 0x4489,
  ID_CLUSTER = 0x1f43b675,
  ID_TIMESTAMP = 0xe7,
  ID_CHECKSUM = 0xbf,
  ID_SIMPLE_BLOCK = 0xa3,
  ID_GROUP = 0xa0,
  ID_BLOCK = 0xa1,
  ID_BLOCK_DURATION = 0x9b,
};

#define HEAD_BYTES (1024 * 1024)
#define TAIL_BYTES (16 * 1024 * 1024)
#define MAX_TRACKS 32
/* How long a picture after the last one may be waited for: a longer gap says nothing. */
#define MAX_STEP_NS 200000000
#define USUAL_SCALE 1000000
#define MAX_SCALE G_GUINT64_CONSTANT (1000000000)

typedef struct
{
  guint64 scale;  /* ns of a tick */
  gboolean ended; /* its length is written down */
  gint64 begin;   /* ticks of the first cluster, -1: not seen */

  gint64 cluster;                                /* ticks of the cluster that is read, -1: none */
  gint64 last[MAX_TRACKS], previous[MAX_TRACKS]; /* ticks of the two latest blocks, -1: none */
  gboolean is_timed[MAX_TRACKS];                 /* its blocks say how long they last */
  gint64 end; /* ticks where the latest block with a length ends */
} Walk;

/* The element at *@at, which goes on to what it holds: @size bytes of that are there. FALSE where
 * none is. */
static gboolean
enter (const guint8 *bytes, gsize n, gsize *at, guint64 *id, gsize *size, gboolean *is_open)
{
  guint64 length;
  int head = *at < n ? mien_ebml_get_head (bytes + *at, n - *at, id, &length, is_open) : 0;

  if (head == 0)
    return FALSE;
  *at += (gsize) head;
  *size = *is_open || length > n - *at ? n - *at : (gsize) length;
  return TRUE;
}

static void
see_block (Walk *self, const guint8 *bytes, gsize n, gint64 duration)
{
  gboolean unused;
  guint64 track;
  int n_track = mien_ebml_get_vint (bytes, n, FALSE, &track, &unused);
  gint64 time;

  if (n_track == 0 || (gsize) n_track + 2 > n || track >= MAX_TRACKS || self->cluster < 0)
    return;
  time = self->cluster + (gint16) mien_ebml_get_number (bytes + n_track, 2);
  if (duration > 0)
    {
      self->end = MAX (self->end, time + duration);
      self->is_timed[track] = TRUE;
    }
  if (time > self->last[track])
    {
      self->previous[track] = self->last[track];
      self->last[track] = time;
    }
  else if (time < self->last[track] && time > self->previous[track])
    self->previous[track] = time;
}

static void
see_group (Walk *self, const guint8 *bytes, gsize n)
{
  const guint8 *block = NULL;
  gsize n_block = 0, at = 0, size;
  gint64 duration = 0;
  gboolean is_open;
  guint64 id;

  while (enter (bytes, n, &at, &id, &size, &is_open))
    {
      if (id == ID_BLOCK)
        {
          block = bytes + at;
          n_block = size;
        }
      else if (id == ID_BLOCK_DURATION && size <= 8)
        duration = (gint64) (mien_ebml_get_number (bytes + at, (int) size) & G_MAXINT32);
      at += size;
    }
  if (block != NULL)
    see_block (self, block, n_block, duration);
}

/* Goes through elements and into those that hold what is asked for. Stops at what is none. */
static void
walk (Walk *self, const guint8 *bytes, gsize n, gboolean until_cluster)
{
  gsize at = 0, size;
  gboolean is_open;
  guint64 id;

  while (enter (bytes, n, &at, &id, &size, &is_open))
    {
      switch (id)
        {
        case ID_SEGMENT:
        case ID_INFO:
          continue;
        case ID_CLUSTER:
          self->cluster = -1;
          continue;
        case ID_SCALE:
          if (size <= 8)
            self->scale = CLAMP (mien_ebml_get_number (bytes + at, (int) size), 1, MAX_SCALE);
          break;
        case ID_DURATION:
          /* Writers that do not know it yet leave nothing there. */
          self->ended = size <= 8 && mien_ebml_get_number (bytes + at, (int) size) != 0;
          break;
        case ID_TIMESTAMP:
          if (size > 8)
            return;
          self->cluster =
              (gint64) (mien_ebml_get_number (bytes + at, (int) size) & G_MAXINT64 >> 20);
          if (self->begin < 0)
            self->begin = self->cluster;
          if (until_cluster)
            return;
          break;
        case ID_SIMPLE_BLOCK:
          see_block (self, bytes + at, size, 0);
          break;
        case ID_GROUP:
          see_group (self, bytes + at, size);
          break;
        default:
          if (is_open)
            return;
          break;
        }
      at += size;
    }
}

/* Whether a cluster begins here, and not just bytes that look like its id. */
static gboolean
is_cluster (const guint8 *bytes, gsize n)
{
  static const guint8 id[] = { 0x1f, 0x43, 0xb6, 0x75 };
  guint64 found, length;
  gboolean is_open;
  int head;

  if (n < 12 || memcmp (bytes, id, sizeof id) != 0)
    return FALSE;
  head = mien_ebml_get_head (bytes, n, &found, &length, &is_open);
  return head > 0 && (gsize) head < n
         && (bytes[head] == ID_TIMESTAMP || bytes[head] == ID_CHECKSUM);
}

/* Where the last two clusters begin; @n when there are none. */
static gsize
find_last_clusters (const guint8 *bytes, gsize n)
{
  gsize found = n;
  int count = 0;

  for (gsize at = n; at-- > 0 && count < 2;)
    if (bytes[at] == 0x1f && is_cluster (bytes + at, n - at))
      {
        found = at;
        count++;
      }
  return found;
}

static guint8 *
read_part (FILE *file, gint64 offset, gsize n)
{
  guint8 *bytes = g_malloc (n);

  if (fseeko (file, offset, SEEK_SET) == 0 && fread (bytes, 1, n, file) == n)
    return bytes;
  g_free (bytes);
  return NULL;
}

static gint64
find_end (FILE *file, gint64 size)
{
  Walk self = { .scale = USUAL_SCALE, .begin = -1, .cluster = -1, .end = -1 };
  gsize n_head = (gsize) MIN (size, HEAD_BYTES), n_tail = (gsize) MIN (size, TAIL_BYTES), at;
  g_autofree guint8 *head = read_part (file, 0, n_head);
  g_autofree guint8 *tail = NULL;

  if (head == NULL || n_head < 4 || mien_ebml_get_number (head, 4) != ID_EBML)
    return -1;
  walk (&self, head, n_head, TRUE);
  if (self.ended || self.begin < 0)
    return -1;
  tail = read_part (file, size - (gint64) n_tail, n_tail);
  if (tail == NULL)
    return -1;
  for (guint i = 0; i < MAX_TRACKS; i++)
    self.last[i] = self.previous[i] = -1;
  at = find_last_clusters (tail, n_tail);
  walk (&self, tail + at, n_tail - at, FALSE);
  /* A block is shown until the next one would come. */
  for (guint i = 0; i < MAX_TRACKS; i++)
    if (self.last[i] >= 0 && !self.is_timed[i])
      {
        gint64 step = self.previous[i] < 0 ? 0 : self.last[i] - self.previous[i];

        self.end = MAX (self.end, self.last[i] + MIN (step, MAX_STEP_NS / (gint64) self.scale));
      }
  if (self.end <= self.begin || (guint64) (self.end - self.begin) > G_MAXINT64 / self.scale)
    return -1;
  return (self.end - self.begin) * (gint64) self.scale;
}

gint64
mien_matroska_find_end (const char *path)
{
  FILE *file = fopen (path, "rb");
  gint64 end = -1, size;

  if (file == NULL)
    return -1;
  if (fseeko (file, 0, SEEK_END) == 0 && (size = ftello (file)) > 0)
    end = find_end (file, size);
  fclose (file);
  return end;
}
