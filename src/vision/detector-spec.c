/* Which detector a model is. SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "vision/detector-private.h"

/* What a network of each kind is when its card is silent. */
static const MienDetectorSpec kinds[] = {
  { .kind = "ssd",
    .decode = mien_decode_ssd,
    .min_score = 0.5f,
    .max_overlap = 0.5f,
    .width = 512,
    .height = 512,
    .multiple = 32,
    .order = MIEN_CHANNELS_RGB,
    .scale = 1 },
  { .kind = "blazeface",
    .decode = mien_decode_blazeface,
    .min_score = 0.5f,
    .max_overlap = 0.3f,
    .weighted = TRUE,
    .width = 128,
    .height = 128,
    .multiple = 16,
    .centred = TRUE,
    .order = MIEN_CHANNELS_RGB,
    .scale = 1 },
  { .kind = "yunet",
    .decode = mien_decode_yunet,
    .min_score = 0.6f,
    .max_overlap = 0.3f,
    .width = 640,
    .height = 640,
    .multiple = 32,
    .order = MIEN_CHANNELS_BGR,
    .scale = 1,
    .n_levels = 3,
    .levels = { { .stride = 8, .n_anchors = 1 },
                { .stride = 16, .n_anchors = 1 },
                { .stride = 32, .n_anchors = 1 } } },
  { .kind = "ultraface",
    .decode = mien_decode_ultraface,
    .min_score = 0.7f,
    .max_overlap = 0.5f,
    .width = 320,
    .height = 240,
    .multiple = 1,
    .order = MIEN_CHANNELS_RGB,
    .scale = 1 / 128.0f,
    .offset = -127 / 128.0f,
    .border = 127,
    .n_levels = 4,
    .levels = { { .stride = 8,
                  .n_anchors = 3,
                  .heights = { 10, 16, 24 },
                  .widths = { 10, 16, 24 } },
                { .stride = 16, .n_anchors = 2, .heights = { 32, 48 }, .widths = { 32, 48 } },
                { .stride = 32, .n_anchors = 2, .heights = { 64, 96 }, .widths = { 64, 96 } },
                { .stride = 64,
                  .n_anchors = 3,
                  .heights = { 128, 192, 256 },
                  .widths = { 128, 192, 256 } } } },
  { .kind = "scrfd",
    .decode = mien_decode_scrfd,
    .min_score = 0.5f,
    .max_overlap = 0.4f,
    .width = 640,
    .height = 640,
    .multiple = 32,
    .order = MIEN_CHANNELS_RGB,
    .scale = 1 / 128.0f,
    .offset = -127.5f / 128 },
  { .kind = "retinaface",
    .decode = mien_decode_retinaface,
    .min_score = 0.5f,
    .max_overlap = 0.4f,
    .width = 640,
    .height = 640,
    .multiple = 32,
    .order = MIEN_CHANNELS_BGR,
    .scale = 1,
    .mean = { 104, 117, 123 },
    .n_levels = 3,
    .levels = { { .stride = 8, .n_anchors = 2, .heights = { 16, 32 }, .widths = { 16, 32 } },
                { .stride = 16, .n_anchors = 2, .heights = { 64, 128 }, .widths = { 64, 128 } },
                { .stride = 32,
                  .n_anchors = 2,
                  .heights = { 256, 512 },
                  .widths = { 256, 512 } } } },
};

static const MienDetectorSpec *
find_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kind, kinds[i].kind) == 0)
      return &kinds[i];
  return NULL;
}

static const MienValueInfo *
find_output (MienGraph *graph, const char *name)
{
  GPtrArray *outputs = mien_graph_get_outputs (graph);

  for (guint i = 0; i < outputs->len; i++)
    {
      const MienValueInfo *info = outputs->pdata[i];

      if (g_strcmp0 (info->name, name) == 0)
        return info;
    }
  return NULL;
}

static gboolean
ends_with (const MienValueInfo *info, gint64 size)
{
  return info != NULL && info->rank > 0 && info->dims[info->rank - 1] == size;
}

/* How many outputs are rows of @size numbers; @which, nullable, receives the first five's indices.
 */
static guint
find_by_width (MienGraph *graph, gint64 size, guint *which)
{
  GPtrArray *outputs = mien_graph_get_outputs (graph);
  guint n = 0;

  for (guint i = 0; i < outputs->len; i++)
    {
      const MienValueInfo *info = outputs->pdata[i];

      if (!ends_with (info, size) || info->rank < 2 || info->rank > 3)
        continue;
      if (which != NULL && n < 5)
        which[n] = i;
      n++;
    }
  return n;
}

/* The kind whose outputs @graph has. */
static const MienDetectorSpec *
find_kind_by_outputs (MienGraph *graph)
{
  GPtrArray *outputs = mien_graph_get_outputs (graph);
  guint n = find_by_width (graph, 1, NULL), points = find_by_width (graph, 10, NULL);

  if (find_output (graph, "cls_8") != NULL && find_output (graph, "obj_8") != NULL
      && ends_with (find_output (graph, "bbox_8"), 4)
      && ends_with (find_output (graph, "kps_8"), 10))
    return find_kind ("yunet");
  if (ends_with (find_output (graph, "scores"), 2) && ends_with (find_output (graph, "boxes"), 4))
    return find_kind ("ultraface");
  if (find_by_width (graph, 4, NULL) == 1 && find_by_width (graph, 2, NULL) == 1
      && find_by_width (graph, 10, NULL) == 1 && outputs->len == 3)
    return find_kind ("retinaface");
  if ((n == 3 || n == 5) && find_by_width (graph, 4, NULL) == n && (points == 0 || points == n)
      && outputs->len == 2 * n + points)
    return find_kind ("scrfd");
  return NULL;
}

static gboolean
has_node (MienGraph *graph, const char *op)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  for (guint i = 0; i < nodes->len; i++)
    if (strcmp (((const MienNode *) nodes->pdata[i])->op_type, op) == 0)
      return TRUE;
  return FALSE;
}

/* Which outputs are which, for kinds whose exports name them at will: by width, and among those of
 * one width in their order. */
static void
read_outputs (MienGraph *graph, MienDetectorSpec *spec)
{
  /* Nothing makes boxes of offsets without it. */
  spec->is_encoded = spec->decode == mien_decode_ultraface && !has_node (graph, "Exp");
  if (spec->decode == mien_decode_retinaface)
    {
      find_by_width (graph, 4, &spec->outputs[0]);
      find_by_width (graph, 2, &spec->outputs[1]);
      find_by_width (graph, 10, &spec->outputs[2]);
    }
  if (spec->decode == mien_decode_scrfd)
    {
      guint n = MIN (find_by_width (graph, 1, spec->outputs), 5);

      find_by_width (graph, 4, spec->outputs + n);
      spec->has_points = find_by_width (graph, 10, spec->outputs + 2 * n) == n;
      /* Three maps from a stride of 8 on, or five as in the paper's largest. */
      spec->n_levels = (int) n;
      for (guint i = 0; i < n; i++)
        spec->levels[i] = (MienDecodeLevel){ .stride = 8 << i, .n_anchors = 1 };
    }
}

/* Reads the sizes [height, width] of the anchors of one level. */
static gboolean
read_anchors (JsonArray *pairs, MienDecodeLevel *level)
{
  guint n = json_array_get_length (pairs);

  if (n == 0 || n > MIEN_DECODE_MAX_ANCHORS)
    return FALSE;
  level->n_anchors = (int) n;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (pairs, i);
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

      if (pair == NULL || json_array_get_length (pair) != 2)
        return FALSE;
      level->heights[i] = (float) json_array_get_double_element (pair, 0);
      level->widths[i] = (float) json_array_get_double_element (pair, 1);
      if (!(level->heights[i] > 0 && level->widths[i] > 0))
        return FALSE;
    }
  return TRUE;
}

static JsonArray *
find_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* `strides` and either `anchors` (sizes by level) or `per_cell` (their number by level). */
static gboolean
read_levels (JsonObject *detector, MienDetectorSpec *spec)
{
  JsonArray *strides = find_array (detector, "strides");
  JsonArray *anchors = find_array (detector, "anchors");
  JsonArray *per_cell = find_array (detector, "per_cell");
  guint n = strides == NULL ? 0 : json_array_get_length (strides);

  if (strides == NULL)
    return spec->n_levels > 0 || spec->decode == mien_decode_ultraface;
  if (n == 0 || n > MIEN_DECODE_MAX_LEVELS
      || (anchors != NULL && json_array_get_length (anchors) != n)
      || (per_cell != NULL && json_array_get_length (per_cell) != n))
    return FALSE;
  spec->n_levels = (int) n;
  for (guint i = 0; i < n; i++)
    {
      MienDecodeLevel *level = &spec->levels[i];
      gint64 stride = json_array_get_int_element (strides, i);
      gint64 count = per_cell == NULL ? 1 : json_array_get_int_element (per_cell, i);
      JsonNode *pairs = anchors == NULL ? NULL : json_array_get_element (anchors, i);

      /* Powers of two, rising: decoders count on reaching each of them by halving. */
      if (stride < 2 || stride > 4096 || (stride & (stride - 1)) != 0
          || (i > 0 && stride <= level[-1].stride) || count < 1 || count > 64)
        return FALSE;
      level->stride = (int) stride;
      level->n_anchors = (int) count;
      if (pairs != NULL
          && !(JSON_NODE_HOLDS_ARRAY (pairs) && read_anchors (json_node_get_array (pairs), level)))
        return FALSE;
    }
  return anchors != NULL || spec->decode != mien_decode_ssd;
}

static void
read_input (MienCard *card, MienDetectorSpec *spec)
{
  const char *order = mien_card_find_text (card, "input", "order");

  spec->width = (int) mien_card_get_number (card, "input", "width", spec->width);
  spec->height = (int) mien_card_get_number (card, "input", "height", spec->height);
  spec->multiple = (int) mien_card_get_number (card, "input", "multiple", spec->multiple);
  spec->scale = (float) mien_card_get_number (card, "input", "scale", spec->scale);
  spec->offset = (float) mien_card_get_number (card, "input", "offset", spec->offset);
  if (g_strcmp0 (order, "bgr") == 0)
    spec->order = MIEN_CHANNELS_BGR;
  else if (g_strcmp0 (order, "rgb") == 0)
    spec->order = MIEN_CHANNELS_RGB;
  if (mien_card_find_text (card, "crop", "align") != NULL)
    spec->centred = g_strcmp0 (mien_card_find_text (card, "crop", "align"), "centre") == 0;
}

/* Takes over what the network itself fixes. FALSE when it takes no picture. */
static gboolean
read_graph (MienGraph *graph, MienDetectorSpec *spec)
{
  GPtrArray *inputs = mien_graph_get_inputs (graph);
  const MienValueInfo *info = inputs->len == 1 ? inputs->pdata[0] : NULL;

  if (info == NULL || info->dtype != MIEN_DTYPE_F32 || info->rank != 4
      || (info->dims[1] != 3 && info->dims[1] >= 0))
    return FALSE;
  spec->is_free = info->dims[2] <= 0 && info->dims[3] <= 0;
  if (!spec->is_free)
    {
      spec->height = (int) MIN (info->dims[2], G_MAXINT);
      spec->width = (int) MIN (info->dims[3], G_MAXINT);
    }
  return spec->width >= 16 && spec->height >= 16 && spec->width <= 8192 && spec->height <= 8192
         && spec->multiple >= 1 && spec->multiple <= 1024;
}

static gboolean
read_card (MienCard *card, const char *text, MienDetectorSpec *spec)
{
  g_autoptr (JsonNode) root = text == NULL ? NULL : json_from_string (text, NULL);

  read_input (card, spec);
  spec->min_score = (float) mien_card_get_number (card, "detector", "min_score", spec->min_score);
  spec->max_overlap =
      (float) mien_card_get_number (card, "detector", "max_overlap", spec->max_overlap);
  spec->min_face = (float) mien_card_get_number (card, "detector", "min_face", 0);
  spec->support_score =
      (float) mien_card_get_number (card, "detector", "support_score", spec->min_score);
  spec->sure_score = (float) mien_card_get_number (card, "detector", "sure_score", 0);
  spec->expand_x = (float) mien_card_get_number (card, "detector", "expand_x", 1);
  spec->expand_y = (float) mien_card_get_number (card, "detector", "expand_y", 1);
  spec->shift_y = (float) mien_card_get_number (card, "detector", "shift_y", 0);
  if (root == NULL)
    return spec->decode == mien_decode_ultraface || spec->n_levels > 0;
  return JSON_NODE_HOLDS_OBJECT (root) && read_levels (json_node_get_object (root), spec);
}

gboolean
mien_detector_recognise (MienModel *model, MienCard *card, MienDetectorSpec *spec, GError **error)
{
  const char *path = mien_card_get_path (card);
  const char *kind = mien_card_find_text (card, "detector", "kind");
  const MienDetectorSpec *known;

  known = kind != NULL ? find_kind (kind) : find_kind_by_outputs (mien_model_get_graph (model));
  if (known == NULL)
    {
      if (kind != NULL)
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: mien.detector: unknown kind “%s”",
                     path, kind);
      else
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                     "%s: not a face detector: its outputs are none that Mien knows", path);
      return FALSE;
    }
  *spec = *known;
  read_outputs (mien_model_get_graph (model), spec);
  if (!read_card (card, mien_card_find (card, "detector"), spec))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%s: mien.detector: strides and anchors do not make sense for kind “%s”", path,
                   known->kind);
      return FALSE;
    }
  if (!read_graph (mien_model_get_graph (model), spec))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%s: a detector needs one float32 input [n,3,height,width]", path);
      return FALSE;
    }
  return TRUE;
}
