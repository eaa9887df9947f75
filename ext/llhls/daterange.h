/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DATERANGE_NONE G_MAXUINT64

/* Ranges of one presentation at one time, as many that are over and whose IDs
 * are remembered; how many bytes one may have, and all: each playlist holds
 * them, each time that it is loaded.  An EVENT keeps all, so these are a break
 * every twenty seconds for a day. */
#define DATERANGE_MAX 4096
#define DATERANGE_MAX_BYTES 8192
#define DATERANGE_MAX_TOTAL (256 * DATERANGE_MAX_BYTES)

typedef enum
{
  DATERANGE_ERROR_FIELD,        /* a value that can't be */
  DATERANGE_ERROR_CONFLICT,     /* not what was said of that ID before */
  DATERANGE_ERROR_FULL,         /* there are too many */
} DaterangeError;

#define DATERANGE_ERROR (daterange_error_quark ())
GQuark daterange_error_quark (void);

typedef enum
{
  DATERANGE_SCTE35_CMD,
  DATERANGE_SCTE35_OUT,
  DATERANGE_SCTE35_IN,
  N_DATERANGE_SCTE35
} DaterangeScte35;

/* An EXT-X-DATERANGE.  Times are ns since 1970, durations ns, DATERANGE_NONE
 * when not told. */
typedef struct
{
  gchar *id;
  gchar *class_name;            /* or NULL */
  guint64 start, end;
  guint64 duration, planned;
  gboolean end_on_next;
  gchar *scte35[N_DATERANGE_SCTE35];    /* "0x...", or NULL */
  GHashTable *custom;           /* "X-..." to the value as it is written */
} Daterange;

void daterange_init (Daterange * self);
void daterange_clear (Daterange * self);

/* Takes the value as it shall be written: a quoted-string, a hexadecimal
 * sequence or a number.  FALSE: the name or the value can't be. */
gboolean daterange_set_custom (Daterange * self, const gchar * name,
    const gchar * value, GError ** error);
gboolean daterange_set_scte35 (Daterange * self, DaterangeScte35 which,
    const guint8 * data, gsize size, GError ** error);
/* From "0x..." */
gboolean daterange_set_scte35_hex (Daterange * self, DaterangeScte35 which,
    const gchar * text, GError ** error);

/* A value as a quoted-string.  Returns: (transfer full) (nullable): NULL when
 * it holds what none may hold (RFC 8216bis 4.2). */
gchar *daterange_quote (const gchar * text);

/* The ranges of a presentation, the same in all its playlists.  What was told
 * of an ID stays; only what was not told may be added (RFC 8216bis 4.4.5.1).
 * `now` is any time in ns that does not go back.  No locks. */
typedef struct
{
  GPtrArray *entries;
  GPtrArray *removed;
  gsize bytes;                  /* of all as they are written */
  guint64 expired_at;           /* `oldest` that all were compared with */
} DaterangeSet;

void daterange_set_init (DaterangeSet * self);
void daterange_set_clear (DaterangeSet * self);

/* Adds the range, or to the range of the same ID.  `range` stays the
 * caller's. */
gboolean daterange_set_add (DaterangeSet * self, const Daterange * range,
    guint64 now, GError ** error);

/* Removes what has no date at or behind `oldest` (of a listed segment).  TRUE
 * when any was removed. */
gboolean daterange_set_expire (DaterangeSet * self, guint64 oldest,
    guint64 now);

/* Appends the lines of those that were added or changed at `since` or later. */
void daterange_set_append (const DaterangeSet * self, GString * out,
    guint64 since);

/* Appends the IDs of those removed at `since` or later, between tabs. */
void daterange_set_append_removed (const DaterangeSet * self,
    GString * out, guint64 since);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Daterange, daterange_clear)

G_END_DECLS
