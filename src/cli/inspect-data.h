/* The labelled set that a network is looked at with: a table, a folder, or the labelled ranges of a
 * document.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/protocol.h"
#include "emotion/classifier.h"

G_BEGIN_DECLS

/* As they were typed. */
typedef struct
{
  char *data, *votes, *split, *protocol, *labels;
  gboolean exclude_copies;
} MienInspectSetOptions;

/* Adds the options that fill in @self, which stays where it is until the parse. */
void mien_inspect_set_options_add (MienInspectSetOptions *self, GOptionContext *context);
void mien_inspect_set_options_clear (MienInspectSetOptions *self);

typedef struct
{
  MienDataset *dataset;
  MienDatasetSplit split;
  MienProtocol protocol;
  char *words; /* "PrivateTest, protocol majority, without copies" */
} MienInspectSet;

/* @classifier: its label set is that of the protocol; its input is the size of the pictures cut out
 * of a document's film. */
gboolean mien_inspect_set_load (MienInspectSet *self,
                                const MienInspectSetOptions *options,
                                MienClassifierModel *classifier,
                                GError **error);
void mien_inspect_set_clear (MienInspectSet *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienInspectSet, mien_inspect_set_clear)

G_END_DECLS
