/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/detector.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "vision/detector-private.h"
#include "vision/nms.h"

#define MAX_FACES 100
#define BRIGHT 230.0f
#define MIN_GAIN 1.3f
#define MAX_GAIN 4.0f
/* What two tiles beside each other share, in parts of the input's larger side. */
#define OVERLAP 0.2f
/* Tiles along one side of the picture, at most. */
#define MAX_TILES 6
/* A face nearer to a tile's inner edge than this part of its size may be cut by it. */
#define NEAR 0.1f
/* A face of more pixels than this in the input that shows the whole picture needs no tile. */
#define LARGE 40

struct _MienDetector
{
  MienDetectorModel *model;
  MienParallel *parallel;  /* borrowed, nullable */
  MienContext *context;    /* NULL: a cascade */
  MienTensor *input;       /* of the last size */
  MienDetector *companion; /* nullable */
};

MienDetector *
mien_detector_new (MienDetectorModel *model, MienParallel *parallel)
{
  MienDetector *self = g_new0 (MienDetector, 1);

  self->model = mien_detector_model_ref (model);
  self->parallel = parallel;
  if (model->model != NULL)
    self->context = mien_context_new (model->model, parallel);
  if (model->companion != NULL)
    self->companion = mien_detector_new (model->companion, parallel);
  return self;
}

void
mien_detector_free (MienDetector *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->context, mien_context_free);
  g_clear_pointer (&self->input, mien_tensor_unref);
  g_clear_pointer (&self->companion, mien_detector_free);
  mien_detector_model_unref (self->model);
  g_free (self);
}

gsize
mien_detector_get_peak_bytes (MienDetector *self)
{
  gsize bytes = self->context != NULL ? mien_context_get_peak_bytes (self->context) : 0;

  return self->companion != NULL ? bytes + mien_detector_get_peak_bytes (self->companion) : bytes;
}

static int
round_up (float size, int multiple)
{
  int steps = (int) ceilf (size / (float) multiple - 1e-3f);

  return MAX (steps, 1) * multiple;
}

/* Width and height of the network's input for a part of the picture of @width x @height. */
static void
choose_size (const MienDetectorModel *model, float width, float height, int *w, int *h)
{
  const MienDetectorSpec *spec = &model->spec;
  float larger = MAX (width, height), target;

  *w = spec->width;
  *h = spec->height;
  if (!spec->is_free)
    return;
  target = (float) spec->width;
  if (model->options.input_size > 0)
    target = (float) model->options.input_size;
  else if (model->options.min_size > 0 && spec->min_face > 0)
    /* As large as the smallest face that is asked for needs, but nothing is gained by more pixels
     * than there are. */
    target = MIN (larger * spec->min_face / model->options.min_size, MAX (target, larger));
  target = CLAMP (target, 64, 4096);
  *w = round_up (width * target / larger, spec->multiple);
  *h = round_up (height * target / larger, spec->multiple);
}

/* Whether the hundredth brightest value is so bright that no gain is due; soon known then. */
static gboolean
is_bright (const float *values, gsize n, const MienDetectorSpec *spec)
{
  const float limit = spec->offset + ceilf (BRIGHT / MIN_GAIN) * spec->scale;
  gsize above = 0, i = 0;

  while (i < n && above < n / 100)
    for (const gsize end = MIN (i + 4096, n); i < end; i++)
      above += values[i] >= limit;
  return above >= n / 100;
}

/* Gives a picture without bright places more light: networks learned from well lit ones. The gain
 * is that which brings the hundredth brightest value to BRIGHT. */
static void
brighten (float *values, gsize n, const MienDetectorSpec *spec)
{
  guint32 histogram[256] = { 0 };
  guint64 above = 0;
  float low = spec->offset, high = 255 * spec->scale + spec->offset, gain;
  int level = 255;

  if (is_bright (values, n, spec))
    return;
  for (gsize i = 0; i < n; i++)
    histogram[(int) CLAMP ((values[i] - low) / spec->scale, 0, 255)]++;
  while (level > 0 && above + histogram[level] < n / 100)
    above += histogram[level--];
  gain = MIN (BRIGHT / (float) MAX (level, 1), MAX_GAIN);
  if (gain < MIN_GAIN)
    return;
  for (gsize i = 0; i < n; i++)
    values[i] = MIN (low + (values[i] - low) * gain, high);
}

static void
subtract_mean (float *values, gsize plane, const MienDetectorSpec *spec)
{
  for (int c = 0; c < 3; c++)
    for (gsize i = 0; spec->mean[c] != 0 && i < plane; i++)
      values[(gsize) c * plane + i] -= spec->mean[c];
}

/* Fills the input with the part @region of @image. @map: from input to picture. */
static MienAffine
fill_input (MienDetector *self, const MienImage *image, const MienRect *region, int w, int h)
{
  const MienDetectorSpec *spec = &self->model->spec;
  MienSampling sampling = mien_sampling_init (w, h, spec->order);
  float scale = MAX (region->width / (float) w, region->height / (float) h);
  MienRect rect = { region->x, region->y, scale * (float) w, scale * (float) h };
  gint64 dims[4] = { 1, 3, h, w };

  if (self->input == NULL || self->input->dims[2] != h || self->input->dims[3] != w)
    {
      g_clear_pointer (&self->input, mien_tensor_unref);
      self->input = mien_tensor_new_f32 (4, dims);
    }
  if (spec->centred)
    {
      rect.x -= (rect.width - region->width) / 2;
      rect.y -= (rect.height - region->height) / 2;
    }
  sampling.border = MIEN_BORDER_CONSTANT;
  sampling.border_value = spec->border;
  sampling.scale = spec->scale;
  sampling.offset = spec->offset;
  mien_image_sample_rect (image, &rect, &sampling, mien_tensor_f32 (self->input), self->parallel);
  brighten (mien_tensor_f32 (self->input), 3 * (gsize) w * (gsize) h, spec);
  subtract_mean (mien_tensor_f32 (self->input), (gsize) w * (gsize) h, spec);
  return mien_affine_from_rect (&rect, w, h);
}

/* From input pixels to the picture, with the growth that the card asks for. */
static void
map_face (const MienDetectorSpec *spec, const MienAffine *map, MienFaceBox *face)
{
  float w = face->width * spec->expand_x, h = face->height * spec->expand_y;
  MienPoint centre = { face->x + face->width / 2,
                       face->y + face->height / 2 + spec->shift_y * face->height };

  centre = mien_affine_apply (map, centre);
  face->width = w * map->a;
  face->height = h * map->e;
  face->x = centre.x - face->width / 2;
  face->y = centre.y - face->height / 2;
  for (guint p = 0; p < face->n_points; p++)
    face->points[p] = mien_affine_apply (map, face->points[p]);
}

static void
suppress (const MienDetectorModel *model, GArray *faces)
{
  const MienDetectorOptions *options = &model->options;
  float overlap = options->max_overlap > 0 ? options->max_overlap : model->spec.max_overlap;
  guint max = options->max_faces > 0 ? options->max_faces : MAX_FACES;

  if (model->spec.weighted)
    mien_nms_weighted (faces, overlap, max);
  else
    mien_nms_greedy (faces, overlap, max);
}

static float
get_min_score (const MienDetectorModel *model)
{
  return model->options.min_score > 0 ? model->options.min_score : model->spec.min_score;
}

/* Appends the faces of one part of the picture, in picture pixels, unclipped. */
static gboolean
detect_region (MienDetector *self,
               const MienImage *image,
               const MienRect *region,
               float min_score,
               GArray *faces,
               GCancellable *cancellable,
               GError **error)
{
  const MienDetectorModel *model = self->model;
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  MienAffine map;
  int w, h;

  choose_size (model, region->width, region->height, &w, &h);
  map = fill_input (self, image, region, w, h);
  if (!mien_context_run (self->context, &self->input, 1, cancellable, error))
    return FALSE;
  if (!model->spec.decode (&model->spec, self->context, w, h, min_score, found, error))
    {
      g_prefix_error (error, "%s: ", model->path);
      return FALSE;
    }
  suppress (model, found);
  for (guint i = 0; i < found->len; i++)
    map_face (&model->spec, &map, &g_array_index (found, MienFaceBox, i));
  g_array_append_vals (faces, found->data, found->len);
  return TRUE;
}

/* Drops from @first on the faces that an inner edge of @tile cuts, which a neighbour sees whole,
 * and large ones, which the whole picture shows better. What is left of a face that is cut ends
 * near the edge, not on it. */
static void
drop_cut (GArray *faces, guint first, const MienRect *tile, const MienImage *image, float large)
{
  float right = tile->x + tile->width, bottom = tile->y + tile->height;

  for (guint i = faces->len; i > first; i--)
    {
      const MienFaceBox *face = &g_array_index (faces, MienFaceBox, i - 1);
      float near = NEAR * MAX (face->width, face->height);
      gboolean is_large = MAX (face->width, face->height) > large;
      gboolean is_cut_across =
          (tile->x > 0 && face->x < tile->x + near)
          || (right < (float) image->width && face->x + face->width > right - near);
      gboolean is_cut_along =
          (tile->y > 0 && face->y < tile->y + near)
          || (bottom < (float) image->height && face->y + face->height > bottom - near);

      if (is_large || is_cut_across || is_cut_along)
        g_array_remove_index (faces, i - 1);
    }
}

/* Drops those of the first @n_whole faces whose centre lies in one that a tile showed: the whole
 * picture shows the same face at fewer pixels, and its box is often too far off to overlap. */
static void
drop_coarse (GArray *faces, guint n_whole)
{
  for (guint i = n_whole; i > 0; i--)
    {
      const MienFaceBox *whole = &g_array_index (faces, MienFaceBox, i - 1);
      float x = whole->x + whole->width / 2, y = whole->y + whole->height / 2;
      gboolean is_seen = FALSE;

      for (guint k = n_whole; k < faces->len && !is_seen; k++)
        {
          const MienFaceBox *face = &g_array_index (faces, MienFaceBox, k);

          is_seen = x >= face->x && x < face->x + face->width && y >= face->y
                    && y < face->y + face->height;
        }
      if (is_seen)
        {
          g_array_remove_index (faces, i - 1);
          n_whole--;
        }
    }
}

/* How many tiles go along @length pixels so that none has more of them than the network's input,
 * and how long each is. */
static int
split (float length, float input, float *tile)
{
  float shared = MIN (OVERLAP * input, length / 6);
  int n = (int) ceilf ((length - shared) / (input - shared));

  n = CLAMP (n, 2, MAX_TILES);
  *tile = (length + (float) (n - 1) * shared) / (float) n;
  return n;
}

static gboolean
detect_tiles (MienDetector *self,
              const MienImage *image,
              GArray *faces,
              GCancellable *cancellable,
              GError **error)
{
  float width = (float) image->width, height = (float) image->height;
  float input = (float) MAX (self->model->spec.width, self->model->spec.height);
  float tile_width, tile_height;
  guint n_whole = faces->len;
  int columns = split (width, input, &tile_width), rows = split (height, input, &tile_height);

  for (int i = 0; i < columns * rows; i++)
    {
      MienRect tile = { (width - tile_width) * (float) (i % columns) / (float) (columns - 1),
                        (height - tile_height) * (float) (i / columns) / (float) (rows - 1),
                        tile_width, tile_height };
      guint first = faces->len;

      if (!detect_region (self, image, &tile, get_min_score (self->model), faces, cancellable,
                          error))
        return FALSE;
      drop_cut (faces, first, &tile, image, LARGE * MAX (width, height) / input);
    }
  drop_coarse (faces, n_whole);
  suppress (self->model, faces);
  return TRUE;
}

/* The whole picture, with the companion's help. */
static gboolean
detect_whole (MienDetector *self,
              const MienImage *image,
              GArray *faces,
              GCancellable *cancellable,
              GError **error)
{
  const MienDetectorSpec *spec = &self->model->spec, *other;
  MienRect whole = { 0, 0, (float) image->width, (float) image->height };
  g_autoptr (GArray) own = NULL, theirs = NULL;
  float min_score = get_min_score (self->model);

  if (self->companion == NULL)
    return detect_region (self, image, &whole, min_score, faces, cancellable, error);
  other = &self->companion->model->spec;
  own = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  theirs = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  if (!detect_region (self, image, &whole, MIN (spec->support_score, min_score), own, cancellable,
                      error)
      || !detect_region (self->companion, image, &whole, other->support_score, theirs, cancellable,
                         error))
    return FALSE;
  mien_detector_fuse (own, min_score, theirs, MAX (min_score, other->min_score), faces);
  return TRUE;
}

/* Clips to the picture and drops what is too small. */
static void
finish (const MienDetectorModel *model, const MienImage *image, GArray *faces)
{
  guint kept = 0;

  for (guint i = 0; i < faces->len; i++)
    {
      MienFaceBox face = g_array_index (faces, MienFaceBox, i);
      MienRect rect = mien_face_box_get_rect (&face), inside;

      if (MAX (rect.width, rect.height) < model->options.min_size
          || !mien_rect_clip (&rect, image->width, image->height, &inside))
        continue;
      face.x = inside.x;
      face.y = inside.y;
      face.width = inside.width;
      face.height = inside.height;
      g_array_index (faces, MienFaceBox, kept++) = face;
    }
  g_array_set_size (faces, kept);
}

gboolean
mien_detector_detect (MienDetector *self,
                      const MienImage *image,
                      GArray *faces,
                      GCancellable *cancellable,
                      GError **error)
{
  g_return_val_if_fail (mien_image_is_valid (image), FALSE);
  g_array_set_size (faces, 0);
  if (self->model->cascade != NULL)
    {
      MienCascadeOptions options = mien_cascade_options_init ();

      options.min_size = (int) self->model->options.min_size;
      if (!mien_cascade_detect (self->model->cascade, image, &options, self->parallel, faces,
                                cancellable, error))
        return FALSE;
    }
  else if (!detect_whole (self, image, faces, cancellable, error)
           || (self->model->options.tiles
               && !detect_tiles (self, image, faces, cancellable, error)))
    {
      g_array_set_size (faces, 0);
      return FALSE;
    }
  finish (self->model, image, faces);
  return TRUE;
}

const float *
mien_decode_find_output (MienContext *context, const char *name, gsize n, GError **error)
{
  const MienTensor *tensor = mien_context_find_value (context, name);

  if (tensor == NULL || tensor->dtype != MIEN_DTYPE_F32 || tensor->n_elements != n)
    {
      g_autofree char *found = tensor == NULL ? NULL : mien_tensor_describe (tensor);

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "output “%s” should hold %" G_GSIZE_FORMAT " numbers of float32, but is %s",
                   name, n, found != NULL ? found : "missing");
      return NULL;
    }
  return mien_tensor_f32 (tensor);
}

const float *
mien_decode_get_output (
    MienContext *context, guint index, gsize width, gsize n, gsize *found, GError **error)
{
  const MienTensor *tensor = mien_context_get_output (context, index);

  if (tensor->dtype != MIEN_DTYPE_F32 || tensor->n_elements % width != 0
      || (n > 0 && tensor->n_elements != n * width))
    {
      g_autofree char *is = mien_tensor_describe (tensor);

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "output %u is %s, not rows of %" G_GSIZE_FORMAT " numbers that fit the input",
                   index, is, width);
      return NULL;
    }
  if (found != NULL)
    *found = tensor->n_elements / width;
  return mien_tensor_f32 (tensor);
}

void
mien_decode_set_five (MienFaceBox *face, const float *offsets, MienPoint at, float sx, float sy)
{
  MienPoint points[5];

  for (int p = 0; p < 5; p++)
    points[p] = (MienPoint){ at.x + offsets[2 * p] * sx, at.y + offsets[2 * p + 1] * sy };
  face->n_points = 4;
  for (int p = 0; p < 3; p++)
    face->points[p] = points[p];
  face->points[MIEN_FACE_MOUTH] =
      (MienPoint){ (points[3].x + points[4].x) / 2, (points[3].y + points[4].y) / 2 };
}

MienFaceBox *
mien_decode_append (GArray *faces, float cx, float cy, float w, float h, float score)
{
  MienFaceBox face = { .x = cx - w / 2, .y = cy - h / 2, .width = w, .height = h, .score = score };

  if (!isfinite (face.x) || !isfinite (face.y) || !isfinite (w) || !isfinite (h) || w <= 0
      || h <= 0)
    return NULL;
  g_array_append_val (faces, face);
  return &g_array_index (faces, MienFaceBox, faces->len - 1);
}
