/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <math.h>

#include "base/csv.h"
#include "base/error.h"

static void
test_write (void)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (MienCsvWriter) writer = mien_csv_writer_new (stream);
  g_autoptr (GError) error = NULL;

  mien_csv_writer_text (writer, "plain");
  mien_csv_writer_text (writer, "a,\"b\"\nc");
  mien_csv_writer_number (writer, -0.0004, 3);
  mien_csv_writer_number (writer, NAN, 3);
  mien_csv_writer_number (writer, -1.5, 2);
  mien_csv_writer_int (writer, -7);
  mien_csv_writer_seconds (writer, G_GINT64_CONSTANT (41708333333));
  mien_csv_writer_empty (writer);
  mien_csv_writer_end_row (writer);
  g_assert_true (mien_csv_writer_finish (writer, &error));
  g_assert_no_error (error);
  g_output_stream_write_all (stream, "", 1, NULL, NULL, NULL);
  g_assert_cmpstr (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)), ==,
                   "plain,\"a,\"\"b\"\"\nc\",0.000,,-1.50,-7,41.708333,\n");
}

static void
test_text (void)
{
  g_autoptr (MienCsvWriter) writer = mien_csv_writer_new_text ();
  g_autoptr (MienCsvWriter) empty = mien_csv_writer_new_text ();
  g_autofree char *text = NULL, *nothing = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);

  /* Longer than what the writer holds back. */
  for (int i = 0; i < 30000; i++)
    {
      mien_csv_writer_int (writer, i);
      mien_csv_writer_text (writer, "a,b");
      mien_csv_writer_end_row (writer);
      g_string_append_printf (expected, "%d,\"a,b\"\n", i);
    }
  text = mien_csv_writer_finish_text (writer);
  nothing = mien_csv_writer_finish_text (empty);
  g_assert_cmpstr (text, ==, expected->str);
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_read (void)
{
  static const char text[] = "\xef\xbb\xbf"
                             "a,b\r\n\"x,\"\"y\"\"\nz\",,3\n\nlast";
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (text, sizeof text - 1, NULL);
  g_autoptr (MienCsvReader) reader = mien_csv_reader_new (stream, "t.csv");
  g_autoptr (GError) error = NULL;
  const char *const *cells;
  guint n;

  g_assert_true (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (cells[0], ==, "a");
  g_assert_cmpstr (cells[1], ==, "b");
  g_assert_true (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (cells[0], ==, "x,\"y\"\nz");
  g_assert_cmpstr (cells[1], ==, "");
  g_assert_cmpuint (mien_csv_reader_get_line (reader), ==, 2);
  g_assert_true (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (cells[0], ==, "");
  g_assert_true (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_cmpstr (cells[0], ==, "last");
  g_assert_cmpuint (mien_csv_reader_get_line (reader), ==, 5);
  g_assert_true (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_null (cells);
}

static void
test_open_quote (void)
{
  static const char text[] = "a\nb,\"never\nclosed";
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (text, sizeof text - 1, NULL);
  g_autoptr (MienCsvReader) reader = mien_csv_reader_new (stream, "t.csv");
  g_autoptr (GError) error = NULL;
  const char *const *cells;
  guint n;

  g_assert_true (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_false (mien_csv_reader_next (reader, &cells, &n, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_cmpstr (error->message, ==, "t.csv: line 2: a quote is never closed");
}

static void
test_locale (void)
{
  char text[32];

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    g_test_message ("de_DE.UTF-8 is not there; checking in the current locale");
  g_assert_cmpstr (mien_format_number (text, sizeof text, 1234.5, 1), ==, "1234.5");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/csv/write", test_write);
  g_test_add_func ("/base/csv/text", test_text);
  g_test_add_func ("/base/csv/read", test_read);
  g_test_add_func ("/base/csv/open-quote", test_open_quote);
  g_test_add_func ("/base/csv/locale", test_locale);
  return g_test_run ();
}
