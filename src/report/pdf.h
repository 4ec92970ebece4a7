/* The report on paper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

/* The same content as mien_report_write_html(), on A4 pages with vector charts. Replaced only when
 * whole. MIEN_ERROR_OUTPUT. */
gboolean mien_report_write_pdf (MienDocument *document, const char *path, GError **error);

G_END_DECLS
