/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "faultysource.h"

#include <gst/check/gstcheck.h>

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What came out of one pad. */
typedef struct
{
  guint buffers;
  guint holes;                  /* stamps that did not follow the one before */
  guint streams;
  guint caps;
  guint eos;
  guint other;                  /* bytes that are not those of faulty:// */
  GstClockTime next;
} Output;

/* A pipeline with a redundantsrc "s" and outputs that are watched. */
typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  GMutex lock;
  Output output[2];
  GList *messages;              /* element messages, newest first */
} Rig;

static void
watch_buffer (Output * output, GstBuffer * buffer)
{
  guint8 byte = 0;

  gst_buffer_extract (buffer, 0, &byte, 1);
  if (byte != FAULTY_BYTE)
    output->other++;
  if (output->buffers > 0 && GST_BUFFER_PTS (buffer) != output->next)
    output->holes++;
  output->next = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  output->buffers++;
}

static void
watch_event (Output * output, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    output->streams++;
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    output->caps++;
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    output->eos++;
}

static GstPadProbeReturn
watch (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;
  Output *output = &rig->output[g_str_equal (GST_OBJECT_NAME (pad), "audio")];

  g_mutex_lock (&rig->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    watch_buffer (output, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    watch_event (output, GST_PAD_PROBE_INFO_EVENT (info));
  g_mutex_unlock (&rig->lock);
  return GST_PAD_PROBE_OK;
}

static void
rig_init (Rig * rig, const gchar * description)
{
  static const gchar *const names[] = { "video", "audio" };
  GError *error = NULL;
  guint i;

  memset (rig, 0, sizeof (Rig));
  g_mutex_init (&rig->lock);
  rig->pipeline = gst_parse_launch (description, &error);
  fail_unless (rig->pipeline != NULL && error == NULL, "%s",
      error != NULL ? error->message : "");
  rig->src = gst_bin_get_by_name (GST_BIN (rig->pipeline), "s");
  for (i = 0; i < 2; i++) {
    GstPad *pad = gst_element_get_static_pad (rig->src, names[i]);
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
        | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch, rig, NULL);
    gst_object_unref (pad);
  }
}

static void
rig_play (Rig * rig)
{
  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  fail_unless (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

/* Takes what is on the bus.  An input's failure must never be an error. */
static void
rig_listen (Rig * rig)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (rig->pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      GError *error;
      gst_message_parse_error (message, &error, NULL);
      fail ("error from %s: %s", GST_MESSAGE_SRC_NAME (message),
          error->message);
    }
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
      rig->messages = g_list_prepend (rig->messages, message);
    else
      gst_message_unref (message);
  }
}

static gboolean
matches (const GstStructure * s, const gchar * name, const gchar * field,
    const gchar * value)
{
  return gst_structure_has_name (s, name) && (field == NULL
      || g_strcmp0 (gst_structure_get_string (s, field), value) == 0);
}

/* Waits for an element message and takes it with all before it. */
static void
rig_expect (Rig * rig, guint seconds, const gchar * name, const gchar * field,
    const gchar * value)
{
  gint64 until = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;

  while (g_get_monotonic_time () < until) {
    GList *l;
    rig_listen (rig);
    for (l = rig->messages; l != NULL; l = l->next) {
      if (matches (gst_message_get_structure (l->data), name, field, value)) {
        GList *rest = l;
        if (l->prev != NULL)
          l->prev->next = NULL;
        else
          rig->messages = NULL;
        g_list_free_full (rest, (GDestroyNotify) gst_message_unref);
        return;
      }
    }
    g_usleep (10000);
  }
  fail ("no %s with %s=%s within %u s", name, field, value, seconds);
}

static void
rig_wait_buffers (Rig * rig, guint i, guint more)
{
  gint64 until = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  guint goal, have;

  g_mutex_lock (&rig->lock);
  goal = rig->output[i].buffers + more;
  g_mutex_unlock (&rig->lock);
  do {
    g_usleep (10000);
    rig_listen (rig);
    g_mutex_lock (&rig->lock);
    have = rig->output[i].buffers;
    g_mutex_unlock (&rig->lock);
    fail_unless (g_get_monotonic_time () < until, "output %u stopped", i);
  } while (have < goal);
}

static guint64
rig_stat (Rig * rig, const gchar * field)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats,
          "application/x-redundantsrc-stats"));
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

static guint64
rig_input_stat (Rig * rig, guint index, const gchar * field)
{
  const GValue *inputs;
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  fail_unless (index < gst_value_array_get_size (inputs));
  fail_unless (gst_structure_get_uint64 (gst_value_get_structure
          (gst_value_array_get_value (inputs, index)), field, &value));
  gst_structure_free (stats);
  return value;
}

/* The output never broke: one stream, one form, no hole. */
static void
rig_check_unbroken (Rig * rig, guint i)
{
  g_mutex_lock (&rig->lock);
  fail_unless (rig->output[i].buffers > 0);
  fail_unless_equals_int (rig->output[i].holes, 0);
  fail_unless_equals_int (rig->output[i].streams, 1);
  fail_unless_equals_int (rig->output[i].caps, 1);
  fail_unless_equals_int (rig->output[i].eos, 0);
  g_mutex_unlock (&rig->lock);
}

static void
rig_stop (Rig * rig)
{
  rig_listen (rig);
  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

static void
rig_clear (Rig * rig)
{
  rig_stop (rig);
  g_list_free_full (rig->messages, (GDestroyNotify) gst_message_unref);
  gst_object_unref (rig->src);
  ASSERT_OBJECT_REFCOUNT (rig->pipeline, "pipeline", 1);
  gst_object_unref (rig->pipeline);
  g_mutex_clear (&rig->lock);
}

#define VIDEO_ONLY " s.video ! fakesink sync=true"

GST_START_TEST (redundantsrc_never_breaks_for_an_input_that_fails)
{
  static const gchar *const faults[] = { "error", "eos", "stall" };
  Rig rig;

  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s "
      "uris=\"faulty://%s-after-40 faulty://good\"" VIDEO_ONLY, faults[__i__]);

  rig_init (&rig, line);
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "startup");
  rig_expect (&rig, 30, "redundantsrc-switch", "to", "input-1");
  rig_wait_buffers (&rig, 0, 25);
  rig_check_unbroken (&rig, 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "repeated-frames"), 0);
  fail_unless_equals_int (rig.output[0].other, 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_returns_to_an_input_that_is_back)
{
  Rig rig;

  rig_init (&rig, "redundantsrc name=s return-delay=500 "
      "uris=\"faulty://error-after-60 faulty://good\"" VIDEO_ONLY);
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "startup");
  rig_expect (&rig, 30, "redundantsrc-input", "reason", "error");
  rig_expect (&rig, 30, "redundantsrc-switch", "to", "input-1");
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "return");
  rig_check_unbroken (&rig, 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_retries_what_refuses_and_shows_the_slate)
{
  Rig rig;

  rig_init (&rig, "redundantsrc name=s startup-timeout=300 retry-initial=20 "
      "retry-max=50 uris=faulty://user:secret@refuse "
      "s.video ! fakesink sync=true");
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-input", "state", "stopping");
  rig_expect (&rig, 30, "redundantsrc-slate", "state", "open");
  rig_wait_buffers (&rig, 0, 25);
  rig_check_unbroken (&rig, 0);
  fail_unless (rig_input_stat (&rig, 0, "attempts") > 5);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_hides_secrets)
{
  GList *l;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=faulty://user:secret@refuse "
      VIDEO_ONLY);
  rig_play (&rig);
  g_usleep (300000);
  rig_listen (&rig);
  fail_unless (rig.messages != NULL);
  for (l = rig.messages; l != NULL; l = l->next) {
    gchar *text = gst_structure_to_string (gst_message_get_structure (l->data));
    fail_if (strstr (text, "secret") != NULL, "%s", text);
    g_free (text);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_leaves_a_source_that_hangs_behind)
{
  gint64 before;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s teardown-timeout=300 "
      "uris=\"faulty://hang-error-after-10 faulty://good\"" VIDEO_ONLY);
  rig_play (&rig);
  /* It is left, a new one is built, and so on. */
  rig_expect (&rig, 30, "redundantsrc-input", "state", "zombie");
  rig_expect (&rig, 30, "redundantsrc-input", "state", "zombie");
  fail_unless (rig_input_stat (&rig, 0, "zombies") >= 2);
  rig_check_unbroken (&rig, 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  before = g_get_monotonic_time ();
  rig_clear (&rig);
  fail_unless (g_get_monotonic_time () - before < 10 * G_TIME_SPAN_SECOND);
  faulty_release_hangs ();
  /* Their threads end. */
  g_usleep (50000);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_changes_inputs_while_it_plays)
{
  guint started;
  GObject *child;
  gchar *uri;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-switch", "to", "input-0");
  /* The standby has to be there before the first one goes. */
  rig_wait_buffers (&rig, 0, 10);
  started = faulty_count_starts ();
  g_object_set (rig.src, "uris", "faulty://b faulty://c", NULL);
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "removed");
  rig_wait_buffers (&rig, 0, 25);
  rig_check_unbroken (&rig, 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  /* Only the new one was started. */
  fail_unless_equals_int (faulty_count_starts (), started + 1);
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (rig.src)), 2);
  child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (rig.src),
      "input-1");
  fail_unless (child != NULL);
  g_object_get (child, "uri", &uri, NULL);
  fail_unless_equals_string (uri, "faulty://b");
  g_free (uri);
  g_object_unref (child);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_obeys_the_operator)
{
  gboolean granted;
  gchar *active;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "startup");
  g_signal_emit_by_name (rig.src, "switch-to", "input-7", &granted);
  fail_if (granted);
  rig_expect (&rig, 30, "redundantsrc-refused", "input", "input-7");
  do {
    g_usleep (20000);
    g_signal_emit_by_name (rig.src, "switch-to", "input-1", &granted);
  } while (!granted);
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "manual");
  g_object_get (rig.src, "active-input", &active, NULL);
  fail_unless_equals_string (active, "input-1");
  g_free (active);
  g_signal_emit_by_name (rig.src, "fallback-to-slate", TRUE, &granted);
  rig_expect (&rig, 30, "redundantsrc-slate", "state", "open");
  g_signal_emit_by_name (rig.src, "fallback-to-slate", FALSE, &granted);
  rig_expect (&rig, 30, "redundantsrc-slate", "state", "close");
  rig_check_unbroken (&rig, 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_restarts_an_input_by_hand)
{
  gboolean done = FALSE;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://good faulty://good\" "
      "s.video ! fakesink sync=true");
  rig_play (&rig);
  rig_wait_buffers (&rig, 0, 25);
  g_signal_emit_by_name (rig.src, "restart-input", "input-1", &done);
  fail_unless (done);
  rig_expect (&rig, 10, "redundantsrc-input", "reason", "restart");
  rig_expect (&rig, 10, "redundantsrc-input", "state", "running");
  fail_unless_equals_uint64 (rig_input_stat (&rig, 1, "attempts"), 2);
  fail_unless_equals_uint64 (rig_input_stat (&rig, 0, "attempts"), 1);
  g_signal_emit_by_name (rig.src, "restart-input", "nobody", &done);
  fail_if (done);
  rig_expect (&rig, 10, "redundantsrc-refused", "command", "restart-input");
  rig_check_unbroken (&rig, 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_is_reusable_after_null)
{
  guint i;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  for (i = 0; i < 3; i++) {
    rig_play (&rig);
    rig_expect (&rig, 30, "redundantsrc-switch", "reason", "startup");
    rig_wait_buffers (&rig, 0, 10);
    rig_check_unbroken (&rig, 0);
    rig_stop (&rig);
    memset (rig.output, 0, sizeof (rig.output));
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_stands_a_pause)
{
  guint64 missed;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-switch", "reason", "startup");
  rig_wait_buffers (&rig, 0, 10);
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  g_usleep (700000);
  gst_element_set_state (rig.pipeline, GST_STATE_PLAYING);
  rig_wait_buffers (&rig, 0, 50);
  missed = rig_stat (&rig, "frames-missed");
  rig_wait_buffers (&rig, 0, 25);
  rig_check_unbroken (&rig, 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), missed);
  rig_clear (&rig);
}

GST_END_TEST;

/* appsrc without data is connecting for ever.  Its state says nothing of
 * ours. */
GST_START_TEST (redundantsrc_stands_a_pause_while_an_input_connects)
{
  GstState state;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://good appsrc://x\""
      " s.video ! fakesink sync=true async=false");
  rig_play (&rig);
  rig_wait_buffers (&rig, 0, 10);
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_get_state (rig.src, &state, NULL, 0),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (state, GST_STATE_PLAYING);
  rig_wait_buffers (&rig, 0, 30);
  rig_check_unbroken (&rig, 0);
  fail_unless (rig_input_stat (&rig, 0, "epochs") < 10);
  rig_clear (&rig);
}

GST_END_TEST;

/* A sink that has its first picture has the pipeline set its state once more,
 * and again for as long as someone says that it is not there yet. */
GST_START_TEST (redundantsrc_settles_while_an_input_connects)
{
  g_autoptr (GstBus) bus = NULL;
  GstMessage *message;
  guint n = 0;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://good appsrc://x\""
      " s.video ! fakesink sync=true");
  rig_play (&rig);
  bus = gst_element_get_bus (rig.pipeline);
  while (n < 10 && (message = gst_bus_timed_pop_filtered (bus, 3 * GST_SECOND,
              GST_MESSAGE_ASYNC_DONE))) {
    gst_message_unref (message);
    n++;
  }
  fail_unless (n >= 1 && n <= 3, "%u", n);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_stops_at_any_moment)
{
  guint i;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=\"faulty://a faulty://refuse\" "
      "retry-initial=1 retry-max=5" VIDEO_ONLY);
  for (i = 0; i < 50; i++) {
    rig_play (&rig);
    g_usleep (g_random_int_range (0, 40000));
    rig_stop (&rig);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_refuses_what_is_no_list_of_uris)
{
  static const gchar *const lists[] = { "", "faulty://a nonsense" };
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s uris=\"%s\""
      VIDEO_ONLY, lists[__i__]);
  g_autoptr (GstBus) bus = NULL;
  GstMessage *message;
  GError *error;
  gchar *debug;
  Rig rig;

  rig_init (&rig, line);
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  bus = gst_element_get_bus (rig.pipeline);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, "uris") != NULL);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_refuses_while_it_plays_what_is_no_list_of_uris)
{
  gchar *uris;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=faulty://a" VIDEO_ONLY);
  rig_play (&rig);
  rig_expect (&rig, 30, "redundantsrc-switch", "to", "input-0");
  g_object_set (rig.src, "uris", "faulty://a nonsense", NULL);
  g_object_set (rig.src, "uris", "nonsense", NULL);
  g_object_get (rig.src, "uris", &uris, NULL);
  fail_unless_equals_string (uris, "faulty://a");
  g_free (uris);
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (rig.src)), 1);
  rig_wait_buffers (&rig, 0, 25);
  rig_check_unbroken (&rig, 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* Waits for an input to stop and returns the error that it tells; free it. */
static gchar *
dup_error_of_stop (Rig * rig)
{
  gint64 until = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  GList *l;

  while (g_get_monotonic_time () < until) {
    rig_listen (rig);
    for (l = rig->messages; l != NULL; l = l->next) {
      const GstStructure *facts = gst_message_get_structure (l->data);
      if (matches (facts, "redundantsrc-input", "state", "stopping"))
        return g_strdup (gst_structure_get_string (facts, "error"));
    }
    g_usleep (10000);
  }
  fail ("no input stopped");
  return NULL;
}

GST_START_TEST (redundantsrc_forgets_an_error_it_recovered_from)
{
  gchar *error;
  Rig rig;

  rig_init (&rig, "redundantsrc name=s uris=faulty://error-after-50"
      VIDEO_ONLY);
  rig_play (&rig);
  error = dup_error_of_stop (&rig);
  fail_unless (error != NULL);
  g_free (error);
  rig_expect (&rig, 30, "redundantsrc-input", "reason", "error");
  rig_expect (&rig, 30, "redundantsrc-input", "state", "running");
  g_object_set (rig.src, "uris", "faulty://a", NULL);
  error = dup_error_of_stop (&rig);
  fail_unless (error == NULL, "told: %s", error);
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
has (const gchar * const *factories)
{
  for (; *factories != NULL; factories++) {
    g_autoptr (GstElementFactory) factory =
        gst_element_factory_find (*factories);
    if (factory == NULL) {
      g_print ("SKIP: element %s is not installed\n", *factories);
      return FALSE;
    }
  }
  return TRUE;
}

/* Files are faster than live and end: they are paced and start over. */
GST_START_TEST (redundantsrc_plays_a_file_at_its_own_pace)
{
  static const gchar *const needed[] = { "matroskamux", "matroskademux",
    "uridecodebin", "videoconvert", "audioconvert", NULL
  };
  g_autofree gchar *dir = g_dir_make_tmp ("redundantsrc-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (dir, "clip.mkv", NULL);
  g_autofree gchar *make = NULL, *line = NULL;
  GstElement *maker;
  GstMessage *message;
  gint64 before;
  Rig rig;

  if (!has (needed))
    return;
  make = g_strdup_printf ("matroskamux name=m ! filesink location=%s "
      "videotestsrc num-buffers=75 ! video/x-raw,format=I420,width=32,"
      "height=32,framerate=25/1 ! queue ! m. audiotestsrc num-buffers=150 "
      "samplesperbuffer=960 ! audio/x-raw,format=S16LE,rate=48000,channels=1 "
      "! queue ! m.", file);
  maker = gst_parse_launch (make, NULL);
  gst_element_set_state (maker, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (maker),
      20 * GST_SECOND, GST_MESSAGE_EOS);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_element_set_state (maker, GST_STATE_NULL);
  gst_object_unref (maker);

  line = g_strdup_printf ("redundantsrc name=s uris=file://%s s.video ! "
      "fakesink sync=true s.audio ! fakesink sync=true", file);
  rig_init (&rig, line);
  rig_play (&rig);
  before = g_get_monotonic_time ();
  rig_wait_buffers (&rig, 0, 60);
  fail_unless (g_get_monotonic_time () - before > 2 * G_TIME_SPAN_SECOND);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  rig_expect (&rig, 30, "redundantsrc-input", "reason", "eos");
  rig_expect (&rig, 30, "redundantsrc-input", "state", "running");
  rig_wait_buffers (&rig, 0, 10);
  rig_check_unbroken (&rig, 0);
  rig_check_unbroken (&rig, 1);
  rig_clear (&rig);
  unlink (file);
  rmdir (dir);
}

GST_END_TEST;

static guint
free_port (void)
{
  struct sockaddr_in address = { 0, };
  socklen_t length = sizeof (address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fail_unless (bind (fd, (struct sockaddr *) &address, length) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &address, &length) == 0);
  close (fd);
  return ntohs (address.sin_port);
}

/* A sender in a process of its own. */
static GPid
spawn_sender (guint port, const gchar * pattern)
{
  gboolean has_x264 = gst_registry_check_feature_version (gst_registry_get (),
      "x264enc", 0, 0, 0);
  g_autofree gchar *line = g_strdup_printf ("gst-launch-1.0 -q videotestsrc "
      "is-live=true pattern=%s ! video/x-raw,width=320,height=180,"
      "framerate=25/1 ! %s ! h264parse ! queue ! mpegtsmux name=m alignment=7 "
      "! srtsink uri=srt://127.0.0.1:%u audiotestsrc is-live=true ! "
      "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! m.",
      pattern, has_x264 ? "x264enc tune=zerolatency speed-preset=ultrafast "
      "key-int-max=25 bitrate=300" : "openh264enc gop-size=25", port);
  g_auto (GStrv) argv = NULL;
  GError *error = NULL;
  GPid pid = 0;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
  fail_unless (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH
          | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
          | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, &error), "%s",
      error != NULL ? error->message : "");
  return pid;
}

static void
kill_sender (GPid pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

static gboolean
can_send (void)
{
  static const gchar *const needed[] = { "srtsink", "srtsrc", "mpegtsmux",
    "tsdemux", "h264parse", "avdec_h264", "avenc_aac", "avdec_aac", NULL
  };
  static const gchar *const x264[] = { "x264enc", NULL };
  static const gchar *const openh264[] = { "openh264enc", NULL };
  g_autofree gchar *launch = g_find_program_in_path ("gst-launch-1.0");

  if (launch == NULL) {
    g_print ("SKIP: gst-launch-1.0 is not installed\n");
    return FALSE;
  }
  return has (needed) && (has (x264) || has (openh264));
}

GST_START_TEST (redundantsrc_loses_nothing_when_the_primary_is_killed)
{
  guint ports[2];
  GPid primary, standby;
  g_autofree gchar *line = NULL;
  Rig rig;

  if (!can_send ())
    return;
  ports[0] = free_port ();
  ports[1] = free_port ();
  line = g_strdup_printf ("redundantsrc name=s return-delay=1000 "
      "startup-timeout=30000 stall-timeout=1500 "
      "uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\" s.video ! fakesink sync=true "
      "s.audio ! fakesink sync=true", ports[0], ports[1]);
  rig_init (&rig, line);
  rig_play (&rig);
  g_usleep (300000);
  standby = spawn_sender (ports[1], "ball");
  primary = spawn_sender (ports[0], "smpte");
  rig_expect (&rig, 40, "redundantsrc-switch", "reason", "startup");
  rig_wait_buffers (&rig, 0, 75);
  while (!rig_input_stat (&rig, 1, "connected-for"))
    g_usleep (100000);
  rig_wait_buffers (&rig, 0, 50);

  kill_sender (primary);
  rig_expect (&rig, 40, "redundantsrc-switch", "to", "input-1");
  rig_wait_buffers (&rig, 0, 50);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "repeated-frames"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);

  /* Let it notice, so that its port is free for the new one. */
  rig_expect (&rig, 40, "redundantsrc-input", "state", "stopping");
  g_usleep (1000000);
  primary = spawn_sender (ports[0], "smpte");
  rig_expect (&rig, 60, "redundantsrc-switch", "reason", "return");
  rig_wait_buffers (&rig, 0, 50);
  rig_check_unbroken (&rig, 0);
  rig_check_unbroken (&rig, 1);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "repeated-frames"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
  kill_sender (primary);
  kill_sender (standby);
}

GST_END_TEST;

/* What goes out of redundantsrc, of which each input has a size of its own. */
typedef struct
{
  GMutex lock;
  GstClockTime last;
  guint frames, changes, keyless, back;
  gboolean changed;
} Seen;

static GstPadProbeReturn
watch_units (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Seen *seen = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  g_mutex_lock (&seen->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    seen->back += seen->frames > 0 && GST_BUFFER_DTS (buffer) <= seen->last;
    seen->keyless += (seen->changed || GST_BUFFER_FLAG_IS_SET (buffer,
            GST_BUFFER_FLAG_DISCONT)) && GST_BUFFER_FLAG_IS_SET (buffer,
        GST_BUFFER_FLAG_DELTA_UNIT);
    seen->last = GST_BUFFER_DTS (buffer);
    seen->frames++;
    seen->changed = FALSE;
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS) {
    seen->changed = TRUE;
    seen->changes++;
  }
  g_mutex_unlock (&seen->lock);
  return GST_PAD_PROBE_OK;
}

/* Real senders and a decoder behind: it never gets what it can't decode. */
GST_START_TEST (redundantsrc_switches_encoded_media_at_key_frames)
{
  Seen seen = { {NULL}, };
  guint ports[2];
  GPid primary, standby;
  g_autofree gchar *line = NULL;
  g_autoptr (GstPad) video = NULL;
  Rig rig;

  if (!can_send ())
    return;
  ports[0] = free_port ();
  ports[1] = free_port ();
  line = g_strdup_printf ("redundantsrc name=s output=encoded "
      "return-delay=1000 startup-timeout=30000 stall-timeout=1500 "
      "uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\" s.video ! avdec_h264 "
      "max-errors=0 thread-type=slice ! fakesink sync=true "
      "s.audio ! avdec_aac max-errors=0 ! fakesink sync=true", ports[0],
      ports[1]);
  rig_init (&rig, line);
  video = gst_element_get_static_pad (rig.src, "video");
  gst_pad_add_probe (video, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch_units, &seen, NULL);
  rig_play (&rig);
  g_usleep (300000);
  standby = spawn_sender (ports[1], "ball");
  primary = spawn_sender (ports[0], "smpte");
  rig_expect (&rig, 40, "redundantsrc-switch", "reason", "startup");
  while (!rig_input_stat (&rig, 1, "connected-for"))
    g_usleep (100000);
  rig_wait_buffers (&rig, 0, 75);
  kill_sender (primary);
  rig_expect (&rig, 40, "redundantsrc-switch", "to", "input-1");
  rig_wait_buffers (&rig, 0, 75);
  /* A key frame each second. */
  fail_unless (rig_stat (&rig, "frames-missed") <= 25);
  rig_expect (&rig, 40, "redundantsrc-input", "state", "stopping");
  g_usleep (1000000);
  primary = spawn_sender (ports[0], "smpte");
  rig_expect (&rig, 60, "redundantsrc-switch", "reason", "return");
  rig_wait_buffers (&rig, 0, 50);
  g_mutex_lock (&seen.lock);
  fail_unless (seen.frames > 150);
  fail_unless_equals_int (seen.back, 0);
  fail_unless_equals_int (seen.keyless, 0);
  g_mutex_unlock (&seen.lock);
  rig_clear (&rig);
  kill_sender (primary);
  kill_sender (standby);
}

GST_END_TEST;

/* The process is there but nothing flows. */
GST_START_TEST (redundantsrc_loses_nothing_when_the_primary_stops)
{
  guint ports[2];
  GPid primary, standby;
  g_autofree gchar *line = NULL;
  Rig rig;

  if (!can_send ())
    return;
  ports[0] = free_port ();
  ports[1] = free_port ();
  line = g_strdup_printf ("redundantsrc name=s startup-timeout=30000 "
      "uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\" s.video ! fakesink sync=true "
      "s.audio ! fakesink sync=true", ports[0], ports[1]);
  rig_init (&rig, line);
  rig_play (&rig);
  g_usleep (300000);
  standby = spawn_sender (ports[1], "ball");
  primary = spawn_sender (ports[0], "smpte");
  rig_expect (&rig, 40, "redundantsrc-switch", "reason", "startup");
  while (!rig_input_stat (&rig, 1, "connected-for"))
    g_usleep (100000);
  rig_wait_buffers (&rig, 0, 75);
  kill (primary, SIGSTOP);
  rig_expect (&rig, 40, "redundantsrc-switch", "to", "input-1");
  rig_wait_buffers (&rig, 0, 50);
  rig_check_unbroken (&rig, 0);
  rig_check_unbroken (&rig, 1);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
  kill_sender (primary);
  kill_sender (standby);
}

GST_END_TEST;

static Suite *
redundantsrc_suite (void)
{
  Suite *s = suite_create ("redundantsrc");
  TCase *tc = tcase_create ("redundantsrc");

  faulty_register (25);
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, redundantsrc_never_breaks_for_an_input_that_fails,
      0, 3);
  tcase_add_test (tc, redundantsrc_returns_to_an_input_that_is_back);
  tcase_add_test (tc, redundantsrc_retries_what_refuses_and_shows_the_slate);
  tcase_add_test (tc, redundantsrc_hides_secrets);
  tcase_add_test (tc, redundantsrc_leaves_a_source_that_hangs_behind);
  tcase_add_test (tc, redundantsrc_changes_inputs_while_it_plays);
  tcase_add_test (tc, redundantsrc_obeys_the_operator);
  tcase_add_test (tc, redundantsrc_restarts_an_input_by_hand);
  tcase_add_test (tc, redundantsrc_is_reusable_after_null);
  tcase_add_test (tc, redundantsrc_stands_a_pause);
  tcase_add_test (tc, redundantsrc_stands_a_pause_while_an_input_connects);
  tcase_add_test (tc, redundantsrc_settles_while_an_input_connects);
  tcase_add_test (tc, redundantsrc_stops_at_any_moment);
  tcase_add_loop_test (tc, redundantsrc_refuses_what_is_no_list_of_uris, 0, 2);
  tcase_add_test (tc,
      redundantsrc_refuses_while_it_plays_what_is_no_list_of_uris);
  tcase_add_test (tc, redundantsrc_forgets_an_error_it_recovered_from);
  tcase_add_test (tc, redundantsrc_plays_a_file_at_its_own_pace);
  tcase_add_test (tc, redundantsrc_loses_nothing_when_the_primary_is_killed);
  tcase_add_test (tc, redundantsrc_switches_encoded_media_at_key_frames);
  tcase_add_test (tc, redundantsrc_loses_nothing_when_the_primary_stops);
  return s;
}

GST_CHECK_MAIN (redundantsrc);
