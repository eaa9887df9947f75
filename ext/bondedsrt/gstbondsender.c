/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; it guards the history, the list of links and what
 * the stats show.  libsrt is never called and nothing is posted under it.
 * Threads: streaming (push, the waits), application (set_links, stats), the
 * worker (links, sockets), which free () joins. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondsender.h"

#include "bondhistory.h"
#include "gstbondstats.h"
#include "msgno.h"

GST_DEBUG_CATEGORY_EXTERN (gst_bond_debug);
#define GST_CAT_DEFAULT gst_bond_debug

#define HISTORY_MESSAGES 16384
#define HISTORY_EXTRA (1 * G_USEC_PER_SEC)      /* beyond the latency */
#define TICK (10 * GST_MSECOND)
#define STATS_INTERVAL (100 * GST_MSECOND)
#define START_GRACE (4 * GST_SECOND)
#define DRAIN_MARGIN (500 * GST_MSECOND)
/* For a busy receiver's threads to give out what is due. */
#define HAND_OUT_TIME (100 * 1000)      /* us */
#define BATCH 64
#define MAX_EVENTS 32

typedef struct
{
  GstBondLink *link;            /* worker only */
  guint64 cursor;               /* worker only: serial of the next message */
  /* Under the lock, for the stats. */
  gchar *name;
  const LinkSpec *spec;         /* fixed; the link's */
  LinkLife life;
  GstBondSocketStats stats;
  guint64 messages_sent;
  guint64 messages_skipped;
} Lane;

struct _GstBondSender
{
  const GstBondTransport *transport;    /* fixed */
  GstBondDefaults defaults;     /* fixed */
  GstBondSenderCallbacks callbacks;     /* fixed */

  /* Worker only. */
  GMainContext *context;
  GstBondPoll *poll;
  BondState bond;
  guint64 next_stats;
  guint64 frontier;             /* one past the newest that a link took */

  GThread *thread;
  GMutex lock;
  GCond wake;                   /* for the worker */
  GCond progress;               /* for the waits */
  /* Under the lock. */
  BondHistory *history;
  GPtrArray *lanes;             /* changed by the worker only */
  GPtrArray *wanted;            /* nullable: specs to change to */
  gboolean stopping;
  gboolean flushing;
  gboolean draining;
  gboolean drained;
  guint active;
  guint64 newest_srctime;       /* us */
  guint64 messages;
  guint64 bytes;
  guint64 unsent;
  BondStateValue state;
};

static void
lane_free (Lane * lane)
{
  gst_bond_link_free (lane->link);
  g_free (lane->name);
  g_free (lane);
}

GstBondSender *
gst_bond_sender_new (const GstBondTransport * transport, GPtrArray * specs,
    const GstBondDefaults * defaults, const GstBondSenderCallbacks * callbacks)
{
  GstBondSender *self = g_new0 (GstBondSender, 1);

  self->transport = transport;
  gst_bond_defaults_copy (&self->defaults, defaults);
  self->callbacks = *callbacks;
  self->wanted = specs;
  self->lanes = g_ptr_array_new_with_free_func ((GDestroyNotify) lane_free);
  /* A random start keeps a receiver from taking what an earlier run left for
   * this one's. */
  self->history = bond_history_new (HISTORY_MESSAGES,
      msgno_from_bits (g_random_int ()), (GDestroyNotify) g_bytes_unref);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  g_cond_init (&self->progress);
  return self;
}

/* --- worker: links ------------------------------------------------------ */

static Lane *
find_lane (GstBondSender * self, GstBondSocket socket)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    Lane *lane = g_ptr_array_index (self->lanes, i);
    if (gst_bond_link_socket (lane->link) == socket)
      return lane;
  }
  return NULL;
}

static void
on_link_changed (const GstBondLinkChange * change, gpointer data)
{
  GstBondSender *self = data;

  self->callbacks.link_changed (change, self->callbacks.user_data);
}

static gboolean
name_is_taken (const GPtrArray * lanes, const gchar * name)
{
  guint i;

  for (i = 0; i < lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (lanes, i);
    if (lane != NULL && g_str_equal (lane->name, name))
      return TRUE;
  }
  return FALSE;
}

static gchar *
free_name (const GPtrArray * a, const GPtrArray * b)
{
  guint i;

  for (i = 0;; i++) {
    gchar *name = g_strdup_printf ("link-%u", i);

    if (!name_is_taken (a, name) && !name_is_taken (b, name))
      return name;
    g_free (name);
  }
}

/* Takes `spec` (transfer full). */
static Lane *
lane_new (GstBondSender * self, gchar * name, LinkSpec * spec, guint64 now)
{
  Lane *lane = g_new0 (Lane, 1);

  lane->name = name;
  lane->spec = spec;
  lane->link = gst_bond_link_new (name, spec, self->transport, self->poll,
      &self->defaults, on_link_changed, self);
  gst_bond_link_start (lane->link, now);
  lane->life = *gst_bond_link_life (lane->link);
  return lane;
}

/* The lanes for `specs`: the old one's where the URI is the same; those are
 * taken out of self->lanes, which becomes the list of what is to go. */
static GPtrArray *
lanes_for (GstBondSender * self, GPtrArray * specs, guint64 now)
{
  g_autoptr (GPtrArray) old_specs = g_ptr_array_new ();
  g_autofree gint *matches = NULL;
  GPtrArray *lanes = g_ptr_array_new_with_free_func ((GDestroyNotify)
      lane_free);
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    Lane *lane = g_ptr_array_index (self->lanes, i);
    g_ptr_array_add (old_specs, (gpointer) lane->spec);
  }
  matches = link_specs_match (old_specs, specs);
  for (i = 0; i < specs->len; i++) {
    g_ptr_array_add (lanes, matches[i] < 0 ? NULL :
        g_ptr_array_index (self->lanes, matches[i]));
  }
  for (i = 0; i < specs->len; i++) {
    if (matches[i] >= 0)
      continue;
    g_ptr_array_index (lanes, i) = lane_new (self,
        free_name (lanes, self->lanes), g_ptr_array_index (specs, i), now);
    g_ptr_array_index (specs, i) = NULL;
  }
  return lanes;
}

static void
drop_kept (GPtrArray * old, const GPtrArray * kept)
{
  guint i = 0;

  while (i < old->len) {
    if (g_ptr_array_find ((GPtrArray *) kept, g_ptr_array_index (old, i), NULL))
      g_ptr_array_steal_index_fast (old, i);
    else
      i++;
  }
}

static void
spec_free_if_any (gpointer spec)
{
  if (spec != NULL)
    link_spec_free (spec);
}

static void
change_links (GstBondSender * self, guint64 now)
{
  g_autoptr (GPtrArray) specs = NULL;
  GPtrArray *lanes, *old;

  g_mutex_lock (&self->lock);
  specs = g_steal_pointer (&self->wanted);
  g_mutex_unlock (&self->lock);
  if (specs == NULL)
    return;
  g_ptr_array_set_free_func (specs, spec_free_if_any);
  lanes = lanes_for (self, specs, now);
  g_mutex_lock (&self->lock);
  old = self->lanes;
  self->lanes = lanes;
  drop_kept (old, lanes);
  g_mutex_unlock (&self->lock);
  GST_INFO ("%u links, %u gone", lanes->len, old->len);
  g_ptr_array_unref (old);
}

/* --- worker: sending ---------------------------------------------------- */

static gboolean
others_active (const GstBondSender * self, const Lane * self_lane)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (self->lanes, i);
    if (lane != self_lane && gst_bond_link_is_active (lane->link))
      return TRUE;
  }
  return FALSE;
}

/* A late joiner begins with the newest message.  If it is the only one, what
 * nobody took yet is not lost: some of it goes first. */
static void
join (GstBondSender * self, Lane * lane)
{
  guint64 now = self->transport->now_us ();
  guint64 replay = (guint64) gst_bond_link_latency_ms (lane->link) * 1000 / 2;

  g_mutex_lock (&self->lock);
  lane->cursor = bond_history_head (self->history);
  if (!others_active (self, lane) && now > replay)
    lane->cursor = MAX (self->frontier,
        bond_history_find (self->history, now - replay));
  g_mutex_unlock (&self->lock);
}

static void
handle_events (GstBondSender * self, guint64 now)
{
  GstBondEvent events[MAX_EVENTS];
  guint i, n;

  n = self->transport->poll (self->poll, events, MAX_EVENTS, 0);
  for (i = 0; i < n; i++) {
    Lane *lane = find_lane (self, events[i].socket);
    gboolean was_active;

    if (lane == NULL)
      continue;
    was_active = gst_bond_link_is_active (lane->link);
    gst_bond_link_on_event (lane->link, events[i].flags, now);
    if (was_active || !gst_bond_link_is_active (lane->link))
      continue;
    self->transport->watch (self->poll, events[i].socket, FALSE);
    join (self, lane);
  }
}

/* Copies out up to BATCH messages from the lane's cursor on. */
static guint
fetch (GstBondSender * self, Lane * lane, BondMessage * batch)
{
  guint64 tail;
  guint n = 0;

  g_mutex_lock (&self->lock);
  tail = bond_history_tail (self->history);
  if (lane->cursor < tail) {
    lane->messages_skipped += tail - lane->cursor;
    lane->cursor = tail;
  }
  while (n < BATCH && bond_history_get (self->history, lane->cursor + n,
          &batch[n])) {
    g_bytes_ref (batch[n].payload);
    n++;
  }
  g_mutex_unlock (&self->lock);
  return n;
}

static GstBondIo
send_batch (GstBondSender * self, Lane * lane, const BondMessage * batch,
    guint n, guint * sent)
{
  GstBondSocket socket = gst_bond_link_socket (lane->link);
  GstBondIo io = GST_BOND_IO_OK;
  gconstpointer data;
  gsize size;

  for (*sent = 0; *sent < n; (*sent)++) {
    const BondMessage *message = &batch[*sent];

    data = g_bytes_get_data (message->payload, &size);
    io = self->transport->send (socket, data, size, message->msgno,
        message->srctime);
    if (io != GST_BOND_IO_OK)
      break;
  }
  return io;
}

static void
note_sent (GstBondSender * self, Lane * lane, guint sent)
{
  g_mutex_lock (&self->lock);
  if (sent > 0 && lane->cursor > self->frontier)
    self->unsent += lane->cursor - self->frontier;
  lane->cursor += sent;
  lane->messages_sent += sent;
  self->frontier = MAX (self->frontier, lane->cursor);
  g_mutex_unlock (&self->lock);
}

/* Brings one link as far as it goes; it holds nobody. */
static void
pump (GstBondSender * self, Lane * lane, guint64 now)
{
  BondMessage batch[BATCH];
  GstBondIo io = GST_BOND_IO_OK;
  guint n, sent, i;

  while (io == GST_BOND_IO_OK && gst_bond_link_is_active (lane->link)) {
    n = fetch (self, lane, batch);
    if (n == 0)
      break;
    io = send_batch (self, lane, batch, n, &sent);
    note_sent (self, lane, sent);
    for (i = 0; i < n; i++)
      g_bytes_unref (batch[i].payload);
    if (io == GST_BOND_IO_CLOSED)
      gst_bond_link_on_closed (lane->link, now);
  }
}

/* --- worker: reporting -------------------------------------------------- */

static guint
count_active (const GstBondSender * self)
{
  guint i, active = 0;

  for (i = 0; i < self->lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (self->lanes, i);
    if (gst_bond_link_is_active (lane->link))
      active++;
  }
  return active;
}

static void
update_bond (GstBondSender * self, guint64 now)
{
  guint active = count_active (self);
  BondChange change;

  if (bond_state_update (&self->bond, active, self->lanes->len, now, &change)) {
    GST_INFO ("bond is %s: %u of %u links", bond_state_name (change.now),
        active, self->lanes->len);
    self->callbacks.bond_changed (&change, active, self->lanes->len,
        self->callbacks.user_data);
  }
  g_mutex_lock (&self->lock);
  self->state = self->bond.state;
  if (self->active != active) {
    self->active = active;
    g_cond_broadcast (&self->progress);
  }
  g_mutex_unlock (&self->lock);
}

static void
update_stats (GstBondSender * self, gboolean fresh)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    Lane *lane = g_ptr_array_index (self->lanes, i);
    GstBondSocketStats stats;

    gst_bond_link_get_stats (lane->link, fresh, &stats);
    g_mutex_lock (&self->lock);
    lane->stats = stats;
    lane->life = *gst_bond_link_life (lane->link);
    g_mutex_unlock (&self->lock);
  }
}

/* Whether the lane's receiver has given out all that there is: a receiver
 * forgets what it still holds when the connection is closed. */
static gboolean
is_delivered_locked (const GstBondSender * self, const Lane * lane,
    guint64 now_us)
{
  guint64 due = self->newest_srctime
      + (guint64) lane->stats.negotiated_latency_ms * 1000
      + (guint64) (lane->stats.rtt_ms * 1000) + HAND_OUT_TIME;

  return lane->cursor == bond_history_head (self->history)
      && lane->stats.packets_unacknowledged == 0 && now_us > due;
}

static void
update_drain (GstBondSender * self)
{
  guint64 now_us = self->transport->now_us ();
  gboolean drained;
  guint i;

  g_mutex_lock (&self->lock);
  drained = self->draining && self->active > 0;
  for (i = 0; drained && i < self->lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (self->lanes, i);
    if (gst_bond_link_is_active (lane->link))
      drained = is_delivered_locked (self, lane, now_us);
  }
  if (drained && !self->drained) {
    self->drained = TRUE;
    g_cond_broadcast (&self->progress);
  }
  g_mutex_unlock (&self->lock);
}

/* --- worker ------------------------------------------------------------- */

static gboolean
has_work_locked (const GstBondSender * self)
{
  guint64 head = bond_history_head (self->history);
  guint i;

  if (self->stopping || self->wanted != NULL)
    return TRUE;
  for (i = 0; i < self->lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (self->lanes, i);
    if (gst_bond_link_is_active (lane->link) && lane->cursor < head)
      return TRUE;
  }
  return FALSE;
}

/* Until there is something to send or a tick has passed.  A full link counts
 * as nothing to send: it is looked at again with the next tick or message. */
static gboolean
wait_for_work (GstBondSender * self, gboolean stuck)
{
  gint64 end = g_get_monotonic_time () + TICK / 1000;
  gboolean stopping;

  g_mutex_lock (&self->lock);
  while (stuck || !has_work_locked (self)) {
    if (!g_cond_wait_until (&self->wake, &self->lock, end))
      break;
    stuck = FALSE;
  }
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return !stopping;
}

static gboolean
is_stuck (GstBondSender * self)
{
  gboolean stuck;

  g_mutex_lock (&self->lock);
  stuck = !self->stopping && self->wanted == NULL && has_work_locked (self);
  g_mutex_unlock (&self->lock);
  return stuck;
}

static void
turn (GstBondSender * self)
{
  guint64 now = gst_util_get_timestamp ();
  gboolean fresh = now >= self->next_stats;
  guint i;

  g_mutex_lock (&self->lock);
  fresh |= self->draining;
  g_mutex_unlock (&self->lock);
  change_links (self, now);
  while (g_main_context_iteration (self->context, FALSE));
  handle_events (self, now);
  for (i = 0; i < self->lanes->len; i++) {
    Lane *lane = g_ptr_array_index (self->lanes, i);

    gst_bond_link_on_timer (lane->link, now);
    pump (self, lane, now);
  }
  update_bond (self, now);
  if (fresh)
    self->next_stats = now + STATS_INTERVAL;
  update_stats (self, fresh);
  update_drain (self);
}

static void
close_all (GstBondSender * self)
{
  GPtrArray *lanes;

  g_mutex_lock (&self->lock);
  lanes = self->lanes;
  self->lanes = g_ptr_array_new_with_free_func ((GDestroyNotify) lane_free);
  g_mutex_unlock (&self->lock);
  g_ptr_array_unref (lanes);
}

static gpointer
run (gpointer data)
{
  GstBondSender *self = data;

  g_main_context_push_thread_default (self->context);
  bond_state_init (&self->bond, gst_util_get_timestamp (), START_GRACE);
  do {
    turn (self);
  } while (wait_for_work (self, is_stuck (self)));
  close_all (self);
  /* Cancelled look-ups come back at once; they belong to this context. */
  while (g_main_context_iteration (self->context, FALSE));
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

gboolean
gst_bond_sender_start (GstBondSender * self)
{
  if (!self->transport->startup ())
    return FALSE;
  self->context = g_main_context_new ();
  self->poll = self->transport->poll_new ();
  self->thread = g_thread_new ("bondedsrt-send", run, self);
  return TRUE;
}

static void
stop (GstBondSender * self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->wake);
  g_cond_broadcast (&self->progress);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  self->transport->poll_free (self->poll);
  g_main_context_unref (self->context);
  self->transport->cleanup ();
}

void
gst_bond_sender_free (GstBondSender * self)
{
  if (self->thread != NULL)
    stop (self);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  g_ptr_array_unref (self->lanes);
  bond_history_free (self->history);
  gst_bond_defaults_clear (&self->defaults);
  g_cond_clear (&self->wake);
  g_cond_clear (&self->progress);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- any thread --------------------------------------------------------- */

void
gst_bond_sender_set_links (GstBondSender * self, GPtrArray * specs)
{
  g_autoptr (GPtrArray) unused = NULL;

  g_mutex_lock (&self->lock);
  unused = self->wanted;
  self->wanted = specs;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

void
gst_bond_sender_push (GstBondSender * self, gconstpointer data, gsize size)
{
  GBytes *payload = g_bytes_new (data, size);
  guint64 now = self->transport->now_us ();
  guint64 keep = (guint64) self->defaults.latency_ms * 1000 + HISTORY_EXTRA;

  g_mutex_lock (&self->lock);
  if (now > keep)
    bond_history_trim (self->history, now - keep);
  bond_history_push (self->history, payload, now);
  self->newest_srctime = now;
  self->drained = FALSE;
  self->messages++;
  self->bytes += size;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_bond_sender_wait_active (GstBondSender * self)
{
  gboolean active;

  g_mutex_lock (&self->lock);
  while (self->active == 0 && !self->flushing && !self->stopping)
    g_cond_wait (&self->progress, &self->lock);
  active = self->active > 0;
  g_mutex_unlock (&self->lock);
  return active;
}

/* The longest that any peer holds a message back. */
static guint64
drain_time_locked (const GstBondSender * self)
{
  gint latency_ms = (gint) self->defaults.latency_ms;
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (self->lanes, i);
    latency_ms = MAX (latency_ms, lane->stats.negotiated_latency_ms);
  }
  return (guint64) latency_ms *GST_MSECOND + DRAIN_MARGIN;
}

void
gst_bond_sender_drain (GstBondSender * self)
{
  gint64 end;

  g_mutex_lock (&self->lock);
  end = g_get_monotonic_time () + drain_time_locked (self) / 1000;
  self->draining = TRUE;
  while (self->messages > 0 && !self->drained && !self->flushing
      && !self->stopping) {
    if (!g_cond_wait_until (&self->progress, &self->lock, end))
      break;
  }
  self->draining = FALSE;
  g_mutex_unlock (&self->lock);
}

void
gst_bond_sender_set_flushing (GstBondSender * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->progress);
  g_mutex_unlock (&self->lock);
}

static GstStructure *
lane_stats_locked (const Lane * lane, guint64 now)
{
  const LinkLife *life = &lane->life;
  GstStructure *stats;

  stats = gst_structure_new ("application/x-bondedsrt-link-stats",
      "name", G_TYPE_STRING, lane->name,
      "uri", G_TYPE_STRING, lane->spec->shown,
      "state", G_TYPE_STRING, link_state_name (life->state),
      "reason", G_TYPE_STRING, link_reason_name (life->reason),
      "state-time", G_TYPE_UINT64, now > life->since ? now - life->since :
      G_GUINT64_CONSTANT (0),
      "weight", G_TYPE_INT, (gint) lane->spec->weight,
      "priority", G_TYPE_INT, (gint) lane->spec->priority,
      "connects", G_TYPE_UINT64, life->connects,
      "reconnects", G_TYPE_UINT64, life->connects > 0 ? life->connects - 1 :
      G_GUINT64_CONSTANT (0),
      "messages-sent", G_TYPE_UINT64, lane->messages_sent,
      "messages-skipped", G_TYPE_UINT64, lane->messages_skipped, NULL);
  gst_bond_stats_set_sender (stats, &lane->stats);
  return stats;
}

static void
set_totals_locked (GstBondSender * self, GstStructure * stats,
    const GstBondSocketStats * total)
{
  gst_structure_set (stats,
      "protocol", G_TYPE_STRING, self->transport->name,
      "state", G_TYPE_STRING, bond_state_name (self->state),
      "links-active", G_TYPE_INT, (gint) self->active,
      "links-wanted", G_TYPE_INT, (gint) self->lanes->len,
      "messages", G_TYPE_UINT64, self->messages,
      "bytes", G_TYPE_UINT64, self->bytes,
      "messages-unsent", G_TYPE_UINT64, self->unsent,
      "bytes-sent-total", G_TYPE_UINT64, total->bytes_sent,
      "packets-sent", G_TYPE_UINT64, total->packets_sent,
      "packets-retransmitted", G_TYPE_UINT64, total->packets_retransmitted,
      "packets-sent-lost", G_TYPE_UINT64, total->packets_sent_lost,
      "packets-sent-dropped", G_TYPE_UINT64, total->packets_sent_dropped, NULL);
}

GstStructure *
gst_bond_sender_get_stats (GstBondSender * self, const gchar * name)
{
  GPtrArray *list = g_ptr_array_new ();
  GstStructure *stats = gst_structure_new_empty (name);
  GstBondSocketStats total = { 0 };
  guint64 now = gst_util_get_timestamp ();
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->lanes->len; i++) {
    const Lane *lane = g_ptr_array_index (self->lanes, i);

    g_ptr_array_add (list, lane_stats_locked (lane, now));
    gst_bond_socket_stats_add (&total, &lane->stats);
  }
  set_totals_locked (self, stats, &total);
  g_mutex_unlock (&self->lock);
  gst_bond_stats_take_list (stats, "links", list);
  return stats;
}
