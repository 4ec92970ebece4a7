/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/settings.h"

#include <adwaita.h>

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

MienAnalysisSettings *
mien_settings_new_analysis (const char *input)
{
  GSettings *settings = mien_settings_get_default ();
  MienAnalysisSettings *job = mien_analysis_settings_new ();
  g_autofree char *classifier = g_settings_get_string (settings, MIEN_SETTINGS_CLASSIFIER);
  int points;

  job->input = g_strdup (input);
  job->detector = g_settings_get_string (settings, MIEN_SETTINGS_DETECTOR);
  if (*classifier != '\0')
    job->classifier = g_steal_pointer (&classifier);
  job->labels = g_settings_get_string (settings, MIEN_SETTINGS_LABELS);
  points = g_settings_get_enum (settings, MIEN_SETTINGS_POINTS);
  job->landmarks = points > 0;
  job->mesh = points > 1;
  job->flow = g_settings_get_boolean (settings, MIEN_SETTINGS_MOTION);
  job->every = g_settings_get_uint (settings, MIEN_SETTINGS_EVERY);
  job->threads = g_settings_get_uint (settings, MIEN_SETTINGS_THREADS);
  return job;
}

static void
appearance_cb (GSettings *settings, const char *key, gpointer data)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[g_settings_get_enum (settings, key)]);
}

void
mien_settings_follow_appearance (void)
{
  GSettings *settings = mien_settings_get_default ();

  g_signal_connect (settings, "changed::" MIEN_SETTINGS_APPEARANCE, G_CALLBACK (appearance_cb),
                    NULL);
  appearance_cb (settings, MIEN_SETTINGS_APPEARANCE, NULL);
}
