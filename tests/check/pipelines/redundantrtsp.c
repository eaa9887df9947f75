/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantsrc and RTSP: gst-rtsp-server as the peer (rtspserver.c). */
#include "inputpeers.h"

static gchar *
find_server (void)
{
  g_autofree gchar *path =
      g_build_filename (g_getenv ("ONAIR_BUILD_DIR") !=
      NULL ? g_getenv ("ONAIR_BUILD_DIR") : ".", "tests", "check", "pipelines",
      "rtspserver", NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE)) {
    g_print ("SKIP: there was no gstreamer-rtsp-server-1.0 for the peer\n");
    return NULL;
  }
  return g_steal_pointer (&path);
}

static gboolean
can_run (void)
{
  static const gchar *const needed[] = { "rtspsrc", "x264enc", "opusenc",
    "rtph264pay", "rtph264depay", "rtpopusdepay", "h264parse", "avdec_h264",
    "opusdec", "uridecodebin", NULL
  };
  g_autofree gchar *server = find_server ();

  return server != NULL && peers_have (needed);
}

static GPid
start_server (guint port)
{
  g_autofree gchar *server = find_server ();
  g_autofree gchar *line = g_strdup_printf ("%s %u anna hushhush", server,
      port);
  GPid pid = peers_spawn (line);

  peers_wait_listening (port);
  return pid;
}

/* Over TCP and over UDP; a server that is killed, and one that only stops.
 * What is missing is not judged: two servers that encode starve where the
 * machine is busy. */
static const struct
{
  const gchar *scheme;
  int signal;
} cases[] = {
  {"rtspt", SIGKILL},
  {"rtsp", SIGKILL},
  {"rtspt", SIGSTOP},
};

GST_START_TEST (redundantsrc_gets_over_an_rtsp_server_that_fails)
{
  const gchar *scheme = cases[__i__].scheme;
  g_autofree gchar *line = NULL;
  GPid servers[2];
  guint ports[2];
  Peers peers;

  if (!can_run ())
    return;
  ports[0] = peers_free_port (SOCK_STREAM);
  ports[1] = peers_free_port (SOCK_STREAM);
  servers[0] = start_server (ports[0]);
  servers[1] = start_server (ports[1]);
  line = g_strdup_printf ("redundantsrc name=s timeout=1000 latency=2000 "
      "return-delay=1000 startup-timeout=60000 stall-timeout=2000 "
      "connect-timeout=10000 "
      "uris=\"%s://anna:hushhush@127.0.0.1:%u/live "
      "%s://anna:hushhush@127.0.0.1:%u/live\" s.video ! fakesink sync=true "
      "s.audio ! fakesink sync=true", scheme, ports[0], scheme, ports[1]);
  peers_init (&peers, line);
  peers.secret = "hushhush";
  peers_play (&peers);
  peers_expect (&peers, "redundantsrc-switch", "reason", "startup", "to",
      "input-0");
  peers_wait_input (&peers, 1, "running");
  peers_wait_buffers (&peers, 0, 50);

  if (cases[__i__].signal == SIGKILL)
    peers_kill (&servers[0]);
  else
    kill (servers[0], SIGSTOP);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", NULL, NULL);
  peers_expect (&peers, "redundantsrc-input", "name", "input-0", "state",
      "stopping");
  peers_wait_buffers (&peers, 0, 50);

  peers_kill (&servers[0]);
  servers[0] = start_server (ports[0]);
  peers_expect (&peers, "redundantsrc-switch", "reason", "return", "to",
      "input-0");
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "zombies"), 0);
  peers_clear (&peers);
  peers_kill (&servers[0]);
  peers_kill (&servers[1]);
}

GST_END_TEST;

static Suite *
redundantrtsp_suite (void)
{
  Suite *s = suite_create ("redundantrtsp");
  TCase *tc = tcase_create ("redundantrtsp");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_loop_test (tc,
      redundantsrc_gets_over_an_rtsp_server_that_fails, 0,
      G_N_ELEMENTS (cases));
  return s;
}

GST_CHECK_MAIN (redundantrtsp);
