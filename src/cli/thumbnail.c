/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <cairo.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "plot/timeline-plot.h"

#define DEFAULT_SIZE 256
#define MAX_SIZE 4096

typedef struct
{
  int size;
  char **paths;
} Options;

/* A card with the whole film's lanes of dominant emotions on it. */
static void
draw (cairo_t *cr, MienDocument *document, double size)
{
  double height = size * 3 / 4, margin = size / 16;
  MienTimelineView view;

  cairo_set_source_rgb (cr, 0.14, 0.17, 0.34);
  cairo_rectangle (cr, 0, 0, size, height);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, margin, margin, size - 2 * margin, height - 2 * margin);
  cairo_fill_preserve (cr);
  cairo_clip (cr);
  cairo_translate (cr, margin, margin);
  mien_timeline_view_init (&view, document, size - 2 * margin, height - 2 * margin);
  mien_timeline_draw_scrubber (cr, document, &view, view.width, view.height, -1);
}

static gboolean
write_thumbnail (const Options *options, GError **error)
{
  g_autoptr (MienDocument) document = mien_document_open_read_only (options->paths[0], error);
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cr;

  if (document == NULL)
    return FALSE;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, options->size,
                                        MAX (1, options->size * 3 / 4));
  cr = cairo_create (surface);
  draw (cr, document, options->size);
  cairo_destroy (cr);
  status = cairo_surface_write_to_png (surface, options->paths[1]);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", options->paths[1],
               cairo_status_to_string (status));
  return FALSE;
}

int
mien_cli_thumbnail (int argc, char **argv)
{
  Options options = { .size = DEFAULT_SIZE };
  const GOptionEntry entries[] = {
    { "size", 's', 0, G_OPTION_ARG_INT, &options.size, "width in pixels (256)", "PX" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.paths, NULL,
      "DOC.mien OUT.png" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (context, "Draws a small picture of a document, for file managers.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    {
      status = 0;
      if (options.paths == NULL || g_strv_length (options.paths) != 2 || options.size < 16
          || options.size > MAX_SIZE)
        g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE,
                     "thumbnail: needs DOC.mien OUT.png, and a size of 16 to %d", MAX_SIZE);
      else
        write_thumbnail (&options, &error);
      if (error != NULL)
        status = mien_cli_fail (error);
    }
  g_strfreev (options.paths);
  return status;
}
