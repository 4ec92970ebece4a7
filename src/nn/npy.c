/* NumPy's .npy files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/error.h"
#include "nn/tensor.h"

static const char magic[6] = { '\x93', 'N', 'U', 'M', 'P', 'Y' };

static const struct
{
  const char *descr;
  MienDType dtype;
} descriptions[] = {
  { "<f4", MIEN_DTYPE_F32 }, { "|u1", MIEN_DTYPE_U8 },   { "|i1", MIEN_DTYPE_I8 },
  { "<u2", MIEN_DTYPE_U16 }, { "<i2", MIEN_DTYPE_I16 },  { "<i4", MIEN_DTYPE_I32 },
  { "<i8", MIEN_DTYPE_I64 }, { "|b1", MIEN_DTYPE_BOOL }, { "<f2", MIEN_DTYPE_F16 },
  { "<f8", MIEN_DTYPE_F64 }, { "<u4", MIEN_DTYPE_U32 },  { "<u8", MIEN_DTYPE_U64 },
};

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: not a usable .npy file: %s", path, reason);
  return FALSE;
}

/* The text that follows 'key': in a Python dictionary, or NULL. */
static const char *
find_key (const char *header, const char *key)
{
  g_autofree char *quoted = g_strdup_printf ("'%s'", key);
  const char *at = strstr (header, quoted);

  if (at == NULL)
    return NULL;
  at += strlen (quoted);
  while (*at == ' ' || *at == ':')
    at++;
  return at;
}

static gboolean
parse_header (
    const char *header, const char *path, MienDType *dtype, int *rank, gint64 *dims, GError **error)
{
  const char *descr = find_key (header, "descr");
  const char *order = find_key (header, "fortran_order");
  const char *shape = find_key (header, "shape");

  if (descr == NULL || order == NULL || shape == NULL || *shape != '(')
    return fail (error, path, "the header lacks descr, fortran_order or shape");
  if (!g_str_has_prefix (order, "False"))
    return fail (error, path, "the array is in Fortran order");
  *dtype = MIEN_DTYPE_UNDEFINED;
  for (gsize i = 0; i < G_N_ELEMENTS (descriptions); i++)
    if ((*descr == '\'' || *descr == '"') && g_str_has_prefix (descr + 1, descriptions[i].descr))
      *dtype = descriptions[i].dtype;
  if (*dtype == MIEN_DTYPE_UNDEFINED)
    return fail (error, path, "the element type is not known");

  *rank = 0;
  for (shape++; *shape != ')';)
    {
      char *end;
      gint64 dim = g_ascii_strtoll (shape, &end, 10);

      if (end == shape || dim < 0 || *rank == MIEN_TENSOR_MAX_RANK)
        return fail (error, path, "the shape is not a tuple of at most 8 sizes");
      dims[(*rank)++] = dim;
      shape = end;
      while (*shape == ',' || *shape == ' ')
        shape++;
    }
  return TRUE;
}

MienTensor *
mien_tensor_load_npy (const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  g_autofree char *header = NULL;
  g_autoptr (MienTensor) tensor = NULL;
  g_autoptr (GError) local = NULL;
  MienCursor cursor;
  const guint8 *start, *data;
  guint8 major = 0, minor = 0;
  guint16 short_size = 0;
  guint32 size = 0;
  gsize length;
  MienDType dtype;
  gint64 dims[MIEN_TENSOR_MAX_RANK];
  int rank;

  g_return_val_if_fail (path != NULL, NULL);
  if (!g_file_get_contents (path, &contents, &length, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  mien_cursor_init (&cursor, contents, length);
  start = mien_cursor_take (&cursor, sizeof magic);
  if (start == NULL || memcmp (start, magic, sizeof magic) != 0
      || !mien_cursor_take_u8 (&cursor, &major) || !mien_cursor_take_u8 (&cursor, &minor)
      || major < 1 || major > 3)
    {
      fail (error, path, "the magic bytes or the version are wrong");
      return NULL;
    }
  if (major == 1 ? !mien_cursor_take_u16 (&cursor, &short_size)
                 : !mien_cursor_take_u32 (&cursor, &size))
    {
      fail (error, path, "the header is cut short");
      return NULL;
    }
  if (major == 1)
    size = short_size;
  start = mien_cursor_take (&cursor, size);
  if (start == NULL)
    {
      fail (error, path, "the header is cut short");
      return NULL;
    }
  header = g_strndup ((const char *) start, size);
  if (!parse_header (header, path, &dtype, &rank, dims, error))
    return NULL;
  tensor = mien_tensor_new (dtype, rank, dims, &local);
  if (tensor == NULL)
    {
      fail (error, path, local->message);
      return NULL;
    }
  data = mien_cursor_take (&cursor, tensor->n_bytes);
  if (data == NULL)
    {
      fail (error, path, "the data is cut short");
      return NULL;
    }
  if (tensor->n_bytes > 0)
    memcpy (tensor->data, data, tensor->n_bytes);
  return g_steal_pointer (&tensor);
}

gboolean
mien_tensor_save_npy (const MienTensor *self, const char *path, GError **error)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_autoptr (GString) contents = g_string_new (NULL);
  g_autoptr (GError) local = NULL;
  const char *descr = NULL;
  guint16 size;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (descriptions); i++)
    if (descriptions[i].dtype == self->dtype)
      descr = descriptions[i].descr;
  if (descr == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: .npy has no element type %s", path,
                   mien_dtype_get_name (self->dtype));
      return FALSE;
    }
  g_string_printf (header, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
  for (int i = 0; i < self->rank; i++)
    g_string_append_printf (header, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", self->dims[i]);
  g_string_append (header, self->rank == 1 ? ",), }" : "), }");
  /* Magic, version and length take ten bytes; the data begins on a multiple of 64. */
  while ((10 + header->len + 1) % 64 != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');

  size = GUINT16_TO_LE ((guint16) header->len);
  g_string_append_len (contents, magic, sizeof magic);
  g_string_append_len (contents, "\x01\x00", 2);
  g_string_append_len (contents, (const char *) &size, 2);
  g_string_append_len (contents, header->str, (gssize) header->len);
  g_string_append_len (contents, self->data, (gssize) self->n_bytes);
  if (!g_file_set_contents (path, contents->str, (gssize) contents->len, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, local->message);
      return FALSE;
    }
  return TRUE;
}
