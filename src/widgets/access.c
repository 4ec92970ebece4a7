/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/access.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

/* Where the last part in brackets begins, the full-width ones of Chinese and Japanese too. NULL
 * when there is none, or nothing before it. */
static const char *
find_bracket (const char *text)
{
  const char *bracket = NULL;

  if (g_str_has_suffix (text, "）"))
    bracket = g_strrstr (text, "（");
  else if (g_str_has_suffix (text, ")"))
    bracket = strrchr (text, '(');
  return bracket == text ? NULL : bracket;
}

char *
mien_access_dup_name (const char *text, gboolean use_underline)
{
  g_autoptr (GString) name = g_string_new (NULL);
  const char *bracket;

  g_return_val_if_fail (text != NULL, NULL);
  for (const char *p = text; *p != '\0'; p++)
    if (*p != '_' || !use_underline || (p > text && p[-1] == '_'))
      g_string_append_c (name, *p);
  bracket = find_bracket (name->str);
  if (bracket != NULL)
    g_string_truncate (name, (gsize) (bracket - name->str));
  return g_strchomp (g_strdup (name->str));
}

char *
mien_access_dup_rest (const char *tooltip, const char *name)
{
  const char *bracket;
  g_autofree char *before = NULL;

  g_return_val_if_fail (tooltip != NULL && name != NULL, NULL);
  bracket = find_bracket (tooltip);
  before = mien_access_dup_name (tooltip, FALSE);
  if (!g_str_equal (before, name))
    return g_strdup (tooltip);
  if (bracket == NULL)
    return g_strdup ("");
  bracket = g_utf8_next_char (bracket);
  /* Its own closing bracket is as long as the opening one. */
  return g_strndup (bracket, strlen (bracket) - (g_str_has_suffix (bracket, ")") ? 1 : 3));
}

static void
set_name (GtkWidget *widget, const char *text, gboolean use_underline)
{
  g_autofree char *name = NULL;

  if (text == NULL || *text == '\0')
    return;
  name = mien_access_dup_name (text, use_underline);
  /* Or it would be read before what labels it, the same again. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* --- controls --------------------------------------------------------------------------------- */

static void
set_description (GtkWidget *widget, const char *text)
{
  if (*text == '\0')
    gtk_accessible_reset_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
  else
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    text, -1);
}

/* GTK describes by the whole tooltip, of which the name is made. */
static void
describe_by_tooltip (GtkWidget *widget, const char *name)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);
  g_autofree char *rest = NULL;

  if (tooltip == NULL || name == NULL)
    return;
  rest = mien_access_dup_rest (tooltip, name);
  set_description (widget, rest);
}

/* A tooltip of a button without words may change with what the button does. */
static void
button_cb (GtkButton *button, GParamSpec *pspec, gpointer data)
{
  const char *label = gtk_button_get_label (button);
  const char *tooltip = gtk_widget_get_tooltip_text (GTK_WIDGET (button));
  gboolean has_words = label != NULL && *label != '\0';
  gboolean use_underline = has_words && gtk_button_get_use_underline (button);
  const char *text = has_words ? label : tooltip;
  g_autofree char *name = text == NULL ? NULL : mien_access_dup_name (text, use_underline);

  set_name (GTK_WIDGET (button), text, use_underline);
  describe_by_tooltip (GTK_WIDGET (button), name);
}

/* The button inside has the focus: it is told what it opens and, after that, its label. */
static void
label_cb (GtkMenuButton *button, GParamSpec *pspec, gpointer data)
{
  const char *tooltip = gtk_widget_get_tooltip_text (GTK_WIDGET (button));
  const char *label = gtk_menu_button_get_label (button);
  GtkWidget *inside = gtk_widget_get_first_child (GTK_WIDGET (button));

  if (inside == NULL)
    return;
  set_name (GTK_WIDGET (button), tooltip, FALSE);
  set_description (GTK_WIDGET (button), "");
  set_description (inside, "");
  if (label == NULL || *label == '\0')
    set_name (inside, tooltip, FALSE);
  else if (tooltip == NULL)
    set_name (inside, label, gtk_menu_button_get_use_underline (button));
  else
    {
      g_autofree char *name = mien_access_dup_name (tooltip, FALSE);
      g_autofree char *both = g_strdup_printf ("%s: %s", name, label);

      set_name (inside, g_str_has_prefix (name, label) ? name : both, FALSE);
    }
}

static void
chosen_cb (GtkDropDown *dropdown, GParamSpec *pspec, gpointer data)
{
  const char *what = gtk_widget_get_tooltip_text (GTK_WIDGET (dropdown));
  GtkWidget *inside = gtk_widget_get_first_child (GTK_WIDGET (dropdown));
  gpointer item = gtk_drop_down_get_selected_item (dropdown);
  const char *chosen = GTK_IS_STRING_OBJECT (item) ? gtk_string_object_get_string (item) : NULL;
  g_autofree char *text = NULL;

  if (what == NULL || inside == NULL)
    return;
  set_name (GTK_WIDGET (dropdown), what, FALSE);
  set_description (GTK_WIDGET (dropdown), "");
  text = chosen == NULL ? g_strdup (what) : g_strdup_printf ("%s: %s", what, chosen);
  set_name (inside, text, FALSE);
}

/* --- rows ------------------------------------------------------------------------------------- */

static void
row_cb (AdwActionRow *row, GParamSpec *pspec, gpointer data)
{
  const char *subtitle = adw_action_row_get_subtitle (row);
  GtkWidget *control = adw_action_row_get_activatable_widget (row);
  g_autofree char *text = NULL;

  /* Subtitles are markup. */
  if (subtitle == NULL || !pango_parse_markup (subtitle, -1, 0, NULL, &text, NULL, NULL))
    return;
  set_description (GTK_WIDGET (row), text);
  if (control != NULL)
    set_description (control, text);
}

static void
combo_cb (AdwComboRow *row, GParamSpec *pspec, gpointer data)
{
  const char *title = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row));
  gpointer item = adw_combo_row_get_selected_item (row);
  g_autofree char *name = NULL, *text = NULL;

  if (!GTK_IS_STRING_OBJECT (item))
    return;
  name = mien_access_dup_name (title,
                               adw_preferences_row_get_use_underline (ADW_PREFERENCES_ROW (row)));
  text = g_strdup_printf ("%s: %s", name, gtk_string_object_get_string (item));
  set_name (GTK_WIDGET (row), text, FALSE);
}

static void
edited_cb (GtkEditable *editable, GParamSpec *pspec, gpointer data)
{
  set_name (GTK_WIDGET (editable), gtk_editable_get_text (editable), FALSE);
}

/* --- what is not shown ------------------------------------------------------------------------ */

static void
set_hidden (GtkWidget *widget, gboolean hidden)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
}

static void
hide_pages (GtkWidget *stack, GtkWidget *shown)
{
  for (GtkWidget *page = gtk_widget_get_first_child (stack); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    set_hidden (page, page != shown);
}

static void
page_cb (GObject *stack, GParamSpec *pspec, gpointer data)
{
  g_autoptr (GtkWidget) shown = NULL;

  g_object_get (stack, "visible-child", &shown, NULL);
  hide_pages (GTK_WIDGET (stack), shown);
}

static void
revealed_cb (GtkRevealer *revealer, GParamSpec *pspec, gpointer data)
{
  if (gtk_revealer_get_child (revealer) != NULL)
    set_hidden (gtk_revealer_get_child (revealer), !gtk_revealer_get_reveal_child (revealer));
}

/* --- all of it -------------------------------------------------------------------------------- */

static void
complete (GtkWidget *widget)
{
  if (GTK_IS_MENU_BUTTON (widget))
    {
      g_signal_connect (widget, "notify::label", G_CALLBACK (label_cb), NULL);
      label_cb (GTK_MENU_BUTTON (widget), NULL, NULL);
    }
  else if (GTK_IS_DROP_DOWN (widget))
    {
      g_signal_connect (widget, "notify::selected-item", G_CALLBACK (chosen_cb), NULL);
      chosen_cb (GTK_DROP_DOWN (widget), NULL, NULL);
    }
  else if (GTK_IS_EDITABLE_LABEL (widget))
    {
      g_signal_connect (widget, "notify::text", G_CALLBACK (edited_cb), NULL);
      edited_cb (GTK_EDITABLE (widget), NULL, NULL);
    }
  else if (GTK_IS_EXPANDER (widget))
    set_name (widget, gtk_expander_get_label (GTK_EXPANDER (widget)),
              gtk_expander_get_use_underline (GTK_EXPANDER (widget)));
  else if (GTK_IS_BUTTON (widget) && !GTK_IS_MENU_BUTTON (gtk_widget_get_parent (widget))
           && !GTK_IS_DROP_DOWN (gtk_widget_get_parent (widget)))
    {
      g_signal_connect (widget, "notify::tooltip-text", G_CALLBACK (button_cb), NULL);
      button_cb (GTK_BUTTON (widget), NULL, NULL);
    }
  else if (ADW_IS_ACTION_ROW (widget))
    {
      g_signal_connect (widget, "notify::subtitle", G_CALLBACK (row_cb), NULL);
      row_cb (ADW_ACTION_ROW (widget), NULL, NULL);
      if (ADW_IS_COMBO_ROW (widget))
        {
          g_signal_connect (widget, "notify::selected-item", G_CALLBACK (combo_cb), NULL);
          combo_cb (ADW_COMBO_ROW (widget), NULL, NULL);
        }
    }
  else if (GTK_IS_SCROLLBAR (widget)
           || (GTK_IS_IMAGE (widget) && gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON) != NULL))
    set_hidden (widget, TRUE);
  else if (ADW_IS_VIEW_SWITCHER (widget))
    /* Translators: what a screen reader says before the names of a window's pages. */
    set_name (widget, _ ("Pages"), FALSE);
  else if (GTK_IS_STACK (widget) || ADW_IS_VIEW_STACK (widget) || ADW_IS_SQUEEZER (widget))
    {
      g_signal_connect (widget, "notify::visible-child", G_CALLBACK (page_cb), NULL);
      page_cb (G_OBJECT (widget), NULL, NULL);
    }
  else if (GTK_IS_REVEALER (widget))
    {
      g_signal_connect (widget, "notify::reveal-child", G_CALLBACK (revealed_cb), NULL);
      revealed_cb (GTK_REVEALER (widget), NULL, NULL);
    }
}

void
mien_access_complete (GtkWidget *root)
{
  g_return_if_fail (GTK_IS_WIDGET (root));
  complete (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    mien_access_complete (child);
}
