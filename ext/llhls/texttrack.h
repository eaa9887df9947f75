/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "bandwidthmeter.h"
#include "multivariant.h"
#include "playlist.h"
#include "segmenter.h"
#include "timeline.h"
#include "webvtt.h"

G_BEGIN_DECLS

/* Cues that may still have to be shown, at one time. */
#define TEXT_TRACK_MAX_CUES 1024

/* A rendition of subtitles.  It follows the others: its segments lie on their
 * boundaries and its parts end with theirs, with or without a cue, so that it
 * never holds anything up.  A cue stands in each part and segment during which
 * it is shown.  Owned by one caller, no locks. */
typedef struct
{
  Playlist playlist;
  MultivariantRendition info;
  BandwidthMeter meter;
  GPtrArray *cues;              /* of TextTrackCue, by start */
  gboolean begun;               /* a segment is open */
  guint64 msn;
  guint64 start;                /* ns, of the open segment */
  guint64 end;                  /* ns, up to where parts were published */
  guint64 late;                 /* cues that came too late */
  guint64 refused;              /* cues that were too many */
  gboolean removed;             /* its pad is gone */
  guint64 removed_end;          /* behind the last segment until then, MSN */
} TextTrack;

/* Where the others are. */
typedef struct
{
  const Timeline *timeline;
  const Playlist *leader;       /* who is furthest, NULL = nobody is */
  guint64 position;             /* ns, up to where media was published */
  guint64 part;                 /* ns, PART-TARGET */
  guint64 date;                 /* ns since 1970 of time 0 */
} TextTrackGuide;

void text_track_init (TextTrack * self, const gchar * name,
    const gchar * prefix, guint64 window, guint target_duration);
void text_track_clear (TextTrack * self);

/* Takes `cue` (transfer full).  FALSE: it came too late or was one too many. */
gboolean text_track_add (TextTrack * self, WebvttCue * cue);

/* Publishes what can be; appends SegmenterEvent to `events`. */
void text_track_follow (TextTrack * self, const TextTrackGuide * guide,
    GArray * events);

/* The pad is gone, and is there again: the rendition goes on meanwhile. */
void text_track_remove (TextTrack * self);
void text_track_resume (TextTrack * self);

/* Removed, and nothing from before that is listed; is to be had. */
gboolean text_track_is_withdrawn (const TextTrack * self);
gboolean text_track_is_gone (const TextTrack * self);

/* The presentation is over. */
void text_track_end (TextTrack * self, const TextTrackGuide * guide,
    GArray * events);

G_END_DECLS
