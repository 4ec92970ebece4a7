/* OpenCV's XML. SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "vision/cascade-private.h"

#define MAX_NUMBERS 1024

typedef struct
{
  MienCascade *cascade;
  const char *path;
  GString *text;
} Reader;

/* Splits the collected text into at most @max numbers. -1 when something in it is none. */
static int
read_numbers (const char *text, double *out, int max)
{
  int n = 0;

  for (;;)
    {
      char *end;

      while (g_ascii_isspace (*text))
        text++;
      if (*text == '\0')
        return n;
      if (n == max)
        return -1;
      out[n++] = g_ascii_strtod (text, &end);
      if (end == text)
        return -1;
      text = end;
    }
}

static gboolean
fail (const Reader *reader, const char *element, const char *reason, GError **error)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: cascade: <%s>: %s", reader->path, element,
               reason);
  return FALSE;
}

/* Groups of left, right, feature, threshold. */
static gboolean
take_nodes (Reader *reader, GError **error)
{
  MienCascade *self = reader->cascade;
  double numbers[MAX_NUMBERS];
  int n = read_numbers (reader->text->str, numbers, MAX_NUMBERS);
  MienCascadeTree tree = { .first_node = self->nodes->len, .first_leaf = self->leaves->len };

  if (n <= 0 || n % 4 != 0 || self->stages->len == 0)
    return fail (reader, "internalNodes", "not groups of four numbers in a stage", error);
  for (int i = 0; i < n; i += 4)
    {
      MienCascadeNode node = { (int) CLAMP (numbers[i], -MAX_NUMBERS, MAX_NUMBERS),
                               (int) CLAMP (numbers[i + 1], -MAX_NUMBERS, MAX_NUMBERS),
                               (int) CLAMP (numbers[i + 2], -1, G_MAXINT / 2),
                               (float) numbers[i + 3] };

      g_array_append_val (self->nodes, node);
    }
  tree.n_nodes = (guint) n / 4;
  g_array_append_val (self->trees, tree);
  g_array_index (self->stages, MienCascadeStage, self->stages->len - 1).n_trees++;
  return TRUE;
}

static gboolean
take_leaves (Reader *reader, GError **error)
{
  MienCascade *self = reader->cascade;
  double numbers[MAX_NUMBERS];
  int n = read_numbers (reader->text->str, numbers, MAX_NUMBERS);
  MienCascadeTree *tree;

  if (n <= 0 || self->trees->len == 0)
    return fail (reader, "leafValues", "no numbers, or no nodes before them", error);
  tree = &g_array_index (self->trees, MienCascadeTree, self->trees->len - 1);
  if (tree->n_leaves != 0)
    return fail (reader, "leafValues", "given twice", error);
  tree->n_leaves = (guint) n;
  for (int i = 0; i < n; i++)
    {
      float value = (float) numbers[i];

      g_array_append_val (self->leaves, value);
    }
  return TRUE;
}

static gboolean
take_rect (Reader *reader, GError **error)
{
  MienCascade *self = reader->cascade;
  MienHaarFeature *feature;
  double v[5];

  if (read_numbers (reader->text->str, v, 5) != 5 || self->features->len == 0)
    return fail (reader, "rects", "not five numbers in a feature", error);
  feature = &g_array_index (self->features, MienHaarFeature, self->features->len - 1);
  if (feature->n_rects == MIEN_CASCADE_RECTS)
    return fail (reader, "rects", "more than three rectangles", error);
  for (int i = 0; i < 4; i++)
    if (!(v[i] >= 0 && v[i] <= MIEN_CASCADE_MAX_WINDOW))
      return fail (reader, "rects", "outside the window", error);
  feature->rects[feature->n_rects++] =
      (MienHaarRect){ (int) v[0], (int) v[1], (int) v[2], (int) v[3], (float) v[4] };
  return TRUE;
}

static gboolean
take_size (Reader *reader, const char *element, int *out, GError **error)
{
  double value;

  if (read_numbers (reader->text->str, &value, 1) != 1
      || !(value >= 4 && value <= MIEN_CASCADE_MAX_WINDOW))
    return fail (reader, element, "not a size from 4 to 256", error);
  *out = (int) value;
  return TRUE;
}

static void
start_element (GMarkupParseContext *context,
               const char *name,
               const char **attribute_names,
               const char **attribute_values,
               gpointer data,
               GError **error)
{
  Reader *reader = data;
  MienCascade *self = reader->cascade;
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  const char *parent = stack->next == NULL ? "" : stack->next->data;

  g_string_truncate (reader->text, 0);
  if (strcmp (name, "_") == 0 && strcmp (parent, "stages") == 0)
    {
      MienCascadeStage stage = { .first_tree = self->trees->len };

      g_array_append_val (self->stages, stage);
    }
  else if (strcmp (name, "_") == 0 && strcmp (parent, "features") == 0)
    {
      MienHaarFeature feature = { 0 };

      g_array_append_val (self->features, feature);
    }
}

static gboolean
take_element (Reader *reader, const char *name, const char *parent, GError **error)
{
  MienCascade *self = reader->cascade;
  double value;

  if (strcmp (parent, "cascade") == 0 && strcmp (name, "width") == 0)
    return take_size (reader, name, &self->width, error);
  if (strcmp (parent, "cascade") == 0 && strcmp (name, "height") == 0)
    return take_size (reader, name, &self->height, error);
  if (strcmp (name, "featureType") == 0 && strcmp (g_strstrip (reader->text->str), "HAAR") != 0)
    return fail (reader, name, "only HAAR features are supported", error);
  if (strcmp (name, "internalNodes") == 0)
    return take_nodes (reader, error);
  if (strcmp (name, "leafValues") == 0)
    return take_leaves (reader, error);
  if (strcmp (name, "_") == 0 && strcmp (parent, "rects") == 0)
    return take_rect (reader, error);
  if (strcmp (name, "stageThreshold") == 0)
    {
      if (self->stages->len == 0 || read_numbers (reader->text->str, &value, 1) != 1)
        return fail (reader, name, "not a number in a stage", error);
      g_array_index (self->stages, MienCascadeStage, self->stages->len - 1).threshold =
          (float) value;
    }
  else if (strcmp (name, "tilted") == 0)
    {
      if (self->features->len == 0 || read_numbers (reader->text->str, &value, 1) != 1)
        return fail (reader, name, "not a number in a feature", error);
      g_array_index (self->features, MienHaarFeature, self->features->len - 1).is_tilted =
          value != 0;
      self->has_tilted |= value != 0;
    }
  return TRUE;
}

static void
end_element (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  Reader *reader = data;
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  const char *parent = stack->next == NULL ? "" : stack->next->data;

  if (take_element (reader, name, parent, error))
    g_string_truncate (reader->text, 0);
}

static void
take_text (
    GMarkupParseContext *context, const char *text, gsize size, gpointer data, GError **error)
{
  Reader *reader = data;

  g_string_append_len (reader->text, text, (gssize) size);
}

/* Whether every index points at something and every path through a tree ends. */
static gboolean
check_tree (const MienCascade *self, const MienCascadeTree *tree)
{
  for (guint i = 0; i < tree->n_nodes; i++)
    {
      const MienCascadeNode *node =
          &g_array_index (self->nodes, MienCascadeNode, tree->first_node + i);
      const int ways[2] = { node->left, node->right };

      if (node->feature < 0 || (guint) node->feature >= self->features->len)
        return FALSE;
      for (int w = 0; w < 2; w++)
        if (ways[w] > 0 ? (ways[w] <= (int) i || ways[w] >= (int) tree->n_nodes)
                        : -ways[w] >= (int) tree->n_leaves)
          return FALSE;
    }
  return TRUE;
}

static gboolean
check_feature (const MienCascade *self, const MienHaarFeature *feature)
{
  for (int i = 0; i < feature->n_rects; i++)
    {
      const MienHaarRect *r = &feature->rects[i];
      gboolean fits = feature->is_tilted
                          ? r->x - r->height >= 0 && r->x + r->width <= self->width
                                && r->y + r->width + r->height <= self->height
                          : r->x + r->width <= self->width && r->y + r->height <= self->height;

      if (!fits)
        return FALSE;
    }
  return feature->n_rects > 0;
}

static gboolean
check (const Reader *reader, GError **error)
{
  MienCascade *self = reader->cascade;

  if (self->width == 0 || self->height == 0 || self->stages->len == 0 || self->features->len == 0)
    return fail (reader, "cascade", "no window, stages or features", error);
  for (guint i = 0; i < self->trees->len; i++)
    {
      MienCascadeTree *tree = &g_array_index (self->trees, MienCascadeTree, i);

      if (!check_tree (self, tree))
        return fail (reader, "weakClassifiers", "a node points at nothing", error);
    }
  for (guint i = 0; i < self->features->len; i++)
    if (!check_feature (self, &g_array_index (self->features, MienHaarFeature, i)))
      return fail (reader, "features", "a rectangle leaves the window", error);
  return TRUE;
}

MienCascade *
mien_cascade_load (const char *path, GError **error)
{
  static const GMarkupParser parser = { start_element, end_element, take_text, NULL, NULL };
  g_autoptr (MienCascade) self = g_new0 (MienCascade, 1);
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  g_autofree char *file = NULL;
  Reader reader = { self, path, text };
  gsize size;

  self->stages = g_array_new (FALSE, FALSE, sizeof (MienCascadeStage));
  self->trees = g_array_new (FALSE, FALSE, sizeof (MienCascadeTree));
  self->nodes = g_array_new (FALSE, FALSE, sizeof (MienCascadeNode));
  self->leaves = g_array_new (FALSE, FALSE, sizeof (float));
  self->features = g_array_new (FALSE, FALSE, sizeof (MienHaarFeature));
  if (!g_file_get_contents (path, &file, &size, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
  if (!g_markup_parse_context_parse (context, file, (gssize) size, &local)
      || !g_markup_parse_context_end_parse (context, &local))
    {
      if (local->domain == MIEN_ERROR)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: cascade: %s", path, local->message);
      return NULL;
    }
  return check (&reader, error) ? g_steal_pointer (&self) : NULL;
}

void
mien_cascade_free (MienCascade *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->stages);
  g_array_unref (self->trees);
  g_array_unref (self->nodes);
  g_array_unref (self->leaves);
  g_array_unref (self->features);
  g_free (self);
}

void
mien_cascade_get_window (const MienCascade *self, int *width, int *height)
{
  *width = self->width;
  *height = self->height;
}
