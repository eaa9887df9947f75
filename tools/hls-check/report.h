/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "verdict.h"

G_BEGIN_DECLS

typedef struct
{
  const gchar *url;
  guint seconds;
  guint renditions;
  guint64 playlists, held, media, bytes, probes;
  guint64 start;                /* ns, when it began, on the verdict's clock */
} ReportFacts;

/* For people, and as one JSON object.  Returns: (transfer full) */
gchar *report_text (const Verdict * verdict, const ReportFacts * facts);
gchar *report_json (const Verdict * verdict, const ReportFacts * facts);

/* The rules, one a line; as a Markdown table with `markdown`.
 * Returns: (transfer full) */
gchar *report_rules (gboolean markdown);

G_END_DECLS
