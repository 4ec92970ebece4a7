/* Every kind of footage: all frames once, at the times that ffprobe tells, upright and square.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "clips.h"

#define PICTURES "-f lavfi -i testsrc2=s=320x240:r=25:d=2 "
#define SHORT "-f lavfi -i testsrc2=s=320x240:r=25:d=0.4 "
#define H264 "-c:v libx264 -preset veryfast -pix_fmt yuv420p "

typedef struct
{
  const char *name;
  const char *args;
} Clip;

/* Containers, codings and the orders and rates that pictures come in. */
static const Clip clips[] = {
  { "bframes.mp4", PICTURES H264 "-bf 3 -g 12" },
  { "bframes.mkv", PICTURES H264 "-bf 3" },
  { "bframes.mov", PICTURES H264 "-bf 3" },
  { "bframes.flv", PICTURES H264 "-bf 3" },
  { "hevc.mp4", SHORT "-c:v libx265 -preset ultrafast -x265-params log-level=none" },
  { "mjpeg.avi", SHORT "-c:v mjpeg" },
  { "vp8.webm", SHORT "-c:v libvpx" },
  { "vp9.webm", SHORT "-c:v libvpx-vp9 -deadline realtime" },
  { "theora.ogv", SHORT "-c:v libtheora" },
  { "wmv.wmv", SHORT "-c:v wmv2" },
  { "prores.mov", SHORT "-c:v prores" },
  { "lossless.mkv", SHORT "-c:v ffv1" },
  { "variable.mp4", "-f lavfi -i testsrc2=s=320x240:r=60:d=2 -vf "
                    "\"select='not(mod(n,3))+not(mod(n,7))+lt(n,20)'\" -vsync vfr " H264 },
  { "variable.mkv", "-i variable.mp4 -c copy" },
  { "fast.mp4", "-f lavfi -i testsrc2=s=320x240:r=120:d=1 " H264 },
  { "ntsc.mkv", "-f lavfi -i testsrc2=s=320x240:r=30000/1001:d=1 " H264 "-bf 2" },
  { "late.mkv", SHORT H264 "-output_ts_offset 0.2" },
  { "sound.mp4", PICTURES "-f lavfi -i sine=d=2 " H264 "-c:a aac" },
  { "sound.mka", "-f lavfi -i sine=d=2 -c:a libopus" },
  { "delayed.mp4", "-itsoffset 0.5 -i bframes.mp4 -i sound.mka -map 0:v -map 1:a -c copy" },
  { "cut.mp4", "-ss 0.5 -i bframes.mp4 -c copy" },
  { "cut.mkv", "-ss 0.5 -i bframes.mp4 -c copy" },
  { "two.mkv", PICTURES "-f lavfi -i testsrc=s=160x120:r=10:d=2 -map 0 -map 1 " H264 },
  { "two.mp4", PICTURES "-f lavfi -i testsrc=s=160x120:r=10:d=2 -map 0 -map 1 " H264 },
};

static gboolean
has_sound_only (const Clip *clip)
{
  return g_str_has_suffix (clip->name, ".mka");
}

static void
test_clip (gconstpointer data)
{
  const Clip *clip = data;
  g_autofree char *path = clips_make (clip->name, clip->args);

  if (!has_sound_only (clip))
    clips_assert_equal (path);
}

/* The first frame and what is known about the file. */
static MienFrame *
open_first (const char *path, MienMediaInfo **info)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = mien_frame_source_open (path, NULL, NULL, &error);
  MienFrame *frame = NULL;

  g_assert_no_error (error);
  g_assert_true (mien_frame_source_next (source, &frame, &error));
  g_assert_no_error (error);
  g_assert_nonnull (frame);
  if (info != NULL)
    *info = mien_media_info_copy (mien_frame_source_get_info (source));
  /* The frame outlives its source. */
  return frame;
}

/* Where the clock of a container has no fixed begin, the first picture is at 0 and the distances
 * are those of ffprobe. */
static void
test_shifted (void)
{
  static const Clip shifted[] = {
    { "h264.ts", PICTURES H264 "-bf 3" },
    { "mpeg2.ts", PICTURES "-c:v mpeg2video -bf 2" },
    { "mpeg2.mpg", PICTURES "-c:v mpeg2video -bf 2" },
    { "mpeg4.avi", PICTURES "-c:v mpeg4 -bf 2" },
    { "h264.avi", PICTURES H264 "-bf 3" },
    { "raw.h264", PICTURES H264 "-bf 3" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shifted); i++)
    {
      g_autofree char *path = clips_make (shifted[i].name, shifted[i].args);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) expected = clips_probe_times (path);
      g_autoptr (GArray) found = clips_read_times (path, NULL, &error);

      g_test_message ("%s", path);
      g_assert_no_error (error);
      g_assert_cmpuint (found->len, ==, 50);
      g_assert_cmpuint (expected->len, ==, 50);
      for (guint k = 0; k < 50; k++)
        {
          gint64 us = (g_array_index (found, gint64, k) + 500) / 1000;
          gint64 first = g_array_index (expected, gint64, 0);
          gint64 other = g_array_index (expected, gint64, k);

          g_assert_cmpint (ABS (us - (gint64) k * 40000), <=, 1);
          if (first != G_MININT64 && other != G_MININT64)
            g_assert_cmpint (ABS (other - first - us), <=, 1);
        }
    }
}

/* A picture of four areas: white, and grey, black, black clockwise; found where they belong after
 * turning. */
static void
test_rotation (void)
{
  static const struct
  {
    const char *name;
    int degrees, x, y, width, height; /* where the white quarter is */
  } turns[] = {
    { "turn0.mp4", 0, 0, 0, 320, 240 },
    { "turn90.mp4", 90, 120, 0, 240, 320 },
    { "turn180.mp4", 180, 160, 120, 320, 240 },
    { "turn270.mp4", 270, 0, 160, 240, 320 },
  };
  g_autofree char *plain =
      clips_make ("corner.mp4", "-f lavfi -i color=black:s=320x240:r=25:d=0.4 -vf "
                                "drawbox=0:0:160:120:white:fill " H264);

  for (gsize i = 0; i < G_N_ELEMENTS (turns); i++)
    {
      g_autofree char *args = g_strdup_printf ("-i corner.mp4 -c copy -metadata:s:v:0 rotate=%d",
                                               (360 - turns[i].degrees) % 360);
      g_autofree char *path = clips_make (turns[i].name, args);
      MienMediaInfo *info = NULL;
      g_autoptr (MienFrame) frame = open_first (path, &info);

      g_assert_cmpint (frame->image.width, ==, turns[i].width);
      g_assert_cmpint (frame->image.height, ==, turns[i].height);
      g_test_message ("%s: rotation %d", turns[i].name, info->rotation);
      g_assert_cmpint (info->width, ==, turns[i].width);
      g_assert_cmpint (info->coded_width, ==, 320);
      g_assert_cmpfloat (clips_mean (&frame->image, 0, turns[i].x + 20, turns[i].y + 20, 80, 80), >,
                         200);
      g_assert_cmpfloat (clips_mean (&frame->image, 0, 0, 0, turns[i].width, turns[i].height), <,
                         100);
      clips_assert_equal (path);
      mien_media_info_free (info);
    }
}

/* A phone's photograph that lies on its side: EXIF orientation 6 in front of the picture. */
static void
test_exif (void)
{
  static const guint8 exif[] = { 0xff, 0xd8, 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0,    0, 'M',
                                 'M',  0,    '*',  0,    0, 0,  8,   0,   1,   1,   0x12, 0, 3,
                                 0,    0,    0,    1,    0, 6,  0,   0,   0,   0,   0,    0 };
  g_autofree char *plain =
      clips_make ("corner.jpg", "-f lavfi -i color=black:s=320x240 -vf "
                                "drawbox=0:0:160:120:white:fill -frames:v 1 -pix_fmt yuvj420p");
  g_autofree char *path = clips_path ("turned.jpg");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *data = NULL;
  g_autoptr (MienFrame) frame = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (plain, &data, &size, NULL));
  g_byte_array_append (bytes, exif, sizeof exif);
  g_byte_array_append (bytes, (const guint8 *) data + 2, (guint) size - 2);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  frame = open_first (path, NULL);
  g_assert_cmpint (frame->image.width, ==, 240);
  g_assert_cmpint (frame->image.height, ==, 320);
  g_assert_cmpfloat (clips_mean (&frame->image, 0, 140, 20, 80, 80), >, 240);
  g_assert_cmpfloat (clips_mean (&frame->image, 0, 20, 20, 80, 80), <, 20);
}

static void
test_square (void)
{
  static const struct
  {
    const char *name, *args;
    int width, height;
  } shapes[] = {
    { "wide.mp4", SHORT "-vf setsar=16/11 " H264, 465, 240 },
    { "tall.mp4", SHORT "-vf setsar=8/9 " H264, 320, 270 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *path = clips_make (shapes[i].name, shapes[i].args);
      g_autoptr (MienFrame) frame = open_first (path, NULL);

      g_assert_cmpint (frame->image.width, ==, shapes[i].width);
      g_assert_cmpint (frame->image.height, ==, shapes[i].height);
      clips_assert_equal (path);
    }
}

static void
test_formats (void)
{
  static const struct
  {
    const char *name, *args;
    MienPixelFormat format;
    int depth;
    gboolean is_hdr, full_range;
    MienColorMatrix matrix;
  } formats[] = {
    { "ten.mp4", SHORT "-c:v libx264 -pix_fmt yuv420p10le", MIEN_PIXEL_I420, 10, FALSE, FALSE,
      MIEN_MATRIX_BT601 },
    { "f444.mp4", SHORT "-c:v libx264 -pix_fmt yuv444p", MIEN_PIXEL_I420, 8, FALSE, FALSE,
      MIEN_MATRIX_BT601 },
    { "f422.mp4", SHORT "-c:v libx264 -pix_fmt yuv422p -colorspace bt709", MIEN_PIXEL_I420, 8,
      FALSE, FALSE, MIEN_MATRIX_BT709 },
    { "hdr.mp4",
      SHORT "-c:v libx264 -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc "
            "-pix_fmt yuv420p10le",
      MIEN_PIXEL_I420, 10, TRUE, FALSE, MIEN_MATRIX_BT2020 },
    { "full.mp4", SHORT "-vf scale=out_range=pc -color_range pc " H264, MIEN_PIXEL_I420, 8, FALSE,
      TRUE, MIEN_MATRIX_BT601 },
    { "odd444.mp4", "-f lavfi -i testsrc2=s=321x241:r=25:d=0.4 -c:v libx264 -pix_fmt yuv444p",
      MIEN_PIXEL_I420, 8, FALSE, FALSE, MIEN_MATRIX_BT601 },
    { "odd.webm", "-f lavfi -i testsrc2=s=321x241:r=25:d=0.4 -c:v libvpx -pix_fmt yuv420p",
      MIEN_PIXEL_I420, 8, FALSE, FALSE, MIEN_MATRIX_BT601 },
    { "grey.png", "-f lavfi -i testsrc2=s=63x47 -frames:v 1 -pix_fmt gray", MIEN_PIXEL_GRAY8, 8,
      FALSE, TRUE, MIEN_MATRIX_BT601 },
    { "rgb.png", "-f lavfi -i testsrc2=s=63x47 -frames:v 1 -pix_fmt rgb24", MIEN_PIXEL_RGB24, 8,
      FALSE, TRUE, MIEN_MATRIX_BT601 },
    { "big.jpg", "-f lavfi -i testsrc2=s=7680x4320 -frames:v 1 -pix_fmt yuvj420p", MIEN_PIXEL_I420,
      8, FALSE, TRUE, MIEN_MATRIX_BT601 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = clips_make (formats[i].name, formats[i].args);
      MienMediaInfo *info = NULL;
      g_autoptr (MienFrame) frame = open_first (path, &info);

      g_test_message ("%s: %s %s", formats[i].name, info->pixel_format, info->colorimetry);
      g_assert_cmpint (frame->image.format, ==, formats[i].format);
      g_assert_cmpint (info->bit_depth, ==, formats[i].depth);
      g_assert_cmpint (info->is_hdr, ==, formats[i].is_hdr);
      if (formats[i].format == MIEN_PIXEL_I420)
        {
          g_assert_cmpint (frame->image.full_range, ==, formats[i].full_range);
          g_assert_cmpint (frame->image.matrix, ==, formats[i].matrix);
          g_assert_cmpint (mien_image_get_plane_rows (&frame->image, 1), ==,
                           (frame->image.height + 1) / 2);
          g_assert_nonnull (frame->image.planes[2]);
        }
      clips_assert_equal (path);
      mien_media_info_free (info);
    }
}

/* Mean difference of two lumas, and how far @image spreads around its own mean. */
static double
compare_luma (const MienImage *image, const MienImage *other, double *spread)
{
  double mean = clips_mean (image, 0, 0, 0, image->width, image->height);
  double sum = 0, off = 0;
  int n = image->width * image->height;

  g_assert_cmpint (image->width, ==, other->width);
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      {
        double a = image->planes[0][(gssize) y * image->strides[0] + x];

        off += fabs (a - other->planes[0][(gssize) y * other->strides[0] + x]);
        sum += (a - mean) * (a - mean);
      }
  *spread = sqrt (sum / n);
  return off / n;
}

/* A picture that was carried over into a high dynamic range looks as before when it is read; taken
 * as it is coded it would be pale and grey. */
static void
test_tone (void)
{
  static const struct
  {
    const char *name, *transfer;
  } films[] = { { "pq.mp4", "smpte2084" }, { "hlg.mp4", "arib-std-b67" } };
  g_autofree char *demo =
      g_build_filename (g_getenv ("MIEN_SOURCE_ROOT"), "data", "demo", "cap12.mp4", NULL);
  g_autofree char *cut = g_strdup_printf ("-ss 12 -i '%s' -an -frames:v 3 " H264 "-crf 12", demo);
  g_autofree char *plain = clips_make ("ordinary.mp4", cut);
  g_autoptr (MienFrame) before = open_first (plain, NULL);
  double spread, spread_before;

  compare_luma (&before->image, &before->image, &spread_before);
  for (gsize i = 0; i < G_N_ELEMENTS (films); i++)
    {
      g_autofree char *args = g_strdup_printf (
          "-i ordinary.mp4 -vf \"scale=out_color_matrix=bt709,setparams=range=tv:"
          "color_primaries=bt709:color_trc=bt709:colorspace=bt709,zscale=t=linear:m=gbr:npl=203,"
          "format=gbrpf32le,zscale=p=bt2020:t=%s:m=bt2020nc:r=tv:npl=203,format=yuv420p10le\" "
          "-c:v libx264 -preset ultrafast -crf 12 -color_primaries bt2020 -color_trc %s "
          "-colorspace bt2020nc",
          films[i].transfer, films[i].transfer);
      g_autofree char *path = clips_make (films[i].name, args);
      MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
      g_autoptr (MienFrame) frame = open_first (path, NULL);
      g_autoptr (MienFrameSource) source = NULL;
      g_autoptr (MienFrame) painted = NULL;
      double off = compare_luma (&frame->image, &before->image, &spread);

      g_test_message ("%s: off by %.1f, spread %.1f of %.1f", films[i].name, off, spread,
                      spread_before);
      g_assert_cmpfloat (off, <, 24);
      g_assert_cmpfloat (spread, >, 0.7 * spread_before);
      g_assert_cmpfloat (spread, <, 1.2 * spread_before);
      clips_assert_equal (path);
      /* What is painted is mapped too. */
      options.pixels = MIEN_FRAME_RGBX;
      source = mien_frame_source_open (path, &options, NULL, NULL);
      g_assert_true (mien_frame_source_next (source, &painted, NULL));
      g_assert_cmpfloat (
          fabs (
              clips_mean (&painted->image, 0, 0, 0, 4 * painted->image.width, painted->image.height)
              - (3
                     * (clips_mean (&frame->image, 0, 0, 0, frame->image.width, frame->image.height)
                        - 16)
                     * 255 / 219
                 + 255)
                    / 4),
          <, 12);
    }
}

/* Half transparent black on white is grey; in every coding that has transparency. */
static void
test_alpha (void)
{
  static const Clip glasses[] = {
    { "glass8.webm", "-f lavfi -i color=black:s=64x48:r=25:d=0.4 -vf "
                     "format=yuva420p,colorchannelmixer=aa=0.5 -c:v libvpx -auto-alt-ref 0" },
    { "glass9.webm", "-f lavfi -i color=black:s=64x48:r=25:d=0.4 -vf "
                     "format=yuva420p,colorchannelmixer=aa=0.5 -c:v libvpx-vp9" },
    { "glass.mov", "-f lavfi -i color=black:s=64x48:r=25:d=0.4 -vf "
                   "format=argb,colorchannelmixer=aa=0.5 -c:v qtrle" },
    { "glass.png", "-f lavfi -i color=black:s=64x48 -vf "
                   "format=rgba,colorchannelmixer=aa=0.5 -frames:v 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (glasses); i++)
    {
      g_autofree char *path = clips_make (glasses[i].name, glasses[i].args);
      MienMediaInfo *info = NULL;
      g_autoptr (MienFrame) frame = open_first (path, &info);

      g_test_message ("%s", glasses[i].name);
      g_assert_true (info->has_alpha);
      g_assert_cmpint (frame->image.format, ==, MIEN_PIXEL_RGBX32);
      g_assert_cmpint (ABS (frame->image.planes[0][4 * 10] - 128), <=, 4);
      g_assert_cmpint (frame->image.planes[0][4 * 10 + 3], ==, 255);
      clips_assert_equal (path);
      mien_media_info_free (info);
    }
}

/* A bright square that moves fast leaves a comb in interlaced pictures: rows that differ from both
 * neighbours. After rebuilding there is none. */
static void
test_interlaced (void)
{
  static const Clip woven[] = {
    { "tff.mp4", "-f lavfi -i testsrc=s=320x240:r=50:d=1 -vf tinterlace=interleave_top,"
                 "fieldorder=tff -c:v libx264 -flags +ilme+ildct -x264opts tff=1 "
                 "-pix_fmt yuv420p" },
    { "bff.mkv", "-f lavfi -i testsrc=s=320x240:r=50:d=1 -vf tinterlace=interleave_bottom "
                 "-c:v mpeg2video -flags +ilme+ildct -top 0 -b:v 4M" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (woven); i++)
    {
      g_autofree char *path = clips_make (woven[i].name, woven[i].args);
      MienMediaInfo *info = NULL;
      g_autoptr (MienFrame) frame = open_first (path, &info);
      int kept = i == 0 ? 0 : 1;

      g_assert_true (info->is_interlaced);
      for (int y = 2 + !kept; y < frame->image.height - 2; y += 2)
        {
          int row = kept == 0 ? (y | 1) : (y & ~1);
          const guint8 *p = frame->image.planes[0] + (gssize) row * frame->image.strides[0];

          for (int x = 0; x < frame->image.width; x++)
            {
              int above = p[x - frame->image.strides[0]];
              int below = p[x + frame->image.strides[0]];

              g_assert_cmpint (p[x], ==, (above + below + 1) / 2);
            }
        }
      clips_assert_equal (path);
      mien_media_info_free (info);
    }
}

/* --start, --end and --every do not change what a frame is called. */
static void
test_range (void)
{
  g_autofree char *path = clips_make ("range.mp4", PICTURES H264 "-bf 3");
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = NULL;
  MienFrame *frame = NULL;
  gint64 expected = 15;

  options.start_ns = 500000000;
  options.end_ns = 1400000000;
  options.every = 3;
  source = mien_frame_source_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  while (mien_frame_source_next (source, &frame, &error) && frame != NULL)
    {
      g_assert_cmpint (frame->index, ==, expected);
      g_assert_cmpint (frame->pts_ns, ==, expected * 40000000);
      expected += 3;
      g_clear_pointer (&frame, mien_frame_unref);
    }
  g_assert_no_error (error);
  /* 13 (0.52 s) is no multiple of 3; 33 (1.32 s) is the last one before the end. */
  g_assert_cmpint (expected, ==, 36);
  /* After the end there is only the end. */
  g_assert_true (mien_frame_source_next (source, &frame, &error));
  g_assert_null (frame);
}

/* The pictures do not depend on the number of threads of the decoder. */
static guint
hash_frames (const char *path, guint n_threads)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (MienFrameSource) source = NULL;
  MienFrame *frame = NULL;
  guint hash = 5381;

  options.n_threads = n_threads;
  source = mien_frame_source_open (path, &options, NULL, NULL);
  while (mien_frame_source_next (source, &frame, NULL) && frame != NULL)
    {
      for (int p = 0; p < 3; p++)
        for (int y = 0; y < mien_image_get_plane_rows (&frame->image, p); y++)
          for (int x = 0; x < mien_image_get_plane_row_bytes (&frame->image, p); x++)
            hash = hash * 33 + frame->image.planes[p][(gssize) y * frame->image.strides[p] + x];
      g_clear_pointer (&frame, mien_frame_unref);
    }
  return hash;
}

static void
test_threads (void)
{
  g_autofree char *path = clips_path ("range.mp4");
  guint one = hash_frames (path, 1);

  g_assert_cmpuint (hash_frames (path, 4), ==, one);
  g_assert_cmpuint (hash_frames (path, 0), ==, one);
}

static void
test_folder (void)
{
  g_autofree char *dir = clips_path ("folder");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = NULL;
  g_autofree char *note = g_build_filename (dir, "notes.txt", NULL);
  static const int reds[] = { 10, 90, 170, 250 };
  static const char *const names[] = { "p1.png", "p2.png", "p10.jpg", "p11.png" };
  MienFrame *frame = NULL;
  int n = 0;

  g_mkdir_with_parents (dir, 0700);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *args =
          g_strdup_printf ("-f lavfi -i color=0x%02x0000:s=%dx48 -frames:v 1 -pix_fmt %s",
                           (guint) reds[i], 64 + 2 * (int) i, i == 2 ? "yuvj444p" : "rgb24");
      g_autofree char *name = g_strdup_printf ("folder/%s", names[i]);

      g_free (clips_make (name, args));
    }
  g_assert_true (g_file_set_contents (note, "no picture", -1, NULL));
  source = mien_frame_source_open (dir, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mien_frame_source_get_info (source)->kind, ==, MIEN_MEDIA_FOLDER);
  g_assert_cmpint (mien_frame_source_get_info (source)->n_frames, ==, 4);
  while (mien_frame_source_next (source, &frame, &error) && frame != NULL)
    {
      g_assert_cmpint (frame->index, ==, n);
      g_assert_cmpint (frame->pts_ns, ==, n * 40000000);
      g_assert_cmpint (frame->image.width, ==, 64 + 2 * n);
      if (frame->image.format == MIEN_PIXEL_RGB24)
        g_assert_cmpint (ABS (frame->image.planes[0][0] - reds[n]), <=, 2);
      n++;
      g_clear_pointer (&frame, mien_frame_unref);
    }
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 4);
}

/* Every pixel of an animation against what ffmpeg makes of it. */
static void
test_gif (void)
{
  g_autofree char *path = clips_make ("moving.gif", "-f lavfi -i testsrc2=s=160x120:r=10:d=2");
  g_autofree char *raw = clips_make ("moving.rgb", "-i moving.gif -f rawvideo -pix_fmt rgb24");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = mien_frame_source_open (path, NULL, NULL, &error);
  g_autofree char *expected = NULL;
  MienFrame *frame = NULL;
  gsize size;
  int n = 0;

  clips_assert_equal (path);
  g_assert_no_error (error);
  g_assert_cmpint (mien_frame_source_get_info (source)->kind, ==, MIEN_MEDIA_ANIMATION);
  g_assert_cmpint (mien_frame_source_get_info (source)->n_frames, ==, 20);
  g_assert_cmpint (mien_frame_source_get_info (source)->duration_ns, ==, 2000000000);
  g_assert_true (g_file_get_contents (raw, &expected, &size, NULL));
  g_assert_cmpuint (size, ==, 20 * 160 * 120 * 3);
  while (mien_frame_source_next (source, &frame, &error) && frame != NULL)
    {
      const guint8 *e = (const guint8 *) expected + (gsize) n++ * 160 * 120 * 3;

      for (int i = 0; i < 160 * 120; i++)
        for (int c = 0; c < 3; c++)
          g_assert_cmpint (frame->image.planes[0][4 * i + c], ==, e[3 * i + c]);
      g_clear_pointer (&frame, mien_frame_unref);
    }
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 20);
}

static void
test_gif_damaged (void)
{
  g_autofree char *path = clips_path ("moving.gif");
  g_autofree char *cut = clips_cut (path, "cut.gif", clips_get_size (path) / 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = clips_read_times (cut, NULL, &error);

  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED);
  g_assert_cmpuint (times->len, >, 5);
  g_assert_cmpuint (times->len, <, 15);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *broken =
          clips_break (path, "broken.gif", 13 + i * clips_get_size (path) / 64, 40);
      g_autoptr (GError) reason = NULL;
      g_autoptr (GArray) found = clips_read_times (broken, NULL, &reason);

      /* It may happen to be a GIF still; it must not be read beyond its end. */
      g_assert_cmpuint (found->len, <=, 1000);
    }
}

static void
test_webp (void)
{
  g_autofree char *path =
      clips_make ("moving.webp", "-f lavfi -i testsrc2=s=160x120:r=10:d=1 -loop 0 -lossless 1");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = clips_read_times (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (times->len, ==, 10);
  for (guint i = 0; i < times->len; i++)
    g_assert_cmpint (g_array_index (times, gint64, i), ==, (gint64) i * 100000000);
}

static void
test_stills (void)
{
  static const char *const names[] = { "red.bmp", "red.tiff", "red.webp", "red.png", "red.gif" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = clips_make (names[i], "-f lavfi -i color=red:s=64x48 -frames:v 1");
      MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
      g_autoptr (MienFrameSource) source = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (MienFrame) frame = NULL;
      MienFrame *end = NULL;

      g_test_message ("%s", names[i]);
      options.pixels = MIEN_FRAME_RGBX;
      source = mien_frame_source_open (path, &options, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (mien_frame_source_next (source, &frame, &error));
      g_assert_cmpint (frame->image.format, ==, MIEN_PIXEL_RGBX32);
      g_assert_cmpint (frame->pts_ns, ==, 0);
      g_assert_cmpint (frame->image.planes[0][0], >, 245);
      g_assert_cmpint (frame->image.planes[0][1], <, 10);
      g_assert_true (mien_frame_source_next (source, &end, &error));
      g_assert_no_error (error);
      g_assert_null (end);
    }
}

static void
test_probe (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = clips_make ("probe.mp4", PICTURES "-f lavfi -i sine=d=2 " H264
                                                             "-c:a aac -metadata title=Smile");
  g_autofree char *variable = clips_path ("variable.mp4");
  g_autoptr (MienMediaInfo) info = mien_media_probe (plain, NULL, &error);
  g_autoptr (MienMediaInfo) other = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (info->kind, ==, MIEN_MEDIA_VIDEO);
  g_assert_cmpint (info->n_frames, ==, 50);
  g_assert_true (info->is_count_exact);
  g_assert_cmpfloat (mien_media_info_get_rate (info), ==, 25);
  g_assert_false (info->is_variable_rate);
  g_assert_true (info->has_audio);
  g_assert_cmpuint (info->n_streams, ==, 2);
  g_assert_true (info->streams[0].used);
  g_assert_cmpint (info->streams[0].kind, ==, MIEN_STREAM_VIDEO);
  g_assert_cmpint (info->streams[1].kind, ==, MIEN_STREAM_AUDIO);
  g_assert_nonnull (strstr (info->streams[0].codec, "H.264"));
  g_assert_nonnull (strstr (info->tags, "Smile"));
  g_assert_cmpint (ABS (info->duration_ns - G_GINT64_CONSTANT (2000000000)), <, 60000000);
  other = mien_media_probe (variable, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (other->is_variable_rate);
  g_assert_cmpint (other->n_frames, ==, 63);
}

/* Milliseconds. */
static gint64
probe_length (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienMediaInfo) info = mien_media_probe (path, NULL, &error);

  g_assert_no_error (error);
  return info->duration_ns / 1000000;
}

/* Some writers do not know how long a cluster becomes when they begin it. */
static char *
open_clusters (const char *path, const char *name)
{
  static const guint8 id[] = { 0x1f, 0x43, 0xb6, 0x75 };
  g_autofree char *bytes = NULL;
  g_autofree char *opened = clips_path (name);
  g_autoptr (GError) error = NULL;
  gsize n, n_clusters = 0;

  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i + 12 < n; i++)
    if (memcmp (bytes + i, id, sizeof id) == 0)
      {
        int length = 1;

        while ((bytes[i + 4] & (0x80 >> (length - 1))) == 0)
          length++;
        bytes[i + 4] = (char) (0xff >> (length - 1));
        memset (bytes + i + 5, 0xff, (gsize) length - 1);
        n_clusters++;
      }
  g_assert_cmpuint (n_clusters, >, 0);
  g_file_set_contents (opened, bytes, (gssize) n, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&opened);
}

/* What browsers record and what a killed program leaves says nowhere how long it is. */
static void
test_length (void)
{
  g_autofree char *live = clips_make ("live.webm", PICTURES "-c:v libvpx -live 1");
  g_autofree char *opened = open_clusters (live, "opened.webm");
  g_autofree char *cut = clips_cut (live, "cut.webm", clips_get_size (live) / 2);
  g_autofree char *late =
      clips_make ("late-live.mkv", PICTURES H264 "-bf 2 -output_ts_offset 5 -live 1");
  g_autofree char *sound =
      clips_make ("sound-live.mkv", PICTURES "-f lavfi -i sine=d=3 " H264 "-c:a libopus -live 1");

  g_assert_cmpint (probe_length (live), ==, 2000);
  g_assert_cmpint (probe_length (opened), ==, 2000);
  g_assert_cmpint (probe_length (cut), >, 500);
  g_assert_cmpint (probe_length (cut), <, 1500);
  g_assert_cmpint (ABS (probe_length (late) - 2000), <=, 80);
  g_assert_cmpint (ABS (probe_length (sound) - 3000), <=, 40);
}

/* Held frames keep their pixels while the decoder goes on. */
static void
test_held (void)
{
  g_autofree char *path = clips_path ("range.mp4");
  g_autoptr (MienFrameSource) source = mien_frame_source_open (path, NULL, NULL, NULL);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_frame_unref);
  g_autoptr (GArray) means = g_array_new (FALSE, FALSE, sizeof (double));
  MienFrame *frame = NULL;

  while (mien_frame_source_next (source, &frame, NULL) && frame != NULL)
    {
      double mean = clips_mean (&frame->image, 0, 0, 0, 320, 240);

      g_array_append_val (means, mean);
      g_ptr_array_add (held, g_steal_pointer (&frame));
    }
  g_clear_pointer (&source, mien_frame_source_free);
  g_assert_cmpuint (held->len, ==, 50);
  for (guint i = 0; i < held->len; i++)
    {
      frame = g_ptr_array_index (held, i);
      g_assert_cmpfloat (clips_mean (&frame->image, 0, 0, 0, 320, 240), ==,
                         g_array_index (means, double, i));
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *name = g_strdup_printf ("/media/footage/%s", clips[i].name);

      g_test_add_data_func (name, &clips[i], test_clip);
    }
  g_test_add_func ("/media/footage/shifted", test_shifted);
  g_test_add_func ("/media/footage/rotation", test_rotation);
  g_test_add_func ("/media/footage/exif", test_exif);
  g_test_add_func ("/media/footage/square", test_square);
  g_test_add_func ("/media/footage/formats", test_formats);
  g_test_add_func ("/media/footage/tone", test_tone);
  g_test_add_func ("/media/footage/alpha", test_alpha);
  g_test_add_func ("/media/footage/interlaced", test_interlaced);
  g_test_add_func ("/media/footage/range", test_range);
  g_test_add_func ("/media/footage/threads", test_threads);
  g_test_add_func ("/media/footage/length", test_length);
  g_test_add_func ("/media/footage/held", test_held);
  g_test_add_func ("/media/footage/folder", test_folder);
  g_test_add_func ("/media/footage/gif", test_gif);
  g_test_add_func ("/media/footage/gif-damaged", test_gif_damaged);
  g_test_add_func ("/media/footage/webp", test_webp);
  g_test_add_func ("/media/footage/stills", test_stills);
  g_test_add_func ("/media/footage/probe", test_probe);
  result = g_test_run ();
  clips_clear ();
  return result;
}
