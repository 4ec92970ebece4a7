/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parallel.h"

#define PARTS 1000

typedef struct
{
  gint count[PARTS];
  gint busy[8];
} Work;

static void
touch (gpointer data, guint part, guint worker)
{
  Work *work = data;

  /* A worker slot is used by one part at a time. */
  g_assert_cmpint (g_atomic_int_add (&work->busy[worker], 1), ==, 0);
  g_atomic_int_inc (&work->count[part]);
  g_atomic_int_add (&work->busy[worker], -1);
}

static void
test_every_part_once (gconstpointer data)
{
  guint n_threads = GPOINTER_TO_UINT (data);
  g_autoptr (MienParallel) parallel = mien_parallel_new (n_threads);
  g_autofree Work *work = g_new0 (Work, 1);

  for (int round = 1; round <= 200; round++)
    {
      mien_parallel_for (parallel, PARTS, touch, work);
      for (int i = 0; i < PARTS; i++)
        g_assert_cmpint (work->count[i], ==, round);
      if (round % 50 == 0)
        g_usleep (2000); /* lets the helpers fall asleep */
    }
  mien_parallel_for (parallel, 0, touch, work);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/base/parallel/one", GUINT_TO_POINTER (1), test_every_part_once);
  g_test_add_data_func ("/base/parallel/two", GUINT_TO_POINTER (2), test_every_part_once);
  g_test_add_data_func ("/base/parallel/eight", GUINT_TO_POINTER (8), test_every_part_once);
  return g_test_run ();
}
