/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A bad network on loopback that a connection over UDP goes through in both
 * directions: whoever calls `port` talks with 127.0.0.1:to. */

#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <unistd.h>

typedef struct
{
  int fd[2];                    /* to the caller, to the called */
  guint port;
  struct sockaddr_in peer[2];
  gint loss;                    /* of 1000, atomic */
  gint stopping;                /* atomic */
  guint32 dice;                 /* the same in each run */
  GThread *thread;
} SrtRelay;

static inline int
srt_relay_socket (guint *port)
{
  struct sockaddr_in address = { 0, };
  socklen_t length = sizeof (address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (fd, (struct sockaddr *) &address, length) != 0
      || getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    g_error ("no port for a relay");
  *port = ntohs (address.sin_port);
  return fd;
}

static inline gboolean
srt_relay_drops (SrtRelay *self)
{
  self->dice = self->dice * 1664525 + 1013904223;
  return (gint) ((self->dice >> 16) % 1000) < g_atomic_int_get (&self->loss);
}

static inline void
srt_relay_pass (SrtRelay *self, guint from)
{
  struct sockaddr_in address;
  socklen_t length = sizeof (address);
  guint8 data[2048];
  gssize size = recvfrom (self->fd[from], data, sizeof (data), 0,
      (struct sockaddr *) &address, &length);

  if (size < 0)
    return;
  if (from == 0)
    self->peer[0] = address;
  if (self->peer[!from].sin_port != 0 && !srt_relay_drops (self)
      && sendto (self->fd[!from], data, size, 0,
          (struct sockaddr *) &self->peer[!from], length) < 0)
    return;                     /* nobody there: as good as lost */
}

static inline gpointer
srt_relay_run (gpointer data)
{
  SrtRelay *self = data;
  struct pollfd fds[2] = { {self->fd[0], POLLIN, 0}, {self->fd[1], POLLIN, 0} };
  guint i;

  while (!g_atomic_int_get (&self->stopping)) {
    if (poll (fds, 2, 50) <= 0)
      continue;
    for (i = 0; i < 2; i++) {
      if (fds[i].revents != 0)
        srt_relay_pass (self, i);
    }
  }
  return NULL;
}

static inline SrtRelay *
srt_relay_new (guint to)
{
  SrtRelay *self = g_new0 (SrtRelay, 1);
  guint port;

  self->fd[0] = srt_relay_socket (&self->port);
  self->fd[1] = srt_relay_socket (&port);
  self->peer[1].sin_family = AF_INET;
  self->peer[1].sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->peer[1].sin_port = htons (to);
  self->dice = 1;
  self->thread = g_thread_new ("relay", srt_relay_run, self);
  return self;
}

static inline void
srt_relay_free (SrtRelay *self)
{
  g_atomic_int_set (&self->stopping, 1);
  g_thread_join (self->thread);
  close (self->fd[0]);
  close (self->fd[1]);
  g_free (self);
}
