/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One MPEG-TS over SRT to two packagers that started 3.7 s apart: what both
 * wrote under one name is the same. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include <string.h>

#define SENDER "mpegtsmux name=m alignment=7 ! " \
    "srtsink uri=srt://127.0.0.1:%u?mode=listener wait-for-connection=false " \
    "videotestsrc is-live=true ! " \
    "video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! " \
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 " \
    "bitrate=200 ! h264parse ! queue ! m. " \
    "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! " \
    "avenc_aac ! aacparse ! queue ! m. "

#define RECEIVER "llhlssink name=s port=-1 location=%s epoch-lock=pts " \
    "target-duration=2000 part-duration=200 " \
    "srtsrc uri=srt://127.0.0.1:%u?mode=caller ! mpegtsclock ! " \
    "tsdemux name=d d. ! h264parse ! queue ! s.video_0 " \
    "d. ! aacparse ! queue ! s.audio_0 "

static gboolean
can_run (void)
{
  static const gchar *const names[] = {
    "x264enc", "avenc_aac", "aacparse", "h264parse", "mpegtsmux", "tsdemux",
    "srtsink", "srtsrc"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

    if (factory == NULL) {
      g_print ("SKIP: %s is not installed\n", names[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static guint
find_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) any =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) where = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) address = NULL;

  fail_unless (g_socket_bind (socket, where, FALSE, NULL));
  address = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static GstElement *
play (const gchar * text)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  fail_unless (pipeline != NULL, "%s", error != NULL ? error->message : "");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
stop (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static GstElement *
play_receiver (const gchar * location, guint port)
{
  g_autofree gchar *text = g_strdup_printf (RECEIVER, location, port);

  return play (text);
}

static guint64
count_files (GstElement * pipeline)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (GstStructure) stats = NULL;
  guint64 files = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "files-written", &files);
  return files;
}

/* Files that both have, which must be the same, and are removed. */
static guint
compare_folders (const gchar * a, const gchar * b)
{
  g_autoptr (GDir) dir = g_dir_open (a, 0, NULL);
  const gchar *name;
  guint n = 0;

  fail_unless (dir != NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *first = g_build_filename (a, name, NULL);
    g_autofree gchar *second = g_build_filename (b, name, NULL);
    g_autofree gchar *one = NULL, *other = NULL;
    gsize size, other_size;

    if (g_str_has_suffix (name, ".m3u8"))
      continue;
    fail_unless (g_file_get_contents (first, &one, &size, NULL));
    if (!g_file_get_contents (second, &other, &other_size, NULL))
      continue;
    fail_unless (size == other_size && memcmp (one, other, size) == 0,
        "%s differs", name);
    n++;
  }
  return n;
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

GST_START_TEST (twins_over_srt_write_the_same_bytes)
{
  static const gchar *const renditions[] = { "video_0", "audio_0" };
  g_autofree gchar *folder = NULL, *first = NULL, *second = NULL, *text = NULL;
  GstElement *sender, *a, *b;
  guint port, i;

  if (!can_run ())
    return;
  folder = g_dir_make_tmp ("llhlstwins-XXXXXX", NULL);
  first = g_build_filename (folder, "a", NULL);
  second = g_build_filename (folder, "b", NULL);
  port = find_port ();
  text = g_strdup_printf (SENDER, port);
  sender = play (text);
  g_usleep (G_USEC_PER_SEC);
  a = play_receiver (first, port);
  g_usleep (3700 * 1000);
  b = play_receiver (second, port);
  /* Playlists, init sections and some segments. */
  for (i = 0; i < 600 && count_files (b) < 30; i++)
    g_usleep (100 * 1000);
  fail_unless (i < 600);
  stop (a);
  stop (b);
  stop (sender);
  for (i = 0; i < 2; i++) {
    g_autofree gchar *one = g_build_filename (first, renditions[i], NULL);
    g_autofree gchar *other = g_build_filename (second, renditions[i], NULL);

    fail_unless (compare_folders (one, other) >= 4);
  }
  remove_tree (folder);
}

GST_END_TEST;

static Suite *
llhlstwins_suite (void)
{
  Suite *s = suite_create ("llhlstwins");
  TCase *tc = tcase_create ("llhlstwins");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, twins_over_srt_write_the_same_bytes);
  return s;
}

GST_CHECK_MAIN (llhlstwins);
