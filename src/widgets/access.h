/* What GTK 4.8 leaves out for people who use a screen reader.
 *
 * Buttons that show only a picture have no name there, buttons with a mnemonic are read with its
 * underscore, the choice of a drop-down is not told, and pages of a stack that are not shown are
 * read as if they were.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names the controls below and including @root after their label or their tooltip (without the key
 * that stands there in brackets), follows drop-downs, and hides from screen readers what stacks and
 * revealers do not show. Main thread, once, when @root is complete. */
void mien_access_complete (GtkWidget *root);

/* Newly allocated: @text without mnemonic underscores when @use_underline, and without a last part
 * in brackets, which is a key. */
char *mien_access_dup_name (const char *text, gboolean use_underline) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
