/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "audioraster.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define MAX_RUNS 16

/* A new epoch that begins where the one before goes on is heard as one. */
#define EPOCH_TOLERANCE (SECOND / 100)

/* A stretch that one track serves; NULL is silence. */
typedef struct
{
  AudioTrack *track;
  gint64 begin;
  gint64 end;
  gboolean ends;                /* even if the same track comes after it */
} Run;

typedef struct
{
  AudioTrack **before;
  guint n_before;
  AudioTrack **after;
  guint n_after;
  gint64 cut;
  AudioTrack *filler;
  guint fade;
} Order;

gint64
audio_raster_sample (guint rate, gint64 time)
{
  gint64 seconds = time / SECOND, rest = time % SECOND;

  if (rest < 0) {
    seconds--;
    rest += SECOND;
  }
  return seconds * rate + rest * rate / SECOND;
}

guint64
audio_raster_time (const AudioRaster * self, guint64 position)
{
  return position / self->rate * SECOND
      + position % self->rate * SECOND / self->rate;
}

void
audio_raster_init (AudioRaster * self, guint rate, guint chunk, guint64 from)
{
  g_assert (rate > 0 && chunk > 0);
  self->rate = rate;
  self->chunk = self->fade = chunk;
  self->filler = NULL;
  self->started = FALSE;
  self->current = NULL;
  self->faded_in_at = G_MININT64 / 2;
  self->leaving = FALSE;
  self->heir = NULL;
  self->silence = 0;
  self->position = (guint64) audio_raster_sample (rate, from) / chunk * chunk;
  while (audio_raster_time (self, self->position) < from)
    self->position += chunk;
  self->begin = self->position;
}

guint64
audio_raster_skip_to (AudioRaster * self, guint64 time)
{
  guint64 skipped = 0;

  while (audio_raster_time (self, self->position + self->chunk) <= time) {
    self->position += self->chunk;
    skipped++;
  }
  return skipped;
}

/* A time that goes on is counted on, whatever made it another one. */
static gboolean
goes_on (const AudioTrack * self, guint rate, gint64 off, gint64 tolerance)
{
  gint64 limit = self->placed_epoch == self->epoch ? tolerance
      : EPOCH_TOLERANCE;

  return self->placed && ABS (off) <= audio_raster_sample (rate, limit);
}

/* Smoothed over a second, so that jitter of stamps is not heard as pitch. */
static void
steer (AudioTrack * self, guint rate, gint64 off, guint n)
{
  self->error += (off * 256 - self->error) * (gint64) MIN (n, rate)
      / (gint64) rate;
  audio_slew_steer (&self->slew, rate, self->error);
}

gint64
audio_track_place (AudioTrack * self, guint rate, gint64 mapped, guint n,
    gint64 tolerance, AudioSlewPlan * plan)
{
  /* Nearest sample, so that stamps rounded to ns do not lose one. */
  gint64 position = audio_raster_sample (rate, mapped + SECOND / rate / 2);
  gint64 off = position - self->slew.pending - self->next;

  if (goes_on (self, rate, off, tolerance)) {
    position = self->next;
    steer (self, rate, off, n);
  } else {
    self->resyncs += self->placed;
    self->error = 0;
    audio_slew_reset (&self->slew);
  }
  self->placed = TRUE;
  self->placed_epoch = self->epoch;
  audio_slew_plan (&self->slew, n, plan);
  self->next = position + plan->n_out;
  return position;
}

gboolean
audio_raster_replace (AudioRaster * self, const AudioTrack * track,
    AudioTrack * other)
{
  gboolean used = self->current == track || self->heir == track;

  if (self->current == track)
    self->current = other;
  if (self->heir == track)
    self->heir = other;
  return used;
}

/* The first of the tracks that has something at `at`.  `back` is where a
 * better one has something again. */
static void
pick_track (Run * run, AudioTrack ** tracks, guint n, gint64 * back)
{
  gint64 at = run->begin;
  guint i;

  for (i = 0; i < n && run->track == NULL; i++) {
    gint64 end = store_run_end (&tracks[i]->store, at, run->end);

    if (end > at) {
      run->track = tracks[i];
      run->end = MIN (run->end, end);
    } else {
      *back = MIN (*back, store_next_start (&tracks[i]->store, at));
    }
  }
}

/* Which track serves the sample at `at`, and up to where. */
static Run
run_at (const Order * order, gint64 at, gint64 limit)
{
  gboolean is_before = at < order->cut;
  Run run = { NULL, at, limit, FALSE };
  gint64 back = G_MAXINT64 / 2;

  if (is_before)
    run.end = MIN (run.end, order->cut);
  pick_track (&run, is_before ? order->before : order->after,
      is_before ? order->n_before : order->n_after, &back);
  /* An input that goes on stays for the fade of one that was not there. */
  if (run.track != NULL)
    back += order->fade;
  else if (order->filler != NULL)
    pick_track (&run, (AudioTrack **) & order->filler, 1, &back);
  run.end = MIN (run.end, back);
  return run;
}

/* From `from` on, as the order has it. */
static guint
plan_rest (const Order * order, gint64 from, gint64 to, Run * runs, guint n)
{
  while (from < to && n < MAX_RUNS) {
    Run run = run_at (order, from, to);
    if (n > 0 && runs[n - 1].track == run.track && !runs[n - 1].ends)
      runs[n - 1].end = run.end;
    else
      runs[n++] = run;
    from = run.end;
  }
  return n;
}

static gboolean
has_all (const AudioTrack * track, gint64 from, gint64 to)
{
  return track != NULL && store_run_end (&track->store, from, to) >= to;
}

/* A change that nothing announced: what was heard fades out all the same, if
 * it has something left. */
static void
leave_late (AudioRaster * self, const Order * order, gint64 from)
{
  gint64 end = from + self->fade;
  AudioTrack *next;

  if (self->leaving || self->fade == 0 || !has_all (self->current, from, end))
    return;
  next = run_at (order, from, end).track;
  if (next == self->current)
    return;
  self->leaving = TRUE;
  self->leaves_from = from;
  self->leaves_at = end;
  self->heir = has_all (next, from, end) ? next : NULL;
}

/* A fade that has begun goes on; its heir stays long enough to be left by a
 * fade again. */
static guint
plan (const AudioRaster * self, const Order * order, gint64 from, gint64 to,
    Run * runs)
{
  gint64 end = MIN (self->leaves_at, to), heir_end;

  if (!self->leaving || end <= from)
    return plan_rest (order, from, to, runs, 0);
  runs[0].track = self->current;
  runs[0].begin = from;
  runs[0].end = end;
  runs[0].ends = TRUE;
  if (self->heir == NULL)
    return plan_rest (order, end, to, runs, 1);
  heir_end = MIN (end + 2 * (gint64) self->fade, to);
  heir_end = MIN (store_run_end (&self->heir->store, end, heir_end), heir_end);
  if (heir_end <= end)
    return plan_rest (order, end, to, runs, 1);
  runs[1].track = self->heir;
  runs[1].begin = end;
  runs[1].end = heir_end;
  runs[1].ends = FALSE;
  return plan_rest (order, heir_end, to, runs, 2);
}

static gfloat
lerp (gfloat a, gfloat b, gint64 part, gint64 whole)
{
  return whole > 0 ? a + (b - a) * (gfloat) part / (gfloat) whole : b;
}

/* Adds the track's samples [from, to) with a gain that runs from a to b. */
static void
emit (const AudioRaster * self, AudioChunk * chunk, AudioTrack * track,
    gint64 from, gint64 to, gfloat a, gfloat b)
{
  gint64 at = from, base = self->position;

  while (at < to && chunk->n_spans < AUDIO_RASTER_MAX_SPANS) {
    const StoreItem *item = store_at (&track->store, at);
    AudioSpan *span;
    gint64 end;

    if (item == NULL)
      break;
    end = MIN (to, item->start + item->duration);
    end = MIN (end, store_next_start (&track->store, at));
    span = &chunk->spans[chunk->n_spans++];
    span->item = item;
    span->from = at - item->start;
    span->n = end - at;
    span->at = at - base;
    span->gain_from = lerp (a, b, at - from, to - from);
    span->gain_to = lerp (a, b, end - from, to - from);
    at = end;
  }
}

/* Gain of a fade-in that began at `begin`. */
static gfloat
gain_in (gint64 at, gint64 begin, gint64 fade)
{
  if (at >= begin + fade)
    return 1.0f;
  return at <= begin ? 0.0f : (gfloat) (at - begin) / (gfloat) fade;
}

typedef struct
{
  Run run;
  gint64 faded_in_at;           /* of this run's track */
  gint64 fade_out;              /* where its fade-out begins */
  gint64 fade;                  /* and how long it is */
  gboolean crosses;             /* the next track fades in meanwhile */
  AudioTrack *next;
} Part;

/* Samples [from, to) of one part with the product of its two ramps, which are
 * linear between the points where either begins or ends. */
static void
emit_part (const AudioRaster * self, AudioChunk * chunk, const Part * part,
    gint64 from, gint64 to)
{
  gint64 in_end = part->faded_in_at + self->fade;

  while (from < to) {
    gint64 end = to;
    gfloat a = gain_in (from, part->faded_in_at, self->fade), b;

    if (from < in_end)
      end = MIN (end, in_end);
    if (from < part->fade_out)
      end = MIN (end, part->fade_out);
    b = gain_in (end, part->faded_in_at, self->fade);
    if (from >= part->fade_out) {
      gfloat in_a = gain_in (from, part->fade_out, part->fade);
      gfloat in_b = gain_in (end, part->fade_out, part->fade);

      a *= 1.0f - in_a;
      b *= 1.0f - in_b;
      if (part->crosses)
        emit (self, chunk, part->next, from, end, in_a, in_b);
    }
    emit (self, chunk, part->run.track, from, end, a, b);
    from = end;
  }
}

/* How the run hands over to the one after it. */
static void
plan_hand_over (const AudioRaster * self, Part * part, const Run * next)
{
  const Run *run = &part->run;

  part->fade_out = G_MAXINT64;
  part->fade = 0;
  part->crosses = FALSE;
  part->next = NULL;
  if (next == NULL || run->track == NULL)
    return;
  part->next = next->track;
  part->fade_out = run->ends ? self->leaves_from
      : MAX (run->end - (gint64) self->fade, run->begin);
  part->fade = run->end - part->fade_out;
  /* One that did not begin to fade in cannot do so halfway. */
  part->crosses = run->ends ? self->heir != NULL && next->track == self->heir
      : has_all (next->track, part->fade_out, run->end);
}

/* Is a fade-out left for the next chunk? */
static void
remember_fade (AudioRaster * self, const Part * part, gint64 to)
{
  self->leaving = part->fade_out < to && part->run.end > to;
  self->leaves_from = part->fade_out;
  self->leaves_at = part->run.end;
  self->heir = part->crosses ? part->next : NULL;
}

/* The part becomes the current one where it differs from what was. */
static void
enter (AudioRaster * self, Part * part, gboolean crossed)
{
  AudioTrack *track = part->run.track;

  if (track != self->current) {
    /* What the output begins with has nothing before it to fade from. */
    self->faded_in_at = crossed || part->run.begin == self->begin
        ? G_MININT64 / 2 : part->run.begin;
    self->current = track;
  }
  if (track != NULL && track != self->filler)
    self->started = TRUE;
  part->faded_in_at = self->faded_in_at;
}

/* One part of the chunk; returns whether the next one has faded in by its
 * end. */
static gboolean
put_part (AudioRaster * self, AudioChunk * chunk, const Run * run,
    const Run * next, gboolean crossed)
{
  gint64 to = self->position + self->chunk, end = MIN (run->end, to);
  Part part = { *run, };

  enter (self, &part, crossed);
  plan_hand_over (self, &part, next);
  if (run->track != NULL)
    emit_part (self, chunk, &part, run->begin, end);
  if (run->track == NULL || run->track == self->filler)
    chunk->silence += end - run->begin;
  remember_fade (self, &part, to);
  chunk->last = run->track != self->filler ? run->track : NULL;
  /* It has faded out: should it come again it fades in. */
  if (next != NULL && run->end <= to && !part.crosses)
    self->current = NULL;
  return part.crosses;
}

void
audio_raster_next (AudioRaster * self, gint64 cut,
    AudioTrack ** before, guint n_before, AudioTrack ** after, guint n_after,
    AudioChunk * chunk)
{
  Order order = { before, n_before, after, n_after, cut, self->filler,
    self->fade
  };
  gint64 from = self->position, to = from + self->chunk;
  gboolean crossed = FALSE;
  Run runs[MAX_RUNS];
  guint i, n;

  chunk->n_spans = 0;
  chunk->silence = 0;
  chunk->last = NULL;
  leave_late (self, &order, from);
  /* One fade ahead, to fade out before an end and not after it. */
  n = plan (self, &order, from, to + self->fade, runs);
  for (i = 0; i < n && runs[i].begin < to; i++) {
    crossed = put_part (self, chunk, &runs[i], i + 1 < n ? &runs[i + 1] : NULL,
        crossed);
  }
  if (self->started)
    self->silence += chunk->silence;
  self->position = to;
  /* The hand-over happens exactly at the chunk's end: already cross-faded. */
  if (crossed && i < n && runs[i].begin == to) {
    self->current = runs[i].track;
    self->faded_in_at = G_MININT64 / 2;
  }
}
