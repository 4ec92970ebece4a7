/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/sampling.h"

#include <math.h>
#include <string.h>

#include "vision/rows.h"
#include "vision/taps.h"

/* Rows of a result that one worker takes at a time. */
#define BAND 16

MienSampling
mien_sampling_init (int width, int height, MienChannels channels)
{
  return (MienSampling){ .width = width, .height = height, .channels = channels, .scale = 1 };
}

gsize
mien_sampling_get_size (const MienSampling *self)
{
  return (gsize) self->width * (gsize) self->height
         * (self->channels == MIEN_CHANNELS_GRAY ? 1 : 3);
}

gboolean
mien_image_is_valid (const MienImage *image)
{
  gint64 width, chroma;

  if (image == NULL || image->width <= 0 || image->height <= 0 || image->planes[0] == NULL)
    return FALSE;
  width = image->width;
  chroma = (width + 1) / 2;
  switch (image->format)
    {
    case MIEN_PIXEL_GRAY8:
      return image->strides[0] >= width;
    case MIEN_PIXEL_RGB24:
      return image->strides[0] >= 3 * width;
    case MIEN_PIXEL_RGBX32:
      return image->strides[0] >= 4 * width;
    case MIEN_PIXEL_I420:
      return image->strides[0] >= width && image->planes[1] != NULL && image->planes[2] != NULL
             && image->strides[1] >= chroma && image->strides[2] >= chroma;
    case MIEN_PIXEL_NV12:
      return image->strides[0] >= width && image->planes[1] != NULL
             && image->strides[1] >= 2 * chroma;
    default:
      return FALSE;
    }
}

/* One plane of the source and how its bytes lie. */
typedef struct
{
  const guint8 *data;
  int stride;
  int pixel; /* bytes from one sample to the next */
  int n;     /* channels taken from it, from byte 0 on */
  MienTaps x, y;
  /* The taps of x once more, for all pixels tap by tap: [n_taps, x.n], and [x.n] floats of a
   * summed row from which they go on. */
  int n_taps;
  float *weights;
  int *places;
} Plane;

/* Everything that the bands of one resize share; read only while they run. */
typedef struct
{
  const MienSampling *sampling;
  const MienRowKernels *kernels;
  Plane planes[3];
  int n_planes;
  int n_channels;  /* of all planes together, 1 .. 3 */
  float border[3]; /* by channel, in codes of the source */
  /* value = matrix * (code - bias), for each of the result's channels */
  float matrix[3][3];
  float bias[3];
  int n_out;
  float *out;
} Job;

static void
set_luma_weights (float *row)
{
  row[0] = 0.299f;
  row[1] = 0.587f;
  row[2] = 0.114f;
}

/* Reference: ITU-R BT.601-7, BT.709-6 and BT.2020-2: E'Y = Kr R + Kg G + Kb B and its inverse. */
static void
set_ycc_matrix (Job *job, const MienImage *image)
{
  static const float kr_kb[][2] = { [MIEN_MATRIX_BT601] = { 0.299f, 0.114f },
                                    [MIEN_MATRIX_BT709] = { 0.2126f, 0.0722f },
                                    [MIEN_MATRIX_BT2020] = { 0.2627f, 0.0593f } };
  float kr = kr_kb[image->matrix][0], kb = kr_kb[image->matrix][1], kg = 1 - kr - kb;
  float y = image->full_range ? 1 : 255.0f / 219, c = image->full_range ? 1 : 255.0f / 224;

  job->bias[0] = image->full_range ? 0 : 16;
  job->bias[1] = job->bias[2] = 128;
  for (int i = 0; i < 3; i++)
    job->matrix[i][0] = y;
  job->matrix[0][2] = 2 * (1 - kr) * c;
  job->matrix[1][1] = -2 * (1 - kb) * kb / kg * c;
  job->matrix[1][2] = -2 * (1 - kr) * kr / kg * c;
  job->matrix[2][1] = 2 * (1 - kb) * c;
}

static void
add_plane (Job *job, const MienImage *image, int index, int pixel, int n)
{
  job->planes[job->n_planes++] = (Plane){ image->planes[index], image->strides[index], pixel, n };
  job->n_channels += n;
}

/* Chooses the planes to read and the matrix from their channels to the result's. */
static void
set_source (Job *job, const MienImage *image)
{
  const MienSampling *sampling = job->sampling;
  gboolean is_gray = sampling->channels == MIEN_CHANNELS_GRAY;

  job->n_out = is_gray ? 1 : 3;
  switch (image->format)
    {
    case MIEN_PIXEL_GRAY8:
      add_plane (job, image, 0, 1, 1);
      for (int i = 0; i < 3; i++)
        job->matrix[i][0] = 1;
      break;
    case MIEN_PIXEL_RGB24:
    case MIEN_PIXEL_RGBX32:
      add_plane (job, image, 0, image->format == MIEN_PIXEL_RGB24 ? 3 : 4, 3);
      for (int i = 0; i < 3; i++)
        job->matrix[i][i] = 1;
      if (is_gray)
        set_luma_weights (job->matrix[0]);
      break;
    case MIEN_PIXEL_I420:
    case MIEN_PIXEL_NV12:
      set_ycc_matrix (job, image);
      add_plane (job, image, 0, 1, 1);
      if (is_gray)
        break;
      if (image->format == MIEN_PIXEL_NV12)
        add_plane (job, image, 1, 2, 2);
      else
        {
          add_plane (job, image, 1, 1, 1);
          add_plane (job, image, 2, 1, 1);
        }
      break;
    default:
      g_assert_not_reached ();
    }
  if (sampling->channels == MIEN_CHANNELS_BGR)
    for (int i = 0; i < 3; i++)
      {
        float red = job->matrix[0][i];

        job->matrix[0][i] = job->matrix[2][i];
        job->matrix[2][i] = red;
      }
}

/* The codes that come out as the border value in every channel of the result. */
static void
set_border (Job *job, const MienImage *image)
{
  gboolean is_ycc = image->format == MIEN_PIXEL_I420 || image->format == MIEN_PIXEL_NV12;

  for (int i = 0; i < 3; i++)
    job->border[i] = job->sampling->border_value;
  if (is_ycc)
    {
      job->border[0] = job->bias[0] + job->sampling->border_value / job->matrix[0][0];
      job->border[1] = job->border[2] = 128;
    }
}

static void
turn_taps (Plane *plane)
{
  const MienTaps *x = &plane->x;

  for (int i = 0; i < x->n; i++)
    plane->n_taps = MAX (plane->n_taps, x->counts[i]);
  plane->weights = g_new0 (float, (gsize) plane->n_taps *(gsize) x->n + 1);
  plane->places = g_new (int, x->n);
  for (int i = 0; i < x->n; i++)
    {
      plane->places[i] = (x->starts[i] - x->low) * plane->pixel;
      for (int k = 0; k < x->counts[i]; k++)
        plane->weights[(gsize) k * (gsize) x->n + (gsize) i] =
            x->weights[(gsize) i * (gsize) x->stride + (gsize) k];
    }
}

static void
set_taps (Job *job, const MienImage *image, const MienRect *rect)
{
  const MienSampling *sampling = job->sampling;
  gboolean repeat = sampling->border == MIEN_BORDER_REPEAT;

  for (int p = 0; p < job->n_planes; p++)
    {
      Plane *plane = &job->planes[p];
      gboolean is_half =
          p > 0 && (image->format == MIEN_PIXEL_I420 || image->format == MIEN_PIXEL_NV12);
      double part = is_half ? 0.5 : 1;
      int width = is_half ? (image->width + 1) / 2 : image->width;
      int height = is_half ? (image->height + 1) / 2 : image->height;

      mien_taps_init (&plane->x, rect->x * part, rect->width * part / sampling->width,
                      sampling->width, width, repeat);
      mien_taps_init (&plane->y, rect->y * part, rect->height * part / sampling->height,
                      sampling->height, height, repeat);
      turn_taps (plane);
    }
}

/* Floats of a row of @plane that is summed. */
static int
get_row_size (const Plane *plane)
{
  return (plane->x.high - plane->x.low) * plane->pixel;
}

/* The weighted sum of the source rows of result row @row, one float a byte. */
static void
sum_rows (const Job *job, const Plane *plane, int row, float *sum)
{
  const MienTaps *y = &plane->y;
  const guint8 *source =
      plane->data + (gssize) y->starts[row] * plane->stride + (gssize) plane->x.low * plane->pixel;

  job->kernels->sum_rows (source, plane->stride, y->weights + (gsize) row * (gsize) y->stride,
                          y->counts[row], get_row_size (plane), sum);
}

static void
add_border (const Plane *plane, int row, float border, float *out)
{
  for (int i = 0; i < plane->x.n; i++)
    out[i] += border * (1 - plane->x.inside[i] * plane->y.inside[row]);
}

/* Codes to values, clamped, scaled and stored. @codes: n_channels rows of the result's width.
 * @values: room for one. */
static void
store_row (const Job *job, int row, const float *codes, float *values)
{
  const MienSampling *sampling = job->sampling;
  gsize width = (gsize) sampling->width, plane = width * (gsize) sampling->height;

  for (int c = 0; c < job->n_out; c++)
    {
      const float *m = job->matrix[c];
      const gboolean is_color = job->n_channels == 3;
      float *out = sampling->interleaved ? values : job->out + c * plane + (gsize) row * width;
      float add = 0;

      for (int s = 0; s < job->n_channels; s++)
        add -= m[s] * job->bias[s];
      job->kernels->mix (codes, is_color ? codes + width : NULL,
                         is_color ? codes + 2 * width : NULL, m, add, sampling->scale,
                         sampling->offset, sampling->width, out);
      if (sampling->interleaved)
        for (gsize i = 0; i < width; i++)
          job->out[((gsize) row * width + i) * (gsize) job->n_out + (gsize) c] = values[i];
    }
}

static void
run_band (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const MienSampling *sampling = job->sampling;
  int first = (int) part * BAND, last = MIN (first + BAND, sampling->height);
  int widest = 1;
  g_autofree float *sum = NULL, *codes = NULL;

  for (int p = 0; p < job->n_planes; p++)
    widest =
        MAX (widest, get_row_size (&job->planes[p]) + job->planes[p].n_taps * job->planes[p].pixel);
  /* Behind the end are zeros: pixels with fewer taps than others read them with weight 0. */
  sum = g_new0 (float, widest);
  codes = g_new (float, 4 * (gsize) sampling->width);
  for (int row = first; row < last; row++)
    {
      int channel = 0;

      for (int p = 0; p < job->n_planes; p++)
        {
          const Plane *plane = &job->planes[p];

          sum_rows (job, plane, row, sum);
          for (int c = 0; c < plane->n; c++, channel++)
            {
              float *out = codes + (gsize) channel * (gsize) sampling->width;

              job->kernels->sum_columns (sum + c, plane->places, plane->weights, plane->n_taps,
                                         plane->pixel, plane->x.n, out);
              if (sampling->border == MIEN_BORDER_CONSTANT)
                add_border (plane, row, job->border[channel], out);
            }
        }
      store_row (job, row, codes, codes + 3 * (gsize) sampling->width);
    }
}

static gboolean
is_usable (const MienRect *rect)
{
  return isfinite (rect->x) && isfinite (rect->y) && rect->width > 0 && rect->height > 0
         && isfinite (rect->width) && isfinite (rect->height);
}

void
mien_image_sample_rect (const MienImage *image,
                        const MienRect *rect,
                        const MienSampling *sampling,
                        float *out,
                        MienParallel *parallel)
{
  Job job = { .sampling = sampling, .kernels = mien_row_kernels_get (), .out = out };

  g_return_if_fail (mien_image_is_valid (image));
  g_return_if_fail (is_usable (rect));
  g_return_if_fail (sampling->width > 0 && sampling->height > 0);
  set_source (&job, image);
  set_border (&job, image);
  set_taps (&job, image, rect);
  mien_parallel_for (parallel, ((guint) sampling->height + BAND - 1) / BAND, run_band, &job);
  for (int p = 0; p < job.n_planes; p++)
    {
      mien_taps_clear (&job.planes[p].x);
      mien_taps_clear (&job.planes[p].y);
      g_free (job.planes[p].weights);
      g_free (job.planes[p].places);
    }
}

MienAffine
mien_image_letterbox (const MienImage *image,
                      const MienSampling *sampling,
                      gboolean centred,
                      float *out,
                      MienParallel *parallel)
{
  MienSampling filled = *sampling;
  MienRect rect;
  float scale;

  scale = MAX ((float) image->width / (float) sampling->width,
               (float) image->height / (float) sampling->height);
  rect.width = scale * (float) sampling->width;
  rect.height = scale * (float) sampling->height;
  rect.x = centred ? ((float) image->width - rect.width) / 2 : 0;
  rect.y = centred ? ((float) image->height - rect.height) / 2 : 0;
  filled.border = MIEN_BORDER_CONSTANT;
  mien_image_sample_rect (image, &rect, &filled, out, parallel);
  return mien_affine_from_rect (&rect, sampling->width, sampling->height);
}

void
mien_image_sample_gray8 (
    const MienImage *image, const MienRect *rect, int width, int height, guint8 *out)
{
  MienSampling sampling = mien_sampling_init (width, height, MIEN_CHANNELS_GRAY);
  gsize n = mien_sampling_get_size (&sampling);
  g_autofree float *values = g_new (float, n);

  mien_image_sample_rect (image, rect, &sampling, values, NULL);
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (values[i] + 0.5f);
}

float
mien_image_mean_luma (const MienImage *image, const MienRect *rect)
{
  MienSampling sampling = mien_sampling_init (1, 1, MIEN_CHANNELS_GRAY);
  MienRect inside;
  float mean;

  if (!mien_rect_clip (rect, image->width, image->height, &inside))
    return NAN;
  sampling.scale = 1 / 255.0f;
  mien_image_sample_rect (image, &inside, &sampling, &mean, NULL);
  return mean;
}
