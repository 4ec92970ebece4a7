/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/filters.h"

#include <math.h>

#include "base/error.h"

void
mien_filters_init (MienFilters *self)
{
  self->smoothing.kind = MIEN_SMOOTHING_GAUSS;
  self->smoothing.seconds = 0.25;
  self->segment_seconds = 1.0;
  self->threshold = 0.5;
}

gboolean
mien_filters_equal (const MienFilters *a, const MienFilters *b)
{
  return mien_smoothing_equal (&a->smoothing, &b->smoothing)
         && a->segment_seconds == b->segment_seconds && a->threshold == b->threshold;
}

static gboolean
parse_number (const char *text, double *out)
{
  char *end;

  if (!g_ascii_isdigit (*text) && *text != '.')
    return FALSE;
  *out = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*out);
}

gboolean
mien_filters_parse_segment (MienFilters *self, const char *text, GError **error)
{
  double value;

  g_return_val_if_fail (text != NULL, FALSE);
  if (!parse_number (text, &value) || value < 0.001 || value > 86400.0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "segment \"%s\": not a number of seconds from 0.001 to 86400", text);
      return FALSE;
    }
  self->segment_seconds = value;
  return TRUE;
}

gboolean
mien_filters_parse_threshold (MienFilters *self, const char *text, GError **error)
{
  double value;

  g_return_val_if_fail (text != NULL, FALSE);
  if (!parse_number (text, &value) || value > 1.0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "threshold \"%s\": not a probability from 0 to 1", text);
      return FALSE;
    }
  self->threshold = value;
  return TRUE;
}
