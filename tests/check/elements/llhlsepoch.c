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
  fail_unless (segment != NULL, "no %s in %s", uri, text);
  found = g_strrstr_len (text, segment - text, "#EXT-X-PROGRAM-DATE-TIME:");
  fail_unless (found != NULL && g_str_has_prefix (found, tag), "%s not in %s",
      tag, text);
  fail_unless (strstr (segment, "#EXT-X-GAP") == NULL, "%s", text);
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

static Suite *
llhlsepoch_suite (void)
{
  Suite *s = suite_create ("llhlsepoch");
  TCase *tc = tcase_create ("element");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhlsepoch_offset_may_be_any_date);
  return s;
}

GST_CHECK_MAIN (llhlsepoch);
