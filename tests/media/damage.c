/* What is not a film, and films that are broken: the right class of error, one line that names the
 * file and the reason, and all that could be read before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "clips.h"
#include "media/exif.h"
#include "media/input.h"
#include "media/ledger.h"
#include "media/outline.h"
#include "media/times.h"

#define PICTURES "-f lavfi -i testsrc2=s=320x240:r=25:d=2 "
#define H264 "-c:v libx264 -preset veryfast -pix_fmt yuv420p "

static void
assert_refused (const char *input, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienMediaInfo) info = NULL;

  g_assert_null (mien_frame_source_open (input, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_cmpint (mien_error_get_exit_code (error), ==, 2);
  g_assert_nonnull (strstr (error->message, input));
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_null (strchr (error->message, '\n'));
  g_clear_error (&error);
  info = mien_media_probe (input, NULL, &error);
  g_assert_null (info);
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
}

static char *
write_text (const char *name, const char *text)
{
  char *path = clips_path (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
test_refused (void)
{
  g_autofree char *missing = clips_path ("missing.mp4");
  g_autofree char *empty = write_text ("empty.mp4", "");
  g_autofree char *text = write_text ("text.mp4", "Once upon a time\nthere was a film.\n");
  g_autofree char *list = write_text (
      "list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1/a.ts\n");
  g_autofree char *wav = clips_make ("sound.wav", "-f lavfi -i sine=d=1");
  g_autofree char *mp4 = clips_make ("sound.mp4", "-f lavfi -i sine=d=1 -c:a aac");
  g_autofree char *mka = clips_make ("sound.mka", "-f lavfi -i sine=d=1 -c:a libopus");
  g_autofree char *plain = clips_make ("plain.mp4", PICTURES H264);
  g_autofree char *head = clips_cut (plain, "head.mp4", clips_get_size (plain) / 2);
  g_autofree char *noise = clips_break (plain, "noise.mp4", 0, clips_get_size (plain));
  g_autofree char *none = clips_path ("nothing-here");
  g_autofree char *pipe = clips_path ("pipe.mp4");

  g_mkdir_with_parents (none, 0700);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (missing, "No such file");
  assert_refused (empty, "empty");
  assert_refused (text, "text");
  assert_refused (list, "play list");
  assert_refused (wav, "sound");
  assert_refused (mp4, "sound");
  assert_refused (mka, "sound");
  /* The index of this film is at its end. */
  assert_refused (head, "");
  assert_refused (noise, "");
  assert_refused (none, "no pictures");
  assert_refused (pipe, "neither");
  assert_refused ("https://example.org/film.mp4", "network");
  assert_refused ("rtsp://example.org/film", "network");
}

/* The film is read as far as ffprobe reads it, and then it is damaged. */
static void
assert_damaged (const char *path, guint n_at_least)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) expected = clips_probe_times (path);
  g_autoptr (GArray) found = clips_read_times (path, NULL, &error);

  g_test_message ("%u frames, ffprobe %u: %s", found->len, expected->len,
                  error != NULL ? error->message : "no error");
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED);
  g_assert_cmpint (mien_error_get_exit_code (error), ==, 4);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, " s: "));
  g_assert_cmpuint (found->len, >=, n_at_least);
  g_assert_cmpint (ABS ((int) found->len - (int) expected->len), <=, 1);
}

static void
test_cut_off (void)
{
  static const struct
  {
    const char *name, *args;
  } films[] = {
    { "whole.mp4", PICTURES H264 "-movflags +faststart" },
    { "whole.mkv", PICTURES H264 "-bf 3" },
    { "whole.webm", PICTURES "-c:v libvpx" },
    { "whole.avi", PICTURES "-c:v mjpeg" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (films); i++)
    {
      g_autofree char *whole = clips_make (films[i].name, films[i].args);
      g_autofree char *name = g_strconcat ("cut-", films[i].name, NULL);
      g_autofree char *cut = clips_cut (whole, name, clips_get_size (whole) * 6 / 10);

      assert_damaged (cut, 20);
    }
}

static void
test_broken_middle (void)
{
  static const char *const films[] = { "whole.mp4", "whole.mkv", "whole.webm" };

  for (gsize i = 0; i < G_N_ELEMENTS (films); i++)
    {
      g_autofree char *whole = clips_path (films[i]);
      g_autofree char *name = g_strconcat ("broken-", films[i], NULL);
      g_autofree char *broken = clips_break (whole, name, clips_get_size (whole) / 2, 3000);

      assert_damaged (broken, 15);
    }
}

/* Reading only the whole part of a broken film is no error. */
static void
test_before_damage (void)
{
  g_autofree char *path = clips_path ("cut-whole.mp4");
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = NULL;

  options.end_ns = 400000000;
  times = clips_read_times (path, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (times->len, ==, 10);
}

static void
test_broken_picture (void)
{
  g_autofree char *dir = clips_path ("album");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = NULL;
  g_autofree char *cut = NULL;
  g_autofree char *whole = NULL;

  g_mkdir_with_parents (dir, 0700);
  g_free (clips_make ("album/1.png", "-f lavfi -i testsrc2=s=64x48 -frames:v 1"));
  g_free (clips_make ("album/3.png", "-f lavfi -i testsrc2=s=64x48 -frames:v 1"));
  g_free (write_text ("album/2.png", "no picture"));
  times = clips_read_times (dir, NULL, &error);
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "2.png"));
  g_assert_cmpuint (times->len, ==, 2);
  g_assert_cmpint (g_array_index (times, gint64, 1), ==, 80000000);
}

static void
test_cancel (void)
{
  g_autofree char *path = clips_path ("whole.mp4");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = mien_frame_source_open (path, NULL, cancellable, &error);
  MienFrame *frame = NULL;

  g_assert_true (mien_frame_source_next (source, &frame, &error));
  g_clear_pointer (&frame, mien_frame_unref);
  g_cancellable_cancel (cancellable);
  while (mien_frame_source_next (source, &frame, &error) && frame != NULL)
    g_clear_pointer (&frame, mien_frame_unref);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_pointer (&source, mien_frame_source_free);
  g_clear_error (&error);
  g_assert_null (mien_frame_source_open (path, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static glong
get_resident_kb (void)
{
  g_autofree char *text = NULL;
  long size, resident;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%ld %ld", &size, &resident), ==, 2);
  return resident * 4;
}

/* What more rounds may add. AddressSanitizer keeps up to 256 MB of freed memory back. */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_LIMIT_KB (320 * 1024)
#else
#define MEMORY_LIMIT_KB (8 * 1024)
#endif

/* Length costs no memory: more rounds, the same size. */
static void
test_memory (void)
{
  g_autofree char *path = clips_path ("whole.mp4");
  glong before = 0, after;

  for (int round = 0; round < 24; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) times = clips_read_times (path, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (times->len, ==, 50);
      if (round == 7)
        before = get_resident_kb ();
    }
  after = get_resident_kb ();
  g_test_message ("resident after 8 rounds %ld kB, after 24 %ld kB", before, after);
  g_assert_cmpint (after - before, <, MEMORY_LIMIT_KB);
}

/* ---- The parts that judge ---- */

static void
test_ledger (void)
{
  g_autoptr (MienLedger) ledger = mien_ledger_new ();
  gint64 first;

  /* Pictures in the order of decoding: I P B B P B B. */
  static const gint64 order[] = { 0, 120, 40, 80, 240, 160, 200 };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    mien_ledger_add_packet (ledger, order[i] * 1000000);
  for (gint64 t = 0; t <= 120; t += 40)
    mien_ledger_add_frame (ledger, t * 1000000, FALSE);
  g_assert_cmpint (mien_ledger_count_damaged (ledger, &first), ==, 0);
  g_assert_cmpint (first, ==, -1);
  /* 160 never comes out. */
  mien_ledger_add_frame (ledger, 200000000, FALSE);
  g_assert_cmpint (mien_ledger_count_damaged (ledger, &first), ==, 1);
  g_assert_cmpint (first, ==, 160000000);
  /* Nor does 240. */
  mien_ledger_end (ledger);
  g_assert_cmpint (mien_ledger_count_damaged (ledger, NULL), ==, 2);
}

/* Second fields and pictures that are never shown lie close to others: they are not lost. */
static void
test_ledger_fields (void)
{
  g_autoptr (MienLedger) ledger = mien_ledger_new ();

  for (gint64 t = 0; t < 400; t += 20)
    mien_ledger_add_packet (ledger, t * 1000000);
  for (gint64 t = 0; t < 400; t += 40)
    mien_ledger_add_frame (ledger, t * 1000000, FALSE);
  mien_ledger_add_packet (ledger, 400000000);
  mien_ledger_add_frame (ledger, 400000000, FALSE);
  g_assert_cmpint (mien_ledger_count_damaged (ledger, NULL), ==, 0);
}

static void
test_ledger_tear (void)
{
  g_autoptr (MienLedger) ledger = mien_ledger_new ();
  gint64 first;

  for (gint64 t = 0; t < 400; t += 40)
    {
      mien_ledger_add_packet (ledger, t * 1000000);
      mien_ledger_add_frame (ledger, t * 1000000, FALSE);
    }
  mien_ledger_tear (ledger);
  mien_ledger_add_packet (ledger, 600000000);
  mien_ledger_add_frame (ledger, 600000000, FALSE);
  g_assert_cmpint (mien_ledger_count_damaged (ledger, &first), ==, 1);
  g_assert_cmpint (first, ==, 400000000);
  /* Without a tear a longer step is only a longer step. */
  mien_ledger_add_packet (ledger, 900000000);
  mien_ledger_add_frame (ledger, 900000000, FALSE);
  g_assert_cmpint (mien_ledger_count_damaged (ledger, NULL), ==, 1);
}

static void
test_ledger_cut (void)
{
  g_autoptr (MienLedger) ledger = mien_ledger_new ();

  mien_ledger_begin_packets (ledger);
  mien_ledger_add_packet (ledger, 0);
  mien_ledger_add_packet (ledger, 40000000);
  mien_ledger_add_packet (ledger, 80000000);
  mien_ledger_begin_frames (ledger);
  g_assert_true (mien_ledger_is_cut (ledger, 50000000));
  g_assert_false (mien_ledger_is_cut (ledger, 40000000));
  g_assert_false (mien_ledger_is_cut (ledger, 40000001));
  /* A picture that is handed out again gets the time of the next. */
  mien_ledger_add_frame (ledger, 40000000, FALSE);
  g_assert_cmpint (mien_ledger_repair (ledger, 40000000), ==, 80000000);
}

static void
test_times (void)
{
  g_autoptr (MienTimes) times = mien_times_new ();

  for (gint64 t = 0; t <= 200; t += 40)
    mien_times_add (times, t * 1000000);
  g_assert_cmpint (mien_times_find (times, 90000000), ==, 80000000);
  g_assert_cmpint (mien_times_find (times, 80000000), ==, 80000000);
  /* Nothing is certain before a picture has come out. */
  g_assert_cmpint (mien_times_find_before (times, 90000000, 1), ==, -1);
  mien_times_note_shown (times, 120000000);
  g_assert_cmpint (mien_times_find_before (times, 90000000, 1), ==, 40000000);
  g_assert_cmpint (mien_times_find_before (times, 90000000, 3), ==, -1);
  g_assert_cmpint (mien_times_find_before (times, 170000000, 1), ==, -1);
  mien_times_give_up (times);
  g_assert_cmpint (mien_times_find (times, 90000000), ==, 90000000);
}

static void
test_names (void)
{
  static const char *const sorted[] = { "a", "a1", "a01", "a2", "a10", "a10b", "b", "b9", "b10" };

  for (gsize i = 0; i < G_N_ELEMENTS (sorted); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (sorted); k++)
      {
        int order = mien_input_compare_names (sorted[i], sorted[k]);

        if (i != 2 && k != 2)
          g_assert_cmpint (order < 0, ==, i < k);
        g_assert_cmpint (order == 0, ==, i == k);
        g_assert_cmpint (order<0, ==, mien_input_compare_names (sorted[k], sorted[i])> 0);
      }
}

/* Heads that lie about every length must not be followed over the end. */
static void
test_fuzz (void)
{
  static const char *const films[] = { "whole.mp4", "whole.mkv", "whole.avi", "album/1.png" };
  g_autofree char *path = clips_path ("fuzz.bin");
  GRand *rand = g_rand_new_with_seed (7);

  for (gsize i = 0; i < G_N_ELEMENTS (films); i++)
    {
      g_autofree char *from = clips_path (films[i]);
      g_autofree char *data = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (from, &data, &size, NULL));
      g_assert_cmpint (mien_outline_count_missing (from), ==, 0);
      size = MIN (size, 4096);
      for (int round = 0; round < 200; round++)
        {
          g_autofree char *copy = g_memdup2 (data, size);

          for (int k = 0; k < 4; k++)
            copy[g_rand_int_range (rand, 4, 96)] = (char) g_rand_int (rand);
          g_assert_true (g_file_set_contents (path, copy, (gssize) size, NULL));
          g_assert_cmpint (mien_outline_count_missing (path), >=, 0);
        }
    }
  g_rand_free (rand);
}

static void
test_exif_fuzz (void)
{
  guint8 data[64] = { 0xff, 0xd8, 0xff, 0xe1, 0, 60, 'E',  'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0,
                      8,    0,    0,    0,    2, 0,  0x12, 1,   3,   0,   1, 0, 0,   0,   8,   0 };
  GRand *rand = g_rand_new_with_seed (11);

  g_assert_cmpint (mien_exif_parse_orientation (data, sizeof data), ==, GST_VIDEO_ORIENTATION_90L);
  for (gsize n = 0; n < 32; n++)
    mien_exif_parse_orientation (data, n);
  for (int round = 0; round < 20000; round++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, sizeof data);

      for (int k = 0; k < 3; k++)
        copy[g_rand_int_range (rand, 4, 34)] = (guint8) g_rand_int (rand);
      mien_exif_parse_orientation (copy, sizeof data);
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/damage/refused", test_refused);
  g_test_add_func ("/media/damage/cut-off", test_cut_off);
  g_test_add_func ("/media/damage/broken-middle", test_broken_middle);
  g_test_add_func ("/media/damage/before-damage", test_before_damage);
  g_test_add_func ("/media/damage/broken-picture", test_broken_picture);
  g_test_add_func ("/media/damage/cancel", test_cancel);
  g_test_add_func ("/media/damage/memory", test_memory);
  g_test_add_func ("/media/damage/ledger", test_ledger);
  g_test_add_func ("/media/damage/ledger-fields", test_ledger_fields);
  g_test_add_func ("/media/damage/ledger-tear", test_ledger_tear);
  g_test_add_func ("/media/damage/ledger-cut", test_ledger_cut);
  g_test_add_func ("/media/damage/times", test_times);
  g_test_add_func ("/media/damage/names", test_names);
  g_test_add_func ("/media/damage/fuzz", test_fuzz);
  g_test_add_func ("/media/damage/exif-fuzz", test_exif_fuzz);
  result = g_test_run ();
  clips_clear ();
  return result;
}
