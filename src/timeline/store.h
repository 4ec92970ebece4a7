/* The document's file: SQLite behind a thread that writes. Private to the room.
 *
 * Table `sample` holds one row per face and frame, for us and for anybody's own tools; table
 * `block` holds the same numbers in the form in which they are read fast, up to the frame that
 * setting `document.blocks` names. Rows after that frame are read one by one. The guide has the
 * schema.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/columns.h"
#include "timeline/diagnostic.h"
#include "timeline/edit-state.h"

G_BEGIN_DECLS

typedef struct _MienStore MienStore;

/* One analysed frame. */
typedef struct
{
  guint32 frame;
  guint16 faces;
  gint64 pts_ns;
} MienFrameRecord;

/* What one face looked like to the network that tells people apart. */
typedef struct
{
  guint32 frame;
  guint raw; /* track */
  float numbers[MIEN_SAMPLE_EMBEDDING];
} MienFaceView;

typedef enum
{
  MIEN_STORE_CREATE, /* a new file in place of an old one */
  MIEN_STORE_WRITE,  /* an old file, to go on with */
  MIEN_STORE_READ_ONLY,
} MienStoreMode;

/* Called on the writer's thread after something was committed or failed. */
typedef void (*MienStoreNotify) (gpointer data);

/* Opens without starting to write. Read everything, then mien_store_start(). */
MienStore *mien_store_open (const char *path, MienStoreMode mode, GError **error);
/* Starts the writer. Not for a file opened read only. */
void mien_store_start (MienStore *self, MienStoreNotify notify, gpointer data);
/* Stops the writer after a last try to commit, leaves one file, frees @self. Reports what was lost.
 */
gboolean mien_store_close (MienStore *self, GError **error);

/* What is pushed is written in order; all that was pushed between hold and release, in one
 * transaction. Never block on the disk. */
void mien_store_hold (MienStore *self);
void mien_store_release (MienStore *self);
/* Take ownership of the arrays; elements of @samples have their landmarks in the same order in
 * @landmarks, n_landmarks pairs each, NULL for none. */
void mien_store_push_frames (MienStore *self, MienFrameRecord *frames, gsize n);
void mien_store_push_samples (MienStore *self, MienSample *samples, gsize n, float *landmarks);
void mien_store_push_views (MienStore *self, MienFaceView *views, gsize n);
/* @track 0 holds frames. */
void mien_store_push_block (MienStore *self, guint track, gsize first, GBytes *data);
void mien_store_push_setting (MienStore *self, const char *key, const char *value);
void mien_store_push_checkpoint (MienStore *self, gint64 frame, GBytes *state);
void mien_store_push_state (MienStore *self, MienEditState *state);
void mien_store_push_diagnostic (MienStore *self, MienDiagnostic *diagnostic);
/* Makes the view `samples`, which names the columns after the classes. */
void mien_store_push_view (MienStore *self, const char *const *class_names);

/* Waits for a commit of all that was pushed, or for the first failure. */
gboolean mien_store_flush (MienStore *self, GError **error);
gboolean mien_store_is_idle (MienStore *self);
/* A copy of what the writer last met, NULL when its last commit worked. */
GError *mien_store_dup_error (MienStore *self);

/* Reading, before mien_store_start(). Each calls back per row, in order; a callback returns FALSE
 * to refuse the row, which makes the document MIEN_ERROR_DAMAGED. */
typedef gboolean (*MienStoreSettingFunc) (gpointer data, const char *key, const char *value);
typedef gboolean (*MienStoreFrameFunc) (gpointer data, const MienFrameRecord *frame);
typedef gboolean (*MienStoreSampleFunc) (gpointer data, const MienSample *sample);
typedef gboolean (*MienStoreViewFunc) (gpointer data, const MienFaceView *view);
typedef gboolean (*MienStoreBlockFunc) (gpointer data,
                                        guint track,
                                        const guint8 *bytes,
                                        gsize size);
typedef gboolean (*MienStoreDiagnosticFunc) (gpointer data, MienDiagnostic *diagnostic);

gboolean mien_store_read_settings (MienStore *self,
                                   MienStoreSettingFunc func,
                                   gpointer data,
                                   GError **error);
gboolean
mien_store_read_blocks (MienStore *self, MienStoreBlockFunc func, gpointer data, GError **error);
gboolean mien_store_read_frames (
    MienStore *self, gint64 after, MienStoreFrameFunc func, gpointer data, GError **error);
/* By frame, then track. The time of a sample is that of its frame. */
gboolean mien_store_read_samples (
    MienStore *self, gint64 after, MienStoreSampleFunc func, gpointer data, GError **error);
/* By frame, then track. A file of an older version has none. */
gboolean
mien_store_read_views (MienStore *self, MienStoreViewFunc func, gpointer data, GError **error);
gboolean mien_store_read_diagnostics (MienStore *self,
                                      MienStoreDiagnosticFunc func,
                                      gpointer data,
                                      GError **error);
/* Owned; NULL with @error when it cannot be read. */
MienEditState *mien_store_read_state (MienStore *self, GError **error);
/* The state of the job and its frame; *state NULL when there is none. */
gboolean
mien_store_read_checkpoint (MienStore *self, gint64 *frame, GBytes **state, GError **error);

G_END_DECLS
