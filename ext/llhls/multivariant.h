/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the multivariant playlist tells of one rendition: video when `video`,
 * subtitles when `text`, else audio. */
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
  guint transfer;               /* characteristics, ISO 23091-2, 0 = unknown */
  gboolean text;
  gchar *group;                 /* GROUP-ID, NULL = "aud" or "subs" */
  gboolean is_default;
  gboolean no_autoselect;
  gboolean forced;
  gchar *characteristics;       /* or NULL */
  gchar *audio_groups;          /* of a video, between blanks; NULL = all */
  gboolean has_score;
  gdouble score;
  gchar *stable_id;             /* or NULL */
  gboolean iframes;             /* a playlist of its key frames is there */
  guint64 iframe_bps, iframe_average_bps;
} MultivariantRendition;

typedef struct
{
  const gchar *query_param;     /* as in PlaylistSettings */
  gint64 start_offset;          /* ns of EXT-X-START, 0 = none */
} MultivariantSettings;

void multivariant_rendition_clear (MultivariantRendition * self);

/* EXT-X-START: `asked`, moved into the window and out of what players keep
 * their distance by (RFC 8216bis 4.4.2.2); ns. */
gint64 multivariant_start_offset (gint64 asked, guint64 window,
    guint64 hold_back);

/* Whether a text may be a stable ID (RFC 8216bis 4.4.6.1). */
gboolean multivariant_is_stable_id (const gchar * text);

/* `renditions` in the order in which they shall stand there; those that are
 * not ready are left out.  Returns: (transfer full) */
gchar *multivariant_render (const MultivariantRendition * const *renditions,
    guint n, const MultivariantSettings * settings);

G_END_DECLS
