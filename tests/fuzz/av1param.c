/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AV1: the first byte tells whether it is an av1C, a sequence header or a
 * temporal unit. */
#include "av1param.h"
#include "fuzz.h"

#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
#define PLAIN \
    "\x0a\x0a\x00\x00\x00\x03\xb4\xfd\x93\x6b\xe4\x01"
#define HLG \
    "\x0a\x0d\x00\x00\x00\x03\xb4\xfd\x93\x6b\xe5\x42\x44\x82\x41"

const FuzzSeed fuzz_seeds[] = {
  SEED ("\x00\x81\x00\x0c\x00" PLAIN),
  SEED ("\x01" PLAIN),
  SEED ("\x01" HLG),
  /* delimiter, sequence, tile list, padding, key frame; the same in pieces */
  SEED ("\x02\x12\x00" PLAIN "\x42\x02\x07\x07\x7a\x01\x80\x32\x03\x10\x01\x02"),
  SEED ("\x02\x12\x00\x0e\x00\x01" HLG "\x32\x03\x00\x01\x02\x1a\x01\x88"),
  SEED ("\x02\x32\x02\x30\x01\x30\x10\x01\x02"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 200000;

static void
check_sequence (GBytes * obu)
{
  g_autoptr (GBytes) config = NULL, again = NULL;
  Av1Sequence s;

  if (!av1_sequence_parse (&s, g_bytes_get_data (obu, NULL),
          g_bytes_get_size (obu)))
    return;
  FUZZ_REQUIRE (s.width > 0 && s.height > 0 && s.fps_d > 0);
  FUZZ_REQUIRE (s.depth == 8 || s.depth == 10 || s.depth == 12);
  config = av1_config (obu);
  if (config == NULL)
    return;
  again = av1_sequence_from_config (g_bytes_get_data (config, NULL),
      g_bytes_get_size (config));
  FUZZ_REQUIRE (again != NULL);
}

static void
try_unit (const guint8 * data, gsize size)
{
  g_autoptr (GBytes) sequence = NULL, copy = NULL;
  Av1Unit unit, same;

  if (!av1_unit_read (&sequence, data, size, &unit))
    return;
  if (sequence != NULL)
    check_sequence (sequence);
  if (unit.whole)
    FUZZ_REQUIRE (unit.offset <= size && unit.size <= size - unit.offset);
  if (unit.key && sequence == NULL)
    return;
  copy = av1_unit_copy (sequence, data, size, &unit);
  FUZZ_REQUIRE (av1_unit_read (&sequence, g_bytes_get_data (copy, NULL),
          g_bytes_get_size (copy), &same));
  FUZZ_REQUIRE (same.key == unit.key && same.picture == unit.picture);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint how = fuzz_byte (&input) % 3;
  g_autofree guint8 *rest = fuzz_bytes (&input, input.size, &size);
  g_autoptr (GBytes) obu = NULL;

  if (how == 2) {
    try_unit (rest, size);
    return 0;
  }
  obu = how == 0 ? av1_sequence_from_config (rest, size)
      : g_bytes_new (rest, size);
  if (obu != NULL)
    check_sequence (obu);
  return 0;
}
