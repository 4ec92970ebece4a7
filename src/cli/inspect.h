/* What the parts of `mien-cli inspect` share: the face that is looked at, and where results go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "emotion/classifier.h"
#include "media/frame-source.h"
#include "plot/palette.h"

G_BEGIN_DECLS

/* The classifier named MODEL on the command line, with its card. */
MienClassifierModel *
mien_inspect_load (const char *name, const char *labels, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same network with every value open to taps. */
MienModel *
mien_inspect_open (MienClassifierModel *classifier, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Any ONNX file, or the installed classifier of that name, with every value open to taps. */
MienModel *mien_inspect_open_any (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The picture at @place (IMAGE or VIDEO@SECONDS) and the best face of it. MIEN_ERROR_INPUT when
 * there is none. */
gboolean
mien_inspect_find_face (const char *place, MienFrame **out, MienFaceBox *box, GError **error);
/* The best face of @place as the classifier takes it, [1, c, h, w].
 * MIEN_ERROR_INPUT when there is no face. */
MienTensor *mien_inspect_take_face (MienClassifierModel *classifier,
                                    const char *place,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  MIEN_INSPECT_PICTURE, /* .png, .svg */
  MIEN_INSPECT_CSV,
  MIEN_INSPECT_JSON,
} MienInspectKind;

/* By the ending of @path; MIEN_ERROR_USAGE for another one. */
gboolean mien_inspect_get_kind (const char *path, MienInspectKind *out, GError **error);
/* Writes @text to @path. MIEN_ERROR_OUTPUT. */
gboolean mien_inspect_write_text (const char *path, const char *text, gssize size, GError **error);

/* Makes the folder and its parents. MIEN_ERROR_OUTPUT. */
gboolean mien_inspect_make_folder (const char *path, GError **error);

/* What the document at @path measured over pose, light and size, into @folder: dependence.csv,
 * .png, .svg and .pdf, and notes on stdout where not to trust it. */
gboolean mien_inspect_document (const char *path,
                                MienClassifierModel *classifier,
                                const char *folder,
                                GError **error);

int mien_inspect_layers (int argc, char **argv);
int mien_inspect_kernels (int argc, char **argv);
int mien_inspect_features (int argc, char **argv);
int mien_inspect_unit (int argc, char **argv);
int mien_inspect_saliency (int argc, char **argv);
int mien_inspect_response (int argc, char **argv);
int mien_inspect_influence (int argc, char **argv);

G_END_DECLS
