/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/timeline-pane.h"

#include <glib/gi18n.h>

#include "widgets/filters-button.h"
#include "widgets/legend.h"
#include "widgets/scrubber.h"

struct _MienTimelinePane
{
  GtkWidget parent_instance;

  GtkWidget *toolbar;
  GtkDropDown *mode_dropdown;
  GtkWidget *raw_button;
  MienFiltersButton *filters_button;
  GtkLabel *readout_label;
  MienScrubber *scrubber;
  GtkWidget *motion_button;
  GtkWidget *faces_button;
  GtkWidget *lanes_overlay;
  MienLanes *lanes;
  GtkLabel *state_label;
  MienLegend *legend;

  GBinding *mode_binding;
  MienSession *session; /* nullable */
  gboolean folded;
};

G_DEFINE_TYPE (MienTimelinePane, mien_timeline_pane, GTK_TYPE_WIDGET)

GtkWidget *
mien_timeline_pane_new (void)
{
  return g_object_new (MIEN_TYPE_TIMELINE_PANE, NULL);
}

/* The switch of the motion is there when there is motion to show. */
static void
update_motion (MienTimelinePane *self)
{
  MienDocument *document = self->session == NULL ? NULL : mien_session_get_document (self->session);

  gtk_widget_set_visible (self->motion_button,
                          document != NULL && mien_timeline_has_motion (document));
}

/* Values before smoothing are only drawn as lines. */
static void
update_mode (MienTimelinePane *self)
{
  gtk_widget_set_visible (self->raw_button,
                          self->session == NULL
                              || mien_session_get_mode (self->session) == MIEN_TIMELINE_LINES);
}

static void
forget_session (MienTimelinePane *self)
{
  g_clear_pointer (&self->mode_binding, g_binding_unbind);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
}

void
mien_timeline_pane_set_session (MienTimelinePane *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_TIMELINE_PANE (self));
  forget_session (self);
  mien_scrubber_set_session (self->scrubber, session);
  mien_lanes_set_session (self->lanes, session);
  mien_legend_set_session (self->legend, session);
  mien_filters_button_set_session (self->filters_button, session);
  if (session != NULL)
    {
      self->session = g_object_ref (session);
      self->mode_binding = g_object_bind_property (session, "mode", self->mode_dropdown, "selected",
                                                   G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
      g_signal_connect_swapped (session, "notify::mode", G_CALLBACK (update_mode), self);
      g_signal_connect_swapped (session, "notify::document", G_CALLBACK (update_motion), self);
      g_signal_connect_swapped (session, "changed", G_CALLBACK (update_motion), self);
    }
  update_motion (self);
  update_mode (self);
}

static void
update_faces (MienTimelinePane *self)
{
  mien_lanes_set_show_faces (
      self->lanes,
      !self->folded && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->faces_button)));
}

MienLanes *
mien_timeline_pane_get_lanes (MienTimelinePane *self)
{
  g_return_val_if_fail (MIEN_IS_TIMELINE_PANE (self), NULL);
  return self->lanes;
}

void
mien_timeline_pane_set_state (MienTimelinePane *self, const char *text)
{
  g_return_if_fail (MIEN_IS_TIMELINE_PANE (self));
  gtk_label_set_label (self->state_label, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->state_label), text != NULL && *text != '\0');
}

void
mien_timeline_pane_set_folded (MienTimelinePane *self, gboolean folded)
{
  g_return_if_fail (MIEN_IS_TIMELINE_PANE (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->toolbar),
                                  folded ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_visible (self->faces_button, !folded);
  if (folded)
    gtk_widget_add_css_class (self->toolbar, "folded");
  else
    gtk_widget_remove_css_class (self->toolbar, "folded");
  /* Two lines beside the buttons instead of half of one. */
  gtk_label_set_wrap (self->readout_label, folded);
  gtk_label_set_lines (self->readout_label, folded ? 2 : -1);
  /* In one line the value at its end is worth more than the name in its middle. */
  gtk_label_set_ellipsize (self->readout_label,
                           folded ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  self->folded = folded;
  update_faces (self);
}

void
mien_timeline_pane_set_compact (MienTimelinePane *self, gboolean compact)
{
  g_return_if_fail (MIEN_IS_TIMELINE_PANE (self));
  gtk_widget_set_visible (self->toolbar, !compact);
  gtk_widget_set_visible (self->lanes_overlay, !compact);
  gtk_widget_set_visible (GTK_WIDGET (self->legend), !compact);
}

/* --- words ------------------------------------------------------------------------------------ */

static void
set_up_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)),
                       gtk_string_object_get_string (gtk_list_item_get_item (item)));
}

/* The longest words would make a narrow window wider; in the list of modes all are whole and one
 * has a tick. */
static void
let_words_shrink (MienTimelinePane *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkWidget *const buttons[] = { self->raw_button, self->motion_button };

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_drop_down_set_list_factory (self->mode_dropdown,
                                  gtk_drop_down_get_factory (self->mode_dropdown));
  gtk_drop_down_set_factory (self->mode_dropdown, factory);
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (buttons[i]))),
                             PANGO_ELLIPSIZE_END);
}

static void
mien_timeline_pane_dispose (GObject *object)
{
  MienTimelinePane *self = MIEN_TIMELINE_PANE (object);
  GtkWidget *child;

  forget_session (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_timeline_pane_parent_class)->dispose (object);
}

static void
mien_timeline_pane_class_init (MienTimelinePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_timeline_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/mien/Mien/timeline-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, toolbar);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, mode_dropdown);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, raw_button);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, motion_button);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, faces_button);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, filters_button);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, readout_label);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, scrubber);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, lanes_overlay);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, lanes);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, state_label);
  gtk_widget_class_bind_template_child (widget_class, MienTimelinePane, legend);
  gtk_widget_class_set_css_name (widget_class, "timelinepane");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_timeline_pane_init (MienTimelinePane *self)
{
  g_type_ensure (MIEN_TYPE_SCRUBBER);
  g_type_ensure (MIEN_TYPE_LANES);
  g_type_ensure (MIEN_TYPE_LEGEND);
  g_type_ensure (MIEN_TYPE_FILTERS_BUTTON);
  gtk_widget_init_template (GTK_WIDGET (self));
  let_words_shrink (self);
  g_object_bind_property (self->lanes, "readout", self->readout_label, "label",
                          G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->raw_button, "active", self->lanes, "show-raw",
                          G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->motion_button, "active", self->lanes, "show-motion",
                          G_BINDING_SYNC_CREATE);
  g_signal_connect_swapped (self->faces_button, "toggled", G_CALLBACK (update_faces), self);
  mien_timeline_pane_set_state (self, NULL);
}
