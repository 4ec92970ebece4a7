/* The buttons under the picture: play, steps, time, speed, volume, full screen. The buttons are
 * actions of the window ("win.play" ...); this widget only shows how things stand.
 *
 * CSS node: `transport`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "media/player.h"
#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_TRANSPORT (mien_transport_get_type ())
G_DECLARE_FINAL_TYPE (MienTransport, mien_transport, MIEN, TRANSPORT, GtkWidget)

GtkWidget *mien_transport_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Whose time is shown; a reference is kept. */
void mien_transport_set_session (MienTransport *self, MienSession *session);
/* Whose state, speed and volume are shown; a reference is kept. NULL: a camera. */
void mien_transport_set_player (MienTransport *self, MienPlayer *player);
/* In a narrow window the buttons to both ends give way to the time, which is there in full. */
void mien_transport_set_folded (MienTransport *self, gboolean folded);

G_END_DECLS
