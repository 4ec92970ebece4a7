/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/about.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <sqlite3.h>

#include "app/notice.h"
#include "base/parallel.h"
#include "base/paths.h"
#include "config.h"
#include "nn/model.h"

char *
mien_about_dup_versions (void)
{
  GString *text = g_string_new (NULL);
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  g_string_append_printf (text, "Mien %s\n", MIEN_VERSION);
  g_string_append_printf (text, "GTK %u.%u.%u\n", gtk_get_major_version (),
                          gtk_get_minor_version (), gtk_get_micro_version ());
  g_string_append_printf (text, "libadwaita %u.%u.%u\n", adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version ());
  g_string_append_printf (text, "GLib %u.%u.%u\n", glib_major_version, glib_minor_version,
                          glib_micro_version);
  g_string_append_printf (text, "GStreamer %u.%u.%u\n", major, minor, micro);
  g_string_append_printf (text, "SQLite %s\n", sqlite3_libversion ());
  g_string_append_printf (text, "Kernel path %s\n", mien_nn_get_kernel_path ());
  g_string_append_printf (text, "OpenBLAS core %s\n", mien_nn_get_blas_core ());
  return g_string_free (text, FALSE);
}

static void
append_os (GString *text)
{
  g_autofree char *name = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  g_string_append_printf (text, "System %s\n", name == NULL ? "unknown" : name);
  g_string_append_printf (text, "Processors %u\n", mien_parallel_count_processors ());
}

char *
mien_about_dup_debug_info (void)
{
  g_autofree char *versions = mien_about_dup_versions ();
  GString *text = g_string_new (versions);
  GdkDisplay *display = gdk_display_get_default ();
  AdwStyleManager *style = adw_style_manager_get_default ();

  append_os (text);
  g_string_append_printf (text, "Display %s, %s\n", G_OBJECT_TYPE_NAME (display),
                          gdk_display_get_name (display));
  g_string_append_printf (text, "Style %s%s\n",
                          adw_style_manager_get_dark (style) ? "dark" : "light",
                          adw_style_manager_get_high_contrast (style) ? ", high contrast" : "");
  g_string_append_printf (text, "Language %s\n", g_get_language_names ()[0]);
  g_string_append_printf (text, "Data %s\n",
                          mien_paths_is_build_tree () ? "build tree" : mien_paths_get_data_dir ());
  return g_string_free (text, FALSE);
}

void
mien_about_present (GtkWindow *parent)
{
  static const char *const developers[] = { "The Mien developers", NULL };
  g_autofree char *debug_info = mien_about_dup_debug_info ();
  GtkWidget *window = adw_about_window_new ();

  g_object_set (window, "application-name", "Mien", "application-icon", MIEN_APP_ID, "version",
                MIEN_VERSION, "developer-name", _ ("The Mien developers"), "developers", developers,
                "copyright", "© 2026 The Mien developers", "license-type", GTK_LICENSE_GPL_3_0,
                "comments",
                _ ("Reads the emotions on faces in video, on your computer and nowhere else."),
                "debug-info", debug_info, "debug-info-filename", "mien-debug-info.txt", NULL);
  adw_about_window_add_legal_section (ADW_ABOUT_WINDOW (window), _ ("Limits, Privacy and Law"),
                                      NULL, GTK_LICENSE_CUSTOM, mien_notice_get_markup ());
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_present (GTK_WINDOW (window));
}
