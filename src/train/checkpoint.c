/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/checkpoint.h"

#include <string.h>

#include "base/cursor.h"
#include "base/error.h"

#define MAGIC "MienCkp1"
#define DIGEST 32
#define MAX_HISTORY 100000

MienCheckpoint *
mien_checkpoint_new (const char *fingerprint, gsize n_params, gsize n_state)
{
  MienCheckpoint *self = g_new0 (MienCheckpoint, 1);

  self->fingerprint = g_strdup (fingerprint);
  self->history = g_array_new (FALSE, TRUE, sizeof (MienHistoryRow));
  self->n_params = n_params;
  self->n_state = n_state;
  self->params = g_new0 (float, n_params + 1);
  self->velocity = g_new0 (float, n_params + 1);
  self->average = g_new0 (float, n_params + 1);
  self->best = g_new0 (float, n_params + 1);
  self->stats = g_new0 (float, n_state + 1);
  self->average_stats = g_new0 (float, n_state + 1);
  self->best_stats = g_new0 (float, n_state + 1);
  return self;
}

void
mien_checkpoint_free (MienCheckpoint *self)
{
  if (self == NULL)
    return;
  g_free (self->fingerprint);
  g_array_unref (self->history);
  g_free (self->params);
  g_free (self->velocity);
  g_free (self->average);
  g_free (self->best);
  g_free (self->stats);
  g_free (self->average_stats);
  g_free (self->best_stats);
  g_free (self);
}

static void
digest (const void *data, gsize size, guint8 out[DIGEST])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize n = DIGEST;

  g_checksum_update (checksum, data, (gssize) size);
  g_checksum_get_digest (checksum, out, &n);
}

gboolean
mien_checkpoint_save (const MienCheckpoint *self, const char *path, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) local = NULL;
  const float *const params[] = { self->params, self->velocity, self->average, self->best };
  const float *const stats[] = { self->stats, self->average_stats, self->best_stats };
  guint64 sizes[3] = { strlen (self->fingerprint), self->n_params, self->n_state };
  MienCheckpointState state = self->state;
  guint8 sum[DIGEST];

  state.n_history = self->history->len;
  g_byte_array_append (out, (const guint8 *) MAGIC, 8);
  g_byte_array_append (out, (const guint8 *) sizes, sizeof sizes);
  g_byte_array_append (out, (const guint8 *) self->fingerprint, (guint) sizes[0]);
  g_byte_array_append (out, (const guint8 *) &state, sizeof state);
  g_byte_array_append (out, (const guint8 *) self->history->data,
                       self->history->len * (guint) sizeof (MienHistoryRow));
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    g_byte_array_append (out, (const guint8 *) params[i],
                         (guint) (self->n_params * sizeof (float)));
  for (guint i = 0; i < G_N_ELEMENTS (stats); i++)
    g_byte_array_append (out, (const guint8 *) stats[i], (guint) (self->n_state * sizeof (float)));
  digest (out->data, out->len, sum);
  g_byte_array_append (out, sum, DIGEST);
  if (!g_file_set_contents (path, (const char *) out->data, (gssize) out->len, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, local->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, reason);
  return FALSE;
}

static gboolean
take (MienCursor *cursor, void *out, gsize size)
{
  const guint8 *p = mien_cursor_take (cursor, size);

  if (p == NULL)
    return FALSE;
  if (size > 0)
    memcpy (out, p, size);
  return TRUE;
}

static gboolean
take_arrays (MienCheckpoint *self, MienCursor *cursor)
{
  gsize params = self->n_params * sizeof (float), stats = self->n_state * sizeof (float);

  return take (cursor, self->params, params) && take (cursor, self->velocity, params)
         && take (cursor, self->average, params) && take (cursor, self->best, params)
         && take (cursor, self->stats, stats) && take (cursor, self->average_stats, stats)
         && take (cursor, self->best_stats, stats) && mien_cursor_get_left (cursor) == 0;
}

gboolean
mien_checkpoint_load (MienCheckpoint *self, const char *path, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) local = NULL;
  MienCheckpointState state;
  MienCursor cursor;
  guint8 sum[DIGEST];
  guint64 sizes[3];
  char magic[8];
  const guint8 *text;
  gsize size;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  if (!g_file_get_contents (path, &data, &size, &local))
    return fail (error, path, local->message);
  if (size < 8 + sizeof sizes + DIGEST)
    return fail (error, path, "not a checkpoint");
  digest (data, size - DIGEST, sum);
  mien_cursor_init (&cursor, data, size - DIGEST);
  if (!take (&cursor, magic, sizeof magic) || memcmp (magic, MAGIC, 8) != 0)
    return fail (error, path, "not a checkpoint");
  if (memcmp (sum, data + size - DIGEST, DIGEST) != 0)
    return fail (error, path, "the checkpoint is damaged: its checksum does not fit");
  if (!take (&cursor, sizes, sizeof sizes))
    return fail (error, path, "the checkpoint is cut short");
  text = mien_cursor_take (&cursor, sizes[0]);
  if (text == NULL || sizes[0] != strlen (self->fingerprint)
      || memcmp (text, self->fingerprint, sizes[0]) != 0 || sizes[1] != self->n_params
      || sizes[2] != self->n_state)
    return fail (error, path, "the checkpoint is of a run with other options or other data");
  if (!take (&cursor, &state, sizeof state) || state.n_history > MAX_HISTORY)
    return fail (error, path, "the checkpoint is cut short");
  g_array_set_size (self->history, (guint) state.n_history);
  if (!take (&cursor, self->history->data, (gsize) state.n_history * sizeof (MienHistoryRow))
      || !take_arrays (self, &cursor))
    return fail (error, path, "the checkpoint is cut short");
  self->state = state;
  return TRUE;
}
