/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/diagnostic.h"

struct _MienDiagnostic
{
  GObject parent_instance;
  MienSeverity severity;
  gint64 time_ns;
  char *stage;
  char *message;
};

G_DEFINE_FINAL_TYPE (MienDiagnostic, mien_diagnostic, G_TYPE_OBJECT)

static void
mien_diagnostic_finalize (GObject *object)
{
  MienDiagnostic *self = MIEN_DIAGNOSTIC (object);

  g_free (self->stage);
  g_free (self->message);
  G_OBJECT_CLASS (mien_diagnostic_parent_class)->finalize (object);
}

static void
mien_diagnostic_class_init (MienDiagnosticClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_diagnostic_finalize;
}

static void
mien_diagnostic_init (MienDiagnostic *self)
{
}

MienDiagnostic *
mien_diagnostic_new (MienSeverity severity, const char *stage, gint64 time_ns, const char *message)
{
  MienDiagnostic *self;

  g_return_val_if_fail (stage != NULL && message != NULL, NULL);
  self = g_object_new (MIEN_TYPE_DIAGNOSTIC, NULL);
  self->severity = severity;
  self->stage = g_utf8_make_valid (stage, -1);
  self->time_ns = time_ns;
  self->message = g_utf8_make_valid (message, -1);
  return self;
}

MienSeverity
mien_diagnostic_get_severity (MienDiagnostic *self)
{
  g_return_val_if_fail (MIEN_IS_DIAGNOSTIC (self), MIEN_DIAGNOSTIC_NOTE);
  return self->severity;
}

const char *
mien_diagnostic_get_stage (MienDiagnostic *self)
{
  g_return_val_if_fail (MIEN_IS_DIAGNOSTIC (self), NULL);
  return self->stage;
}

gint64
mien_diagnostic_get_time (MienDiagnostic *self)
{
  g_return_val_if_fail (MIEN_IS_DIAGNOSTIC (self), -1);
  return self->time_ns;
}

const char *
mien_diagnostic_get_message (MienDiagnostic *self)
{
  g_return_val_if_fail (MIEN_IS_DIAGNOSTIC (self), NULL);
  return self->message;
}

const char *
mien_severity_get_name (MienSeverity severity)
{
  switch (severity)
    {
    case MIEN_DIAGNOSTIC_NOTE:
      return "note";
    case MIEN_DIAGNOSTIC_WARNING:
      return "warning";
    case MIEN_DIAGNOSTIC_ERROR:
      break;
    }
  return "error";
}
