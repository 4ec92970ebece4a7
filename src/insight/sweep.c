/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/sweep.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <string.h>

#define S(v)                                                                                       \
  {                                                                                                \
    "", v, FALSE                                                                                   \
  }
#define NEUTRAL(v)                                                                                 \
  {                                                                                                \
    "", v, TRUE                                                                                    \
  }

static const MienSweepStep shift_steps[] = {
  { "right", -0.25, FALSE }, { "right", -0.2, FALSE },  { "right", -0.15, FALSE },
  { "right", -0.1, FALSE },  { "right", -0.05, FALSE }, { "right", 0, TRUE },
  { "right", 0.05, FALSE },  { "right", 0.1, FALSE },   { "right", 0.15, FALSE },
  { "right", 0.2, FALSE },   { "right", 0.25, FALSE },  { "down", -0.25, FALSE },
  { "down", -0.2, FALSE },   { "down", -0.15, FALSE },  { "down", -0.1, FALSE },
  { "down", -0.05, FALSE },  { "down", 0, TRUE },       { "down", 0.05, FALSE },
  { "down", 0.1, FALSE },    { "down", 0.15, FALSE },   { "down", 0.2, FALSE },
  { "down", 0.25, FALSE },
};
static const MienSweepStep scale_steps[] = { S (0.6), S (0.7), S (0.8), S (0.9), NEUTRAL (1),
                                             S (1.1), S (1.2), S (1.3), S (1.5) };
static const MienSweepStep rotation_steps[] = { S (-45), S (-30),     S (-20), S (-10),
                                                S (-5),  NEUTRAL (0), S (5),   S (10),
                                                S (20),  S (30),      S (45) };
static const MienSweepStep brightness_steps[] = { S (-0.5), S (-0.35),   S (-0.2),
                                                  S (-0.1), NEUTRAL (0), S (0.1),
                                                  S (0.2),  S (0.35),    S (0.5) };
static const MienSweepStep contrast_steps[] = { S (0.1),     S (0.2),  S (0.4), S (0.6), S (0.8),
                                                NEUTRAL (1), S (1.25), S (1.6), S (2.5) };
static const MienSweepStep gamma_steps[] = { S (0.3), S (0.5), S (0.7), NEUTRAL (1),
                                             S (1.4), S (2),   S (3) };
static const MienSweepStep sidelight_steps[] = { S (-1),    S (-0.75),   S (-0.5),
                                                 S (-0.25), NEUTRAL (0), S (0.25),
                                                 S (0.5),   S (0.75),    S (1) };
static const MienSweepStep blur_steps[] = { NEUTRAL (0), S (0.01), S (0.02), S (0.03),
                                            S (0.045),   S (0.06), S (0.09) };
static const MienSweepStep noise_steps[] = { NEUTRAL (0), S (0.01), S (0.02), S (0.04),
                                             S (0.08),    S (0.12), S (0.2) };
static const MienSweepStep jpeg_steps[] = { S (5),  S (10), S (20), S (30),
                                            S (50), S (75), S (90), NEUTRAL (100) };
static const MienSweepStep occluder_steps[] = { NEUTRAL (-1), S (0), S (1), S (2), S (3),
                                                S (4),        S (5), S (6), S (7), S (8) };
static const MienSweepStep yaw_steps[] = { S (-45), S (-30), S (-20), S (-10), NEUTRAL (0),
                                           S (10),  S (20),  S (30),  S (45) };
static const MienSweepStep pitch_steps[] = { S (-30), S (-20), S (-10), S (-5), NEUTRAL (0),
                                             S (5),   S (10),  S (20),  S (30) };

static const struct
{
  const char *name, *unit;
  const MienSweepStep *steps;
  guint n_steps;
} sweeps[] = {
#define SWEEP(name, unit)                                                                          \
  {                                                                                                \
#name, unit, name##_steps, G_N_ELEMENTS(name##_steps)                                          \
  }
  SWEEP (shift, "part of the side"),
  SWEEP (scale, "factor"),
  SWEEP (rotation, "degrees"),
  SWEEP (brightness, "part of the range"),
  SWEEP (contrast, "factor"),
  SWEEP (gamma, "exponent"),
  SWEEP (sidelight, "strength and side"),
  SWEEP (blur, "deviation, part of the side"),
  SWEEP (noise, "deviation, part of the range"),
  SWEEP (jpeg, "quality"),
  SWEEP (occluder, "place in reading order"),
  SWEEP (yaw, "degrees"),
  SWEEP (pitch, "degrees"),
#undef SWEEP
};
G_STATIC_ASSERT (G_N_ELEMENTS (sweeps) == MIEN_N_SWEEPS);

const char *
mien_sweep_get_name (MienSweep sweep)
{
  g_return_val_if_fail (sweep < MIEN_N_SWEEPS, "");
  return sweeps[sweep].name;
}

gboolean
mien_sweep_from_name (const char *name, MienSweep *out)
{
  for (guint i = 0; i < MIEN_N_SWEEPS; i++)
    if (strcmp (name, sweeps[i].name) == 0)
      {
        *out = (MienSweep) i;
        return TRUE;
      }
  return FALSE;
}

const char *
mien_sweep_get_unit (MienSweep sweep)
{
  g_return_val_if_fail (sweep < MIEN_N_SWEEPS, "");
  return sweeps[sweep].unit;
}

const MienSweepStep *
mien_sweep_get_steps (MienSweep sweep, guint *n_steps)
{
  g_return_val_if_fail (sweep < MIEN_N_SWEEPS, NULL);
  *n_steps = sweeps[sweep].n_steps;
  return sweeps[sweep].steps;
}

typedef struct
{
  const float *in;
  guint width, height;
} Plane;

/* Bilinear at pixel coordinates (centres at whole numbers), edge repeated. */
static float
plane_get (const Plane *p, double x, double y)
{
  double cx = CLAMP (x, 0, p->width - 1.0), cy = CLAMP (y, 0, p->height - 1.0);
  guint x0 = (guint) cx, y0 = (guint) cy;
  guint x1 = MIN (x0 + 1, p->width - 1), y1 = MIN (y0 + 1, p->height - 1);
  double fx = cx - x0, fy = cy - y0;

  return (float) ((1 - fy) * ((1 - fx) * p->in[y0 * p->width + x0] + fx * p->in[y0 * p->width + x1])
                  + fy * ((1 - fx) * p->in[y1 * p->width + x0] + fx * p->in[y1 * p->width + x1]));
}

/* Turned by @degrees, enlarged by @scale around the middle, moved by @dx, @dy pixels. */
static void
warp (const Plane *p, double degrees, double scale, double dx, double dy, float *out)
{
  double c = cos (degrees * G_PI / 180), s = sin (degrees * G_PI / 180);
  double mx = (p->width - 1) / 2.0, my = (p->height - 1) / 2.0;

  for (guint y = 0; y < p->height; y++)
    for (guint x = 0; x < p->width; x++)
      {
        double rx = (x - mx - dx) / scale, ry = (y - my - dy) / scale;

        out[y * p->width + x] = plane_get (p, mx + c * rx + s * ry, my - s * rx + c * ry);
      }
}

/* The picture lies on the front of an ellipsoid as wide and high as the crop (a head is about as
 * deep as it is wide); turning it moves what is in the middle most. Outside the head nothing moves.
 */
static void
turn (const Plane *p, double yaw, double pitch, float *out)
{
  double mx = (p->width - 1) / 2.0, my = (p->height - 1) / 2.0;
  double cy = cos (yaw * G_PI / 180), sy = sin (yaw * G_PI / 180);
  double cp = cos (pitch * G_PI / 180), sp = sin (pitch * G_PI / 180);

  for (guint y = 0; y < p->height; y++)
    for (guint x = 0; x < p->width; x++)
      {
        double u = (x - mx) / (mx + 0.5), v = (y - my) / (my + 0.5);
        double r2 = u * u + v * v, z, u1, z1, v1;

        if (r2 >= 1)
          {
            out[y * p->width + x] = p->in[y * p->width + x];
            continue;
          }
        /* Back to the face that looked at us: pitch undone first, then yaw. On the picture the
         * person's left is to the right. */
        z = sqrt (1 - r2);
        v1 = cp * v + sp * z;
        z1 = -sp * v + cp * z;
        u1 = cy * u - sy * z1;
        out[y * p->width + x] = plane_get (p, mx + u1 * (mx + 0.5), my + v1 * (my + 0.5));
      }
}

static float
clamp_pixel (double v)
{
  return (float) CLAMP (v, 0, 255);
}

static void
light (MienSweep sweep, double value, const Plane *p, float *out)
{
  gsize n = (gsize) p->width * p->height;
  double mean = 0;

  for (gsize i = 0; i < n; i++)
    mean += p->in[i] / (double) n;
  for (gsize i = 0; i < n; i++)
    {
      double v = p->in[i];
      double side = ((double) (i % p->width) + 0.5) / p->width * 2 - 1; /* -1 left .. 1 right */

      if (sweep == MIEN_SWEEP_BRIGHTNESS)
        v += 255 * value;
      else if (sweep == MIEN_SWEEP_CONTRAST)
        v = mean + value * (v - mean);
      else if (sweep == MIEN_SWEEP_GAMMA)
        v = 255 * pow (CLAMP (v, 0, 255) / 255, value);
      else /* the far side keeps a tenth of its light at full strength */
        v *= 1 - 0.9 * fabs (value) * CLAMP (0.5 - side * (value > 0 ? 1 : -1), 0, 1);
      out[i] = clamp_pixel (v);
    }
}

static void
blur (const Plane *p, double deviation, float *out)
{
  double sigma = deviation * MAX (p->width, p->height);
  int radius = (int) ceil (3 * sigma);
  g_autofree float *rows = g_new (float, (gsize) p->width * p->height);
  g_autofree double *taps = g_new (double, (gsize) radius * 2 + 1);
  double sum = 0;

  for (int i = -radius; i <= radius; i++)
    sum += taps[i + radius] = sigma > 0 ? exp (-i * i / (2 * sigma * sigma)) : 1;
  for (int pass = 0; pass < 2; pass++)
    for (int y = 0; y < (int) p->height; y++)
      for (int x = 0; x < (int) p->width; x++)
        {
          double v = 0;

          for (int i = -radius; i <= radius; i++)
            if (pass == 0)
              v += taps[i + radius]
                   * p->in[y * (int) p->width + CLAMP (x + i, 0, (int) p->width - 1)];
            else
              v += taps[i + radius]
                   * rows[CLAMP (y + i, 0, (int) p->height - 1) * (int) p->width + x];
          (pass == 0 ? rows : out)[y * (int) p->width + x] = (float) (v / sum);
        }
}

static void
noise (const Plane *p, double deviation, guint64 seed, float *out)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) (seed ^ (seed >> 32)));

  for (gsize i = 0; i < (gsize) p->width * p->height; i++)
    {
      /* Box and Muller 1958. */
      double u = 1 - g_rand_double (random), v = g_rand_double (random);

      out[i] = clamp_pixel (p->in[i] + 255 * deviation * sqrt (-2 * log (u)) * cos (2 * G_PI * v));
    }
}

/* Through a real JPEG encoder. */
static void
jpeg (const Plane *p, int quality, float *out)
{
  g_autoptr (GdkPixbuf) picture =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, (int) p->width, (int) p->height);
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type ("jpeg", NULL);
  g_autofree char *number = g_strdup_printf ("%d", quality);
  g_autofree char *bytes = NULL;
  GdkPixbuf *back;
  gsize size;

  for (guint y = 0; y < p->height; y++)
    for (guint x = 0; x < p->width; x++)
      memset (gdk_pixbuf_get_pixels (picture) + y * (guint) gdk_pixbuf_get_rowstride (picture)
                  + 3 * x,
              (int) (clamp_pixel (p->in[y * p->width + x]) + 0.5f), 3);
  memcpy (out, p->in, (gsize) p->width * p->height * sizeof *out);
  if (!gdk_pixbuf_save_to_buffer (picture, &bytes, &size, "jpeg", NULL, "quality", number, NULL)
      || !gdk_pixbuf_loader_write (loader, (const guchar *) bytes, size, NULL)
      || !gdk_pixbuf_loader_close (loader, NULL))
    return;
  back = gdk_pixbuf_loader_get_pixbuf (loader);
  for (guint y = 0; y < p->height; y++)
    for (guint x = 0; x < p->width; x++)
      out[y * p->width + x] =
          gdk_pixbuf_read_pixels (back)[y * (guint) gdk_pixbuf_get_rowstride (back)
                                        + (guint) gdk_pixbuf_get_n_channels (back) * x];
}

static void
occlude (const Plane *p, int place, float *out)
{
  guint x0 = (guint) (place % 3) * p->width / 3, x1 = (guint) (place % 3 + 1) * p->width / 3;
  guint y0 = (guint) (place / 3) * p->height / 3, y1 = (guint) (place / 3 + 1) * p->height / 3;
  double mean = 0;

  for (gsize i = 0; i < (gsize) p->width * p->height; i++)
    mean += p->in[i] / ((double) p->width * p->height);
  memcpy (out, p->in, (gsize) p->width * p->height * sizeof *out);
  for (guint y = y0; y < y1; y++)
    for (guint x = x0; x < x1; x++)
      out[y * p->width + x] = (float) mean;
}

void
mien_sweep_apply (MienSweep sweep,
                  const MienSweepStep *step,
                  guint64 seed,
                  const float *in,
                  guint width,
                  guint height,
                  float *out)
{
  Plane p = { in, width, height };
  double value = step->value;
  gboolean is_down = strcmp (step->series, "down") == 0;

  if (step->is_neutral)
    {
      memcpy (out, in, (gsize) width * height * sizeof *out);
      return;
    }
  switch (sweep)
    {
    case MIEN_SWEEP_SHIFT:
      warp (&p, 0, 1, is_down ? 0 : value * width, is_down ? value * height : 0, out);
      break;
    case MIEN_SWEEP_SCALE:
      warp (&p, 0, value, 0, 0, out);
      break;
    case MIEN_SWEEP_ROTATION:
      warp (&p, value, 1, 0, 0, out);
      break;
    case MIEN_SWEEP_BRIGHTNESS:
    case MIEN_SWEEP_CONTRAST:
    case MIEN_SWEEP_GAMMA:
    case MIEN_SWEEP_SIDELIGHT:
      light (sweep, value, &p, out);
      break;
    case MIEN_SWEEP_BLUR:
      blur (&p, value, out);
      break;
    case MIEN_SWEEP_NOISE:
      noise (&p, value, seed, out);
      break;
    case MIEN_SWEEP_JPEG:
      jpeg (&p, (int) value, out);
      break;
    case MIEN_SWEEP_OCCLUDER:
      occlude (&p, (int) value, out);
      break;
    case MIEN_SWEEP_YAW:
      turn (&p, value, 0, out);
      break;
    case MIEN_SWEEP_PITCH:
      turn (&p, 0, value, out);
      break;
    case MIEN_N_SWEEPS:
      g_return_if_reached ();
    }
}
