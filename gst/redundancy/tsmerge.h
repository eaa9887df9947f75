/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "rtpmerge.h"

G_BEGIN_DECLS

#define TS_MERGE_MAX_PATHS RTP_MERGE_MAX_PATHS
#define TS_MERGE_PACKET 188

/* Makes one of the same MPEG-TS that comes over several paths without
 * sequence numbers.  One path leads; where a continuity counter of it (ISO/IEC
 * 13818-1 2.4.3.3) says that packets are missing, they are looked for on the
 * others between copies of their neighbours on that PID.  When it falls silent,
 * another one goes on behind the last packet that went out.  What goes out lies
 * `window` behind the quickest path, so that copies have the time to come.
 *
 * Null packets do not go out.  A path of which few packets are found on others
 * leaves, and so does the worse of two that are more than `window` apart.
 *
 * Not thread-safe; `now` is ns of a clock that only rises. */
typedef struct _TsMerge TsMerge;

TsMerge *ts_merge_new (guint64 window);
void ts_merge_free (TsMerge * self);

/* The path's connection is another one: what is known of it is forgotten, its
 * counts are not. */
void ts_merge_reset_path (TsMerge * self, guint path);

/* Takes what a path brings, in pieces of any size.  FALSE: nothing in it is
 * MPEG-TS. */
gboolean ts_merge_put (TsMerge * self, guint path, const guint8 * data,
    gsize size, guint64 now);

typedef struct
{
  const guint8 *data;           /* valid until the next call */
  guint64 time;                 /* ns: when the quickest path brought it */
  gboolean discont;             /* first of another stream than before */
} TsMergePacket;

/* The next packet that is due; FALSE when none is before `deadline` (or more
 * data). */
gboolean ts_merge_next (TsMerge * self, guint64 now, TsMergePacket * packet,
    guint64 * deadline);

/* Counts are of packets; `unlike` are those that no other path has. */
void ts_merge_get_path (const TsMerge * self, guint path,
    RtpMergePath * facts);

/* Packets that no path has brought, as far as counters tell. */
guint64 ts_merge_get_lost (const TsMerge * self);

G_END_DECLS
