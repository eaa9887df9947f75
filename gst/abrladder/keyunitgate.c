/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyunitgate.h"

#include <string.h>

void
key_unit_gate_init (KeyUnitGate * self)
{
  memset (self, 0, sizeof *self);
}

void
key_unit_gate_restart (KeyUnitGate * self)
{
  self->head = self->n_due = 0;
  self->started = FALSE;
}

static guint64
first_due (const KeyUnitGate * self)
{
  return self->due[self->head];
}

static void
forget_first (KeyUnitGate * self)
{
  self->head = (self->head + 1) % KEY_UNIT_GATE_PENDING;
  self->n_due--;
}

static void
expect (KeyUnitGate * self, guint64 running_time)
{
  /* An encoder that swallows 64 GOPs without a frame has missed the first. */
  if (self->n_due == KEY_UNIT_GATE_PENDING) {
    forget_first (self);
    self->missed++;
  }
  self->due[(self->head + self->n_due++) % KEY_UNIT_GATE_PENDING] =
      running_time;
}

gboolean
key_unit_gate_on_frame (KeyUnitGate * self, guint64 running_time,
    gboolean boundary)
{
  gboolean first = !self->started;

  self->started = TRUE;
  if (!boundary && !first)
    return FALSE;
  expect (self, running_time);
  if (first)
    return FALSE;
  self->requests++;
  return TRUE;
}

/* Frames come out in decoding order; those shown before a closed GOP's key
 * frame come out before it.  So whatever was due before a key frame, and
 * whatever was due at a frame that is none, is missed. */
KeyUnitVerdict
key_unit_gate_on_output (KeyUnitGate * self, guint64 running_time,
    gboolean key_frame)
{
  gboolean missed = FALSE;

  while (self->n_due > 0 && first_due (self) < running_time) {
    if (!key_frame)
      break;
    forget_first (self);
    self->missed++;
  }
  if (self->n_due > 0 && first_due (self) == running_time) {
    forget_first (self);
    if (key_frame) {
      self->aligned++;
      return KEY_UNIT_ALIGNED;
    }
    self->missed++;
    missed = TRUE;
  }
  if (key_frame) {
    self->extra++;
    return KEY_UNIT_EXTRA;
  }
  return missed ? KEY_UNIT_MISSED : KEY_UNIT_PLAIN;
}

void
key_unit_gate_on_foreign_request (KeyUnitGate * self)
{
  self->foreign++;
}

guint64
key_unit_gate_misaligned (const KeyUnitGate * self)
{
  return self->extra + self->missed;
}
