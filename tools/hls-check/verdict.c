/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verdict.h"

#include <string.h>

static void
finding_free (gpointer data)
{
  VerdictFinding *finding = data;
  guint i;

  for (i = 0; i < finding->n_evidence; i++)
    g_free (finding->evidence[i]);
  g_free (finding);
}

void
verdict_init (Verdict * self)
{
  memset (self, 0, sizeof (*self));
  self->findings = g_ptr_array_new_with_free_func (finding_free);
}

void
verdict_clear (Verdict * self)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
}

void
verdict_ignore (Verdict * self, guint rule)
{
  if (rule < VERDICT_RULES)
    self->ignored[rule] = TRUE;
}

void
verdict_look (Verdict * self, guint rule)
{
  g_assert (rule < VERDICT_RULES);
  self->looked[rule] = TRUE;
}

static VerdictFinding *
find (Verdict * self, guint rule, VerdictSeverity severity)
{
  VerdictFinding *finding;
  guint i;

  for (i = 0; i < self->findings->len; i++) {
    finding = g_ptr_array_index (self->findings, i);
    if (finding->rule == rule && finding->severity == severity)
      return finding;
    if (finding->rule > rule || (finding->rule == rule
            && finding->severity > severity))
      break;
  }
  finding = g_new0 (VerdictFinding, 1);
  finding->rule = rule;
  finding->severity = severity;
  finding->first = self->now;
  g_ptr_array_insert (self->findings, i, finding);
  return finding;
}

static gboolean
ends_query (gchar c)
{
  return c == '\0' || c == ' ' || c == '"' || c == '\'' || c == ')';
}

/* Copies a query, each value but a delivery directive's as an asterisk. */
static const gchar *
append_query (GString * out, const gchar * p)
{
  while (!ends_query (*p)) {
    gboolean kept = g_str_has_prefix (p, "_HLS_");

    while (!ends_query (*p) && *p != '&' && *p != '=')
      g_string_append_c (out, *p++);
    if (*p == '=') {
      g_string_append (out, kept ? "=" : "=*");
      for (p++; !ends_query (*p) && *p != '&'; p++)
        if (kept)
          g_string_append_c (out, *p);
    }
    if (*p == '&')
      g_string_append_c (out, *p++);
  }
  return p;
}

gchar *
verdict_clean_text (const gchar * text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);
  const gchar *p = valid;

  while (*p != '\0' && out->len < VERDICT_TEXT) {
    gboolean query = *p == '?';

    g_string_append_c (out, (guchar) * p < 0x20 || *p == 0x7f ? ' ' : *p);
    p++;
    if (query)
      p = append_query (out, p);
  }
  if (out->len > VERDICT_TEXT)
    g_string_truncate (out, VERDICT_TEXT);
  /* The cut may have gone through a character. */
  while (out->len > 0 && !g_utf8_validate_len (out->str, out->len, NULL))
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

static void
add_evidence (VerdictFinding * finding, const gchar * text)
{
  g_autofree gchar *clean = NULL;
  guint i;

  if (finding->n_evidence == VERDICT_EVIDENCE)
    return;
  clean = verdict_clean_text (text);
  for (i = 0; i < finding->n_evidence; i++) {
    if (g_str_equal (finding->evidence[i], clean))
      return;
  }
  finding->evidence[finding->n_evidence++] = g_steal_pointer (&clean);
}

void
verdict_break (Verdict * self, guint rule, VerdictSeverity severity,
    const gchar * where, const gchar * format, ...)
{
  g_autofree gchar *what = NULL;
  g_autofree gchar *text = NULL;
  VerdictFinding *finding;
  va_list args;

  verdict_look (self, rule);
  if (self->ignored[rule])
    return;
  finding = find (self, rule, severity);
  finding->count++;
  finding->last = self->now;
  if (finding->n_evidence == VERDICT_EVIDENCE)
    return;
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_strdup_printf ("%s: %s", where, what);
  add_evidence (finding, text);
}

gboolean
verdict_has (const Verdict * self, guint rule)
{
  guint i;

  for (i = 0; i < self->findings->len; i++) {
    const VerdictFinding *f = g_ptr_array_index (self->findings, i);

    if (f->rule == rule)
      return TRUE;
  }
  return FALSE;
}

guint
verdict_count (const Verdict * self, VerdictSeverity severity)
{
  guint i, n = 0;

  for (i = 0; i < self->findings->len; i++) {
    const VerdictFinding *f = g_ptr_array_index (self->findings, i);

    n += f->severity == severity;
  }
  return n;
}
