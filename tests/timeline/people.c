/* Tracks of one face become one person. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "made.h"
#include <glib/gstdio.h>

#include "timeline/document.h"

/* A face of its own for each @who; @turn moves it a little, as another view does. */
static void
make_face (float *numbers, guint who, double turn)
{
  for (guint i = 0; i < MIEN_SAMPLE_EMBEDDING; i++)
    numbers[i] = 0;
  numbers[who] = 1;
  numbers[64 + who] = (float) turn;
}

typedef struct
{
  int track;
  gint64 first, last; /* frames */
  guint who;
} Stretch;

/* Frames @begin to @end of a film in which these stretches are seen. */
static void
append_frames (MienDocument *document, const Stretch *stretches, guint n, gint64 begin, gint64 end)
{
  for (gint64 frame = begin; frame < end; frame++)
    {
      MienSample samples[8];
      float numbers[8][MIEN_SAMPLE_EMBEDDING];
      guint n_samples = 0;

      for (guint i = 0; i < n; i++)
        {
          const Stretch *s = &stretches[i];

          if (frame < s->first || frame > s->last)
            continue;
          samples[n_samples] = made_sample (frame, s->track, 1, 0.9);
          if ((frame - s->first) % 4 == 0)
            {
              make_face (numbers[n_samples], s->who, 0.05 * (double) (frame % 3));
              samples[n_samples].embedding = numbers[n_samples];
            }
          n_samples++;
        }
      if (n_samples == 0)
        samples[n_samples++] = made_no_face (frame);
      g_assert_true (mien_document_append (document, samples, n_samples, NULL));
    }
}

/* "person person ..." by track. */
static char *
dup_people (MienDocument *document)
{
  GString *text = g_string_new (NULL);
  GListModel *tracks = mien_document_get_tracks (document);

  for (guint i = 0; i < g_list_model_get_n_items (tracks); i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);

      g_string_append_printf (text, "%s%u", i == 0 ? "" : " ",
                              mien_person_get_id (mien_track_get_person (track)));
    }
  return g_string_free (text, FALSE);
}

#define ASSERT_PEOPLE(document, wanted)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *people_ = dup_people (document);                                              \
    g_assert_cmpstr (people_, ==, wanted);                                                         \
  }                                                                                                \
  G_STMT_END

/* 1 and 2 are two people; 3 is 2 come back, 4 is 1; 5 has the face of 4 but is seen beside it. */
static const Stretch film[] = {
  { 1, 0, 20, 0 }, { 2, 0, 20, 1 }, { 3, 30, 50, 1 }, { 4, 55, 80, 0 }, { 5, 60, 80, 0 },
};

static MienDocument *
make_film (const char *path)
{
  MienDocument *document = path == NULL ? mien_document_new () : mien_document_create (path, NULL);

  made_set_classes (document);
  append_frames (document, film, G_N_ELEMENTS (film), 0, 90);
  return document;
}

static void
test_find (void)
{
  g_autoptr (MienDocument) document = make_film (NULL);
  g_autoptr (GArray) likenesses = NULL;

  ASSERT_PEOPLE (document, "1 2 3 4 5");
  mien_document_find_people (document);
  ASSERT_PEOPLE (document, "1 2 2 1 3");
  g_assert_false (mien_document_can_undo (document));
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_people (document)), ==, 3);
  g_assert_cmpstr (mien_person_get_name (mien_document_find_person (document, 3)), ==, "Person 3");
  g_assert_false (mien_person_is_named (mien_document_find_person (document, 3)));
  mien_document_find_people (document);
  ASSERT_PEOPLE (document, "1 2 2 1 3");
  /* The third looks like the first, but stood beside it. */
  likenesses = mien_document_dup_likenesses (document, 0.6);
  g_assert_cmpuint (likenesses->len, ==, 0);
}

/* What is read from the file gives the same as what was never written. */
static void
test_file (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "mien-people-test.mien", NULL);
  g_autoptr (MienDocument) document = make_film (path);
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_true (mien_document_close (document, &error));
  g_clear_object (&document);
  document = mien_document_open (path, &error);
  g_assert_no_error (error);
  g_free (mien_document_dup_embeddings (document, mien_document_find_track (document, 3), &n));
  g_assert_cmpuint (n, ==, 6);
  append_frames (document, (const Stretch[]){ { 6, 95, 99, 1 } }, 1, 90, 100);
  mien_document_find_people (document);
  ASSERT_PEOPLE (document, "1 2 2 1 3 2");
  g_assert_true (mien_document_close (document, &error));
  g_clear_object (&document);
  /* Once more: what the first call decided is not taken for somebody's edit. */
  document = mien_document_open (path, &error);
  append_frames (document, (const Stretch[]){ { 7, 105, 109, 0 } }, 1, 100, 110);
  mien_document_find_people (document);
  ASSERT_PEOPLE (document, "1 2 2 1 3 2 1");
  g_clear_object (&document);
  g_remove (path);
}

/* What somebody named or put together stays, and may gain tracks. */
static void
test_edited (void)
{
  g_autoptr (MienDocument) document = make_film (NULL);

  mien_document_rename_person (document, mien_document_find_person (document, 3), "Anna");
  mien_document_merge_people (document, mien_document_find_person (document, 1),
                              mien_document_find_person (document, 4));
  mien_document_find_people (document);
  ASSERT_PEOPLE (document, "1 3 3 1 5");
  g_assert_cmpstr (mien_person_get_name (mien_document_find_person (document, 3)), ==, "Anna");
  g_assert_true (mien_person_is_named (mien_document_find_person (document, 3)));
  mien_document_undo (document);
  ASSERT_PEOPLE (document, "1 2 3 1 5");
}

static void
test_suggestions (void)
{
  g_autoptr (MienDocument) document = make_film (NULL);
  g_autoptr (GArray) likenesses = mien_document_dup_likenesses (document, 0.6);
  const MienLikeness *first = &g_array_index (likenesses, MienLikeness, 0);

  /* 1 with 4, 1 with 5, 2 with 3; never 4 with 5. */
  g_assert_cmpuint (likenesses->len, ==, 3);
  g_assert_cmpfloat (first->distance, <, 0.05);
  g_assert_cmpuint (mien_person_get_id (first->a), <, mien_person_get_id (first->b));
  for (guint i = 0; i < likenesses->len; i++)
    g_assert_false (mien_person_get_id (g_array_index (likenesses, MienLikeness, i).a) == 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/people/find", test_find);
  g_test_add_func ("/timeline/people/file", test_file);
  g_test_add_func ("/timeline/people/edited", test_edited);
  g_test_add_func ("/timeline/people/suggestions", test_suggestions);
  return g_test_run ();
}
