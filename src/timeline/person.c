/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "timeline/private.h"

struct _MienPerson
{
  GObject parent_instance;
  MienPersonState state; /* the name is ours */
  double offsets[MIEN_SAMPLE_MAX_CLASSES];
  gboolean has_offsets;
};

enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_COLOUR,
  PROP_HIDDEN,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (MienPerson, mien_person, G_TYPE_OBJECT)

static void
mien_person_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienPerson *self = MIEN_PERSON (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_uint (value, self->state.id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->state.name);
      break;
    case PROP_COLOUR:
      g_value_set_uint (value, self->state.colour);
      break;
    case PROP_HIDDEN:
      g_value_set_boolean (value, self->state.hidden);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_person_finalize (GObject *object)
{
  MienPerson *self = MIEN_PERSON (object);

  g_clear_pointer (&self->state.name, g_ref_string_release);
  G_OBJECT_CLASS (mien_person_parent_class)->finalize (object);
}

static void
mien_person_class_init (MienPersonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mien_person_get_property;
  object_class->finalize = mien_person_finalize;
  properties[PROP_ID] = g_param_spec_uint ("id", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_COLOUR] = g_param_spec_uint ("colour", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_HIDDEN] = g_param_spec_boolean ("hidden", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
mien_person_init (MienPerson *self)
{
  mien_edit_state_set_text (&self->state.name, "");
}

MienPerson *
mien_person_new (guint id)
{
  MienPerson *self = g_object_new (MIEN_TYPE_PERSON, NULL);

  self->state.id = id;
  return self;
}

gboolean
mien_person_update (MienPerson *self, const MienPersonState *state)
{
  MienPersonState old = self->state;
  gboolean renamed = strcmp (old.name, state->name) != 0;

  self->state = *state;
  g_ref_string_acquire (self->state.name);
  self->state.id = old.id;
  if (renamed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  if (old.colour != state->colour)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLOUR]);
  if (old.hidden != state->hidden)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HIDDEN]);
  g_ref_string_release (old.name);
  return renamed || old.colour != state->colour || old.hidden != state->hidden
         || old.baseline_start_ns != state->baseline_start_ns
         || old.baseline_end_ns != state->baseline_end_ns;
}

void
mien_person_set_offsets (MienPerson *self, const double *offsets)
{
  self->has_offsets = offsets != NULL;
  if (offsets != NULL)
    memcpy (self->offsets, offsets, sizeof self->offsets);
}

const double *
mien_person_get_offsets (MienPerson *self)
{
  return self->has_offsets ? self->offsets : NULL;
}

guint
mien_person_get_id (MienPerson *self)
{
  g_return_val_if_fail (MIEN_IS_PERSON (self), 0);
  return self->state.id;
}

const char *
mien_person_get_name (MienPerson *self)
{
  g_return_val_if_fail (MIEN_IS_PERSON (self), "");
  return self->state.name;
}

gboolean
mien_person_is_named (MienPerson *self)
{
  const char *digits;
  char *end;

  g_return_val_if_fail (MIEN_IS_PERSON (self), FALSE);
  if (!g_str_has_prefix (self->state.name, "Person "))
    return TRUE;
  digits = self->state.name + strlen ("Person ");
  return g_ascii_strtoull (digits, &end, 10) != self->state.id || end == digits || *end != '\0';
}

guint
mien_person_get_colour (MienPerson *self)
{
  g_return_val_if_fail (MIEN_IS_PERSON (self), 0);
  return self->state.colour;
}

gboolean
mien_person_is_hidden (MienPerson *self)
{
  g_return_val_if_fail (MIEN_IS_PERSON (self), FALSE);
  return self->state.hidden;
}

gboolean
mien_person_has_baseline (MienPerson *self)
{
  g_return_val_if_fail (MIEN_IS_PERSON (self), FALSE);
  return self->state.baseline_end_ns > self->state.baseline_start_ns;
}

gboolean
mien_person_get_baseline (MienPerson *self, gint64 *start_ns, gint64 *end_ns)
{
  if (!mien_person_has_baseline (self))
    return FALSE;
  *start_ns = self->state.baseline_start_ns;
  *end_ns = self->state.baseline_end_ns;
  return TRUE;
}
