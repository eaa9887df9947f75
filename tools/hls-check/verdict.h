/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  VERDICT_MUST,
  VERDICT_SHOULD,
} VerdictSeverity;

#define VERDICT_EVIDENCE 3      /* examples kept of each finding */
#define VERDICT_TEXT 320        /* bytes of one example */
#define VERDICT_RULES 256       /* numbers are below this */

typedef struct
{
  guint rule;
  VerdictSeverity severity;
  guint64 count;
  guint64 first, last;          /* ns, as told */
  guint n_evidence;
  gchar *evidence[VERDICT_EVIDENCE];
} VerdictFinding;

/* Which rules were broken, how often and how one can see it.  Bounded: one
 * entry for each rule and severity.  No locks. */
typedef struct
{
  GPtrArray *findings;          /* of VerdictFinding, in order of number */
  guint8 ignored[VERDICT_RULES];
  guint8 looked[VERDICT_RULES]; /* rules that something was judged by */
  guint64 now;                  /* ns, time of what is being judged */
} Verdict;

void verdict_init (Verdict * self);
void verdict_clear (Verdict * self);
void verdict_ignore (Verdict * self, guint rule);

/* The rule was applied to something, broken or not. */
void verdict_look (Verdict * self, guint rule);

/* `where` is the playlist or URL in question.  Values of query parameters other
 * than delivery directives are not kept: they may be tokens. */
void verdict_break (Verdict * self, guint rule, VerdictSeverity severity,
    const gchar * where, const gchar * format, ...) G_GNUC_PRINTF (5, 6);

gboolean verdict_has (const Verdict * self, guint rule);
guint verdict_count (const Verdict * self, VerdictSeverity severity);

/* The same text without secrets and control characters, cut to VERDICT_TEXT.
 * Returns: (transfer full) */
gchar *verdict_clean_text (const gchar * text);

G_END_DECLS
