/* What a cascade is made of. SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/cascade.h"

G_BEGIN_DECLS

#define MIEN_CASCADE_MAX_WINDOW 256
#define MIEN_CASCADE_RECTS 3

typedef struct
{
  int x, y, width, height;
  float weight;
} MienHaarRect;

/* The weighted sum of the pixels of up to three rectangles of the window. */
typedef struct
{
  gboolean is_tilted;
  int n_rects;
  MienHaarRect rects[MIEN_CASCADE_RECTS];
} MienHaarFeature;

/* Below the threshold go to `left`, else to `right`: a node of the tree when > 0, leaf -n else. */
typedef struct
{
  int left, right;
  int feature;
  float threshold;
} MienCascadeNode;

typedef struct
{
  guint first_node, n_nodes;
  guint first_leaf, n_leaves;
} MienCascadeTree;

typedef struct
{
  guint first_tree, n_trees;
  float threshold;
} MienCascadeStage;

struct _MienCascade
{
  int width, height;
  gboolean has_tilted;
  GArray *stages;   /* of MienCascadeStage */
  GArray *trees;    /* of MienCascadeTree */
  GArray *nodes;    /* of MienCascadeNode */
  GArray *leaves;   /* of float */
  GArray *features; /* of MienHaarFeature */
};

G_END_DECLS
