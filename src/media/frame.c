/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/frame.h"

#include <string.h>

/* A frame and what keeps its planes alive. */
typedef struct
{
  MienFrame frame; /* first, so that both pointers are one */
  gatomicrefcount refs;
  GDestroyNotify release;
  gpointer data;
} FrameBox;

G_DEFINE_BOXED_TYPE (MienFrame, mien_frame, mien_frame_ref, mien_frame_unref)

MienFrame *
mien_frame_new_wrapped (
    const MienImage *image, gint64 pts_ns, gint64 index, GDestroyNotify release, gpointer data)
{
  FrameBox *box;

  g_return_val_if_fail (image != NULL && image->width > 0 && image->height > 0, NULL);

  box = g_new0 (FrameBox, 1);
  g_atomic_ref_count_init (&box->refs);
  box->frame.image = *image;
  box->frame.pts_ns = pts_ns;
  box->frame.duration_ns = -1;
  box->frame.index = index;
  box->frame.capture_ns = -1;
  box->release = release;
  box->data = data;
  return &box->frame;
}

MienFrame *
mien_frame_new_copy (const MienImage *image, gint64 pts_ns, gint64 index)
{
  MienImage copy = *image;
  gsize offsets[3] = { 0, 0, 0 };
  gsize total = 0;
  guint8 *memory;

  for (int p = 0; p < 3; p++)
    {
      copy.strides[p] = (mien_image_get_plane_row_bytes (image, p) + 15) & ~15;
      offsets[p] = total;
      total += (gsize) copy.strides[p] * (gsize) mien_image_get_plane_rows (image, p);
    }
  memory = g_malloc (total);
  for (int p = 0; p < 3; p++)
    {
      int rows = mien_image_get_plane_rows (image, p);
      int bytes = mien_image_get_plane_row_bytes (image, p);

      copy.planes[p] = rows > 0 ? memory + offsets[p] : NULL;
      for (int y = 0; y < rows; y++)
        memcpy (memory + offsets[p] + (gsize) y * (gsize) copy.strides[p],
                image->planes[p] + (gssize) y * image->strides[p], (gsize) bytes);
    }
  return mien_frame_new_wrapped (&copy, pts_ns, index, g_free, memory);
}

MienFrame *
mien_frame_ref (MienFrame *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&((FrameBox *) self)->refs);
  return self;
}

void
mien_frame_unref (MienFrame *self)
{
  FrameBox *box = (FrameBox *) self;

  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&box->refs))
    return;
  if (box->release != NULL)
    box->release (box->data);
  g_free (box);
}

GBytes *
mien_frame_dup_bytes (MienFrame *self)
{
  const MienImage *image;
  gsize size;

  g_return_val_if_fail (self != NULL, NULL);

  image = &self->image;
  size = (gsize) (image->height - 1) * (gsize) image->strides[0]
         + (gsize) mien_image_get_plane_row_bytes (image, 0);
  return g_bytes_new_with_free_func (image->planes[0], size, (GDestroyNotify) mien_frame_unref,
                                     mien_frame_ref (self));
}

int
mien_image_get_plane_rows (const MienImage *image, int plane)
{
  gboolean is_planar = image->format == MIEN_PIXEL_I420 || image->format == MIEN_PIXEL_NV12;
  int n_planes = image->format == MIEN_PIXEL_I420 ? 3 : is_planar ? 2 : 1;

  if (plane < 0 || plane >= n_planes)
    return 0;
  return plane == 0 ? image->height : (image->height + 1) / 2;
}

int
mien_image_get_plane_row_bytes (const MienImage *image, int plane)
{
  int half = (image->width + 1) / 2;

  if (mien_image_get_plane_rows (image, plane) == 0)
    return 0;
  switch (image->format)
    {
    case MIEN_PIXEL_RGB24:
      return image->width * 3;
    case MIEN_PIXEL_RGBX32:
      return image->width * 4;
    case MIEN_PIXEL_I420:
      return plane == 0 ? image->width : half;
    case MIEN_PIXEL_NV12:
      return plane == 0 ? image->width : half * 2;
    case MIEN_PIXEL_GRAY8:
    default:
      return image->width;
    }
}
