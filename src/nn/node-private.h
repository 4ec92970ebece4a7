/* What the engine itself does with nodes beyond the public graph interface.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"

G_BEGIN_DECLS

void mien_attribute_clear (MienAttribute *self);
void mien_attribute_free (MienAttribute *self);

MienNode *
mien_node_new (const char *op_type, const char *domain, const char *name) G_GNUC_WARN_UNUSED_RESULT;
MienNode *mien_node_copy (const MienNode *from) G_GNUC_WARN_UNUSED_RESULT;
void mien_node_free (MienNode *self);

/* "" where the node has no such input. */
const char *mien_node_get_input (const MienNode *self, guint index);
/* Appends empty inputs up to @index where there are fewer. */
void mien_node_set_input (MienNode *self, guint index, const char *value);
void mien_node_set_output (MienNode *self, guint index, const char *value);

/* A graph input or output with nothing known about its type. */
MienValueInfo *mien_value_info_new (const char *name) G_GNUC_WARN_UNUSED_RESULT;
void mien_value_info_free (MienValueInfo *self);

/* Takes @node. */
void mien_graph_take_node (MienGraph *self, MienNode *node);
void mien_graph_set_opset (MienGraph *self, gint64 opset);
void mien_graph_remove_initializer (MienGraph *self, const char *name);
/* TRUE when @name is a graph output. */
gboolean mien_graph_is_output (MienGraph *self, const char *name);

G_END_DECLS
