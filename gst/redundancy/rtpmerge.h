/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RTP_MERGE_MAX_PATHS 8

/* Widest window, ns (AWS MediaConnect's as well). */
#define RTP_MERGE_MAX_WINDOW G_GUINT64_CONSTANT (15000000000)

typedef enum
{
  RTP_MERGE_FIRST,              /* the first copy: goes on at once */
  RTP_MERGE_DUPLICATE,          /* another path was quicker */
  RTP_MERGE_LATE,               /* its place has passed */
  RTP_MERGE_PROBATION,          /* of another stream, perhaps */
  RTP_MERGE_STRANGER,           /* the path has left: its data is unlike */
  RTP_MERGE_INVALID,            /* no RTP (RFC 3550 5.1) */
} RtpMergeVerdict;

typedef struct
{
  RtpMergeVerdict verdict;
  gboolean discont;             /* FIRST of another stream than before */
  gboolean left;                /* STRANGER: it has just now */
  guint32 ssrc;                 /* of the stream that goes on */
  guint64 skew;                 /* ns, of its path behind the quickest one */
} RtpMergeResult;

/* What one path did; counts are of packets and only rise. */
typedef struct
{
  guint64 received;
  guint64 first;                /* it was the first to bring them */
  guint64 duplicates;
  guint64 late;
  guint64 unlike;               /* same number, other bytes */
  guint64 lost;                 /* only others have brought them */
  guint64 invalid;
  guint64 skew, skew_min, skew_max;     /* ns behind the quickest */
  guint64 last;                 /* ns, newest of the stream, 0: none */
  gboolean left;
} RtpMergePath;

/* Makes one of the same RTP stream that comes over several paths (SMPTE ST
 * 2022-7), ahead of any jitterbuffer: the first copy of each packet goes on
 * without delay, later ones do not.  A copy that comes more than `window`
 * behind those that follow it is late and dropped, since a jitterbuffer takes
 * a run of old packets for a restart.  Copies are the same when their numbers
 * and bytes are (SSRC, which gateways rewrite, and header extensions are not
 * looked at).  A path whose bytes differ under the same numbers leaves, and so
 * does one that brings nothing else but another stream for 1 s and twice the
 * window, while others go on.
 *
 * The sender's restart, with another SSRC or far from the numbers before, is
 * another stream: two packets in a row of it on one path, while no path goes on
 * with the old one, and it is the one (RFC 3550 A.1).
 *
 * Not thread-safe; `now` is ns of a clock that only rises. */
typedef struct _RtpMerge RtpMerge;

RtpMerge *rtp_merge_new (guint64 window);
void rtp_merge_free (RtpMerge * self);

void rtp_merge_set_window (RtpMerge * self, guint64 window);

/* The path's connection is another one: what is known of it is forgotten, its
 * counts are not. */
void rtp_merge_reset_path (RtpMerge * self, guint path);

RtpMergeResult rtp_merge_take (RtpMerge * self, guint path, const guint8 * data,
    gsize size, guint64 now);

void rtp_merge_get_path (const RtpMerge * self, guint path,
    RtpMergePath * facts);

/* Packets that no path has brought; of those that may still come nothing is
 * said. */
guint64 rtp_merge_get_lost (const RtpMerge * self);

G_END_DECLS
