/* What a person corrects about people, for the one who is chosen: split, merge, neutral baseline.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"
#include "widgets/words.h"

#include <glib/gi18n.h>

/* The document and the chosen person; FALSE, having told why not, when there is nobody. */
static gboolean
get_chosen (MienWindow *self, MienDocument **document, MienPerson **person)
{
  *document = mien_session_get_document (self->session);
  *person = mien_session_get_person (self->session);
  if (*document == NULL)
    return FALSE;
  if (*person == NULL)
    mien_window_toast (self, _ ("Nobody is chosen"));
  return *person != NULL;
}

/* From the playhead on, the chosen person's track is somebody else's. */
static void
split_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  gint64 playhead = mien_session_get_playhead (self->session);
  g_autofree char *text = NULL;
  MienDocument *document;
  MienPerson *person;
  MienTrack *track = NULL;
  MienFace face;

  if (!get_chosen (self, &document, &person))
    return;
  if (mien_session_get_face_at (self->session, person, playhead, &face))
    track = mien_document_split_track (document, face.track, playhead);
  if (track == NULL)
    {
      mien_window_toast (self, _ ("Nothing to split here: go to where another person begins"));
      return;
    }
  person = mien_track_get_person (track);
  mien_session_set_person (self->session, person);
  /* Translators: %s is the name of a new person. */
  text = g_strdup_printf (_ ("From here on it is %s"), mien_words_get_name (person));
  mien_window_toast_with_action (self, text, _ ("_Undo"), "win.undo");
}

/* The selected range is the chosen person's neutral face; without a selection the baseline goes. */
static void
baseline_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  g_autofree char *text = NULL;
  MienDocument *document;
  MienPerson *person;
  gint64 start, end;

  if (!get_chosen (self, &document, &person))
    return;
  if (mien_session_get_selection (self->session, &start, &end))
    {
      mien_document_set_baseline (document, person, start, end);
      /* Translators: %s is a person's name. */
      text = g_strdup_printf (_ ("The selection is how %s looks when neutral"),
                              mien_words_get_name (person));
    }
  else if (mien_person_has_baseline (person))
    {
      mien_document_set_baseline (document, person, 0, 0);
      text = g_strdup_printf (_ ("%s has no baseline any more"), mien_words_get_name (person));
    }
  else
    {
      mien_window_toast (self,
                         _ ("Select a range with a neutral face first: drag over the timeline, or "
                            "press [ and ]"));
      return;
    }
  mien_window_toast_with_action (self, text, _ ("_Undo"), "win.undo");
}

/* All that is the chosen person's becomes the one's before, who is chosen then. */
static void
merge_previous_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  g_autofree char *text = NULL;
  MienDocument *document;
  MienPerson *person, *before;

  if (!get_chosen (self, &document, &person))
    return;
  if (!mien_session_step_person (self->session, -1))
    {
      mien_window_toast (self, _ ("There is nobody before: choose the later one of two people"));
      return;
    }
  before = mien_session_get_person (self->session);
  /* Translators: two names of people. */
  text =
      g_strdup_printf (_ ("%s is %s"), mien_words_get_name (person), mien_words_get_name (before));
  mien_document_merge_people (document, before, person);
  mien_window_toast_with_action (self, text, _ ("_Undo"), "win.undo");
}

static const GActionEntry entries[] = {
  { .name = "merge-previous", .activate = merge_previous_cb },
  { .name = "split-track", .activate = split_cb },
  { .name = "baseline", .activate = baseline_cb },
};

void
mien_window_add_people_actions (MienWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
