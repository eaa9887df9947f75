/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the packager share; nobody else includes it. */
#pragma once

#include "packager.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean any;                 /* a video rendition that has not ended */
  gboolean lost;                /* nothing has come of any for too long */
  /* Up to where no boundary can come any more that is not known: video frames
   * arrive in order, and the next key frame lies behind the newest frame. */
  guint64 watermark;
  guint64 end_msn;              /* what ended had none from here on, or 0 */
} PackagerVideo;

/* packager.c */

PackagerTrack *packager_nth_track (const Packager * self, guint i);

/* From event `from` on they are this track's. */
void packager_mark_events (Packager * self, guint from,
    const PackagerTrack * track);

/* Takes `frame->data`.  FALSE when it was dropped. */
gboolean packager_segment_frame (Packager * self, PackagerTrack * track,
    SegmenterFrame * frame);

/* A GDestroyNotify for `pending`. */
void packager_free_frame (gpointer data);

/* packageraudio.c */

PackagerVideo packager_look_at_video (const Packager * self);
guint64 packager_media_end (const PackagerTrack * track);
gboolean packager_may_conceal (const Packager * self,
    const PackagerTrack * track);
void packager_drain_all_audio (Packager * self);

/* packagersilence.c */

void packager_give_up_laggards (Packager * self);

/* What is due at `now`. */
void packager_run_clock (Packager * self);

G_END_DECLS
