/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/state-item.h"

struct _MienStateItem
{
  GObject parent_instance;

  MienState state;
  char *name;
  char *class_name;
};

G_DEFINE_TYPE (MienStateItem, mien_state_item, G_TYPE_OBJECT)

MienStateItem *
mien_state_item_new (const MienState *state, const char *name, const char *class_name)
{
  MienStateItem *self = g_object_new (MIEN_TYPE_STATE_ITEM, NULL);

  self->state = *state;
  self->name = g_strdup (name);
  self->class_name = g_strdup (class_name);
  return self;
}

const MienState *
mien_state_item_get_state (MienStateItem *self)
{
  g_return_val_if_fail (MIEN_IS_STATE_ITEM (self), NULL);
  return &self->state;
}

const char *
mien_state_item_get_name (MienStateItem *self)
{
  g_return_val_if_fail (MIEN_IS_STATE_ITEM (self), NULL);
  return self->name;
}

const char *
mien_state_item_get_class_name (MienStateItem *self)
{
  g_return_val_if_fail (MIEN_IS_STATE_ITEM (self), NULL);
  return self->class_name;
}

static void
mien_state_item_finalize (GObject *object)
{
  MienStateItem *self = MIEN_STATE_ITEM (object);

  g_free (self->name);
  g_free (self->class_name);
  G_OBJECT_CLASS (mien_state_item_parent_class)->finalize (object);
}

static void
mien_state_item_class_init (MienStateItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_state_item_finalize;
}

static void
mien_state_item_init (MienStateItem *self)
{
}
