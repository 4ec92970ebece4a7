/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/session-private.h"

/* --- the moment ------------------------------------------------------------------------------- */

static void
follow_playhead (MienSession *self)
{
  gint64 length = self->view_end - self->view_start;

  if (!self->follow || self->fitted || length <= 0)
    return;
  if (self->playhead >= self->view_start && self->playhead < self->view_end)
    return;
  /* A new page with a little of what was before it. */
  mien_session_set_view (self, self->playhead - length / 20, self->playhead - length / 20 + length);
}

void
mien_session_set_playhead (MienSession *self, gint64 time_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->playhead == time_ns)
    return;
  self->playhead = time_ns;
  follow_playhead (self);
  mien_session_update_faces (self);
  mien_session_tell (self, MIEN_SESSION_PROP_PLAYHEAD);
}

gint64
mien_session_get_playhead (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), 0);
  return self->playhead;
}

void
mien_session_seek (MienSession *self, gint64 time_ns, gboolean exact)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  time_ns = CLAMP (time_ns, 0, MAX (self->duration, 0));
  mien_session_set_playhead (self, time_ns);
  g_signal_emit (self, mien_session_signals[MIEN_SESSION_SIGNAL_SEEK], 0, time_ns, exact);
}

void
mien_session_set_hover (MienSession *self, gint64 time_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->hover == time_ns)
    return;
  self->hover = time_ns;
  mien_session_tell (self, MIEN_SESSION_PROP_HOVER);
}

gint64
mien_session_get_hover (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), MIEN_SESSION_NO_TIME);
  return self->hover;
}

/* --- the range -------------------------------------------------------------------------------- */

gboolean
mien_session_get_selection (MienSession *self, gint64 *start_ns, gint64 *end_ns)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  if (self->selection_start == MIEN_SESSION_NO_TIME)
    return FALSE;
  *start_ns = self->selection_start;
  *end_ns = self->selection_end;
  return TRUE;
}

static void
store_selection (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gboolean start_differs = self->selection_start != start_ns;
  gboolean end_differs = self->selection_end != end_ns;

  self->selection_start = start_ns;
  self->selection_end = end_ns;
  if (start_differs)
    mien_session_tell (self, MIEN_SESSION_PROP_SELECTION_START);
  if (end_differs)
    mien_session_tell (self, MIEN_SESSION_PROP_SELECTION_END);
}

void
mien_session_set_selection (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gint64 limit;

  g_return_if_fail (MIEN_IS_SESSION (self));
  limit = MAX (self->duration, 0);
  start_ns = CLAMP (start_ns, 0, limit);
  end_ns = CLAMP (end_ns, 0, limit);
  if (start_ns == end_ns)
    store_selection (self, MIEN_SESSION_NO_TIME, MIEN_SESSION_NO_TIME);
  else
    store_selection (self, MIN (start_ns, end_ns), MAX (start_ns, end_ns));
}

void
mien_session_clear_selection (MienSession *self)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  store_selection (self, MIEN_SESSION_NO_TIME, MIEN_SESSION_NO_TIME);
}

void
mien_session_set_selection_start (MienSession *self, gint64 time_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  mien_session_set_selection (self, time_ns,
                              self->selection_end > time_ns ? self->selection_end : self->duration);
}

void
mien_session_set_selection_end (MienSession *self, gint64 time_ns)
{
  gint64 start;

  g_return_if_fail (MIEN_IS_SESSION (self));
  start = self->selection_start;
  mien_session_set_selection (self, start >= 0 && start < time_ns ? start : 0, time_ns);
}

/* --- the view --------------------------------------------------------------------------------- */

void
mien_session_get_view (MienSession *self, gint64 *start_ns, gint64 *end_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  *start_ns = self->view_start;
  *end_ns = self->view_end;
}

static void
store_view (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gboolean start_differs = self->view_start != start_ns;
  gboolean end_differs = self->view_end != end_ns;

  self->view_start = start_ns;
  self->view_end = end_ns;
  self->fitted = start_ns <= 0 && end_ns >= self->duration;
  if (start_differs)
    mien_session_tell (self, MIEN_SESSION_PROP_VIEW_START);
  if (end_differs)
    mien_session_tell (self, MIEN_SESSION_PROP_VIEW_END);
}

void
mien_session_set_view (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gint64 whole, length;

  g_return_if_fail (MIEN_IS_SESSION (self));
  g_return_if_fail (start_ns <= end_ns);
  whole = MAX (self->duration, MIEN_SESSION_MIN_VIEW_NS);
  length = CLAMP (end_ns - start_ns, MIEN_SESSION_MIN_VIEW_NS, whole);
  start_ns = CLAMP (start_ns, 0, whole - length);
  store_view (self, start_ns, start_ns + length);
}

void
mien_session_zoom (MienSession *self, double factor, gint64 anchor_ns)
{
  double before, after, share;

  g_return_if_fail (MIEN_IS_SESSION (self));
  g_return_if_fail (factor > 0);
  before = (double) (self->view_end - self->view_start);
  if (before <= 0)
    return;
  after = CLAMP (before / factor, (double) MIEN_SESSION_MIN_VIEW_NS,
                 (double) MAX (self->duration, MIEN_SESSION_MIN_VIEW_NS));
  share = ((double) anchor_ns - (double) self->view_start) / before;
  share = CLAMP (share, 0, 1);
  mien_session_set_view (self, anchor_ns - (gint64) (share * after),
                         anchor_ns - (gint64) (share * after) + (gint64) after);
}

void
mien_session_pan (MienSession *self, gint64 delta_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  mien_session_set_view (self, self->view_start + delta_ns, self->view_end + delta_ns);
}

void
mien_session_fit (MienSession *self)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  mien_session_set_view (self, 0, MAX (self->duration, MIEN_SESSION_MIN_VIEW_NS));
}

void
mien_session_set_follow (MienSession *self, gboolean follow)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->follow == !!follow)
    return;
  self->follow = !!follow;
  mien_session_tell (self, MIEN_SESSION_PROP_FOLLOW);
}

gboolean
mien_session_get_follow (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  return self->follow;
}
