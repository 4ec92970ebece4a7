/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/paths.h"

#include "config.h"

gboolean
mien_paths_is_build_tree (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
      gboolean inside = program != NULL && g_str_has_prefix (program, MIEN_BUILD_ROOT "/");

      g_once_init_leave (&once, inside ? 2 : 1);
    }
  return once == 2;
}

const char *
mien_paths_get_data_dir (void)
{
  const char *forced = g_getenv ("MIEN_DATA_DIR");

  if (forced != NULL && *forced != '\0')
    return forced;
  return mien_paths_is_build_tree () ? MIEN_SOURCE_ROOT "/data" : MIEN_PKGDATADIR;
}

char *
mien_paths_dup_data_file (const char *name)
{
  return g_build_filename (mien_paths_get_data_dir (), name, NULL);
}
