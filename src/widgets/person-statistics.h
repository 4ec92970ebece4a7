/* One person's sums: a ring of shares beside a table of share, mean and spread.
 *
 * CSS node: `personstatistics`. Accessible role: group, labelled with the name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "timeline/statistics.h"

G_BEGIN_DECLS

#define MIEN_TYPE_PERSON_STATISTICS (mien_person_statistics_get_type ())
G_DECLARE_FINAL_TYPE (
    MienPersonStatistics, mien_person_statistics, MIEN, PERSON_STATISTICS, GtkWidget)

/* Shows @person of @document between @start_ns and @end_ns as it is now. @channel, the caller's and
 * there as long as the widget, is the histogram's choice: a class, or one of the two after them. */
GtkWidget *mien_person_statistics_new (MienDocument *document,
                                       MienPerson *person,
                                       gint64 start_ns,
                                       gint64 end_ns,
                                       guint *channel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
