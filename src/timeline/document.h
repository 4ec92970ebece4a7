/* The document: everything known about one film, in memory for drawing and in one SQLite file.
 *
 * A document belongs to the thread that made it: every call comes from there, and its signals are
 * emitted there when that thread's main context runs (without a running context nothing is lost but
 * the signals). A thread of its own writes to the file and commits at least once a second; a
 * failure there never stops the work in memory, is told by the "error" property, and is tried again
 * by the next flush.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "timeline/diagnostic.h"
#include "timeline/filters.h"
#include "timeline/labels.h"
#include "timeline/mark.h"
#include "timeline/person.h"
#include "timeline/sample.h"
#include "timeline/track.h"

G_BEGIN_DECLS

#define MIEN_DOCUMENT_APPLICATION_ID 0x4D69656E
#define MIEN_DOCUMENT_SCHEMA_VERSION 1

/* What changed since the last "changed" signal. */
typedef enum
{
  MIEN_CHANGE_SAMPLES = 1 << 0, /* frames were appended */
  MIEN_CHANGE_PEOPLE = 1 << 1,  /* people, tracks, exclusions, baselines */
  MIEN_CHANGE_MARKS = 1 << 2,
  MIEN_CHANGE_SETTINGS = 1 << 3, /* source, classes, settings */
  MIEN_CHANGE_FILTERS = 1 << 4,
  MIEN_CHANGE_DIAGNOSTICS = 1 << 5,
} MienChange;

#define MIEN_TYPE_DOCUMENT (mien_document_get_type ())
/* Signal "changed" (guint flags of MienChange): at most once per turn of the main context.
 * Properties, all read-only and notifying: "path", "modified", "can-undo", "can-redo", "error" (a
 * boxed GError or NULL: what the writer last met). */
G_DECLARE_FINAL_TYPE (MienDocument, mien_document, MIEN, DOCUMENT, GObject)

/* An empty document in memory, without a file. */
MienDocument *mien_document_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* An empty document in a new file; an old file at @path is replaced. MIEN_ERROR_OUTPUT. */
MienDocument *mien_document_create (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Opens for reading and writing; after a crash, with what was committed. MIEN_ERROR_INPUT when it
 * is no document of ours or newer than this program, MIEN_ERROR_DAMAGED when it is broken. */
MienDocument *mien_document_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Opens for reading; edits stay in memory. A worker thread that exports opens its own this way,
 * also while another document writes the same file (after mien_document_flush()). */
MienDocument *
mien_document_open_read_only (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes a whole new file at @path, in place of an old one only when it is complete, and goes on
 * there. The former file stays. MIEN_ERROR_OUTPUT. */
gboolean mien_document_save_as (MienDocument *self, const char *path, GError **error);
/* A document of its own in memory, with all that @self holds, for another thread; its signals go
 * nowhere. */
MienDocument *mien_document_dup (MienDocument *self) G_GNUC_WARN_UNUSED_RESULT;
/* @done: 0..1. In the document's thread, ten times a second at most. */
typedef void (*MienDocumentProgress) (double done, gpointer user_data);
/* The same by a thread, while the document goes on being edited and filled: the new file has that
 * too. Waits only for what is not committed yet, and without a file for a copy in memory. Cancelled
 * or failed, the document goes on where it was, and nothing is left at @path that was not there.
 * @progress is nullable. Finish: MIEN_ERROR_OUTPUT, G_IO_ERROR_CANCELLED. */
void mien_document_save_as_async (MienDocument *self,
                                  const char *path,
                                  GCancellable *cancellable,
                                  MienDocumentProgress progress,
                                  gpointer progress_data,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean mien_document_save_as_finish (MienDocument *self, GAsyncResult *result, GError **error);
/* Waits until everything so far is committed. MIEN_ERROR_OUTPUT with the reason when it cannot be.
 */
gboolean mien_document_flush (MienDocument *self, GError **error);
/* Flushes and closes the file, leaving one file without -wal. The document stays readable in
 * memory. Dropping the last reference does the same, quietly. */
gboolean mien_document_close (MienDocument *self, GError **error);

const char *mien_document_get_path (MienDocument *self); /* NULL in memory */
gboolean mien_document_is_read_only (MienDocument *self);
/* TRUE while something is only in memory: no file, or not committed yet. */
gboolean mien_document_is_modified (MienDocument *self);
/* What the writer last met, borrowed, NULL when all is well. */
const GError *mien_document_get_error (MienDocument *self);

/* The film that was analysed. */
typedef struct
{
  const char *path;   /* as given; a URI for cameras */
  gint64 size;        /* bytes, -1 unknown */
  const char *hash;   /* "sha256:..." or NULL */
  gint64 duration_ns; /* -1 unknown */
  int width, height;  /* of the displayed picture */
  double rate;        /* nominal frames per second, 0 unknown or variable */
  gint64 frames;      /* decoded frames when the whole was read, -1 unknown */
} MienSource;

/* Copies @source. */
void mien_document_set_source (MienDocument *self, const MienSource *source);
/* Borrowed; fields NULL, -1 or 0 before it is set. */
const MienSource *mien_document_get_source (MienDocument *self);

/* The classes of the samples, 1 to MIEN_SAMPLE_MAX_CLASSES. Only before the first sample. */
void mien_document_set_classes (MienDocument *self, const MienClass *classes, guint n_classes);
/* Borrowed array of mien_document_get_n_classes() elements. */
const MienClass *mien_document_get_classes (MienDocument *self);
guint mien_document_get_n_classes (MienDocument *self);

/* Settings of the analysis: a key and any JSON value as text. Keys that this room knows: "models"
 * (array of {name, task, hash, licence, source}), "detector", "classifier", "labels",
 * "detect_every", "every", "start", "end" (seconds or null), "min_face", "region", "landmarks",
 * "mesh", "timing" ({wall, frames, fps, stages}). The rest is kept and exported the same way, but
 * for keys that begin with '_', which are only kept. A text that is not JSON is refused with FALSE
 * and MIEN_ERROR_USAGE; NULL takes the key away. */
gboolean
mien_document_set_setting (MienDocument *self, const char *key, const char *json, GError **error);
/* Borrowed JSON text, NULL when not set. */
const char *mien_document_get_setting (MienDocument *self, const char *key);
double mien_document_get_setting_number (MienDocument *self, const char *key, double fallback);
/* NULL-terminated, sorted. */
char **mien_document_dup_setting_keys (MienDocument *self) G_GNUC_WARN_UNUSED_RESULT;

/* Smoothing, segments, threshold: kept in the document, outside undo. Everything derived follows.
 */
const MienFilters *mien_document_get_filters (MienDocument *self);
void mien_document_set_filters (MienDocument *self, const MienFilters *filters);

/* Appends the samples of finished frames: frames ascend, also over calls; all samples of a frame
 * come in one call, each track at most once; a frame without a face is one sample of status
 * NO_FACE. Makes tracks, and a person for each, as new numbers come. FALSE with MIEN_ERROR_USAGE,
 * having taken nothing, when the order is broken. Never waits for the disk. */
gboolean mien_document_append (MienDocument *self,
                               const MienSample *samples,
                               gsize n_samples,
                               GError **error);

/* The same with what the job needs to go on exactly after these frames (tracker state and the
 * like), committed together with them. @state NULL takes the former state away. */
gboolean mien_document_append_checkpoint (
    MienDocument *self, const MienSample *samples, gsize n_samples, GBytes *state, GError **error);
/* The state of the last append with one when nothing was appended since; NULL otherwise. Owned. */
GBytes *mien_document_dup_checkpoint (MienDocument *self) G_GNUC_WARN_UNUSED_RESULT;
/* The number that the next new track of the analysis gets: one more than the largest appended. */
int mien_document_get_next_track (MienDocument *self);

/* Where to resume: the last frame whose samples are all here, and its time. FALSE when none is. */
gboolean mien_document_get_last_frame (MienDocument *self, gint64 *frame, gint64 *pts_ns);
/* Whether analysis reached its end; set by the job, kept in the file. */
gboolean mien_document_is_complete (MienDocument *self);
void mien_document_set_complete (MienDocument *self, gboolean complete);

/* All analysed frames, with and without a face. Borrowed columns, valid until the next append. */
gsize mien_document_get_n_frames (MienDocument *self);
const guint32 *mien_document_get_frame_numbers (MienDocument *self);
const gint64 *mien_document_get_frame_times (MienDocument *self);
const guint16 *mien_document_get_frame_faces (MienDocument *self); /* how many */
/* First analysed frame at or after @time_ns; the number of frames when there is none. */
gsize mien_document_find_frame_at (MienDocument *self, gint64 time_ns);
/* When analysed frame @i leaves the screen: the next one's time, or one nominal frame later. */
gint64 mien_document_get_frame_end (MienDocument *self, gsize i);
/* End of the film: its duration, or where the last analysed frame leaves the screen. */
gint64 mien_document_get_end (MienDocument *self);
/* Longest pause in a track that still counts as one stretch: half a second, or three analysed
 * frames when they lie further apart. States break and lines stop at longer ones. */
gint64 mien_document_get_gap_limit (MienDocument *self);

GListModel *mien_document_get_tracks (MienDocument *self);            /* of MienTrack, by number */
GListModel *mien_document_get_people (MienDocument *self);            /* of MienPerson, by number */
GListModel *mien_document_get_marks (MienDocument *self);             /* of MienMark, by start */
GListModel *mien_document_get_diagnostics (MienDocument *self);       /* of MienDiagnostic */
MienTrack *mien_document_find_track (MienDocument *self, guint id);   /* nullable, borrowed */
MienPerson *mien_document_find_person (MienDocument *self, guint id); /* nullable, borrowed */
/* The tracks of @person by number: borrowed elements, owned array. */
GPtrArray *
mien_document_dup_person_tracks (MienDocument *self, MienPerson *person) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps a reference. Over 1000 of one stage and severity are counted, not kept. */
void mien_document_add_diagnostic (MienDocument *self, MienDiagnostic *diagnostic);

/* Edits. Each is one step of undo, and is written to the file. */
void mien_document_rename_person (MienDocument *self, MienPerson *person, const char *name);
void mien_document_set_person_colour (MienDocument *self, MienPerson *person, guint colour);
void mien_document_set_person_hidden (MienDocument *self, MienPerson *person, gboolean hidden);
/* All tracks of @from become @into's; @from goes. */
void mien_document_merge_people (MienDocument *self, MienPerson *into, MienPerson *from);
/* Gives one track to another person, or to a new one for NULL. Returns the person, borrowed. */
MienPerson *mien_document_assign_track (MienDocument *self, MienTrack *track, MienPerson *person);
/* From the sample at or after @time_ns on, @track becomes a track of its own with a new person.
 * Returns it, borrowed; NULL when one side would be empty. */
MienTrack *mien_document_split_track (MienDocument *self, MienTrack *track, gint64 time_ns);
/* Leaves start..end of @person (NULL: of all) out of states and statistics, or takes it in again.
 */
void mien_document_exclude (MienDocument *self, MienPerson *person, gint64 start_ns, gint64 end_ns);
void mien_document_include (MienDocument *self, MienPerson *person, gint64 start_ns, gint64 end_ns);
/* The neutral range of @person: the mean log-odds of its samples against neutral are moved to those
 * of a neutral face (each other class at one hundredth of neutral), in all samples, before
 * smoothing. Raw values stay. start == end takes it away. No effect without a class "neutral". */
void
mien_document_set_baseline (MienDocument *self, MienPerson *person, gint64 start_ns, gint64 end_ns);
/* Returns the new mark, borrowed. end == start makes a mark, later a range. */
MienMark *
mien_document_add_mark (MienDocument *self, gint64 start_ns, gint64 end_ns, const char *label);
void mien_document_edit_mark (
    MienDocument *self, MienMark *mark, gint64 start_ns, gint64 end_ns, const char *label);
void mien_document_remove_mark (MienDocument *self, MienMark *mark);

/* Gives the tracks that show one face to one person, from the embeddings of their samples: tracks
 * whose mean embeddings lie near each other and that are never on the screen at once. Renamed,
 * coloured, hidden and otherwise edited people keep what they have and may gain tracks. People that
 * nobody touched are numbered anew in order of appearance. For the job, when it has seen the whole
 * film; the result depends only on what is in the document, not on how it came there. No undo while
 * nobody has edited anything, one step of it afterwards. */
void mien_document_find_people (MienDocument *self);

/* Two people who may be one. */
typedef struct
{
  MienPerson *a, *b; /* borrowed; @a has the smaller number */
  double distance;   /* of their mean embeddings: below MIEN_LIKENESS_LIMIT they look alike */
} MienLikeness;

/* Pairs of people that are never on the screen at once and whose faces lie nearer than @limit,
 * the most alike first (element-type MienLikeness, owned). MIEN_LIKENESS_LIMIT is what to suggest.
 */
#define MIEN_LIKENESS_LIMIT 0.55
GArray *mien_document_dup_likenesses (MienDocument *self, double limit) G_GNUC_WARN_UNUSED_RESULT;

/* The embeddings that @track was given, one after the other (MIEN_SAMPLE_EMBEDDING floats each,
 * owned); *n how many. */
float *mien_document_dup_embeddings (MienDocument *self,
                                     MienTrack *track,
                                     gsize *n) G_GNUC_WARN_UNUSED_RESULT;

/* Several edits as one step of undo; may be nested. */
void mien_document_begin_edit (MienDocument *self);
void mien_document_end_edit (MienDocument *self);

gboolean mien_document_can_undo (MienDocument *self);
gboolean mien_document_can_redo (MienDocument *self);
void mien_document_undo (MienDocument *self);
void mien_document_redo (MienDocument *self);

G_END_DECLS
