/* What GTK 4.8 leaves out for people who use a screen reader.
 *
 * Buttons that show only a picture have no name there, buttons with a mnemonic are read with its
 * underscore, a tooltip is read after the name that was made of it, the choice of a drop-down is
 * not told, a row's control does not tell what stands below its title, pages of a stack that are
 * not shown are read as if they were, and pictures in buttons and scroll bars by their type.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names the controls below and including @root after their label or their tooltip (the key that
 * stands there in brackets becomes the description), follows drop-downs, describes rows and their
 * controls by the rows' subtitles, and hides from screen readers what stacks and revealers do not
 * show, pictures in buttons and scroll bars. Main thread, once, when @root is complete. */
void mien_access_complete (GtkWidget *root);

/* Newly allocated: @text without mnemonic underscores when @use_underline, and without a last part
 * in brackets, which is a key. */
char *mien_access_dup_name (const char *text, gboolean use_underline) G_GNUC_WARN_UNUSED_RESULT;

/* Newly allocated: the key that mien_access_dup_name() leaves away of a tooltip, without its
 * brackets; the whole tooltip when it says something else than @name, the button's; else "". */
char *mien_access_dup_rest (const char *tooltip, const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
