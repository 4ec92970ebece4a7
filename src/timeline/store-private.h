/* What the parts of the store share. Private to the store: store.c has the queue and the thread
 * that empties it, store-open.c the file and its schema, store-write.c the rows, store-read.c the
 * way back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "timeline/store.h"

G_BEGIN_DECLS

/* Something to write, in the order it was pushed. */
typedef enum
{
  MIEN_STORE_OP_FRAMES,
  MIEN_STORE_OP_SAMPLES,
  MIEN_STORE_OP_EMBEDDINGS,
  MIEN_STORE_OP_BLOCK,
  MIEN_STORE_OP_SETTING,
  MIEN_STORE_OP_CHECKPOINT,
  MIEN_STORE_OP_STATE,
  MIEN_STORE_OP_DIAGNOSTIC,
  MIEN_STORE_OP_VIEW,
} MienStoreOpKind;

typedef struct
{
  MienStoreOpKind kind;
  guint track;
  gint64 at; /* block: first sample; checkpoint: frame */
  gsize n;
  MienFrameRecord *frames;
  MienSample *samples;
  float *landmarks;
  MienFaceView *views;
  GBytes *bytes;
  char *key, *value;
  MienEditState *state;
  MienDiagnostic *diagnostic;
} MienStoreOp;

struct _MienStore
{
  char *path;
  sqlite3 *db; /* the opener's until mien_store_start(), then the writer's */
  gboolean read_only;
  MienStoreNotify notify;
  gpointer notify_data;
  GThread *writer;

  GMutex lock;    /* guards all below */
  GCond wake;     /* to the writer: something to do at once */
  GCond done;     /* from the writer: an attempt ended */
  GQueue pending; /* of MienStoreOp */
  guint holds;
  guint64 pushed;    /* operations ever pushed */
  guint64 committed; /* of them, how many are on disk */
  guint64 attempts;  /* transactions tried */
  guint flushers;    /* threads that wait for a commit */
  gboolean stopping;
  GError *error;
};

/* Steps per unit of the integers in table `sample`. */
extern const double mien_store_steps[MIEN_COLUMN_VALUE];
extern const char *const mien_store_columns[MIEN_COLUMN_VALUE];
#define MIEN_STORE_VALUE_STEPS 1e6
#define MIEN_STORE_FLOW_STEPS 100

/* Turns what SQLite last met into MIEN_ERROR @code naming the file. */
void mien_store_set_error (MienStore *self, int code, int sqlite_code, GError **error);
gboolean mien_store_exec (MienStore *self, const char *sql, int code, GError **error);
gboolean
mien_store_prepare (MienStore *self, const char *sql, sqlite3_stmt **out, int code, GError **error);

/* Opens self->path; with MIEN_STORE_CREATE an empty document takes the place of what is there. */
gboolean mien_store_open_database (MienStore *self, MienStoreMode mode, GError **error);
/* Inside a transaction of the writer. */
gboolean mien_store_write_op (MienStore *self, const MienStoreOp *op, GError **error);

G_END_DECLS
