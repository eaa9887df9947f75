/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A bucket of tokens: `burst` at once, `rate` per second in the long run, and
 * what is earned besides. */
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

/* A token for each `per` of the `amount`, which is at most 2^32.  What is
 * earned is kept, beyond the burst too. */
void http_budget_earn (HttpBudget * self, guint64 amount, guint64 per);

G_END_DECLS
