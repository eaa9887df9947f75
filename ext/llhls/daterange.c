/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 4.4.5.1 */
#include "daterange.h"

#include <string.h>

#include "playlistrender.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define DURATION_DIGITS 3

typedef struct
{
  Daterange range;
  guint64 changed;              /* when it was added or added to */
  GString *text;                /* as it is written, once it is known to fit */
} Entry;

typedef struct
{
  gchar *id;
  guint64 when;
} Removed;

static const gchar *const scte35_names[N_DATERANGE_SCTE35] = {
  "SCTE35-CMD", "SCTE35-OUT", "SCTE35-IN"
};

G_DEFINE_QUARK (llhls - daterange - error - quark, daterange_error);

static gboolean
fail (GError ** error, DaterangeError code, const gchar * field,
    const gchar * why)
{
  g_set_error (error, DATERANGE_ERROR, code, "%s %s", field, why);
  return FALSE;
}

void
daterange_init (Daterange * self)
{
  static const Daterange zero;

  *self = zero;
  self->start = self->end = self->duration = self->planned = DATERANGE_NONE;
  self->custom = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
}

void
daterange_clear (Daterange * self)
{
  guint i;

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->class_name, g_free);
  for (i = 0; i < N_DATERANGE_SCTE35; i++)
    g_clear_pointer (&self->scte35[i], g_free);
  g_clear_pointer (&self->custom, g_hash_table_unref);
}

/* Neither quotes nor control characters, and text (4.2). */
static gboolean
can_quote (const gchar * text)
{
  const gchar *p;

  for (p = text; *p != '\0'; p++) {
    if (*p == '"' || (guchar) * p < 0x20 || *p == 0x7f)
      return FALSE;
  }
  return g_utf8_validate (text, -1, NULL);
}

gchar *
daterange_quote (const gchar * text)
{
  return can_quote (text) ? g_strdup_printf ("\"%s\"", text) : NULL;
}

static gboolean
is_hex (const gchar * text)
{
  if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X') || text[2] == '\0')
    return FALSE;
  for (text += 2; *text != '\0'; text++) {
    if (!g_ascii_isxdigit (*text))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_number (const gchar * text)
{
  gsize digits;

  text += *text == '-';
  digits = strspn (text, "0123456789");
  if (digits == 0)
    return FALSE;
  text += digits;
  if (*text == '.') {
    digits = strspn (++text, "0123456789");
    text += digits;
  }
  return digits > 0 && *text == '\0';
}

static gboolean
is_quoted (const gchar * text)
{
  gsize length = strlen (text);
  g_autofree gchar *inner = NULL;

  if (length < 2 || text[0] != '"' || text[length - 1] != '"')
    return FALSE;
  inner = g_strndup (text + 1, length - 2);
  return can_quote (inner);
}

gboolean
daterange_set_custom (Daterange * self, const gchar * name,
    const gchar * value, GError ** error)
{
  if (!g_str_has_prefix (name, "X-") || name[2] == '\0'
      || strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
      != strlen (name))
    return fail (error, DATERANGE_ERROR_FIELD, name,
        "is not X- and capital letters, digits and dashes");
  if (!is_quoted (value) && !is_hex (value) && !is_number (value))
    return fail (error, DATERANGE_ERROR_FIELD, name,
        "is neither a string without quotes and line ends, nor bytes, nor a "
        "number");
  g_hash_table_replace (self->custom, g_strdup (name), g_strdup (value));
  return TRUE;
}

gboolean
daterange_set_scte35 (Daterange * self, DaterangeScte35 which,
    const guint8 * data, gsize size, GError ** error)
{
  GString *hex;
  gsize i;

  if (size == 0 || size > DATERANGE_MAX_BYTES / 2)
    return fail (error, DATERANGE_ERROR_FIELD, scte35_names[which],
        "is empty or too long");
  hex = g_string_new ("0x");
  for (i = 0; i < size; i++)
    g_string_append_printf (hex, "%02X", data[i]);
  g_free (self->scte35[which]);
  self->scte35[which] = g_string_free (hex, FALSE);
  return TRUE;
}

gboolean
daterange_set_scte35_hex (Daterange * self, DaterangeScte35 which,
    const gchar * text, GError ** error)
{
  if (!is_hex (text))
    return fail (error, DATERANGE_ERROR_FIELD, scte35_names[which],
        "is not 0x and hexadecimal digits");
  g_free (self->scte35[which]);
  self->scte35[which] = g_ascii_strup (text + 1, -1);
  self->scte35[which][0] = 'x';
  text = self->scte35[which];
  self->scte35[which] = g_strconcat ("0", text, NULL);
  g_free ((gchar *) text);
  return TRUE;
}

/* One range by itself */

/* When it ends as far as is known: DATERANGE_NONE when open. */
static guint64
range_end (const Daterange * self)
{
  if (self->end != DATERANGE_NONE)
    return self->end;
  return self->duration != DATERANGE_NONE ? self->start + self->duration
      : DATERANGE_NONE;
}

static gboolean
check_times (const Daterange * self, GError ** error)
{
  if (self->start == DATERANGE_NONE)
    return fail (error, DATERANGE_ERROR_FIELD, "START-DATE", "is missing");
  if (self->end != DATERANGE_NONE && self->end < self->start)
    return fail (error, DATERANGE_ERROR_FIELD, "END-DATE",
        "is before START-DATE");
  if (self->end != DATERANGE_NONE && self->duration != DATERANGE_NONE
      && self->end - self->start != self->duration)
    return fail (error, DATERANGE_ERROR_FIELD, "DURATION",
        "is not END-DATE less START-DATE");
  if (!self->end_on_next)
    return TRUE;
  if (self->class_name == NULL)
    return fail (error, DATERANGE_ERROR_FIELD, "END-ON-NEXT", "needs a CLASS");
  if (range_end (self) != DATERANGE_NONE)
    return fail (error, DATERANGE_ERROR_FIELD, "END-ON-NEXT",
        "excludes DURATION and END-DATE");
  return TRUE;
}

static void append_range (const Daterange * self, GString * out);

static gboolean
check_entry (Entry * entry, GError ** error)
{
  const Daterange *self = &entry->range;

  if (self->id == NULL || *self->id == '\0' || !can_quote (self->id))
    return fail (error, DATERANGE_ERROR_FIELD, "ID",
        "is missing, or holds quotes or line ends");
  if (self->class_name != NULL && !can_quote (self->class_name))
    return fail (error, DATERANGE_ERROR_FIELD, "CLASS",
        "holds quotes or line ends");
  if (!check_times (self, error))
    return FALSE;
  entry->text = g_string_new (NULL);
  append_range (self, entry->text);
  return entry->text->len <= DATERANGE_MAX_BYTES
      || fail (error, DATERANGE_ERROR_FIELD, "ID",
      "has attributes that are too long together");
}

/* What was said before stays as it is */

static gboolean
merge_text (gchar ** to, const gchar * from, const gchar * field,
    GError ** error)
{
  if (from == NULL)
    return TRUE;
  if (*to != NULL && !g_str_equal (*to, from))
    return fail (error, DATERANGE_ERROR_CONFLICT, field,
        "differs from what was said of that ID before");
  if (*to == NULL)
    *to = g_strdup (from);
  return TRUE;
}

static gboolean
merge_time (guint64 * to, guint64 from, const gchar * field, GError ** error)
{
  if (from == DATERANGE_NONE)
    return TRUE;
  if (*to != DATERANGE_NONE && *to != from)
    return fail (error, DATERANGE_ERROR_CONFLICT, field,
        "differs from what was said of that ID before");
  *to = from;
  return TRUE;
}

static gboolean
merge_custom (Daterange * to, const Daterange * from, GError ** error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, from->custom);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const gchar *old = g_hash_table_lookup (to->custom, key);

    if (old != NULL && !g_str_equal (old, value))
      return fail (error, DATERANGE_ERROR_CONFLICT, key,
          "differs from what was said of that ID before");
    if (old == NULL)
      g_hash_table_insert (to->custom, g_strdup (key), g_strdup (value));
  }
  return TRUE;
}

static gboolean
merge (Daterange * to, const Daterange * from, GError ** error)
{
  guint i;

  for (i = 0; i < N_DATERANGE_SCTE35; i++) {
    if (!merge_text (&to->scte35[i], from->scte35[i], scte35_names[i], error))
      return FALSE;
  }
  to->end_on_next |= from->end_on_next;
  return merge_text (&to->id, from->id, "ID", error)
      && merge_text (&to->class_name, from->class_name, "CLASS", error)
      && merge_time (&to->start, from->start, "START-DATE", error)
      && merge_time (&to->end, from->end, "END-DATE", error)
      && merge_time (&to->duration, from->duration, "DURATION", error)
      && merge_time (&to->planned, from->planned, "PLANNED-DURATION", error)
      && merge_custom (to, from, error);
}

/* Writing */

static void
append_duration (GString * out, const gchar * name, guint64 ns)
{
  if (ns == DATERANGE_NONE)
    return;
  g_string_append_printf (out, ",%s=", name);
  playlist_append_decimal (out, ns, SECOND, DURATION_DIGITS);
}

static void
append_custom (GString * out, GHashTable * custom)
{
  GList *names = g_list_sort (g_hash_table_get_keys (custom),
      (GCompareFunc) strcmp);
  const GList *l;

  for (l = names; l != NULL; l = l->next)
    g_string_append_printf (out, ",%s=%s", (const gchar *) l->data,
        (const gchar *) g_hash_table_lookup (custom, l->data));
  g_list_free (names);
}

static void
append_range (const Daterange * range, GString * out)
{
  guint i;

  g_string_append_printf (out, "#EXT-X-DATERANGE:ID=\"%s\"", range->id);
  if (range->class_name != NULL)
    g_string_append_printf (out, ",CLASS=\"%s\"", range->class_name);
  g_string_append (out, ",START-DATE=\"");
  playlist_append_date (out, range->start);
  g_string_append_c (out, '"');
  if (range->end != DATERANGE_NONE) {
    g_string_append (out, ",END-DATE=\"");
    playlist_append_date (out, range->end);
    g_string_append_c (out, '"');
  }
  append_duration (out, "DURATION", range->duration);
  append_duration (out, "PLANNED-DURATION", range->planned);
  append_custom (out, range->custom);
  for (i = 0; i < N_DATERANGE_SCTE35; i++) {
    if (range->scte35[i] != NULL)
      g_string_append_printf (out, ",%s=%s", scte35_names[i], range->scte35[i]);
  }
  if (range->end_on_next)
    g_string_append (out, ",END-ON-NEXT=YES");
  g_string_append_c (out, '\n');
}

void
daterange_set_append (const DaterangeSet * self, GString * out, guint64 since)
{
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    const Entry *entry = g_ptr_array_index (self->entries, i);

    if (entry->changed >= since)
      g_string_append_len (out, entry->text->str, entry->text->len);
  }
}

void
daterange_set_append_removed (const DaterangeSet * self, GString * out,
    guint64 since)
{
  gboolean first = TRUE;
  guint i;

  for (i = 0; i < self->removed->len; i++) {
    const Removed *removed = g_ptr_array_index (self->removed, i);

    if (removed->when < since)
      continue;
    g_string_append_printf (out, "%s%s", first ? "" : "\t", removed->id);
    first = FALSE;
  }
}

/* The set */

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  daterange_clear (&entry->range);
  if (entry->text != NULL)
    g_string_free (entry->text, TRUE);
  g_free (entry);
}

static void
free_removed (gpointer data)
{
  Removed *removed = data;

  g_free (removed->id);
  g_free (removed);
}

void
daterange_set_init (DaterangeSet * self)
{
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->removed = g_ptr_array_new_with_free_func (free_removed);
  self->bytes = 0;
  self->expired_at = DATERANGE_NONE;
}

void
daterange_set_clear (DaterangeSet * self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
}

static Entry *
find_entry (const DaterangeSet * self, const gchar * id)
{
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    Entry *entry = g_ptr_array_index (self->entries, i);

    if (g_strcmp0 (entry->range.id, id) == 0)
      return entry;
  }
  return NULL;
}

static gboolean
check_new (const DaterangeSet * self, const gchar * id, GError ** error)
{
  guint i;

  for (i = 0; i < self->removed->len; i++) {
    const Removed *removed = g_ptr_array_index (self->removed, i);

    if (g_strcmp0 (removed->id, id) == 0)
      return fail (error, DATERANGE_ERROR_CONFLICT, "ID",
          "was that of a range that is over");
  }
  return TRUE;
}

static gboolean
check_room (const DaterangeSet * self, const Entry * old, const Entry * entry,
    GError ** error)
{
  gsize bytes = self->bytes + entry->text->len;

  if (old != NULL)
    bytes -= old->text->len;
  if (bytes <= DATERANGE_MAX_TOTAL
      && (old != NULL || self->entries->len < DATERANGE_MAX))
    return TRUE;
  g_set_error (error, DATERANGE_ERROR, DATERANGE_ERROR_FULL, "ID \"%s\" finds "
      "no room: %u ranges with %" G_GSIZE_FORMAT
      " bytes are listed, at most %d "
      "with %d may be; one leaves with the last segment that it touches, in an "
      "EVENT or without an end never", entry->range.id, self->entries->len,
      self->bytes, DATERANGE_MAX, DATERANGE_MAX_TOTAL);
  return FALSE;
}

gboolean
daterange_set_add (DaterangeSet * self, const Daterange * range, guint64 now,
    GError ** error)
{
  Entry *old = find_entry (self, range->id), *entry = g_new0 (Entry, 1);

  daterange_init (&entry->range);
  entry->changed = now;
  if ((old != NULL && !merge (&entry->range, &old->range, error))
      || !merge (&entry->range, range, error)
      || !check_entry (entry, error)
      || (old == NULL && !check_new (self, range->id, error))
      || !check_room (self, old, entry, error)) {
    free_entry (entry);
    return FALSE;
  }
  self->bytes += entry->text->len;
  self->expired_at = DATERANGE_NONE;
  if (old != NULL) {
    Entry both = *old;

    *old = *entry;
    *entry = both;
    self->bytes -= entry->text->len;
    free_entry (entry);
  } else {
    g_ptr_array_add (self->entries, entry);
  }
  return TRUE;
}

/* END-ON-NEXT: the start of the range of that class that follows. */
static guint64
next_start (const DaterangeSet * self, const Daterange * range)
{
  guint64 next = DATERANGE_NONE;
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    const Daterange *other =
        &((const Entry *) g_ptr_array_index (self->entries, i))->range;

    if (g_strcmp0 (other->class_name, range->class_name) == 0
        && other->start > range->start)
      next = MIN (next, other->start);
  }
  return next;
}

/* Its last date that may map to a segment.  A break that was begun and not
 * ended is still going on, and so is what ends with the next of its class. */
static guint64
last_date (const DaterangeSet * self, const Daterange * range)
{
  guint64 end = range_end (range);

  if (end != DATERANGE_NONE)
    return end;
  if (range->end_on_next)
    return next_start (self, range);
  if (range->scte35[DATERANGE_SCTE35_OUT] != NULL
      && range->scte35[DATERANGE_SCTE35_IN] == NULL)
    return DATERANGE_NONE;
  return range->planned != DATERANGE_NONE ? range->start + range->planned
      : range->start;
}

static void
remember_removed (DaterangeSet * self, const gchar * id, guint64 now)
{
  Removed *removed = g_new0 (Removed, 1);

  removed->id = g_strdup (id);
  removed->when = now;
  if (self->removed->len >= DATERANGE_MAX)
    g_ptr_array_remove_index (self->removed, 0);
  g_ptr_array_add (self->removed, removed);
}

gboolean
daterange_set_expire (DaterangeSet * self, guint64 oldest, guint64 now)
{
  gboolean any = FALSE;
  guint i = 0;

  /* Asked with each frame. */
  if (self->expired_at == oldest)
    return FALSE;
  self->expired_at = oldest;
  while (i < self->entries->len) {
    const Entry *entry = g_ptr_array_index (self->entries, i);

    if (entry->range.start >= oldest
        || last_date (self, &entry->range) >= oldest) {
      i++;
      continue;
    }
    remember_removed (self, entry->range.id, now);
    self->bytes -= entry->text->len;
    g_ptr_array_remove_index (self->entries, i);
    any = TRUE;
  }
  return any;
}
