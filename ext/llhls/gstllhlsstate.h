/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "statefile.h"

G_BEGIN_DECLS

/* The file of `state-file`, written in a thread of its own: a slow or full disk
 * costs a message, `llhlssink-state-file`, and is tried again with the next
 * state. */
typedef struct _GstLlHlsState GstLlHlsState;

/* Reads what `path` holds.  FALSE with `error` when it can't be read or makes
 * no sense; FALSE without when there is none. */
gboolean gst_llhls_state_load (const gchar * path, StateFile * state,
    GError ** error);

/* `element` posts the messages and outlives it.  Says at once that `path` can't
 * be written, with a warning besides the message: the application's thread, no
 * locks. */
GstLlHlsState *gst_llhls_state_new (GstElement * element,
    const gchar * path);

/* Writes what was put last, if it can, and ends. */
void gst_llhls_state_free (GstLlHlsState * self);

/* Any thread; returns at once.  What was put before and is not yet written is
 * forgotten. */
void gst_llhls_state_put (GstLlHlsState * self, const StateFile * state);

/* Any thread. */
void gst_llhls_state_add_stats (GstLlHlsState * self,
    GstStructure * stats);

G_END_DECLS
