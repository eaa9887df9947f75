/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How ready an input is to be shown. */
typedef enum
{
  STANDBY_HOT,                  /* connected and decoded */
  STANDBY_WARM,                 /* connected, its last pictures kept coded */
  STANDBY_COLD,                 /* not connected */
} StandbyMode;

/* How long an input stays hot after it was needed last, and after it was
 * prepared (ns). */
#define STANDBY_LINGER (G_GUINT64_CONSTANT (10) * 1000000000)
#define STANDBY_PREPARED (G_GUINT64_CONSTANT (300) * 1000000000)

/* Whether an input that is spared most of the time has to be hot now.  Plain
 * data, one caller; `now` is monotonic. */
typedef struct
{
  StandbyMode mode;             /* as it is set */
  guint64 hot_until;
} Standby;

void standby_init (Standby * self, StandbyMode mode);

/* Someone is about to show it. */
void standby_prepare (Standby * self, guint64 now);

/* What it shall be now; `needed` is whether it is shown or may have to be any
 * moment. */
StandbyMode standby_update (Standby * self, gboolean needed, guint64 now);

const gchar *standby_mode_nick (StandbyMode mode);

G_END_DECLS
