/* Who is in a clip, as detector and tracker see it: tracks, their lengths, and rates.
 *
 *   eval-clips [--detector=NAME] [--size=PIXELS] [--score=S] [--every=N] [--rows] CLIP...
 *
 * One line a clip and one a track, in Markdown; --rows prints every box as CSV instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/frame-source.h"
#include "vision/cuts.h"
#include "vision/detector.h"
#include "vision/tracker.h"

typedef struct
{
  gint64 first, last; /* frames */
  guint n, n_tracked; /* boxes, and those between detections */
  double size;        /* sum of the larger sides */
} Track;

typedef struct
{
  const char *clip;
  gboolean rows;
  guint every;
  float sure_score;
  GArray *tracks;
  guint n_frames, n_boxes, n_cuts;
  double detect_seconds;
} Clip;

static void
take_settled (Clip *clip, MienTracker *tracker)
{
  const MienTrackedFrame *frame;

  while ((frame = mien_tracker_pop (tracker)) != NULL)
    for (guint i = 0; i < frame->n_faces; i++)
      {
        const MienTrackedFace *face = &frame->faces[i];
        Track *track;

        if ((guint) face->track > clip->tracks->len)
          g_array_set_size (clip->tracks, (guint) face->track);
        track = &g_array_index (clip->tracks, Track, face->track - 1);
        if (track->n == 0)
          track->first = frame->frame;
        track->last = frame->frame;
        track->n++;
        track->n_tracked += face->index < 0;
        track->size += MAX (face->face.width, face->face.height);
        clip->n_boxes++;
        if (clip->rows)
          printf ("%s,%" G_GINT64_FORMAT ",%.6f,%d,%.2f,%.2f,%.2f,%.2f,%.3f\n", clip->clip,
                  frame->frame, (double) frame->pts_ns / 1e9, face->track, face->face.x,
                  face->face.y, face->face.width, face->face.height, face->face.score);
      }
}

static gboolean
run_frame (Clip *clip,
           MienFrame *frame,
           MienDetector *detector,
           MienCutDetector *cuts,
           MienTracker *tracker,
           GArray *faces,
           GError **error)
{
  MienTrackerInput input = { .frame = frame->index, .pts_ns = frame->pts_ns };
  MienCutSignature signature;
  gint64 start = g_get_monotonic_time ();

  mien_cut_signature_compute (&frame->image, &signature);
  input.is_cut = mien_cut_detector_push (cuts, &signature);
  clip->n_cuts += input.is_cut;
  input.is_detected = clip->n_frames % clip->every == 0 || input.is_cut;
  g_array_set_size (faces, 0);
  if (input.is_detected && !mien_detector_detect (detector, &frame->image, faces, NULL, error))
    return FALSE;
  clip->detect_seconds += (double) (g_get_monotonic_time () - start) / 1e6;
  input.faces = (const MienFaceBox *) (gpointer) faces->data;
  input.n_faces = faces->len;
  mien_tracker_push (tracker, &input);
  clip->n_frames++;
  take_settled (clip, tracker);
  return TRUE;
}

static gboolean
run_clip (Clip *clip, MienDetector *detector, GError **error)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienFrameSource) source = mien_frame_source_open (clip->clip, NULL, NULL, error);
  g_autoptr (MienCutDetector) cuts = mien_cut_detector_new ();
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (MienTracker) tracker = NULL;

  options.delay *= clip->every;
  options.min_score_new = clip->sure_score;
  tracker = mien_tracker_new (&options);
  if (source == NULL)
    return FALSE;
  for (;;)
    {
      g_autoptr (MienFrame) frame = NULL;

      if (!mien_frame_source_next (source, &frame, error))
        return FALSE;
      if (frame == NULL)
        break;
      if (!run_frame (clip, frame, detector, cuts, tracker, faces, error))
        return FALSE;
    }
  mien_tracker_finish (tracker);
  take_settled (clip, tracker);
  return TRUE;
}

static void
print_clip (const Clip *clip)
{
  g_autofree char *name = g_path_get_basename (clip->clip);

  printf ("| %s | %u | %u | %u | %u | %.2f | %.1f |\n", name, clip->n_frames, clip->tracks->len,
          clip->n_boxes, clip->n_cuts, 200.0 * clip->n_boxes / MAX (clip->n_frames, 1),
          clip->detect_seconds * 1e3 / MAX (clip->n_frames, 1));
  for (guint t = 0; t < clip->tracks->len; t++)
    {
      const Track *track = &g_array_index (clip->tracks, Track, t);

      printf ("| – track %u | %" G_GINT64_FORMAT "–%" G_GINT64_FORMAT
              " | | %u, %u between | | %.0f px | |\n",
              t + 1, track->first, track->last, track->n, track->n_tracked,
              track->size / MAX (track->n, 1));
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (MienParallel) parallel = mien_parallel_new (0);
  g_autoptr (MienDetectorModel) model = NULL;
  g_autoptr (MienDetector) detector = NULL;
  g_autoptr (GError) error = NULL;
  MienDetectorOptions options = { 0 };
  const char *name = "ssd";
  guint every = 1;
  gboolean rows = FALSE;
  int i = 1;

  for (; i < argc && g_str_has_prefix (argv[i], "--"); i++)
    {
      if (g_str_has_prefix (argv[i], "--detector="))
        name = argv[i] + strlen ("--detector=");
      else if (g_str_has_prefix (argv[i], "--every="))
        every = (guint) MAX (atoi (argv[i] + strlen ("--every=")), 1);
      else if (g_str_has_prefix (argv[i], "--size="))
        options.input_size = atoi (argv[i] + strlen ("--size="));
      else if (g_str_has_prefix (argv[i], "--score="))
        options.min_score = (float) g_ascii_strtod (argv[i] + strlen ("--score="), NULL);
      else if (strcmp (argv[i], "--rows") == 0)
        rows = TRUE;
      else
        break;
    }
  if (i == argc || g_str_has_prefix (argv[i], "--"))
    {
      fprintf (
          stderr,
          "usage: eval-clips [--detector=NAME] [--size=N] [--score=S] [--every=N] [--rows] CLIP...\n");
      return 1;
    }
  model = mien_detector_model_load (name, &options, &error);
  if (model != NULL)
    detector = mien_detector_new (model, parallel);
  fputs (rows ? "clip,frame,time,track,x,y,width,height,score\n"
              : "| clip | frames | tracks | boxes | cuts | boxes a 200 frames | ms a frame |\n"
                "|---|---|---|---|---|---|---|\n",
         stdout);
  for (; i < argc && error == NULL; i++)
    {
      Clip clip = { .clip = argv[i], .rows = rows, .every = every };

      clip.sure_score = mien_detector_model_get_sure_score (model);

      clip.tracks = g_array_new (FALSE, TRUE, sizeof (Track));
      if (run_clip (&clip, detector, &error) && !rows)
        print_clip (&clip);
      g_array_unref (clip.tracks);
    }
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  return error == NULL ? 0 : 2;
}
