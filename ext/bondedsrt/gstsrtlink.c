/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fence: nothing else includes libsrt.
 *
 * Threads: the listener's hook runs in libsrt's receive thread; it touches
 * only what is fixed, and `free_places` atomically.  libsrt's errors are per
 * thread, and srt_strerror () has one buffer: they are copied at once. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstsrtlink.h"

#include <errno.h>
#include <netinet/in.h>
#include <srt/srt.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

#define BACKLOG 32
/* Refusals with a meaning that callers understand, as HTTP's status. */
#define REJECT_FORBIDDEN 1403
#define REJECT_OVERLOAD 1402

struct _GstBondPoll
{
  gint eid;
};

struct _GstBondListener
{
  SRTSOCKET socket;
  gchar *streamid;              /* nullable; fixed */
  gint free_places;             /* atomic */
};

static const SRT_SOCKOPT option_numbers[LINK_OPTION_COUNT] = {
  SRTO_CONNTIMEO, SRTO_PEERIDLETIMEO, SRTO_LOSSMAXTTL, SRTO_MAXBW,
  SRTO_INPUTBW, SRTO_OHEADBW, SRTO_FC, SRTO_SNDBUF, SRTO_RCVBUF, SRTO_IPTTL,
  SRTO_IPTOS,
};

static gboolean
option_is_wide (LinkOption option)
{
  return option == LINK_OPTION_MAXBW || option == LINK_OPTION_INPUTBW;
}

static gboolean
startup (void)
{
  if (srt_startup () < 0)
    return FALSE;
  /* It writes to the standard error whatever a peer does wrong; what matters
   * of it is in our messages. */
  srt_setloglevel (LOG_CRIT);
  return TRUE;
}

static void
cleanup (void)
{
  srt_cleanup ();
}

static guint64
now_us (void)
{
  return (guint64) srt_time_now ();
}

/* --- poll --------------------------------------------------------------- */

static GstBondPoll *
poll_new (void)
{
  GstBondPoll *self = g_new0 (GstBondPoll, 1);

  self->eid = srt_epoll_create ();
  srt_epoll_set (self->eid, SRT_EPOLL_ENABLE_EMPTY);
  return self;
}

static void
poll_free (GstBondPoll * self)
{
  srt_epoll_release (self->eid);
  g_free (self);
}

static GstBondEventFlags
flags_of (gint events)
{
  GstBondEventFlags flags = 0;

  if (events & SRT_EPOLL_ERR)
    return GST_BOND_EVENT_FAILED;
  if (events & SRT_EPOLL_IN)
    flags |= GST_BOND_EVENT_READABLE;
  if (events & SRT_EPOLL_OUT)
    flags |= GST_BOND_EVENT_CONNECTED;
  return flags;
}

static guint
poll_wait (GstBondPoll * self, GstBondEvent * events, guint n_events,
    guint timeout_ms)
{
  SRT_EPOLL_EVENT ready[32];
  gint n, i;

  n = srt_epoll_uwait (self->eid, ready, MIN (n_events, G_N_ELEMENTS (ready)),
      timeout_ms);
  /* It says how many there are, which may be more than it gave. */
  n = CLAMP (n, 0, (gint) MIN (n_events, G_N_ELEMENTS (ready)));
  for (i = 0; i < n; i++) {
    events[i].socket = ready[i].fd;
    events[i].flags = flags_of (ready[i].events);
  }
  return n;
}

static void
watch (GstBondPoll * self, GstBondSocket socket, gboolean readable)
{
  gint events = SRT_EPOLL_ERR | (readable ? SRT_EPOLL_IN : 0);

  if (srt_epoll_update_usock (self->eid, socket, &events) < 0)
    srt_epoll_add_usock (self->eid, socket, &events);
}

/* --- options ------------------------------------------------------------ */

static gboolean
set_int (SRTSOCKET socket, SRT_SOCKOPT option, gint value)
{
  return srt_setsockflag (socket, option, &value, sizeof (value)) >= 0;
}

static gboolean
set_wide (SRTSOCKET socket, SRT_SOCKOPT option, gint64 value)
{
  return srt_setsockflag (socket, option, &value, sizeof (value)) >= 0;
}

static gboolean
set_bool (SRTSOCKET socket, SRT_SOCKOPT option, bool value)
{
  return srt_setsockflag (socket, option, &value, sizeof (value)) >= 0;
}

static gboolean
set_text (SRTSOCKET socket, SRT_SOCKOPT option, const gchar * text)
{
  return text == NULL || *text == '\0'
      || srt_setsockflag (socket, option, text, (int) strlen (text)) >= 0;
}

static gboolean
set_whole_numbers (SRTSOCKET socket, const gint64 * options)
{
  gboolean ok = TRUE;
  guint i;

  for (i = 0; options != NULL && i < LINK_OPTION_COUNT; i++) {
    if (options[i] == LINK_OPTION_UNSET)
      continue;
    ok &= option_is_wide (i) ? set_wide (socket, option_numbers[i], options[i])
        : set_int (socket, option_numbers[i], (gint) options[i]);
  }
  return ok;
}

static gboolean
set_options (SRTSOCKET socket, const GstBondEndpoint * endpoint)
{
  struct linger none = { 0, 0 };
  gboolean ok;

  ok = set_int (socket, SRTO_TRANSTYPE, SRTT_LIVE)
      && set_bool (socket, SRTO_SNDSYN, false)
      && set_bool (socket, SRTO_RCVSYN, false)
      && set_int (socket, SRTO_PAYLOADSIZE, GST_BOND_MESSAGE_MAX)
      && set_int (socket, SRTO_LATENCY, (gint) endpoint->latency_ms)
      && srt_setsockflag (socket, SRTO_LINGER, &none, sizeof (none)) >= 0;
  if (endpoint->passphrase != NULL && *endpoint->passphrase != '\0')
    ok = ok && set_int (socket, SRTO_PBKEYLEN, (gint) endpoint->pbkeylen)
        && set_text (socket, SRTO_PASSPHRASE, endpoint->passphrase);
  if (endpoint->max_bitrate > 0)
    ok = ok && set_wide (socket, SRTO_MAXBW,
        (gint64) (endpoint->max_bitrate / 8));
  return ok && set_whole_numbers (socket, endpoint->options)
      && set_text (socket, SRTO_BINDTODEVICE, endpoint->bindtodevice);
}

static gint
native (GSocketAddress * address, struct sockaddr_storage *storage)
{
  gssize size = g_socket_address_get_native_size (address);

  if (size <= 0 || size > (gssize) sizeof (*storage)
      || !g_socket_address_to_native (address, storage, sizeof (*storage),
          NULL))
    return 0;
  return (gint) size;
}

static gboolean
bind_local (SRTSOCKET socket, GSocketAddress * local)
{
  struct sockaddr_storage storage;
  gint size;

  if (local == NULL)
    return TRUE;
  /* One port takes both families where the address is any. */
  if (g_socket_address_get_family (local) == G_SOCKET_FAMILY_IPV6)
    set_int (socket, SRTO_IPV6ONLY, 0);
  size = native (local, &storage);
  return size > 0 && srt_bind (socket, (struct sockaddr *) &storage, size) >= 0;
}

/* --- connections -------------------------------------------------------- */

/* The library's words and the system's, which say more. */
static gchar *
last_error (void)
{
  gint system = 0;

  srt_getlasterror (&system);
  if (system == 0)
    return g_strdup (srt_getlasterror_str ());
  return g_strdup_printf ("%s (%s)", srt_getlasterror_str (),
      g_strerror (system));
}

static GstBondSocket
fail_connect (SRTSOCKET socket, LinkReason why, LinkReason * reason,
    gchar ** detail)
{
  *reason = why;
  *detail = last_error ();
  if (socket != SRT_INVALID_SOCK)
    srt_close (socket);
  return GST_BOND_SOCKET_NONE;
}

/* A bound UDP socket of the link's own, or -1 with errno.  libsrt's sockets
 * block when they send, for seconds while the neighbour's hardware address is
 * unknown (a modem that was unplugged): its sender then puts later bytes into
 * the packet that it has in hand, and closing the link, which says goodbye,
 * holds the caller's thread, and with it all links.  This one gives up soon. */
static gint
open_udp (const GstBondEndpoint * endpoint, const struct sockaddr *remote)
{
  static const struct timeval patience = { 0, 2000 };
  const gchar *device = endpoint->bindtodevice;
  struct sockaddr_storage local = { 0, };
  gint fd, saved, size = sizeof (struct sockaddr_in6);

  local.ss_family = remote->sa_family;
  if (remote->sa_family == AF_INET)
    size = sizeof (struct sockaddr_in);
  if (endpoint->local != NULL)
    size = native (endpoint->local, &local);
  fd = socket (local.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  if (setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
          sizeof (patience)) == 0
      && (device == NULL || *device == '\0'
          || setsockopt (fd, SOL_SOCKET, SO_BINDTODEVICE, device,
              strlen (device)) == 0)
      && bind (fd, (struct sockaddr *) &local, size) == 0)
    return fd;
  saved = errno;
  close (fd);
  errno = saved;
  return -1;
}

/* FALSE with `detail` set. */
static gboolean
own_udp (SRTSOCKET socket, const GstBondEndpoint * endpoint,
    const struct sockaddr *remote, gchar ** detail)
{
  gint fd = open_udp (endpoint, remote);

  if (fd < 0) {
    *detail = g_strdup (g_strerror (errno));
    return FALSE;
  }
  set_int (socket, SRTO_IPV6ONLY, 0);
  if (srt_bind_acquire (socket, fd) >= 0)
    return TRUE;                /* libsrt closes it */
  *detail = last_error ();
  close (fd);
  return FALSE;
}

static GstBondSocket
connect_to (GstBondPoll * poll, const GstBondEndpoint * endpoint,
    LinkReason * reason, gchar ** detail)
{
  SRTSOCKET socket = srt_create_socket ();
  gint events = SRT_EPOLL_OUT | SRT_EPOLL_ERR;
  struct sockaddr_storage remote;
  gint size = native (endpoint->remote, &remote);

  if (socket == SRT_INVALID_SOCK || size == 0 || !set_options (socket, endpoint)
      || !set_text (socket, SRTO_STREAMID, endpoint->streamid))
    return fail_connect (socket, LINK_REASON_FAILED, reason, detail);
  if (!own_udp (socket, endpoint, (struct sockaddr *) &remote, detail)) {
    *reason = LINK_REASON_LOCAL_ADDRESS;
    srt_close (socket);
    return GST_BOND_SOCKET_NONE;
  }
  srt_epoll_add_usock (poll->eid, socket, &events);
  /* With a device that is not there this fails at once. */
  if (srt_connect (socket, (struct sockaddr *) &remote, size) < 0)
    return fail_connect (socket, endpoint->bindtodevice != NULL ?
        LINK_REASON_LOCAL_ADDRESS : LINK_REASON_FAILED, reason, detail);
  return socket;
}

static LinkReason
reason_of_rejection (gint code)
{
  switch (code) {
    case SRT_REJ_BADSECRET:
      return LINK_REASON_BAD_PASSPHRASE;
    case SRT_REJ_UNSECURE:
      return LINK_REASON_UNENCRYPTED;
    case SRT_REJ_TIMEOUT:
    case SRT_REJ_UNKNOWN:
      return LINK_REASON_NO_ANSWER;
    case SRT_REJ_SYSTEM:
    case SRT_REJ_RESOURCE:
    case SRT_REJ_IPE:
    case SRT_REJ_CLOSE:
      return LINK_REASON_FAILED;
  }
  return LINK_REASON_REFUSED;
}

static LinkReason
failure (GstBondSocket socket, gchar ** detail)
{
  gint code = srt_getrejectreason (socket);

  *detail = g_strdup_printf ("%d: %s", code, srt_rejectreason_str (code));
  return reason_of_rejection (code);
}

static void
close_socket (GstBondPoll * poll, GstBondSocket socket)
{
  srt_epoll_remove_usock (poll->eid, socket);
  srt_close (socket);
}

static GstBondIo
io_result (void)
{
  switch (srt_getlasterror (NULL)) {
    case SRT_EASYNCSND:
    case SRT_EASYNCRCV:
    case SRT_ETIMEOUT:
    case SRT_ECONGEST:
      return GST_BOND_IO_AGAIN;
  }
  return GST_BOND_IO_CLOSED;
}

static GstBondIo
send_message (GstBondSocket socket, gconstpointer data, gsize size,
    guint32 msgno, guint64 srctime)
{
  SRT_MSGCTRL control = srt_msgctrl_default;
  gint64 start = srt_connection_time (socket);

  /* An older source time is refused. */
  control.srctime = MAX ((gint64) srctime, start);
  control.msgno = (gint32) msgno;
  if (srt_sendmsg2 (socket, data, (int) size, &control) >= 0)
    return GST_BOND_IO_OK;
  return io_result ();
}

static GstBondIo
receive_message (GstBondSocket socket, gpointer data, gsize * size,
    guint32 * msgno, guint64 * srctime)
{
  SRT_MSGCTRL control = srt_msgctrl_default;
  gint n = srt_recvmsg2 (socket, data, (int) *size, &control);

  if (n < 0)
    return io_result ();
  /* Nothing is how the end is told. */
  if (n == 0)
    return GST_BOND_IO_CLOSED;
  *size = n;
  *msgno = (guint32) control.msgno;
  *srctime = (guint64) control.srctime;
  return GST_BOND_IO_OK;
}

static void
copy_sender_stats (const SRT_TRACEBSTATS * from, GstBondSocketStats * to)
{
  to->packets_sent = from->pktSentTotal;
  to->packets_sent_unique = from->pktSentUniqueTotal;
  to->packets_sent_lost = from->pktSndLossTotal;
  to->packets_sent_dropped = from->pktSndDropTotal;
  to->packets_retransmitted = from->pktRetransTotal;
  to->packet_ack_received = from->pktRecvACKTotal;
  to->packet_nack_received = from->pktRecvNAKTotal;
  to->send_duration_us = from->usSndDurationTotal;
  to->bytes_sent = from->byteSentTotal;
  to->bytes_sent_unique = from->byteSentUniqueTotal;
  to->bytes_sent_dropped = from->byteSndDropTotal;
  to->bytes_retransmitted = from->byteRetransTotal;
  to->send_rate_mbps = from->mbpsSendRate;
  to->packets_in_flight = from->pktFlightSize;
  to->packets_unacknowledged = from->pktSndBuf;
}

static void
copy_receiver_stats (const SRT_TRACEBSTATS * from, GstBondSocketStats * to)
{
  to->packets_received = from->pktRecvTotal;
  to->packets_received_unique = from->pktRecvUniqueTotal;
  to->packets_received_lost = from->pktRcvLossTotal;
  to->packets_received_dropped = from->pktRcvDropTotal;
  to->packets_undecrypted = from->pktRcvUndecryptTotal;
  to->packet_ack_sent = from->pktSentACKTotal;
  to->packet_nack_sent = from->pktSentNAKTotal;
  to->bytes_received = from->byteRecvTotal;
  to->bytes_received_unique = from->byteRecvUniqueTotal;
  to->bytes_received_lost = from->byteRcvLossTotal;
  to->receive_rate_mbps = from->mbpsRecvRate;
}

static gboolean
get_stats (GstBondSocket socket, GstBondSocketStats * stats)
{
  SRT_TRACEBSTATS perf;
  gint latency[2] = { 0, 0 }, size = sizeof (gint);

  memset (stats, 0, sizeof (*stats));
  if (srt_bistats (socket, &perf, 0, 1) < 0)
    return FALSE;
  copy_sender_stats (&perf, stats);
  copy_receiver_stats (&perf, stats);
  stats->rtt_ms = perf.msRTT;
  stats->bandwidth_mbps = perf.mbpsBandwidth;
  srt_getsockflag (socket, SRTO_PEERLATENCY, &latency[0], &size);
  size = sizeof (gint);
  srt_getsockflag (socket, SRTO_RCVLATENCY, &latency[1], &size);
  stats->negotiated_latency_ms = MAX (latency[0], latency[1]);
  return TRUE;
}

static GSocketAddress *
peer (GstBondSocket socket)
{
  struct sockaddr_storage storage;
  gint size = sizeof (storage);

  if (srt_getpeername (socket, (struct sockaddr *) &storage, &size) < 0)
    return NULL;
  return g_socket_address_new_from_native (&storage, size);
}

/* --- listener ----------------------------------------------------------- */

static gboolean
take_place (GstBondListener * self)
{
  if (g_atomic_int_add (&self->free_places, -1) > 0)
    return TRUE;
  g_atomic_int_inc (&self->free_places);
  return FALSE;
}

/* Called by libsrt for each caller, before it is let in. */
static int
on_caller (void *data, SRTSOCKET caller, int version,
    const struct sockaddr *address, const char *streamid)
{
  GstBondListener *self = data;

  if (self->streamid != NULL && g_strcmp0 (self->streamid, streamid) != 0) {
    srt_setrejectreason (caller, REJECT_FORBIDDEN);
    return -1;
  }
  if (g_atomic_int_get (&self->free_places) <= 0) {
    srt_setrejectreason (caller, REJECT_OVERLOAD);
    return -1;
  }
  return 0;
}

static void
listener_free (GstBondListener * self)
{
  /* Takes the lock under which the hook is called: it is not after this. */
  if (self->socket != SRT_INVALID_SOCK)
    srt_close (self->socket);
  g_free (self->streamid);
  g_free (self);
}

static GstBondListener *
fail_listen (GstBondListener * self, GError ** error)
{
  g_autofree gchar *text = last_error ();

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", text);
  listener_free (self);
  return NULL;
}

static GstBondListener *
listen_on (const GstBondEndpoint * endpoint, guint max_callers, GError ** error)
{
  GstBondListener *self = g_new0 (GstBondListener, 1);

  self->free_places = (gint) max_callers;
  if (endpoint->streamid != NULL && *endpoint->streamid != '\0')
    self->streamid = g_strdup (endpoint->streamid);
  self->socket = srt_create_socket ();
  if (self->socket == SRT_INVALID_SOCK || !set_options (self->socket, endpoint)
      || !bind_local (self->socket, endpoint->local)
      || srt_listen_callback (self->socket, on_caller, self) < 0
      || srt_listen (self->socket, BACKLOG) < 0)
    return fail_listen (self, error);
  return self;
}

static GstBondSocket
listener_socket (GstBondListener * self)
{
  return self->socket;
}

static guint16
listener_port (GstBondListener * self)
{
  struct sockaddr_storage storage;
  g_autoptr (GSocketAddress) address = NULL;
  gint size = sizeof (storage);

  if (srt_getsockname (self->socket, (struct sockaddr *) &storage, &size) < 0)
    return 0;
  address = g_socket_address_new_from_native (&storage, size);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void
listener_watch (GstBondPoll * poll, GstBondListener * self)
{
  gint events = SRT_EPOLL_IN | SRT_EPOLL_ERR;

  srt_epoll_add_usock (poll->eid, self->socket, &events);
}

static GstBondSocket
accept_caller (GstBondListener * self)
{
  SRTSOCKET caller = srt_accept (self->socket, NULL, NULL);

  if (caller == SRT_INVALID_SOCK)
    return GST_BOND_SOCKET_NONE;
  /* Callers that came at the same moment may all have been let in. */
  if (!take_place (self)) {
    srt_close (caller);
    return GST_BOND_SOCKET_NONE;
  }
  return caller;
}

static void
release (GstBondListener * self)
{
  g_atomic_int_inc (&self->free_places);
}

/* *INDENT-OFF* */
static const GstBondTransport srt_transport = {
  .name = "srt",
  .startup = startup,
  .cleanup = cleanup,
  .now_us = now_us,
  .poll_new = poll_new,
  .poll_free = poll_free,
  .poll = poll_wait,
  .connect = connect_to,
  .failure = failure,
  .watch = watch,
  .close = close_socket,
  .send = send_message,
  .receive = receive_message,
  .stats = get_stats,
  .peer = peer,
  .listen = listen_on,
  .listener_free = listener_free,
  .listener_socket = listener_socket,
  .listener_port = listener_port,
  .listener_watch = listener_watch,
  .accept = accept_caller,
  .release = release,
};
/* *INDENT-ON* */

const GstBondTransport *
gst_srt_link_transport (void)
{
  return &srt_transport;
}
