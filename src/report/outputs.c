/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/outputs.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "plot/picture.h"
#include "report/annotated.h"
#include "report/html.h"
#include "report/pdf.h"
#include "timeline/export-text.h"

static const struct
{
  const char *name;
  const char *summary;
  const char *endings; /* separated by blanks; NULL for any */
} outputs[MIEN_N_OUTPUTS] = {
  [MIEN_OUTPUT_CSV] = { "csv", "one row per frame and face", NULL },
  [MIEN_OUTPUT_WIDE] = { "wide", "one row per frame, columns per person", NULL },
  [MIEN_OUTPUT_STATES] = { "states", "runs of one emotion per track", NULL },
  [MIEN_OUTPUT_MARKS] = { "marks", "statistics of each mark and range per person", NULL },
  [MIEN_OUTPUT_SUMMARY] = { "summary", "people, segments, verdict and timing as JSON", NULL },
  [MIEN_OUTPUT_PLOT] = { "plot", "the timeline as a picture (.png, .svg, .pdf)", "png svg pdf" },
  [MIEN_OUTPUT_EAF] = { "eaf", "ELAN annotations", NULL },
  [MIEN_OUTPUT_TEXTGRID] = { "textgrid", "Praat TextGrid", NULL },
  [MIEN_OUTPUT_VTT] = { "vtt", "WebVTT subtitles", NULL },
  [MIEN_OUTPUT_SRT] = { "srt", "SubRip subtitles", NULL },
  [MIEN_OUTPUT_ANNOTATED] = { "annotated", "the film with boxes and values (.mkv, .mp4, .webm)",
                              "mkv mp4 webm" },
  [MIEN_OUTPUT_REPORT] = { "report", "a report to read (.html, .pdf)", "html pdf" },
};

const char *
mien_output_get_name (MienOutput output)
{
  g_return_val_if_fail (output < MIEN_N_OUTPUTS, NULL);

  return outputs[output].name;
}

const char *
mien_output_get_summary (MienOutput output)
{
  g_return_val_if_fail (output < MIEN_N_OUTPUTS, NULL);

  return outputs[output].summary;
}

/* What comes behind the last dot of the name, in lower case; "" without one. */
static char *
dup_ending (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *dot = strrchr (base, '.');

  return g_ascii_strdown (dot != NULL ? dot + 1 : "", -1);
}

static gboolean
has_ending (const char *path, const char *endings)
{
  g_autofree char *ending = dup_ending (path);
  g_auto (GStrv) known = g_strsplit (endings, " ", 0);

  return g_strv_contains ((const char *const *) known, ending);
}

static gboolean
fail_place (const char *path, const char *why, GError **error)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, _ ("%s: cannot be written: %s"), path, why);
  return FALSE;
}

gboolean
mien_output_check_place (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  GStatBuf info;

  g_return_val_if_fail (path != NULL, FALSE);

  if (path[0] == '\0')
    return fail_place ("''", _ ("the name is empty"), error);
  if (g_stat (path, &info) == 0)
    {
      if (S_ISDIR (info.st_mode))
        return fail_place (path, _ ("it is a folder"), error);
      if (!S_ISREG (info.st_mode))
        return g_access (path, W_OK) == 0 ? TRUE : fail_place (path, g_strerror (errno), error);
    }
  if (g_stat (folder, &info) != 0)
    return fail_place (path, g_strerror (errno), error);
  if (!S_ISDIR (info.st_mode))
    return fail_place (path, g_strerror (ENOTDIR), error);
  if (g_access (folder, W_OK | X_OK) != 0)
    return fail_place (path, g_strerror (errno), error);
  return TRUE;
}

gboolean
mien_output_check (MienOutput output, const char *path, GError **error)
{
  g_return_val_if_fail (output < MIEN_N_OUTPUTS, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (outputs[output].endings != NULL && !has_ending (path, outputs[output].endings))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "%s: --%s takes a file that ends in one of: %s", path, outputs[output].name,
                   outputs[output].endings);
      return FALSE;
    }
  return mien_output_check_place (path, error);
}

gboolean
mien_output_write (MienDocument *document,
                   MienOutput output,
                   const char *path,
                   const char *film,
                   GCancellable *cancellable,
                   MienOutputProgress progress,
                   gpointer user_data,
                   GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (!mien_output_check (output, path, error))
    return FALSE;
  switch (output)
    {
    case MIEN_OUTPUT_PLOT:
      return mien_picture_write_timeline (document, path, error);
    case MIEN_OUTPUT_ANNOTATED:
      return mien_annotated_write (document, film, path, cancellable, progress, user_data, error);
    case MIEN_OUTPUT_REPORT:
      if (has_ending (path, "pdf"))
        return mien_report_write_pdf (document, path, error);
      return mien_report_write_html (document, path, error);
    default:
      return mien_export_file (document, outputs[output].name, path, error);
    }
}
