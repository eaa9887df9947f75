/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "backoff.h"

G_BEGIN_DECLS

typedef enum
{
  INPUT_LIFE_IDLE,              /* not started, or stopped */
  INPUT_LIFE_BACKOFF,           /* waits for the next attempt */
  INPUT_LIFE_CONNECTING,        /* started, nothing has come yet */
  INPUT_LIFE_RUNNING,
  INPUT_LIFE_STALLED,           /* its own source retries; nothing comes */
  INPUT_LIFE_STOPPING,          /* its connection is being torn down */
} InputLifeState;

typedef enum
{
  INPUT_LIFE_REASON_NONE,
  INPUT_LIFE_REASON_START,
  INPUT_LIFE_REASON_DATA,
  INPUT_LIFE_REASON_ERROR,
  INPUT_LIFE_REASON_EOS,
  INPUT_LIFE_REASON_CONNECT_TIMEOUT,
  INPUT_LIFE_REASON_STALL,
  INPUT_LIFE_REASON_RESTART,    /* someone asked for it */
  INPUT_LIFE_REASON_STOP,
  INPUT_LIFE_REASON_RETRY,
} InputLifeReason;

typedef enum
{
  INPUT_LIFE_NOTHING,
  INPUT_LIFE_CONNECT,           /* build and start a new connection */
  INPUT_LIFE_RENEW,             /* keep the source, build anew what follows */
  INPUT_LIFE_DISCONNECT,        /* tear the connection down */
  INPUT_LIFE_ABANDON,           /* it does not come down: a zombie */
} InputLifeAction;

typedef struct
{
  guint64 connect_timeout;      /* ns until the first data */
  guint64 stall_timeout;        /* ns without data before a restart */
  guint64 teardown_timeout;     /* ns before a teardown is given up */
  guint64 renew_after;          /* ns; patient inputs only */
  guint64 healthy_after;        /* ns of data that reset the back-off */
  guint64 lost_after;           /* ns of outage that is no mere reconnect */
  gboolean patient;             /* the source waits for its peers by itself */
  gboolean listens;             /* a restart needs no pause between */
  gboolean ends;                /* its end is no failure to recover from */
} InputLifeConfig;

/* Life of one input: when to connect, to give up and to try again.  The user
 * carries out the actions and tells what happened; `random` is any 32 random
 * bits.  Plain data, one caller; `now` is monotonic. */
typedef struct
{
  InputLifeConfig config;
  Backoff backoff;
  InputLifeState state;
  InputLifeReason reason;       /* why it is in this state */
  gboolean wanted;              /* started and not stopped */
  gboolean ended;               /* by itself, for good */
  gboolean action_due;          /* the state's action was not handed out yet */
  guint64 since;                /* of the state */
  guint64 running_since;
  guint64 last_data;
  guint64 outage_since;
  guint64 next_retry;
  guint64 attempts;             /* connections started */
  guint64 failures;
  guint64 zombies;
  guint hanging;                /* of them, those that have not ended, since
                                 * the last hurry */
} InputLife;

/* With so many connections that hang there is no other attempt: each holds a
 * thread and more. */
#define INPUT_LIFE_MAX_HANGING 8

void input_life_init (InputLife * self, const InputLifeConfig * config,
    const Backoff * backoff);

void input_life_start (InputLife * self, guint64 now);
void input_life_stop (InputLife * self, guint64 now);
void input_life_on_data (InputLife * self, guint64 now);
void input_life_on_failure (InputLife * self, InputLifeReason why,
    guint64 now, guint32 random);
/* The next attempt, if it waits for one, is due now, whatever hangs; one that
 * has ended may start again. */
void input_life_hurry (InputLife * self, guint64 now);
/* The connection is down (after DISCONNECT). */
void input_life_on_disconnected (InputLife * self, guint64 now);
/* One that was abandoned has come down after all. */
void input_life_on_zombie_end (InputLife * self);

/* What to do now; call until it says NOTHING, and again at `deadline`. */
InputLifeAction input_life_update (InputLife * self, guint64 now,
    guint32 random, guint64 * deadline);

gboolean input_life_is_lost (const InputLife * self, guint64 now);
const gchar *input_life_state_nick (InputLifeState state);
const gchar *input_life_reason_nick (InputLifeReason reason);

G_END_DECLS
