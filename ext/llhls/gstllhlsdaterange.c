/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsdaterange.h"

#include <string.h>

typedef struct
{
  Daterange *range;
  GstClockTime *running_time;
  GError **error;
} Reader;

static gboolean
refuse (Reader * self, const gchar * field, const gchar * allowed)
{
  g_set_error (self->error, DATERANGE_ERROR, DATERANGE_ERROR_FIELD,
      "%s is no %s", field, allowed);
  return FALSE;
}

/* Times */

/* ns since 1970 */
static gboolean
read_date_time (GDateTime * date, guint64 * ns)
{
  if (date == NULL || g_date_time_to_unix (date) < 0)
    return FALSE;
  *ns = g_date_time_to_unix (date) * GST_SECOND
      + g_date_time_get_microsecond (date) * GST_USECOND;
  return TRUE;
}

static gboolean
read_date (Reader * self, const gchar * field, const GValue * value,
    guint64 * ns)
{
  g_autoptr (GDateTime) date = NULL;
  gboolean ok = FALSE;

  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL) {
    date = g_date_time_new_from_iso8601 (g_value_get_string (value), NULL);
    ok = read_date_time (date, ns);
  } else if (G_VALUE_HOLDS (value, G_TYPE_DATE_TIME)) {
    ok = read_date_time (g_value_get_boxed (value), ns);
  } else if (G_VALUE_HOLDS (value, GST_TYPE_DATE_TIME)
      && g_value_get_boxed (value) != NULL) {
    date = gst_date_time_to_g_date_time (g_value_get_boxed (value));
    ok = read_date_time (date, ns);
  } else if (G_VALUE_HOLDS_UINT64 (value)) {
    *ns = g_value_get_uint64 (value);
    ok = *ns != DATERANGE_NONE;
  }
  return ok || refuse (self, field, "date: a string as in ISO 8601 with time "
      "zone, a GDateTime, a GstDateTime, or ns since 1970 as uint64");
}

static gboolean
read_ns (Reader * self, const gchar * field, const GValue * value, guint64 * ns)
{
  if (!G_VALUE_HOLDS_UINT64 (value)
      || g_value_get_uint64 (value) > G_MAXINT64)
    return refuse (self, field, "uint64 of ns");
  *ns = g_value_get_uint64 (value);
  return TRUE;
}

/* Values */

static gboolean
read_text (Reader * self, const gchar * field, const GValue * value,
    gchar ** text)
{
  if (!G_VALUE_HOLDS_STRING (value) || g_value_get_string (value) == NULL)
    return refuse (self, field, "string");
  g_free (*text);
  *text = g_value_dup_string (value);
  return TRUE;
}

/* Returns: (transfer full) (nullable) */
static GBytes *
get_bytes (const GValue * value)
{
  gpointer data;
  gsize size;

  if (G_VALUE_HOLDS (value, G_TYPE_BYTES) && g_value_get_boxed (value) != NULL)
    return g_value_dup_boxed (value);
  if (!GST_VALUE_HOLDS_BUFFER (value) || gst_value_get_buffer (value) == NULL)
    return NULL;
  gst_buffer_extract_dup (gst_value_get_buffer (value), 0, -1, &data, &size);
  return g_bytes_new_take (data, size);
}

static gboolean
read_scte35 (Reader * self, const gchar * field, const GValue * value,
    DaterangeScte35 which)
{
  g_autoptr (GBytes) bytes = get_bytes (value);
  gconstpointer data;
  gsize size;

  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    return daterange_set_scte35_hex (self->range, which,
        g_value_get_string (value), self->error);
  if (bytes == NULL)
    return refuse (self, field, "GstBuffer, GBytes or string of 0x and "
        "hexadecimal digits");
  data = g_bytes_get_data (bytes, &size);
  return daterange_set_scte35 (self->range, which, data, size, self->error);
}

static gchar *
hex_of (GBytes * bytes)
{
  GString *hex = g_string_new ("0x");
  gsize size, i;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (i = 0; i < MIN (size, DATERANGE_MAX_BYTES); i++)
    g_string_append_printf (hex, "%02X", data[i]);
  return g_string_free (hex, FALSE);
}

static gchar *
number_of (const GValue * value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  GValue as_int64 = G_VALUE_INIT;
  gchar *number = NULL;

  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_strdup (g_ascii_formatd (text, sizeof (text), "%.6f",
            g_value_get_double (value)));
  if (G_VALUE_HOLDS_UINT64 (value))
    return g_strdup_printf ("%" G_GUINT64_FORMAT, g_value_get_uint64 (value));
  g_value_init (&as_int64, G_TYPE_INT64);
  if ((G_VALUE_HOLDS_INT (value) || G_VALUE_HOLDS_UINT (value)
          || G_VALUE_HOLDS_INT64 (value)) && g_value_transform (value,
          &as_int64))
    number = g_strdup_printf ("%" G_GINT64_FORMAT,
        g_value_get_int64 (&as_int64));
  g_value_unset (&as_int64);
  return number;
}

static gboolean
read_custom (Reader * self, const gchar * field, const GValue * value)
{
  g_autofree gchar *name = g_ascii_strup (field, -1), *text = NULL;
  g_autoptr (GBytes) bytes = get_bytes (value);

  if (bytes != NULL)
    text = hex_of (bytes);
  else if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    text = daterange_quote (g_value_get_string (value));
  else
    text = number_of (value);
  if (text == NULL)
    return refuse (self, field, "string without quotes and line ends, number, "
        "GstBuffer or GBytes");
  return daterange_set_custom (self->range, name, text, self->error);
}

static gboolean
read_flag (Reader * self, const gchar * field, const GValue * value,
    gboolean * flag)
{
  if (!G_VALUE_HOLDS_BOOLEAN (value))
    return refuse (self, field, "boolean");
  *flag = g_value_get_boolean (value);
  return TRUE;
}

static gboolean
read_field (Reader * self, const gchar * field, const GValue * value)
{
  Daterange *range = self->range;

  if (g_str_equal (field, "id"))
    return read_text (self, field, value, &range->id);
  if (g_str_equal (field, "class"))
    return read_text (self, field, value, &range->class_name);
  if (g_str_equal (field, "start-running-time"))
    return read_ns (self, field, value, self->running_time);
  if (g_str_equal (field, "start-date"))
    return read_date (self, field, value, &range->start);
  if (g_str_equal (field, "end-date"))
    return read_date (self, field, value, &range->end);
  if (g_str_equal (field, "duration"))
    return read_ns (self, field, value, &range->duration);
  if (g_str_equal (field, "planned-duration"))
    return read_ns (self, field, value, &range->planned);
  if (g_str_equal (field, "end-on-next"))
    return read_flag (self, field, value, &range->end_on_next);
  if (g_str_equal (field, "scte35-cmd"))
    return read_scte35 (self, field, value, DATERANGE_SCTE35_CMD);
  if (g_str_equal (field, "scte35-out"))
    return read_scte35 (self, field, value, DATERANGE_SCTE35_OUT);
  if (g_str_equal (field, "scte35-in"))
    return read_scte35 (self, field, value, DATERANGE_SCTE35_IN);
  if (g_ascii_strncasecmp (field, "x-", 2) == 0)
    return read_custom (self, field, value);
  return refuse (self, field, "field of a date range");
}

gboolean
gst_llhls_daterange_read (const GstStructure * structure, Daterange * range,
    GstClockTime * running_time, GError ** error)
{
  Reader self = { range, running_time, error };
  gint i;

  *running_time = GST_CLOCK_TIME_NONE;
  for (i = 0; i < gst_structure_n_fields (structure); i++) {
    const gchar *field = gst_structure_nth_field_name (structure, i);

    if (!read_field (&self, field, gst_structure_get_value (structure, field)))
      return FALSE;
  }
  if (*running_time != GST_CLOCK_TIME_NONE && range->start != DATERANGE_NONE)
    return refuse (&self, "start-date", "thing to go with start-running-time");
  return TRUE;
}
