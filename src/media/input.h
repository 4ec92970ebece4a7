/* What kind of thing a person named as input, found out before any decoder sees it. Private to this
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/probe.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  MienMediaKind kind;
  char *path;     /* absolute */
  char *name;     /* for messages: as the person wrote it */
  char *type;     /* media type of the content: "video/quicktime"; NULL for folders */
  gint64 bytes;   /* -1 for folders */
  gint64 missing; /* bytes that the container announces but the file has not; 0 when whole */
} MienInput;

/* Looks at the first bytes and at the outline of the container. Refuses, with MIEN_ERROR_INPUT and
 * a reason a person understands: what is missing, empty, text, only sound, a device or a pipe, a
 * play list (which could lead to a network), an address of a network. */
MienInput *mien_input_new (const char *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_input_free (MienInput *self);

/* The pictures in folder @path, full paths sorted by name with numbers by value, an array of char *
 * owned by the caller. Errors: MIEN_ERROR_INPUT. */
GPtrArray *mien_input_list_pictures (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How two file names sort: runs of digits by value, other bytes by code. A total order. */
int mien_input_compare_names (const char *a, const char *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienInput, mien_input_free)

G_END_DECLS
