/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What llhlssink's playlists say, from pushed buffers through pad properties
 * and signals to the text that a plain HTTP client reads. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <string.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25
#define KEY "\0\0\0\4\x65\x88\x84\x01"
#define DELTA "\0\0\0\3\x41\x9a\x80"

/* x264, 320x180 baseline */
static const guint8 avc_config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  GstHarness *video, *text;
  gboolean with_text;
  gint port;
  guint64 frame, gop;           /* frames */
} Rig;

static void
rig_request (Rig * rig, const gchar * name)
{
  GstPad *pad = gst_element_request_pad_simple (rig->sink, name);

  fail_unless (pad != NULL);
  gst_object_unref (pad);
}

/* A harness starts its element at once, so all is set before rig_play (). */
static void
rig_make (Rig * rig, gboolean text)
{
  memset (rig, 0, sizeof (*rig));
  rig->gop = GOP;
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", 0, "target-duration", 1000,
      "part-duration", 200, NULL);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
  rig_request (rig, "video_0");
  if (text)
    rig_request (rig, "text_0");
  rig->with_text = text;
}

static void
rig_play (Rig * rig)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (avc_config,
      sizeof (avc_config));

  rig->video = gst_harness_new_with_element (rig->sink, "video_0", NULL);
  if (rig->with_text)
    rig->text = gst_harness_new_with_element (rig->sink, "text_0", NULL);
  gst_harness_play (rig->video);
  gst_harness_set_src_caps (rig->video, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc",
          "alignment", G_TYPE_STRING, "au",
          "codec_data", GST_TYPE_BUFFER, data,
          "framerate", GST_TYPE_FRACTION, 25, 1, NULL));
  if (rig->text != NULL) {
    gst_harness_play (rig->text);
    gst_harness_set_src_caps (rig->text, gst_caps_new_simple ("text/x-raw",
            "format", G_TYPE_STRING, "utf8", NULL));
  }
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
  fail_unless (rig->port > 0);
}

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  g_clear_pointer (&rig->text, gst_harness_teardown);
  g_clear_pointer (&rig->video, gst_harness_teardown);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
}

static void
set_pad (Rig * rig, const gchar * name, const gchar * property,
    const gchar * value)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (rig->sink, name);

  gst_util_set_object_arg (G_OBJECT (pad), property, value);
}

static void
push_video (Rig * rig, guint n)
{
  for (; n > 0; n--) {
    gboolean key = rig->frame % rig->gop == 0;
    GstBuffer *buffer = gst_buffer_new_memdup (key ? KEY : DELTA,
        key ? sizeof (KEY) - 1 : sizeof (DELTA) - 1);

    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = rig->frame * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    if (rig->frame++ % rig->gop != 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    fail_unless_equals_int (gst_harness_push (rig->video, buffer), GST_FLOW_OK);
  }
}

static void
push_cue (Rig * rig, const gchar * text, guint start_ms, guint ms)
{
  GstBuffer *buffer = gst_buffer_new_memdup (text, strlen (text));

  GST_BUFFER_PTS (buffer) = start_ms * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = ms * GST_MSECOND;
  fail_unless_equals_int (gst_harness_push (rig->text, buffer), GST_FLOW_OK);
}

/* HTTP */

/* The whole answer with its head. */
static GBytes *
get (Rig * rig, const gchar * path, const gchar * headers)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree gchar *text = NULL;
  guint8 chunk[4096];
  gssize n;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, 40);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
      rig->port, NULL, NULL);
  fail_unless (connection != NULL);
  text = g_strdup_printf ("GET /%s HTTP/1.1\r\nHost: test\r\n%s"
      "Connection: close\r\n\r\n", path, headers);
  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, NULL));
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
                  (connection)), chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_byte_array_append (all, chunk, n);
  g_byte_array_append (all, (const guint8 *) "", 1);
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static const gchar *
body_of (GBytes * answer, gsize * size)
{
  const gchar *text = g_bytes_get_data (answer, NULL);
  const gchar *end = strstr (text, "\r\n\r\n");

  fail_unless (end != NULL);
  *size = g_bytes_get_size (answer) - 1 - (end + 4 - text);
  return end + 4;
}

static gchar *
get_text (Rig * rig, const gchar * path)
{
  g_autoptr (GBytes) answer = get (rig, path, "");
  gsize size;

  fail_unless (g_str_has_prefix (g_bytes_get_data (answer, NULL),
          "HTTP/1.1 200 "), "%s", path);
  return g_strdup (body_of (answer, &size));
}

/* The first line behind `from` in which it stands, up to a character of
 * `ends`. */
static gchar *
after (const gchar * text, const gchar * from, const gchar * ends)
{
  const gchar *found = strstr (text, from);

  fail_unless (found != NULL, "no %s in %s", from, text);
  found += strlen (from);
  return g_strndup (found, strcspn (found, ends));
}

#define fail_unless_has(text, what) \
    fail_unless (strstr (text, what) != NULL, "no %s in %s", what, text)

/* Tests */

GST_START_TEST (llhlssink_serves_key_frames)
{
  Rig rig;
  g_autofree gchar *index = NULL, *list = NULL, *media = NULL, *uri = NULL;
  g_autofree gchar *range = NULL, *header = NULL, *blocked = NULL;
  g_autoptr (GBytes) answer = NULL;
  const gchar *body;
  gsize size, wanted;

  rig_make (&rig, FALSE);
  rig_play (&rig);
  push_video (&rig, 3 * GOP + 10);
  index = get_text (&rig, "live.m3u8");
  fail_unless_has (index, "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=");
  fail_unless_has (index, "URI=\"video_0-iframes.m3u8\"\n");
  list = get_text (&rig, "video_0-iframes.m3u8");
  fail_unless_has (list, "#EXT-X-VERSION:5\n");
  fail_unless_has (list, "#EXT-X-I-FRAMES-ONLY\n");
  fail_unless_has (list, "#EXT-X-RENDITION-REPORT:URI=\"video_0.m3u8\"");
  fail_unless (strstr (list, "#EXT-X-PART:") == NULL);
  media = get_text (&rig, "video_0.m3u8");
  fail_unless_has (media, "#EXT-X-RENDITION-REPORT:URI="
      "\"video_0-iframes.m3u8\",LAST-MSN=");

  range = after (list, "#EXT-X-BYTERANGE:", "@");
  uri = after (list, "#EXTINF:1.00000,\n", "\n");
  wanted = g_ascii_strtoull (range, NULL, 10);
  header = g_strdup_printf ("Range: bytes=0-%u\r\n", (guint) wanted - 1);
  answer = get (&rig, uri, header);
  fail_unless (g_str_has_prefix (g_bytes_get_data (answer, NULL),
          "HTTP/1.1 206 "));
  body = body_of (answer, &size);
  fail_unless (size == wanted);
  fail_unless (memcmp (body + 4, "styp", 4) == 0);
  /* Its last byte is the key frame's. */
  fail_unless (memcmp (body + size - (sizeof (KEY) - 1), KEY,
          sizeof (KEY) - 1) == 0);

  /* 76 */
  g_free (header);
  header = after (list, "#EXT-X-MEDIA-SEQUENCE:", "\n");
  g_free (range);
  range = g_strdup_printf ("video_0-iframes.m3u8?_HLS_msn=%" G_GUINT64_FORMAT,
      g_ascii_strtoull (header, NULL, 10) + 2);
  blocked = get_text (&rig, range);
  fail_unless_has (blocked, "#EXTINF");
  rig_clear (&rig);
}

GST_END_TEST;

/* 84: a gap's URI leads nowhere, though the segment is there. */
GST_START_TEST (llhlssink_has_nothing_where_a_key_frame_is_missing)
{
  Rig rig;
  g_autofree gchar *list = NULL, *media = NULL, *gap = NULL, *segment = NULL;
  g_autoptr (GBytes) none = NULL, some = NULL;

  rig_make (&rig, FALSE);
  rig.gop = 1000 * GOP;
  rig_play (&rig);
  push_video (&rig, 6 * GOP);
  list = get_text (&rig, "video_0-iframes.m3u8");
  fail_unless_has (list, "#EXT-X-BYTERANGE:");
  gap = after (list, "#EXT-X-GAP\n#EXTINF:1.48000,\n", "\n");
  none = get (&rig, gap, "");
  fail_unless (g_str_has_prefix (g_bytes_get_data (none, NULL),
          "HTTP/1.1 404 "), "%s", gap);
  media = get_text (&rig, "video_0.m3u8");
  fail_unless (strstr (media, gap) == NULL);
  segment = g_strdup_printf ("%.*s.m4s", (int) (strstr (gap, ".key") - gap),
      gap);
  fail_unless_has (media, segment);
  some = get (&rig, segment, "");
  fail_unless (g_str_has_prefix (g_bytes_get_data (some, NULL),
          "HTTP/1.1 200 "), "%s", segment);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_leaves_key_frames_out_when_told)
{
  Rig rig;
  g_autofree gchar *index = NULL;
  g_autoptr (GBytes) answer = NULL;

  rig_make (&rig, FALSE);
  g_object_set (rig.sink, "iframe-playlists", FALSE, "start-time-offset",
      -3000, NULL);
  rig_play (&rig);
  push_video (&rig, GOP + 10);
  index = get_text (&rig, "live.m3u8");
  fail_unless (strstr (index, "I-FRAME") == NULL);
  fail_unless_has (index, "#EXT-X-START:TIME-OFFSET=-3.000\n");
  answer = get (&rig, "video_0-iframes.m3u8", "");
  fail_unless (g_str_has_prefix (g_bytes_get_data (answer, NULL),
          "HTTP/1.1 404 "));
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_serves_subtitles)
{
  Rig rig;
  g_autofree gchar *index = NULL, *list = NULL, *uri = NULL, *segment = NULL;
  g_autofree gchar *video = NULL, *msn = NULL, *video_msn = NULL;
  g_autoptr (GBytes) answer = NULL;

  rig_make (&rig, TRUE);
  set_pad (&rig, "text_0", "language", "de");
  set_pad (&rig, "text_0", "track-name", "Deutsch");
  set_pad (&rig, "text_0", "default", "true");
  rig_play (&rig);
  push_cue (&rig, "Hallo <Welt>", 100, 1500);
  push_video (&rig, 3 * GOP + 10);
  index = get_text (&rig, "live.m3u8");
  fail_unless_has (index, "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\","
      "NAME=\"Deutsch\",LANGUAGE=\"de\",DEFAULT=YES,AUTOSELECT=YES,"
      "URI=\"text_0.m3u8\"\n");
  fail_unless_has (index, ",SUBTITLES=\"subs\"\nvideo_0.m3u8\n");

  list = get_text (&rig, "text_0.m3u8");
  video = get_text (&rig, "video_0.m3u8");
  msn = after (list, "#EXT-X-MEDIA-SEQUENCE:", "\n");
  video_msn = after (video, "#EXT-X-MEDIA-SEQUENCE:", "\n");
  fail_unless_equals_string (msn, video_msn);
  fail_unless_has (list, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"text_0/");
  uri = after (list, "#EXTINF:1.00000,\n", "\n");
  answer = get (&rig, uri, "");
  fail_unless_has ((const gchar *) g_bytes_get_data (answer, NULL),
      "Content-Type: text/vtt");
  segment = get_text (&rig, uri);
  fail_unless_equals_string (segment, "WEBVTT\n"
      "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n"
      "00:00:00.100 --> 00:00:01.600\nHallo &lt;Welt&gt;\n");
  rig_clear (&rig);
}

GST_END_TEST;

/* A pad that never brings a cue holds nothing up. */
GST_START_TEST (llhlssink_does_not_wait_for_subtitles)
{
  Rig rig;
  g_autofree gchar *list = NULL, *last = NULL;

  rig_make (&rig, TRUE);
  rig_play (&rig);
  push_video (&rig, 2 * GOP + 10);
  list = get_text (&rig, "text_0.m3u8");
  fail_unless_has (list, "#EXTINF:1.00000,\ntext_0/");
  fail_unless (gst_harness_push_event (rig.video, gst_event_new_eos ()));
  last = get_text (&rig, "text_0.m3u8");
  fail_unless (g_str_has_suffix (last, "#EXT-X-ENDLIST\n"));
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
insert (Rig * rig, GstStructure * range)
{
  gboolean ok = FALSE;

  g_signal_emit_by_name (rig->sink, "insert-daterange", range, &ok);
  gst_structure_free (range);
  return ok;
}

GST_START_TEST (llhlssink_lists_date_ranges)
{
  Rig rig;
  g_autofree gchar *video = NULL, *text = NULL, *keys = NULL, *later = NULL;
  g_autoptr (GstBuffer) out = gst_buffer_new_memdup ("\xfc\x30", 2);
  g_autoptr (GBytes) in = g_bytes_new_static ("\xfc\x31", 2);

  rig_make (&rig, TRUE);
  rig_play (&rig);
  push_video (&rig, 2 * GOP);
  fail_unless (insert (&rig, gst_structure_new ("daterange",
              "id", G_TYPE_STRING, "ad-1", "class", G_TYPE_STRING, "ad",
              "start-running-time", G_TYPE_UINT64, 2 * GST_SECOND,
              "planned-duration", G_TYPE_UINT64, 30 * GST_SECOND,
              "scte35-out", GST_TYPE_BUFFER, out,
              "x-com-example-n", G_TYPE_INT, 7,
              "x-com-example-s", G_TYPE_STRING, "a b", NULL)));
  push_video (&rig, 10);
  video = get_text (&rig, "video_0.m3u8");
  fail_unless_has (video, "#EXT-X-DATERANGE:ID=\"ad-1\",CLASS=\"ad\","
      "START-DATE=\"");
  fail_unless_has (video, "Z\",PLANNED-DURATION=30.000,X-COM-EXAMPLE-N=7,"
      "X-COM-EXAMPLE-S=\"a b\",SCTE35-OUT=0xFC30\n");
  fail_unless_has (video, "CAN-SKIP-DATERANGES=YES");
  text = get_text (&rig, "text_0.m3u8");
  fail_unless_has (text, "#EXT-X-DATERANGE:ID=\"ad-1\"");
  keys = get_text (&rig, "video_0-iframes.m3u8");
  fail_unless_has (keys, "#EXT-X-DATERANGE:ID=\"ad-1\"");
  fail_unless (insert (&rig, gst_structure_new ("daterange",
              "id", G_TYPE_STRING, "ad-1",
              "duration", G_TYPE_UINT64, 20 * GST_SECOND,
              "scte35-in", G_TYPE_BYTES, in, NULL)));
  push_video (&rig, 10);
  later = get_text (&rig, "video_0.m3u8");
  fail_unless_has (later, "DURATION=20.000,PLANNED-DURATION=30.000");
  fail_unless_has (later, "SCTE35-OUT=0xFC30,SCTE35-IN=0xFC31\n");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_says_which_field_of_a_range_is_wrong)
{
  static const struct
  {
    const gchar *range, *field;
  } cases[] = {
    {"r, start-date=\"2026-11-21T12:00:00Z\"", "ID"},
    {"r, id=a", "START-DATE"}, {"r, id=a, start-date=soon", "start-date"},
    {"r, id=a, start-date=\"2026-11-21T12:00:00Z\", duration=1", "duration"},
    {"r, id=a, start-date=\"2026-11-21T12:00:00Z\", colour=red", "colour"},
    {"r, id=a, start-date=\"2026-11-21T12:00:00Z\", scte35-in=fc",
        "SCTE35-IN"},
    {"r, id=a, start-date=\"2026-11-21T12:00:00Z\", x-a=(boolean)true", "x-a"},
    {"r, id=a, start-date=\"2026-11-21T12:00:00Z\", "
          "start-running-time=(guint64)1", "start-running-time"},
    {"r, id=a, start-date=\"2026-11-21T12:00:00Z\", "
          "end-date=\"2026-11-21T11:00:00Z\"", "END-DATE"}
  };
  Rig rig;
  guint i;

  rig_make (&rig, FALSE);
  fail_if (insert (&rig, gst_structure_from_string (cases[0].range, NULL)));
  rig_play (&rig);
  push_video (&rig, 10);
  while (gst_bus_have_pending (rig.bus))
    gst_message_unref (gst_bus_pop (rig.bus));
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstMessage) message = NULL;
    const GstStructure *s;

    fail_if (insert (&rig, gst_structure_from_string (cases[i].range, NULL)),
        "%s", cases[i].range);
    message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ELEMENT);
    fail_unless (message != NULL);
    s = gst_message_get_structure (message);
    fail_unless (gst_structure_has_name (s, "llhlssink-daterange"));
    fail_unless_has (gst_structure_get_string (s, "error"), cases[i].field);
  }
  rig_clear (&rig);
}

GST_END_TEST;

static GstMessage *
pop_refusal (Rig * rig)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ELEMENT))
      != NULL) {
    if (gst_message_has_name (message, "llhlssink-daterange"))
      break;
    gst_message_unref (message);
  }
  return message;
}

/* A day with a break every few minutes; who adds for ever is told once. */
GST_START_TEST (llhlssink_event_keeps_thousands_of_date_ranges)
{
  g_autoptr (GstMessage) refusal = NULL, again = NULL;
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *text = NULL;
  const GstStructure *s;
  guint64 refused;
  guint i, taken;
  gint n;
  Rig rig;

  rig_make (&rig, FALSE);
  gst_util_set_object_arg (G_OBJECT (rig.sink), "playlist-type", "event");
  rig_play (&rig);
  push_video (&rig, 2 * GOP);
  for (i = taken = 0; i < 5000; i++) {
    g_autofree gchar *id = g_strdup_printf ("break-%u", i);

    taken += insert (&rig, gst_structure_new ("daterange",
            "id", G_TYPE_STRING, id,
            "start-running-time", G_TYPE_UINT64, i * GST_SECOND,
            "duration", G_TYPE_UINT64, GST_SECOND, NULL));
  }
  fail_unless_equals_int (taken, 4096);
  refusal = pop_refusal (&rig);
  fail_unless (refusal != NULL);
  s = gst_message_get_structure (refusal);
  fail_unless_equals_string (gst_structure_get_string (s, "severity"),
      "warning");
  fail_unless_equals_string (gst_structure_get_string (s, "id"), "break-4096");
  fail_unless_has (gst_structure_get_string (s, "error"), "4096");
  again = pop_refusal (&rig);
  fail_unless (again == NULL);
  g_object_get (rig.sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "dateranges-refused",
          &refused) && refused == 904);
  fail_unless (gst_structure_get_int (stats, "dateranges", &n) && n == 4096);
  push_video (&rig, 2 * GOP);
  text = get_text (&rig, "video_0.m3u8");
  fail_unless_has (text, "#EXT-X-DATERANGE:ID=\"break-0\"");
  fail_unless_has (text, "#EXT-X-DATERANGE:ID=\"break-4095\"");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_writes_all_playlists_as_files)
{
  Rig rig;
  GError *error = NULL;
  g_autofree gchar *directory = g_dir_make_tmp ("llhls-XXXXXX", &error);
  static const gchar *const names[] = {
    "live.m3u8", "video_0.m3u8", "video_0-iframes.m3u8", "text_0.m3u8"
  };
  g_autofree gchar *remove = NULL;
  guint i;

  rig_make (&rig, TRUE);
  g_object_set (rig.sink, "location", directory, NULL);
  rig_play (&rig);
  push_cue (&rig, "Hi", 0, 500);
  push_video (&rig, 2 * GOP + 10);
  rig_clear (&rig);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_build_filename (directory, names[i], NULL);
    g_autofree gchar *text = NULL;

    fail_unless (g_file_get_contents (path, &text, NULL, NULL), "%s", path);
    fail_unless (strstr (text, "EXT-X-PART") == NULL);
    fail_unless (strstr (text, "SERVER-CONTROL") == NULL);
  }
  remove = g_strdup_printf ("rm -r '%s'", directory);
  fail_unless (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
}

GST_END_TEST;

GST_START_TEST (llhlssink_pads_tell_the_multivariant_playlist)
{
  Rig rig;
  g_autofree gchar *index = NULL, *kept = NULL;
  g_autoptr (GstPad) pad = NULL;

  rig_make (&rig, TRUE);
  set_pad (&rig, "video_0", "score", "2.5");
  set_pad (&rig, "video_0", "stable-id", "a+b/c=d.e-f_9");
  set_pad (&rig, "video_0", "stable-id", "not allowed");
  set_pad (&rig, "text_0", "group-id", "captions");
  set_pad (&rig, "text_0", "forced", "true");
  set_pad (&rig, "text_0", "autoselect", "false");
  set_pad (&rig, "text_0", "characteristics", "public.easy-to-read");
  rig_play (&rig);
  push_video (&rig, GOP + 10);
  index = get_text (&rig, "live.m3u8");
  fail_unless_has (index, ",SCORE=2.500,STABLE-VARIANT-ID=\"a+b/c=d.e-f_9\","
      "CLOSED-CAPTIONS=NONE,SUBTITLES=\"captions\"\n");
  fail_unless_has (index,
      "GROUP-ID=\"captions\",NAME=\"text_0\",LANGUAGE=\"und\","
      "DEFAULT=NO,AUTOSELECT=NO,FORCED=YES,CHARACTERISTICS=\"public.easy-to-read\",");
  pad = gst_element_get_static_pad (rig.sink, "video_0");
  g_object_get (pad, "stable-id", &kept, NULL);
  fail_unless_equals_string (kept, "a+b/c=d.e-f_9");
  rig_clear (&rig);
}

GST_END_TEST;

/* `text_0::language=de` in a launch line, before there is such a pad. */
/* Nobody hears what a typo has left out. */
GST_START_TEST (llhlssink_warns_of_sound_that_is_not_there)
{
  static const struct
  {
    const gchar *groups, *unknown;
  } cases[] = {
    {"hgih", "\"hgih\""}, {"aud", "\"aud\""}, {"", NULL}, {NULL, NULL}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstMessage) warning = NULL, again = NULL;
    g_autofree gchar *debug = NULL;
    g_autoptr (GError) error = NULL;
    Rig rig;

    rig_make (&rig, FALSE);
    if (cases[i].groups != NULL)
      set_pad (&rig, "video_0", "audio-groups", cases[i].groups);
    rig_play (&rig);
    push_video (&rig, 3 * GOP);
    warning = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
    again = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
    fail_unless_equals_int (warning != NULL, cases[i].unknown != NULL);
    fail_unless (again == NULL);
    if (warning != NULL) {
      gst_message_parse_warning (warning, &error, &debug);
      fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
              GST_LIBRARY_ERROR_SETTINGS));
      fail_unless_has (debug, "audio-groups of video_0 is ");
      fail_unless_has (debug, cases[i].unknown);
      fail_unless_has (debug, "NULL for all");
    }
    rig_clear (&rig);
  }
}

GST_END_TEST;

GST_START_TEST (llhlssink_names_a_bad_language)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  Rig rig;

  rig_make (&rig, TRUE);
  set_pad (&rig, "text_0", "language", "en_US");
  fail_unless_equals_int (gst_element_set_state (rig.sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless_has (debug, "language of text_0 is \"en_US\"");
  fail_unless_has (debug, "RFC 5646");
  set_pad (&rig, "text_0", "language", "en-US");
  fail_unless (gst_element_set_state (rig.sink, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  rig_clear (&rig);
}

GST_END_TEST;

/* What comes with the stream is told when it can be. */
GST_START_TEST (llhlssink_takes_no_language_from_tags_that_is_none)
{
  static const gchar *const codes[] = { "deutsch oder so", "de" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autofree gchar *index = NULL;
    Rig rig;

    rig_make (&rig, TRUE);
    rig_play (&rig);
    gst_harness_push_event (rig.text, gst_event_new_tag (gst_tag_list_new
            (GST_TAG_LANGUAGE_CODE, codes[i], NULL)));
    push_video (&rig, GOP + 10);
    index = get_text (&rig, "live.m3u8");
    fail_unless_has (index, i == 0 ? "LANGUAGE=\"und\"" : "LANGUAGE=\"de\"");
    rig_clear (&rig);
  }
}

GST_END_TEST;

GST_START_TEST (llhlssink_pads_are_children)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch ("llhlssink name=hls "
      "port=0 video_0::score=3 text_0::language=de "
      "appsrc caps=video/x-h264,stream-format=byte-stream,alignment=au "
      "! hls.video_0 appsrc caps=application/x-subtitle-vtt ! hls.text_0",
      NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "hls");
  g_autofree gchar *language = NULL;
  gdouble score;

  gst_child_proxy_get (GST_CHILD_PROXY (sink), "video_0::score", &score,
      "text_0::language", &language, NULL);
  fail_unless (score == 3);
  fail_unless_equals_string (language, "de");
  fail_unless_equals_int (gst_child_proxy_get_children_count (GST_CHILD_PROXY
          (sink)), 2);
}

GST_END_TEST;

static Suite *
llhlsplaylists_suite (void)
{
  Suite *s = suite_create ("llhlsplaylists");
  TCase *tc = tcase_create ("llhlsplaylists");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_test (tc, llhlssink_serves_key_frames);
  tcase_add_test (tc, llhlssink_has_nothing_where_a_key_frame_is_missing);
  tcase_add_test (tc, llhlssink_leaves_key_frames_out_when_told);
  tcase_add_test (tc, llhlssink_serves_subtitles);
  tcase_add_test (tc, llhlssink_does_not_wait_for_subtitles);
  tcase_add_test (tc, llhlssink_lists_date_ranges);
  tcase_add_test (tc, llhlssink_says_which_field_of_a_range_is_wrong);
  tcase_add_test (tc, llhlssink_event_keeps_thousands_of_date_ranges);
  tcase_add_test (tc, llhlssink_writes_all_playlists_as_files);
  tcase_add_test (tc, llhlssink_pads_tell_the_multivariant_playlist);
  tcase_add_test (tc, llhlssink_warns_of_sound_that_is_not_there);
  tcase_add_test (tc, llhlssink_names_a_bad_language);
  tcase_add_test (tc, llhlssink_takes_no_language_from_tags_that_is_none);
  tcase_add_test (tc, llhlssink_pads_are_children);
  return s;
}

GST_CHECK_MAIN (llhlsplaylists);
