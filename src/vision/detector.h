/* Face detectors behind one interface. A MienDetectorModel is immutable and shared; each thread has
 * a MienDetector of its own over it.
 *
 * Known by name: "ssd" (SSD with MobileNet 1, accurate), "fast" (BlazeFace), "haar" (the classic
 * cascade). A file ending in .xml is an OpenCV cascade; an .onnx file says what it is by
 * `mien.detector` in its card, or is recognised by its outputs (SSD, BlazeFace, YuNet, UltraFace,
 * SCRFD, RetinaFace).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/image.h"
#include "nn/context.h"
#include "vision/face.h"

G_BEGIN_DECLS

typedef struct _MienDetectorModel MienDetectorModel;
typedef struct _MienDetector MienDetector;

/* Zero-filled means: everything as the detector's card says. */
typedef struct
{
  float min_score;   /* faces below are dropped; 0: the detector's own threshold */
  float max_overlap; /* IoU above which two boxes are one face; 0: the detector's own */
  float min_size;    /* pixels of the picture: smaller faces (by the larger side) are dropped */
  int input_size;    /* larger side of the network's input in pixels; 0: the network's own, or, with
                      * min_size, as large as those faces need where the network says what that is */
  guint max_faces;   /* 0: 100 */
  gboolean alone;    /* without the companion that the card names */
  gboolean tiles; /* also looks at overlapping parts of the picture, none with more pixels than the
                     input */
} MienDetectorOptions;

/* @name: a name above or a file. @options: NULL for defaults; copied. Errors: MIEN_ERROR_INPUT,
 * MIEN_ERROR_MODEL (not a detector, or outputs that nothing recognises), MIEN_ERROR_UNSUPPORTED. */
MienDetectorModel *mien_detector_model_load (const char *name,
                                             const MienDetectorOptions *options,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienDetectorModel *mien_detector_model_ref (MienDetectorModel *self);
void mien_detector_model_unref (MienDetectorModel *self);

/* "ssd", "fast", "haar", or the file's name without its ending. */
const char *mien_detector_model_get_name (MienDetectorModel *self);
/* How it is decoded: "ssd", "blazeface", "yunet", "ultraface", "scrfd", "retinaface", "haar". */
const char *mien_detector_model_get_kind (MienDetectorModel *self);
/* SHA-256 of the file, hex. */
const char *mien_detector_model_get_hash (MienDetectorModel *self);
const char *mien_detector_model_get_path (MienDetectorModel *self);
/* The mean score that a face should have reached in its track to be believed, for
 * MienTrackerOptions.min_score_new; 0: any. */
float mien_detector_model_get_sure_score (MienDetectorModel *self);

/* @parallel: borrowed, NULL for one thread. The detector serves one thread at a time. */
MienDetector *
mien_detector_new (MienDetectorModel *model, MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_detector_free (MienDetector *self);

/* Finds the faces of @image. @faces (element-type MienFaceBox) is emptied and filled, best score
 * first. The result depends on the pixels only, not on earlier calls or the number of threads.
 * Errors: those of mien_context_run(). */
gboolean mien_detector_detect (MienDetector *self,
                               const MienImage *image,
                               GArray *faces,
                               GCancellable *cancellable,
                               GError **error);

/* Scratch bytes of the last run, for diagnostics. */
gsize mien_detector_get_peak_bytes (MienDetector *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDetectorModel, mien_detector_model_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDetector, mien_detector_free)

G_END_DECLS
