/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "timeline/private.h"

struct _MienMark
{
  GObject parent_instance;
  MienMarkState state; /* the label is ours */
};

enum
{
  PROP_START = 1,
  PROP_END,
  PROP_LABEL,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (MienMark, mien_mark, G_TYPE_OBJECT)

static void
mien_mark_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienMark *self = MIEN_MARK (object);

  switch (id)
    {
    case PROP_START:
      g_value_set_int64 (value, self->state.start_ns);
      break;
    case PROP_END:
      g_value_set_int64 (value, self->state.end_ns);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->state.label);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_mark_finalize (GObject *object)
{
  MienMark *self = MIEN_MARK (object);

  g_clear_pointer (&self->state.label, g_ref_string_release);
  G_OBJECT_CLASS (mien_mark_parent_class)->finalize (object);
}

static void
mien_mark_class_init (MienMarkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mien_mark_get_property;
  object_class->finalize = mien_mark_finalize;
  properties[PROP_START] =
      g_param_spec_int64 ("start", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_END] = g_param_spec_int64 ("end", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
mien_mark_init (MienMark *self)
{
  mien_edit_state_set_text (&self->state.label, "");
}

MienMark *
mien_mark_new (guint id)
{
  MienMark *self = g_object_new (MIEN_TYPE_MARK, NULL);

  self->state.id = id;
  return self;
}

gboolean
mien_mark_update (MienMark *self, const MienMarkState *state)
{
  MienMarkState old = self->state;
  gboolean relabelled = strcmp (old.label, state->label) != 0;

  self->state = *state;
  g_ref_string_acquire (self->state.label);
  self->state.id = old.id;
  if (old.start_ns != state->start_ns)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_START]);
  if (old.end_ns != state->end_ns)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_END]);
  if (relabelled)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
  g_ref_string_release (old.label);
  return relabelled || old.start_ns != state->start_ns || old.end_ns != state->end_ns;
}

guint
mien_mark_get_id (MienMark *self)
{
  g_return_val_if_fail (MIEN_IS_MARK (self), 0);
  return self->state.id;
}

gint64
mien_mark_get_start (MienMark *self)
{
  g_return_val_if_fail (MIEN_IS_MARK (self), 0);
  return self->state.start_ns;
}

gint64
mien_mark_get_end (MienMark *self)
{
  g_return_val_if_fail (MIEN_IS_MARK (self), 0);
  return self->state.end_ns;
}

const char *
mien_mark_get_label (MienMark *self)
{
  g_return_val_if_fail (MIEN_IS_MARK (self), "");
  return self->state.label;
}

gboolean
mien_mark_is_range (MienMark *self)
{
  g_return_val_if_fail (MIEN_IS_MARK (self), FALSE);
  return self->state.end_ns > self->state.start_ns;
}
