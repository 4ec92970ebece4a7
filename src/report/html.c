/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/html.h"

#include <cairo-svg.h>
#include <string.h>

#include "plot/picture.h"
#include "report/content.h"
#include "report/file.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,Cantarell,sans-serif;color:#222;background:#fff;"
    "max-width:62rem;margin:2rem auto;padding:0 1.5rem}"
    "h1{font-size:1.9rem;margin:0 0 .5rem;overflow-wrap:anywhere}"
    "h2{margin:2.2rem 0 .6rem;padding-bottom:.2rem;border-bottom:1px solid #ddd}"
    "h3{margin:1.4rem 0 .4rem}"
    "table{border-collapse:collapse;margin:.6rem 0 1.2rem;font-size:.9rem;"
    "font-variant-numeric:tabular-nums;display:block;overflow-x:auto}"
    "caption{text-align:left;color:#555;padding-bottom:.4rem}"
    "th,td{padding:.25rem .7rem;border-bottom:1px solid #e4e4e4;text-align:left;"
    "vertical-align:top}"
    "th{font-weight:600;border-bottom:2px solid #bbb}"
    "td.n,th.n{text-align:right;white-space:nowrap}"
    "td{overflow-wrap:anywhere}"
    "figure{margin:1rem 0}figure svg{width:100%;height:auto}"
    "figcaption{color:#555;font-size:.9rem}"
    "@media print{body{margin:0;max-width:none}h2,h3{break-after:avoid}"
    "figure,tr{break-inside:avoid}}";

/* Text between tags. Control characters that no document may hold become question marks. */
static void
put_text (GString *page, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *escaped = NULL;

  for (char *c = valid; *c != '\0'; c++)
    if ((guchar) *c < 0x20 && *c != '\n' && *c != '\t')
      *c = '?';
  escaped = g_markup_escape_text (valid, -1);
  g_string_append (page, escaped);
}

static void
put_element (GString *page, const char *tag, const char *text)
{
  g_string_append_printf (page, "<%s>", tag);
  put_text (page, text);
  g_string_append_printf (page, "</%s>\n", tag);
}

static void
put_table (GString *page, const MienBlock *block)
{
  g_string_append (page, "<table>\n");
  if (block->text != NULL)
    put_element (page, "caption", block->text);
  for (guint i = 0; i < block->rows->len; i++)
    {
      char **row = block->rows->pdata[i];
      const char *tag = i == 0 ? "th" : "td";

      g_string_append (page, i == 0 ? "<thead><tr>" : i == 1 ? "<tbody><tr>" : "<tr>");
      for (guint c = 0; row[c] != NULL; c++)
        {
          g_string_append_printf (page, "<%s%s>", tag, c >= block->n_words ? " class=\"n\"" : "");
          put_text (page, row[c]);
          g_string_append_printf (page, "</%s>", tag);
        }
      g_string_append (page, i == 0 ? "</tr></thead>\n" : "</tr>\n");
    }
  g_string_append (page, block->rows->len > 1 ? "</tbody></table>\n" : "</table>\n");
}

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  g_string_append_len (closure, (const char *) data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* Cairo numbers the parts of every picture from 0; in one page the names must differ. */
static void
put_svg (GString *page, const char *svg, guint number)
{
  static const char *const marks[] = { "id=\"", "xlink:href=\"#", "url(#" };
  const char *at = svg == NULL ? NULL : strstr (svg, "<svg");

  if (at == NULL)
    return;
  while (*at != '\0')
    {
      gboolean found = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (marks) && !found; i++)
        if (g_str_has_prefix (at, marks[i]))
          {
            g_string_append_printf (page, "%sc%u-", marks[i], number);
            at += strlen (marks[i]);
            found = TRUE;
          }
      if (!found)
        g_string_append_c (page, *at++);
    }
}

static void
put_chart (GString *page, const MienBlock *block, guint number)
{
  g_autoptr (GString) svg = g_string_new (NULL);
  g_autofree char *numbered = NULL;
  cairo_surface_t *surface =
      cairo_svg_surface_create_for_stream (collect, svg, block->width, block->height);
  cairo_t *cr = cairo_create (surface);

  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  block->draw (block, cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  g_string_append (page, "<figure role=\"img\" aria-label=\"");
  put_text (page, block->text);
  g_string_append (page, "\">\n");
  numbered = mien_picture_renumber_svg (svg->str, (gssize) svg->len);
  put_svg (page, numbered, number);
  put_element (page, "figcaption", block->text);
  g_string_append (page, "</figure>\n");
}

static void
put_block (GString *page, const MienBlock *block, guint number)
{
  switch (block->kind)
    {
    case MIEN_BLOCK_TITLE:
      put_element (page, "h1", block->text);
      break;
    case MIEN_BLOCK_HEADING:
      put_element (page, "h2", block->text);
      break;
    case MIEN_BLOCK_SUBHEADING:
      put_element (page, "h3", block->text);
      break;
    case MIEN_BLOCK_TEXT:
      put_element (page, "p", block->text);
      break;
    case MIEN_BLOCK_TABLE:
      put_table (page, block);
      break;
    case MIEN_BLOCK_CHART:
      put_chart (page, block, number);
      break;
    }
}

static gboolean
write_page (GOutputStream *stream, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) blocks = mien_report_list_blocks (user_data);
  g_autoptr (GString) page =
      g_string_new ("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                    "<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width\">\n");

  put_element (page, "title", ((MienBlock *) blocks->pdata[0])->text);
  g_string_append_printf (page, "<style>%s</style>\n</head>\n<body>\n", style);
  for (guint i = 0; i < blocks->len; i++)
    put_block (page, blocks->pdata[i], i);
  g_string_append (page, "</body>\n</html>\n");
  return g_output_stream_write_all (stream, page->str, page->len, NULL, NULL, error);
}

gboolean
mien_report_write_html (MienDocument *document, const char *path, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return mien_file_write (path, write_page, document, error);
}
