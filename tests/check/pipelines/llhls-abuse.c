/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bad clients beside a good one: whatever they do, the good one gets every
 * part, and what they took is given back.  The stream runs in real time; no
 * time is asserted, a test that waits in vain ends by its time-out. */
#define _GNU_SOURCE             /* strcasestr */
#include <gst/check/gstcheck.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25
#define PARTS 5                 /* a segment */
#define FRAME_BYTES 40000
/* What a process may keep for itself after an attack. */
#define HEAP_SLACK (24 * 1024 * 1024)

static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

typedef struct
{
  GstElement *sink;
  GstPad *src;
  gint port;
  GThread *feeder, *viewer;
  gint leave;                   /* atomic: the good client's stop */
  gint stop;                    /* atomic: the stream's */
  gint parts;                   /* atomic, that the good client has had */
  GRand *rand;
} Rig;

/* The stream */

static void
push_frame (Rig * rig, guint64 n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, FRAME_BYTES, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0x5a, map.size);
  GST_WRITE_UINT32_BE (map.data, FRAME_BYTES - 4);
  map.data[4] = n % GOP == 0 ? 0x65 : 0x41;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = n * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  gst_pad_push (rig->src, buffer);
}

static gpointer
feed (gpointer data)
{
  Rig *rig = data;
  gint64 begin = g_get_monotonic_time (), due;
  guint64 n;

  for (n = 0; !g_atomic_int_get (&rig->stop); n++) {
    due = begin + n * GST_TIME_AS_USECONDS (FRAME);
    if (due > g_get_monotonic_time ())
      g_usleep (due - g_get_monotonic_time ());
    push_frame (rig, n);
  }
  return NULL;
}

/* A plain client */

static int
dial (const Rig * rig)
{
  struct sockaddr_in address = { 0, };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_family = AF_INET;
  address.sin_port = htons (rig->port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fail_unless (fd >= 0, "no more sockets: %s", g_strerror (errno));
  fail_unless (connect (fd, (struct sockaddr *) &address,
          sizeof (address)) == 0, "connect: %s", g_strerror (errno));
  return fd;
}

static gboolean
say (int fd, const gchar * text, gssize size)
{
  gsize left = size < 0 ? strlen (text) : (gsize) size;

  while (left > 0) {
    gssize n = send (fd, text, left, MSG_NOSIGNAL);

    if (n <= 0)
      return FALSE;
    text += n;
    left -= n;
  }
  return TRUE;
}

/* One answer with its head; NULL when the connection ends before. */
static gchar *
hear (int fd, guint * status, gsize * size)
{
  GString *in = g_string_new (NULL);
  gsize head = 0, length = 0;
  gchar bytes[65536];

  while (head == 0 || in->len < head + length) {
    gsize want = head == 0 ? 1 : MIN (sizeof (bytes), head + length - in->len);
    gssize n = recv (fd, bytes, want, 0);
    const gchar *field;

    if (n <= 0) {
      g_string_free (in, TRUE);
      return NULL;
    }
    g_string_append_len (in, bytes, n);
    if (head == 0 && g_str_has_suffix (in->str, "\r\n\r\n")) {
      head = in->len;
      field = strcasestr (in->str, "\r\nContent-Length:");
      length = field != NULL ? g_ascii_strtoull (field + 17, NULL, 10) : 0;
      *status = g_ascii_strtoull (in->str + 9, NULL, 10);
    }
  }
  if (size != NULL)
    *size = in->len - head;
  g_string_erase (in, 0, head);
  return g_string_free (in, FALSE);
}

static gchar *
request (const gchar * path)
{
  return g_strdup_printf ("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
}

static gchar *
get (const Rig * rig, const gchar * path, guint * status, gsize * size)
{
  g_autofree gchar *text = request (path);
  gchar *body;
  int fd = dial (rig);

  say (fd, text, -1);
  body = hear (fd, status, size);
  close (fd);
  return body;
}

/* The part that comes next. */
static void
read_next (const gchar * playlist, guint64 * msn, guint * part)
{
  const gchar *field = strstr (playlist, "#EXT-X-MEDIA-SEQUENCE:");
  gchar **lines = g_strsplit (playlist, "\n", -1), **line;

  fail_unless (field != NULL);
  *msn = g_ascii_strtoull (field + 22, NULL, 10);
  *part = 0;
  for (line = lines; *line != NULL; line++) {
    if (g_str_has_prefix (*line, "#EXTINF:")) {
      (*msn)++;
      *part = 0;
    } else if (g_str_has_prefix (*line, "#EXT-X-PART:")) {
      (*part)++;
    }
  }
  g_strfreev (lines);
  *msn += *part / PARTS;
  *part %= PARTS;
}

static gchar *
blocking_path (guint64 msn, guint part)
{
  return g_strdup_printf ("/video_0.m3u8?_HLS_msn=%" G_GUINT64_FORMAT
      "&_HLS_part=%u", msn, part);
}

/* The good client asks for one part after the other, and the answer to each
 * lists it.  It may have to connect anew, never to ask for something else. */
static gpointer
view (gpointer data)
{
  Rig *rig = data;
  guint64 msn, next_msn;
  guint part, next_part, status = 0;
  gchar *body = get (rig, "/video_0.m3u8", &status, NULL);

  fail_unless (body != NULL && status == 200);
  read_next (body, &msn, &part);
  while (!g_atomic_int_get (&rig->leave)) {
    g_autofree gchar *path = blocking_path (msn, part);

    g_free (body);
    body = get (rig, path, &status, NULL);
    fail_unless (body != NULL, "%s: no answer", path);
    fail_unless_equals_int (status, 200);
    read_next (body, &next_msn, &next_part);
    fail_unless (next_msn * PARTS + next_part > msn * PARTS + part,
        "%s is answered without that part", path);
    g_atomic_int_add (&rig->parts, (next_msn - msn) * PARTS + next_part - part);
    msn = next_msn;
    part = next_part;
  }
  g_free (body);
  return NULL;
}

/* The rig */

static void
rig_start (Rig * rig)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("video/x-h264",
      "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING, "au",
      "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
      "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, 25, 1, NULL);
  GstSegment segment;
  GstPad *pad;

  memset (rig, 0, sizeof (*rig));
  rig->rand = g_rand_new_with_seed (1);
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", 0, "target-duration", 1000,
      "part-duration", 200, NULL);
  pad = gst_element_request_pad_simple (rig->sink, "video_0");
  rig->src = gst_pad_new ("src", GST_PAD_SRC);
  fail_unless_equals_int (gst_pad_link (rig->src, pad), GST_PAD_LINK_OK);
  gst_object_unref (pad);
  gst_pad_set_active (rig->src, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (rig->src, gst_event_new_stream_start ("abuse"));
  gst_pad_push_event (rig->src, gst_event_new_caps (caps));
  gst_pad_push_event (rig->src, gst_event_new_segment (&segment));
  gst_element_set_state (rig->sink, GST_STATE_PLAYING);
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
  fail_unless (rig->port > 0);
  rig->feeder = g_thread_new ("feed", feed, rig);
  rig->viewer = g_thread_new ("view", view, rig);
}

static void
rig_stop (Rig * rig)
{
  g_atomic_int_set (&rig->leave, 1);
  g_thread_join (rig->viewer);
  g_atomic_int_set (&rig->stop, 1);
  g_thread_join (rig->feeder);
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_pad_set_active (rig->src, FALSE);
  gst_object_unref (rig->src);
  gst_object_unref (rig->sink);
  g_rand_free (rig->rand);
}

/* The good client goes on: it gets so many more parts. */
static void
more_parts (Rig * rig, gint n)
{
  gint from = g_atomic_int_get (&rig->parts);

  while (g_atomic_int_get (&rig->parts) < from + n)
    g_usleep (10000);
}

static gint
gauge (const Rig * rig, const gchar * name)
{
  GstStructure *stats;
  gint value = -1;

  g_object_get (rig->sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_int (stats, name, &value), "no %s", name);
  gst_structure_free (stats);
  return value;
}

static guint
count_files (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

/* Waits until all that the bad clients had is given back: the good one may
 * have a connection and a held request. */
static void
wait_for_peace (const Rig * rig, guint files)
{
  while (gauge (rig, "connections") > 2 || gauge (rig, "waiters") > 1
      || count_files () > files + 4)
    g_usleep (20000);
}

/* Attacks */

static guint
many (guint wanted)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  /* Both ends are in this process. */
  return MIN (wanted, (limit.rlim_max - 300) / 2);
}

static int *
dial_many (const Rig * rig, guint n)
{
  int *fds = g_new (int, n);
  guint i;

  for (i = 0; i < n; i++)
    fds[i] = dial (rig);
  return fds;
}

static void
close_many (int *fds, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    close (fds[i]);
  g_free (fds);
}

static void
reset (int fd)
{
  struct linger hard = { 1, 0 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &hard, sizeof (hard));
  close (fd);
}

static void
send_garbage (Rig * rig)
{
  guint i, j;

  for (i = 0; i < 200; i++) {
    gchar bytes[1024];
    int fd = dial (rig);

    for (j = 0; j < sizeof (bytes); j++)
      bytes[j] = g_rand_int (rig->rand);
    say (fd, bytes, 1 + g_rand_int_range (rig->rand, 0, sizeof (bytes)));
    if (i % 2)
      say (fd, "\r\n\r\n", 4);
    close (fd);
  }
}

static void
send_halves (Rig * rig)
{
  int *fds = dial_many (rig, 200);
  guint i;

  for (i = 0; i < 200; i++)
    say (fds[i], "GET /video_0.m3u8 HTTP/1.1\r\nHost: a\r\n", i % 38 + 1);
  more_parts (rig, 5);
  close_many (fds, 200);
}

static void
send_byte_by_byte (Rig * rig)
{
  g_autofree gchar *text = request ("/live.m3u8"), *body = NULL;
  guint status = 0;
  gsize i;
  int fd = dial (rig);

  for (i = 0; text[i] != '\0'; i++) {
    fail_unless (say (fd, text + i, 1));
    g_usleep (5000);
  }
  body = hear (fd, &status, NULL);
  fail_unless_equals_int (status, 200);
  close (fd);
}

/* The newest whole segment's path. */
static gchar *
find_segment (const Rig * rig)
{
  guint status = 0;
  g_autofree gchar *body = get (rig, "/video_0.m3u8", &status, NULL);
  g_auto (GStrv) lines = g_strsplit (body, "\n", -1);
  gchar *found = NULL;
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "#EXTINF:")) {
      while (lines[i + 1] != NULL && lines[i + 1][0] == '#')
        i++;
      g_free (found);
      found = g_strdup_printf ("/%s", lines[i + 1]);
    }
  }
  fail_unless (found != NULL);
  return found;
}

/* A segment of a megabyte, which they take in bytes. */
static void
read_slowly (Rig * rig)
{
  g_autofree gchar *path = find_segment (rig), *text = request (path);
  int *fds = dial_many (rig, 50), small = 2048;
  guint i, turn;
  gchar byte;

  for (i = 0; i < 50; i++) {
    setsockopt (fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof (small));
    say (fds[i], text, -1);
  }
  for (turn = 0; turn < 20; turn++) {
    for (i = 0; i < 50; i++)
      fail_unless_equals_int (recv (fds[i], &byte, 1, 0), 1);
    g_usleep (20000);
  }
  more_parts (rig, 5);
  close_many (fds, 50);
}

static void
say_nothing (Rig * rig)
{
  guint n = many (5000);
  int *fds = dial_many (rig, n);

  more_parts (rig, 5);
  close_many (fds, n);
}

static void
ask_for_other_files (Rig * rig)
{
  static const gchar *const paths[] = {
    "/../../../../../../etc/passwd", "/video_0/../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
    "/..%2f..%2f..%2f..%2fetc%2fpasswd", "/video_0/%00", "/....//etc/passwd",
    "/video_0.m3u8%00.mp4", "/\\..\\..\\etc\\passwd", "file:///etc/passwd",
    "/video_0/init-.mp4", "/video_0/", "/%", "/%zz", "/\xff\xfe",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    guint status = 0;
    g_autofree gchar *body = get (rig, paths[i], &status, NULL);

    fail_if (body != NULL && status < 400, "%s: %u", paths[i], status);
    fail_if (body != NULL && strstr (body, "root:") != NULL);
  }
}

static void
send_nuls (Rig * rig)
{
  static const gchar text[] = "GET /live.m3u8\0.mp4 HTTP/1.1\r\nHost: a\0b\r\n"
      "X: \0\r\n\r\n";
  guint status = 0;
  gchar *body;
  int fd = dial (rig);

  say (fd, text, sizeof (text) - 1);
  shutdown (fd, SHUT_WR);
  body = hear (fd, &status, NULL);
  fail_if (body != NULL && status == 200);
  g_free (body);
  close (fd);
}

/* 4 MB of a header that never ends, then 20000 small ones. */
static void
send_huge_headers (Rig * rig)
{
  g_autofree gchar *line = g_strnfill (65536, 'a');
  gchar *body;
  guint status = 0, i;
  int fd = dial (rig);

  say (fd, "GET /live.m3u8 HTTP/1.1\r\nX: ", -1);
  for (i = 0; i < 64 && say (fd, line, -1); i++);
  say (fd, "\r\n\r\n", -1);
  body = hear (fd, &status, NULL);
  fail_if (body != NULL && status == 200);
  g_free (body);
  close (fd);
  fd = dial (rig);
  say (fd, "GET /live.m3u8 HTTP/1.1\r\n", -1);
  for (i = 0; i < 20000 && say (fd, "X: abcdefghij\r\n", -1); i++);
  say (fd, "\r\n", -1);
  body = hear (fd, &status, NULL);
  fail_if (body != NULL && status == 200);
  g_free (body);
  close (fd);
}

static gpointer
say_pipeline (gpointer data)
{
  guint i;

  for (i = 0; i < 1000; i++)
    say (GPOINTER_TO_INT (data), "GET /live.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n",
        -1);
  return NULL;
}

static void
send_a_pipeline (Rig * rig)
{
  int fd = dial (rig);
  GThread *thread = g_thread_new ("say", say_pipeline, GINT_TO_POINTER (fd));
  guint i;

  for (i = 0; i < 1000; i++) {
    guint status = 0;
    g_autofree gchar *body = hear (fd, &status, NULL);

    fail_unless (body != NULL, "%u answers to 1000 requests", i);
    fail_unless_equals_int (status, 200);
  }
  g_thread_join (thread);
  close (fd);
}

/* Before, in and behind the request, and within the answer. */
static void
reset_at_all_moments (Rig * rig)
{
  g_autofree gchar *path = find_segment (rig), *text = request (path);
  gchar bytes[4096];
  gsize i;
  int fd;

  for (i = 0; i <= strlen (text); i++) {
    fd = dial (rig);
    say (fd, text, i);
    reset (fd);
  }
  for (i = 1; i < sizeof (bytes); i += 97) {
    fd = dial (rig);
    say (fd, text, -1);
    recv (fd, bytes, i, 0);
    reset (fd);
  }
}

/* Held requests whose clients are gone. */
static void
leave_while_held (Rig * rig)
{
  guint status = 0, part, i;
  g_autofree gchar *body = get (rig, "/video_0.m3u8", &status, NULL);
  g_autofree gchar *path = NULL, *text = NULL;
  guint64 msn;
  int *fds = dial_many (rig, 500);

  read_next (body, &msn, &part);
  path = blocking_path (msn + 1, part);
  text = request (path);
  for (i = 0; i < 500; i++)
    say (fds[i], text, -1);
  while (gauge (rig, "waiters") < 100)
    g_usleep (1000);
  for (i = 0; i < 500; i++)
    reset (fds[i]);
  g_free (fds);
}

/* A body of which the head says that it has no end. */
static void
send_a_flood (Rig * rig)
{
  g_autofree gchar *bytes = g_malloc0 (65536);
  int fd = dial (rig);
  guint i;

  say (fd, "POST /live.m3u8 HTTP/1.1\r\nHost: a\r\n"
      "Content-Length: 99999999999\r\n\r\n", -1);
  for (i = 0; i < 256 && say (fd, bytes, 65536); i++);
  close (fd);
}

/* With no more than half a request they are sent away, some day. */
static void
wait_to_be_sent_away (Rig * rig)
{
  gchar byte;
  int half = dial (rig), silent = dial (rig);

  g_object_set (rig->sink, "request-timeout", 1000, "idle-timeout", 1000, NULL);
  say (half, "GET /live.m3u8 HT", -1);
  while (recv (half, &byte, 1, 0) > 0);
  while (recv (silent, &byte, 1, 0) > 0);
  close (half);
  close (silent);
}

/* An attack that an earlier origin does not stand is tried where it can be: by
 * what the origin does, or by a property that it has since. */
typedef struct
{
  const gchar *name;
  void (*run) (Rig * rig);
  gboolean needs_keep_alive;
  const gchar *needs_property;
} Attack;

static const Attack attacks[] = {
  {"garbage", send_garbage},
  {"half a request", send_halves},
  {"byte by byte", send_byte_by_byte},
  {"a slow reader", read_slowly},
  {"silence", say_nothing},
  {"other files", ask_for_other_files},
  {"NULs", send_nuls},
  {"huge headers", send_huge_headers},
  {"a pipeline", send_a_pipeline, TRUE},
  {"resets", reset_at_all_moments, FALSE, "request-timeout"},
  {"leaving while held", leave_while_held, FALSE, "request-timeout"},
  {"a flood", send_a_flood},
  {"being sent away", wait_to_be_sent_away, FALSE, "request-timeout"},
};

static gboolean
keeps_alive (const Rig * rig)
{
  g_autofree gchar *text = request ("/live.m3u8");
  g_autofree gchar *first = NULL, *second = NULL;
  guint status = 0;
  int fd = dial (rig);

  say (fd, text, -1);
  first = hear (fd, &status, NULL);
  say (fd, text, -1);
  second = hear (fd, &status, NULL);
  close (fd);
  return second != NULL;
}

static gboolean
applies (const Rig * rig, const Attack * attack)
{
  if (attack->needs_keep_alive)
    return keeps_alive (rig);
  return attack->needs_property == NULL
      || g_object_class_find_property (G_OBJECT_GET_CLASS (rig->sink),
      attack->needs_property) != NULL;
}

GST_START_TEST (llhlssink_serves_on_under_attack)
{
  const Attack *attack = &attacks[__i__];
  gsize heap;
  guint files;
  Rig rig;

  many (0);
  rig_start (&rig);
  more_parts (&rig, 10);
  if (!applies (&rig, attack)) {
    GST_WARNING ("%s: not with this llhlssink", attack->name);
    rig_stop (&rig);
    return;
  }
  files = count_files ();
  heap = mallinfo2 ().uordblks;
  attack->run (&rig);
  more_parts (&rig, 5);
  wait_for_peace (&rig, files);
  /* The window grows meanwhile, by a megabyte a second. */
  heap += gauge (&rig, "connections") + HEAP_SLACK;
  fail_unless (mallinfo2 ().uordblks < heap, "%s: the heap went from %"
      G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT, attack->name, heap - HEAP_SLACK,
      (gsize) mallinfo2 ().uordblks);
  rig_stop (&rig);
}

GST_END_TEST;

static Suite *
abuse_suite (void)
{
  Suite *s = suite_create ("llhls-abuse");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 120);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, llhlssink_serves_on_under_attack, 0,
      G_N_ELEMENTS (attacks));
  return s;
}

GST_CHECK_MAIN (abuse);
