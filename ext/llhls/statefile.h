/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file longer than that is not ours. */
#define STATE_FILE_MAX_BYTES 4096
/* Players count in doubles. */
#define STATE_FILE_MAX_NUMBER (G_GUINT64_CONSTANT (1) << 53)

/* What a restarted process has to know of the one before, so that nothing
 * counts backwards for who plays its stream.  Plain data. */
typedef struct
{
  guint64 target;               /* ns, as configured */
  guint64 part;                 /* ns, as configured */
  guint64 part_target;          /* ns, as published */
  guint64 next_msn;             /* the first number that was not given away */
  guint64 discontinuities;      /* up to there */
  guint64 date;                 /* ns since 1970, up to which media is dated */
  guint64 start;                /* of media names, ms since 1970 */
} StateFile;

/* Returns: (transfer full) */
gchar *state_file_format (const StateFile * self);

/* FALSE when it is cut off, garbled, of another version or no such file; then
 * nothing of it is to be used. */
gboolean state_file_parse (StateFile * self, const gchar * text, gsize size);

G_END_DECLS
