/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the operator must know of a whole bond: ok (all links carry), degraded
 * (some do), lost (none does).  Starts unsettled, so that links that come up
 * one after the other at the start raise no alarm; after `grace` the truth is
 * told whatever it is.  Plain data; times in ns. */
typedef enum
{
  BOND_STARTING,
  BOND_OK,
  BOND_DEGRADED,
  BOND_LOST,
} BondStateValue;

typedef struct
{
  BondStateValue state;
  guint active;
  guint wanted;
  guint told;                   /* active ones of the last change */
  guint64 since;
  guint64 grace_end;            /* G_MAXUINT64: over */
  guint64 trouble_since;        /* G_MAXUINT64: all is well */
  guint incident;               /* number of the trouble, from 1 */
} BondState;

typedef struct
{
  BondStateValue old;
  BondStateValue now;
  guint64 old_duration;         /* ns, how long `old` lasted */
  guint incident;               /* 0: none is open or ends here */
  guint64 incident_duration;    /* ns so far */
} BondChange;

void bond_state_init (BondState *self, guint64 now, guint64 grace);

/* TRUE and `change` filled in when the state is another one now, or still ok
 * with more links than were told. */
gboolean bond_state_update (BondState *self, guint active, guint wanted,
    guint64 now, BondChange *change);

guint64 bond_state_deadline (const BondState *self);

const gchar *bond_state_name (BondStateValue state);

G_END_DECLS
