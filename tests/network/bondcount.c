/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts what a bond carries, packet by packet.
 *
 *   bondcount send    LINKS RATE SECONDS     RATE packets of 1316 bytes a second
 *   bondcount receive URI EXPECTED SECONDS   until EXPECTED are there, or SECONDS
 *
 * `receive` prints one line of figures; its exit status is 0 when every packet
 * from the first received one to the last one sent came once and in order. */
#include <gst/gst.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <stdlib.h>
#include <string.h>

#define PACKET 1316             /* 7 TS packets, one SRT message */
#define MAGIC G_GUINT64_CONSTANT (0x4742304e44434e54)

static void
put (guint8 * data, guint64 value)
{
  value = GUINT64_TO_BE (value);
  memcpy (data, &value, sizeof (value));
}

static guint64
get (const guint8 * data)
{
  guint64 value;

  memcpy (&value, data, sizeof (value));
  return GUINT64_FROM_BE (value);
}

static void
fill (guint8 * data, guint64 number)
{
  guint i;

  /* Looks like MPEG-TS to whoever looks: packets of one PID.  Null packets
   * would not do: they say nothing, so nothing is recognised by them. */
  memset (data, 0xff, PACKET);
  for (i = 0; i < PACKET; i += 188) {
    memcpy (data + i, "\x47\x01\x00\x10", 4);
  }
  put (data + 4, MAGIC);
  put (data + 12, number);
}

static GstElement *
start (const gchar * factory, const gchar * property, const gchar * value,
    const gchar * line, GstElement ** app)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstElement) element = NULL;

  if (error != NULL) {
    g_printerr ("bondcount: %s\n", error->message);
    exit (2);
  }
  element = gst_bin_get_by_name (GST_BIN (pipeline), factory);
  g_object_set (element, property, value, NULL);
  *app = gst_bin_get_by_name (GST_BIN (pipeline), "app");
  if (gst_element_set_state (pipeline,
          GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_printerr ("bondcount: %s %s does not start\n", factory, value);
    exit (2);
  }
  return pipeline;
}

static int
send_packets (const gchar * links, guint rate, guint seconds)
{
  GstElement *app, *pipeline;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) end = NULL;
  gint64 begin = g_get_monotonic_time ();
  guint64 number, total = (guint64) rate * seconds;

  pipeline = start ("sink", "links", links,
      "appsrc name=app format=time is-live=true block=true"
      " ! bondedsrtsink name=sink sync=false wait-for-connection=true", &app);
  for (number = 0; number < total; number++) {
    gint64 due = begin + number * G_USEC_PER_SEC / rate;
    gint64 now = g_get_monotonic_time ();
    guint8 *data = g_malloc (PACKET);

    if (due > now)
      g_usleep (due - now);
    fill (data, number);
    if (gst_app_src_push_buffer (GST_APP_SRC (app),
            gst_buffer_new_wrapped (data, PACKET)) != GST_FLOW_OK)
      return 2;
  }
  gst_app_src_end_of_stream (GST_APP_SRC (app));
  bus = gst_element_get_bus (pipeline);
  end = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (app);
  gst_object_unref (pipeline);
  return end != NULL && GST_MESSAGE_TYPE (end) == GST_MESSAGE_EOS ? 0 : 2;
}

typedef struct
{
  guint64 first, next, received, duplicate, foreign;
  gint64 last_arrival, longest_gap;     /* us */
} Count;

static void
count_packet (Count * count, const guint8 * data, gint64 now)
{
  guint64 number;

  if (get (data + 4) != MAGIC) {
    count->foreign++;
    return;
  }
  number = get (data + 12);
  if (count->received == 0) {
    count->first = number;
  } else {
    count->longest_gap = MAX (count->longest_gap, now - count->last_arrival);
    if (number < count->next) {
      count->duplicate++;       /* or out of order: as bad */
      return;
    }
  }
  count->last_arrival = now;
  count->received++;
  count->next = number + 1;
}

static int
receive_packets (const gchar * uri, guint64 expected, guint seconds)
{
  GstElement *app, *pipeline;
  gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  Count count = { 0, };
  guint64 lost;

  pipeline = start ("src", "uri", uri,
      "bondedsrtsrc name=src ! appsink name=app sync=false", &app);
  while (count.next < expected && g_get_monotonic_time () < deadline) {
    g_autoptr (GstSample) sample = NULL;
    GstMapInfo map;
    gsize at;

    sample = gst_app_sink_try_pull_sample (GST_APP_SINK (app),
        100 * GST_MSECOND);
    if (sample == NULL
        || !gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
      continue;
    for (at = 0; at + PACKET <= map.size; at += PACKET)
      count_packet (&count, map.data + at, g_get_monotonic_time ());
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (app);
  gst_object_unref (pipeline);

  lost = expected - count.first - count.received;
  g_print ("received %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
      ", joined at %" G_GUINT64_FORMAT ", lost %" G_GUINT64_FORMAT
      ", duplicate %" G_GUINT64_FORMAT ", foreign %" G_GUINT64_FORMAT
      ", longest gap %" G_GINT64_FORMAT " ms\n", count.received, expected,
      count.first, lost, count.duplicate, count.foreign,
      count.longest_gap / 1000);
  return count.received > 0 && lost == 0 && count.duplicate == 0
      && count.foreign == 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc == 5 && strcmp (argv[1], "send") == 0)
    return send_packets (argv[2], atoi (argv[3]), atoi (argv[4]));
  if (argc == 5 && strcmp (argv[1], "receive") == 0)
    return receive_packets (argv[2], g_ascii_strtoull (argv[3], NULL, 10),
        atoi (argv[4]));
  g_printerr ("usage: bondcount send LINKS RATE SECONDS\n"
      "       bondcount receive URI EXPECTED SECONDS\n");
  return 2;
}
