/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OPUS_RATE 48000
#define OPUS_MAX_CHANNELS 255

/* What OpusHead (RFC 7845 5.1) says. */
typedef struct
{
  guint channels;
  guint pre_skip;               /* samples at 48 kHz */
  guint32 input_rate;           /* Hz, for information */
  gint16 gain;                  /* dB / 256 */
  guint family;
  guint streams, coupled;
  guint8 mapping[OPUS_MAX_CHANNELS];
} OpusConfig;

/* FALSE when it is cut off or of a version that is not known. */
gboolean opus_config_parse (OpusConfig * self, const guint8 * data,
    gsize size);

/* FALSE when the mapping names channels that no stream has. */
gboolean opus_config_check (const OpusConfig * self);

/* For one or two channels, of which nothing more is told. */
void opus_config_init (OpusConfig * self, guint channels);

/* The body of a dOps box (Opus in ISOBMFF 4.3.2).  Returns: (transfer full) */
GBytes *opus_config_box (const OpusConfig * self);

/* Samples at 48 kHz in a packet (RFC 6716 3.1), 0 when it makes no sense. */
guint opus_packet_samples (const guint8 * data, gsize size);

#define OPUS_SILENCE_SAMPLES 960

/* A packet of OPUS_SILENCE_SAMPLES in which nothing is to be heard.
 * Returns: (transfer full) (nullable): NULL for more than two channels. */
GBytes *opus_config_silence (const OpusConfig * self);

/* How many packets of so many samples make the 80 ms after which a decoder has
 * settled (RFC 7845 4.6), as a roll distance. */
gint opus_roll_distance (guint samples);

G_END_DECLS
