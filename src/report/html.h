/* The report as one self-contained web page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

/* Method, models, charts (as SVG inside the page), tables, diagnostics. No script, nothing loaded
 * from elsewhere; prints well. Replaced only when whole. MIEN_ERROR_OUTPUT. */
gboolean mien_report_write_html (MienDocument *document, const char *path, GError **error);

G_END_DECLS
