/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/input.h"

#include <gst/base/gsttypefindhelper.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "media/media-init.h"
#include "media/outline.h"

/* As much as the type finders look at; some formats need more than the first block. */
#define HEAD_BYTES (256 * 1024)

gboolean
mien_media_is_camera (const char *input)
{
  g_return_val_if_fail (input != NULL, FALSE);

  return g_str_has_prefix (input, "camera:");
}

char *
mien_media_dup_path (const char *input, GError **error)
{
  g_autofree char *scheme = NULL;
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (input != NULL, NULL);

  scheme = g_uri_parse_scheme (input);
  /* A scheme needs a "//" here: "a:b.mp4" is a fine file name. */
  if (scheme != NULL && g_ascii_strcasecmp (scheme, "file") != 0
      && g_str_has_prefix (input + strlen (scheme), "://"))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   _ ("%s: only files are opened, nothing is fetched from a network (%s:)"), input,
                   scheme);
      return NULL;
    }
  if (scheme != NULL && g_ascii_strcasecmp (scheme, "file") == 0)
    {
      char *path = g_filename_from_uri (input, NULL, NULL);

      if (path == NULL)
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: not the address of a local file"),
                     input);
      return path;
    }
  file = g_file_new_for_path (input);
  return g_file_get_path (file);
}

/* Runs of digits by value first; equal names of different spelling ("1", "01") by their bytes. */
int
mien_input_compare_names (const char *a, const char *b)
{
  const char *whole_a = a, *whole_b = b;

  while (*a != '\0' && *b != '\0')
    {
      if (g_ascii_isdigit (*a) && g_ascii_isdigit (*b))
        {
          gsize n_a, n_b;
          int order;

          for (; *a == '0'; a++)
            ;
          for (; *b == '0'; b++)
            ;
          n_a = strspn (a, "0123456789");
          n_b = strspn (b, "0123456789");
          if (n_a != n_b)
            return n_a < n_b ? -1 : 1;
          order = memcmp (a, b, n_a);
          if (order != 0)
            return order < 0 ? -1 : 1;
          a += n_a;
          b += n_b;
        }
      else if (*a != *b)
        return (guchar) *a < (guchar) *b ? -1 : 1;
      else
        {
          a++;
          b++;
        }
    }
  if (*a != *b)
    return *a == '\0' ? -1 : 1;
  return strcmp (whole_a, whole_b);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return mien_input_compare_names (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
mien_input_list_pictures (const char *path, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &reason);
  const char *name;

  if (dir == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: the folder cannot be read: %s"),
                   path, g_strerror (errno));
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);
      g_autofree char *mime = g_content_type_get_mime_type (type);
      g_autofree char *full = g_build_filename (path, name, NULL);

      if (name[0] == '.' || mime == NULL || !g_str_has_prefix (mime, "image/")
          || !g_file_test (full, G_FILE_TEST_IS_REGULAR))
        continue;
      g_ptr_array_add (paths, g_steal_pointer (&full));
    }
  if (paths->len == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: no pictures in this folder"), path);
      return NULL;
    }
  g_ptr_array_sort (paths, compare_paths);
  return g_steal_pointer (&paths);
}

static guint8 *
read_head (const char *path, gsize *size, GError **error)
{
  g_autofree guint8 *head = g_malloc (HEAD_BYTES);
  FILE *file = fopen (path, "rb");

  if (file == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, g_strerror (errno));
      return NULL;
    }
  *size = fread (head, 1, HEAD_BYTES, file);
  fclose (file);
  return g_steal_pointer (&head);
}

/* Play lists and descriptions of streams: their plug-ins open other addresses. */
static gboolean
is_reference (const char *type)
{
  static const char *const types[] = {
    "application/x-hls",     "application/dash+xml", "application/vnd.ms-sstr+xml",
    "application/sdp",       "application/smil",     "application/xspf+xml",
    "audio/x-scpls",         "text/uri-list",        "application/x-mmsh",
    "application/mxf+index",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (type, types[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_text (const guint8 *head, gsize size)
{
  const char *end;

  for (gsize i = 0; i < size; i++)
    if (head[i] < 0x20 && head[i] != '\n' && head[i] != '\r' && head[i] != '\t')
      return FALSE;
  /* The block may end within a character. */
  return g_utf8_validate ((const char *) head, (gssize) size, &end)
         || (const guint8 *) end + 4 > head + size;
}

static const char *
find_refusal (const char *type, const guint8 *head, gsize size)
{
  if (type != NULL && is_reference (type))
    return _ ("a play list, which is not followed; open the film itself");
  if (is_text (head, size))
    return _ ("a text, not a film or a picture");
  if (type == NULL)
    return _ ("not a kind of file that is known here");
  if (g_str_has_prefix (type, "text/") || g_str_equal (type, "application/xml"))
    return _ ("a text, not a film or a picture");
  if (g_str_has_prefix (type, "audio/") || g_str_equal (type, "application/x-id3")
      || g_str_equal (type, "application/x-apetag"))
    return _ ("only sound, there is no picture in it");
  if (g_str_equal (type, "application/pdf") || g_str_equal (type, "application/zip")
      || g_str_equal (type, "application/octet-stream"))
    return _ ("not a film or a picture");
  return NULL;
}

static char *
find_type (const guint8 *head, gsize size)
{
  g_autoptr (GstCaps) caps = gst_type_find_helper_for_data (NULL, head, size, NULL);

  if (caps == NULL || gst_caps_get_size (caps) == 0)
    return NULL;
  return g_strdup (gst_structure_get_name (gst_caps_get_structure (caps, 0)));
}

/* A WebP file moves when its extended header has the animation bit; see the WebP container
 * specification, "Extended File Format". */
static MienMediaKind
find_kind (const char *type, const guint8 *head, gsize size)
{
  if (g_str_equal (type, "image/gif"))
    return MIEN_MEDIA_ANIMATION;
  if (g_str_equal (type, "image/webp") && size >= 21 && memcmp (head + 12, "VP8X", 4) == 0
      && (head[20] & 2) != 0)
    return MIEN_MEDIA_ANIMATION;
  if (g_str_has_prefix (type, "image/"))
    return MIEN_MEDIA_IMAGE;
  return MIEN_MEDIA_VIDEO;
}

static gboolean
look_inside (MienInput *self, GError **error)
{
  gsize size = 0;
  g_autofree guint8 *head = read_head (self->path, &size, error);
  const char *refusal;

  if (head == NULL)
    return FALSE;
  if (size == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: the file is empty"), self->name);
      return FALSE;
    }
  self->type = find_type (head, size);
  refusal = find_refusal (self->type, head, size);
  if (refusal != NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", self->name, refusal);
      return FALSE;
    }
  self->kind = find_kind (self->type, head, size);
  self->missing = mien_outline_count_missing (self->path);
  return TRUE;
}

MienInput *
mien_input_new (const char *input, GError **error)
{
  g_autoptr (MienInput) self = g_new0 (MienInput, 1);
  struct stat status;

  if (!mien_media_init (error))
    return NULL;
  self->name = g_strdup (input);
  self->path = mien_media_dup_path (input, error);
  self->bytes = -1;
  if (self->path == NULL)
    return NULL;
  if (stat (self->path, &status) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", input, g_strerror (errno));
      return NULL;
    }
  if (S_ISDIR (status.st_mode))
    {
      self->kind = MIEN_MEDIA_FOLDER;
      return g_steal_pointer (&self);
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   "%s: neither a file nor a folder (cameras are named camera:NAME)", input);
      return NULL;
    }
  self->bytes = status.st_size;
  return look_inside (self, error) ? g_steal_pointer (&self) : NULL;
}

void
mien_input_free (MienInput *self)
{
  g_free (self->path);
  g_free (self->name);
  g_free (self->type);
  g_free (self);
}
