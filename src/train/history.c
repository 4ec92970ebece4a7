/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/history.h"

#include <math.h>

#include "base/csv.h"
#include "base/error.h"

#define N_COLUMNS 10

static const struct
{
  const char *name;
  int decimals;
  gsize offset;
} columns[N_COLUMNS] = {
  { "epoch", 0, G_STRUCT_OFFSET (MienHistoryRow, epoch) },
  { "rate", 6, G_STRUCT_OFFSET (MienHistoryRow, rate) },
  { "loss", 4, G_STRUCT_OFFSET (MienHistoryRow, loss) },
  { "validation_loss", 4, G_STRUCT_OFFSET (MienHistoryRow, validation_loss) },
  { "argmax", 4, G_STRUCT_OFFSET (MienHistoryRow, argmax) },
  { "majority", 4, G_STRUCT_OFFSET (MienHistoryRow, majority) },
  { "mean_class_recall", 4, G_STRUCT_OFFSET (MienHistoryRow, mean_class_recall) },
  { "fer2013", 4, G_STRUCT_OFFSET (MienHistoryRow, fer2013) },
  { "images_per_second", 1, G_STRUCT_OFFSET (MienHistoryRow, images_per_second) },
  { "seconds", 1, G_STRUCT_OFFSET (MienHistoryRow, seconds) },
};

static double
get_value (GArray *rows, guint row, guint column)
{
  return G_STRUCT_MEMBER (double, &g_array_index (rows, MienHistoryRow, row),
                          columns[column].offset);
}

static gboolean
replace_file (const char *path, const char *text, gssize size, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents (path, text, size, &local))
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, local->message);
  return FALSE;
}

gboolean
mien_history_write_csv (GArray *rows, const char *path, GError **error)
{
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (MienCsvWriter) csv = NULL;

  g_return_val_if_fail (rows != NULL && path != NULL, FALSE);
  csv = mien_csv_writer_new (memory);
  for (guint c = 0; c < N_COLUMNS; c++)
    mien_csv_writer_text (csv, columns[c].name);
  mien_csv_writer_end_row (csv);
  for (guint r = 0; r < rows->len; r++)
    {
      for (guint c = 0; c < N_COLUMNS; c++)
        mien_csv_writer_number (csv, get_value (rows, r, c), columns[c].decimals);
      mien_csv_writer_end_row (csv);
    }
  if (!mien_csv_writer_finish (csv, error))
    return FALSE;
  return replace_file (
      path, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)),
      (gssize) g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory)), error);
}

/* ---- curves ---- */

#define WIDTH 760
#define PANEL 240
#define LEFT 60
#define RIGHT 190
#define TOP 50
#define GAP 50

typedef struct
{
  guint column;
  const char *label, *color;
} Curve;

static void
append_number (GString *svg, double value, int decimals)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (svg, mien_format_number (text, sizeof text, value, decimals));
}

static void
append_axis (GString *svg, int top, double low, double high, int decimals)
{
  for (int i = 0; i <= 4; i++)
    {
      double y = top + PANEL - PANEL * i / 4.0;

      g_string_append_printf (svg,
                              "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>"
                              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">",
                              LEFT, WIDTH - RIGHT, (int) y, (int) y, LEFT - 6, (int) y + 4);
      append_number (svg, low + (high - low) * i / 4, decimals);
      g_string_append (svg, "</text>\n");
    }
}

static void
append_curve (
    GString *svg, GArray *rows, const Curve *curve, int top, double low, double high, int label_row)
{
  double last = rows->len > 0 ? get_value (rows, rows->len - 1, 0) : 1, value = NAN;

  g_string_append_printf (svg, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"",
                          curve->color);
  for (guint r = 0; r < rows->len; r++)
    {
      double v = get_value (rows, r, curve->column);
      double x = LEFT + (WIDTH - LEFT - RIGHT) * get_value (rows, r, 0) / MAX (1, last);

      if (!isfinite (v))
        continue;
      value = v;
      append_number (svg, x, 1);
      g_string_append_c (svg, ',');
      append_number (svg, top + PANEL - PANEL * CLAMP ((v - low) / (high - low), 0, 1), 1);
      g_string_append_c (svg, ' ');
    }
  g_string_append_printf (svg, "\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\">%s ", WIDTH - RIGHT + 10,
                          top + 16 + 18 * label_row, curve->color, curve->label);
  if (isfinite (value))
    append_number (svg, value, 3);
  g_string_append (svg, "</text>\n");
}

static double
find_largest (GArray *rows, const Curve *curves, guint n)
{
  double largest = 0.5;

  for (guint r = 0; r < rows->len; r++)
    for (guint k = 0; k < n; k++)
      {
        double v = get_value (rows, r, curves[k].column);

        if (isfinite (v))
          largest = MAX (largest, v);
      }
  return ceil (largest * 2) / 2;
}

gboolean
mien_history_write_svg (GArray *rows, const char *title, const char *path, GError **error)
{
  static const Curve losses[] = { { 2, "training loss", "#c64600" },
                                  { 3, "validation loss", "#1a5fb4" } };
  static const Curve accuracies[] = { { 5, "majority", "#26a269" },
                                      { 4, "argmax", "#1a5fb4" },
                                      { 7, "fer2013", "#813d9c" },
                                      { 6, "mean class recall", "#c64600" } };
  g_autoptr (GString) svg = g_string_new (NULL);
  g_autofree char *escaped = NULL;
  double high;
  int second = TOP + PANEL + GAP, height = second + PANEL + GAP;

  g_return_val_if_fail (rows != NULL && title != NULL && path != NULL, FALSE);
  escaped = g_markup_escape_text (title, -1);
  g_string_append_printf (
      svg,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" "
      "fill=\"white\"/>\n<text x=\"%d\" y=\"28\" font-size=\"15\">%s</text>\n",
      WIDTH, height, WIDTH, height, LEFT, escaped);
  high = find_largest (rows, losses, 2);
  append_axis (svg, TOP, 0, high, 2);
  for (guint k = 0; k < G_N_ELEMENTS (losses); k++)
    append_curve (svg, rows, &losses[k], TOP, 0, high, (int) k);
  append_axis (svg, second, 0, 1, 2);
  for (guint k = 0; k < G_N_ELEMENTS (accuracies); k++)
    append_curve (svg, rows, &accuracies[k], second, 0, 1, (int) k);
  g_string_append_printf (svg, "<text x=\"%d\" y=\"%d\">epoch 0</text>\n", LEFT,
                          second + PANEL + 20);
  g_string_append_printf (svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%u</text>\n</svg>\n",
                          WIDTH - RIGHT, second + PANEL + 20,
                          rows->len > 0 ? (guint) get_value (rows, rows->len - 1, 0) : 0);
  return replace_file (path, svg->str, (gssize) svg->len, error);
}
