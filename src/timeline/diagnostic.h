/* A problem that analysis met: data in a list, not a line in a log.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_DIAGNOSTIC_NOTE,
  MIEN_DIAGNOSTIC_WARNING,
  MIEN_DIAGNOSTIC_ERROR,
} MienSeverity;

#define MIEN_TYPE_DIAGNOSTIC (mien_diagnostic_get_type ())
G_DECLARE_FINAL_TYPE (MienDiagnostic, mien_diagnostic, MIEN, DIAGNOSTIC, GObject)

/* @stage: which part says it ("media", "vision", ...); @time_ns: the place in the film, -1 for
 * none. Immutable; any thread. */
MienDiagnostic *mien_diagnostic_new (MienSeverity severity,
                                     const char *stage,
                                     gint64 time_ns,
                                     const char *message) G_GNUC_WARN_UNUSED_RESULT;
MienSeverity mien_diagnostic_get_severity (MienDiagnostic *self);
const char *mien_diagnostic_get_stage (MienDiagnostic *self);
gint64 mien_diagnostic_get_time (MienDiagnostic *self);
const char *mien_diagnostic_get_message (MienDiagnostic *self);
/* "note", "warning" or "error", as files and the command line write it. */
const char *mien_severity_get_name (MienSeverity severity);

G_END_DECLS
