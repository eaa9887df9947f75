/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint number;
  const gchar *severity;        /* "MUST", "SHOULD", "MUST, SHOULD" */
  const gchar *source;
  const gchar *text;            /* one sentence */
} RuleInfo;

/* All rules that are checked, by number. */
const RuleInfo *rule_table (guint * n);

/* Returns: (nullable) */
const RuleInfo *rule_info (guint number);

G_END_DECLS
