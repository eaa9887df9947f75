/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What can be wrong with an input that delivers. */
typedef enum
{
  CONTENT_BLACK,
  CONTENT_FREEZE,
  CONTENT_SILENCE,
  CONTENT_LOW_BITRATE,
} ContentFault;

#define CONTENT_N_FAULTS (CONTENT_LOW_BITRATE + 1)
#define CONTENT_ALL_FAULTS ((1u << CONTENT_N_FAULTS) - 1)

/* Samples that can be looked back on. */
#define CONTENT_MAX_WINDOW 64

typedef struct
{
  guint trigger;                /* bad samples that make a fault, N */
  guint window;                 /* of so many last ones, M */
  guint64 interval;             /* ns that a sample stands for */
} ContentConfig;

typedef struct
{
  gboolean bad;                 /* as the detector said last */
  guint64 sample;               /* number of the newest sample */
  guint64 history;              /* bit 0 is the newest; 1 is bad */
  gboolean faulty;
} ContentTrack;

/* Makes faults of one input of what detectors say about it: bad in N of the
 * last M samples is a fault, and M good ones in a row end it.  A sample is bad
 * when any moment of it was.  Plain data, one caller; `now` never goes back. */
typedef struct
{
  ContentConfig config;
  ContentTrack tracks[CONTENT_N_FAULTS];
} ContentHealth;

void content_health_init (ContentHealth * self, const ContentConfig * config);
/* Another connection: nothing is known of it. */
void content_health_reset (ContentHealth * self);

/* A detector found `fault`, or its end. */
void content_health_on_report (ContentHealth * self, ContentFault fault,
    gboolean bad, guint64 now);

/* Bit mask of faults; may be another one at `deadline` (lowered to it). */
guint content_health_update (ContentHealth * self, guint64 now,
    guint64 * deadline);

const gchar *content_fault_nick (ContentFault fault);
/* A clause for people. */
const gchar *content_fault_text (ContentFault fault);

G_END_DECLS
