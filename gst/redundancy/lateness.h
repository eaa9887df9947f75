/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  LATENESS_NO_NEWS,
  LATENESS_OPENS,               /* data comes, but too late to serve */
  LATENESS_CLOSES,              /* it is in time again */
} LatenessNews;

/* Whether an input that is alive has become too late to serve, as an operator
 * wants to hear of it: not for each buffer, not for each time that it goes
 * back and forth, and not for a single one.  Plain data, one caller. */
typedef struct
{
  gboolean open;
  gboolean is_late;             /* the newest data was */
  guint64 late_since;           /* ns */
  guint64 punctual_since;
  guint64 told_at;              /* when it last opened */
  guint64 opened_at;
  guint64 buffers;              /* late ones since it opened */
  guint64 behind;               /* ns, the most of them */
  guint incidents;
} Lateness;

void lateness_init (Lateness * self);

/* Data came `behind` ns too late to be shown, or (0) in time. */
LatenessNews lateness_on_data (Lateness * self, guint64 now, guint64 behind);
/* Nothing comes any more. */
LatenessNews lateness_end (Lateness * self, guint64 now);

G_END_DECLS
