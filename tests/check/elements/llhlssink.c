/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* llhlssink with pushed buffers and a plain HTTP client.  The client's requests
 * are written and read by hand, so that nothing of the server's library helps
 * the test to be right. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <string.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25

/* x264, 320x180 baseline; two parameter sets for two encoders. */
static const guint8 config_a[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

static const guint8 config_b[] = {
  0x01, 0x42, 0xc0, 0x0d, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0d,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  GstHarness *video, *audio;
  gint port;
  guint64 frame, sample;
} Rig;

static GstCaps *
video_caps (const guint8 * config, gsize size)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, size);

  return gst_caps_new_simple ("video/x-h264",
      "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING, "au",
      "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
      "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, 25, 1, NULL);
}

static GstCaps *
audio_caps (void)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup ("\x11\x90", 2);

  return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 4,
      "stream-format", G_TYPE_STRING, "raw", "framed", G_TYPE_BOOLEAN, TRUE,
      "codec_data", GST_TYPE_BUFFER, data, "rate", G_TYPE_INT, 48000,
      "channels", G_TYPE_INT, 2, NULL);
}

/* A harness starts its element at once, so all is set before. */
static void
rig_make_at (Rig * rig, gboolean audio, const gchar * location)
{
  memset (rig, 0, sizeof (*rig));
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", 0, "target-duration", 1000,
      "part-duration", 200, "location", location, NULL);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
  rig->video = gst_harness_new_with_element (rig->sink, "video_0", NULL);
  if (audio)
    rig->audio = gst_harness_new_with_element (rig->sink, "audio_0", NULL);
}

static void
rig_make (Rig * rig, gboolean audio)
{
  rig_make_at (rig, audio, NULL);
}

static void
rig_play (Rig * rig)
{
  gst_harness_play (rig->video);
  gst_harness_set_src_caps (rig->video, video_caps (config_a,
          sizeof (config_a)));
  if (rig->audio != NULL) {
    gst_harness_play (rig->audio);
    gst_harness_set_src_caps (rig->audio, audio_caps ());
  }
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
  fail_unless (rig->port > 0);
}

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  g_clear_pointer (&rig->audio, gst_harness_teardown);
  gst_harness_teardown (rig->video);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
}

static void
push_to (GstHarness * h, guint64 frame, gboolean key)
{
  guint8 picture[] = { 0, 0, 0, 3, key ? 0x65 : 0x41, 0x9a, 0x80 };
  GstBuffer *buffer = gst_buffer_new_memdup (picture, sizeof (picture));

  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = frame * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
}

static void
push_video (Rig * rig, guint n)
{
  for (; n > 0; n--, rig->frame++)
    push_to (rig->video, rig->frame, rig->frame % GOP == 0);
}

static void
push_audio (Rig * rig, GstClockTime until)
{
  GstClockTime time;

  while ((time = gst_util_uint64_scale (rig->sample, GST_SECOND, 48000))
      < until) {
    GstBuffer *buffer = gst_buffer_new_memdup ("\x21\x10", 2);

    GST_BUFFER_PTS (buffer) = time;
    rig->sample += 1024;
    fail_unless_equals_int (gst_harness_push (rig->audio, buffer), GST_FLOW_OK);
  }
}

/* Both, `ms` more. */
static void
push_all (Rig * rig, guint ms)
{
  GstClockTime until = rig->frame * FRAME + ms * GST_MSECOND;

  while (rig->frame * FRAME < until) {
    push_video (rig, 1);
    if (rig->audio != NULL)
      push_audio (rig, rig->frame * FRAME);
  }
}

/* HTTP */

typedef struct
{
  guint status;
  gchar *head;
  gchar *body;
  gsize size;
} Reply;

static void
reply_clear (Reply * reply)
{
  g_clear_pointer (&reply->head, g_free);
  g_clear_pointer (&reply->body, g_free);
}

static GSocketConnection *
send_request (gint port, const gchar * method, const gchar * path,
    const gchar * headers)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;
  g_autofree gchar *text = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, 40);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port,
      NULL, NULL);
  fail_unless (connection != NULL);
  text = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: test\r\n%s"
      "Connection: close\r\n\r\n", method, path, headers);
  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, NULL));
  return connection;
}

/* Waits for all of it. */
static void
read_reply (GSocketConnection * connection, Reply * reply)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  gchar *end;
  guint8 chunk[4096];
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
                  (connection)), chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_byte_array_append (all, chunk, n);
  g_object_unref (connection);
  g_byte_array_append (all, (const guint8 *) "", 1);
  end = strstr ((gchar *) all->data, "\r\n\r\n");
  fail_unless (end != NULL, "no HTTP answer");
  reply->status = atoi ((gchar *) all->data + strlen ("HTTP/1.1 "));
  reply->head = g_strndup ((gchar *) all->data, end - (gchar *) all->data);
  reply->size = all->len - 1 - (end + 4 - (gchar *) all->data);
  reply->body = g_memdup2 (end + 4, reply->size + 1);
}

static void
request (gint port, const gchar * method, const gchar * path,
    const gchar * headers, Reply * reply)
{
  read_reply (send_request (port, method, path, headers), reply);
}

static guint
get_status (gint port, const gchar * path)
{
  Reply reply;

  request (port, "GET", path, "", &reply);
  reply_clear (&reply);
  return reply.status;
}

static gchar *
get_text (gint port, const gchar * path)
{
  Reply reply;

  request (port, "GET", path, "", &reply);
  fail_unless_equals_int (reply.status, 200);
  g_free (reply.head);
  return reply.body;
}

static guint64
number_after (const gchar * text, const gchar * what)
{
  const gchar *found = strstr (text, what);

  fail_unless (found != NULL, "no %s in %s", what, text);
  return g_ascii_strtoull (found + strlen (what), NULL, 10);
}

/* The text between two others. */
static gchar *
between (const gchar * text, const gchar * from, const gchar * to)
{
  const gchar *begin = strstr (text, from);

  fail_unless (begin != NULL, "no %s in %s", from, text);
  begin += strlen (from);
  return g_strndup (begin, strstr (begin, to) - begin);
}

/* Takes `uri`, which is relative to the root. */
static gchar *
as_path (gchar * uri)
{
  gchar *path = g_strconcat ("/", uri, NULL);

  g_free (uri);
  return path;
}

static GstMessage *
pop_element_message (Rig * rig, const gchar * name)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (rig->bus, 0,
              GST_MESSAGE_ELEMENT)) != NULL) {
    if (gst_message_has_name (message, name))
      return message;
    gst_message_unref (message);
  }
  return NULL;
}

/* Tests */

GST_START_TEST (llhlssink_serves_what_its_playlists_name)
{
  g_autofree gchar *multivariant = NULL, *video = NULL, *audio = NULL;
  g_autofree gchar *map = NULL, *part = NULL;
  Rig rig;
  Reply reply;

  rig_make (&rig, TRUE);
  rig_play (&rig);
  push_all (&rig, 5000);
  multivariant = get_text (rig.port, "/live.m3u8");
  fail_unless (strstr (multivariant, "CODECS=\"avc1.42c00c,mp4a.40.2\","
          "RESOLUTION=320x180,FRAME-RATE=25.000") != NULL);
  video = get_text (rig.port, "/video_0.m3u8");
  audio = get_text (rig.port, "/audio_0.m3u8");
  fail_unless (number_after (video, "TARGETDURATION:") >= 1);
  fail_unless_equals_uint64 (number_after (video, "#EXT-X-MEDIA-SEQUENCE:"),
      number_after (audio, "#EXT-X-MEDIA-SEQUENCE:"));
  fail_unless (strstr (video, "REPORT:URI=\"audio_0.m3u8\",LAST-MSN=") != NULL);
  fail_unless (strstr (audio, "REPORT:URI=\"video_0.m3u8\",LAST-MSN=") != NULL);
  map = between (video, "#EXT-X-MAP:URI=\"", "\"");
  part = between (video, ",URI=\"", "\"");
  map = as_path (map);
  part = as_path (part);
  request (rig.port, "GET", map, "", &reply);
  fail_unless_equals_int (reply.status, 200);
  fail_unless (memcmp (reply.body + 4, "ftypcmf2", 8) == 0);
  fail_unless (strstr (reply.head, "Content-Type: video/mp4") != NULL);
  fail_unless (strstr (reply.head, "immutable") != NULL);
  reply_clear (&reply);
  request (rig.port, "GET", part, "", &reply);
  fail_unless_equals_int (reply.status, 200);
  fail_unless (memcmp (reply.body + 4, "styp", 4) == 0);
  reply_clear (&reply);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_answers_http_as_it_should)
{
  g_autofree gchar *text = NULL, *part = NULL;
  Rig rig;
  Reply reply;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 5000);
  fail_unless_equals_int (get_status (rig.port, "/"), 200);
  fail_unless_equals_int (get_status (rig.port, "/player.js"), 404);
  fail_unless_equals_int (get_status (rig.port, "/nothing"), 404);
  fail_unless_equals_int (get_status (rig.port, "/nothing.m3u8"), 404);
  fail_unless_equals_int (get_status (rig.port, "/../etc/passwd"), 404);
  fail_unless_equals_int (get_status (rig.port, "/%2e%2e/etc/passwd"), 404);
  fail_unless_equals_int (get_status (rig.port, "/video_0.m3u8?_HLS_part=1"),
      400);
  fail_unless_equals_int (get_status (rig.port,
          "/video_0.m3u8?_HLS_msn=9999999999"), 400);
  /* Long gone: the whole playlist at once. */
  fail_unless_equals_int (get_status (rig.port,
          "/video_0.m3u8?_HLS_msn=1&_HLS_part=0"), 200);
  text = get_text (rig.port, "/video_0.m3u8");
  part = between (text, ",URI=\"", "\"");
  part = as_path (part);
  request (rig.port, "GET", part, "Range: bytes=4-7\r\n", &reply);
  fail_unless_equals_int (reply.status, 206);
  fail_unless_equals_int (reply.size, 4);
  fail_unless (memcmp (reply.body, "styp", 4) == 0);
  reply_clear (&reply);
  request (rig.port, "HEAD", "/video_0.m3u8", "", &reply);
  fail_unless_equals_int (reply.status, 200);
  fail_unless_equals_int (reply.size, 0);
  fail_unless (number_after (reply.head, "Content-Length: ") > 100);
  reply_clear (&reply);
  request (rig.port, "OPTIONS", "/video_0.m3u8", "", &reply);
  fail_unless_equals_int (reply.status, 204);
  fail_unless (strstr (reply.head, "Access-Control-Allow-Headers: CMCD")
      != NULL);
  reply_clear (&reply);
  request (rig.port, "DELETE", "/video_0.m3u8", "", &reply);
  fail_unless_equals_int (reply.status, 405);
  reply_clear (&reply);
  request (rig.port, "GET", "/video_0.m3u8", "Accept-Encoding: gzip\r\n",
      &reply);
  fail_unless (strstr (reply.head, "Content-Encoding: gzip") != NULL);
  fail_unless (memcmp (reply.body, "\x1f\x8b", 2) == 0);
  fail_unless_equals_uint64 (number_after (reply.head, "Content-Length: "),
      reply.size);
  reply_clear (&reply);
  rig_clear (&rig);
}

GST_END_TEST;

/* The waiter must be in before the part is: the server says when. */
static void
wait_for_waiters (Rig * rig, gint n)
{
  gint waiters = 0, tries;

  for (tries = 0; tries < 2000 && waiters != n; tries++) {
    GstStructure *stats;

    g_object_get (rig->sink, "stats", &stats, NULL);
    gst_structure_get_int (stats, "waiters", &waiters);
    gst_structure_free (stats);
    g_usleep (5000);
  }
  fail_unless_equals_int (waiters, n);
}

GST_START_TEST (llhlssink_holds_a_request_until_its_part_is_there)
{
  g_autofree gchar *before = NULL, *path = NULL, *hint = NULL;
  GSocketConnection *playlist, *media;
  guint64 msn;
  guint part;
  Rig rig;
  Reply reply;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 5000);
  before = get_text (rig.port, "/video_0.m3u8");
  hint = between (before, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"", "\"");
  fail_unless_equals_int (sscanf (strrchr (hint, '-'),
          "-%" G_GUINT64_FORMAT ".%u.m4s", &msn, &part), 2);
  path = g_strdup_printf ("/video_0.m3u8?_HLS_msn=%" G_GUINT64_FORMAT
      "&_HLS_part=%u", msn, part);
  hint = as_path (hint);
  playlist = send_request (rig.port, "GET", path, "");
  media = send_request (rig.port, "GET", hint, "");
  wait_for_waiters (&rig, 2);
  push_all (&rig, 240);
  read_reply (playlist, &reply);
  fail_unless_equals_int (reply.status, 200);
  fail_unless (strstr (reply.body, hint + 1) != NULL);
  fail_unless (strstr (reply.head, "Cache-Control: max-age=6") != NULL);
  reply_clear (&reply);
  read_reply (media, &reply);
  fail_unless_equals_int (reply.status, 200);
  fail_unless (reply.size > 100);
  reply_clear (&reply);
  rig_clear (&rig);
}

GST_END_TEST;

static gchar *
get_hint (Rig * rig, const gchar * playlist)
{
  g_autofree gchar *text = get_text (rig->port, playlist);

  return as_path (between (text, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"", "\""));
}

/* The next segment's first part is hinted, and then the segment turns out to be
 * longer. */
GST_START_TEST (llhlssink_holds_a_hinted_part_whose_key_frame_is_late)
{
  guint late = 5 * GOP + 12, i;
  g_autofree gchar *hint = NULL, *after = NULL;
  GSocketConnection *before, *behind;
  GstHarness *second;
  Rig rig;
  Reply reply;

  rig_make (&rig, FALSE);
  second = gst_harness_new_with_element (rig.sink, "video_1", NULL);
  rig_play (&rig);
  gst_harness_play (second);
  gst_harness_set_src_caps (second, video_caps (config_a, sizeof (config_a)));
  for (i = 0; i < 5 * GOP; i++) {
    push_to (rig.video, i, i % GOP == 0);
    push_to (second, i, i % GOP == 0);
  }
  hint = get_hint (&rig, "/video_1.m3u8");
  fail_unless (g_str_has_suffix (hint, ".0.m4s"), "%s", hint);
  before = send_request (rig.port, "GET", hint, "");
  wait_for_waiters (&rig, 1);
  for (; i < late + 8; i++)
    push_to (rig.video, i, i == late);
  for (i = 5 * GOP; i < late - 5; i++)
    push_to (second, i, FALSE);
  after = get_hint (&rig, "/video_1.m3u8");
  fail_if (g_str_equal (after, hint));
  behind = send_request (rig.port, "GET", hint, "");
  wait_for_waiters (&rig, 2);
  for (; i < late + 8; i++)
    push_to (second, i, i == late);
  read_reply (before, &reply);
  fail_unless_equals_int (reply.status, 200);
  reply_clear (&reply);
  read_reply (behind, &reply);
  fail_unless_equals_int (reply.status, 200);
  reply_clear (&reply);
  gst_harness_teardown (second);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_answers_503_when_nothing_comes)
{
  Rig rig;
  Reply reply;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  request (rig.port, "GET", "/live.m3u8", "", &reply);
  fail_unless_equals_int (reply.status, 503);
  fail_unless (strstr (reply.head, "Retry-After: ") != NULL);
  fail_unless (strstr (reply.head, "no-store") != NULL);
  reply_clear (&reply);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_ends_with_the_stream_and_releases_who_waits)
{
  g_autofree gchar *before = NULL, *path = NULL;
  GSocketConnection *waiting;
  GstMessage *message;
  Rig rig;
  Reply reply;

  rig_make (&rig, TRUE);
  rig_play (&rig);
  push_all (&rig, 3000);
  before = get_text (rig.port, "/video_0.m3u8");
  path = g_strdup_printf ("/video_0.m3u8?_HLS_msn=%" G_GUINT64_FORMAT,
      number_after (before, "LAST-MSN=") + 1);
  waiting = send_request (rig.port, "GET", path, "");
  wait_for_waiters (&rig, 1);
  gst_harness_push_event (rig.video, gst_event_new_eos ());
  gst_harness_push_event (rig.audio, gst_event_new_eos ());
  read_reply (waiting, &reply);
  fail_unless_equals_int (reply.status, 200);
  fail_unless (g_str_has_suffix (reply.body, "#EXT-X-ENDLIST\n"));
  reply_clear (&reply);
  message = pop_element_message (&rig, "llhlssink-finalized");
  fail_unless (message != NULL);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_answers_503_to_who_waits_when_it_stops)
{
  GSocketConnection *waiting;
  Rig rig;
  Reply reply;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  waiting = send_request (rig.port, "GET", "/video_0.m3u8", "");
  wait_for_waiters (&rig, 1);
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  read_reply (waiting, &reply);
  fail_unless_equals_int (reply.status, 503);
  reply_clear (&reply);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_can_be_used_again)
{
  g_autofree gchar *one = NULL, *two = NULL, *name_one = NULL, *name_two = NULL;
  GstMessage *message;
  Rig rig;
  gint port;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  message = pop_element_message (&rig, "llhlssink-listening");
  fail_unless (message != NULL);
  gst_structure_get_int (gst_message_get_structure (message), "port", &port);
  fail_unless_equals_int (port, rig.port);
  gst_message_unref (message);
  push_all (&rig, 3000);
  one = get_text (rig.port, "/video_0.m3u8");
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  g_object_get (rig.sink, "actual-port", &port, NULL);
  fail_unless_equals_int (port, -1);

  rig.frame = 0;
  fail_unless (gst_element_set_state (rig.sink, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  gst_pad_push_event (rig.video->srcpad, gst_event_new_flush_stop (TRUE));
  rig_play (&rig);
  push_all (&rig, 3000);
  two = get_text (rig.port, "/video_0.m3u8");
  /* A name never means two things. */
  name_one = between (one, ",URI=\"", "\"");
  name_two = between (two, ",URI=\"", "\"");
  fail_if (g_str_equal (name_one, name_two));
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_goes_on_after_a_flush)
{
  g_autofree gchar *text = NULL;
  GstSegment segment;
  guint64 msn;
  Rig rig;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 3000);
  text = get_text (rig.port, "/video_0.m3u8");
  msn = number_after (text, "#EXT-X-MEDIA-SEQUENCE:");
  gst_harness_push_event (rig.video, gst_event_new_flush_start ());
  gst_harness_push_event (rig.video, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (rig.video, gst_event_new_segment (&segment));
  rig.frame = 0;
  push_all (&rig, 6000);
  g_free (text);
  text = get_text (rig.port, "/video_0.m3u8");
  fail_unless (number_after (text, "#EXT-X-MEDIA-SEQUENCE:") >= msn);
  fail_unless (strstr (text, "EXT-X-GAP") == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_takes_a_changed_encoder)
{
  g_autofree gchar *text = NULL;
  GstMessage *message;
  Rig rig;

  rig_make (&rig, TRUE);
  rig_play (&rig);
  push_all (&rig, 4000);
  gst_harness_set_src_caps (rig.video, video_caps (config_b,
          sizeof (config_b)));
  push_all (&rig, 4000);
  text = get_text (rig.port, "/video_0.m3u8");
  fail_unless (strstr (text, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=") != NULL);
  g_free (text);
  text = get_text (rig.port, "/audio_0.m3u8");
  fail_unless (strstr (text, "#EXT-X-DISCONTINUITY\n") != NULL);
  message = pop_element_message (&rig, "llhlssink-discontinuity");
  fail_unless (message != NULL);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

static const gchar *
severity_of (GstMessage * message)
{
  return gst_structure_get_string (gst_message_get_structure (message),
      "severity");
}

GST_START_TEST (llhlssink_tells_of_a_gap)
{
  g_autofree gchar *text = NULL;
  GstMessage *message;
  Rig rig;
  guint count;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 4000);
  rig.frame += 3 * GOP;
  push_all (&rig, 4000);
  message = pop_element_message (&rig, "llhlssink-gap");
  fail_unless (message != NULL);
  fail_unless (gst_structure_get_uint (gst_message_get_structure (message),
          "count", &count) && count > 0);
  /* It is over. */
  fail_unless_equals_string (severity_of (message), "warning");
  gst_message_unref (message);
  text = get_text (rig.port, "/video_0.m3u8");
  fail_unless (strstr (text, "#EXT-X-GAP\n") != NULL);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_fills_lost_sound_with_silence)
{
  g_autofree gchar *text = NULL;
  GstMessage *message;
  gboolean concealed;
  Rig rig;

  rig_make (&rig, TRUE);
  rig_play (&rig);
  push_all (&rig, 2300);
  rig.sample += 40 * 1024;
  push_all (&rig, 3000);
  message = pop_element_message (&rig, "llhlssink-gap");
  fail_unless (message != NULL);
  fail_unless (gst_structure_get_boolean (gst_message_get_structure (message),
          "concealed", &concealed) && concealed);
  gst_message_unref (message);
  text = get_text (rig.port, "/audio_0.m3u8");
  fail_unless (strstr (text, "GAP") == NULL, "%s", text);
  rig_clear (&rig);
}

GST_END_TEST;

static GstMessage *
wait_gap (Rig * rig, const gchar * state)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (rig->bus, 30 * GST_SECOND,
              GST_MESSAGE_ELEMENT)) != NULL) {
    const GstStructure *s = gst_message_get_structure (message);

    if (gst_structure_has_name (s, "llhlssink-gap")
        && g_str_equal (gst_structure_get_string (s, "state"), state))
      return message;
    gst_message_unref (message);
  }
  return NULL;
}

static const gchar *
reason_of (GstMessage * message)
{
  return gst_structure_get_string (gst_message_get_structure (message),
      "reason");
}

static const gchar *
rendition_of (GstMessage * message)
{
  return gst_structure_get_string (gst_message_get_structure (message),
      "rendition");
}

/* The other rung, with the frames that video_0 has had last. */
static void
push_other (Rig * rig, GstHarness * other, guint n)
{
  GstHarness *first = rig->video;

  rig->video = other;
  rig->frame -= n;
  push_video (rig, n);
  rig->video = first;
}

/* Whoever watches may take the other one, until that is gone, too. */
GST_START_TEST (llhlssink_outage_is_critical)
{
  g_autoptr (GstMessage) one = NULL, both = NULL, over = NULL, end = NULL;
  GstHarness *other;
  Rig rig;
  guint i;

  rig_make (&rig, TRUE);
  other = gst_harness_new_with_element (rig.sink, "video_1", NULL);
  rig_play (&rig);
  gst_harness_set_src_caps (other, video_caps (config_b, sizeof (config_b)));
  for (i = 0; i < 2 * GOP; i++) {
    push_all (&rig, 40);
    push_other (&rig, other, 1);
  }
  for (i = 0; i < 3 * GOP; i++)
    push_all (&rig, 40);
  one = wait_gap (&rig, "open");
  fail_unless_equals_string (rendition_of (one), "video_1");
  fail_unless_equals_string (severity_of (one), "warning");
  /* Sound alone goes on. */
  for (i = 0; i < 200 && both == NULL; i++) {
    push_audio (&rig, rig.frame * FRAME + i * 40 * GST_MSECOND);
    g_usleep (20 * 1000);
    both = pop_element_message (&rig, "llhlssink-gap");
  }
  fail_unless (both != NULL);
  fail_unless_equals_string (rendition_of (both), "video_0");
  fail_unless_equals_string (severity_of (both), "critical");
  rig.frame += 10 * GOP;
  push_video (&rig, 2 * GOP);
  over = wait_gap (&rig, "close");
  fail_unless_equals_string (rendition_of (over), "video_0");
  fail_unless_equals_string (severity_of (over), "info");
  gst_element_set_state (rig.sink, GST_STATE_READY);
  end = wait_gap (&rig, "close");
  fail_unless_equals_string (rendition_of (end), "video_1");
  fail_unless_equals_string (reason_of (end), "stopped");
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  gst_harness_teardown (other);
  rig_clear (&rig);
}

GST_END_TEST;

/* What the application does is no loss. */
GST_START_TEST (llhlssink_released_pad_is_no_gap)
{
  g_autoptr (GstMessage) open = NULL, close = NULL, more = NULL;
  GstHarness *other;
  GstPad *pad;
  Rig rig;

  rig_make (&rig, FALSE);
  other = gst_harness_new_with_element (rig.sink, "video_1", NULL);
  rig_play (&rig);
  gst_harness_set_src_caps (other, video_caps (config_b, sizeof (config_b)));
  push_all (&rig, 2000);
  push_other (&rig, other, 2 * GOP);
  push_all (&rig, 3000);
  open = wait_gap (&rig, "open");
  fail_unless_equals_string (rendition_of (open), "video_1");
  pad = gst_element_get_static_pad (rig.sink, "video_1");
  gst_harness_teardown (other);
  if (GST_OBJECT_PARENT (pad) == GST_OBJECT (rig.sink))
    gst_element_release_request_pad (rig.sink, pad);
  gst_object_unref (pad);
  close = wait_gap (&rig, "close");
  fail_unless_equals_string (reason_of (close), "released");
  push_all (&rig, 4000);
  more = pop_element_message (&rig, "llhlssink-gap");
  fail_unless (more == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

/* Rule 37: not with the next buffer. */
GST_START_TEST (llhlssink_tells_of_a_gap_by_the_clock)
{
  GstMessage *open, *close;
  guint64 duration;
  Rig rig;
  guint i;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 1400);
  open = wait_gap (&rig, "open");
  fail_unless (open != NULL);
  /* The rest of the segment, then whole ones. */
  for (i = 0; i < 100; i++) {
    g_autofree gchar *text = get_text (rig.port, "/video_0.m3u8");

    if (strstr (text, ",GAP=YES\n") != NULL
        && strstr (text, "#EXT-X-GAP\n") != NULL)
      break;
    g_usleep (200 * 1000);
  }
  fail_unless (i < 100);
  /* An hour later, so late is nothing. */
  rig.frame += 3600 * GOP;
  push_all (&rig, 2000);
  close = wait_gap (&rig, "close");
  fail_unless (close != NULL);
  fail_unless (gst_structure_get_uint64 (gst_message_get_structure (close),
          "duration", &duration) && duration > GST_SECOND);
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (open), "incident"),
      gst_structure_get_string (gst_message_get_structure (close), "incident"));
  fail_unless_equals_string (severity_of (open), "critical");
  fail_unless_equals_string (severity_of (close), "info");
  fail_unless_equals_string (reason_of (close), "recovered");
  gst_message_unref (open);
  gst_message_unref (close);
  rig_clear (&rig);
}

GST_END_TEST;

/* Time stands still. */
GST_START_TEST (llhlssink_tells_of_no_gap_in_paused)
{
  g_autofree gchar *text = NULL;
  Rig rig;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 1400);
  gst_element_set_state (rig.sink, GST_STATE_PAUSED);
  g_usleep (2500 * 1000);
  text = get_text (rig.port, "/video_0.m3u8");
  fail_unless (strstr (text, "GAP") == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

static guint64
first_msn (Rig * rig)
{
  g_autofree gchar *text = get_text (rig->port, "/video_0.m3u8");
  const gchar *line = strstr (text, "#EXT-X-MEDIA-SEQUENCE:");

  fail_unless (line != NULL);
  return g_ascii_strtoull (line + strlen ("#EXT-X-MEDIA-SEQUENCE:"), NULL, 10);
}

static void
run_with_state (Rig * rig, const gchar * path)
{
  rig_make (rig, FALSE);
  g_object_set (rig->sink, "state-file", path, NULL);
  gst_element_set_state (rig->sink, GST_STATE_READY);
  gst_element_set_state (rig->sink, GST_STATE_PLAYING);
  rig_play (rig);
}

/* 95: more segments than seconds went by, so the date is behind. */
GST_START_TEST (llhlssink_counts_on_after_a_restart)
{
  g_autofree gchar *dir = g_dir_make_tmp ("llhls-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "state", NULL);
  g_autofree gchar *text = NULL;
  GstMessage *warning;
  guint64 before;
  Rig rig;

  run_with_state (&rig, path);
  push_all (&rig, 20500);
  before = first_msn (&rig);
  rig_clear (&rig);
  run_with_state (&rig, path);
  push_all (&rig, 2500);
  fail_unless (first_msn (&rig) >= before + 20);
  text = get_text (rig.port, "/video_0.m3u8");
  fail_unless (strstr (text, "#EXT-X-DISCONTINUITY\n") != NULL);
  rig_clear (&rig);
  /* A file that is no state. */
  fail_unless (g_file_set_contents (path, "state\n", -1, NULL));
  run_with_state (&rig, path);
  warning = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);
  gst_message_unref (warning);
  push_all (&rig, 2500);
  fail_unless (first_msn (&rig) < before + 20);
  rig_clear (&rig);
  g_unlink (path);
  g_rmdir (dir);
}

GST_END_TEST;

/* (transfer full) */
static GstMessage *
wait_state_file (Rig * rig, const gchar * state)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (rig->bus, 30 * GST_SECOND,
              GST_MESSAGE_ELEMENT)) != NULL) {
    if (gst_message_has_name (message, "llhlssink-state-file"))
      break;
    gst_message_unref (message);
  }
  fail_unless (message != NULL, "no %s", state);
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), "state"), state);
  return message;
}

static gint
state_file_fails (Rig * rig)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 failed;
  gint failing = -1;

  g_object_get (rig->sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_int (stats, "state-file-failing", &failing));
  fail_unless (gst_structure_get_uint64 (stats, "state-files-failed", &failed));
  fail_unless_equals_int (failed > 0, failing);
  return failing;
}

/* When it starts, not when the restart is over that the file was for. */
GST_START_TEST (llhlssink_tells_at_once_that_the_state_can_not_be_written)
{
  g_autofree gchar *dir = g_dir_make_tmp ("llhls-XXXXXX", NULL);
  g_autofree gchar *missing = g_build_filename (dir, "missing", NULL);
  g_autofree gchar *path = g_build_filename (missing, "state", NULL);
  g_autofree gchar *debug = NULL;
  g_autoptr (GstMessage) open = NULL, close = NULL, warning = NULL;
  g_autoptr (GstMessage) again = NULL, stopped = NULL;
  g_autoptr (GError) error = NULL;
  Rig rig;

  run_with_state (&rig, path);
  warning = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);
  gst_message_parse_warning (warning, &error, &debug);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_OPEN_WRITE));
  fail_unless (strstr (debug, "state-file is \"") != NULL, "%s", debug);
  fail_unless (strstr (debug, path) != NULL, "%s", debug);
  fail_unless_equals_int (state_file_fails (&rig), 1);
  rig_clear (&rig);
  run_with_state (&rig, path);
  open = wait_state_file (&rig, "open");
  fail_unless_equals_string (severity_of (open), "warning");
  gst_element_set_state (rig.sink, GST_STATE_READY);
  stopped = wait_state_file (&rig, "close");
  fail_unless_equals_string (reason_of (stopped), "stopped");
  gst_element_set_state (rig.sink, GST_STATE_PLAYING);
  again = wait_state_file (&rig, "open");
  g_mkdir (missing, 0755);
  gst_harness_set_src_caps (rig.video, video_caps (config_a,
          sizeof (config_a)));
  push_all (&rig, 4500);
  close = wait_state_file (&rig, "close");
  fail_unless_equals_string (reason_of (close), "recovered");
  rig_clear (&rig);
  fail_unless (g_unlink (path) == 0);
  /* Nothing else was left there by trying. */
  fail_unless (g_rmdir (missing) == 0);
  run_with_state (&rig, path);
  rig_clear (&rig);
  g_rmdir (dir);
}

GST_END_TEST;

/* An encoder behind us hears where segments shall begin. */
GST_START_TEST (llhlssink_asks_for_key_frames)
{
  GstEvent *event;
  GstClockTime time, expected = GST_SECOND;
  Rig rig;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_video (&rig, 3);
  while ((event = gst_harness_try_pull_upstream_event (rig.video)) != NULL) {
    if (gst_event_has_name (event, "GstForceKeyUnit")) {
      fail_unless (gst_structure_get_clock_time (gst_event_get_structure
              (event), "running-time", &time));
      fail_unless_equals_uint64 (time, expected);
      expected += GST_SECOND;
    }
    gst_event_unref (event);
  }
  /* Ahead of time, since encoders look ahead. */
  fail_unless (expected >= 5 * GST_SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

/* Behind a loss nothing can be shown before the next one. */
GST_START_TEST (llhlssink_asks_for_a_missing_key_frame_at_once)
{
  GstEvent *event;
  GstClockTime time;
  guint asked = 0;
  Rig rig;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_video (&rig, 40);
  rig.frame += 13;
  push_video (&rig, 20);
  while ((event = gst_harness_try_pull_upstream_event (rig.video)) != NULL) {
    asked += gst_event_has_name (event, "GstForceKeyUnit")
        && gst_structure_get_clock_time (gst_event_get_structure (event),
        "running-time", &time) && !GST_CLOCK_TIME_IS_VALID (time);
    gst_event_unref (event);
  }
  fail_unless_equals_int (asked, 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_takes_byte_streams_and_adts)
{
  static const guint8 key[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x0c, 0x8c, 0x8d,
    0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0, 0, 0, 1, 0x68,
    0xce, 0x3c, 0x80, 0, 0, 1, 0x65, 0x88, 0x80
  };
  static const guint8 delta[] = { 0, 0, 0, 1, 0x41, 0x9a, 0x80 };
  static const guint8 adts[] = {
    0xff, 0xf1, 0x4c, 0x80, 0x01, 0x5f, 0xfc, 1, 2, 3
  };
  g_autofree gchar *text = NULL;
  Rig rig;
  guint i;

  rig_make (&rig, TRUE);
  rig_play (&rig);
  gst_harness_set_src_caps_str (rig.video, "video/x-h264, "
      "stream-format=byte-stream, alignment=au, framerate=25/1");
  gst_harness_set_src_caps_str (rig.audio, "audio/mpeg, mpegversion=4, "
      "stream-format=adts, framed=true, rate=48000, channels=2");
  for (i = 0; i < 150; i++) {
    GstBuffer *buffer = i % 25 == 0 ? gst_buffer_new_memdup (key,
        sizeof (key)) : gst_buffer_new_memdup (delta, sizeof (delta));

    GST_BUFFER_PTS (buffer) = i * FRAME;
    gst_harness_push (rig.video, buffer);
    buffer = gst_buffer_new_memdup (adts, sizeof (adts));
    GST_BUFFER_PTS (buffer) =
        gst_util_uint64_scale (i, 1024 * GST_SECOND, 48000);
    gst_harness_push (rig.audio, buffer);
  }
  text = get_text (rig.port, "/video_0.m3u8");
  fail_unless (strstr (text, "#EXTINF:1.00000,") != NULL);
  g_free (text);
  text = get_text (rig.port, "/live.m3u8");
  fail_unless (strstr (text, "avc1.42c00c,mp4a.40.2") != NULL);
  rig_clear (&rig);
}

GST_END_TEST;

static gchar *
read_file (const gchar * folder, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  gchar *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
remove_tree (const gchar * path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_remove (path);
}

/* How many files `playlist` lists; all are there. */
static guint
check_listed_files (const gchar * folder, const gchar * playlist)
{
  g_auto (GStrv) lines = g_strsplit (playlist, "\n", -1);
  guint i, segments = 0;

  for (i = 0; lines[i] != NULL; i++) {
    g_autofree gchar *media = NULL;

    if (lines[i][0] == '#' || lines[i][0] == '\0')
      continue;
    media = read_file (folder, lines[i]);
    fail_unless (media != NULL && memcmp (media + 4, "styp", 4) == 0);
    segments++;
  }
  return segments;
}

GST_START_TEST (llhlssink_writes_a_directory)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *text = NULL, *multivariant = NULL, *map = NULL;
  Rig rig;

  rig_make_at (&rig, TRUE, folder);
  rig_play (&rig);
  push_all (&rig, 5000);
  gst_harness_push_event (rig.video, gst_event_new_eos ());
  gst_harness_push_event (rig.audio, gst_event_new_eos ());
  /* Stopping waits for the disk. */
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  multivariant = read_file (folder, "live.m3u8");
  fail_unless (multivariant != NULL);
  fail_unless (strstr (multivariant, "\nvideo_0.m3u8\n") != NULL);
  text = read_file (folder, "video_0.m3u8");
  fail_unless (text != NULL && strstr (text, "#EXT-X-ENDLIST\n") != NULL);
  fail_unless (strstr (text, "EXT-X-PART") == NULL);
  fail_unless (strstr (text, "SERVER-CONTROL") == NULL);
  fail_unless (check_listed_files (folder, text) >= 3);
  map = between (text, "#EXT-X-MAP:URI=\"", "\"");
  g_free (text);
  text = read_file (folder, map);
  fail_unless (text != NULL && memcmp (text + 4, "ftyp", 4) == 0);
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

/* (transfer full) Of the next `llhlssink-files`. */
static GstMessage *
wait_for_files (Rig * rig, const gchar * state)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (rig->bus, 10 * GST_SECOND,
              GST_MESSAGE_ELEMENT)) != NULL) {
    if (gst_message_has_name (message, "llhlssink-files"))
      break;
    gst_message_unref (message);
  }
  fail_unless (message != NULL, "no llhlssink-files %s", state);
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), "state"), state);
  return message;
}

GST_START_TEST (llhlssink_tells_that_files_can_not_be_written)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *blocker = g_build_filename (folder, "video_0", NULL);
  g_autofree gchar *early = NULL, *text = NULL;
  g_autoptr (GstMessage) open = NULL, close = NULL;
  const GstStructure *facts;
  guint64 duration = 0;
  Rig rig;

  fail_unless (g_file_set_contents (blocker, "", 0, NULL));
  rig_make_at (&rig, FALSE, folder);
  rig_play (&rig);
  push_video (&rig, 5 * GOP);
  open = wait_for_files (&rig, "open");
  facts = gst_message_get_structure (open);
  fail_unless_equals_string (gst_structure_get_string (facts, "severity"),
      "critical");
  fail_unless_equals_string (gst_structure_get_string (facts, "location"),
      folder);
  fail_unless (gst_structure_get_string (facts, "error") != NULL);
  early = read_file (folder, "video_0.m3u8");
  fail_unless (early == NULL);
  g_remove (blocker);
  close = wait_for_files (&rig, "close");
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (close), "incident"),
      gst_structure_get_string (facts, "incident"));
  fail_unless (gst_structure_get_uint64 (gst_message_get_structure (close),
          "duration", &duration) && duration > 0);
  gst_harness_push_event (rig.video, gst_event_new_eos ());
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  text = read_file (folder, "video_0.m3u8");
  fail_unless (text != NULL && check_listed_files (folder, text) >= 3);
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

static void
assert_refused (GstElement * sink, GQuark domain, gint code, const gchar * what)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_element_set_bus (sink, bus);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PLAYING),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code));
  fail_unless (strstr (debug, what) != NULL, "%s", debug);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
}

GST_START_TEST (llhlssink_names_what_is_wrong)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make
      ("llhlssink", NULL));

  g_object_set (sink, "port", 0, "target-duration", 1000, "part-duration",
      2000, NULL);
  assert_refused (sink, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "part-duration is 2000 ms");
  g_object_set (sink, "part-duration", 500, "address", "localhost", NULL);
  assert_refused (sink, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "address is \"localhost\"");
  g_object_set (sink, "address", "127.0.0.1", "port", -1, NULL);
  assert_refused (sink, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "port is -1");
  g_object_set (sink, "port", 0, "location", "/dev/null/x", NULL);
  assert_refused (sink, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
      "location is \"/dev/null/x\"");
  g_object_set (sink, "location", NULL, "player-script", "/nowhere.js", NULL);
  assert_refused (sink, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "player-script is \"/nowhere.js\"");
  /* And after all that it runs. */
  g_object_set (sink, "player-script", NULL, NULL);
  fail_unless (gst_element_set_state (sink, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (sink, GST_STATE_NULL);
}

GST_END_TEST;

GST_START_TEST (llhlssink_names_a_port_in_use)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make
      ("llhlssink", NULL));
  g_autofree gchar *expected = NULL;
  Rig rig;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  g_object_set (sink, "port", rig.port, NULL);
  expected = g_strdup_printf ("port is %d", rig.port);
  assert_refused (sink, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      expected);
  assert_refused (sink, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      "set port to one that is free");
  rig_clear (&rig);
}

GST_END_TEST;

/* 192.0.2.0/24 is for documents only (RFC 5737). */
GST_START_TEST (llhlssink_names_an_address_that_is_not_here)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make
      ("llhlssink", NULL));

  g_object_set (sink, "port", 0, "address", "192.0.2.1", NULL);
  assert_refused (sink, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      "set address to one that this machine has");
}

GST_END_TEST;

GST_START_TEST (llhlssink_refuses_caps_that_it_can_not_serve)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make
      ("llhlssink", NULL));
  GstPad *pad = gst_element_request_pad_simple (sink, "video_%u");
  g_autoptr (GstCaps) wrong =
      gst_caps_from_string ("video/x-h264, stream-format=avc, alignment=nal");
  g_autoptr (GstCaps) right = video_caps (config_a, sizeof (config_a));

  fail_unless_equals_string (GST_PAD_NAME (pad), "video_0");
  fail_if (gst_pad_query_accept_caps (pad, wrong));
  fail_unless (gst_pad_query_accept_caps (pad, right));
  gst_element_release_request_pad (sink, pad);
  gst_object_unref (pad);
  pad = gst_element_request_pad_simple (sink, "video_7");
  fail_unless_equals_string (GST_PAD_NAME (pad), "video_7");
  gst_element_release_request_pad (sink, pad);
  gst_object_unref (pad);
}

GST_END_TEST;

GST_START_TEST (llhlssink_ignores_garbage)
{
  guint32 random = 7;
  Rig rig;
  guint i, j;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_all (&rig, 1000);
  for (i = 0; i < 3000; i++) {
    guint8 data[64];
    GstBuffer *buffer;

    for (j = 0; j < sizeof (data); j++) {
      random = random * 1664525 + 1013904223;
      data[j] = random >> 24;
    }
    if (i % 2 == 0)
      memcpy (data, "\0\0\0\1", 4);
    buffer = gst_buffer_new_memdup (data, random % sizeof (data));
    GST_BUFFER_PTS (buffer) = (rig.frame + i) * FRAME;
    if (i == 1500)
      gst_harness_set_src_caps_str (rig.video, "video/x-h264, "
          "stream-format=byte-stream, alignment=au");
    gst_harness_push (rig.video, buffer);
  }
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
llhlssink_suite (void)
{
  Suite *s = suite_create ("llhlssink");
  TCase *tc = tcase_create ("llhlssink");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhlssink_serves_what_its_playlists_name);
  tcase_add_test (tc, llhlssink_answers_http_as_it_should);
  tcase_add_test (tc, llhlssink_holds_a_request_until_its_part_is_there);
  tcase_add_test (tc, llhlssink_holds_a_hinted_part_whose_key_frame_is_late);
  tcase_add_test (tc, llhlssink_answers_503_when_nothing_comes);
  tcase_add_test (tc, llhlssink_ends_with_the_stream_and_releases_who_waits);
  tcase_add_test (tc, llhlssink_answers_503_to_who_waits_when_it_stops);
  tcase_add_test (tc, llhlssink_can_be_used_again);
  tcase_add_test (tc, llhlssink_goes_on_after_a_flush);
  tcase_add_test (tc, llhlssink_takes_a_changed_encoder);
  tcase_add_test (tc, llhlssink_tells_of_a_gap);
  tcase_add_test (tc, llhlssink_fills_lost_sound_with_silence);
  tcase_add_test (tc, llhlssink_tells_of_a_gap_by_the_clock);
  tcase_add_test (tc, llhlssink_outage_is_critical);
  tcase_add_test (tc, llhlssink_released_pad_is_no_gap);
  tcase_add_test (tc, llhlssink_tells_of_no_gap_in_paused);
  tcase_add_test (tc, llhlssink_counts_on_after_a_restart);
  tcase_add_test (tc,
      llhlssink_tells_at_once_that_the_state_can_not_be_written);
  tcase_add_test (tc, llhlssink_asks_for_key_frames);
  tcase_add_test (tc, llhlssink_asks_for_a_missing_key_frame_at_once);
  tcase_add_test (tc, llhlssink_takes_byte_streams_and_adts);
  tcase_add_test (tc, llhlssink_writes_a_directory);
  tcase_add_test (tc, llhlssink_tells_that_files_can_not_be_written);
  tcase_add_test (tc, llhlssink_names_what_is_wrong);
  tcase_add_test (tc, llhlssink_names_a_port_in_use);
  tcase_add_test (tc, llhlssink_names_an_address_that_is_not_here);
  tcase_add_test (tc, llhlssink_refuses_caps_that_it_can_not_serve);
  tcase_add_test (tc, llhlssink_ignores_garbage);
  return s;
}

GST_CHECK_MAIN (llhlssink);
