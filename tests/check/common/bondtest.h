/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of the bonded SRT elements share: MPEG-TS messages with a
 * counter, and a link through a small UDP relay that delays, drops (by a seed)
 * and can be cut. */

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#define BOND_MESSAGE_BYTES 1316

static inline GstBuffer *
bond_message (guint64 number)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, BOND_MESSAGE_BYTES, NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0x55, map.size);
  for (i = 0; i < 7; i++) {
    map.data[i * 188] = 0x47;
    map.data[i * 188 + 1] = 0x01;
    map.data[i * 188 + 2] = 0x00;
    map.data[i * 188 + 3] = 0x10 | (number + i) % 16;
  }
  memcpy (map.data + 100, &number, sizeof (number));
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static inline guint64
bond_message_number (GstBuffer *buffer)
{
  guint64 number = 0;

  fail_unless_equals_int (gst_buffer_get_size (buffer), BOND_MESSAGE_BYTES);
  gst_buffer_extract (buffer, 100, &number, sizeof (number));
  return number;
}

static inline guint64
bond_stat (GstElement *element, const gchar *field)
{
  GstStructure *stats = NULL;
  const GValue *value;
  guint64 number;

  g_object_get (element, "stats", &stats, NULL);
  value = gst_structure_get_value (stats, field);
  fail_unless (value != NULL, "no %s in the stats", field);
  number = G_VALUE_HOLDS_INT (value) ? (guint64) g_value_get_int (value) :
      g_value_get_uint64 (value);
  gst_structure_free (stats);
  return number;
}

/* Waits, at most a generous time, until a stat is at least `wanted`. */
static inline gboolean
bond_wait_stat (GstElement *element, const gchar *field, guint64 wanted)
{
  guint i;

  for (i = 0; i < 3000; i++) {
    if (bond_stat (element, field) >= wanted)
      return TRUE;
    g_usleep (10000);
  }
  return FALSE;
}

/* --- relay --------------------------------------------------------------- */

typedef struct
{
  gint64 due;
  gboolean to_target;
  gsize size;
  gchar data[2048];
} BondDatagram;

typedef struct
{
  guint16 port;                 /* where the sender calls */
  guint delay_ms;
  guint loss_percent;           /* of data packets, each way */
  gint cut;                     /* atomic */
  gint stop;                    /* atomic */
  GRand *rand;
  GSocket *front;
  GSocket *back;
  GSocketAddress *target;
  GSocketAddress *client;
  GQueue queue;
  GThread *thread;
} BondRelay;

static inline GSocket *
bond_socket (void)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_UDP, NULL);
  GInetAddress *loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  GSocketAddress *any = g_inet_socket_address_new (loopback, 0);

  fail_unless (g_socket_bind (socket, any, FALSE, NULL));
  g_socket_set_blocking (socket, FALSE);
  g_object_unref (any);
  g_object_unref (loopback);
  return socket;
}

static inline guint16
bond_socket_port (GSocket *socket)
{
  GSocketAddress *address = g_socket_get_local_address (socket, NULL);
  guint16 port =
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  g_object_unref (address);
  return port;
}

static inline gboolean
bond_same_address (GSocketAddress *a, GSocketAddress *b)
{
  return a != NULL
      && g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (a))
      == g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (b));
}

/* A new caller is a new peer for the receiver too. */
static inline void
bond_relay_meet (BondRelay *relay, GSocketAddress *client)
{
  if (!bond_same_address (relay->client, client)) {
    g_clear_object (&relay->back);
    relay->back = bond_socket ();
  }
  g_clear_object (&relay->client);
  relay->client = client;
}

static inline void
bond_relay_take (BondRelay *relay, GSocket *from)
{
  BondDatagram *datagram = g_new (BondDatagram, 1);
  GSocketAddress *sender = NULL;
  gssize size;

  while ((size = g_socket_receive_from (from, &sender, datagram->data,
              sizeof (datagram->data), NULL, NULL)) >= 0) {
    gboolean lost = g_atomic_int_get (&relay->cut)
        || (!(datagram->data[0] & 0x80)
        && g_rand_int_range (relay->rand, 0, 100)
        < (gint) relay->loss_percent);

    datagram->to_target = from == relay->front;
    datagram->size = size;
    datagram->due = g_get_monotonic_time () + relay->delay_ms * 1000;
    if (datagram->to_target)
      bond_relay_meet (relay, g_object_ref (sender));
    g_clear_object (&sender);
    if (lost)
      continue;
    g_queue_push_tail (&relay->queue, datagram);
    datagram = g_new (BondDatagram, 1);
  }
  g_free (datagram);
}

static inline void
bond_relay_send_due (BondRelay *relay)
{
  gint64 now = g_get_monotonic_time ();
  BondDatagram *datagram;

  while ((datagram = g_queue_peek_head (&relay->queue)) != NULL
      && datagram->due <= now) {
    g_queue_pop_head (&relay->queue);
    if (datagram->to_target)
      g_socket_send_to (relay->back, relay->target, datagram->data,
          datagram->size, NULL, NULL);
    else
      g_socket_send_to (relay->front, relay->client, datagram->data,
          datagram->size, NULL, NULL);
    g_free (datagram);
  }
}

static inline gpointer
bond_relay_run (gpointer data)
{
  BondRelay *relay = data;

  while (!g_atomic_int_get (&relay->stop)) {
    GPollFD fds[2] = {
      {g_socket_get_fd (relay->front), G_IO_IN, 0},
      {g_socket_get_fd (relay->back), G_IO_IN, 0},
    };

    g_poll (fds, 2, 1);
    bond_relay_take (relay, relay->front);
    bond_relay_take (relay, relay->back);
    bond_relay_send_due (relay);
  }
  return NULL;
}

static inline BondRelay *
bond_relay_new (guint16 target_port, guint delay_ms, guint loss_percent,
    guint seed)
{
  BondRelay *relay = g_new0 (BondRelay, 1);
  GInetAddress *loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  relay->delay_ms = delay_ms;
  relay->loss_percent = loss_percent;
  relay->rand = g_rand_new_with_seed (seed);
  relay->target = g_inet_socket_address_new (loopback, target_port);
  g_object_unref (loopback);
  relay->front = bond_socket ();
  relay->back = bond_socket ();
  relay->port = bond_socket_port (relay->front);
  g_queue_init (&relay->queue);
  relay->thread = g_thread_new ("relay", bond_relay_run, relay);
  return relay;
}

static inline void
bond_relay_cut (BondRelay *relay, gboolean cut)
{
  g_atomic_int_set (&relay->cut, cut);
}

static inline void
bond_relay_free (BondRelay *relay)
{
  g_atomic_int_set (&relay->stop, 1);
  g_thread_join (relay->thread);
  g_queue_clear_full (&relay->queue, g_free);
  g_rand_free (relay->rand);
  g_object_unref (relay->front);
  g_object_unref (relay->back);
  g_clear_object (&relay->client);
  g_object_unref (relay->target);
  g_free (relay);
}
