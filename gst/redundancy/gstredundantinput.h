/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstinputconnection.h"
#include "gstinputlanding.h"
#include "gstredundantswitch.h"
#include "inputlife.h"
#include "standby.h"

G_BEGIN_DECLS

/* One input of redundantsrc: a GstChildProxy child with a URI, and what keeps
 * it connected.  The controller thread steps it; properties from anywhere. */
#define GST_TYPE_REDUNDANT_INPUT (gst_redundant_input_get_type ())
G_DECLARE_FINAL_TYPE (GstRedundantInput, gst_redundant_input, GST,
    REDUNDANT_INPUT, GstObject)

typedef struct
{
  InputLifeConfig life;         /* patient and listens follow from the URI */
  guint64 retry_initial;        /* ns */
  guint64 retry_max;            /* ns */
  guint media;                  /* bit mask that is put out */
  guint encoded;                /* of these, as they are */
  gboolean require_all;
  StandbyMode standby;          /* of inputs that have none of their own */
  guint64 renew_after;          /* ns, of a source that waits by itself */
  guint64 merge_window;         /* ns */
  gboolean finish;              /* the output ends when all inputs have */
} GstRedundantInputConfig;

/* `brings` is what is taken of it at first, a bit mask of media.  Its place is
 * in `owner`, whose switches (by medium) get a pad each.  None of
 * them is referenced: owner outlives it.  `on_event` (any thread, maybe under
 * the input's lock) says that a step is due. */
GstRedundantInput *gst_redundant_input_new (const gchar * name,
    const gchar * uri, guint brings, guint priority, GstBin * owner,
    GstSwitchControl * control, GstRedundantSwitch * const *switches,
    void (*on_event) (gpointer user_data), gpointer user_data);

/* (transfer full) */
gchar *gst_redundant_input_dup_uri (GstRedundantInput * self);

/* What was given when it was made. */
guint gst_redundant_input_get_brings (GstRedundantInput * self);
void gst_redundant_input_set_merge_group (GstRedundantInput * self,
    const gchar * group);
/* The group that it is to be in: NULL also after it was set apart, until its
 * group or URI is set or it is restarted by hand.  (transfer full)
 * (nullable) */
gchar *gst_redundant_input_dup_merge_group (GstRedundantInput * self);
void gst_redundant_input_set_apart (GstRedundantInput * self);

/* Controller thread, or none runs: from the next connection on, which is made
 * at once, it reads `merge` (path < 0), or brings it a path's packets and is no
 * input of the switches, or (NULL) stands alone. */
void gst_redundant_input_join (GstRedundantInput * self,
    GstInputMerge * merge, gint path);

guint gst_redundant_input_get_priority (GstRedundantInput * self);

/* Connects anew, whatever its state. */
void gst_redundant_input_restart (GstRedundantInput * self);

void gst_redundant_input_set_priority (GstRedundantInput * self,
    guint priority);

/* Has it connected and decoded for the next minutes, whatever its standby. */
void gst_redundant_input_prepare (GstRedundantInput * self);

/* Place 0 or 1 is for a request pad that comes.  FALSE: it is taken. */
gboolean gst_redundant_input_claim (GstRedundantInput * self, guint place);
/* A request pad of which the data is this input's, in a place that was claimed;
 * NULL takes it away.  FALSE: it has none left. */
gboolean gst_redundant_input_set_landing (GstRedundantInput * self,
    guint place, GstInputLanding * landing);
GstInputLanding *gst_redundant_input_get_landing (GstRedundantInput * self,
    guint place);             /* (transfer full) (nullable) */

/* The application stops wanting it: it is gone when it is idle. */
void gst_redundant_input_leave (GstRedundantInput * self);
gboolean gst_redundant_input_is_leaving (GstRedundantInput * self);
/* Gives its pads back; no call after this. */
void gst_redundant_input_detach (GstRedundantInput * self);

void gst_redundant_input_start (GstRedundantInput * self,
    const GstRedundantInputConfig * config);
void gst_redundant_input_stop (GstRedundantInput * self);
gboolean gst_redundant_input_is_idle (GstRedundantInput * self);
/* Its end came, and is one. */
gboolean gst_redundant_input_has_ended (GstRedundantInput * self);

/* Controller thread: does what is due; returns when to come back, on the
 * monotonic clock (ns). */
guint64 gst_redundant_input_step (GstRedundantInput * self);

/* Another clock runs. */
void gst_redundant_input_set_base_time (GstRedundantInput * self,
    GstClockTime base_time);

gboolean gst_redundant_input_contains (GstRedundantInput * self,
    GstObject * object);
void gst_redundant_input_on_error (GstRedundantInput * self,
    const GError * error);

/* Adds state, uri, counters; (transfer none). */
void gst_redundant_input_add_stats (GstRedundantInput * self,
    GstStructure * stats);

G_END_DECLS
