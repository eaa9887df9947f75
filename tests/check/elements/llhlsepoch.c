/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* llhlssink's epoch-lock: whose time frames have, and that two packagers of the
 * same frames give the same bytes by it.  What they give is read from their
 * directories. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>

#include <string.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25
/* 2026-11-21T12:00:00Z */
#define NOON (G_GUINT64_CONSTANT (1795262400) * GST_SECOND)

/* x264, 320x180 baseline. */
static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  GstHarness *video, *audio;    /* the last may be NULL */
  gchar *folder;
} Rig;

static void
rig_make (Rig * rig, const gchar * lock)
{
  memset (rig, 0, sizeof (*rig));
  rig->folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", -1, "target-duration", 1000,
      "part-duration", 200, "location", rig->folder, NULL);
  gst_util_set_object_arg (G_OBJECT (rig->sink), "epoch-lock", lock);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
}

static void
rig_play (Rig * rig, gboolean audio)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));
  g_autoptr (GstBuffer) asc = gst_buffer_new_memdup ("\x11\x90", 2);

  rig->video = gst_harness_new_with_element (rig->sink, "video_0", NULL);
  if (audio)
    rig->audio = gst_harness_new_with_element (rig->sink, "audio_0", NULL);
  gst_harness_play (rig->video);
  gst_harness_set_src_caps (rig->video, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING,
          "au", "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
          "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, 25, 1,
          NULL));
  if (!audio)
    return;
  gst_harness_play (rig->audio);
  gst_harness_set_src_caps (rig->audio, gst_caps_new_simple ("audio/mpeg",
          "mpegversion", G_TYPE_INT, 4, "stream-format", G_TYPE_STRING, "raw",
          "framed", G_TYPE_BOOLEAN, TRUE, "codec_data", GST_TYPE_BUFFER, asc,
          "rate", G_TYPE_INT, 48000, "channels", G_TYPE_INT, 2, NULL));
}

/* All is in the files behind that. */
static void
rig_end (Rig * rig)
{
  gst_harness_push_event (rig->video, gst_event_new_eos ());
  if (rig->audio != NULL)
    gst_harness_push_event (rig->audio, gst_event_new_eos ());
  gst_element_set_state (rig->sink, GST_STATE_NULL);
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

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  g_clear_pointer (&rig->audio, gst_harness_teardown);
  g_clear_pointer (&rig->video, gst_harness_teardown);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
  remove_tree (rig->folder);
  g_free (rig->folder);
}

/* Frame `n` of the encoder, so that the same one has the same bytes. */
static GstBuffer *
new_picture (guint64 n, GstClockTime pts)
{
  guint8 picture[16] = { 0, 0, 0, 12, n % GOP == 0 ? 0x65 : 0x41, 0x9a };
  GstBuffer *buffer;

  GST_WRITE_UINT64_BE (picture + 8, n);
  buffer = gst_buffer_new_memdup (picture, sizeof (picture));
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = FRAME;
  if (n % GOP != 0)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

static void
push (GstHarness * pad, GstBuffer * buffer)
{
  fail_unless_equals_int (gst_harness_push (pad, buffer), GST_FLOW_OK);
}

/* (transfer full) (nullable) */
static GBytes *
read_file (const Rig * rig, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (rig->folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return g_file_load_bytes (file, NULL, NULL, NULL);
}

/* (transfer full) */
static gchar *
read_playlist (const Rig * rig)
{
  g_autoptr (GBytes) bytes = read_file (rig, "video_0.m3u8");

  fail_unless (bytes != NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Of the segment that begins at `time` by the twins' clock, what the playlist
 * says of its date. */
static void
check_date (const Rig * rig, GstClockTime time, const gchar * date)
{
  g_autofree gchar *text = read_playlist (rig);
  g_autofree gchar *uri = g_strdup_printf ("\nvideo_0/%" G_GUINT64_FORMAT
      ".m4s\n", time / GST_SECOND);
  g_autofree gchar *tag = g_strdup_printf ("#EXT-X-PROGRAM-DATE-TIME:%s\n",
      date);
  const gchar *segment, *found;

  segment = strstr (text, uri);
  fail_unless (segment != NULL, "no %s", uri);
  found = g_strrstr_len (text, segment - text, "#EXT-X-PROGRAM-DATE-TIME:");
  fail_unless (found != NULL && g_str_has_prefix (found, tag), "no %s", tag);
  fail_unless (strstr (segment, "#EXT-X-GAP") == NULL);
}

/* PTS */

GST_START_TEST (llhlsepoch_offset_may_be_any_date)
{
  gint64 offset;
  guint n;
  Rig rig;

  rig_make (&rig, "pts");
  g_object_get (rig.sink, "epoch-offset", &offset, NULL);
  fail_unless (offset == G_GINT64_CONSTANT (-9000000000000));
  g_object_set (rig.sink, "epoch-offset", (gint64) (NOON / GST_MSECOND), NULL);
  rig_play (&rig, FALSE);
  for (n = 0; n < 10 * GOP; n++)
    push (rig.video, new_picture (n, 3600 * GST_SECOND + n * FRAME));
  rig_end (&rig);
  check_date (&rig, 3602 * GST_SECOND, "2026-11-21T13:00:02.000Z");
  rig_clear (&rig);
}

GST_END_TEST;

/* Twins */

/* Segments of both that begin at these times are the same, and there. */
static void
check_equal (const Rig * a, const Rig * b, const gchar * rendition,
    GstClockTime from, GstClockTime to)
{
  GstClockTime time;

  for (time = from; time < to; time += GST_SECOND) {
    g_autofree gchar *name = g_strdup_printf ("%s/%" G_GUINT64_FORMAT ".m4s",
        rendition, time / GST_SECOND);
    g_autoptr (GBytes) one = read_file (a, name);
    g_autoptr (GBytes) two = read_file (b, name);

    fail_unless (one != NULL && two != NULL, "%s", name);
    fail_unless (g_bytes_equal (one, two), "%s", name);
  }
}

/* Reference timestamps */

#define NTP_SECONDS G_GUINT64_CONSTANT (2208988800)

/* Takes `buffer`. */
static GstBuffer *
with_reference (GstBuffer * buffer, const gchar * format, GstClockTime time)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (format);

  if (g_str_equal (format, "timestamp/x-ntp"))
    time += NTP_SECONDS * GST_SECOND;
  gst_buffer_add_reference_timestamp_meta (buffer, caps, time,
      GST_CLOCK_TIME_NONE);
  return buffer;
}

/* Frames `from` to 10 s as a receiver has them whose PTS are `ahead`; all but
 * each `every`-th come without a reference.  Audio was heard half a second
 * before. */
static void
run_reference (Rig * rig, guint from, GstClockTime ahead, const gchar * format,
    guint every)
{
  guint n;
  guint64 sample = from * FRAME / (GST_SECOND / 48000) / 1024 * 1024;

  for (n = from; n < 10 * GOP; n++) {
    GstBuffer *picture = new_picture (n, ahead + n * FRAME);
    GstClockTime time;

    if (n % every == 0)
      picture = with_reference (picture, format, NOON + n * FRAME);
    push (rig->video, picture);
    while ((time = gst_util_uint64_scale (sample, GST_SECOND, 48000))
        < n * FRAME) {
      GstBuffer *sound = gst_buffer_new_memdup ("\x21\x10", 2);

      GST_BUFFER_PTS (sound) = ahead + time + 500 * GST_MSECOND;
      push (rig->audio, with_reference (sound, format, NOON + time));
      sample += 1024;
    }
  }
  rig_end (rig);
}

GST_START_TEST (llhlsepoch_twins_by_reference_timestamps)
{
  Rig a, b;

  rig_make (&a, "reference-timestamp");
  rig_make (&b, "reference-timestamp");
  rig_play (&a, TRUE);
  rig_play (&b, TRUE);
  run_reference (&a, 0, 5 * GST_SECOND, "timestamp/x-unix", 1);
  run_reference (&b, 40, 17300 * GST_MSECOND, "timestamp/x-ntp", 1);
  check_equal (&a, &b, "video_0", NOON + 3 * GST_SECOND, NOON + 8 * GST_SECOND);
  check_equal (&a, &b, "audio_0", NOON + 3 * GST_SECOND, NOON + 8 * GST_SECOND);
  check_date (&a, NOON + 4 * GST_SECOND, "2026-11-21T12:00:04.000Z");
  check_date (&b, NOON + 4 * GST_SECOND, "2026-11-21T12:00:04.000Z");
  rig_clear (&a);
  rig_clear (&b);
}

GST_END_TEST;

/* As when RTCP comes now and then: by the newest of the same stream. */
GST_START_TEST (llhlsepoch_bridges_frames_without_a_reference)
{
  Rig a, b;

  rig_make (&a, "reference-timestamp");
  rig_make (&b, "reference-timestamp");
  rig_play (&a, TRUE);
  rig_play (&b, TRUE);
  run_reference (&a, 0, 5 * GST_SECOND, "timestamp/x-unix", 1);
  run_reference (&b, 0, 17300 * GST_MSECOND, "timestamp/x-unix", 10);
  check_equal (&a, &b, "video_0", NOON + 3 * GST_SECOND, NOON + 8 * GST_SECOND);
  rig_clear (&a);
  rig_clear (&b);
}

GST_END_TEST;

/* Running time begins anew: what was known of it is of no use, and the frames up
 * to the first stamp are lost instead of wrong. */
GST_START_TEST (llhlsepoch_forgets_offsets_with_a_flush)
{
  GstSegment segment;
  GstClockTime pts;
  Rig a, b;
  guint n;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  rig_make (&a, "reference-timestamp");
  rig_make (&b, "reference-timestamp");
  rig_play (&a, FALSE);
  rig_play (&b, FALSE);
  for (n = 0; n < 15 * GOP; n++) {
    if (n == 5 * GOP) {
      gst_harness_push_event (b.video, gst_event_new_flush_start ());
      gst_harness_push_event (b.video, gst_event_new_flush_stop (TRUE));
      gst_harness_push_event (b.video, gst_event_new_segment (&segment));
    }
    push (a.video, with_reference (new_picture (n, n * FRAME),
            "timestamp/x-unix", NOON + n * FRAME));
    pts = n * FRAME + (n < 5 * GOP ? 0 : 1000 * GST_SECOND);
    push (b.video, n < 5 * GOP || n >= 5 * GOP + 30
        ? with_reference (new_picture (n, pts), "timestamp/x-unix",
            NOON + n * FRAME) : new_picture (n, pts));
  }
  rig_end (&a);
  rig_end (&b);
  check_equal (&a, &b, "video_0", NOON + 2 * GST_SECOND, NOON + 4 * GST_SECOND);
  check_equal (&a, &b, "video_0", NOON + 7 * GST_SECOND, NOON
      + 13 * GST_SECOND);
  rig_clear (&a);
  rig_clear (&b);
}

GST_END_TEST;

/* Nobody would know why there is no stream. */
GST_START_TEST (llhlsepoch_warns_of_frames_without_a_shared_time)
{
  static const gchar *const locks[] = { "reference-timestamp", "timecode" };
  static const gchar *const lacks[] = {
    "GstReferenceTimestampMeta", "GstVideoTimeCodeMeta"
  };
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (locks); i++) {
    g_autoptr (GstMessage) early = NULL, warning = NULL, again = NULL;
    g_autoptr (GstStructure) stats = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *debug = NULL;
    const GstStructure *video;
    guint64 dropped;
    Rig rig;

    rig_make (&rig, locks[i]);
    rig_play (&rig, FALSE);
    for (n = 0; n < GOP; n++)
      push (rig.video, new_picture (n, n * FRAME));
    early = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
    fail_unless (early == NULL);
    for (; n < 10 * GOP; n++)
      push (rig.video, new_picture (n, n * FRAME));
    warning = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
    fail_unless (warning != NULL);
    gst_message_parse_warning (warning, &error, &debug);
    fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
            GST_LIBRARY_ERROR_SETTINGS));
    fail_unless (strstr (debug, "video_0") != NULL, "%s", debug);
    fail_unless (strstr (debug, lacks[i]) != NULL, "%s", debug);
    again = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
    fail_unless (again == NULL);
    g_object_get (rig.sink, "stats", &stats, NULL);
    video = gst_value_get_structure (gst_value_array_get_value
        (gst_structure_get_value (stats, "renditions"), 0));
    fail_unless (gst_structure_get_uint64 (video, "frames-dropped", &dropped));
    fail_unless_equals_uint64 (dropped, 10 * GOP);
    rig_clear (&rig);
  }
}

GST_END_TEST;

/* Timecode */

/* The second that is nearest to now and begins a GOP. */
static GstClockTime
this_second (void)
{
  return g_get_real_time () / G_USEC_PER_SEC * GST_SECOND;
}

/* Takes `buffer`.  `time` is the date; `jam` may be NULL. */
static GstBuffer *
with_timecode (GstBuffer * buffer, GstClockTime time, GDateTime * jam)
{
  guint64 frames = time % (24 * 3600 * GST_SECOND) / FRAME;

  gst_buffer_add_video_time_code_meta_full (buffer, 25, 1, jam, 0,
      frames / 25 / 3600, frames / 25 / 60 % 60, frames / 25 % 60,
      frames % 25, 0);
  return buffer;
}

static GDateTime *
midnight_of (GstClockTime time)
{
  return g_date_time_new_from_unix_utc (time / GST_SECOND / 86400 * 86400);
}

static void
run_timecode (Rig * rig, guint from, GstClockTime first, GstClockTime ahead,
    GDateTime * jam)
{
  guint n;

  for (n = from; n < 10 * GOP; n++)
    push (rig->video, with_timecode (new_picture (n, ahead + n * FRAME),
            first + n * FRAME, jam));
  rig_end (rig);
}

GST_START_TEST (llhlsepoch_twins_by_timecode)
{
  GstClockTime first = this_second ();
  g_autoptr (GDateTime) jam = midnight_of (first);
  g_autoptr (GDateTime) date =
      g_date_time_new_from_unix_utc (first / GST_SECOND + 4);
  g_autofree gchar *tag = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S.000Z");
  Rig a, b;

  rig_make (&a, "timecode");
  rig_make (&b, "timecode");
  rig_play (&a, FALSE);
  rig_play (&b, FALSE);
  run_timecode (&a, 0, first, 5 * GST_SECOND, jam);
  run_timecode (&b, 40, first, 17300 * GST_MSECOND, NULL);
  check_equal (&a, &b, "video_0", first + 3 * GST_SECOND, first
      + 8 * GST_SECOND);
  check_date (&a, first + 4 * GST_SECOND, tag);
  rig_clear (&a);
  rig_clear (&b);
}

GST_END_TEST;

/* Audio has none: it goes by the newest video frame. */
GST_START_TEST (llhlsepoch_audio_goes_by_the_timecode_of_video)
{
  GstClockTime first = this_second (), time;
  guint64 sample = 0;
  guint n;
  Rig rig;
  g_autoptr (GBytes) sound = NULL;
  g_autofree gchar *name = NULL;

  rig_make (&rig, "timecode");
  rig_play (&rig, TRUE);
  for (n = 0; n < 10 * GOP; n++) {
    push (rig.video, with_timecode (new_picture (n, n * FRAME),
            first + n * FRAME, NULL));
    while ((time = gst_util_uint64_scale (sample, GST_SECOND, 48000))
        < n * FRAME) {
      GstBuffer *buffer = gst_buffer_new_memdup ("\x21\x10", 2);

      GST_BUFFER_PTS (buffer) = time;
      push (rig.audio, buffer);
      sample += 1024;
    }
  }
  rig_end (&rig);
  name = g_strdup_printf ("audio_0/%" G_GUINT64_FORMAT ".m4s",
      first / GST_SECOND + 5);
  sound = read_file (&rig, name);
  fail_unless (sound != NULL, "%s", name);
  rig_clear (&rig);
}

GST_END_TEST;

/* Counting frames never changes the daily jam, so behind midnight it is that of
 * the day before. */
GST_START_TEST (llhlsepoch_timecode_goes_on_behind_midnight)
{
  GstClockTime midnight = this_second () / GST_SECOND / 86400 * 86400
      * GST_SECOND;
  g_autoptr (GDateTime) jam = midnight_of (midnight - GST_SECOND);
  g_autofree gchar *text = NULL;
  Rig rig;

  rig_make (&rig, "timecode");
  rig_play (&rig, FALSE);
  run_timecode (&rig, 0, midnight - 5 * GST_SECOND, 0, jam);
  text = read_playlist (&rig);
  fail_unless (strstr (text, "DISCONTINUITY\n") == NULL);
  fail_unless (strstr (text, "T23:59:58.000Z") != NULL);
  fail_unless (strstr (text, "T00:00:03.000Z") != NULL);
  fail_unless (strstr (strstr (text, "T23:59:58"), "GAP") == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

/* What no clock shows is none. */
GST_START_TEST (llhlsepoch_ignores_an_impossible_timecode)
{
  GstClockTime first = this_second ();
  g_autofree gchar *text = NULL;
  guint n;
  Rig rig;

  rig_make (&rig, "timecode");
  rig_play (&rig, FALSE);
  for (n = 0; n < 10 * GOP; n++) {
    GstBuffer *buffer = new_picture (n, n * FRAME);

    if (n % 10 == 3)
      gst_buffer_add_video_time_code_meta_full (buffer, 25, 1, NULL, 0, 25, 61,
          61, 30, 0);
    else if (n % 10 == 5)
      gst_buffer_add_video_time_code_meta_full (buffer, 0, 0, NULL, 0, 1, 1, 1,
          1, 0);
    else
      buffer = with_timecode (buffer, first + n * FRAME, NULL);
    push (rig.video, buffer);
  }
  rig_end (&rig);
  text = read_playlist (&rig);
  fail_unless (strstr (text, "DISCONTINUITY\n") == NULL);
  check_equal (&rig, &rig, "video_0", first + 3 * GST_SECOND, first
      + 8 * GST_SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

/* The pipeline's clock */

/* What the libraries of GStreamer call their NTP clock, without its network. */
typedef GstTestClock GstNtpClock;
typedef GstTestClockClass GstNtpClockClass;
GType gst_ntp_clock_get_type (void);
G_DEFINE_TYPE (GstNtpClock, gst_ntp_clock, GST_TYPE_TEST_CLOCK);

static void
gst_ntp_clock_class_init (GstNtpClockClass * klass)
{
}

static void
gst_ntp_clock_init (GstNtpClock * self)
{
}

static void
use_clock (Rig * rig, GType type, GstClockTime base)
{
  g_autoptr (GstClock) clock =
      gst_object_ref_sink (g_object_new (type, "start-time", base, NULL));

  gst_element_set_clock (rig->sink, clock);
  gst_element_set_base_time (rig->sink, base);
}

static void
run_clock (Rig * rig, guint from, GstClockTime ahead)
{
  guint n;

  for (n = from; n < 10 * GOP; n++)
    push (rig->video, new_picture (n, ahead + n * FRAME));
  rig_end (rig);
}

GST_START_TEST (llhlsepoch_twins_by_the_clock)
{
  Rig a, b;

  rig_make (&a, "clock");
  rig_make (&b, "clock");
  rig_play (&a, FALSE);
  rig_play (&b, FALSE);
  use_clock (&a, GST_TYPE_TEST_CLOCK, NOON - 5 * GST_SECOND);
  use_clock (&b, gst_ntp_clock_get_type (), NTP_SECONDS * GST_SECOND + NOON
      - 17300 * GST_MSECOND);
  run_clock (&a, 0, 5 * GST_SECOND);
  run_clock (&b, 40, 17300 * GST_MSECOND);
  check_equal (&a, &b, "video_0", NOON + 3 * GST_SECOND, NOON + 8 * GST_SECOND);
  check_date (&a, NOON + 4 * GST_SECOND, "2026-11-21T12:00:04.000Z");
  check_date (&b, NOON + 4 * GST_SECOND, "2026-11-21T12:00:04.000Z");
  rig_clear (&a);
  rig_clear (&b);
}

GST_END_TEST;

static Suite *
llhlsepoch_suite (void)
{
  Suite *s = suite_create ("llhlsepoch");
  TCase *tc = tcase_create ("element");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhlsepoch_offset_may_be_any_date);
  tcase_add_test (tc, llhlsepoch_twins_by_reference_timestamps);
  tcase_add_test (tc, llhlsepoch_bridges_frames_without_a_reference);
  tcase_add_test (tc, llhlsepoch_forgets_offsets_with_a_flush);
  tcase_add_test (tc, llhlsepoch_warns_of_frames_without_a_shared_time);
  tcase_add_test (tc, llhlsepoch_twins_by_timecode);
  tcase_add_test (tc, llhlsepoch_audio_goes_by_the_timecode_of_video);
  tcase_add_test (tc, llhlsepoch_timecode_goes_on_behind_midnight);
  tcase_add_test (tc, llhlsepoch_ignores_an_impossible_timecode);
  tcase_add_test (tc, llhlsepoch_twins_by_the_clock);
  return s;
}

GST_CHECK_MAIN (llhlsepoch);
