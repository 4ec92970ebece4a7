/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/notice.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "widgets/settings.h"

/* Reference: Regulation (EU) 2024/1689, Article 5(1)(f) (workplace and education) and Article 50(3)
 * (people exposed to an emotion recognition system are told); Regulation (EU) 2016/679. */
const char *
mien_notice_get_markup (void)
{
  return _ (
      "<b>What it can know.</b> Mien measures how a face looks, not what a person feels. "
      "Its models agree with human raters on a part of faces only, and less on some groups of "
      "people, poses and lights. The measured accuracy of each model stands in its card; nothing "
      "beyond it is claimed. Do not base a decision about a person on it.\n\n"
      "<b>Privacy.</b> Everything is computed on this computer. Nothing is sent anywhere. Faces "
      "and what is read from them are personal data: ask the people you film.\n\n"
      "<b>Law.</b> In the European Union, inferring emotions of people at work or in education is "
      "forbidden, except for medical or safety reasons, and people elsewhere have to be told that "
      "such a system looks at them. Other places have rules of their own.");
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  if (g_strcmp0 (response, "accept") == 0)
    g_settings_set_boolean (mien_settings_get_default (), MIEN_SETTINGS_NOTICE_ACCEPTED, TRUE);
}

void
mien_notice_present (GtkWindow *parent)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, _ ("Before You Start"), NULL);
  AdwMessageDialog *self = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_set_body_use_markup (self, TRUE);
  adw_message_dialog_set_body (self, mien_notice_get_markup ());
  adw_message_dialog_add_response (self, "accept", _ ("_Understood"));
  adw_message_dialog_set_default_response (self, "accept");
  adw_message_dialog_set_close_response (self, "accept");
  gtk_widget_set_name (dialog, "notice");
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
mien_notice_present_once (GtkWindow *parent)
{
  if (!g_settings_get_boolean (mien_settings_get_default (), MIEN_SETTINGS_NOTICE_ACCEPTED))
    mien_notice_present (parent);
}
