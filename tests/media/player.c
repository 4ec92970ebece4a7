/* The player: what it shows after seeks and steps, its states, and that it goes without a trace.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/player.h"

#include <string.h>

#include "base/error.h"
#include "clips.h"

/* A player with what it told, and a clip. */
typedef struct
{
  MienPlayer *player;
  GArray *times; /* nanoseconds, as the frame source tells them */
  char *path;
  GError *error;
  guint n_frames, n_seeked, n_ended;
  int n_tapped; /* atomic */
} Fixture;

static void
error_cb (MienPlayer *player, const GError *error, Fixture *f)
{
  g_clear_error (&f->error);
  f->error = g_error_copy (error);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
seeked_cb (MienPlayer *player, gint64 time, Fixture *f)
{
  f->n_seeked++;
}

static gboolean
timeout_cb (gpointer data)
{
  g_error ("the player did not get there in time");
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint guard_ = g_timeout_add_seconds (30, timeout_cb, NULL);                                   \
    while (!(condition))                                                                           \
      if (!g_main_context_iteration (NULL, FALSE))                                                 \
        g_usleep (1000);                                                                           \
    g_source_remove (guard_);                                                                      \
  }                                                                                                \
  G_STMT_END

static void
set_up (Fixture *f, gconstpointer data)
{
  f->player = mien_player_new ();
  mien_player_set_audio_sink (f->player, "fakesink");
  g_signal_connect (f->player, "error", G_CALLBACK (error_cb), f);
  g_signal_connect (f->player, "seeked", G_CALLBACK (seeked_cb), f);
  g_signal_connect_swapped (f->player, "frame", G_CALLBACK (count_cb), &f->n_frames);
  g_signal_connect_swapped (f->player, "ended", G_CALLBACK (count_cb), &f->n_ended);
}

static void
open_clip (Fixture *f, const char *name, const char *args)
{
  g_autoptr (GError) error = NULL;

  f->path = args != NULL ? clips_make (name, args) : clips_path (name);
  f->times = clips_read_times (f->path, NULL, &error);
  g_assert_no_error (error);
  mien_player_open (f->player, f->path);
  g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_LOADING);
  WAIT_FOR (mien_player_get_state (f->player) == MIEN_PLAYER_PAUSED || f->error != NULL);
  g_assert_no_error (f->error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gpointer object = f->player;

  mien_player_close (f->player);
  g_object_add_weak_pointer (G_OBJECT (f->player), &object);
  g_object_unref (f->player);
  WAIT_FOR (object == NULL);
  g_clear_pointer (&f->times, g_array_unref);
  g_clear_error (&f->error);
  g_free (f->path);
}

static gint64
get_shown (Fixture *f)
{
  g_autoptr (MienFrame) frame = mien_player_dup_frame (f->player);

  g_assert_nonnull (frame);
  return frame->pts_ns;
}

static void
seek (Fixture *f, gint64 time, MienSeekMode mode)
{
  guint before = f->n_seeked;

  mien_player_seek (f->player, time, mode);
  WAIT_FOR (f->n_seeked > before);
}

static void
step (Fixture *f, int n)
{
  guint before = f->n_seeked;

  mien_player_step (f->player, n);
  WAIT_FOR (f->n_seeked > before);
}

static void
assert_shows (Fixture *f, guint index)
{
  g_assert_cmpint (ABS (get_shown (f) - g_array_index (f->times, gint64, index)), <=, 1000);
}

#define PICTURES "-f lavfi -i testsrc2=s=320x240:r=25:d=4 "
#define H264 "-c:v libx264 -preset veryfast -pix_fmt yuv420p "

static void
test_open (Fixture *f, gconstpointer data)
{
  g_autoptr (MienFrame) frame = NULL;

  open_clip (f, "av.mp4", PICTURES "-f lavfi -i sine=d=4 " H264 "-g 25 -bf 2 -c:a aac -shortest");
  frame = mien_player_dup_frame (f->player);
  g_assert_cmpint (frame->image.format, ==, MIEN_PIXEL_RGBX32);
  g_assert_cmpint (frame->image.width, ==, 320);
  g_assert_cmpint (frame->image.height, ==, 240);
  g_assert_cmpint (frame->image.planes[0][3], ==, 255);
  assert_shows (f, 0);
  g_assert_cmpint (
      ABS (mien_player_get_duration_ns (f->player) - 4 * G_GINT64_CONSTANT (1000000000)), <,
      50000000);
  g_assert_true (mien_player_get_has_audio (f->player));
  g_assert_true (mien_player_get_seekable (f->player));
}

/* Every way to look at a time must find the picture that is shown there, with its own time. */
static void
check_seeks (Fixture *f)
{
  static const guint places[] = { 60, 3, 59, 61, 0, 80, 24, 25, 26 };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      guint index = MIN (places[i], f->times->len - 2);
      gint64 time = g_array_index (f->times, gint64, index);
      gint64 next = g_array_index (f->times, gint64, index + 1);

      seek (f, time, MIEN_SEEK_ACCURATE);
      assert_shows (f, index);
      seek (f, time + (next - time) / 2, MIEN_SEEK_ACCURATE);
      assert_shows (f, index);
    }
}

static void
test_seek (Fixture *f, gconstpointer data)
{
  open_clip (f, "av.mp4", NULL);
  check_seeks (f);
  seek (f, 1900000000, MIEN_SEEK_KEY);
  assert_shows (f, 25);
  /* Behind the end the last picture stands. */
  seek (f, G_GINT64_CONSTANT (3600000000000), MIEN_SEEK_ACCURATE);
  assert_shows (f, f->times->len - 1);
}

static void
test_seek_matroska (Fixture *f, gconstpointer data)
{
  open_clip (f, "ntsc.mkv",
             "-f lavfi -i testsrc2=s=320x240:r=30000/1001:d=4 " H264
             "-g 30 -bf 2 -output_ts_offset 0.2");
  g_assert_cmpint (g_array_index (f->times, gint64, 0), >, 100000000);
  check_seeks (f);
}

static void
test_seek_variable (Fixture *f, gconstpointer data)
{
  open_clip (f, "vfr.mp4",
             "-f lavfi -i testsrc2=s=320x240:r=60:d=3 -vf "
             "\"select='not(mod(n,3))+not(mod(n,7))+lt(n,20)'\" -vsync vfr " H264 "-g 20 -bf 2");
  check_seeks (f);
}

/* As a browser records: no length, no index, and here one key frame for all. */
static void
test_seek_live (Fixture *f, gconstpointer data)
{
  open_clip (f, "live.webm", PICTURES "-c:v libvpx -g 1000 -live 1");
  g_assert_cmpint (mien_player_get_duration_ns (f->player), ==, G_GINT64_CONSTANT (4000000000));
  check_seeks (f);
}

static void
test_step (Fixture *f, gconstpointer data)
{
  open_clip (f, "av.mp4", NULL);
  seek (f, g_array_index (f->times, gint64, 30), MIEN_SEEK_ACCURATE);
  for (guint i = 1; i <= 4; i++)
    {
      step (f, 1);
      assert_shows (f, 30 + i);
    }
  step (f, 3);
  assert_shows (f, 37);
  for (guint i = 1; i <= 14; i++)
    {
      step (f, -1);
      assert_shows (f, 37 - i);
    }
  step (f, -4);
  assert_shows (f, 19);
  g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_PAUSED);
  g_assert_cmpint (mien_player_get_position_ns (f->player), ==, get_shown (f));
}

/* Requests while one is under way: the newest wins. */
static void
test_scrub (Fixture *f, gconstpointer data)
{
  guint before;

  open_clip (f, "av.mp4", NULL);
  before = f->n_seeked;
  for (guint i = 10; i < 90; i++)
    mien_player_seek (f->player, g_array_index (f->times, gint64, i), MIEN_SEEK_ACCURATE);
  WAIT_FOR (f->n_seeked > before);
  assert_shows (f, 89);
  g_assert_cmpuint (f->n_seeked - before, <=, 2);
}

static void
tap_cb (MienFrame *frame, gpointer data)
{
  g_assert_cmpint (frame->image.width, ==, 320);
  g_atomic_int_inc ((int *) data);
}

static void
test_play (Fixture *f, gconstpointer data)
{
  gint64 began;
  gint64 wall;
  int n_tapped;

  open_clip (f, "av.mp4", NULL);
  mien_player_set_tap (f->player, tap_cb, &f->n_tapped);
  mien_player_set_volume (f->player, 0.5);
  mien_player_set_muted (f->player, TRUE);
  mien_player_set_rate (f->player, 4);
  WAIT_FOR (f->n_seeked > 0);
  began = g_get_monotonic_time ();
  mien_player_play (f->player);
  WAIT_FOR (f->n_ended > 0);
  wall = g_get_monotonic_time () - began;
  g_assert_no_error (f->error);
  g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_ENDED);
  /* Four seconds at four times the speed take one; a loaded machine may take longer. */
  g_test_message ("played in %.2f s", (double) wall / 1e6);
  g_assert_cmpint (wall, >, 800000);
  g_assert_cmpint (wall, <, 3500000);
  mien_player_set_tap (f->player, NULL, NULL);
  n_tapped = g_atomic_int_get (&f->n_tapped);
  /* The newest picture wins: a loaded machine taps fewer of the hundred. */
  g_assert_cmpint (n_tapped, >, 3);
  /* From the end it starts again. */
  mien_player_play (f->player);
  WAIT_FOR (mien_player_get_state (f->player) == MIEN_PLAYER_PLAYING
            && mien_player_get_position_ns (f->player) > 100000000);
  mien_player_pause (f->player);
  g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_PAUSED);
  g_assert_cmpint (g_atomic_int_get (&f->n_tapped), ==, n_tapped);
}

static void
slow_tap_cb (MienFrame *frame, gpointer data)
{
  g_atomic_int_inc ((int *) data);
  g_usleep (220000);
}

/* Who cannot keep up loses pictures on the way, but not the last one. */
static void
test_slow (Fixture *f, gconstpointer data)
{
  open_clip (f, "av.mp4", NULL);
  mien_player_set_tap (f->player, slow_tap_cb, &f->n_tapped);
  mien_player_set_rate (f->player, 4);
  WAIT_FOR (f->n_seeked > 0);
  mien_player_play (f->player);
  WAIT_FOR (f->n_ended > 0);
  g_assert_no_error (f->error);
  g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_ENDED);
  assert_shows (f, f->times->len - 1);
  g_test_message ("%d of %u pictures", g_atomic_int_get (&f->n_tapped), f->times->len);
  g_assert_cmpint (g_atomic_int_get (&f->n_tapped), <, (int) f->times->len / 2);
  mien_player_set_tap (f->player, NULL, NULL);
  mien_player_play (f->player);
  WAIT_FOR (mien_player_get_state (f->player) == MIEN_PLAYER_PLAYING && get_shown (f) < 1000000000);
}

static void
test_loop (Fixture *f, gconstpointer data)
{
  gint64 low = G_MAXINT64, high = 0, last = -1;
  guint n_wraps = 0;

  open_clip (f, "av.mp4", NULL);
  mien_player_set_loop (f->player, 1000000000, 1400000000);
  mien_player_play (f->player);
  WAIT_FOR (mien_player_get_state (f->player) == MIEN_PLAYER_PLAYING
            && get_shown (f) >= 1000000000);
  while (n_wraps < 3)
    {
      gint64 shown = get_shown (f);

      low = MIN (low, shown);
      high = MAX (high, shown);
      n_wraps += shown < last;
      last = shown;
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpint (low, >=, 1000000000 - 1000);
  g_assert_cmpint (high, <, 1400000000);
  g_assert_cmpuint (f->n_ended, ==, 0);
}

static void
test_still (Fixture *f, gconstpointer data)
{
  g_autoptr (MienFrame) frame = NULL;

  open_clip (f, "still.png", "-f lavfi -i color=red:s=64x48 -frames:v 1");
  frame = mien_player_dup_frame (f->player);
  g_assert_cmpint (frame->image.width, ==, 64);
  g_assert_cmpfloat (clips_mean (&frame->image, 0, 0, 0, 1, 1), >, 200);
  g_assert_false (mien_player_get_has_audio (f->player));
}

static void
test_rotated (Fixture *f, gconstpointer data)
{
  g_autofree char *plain = clips_make ("wide.mp4", "-f lavfi -i testsrc2=s=320x240:r=25:d=1 " H264);
  g_autoptr (MienFrame) frame = NULL;

  open_clip (f, "tall.mp4", "-i wide.mp4 -c copy -metadata:s:v:0 rotate=90");
  frame = mien_player_dup_frame (f->player);
  g_assert_cmpint (frame->image.width, ==, 240);
  g_assert_cmpint (frame->image.height, ==, 320);
}

static void
test_errors (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = clips_path ("no-such-file.mp4");
  g_autofree char *text = clips_path ("text.mp4");
  g_autofree char *sound = clips_make ("sound.mp4", "-f lavfi -i sine=d=1 -c:a aac");
  const char *inputs[] = { missing, text, sound, "https://example.org/film.mp4" };

  g_assert_true (g_file_set_contents (text, "not a film\n", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      g_clear_error (&f->error);
      mien_player_open (f->player, inputs[i]);
      WAIT_FOR (f->error != NULL);
      g_assert_error (f->error, MIEN_ERROR, MIEN_ERROR_INPUT);
      g_assert_nonnull (strstr (f->error->message, inputs[i]));
      g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_FAILED);
    }
}

/* Closing at any moment must not leave anything behind that still calls. */
static void
test_close (Fixture *f, gconstpointer data)
{
  g_autofree char *path = clips_path ("av.mp4");

  for (int i = 0; i < 6; i++)
    {
      mien_player_open (f->player, path);
      if (i % 3 != 0)
        WAIT_FOR (mien_player_get_state (f->player) == MIEN_PLAYER_PAUSED);
      if (i % 3 == 2)
        mien_player_play (f->player);
      mien_player_close (f->player);
      g_assert_cmpint (mien_player_get_state (f->player), ==, MIEN_PLAYER_EMPTY);
      g_assert_null (mien_player_dup_frame (f->player));
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *, gconstpointer);
  } tests[] = {
    { "/media/player/open", test_open },
    { "/media/player/seek", test_seek },
    { "/media/player/seek-matroska", test_seek_matroska },
    { "/media/player/seek-variable", test_seek_variable },
    { "/media/player/seek-live", test_seek_live },
    { "/media/player/step", test_step },
    { "/media/player/scrub", test_scrub },
    { "/media/player/play", test_play },
    { "/media/player/slow", test_slow },
    { "/media/player/loop", test_loop },
    { "/media/player/still", test_still },
    { "/media/player/rotated", test_rotated },
    { "/media/player/errors", test_errors },
    { "/media/player/close", test_close },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  result = g_test_run ();
  clips_clear ();
  return result;
}
