/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/player-private.h"

#include "base/error.h"

G_DEFINE_FINAL_TYPE (MienPlayer, mien_player, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_DURATION_NS,
  PROP_POSITION_NS,
  PROP_RATE,
  PROP_VOLUME,
  PROP_MUTED,
  PROP_HAS_AUDIO,
  PROP_SEEKABLE,
  N_PROPS
};

enum
{
  SIGNAL_FRAME,
  SIGNAL_ERROR,
  SIGNAL_ENDED,
  SIGNAL_SEEKED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

GType
mien_player_state_get_type (void)
{
  static const GEnumValue values[] = {
    { MIEN_PLAYER_EMPTY, "MIEN_PLAYER_EMPTY", "empty" },
    { MIEN_PLAYER_LOADING, "MIEN_PLAYER_LOADING", "loading" },
    { MIEN_PLAYER_PAUSED, "MIEN_PLAYER_PAUSED", "paused" },
    { MIEN_PLAYER_PLAYING, "MIEN_PLAYER_PLAYING", "playing" },
    { MIEN_PLAYER_ENDED, "MIEN_PLAYER_ENDED", "ended" },
    { MIEN_PLAYER_FAILED, "MIEN_PLAYER_FAILED", "failed" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("MienPlayerState", values));
  return type;
}

void
mien_player_set_state (MienPlayer *self, MienPlayerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

void
mien_player_fail (MienPlayer *self, const GError *error)
{
  mien_player_pipeline_close (self);
  mien_player_set_state (self, MIEN_PLAYER_FAILED);
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, error);
}

/* ---- What the pipeline tells ---- */

void
mien_player_note_ready (MienPlayer *self)
{
  gboolean was_seeking = self->is_seeking;

  if (!self->has_pending && mien_player_correct_seek (self))
    return;
  self->is_busy = FALSE;
  self->is_seeking = FALSE;
  if (mien_player_do_pending (self))
    {
      self->is_ending = FALSE;
      self->is_seeking = TRUE;
      return;
    }
  if (self->is_ending)
    {
      gboolean goes_on = self->wants_play;

      mien_player_note_end (self);
      if (goes_on)
        mien_player_play (self);
      return;
    }
  mien_player_set_state (self, self->wants_play ? MIEN_PLAYER_PLAYING : MIEN_PLAYER_PAUSED);
  mien_player_pipeline_set_playing (self, self->wants_play);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POSITION_NS]);
  if (was_seeking)
    g_signal_emit (self, signals[SIGNAL_SEEKED], 0, mien_player_get_position_ns (self));
}

void
mien_player_note_end (MienPlayer *self)
{
  /* A seek is under way that threw the end away after it had been told: sinks tell of the end of
   * what a seek found only when it is over. */
  if (self->is_busy && !self->is_ending)
    return;
  if (self->is_loop && self->state == MIEN_PLAYER_PLAYING)
    {
      self->is_busy =
          mien_player_pipeline_seek (self, MAX (self->loop_start_ns, 0), MIEN_SEEK_ACCURATE, TRUE);
      return;
    }
  self->wants_play = FALSE;
  mien_player_pipeline_set_playing (self, FALSE);
  if (!self->is_ending && mien_player_seek_last (self))
    {
      self->is_busy = self->is_ending = TRUE;
      return;
    }
  self->is_ending = FALSE;
  mien_player_set_state (self, MIEN_PLAYER_ENDED);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POSITION_NS]);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
}

void
mien_player_note_failure (MienPlayer *self, const GError *reason)
{
  g_autoptr (MienFrame) frame = mien_player_dup_frame (self);
  g_autofree char *text = g_strdup (reason->message);
  g_autoptr (GError) error = NULL;

  g_strdelimit (text, "\r\n", ' ');
  error = g_error_new (MIEN_ERROR, frame != NULL ? MIEN_ERROR_DAMAGED : MIEN_ERROR_INPUT,
                       "%s: at %.3f s: it cannot be played on (%s)", self->info->path,
                       frame != NULL ? (double) frame->pts_ns / 1e9 : 0.0, g_strchomp (text));
  mien_player_fail (self, error);
}

static gboolean
announce_cb (gpointer data)
{
  MienPlayer *self = data;

  g_mutex_lock (&self->mutex);
  self->is_announced = FALSE;
  g_mutex_unlock (&self->mutex);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POSITION_NS]);
  g_signal_emit (self, signals[SIGNAL_FRAME], 0);
  return G_SOURCE_REMOVE;
}

void
mien_player_note_frame (MienPlayer *self)
{
  gboolean is_first;

  g_mutex_lock (&self->mutex);
  is_first = !self->is_announced;
  self->is_announced = TRUE;
  g_mutex_unlock (&self->mutex);
  if (is_first)
    {
      g_autoptr (GSource) idle = g_idle_source_new ();

      g_source_set_priority (idle, G_PRIORITY_DEFAULT);
      g_source_set_callback (idle, announce_cb, g_object_ref (self), g_object_unref);
      g_source_attach (idle, self->context);
    }
}

/* ---- Properties ---- */

MienPlayerState
mien_player_get_state (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), MIEN_PLAYER_EMPTY);

  return self->state;
}

gint64
mien_player_get_position_ns (MienPlayer *self)
{
  g_autoptr (MienFrame) frame = NULL;
  gint64 position = -1;

  g_return_val_if_fail (MIEN_IS_PLAYER (self), 0);

  if (self->state == MIEN_PLAYER_PLAYING)
    position = mien_player_pipeline_get_position_ns (self);
  if (position >= 0)
    return position;
  frame = mien_player_dup_frame (self);
  return frame != NULL ? frame->pts_ns : 0;
}

gint64
mien_player_get_duration_ns (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), -1);

  return self->info != NULL ? self->info->duration_ns : -1;
}

gboolean
mien_player_get_has_audio (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), FALSE);

  return self->info != NULL && self->info->has_audio;
}

gboolean
mien_player_get_seekable (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), FALSE);

  return self->info != NULL && self->info->duration_ns > 0;
}

void
mien_player_set_rate (MienPlayer *self, double rate)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  rate = CLAMP (rate, 0.25, 4.0);
  if (rate == self->rate)
    return;
  self->rate = rate;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RATE]);
  if (self->state == MIEN_PLAYER_PLAYING || self->state == MIEN_PLAYER_PAUSED)
    mien_player_seek (self, mien_player_get_position_ns (self), MIEN_SEEK_ACCURATE);
}

double
mien_player_get_rate (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), 1);

  return self->rate;
}

void
mien_player_set_volume (MienPlayer *self, double volume)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  volume = CLAMP (volume, 0.0, 1.0);
  if (volume == self->volume)
    return;
  self->volume = volume;
  mien_player_pipeline_apply_volume (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_VOLUME]);
}

double
mien_player_get_volume (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), 0);

  return self->volume;
}

void
mien_player_set_muted (MienPlayer *self, gboolean muted)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  if (self->is_muted == !!muted)
    return;
  self->is_muted = !!muted;
  mien_player_pipeline_apply_volume (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MUTED]);
}

gboolean
mien_player_get_muted (MienPlayer *self)
{
  g_return_val_if_fail (MIEN_IS_PLAYER (self), FALSE);

  return self->is_muted;
}

void
mien_player_set_loop (MienPlayer *self, gint64 start_ns, gint64 end_ns)
{
  gint64 position;

  g_return_if_fail (MIEN_IS_PLAYER (self));

  self->is_loop = start_ns >= 0;
  self->loop_start_ns = start_ns;
  self->loop_end_ns = end_ns > start_ns ? end_ns : -1;
  if (self->playbin == NULL)
    return;
  position = mien_player_get_position_ns (self);
  if (self->is_loop && self->loop_end_ns >= 0
      && (position < start_ns || position >= self->loop_end_ns))
    position = start_ns;
  /* A seek tells the pipeline where to stop. */
  mien_player_seek (self, position, MIEN_SEEK_ACCURATE);
}

void
mien_player_get_loop (MienPlayer *self, gint64 *start_ns, gint64 *end_ns)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  *start_ns = self->is_loop ? self->loop_start_ns : -1;
  *end_ns = self->is_loop ? self->loop_end_ns : -1;
}

MienFrame *
mien_player_dup_frame (MienPlayer *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MIEN_IS_PLAYER (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  return self->frame != NULL ? mien_frame_ref (self->frame) : NULL;
}

void
mien_player_set_tap (MienPlayer *self, MienPlayerTapFunc func, gpointer data)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  g_mutex_lock (&self->tap_mutex);
  self->tap = func;
  self->tap_data = data;
  g_mutex_unlock (&self->tap_mutex);
}

void
mien_player_set_audio_sink (MienPlayer *self, const char *element)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  g_free (self->audio_sink_name);
  self->audio_sink_name = g_strdup (element);
}

/* ---- The object ---- */

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  MienPlayer *self = MIEN_PLAYER (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_DURATION_NS:
      g_value_set_int64 (value, mien_player_get_duration_ns (self));
      break;
    case PROP_POSITION_NS:
      g_value_set_int64 (value, mien_player_get_position_ns (self));
      break;
    case PROP_RATE:
      g_value_set_double (value, self->rate);
      break;
    case PROP_VOLUME:
      g_value_set_double (value, self->volume);
      break;
    case PROP_MUTED:
      g_value_set_boolean (value, self->is_muted);
      break;
    case PROP_HAS_AUDIO:
      g_value_set_boolean (value, mien_player_get_has_audio (self));
      break;
    case PROP_SEEKABLE:
      g_value_set_boolean (value, mien_player_get_seekable (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  MienPlayer *self = MIEN_PLAYER (object);

  switch (id)
    {
    case PROP_RATE:
      mien_player_set_rate (self, g_value_get_double (value));
      break;
    case PROP_VOLUME:
      mien_player_set_volume (self, g_value_get_double (value));
      break;
    case PROP_MUTED:
      mien_player_set_muted (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
dispose (GObject *object)
{
  mien_player_clear (MIEN_PLAYER (object));
  G_OBJECT_CLASS (mien_player_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  MienPlayer *self = MIEN_PLAYER (object);

  g_free (self->audio_sink_name);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->tap_mutex);
  G_OBJECT_CLASS (mien_player_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags both = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  props[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, MIEN_TYPE_PLAYER_STATE, MIEN_PLAYER_EMPTY, read);
  props[PROP_DURATION_NS] =
      g_param_spec_int64 ("duration-ns", NULL, NULL, -1, G_MAXINT64, -1, read);
  props[PROP_POSITION_NS] = g_param_spec_int64 ("position-ns", NULL, NULL, 0, G_MAXINT64, 0, read);
  props[PROP_RATE] = g_param_spec_double ("rate", NULL, NULL, 0.25, 4, 1, both);
  props[PROP_VOLUME] = g_param_spec_double ("volume", NULL, NULL, 0, 1, 1, both);
  props[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, both);
  props[PROP_HAS_AUDIO] = g_param_spec_boolean ("has-audio", NULL, NULL, FALSE, read);
  props[PROP_SEEKABLE] = g_param_spec_boolean ("seekable", NULL, NULL, FALSE, read);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mien_player_class_init (MienPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;
  install_properties (object_class);
  signals[SIGNAL_FRAME] =
      g_signal_new ("frame", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[SIGNAL_ENDED] =
      g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SEEKED] = g_signal_new ("seeked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
mien_player_init (MienPlayer *self)
{
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->tap_mutex);
  self->context = g_main_context_ref_thread_default ();
  self->rate = 1;
  self->volume = 1;
  self->loop_start_ns = self->loop_end_ns = -1;
  self->target_ns = -1;
}

MienPlayer *
mien_player_new (void)
{
  return g_object_new (MIEN_TYPE_PLAYER, NULL);
}
