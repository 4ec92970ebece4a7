/* Which images count and which class is right: the three ways results on FER2013 are reported.
 * Reference: Goodfellow et al. 2013; Barsoum et al. 2016, "Training Deep Networks for Facial
 * Expression Recognition with Crowd-Sourced Label Distribution".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/dataset.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_PROTOCOL_FER2013,  /* the original label */
  MIEN_PROTOCOL_ARGMAX,   /* most voted; rows where unknown or NF wins left out */
  MIEN_PROTOCOL_MAJORITY, /* single votes dropped; winner an emotion with over half of the rest */
} MienProtocol;

const char *mien_protocol_get_name (MienProtocol protocol);
gboolean mien_protocol_from_name (const char *name, MienProtocol *out);

/* The right class of @row, or -1 when it does not count. Ties go to the first column. */
int mien_protocol_get_class (MienProtocol protocol, const MienDatasetRow *row);
/* Classes of the protocol: 7 or 8. */
guint mien_protocol_get_n_classes (MienProtocol protocol);
/* The distribution that the L2 distance compares with: one-hot for FER2013, all emotion votes for
 * argmax, the votes left after dropping single ones for majority. @out has the classes' number. */
void mien_protocol_get_target (MienProtocol protocol, const MienDatasetRow *row, float *out);

G_END_DECLS
