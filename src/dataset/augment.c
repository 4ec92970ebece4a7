/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/augment.h"

#include <string.h>

/* Streams of one place: what is drawn for warps does not move when mixing is switched on. */
#define STREAM_PICTURE 0x1
#define STREAM_MIX 0x2

gboolean
mien_augment_from_name (const char *name, MienAugment *out)
{
  static const MienAugment light = { .mirror = 0.5f,
                                     .shift = 0.06f,
                                     .rotation = 5,
                                     .scale = 0.05f,
                                     .brightness = 0.05f,
                                     .contrast = 0.1f };
  static const MienAugment strong = { .mirror = 0.5f,
                                      .shift = 0.1f,
                                      .rotation = 10,
                                      .scale = 0.1f,
                                      .aspect = 0.06f,
                                      .brightness = 0.1f,
                                      .contrast = 0.2f,
                                      .gamma = 0.2f,
                                      .blur = 0.2f,
                                      .noise = 0.03f,
                                      .occlusion = 0.4f,
                                      .mixup = 0.2f,
                                      .cutmix = 0.2f };

  if (g_strcmp0 (name, "none") == 0)
    *out = (MienAugment){ 0 };
  else if (g_strcmp0 (name, "light") == 0)
    *out = light;
  else if (g_strcmp0 (name, "strong") == 0)
    *out = strong;
  else
    return FALSE;
  return TRUE;
}

static float
normal_cut (MienRandom *random)
{
  return CLAMP (mien_random_normal (random), -2.0f, 2.0f);
}

/* Affine map from the output's centred coordinates to the input's. */
typedef struct
{
  float xx, xy, yx, yy, x0, y0;
} Warp;

static Warp
draw_warp (const MienAugment *self, MienRandom *random, guint width, guint height)
{
  float flip = mien_random_float (random) < self->mirror ? -1.0f : 1.0f;
  float angle = normal_cut (random) * self->rotation * 0.017453293f;
  float scale = expf (normal_cut (random) * self->scale);
  float aspect = expf (normal_cut (random) * self->aspect * 0.5f);
  float dx = mien_random_range (random, -self->shift, self->shift) * (float) width;
  float dy = mien_random_range (random, -self->shift, self->shift) * (float) height;
  float c = cosf (angle) * scale, s = sinf (angle) * scale;

  return (Warp){ flip * c * aspect,
                 -s * flip * aspect,
                 s / aspect,
                 c / aspect,
                 dx + 0.5f * (float) (width - 1),
                 dy + 0.5f * (float) (height - 1) };
}

static void
warp (const Warp *map, const guint8 *in, int width, int height, float *out)
{
  float cx = 0.5f * (float) (width - 1), cy = 0.5f * (float) (height - 1);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        float u = (float) x - cx, v = (float) y - cy;
        float sx = CLAMP (map->xx * u + map->xy * v + map->x0, 0.0f, (float) (width - 1));
        float sy = CLAMP (map->yx * u + map->yy * v + map->y0, 0.0f, (float) (height - 1));
        int ix = (int) sx, iy = (int) sy;
        int jx = MIN (ix + 1, width - 1), jy = MIN (iy + 1, height - 1);
        float fx = sx - (float) ix, fy = sy - (float) iy;
        float top = (float) in[iy * width + ix] * (1 - fx) + (float) in[iy * width + jx] * fx;
        float low = (float) in[jy * width + ix] * (1 - fx) + (float) in[jy * width + jx] * fx;

        out[y * width + x] = top * (1 - fy) + low * fy;
      }
}

static void
change_light (const MienAugment *self, MienRandom *random, float *pixels, guint n)
{
  float offset = normal_cut (random) * self->brightness * 255.0f;
  float gain = expf (normal_cut (random) * self->contrast);
  float exponent = expf (normal_cut (random) * self->gamma);
  float table[256];

  for (guint i = 0; i < 256; i++)
    {
      float v = powf ((float) i / 255.0f, exponent) * 255.0f;

      table[i] = CLAMP ((v - 127.5f) * gain + 127.5f + offset, 0.0f, 255.0f);
    }
  for (guint i = 0; i < n; i++)
    {
      guint k = (guint) pixels[i];
      float f = pixels[i] - (float) k;

      pixels[i] = table[k] + (table[MIN (k + 1, 255u)] - table[k]) * f;
    }
}

static void
blur (float *pixels, float *scratch, int width, int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      scratch[y * width + x] = 0.25f * pixels[y * width + MAX (x - 1, 0)]
                               + 0.5f * pixels[y * width + x]
                               + 0.25f * pixels[y * width + MIN (x + 1, width - 1)];
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      pixels[y * width + x] = 0.25f * scratch[MAX (y - 1, 0) * width + x]
                              + 0.5f * scratch[y * width + x]
                              + 0.25f * scratch[MIN (y + 1, height - 1) * width + x];
}

/* Sums of four uniform draws are near enough to normal for noise and cost no logarithm. */
static void
add_noise (MienRandom *random, float *pixels, guint n, float deviation)
{
  for (guint i = 0; i < n; i++)
    {
      guint64 bits = mien_random_next (random);
      float sum = (float) (bits & 0xffff) + (float) ((bits >> 16) & 0xffff)
                  + (float) ((bits >> 32) & 0xffff) + (float) (bits >> 48);

      pixels[i] += (sum - 131070.0f) * (deviation / 37837.2f);
      pixels[i] = CLAMP (pixels[i], 0.0f, 255.0f);
    }
}

static void
occlude (MienRandom *random, float *pixels, int width, int height)
{
  int w = (int) (mien_random_range (random, 0.125f, 0.4f) * (float) width);
  int h = (int) (mien_random_range (random, 0.125f, 0.4f) * (float) height);
  int x0 = (int) mien_random_below (random, (guint32) width) - w / 2;
  int y0 = (int) mien_random_below (random, (guint32) height) - h / 2;
  float gray = mien_random_range (random, 0, 255);

  for (int y = MAX (y0, 0); y < MIN (y0 + h, height); y++)
    for (int x = MAX (x0, 0); x < MIN (x0 + w, width); x++)
      pixels[y * width + x] = gray;
}

void
mien_augment_apply (const MienAugment *self,
                    guint64 seed,
                    guint epoch,
                    guint index,
                    const guint8 *in,
                    guint width,
                    guint height,
                    float *out,
                    float *scratch)
{
  MienRandom random;
  guint n = width * height;
  Warp map;

  g_return_if_fail (self != NULL && in != NULL && out != NULL && scratch != NULL);
  random = mien_random_at (seed ^ STREAM_PICTURE, epoch, index);
  map = draw_warp (self, &random, width, height);
  warp (&map, in, (int) width, (int) height, out);
  if (self->brightness > 0 || self->contrast > 0 || self->gamma > 0)
    change_light (self, &random, out, n);
  if (mien_random_float (&random) < self->blur)
    blur (out, scratch, (int) width, (int) height);
  if (self->noise > 0 && mien_random_float (&random) < 0.5f)
    add_noise (&random, out, n, mien_random_float (&random) * self->noise * 255.0f);
  if (mien_random_float (&random) < self->occlusion)
    occlude (&random, out, (int) width, (int) height);
}

MienAugmentMix
mien_augment_draw_mix (const MienAugment *self,
                       guint64 seed,
                       guint epoch,
                       guint index,
                       guint n_rows,
                       guint width,
                       guint height)
{
  MienAugmentMix mix = { .weight = 1 };
  MienRandom random;
  float choice, lambda;

  g_return_val_if_fail (self != NULL && n_rows > 0, mix);
  random = mien_random_at (seed ^ STREAM_MIX, epoch, index);
  choice = mien_random_float (&random);
  mix.partner = mien_random_below (&random, n_rows);
  lambda = mien_random_range (&random, 0.5f, 1.0f);
  if (choice < self->mixup)
    mix.weight = lambda;
  else if (choice < self->mixup + self->cutmix)
    {
      float side = sqrtf (1 - lambda);

      mix.is_patch = TRUE;
      mix.width = (guint) (side * (float) width);
      mix.height = (guint) (side * (float) height);
      mix.x = mien_random_below (&random, width - mix.width + 1);
      mix.y = mien_random_below (&random, height - mix.height + 1);
      mix.weight = 1 - (float) (mix.width * mix.height) / (float) (width * height);
    }
  return mix;
}

void
mien_augment_mix (
    const MienAugmentMix *mix, float *pixels, const float *other, guint width, guint height)
{
  g_return_if_fail (mix != NULL && pixels != NULL && other != NULL);
  if (mix->is_patch)
    for (guint y = mix->y; y < mix->y + mix->height; y++)
      memcpy (pixels + y * width + mix->x, other + y * width + mix->x, mix->width * sizeof *pixels);
  else
    for (guint i = 0; i < width * height; i++)
      pixels[i] = pixels[i] * mix->weight + other[i] * (1 - mix->weight);
}
