/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/write.h"

#include <gio/gunixoutputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "plot/timeline-plot.h"
#include "timeline/export-text.h"
#include "timeline/segments.h"
#include "timeline/states.h"
#include "timeline/statistics.h"

/* An emotion with less time than this is not worth a word. */
#define MIN_SHARE 0.02

static void
on_written (double done, gpointer user_data)
{
  mien_cli_progress_share (user_data, "writing the annotated film", done);
}

int
mien_cli_write_outputs (MienDocument *document,
                        const MienCliOutputs *outputs,
                        const char *film,
                        MienCliProgress *progress,
                        GCancellable *cancellable)
{
  int status = 0;

  for (guint i = 0; i < MIEN_N_OUTPUTS; i++)
    {
      g_autoptr (GError) error = NULL;
      int code;

      if (outputs->paths[i] == NULL
          || mien_output_write (document, i, outputs->paths[i], film, cancellable, on_written,
                                progress, &error))
        continue;
      mien_cli_progress_clear (progress);
      code = mien_cli_fail (error);
      status = status == 0 ? code : status;
    }
  mien_cli_progress_clear (progress);
  return status;
}

/* -- for people -- */

static void
print_shares (MienDocument *document, const MienStatistics *statistics)
{
  guint n = mien_document_get_n_classes (document);
  gboolean printed[MIEN_SAMPLE_MAX_CLASSES] = { FALSE };
  const char *separator = "";

  for (;;)
    {
      int best = -1;

      for (guint i = 0; i < n; i++)
        if (!printed[i] && statistics->share[i] >= MIN_SHARE
            && (best < 0 || statistics->share[i] > statistics->share[best]))
          best = (int) i;
      if (best < 0)
        break;
      printed[best] = TRUE;
      printf ("%s%s %.0f %%", separator, mien_document_get_classes (document)[best].name,
              100 * statistics->share[best]);
      separator = ", ";
    }
  if (statistics->share_uncertain >= MIN_SHARE)
    {
      printf ("%suncertain %.0f %%", separator, 100 * statistics->share_uncertain);
      separator = ", ";
    }
  if (*separator == '\0')
    printf ("no face that could be read");
  printf ("\n");
}

static void
print_person (MienDocument *document, MienPerson *person)
{
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (document, person);
  g_autofree char *from = NULL, *to = NULL;
  gint64 start = G_MAXINT64, end = 0;
  MienStatistics statistics;

  for (guint i = 0; i < tracks->len; i++)
    {
      gsize length = mien_track_get_length (tracks->pdata[i]);
      const gint64 *times = mien_track_get_times (tracks->pdata[i]);

      if (length == 0)
        continue;
      start = MIN (start, times[0]);
      end = MAX (end, times[length - 1]);
    }
  if (start > end)
    return;
  from = mien_timeline_format_time (start, 1);
  to = mien_timeline_format_time (end, 1);
  mien_statistics_of_person (document, person, &statistics);
  printf ("  %-12s %s - %s  ", mien_person_get_name (person), from, to);
  print_shares (document, &statistics);
}

static void
print_verdict (MienDocument *document)
{
  g_autoptr (GArray) segments = mien_segments_of_document (document);
  MienVerdict verdict;

  mien_segments_judge (document, segments, 0, &verdict);
  if (verdict.kept == 0)
    printf ("  verdict      uncertain (none of %u segments is sure)\n", verdict.total);
  else
    printf ("  verdict      %s %.0f %% (%u of %u segments)\n",
            mien_states_get_name (document, verdict.emotion), 100 * verdict.confidence,
            verdict.kept, verdict.total);
}

static void
print_diagnostics (MienDocument *document)
{
  GListModel *list = mien_document_get_diagnostics (document);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (MienDiagnostic) item = g_list_model_get_item (list, i);

      printf ("  %s: %s\n", mien_severity_get_name (mien_diagnostic_get_severity (item)),
              mien_diagnostic_get_message (item));
    }
}

void
mien_cli_print_summary (MienDocument *document)
{
  const MienSource *source = mien_document_get_source (document);
  GListModel *people = mien_document_get_people (document);
  guint n_people = g_list_model_get_n_items (people);
  g_autofree char *name =
      source->path != NULL ? g_path_get_basename (source->path) : g_strdup ("no film");

  printf ("%s: %" G_GSIZE_FORMAT " frames, %u %s\n", name, mien_document_get_n_frames (document),
          n_people, n_people == 1 ? "person" : "people");
  for (guint i = 0; i < n_people; i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      print_person (document, person);
    }
  if (n_people > 0)
    print_verdict (document);
  print_diagnostics (document);
}

int
mien_cli_print_json (MienDocument *document)
{
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  fflush (stdout);
  stream = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  if (mien_export_summary_json (document, stream, &error))
    return 0;
  g_prefix_error (&error, "stdout: ");
  mien_cli_fail (error);
  return 5;
}
