/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/split.h"

/* Side by side needs this much for the main child beside the side's natural width. */
#define MAIN_WIDTH 380
/* Part of the height that the main child has when they are stacked. */
#define USUAL_SHARE 0.55

struct _MienSplit
{
  GtkWidget parent_instance;

  GtkWidget *main;
  GtkWidget *side;
  double main_share;
  gboolean folded;
};

G_DEFINE_TYPE (MienSplit, mien_split, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_MAIN,
  PROP_SIDE,
  PROP_MAIN_SHARE,
  PROP_FOLDED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

GtkWidget *
mien_split_new (void)
{
  return g_object_new (MIEN_TYPE_SPLIT, NULL);
}

static gboolean
is_shown (GtkWidget *child)
{
  return child != NULL && gtk_widget_should_layout (child);
}

static void
mien_split_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  MienSplit *self = MIEN_SPLIT (widget);
  int main_min = 0, main_nat = 0, side_min = 0, side_nat = 0;

  if (is_shown (self->main))
    gtk_widget_measure (self->main, orientation, -1, &main_min, &main_nat, NULL, NULL);
  if (is_shown (self->side))
    gtk_widget_measure (self->side, orientation, -1, &side_min, &side_nat, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (main_min, side_min);
      *natural = main_nat + side_nat;
      return;
    }
  /* Enough for the stacked arrangement at its least. */
  *minimum = main_min + side_min;
  *natural = MAX (*minimum, MAX (main_nat, side_nat));
}

static gboolean
needs_fold (MienSplit *self, int width, int *side_width)
{
  int min = 0;

  *side_width = 0;
  if (!is_shown (self->side))
    return FALSE;
  gtk_widget_measure (self->side, GTK_ORIENTATION_HORIZONTAL, -1, &min, side_width, NULL, NULL);
  return is_shown (self->main) && width < MAIN_WIDTH + *side_width;
}

static void
allocate_child (GtkWidget *child, int x, int y, int width, int height)
{
  GtkAllocation allocation = { x, y, width, height };

  if (is_shown (child))
    gtk_widget_size_allocate (child, &allocation, -1);
}

static void
allocate_stacked (MienSplit *self, int width, int height)
{
  int main_min = 0, side_min = 0, main_height;

  gtk_widget_measure (self->main, GTK_ORIENTATION_VERTICAL, width, &main_min, NULL, NULL, NULL);
  gtk_widget_measure (self->side, GTK_ORIENTATION_VERTICAL, width, &side_min, NULL, NULL, NULL);
  main_height = MAX (main_min, MIN ((int) (height * self->main_share), height - side_min));
  allocate_child (self->main, 0, 0, width, main_height);
  allocate_child (self->side, 0, main_height, width, MAX (height - main_height, side_min));
}

static void
mien_split_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MienSplit *self = MIEN_SPLIT (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int side_width;
  gboolean fold = needs_fold (self, width, &side_width);

  if (fold)
    allocate_stacked (self, width, height);
  else
    {
      allocate_child (self->main, rtl ? side_width : 0, 0, width - side_width, height);
      allocate_child (self->side, rtl ? 0 : width - side_width, 0, side_width, height);
    }
  if (fold == self->folded)
    return;
  self->folded = fold;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FOLDED]);
}

static void
mien_split_compute_expand (GtkWidget *widget, gboolean *hexpand, gboolean *vexpand)
{
  *hexpand = *vexpand = TRUE;
}

static void
set_child (MienSplit *self, GtkWidget **slot, GtkWidget *child, int prop)
{
  if (*slot == child)
    return;
  g_clear_pointer (slot, gtk_widget_unparent);
  *slot = child;
  if (child != NULL)
    /* In the order of reading: the main child gets the focus first. */
    gtk_widget_insert_after (child, GTK_WIDGET (self), slot == &self->side ? self->main : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
mien_split_set_main (MienSplit *self, GtkWidget *child)
{
  g_return_if_fail (MIEN_IS_SPLIT (self));
  set_child (self, &self->main, child, PROP_MAIN);
}

GtkWidget *
mien_split_get_main (MienSplit *self)
{
  g_return_val_if_fail (MIEN_IS_SPLIT (self), NULL);
  return self->main;
}

void
mien_split_set_side (MienSplit *self, GtkWidget *child)
{
  g_return_if_fail (MIEN_IS_SPLIT (self));
  set_child (self, &self->side, child, PROP_SIDE);
}

GtkWidget *
mien_split_get_side (MienSplit *self)
{
  g_return_val_if_fail (MIEN_IS_SPLIT (self), NULL);
  return self->side;
}

gboolean
mien_split_is_folded (MienSplit *self)
{
  g_return_val_if_fail (MIEN_IS_SPLIT (self), FALSE);
  return self->folded;
}

static void
mien_split_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienSplit *self = MIEN_SPLIT (object);

  switch (id)
    {
    case PROP_MAIN:
      g_value_set_object (value, self->main);
      break;
    case PROP_SIDE:
      g_value_set_object (value, self->side);
      break;
    case PROP_MAIN_SHARE:
      g_value_set_double (value, self->main_share);
      break;
    case PROP_FOLDED:
      g_value_set_boolean (value, self->folded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_split_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MienSplit *self = MIEN_SPLIT (object);

  switch (id)
    {
    case PROP_MAIN:
      mien_split_set_main (self, g_value_get_object (value));
      break;
    case PROP_SIDE:
      mien_split_set_side (self, g_value_get_object (value));
      break;
    case PROP_MAIN_SHARE:
      self->main_share = g_value_get_double (value);
      gtk_widget_queue_allocate (GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_split_dispose (GObject *object)
{
  MienSplit *self = MIEN_SPLIT (object);

  g_clear_pointer (&self->main, gtk_widget_unparent);
  g_clear_pointer (&self->side, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_split_parent_class)->dispose (object);
}

static void
mien_split_class_init (MienSplitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mien_split_get_property;
  object_class->set_property = mien_split_set_property;
  object_class->dispose = mien_split_dispose;
  widget_class->measure = mien_split_measure;
  widget_class->size_allocate = mien_split_size_allocate;
  widget_class->compute_expand = mien_split_compute_expand;
  props[PROP_MAIN] = g_param_spec_object ("main", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_SIDE] = g_param_spec_object ("side", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_MAIN_SHARE] = g_param_spec_double ("main-share", NULL, NULL, 0.0, 1.0, USUAL_SHARE,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_FOLDED] =
      g_param_spec_boolean ("folded", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "split");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_split_init (MienSplit *self)
{
  self->main_share = USUAL_SHARE;
}
