/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* A fuzz target is one file that defines these three; a line in meson.build
 * makes it a test (driver.c) or a libFuzzer program.  A target crashes, fails
 * an assertion of its own or returns 0; it must not remember anything that
 * makes the next input behave differently. */

typedef struct
{
  gconstpointer data;
  gsize size;                   /* 0 = strlen */
} FuzzSeed;

/* Valid inputs, or nearly so; the last has NULL for data. */
extern const FuzzSeed fuzz_seeds[];

/* Inputs that the test tries; about a second's worth. */
extern const guint fuzz_runs;

int LLVMFuzzerTestOneInput (const guint8 * data, gsize size);

/* Unlike g_assert () never compiled out and never a warning only. */
#define FUZZ_REQUIRE(what) \
    do { if (!(what)) g_error ("%s:%d: %s", __FILE__, __LINE__, #what); } \
    while (0)

/* Takes an input apart, as one field after the other; what is missing at the
 * end reads as zero. */
typedef struct
{
  const guint8 *data;
  gsize size;
} FuzzInput;

static inline guint8
fuzz_byte (FuzzInput * self)
{
  if (self->size == 0)
    return 0;
  self->size--;
  return *self->data++;
}

static inline guint16
fuzz_word (FuzzInput * self)
{
  guint16 high = fuzz_byte (self);

  return high << 8 | fuzz_byte (self);
}

/* A copy of just these bytes, so that a sanitizer sees one read too many.
 * Returns: (transfer full) */
static inline guint8 *
fuzz_bytes (FuzzInput * self, gsize want, gsize * size)
{
  guint8 *copy;

  *size = MIN (want, self->size);
  copy = g_malloc (MAX (*size, 1));
  if (*size > 0)
    memcpy (copy, self->data, *size);
  self->data += *size;
  self->size -= *size;
  return copy;
}

G_END_DECLS
