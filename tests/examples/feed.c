/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A contribution feed: a programme as MPEG-TS over bonded SRT.
 *
 *   onair-feed --links "srt://host:7001 srt://host:7001" [URI]
 *   onair-feed --check URI           can it be played?  exit status 0 or 1
 *
 * Without a URI it sends a moving test picture and a tone.  A URI is played at
 * its own pace, looped when it ends, and joined where a programme that began
 * at the Unix epoch would be now: so two feeds of one file are in step, and a
 * feed that comes back is too. */
#include <gst/gst.h>
#include <gst/video/video.h>
#include <glib-unix.h>

#include "clockstrip.h"

#define VIDEO_ENCODER "x264enc speed-preset=superfast tune=zerolatency" \
    " threads=1 key-int-max=25 bitrate=3000"

#define CHECK_SECONDS 10

#define CLOCK_STYLE "valignment=bottom halignment=right" \
    " shaded-background=true font-desc=\"Sans Bold 24\""

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  GstPad *seek_pad;             /* one of the source's */
  GstSegment segments[2];       /* as the source sends them: video, audio */
  gboolean started[2];
  gboolean by_flush;            /* the demuxer knows no segment seeks */
  gboolean looping;             /* downstream must not see flushes any more */
  GstClockTime base[2], end[2]; /* of this round: where it begins, ends */
  guint ended;                  /* media that are through with this round */
  const gchar *uri;
  gboolean check;
  gboolean strip;
  gboolean has_audio, has_video;
  int status;
} Feed;

static void
stop_with (Feed * feed, const gchar * text)
{
  if (feed->uri != NULL)
    g_printerr ("onair-feed: can't play %s: %s\n", feed->uri, text);
  else
    g_printerr ("onair-feed: %s\n", text);
  feed->status = 1;
  g_main_loop_quit (feed->loop);
}

static void
post (Feed * feed, const gchar * what)
{
  gst_element_post_message (feed->pipeline,
      gst_message_new_application (GST_OBJECT (feed->pipeline),
          gst_structure_new_empty (what)));
}

/* Puts running time into the buffers, so that a loop is one long stream to the
 * encoders behind. */
static GstPadProbeReturn
retime (GstPad * pad, GstPadProbeInfo * info, Feed * feed, guint which)
{
  GstSegment *segment = &feed->segments[which];

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    GstClockTime time = gst_segment_to_running_time (segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (buffer));

    if (!GST_CLOCK_TIME_IS_VALID (time))
      return GST_PAD_PROBE_DROP;
    time += feed->base[which];
    feed->end[which] = time;
    if (GST_BUFFER_DURATION_IS_VALID (buffer))
      feed->end[which] += GST_BUFFER_DURATION (buffer);
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_PTS (buffer) = time;
    GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
    GST_PAD_PROBE_INFO_DATA (info) = buffer;
  } else if (info->type & GST_PAD_PROBE_TYPE_EVENT_FLUSH) {
    if (feed->looping)
      return GST_PAD_PROBE_DROP;
    feed->started[which] = FALSE;
  } else if (GST_EVENT_TYPE (info->data) == GST_EVENT_EOS && feed->by_flush) {
    post (feed, "ended");
    return GST_PAD_PROBE_DROP;
  } else if (GST_EVENT_TYPE (info->data) == GST_EVENT_SEGMENT) {
    GstSegment plain;

    gst_event_copy_segment (info->data, segment);
    if (feed->started[which])
      return GST_PAD_PROBE_DROP;
    feed->started[which] = TRUE;
    gst_segment_init (&plain, GST_FORMAT_TIME);
    gst_event_unref (info->data);
    info->data = gst_event_new_segment (&plain);
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
retime_video (GstPad * pad, GstPadProbeInfo * info, gpointer feed)
{
  return retime (pad, info, feed, 0);
}

static GstPadProbeReturn
retime_audio (GstPad * pad, GstPadProbeInfo * info, gpointer feed)
{
  return retime (pad, info, feed, 1);
}

/* Burns the time of day into the picture: as text, and as a strip on demand. */
static GstPadProbeReturn
stamp (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Feed *feed = user_data;
  g_autoptr (GstElement) text = NULL;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree gchar *clock = NULL, *label = NULL;
  GstVideoInfo video;
  GstVideoFrame frame;
  GstBuffer *buffer;

  clock = g_date_time_format (now, "%H:%M:%S");
  label = g_strdup_printf ("%s.%02d", clock,
      g_date_time_get_microsecond (now) / 10000);
  text = gst_bin_get_by_name (GST_BIN (feed->pipeline), "clock");
  g_object_set (text, "text", label, NULL);
  caps = gst_pad_get_current_caps (pad);
  if (!feed->strip || caps == NULL || !gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;

  buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (gst_video_frame_map (&frame, &video, buffer, GST_MAP_READWRITE)) {
    clock_strip_draw_luma (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
        GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), video.width,
        video.height / 18, clock_strip_encode (g_get_real_time () / 1000));
    gst_video_frame_unmap (&frame);
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
send_seek (Feed * feed, gint64 position, GstSeekFlags flags)
{
  return gst_pad_send_event (feed->seek_pad, gst_event_new_seek (1.0,
          GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, position,
          GST_SEEK_TYPE_NONE, 0));
}

/* The file is open: join the programme where it is now. */
static void
join_programme (Feed * feed)
{
  GstSeekFlags flags = GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE;
  gint64 duration = 0;

  if (feed->seek_pad != NULL
      && gst_pad_query_duration (feed->seek_pad, GST_FORMAT_TIME, &duration)
      && duration > 0) {
    gint64 position = g_get_real_time () * GST_USECOND % duration;

    send_seek (feed, position,
        feed->by_flush ? flags : flags | GST_SEEK_FLAG_SEGMENT);
  }
  gst_element_set_state (feed->pipeline, GST_STATE_PLAYING);
}

static void
start_over (Feed * feed)
{
  GstClockTime next = MAX (feed->has_video ? feed->end[0] : 0,
      feed->has_audio ? feed->end[1] : 0);

  if (++feed->ended < (guint) feed->has_video + feed->has_audio)
    return;
  feed->ended = 0;
  feed->looping = TRUE;
  if (feed->has_video)
    feed->base[0] = next;
  if (feed->has_audio)
    feed->base[1] = next;
  if (!send_seek (feed, 0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE))
    stop_with (feed, "it ended and can't be looped");
}

/* --check: what will be played has a picture or a sound, and moves. */
static void
check_programme (Feed * feed)
{
  gint64 duration = 0;

  if (!feed->has_video && !feed->has_audio)
    stop_with (feed, "it has neither video nor audio");
  else if (g_str_has_prefix (feed->uri, "file:")
      && (!gst_pad_query_duration (feed->seek_pad, GST_FORMAT_TIME, &duration)
          || duration <= 0))
    stop_with (feed, "it has no duration");
  else
    g_main_loop_quit (feed->loop);
}

static void
on_application (Feed * feed, GstMessage * message)
{
  if (gst_message_has_name (message, "ended"))
    start_over (feed);
  else if (feed->check)
    check_programme (feed);
  else
    join_programme (feed);
}

static gboolean
on_check_timeout (gpointer user_data)
{
  stop_with (user_data, "nothing came of it within "
      G_STRINGIFY (CHECK_SECONDS) " s");
  return G_SOURCE_REMOVE;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Feed *feed = user_data;
  g_autoptr (GError) error = NULL;

  switch ((guint) GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      if (feed->status == 0)
        stop_with (feed, error->message);
      break;
    case GST_MESSAGE_APPLICATION:
      on_application (feed, message);
      break;
    case GST_MESSAGE_SEGMENT_DONE:
      if (!send_seek (feed, 0, GST_SEEK_FLAG_SEGMENT))
        stop_with (feed, "it ended and can't be looped");
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (feed->loop);
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* tsdemux refuses segment seeks, and hangs after it has: start over by a flush
 * that ends at our probes. */
static void
on_element_added (GstBin * source, GstBin * bin, GstElement * element,
    gpointer user_data)
{
  Feed *feed = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory != NULL && g_str_equal (GST_OBJECT_NAME (factory), "tsdemux"))
    feed->by_flush = TRUE;
}

static void
link_to (Feed * feed, GstPad * pad, const gchar * name)
{
  g_autoptr (GstElement) element = NULL;
  g_autoptr (GstPad) sink = NULL;

  element = gst_bin_get_by_name (GST_BIN (feed->pipeline), name);
  sink = gst_element_get_static_pad (element, "sink");
  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

static void
on_pad_added (GstElement * source, GstPad * pad, gpointer user_data)
{
  Feed *feed = user_data;
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  const gchar *media = gst_structure_get_name (gst_caps_get_structure (caps,
          0));

  if (feed->seek_pad == NULL)
    feed->seek_pad = gst_object_ref (pad);
  if (g_str_has_prefix (media, "video/")) {
    feed->has_video = TRUE;
    link_to (feed, pad, "video");
  } else if (g_str_has_prefix (media, "audio/")) {
    feed->has_audio = TRUE;
    link_to (feed, pad, "audio");
  }
}

/* A feed has both media: what the file lacks is black or silent. */
static void
on_no_more_pads (GstElement * source, gpointer user_data)
{
  Feed *feed = user_data;
  guint i;

  for (i = 0; i < 2; i++) {
    const gchar *line = i == 0 ? "videotestsrc pattern=black" :
        "audiotestsrc wave=silence";
    g_autoptr (GstElement) filler = NULL;
    g_autoptr (GstPad) pad = NULL;

    if (i == 0 ? feed->has_video : feed->has_audio)
      continue;
    filler = gst_object_ref_sink (gst_parse_bin_from_description (line, TRUE,
            NULL));
    gst_bin_add (GST_BIN (feed->pipeline), filler);
    pad = gst_element_get_static_pad (filler, "src");
    link_to (feed, pad, i == 0 ? "video" : "audio");
    gst_element_sync_state_with_parent (filler);
  }
  post (feed, "open");
}

static void
add_probe (Feed * feed, const gchar * name, const gchar * pad_name,
    GstPadProbeType type, GstPadProbeCallback callback)
{
  g_autoptr (GstElement) element = NULL;
  g_autoptr (GstPad) pad = NULL;

  element = gst_bin_get_by_name (GST_BIN (feed->pipeline), name);
  pad = gst_element_get_static_pad (element, pad_name);
  gst_pad_add_probe (pad, type, callback, feed, NULL);
}

static gchar *
describe (const gchar * uri, const gchar * sink)
{
  g_autofree gchar *sources = NULL;

  if (uri != NULL) {
    sources = g_strdup_printf ("uridecodebin uri=\"%s\" name=source"
        " videoconvert name=video ! video/x-raw,format=I420 ! queue name=vq"
        " ! videorate ! clocksync name=vpace ! textoverlay name=clock "
        CLOCK_STYLE " ! venc." " audioconvert name=audio ! audioresample"
        " ! audio/x-raw,rate=48000,channels=2"
        " ! queue name=aq ! audiorate ! clocksync ! aenc.", uri);
  } else {
    sources = g_strdup ("videotestsrc is-live=true pattern=ball"
        " animation-mode=wall-time motion=sweep background-color=0xff203040"
        " ! video/x-raw,format=I420,width=1280,height=720,framerate=25/1"
        " ! identity name=vpace ! textoverlay name=clock " CLOCK_STYLE
        " ! venc."
        " audiotestsrc is-live=true freq=440 volume=0.1 samplesperbuffer=960"
        " ! audio/x-raw,rate=48000,channels=2 ! aenc.");
  }
  return g_strdup_printf ("%s"
      " queue name=venc ! " VIDEO_ENCODER
      " ! h264parse config-interval=-1 ! mux."
      " queue name=aenc ! audioconvert ! avenc_aac bitrate=128000 ! aacparse"
      " ! mux. mpegtsmux name=mux alignment=7 ! %s", sources, sink);
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autofree gchar *links = NULL, *sink = NULL, *line = NULL, *uri = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GOptionContext) context = NULL;
  Feed feed = { NULL, };
  /* *INDENT-OFF* */
  GOptionEntry entries[] = {
    { "links", 'l', 0, G_OPTION_ARG_STRING, &links, "where to send: SRT URIs", "URIS" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &feed.check, "only tell whether URI can be played", NULL },
    { "clock-strip", 0, 0, G_OPTION_ARG_NONE, &feed.strip, "burn in a clock for machines", NULL },
    { NULL }
  };
  /* *INDENT-ON* */

  context = g_option_context_new ("[URI] - a contribution feed");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("onair-feed: %s\n", error->message);
    return 1;
  }
  if (argc > 1) {
    uri = gst_uri_is_valid (argv[1]) ? g_strdup (argv[1]) :
        gst_filename_to_uri (argv[1], &error);
  }
  if (error != NULL || (feed.check && uri == NULL)) {
    g_printerr ("onair-feed: %s\n", error ? error->message : "no URI given");
    return 1;
  }
  feed.uri = uri;
  sink = feed.check ? g_strdup ("fakesink") :
      g_strdup_printf ("bondedsrtsink links=\"%s\"",
      links ? links : "srt://127.0.0.1:7001");
  line = describe (uri, sink);
  feed.pipeline = gst_parse_launch (line, &error);
  if (error != NULL) {
    g_printerr ("onair-feed: %s\n", error->message);
    return 1;
  }

  feed.loop = g_main_loop_new (NULL, FALSE);
  add_probe (&feed, "vpace", "src", GST_PAD_PROBE_TYPE_BUFFER, stamp);
  if (uri != NULL) {
    g_autoptr (GstElement) source = NULL;
    GstPadProbeType type = GST_PAD_PROBE_TYPE_BUFFER
        | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH;

    source = gst_bin_get_by_name (GST_BIN (feed.pipeline), "source");
    g_signal_connect (source, "deep-element-added",
        G_CALLBACK (on_element_added), &feed);
    g_signal_connect (source, "pad-added", G_CALLBACK (on_pad_added), &feed);
    g_signal_connect (source, "no-more-pads", G_CALLBACK (on_no_more_pads),
        &feed);
    add_probe (&feed, "vq", "src", type, retime_video);
    add_probe (&feed, "aq", "src", type, retime_audio);
  }
  bus = gst_element_get_bus (feed.pipeline);
  gst_bus_add_watch (bus, on_message, &feed);
  g_unix_signal_add (SIGINT, on_signal, feed.loop);
  g_unix_signal_add (SIGTERM, on_signal, feed.loop);
  if (feed.check)
    g_timeout_add_seconds (CHECK_SECONDS, on_check_timeout, &feed);
  gst_element_set_state (feed.pipeline,
      uri != NULL ? GST_STATE_PAUSED : GST_STATE_PLAYING);
  g_main_loop_run (feed.loop);

  gst_element_set_state (feed.pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_clear_object (&feed.seek_pad);
  gst_object_unref (feed.pipeline);
  g_main_loop_unref (feed.loop);
  return feed.status;
}
