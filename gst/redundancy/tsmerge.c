/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tsmerge.h"

#include <string.h>

#define SYNC 0x47
#define N_PIDS 8192
#define NULL_PID 0x1fff
/* Below are tables (ISO/IEC 13818-1 table 2-3, EN 300 468). */
#define FIRST_FREE_PID 0x20

/* Packets that a path keeps at first and at most (49 MiB). */
#define MIN_RING 1024
#define MAX_RING 262144
/* Streams whose counters are followed; others pass unchecked. */
#define MAX_TRACKS 64
/* What a gap is looked for by: the last packets of its PID. */
#define HISTORY 32
/* What another path is found by: the last packets that went out. */
#define TRAIL 256
/* Packets looked through for one gap, and the largest that is filled. */
#define MAX_WALK 16384
#define MAX_FILL 4096
/* Copies with the same hash that are looked at. */
#define MAX_CHAIN 64

/* How long a path is judged for beyond two windows, ns, and by how many
 * packets at least. */
#define JUDGE_TIME G_GUINT64_CONSTANT (2000000000)
#define JUDGE_LEAST 40
/* Kept beyond two windows, ns. */
#define KEEP_TIME G_GUINT64_CONSTANT (300000000)
/* A leader that paused for so long, ns, may have lost any number of packets,
 * also one that no counter shows. */
#define PAUSE G_GUINT64_CONSTANT (100000000)
#define SKEW_BUCKET G_GUINT64_CONSTANT (2000000000)

typedef struct
{
  guint64 arrival;
  guint64 hash;
  guint64 older;                /* number + 1 of one in the same bucket */
  guint16 pid;
  guint8 cc;
  guint8 counts;                /* has payload: its counter goes on */
  guint8 jumps;                 /* discontinuity_indicator */
  guint8 judged;                /* is looked for on other paths */
  guint8 matched;               /* and was found */
  guint8 data[TS_MERGE_PACKET];
} Packet;

typedef struct
{
  RtpMergePath facts;
  Packet *ring;
  guint64 *buckets;             /* number + 1 of the newest, 0: none */
  guint size;                   /* of both, a power of two */
  guint64 head, tail, next;     /* numbers: to come, oldest kept, to go out */
  guint8 partial[TS_MERGE_PACKET];
  guint n_partial;
  guint64 judged_at;
  guint judged, matched, gaps;  /* since then, and before */
  guint judged_before, matched_before, gaps_before;
  guint8 last_cc[N_PIDS];       /* | 0x80: known */
  /* Skew in the bucket under way and the one before. */
  guint64 bucket, least, least_before;
  gboolean has_skew, has_before;
} Path;

/* A PID's packets that went out. */
typedef struct
{
  guint64 hash[HISTORY];        /* newest at (n - 1) % HISTORY */
  guint8 cc;
  guint n;
} Track;

struct _TsMerge
{
  guint64 window;
  gint leader;                  /* -1: none */
  gboolean discont;
  guint64 lost;
  guint64 out_time;             /* of what went out last */
  Path paths[TS_MERGE_MAX_PATHS];
  guint8 tables[N_PIDS / 8];    /* bit mask of PIDs that hold sections */
  guint8 track_of[N_PIDS];      /* + 1, 0: none */
  Track tracks[MAX_TRACKS];
  guint n_tracks;
  struct
  {
    guint64 hash;
    guint16 pid;
  } trail[TRAIL];
  guint n_trail;
  guint8 *fill;                 /* packets that go out before the leader's */
  guint n_fill, fill_next;
  guint8 out[TS_MERGE_PACKET];
};

TsMerge *
ts_merge_new (guint64 window)
{
  TsMerge *self = g_new0 (TsMerge, 1);

  self->window = MIN (window, RTP_MERGE_MAX_WINDOW);
  self->leader = -1;
  self->fill = g_malloc (MAX_FILL * TS_MERGE_PACKET);
  return self;
}

void
ts_merge_free (TsMerge * self)
{
  guint i;

  for (i = 0; i < TS_MERGE_MAX_PATHS; i++) {
    g_free (self->paths[i].ring);
    g_free (self->paths[i].buckets);
  }
  g_free (self->fill);
  g_free (self);
}

void
ts_merge_reset_path (TsMerge * self, guint index)
{
  static const Path zero;
  Path *path = &self->paths[index];
  RtpMergePath facts = path->facts;

  g_assert (index < TS_MERGE_MAX_PATHS);
  g_free (path->ring);
  g_free (path->buckets);
  *path = zero;
  path->facts = facts;
  path->facts.left = FALSE;
  path->facts.last = 0;
  path->facts.skew = path->facts.skew_min = path->facts.skew_max = 0;
  if (self->leader == (gint) index)
    self->leader = -1;
}

/* Rings */

static Packet *
packet_of (const Path * path, guint64 number)
{
  return &path->ring[number & (path->size - 1)];
}

static void
enter (Path * path, guint64 number)
{
  Packet *packet = packet_of (path, number);
  guint64 *bucket = &path->buckets[packet->hash & (path->size - 1)];

  packet->older = *bucket;
  *bucket = number + 1;
}

static void
grow (Path * path)
{
  guint size = path->size > 0 ? path->size * 2 : MIN_RING;
  Packet *ring = g_new (Packet, size);
  guint64 i;

  for (i = path->tail; i < path->head; i++)
    ring[i & (size - 1)] = *packet_of (path, i);
  g_free (path->ring);
  g_free (path->buckets);
  path->ring = ring;
  path->buckets = g_new0 (guint64, size);
  path->size = size;
  for (i = path->tail; i < path->head; i++)
    enter (path, i);
}

/* Lets go of what is too old to be of use. */
static void
trim (TsMerge * self, Path * path, guint64 now)
{
  guint64 keep = 2 * self->window + KEEP_TIME;

  while (path->tail < path->head
      && now - packet_of (path, path->tail)->arrival > keep)
    path->tail++;
  if (path->head - path->tail == path->size && path->size < MAX_RING)
    grow (path);
  if (path->head - path->tail == path->size)
    path->tail++;
  path->next = MAX (path->next, path->tail);
}

/* The one copy of a packet; how many there are, of which `number` is the
 * newest.  What is repeated (tables, filler) marks no place. */
static guint
find (const Path * path, guint64 hash, guint16 pid, guint64 * number)
{
  guint64 at;
  guint n = 0, found = 0;

  if (path->size == 0)
    return 0;
  for (at = path->buckets[hash & (path->size - 1)]; at > path->tail
      && n < MAX_CHAIN; at = packet_of (path, at - 1)->older, n++) {
    const Packet *packet = packet_of (path, at - 1);

    if (packet->hash == hash && packet->pid == pid && found++ == 0)
      *number = at - 1;
  }
  return found;
}

/* Packets */

static guint64
hash_packet (const guint8 * data)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325), word;
  guint i;

  for (i = 4; i + sizeof (word) <= TS_MERGE_PACKET; i += sizeof (word)) {
    memcpy (&word, data + i, sizeof (word));
    hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
  }
  /* transport_error_indicator is a path's own. */
  hash ^= (guint64) (data[1] & 0x7f) << 16 | data[2] << 8 | data[3];
  hash *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

static gboolean
is_table (const TsMerge * self, guint pid)
{
  return pid < FIRST_FREE_PID || (self->tables[pid / 8] >> pid % 8 & 1);
}

/* What begins a payload, and not with a PES header, is a section: it is
 * repeated, so that it proves nothing. */
static void
classify (TsMerge * self, const guint8 * data, guint pid)
{
  guint at = data[3] & 0x20 ? 5 + data[4] : 4;

  if (!(data[1] & 0x40) || !(data[3] & 0x10) || data[3] >> 6 != 0
      || at + 3 > TS_MERGE_PACKET)
    return;
  if (data[at] != 0 || data[at + 1] != 0 || data[at + 2] != 1)
    self->tables[pid / 8] |= 1u << pid % 8;
  else
    self->tables[pid / 8] &= ~(1u << pid % 8);
}

static void
fill_in (TsMerge * self, Packet * packet, const guint8 * data, guint64 now)
{
  packet->arrival = now;
  packet->hash = hash_packet (data);
  packet->pid = (data[1] & 0x1f) << 8 | data[2];
  packet->cc = data[3] & 15;
  packet->counts = (data[3] & 0x10) != 0;
  packet->jumps = (data[3] & 0x20) && data[4] > 0 && (data[5] & 0x80);
  classify (self, data, packet->pid);
  packet->judged = !is_table (self, packet->pid);
  packet->matched = FALSE;
  memcpy (packet->data, data, TS_MERGE_PACKET);
}

/* Skew and likeness */

static void
note_skew (Path * path, guint64 skew, guint64 now)
{
  if (now - path->bucket > SKEW_BUCKET) {
    path->bucket = now;
    path->least_before = path->least;
    path->has_before = path->has_skew;
    path->has_skew = FALSE;
    path->facts.skew_max = 0;
  }
  path->least = path->has_skew ? MIN (path->least, skew) : skew;
  path->has_skew = TRUE;
  path->facts.skew_min = path->has_before
      ? MIN (path->least, path->least_before) : path->least;
  path->facts.skew_max = MAX (path->facts.skew_max, skew);
  path->facts.skew = path->facts.skew_min;
}

static void
note_match (Path * path, Packet * packet)
{
  path->matched += packet->judged && !packet->matched;
  packet->matched = TRUE;
}

/* Looks for copies of a packet that has just come. */
static void
match (TsMerge * self, guint index, Packet * packet, guint64 now)
{
  Path *path = &self->paths[index];
  guint64 earliest = now, number;
  Path *quickest = NULL;
  guint i;

  if (find (path, packet->hash, packet->pid, &number) > 0)
    packet->judged = FALSE;
  for (i = 0; i < TS_MERGE_MAX_PATHS && packet->judged; i++) {
    Path *other = &self->paths[i];
    Packet *copy;

    if (i == index || other->facts.left || find (other, packet->hash,
            packet->pid, &number) != 1)
      continue;
    copy = packet_of (other, number);
    note_match (other, copy);
    note_match (path, packet);
    if (copy->arrival <= earliest) {
      earliest = copy->arrival;
      quickest = other;
    }
  }
  if (quickest == NULL)
    return;
  path->facts.duplicates++;
  note_skew (path, now - earliest, now);
  note_skew (quickest, 0, now);
}

/* Packets that the path itself lost, by its counters. */
static void
count_gap (Path * path, const Packet * packet)
{
  guint8 *last = &path->last_cc[packet->pid];

  if (packet->counts && (*last & 0x80) && !packet->jumps
      && packet->cc != (*last & 15) && packet->cc != ((*last + 1) & 15))
    path->gaps++;
  if (packet->counts)
    *last = packet->cc | 0x80;
}

static gboolean
is_alive (const TsMerge * self, guint index, guint64 now)
{
  const RtpMergePath *facts = &self->paths[index].facts;

  return !facts->left && facts->last > 0
      && now - facts->last <= self->window + KEEP_TIME;
}

static gboolean
has_more (const TsMerge * self, gint index)
{
  return index >= 0 && self->paths[index].next < self->paths[index].head;
}

static gboolean
is_like (guint judged, guint matched)
{
  return matched * 4 >= judged;
}

static void
leave (TsMerge * self, guint index)
{
  self->paths[index].facts.left = TRUE;
  if (self->leader == (gint) index)
    self->leader = -1;
}

/* Somebody else's packets are what this path's are measured by. */
static gint
other_alive (const TsMerge * self, guint index, gboolean like, guint64 now)
{
  gint i;

  for (i = 0; i < TS_MERGE_MAX_PATHS; i++) {
    const Path *other = &self->paths[i];
    guint judged = other->judged + other->judged_before;

    if (i != (gint) index && is_alive (self, i, now) && judged >= JUDGE_LEAST
        && judged >= self->paths[index].judged / 2
        && (!like || is_like (judged, other->matched + other->matched_before)))
      return i;
  }
  return -1;
}

/* Of two that are too far apart to help each other the worse one goes. */
static void
part (TsMerge * self, guint index, gint other)
{
  guint leader = self->leader == other ? (guint) other : index;
  guint follower = leader == index ? (guint) other : index;

  leave (self, self->paths[leader].gaps + self->paths[leader].gaps_before
      > self->paths[follower].gaps + self->paths[follower].gaps_before
      ? leader : follower);
}

static void
judge (TsMerge * self, guint index, guint64 now)
{
  Path *path = &self->paths[index];
  gint other;

  if (path->judged_at == 0)
    path->judged_at = now;
  if (now - path->judged_at <= JUDGE_TIME + 2 * self->window
      || path->judged < JUDGE_LEAST)
    return;
  other = other_alive (self, index, FALSE, now);
  if (other >= 0 && !is_like (path->judged, path->matched)) {
    if (self->leader != (gint) index
        || other_alive (self, index, TRUE, now) >= 0)
      leave (self, index);
  } else if (other >= 0 && path->facts.skew > self->window) {
    part (self, index, other);
  }
  path->facts.unlike += path->judged - MIN (path->judged, path->matched);
  path->judged_at = now;
  path->judged_before = path->judged;
  path->matched_before = path->matched;
  path->gaps_before = path->gaps;
  path->judged = path->matched = path->gaps = 0;
}

/* Input */

static void
take_packet (TsMerge * self, guint index, const guint8 * data, guint64 now)
{
  Path *path = &self->paths[index];
  guint64 number = path->head;
  Packet *packet;

  path->facts.received++;
  if (((data[1] & 0x1f) << 8 | data[2]) == NULL_PID)
    return;
  trim (self, path, now);
  if (path->size == 0)
    grow (path);
  packet = packet_of (path, number);
  fill_in (self, packet, data, now);
  count_gap (path, packet);
  /* After a silence it may be anything. */
  if (self->leader == (gint) index && !has_more (self, index)
      && !is_alive (self, index, now))
    self->leader = -1;
  path->facts.last = now;
  match (self, index, packet, now);
  path->judged += packet->judged;
  path->head++;
  enter (path, number);
}

/* A datagram of packets, not a piece of a byte stream. */
static gboolean
is_whole (const guint8 * data, gsize size)
{
  gsize at;

  if (size % TS_MERGE_PACKET != 0 || size < 2 * TS_MERGE_PACKET)
    return FALSE;
  for (at = 0; at < size; at += TS_MERGE_PACKET) {
    if (data[at] != SYNC)
      return FALSE;
  }
  return TRUE;
}

gboolean
ts_merge_put (TsMerge * self, guint index, const guint8 * data, gsize size,
    guint64 now)
{
  Path *path = &self->paths[index];
  gboolean found = FALSE;

  g_assert (index < TS_MERGE_MAX_PATHS);
  /* What a datagram before it lacked does not come. */
  if (is_whole (data, size))
    path->n_partial = 0;
  while (size > 0) {
    gsize n = MIN (size, TS_MERGE_PACKET - path->n_partial);

    if (path->n_partial == 0 && data[0] != SYNC) {
      const guint8 *sync = memchr (data, SYNC, size);

      path->facts.invalid++;
      n = sync != NULL ? (gsize) (sync - data) : size;
    } else {
      memcpy (path->partial + path->n_partial, data, n);
      path->n_partial += n;
    }
    data += n;
    size -= n;
    if (path->n_partial == TS_MERGE_PACKET) {
      path->n_partial = 0;
      found = TRUE;
      if (!path->facts.left)
        take_packet (self, index, path->partial, now);
    }
  }
  if (!path->facts.left)
    judge (self, index, now);
  return found;
}

/* Gaps */

static Track *
track_of (TsMerge * self, guint pid)
{
  if (self->track_of[pid] == 0 && self->n_tracks < MAX_TRACKS)
    self->track_of[pid] = ++self->n_tracks;
  return self->track_of[pid] > 0 ? &self->tracks[self->track_of[pid] - 1]
      : NULL;
}

static guint64
history (const Track * track, guint back)
{
  return track->hash[(track->n - 1 - back) % HISTORY];
}

static gboolean
is_upcoming (const Path * leader, const Packet * packet)
{
  guint64 number;

  return find (leader, packet->hash, packet->pid, &number) > 0
      && number >= leader->next;
}

/* The newest packet of the PID that went out and that the path has. */
static gboolean
find_anchor (const Path * path, const Track * track, guint16 pid,
    guint64 * number)
{
  guint back, last = MIN (track->n, HISTORY);

  for (back = 0; back < last; back++) {
    if (find (path, history (track, back), pid, number) == 1)
      return TRUE;
  }
  return FALSE;
}

/* From behind `anchor` what the path has up to the packet behind the gap, or,
 * when it lacks that, as many as the counters leave room for.  Returns how many,
 * and how many the path itself lacks among them. */
static guint
fill_forward (TsMerge * self, const Path * path, const Track * track,
    const Packet * until, guint64 anchor, guint * lacks)
{
  guint room = (until->cc - track->cc - 1) & 15, n = 0, walked = 0;
  guint64 i, end;
  guint8 cc = track->cc;
  gboolean has_end = find (path, until->hash, until->pid, &end) == 1
      && end > anchor;

  *lacks = 0;
  for (i = anchor + 1; i < (has_end ? end : path->head)
      && walked++ < MAX_WALK && n < MAX_FILL; i++) {
    const Packet *packet = packet_of (path, i);
    guint step = (packet->cc - cc) & 15;

    if (packet->pid != until->pid || !packet->counts || step == 0)
      continue;
    if (!has_end && (step > room
            || is_upcoming (&self->paths[self->leader], packet)))
      break;
    room -= MIN (room, step);
    *lacks += step - 1;
    cc = packet->cc;
    memcpy (self->fill + n++ * TS_MERGE_PACKET, packet->data, TS_MERGE_PACKET);
  }
  *lacks += (until->cc - cc - 1) & 15;
  return n;
}

/* Before the packet behind the gap, as many as its counter says; where what
 * went out before it was filler, which marks no place.  Between two pieces of
 * filler there is more of it. */
static guint
fill_backward (TsMerge * self, const Path * path, const Track * track,
    const Packet * until, guint * lacks)
{
  guint size = (until->cc - track->cc - 1) & 15, n = 0, walked = 0, copies;
  gboolean joins = FALSE;
  guint64 end = 0, i;

  copies = find (path, until->hash, until->pid, &end);
  for (i = copies > 0 ? end : 0; i > path->tail && walked++ < MAX_WALK; i--) {
    const Packet *packet = packet_of (path, i - 1);

    if (packet->pid != until->pid || !packet->counts)
      continue;
    if (n == size) {
      joins = packet->hash == history (track, 0);
      break;
    }
    if (packet->cc != ((until->cc - 1 - n) & 15))
      break;
    n++;
    memcpy (self->fill + (size - n) * TS_MERGE_PACKET, packet->data,
        TS_MERGE_PACKET);
  }
  if (copies != 1 && !joins)
    return 0;
  memmove (self->fill, self->fill + (size - n) * TS_MERGE_PACKET,
      (gsize) n * TS_MERGE_PACKET);
  *lacks = size - n;
  return n;
}

static guint
fill_from (TsMerge * self, guint index, const Track * track,
    const Packet * until, guint * lacks)
{
  const Path *path = &self->paths[index];
  guint64 anchor;

  /* Not behind filler, which may be any piece of it. */
  if (find (path, history (track, 0), until->pid, &anchor) <= 1
      && find_anchor (path, track, until->pid, &anchor))
    return fill_forward (self, path, track, until, anchor, lacks);
  return fill_backward (self, path, track, until, lacks);
}

/* What the leader lost before `packet`, from the one that lacks least of it. */
static void
fill_gap (TsMerge * self, const Packet * packet, const Track * track)
{
  guint least = (packet->cc - track->cc - 1) & 15, i, n = 0, lacks = 0;
  gint best = -1;

  for (i = 0; i < TS_MERGE_MAX_PATHS && (best < 0 || least > 0); i++) {
    if ((gint) i == self->leader || self->paths[i].facts.left)
      continue;
    n = fill_from (self, i, track, packet, &lacks);
    if (n > 0 && (best < 0 || lacks < least)) {
      best = i;
      least = lacks;
    }
  }
  n = best >= 0 ? fill_from (self, best, track, packet, &lacks) : 0;
  if (best >= 0)
    self->paths[best].facts.first += n;
  self->lost += least;
  self->paths[self->leader].facts.lost += n;
  self->n_fill = n;
  self->fill_next = 0;
}

/* Output */

static void
note_out (TsMerge * self, const guint8 * data)
{
  guint pid = (data[1] & 0x1f) << 8 | data[2];
  guint64 hash = hash_packet (data);
  Track *track = track_of (self, pid);

  if (!is_table (self, pid)) {
    self->trail[self->n_trail % TRAIL].hash = hash;
    self->trail[self->n_trail++ % TRAIL].pid = pid;
  }
  if (track == NULL || !(data[3] & 0x10))
    return;
  track->hash[track->n++ % HISTORY] = hash;
  track->cc = data[3] & 15;
}

/* Another stream: what went out says nothing about it. */
static void
begin (TsMerge * self)
{
  memset (self->track_of, 0, sizeof (self->track_of));
  memset (self->tracks, 0, sizeof (self->tracks));
  self->n_tracks = 0;
  self->n_trail = 0;
  self->discont = TRUE;
}

/* Finds where `path` stands behind what went out. */
static gboolean
align (const TsMerge * self, const Path * path, guint64 * number)
{
  guint i, n = MIN (self->n_trail, TRAIL);

  for (i = 0; i < n; i++) {
    guint at = (self->n_trail - 1 - i) % TRAIL;

    if (find (path, self->trail[at].hash, self->trail[at].pid, number) == 1) {
      *number += 1;
      return TRUE;
    }
  }
  return FALSE;
}

static guint64
due_time (const TsMerge * self, const Path * path, const Packet * packet)
{
  return packet->arrival - MIN (packet->arrival, path->facts.skew);
}

/* The first packet that is not older than the window. */
static guint64
live_edge (const TsMerge * self, const Path * path, guint64 now)
{
  guint64 number = path->next;

  while (number < path->head && packet_of (path, number)->arrival
      + self->window < now)
    number++;
  return number;
}

/* The leader has nothing, or has paused: another one leads from now on, one that
 * goes on where it stopped if there is one.  No path steps back. */
static void
choose_leader (TsMerge * self, guint64 now)
{
  gint i, fallback = -1;

  for (i = 0; i < TS_MERGE_MAX_PATHS; i++) {
    Path *path = &self->paths[i];
    guint64 number;

    if (path->facts.left || i == self->leader || !has_more (self, i))
      continue;
    if (self->n_trail > 0 && align (self, path, &number)) {
      path->next = MAX (path->next, number);
      if (has_more (self, i)) {
        self->leader = i;
        return;
      }
    } else if (fallback < 0) {
      fallback = i;
    }
  }
  if (fallback < 0 || (self->leader >= 0 && is_alive (self, self->leader, now)))
    return;
  self->paths[fallback].next = live_edge (self, &self->paths[fallback], now);
  self->leader = fallback;
  begin (self);
}

static gboolean
give (TsMerge * self, const guint8 * data, TsMergePacket * out)
{
  memcpy (self->out, data, TS_MERGE_PACKET);
  note_out (self, self->out);
  out->data = self->out;
  out->time = self->out_time;
  out->discont = self->discont;
  self->discont = FALSE;
  return TRUE;
}

static gboolean
has_paused (const TsMerge * self)
{
  const Path *path = &self->paths[self->leader];

  return self->n_trail > 0 && due_time (self, path, packet_of (path,
          path->next)) > self->out_time + PAUSE;
}

/* Is something missing before it? */
static gboolean
has_gap (const Packet * packet, const Track * track)
{
  return track != NULL && track->n > 0 && packet->counts && !packet->jumps
      && packet->cc != track->cc && packet->cc != ((track->cc + 1) & 15);
}

gboolean
ts_merge_next (TsMerge * self, guint64 now, TsMergePacket * out,
    guint64 * deadline)
{
  Path *path;
  Packet *packet;
  guint64 time;

  *deadline = G_MAXUINT64;
  if (self->fill_next < self->n_fill)
    return give (self, self->fill + self->fill_next++ * TS_MERGE_PACKET, out);
  if (!has_more (self, self->leader) || has_paused (self))
    choose_leader (self, now);
  if (!has_more (self, self->leader))
    return FALSE;
  path = &self->paths[self->leader];
  packet = packet_of (path, path->next);
  time = due_time (self, path, packet);
  if (time + self->window > now) {
    *deadline = time + self->window;
    return FALSE;
  }
  self->out_time = MAX (self->out_time, time);
  if (has_gap (packet, track_of (self, packet->pid)) && self->n_fill == 0) {
    fill_gap (self, packet, track_of (self, packet->pid));
    if (self->n_fill > 0)
      return give (self, self->fill + self->fill_next++ * TS_MERGE_PACKET, out);
  }
  self->n_fill = self->fill_next = 0;
  path->next++;
  path->facts.first++;
  return give (self, packet->data, out);
}

void
ts_merge_get_path (const TsMerge * self, guint path, RtpMergePath * facts)
{
  g_assert (path < TS_MERGE_MAX_PATHS);
  *facts = self->paths[path].facts;
}

guint64
ts_merge_get_lost (const TsMerge * self)
{
  return self->lost;
}
