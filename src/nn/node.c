/* Nodes of a graph and their attributes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/node-private.h"

#include <string.h>

void
mien_attribute_clear (MienAttribute *self)
{
  g_clear_pointer (&self->s, g_free);
  g_clear_pointer (&self->tensor, mien_tensor_unref);
  g_clear_pointer (&self->floats, g_free);
  g_clear_pointer (&self->ints, g_free);
  g_clear_pointer (&self->strings, g_strfreev);
  self->n = 0;
}

void
mien_attribute_free (MienAttribute *self)
{
  mien_attribute_clear (self);
  g_free (self->name);
  g_free (self);
}

static MienAttribute *
attribute_copy (const MienAttribute *from)
{
  MienAttribute *self = g_new0 (MienAttribute, 1);

  self->name = g_strdup (from->name);
  self->type = from->type;
  self->f = from->f;
  self->i = from->i;
  self->s = g_strdup (from->s);
  self->tensor = from->tensor != NULL ? mien_tensor_ref (from->tensor) : NULL;
  self->floats = g_memdup2 (from->floats, from->n * sizeof (float));
  self->ints = g_memdup2 (from->ints, from->n * sizeof (gint64));
  self->strings = g_strdupv (from->strings);
  self->n = from->n;
  return self;
}

MienNode *
mien_node_new (const char *op_type, const char *domain, const char *name)
{
  MienNode *self = g_new0 (MienNode, 1);

  self->op_type = g_strdup (op_type);
  self->domain = g_strdup (domain);
  self->name = g_strdup (name != NULL ? name : "");
  self->inputs = g_ptr_array_new_with_free_func (g_free);
  self->outputs = g_ptr_array_new_with_free_func (g_free);
  self->attributes = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_attribute_free);
  return self;
}

void
mien_node_free (MienNode *self)
{
  g_free (self->op_type);
  g_free (self->domain);
  g_free (self->name);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->attributes);
  g_free (self);
}

MienNode *
mien_node_copy (const MienNode *from)
{
  MienNode *self = mien_node_new (from->op_type, from->domain, from->name);

  for (guint i = 0; i < from->inputs->len; i++)
    g_ptr_array_add (self->inputs, g_strdup (g_ptr_array_index (from->inputs, i)));
  for (guint i = 0; i < from->outputs->len; i++)
    g_ptr_array_add (self->outputs, g_strdup (g_ptr_array_index (from->outputs, i)));
  for (guint i = 0; i < from->attributes->len; i++)
    g_ptr_array_add (self->attributes, attribute_copy (g_ptr_array_index (from->attributes, i)));
  return self;
}

const char *
mien_node_get_input (const MienNode *self, guint index)
{
  return index < self->inputs->len ? g_ptr_array_index (self->inputs, index) : "";
}

void
mien_node_set_input (MienNode *self, guint index, const char *value)
{
  char *copy = g_strdup (value); /* before the old one goes: it may be that */

  while (self->inputs->len <= index)
    g_ptr_array_add (self->inputs, g_strdup (""));
  g_free (self->inputs->pdata[index]);
  self->inputs->pdata[index] = copy;
}

void
mien_node_set_output (MienNode *self, guint index, const char *value)
{
  char *copy = g_strdup (value);

  g_assert (index < self->outputs->len);
  g_free (self->outputs->pdata[index]);
  self->outputs->pdata[index] = copy;
}

const MienAttribute *
mien_node_find_attribute (const MienNode *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  for (guint i = 0; i < self->attributes->len; i++)
    {
      const MienAttribute *attribute = g_ptr_array_index (self->attributes, i);

      if (strcmp (attribute->name, name) == 0)
        return attribute;
    }
  return NULL;
}

/* An attribute of that name with nothing in it: a new one, or the old one emptied. */
static MienAttribute *
provide (MienNode *self, const char *name, MienAttributeType type)
{
  MienAttribute *attribute = (MienAttribute *) mien_node_find_attribute (self, name);

  if (attribute == NULL)
    {
      attribute = g_new0 (MienAttribute, 1);
      attribute->name = g_strdup (name);
      g_ptr_array_add (self->attributes, attribute);
    }
  else
    mien_attribute_clear (attribute);
  attribute->type = type;
  return attribute;
}

void
mien_node_set_int (MienNode *self, const char *name, gint64 value)
{
  provide (self, name, MIEN_ATTRIBUTE_INT)->i = value;
}

void
mien_node_set_float (MienNode *self, const char *name, float value)
{
  provide (self, name, MIEN_ATTRIBUTE_FLOAT)->f = value;
}

void
mien_node_set_string (MienNode *self, const char *name, const char *value)
{
  char *copy = g_strdup (value);

  provide (self, name, MIEN_ATTRIBUTE_STRING)->s = copy;
}

void
mien_node_set_ints (MienNode *self, const char *name, const gint64 *values, gsize n)
{
  gint64 *copy = g_memdup2 (values, n * sizeof *values);
  MienAttribute *attribute = provide (self, name, MIEN_ATTRIBUTE_INTS);

  attribute->ints = copy;
  attribute->n = n;
}

void
mien_node_set_floats (MienNode *self, const char *name, const float *values, gsize n)
{
  float *copy = g_memdup2 (values, n * sizeof *values);
  MienAttribute *attribute = provide (self, name, MIEN_ATTRIBUTE_FLOATS);

  attribute->floats = copy;
  attribute->n = n;
}

void
mien_node_take_tensor (MienNode *self, const char *name, MienTensor *tensor)
{
  provide (self, name, MIEN_ATTRIBUTE_TENSOR)->tensor = tensor;
}

gint64
mien_node_get_int (const MienNode *self, const char *name, gint64 fallback)
{
  const MienAttribute *attribute = mien_node_find_attribute (self, name);

  return attribute != NULL && attribute->type == MIEN_ATTRIBUTE_INT ? attribute->i : fallback;
}

float
mien_node_get_float (const MienNode *self, const char *name, float fallback)
{
  const MienAttribute *attribute = mien_node_find_attribute (self, name);

  return attribute != NULL && attribute->type == MIEN_ATTRIBUTE_FLOAT ? attribute->f : fallback;
}

const char *
mien_node_get_string (const MienNode *self, const char *name, const char *fallback)
{
  const MienAttribute *attribute = mien_node_find_attribute (self, name);

  return attribute != NULL && attribute->type == MIEN_ATTRIBUTE_STRING ? attribute->s : fallback;
}
