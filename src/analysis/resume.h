/* What a document keeps so that an analysis can go on: the tracker between two frames, and whether
 * a document belongs to an input. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/gap.h"
#include "analysis/models.h"
#include "analysis/shapes.h"
#include "timeline/document.h"
#include "vision/tracker.h"

G_BEGIN_DECLS

/* A tracker that has given back frame @settled and been given frames up to @pushed, the last key
 * frame of them with @faces (element-type MienFaceBox), as the document keeps it while an analysis
 * is not complete. */
GBytes *mien_resume_state_save (gint64 settled,
                                gint64 pushed,
                                const GArray *faces,
                                const MienGapMemory *memory,
                                MienTracker *tracker) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces *state by one that keeps @shapes, of frame @settled, too. */
void mien_resume_state_add_shapes (GBytes **state, GBytes *shapes);

/* The other way, filling @faces; *shapes is NULL where none were added. NULL, leaving all of them
 * alone, when @state is of another
 * version, malformed, or made with other options. */
MienTracker *mien_resume_state_restore (GBytes *state,
                                        const MienTrackerOptions *options,
                                        gint64 *settled,
                                        gint64 *pushed,
                                        GArray *faces,
                                        MienGapMemory *memory,
                                        GBytes **shapes) G_GNUC_WARN_UNUSED_RESULT;

/* Writes source, classes, settings and models into an empty document. @size, @hash: of the file. */
gboolean mien_resume_describe (MienDocument *document,
                               const MienAnalysisSettings *settings,
                               MienModels *models,
                               GError **error);
/* TRUE when what is in @document was made with these settings and models from this file (its
 * size and hash in the document's source). MIEN_ERROR_USAGE says what differs. */
gboolean mien_resume_check (MienDocument *document,
                            const MienAnalysisSettings *settings,
                            MienModels *models,
                            gint64 size,
                            const char *hash,
                            GError **error);

/* "sha256:..." of a regular file: of all its bytes up to 32 MiB, else "sha256-ends:..." of its
 * length and its first and last 16 MiB. NULL for what is no file or cannot be read. */
char *mien_resume_hash_file (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
