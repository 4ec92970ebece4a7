/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/protocol.h"

#include <string.h>

static const char *const names[] = { "fer2013", "argmax", "majority" };

const char *
mien_protocol_get_name (MienProtocol protocol)
{
  g_return_val_if_fail ((guint) protocol < G_N_ELEMENTS (names), NULL);
  return names[protocol];
}

gboolean
mien_protocol_from_name (const char *name, MienProtocol *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *out = (MienProtocol) i;
        return TRUE;
      }
  return FALSE;
}

/* Votes that count under @protocol; returns their sum over all ten columns. */
static guint
count_votes (MienProtocol protocol, const MienDatasetRow *row, guint votes[MIEN_DATASET_N_VOTES])
{
  guint sum = 0;

  for (guint i = 0; i < MIEN_DATASET_N_VOTES; i++)
    {
      guint v = row->votes[i];

      if (protocol == MIEN_PROTOCOL_MAJORITY && v == 1)
        v = 0;
      votes[i] = v;
      sum += v;
    }
  return sum;
}

int
mien_protocol_get_class (MienProtocol protocol, const MienDatasetRow *row)
{
  guint votes[MIEN_DATASET_N_VOTES];
  guint best = 0, sum;

  g_return_val_if_fail (row != NULL, -1);
  if (protocol == MIEN_PROTOCOL_FER2013)
    return row->label;
  sum = count_votes (protocol, row, votes);
  for (guint i = 1; i < MIEN_DATASET_N_VOTES; i++)
    if (votes[i] > votes[best])
      best = i;
  if (sum == 0 || best >= MIEN_DATASET_N_FERPLUS)
    return -1;
  if (protocol == MIEN_PROTOCOL_MAJORITY && votes[best] * 2 <= sum)
    return -1;
  return (int) best;
}

guint
mien_protocol_get_n_classes (MienProtocol protocol)
{
  return protocol == MIEN_PROTOCOL_FER2013 ? MIEN_DATASET_N_FER2013 : MIEN_DATASET_N_FERPLUS;
}

void
mien_protocol_get_target (MienProtocol protocol, const MienDatasetRow *row, float *out)
{
  guint votes[MIEN_DATASET_N_VOTES];
  guint n = mien_protocol_get_n_classes (protocol), sum = 0;

  g_return_if_fail (row != NULL && out != NULL);
  memset (out, 0, n * sizeof *out);
  if (protocol == MIEN_PROTOCOL_FER2013)
    {
      if (row->label >= 0)
        out[row->label] = 1;
      return;
    }
  count_votes (protocol, row, votes);
  for (guint i = 0; i < n; i++)
    sum += votes[i];
  if (sum > 0)
    for (guint i = 0; i < n; i++)
      out[i] = (float) votes[i] / (float) sum;
}
