/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gst/gst.h>

#include "app/application.h"
#include "app/heap.h"
#include "config.h"
#include "widgets/settings.h"

int
main (int argc, char **argv)
{
  g_autoptr (MienApplication) app = NULL;

  mien_heap_prepare ();
  mien_application_init_language ();
  if (mien_settings_get_default () == NULL)
    {
      g_printerr ("mien: the settings schema %s is not installed\n", MIEN_APP_ID);
      return 1;
    }
  gst_init (NULL, NULL);
  g_set_application_name ("Mien");
  app = mien_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
