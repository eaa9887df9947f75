/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "outbox.h"

G_BEGIN_DECLS

/* What is said about a destination that fails: one element message when that
 * begins, and one of the same incident when it is over. */
typedef struct
{
  const gchar *message;         /* name of the messages, llhlssink-<fact> */
  const gchar *field;           /* of the destination in them */
  /* Sentences, with the destination; the first one with the error, too. */
  const gchar *fails, *works, *stopped;
} GstLlHlsIncidentText;

typedef struct
{
  GstElement *element;          /* not owned, posts */
  const GstLlHlsIncidentText *text;     /* static */
  gchar *id;                    /* what names of its incidents begin with */
  gchar *destination;           /* as it may be shown */
} GstLlHlsIncident;

/* Takes `id` and `destination` (transfer full). */
void gst_llhls_incident_init (GstLlHlsIncident * self, GstElement * element,
    const GstLlHlsIncidentText * text, gchar * id, gchar * destination);
void gst_llhls_incident_clear (GstLlHlsIncident * self);

/* Posts what is new.  `error` is why it fails; `stopped`: nothing was tried
 * any more.  Any thread; call it without any lock held. */
void gst_llhls_incident_tell (const GstLlHlsIncident * self,
    const OutboxReport * report, const gchar * error, gboolean stopped);

G_END_DECLS
