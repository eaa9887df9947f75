/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever the shown input does, while a standby lives each slot of the output
 * has a fresh picture and each sample is there. */
#include "switchrig.h"

#define HOUR (3600 * GST_SECOND)
#define OTHER_VIDEO_CAPS "video/x-raw,format=GRAY8,width=16,height=8," \
    "framerate=25/1"
#define OTHER_AUDIO_CAPS "audio/x-raw,format=S16LE,rate=44100,channels=2," \
    "layout=interleaved"

typedef enum
{
  STALL,
  EOS,
  OTHER_CAPS,
  JUMP_AHEAD,
  JUMP_BACK,
  GAPS,
  LATE,
  FROZEN_STAMPS,
  NO_STAMPS,
  HALF_SPEED,
  FLUSH,
  NEW_STREAM,
  RELEASE,
  N_FAULTS
} Fault;

/* *INDENT-OFF* */
static const struct
{
  const gchar *name;
  gboolean stays;               /* the input goes on to be shown */
} faults[N_FAULTS] = {
  [STALL] = {"stall", FALSE},
  [EOS] = {"eos", FALSE},
  [OTHER_CAPS] = {"other caps", FALSE},
  [JUMP_AHEAD] = {"an hour ahead", TRUE},
  [JUMP_BACK] = {"an hour back", TRUE},
  [GAPS] = {"gaps", FALSE},
  [LATE] = {"late", FALSE},
  [FROZEN_STAMPS] = {"frozen stamps", FALSE},
  [NO_STAMPS] = {"no stamps", TRUE},
  [HALF_SPEED] = {"half speed", FALSE},
  [FLUSH] = {"flush", FALSE},
  [NEW_STREAM] = {"new stream", TRUE},
  [RELEASE] = {"release", FALSE},
};
/* *INDENT-ON* */

/* Once, at `now`. */
static void
begin_fault (Rig * rig, Fault fault)
{
  switch (fault) {
    case EOS:
      gst_pad_push_event (rig->src[0], gst_event_new_eos ());
      break;
    case OTHER_CAPS:
      gst_pad_push_event (rig->src[0], gst_event_new_caps (gst_caps_from_string
              (rig->is_audio ? OTHER_AUDIO_CAPS : OTHER_VIDEO_CAPS)));
      break;
    case FLUSH:
      gst_pad_push_event (rig->src[0], gst_event_new_flush_start ());
      gst_pad_push_event (rig->src[0], gst_event_new_flush_stop (TRUE));
      break;
    case NEW_STREAM:
      begin_stream (rig, 0, rig->is_audio ? AUDIO_CAPS : VIDEO_CAPS, 0);
      break;
    case RELEASE:
      gst_pad_set_active (rig->src[0], FALSE);
      gst_element_release_request_pad (rig->element, rig->request[0]);
      gst_clear_object (&rig->request[0]);
      gst_clear_object (&rig->src[0]);
      break;
    case STALL:
    case JUMP_AHEAD:
    case JUMP_BACK:
    case GAPS:
    case LATE:
    case FROZEN_STAMPS:
    case NO_STAMPS:
    case HALF_SPEED:
    case N_FAULTS:
      break;
  }
}

/* What the input delivers at `now`, which is `since` the fault began; its
 * stamps are two hours ahead of the clock. */
static void
go_on (Rig * rig, Fault fault, GstClockTime now, GstClockTime since)
{
  GstClockTime stamp = now + 2 * HOUR;

  switch (fault) {
    case OTHER_CAPS:
      push (rig, 0, stamp);
      break;
    case JUMP_AHEAD:
      push (rig, 0, stamp + HOUR);
      break;
    case JUMP_BACK:
      push (rig, 0, stamp - HOUR);
      break;
    case GAPS:
      gst_pad_push_event (rig->src[0], gst_event_new_gap (stamp, FRAME));
      break;
    case LATE:
      push (rig, 0, stamp - MIN (since / 2, 700 * GST_MSECOND));
      break;
    case FROZEN_STAMPS:
      push (rig, 0, stamp - since);
      break;
    case NO_STAMPS:
      push (rig, 0, GST_CLOCK_TIME_NONE);
      break;
    case HALF_SPEED:
      push (rig, 0, stamp - since / 2);
      break;
    case NEW_STREAM:
      push (rig, 0, since);
      break;
    case STALL:
    case EOS:
    case FLUSH:
    case RELEASE:
    case N_FAULTS:
      break;
  }
}

/* Two seconds of both, then three of the fault. */
static void
play_fault (Rig * rig, Fault fault)
{
  GstClockTime now, begin = 2 * GST_SECOND;

  for (now = 0; now < 5 * GST_SECOND; now += FRAME) {
    advance (rig, now);
    push (rig, 1, now);
    if (now == begin)
      begin_fault (rig, fault);
    if (now < begin)
      push (rig, 0, now + 2 * HOUR);
    else
      go_on (rig, fault, now, now - begin);
  }
  advance (rig, now);
}

static void
check_one_stream (Rig * rig, Fault fault)
{
  fail_unless (check_time (rig) > 100, "%s", faults[fault].name);
  fail_unless_equals_int (rig->caps, 1);
  fail_unless_equals_int (rig->segments, 1);
  fail_unless_equals_int (rig->eos, 0);
  fail_unless_equals_uint64 (stat (rig, "switches"),
      faults[fault].stays ? 0 : 1);
}

/* No picture of an input comes again; some may be too many for the time they
 * claim. */
static void
check_order (Rig * rig)
{
  guint last_input = 0, last = 0, input, number;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    input = input_of (l->data, &number);
    if (input == last_input)
      fail_unless (number > last, "%u after %u", number, last);
    last_input = input;
    last = number;
  }
  g_mutex_unlock (&rig->lock);
}

GST_START_TEST (redundantswitch_has_a_fresh_picture_whatever_happens)
{
  Fault fault = __i__;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  play_fault (&rig, fault);
  check_one_stream (&rig, fault);
  fail_unless (stat (&rig, "frames-missed") == 0
      && stat (&rig, "repeated-frames") == 0, "%s: %u missed, %u repeated",
      faults[fault].name, (guint) stat (&rig, "frames-missed"),
      (guint) stat (&rig, "repeated-frames"));
  fail_unless_equals_uint64 (stat (&rig, "slate-frames"), 0);
  check_order (&rig);
  if (fault != FROZEN_STAMPS && fault != HALF_SPEED && fault != LATE)
    check_fresh (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

/* The inputs stand at 1000 and 2000: what is between is a fade. */
GST_START_TEST (redundantswitch_has_every_sample_whatever_happens)
{
  Fault fault = __i__;
  gint last = 0;
  GList *l;
  Rig rig;

  rig_init (&rig, 2);
  rig.is_audio = TRUE;
  rig_play (&rig, AUDIO_CAPS);
  play_fault (&rig, fault);
  check_one_stream (&rig, fault);
  fail_unless (stat (&rig, "samples-missed") == 0, "%s: %u missed",
      faults[fault].name, (guint) stat (&rig, "samples-missed"));
  for (l = g_list_last (rig.buffers); l != NULL; l = l->prev) {
    GstMapInfo map;
    gsize i;

    /* Twice the samples that there is time for: they are spliced. */
    if (fault == HALF_SPEED || fault == LATE)
      break;
    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (i = 0; i < map.size / 2; i++) {
      gint sample = ((gint16 *) map.data)[i];
      fail_unless (sample >= 999 && sample <= 2001, "%s: %d at %u ms",
          faults[fault].name, sample,
          (guint) (GST_BUFFER_PTS (l->data) / GST_MSECOND));
      fail_unless (last == 0 || ABS (sample - last) <= 4, "%s: %d after %d",
          faults[fault].name, sample, last);
      last = sample;
    }
    gst_buffer_unmap (l->data, &map);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_tells_of_an_input_that_is_late)
{
  const GstStructure *facts;
  GstMessage *message;
  guint64 behind = 0, since = 0, buffers = 0;
  GstClockTime now;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  /* Its queue grows until it is 700 ms behind; 600 are covered. */
  for (now = 2 * GST_SECOND; now < 3800 * GST_MSECOND; now += FRAME) {
    feed (&rig, 2, now, now + FRAME, 0);
    push (&rig, 0, now + FRAME - MIN ((now - 2 * GST_SECOND) / 2,
            700 * GST_MSECOND));
  }
  feed (&rig, 3, now, now + 3 * GST_SECOND, 0);
  message = pop_message (&rig, "redundantswitch-late");
  fail_unless (message != NULL);
  facts = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (facts, "state"), "open");
  fail_unless_equals_string (gst_structure_get_string (facts, "input"),
      "sink_0");
  fail_unless (gst_structure_get_uint64 (facts, "behind", &behind));
  fail_unless (behind > 10 * GST_MSECOND && behind <= 100 * GST_MSECOND);
  fail_unless (gst_structure_get_uint64 (facts, "since", &since));
  fail_unless (since >= 3200 * GST_MSECOND && since < 3400 * GST_MSECOND);
  gst_message_unref (message);
  message = pop_message (&rig, "redundantswitch-late");
  fail_unless (message != NULL);
  facts = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (facts, "state"),
      "close");
  fail_unless (gst_structure_get_uint64 (facts, "buffers", &buffers));
  fail_unless (buffers > 5);
  gst_message_unref (message);
  fail_unless (pop_message (&rig, "redundantswitch-late") == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantswitchfaults_suite (void)
{
  Suite *s = suite_create ("redundantswitchfaults");
  TCase *tc = tcase_create ("redundantswitchfaults");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc,
      redundantswitch_has_a_fresh_picture_whatever_happens, 0, N_FAULTS);
  tcase_add_loop_test (tc, redundantswitch_has_every_sample_whatever_happens, 0,
      N_FAULTS);
  tcase_add_test (tc, redundantswitch_tells_of_an_input_that_is_late);
  return s;
}

GST_CHECK_MAIN (redundantswitchfaults);
