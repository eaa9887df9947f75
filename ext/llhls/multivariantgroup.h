/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "multivariant.h"

G_BEGIN_DECLS

/* Renditions among which a player chooses one, to go with a variant.  Audio of
 * different codecs is never in one group: a player must know from CODECS
 * whether it can play a variant. */
typedef struct
{
  gchar *id;                    /* GROUP-ID */
  const gchar *asked;           /* the one that was asked for */
  GPtrArray *members;           /* of MultivariantRendition, not owned */
  GPtrArray *codecs;            /* each once, not owned */
  guint64 peak, average;        /* bit/s, the most demanding one's */
  gboolean average_known;
} MultivariantGroup;

/* The groups of all audio, or of all text, that is ready.
 * Returns: (transfer full): of MultivariantGroup */
GPtrArray *multivariant_groups (const MultivariantRendition * const
    *renditions, guint n, gboolean text);

/* Whether the list in a video's `audio_groups` names the group. */
gboolean multivariant_group_is_in (const MultivariantGroup * self,
    const gchar * list);

/* The first name in a video's `audio_groups` that no audio has, ready or not;
 * NULL = there is none.  Returns: (transfer full) (nullable) */
gchar *multivariant_find_unknown_group (const MultivariantRendition * const
    *renditions, guint n, const gchar * list);

/* What audio has been asked to be in, each once, in quotes.
 * Returns: (transfer full): empty without audio */
gchar *multivariant_list_groups (const MultivariantRendition * const
    *renditions, guint n);

/* Appends its EXT-X-MEDIA tags. */
void multivariant_group_append (const MultivariantGroup * self,
    GString * out, const gchar * query_param);

/* Appends `,KEY="value"` without what a quoted-string may not hold. */
void multivariant_append_quoted (GString * out, const gchar * key,
    const gchar * value);
void multivariant_append_stable_id (GString * out, const gchar * key,
    const gchar * id);

G_END_DECLS
