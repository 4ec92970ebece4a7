/* A network as ONNX describes it: nodes, named values, initialisers. Editable, one thread at a
 * time. The ONNX reader makes one, the writer takes one, the trainer and the model converters build
 * one, mien_model_new() compiles one.
 * Reference: ONNX IR specification.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/tensor.h"

G_BEGIN_DECLS

typedef struct _MienGraph MienGraph;
typedef struct _MienNode MienNode;

typedef enum
{
  MIEN_ATTRIBUTE_FLOAT = 1,
  MIEN_ATTRIBUTE_INT = 2,
  MIEN_ATTRIBUTE_STRING = 3,
  MIEN_ATTRIBUTE_TENSOR = 4,
  MIEN_ATTRIBUTE_GRAPH = 5,
  MIEN_ATTRIBUTE_FLOATS = 6,
  MIEN_ATTRIBUTE_INTS = 7,
  MIEN_ATTRIBUTE_STRINGS = 8,
  MIEN_ATTRIBUTE_OTHER = 99,
} MienAttributeType;

typedef struct
{
  char *name;
  MienAttributeType type;
  float f;
  gint64 i;
  char *s;            /* also for STRING; 0-terminated copy */
  MienTensor *tensor; /* TENSOR */
  float *floats;      /* FLOATS */
  gint64 *ints;       /* INTS */
  char **strings;     /* STRINGS, NULL-terminated */
  gsize n;            /* of floats, ints or strings */
} MienAttribute;

/* A graph input or output. */
typedef struct
{
  char *name;
  MienDType dtype;
  int rank;                              /* -1: unknown */
  gint64 dims[MIEN_TENSOR_MAX_RANK];     /* -1: dynamic */
  char *dim_names[MIEN_TENSOR_MAX_RANK]; /* nullable: the symbol of a dynamic dimension */
} MienValueInfo;

struct _MienNode
{
  char *op_type;
  char *domain;          /* "" for ai.onnx */
  char *name;            /* may be "" */
  GPtrArray *inputs;     /* of char *; "" for an optional input left out */
  GPtrArray *outputs;    /* of char * */
  GPtrArray *attributes; /* of MienAttribute * */
};

MienGraph *mien_graph_new (const char *name, gint64 opset) G_GNUC_WARN_UNUSED_RESULT;
void mien_graph_free (MienGraph *self);
MienGraph *mien_graph_copy (MienGraph *self) G_GNUC_WARN_UNUSED_RESULT; /* tensors shared */

const char *mien_graph_get_name (MienGraph *self);
gint64 mien_graph_get_opset (MienGraph *self);

/* Borrowed arrays; edit through the functions below. Nodes are in topological order once
 * mien_graph_sort() has succeeded. */
GPtrArray *mien_graph_get_nodes (MienGraph *self);   /* of MienNode * */
GPtrArray *mien_graph_get_inputs (MienGraph *self);  /* of MienValueInfo *, initialisers left out */
GPtrArray *mien_graph_get_outputs (MienGraph *self); /* of MienValueInfo * */

/* @dims: @rank entries, -1 for dynamic (then @dim_name names it, or NULL). */
void mien_graph_append_input (MienGraph *self,
                              const char *name,
                              MienDType dtype,
                              int rank,
                              const gint64 *dims,
                              const char *dim_name);
void mien_graph_append_output (MienGraph *self,
                               const char *name,
                               MienDType dtype,
                               int rank,
                               const gint64 *dims,
                               const char *dim_name);

/* @inputs and @outputs: NULL-terminated names. Borrowed result: the graph owns the node. */
MienNode *mien_graph_append_node (MienGraph *self,
                                  const char *op_type,
                                  const char *name,
                                  const char *const *inputs,
                                  const char *const *outputs);
/* Takes @tensor. Replaces one of the same name. */
void mien_graph_take_initializer (MienGraph *self, const char *name, MienTensor *tensor);
MienTensor *
mien_graph_find_initializer (MienGraph *self, const char *name); /* nullable, borrowed */
GHashTable *mien_graph_get_initializers (MienGraph *self);       /* name -> MienTensor, borrowed */
/* The node that makes @value, or NULL. */
MienNode *mien_graph_find_producer (MienGraph *self, const char *value);

/* metadata_props, in order of insertion. */
void mien_graph_set_metadata (MienGraph *self, const char *key, const char *value);
const char *mien_graph_find_metadata (MienGraph *self, const char *key);
GPtrArray *mien_graph_list_metadata_keys (MienGraph *self) G_GNUC_WARN_UNUSED_RESULT;

/* Topological order. FALSE with MIEN_ERROR_MODEL that names a value which is used and never made,
 * made twice, or part of a cycle. */
gboolean mien_graph_sort (MienGraph *self, GError **error);

void mien_node_set_int (MienNode *self, const char *name, gint64 value);
void mien_node_set_float (MienNode *self, const char *name, float value);
void mien_node_set_string (MienNode *self, const char *name, const char *value);
void mien_node_set_ints (MienNode *self, const char *name, const gint64 *values, gsize n);
void mien_node_set_floats (MienNode *self, const char *name, const float *values, gsize n);
void mien_node_take_tensor (MienNode *self, const char *name, MienTensor *tensor);
const MienAttribute *mien_node_find_attribute (const MienNode *self, const char *name);
gint64 mien_node_get_int (const MienNode *self, const char *name, gint64 fallback);
float mien_node_get_float (const MienNode *self, const char *name, float fallback);
const char *mien_node_get_string (const MienNode *self, const char *name, const char *fallback);

/* ONNX files, opset 7 and later. @name in errors: the file. */
MienGraph *mien_graph_read_onnx (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienGraph *mien_graph_read_onnx_bytes (GBytes *bytes,
                                       const char *name,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Written to a temporary file beside @path and renamed. @f16_weights: float32 initialisers of more
 * than 16 elements are stored as float16 behind a Cast that readers fold away. */
gboolean
mien_graph_write_onnx (MienGraph *self, const char *path, gboolean f16_weights, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienGraph, mien_graph_free)

G_END_DECLS
