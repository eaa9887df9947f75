/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "ruletable.h"

#define SECOND 1e9

static const gchar *
severity_name (VerdictSeverity severity)
{
  switch (severity) {
    case VERDICT_MUST:
      return "MUST";
    case VERDICT_SHOULD:
      return "SHOULD";
  }
  g_assert_not_reached ();
}

static const gchar *
text_of (guint rule)
{
  const RuleInfo *info = rule_info (rule);

  return info != NULL ? info->text : "";
}

static guint
rules_looked (const Verdict * verdict)
{
  guint i, n = 0;

  for (i = 0; i < VERDICT_RULES; i++)
    n += verdict->looked[i] && rule_info (i) != NULL;
  return n;
}

static void
append_finding (GString * out, const VerdictFinding * f, guint64 start)
{
  guint i;

  g_string_append_printf (out, "%-6s %3u  %s\n            %" G_GUINT64_FORMAT
      " time%s, first after %.1f s, last after %.1f s\n",
      severity_name (f->severity), f->rule, text_of (f->rule), f->count,
      f->count == 1 ? "" : "s", (f->first - MIN (f->first, start)) / SECOND,
      (f->last - MIN (f->last, start)) / SECOND);
  for (i = 0; i < f->n_evidence; i++)
    g_string_append_printf (out, "            %s\n", f->evidence[i]);
}

gchar *
report_text (const Verdict * verdict, const ReportFacts * facts)
{
  GString *out = g_string_new (NULL);
  g_autofree gchar *url = verdict_clean_text (facts->url);
  guint i;

  g_string_append_printf (out, "%s: %u s, %u playlists read %" G_GUINT64_FORMAT
      " times (%" G_GUINT64_FORMAT " held), %" G_GUINT64_FORMAT " pieces of"
      " media of %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
      " other requests\n\n", url, facts->seconds, facts->renditions,
      facts->playlists, facts->held, facts->media, facts->bytes, facts->probes);
  for (i = 0; i < verdict->findings->len; i++)
    append_finding (out, g_ptr_array_index (verdict->findings, i),
        facts->start);
  if (verdict->findings->len > 0)
    g_string_append_c (out, '\n');
  g_string_append_printf (out, "%u MUST and %u SHOULD broken, of %u rules"
      " that there was something to judge by\n",
      verdict_count (verdict, VERDICT_MUST),
      verdict_count (verdict, VERDICT_SHOULD), rules_looked (verdict));
  return g_string_free (out, FALSE);
}

static void
append_string (GString * out, const gchar * text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++) {
    guchar c = *text;

    if (c == '"' || c == '\\')
      g_string_append_printf (out, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_c (out, c);
  }
  g_string_append_c (out, '"');
}

static void
append_json_finding (GString * out, const VerdictFinding * f, guint64 start)
{
  guint i;

  g_string_append_printf (out, "{\"rule\":%u,\"severity\":\"%s\",\"count\":%"
      G_GUINT64_FORMAT ",\"first-ms\":%" G_GUINT64_FORMAT ",\"last-ms\":%"
      G_GUINT64_FORMAT ",\"text\":", f->rule, severity_name (f->severity),
      f->count, (f->first - MIN (f->first, start)) / 1000000,
      (f->last - MIN (f->last, start)) / 1000000);
  append_string (out, text_of (f->rule));
  g_string_append (out, ",\"evidence\":[");
  for (i = 0; i < f->n_evidence; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    append_string (out, f->evidence[i]);
  }
  g_string_append (out, "]}");
}

gchar *
report_json (const Verdict * verdict, const ReportFacts * facts)
{
  GString *out = g_string_new ("{\"url\":");
  g_autofree gchar *url = verdict_clean_text (facts->url);
  guint i;

  append_string (out, url);
  g_string_append_printf (out, ",\"seconds\":%u,\"playlists\":%u,\"requests\":"
      "{\"playlists\":%" G_GUINT64_FORMAT ",\"held\":%" G_GUINT64_FORMAT
      ",\"media\":%" G_GUINT64_FORMAT ",\"other\":%" G_GUINT64_FORMAT "},"
      "\"media-bytes\":%" G_GUINT64_FORMAT ",\"rules-judged\":%u,\"must\":%u,"
      "\"should\":%u,\"findings\":[", facts->seconds, facts->renditions,
      facts->playlists, facts->held, facts->media, facts->probes, facts->bytes,
      rules_looked (verdict), verdict_count (verdict, VERDICT_MUST),
      verdict_count (verdict, VERDICT_SHOULD));
  for (i = 0; i < verdict->findings->len; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    append_json_finding (out, g_ptr_array_index (verdict->findings, i),
        facts->start);
  }
  g_string_append (out, "]}\n");
  return g_string_free (out, FALSE);
}

gchar *
report_rules (gboolean markdown)
{
  GString *out = g_string_new (NULL);
  guint n, i;
  const RuleInfo *table = rule_table (&n);

  if (markdown)
    g_string_append (out, "| Rule | Severity | Text | Source |\n"
        "|---|---|---|---|\n");
  for (i = 0; i < n; i++)
    g_string_append_printf (out, markdown ? "| %u | %s | %s | %s |\n"
        : "%3u  %-12s  %s (%s)\n", table[i].number, table[i].severity,
        table[i].text, table[i].source);
  return g_string_free (out, FALSE);
}
