/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The origin of llhlssink with peers that mean harm over HTTP/2 and TLS, in raw
 * frames.  No time is asserted; a test that waits in vain ends by its
 * time-out. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include <dirent.h>
#include <malloc.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#include "h2client.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define PATIENCE_MS 30000
#define SCRIPT_BYTES 12000000

/* RFC 9113 6 */
enum
{
  DATA = 0, HEADERS = 1, PRIORITY = 2, RST_STREAM = 3, SETTINGS = 4,
  PUSH_PROMISE = 5, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8, CONTINUATION = 9,
  ALTSVC = 10, PRIORITY_UPDATE = 16, GREASE = 0xb
};

#define END_STREAM 1
#define END_HEADERS 4
#define ACK 1
#define PADDED 8

typedef struct
{
  GstElement *sink;
  gint port;
  gchar *directory;
} Rig;

static gchar *
rig_file (Rig * rig, const gchar * name)
{
  return g_build_filename (rig->directory, name, NULL);
}

static void
rig_make (Rig * rig)
{
  g_autofree gchar *script = NULL, *text = g_strnfill (SCRIPT_BYTES, 'x');

  memset (rig, 0, sizeof (*rig));
  rig->directory = g_dir_make_tmp ("llhlsabuse-XXXXXX", NULL);
  script = rig_file (rig, "script.js");
  fail_unless (g_file_set_contents (script, text, SCRIPT_BYTES, NULL));
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", 0, "target-duration", 10000,
      "part-duration", 1000, "player-script", script, NULL);
}

static void
rig_play (Rig * rig)
{
  GstPad *pad = gst_element_request_pad_simple (rig->sink, "video_0");

  gst_object_unref (pad);
  gst_element_set_state (rig->sink, GST_STATE_PAUSED);
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
  fail_unless (rig->port > 0);
}

static void
rig_clear (Rig * rig)
{
  static const gchar *const names[] = { "cert.pem", "key.pem", "script.js" };
  guint i;

  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_object_unref (rig->sink);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *file = rig_file (rig, names[i]);

    g_unlink (file);
  }
  g_rmdir (rig->directory);
  g_free (rig->directory);
}

static guint64
stat_of (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;
  gint gauge = 0;

  g_object_get (rig->sink, "stats", &stats, NULL);
  if (gst_structure_get_int (stats, name, &gauge))
    return gauge;
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no %s", name);
  return value;
}

static void
await_stat (Rig * rig, const gchar * name, guint64 least)
{
  guint i;

  for (i = 0; stat_of (rig, name) < least; i++) {
    fail_unless (i < PATIENCE_MS / 10, "%s is %" G_GUINT64_FORMAT ", not %"
        G_GUINT64_FORMAT, name, stat_of (rig, name), least);
    g_usleep (10000);
  }
}

/* Frames */

static void
add_frame (GByteArray * out, guint8 type, guint8 flags, guint32 id,
    gconstpointer body, gsize size)
{
  guint8 head[9] = { size >> 16, size >> 8, size, type, flags, id >> 24,
    id >> 16, id >> 8, id
  };

  g_byte_array_append (out, head, sizeof (head));
  g_byte_array_append (out, body, size);
}

/* RFC 7541 6.2.2: never in the table, no Huffman code. */
static void
add_field (GByteArray * block, const gchar * name, const gchar * value)
{
  guint8 zero = 0, size = strlen (name);

  g_byte_array_append (block, &zero, 1);
  g_byte_array_append (block, &size, 1);
  g_byte_array_append (block, (const guint8 *) name, size);
  size = strlen (value);
  g_byte_array_append (block, &size, 1);
  g_byte_array_append (block, (const guint8 *) value, size);
}

static GByteArray *
new_block (const gchar * method, const gchar * path)
{
  GByteArray *block = g_byte_array_new ();

  add_field (block, ":method", method);
  add_field (block, ":path", path);
  add_field (block, ":scheme", "http");
  add_field (block, ":authority", "a");
  return block;
}

static void
add_request (GByteArray * out, guint32 id, guint8 flags, const gchar * method,
    const gchar * path)
{
  g_autoptr (GByteArray) block = new_block (method, path);

  add_frame (out, HEADERS, flags, id, block->data, block->len);
}

static GByteArray *
new_talk (void)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) PREFACE, strlen (PREFACE));
  add_frame (out, SETTINGS, 0, 0, NULL, 0);
  return out;
}

static gboolean
send_all (GSocketConnection * connection, GByteArray * out)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM
          (connection)), out->data, out->len, NULL, NULL, NULL);
}

static void
expect_alive (gint port)
{
  H2Client *client = h2_client_new (port, 0);
  H2Reply *reply = h2_client_ask (client, "GET", "/", NULL, NULL);

  h2_client_finish (client);
  fail_unless_equals_int (reply->status, 200);
  h2_client_free (client);
}

/* What ends a connection */

static void
say_many (GByteArray * out, guint8 type, guint8 flags, guint32 id,
    const gchar * body, gsize size, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    add_frame (out, type, flags, id, body, size);
}

static void
say_pings (GByteArray * out)
{
  say_many (out, PING, 0, 0, "12345678", 8, 20000);
}

static void
say_settings (GByteArray * out)
{
  say_many (out, SETTINGS, 0, 0, "", 0, 20000);
}

static void
say_priorities (GByteArray * out)
{
  say_many (out, PRIORITY, 0, 1, "\0\0\0\0\1", 5, 20000);
}

static void
say_priority_updates (GByteArray * out)
{
  say_many (out, PRIORITY_UPDATE, 0, 0, "\0\0\0\1u=1", 7, 20000);
}

static void
open_windows (GByteArray * out)
{
  say_many (out, WINDOW_UPDATE, 0, 0, "\0\0\0\1", 4, 20000);
}

/* Of bytes that are sent one by one there is no end of windows either. */
static void
open_windows_byte_by_byte (GByteArray * out)
{
  add_frame (out, SETTINGS, 0, 0, "\0\4\0\0\0\0", 6);
  add_request (out, 1, END_HEADERS | END_STREAM, "GET", "/player.js");
  say_many (out, WINDOW_UPDATE, 0, 1, "\0\0\0\1", 4, 20000);
}

static void
say_what_nobody_knows (GByteArray * out)
{
  say_many (out, GREASE, 0, 0, "", 0, 20000);
}

static void
say_altsvc (GByteArray * out)
{
  say_many (out, ALTSVC, 0, 1, "\0\0", 2, 20000);
}

static void
say_no_data (GByteArray * out)
{
  add_request (out, 1, END_HEADERS, "POST", "/cmcd");
  say_many (out, DATA, 0, 1, "", 0, 20000);
}

static void
say_continuations (GByteArray * out)
{
  g_autoptr (GByteArray) block = new_block ("GET", "/");

  add_frame (out, HEADERS, END_STREAM, 1, block->data, block->len);
  say_many (out, CONTINUATION, 0, 1, "", 0, 20000);
}

static void
say_resets (GByteArray * out)
{
  guint id;

  for (id = 1; id < 20000; id += 2) {
    add_request (out, id, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
    add_frame (out, RST_STREAM, 0, id, "\0\0\0\10", 4);
  }
}

/* Streams that the server has to reset. */
static void
provoke_resets (GByteArray * out)
{
  guint id;

  for (id = 1; id < 20000; id += 2)
    add_request (out, id, END_HEADERS | END_STREAM, "GET", "no slash\r\n");
}

/* More streams than it may have at once, again and again. */
static void
open_too_many (GByteArray * out)
{
  guint id;

  for (id = 1; id < 4000; id += 2)
    add_request (out, id, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
}

/* A field of 3900 bytes in the table, then a byte for each time it is meant. */
static void
say_a_bomb (GByteArray * out)
{
  static const guint8 head[] = { 0x40, 1, 'x', 0x7f, 0xbd, 0x1d };
  g_autoptr (GByteArray) block = new_block ("GET", "/");
  g_autofree gchar *value = g_strnfill (3900, 'a');
  guint8 again[8000];
  guint id;

  memset (again, 0xbe, sizeof (again));
  g_byte_array_append (block, head, sizeof (head));
  g_byte_array_append (block, (const guint8 *) value, 3900);
  g_byte_array_append (block, again, sizeof (again));
  add_frame (out, HEADERS, END_HEADERS | END_STREAM, 1, block->data,
      block->len);
  for (id = 3; id < 101; id += 2) {
    g_autoptr (GByteArray) next = new_block ("GET", "/");

    g_byte_array_append (next, again, sizeof (again));
    add_frame (out, HEADERS, END_HEADERS | END_STREAM, id, next->data,
        next->len);
  }
}

static void
overflow_the_window (GByteArray * out)
{
  say_many (out, WINDOW_UPDATE, 0, 0, "\x7f\xff\xff\xff", 4, 2);
}

static void
ask_on_even_stream (GByteArray * out)
{
  add_request (out, 2, END_HEADERS | END_STREAM, "GET", "/");
}

static void
ask_twice_on_a_stream (GByteArray * out)
{
  add_request (out, 1, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
  add_request (out, 1, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
}

static void
talk_after_the_end (GByteArray * out)
{
  add_request (out, 1, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
  add_frame (out, DATA, END_STREAM, 1, "x", 1);
}

static void
pad_too_much (GByteArray * out)
{
  add_request (out, 1, END_HEADERS, "POST", "/cmcd");
  add_frame (out, DATA, PADDED, 1, "\xff" "1234", 5);
}

static void
push (GByteArray * out)
{
  add_frame (out, PUSH_PROMISE, END_HEADERS, 1, "\0\0\0\2", 4);
}

static void
use_a_wrong_index (GByteArray * out)
{
  add_frame (out, HEADERS, END_HEADERS | END_STREAM, 1,
      "\xff\xff\xff\xff\xff\xff", 6);
}

static void
send_a_huge_frame (GByteArray * out)
{
  g_autofree gchar *bytes = g_malloc0 (70000);

  add_frame (out, HEADERS, END_HEADERS, 1, bytes, 70000);
}

typedef struct
{
  const gchar *name;
  void (*say) (GByteArray * out);
  gboolean flood;               /* ended by the origin, not by the library */
} Crime;

static const Crime crimes[] = {
  {"pings", say_pings, TRUE},
  {"settings", say_settings, TRUE},
  {"priorities", say_priorities, TRUE},
  {"priority updates", say_priority_updates, TRUE},
  {"empty data", say_no_data, TRUE},
  {"windows", open_windows, TRUE},
  {"windows of a byte", open_windows_byte_by_byte, TRUE},
  {"unknown frames", say_what_nobody_knows, TRUE},
  {"alternative services", say_altsvc, TRUE},
  {"empty continuations", say_continuations},
  {"resets", say_resets, TRUE},
  {"provoked resets", provoke_resets, TRUE},
  {"too many streams", open_too_many, TRUE},
  {"a header bomb", say_a_bomb, TRUE},
  {"an overflowing window", overflow_the_window},
  {"an even stream", ask_on_even_stream},
  {"a stream used twice", ask_twice_on_a_stream},
  {"data after the end", talk_after_the_end},
  {"too much padding", pad_too_much},
  {"a push", push},
  {"a wrong index", use_a_wrong_index},
  {"a huge frame", send_a_huge_frame},
};

GST_START_TEST (llhlsabuse_ends_connections)
{
  const Crime *crime = &crimes[__i__];
  g_autoptr (GByteArray) out = new_talk ();
  GSocketConnection *connection;
  gchar bytes[4096];
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  connection = h2_connect (rig.port);
  crime->say (out);
  send_all (connection, out);
  /* With a goodbye or without. */
  while (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
              (connection)), bytes, sizeof (bytes), NULL, NULL) > 0);
  while (stat_of (&rig, "connections") > 0)
    g_usleep (1000);
  fail_unless_equals_int (stat_of (&rig, "abusive-connections"), crime->flood);
  fail_unless_equals_int (stat_of (&rig, "waiters"), 0);
  expect_alive (rig.port);
  g_object_unref (connection);
  rig_clear (&rig);
}

GST_END_TEST;

/* A window for each KiB, of the stream and of all, and frames of a type that
 * nobody knows now and then: so clients are. */
GST_START_TEST (llhlsabuse_lets_clients_open_windows)
{
  static const guint8 kib[] = { 0, 0, 4, 0 };
  g_autoptr (GByteArray) out = new_talk ();
  GSocketConnection *connection;
  guint left = SCRIPT_BYTES / 8, i;
  gchar bytes[65536];
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  connection = h2_connect (rig.port);
  add_request (out, 1, END_HEADERS | END_STREAM, "GET", "/player.js");
  for (i = 0; i < 100; i++)
    add_frame (out, GREASE, 0, 0, "grease", 6);
  send_all (connection, out);
  while (left > 0) {
    g_autoptr (GByteArray) more = g_byte_array_new ();
    gssize n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
            (connection)), bytes, MIN (left, sizeof (bytes)), NULL, NULL);

    fail_unless (n > 0);
    left -= n;
    for (i = 0; i <= n / 1024; i++) {
      add_frame (more, WINDOW_UPDATE, 0, 0, kib, sizeof (kib));
      add_frame (more, WINDOW_UPDATE, 0, 1, kib, sizeof (kib));
    }
    fail_unless (send_all (connection, more));
  }
  fail_unless_equals_uint64 (stat_of (&rig, "abusive-connections"), 0);
  g_object_unref (connection);
  rig_clear (&rig);
}

GST_END_TEST;

/* Held ones with much to say */

#define HELD 200                /* at most 256 on a connection */
#define LONG_BYTES 15000

/* RFC 7541 5.1: a number of 7 bits and what is above them. */
static void
add_long_range (GByteArray * block, const gchar * value)
{
  static const guint8 head[] = { 0, 5, 'r', 'a', 'n', 'g', 'e', 0x7f };
  gsize size = strlen (value), rest = size - 127;

  g_byte_array_append (block, head, sizeof (head));
  for (; rest > 127; rest >>= 7) {
    guint8 byte = 0x80 | (rest & 0x7f);

    g_byte_array_append (block, &byte, 1);
  }
  g_byte_array_append (block, (guint8 *) & rest, 1);
  g_byte_array_append (block, (const guint8 *) value, size);
}

static void
hold_http2 (GPtrArray * clients, gint port, const gchar * range)
{
  g_autoptr (GByteArray) out = new_talk ();
  GSocketConnection *connection = h2_connect (port);
  guint32 id;

  for (id = 1; id < 2 * HELD; id += 2) {
    g_autoptr (GByteArray) block = new_block ("GET", "/video_0.m3u8");

    if (range != NULL)
      add_long_range (block, range);
    add_frame (out, HEADERS, END_HEADERS | END_STREAM, id, block->data,
        block->len);
  }
  fail_unless (send_all (connection, out));
  g_ptr_array_add (clients, connection);
}

static void
hold_http1 (GPtrArray * clients, gint port, const gchar * range)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree gchar *text = g_strdup_printf ("GET /video_0.m3u8 HTTP/1.1\r\n"
      "Host: a\r\nRange: %s\r\n\r\n", range != NULL ? range : "");
  guint i;

  g_byte_array_append (out, (const guint8 *) text, strlen (text));
  for (i = 0; i < HELD; i++) {
    GSocketConnection *connection = h2_connect (port);

    fail_unless (send_all (connection, out));
    g_ptr_array_add (clients, connection);
  }
}

/* The heap that it takes to hold them, of all in this process. */
static gssize
heap_of_held (void (*hold) (GPtrArray * clients, gint port,
        const gchar * range), const gchar * range)
{
  g_autoptr (GPtrArray) clients =
      g_ptr_array_new_with_free_func (g_object_unref);
  gssize before, after;
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  expect_alive (rig.port);
  before = mallinfo2 ().uordblks;
  hold (clients, rig.port, range);
  await_stat (&rig, "waiters", HELD);
  after = mallinfo2 ().uordblks;
  rig_clear (&rig);
  return after - before;
}

typedef struct
{
  void (*hold) (GPtrArray * clients, gint port, const gchar * range);
  gssize most;                  /* bytes more than with a short head */
} Held;

/* libsoup's own buffer stays with the connection, which holds one request. */
static const Held helds[] = {
  {hold_http2, HELD * LONG_BYTES / 4},
  {hold_http1, HELD * LONG_BYTES * 5 / 4},
};

GST_START_TEST (llhlsabuse_keeps_no_long_heads)
{
  const Held *held = &helds[__i__];
  g_autofree gchar *blanks = g_strnfill (LONG_BYTES, ' ');
  g_autofree gchar *range = g_strdup_printf ("bytes=0-1%s,", blanks);
  gssize few, many;

  few = heap_of_held (held->hold, NULL);
  many = heap_of_held (held->hold, range);
  fail_unless (many - few < held->most, "%d requests took %" G_GSSIZE_FORMAT
      " bytes, with a long head %" G_GSSIZE_FORMAT, HELD, few, many);
}

GST_END_TEST;

/* Slow ones in the shade of others */

/* A stream whose window is shut, on a connection that is busy with others: only
 * the stream is ended. */
GST_START_TEST (llhlsabuse_ends_a_stream_that_is_not_taken)
{
  g_autoptr (GByteArray) out = new_talk ();
  GSocketConnection *connection;
  guint32 id = 5, i;
  Rig rig;

  rig_make (&rig);
  g_object_set (rig.sink, "send-timeout", 1500, NULL);
  rig_play (&rig);
  connection = h2_connect (rig.port);
  add_frame (out, SETTINGS, 0, 0, "\0\4\0\0\0\0", 6);
  add_request (out, 1, END_HEADERS | END_STREAM, "GET", "/player.js");
  add_request (out, 3, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
  send_all (connection, out);
  while (stat_of (&rig, "slow-requests") == 0) {
    g_autoptr (GByteArray) more = g_byte_array_new ();

    for (i = 0; i < 20; i++, id += 2)
      add_request (more, id, END_HEADERS | END_STREAM, "HEAD", "/");
    fail_unless (send_all (connection, more));
    fail_unless_equals_uint64 (stat_of (&rig, "slow-connections"), 0);
    g_usleep (50000);
  }
  fail_unless_equals_uint64 (stat_of (&rig, "slow-requests"), 1);
  fail_unless_equals_uint64 (stat_of (&rig, "waiters"), 1);
  g_object_unref (connection);
  rig_clear (&rig);
}

GST_END_TEST;

/* Bodies that never end, each of 64 KiB at most, while other requests of the
 * connection come and go. */
GST_START_TEST (llhlsabuse_ends_requests_without_end)
{
  g_autoptr (GByteArray) out = new_talk ();
  GSocketConnection *connection;
  guint32 id = 7;
  Rig rig;

  rig_make (&rig);
  g_object_set (rig.sink, "request-timeout", 2000, NULL);
  rig_play (&rig);
  connection = h2_connect (rig.port);
  for (id = 1; id < 201; id += 2) {
    add_request (out, id, END_HEADERS, "POST", "/cmcd");
    add_frame (out, DATA, 0, id, "x", 1);
  }
  send_all (connection, out);
  while (stat_of (&rig, "refused-requests") < 100) {
    g_autoptr (GByteArray) more = g_byte_array_new ();

    add_request (more, id, END_HEADERS | END_STREAM, "HEAD", "/");
    id += 2;
    fail_unless (send_all (connection, more));
    fail_unless_equals_uint64 (stat_of (&rig, "slow-connections"), 0);
    g_usleep (50000);
  }
  g_object_unref (connection);
  rig_clear (&rig);
}

GST_END_TEST;

/* RFC 9110 6.5.1: a trailer is no part of the head. */
GST_START_TEST (llhlsabuse_takes_no_fields_from_trailers)
{
  g_autoptr (GByteArray) out = new_talk (), head = NULL, trailer = NULL;
  GSocketConnection *connection;
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  connection = h2_connect (rig.port);
  head = new_block ("POST", "/cmcd");
  add_frame (out, HEADERS, END_HEADERS, 1, head->data, head->len);
  add_frame (out, DATA, 0, 1, "e=ps,sid=\"a\",sta=s,v=2\n", 23);
  trailer = g_byte_array_new ();
  add_field (trailer, "content-type", "application/cmcd");
  add_frame (out, HEADERS, END_HEADERS | END_STREAM, 1, trailer->data,
      trailer->len);
  send_all (connection, out);
  await_stat (&rig, "requests", 1);
  /* 415: of a type that nobody told. */
  await_stat (&rig, "refused-requests", 1);
  g_object_unref (connection);
  rig_clear (&rig);
}

GST_END_TEST;

/* Stopping */

typedef struct
{
  GSocketConnection *connection;
  GByteArray *frames;
} Flooder;

static gpointer
flood (gpointer data)
{
  Flooder *self = data;

  while (send_all (self->connection, self->frames));
  return NULL;
}

/* Held requests and floods of data that nobody takes. */
GST_START_TEST (llhlsabuse_stops_under_a_flood)
{
  Flooder flooders[3];
  GThread *threads[G_N_ELEMENTS (flooders)];
  guint i, id;
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  for (i = 0; i < G_N_ELEMENTS (flooders); i++) {
    g_autoptr (GByteArray) out = new_talk ();
    Flooder *flooder = &flooders[i];

    flooder->connection = h2_connect (rig.port);
    for (id = 1; id < 201; id += 2)
      add_request (out, id, END_HEADERS | END_STREAM, "GET", "/video_0.m3u8");
    add_request (out, id, END_HEADERS | END_STREAM, "GET", "/player.js");
    add_request (out, id + 2, END_HEADERS, "POST", "/");
    fail_unless (send_all (flooder->connection, out));
    flooder->frames = g_byte_array_new ();
    say_many (flooder->frames, DATA, 0, id + 2, "x", 1, 5000);
  }
  await_stat (&rig, "waiters", 300);
  for (i = 0; i < G_N_ELEMENTS (flooders); i++)
    threads[i] = g_thread_new ("flood", flood, &flooders[i]);
  g_usleep (100000);
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  for (i = 0; i < G_N_ELEMENTS (flooders); i++) {
    g_thread_join (threads[i]);
    g_object_unref (flooders[i].connection);
    g_byte_array_unref (flooders[i].frames);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* TLS */

static gboolean
use_certificate (Rig * rig)
{
  g_autofree gchar *certificate = rig_file (rig, "cert.pem");
  g_autofree gchar *key = rig_file (rig, "key.pem");
  const gchar *argv[] = { "openssl", "req", "-x509", "-newkey", "ec",
    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
    certificate, "-days", "30", "-subj", "/CN=localhost", NULL
  };
  gint status = 0;

  if (!g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH
          | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
          NULL, NULL, NULL, &status, NULL)
      || !g_spawn_check_wait_status (status, NULL)) {
    GST_WARNING ("skipped: the command openssl is missing");
    return FALSE;
  }
  g_object_set (rig->sink, "certificate-file", certificate, "key-file", key,
      NULL);
  return TRUE;
}

static gboolean
keep_certificate (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

static GIOStream *
wrap_tls (GSocketConnection * base)
{
  g_autoptr (GError) error = NULL;
  GIOStream *tls = g_tls_client_connection_new (G_IO_STREAM (base), NULL,
      NULL);

  g_signal_connect (tls, "accept-certificate", G_CALLBACK (keep_certificate),
      NULL);
  fail_unless (g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL,
          &error), "%s", error != NULL ? error->message : "");
  return tls;
}

static void
expect_alive_over_tls (gint port)
{
  static const gchar text[] = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
  g_autoptr (GSocketConnection) base = h2_connect (port);
  g_autoptr (GIOStream) tls = wrap_tls (base);
  gchar bytes[16];

  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream (tls),
          text, strlen (text), NULL, NULL, NULL));
  fail_unless (g_input_stream_read_all (g_io_stream_get_input_stream (tls),
          bytes, 15, NULL, NULL, NULL));
  fail_unless (memcmp (bytes, "HTTP/1.1 200 OK", 15) == 0);
}

/* More than there are threads for say a hello that goes on, and wait. */
GST_START_TEST (llhlsabuse_hanging_handshakes_hold_up_nobody)
{
  static const gchar hello[] = "\x16\x03\x01\x00\x04\x01\x00\x02\x00";
  GSocketConnection *hanging[150];
  guint i;
  Rig rig;

  rig_make (&rig);
  if (!use_certificate (&rig)) {
    rig_clear (&rig);
    return;
  }
  g_object_set (rig.sink, "request-timeout", 600000, NULL);
  rig_play (&rig);
  for (i = 0; i < G_N_ELEMENTS (hanging); i++) {
    hanging[i] = h2_connect (rig.port);
    fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
            (G_IO_STREAM (hanging[i])), hello, sizeof (hello) - 1, NULL, NULL,
            NULL));
  }
  expect_alive_over_tls (rig.port);
  for (i = 0; i < G_N_ELEMENTS (hanging); i++)
    g_object_unref (hanging[i]);
  rig_clear (&rig);
}

GST_END_TEST;

/* Our side's counterpart: the origin is in this process. */
static int
find_peer (GSocket * socket)
{
  struct sockaddr_in mine = { 0, }, other;
  socklen_t size = sizeof (mine);
  int fd;

  getsockname (g_socket_get_fd (socket), (struct sockaddr *) &mine, &size);
  for (fd = 3; fd < 256; fd++) {
    size = sizeof (other);
    if (getpeername (fd, (struct sockaddr *) &other, &size) == 0
        && other.sin_family == AF_INET && other.sin_port == mine.sin_port)
      return fd;
  }
  fail ("the origin's socket is not here");
  return -1;
}

/* A client that takes little and reads nothing, of an origin that can't store
 * much for it. */
typedef struct
{
  GSocketConnection *base;
  GIOStream *tls;
  int peer;
} Miser;

static void
miser_ask (Miser * self, gint port, guint n)
{
  GSocket *socket;
  int small = 65536;
  gchar text[200];

  self->base = h2_connect (port);
  socket = g_socket_connection_get_socket (self->base);
  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_RCVBUF, &small,
      sizeof (small));
  self->tls = wrap_tls (self->base);
  self->peer = find_peer (socket);
  setsockopt (self->peer, SOL_SOCKET, SO_SNDBUF, &small, sizeof (small));
  g_snprintf (text, sizeof (text), "GET /player.js HTTP/1.1\r\nHost: a\r\n"
      "Range: bytes=0-%u\r\nConnection: close\r\n\r\n", n - 1);
  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (self->tls), text, strlen (text), NULL, NULL, NULL));
}

static void
miser_leave (Miser * self)
{
  GSocket *socket = g_socket_connection_get_socket (self->base);

  g_socket_close (socket, NULL);
  g_object_unref (self->tls);
  g_object_unref (self->base);
}

/* Bytes that the origin got rid of when nothing is taken. */
static guint
miser_holds (Miser * self)
{
  int fd = g_socket_get_fd (g_socket_connection_get_socket (self->base));
  int here = 0, there = 0, before = -1, same;

  for (same = 0; same < 20; same++) {
    g_usleep (10000);
    ioctl (fd, SIOCINQ, &here);
    ioctl (self->peer, SIOCOUTQ, &there);
    if (here + there != before)
      same = 0;
    before = here + there;
  }
  return before;
}

/* Bytes of a whole answer, when all is taken. */
static guint
whole_size (gint port, guint n)
{
  guint8 bytes[16384];
  guint all = 0;
  gssize got;
  Miser miser;

  miser_ask (&miser, port, n);
  while ((got = recv (g_socket_get_fd (g_socket_connection_get_socket
                  (miser.base)), bytes, sizeof (bytes), 0)) != 0) {
    if (got > 0)
      all += got;
    else
      g_usleep (1000);
  }
  miser_leave (&miser);
  return all;
}

/* An answer that just fits into what the system stores for who reads nothing:
 * then there is no room for TLS's goodbye, and nobody may wait for some. */
GST_START_TEST (llhlsabuse_waits_for_nobody_to_hear_its_goodbye)
{
  guint room, n, i;
  Miser miser;
  Rig rig;

  rig_make (&rig);
  if (!use_certificate (&rig)) {
    rig_clear (&rig);
    return;
  }
  rig_play (&rig);
  miser_ask (&miser, rig.port, SCRIPT_BYTES);
  room = miser_holds (&miser);
  miser_leave (&miser);
  n = room - 4000;
  for (i = 0; i < 4; i++)
    n += room - whole_size (rig.port, n);
  for (i = 0; i < 60; i += 4) {
    miser_ask (&miser, rig.port, n + i);
    expect_alive_over_tls (rig.port);
    expect_alive_over_tls (rig.port);
    miser_leave (&miser);
  }
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
llhlsabuse_suite (void)
{
  Suite *s = suite_create ("llhlsabuse");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, llhlsabuse_ends_connections, 0,
      G_N_ELEMENTS (crimes));
  tcase_add_test (tc, llhlsabuse_lets_clients_open_windows);
  tcase_add_loop_test (tc, llhlsabuse_keeps_no_long_heads, 0,
      G_N_ELEMENTS (helds));
  tcase_add_test (tc, llhlsabuse_ends_a_stream_that_is_not_taken);
  tcase_add_test (tc, llhlsabuse_ends_requests_without_end);
  tcase_add_test (tc, llhlsabuse_takes_no_fields_from_trailers);
  tcase_add_test (tc, llhlsabuse_stops_under_a_flood);
  tcase_add_test (tc, llhlsabuse_hanging_handshakes_hold_up_nobody);
  tcase_add_test (tc, llhlsabuse_waits_for_nobody_to_hear_its_goodbye);
  return s;
}

GST_CHECK_MAIN (llhlsabuse);
