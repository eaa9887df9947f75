/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* llhlssink with a disk that does not answer: calls of GLib that write, read and
 * remove files below a folder wait here, in place of GLib's own, until the disk
 * is let go.  No time is asserted; a test that waits in vain ends by its
 * time-out. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <dlfcn.h>
#include <string.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25
#define PATIENCE_S 60

/* x264, 320x180 baseline */
static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

/* The disk */

static GMutex disk_lock;
static GCond disk_cond;
static gchar *disk_folder;      /* disk_lock, as the next */
static gboolean disk_stuck;
static guint disk_waiting;

static void
use_disk (const gchar * path)
{
  g_mutex_lock (&disk_lock);
  disk_waiting++;
  g_cond_broadcast (&disk_cond);
  while (disk_stuck && g_str_has_prefix (path, disk_folder))
    g_cond_wait (&disk_cond, &disk_lock);
  disk_waiting--;
  g_mutex_unlock (&disk_lock);
}

static void
set_stuck (gboolean stuck)
{
  g_mutex_lock (&disk_lock);
  disk_stuck = stuck;
  g_cond_broadcast (&disk_cond);
  g_mutex_unlock (&disk_lock);
}

/* Somebody asks it in vain. */
static void
await_stuck (guint n)
{
  g_mutex_lock (&disk_lock);
  while (disk_waiting < n)
    g_cond_wait (&disk_cond, &disk_lock);
  g_mutex_unlock (&disk_lock);
}

/* What the program defines is found before what the library does. */
#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

G_MODULE_EXPORT gboolean
g_file_set_contents_full (const gchar * path, const gchar * contents,
    gssize length, GFileSetContentsFlags flags, int mode, GError ** error)
{
  use_disk (path);
  return REAL (g_file_set_contents_full) (path, contents, length, flags, mode,
      error);
}

G_MODULE_EXPORT gboolean
g_file_get_contents (const gchar * path, gchar ** contents, gsize * length,
    GError ** error)
{
  use_disk (path);
  return REAL (g_file_get_contents) (path, contents, length, error);
}

G_MODULE_EXPORT int
g_unlink (const gchar * path)
{
  use_disk (path);
  return unlink (path);
}

/* The element */

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  GstHarness *video;
  gchar *folder;
  gint port;
  guint64 frame;
} Rig;

static void
rig_make (Rig * rig)
{
  memset (rig, 0, sizeof (*rig));
  rig->folder = g_dir_make_tmp ("llhlsslowdisk-XXXXXX", NULL);
  disk_folder = rig->folder;
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", 0, "target-duration", 1000,
      "part-duration", 200, "window", 600000, "window-location", rig->folder,
      NULL);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
}

static void
rig_play (Rig * rig)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));

  rig->video = gst_harness_new_with_element (rig->sink, "video_0", NULL);
  gst_harness_play (rig->video);
  gst_harness_set_src_caps (rig->video, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING,
          "au", "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
          "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, 25, 1,
          NULL));
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
}

static void
remove_folder (const gchar * folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_rmdir (path);
  }
  g_rmdir (folder);
}

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  gst_harness_teardown (rig->video);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
  remove_folder (rig->folder);
  disk_folder = NULL;
  g_free (rig->folder);
}

static void
push_segments (Rig * rig, guint n)
{
  for (n *= GOP; n > 0; n--) {
    gboolean key = rig->frame % GOP == 0;
    GstBuffer *buffer = gst_buffer_new_memdup (key ? "\0\0\0\2\x65\x88"
        : "\0\0\0\2\x41\x9a", 6);

    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = rig->frame++ * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    if (!key)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    fail_unless_equals_int (gst_harness_push (rig->video, buffer), GST_FLOW_OK);
  }
}

static guint64
archive_stat (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *archive;
  guint64 value = 0;
  gint64 gauge = 0;

  g_object_get (rig->sink, "stats", &stats, NULL);
  archive = gst_value_get_structure (gst_structure_get_value (stats,
          "archive"));
  if (gst_structure_get_int64 (archive, name, &gauge))
    return gauge;
  fail_unless (gst_structure_get_uint64 (archive, name, &value), "%s", name);
  return value;
}

/* The next of llhlssink-files is of that state and about the folder. */
static void
expect_message (Rig * rig, const gchar * state)
{
  gboolean found = FALSE;

  while (!found) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (rig->bus,
        PATIENCE_S * GST_SECOND, GST_MESSAGE_ELEMENT);
    const GstStructure *s;

    fail_unless (message != NULL, "no llhlssink-files with %s", state);
    s = gst_message_get_structure (message);
    found = gst_structure_has_name (s, "llhlssink-files");
    if (!found)
      continue;
    fail_unless_equals_string (gst_structure_get_string (s, "state"), state);
    fail_unless_equals_string (gst_structure_get_string (s, "location"),
        rig->folder);
  }
}

/* A client */

static GSocketConnection *
ask (Rig * rig, const gchar * path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree gchar *text = g_strdup_printf ("GET /%s HTTP/1.1\r\n"
      "Host: test\r\nConnection: close\r\n\r\n", path);
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, PATIENCE_S);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
      rig->port, NULL, NULL);
  fail_unless (connection != NULL);
  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, NULL));
  return connection;
}

/* Takes the connection. Returns: (transfer full): what was answered with 200 */
static gchar *
hear (GSocketConnection * connection, guint wanted)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  gchar chunk[4096], *text;
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
                  (connection)), chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_byte_array_append (all, (guint8 *) chunk, n);
  g_byte_array_append (all, (const guint8 *) "", 1);
  g_object_unref (connection);
  text = (gchar *) all->data;
  fail_unless (g_str_has_prefix (text, "HTTP/1.1 "), "no answer");
  fail_unless_equals_int (g_ascii_strtoull (text + 9, NULL, 10), wanted);
  return g_strdup (text);
}

static gchar *
get (Rig * rig, const gchar * path)
{
  return hear (ask (rig, path), 200);
}

/* (transfer full) The path of the n-th segment that is listed. */
static gchar *
listed (const gchar * playlist, gint n)
{
  g_auto (GStrv) lines = g_strsplit (playlist, "\n", -1);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  guint i;

  for (i = 0; lines[i] != NULL; i++)
    if (g_str_has_suffix (lines[i], ".m4s"))
      g_ptr_array_add (paths, lines[i]);
  fail_unless (paths->len > 0, "%s", playlist);
  return g_strdup (g_ptr_array_index (paths, n >= 0 ? n : (gint) paths->len
          + n));
}

static guint64
first_number (const gchar * playlist)
{
  const gchar *tag = strstr (playlist, "#EXT-X-MEDIA-SEQUENCE:");

  fail_unless (tag != NULL);
  return g_ascii_strtoull (strchr (tag, ':') + 1, NULL, 10);
}

/* A viewer at the live edge waits for what comes next, gets it, and its media;
 * also the oldest media that is in memory. */
static void
expect_live (Rig * rig)
{
  g_autofree gchar *now = get (rig, "video_0.m3u8"), *next = NULL;
  g_autofree gchar *newest = NULL, *media = NULL, *path = NULL;
  guint64 msn = first_number (now), n = 0;
  GSocketConnection *held;
  const gchar *at;

  for (at = now; (at = strstr (at, "#EXTINF")) != NULL; at++)
    n++;
  path = g_strdup_printf ("video_0.m3u8?_HLS_msn=%" G_GUINT64_FORMAT, msn + n);
  held = ask (rig, path);
  push_segments (rig, 2);
  next = hear (held, 200);
  newest = listed (next, -1);
  fail_unless (strstr (now, newest) == NULL);
  media = get (rig, newest);
}

GST_START_TEST (llhlsslowdisk_does_not_hold_up_who_writes)
{
  g_autofree gchar *list = NULL, *oldest = NULL, *media = NULL;
  guint i;
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  set_stuck (TRUE);
  push_segments (&rig, 5);
  await_stuck (1);
  for (i = 0; i < 20; i++) {
    push_segments (&rig, 10);
    expect_live (&rig);
  }
  fail_unless_equals_uint64 (archive_stat (&rig, "files-written"), 0);
  fail_unless (archive_stat (&rig, "files-backlog-bytes") > 0);
  /* What is no longer in memory as such has yet to be written. */
  list = get (&rig, "video_0.m3u8");
  oldest = listed (list, 0);
  media = get (&rig, oldest);
  expect_message (&rig, "open");
  set_stuck (FALSE);
  expect_message (&rig, "close");
  while (archive_stat (&rig, "files-backlog-bytes") > 0)
    g_usleep (1000);
  fail_unless_equals_uint64 (archive_stat (&rig, "files-dropped"), 0);
  fail_unless_equals_uint64 (archive_stat (&rig, "files-failed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsslowdisk_holds_up_only_who_reads)
{
  g_autofree gchar *list = NULL, *first = NULL, *second = NULL;
  g_autofree gchar *one = NULL, *two = NULL, *third = NULL, *late = NULL;
  g_autofree gchar *again = NULL;
  GSocketConnection *waiting[3];
  guint i;
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  push_segments (&rig, 120);
  while (archive_stat (&rig, "files-backlog-bytes") > 0)
    g_usleep (1000);
  list = get (&rig, "video_0.m3u8");
  first = listed (list, 0);
  second = listed (list, 1);
  third = listed (list, 2);
  set_stuck (TRUE);
  waiting[0] = ask (&rig, first);
  await_stuck (1);
  waiting[1] = ask (&rig, first);
  waiting[2] = ask (&rig, second);
  for (i = 0; i < 10; i++)
    expect_live (&rig);
  /* Three target durations are the most that anybody is held. */
  late = hear (ask (&rig, third), 503);
  for (i = 0; i < 2; i++)
    g_free (hear (waiting[i], 503));
  one = hear (waiting[2], 503);
  expect_live (&rig);
  set_stuck (FALSE);
  two = get (&rig, first);
  again = get (&rig, third);
  fail_unless (archive_stat (&rig, "files-read") >= 2);
  fail_unless_equals_uint64 (archive_stat (&rig, "reads-failed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

static gpointer
let_go_later (gpointer data)
{
  g_usleep (500000);
  set_stuck (FALSE);
  return NULL;
}

/* It waits for the call that is under way and for nothing else. */
GST_START_TEST (llhlsslowdisk_ends_when_the_disk_is_back)
{
  GThread *thread;
  Rig rig;

  rig_make (&rig);
  rig_play (&rig);
  set_stuck (TRUE);
  push_segments (&rig, 100);
  await_stuck (1);
  /* Who is told of a disk that hangs is told how that ended. */
  expect_message (&rig, "open");
  thread = g_thread_new ("let-go", let_go_later, NULL);
  fail_unless_equals_int (gst_element_set_state (rig.sink, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  g_thread_join (thread);
  expect_message (&rig, "close");
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
llhlsslowdisk_suite (void)
{
  Suite *s = suite_create ("llhlsslowdisk");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhlsslowdisk_does_not_hold_up_who_writes);
  tcase_add_test (tc, llhlsslowdisk_holds_up_only_who_reads);
  tcase_add_test (tc, llhlsslowdisk_ends_when_the_disk_is_back);
  return s;
}

GST_CHECK_MAIN (llhlsslowdisk);
