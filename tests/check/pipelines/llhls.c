/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two renditions and audio from real encoders, decoded again by ffmpeg. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include <string.h>

#define SIZE_A "video/x-raw,format=I420,width=320,height=180,framerate=30000/1001"
#define SIZE_B "video/x-raw,format=I420,width=160,height=90,framerate=30000/1001"
#define X264 "x264enc speed-preset=ultrafast key-int-max=30 bitrate=200 "
#define AUDIO "audiotestsrc num-buffers=380 ! " \
    "audio/x-raw,rate=48000,channels=2 ! %s ! aacparse ! queue ! s.audio_0 "

static gboolean
have (const gchar * name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

static const gchar *
find_aac (void)
{
  static const gchar *const names[] = {
    "avenc_aac", "fdkaacenc", "voaacenc"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    if (have (names[i]) && have ("aacparse"))
      return names[i];
  }
  return NULL;
}

/* FALSE, with the reason told, when something outside is missing. */
static gboolean
can_run (gboolean with_ffmpeg)
{
  g_autofree gchar *ffmpeg = g_find_program_in_path ("ffmpeg");

  if (!have ("x264enc") || find_aac () == NULL) {
    g_print ("SKIP: x264enc or an AAC encoder is not installed\n");
    return FALSE;
  }
  if (with_ffmpeg && ffmpeg == NULL) {
    g_print ("SKIP: ffmpeg is not installed\n");
    return FALSE;
  }
  return TRUE;
}

static void
run_to_eos (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 50 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "neither EOS nor an error");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
}

static GstElement *
make_pipeline (const gchar * sink, const gchar * encoder_options)
{
  g_autofree gchar *audio = g_strdup_printf (AUDIO, find_aac ());
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *pipeline;

  text = g_strdup_printf ("llhlssink name=s %s "
      "videotestsrc num-buffers=240 ! " SIZE_A " ! tee name=t "
      "t. ! queue ! " X264 "%s ! video/x-h264,profile=main ! queue ! s.video_0 "
      "t. ! queue ! videoscale ! " SIZE_B " ! " X264 "%s ! "
      "video/x-h264,profile=main ! queue ! s.video_1 %s", sink,
      encoder_options, encoder_options, audio);
  pipeline = gst_parse_launch (text, &error);
  fail_unless (pipeline != NULL, "%s", error != NULL ? error->message : "");
  return pipeline;
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

/* ffmpeg says nothing about a stream without errors. */
static void
decode (const gchar * folder, const gchar * playlist)
{
  const gchar *argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-i", NULL,
    "-f", "null", "-", NULL
  };
  g_autofree gchar *path = g_build_filename (folder, playlist, NULL);
  g_autofree gchar *errors = NULL;
  gint status;

  argv[5] = path;
  fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH,
          NULL, NULL, NULL, &errors, &status, NULL));
  fail_unless (g_spawn_check_wait_status (status, NULL), "%s", errors);
  fail_unless_equals_string (errors, "");
}

static gchar *
read_playlist (const gchar * folder, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  gchar *text = NULL;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The sum of all EXTINF. */
static gdouble
total_duration (const gchar * text)
{
  gdouble sum = 0;

  while ((text = strstr (text, "#EXTINF:")) != NULL) {
    text += strlen ("#EXTINF:");
    sum += g_ascii_strtod (text, NULL);
  }
  return sum;
}

static void
check_directory (const gchar * encoder_options)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *options = NULL, *a = NULL, *b = NULL, *audio = NULL;
  GstElement *pipeline;

  options =
      g_strdup_printf ("port=-1 location=%s target-duration=2000", folder);
  pipeline = make_pipeline (options, encoder_options);
  run_to_eos (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  a = read_playlist (folder, "video_0.m3u8");
  b = read_playlist (folder, "video_1.m3u8");
  audio = read_playlist (folder, "audio_0.m3u8");
  /* 240 frames; audio reaches as far as its last frame. */
  fail_unless (ABS (total_duration (a) - 240 * 1001 / 30000.) < 0.001);
  fail_unless (ABS (total_duration (b) - 240 * 1001 / 30000.) < 0.001);
  fail_unless (total_duration (audio) > 7.5);
  fail_unless (strstr (a, "EXT-X-GAP") == NULL);
  fail_unless (strstr (a, "EXT-X-DISCONTINUITY\n") == NULL);
  decode (folder, "video_0.m3u8");
  decode (folder, "video_1.m3u8");
  decode (folder, "audio_0.m3u8");
  remove_tree (folder);
}

GST_START_TEST (llhls_writes_what_ffmpeg_decodes)
{
  if (can_run (TRUE))
    check_directory ("tune=zerolatency");
}

GST_END_TEST;

GST_START_TEST (llhls_writes_reordered_pictures_that_ffmpeg_decodes)
{
  if (can_run (TRUE))
    check_directory ("bframes=2 b-adapt=false");
}

GST_END_TEST;

static gchar *
get (gint port, const gchar * path)
{
  g_autofree gchar *uri = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\n"
      "Connection: close\r\n\r\n", path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  GIOStream *stream;
  guint8 chunk[4096];
  gchar *body;
  gssize n;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port,
      NULL, NULL);
  fail_unless (connection != NULL);
  stream = G_IO_STREAM (connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), uri,
      strlen (uri), NULL, NULL, NULL);
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (stream),
              chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_byte_array_append (all, chunk, n);
  g_byte_array_append (all, (const guint8 *) "", 1);
  body = strstr ((gchar *) all->data, "\r\n\r\n");
  fail_unless (body != NULL && strstr ((gchar *) all->data, " 200 ") != NULL);
  return g_strdup (body + 4);
}

/* Segment lines of a playlist, without the rendition's name. */
static gchar *
durations (const gchar * text)
{
  GString *out = g_string_new (NULL);

  while ((text = strstr (text, "#EXTINF:")) != NULL) {
    g_string_append_len (out, text, strcspn (text, "\n"));
    text++;
  }
  return g_string_free (out, FALSE);
}

/* Rungs have the same segments, and the bus hears where it is served. */
GST_START_TEST (llhls_serves_aligned_rungs)
{
  g_autofree gchar *multivariant = NULL, *a = NULL, *b = NULL;
  g_autofree gchar *lines_a = NULL, *lines_b = NULL;
  GstElement *pipeline, *sink;
  gint port;

  if (!can_run (FALSE))
    return;
  pipeline = make_pipeline ("port=0 target-duration=2000", "tune=zerolatency");
  run_to_eos (pipeline);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_object_get (sink, "actual-port", &port, NULL);
  multivariant = get (port, "/live.m3u8");
  fail_unless (strstr (multivariant, "RESOLUTION=320x180,FRAME-RATE=29.970")
      != NULL);
  fail_unless (strstr (multivariant, "RESOLUTION=160x90") != NULL);
  fail_unless (strstr (multivariant, "mp4a.40.2") != NULL);
  a = get (port, "/video_0.m3u8?_HLS_msn=1&_HLS_part=0");
  b = get (port, "/video_1.m3u8");
  fail_unless (strstr (a, "#EXT-X-ENDLIST") != NULL);
  lines_a = durations (a);
  lines_b = durations (b);
  fail_unless_equals_string (lines_a, lines_b);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static Suite *
llhls_suite (void)
{
  Suite *s = suite_create ("llhls");
  TCase *tc = tcase_create ("llhls");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhls_writes_what_ffmpeg_decodes);
  tcase_add_test (tc, llhls_writes_reordered_pictures_that_ffmpeg_decodes);
  tcase_add_test (tc, llhls_serves_aligned_rungs);
  return s;
}

GST_CHECK_MAIN (llhls);
