/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cmafread.h"
#include "verdict.h"

G_BEGIN_DECLS

#define BMFF_NONE G_MAXUINT64

/* What the playlist says of a piece of media. */
typedef struct
{
  guint64 msn;
  gint64 part;                  /* -1: the whole segment */
  guint n_parts;                /* of a whole segment, as listed; 0: unknown */
  gboolean independent;
  gboolean holes;               /* a whole segment with parts that are gaps */
  gboolean vod;                 /* the playlist has ended */
  guint64 discontinuity;        /* number */
  guint64 duration;             /* ns */
  gboolean has_date;
  gint64 date;                  /* ns since 1970, of the segment */
  guint64 target;               /* ns, target duration; 0 = not known */
  const gchar *map;             /* URI in force, NULL for none */
  gboolean behind_gap;          /* a part, and the one before it is a gap */
} BmffListed;

/* One rendition's bytes.  Parts are to come in their order; whole segments at
 * any time behind their parts.  No locks. */
typedef struct
{
  Verdict *verdict;             /* not owned */
  gchar *name;
  GHashTable *inits;            /* URI to BmffInit */
  const BmffInit *init;         /* of the last media, or NULL */
  guint64 discontinuity;        /* number, of the last media */

  gboolean has_next;
  guint64 next_msn;             /* what follows the last piece */
  gint64 next_part;
  guint64 next_time;            /* ticks, where it must begin */
  gboolean has_sequence;
  guint32 sequence;             /* mfhd of the last chunk */

  GChecksum *parts;             /* of `parts_msn`, from part 0 on */
  guint64 parts_msn;
  gint64 parts_count;
  gchar *parts_digest;          /* of the last whole set of parts */
  guint64 digest_msn;
  gint64 digest_count;

  guint64 peak_bps;             /* of whole segments */
  guint64 segments, parts_read;
  guint64 begin_msn, begin_ns;  /* newest segment's media time */
} BmffTrack;

BmffTrack *bmff_track_new (Verdict * verdict, const gchar * name);
void bmff_track_free (BmffTrack * self);

void bmff_track_add_init (BmffTrack * self, const gchar * uri,
    const guint8 * data, gsize size);
void bmff_track_add_media (BmffTrack * self, const BmffListed * listed,
    const guint8 * data, gsize size);

G_END_DECLS
