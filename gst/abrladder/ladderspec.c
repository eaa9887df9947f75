/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ladderspec.h"

#include <string.h>

#define MIN_SIZE 16
#define MAX_SIZE 8192
#define MAX_FPS 240
#define MIN_BITRATE 8000
#define MAX_BITRATE 1000000000  /* bit/s */
#define MAX_VBV_MS 10000
#define IMPLIED_AUDIO "audio@128k"

G_DEFINE_QUARK (ladder - spec - error - quark, ladder_spec_error);

static const gchar *const speed_presets[] = {
  "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow",
  NULL
};

static const gchar *const tunes[] = { "none", "zerolatency", NULL };

typedef struct
{
  const gchar *name;
  const gchar *ladder;
} Preset;

/* Sizes and rates: docs/design/abrladder.md says where they come from. */
/* *INDENT-OFF* */
static const Preset presets[] = {
  { "default", "1080p@5000k 720p@3000k 480p@1200k 360p@700k audio@128k" },
  { "webinar", "1080p30@2500k:preset=veryfast 720p30@1200k:preset=veryfast "
        "480p30@600k:preset=veryfast 240p15@200k:preset=veryfast audio@96k" },
  { "sports", "1080p60@6500k 720p60@4000k 540p30@2000k 360p30@800k "
        "234p30@250k audio@128k" },
  { "commerce", "1080p30@4000k:tune=zerolatency:vbv=500 "
        "720p30@2200k:tune=zerolatency:vbv=500 "
        "480p30@1000k:tune=zerolatency:vbv=500 "
        "360p30@500k:tune=zerolatency:vbv=500 audio@96k" },
  { "24x7", "1080p30@4500k 720p30@2500k 480p30@1200k 360p30@600k audio@128k" },
  { "apple", "1080p@6000k:preset=veryfast 720p@3000k:preset=veryfast "
        "540p@2000k:preset=veryfast 432p30@1100k:preset=veryfast "
        "360p30@365k:preset=veryfast 234p30@145k:preset=veryfast audio@128k" },
};
/* *INDENT-ON* */

const gchar *
ladder_preset (const gchar * name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (presets); i++) {
    if (strcmp (presets[i].name, name) == 0)
      return presets[i].ladder;
  }
  return NULL;
}

static gboolean
fail (GError ** error, LadderSpecError code, const gchar * rung,
    const gchar * format, ...)
G_GNUC_PRINTF (4, 5);

     static gboolean
         fail (GError ** error, LadderSpecError code, const gchar * rung,
    const gchar * format, ...)
{
  g_autofree gchar *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, LADDER_SPEC_ERROR, code, "rung \"%.80s\": %s", rung,
      what);
  return FALSE;
}

/* Digits only, so that neither a sign nor a blank slips through. */
static gboolean
parse_uint (const gchar * text, const gchar ** end, guint64 * value)
{
  gchar *stop;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;
  *value = g_ascii_strtoull (text, &stop, 10);
  *end = stop;
  return TRUE;
}

/* "6000k", "6M", "6.5M" or plain bit/s. */
static gboolean
parse_bitrate (const gchar * text, guint * bitrate)
{
  guint64 whole, thousandths = 0, scale = 100, unit = 1;
  const gchar *p;

  if (!parse_uint (text, &p, &whole) || whole > MAX_BITRATE)
    return FALSE;
  if (*p == '.') {
    for (p++; g_ascii_isdigit (*p); p++, scale /= 10)
      thousandths += scale * (*p - '0');
  }
  if (*p == 'k' || *p == 'K')
    unit = 1000;
  else if (*p == 'm' || *p == 'M')
    unit = 1000000;
  if (unit != 1)
    p++;
  if (*p != '\0')
    return FALSE;
  whole = whole * unit + thousandths * unit / 1000;
  if (whole < MIN_BITRATE || whole > MAX_BITRATE)
    return FALSE;
  *bitrate = whole;
  return TRUE;
}

/* "720p", "720p30", "source", "source30". */
static gboolean
parse_size (LadderRung * self, const gchar * text)
{
  guint64 size = 0, fps = 0;
  const gchar *p = text;

  if (g_str_has_prefix (text, "source")) {
    p += strlen ("source");
  } else {
    if (!parse_uint (text, &p, &size) || size < MIN_SIZE || size > MAX_SIZE
        || *p++ != 'p')
      return FALSE;
  }
  if (*p != '\0' && (!parse_uint (p, &p, &fps) || fps < 1 || fps > MAX_FPS))
    return FALSE;
  self->size = size;
  self->fps = fps;
  return *p == '\0';
}

static gboolean
parse_what (LadderRung * self, const gchar * text)
{
  if (strcmp (text, "audio") == 0 || strcmp (text, "aac") == 0) {
    self->medium = LADDER_AUDIO;
    return TRUE;
  }
  self->medium = LADDER_VIDEO;
  return parse_size (self, text);
}

/* Names become parts of stream ids, messages and metrics. */
static gboolean
is_name (const gchar * text, gsize size)
{
  const gchar *p;

  for (p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("-_.", *p) == NULL)
      return FALSE;
  }
  return p != text && strlen (text) < size;
}

static gboolean
set_word (gchar * field, gsize size, const gchar * value,
    const gchar * const *allowed)
{
  if (allowed != NULL && !g_strv_contains (allowed, value))
    return FALSE;
  if (!is_name (value, size))
    return FALSE;
  g_strlcpy (field, value, size);
  return TRUE;
}

static gboolean
set_vbv (LadderRung * self, const gchar * value)
{
  const gchar *end;
  guint64 vbv_ms;

  if (!parse_uint (value, &end, &vbv_ms) || *end != '\0' || vbv_ms == 0
      || vbv_ms > MAX_VBV_MS)
    return FALSE;
  self->vbv_ms = vbv_ms;
  return TRUE;
}

static gboolean
parse_option (LadderRung * self, const gchar * rung, const gchar * option,
    GError ** error)
{
  gboolean video = self->medium == LADDER_VIDEO;
  const gchar *value = strchr (option, '=');
  g_autofree gchar *key = NULL;

  if (value == NULL)
    return fail (error, LADDER_SPEC_ERROR_SYNTAX, rung,
        "option \"%s\" has no value (want key=value)", option);
  key = g_strndup (option, value - option);
  value++;
  if (strcmp (key, "name") == 0) {
    if (set_word (self->name, sizeof self->name, value, NULL))
      return TRUE;
    return fail (error, LADDER_SPEC_ERROR_RANGE, rung,
        "name \"%s\" is not 1 to 31 letters, digits, \"-\", \"_\", \".\"",
        value);
  }
  if (strcmp (key, "encoder") == 0) {
    if (set_word (self->encoder, sizeof self->encoder, value, NULL))
      return TRUE;
    return fail (error, LADDER_SPEC_ERROR_RANGE, rung,
        "encoder \"%s\" is no element's name", value);
  }
  if (video && strcmp (key, "preset") == 0) {
    if (set_word (self->speed_preset, sizeof self->speed_preset, value,
            speed_presets))
      return TRUE;
    return fail (error, LADDER_SPEC_ERROR_RANGE, rung,
        "preset \"%s\" is not one of ultrafast, superfast, veryfast, faster, "
        "fast, medium, slow", value);
  }
  if (video && strcmp (key, "tune") == 0) {
    if (set_word (self->tune, sizeof self->tune, value, tunes))
      return TRUE;
    return fail (error, LADDER_SPEC_ERROR_RANGE, rung,
        "tune \"%s\" is not one of none, zerolatency", value);
  }
  if (video && strcmp (key, "vbv") == 0) {
    if (set_vbv (self, value))
      return TRUE;
    return fail (error, LADDER_SPEC_ERROR_RANGE, rung,
        "vbv \"%s\" is not 1 to %u ms", value, MAX_VBV_MS);
  }
  return fail (error, LADDER_SPEC_ERROR_SYNTAX, rung,
      "option \"%s\" is not one of %s", key,
      video ? "name, encoder, preset, tune, vbv" : "name, encoder");
}

static gboolean
has_name (const LadderSpec * self, const gchar * name)
{
  guint i;

  for (i = 0; i < self->n_rungs; i++) {
    if (strcmp (self->rungs[i].name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* "720p30", then "720p30-2" for a second one. */
static void
give_name (const LadderSpec * self, LadderRung * rung, const gchar * what)
{
  guint i;

  g_strlcpy (rung->name, what, sizeof rung->name);
  for (i = 2; has_name (self, rung->name); i++)
    g_snprintf (rung->name, sizeof rung->name, "%.24s-%u", what, i);
}

static gboolean
parse_rung (LadderSpec * self, const gchar * text, GError ** error)
{
  g_auto (GStrv) options = g_strsplit (text, ":", -1);
  g_auto (GStrv) head = g_strsplit (options[0], "@", 2);
  LadderRung rung = { 0 };
  guint i;

  if (head[0] == NULL || !parse_what (&rung, head[0]))
    return fail (error, LADDER_SPEC_ERROR_SYNTAX, text,
        "\"%s\" is neither a size of %up to %up (like \"720p\" or \"720p30\", "
        "at most %u frames/s), nor \"source\", nor \"audio\"",
        head[0] ? head[0] : "", MIN_SIZE, MAX_SIZE, MAX_FPS);
  if (head[1] == NULL || !parse_bitrate (head[1], &rung.bitrate))
    return fail (error, LADDER_SPEC_ERROR_RANGE, text,
        "wants a bit rate of 8k to 1000M after \"@\", like \"%s@3000k\"",
        head[0]);
  for (i = 1; options[i] != NULL; i++) {
    if (!parse_option (&rung, text, options[i], error))
      return FALSE;
  }
  if (rung.name[0] == '\0')
    give_name (self, &rung, head[0]);
  if (has_name (self, rung.name))
    return fail (error, LADDER_SPEC_ERROR_DUPLICATE, text,
        "the name \"%s\" is used twice", rung.name);
  if (self->n_rungs == LADDER_MAX_RUNGS)
    return fail (error, LADDER_SPEC_ERROR_COUNT, text,
        "at most %u rungs are allowed", LADDER_MAX_RUNGS);
  self->rungs[self->n_rungs++] = rung;
  return TRUE;
}

gboolean
ladder_spec_parse (LadderSpec * self, const gchar * text, GError ** error)
{
  g_auto (GStrv) words = g_strsplit_set (text ? text : "", " \t\r\n,", -1);
  guint i;

  memset (self, 0, sizeof *self);
  for (i = 0; words[i] != NULL; i++) {
    if (words[i][0] == '\0')
      continue;
    if (!parse_rung (self, words[i], error)) {
      self->n_rungs = 0;
      return FALSE;
    }
  }
  if (self->n_rungs > 0)
    return TRUE;
  g_set_error (error, LADDER_SPEC_ERROR, LADDER_SPEC_ERROR_COUNT,
      "the ladder is empty (want rungs like \"720p@3000k audio@128k\")");
  return FALSE;
}

guint
ladder_spec_count (const LadderSpec * self, LadderMedium medium)
{
  guint i, n = 0;

  for (i = 0; i < self->n_rungs; i++)
    n += self->rungs[i].medium == medium;
  return n;
}

const LadderRung *
ladder_spec_nth (const LadderSpec * self, LadderMedium medium, guint nth)
{
  guint i;

  for (i = 0; i < self->n_rungs; i++) {
    if (self->rungs[i].medium == medium && nth-- == 0)
      return &self->rungs[i];
  }
  return NULL;
}

void
ladder_spec_imply_audio (LadderSpec * self)
{
  gboolean added;

  if (ladder_spec_count (self, LADDER_AUDIO) > 0
      || self->n_rungs == LADDER_MAX_RUNGS)
    return;
  added = parse_rung (self, IMPLIED_AUDIO, NULL);
  g_assert (added);
}
