/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/lane-faces.h"

#include <math.h>

#include "media/player.h"
#include "widgets/canvas.h"

/* Moments that are kept: a few screens full. */
#define KEPT 400
/* Part of the box's size that is shown around it on each side. */
#define MARGIN 0.15
/* A picture of which nothing is heard for so long will not come. */
#define PATIENCE_MS 4000

typedef struct
{
  float x, y; /* of the sample's box: what tells whose face it is, also after people were merged */
  GdkTexture *texture;
} Face;

/* The faces of one moment. */
typedef struct
{
  gint64 time_ns; /* as it was wanted */
  gint64 pts_ns;  /* of the picture that came */
  gboolean exact;
  GArray *faces; /* of Face */
} Moment;

struct _MienLaneFaces
{
  GObject parent_instance;

  MienSession *session;
  MienPlayer *player;  /* NULL until something is wanted, and when the film cannot be had */
  gboolean failed;     /* the film cannot be had */
  gboolean ready;      /* its first picture was there */
  GHashTable *moments; /* of gint64 * to Moment, owned */
  GQueue order;        /* of Moment, oldest first, borrowed */
  GArray *wanted;      /* of gint64, the next one last */
  gboolean exact;
  gint64 asked_ns; /* what the player seeks, MIEN_SESSION_NO_TIME for nothing */
  gboolean asked_exact;
  guint patience;
};

G_DEFINE_FINAL_TYPE (MienLaneFaces, mien_lane_faces, G_TYPE_OBJECT)

static guint changed_signal;

static void ask (MienLaneFaces *self);

static void
clear_face (gpointer data)
{
  g_clear_object (&((Face *) data)->texture);
}

static void
moment_free (gpointer data)
{
  Moment *moment = data;

  g_array_unref (moment->faces);
  g_free (moment);
}

static void
forget_all (MienLaneFaces *self)
{
  g_queue_clear (&self->order);
  g_hash_table_remove_all (self->moments);
  g_array_set_size (self->wanted, 0);
}

static void
close_player (MienLaneFaces *self)
{
  g_clear_handle_id (&self->patience, g_source_remove);
  self->asked_ns = MIEN_SESSION_NO_TIME;
  self->ready = FALSE;
  if (self->player == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->player, self);
  mien_player_close (self->player);
  g_clear_object (&self->player);
}

/* --- cutting out ------------------------------------------------------------------------------ */

/* The mean of the pixels that fall on one of the small picture's, sides x0..x1 and y0..y1, in the
 * order in which textures are painted. */
static guint32
average (const MienImage *image, double x0, double y0, double x1, double y1)
{
  int left = (int) floor (x0), right = MAX ((int) ceil (x1), left + 1);
  int top = (int) floor (y0), bottom = MAX ((int) ceil (y1), top + 1);
  guint sums[3] = { 0 }, n = 0;

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        const guint8 *pixel = image->planes[0]
                              + (gsize) CLAMP (y, 0, image->height - 1) * image->strides[0]
                              + (gsize) CLAMP (x, 0, image->width - 1) * 4;

        sums[0] += pixel[0];
        sums[1] += pixel[1];
        sums[2] += pixel[2];
        n++;
      }
  return 0xff000000u | sums[0] / n << 16 | sums[1] / n << 8 | sums[2] / n;
}

static GdkTexture *
cut_out (const MienImage *image, const MienSample *s)
{
  const int size = MIEN_LANE_FACES_PIXELS;
  double side = MAX (s->width, s->height) * (1 + 2 * MARGIN), step = side / size;
  double left = s->x + s->width / 2 - side / 2, top = s->y + s->height / 2 - side / 2;
  gsize n = (gsize) size * (gsize) size * 4;
  guint32 *pixels = g_malloc (n);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, n);

  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      pixels[y * size + x] = average (image, left + x * step, top + y * step, left + (x + 1) * step,
                                      top + (y + 1) * step);
  return mien_canvas_new_texture (size, size, bytes, (gsize) size * 4);
}

/* All faces that the document has in this picture. */
static void
keep (MienLaneFaces *self, gint64 time_ns, gboolean exact, const MienFrame *frame)
{
  GListModel *tracks = mien_document_get_tracks (mien_session_get_document (self->session));
  Moment *moment = g_new0 (Moment, 1);

  moment->time_ns = time_ns;
  moment->pts_ns = frame == NULL ? time_ns : frame->pts_ns;
  moment->exact = exact;
  moment->faces = g_array_new (FALSE, FALSE, sizeof (Face));
  g_array_set_clear_func (moment->faces, clear_face);
  for (guint i = 0; frame != NULL && i < g_list_model_get_n_items (tracks); i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);
      gssize index = mien_track_find_shown (track, moment->pts_ns);
      MienSample sample;
      Face face;

      if (index < 0)
        continue;
      mien_track_get_sample (track, (gsize) index, &sample);
      if (!(sample.width > 0) || !(sample.height > 0))
        continue;
      face = (Face){ sample.x, sample.y, cut_out (&frame->image, &sample) };
      g_array_append_val (moment->faces, face);
    }
  if (g_hash_table_contains (self->moments, &moment->time_ns))
    g_queue_remove (&self->order, g_hash_table_lookup (self->moments, &moment->time_ns));
  g_hash_table_replace (self->moments, &moment->time_ns, moment);
  g_queue_push_tail (&self->order, moment);
  if (self->order.length > KEPT)
    {
      Moment *oldest = g_queue_pop_head (&self->order);

      g_hash_table_remove (self->moments, &oldest->time_ns);
    }
}

/* --- fetching --------------------------------------------------------------------------------- */

static void
answer (MienLaneFaces *self, const MienFrame *frame)
{
  gint64 time_ns = self->asked_ns;

  g_clear_handle_id (&self->patience, g_source_remove);
  self->asked_ns = MIEN_SESSION_NO_TIME;
  if (time_ns == MIEN_SESSION_NO_TIME || mien_session_get_document (self->session) == NULL)
    return;
  keep (self, time_ns, self->asked_exact, frame);
  g_signal_emit (self, changed_signal, 0);
  ask (self);
}

static void
seeked_cb (MienPlayer *player, gint64 pts_ns, MienLaneFaces *self)
{
  g_autoptr (MienFrame) frame = mien_player_dup_frame (player);

  if (frame != NULL)
    answer (self, frame);
}

static void
frame_cb (MienPlayer *player, MienLaneFaces *self)
{
  if (self->ready)
    return;
  self->ready = TRUE;
  ask (self);
}

static void
error_cb (MienPlayer *player, GError *error, MienLaneFaces *self)
{
  /* The window says why; here there are no pictures. */
  self->failed = TRUE;
  g_array_set_size (self->wanted, 0);
  close_player (self);
  g_signal_emit (self, changed_signal, 0);
}

static gboolean
patience_cb (gpointer data)
{
  MienLaneFaces *self = data;

  self->patience = 0;
  answer (self, NULL);
  return G_SOURCE_REMOVE;
}

static void
open_player (MienLaneFaces *self)
{
  MienDocument *document = mien_session_get_document (self->session);

  if (!mien_lane_faces_has_film (self))
    return;
  self->player = mien_player_new ();
  mien_player_set_audio_sink (self->player, "fakesink");
  g_signal_connect (self->player, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (self->player, "seeked", G_CALLBACK (seeked_cb), self);
  g_signal_connect (self->player, "error", G_CALLBACK (error_cb), self);
  mien_player_open (self->player, mien_document_get_source (document)->path);
}

/* The next one, when the player has nothing to do. */
static void
ask (MienLaneFaces *self)
{
  if (self->asked_ns != MIEN_SESSION_NO_TIME || self->wanted->len == 0 || self->failed)
    return;
  if (self->player == NULL)
    open_player (self);
  if (self->player == NULL || !self->ready)
    return;
  self->asked_ns = g_array_index (self->wanted, gint64, self->wanted->len - 1);
  self->asked_exact = self->exact;
  g_array_set_size (self->wanted, self->wanted->len - 1);
  self->patience = g_timeout_add (PATIENCE_MS, patience_cb, self);
  mien_player_seek (self->player, self->asked_ns,
                    self->asked_exact ? MIEN_SEEK_ACCURATE : MIEN_SEEK_KEY);
}

void
mien_lane_faces_want (MienLaneFaces *self, const gint64 *times_ns, guint n_times, gboolean exact)
{
  g_return_if_fail (MIEN_IS_LANE_FACES (self));
  g_array_set_size (self->wanted, 0);
  if (mien_session_get_document (self->session) == NULL)
    return;
  self->exact = exact;
  for (guint i = n_times; i-- > 0;)
    {
      const Moment *moment = g_hash_table_lookup (self->moments, &times_ns[i]);

      if ((moment == NULL || (exact && !moment->exact))
          && mien_session_is_analysed (self->session, times_ns[i]))
        g_array_append_val (self->wanted, times_ns[i]);
    }
  ask (self);
}

gboolean
mien_lane_faces_has_film (MienLaneFaces *self)
{
  MienDocument *document;
  const char *path;

  g_return_val_if_fail (MIEN_IS_LANE_FACES (self), FALSE);
  document = mien_session_get_document (self->session);
  path = document == NULL ? NULL : mien_document_get_source (document)->path;
  return !self->failed && path != NULL && !g_str_has_prefix (path, "camera:");
}

guint
mien_lane_faces_get_n_wanted (MienLaneFaces *self)
{
  g_return_val_if_fail (MIEN_IS_LANE_FACES (self), 0);
  return self->wanted->len + (self->asked_ns != MIEN_SESSION_NO_TIME);
}

GdkTexture *
mien_lane_faces_find (MienLaneFaces *self, MienPerson *person, gint64 time_ns)
{
  const Moment *moment;
  MienFace face;

  g_return_val_if_fail (MIEN_IS_LANE_FACES (self), NULL);
  moment = g_hash_table_lookup (self->moments, &time_ns);
  if (moment == NULL || moment->faces->len == 0
      || !mien_session_get_face_at (self->session, person, moment->pts_ns, &face))
    return NULL;
  for (guint i = 0; i < moment->faces->len; i++)
    {
      const Face *kept = &g_array_index (moment->faces, Face, i);

      if (kept->x == face.sample.x && kept->y == face.sample.y)
        return kept->texture;
    }
  return NULL;
}

/* --- object ----------------------------------------------------------------------------------- */

static void
start_over (MienLaneFaces *self)
{
  close_player (self);
  forget_all (self);
  self->failed = FALSE;
  g_signal_emit (self, changed_signal, 0);
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienLaneFaces *self)
{
  start_over (self);
}

static void
session_changed_cb (MienSession *session, guint flags, MienLaneFaces *self)
{
  /* Where the film is, for one. */
  if (flags & MIEN_CHANGE_SETTINGS && self->failed)
    start_over (self);
}

MienLaneFaces *
mien_lane_faces_new (MienSession *session)
{
  MienLaneFaces *self = g_object_new (MIEN_TYPE_LANE_FACES, NULL);

  self->session = g_object_ref (session);
  g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
  g_signal_connect (session, "changed", G_CALLBACK (session_changed_cb), self);
  return self;
}

static void
mien_lane_faces_dispose (GObject *object)
{
  MienLaneFaces *self = MIEN_LANE_FACES (object);

  close_player (self);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (mien_lane_faces_parent_class)->dispose (object);
}

static void
mien_lane_faces_finalize (GObject *object)
{
  MienLaneFaces *self = MIEN_LANE_FACES (object);

  g_queue_clear (&self->order);
  g_hash_table_unref (self->moments);
  g_array_unref (self->wanted);
  G_OBJECT_CLASS (mien_lane_faces_parent_class)->finalize (object);
}

static void
mien_lane_faces_class_init (MienLaneFacesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_lane_faces_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_lane_faces_finalize;
  changed_signal = g_signal_new ("changed", MIEN_TYPE_LANE_FACES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
mien_lane_faces_init (MienLaneFaces *self)
{
  self->moments = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, moment_free);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->asked_ns = MIEN_SESSION_NO_TIME;
}
