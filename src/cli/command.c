/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "config.h"

static void
print_help (FILE *to, const char *program, const MienCommand *commands)
{
  fprintf (to, "Usage: %s COMMAND [ARGUMENT...]\n\nCommands:\n", program);
  for (const MienCommand *c = commands; c->name != NULL; c++)
    fprintf (to, "  %-12s %s\n", c->name, c->summary);
  fprintf (to, "\n`%s COMMAND --help` explains one command; `%s --version` prints the version.\n",
           program, program);
}

/* What runs: "mien-cli inspect layers". */
static char *running = NULL;

const char *
mien_command_get_name (void)
{
  return running != NULL ? running : g_get_prgname ();
}

/* Help of the option parser names the program with all of its words. */
static int
run_command (const MienCommand *command, const char *program, int argc, char **argv)
{
  g_free (running);
  running = g_strjoin (" ", program, command->name, NULL);
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0)
      g_set_prgname (running);
  return command->run (argc, argv);
}

int
mien_command_fail (const char *program, const GError *error)
{
  g_autofree char *message = g_strdup (error->message);

  g_strdelimit (message, "\n\r", ' ');
  fprintf (stderr, "%s: %s\n", program, message);
  return mien_error_get_exit_code (error);
}

int
mien_command_main (const char *program, const MienCommand *commands, int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_set_prgname (program);
  if (argc < 2)
    {
      print_help (stderr, program, commands);
      return 1;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
      || strcmp (argv[1], "help") == 0)
    {
      print_help (stdout, program, commands);
      return 0;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      printf ("%s %s\n", program, MIEN_VERSION);
      return 0;
    }
  for (const MienCommand *c = commands; c->name != NULL; c++)
    if (strcmp (argv[1], c->name) == 0)
      return run_command (c, program, argc - 1, argv + 1);
  fprintf (stderr, "%s: unknown command '%s'; see `%s --help`\n", program, argv[1], program);
  return 1;
}
