/* The program: one instance, its windows, its actions and their keys.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MIEN_TYPE_APPLICATION (mien_application_get_type ())
G_DECLARE_FINAL_TYPE (MienApplication, mien_application, MIEN, APPLICATION, AdwApplication)

/* The person's language, numbers and times, before anything else of the program: with the
 * catalogues of the build tree while it runs from there. */
void mien_application_init_language (void);

MienApplication *mien_application_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
