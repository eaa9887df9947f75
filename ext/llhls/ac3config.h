/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define AC3_MAX_SUBSTREAMS 8

/* One independent substream and what depends on it. */
typedef struct
{
  guint rate_code, bsid, bsmod, acmod, lfe;
  guint dependents;
  guint locations;              /* chan_loc of these, 9 bits */
} Ac3Substream;

/* What the sync frames of one access unit say (ETSI TS 102 366 4.3 and
 * E.1.2). */
typedef struct
{
  gboolean enhanced;            /* E-AC-3 */
  guint rate;                   /* Hz */
  guint channels;               /* of the first programme */
  guint samples;                /* in the access unit */
  guint bit_rate_code;          /* AC-3 */
  guint data_rate_kbps;         /* E-AC-3 */
  guint n_substreams;
  Ac3Substream substreams[AC3_MAX_SUBSTREAMS];
} Ac3Config;

/* From an access unit: a sync frame, or for E-AC-3 those of all its
 * substreams.  FALSE when it is cut off or makes no sense. */
gboolean ac3_config_parse (Ac3Config * self, const guint8 * data,
    gsize size);

/* The body of a dac3 or dec3 box (annex F).  Returns: (transfer full) */
GBytes *ac3_config_box (const Ac3Config * self);

G_END_DECLS
