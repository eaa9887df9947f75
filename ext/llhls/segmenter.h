/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cmafchunk.h"
#include "lattice.h"
#include "playlist.h"
#include "timeline.h"

G_BEGIN_DECLS

#define SEGMENTER_NO_TIME G_MAXUINT64

/* How a rendition is coded from some frame on. */
typedef struct
{
  CmafKind kind;
  Lattice lattice;
  gboolean reordered;           /* pictures are not shown as decoded */
  gchar *map;                   /* name of the init section */
  guint64 longest;              /* ticks of a frame, where it is not constant */
  GBytes *silence;              /* a frame of sound without any, or NULL */
  guint32 silence_ticks;        /* its duration, where that is not constant */
} SegmenterFormat;

typedef struct
{
  guint64 time;                 /* ns, running time of presentation */
  guint64 duration;             /* ns, 0 when not known */
  CmafSampleKind kind;
  GBytes *data;
  gboolean scattered;           /* `data` is of nal_scatter_new () */
  guint32 ticks;                /* as its bytes tell, 0 when they do not */
} SegmenterFrame;

typedef enum
{
  SEGMENTER_PART,               /* part `part` of `msn` may be served */
  SEGMENTER_GAP_PART,           /* part `part` of `msn` has no media */
  SEGMENTER_SEGMENT,            /* `msn` is whole */
  SEGMENTER_GAP,                /* `count` segments from `msn` have no media */
  SEGMENTER_DISCONTINUITY,      /* `msn` begins with one */
  SEGMENTER_FORCED_CUT,         /* `msn` begins without a key frame */
} SegmenterEventType;

typedef struct
{
  SegmenterEventType type;
  guint track;                  /* filled in by the packager */
  guint64 msn;
  guint part;
  guint count;
  guint64 time;                 /* ns, running time */
  guint64 duration;             /* ns */
  gboolean concealed;           /* the part has silence for lost sound */
} SegmenterEvent;

typedef enum
{
  SEGMENTER_TAKEN,
  SEGMENTER_DROPPED_LATE,       /* its time was served or given up before */
  SEGMENTER_DROPPED_GAP,        /* its segment was given up */
  SEGMENTER_DROPPED_NO_KEY,     /* nothing before it to decode it with */
  SEGMENTER_DROPPED_FORMAT,     /* no boundary yet for the changed format */
} SegmenterResult;

/* Cuts one rendition into parts and segments.  A part is complete with its last
 * frame, since that frame's duration is known from the lattice; only a stream
 * without a frame rate waits for the next one.  What is missing is listed as
 * parts and segments without media, so that each segment begins where the last
 * one ended, except at a discontinuity.  Shares the timeline with the other
 * renditions; no locks. */
typedef struct
{
  Timeline *timeline;
  Playlist *playlist;
  GArray *events;               /* of SegmenterEvent, the caller empties it */
  guint64 part;                 /* ns, nominal */
  guint64 part_limit;           /* ns, none may be longer; 0 = no limit yet */
  guint64 date;                 /* ns since 1970 of running time 0 */
  gboolean leads;               /* may decide where segments begin */
  gboolean may_cut;             /* nobody has media: it may begin at once */
  gboolean newest;              /* no other rendition has newer pictures */
  /* Who gets the same frames makes the same bytes, whenever it started: only
   * whole parts and segments from their first frame on are shown. */
  gboolean exact;

  gboolean has_format, has_next;
  SegmenterFormat format, next;
  gboolean has_held;
  SegmenterFrame held;

  gboolean begun;               /* a segment is open */
  gboolean forced;              /* the open one began without a key frame */
  gboolean silent;              /* filled by the clock since the last frame */
  gboolean concealing, concealed;       /* silence is put in; was the last */
  gboolean broken;              /* a frame that others may need was dropped */
  gboolean holed;               /* frames are missing since the last key one */
  guint64 msn;
  guint64 origin;               /* ticks, of the grid of parts */
  guint64 segment_start;        /* ticks */
  guint64 end;                  /* ticks, of the last frame */
  guint64 last_key;             /* ns */
  guint64 key_interval, key_interval_before;    /* ns, the last two */
  gboolean loose;               /* exact, but out of it for too long */
  guint64 waits_since;          /* ns, first frame that a silence still cost */
  guint64 first_time;           /* ns, of the first frame behind a silence */

  GArray *samples;              /* of CmafSample, of the part in work */
  guint64 part_start;           /* ticks */
  guint64 part_index;           /* on the grid */
  gboolean part_independent, part_concealed;
  guint32 sequence;
  guint64 others;               /* ns, how far the other renditions are */
} Segmenter;

void segmenter_init (Segmenter * self, Timeline * timeline,
    Playlist * playlist, GArray * events, guint64 part, guint64 date);
void segmenter_clear (Segmenter * self);

/* From the next key frame on.  Copies `format`. */
void segmenter_set_format (Segmenter * self, const SegmenterFormat * format);

/* Takes `frame->data` (transfer full). */
SegmenterResult segmenter_push (Segmenter * self, SegmenterFrame * frame);

/* Forgets what was not yet published, as after a flush. */
void segmenter_flush (Segmenter * self);

/* No more frames for now: publishes what there is. */
void segmenter_drain (Segmenter * self);

/* No more frames at all: closes the segment, too. */
void segmenter_finish (Segmenter * self);

/* Gives up the segments before `msn`: nothing came for too long. */
void segmenter_give_up (Segmenter * self, guint64 msn);

/* Nothing came: lists the whole parts up to `time` (ns) as missing, as far as
 * the timeline has boundaries. */
void segmenter_fill (Segmenter * self, guint64 time);

/* Where the part in work, or the next one, ends at the latest, ns. */
guint64 segmenter_part_end (const Segmenter * self);

/* ns up to which media was taken, 0 at first. */
guint64 segmenter_position (const Segmenter * self);

/* Puts silence in the place of sound that does not come, up to `until` (ns) and
 * less than a frame more.  FALSE when it can't be done. */
gboolean segmenter_conceal (Segmenter * self, guint64 until);

/* The open segment, if it is `msn`, has media and nothing that is missing. */
gboolean segmenter_has_media (const Segmenter * self, guint64 msn);

/* Longest part that the format can give, ns. */
guint64 segmenter_longest_part (const Segmenter * self);

G_END_DECLS
