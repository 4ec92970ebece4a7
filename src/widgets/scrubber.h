/* The whole film as one strip, with the part that the timeline shows as a window on it. Click or
 * drag beside the window to go there; drag the window to move it, its edges to change its length.
 *
 * Keys, while it has the focus: Left and Right move the window by a tenth, Up and Down zoom.
 *
 * CSS node: `scrubber`. Accessible role: scrollbar over the film's seconds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_SCRUBBER (mien_scrubber_get_type ())
G_DECLARE_FINAL_TYPE (MienScrubber, mien_scrubber, MIEN, SCRUBBER, GtkWidget)

/* Property: session, notified. */
GtkWidget *mien_scrubber_new (void) G_GNUC_WARN_UNUSED_RESULT;

void mien_scrubber_set_session (MienScrubber *self, MienSession *session);
MienSession *mien_scrubber_get_session (MienScrubber *self);

G_END_DECLS
