/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs that come and go for ever: nothing hangs, and threads, files and
 * memory are what they were.  ONAIR_TEST_LONG makes it a thousand times. */
#include <gst/base/gstpushsrc.h>

#include "inputpeers.h"

/* A live source of its own URI: brief://error and brief://eos bring a few
 * frames and fail, brief://hang also hangs in NULL, brief://good stays. */
typedef struct
{
  GstPushSrc parent;
  gchar *uri;
  guint frames;
  GMutex lock;
  GCond cond;
  gboolean flushing;            /* under the lock */
} Brief;

typedef GstPushSrcClass BriefClass;

#define FRAME (10 * GST_MSECOND)
#define FRAMES_OF_A_BRIEF_LIFE 5

static GMutex hang_lock;
static GCond hang_cond;
static gboolean hang_released;
static guint hangs;

GType brief_get_type (void);
static void brief_uri_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (Brief, brief, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, brief_uri_init));

static GstStaticPadTemplate brief_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw,format=GRAY8,"
        "width=16,height=16,framerate=100/1"));

static GstURIType
brief_uri_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
brief_protocols (GType type)
{
  static const gchar *const protocols[] = { "brief", NULL };

  return protocols;
}

static gchar *
brief_get_uri (GstURIHandler * handler)
{
  return g_strdup (((Brief *) handler)->uri);
}

static gboolean
brief_set_uri (GstURIHandler * handler, const gchar * uri, GError ** error)
{
  Brief *self = (Brief *) handler;

  g_free (self->uri);
  self->uri = g_strdup (uri);
  return TRUE;
}

static void
brief_uri_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = brief_uri_type;
  handler->get_protocols = brief_protocols;
  handler->get_uri = brief_get_uri;
  handler->set_uri = brief_set_uri;
}

static gboolean
brief_is (Brief * self, const gchar * what)
{
  return strstr (self->uri, what) != NULL;
}

static gboolean
brief_set_flushing (Brief * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
brief_unlock (GstBaseSrc * src)
{
  return brief_set_flushing ((Brief *) src, TRUE);
}

static gboolean
brief_unlock_stop (GstBaseSrc * src)
{
  return brief_set_flushing ((Brief *) src, FALSE);
}

static gboolean
brief_wait (Brief * self)
{
  gint64 until = g_get_monotonic_time () + FRAME / GST_USECOND;
  gboolean flushing;

  g_mutex_lock (&self->lock);
  while (!self->flushing && g_cond_wait_until (&self->cond, &self->lock,
          until));
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);
  return !flushing;
}

static GstFlowReturn
brief_create (GstPushSrc * src, GstBuffer ** buffer)
{
  Brief *self = (Brief *) src;

  if (self->frames == FRAMES_OF_A_BRIEF_LIFE && !brief_is (self, "good")) {
    if (brief_is (self, "eos"))
      return GST_FLOW_EOS;
    GST_ELEMENT_ERROR (src, RESOURCE, READ, (NULL), ("as asked for"));
    return GST_FLOW_ERROR;
  }
  if (!brief_wait (self))
    return GST_FLOW_FLUSHING;
  *buffer = gst_buffer_new_allocate (NULL, 256, NULL);
  gst_buffer_memset (*buffer, 0, 200, 256);
  GST_BUFFER_PTS (*buffer) = self->frames * FRAME;
  GST_BUFFER_DURATION (*buffer) = FRAME;
  self->frames++;
  return GST_FLOW_OK;
}

static GstStateChangeReturn
brief_change_state (GstElement * element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      && brief_is ((Brief *) element, "hang")) {
    g_mutex_lock (&hang_lock);
    hangs++;
    while (!hang_released)
      g_cond_wait (&hang_cond, &hang_lock);
    hangs--;
    g_cond_broadcast (&hang_cond);
    g_mutex_unlock (&hang_lock);
  }
  return GST_ELEMENT_CLASS (brief_parent_class)->change_state (element,
      transition);
}

static void
brief_finalize (GObject * object)
{
  Brief *self = (Brief *) object;

  g_free (self->uri);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (brief_parent_class)->finalize (object);
}

static void
brief_class_init (BriefClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = brief_finalize;
  element_class->change_state = brief_change_state;
  src_class->unlock = brief_unlock;
  src_class->unlock_stop = brief_unlock_stop;
  GST_PUSH_SRC_CLASS (klass)->create = brief_create;
  gst_element_class_add_static_pad_template (element_class, &brief_template);
  gst_element_class_set_static_metadata (element_class, "Brief", "Source",
      "Lives for a moment", "gst-onair contributors");
}

static void
brief_init (Brief * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static gboolean
is_long (void)
{
  return g_getenv ("ONAIR_TEST_LONG") != NULL;
}

static guint
count_in (const gchar * folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define KEEPS_FREED_MEMORY TRUE
#else
#define KEEPS_FREED_MEMORY FALSE
#endif

static guint64
resident (void)
{
  g_autofree gchar *text = NULL;
  const gchar *found = NULL;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    found = strstr (text, "VmRSS:");
  fail_unless (found != NULL);
  return g_ascii_strtoull (found + 6, NULL, 10) * 1024;
}

/* What a session must leave as it was. */
typedef struct
{
  guint threads, files;
} Footprint;

static Footprint
footprint (void)
{
  Footprint now;

  /* Those that wait for work are nobody's. */
  g_thread_pool_stop_unused_threads ();
  now.threads = count_in ("/proc/self/task");
  now.files = count_in ("/proc/self/fd");
  return now;
}

/* Threads that were told to end may take a moment. */
static void
check_footprint (const Footprint * before)
{
  Footprint now = footprint ();
  guint i;

  for (i = 0; i < 600 && (now.threads > before->threads
          || now.files > before->files); i++) {
    g_usleep (50000);
    now = footprint ();
  }
  fail_unless (now.threads <= before->threads, "%u threads, %u before",
      now.threads, before->threads);
  fail_unless (now.files <= before->files, "%u files, %u before", now.files,
      before->files);
}

static void
wait_attempts (Peers * peers, guint index, guint64 attempts)
{
  gint64 until = g_get_monotonic_time () + 1200 * G_TIME_SPAN_SECOND;

  while (peers_input_stat (peers, index, "attempts") < attempts) {
    peers_listen (peers);
    g_list_free_full (g_steal_pointer (&peers->messages),
        (GDestroyNotify) gst_message_unref);
    fail_unless (g_get_monotonic_time () < until);
    g_usleep (5000);
  }
}

#define BRIEF_LINE "redundantsrc name=s media=video retry-initial=1 " \
    "retry-max=5 teardown-timeout=5000 uris=\"brief://error brief://eos " \
    "brief://good\" s.video ! fakesink sync=true"

/* Plugins, types and thread pools that stay are there after one session. */
static Footprint
after_one_session (const gchar * line)
{
  Peers peers;

  peers_init (&peers, line);
  peers_play (&peers);
  peers_wait_buffers (&peers, 0, 20);
  peers_clear (&peers);
  return footprint ();
}

GST_START_TEST (redundantsrc_connects_for_ever)
{
  guint64 cycles = is_long ()? 1000 : 50, early;
  Footprint before = after_one_session (BRIEF_LINE);
  Peers peers;

  peers_init (&peers, BRIEF_LINE);
  peers_play (&peers);
  wait_attempts (&peers, 0, cycles / 5);
  early = resident ();
  wait_attempts (&peers, 0, cycles);
  wait_attempts (&peers, 1, cycles);
  fail_unless (KEEPS_FREED_MEMORY || resident () < early + 8 * 1024 * 1024,
      "%" G_GUINT64_FORMAT " bytes more", resident () - early);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "zombies"), 0);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 1, "zombies"), 0);
  peers_clear (&peers);
  check_footprint (&before);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_starts_and_stops_for_ever)
{
  guint n = is_long ()? 300 : 20, i;
  Footprint before = after_one_session (BRIEF_LINE);
  Peers peers;

  for (i = 0; i < n; i++) {
    peers_init (&peers, BRIEF_LINE);
    peers_play (&peers);
    g_usleep (g_random_int_range (0, 60000));
    peers_clear (&peers);
  }
  check_footprint (&before);
}

GST_END_TEST;

/* The application gets READY and NULL back after `teardown-timeout`, and what
 * hung goes when it lets go. */
GST_START_TEST (redundantsrc_stops_with_a_source_that_hangs)
{
  Footprint before = after_one_session (BRIEF_LINE);
  gint64 asked;
  Peers peers;

  hang_released = FALSE;
  peers_init (&peers, "redundantsrc name=s media=video teardown-timeout=2000 "
      "uris=\"brief://hang-good brief://good\" s.video ! fakesink sync=true");
  peers_play (&peers);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-0", NULL, NULL);
  peers_wait_buffers (&peers, 0, 20);
  asked = g_get_monotonic_time ();
  peers_clear (&peers);
  fail_unless (g_get_monotonic_time () - asked < 20 * G_TIME_SPAN_SECOND);
  g_mutex_lock (&hang_lock);
  fail_unless_equals_int (hangs, 1);
  hang_released = TRUE;
  g_cond_broadcast (&hang_cond);
  while (hangs > 0)
    g_cond_wait (&hang_cond, &hang_lock);
  g_mutex_unlock (&hang_lock);
  check_footprint (&before);
}

GST_END_TEST;

#define SENDERS 4

static void
spawn_all (GPid * pids, const guint * ports)
{
  guint i;

  for (i = 0; i < SENDERS; i++) {
    g_autofree gchar *line = NULL;

    if (pids[i] != 0)
      continue;
    line = g_strdup_printf ("%s/tests/check/pipelines/matrix-sender mpegtsmux "
        "'srtsink uri=srt://127.0.0.1:%u%s wait-for-connection=false' "
        "0xff404040 none", g_getenv ("ONAIR_BUILD_DIR"), ports[i],
        i % 2 == 0 ? "" : "?mode=listener");
    pids[i] = peers_spawn (line);
  }
}

static gchar *
srt_line (const guint * ports)
{
  g_autoptr (GString) uris = g_string_new (NULL);
  guint i;

  for (i = 0; i < SENDERS; i++) {
    g_string_append_printf (uris, "srt://127.0.0.1:%u%s ", ports[i],
        i % 2 == 0 ? "?mode=listener" : "");
  }
  return g_strdup_printf ("redundantsrc name=s timeout=800 latency=2500 "
      "stall-timeout=1000 connect-timeout=5000 retry-max=500 "
      "return-delay=1000 uris=\"%s brief://good\" require-all-media=false "
      "s.video ! fakesink sync=true s.audio ! fakesink sync=true", uris->str);
}

/* Real connections, callers and listeners, of which two at a time die. */
GST_START_TEST (redundantsrc_sees_senders_die_for_ever)
{
  static const gchar *const needed[] = { "x264enc", "avenc_aac", "mpegtsmux",
    "tsdemux", "h264parse", "avdec_h264", "avdec_aac", "srtsink", "srtsrc",
    NULL
  };
  guint rounds = is_long ()? 50 : 3, ports[SENDERS], i, round;
  GPid pids[SENDERS] = { 0, };
  g_autofree gchar *line = NULL;
  Footprint before;
  Peers peers;

  if (!peers_have (needed))
    return;
  before = after_one_session (BRIEF_LINE);
  for (i = 0; i < SENDERS; i++)
    ports[i] = peers_free_port (SOCK_DGRAM);
  line = srt_line (ports);
  peers_init (&peers, line);
  peers_play (&peers);
  for (round = 0; round < rounds; round++) {
    spawn_all (pids, ports);
    for (i = 0; i < SENDERS; i++)
      peers_wait_input (&peers, i, "running");
    peers_wait_buffers (&peers, 0, 10);
    /* A caller and a listener. */
    peers_kill (&pids[round % 2 * 2]);
    peers_kill (&pids[round % 2 * 2 + 1]);
    for (i = 0; i < 2; i++) {
      while (peers_input_is (&peers, round % 2 * 2 + i, "running")) {
        peers_listen (&peers);
        g_usleep (10000);
      }
    }
  }
  peers_check_unbroken (&peers, 0);
  peers_clear (&peers);
  for (i = 0; i < SENDERS; i++)
    peers_kill (&pids[i]);
  /* libsrt has threads of its own, and its closed sockets linger. */
  before.threads += 4;
  before.files += 4;
  check_footprint (&before);
}

GST_END_TEST;

static Suite *
redundancycycles_suite (void)
{
  Suite *s = suite_create ("redundancycycles");
  TCase *tc = tcase_create ("redundancycycles");

  gst_element_register (NULL, "briefsrc", GST_RANK_PRIMARY, brief_get_type ());
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, is_long ()? 3000 : 180);
  tcase_add_test (tc, redundantsrc_connects_for_ever);
  tcase_add_test (tc, redundantsrc_starts_and_stops_for_ever);
  tcase_add_test (tc, redundantsrc_stops_with_a_source_that_hangs);
  tcase_add_test (tc, redundantsrc_sees_senders_die_for_ever);
  return s;
}

GST_CHECK_MAIN (redundancycycles);
