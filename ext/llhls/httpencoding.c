/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 9110 12.5.3. */
#include "httpencoding.h"

#include <string.h>

/* A weight of 0, in any spelling, is a refusal (RFC 9110 12.4.2). */
static gboolean
is_refused (const gchar * parameters, gsize len)
{
  const gchar *end = parameters + len;
  const gchar *p;

  for (p = parameters; p + 2 < end; p++) {
    if (*p != ';')
      continue;
    p++;
    while (p < end && (*p == ' ' || *p == '\t'))
      p++;
    if (p + 2 < end && (*p == 'q' || *p == 'Q') && p[1] == '=') {
      for (p += 2; p < end && (*p == '0' || *p == '.'); p++);
      return p == end || *p == ' ' || *p == '\t' || *p == ';';
    }
    p--;
  }
  return FALSE;
}

static gboolean
name_is (const gchar * text, gsize len, const gchar * name)
{
  return strlen (name) == len && g_ascii_strncasecmp (text, name, len) == 0;
}

gboolean
http_encoding_takes_gzip (const gchar * value)
{
  gboolean any = FALSE;

  if (value == NULL)
    return FALSE;
  while (*value != '\0') {
    gsize len, name_len;

    value += strspn (value, " \t,");
    len = strcspn (value, ",");
    name_len = MIN (len, strcspn (value, " \t;,"));
    if (name_is (value, name_len, "gzip")
        || name_is (value, name_len, "x-gzip"))
      return !is_refused (value + name_len, len - name_len);
    if (name_is (value, name_len, "*"))
      any = !is_refused (value + name_len, len - name_len);
    value += len;
  }
  return any;
}
