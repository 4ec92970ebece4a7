/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "base/error.h"

#define MAX_SIDE 32000.0 /* cairo's pictures end at 32767 */

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

typedef enum
{
  KIND_PNG,
  KIND_SVG,
  KIND_PDF,
  KIND_NONE,
} Kind;

static Kind
find_kind (const char *path)
{
  static const char *const endings[] = { ".png", ".svg", ".pdf" };
  g_autofree char *lower = g_ascii_strdown (path, -1);
  guint kind = 0;

  while (kind < KIND_NONE && !g_str_has_suffix (lower, endings[kind]))
    kind++;
  return (Kind) kind;
}

static cairo_surface_t *
create_surface (Kind kind, double width, double height, double scale, GByteArray *bytes)
{
  cairo_surface_t *surface;

  switch (kind)
    {
    case KIND_SVG:
      surface = cairo_svg_surface_create_for_stream (write_cb, bytes, width, height);
      cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
      return surface;
    case KIND_PDF:
      surface = cairo_pdf_surface_create_for_stream (write_cb, bytes, width * 0.75, height * 0.75);
      /* The same picture, the same bytes: no date of today inside. */
      cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                      "1970-01-01T00:00:00Z");
      return surface;
    case KIND_PNG:
    case KIND_NONE:
      break;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width * scale),
                                        (int) ceil (height * scale));
  cairo_surface_set_device_scale (surface, scale, scale);
  return surface;
}

static gboolean
renumber_cb (const GMatchInfo *match, GString *out, gpointer data)
{
  GHashTable *numbers = data;
  g_autofree char *name = g_match_info_fetch (match, 0);
  g_autofree char *kind = g_match_info_fetch (match, 1);
  gpointer number = g_hash_table_lookup (numbers, name);

  if (number == NULL)
    {
      number = GUINT_TO_POINTER (g_hash_table_size (numbers) + 1);
      g_hash_table_insert (numbers, g_strdup (name), number);
    }
  g_string_append_printf (out, "%s%u", kind, GPOINTER_TO_UINT (number));
  return FALSE;
}

char *
mien_picture_renumber_svg (const char *svg, gssize length)
{
  g_autoptr (GRegex) regex =
      g_regex_new ("(?<=id=\"|\"#|url\\(#)(surface|image)[0-9]+", 0, 0, NULL);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return g_regex_replace_eval (regex, svg, length, 0, 0, renumber_cb, numbers, NULL);
}

static void
renumber_surfaces (GByteArray *svg)
{
  g_autofree char *text = mien_picture_renumber_svg ((const char *) svg->data, (gssize) svg->len);

  if (text == NULL)
    return;
  g_byte_array_set_size (svg, 0);
  g_byte_array_append (svg, (const guint8 *) text, (guint) strlen (text));
}

static cairo_status_t
render (Kind kind,
        double width,
        double height,
        double scale,
        MienPictureFunc draw,
        gpointer data,
        GByteArray *bytes)
{
  cairo_surface_t *surface = create_surface (kind, width, height, scale, bytes);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  /* PDF counts in points, 72 to the inch; everything here in pixels, 96. */
  if (kind == KIND_PDF)
    cairo_scale (cr, 0.75, 0.75);
  draw (cr, width, height, data);
  status = cairo_status (cr);
  if (status == CAIRO_STATUS_SUCCESS && kind == KIND_PNG)
    status = cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS && kind == KIND_SVG)
    renumber_surfaces (bytes);
  return status;
}

gboolean
mien_picture_write (const char *path,
                    double width,
                    double height,
                    double scale,
                    MienPictureFunc draw,
                    gpointer data,
                    GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) reason = NULL;
  Kind kind;
  cairo_status_t status;

  g_return_val_if_fail (path != NULL && draw != NULL, FALSE);
  kind = find_kind (path);
  if (kind == KIND_NONE)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   _ ("%s: the name must end in .png, .svg or .pdf"), path);
      return FALSE;
    }
  width = CLAMP (width, 1.0, MAX_SIDE);
  height = CLAMP (height, 1.0, MAX_SIDE);
  scale = CLAMP (scale, 0.1, MIN (MAX_SIDE / width, MAX_SIDE / height));
  status = render (kind, width, height, scale, draw, data, bytes);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path,
                   cairo_status_to_string (status));
      return FALSE;
    }
  file = g_file_new_for_path (path);
  if (g_file_replace_contents (file, (const char *) bytes->data, bytes->len, NULL, FALSE,
                               G_FILE_CREATE_REPLACE_DESTINATION, NULL, NULL, &reason))
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, reason->message);
  return FALSE;
}

#define TIMELINE_WIDTH 1600.0
#define LANE_HEIGHT 160.0
#define LANE_HEIGHT_MANY 64.0
#define MANY 12

typedef struct
{
  MienDocument *document;
  MienTimelineView view;
} Timeline;

static void
draw_timeline_cb (cairo_t *cr, double width, double height, gpointer data)
{
  const Timeline *timeline = data;

  mien_timeline_draw (cr, timeline->document, &timeline->view);
}

gboolean
mien_picture_write_timeline (MienDocument *document, const char *path, GError **error)
{
  Timeline timeline = { .document = document };
  guint n;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document) && path != NULL, FALSE);
  n = g_list_model_get_n_items (mien_document_get_people (document));
  mien_timeline_view_init (&timeline.view, document, TIMELINE_WIDTH, 4096.0);
  timeline.view.lane_height = n > MANY ? LANE_HEIGHT_MANY : LANE_HEIGHT;
  timeline.view.height = MIN (MAX_SIDE, mien_timeline_measure_all (document, &timeline.view));
  return mien_picture_write (path, timeline.view.width, timeline.view.height, 1.0, draw_timeline_cb,
                             &timeline, error);
}
