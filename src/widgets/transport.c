/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/transport.h"

#include <glib/gi18n.h>
#include <string.h>

#include "plot/timeline-plot.h"
#include "widgets/chart.h"
#include "widgets/words.h"

#define LARGE_TEXT 1.5

struct _MienTransport
{
  GtkWidget parent_instance;

  GtkWidget *start_button;
  GtkWidget *previous_button;
  GtkWidget *play_button;
  GtkWidget *next_button;
  GtkWidget *end_button;
  GtkLabel *time_label;
  GtkMenuButton *speed_button;
  GtkWidget *volume_button;
  GtkWidget *fullscreen_button;

  MienSession *session;
  MienPlayer *player;
  GBinding *volume_binding;
  gboolean folded;
};

G_DEFINE_TYPE (MienTransport, mien_transport, GTK_TYPE_WIDGET)

GtkWidget *
mien_transport_new (void)
{
  return g_object_new (MIEN_TYPE_TRANSPORT, NULL);
}

static void
update_time (MienTransport *self)
{
  g_autofree char *now = NULL, *end = NULL, *text = NULL;

  if (self->session == NULL)
    return;
  now = mien_words_dup_time (mien_session_get_playhead (self->session), 3);
  end = mien_words_dup_time (mien_session_get_duration (self->session), 0);
  /* There is not room for both in a narrow window when it is hours or the text is large. */
  text = self->player == NULL
                 || (self->folded
                     && (strlen (end) > 5
                         || mien_chart_get_text_scale (GTK_WIDGET (self)) >= LARGE_TEXT))
             ? g_strdup (now)
             : mien_words_take_ltr (g_strdup_printf ("%s / %s", now, end));
  gtk_label_set_label (self->time_label, text);
}

static void
update_state (MienTransport *self)
{
  gboolean playing =
      self->player != NULL && mien_player_get_state (self->player) == MIEN_PLAYER_PLAYING;

  gtk_button_set_icon_name (GTK_BUTTON (self->play_button), playing
                                                                ? "media-playback-pause-symbolic"
                                                                : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (self->play_button,
                               playing ? _ ("Pause (Space)") : _ ("Play (Space)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  playing ? _ ("Pause") : _ ("Play"), -1);
}

static void
update_speed (MienTransport *self)
{
  g_autofree char *text = NULL;

  if (self->player == NULL)
    return;
  text = g_strdup_printf ("%g×", mien_player_get_rate (self->player));
  gtk_menu_button_set_label (self->speed_button, text);
}

static void
update_audio (MienTransport *self)
{
  gtk_widget_set_visible (self->volume_button,
                          self->player != NULL && mien_player_get_has_audio (self->player));
}

static void
time_cb (MienSession *session, GParamSpec *pspec, MienTransport *self)
{
  update_time (self);
}

static void
state_cb (MienPlayer *player, GParamSpec *pspec, MienTransport *self)
{
  update_state (self);
}

static void
rate_cb (MienPlayer *player, GParamSpec *pspec, MienTransport *self)
{
  update_speed (self);
}

static void
audio_cb (MienPlayer *player, GParamSpec *pspec, MienTransport *self)
{
  update_audio (self);
}

void
mien_transport_set_session (MienTransport *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_TRANSPORT (self));
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect (session, "notify::playhead-ns", G_CALLBACK (time_cb), self);
  g_signal_connect (session, "notify::duration-ns", G_CALLBACK (time_cb), self);
  update_time (self);
}

/* A camera has no position: what moves in time goes. */
static void
update_buttons (MienTransport *self)
{
  gboolean show = self->player != NULL;

  gtk_widget_set_visible (self->start_button, show && !self->folded);
  gtk_widget_set_visible (self->previous_button, show);
  gtk_widget_set_visible (self->play_button, show);
  gtk_widget_set_visible (self->next_button, show);
  gtk_widget_set_visible (self->end_button, show && !self->folded);
  gtk_widget_set_visible (GTK_WIDGET (self->speed_button), show);
}

void
mien_transport_set_player (MienTransport *self, MienPlayer *player)
{
  g_return_if_fail (MIEN_IS_TRANSPORT (self));
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  g_clear_pointer (&self->volume_binding, g_binding_unbind);
  g_set_object (&self->player, player);
  if (player != NULL)
    {
      g_signal_connect (player, "notify::state", G_CALLBACK (state_cb), self);
      g_signal_connect (player, "notify::rate", G_CALLBACK (rate_cb), self);
      g_signal_connect (player, "notify::has-audio", G_CALLBACK (audio_cb), self);
      self->volume_binding =
          g_object_bind_property (player, "volume", self->volume_button, "value",
                                  G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
    }
  update_buttons (self);
  update_state (self);
  update_speed (self);
  update_audio (self);
  update_time (self);
}

void
mien_transport_set_folded (MienTransport *self, gboolean folded)
{
  g_return_if_fail (MIEN_IS_TRANSPORT (self));
  self->folded = folded;
  update_buttons (self);
  update_time (self);
}

static void
mien_transport_dispose (GObject *object)
{
  MienTransport *self = MIEN_TRANSPORT (object);
  GtkWidget *child;

  g_clear_pointer (&self->volume_binding, g_binding_unbind);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  g_clear_object (&self->session);
  g_clear_object (&self->player);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_transport_parent_class)->dispose (object);
}

static void
mien_transport_class_init (MienTransportClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_transport_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mien/Mien/transport.ui");
  gtk_widget_class_bind_template_child (widget_class, MienTransport, start_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, previous_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, play_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, next_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, end_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, time_label);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, speed_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, volume_button);
  gtk_widget_class_bind_template_child (widget_class, MienTransport, fullscreen_button);
  gtk_widget_class_set_css_name (widget_class, "transport");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_transport_init (MienTransport *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update_state (self);
  update_audio (self);
}
