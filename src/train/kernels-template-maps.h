/* The second half of kernels-template.h: what works on channels one by one, and the table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */

static void
sums (const MienMapPass *pass, const void *x, float *out)
{
  const int channels = pass->channels;

  for (int c = 0; c < channels; c += 16)
    {
      const E *p = (const E *) x + c;
      V sum = splat (0), square = splat (0);

      for (gsize i = 0; i < pass->n_pixels; i++, p += channels)
        {
          V v = load_v (p);

          sum += v;
          square += v * v;
        }
      store_floats (out + c, sum);
      store_floats (out + channels + c, square);
    }
}

INLINE void
map_act (const MienMapPass *pass,
         const void *x,
         const float *scale,
         const float *shift,
         void *y,
         MienTrainAct act)
{
  const E *p = x;
  E *q = y;

  for (gsize i = 0; i < pass->n_pixels; i++)
    for (int c = 0; c < pass->channels; c += 16, p += 16, q += 16)
      store_v (q, act_v (act, load_v (p) * load_floats (scale + c) + load_floats (shift + c)));
}

static void
map (const MienMapPass *pass, const void *x, const float *scale, const float *shift, void *y){
#define CALL(act) map_act (pass, x, scale, shift, y, act)
  FOR_ACT (pass->act, CALL)
#undef CALL
}

INLINE void map_back_sums_act (const MienMapPass *pass,
                               const void *x,
                               const void *dy,
                               const float *scale,
                               const float *shift,
                               float *out,
                               MienTrainAct act)
{
  const int channels = pass->channels;

  for (int c = 0; c < channels; c += 16)
    {
      const E *p = (const E *) x + c, *d = (const E *) dy + c;
      V sum = splat (0), product = splat (0);
      V a = load_floats (scale + c), b = load_floats (shift + c);

      for (gsize i = 0; i < pass->n_pixels; i++, p += channels, d += channels)
        {
          V v = load_v (p), dz = load_v (d) * slope_v (act, v * a + b);

          sum += dz;
          product += dz * v;
        }
      store_floats (out + c, sum);
      store_floats (out + channels + c, product);
    }
}

static void
map_back_sums (const MienMapPass *pass,
               const void *x,
               const void *dy,
               const float *scale,
               const float *shift,
               float *out){
#define CALL(act) map_back_sums_act (pass, x, dy, scale, shift, out, act)
  FOR_ACT (pass->act, CALL)
#undef CALL
}

INLINE void map_back_act (const MienMapPass *pass,
                          const void *x,
                          const void *dy,
                          const float *scale,
                          const float *shift,
                          const float *a,
                          const float *b,
                          const float *c0,
                          void *dx,
                          gboolean is_added,
                          MienTrainAct act)
{
  const E *p = x, *d = dy;
  E *q = dx;

  for (gsize i = 0; i < pass->n_pixels; i++)
    for (int c = 0; c < pass->channels; c += 16, p += 16, d += 16, q += 16)
      {
        V v = load_v (p);
        V dz = load_v (d) * slope_v (act, v * load_floats (scale + c) + load_floats (shift + c));
        V r = dz * load_floats (a + c) + v * load_floats (b + c) + load_floats (c0 + c);

        store_v (q, is_added ? r + load_v (q) : r);
      }
}

static void
map_back (const MienMapPass *pass,
          const void *x,
          const void *dy,
          const float *scale,
          const float *shift,
          const float *a,
          const float *b,
          const float *c0,
          void *dx,
          gboolean is_added){
#define CALL(act) map_back_act (pass, x, dy, scale, shift, a, b, c0, dx, is_added, act)
  FOR_ACT (pass->act, CALL)
#undef CALL
}

INLINE void merge_act (const MienMapPass *pass,
                       const void *a,
                       const void *gate,
                       const void *b,
                       void *y,
                       MienTrainAct act)
{
  const E *p = a, *r = b, *g = gate;
  E *q = y;

  for (gsize i = 0; i < pass->n_pixels; i++)
    for (int c = 0; c < pass->channels; c += 16, p += 16, q += 16)
      {
        V v = load_v (p);

        if (g != NULL)
          v *= load_v (g + c);
        if (r != NULL)
          {
            v += load_v (r);
            r += 16;
          }
        store_v (q, act_v (act, v));
      }
}

static void
merge (const MienMapPass *pass, const void *a, const void *gate, const void *b, void *y){
#define CALL(act) merge_act (pass, a, gate, b, y, act)
  FOR_ACT (pass->act, CALL)
#undef CALL
}

INLINE void merge_back_act (const MienMapPass *pass,
                            const void *a,
                            const void *gate,
                            const void *b,
                            const void *dy,
                            void *da,
                            gboolean add_a,
                            void *dgate,
                            void *db,
                            gboolean add_b,
                            MienTrainAct act)
{
  const int channels = pass->channels;

  for (int c = 0; c < channels; c += 16)
    {
      V g = gate == NULL ? splat (1) : load_v ((const E *) gate + c), sum = splat (0);

      for (gsize i = 0; i < pass->n_pixels; i++)
        {
          gsize at = i * (gsize) channels + (gsize) c;
          V v = load_v ((const E *) a + at), z = v * g, dz, r;
          E *q = (E *) da + at;

          if (b != NULL)
            z += load_v ((const E *) b + at);
          dz = load_v ((const E *) dy + at) * slope_v (act, z);
          r = dz * g;
          sum += dz * v;
          store_v (q, add_a ? r + load_v (q) : r);
          if (db != NULL)
            {
              q = (E *) db + at;
              store_v (q, add_b ? dz + load_v (q) : dz);
            }
        }
      if (dgate != NULL)
        store_v ((E *) dgate + c, sum);
    }
}

static void
merge_back (const MienMapPass *pass,
            const void *a,
            const void *gate,
            const void *b,
            const void *dy,
            void *da,
            gboolean add_a,
            void *dgate,
            void *db,
            gboolean add_b)
{
#define CALL(act) merge_back_act (pass, a, gate, b, dy, da, add_a, dgate, db, add_b, act)
  FOR_ACT (pass->act, CALL)
#undef CALL
}

/* The part of a window that lies in the picture. */
typedef struct
{
  int y0, y1, x0, x1;
} Window;

INLINE Window
window_at (const MienWindowPass *pass, int row, int col)
{
  int y = row * pass->stride - pass->pad, x = col * pass->stride - pass->pad;

  return (Window){ MAX (y, 0), MIN (y + pass->k, pass->h), MAX (x, 0), MIN (x + pass->k, pass->w) };
}

INLINE gsize
pixel_at (const MienWindowPass *pass, int y, int x)
{
  return ((gsize) y * (gsize) pass->w + (gsize) x) * (gsize) pass->c;
}

static void
max_pool (const MienWindowPass *pass, const void *x, void *y)
{
  E *q = y;

  for (int row = 0; row < pass->rows; row++)
    for (int col = 0; col < pass->cols; col++)
      {
        Window at = window_at (pass, row, col);

        for (int c = 0; c < pass->c; c += 16, q += 16)
          {
            V best = splat (-FLT_MAX);

            for (int iy = at.y0; iy < at.y1; iy++)
              for (int ix = at.x0; ix < at.x1; ix++)
                best = max_v (best, load_v ((const E *) x + pixel_at (pass, iy, ix) + c));
            store_v (q, best);
          }
      }
}

/* The gradient goes to the first of equal maxima. */
static void
max_pool_back (const MienWindowPass *pass, const void *x, const void *y, const void *dy, float *dx)
{
  const E *q = y, *d = dy;

  for (int row = 0; row < pass->rows; row++)
    for (int col = 0; col < pass->cols; col++)
      {
        Window at = window_at (pass, row, col);

        for (int c = 0; c < pass->c; c += 16, q += 16, d += 16)
          {
            V best = load_v (q), left = load_v (d);

            for (int iy = at.y0; iy < at.y1; iy++)
              for (int ix = at.x0; ix < at.x1; ix++)
                {
                  gsize p = pixel_at (pass, iy, ix) + (gsize) c;
                  VI hit = load_v ((const E *) x + p) == best;

                  store_floats (dx + p, load_floats (dx + p) + (V) ((VI) left & hit));
                  left = (V) ((VI) left & ~hit);
                }
          }
      }
}

static void
mean_pool (const MienWindowPass *pass, const void *x, void *y)
{
  E *q = y;

  for (int row = 0; row < pass->rows; row++)
    for (int col = 0; col < pass->cols; col++)
      {
        Window at = window_at (pass, row, col);
        float part = 1.0f / (float) MAX (1, (at.y1 - at.y0) * (at.x1 - at.x0));

        for (int c = 0; c < pass->c; c += 16, q += 16)
          {
            V sum = splat (0);

            for (int iy = at.y0; iy < at.y1; iy++)
              for (int ix = at.x0; ix < at.x1; ix++)
                sum += load_v ((const E *) x + pixel_at (pass, iy, ix) + c);
            store_v (q, sum * part);
          }
      }
}

static void
mean_pool_back (const MienWindowPass *pass, const void *dy, float *dx)
{
  const E *d = dy;

  for (int row = 0; row < pass->rows; row++)
    for (int col = 0; col < pass->cols; col++)
      {
        Window at = window_at (pass, row, col);
        float part = 1.0f / (float) MAX (1, (at.y1 - at.y0) * (at.x1 - at.x0));

        for (int c = 0; c < pass->c; c += 16, d += 16)
          {
            V share = load_v (d) * part;

            for (int iy = at.y0; iy < at.y1; iy++)
              for (int ix = at.x0; ix < at.x1; ix++)
                {
                  float *p = dx + pixel_at (pass, iy, ix) + c;

                  store_floats (p, load_floats (p) + share);
                }
          }
      }
}

/* The filter's tap over input (@iy, @ix) for output (@row, @col). */
INLINE const float *
tap_at (const MienWindowPass *pass, const float *weight, int row, int col, int iy, int ix)
{
  int ky = iy - row * pass->stride + pass->pad, kx = ix - col * pass->stride + pass->pad;

  return weight + ((gsize) ky * (gsize) pass->k + (gsize) kx) * (gsize) pass->c;
}

static void
depthwise (const MienWindowPass *pass, const void *x, const float *weight, void *y)
{
  E *q = y;

  for (int row = 0; row < pass->rows; row++)
    for (int col = 0; col < pass->cols; col++)
      {
        Window at = window_at (pass, row, col);

        for (int c = 0; c < pass->c; c += 16, q += 16)
          {
            V sum = splat (0);

            for (int iy = at.y0; iy < at.y1; iy++)
              for (int ix = at.x0; ix < at.x1; ix++)
                sum += load_v ((const E *) x + pixel_at (pass, iy, ix) + c)
                       * load_floats (tap_at (pass, weight, row, col, iy, ix) + c);
            store_v (q, sum);
          }
      }
}

static void
depthwise_back (const MienWindowPass *pass,
                const void *x,
                const void *dy,
                const float *weight,
                float *dx,
                float *dweight)
{
  const E *d = dy;

  memset (dweight, 0, (gsize) pass->k * (gsize) pass->k * (gsize) pass->c * sizeof *dweight);
  for (int row = 0; row < pass->rows; row++)
    for (int col = 0; col < pass->cols; col++)
      {
        Window at = window_at (pass, row, col);

        for (int c = 0; c < pass->c; c += 16, d += 16)
          {
            V g = load_v (d);

            for (int iy = at.y0; iy < at.y1; iy++)
              for (int ix = at.x0; ix < at.x1; ix++)
                {
                  gsize p = pixel_at (pass, iy, ix) + (gsize) c;
                  gsize t = (gsize) (tap_at (pass, weight, row, col, iy, ix) - weight) + (gsize) c;
                  V v = load_v ((const E *) x + p);

                  store_floats (dweight + t, load_floats (dweight + t) + v * g);
                  if (dx != NULL)
                    store_floats (dx + p, load_floats (dx + p) + g * load_floats (weight + t));
                }
          }
      }
}

const MienTrainKernels KERNELS = {
  .name = KERNELS_NAME,
  .precision = BF16 ? MIEN_PRECISION_BF16 : MIEN_PRECISION_F32,
  .element = sizeof (E),
  .pack = PACK,
  .load = load,
  .store = store,
  .add = add,
  .pack_forward = pack_forward,
  .conv = CONV,
  .grad_scratch = GRAD_SCRATCH,
  .grad = GRAD,
#if WINOGRAD
  .tiles_in = tiles_in,
  .tiles_grad = tiles_grad,
  .tiles_out = tiles_out,
  .tiles_weights = tiles_weights,
  .tiles_weights_back = tiles_weights_back,
  .tiles_product = tiles_product,
  .tiles_gram = tiles_gram,
#endif
  .sums = sums,
  .map = map,
  .map_back_sums = map_back_sums,
  .map_back = map_back,
  .merge = merge,
  .merge_back = merge_back,
  .max_pool = max_pool,
  .max_pool_back = max_pool_back,
  .mean_pool = mean_pool,
  .mean_pool_back = mean_pool_back,
  .depthwise = depthwise,
  .depthwise_back = depthwise_back,
};
