/* Topological order of a graph.
 * Reference: Kahn 1962, "Topological sorting of large networks".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "nn/node-private.h"

typedef struct
{
  guint n_waiting; /* inputs whose producer has not been placed yet */
  gboolean is_placed;
  GArray *consumers; /* of guint: nodes that wait for this one */
} Slot;

/* value name -> index of the producing node + 1; 0 for graph inputs and initialisers. */
static gboolean
add_producer (GHashTable *producers, const char *name, guint producer, GError **error)
{
  if (!g_hash_table_insert (producers, (gpointer) name, GUINT_TO_POINTER (producer)))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "the value '%s' is made twice", name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
list_producers (MienGraph *self, GHashTable *producers, GError **error)
{
  GPtrArray *inputs = mien_graph_get_inputs (self), *nodes = mien_graph_get_nodes (self);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, mien_graph_get_initializers (self));
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!add_producer (producers, key, 0, error))
      return FALSE;
  for (guint i = 0; i < inputs->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (inputs, i);

      if (!add_producer (producers, info->name, 0, error))
        return FALSE;
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);

      for (guint o = 0; o < node->outputs->len; o++)
        {
          const char *name = g_ptr_array_index (node->outputs, o);

          if (*name != '\0' && !add_producer (producers, name, i + 1, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
connect_nodes (MienGraph *self, GHashTable *producers, Slot *slots, GError **error)
{
  GPtrArray *nodes = mien_graph_get_nodes (self);

  for (guint i = 0; i < nodes->len; i++)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);

      for (guint k = 0; k < node->inputs->len; k++)
        {
          const char *name = g_ptr_array_index (node->inputs, k);
          gpointer producer;
          guint index;

          if (*name == '\0')
            continue;
          if (!g_hash_table_lookup_extended (producers, name, NULL, &producer))
            {
              g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                           "node '%s' (%s) uses the value '%s', which nothing makes", node->name,
                           node->op_type, name);
              return FALSE;
            }
          index = GPOINTER_TO_UINT (producer);
          if (index == 0)
            continue;
          g_array_append_val (slots[index - 1].consumers, i);
          slots[i].n_waiting++;
        }
    }
  return TRUE;
}

static gboolean
check_outputs (MienGraph *self, GHashTable *producers, GError **error)
{
  GPtrArray *outputs = mien_graph_get_outputs (self);

  for (guint i = 0; i < outputs->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (outputs, i);

      if (*info->name == '\0' || !g_hash_table_contains (producers, info->name))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "nothing makes the output '%s'",
                       info->name);
          return FALSE;
        }
    }
  return TRUE;
}

static void
place_node (Slot *slots, guint i, GArray *order)
{
  slots[i].is_placed = TRUE;
  g_array_append_val (order, i);
  for (guint c = 0; c < slots[i].consumers->len; c++)
    slots[g_array_index (slots[i].consumers, guint, c)].n_waiting--;
}

/* The first pass keeps the order of a file that is sorted already; what it leaves goes through a
 * queue. @order receives indices. */
static void
place_nodes (Slot *slots, guint n, GArray *order)
{
  guint first_of_queue;

  for (guint i = 0; i < n; i++)
    if (slots[i].n_waiting == 0)
      place_node (slots, i, order);
  first_of_queue = order->len;
  for (guint i = 0; i < n; i++)
    if (!slots[i].is_placed && slots[i].n_waiting == 0)
      place_node (slots, i, order);
  for (guint at = first_of_queue; at < order->len; at++)
    {
      GArray *consumers = slots[g_array_index (order, guint, at)].consumers;

      for (guint c = 0; c < consumers->len; c++)
        {
          guint i = g_array_index (consumers, guint, c);

          if (!slots[i].is_placed && slots[i].n_waiting == 0)
            place_node (slots, i, order);
        }
    }
}

static void
apply_order (MienGraph *self, GArray *order)
{
  GPtrArray *nodes = mien_graph_get_nodes (self);
  g_autofree gpointer *sorted = g_new (gpointer, nodes->len);

  for (guint i = 0; i < order->len; i++)
    sorted[i] = nodes->pdata[g_array_index (order, guint, i)];
  /* Without nodes there are no arrays either. */
  if (order->len > 0)
    memcpy (nodes->pdata, sorted, order->len * sizeof *sorted);
}

static void
name_cycle (GPtrArray *nodes, Slot *slots, GError **error)
{
  for (guint i = 0; i < nodes->len; i++)
    if (slots[i].n_waiting > 0)
      {
        const MienNode *node = g_ptr_array_index (nodes, i);

        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                     "node '%s' (%s) and the value '%s' are part of a cycle", node->name,
                     node->op_type,
                     node->outputs->len > 0 ? (char *) g_ptr_array_index (node->outputs, 0) : "");
        return;
      }
}

gboolean
mien_graph_sort (MienGraph *self, GError **error)
{
  g_autoptr (GHashTable) producers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  GPtrArray *nodes;
  g_autofree Slot *slots = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);
  nodes = mien_graph_get_nodes (self);
  slots = g_new0 (Slot, nodes->len);
  for (guint i = 0; i < nodes->len; i++)
    slots[i].consumers = g_array_new (FALSE, FALSE, sizeof (guint));
  if (list_producers (self, producers, error) && connect_nodes (self, producers, slots, error)
      && check_outputs (self, producers, error))
    {
      place_nodes (slots, nodes->len, order);
      ok = order->len == nodes->len;
      if (ok)
        apply_order (self, order);
      else
        name_cycle (nodes, slots, error);
    }
  for (guint i = 0; i < nodes->len; i++)
    g_array_unref (slots[i].consumers);
  return ok;
}
