/* The inside of the network on the face under the playhead: its layers, the kernels and maps of the
 * chosen one, where on the face it looks, what it answers to, and what changes its mind.
 *
 * Works only while it is on the screen. CSS node: `networkpage`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "insight/scope.h"
#include "media/frame.h"
#include "widgets/session.h"
#include "widgets/transport.h"

G_BEGIN_DECLS

/* What influence is shown of. */
typedef enum
{
  MIEN_NETWORK_SOURCE_FACE, /* changes of the face under the playhead */
  MIEN_NETWORK_SOURCE_FILM, /* what the document measured */
  MIEN_NETWORK_SOURCE_SET,  /* changes of labelled pictures */
} MienNetworkSource;

#define MIEN_TYPE_NETWORK_PAGE (mien_network_page_get_type ())
/* Signal problem (char *text): something that a person should know could not be done. */
G_DECLARE_FINAL_TYPE (MienNetworkPage, mien_network_page, MIEN, NETWORK_PAGE, GtkWidget)

GtkWidget *mien_network_page_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* References are kept. */
void mien_network_page_set_session (MienNetworkPage *self, MienSession *session);
/* The whole picture that stands; NULL: none. */
void mien_network_page_set_frame (MienNetworkPage *self, MienFrame *frame);
MienTransport *mien_network_page_get_transport (MienNetworkPage *self); /* borrowed */

/* An installed classifier by name, or a file; loaded when the page is first shown. */
gboolean mien_network_page_set_model (MienNetworkPage *self, const char *name, GError **error);
MienScope *mien_network_page_get_scope (MienNetworkPage *self); /* borrowed; NULL before */

/* "kernels", "maps", "response" or "influence". */
void mien_network_page_set_view (MienNetworkPage *self, const char *view);
/* FALSE when there is no such layer. */
gboolean mien_network_page_set_layer (MienNetworkPage *self, const char *name);
const char *mien_network_page_get_layer (MienNetworkPage *self); /* borrowed */

/* Measures over labelled pictures in the background: "response" or "robustness". @path: a table of
 * FER2013 with its votes beside it, or a folder; NULL: those that are open, else those of the last
 * time, else a dialog asks. One measurement at a time: a new one takes the place of the old. */
void mien_network_page_measure (MienNetworkPage *self, const char *what, const char *path);
gboolean mien_network_page_is_measuring (MienNetworkPage *self);
void mien_network_page_set_source (MienNetworkPage *self, MienNetworkSource source);
/* Writes the robustness report that was measured, a page; by the ending .pdf, .svg or .png. */
gboolean mien_network_page_save_report (MienNetworkPage *self, const char *path, GError **error);
/* The channels of one layer in the table of answers; FALSE when it is not in there. Then the
 * channel in one of its rows, with the pictures that it answers to most. */
gboolean mien_network_page_show_layer_response (MienNetworkPage *self, const char *name);
void mien_network_page_show_channel (MienNetworkPage *self, guint row);

G_END_DECLS
