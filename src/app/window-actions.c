/* The actions of the window: everything that buttons, menus and keys do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>

#include "widgets/settings.h"

#define SECOND_NS (G_GINT64_CONSTANT (1000) * 1000 * 1000)
#define MAX_RECENT 8

static MienDocument *
get_document (MienWindow *self)
{
  return mien_session_get_document (self->session);
}

/* --- files ------------------------------------------------------------------------------------ */

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_choose_film (user_data);
}

static void
open_recent_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  mien_window_open (user_data, file);
}

static void
retry_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  g_autoptr (GFile) file = self->file == NULL ? NULL : g_object_ref (self->file);

  if (file != NULL)
    mien_window_open (self, file);
  else
    mien_window_open_camera (self, NULL);
}

static void
locate_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_locate_film (user_data);
}

static void
camera_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_open_camera (user_data, NULL);
}

static void
record_cb (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  mien_window_set_recording (user_data, g_variant_get_boolean (value));
}

static void
demo_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_open_demo (user_data);
}

static void
save_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_save (user_data);
}

static void
save_as_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_save_as (user_data);
}

static void
export_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_choose_export (user_data, g_variant_get_string (parameter, NULL));
}

static void
export_csv_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_choose_export (user_data, "csv");
}

static void
import_marks_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mien_window_choose_marks (user_data);
}

/* --- analysis --------------------------------------------------------------------------------- */

static void
analyse_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  /* A finished one is made anew, a stopped one goes on. */
  if (get_document (self) != NULL)
    mien_window_start_analysis (self, !mien_document_is_complete (get_document (self)));
}

static void
analyse_anew_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  if (get_document (self) != NULL)
    mien_window_start_analysis (self, FALSE);
}

static void
cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  /* The job's own end tells the rest. */
  if (self->analysis_cancel != NULL)
    g_cancellable_cancel (self->analysis_cancel);
}

/* --- playing ---------------------------------------------------------------------------------- */

static void
play_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  if (self->player == NULL)
    return;
  if (mien_player_get_state (self->player) == MIEN_PLAYER_PLAYING)
    mien_player_pause (self->player);
  else
    mien_player_play (self->player);
}

static void
seek_by (MienWindow *self, gint64 delta)
{
  mien_session_seek (self->session, mien_session_get_playhead (self->session) + delta, TRUE);
}

static void
back_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  seek_by (user_data, -SECOND_NS);
}

static void
forward_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  seek_by (user_data, SECOND_NS);
}

static void
step (MienWindow *self, int n)
{
  if (self->player == NULL)
    return;
  self->seeking = FALSE;
  mien_player_step (self->player, n);
}

static void
previous_frame_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  step (user_data, -1);
}

static void
next_frame_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  step (user_data, 1);
}

static void
go_start_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_seek (self->session, 0, TRUE);
}

static void
go_end_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_seek (self->session, mien_session_get_duration (self->session), TRUE);
}

static void
speed_cb (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  MienWindow *self = user_data;

  if (self->player != NULL)
    mien_player_set_rate (self->player, g_variant_get_double (value));
  g_simple_action_set_state (action, value);
}

static void
loop_cb (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  MienWindow *self = user_data;
  gint64 start = 0, end = -1;

  if (self->player == NULL)
    return;
  if (!g_variant_get_boolean (value))
    start = end = -1;
  else
    mien_session_get_selection (self->session, &start, &end);
  mien_player_set_loop (self->player, start, end);
  g_simple_action_set_state (action, value);
}

/* --- the timeline ----------------------------------------------------------------------------- */

static void
zoom_in_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_zoom (self->session, 1.5, mien_session_get_playhead (self->session));
}

static void
zoom_out_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_zoom (self->session, 1 / 1.5, mien_session_get_playhead (self->session));
}

static void
zoom_fit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_fit (self->session);
}

/* A mark at the playhead, or of the selection. Named by a number until somebody names it. */
static void
mark_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  gint64 start = mien_session_get_playhead (self->session), end = start;
  g_autofree char *label = NULL, *text = NULL;
  guint n;

  if (get_document (self) == NULL)
    return;
  mien_session_get_selection (self->session, &start, &end);
  n = g_list_model_get_n_items (mien_document_get_marks (get_document (self))) + 1;
  /* Translators: the name of a new mark, %u is a number. */
  label = g_strdup_printf (_ ("Mark %u"), n);
  mien_document_add_mark (get_document (self), start, end, label);
  text = g_strdup_printf (_ ("%s set"), label);
  mien_window_toast_with_action (self, text, _ ("_Undo"), "win.undo");
}

/* The mark nearest to the playhead, within a fiftieth of what is shown. */
static MienMark *
find_near_mark (MienWindow *self)
{
  GListModel *marks = mien_document_get_marks (get_document (self));
  gint64 playhead = mien_session_get_playhead (self->session), start, end, best_distance;
  MienMark *best = NULL;

  mien_session_get_view (self->session, &start, &end);
  best_distance = (end - start) / 50;
  for (guint i = 0; i < g_list_model_get_n_items (marks); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (marks, i);
      gint64 distance = ABS (mien_mark_get_start (mark) - playhead);

      if (playhead >= mien_mark_get_start (mark) && playhead < mien_mark_get_end (mark))
        distance = 0;
      if (distance <= best_distance)
        {
          best = mark; /* the document keeps it */
          best_distance = distance;
        }
    }
  return best;
}

static void
remove_mark_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  MienMark *mark = get_document (self) == NULL ? NULL : find_near_mark (self);

  if (mark == NULL)
    return;
  mien_document_remove_mark (get_document (self), mark);
  mien_window_toast_with_action (self, _ ("Mark removed"), _ ("_Undo"), "win.undo");
}

static void
range_start_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_set_selection_start (self->session, mien_session_get_playhead (self->session));
}

static void
range_end_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_session_set_selection_end (self->session, mien_session_get_playhead (self->session));
}

/* Excludes the selected range of the chosen person, or takes it in again when it is excluded. */
static void
exclude_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  MienPerson *person = mien_session_get_person (self->session);
  gint64 start, end;
  MienFace face;
  gboolean is_excluded;

  if (get_document (self) == NULL || person == NULL)
    return;
  if (!mien_session_get_selection (self->session, &start, &end))
    {
      mien_window_toast (self,
                         _ ("Select a range first: drag over the timeline, or press [ and ]"));
      return;
    }
  is_excluded = mien_session_get_face_at (self->session, person, (start + end) / 2, &face)
                && face.sample.status == MIEN_STATUS_EXCLUDED;
  if (is_excluded)
    mien_document_include (get_document (self), person, start, end);
  else
    mien_document_exclude (get_document (self), person, start, end);
  mien_window_toast_with_action (
      self, is_excluded ? _ ("Range counts again") : _ ("Range excluded"), _ ("_Undo"), "win.undo");
}

static void
undo_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  if (get_document (user_data) != NULL)
    mien_document_undo (get_document (user_data));
}

static void
redo_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  if (get_document (user_data) != NULL)
    mien_document_redo (get_document (user_data));
}

/* --- people ----------------------------------------------------------------------------------- */

static void
next_person_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  if (!mien_session_step_person (self->session, 1))
    {
      /* Past the last one comes the first. */
      mien_session_set_person (self->session, NULL);
      mien_session_step_person (self->session, 1);
    }
}

static void
rename_person_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  mien_people_list_rename_chosen (mien_side_panel_get_people_list (self->side_panel));
}

/* --- looks ------------------------------------------------------------------------------------ */

static void
fullscreen_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = user_data;

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

static void
leave_fullscreen_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;

  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else
    mien_session_clear_selection (self->session);
}

static const GActionEntry entries[] = {
  { .name = "open", .activate = open_cb },
  { .name = "open-recent", .activate = open_recent_cb, .parameter_type = "s" },
  { .name = "retry", .activate = retry_cb },
  { .name = "locate", .activate = locate_cb },
  { .name = "camera", .activate = camera_cb },
  { .name = "record", .state = "false", .change_state = record_cb },
  { .name = "demo", .activate = demo_cb },
  { .name = "save", .activate = save_cb },
  { .name = "save-as", .activate = save_as_cb },
  { .name = "export", .activate = export_cb, .parameter_type = "s" },
  { .name = "export-csv", .activate = export_csv_cb },
  { .name = "import-marks", .activate = import_marks_cb },
  { .name = "analyse", .activate = analyse_cb },
  { .name = "analyse-anew", .activate = analyse_anew_cb },
  { .name = "cancel", .activate = cancel_cb },
  { .name = "play", .activate = play_cb },
  { .name = "back", .activate = back_cb },
  { .name = "forward", .activate = forward_cb },
  { .name = "previous-frame", .activate = previous_frame_cb },
  { .name = "next-frame", .activate = next_frame_cb },
  { .name = "go-start", .activate = go_start_cb },
  { .name = "go-end", .activate = go_end_cb },
  { .name = "speed", .parameter_type = "d", .state = "1.0", .change_state = speed_cb },
  { .name = "loop", .state = "false", .change_state = loop_cb },
  { .name = "zoom-in", .activate = zoom_in_cb },
  { .name = "zoom-out", .activate = zoom_out_cb },
  { .name = "zoom-fit", .activate = zoom_fit_cb },
  { .name = "mark", .activate = mark_cb },
  { .name = "remove-mark", .activate = remove_mark_cb },
  { .name = "range-start", .activate = range_start_cb },
  { .name = "range-end", .activate = range_end_cb },
  { .name = "exclude", .activate = exclude_cb },
  { .name = "undo", .activate = undo_cb },
  { .name = "redo", .activate = redo_cb },
  { .name = "next-person", .activate = next_person_cb },
  { .name = "rename-person", .activate = rename_person_cb },
  { .name = "fullscreen", .activate = fullscreen_cb },
  { .name = "leave-fullscreen", .activate = leave_fullscreen_cb },
};

static void
set_enabled (MienWindow *self, const char *const *names, gboolean enabled)
{
  for (; *names != NULL; names++)
    g_simple_action_set_enabled (
        G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), *names)), enabled);
}

void
mien_window_update_actions (MienWindow *self)
{
  static const char *const with_player[] = {
    "play",     "back",   "forward", "previous-frame", "next-frame",
    "go-start", "go-end", "speed",   "loop",           NULL,
  };
  static const char *const with_document[] = {
    "save",        "save-as",     "export",         "export-csv", "import-marks", "copy-frame",
    "copy-chart",  "copy-values", "zoom-in",        "zoom-out",   "zoom-fit",     "mark",
    "remove-mark", "range-start", "range-end",      "exclude",    "next-person",  "rename-person",
    "split-track", "baseline",    "merge-previous", NULL,
  };
  MienDocument *document = get_document (self);
  gboolean has_film = self->state == MIEN_WINDOW_FILM || self->state == MIEN_WINDOW_CAMERA;

  set_enabled (self, with_player, self->state == MIEN_WINDOW_FILM && self->player != NULL);
  set_enabled (self, with_document, has_film && document != NULL);
  set_enabled (self, (const char *[]){ "analyse", NULL },
               self->state == MIEN_WINDOW_FILM && self->analysis == NULL && self->player != NULL);
  /* The button in the header is for a film that is not measured to its end; the menu has the rest.
   */
  gtk_widget_set_visible (self->analyse_button, self->state == MIEN_WINDOW_FILM
                                                    && self->analysis == NULL
                                                    && self->player != NULL && document != NULL
                                                    && !mien_document_is_complete (document));
  set_enabled (self, (const char *[]){ "record", NULL }, self->camera != NULL);
  set_enabled (self, (const char *[]){ "cancel", NULL }, self->analysis != NULL);
  set_enabled (self, (const char *[]){ "undo", NULL },
               document != NULL && mien_document_can_undo (document));
  set_enabled (self, (const char *[]){ "redo", NULL },
               document != NULL && mien_document_can_redo (document));
}

/* --- recent films ----------------------------------------------------------------------------- */

static gboolean
is_ours (GtkRecentInfo *info)
{
  const char *mime = gtk_recent_info_get_mime_type (info);

  return gtk_recent_info_has_application (info, g_get_application_name ()) && mime != NULL
         && gtk_recent_info_is_local (info) && gtk_recent_info_exists (info);
}

void
mien_window_update_recent (MienWindow *self)
{
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  guint n = 0;

  g_menu_remove_all (self->recent_section);
  for (GList *l = items; l != NULL && n < MAX_RECENT; l = l->next)
    {
      g_autoptr (GMenuItem) item = NULL;

      if (!is_ours (l->data))
        continue;
      item = g_menu_item_new (gtk_recent_info_get_display_name (l->data), NULL);
      g_menu_item_set_action_and_target (item, "win.open-recent", "s",
                                         gtk_recent_info_get_uri (l->data));
      g_menu_append_item (self->recent_section, item);
      n++;
    }
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
}

static void
recent_changed_cb (GtkRecentManager *manager, MienWindow *self)
{
  mien_window_update_recent (self);
}

/* --- names of marks --------------------------------------------------------------------------- */

typedef struct
{
  MienDocument *document;
  guint mark;
  GtkEditable *entry;
} MarkEdit;

static void
mark_edit_free (gpointer data, GClosure *closure)
{
  MarkEdit *edit = data;

  g_object_unref (edit->document);
  g_free (edit);
}

static void
mark_response_cb (AdwMessageDialog *dialog, const char *response, MarkEdit *edit)
{
  GListModel *marks = mien_document_get_marks (edit->document);

  if (!g_str_equal (response, "rename"))
    return;
  for (guint i = 0; i < g_list_model_get_n_items (marks); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (marks, i);

      if (mien_mark_get_id (mark) == edit->mark)
        {
          mien_document_edit_mark (edit->document, mark, mien_mark_get_start (mark),
                                   mien_mark_get_end (mark), gtk_editable_get_text (edit->entry));
          return;
        }
    }
}

static void
mark_activated_cb (MienLanes *lanes, MienMark *mark, MienWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Name of the Mark"), NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  GtkWidget *entry = gtk_entry_new ();
  MarkEdit *edit = g_new0 (MarkEdit, 1);

  edit->document = g_object_ref (get_document (self));
  edit->mark = mien_mark_get_id (mark);
  edit->entry = GTK_EDITABLE (entry);
  gtk_editable_set_text (edit->entry, mien_mark_get_label (mark));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name of the Mark"), -1);
  adw_message_dialog_set_extra_child (message, entry);
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "rename", _ ("_Rename"),
                                    NULL);
  adw_message_dialog_set_default_response (message, "rename");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (mark_response_cb), edit, mark_edit_free,
                         0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* The mode is a property of the session, so that the menu in the pane and the setting agree. */
static void
mode_cb (MienSession *session, GParamSpec *pspec, MienWindow *self)
{
  g_settings_set_enum (mien_settings_get_default (), MIEN_SETTINGS_TIMELINE_MODE,
                       (int) mien_session_get_mode (session));
}

void
mien_window_add_actions (MienWindow *self)
{
  g_autoptr (GPropertyAction) page =
      g_property_action_new ("page", self->view_stack, "visible-child-name");
  g_autoptr (GPropertyAction) boxes =
      g_property_action_new ("show-boxes", self->video_view, "show-boxes");
  g_autoptr (GPropertyAction) landmarks =
      g_property_action_new ("show-landmarks", self->video_view, "show-landmarks");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  mien_window_add_people_actions (self);
  mien_window_init_copy (self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (page));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (boxes));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (landmarks));
  g_signal_connect (mien_timeline_pane_get_lanes (self->timeline_pane), "mark-activated",
                    G_CALLBACK (mark_activated_cb), self);
  g_signal_connect (self->session, "notify::mode", G_CALLBACK (mode_cb), self);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed",
                           G_CALLBACK (recent_changed_cb), self, 0);
}
