/* What a person asks of an analysis: a plain value that the command line and the window fill in,
 * that the document remembers and that `--resume` compares.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *input;         /* media file, image, folder of images, or "camera:", "camera:NAME" */
  char *detector;      /* name ("ssd", "fast", "haar") or model file; NULL: ssd, fast for cameras */
  char *classifier;    /* name or model file; NULL: the installed default */
  char *labels;        /* "ferplus" or "fer2013"; NULL: ferplus */
  guint every;         /* >= 1: look at frames 0, N, 2N ... of the file */
  guint detect_every;  /* detect on every Nth of those and follow the faces in between where they
                          are the same; 0: about eight times a second */
  gint64 start_ns;     /* frames before it are skipped, but counted */
  gint64 end_ns;       /* frames at or after it are left out; -1: to the end */
  double min_face;     /* faces of fewer pixels in the smaller side are left out; 0: no limit */
  gboolean has_region; /* only faces whose centre lies in the region, in upright picture pixels */
  int region_x, region_y, region_width, region_height;
  gboolean tiles;     /* also look at the picture in overlapping parts, for tiny faces */
  gboolean landmarks; /* store 68 points of each face, when a model for it is installed */
  gboolean mesh;      /* find them by the mesh of 468 points, and store that too */
  gboolean flow;      /* measure how fast each face changes its shape */
  guint threads;      /* 0: one for each processor. Never changes the result */
  gboolean resume;    /* go on with what the document already holds */
} MienAnalysisSettings;

/* The defaults, without an input. */
MienAnalysisSettings *mien_analysis_settings_new (void) G_GNUC_WARN_UNUSED_RESULT;
MienAnalysisSettings *
mien_analysis_settings_copy (const MienAnalysisSettings *self) G_GNUC_WARN_UNUSED_RESULT;
void mien_analysis_settings_free (MienAnalysisSettings *self);

/* FALSE with MIEN_ERROR_USAGE that says which value is out of its range. */
gboolean mien_analysis_settings_check (const MienAnalysisSettings *self, GError **error);

/* TRUE for "camera:" inputs: no end of their own, newest frame wins. */
gboolean mien_analysis_settings_is_camera (const MienAnalysisSettings *self);

/* "ssd", "fast" or what was asked for; borrowed. */
const char *mien_analysis_settings_get_detector (const MienAnalysisSettings *self);
const char *mien_analysis_settings_get_labels (const MienAnalysisSettings *self);

/* The settings that decide the result, as compact JSON with sorted keys: what the document keeps
 * and what a resumed analysis must agree with. Input, threads and resume are not part of it. */
char *mien_analysis_settings_dup_json (const MienAnalysisSettings *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienAnalysisSettings, mien_analysis_settings_free)

G_END_DECLS
