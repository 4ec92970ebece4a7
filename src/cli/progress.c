/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define REDRAW_US (G_USEC_PER_SEC / 10)

struct _MienCliProgress
{
  gboolean is_silent;
  gboolean is_shown;
  gint64 drawn_us;
  char *name; /* of what is followed */
};

MienCliProgress *
mien_cli_progress_new (gboolean is_silent)
{
  MienCliProgress *self = g_new0 (MienCliProgress, 1);

  self->is_silent = is_silent || !isatty (STDERR_FILENO);
  return self;
}

void
mien_cli_progress_free (MienCliProgress *self)
{
  if (self == NULL)
    return;
  mien_cli_progress_clear (self);
  g_free (self->name);
  g_free (self);
}

static gboolean
is_due (const MienCliProgress *self)
{
  return !self->is_silent && g_get_monotonic_time () - self->drawn_us >= REDRAW_US;
}

static void
show (MienCliProgress *self, const char *line)
{
  /* Back to the beginning, the text, and away with what the last line had more. */
  fprintf (stderr, "\r%s\033[K", line);
  fflush (stderr);
  self->is_shown = TRUE;
  self->drawn_us = g_get_monotonic_time ();
}

static char *
dup_duration (double seconds)
{
  guint64 s = (guint64) (MIN (seconds, 1e9) + 0.5);

  if (s >= 3600)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02u:%02u", s / 3600, (guint) (s / 60 % 60),
                            (guint) (s % 60));
  return g_strdup_printf ("%u:%02u", (guint) (s / 60), (guint) (s % 60));
}

static void
on_progress (MienAnalysis *analysis, gpointer user_data)
{
  MienCliProgress *self = user_data;
  g_autoptr (GString) line = g_string_new (self->name);
  MienAnalysisProgress p;

  mien_analysis_get_progress (analysis, &p);
  if (p.phase == MIEN_ANALYSIS_DONE)
    {
      mien_cli_progress_clear (self);
      return;
    }
  if (!is_due (self))
    return;
  if (p.frames_total > 0)
    g_string_append_printf (line, "  %3.0f %%",
                            MIN (100.0, 100.0 * (double) p.frames_done / (double) p.frames_total));
  g_string_append_printf (line, "  %" G_GUINT64_FORMAT " frames", p.frames_done);
  if (isfinite (p.fps))
    g_string_append_printf (line, "  %.0f frames/s", p.fps);
  if (isfinite (p.seconds_left))
    {
      g_autofree char *left = dup_duration (p.seconds_left);

      g_string_append_printf (line, "  %s left", left);
    }
  show (self, line->str);
}

void
mien_cli_progress_follow (MienCliProgress *self, MienAnalysis *analysis, const char *name)
{
  g_free (self->name);
  self->name = g_path_get_basename (name);
  g_signal_connect (analysis, "progress", G_CALLBACK (on_progress), self);
}

void
mien_cli_progress_share (MienCliProgress *self, const char *what, double done)
{
  g_autofree char *line = NULL;

  if (!is_due (self))
    return;
  line = g_strdup_printf ("%s  %3.0f %%", what, 100.0 * CLAMP (done, 0, 1));
  show (self, line);
}

void
mien_cli_progress_clear (MienCliProgress *self)
{
  if (!self->is_shown)
    return;
  fputs ("\r\033[K", stderr);
  fflush (stderr);
  self->is_shown = FALSE;
}
