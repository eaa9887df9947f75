/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 section 4. */
#include "m3u8.h"

#include <string.h>

#include "m3u8reader.h"

static void
add_problem (M3u8Reader * self, guint rule, gboolean should, gchar * text)
{
  M3u8Playlist *p = self->playlist;
  M3u8Problem problem = { rule, should, self->line, NULL };

  if (p->problems->len < M3U8_MAX_PROBLEMS) {
    problem.text = g_string_chunk_insert (p->strings, text);
    g_array_append_val (p->problems, problem);
  }
  g_free (text);
}

void
m3u8_problem (M3u8Reader * self, guint rule, const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  add_problem (self, rule, FALSE, g_strdup_vprintf (format, args));
  va_end (args);
}

void
m3u8_problem_should (M3u8Reader * self, guint rule, const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  add_problem (self, rule, TRUE, g_strdup_vprintf (format, args));
  va_end (args);
}

void
m3u8_need (M3u8Reader * self, guint version, const gchar * why)
{
  if (self->playlist->version_needed >= version)
    return;
  self->playlist->version_needed = version;
  self->playlist->version_why = why;
}

const gchar *
m3u8_keep (M3u8Reader * self, const gchar * text)
{
  M3u8Playlist *p = self->playlist;
  g_autoptr (GString) out = NULL;
  const gchar *open, *close;

  if (strstr (text, "{$") == NULL)
    return g_string_chunk_insert (p->strings, text);
  out = g_string_new (NULL);
  while ((open = strstr (text, "{$")) != NULL
      && (close = strchr (open, '}')) != NULL) {
    g_autofree gchar *name = g_strndup (open + 2, close - open - 2);
    const gchar *value = g_hash_table_lookup (p->variables, name);

    g_string_append_len (out, text, open - text);
    if (value != NULL && self->expanded < M3U8_MAX_BYTES) {
      g_string_append (out, value);
      self->expanded += strlen (value);
    }
    if (value == NULL)
      m3u8_problem (self, 128, "no EXT-X-DEFINE before {$%.64s}", name);
    text = close + 1;
    m3u8_need (self, 8, "variable substitution");
  }
  g_string_append (out, text);
  return g_string_chunk_insert (p->strings, out->str);
}

M3u8Segment *
m3u8_begin (M3u8Reader * self)
{
  if (!self->has_segment) {
    memset (&self->segment, 0, sizeof (self->segment));
    self->has_segment = TRUE;
    self->segment.line = self->line;
    self->segment.first_part = self->playlist->parts->len;
  }
  return &self->segment;
}

gboolean
m3u8_range (M3u8Reader * self, const gchar * text, const gchar * uri,
    M3u8Range * range)
{
  g_auto (GStrv) pieces = g_strsplit (text, "@", 2);

  memset (range, 0, sizeof (*range));
  /* Of nothing at all there are no pieces. */
  if (pieces[0] == NULL || !m3u8_integer (pieces[0], &range->length)
      || (pieces[1] != NULL && !m3u8_integer (pieces[1], &range->offset))
      || range->offset > G_MAXINT64 || range->length > G_MAXINT64) {
    m3u8_problem (self, 8, "\"%.64s\" is no byte range", text);
    return FALSE;
  }
  range->present = TRUE;
  range->has_offset = pieces[1] != NULL;
  if (!range->has_offset) {
    if (g_strcmp0 (uri, self->range_uri) != 0)
      m3u8_problem (self, 40, "byte range without offset, and nothing of %s"
          " before it", uri != NULL ? uri : "it");
    else
      range->offset = self->range_end;
  }
  self->range_uri = uri;
  self->range_end = range->offset + range->length;
  return TRUE;
}

/* --- segments ------------------------------------------------------------ */

static void
append_segment (M3u8Reader * self)
{
  M3u8Playlist *p = self->playlist;
  M3u8Segment *s = &self->segment;

  s->msn = self->next_msn++;
  if (s->discontinuity)
    self->discontinuities++;
  s->discontinuities = self->discontinuities;
  s->map = self->map;
  s->map_known = self->map_known;
  s->map_range = self->map_range;
  s->key_here = self->key_here;
  s->key = self->keys->len > 0
      ? g_string_chunk_insert_const (p->strings, self->keys->str) : NULL;
  self->keys_fresh = FALSE;
  self->key_here = FALSE;
  s->n_parts = p->parts->len - s->first_part;
  g_array_append_val (p->segments, *s);
  self->has_segment = FALSE;
  self->has_extinf = FALSE;
  self->any_segment = TRUE;
}

static void
read_segment_uri (M3u8Reader * self, const gchar * line)
{
  M3u8Segment *s = m3u8_begin (self);
  g_autofree gchar *range = g_steal_pointer (&self->pending_range);

  s->uri = m3u8_keep (self, line);
  s->complete = TRUE;
  if (!self->has_extinf)
    m3u8_problem (self, 8, "a segment without EXTINF: %.128s", line);
  if (range != NULL)
    m3u8_range (self, range, s->uri, &s->range);
  append_segment (self);
}

static void
read_uri (M3u8Reader * self, const gchar * line)
{
  M3u8Playlist *p = self->playlist;

  if (self->wants_uri) {
    g_array_index (p->entries, M3u8Entry, p->entries->len - 1).uri =
        m3u8_keep (self, line);
    self->wants_uri = FALSE;
  } else if (p->multivariant && !p->media) {
    m3u8_problem (self, 7, "a URI without EXT-X-STREAM-INF: %.128s", line);
  } else {
    read_segment_uri (self, line);
  }
}

/* --- lines --------------------------------------------------------------- */

static void
check_text (M3u8Reader * self, const gchar * text, gsize size)
{
  const gchar *end = NULL;
  g_autofree gchar *nfc = NULL;
  gsize i;

  if (size >= 3 && memcmp (text, "\357\273\277", 3) == 0)
    m3u8_problem (self, 1, "a byte order mark");
  if (!g_utf8_validate_len (text, size, &end)) {
    m3u8_problem (self, 1, "no UTF-8 at byte %" G_GSIZE_FORMAT,
        (gsize) (end - text));
    return;
  }
  for (i = 0; i < size; i++) {
    guchar c = text[i];

    if ((c < 0x20 && c != '\n' && c != '\r') || c == 0x7f
        || (c == 0xc2 && i + 1 < size && (guchar) text[i + 1] < 0xa0)) {
      m3u8_problem (self, 1, "control character at byte %" G_GSIZE_FORMAT, i);
      return;
    }
  }
  nfc = g_utf8_normalize (text, size, G_NORMALIZE_NFC);
  if (nfc != NULL && (strlen (nfc) != size || memcmp (nfc, text, size) != 0))
    m3u8_problem_should (self, 1, "text is not in Unicode's NFC");
}

static void
read_line (M3u8Reader * self, gchar * line)
{
  if (self->line == 1) {
    if (g_str_has_prefix (line, "\357\273\277"))
      line += 3;
    self->playlist->valid = g_str_equal (line, "#EXTM3U");
    if (!self->playlist->valid)
      m3u8_problem (self, 1, "the first line is not #EXTM3U");
  } else if (g_str_equal (line, "#EXTM3U")) {
    m3u8_problem (self, 9, "EXTM3U twice");
  }
  if (*line == '\0')
    return;
  if (self->wants_uri && *line == '#')
    m3u8_problem (self, 8, "no URI line right behind EXT-X-STREAM-INF");
  if (*line == '#') {
    if (g_str_has_prefix (line, "#EXT"))
      m3u8_read_tag (self, line + 1);
  } else if (self->playlist->valid) {
    read_uri (self, line);
  }
}

static void
read_lines (M3u8Reader * self, const gchar * text, gsize size)
{
  gsize at = 0;

  while (at < size) {
    const gchar *end = memchr (text + at, '\n', size - at);
    gsize len = end != NULL ? (gsize) (end - text) - at : size - at;
    gsize next = at + len + 1;
    g_autofree gchar *line = NULL;

    if (len > 0 && text[at + len - 1] == '\r')
      len--;
    line = g_strndup (text + at, len);
    self->line++;
    read_line (self, line);
    at = next;
  }
}

static void
finish (M3u8Reader * self)
{
  M3u8Playlist *p = self->playlist;

  if (self->line == 0)
    m3u8_problem (self, 1, "the playlist is empty");
  if (self->wants_uri)
    m3u8_problem (self, 8, "the playlist ends behind EXT-X-STREAM-INF");
  if (self->has_extinf)
    m3u8_problem (self, 8, "EXTINF of line %u has no URI", self->extinf_line);
  if (self->has_segment && p->parts->len > self->segment.first_part)
    append_segment (self);
  if (p->multivariant && p->media)
    m3u8_problem (self, 7, "tags of media and of multivariant playlists");
  if (p->entries->len > 0)
    p->multivariant = TRUE;
  if (!p->multivariant && !p->has_target && p->valid)
    m3u8_problem (self, 10, "no EXT-X-TARGETDURATION");
}

static M3u8Playlist *
playlist_new (void)
{
  M3u8Playlist *p = g_new0 (M3u8Playlist, 1);

  p->strings = g_string_chunk_new (4096);
  p->problems = g_array_new (FALSE, TRUE, sizeof (M3u8Problem));
  p->segments = g_array_new (FALSE, TRUE, sizeof (M3u8Segment));
  p->parts = g_array_new (FALSE, TRUE, sizeof (M3u8Part));
  p->hints = g_array_new (FALSE, TRUE, sizeof (M3u8Hint));
  p->reports = g_array_new (FALSE, TRUE, sizeof (M3u8Report));
  p->ranges = g_array_new (FALSE, TRUE, sizeof (M3u8DateRange));
  p->entries = g_array_new (FALSE, TRUE, sizeof (M3u8Entry));
  p->attributes = g_array_new (FALSE, TRUE, sizeof (M3u8Attribute));
  p->variables = g_hash_table_new (g_str_hash, g_str_equal);
  p->version = 1;
  p->version_needed = 1;
  p->version_why = "nothing";
  return p;
}

M3u8Playlist *
m3u8_parse (const gchar * text, gsize size, const gchar * query,
    GHashTable * imports)
{
  M3u8Reader reader = { NULL, };
  M3u8Playlist *p = playlist_new ();

  reader.playlist = p;
  reader.query = query;
  reader.imports = imports;
  reader.attributes = g_array_new (FALSE, TRUE, sizeof (M3u8Attribute));
  reader.seen = g_malloc0 (m3u8_n_tags ());
  reader.keys = g_string_new (NULL);
  reader.map_known = TRUE;
  p->bytes = size;
  check_text (&reader, text, MIN (size, M3U8_MAX_BYTES));
  if (size > M3U8_MAX_BYTES)
    m3u8_problem (&reader, 1, "more than %d bytes", M3U8_MAX_BYTES);
  else
    read_lines (&reader, text, size);
  finish (&reader);
  g_array_unref (reader.attributes);
  g_free (reader.seen);
  g_free (reader.pending_range);
  g_string_free (reader.keys, TRUE);
  return p;
}

void
m3u8_free (M3u8Playlist * self)
{
  g_string_chunk_free (self->strings);
  g_array_unref (self->problems);
  g_array_unref (self->segments);
  g_array_unref (self->parts);
  g_array_unref (self->hints);
  g_array_unref (self->reports);
  g_array_unref (self->ranges);
  g_array_unref (self->entries);
  g_array_unref (self->attributes);
  g_hash_table_unref (self->variables);
  g_free (self);
}

/* --- what it says -------------------------------------------------------- */

const M3u8Segment *
m3u8_find (const M3u8Playlist * self, guint64 msn)
{
  guint64 first;

  if (self->segments->len == 0)
    return NULL;
  first = m3u8_segment (self, 0)->msn;
  if (msn < first || msn - first >= self->segments->len)
    return NULL;
  return m3u8_segment (self, msn - first);
}

guint64
m3u8_parts_duration (const M3u8Playlist * self, const M3u8Segment * segment)
{
  guint64 total = 0;
  guint i;

  for (i = 0; i < segment->n_parts; i++)
    total += m3u8_part (self, segment, i)->duration;
  return total;
}

gboolean
m3u8_has_holes (const M3u8Playlist * self, const M3u8Segment * segment)
{
  guint i;

  for (i = 0; i < segment->n_parts; i++) {
    if (m3u8_part (self, segment, i)->gap)
      return TRUE;
  }
  return FALSE;
}

guint64
m3u8_duration (const M3u8Playlist * self)
{
  guint64 total = 0;
  guint i;

  for (i = 0; i < self->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (self, i);

    total += s->complete ? s->duration : m3u8_parts_duration (self, s);
  }
  return total;
}

gboolean
m3u8_last (const M3u8Playlist * self, guint64 * msn, gint64 * part,
    gboolean * complete)
{
  const M3u8Segment *s;

  if (self->segments->len == 0)
    return FALSE;
  s = m3u8_segment (self, self->segments->len - 1);
  *msn = s->msn;
  *part = (gint64) s->n_parts - 1;
  *complete = s->complete;
  return TRUE;
}

gboolean
m3u8_last_complete (const M3u8Playlist * self, guint64 * msn)
{
  guint i = self->segments->len;

  while (i-- > 0) {
    if (m3u8_segment (self, i)->complete) {
      *msn = m3u8_segment (self, i)->msn;
      return TRUE;
    }
  }
  return FALSE;
}

const gchar *
m3u8_attribute (const M3u8Playlist * self, const M3u8Entry * entry,
    const gchar * name)
{
  guint i;

  for (i = 0; i < entry->n_attributes; i++) {
    const M3u8Attribute *a = &g_array_index (self->attributes, M3u8Attribute,
        entry->first_attribute + i);

    if (g_str_equal (a->name, name))
      return a->value;
  }
  return NULL;
}

/* --- delta updates ------------------------------------------------------- */

static const gchar *
copy (M3u8Playlist * to, const gchar * text)
{
  return text != NULL ? g_string_chunk_insert (to->strings, text) : NULL;
}

static void
copy_segment (M3u8Playlist * to, const M3u8Playlist * from,
    const M3u8Segment * segment)
{
  M3u8Segment s = *segment;
  guint i;

  s.uri = copy (to, s.uri);
  s.map = copy (to, s.map);
  s.key = copy (to, s.key);
  s.first_part = to->parts->len;
  for (i = 0; i < s.n_parts; i++) {
    M3u8Part part = *m3u8_part (from, segment, i);

    part.uri = copy (to, part.uri);
    g_array_append_val (to->parts, part);
  }
  g_array_append_val (to->segments, s);
}

static void
copy_rest (M3u8Playlist * to, const M3u8Playlist * from)
{
  guint i;

  for (i = 0; i < from->hints->len; i++) {
    M3u8Hint hint = g_array_index (from->hints, M3u8Hint, i);

    hint.uri = copy (to, hint.uri);
    g_array_append_val (to->hints, hint);
  }
  for (i = 0; i < from->reports->len; i++) {
    M3u8Report report = g_array_index (from->reports, M3u8Report, i);

    report.uri = copy (to, report.uri);
    g_array_append_val (to->reports, report);
  }
  for (i = 0; i < from->ranges->len; i++) {
    M3u8DateRange range = g_array_index (from->ranges, M3u8DateRange, i);

    range.id = copy (to, range.id);
    range.text = copy (to, range.text);
    g_array_append_val (to->ranges, range);
  }
}

static void
copy_header (M3u8Playlist * to, const M3u8Playlist * from)
{
  to->valid = from->valid;
  to->media = from->media;
  to->version = from->version;
  to->has_version = from->has_version;
  to->version_needed = from->version_needed;
  to->has_target = from->has_target;
  to->target = from->target;
  to->has_media_sequence = from->has_media_sequence;
  to->has_discontinuity_sequence = from->has_discontinuity_sequence;
  to->media_sequence = from->media_sequence;
  to->discontinuity_sequence = from->discontinuity_sequence;
  to->type = from->type;
  to->endlist = from->endlist;
  to->independent_segments = from->independent_segments;
  to->iframes_only = from->iframes_only;
  to->control = copy (to, from->control);
  to->can_block = from->can_block;
  to->can_skip_ranges = from->can_skip_ranges;
  to->has_skip_until = from->has_skip_until;
  to->skip_until = from->skip_until;
  to->has_hold_back = from->has_hold_back;
  to->hold_back = from->hold_back;
  to->has_part_hold_back = from->has_part_hold_back;
  to->part_hold_back = from->part_hold_back;
  to->has_part_target = from->has_part_target;
  to->part_target = from->part_target;
  to->has_start = from->has_start;
  to->start = from->start;
}

/* What a segment takes from those before it may stand in the skipped part. */
static void
inherit (M3u8Playlist * to, guint i, guint64 shift)
{
  M3u8Segment *s = &g_array_index (to->segments, M3u8Segment, i);
  const M3u8Segment *before;

  s->discontinuities += shift;
  if (i == 0)
    return;
  before = m3u8_segment (to, i - 1);
  if (!s->map_known) {
    s->map = before->map;
    s->map_range = before->map_range;
    s->map_known = before->map_known;
  }
  if (s->key == NULL && !s->key_here)
    s->key = before->key;
}

M3u8Playlist *
m3u8_merge (const M3u8Playlist * before, const M3u8Playlist * delta)
{
  M3u8Playlist *to;
  const M3u8Segment *last = NULL;
  guint64 first = delta->media_sequence, shift = 0, i, from;

  if (delta->skipped == 0 || m3u8_find (before, first) == NULL
      || delta->skipped > before->segments->len
      || (last = m3u8_find (before, first + delta->skipped - 1)) == NULL
      || !last->complete)
    return NULL;
  to = playlist_new ();
  copy_header (to, delta);
  from = first - m3u8_segment (before, 0)->msn;
  for (i = from; i < from + delta->skipped; i++)
    copy_segment (to, before, m3u8_segment (before, i));
  shift = last->discontinuities - delta->discontinuity_sequence;
  for (i = 0; i < delta->segments->len; i++) {
    copy_segment (to, delta, m3u8_segment (delta, i));
    inherit (to, to->segments->len - 1, shift);
  }
  copy_rest (to, delta);
  return to;
}

/* --- numbers ------------------------------------------------------------- */

gboolean
m3u8_integer (const gchar * text, guint64 * value)
{
  *value = 0;
  if (*text == '\0' || strlen (text) > 20)
    return FALSE;
  for (; *text != '\0'; text++) {
    guint digit = *text - '0';

    if (!g_ascii_isdigit (*text) || *value > (G_MAXUINT64 - digit) / 10)
      return FALSE;
    *value = *value * 10 + digit;
  }
  return TRUE;
}

#define MAX_SECONDS (G_MAXINT64 / M3U8_SECOND / 4)

gboolean
m3u8_decimal (const gchar * text, guint64 * ns)
{
  guint64 seconds = 0, fraction = 0, unit = M3U8_SECOND;
  const gchar *p = text;
  gboolean digits = FALSE;

  for (; g_ascii_isdigit (*p); p++, digits = TRUE)
    seconds = MIN (seconds * 10 + (*p - '0'), MAX_SECONDS);
  if (*p == '.') {
    for (p++; g_ascii_isdigit (*p); p++, digits = TRUE) {
      unit /= 10;
      fraction += (*p - '0') * unit;
    }
  }
  *ns = seconds * M3U8_SECOND + fraction;
  return digits && *p == '\0';
}

gboolean
m3u8_date (const gchar * text, gint64 * ns, gboolean * has_zone,
    gboolean * has_ms)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = NULL;
  const gchar *time = strchr (text, 'T'), *point;

  date = g_date_time_new_from_iso8601 (text, utc);
  /* ns since 1970 fit in 63 bits until 2262. */
  if (date == NULL || time == NULL || g_date_time_get_year (date) < 1900
      || g_date_time_get_year (date) > 2200)
    return FALSE;
  *ns = g_date_time_to_unix (date) * (gint64) M3U8_SECOND
      + g_date_time_get_microsecond (date) * 1000;
  point = strchr (time, '.');
  *has_ms = point != NULL && g_ascii_isdigit (point[1])
      && g_ascii_isdigit (point[2]) && g_ascii_isdigit (point[3]);
  *has_zone = strpbrk (time, "Z+-") != NULL;
  return TRUE;
}
