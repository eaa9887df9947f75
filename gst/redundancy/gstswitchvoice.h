/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstswitchcontrol.h"

G_BEGIN_DECLS

/* Speaks to the application by signals, in a thread of its own: a handler that
 * takes its time holds up neither the output nor an input, only what is said
 * after it.  What is not heard in time is dropped, the oldest first.  Any
 * thread, no lock held. */
typedef struct _GstSwitchVoice GstSwitchVoice;

/* The signals "switched" and "select-input". */
void gst_switch_voice_install (GType type);

/* FailoverStatus for applications. */
#define GST_TYPE_REDUNDANT_STATUS (gst_redundant_status_get_type ())
GType gst_redundant_status_get_type (void);
/* The properties `status` and `override`, with these ids. */
void gst_switch_voice_install_properties (GObjectClass * klass, guint status,
    guint override);

/* `owner` outlives the voice. */
GstSwitchVoice *gst_switch_voice_new (GstElement * owner,
    GstSwitchControl * control);
void gst_switch_voice_free (GstSwitchVoice * self);
/* That of an owner. */
GstSwitchVoice *gst_switch_voice_of (GstElement * owner);

/* Between these something may be said.  Stop waits for a handler that is
 * running, unless it is called by that. */
void gst_switch_voice_start (GstSwitchVoice * self);
void gst_switch_voice_stop (GstSwitchVoice * self);

/* Is there anyone to choose? */
gboolean gst_switch_voice_has_selector (GstSwitchVoice * self);

void gst_switch_voice_notify (GstSwitchVoice * self, GObject * object,
    const gchar * property);
/* A signal with four strings. */
void gst_switch_voice_emit (GstSwitchVoice * self, const gchar * signal,
    const gchar * a, const gchar * b, const gchar * c, const gchar * d);
/* Takes the question. */
void gst_switch_voice_ask (GstSwitchVoice * self,
    GstSwitchQuestion * question);

G_END_DECLS
