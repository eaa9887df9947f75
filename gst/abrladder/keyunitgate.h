/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define KEY_UNIT_GATE_PENDING 64

typedef enum
{
  KEY_UNIT_PLAIN,               /* no key frame, none was due */
  KEY_UNIT_ALIGNED,             /* a key frame where one was due */
  KEY_UNIT_EXTRA,               /* a key frame where none was due */
  KEY_UNIT_MISSED,              /* none where one was due */
} KeyUnitVerdict;

/* Asks one encoder for its key frames and proves that it gave them: at the
 * first frame of each GOP and nowhere else.  Requests by others, from
 * downstream or upstream, never get past it.
 *
 * A request must carry the running time of its frame: one without is put on
 * whatever frame comes, and a second one is swallowed while the first is still
 * in the encoder's lookahead.
 *
 * Two threads call it, in and out of the encoder: the caller locks. */
typedef struct
{
  guint64 due[KEY_UNIT_GATE_PENDING];   /* ring of running times */
  guint head, n_due;
  gboolean started;             /* a frame has gone in */
  guint64 requests;             /* asked of the encoder */
  guint64 aligned;
  guint64 extra;
  guint64 missed;
  guint64 foreign;              /* requests of others, absorbed */
} KeyUnitGate;

void key_unit_gate_init (KeyUnitGate * self);

/* The encoder was replaced or flushed: nothing is due.  Counters stay. */
void key_unit_gate_restart (KeyUnitGate * self);

/* A frame is about to go in; TRUE if the encoder must be asked first.  It
 * need not for the very first one, which is a key frame anyway. */
gboolean key_unit_gate_on_frame (KeyUnitGate * self, guint64 running_time,
    gboolean boundary);

/* A frame has come out.  Several may have been missed; they are counted. */
KeyUnitVerdict key_unit_gate_on_output (KeyUnitGate * self,
    guint64 running_time, gboolean key_frame);

void key_unit_gate_on_foreign_request (KeyUnitGate * self);

/* Key frames that are not at the same time as on the other rungs. */
guint64 key_unit_gate_misaligned (const KeyUnitGate * self);

G_END_DECLS
