/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "backoff.h"

G_BEGIN_DECLS

/* The life of one link: when to connect, when to give an attempt up, when to
 * try again.  Plain data, no locks of its own; times are ns of any clock that
 * only rises. */
typedef enum
{
  LINK_IDLE,                    /* not wanted now */
  LINK_CONNECTING,
  LINK_ACTIVE,
  LINK_BROKEN,                  /* was active; will be tried again */
  LINK_REJECTED,                /* the peer said no; will be tried again */
  LINK_BACKOFF,                 /* no way to the peer; will be tried again */
} LinkState;

typedef enum
{
  LINK_REASON_NONE,
  LINK_REASON_START,
  LINK_REASON_RETRY,
  LINK_REASON_CONNECTED,
  LINK_REASON_STOP,
  LINK_REASON_NAME_UNKNOWN,
  LINK_REASON_LOCAL_ADDRESS,
  LINK_REASON_NO_ANSWER,
  LINK_REASON_REFUSED,
  LINK_REASON_BAD_PASSPHRASE,
  LINK_REASON_UNENCRYPTED,
  LINK_REASON_LOST,
  LINK_REASON_FAILED,
} LinkReason;

typedef enum
{
  LINK_DO_NOTHING,
  LINK_DO_CONNECT,              /* begin a connection */
  LINK_DO_ABANDON,              /* close the attempt, then report NO_ANSWER */
} LinkAction;

typedef struct
{
  LinkState state;
  LinkReason reason;            /* why it came into this state */
  guint64 since;
  guint64 deadline;             /* G_MAXUINT64: none */
  guint64 attempt_timeout;
  guint64 connects;             /* times that it became active */
  Backoff backoff;
} LinkLife;

/* Gives an attempt up after `attempt_timeout` ns. */
void link_life_init (LinkLife *self, guint64 attempt_timeout);

/* Wants the link; an idle one connects when its timer is asked next. */
void link_life_start (LinkLife *self, guint64 now);
void link_life_stop (LinkLife *self, guint64 now);

LinkAction link_life_on_timer (LinkLife *self, guint64 now);
void link_life_on_connected (LinkLife *self, guint64 now);

/* An attempt failed or a connection ended.  `random` is any 32 random bits. */
void link_life_on_down (LinkLife *self, LinkReason reason, guint64 now,
    guint32 random);

guint64 link_life_deadline (const LinkLife *self);

const gchar *link_state_name (LinkState state);

/* For a person, in the middle of a sentence. */
const gchar *link_reason_text (LinkReason reason);

/* The same as a fixed word. */
const gchar *link_reason_name (LinkReason reason);

G_END_DECLS
