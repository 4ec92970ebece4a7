/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/settings.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"

#define MAX_STEP 100000
#define MAX_THREADS 256

MienAnalysisSettings *
mien_analysis_settings_new (void)
{
  MienAnalysisSettings *self = g_new0 (MienAnalysisSettings, 1);

  self->every = 1;
  self->end_ns = -1;
  return self;
}

MienAnalysisSettings *
mien_analysis_settings_copy (const MienAnalysisSettings *self)
{
  MienAnalysisSettings *copy = g_memdup2 (self, sizeof *self);

  copy->input = g_strdup (self->input);
  copy->detector = g_strdup (self->detector);
  copy->classifier = g_strdup (self->classifier);
  copy->labels = g_strdup (self->labels);
  return copy;
}

void
mien_analysis_settings_free (MienAnalysisSettings *self)
{
  if (self == NULL)
    return;
  g_free (self->input);
  g_free (self->detector);
  g_free (self->classifier);
  g_free (self->labels);
  g_free (self);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "%s", what);
  return FALSE;
}

gboolean
mien_analysis_settings_check (const MienAnalysisSettings *self, GError **error)
{
  const char *labels = mien_analysis_settings_get_labels (self);

  if (self->input == NULL || self->input[0] == '\0')
    return fail (error, "no input was named");
  if (strcmp (labels, "ferplus") != 0 && strcmp (labels, "fer2013") != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "labels: '%s' is neither ferplus nor fer2013", labels);
      return FALSE;
    }
  if (self->every < 1 || self->every > MAX_STEP)
    return fail (error, "every: must be from 1 to 100000");
  if (self->detect_every > MAX_STEP)
    return fail (error, "detect-every: must be from 0 (automatic) to 100000");
  if (self->start_ns < 0)
    return fail (error, "start: must not be negative");
  if (self->end_ns >= 0 && self->end_ns <= self->start_ns)
    return fail (error, "end: must be later than start");
  if (!isfinite (self->min_face) || self->min_face < 0)
    return fail (error, "min-face: must not be negative");
  if (self->has_region
      && (self->region_x < 0 || self->region_y < 0 || self->region_width <= 0
          || self->region_height <= 0))
    return fail (error, "region: needs X,Y,W,H with a positive width and height");
  if (self->threads > MAX_THREADS)
    return fail (error, "threads: must be from 0 to 256");
  if (mien_analysis_settings_is_camera (self) && self->resume)
    return fail (error, "resume: a camera cannot be resumed");
  return TRUE;
}

gboolean
mien_analysis_settings_is_camera (const MienAnalysisSettings *self)
{
  return self->input != NULL && g_str_has_prefix (self->input, "camera:");
}

const char *
mien_analysis_settings_get_detector (const MienAnalysisSettings *self)
{
  if (self->detector != NULL)
    return self->detector;
  return mien_analysis_settings_is_camera (self) ? "fast" : "ssd";
}

const char *
mien_analysis_settings_get_labels (const MienAnalysisSettings *self)
{
  return self->labels != NULL ? self->labels : "ferplus";
}

char *
mien_analysis_settings_dup_json (const MienAnalysisSettings *self)
{
  GString *json = g_string_new ("{");
  char number[64];

  /* Names of models are left to the model hashes beside it: the same file may lie elsewhere. */
  g_string_append_printf (json, "\"detect_every\":%u,", self->detect_every);
  if (self->end_ns >= 0)
    g_string_append_printf (json, "\"end\":%s,",
                            mien_format_number (number, sizeof number, self->end_ns / 1e9, 9));
  g_string_append_printf (json, "\"every\":%u,\"flow\":%s,\"labels\":\"%s\",\"landmarks\":%s,",
                          self->every, self->flow ? "true" : "false",
                          mien_analysis_settings_get_labels (self),
                          self->landmarks ? "true" : "false");
  if (self->mesh)
    g_string_append (json, "\"mesh\":true,");
  g_string_append_printf (json, "\"min_face\":%s,",
                          mien_format_number (number, sizeof number, self->min_face, 3));
  if (self->has_region)
    g_string_append_printf (json, "\"region\":[%d,%d,%d,%d],", self->region_x, self->region_y,
                            self->region_width, self->region_height);
  g_string_append_printf (json, "\"start\":%s",
                          mien_format_number (number, sizeof number, self->start_ns / 1e9, 9));
  /* Only where it is asked for, so that documents from before it was known can be resumed. */
  g_string_append (json, self->tiles ? ",\"tiles\":true}" : "}");
  return g_string_free (json, FALSE);
}
