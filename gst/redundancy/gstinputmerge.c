/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; nothing is pushed or called under it.
 * Threads: sources' (put), the reader's, the controller of redundantsrc and the
 * application (facts). */
#include "gstinputmerge.h"

#include "gstinputchain.h"
#include "tsmerge.h"

/* What may wait for the reader.  It only pushes into a jitterbuffer. */
#define MAX_QUEUED_BYTES (16 * 1024 * 1024)
#define LIVE_TIME GST_SECOND
/* MPEG-TS packets that are due go on in one buffer, up to so many. */
#define MAX_TOGETHER 70

typedef struct
{
  gboolean used;
  guint ticket;                 /* of its connection; 0: none */
  gint64 last_data;             /* us */
} Member;

struct _GstInputMerge
{
  gint refcount;                /* atomic */
  gchar *uri;                   /* fixed */
  guint64 window;               /* fixed, ns */

  GMutex lock;
  GCond cond;
  /* Under the lock. */
  RtpMerge *rtp;                /* one of the two */
  TsMerge *ts;
  GstClockTimeDiff shift;       /* running time - monotonic, TS only */
  Member members[GST_INPUT_MERGE_MAX_PATHS];
  guint tickets;
  guint reader;                 /* 0: none */
  guint readers;
  GQueue queue;                 /* GstBuffer */
  gsize queued;                 /* bytes */
  guint64 overflows;
};

GstInputMergeForm
gst_input_merge_form (const gchar * uri)
{
  switch (gst_input_kind (uri)) {
    case GST_INPUT_KIND_RTP:
      return GST_INPUT_MERGE_RTP;
    case GST_INPUT_KIND_UDP:
    case GST_INPUT_KIND_SRT:
    case GST_INPUT_KIND_PATIENT:
      return GST_INPUT_MERGE_TS;
    case GST_INPUT_KIND_RTMP:
    case GST_INPUT_KIND_PAD:
    case GST_INPUT_KIND_MERGE:
    case GST_INPUT_KIND_ANY:
      return GST_INPUT_MERGE_NONE;
  }
  g_assert_not_reached ();
}

GstInputMerge *
gst_input_merge_new (const gchar * uri, guint64 window)
{
  GstInputMerge *self = g_new0 (GstInputMerge, 1);

  self->refcount = 1;
  self->uri = g_strdup (uri);
  self->window = window;
  if (gst_input_merge_form (uri) == GST_INPUT_MERGE_TS)
    self->ts = ts_merge_new (window);
  else
    self->rtp = rtp_merge_new (window);
  g_queue_init (&self->queue);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

GstInputMerge *
gst_input_merge_ref (GstInputMerge * self)
{
  g_atomic_int_inc (&self->refcount);
  return self;
}

void
gst_input_merge_unref (GstInputMerge * self)
{
  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  g_queue_clear_full (&self->queue, (GDestroyNotify) gst_buffer_unref);
  g_clear_pointer (&self->rtp, rtp_merge_free);
  g_clear_pointer (&self->ts, ts_merge_free);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self->uri);
  g_free (self);
}

const gchar *
gst_input_merge_get_uri (GstInputMerge * self)
{
  return self->uri;
}

guint64
gst_input_merge_get_window (GstInputMerge * self)
{
  return self->window;
}

static void
reset_path_locked (GstInputMerge * self, gint path)
{
  if (self->ts != NULL)
    ts_merge_reset_path (self->ts, path);
  else
    rtp_merge_reset_path (self->rtp, path);
}

gint
gst_input_merge_add_path (GstInputMerge * self)
{
  gint path = -1, i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < GST_INPUT_MERGE_MAX_PATHS && path < 0; i++) {
    if (!self->members[i].used)
      path = i;
  }
  if (path >= 0)
    self->members[path].used = TRUE;
  g_mutex_unlock (&self->lock);
  return path;
}

void
gst_input_merge_remove_path (GstInputMerge * self, gint path)
{
  static const Member none;

  g_mutex_lock (&self->lock);
  self->members[path] = none;
  reset_path_locked (self, path);
  g_mutex_unlock (&self->lock);
}

guint
gst_input_merge_open_path (GstInputMerge * self, gint path)
{
  guint ticket;

  g_mutex_lock (&self->lock);
  ticket = self->members[path].ticket = ++self->tickets;
  reset_path_locked (self, path);
  g_mutex_unlock (&self->lock);
  return ticket;
}

/* Takes `buffer`. */
static void
enqueue_locked (GstInputMerge * self, GstBuffer * buffer)
{
  if (self->reader == 0) {
    gst_buffer_unref (buffer);
    return;
  }
  self->queued += gst_buffer_get_size (buffer);
  g_queue_push_tail (&self->queue, buffer);
  while (self->queued > MAX_QUEUED_BYTES) {
    GstBuffer *oldest = g_queue_pop_head (&self->queue);

    self->queued -= gst_buffer_get_size (oldest);
    self->overflows++;
    gst_buffer_unref (oldest);
  }
  g_cond_signal (&self->cond);
}

/* At the time when the quickest member would have brought it: neither a loss
 * nor a change of members is a jump of the clock to a jitterbuffer.  Members
 * with an SSRC of their own get that of the stream. */
static GstBuffer *
restamp (GstBuffer * buffer, const RtpMergeResult * result)
{
  GstClockTime stamp = GST_BUFFER_DTS_OR_PTS (buffer);
  guint8 ssrc[4], has[4] = { 0, };

  GST_WRITE_UINT32_BE (ssrc, result->ssrc);
  gst_buffer_extract (buffer, 8, has, sizeof (has));
  if (memcmp (ssrc, has, sizeof (ssrc)) == 0) {
    buffer = gst_buffer_copy (buffer);
  } else {
    buffer = gst_buffer_copy_deep (buffer);
    gst_buffer_fill (buffer, 8, ssrc, sizeof (ssrc));
  }
  if (GST_CLOCK_TIME_IS_VALID (stamp))
    stamp -= MIN (stamp, result->skew);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = stamp;
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (result->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  return buffer;
}

/* FALSE: it is nothing that could be merged. */
static gboolean
put_rtp_locked (GstInputMerge * self, gint path, GstBuffer * buffer,
    const GstMapInfo * map, guint64 now)
{
  RtpMergeResult result = rtp_merge_take (self->rtp, path, map->data,
      map->size, now);

  if (result.verdict == RTP_MERGE_FIRST)
    enqueue_locked (self, restamp (buffer, &result));
  return result.verdict != RTP_MERGE_INVALID;
}

static gboolean
put_ts_locked (GstInputMerge * self, gint path, GstBuffer * buffer,
    const GstMapInfo * map, guint64 now)
{
  GstClockTime stamp = GST_BUFFER_DTS_OR_PTS (buffer);

  if (GST_CLOCK_TIME_IS_VALID (stamp))
    self->shift = GST_CLOCK_DIFF (now, stamp);
  g_cond_signal (&self->cond);
  return ts_merge_put (self->ts, path, map->data, map->size, now);
}

static void
put_locked (GstInputMerge * self, gint path, GstBuffer * buffer)
{
  gint64 now = g_get_monotonic_time ();
  gboolean valid;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  if (self->ts != NULL)
    valid = put_ts_locked (self, path, buffer, &map, (guint64) now * 1000);
  else
    valid = put_rtp_locked (self, path, buffer, &map, (guint64) now * 1000);
  gst_buffer_unmap (buffer, &map);
  if (valid)
    self->members[path].last_data = now;
}

void
gst_input_merge_put (GstInputMerge * self, gint path, guint ticket,
    GstBuffer * buffer)
{
  g_mutex_lock (&self->lock);
  if (self->members[path].ticket == ticket)
    put_locked (self, path, buffer);
  g_mutex_unlock (&self->lock);
}

gint64
gst_input_merge_last_data (GstInputMerge * self, gint path)
{
  gint64 last;

  g_mutex_lock (&self->lock);
  last = self->members[path].last_data;
  g_mutex_unlock (&self->lock);
  return last;
}

static void
get_path_locked (GstInputMerge * self, gint path, GstInputMergePath * facts)
{
  guint64 now = (guint64) g_get_monotonic_time () * 1000;

  if (self->ts != NULL)
    ts_merge_get_path (self->ts, path, &facts->path);
  else
    rtp_merge_get_path (self->rtp, path, &facts->path);
  facts->live = self->members[path].used && !facts->path.left
      && facts->path.last > 0 && now - facts->path.last <= LIVE_TIME;
}

void
gst_input_merge_get_path (GstInputMerge * self, gint path,
    GstInputMergePath * facts)
{
  g_mutex_lock (&self->lock);
  get_path_locked (self, path, facts);
  g_mutex_unlock (&self->lock);
}

void
gst_input_merge_get_info (GstInputMerge * self, GstInputMergeInfo * info)
{
  gboolean copies = FALSE;
  guint i;

  info->live = 0;
  info->skew = 0;
  g_mutex_lock (&self->lock);
  for (i = 0; i < GST_INPUT_MERGE_MAX_PATHS; i++) {
    GstInputMergePath facts;

    get_path_locked (self, i, &facts);
    copies |= facts.path.duplicates > 0;
    if (facts.live) {
      info->live++;
      info->skew = MAX (info->skew, facts.path.skew);
    }
  }
  info->locked = info->live > 1 && copies;
  info->lost = self->ts != NULL ? ts_merge_get_lost (self->ts)
      : rtp_merge_get_lost (self->rtp);
  info->overflows = self->overflows;
  g_mutex_unlock (&self->lock);
}

guint
gst_input_merge_open_reader (GstInputMerge * self)
{
  guint reader;

  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->queue, (GDestroyNotify) gst_buffer_unref);
  self->queued = 0;
  reader = self->reader = ++self->readers;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return reader;
}

void
gst_input_merge_close_reader (GstInputMerge * self, guint reader)
{
  g_mutex_lock (&self->lock);
  if (self->reader == reader)
    self->reader = 0;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* All MPEG-TS packets that are due.  NULL: none before `until` (us, or
 * -1). */
static GstBuffer *
take_ts_locked (GstInputMerge * self, gint64 * until)
{
  guint64 now = (guint64) g_get_monotonic_time () * 1000, deadline;
  GByteArray *bytes = NULL;
  GstClockTimeDiff stamp = 0;
  g_autoptr (GBytes) wrapped = NULL;
  TsMergePacket packet;
  gboolean discont = FALSE;
  GstBuffer *buffer;
  guint n;

  for (n = 0; n < MAX_TOGETHER && ts_merge_next (self->ts, now, &packet,
          &deadline); n++) {
    if (n == 0) {
      bytes = g_byte_array_new ();
      stamp = (GstClockTimeDiff) packet.time + self->shift;
    }
    discont |= packet.discont;
    g_byte_array_append (bytes, packet.data, TS_MERGE_PACKET);
  }
  if (bytes == NULL) {
    *until = deadline == G_MAXUINT64 ? -1 : (gint64) (deadline / 1000) + 1;
    return NULL;
  }
  wrapped = g_byte_array_free_to_bytes (bytes);
  buffer = gst_buffer_new_wrapped_bytes (wrapped);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = MAX (stamp, 0);
  if (discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  return buffer;
}

static GstBuffer *
take_queued_locked (GstInputMerge * self)
{
  GstBuffer *buffer = g_queue_pop_head (&self->queue);

  if (buffer != NULL)
    self->queued -= gst_buffer_get_size (buffer);
  return buffer;
}

GstBuffer *
gst_input_merge_read (GstInputMerge * self, guint reader)
{
  GstBuffer *buffer = NULL;

  g_mutex_lock (&self->lock);
  while (self->reader == reader) {
    gint64 until = -1;

    buffer = self->ts != NULL ? take_ts_locked (self, &until)
        : take_queued_locked (self);
    if (buffer != NULL)
      break;
    if (until < 0)
      g_cond_wait (&self->cond, &self->lock);
    else
      g_cond_wait_until (&self->cond, &self->lock, until);
  }
  g_mutex_unlock (&self->lock);
  return buffer;
}
