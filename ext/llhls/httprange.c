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

static gboolean
read_numbers (HttpRangeAsk * self, const gchar * value)
{
  if (*value == '-') {
    value++;
    self->kind = HTTP_RANGE_ASK_LAST;
    return take_number (&value, &self->to) && is_at_end (value);
  }
  self->kind = HTTP_RANGE_ASK_FROM;
  self->to = G_MAXUINT64;
  if (!take_number (&value, &self->from) || *value++ != '-')
    return FALSE;
  if (g_ascii_isdigit (*value))
    take_number (&value, &self->to);
  return is_at_end (value) && self->to >= self->from;
}

void
http_range_read (HttpRangeAsk * self, const gchar * value)
{
  memset (self, 0, sizeof (*self));
  if (value == NULL || g_ascii_strncasecmp (value, "bytes=", 6) != 0)
    return;
  value += 6;
  value += strspn (value, " \t");
  if (!read_numbers (self, value))
    self->kind = HTTP_RANGE_ASK_ALL;
}

HttpRange
http_range_apply (const HttpRangeAsk * self, guint64 size, guint64 * first,
    guint64 * length)
{
  *first = 0;
  *length = size;
  switch (self->kind) {
    case HTTP_RANGE_ASK_ALL:
      return HTTP_RANGE_WHOLE;
    case HTTP_RANGE_ASK_FROM:
      if (self->from >= size)
        return HTTP_RANGE_OUTSIDE;
      *first = self->from;
      *length = MIN (self->to, size - 1) - self->from + 1;
      return HTTP_RANGE_PART;
    case HTTP_RANGE_ASK_LAST:
      if (self->to == 0 || size == 0)
        return HTTP_RANGE_OUTSIDE;
      *length = MIN (self->to, size);
      *first = size - *length;
      return HTTP_RANGE_PART;
  }
  g_assert_not_reached ();
}
