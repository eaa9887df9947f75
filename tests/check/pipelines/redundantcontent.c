/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantsrc with two senders over UDP whose content goes wrong. */
#include <gst/check/gstcheck.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SENDER \
    "videotestsrc is-live=true pattern=ball name=picture " \
    "! video/x-raw,width=320,height=180,framerate=25/1 " \
    "! x264enc name=coder tune=zerolatency speed-preset=ultrafast " \
    "key-int-max=25 bitrate=1000 ! h264parse config-interval=-1 ! queue " \
    "! mpegtsmux name=mux alignment=7 ! udpsink host=127.0.0.1 port=%u " \
    "audiotestsrc is-live=true name=sound ! audio/x-raw,rate=48000,channels=2 "\
    "! avenc_aac ! aacparse ! queue ! mux."

typedef struct
{
  GstElement *sender[2];
  GstElement *receiver;
  GstElement *src;
  GstBus *bus;
  gint buffers[2];              /* atomic: video, audio */
  gint backwards;               /* atomic */
  GstClockTime last[2];         /* streaming threads */
} Rig;

static gboolean
has_all (void)
{
  static const gchar *const needed[] = { "x264enc", "avenc_aac", "mpegtsmux",
    "tsdemux", "udpsink", "healthprobe", "avdec_h264", "h264parse", "aacparse"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autoptr (GstElementFactory) factory =
        gst_element_factory_find (needed[i]);

    if (factory == NULL) {
      g_message ("no %s: nothing is tried", needed[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static guint
free_port (void)
{
  struct sockaddr_in address;
  socklen_t length = sizeof (address);
  gint fd = socket (AF_INET, SOCK_DGRAM, 0);

  memset (&address, 0, sizeof (address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fail_unless (bind (fd, (struct sockaddr *) &address, length) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &address, &length) == 0);
  close (fd);
  return ntohs (address.sin_port);
}

static GstElement *
launch (const gchar * description)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  fail_unless (pipeline != NULL && error == NULL, "%s",
      error != NULL ? error->message : "");
  return pipeline;
}

static GstPadProbeReturn
watch (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;
  guint i = g_str_equal (GST_OBJECT_NAME (pad), "audio");
  GstClockTime pts = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));

  if (g_atomic_int_get (&rig->buffers[i]) > 0 && pts <= rig->last[i])
    g_atomic_int_inc (&rig->backwards);
  rig->last[i] = pts;
  g_atomic_int_inc (&rig->buffers[i]);
  return GST_PAD_PROBE_OK;
}

static void
rig_open (Rig * rig, const gchar * properties)
{
  static const gchar *const names[] = { "video", "audio" };
  g_autofree gchar *receiver = NULL;
  guint ports[2], i;

  memset (rig, 0, sizeof (Rig));
  ports[0] = free_port ();
  do
    ports[1] = free_port ();
  while (ports[1] == ports[0]);
  receiver = g_strdup_printf ("redundantsrc name=s startup-timeout=30000 "
      "uris=\"udp://127.0.0.1:%u udp://127.0.0.1:%u\" %s "
      "s.video ! queue ! fakesink s.audio ! queue ! fakesink", ports[0],
      ports[1], properties);
  rig->receiver = launch (receiver);
  rig->bus = gst_element_get_bus (rig->receiver);
  rig->src = gst_bin_get_by_name (GST_BIN (rig->receiver), "s");
  for (i = 0; i < 2; i++) {
    g_autofree gchar *sender = g_strdup_printf (SENDER, ports[i]);
    g_autoptr (GstPad) pad = gst_element_get_static_pad (rig->src, names[i]);

    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, watch, rig, NULL);
    rig->sender[i] = launch (sender);
    gst_element_set_state (rig->sender[i], GST_STATE_PLAYING);
  }
  fail_unless (gst_element_set_state (rig->receiver, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

static void
rig_close (Rig * rig)
{
  guint i;

  fail_unless_equals_int (g_atomic_int_get (&rig->backwards), 0);
  gst_element_set_state (rig->receiver, GST_STATE_NULL);
  gst_object_unref (rig->src);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->receiver);
  for (i = 0; i < 2; i++) {
    gst_element_set_state (rig->sender[i], GST_STATE_NULL);
    gst_object_unref (rig->sender[i]);
  }
}

/* The next message of that name whose fields have these values.  No input's
 * fault is an error. */
static GstStructure *
await (Rig * rig, const gchar * name, const gchar * field, const gchar * value)
{
  gint64 until = g_get_monotonic_time () + 40 * G_TIME_SPAN_SECOND;

  while (g_get_monotonic_time () < until) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop (rig->bus,
        100 * GST_MSECOND);
    const GstStructure *s;

    if (message == NULL)
      continue;
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    s = gst_message_get_structure (message);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT
        && gst_structure_has_name (s, name)
        && g_strcmp0 (gst_structure_get_string (s, field), value) == 0)
      return gst_structure_copy (s);
  }
  fail ("no %s with %s=%s", name, field, value);
  return NULL;
}

static void
await_switch (Rig * rig, const gchar * reason, const gchar * to)
{
  g_autoptr (GstStructure) s = await (rig, "redundantsrc-switch", "reason",
      reason);

  fail_unless_equals_string (gst_structure_get_string (s, "to"), to);
}

static void
await_active (Rig * rig, const gchar * property, const gchar * name)
{
  gint tries;

  for (tries = 0; tries < 400; tries++) {
    g_autofree gchar *active = NULL;

    g_object_get (rig->src, property, &active, NULL);
    if (g_strcmp0 (active, name) == 0)
      return;
    g_usleep (100000);
  }
  fail ("%s is not %s", property, name);
}

static void
await_fault (Rig * rig, const gchar * fault, const gchar * state)
{
  g_autoptr (GstStructure) s = await (rig, "redundantsrc-content", "state",
      state);

  fail_unless_equals_string (gst_structure_get_string (s, "fault"), fault);
  fail_unless_equals_string (gst_structure_get_string (s, "name"), "input-0");
}

static void
set (Rig * rig, guint sender, const gchar * element, const gchar * property,
    const gchar * value)
{
  g_autoptr (GstElement) target = gst_bin_get_by_name (GST_BIN
      (rig->sender[sender]), element);

  gst_util_set_object_arg (G_OBJECT (target), property, value);
}

static void
await_buffers (Rig * rig, guint i, gint more)
{
  gint goal = g_atomic_int_get (&rig->buffers[i]) + more, tries;

  for (tries = 0; g_atomic_int_get (&rig->buffers[i]) < goal; tries++) {
    fail_unless (tries < 4000, "output %u stopped", i);
    g_usleep (10000);
  }
}

/* All of them in a row, each left and returned to. */
GST_START_TEST (redundantcontent_black_frozen_and_silent_senders_are_left)
{
  Rig rig;

  if (!has_all ())
    return;
  rig_open (&rig, "fail-on=black+freeze+silence black-timeout=1000 "
      "freeze-timeout=2000 silence-timeout=2000 return-delay=1000 "
      "flap-window=0 ");
  await_switch (&rig, "startup", "input-0");
  await_buffers (&rig, 0, 50);
  set (&rig, 0, "picture", "pattern", "black");
  await_fault (&rig, "black", "open");
  await_switch (&rig, "black", "input-1");
  set (&rig, 0, "picture", "pattern", "ball");
  await_fault (&rig, "black", "close");
  await_switch (&rig, "return", "input-0");

  set (&rig, 0, "picture", "pattern", "checkers-8");
  await_fault (&rig, "freeze", "open");
  await_switch (&rig, "freeze", "input-1");
  set (&rig, 0, "picture", "pattern", "ball");
  await_fault (&rig, "freeze", "close");
  await_switch (&rig, "return", "input-0");

  set (&rig, 0, "sound", "volume", "0");
  await_fault (&rig, "silence", "open");
  /* On a busy machine the sound may have been there already. */
  await_active (&rig, "active-audio-input", "input-1");
  await_buffers (&rig, 0, 25);
  rig_close (&rig);
}

GST_END_TEST;

/* The coded stream is measured, whether it is decoded here or not. */
GST_START_TEST (redundantcontent_a_starved_encoder_is_left)
{
  static const gchar *const outputs[] = { "raw", "encoded" };
  g_autofree gchar *properties = g_strdup_printf ("output=%s "
      "fail-on=low-bitrate min-bitrate=300000", outputs[__i__]);
  Rig rig;

  if (!has_all ())
    return;
  rig_open (&rig, properties);
  set (&rig, 0, "picture", "pattern", "snow");
  set (&rig, 1, "picture", "pattern", "snow");
  await_switch (&rig, "startup", "input-0");
  await_buffers (&rig, 0, 50);
  set (&rig, 0, "picture", "pattern", "solid-color");
  await_fault (&rig, "low-bitrate", "open");
  await_switch (&rig, "low-bitrate", "input-1");
  await_buffers (&rig, 0, 25);
  rig_close (&rig);
}

GST_END_TEST;

/* What an application hears by signals. */
typedef struct
{
  gint running;                 /* atomic: inputs that began to deliver */
  gint switched;                /* atomic: to input-0 */
  gint well;                    /* atomic: status is running */
} Ear;

static void
on_input (GstElement * src, const gchar * name, const gchar * state,
    const gchar * previous, const gchar * reason, gpointer user_data)
{
  Ear *ear = user_data;

  fail_unless (g_str_has_prefix (name, "input-"));
  fail_unless (previous != NULL && reason != NULL);
  if (g_str_equal (state, "running"))
    g_atomic_int_inc (&ear->running);
}

static void
on_switched (GstElement * src, const gchar * media, const gchar * from,
    const gchar * to, const gchar * reason, gpointer user_data)
{
  Ear *ear = user_data;

  if (g_str_equal (to, "input-0") && g_str_equal (from, "slate"))
    g_atomic_int_inc (&ear->switched);
}

static void
on_status (GObject * src, GParamSpec * pspec, gpointer user_data)
{
  Ear *ear = user_data;
  GValue status = G_VALUE_INIT;
  g_autofree gchar *text = NULL;

  g_value_init (&status, pspec->value_type);
  g_object_get_property (src, "status", &status);
  text = gst_value_serialize (&status);
  g_atomic_int_set (&ear->well, g_str_equal (text, "running"));
}

static void
await_count (gint * count, gint goal)
{
  gint tries;

  for (tries = 0; g_atomic_int_get (count) < goal; tries++) {
    fail_unless (tries < 4000, "only %d of %d", g_atomic_int_get (count), goal);
    g_usleep (10000);
  }
}

GST_START_TEST (redundantcontent_application_hears_of_it)
{
  gboolean granted = TRUE;
  Ear ear = { 0, };
  Rig rig;

  if (!has_all ())
    return;
  rig_open (&rig, "");
  g_signal_connect (rig.src, "input-state-changed", G_CALLBACK (on_input),
      &ear);
  g_signal_connect (rig.src, "switched", G_CALLBACK (on_switched), &ear);
  g_signal_connect (rig.src, "notify::status", G_CALLBACK (on_status), &ear);
  await_count (&ear.running, 2);
  await_count (&ear.switched, 2);
  await_count (&ear.well, 1);
  g_signal_emit_by_name (rig.src, "prepare", "input-9", &granted);
  fail_if (granted);
  g_signal_emit_by_name (rig.src, "prepare", "input-1", &granted);
  fail_unless (granted);
  rig_close (&rig);
}

GST_END_TEST;

static Suite *
redundantcontent_suite (void)
{
  Suite *s = suite_create ("redundantcontent");
  TCase *tc = tcase_create ("redundantcontent");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc,
      redundantcontent_black_frozen_and_silent_senders_are_left);
  tcase_add_loop_test (tc, redundantcontent_a_starved_encoder_is_left, 0, 2);
  tcase_add_test (tc, redundantcontent_application_hears_of_it);
  return s;
}

GST_CHECK_MAIN (redundantcontent);
