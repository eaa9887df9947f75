/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

/* A reader of ISO boxes for tests; knows nothing of the writer's code. */
typedef struct
{
  const guint8 *data;           /* behind the header */
  gsize size;
} Box;

static inline guint64
box_number (const guint8 * p, guint n)
{
  guint64 value = 0;

  while (n-- > 0)
    value = value << 8 | *p++;
  return value;
}

/* The nth box of a type among those that fill `in`; no boxes are skipped
 * unseen: a size that does not fit gives FALSE. */
static inline gboolean
box_find (Box in, const gchar * type, guint nth, Box * out)
{
  while (in.size >= 8) {
    gsize size = box_number (in.data, 4);

    if (size < 8 || size > in.size)
      return FALSE;
    if (memcmp (in.data + 4, type, 4) == 0 && nth-- == 0) {
      out->data = in.data + 8;
      out->size = size - 8;
      return TRUE;
    }
    in.data += size;
    in.size -= size;
  }
  return FALSE;
}

/* Follows "moov/trak/mdia"; a number behind a name skips that many bytes of the
 * box before its children: "stsd+8/avc1+78/avcC". */
static inline gboolean
box_path (Box in, const gchar * path, Box * out)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  guint i;

  for (i = 0; names[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (names[i], "+", 2);
    gsize skip = parts[1] != NULL ? atoi (parts[1]) : 0;

    if (!box_find (in, parts[0], 0, &in) || in.size < skip)
      return FALSE;
    in.data += skip;
    in.size -= skip;
  }
  *out = in;
  return TRUE;
}

/* The types of all boxes in `in`, separated by blanks. */
static inline gchar *
box_list (Box in)
{
  GString *out = g_string_new (NULL);

  while (in.size >= 8) {
    gsize size = box_number (in.data, 4);

    if (size < 8 || size > in.size) {
      g_string_append (out, " broken");
      break;
    }
    if (out->len > 0)
      g_string_append_c (out, ' ');
    g_string_append_len (out, (const gchar *) in.data + 4, 4);
    in.data += size;
    in.size -= size;
  }
  return g_string_free (out, FALSE);
}

static inline Box
box_of (GBytes * bytes)
{
  Box box;

  box.data = g_bytes_get_data (bytes, &box.size);
  return box;
}
