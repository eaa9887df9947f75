/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A bad network on loopback: takes datagrams on a port of its own and sends
 * them on to several others, each with a loss and a delay of its own.  Losses
 * are the same in each run with the same packets. */
#define UDP_RELAY_PATHS 2

typedef struct
{
  guint port;                   /* where it goes to */
  guint loss;                   /* of 1000; atomic */
  guint delay;                  /* ms; atomic */
  guint cut;                    /* nothing passes; atomic */
  GRand *rand;
  GQueue waiting;               /* UdpRelayPacket */
  guint sent, lost;             /* atomic */
} UdpRelayPath;

typedef struct
{
  gint64 due;                   /* us */
  gssize size;
  guint8 data[2048];
} UdpRelayPacket;

typedef struct
{
  int fd;
  guint port;
  gboolean apart;               /* the second never loses what the first has */
  gint64 last;                  /* us, relay's thread */
  gint pause;                   /* ms, longest between datagrams; atomic */
  guint taken;                  /* atomic */
  guint lost_on_all;            /* atomic */
  gint stopping;                /* atomic */
  GThread *thread;
  UdpRelayPath path[UDP_RELAY_PATHS];
} UdpRelay;

static inline int
udp_relay_socket (guint * port)
{
  struct sockaddr_in address = { 0, };
  socklen_t length = sizeof (address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0), size = 1 << 21;

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof (size));
  fail_unless (bind (fd, (struct sockaddr *) &address, length) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &address, &length) == 0);
  *port = ntohs (address.sin_port);
  return fd;
}

/* One that was free a moment ago. */
static inline guint
udp_relay_free_port (void)
{
  guint port;

  close (udp_relay_socket (&port));
  return port;
}

static inline void
udp_relay_take (UdpRelay * self, const guint8 * data, gssize size)
{
  gboolean passed = FALSE;
  gboolean lost_before = FALSE;
  gint64 now = g_get_monotonic_time ();
  guint i;

  if (self->last > 0)
    g_atomic_int_set (&self->pause, MAX (g_atomic_int_get (&self->pause),
            (gint) ((now - self->last) / 1000)));
  self->last = now;
  g_atomic_int_inc (&self->taken);
  for (i = 0; i < UDP_RELAY_PATHS; i++) {
    UdpRelayPath *path = &self->path[i];
    UdpRelayPacket *packet;
    gboolean lost = g_rand_int_range (path->rand, 0, 1000)
        < (gint) g_atomic_int_get (&path->loss);

    if (path->port == 0)
      continue;
    if ((lost && !(self->apart && lost_before))
        || g_atomic_int_get (&path->cut)) {
      lost_before = TRUE;
      g_atomic_int_inc (&path->lost);
      continue;
    }
    passed = TRUE;
    packet = g_new (UdpRelayPacket, 1);
    packet->due = g_get_monotonic_time ()
        + 1000 * (gint64) g_atomic_int_get (&path->delay);
    packet->size = size;
    memcpy (packet->data, data, size);
    g_queue_push_tail (&path->waiting, packet);
  }
  if (!passed)
    g_atomic_int_inc (&self->lost_on_all);
}

static inline void
udp_relay_send_due (UdpRelay * self)
{
  struct sockaddr_in to = { 0, };
  guint i;

  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  for (i = 0; i < UDP_RELAY_PATHS; i++) {
    UdpRelayPath *path = &self->path[i];
    UdpRelayPacket *packet;

    to.sin_port = htons (path->port);
    while ((packet = g_queue_peek_head (&path->waiting)) != NULL
        && packet->due <= g_get_monotonic_time ()) {
      if (sendto (self->fd, packet->data, packet->size, 0,
              (struct sockaddr *) &to, sizeof (to)) == packet->size)
        g_atomic_int_inc (&path->sent);
      g_free (g_queue_pop_head (&path->waiting));
    }
  }
}

static inline gpointer
udp_relay_run (gpointer data)
{
  UdpRelay *self = data;
  guint8 bytes[2048];

  while (!g_atomic_int_get (&self->stopping)) {
    struct pollfd fds = { self->fd, POLLIN, 0 };
    gssize size;

    poll (&fds, 1, 2);
    while ((size = recv (self->fd, bytes, sizeof (bytes), MSG_DONTWAIT)) > 0)
      udp_relay_take (self, bytes, size);
    udp_relay_send_due (self);
  }
  return NULL;
}

/* Sends on to `first` and `second` (0: not there). */
static inline void
udp_relay_start (UdpRelay * self, guint first, guint second, guint32 seed)
{
  guint i;

  memset (self, 0, sizeof (*self));
  self->fd = udp_relay_socket (&self->port);
  self->path[0].port = first;
  self->path[1].port = second;
  for (i = 0; i < UDP_RELAY_PATHS; i++) {
    g_queue_init (&self->path[i].waiting);
    self->path[i].rand = g_rand_new_with_seed (seed + i);
  }
  self->thread = g_thread_new ("udp-relay", udp_relay_run, self);
}

static inline void
udp_relay_stop (UdpRelay * self)
{
  guint i;

  g_atomic_int_set (&self->stopping, 1);
  g_thread_join (self->thread);
  for (i = 0; i < UDP_RELAY_PATHS; i++) {
    g_queue_clear_full (&self->path[i].waiting, g_free);
    g_rand_free (self->path[i].rand);
  }
  close (self->fd);
}
