/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/settings.h"

#include "base/paths.h"
#include "config.h"

static GSettingsSchema *
lookup_schema (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchemaSource) built = NULL;

  if (mien_paths_is_build_tree ())
    {
      built =
          g_settings_schema_source_new_from_directory (MIEN_BUILD_ROOT "/data", source, TRUE, NULL);
      if (built != NULL)
        source = built;
    }
  return source == NULL ? NULL : g_settings_schema_source_lookup (source, MIEN_APP_ID, TRUE);
}

GSettings *
mien_settings_get_default (void)
{
  static GSettings *settings;

  if (settings == NULL)
    {
      g_autoptr (GSettingsSchema) schema = lookup_schema ();

      if (schema != NULL)
        settings = g_settings_new_full (schema, NULL, NULL);
    }
  return settings;
}
