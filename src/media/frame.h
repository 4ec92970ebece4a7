/* One decoded picture with its time, shared by reference between threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/image.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define MIEN_TYPE_FRAME (mien_frame_get_type ())

/* Immutable after it was handed out. The planes of @image live as long as the frame does: take a
 * reference to keep them. Any thread may read, take and drop references. A boxed type. */
typedef struct
{
  MienImage image;
  /* Presentation time in nanoseconds from the start of the stream, after the edit list. For a
   * camera: from its first frame. */
  gint64 pts_ns;
  gint64 duration_ns; /* how long it is shown, -1 when the stream does not say */
  /* Counts the decoded frames of the file from 0, whether or not they were handed out. -1 from a
   * player, which does not see all of them. */
  gint64 index;
  /* When the light fell on the sensor, on the clock of g_get_monotonic_time() but in nanoseconds;
   * -1 when the frame does not come from a camera. */
  gint64 capture_ns;
  /* The decoder met an error in this picture and filled the hole with a guess. */
  gboolean is_damaged;
} MienFrame;

/* How the pixels are handed out. */
typedef enum
{
  /* What is cheapest: I420 or NV12 for 8 bit 4:2:0, I420 for other Y'CbCr, GRAY8 for grey
   * pictures in full range, RGB24 for R'G'B'. Right for analysis. */
  MIEN_FRAME_NATIVE,
  /* Always RGBX32, the fourth byte 255: right for painting without another conversion. */
  MIEN_FRAME_RGBX,
} MienFramePixels;

GType mien_frame_get_type (void) G_GNUC_CONST;

/* A frame over planes that the caller owns. @release is called with @data when the last reference
 * goes, in whatever thread that happens; it may be NULL. */
MienFrame *mien_frame_new_wrapped (const MienImage *image,
                                   gint64 pts_ns,
                                   gint64 index,
                                   GDestroyNotify release,
                                   gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/* A frame with a copy of the planes of @image. */
MienFrame *
mien_frame_new_copy (const MienImage *image, gint64 pts_ns, gint64 index) G_GNUC_WARN_UNUSED_RESULT;

MienFrame *mien_frame_ref (MienFrame *self);
void mien_frame_unref (MienFrame *self);

/* The first plane, (height-1) * stride + row bytes, without a copy; the bytes hold a reference to
 * the frame. What gdk_memory_texture_new() wants for MIEN_FRAME_RGBX. */
GBytes *mien_frame_dup_bytes (MienFrame *self) G_GNUC_WARN_UNUSED_RESULT;

/* Rows of plane @plane of @image, and bytes that are used in each row; 0 for a plane that its
 * format has not. */
int mien_image_get_plane_rows (const MienImage *image, int plane);
int mien_image_get_plane_row_bytes (const MienImage *image, int plane);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFrame, mien_frame_unref)

G_END_DECLS
