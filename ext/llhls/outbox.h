/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In lane 0 only the multivariant playlist is put; each rendition has one of
 * its own. */
typedef enum
{
  OUTBOX_INIT,                  /* never dropped: nothing plays without */
  OUTBOX_SEGMENT,
  OUTBOX_PART,
  OUTBOX_PLAYLIST,              /* a newer one takes its place */
  OUTBOX_MULTIVARIANT,          /* likewise, and behind the others' first */
  OUTBOX_REMOVAL,
} OutboxKind;

typedef struct
{
  OutboxKind kind;
  guint lane;
  gchar *name;                  /* relative, as playlists name it */
  guint64 msn;                  /* of media */
  gpointer payload;             /* owned; NULL in a removal */
  gsize size;                   /* bytes */
  guint attempts;
  gboolean obsolete;            /* was to be dropped while it was under way */
  gboolean gone;                /* was to be removed while it was under way */
  guint64 first_failed;         /* ns, OUTBOX_NONE: not yet */
} OutboxJob;

typedef enum
{
  OUTBOX_DONE,
  OUTBOX_FAILED,                /* for now: tried again */
  OUTBOX_REJECTED,              /* for good */
  OUTBOX_LACKS_INIT,            /* the init section has to be sent again */
} OutboxResult;

typedef enum
{
  OUTBOX_NO_NEWS,
  OUTBOX_INCIDENT_OPENS,
  OUTBOX_INCIDENT_CLOSES,
} OutboxNews;

typedef struct
{
  OutboxNews news;
  guint incident;               /* number of the last one */
  guint64 duration;             /* ns, of the one that closes */
  const gchar *reason;          /* static: what was decided about the job */
} OutboxReport;

typedef struct
{
  guint64 retry;                /* ns, pause behind the first failure */
  guint64 retry_max;            /* ns, it doubles up to that */
  /* ns that an object which alone fails is tried; 0 = for ever */
  guint64 give_up;
  /* Segments that may wait in a lane which fails: one more, and all but the
   * newest are dropped (jump to the live edge); 0 = no such bound. */
  guint max_segments;
  guint64 max_bytes;            /* that may wait; then old media is dropped */
  guint max_jobs;               /* likewise */
  gboolean removals_first;      /* run while a lane fails: they make room */
  GDestroyNotify free_payload;
} OutboxConfig;

/* What waits to be written to one destination, a directory or a server.  In a
 * lane all goes in the order it came, one at a time, so that a playlist comes
 * behind all that it names.  What was dropped is remembered until it is no
 * longer listed, and shown as a gap in the playlists of this destination.
 * Owned by one caller, who locks. */
typedef struct
{
  OutboxConfig config;
  GPtrArray *lanes;
  GHashTable *missing;          /* names; set */
  GHashTable *playlists;        /* names; whether they were sent */
  guint next_lane;              /* whose turn it is */
  gboolean ending;
  guint jobs;                   /* waiting or under way */
  guint64 bytes;
  gboolean open;                /* incident */
  gboolean late;                /* ... that began with outbox_late () */
  guint incident;
  guint64 opened;               /* ns */
  guint64 last_done;            /* ns, OUTBOX_NONE: nothing yet */
  guint64 sent, failures, dropped, removed;
} Outbox;

#define OUTBOX_NONE G_MAXUINT64

void outbox_init (Outbox * self, const OutboxConfig * config);
void outbox_clear (Outbox * self);

/* Takes `payload` (transfer full). */
void outbox_put (Outbox * self, guint lane, OutboxKind kind,
    const gchar * name, guint64 msn, gpointer payload, gsize size);
/* What still waits is not sent at all. */
void outbox_remove (Outbox * self, guint lane, const gchar * name);

/* The same where nothing is taken away: it stays if it was sent. */
void outbox_forget (Outbox * self, guint lane, const gchar * name);

/* All of the lane was removed: what else waits in it is not sent, nothing waits
 * for it, and another rendition may have it. */
void outbox_end_lane (Outbox * self, guint lane);

/* The next thing to be done now, or NULL; outbox_finish () has to follow.
 * Several may be under way, one of each lane.
 * Returns: (transfer none) (nullable) */
OutboxJob *outbox_take (Outbox * self, guint64 now);
/* When outbox_take () will have something by itself, or OUTBOX_NONE. */
guint64 outbox_deadline (const Outbox * self);
/* `job` is gone, or waits again. */
OutboxReport outbox_finish (Outbox * self, OutboxJob * job,
    OutboxResult result, guint64 now);

/* Something has been under way for too long: an incident, which closes when all
 * that waits has been sent. */
OutboxReport outbox_late (Outbox * self, guint64 now);

/* What waits or is under way under that name.
 * Returns: (transfer none) (nullable) */
gpointer outbox_peek (const Outbox * self, const gchar * name);
/* Nothing waits any more. */
void outbox_discard (Outbox * self);

/* From now on nothing that fails is tried again, and outbox_take () waits for
 * nothing. */
void outbox_end (Outbox * self);
/* At the very end: an open incident closes. */
OutboxReport outbox_stop (Outbox * self, guint64 now);

/* The playlist with EXT-X-GAP where media was dropped.
 * Returns: (transfer full) (nullable): NULL when it can stay as it is. */
gchar *outbox_mark_gaps (const Outbox * self, const gchar * text,
    gsize size);

G_END_DECLS
