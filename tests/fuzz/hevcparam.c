/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.265: a first byte tells how the rest is to be read. */
#include "fuzz.h"
#include "nalcopy.h"

#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
#define VPS \
    "\x40\x01\x0c\x01\xff\xff\x02\x20\x00\x00\x03\x00\x90\x00\x00\x03\x00" \
    "\x00\x03\x00\x3c\x95\x94\x09"
#define SPS \
    "\x42\x01\x01\x02\x20\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00" \
    "\x3c\xa0\x0a\x48\x0b\x9c\x94\xd9\x65\x65\xb9\x30\xbc\x39\xa8\x48\x80" \
    "\x48\x20\x00\x00\x7d\x20\x00\x0e\xa6\x01"
#define PPS \
    "\x44\x01\xc1\x73\xc1\x89"
#define CODE "\x00\x00\x00\x01"

const FuzzSeed fuzz_seeds[] = {
  /* hvcC with one of each */
  SEED ("\x05\x01\x02\x20\x00\x00\x00\x90\x00\x00\x00\x00\x00\x3c\xf0\x00\xfc"
      "\xfd\xfa\xfa\x00\x00\x0f\x03\x20\x00\x01\x00\x18" VPS
      "\x21\x00\x01\x00\x2c" SPS "\x22\x00\x01\x00\x06" PPS),
  SEED ("\x06" SPS),
  /* byte stream: delimiter, sets, HDR, IDR, a layer above; one picture */
  SEED ("\x00" CODE "\x46\x01\x10" CODE VPS CODE SPS CODE PPS CODE
      "\x4e\x01\x90\x04\x03\xe8\x01\x90\x80"
      CODE
      "\x4e\x01\x89\x18\x33\xc2\x86\xc4\x1d\x4c\x0b\xb8\x84\xd0\x3e\x80\x3d"
      "\x13\x40\x42\x00\x98\x96\x80\x00\x00\x03\x00\x01\x80"
      CODE "\x28\x01\xac\x00\x00\x03\x01\x80" CODE "\x28\x09\xac\x80"),
  SEED ("\x00" CODE "\x02\x01\xd0\x80"),
  /* 4-byte, 2-byte and 1-byte lengths */
  SEED ("\x04\x00\x00\x00\x03\x46\x01\x10\x00\x00\x00\x04\x2a\x01\xac\x80"),
  SEED ("\x02\x00\x06" PPS "\x00\x04\x02\x01\xd0\x80"),
  SEED ("\x01\x06" PPS "\x04\x12\x01\xd0\x80"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 100000;

static void
check_sps (const HevcSps * sps)
{
  FUZZ_REQUIRE (sps->width > 0 && sps->height > 0);
  FUZZ_REQUIRE (sps->par_n > 0 && sps->par_d > 0);
  FUZZ_REQUIRE (sps->fps_d > 0);
  FUZZ_REQUIRE (sps->sub_layers >= 1 && sps->sub_layers <= 7);
}

/* What was understood can be written and is understood again. */
static void
check_sets (const HevcSets * sets)
{
  g_autoptr (GBytes) config = hevc_sets_config (sets);
  HevcSets again;
  gsize size = 0;
  const guint8 *data;
  guint length_size = 0;
  HevcSps sps;

  if (hevc_sets_sps (sets, &sps))
    check_sps (&sps);
  if (config == NULL)
    return;
  memset (&again, 0, sizeof (again));
  data = g_bytes_get_data (config, &size);
  FUZZ_REQUIRE (hevc_sets_parse_config (&again, data, size, &length_size));
  FUZZ_REQUIRE (length_size == 4 && hevc_sets_complete (&again));
  hevc_sets_clear (&again);
}

static void
try_config (const guint8 * data, gsize size)
{
  HevcSets sets;
  guint length_size = 0;

  memset (&sets, 0, sizeof (sets));
  if (hevc_sets_parse_config (&sets, data, size, &length_size)) {
    FUZZ_REQUIRE (length_size >= 1 && length_size <= 4);
    check_sets (&sets);
  } else {
    FUZZ_REQUIRE (sets.vps[0] == NULL && !hevc_sets_complete (&sets));
  }
  hevc_sets_clear (&sets);
}

static void
try_unit (const guint8 * data, gsize size, guint length_size)
{
  g_autoptr (GBytes) copy = NULL, again = NULL;
  HevcKeys keys = { FALSE, FALSE, 0 };
  HevcUnit unit, same;
  HevcSets sets;

  memset (&sets, 0, sizeof (sets));
  copy = hevc_unit_copy (&sets, data, size, length_size, &unit);
  if (copy != NULL) {
    check_sets (&sets);
    hevc_keys_on_unit (&keys, &unit, 2);
    again = hevc_unit_copy (&sets, g_bytes_get_data (copy, NULL),
        g_bytes_get_size (copy), 4, &same);
    FUZZ_REQUIRE (again != NULL && g_bytes_equal (copy, again));
    FUZZ_REQUIRE (same.picture == unit.picture);
  }
  hevc_sets_clear (&sets);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint how = fuzz_byte (&input) % 7;
  g_autofree guint8 *rest = fuzz_bytes (&input, input.size, &size);
  HevcSps sps;

  if (how == 5)
    try_config (rest, size);
  else if (how < 5)
    try_unit (rest, size, how);
  else if (hevc_sps_parse (&sps, rest, size))
    check_sps (&sps);
  return 0;
}
