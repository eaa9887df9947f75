/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AudioSpecificConfig and ADTS: the first byte tells which. */
#include "fuzz.h"
#include "aacconfig.h"

#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  SEED ("\x00\x11\x90"),
  SEED ("\x00\x11\x94\x56\xe5\x00"),
  SEED ("\x00\x2b\x11\x88\x00"),
  SEED ("\x00\xeb\x09\x88\x00"),
  SEED ("\x00\x17\x80\x5d\xc0\x10"),
  SEED ("\x01\xff\xf1\x4c\x80\x01\x7f\xfc\x21\x10\x04\x60"),
  SEED ("\x01\xff\xf0\x4c\x80\x01\xbf\xfc\x00\x00\x21\x10\x04\x60"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 300000;

static void
try_config (const guint8 * data, gsize size)
{
  AacConfig config;

  if (!aac_config_parse (&config, data, size))
    return;
  FUZZ_REQUIRE (config.rate > 0);
  FUZZ_REQUIRE (config.channels > 0);
  FUZZ_REQUIRE (config.frame_samples > 0);
}

static void
try_adts (const guint8 * data, gsize size)
{
  gsize offset = 0, length = 0;
  g_autoptr (GBytes) config = NULL;

  config = aac_config_from_adts (data, size, &offset, &length);
  if (config == NULL)
    return;
  FUZZ_REQUIRE (offset <= size && length <= size - offset);
  FUZZ_REQUIRE (g_bytes_get_size (config) == 2);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  gboolean adts = fuzz_byte (&input) & 1;
  g_autofree guint8 *rest = fuzz_bytes (&input, input.size, &size);

  if (adts)
    try_adts (rest, size);
  else
    try_config (rest, size);
  return 0;
}
