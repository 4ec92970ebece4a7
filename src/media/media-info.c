/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/probe.h"

MienMediaInfo *
mien_media_info_copy (const MienMediaInfo *self)
{
  MienMediaInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->path = g_strdup (self->path);
  copy->container = g_strdup (self->container);
  copy->pixel_format = g_strdup (self->pixel_format);
  copy->colorimetry = g_strdup (self->colorimetry);
  copy->tags = g_strdup (self->tags);
  copy->streams = g_new0 (MienStreamInfo, MAX (self->n_streams, 1));
  for (guint i = 0; i < self->n_streams; i++)
    {
      copy->streams[i] = self->streams[i];
      copy->streams[i].codec = g_strdup (self->streams[i].codec);
      copy->streams[i].caps = g_strdup (self->streams[i].caps);
    }
  return copy;
}

void
mien_media_info_free (MienMediaInfo *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_streams; i++)
    {
      g_free (self->streams[i].codec);
      g_free (self->streams[i].caps);
    }
  g_free (self->streams);
  g_free (self->path);
  g_free (self->container);
  g_free (self->pixel_format);
  g_free (self->colorimetry);
  g_free (self->tags);
  g_free (self);
}

double
mien_media_info_get_rate (const MienMediaInfo *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rate_d > 0 ? (double) self->rate_n / self->rate_d : 0;
}
