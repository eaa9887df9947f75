/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "statefile.h"

#include <string.h>

/* A first line with the version, a name and a number in each of the next ones,
 * and a last line that shows that none is missing. */
#define FIRST "llhlssink-state 1\n"
#define LAST "end\n"

#define MAX_TIME (G_MAXINT64 / 4)

typedef struct
{
  const gchar *name;
  gsize offset;
  guint64 max;
} Field;

static const Field fields[] = {
  {"target", G_STRUCT_OFFSET (StateFile, target), MAX_TIME},
  {"part", G_STRUCT_OFFSET (StateFile, part), MAX_TIME},
  {"part-target", G_STRUCT_OFFSET (StateFile, part_target), MAX_TIME},
  {"msn", G_STRUCT_OFFSET (StateFile, next_msn), STATE_FILE_MAX_NUMBER},
  {"discontinuities", G_STRUCT_OFFSET (StateFile, discontinuities),
      STATE_FILE_MAX_NUMBER},
  {"date", G_STRUCT_OFFSET (StateFile, date), MAX_TIME},
  {"start", G_STRUCT_OFFSET (StateFile, start), STATE_FILE_MAX_NUMBER},
};

gchar *
state_file_format (const StateFile * self)
{
  GString *out = g_string_new (FIRST);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++)
    g_string_append_printf (out, "%s %" G_GUINT64_FORMAT "\n", fields[i].name,
        G_STRUCT_MEMBER (guint64, self, fields[i].offset));
  g_string_append (out, LAST);
  return g_string_free (out, FALSE);
}

static gboolean
take (const gchar ** text, const gchar * expected)
{
  if (!g_str_has_prefix (*text, expected))
    return FALSE;
  *text += strlen (expected);
  return TRUE;
}

static gboolean
take_number (const gchar ** text, guint64 max, guint64 * number)
{
  guint64 value = 0;
  guint digits;

  for (digits = 0; g_ascii_isdigit (**text); digits++, (*text)++) {
    value = value * 10 + (**text - '0');
    if (value > max)
      return FALSE;
  }
  *number = value;
  return digits > 0 && digits <= 19;
}

gboolean
state_file_parse (StateFile * self, const gchar * text, gsize size)
{
  g_autofree gchar *copy = NULL;
  const gchar *at;
  StateFile read;
  guint i;

  if (size > STATE_FILE_MAX_BYTES || memchr (text, '\0', size) != NULL)
    return FALSE;
  at = copy = g_strndup (text, size);
  if (!take (&at, FIRST))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    if (!take (&at, fields[i].name) || !take (&at, " ")
        || !take_number (&at, fields[i].max,
            G_STRUCT_MEMBER_P (&read, fields[i].offset)) || !take (&at, "\n"))
      return FALSE;
  }
  if (!take (&at, LAST) || *at != '\0')
    return FALSE;
  *self = read;
  return TRUE;
}
