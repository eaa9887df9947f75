/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* W3C WebVTT 4 and 6 */
#include "webvtt.h"

#include <string.h>

#define MILLISECOND G_GUINT64_CONSTANT (1000000)
#define TICKS_PER_MS 90
#define CLOCK_MASK ((G_GUINT64_CONSTANT (1) << 33) - 1)

/* The point where both clocks are told to meet is the same for hours, since
 * players compare times of a cue that stands in several files after reckoning
 * with it in floating point.  It is never so far away (half of 26.5 hours) that
 * the wrong turn of the clock could be meant. */
#define ANCHOR_EVERY_MS G_GUINT64_CONSTANT (21600000)

#define ARROW "-->"

WebvttCue *
webvtt_cue_new (guint64 start, guint64 end, gchar * settings, gchar * text)
{
  WebvttCue *self = g_new0 (WebvttCue, 1);

  self->start = start;
  self->end = end;
  self->settings = settings;
  self->text = text;
  return self;
}

void
webvtt_cue_free (WebvttCue * self)
{
  g_free (self->settings);
  g_free (self->text);
  g_free (self);
}

/* Text */

static gchar *
make_valid (const gchar * data, gsize size)
{
  const gchar *end = memchr (data, '\0', size);

  if (end != NULL)
    size = end - data;
  return g_utf8_make_valid (data, MIN (size, WEBVTT_MAX_TEXT));
}

/* An empty line would end the cue and an arrow begin another; other control characters mean nothing. */
static gchar *
take_lines (GString * text)
{
  GString *out = g_string_sized_new (text->len);
  gboolean at_start = TRUE;
  const gchar *p;

  for (p = text->str; *p != '\0'; p++) {
    if (*p == '\n' || *p == '\r') {
      if (!at_start)
        g_string_append_c (out, '\n');
      at_start = TRUE;
    } else if ((guchar) * p >= 0x20 || *p == '\t') {
      g_string_append_c (out, *p);
      at_start = FALSE;
    }
  }
  g_string_free (text, TRUE);
  g_string_replace (out, ARROW, "--&gt;", 0);
  if (out->len > 0 && out->str[out->len - 1] == '\n')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, out->len == 0);
}

static void
append_escaped (GString * out, gchar c)
{
  if (c == '&')
    g_string_append (out, "&amp;");
  else if (c == '<')
    g_string_append (out, "&lt;");
  else if (c == '>')
    g_string_append (out, "&gt;");
  else
    g_string_append_c (out, c);
}

gchar *
webvtt_from_plain (const gchar * data, gsize size)
{
  g_autofree gchar *valid = make_valid (data, size);
  GString *out = g_string_sized_new (size);
  const gchar *p;

  for (p = valid; *p != '\0'; p++)
    append_escaped (out, *p);
  return take_lines (out);
}

/* Tags that mean the same in both. */
static gboolean
is_shared_tag (const gchar * tag, gsize length)
{
  if (length > 0 && *tag == '/') {
    tag++;
    length--;
  }
  return length == 1 && strchr ("biu", *tag) != NULL;
}

gchar *
webvtt_from_pango (const gchar * data, gsize size)
{
  g_autofree gchar *valid = make_valid (data, size);
  GString *out = g_string_sized_new (size);
  const gchar *p = valid, *end;

  while (*p != '\0') {
    end = *p == '<' ? strchr (p, '>') : NULL;
    if (end != NULL) {
      if (is_shared_tag (p + 1, end - p - 1))
        g_string_append_len (out, p, end + 1 - p);
      p = end + 1;
    } else if (*p == '&') {
      /* Entities are those of XML, which WebVTT knows too. */
      g_string_append_c (out, *p++);
    } else {
      append_escaped (out, *p++);
    }
  }
  return take_lines (out);
}

/* Parsing */

static gboolean
take_digits (const gchar ** p, guint max, guint64 * value)
{
  guint n;

  *value = 0;
  for (n = 0; n < max && g_ascii_isdigit (**p); n++, (*p)++)
    *value = *value * 10 + (**p - '0');
  return n > 0;
}

/* [hours:]minutes:seconds.fraction */
static gboolean
take_time (const gchar ** p, guint64 * ns)
{
  guint64 parts[3], ms;
  guint n = 0;

  do {
    if (!take_digits (p, 6, &parts[n++]))
      return FALSE;
  } while (n < 3 && **p == ':' && (*p)++ != NULL);
  if (n < 2 || **p != '.')
    return FALSE;
  (*p)++;
  if (!take_digits (p, 3, &ms))
    return FALSE;
  if (n == 2) {
    parts[2] = parts[1];
    parts[1] = parts[0];
    parts[0] = 0;
  }
  *ns = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 * MILLISECOND
      + ms * MILLISECOND;
  return TRUE;
}

static void
skip_blanks (const gchar ** p)
{
  while (**p == ' ' || **p == '\t')
    (*p)++;
}

static gboolean
is_settings (const gchar * text)
{
  const gchar *p;

  for (p = text; *p != '\0'; p++) {
    if ((guchar) * p < 0x20 && *p != '\t')
      return FALSE;
  }
  return p > text && strstr (text, ARROW) == NULL;
}

static WebvttCue *
parse_times (const gchar * line)
{
  guint64 start, end;
  g_autofree gchar *settings = NULL;

  skip_blanks (&line);
  if (!take_time (&line, &start))
    return NULL;
  skip_blanks (&line);
  if (!g_str_has_prefix (line, ARROW))
    return NULL;
  line += strlen (ARROW);
  skip_blanks (&line);
  if (!take_time (&line, &end) || end < start)
    return NULL;
  settings = g_strstrip (g_strdup (line));
  return webvtt_cue_new (start, end, is_settings (settings)
      ? g_steal_pointer (&settings) : NULL, NULL);
}

static gboolean
is_comment (const gchar * line)
{
  return g_str_has_prefix (line, "WEBVTT") || g_str_has_prefix (line, "NOTE")
      || g_str_has_prefix (line, "STYLE") || g_str_has_prefix (line, "REGION")
      || g_str_has_prefix (line, "X-TIMESTAMP-MAP");
}

/* Takes `text` (transfer full). */
static void
finish_cue (GPtrArray * cues, WebvttCue * cue, GString * text)
{
  if (cue == NULL) {
    g_string_free (text, TRUE);
    return;
  }
  cue->text = take_lines (text);
  if (cue->text != NULL && cues->len < WEBVTT_MAX_CUES)
    g_ptr_array_add (cues, cue);
  else
    webvtt_cue_free (cue);
}

GPtrArray *
webvtt_parse (const gchar * data, gsize size)
{
  GPtrArray *cues = g_ptr_array_new_with_free_func ((GDestroyNotify)
      webvtt_cue_free);
  g_autofree gchar *valid = make_valid (data, size);
  gboolean timed = strstr (valid, ARROW) != NULL, comment = FALSE;
  g_auto (GStrv) lines = NULL;
  WebvttCue *cue = timed ? NULL : webvtt_cue_new (0, 0, NULL, NULL);
  GString *text = g_string_new (NULL);
  guint i;

  g_strdelimit (valid, "\r", '\n');
  lines = g_strsplit (valid, "\n", -1);
  for (i = 0; lines[i] != NULL; i++) {
    if (strstr (lines[i], ARROW) != NULL) {
      finish_cue (cues, cue, text);
      cue = parse_times (lines[i]);
      text = g_string_new (NULL);
      comment = FALSE;
    } else if (timed && *lines[i] == '\0') {
      /* What follows is an identifier, a comment or another cue. */
      finish_cue (cues, cue, text);
      cue = NULL;
      text = g_string_new (NULL);
      comment = FALSE;
    } else {
      comment |= text->len == 0 && is_comment (lines[i])
          && (cue == NULL || !timed);
      if (!comment)
        g_string_append_printf (text, "%s\n", lines[i]);
    }
  }
  finish_cue (cues, cue, text);
  return cues;
}

/* Writing */

static void
append_time (GString * out, guint64 ns)
{
  guint64 ms = (ns + MILLISECOND / 2) / MILLISECOND;

  g_string_append_printf (out, "%02" G_GUINT64_FORMAT ":%02u:%02u.%03u",
      ms / 3600000, (guint) (ms / 60000 % 60), (guint) (ms / 1000 % 60),
      (guint) (ms % 1000));
}

GBytes *
webvtt_document (const WebvttCue * const *cues, guint n, guint64 time)
{
  GString *out = g_string_new ("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:");
  guint64 ms = time / MILLISECOND;
  guint i;

  ms -= ms % ANCHOR_EVERY_MS;
  append_time (out, ms * MILLISECOND);
  g_string_append_printf (out, ",MPEGTS:%" G_GUINT64_FORMAT "\n",
      ms * TICKS_PER_MS & CLOCK_MASK);
  for (i = 0; i < n; i++) {
    g_string_append_c (out, '\n');
    append_time (out, cues[i]->start);
    g_string_append (out, " " ARROW " ");
    append_time (out, cues[i]->end);
    if (cues[i]->settings != NULL)
      g_string_append_printf (out, " %s", cues[i]->settings);
    g_string_append_printf (out, "\n%s\n", cues[i]->text);
  }
  return g_string_free_to_bytes (out);
}
