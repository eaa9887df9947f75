/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onair-hls-check: plays an HLS presentation and tells which rules it breaks. */
#include <glib-unix.h>
#include <locale.h>
#include <string.h>

#include "fetchplayer.h"
#include "report.h"
#include "ruletable.h"

#define EXIT_BROKEN 1
#define EXIT_UNCHECKED 2

#define DEFAULT_DURATION 60     /* s */
#define DEFAULT_TOLERANCE 500   /* ms */
#define MAX_DURATION (30 * 24 * 3600)

typedef struct
{
  gint duration, tolerance;
  gboolean json, verbose, rules, markdown;
  gchar **ignore;
  PlayerOptions player;
} Arguments;

static GOptionContext *
option_context (Arguments * self)
{
  GOptionContext *context = g_option_context_new ("URL");
  GOptionEntry entries[] = {
    {"duration", 'd', 0, G_OPTION_ARG_INT, &self->duration,
        "how long to play, seconds (60)", "SECONDS"},
    {"tolerance", 't', 0, G_OPTION_ARG_INT, &self->tolerance,
        "what network and machine may be late, ms (500)", "MS"},
    {"ignore", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &self->ignore,
        "do not judge by these rules", "N[,N]"},
    {"header", 'H', 0, G_OPTION_ARG_STRING_ARRAY, &self->player.fetch.headers,
        "send this with each request", "'NAME: VALUE'"},
    {"insecure", 'k', 0, G_OPTION_ARG_NONE, &self->player.fetch.insecure,
        "take any certificate", NULL},
    {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &self->player.fetch.ca_file,
        "certificates to trust, PEM", "FILE"},
    {"json", 'j', 0, G_OPTION_ARG_NONE, &self->json,
        "print one JSON object", NULL},
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose,
        "tell of each request on standard error", NULL},
    {"rules", 0, 0, G_OPTION_ARG_NONE, &self->rules,
        "list the rules and stop", NULL},
    {"markdown", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &self->markdown,
        "with --rules: as a table", NULL},
    {NULL},
  };

  g_option_context_set_summary (context, "Plays an HLS presentation as a player"
      " would and tells which rules it breaks.\nExit status: 0 no MUST is"
      " broken, 1 one is, 2 it could not be checked.");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean
ignore_rules (Verdict * verdict, gchar ** lists)
{
  guint i, j;

  for (i = 0; lists != NULL && lists[i] != NULL; i++) {
    g_auto (GStrv) numbers = g_strsplit (lists[i], ",", -1);

    for (j = 0; numbers[j] != NULL; j++) {
      guint64 n;

      if (!g_ascii_string_to_unsigned (numbers[j], 10, 1, VERDICT_RULES - 1,
              &n, NULL)) {
        g_printerr ("--ignore: \"%s\" is no rule\n", numbers[j]);
        return FALSE;
      }
      verdict_ignore (verdict, n);
    }
  }
  return TRUE;
}

static gpointer
wait_for_signals (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

static gboolean
on_signal (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_CONTINUE;
}

static void
print_report (const Arguments * self, const HlsCheck * check,
    const PlayerCounts * counts, guint64 start)
{
  ReportFacts facts = { self->player.url, 0, check->renditions->len,
    counts->playlists, counts->held, counts->media, counts->bytes,
    counts->probes, start
  };
  g_autofree gchar *text = NULL;

  facts.seconds = (fetch_now () - start + M3U8_SECOND / 2) / M3U8_SECOND;
  text = self->json ? report_json (&check->verdict, &facts)
      : report_text (&check->verdict, &facts);
  g_print ("%s", text);
}

static gboolean
saw_a_playlist (const HlsCheck * check)
{
  guint i;

  for (i = 0; i < check->renditions->len; i++) {
    if (((HlsRendition *) g_ptr_array_index (check->renditions, i))->snapshots)
      return TRUE;
  }
  return FALSE;
}

static gint
run (Arguments * self)
{
  HlsCheck *check = hls_check_new (self->tolerance * HLS_MS);
  PlayerCounts counts = { 0, };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  guint64 start = fetch_now ();
  gint status = EXIT_UNCHECKED;
  GThread *signals;

  g_unix_signal_add (SIGINT, on_signal, cancellable);
  g_unix_signal_add (SIGTERM, on_signal, cancellable);
  signals = g_thread_new ("signals", wait_for_signals, loop);
  if (ignore_rules (&check->verdict, self->ignore)) {
    g_printerr ("checking for %u s\n", self->player.duration);
    if (!player_run (&self->player, check, &counts, cancellable, &error)) {
      g_autofree gchar *text = verdict_clean_text (error->message);

      g_printerr ("%s\n", text);
    } else {
      print_report (self, check, &counts, start);
      if (verdict_count (&check->verdict, VERDICT_MUST) > 0)
        status = EXIT_BROKEN;
      else if (saw_a_playlist (check))
        status = 0;
      else
        g_printerr ("no media playlist could be read\n");
    }
  }
  g_main_loop_quit (loop);
  g_thread_join (signals);
  hls_check_free (check);
  return status;
}

static gboolean
arguments_are_good (Arguments * self, gint argc, gchar ** argv)
{
  if (self->rules)
    return TRUE;
  if (argc != 2 || (!g_str_has_prefix (argv[1], "http://")
          && !g_str_has_prefix (argv[1], "https://"))) {
    g_printerr ("onair-hls-check: one http or https URL is needed; see"
        " --help\n");
    return FALSE;
  }
  if (self->duration < 1 || self->duration > MAX_DURATION
      || self->tolerance < 0 || self->tolerance > 60000) {
    g_printerr ("onair-hls-check: --duration is 1 to %d s, --tolerance 0 to"
        " 60000 ms\n", MAX_DURATION);
    return FALSE;
  }
  self->player.url = argv[1];
  self->player.duration = self->duration;
  self->player.tolerance = self->tolerance * HLS_MS;
  self->player.verbose = self->verbose;
  return TRUE;
}

int
main (int argc, char **argv)
{
  Arguments self = { DEFAULT_DURATION, DEFAULT_TOLERANCE, };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  gint status;

  setlocale (LC_ALL, "");
  /* Numbers look the same everywhere. */
  setlocale (LC_NUMERIC, "C");
  context = option_context (&self);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("onair-hls-check: %s\n", error->message);
    return EXIT_UNCHECKED;
  }
  if (!arguments_are_good (&self, argc, argv))
    return EXIT_UNCHECKED;
  if (self.rules) {
    g_autofree gchar *text = report_rules (self.markdown);

    g_print ("%s", text);
    return 0;
  }
  status = run (&self);
  g_free (self.player.fetch.ca_file);
  g_strfreev (self.player.fetch.headers);
  g_strfreev (self.ignore);
  return status;
}
