/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantsrc and RTMP: nginx-rtmp as the server, ffmpeg as the encoder. */
#include "inputpeers.h"

#define RTMP_MODULE "/usr/lib/nginx/modules/ngx_rtmp_module.so"

/* A server and the encoder that publishes there. */
typedef struct
{
  gchar *dir;
  guint port;
  GPid nginx, encoder;
} Server;

static void
server_start (Server * self)
{
  g_autofree gchar *nginx = peers_find ("nginx");
  g_autofree gchar *line = g_strdup_printf ("%s -p %s -c nginx.conf "
      "-e error.log -g 'daemon off; master_process off;'", nginx, self->dir);

  self->nginx = peers_spawn (line);
  peers_wait_listening (self->port);
}

static void
server_init (Server * self)
{
  g_autofree gchar *file = NULL, *text = NULL;

  self->dir = g_dir_make_tmp ("redundantrtmp-XXXXXX", NULL);
  self->port = peers_free_port (SOCK_STREAM);
  self->encoder = 0;
  file = g_build_filename (self->dir, "nginx.conf", NULL);
  text = g_strdup_printf ("load_module %s; pid nginx.pid; error_log error.log;"
      " events { } rtmp { access_log off; server { listen 127.0.0.1:%u; "
      "chunk_size 4096; application live { live on; } } }\n", RTMP_MODULE,
      self->port);
  fail_unless (g_file_set_contents (file, text, -1, NULL));
  server_start (self);
}

static void
server_clear (Server * self)
{
  static const gchar *const files[] = { "nginx.conf", "nginx.pid", "error.log"
  };
  guint i;

  peers_kill (&self->encoder);
  peers_kill (&self->nginx);
  for (i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *file = g_build_filename (self->dir, files[i], NULL);
    g_remove (file);
  }
  g_rmdir (self->dir);
  g_free (self->dir);
}

/* From `offset` (s) on in the stream's own time. */
static void
server_publish (Server * self, const gchar * offset)
{
  g_autofree gchar *line = g_strdup_printf ("ffmpeg -nostdin -v error -re "
      "-f lavfi -i testsrc2=size=320x180:rate=25 -re -f lavfi "
      "-i sine=frequency=440:sample_rate=48000 -c:v libx264 -preset ultrafast "
      "-tune zerolatency -threads 1 -g 25 -pix_fmt yuv420p -c:a aac -ac 2 "
      "-output_ts_offset %s -f flv rtmp://127.0.0.1:%u/live/hushhush", offset,
      self->port);

  self->encoder = peers_spawn (line);
}

static gboolean
can_run (void)
{
  static const gchar *const needed[] = { "rtmp2src", "flvdemux", "h264parse",
    "avdec_h264", "aacparse", "avdec_aac", NULL
  };
  g_autofree gchar *nginx = peers_find ("nginx");
  g_autofree gchar *ffmpeg = peers_find ("ffmpeg");

  if (nginx == NULL || ffmpeg == NULL)
    return FALSE;
  if (!g_file_test (RTMP_MODULE, G_FILE_TEST_EXISTS)) {
    g_print ("SKIP: nginx's module for RTMP is not installed\n");
    return FALSE;
  }
  return peers_have (needed);
}

#define WATCHED "s.video ! fakesink sync=true s.audio ! fakesink sync=true"

/* Two servers with their encoders, of which the first is shown. */
static void
begin (Peers * peers, Server * servers, const gchar * more,
    const gchar * outputs)
{
  g_autofree gchar *line = NULL;

  server_init (&servers[0]);
  server_init (&servers[1]);
  line = g_strdup_printf ("redundantsrc name=s return-delay=1000 "
      "startup-timeout=30000 stall-timeout=1500 connect-timeout=3000 %s "
      "uris=\"rtmp://127.0.0.1:%u/live/hushhush "
      "rtmp://127.0.0.1:%u/live/hushhush\" %s", more, servers[0].port,
      servers[1].port, outputs);
  peers_init (peers, line);
  peers->secret = "hushhush";
  server_publish (&servers[1], "0");
  server_publish (&servers[0], "0");
  peers_play (peers);
  peers_expect (peers, "redundantsrc-switch", "reason", "startup", "to",
      "input-0");
  peers_wait_input (peers, 1, "running");
  peers_wait_buffers (peers, 0, 75);
}

static void
end (Peers * peers, Server * servers)
{
  peers_clear (peers);
  server_clear (&servers[0]);
  server_clear (&servers[1]);
}

/* The first is published again, and nothing was lost on either way. */
static void
return_and_end (Peers * peers, Server * servers)
{
  server_publish (&servers[0], "0");
  peers_expect (peers, "redundantsrc-switch", "reason", "return", "to",
      "input-0");
  peers_wait_buffers (peers, 0, 50);
  peers_check_nothing_missing (peers);
  peers_check_unbroken (peers, 0);
  peers_check_unbroken (peers, 1);
  fail_unless_equals_uint64 (peers_input_stat (peers, 0, "zombies"), 0);
  end (peers, servers);
}

GST_START_TEST (redundantsrc_loses_nothing_when_an_rtmp_server_is_killed)
{
  Server servers[2];
  Peers peers;

  if (!can_run ())
    return;
  begin (&peers, servers, "", WATCHED);
  peers_kill (&servers[0].nginx);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", NULL, NULL);
  peers_expect (&peers, "redundantsrc-input", "name", "input-0", "state",
      "stopping");
  peers_wait_buffers (&peers, 0, 75);
  peers_check_nothing_missing (&peers);

  peers_kill (&servers[0].encoder);
  server_start (&servers[0]);
  return_and_end (&peers, servers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_loses_nothing_when_an_rtmp_encoder_is_killed)
{
  Server servers[2];
  Peers peers;

  if (!can_run ())
    return;
  begin (&peers, servers, "", WATCHED);
  peers_kill (&servers[0].encoder);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", NULL, NULL);
  /* Nobody publishes there, and the server lets us wait. */
  peers_expect (&peers, "redundantsrc-input", "name", "input-0", "reason",
      "connect-timeout");
  return_and_end (&peers, servers);
}

GST_END_TEST;

/* The connections stay and nothing flows, which rtmp2src 1.22 bears without
 * end. */
GST_START_TEST (redundantsrc_loses_nothing_when_an_rtmp_encoder_stops)
{
  Server servers[2];
  Peers peers;

  if (!can_run ())
    return;
  begin (&peers, servers, "", WATCHED);
  kill (servers[0].encoder, SIGSTOP);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", "reason",
      "timeout");
  peers_expect (&peers, "redundantsrc-input", "name", "input-0", "reason",
      "stall");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_nothing_missing (&peers);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  end (&peers, servers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_passes_rtmp_without_decoding)
{
  Server servers[2];
  Peers peers;

  if (!can_run ())
    return;
  begin (&peers, servers, "output=encoded", "s.video ! avdec_h264 "
      "max-errors=0 thread-type=slice ! fakesink sync=true s.audio ! "
      "avdec_aac max-errors=0 ! fakesink sync=true");
  peers_kill (&servers[0].nginx);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", NULL, NULL);
  peers_wait_buffers (&peers, 0, 75);
  /* A key frame each second. */
  fail_unless (peers_stat (&peers, "frames-missed") <= 25);
  fail_unless_equals_int (peers.output[0].back, 0);
  fail_unless_equals_int (peers.output[1].back, 0);
  end (&peers, servers);
}

GST_END_TEST;

/* TCP connects and then nothing comes: it must be stopped all the same. */
GST_START_TEST (redundantsrc_gets_over_an_rtmp_server_that_is_mute)
{
  g_autofree gchar *line = NULL;
  Server server;
  Peers peers;

  if (!can_run ())
    return;
  server_init (&server);
  line = g_strdup_printf ("redundantsrc name=s startup-timeout=500 "
      "connect-timeout=1500 stall-timeout=1000 retry-initial=100 "
      "freeze-duration=200 "
      "uris=rtmp://127.0.0.1:%u/live/hushhush " WATCHED, server.port);
  kill (server.nginx, SIGSTOP);
  peers_init (&peers, line);
  peers.secret = "hushhush";
  peers_play (&peers);
  peers_expect (&peers, "redundantsrc-slate", "state", "open", NULL, NULL);
  peers_expect (&peers, "redundantsrc-input", "reason", "connect-timeout",
      NULL, NULL);
  kill (server.nginx, SIGCONT);
  server_publish (&server, "0");
  peers_expect (&peers, "redundantsrc-slate", "state", "close", NULL, NULL);
  peers_wait_buffers (&peers, 0, 50);

  /* And the same in mid-stream. */
  kill (server.nginx, SIGSTOP);
  peers_expect (&peers, "redundantsrc-slate", "state", "open", NULL, NULL);
  peers_expect (&peers, "redundantsrc-input", "reason", "stall", NULL, NULL);
  peers_wait_buffers (&peers, 0, 25);
  kill (server.nginx, SIGCONT);
  peers_kill (&server.encoder);
  server_publish (&server, "0");
  peers_expect (&peers, "redundantsrc-slate", "state", "close", NULL, NULL);
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "zombies"), 0);
  peers_clear (&peers);
  server_clear (&server);
}

GST_END_TEST;

static Suite *
redundantrtmp_suite (void)
{
  Suite *s = suite_create ("redundantrtmp");
  TCase *tc = tcase_create ("redundantrtmp");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_test (tc, redundantsrc_loses_nothing_when_an_rtmp_server_is_killed);
  tcase_add_test (tc,
      redundantsrc_loses_nothing_when_an_rtmp_encoder_is_killed);
  tcase_add_test (tc, redundantsrc_loses_nothing_when_an_rtmp_encoder_stops);
  tcase_add_test (tc, redundantsrc_passes_rtmp_without_decoding);
  tcase_add_test (tc, redundantsrc_gets_over_an_rtmp_server_that_is_mute);
  return s;
}

GST_CHECK_MAIN (redundantrtmp);
