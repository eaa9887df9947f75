/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cmafread.h"
#include "verdict.h"

G_BEGIN_DECLS

/* What an init section that claims a CMAF brand must look like. */
void bmff_rules_init (Verdict * verdict, const gchar * name,
    const BmffInit * init, const guint8 * data, gsize size);

G_END_DECLS
