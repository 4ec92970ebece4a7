/* Where the program's own files are: in the build tree while it runs from there, else installed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The directory that holds `models/`, `demo/` and the rest of data/: MIEN_DATA_DIR when set, the
 * source tree when the running program lies in the build tree, else the installed one. Borrowed,
 * never NULL; any thread. */
const char *mien_paths_get_data_dir (void);

/* @name below the data directory, whether or not it exists. */
char *mien_paths_dup_data_file (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when the running program lies in the tree it was built in. */
gboolean mien_paths_is_build_tree (void);

G_END_DECLS
