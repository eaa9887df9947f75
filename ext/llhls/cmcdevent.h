/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cmcd.h"

G_BEGIN_DECLS

/* The media type of event reports, and how long a body may be. */
#define CMCD_EVENT_TYPE "application/cmcd"
#define CMCD_EVENT_MAX_BODY (64 * 1024)
/* Reports of one body that are read; the rest counts as malformed. */
#define CMCD_EVENT_MAX_REPORTS 512

/* The body of a POST in CMCD's event mode, one report a line (CTA-5004-B).
 * Plain data on the stack; the body must outlive it. */
typedef struct
{
  const gchar *at, *end;
  guint n;
} CmcdEventReader;

void cmcd_event_reader_init (CmcdEventReader * self, const gchar * body,
    gsize length);

/* The next line that is not empty.  FALSE: there is none left. */
gboolean cmcd_event_reader_next (CmcdEventReader * self, Cmcd * report,
    CmcdResult * result);

/* Is `content_type`, a header's value with parameters or NULL, the one of
 * event reports? */
gboolean cmcd_event_is_type (const gchar * content_type);

G_END_DECLS
