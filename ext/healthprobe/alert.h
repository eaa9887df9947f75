/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ALERT_NEVER G_MAXUINT64

/* An incident that opens this soon (ns) after the last one of its kind closed
 * is a flap; from ALERT_FLAP_LIMIT flaps on, an incident only closes after
 * ALERT_FLAP_HOLD of health.  So a fault that comes and goes is a few
 * incidents and then one long one, not a flood. */
#define ALERT_FLAP_WINDOW (60 * G_GUINT64_CONSTANT (1000000000))
#define ALERT_FLAP_HOLD (10 * G_GUINT64_CONSTANT (1000000000))
#define ALERT_FLAP_LIMIT 3

/* What a detector says at one moment. */
typedef enum
{
  ALERT_LEVEL_OK,
  ALERT_LEVEL_WARNING,
  ALERT_LEVEL_CRITICAL,
} AlertLevel;

typedef enum
{
  ALERT_IDLE,
  ALERT_RISING,                 /* bad, not yet for `on` */
  ALERT_OPEN,
  ALERT_FALLING,                /* good again, not yet for `off` */
} AlertState;

typedef enum
{
  ALERT_KEEP,                   /* nothing to tell */
  ALERT_OPENED,
  ALERT_ESCALATED,              /* the open incident became critical */
  ALERT_CLOSED,
} AlertAction;

/* ns, on the detector's own time axis */
typedef struct
{
  guint64 on;                   /* bad for this long opens; ALERT_NEVER */
  guint64 off;                  /* good for this long closes */
  guint64 critical;             /* bad for this long is critical */
} AlertRule;

/* Makes incidents of a detector's verdicts.  All times are ns on one axis of
 * the caller's choice (media or arrival) and may step backwards: what has
 * lasted so far then still has.  Plain data, no locks; all zero but for
 * `closed_at` is a fresh one, see alert_init (). */
typedef struct
{
  AlertState state;
  AlertLevel severity;          /* of the open incident */
  guint64 since;                /* when it turned bad; from RISING on */
  guint64 fall;                 /* when it turned good; in FALLING */
  guint64 last;                 /* newest time seen */
  guint64 closed_at;            /* last close, or ALERT_NEVER */
  guint flaps;                  /* quick reopenings in a row */
  guint64 number;               /* incidents opened, ever */
  guint64 count;                /* incidents opened since the last reset */
  guint64 total;                /* ns that closed incidents lasted */
} Alert;

void alert_init (Alert * self);

/* Forgets everything but `number`, so that no incident id comes twice. */
void alert_reset (Alert * self);

/* The verdict at `now`, which holds since `since` <= now. */
AlertAction alert_on (Alert * self, const AlertRule * rule, AlertLevel level,
    guint64 since, guint64 now);

/* Nothing was seen for a while: what was rising starts anew. */
void alert_break (Alert * self);

/* Closes an open incident without waiting for `off` (the stream ended). */
AlertAction alert_close (Alert * self, guint64 now);

/* The time axis starts anew; call alert_close () before. */
void alert_new_timeline (Alert * self);

/* When alert_on () must be called again if nothing arrives until then. */
guint64 alert_deadline (const Alert * self, const AlertRule * rule);

gboolean alert_is_open (const Alert * self);
gboolean alert_is_flapping (const Alert * self);

/* How long the open incident has been bad; after ALERT_CLOSED, was bad. */
guint64 alert_duration (const Alert * self);

/* ns in incidents since the last reset, the open one included.  Never falls. */
guint64 alert_total (const Alert * self);

G_END_DECLS
