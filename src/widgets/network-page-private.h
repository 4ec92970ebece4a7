/* The parts of the network page know each other by this.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/dataset.h"
#include "insight/dependence.h"
#include "insight/kernels.h"
#include "insight/response.h"
#include "widgets/network-page.h"
#include "widgets/plot-view.h"
#include "widgets/split.h"

G_BEGIN_DECLS

/* Labelled pictures that are open; shared with the worker that measures over them (atomic). */
typedef struct
{
  MienDataset *dataset;
  char *path;
} MienNetworkData;

void mien_network_data_unref (MienNetworkData *self);

typedef enum
{
  MIEN_NETWORK_JOB_OPEN,
  MIEN_NETWORK_JOB_RESPONSE,
  MIEN_NETWORK_JOB_ROBUSTNESS,
} MienNetworkJob;

struct _MienNetworkPage
{
  GtkWidget parent_instance;

  /* Template. */
  GtkStack *stack;
  AdwStatusPage *error_page;
  MienSplit *split;
  GtkDropDown *model_dropdown, *layer_dropdown, *view_dropdown;
  GtkWidget *layer_scroller;
  GtkListBox *layer_list;
  GtkStack *view_stack;
  GtkWidget *view_switcher;
  MienPlotView *kernel_view, *map_view, *response_view, *influence_view, *face_view;
  GtkDropDown *kernel_order, *sweep_dropdown, *class_dropdown, *method_dropdown;
  GtkToggleButton *kernel_scale;
  GtkDropDown *source_dropdown;
  GtkToggleButton *map_overlay;
  GtkDropDown *response_kind;
  GtkWidget *response_back, *response_measure;
  AdwStatusPage *response_empty, *influence_empty; /* over the view, while it has nothing */
  GtkWidget *influence_measure, *influence_save, *influence_menu;
  GtkBox *kernel_bar, *map_bar, *response_bar, *influence_bar; /* words and controls of a view */
  GtkExpander *words_expander;
  GtkWidget *job_box, *job_cancel;
  GtkProgressBar *job_bar;
  GtkWidget *saliency_box;
  GtkLabel *kernel_note, *map_note, *response_note, *influence_note;
  GtkLabel *face_note, *share_label, *method_label, *words_label;
  MienTransport *transport;

  MienSession *session;
  MienFrame *frame;
  MienScope *scope;
  char *model_name;
  char *layer;
  GPtrArray *files; /* of char *: what the entries of the model menu stand for */
  gboolean is_filling;
  guint fold_source, ask_source;

  /* Kernels of the chosen layer. */
  MienTensor *weights;
  GArray *stats;
  GtkWidget *slice_popover;
  MienPlotView *slice_view;
  GtkLabel *slice_label;
  guint slice_out, slice_in;
  gboolean is_slice_chosen;

  /* The last answer. */
  MienTensor *face, *maps, *unit, *saliency;
  char *maps_layer;
  int unit_box[4];
  guint channel, row, column; /* of the chosen unit */
  gboolean is_unit_chosen;
  guint hovered[3]; /* channel, row, column under the pointer */
  gboolean is_hovering;
  gboolean was_timed;
  MienInfluence *influence;

  MienResponse *response;
  int response_layer; /* shown by channels, -1: all layers */
  int response_row;   /* chosen, -1: none */
  guint example_channel;
  GtkWidget *example_popover, *example_button;
  MienPlotView *example_view;
  GtkLabel *example_label;

  /* Labelled pictures, and the piece of work under way. */
  MienNetworkData *data;
  GTask *job;
  guint job_tick;

  /* Influence. */
  MienDependence *factors[MIEN_N_FACTORS]; /* NULL until worked out */
  guint film_source;
  GPtrArray *sweeps; /* of MienInfluence, over labelled pictures; NULL until measured */
  char *sweeps_words;
};

const MienLayer *mien_network_page_find_layer (MienNetworkPage *self);
const char *mien_network_page_get_view (MienNetworkPage *self);
/* Asks the scope about the face that stands, for what is on the screen. */
void mien_network_page_ask (MienNetworkPage *self);

void mien_network_page_update_words (MienNetworkPage *self);
/* Says it to the person. */
void mien_network_page_tell (MienNetworkPage *self, const char *problem);

/* network-page-data.c */
void mien_network_page_init_data (MienNetworkPage *self);
/* Reads labelled pictures in the background, then does @next; MIEN_NETWORK_JOB_OPEN: no more. */
void mien_network_page_open_data (MienNetworkPage *self, const char *path, MienNetworkJob next);
/* With @path NULL over what is open; where nothing is, what was open last, or a dialog asks. */
void mien_network_page_start_job (MienNetworkPage *self, MienNetworkJob kind, const char *path);
/* Whether pictures are open. Begins to open those of the last time. */
gboolean mien_network_page_find_data (MienNetworkPage *self);
void mien_network_page_cancel_job (MienNetworkPage *self);
/* Faces that were cut out for another model. */
void mien_network_page_forget_ranges (MienNetworkPage *self);

/* network-page-examples.c */
void mien_network_page_init_examples (MienNetworkPage *self);
/* What the chosen layer's @channel answers to and what is lost without it. */
char *mien_network_page_dup_channel_words (MienNetworkPage *self, guint channel);
/* Opens the pictures that it answers to most beside @at of the response view. */
void
mien_network_page_show_examples (MienNetworkPage *self, guint channel, const cairo_rectangle_t *at);
/* Other labelled pictures are open. */
void mien_network_page_data_changed (MienNetworkPage *self);

/* network-page-influence.c */
void mien_network_page_init_influence (MienNetworkPage *self);
void mien_network_page_clear_influence (MienNetworkPage *self);
void mien_network_page_update_influence (MienNetworkPage *self);
/* Says with @title and the words of @note that a view has nothing to draw; NULL: it has. */
void mien_network_page_show_empty (AdwStatusPage *empty, GtkLabel *note, const char *title);
MienNetworkSource mien_network_page_get_source (MienNetworkPage *self);
/* What the document holds may be something else now. */
void mien_network_page_film_changed (MienNetworkPage *self);
/* Takes both. */
void mien_network_page_take_sweeps (MienNetworkPage *self, GPtrArray *sweeps, char *words);

/* network-page-kernels.c */
void mien_network_page_init_kernels (MienNetworkPage *self);
void mien_network_page_update_kernels (MienNetworkPage *self);

/* network-page-layers.c */
void mien_network_page_init_layers (MienNetworkPage *self);
void mien_network_page_fill_layers (MienNetworkPage *self);
/* The one that is shown first of a network. */
void mien_network_page_choose_first_layer (MienNetworkPage *self);
/* @times: milliseconds, one a layer. */
void mien_network_page_show_times (MienNetworkPage *self, const float *times);

/* network-page-places.c: what stands where by the room there is */
void mien_network_page_init_places (MienNetworkPage *self);
void mien_network_page_place (MienNetworkPage *self);

/* network-page-maps.c */
void mien_network_page_init_maps (MienNetworkPage *self);
void mien_network_page_update_maps (MienNetworkPage *self);

/* network-page-response.c */
void mien_network_page_init_response (MienNetworkPage *self);
void mien_network_page_load_response (MienNetworkPage *self);
void mien_network_page_take_response (MienNetworkPage *self, MienResponse *response);
/* Of each channel of the chosen layer; NULL when it is not known. */
double *mien_network_page_dup_selectivity (MienNetworkPage *self, guint n_channels);

/* network-page-popover.c */
/* A child of the page: what lies on a view is scrolled away with it. */
GtkWidget *mien_network_popover_new (MienNetworkPage *self, GtkWidget *content);
/* Beside @at of @view. @width: of its content, with text of 100 %. */
void mien_network_popover_show (GtkWidget *popover,
                                GtkWidget *view,
                                int width,
                                const cairo_rectangle_t *at);

/* network-page-face.c */
void mien_network_page_init_face (MienNetworkPage *self);
void mien_network_page_update_face (MienNetworkPage *self, const MienScopeAnswer *answer);

/* network-page-words.c: what a view shows, how it is computed, what not to conclude. */
const char *mien_network_words_get_view (const char *view, MienNetworkSource source);
const char *mien_network_words_get_method (MienSaliencyMethod method);
const char *mien_network_words_get_region (MienRegion region);
const char *mien_network_words_get_sweep (MienSweep sweep);
/* "64 × 24 × 24" */
char *mien_network_words_dup_shape (const MienLayer *layer);
/* "36.9 k", "21.2 M" */
char *mien_network_words_dup_count (double count);

G_END_DECLS
