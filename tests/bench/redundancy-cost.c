/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a buffer costs, in CPU of all threads, beyond what it costs to be made
 * and pushed into a pad.  Every element is tried in each round, medians.
 *
 * cost: a clock of our own jumps ahead by a quarter of a second at a time, so
 * that what counts is code and not how often a thread is woken.
 *
 * live: the system's clock, one buffer at a time as a live source brings them.
 *
 * bench redundancy cost=video-1080p60-i420 floor-ns=.. identity-ns=.. ...
 */
#include "redundancy.h"

#define ROUNDS 7
#define LIVE_ROUNDS 3
#define LIVE_SECONDS 3
#define BATCHES_PER_SECOND 4
#define SECONDS 60              /* of stream in a round */

/* What redundantswitch holds back, and a little. */
#define LAG (700 * GST_MSECOND)

typedef enum
{
  AT_ONCE,                      /* comes out before the push returns */
  BY_CLOCK,                     /* when the clock shows its time */
  BEHIND,                       /* LAG later, in slots of its own */
} Manner;

typedef struct
{
  const gchar *name;
  const gchar *description;
  guint n_inputs;
  Manner manner;
} Subject;

static const Subject subjects[] = {
  {"floor", NULL, 1, AT_ONCE},
  {"identity", "identity", 1, AT_ONCE},
  {"input-selector", "input-selector", 1, AT_ONCE},
  {"input-selector-2", "input-selector sync-streams=false", 2, AT_ONCE},
  {"queue-clocksync", "queue max-size-bytes=0 ! clocksync", 1, BY_CLOCK},
  /* Holds back for as long as redundantswitch, so that it waits as often. */
  {"queue-clocksync-580ms", "queue max-size-bytes=0 ! "
        "clocksync ts-offset=580000000", 1, BEHIND},
  {"redundantswitch", "redundantswitch", 1, BEHIND},
  {"redundantswitch-2", "redundantswitch", 2, BEHIND},
};

#define N_SUBJECTS G_N_ELEMENTS (subjects)
#define PEER 4
#define LIVE_PEER 5
#define OURS 6
#define OURS_WITH_TWO 7

/* A clock that stands until it is set. */
typedef struct
{
  GstClock parent;
  GMutex lock;
  GCond cond;
  GstClockTime now;             /* under the lock */
} BenchClock;

typedef GstClockClass BenchClockClass;

GType bench_clock_get_type (void);

G_DEFINE_TYPE (BenchClock, bench_clock, GST_TYPE_CLOCK);

static GstClockTime
bench_clock_get_internal_time (GstClock * clock)
{
  BenchClock *self = (BenchClock *) clock;
  GstClockTime now;

  g_mutex_lock (&self->lock);
  now = self->now;
  g_mutex_unlock (&self->lock);
  return now;
}

static GstClockReturn
bench_clock_wait (GstClock * clock, GstClockEntry * entry,
    GstClockTimeDiff * jitter)
{
  BenchClock *self = (BenchClock *) clock;
  GstClockReturn result;

  g_mutex_lock (&self->lock);
  if (jitter != NULL)
    *jitter = GST_CLOCK_DIFF (GST_CLOCK_ENTRY_TIME (entry), self->now);
  while (GST_CLOCK_ENTRY_STATUS (entry) != GST_CLOCK_UNSCHEDULED
      && self->now < GST_CLOCK_ENTRY_TIME (entry))
    g_cond_wait (&self->cond, &self->lock);
  result = GST_CLOCK_ENTRY_STATUS (entry) == GST_CLOCK_UNSCHEDULED
      ? GST_CLOCK_UNSCHEDULED : GST_CLOCK_OK;
  g_mutex_unlock (&self->lock);
  return result;
}

static void
bench_clock_unschedule (GstClock * clock, GstClockEntry * entry)
{
  BenchClock *self = (BenchClock *) clock;

  g_mutex_lock (&self->lock);
  GST_CLOCK_ENTRY_STATUS (entry) = GST_CLOCK_UNSCHEDULED;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
bench_clock_set (BenchClock * self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  self->now = now;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
bench_clock_finalize (GObject * object)
{
  BenchClock *self = (BenchClock *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (bench_clock_parent_class)->finalize (object);
}

static void
bench_clock_class_init (BenchClockClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = bench_clock_finalize;
  klass->get_internal_time = bench_clock_get_internal_time;
  klass->wait = bench_clock_wait;
  klass->unschedule = bench_clock_unschedule;
}

static void
bench_clock_init (BenchClock * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

/* Up to where the stream must be out when all before `pushed` went in and the
 * clock shows no less. */
static GstClockTime
due (const Subject * subject, GstClockTime pushed)
{
  switch (subject->manner) {
    case AT_ONCE:
      return 0;
    case BY_CLOCK:
      return pushed;
    case BEHIND:
      return pushed > LAG ? pushed - LAG : 0;
  }
  g_assert_not_reached ();
}

static void
push_one (BenchRig * rig, GstMemory ** blocks, guint n)
{
  guint i;

  for (i = 0; i < rig->n_inputs; i++)
    gst_pad_push (rig->src[i], bench_media_buffer (rig->media, blocks, n));
}

/* CPU ns for each buffer that goes in (into each input). */
static gdouble
cost_round (const Subject * subject, const BenchMedia * media,
    GstMemory ** blocks)
{
  BenchClock *clock = g_object_new (bench_clock_get_type (), NULL);
  guint64 before, after;
  guint batch, n = 0;
  BenchRig rig;

  gst_object_ref_sink (clock);
  bench_rig_open (&rig, subject->description, subject->n_inputs, media,
      GST_CLOCK (clock), NULL);
  /* Its output begins, so that it begins where the stream does. */
  push_one (&rig, blocks, n++);
  g_usleep (50000);
  before = bench_cpu ();
  for (batch = 1; batch <= SECONDS * BATCHES_PER_SECOND; batch++) {
    GstClockTime now = batch * GST_SECOND / BATCHES_PER_SECOND;

    while (bench_media_time (media, n + 1) <= now)
      push_one (&rig, blocks, n++);
    bench_clock_set (clock, now);
    bench_rig_wait (&rig, due (subject, bench_media_time (media, n)));
  }
  after = bench_cpu ();
  bench_rig_close (&rig);
  gst_object_unref (clock);
  return (gdouble) (after - before) / n;
}

static gdouble
live_round (const Subject * subject, const BenchMedia * media,
    GstMemory ** blocks)
{
  GstClock *clock = gst_system_clock_obtain ();
  GstClockTime start;
  guint64 before, after;
  guint n = 0;
  BenchRig rig;

  bench_rig_open (&rig, subject->description, subject->n_inputs, media, clock,
      NULL);
  start = rig.element != NULL ? gst_element_get_base_time (rig.element)
      : gst_clock_get_time (clock);
  before = bench_cpu ();
  while (bench_media_time (media, n) < LIVE_SECONDS * GST_SECOND) {
    GstClockID id = gst_clock_new_single_shot_id (clock, start
        + bench_media_time (media, n));

    gst_clock_id_wait (id, NULL);
    gst_clock_id_unref (id);
    push_one (&rig, blocks, n++);
  }
  /* What was held back is part of it. */
  if (subject->manner == BEHIND)
    bench_rig_wait (&rig, LIVE_SECONDS * GST_SECOND - LAG / 10);
  after = bench_cpu ();
  bench_rig_close (&rig);
  gst_object_unref (clock);
  return (gdouble) (after - before) / n;
}

static void
tell (const gchar * what, const BenchMedia * media, const gdouble * ns,
    const gdouble * added, gdouble peer)
{
  guint i;

  g_print ("bench redundancy %s=%s floor-ns=%.0f", what, media->name, ns[0]);
  for (i = 1; i < N_SUBJECTS; i++)
    g_print (" %s-ns=%.0f", subjects[i].name, added[i]);
  g_print (" ratio-to-queue-clocksync=%.2f ratio-of-two-inputs=%.2f\n",
      added[OURS] / peer, added[OURS_WITH_TWO] / peer);
}

static void
run_case (gboolean is_live, const BenchMedia * media, guint rounds)
{
  gdouble values[N_SUBJECTS][ROUNDS], ns[N_SUBJECTS], added[N_SUBJECTS];
  GstMemory *blocks[BENCH_BLOCKS];
  guint i, k;

  for (i = 0; i < BENCH_BLOCKS; i++)
    blocks[i] = bench_media_block (media, i);
  for (k = 0; k < rounds; k++) {
    for (i = 0; i < N_SUBJECTS; i++) {
      values[i][k] = is_live ? live_round (&subjects[i], media, blocks)
          : cost_round (&subjects[i], media, blocks);
    }
  }
  for (i = 0; i < N_SUBJECTS; i++) {
    ns[i] = bench_median (values[i], rounds);
    /* Nearly all of a live floor is the source's sleep, which two inputs
     * share. */
    added[i] = ns[i] - ns[0] * (is_live ? 1 : subjects[i].n_inputs);
  }
  tell (is_live ? "live" : "cost", media, ns, added,
      added[is_live ? LIVE_PEER : PEER]);
  for (i = 0; i < BENCH_BLOCKS; i++)
    gst_memory_unref (blocks[i]);
}

int
redundancy_cost_run (void)
{
  run_case (FALSE, &bench_video, ROUNDS);
  run_case (FALSE, &bench_audio_f32, ROUNDS);
  run_case (FALSE, &bench_audio_s16, ROUNDS);
  run_case (FALSE, &bench_h264, ROUNDS);
  return 0;
}

int
redundancy_live_run (void)
{
  run_case (TRUE, &bench_video, LIVE_ROUNDS);
  run_case (TRUE, &bench_audio_f32, LIVE_ROUNDS);
  run_case (TRUE, &bench_h264, LIVE_ROUNDS);
  return 0;
}
