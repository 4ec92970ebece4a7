/* What the files of the detector share. A detector of this room is a network, a way to fill its
 * input and a function that reads its outputs; the cascade stands beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "nn/card.h"
#include "vision/cascade.h"
#include "vision/detector.h"
#include "vision/sampling.h"

G_BEGIN_DECLS

#define MIEN_DECODE_MAX_LEVELS 8
#define MIEN_DECODE_MAX_ANCHORS 8

/* One map of cells that a network predicts from. */
typedef struct
{
  int stride;    /* pixels of the input a cell */
  int n_anchors; /* a cell */
  float heights[MIEN_DECODE_MAX_ANCHORS], widths[MIEN_DECODE_MAX_ANCHORS]; /* pixels */
} MienDecodeLevel;

typedef struct _MienDetectorSpec MienDetectorSpec;

/* Appends every candidate of at least @min_score, in pixels of the input of @width x @height, to
 * @faces. Sizes of the outputs are checked against those of the input: MIEN_ERROR_MODEL. */
typedef gboolean (*MienDecodeFunc) (const MienDetectorSpec *spec,
                                    MienContext *context,
                                    int width,
                                    int height,
                                    float min_score,
                                    GArray *faces,
                                    GError **error);

struct _MienDetectorSpec
{
  const char *kind; /* static */
  MienDecodeFunc decode;
  float min_score, max_overlap;
  float support_score; /* what counts when another detector sees the same face */
  float sure_score;    /* what a track has to reach to be believed */
  gboolean weighted;   /* candidates are averaged, not picked */
  int width, height;   /* of the input; where it is free, the larger side is `width` */
  gboolean is_free;    /* the input takes any size that is a multiple of `multiple` */
  int multiple;
  gboolean centred; /* the picture lies in the middle of the input, not in its corner */
  MienChannels order;
  float scale, offset;      /* of pixel values */
  float mean[3];            /* subtracted by channel after that */
  float border;             /* pixel value around the picture */
  float min_face;           /* pixels of the input: smaller faces are found too seldom */
  float expand_x, expand_y; /* boxes grow by this around their centre ... */
  float shift_y;            /* ... and move down by this part of their height */
  int n_levels;
  MienDecodeLevel levels[MIEN_DECODE_MAX_LEVELS];
  guint
      outputs[3 * MIEN_DECODE_MAX_LEVELS]; /* where outputs have no names that say what they are */
  gboolean is_encoded; /* boxes are offsets from anchors where the kind's usually are not */
  gboolean has_points; /* outputs[] names those of points too */
};

/* What two detectors say of one picture, as one list, best first: @own over @own_min, @other over
 * @other_min, and, with their boxes and scores joined, what both see however faintly. */
void mien_detector_fuse (GArray *own, float own_min, GArray *other, float other_min, GArray *out);

/* Fills @spec from the card, or else from names and shapes of the outputs. MIEN_ERROR_MODEL when
 * nothing fits. */
gboolean
mien_detector_recognise (MienModel *model, MienCard *card, MienDetectorSpec *spec, GError **error);

gboolean mien_decode_ssd (const MienDetectorSpec *spec,
                          MienContext *context,
                          int width,
                          int height,
                          float min_score,
                          GArray *faces,
                          GError **error);
gboolean mien_decode_blazeface (const MienDetectorSpec *spec,
                                MienContext *context,
                                int width,
                                int height,
                                float min_score,
                                GArray *faces,
                                GError **error);
gboolean mien_decode_yunet (const MienDetectorSpec *spec,
                            MienContext *context,
                            int width,
                            int height,
                            float min_score,
                            GArray *faces,
                            GError **error);
gboolean mien_decode_ultraface (const MienDetectorSpec *spec,
                                MienContext *context,
                                int width,
                                int height,
                                float min_score,
                                GArray *faces,
                                GError **error);

gboolean mien_decode_scrfd (const MienDetectorSpec *spec,
                            MienContext *context,
                            int width,
                            int height,
                            float min_score,
                            GArray *faces,
                            GError **error);
gboolean mien_decode_retinaface (const MienDetectorSpec *spec,
                                 MienContext *context,
                                 int width,
                                 int height,
                                 float min_score,
                                 GArray *faces,
                                 GError **error);

/* The float32 output number @index as rows of @width; of @n rows, or, with 0, of any number, which
 * *found receives (nullable). NULL with MIEN_ERROR_MODEL. */
const float *mien_decode_get_output (
    MienContext *context, guint index, gsize width, gsize n, gsize *found, GError **error);
/* Gives @face points from five pairs of offsets from @at in parts of @sx and @sy: right eye, left
 * eye, nose, corners of the mouth. */
void
mien_decode_set_five (MienFaceBox *face, const float *offsets, MienPoint at, float sx, float sy);
/* The float32 output @name of @n elements in all; NULL with MIEN_ERROR_MODEL. */
const float *
mien_decode_find_output (MienContext *context, const char *name, gsize n, GError **error);

/* Appends a face of that centre and size unless a number is not finite or the size not positive. */
MienFaceBox *mien_decode_append (GArray *faces, float cx, float cy, float w, float h, float score);

struct _MienDetectorModel
{
  gatomicrefcount ref_count;
  char *name, *path, *hash;
  MienDetectorOptions options;
  MienModel *model;             /* NULL: a cascade */
  MienDetectorModel *companion; /* nullable: sees what this one overlooks */
  MienDetectorSpec spec;
  MienCascade *cascade;
};

G_END_DECLS
