/* Ctrl+C: the first asks for a clean end, the second ends at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lets SIGINT and SIGTERM cancel @cancellable, of which it keeps a reference, from a thread of its
 * own. Once a process. A second signal exits with 130. */
void mien_cli_watch_interrupt (GCancellable *cancellable);

G_END_DECLS
