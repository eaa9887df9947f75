/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; it guards the output queue and what the stats show.
 * libsrt is never called and nothing is posted under it.
 * Threads: streaming (read), application (stats), the worker (legs, sockets,
 * merge), which free () joins. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondreceiver.h"

#include "gstbondstats.h"

GST_DEBUG_CATEGORY_EXTERN (gst_bond_debug);
#define GST_CAT_DEFAULT gst_bond_debug

#define WINDOW 8192             /* messages */
#define SWITCH_TIMEOUT (500 * GST_MSECOND)
#define POLL_MS 10
#define STATS_INTERVAL (100 * GST_MSECOND)
#define START_GRACE (4 * GST_SECOND)
/* What downstream may be behind before the oldest goes. */
#define QUEUE_MESSAGES 16384
#define QUEUE_TIME (5 * GST_SECOND)
#define MAX_EVENTS 32
/* So that one quick leg does not keep the others waiting. */
#define BATCH 64

typedef struct
{
  GstBuffer *buffer;
  guint64 due;
} Message;

typedef struct
{
  /* Worker only. */
  GstBondSocket socket;
  GstBondLink *link;            /* nullable: a caller's; owned by self->link */
  guint id;                     /* in the merge */
  /* Under the lock, for the stats. */
  gchar *name;
  gchar *uri;
  guint64 since;
  GstBondSocketStats stats;
  MsgLegStats merge_stats;
} Leg;

struct _GstBondReceiver
{
  const GstBondTransport *transport;    /* fixed */
  LinkSpec *spec;               /* fixed */
  GstBondReceiverConfig config; /* fixed */
  GstBondReceiverCallbacks callbacks;   /* fixed */

  /* Worker only. */
  GMainContext *context;
  GstBondPoll *poll;
  GstBondListener *listener;    /* nullable: a caller */
  GstBondLink *link;            /* nullable: a listener */
  MsgMerge *merge;
  BondState bond;
  guint wanted;
  guint64 switches;
  guint64 next_stats;

  GThread *thread;
  GMutex lock;
  GCond ready;
  /* Under the lock. */
  GQueue queue;                 /* of GstBondReceived */
  gboolean drop_discont;        /* the queue was full */
  GPtrArray *legs;              /* changed by the worker only */
  gboolean stopping;
  gboolean flushing;
  guint port;
  BondStateValue state;
  guint active;
  guint64 dropped;
  guint64 bytes;
  guint64 connects;
  MsgMergeStats merge_stats;
  GstBondSocketStats closed;    /* of legs that are gone */
};

static void
message_free (gpointer data)
{
  Message *message = data;

  gst_buffer_unref (message->buffer);
  g_free (message);
}

static void
leg_free (gpointer data)
{
  Leg *leg = data;

  g_free (leg->name);
  g_free (leg->uri);
  g_free (leg);
}

GstBondReceiver *
gst_bond_receiver_new (const GstBondTransport * transport, LinkSpec * spec,
    const GstBondReceiverConfig * config,
    const GstBondReceiverCallbacks * callbacks)
{
  GstBondReceiver *self = g_new0 (GstBondReceiver, 1);
  MsgMergeConfig merge = { WINDOW, config->gap_timeout, config->gap_limit };

  /* Longer than any wait for a hole, which is no silence. */
  merge.switch_timeout = MAX (SWITCH_TIMEOUT,
      MAX (config->gap_limit, config->gap_timeout) + SWITCH_TIMEOUT / 2);
  self->transport = transport;
  self->spec = spec;
  self->config = *config;
  gst_bond_defaults_copy (&self->config.defaults, &config->defaults);
  self->callbacks = *callbacks;
  self->merge = msg_merge_new (&merge, message_free);
  self->legs = g_ptr_array_new_with_free_func (leg_free);
  g_queue_init (&self->queue);
  g_mutex_init (&self->lock);
  g_cond_init (&self->ready);
  return self;
}

/* --- worker: output ----------------------------------------------------- */

static gboolean
queue_is_full_locked (GstBondReceiver * self, guint64 now)
{
  GstBondReceived *oldest = g_queue_peek_head (&self->queue);

  return oldest != NULL && (self->queue.length >= QUEUE_MESSAGES
      || oldest->due + QUEUE_TIME < now);
}

static void
drop_oldest_locked (GstBondReceiver * self)
{
  GstBondReceived *oldest = g_queue_pop_head (&self->queue);

  gst_buffer_unref (oldest->buffer);
  g_free (oldest);
  self->dropped++;
  self->drop_discont = TRUE;
}

static void
queue_output (GstBondReceiver * self, const MsgMergeOutput * output,
    guint64 now)
{
  Message *message = output->payload;
  GstBondReceived *received = g_new0 (GstBondReceived, 1);

  received->buffer = message->buffer;
  received->due = message->due;
  received->discont = output->cut != MSG_CUT_NONE;
  received->cut = output->cut;
  received->lost = output->lost;
  g_free (message);
  g_mutex_lock (&self->lock);
  self->bytes += gst_buffer_get_size (received->buffer);
  while (queue_is_full_locked (self, now))
    drop_oldest_locked (self);
  g_queue_push_tail (&self->queue, received);
  g_cond_signal (&self->ready);
  g_mutex_unlock (&self->lock);
}

static void
pop_merge (GstBondReceiver * self)
{
  guint64 now = gst_util_get_timestamp ();
  MsgMergeOutput output;

  while (msg_merge_pop (self->merge, now, &output)) {
    switch (output.cut) {
      case MSG_CUT_NONE:
        break;
      case MSG_CUT_START:
        GST_INFO ("the stream begins with message %u", output.msgno);
        break;
      case MSG_CUT_HOLE:
        GST_DEBUG ("%" G_GUINT64_FORMAT " messages are lost before %u",
            output.lost, output.msgno);
        break;
      case MSG_CUT_SWITCH:
        GST_INFO ("another sender's stream begins with message %u",
            output.msgno);
        break;
    }
    queue_output (self, &output, now);
  }
}

/* --- worker: legs ------------------------------------------------------- */

static gboolean
name_is_taken (const GstBondReceiver * self, const gchar * name)
{
  guint i;

  for (i = 0; i < self->legs->len; i++) {
    const Leg *leg = g_ptr_array_index (self->legs, i);
    if (g_str_equal (leg->name, name))
      return TRUE;
  }
  return FALSE;
}

static gchar *
free_name (const GstBondReceiver * self)
{
  guint i;

  for (i = 0;; i++) {
    gchar *name = g_strdup_printf ("link-%u", i);

    if (!name_is_taken (self, name))
      return name;
    g_free (name);
  }
}

static gchar *
peer_uri (GstBondReceiver * self, GstBondSocket socket)
{
  g_autoptr (GSocketAddress) address = self->transport->peer (socket);
  g_autofree gchar *text = NULL;

  if (address == NULL)
    return g_strdup ("srt://unknown");
  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  return g_strconcat ("srt://", text, NULL);
}

static void
tell_leg (GstBondReceiver * self, const Leg * leg, LinkState old_state,
    LinkState new_state, LinkReason reason)
{
  GstBondLinkChange change = { leg->name, leg->uri, old_state, new_state,
    reason
  };

  self->callbacks.link_changed (&change, self->callbacks.user_data);
}

static void
add_leg (GstBondReceiver * self, GstBondSocket socket, GstBondLink * link)
{
  Leg *leg = g_new0 (Leg, 1);

  leg->socket = socket;
  leg->link = link;
  leg->name = link != NULL ? g_strdup (gst_bond_link_name (link)) :
      free_name (self);
  leg->uri = peer_uri (self, socket);
  leg->id = msg_merge_add_leg (self->merge);
  leg->since = gst_util_get_timestamp ();
  self->transport->watch (self->poll, socket, TRUE);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->legs, leg);
  self->connects++;
  g_mutex_unlock (&self->lock);
  GST_INFO ("%s is %s", leg->name, leg->uri);
  if (link == NULL)
    tell_leg (self, leg, LINK_IDLE, LINK_ACTIVE, LINK_REASON_CONNECTED);
}

static void
close_leg (GstBondReceiver * self, Leg * leg)
{
  if (leg->link != NULL) {
    gst_bond_link_on_closed (leg->link, gst_util_get_timestamp ());
    return;
  }
  self->transport->close (self->poll, leg->socket);
  self->transport->release (self->listener);
}

static void
refresh_leg (GstBondReceiver * self, Leg * leg)
{
  MsgLegStats merge_stats;
  GstBondSocketStats stats;
  gboolean ok = self->transport->stats (leg->socket, &stats);

  msg_merge_get_leg_stats (self->merge, leg->id, &merge_stats);
  g_mutex_lock (&self->lock);
  leg->merge_stats = merge_stats;
  /* A connection that broke says nothing any more: the last word counts. */
  if (ok)
    leg->stats = stats;
  g_mutex_unlock (&self->lock);
}

static void
remove_leg (GstBondReceiver * self, Leg * leg)
{
  gboolean was_caller = leg->link == NULL;

  GST_INFO ("%s (%s) is gone", leg->name, leg->uri);
  refresh_leg (self, leg);
  msg_merge_remove_leg (self->merge, leg->id);
  close_leg (self, leg);
  g_mutex_lock (&self->lock);
  gst_bond_socket_stats_add (&self->closed, &leg->stats);
  g_ptr_array_set_free_func (self->legs, NULL);
  g_ptr_array_remove (self->legs, leg);
  g_ptr_array_set_free_func (self->legs, leg_free);
  g_mutex_unlock (&self->lock);
  if (was_caller)
    tell_leg (self, leg, LINK_ACTIVE, LINK_BROKEN, LINK_REASON_LOST);
  leg_free (leg);
}

static Leg *
find_leg (const GstBondReceiver * self, GstBondSocket socket)
{
  guint i;

  for (i = 0; i < self->legs->len; i++) {
    Leg *leg = g_ptr_array_index (self->legs, i);
    if (leg->socket == socket)
      return leg;
  }
  return NULL;
}

/* --- worker: input ------------------------------------------------------ */

static void
take_message (GstBondReceiver * self, Leg * leg, gconstpointer data,
    gsize size, guint32 msgno, guint64 srctime)
{
  Message *message = g_new0 (Message, 1);
  guint64 now = gst_util_get_timestamp ();
  guint64 now_us = self->transport->now_us ();

  message->buffer = gst_buffer_new_memdup (data, size);
  message->due = now;
  if (now_us > srctime && (now_us - srctime) * GST_USECOND < now)
    message->due = now - (now_us - srctime) * GST_USECOND;
  msg_merge_push (self->merge, leg->id, msgno, message, msg_digest (data,
          size), now);
}

/* FALSE when the leg is at its end. */
static gboolean
read_leg (GstBondReceiver * self, Leg * leg, guint most)
{
  guint8 data[GST_BOND_MESSAGE_MAX];
  guint32 msgno;
  guint64 srctime;
  guint i;

  for (i = 0; i < most; i++) {
    gsize size = sizeof (data);

    switch (self->transport->receive (leg->socket, data, &size, &msgno,
            &srctime)) {
      case GST_BOND_IO_OK:
        take_message (self, leg, data, size, msgno, srctime);
        break;
      case GST_BOND_IO_AGAIN:
        return TRUE;
      case GST_BOND_IO_CLOSED:
        return FALSE;
    }
  }
  return TRUE;
}

static void
handle_leg (GstBondReceiver * self, Leg * leg, GstBondEventFlags flags)
{
  gboolean failed = (flags & GST_BOND_EVENT_FAILED) != 0;

  /* The last words of a broken one are still there, and only now. */
  if (!read_leg (self, leg, failed ? G_MAXUINT : BATCH) || failed)
    remove_leg (self, leg);
}

static void
handle_link (GstBondReceiver * self, const GstBondEvent * event)
{
  gst_bond_link_on_event (self->link, event->flags, gst_util_get_timestamp ());
  if (gst_bond_link_is_active (self->link))
    add_leg (self, event->socket, self->link);
}

static void
handle_event (GstBondReceiver * self, const GstBondEvent * event)
{
  Leg *leg = find_leg (self, event->socket);
  GstBondSocket caller;

  if (leg != NULL) {
    handle_leg (self, leg, event->flags);
  } else if (self->link != NULL) {
    if (gst_bond_link_socket (self->link) == event->socket)
      handle_link (self, event);
  } else if (self->transport->listener_socket (self->listener) == event->socket) {
    caller = self->transport->accept (self->listener);
    if (caller != GST_BOND_SOCKET_NONE)
      add_leg (self, caller, NULL);
  }
}

/* --- worker: reporting -------------------------------------------------- */

/* Nobody says how many callers there should be: as many as fed the output at
 * once since this sender was first heard. */
static guint
count_wanted (GstBondReceiver * self, guint active)
{
  MsgMergeStats stats;

  if (self->link != NULL)
    return 1;
  msg_merge_get_stats (self->merge, &stats);
  if (active > 0 && (self->bond.state == BOND_LOST
          || stats.switches != self->switches))
    self->wanted = 0;
  self->switches = stats.switches;
  self->wanted = MAX (self->wanted, active);
  return self->wanted;
}

static void
update_bond (GstBondReceiver * self, guint64 now)
{
  guint active = msg_merge_feeding_legs (self->merge);
  guint wanted = count_wanted (self, active);
  BondChange change;

  if (bond_state_update (&self->bond, active, wanted, now, &change)) {
    GST_INFO ("bond is %s: %u of %u links", bond_state_name (change.now),
        active, wanted);
    self->callbacks.bond_changed (&change, active, wanted,
        self->callbacks.user_data);
  }
  g_mutex_lock (&self->lock);
  self->state = self->bond.state;
  self->active = active;
  msg_merge_get_stats (self->merge, &self->merge_stats);
  g_mutex_unlock (&self->lock);
}

static void
update_stats (GstBondReceiver * self, guint64 now)
{
  guint i;

  if (now < self->next_stats)
    return;
  self->next_stats = now + STATS_INTERVAL;
  for (i = 0; i < self->legs->len; i++)
    refresh_leg (self, g_ptr_array_index (self->legs, i));
}

/* --- worker ------------------------------------------------------------- */

static guint
poll_timeout (const GstBondReceiver * self)
{
  guint64 deadline = msg_merge_deadline (self->merge);
  guint64 now = gst_util_get_timestamp ();

  if (deadline <= now)
    return 1;
  return (guint) MIN ((deadline - now) / GST_MSECOND + 1, POLL_MS);
}

static gboolean
turn (GstBondReceiver * self)
{
  GstBondEvent events[MAX_EVENTS];
  guint64 now;
  guint i, n;
  gboolean stopping;

  n = self->transport->poll (self->poll, events, MAX_EVENTS,
      poll_timeout (self));
  for (i = 0; i < n; i++)
    handle_event (self, &events[i]);
  while (g_main_context_iteration (self->context, FALSE));
  now = gst_util_get_timestamp ();
  if (self->link != NULL)
    gst_bond_link_on_timer (self->link, now);
  pop_merge (self);
  update_bond (self, now);
  update_stats (self, now);
  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return !stopping;
}

static void
close_all (GstBondReceiver * self)
{
  guint i;

  for (i = 0; i < self->legs->len; i++) {
    Leg *leg = g_ptr_array_index (self->legs, i);
    if (leg->link == NULL)
      self->transport->close (self->poll, leg->socket);
  }
  g_clear_pointer (&self->link, gst_bond_link_free);
  g_clear_pointer (&self->listener, self->transport->listener_free);
}

static gpointer
run (gpointer data)
{
  GstBondReceiver *self = data;

  g_main_context_push_thread_default (self->context);
  bond_state_init (&self->bond, gst_util_get_timestamp (), START_GRACE);
  while (turn (self));
  close_all (self);
  /* Cancelled look-ups come back at once; they belong to this context. */
  while (g_main_context_iteration (self->context, FALSE));
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
listen_on (GstBondReceiver * self, GError ** error)
{
  const LinkSpec *spec = self->spec;
  g_autoptr (GSocketAddress) local = NULL;
  GstBondEndpoint endpoint = { NULL, NULL };

  local = g_inet_socket_address_new_from_string (spec->host != NULL ?
      spec->host : "0.0.0.0", spec->port);
  if (local == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "%s is no local address", spec->host);
    return FALSE;
  }
  endpoint.local = local;
  gst_bond_defaults_apply (&self->config.defaults, spec, &endpoint);
  self->listener = self->transport->listen (&endpoint, self->config.max_links,
      error);
  if (self->listener == NULL)
    return FALSE;
  self->port = self->transport->listener_port (self->listener);
  self->transport->listener_watch (self->poll, self->listener);
  return TRUE;
}

static void
on_link_changed (const GstBondLinkChange * change, gpointer data)
{
  GstBondReceiver *self = data;

  self->callbacks.link_changed (change, self->callbacks.user_data);
}

static gboolean
open_ends (GstBondReceiver * self, GError ** error)
{
  if (self->spec->listener)
    return listen_on (self, error);
  self->link = gst_bond_link_new ("link-0", g_steal_pointer (&self->spec),
      self->transport, self->poll, &self->config.defaults, on_link_changed,
      self);
  gst_bond_link_start (self->link, gst_util_get_timestamp ());
  return TRUE;
}

gboolean
gst_bond_receiver_start (GstBondReceiver * self, GError ** error)
{
  if (!self->transport->startup ()) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s did not start",
        self->transport->name);
    return FALSE;
  }
  self->context = g_main_context_new ();
  self->poll = self->transport->poll_new ();
  if (!open_ends (self, error)) {
    g_clear_pointer (&self->poll, self->transport->poll_free);
    self->transport->cleanup ();
    return FALSE;
  }
  self->thread = g_thread_new ("bondedsrt-recv", run, self);
  return TRUE;
}

static void
stop (GstBondReceiver * self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->ready);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  self->transport->poll_free (self->poll);
  self->transport->cleanup ();
}

void
gst_bond_receiver_free (GstBondReceiver * self)
{
  if (self->thread != NULL)
    stop (self);
  while (self->queue.length > 0)
    drop_oldest_locked (self);
  msg_merge_free (self->merge);
  g_ptr_array_unref (self->legs);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->spec, link_spec_free);
  gst_bond_defaults_clear (&self->config.defaults);
  g_cond_clear (&self->ready);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- any thread --------------------------------------------------------- */

gboolean
gst_bond_receiver_read (GstBondReceiver * self, GstBondReceived * received)
{
  GstBondReceived *head = NULL;

  g_mutex_lock (&self->lock);
  while (!self->flushing && !self->stopping && self->queue.length == 0)
    g_cond_wait (&self->ready, &self->lock);
  if (!self->flushing && !self->stopping)
    head = g_queue_pop_head (&self->queue);
  if (head != NULL) {
    head->discont |= self->drop_discont;
    self->drop_discont = FALSE;
  }
  g_mutex_unlock (&self->lock);
  if (head == NULL)
    return FALSE;
  *received = *head;
  g_free (head);
  return TRUE;
}

void
gst_bond_receiver_set_flushing (GstBondReceiver * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->ready);
  g_mutex_unlock (&self->lock);
}

static GstStructure *
leg_stats_locked (const Leg * leg, guint64 now)
{
  GstStructure *stats;

  stats = gst_structure_new ("application/x-bondedsrt-link-stats",
      "name", G_TYPE_STRING, leg->name,
      "uri", G_TYPE_STRING, leg->uri,
      "state", G_TYPE_STRING, link_state_name (LINK_ACTIVE),
      "state-time", G_TYPE_UINT64, now - leg->since,
      "feeding", G_TYPE_BOOLEAN, leg->merge_stats.feeding,
      "messages-received", G_TYPE_UINT64, leg->merge_stats.received,
      "messages-first", G_TYPE_UINT64, leg->merge_stats.first,
      "messages-duplicate", G_TYPE_UINT64, leg->merge_stats.duplicates,
      "messages-late", G_TYPE_UINT64, leg->merge_stats.late,
      "skew", G_TYPE_UINT64, leg->merge_stats.skew, NULL);
  gst_bond_stats_set_receiver (stats, &leg->stats);
  return stats;
}

static void
set_totals_locked (GstBondReceiver * self, GstStructure * stats,
    const GstBondSocketStats * total)
{
  gst_structure_set (stats,
      "protocol", G_TYPE_STRING, self->transport->name,
      "local-port", G_TYPE_INT, (gint) self->port,
      "state", G_TYPE_STRING, bond_state_name (self->state),
      "links-active", G_TYPE_INT, (gint) self->active,
      "links-connected", G_TYPE_INT, (gint) self->legs->len,
      "connects", G_TYPE_UINT64, self->connects,
      "messages", G_TYPE_UINT64, self->merge_stats.delivered,
      "messages-lost", G_TYPE_UINT64, self->merge_stats.lost,
      "messages-duplicate", G_TYPE_UINT64, self->merge_stats.duplicates,
      "messages-late", G_TYPE_UINT64, self->merge_stats.late,
      "messages-dropped", G_TYPE_UINT64, self->dropped,
      "holes", G_TYPE_UINT64, self->merge_stats.holes,
      "switches", G_TYPE_UINT64, self->merge_stats.switches,
      "bytes", G_TYPE_UINT64, self->bytes,
      "bytes-received-total", G_TYPE_UINT64, total->bytes_received,
      "packets-received", G_TYPE_UINT64, total->packets_received,
      "packets-received-lost", G_TYPE_UINT64, total->packets_received_lost,
      "packets-received-dropped", G_TYPE_UINT64,
      total->packets_received_dropped, NULL);
}

GstStructure *
gst_bond_receiver_get_stats (GstBondReceiver * self, const gchar * name)
{
  GPtrArray *list = g_ptr_array_new ();
  GstStructure *stats = gst_structure_new_empty (name);
  guint64 now = gst_util_get_timestamp ();
  GstBondSocketStats total;
  guint i;

  g_mutex_lock (&self->lock);
  total = self->closed;
  for (i = 0; i < self->legs->len; i++) {
    const Leg *leg = g_ptr_array_index (self->legs, i);

    g_ptr_array_add (list, leg_stats_locked (leg, now));
    gst_bond_socket_stats_add (&total, &leg->stats);
  }
  set_totals_locked (self, stats, &total);
  g_mutex_unlock (&self->lock);
  gst_bond_stats_take_list (stats, "links", list);
  return stats;
}
