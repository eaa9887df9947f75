/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmcdevent.h"

#include <string.h>

void
cmcd_event_reader_init (CmcdEventReader * self, const gchar * body,
    gsize length)
{
  self->at = body;
  self->end = body + length;
  self->n = 0;
}

gboolean
cmcd_event_reader_next (CmcdEventReader * self, Cmcd * report,
    CmcdResult * result)
{
  while (self->at < self->end && self->n <= CMCD_EVENT_MAX_REPORTS) {
    const gchar *line = self->at;
    const gchar *feed = memchr (line, '\n', self->end - line);
    gsize length = (feed != NULL ? feed : self->end) - line;

    self->at = feed != NULL ? feed + 1 : self->end;
    if (length > 0 && line[length - 1] == '\r')
      length--;
    if (length == 0)
      continue;
    cmcd_init (report);
    *result = self->n++ == CMCD_EVENT_MAX_REPORTS ? CMCD_RESULT_TOO_LONG
        : cmcd_parse (report, line, length);
    if (*result == CMCD_RESULT_NOTHING)
      continue;
    return TRUE;
  }
  return FALSE;
}

gboolean
cmcd_event_is_type (const gchar * content_type)
{
  gsize length = strlen (CMCD_EVENT_TYPE);

  if (content_type == NULL
      || g_ascii_strncasecmp (content_type, CMCD_EVENT_TYPE, length) != 0)
    return FALSE;
  return content_type[length] == '\0' || content_type[length] == ';'
      || content_type[length] == ' ';
}
