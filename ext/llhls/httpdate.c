/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "httpdate.h"

/* No locale may change them. */
static const gchar *const days[] = {
  "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"
};

static const gchar *const months[] = {
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
  "Dec"
};

const gchar *
http_date_at (HttpDate * self, gint64 second)
{
  g_autoptr (GDateTime) t = NULL;

  if (self->text[0] != '\0' && self->second == second)
    return self->text;
  t = g_date_time_new_from_unix_utc (second);
  g_snprintf (self->text, sizeof (self->text),
      "%s, %02d %s %04d %02d:%02d:%02d GMT",
      days[g_date_time_get_day_of_week (t) - 1],
      g_date_time_get_day_of_month (t), months[g_date_time_get_month (t) - 1],
      g_date_time_get_year (t), g_date_time_get_hour (t),
      g_date_time_get_minute (t), g_date_time_get_second (t));
  self->second = second;
  return self->text;
}
