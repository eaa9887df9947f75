/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msgmerge.h"

#include "msgno.h"
#include "msgring.h"

#define MARGIN (20 * G_GUINT64_CONSTANT (1000000))
/* Equal informative messages that make two flows one. */
#define PROOFS 3
/* Messages in a row with other bytes that make a leg a stranger. */
#define DISPROOFS 3

typedef struct _Flow Flow;

typedef struct
{
  guint id;
  Flow *flow;                   /* NULL until it brought something */
  guint32 last_msgno;
  guint64 behind_since;         /* it has brought nothing since, although the
                                 * flow went on; G_MAXUINT64: it is in front */
  guint odd;                    /* in a row: not what its flow says */
  MsgLegStats stats;
} Leg;

/* What one flow knows of an older one. */
typedef struct
{
  guint flow;
  guint proofs;
  gboolean foreign;
} Kinship;

/* In order, but not given out: its flow is not the one that is heard. */
typedef struct
{
  MsgRingItem item;
  MsgCut cut;
  guint64 lost;
} Held;

struct _Flow
{
  guint id;
  MsgRing *ring;
  guint legs;
  guint64 lost;                 /* since the last one that came out */
  guint64 last_arrival;
  guint64 unsettled_until;      /* a leg is new here: its skew is not known */
  GArray *kin;                  /* of Kinship, with older flows */
  GQueue held;
};

struct _MsgMerge
{
  MsgMergeConfig config;
  GDestroyNotify payload_free;
  GPtrArray *legs;
  GPtrArray *flows;             /* oldest first */
  Flow *heard;
  MsgCut next_cut;
  guint next_id;
  MsgMergeStats stats;
};

static void
held_free (MsgMerge * self, Held * held)
{
  self->payload_free (held->item.payload);
  g_free (held);
}

static Flow *
flow_new (MsgMerge * self, guint32 first, guint64 now)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->id = ++self->next_id;
  flow->ring = msg_ring_new (self->config.window, first, self->payload_free);
  flow->last_arrival = now;
  flow->kin = g_array_new (FALSE, TRUE, sizeof (Kinship));
  g_queue_init (&flow->held);
  g_ptr_array_add (self->flows, flow);
  return flow;
}

static void
flow_free (MsgMerge * self, Flow * flow)
{
  Held *held;

  while ((held = g_queue_pop_head (&flow->held)) != NULL)
    held_free (self, held);
  g_ptr_array_remove (self->flows, flow);
  msg_ring_free (flow->ring);
  g_array_unref (flow->kin);
  g_free (flow);
}

MsgMerge *
msg_merge_new (const MsgMergeConfig * config, GDestroyNotify payload_free)
{
  MsgMerge *self = g_new0 (MsgMerge, 1);

  self->config = *config;
  self->payload_free = payload_free;
  self->legs = g_ptr_array_new_with_free_func (g_free);
  self->flows = g_ptr_array_new ();
  self->next_cut = MSG_CUT_START;
  return self;
}

void
msg_merge_free (MsgMerge * self)
{
  while (self->flows->len > 0)
    flow_free (self, g_ptr_array_index (self->flows, 0));
  g_ptr_array_unref (self->flows);
  g_ptr_array_unref (self->legs);
  g_free (self);
}

static Leg *
find_leg (const MsgMerge * self, guint id)
{
  guint i;

  for (i = 0; i < self->legs->len; i++) {
    Leg *leg = g_ptr_array_index (self->legs, i);
    if (leg->id == id)
      return leg;
  }
  return NULL;
}

guint
msg_merge_add_leg (MsgMerge * self)
{
  Leg *leg = g_new0 (Leg, 1);

  leg->behind_since = G_MAXUINT64;
  leg->id = ++self->next_id;
  g_ptr_array_add (self->legs, leg);
  return leg->id;
}

/* A flow without legs says what it still has if it is the one that is heard;
 * it stays until another one is, to know its messages when they come again. */
static void
leave_flow (MsgMerge * self, Leg * leg)
{
  Flow *flow = g_steal_pointer (&leg->flow);

  if (flow == NULL)
    return;
  flow->legs--;
  if (flow->legs == 0 && flow != self->heard)
    flow_free (self, flow);
}

static void
join_flow (MsgMerge * self, Leg * leg, Flow * flow, guint64 now)
{
  leg->flow = flow;
  flow->legs++;
  flow->unsettled_until = now + self->config.gap_limit;
}

void
msg_merge_remove_leg (MsgMerge * self, guint id)
{
  Leg *leg = find_leg (self, id);

  g_assert (leg != NULL);
  leave_flow (self, leg);
  g_ptr_array_remove (self->legs, leg);
}

/* --- kinship ---------------------------------------------------------- */

static Kinship *
kinship (Flow * younger, Flow * older)
{
  Kinship fresh = { older->id, 0, FALSE };
  guint i;

  for (i = 0; i < younger->kin->len; i++) {
    Kinship *kin = &g_array_index (younger->kin, Kinship, i);
    if (kin->flow == older->id)
      return kin;
  }
  g_array_append_val (younger->kin, fresh);
  return &g_array_index (younger->kin, Kinship, younger->kin->len - 1);
}

/* A dead flow can't give more proofs: one must do. */
static guint
proofs_needed (const Flow * a, const Flow * b)
{
  return a->legs == 0 || b->legs == 0 ? 1 : PROOFS;
}

/* Whether the message shows that `a` and `b` are one. */
static gboolean
note_kinship (Flow * a, Flow * b, const MsgRingItem * item,
    gboolean informative)
{
  Kinship *kin = a->id > b->id ? kinship (a, b) : kinship (b, a);
  MsgRingItem other;

  if (kin->foreign || !msg_ring_find (b->ring, item->msgno, &other))
    return FALSE;
  if (other.hash != item->hash) {
    kin->foreign = TRUE;
    return FALSE;
  }
  if (informative)
    kin->proofs++;
  return kin->proofs >= proofs_needed (a, b);
}

/* A copy that comes this much after the first is this leg's skew; it is
 * believed at once when it grows and forgotten slowly.  To be first says
 * nothing: the quicker leg may be away for a while. */
static void
note_skew (Leg * leg, guint64 sample)
{
  if (sample >= leg->stats.skew)
    leg->stats.skew = sample;
  else
    leg->stats.skew -= (leg->stats.skew - sample) / 64;
}

static void
count (MsgMerge * self, Leg * leg, MsgRingResult result)
{
  switch (result) {
    case MSG_RING_NEW:
      leg->stats.first++;
      break;
    case MSG_RING_DUPLICATE:
      leg->stats.duplicates++;
      self->stats.duplicates++;
      break;
    case MSG_RING_LATE:
      leg->stats.late++;
      self->stats.late++;
      break;
    case MSG_RING_OTHER:
    case MSG_RING_OUTSIDE:
      break;
  }
}

/* Two flows met in this message: the later copy's leg is behind. */
static void
note_skew_of_copies (const MsgMerge * self, const MsgRingItem * a,
    const MsgRingItem * b)
{
  const MsgRingItem *late = a->arrival > b->arrival ? a : b;
  const MsgRingItem *early = late == a ? b : a;
  Leg *leg = find_leg (self, late->leg);

  if (leg != NULL)
    note_skew (leg, late->arrival - early->arrival);
}

/* A message of a flow that turned out to be part of `into`. */
static void
hand_over (MsgMerge * self, Flow * into, const MsgRingItem * item)
{
  Leg *leg = find_leg (self, item->leg);
  MsgRingItem first;
  MsgRingResult result;
  gboolean known = msg_ring_find (into->ring, item->msgno, &first);

  result = msg_ring_insert (into->ring, item);
  if (leg != NULL && result != MSG_RING_NEW) {
    leg->stats.first -= MIN (leg->stats.first, 1);
    count (self, leg, result);
  }
  if (known)
    note_skew_of_copies (self, item, &first);
  if (result != MSG_RING_NEW)
    self->payload_free (item->payload);
}

static void
unite (MsgMerge * self, Flow * from, Flow * into, guint64 now)
{
  MsgRingItem item;
  Held *held;
  guint64 behind;
  guint i;

  while ((held = g_queue_pop_head (&from->held)) != NULL) {
    hand_over (self, into, &held->item);
    g_free (held);
  }
  do {
    while (msg_ring_pop (from->ring, &item))
      hand_over (self, into, &item);
    if (!msg_ring_gap (from->ring, &behind))
      break;
    msg_ring_skip (from->ring);
  } while (TRUE);
  for (i = 0; i < self->legs->len; i++) {
    Leg *leg = g_ptr_array_index (self->legs, i);
    if (leg->flow == from) {
      from->legs--;
      join_flow (self, leg, into, now);
    }
  }
  into->last_arrival = MAX (into->last_arrival, from->last_arrival);
  flow_free (self, from);
}

/* Looks for the message in the other flows; those that share enough of them
 * become one: the one that is heard, else the older. */
static void
seek_kin (MsgMerge * self, Flow * flow, const MsgRingItem * item,
    gboolean informative, guint64 now)
{
  guint i;

  for (i = 0; i < self->flows->len; i++) {
    Flow *other = g_ptr_array_index (self->flows, i);

    if (other == flow || !note_kinship (flow, other, item, informative))
      continue;
    if (flow == self->heard || (other != self->heard && flow->id < other->id))
      unite (self, other, flow, now);
    else
      unite (self, flow, other, now);
    return;
  }
}

/* --- input ------------------------------------------------------------ */

/* A leg is only silent while another one of its flow speaks. */
static void
note_progress (MsgMerge * self, Leg * speaker, guint64 now)
{
  guint i;

  speaker->behind_since = G_MAXUINT64;
  for (i = 0; i < self->legs->len; i++) {
    Leg *leg = g_ptr_array_index (self->legs, i);
    gint32 ahead;

    if (leg == speaker || leg->flow != speaker->flow)
      continue;
    ahead = msgno_distance (leg->last_msgno, speaker->last_msgno);
    if (ahead > 0)
      leg->behind_since = MIN (leg->behind_since, now);
    else if (ahead < 0)
      speaker->behind_since = now;
  }
}

static MsgRingResult
insert (MsgMerge * self, Leg * leg, const MsgRingItem * item)
{
  Flow *flow = leg->flow;
  MsgRingItem first;
  MsgRingResult result;

  result = msg_ring_insert (flow->ring, item);
  if (result == MSG_RING_OTHER)
    return result;
  leg->last_msgno = item->msgno;
  note_progress (self, leg, item->arrival);
  if (result == MSG_RING_NEW) {
    flow->last_arrival = item->arrival;
  } else if (result == MSG_RING_DUPLICATE
      && msg_ring_find (flow->ring, item->msgno, &first)
      && first.leg != leg->id) {
    note_skew (leg, item->arrival - first.arrival);
  }
  return result;
}

static MsgRingResult
insert_in_new_flow (MsgMerge * self, Leg * leg, const MsgRingItem * item)
{
  Flow *old = leg->flow, *flow;

  flow = flow_new (self, item->msgno, item->arrival);
  if (old != NULL)
    kinship (flow, old)->foreign = TRUE;
  leave_flow (self, leg);
  join_flow (self, leg, flow, item->arrival);
  if (self->heard == NULL)
    self->heard = flow;
  return insert (self, leg, item);
}

static MsgMergeResult
result_of (MsgRingResult result)
{
  switch (result) {
    case MSG_RING_NEW:
      return MSG_MERGE_FIRST;
    case MSG_RING_DUPLICATE:
      return MSG_MERGE_DUPLICATE;
    case MSG_RING_LATE:
    case MSG_RING_OTHER:
    case MSG_RING_OUTSIDE:
      return MSG_MERGE_LATE;
  }
  return MSG_MERGE_LATE;
}

/* Other bytes than the flow has under the same number.  One such message is
 * no stranger yet: libsrt 1.5.1, when its socket was blocked for long, sends
 * the packet that it had in hand with the bytes of a later one. */
static gboolean
is_odd_one_out (Leg * leg, MsgRingResult result)
{
  if (result != MSG_RING_OTHER) {
    leg->odd = 0;
    return FALSE;
  }
  return leg->flow != NULL && ++leg->odd < DISPROOFS;
}

MsgMergeResult
msg_merge_push (MsgMerge * self, guint id, guint32 msgno, gpointer payload,
    MsgDigest digest, guint64 now)
{
  Leg *leg = find_leg (self, id);
  MsgRingItem item = { payload, digest.hash, now, msgno, id };
  MsgRingResult result;

  g_assert (leg != NULL);
  leg->stats.received++;
  if (!msgno_is_valid (msgno)) {
    self->payload_free (payload);
    count (self, leg, MSG_RING_LATE);
    return MSG_MERGE_LATE;
  }
  result = leg->flow != NULL ? insert (self, leg, &item) : MSG_RING_OTHER;
  if (is_odd_one_out (leg, result)) {
    self->payload_free (payload);
    count (self, leg, MSG_RING_LATE);
    return MSG_MERGE_LATE;
  }
  /* It is not of its flow (any more): let it be one of its own. */
  if (result == MSG_RING_OTHER || result == MSG_RING_OUTSIDE)
    result = insert_in_new_flow (self, leg, &item);
  count (self, leg, result);
  if (result != MSG_RING_NEW)
    self->payload_free (payload);
  if (self->flows->len > 1)
    seek_kin (self, leg->flow, &item, digest.informative, now);
  return result_of (result);
}

/* --- output ----------------------------------------------------------- */

static gboolean
may_still_bring (const MsgMerge * self, const Leg * leg, guint32 msgno,
    guint64 now)
{
  guint64 patience = MAX (self->config.gap_limit, self->config.gap_timeout);

  return msgno_distance (msgno, leg->last_msgno) < 0
      && (leg->behind_since == G_MAXUINT64
      || now < leg->behind_since + patience);
}

/* How long the flow's next message may be waited for; 0: nobody brings it. */
static guint64
gap_patience (const MsgMerge * self, const Flow * flow, guint64 now)
{
  guint32 msgno = msg_ring_next (flow->ring);
  guint64 skew = 0;
  guint i, candidates = 0;

  for (i = 0; i < self->legs->len; i++) {
    const Leg *leg = g_ptr_array_index (self->legs, i);

    if (leg->flow != flow)
      continue;
    skew = MAX (skew, leg->stats.skew);
    if (may_still_bring (self, leg, msgno, now))
      candidates++;
  }
  if (candidates == 0)
    return 0;
  if (self->config.gap_timeout > 0)
    return self->config.gap_timeout;
  if (now < flow->unsettled_until)
    return self->config.gap_limit;
  return MIN (skew + MARGIN, self->config.gap_limit);
}

/* The flow's next message in order, over holes that are final. */
static gboolean
flow_pop (MsgMerge * self, Flow * flow, guint64 now, Held * out)
{
  guint64 behind;

  while (!msg_ring_pop (flow->ring, &out->item)) {
    if (!msg_ring_gap (flow->ring, &behind))
      return FALSE;
    if (now < behind + gap_patience (self, flow, now))
      return FALSE;
    msg_ring_skip (flow->ring);
    flow->lost++;
  }
  out->lost = flow->lost;
  out->cut = flow->lost > 0 ? MSG_CUT_HOLE : MSG_CUT_NONE;
  flow->lost = 0;
  return TRUE;
}

/* Standing by, a flow keeps what came since it may be needed: as long as the
 * one that is heard may be silent before it is replaced, and some more. */
static void
hold (MsgMerge * self, Flow * flow, guint64 now)
{
  guint64 keep = 2 * self->config.switch_timeout;
  Held out, *oldest;

  while (flow_pop (self, flow, now, &out))
    g_queue_push_tail (&flow->held, g_memdup2 (&out, sizeof (out)));
  while ((oldest = g_queue_peek_head (&flow->held)) != NULL
      && (oldest->item.arrival + keep < now
          || flow->held.length > self->config.window))
    held_free (self, g_queue_pop_head (&flow->held));
}

static gboolean
is_silent (const MsgMerge * self, const Flow * flow, guint64 now)
{
  return flow->legs == 0
      || now >= flow->last_arrival + self->config.switch_timeout;
}

/* The flow to hear instead of the one that is heard: one that brought
 * something after that went silent; the busiest if there are several. */
static Flow *
successor (const MsgMerge * self)
{
  Flow *best = NULL;
  guint i;

  for (i = 0; i < self->flows->len; i++) {
    Flow *flow = g_ptr_array_index (self->flows, i);

    if (flow == self->heard
        || flow->last_arrival < self->heard->last_arrival
        || flow->held.length == 0)
      continue;
    if (best == NULL || flow->last_arrival > best->last_arrival)
      best = flow;
  }
  return best;
}

static void
hear (MsgMerge * self, Flow * flow)
{
  Flow *old = self->heard;
  guint64 since = old->last_arrival;
  Held *held;

  /* What both said at the same time was heard already, in other words. */
  while ((held = g_queue_peek_head (&flow->held)) != NULL
      && held->item.arrival < since)
    held_free (self, g_queue_pop_head (&flow->held));
  self->heard = flow;
  if (self->next_cut != MSG_CUT_START) {
    self->next_cut = MSG_CUT_SWITCH;
    self->stats.switches++;
  }
  if (old->legs == 0)
    flow_free (self, old);
}

static void
deliver (MsgMerge * self, Held * held, MsgMergeOutput * output)
{
  output->payload = held->item.payload;
  output->leg = held->item.leg;
  output->msgno = held->item.msgno;
  output->lost = held->lost;
  output->cut = held->cut;
  if (self->next_cut != MSG_CUT_NONE) {
    output->cut = self->next_cut;
    output->lost = 0;
    self->next_cut = MSG_CUT_NONE;
  }
  self->stats.delivered++;
  self->stats.lost += output->lost;
  if (output->lost > 0)
    self->stats.holes++;
}

static gboolean
pop_heard (MsgMerge * self, guint64 now, MsgMergeOutput * output)
{
  Held out, *held;

  held = g_queue_pop_head (&self->heard->held);
  if (held != NULL) {
    deliver (self, held, output);
    g_free (held);
    return TRUE;
  }
  if (!flow_pop (self, self->heard, now, &out))
    return FALSE;
  deliver (self, &out, output);
  return TRUE;
}

gboolean
msg_merge_pop (MsgMerge * self, guint64 now, MsgMergeOutput * output)
{
  Flow *next;
  guint i;

  if (self->heard == NULL)
    return FALSE;
  if (pop_heard (self, now, output))
    return TRUE;
  for (i = 0; i < self->flows->len; i++) {
    Flow *flow = g_ptr_array_index (self->flows, i);
    if (flow != self->heard)
      hold (self, flow, now);
  }
  if (!is_silent (self, self->heard, now))
    return FALSE;
  next = successor (self);
  if (next == NULL)
    return FALSE;
  hear (self, next);
  return pop_heard (self, now, output);
}

/* When the flow's hole, if it has one, is final. */
static guint64
gap_deadline (const MsgMerge * self, const Flow * flow)
{
  guint64 behind;

  if (!msg_ring_gap (flow->ring, &behind))
    return G_MAXUINT64;
  return behind + gap_patience (self, flow, behind);
}

guint64
msg_merge_deadline (const MsgMerge * self)
{
  guint64 deadline = G_MAXUINT64;
  guint i;

  for (i = 0; i < self->flows->len; i++) {
    const Flow *flow = g_ptr_array_index (self->flows, i);

    deadline = MIN (deadline, gap_deadline (self, flow));
    if (flow != self->heard && flow->last_arrival >= self->heard->last_arrival)
      deadline = MIN (deadline,
          self->heard->last_arrival + self->config.switch_timeout);
  }
  return deadline;
}

guint
msg_merge_feeding_legs (const MsgMerge * self)
{
  return self->heard != NULL ? self->heard->legs : 0;
}

void
msg_merge_get_leg_stats (const MsgMerge * self, guint id, MsgLegStats * stats)
{
  Leg *leg = find_leg (self, id);

  g_assert (leg != NULL);
  *stats = leg->stats;
  stats->feeding = leg->flow != NULL && leg->flow == self->heard;
}

void
msg_merge_get_stats (const MsgMerge * self, MsgMergeStats * stats)
{
  *stats = self->stats;
  stats->flows = self->flows->len;
}
