/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media-init.h"

#include "base/error.h"

static gpointer
init_once (gpointer data)
{
  GError *error = NULL;

  gst_init_check (NULL, NULL, &error);
  return error;
}

gboolean
mien_media_init (GError **error)
{
  static GOnce once = G_ONCE_INIT;
  const GError *failure = g_once (&once, init_once, NULL);

  if (failure == NULL)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "GStreamer does not start: %s",
               failure->message);
  return FALSE;
}
