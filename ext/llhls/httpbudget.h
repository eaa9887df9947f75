/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A bucket of tokens: `burst` at once, `rate` per second in the long run. */
typedef struct
{
  guint rate, burst;
  guint64 credit;               /* of 1e-9 tokens */
  guint64 last;                 /* ns */
} HttpBudget;

void http_budget_init (HttpBudget * self, guint rate, guint burst,
    guint64 now);

/* FALSE: it is used up. */
gboolean http_budget_spend (HttpBudget * self, guint64 now);

G_END_DECLS
