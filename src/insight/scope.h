/* Looks into a classifier while a film plays: one question at a time on a thread of its own, the
 * newest wins, the answer comes back on the main loop.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "base/image.h"
#include "emotion/classifier.h"
#include "insight/influence.h"
#include "insight/layers.h"
#include "insight/regions.h"
#include "insight/saliency.h"

G_BEGIN_DECLS

/* What is wanted beside the probabilities. */
typedef enum
{
  MIEN_SCOPE_MAPS = 1 << 0,      /* what a layer gives */
  MIEN_SCOPE_UNIT = 1 << 1,      /* which pixels moved one value of it */
  MIEN_SCOPE_SALIENCY = 1 << 2,  /* which pixels spoke for a class */
  MIEN_SCOPE_INFLUENCE = 1 << 3, /* one sweep over this face */
  MIEN_SCOPE_TIMES = 1 << 4,     /* how long each layer took */
} MienScopeParts;

typedef struct
{
  MienImage image; /* the whole picture; borrowed from @owner */
  gpointer owner;  /* released when the question is done with, on any thread */
  GDestroyNotify release;
  MienFaceBox box;

  guint parts;
  char *layer;                /* a name of mien_scope_get_layers(), owned */
  guint channel, row, column; /* of the unit */
  MienSaliencyMethod method;
  int class_index; /* -1: the likeliest */
  MienSweep sweep;
} MienScopeQuestion;

typedef struct
{
  MienTensor *face; /* [1, channels, h, w], pixels 0..255 as the network takes them */
  float probabilities[MIEN_LABELS_MAX];
  guint class_index; /* that saliency is about */

  char *layer;      /* that maps and unit are of; NULL without */
  MienTensor *maps; /* [1, c, h, w] or [1, c], or NULL */
  guint channel, row, column;
  MienTensor *unit; /* [h, w]: derivative of the unit times the pixel's distance from mean grey */
  int unit_box[4];  /* x, y, width, height in pixels of the face: where the derivative is over a
                     * fiftieth of its largest. Reference: Luo et al. 2016 (effective receptive
                     * field) */
  MienSaliencyMethod method;
  MienTensor *saliency;         /* [h, w], or NULL */
  double share[MIEN_N_REGIONS]; /* of it; valid where @has_share */
  gboolean has_share;
  MienInfluence *influence; /* NULL without */
  float *times_ms;          /* one for each layer, 0 where it was not timed; NULL without */
  char *problem;            /* what could not be done, for people; NULL when all was */
} MienScopeAnswer;

#define MIEN_TYPE_SCOPE (mien_scope_get_type ())
/* Signal answered (gpointer answer): a MienScopeAnswer, borrowed for the call. Main loop. */
G_DECLARE_FINAL_TYPE (MienScope, mien_scope, MIEN, SCOPE, GObject)

/* Reads the model's file once more, with all its values kept: some tens of milliseconds. */
MienScope *
mien_scope_new (MienClassifierModel *classifier, GError **error) G_GNUC_WARN_UNUSED_RESULT;

MienClassifierModel *mien_scope_get_classifier (MienScope *self); /* borrowed */
MienModel *mien_scope_get_model (MienScope *self);                /* with values kept; borrowed */
/* (element-type MienLayer), with shapes; borrowed. */
GArray *mien_scope_get_layers (MienScope *self);

/* Answers at once, on the calling thread. Not while a question that was asked is open. */
MienScopeAnswer *mien_scope_answer (MienScope *self,
                                    const MienScopeQuestion *question,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_scope_answer_free (MienScopeAnswer *answer);

/* Takes the contents of @question, which is cleared. A question that still waits is dropped. */
void mien_scope_ask (MienScope *self, MienScopeQuestion *question);
/* Questions answered so far. */
guint mien_scope_get_n_answers (MienScope *self);

void mien_scope_question_clear (MienScopeQuestion *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienScopeAnswer, mien_scope_answer_free)

G_END_DECLS
