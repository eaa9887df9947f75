/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

/* Calls `feed` with every cut of `data` and, seeded, with bits flipped and with
 * bytes that mean nothing; each in memory of just its size, so that a sanitizer
 * sees what reads past it. */
static inline void
feed_broken (const guint8 * data, gsize size,
    void (*feed) (const guint8 * data, gsize size))
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (size);
  guint i, n;

  for (n = 0; n <= size; n++) {
    g_autofree guint8 *cut = g_memdup2 (data, n);

    feed (cut, n);
  }
  for (i = 0; i < 2000; i++) {
    g_autofree guint8 *bent = g_memdup2 (data, size);

    for (n = g_rand_int_range (rand, 1, 6); n > 0; n--)
      bent[g_rand_int_range (rand, 0, size)] ^=
          1 << g_rand_int_range (rand, 0, 8);
    feed (bent, size);
  }
  for (i = 0; i < 2000; i++) {
    gsize length = g_rand_int_range (rand, 1, 300);
    g_autofree guint8 *noise = g_malloc (length);

    for (n = 0; n < length; n++)
      noise[n] = g_rand_int_range (rand, 0, 256);
    feed (noise, length);
    /* With the head of what is expected. */
    memcpy (noise, data, MIN (length, MIN (size, 8)));
    feed (noise, length);
  }
}
