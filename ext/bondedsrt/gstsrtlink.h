/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "linklife.h"
#include "linkspec.h"

G_BEGIN_DECLS

/* What a bond needs of a transport, and nothing of how it does it.  The one
 * that is here is plain SRT; gstsrtlink.c is all that knows libsrt.
 *
 * No call blocks but poll (), and send () only for moments.  A socket and a
 * poll belong to one worker thread; startup, cleanup, now_us and endpoints may
 * be used from anywhere. */

typedef gint GstBondSocket;
#define GST_BOND_SOCKET_NONE (-1)

typedef struct _GstBondPoll GstBondPoll;
typedef struct _GstBondListener GstBondListener;

typedef enum
{
  GST_BOND_EVENT_READABLE = 1 << 0,
  GST_BOND_EVENT_CONNECTED = 1 << 1,
  GST_BOND_EVENT_FAILED = 1 << 2,
} GstBondEventFlags;

typedef struct
{
  GstBondSocket socket;
  GstBondEventFlags flags;
} GstBondEvent;

/* A connection to be made, or a port to be opened; nothing here is kept. */
typedef struct
{
  GSocketAddress *remote;       /* nullable: listen */
  GSocketAddress *local;        /* nullable */
  const gchar *bindtodevice;    /* nullable */
  const gchar *passphrase;      /* nullable */
  const gchar *streamid;        /* nullable; of a listener: the only one let
                                 * in */
  guint pbkeylen;
  guint latency_ms;
  guint64 max_bitrate;          /* bit/s, 0: no limit */
  const gint64 *options;        /* LINK_OPTION_COUNT of them, nullable */
} GstBondEndpoint;

typedef enum
{
  GST_BOND_IO_OK,
  GST_BOND_IO_AGAIN,
  GST_BOND_IO_CLOSED,
} GstBondIo;

/* A connection's counters since it was made; what one side does not have is
 * 0. */
typedef struct
{
  guint64 packets_sent;
  guint64 packets_sent_unique;
  guint64 packets_sent_lost;
  guint64 packets_sent_dropped;
  guint64 packets_retransmitted;
  guint64 packet_ack_received;
  guint64 packet_nack_received;
  guint64 send_duration_us;
  guint64 bytes_sent;
  guint64 bytes_sent_unique;
  guint64 bytes_sent_dropped;
  guint64 bytes_retransmitted;
  guint64 packets_received;
  guint64 packets_received_unique;
  guint64 packets_received_lost;
  guint64 packets_received_dropped;
  guint64 packets_undecrypted;
  guint64 packet_ack_sent;
  guint64 packet_nack_sent;
  guint64 bytes_received;
  guint64 bytes_received_unique;
  guint64 bytes_received_lost;
  /* gauges */
  gdouble rtt_ms;
  gdouble send_rate_mbps;
  gdouble receive_rate_mbps;
  gdouble bandwidth_mbps;
  gint packets_in_flight;
  gint packets_unacknowledged;
  gint negotiated_latency_ms;
} GstBondSocketStats;

typedef struct
{
  const gchar *name;

  /* Counted; cleanup () once for each startup () that returned TRUE. */
  gboolean (*startup) (void);
  void (*cleanup) (void);

  /* us, the clock of all source times. */
  guint64 (*now_us) (void);

  GstBondPoll *(*poll_new) (void);
  void (*poll_free) (GstBondPoll *poll);
  /* Returns how many events there are. */
  guint (*poll) (GstBondPoll *poll, GstBondEvent *events, guint n_events,
      guint timeout_ms);

  /* Begins to connect and puts the socket into `poll`: CONNECTED or FAILED
   * will follow.  On an immediate failure GST_BOND_SOCKET_NONE with `reason`
   * and `detail` (transfer full). */
  GstBondSocket (*connect) (GstBondPoll *poll, const GstBondEndpoint *endpoint,
      LinkReason *reason, gchar **detail);
  /* Why a socket failed; only valid before it is closed. */
  LinkReason (*failure) (GstBondSocket socket, gchar **detail);
  /* From now on tell of data that can be read, or of failure only. */
  void (*watch) (GstBondPoll *poll, GstBondSocket socket, gboolean readable);
  void (*close) (GstBondPoll *poll, GstBondSocket socket);

  /* One message with that number and source time (us), which is moved to the
   * connection's start if it is older. */
  GstBondIo (*send) (GstBondSocket socket, gconstpointer data, gsize size,
      guint32 msgno, guint64 srctime);
  /* `size` in: room, out: length.  `srctime` (us) is when the message was due
   * here. */
  GstBondIo (*receive) (GstBondSocket socket, gpointer data, gsize *size,
      guint32 *msgno, guint64 *srctime);
  gboolean (*stats) (GstBondSocket socket, GstBondSocketStats *stats);
  GSocketAddress *(*peer) (GstBondSocket socket);

  /* At most `max_callers` at a time: give each one back with release () when
   * its socket was closed. */
  GstBondListener *(*listen) (const GstBondEndpoint *endpoint,
      guint max_callers, GError **error);
  void (*listener_free) (GstBondListener *listener);
  /* READABLE means that somebody waits; the socket accepted is in no poll. */
  GstBondSocket (*listener_socket) (GstBondListener *listener);
  guint16 (*listener_port) (GstBondListener *listener);
  void (*listener_watch) (GstBondPoll *poll, GstBondListener *listener);
  GstBondSocket (*accept) (GstBondListener *listener);
  void (*release) (GstBondListener *listener);
} GstBondTransport;

/* The longest message that fits into one datagram. */
#define GST_BOND_MESSAGE_MAX 1456

const GstBondTransport *gst_srt_link_transport (void);

G_END_DECLS
