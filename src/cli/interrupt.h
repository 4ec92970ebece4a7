/* Ctrl+C: the first asks for a clean end, the second ends at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Blocks SIGINT and SIGTERM for this thread and those it starts, and lets one that waits for them
 * cancel @cancellable, of which it keeps a reference. Before any other thread is started, once a
 * process. A second signal exits with 130. */
void mien_cli_watch_interrupt (GCancellable *cancellable);

G_END_DECLS
