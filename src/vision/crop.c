/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/crop.h"

#include <math.h>

#include <json-glib/json-glib.h>

#include "base/error.h"

#define MAX_SIDE 1024

static gboolean
fail (MienCard *card, const char *what, GError **error)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: %s", mien_card_get_path (card), what);
  return FALSE;
}

static gboolean
read_channels (MienCard *card, MienChannels *out)
{
  const char *order = mien_card_find_text (card, "input", "order");
  double channels = mien_card_get_number (card, "input", "channels", 0);

  if (g_strcmp0 (order, "gray") == 0 || (order == NULL && channels == 1))
    *out = MIEN_CHANNELS_GRAY;
  else if (g_strcmp0 (order, "rgb") == 0)
    *out = MIEN_CHANNELS_RGB;
  else if (g_strcmp0 (order, "bgr") == 0)
    *out = MIEN_CHANNELS_BGR;
  else
    return FALSE;
  return channels == 0 || channels == (*out == MIEN_CHANNELS_GRAY ? 1 : 3);
}

/* Two fractions of the input under @key of the crop object. */
static gboolean
read_point (JsonObject *crop, const char *key, MienPoint *out)
{
  JsonNode *node = json_object_get_member (crop, key);
  JsonArray *pair =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (pair == NULL || json_array_get_length (pair) != 2)
    return FALSE;
  out->x = (float) json_array_get_double_element (pair, 0);
  out->y = (float) json_array_get_double_element (pair, 1);
  return isfinite (out->x) && isfinite (out->y) && fabsf (out->x) <= 4 && fabsf (out->y) <= 4;
}

static gboolean
read_eyes (MienCard *card, MienCrop *out)
{
  const char *text = mien_card_find (card, "crop");
  g_autoptr (JsonNode) root = text == NULL ? NULL : json_from_string (text, NULL);
  JsonObject *crop;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  crop = json_node_get_object (root);
  return read_point (crop, "right", &out->right_eye) && read_point (crop, "left", &out->left_eye)
         && (out->right_eye.x != out->left_eye.x || out->right_eye.y != out->left_eye.y);
}

static gboolean
read_rule (MienCard *card, MienCrop *out, GError **error)
{
  static const char *const rules[] = { "square", "box", "letterbox", "eyes" };
  const char *rule = mien_card_find_text (card, "crop", "rule");
  const char *border = mien_card_find_text (card, "crop", "border");
  gboolean is_known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_strcmp0 (rule, rules[i]) == 0)
      {
        out->kind = (MienCropKind) i;
        is_known = TRUE;
      }
  if (!is_known)
    return fail (card, "mien.crop: the rule has to be square, box, letterbox or eyes", error);
  out->scale = (float) mien_card_get_number (card, "crop", "scale", 1);
  out->shift_x = (float) mien_card_get_number (card, "crop", "shift_x", 0);
  out->shift_y = (float) mien_card_get_number (card, "crop", "shift_y", 0);
  if (!(out->scale >= 0.1f && out->scale <= 10 && fabsf (out->shift_x) <= 4
        && fabsf (out->shift_y) <= 4))
    return fail (card, "mien.crop: scale or shift makes no sense", error);
  if (g_strcmp0 (border, "black") == 0)
    out->sampling.border = MIEN_BORDER_CONSTANT;
  else if (border != NULL && g_strcmp0 (border, "repeat") != 0)
    return fail (card, "mien.crop: the border has to be repeat or black", error);
  if (out->kind == MIEN_CROP_EYES && !read_eyes (card, out))
    return fail (card, "mien.crop: eyes needs places “right” and “left”", error);
  return TRUE;
}

gboolean
mien_crop_from_card (MienCard *card, MienCrop *out, GError **error)
{
  double width = mien_card_get_number (card, "input", "width", 0);
  double height = mien_card_get_number (card, "input", "height", 0);
  MienChannels channels;

  if (!(width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE)
      || !read_channels (card, &channels))
    return fail (card,
                 "mien.input needs width and height up to 1024, and order gray, rgb or bgr with as "
                 "many channels",
                 error);
  *out = (MienCrop){ .sampling = mien_sampling_init ((int) width, (int) height, channels) };
  return read_rule (card, out, error);
}

gboolean
mien_crop_needs_landmarks (const MienCrop *self)
{
  return self->kind == MIEN_CROP_EYES;
}

gsize
mien_crop_get_size (const MienCrop *self)
{
  return mien_sampling_get_size (&self->sampling);
}

/* The piece of the picture that an upright rule takes. */
static MienRect
get_rect (const MienCrop *self, const MienFaceBox *face)
{
  MienRect box = mien_face_box_get_rect (face), rect;

  rect = mien_rect_square (&box, self->scale);
  if (self->kind == MIEN_CROP_BOX)
    rect = (MienRect){ box.x + box.width * (1 - self->scale) / 2,
                       box.y + box.height * (1 - self->scale) / 2, box.width * self->scale,
                       box.height * self->scale };
  rect.x += self->shift_x * rect.width;
  rect.y += self->shift_y * rect.height;
  /* A face without extent still has a pixel. */
  rect.width = MAX (rect.width, 1);
  rect.height = MAX (rect.height, 1);
  return rect;
}

/* FALSE when the eyes of @face are not known. */
static gboolean
get_eyes (const MienFaceBox *face, const MienLandmarks *landmarks, MienPoint *eyes)
{
  if (landmarks != NULL)
    {
      eyes[0] = mien_landmarks_get_right_eye (landmarks);
      eyes[1] = mien_landmarks_get_left_eye (landmarks);
      return TRUE;
    }
  if (face->n_points < 2)
    return FALSE;
  eyes[0] = face->points[MIEN_FACE_RIGHT_EYE];
  eyes[1] = face->points[MIEN_FACE_LEFT_EYE];
  return TRUE;
}

MienAffine
mien_crop_get_map (const MienCrop *self, const MienFaceBox *face, const MienLandmarks *landmarks)
{
  float w = (float) self->sampling.width, h = (float) self->sampling.height;
  MienPoint eyes[2], places[2] = { { self->right_eye.x * w, self->right_eye.y * h },
                                   { self->left_eye.x * w, self->left_eye.y * h } };
  MienAffine map;
  MienRect rect;

  if (self->kind == MIEN_CROP_EYES && get_eyes (face, landmarks, eyes)
      && mien_affine_fit_similarity (places, eyes, 2, &map)
      && hypotf (map.a, map.d) * w > face->width / 8)
    return map;
  rect = get_rect (self, face);
  return mien_affine_from_rect (&rect, self->sampling.width, self->sampling.height);
}

/* Blackens what lies outside the face's own box: a letterbox shows nothing else. */
static void
blacken (const MienCrop *self, const MienFaceBox *face, const MienRect *rect, float *out)
{
  int width = self->sampling.width, height = self->sampling.height;
  gsize plane = (gsize) width * (gsize) height;
  int n_channels = (int) (mien_crop_get_size (self) / plane);
  float left = (face->x - rect->x) / rect->width * (float) width;
  float right = left + face->width / rect->width * (float) width;
  float top = (face->y - rect->y) / rect->height * (float) height;
  float bottom = top + face->height / rect->height * (float) height;

  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      {
        float x = (float) i + 0.5f, y = (float) j + 0.5f;

        if (x >= left && x < right && y >= top && y < bottom)
          continue;
        for (int c = 0; c < n_channels; c++)
          out[(gsize) c * plane + (gsize) j * (gsize) width + (gsize) i] = 0;
      }
}

void
mien_crop_take (const MienCrop *self,
                const MienImage *image,
                const MienFaceBox *face,
                const MienLandmarks *landmarks,
                float *out)
{
  MienAffine map = mien_crop_get_map (self, face, landmarks);
  MienRect rect;

  if (map.b != 0 || map.d != 0)
    {
      mien_image_sample_affine (image, &map, &self->sampling, out);
      return;
    }
  rect = (MienRect){ map.c, map.f, map.a * (float) self->sampling.width,
                     map.e * (float) self->sampling.height };
  mien_image_sample_rect (image, &rect, &self->sampling, out, NULL);
  if (self->kind == MIEN_CROP_LETTERBOX)
    blacken (self, face, &rect, out);
}
