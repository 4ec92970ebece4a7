/* Boosted cascades of Haar features in OpenCV's XML form, new (`opencv-cascade-classifier`).
 * Reference: Viola & Jones 2001; Lienhart & Maydt 2002 (tilted features).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/image.h"
#include "base/parallel.h"
#include "vision/face.h"

G_BEGIN_DECLS

typedef struct _MienCascade MienCascade;

/* Immutable, shared. MIEN_ERROR_INPUT, or MIEN_ERROR_MODEL naming the element that is wrong. */
MienCascade *mien_cascade_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_cascade_free (MienCascade *self);
/* Size of the window that it was trained on, in pixels. */
void mien_cascade_get_window (const MienCascade *self, int *width, int *height);

typedef struct
{
  double scale;         /* from one size to the next, > 1; 1.1 */
  guint min_neighbours; /* raw windows that make a face; 3 */
  int min_size;         /* pixels of the picture; 0: the window */
} MienCascadeOptions;

MienCascadeOptions mien_cascade_options_init (void);

/* Finds faces in @image: window by window on a pyramid, then windows that overlap become one box
 * (their mean). `score` is 1 - 1 / (1 + windows): it grows with the number of windows. FALSE only
 * when cancelled. */
gboolean mien_cascade_detect (const MienCascade *self,
                              const MienImage *image,
                              const MienCascadeOptions *options,
                              MienParallel *parallel,
                              GArray *faces,
                              GCancellable *cancellable,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCascade, mien_cascade_free)

G_END_DECLS
