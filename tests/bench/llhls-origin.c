/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes that the load generator asks: llhlssink with one video and one
 * audio rendition in real time, and the least that any server can do. */
#include "llhls.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/gst.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES 1000
#define AUDIO_RATE 48000
#define AUDIO_FRAME 1024

/* x264, 320x180 baseline */
static const guint8 avc_config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

guint64
bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * GST_SECOND + now.tv_nsec;
}

guint64
bench_own_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return GST_TIMEVAL_TO_TIME (usage.ru_utime)
      + GST_TIMEVAL_TO_TIME (usage.ru_stime);
}

static void
sleep_until (guint64 time)
{
  struct timespec until = { time / GST_SECOND, time % GST_SECOND };

  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0);
}

/* llhlssink */

static GstPad *
open_pad (GstElement * sink, const gchar * name, GstCaps * caps)
{
  GstPad *src = gst_pad_new (NULL, GST_PAD_SRC);
  GstPad *pad = gst_element_request_pad_simple (sink, name);
  GstSegment segment;

  if (gst_pad_link (src, pad) != GST_PAD_LINK_OK)
    g_error ("can't link to %s", name);
  gst_object_unref (pad);
  gst_pad_set_active (src, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src, gst_event_new_stream_start (name));
  gst_pad_push_event (src, gst_event_new_caps (caps));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  return src;
}

static GstCaps *
with_codec_data (GstCaps * caps, gconstpointer data, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);

  gst_caps_set_simple (caps, "codec_data", GST_TYPE_BUFFER, buffer, NULL);
  gst_buffer_unref (buffer);
  return caps;
}

static GstPad *
open_video (GstElement * sink, guint fps)
{
  return open_pad (sink, "video_0",
      with_codec_data (gst_caps_new_simple ("video/x-h264",
              "stream-format", G_TYPE_STRING, "avc",
              "alignment", G_TYPE_STRING, "au",
              "width", G_TYPE_INT, 320, "height", G_TYPE_INT, 180,
              "framerate", GST_TYPE_FRACTION, (gint) fps, 1, NULL),
          avc_config, sizeof (avc_config)));
}

static GstPad *
open_audio (GstElement * sink)
{
  return open_pad (sink, "audio_0",
      with_codec_data (gst_caps_new_simple ("audio/mpeg",
              "mpegversion", G_TYPE_INT, 4, "framed", G_TYPE_BOOLEAN, TRUE,
              "stream-format", G_TYPE_STRING, "raw",
              "rate", G_TYPE_INT, AUDIO_RATE, "channels", G_TYPE_INT, 2, NULL),
          "\x11\x90", 2));
}

static void
push_video (GstPad * pad, guint64 n, guint fps, gboolean key)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, FRAME_BYTES, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0x5a + n, map.size);
  GST_WRITE_UINT32_BE (map.data, FRAME_BYTES - 4);
  map.data[4] = key ? 0x65 : 0x41;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, GST_SECOND, fps);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / fps;
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_pad_push (pad, buffer);
}

static void
push_audio (GstPad * pad, guint64 * sample, GstClockTime until)
{
  GstClockTime time;

  while ((time = gst_util_uint64_scale (*sample, GST_SECOND, AUDIO_RATE))
      < until) {
    GstBuffer *buffer = gst_buffer_new_memdup ("\x21\x10\x04\x60", 4);

    GST_BUFFER_PTS (buffer) = time;
    *sample += AUDIO_FRAME;
    gst_pad_push (pad, buffer);
  }
}

/* Certificates are there for as long as the process starts. */
static gboolean
set_certificates (GstElement * sink)
{
  GObjectClass *class = G_OBJECT_GET_CLASS (sink);
  g_autofree gchar *folder = g_dir_make_tmp ("bench-llhls-XXXXXX", NULL);
  g_autofree gchar *cert = g_build_filename (folder, "cert.pem", NULL);
  g_autofree gchar *key = g_build_filename (folder, "key.pem", NULL);
  const gchar *argv[] = { "openssl", "req", "-x509", "-newkey", "ec",
    "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=bench", "-keyout", key, "-out", cert, NULL
  };

  if (g_object_class_find_property (class, "certificate-file") == NULL
      || !g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH
          | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
          NULL, NULL, NULL, NULL)
      || !g_file_test (cert, G_FILE_TEST_EXISTS)) {
    rmdir (folder);
    return FALSE;
  }
  g_object_set (sink, "certificate-file", cert, "key-file", key, NULL);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  unlink (cert);
  unlink (key);
  rmdir (folder);
  return TRUE;
}

static guint64
count_requests (GstElement * sink)
{
  GstStructure *stats;
  guint64 requests = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "requests", &requests);
  gst_structure_free (stats);
  return requests;
}

static void
feed (GstElement * sink, BenchShared * shared, const BenchCadence * c,
    GstPad * video, GstPad * audio)
{
  guint segment = c->frames_per_part * c->parts_per_segment;
  guint64 begin = bench_now (), sample = 0, n;

  for (n = 0; n < BENCH_MAX_FRAMES && !g_atomic_int_get (&shared->stop); n++) {
    GstClockTime time = gst_util_uint64_scale (n + 1, GST_SECOND, c->fps);

    sleep_until (begin + time);
    shared->requests = count_requests (sink);
    shared->cpu_ns = bench_own_cpu ();
    shared->pushed[n] = bench_now ();
    shared->frames = n;
    push_video (video, n, c->fps, n % segment == 0);
    push_audio (audio, &sample, time);
  }
}

void
origin_run (BenchShared * shared, const BenchCadence * c, gboolean tls)
{
  guint part_ms = c->frames_per_part * 1000 / c->fps;
  GstElement *sink;
  GstPad *video, *audio;
  gint port;

  gst_init (NULL, NULL);
  sink = gst_element_factory_make ("llhlssink", NULL);
  if (sink == NULL) {
    g_printerr ("bench llhls: no element llhlssink\n");
    g_atomic_int_set (&shared->port, -1);
    _exit (1);
  }
  gst_object_ref_sink (sink);
  g_object_set (sink, "port", 0, "part-duration", part_ms,
      "target-duration", part_ms * c->parts_per_segment, NULL);
  video = open_video (sink, c->fps);
  audio = open_audio (sink);
  shared->tls = tls && set_certificates (sink);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  g_object_get (sink, "actual-port", &port, NULL);
  g_atomic_int_set (&shared->port, port > 0 ? port : -1);
  feed (sink, shared, c, video, audio);
  gst_element_set_state (sink, GST_STATE_NULL);
  _exit (0);
}

/* The floor */

typedef struct
{
  int listener, epoll;
  GArray *held;                 /* of int */
  const BenchCadence *cadence;
  guint64 parts;                /* published */
  gsize size;
} Floor;

/* Looks like a playlist to the load generator; padded to the size. */
static GString *
floor_answer (const Floor * self)
{
  guint64 msn = self->parts / self->cadence->parts_per_segment;
  guint i, parts = self->parts % self->cadence->parts_per_segment;
  GString *body = g_string_new ("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n");
  GString *out = g_string_new (NULL);

  for (i = 0; i < msn; i++)
    g_string_append (body, "#EXTINF:\n");
  for (i = 0; i < parts; i++)
    g_string_append (body, "#EXT-X-PART:\n");
  while (body->len < self->size)
    g_string_append_c (body, '#');
  g_string_append_printf (out, "HTTP/1.1 200 OK\r\nContent-Type: "
      "application/vnd.apple.mpegurl\r\nContent-Length: %" G_GSIZE_FORMAT
      "\r\n\r\n%s", body->len, body->str);
  g_string_free (body, TRUE);
  return out;
}

static void
floor_take_request (Floor * self, int fd)
{
  gchar in[4096];
  gssize n = recv (fd, in, sizeof (in) - 1, 0);

  if (n <= 0) {
    close (fd);
    return;
  }
  in[n] = '\0';
  if (strstr (in, "_HLS_msn") == NULL) {
    GString *answer = floor_answer (self);

    send (fd, answer->str, answer->len, MSG_NOSIGNAL);
    g_string_free (answer, TRUE);
  } else {
    g_array_append_val (self->held, fd);
  }
}

static void
floor_accept (Floor * self)
{
  struct epoll_event event = { EPOLLIN, {0} };
  int fd, on = 1;

  while ((fd = accept4 (self->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
    event.data.fd = fd;
    epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

static void
floor_release (Floor * self)
{
  GString *answer;
  guint i;

  self->parts++;
  answer = floor_answer (self);
  for (i = 0; i < self->held->len; i++)
    send (g_array_index (self->held, int, i), answer->str, answer->len,
        MSG_NOSIGNAL);
  g_array_set_size (self->held, 0);
  g_string_free (answer, TRUE);
}

static void
floor_wait (Floor * self, guint64 until)
{
  struct epoll_event events[256];
  guint64 now;

  while ((now = bench_now ()) < until) {
    int i, n = epoll_wait (self->epoll, events, G_N_ELEMENTS (events),
        (until - now) / GST_MSECOND + 1);

    for (i = 0; i < n; i++) {
      if (events[i].data.fd == self->listener)
        floor_accept (self);
      else
        floor_take_request (self, events[i].data.fd);
    }
  }
}

static gint
floor_listen (Floor * self)
{
  struct sockaddr_in address = { 0, };
  socklen_t size = sizeof (address);
  struct epoll_event event = { EPOLLIN, {0} };

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind (self->listener, (struct sockaddr *) &address, size) != 0
      || listen (self->listener, 4096) != 0)
    return -1;
  getsockname (self->listener, (struct sockaddr *) &address, &size);
  self->epoll = epoll_create1 (0);
  event.data.fd = self->listener;
  epoll_ctl (self->epoll, EPOLL_CTL_ADD, self->listener, &event);
  return ntohs (address.sin_port);
}

void
floor_run (BenchShared * shared, const BenchCadence * c, gsize size)
{
  Floor self = { -1, -1, NULL, c, 0, size };
  guint64 begin = bench_now (), n;

  self.held = g_array_new (FALSE, FALSE, sizeof (int));
  g_atomic_int_set (&shared->port, floor_listen (&self));
  for (n = 0; n < BENCH_MAX_FRAMES && !g_atomic_int_get (&shared->stop); n++) {
    floor_wait (&self, begin + gst_util_uint64_scale (n + 1, GST_SECOND,
            c->fps));
    shared->cpu_ns = bench_own_cpu ();
    shared->pushed[n] = bench_now ();
    shared->frames = n;
    if ((n + 1) % c->frames_per_part == 0)
      floor_release (&self);
  }
  _exit (0);
}
