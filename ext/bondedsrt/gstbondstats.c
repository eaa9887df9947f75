/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondstats.h"

#include "gststatslist.h"

void
gst_bond_socket_stats_add (GstBondSocketStats * a, const GstBondSocketStats * b)
{
  GstBondSocketStats sum = *b;

  sum.packets_sent += a->packets_sent;
  sum.packets_sent_unique += a->packets_sent_unique;
  sum.packets_sent_lost += a->packets_sent_lost;
  sum.packets_sent_dropped += a->packets_sent_dropped;
  sum.packets_retransmitted += a->packets_retransmitted;
  sum.packet_ack_received += a->packet_ack_received;
  sum.packet_nack_received += a->packet_nack_received;
  sum.send_duration_us += a->send_duration_us;
  sum.bytes_sent += a->bytes_sent;
  sum.bytes_sent_unique += a->bytes_sent_unique;
  sum.bytes_sent_dropped += a->bytes_sent_dropped;
  sum.bytes_retransmitted += a->bytes_retransmitted;
  sum.packets_received += a->packets_received;
  sum.packets_received_unique += a->packets_received_unique;
  sum.packets_received_lost += a->packets_received_lost;
  sum.packets_received_dropped += a->packets_received_dropped;
  sum.packets_undecrypted += a->packets_undecrypted;
  sum.packet_ack_sent += a->packet_ack_sent;
  sum.packet_nack_sent += a->packet_nack_sent;
  sum.bytes_received += a->bytes_received;
  sum.bytes_received_unique += a->bytes_received_unique;
  sum.bytes_received_lost += a->bytes_received_lost;
  *a = sum;
}

void
gst_bond_stats_set_sender (GstStructure * structure,
    const GstBondSocketStats * stats)
{
  gst_structure_set (structure,
      "packets-sent", G_TYPE_UINT64, stats->packets_sent,
      "packets-sent-unique", G_TYPE_UINT64, stats->packets_sent_unique,
      "packets-sent-lost", G_TYPE_UINT64, stats->packets_sent_lost,
      "packets-sent-dropped", G_TYPE_UINT64, stats->packets_sent_dropped,
      "packets-retransmitted", G_TYPE_UINT64, stats->packets_retransmitted,
      "packet-ack-received", G_TYPE_UINT64, stats->packet_ack_received,
      "packet-nack-received", G_TYPE_UINT64, stats->packet_nack_received,
      "send-duration-us", G_TYPE_UINT64, stats->send_duration_us,
      "bytes-sent", G_TYPE_UINT64, stats->bytes_sent,
      "bytes-sent-unique", G_TYPE_UINT64, stats->bytes_sent_unique,
      "bytes-sent-dropped", G_TYPE_UINT64, stats->bytes_sent_dropped,
      "bytes-retransmitted", G_TYPE_UINT64, stats->bytes_retransmitted,
      "packets-in-flight", G_TYPE_INT, stats->packets_in_flight,
      "packets-unacknowledged", G_TYPE_INT, stats->packets_unacknowledged,
      "send-rate-mbps", G_TYPE_DOUBLE, stats->send_rate_mbps,
      "bandwidth-mbps", G_TYPE_DOUBLE, stats->bandwidth_mbps,
      "rtt-ms", G_TYPE_DOUBLE, stats->rtt_ms,
      "negotiated-latency-ms", G_TYPE_INT, stats->negotiated_latency_ms, NULL);
}

void
gst_bond_stats_set_receiver (GstStructure * structure,
    const GstBondSocketStats * stats)
{
  gst_structure_set (structure,
      "packets-received", G_TYPE_UINT64, stats->packets_received,
      "packets-received-unique", G_TYPE_UINT64, stats->packets_received_unique,
      "packets-received-lost", G_TYPE_UINT64, stats->packets_received_lost,
      "packets-received-dropped", G_TYPE_UINT64,
      stats->packets_received_dropped,
      "packets-undecrypted", G_TYPE_UINT64, stats->packets_undecrypted,
      "packet-ack-sent", G_TYPE_UINT64, stats->packet_ack_sent,
      "packet-nack-sent", G_TYPE_UINT64, stats->packet_nack_sent,
      "bytes-received", G_TYPE_UINT64, stats->bytes_received,
      "bytes-received-unique", G_TYPE_UINT64, stats->bytes_received_unique,
      "bytes-received-lost", G_TYPE_UINT64, stats->bytes_received_lost,
      "receive-rate-mbps", G_TYPE_DOUBLE, stats->receive_rate_mbps,
      "bandwidth-mbps", G_TYPE_DOUBLE, stats->bandwidth_mbps,
      "rtt-ms", G_TYPE_DOUBLE, stats->rtt_ms,
      "negotiated-latency-ms", G_TYPE_INT, stats->negotiated_latency_ms, NULL);
}

void
gst_bond_stats_take_list (GstStructure * structure, const gchar * field,
    GPtrArray * structures)
{
  GValue list = G_VALUE_INIT;
  guint i;

  g_value_init (&list, GST_TYPE_ARRAY);
  for (i = 0; i < structures->len; i++)
    gst_stats_list_append (&list, g_ptr_array_index (structures, i));
  gst_structure_take_value (structure, field, &list);
  g_ptr_array_unref (structures);
}
