/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the multivariant playlist tells of one rendition. */
typedef struct
{
  gchar *name;                  /* pad's name; its playlist is NAME.m3u8 */
  gchar *label;                 /* NAME, for people; NULL = `name` */
  gchar *language;              /* RFC 5646, or NULL */
  gboolean video;
  gboolean ready;               /* its format is known */
  gchar *codec;
  guint width, height;          /* as displayed */
  guint fps_n, fps_d;
  guint channels;
  guint64 peak_bps;             /* bit/s, 0 = not told */
  guint64 average_bps;
} MultivariantRendition;

void multivariant_rendition_clear (MultivariantRendition * self);

/* `renditions` in the order in which they shall stand there; those that are
 * not ready are left out.  Returns: (transfer full) */
gchar *multivariant_render (const MultivariantRendition * const *renditions,
    guint n);

G_END_DECLS
