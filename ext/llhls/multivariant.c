/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 4.4.6; Apple's authoring rules for which
 * attributes are a must. */
#include "multivariant.h"

#include "playlistrender.h"

#define AUDIO_GROUP "aud"

void
multivariant_rendition_clear (MultivariantRendition * self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->codec, g_free);
}

/* A quoted-string holds neither quotes nor line ends (4.2). */
static void
append_quoted (GString * out, const gchar * key, const gchar * value)
{
  const gchar *p;

  g_string_append_printf (out, ",%s=\"", key);
  for (p = value; *p != '\0'; p++) {
    if (*p != '"' && (guchar) * p >= 0x20 && *p != 0x7f)
      g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
}

static void
append_audio (GString * out, const MultivariantRendition * r, gboolean first)
{
  g_string_append (out, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"" AUDIO_GROUP "\"");
  append_quoted (out, "NAME", r->label != NULL ? r->label : r->name);
  if (r->language != NULL)
    append_quoted (out, "LANGUAGE", r->language);
  g_string_append_printf (out, ",DEFAULT=%s,AUTOSELECT=YES",
      first ? "YES" : "NO");
  if (r->channels > 0)
    g_string_append_printf (out, ",CHANNELS=\"%u\"", r->channels);
  g_string_append_printf (out, ",URI=\"%s.m3u8\"\n", r->name);
}

typedef struct
{
  guint n;
  guint64 peak, average;        /* the most demanding one's */
  gboolean average_known;
  const gchar *codec;
} AudioGroup;

static AudioGroup
collect_audio (const MultivariantRendition * const *renditions, guint n)
{
  AudioGroup group = { 0, 0, 0, TRUE, NULL };
  guint i;

  for (i = 0; i < n; i++) {
    const MultivariantRendition *r = renditions[i];

    if (r->video || !r->ready)
      continue;
    group.n++;
    group.peak = MAX (group.peak, r->peak_bps);
    group.average = MAX (group.average, r->average_bps);
    group.average_known &= r->average_bps > 0;
    if (group.codec == NULL)
      group.codec = r->codec;
  }
  return group;
}

static void
append_bandwidth (GString * out, guint64 peak, guint64 average)
{
  g_string_append_printf (out, "#EXT-X-STREAM-INF:BANDWIDTH=%" G_GUINT64_FORMAT,
      MAX (peak, 1));
  if (average > 0)
    g_string_append_printf (out, ",AVERAGE-BANDWIDTH=%" G_GUINT64_FORMAT,
        MIN (average, MAX (peak, 1)));
}

static void
append_variant (GString * out, const MultivariantRendition * r,
    const AudioGroup * audio)
{
  gboolean average = r->average_bps > 0 && audio->average_known;

  append_bandwidth (out, r->peak_bps + audio->peak,
      average ? r->average_bps + audio->average : 0);
  g_string_append_printf (out, ",CODECS=\"%s%s%s\"", r->codec,
      audio->n > 0 ? "," : "", audio->n > 0 ? audio->codec : "");
  g_string_append_printf (out, ",RESOLUTION=%ux%u", r->width, r->height);
  if (r->fps_n > 0 && r->fps_d > 0) {
    g_string_append (out, ",FRAME-RATE=");
    playlist_append_decimal (out, r->fps_n, r->fps_d, 3);
  }
  g_string_append (out, ",CLOSED-CAPTIONS=NONE");
  if (audio->n > 0)
    g_string_append (out, ",AUDIO=\"" AUDIO_GROUP "\"");
  g_string_append_printf (out, "\n%s.m3u8\n", r->name);
}

static void
append_audio_variant (GString * out, const MultivariantRendition * r)
{
  append_bandwidth (out, r->peak_bps, r->average_bps);
  g_string_append_printf (out, ",CODECS=\"%s\",AUDIO=\"" AUDIO_GROUP
      "\"\n%s.m3u8\n", r->codec, r->name);
}

gchar *
multivariant_render (const MultivariantRendition * const *renditions, guint n)
{
  GString *out = g_string_new ("#EXTM3U\n#EXT-X-VERSION:6\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n");
  AudioGroup audio = collect_audio (renditions, n);
  gboolean first = TRUE, video = FALSE;
  guint i;

  for (i = 0; i < n; i++) {
    if (renditions[i]->video || !renditions[i]->ready)
      continue;
    append_audio (out, renditions[i], first);
    first = FALSE;
  }
  for (i = 0; i < n; i++) {
    if (!renditions[i]->video || !renditions[i]->ready)
      continue;
    append_variant (out, renditions[i], &audio);
    video = TRUE;
  }
  for (i = 0; i < n && !video; i++) {
    if (renditions[i]->ready) {
      append_audio_variant (out, renditions[i]);
      break;
    }
  }
  return g_string_free (out, FALSE);
}
