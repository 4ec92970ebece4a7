/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <math.h>

#define S FIXTURE_SECOND_NS

static void
test_empty (void)
{
  g_autoptr (MienSession) session = mien_session_new ();
  gint64 start = 7, end = 8;
  guint n = 9;

  g_assert_null (mien_session_get_document (session));
  g_assert_null (mien_session_get_person (session));
  g_assert_false (mien_session_get_selection (session, &start, &end));
  g_assert_cmpint (start, ==, 7);
  mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (mien_session_find_chosen_face (session));
  g_assert_false (mien_session_is_analysed (session, 0));
  g_assert_false (mien_session_step_person (session, 1));
  g_assert_cmpint (mien_session_get_hover (session), ==, MIEN_SESSION_NO_TIME);
}

static void
test_document (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  gint64 start, end;

  g_assert_cmpint (mien_session_get_duration (session), ==, FIXTURE_END_NS);
  mien_session_get_view (session, &start, &end);
  g_assert_cmpint (start, ==, 0);
  g_assert_cmpint (end, ==, FIXTURE_END_NS);
  /* Somebody is chosen as soon as there is anybody. */
  g_assert_true (mien_session_get_person (session) == fixture_get_person (session, 0));
}

static void
test_faces (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  const MienFace *faces;
  guint n;

  faces = mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (faces[0].emotion, ==, FIXTURE_NEUTRAL);
  g_assert_false (faces[0].is_provisional);
  mien_session_set_playhead (session, 3 * S);
  faces = mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (faces[1].emotion, ==, FIXTURE_SADNESS);
  g_assert_cmpfloat_with_epsilon (faces[1].confidence, 0.8, 1e-3);
  g_assert_cmpstr (faces[1].name, ==, mien_person_get_name (fixture_get_person (session, 1)));
  /* 40 % is below the threshold: uncertain, not a guess. */
  mien_session_set_playhead (session, 5 * S + 20 * 1000 * 1000);
  faces = mien_session_get_faces (session, &n);
  g_assert_cmpint (faces[1].emotion, ==, MIEN_CLASS_UNCERTAIN);
  mien_session_set_person (session, fixture_get_person (session, 1));
  g_assert_true (mien_session_find_chosen_face (session)->person
                 == fixture_get_person (session, 1));
  /* A person who is not there gives way to whoever is. */
  mien_session_set_playhead (session, 8 * S);
  g_assert_true (mien_session_find_chosen_face (session)->person
                 == fixture_get_person (session, 0));
}

static void
look_at_faces (GListModel *list, guint position, guint removed, guint added, gpointer data)
{
  MienSession *session = data;
  const MienFace *face = mien_session_find_chosen_face (session);

  g_assert_nonnull (face);
  g_assert_true (MIEN_IS_TRACK (face->track));
  g_assert_true (MIEN_IS_PERSON (face->person));
  g_assert_cmpint (mien_track_find_shown (face->track, face->sample.pts_ns), >=, 0);
}

/* Who looks at the faces while a track goes finds them whole. */
static void
test_faces_outlive_tracks (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  MienDocument *document = mien_session_get_document (session);
  GListModel *tracks = mien_document_get_tracks (document);
  guint n = g_list_model_get_n_items (tracks);

  mien_session_set_playhead (session, S);
  g_assert_nonnull (
      mien_document_split_track (document, mien_document_find_track (document, 1), S / 2));
  fixture_settle ();
  g_signal_connect (tracks, "items-changed", G_CALLBACK (look_at_faces), session);
  mien_document_undo (document);
  g_assert_cmpuint (g_list_model_get_n_items (tracks), ==, n);
  look_at_faces (tracks, 0, 0, 0, session);
  fixture_settle ();
  g_signal_handlers_disconnect_by_data (tracks, session);
}

static void
test_face_at (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  MienFace face;

  g_assert_true (mien_session_get_face_at (session, fixture_get_person (session, 0), 7 * S, &face));
  g_assert_cmpint (face.emotion, ==, FIXTURE_HAPPINESS);
  g_assert_cmpint (face.sample.frame, ==, 175);
  g_assert_false (
      mien_session_get_face_at (session, fixture_get_person (session, 1), 7 * S, &face));
  g_assert_false (mien_session_get_face_at (session, NULL, 7 * S, &face));
}

static void
test_live (void)
{
  g_autoptr (MienSession) session = mien_session_new ();
  g_autoptr (MienDocument) document = fixture_document_new_part (100);
  MienSample sample = { .track = 1, .width = 50, .height = 50 };
  const MienFace *faces;
  guint n;

  sample.values[FIXTURE_HAPPINESS] = 0.9f;
  mien_session_set_document (session, document);
  mien_session_set_duration (session, FIXTURE_END_NS);
  fixture_settle ();
  g_assert_true (mien_session_is_analysed (session, 2 * S));
  g_assert_false (mien_session_is_analysed (session, 8 * S));
  mien_session_set_playhead (session, 8 * S);
  mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 0);
  mien_session_set_live (session, 8 * S, &sample, 1);
  faces = mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (faces[0].is_provisional);
  g_assert_null (faces[0].person);
  g_assert_cmpint (faces[0].emotion, ==, FIXTURE_HAPPINESS);
  /* Another moment has nothing to do with it, and nothing of it was stored. */
  mien_session_set_playhead (session, 9 * S);
  mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (mien_document_get_n_frames (document), ==, 100);
  /* Where the film is analysed the stored values count. */
  mien_session_set_playhead (session, 1 * S);
  mien_session_set_live (session, 1 * S, &sample, 1);
  faces = mien_session_get_faces (session, &n);
  g_assert_cmpint (faces[0].emotion, ==, FIXTURE_NEUTRAL);
}

static void
test_view (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  guint *starts = fixture_count_notify (session, "view-start-ns");
  gint64 start, end;

  mien_session_zoom (session, 2, 4 * S);
  mien_session_get_view (session, &start, &end);
  g_assert_cmpint (end - start, ==, 5 * S);
  /* What was under the pointer stays there: 4 of 10 s is 2 of 5 s. */
  g_assert_cmpint (start, ==, 2 * S);
  g_assert_cmpuint (*starts, ==, 1);
  mien_session_pan (session, 100 * S);
  mien_session_get_view (session, &start, &end);
  g_assert_cmpint (start, ==, 5 * S);
  g_assert_cmpint (end, ==, 10 * S);
  mien_session_zoom (session, 1e9, 9 * S);
  mien_session_get_view (session, &start, &end);
  g_assert_cmpint (end - start, ==, S / 10);
  mien_session_fit (session);
  mien_session_get_view (session, &start, &end);
  g_assert_cmpint (start, ==, 0);
  g_assert_cmpint (end, ==, 10 * S);
  mien_session_set_view (session, -5 * S, 20 * S);
  mien_session_get_view (session, &start, &end);
  g_assert_cmpint (end, ==, 10 * S);
}

static void
test_follow (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  gint64 start, end;

  mien_session_set_view (session, 0, 2 * S);
  mien_session_set_playhead (session, 3 * S);
  mien_session_get_view (session, &start, &end);
  g_assert_true (start <= 3 * S && 3 * S < end);
  g_assert_cmpint (end - start, ==, 2 * S);
  mien_session_set_follow (session, FALSE);
  mien_session_set_playhead (session, 9 * S);
  mien_session_get_view (session, &start, &end);
  g_assert_true (end < 9 * S);
}

static void
test_selection (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  guint *ends = fixture_count_notify (session, "selection-end-ns");
  gint64 start, end;

  mien_session_set_selection (session, 4 * S, 2 * S);
  g_assert_true (mien_session_get_selection (session, &start, &end));
  g_assert_cmpint (start, ==, 2 * S);
  g_assert_cmpint (end, ==, 4 * S);
  g_assert_cmpuint (*ends, ==, 1);
  mien_session_set_selection_end (session, 6 * S);
  g_assert_true (mien_session_get_selection (session, &start, &end));
  g_assert_cmpint (start, ==, 2 * S);
  g_assert_cmpint (end, ==, 6 * S);
  mien_session_set_selection_start (session, 7 * S);
  g_assert_true (mien_session_get_selection (session, &start, &end));
  g_assert_cmpint (start, ==, 7 * S);
  g_assert_cmpint (end, ==, 10 * S);
  mien_session_set_selection (session, 50 * S, 60 * S);
  g_assert_false (mien_session_get_selection (session, &start, &end));
}

static void
seek_cb (MienSession *session, gint64 time_ns, gboolean exact, gint64 *out)
{
  *out = time_ns;
}

static void
test_seek (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  gint64 asked = -1;

  g_signal_connect (session, "seek", G_CALLBACK (seek_cb), &asked);
  mien_session_seek (session, 3 * S, TRUE);
  g_assert_cmpint (asked, ==, 3 * S);
  g_assert_cmpint (mien_session_get_playhead (session), ==, 3 * S);
  mien_session_seek (session, -3 * S, TRUE);
  g_assert_cmpint (asked, ==, 0);
  mien_session_seek (session, 300 * S, TRUE);
  g_assert_cmpint (asked, ==, FIXTURE_END_NS);
  /* The player's own report is no wish. */
  asked = -1;
  mien_session_set_playhead (session, 1 * S);
  g_assert_cmpint (asked, ==, -1);
}

static void
test_people (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  MienDocument *document = mien_session_get_document (session);
  guint *chosen = fixture_count_notify (session, "person");

  g_assert_true (mien_session_step_person (session, 1));
  g_assert_true (mien_session_get_person (session) == fixture_get_person (session, 1));
  g_assert_false (mien_session_step_person (session, 1));
  g_assert_cmpuint (*chosen, ==, 1);
  /* Who is hidden is not chosen. */
  mien_document_set_person_hidden (document, fixture_get_person (session, 1), TRUE);
  fixture_settle ();
  g_assert_true (mien_session_get_person (session) == fixture_get_person (session, 0));
  g_assert_false (mien_session_step_person (session, 1));
}

static void
test_replaced (void)
{
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (MienDocument) other = fixture_document_new_part (50);
  gpointer old = mien_session_get_document (session);
  guint n;

  g_object_add_weak_pointer (old, &old);
  mien_session_set_playhead (session, 3 * S);
  mien_session_set_selection (session, S, 2 * S);
  mien_session_set_document (session, other);
  fixture_settle ();
  g_assert_null (old);
  g_assert_cmpint (mien_session_get_playhead (session), ==, 0);
  g_assert_false (mien_session_get_selection (session, &(gint64){ 0 }, &(gint64){ 0 }));
  mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 1);
  mien_session_set_document (session, NULL);
  mien_session_get_faces (session, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (mien_session_get_person (session));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/empty", test_empty);
  g_test_add_func ("/session/document", test_document);
  g_test_add_func ("/session/faces", test_faces);
  g_test_add_func ("/session/faces/outlive-tracks", test_faces_outlive_tracks);
  g_test_add_func ("/session/face-at", test_face_at);
  g_test_add_func ("/session/live", test_live);
  g_test_add_func ("/session/view", test_view);
  g_test_add_func ("/session/follow", test_follow);
  g_test_add_func ("/session/selection", test_selection);
  g_test_add_func ("/session/seek", test_seek);
  g_test_add_func ("/session/people", test_people);
  g_test_add_func ("/session/replaced", test_replaced);
  return g_test_run ();
}
