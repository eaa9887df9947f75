/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantsrc and what comes by HTTP: nginx as the server, hlssink2 as the
 * packager. */
#include "inputpeers.h"

typedef struct
{
  gchar *dir;
  guint port;
  GPid nginx, packager;
} Origin;

static void
origin_serve (Origin * self)
{
  g_autofree gchar *nginx = peers_find ("nginx");
  g_autofree gchar *line = g_strdup_printf ("%s -p %s -c nginx.conf "
      "-e error.log -g 'daemon off; master_process off;'", nginx, self->dir);

  self->nginx = peers_spawn (line);
  peers_wait_listening (self->port);
}

static void
origin_init (Origin * self)
{
  g_autofree gchar *file = NULL, *text = NULL;

  self->dir = g_dir_make_tmp ("redundanthls-XXXXXX", NULL);
  self->port = peers_free_port (SOCK_STREAM);
  self->nginx = self->packager = 0;
  file = g_build_filename (self->dir, "nginx.conf", NULL);
  text = g_strdup_printf ("pid nginx.pid; error_log error.log; events { } "
      "http { access_log off; client_body_temp_path tmp; proxy_temp_path tmp; "
      "fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp; "
      "server { listen 127.0.0.1:%u; root %s; } }\n", self->port, self->dir);
  fail_unless (g_file_set_contents (file, text, -1, NULL));
  /* nginx serves as nobody when root starts it. */
  g_chmod (self->dir, 0755);
  origin_serve (self);
}

static void
origin_package (Origin * self)
{
  g_autofree gchar *line = g_strdup_printf ("gst-launch-1.0 -q videotestsrc "
      "is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! "
      "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 "
      "bitrate=300 ! h264parse ! hlssink2 name=h target-duration=1 "
      "max-files=10 playlist-length=5 playlist-location=%s/live.m3u8 "
      "location=%s/s%%05d.ts audiotestsrc is-live=true ! "
      "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! h.audio",
      self->dir, self->dir);
  g_autofree gchar *playlist = g_build_filename (self->dir, "live.m3u8", NULL);
  gint64 until = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  self->packager = peers_spawn (line);
  while (!g_file_test (playlist, G_FILE_TEST_EXISTS)) {
    fail_unless (g_get_monotonic_time () < until, "no playlist");
    g_usleep (100000);
  }
}

static void
origin_clear (Origin * self)
{
  GDir *dir = g_dir_open (self->dir, 0, NULL);
  const gchar *name;

  peers_kill (&self->packager);
  peers_kill (&self->nginx);
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (self->dir, name, NULL);
    g_remove (path);
  }
  g_dir_close (dir);
  g_rmdir (self->dir);
  g_free (self->dir);
}

static gboolean
can_run (void)
{
  static const gchar *const needed[] = { "souphttpsrc", "hlsdemux",
    "hlssink2", "x264enc", "h264parse", "avdec_h264", "avenc_aac", "aacparse",
    "avdec_aac", "tsdemux", "uridecodebin", NULL
  };
  g_autofree gchar *nginx = peers_find ("nginx");
  g_autofree gchar *launch = peers_find ("gst-launch-1.0");

  return nginx != NULL && launch != NULL && peers_have (needed);
}

/* Segments come in bursts and are paced; a server that is gone is asked again,
 * and nothing that was shown before comes twice. */
GST_START_TEST (redundantsrc_gets_over_an_hls_origin_that_fails)
{
  gboolean by_server = __i__ == 0;
  g_autofree gchar *line = NULL;
  Origin origins[2];
  Peers peers;
  guint i;

  if (!can_run ())
    return;
  for (i = 0; i < 2; i++) {
    origin_init (&origins[i]);
    origin_package (&origins[i]);
  }
  line = g_strdup_printf ("redundantsrc name=s timeout=2000 latency=3000 "
      "return-delay=1000 startup-timeout=60000 stall-timeout=4000 "
      "connect-timeout=20000 "
      "uris=\"http://127.0.0.1:%u/live.m3u8?token=hushhush "
      "http://127.0.0.1:%u/live.m3u8?token=hushhush\" "
      "s.video ! fakesink sync=true s.audio ! fakesink sync=true",
      origins[0].port, origins[1].port);
  peers_init (&peers, line);
  peers.secret = "hushhush";
  peers_play (&peers);
  peers_expect (&peers, "redundantsrc-switch", "reason", "startup", "to",
      "input-0");
  peers_wait_input (&peers, 1, "running");
  peers_wait_buffers (&peers, 0, 100);

  if (by_server)
    peers_kill (&origins[0].nginx);
  else
    peers_kill (&origins[0].packager);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", NULL, NULL);
  peers_wait_buffers (&peers, 0, 50);
  if (by_server)
    origin_serve (&origins[0]);
  else
    origin_package (&origins[0]);
  peers_expect (&peers, "redundantsrc-switch", "reason", "return", "to",
      "input-0");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "zombies"), 0);
  peers_clear (&peers);
  origin_clear (&origins[0]);
  origin_clear (&origins[1]);
}

GST_END_TEST;

static Suite *
redundanthls_suite (void)
{
  Suite *s = suite_create ("redundanthls");
  TCase *tc = tcase_create ("redundanthls");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_loop_test (tc, redundantsrc_gets_over_an_hls_origin_that_fails, 0,
      2);
  return s;
}

GST_CHECK_MAIN (redundanthls);
