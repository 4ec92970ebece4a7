/* One measurement: one face in one decoded frame. What analysis appends and the document keeps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_SAMPLE_MAX_CLASSES 8
/* Numbers that say whose face it is. */
#define MIEN_SAMPLE_EMBEDDING 128

/* Points of a face: the 68, and the mesh that may follow them. */
#define MIEN_SAMPLE_LANDMARKS 68
#define MIEN_SAMPLE_MESH 468

typedef enum
{
  MIEN_STATUS_OK = 0,
  MIEN_STATUS_NO_FACE = 1,     /* the frame holds no face: track is -1, nothing else is set */
  MIEN_STATUS_LOW_QUALITY = 2, /* values kept, left out of statistics */
  MIEN_STATUS_EXCLUDED = 3,    /* by a person, later; never written by analysis */
} MienStatus;

/* A value that was not measured is NAN. */
typedef struct
{
  gint64 frame;  /* counts the decoded frames of the file from 0 */
  gint64 pts_ns; /* presentation time from the start of the stream, after its edit list */
  int track;     /* >= 1; -1 in a frame without a face */
  MienStatus status;
  float x, y, width, height; /* face box in upright picture pixels */
  float score;               /* of the detector; NAN where the box was tracked */
  float yaw, pitch, roll;    /* degrees; signs as in the contract */
  float brightness;          /* mean luma of the box, 0..1 */
  float sharpness;           /* variance of the Laplacian of the aligned crop */
  float flow; /* how fast the face changes its shape, percent of its width a second; NAN: unknown */
  float values[MIEN_SAMPLE_MAX_CLASSES]; /* calibrated probabilities of the frame alone, sum 1 */
  const float *landmarks; /* pairs x, y in picture pixels, borrowed for the call; usually NULL */
  guint n_landmarks;      /* pairs: the 68, or those and then the mesh; 0 without */
  const float *embedding; /* [MIEN_SAMPLE_EMBEDDING], borrowed for the call; usually NULL */
} MienSample;

G_END_DECLS
