/* What a report says, as a list of blocks that the web page and the PDF lay out each in its way.
 * Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "timeline/document.h"
#include "timeline/statistics.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_BLOCK_TITLE,
  MIEN_BLOCK_HEADING,
  MIEN_BLOCK_SUBHEADING,
  MIEN_BLOCK_TEXT,  /* a paragraph */
  MIEN_BLOCK_TABLE, /* rows of cells, the first row being the heads */
  MIEN_BLOCK_CHART,
} MienBlockKind;

typedef struct _MienBlock MienBlock;

/* Paints a chart of the block's size with the origin in its upper left corner. */
typedef void (*MienBlockDraw) (const MienBlock *self, cairo_t *cr);

struct _MienBlock
{
  MienBlockKind kind;
  char *text;      /* title, heading, paragraph, or what a table or chart shows */
  GPtrArray *rows; /* of GStrv, for tables */
  guint n_words;   /* this many columns from the left hold words; the others hold numbers */

  /* Charts. */
  double width, height;
  MienBlockDraw draw;
  MienDocument *document; /* borrowed */
  MienPerson *person;     /* borrowed, nullable */
  MienStatistics statistics;
};

/* (element-type MienBlock), owned. @document is borrowed and must outlive the list unchanged. */
GPtrArray *mien_report_list_blocks (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
