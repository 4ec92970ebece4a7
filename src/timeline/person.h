/* A person: the name and colour that one or more tracks carry. Changed through the document only,
 * so that every change can be undone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MIEN_TYPE_PERSON (mien_person_get_type ())
G_DECLARE_FINAL_TYPE (MienPerson, mien_person, MIEN, PERSON, GObject)

/* Main thread. Properties of the same names notify: id, name, colour, hidden. */
guint mien_person_get_id (MienPerson *self);          /* >= 1, stays for the document's life */
const char *mien_person_get_name (MienPerson *self);  /* never NULL: "Person 1" until named */
gboolean mien_person_is_named (MienPerson *self);     /* somebody gave that name */
guint mien_person_get_colour (MienPerson *self);      /* index into the people palette */
gboolean mien_person_is_hidden (MienPerson *self);    /* no lane, left out of the clip verdict */
gboolean mien_person_has_baseline (MienPerson *self); /* a neutral range is set */
/* The neutral range, in nanoseconds. FALSE, leaving them alone, when there is none. */
gboolean mien_person_get_baseline (MienPerson *self, gint64 *start_ns, gint64 *end_ns);

G_END_DECLS
