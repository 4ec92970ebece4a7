/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "vision/cascade-private.h"
#include "vision/sampling.h"

/* The training programs accept a stage from this little below its threshold. */
#define THRESHOLD_SLACK 1e-5f
/* Windows whose pixels spread by less than 10 levels are flat: nothing to see. */
#define MIN_SPREAD 10.0
#define BAND 8

/* A rectangle's four corners in the table of sums, as offsets from the window's corner. */
typedef struct
{
  gboolean is_tilted;
  int n_rects;
  int corners[MIEN_CASCADE_RECTS][4];
  float weights[MIEN_CASCADE_RECTS];
} Feature;

/* One size of the pyramid: sums over all that is above and left, wrapping at 2^32, which
 * differences undo. */
typedef struct
{
  const MienCascade *cascade;
  const Feature *features;
  double scale;
  int step;
  int columns, rows; /* window positions */
  gsize stride;      /* of the tables */
  guint32 *sums;
  guint32 *tilted; /* NULL when no feature needs it */
  guint64 *squares;
  GArray **found; /* of MienRect, one for each band of rows */
} Level;

MienCascadeOptions
mien_cascade_options_init (void)
{
  return (MienCascadeOptions){ .scale = 1.1, .min_neighbours = 3 };
}

/* @width x @height pixels of the picture, linear between centres, rounded. */
static void
shrink (const guint8 *source, int sw, int sh, guint8 *out, int width, int height)
{
  g_autofree int *low = g_new (int, width);
  g_autofree float *part = g_new (float, width);

  for (int x = 0; x < width; x++)
    {
      float at =
          CLAMP (((float) x + 0.5f) * (float) sw / (float) width - 0.5f, 0, (float) (sw - 1));

      low[x] = MIN ((int) at, MAX (sw - 2, 0));
      part[x] = at - (float) low[x];
    }
  for (int y = 0; y < height; y++)
    {
      float at =
          CLAMP (((float) y + 0.5f) * (float) sh / (float) height - 0.5f, 0, (float) (sh - 1));
      int row = MIN ((int) at, MAX (sh - 2, 0));
      const guint8 *upper = source + (gsize) row * (gsize) sw, *lower = upper + (sh > 1 ? sw : 0);
      float down = at - (float) row;

      for (int x = 0; x < width; x++)
        {
          int i = low[x], j = i + (sw > 1);
          float u = (float) upper[i] + part[x] * (float) (upper[j] - upper[i]);
          float l = (float) lower[i] + part[x] * (float) (lower[j] - lower[i]);

          *out++ = (guint8) (u + down * (l - u) + 0.5f);
        }
    }
}

/* Tables one larger than the picture, with a first row and column of zeros. */
static void
sum_up (Level *level, const guint8 *pixels, int width, int height)
{
  gsize stride = (gsize) width + 1;

  level->stride = stride;
  memset (level->sums, 0, stride * sizeof *level->sums);
  memset (level->squares, 0, stride * sizeof *level->squares);
  for (int y = 1; y <= height; y++)
    {
      guint32 *sums = level->sums + (gsize) y * stride, sum = 0;
      guint64 *squares = level->squares + (gsize) y * stride, square = 0;

      sums[0] = 0;
      squares[0] = 0;
      for (gsize x = 1; x < stride; x++)
        {
          guint32 v = *pixels++;

          sum += v;
          square += v * v;
          sums[x] = sums[x - stride] + sum;
          squares[x] = squares[x - stride] + square;
        }
    }
}

/* tilted (X, Y): the sum over pixels above row Y inside the triangle that opens upwards from
 * (X - 1, Y - 1): |x - X + 1| <= Y - 1 - y. */
static void
sum_up_tilted (Level *level, const guint8 *pixels, int width, int height)
{
  gsize stride = (gsize) width + 1;
  guint32 *t = level->tilted;

  memset (t, 0, stride * sizeof *t);
  for (gsize y = 1; y <= (gsize) height; y++)
    {
      const guint8 *row = pixels + (y - 1) * (gsize) width;
      guint32 *out = t + y * stride;
      const guint32 *above = out - stride;

      /* Only the right half of the first triangle lies in the picture: its neighbour has it. */
      out[0] = above[1];
      /* A triangle is those of its two upper neighbours, less what they share, plus the two pixels
       * at its tip. Past the right edge the neighbour is just what is shared. */
      for (gsize x = 1; x < stride; x++)
        {
          out[x] = above[x - 1] + row[x - 1];
          if (y > 1)
            out[x] += row[(gssize) x - 1 - width];
          if (x + 1 < stride)
            out[x] += above[x + 1] - (y > 1 ? above[(gssize) x - (gssize) stride] : 0);
        }
    }
}

static void
place_features (const Level *level, Feature *out)
{
  const MienCascade *cascade = level->cascade;
  int stride = (int) level->stride;

  for (guint i = 0; i < cascade->features->len; i++, out++)
    {
      const MienHaarFeature *feature = &g_array_index (cascade->features, MienHaarFeature, i);

      out->is_tilted = feature->is_tilted;
      out->n_rects = feature->n_rects;
      for (int r = 0; r < feature->n_rects; r++)
        {
          const MienHaarRect *q = &feature->rects[r];
          int *corners = out->corners[r];

          out->weights[r] = q->weight;
          corners[0] = q->x + stride * q->y;
          if (feature->is_tilted)
            {
              corners[1] = q->x - q->height + stride * (q->y + q->height);
              corners[2] = q->x + q->width + stride * (q->y + q->width);
              corners[3] = q->x + q->width - q->height + stride * (q->y + q->width + q->height);
            }
          else
            {
              corners[1] = corners[0] + q->width;
              corners[2] = corners[0] + stride * q->height;
              corners[3] = corners[2] + q->width;
            }
        }
    }
}

static inline float
evaluate (const Feature *feature, const guint32 *sums, const guint32 *tilted)
{
  const guint32 *table = feature->is_tilted ? tilted : sums;
  float value = 0;

  for (int r = 0; r < feature->n_rects; r++)
    {
      const int *c = feature->corners[r];
      guint32 sum = table[c[0]] - table[c[1]] - table[c[2]] + table[c[3]];

      value += feature->weights[r] * (float) (gint32) sum;
    }
  return value;
}

/* 1 / (standard deviation * area) of the window less a rim of one pixel; 0: too flat. */
static float
normalise (const Level *level, gsize at)
{
  gsize w = (gsize) level->cascade->width - 2, h = (gsize) level->cascade->height - 2;
  gsize a = at + level->stride + 1, b = a + w, c = a + h * level->stride, d = c + w;
  guint32 sum = level->sums[a] - level->sums[b] - level->sums[c] + level->sums[d];
  guint64 square = level->squares[a] - level->squares[b] - level->squares[c] + level->squares[d];
  double area = (double) (w * h);
  double spread = area * (double) square - (double) sum * (double) sum;

  if (spread <= 0)
    return 0;
  spread = sqrt (spread);
  return spread > area * MIN_SPREAD ? (float) (1 / spread) : 0;
}

/* The stage that rejected the window at @at; n_stages: none did; -1: it is flat. */
static int
classify (const Level *level, gsize at)
{
  const MienCascade *cascade = level->cascade;
  const guint32 *sums = level->sums + at;
  const guint32 *tilted = level->tilted == NULL ? NULL : level->tilted + at;
  const MienCascadeTree *trees = (const MienCascadeTree *) (gpointer) cascade->trees->data;
  const MienCascadeNode *nodes = (const MienCascadeNode *) (gpointer) cascade->nodes->data;
  const float *leaves = (const float *) (gpointer) cascade->leaves->data;
  float norm = normalise (level, at);

  if (norm == 0)
    return -1;
  for (guint s = 0; s < cascade->stages->len; s++)
    {
      const MienCascadeStage *stage = &g_array_index (cascade->stages, MienCascadeStage, s);
      float sum = 0;

      for (guint t = stage->first_tree; t < stage->first_tree + stage->n_trees; t++)
        {
          int i = 0;

          do
            {
              const MienCascadeNode *node = &nodes[trees[t].first_node + (guint) i];
              float value = evaluate (&level->features[node->feature], sums, tilted) * norm;

              i = value < node->threshold ? node->left : node->right;
            }
          while (i > 0);
          sum += leaves[trees[t].first_leaf + (guint) -i];
        }
      if (sum < stage->threshold - THRESHOLD_SLACK)
        return (int) s;
    }
  return (int) cascade->stages->len;
}

static void
search_band (gpointer data, guint part, guint worker)
{
  const Level *level = data;
  int first = (int) part * BAND, last = MIN (first + BAND, level->rows);
  int n_stages = (int) level->cascade->stages->len;
  float width = (float) lrint (level->cascade->width * level->scale);
  float height = (float) lrint (level->cascade->height * level->scale);

  for (int y = first; y < last; y += level->step)
    for (int x = 0; x < level->columns; x += level->step)
      {
        int stage = classify (level, (gsize) y * level->stride + (gsize) x);

        if (stage == n_stages)
          {
            MienRect rect = { (float) lrint (x * level->scale), (float) lrint (y * level->scale),
                              width, height };

            g_array_append_val (level->found[part], rect);
          }
        else if (stage == 0)
          /* Far from a face: its neighbour is hardly one. */
          x += level->step;
      }
}

/* Searches one size and appends the windows that pass to @windows (of MienRect). */
static void
search_level (Level *level,
              const guint8 *pixels,
              int width,
              int height,
              Feature *features,
              MienParallel *parallel,
              GArray *windows)
{
  guint n_bands;
  g_autofree GArray **found = NULL;

  sum_up (level, pixels, width, height);
  if (level->tilted != NULL)
    sum_up_tilted (level, pixels, width, height);
  place_features (level, features);
  level->features = features;
  level->columns = width + 1 - level->cascade->width;
  level->rows = height + 1 - level->cascade->height;
  if (level->columns <= 0 || level->rows <= 0)
    return;
  n_bands = ((guint) level->rows + BAND - 1) / BAND;
  found = g_new (GArray *, n_bands);
  for (guint i = 0; i < n_bands; i++)
    found[i] = g_array_new (FALSE, FALSE, sizeof (MienRect));
  level->found = found;
  mien_parallel_for (parallel, n_bands, search_band, level);
  for (guint i = 0; i < n_bands; i++)
    {
      g_array_append_vals (windows, found[i]->data, found[i]->len);
      g_array_unref (found[i]);
    }
}

static gboolean
is_similar (const MienRect *a, const MienRect *b)
{
  float delta = 0.1f * (MIN (a->width, b->width) + MIN (a->height, b->height));

  return fabsf (a->x - b->x) <= delta && fabsf (a->y - b->y) <= delta
         && fabsf (a->x + a->width - b->x - b->width) <= delta
         && fabsf (a->y + a->height - b->y - b->height) <= delta;
}

static guint
find_root (guint *parents, guint i)
{
  while (parents[i] != i)
    i = parents[i] = parents[parents[i]];
  return i;
}

typedef struct
{
  MienRect mean;
  guint n;
} Group;

/* Windows that are similar, or linked by a chain of similar ones, become their mean. */
static GArray *
group_windows (GArray *windows)
{
  guint n = windows->len;
  const MienRect *rects = (const MienRect *) (gpointer) windows->data;
  g_autofree guint *parents = g_new (guint, MAX (n, 1));
  g_autofree guint *groups_of = g_new (guint, MAX (n, 1));
  GArray *groups = g_array_new (FALSE, TRUE, sizeof (Group));

  for (guint i = 0; i < n; i++)
    parents[i] = i;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < i; j++)
      if (is_similar (&rects[i], &rects[j]))
        {
          guint a = find_root (parents, i), b = find_root (parents, j);

          parents[MAX (a, b)] = MIN (a, b);
        }
  for (guint i = 0; i < n; i++)
    {
      guint root = find_root (parents, i);
      Group *group;

      if (root == i)
        {
          groups_of[i] = groups->len;
          g_array_set_size (groups, groups->len + 1);
        }
      group = &g_array_index (groups, Group, groups_of[root]);
      group->n++;
      group->mean.x += rects[i].x;
      group->mean.y += rects[i].y;
      group->mean.width += rects[i].width;
      group->mean.height += rects[i].height;
    }
  for (guint g = 0; g < groups->len; g++)
    {
      Group *group = &g_array_index (groups, Group, g);
      float part = 1 / (float) group->n;

      group->mean =
          (MienRect){ rintf (group->mean.x * part), rintf (group->mean.y * part),
                      rintf (group->mean.width * part), rintf (group->mean.height * part) };
    }
  return groups;
}

/* Whether @inner lies inside @outer, which more windows speak for. */
static gboolean
is_covered (const Group *inner, const Group *outer)
{
  const MienRect *a = &inner->mean, *b = &outer->mean;
  float dx = truncf (b->width * 0.2f), dy = truncf (b->height * 0.2f);

  return a->x >= b->x - dx && a->y >= b->y - dy && a->x + a->width <= b->x + b->width + dx
         && a->y + a->height <= b->y + b->height + dy
         && (outer->n > MAX (3, inner->n) || inner->n < 3);
}

static int
compare_faces (gconstpointer a, gconstpointer b)
{
  const MienFaceBox *f = a, *g = b;

  if (f->score != g->score)
    return f->score > g->score ? -1 : 1;
  if (f->y != g->y)
    return f->y < g->y ? -1 : 1;
  return f->x < g->x ? -1 : f->x > g->x;
}

static void
append_groups (GArray *groups, guint min_neighbours, GArray *faces)
{
  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = &g_array_index (groups, Group, i);
      gboolean is_kept = group->n > min_neighbours;
      MienFaceBox face;

      for (guint j = 0; j < groups->len && is_kept; j++)
        {
          const Group *other = &g_array_index (groups, Group, j);

          is_kept = j == i || other->n <= min_neighbours || !is_covered (group, other);
        }
      if (!is_kept)
        continue;
      face = (MienFaceBox){ .x = group->mean.x,
                            .y = group->mean.y,
                            .width = group->mean.width,
                            .height = group->mean.height,
                            .score = 1 - 1 / (1 + (float) group->n) };
      g_array_append_val (faces, face);
    }
  g_array_sort (faces, compare_faces);
}

/* Searches every size. FALSE when cancelled. */
static gboolean
search_all (const MienCascade *self,
            const guint8 *gray,
            const MienImage *image,
            const MienCascadeOptions *options,
            MienParallel *parallel,
            GArray *windows,
            GCancellable *cancellable,
            GError **error)
{
  gsize n = ((gsize) image->width + 1) * ((gsize) image->height + 1);
  g_autofree guint8 *pixels = g_malloc (n);
  g_autofree guint32 *sums = g_new (guint32, n);
  g_autofree guint32 *tilted = self->has_tilted ? g_new (guint32, n) : NULL;
  g_autofree guint64 *squares = g_new (guint64, n);
  g_autofree Feature *features = g_new (Feature, self->features->len);

  for (double scale = 1;; scale *= options->scale)
    {
      Level level = { .cascade = self,
                      .scale = scale,
                      .step = scale >= 2 ? 1 : 2,
                      .sums = sums,
                      .tilted = tilted,
                      .squares = squares };
      int width = (int) lrint (image->width / scale), height = (int) lrint (image->height / scale);
      long window_w = lrint (self->width * scale), window_h = lrint (self->height * scale);

      if (window_w > image->width || window_h > image->height || width < 1 || height < 1)
        return TRUE;
      if (MIN (window_w, window_h) < options->min_size)
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      shrink (gray, image->width, image->height, pixels, width, height);
      search_level (&level, pixels, width, height, features, parallel, windows);
    }
}

gboolean
mien_cascade_detect (const MienCascade *self,
                     const MienImage *image,
                     const MienCascadeOptions *options,
                     MienParallel *parallel,
                     GArray *faces,
                     GCancellable *cancellable,
                     GError **error)
{
  MienRect whole;
  g_autofree guint8 *gray = NULL;
  g_autoptr (GArray) windows = g_array_new (FALSE, FALSE, sizeof (MienRect));
  g_autoptr (GArray) groups = NULL;

  g_return_val_if_fail (mien_image_is_valid (image), FALSE);
  g_return_val_if_fail (options->scale > 1, FALSE);
  whole = (MienRect){ 0, 0, (float) image->width, (float) image->height };
  g_array_set_size (faces, 0);
  gray = g_malloc ((gsize) image->width * (gsize) image->height);
  mien_image_sample_gray8 (image, &whole, image->width, image->height, gray);
  if (!search_all (self, gray, image, options, parallel, windows, cancellable, error))
    return FALSE;
  groups = group_windows (windows);
  append_groups (groups, options->min_neighbours, faces);
  return TRUE;
}
