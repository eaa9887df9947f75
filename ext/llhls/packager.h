/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "multivariant.h"
#include "pace.h"
#include "playlistrender.h"
#include "segmenter.h"
#include "statefile.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 target;               /* ns */
  guint64 part;                 /* ns */
  guint64 window;               /* ns */
  guint64 start_timeout;        /* ns that a silent rendition is waited for */
  gchar *prefix;                /* of media names */
  /* ns that a part is waited for beyond the moment when it should have been
   * complete; 0 is its own duration, PACKAGER_NONE for ever. */
  guint64 gap_timeout;
  /* Frames' times are those of a clock that others share: numbers follow from
   * them, and the same frames give the same bytes. */
  gboolean exact;
  gboolean event;               /* nothing leaves the playlists */
} PackagerConfig;

typedef enum
{
  PACKAGER_TRACK_WAITING,       /* no media yet */
  PACKAGER_TRACK_ALIVE,
  PACKAGER_TRACK_SILENT,        /* what is missing is listed by the clock */
} PackagerTrackState;

/* One rendition: what comes in on one pad and goes out as one playlist. */
typedef struct
{
  guint index;
  gboolean video;
  PackagerTrackState state;
  gboolean ended;
  guint64 end_msn;              /* of the segment behind its last, when ended */
  gboolean removed;             /* its pad is gone */
  gboolean withdrawn;           /* and nothing but gaps is listed of it */
  guint epoch;                  /* times it was flushed */
  guint64 seen;                 /* ns, time of the newest frame */
  guint64 arrived;              /* ns, `now` of the newest frame */
  guint64 taken;                /* ns, `now` of the newest one not dropped */
  guint64 late_since;           /* ns, `now`, or PACKAGER_NONE */
  Pace pace;
  guint64 dropped;              /* frames */
  guint64 late;                 /* of these, for their time was given up */
  gboolean wants_key;           /* the newest frame needs one that is missing */
  Segmenter segmenter;
  Playlist playlist;
  GQueue pending;               /* of SegmenterFrame, audio ahead of video */
  MultivariantRendition info;
} PackagerTrack;

/* Makes one presentation out of several renditions: they share the timeline,
 * audio follows the boundaries that video decides, and nothing is shown before
 * each of them has something or has been waited for long enough.  Media that
 * does not come in time is listed as missing, by the clock, one or all
 * renditions alike.  `now` is any clock that stands still while the pipeline is
 * paused.
 * Owned by one caller, who locks. */
typedef struct
{
  PackagerConfig config;
  PlaylistSettings settings;
  Timeline timeline;
  GPtrArray *tracks;            /* of PackagerTrack */
  GArray *events;               /* of SegmenterEvent; the caller empties it */
  gboolean open;                /* PART-TARGET is fixed, playlists may show */
  gboolean settled;             /* that is known already, when exact */
  gboolean ended;
  guint64 date;                 /* ns since 1970 of running time 0 */
  guint64 now;                  /* ns, as last told */
  guint64 first_frame_at;       /* `now` of the first frame, NONE before */
  StateFile restored;           /* of the process before; a target of 0: none */
  guint epoch;
  gint64 shift, last_shift;     /* ns from running time to media time */
} Packager;

#define PACKAGER_NONE G_MAXUINT64

void packager_init (Packager * self, const PackagerConfig * config);
void packager_clear (Packager * self);

/* Goes on where another process ended: before packager_set_origin ().  Its
 * stream begins with a discontinuity. */
void packager_restore (Packager * self, const StateFile * state);

/* What another process has to know to go on; all but `start`.  Changes with the
 * timeline's next number. */
void packager_save (const Packager * self, StateFile * state);

/* Before the first frame, whose running time is `first_time`: `date` is the
 * wall clock (ns since 1970) at running time 0.  With `number_by_date` the
 * first segment's number follows from it, so that a restarted process does not
 * count backwards. */
void packager_set_origin (Packager * self, guint64 date,
    guint64 first_time, gboolean number_by_date);

/* Before or while others run.  Returns: (transfer none) */
PackagerTrack *packager_add_track (Packager * self, const gchar * name,
    gboolean video);

/* The pad is gone: its rendition goes on with gaps, as long as others run; when
 * the window holds nothing else of it, it is withdrawn. */
void packager_remove_track (Packager * self, PackagerTrack * track);

/* A pad of that name is there again; not after the presentation's end. */
void packager_resume_track (Packager * self, PackagerTrack * track);

/* A removed track of which no media is to be had any more, or never was.
 * Returns: (transfer none) (nullable) */
PackagerTrack *packager_find_gone (const Packager * self);

/* Frees such a track; those behind it move up.  Not while there are events. */
void packager_forget_track (Packager * self, PackagerTrack * track);

/* In force from the next frame at which it can be. */
void packager_set_format (Packager * self, PackagerTrack * track,
    const SegmenterFormat * format);

/* Takes `frame->data` (transfer full).  FALSE when the frame was dropped. */
gboolean packager_push (Packager * self, PackagerTrack * track,
    SegmenterFrame * frame, guint64 now);

/* After a flush that starts running time anew, media time goes on. */
void packager_flush (Packager * self, PackagerTrack * track,
    gboolean reset_time);

/* The last track's end is the presentation's. */
void packager_end_track (Packager * self, PackagerTrack * track);

/* When packager_on_timer () has something to do, or PACKAGER_NONE. */
guint64 packager_deadline (const Packager * self);
void packager_on_timer (Packager * self, guint64 now);

/* Running time of the next boundary, for key unit requests; PACKAGER_NONE
 * before the first. */
guint64 packager_due (const Packager * self);

/* `others` are renditions besides its tracks.  Returns: (transfer full) */
gchar *packager_render_multivariant (const Packager * self,
    const MultivariantRendition * const *others, guint n_others,
    const MultivariantSettings * settings);

G_END_DECLS
