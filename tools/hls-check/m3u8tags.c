/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 4.4; versions of section 8. */
#include <string.h>

#include "m3u8reader.h"

typedef enum
{
  SCOPE_BOTH,
  SCOPE_MEDIA,
  SCOPE_MULTIVARIANT,
} TagScope;

typedef struct
{
  const gchar *name;
  TagScope scope;
  gboolean once;
  gboolean list;                /* the value is an attribute list */
  void (*read) (M3u8Reader * self, const gchar * value);
} Tag;

typedef enum
{
  VALUE_QUOTED,
  VALUE_ENUM,
  VALUE_INTEGER,
  VALUE_DECIMAL,
  VALUE_SIGNED,
  VALUE_RESOLUTION,
  VALUE_HEX,
} ValueType;

/* *INDENT-OFF* */
static const struct
{
  const gchar *name;
  ValueType type;
} attribute_types[] = {
  {"ALLOWED-CPC", VALUE_QUOTED}, {"ASSOC-LANGUAGE", VALUE_QUOTED},
  {"AUDIO", VALUE_QUOTED}, {"AUTOSELECT", VALUE_ENUM},
  {"AVERAGE-BANDWIDTH", VALUE_INTEGER}, {"BANDWIDTH", VALUE_INTEGER},
  {"BYTERANGE", VALUE_QUOTED}, {"BYTERANGE-LENGTH", VALUE_INTEGER},
  {"BYTERANGE-START", VALUE_INTEGER}, {"CAN-BLOCK-RELOAD", VALUE_ENUM},
  {"CAN-SKIP-DATERANGES", VALUE_ENUM}, {"CAN-SKIP-UNTIL", VALUE_DECIMAL},
  {"CHANNELS", VALUE_QUOTED}, {"CHARACTERISTICS", VALUE_QUOTED},
  {"CLASS", VALUE_QUOTED}, {"CODECS", VALUE_QUOTED},
  {"CUE", VALUE_QUOTED}, {"DEFAULT", VALUE_ENUM},
  {"DURATION", VALUE_DECIMAL}, {"END-DATE", VALUE_QUOTED},
  {"END-ON-NEXT", VALUE_ENUM}, {"FORCED", VALUE_ENUM},
  {"FRAME-RATE", VALUE_DECIMAL}, {"GAP", VALUE_ENUM},
  {"GROUP-ID", VALUE_QUOTED}, {"HDCP-LEVEL", VALUE_ENUM},
  {"HOLD-BACK", VALUE_DECIMAL}, {"ID", VALUE_QUOTED},
  {"IMPORT", VALUE_QUOTED}, {"INDEPENDENT", VALUE_ENUM},
  {"INSTREAM-ID", VALUE_QUOTED}, {"IV", VALUE_HEX},
  {"KEYFORMAT", VALUE_QUOTED}, {"KEYFORMATVERSIONS", VALUE_QUOTED},
  {"LANGUAGE", VALUE_QUOTED}, {"LAST-MSN", VALUE_INTEGER},
  {"LAST-PART", VALUE_INTEGER}, {"METHOD", VALUE_ENUM},
  {"NAME", VALUE_QUOTED}, {"PART-HOLD-BACK", VALUE_DECIMAL},
  {"PART-TARGET", VALUE_DECIMAL}, {"PATHWAY-ID", VALUE_QUOTED},
  {"PLANNED-DURATION", VALUE_DECIMAL}, {"PRECISE", VALUE_ENUM},
  {"QUERYPARAM", VALUE_QUOTED},
  {"RECENTLY-REMOVED-DATERANGES", VALUE_QUOTED},
  {"RESOLUTION", VALUE_RESOLUTION}, {"SCORE", VALUE_DECIMAL},
  {"SCTE35-CMD", VALUE_HEX}, {"SCTE35-IN", VALUE_HEX},
  {"SCTE35-OUT", VALUE_HEX}, {"SERVER-URI", VALUE_QUOTED},
  {"SKIPPED-SEGMENTS", VALUE_INTEGER}, {"STABLE-RENDITION-ID", VALUE_QUOTED},
  {"STABLE-VARIANT-ID", VALUE_QUOTED}, {"START-DATE", VALUE_QUOTED},
  {"SUBTITLES", VALUE_QUOTED}, {"SUPPLEMENTAL-CODECS", VALUE_QUOTED},
  {"TIME-OFFSET", VALUE_SIGNED}, {"TYPE", VALUE_ENUM},
  {"URI", VALUE_QUOTED}, {"VALUE", VALUE_QUOTED},
  {"VIDEO", VALUE_QUOTED}, {"VIDEO-RANGE", VALUE_ENUM},
};
/* *INDENT-ON* */

/* --- attribute lists ----------------------------------------------------- */

static gboolean
is_hex (const gchar * text)
{
  if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X') || text[2] == '\0')
    return FALSE;
  for (text += 2; g_ascii_isxdigit (*text); text++);
  return *text == '\0';
}

static gboolean
is_resolution (const gchar * text)
{
  g_auto (GStrv) pieces = g_strsplit (text, "x", 2);
  guint64 n;

  return pieces[0] != NULL && pieces[1] != NULL
      && m3u8_integer (pieces[0], &n) && m3u8_integer (pieces[1], &n);
}

static gboolean
value_is_good (ValueType type, const gchar * value, gboolean quoted)
{
  guint64 n;

  switch (type) {
    case VALUE_QUOTED:
      return quoted;
    case VALUE_ENUM:
      return !quoted && *value != '\0' && strpbrk (value, " \"") == NULL;
    case VALUE_INTEGER:
      return !quoted && m3u8_integer (value, &n);
    case VALUE_DECIMAL:
      return !quoted && m3u8_decimal (value, &n);
    case VALUE_SIGNED:
      return !quoted && m3u8_decimal (*value == '-' ? value + 1 : value, &n);
    case VALUE_RESOLUTION:
      return !quoted && is_resolution (value);
    case VALUE_HEX:
      return !quoted && is_hex (value);
  }
  g_assert_not_reached ();
}

static gboolean
is_number_type (ValueType type)
{
  return type == VALUE_DECIMAL || type == VALUE_SIGNED;
}

static void
check_attribute (M3u8Reader * self, const M3u8Attribute * a)
{
  guint i;

  if (g_str_has_prefix (a->name, "REQ-"))
    m3u8_need (self, 12, "a REQ- attribute");
  for (i = 0; i < G_N_ELEMENTS (attribute_types); i++) {
    ValueType type = attribute_types[i].type;

    if (g_str_equal (attribute_types[i].name, a->name)
        && !value_is_good (type, a->value, a->quoted))
      m3u8_problem (self, is_number_type (type) && !a->quoted ? 15 : 8,
          "%s=%.80s is not of the attribute's type", a->name, a->value);
  }
}

static void
take_attribute (M3u8Reader * self, const M3u8Attribute * a)
{
  guint i;

  for (i = 0; i < self->attributes->len; i++) {
    if (g_str_equal (g_array_index (self->attributes, M3u8Attribute, i).name,
            a->name)) {
      m3u8_problem (self, 8, "%s twice in a tag", a->name);
      return;
    }
  }
  check_attribute (self, a);
  if (self->attributes->len < M3U8_MAX_ATTRIBUTES)
    g_array_append_val (self->attributes, *a);
  else
    m3u8_problem (self, 8, "more than %d attributes", M3U8_MAX_ATTRIBUTES);
}

static gsize
name_length (const gchar * p)
{
  gsize n = 0;

  while (g_ascii_isupper (p[n]) || g_ascii_isdigit (p[n]) || p[n] == '-')
    n++;
  return n;
}

/* One NAME=value; NULL when there is none.  Returns what is behind it. */
static const gchar *
read_attribute (M3u8Reader * self, const gchar * p)
{
  M3u8Attribute a = { NULL, NULL, FALSE };
  gsize n = name_length (p);
  g_autofree gchar *value = NULL;
  const gchar *end;

  if (n == 0 || p[n] != '=')
    return NULL;
  a.name = g_string_chunk_insert_len (self->playlist->strings, p, n);
  p += n + 1;
  if (*p == '"') {
    end = strchr (++p, '"');
    if (end == NULL)
      return NULL;
    a.quoted = TRUE;
    value = g_strndup (p, end - p);
    end++;
  } else {
    end = p + strcspn (p, ",");
    value = g_strndup (p, end - p);
    if (*value == '\0' || strpbrk (value, " \t\"") != NULL)
      m3u8_problem (self, 8, "%s=%.80s is no attribute value", a.name, value);
  }
  a.value = a.quoted || g_str_has_prefix (value, "0x") ? m3u8_keep (self,
      value) : g_string_chunk_insert (self->playlist->strings, value);
  take_attribute (self, &a);
  return end;
}

static void
read_attributes (M3u8Reader * self, const gchar * value)
{
  const gchar *p = value;

  g_array_set_size (self->attributes, 0);
  while ((p = read_attribute (self, p)) != NULL && *p == ',')
    p++;
  if (p == NULL || *p != '\0')
    m3u8_problem (self, 8, "no attribute list: %.160s", value);
}

static const gchar *
attribute (M3u8Reader * self, const gchar * name)
{
  guint i;

  for (i = 0; i < self->attributes->len; i++) {
    const M3u8Attribute *a =
        &g_array_index (self->attributes, M3u8Attribute, i);

    if (g_str_equal (a->name, name))
      return a->value;
  }
  return NULL;
}

static gboolean
has_value (M3u8Reader * self, const gchar * name, const gchar * value)
{
  return g_strcmp0 (attribute (self, name), value) == 0;
}

static gboolean
integer (M3u8Reader * self, const gchar * name, guint64 * value)
{
  const gchar *text = attribute (self, name);

  return text != NULL && m3u8_integer (text, value);
}

static gboolean
decimal (M3u8Reader * self, const gchar * name, guint64 * ns)
{
  const gchar *text = attribute (self, name);

  return text != NULL && m3u8_decimal (text, ns);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (((const M3u8Attribute *) a)->name,
      ((const M3u8Attribute *) b)->name);
}

/* The list as text that does not depend on order. */
static const gchar *
attributes_text (M3u8Reader * self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint i;

  g_array_sort (self->attributes, by_name);
  for (i = 0; i < self->attributes->len; i++) {
    const M3u8Attribute *a =
        &g_array_index (self->attributes, M3u8Attribute, i);

    g_string_append_printf (out, "%s%s=%s", i > 0 ? "," : "", a->name,
        a->value);
  }
  return g_string_chunk_insert (self->playlist->strings, out->str);
}

/* --- basic tags ---------------------------------------------------------- */

static gboolean
read_number (M3u8Reader * self, const gchar * tag, const gchar * value,
    guint64 * number)
{
  if (m3u8_integer (value, number))
    return TRUE;
  m3u8_problem (self, 8, "%s:%.64s is no decimal integer", tag, value);
  return FALSE;
}

static void
read_version (M3u8Reader * self, const gchar * value)
{
  self->playlist->has_version = read_number (self, "EXT-X-VERSION", value,
      &self->playlist->version);
}

static void
read_independent (M3u8Reader * self, const gchar * value)
{
  self->playlist->independent_segments = TRUE;
}

static void
read_start (M3u8Reader * self, const gchar * value)
{
  const gchar *text = attribute (self, "TIME-OFFSET");
  guint64 ns;

  if (text == NULL) {
    m3u8_problem (self, 27, "EXT-X-START without TIME-OFFSET");
    return;
  }
  if (!m3u8_decimal (*text == '-' ? text + 1 : text, &ns))
    return;
  self->playlist->has_start = TRUE;
  self->playlist->start = *text == '-' ? -(gint64) ns : (gint64) ns;
}

static const gchar *
query_value (const gchar * query, const gchar * name)
{
  const gchar *p = query;
  gsize len = strlen (name);

  while (p != NULL && *p != '\0') {
    if (strncmp (p, name, len) == 0 && p[len] == '=')
      return p + len + 1;
    p = strchr (p, '&');
    if (p != NULL)
      p++;
  }
  return NULL;
}

static void
define (M3u8Reader * self, const gchar * name, const gchar * value)
{
  M3u8Playlist *p = self->playlist;

  if (g_hash_table_contains (p->variables, name))
    m3u8_problem (self, 128, "EXT-X-DEFINE of %.64s twice", name);
  g_hash_table_insert (p->variables, (gpointer) name, (gpointer) value);
}

static void
read_define_query (M3u8Reader * self, const gchar * name)
{
  const gchar *value = query_value (self->query, name);
  g_autofree gchar *raw = NULL;
  g_autofree gchar *plain = NULL;

  m3u8_need (self, 11, "EXT-X-DEFINE with QUERYPARAM");
  if (value == NULL) {
    m3u8_problem (self, 128, "the URL has no query parameter %.64s", name);
    return;
  }
  raw = g_strndup (value, strcspn (value, "&"));
  plain = g_uri_unescape_string (raw, NULL);
  define (self, name, g_string_chunk_insert (self->playlist->strings,
          plain != NULL ? plain : raw));
}

static void
read_define (M3u8Reader * self, const gchar * value)
{
  const gchar *name = attribute (self, "NAME");
  const gchar *import = attribute (self, "IMPORT");
  const gchar *query = attribute (self, "QUERYPARAM");
  const gchar *found;

  m3u8_need (self, 8, "EXT-X-DEFINE");
  if ((name != NULL) + (import != NULL) + (query != NULL) != 1) {
    m3u8_problem (self, 128, "EXT-X-DEFINE needs one of NAME, IMPORT and"
        " QUERYPARAM");
  } else if (name != NULL && attribute (self, "VALUE") == NULL) {
    m3u8_problem (self, 128, "EXT-X-DEFINE NAME without VALUE");
  } else if (name != NULL) {
    define (self, name, attribute (self, "VALUE"));
  } else if (query != NULL) {
    read_define_query (self, query);
  } else {
    found = self->imports != NULL ? g_hash_table_lookup (self->imports,
        import) : NULL;
    if (found == NULL)
      m3u8_problem (self, 128, "the multivariant playlist does not define"
          " %.64s", import);
    else
      define (self, import, g_string_chunk_insert (self->playlist->strings,
              found));
  }
}

/* --- media playlist tags ------------------------------------------------- */

static void
read_target (M3u8Reader * self, const gchar * value)
{
  guint64 seconds;

  if (!m3u8_integer (value, &seconds) || seconds < 1 || seconds > 1000000) {
    m3u8_problem (self, 10, "EXT-X-TARGETDURATION:%.64s is no whole number of"
        " seconds", value);
    return;
  }
  self->playlist->has_target = TRUE;
  self->playlist->target = seconds * M3U8_SECOND;
}

static void
read_media_sequence (M3u8Reader * self, const gchar * value)
{
  M3u8Playlist *p = self->playlist;

  if (self->any_segment || self->has_segment)
    m3u8_problem (self, 11, "EXT-X-MEDIA-SEQUENCE behind a segment");
  p->has_media_sequence = read_number (self, "EXT-X-MEDIA-SEQUENCE", value,
      &p->media_sequence);
  if (p->media_sequence > G_MAXINT64)
    p->media_sequence = G_MAXINT64;
  self->next_msn = p->media_sequence + p->skipped;
}

static void
read_discontinuity_sequence (M3u8Reader * self, const gchar * value)
{
  M3u8Playlist *p = self->playlist;

  if (self->any_segment || self->any_discontinuity || self->has_segment)
    m3u8_problem (self, 12, "EXT-X-DISCONTINUITY-SEQUENCE behind a segment or"
        " a discontinuity");
  p->has_discontinuity_sequence = read_number (self,
      "EXT-X-DISCONTINUITY-SEQUENCE", value, &p->discontinuity_sequence);
  if (p->discontinuity_sequence > G_MAXINT64)
    p->discontinuity_sequence = G_MAXINT64;
  self->discontinuities = p->discontinuity_sequence;
}

static void
read_type (M3u8Reader * self, const gchar * value)
{
  if (g_str_equal (value, "EVENT"))
    self->playlist->type = M3U8_EVENT;
  else if (g_str_equal (value, "VOD"))
    self->playlist->type = M3U8_VOD;
  else
    m3u8_problem (self, 13, "EXT-X-PLAYLIST-TYPE:%.64s", value);
}

static void
read_endlist (M3u8Reader * self, const gchar * value)
{
  self->playlist->endlist = TRUE;
}

static void
read_iframes_only (M3u8Reader * self, const gchar * value)
{
  self->playlist->iframes_only = TRUE;
  m3u8_need (self, 4, "EXT-X-I-FRAMES-ONLY");
}

static void
read_control (M3u8Reader * self, const gchar * value)
{
  M3u8Playlist *p = self->playlist;

  p->can_block = has_value (self, "CAN-BLOCK-RELOAD", "YES");
  p->can_skip_ranges = has_value (self, "CAN-SKIP-DATERANGES", "YES");
  p->has_skip_until = decimal (self, "CAN-SKIP-UNTIL", &p->skip_until);
  p->has_hold_back = decimal (self, "HOLD-BACK", &p->hold_back);
  p->has_part_hold_back = decimal (self, "PART-HOLD-BACK", &p->part_hold_back);
  p->control = attributes_text (self);
}

static void
read_part_inf (M3u8Reader * self, const gchar * value)
{
  self->playlist->has_part_target = decimal (self, "PART-TARGET",
      &self->playlist->part_target);
  if (!self->playlist->has_part_target)
    m3u8_problem (self, 24, "EXT-X-PART-INF without PART-TARGET");
}

static void
read_skip (M3u8Reader * self, const gchar * value)
{
  M3u8Playlist *p = self->playlist;
  const gchar *removed = attribute (self, "RECENTLY-REMOVED-DATERANGES");

  p->has_skip = TRUE;
  p->skip_line = self->line;
  m3u8_need (self, 9, "EXT-X-SKIP");
  if (removed != NULL) {
    p->has_removed_ranges = TRUE;
    m3u8_need (self, 10, "EXT-X-SKIP that replaces date ranges");
  }
  if (self->any_segment || self->has_segment)
    m3u8_problem (self, 53, "EXT-X-SKIP behind a segment");
  if (!integer (self, "SKIPPED-SEGMENTS", &p->skipped)) {
    m3u8_problem (self, 53, "EXT-X-SKIP without SKIPPED-SEGMENTS");
    return;
  }
  p->skipped = MIN (p->skipped, G_MAXINT32);
  self->next_msn = p->media_sequence + p->skipped;
  self->map_known = FALSE;
}

static void
read_extinf (M3u8Reader * self, const gchar * value)
{
  M3u8Segment *s = m3u8_begin (self);
  g_autofree gchar *number = g_strndup (value, strcspn (value, ","));

  if (self->has_extinf)
    m3u8_problem (self, 8, "EXTINF twice for a segment");
  if (!m3u8_decimal (number, &s->duration))
    m3u8_problem (self, 15, "EXTINF:%.64s is no decimal number", number);
  else if (value[strlen (number)] != ',')
    m3u8_problem_should (self, 8, "EXTINF without its comma: %.64s", value);
  if (strchr (number, '.') != NULL)
    m3u8_need (self, 3, "EXTINF with a fraction");
  self->has_extinf = TRUE;
  self->extinf_line = self->line;
}

static void
read_byterange (M3u8Reader * self, const gchar * value)
{
  m3u8_begin (self);
  m3u8_need (self, 4, "EXT-X-BYTERANGE");
  g_free (self->pending_range);
  self->pending_range = g_strdup (value);
}

/* What applies to a segment stands before its first part (4.4.4.9). */
static M3u8Segment *
before_parts (M3u8Reader * self, const gchar * tag)
{
  M3u8Segment *s = m3u8_begin (self);

  if (self->playlist->parts->len > s->first_part)
    m3u8_problem (self, 34, "%s behind the first EXT-X-PART of its segment",
        tag);
  return s;
}

static void
read_discontinuity (M3u8Reader * self, const gchar * value)
{
  M3u8Segment *s = before_parts (self, "EXT-X-DISCONTINUITY");

  if (s->discontinuity)
    m3u8_problem_should (self, 9, "EXT-X-DISCONTINUITY twice for a segment");
  s->discontinuity = TRUE;
  self->any_discontinuity = TRUE;
}

static void
read_gap (M3u8Reader * self, const gchar * value)
{
  m3u8_begin (self)->gap = TRUE;
}

static void
read_key (M3u8Reader * self, const gchar * value)
{
  before_parts (self, "EXT-X-KEY");
  if (attribute (self, "METHOD") == NULL)
    m3u8_problem (self, 8, "EXT-X-KEY without METHOD");
  else if (!has_value (self, "METHOD", "NONE")
      && attribute (self, "URI") == NULL)
    m3u8_problem (self, 8, "EXT-X-KEY without URI");
  if (attribute (self, "IV") != NULL)
    m3u8_need (self, 2, "EXT-X-KEY with IV");
  if (attribute (self, "KEYFORMAT") != NULL
      || attribute (self, "KEYFORMATVERSIONS") != NULL
      || has_value (self, "METHOD", "SAMPLE-AES"))
    m3u8_need (self, 5, "EXT-X-KEY with KEYFORMAT or SAMPLE-AES");
  if (!self->keys_fresh)
    g_string_truncate (self->keys, 0);
  self->keys_fresh = TRUE;
  self->key_here = TRUE;
  g_string_append (self->keys, attributes_text (self));
  g_string_append_c (self->keys, '\n');
}

static void
read_map (M3u8Reader * self, const gchar * value)
{
  M3u8Segment *s = before_parts (self, "EXT-X-MAP");
  const gchar *range = attribute (self, "BYTERANGE");

  memset (&self->map_range, 0, sizeof (self->map_range));
  self->map = attribute (self, "URI");
  self->map_known = TRUE;
  s->map_here = TRUE;
  if (self->map == NULL)
    m3u8_problem (self, 8, "EXT-X-MAP without URI");
  if (range != NULL)
    m3u8_range (self, range, self->map, &self->map_range);
  m3u8_need (self, self->playlist->iframes_only ? 5 : 6, "EXT-X-MAP");
}

static void
read_date (M3u8Reader * self, const gchar * value)
{
  M3u8Segment *s = before_parts (self, "EXT-X-PROGRAM-DATE-TIME");
  gboolean zone = FALSE, ms = FALSE;

  s->has_date = m3u8_date (value, &s->date, &zone, &ms);
  if (!s->has_date)
    m3u8_problem (self, 79, "EXT-X-PROGRAM-DATE-TIME:%.64s", value);
  else if (!zone || !ms)
    m3u8_problem_should (self, 79, "%.64s has no time zone or no ms", value);
}

static void
read_bitrate (M3u8Reader * self, const gchar * value)
{
  guint64 kbps;

  read_number (self, "EXT-X-BITRATE", value, &kbps);
}

static void
read_part (M3u8Reader * self, const gchar * value)
{
  M3u8Segment *s = m3u8_begin (self);
  M3u8Part part = { 0, };
  const gchar *range = attribute (self, "BYTERANGE");

  part.line = self->line;
  part.uri = attribute (self, "URI");
  part.independent = has_value (self, "INDEPENDENT", "YES");
  part.gap = has_value (self, "GAP", "YES");
  if (self->has_extinf)
    m3u8_problem (self, 33, "EXT-X-PART behind its segment's EXTINF");
  if (part.uri == NULL || !decimal (self, "DURATION", &part.duration))
    m3u8_problem (self, 28, "EXT-X-PART without URI or DURATION");
  if (range != NULL)
    m3u8_range (self, range, part.uri, &part.range);
  if (part.uri == NULL)
    part.uri = "";
  g_array_append_val (self->playlist->parts, part);
  s->n_parts++;
}

static void
read_hint (M3u8Reader * self, const gchar * value)
{
  M3u8Hint hint = { 0, };

  hint.line = self->line;
  hint.uri = attribute (self, "URI");
  hint.has_start = integer (self, "BYTERANGE-START", &hint.start);
  hint.has_length = integer (self, "BYTERANGE-LENGTH", &hint.length);
  if (has_value (self, "TYPE", "MAP"))
    hint.type = M3U8_HINT_MAP;
  else if (has_value (self, "TYPE", "PART"))
    hint.type = M3U8_HINT_PART;
  else if (attribute (self, "TYPE") != NULL)
    return;                     /* of a type that we do not know (4.2) */
  else
    m3u8_problem (self, 43, "EXT-X-PRELOAD-HINT without TYPE");
  if (hint.uri == NULL)
    m3u8_problem (self, 43, "EXT-X-PRELOAD-HINT without URI");
  else if (attribute (self, "TYPE") != NULL)
    g_array_append_val (self->playlist->hints, hint);
}

static void
read_report (M3u8Reader * self, const gchar * value)
{
  M3u8Report report = { 0, };

  report.line = self->line;
  report.uri = attribute (self, "URI");
  report.has_msn = integer (self, "LAST-MSN", &report.msn);
  report.has_part = integer (self, "LAST-PART", &report.part);
  g_array_append_val (self->playlist->reports, report);
}

static gboolean
read_range_date (M3u8Reader * self, const gchar * name, gint64 * ns)
{
  const gchar *text = attribute (self, name);
  gboolean zone, ms;

  if (text == NULL)
    return FALSE;
  if (m3u8_date (text, ns, &zone, &ms))
    return TRUE;
  m3u8_problem (self, 87, "%s=%.64s is no date", name, text);
  return FALSE;
}

static void
read_daterange (M3u8Reader * self, const gchar * value)
{
  M3u8DateRange r = { 0, };
  guint64 duration;

  r.line = self->line;
  r.id = attribute (self, "ID");
  r.has_start = read_range_date (self, "START-DATE", &r.start);
  r.has_end = read_range_date (self, "END-DATE", &r.end);
  if (r.id == NULL)
    m3u8_problem (self, 87, "EXT-X-DATERANGE without ID");
  else if (!r.has_start && attribute (self, "START-DATE") == NULL)
    m3u8_problem (self, 87, "EXT-X-DATERANGE %.64s has no START-DATE", r.id);
  if (r.has_end && r.has_start && r.end < r.start)
    m3u8_problem (self, 87, "%.64s ends before it begins", r.id);
  if (!r.has_end && r.has_start && decimal (self, "DURATION", &duration)) {
    r.end = r.start + duration;
    r.has_end = TRUE;
  }
  if (has_value (self, "END-ON-NEXT", "YES")) {
    if (attribute (self, "CLASS") == NULL)
      m3u8_problem (self, 87, "END-ON-NEXT without CLASS");
    if (attribute (self, "DURATION") != NULL
        || attribute (self, "END-DATE") != NULL)
      m3u8_problem (self, 87, "END-ON-NEXT with DURATION or END-DATE");
  }
  r.text = attributes_text (self);
  g_array_append_val (self->playlist->ranges, r);
}

/* --- multivariant playlist tags ------------------------------------------ */

static M3u8Entry *
add_entry (M3u8Reader * self, M3u8EntryType type)
{
  M3u8Playlist *p = self->playlist;
  M3u8Entry entry = { 0, };

  entry.line = self->line;
  entry.type = type;
  entry.uri = attribute (self, "URI");
  entry.first_attribute = p->attributes->len;
  entry.n_attributes = self->attributes->len;
  if (self->attributes->len > 0)
    g_array_append_vals (p->attributes, self->attributes->data,
        self->attributes->len);
  g_array_append_val (p->entries, entry);
  return &g_array_index (p->entries, M3u8Entry, p->entries->len - 1);
}

static void
read_stream_inf (M3u8Reader * self, const gchar * value)
{
  add_entry (self, M3U8_VARIANT)->uri = NULL;
  self->wants_uri = TRUE;
}

static void
read_iframe_stream_inf (M3u8Reader * self, const gchar * value)
{
  add_entry (self, M3U8_IFRAMES);
}

static void
read_media (M3u8Reader * self, const gchar * value)
{
  const gchar *stream = attribute (self, "INSTREAM-ID");

  add_entry (self, M3U8_MEDIA);
  if (stream == NULL)
    return;
  if (g_str_has_prefix (stream, "SERVICE"))
    m3u8_need (self, 7, "INSTREAM-ID with SERVICE");
  if (!has_value (self, "TYPE", "CLOSED-CAPTIONS"))
    m3u8_need (self, 13, "INSTREAM-ID of other than closed captions");
}

static void
read_steering (M3u8Reader * self, const gchar * value)
{
  if (attribute (self, "SERVER-URI") == NULL)
    m3u8_problem (self, 127, "EXT-X-CONTENT-STEERING without SERVER-URI");
}

static void
read_session (M3u8Reader * self, const gchar * value)
{
}

/* *INDENT-OFF* */
static const Tag tags[] = {
  {"EXT-X-VERSION", SCOPE_BOTH, TRUE, FALSE, read_version},
  {"EXT-X-INDEPENDENT-SEGMENTS", SCOPE_BOTH, TRUE, FALSE, read_independent},
  {"EXT-X-START", SCOPE_BOTH, TRUE, TRUE, read_start},
  {"EXT-X-DEFINE", SCOPE_BOTH, FALSE, TRUE, read_define},
  {"EXT-X-TARGETDURATION", SCOPE_MEDIA, TRUE, FALSE, read_target},
  {"EXT-X-MEDIA-SEQUENCE", SCOPE_MEDIA, TRUE, FALSE, read_media_sequence},
  {"EXT-X-DISCONTINUITY-SEQUENCE", SCOPE_MEDIA, TRUE, FALSE,
      read_discontinuity_sequence},
  {"EXT-X-PLAYLIST-TYPE", SCOPE_MEDIA, TRUE, FALSE, read_type},
  {"EXT-X-ENDLIST", SCOPE_MEDIA, TRUE, FALSE, read_endlist},
  {"EXT-X-I-FRAMES-ONLY", SCOPE_MEDIA, TRUE, FALSE, read_iframes_only},
  {"EXT-X-SERVER-CONTROL", SCOPE_MEDIA, TRUE, TRUE, read_control},
  {"EXT-X-PART-INF", SCOPE_MEDIA, TRUE, TRUE, read_part_inf},
  {"EXT-X-SKIP", SCOPE_MEDIA, TRUE, TRUE, read_skip},
  {"EXTINF", SCOPE_MEDIA, FALSE, FALSE, read_extinf},
  {"EXT-X-BYTERANGE", SCOPE_MEDIA, FALSE, FALSE, read_byterange},
  {"EXT-X-DISCONTINUITY", SCOPE_MEDIA, FALSE, FALSE, read_discontinuity},
  {"EXT-X-GAP", SCOPE_MEDIA, FALSE, FALSE, read_gap},
  {"EXT-X-KEY", SCOPE_MEDIA, FALSE, TRUE, read_key},
  {"EXT-X-MAP", SCOPE_MEDIA, FALSE, TRUE, read_map},
  {"EXT-X-PROGRAM-DATE-TIME", SCOPE_MEDIA, FALSE, FALSE, read_date},
  {"EXT-X-BITRATE", SCOPE_MEDIA, FALSE, FALSE, read_bitrate},
  {"EXT-X-PART", SCOPE_MEDIA, FALSE, TRUE, read_part},
  {"EXT-X-PRELOAD-HINT", SCOPE_MEDIA, FALSE, TRUE, read_hint},
  {"EXT-X-RENDITION-REPORT", SCOPE_MEDIA, FALSE, TRUE, read_report},
  {"EXT-X-DATERANGE", SCOPE_MEDIA, FALSE, TRUE, read_daterange},
  {"EXT-X-STREAM-INF", SCOPE_MULTIVARIANT, FALSE, TRUE, read_stream_inf},
  {"EXT-X-I-FRAME-STREAM-INF", SCOPE_MULTIVARIANT, FALSE, TRUE,
      read_iframe_stream_inf},
  {"EXT-X-MEDIA", SCOPE_MULTIVARIANT, FALSE, TRUE, read_media},
  {"EXT-X-CONTENT-STEERING", SCOPE_MULTIVARIANT, TRUE, TRUE, read_steering},
  {"EXT-X-SESSION-DATA", SCOPE_MULTIVARIANT, FALSE, TRUE, read_session},
  {"EXT-X-SESSION-KEY", SCOPE_MULTIVARIANT, FALSE, TRUE, read_session},
};
/* *INDENT-ON* */

guint
m3u8_n_tags (void)
{
  return G_N_ELEMENTS (tags);
}

static void
note_scope (M3u8Reader * self, const Tag * tag)
{
  switch (tag->scope) {
    case SCOPE_BOTH:
      return;
    case SCOPE_MEDIA:
      self->playlist->media = TRUE;
      return;
    case SCOPE_MULTIVARIANT:
      self->playlist->multivariant = TRUE;
      return;
  }
  g_assert_not_reached ();
}

gboolean
m3u8_read_tag (M3u8Reader * self, gchar * line)
{
  gchar *value = strchr (line, ':');
  gsize len = value != NULL ? (gsize) (value - line) : strlen (line);
  guint i;

  value = value != NULL ? value + 1 : line + len;
  for (i = 0; i < G_N_ELEMENTS (tags); i++) {
    const Tag *tag = &tags[i];

    if (strlen (tag->name) != len || memcmp (tag->name, line, len) != 0)
      continue;
    if (tag->once && self->seen[i])
      m3u8_problem (self, strcmp (tag->name, "EXT-X-VERSION") == 0 ? 3 : 9,
          "%s twice", tag->name);
    self->seen[i] = TRUE;
    note_scope (self, tag);
    if (tag->list)
      read_attributes (self, value);
    tag->read (self, value);
    return TRUE;
  }
  return FALSE;                 /* unknown tags are ignored (6.3.1) */
}
