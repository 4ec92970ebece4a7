/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/timeline-plot.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "made.h"
#include "plot/charts.h"
#include "plot/lane.h"
#include "plot/picture.h"

#define NS G_GINT64_CONSTANT (1000000000)

static MienDocument *
make (gint64 frames)
{
  MienDocument *document = mien_document_new ();

  made_set_classes (document);
  made_append (document, 0, frames, 25.0, 2);
  return document;
}

/* However long the film: no more than four vertices per column and curve. */
static void
test_vertices (void)
{
  g_autoptr (MienDocument) document = make (100000);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  const gint64 lengths[] = { 4000 * NS, 400 * NS, 40 * NS, 4 * NS, NS / 2 };
  const guint widths[] = { 1600, 333, 10 };

  for (gsize l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
      {
        MienLane lane;

        mien_lane_init (&lane, widths[w], 0xff | 1u << MIEN_CHANNEL_VALENCE);
        mien_lane_compute (&lane, document, mien_document_find_person (document, 1), 0, lengths[l],
                           TRUE);
        for (guint c = 0; c <= MIEN_CHANNEL_VALENCE; c++)
          {
            cairo_t *cr = cairo_create (surface);
            cairo_path_t *path;
            int vertices = 0;
            guint told = mien_lane_add_curve (cr, &lane, c, -1, 1, 100)
                         + (lane.dense ? mien_lane_add_mean (cr, &lane, c, -1, 1, 100) : 0);

            path = cairo_copy_path (cr);
            for (int i = 0; i < path->num_data; i += path->data[i].header.length)
              vertices += path->data[i].header.type != CAIRO_PATH_CLOSE_PATH;
            g_assert_cmpint (vertices, >, 0);
            g_assert_cmpint (vertices, <=, 4 * (int) widths[w]);
            /* A move that another move follows at once is left out by cairo. */
            g_assert_cmpuint (told, >=, (guint) vertices);
            g_assert_cmpuint (told, <=, 4 * widths[w]);
            cairo_path_destroy (path);
            cairo_destroy (cr);
          }
        mien_lane_clear (&lane);
      }
  cairo_surface_destroy (surface);
}

/* The stack is as thrifty, and its classes fill the lane without a gap: what one ends with the next
 * begins with. */
static void
test_area_vertices (void)
{
  g_autoptr (MienDocument) document = make (100000);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  const gint64 lengths[] = { 4000 * NS, 400 * NS, 40 * NS, 4 * NS, NS / 2 };
  const guint widths[] = { 1600, 333, 10, 1 };
  const guint n_classes = mien_document_get_n_classes (document);

  for (gsize l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
      {
        double below = 100.0, top, bottom;
        MienLane lane;

        mien_lane_init (&lane, widths[w], 0xff);
        mien_lane_compute (&lane, document, mien_document_find_person (document, 1), 0, lengths[l],
                           TRUE);
        for (guint c = 0; c < n_classes; c++)
          {
            cairo_t *cr = cairo_create (surface);
            guint vertices = 0, told = mien_lane_add_area (cr, &lane, c, n_classes, 100);
            cairo_path_t *path = cairo_copy_path (cr);

            double reached = -1.0;

            for (int i = 0, size; i < path->num_data; i += size)
              {
                const cairo_path_data_t *data = &path->data[i];

                size = data->header.length;
                if (data->header.type == CAIRO_PATH_CLOSE_PATH)
                  continue;
                /* Cairo moves to the old place after it has closed a path. */
                if (data->header.type == CAIRO_PATH_MOVE_TO && i + size >= path->num_data)
                  break;
                /* A run begins behind the one before, not with a line from it. */
                if (data->header.type == CAIRO_PATH_MOVE_TO)
                  g_assert_cmpfloat (data[1].point.x, >=, reached);
                reached = MAX (reached, data[1].point.x);
                g_assert_cmpfloat (data[1].point.y, >=, -1e-3);
                g_assert_cmpfloat (data[1].point.y, <=, 100.0 + 1e-3);
                vertices++;
              }
            g_assert_cmpuint (vertices, >, 0);
            g_assert_cmpuint (vertices, <=, 4 * widths[w]);
            /* Points on one straight line become one in cairo. */
            g_assert_cmpuint (told, >=, vertices);
            g_assert_cmpuint (told, <=, 4 * widths[w]);
            /* The first run begins at its upper edge and ends where it began, at the lower one. */
            top = path->data[1].point.y;
            bottom = NAN;
            for (int i = 0;
                 i < path->num_data && path->data[i].header.type != CAIRO_PATH_CLOSE_PATH;
                 i += path->data[i].header.length)
              bottom = path->data[i + 1].point.y;
            g_assert_cmpfloat_with_epsilon (bottom, below, 0.01);
            below = top;
            cairo_path_destroy (path);
            cairo_destroy (cr);
          }
        g_assert_cmpfloat_with_epsilon (below, 0.0, 0.01);
        mien_lane_clear (&lane);
      }
  cairo_surface_destroy (surface);
}

/* The columns against all samples of each, looked at one by one. */
static void
test_columns (void)
{
  g_autoptr (MienDocument) document = make (20000);
  MienTrack *track = mien_document_find_track (document, 1);
  const float *values = mien_track_get_smoothed (track, 1);
  const gint64 *times = mien_track_get_times (track);
  const guint8 *status = mien_track_get_status (track);
  const guint n = 500;
  MienLane lane;

  mien_lane_init (&lane, n, 0xff);
  mien_lane_compute (&lane, document, mien_document_find_person (document, 1), 0, 800 * NS, TRUE);
  g_assert_true (lane.dense);
  for (guint x = 0; x < n; x++)
    {
      gsize i = mien_track_find_time (track, 800 * NS / n * x);
      gsize end = mien_track_find_time (track, 800 * NS / n * (x + 1));
      guint count = 0;

      for (; i < end; i++)
        if (status[i] == MIEN_STATUS_OK)
          {
            g_assert_cmpfloat (values[i], >=, lane.least[1][x]);
            g_assert_cmpfloat (values[i], <=, lane.largest[1][x]);
            count++;
          }
      if (count > 0)
        g_assert_cmpint (lane.presence[x], ==, MIEN_PRESENCE_SHOWN);
      else if (i > 0 && i < mien_track_get_length (track) && times[i] - times[i - 1] > 5 * NS)
        g_assert_true (isnan (lane.mean[1][x]));
    }
  mien_lane_clear (&lane);
}

static void
test_pick (void)
{
  g_autoptr (MienDocument) document = make (500);
  MienTimelineView view;
  MienTimelineHit hit;
  double left, right, y, height;
  MienPerson *person = mien_document_find_person (document, 2);
  g_autofree char *text = NULL;

  mien_document_add_mark (document, 5 * NS, 6 * NS, "range");
  mien_timeline_view_init (&view, document, 800, 300);
  mien_timeline_get_span (&view, &left, &right);
  g_assert_cmpint (mien_timeline_x_to_time (&view, left), ==, 0);
  g_assert_cmpint (mien_timeline_x_to_time (&view, right), ==, 20 * NS);
  for (gint64 t = 0; t <= 20 * NS; t += NS)
    g_assert_cmpint (ABS (mien_timeline_x_to_time (&view, mien_timeline_time_to_x (&view, t)) - t),
                     <=, 1);
  g_assert_true (mien_timeline_get_lane (document, &view, person, &y, &height));
  view.mode = MIEN_TIMELINE_STRIP;
  mien_timeline_pick (document, &view, mien_timeline_time_to_x (&view, 8 * NS + 1000000),
                      y + height * 3.5 / 8, &hit);
  g_assert_cmpint (hit.area, ==, MIEN_TIMELINE_AREA_LANE);
  g_assert_true (hit.person == person);
  g_assert_cmpint (hit.emotion, ==, 3);
  g_assert_cmpint (hit.sample, ==, mien_track_find_shown (hit.track, 8 * NS + 1000000));
  g_assert_cmpfloat (hit.value, ==, mien_track_get_smoothed (hit.track, 3)[hit.sample]);
  text = mien_timeline_hit_to_string (document, &view.style, &hit);
  g_assert_true (g_str_has_prefix (text, "Person 2, 00:08.00"));
  g_assert_nonnull (strstr (text, "sadness "));
  /* In lines mode the curve that is nearest. */
  view.mode = MIEN_TIMELINE_LINES;
  for (int c = 0; c < 8; c++)
    {
      double value = mien_track_get_smoothed (hit.track, (guint) c)[hit.sample];

      view.classes = 1u << c | 1u << ((c + 1) % 8);
      mien_timeline_pick (document, &view, mien_timeline_time_to_x (&view, 8 * NS + 1000000),
                          y + height * (1.0 - value), &hit);
      g_assert_true (hit.emotion == c || hit.emotion == (c + 1) % 8);
      g_assert_cmpfloat (fabs (hit.value - value), <=, 1e-6 + 1.0);
    }
  mien_timeline_pick (document, &view, 5, y + 5, &hit);
  g_assert_cmpint (hit.area, ==, MIEN_TIMELINE_AREA_NAME);
  mien_timeline_pick (document, &view, 400, 5, &hit);
  g_assert_cmpint (hit.area, ==, MIEN_TIMELINE_AREA_AXIS);
  g_assert_null (hit.person);
  mien_timeline_pick (document, &view, mien_timeline_time_to_x (&view, 11 * NS / 2), 300 - 30 - 11,
                      &hit);
  g_assert_cmpint (hit.area, ==, MIEN_TIMELINE_AREA_MARKS);
  g_assert_nonnull (hit.mark);
  mien_timeline_pick (document, &view, -50, -50, &hit);
  g_assert_cmpint (hit.area, ==, MIEN_TIMELINE_AREA_NONE);
  mien_document_set_person_hidden (document, person, TRUE);
  g_assert_false (mien_timeline_get_lane (document, &view, person, &y, &height));
}

/* Low lanes: two fit into little room, at every size of text; rows of emotions need a little more.
 */
static void
test_low (void)
{
  g_autoptr (MienDocument) document = make (500);

  for (int scale = 1; scale <= 2; scale++)
    {
      MienTimelineView view;

      mien_timeline_view_init (&view, document, 800, (26 + 2 * (36 + 6)) * scale);
      view.style.scale = scale;
      view.with_legend = FALSE;
      g_assert_cmpfloat (mien_timeline_measure_all (document, &view), <=, view.height);
      view.height -= 2;
      g_assert_cmpfloat (mien_timeline_measure_all (document, &view), >, view.height);
      view.mode = MIEN_TIMELINE_STRIP;
      g_assert_cmpfloat (mien_timeline_measure (document, &view), ==, 2 * (45 + 6) * scale);
    }
}

static void
test_time (void)
{
  static const struct
  {
    gint64 time;
    guint decimals;
    const char *text;
  } cases[] = {
    { 0, 0, "00:00" },
    { 41208000000, 3, "00:41.208" },
    { 59999600000, 3, "01:00.000" },
    { 59949000000, 1, "00:59.9" },
    { 3723456000000, 3, "1:02:03.456" },
    { -1500000000, 1, "-00:01.5" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mien_timeline_format_time (cases[i].time, cases[i].decimals);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  {
    const MienPlotStyle german = { .point = "," };
    g_autofree char *text =
        mien_timeline_dup_time (&german, 13920 * G_GINT64_CONSTANT (1000000), 2);
    g_autofree char *whole =
        mien_timeline_dup_time (&german, 13920 * G_GINT64_CONSTANT (1000000), 0);

    g_assert_cmpstr (text, ==, "00:13,92");
    g_assert_cmpstr (whole, ==, "00:14");
  }
}

typedef struct
{
  MienDocument *document;
  MienTimelineView view;
} Job;

static void
draw_cb (cairo_t *cr, double width, double height, gpointer data)
{
  Job *job = data;

  mien_timeline_draw (cr, job->document, &job->view);
  mien_timeline_draw_overlay (cr, job->document, &job->view, NS, 2 * NS, 3 * NS, 4 * NS);
  mien_timeline_draw_scrubber (cr, job->document, &job->view, width, 20, NS);
}

/* A lane of half a minute in which the face rests but for the seconds from 10 to 20: how much ink
 * the motion adds to the third of the columns. */
static void
test_motion (void)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (MienDocument) still = make (750);
  guint64 changed[3] = { 0 };
  guint8 *pixels[2];
  cairo_surface_t *surfaces[2];
  const int width = 600, height = 120;
  double left, right;
  int stride = 0;

  made_set_classes (document);
  for (gint64 f = 0; f < 750; f++)
    {
      MienSample sample = made_sample (f, 1, 0, 0.9);

      sample.flow = f == 0 ? NAN : f >= 250 && f < 500 ? 50.0f : 1.0f;
      g_assert_true (mien_document_append (document, &sample, 1, NULL));
    }
  g_assert_true (mien_timeline_has_motion (document));
  g_assert_false (mien_timeline_has_motion (still));
  for (int i = 0; i < 2; i++)
    {
      cairo_t *cr;
      MienTimelineView view;

      surfaces[i] = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
      cr = cairo_create (surfaces[i]);
      mien_timeline_view_init (&view, document, width, height);
      g_assert_true (view.show_motion);
      view.show_motion = i == 1;
      view.with_legend = FALSE;
      mien_timeline_get_span (&view, &left, &right);
      mien_timeline_draw (cr, document, &view);
      cairo_destroy (cr);
      cairo_surface_flush (surfaces[i]);
      pixels[i] = cairo_image_surface_get_data (surfaces[i]);
      stride = cairo_image_surface_get_stride (surfaces[i]);
    }
  for (int y = 0; y < height; y++)
    for (int x = (int) left + 1; x < (int) right - 1; x++)
      changed[(int) ((x - left) * 3 / (right - left))] +=
          memcmp (pixels[0] + y * stride + x * 4, pixels[1] + y * stride + x * 4, 3) != 0;
  /* The curve of the rest lies at the foot, a pixel or two high; the other stands over it. */
  g_assert_cmpuint (changed[0], >, 0);
  g_assert_cmpuint (changed[1], >, 5 * changed[0]);
  g_assert_cmpuint (changed[1], >, 5 * changed[2]);
  for (int i = 0; i < 2; i++)
    cairo_surface_destroy (surfaces[i]);
}

/* Every mode, size and kind of file; odd sizes, and documents without anything. */
static void
test_draw_all (void)
{
  static const char *const endings[] = { "png", "svg", "pdf" };
  g_autofree char *directory = g_dir_make_tmp ("mien-plot-XXXXXX", NULL);
  g_autoptr (MienDocument) full = make (400);
  g_autoptr (MienDocument) empty = mien_document_new ();
  const double sizes[][2] = { { 800, 300 }, { 60, 20 }, { 3, 3 }, { 300, 900 } };

  mien_document_add_mark (full, NS, NS, "m");
  mien_document_exclude (full, NULL, 2 * NS, 3 * NS);
  for (int mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    for (gsize e = 0; e < G_N_ELEMENTS (endings); e++)
      for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
        for (int which = 0; which < 2; which++)
          {
            Job job = { which == 0 ? full : empty };
            g_autofree char *path = g_strdup_printf ("%s/x.%s", directory, endings[e]);
            g_autofree char *again = g_strdup_printf ("%s/y.%s", directory, endings[e]);
            g_autofree char *first = NULL;
            g_autofree char *second = NULL;
            g_autoptr (GError) error = NULL;
            gsize n, m;

            mien_timeline_view_init (&job.view, job.document, sizes[s][0], sizes[s][1]);
            job.view.mode = mode;
            job.view.show_raw = TRUE;
            job.view.style.dark = which;
            mien_picture_write (path, sizes[s][0], sizes[s][1], 1.5, draw_cb, &job, &error);
            g_assert_no_error (error);
            mien_picture_write (again, sizes[s][0], sizes[s][1], 1.5, draw_cb, &job, &error);
            g_assert_no_error (error);
            g_file_get_contents (path, &first, &n, NULL);
            g_file_get_contents (again, &second, &m, NULL);
            g_assert_cmpmem (first, n, second, m);
            g_assert_cmpuint (n, >, 60);
            g_remove (path);
            g_remove (again);
          }
  g_rmdir (directory);
}

/* One scratch for all, whatever the size, the mode and the zoom before: the same pixels as with new
 * memory for each. */
static void
test_scratch (void)
{
  g_autoptr (MienDocument) document = make (20000);
  g_autoptr (MienTimelineScratch) scratch = mien_timeline_scratch_new ();
  const double sizes[][2] = { { 700, 150 }, { 90, 400 }, { 1100, 260 }, { 3, 3 } };
  const gint64 lengths[] = { 800 * NS, 30 * NS, 2 * NS };
  guint n = 0;

  mien_document_exclude (document, NULL, 2 * NS, 3 * NS);
  for (gsize l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (int mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
      for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++, n++)
        {
          cairo_surface_t *surfaces[2];
          gsize size = 0;

          for (int i = 0; i < 2; i++)
            {
              MienTimelineView view;
              cairo_t *cr;

              mien_timeline_view_init (&view, document, sizes[s][0], sizes[s][1]);
              view.mode = mode;
              view.show_raw = n % 2 == 0;
              view.end_ns = lengths[l];
              view.device_scale = 1 + n % 3 / 2.0;
              view.scratch = i == 0 ? scratch : NULL;
              surfaces[i] = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) sizes[s][0],
                                                        (int) sizes[s][1]);
              cr = cairo_create (surfaces[i]);
              cairo_scale (cr, 1.0 - n % 2 * 0.25, 1.0 - n % 2 * 0.25);
              mien_timeline_draw (cr, document, &view);
              mien_timeline_draw_scrubber (cr, document, &view, sizes[s][0], 20, NS);
              cairo_destroy (cr);
              cairo_surface_flush (surfaces[i]);
              size = (gsize) cairo_image_surface_get_stride (surfaces[i]) * (gsize) sizes[s][1];
            }
          g_assert_cmpmem (cairo_image_surface_get_data (surfaces[0]), size,
                           cairo_image_surface_get_data (surfaces[1]), size);
          for (int i = 0; i < 2; i++)
            cairo_surface_destroy (surfaces[i]);
        }
}

/* Who records the drawing has the lanes as they were, not what is drawn with the same scratch next.
 */
static void
test_recording (void)
{
  g_autoptr (MienDocument) document = make (2000);
  g_autoptr (MienTimelineScratch) scratch = mien_timeline_scratch_new ();
  cairo_surface_t *recording = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cairo_surface_t *surfaces[2];
  MienTimelineView view;
  cairo_t *cr;

  mien_timeline_view_init (&view, document, 400, 120);
  view.scratch = scratch;
  view.mode = MIEN_TIMELINE_BAND;
  view.device_scale = 1.0;
  cr = cairo_create (recording);
  mien_timeline_draw (cr, document, &view);
  cairo_destroy (cr);
  for (int i = 0; i < 2; i++)
    {
      surfaces[i] = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 400, 120);
      cr = cairo_create (surfaces[i]);
      if (i == 0)
        mien_timeline_draw (cr, document, &view);
      else
        {
          view.mode = MIEN_TIMELINE_STRIP;
          mien_timeline_draw (cr, document, &view);
          cairo_set_source_surface (cr, recording, 0, 0);
          cairo_paint (cr);
        }
      cairo_destroy (cr);
      cairo_surface_flush (surfaces[i]);
    }
  g_assert_cmpmem (cairo_image_surface_get_data (surfaces[0]), 400 * 120 * 4,
                   cairo_image_surface_get_data (surfaces[1]), 400 * 120 * 4);
  for (int i = 0; i < 2; i++)
    cairo_surface_destroy (surfaces[i]);
  cairo_surface_destroy (recording);
}

static void
test_picture_errors (void)
{
  g_autoptr (MienDocument) document = make (10);
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_picture_write_timeline (document, "/tmp/x.gif", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (mien_picture_write_timeline (document, "/nowhere/at/all.png", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
}

/* CIE 1976 L*a*b* of a colour as someone with @kind of colour blindness sees it: 0 none, then
 * protanopia, deuteranopia, tritanopia. Reference: Machado, Oliveira, Fernandes (2009), severity 1.
 */
static void
to_lab (MienColour colour, int kind, double lab[3])
{
  static const double seen[4][9] = {
    { 1, 0, 0, 0, 1, 0, 0, 0, 1 },
    { 0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998 },
    { 0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881 },
    { 1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900 },
  };
  static const double to_xyz[9] = { 0.4124, 0.3576, 0.1805, 0.2126, 0.7152,
                                    0.0722, 0.0193, 0.1192, 0.9505 };
  static const double white[3] = { 0.9505, 1.0, 1.089 };
  double rgb[3] = { colour.red, colour.green, colour.blue }, linear[3], f[3];

  for (int i = 0; i < 3; i++)
    rgb[i] = rgb[i] <= 0.04045 ? rgb[i] / 12.92 : pow ((rgb[i] + 0.055) / 1.055, 2.4);
  for (int i = 0; i < 3; i++)
    linear[i] = CLAMP (seen[kind][3 * i] * rgb[0] + seen[kind][3 * i + 1] * rgb[1]
                           + seen[kind][3 * i + 2] * rgb[2],
                       0.0, 1.0);
  for (int i = 0; i < 3; i++)
    {
      double x = (to_xyz[3 * i] * linear[0] + to_xyz[3 * i + 1] * linear[1]
                  + to_xyz[3 * i + 2] * linear[2])
                 / white[i];

      f[i] = x > 0.008856 ? cbrt (x) : 7.787 * x + 16.0 / 116.0;
    }
  lab[0] = 116.0 * f[1] - 16.0;
  lab[1] = 500.0 * (f[0] - f[1]);
  lab[2] = 200.0 * (f[1] - f[2]);
}

static void
test_palette (void)
{
  static const char *const names[] = { "neutral", "happiness", "surprise", "sadness",
                                       "anger",   "disgust",   "fear",     "contempt" };
  static const char *const kinds[] = { "all", "protanopia", "deuteranopia", "tritanopia" };
  double least = INFINITY;

  for (int dark = 0; dark < 2; dark++)
    for (int kind = 0; kind < 4; kind++)
      for (int a = 0; a < 8; a++)
        for (int b = 0; b < a; b++)
          {
            double x[3], y[3], distance;

            to_lab (mien_palette_get_emotion (names[a], dark), kind, x);
            to_lab (mien_palette_get_emotion (names[b], dark), kind, y);
            distance = sqrt (pow (x[0] - y[0], 2) + pow (x[1] - y[1], 2) + pow (x[2] - y[2], 2));
            if (distance < 18.0)
              g_test_message ("%s, %s: %s and %s are %.1f apart", dark ? "dark" : "light",
                              kinds[kind], names[a], names[b], distance);
            least = MIN (least, distance);
            g_assert_cmpstr (mien_palette_get_letter (names[a]), !=,
                             mien_palette_get_letter (names[b]));
          }
  g_assert_cmpfloat (least, >=, 18.0);
  g_assert_cmpstr (mien_palette_get_letter ("happy"), ==, "H");
  g_assert_cmpstr (mien_palette_get_letter (NULL), ==, "?");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plot/timeline/vertices", test_vertices);
  g_test_add_func ("/plot/timeline/area-vertices", test_area_vertices);
  g_test_add_func ("/plot/timeline/columns", test_columns);
  g_test_add_func ("/plot/timeline/pick", test_pick);
  g_test_add_func ("/plot/timeline/low", test_low);
  g_test_add_func ("/plot/timeline/time", test_time);
  g_test_add_func ("/plot/timeline/draw-all", test_draw_all);
  g_test_add_func ("/plot/timeline/motion", test_motion);
  g_test_add_func ("/plot/timeline/scratch", test_scratch);
  g_test_add_func ("/plot/timeline/recording", test_recording);
  g_test_add_func ("/plot/timeline/picture-errors", test_picture_errors);
  g_test_add_func ("/plot/timeline/palette", test_palette);
  return g_test_run ();
}
