/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "health.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FRAME (40 * MS)

/* A probe on 25 pictures a second that arrive as they should be shown. */
typedef struct
{
  Health health;
  HealthConfig config;
  HealthEvent events[HEALTH_MAX_EVENTS];
  guint n_events;
  guint64 now;
} Probe;

static void
probe_init (Probe * probe)
{
  static const HealthStream stream = { FRAME, 25.0, TRUE, FALSE, FALSE, TRUE,
    FALSE
  };

  memset (probe, 0, sizeof (*probe));
  probe->config.checks = HEALTH_ALL_CHECKS;
  probe->config.black_pixel = 0.1;
  probe->config.black_ratio = 0.98;
  probe->config.black_duration = 2 * SECOND;
  probe->config.silence_level_db = -60.0;
  probe->config.silence_duration = 5 * SECOND;
  probe->config.gap_threshold = 500 * MS;
  probe->config.stall_timeout = SECOND;
  probe->config.startup_timeout = 10 * SECOND;
  probe->config.fps_min_ratio = 0.9;
  health_init (&probe->health, &probe->config);
  health_set_stream (&probe->health, &stream);
  health_play (&probe->health, 0);
}

static void
collect (Probe * probe)
{
  probe->n_events = health_take_events (&probe->health, probe->events);
}

/* One picture, `time` into the stream, arriving at `now`. */
static void
feed (Probe * probe, guint64 time, guint64 now, gdouble dark)
{
  HealthBuffer buffer = { now, time, HEALTH_NONE, FRAME, 1000, FALSE, FALSE,
    FALSE
  };
  HealthContent content;

  memset (&content, 0, sizeof (content));
  content.have_luma = TRUE;
  content.luma.mean = 16.0;
  content.luma.dark_ratio = dark;
  probe->now = now;
  health_on_buffer (&probe->health, &buffer, &content);
  collect (probe);
}

/* Pictures `from` to `to`, without the last, until one makes an event. */
static guint
run (Probe * probe, guint from, guint to, gdouble dark)
{
  for (; from < to; from++) {
    feed (probe, from * FRAME, from * FRAME, dark);
    if (probe->n_events > 0)
      return from;
  }
  return to;
}

static void
expect (Probe * probe, HealthCheckId check, AlertAction action)
{
  fail_unless (probe->n_events > 0, "no %s event", health_checks[check].name);
  fail_unless_equals_string (health_checks[probe->events[0].check].name,
      health_checks[check].name);
  fail_unless_equals_int (probe->events[0].action, action);
}

static void
expect_one (Probe * probe, HealthCheckId check, AlertAction action)
{
  expect (probe, check, action);
  fail_unless_equals_int (probe->n_events, 1);
}

GST_START_TEST (health_of_a_good_stream_makes_no_event)
{
  Probe probe;

  probe_init (&probe);
  fail_unless_equals_int (run (&probe, 0, 2500, 0.1), 2500);
  fail_unless_equals_uint64 (probe.health.counters.frames, 2500);
  fail_unless_equals_uint64 (health_total_alerts (&probe.health), 0);
  fail_unless_equals_int (health_open_alerts (&probe.health), 0);
}

GST_END_TEST;

/* Frozen pictures, of which `dark` is black. */
static guint
run_frozen (Probe * probe, guint from, guint to, gdouble dark)
{
  for (; from < to; from++) {
    HealthBuffer buffer = { from * FRAME, from * FRAME, HEALTH_NONE, FRAME,
      1000, FALSE, FALSE, FALSE
    };
    HealthContent content;

    memset (&content, 0, sizeof (content));
    content.have_luma = content.have_freeze = TRUE;
    content.luma.dark_ratio = dark;
    content.freeze.still = TRUE;
    content.freeze.change = 3.0;
    probe->now = from * FRAME;
    health_on_buffer (&probe->health, &buffer, &content);
    collect (probe);
    if (probe->n_events > 0)
      return from;
  }
  return to;
}

GST_START_TEST (health_opens_freeze_after_its_duration_and_grows)
{
  Probe probe;

  probe_init (&probe);
  probe.health.config.freeze_duration = 5 * SECOND;
  probe.health.config.freeze_threshold = 16.0;
  health_configure (&probe.health, &probe.health.config);
  fail_unless_equals_int (run_frozen (&probe, 0, 1000, 0.1), 124);
  expect_one (&probe, HEALTH_CHECK_FREEZE, ALERT_OPENED);
  fail_unless_equals_float (probe.events[0].value, 3.0);
  fail_unless_equals_float (probe.events[0].threshold, 16.0);
  fail_unless_equals_int (run_frozen (&probe, 125, 1000, 0.1), 249);
  expect_one (&probe, HEALTH_CHECK_FREEZE, ALERT_ESCALATED);
}

GST_END_TEST;

GST_START_TEST (health_tells_black_as_black_and_not_as_freeze)
{
  Probe probe;
  guint next;

  probe_init (&probe);
  probe.health.config.freeze_duration = SECOND;
  health_configure (&probe.health, &probe.health.config);
  next = run_frozen (&probe, 0, 1000, 1.0);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_OPENED);
  next = run_frozen (&probe, next + 1, 1000, 1.0);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_ESCALATED);
  fail_unless_equals_int (run_frozen (&probe, next + 1, 1000, 1.0), 1000);
}

GST_END_TEST;

GST_START_TEST (health_opens_black_after_its_duration_to_the_frame)
{
  Probe probe;

  probe_init (&probe);
  run (&probe, 0, 100, 0.1);
  /* Fifty black pictures are two seconds. */
  fail_unless_equals_int (run (&probe, 100, 200, 0.98), 149);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_OPENED);
  fail_unless_equals_uint64 (probe.events[0].since, 100 * FRAME);
  fail_unless_equals_float (probe.events[0].value, 0.98);
  fail_unless_equals_float (probe.events[0].threshold, 0.98);
  run (&probe, 150, 160, 1.0);
  /* 0.5 s of picture end it. */
  fail_unless_equals_int (run (&probe, 160, 200, 0.5), 172);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_CLOSED);
  fail_unless_equals_uint64 (probe.events[0].duration, 60 * FRAME);
  fail_unless_equals_uint64 (probe.events[0].number, 1);
}

GST_END_TEST;

GST_START_TEST (health_opens_a_stall_by_timer_alone)
{
  Probe probe;
  guint64 deadline;

  probe_init (&probe);
  run (&probe, 0, 26, 0.1);
  deadline = health_deadline (&probe.health, SECOND);
  fail_unless_equals_uint64 (deadline, 2 * SECOND);
  health_on_timer (&probe.health, deadline);
  collect (&probe);
  expect_one (&probe, HEALTH_CHECK_STALL, ALERT_OPENED);
  fail_unless_equals_uint64 (probe.events[0].since, SECOND);
  fail_unless_equals_uint64 (health_deadline (&probe.health, deadline),
      HEALTH_NONE);
  fail_unless_equals_uint64 (health_check_time (&probe.health,
          HEALTH_CHECK_STALL, 9 * SECOND), 8 * SECOND);
  /* The stamps go on as if nothing had been. */
  feed (&probe, 26 * FRAME, 9 * SECOND, 0.1);
  expect_one (&probe, HEALTH_CHECK_STALL, ALERT_CLOSED);
  fail_unless_equals_uint64 (probe.events[0].duration, 8 * SECOND);
}

GST_END_TEST;

GST_START_TEST (health_tells_of_a_stall_that_the_timer_missed)
{
  Probe probe;

  probe_init (&probe);
  feed (&probe, 0, 0, 0.1);
  feed (&probe, FRAME, 3 * SECOND, 0.1);
  fail_unless_equals_int (probe.n_events, 2);
  fail_unless_equals_int (probe.events[0].action, ALERT_OPENED);
  fail_unless_equals_int (probe.events[1].action, ALERT_CLOSED);
  fail_unless_equals_uint64 (probe.events[1].duration, 3 * SECOND);
}

GST_END_TEST;

GST_START_TEST (health_tells_when_nothing_comes_at_all)
{
  Probe probe;

  probe_init (&probe);
  fail_unless_equals_uint64 (health_deadline (&probe.health, 0), 10 * SECOND);
  health_on_timer (&probe.health, 10 * SECOND);
  collect (&probe);
  expect_one (&probe, HEALTH_CHECK_STARTUP, ALERT_OPENED);
  feed (&probe, 0, 12 * SECOND, 0.1);
  expect_one (&probe, HEALTH_CHECK_STARTUP, ALERT_CLOSED);
  fail_unless_equals_uint64 (probe.health.counters.startup_time, 12 * SECOND);
}

GST_END_TEST;

GST_START_TEST (health_takes_neither_pause_nor_end_for_a_stall)
{
  Probe probe;

  probe_init (&probe);
  feed (&probe, 0, 0, 0.1);
  health_pause (&probe.health, 100 * MS);
  fail_unless_equals_uint64 (health_deadline (&probe.health, 100 * MS),
      HEALTH_NONE);
  health_on_timer (&probe.health, 60 * SECOND);
  health_play (&probe.health, 60 * SECOND);
  fail_unless_equals_uint64 (health_deadline (&probe.health, 60 * SECOND),
      61 * SECOND);
  health_on_end (&probe.health, 60 * SECOND);
  fail_unless_equals_uint64 (health_deadline (&probe.health, 60 * SECOND),
      HEALTH_NONE);
  health_on_timer (&probe.health, 90 * SECOND);
  collect (&probe);
  fail_unless_equals_int (probe.n_events, 0);
  /* Data after all: it watches again. */
  feed (&probe, FRAME, 90 * SECOND, 0.1);
  fail_unless_equals_uint64 (health_deadline (&probe.health, 90 * SECOND),
      91 * SECOND);
}

GST_END_TEST;

GST_START_TEST (health_closes_everything_at_the_end)
{
  Probe probe;

  probe_init (&probe);
  run (&probe, 0, 100, 1.0);
  health_on_end (&probe.health, 4 * SECOND);
  collect (&probe);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_CLOSED);
  fail_unless (probe.events[0].ended);
  fail_unless_equals_int (health_open_alerts (&probe.health), 0);
}

GST_END_TEST;

GST_START_TEST (health_frame_rate_needs_seconds_of_missing_frames)
{
  Probe probe;
  guint i, opened = 0, closed = 0;

  probe_init (&probe);
  probe.config.checks = 1u << HEALTH_CHECK_FRAME_RATE;
  health_configure (&probe.health, &probe.config);
  /* One hole of 0.8 s is a gap, but no low frame rate. */
  run (&probe, 0, 250, 0.1);
  fail_unless_equals_int (run (&probe, 270, 600, 0.1), 600);
  /* Every fourth frame is missing, for 20 s. */
  for (i = 600; i < 1100; i++) {
    if (i % 4 == 0)
      continue;
    feed (&probe, i * FRAME, i * FRAME, 0.1);
    if (probe.n_events > 0 && opened == 0) {
      expect_one (&probe, HEALTH_CHECK_FRAME_RATE, ALERT_OPENED);
      fail_unless_equals_int (probe.events[0].severity, ALERT_LEVEL_WARNING);
      opened = i;
    }
  }
  fail_unless (opened > 600 + 125 && opened < 600 + 250);
  closed = run (&probe, 1100, 2000, 0.1);
  expect_one (&probe, HEALTH_CHECK_FRAME_RATE, ALERT_CLOSED);
  fail_unless (closed < 1100 + 200);
}

GST_END_TEST;

GST_START_TEST (health_frame_rate_ignores_bursts)
{
  Probe probe;
  guint i;

  /* Segments of 6 s, each at once, as HLS delivers them. */
  probe_init (&probe);
  probe.config.checks = 1u << HEALTH_CHECK_FRAME_RATE;
  health_configure (&probe.health, &probe.config);
  for (i = 0; i < 1500; i++) {
    feed (&probe, i * FRAME, i / 150 * 6 * SECOND + i % 150, 0.1);
    fail_unless_equals_int (probe.n_events, 0);
  }
}

GST_END_TEST;

GST_START_TEST (health_bitrate_has_limits_on_both_sides)
{
  Probe probe;
  guint64 now = 0;
  guint i;

  probe_init (&probe);
  /* 200 kbit/s come. */
  probe.config.bitrate_min_bps = 250000;
  probe.config.stall_timeout = ALERT_NEVER;
  health_configure (&probe.health, &probe.config);
  i = run (&probe, 0, 1000, 0.1);
  expect_one (&probe, HEALTH_CHECK_BITRATE, ALERT_OPENED);
  fail_unless_equals_int (probe.events[0].severity, ALERT_LEVEL_WARNING);
  fail_unless_equals_float (probe.events[0].value, 200000.0);
  fail_unless (i >= 250 && i < 300);
  probe.config.bitrate_min_bps = 0;
  probe.config.bitrate_max_bps = 300000;
  health_configure (&probe.health, &probe.config);
  run (&probe, i + 1, 1000, 0.1);
  expect_one (&probe, HEALTH_CHECK_BITRATE, ALERT_CLOSED);
  /* Too low even if nothing comes any more; by timer. */
  probe_init (&probe);
  probe.config.bitrate_min_bps = 100000;
  probe.config.stall_timeout = ALERT_NEVER;
  health_configure (&probe.health, &probe.config);
  run (&probe, 0, 250, 0.1);
  for (i = 0; i < 30 && probe.n_events == 0; i++) {
    now = health_deadline (&probe.health, probe.now);
    fail_unless (now <= probe.now + SECOND);
    probe.now = now;
    health_on_timer (&probe.health, now);
    collect (&probe);
  }
  expect_one (&probe, HEALTH_CHECK_BITRATE, ALERT_OPENED);
}

GST_END_TEST;

GST_START_TEST (health_follows_dts_where_there_are_some)
{
  static const guint order[] = { 2, 5, 3, 4, 8, 6, 7, 11, 9, 10 };
  HealthStream stream = { FRAME, 25.0, TRUE, TRUE, FALSE, FALSE, FALSE };
  HealthContent content;
  Probe probe;
  guint i;

  probe_init (&probe);
  health_set_stream (&probe.health, &stream);
  memset (&content, 0, sizeof (content));
  for (i = 0; i < 10; i++) {
    HealthBuffer buffer = { i * FRAME, order[i] * FRAME, i * FRAME, FRAME,
      1000, FALSE, FALSE, i > 0
    };

    health_on_buffer (&probe.health, &buffer, &content);
  }
  fail_unless_equals_uint64 (probe.health.gaps.backwards, 0);
  fail_unless_equals_uint64 (probe.health.gaps.gaps, 0);
  fail_unless_equals_uint64 (probe.health.keys.keyframes, 1);
  /* Now one is missing. */
  {
    HealthBuffer buffer = { 11 * FRAME, 13 * FRAME, 11 * FRAME, FRAME, 1000,
      FALSE, FALSE, TRUE
    };

    health_on_buffer (&probe.health, &buffer, &content);
  }
  fail_unless_equals_uint64 (probe.health.gaps.gaps, 1);
}

GST_END_TEST;

GST_START_TEST (health_goes_by_arrival_where_nothing_is_stamped)
{
  Probe probe;
  guint i;

  probe_init (&probe);
  for (i = 0; i < 100; i++) {
    feed (&probe, HEALTH_NONE, i * FRAME, 1.0);
    if (probe.n_events > 0)
      break;
  }
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_OPENED);
  fail_unless_equals_int (i, 49);
}

GST_END_TEST;

GST_START_TEST (health_flush_starts_a_new_timeline)
{
  Probe probe;

  probe_init (&probe);
  probe.config.startup_timeout = ALERT_NEVER;
  health_configure (&probe.health, &probe.config);
  fail_unless_equals_int (run (&probe, 1000, 1100, 1.0), 1049);
  health_on_flush (&probe.health, 1050 * FRAME);
  collect (&probe);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_CLOSED);
  feed (&probe, 0, 1051 * FRAME, 1.0);
  fail_unless_equals_int (probe.n_events, 0);
  fail_unless_equals_uint64 (probe.health.gaps.backwards, 0);
}

GST_END_TEST;

GST_START_TEST (health_switched_off_checks_close_and_stay_quiet)
{
  Probe probe;

  probe_init (&probe);
  run (&probe, 0, 100, 1.0);
  probe.config.checks &= ~(1u << HEALTH_CHECK_BLACK);
  health_configure (&probe.health, &probe.config);
  collect (&probe);
  expect_one (&probe, HEALTH_CHECK_BLACK, ALERT_CLOSED);
  fail_if (probe.events[0].ended);
  fail_unless_equals_int (run (&probe, 50, 500, 1.0), 500);
  /* Measured they are. */
  fail_unless_equals_float (probe.health.counters.luma.dark_ratio, 1.0);
}

GST_END_TEST;

GST_START_TEST (health_silence_turns_within_one_buffer)
{
  HealthStream stream = { 0, 0.0, FALSE, FALSE, TRUE, TRUE, FALSE };
  HealthBuffer buffer = { 0, 0, HEALTH_NONE, 20 * SECOND, 1000, FALSE, FALSE,
    FALSE
  };
  HealthContent content;
  Probe probe;

  probe_init (&probe);
  health_set_stream (&probe.health, &stream);
  memset (&content, 0, sizeof (content));
  content.have_audio = TRUE;
  content.audio_duration = 20 * SECOND;
  content.audio.n_changes = 2;
  content.audio.changes[0].offset = 2 * SECOND;
  content.audio.changes[0].silent = TRUE;
  content.audio.changes[1].offset = 9 * SECOND;
  content.audio.changes[1].silent = FALSE;
  content.audio.silent = FALSE;
  content.audio.peak = 0.5;
  health_on_buffer (&probe.health, &buffer, &content);
  collect (&probe);
  fail_unless_equals_int (probe.n_events, 2);
  expect (&probe, HEALTH_CHECK_SILENCE, ALERT_OPENED);
  fail_unless_equals_uint64 (probe.events[0].since, 2 * SECOND);
  fail_unless_equals_int (probe.events[1].action, ALERT_CLOSED);
  fail_unless_equals_uint64 (probe.events[1].duration, 7 * SECOND);
  fail_unless (health_peak_db (&probe.health) > -6.1);
}

GST_END_TEST;

static void
feed_dead_channel (Probe * probe, guint64 quiet)
{
  HealthStream stream = { 0, 0.0, FALSE, FALSE, TRUE, TRUE, FALSE };
  HealthBuffer buffer = { 0, 8000 * SECOND, HEALTH_NONE, SECOND, 1000, FALSE,
    FALSE, FALSE
  };
  HealthContent content;

  health_set_stream (&probe->health, &stream);
  memset (&content, 0, sizeof (content));
  content.have_audio = TRUE;
  content.audio_duration = SECOND;
  content.audio.peak = 0.5;
  content.audio.quiet_duration = quiet;
  health_on_buffer (&probe->health, &buffer, &content);
  collect (probe);
}

GST_START_TEST (health_calls_a_channel_dead_after_six_silences)
{
  Probe probe;

  probe_init (&probe);
  feed_dead_channel (&probe, 29 * SECOND);
  fail_unless_equals_int (probe.n_events, 0);
  feed_dead_channel (&probe, 30 * SECOND);
  expect_one (&probe, HEALTH_CHECK_DEAD_CHANNEL, ALERT_OPENED);
  fail_unless_equals_uint64 (probe.events[0].since, 7971 * SECOND);

  probe_init (&probe);
  probe.config.silence_duration = ALERT_NEVER;
  health_configure (&probe.health, &probe.config);
  feed_dead_channel (&probe, 7200 * SECOND);
  fail_unless_equals_int (probe.n_events, 0);
}

GST_END_TEST;

GST_START_TEST (health_stall_that_flaps_is_one_long_incident)
{
  Probe probe;
  guint i, opened = 0, closed = 0, e;

  /* Every 3 s something arrives, for three minutes. */
  probe_init (&probe);
  for (i = 0; i < 60; i++) {
    feed (&probe, i * FRAME, i * 3 * SECOND, 0.1);
    for (e = 0; e < probe.n_events; e++) {
      opened += probe.events[e].action == ALERT_OPENED;
      closed += probe.events[e].action == ALERT_CLOSED;
    }
  }
  fail_unless_equals_int (opened, 4);
  fail_unless_equals_int (closed, 3);
  /* Then it flows again, and that is told after ten seconds. */
  for (i = 0; i < 250; i++)
    feed (&probe, (60 + i) * FRAME, 177 * SECOND + i * FRAME, 0.1);
  fail_unless_equals_int (probe.n_events, 0);
  feed (&probe, 310 * FRAME, 187 * SECOND, 0.1);
  expect_one (&probe, HEALTH_CHECK_STALL, ALERT_CLOSED);
  fail_unless (probe.events[0].flapping);
}

GST_END_TEST;

/* Whatever comes, there is room for what it makes. */
GST_START_TEST (health_survives_nonsense)
{
  Probe probe;
  guint32 random = 1;
  guint i;

  probe_init (&probe);
  probe.config.silence_duration = 1;
  probe.config.black_duration = 1;
  probe.config.bitrate_min_bps = 1000;
  health_configure (&probe.health, &probe.config);
  for (i = 0; i < 20000; i++) {
    HealthBuffer buffer;
    HealthContent content;
    guint c;

    random = random * 1664525 + 1013904223;
    memset (&content, 0, sizeof (content));
    buffer.arrival = probe.now += random % (i % 7 == 0 ? 3 * SECOND : FRAME);
    buffer.pts =
        random % 11 == 0 ? HEALTH_NONE : (guint64) random << random % 32;
    buffer.dts = random % 13 == 0 ? buffer.pts / 2 : HEALTH_NONE;
    buffer.duration = random % 5 == 0 ? HEALTH_NONE - 2 : random;
    buffer.size = random;
    buffer.discont = random % 17 == 0;
    buffer.gap = random % 19 == 0;
    buffer.delta = random % 3 == 0;
    content.have_luma = random % 4 == 0;
    content.have_freeze = content.have_luma && random % 3 == 0;
    content.freeze.still = random % 5 != 0;
    content.luma.dark_ratio = random % 2;
    content.have_audio = random % 8 == 1;
    content.audio_duration = 3 * SECOND;
    content.audio.n_changes = SILENCE_MAX_CHANGES;
    for (c = 0; c < SILENCE_MAX_CHANGES; c++) {
      content.audio.changes[c].offset = c * 350 * MS;
      content.audio.changes[c].silent = c % 2 == 0;
    }
    health_on_buffer (&probe.health, &buffer, &content);
    if (random % 97 == 0)
      health_on_flush (&probe.health, probe.now);
    if (random % 101 == 0)
      health_on_end (&probe.health, probe.now);
    collect (&probe);
    health_on_timer (&probe.health, probe.now);
    collect (&probe);
  }
  fail_unless_equals_uint64 (probe.health.counters.buffers, 20000);
}

GST_END_TEST;

static Suite *
health_suite (void)
{
  Suite *s = suite_create ("health");
  TCase *tc = tcase_create ("health");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, health_of_a_good_stream_makes_no_event);
  tcase_add_test (tc, health_opens_freeze_after_its_duration_and_grows);
  tcase_add_test (tc, health_tells_black_as_black_and_not_as_freeze);
  tcase_add_test (tc, health_opens_black_after_its_duration_to_the_frame);
  tcase_add_test (tc, health_opens_a_stall_by_timer_alone);
  tcase_add_test (tc, health_tells_of_a_stall_that_the_timer_missed);
  tcase_add_test (tc, health_tells_when_nothing_comes_at_all);
  tcase_add_test (tc, health_takes_neither_pause_nor_end_for_a_stall);
  tcase_add_test (tc, health_closes_everything_at_the_end);
  tcase_add_test (tc, health_frame_rate_needs_seconds_of_missing_frames);
  tcase_add_test (tc, health_frame_rate_ignores_bursts);
  tcase_add_test (tc, health_bitrate_has_limits_on_both_sides);
  tcase_add_test (tc, health_follows_dts_where_there_are_some);
  tcase_add_test (tc, health_goes_by_arrival_where_nothing_is_stamped);
  tcase_add_test (tc, health_flush_starts_a_new_timeline);
  tcase_add_test (tc, health_switched_off_checks_close_and_stay_quiet);
  tcase_add_test (tc, health_silence_turns_within_one_buffer);
  tcase_add_test (tc, health_calls_a_channel_dead_after_six_silences);
  tcase_add_test (tc, health_stall_that_flaps_is_one_long_incident);
  tcase_add_test (tc, health_survives_nonsense);
  return s;
}

GST_CHECK_MAIN (health);
