/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longest text of one cue, bytes, and most cues taken from one buffer. */
#define WEBVTT_MAX_TEXT 16384
#define WEBVTT_MAX_CUES 256

/* One subtitle.  Times are ns. */
typedef struct
{
  guint64 start, end;
  gchar *settings;              /* behind its times, or NULL */
  gchar *text;                  /* lines without an empty one */
} WebvttCue;

/* Takes `text` and `settings` (transfer full). */
WebvttCue *webvtt_cue_new (guint64 start, guint64 end, gchar * settings,
    gchar * text);
void webvtt_cue_free (WebvttCue * self);

/* What stands in a buffer, which need not be valid, as the text of a cue.
 * Returns: (transfer full) (nullable): NULL when nothing is left */
gchar *webvtt_from_plain (const gchar * data, gsize size);
gchar *webvtt_from_pango (const gchar * data, gsize size);

/* The cues in a piece of a WebVTT file; a piece without times is the text of
 * one cue, which then starts and ends at 0.
 * Returns: (transfer full): of WebvttCue, may be empty */
GPtrArray *webvtt_parse (const gchar * data, gsize size);

/* A WebVTT file whose cues' times are media times, and which tells players
 * where those lie on the clock of 33 bits at 90 kHz (RFC 8216bis 3.1.4).
 * `time` lies in it; `cues` are in order of their start. */
GBytes *webvtt_document (const WebvttCue * const *cues, guint n,
    guint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebvttCue, webvtt_cue_free)

G_END_DECLS
