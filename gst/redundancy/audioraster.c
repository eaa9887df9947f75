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
} Run;

typedef struct
{
  AudioTrack **before;
  guint n_before;
  AudioTrack **after;
  guint n_after;
  gint64 cut;
  AudioTrack *filler;
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

void
audio_raster_forget (AudioRaster * self, const AudioTrack * track)
{
  if (self->current == track)
    self->current = NULL;
}

/* Which track serves the sample at `at`, and up to where. */
static Run
run_at (const Order * order, gint64 at, gint64 limit)
{
  gboolean is_before = at < order->cut;
  AudioTrack **tracks = is_before ? order->before : order->after;
  guint n = is_before ? order->n_before : order->n_after;
  Run run = { NULL, at, limit };
  guint i;

  if (is_before)
    run.end = MIN (run.end, order->cut);
  for (i = 0; i < n; i++) {
    gint64 end = store_run_end (&tracks[i]->store, at, limit);
    if (end > at) {
      run.track = tracks[i];
      run.end = MIN (run.end, end);
      break;
    }
    /* A better track comes back there. */
    run.end = MIN (run.end, store_next_start (&tracks[i]->store, at));
  }
  if (run.track == NULL && order->filler != NULL) {
    gint64 end = store_run_end (&order->filler->store, at, limit);
    if (end > at)
      run.track = order->filler;
    else
      end = store_next_start (&order->filler->store, at);
    run.end = MIN (run.end, end);
  }
  return run;
}

static guint
plan (const Order * order, gint64 from, gint64 to, Run * runs)
{
  guint n = 0;

  while (from < to && n < MAX_RUNS) {
    Run run = run_at (order, from, to);
    if (n > 0 && runs[n - 1].track == run.track)
      runs[n - 1].end = run.end;
    else
      runs[n++] = run;
    from = run.end;
  }
  return n;
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
gain_in (gint64 at, gint64 begin, guint fade)
{
  if (at <= begin)
    return 0.0f;
  return at >= begin + fade ? 1.0f : (gfloat) (at - begin) / (gfloat) fade;
}

static gboolean
has_all (const AudioTrack * track, gint64 from, gint64 to)
{
  return track != NULL && store_run_end (&track->store, from, to) >= to;
}

typedef struct
{
  Run run;
  gint64 faded_in_at;           /* of this run's track */
  gint64 fade_out;              /* where its fade-out begins */
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
      gfloat in_a = gain_in (from, part->fade_out, self->fade);
      gfloat in_b = gain_in (end, part->fade_out, self->fade);

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
  part->fade_out = G_MAXINT64;
  part->crosses = FALSE;
  part->next = NULL;
  if (next == NULL || part->run.track == NULL)
    return;
  part->fade_out = part->run.end - (gint64) self->fade;
  part->crosses = has_all (next->track, part->fade_out, part->run.end);
  part->next = next->track;
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

void
audio_raster_next (AudioRaster * self, gint64 cut,
    AudioTrack ** before, guint n_before, AudioTrack ** after, guint n_after,
    AudioChunk * chunk)
{
  Order order = { before, n_before, after, n_after, cut, self->filler };
  gint64 from = self->position, to = from + self->chunk;
  gboolean crossed = FALSE;
  Run runs[MAX_RUNS];
  guint i, n;

  chunk->n_spans = 0;
  chunk->silence = 0;
  /* One fade ahead, to fade out before an end and not after it. */
  n = plan (&order, from, to + self->fade, runs);
  for (i = 0; i < n && runs[i].begin < to; i++) {
    Part part = { runs[i], };
    gint64 end = MIN (runs[i].end, to);

    enter (self, &part, crossed);
    plan_hand_over (self, &part, i + 1 < n ? &runs[i + 1] : NULL);
    crossed = part.crosses;
    if (part.run.track != NULL)
      emit_part (self, chunk, &part, runs[i].begin, end);
    if (part.run.track == NULL || part.run.track == self->filler)
      chunk->silence += end - runs[i].begin;
  }
  chunk->last = self->current != self->filler ? self->current : NULL;
  if (self->started)
    self->silence += chunk->silence;
  self->position = to;
  /* The hand-over happens exactly at the chunk's end: already cross-faded. */
  if (crossed && i < n && runs[i].begin == to) {
    self->current = runs[i].track;
    self->faded_in_at = G_MININT64 / 2;
  }
}
