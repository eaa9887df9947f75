/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs that come and go for ever: nothing hangs, and threads, files and
 * memory are what they were.  ONAIR_TEST_LONG makes it a thousand times. */
#include "faultysource.h"
#include "inputpeers.h"

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
    peers_forget (peers);
    fail_unless (g_get_monotonic_time () < until);
    g_usleep (5000);
  }
}

#define BRIEF_LINE "redundantsrc name=s media=video retry-initial=1 " \
    "retry-max=5 teardown-timeout=5000 uris=\"faulty://error-after-5 " \
    "faulty://eos-after-5 faulty://good\" s.video ! fakesink sync=true"

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

  peers_init (&peers, "redundantsrc name=s media=video teardown-timeout=2000 "
      "uris=\"faulty://hang-good faulty://good\" s.video ! fakesink sync=true");
  peers_play (&peers);
  peers_expect (&peers, "redundantsrc-switch", "to", "input-0", NULL, NULL);
  peers_wait_buffers (&peers, 0, 20);
  asked = g_get_monotonic_time ();
  peers_clear (&peers);
  fail_unless (g_get_monotonic_time () - asked < 20 * G_TIME_SPAN_SECOND);
  fail_unless_equals_int (faulty_count_hangs (), 1);
  faulty_release_hangs ();
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
      "return-delay=1000 uris=\"%s faulty://good\" require-all-media=false "
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

  faulty_register (100);
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, is_long ()? 3000 : 180);
  tcase_add_test (tc, redundantsrc_connects_for_ever);
  tcase_add_test (tc, redundantsrc_starts_and_stops_for_ever);
  tcase_add_test (tc, redundantsrc_stops_with_a_source_that_hangs);
  tcase_add_test (tc, redundantsrc_sees_senders_die_for_ever);
  return s;
}

GST_CHECK_MAIN (redundancycycles);
