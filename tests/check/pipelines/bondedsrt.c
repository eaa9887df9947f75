/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bondedsrtsink into bondedsrtsrc over two links, each through a relay that
 * delays, drops and cuts, and into and from the plain SRT elements. */
#include "bondtest.h"

#define LATENCY 600             /* ms */
#define PACE 2000               /* us between messages */

/* --- the receiving side -------------------------------------------------- */

typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  GMutex lock;
  GArray *numbers;              /* of guint64, as they came */
  guint disconts;
} Receiver;

static void
on_buffer (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  Receiver *rx = data;
  guint64 number = bond_message_number (buffer);

  g_mutex_lock (&rx->lock);
  g_array_append_val (rx->numbers, number);
  rx->disconts += GST_BUFFER_IS_DISCONT (buffer);
  g_mutex_unlock (&rx->lock);
}

static Receiver *
receiver_new (const gchar * source)
{
  Receiver *rx = g_new0 (Receiver, 1);
  g_autofree gchar *line = NULL;
  GstElement *sink;

  g_mutex_init (&rx->lock);
  rx->numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  line = g_strdup_printf ("%s name=src ! fakesink name=sink async=false "
      "sync=false signal-handoffs=true", source);
  rx->pipeline = gst_parse_launch (line, NULL);
  fail_unless (rx->pipeline != NULL);
  rx->src = gst_bin_get_by_name (GST_BIN (rx->pipeline), "src");
  sink = gst_bin_get_by_name (GST_BIN (rx->pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_buffer), rx);
  gst_object_unref (sink);
  fail_unless (gst_element_set_state (rx->pipeline, GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE);
  return rx;
}

static Receiver *
bonded_receiver (void)
{
  g_autofree gchar *source = g_strdup_printf ("bondedsrtsrc latency=%d "
      "uri=bondedsrt://127.0.0.1:0?mode=listener", LATENCY);

  return receiver_new (source);
}

static guint16
receiver_port (Receiver * rx)
{
  return (guint16) bond_stat (rx->src, "local-port");
}

static guint
receiver_count (Receiver * rx)
{
  guint n;

  g_mutex_lock (&rx->lock);
  n = rx->numbers->len;
  g_mutex_unlock (&rx->lock);
  return n;
}

static gboolean
receiver_wait (Receiver * rx, guint wanted)
{
  guint i;

  for (i = 0; i < 2000 && receiver_count (rx) < wanted; i++)
    g_usleep (10000);
  return receiver_count (rx) >= wanted;
}

static void
receiver_free (Receiver * rx)
{
  gst_element_set_state (rx->pipeline, GST_STATE_NULL);
  gst_object_unref (rx->src);
  gst_object_unref (rx->pipeline);
  g_array_unref (rx->numbers);
  g_mutex_clear (&rx->lock);
  g_free (rx);
}

/* Each of `first` to `first + n - 1` once and in order, from `at` on. */
static void
assert_complete (Receiver * rx, guint at, guint64 from, guint n)
{
  guint i;

  receiver_wait (rx, at + n);
  g_mutex_lock (&rx->lock);
  fail_unless (rx->numbers->len >= at + n, "%u of %u messages",
      rx->numbers->len, at + n);
  for (i = 0; i < n; i++)
    fail_unless_equals_uint64 (g_array_index (rx->numbers, guint64, at + i),
        from + i);
  g_mutex_unlock (&rx->lock);
}

/* --- the sending side ---------------------------------------------------- */

static GstHarness *
sender_new (const gchar * links)
{
  GstElement *sink = gst_element_factory_make ("bondedsrtsink", NULL);
  GstHarness *h;

  g_object_set (sink, "links", links, "sync", FALSE, "async", FALSE,
      "latency", LATENCY, "wait-for-connection", TRUE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, "video/mpegts");
  return h;
}

static GstHarness *
sender_over (BondRelay * a, BondRelay * b)
{
  g_autofree gchar *links = g_strdup_printf ("srt://127.0.0.1:%u "
      "srt://127.0.0.1:%u", a->port, b->port);
  GstHarness *h = sender_new (links);

  fail_unless (bond_wait_stat (h->element, "links-active", 2));
  return h;
}

static void
send_messages (GstHarness * h, guint64 from, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    fail_unless_equals_int (gst_harness_push (h, bond_message (from + i)),
        GST_FLOW_OK);
    g_usleep (PACE);
  }
}

static void
finish (GstHarness * h)
{
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_harness_teardown (h);
}

/* --- tests --------------------------------------------------------------- */

static void
cut_one_of_two (guint which)
{
  Receiver *rx = bonded_receiver ();
  BondRelay *relays[2];
  GstHarness *tx;

  relays[0] = bond_relay_new (receiver_port (rx), 5, 0, 1);
  relays[1] = bond_relay_new (receiver_port (rx), 45, 0, 2);
  tx = sender_over (relays[0], relays[1]);
  send_messages (tx, 0, 500);
  bond_relay_cut (relays[which], TRUE);
  send_messages (tx, 500, 500);
  bond_relay_cut (relays[which], FALSE);
  send_messages (tx, 1000, 500);
  finish (tx);
  assert_complete (rx, 0, 0, 1500);
  fail_unless_equals_uint64 (bond_stat (rx->src, "messages-lost"), 0);
  receiver_free (rx);
  bond_relay_free (relays[0]);
  bond_relay_free (relays[1]);
}

GST_START_TEST (bondedsrt_loses_nothing_when_the_quick_link_is_cut)
{
  cut_one_of_two (0);
}

GST_END_TEST;

GST_START_TEST (bondedsrt_loses_nothing_when_the_slow_link_is_cut)
{
  cut_one_of_two (1);
}

GST_END_TEST;

/* Long enough that the link breaks (5 s) and is made again. */
GST_START_TEST (bondedsrt_makes_a_broken_link_again)
{
  Receiver *rx = bonded_receiver ();
  BondRelay *a = bond_relay_new (receiver_port (rx), 5, 0, 1);
  BondRelay *b = bond_relay_new (receiver_port (rx), 25, 0, 2);
  GstHarness *tx = sender_over (a, b);
  guint64 n = 0;

  bond_relay_cut (a, TRUE);
  for (; n < 10000 && bond_stat (tx->element, "links-active") == 2; n += 10)
    send_messages (tx, n, 10);
  fail_unless_equals_uint64 (bond_stat (tx->element, "links-active"), 1);
  bond_relay_cut (a, FALSE);
  for (; n < 20000 && bond_stat (tx->element, "links-active") == 1; n += 10)
    send_messages (tx, n, 10);
  fail_unless_equals_uint64 (bond_stat (tx->element, "links-active"), 2);
  send_messages (tx, n, 200);
  finish (tx);
  assert_complete (rx, 0, 0, n + 200);
  fail_unless_equals_uint64 (bond_stat (rx->src, "connects"), 3);
  receiver_free (rx);
  bond_relay_free (a);
  bond_relay_free (b);
}

GST_END_TEST;

GST_START_TEST (bondedsrt_loses_nothing_on_two_lossy_links)
{
  Receiver *rx = bonded_receiver ();
  BondRelay *a = bond_relay_new (receiver_port (rx), 10, 10, 3);
  BondRelay *b = bond_relay_new (receiver_port (rx), 30, 10, 4);
  GstHarness *tx = sender_over (a, b);

  send_messages (tx, 0, 1500);
  finish (tx);
  assert_complete (rx, 0, 0, 1500);
  receiver_free (rx);
  bond_relay_free (a);
  bond_relay_free (b);
}

GST_END_TEST;

GST_START_TEST (bondedsrt_waits_when_all_is_dead_and_takes_a_new_sender)
{
  Receiver *rx = bonded_receiver ();
  BondRelay *a = bond_relay_new (receiver_port (rx), 5, 0, 1);
  BondRelay *b = bond_relay_new (receiver_port (rx), 25, 0, 2);
  GstHarness *tx = sender_over (a, b);
  GstBus *bus = gst_element_get_bus (rx->pipeline);

  send_messages (tx, 0, 300);
  assert_complete (rx, 0, 0, 300);
  /* As if it were killed: the receiver is not told. */
  bond_relay_cut (a, TRUE);
  bond_relay_cut (b, TRUE);
  gst_harness_teardown (tx);
  bond_relay_cut (a, FALSE);
  bond_relay_cut (b, FALSE);
  tx = sender_over (a, b);
  send_messages (tx, 5000, 500);
  finish (tx);
  assert_complete (rx, 300, 5000, 500);
  fail_unless_equals_int (rx->disconts, 2);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_EOS)
      == NULL);
  gst_object_unref (bus);
  receiver_free (rx);
  bond_relay_free (a);
  bond_relay_free (b);
}

GST_END_TEST;

GST_START_TEST (bondedsrt_changes_links_without_a_loss)
{
  Receiver *rx = bonded_receiver ();
  guint port = receiver_port (rx);
  g_autofree gchar *one = g_strdup_printf ("srt://127.0.0.1:%u", port);
  g_autofree gchar *other = g_strdup_printf ("srt://127.0.0.1:%u?weight=2",
      port);
  g_autofree gchar *both = g_strconcat (one, " ", other, NULL);
  GstHarness *tx = sender_new (one);

  send_messages (tx, 0, 200);
  g_object_set (tx->element, "links", both, NULL);
  fail_unless (bond_wait_stat (tx->element, "links-active", 2));
  send_messages (tx, 200, 400);
  g_object_set (tx->element, "links", other, NULL);
  send_messages (tx, 600, 400);
  fail_unless_equals_uint64 (bond_stat (tx->element, "links-wanted"), 1);
  finish (tx);
  assert_complete (rx, 0, 0, 1000);
  receiver_free (rx);
}

GST_END_TEST;

static gboolean
lacks (const gchar * factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  if (found == NULL)
    g_print ("SKIP: %s is not installed\n", factory);
  return found == NULL;
}

GST_START_TEST (bondedsrt_is_received_by_srtsrc)
{
  GSocket *socket = bond_socket ();
  guint16 port = bond_socket_port (socket);
  g_autofree gchar *source = NULL, *links = NULL;
  GstHarness *tx;
  Receiver *rx;

  g_object_unref (socket);
  if (lacks ("srtsrc"))
    return;
  source = g_strdup_printf ("srtsrc uri=srt://127.0.0.1:%u?mode=listener "
      "latency=%d", port, LATENCY);
  links = g_strdup_printf ("srt://127.0.0.1:%u", port);
  rx = receiver_new (source);
  tx = sender_new (links);
  send_messages (tx, 0, 500);
  finish (tx);
  assert_complete (rx, 0, 0, 500);
  receiver_free (rx);
}

GST_END_TEST;

static void
send_by_srtsink (Receiver * rx, const gchar * uri, guint n)
{
  GstElement *sink = gst_element_factory_make ("srtsink", NULL);
  GstHarness *h;

  g_object_set (sink, "uri", uri, "latency", LATENCY, "sync", FALSE, "async",
      FALSE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, "video/mpegts");
  send_messages (h, 0, n);
  receiver_wait (rx, n);
  gst_harness_teardown (h);
}

GST_START_TEST (bondedsrt_receives_from_srtsink)
{
  g_autofree gchar *uri = NULL;
  Receiver *rx;

  if (lacks ("srtsink"))
    return;
  rx = bonded_receiver ();
  uri = g_strdup_printf ("srt://127.0.0.1:%u", receiver_port (rx));
  send_by_srtsink (rx, uri, 300);
  assert_complete (rx, 0, 0, 300);
  receiver_free (rx);
}

GST_END_TEST;

GST_START_TEST (bondedsrt_calls_srtsink)
{
  GSocket *socket = bond_socket ();
  guint16 port = bond_socket_port (socket);
  g_autofree gchar *uri = NULL, *source = NULL;
  Receiver *rx;

  g_object_unref (socket);
  if (lacks ("srtsink"))
    return;
  uri = g_strdup_printf ("srt://127.0.0.1:%u?mode=listener", port);
  source = g_strdup_printf ("bondedsrtsrc latency=%d uri=bondedsrt://"
      "127.0.0.1:%u?mode=caller", LATENCY, port);
  rx = receiver_new (source);
  send_by_srtsink (rx, uri, 300);
  assert_complete (rx, 0, 0, 300);
  receiver_free (rx);
}

GST_END_TEST;

static Suite *
bondedsrt_suite (void)
{
  Suite *s = suite_create ("bondedsrt");
  TCase *tc = tcase_create ("bondedsrt");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bondedsrt_loses_nothing_when_the_quick_link_is_cut);
  tcase_add_test (tc, bondedsrt_loses_nothing_when_the_slow_link_is_cut);
  tcase_add_test (tc, bondedsrt_makes_a_broken_link_again);
  tcase_add_test (tc, bondedsrt_loses_nothing_on_two_lossy_links);
  tcase_add_test (tc, bondedsrt_waits_when_all_is_dead_and_takes_a_new_sender);
  tcase_add_test (tc, bondedsrt_changes_links_without_a_loss);
  tcase_add_test (tc, bondedsrt_is_received_by_srtsrc);
  tcase_add_test (tc, bondedsrt_receives_from_srtsink);
  tcase_add_test (tc, bondedsrt_calls_srtsink);
  return s;
}

GST_CHECK_MAIN (bondedsrt);
