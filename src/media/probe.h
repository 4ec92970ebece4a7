/* What a media file holds, before any of it is analysed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_MEDIA_VIDEO,     /* a film: a container or an elementary stream */
  MIEN_MEDIA_IMAGE,     /* one still picture */
  MIEN_MEDIA_ANIMATION, /* GIF, or WebP with several pictures */
  MIEN_MEDIA_FOLDER,    /* a folder of still pictures, sorted by name, as one film */
  MIEN_MEDIA_CAMERA,    /* a live device */
} MienMediaKind;

typedef enum
{
  MIEN_STREAM_VIDEO,
  MIEN_STREAM_AUDIO,
  MIEN_STREAM_TEXT,
  MIEN_STREAM_OTHER
} MienStreamKind;

typedef struct
{
  MienStreamKind kind;
  char *codec;   /* for people: "H.264 (High Profile)"; never NULL */
  char *caps;    /* GStreamer caps of the coded stream, for diagnostics; never NULL */
  gboolean used; /* the stream that frames are taken from */
} MienStreamInfo;

/* Owned by whoever got it from mien_media_probe(); free with mien_media_info_free(). */
typedef struct
{
  MienMediaKind kind;
  char *path;      /* absolute path, or the name of the camera */
  char *container; /* for people: "Matroska", "ISO MP4/M4A", "PNG image"; never NULL */
  gint64 bytes;    /* size of the file, -1 for folders and cameras */

  /* Length in nanoseconds, -1 when not known (camera, some elementary streams). 0 for a still. */
  gint64 duration_ns;
  /* Size of the pictures that are handed out: upright and with square pixels. */
  int width, height;
  int coded_width, coded_height; /* as stored */
  int par_n, par_d;              /* shape of a stored pixel, 1/1 for square */
  int rotation;                  /* degrees clockwise that were applied: 0, 90, 180 or 270 */
  gboolean is_mirrored;
  gboolean is_interlaced;
  gboolean has_alpha;
  int bit_depth; /* of one stored component, usually 8 or 10 */
  /* Transfer is PQ or HLG. The pictures that are handed out are mapped to an ordinary screen's. */
  gboolean is_hdr;
  char *pixel_format; /* GStreamer's name of the decoded format: "I420", "I420_10LE"; never NULL */
  char *colorimetry;  /* GStreamer's name: "bt709"; never NULL */

  /* Rate that the container states, or that the distances between frames give; 0/1 when unknown.
   * With @is_variable_rate it is only the mean. */
  int rate_n, rate_d;
  gboolean is_variable_rate;
  /* Frames that will be decoded; exact when @is_count_exact, otherwise duration times rate; -1 when
   * nothing is known. */
  gint64 n_frames;
  gboolean is_count_exact;

  gboolean has_audio;
  MienStreamInfo *streams; /* @n_streams of them, in the order of the container */
  guint n_streams;
  char *tags; /* one "name: value" per line, for people; never NULL, may be "" */
} MienMediaInfo;

/* Opens @input, decodes its first picture and looks at the packets of the beginning (all of them
 * when the file is short), then closes it. @input: a path or a file: URI of a media file, an image
 * or a folder of images; or "camera:..." (see media/camera.h). Blocks, usually well under a second;
 * any thread.
 * Errors: MIEN_ERROR_INPUT when there is no picture to be had from it: missing, empty, text, only
 * sound, damaged from the start, a network address; G_IO_ERROR_CANCELLED. */
MienMediaInfo *mien_media_probe (const char *input,
                                 GCancellable *cancellable,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

MienMediaInfo *mien_media_info_copy (const MienMediaInfo *self) G_GNUC_WARN_UNUSED_RESULT;
void mien_media_info_free (MienMediaInfo *self);

/* The mean frame rate as a number, 0 when unknown. */
double mien_media_info_get_rate (const MienMediaInfo *self);

/* The absolute path of @input, a path or a file: URI. Errors: MIEN_ERROR_INPUT for addresses of
 * other schemes: nothing is ever fetched from a network. */
char *mien_media_dup_path (const char *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when "camera:" starts @input. */
gboolean mien_media_is_camera (const char *input);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienMediaInfo, mien_media_info_free)

G_END_DECLS
