/* The document's parts, for the files that make it up. Private to the document.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/private.h"
#include "timeline/store.h"

G_BEGIN_DECLS

/* All analysed frames, as columns. */
typedef struct
{
  gsize n, allocated;
  guint32 *numbers;
  gint64 *times;
  guint16 *faces;
} MienFrames;

void mien_frames_clear (MienFrames *self);
void mien_frames_append (MienFrames *self, const MienFrameRecord *record);
/* @self is empty. */
void mien_frames_copy (MienFrames *self, const MienFrames *from);
GBytes *mien_frames_encode (const MienFrames *self, gsize begin, gsize end);
/* FALSE, having appended nothing, when the block is malformed. */
gboolean mien_frames_decode (MienFrames *self, const guint8 *data, gsize size);
/* First frame at or after @time_ns. */
gsize mien_frames_find_time (const MienFrames *self, gint64 time_ns);

/* What a document and the idle that speaks for it on the owner's context share. */
typedef struct
{
  gatomicrefcount ref_count;
  GMainContext *context;
  GMutex lock;            /* guards the two below: the writer's thread asks for news too */
  MienDocument *document; /* borrowed, NULL once it is going */
  GSource *source;        /* pending, NULL when none */
} MienNews;

struct _MienDocument
{
  GObject parent_instance;

  MienStore *store; /* NULL in memory and when read only */
  char *path;
  gboolean read_only;
  gboolean was_modified; /* as last notified */
  GError *error;         /* a copy of the store's, as last notified */
  MienNews *news;
  guint changes; /* MienChange flags not emitted yet */

  MienSource source; /* the strings are ours */
  MienClass classes[MIEN_SAMPLE_MAX_CLASSES];
  double valence[MIEN_SAMPLE_MAX_CLASSES], arousal[MIEN_SAMPLE_MAX_CLASSES];
  guint n_classes;
  int neutral;
  GHashTable *settings; /* of char * to char * */
  MienFilters filters;
  gboolean complete;

  MienFrames frames;
  GHashTable *raw; /* of guint to MienColumns, owned */
  GArray *views;   /* of MienFaceView, by frame */
  int next_raw;
  GHashTable *saved;  /* of guint raw to gsize: samples that are in blocks */
  gsize saved_frames; /* frames that are in blocks */
  GBytes *checkpoint;
  gint64 checkpoint_frame;

  MienEditState *state;
  GQueue undo, redo; /* of MienEditState, newest first */
  guint edit_depth;
  MienEditState *edit_before; /* while edit_depth > 0 */

  GListStore *tracks, *people, *marks, *diagnostics;
  GHashTable *track_index;  /* of guint id to MienTrack, borrowed */
  GHashTable *person_index; /* of guint id to MienPerson, borrowed */
  GHashTable *open_tracks;  /* of guint raw to the MienTrack that grows, borrowed */
  GHashTable *diagnostic_counts;
};

/* Adds @changes to the next "changed"; 0 only has the writer's news told. */
void mien_document_queue (MienDocument *self, guint changes);

/* Brings the lists and everything derived in line with self->state. */
void mien_document_apply_state (MienDocument *self);
/* Makes room for a track that analysis begins, with a person of its own. */
void mien_document_begin_track (MienDocument *self, guint raw, guint32 first_frame);
/* self->state as one that nobody else holds. */
MienEditState *mien_document_own_state (MienDocument *self);
void mien_document_apply_exclusions (MienDocument *self, MienColumns *columns, gsize begin);
void mien_document_forget_undo (MienDocument *self);
/* Puts @state in the place of the present one, outside undo. */
void mien_document_replace_state (MienDocument *self, MienEditState *state);

/* Settings of the document itself, kept with the others in the file under "document.". */
gboolean mien_document_take_own_setting (MienDocument *self, const char *key, const char *value);
void mien_document_push_own_settings (MienDocument *self, MienStore *store);
void mien_document_clear_source (MienSource *source);

/* Has the store, just opened, written to by a thread of its own. */
void mien_document_start_store (MienDocument *self);

/* How something that takes a while is followed, from the thread that does it. */
typedef struct
{
  GCancellable *cancellable; /* nullable */
  void (*progress) (double done, gpointer data);
  gpointer data;
} MienDocumentWatch;

/* Reads everything in @store into the new @self. */
gboolean mien_document_load (MienDocument *self, MienStore *store, GError **error);
/* Pushes everything in @self into the empty @store. @watch may be NULL. */
gboolean mien_document_push_all (MienDocument *self,
                                 MienStore *store,
                                 const MienDocumentWatch *watch,
                                 GError **error);
/* Pushes the settings that are not the document's own. */
void mien_document_push_settings (MienDocument *self, MienStore *store);
/* Pushes frames from number @begin of their list on, with the faces' embeddings of all; then the
 * rows of their samples, waiting now and then for the writer. */
void mien_document_push_frames (MienDocument *self, MienStore *store, gsize begin);
gboolean mien_document_push_rows (MienDocument *self,
                                  MienStore *store,
                                  gsize begin,
                                  const MienDocumentWatch *watch,
                                  GError **error);
/* Pushes the blocks of all that is in none yet. */
void mien_document_push_blocks (MienDocument *self, MienStore *store);

G_END_DECLS
