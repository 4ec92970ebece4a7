/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/probe.h"

#include "media/frame-source.h"
#include "media/scan.h"

MienMediaInfo *
mien_media_probe (const char *input, GCancellable *cancellable, GError **error)
{
  g_autoptr (MienFrameSource) source = NULL;
  MienMediaInfo *info;

  g_return_val_if_fail (input != NULL, NULL);

  source = mien_frame_source_open (input, NULL, cancellable, error);
  if (source == NULL)
    return NULL;
  info = mien_media_info_copy (mien_frame_source_get_info (source));
  g_clear_pointer (&source, mien_frame_source_free);
  if (info->kind == MIEN_MEDIA_VIDEO)
    mien_scan_packets (info, cancellable);
  return info;
}
