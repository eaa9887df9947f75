/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264: a first byte tells how the rest is to be read. */
#include "fuzz.h"
#include "nalcopy.h"

#define CONFIG_BYTES \
    "\x01\x4d\x40\x15\xff\xe1\x00\x1c\x67\x4d\x40\x15\xec\xa0\xa8\xcf\x11\x36" \
    "\x1c\xd4\x04\x04\x05\x00\x00\x03\x03\xe9\x00\x00\xea\x60\x8f\x16\x2d\x96" \
    "\x01\x00\x04\x68\xce\x3c\x80"
#define HIGH_SPS \
    "\x67\x64\x00\x0d\xac\xd9\x41\x41\x9f\x9f\x01\x10\x00\x00\x03\x00\x10\x00" \
    "\x00\x03\x03\x20\xf1\x42\x99\x60"
#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  /* avcC */
  SEED ("\x05" CONFIG_BYTES),
  /* SPS: baseline, high */
  SEED ("\x06\x67\x42\xc0\x0c\x8c\x8d\x40\xa0\xcb\xcf\x00\xf0\x88\x46\xa0"),
  SEED ("\x06" HIGH_SPS),
  /* byte stream: delimiter, SPS, PPS, SEI, IDR; a P picture of two slices */
  SEED ("\x00\x00\x00\x00\x01\x09\xf0\x00\x00\x00\x01" HIGH_SPS
      "\x00\x00\x01\x68\xeb\xe3\xcb\x22\xc0\x00\x00\x01\x06\x05\x01\xaa\x80"
      "\x00\x00\x01\x65\x88\x84\x00\x33\xff"),
  SEED ("\x00\x00\x00\x01\x41\x9a\x24\x6c\x00\x00\x01\x41\x0a\x22\x11\x00"),
  /* 4-byte, 2-byte and 1-byte lengths */
  SEED ("\x04\x00\x00\x00\x02\x09\xf0\x00\x00\x00\x04\x65\x88\x84\x00"),
  SEED ("\x02\x00\x04\x68\xce\x3c\x80\x00\x03\x41\x9a\x80"),
  SEED ("\x01\x04\x68\xce\x3c\x80\x03\x41\x9a\x80"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 150000;

static void
check_sps (const AvcSps * sps)
{
  FUZZ_REQUIRE (sps->width > 0 && sps->height > 0);
  FUZZ_REQUIRE (sps->par_n > 0 && sps->par_d > 0);
  FUZZ_REQUIRE (sps->fps_d > 0);
}

/* What was understood can be written and is understood again. */
static void
try_config (const guint8 * data, gsize size)
{
  AvcSets sets = { {NULL}, {NULL}
  }, again = { {NULL}, {NULL} };
  guint length_size = 0;
  AvcSps sps;

  if (avc_sets_parse_config (&sets, data, size, &length_size)) {
    g_autoptr (GBytes) config = avc_sets_config (&sets);

    FUZZ_REQUIRE (length_size >= 1 && length_size <= 4);
    if (avc_sets_sps (&sets, &sps))
      check_sps (&sps);
    if (config != NULL) {
      gsize bytes;
      gconstpointer written = g_bytes_get_data (config, &bytes);

      FUZZ_REQUIRE (avc_sets_parse_config (&again, written, bytes,
              &length_size));
      FUZZ_REQUIRE (length_size == 4);
    }
  }
  avc_sets_clear (&sets);
  avc_sets_clear (&again);
}

static void
try_sps (const guint8 * data, gsize size)
{
  AvcSps sps;

  if (avc_sps_parse (&sps, data, size))
    check_sps (&sps);
}

/* The units' lengths fill the access unit without rest. */
static void
check_unit (GBytes * bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (size > 0) {
    gsize length;

    FUZZ_REQUIRE (size >= 4);
    length = (gsize) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
    FUZZ_REQUIRE (length > 0 && length <= size - 4);
    data += 4 + length;
    size -= 4 + length;
  }
}

static void
try_unit (const guint8 * data, gsize size, guint length_size)
{
  AvcSets sets = { {NULL}, {NULL}
  };
  AvcUnit unit = { FALSE, };
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) config = NULL;

  out = avc_unit_copy (&sets, data, size, length_size, &unit);
  if (out != NULL)
    check_unit (out);
  if (avc_sets_complete (&sets))
    config = avc_sets_config (&sets);
  avc_sets_clear (&sets);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint kind = fuzz_byte (&input) % 7;
  g_autofree guint8 *rest = fuzz_bytes (&input, input.size, &size);

  if (kind == 5)
    try_config (rest, size);
  else if (kind == 6)
    try_sps (rest, size);
  else
    try_unit (rest, size, kind);
  return 0;
}
