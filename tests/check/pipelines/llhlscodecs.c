/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each codec from a real encoder into files, and from these to a decoder:
 * nothing is lost on the way and decode times have no seams. */
/* For memmem (). */
#define _GNU_SOURCE
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <string.h>

#define VIDEO "videotestsrc num-buffers=75 pattern=ball ! " \
    "video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! "
#define AUDIO "audiotestsrc num-buffers=150 samplesperbuffer=1024 ! " \
    "audio/x-raw,rate=48000,channels=2 ! "
#define PICTURES 75
#define SAMPLES (150 * 1024)
/* Encoders' delay, and the last frame, which they fill up. */
#define MORE_SAMPLES (3 * 4608)
/* Opus: the packet with the delay, and what the decoder takes for delay. */
#define FEWER_SAMPLES (2880 + 960)

typedef struct
{
  const gchar *name;
  const gchar *needs;           /* elements, with blanks between */
  const gchar *source;
  const gchar *decoder;
  const gchar *codecs;          /* in the multivariant playlist */
  const gchar *extra;           /* attribute that must stand there */
  guint ticks;                  /* of each frame, 0 = the last may differ */
} Codec;

static const Codec codecs[] = {
  {"H.265", "x265enc h265parse avdec_h265",
        VIDEO "x265enc speed-preset=ultrafast tune=zerolatency key-int-max=25",
        "h265parse ! avdec_h265", "CODECS=\"hvc1.1.6.L", "RESOLUTION=160x90",
      400},
  {"H.265 of closed GOPs", "x265enc h265parse avdec_h265",
        VIDEO "x265enc speed-preset=superfast key-int-max=25 "
        "option-string=bframes=3:open-gop=0",
        "h265parse ! avdec_h265", "CODECS=\"hvc1.1.6.L", "RESOLUTION=160x90",
      400},
  {"H.265 of open GOPs", "x265enc h265parse avdec_h265",
        VIDEO "x265enc speed-preset=superfast key-int-max=25 "
        "option-string=bframes=3:open-gop=1",
      "h265parse ! avdec_h265", "CODECS=\"hvc1.1.6.L", "RESOLUTION=160x90", 0},
  {"H.265 with lengths", "x265enc h265parse avdec_h265",
        VIDEO
        "x265enc speed-preset=ultrafast tune=zerolatency key-int-max=25 ! "
        "h265parse ! video/x-h265,stream-format=hvc1",
        "h265parse ! avdec_h265", "CODECS=\"hvc1.1.6.L", "FRAME-RATE=25.000",
      400},
  {"AV1", "av1enc av1parse av1dec",
        VIDEO "av1enc cpu-used=8 usage-profile=realtime keyframe-max-dist=25",
      "av1parse ! av1dec", "CODECS=\"av01.0.0", "RESOLUTION=160x90", 400},
  {"AV1 parsed", "av1enc av1parse av1dec",
        VIDEO "av1enc cpu-used=8 usage-profile=realtime keyframe-max-dist=25 ! "
        "av1parse",
      "av1parse ! av1dec", "CODECS=\"av01.0.0", "FRAME-RATE=25.000", 400},
  {"AAC", "avenc_aac aacparse avdec_aac", AUDIO "avenc_aac",
      "aacparse ! avdec_aac", "CODECS=\"mp4a.40.2\"", "CHANNELS=\"2\"", 1024},
  {"HE-AAC", "fdkaacenc aacparse avdec_aac",
        AUDIO "fdkaacenc ! audio/mpeg,profile=he-aac-v1",
      "aacparse ! avdec_aac", "CODECS=\"mp4a.40.5\"", "CHANNELS=\"2\"", 2048},
  {"Opus", "opusenc opusdec", AUDIO "opusenc", "opusdec", "CODECS=\"opus\"",
      "CHANNELS=\"2\"", 960},
  {"Opus of 60 ms", "opusenc opusdec", AUDIO "opusenc frame-size=60",
      "opusdec", "CODECS=\"opus\"", "CHANNELS=\"2\"", 2880},
  {"Opus of 2.5 ms", "opusenc opusdec", AUDIO "opusenc frame-size=2.5",
      "opusdec", "CODECS=\"opus\"", "CHANNELS=\"2\"", 120},
  {"AC-3", "avenc_ac3 avdec_ac3", AUDIO "avenc_ac3", "ac3parse ! avdec_ac3",
      "CODECS=\"ac-3\"", "CHANNELS=\"2\"", 1536},
  {"E-AC-3", "avenc_eac3 avdec_eac3", AUDIO "avenc_eac3",
      "ac3parse ! avdec_eac3", "CODECS=\"ec-3\"", "CHANNELS=\"2\"", 1536},
  {"FLAC", "flacenc flacdec", AUDIO "flacenc", "flacdec", "CODECS=\"fLaC\"",
      "CHANNELS=\"2\"", 0},
};

/* The missing element, or NULL. */
static const gchar *
find_missing (gchar ** names)
{
  for (; *names != NULL; names++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (*names);

    if (factory == NULL)
      return *names;
  }
  return NULL;
}

static void
wait_for_eos (GstElement * pipeline, const gchar * text)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 50 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_unless (message != NULL, "%s: no end", text);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
run_to_eos (const gchar * text, GCallback handoff, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) sink = NULL;

  fail_unless (error == NULL, "%s: %s", text, error ? error->message : "");
  if (handoff != NULL) {
    sink = gst_bin_get_by_name (GST_BIN (pipeline), "end");
    g_signal_connect (sink, "handoff", handoff, data);
  }
  wait_for_eos (pipeline, text);
}

static gchar *
read_text (const gchar * folder, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  gchar *text = NULL;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL), "no %s", path);
  return text;
}

static void
append_file (GByteArray * out, const gchar * folder, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *data = NULL;
  gsize size;

  fail_unless (g_file_get_contents (path, &data, &size, NULL), "no %s", path);
  g_byte_array_append (out, (guint8 *) data, size);
}

/* Init section and segments, one after the other. */
static void
join_media (const gchar * folder, const gchar * playlist, const gchar * to)
{
  g_autofree gchar *text = read_text (folder, playlist);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint i, maps = 0;

  for (i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "#EXT-X-MAP:URI=\"")) {
      g_auto (GStrv) quoted = g_strsplit (lines[i], "\"", 3);

      append_file (out, folder, quoted[1]);
      maps++;
    } else if (lines[i][0] != '#' && lines[i][0] != '\0') {
      append_file (out, folder, lines[i]);
    }
  }
  fail_unless_equals_int (maps, 1);
  fail_unless (g_file_set_contents (to, (gchar *) out->data, out->len, NULL));
}

static guint64
number (const guint8 * p, guint n)
{
  guint64 value = 0;

  while (n-- > 0)
    value = value << 8 | *p++;
  return value;
}

/* Rule 148: each decode time is the one before and the durations of its
 * samples, which are those of the frames. */
static void
check_seams (const gchar * path, gboolean video, guint ticks)
{
  g_autofree gchar *file = NULL;
  const guint8 *p, *end;
  guint64 expected = 0;
  guint chunks = 0, i, n;
  gsize size;

  fail_unless (g_file_get_contents (path, &file, &size, NULL));
  p = (const guint8 *) file;
  for (end = p + size; p < end; p += number (p, 4)) {
    const guint8 *traf = p + 8 + 16 + 8, *tfdt, *trun;

    if (memcmp (p + 4, "moof", 4) != 0)
      continue;
    tfdt = traf + number (traf, 4);
    trun = tfdt + number (tfdt, 4);
    fail_unless (memcmp (tfdt + 4, "tfdt", 4) == 0);
    fail_unless (memcmp (trun + 4, "trun", 4) == 0);
    if (chunks++ > 0)
      fail_unless_equals_uint64 (number (tfdt + 12, 8), expected);
    expected = number (tfdt + 12, 8);
    n = number (trun + 12, 4);
    for (i = 0; i < n; i++) {
      guint64 duration = number (trun + 20 + i * (video ? 16 : 12), 4);

      if (ticks != 0)
        fail_unless_equals_uint64 (duration, ticks);
      expected += duration;
    }
  }
  fail_unless (chunks > 2);
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
count (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  guint *counts = data;

  counts[0]++;
  counts[1] += gst_buffer_get_size (buffer) / 2;
}

static void
decode (const Codec * codec, const gchar * path, gboolean video)
{
  const gchar *raw = video ? "" : "audioconvert ! "
      "audio/x-raw,format=S16LE,channels=1 ! ";
  g_autofree gchar *text = NULL;
  guint counts[2] = { 0, 0 };

  text = g_strdup_printf ("filesrc location=%s ! qtdemux ! %s ! %s"
      "fakesink name=end sync=false signal-handoffs=true", path,
      codec->decoder, raw);
  run_to_eos (text, G_CALLBACK (count), counts);
  if (video) {
    fail_unless_equals_int (counts[0], PICTURES);
  } else {
    fail_unless (counts[1] >= SAMPLES - FEWER_SAMPLES
        && counts[1] <= SAMPLES + MORE_SAMPLES, "%s: %u samples", codec->name,
        counts[1]);
  }
}

GST_START_TEST (llhls_loses_nothing_of_a_codec)
{
  const Codec *codec = &codecs[__i__];
  gboolean video = g_str_has_prefix (codec->source, "video");
  const gchar *pad = video ? "video_0" : "audio_0";
  g_auto (GStrv) needs = g_strsplit (codec->needs, " ", -1);
  g_autofree gchar *folder = NULL, *text = NULL, *multivariant = NULL;
  g_autofree gchar *playlist = g_strconcat (pad, ".m3u8", NULL);
  g_autofree gchar *all = NULL;

  if (find_missing (needs) != NULL) {
    g_print ("SKIP %s: %s is not installed\n", codec->name,
        find_missing (needs));
    return;
  }
  folder = g_dir_make_tmp ("llhls-XXXXXX", NULL);
  text = g_strdup_printf ("%s ! s.%s llhlssink name=s port=-1 location=%s "
      "target-duration=1000 part-duration=200", codec->source, pad, folder);
  run_to_eos (text, NULL, NULL);
  multivariant = read_text (folder, "live.m3u8");
  fail_unless (strstr (multivariant, codec->codecs) != NULL, "%s",
      multivariant);
  fail_unless (strstr (multivariant, codec->extra) != NULL, "%s", multivariant);
  all = g_build_filename (folder, "all.mp4", NULL);
  join_media (folder, playlist, all);
  check_seams (all, video, codec->ticks);
  decode (codec, all, video);
  remove_tree (folder);
}

GST_END_TEST;

/* What SEI says is in the init section, whether a parser told it in caps first
 * or not; one section, no discontinuity. */
GST_START_TEST (llhls_tells_of_hdr)
{
  static const gchar *const parsers[] = {
    "", " ! h265parse", " ! h265parse ! video/x-h265,stream-format=hvc1"
  };
  static const gchar mdcv[] = "mdcv\x33\xc2\x86\xc4\x1d\x4c\x0b\xb8\x84\xd0"
      "\x3e\x80\x3d\x13\x40\x42\x00\x98\x96\x80\x00\x00\x00\x01";
  static const gchar clli[] = "clli\x03\xe8\x01\x90";
  static const gchar colr[] = "colrnclx\0\x09\0\x10\0\x09\0";
  gchar *needs[] = { (gchar *) "x265enc", (gchar *) "h265parse", NULL };
  g_autofree gchar *folder = NULL, *text = NULL, *playlist = NULL;
  g_autofree gchar *all = NULL, *multivariant = NULL, *data = NULL;
  gsize size;

  if (find_missing (needs) != NULL) {
    g_print ("SKIP HDR: %s is not installed\n", find_missing (needs));
    return;
  }
  folder = g_dir_make_tmp ("llhls-XXXXXX", NULL);
  text = g_strdup_printf ("videotestsrc num-buffers=50 ! video/x-raw,"
      "format=I420_10LE,width=160,height=90,framerate=25/1 ! x265enc "
      "speed-preset=ultrafast tune=zerolatency key-int-max=25 option-string="
      "\"colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1:"
      "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)"
      "L(10000000,1):max-cll=1000,400\"%s ! llhlssink port=-1 location=%s "
      "target-duration=1000 part-duration=200", parsers[__i__], folder);
  run_to_eos (text, NULL, NULL);
  multivariant = read_text (folder, "live.m3u8");
  fail_unless (strstr (multivariant, "CODECS=\"hvc1.2.4.L") != NULL);
  playlist = read_text (folder, "video_0.m3u8");
  fail_if (strstr (playlist, "DISCONTINUITY\n") != NULL);
  all = g_build_filename (folder, "all.mp4", NULL);
  join_media (folder, "video_0.m3u8", all);
  fail_unless (g_file_get_contents (all, &data, &size, NULL));
  size = MIN (size, 2000);
  fail_unless (memmem (data, size, mdcv, sizeof (mdcv) - 1) != NULL);
  fail_unless (memmem (data, size, clli, sizeof (clli) - 1) != NULL);
  fail_unless (memmem (data, size, colr, sizeof (colr) - 1) != NULL);
  remove_tree (folder);
}

GST_END_TEST;

/* What is set on the pad stands in the init section. */
GST_START_TEST (llhls_tells_the_language)
{
  static const gchar elng[] = "elng\0\0\0\0de-CH";
  static const gchar btrt[] = "btrt\0\0\0\0\0\1\xf4\0\0\1\xf4";
  g_autofree gchar *folder = g_dir_make_tmp ("llhls-XXXXXX", NULL);
  g_autofree gchar *text = NULL, *all = NULL, *data = NULL;
  gchar *needs[] = { (gchar *) "flacenc", NULL };
  g_autoptr (GstElement) pipeline = NULL, sink = NULL, queue = NULL;
  g_autoptr (GstPad) pad = NULL, from = NULL;
  gsize size;

  if (find_missing (needs) != NULL) {
    g_print ("SKIP language: %s is not installed\n", find_missing (needs));
    return;
  }
  text = g_strdup_printf (AUDIO "flacenc ! queue name=q llhlssink name=s "
      "port=-1 location=%s target-duration=1000 part-duration=200", folder);
  pipeline = gst_parse_launch (text, NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  queue = gst_bin_get_by_name (GST_BIN (pipeline), "q");
  pad = gst_element_request_pad_simple (sink, "audio_0");
  from = gst_element_get_static_pad (queue, "src");
  g_object_set (pad, "language", "de-CH", "bandwidth", 128000, NULL);
  fail_unless_equals_int (gst_pad_link (from, pad), GST_PAD_LINK_OK);
  wait_for_eos (pipeline, text);
  all = g_build_filename (folder, "all.mp4", NULL);
  join_media (folder, "audio_0.m3u8", all);
  fail_unless (g_file_get_contents (all, &data, &size, NULL));
  size = MIN (size, 2000);
  fail_unless (memmem (data, size, elng, sizeof (elng)) != NULL);
  fail_unless (memmem (data, size, btrt, sizeof (btrt) - 1) != NULL);
  remove_tree (folder);
}

GST_END_TEST;

/* What is not there is taken for plain; what can't be is refused. */
GST_START_TEST (llhls_takes_opus_without_a_header)
{
  static const struct
  {
    const gchar *caps;
    gboolean taken;
  } cases[] = {
    {"audio/x-opus", TRUE},
    {"audio/x-opus,channels=1,channel-mapping-family=0", TRUE},
    {"audio/x-opus,channels=6", FALSE},
    {"audio/x-opus,channels=-1", FALSE},
    {"audio/x-opus,channels=3,channel-mapping-family=1", FALSE},
    {"audio/x-opus,channels=3,channel-mapping-family=1,stream-count=2,"
          "coupled-count=1,channel-mapping=(int)<0,2,1>", TRUE},
    {"audio/x-opus,channels=3,channel-mapping-family=1,stream-count=2,"
          "coupled-count=3,channel-mapping=(int)<0,2,1>", FALSE},
    {"audio/x-opus,channels=3,channel-mapping-family=1,stream-count=2,"
          "coupled-count=1,channel-mapping=(int)<0,2>", FALSE},
    {"audio/x-opus,channels=3,channel-mapping-family=1,stream-count=2,"
          "coupled-count=1,channel-mapping=(int)<0,3,1>", FALSE},
    {"audio/x-opus,channels=3,channel-mapping-family=1,stream-count=2,"
          "coupled-count=1,channel-mapping=(int)<0,256,1>", FALSE},
    {"audio/x-opus,channels=3,channel-mapping-family=1,"
          "stream-count=2147483647,coupled-count=2147483647,"
          "channel-mapping=(int)<0,2,1>", FALSE},
  };
  GstElement *sink = gst_element_factory_make ("llhlssink", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  GstHarness *harness;
  GstBuffer *buffer;

  gst_object_ref_sink (sink);
  g_object_set (sink, "port", 0, NULL);
  gst_element_set_bus (sink, bus);
  harness = gst_harness_new_with_element (sink, "audio_0", NULL);
  gst_harness_set_src_caps_str (harness, cases[__i__].caps);
  buffer = gst_buffer_new_memdup ("\xfc\xff", 2);
  GST_BUFFER_PTS (buffer) = 0;
  gst_harness_push (harness, buffer);
  message = gst_bus_timed_pop_filtered (bus, 0, GST_MESSAGE_ERROR);
  fail_unless_equals_int (message == NULL, cases[__i__].taken);
  gst_element_set_bus (sink, NULL);
  gst_harness_teardown (harness);
  gst_object_unref (sink);
}

GST_END_TEST;

/* Bytes that are nothing make no part, no error and no crash. */
GST_START_TEST (llhls_ignores_garbage_of_any_codec)
{
  static const gchar *const caps[] = {
    "video/x-h264,stream-format=byte-stream,alignment=au",
    "video/x-h265,stream-format=byte-stream,alignment=au",
    "video/x-av1,stream-format=obu-stream,alignment=tu",
    "audio/mpeg,mpegversion=4,stream-format=adts,framed=true",
    "audio/x-ac3,framed=true,alignment=frame",
    "audio/x-eac3,framed=true,alignment=frame",
  };
  const gchar *pad = g_str_has_prefix (caps[__i__], "video") ? "video_0"
      : "audio_0";
  GstElement *sink = gst_element_factory_make ("llhlssink", NULL);
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (__i__);
  GstHarness *harness;
  guint64 parts = 1;
  guint i, n;

  gst_object_ref_sink (sink);
  g_object_set (sink, "port", 0, NULL);
  harness = gst_harness_new_with_element (sink, pad, NULL);
  gst_harness_set_src_caps_str (harness, caps[__i__]);
  for (i = 0; i < 500; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL,
        g_rand_int_range (rand, 0, 200), NULL);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    for (n = 0; n < map.size; n++)
      map.data[n] = g_rand_int_range (rand, 0, n % 4 == 0 ? 4 : 256);
    gst_buffer_unmap (buffer, &map);
    GST_BUFFER_PTS (buffer) = i * 20 * GST_MSECOND;
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "parts", &parts));
  fail_unless_equals_uint64 (parts, 0);
  gst_harness_teardown (harness);
  gst_object_unref (sink);
}

GST_END_TEST;

/* Whoever has only two buffers must get them back. */
GST_START_TEST (llhls_keeps_no_buffers_of_a_pool)
{
  GstElement *sink = gst_element_factory_make ("llhlssink", NULL);
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstBufferPoolAcquireParams params = { GST_FORMAT_UNDEFINED, };
  g_autoptr (GstStructure) stats = NULL;
  GstHarness *harness;
  guint64 parts = 0;
  guint i;

  gst_buffer_pool_config_set_params (config, NULL, 16, 2, 2);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  gst_object_ref_sink (sink);
  g_object_set (sink, "port", 0, NULL);
  harness = gst_harness_new_with_element (sink, "audio_0", NULL);
  gst_harness_set_src_caps_str (harness, "audio/x-opus,channels=2");
  for (i = 0; i < 60; i++) {
    GstBuffer *buffer = NULL;

    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer,
            &params), GST_FLOW_OK);
    /* A packet of 20 ms. */
    gst_buffer_memset (buffer, 0, 0xfc, 16);
    GST_BUFFER_PTS (buffer) = i * 20 * GST_MSECOND;
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "parts", &parts));
  fail_unless_equals_uint64 (parts, 2);
  gst_harness_teardown (harness);
  gst_object_unref (sink);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

GST_END_TEST;

static Suite *
llhlscodecs_suite (void)
{
  Suite *s = suite_create ("llhlscodecs");
  TCase *tc = tcase_create ("llhlscodecs");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, llhls_loses_nothing_of_a_codec, 0,
      G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, llhls_tells_of_hdr, 0, 3);
  tcase_add_test (tc, llhls_tells_the_language);
  tcase_add_loop_test (tc, llhls_takes_opus_without_a_header, 0, 11);
  tcase_add_test (tc, llhls_keeps_no_buffers_of_a_pool);
  tcase_add_loop_test (tc, llhls_ignores_garbage_of_any_codec, 0, 6);
  return s;
}

GST_CHECK_MAIN (llhlscodecs);
