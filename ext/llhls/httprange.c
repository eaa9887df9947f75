/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 9110 14.  Several ranges in one request are answered with the whole,
 * which 14.2 allows: no player asks for them. */
#include "httprange.h"

#include <string.h>

/* Digits up to something else; a number that is too large counts as the
 * largest. */
static gboolean
take_number (const gchar ** text, guint64 * value)
{
  const gchar *p = *text;

  *value = 0;
  for (; g_ascii_isdigit (*p); p++) {
    guint64 digit = *p - '0';

    *value = *value > (G_MAXUINT64 - digit) / 10 ? G_MAXUINT64
        : *value * 10 + digit;
  }
  if (p == *text)
    return FALSE;
  *text = p;
  return TRUE;
}

static gboolean
is_at_end (const gchar * text)
{
  return text[strspn (text, " \t")] == '\0';
}

/* The last `count` bytes. */
static HttpRange
cut_suffix (guint64 count, guint64 size, guint64 * first, guint64 * length)
{
  if (count == 0 || size == 0)
    return HTTP_RANGE_OUTSIDE;
  *length = MIN (count, size);
  *first = size - *length;
  return HTTP_RANGE_PART;
}

HttpRange
http_range_parse (const gchar * value, guint64 size, guint64 * first,
    guint64 * length)
{
  guint64 from, to = G_MAXUINT64;

  *first = 0;
  *length = size;
  if (value == NULL || g_ascii_strncasecmp (value, "bytes=", 6) != 0)
    return HTTP_RANGE_WHOLE;
  value += 6;
  value += strspn (value, " \t");
  if (*value == '-') {
    value++;
    if (!take_number (&value, &to) || !is_at_end (value))
      return HTTP_RANGE_WHOLE;
    return cut_suffix (to, size, first, length);
  }
  if (!take_number (&value, &from) || *value++ != '-')
    return HTTP_RANGE_WHOLE;
  if (g_ascii_isdigit (*value))
    take_number (&value, &to);
  if (!is_at_end (value) || to < from)
    return HTTP_RANGE_WHOLE;
  if (from >= size)
    return HTTP_RANGE_OUTSIDE;
  *first = from;
  *length = MIN (to, size - 1) - from + 1;
  return HTTP_RANGE_PART;
}
