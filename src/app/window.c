/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/batch-window.h"
#include "app/window-private.h"

#include <glib/gi18n.h>

#include "widgets/access.h"
#include "widgets/settings.h"
#include "widgets/widgets.h"
#include "widgets/words.h"

/* Below this the side panel lies under the picture and the header has no words. */
#define NARROW_WIDTH 700

G_DEFINE_TYPE (MienWindow, mien_window, ADW_TYPE_APPLICATION_WINDOW)

static guint exported_signal, saved_signal;

MienWindow *
mien_window_new (GtkApplication *application)
{
  return g_object_new (MIEN_TYPE_WINDOW, "application", application, NULL);
}

gboolean
mien_window_is_vacant (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), FALSE);
  return self->state == MIEN_WINDOW_WELCOME || self->state == MIEN_WINDOW_ERROR;
}

MienWindowState
mien_window_get_state (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), MIEN_WINDOW_WELCOME);
  return self->state;
}

MienSession *
mien_window_get_session (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), NULL);
  return self->session;
}

const char *
mien_window_get_error_text (MienWindow *self)
{
  const char *text;

  g_return_val_if_fail (MIEN_IS_WINDOW (self), "");
  text = adw_status_page_get_description (self->error_page);
  return text == NULL || self->state != MIEN_WINDOW_ERROR ? "" : text;
}

const char *
mien_window_get_toast_text (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), NULL);
  return self->toast_text;
}

/* --- states ----------------------------------------------------------------------------------- */

void
mien_window_set_state (MienWindow *self, MienWindowState state)
{
  static const char *const pages[] = { "welcome", "loading", "error", "film", "film" };
  gboolean has_film = state == MIEN_WINDOW_FILM || state == MIEN_WINDOW_CAMERA;
  gboolean had_film = self->state == MIEN_WINDOW_FILM || self->state == MIEN_WINDOW_CAMERA;

  self->state = state;
  gtk_stack_set_visible_child_name (self->root_stack, pages[state]);
  gtk_spinner_set_spinning (self->loading_spinner, state == MIEN_WINDOW_LOADING);
  gtk_widget_set_visible (self->export_button, has_film);
  /* The keys of playing belong to what was opened, not to the button that opened it. */
  if (has_film && (!had_film || gtk_window_get_focus (GTK_WINDOW (self)) == NULL))
    gtk_widget_grab_focus (GTK_WIDGET (mien_timeline_pane_get_lanes (self->timeline_pane)));
  mien_window_update_title (self);
  mien_window_update_actions (self);
}

void
mien_window_show_error (MienWindow *self, const char *title, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_title (self->error_page, title);
  adw_status_page_set_description (self->error_page, escaped);
  mien_window_set_state (self, MIEN_WINDOW_ERROR);
}

static void
add_toast (MienWindow *self, AdwToast *toast, const char *text)
{
  g_free (self->toast_text);
  self->toast_text = g_strdup (text);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

void
mien_window_toast (MienWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_timeout (toast, 6);
  add_toast (self, toast, text);
}

void
mien_window_toast_with_action (MienWindow *self,
                               const char *text,
                               const char *button,
                               const char *action)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_timeout (toast, 8);
  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  add_toast (self, toast, text);
}

void
mien_window_emit_exported (MienWindow *self, gboolean ok)
{
  g_signal_emit (self, exported_signal, 0, ok);
}

void
mien_window_emit_saved (MienWindow *self, gboolean ok)
{
  g_signal_emit (self, saved_signal, 0, ok);
}

/* --- narrow windows --------------------------------------------------------------------------- */

static void
apply_fold (MienWindow *self, gboolean folded)
{
  gtk_widget_set_visible (self->camera_button, !folded);
  adw_view_switcher_set_policy (ADW_VIEW_SWITCHER (self->view_switcher),
                                folded ? ADW_VIEW_SWITCHER_POLICY_NARROW
                                       : ADW_VIEW_SWITCHER_POLICY_WIDE);
  mien_timeline_pane_set_folded (self->timeline_pane, folded);
  mien_transport_set_folded (self->transport, folded);
  mien_transport_set_folded (mien_network_page_get_transport (self->network_page), folded);
  adw_button_content_set_label (self->export_content, folded ? "" : _ ("_Export"));
  adw_button_content_set_label (self->analyse_content, folded ? "" : _ ("_Analyse"));
  if (folded)
    adw_split_button_set_icon_name (self->open_button, "document-open-symbolic");
  else
    adw_split_button_set_label (self->open_button, _ ("_Open"));
  mien_window_update_title (self);
}

static gboolean
fold_cb (gpointer user_data)
{
  MienWindow *self = user_data;

  apply_fold (self, mien_split_is_folded (self->split));
  return G_SOURCE_REMOVE;
}

/* Comes while sizes are handed out: what changes sizes again waits. */
static void
folded_cb (MienSplit *split, GParamSpec *pspec, MienWindow *self)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, fold_cb, g_object_ref (self), g_object_unref);
}

/* Home, End and the like move in the film, also where the page is higher than the window. */
static gboolean
scroll_child_cb (GtkScrolledWindow *scroller, GtkScrollType scroll, gboolean horizontal)
{
  g_signal_stop_emission_by_name (scroller, "scroll-child");
  return FALSE;
}

/* --- geometry --------------------------------------------------------------------------------- */

/* The height below the divider is remembered when it is not where the window put it. */
static void
divider_cb (GtkPaned *paned, GParamSpec *pspec, MienWindow *self)
{
  int below = gtk_widget_get_height (GTK_WIDGET (paned)) - gtk_paned_get_position (paned);

  if (self->placed_below > 0 && gtk_widget_get_mapped (GTK_WIDGET (paned))
      && !gtk_window_is_fullscreen (GTK_WINDOW (self)) && ABS (below - self->placed_below) > 2
      && gtk_widget_get_height (GTK_WIDGET (paned)) == self->placed_height)
    g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_TIMELINE_HEIGHT, below);
}

static void
restore_geometry (MienWindow *self)
{
  GSettings *settings = mien_settings_get_default ();
  int width = g_settings_get_int (settings, MIEN_SETTINGS_WINDOW_WIDTH);

  gtk_window_set_default_size (GTK_WINDOW (self), width,
                               g_settings_get_int (settings, MIEN_SETTINGS_WINDOW_HEIGHT));
  if (g_settings_get_boolean (settings, MIEN_SETTINGS_WINDOW_MAXIMIZED))
    gtk_window_maximize (GTK_WINDOW (self));
  /* A narrow window starts narrow: what does not fit would make it wider before it is folded. */
  else if (width < NARROW_WIDTH)
    apply_fold (self, TRUE);
}

/* The divider's place can only be set when the height around it is known. Until somebody moves it
 * the timeline has what its lanes want, between a quarter and half of the height. */
static gboolean
place_divider_cb (gpointer user_data)
{
  MienWindow *self = user_data;
  int height = gtk_widget_get_height (GTK_WIDGET (self->paned));
  int below = g_settings_get_int (mien_settings_get_default (), MIEN_SETTINGS_TIMELINE_HEIGHT);
  int natural = 0;

  gtk_widget_measure (GTK_WIDGET (self->timeline_pane), GTK_ORIENTATION_VERTICAL, -1, NULL,
                      &natural, NULL, NULL);
  if (below == 0)
    below = CLAMP (natural, height * 3 / 10, height / 2);
  if (height <= 0)
    return G_SOURCE_REMOVE;
  self->placed_below = MIN (below, height * 3 / 4);
  self->placed_height = height;
  gtk_paned_set_position (self->paned, height - self->placed_below);
  return G_SOURCE_REMOVE;
}

static void
place_divider (MienWindow *self)
{
  g_idle_add_full (G_PRIORITY_LOW, place_divider_cb, g_object_ref (self), g_object_unref);
}

static void
paned_mapped_cb (GtkWidget *paned, MienWindow *self)
{
  place_divider (self);
}

static void
keep_geometry (MienWindow *self)
{
  GSettings *settings = mien_settings_get_default ();
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (settings, MIEN_SETTINGS_WINDOW_WIDTH, width);
  g_settings_set_int (settings, MIEN_SETTINGS_WINDOW_HEIGHT, height);
  g_settings_set_boolean (settings, MIEN_SETTINGS_WINDOW_MAXIMIZED,
                          gtk_window_is_maximized (GTK_WINDOW (self)));
}

/* --- title ------------------------------------------------------------------------------------ */

static char *
describe_document (MienWindow *self, MienDocument *document)
{
  guint n = g_list_model_get_n_items (mien_document_get_people (document));
  gint64 frame, last = 0;
  g_autofree char *length = NULL, *people = NULL;

  if (!mien_document_get_last_frame (document, &frame, &last))
    return g_strdup ("");
  length = mien_words_dup_duration (last);
  people = g_strdup_printf (ngettext ("%u person", "%u people", n), n);
  /* There is no room for a sentence between the buttons of a narrow window. */
  if (mien_split_is_folded (self->split))
    return g_strdup_printf ("%s · %s", length, people);
  if (self->state == MIEN_WINDOW_CAMERA)
    /* Translators: a length of time, and how many people. */
    return g_strdup_printf (_ ("%s watched, %s"), length, people);
  /* Translators: a length of time, and how many people. */
  return g_strdup_printf (_ ("%s analysed, %s"), length, people);
}

void
mien_window_update_title (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autofree char *name = NULL, *subtitle = NULL, *title = NULL;

  if (self->state == MIEN_WINDOW_CAMERA)
    name = g_strdup (self->camera == NULL ? _ ("Camera") : mien_camera_get_name (self->camera));
  else if (self->file != NULL && self->state != MIEN_WINDOW_WELCOME)
    name = g_file_get_basename (self->file);
  if (document != NULL && (self->state == MIEN_WINDOW_FILM || self->state == MIEN_WINDOW_CAMERA))
    subtitle = describe_document (self, document);
  adw_window_title_set_title (self->window_title, name == NULL ? "Mien" : name);
  adw_window_title_set_subtitle (self->window_title, subtitle == NULL ? "" : subtitle);
  title = name == NULL ? g_strdup ("Mien") : g_strdup_printf ("%s – Mien", name);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

static void
session_changed_cb (MienSession *session, guint flags, MienWindow *self)
{
  if (flags & MIEN_CHANGE_PEOPLE)
    place_divider (self);
  mien_window_update_title (self);
  mien_window_update_timeline_state (self);
  mien_window_update_actions (self);
}

static void
can_undo_cb (MienDocument *document, GParamSpec *pspec, MienWindow *self)
{
  mien_window_update_actions (self);
}

/* Undo and redo answer at once: the rest of the news may wait until keys have been dealt with. */
static void
document_cb (MienSession *session, GParamSpec *pspec, MienWindow *self)
{
  MienDocument *document = mien_session_get_document (session);

  if (document == NULL)
    return;
  g_signal_connect_object (document, "notify::can-undo", G_CALLBACK (can_undo_cb), self, 0);
  g_signal_connect_object (document, "notify::can-redo", G_CALLBACK (can_undo_cb), self, 0);
}

/* --- picture ---------------------------------------------------------------------------------- */

void
mien_window_show_frame (MienWindow *self, MienFrame *frame)
{
  g_autoptr (GdkTexture) texture = NULL;

  if (frame != NULL)
    {
      texture = mien_video_view_new_texture (frame);
      mien_session_set_picture_size (self->session, frame->image.width, frame->image.height);
    }
  mien_video_view_set_texture (self->video_view, texture);
  mien_side_panel_set_texture (self->side_panel, texture);
  mien_network_page_set_frame (self->network_page, frame);
}

/* --- dropping files --------------------------------------------------------------------------- */

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, MienWindow *self)
{
  GSList *files = g_value_get_boxed (value);
  GApplication *app = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));

  if (files == NULL)
    return FALSE;
  if (mien_batch_window_accepts (files->data))
    {
      MienBatchWindow *batch = mien_batch_window_new (GTK_APPLICATION (app));

      for (; files != NULL; files = files->next)
        mien_batch_window_add (batch, files->data);
      gtk_window_present (GTK_WINDOW (batch));
      return TRUE;
    }
  mien_window_open (self, files->data);
  /* More than one: a window each. */
  for (GSList *l = files->next; l != NULL && app != NULL; l = l->next)
    {
      GFile *file = l->data;

      g_application_open (app, &file, 1, "");
    }
  return TRUE;
}

static void
drop_here_cb (GtkDropTarget *target, GParamSpec *pspec, MienWindow *self)
{
  if (gtk_drop_target_get_current_drop (target) != NULL)
    gtk_widget_add_css_class (self->content_box, "drop-here");
  else
    gtk_widget_remove_css_class (self->content_box, "drop-here");
}

/* --- closing ---------------------------------------------------------------------------------- */

static void
close_response_cb (AdwMessageDialog *dialog, const char *response, MienWindow *self)
{
  if (g_str_equal (response, "discard"))
    {
      self->closing = TRUE;
      gtk_window_close (GTK_WINDOW (self));
    }
  else if (g_str_equal (response, "save"))
    mien_window_save_as (self);
}

static void
ask_before_closing (MienWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Keep What Was Measured?"),
      _ ("The values are only in memory. When this window closes without saving they are gone."));
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "discard", _ ("_Discard"),
                                    "save", _ ("_Save…"), NULL);
  adw_message_dialog_set_response_appearance (message, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (message, "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "save");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* A film's document has a file and loses nothing; a camera's, or one that is not to be kept, has
 * none until it is saved. */
static gboolean
would_lose (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);

  if (document == NULL || mien_document_get_path (document) != NULL)
    return FALSE;
  return mien_document_can_undo (document)
         || (self->state == MIEN_WINDOW_CAMERA
             && g_list_model_get_n_items (mien_document_get_people (document)) > 0);
}

static gboolean
mien_window_close_request (GtkWindow *window)
{
  MienWindow *self = MIEN_WINDOW (window);

  /* Whoever closes a second time means it. */
  if (self->saving != NULL && !self->close_when_saved)
    {
      self->close_when_saved = TRUE;
      mien_window_toast (self, _ ("The window closes when the document is saved"));
      return TRUE;
    }
  if (!self->closing && would_lose (self))
    {
      ask_before_closing (self);
      return TRUE;
    }
  keep_geometry (self);
  mien_widgets_pop_down (GTK_WIDGET (self));
  mien_window_close_film (self);
  return GTK_WINDOW_CLASS (mien_window_parent_class)->close_request (window);
}

static void
settings_changed_cb (GSettings *settings, const char *key, MienWindow *self)
{
  mien_video_view_set_show_boxes (self->video_view,
                                  g_settings_get_boolean (settings, MIEN_SETTINGS_SHOW_BOXES));
}

static void
models_changed_cb (GSettings *settings, const char *key, MienWindow *self)
{
  mien_window_forget_models (self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
mien_window_dispose (GObject *object)
{
  MienWindow *self = MIEN_WINDOW (object);

  if (self->session != NULL)
    {
      mien_window_cancel_jobs (self);
      mien_window_close_film (self);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_object (&self->saving);
  mien_window_dispose_fullscreen (self);
  g_clear_weak_pointer (&self->clicked_chart);
  g_clear_object (&self->chooser);
  g_clear_object (&self->latency);
  g_clear_pointer (&self->waiting_faces, g_array_unref);
  g_clear_pointer (&self->models, mien_models_unref);
  g_clear_object (&self->models_loading);
  g_clear_object (&self->session);
  g_clear_object (&self->file);
  g_clear_pointer (&self->film_path, g_free);
  g_clear_pointer (&self->toast_text, g_free);
  G_OBJECT_CLASS (mien_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, MienWindow, content_box);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, header);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, open_button);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, camera_button);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, analyse_button);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, analyse_content);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, export_button);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, export_content);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, recent_section);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, drop_target);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, root_stack);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, loading_spinner);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, error_page);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, error_retry);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, view_switcher);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, view_stack);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, paned);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, split);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, video_view);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, missing_box);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, missing_label);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, transport_revealer);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, transport);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, side_scroller);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, side_panel);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, timeline_pane);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, statistics_page);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, network_page);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, jobs_box);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, analysis_revealer);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, analysis_bar);
  gtk_widget_class_bind_template_child (widget_class, MienWindow, camera_bar);
}

static void
mien_window_class_init (MienWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  mien_widgets_init ();
  G_OBJECT_CLASS (klass)->dispose = mien_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = mien_window_close_request;
  exported_signal = g_signal_new ("exported", MIEN_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  saved_signal = g_signal_new ("saved", MIEN_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mien/Mien/window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, scroll_child_cb);
}

static void
mien_window_init (MienWindow *self)
{
  GSettings *settings = mien_settings_get_default ();
  static GType drop_types[1];

  gtk_widget_init_template (GTK_WIDGET (self));
  mien_access_complete (GTK_WIDGET (self));
  self->session = mien_session_new ();
  mien_session_set_mode (self->session, (MienTimelineMode) g_settings_get_enum (
                                            settings, MIEN_SETTINGS_TIMELINE_MODE));
  mien_video_view_set_session (self->video_view, self->session);
  mien_transport_set_session (self->transport, self->session);
  mien_side_panel_set_session (self->side_panel, self->session);
  mien_timeline_pane_set_session (self->timeline_pane, self->session);
  mien_statistics_page_set_session (self->statistics_page, self->session);
  mien_network_page_set_session (self->network_page, self->session);
  g_signal_connect_swapped (self->network_page, "problem", G_CALLBACK (mien_window_toast), self);
  g_signal_connect (self->session, "changed", G_CALLBACK (session_changed_cb), self);
  g_signal_connect (self->session, "notify::document", G_CALLBACK (document_cb), self);
  drop_types[0] = GDK_TYPE_FILE_LIST;
  gtk_drop_target_set_gtypes (self->drop_target, drop_types, 1);
  g_signal_connect (self->drop_target, "drop", G_CALLBACK (drop_cb), self);
  g_signal_connect (self->drop_target, "notify::current-drop", G_CALLBACK (drop_here_cb), self);
  g_signal_connect (self->split, "notify::folded", G_CALLBACK (folded_cb), self);
  g_signal_connect_object (settings, "changed::" MIEN_SETTINGS_SHOW_BOXES,
                           G_CALLBACK (settings_changed_cb), self, 0);
  g_signal_connect_object (settings, "changed::" MIEN_SETTINGS_CLASSIFIER,
                           G_CALLBACK (models_changed_cb), self, 0);
  g_signal_connect_object (settings, "changed::" MIEN_SETTINGS_LABELS,
                           G_CALLBACK (models_changed_cb), self, 0);
  settings_changed_cb (settings, MIEN_SETTINGS_SHOW_BOXES, self);
  restore_geometry (self);
  g_signal_connect (self->paned, "map", G_CALLBACK (paned_mapped_cb), self);
  g_signal_connect (self->paned, "notify::position", G_CALLBACK (divider_cb), self);
  mien_window_add_actions (self);
  mien_window_update_recent (self);
  mien_window_init_fullscreen (self);
  mien_window_init_camera (self);
  mien_window_set_state (self, MIEN_WINDOW_WELCOME);
}
