/* Small convolutions that read the same value become one. The heads of a detector are made of them:
 * one, four and ten channels each fill a block of sixteen, and each reads the whole map again.
 * Where a depthwise convolution follows each of them, those become one as well, and what used their
 * results takes its part of the sum of all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nn/node-private.h"
#include "nn/optimise.h"

/* Most channels of one sibling, and of all: parts of larger ones cost more to take apart. */
#define MAX_CHANNELS 32
#define MAX_TOTAL 64
/* Siblings stand near each other; a graph of very many nodes must not be searched for each. */
#define MAX_REACH 256

typedef struct
{
  MienGraph *graph;
  GHashTable *uses;  /* value -> count, graph outputs included */
  GHashTable *users; /* value -> MienNode, the last one that reads it */
} Pass;

static void
pass_init (Pass *self, MienGraph *graph)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph), *outputs = mien_graph_get_outputs (graph);

  self->graph = graph;
  self->uses = g_hash_table_new (g_str_hash, g_str_equal);
  self->users = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < nodes->len; i++)
    {
      MienNode *node = nodes->pdata[i];

      for (guint k = 0; k < node->inputs->len; k++)
        {
          gpointer name = node->inputs->pdata[k];
          guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->uses, name));

          g_hash_table_insert (self->uses, name, GUINT_TO_POINTER (n + 1));
          g_hash_table_insert (self->users, name, node);
        }
    }
  for (guint i = 0; i < outputs->len; i++)
    {
      gpointer name = ((MienValueInfo *) outputs->pdata[i])->name;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->uses, name));

      g_hash_table_insert (self->uses, name, GUINT_TO_POINTER (n + 1));
    }
}

static void
pass_clear (Pass *self)
{
  g_hash_table_unref (self->uses);
  g_hash_table_unref (self->users);
}

static const MienTensor *
find_weight (const Pass *self, const MienNode *node)
{
  return mien_graph_find_initializer (self->graph, mien_node_get_input (node, 1));
}

static const MienTensor *
find_bias (const Pass *self, const MienNode *node)
{
  return mien_graph_find_initializer (self->graph, mien_node_get_input (node, 2));
}

static const char *
get_output (const MienNode *node)
{
  return node->outputs->pdata[0];
}

/* A convolution of pictures whose weights and bias are known, and nothing else but its input. */
static gboolean
is_known_conv (const Pass *self, const MienNode *node)
{
  const MienTensor *w, *b;

  if (strcmp (node->op_type, "Conv") != 0 || node->outputs->len != 1 || *get_output (node) == '\0'
      || *mien_node_get_input (node, 3) != '\0'
      || mien_node_find_attribute (node, "mien_slope") != NULL
      || strcmp (mien_node_get_string (node, "auto_pad", "NOTSET"), "NOTSET") != 0)
    return FALSE;
  w = find_weight (self, node);
  if (w == NULL || w->dtype != MIEN_DTYPE_F32 || w->rank != 4 || w->n_elements == 0)
    return FALSE;
  b = find_bias (self, node);
  if (*mien_node_get_input (node, 2) == '\0')
    return TRUE;
  return b != NULL && b->dtype == MIEN_DTYPE_F32 && b->rank == 1 && b->dims[0] == w->dims[0];
}

static gboolean
same_ints (const MienNode *a, const MienNode *b, const char *name)
{
  const MienAttribute *x = mien_node_find_attribute (a, name);
  const MienAttribute *y = mien_node_find_attribute (b, name);

  if (x == NULL || y == NULL)
    return x == y;
  return x->type == MIEN_ATTRIBUTE_INTS && y->type == MIEN_ATTRIBUTE_INTS && x->n == y->n
         && memcmp (x->ints, y->ints, x->n * sizeof *x->ints) == 0;
}

/* The same window, steps and activation: one kernel can compute both. */
static gboolean
are_alike (const Pass *self, const MienNode *a, const MienNode *b)
{
  const MienTensor *v = find_weight (self, a), *w = find_weight (self, b);

  return memcmp (v->dims + 1, w->dims + 1, 3 * sizeof *v->dims) == 0 && same_ints (a, b, "strides")
         && same_ints (a, b, "pads") && same_ints (a, b, "dilations")
         && same_ints (a, b, "kernel_shape")
         && mien_node_get_int (a, "mien_activation", -1)
                == mien_node_get_int (b, "mien_activation", -1)
         && mien_node_get_float (a, "mien_lo", 0) == mien_node_get_float (b, "mien_lo", 0)
         && mien_node_get_float (a, "mien_hi", 0) == mien_node_get_float (b, "mien_hi", 0);
}

/* A small dense 1x1 convolution. */
static gboolean
is_head (const Pass *self, const MienNode *node)
{
  const MienTensor *w;

  if (!is_known_conv (self, node) || mien_node_get_int (node, "group", 1) != 1)
    return FALSE;
  w = find_weight (self, node);
  return w->dims[0] <= MAX_CHANNELS && w->dims[2] == 1 && w->dims[3] == 1;
}

/* The depthwise convolution that is the only reader of what @head makes, or NULL. */
static MienNode *
find_depthwise (const Pass *self, const MienNode *head)
{
  const char *value = get_output (head);
  MienNode *node = g_hash_table_lookup (self->users, value);
  const gint64 c = find_weight (self, head)->dims[0];
  const MienTensor *w;

  if (GPOINTER_TO_UINT (g_hash_table_lookup (self->uses, value)) != 1 || node == NULL
      || strcmp (mien_node_get_input (node, 0), value) != 0 || !is_known_conv (self, node))
    return NULL;
  w = find_weight (self, node);
  return w->dims[0] == c && w->dims[1] == 1 && mien_node_get_int (node, "group", 1) == c ? node
                                                                                         : NULL;
}

/* The nodes after @first that can be one with it; NULL where that saves no block of channels. */
static GPtrArray *
list_siblings (const Pass *self, guint first)
{
  GPtrArray *nodes = mien_graph_get_nodes (self->graph);
  MienNode *head = nodes->pdata[first];
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  gint64 total = 0, blocks = 0;

  for (guint i = first; i < MIN (nodes->len, first + MAX_REACH); i++)
    {
      MienNode *node = nodes->pdata[i];
      gint64 c;

      if (strcmp (mien_node_get_input (node, 0), mien_node_get_input (head, 0)) != 0
          || !is_head (self, node) || !are_alike (self, head, node))
        continue;
      c = find_weight (self, node)->dims[0];
      if (total + c > MAX_TOTAL)
        continue;
      total += c;
      blocks += (c + 15) / 16;
      g_ptr_array_add (list, node);
    }
  return list->len > 1 && (total + 15) / 16 < blocks ? g_steal_pointer (&list) : NULL;
}

/* The depthwise convolutions behind @heads, or NULL where one lacks it or is not like the others.
 */
static GPtrArray *
list_depthwise (const Pass *self, GPtrArray *heads)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < heads->len; i++)
    {
      MienNode *node = find_depthwise (self, heads->pdata[i]);

      if (node == NULL || !are_alike (self, i > 0 ? list->pdata[0] : node, node))
        return NULL;
      g_ptr_array_add (list, node);
    }
  return g_steal_pointer (&list);
}

/* One node for all of @list, with its weights behind each other. Its output has a name of its own.
 */
static MienNode *
make_merged (const Pass *self, GPtrArray *list, const char *input, gboolean depthwise)
{
  MienNode *node = mien_node_copy (list->pdata[0]);
  const MienTensor *first = find_weight (self, list->pdata[0]);
  g_autofree char *name = g_strdup_printf ("%s:all", get_output (list->pdata[0]));
  g_autofree char *w_name = g_strconcat (name, ":weight", NULL);
  g_autofree char *b_name = g_strconcat (name, ":bias", NULL);
  gint64 dims[4] = { 0, first->dims[1], first->dims[2], first->dims[3] };
  MienTensor *w, *b;
  gsize at = 0;

  for (guint i = 0; i < list->len; i++)
    dims[0] += find_weight (self, list->pdata[i])->dims[0];
  w = mien_tensor_new_f32 (4, dims);
  b = mien_tensor_new_f32 (1, dims);
  for (guint i = 0; i < list->len; i++)
    {
      const MienTensor *part = find_weight (self, list->pdata[i]);
      const MienTensor *bias = find_bias (self, list->pdata[i]);
      const gsize row = part->n_elements / (gsize) part->dims[0];

      memcpy (mien_tensor_f32 (w) + at * row, part->data, part->n_bytes);
      if (bias != NULL)
        memcpy (mien_tensor_f32 (b) + at, bias->data, bias->n_bytes);
      at += (gsize) part->dims[0];
    }
  mien_graph_take_initializer (self->graph, w_name, w);
  mien_graph_take_initializer (self->graph, b_name, b);
  mien_node_set_input (node, 0, input);
  mien_node_set_input (node, 1, w_name);
  mien_node_set_input (node, 2, b_name);
  mien_node_set_output (node, 0, name);
  if (depthwise)
    mien_node_set_int (node, "group", dims[0]);
  return node;
}

/* Gives the channels of @value to the outputs of the nodes of @list. */
static MienNode *
make_split (const Pass *self, GPtrArray *list, const char *value)
{
  g_autofree char *name = g_strconcat (value, ":split", NULL);
  g_autofree gint64 *sizes = g_new (gint64, list->len);
  MienNode *node = mien_node_new ("Split", "", name);

  mien_node_set_input (node, 0, value);
  for (guint i = 0; i < list->len; i++)
    {
      sizes[i] = find_weight (self, list->pdata[i])->dims[0];
      g_ptr_array_add (node->outputs, g_strdup (get_output (list->pdata[i])));
    }
  mien_node_set_int (node, "axis", 1);
  mien_node_set_ints (node, "split", sizes, list->len);
  return node;
}

/* What @first and its siblings do is done in its place: everything they read is there already. */
static gboolean
merge (const Pass *self, guint first)
{
  GPtrArray *nodes = mien_graph_get_nodes (self->graph);
  g_autoptr (GPtrArray) heads = list_siblings (self, first);
  g_autoptr (GPtrArray) depthwise = heads != NULL ? list_depthwise (self, heads) : NULL;
  g_autoptr (GPtrArray) made = g_ptr_array_new ();
  MienNode *node;

  if (heads == NULL)
    return FALSE;
  node = make_merged (self, heads, mien_node_get_input (heads->pdata[0], 0), FALSE);
  g_ptr_array_add (made, node);
  if (depthwise != NULL)
    {
      node = make_merged (self, depthwise, get_output (node), TRUE);
      g_ptr_array_add (made, node);
    }
  g_ptr_array_add (made,
                   make_split (self, depthwise != NULL ? depthwise : heads, get_output (node)));
  for (guint i = 0; i < heads->len; i++)
    {
      g_ptr_array_remove (nodes, heads->pdata[i]);
      if (depthwise != NULL)
        g_ptr_array_remove (nodes, depthwise->pdata[i]);
    }
  for (guint i = 0; i < made->len; i++)
    g_ptr_array_insert (nodes, (int) (first + i), made->pdata[i]);
  return TRUE;
}

void
mien_optimise_siblings (MienGraph *graph)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);
  Pass pass;

  pass_init (&pass, graph);
  for (guint i = 0; i < nodes->len; i++)
    if (is_head (&pass, nodes->pdata[i]) && merge (&pass, i))
      {
        pass_clear (&pass);
        pass_init (&pass, graph);
      }
  pass_clear (&pass);
}
