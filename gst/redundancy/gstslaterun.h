/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstslate.h"
#include "slatereel.h"

G_BEGIN_DECLS

/* One attempt to play the slate's file: a pipeline of its own with a thread
 * that builds it, starts it and takes it down, and may hang in any of these
 * without holding up anyone. */
typedef struct _GstSlateRun GstSlateRun;

typedef struct
{
  GstSlate *slate;
  const gchar *uri;
  GstCaps *forms[SLATE_REEL_MEDIA];     /* (nullable): not wanted */
} GstSlateRunSetup;

GstSlateRun *gst_slate_run_new (const GstSlateRunSetup * setup);
/* Asks it to end; does not wait. */
void gst_slate_run_stop (GstSlateRun * self);
/* Joins the thread if it is down, else leaves it to itself. */
void gst_slate_run_free (GstSlateRun * self, gboolean is_down);

/* What it tells the slate, from its threads; gstslate.c has them. */

/* Takes the buffer (transfer full); waits until there is room for it. */
void gst_slate_on_buffer (GstSlate * self, GstSlateRun * run,
    GstSwitchMediumId medium, GstBuffer * buffer, gint64 running_time,
    gint64 duration);
SlateReelSequel gst_slate_on_end (GstSlate * self, GstSlateRun * run);
void gst_slate_on_error (GstSlate * self, GstSlateRun * run,
    const gchar * text);
/* (transfer full) */
void gst_slate_on_missing (GstSlate * self, GstSlateRun * run,
    GstMessage * message);
void gst_slate_on_down (GstSlate * self, GstSlateRun * run);

G_END_DECLS
