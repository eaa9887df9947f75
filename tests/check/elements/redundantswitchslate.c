/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "switchrig.h"

#include <fcntl.h>
#include <gst/audio/audio.h>
#include <gst/video/video.h>
#include <unistd.h>

/* The slate's film has one grey per frame, from here on. */
#define GREY 100
#define ROUND 25

static gchar *folder;

static void
make_folder (void)
{
  folder = g_dir_make_tmp ("slate-XXXXXX", NULL);
  fail_unless (folder != NULL);
}

static void
remove_folder (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    unlink (path);
  }
  g_dir_close (dir);
  rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

static gchar *
path_of (const gchar * name)
{
  return g_build_filename (folder, name, NULL);
}

static void
run_to_end (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static gchar *
make_file (const gchar * name, const gchar * launch)
{
  gchar *path = path_of (name);
  g_autofree gchar *text = g_strdup_printf ("%s ! filesink location=%s",
      launch, path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);

  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  run_to_end (pipeline);
  return path;
}

static void
push_frame (GstElement * source, guint n, gsize size, guint8 value)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstFlowReturn flow;

  gst_buffer_memset (buffer, 0, value, size);
  GST_BUFFER_PTS (buffer) = n * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  g_signal_emit_by_name (source, "push-buffer", buffer, &flow);
  fail_unless_equals_int (flow, GST_FLOW_OK);
  gst_buffer_unref (buffer);
}

/* A second of 25 frames of one grey each. */
static gchar *
make_film (const gchar * name)
{
  gchar *path = path_of (name);
  g_autofree gchar *text = g_strdup_printf ("appsrc name=a format=time "
      "caps=" VIDEO_CAPS " ! matroskamux ! filesink location=%s", path);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, NULL);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  GstFlowReturn flow;
  guint n;

  for (n = 0; n < ROUND; n++)
    push_frame (source, n, 64, GREY + n);
  g_signal_emit_by_name (source, "end-of-stream", &flow);
  run_to_end (pipeline);
  return path;
}

static gchar *
file_state (Rig * rig)
{
  GstStructure *stats;
  gchar *state;

  g_object_get (rig->element, "stats", &stats, NULL);
  state = g_strdup (gst_structure_get_string (stats, "slate-file"));
  gst_structure_free (stats);
  return state;
}

/* Feeds the inputs of the mask until the slate's file is in that state. */
static GstClockTime
await_file (Rig * rig, guint mask, const gchar * wanted, GstClockTime from)
{
  for (;;) {
    g_autofree gchar *state = file_state (rig);
    if (g_str_equal (state, wanted))
      return from;
    feed (rig, mask, from, from + FRAME, 0);
    from += FRAME;
    g_usleep (2000);
  }
}

/* A pixel of the newest buffer as 0xAARRGGBB, by a converter that is not
 * ours. */
static guint32
newest_color (Rig * rig, gint x, gint y)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (rig->sink);
  GstVideoInfo in, out;
  GstVideoConverter *converter;
  GstVideoFrame from, to;
  GstBuffer *buffer;
  guint8 *pixel;
  guint32 argb;

  gst_video_info_from_caps (&in, caps);
  gst_video_info_set_format (&out, GST_VIDEO_FORMAT_ARGB, in.width, in.height);
  out.fps_n = in.fps_n;
  out.fps_d = in.fps_d;
  buffer = gst_buffer_new_allocate (NULL, out.size, NULL);
  converter = gst_video_converter_new (&in, &out, NULL);
  g_mutex_lock (&rig->lock);
  gst_video_frame_map (&from, &in, rig->buffers->data, GST_MAP_READ);
  gst_video_frame_map (&to, &out, buffer, GST_MAP_WRITE);
  gst_video_converter_frame (converter, &from, &to);
  gst_video_frame_unmap (&from);
  g_mutex_unlock (&rig->lock);
  pixel = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&to, 0)
      + y * GST_VIDEO_FRAME_PLANE_STRIDE (&to, 0) + 4 * x;
  argb = (guint32) pixel[0] << 24 | pixel[1] << 16 | pixel[2] << 8 | pixel[3];
  gst_video_frame_unmap (&to);
  gst_video_converter_free (converter);
  gst_buffer_unref (buffer);
  return argb;
}

/* 8 bits of YUV and back cost up to 3, another time on the way as much. */
static void
assert_color (guint32 is, guint32 shall, const gchar * what)
{
  guint shift;

  for (shift = 0; shift < 24; shift += 8) {
    gint a = is >> shift & 0xff, b = shall >> shift & 0xff;
    fail_unless (ABS (a - b) <= 6, "%s: %08x instead of %08x", what, is, shall);
  }
}

static void
check_color (const gchar * caps, guint32 argb)
{
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", caps);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "color");
  g_object_set (rig.element, "slate-color", argb, NULL);
  rig_play (&rig, NULL);
  advance (&rig, GST_SECOND);
  assert_color (newest_color (&rig, 5, 3), argb, caps);
  rig_clear (&rig);
}

/* *INDENT-OFF* */
static const gchar *const forms[] = {
  "I420, colorimetry=bt601", "I420, colorimetry=bt709",
  "NV12, colorimetry=bt709", "YUY2, colorimetry=bt601", "UYVY", "Y444", "AYUV",
  "I420, colorimetry=(string)1:3:5:1",  /* full range, BT.709 */
  "I420, colorimetry=(string)1:4:0:0",  /* full range, BT.601: JPEG */
  "I420_10LE, colorimetry=bt709", "P010_10LE, colorimetry=bt2020-10",
  "I422_10LE, colorimetry=bt709", "Y444_12LE, colorimetry=bt709", "v210",
  "RGB", "BGRx", "ARGB", "GBR", "GBR_10LE", "r210", "ARGB64", "RGB16",
};
/* *INDENT-ON* */

GST_START_TEST (redundantswitch_shows_a_colour_in_any_form)
{
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw, width=17, "
      "height=7, framerate=25/1, format=%s", forms[__i__]);

  check_color (caps, 0xffc02040);
  check_color (caps, 0xff000000);
  check_color (caps, 0xffffffff);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_shows_a_grey_for_a_colour_without_colours)
{
  check_color ("video/x-raw,width=16,height=8,framerate=25/1,format=GRAY8",
      0xff808080);
  check_color ("video/x-raw,width=16,height=8,framerate=25/1,format=GRAY16_LE",
      0xff808080);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_takes_another_slate_while_it_is_shown)
{
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps",
      "video/x-raw,width=16,height=8,framerate=25/1,format=RGB");
  rig_play (&rig, NULL);
  advance (&rig, GST_SECOND);
  assert_color (newest_color (&rig, 0, 0), 0xff000000, "black");
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "colour");
  g_object_set (rig.element, "slate-color", 0xff0000ff, NULL);
  advance (&rig, 2 * GST_SECOND);
  assert_color (newest_color (&rig, 0, 0), 0xff0000ff, "blue");
  g_object_set (rig.element, "slate-color", 0xff00ff00, NULL);
  advance (&rig, 3 * GST_SECOND);
  assert_color (newest_color (&rig, 0, 0), 0xff00ff00, "green");
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_says_what_the_slate_is_about)
{
  const GstStructure *facts;
  gboolean active = FALSE;
  GstMessage *message;
  guint64 since = 0, closed = 0;
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, 0, 2 * GST_SECOND, 0);
  feed (&rig, 0, 2 * GST_SECOND, 6 * GST_SECOND, 0);
  feed (&rig, 1, 6 * GST_SECOND, 8 * GST_SECOND, 0);
  message = pop_message (&rig, "redundantswitch-slate");
  facts = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (facts, "medium"),
      "video");
  fail_unless (gst_structure_get_boolean (facts, "active", &active) && active);
  fail_unless (gst_structure_get_uint64 (facts, "since", &since));
  /* The last picture is of 1.96 s, and stands for 2 s. */
  fail_unless_equals_uint64 (since, 4 * GST_SECOND);
  gst_message_unref (message);
  message = pop_message (&rig, "redundantswitch-slate");
  facts = gst_message_get_structure (message);
  fail_unless (gst_structure_get_boolean (facts, "active", &active)
      && !active);
  fail_unless (gst_structure_get_uint64 (facts, "since", &closed));
  fail_unless_equals_uint64 (closed, since);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

static void
check_image (const gchar * name, const gchar * encoder)
{
  g_autofree gchar *launch = g_strdup_printf ("videotestsrc num-buffers=1 "
      "pattern=red ! video/x-raw,width=64,height=64 ! videoconvert ! %s",
      encoder);
  g_autofree gchar *path = make_file (name, launch);
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps",
      "video/x-raw,width=160,height=90,framerate=25/1,format=I420");
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "image");
  g_object_set (rig.element, "slate-uri", path, NULL);
  rig_play (&rig, NULL);
  await_file (&rig, 0, "ready", 0);
  advance (&rig, gst_clock_get_time (rig.clock) + GST_SECOND);
  assert_color (newest_color (&rig, 80, 45), 0xffff0000, "middle");
  assert_color (newest_color (&rig, 80, 2), 0xffff0000, "top");
  assert_color (newest_color (&rig, 5, 45), 0xff000000, "left border");
  assert_color (newest_color (&rig, 155, 45), 0xff000000, "right border");
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING) == NULL);
  check_time (&rig);
  rig_clear (&rig);
}

GST_START_TEST (redundantswitch_shows_an_image_with_its_aspect)
{
  check_image ("slate.png", "pngenc");
  check_image ("slate.jpg", "jpegenc quality=100");
}

GST_END_TEST;

GST_START_TEST (redundantswitch_fits_the_image_to_each_sessions_output)
{
  g_autofree gchar *path = make_file ("slate.png", "videotestsrc "
      "num-buffers=1 pattern=blue ! video/x-raw,width=64,height=64 ! "
      "videoconvert ! pngenc");
  g_autofree gchar *uri = gst_filename_to_uri (path, NULL);
  static const gchar *const sizes[] = {
    "video/x-raw,width=40,height=20,framerate=25/1,format=RGB",
    "video/x-raw,width=20,height=40,framerate=25/1,format=NV12",
  };
  guint i;
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "image");
  g_object_set (rig.element, "slate-uri", uri, NULL);
  for (i = 0; i < 2; i++) {
    GstClockTime start = gst_clock_get_time (rig.clock);

    gst_element_set_base_time (rig.element, start);
    gst_util_set_object_arg (G_OBJECT (rig.element), "caps", sizes[i]);
    rig_play (&rig, NULL);
    await_file (&rig, 0, "ready", start);
    advance (&rig, gst_clock_get_time (rig.clock) + GST_SECOND);
    assert_color (newest_color (&rig, i ? 10 : 20, i ? 20 : 10), 0xff0000ff,
        "middle");
    assert_color (newest_color (&rig, 1, 1), 0xff000000, "border");
    gst_element_set_state (rig.element, GST_STATE_NULL);
    rig_forget (&rig);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* From `from` on all frames are the film's, each following the one before. */
static guint
check_film (Rig * rig, GstClockTime from)
{
  guint n = 0;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    guint grey = input_of (l->data, NULL);
    if (GST_BUFFER_PTS (l->data) < from)
      continue;
    fail_unless (grey >= GREY && grey < GREY + ROUND, "%u at %u ms", grey,
        (guint) (GST_BUFFER_PTS (l->data) / GST_MSECOND));
    fail_unless_equals_int (grey, GREY + n % ROUND);
    n++;
  }
  g_mutex_unlock (&rig->lock);
  return n;
}

/* The file is played on the machine's time: it is waited for where the output
 * is about to need it. */
static void
advance_with_film (Rig * rig, GstClockTime to)
{
  GstClockTime now = gst_clock_get_time (rig->clock);

  for (; now < to; now += FRAME) {
    advance (rig, now);
    while (stat (rig, "slate-ahead") < 2 * FRAME)
      g_usleep (1000);
  }
  advance (rig, to);
}

GST_START_TEST (redundantswitch_loops_media_without_a_hole)
{
  g_autofree gchar *path = make_film ("film.mkv");
  GstClockTime now;
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "uri");
  g_object_set (rig.element, "slate-uri", path, "freeze-duration", 400, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, 0, GST_SECOND, 0);
  now = await_file (&rig, 1, "ready", GST_SECOND);
  feed (&rig, 1, now, now + 2 * GST_SECOND, 0);
  now += 2 * GST_SECOND;
  advance_with_film (&rig, now + 5 * GST_SECOND);
  fail_unless (check_film (&rig, now + 400 * GST_MSECOND) > 3 * ROUND);
  fail_unless (stat (&rig, "slate-rounds") >= 3);
  /* An input comes and goes: the film begins with its beginning. */
  rig_forget (&rig);
  now += 5 * GST_SECOND;
  feed (&rig, 1, now, now + 2 * GST_SECOND, 0);
  now += 2 * GST_SECOND;
  fail_unless_equals_int (newest_input (&rig), 1);
  now = await_file (&rig, 1, "ready", now);
  feed (&rig, 1, now, now + 400 * GST_MSECOND, 0);
  now += 400 * GST_MSECOND;
  advance_with_film (&rig, now + 3 * GST_SECOND);
  fail_unless (check_film (&rig, now + 400 * GST_MSECOND) > ROUND);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_plays_the_slates_sound_without_a_hole)
{
  /* A whole number of periods: the seam can't be heard. */
  g_autofree gchar *path = make_file ("tone.wav", "audiotestsrc freq=400 "
      "volume=0.5 samplesperbuffer=480 num-buffers=100 ! "
      "audio/x-raw,format=S16LE,rate=48000,channels=1 ! wavenc");
  gint last = 0, steepest = 0;
  guint n = 0, quiet = 0;
  GstClockTime now;
  GList *l;
  Rig rig;

  rig_init (&rig, 1);
  rig.is_audio = TRUE;
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate-audio", "uri");
  g_object_set (rig.element, "slate-uri", path, "freeze-duration", 400, NULL);
  rig_play (&rig, AUDIO_CAPS);
  feed (&rig, 1, 0, GST_SECOND, 0);
  now = await_file (&rig, 1, "ready", GST_SECOND);
  feed (&rig, 1, now, now + 2 * GST_SECOND, 0);
  now += 2 * GST_SECOND;
  advance_with_film (&rig, now + 5 * GST_SECOND);
  for (l = g_list_last (rig.buffers); l != NULL; l = l->prev) {
    GstMapInfo map;
    gint peak = 0;
    guint i;

    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (i = 0; i < map.size / 2; i++) {
      gint sample = ((gint16 *) map.data)[i];
      if (n++ > 0)
        steepest = MAX (steepest, ABS (sample - last));
      peak = MAX (peak, ABS (sample));
      last = sample;
    }
    gst_buffer_unmap (l->data, &map);
    /* All of it but the first chunk, which fades in. */
    if (GST_BUFFER_PTS (l->data) >= now + 460 * GST_MSECOND && peak < 16000)
      quiet++;
  }
  fail_unless_equals_int (quiet, 0);
  /* 16384 * 2 pi * 400 / 48000 is 858; a click would be thousands. */
  fail_unless (steepest < 900, "a step of %d", steepest);
  fail_unless (stat (&rig, "samples-missed") > 4 * 48000);
  fail_unless (stat (&rig, "slate-rounds") >= 3);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_shows_black_for_a_slate_that_is_missing)
{
  g_autofree gchar *path = path_of ("later.mkv"), *made = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  GstMessage *message = NULL;
  GstClockTime now = 0;
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", VIDEO_CAPS);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "uri");
  g_object_set (rig.element, "slate-uri", path, "slate-color", 0xffffffff,
      NULL);
  rig_play (&rig, NULL);
  while (message == NULL) {
    advance (&rig, now += FRAME);
    g_usleep (2000);
    message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
  }
  gst_message_parse_warning (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_READ));
  fail_unless (strstr (error->message, "later.mkv") != NULL);
  gst_message_unref (message);
  advance (&rig, now += GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 0);
  /* It is put in place: the next attempt finds it. */
  made = make_film ("later.mkv");
  now = await_file (&rig, 0, "ready", now);
  advance_with_film (&rig, now + 2 * GST_SECOND);
  fail_unless (newest_input (&rig) >= GREY);
  fail_unless (stat (&rig, "slate-failures") >= 1);
  /* Told once, however often it was tried. */
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING) == NULL);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_shows_black_for_a_slate_that_is_broken)
{
  g_autofree gchar *path = path_of ("broken.png");
  g_autofree gchar *state = NULL;
  Rig rig;

  fail_unless (g_file_set_contents (path, "\211PNG\r\n\032\nnonsense", -1,
          NULL));
  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", VIDEO_CAPS);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "image");
  g_object_set (rig.element, "slate-uri", path, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, await_file (&rig, 1, "broken", 0), 10 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  advance (&rig, 15 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 0);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_wait_for_a_slate_that_hangs)
{
  g_autofree gchar *path = path_of ("pipe");
  const gchar *argv[] = { "mkfifo", path, NULL };
  gint fd, status = -1;
  Rig rig;

  fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH,
          NULL, NULL, NULL, NULL, &status, NULL) && status == 0);
  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", VIDEO_CAPS);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "uri");
  g_object_set (rig.element, "slate-uri", path, NULL);
  rig_play (&rig, VIDEO_CAPS);
  advance (&rig, 2 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 0);
  feed (&rig, 1, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  /* Another one does not have to wait for it either. */
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "color");
  g_object_set (rig.element, "slate-color", 0xffffffff, NULL);
  advance (&rig, 9 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 255);
  check_time (&rig);
  rig_clear (&rig);
  /* Lets go of the thread. */
  fd = open (path, O_WRONLY | O_NONBLOCK);
  if (fd >= 0)
    close (fd);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_wants_a_file_for_a_slate_of_one)
{
  g_autoptr (GError) error = NULL;
  GstMessage *message;
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "slate", "image");
  fail_unless_equals_int (gst_element_set_state (rig.element,
          GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, "slate-uri") != NULL);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
has (const gchar * factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  if (found == NULL)
    g_print ("SKIP: %s is not installed\n", factory);
  return found != NULL;
}

static Suite *
redundantswitchslate_suite (void)
{
  Suite *s = suite_create ("redundantswitchslate");
  TCase *tc = tcase_create ("redundantswitchslate");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, make_folder, remove_folder);
  tcase_add_loop_test (tc, redundantswitch_shows_a_colour_in_any_form, 0,
      G_N_ELEMENTS (forms));
  tcase_add_test (tc,
      redundantswitch_shows_a_grey_for_a_colour_without_colours);
  tcase_add_test (tc, redundantswitch_takes_another_slate_while_it_is_shown);
  tcase_add_test (tc, redundantswitch_says_what_the_slate_is_about);
  if (has ("pngenc") && has ("jpegenc")) {
    tcase_add_test (tc, redundantswitch_shows_an_image_with_its_aspect);
    tcase_add_test (tc, redundantswitch_fits_the_image_to_each_sessions_output);
  }
  if (has ("matroskamux") && has ("appsrc")) {
    tcase_add_test (tc, redundantswitch_loops_media_without_a_hole);
    tcase_add_test (tc,
        redundantswitch_shows_black_for_a_slate_that_is_missing);
  }
  if (has ("wavenc"))
    tcase_add_test (tc, redundantswitch_plays_the_slates_sound_without_a_hole);
  tcase_add_test (tc, redundantswitch_shows_black_for_a_slate_that_is_broken);
  tcase_add_test (tc, redundantswitch_does_not_wait_for_a_slate_that_hangs);
  tcase_add_test (tc, redundantswitch_wants_a_file_for_a_slate_of_one);
  return s;
}

GST_CHECK_MAIN (redundantswitchslate);
