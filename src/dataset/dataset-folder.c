/* A folder per class of pictures, with or without folders of splits above them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/dataset.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "base/error.h"

#define SIDE 48

typedef struct
{
  const char *name;
  gint8 label;  /* FER2013, -1 when that set has no such class */
  gint8 column; /* FER+ */
} ClassName;

static const ClassName class_names[] = {
  { "angry", 0, 4 },    { "anger", 0, 4 },     { "disgust", 1, 5 },   { "fear", 2, 6 },
  { "happy", 3, 1 },    { "happiness", 3, 1 }, { "sad", 4, 3 },       { "sadness", 4, 3 },
  { "surprise", 5, 2 }, { "neutral", 6, 0 },   { "contempt", -1, 7 },
};

static const struct
{
  const char *name;
  MienDatasetSplit split;
} split_folders[] = {
  { "Training", MIEN_SPLIT_TRAINING },        { "train", MIEN_SPLIT_TRAINING },
  { "PublicTest", MIEN_SPLIT_PUBLIC_TEST },   { "validation", MIEN_SPLIT_PUBLIC_TEST },
  { "PrivateTest", MIEN_SPLIT_PRIVATE_TEST }, { "test", MIEN_SPLIT_PRIVATE_TEST },
};

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_sorted (const char *path, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) local = NULL;
  GPtrArray *names;
  const char *name;

  dir = g_dir_open (path, 0, &local);
  if (dir == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Gray, SIDE x SIDE, by the mean of the covered area (pixbuf's hyper filter when shrinking).
 * Luma weights of ITU-R BT.601. */
static gboolean
read_picture (const char *path, guint8 *out, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GdkPixbuf) loaded = gdk_pixbuf_new_from_file (path, &local);
  g_autoptr (GdkPixbuf) scaled = NULL;
  const guint8 *pixels;
  int channels, stride;

  if (loaded == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return FALSE;
    }
  scaled = gdk_pixbuf_get_width (loaded) == SIDE && gdk_pixbuf_get_height (loaded) == SIDE
               ? g_object_ref (loaded)
               : gdk_pixbuf_scale_simple (loaded, SIDE, SIDE, GDK_INTERP_BILINEAR);
  if (scaled == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: no memory to scale it", path);
      return FALSE;
    }
  pixels = gdk_pixbuf_read_pixels (scaled);
  channels = gdk_pixbuf_get_n_channels (scaled);
  stride = gdk_pixbuf_get_rowstride (scaled);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        const guint8 *p = pixels + (gsize) y * (gsize) stride + (gsize) x * (gsize) channels;

        out[y * SIDE + x] = (guint8) ((p[0] * 299u + p[1] * 587u + p[2] * 114u + 500u) / 1000u);
      }
  return TRUE;
}

static gboolean
read_class (MienDataset *self,
            const char *path,
            const ClassName *class,
            MienDatasetSplit split,
            GError **error)
{
  g_autoptr (GPtrArray) names = list_sorted (path, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *file = g_build_filename (path, names->pdata[i], NULL);
      guint8 pixels[SIDE * SIDE];
      MienDatasetRow row = { .pixels = pixels, .split = split, .label = class->label };

      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        continue;
      if (!read_picture (file, pixels, error))
        return FALSE;
      /* One sure annotator with the ten votes that FER+ collects for a picture. */
      row.has_votes = TRUE;
      row.votes[class->column] = 10;
      mien_dataset_append (self, &row);
    }
  return TRUE;
}

static gboolean
read_split (
    MienDataset *self, const char *path, MienDatasetSplit split, guint *n_classes, GError **error)
{
  g_autoptr (GPtrArray) names = list_sorted (path, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (class_names); k++)
      {
        g_autofree char *folder = g_build_filename (path, names->pdata[i], NULL);

        if (g_ascii_strcasecmp (names->pdata[i], class_names[k].name) != 0
            || !g_file_test (folder, G_FILE_TEST_IS_DIR))
          continue;
        if (!read_class (self, folder, &class_names[k], split, error))
          return FALSE;
        ++*n_classes;
      }
  return TRUE;
}

MienDataset *
mien_dataset_load_folder (const char *path, GError **error)
{
  g_autoptr (MienDataset) self = mien_dataset_new (SIDE, SIDE);
  guint n_classes = 0;

  g_return_val_if_fail (path != NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (split_folders); i++)
    {
      g_autofree char *folder = g_build_filename (path, split_folders[i].name, NULL);

      if (g_file_test (folder, G_FILE_TEST_IS_DIR)
          && !read_split (self, folder, split_folders[i].split, &n_classes, error))
        return NULL;
    }
  if (n_classes == 0)
    {
      mien_dataset_set_plain (self, TRUE);
      if (!read_split (self, path, MIEN_SPLIT_TRAINING, &n_classes, error))
        return NULL;
    }
  if (n_classes == 0 || mien_dataset_get_n_rows (self) == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   "%s: no folder is named after an emotion and holds pictures", path);
      return NULL;
    }
  return g_steal_pointer (&self);
}
