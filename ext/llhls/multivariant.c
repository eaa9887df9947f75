/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 4.4.6; Apple's authoring rules for which
 * attributes are a must. */
#include "multivariant.h"

#include "multivariantgroup.h"
#include "playlistrender.h"

#define SECOND 1000000000

/* TransferCharacteristics of ITU-T H.273 */
#define TRANSFER_PQ 16
#define TRANSFER_HLG 18

typedef struct
{
  const MultivariantRendition *const *renditions;
  guint n;
  const MultivariantSettings *settings;
  GPtrArray *audio, *text;      /* of MultivariantGroup */
  gboolean ranges;              /* VIDEO-RANGE is told */
  gboolean scores;              /* SCORE is told */
} Presentation;

void
multivariant_rendition_clear (MultivariantRendition * self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->codec, g_free);
  g_clear_pointer (&self->group, g_free);
  g_clear_pointer (&self->characteristics, g_free);
  g_clear_pointer (&self->audio_groups, g_free);
  g_clear_pointer (&self->stable_id, g_free);
}

gint64
multivariant_start_offset (gint64 asked, guint64 window, guint64 hold_back)
{
  gint64 first = window, last = MIN (hold_back, window);

  if (asked < 0)
    return -CLAMP (-asked, last, first);
  return MIN (asked, first - last);
}

static void
append_bandwidth (GString * out, guint64 peak, guint64 average)
{
  g_string_append_printf (out, "BANDWIDTH=%" G_GUINT64_FORMAT, MAX (peak, 1));
  if (average > 0)
    g_string_append_printf (out, ",AVERAGE-BANDWIDTH=%" G_GUINT64_FORMAT,
        MIN (average, MAX (peak, 1)));
}

/* SCORE on all variants or on none (4.4.6.2), VIDEO-RANGE unless all are
 * SDR. */
static void
look_at_videos (Presentation * self)
{
  guint i;

  self->scores = TRUE;
  for (i = 0; i < self->n; i++) {
    const MultivariantRendition *r = self->renditions[i];

    if (!r->ready || !r->video)
      continue;
    self->scores &= r->has_score;
    self->ranges |= r->transfer == TRANSFER_PQ || r->transfer == TRANSFER_HLG;
  }
}

static const gchar *
video_range (const MultivariantRendition * r)
{
  return r->transfer == TRANSFER_PQ ? "PQ"
      : r->transfer == TRANSFER_HLG ? "HLG" : "SDR";
}

static void
append_codecs (GString * out, const gchar * video,
    const MultivariantGroup * audio)
{
  guint i;

  g_string_append_printf (out, ",CODECS=\"%s", video != NULL ? video : "");
  for (i = 0; audio != NULL && i < audio->codecs->len; i++)
    g_string_append_printf (out, "%s%s", video != NULL || i > 0 ? "," : "",
        (const gchar *) g_ptr_array_index (audio->codecs, i));
  g_string_append_c (out, '"');
}

static void
append_picture (const Presentation * self, GString * out,
    const MultivariantRendition * r)
{
  g_string_append_printf (out, ",RESOLUTION=%ux%u", r->width, r->height);
  if (self->ranges)
    g_string_append_printf (out, ",VIDEO-RANGE=%s", video_range (r));
}

static void
append_score (const Presentation * self, GString * out,
    const MultivariantRendition * r)
{
  gchar score[G_ASCII_DTOSTR_BUF_SIZE];

  if (self->scores && r->has_score)
    g_string_append_printf (out, ",SCORE=%s", g_ascii_formatd (score,
            sizeof (score), "%.3f", r->score));
}

static void
append_groups (GString * out, const MultivariantGroup * audio,
    const MultivariantGroup * text)
{
  if (audio != NULL)
    multivariant_append_quoted (out, "AUDIO", audio->id);
  if (text != NULL)
    multivariant_append_quoted (out, "SUBTITLES", text->id);
}

static void
append_playlist (const Presentation * self, GString * out, const gchar * name)
{
  const gchar *param = self->settings->query_param;

  g_string_append_printf (out, "\n%s.m3u8", name);
  if (param != NULL)
    g_string_append_printf (out, "?%s={$%s}", param, param);
  g_string_append_c (out, '\n');
}

/* Peak and average of the most demanding rendition of each group. */
static void
append_rates (GString * out, const MultivariantRendition * video,
    const MultivariantGroup * audio, const MultivariantGroup * text)
{
  guint64 peak = 0, average = 0;
  gboolean known = TRUE;

  if (video != NULL) {
    peak += video->peak_bps;
    average += video->average_bps;
    known &= video->average_bps > 0;
  }
  if (audio != NULL) {
    peak += audio->peak;
    average += audio->average;
    known &= audio->average_known;
  }
  if (text != NULL) {
    peak += text->peak;
    average += text->average;
  }
  append_bandwidth (out, peak, known ? average : 0);
}

static void
append_variant (const Presentation * self, GString * out,
    const MultivariantRendition * r, const MultivariantGroup * audio,
    const MultivariantGroup * text)
{
  g_string_append (out, "#EXT-X-STREAM-INF:");
  append_rates (out, r, audio, text);
  append_codecs (out, r->codec, audio);
  append_picture (self, out, r);
  if (r->fps_n > 0 && r->fps_d > 0) {
    g_string_append (out, ",FRAME-RATE=");
    playlist_append_decimal (out, r->fps_n, r->fps_d, 3);
  }
  append_score (self, out, r);
  multivariant_append_stable_id (out, "STABLE-VARIANT-ID", r->stable_id);
  g_string_append (out, ",CLOSED-CAPTIONS=NONE");
  append_groups (out, audio, text);
  append_playlist (self, out, r->name);
}

/* Audio alone: one variant for each group, of its first rendition. */
static void
append_audio_variant (const Presentation * self, GString * out,
    const MultivariantGroup * audio, const MultivariantGroup * text)
{
  const MultivariantRendition *first = g_ptr_array_index (audio->members, 0);

  g_string_append (out, "#EXT-X-STREAM-INF:");
  append_rates (out, NULL, audio, text);
  append_codecs (out, NULL, audio);
  multivariant_append_stable_id (out, "STABLE-VARIANT-ID", first->stable_id);
  append_groups (out, audio, text);
  append_playlist (self, out, first->name);
}

static gboolean
goes_with_any (const Presentation * self, const MultivariantRendition * r)
{
  guint i;

  for (i = 0; i < self->audio->len; i++) {
    if (multivariant_group_is_in (g_ptr_array_index (self->audio, i),
            r->audio_groups))
      return TRUE;
  }
  return FALSE;
}

/* All videos that go with the group; `audio` NULL: those that go with none.
 * Returns: whether there is a video at all */
static gboolean
append_videos (const Presentation * self, GString * out,
    const MultivariantGroup * audio, const MultivariantGroup * text)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < self->n; i++) {
    const MultivariantRendition *r = self->renditions[i];

    if (!r->ready || !r->video)
      continue;
    any = TRUE;
    if (audio != NULL ? multivariant_group_is_in (audio, r->audio_groups)
        : !goes_with_any (self, r))
      append_variant (self, out, r, audio, text);
  }
  return any;
}

static void
append_variants (const Presentation * self, GString * out,
    const MultivariantGroup * text)
{
  gboolean video = FALSE;
  guint i;

  for (i = 0; i < self->audio->len; i++)
    video |= append_videos (self, out, g_ptr_array_index (self->audio, i),
        text);
  video |= append_videos (self, out, NULL, text);
  for (i = 0; i < self->audio->len && !video; i++)
    append_audio_variant (self, out, g_ptr_array_index (self->audio, i), text);
}

static void
append_iframes (const Presentation * self, GString * out,
    const MultivariantRendition * r)
{
  g_autofree gchar *uri = g_strconcat (r->name, PLAYLIST_IFRAMES_SUFFIX,
      ".m3u8", NULL);

  g_string_append (out, "#EXT-X-I-FRAME-STREAM-INF:");
  append_bandwidth (out, r->iframe_bps, r->iframe_average_bps);
  append_codecs (out, r->codec, NULL);
  append_picture (self, out, r);
  append_score (self, out, r);
  multivariant_append_stable_id (out, "STABLE-VARIANT-ID", r->stable_id);
  g_string_append (out, ",URI=");
  playlist_append_uri (out, uri, self->settings->query_param);
  g_string_append_c (out, '\n');
}

static void
append_header (const Presentation * self, GString * out)
{
  gint64 offset = self->settings->start_offset;

  g_string_append (out, "#EXTM3U\n");
  /* Nothing else here asks for a version (section 8). */
  playlist_append_version (out, 1, self->settings->query_param);
  g_string_append (out, "#EXT-X-INDEPENDENT-SEGMENTS\n");
  if (offset == 0)
    return;
  g_string_append_printf (out, "#EXT-X-START:TIME-OFFSET=%s",
      offset < 0 ? "-" : "");
  playlist_append_decimal (out, ABS (offset), SECOND, 3);
  g_string_append_c (out, '\n');
}

static void
append_media (GString * out, GPtrArray * groups, const gchar * query_param)
{
  guint i;

  for (i = 0; i < groups->len; i++)
    multivariant_group_append (g_ptr_array_index (groups, i), out, query_param);
}

gchar *
multivariant_render (const MultivariantRendition * const *renditions, guint n,
    const MultivariantSettings * settings)
{
  Presentation self = { renditions, n, settings };
  GString *out = g_string_new (NULL);
  guint i;

  self.audio = multivariant_groups (renditions, n, FALSE);
  self.text = multivariant_groups (renditions, n, TRUE);
  look_at_videos (&self);
  append_header (&self, out);
  append_media (out, self.audio, settings->query_param);
  append_media (out, self.text, settings->query_param);
  for (i = 0; i < self.text->len; i++)
    append_variants (&self, out, g_ptr_array_index (self.text, i));
  if (self.text->len == 0)
    append_variants (&self, out, NULL);
  for (i = 0; i < n; i++) {
    if (renditions[i]->ready && renditions[i]->video && renditions[i]->iframes)
      append_iframes (&self, out, renditions[i]);
  }
  g_ptr_array_unref (self.audio);
  g_ptr_array_unref (self.text);
  return g_string_free (out, FALSE);
}
