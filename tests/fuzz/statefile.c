/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process finds of the one before. */
#include "fuzz.h"
#include "statefile.h"

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  { "llhlssink-state 1\ntarget 4000000000\npart 500000000\n"
      "part-target 520000000\nmsn 1234\ndiscontinuities 2\n"
      "date 1767225600000000000\nstart 1767225600000\nend\n" },
  { "llhlssink-state 1\ntarget 4000000000\npart 1\npart-target 1\n"
      "msn 9007199254740992\ndiscontinuities 0\ndate 1\nstart 1\nend\n" },
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 200000;

/* What was taken is taken again, to the number. */
int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *text = NULL;
  StateFile state, again;

  memset (&state, 0, sizeof (state));
  memset (&again, 0, sizeof (again));
  if (!state_file_parse (&state, (const gchar *) data, size))
    return 0;
  FUZZ_REQUIRE (size <= STATE_FILE_MAX_BYTES);
  FUZZ_REQUIRE (state.next_msn <= STATE_FILE_MAX_NUMBER);
  text = state_file_format (&state);
  FUZZ_REQUIRE (state_file_parse (&again, text, strlen (text)));
  FUZZ_REQUIRE (memcmp (&state, &again, sizeof (state)) == 0);
  return 0;
}
