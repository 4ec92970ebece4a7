/* What the parts of the window share. Every field belongs to the main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/analysis.h"
#include "analysis/live.h"
#include "app/window.h"
#include "media/camera-list.h"
#include "media/camera.h"
#include "media/player.h"
#include "widgets/analysis-bar.h"
#include "widgets/camera-bar.h"
#include "widgets/job-bar.h"
#include "widgets/latency.h"
#include "widgets/network-page.h"
#include "widgets/side-panel.h"
#include "widgets/split.h"
#include "widgets/statistics-page.h"
#include "widgets/timeline-pane.h"
#include "widgets/transport.h"
#include "widgets/video-view.h"

G_BEGIN_DECLS

struct _MienWindow
{
  AdwApplicationWindow parent_instance;

  GtkWidget *content_box;
  GtkWidget *header;
  AdwWindowTitle *window_title;
  AdwSplitButton *open_button;
  GtkWidget *camera_button;
  GtkWidget *analyse_button;
  AdwButtonContent *analyse_content;
  GtkWidget *export_button;
  AdwButtonContent *export_content;
  GMenu *recent_section;
  GtkDropTarget *drop_target;
  AdwToastOverlay *toast_overlay;
  GtkStack *root_stack;
  GtkSpinner *loading_spinner;
  AdwStatusPage *error_page;
  GtkWidget *error_retry;
  GtkWidget *view_switcher;
  AdwViewStack *view_stack;
  GtkPaned *paned;
  MienSplit *split;
  MienVideoView *video_view;
  GtkWidget *missing_box;
  GtkLabel *missing_label;
  MienCameraBar *camera_bar;
  GtkRevealer *transport_revealer;
  MienTransport *transport;
  GtkWidget *side_scroller;
  MienSidePanel *side_panel;
  MienTimelinePane *timeline_pane;
  MienStatisticsPage *statistics_page;
  MienNetworkPage *network_page;
  GtkBox *jobs_box; /* of MienJobBar */
  GtkRevealer *analysis_revealer;
  MienAnalysisBar *analysis_bar;

  MienWindowState state;
  MienSession *session;
  char *toast_text;
  GtkNativeDialog *chooser; /* GTK does not keep a native dialog alive */

  /* window-save.c */
  MienJobBar *saving;        /* of the document; NULL when it is not being saved */
  gboolean close_when_saved; /* somebody wanted the window to go meanwhile */

  /* window-open.c */
  GFile *file;           /* what was opened: a film or a document */
  char *film_path;       /* of the film, NULL for a camera */
  MienPlayer *player;    /* NULL for a camera and before anything is open */
  GCancellable *opening; /* of the document or camera that is being opened */
  gboolean seeking;      /* the playhead is ahead of the picture */
  gboolean autoplay;     /* play as soon as the first picture is there */

  /* window-analysis.c */
  MienAnalysis *analysis;
  GCancellable *analysis_cancel;
  guint inhibit_cookie;
  MienModels *models;           /* loaded once a look ahead or a camera needs them */
  GCancellable *models_loading; /* of the load under way; NULL: none */
  gboolean models_failed;       /* what the preferences name cannot be loaded */
  MienLive *live;

  /* window-camera.c */
  MienCamera *camera;       /* NULL too while another one is chosen for the same document */
  MienCameraList *cameras;  /* as long as a camera is shown; NULL at first */
  GtkWidget *clicked_chart; /* weak; where the menu was asked for, or what was pressed last */
  MienLatency *latency;
  gint64 latency_shown_us;   /* when the bar was told last */
  GArray *waiting_faces;     /* of MienSample, of the last result, shown with the next picture */
  gint64 waiting_capture_ns; /* -1: nothing waits */
  guint waiting_source;      /* shows them when no picture comes */
  gint64 camera_frame;       /* number of the camera document's next frame */
  gint64 camera_begin_ns;    /* capture time that is 0 in the document, -1 before the first frame */
  gint64 camera_last_ns;     /* newest time in the document */
  gint32 camera_first_track; /* added to the tracks of the live evaluation: it may begin anew */
  gint32 camera_next_track;
  char *recording_path; /* NULL: nothing is recorded */

  /* window-fullscreen.c */
  guint hide_source;

  /* window.c: the height below the divider and the whole height when the window last placed it. */
  int placed_below, placed_height;

  gboolean closing; /* the person has been asked */
};

/* window.c */
void mien_window_set_state (MienWindow *self, MienWindowState state);
void mien_window_show_error (MienWindow *self, const char *title, const char *text);
void mien_window_toast (MienWindow *self, const char *text);
/* With a button that activates @action of the window. */
void mien_window_toast_with_action (MienWindow *self,
                                    const char *text,
                                    const char *button,
                                    const char *action);
void mien_window_emit_exported (MienWindow *self, gboolean ok);
void mien_window_emit_saved (MienWindow *self, gboolean ok);
void mien_window_update_title (MienWindow *self);
void mien_window_update_actions (MienWindow *self);
void mien_window_show_frame (MienWindow *self, MienFrame *frame);

/* window-actions.c */
void mien_window_add_actions (MienWindow *self);
void mien_window_update_recent (MienWindow *self);

/* window-save.c */
/* A bar for what is written in the background; borrowed, in the window until it is ended or the
 * window goes. */
MienJobBar *mien_window_add_job (MienWindow *self, const char *title, GCancellable *cancellable);
/* Takes the bar away, or has it tell @error (nullable), which it then goes on telling. */
void mien_window_end_job (MienWindow *self, MienJobBar *bar, const GError *error);
void mien_window_cancel_jobs (MienWindow *self);

/* window-open.c */
/* A dialog of the window's, kept as its chooser; borrowed. */
GtkFileChooserNative *mien_window_new_chooser (MienWindow *self,
                                               const char *title,
                                               GtkFileChooserAction action,
                                               GCallback response);
/* What a response of such a dialog says: the path that was chosen, or NULL. The dialog is let go.
 */
char *mien_window_end_chooser (MienWindow *self, GtkNativeDialog *dialog, int response);
void mien_window_remember_recent (MienWindow *self);
void mien_window_close_film (MienWindow *self);
void mien_window_choose_film (MienWindow *self);
void mien_window_locate_film (MienWindow *self);
void mien_window_save_as (MienWindow *self);
void mien_window_save (MienWindow *self);

/* window-analysis.c */
void mien_window_start_analysis (MienWindow *self, gboolean resume);
void mien_window_stop_analysis (MienWindow *self);
/* Loads the models in a thread when they are not there, and makes the live evaluation. */
void mien_window_ensure_live (MienWindow *self);
void mien_window_drop_live (MienWindow *self);
/* The next look loads what the preferences name then; what stands is looked at anew. */
void mien_window_forget_models (MienWindow *self);

/* window-copy.c: the clipboard and the menu of charts. */
void mien_window_init_copy (MienWindow *self);
/* Looks at @frame when the film is not analysed there. */
void mien_window_look_ahead (MienWindow *self, MienFrame *frame);
void mien_window_update_timeline_state (MienWindow *self);
/* Filters as the preferences have them. */
void mien_window_apply_filters (MienDocument *document);

/* window-camera.c */
void mien_window_camera_result (MienWindow *self, const MienLiveResult *result);
void mien_window_init_camera (MienWindow *self);
void mien_window_close_camera (MienWindow *self);

/* window-record.c */
/* Starts recording, after asking where to, or stops it. */
void mien_window_set_recording (MienWindow *self, gboolean on);
/* window-people.c */
void mien_window_add_people_actions (MienWindow *self);

/* window-export.c */
void mien_window_choose_export (MienWindow *self, const char *output);
void mien_window_choose_marks (MienWindow *self);

/* window-fullscreen.c */
void mien_window_init_fullscreen (MienWindow *self);
void mien_window_dispose_fullscreen (MienWindow *self);

G_END_DECLS
