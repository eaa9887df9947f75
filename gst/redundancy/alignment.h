/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ALIGNMENT_SAMPLES 64

/* What proves that two inputs show the same timeline, the surest last. */
typedef enum
{
  ALIGNMENT_NONE,               /* nothing does: arrival has to do */
  ALIGNMENT_PTS,                /* the same stamps, to the ns */
  ALIGNMENT_TIMECODE,           /* time of day */
  ALIGNMENT_RTCP,               /* sender's NTP time */
  ALIGNMENT_REFERENCE,          /* time since 1970 in the data */
  ALIGNMENT_N_KINDS
} AlignmentKind;

typedef struct
{
  guint64 n;                    /* ever */
  gint64 references[ALIGNMENT_SAMPLES]; /* ring, ns */
  gint64 lags[ALIGNMENT_SAMPLES];       /* place less reference, ns */
} AlignmentEvidence;

/* What is known of one input: pairs of a reference and the place that its data
 * was given in the output, of one medium.  Plain data, one caller. */
typedef struct
{
  AlignmentEvidence evidence[ALIGNMENT_N_KINDS];
} Alignment;

/* A new connection. */
void alignment_init (Alignment * self);

/* Data with `reference` (ns, of that kind) was placed at `place` (ns). */
void alignment_add (Alignment * self, AlignmentKind kind, gint64 reference,
    gint64 place);

/* Do both show one timeline?  `later` is how much later than the first one's
 * the second one's same content is placed (ns), at most `limit` either way. */
AlignmentKind alignment_compare (const Alignment * one,
    const Alignment * other, gint64 limit, gint64 * later);

const gchar *alignment_nick (AlignmentKind kind);

G_END_DECLS
