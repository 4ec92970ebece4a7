/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "eval-truth.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "vision/sampling.h"

#define SMALL_FACE 20.0f

typedef struct
{
  const char *folder;
  GPtrArray *pictures;
  GError *failure;
} Reader;

static float
get_number (const char **names, const char **values, const char *name)
{
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return (float) g_ascii_strtod (values[i], NULL);
  return NAN;
}

static EvalPicture *
make_picture (const char *name, GdkPixbuf *pixbuf)
{
  EvalPicture *self = g_new0 (EvalPicture, 1);

  self->name = g_strdup (name);
  self->pixbuf = pixbuf;
  self->faces = g_array_new (FALSE, TRUE, sizeof (EvalFace));
  return self;
}

void
eval_picture_free (EvalPicture *self)
{
  g_free (self->name);
  g_object_unref (self->pixbuf);
  g_array_unref (self->faces);
  g_free (self);
}

static void
start_image (Reader *reader, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (reader->folder, file, NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_file (path, error);

  if (pixbuf == NULL)
    return;
  if (gdk_pixbuf_get_n_channels (pixbuf) != 3)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: not an RGB picture", path);
  else
    g_ptr_array_add (reader->pictures, make_picture (file, g_steal_pointer (&pixbuf)));
}

static void
start_element (GMarkupParseContext *context,
               const char *element,
               const char **names,
               const char **values,
               gpointer data,
               GError **error)
{
  Reader *reader = data;
  EvalPicture *picture =
      reader->pictures->len > 0 ? reader->pictures->pdata[reader->pictures->len - 1] : NULL;

  if (strcmp (element, "image") == 0)
    start_image (reader, values[0], error);
  else if (strcmp (element, "box") == 0 && picture != NULL)
    {
      EvalFace face = {
        .rect = { get_number (names, values, "left"), get_number (names, values, "top"),
                  get_number (names, values, "width"), get_number (names, values, "height") }
      };

      g_array_append_val (picture->faces, face);
    }
  else if (strcmp (element, "part") == 0 && picture != NULL && picture->faces->len > 0)
    {
      EvalFace *face = &g_array_index (picture->faces, EvalFace, picture->faces->len - 1);
      float number = get_number (names, values, "name");

      if (number >= 0 && number < MIEN_LANDMARKS_N)
        {
          face->has_points = TRUE;
          face->points.points[(int) number] =
              (MienPoint){ get_number (names, values, "x"), get_number (names, values, "y") };
        }
    }
}

GPtrArray *
eval_truth_load (const char *folder, GError **error)
{
  static const GMarkupParser parser = { .start_element = start_element };
  static const char *const files[] = { "training_with_face_landmarks.xml",
                                       "testing_with_face_landmarks.xml" };
  g_autoptr (GPtrArray) pictures =
      g_ptr_array_new_with_free_func ((GDestroyNotify) eval_picture_free);
  Reader reader = { folder, pictures, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);
      g_autoptr (GMarkupParseContext) context = NULL;
      g_autofree char *text = NULL;
      char *body;
      gsize size;

      if (!g_file_get_contents (path, &text, &size, error))
        return NULL;
      /* The files name a style sheet, in an encoding that is not theirs: begin at the root. */
      body = strstr (text, "<dataset");
      context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
      if (body == NULL || !g_markup_parse_context_parse (context, body, -1, error)
          || !g_markup_parse_context_end_parse (context, error))
        return NULL;
    }
  return g_steal_pointer (&pictures);
}

const char *
eval_change_get_name (EvalChange change)
{
  static const char *const names[EVAL_N] = { "as they are", "faces of 20 px", "turned 20",
                                             "turned -20",  "dark, 1/4",      "blurred",
                                             "JPEG 20" };

  return names[change];
}

MienImage
eval_picture_get_image (const EvalPicture *self)
{
  return (MienImage){ .format = MIEN_PIXEL_RGB24,
                      .width = gdk_pixbuf_get_width (self->pixbuf),
                      .height = gdk_pixbuf_get_height (self->pixbuf),
                      .planes = { gdk_pixbuf_read_pixels (self->pixbuf) },
                      .strides = { gdk_pixbuf_get_rowstride (self->pixbuf) } };
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float *x = a, *y = b;

  return *x < *y ? -1 : *x > *y;
}

static float
get_median_face (const EvalPicture *self)
{
  g_autofree float *sizes = g_new (float, self->faces->len + 1);

  for (guint i = 0; i < self->faces->len; i++)
    {
      MienRect r = g_array_index (self->faces, EvalFace, i).rect;

      sizes[i] = MAX (r.width, r.height);
    }
  qsort (sizes, self->faces->len, sizeof *sizes, compare_floats);
  return self->faces->len > 0 ? sizes[self->faces->len / 2] : 100;
}

/* The picture seen through @map (from result to source), and its faces moved along. */
static EvalPicture *
warp (const EvalPicture *self, const MienAffine *map, int width, int height, gboolean turned)
{
  MienSampling sampling = mien_sampling_init (width, height, MIEN_CHANNELS_RGB);
  MienImage image = eval_picture_get_image (self);
  g_autofree float *values = NULL;
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  EvalPicture *out = make_picture (self->name, pixbuf);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  MienRect rect = { map->c, map->f, map->a * (float) width, map->e * (float) height };
  MienAffine back;
  float scale = hypotf (map->a, map->d);

  sampling.interleaved = TRUE;
  sampling.border = MIEN_BORDER_CONSTANT;
  values = g_new (float, mien_sampling_get_size (&sampling));
  if (turned)
    mien_image_sample_affine (&image, map, &sampling, values);
  else
    mien_image_sample_rect (&image, &rect, &sampling, values, NULL);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < 3 * width; x++)
      pixels[(gsize) y * (gsize) stride + (gsize) x] =
          (guint8) (values[(gsize) y * 3 * (gsize) width + (gsize) x] + 0.5f);
  g_assert (mien_affine_invert (map, &back));
  for (guint i = 0; i < self->faces->len; i++)
    {
      EvalFace face = g_array_index (self->faces, EvalFace, i);
      MienPoint c = { face.rect.x + face.rect.width / 2, face.rect.y + face.rect.height / 2 };

      c = mien_affine_apply (&back, c);
      face.rect.width /= scale;
      face.rect.height /= scale;
      face.rect.x = c.x - face.rect.width / 2;
      face.rect.y = c.y - face.rect.height / 2;
      for (int p = 0; p < MIEN_LANDMARKS_N; p++)
        face.points.points[p] = mien_affine_apply (&back, face.points.points[p]);
      g_array_append_val (out->faces, face);
    }
  return out;
}

/* A copy on which @func works in place. */
static EvalPicture *
copy_with (const EvalPicture *self, void (*func) (GdkPixbuf *, float), float value)
{
  EvalPicture *out = make_picture (self->name, gdk_pixbuf_copy (self->pixbuf));

  g_array_append_vals (out->faces, self->faces->data, self->faces->len);
  func (out->pixbuf, value);
  return out;
}

static void
darken (GdkPixbuf *pixbuf, float factor)
{
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  gsize n = gdk_pixbuf_get_byte_length (pixbuf);

  for (gsize i = 0; i < n; i++)
    pixels[i] = (guint8) ((float) pixels[i] * factor + 0.5f);
}

/* A box along rows, then along columns, of 2 * radius + 1 pixels. */
static void
blur_once (GdkPixbuf *pixbuf, int radius)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);

  for (int pass = 0; pass < 2; pass++)
    {
      int lines = pass == 0 ? height : width, n = pass == 0 ? width : height;
      int step = pass == 0 ? 3 : stride, next = pass == 0 ? stride : 3;
      g_autofree guint8 *line = g_malloc ((gsize) n);

      for (int l = 0; l < lines; l++)
        for (int c = 0; c < 3; c++)
          {
            guint8 *p = pixels + (gssize) l * next + c;

            for (int i = 0; i < n; i++)
              line[i] = p[(gssize) i * step];
            for (int i = 0; i < n; i++)
              {
                int sum = 0;

                for (int k = -radius; k <= radius; k++)
                  sum += line[CLAMP (i + k, 0, n - 1)];
                p[(gssize) i * step] = (guint8) (sum / (2 * radius + 1));
              }
          }
    }
}

static void
blur (GdkPixbuf *pixbuf, float radius)
{
  for (int i = 0; i < 3; i++)
    blur_once (pixbuf, MAX (1, (int) lrintf (radius)));
}

static EvalPicture *
compress (const EvalPicture *self)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autofree char *bytes = NULL;
  gsize size;
  EvalPicture *out;

  g_assert (
      gdk_pixbuf_save_to_buffer (self->pixbuf, &bytes, &size, "jpeg", NULL, "quality", "20", NULL));
  g_assert (gdk_pixbuf_loader_write (loader, (const guchar *) bytes, size, NULL));
  g_assert (gdk_pixbuf_loader_close (loader, NULL));
  out = make_picture (self->name, g_object_ref (gdk_pixbuf_loader_get_pixbuf (loader)));
  g_array_append_vals (out->faces, self->faces->data, self->faces->len);
  return out;
}

static EvalPicture *
turn (const EvalPicture *self, float degrees)
{
  int width = gdk_pixbuf_get_width (self->pixbuf), height = gdk_pixbuf_get_height (self->pixbuf);
  float c = cosf (degrees * (float) G_PI / 180), s = sinf (degrees * (float) G_PI / 180);
  /* Large enough for all of it. */
  int w = (int) ceilf (fabsf (c) * (float) width + fabsf (s) * (float) height);
  int h = (int) ceilf (fabsf (s) * (float) width + fabsf (c) * (float) height);
  MienAffine map = { c, -s, 0, s, c, 0 };
  MienPoint middle = mien_affine_apply (&map, (MienPoint){ (float) w / 2, (float) h / 2 });

  map.c = (float) width / 2 - middle.x;
  map.f = (float) height / 2 - middle.y;
  return warp (self, &map, w, h, TRUE);
}

static EvalPicture *
shrink (const EvalPicture *self, float size)
{
  float scale = get_median_face (self) / size;
  MienAffine map = { scale, 0, 0, 0, scale, 0 };

  return warp (self, &map, (int) ((float) gdk_pixbuf_get_width (self->pixbuf) / scale),
               (int) ((float) gdk_pixbuf_get_height (self->pixbuf) / scale), FALSE);
}

/* Copies @part to (@x, @y) of @whole, with its faces. */
static void
place (EvalPicture *whole, const EvalPicture *part, int x, int y)
{
  gdk_pixbuf_copy_area (part->pixbuf, 0, 0, gdk_pixbuf_get_width (part->pixbuf),
                        gdk_pixbuf_get_height (part->pixbuf), whole->pixbuf, x, y);
  for (guint f = 0; f < part->faces->len; f++)
    {
      EvalFace face = g_array_index (part->faces, EvalFace, f);

      face.rect.x += (float) x;
      face.rect.y += (float) y;
      for (int p = 0; p < MIEN_LANDMARKS_N; p++)
        {
          face.points.points[p].x += (float) x;
          face.points.points[p].y += (float) y;
        }
      g_array_append_val (whole->faces, face);
    }
}

EvalPicture *
eval_picture_gather (GPtrArray *pictures, float size, int width, int height)
{
  EvalPicture *out =
      make_picture ("all", gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height));
  int x = 0, y = 0, row = 0;

  gdk_pixbuf_fill (out->pixbuf, 0x000000ff);
  for (guint i = 0; i < pictures->len; i++)
    {
      EvalPicture *small = shrink (pictures->pdata[i], size);
      int w = gdk_pixbuf_get_width (small->pixbuf), h = gdk_pixbuf_get_height (small->pixbuf);

      if (x + w > width)
        {
          x = 0;
          y += row;
          row = 0;
        }
      if (x + w <= width && y + h <= height)
        place (out, small, x, y);
      x += w;
      row = MAX (row, h);
      eval_picture_free (small);
    }
  return out;
}

EvalPicture *
eval_picture_change (const EvalPicture *self, EvalChange change)
{
  float face = get_median_face (self);

  switch (change)
    {
    case EVAL_SMALL:
      return shrink (self, SMALL_FACE);
    case EVAL_LEFT:
      return turn (self, 20);
    case EVAL_RIGHT:
      return turn (self, -20);
    case EVAL_DARK:
      return copy_with (self, darken, 0.25f);
    case EVAL_BLUR:
      return copy_with (self, blur, face / 40);
    case EVAL_JPEG:
      return compress (self);
    case EVAL_PLAIN:
    case EVAL_N:
    default:
      return copy_with (self, darken, 1);
    }
}
