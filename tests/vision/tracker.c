/* Boxes to people: births, gaps, crossings, cuts, saved state.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/tracker.h"

#include <math.h>
#include <string.h>

#include "vision/assign.h"

#define FRAME_NS G_GINT64_CONSTANT (40000000)

/* A line for each popped frame: "frame:track@x(,track@x...)", x rounded, "~" where tracked. */
static void
drain (MienTracker *tracker, GString *out)
{
  const MienTrackedFrame *frame;

  while ((frame = mien_tracker_pop (tracker)) != NULL)
    {
      g_string_append_printf (out, "%" G_GINT64_FORMAT ":", frame->frame);
      for (guint i = 0; i < frame->n_faces; i++)
        {
          const MienTrackedFace *face = &frame->faces[i];

          g_assert_cmpint (isnan (face->face.score), ==, face->index < 0);
          g_string_append_printf (out, "%s%d@%.0f%s", i > 0 ? "," : "", face->track,
                                  (double) face->face.x, face->index < 0 ? "~" : "");
        }
      g_string_append_c (out, ' ');
    }
}

static MienFaceBox
make_face (float x, float y)
{
  return (MienFaceBox){ .x = x, .y = y, .width = 40, .height = 40, .score = 0.9f };
}

static void
push (MienTracker *tracker, gint64 frame, gboolean is_cut, const MienFaceBox *faces, guint n)
{
  MienTrackerInput input = { .frame = frame,
                             .pts_ns = frame * FRAME_NS,
                             .is_detected = TRUE,
                             .is_cut = is_cut,
                             .faces = faces,
                             .n_faces = n };

  mien_tracker_push (tracker, &input);
}

static MienTracker *
make_tracker (gboolean live)
{
  MienTrackerOptions options = mien_tracker_options_init (live);

  return mien_tracker_new (&options);
}

static void
test_birth (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (FALSE);
  g_autoptr (GString) out = g_string_new (NULL);
  MienFaceBox faces[2] = { make_face (10, 0), make_face (300, 0) };

  /* The second box shows up once only: nobody. The first is there from its first frame on. */
  push (tracker, 0, FALSE, faces, 0);
  push (tracker, 1, FALSE, faces, 2);
  push (tracker, 2, FALSE, faces, 1);
  drain (tracker, out);
  g_assert_cmpstr (out->str, ==, "0: ");
  for (int f = 3; f < 7; f++)
    push (tracker, f, FALSE, faces, 1);
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_cmpstr (out->str, ==, "0: 1:1@10 2:1@10 3:1@10 4:1@10 5:1@10 6:1@10 ");
  g_assert_cmpuint (mien_tracker_get_n_waiting (tracker), ==, 0);
}

static void
test_unsure (void)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienTracker) tracker = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  /* A face that is faint for good is none; one that was faint at first was there all the time. */
  options.min_score_new = 0.7f;
  tracker = mien_tracker_new (&options);
  for (int f = 0; f < 12; f++)
    {
      MienFaceBox faces[2] = { make_face (10, 0), make_face (300, 0) };

      faces[0].score = f < 2 ? 0.5f : 0.9f;
      faces[1].score = 0.6f;
      push (tracker, f, FALSE, faces, 2);
    }
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_true (g_str_has_prefix (out->str, "0:1@10 1:1@10 2:1@10 3:1@10 4:1@10 5:1@10 "));
  g_assert_null (strstr (out->str, "@300"));
}

static void
test_gap (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (FALSE);
  g_autoptr (GString) out = g_string_new (NULL);

  for (int f = 0; f < 10; f++)
    {
      MienFaceBox face = make_face (10 + 4 * (float) f, 0);

      push (tracker, f, FALSE, &face, f < 4 || f > 6);
    }
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_cmpstr (out->str, ==,
                   "0:1@10 1:1@14 2:1@18 3:1@22 4:1@26~ 5:1@30~ 6:1@34~ 7:1@38 8:1@42 9:1@46 ");
}

static void
test_leave (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (FALSE);
  g_autoptr (GString) out = g_string_new (NULL);
  MienFaceBox face = make_face (10, 0);

  /* Gone for longer than a second: nothing is made up, and who comes then is somebody new. */
  for (int f = 0; f < 40; f++)
    push (tracker, f, FALSE, &face, f < 4 || f > 35);
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_nonnull (strstr (out->str, " 3:1@10 4: 5: 6: "));
  g_assert_nonnull (strstr (out->str, " 35: 36:2@10 37:2@10 38:2@10 39:2@10 "));
}

/* Two faces walk through each other; while one hides the other there is one box. */
static void
test_crossing (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (FALSE);
  int first_side = 0, n = 0;

  for (int f = 0; f < 60; f++)
    {
      float a = 6 * (float) f, b = 354 - 6 * (float) f;
      MienFaceBox faces[2] = { make_face (a, 100), make_face (b, 104) };
      gboolean is_hidden = fabsf (a - b) < 22;
      const MienTrackedFrame *frame;

      push (tracker, f, FALSE, faces, is_hidden ? 1 : 2);
      if (f == 59)
        mien_tracker_finish (tracker);
      while ((frame = mien_tracker_pop (tracker)) != NULL)
        for (guint i = 0; i < frame->n_faces; i++, n++)
          {
            gboolean is_a = fabsf (frame->faces[i].face.y - 100) < 2;

            g_assert_cmpint (frame->faces[i].track, <=, 2);
            if (first_side == 0)
              first_side = is_a ? frame->faces[i].track : 3 - frame->faces[i].track;
            g_assert_cmpint (frame->faces[i].track, ==, is_a ? first_side : 3 - first_side);
          }
    }
  g_assert_cmpint (n, ==, 120);
}

static void
test_cut (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (FALSE);
  g_autoptr (GString) out = g_string_new (NULL);
  MienFaceBox face = make_face (10, 0);

  for (int f = 0; f < 8; f++)
    push (tracker, f, f == 4, &face, 1);
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_cmpstr (out->str, ==, "0:1@10 1:1@10 2:1@10 3:1@10 4:2@10 5:2@10 6:2@10 7:2@10 ");
}

static void
test_still (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (FALSE);
  g_autoptr (GString) out = g_string_new (NULL);
  MienFaceBox faces[2] = { make_face (10, 0), make_face (90, 0) };

  /* One picture: its faces stay. */
  push (tracker, 0, FALSE, faces, 2);
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_cmpstr (out->str, ==, "0:1@10,2@90 ");
}

static void
test_seldom (void)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienTracker) tracker = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  /* A detector at every third frame: the frames between lie between. */
  options.delay = 12;
  tracker = mien_tracker_new (&options);
  for (int f = 0; f < 12; f++)
    {
      MienFaceBox face = make_face (10 + 3 * (float) f, 0);
      MienTrackerInput input = { .frame = f,
                                 .pts_ns = f * FRAME_NS,
                                 .is_detected = f % 3 == 0,
                                 .faces = &face,
                                 .n_faces = f % 3 == 0 };

      mien_tracker_push (tracker, &input);
    }
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_true (g_str_has_prefix (out->str, "0:1@10 1:1@13~ 2:1@16~ 3:1@19 4:1@22~ "));
  g_assert_nonnull (strstr (out->str, " 9:1@37 "));
}

static void
test_live (void)
{
  g_autoptr (MienTracker) tracker = make_tracker (TRUE);
  g_autoptr (GString) out = g_string_new (NULL);

  for (int f = 0; f < 20; f++)
    {
      MienFaceBox face = make_face (10 + 4 * (float) f, 0);

      push (tracker, f, FALSE, &face, f < 6);
      drain (tracker, out);
      g_assert_cmpuint (mien_tracker_get_n_waiting (tracker), ==, 0);
    }
  g_assert_true (g_str_has_prefix (out->str, "0: 1: 2:1@18 3:1@22 4:1@26 5:1@30 6:1@33~ "));
  g_assert_true (g_str_has_suffix (out->str, " 17: 18: 19: "));
}

static void
test_witness (void)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienTracker) tracker = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  /* Two faces all along; one is never seen from close up, the other at the second look. */
  options.min_score_new = 0.5f;
  mien_tracker_options_use_features (&options, 2);
  tracker = mien_tracker_new (&options);
  for (int f = 0; f < 30; f++)
    {
      MienFaceBox faces[2] = { make_face (10, 0), make_face (300, 0) };
      float witnessed[2] = { NAN, NAN };
      guint8 unsure[2];
      MienTrackerInput input = { .frame = f,
                                 .pts_ns = f * FRAME_NS,
                                 .is_detected = TRUE,
                                 .is_due = TRUE,
                                 .faces = faces,
                                 .n_faces = 2,
                                 .witnessed = witnessed };

      if (mien_tracker_find_unsure (tracker, &input, unsure) > 0)
        for (int i = 0; i < 2; i++)
          witnessed[i] = unsure[i] ? i == 0 && f > 2 ? 0.9f : 0.6f : NAN;
      mien_tracker_push (tracker, &input);
      drain (tracker, out);
    }
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_true (g_str_has_prefix (out->str, "0:1@10 1:1@10 2:1@10 3:1@10 "));
  g_assert_null (strstr (out->str, "@300"));
}

/* Features of two numbers, @face as one of two people, and looks that go with them. */
static void
push_known (MienTracker *tracker, int frame, const MienFaceBox *face, int person)
{
  float features[2] = { person == 0 ? 0.0f : 1.0f, 0.01f * (float) (frame % 3) };
  float looks[MIEN_LOOK_N] = { 0 };
  guint8 unsure[1] = { 0 };
  MienTrackerInput input = { .frame = frame,
                             .pts_ns = frame * FRAME_NS,
                             .is_detected = TRUE,
                             .is_due = TRUE,
                             .faces = face,
                             .n_faces = person >= 0,
                             .looks = looks };

  looks[MAX (person, 0)] = 1;
  if (mien_tracker_find_unsure (tracker, &input, unsure) > 0)
    {
      g_assert_cmpint (unsure[0], ==, 1);
      input.features = features;
    }
  mien_tracker_push (tracker, &input);
}

static void
test_known (void)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienTracker) tracker = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  /* One person, then another in the same place without a cut, nobody for two seconds, and the first
   * somewhere else; saved and restored while nobody is there. */
  mien_tracker_options_use_features (&options, 2);
  tracker = mien_tracker_new (&options);
  for (int f = 0; f < 90; f++)
    {
      MienFaceBox face = make_face (f < 80 ? 10 : 200, 0);

      push_known (tracker, f, &face, f < 10 ? 0 : f < 20 ? 1 : f < 80 ? -1 : 0);
      if (f == 60)
        {
          g_autoptr (GBytes) state = mien_tracker_save (tracker);

          g_clear_pointer (&tracker, mien_tracker_free);
          tracker = mien_tracker_restore (&options, state);
          g_assert_nonnull (tracker);
        }
      drain (tracker, out);
    }
  mien_tracker_finish (tracker);
  drain (tracker, out);
  g_assert_nonnull (strstr (out->str, "0:1@10 1:1@10 "));
  g_assert_nonnull (strstr (out->str, " 9:1@10 10:2@10 11:2@10 "));
  g_assert_nonnull (strstr (out->str, " 19:2@10 20: "));
  g_assert_nonnull (strstr (out->str, " 79: 80:1@200 81:1@200 "));
  g_assert_nonnull (strstr (out->str, " 89:1@200 "));
}

/* One face, looked at in every frame or in each fourth where the tracker says that nothing is
 * decided; somebody else is in its place from frame 41 on and in another from 60 on. Appends what
 * comes out and writes down in which frames features were wanted. */
static guint
follow (gboolean leaves_out, GString *out, GString *wanted)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienTracker) tracker = NULL;
  guint n_detected = 0;

  mien_tracker_options_use_features (&options, 2);
  options.delay = 48;
  tracker = mien_tracker_new (&options);
  for (int f = 0; f < 121; f++)
    {
      MienTrackerInput inputs[4];
      MienFaceBox faces[4];
      float looks[4][MIEN_LOOK_N] = { 0 }, features[4][2];
      int n = f % 4 == 0 ? 1 : 4;

      /* The frames after the last due one up to the next. */
      for (int i = 0; i < n; i++)
        {
          int frame = f + i, person = frame > 40;

          faces[i] = make_face (frame < 60 ? 10 : 300, 0);
          looks[i][person] = 1;
          features[i][0] = (float) person;
          features[i][1] = 0.01f * (float) (frame % 3);
          inputs[i] = (MienTrackerInput){ .frame = frame,
                                          .pts_ns = frame * FRAME_NS,
                                          .is_detected = TRUE,
                                          .is_due = frame % 4 == 0,
                                          .faces = &faces[i],
                                          .n_faces = 1,
                                          .looks = looks[i] };
        }
      if (n == 4 && leaves_out && mien_tracker_is_steady (tracker, &inputs[3]))
        for (int i = 0; i < 3; i++)
          inputs[i].is_detected = FALSE;
      for (int i = 0; i < n; i++)
        {
          guint8 unsure[1];

          if (mien_tracker_find_unsure (tracker, &inputs[i], unsure) > 0)
            {
              inputs[i].features = features[i];
              g_string_append_printf (wanted, "%d ", f + i);
            }
          if (!inputs[i].is_detected)
            inputs[i].n_faces = 0;
          n_detected += inputs[i].is_detected;
          mien_tracker_push (tracker, &inputs[i]);
        }
      f += n - 1;
    }
  mien_tracker_finish (tracker);
  drain (tracker, out);
  return n_detected;
}

/* Leaving out frames in which nothing is decided changes neither who is who nor when that was
 * asked. */
static void
test_steady (void)
{
  g_autoptr (GString) all = g_string_new (NULL), some = g_string_new (NULL);
  g_autoptr (GString) all_wanted = g_string_new (NULL), some_wanted = g_string_new (NULL);
  guint n_all = follow (FALSE, all, all_wanted), n_some = follow (TRUE, some, some_wanted);

  g_assert_cmpuint (n_all, ==, 121);
  g_assert_cmpuint (n_some, <, 60);
  g_assert_cmpuint (n_some, >, 31);
  g_assert_cmpstr (some_wanted->str, ==, all_wanted->str);
  g_assert_nonnull (strstr (all->str, " 40:1@10 41:2@10 "));
  g_assert_nonnull (strstr (all->str, " 59:2@10 60:2@300 "));
  for (char *c = strchr (some->str, '~'); c != NULL; c = strchr (c, '~'))
    memmove (c, c + 1, strlen (c));
  g_assert_cmpstr (some->str, ==, all->str);
}

/* Somebody new who may be somebody who has gone waits for a view that tells; when none can come any
 * more, since the shot ends or the face goes for good, what is known has to do. */
static void
test_last_view (void)
{
  for (int way = 0; way < 2; way++)
    {
      MienTrackerOptions options = mien_tracker_options_init (FALSE);
      g_autoptr (MienTracker) tracker = NULL;
      g_autoptr (GString) out = g_string_new (NULL);
      int end = way == 0 ? 60 : 100;

      mien_tracker_options_use_features (&options, 2);
      options.delay = 48;
      tracker = mien_tracker_new (&options);
      for (int f = 0; f < end; f++)
        {
          MienFaceBox face = make_face (f < 10 ? 10 : 200, 0);
          /* Nearer than the limit, but not so near that it is sure. */
          float features[2] = { f < 10 ? 0.0f : 0.4f, 0 };
          MienTrackerInput input = { .frame = f,
                                     .pts_ns = f * FRAME_NS,
                                     .is_detected = TRUE,
                                     .is_due = TRUE,
                                     .faces = &face,
                                     .n_faces = f < 10 || (f >= 50 && f < 60),
                                     .features = features };

          mien_tracker_push (tracker, &input);
        }
      if (way == 0)
        mien_tracker_finish (tracker);
      drain (tracker, out);
      g_assert_nonnull (strstr (out->str, " 9:1@10 10: "));
      g_assert_nonnull (strstr (out->str, " 49: 50:1@200 51:1@200 "));
    }
}

/* A crowd that comes, goes and is missed, from a fixed seed. */
static guint
make_crowd (GRand *rand, int frame, MienFaceBox *faces)
{
  guint n = 0;

  for (int p = 0; p < 6; p++)
    if (g_rand_double (rand) > 0.2 && (frame / 30 + p) % 3 != 0)
      {
        faces[n] = make_face ((float) (60 * p + frame % 30 + g_rand_double_range (rand, -2, 2)), 0);
        faces[n++].score = (float) g_rand_double (rand);
      }
  return n;
}

static void
test_saved (void)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  g_autoptr (MienTracker) whole = mien_tracker_new (&options);
  g_autoptr (MienTracker) parts = mien_tracker_new (&options);
  g_autoptr (GString) a = g_string_new (NULL), b = g_string_new (NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (int f = 0; f < 150; f++)
    {
      MienFaceBox faces[6];
      guint n = make_crowd (rand, f, faces);

      push (whole, f, f == 70, faces, n);
      push (parts, f, f == 70, faces, n);
      drain (whole, a);
      drain (parts, b);
      if (f % 7 == 3)
        {
          g_autoptr (GBytes) state = mien_tracker_save (parts);

          g_clear_pointer (&parts, mien_tracker_free);
          parts = mien_tracker_restore (&options, state);
          g_assert_nonnull (parts);
        }
    }
  mien_tracker_finish (whole);
  mien_tracker_finish (parts);
  drain (whole, a);
  drain (parts, b);
  g_assert_cmpstr (a->str, ==, b->str);
}

static void
test_damaged (void)
{
  MienTrackerOptions options = mien_tracker_options_init (FALSE), other = options;
  g_autoptr (MienTracker) tracker = mien_tracker_new (&options);
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (GBytes) state = NULL;
  gsize size;
  const guint8 *data;

  for (int f = 0; f < 12; f++)
    {
      MienFaceBox faces[6];
      guint n = make_crowd (rand, f, faces);

      push (tracker, f, FALSE, faces, n);
    }
  state = mien_tracker_save (tracker);
  other.confirm++;
  g_assert_null (mien_tracker_restore (&other, state));
  data = g_bytes_get_data (state, &size);
  for (gsize cut = 0; cut < size; cut += 13)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, cut);

      g_assert_null (mien_tracker_restore (&options, part));
    }
  /* Any byte may be wrong: it is refused, or what comes out is at least safe to go on with. */
  for (gsize at = 0; at < size; at += 3)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (MienTracker) restored = NULL;

      copy[at] ^= 0xff;
      bytes = g_bytes_new (copy, size);
      restored = mien_tracker_restore (&options, bytes);
      if (restored == NULL)
        continue;
      mien_tracker_finish (restored);
      while (mien_tracker_pop (restored) != NULL)
        ;
    }
}

static void
test_assign (void)
{
  /* Greedy would take (0, 0) and pay 9 for the rest. */
  const double costs[] = { 1, 2, 5, 2, 9, 9, 5, 9, 3 };
  const double dear[] = { 0.4, 0.9, 0.5, 2.0 };
  int out[3];

  mien_assign (costs, 3, 3, 100, out);
  g_assert_cmpint (out[0], ==, 1);
  g_assert_cmpint (out[1], ==, 0);
  g_assert_cmpint (out[2], ==, 2);
  /* Rows 0 and 1 both want column 0; column 1 is too dear for row 1. */
  mien_assign (dear, 2, 2, 1, out);
  g_assert_cmpint (out[0], ==, 1);
  g_assert_cmpint (out[1], ==, 0);
  mien_assign (dear, 2, 1, 1, out);
  g_assert_cmpint (out[0] + out[1], ==, -1);
  mien_assign (dear, 2, 0, 1, out);
  g_assert_cmpint (out[0], ==, -1);
  mien_assign (dear, 1, 1, 0.3, out);
  g_assert_cmpint (out[0], ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/assign", test_assign);
  g_test_add_func ("/vision/tracker/birth", test_birth);
  g_test_add_func ("/vision/tracker/unsure", test_unsure);
  g_test_add_func ("/vision/tracker/gap", test_gap);
  g_test_add_func ("/vision/tracker/leave", test_leave);
  g_test_add_func ("/vision/tracker/crossing", test_crossing);
  g_test_add_func ("/vision/tracker/cut", test_cut);
  g_test_add_func ("/vision/tracker/still", test_still);
  g_test_add_func ("/vision/tracker/seldom", test_seldom);
  g_test_add_func ("/vision/tracker/live", test_live);
  g_test_add_func ("/vision/tracker/witness", test_witness);
  g_test_add_func ("/vision/tracker/known", test_known);
  g_test_add_func ("/vision/tracker/steady", test_steady);
  g_test_add_func ("/vision/tracker/last-view", test_last_view);
  g_test_add_func ("/vision/tracker/saved", test_saved);
  g_test_add_func ("/vision/tracker/damaged", test_damaged);
  return g_test_run ();
}
