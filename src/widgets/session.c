/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/session.h"

#include "widgets/session-private.h"

G_DEFINE_TYPE (MienSession, mien_session, G_TYPE_OBJECT)

static GParamSpec *properties[MIEN_SESSION_N_PROPS];
guint mien_session_signals[MIEN_SESSION_N_SIGNALS];

void
mien_session_tell (MienSession *self, MienSessionProp prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

MienSession *
mien_session_new (void)
{
  return g_object_new (MIEN_TYPE_SESSION, NULL);
}

MienDocument *
mien_session_get_document (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->document;
}

/* --- the person ------------------------------------------------------------------------------- */

MienPerson *
mien_session_get_person (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->person;
}

void
mien_session_set_person (MienSession *self, MienPerson *person)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (!g_set_object (&self->person, person))
    return;
  mien_session_tell (self, MIEN_SESSION_PROP_PERSON);
  g_signal_emit (self, mien_session_signals[MIEN_SESSION_SIGNAL_FACES_CHANGED], 0);
}

/* The visible person at or after @from in steps of @step, NULL past either end. */
static MienPerson *
find_visible (MienSession *self, int from, int step)
{
  GListModel *people = mien_document_get_people (self->document);
  int n = (int) g_list_model_get_n_items (people);

  for (int i = from; i >= 0 && i < n; i += step)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, (guint) i);

      if (!mien_person_is_hidden (person))
        return person; /* the document keeps it */
    }
  return NULL;
}

static int
find_person_index (MienSession *self)
{
  GListModel *people = mien_document_get_people (self->document);
  guint n = g_list_model_get_n_items (people);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      if (person == self->person)
        return (int) i;
    }
  return -1;
}

gboolean
mien_session_step_person (MienSession *self, int step)
{
  MienPerson *next;

  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  g_return_val_if_fail (step == 1 || step == -1, FALSE);
  if (self->document == NULL)
    return FALSE;
  next = find_visible (self, find_person_index (self) + step, step);
  if (next == NULL)
    return FALSE;
  mien_session_set_person (self, next);
  return TRUE;
}

/* Somebody is chosen as long as there is anybody. */
static void
ensure_person (MienSession *self)
{
  if (self->document == NULL)
    mien_session_set_person (self, NULL);
  else if (self->person == NULL || find_person_index (self) < 0
           || mien_person_is_hidden (self->person))
    mien_session_set_person (self, find_visible (self, 0, 1));
}

void
mien_session_set_mode (MienSession *self, MienTimelineMode mode)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->mode == mode)
    return;
  self->mode = mode;
  mien_session_tell (self, MIEN_SESSION_PROP_MODE);
}

MienTimelineMode
mien_session_get_mode (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), MIEN_TIMELINE_LINES);
  return self->mode;
}

guint
mien_session_get_classes (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), 0);
  return self->classes;
}

void
mien_session_set_classes (MienSession *self, guint classes)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->classes == classes)
    return;
  self->classes = classes;
  mien_session_tell (self, MIEN_SESSION_PROP_CLASSES);
}

/* --- the film --------------------------------------------------------------------------------- */

static void
update_duration (MienSession *self)
{
  gint64 duration = MAX (self->film_duration, 0);
  gboolean fitted = self->fitted;

  if (self->document != NULL)
    duration = MAX (duration, mien_document_get_end (self->document));
  if (duration == self->duration)
    return;
  self->duration = duration;
  if (fitted)
    mien_session_fit (self);
  mien_session_tell (self, MIEN_SESSION_PROP_DURATION);
}

void
mien_session_set_duration (MienSession *self, gint64 duration_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->film_duration = duration_ns;
  update_duration (self);
}

gint64
mien_session_get_duration (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), 0);
  return self->duration;
}

void
mien_session_set_picture_size (MienSession *self, int width, int height)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->width = width;
  self->height = height;
}

void
mien_session_get_picture_size (MienSession *self, int *width, int *height)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  *width = self->width;
  *height = self->height;
  if (self->width > 0 || self->document == NULL)
    return;
  *width = mien_document_get_source (self->document)->width;
  *height = mien_document_get_source (self->document)->height;
}

static void
document_changed_cb (MienDocument *document, guint flags, MienSession *self)
{
  update_duration (self);
  ensure_person (self);
  if (flags & (MIEN_CHANGE_SAMPLES | MIEN_CHANGE_PEOPLE | MIEN_CHANGE_FILTERS))
    mien_session_update_faces (self);
  g_signal_emit (self, mien_session_signals[MIEN_SESSION_SIGNAL_CHANGED], 0, flags);
}

static void
drop_document (MienSession *self)
{
  if (self->document != NULL)
    g_clear_signal_handler (&self->changed_handler, self->document);
  g_array_set_size (self->faces, 0);
  g_clear_object (&self->document);
}

void
mien_session_set_document (MienSession *self, MienDocument *document)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->document == document)
    return;
  drop_document (self);
  if (document != NULL)
    {
      self->document = g_object_ref (document);
      self->changed_handler =
          g_signal_connect (document, "changed", G_CALLBACK (document_changed_cb), self);
    }
  self->live_pts = MIEN_SESSION_NO_TIME;
  self->recording = FALSE;
  self->film_duration = 0;
  self->fitted = TRUE;
  self->width = self->height = 0;
  mien_session_clear_selection (self);
  mien_session_set_hover (self, MIEN_SESSION_NO_TIME);
  mien_session_set_playhead (self, 0);
  update_duration (self);
  mien_session_fit (self);
  ensure_person (self);
  mien_session_tell (self, MIEN_SESSION_PROP_DOCUMENT);
  g_signal_emit (self, mien_session_signals[MIEN_SESSION_SIGNAL_FACES_CHANGED], 0);
  mien_session_update_faces (self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
mien_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienSession *self = MIEN_SESSION (object);

  switch (id)
    {
    case MIEN_SESSION_PROP_DOCUMENT:
      g_value_set_object (value, self->document);
      break;
    case MIEN_SESSION_PROP_DURATION:
      g_value_set_int64 (value, self->duration);
      break;
    case MIEN_SESSION_PROP_PLAYHEAD:
      g_value_set_int64 (value, self->playhead);
      break;
    case MIEN_SESSION_PROP_HOVER:
      g_value_set_int64 (value, self->hover);
      break;
    case MIEN_SESSION_PROP_SELECTION_START:
      g_value_set_int64 (value, self->selection_start);
      break;
    case MIEN_SESSION_PROP_SELECTION_END:
      g_value_set_int64 (value, self->selection_end);
      break;
    case MIEN_SESSION_PROP_VIEW_START:
      g_value_set_int64 (value, self->view_start);
      break;
    case MIEN_SESSION_PROP_VIEW_END:
      g_value_set_int64 (value, self->view_end);
      break;
    case MIEN_SESSION_PROP_PERSON:
      g_value_set_object (value, self->person);
      break;
    case MIEN_SESSION_PROP_MODE:
      g_value_set_uint (value, self->mode);
      break;
    case MIEN_SESSION_PROP_CLASSES:
      g_value_set_uint (value, self->classes);
      break;
    case MIEN_SESSION_PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MienSession *self = MIEN_SESSION (object);

  switch (id)
    {
    case MIEN_SESSION_PROP_DOCUMENT:
      mien_session_set_document (self, g_value_get_object (value));
      break;
    case MIEN_SESSION_PROP_DURATION:
      mien_session_set_duration (self, g_value_get_int64 (value));
      break;
    case MIEN_SESSION_PROP_PLAYHEAD:
      mien_session_set_playhead (self, g_value_get_int64 (value));
      break;
    case MIEN_SESSION_PROP_HOVER:
      mien_session_set_hover (self, g_value_get_int64 (value));
      break;
    case MIEN_SESSION_PROP_PERSON:
      mien_session_set_person (self, g_value_get_object (value));
      break;
    case MIEN_SESSION_PROP_MODE:
      mien_session_set_mode (self, g_value_get_uint (value));
      break;
    case MIEN_SESSION_PROP_CLASSES:
      mien_session_set_classes (self, g_value_get_uint (value));
      break;
    case MIEN_SESSION_PROP_FOLLOW:
      mien_session_set_follow (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_session_dispose (GObject *object)
{
  MienSession *self = MIEN_SESSION (object);

  drop_document (self);
  g_clear_object (&self->person);
  G_OBJECT_CLASS (mien_session_parent_class)->dispose (object);
}

static void
mien_session_finalize (GObject *object)
{
  MienSession *self = MIEN_SESSION (object);

  g_array_unref (self->faces);
  g_array_unref (self->live);
  G_OBJECT_CLASS (mien_session_parent_class)->finalize (object);
}

static GParamSpec *
new_time_prop (const char *name, GParamFlags access)
{
  return g_param_spec_int64 (name, NULL, NULL, -1, G_MAXINT64, 0,
                             access | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
mien_session_class_init (MienSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mien_session_get_property;
  object_class->set_property = mien_session_set_property;
  object_class->dispose = mien_session_dispose;
  object_class->finalize = mien_session_finalize;

  properties[MIEN_SESSION_PROP_DOCUMENT] =
      g_param_spec_object ("document", NULL, NULL, MIEN_TYPE_DOCUMENT, flags);
  properties[MIEN_SESSION_PROP_DURATION] = new_time_prop ("duration-ns", G_PARAM_READWRITE);
  properties[MIEN_SESSION_PROP_PLAYHEAD] = new_time_prop ("playhead-ns", G_PARAM_READWRITE);
  properties[MIEN_SESSION_PROP_HOVER] = new_time_prop ("hover-ns", G_PARAM_READWRITE);
  properties[MIEN_SESSION_PROP_SELECTION_START] =
      new_time_prop ("selection-start-ns", G_PARAM_READABLE);
  properties[MIEN_SESSION_PROP_SELECTION_END] =
      new_time_prop ("selection-end-ns", G_PARAM_READABLE);
  properties[MIEN_SESSION_PROP_VIEW_START] = new_time_prop ("view-start-ns", G_PARAM_READABLE);
  properties[MIEN_SESSION_PROP_VIEW_END] = new_time_prop ("view-end-ns", G_PARAM_READABLE);
  properties[MIEN_SESSION_PROP_PERSON] =
      g_param_spec_object ("person", NULL, NULL, MIEN_TYPE_PERSON, flags);
  properties[MIEN_SESSION_PROP_MODE] =
      g_param_spec_uint ("mode", NULL, NULL, MIEN_TIMELINE_LINES, MIEN_TIMELINE_CIRCUMPLEX,
                         MIEN_TIMELINE_LINES, flags);
  properties[MIEN_SESSION_PROP_CLASSES] =
      g_param_spec_uint ("classes", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[MIEN_SESSION_PROP_FOLLOW] = g_param_spec_boolean ("follow", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, MIEN_SESSION_N_PROPS, properties);

  mien_session_signals[MIEN_SESSION_SIGNAL_SEEK] =
      g_signal_new ("seek", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                    2, G_TYPE_INT64, G_TYPE_BOOLEAN);
  mien_session_signals[MIEN_SESSION_SIGNAL_CHANGED] =
      g_signal_new ("changed", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_UINT);
  mien_session_signals[MIEN_SESSION_SIGNAL_FACES_CHANGED] = g_signal_new (
      "faces-changed", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_session_init (MienSession *self)
{
  self->faces = g_array_new (FALSE, FALSE, sizeof (MienFace));
  g_array_set_clear_func (self->faces, mien_session_clear_face);
  self->live = g_array_new (FALSE, FALSE, sizeof (MienSample));
  self->live_pts = MIEN_SESSION_NO_TIME;
  self->hover = MIEN_SESSION_NO_TIME;
  self->selection_start = self->selection_end = MIEN_SESSION_NO_TIME;
  self->view_end = MIEN_SESSION_MIN_VIEW_NS;
  self->follow = TRUE;
  self->fitted = TRUE;
}
