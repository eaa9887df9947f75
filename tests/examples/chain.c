/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole receiving chain: redundant inputs, probes, ladder, origin.
 *
 *   onair-chain [--port 8080] [--ladder "720p@2500k audio@128k"] URI [URI...]
 *
 * The same as the gst-launch-1.0 line that it prints; on top of that it tells
 * each event in a line of its own, ends the stream properly at SIGINT, and says
 * at the end what the viewer missed. */
#include <gst/gst.h>
#include <glib-unix.h>
#include <string.h>

#define DEFAULT_LADDER "source@2500k 360p@800k 240p@400k audio@128k"

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  gint64 start;                 /* us */
  gboolean raw;
  gint64 ending;                /* us, 0 = not yet */
  int status;
} Chain;

static gchar *
describe (gchar ** uris, const gchar * ladder, gint port,
    const gchar * location, const gchar * script)
{
  GString *line = g_string_new (NULL);
  g_autofree gchar *joined = g_strjoinv (" ", uris);
  g_auto (GStrv) rungs = g_strsplit_set (ladder, " ,", -1);
  guint i, video = 0, audio = 0;

  g_string_append_printf (line, "redundantsrc name=in uris=\"%s\"\n", joined);
  g_string_append_printf (line, "  in.video ! queue ! healthprobe"
      " name=video-probe ! ladder.video\n");
  g_string_append_printf (line, "  in.audio ! queue ! healthprobe"
      " name=audio-probe ! ladder.audio\n");
  g_string_append_printf (line, "  abrladderbin name=ladder ladder=\"%s\"\n",
      ladder);
  for (i = 0; rungs[i] != NULL; i++) {
    gboolean is_audio = g_str_has_prefix (rungs[i], "audio")
        || g_str_has_prefix (rungs[i], "aac");
    guint n = is_audio ? audio++ : video++;

    if (*rungs[i] != '\0')
      g_string_append_printf (line, "  ladder.%s_%u ! origin.%s_%u\n",
          is_audio ? "audio" : "video", n, is_audio ? "audio" : "video", n);
  }
  g_string_append_printf (line, "  llhlssink name=origin port=%d", port);
  if (location != NULL)
    g_string_append_printf (line, " location=\"%s\"", location);
  if (script != NULL)
    g_string_append_printf (line, " player-script=\"%s\"", script);
  return g_string_free (line, FALSE);
}

/* What is within an input (its bond) goes by the input's name. */
static gchar *
speaker (GstMessage * message)
{
  g_autoptr (GstObject) object = gst_object_ref (GST_MESSAGE_SRC (message));

  while (object != NULL
      && !g_str_has_prefix (GST_OBJECT_NAME (object), "input-")) {
    GstObject *parent = gst_object_get_parent (object);

    gst_object_unref (object);
    object = parent;
  }
  return g_strdup (object != NULL ? GST_OBJECT_NAME (object) :
      GST_MESSAGE_SRC_NAME (message));
}

static void
tell_event (Chain * chain, GstMessage * message)
{
  const GstStructure *facts = gst_message_get_structure (message);
  const gchar *summary = gst_structure_get_string (facts, "summary");
  const gchar *severity = gst_structure_get_string (facts, "severity");
  gdouble seconds = (g_get_monotonic_time () - chain->start) / 1e6;

  if (chain->raw) {
    g_autofree gchar *text = gst_structure_to_string (facts);
    g_print ("%.3f %s %s\n", seconds, GST_MESSAGE_SRC_NAME (message), text);
  } else if (summary != NULL) {
    g_autofree gchar *name = speaker (message);

    g_print ("%7.1f s  %-8s  %-12s %s\n", seconds, severity, name, summary);
  }
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Chain *chain = user_data;
  g_autoptr (GError) error = NULL;

  switch ((guint) GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      tell_event (chain, message);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      g_printerr ("warning: %s: %s\n", GST_MESSAGE_SRC_NAME (message),
          error->message);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_printerr ("error: %s: %s\n", GST_MESSAGE_SRC_NAME (message),
          error->message);
      chain->status = 1;
      g_main_loop_quit (chain->loop);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (chain->pipeline));
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (chain->loop);
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* The first signal ends the stream for its viewers, a later one at once. */
static gboolean
on_signal (gpointer user_data)
{
  Chain *chain = user_data;
  gint64 now = g_get_monotonic_time ();

  if (chain->ending == 0) {
    chain->ending = now;
    gst_element_send_event (chain->pipeline, gst_event_new_eos ());
  } else if (now - chain->ending > G_USEC_PER_SEC) {
    g_main_loop_quit (chain->loop);
  }
  return G_SOURCE_CONTINUE;
}

static void
tell_stats (Chain * chain, const gchar * name)
{
  g_autoptr (GstElement) element = NULL;
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *text = NULL;

  element = gst_bin_get_by_name (GST_BIN (chain->pipeline), name);
  g_object_get (element, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  g_print ("stats %s %s\n", name, text);
}

/* What it was all for. */
static void
tell_viewer (Chain * chain)
{
  g_autoptr (GstElement) inputs = NULL;
  g_autoptr (GstStructure) stats = NULL;
  guint64 switches = 0, frames = 0, samples = 0;

  inputs = gst_bin_get_by_name (GST_BIN (chain->pipeline), "in");
  g_object_get (inputs, "stats", &stats, NULL);
  gst_structure_get (stats, "switches", G_TYPE_UINT64, &switches,
      "frames-missed", G_TYPE_UINT64, &frames,
      "samples-missed", G_TYPE_UINT64, &samples, NULL);
  g_print ("The inputs were switched %" G_GUINT64_FORMAT " times; the viewer"
      " missed %" G_GUINT64_FORMAT " frames and %" G_GUINT64_FORMAT
      " audio samples.\n", switches, frames, samples);
}

static void
run (Chain * chain)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (chain->pipeline);

  chain->loop = g_main_loop_new (NULL, FALSE);
  chain->start = g_get_monotonic_time ();
  gst_bus_add_watch (bus, on_message, chain);
  g_unix_signal_add (SIGINT, on_signal, chain);
  g_unix_signal_add (SIGTERM, on_signal, chain);
  gst_element_set_state (chain->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (chain->loop);
  if (chain->status == 0)
    tell_viewer (chain);
  if (chain->raw && chain->status == 0) {
    tell_stats (chain, "in");
    tell_stats (chain, "ladder");
    tell_stats (chain, "origin");
  }
  gst_element_set_state (chain->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  g_main_loop_unref (chain->loop);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *ladder = NULL, *location = NULL, *script = NULL;
  g_autofree gchar *line = NULL;
  g_auto (GStrv) uris = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = NULL;
  gboolean print = FALSE;
  gint port = 8080;
  Chain chain = { NULL, };
  /* *INDENT-OFF* */
  GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &port, "of the origin; 0 is any free one", "PORT" },
    { "ladder", 'l', 0, G_OPTION_ARG_STRING, &ladder, "renditions", "LADDER" },
    { "location", 0, 0, G_OPTION_ARG_FILENAME, &location, "also write the stream here", "FOLDER" },
    { "player-script", 0, 0, G_OPTION_ARG_STRING, &script, "hls.js for the player page", "FILE" },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &chain.raw, "print whole messages, and stats at the end", NULL },
    { "print", 0, 0, G_OPTION_ARG_NONE, &print, "print the gst-launch-1.0 line and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &uris, NULL, "URI..." },
    { NULL }
  };
  /* *INDENT-ON* */

  context = g_option_context_new ("- inputs to Low-Latency HLS");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || uris == NULL) {
    g_printerr ("onair-chain: %s\n", error ? error->message : "no URI given");
    return 1;
  }
  line = describe (uris, ladder ? ladder : DEFAULT_LADDER, port, location,
      script);
  if (print) {
    g_print ("gst-launch-1.0 -m %s\n", line);
    return 0;
  }
  chain.pipeline = gst_parse_launch (line, &error);
  if (error != NULL) {
    g_printerr ("onair-chain: %s\n", error->message);
    return 1;
  }
  run (&chain);
  gst_object_unref (chain.pipeline);
  return chain.status;
}
