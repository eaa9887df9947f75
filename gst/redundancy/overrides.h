/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OVERRIDES_NEVER G_MAXUINT64
#define OVERRIDES_MEDIA 3u      /* bit mask of all there are */

/* The operator's commands that last, the strongest first. */
typedef enum
{
  OVERRIDE_FORCE,
  OVERRIDE_SLATE,               /* fallback-to-slate */
  OVERRIDE_HOLD,
  OVERRIDE_SWITCH_TO,
} OverrideKind;

typedef enum
{
  OVERRIDE_END_NONE,            /* it is in force */
  OVERRIDE_END_COMMAND,         /* the operator ended it */
  OVERRIDE_END_REPLACED,        /* by another command */
  OVERRIDE_END_EXPIRED,         /* its time was over */
  OVERRIDE_END_FAILED,          /* switch-to: the input was not healthy */
  OVERRIDE_END_REMOVED,         /* its input is gone */
} OverrideEnd;

typedef struct
{
  OverrideKind kind;
  guint media;                  /* bit mask that it (still) stands for */
  gint input;                   /* of force and switch-to, or -1 */
  guint64 since;                /* ns */
  guint64 until;                /* ns, or OVERRIDES_NEVER */
  guint64 number;               /* of the incident, from 1 */
} Override;

/* One that began or ended. */
typedef struct
{
  OverrideEnd end;
  Override what;                /* as it was */
  guint64 at;                   /* ns */
} OverrideChange;

/* Force or slate, hold, switch-to, each for up to two media on its own. */
#define OVERRIDES_MAX 6
#define OVERRIDES_MAX_CHANGES (OVERRIDES_MAX + 1)

/* The book of what the operator has in force: who stands above whom is the
 * automaton's matter; since when, until when and what ended is kept here, and
 * handed out to be told.  Plain data, one caller; `now` never goes back. */
typedef struct
{
  Override entries[OVERRIDES_MAX];
  guint n;
  guint64 number;
  OverrideChange changes[OVERRIDES_MAX_CHANGES];
  guint n_changes;
} Overrides;

void overrides_init (Overrides * self);

/* A new session, whose time begins at `now` when that of the last one was
 * `was`: what is in force stays for as long as it had left. */
void overrides_on_start (Overrides * self, guint64 was, guint64 now);

/* A command was granted for the media of a bit mask.  What of the same kind
 * stood for them is replaced; force and the slate replace each other. */
void overrides_begin (Overrides * self, OverrideKind kind, guint media,
    gint input, guint64 now, guint64 until);
void overrides_end (Overrides * self, OverrideKind kind, guint media,
    OverrideEnd why, guint64 now);
void overrides_on_removed (Overrides * self, gint input, guint64 now);

/* Entry `i` stands for these media only.  FALSE: for none, so it has ended and
 * the last entry took its place. */
gboolean overrides_keep (Overrides * self, guint i, guint media,
    OverrideEnd why, guint64 now);

/* Media whose force is over now; lowers `deadline` to the next such moment. */
guint overrides_expire (Overrides * self, guint64 now, guint64 * deadline);

/* The strongest one, the picture's before the sound's.  (nullable) */
const Override *overrides_strongest (const Overrides * self);

/* Moves the changes out, oldest first; returns how many.  To be called after
 * each call that may make some. */
guint overrides_take_changes (Overrides * self, OverrideChange * changes);

const gchar *override_kind_nick (OverrideKind kind);
const gchar *override_end_nick (OverrideEnd end);
/* A clause for people. */
const gchar *override_end_text (OverrideEnd end);

G_END_DECLS
