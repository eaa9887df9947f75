/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "alignment.h"

#include <stdlib.h>

#define SECOND G_GINT64_CONSTANT (1000000000)
#define DAY (86400 * SECOND)

/* So many lags in a row, within half a frame, are one. */
#define STEADY_SAMPLES 16
#define STEADY (SECOND / 50)

/* So many stamps must be the same. */
#define SAME_STAMPS 12

void
alignment_init (Alignment * self)
{
  guint kind;

  for (kind = 0; kind < ALIGNMENT_N_KINDS; kind++)
    self->evidence[kind].n = 0;
}

void
alignment_add (Alignment * self, AlignmentKind kind, gint64 reference,
    gint64 place)
{
  AlignmentEvidence *evidence = &self->evidence[kind];
  guint i = evidence->n++ % ALIGNMENT_SAMPLES;

  evidence->references[i] = reference;
  evidence->lags[i] = place - reference;
}

static int
compare (const void *a, const void *b)
{
  gint64 one = *(const gint64 *) a, two = *(const gint64 *) b;

  return one < two ? -1 : one > two;
}

/* Median of the newest lags; FALSE when there are too few or they differ. */
static gboolean
steady_lag (const AlignmentEvidence * evidence, gint64 * lag)
{
  gint64 lags[STEADY_SAMPLES];
  guint i;

  if (evidence->n < STEADY_SAMPLES)
    return FALSE;
  for (i = 0; i < STEADY_SAMPLES; i++)
    lags[i] = evidence->lags[(evidence->n - 1 - i) % ALIGNMENT_SAMPLES];
  qsort (lags, STEADY_SAMPLES, sizeof (gint64), compare);
  *lag = lags[STEADY_SAMPLES / 2];
  /* From outside, so the difference may not fit. */
  return lags[STEADY_SAMPLES - 1] <= lags[0] + STEADY;
}

static gboolean
has (const AlignmentEvidence * evidence, gint64 reference)
{
  guint i, n = MIN (evidence->n, ALIGNMENT_SAMPLES);

  for (i = 0; i < n; i++) {
    if (evidence->references[i] == reference)
      return TRUE;
  }
  return FALSE;
}

/* Stamps that are multiples of their distance are those of anyone who counts
 * frames from 0: that they are the same proves nothing. */
static gboolean
counts_from_zero (gint64 reference, gint64 spacing)
{
  gint64 frames, off;

  if (spacing <= 0)
    return TRUE;
  frames = (reference + spacing / 2) / spacing;
  off = reference - frames * spacing;
  return ABS (off) <= ABS (frames) + 1000;
}

static gboolean
are_the_same (const AlignmentEvidence * one, const AlignmentEvidence * other)
{
  guint i, same = 0, n = MIN (other->n, ALIGNMENT_SAMPLES);

  for (i = 1; i < n; i++) {
    guint64 at = other->n - i;
    gint64 newer = other->references[at % ALIGNMENT_SAMPLES];
    gint64 older = other->references[(at - 1) % ALIGNMENT_SAMPLES];

    same += has (one, newer) && !counts_from_zero (newer, newer - older);
  }
  return same >= SAME_STAMPS;
}

static AlignmentKind
best_absolute (const Alignment * self, gint64 * lag)
{
  if (steady_lag (&self->evidence[ALIGNMENT_REFERENCE], lag))
    return ALIGNMENT_REFERENCE;
  return steady_lag (&self->evidence[ALIGNMENT_RTCP], lag) ? ALIGNMENT_RTCP
      : ALIGNMENT_NONE;
}

static gboolean
is_within (gint64 later, gint64 limit)
{
  return later <= limit && later >= -limit;
}

/* The shorter way round the day. */
static gint64
in_a_day (gint64 later)
{
  later %= DAY;
  if (later > DAY / 2)
    later -= DAY;
  else if (later < -DAY / 2)
    later += DAY;
  return later;
}

AlignmentKind
alignment_compare (const Alignment * one, const Alignment * other,
    gint64 limit, gint64 * later)
{
  gint64 a = 0, b = 0;
  AlignmentKind kind = best_absolute (one, &a);

  /* NTP's and Unix's time are the same here; the less sure one counts. */
  kind = MIN (kind, best_absolute (other, &b));
  *later = b - a;
  if (kind != ALIGNMENT_NONE && is_within (*later, limit))
    return kind;
  if (steady_lag (&one->evidence[ALIGNMENT_TIMECODE], &a)
      && steady_lag (&other->evidence[ALIGNMENT_TIMECODE], &b)) {
    *later = in_a_day (b - a);
    if (is_within (*later, limit))
      return ALIGNMENT_TIMECODE;
  }
  if (steady_lag (&one->evidence[ALIGNMENT_PTS], &a)
      && steady_lag (&other->evidence[ALIGNMENT_PTS], &b)) {
    *later = b - a;
    if (is_within (*later, limit)
        && are_the_same (&one->evidence[ALIGNMENT_PTS],
            &other->evidence[ALIGNMENT_PTS]))
      return ALIGNMENT_PTS;
  }
  *later = 0;
  return ALIGNMENT_NONE;
}

const gchar *
alignment_nick (AlignmentKind kind)
{
  switch (kind) {
    case ALIGNMENT_PTS:
      return "pts";
    case ALIGNMENT_TIMECODE:
      return "timecode";
    case ALIGNMENT_RTCP:
      return "rtcp";
    case ALIGNMENT_REFERENCE:
      return "reference";
    case ALIGNMENT_NONE:
    case ALIGNMENT_N_KINDS:
      break;
  }
  return "none";
}
