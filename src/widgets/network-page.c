/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/network-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "base/error.h"
#include "nn/card.h"
#include "widgets/network-page-private.h"
#include "widgets/widgets.h"
#include "widgets/words.h"

G_DEFINE_TYPE (MienNetworkPage, mien_network_page, GTK_TYPE_WIDGET)

static guint problem_signal;

GtkWidget *
mien_network_page_new (void)
{
  return g_object_new (MIEN_TYPE_NETWORK_PAGE, NULL);
}

const char *
mien_network_page_get_view (MienNetworkPage *self)
{
  return gtk_stack_get_visible_child_name (self->view_stack);
}

const MienLayer *
mien_network_page_find_layer (MienNetworkPage *self)
{
  return self->scope == NULL || self->layer == NULL
             ? NULL
             : mien_layers_find (mien_scope_get_layers (self->scope), self->layer);
}

/* ---- questions and answers ---- */

static void
release_frame (gpointer data)
{
  mien_frame_unref (data);
}

/* FALSE when there is nothing to look at. */
static gboolean
fill_question (MienNetworkPage *self, MienScopeQuestion *q)
{
  const MienFace *face =
      self->session == NULL ? NULL : mien_session_find_chosen_face (self->session);
  const char *view = mien_network_page_get_view (self);
  guint class_index = gtk_drop_down_get_selected (self->class_dropdown);

  if (face == NULL || self->frame == NULL || !(face->sample.width > 0))
    return FALSE;
  *q = (MienScopeQuestion){
    .image = self->frame->image,
    .owner = mien_frame_ref (self->frame),
    .release = release_frame,
    .layer = g_strdup (self->layer),
    .channel = self->is_hovering ? self->hovered[0] : self->channel,
    .row = self->is_hovering ? self->hovered[1] : self->row,
    .column = self->is_hovering ? self->hovered[2] : self->column,
    .method = (MienSaliencyMethod) gtk_drop_down_get_selected (self->method_dropdown),
    .sweep = (MienSweep) gtk_drop_down_get_selected (self->sweep_dropdown),
    /* The first entry is the likeliest. */
    .class_index = class_index == GTK_INVALID_LIST_POSITION ? -1 : (int) class_index - 1
  };
  q->box = (MienFaceBox){ .x = face->sample.x,
                          .y = face->sample.y,
                          .width = face->sample.width,
                          .height = face->sample.height,
                          .score = 1 };
  q->parts = MIEN_SCOPE_SALIENCY;
  if (g_strcmp0 (view, "maps") == 0)
    q->parts =
        MIEN_SCOPE_MAPS
        | (self->is_unit_chosen || self->is_hovering ? MIEN_SCOPE_UNIT : MIEN_SCOPE_SALIENCY);
  if (g_strcmp0 (view, "influence") == 0
      && mien_network_page_get_source (self) == MIEN_NETWORK_SOURCE_FACE)
    q->parts |= MIEN_SCOPE_INFLUENCE;
  if (!self->was_timed)
    q->parts |= MIEN_SCOPE_TIMES;
  return TRUE;
}

static void
forget_face (MienNetworkPage *self)
{
  g_clear_pointer (&self->face, mien_tensor_unref);
  g_clear_pointer (&self->maps, mien_tensor_unref);
  g_clear_pointer (&self->unit, mien_tensor_unref);
  g_clear_pointer (&self->saliency, mien_tensor_unref);
  g_clear_pointer (&self->maps_layer, g_free);
  g_clear_pointer (&self->influence, mien_influence_free);
  gtk_label_set_label (self->face_note, _ ("No face here"));
  gtk_label_set_label (self->share_label, "");
  mien_network_page_update_maps (self);
  mien_plot_view_changed (self->map_view);
  mien_network_page_update_influence (self);
  gtk_widget_queue_draw (GTK_WIDGET (self->face_view));
}

void
mien_network_page_tell (MienNetworkPage *self, const char *problem)
{
  g_signal_emit (self, problem_signal, 0, problem);
}

static gboolean
ask_cb (gpointer data)
{
  MienNetworkPage *self = data;
  MienScopeQuestion question;

  self->ask_source = 0;
  if (self->scope == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE;
  if (fill_question (self, &question))
    mien_scope_ask (self->scope, &question);
  else if (self->face != NULL)
    forget_face (self);
  return G_SOURCE_REMOVE;
}

/* A new picture, its time and its faces come one after the other: one question for all of them. */
void
mien_network_page_ask (MienNetworkPage *self)
{
  if (self->ask_source == 0)
    self->ask_source = g_idle_add_full (G_PRIORITY_DEFAULT, ask_cb, self, NULL);
}

static void
answered_cb (MienScope *scope, MienScopeAnswer *answer, MienNetworkPage *self)
{
  if (answer->problem != NULL)
    {
      g_signal_emit (self, problem_signal, 0, answer->problem);
      gtk_label_set_label (self->share_label, answer->problem);
      if (answer->face == NULL)
        return;
    }
  if (answer->times_ms != NULL)
    mien_network_page_show_times (self, answer->times_ms);
  mien_network_page_update_face (self, answer);
  if (answer->influence != NULL)
    {
      gboolean was_empty = self->influence == NULL;

      g_clear_pointer (&self->influence, mien_influence_free);
      self->influence = g_steal_pointer (&answer->influence);
      if (was_empty)
        mien_network_page_update_influence (self);
      gtk_widget_queue_draw (GTK_WIDGET (self->influence_view));
    }
}

/* ---- the model ---- */

static void
fill_classes (MienNetworkPage *self)
{
  MienLabelSet set = mien_classifier_model_get_label_set (mien_scope_get_classifier (self->scope));
  const char *const *labels = mien_label_set_get_labels (set);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _ ("The likeliest"));
  for (guint i = 0; labels[i] != NULL; i++)
    gtk_string_list_append (names, mien_words_get_emotion (labels[i]));
  self->is_filling = TRUE;
  gtk_drop_down_set_model (self->class_dropdown, G_LIST_MODEL (names));
  self->is_filling = FALSE;
}

/* A model with the seven classes of FER2013 only is read with those. */
static MienScope *
open_scope (const char *name, GError **error)
{
  g_autoptr (MienClassifierModel) classifier =
      mien_classifier_model_load (name, MIEN_LABELS_FERPLUS, error);

  if (classifier == NULL)
    {
      classifier = mien_classifier_model_load (name, MIEN_LABELS_FER2013, NULL);
      if (classifier == NULL)
        return NULL;
      g_clear_error (error);
    }
  return mien_scope_new (classifier, error);
}

static void
close_scope (MienNetworkPage *self)
{
  if (self->scope != NULL)
    g_signal_handlers_disconnect_by_data (self->scope, self);
  g_clear_object (&self->scope);
  g_clear_pointer (&self->layer, g_free);
  self->was_timed = self->is_unit_chosen = self->is_hovering = FALSE;
  mien_network_page_cancel_job (self);
}

gboolean
mien_network_page_set_model (MienNetworkPage *self, const char *name, GError **error)
{
  MienScope *scope;

  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self) && name != NULL, FALSE);
  scope = open_scope (name, error);
  if (scope == NULL)
    return FALSE;
  close_scope (self);
  forget_face (self);
  self->scope = scope;
  g_free (self->model_name);
  self->model_name = g_strdup (name);
  g_signal_connect (scope, "answered", G_CALLBACK (answered_cb), self);
  g_clear_pointer (&self->sweeps, g_ptr_array_unref);
  mien_network_page_forget_ranges (self);
  mien_network_page_fill_layers (self);
  fill_classes (self);
  mien_network_page_load_response (self);
  mien_network_page_choose_first_layer (self);
  gtk_stack_set_visible_child_name (self->stack, "content");
  return TRUE;
}

MienScope *
mien_network_page_get_scope (MienNetworkPage *self)
{
  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self), NULL);
  return self->scope;
}

static void
open_model (MienNetworkPage *self, const char *name)
{
  g_autoptr (GError) error = NULL;

  if (mien_network_page_set_model (self, name, &error))
    return;
  if (self->scope != NULL)
    {
      g_signal_emit (self, problem_signal, 0, error->message);
      return;
    }
  adw_status_page_set_description (self->error_page, error->message);
  gtk_stack_set_visible_child_name (self->stack, "error");
}

/* Installed classifiers, the default first. */
static void
fill_models (MienNetworkPage *self)
{
  g_autoptr (GPtrArray) cards = mien_card_list_installed ();
  g_autoptr (MienCard) standard = mien_card_find_installed ("classifier", "default");
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  const char *first = standard == NULL ? NULL : mien_card_get_name (standard);

  g_ptr_array_set_size (self->files, 0);
  if (first != NULL)
    g_ptr_array_add (self->files, g_strdup (first));
  for (guint i = 0; i < cards->len; i++)
    if (g_strcmp0 (mien_card_find (cards->pdata[i], "task"), "classifier") == 0
        && g_strcmp0 (mien_card_get_name (cards->pdata[i]), first) != 0)
      g_ptr_array_add (self->files, g_strdup (mien_card_get_name (cards->pdata[i])));
  for (guint i = 0; i < self->files->len; i++)
    gtk_string_list_append (names, self->files->pdata[i]);
  self->is_filling = TRUE;
  gtk_drop_down_set_model (self->model_dropdown, G_LIST_MODEL (names));
  self->is_filling = FALSE;
}

static void
model_cb (GtkDropDown *dropdown, GParamSpec *pspec, MienNetworkPage *self)
{
  guint index = gtk_drop_down_get_selected (dropdown);

  if (!self->is_filling && index < self->files->len
      && g_strcmp0 (self->model_name, self->files->pdata[index]) != 0)
    open_model (self, self->files->pdata[index]);
}

static void
file_chosen_cb (GtkNativeDialog *dialog, int response, MienNetworkPage *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = file == NULL ? NULL : g_file_get_path (file);

      if (path != NULL)
        open_model (self, path);
    }
  g_object_unref (dialog);
}

static void
open_file_cb (GtkButton *button, MienNetworkPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Look Into a Model"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
      GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("ONNX models"));
  gtk_file_filter_add_pattern (filter, "*.onnx");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (file_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- the page ---- */

void
mien_network_page_update_words (MienNetworkPage *self)
{
  const char *view = mien_network_page_get_view (self);
  gboolean is_maps = g_strcmp0 (view, "maps") == 0;
  MienSaliencyMethod method =
      (MienSaliencyMethod) gtk_drop_down_get_selected (self->method_dropdown);

  gtk_label_set_label (self->words_label,
                       mien_network_words_get_view (view, mien_network_page_get_source (self)));
  gtk_widget_set_visible (self->saliency_box,
                          !is_maps || !(self->is_unit_chosen || self->is_hovering));
  gtk_label_set_label (self->method_label, mien_network_words_get_method (method));
}

static void
view_cb (GObject *object, GParamSpec *pspec, MienNetworkPage *self)
{
  mien_network_page_update_words (self);
  mien_network_page_ask (self);
}

static void
changed_cb (MienSession *session, guint flags, MienNetworkPage *self)
{
  mien_network_page_film_changed (self);
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienNetworkPage *self)
{
  mien_network_page_film_changed (self);
  mien_network_page_update_influence (self);
}

static void
faces_changed_cb (MienSession *session, MienNetworkPage *self)
{
  mien_network_page_ask (self);
}

void
mien_network_page_set_session (MienNetworkPage *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_NETWORK_PAGE (self));
  if (self->session == session)
    return;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  mien_transport_set_session (self->transport, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "faces-changed", G_CALLBACK (faces_changed_cb), self);
  g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
}

void
mien_network_page_set_frame (MienNetworkPage *self, MienFrame *frame)
{
  g_return_if_fail (MIEN_IS_NETWORK_PAGE (self));
  if (self->frame == frame)
    return;
  g_clear_pointer (&self->frame, mien_frame_unref);
  self->frame = frame == NULL ? NULL : mien_frame_ref (frame);
  mien_network_page_ask (self);
}

MienTransport *
mien_network_page_get_transport (MienNetworkPage *self)
{
  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self), NULL);
  return self->transport;
}

void
mien_network_page_set_view (MienNetworkPage *self, const char *view)
{
  g_return_if_fail (MIEN_IS_NETWORK_PAGE (self));
  gtk_stack_set_visible_child_name (self->view_stack, view);
}

static void
mien_network_page_map (GtkWidget *widget)
{
  MienNetworkPage *self = MIEN_NETWORK_PAGE (widget);

  GTK_WIDGET_CLASS (mien_network_page_parent_class)->map (widget);
  if (self->scope == NULL)
    {
      fill_models (self);
      open_model (self, "default");
      mien_network_page_place (self);
    }
  mien_network_page_update_words (self);
  mien_network_page_ask (self);
}

static void
mien_network_page_unmap (GtkWidget *widget)
{
  mien_widgets_pop_down (widget);
  GTK_WIDGET_CLASS (mien_network_page_parent_class)->unmap (widget);
}

static void
mien_network_page_dispose (GObject *object)
{
  MienNetworkPage *self = MIEN_NETWORK_PAGE (object);
  GtkWidget *child;

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_handle_id (&self->fold_source, g_source_remove);
  g_clear_handle_id (&self->ask_source, g_source_remove);
  close_scope (self);
  mien_network_page_clear_influence (self);
  g_clear_pointer (&self->slice_popover, gtk_widget_unparent);
  g_clear_pointer (&self->example_popover, gtk_widget_unparent);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->frame, mien_frame_unref);
  g_clear_pointer (&self->face, mien_tensor_unref);
  g_clear_pointer (&self->maps, mien_tensor_unref);
  g_clear_pointer (&self->unit, mien_tensor_unref);
  g_clear_pointer (&self->saliency, mien_tensor_unref);
  g_clear_pointer (&self->weights, mien_tensor_unref);
  g_clear_pointer (&self->stats, g_array_unref);
  g_clear_pointer (&self->influence, mien_influence_free);
  g_clear_pointer (&self->response, mien_response_free);
  g_clear_pointer (&self->data, mien_network_data_unref);
  g_clear_pointer (&self->maps_layer, g_free);
  g_clear_pointer (&self->model_name, g_free);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  G_OBJECT_CLASS (mien_network_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
#define BIND(name) gtk_widget_class_bind_template_child (widget_class, MienNetworkPage, name)
  BIND (stack);
  BIND (error_page);
  BIND (split);
  BIND (model_dropdown);
  BIND (layer_dropdown);
  BIND (layer_scroller);
  BIND (layer_list);
  BIND (view_stack);
  BIND (view_switcher);
  BIND (view_dropdown);
  BIND (kernel_view);
  BIND (map_view);
  BIND (response_view);
  BIND (influence_view);
  BIND (face_view);
  BIND (kernel_order);
  BIND (kernel_scale);
  BIND (sweep_dropdown);
  BIND (class_dropdown);
  BIND (method_dropdown);
  BIND (source_dropdown);
  BIND (map_overlay);
  BIND (response_kind);
  BIND (response_back);
  BIND (response_measure);
  BIND (response_empty);
  BIND (influence_empty);
  BIND (influence_measure);
  BIND (influence_save);
  BIND (influence_menu);
  BIND (kernel_bar);
  BIND (map_bar);
  BIND (response_bar);
  BIND (influence_bar);
  BIND (words_expander);
  BIND (job_box);
  BIND (job_bar);
  BIND (job_cancel);
  BIND (saliency_box);
  BIND (kernel_note);
  BIND (map_note);
  BIND (response_note);
  BIND (influence_note);
  BIND (face_note);
  BIND (share_label);
  BIND (method_label);
  BIND (words_label);
  BIND (transport);
#undef BIND
}

void
mien_network_page_show_empty (AdwStatusPage *empty, GtkLabel *note, const char *title)
{
  g_autofree char *words = g_markup_escape_text (gtk_label_get_label (note), -1);

  if (title != NULL)
    {
      adw_status_page_set_title (empty, title);
      adw_status_page_set_description (empty, words);
    }
  gtk_widget_set_visible (GTK_WIDGET (empty), title != NULL);
  gtk_widget_set_visible (GTK_WIDGET (note), title == NULL);
}

static void
mien_network_page_class_init (MienNetworkPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_network_page_dispose;
  widget_class->map = mien_network_page_map;
  widget_class->unmap = mien_network_page_unmap;
  problem_signal = g_signal_new ("problem", MIEN_TYPE_NETWORK_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (widget_class, "networkpage");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  g_type_ensure (MIEN_TYPE_PLOT_VIEW);
  g_type_ensure (MIEN_TYPE_SPLIT);
  g_type_ensure (MIEN_TYPE_TRANSPORT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/mien/Mien/network-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, open_file_cb);
}

static void
mien_network_page_init (MienNetworkPage *self)
{
  self->files = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  mien_network_page_init_places (self);
  mien_network_page_init_layers (self);
  mien_network_page_init_kernels (self);
  mien_network_page_init_maps (self);
  mien_network_page_init_response (self);
  mien_network_page_init_examples (self);
  mien_network_page_init_face (self);
  mien_network_page_init_data (self);
  mien_network_page_init_influence (self);
  g_signal_connect (self->model_dropdown, "notify::selected", G_CALLBACK (model_cb), self);
  g_signal_connect (self->view_stack, "notify::visible-child", G_CALLBACK (view_cb), self);
  g_signal_connect (self->method_dropdown, "notify::selected", G_CALLBACK (view_cb), self);
}
