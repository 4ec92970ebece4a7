/* Clips made at test time by ffmpeg, and what ffprobe says about them: the other tool that counts
 * and times are compared with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame-source.h"

G_BEGIN_DECLS

/* A folder for the clips of this test program; clips_clear() removes it. */
const char *clips_get_dir (void);
void clips_clear (void);

/* @name in that folder. */
char *clips_path (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Runs `ffmpeg @args @name` in that folder; in @args other clips may be named. The path. */
char *clips_make (const char *name, const char *args) G_GNUC_WARN_UNUSED_RESULT;

/* Times of the decoded frames of the first video stream as ffprobe tells them, in microseconds;
 * G_MININT64 where it tells none. */
GArray *clips_probe_times (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Times of the frames of MienFrameSource in nanoseconds. A clean end leaves *error NULL. */
GArray *clips_read_times (const char *path,
                          const MienFrameSourceOptions *options,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads through @path and checks count and times against ffprobe. */
void clips_assert_equal (const char *path);

/* The first @keep bytes of @from as @name; the path. */
char *clips_cut (const char *from, const char *name, gsize keep) G_GNUC_WARN_UNUSED_RESULT;

/* @from as @name with @n bytes from @offset on overwritten by noise; the path. */
char *
clips_break (const char *from, const char *name, gsize offset, gsize n) G_GNUC_WARN_UNUSED_RESULT;

gsize clips_get_size (const char *path);

/* Mean of the bytes of plane @plane in a rectangle of the image. */
double clips_mean (const MienImage *image, int plane, int x, int y, int width, int height);

G_END_DECLS
