/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opus, AC-3, E-AC-3 and FLAC, as heads and as frames: the first byte tells. */
#include "ac3config.h"
#include "flacconfig.h"
#include "fuzz.h"
#include "opusconfig.h"

#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
#define FLAC \
    "\x66\x4c\x61\x43\x00\x00\x00\x22\x12\x00\x12\x00\x00\x01\x6f\x00\x05" \
    "\x0e\x0b\xb8\x0a\xf0\x00\x00\x5d\xc0\xd2\x15\xef\xcd\x15\x5a\x21\x49" \
    "\x07\x1a\xc0\x90\xe0\xc7\xfe\x5d"

const FuzzSeed fuzz_seeds[] = {
  SEED ("\x00OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00"),
  SEED ("\x00OpusHead\x01\x06\x38\x01\x80\xbb\x00\x00\x00\x00\x01\x04\x02\x00"
      "\x04\x01\x02\x03\x05"),
  SEED ("\x01\xfc\xff\xfe"),
  SEED ("\x01\x7b\x83\x01\x02\x03"),
  /* E-AC-3 frames of 16 bytes: independent, dependent */
  SEED ("\x02\x0b\x77\x00\x07\x3f\x87\xc0\x00\x20\xf8\x00\x00\x00\x00\x00\x00"
      "\x0b\x77\x40\x07\x3f\x87\xc0\x00\x20\xf8\x00\x00\x00\x00\x00\x00"),
  SEED ("\x02\x0b\x77\xb5\x0b\x00\x40\xeb\xf8"),
  SEED ("\x03" FLAC),
  SEED ("\x03\x7f" "FLAC\x01\x00\x00\x02" FLAC),
  SEED ("\x04\xff\xf8\x5a\x58\x00\x8d\x00\x00\x00\x00\x00\x00"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 200000;

static void
try_opus (const guint8 * data, gsize size)
{
  g_autoptr (GBytes) box = NULL;
  OpusConfig config;

  if (!opus_config_parse (&config, data, size))
    return;
  FUZZ_REQUIRE (config.channels > 0 && config.channels <= OPUS_MAX_CHANNELS);
  box = opus_config_box (&config);
  FUZZ_REQUIRE (g_bytes_get_size (box) == (config.family == 0 ? 11
          : 13 + config.channels));
}

/* RFC 6716 3.4: no packet is longer than 120 ms. */
static void
try_opus_packet (const guint8 * data, gsize size)
{
  guint samples = opus_packet_samples (data, size);

  FUZZ_REQUIRE (samples <= OPUS_RATE * 120 / 1000);
  if (samples > 0)
    FUZZ_REQUIRE (opus_roll_distance (samples) != 0);
}

static void
try_ac3 (const guint8 * data, gsize size)
{
  g_autoptr (GBytes) box = NULL;
  Ac3Config config;

  /* The head says how long a frame is: of AC-3, some hundred bytes. */
  if (!ac3_config_parse (&config, data, size))
    return;
  FUZZ_REQUIRE (config.rate > 0 && config.channels > 0 && config.samples > 0);
  FUZZ_REQUIRE (config.n_substreams <= AC3_MAX_SUBSTREAMS);
  box = ac3_config_box (&config);
  FUZZ_REQUIRE (g_bytes_get_size (box) >= 3);
}

static void
try_flac (const guint8 * data, gsize size)
{
  g_autoptr (GBytes) box = NULL;
  guint8 block[FLAC_STREAMINFO_BYTES];
  FlacConfig config;

  if (!flac_config_parse (&config, data, size, block))
    return;
  FUZZ_REQUIRE (config.rate > 0 && config.channels > 0 && config.depth > 0);
  box = flac_config_box (block);
  FUZZ_REQUIRE (g_bytes_get_size (box) == 4 + FLAC_STREAMINFO_BYTES);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint how = fuzz_byte (&input) % 5;
  g_autofree guint8 *rest = fuzz_bytes (&input, input.size, &size);

  if (how == 0)
    try_opus (rest, size);
  else if (how == 1)
    try_opus_packet (rest, size);
  else if (how == 2)
    try_ac3 (rest, size);
  else if (how == 3)
    try_flac (rest, size);
  else
    FUZZ_REQUIRE (flac_frame_samples (rest, size) <= 65536);
  return 0;
}
