/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtpmerge.h"

#include <string.h>

/* Half the space of numbers: nearer than that, older and newer can be told
 * apart. */
#define SLOTS 32768
/* Numbers that are further off than this, and than what comes within two
 * windows, begin another stream. */
#define MAX_STEP 3000
/* Packets in a row that prove another stream (RFC 3550 MIN_SEQUENTIAL), and so
 * many where they might be late ones. */
#define MIN_SEQUENTIAL 2
#define MIN_LATE 5
/* Looked at behind a late packet for one that came in time. */
#define MAX_SCAN 1024
/* A path leaves when so many of its last compared ones are unlike. */
#define COMPARED 16
#define MAX_UNLIKE 4
/* Only another stream from a path for so long, ns, and it leaves. */
#define FOREIGN_TIME G_GUINT64_CONSTANT (1000000000)
/* How long the least and most skew are looked back for, ns. */
#define SKEW_BUCKET G_GUINT64_CONSTANT (2000000000)

#define HEADER 12

/* A number that was seen, or not when `number` is another one. */
typedef struct
{
  guint64 number;               /* extended, from 1 * 65536 on */
  guint64 arrival;              /* ns, of the first copy */
  guint64 hash;
  guint8 path;                  /* bit mask of those that have brought it */
} Slot;

typedef struct
{
  RtpMergePath facts;
  gboolean known;               /* has an SSRC */
  guint32 ssrc;
  guint64 foreign_since;        /* ns, 0: what it brings is of the stream */
  gboolean active;              /* has brought one */
  guint16 compared;             /* bit mask, newest lowest: unlike */
  guint n_compared;
  /* Another stream, perhaps. */
  guint run;                    /* packets in a row, 0: none */
  guint32 run_ssrc;
  guint16 run_next;
  /* Skew in the bucket under way and the one before. */
  guint64 bucket;               /* ns, its begin */
  guint64 least, most, least_before, most_before;
  gboolean has_skew, has_before;
} Path;

struct _RtpMerge
{
  guint64 window;
  gboolean begun;
  guint32 ssrc;                 /* that it began with */
  guint64 high;                 /* newest number */
  guint64 settled;              /* up to there losses are counted */
  guint64 lost;
  gboolean discont;             /* the next one is of another stream */
  Path paths[RTP_MERGE_MAX_PATHS];
  Slot slots[SLOTS];
};

typedef struct
{
  guint16 number;
  guint32 ssrc;
  guint64 hash;
} Packet;

RtpMerge *
rtp_merge_new (guint64 window)
{
  RtpMerge *self = g_new0 (RtpMerge, 1);

  rtp_merge_set_window (self, window);
  return self;
}

void
rtp_merge_free (RtpMerge * self)
{
  g_free (self);
}

void
rtp_merge_set_window (RtpMerge * self, guint64 window)
{
  self->window = MIN (window, RTP_MERGE_MAX_WINDOW);
}

void
rtp_merge_reset_path (RtpMerge * self, guint path)
{
  static const Path zero;
  Path *p = &self->paths[path];
  RtpMergePath facts = p->facts;

  g_assert (path < RTP_MERGE_MAX_PATHS);
  *p = zero;
  p->facts = facts;
  p->facts.left = FALSE;
  p->facts.skew = p->facts.skew_min = p->facts.skew_max = 0;
  p->facts.last = 0;
}

/* Packets */

/* Eight bytes at a time, since each packet of each path is read. */
static guint64
hash_bytes (guint64 hash, const guint8 * data, gsize size)
{
  guint64 word;

  for (; size >= sizeof (word); data += sizeof (word), size -= sizeof (word)) {
    memcpy (&word, data, sizeof (word));
    hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
  }
  for (; size > 0; data++, size--)
    hash = (hash ^ *data) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

/* RFC 3550 5.1; what is hashed is timestamp, marker, payload type and payload
 * with its padding. */
static gboolean
read_packet (Packet * packet, const guint8 * data, gsize size)
{
  gsize header, extension;

  if (size < HEADER || data[0] >> 6 != 2)
    return FALSE;
  header = HEADER + 4 * (data[0] & 15);
  if (size < header)
    return FALSE;
  if (data[0] & 0x10) {
    if (size < header + 4)
      return FALSE;
    extension = 4 + 4 * (data[header + 2] << 8 | data[header + 3]);
    if (size < header + extension)
      return FALSE;
    header += extension;
  }
  packet->number = data[2] << 8 | data[3];
  packet->ssrc = (guint32) data[8] << 24 | data[9] << 16 | data[10] << 8
      | data[11];
  packet->hash = hash_bytes (G_GUINT64_CONSTANT (0xcbf29ce484222325),
      data + 1, 1);
  packet->hash = hash_bytes (packet->hash, data + 4, 4);
  packet->hash = hash_bytes (packet->hash, data + header, size - header);
  return TRUE;
}

static Slot *
slot_of (RtpMerge * self, guint64 number)
{
  return &self->slots[number % SLOTS];
}

/* The number nearest to the newest one. */
static guint64
extend (const RtpMerge * self, guint16 number)
{
  return self->high + (gint16) (number - (guint16) self->high);
}

/* Losses */

/* What leaves the window can't come any more: who has not brought it has lost
 * it. */
static void
settle_slot (RtpMerge * self, guint64 number)
{
  const Slot *slot = slot_of (self, number);
  guint i;

  if (slot->number != number) {
    self->lost++;
    return;
  }
  for (i = 0; i < RTP_MERGE_MAX_PATHS; i++) {
    Path *path = &self->paths[i];

    if (path->active && !path->facts.left && !(slot->path & 1u << i))
      path->facts.lost++;
  }
}

/* Numbers leave the window with the first that was seen behind them. */
static void
settle (RtpMerge * self, guint64 now)
{
  guint64 seen = self->settled + 1;

  while (seen <= self->high) {
    while (slot_of (self, seen)->number != seen)
      seen++;
    if (now - slot_of (self, seen)->arrival <= self->window
        && self->high - self->settled < SLOTS - MAX_STEP)
      return;
    while (self->settled < seen)
      settle_slot (self, ++self->settled);
    seen++;
  }
}

/* Skew */

static void
turn_bucket (Path * path, guint64 now)
{
  path->bucket = now;
  path->least_before = path->least;
  path->most_before = path->most;
  path->has_before = path->has_skew;
  path->has_skew = FALSE;
}

static void
note_skew (Path * path, guint64 skew, guint64 now)
{
  if (now - path->bucket > SKEW_BUCKET)
    turn_bucket (path, now);
  path->least = path->has_skew ? MIN (path->least, skew) : skew;
  path->most = path->has_skew ? MAX (path->most, skew) : skew;
  path->has_skew = TRUE;
  path->facts.skew_min = path->has_before
      ? MIN (path->least, path->least_before) : path->least;
  path->facts.skew_max = path->has_before
      ? MAX (path->most, path->most_before) : path->most;
  path->facts.skew = path->facts.skew_min;
}

/* Streams */

static void
begin (RtpMerge * self, guint16 number, guint32 ssrc)
{
  guint i;

  self->discont = TRUE;
  self->begun = TRUE;
  self->ssrc = ssrc;
  /* Far enough from those of the stream before for no slot to be mistaken. */
  self->high = (self->high / 65536 + 2) * 65536 + number;
  self->settled = self->high - 1;
  for (i = 0; i < RTP_MERGE_MAX_PATHS; i++) {
    self->paths[i].active = FALSE;
    self->paths[i].run = 0;
    /* It has another one now, and may be ahead of what could prove it. */
    self->paths[i].known = FALSE;
  }
}

/* Somebody goes on with the stream. */
static gboolean
is_alive (const RtpMerge * self, guint64 now, guint but)
{
  guint i;

  for (i = 0; i < RTP_MERGE_MAX_PATHS; i++) {
    const Path *path = &self->paths[i];

    if (i != but && path->active && !path->facts.left
        && now - path->facts.last <= self->window)
      return TRUE;
  }
  return FALSE;
}

/* How far ahead of the newest one, or behind it, a number may be. */
static gint
reach (const RtpMerge * self)
{
  guint64 within = self->high - self->settled;

  return MAX (MAX_STEP, MIN (2 * within, SLOTS / 2));
}

/* Whether it belongs to the stream, as far as its numbers tell. */
static gboolean
is_near (const RtpMerge * self, const Path * path, const Packet * packet)
{
  gint step = (gint16) (packet->number - (guint16) self->high);

  return self->begun && ABS (step) <= reach (self)
      && (!path->known || path->ssrc == packet->ssrc);
}

/* TRUE when `needed` in a row are the proof of another stream. */
static gboolean
try_other (RtpMerge * self, guint index, const Packet * packet, guint needed,
    guint64 now)
{
  Path *path = &self->paths[index];

  if (path->run > 0 && path->run_ssrc == packet->ssrc
      && path->run_next == packet->number)
    path->run++;
  else
    path->run = 1;
  path->run_ssrc = packet->ssrc;
  path->run_next = packet->number + 1;
  return !self->begun || (path->run >= needed && !is_alive (self, now, index));
}

/* A path that joins late with an SSRC of its own. */
static gboolean
is_copy (RtpMerge * self, const Packet * packet)
{
  const Slot *slot;
  guint64 number;

  if (!self->begun)
    return FALSE;
  number = extend (self, packet->number);
  slot = slot_of (self, number);
  return slot->number == number && slot->hash == packet->hash;
}

static void
compare (Path * path, gboolean unlike)
{
  path->compared = path->compared << 1 | unlike;
  path->n_compared = MIN (path->n_compared + 1, COMPARED);
  path->facts.unlike += unlike;
}

static gboolean
must_leave (const Path * path)
{
  guint unlike = 0, i;

  for (i = 0; i < path->n_compared; i++)
    unlike += path->compared >> i & 1;
  return unlike >= MAX_UNLIKE;
}

/* How long ago what follows it came, ns; 0 when nothing near did: what has not
 * settled is in time. */
static guint64
lateness (RtpMerge * self, guint64 number, guint64 now)
{
  guint64 i;

  for (i = number + 1; i <= self->high && i - number <= MAX_SCAN; i++) {
    const Slot *slot = slot_of (self, i);

    if (slot->number == i)
      return now - slot->arrival;
  }
  return 0;
}

static RtpMergeResult
result_of (RtpMergeVerdict verdict, const Path * path)
{
  RtpMergeResult result = { verdict, FALSE, FALSE, 0, path->facts.skew };

  return result;
}

static RtpMergeResult
take_copy (RtpMerge * self, guint index, Slot * slot, const Packet * packet,
    guint64 now)
{
  Path *path = &self->paths[index];

  if (!(slot->path & 1u << index))
    note_skew (path, now - slot->arrival, now);
  compare (path, FALSE);
  slot->path |= 1u << index;
  path->facts.last = now;
  path->active = TRUE;
  path->facts.duplicates++;
  return result_of (RTP_MERGE_DUPLICATE, path);
}

/* The number is another packet's. */
static RtpMergeResult
take_unlike (RtpMerge * self, guint index, guint64 now)
{
  Path *path = &self->paths[index];
  RtpMergeResult result;

  compare (path, TRUE);
  result = result_of (RTP_MERGE_PROBATION, path);
  if (must_leave (path) && is_alive (self, now, index)) {
    path->facts.left = result.left = TRUE;
    result.verdict = RTP_MERGE_STRANGER;
  }
  return result;
}

static RtpMergeResult
take_first (RtpMerge * self, guint index, guint64 number,
    const Packet * packet, guint64 now)
{
  Path *path = &self->paths[index];
  Slot *slot = slot_of (self, number);
  RtpMergeResult result;

  slot->number = number;
  slot->arrival = now;
  slot->hash = packet->hash;
  slot->path = 1u << index;
  self->high = MAX (self->high, number);
  path->facts.last = now;
  path->active = TRUE;
  path->facts.first++;
  result = result_of (RTP_MERGE_FIRST, path);
  result.ssrc = self->ssrc;
  result.discont = self->discont;
  self->discont = FALSE;
  settle (self, now);
  return result;
}

/* It brings something else, while others go on with the stream. */
static gboolean
must_leave_for_good (RtpMerge * self, guint index, guint64 now)
{
  Path *path = &self->paths[index];

  if (!is_alive (self, now, index)) {
    path->foreign_since = 0;
    return FALSE;
  }
  if (path->foreign_since == 0)
    path->foreign_since = now;
  return now - path->foreign_since > FOREIGN_TIME + 2 * self->window;
}

/* By its number it is of the stream. */
static RtpMergeResult
take_member (RtpMerge * self, guint index, const Packet * packet, guint64 now)
{
  Path *path = &self->paths[index];
  guint64 number = extend (self, packet->number);
  Slot *slot = slot_of (self, number);

  path->known = TRUE;
  path->ssrc = packet->ssrc;
  if (slot->number == number)
    return slot->hash == packet->hash ? take_copy (self, index, slot, packet,
        now) : take_unlike (self, index, now);
  /* Just begun: the newest one is this one. */
  if (number != self->high)
    settle (self, now);
  if (number <= self->settled || lateness (self, number, now) > self->window)
    return result_of (RTP_MERGE_LATE, path);
  return take_first (self, index, number, packet, now);
}

RtpMergeResult
rtp_merge_take (RtpMerge * self, guint index, const guint8 * data, gsize size,
    guint64 now)
{
  Path *path = &self->paths[index];
  RtpMergeResult result;
  Packet packet;

  g_assert (index < RTP_MERGE_MAX_PATHS);
  path->facts.received++;
  if (!read_packet (&packet, data, size)) {
    path->facts.invalid++;
    return result_of (RTP_MERGE_INVALID, path);
  }
  if (path->facts.left)
    return result_of (RTP_MERGE_STRANGER, path);
  result = result_of (RTP_MERGE_PROBATION, path);
  if (is_near (self, path, &packet) || is_copy (self, &packet))
    result = take_member (self, index, &packet, now);
  if (result.verdict != RTP_MERGE_PROBATION && result.verdict != RTP_MERGE_LATE) {
    path->run = 0;
    path->foreign_since = 0;
    return result;
  }
  if (try_other (self, index, &packet, result.verdict == RTP_MERGE_LATE
          ? MIN_LATE : MIN_SEQUENTIAL, now)) {
    begin (self, packet.number, packet.ssrc);
    return take_member (self, index, &packet, now);
  }
  path->facts.late += result.verdict == RTP_MERGE_LATE;
  if (result.verdict == RTP_MERGE_PROBATION
      && must_leave_for_good (self, index, now)) {
    path->facts.left = result.left = TRUE;
    result.verdict = RTP_MERGE_STRANGER;
  }
  return result;
}

void
rtp_merge_get_path (const RtpMerge * self, guint path, RtpMergePath * facts)
{
  g_assert (path < RTP_MERGE_MAX_PATHS);
  *facts = self->paths[path].facts;
}

guint64
rtp_merge_get_lost (const RtpMerge * self)
{
  return self->lost;
}
