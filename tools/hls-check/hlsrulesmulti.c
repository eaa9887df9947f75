/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 114 to 128: a multivariant playlist (D22 4.4.6). */
#include <string.h>

#include "hlscheck.h"

#define MUST(rule, ...) \
    verdict_break (v, rule, VERDICT_MUST, name, __VA_ARGS__)
#define SHOULD(rule, ...) \
    verdict_break (v, rule, VERDICT_SHOULD, name, __VA_ARGS__)

static gboolean
is_video_codec (const gchar * codec)
{
  static const gchar *const prefixes[] = { "avc1", "avc3", "hvc1", "hev1",
    "av01", "vp09", "dvh1", "dvhe"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (prefixes); i++) {
    if (g_str_has_prefix (codec, prefixes[i]))
      return TRUE;
  }
  return FALSE;
}

static gboolean
all_hex (const gchar * text, gsize n)
{
  gsize i;

  for (i = 0; i < n && g_ascii_isxdigit (text[i]); i++);
  return i == n && text[i] == '\0';
}

static guint
fields (const gchar * text)
{
  guint n = 1;

  for (; *text != '\0'; text++)
    n += *text == '.';
  return n;
}

/* RFC 6381 and the codecs' own texts; of others nothing is said. */
static gboolean
codec_is_good (const gchar * codec)
{
  if (g_str_has_prefix (codec, "avc"))
    return strlen (codec) > 5 && codec[4] == '.' && all_hex (codec + 5, 6);
  if (g_str_has_prefix (codec, "hvc1") || g_str_has_prefix (codec, "hev1"))
    return fields (codec) >= 4;
  if (g_str_has_prefix (codec, "av01"))
    return fields (codec) >= 4;
  if (g_str_has_prefix (codec, "mp4a"))
    return g_str_has_prefix (codec, "mp4a.") && strlen (codec) > 5;
  return *codec != '\0' && strchr (codec, ' ') == NULL;
}

static gboolean
check_codecs (Verdict * v, const gchar * name, const M3u8Entry * entry,
    const gchar * codecs)
{
  g_auto (GStrv) list = g_strsplit (codecs, ",", -1);
  gboolean video = FALSE;
  guint i;

  for (i = 0; list[i] != NULL; i++) {
    g_strstrip (list[i]);
    video |= is_video_codec (list[i]);
    if (!codec_is_good (list[i]))
      MUST (116, "line %u: \"%s\" is no codec", entry->line, list[i]);
  }
  return video;
}

static void
check_bandwidth (Verdict * v, const gchar * name, const M3u8Playlist * p,
    const M3u8Entry * entry)
{
  const gchar *peak = m3u8_attribute (p, entry, "BANDWIDTH");
  const gchar *average = m3u8_attribute (p, entry, "AVERAGE-BANDWIDTH");
  guint64 a = 0, b = 0;

  if (peak == NULL || !m3u8_integer (peak, &b) || b == 0)
    MUST (114, "line %u: no BANDWIDTH", entry->line);
  if (average == NULL)
    SHOULD (115, "line %u: no AVERAGE-BANDWIDTH", entry->line);
  else if (m3u8_integer (average, &a) && a > b)
    MUST (115, "line %u: AVERAGE-BANDWIDTH above BANDWIDTH", entry->line);
}

static void
check_id (Verdict * v, const gchar * name, const M3u8Entry * entry,
    const gchar * id)
{
  if (id != NULL && (*id == '\0' || strspn (id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
              "abcdefghijklmnopqrstuvwxyz0123456789+/=.-_") != strlen (id)))
    MUST (121, "line %u: stable id \"%.64s\"", entry->line, id);
}

static gboolean
group_exists (const M3u8Playlist * p, const gchar * type, const gchar * group)
{
  guint i;

  for (i = 0; i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);

    if (e->type == M3U8_MEDIA
        && g_strcmp0 (m3u8_attribute (p, e, "TYPE"), type) == 0
        && g_strcmp0 (m3u8_attribute (p, e, "GROUP-ID"), group) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
check_groups (Verdict * v, const gchar * name, const M3u8Playlist * p,
    const M3u8Entry * entry)
{
  static const gchar *const types[] = { "AUDIO", "VIDEO", "SUBTITLES",
    "CLOSED-CAPTIONS"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    const gchar *group = m3u8_attribute (p, entry, types[i]);

    if (group == NULL || (i == 3 && g_str_equal (group, "NONE")))
      continue;
    if (!group_exists (p, types[i], group))
      MUST (123, "line %u: there is no %s group \"%.64s\"", entry->line,
          types[i], group);
  }
}

static void
check_variant (Verdict * v, const gchar * name, const M3u8Playlist * p,
    const M3u8Entry * entry)
{
  const gchar *codecs = m3u8_attribute (p, entry, "CODECS");
  const gchar *range = m3u8_attribute (p, entry, "VIDEO-RANGE");
  gboolean video = m3u8_attribute (p, entry, "RESOLUTION") != NULL;

  check_bandwidth (v, name, p, entry);
  if (codecs == NULL)
    SHOULD (116, "line %u: no CODECS", entry->line);
  else
    video |= check_codecs (v, name, entry, codecs);
  if (video && m3u8_attribute (p, entry, "RESOLUTION") == NULL)
    SHOULD (117, "line %u: no RESOLUTION", entry->line);
  if (video && entry->type == M3U8_VARIANT
      && m3u8_attribute (p, entry, "FRAME-RATE") == NULL)
    SHOULD (118, "line %u: no FRAME-RATE", entry->line);
  if (range != NULL && strcmp (range, "SDR") != 0 && strcmp (range, "HLG") != 0
      && strcmp (range, "PQ") != 0)
    SHOULD (119, "line %u: VIDEO-RANGE=%.32s", entry->line, range);
  check_id (v, name, entry, m3u8_attribute (p, entry, "STABLE-VARIANT-ID"));
  check_groups (v, name, p, entry);
  if (entry->type == M3U8_IFRAMES && entry->uri == NULL)
    MUST (125, "line %u: EXT-X-I-FRAME-STREAM-INF without URI", entry->line);
}

static void
check_media (Verdict * v, const gchar * name, const M3u8Playlist * p,
    const M3u8Entry * entry)
{
  const gchar *type = m3u8_attribute (p, entry, "TYPE");
  const gchar *stream = m3u8_attribute (p, entry, "INSTREAM-ID");
  gboolean captions = g_strcmp0 (type, "CLOSED-CAPTIONS") == 0;

  if (type == NULL || m3u8_attribute (p, entry, "GROUP-ID") == NULL
      || m3u8_attribute (p, entry, "NAME") == NULL)
    MUST (122, "line %u: EXT-X-MEDIA without TYPE, GROUP-ID or NAME",
        entry->line);
  if (captions && (entry->uri != NULL || stream == NULL))
    MUST (122, "line %u: closed captions have INSTREAM-ID and no URI",
        entry->line);
  if (g_strcmp0 (type, "SUBTITLES") == 0 && entry->uri == NULL)
    MUST (122, "line %u: subtitles without URI", entry->line);
  if (m3u8_attribute (p, entry, "FORCED") != NULL
      && g_strcmp0 (type, "SUBTITLES") != 0)
    MUST (122, "line %u: FORCED is for subtitles", entry->line);
  if (g_strcmp0 (m3u8_attribute (p, entry, "DEFAULT"), "YES") == 0
      && g_strcmp0 (m3u8_attribute (p, entry, "AUTOSELECT"), "NO") == 0)
    MUST (122, "line %u: DEFAULT=YES and AUTOSELECT=NO", entry->line);
  if (!captions && m3u8_attribute (p, entry, "LANGUAGE") == NULL)
    SHOULD (122, "line %u: no LANGUAGE", entry->line);
  check_id (v, name, entry, m3u8_attribute (p, entry, "STABLE-RENDITION-ID"));
}

static gboolean
same_group (const M3u8Playlist * p, const M3u8Entry * a, const M3u8Entry * b)
{
  return b->type == M3U8_MEDIA
      && g_strcmp0 (m3u8_attribute (p, a, "TYPE"),
      m3u8_attribute (p, b, "TYPE")) == 0
      && g_strcmp0 (m3u8_attribute (p, a, "GROUP-ID"),
      m3u8_attribute (p, b, "GROUP-ID")) == 0;
}

static void
check_group_member (Verdict * v, const gchar * name, const M3u8Playlist * p,
    guint i)
{
  const M3u8Entry *a = &g_array_index (p->entries, M3u8Entry, i);
  guint j;

  for (j = 0; j < i; j++) {
    const M3u8Entry *b = &g_array_index (p->entries, M3u8Entry, j);

    if (!same_group (p, a, b))
      continue;
    if (g_strcmp0 (m3u8_attribute (p, a, "NAME"),
            m3u8_attribute (p, b, "NAME")) == 0)
      MUST (122, "lines %u and %u have one NAME in one group", b->line,
          a->line);
    if (g_strcmp0 (m3u8_attribute (p, a, "DEFAULT"), "YES") == 0
        && g_strcmp0 (m3u8_attribute (p, b, "DEFAULT"), "YES") == 0)
      MUST (122, "lines %u and %u are both DEFAULT=YES", b->line, a->line);
  }
}

static gboolean
group_has_name (const M3u8Playlist * p, const M3u8Entry * in,
    const gchar * name)
{
  guint i;

  for (i = 0; i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);

    if (same_group (p, in, e)
        && g_strcmp0 (m3u8_attribute (p, e, "NAME"), name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* 123: each group of a type holds the same renditions. */
static void
check_same_members (Verdict * v, const gchar * name, const M3u8Playlist * p,
    guint i)
{
  const M3u8Entry *a = &g_array_index (p->entries, M3u8Entry, i);
  guint j;

  for (j = 0; j < p->entries->len; j++) {
    const M3u8Entry *b = &g_array_index (p->entries, M3u8Entry, j);

    if (b->type != M3U8_MEDIA || same_group (p, a, b)
        || g_strcmp0 (m3u8_attribute (p, a, "TYPE"),
            m3u8_attribute (p, b, "TYPE")) != 0)
      continue;
    if (!group_has_name (p, b, m3u8_attribute (p, a, "NAME"))) {
      SHOULD (123, "line %u: group \"%.64s\" has no such NAME", a->line,
          m3u8_attribute (p, b, "GROUP-ID"));
      return;
    }
  }
}

typedef struct
{
  guint variants, iframes, video, score, captions_none, captions, media;
} Counts;

static void
count_entry (const M3u8Playlist * p, const M3u8Entry * e, Counts * n)
{
  const gchar *captions = m3u8_attribute (p, e, "CLOSED-CAPTIONS");
  const gchar *codecs = m3u8_attribute (p, e, "CODECS");

  n->media += e->type == M3U8_MEDIA;
  n->iframes += e->type == M3U8_IFRAMES;
  if (e->type != M3U8_VARIANT)
    return;
  n->variants++;
  n->video += m3u8_attribute (p, e, "RESOLUTION") != NULL
      || (codecs != NULL && is_video_codec (codecs));
  n->score += m3u8_attribute (p, e, "SCORE") != NULL;
  n->captions_none += g_strcmp0 (captions, "NONE") == 0;
  n->captions += captions != NULL;
}

static void
check_counts (Verdict * v, const gchar * name, const Counts * n)
{
  if (n->variants == 0)
    MUST (114, "no EXT-X-STREAM-INF");
  if (n->score != 0 && n->score != n->variants)
    SHOULD (120, "SCORE on %u of %u variants", n->score, n->variants);
  if (n->captions_none != 0 && n->captions_none != n->variants)
    MUST (124, "CLOSED-CAPTIONS=NONE on %u of %u variants", n->captions_none,
        n->variants);
  if (n->video != 0 && n->captions == 0)
    SHOULD (124, "no variant tells of CLOSED-CAPTIONS");
  if (n->video != 0 && n->iframes == 0)
    SHOULD (125, "video, but no EXT-X-I-FRAME-STREAM-INF");
}

/* 100: all from one place, so that one connection serves all. */
static void
check_hosts (Verdict * v, const gchar * name, const M3u8Playlist * p)
{
  const gchar *first = NULL;
  guint i;

  verdict_look (v, 100);
  for (i = 0; i < p->entries->len; i++) {
    const gchar *uri = g_array_index (p->entries, M3u8Entry, i).uri;
    const gchar *slashes = uri != NULL ? strstr (uri, "://") : NULL;
    gsize n;

    if (slashes == NULL)
      continue;
    n = slashes + 3 + strcspn (slashes + 3, "/?") - uri;
    if (first == NULL)
      first = uri;
    else if (strncmp (first, uri, n + 1) != 0)
      SHOULD (100, "%s and %s are on different servers", first, uri);
  }
}

void
hls_rules_multivariant (Verdict * v, const gchar * name, const M3u8Playlist * p)
{
  Counts n = { 0, };
  guint i;

  for (i = 114; i <= 125; i++)
    verdict_look (v, i);
  verdict_look (v, 128);
  for (i = 0; i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);

    count_entry (p, e, &n);
    if (e->type != M3U8_MEDIA) {
      check_variant (v, name, p, e);
      continue;
    }
    check_media (v, name, p, e);
    check_group_member (v, name, p, i);
    check_same_members (v, name, p, i);
  }
  check_counts (v, name, &n);
  check_hosts (v, name, p);
}
