/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/pdf.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "report/content.h"
#include "report/file.h"

/* A4 in points. */
#define PAGE_WIDTH 595.28
#define PAGE_HEIGHT 841.89
#define MARGIN 50.0
#define BODY (PAGE_WIDTH - 2 * MARGIN)
#define CELL_PAD 4.0
#define MAX_COLUMNS 16

typedef struct
{
  cairo_t *cr;
  double y;
  guint page; /* from 1 */
} Page;

static PangoLayout *
make_layout (Page *page, const char *text, double points, gboolean bold, double width)
{
  PangoLayout *layout = pango_cairo_create_layout (page->cr);
  g_autoptr (PangoFontDescription) font =
      pango_font_description_from_string (bold ? "Sans Bold" : "Sans");
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  pango_font_description_set_absolute_size (font, points * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, valid, -1);
  if (width > 0)
    {
      pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
    }
  return layout;
}

static double
get_height (PangoLayout *layout)
{
  int height;

  pango_layout_get_size (layout, NULL, &height);
  return (double) height / PANGO_SCALE;
}

static double
get_width (PangoLayout *layout)
{
  int width;

  pango_layout_get_size (layout, &width, NULL);
  return (double) width / PANGO_SCALE;
}

static void
put_number (Page *page)
{
  g_autofree char *text = g_strdup_printf ("%u", page->page);
  g_autoptr (PangoLayout) layout = make_layout (page, text, 8, FALSE, 0);

  cairo_set_source_rgb (page->cr, 0.4, 0.4, 0.4);
  cairo_move_to (page->cr, PAGE_WIDTH - MARGIN - get_width (layout), PAGE_HEIGHT - MARGIN * 0.7);
  pango_cairo_show_layout (page->cr, layout);
}

static void
next_page (Page *page)
{
  put_number (page);
  cairo_show_page (page->cr);
  page->page++;
  page->y = MARGIN;
}

/* Goes to the next page unless @height points are left on this one. */
static void
reserve (Page *page, double height)
{
  if (page->y + height > PAGE_HEIGHT - MARGIN && page->y > MARGIN)
    next_page (page);
}

/* A paragraph, which may go over several pages line by line. @keep: what must follow on its page.
 */
static void
put_text (Page *page, const char *text, double points, gboolean bold, double grey, double keep)
{
  g_autoptr (PangoLayout) layout = make_layout (page, text, points, bold, BODY);
  int n = pango_layout_get_line_count (layout);

  reserve (page, MIN (get_height (layout), 4 * points) + keep);
  for (int i = 0; i < n; i++)
    {
      PangoLayoutLine *line = pango_layout_get_line_readonly (layout, i);
      PangoRectangle logical;
      double height;

      pango_layout_line_get_extents (line, NULL, &logical);
      height = (double) logical.height / PANGO_SCALE;
      reserve (page, height);
      cairo_set_source_rgb (page->cr, grey, grey, grey);
      cairo_move_to (page->cr, MARGIN, page->y - (double) logical.y / PANGO_SCALE);
      pango_cairo_show_layout_line (page->cr, line);
      page->y += height;
    }
}

/* -- tables -- */

typedef struct
{
  const MienBlock *block;
  guint n_columns;
  double widths[MAX_COLUMNS]; /* of the text */
  double points;
} Table;

/* Natural widths; where they do not fit, columns share what is left from the narrowest up, so that
 * short ones keep their width and long ones wrap. */
static void
measure (Page *page, Table *table)
{
  double natural[MAX_COLUMNS] = { 0 };
  double left = BODY - 2 * CELL_PAD * table->n_columns;
  gboolean is_set[MAX_COLUMNS] = { FALSE };

  for (guint i = 0; i < table->block->rows->len; i++)
    {
      char **row = table->block->rows->pdata[i];

      for (guint c = 0; c < table->n_columns && row[c] != NULL; c++)
        {
          g_autoptr (PangoLayout) layout = make_layout (page, row[c], table->points, i == 0, 0);

          natural[c] = MAX (natural[c], get_width (layout) + 1);
        }
    }
  for (guint done = 0; done < table->n_columns; done++)
    {
      guint least = MAX_COLUMNS;

      for (guint c = 0; c < table->n_columns; c++)
        if (!is_set[c] && (least == MAX_COLUMNS || natural[c] < natural[least]))
          least = c;
      table->widths[least] = MIN (natural[least], left / (table->n_columns - done));
      left -= table->widths[least];
      is_set[least] = TRUE;
    }
}

static double
measure_row (Page *page, const Table *table, guint i)
{
  char **row = table->block->rows->pdata[i];
  double height = 0;

  for (guint c = 0; c < table->n_columns && row[c] != NULL; c++)
    {
      g_autoptr (PangoLayout) layout =
          make_layout (page, row[c], table->points, i == 0, table->widths[c]);

      height = MAX (height, get_height (layout));
    }
  return height + CELL_PAD;
}

static void
put_row (Page *page, const Table *table, guint i)
{
  char **row = table->block->rows->pdata[i];
  double x = MARGIN, height = measure_row (page, table, i);

  for (guint c = 0; c < table->n_columns && row[c] != NULL; c++)
    {
      g_autoptr (PangoLayout) layout =
          make_layout (page, row[c], table->points, i == 0, table->widths[c]);

      if (c >= table->block->n_words)
        pango_layout_set_alignment (layout, PANGO_ALIGN_RIGHT);
      cairo_set_source_rgb (page->cr, 0.1, 0.1, 0.1);
      cairo_move_to (page->cr, x + CELL_PAD, page->y + CELL_PAD / 2);
      pango_cairo_show_layout (page->cr, layout);
      x += table->widths[c] + 2 * CELL_PAD;
    }
  page->y += height;
  cairo_set_source_rgb (page->cr, 0.8, 0.8, 0.8);
  cairo_set_line_width (page->cr, i == 0 ? 1.0 : 0.4);
  cairo_move_to (page->cr, MARGIN, page->y);
  cairo_line_to (page->cr, x, page->y);
  cairo_stroke (page->cr);
}

static void
put_table (Page *page, const MienBlock *block)
{
  Table table = { .block = block };
  guint widest = 0;

  for (guint i = 0; i < block->rows->len; i++)
    widest = MAX (widest, g_strv_length (block->rows->pdata[i]));
  table.n_columns = MIN (widest, MAX_COLUMNS);
  table.points = table.n_columns > 7 ? 6.5 : 8.5;
  if (block->text != NULL)
    put_text (page, block->text, 8.5, FALSE, 0.35, 40);
  page->y += 3;
  measure (page, &table);
  for (guint i = 0; i < block->rows->len; i++)
    {
      double height = measure_row (page, &table, i);

      if (i > 0 && page->y + height > PAGE_HEIGHT - MARGIN && page->y > MARGIN)
        {
          next_page (page);
          put_row (page, &table, 0);
        }
      put_row (page, &table, i);
    }
  page->y += 10;
}

static void
put_chart (Page *page, const MienBlock *block)
{
  double scale = BODY / block->width, height = block->height * scale;
  double room = PAGE_HEIGHT - 2 * MARGIN - 40;

  /* More people than a page is high: the chart shrinks. */
  if (height > room)
    {
      scale *= room / height;
      height = room;
    }
  reserve (page, height + 24);
  put_text (page, block->text, 8.5, FALSE, 0.35, height);
  page->y += 3;
  cairo_save (page->cr);
  cairo_translate (page->cr, MARGIN, page->y);
  cairo_scale (page->cr, scale, scale);
  cairo_rectangle (page->cr, 0, 0, block->width, block->height);
  cairo_clip (page->cr);
  block->draw (block, page->cr);
  cairo_restore (page->cr);
  page->y += height + 10;
}

static void
put_block (Page *page, const MienBlock *block)
{
  switch (block->kind)
    {
    case MIEN_BLOCK_TITLE:
      put_text (page, block->text, 20, TRUE, 0.1, 60);
      page->y += 8;
      break;
    case MIEN_BLOCK_HEADING:
      page->y += 10;
      put_text (page, block->text, 14, TRUE, 0.1, 90);
      page->y += 4;
      break;
    case MIEN_BLOCK_SUBHEADING:
      page->y += 6;
      put_text (page, block->text, 11, TRUE, 0.1, 80);
      page->y += 3;
      break;
    case MIEN_BLOCK_TEXT:
      put_text (page, block->text, 9.5, FALSE, 0.1, 0);
      page->y += 6;
      break;
    case MIEN_BLOCK_TABLE:
      put_table (page, block);
      break;
    case MIEN_BLOCK_CHART:
      put_chart (page, block);
      break;
    }
}

typedef struct
{
  GOutputStream *stream;
  GError *error;
} Sink;

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  Sink *sink = closure;

  if (sink->error != NULL
      || !g_output_stream_write_all (sink->stream, data, length, NULL, NULL, &sink->error))
    return CAIRO_STATUS_WRITE_ERROR;
  return CAIRO_STATUS_SUCCESS;
}

static gboolean
write_pages (GOutputStream *stream, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) blocks = mien_report_list_blocks (user_data);
  Sink sink = { stream, NULL };
  cairo_surface_t *surface =
      cairo_pdf_surface_create_for_stream (collect, &sink, PAGE_WIDTH, PAGE_HEIGHT);
  Page page = { .cr = cairo_create (surface), .y = MARGIN, .page = 1 };
  cairo_status_t status;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE,
                                  ((MienBlock *) blocks->pdata[0])->text);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Mien");
  /* The same report, the same bytes: no date of today inside. */
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z");
  for (guint i = 0; i < blocks->len; i++)
    put_block (&page, blocks->pdata[i]);
  put_number (&page);
  cairo_show_page (page.cr);
  status = cairo_status (page.cr);
  cairo_destroy (page.cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (sink.error != NULL)
    {
      g_propagate_error (error, sink.error);
      return FALSE;
    }
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", cairo_status_to_string (status));
  return FALSE;
}

gboolean
mien_report_write_pdf (MienDocument *document, const char *path, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return mien_file_write (path, write_pages, document, error);
}
