/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/application.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "app/about.h"
#include "app/batch-window.h"
#include "app/notice.h"
#include "app/preferences-window.h"
#include "app/window.h"
#include "base/paths.h"
#include "config.h"
#include "ui/mien-resources.h"
#include "widgets/settings.h"
#include "widgets/widgets.h"

struct _MienApplication
{
  AdwApplication parent_instance;

  GtkWindow *keys_window; /* weak: while it is shown */
};

G_DEFINE_TYPE (MienApplication, mien_application, ADW_TYPE_APPLICATION)

/* Keys that hold everywhere. Keys without a modifier belong to the window's content, where a text
 * field can still have them; see window.ui. */
static const struct
{
  const char *action;
  const char *accels[4];
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "app.new-window", { "<Control>n" } },
  { "app.preferences", { "<Control>comma" } },
  { "app.help", { "F1" } },
  { "app.help-keys", { "<Control>question", "<Control>slash" } },
  { "app.batch", { "<Control><Shift>o" } },
  { "win.open", { "<Control>o" } },
  { "win.save", { "<Control>s" } },
  { "win.save-as", { "<Control><Shift>s" } },
  { "win.export-csv", { "<Control>e" } },
  { "win.camera", { "<Control>k" } },
  { "win.analyse", { "<Control>r" } },
  { "win.undo", { "<Control>z" } },
  { "win.redo", { "<Control><Shift>z", "<Control>y" } },
  { "win.copy-frame", { "<Control>c" } },
  { "win.copy-chart", { "<Control><Shift>c" } },
  { "win.copy-values", { "<Control><Alt>c" } },
  { "win.fullscreen", { "F11" } },
  { "win.page::picture", { "<Alt>1" } },
  { "win.page::statistics", { "<Alt>2" } },
  { "win.page::network", { "<Alt>3" } },
  { "window.close", { "<Control>w" } },
};

static MienWindow *
get_active (MienApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  while (window != NULL && !MIEN_IS_WINDOW (window))
    window = gtk_window_get_transient_for (window);
  return window == NULL ? NULL : MIEN_WINDOW (window);
}

static MienWindow *
new_window (MienApplication *self)
{
  MienWindow *window = mien_window_new (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (window));
  mien_notice_present_once (GTK_WINDOW (window));
  return window;
}

/* A window that shows nothing yet, or a new one. */
static MienWindow *
get_vacant (MienApplication *self)
{
  MienWindow *window = get_active (self);

  return window != NULL && mien_window_is_vacant (window) ? window : new_window (self);
}

static void
mien_application_activate (GApplication *app)
{
  MienWindow *window = get_active (MIEN_APPLICATION (app));

  if (window == NULL)
    new_window (MIEN_APPLICATION (app));
  else
    gtk_window_present (GTK_WINDOW (window));
}

static void
mien_application_open (GApplication *app, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++)
    {
      MienWindow *window = get_vacant (MIEN_APPLICATION (app));

      mien_window_open (window, files[i]);
      gtk_window_present (GTK_WINDOW (window));
    }
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (user_data));
  g_autoptr (GList) copy = g_list_copy (windows);

  /* Each window may still have to ask; the last one that goes ends the program. */
  for (GList *l = copy; l != NULL; l = l->next)
    gtk_window_close (l->data);
}

static void
new_window_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  new_window (user_data);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_about_present (GTK_WINDOW (get_active (user_data)));
}

static void
notice_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *window = get_active (user_data);

  if (window != NULL)
    mien_notice_present (GTK_WINDOW (window));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienPreferencesWindow *window = mien_preferences_window_new ();

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (get_active (user_data)));
  gtk_window_present (GTK_WINDOW (window));
}

static void
help_keys_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienApplication *self = user_data;
  g_autoptr (GtkBuilder) builder = NULL;

  /* Made when it is asked for, not with every window as GTK would: that costs a part of the start,
   * and GTK 4.8 crashes when a screen reader asks for a window that just closed while the last of
   * all windows has never been shown. */
  if (self->keys_window == NULL)
    {
      builder = gtk_builder_new_from_resource ("/io/github/mien/Mien/help-overlay.ui");
      g_set_weak_pointer (&self->keys_window,
                          GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay")));
      gtk_window_set_transient_for (self->keys_window, GTK_WINDOW (get_active (self)));
    }
  gtk_window_present (self->keys_window);
}

static void
camera_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_open_camera (get_vacant (user_data), NULL);
}

static void
demo_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_open_demo (get_vacant (user_data));
}

static void
batch_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_present (GTK_WINDOW (mien_batch_window_new (user_data)));
}

/* The guide lies beside the models; the desktop shows it in what it reads such pages with. */
static void
help_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autofree char *path = mien_paths_is_build_tree ()
                              ? g_strdup (MIEN_SOURCE_ROOT "/docs/guide/index.html")
                              : mien_paths_dup_data_file ("docs/guide/index.html");
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  gtk_show_uri (GTK_WINDOW (get_active (user_data)), uri, GDK_CURRENT_TIME);
}

static const GActionEntry actions[] = {
  { .name = "batch", .activate = batch_cb },
  { .name = "help", .activate = help_cb },
  { .name = "quit", .activate = quit_cb },
  { .name = "new-window", .activate = new_window_cb },
  { .name = "about", .activate = about_cb },
  { .name = "notice", .activate = notice_cb },
  { .name = "preferences", .activate = preferences_cb },
  { .name = "help-keys", .activate = help_keys_cb },
  { .name = "camera", .activate = camera_cb },
  { .name = "demo", .activate = demo_cb },
};

static void
mien_application_startup (GApplication *app)
{
  G_APPLICATION_CLASS (mien_application_parent_class)->startup (app);
  mien_widgets_init ();
  mien_settings_follow_appearance ();
  gtk_window_set_default_icon_name (MIEN_APP_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (app), actions, G_N_ELEMENTS (actions), app);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (app), accels[i].action,
                                           accels[i].accels);
}

static int
mien_application_handle_local_options (GApplication *app, GVariantDict *options)
{
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_autofree char *versions = mien_about_dup_versions ();

      g_print ("%s", versions);
      return 0;
    }
  if (!g_variant_dict_contains (options, "camera"))
    return -1;
  if (!g_application_register (app, NULL, &error))
    {
      g_printerr ("mien: %s\n", error->message);
      return 1;
    }
  g_action_group_activate_action (G_ACTION_GROUP (app), "camera", NULL);
  /* The first instance goes on into its main loop; another one has passed the wish on. */
  return g_application_get_is_remote (app) ? 0 : -1;
}

static void
mien_application_dispose (GObject *object)
{
  g_clear_weak_pointer (&MIEN_APPLICATION (object)->keys_window);
  G_OBJECT_CLASS (mien_application_parent_class)->dispose (object);
}

static void
mien_application_class_init (MienApplicationClass *klass)
{
  GApplicationClass *app_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_application_dispose;
  app_class->activate = mien_application_activate;
  app_class->open = mien_application_open;
  app_class->startup = mien_application_startup;
  app_class->handle_local_options = mien_application_handle_local_options;
}

static void
mien_application_init (MienApplication *self)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print versions and exit"), NULL },
    { "camera", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open the camera"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), "[FILE…]");
  g_application_set_option_context_summary (
      G_APPLICATION (self), _ ("Reads the emotions on faces in video. Opens videos, images and "
                               ".mien documents."));
}

void
mien_application_init_language (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (MIEN_GETTEXT_DOMAIN,
                  mien_paths_is_build_tree () ? MIEN_BUILD_ROOT "/po" : MIEN_LOCALEDIR);
  bind_textdomain_codeset (MIEN_GETTEXT_DOMAIN, "UTF-8");
  textdomain (MIEN_GETTEXT_DOMAIN);
}

MienApplication *
mien_application_new (void)
{
  return g_object_new (MIEN_TYPE_APPLICATION, "application-id", MIEN_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/io/github/mien/Mien",
                       NULL);
}
