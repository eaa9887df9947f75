/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who gets what from llhlssink, and whose reports it takes; the same over
 * HTTP/1.1 and HTTP/2. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <string.h>

#include "h2client.h"

#define FRAME (40 * GST_MSECOND)
#define GOP 25
#define SECRET "correct horse battery staple"
#define OTHER_SECRET "another secret, another day"
#define MAX_REPORT (64 * 1024)
/* Waits are for what must come; a busy machine may take its time. */
#define PATIENCE_MS 30000

/* x264, 320x180 baseline */
static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

static GstElement *sink;
static GstHarness *harness;
static GstBus *bus;
static guint64 frame;
static gint port;
static gchar *secrets;          /* a file */

static void
push_frames (guint n)
{
  guint8 picture[] = { 0, 0, 0, 3, 0x41, 0x9a, 0x80 };

  while (n-- > 0) {
    GstBuffer *buffer;

    picture[4] = frame % GOP == 0 ? 0x65 : 0x41;
    buffer = gst_buffer_new_memdup (picture, sizeof (picture));
    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = frame * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    if (frame++ % GOP != 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
}

static void
write_secrets (const gchar * text)
{
  fail_unless (g_file_set_contents (secrets, text, -1, NULL));
}

static void
setup (void)
{
  gint fd = g_file_open_tmp ("llhlsaccess-XXXXXX", &secrets, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  write_secrets (SECRET "\n");
  frame = 0;
  sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink", NULL));
  g_object_set (sink, "port", 0, "target-duration", 1000, "part-duration", 200,
      "viewers-interval", 0, NULL);
  bus = gst_bus_new ();
  gst_element_set_bus (sink, bus);
}

static void
play (void)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));

  harness = gst_harness_new_with_element (sink, "video_0", NULL);
  gst_harness_play (harness);
  gst_harness_set_src_caps (harness, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc",
          "alignment", G_TYPE_STRING, "au", "codec_data", GST_TYPE_BUFFER, data,
          "width", G_TYPE_INT, 320, "height", G_TYPE_INT, 180,
          "framerate", GST_TYPE_FRACTION, 25, 1, NULL));
  g_object_get (sink, "actual-port", &port, NULL);
  fail_unless (port > 0);
  push_frames (125);
}

static void
play_closed (void)
{
  g_object_set (sink, "auth-secret-file", secrets, NULL);
  play ();
}

static void
teardown (void)
{
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  g_clear_pointer (&harness, gst_harness_teardown);
  gst_object_unref (bus);
  gst_object_unref (sink);
  g_unlink (secrets);
  g_free (secrets);
}

static guint64
stat_of (const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;
  gint gauge = 0;

  g_object_get (sink, "stats", &stats, NULL);
  if (gst_structure_get_int (stats, name, &gauge))
    return gauge;
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no %s", name);
  return value;
}

static void
await_stat (const gchar * name, guint64 wanted)
{
  guint i;

  for (i = 0; stat_of (name) != wanted; i++) {
    fail_unless (i < PATIENCE_MS / 5, "%s is %" G_GUINT64_FORMAT, name,
        stat_of (name));
    g_usleep (5000);
  }
}

/* Independent of the core that it tries. */
static gchar *
make_token (const gchar * secret, gint64 lives_s, const gchar * scope)
{
  gint64 expiry = g_get_real_time () / G_USEC_PER_SEC + lives_s;
  g_autofree gchar *text = scope != NULL
      ? g_strdup_printf ("%" G_GINT64_FORMAT "-%s", expiry, scope)
      : g_strdup_printf ("%" G_GINT64_FORMAT, expiry);
  g_autofree gchar *mac = g_compute_hmac_for_string (G_CHECKSUM_SHA256,
      (const guchar *) secret, strlen (secret), text, -1);

  return g_strdup_printf ("%" G_GINT64_FORMAT "-%s%s%s", expiry, mac,
      scope != NULL ? "-" : "", scope != NULL ? scope : "");
}

/* HTTP/1.1 */

static GSocketConnection *
say (const gchar * text)
{
  GSocketConnection *connection = h2_connect (port);

  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, NULL));
  return connection;
}

static gchar *
read_all (GSocketConnection * connection)
{
  GString *all = g_string_new (NULL);
  gchar chunk[4096];
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
                  (connection)), chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_string_append_len (all, chunk, n);
  g_object_unref (connection);
  return g_string_free (all, FALSE);
}

static gchar *
ask1 (const gchar * method, const gchar * path, const gchar * headers,
    const gchar * body)
{
  g_autofree gchar *text = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: test\r\n"
      "%sConnection: close\r\n\r\n%s", method, path, headers, body);
  gchar *answer = read_all (say (text));

  fail_unless (g_str_has_prefix (answer, "HTTP/1.1 "), "%s", answer);
  return answer;
}

static guint
status1 (const gchar * method, const gchar * path, const gchar * headers,
    const gchar * body)
{
  g_autofree gchar *answer = ask1 (method, path, headers, body);

  return atoi (answer + strlen ("HTTP/1.1 "));
}

/* HTTP/2 */

typedef struct
{
  const gchar *text;
  gsize size, sent, stop;       /* stops there for ever, unless it is `size` */
} Upload;

static ssize_t
on_upload (nghttp2_session * session, int32_t id, uint8_t * data, size_t size,
    uint32_t * flags, nghttp2_data_source * source, void *user_data)
{
  Upload *upload = source->ptr;
  gsize n = MIN (size, upload->stop - upload->sent);

  if (n == 0 && upload->sent < upload->size)
    return NGHTTP2_ERR_DEFERRED;
  memcpy (data, upload->text + upload->sent, n);
  upload->sent += n;
  if (upload->sent == upload->size)
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  return n;
}

/* `length` may be NULL. */
static H2Reply *
post2 (H2Client * client, const gchar * path, const gchar * type,
    const gchar * length, Upload * upload)
{
  const gchar *pairs[][2] = {
    {":method", "POST"}, {":path", path}, {":scheme", "http"},
    {":authority", "test"}, {"content-type", type}, {"content-length", length}
  };
  nghttp2_nv nvs[G_N_ELEMENTS (pairs)];
  nghttp2_data_provider body = { {0}, on_upload };
  H2Reply *reply = g_new0 (H2Reply, 1);
  guint i, n = length != NULL ? 6 : 5;

  for (i = 0; i < n; i++) {
    nvs[i].name = (uint8_t *) pairs[i][0];
    nvs[i].namelen = strlen (pairs[i][0]);
    nvs[i].value = (uint8_t *) pairs[i][1];
    nvs[i].valuelen = strlen (pairs[i][1]);
    nvs[i].flags = NGHTTP2_NV_FLAG_NONE;
  }
  body.source.ptr = upload;
  reply->head = g_string_new (NULL);
  reply->body = g_byte_array_new ();
  g_ptr_array_add (client->replies, reply);
  reply->id = nghttp2_submit_request (client->session, NULL, nvs, n, &body,
      reply);
  fail_unless (reply->id > 0);
  h2_client_send (client);
  return reply;
}

static guint
status2 (const gchar * method, const gchar * path, const gchar * name,
    const gchar * value)
{
  H2Client *client = h2_client_new (port, 0);
  H2Reply *reply = h2_client_ask (client, method, path, name, value);
  guint status;

  h2_client_finish (client);
  status = reply->status;
  h2_client_free (client);
  return status;
}

static guint
report2 (const gchar * path, const gchar * type, const gchar * body,
    gboolean tell)
{
  H2Client *client = h2_client_new (port, 0);
  Upload upload = { body, strlen (body), 0, strlen (body) };
  g_autofree gchar *length = tell ? g_strdup_printf ("%u",
      (guint) strlen (body)) : NULL;
  H2Reply *reply = post2 (client, path, type, length, &upload);
  guint status;

  h2_client_finish (client);
  status = reply->status;
  h2_client_free (client);
  return status;
}

/* Tokens */

static const gchar *const paths[] = {
  "/", "/player.js", "/live.m3u8", "/video_0.m3u8", "/video_0-iframes.m3u8",
  "/nothing.m3u8", "/nothing/1.m4s"
};

static void
expect (const gchar * path, guint status)
{
  fail_unless_equals_int (status1 ("GET", path, "", ""), status);
  fail_unless_equals_int (status2 ("GET", path, NULL, NULL), status);
  fail_unless_equals_int (status1 ("HEAD", path, "", ""), status);
}

GST_START_TEST (llhlsaccess_wants_a_token_for_everything)
{
  const gchar *path = paths[__i__];
  g_autofree gchar *good = make_token (SECRET, 3600, NULL);
  g_autofree gchar *with = g_strconcat (path, "?token=", good, NULL);
  g_autofree gchar *refused = NULL;
  guint before, status;

  play_closed ();
  expect (path, 403);
  fail_unless_equals_uint64 (stat_of ("denied-missing"), 3);
  fail_unless_equals_uint64 (stat_of ("denied-requests"), 3);
  refused = ask1 ("GET", path, "", "");
  fail_unless (strstr (refused, "no-store") != NULL);
  before = stat_of ("denied-requests");
  status = status1 ("GET", with, "", "");
  fail_unless (status == 200 || status == 404, "%u", status);
  fail_unless_equals_int (status2 ("GET", with, NULL, NULL), status);
  fail_unless_equals_uint64 (stat_of ("denied-requests"), before);
}

GST_END_TEST;

typedef struct
{
  const gchar *secret;
  gint lives_s;
  const gchar *scope, *replaced;
  const gchar *counter;         /* NULL: it is good */
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { SECRET, 3600, NULL, NULL, NULL },
  { SECRET, 3600, "/video_0", NULL, NULL },
  { SECRET, 3600, "/video_1", NULL, "denied-out-of-scope" },
  { SECRET, -1, NULL, NULL, "denied-expired" },
  { OTHER_SECRET, 3600, NULL, NULL, "denied-wrong" },
  { NULL, 0, NULL, "nonsense", "denied-malformed" },
  { NULL, 0, NULL, "", "denied-missing" },
};
/* *INDENT-ON* */

GST_START_TEST (llhlsaccess_counts_refusals_by_reason)
{
  const Case *c = &cases[__i__];
  g_autofree gchar *token = c->replaced != NULL ? g_strdup (c->replaced)
      : make_token (c->secret, c->lives_s, c->scope);
  g_autofree gchar *path = g_strconcat ("/video_0.m3u8?token=", token, NULL);
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *text = NULL;

  play_closed ();
  expect (path, c->counter != NULL ? 403 : 200);
  if (c->counter != NULL)
    fail_unless_equals_uint64 (stat_of (c->counter), 3);
  fail_unless_equals_uint64 (stat_of ("denied-requests"),
      c->counter != NULL ? 3 : 0);
  g_object_get (sink, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  fail_unless (*token == '\0' || strstr (text, token) == NULL);
}

GST_END_TEST;

static void
expect_passed_on (const gchar * name, const gchar * token)
{
  g_autofree gchar *path = g_strdup_printf ("%s%ctoken=%s", name,
      strchr (name, '?') != NULL ? '&' : '?', token);
  g_autofree gchar *text = ask1 ("GET", path, "", "");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint k, uris = 0;

  fail_unless (strstr (text, "#EXT-X-DEFINE:QUERYPARAM=\"token\"") != NULL,
      "%s", text);
  fail_unless (strstr (text, token) == NULL);
  for (k = 0; lines[k] != NULL; k++) {
    if (strstr (lines[k], ".m3u8") == NULL && strstr (lines[k], ".m4s") == NULL
        && strstr (lines[k], ".mp4") == NULL
        && strstr (lines[k], ".vtt") == NULL)
      continue;
    fail_unless (strstr (lines[k], "?token={$token}") != NULL, "%s", lines[k]);
    uris++;
  }
  fail_unless (uris > 0, "%s", text);
}

static void
push_cue (GstHarness * text)
{
  GstBuffer *cue = gst_buffer_new_memdup ("Hello", 5);

  GST_BUFFER_PTS (cue) = GST_SECOND;
  GST_BUFFER_DURATION (cue) = GST_SECOND;
  fail_unless_equals_int (gst_harness_push (text, cue), GST_FLOW_OK);
}

GST_START_TEST (llhlsaccess_playlists_pass_the_token_on)
{
  static const gchar *const names[] = {
    "/live.m3u8", "/video_0.m3u8", "/video_0-iframes.m3u8", "/text_0.m3u8",
    "/video_0.m3u8?_HLS_skip=YES"
  };
  static const gchar *const finals[] = { "/vod.m3u8", "/vod-video_0.m3u8" };
  g_autofree gchar *token = make_token (SECRET, 3600, NULL);
  GstHarness *text;
  guint i;

  play_closed ();
  text = gst_harness_new_with_element (sink, "text_0", NULL);
  gst_harness_set_src_caps_str (text, "text/x-raw, format=utf8");
  push_cue (text);
  push_frames (100);
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    expect_passed_on (names[i], token);
  gst_harness_push_event (text, gst_event_new_eos ());
  gst_harness_push_event (harness, gst_event_new_eos ());
  for (i = 0; i < G_N_ELEMENTS (finals); i++)
    expect_passed_on (finals[i], token);
  gst_harness_teardown (text);
}

GST_END_TEST;

GST_START_TEST (llhlsaccess_playlists_are_plain_without_secrets)
{
  g_autofree gchar *text = NULL;

  play ();
  text = ask1 ("GET", "/video_0.m3u8", "", "");
  fail_unless (strstr (text, "token") == NULL);
  expect ("/auth", 404);
}

GST_END_TEST;

static GstMessage *
await_auth_message (void)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND,
              GST_MESSAGE_ELEMENT)) != NULL) {
    if (gst_message_has_name (message, "llhlssink-auth"))
      return message;
    gst_message_unref (message);
  }
  ck_abort_msg ("no llhlssink-auth");
  return NULL;
}

static void
expect_auth_message (const gchar * state)
{
  g_autoptr (GstMessage) message = await_auth_message ();
  const GstStructure *s = gst_message_get_structure (message);
  g_autofree gchar *text = gst_structure_to_string (s);

  fail_unless_equals_string (gst_structure_get_string (s, "state"), state);
  fail_unless (strstr (text, "horse") == NULL && strstr (text, "tiny") == NULL);
}

GST_START_TEST (llhlsaccess_takes_new_secrets_and_keeps_old_ones)
{
  g_autofree gchar *old = make_token (SECRET, 3600, NULL);
  g_autofree gchar *new = make_token (OTHER_SECRET, 3600, NULL);
  g_autofree gchar *old_path = g_strconcat ("/live.m3u8?token=", old, NULL);
  g_autofree gchar *new_path = g_strconcat ("/live.m3u8?token=", new, NULL);

  play_closed ();
  expect (new_path, 403);
  write_secrets ("tiny\n");
  expect_auth_message ("bad");
  expect (old_path, 200);
  g_unlink (secrets);
  expect_auth_message ("bad");
  expect (old_path, 200);
  write_secrets (OTHER_SECRET "\n" SECRET "\n");
  expect_auth_message ("new");
  expect (old_path, 200);
  expect (new_path, 200);
  write_secrets (OTHER_SECRET "\n");
  expect_auth_message ("new");
  expect (old_path, 403);
  expect (new_path, 200);
}

GST_END_TEST;

static void
expect_no_start (const gchar * file, GQuark domain, gint code)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  g_object_set (sink, "auth-secret-file", file, NULL);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  fail_unless (strstr (debug, "auth-secret-file is ") != NULL, "%s", debug);
  fail_unless (strstr (debug, "horse") == NULL);
  gst_element_set_state (sink, GST_STATE_NULL);
}

GST_START_TEST (llhlsaccess_does_not_start_open)
{
  g_autofree gchar *folder = g_path_get_dirname (secrets);

  expect_no_start ("/nonexistent/secrets", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ);
  expect_no_start ("", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  expect_no_start (folder, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  expect_no_start ("/dev/zero", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ);
  write_secrets ("# nothing\n");
  expect_no_start (secrets, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS);
  write_secrets ("horse\n");
  expect_no_start (secrets, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS);
  write_secrets (SECRET "\n");
  play_closed ();
  expect ("/live.m3u8", 403);
}

GST_END_TEST;

/* The media that comes next, whose requests are held. */
static gchar *
hinted_path (const gchar * token)
{
  g_autofree gchar *path = g_strconcat ("/video_0.m3u8?token=", token, NULL);
  g_autofree gchar *list = ask1 ("GET", path, "", "");
  const gchar *hint = strstr (list, "#EXT-X-PRELOAD-HINT:");

  fail_unless (hint != NULL, "%s", list);
  hint = strstr (hint, "URI=\"");
  hint += strlen ("URI=\"");
  return g_strdup_printf ("/%.*s", (gint) strcspn (hint, "?\""), hint);
}

GST_START_TEST (llhlsaccess_answers_a_held_request_beyond_its_token)
{
  g_autofree gchar *lasting = make_token (SECRET, 3600, NULL);
  g_autofree gchar *token = NULL, *path = NULL, *text = NULL, *again = NULL;
  g_autofree gchar *hint = NULL, *answer = NULL;
  GSocketConnection *held;

  g_object_set (sink, "target-duration", 10000, "gap-timeout", G_MAXUINT, NULL);
  play_closed ();
  push_frames (300);
  hint = hinted_path (lasting);
  token = make_token (SECRET, 3, NULL);
  again = g_strconcat ("/live.m3u8?token=", token, NULL);
  text = g_strdup_printf ("GET %s?token=%s HTTP/1.1\r\nHost: test\r\n"
      "Connection: close\r\n\r\n", hint, token);
  held = say (text);
  await_stat ("waiters", 1);
  while (status1 ("GET", again, "", "") == 200)
    g_usleep (50000);
  fail_unless_equals_int (stat_of ("waiters"), 1);
  push_frames (25);
  answer = read_all (held);
  fail_unless (g_str_has_prefix (answer, "HTTP/1.1 200"), "%s", answer);
}

GST_END_TEST;

/* A proxy asks */

static gboolean
on_authorize (GstElement * element, const gchar * path, const gchar * query,
    GstStructure * headers, const gchar * address, gpointer data)
{
  return g_strcmp0 (path, data) != 0;
}

static void
expect_auth (const gchar * uri, guint status)
{
  g_autofree gchar *header = g_strdup_printf ("X-Original-URI: %s\r\n", uri);

  fail_unless_equals_int (status1 ("GET", "/auth", header, ""), status);
  fail_unless_equals_int (status2 ("GET", "/auth", "x-original-uri", uri),
      status);
}

GST_START_TEST (llhlsaccess_tells_proxies)
{
  g_autofree gchar *token = make_token (SECRET, 3600, "/video_0");
  g_autofree gchar *good = g_strconcat ("/video_0.m3u8?token=", token, NULL);
  g_autofree gchar *other = g_strconcat ("/audio_0.m3u8?token=", token, NULL);
  g_autofree gchar *secret = g_strconcat ("/video_0/x.m4s?token=", token, NULL);
  g_autofree gchar *own = g_strconcat ("/auth?token=", token, NULL);
  g_autofree gchar *answer = NULL;

  g_signal_connect (sink, "authorize", G_CALLBACK (on_authorize),
      (gpointer) "/video_0/x.m4s");
  play_closed ();
  expect_auth (good, 204);
  expect_auth (other, 403);
  expect_auth ("/video_0.m3u8", 403);
  expect_auth ("", 403);
  expect_auth (secret, 403);
  fail_unless_equals_uint64 (stat_of ("denied-authorize"), 2);
  fail_unless_equals_uint64 (stat_of ("denied-out-of-scope"), 2);
  /* It is the header that counts. */
  fail_unless_equals_int (status1 ("GET", own, "", ""), 403);
  answer = ask1 ("GET", "/auth", "", "");
  fail_unless (strstr (answer, "no-store") != NULL);
  fail_unless_equals_int (status1 ("POST", "/auth", "Content-Length: 0\r\n",
          ""), 405);
}

GST_END_TEST;

/* Reports */

#define REPORT "e=ps,sid=\"e\",sta=s,ts=1000,v=2\n"
#define TYPE "application/cmcd"

GST_START_TEST (llhlsaccess_takes_reports_over_http2)
{
  g_autofree gchar *large = g_strnfill (MAX_REPORT + 1, 's');
  g_autofree gchar *full = g_strnfill (MAX_REPORT, '\n');

  play ();
  memcpy (full, REPORT, strlen (REPORT));
  fail_unless_equals_int (report2 ("/cmcd", TYPE, REPORT, TRUE), 204);
  fail_unless_equals_uint64 (stat_of ("viewers-sessions"), 1);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, full, TRUE), 204);
  fail_unless_equals_uint64 (stat_of ("cmcd-reports"), 2);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, "", TRUE), 400);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, "{}", TRUE), 400);
  fail_unless_equals_int (report2 ("/cmcd", "text/plain", REPORT, TRUE), 415);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, REPORT, FALSE), 411);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, large, TRUE), 413);
  fail_unless_equals_int (report2 ("/live.m3u8", TYPE, REPORT, TRUE), 405);
  fail_unless_equals_int (status2 ("GET", "/cmcd", NULL, NULL), 405);
  fail_unless_equals_int (status2 ("OPTIONS", "/cmcd", NULL, NULL), 204);
  fail_unless_equals_uint64 (stat_of ("cmcd-reports"), 2);
}

GST_END_TEST;

GST_START_TEST (llhlsaccess_reports_need_a_token)
{
  g_autofree gchar *token = make_token (SECRET, 3600, NULL);
  g_autofree gchar *path = g_strconcat ("/cmcd?token=", token, NULL);
  const gchar *headers = "Content-Type: " TYPE "\r\nContent-Length: 31\r\n";

  G_STATIC_ASSERT (sizeof (REPORT) - 1 == 31);
  play_closed ();
  fail_unless_equals_int (status1 ("POST", "/cmcd", headers, REPORT), 403);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, REPORT, TRUE), 403);
  fail_unless_equals_uint64 (stat_of ("cmcd-reports"), 0);
  fail_unless_equals_int (status1 ("POST", path, headers, REPORT), 204);
  fail_unless_equals_int (report2 (path, TYPE, REPORT, TRUE), 204);
  fail_unless_equals_uint64 (stat_of ("cmcd-reports"), 2);
  fail_unless_equals_int (status1 ("OPTIONS", "/cmcd", "", ""), 204);
}

GST_END_TEST;

/* What nobody wants is read past, and the connection goes on. */
GST_START_TEST (llhlsaccess_reads_past_other_bodies)
{
  g_autofree gchar *body = g_strnfill (3 * 1024 * 1024, 'x');
  g_autofree gchar *text = NULL, *answers = NULL;
  const gchar *second;

  play ();
  text = g_strdup_printf ("POST /live.m3u8 HTTP/1.1\r\nHost: test\r\n"
      "Content-Length: %u\r\n\r\n%sGET /live.m3u8 HTTP/1.1\r\nHost: test\r\n"
      "Connection: close\r\n\r\n", (guint) strlen (body), body);
  answers = read_all (say (text));
  fail_unless (g_str_has_prefix (answers, "HTTP/1.1 405"));
  second = strstr (answers + 1, "HTTP/1.1 ");
  fail_unless (second != NULL && g_str_has_prefix (second, "HTTP/1.1 200"));
}

GST_END_TEST;

GST_START_TEST (llhlsaccess_bounds_what_a_connection_may_send)
{
  /* One more than fits into a connection's share, all but their last byte. */
  enum
  { N = 6 };
  g_autofree gchar *full = g_strnfill (MAX_REPORT, '\n');
  g_autofree gchar *length = g_strdup_printf ("%u", MAX_REPORT);
  H2Client *client;
  Upload uploads[N];
  H2Reply *replies[N];
  guint i, refused = 0, taken = 0;

  play ();
  memcpy (full, REPORT, strlen (REPORT));
  client = h2_client_new (port, 0);
  for (i = 0; i < N; i++) {
    uploads[i].text = full;
    uploads[i].size = MAX_REPORT;
    uploads[i].sent = 0;
    uploads[i].stop = MAX_REPORT - 1;
    replies[i] = post2 (client, "/cmcd", TYPE, length, &uploads[i]);
  }
  for (i = 0; i < N; i++) {
    while (uploads[i].sent < MAX_REPORT - 1)
      fail_unless (h2_client_read (client));
  }
  for (i = 0; i < N; i++) {
    uploads[i].stop = MAX_REPORT;
    nghttp2_session_resume_data (client->session, replies[i]->id);
  }
  h2_client_send (client);
  h2_client_finish (client);
  for (i = 0; i < N; i++) {
    refused += replies[i]->status == 503;
    taken += replies[i]->status == 204;
  }
  fail_unless (refused >= 1 && taken >= 1 && refused + taken == N,
      "%u refused, %u taken", refused, taken);
  h2_client_free (client);
  fail_unless_equals_int (report2 ("/cmcd", TYPE, REPORT, TRUE), 204);
}

GST_END_TEST;

/* The others of the connection are none the worse for it. */
GST_START_TEST (llhlsaccess_gives_slow_bodies_up)
{
  Upload upload = { REPORT, strlen (REPORT), 0, 3 };
  g_autofree gchar *hint = NULL;
  H2Client *client;
  H2Reply *slow, *held;

  g_object_set (sink, "request-timeout", 1000, "target-duration", 10000,
      "gap-timeout", G_MAXUINT, NULL);
  play ();
  push_frames (300);
  hint = hinted_path ("");
  client = h2_client_new (port, 0);
  held = h2_client_ask (client, "GET", hint, NULL, NULL);
  slow = post2 (client, "/cmcd", TYPE, "31", &upload);
  while (!slow->closed)
    fail_unless (h2_client_read (client));
  fail_unless_equals_int (slow->status, 408);
  fail_if (held->closed);
  push_frames (25);
  h2_client_finish (client);
  fail_unless_equals_int (held->status, 200);
  h2_client_free (client);
}

GST_END_TEST;

GST_START_TEST (llhlsaccess_closes_who_is_only_slow)
{
  Upload upload = { REPORT, strlen (REPORT), 0, 3 };
  H2Client *client;

  g_object_set (sink, "request-timeout", 500, NULL);
  play ();
  client = h2_client_new (port, 0);
  post2 (client, "/cmcd", TYPE, "31", &upload);
  while (h2_client_read (client));
  h2_client_free (client);
  g_free (read_all (say ("POST /cmcd HTTP/1.1\r\nHost: test\r\n"
              "Content-Type: " TYPE "\r\nContent-Length: 31\r\n\r\ne=p")));
  await_stat ("connections", 0);
  fail_unless_equals_uint64 (stat_of ("slow-connections"), 2);
}

GST_END_TEST;

static Suite *
llhlsaccess_suite (void)
{
  Suite *s = suite_create ("llhlsaccess");
  TCase *tc = tcase_create ("llhlsaccess");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, llhlsaccess_wants_a_token_for_everything, 0,
      G_N_ELEMENTS (paths));
  tcase_add_loop_test (tc, llhlsaccess_counts_refusals_by_reason, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, llhlsaccess_playlists_pass_the_token_on);
  tcase_add_test (tc, llhlsaccess_playlists_are_plain_without_secrets);
  tcase_add_test (tc, llhlsaccess_takes_new_secrets_and_keeps_old_ones);
  tcase_add_test (tc, llhlsaccess_does_not_start_open);
  tcase_add_test (tc, llhlsaccess_answers_a_held_request_beyond_its_token);
  tcase_add_test (tc, llhlsaccess_tells_proxies);
  tcase_add_test (tc, llhlsaccess_takes_reports_over_http2);
  tcase_add_test (tc, llhlsaccess_reports_need_a_token);
  tcase_add_test (tc, llhlsaccess_reads_past_other_bodies);
  tcase_add_test (tc, llhlsaccess_bounds_what_a_connection_may_send);
  tcase_add_test (tc, llhlsaccess_gives_slow_bodies_up);
  tcase_add_test (tc, llhlsaccess_closes_who_is_only_slow);
  return s;
}

GST_CHECK_MAIN (llhlsaccess);
