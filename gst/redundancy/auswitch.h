/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "store.h"

G_BEGIN_DECLS

/* One access unit, of video or sound.  Its item in the store starts when it is
 * to be decoded, ns of the output. */
typedef struct
{
  gint64 pts;                   /* ns, of the output */
  gboolean key;                 /* decoding can begin with it */
  gboolean discont;             /* some are missing before it */
  gpointer data;
} AccessUnit;

/* What one input has, in the order of decoding.  The user fills `store` with
 * items whose data are AccessUnits, and raises `epoch` when the input's
 * timeline changes. */
typedef struct
{
  Store store;
  guint epoch;
} AuTrack;

typedef struct
{
  const AuTrack *track;
  const StoreItem *item;        /* valid until the store changes; NULL: none */
  gboolean discont;             /* it does not follow the one before */
} AuPick;

/* Puts out one input's access units at a time.  Another input begins with a key
 * frame behind all that went out, and the one before goes on up to there as far
 * as it can; what is shown before that key frame (leading pictures of an open
 * group) is left out.  Decoding times strictly rise.
 * Plain data, one caller. */
typedef struct
{
  gboolean begun;
  gint64 last;                  /* ns, when the last one is to be decoded */
  gint64 end;                   /* ns, where that access unit ended */
  const AuTrack *track;         /* it was of this one, NULL: gone */
  guint epoch;
  gboolean leading;             /* nothing was shown behind its key frame yet */
  gint64 key_pts;               /* ns, of the key frame it began with */
  gboolean needs_key;           /* something was lost */
  guint64 switches;
  guint64 leading_dropped, skipped;
  gint64 hole;                  /* ns, all that was missing at switches */
} AuSwitch;

void au_switch_init (AuSwitch * self, gint64 from);

/* The next access unit that goes out while `wanted` (nullable) shall be shown,
 * without taking it. */
AuPick au_switch_peek (AuSwitch * self, const AuTrack * wanted);

/* It has gone out. */
void au_switch_take (AuSwitch * self, const AuPick * pick);

/* This track is no more. */
void au_switch_forget (AuSwitch * self, const AuTrack * track);

/* Is what goes out of this one? */
gboolean au_switch_is_on (const AuSwitch * self, const AuTrack * track);

G_END_DECLS
