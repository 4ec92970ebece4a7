/* A network as a column of layers that a person can read: name, shape, parameters, work.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/model.h"

G_BEGIN_DECLS

/* One node that computes something from the input. Strings are borrowed from the graph. */
typedef struct
{
  const char *name;    /* of the node, or of its value where the node has none: --layer takes it */
  const char *op_type; /* "Conv", "Relu", ... */
  const char *value;   /* name of its first output: what to tap */
  const char *weight;  /* name of the initialiser with its weights, NULL when it has none */
  int rank;            /* of the output for one picture, 0 until mien_layers_set_shapes() */
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  guint64 parameters;   /* elements of all its initialisers that are floats */
  double multiply_adds; /* for one picture; 0 until mien_layers_set_shapes() */
} MienLayer;

/* The layers of the executed graph of @model in order; (element-type MienLayer). Valid as long as
 * @model. Nodes that only compute shapes are left out. */
GArray *mien_layers_list (MienModel *model) G_GNUC_WARN_UNUSED_RESULT;

/* Fills shapes and work in by running @model, made with MIEN_MODEL_KEEP_VALUES, on @input. */
gboolean
mien_layers_set_shapes (GArray *layers, MienModel *model, MienTensor *input, GError **error);

/* The layer of that name, or whose value has it; NULL when there is none. */
const MienLayer *mien_layers_find (GArray *layers, const char *name);
/* MIEN_ERROR_USAGE that lists some of the names there are. */
const MienLayer *mien_layers_get (GArray *layers, const char *name, GError **error);

/* The last layer before the classes with at least 3 x 3 places, pooling aside: what Grad-CAM looks
 * at. NULL when the network has none. Needs shapes. */
const MienLayer *mien_layers_find_last_map (GArray *layers);

G_END_DECLS
