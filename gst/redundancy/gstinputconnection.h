/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstinputlanding.h"
#include "gstinputchain.h"
#include "inputlife.h"

G_BEGIN_DECLS

/* One attempt to connect one input, with a thread of its own that starts and
 * stops it: either may hang in a source, and then only this thread hangs. */
typedef struct _GstInputConnection GstInputConnection;

typedef struct
{
  GstBin *owner;                /* where the source's bin goes */
  gchar *name;                  /* of the source's bin */
  gchar *uri;
  guint media;                  /* bit mask */
  guint encoded;                /* of these, not to be decoded */
  gboolean warm;                /* keeps the others coded while not hot */
  gboolean hot;
  GstInputMergeRole role;       /* its merge is (transfer none) */
  GstPad *pads[2];              /* (transfer none) sink pads by medium */
  GstInputLanding *landings[2]; /* (transfer none) (nullable) where the data of
                                 * request pads comes from */
  /* There is something to look at; any thread, while owner is there. */
  void (*on_event) (gpointer user_data);
  gpointer user_data;
} GstInputConnectionSetup;

/* Starts at once.  Copies `setup`. */
GstInputConnection *gst_input_connection_new (const GstInputConnectionSetup *
    setup);

/* Is `object` part of it? */
gboolean gst_input_connection_contains (GstInputConnection * self,
    GstObject * object);
/* An error message of a part of it came. */
void gst_input_connection_on_error (GstInputConnection * self,
    const GError * error);

/* The data of its request pads has ended. */
void gst_input_connection_on_eos (GstInputConnection * self);

/* NONE while it has not failed.  `text` (transfer full) says why. */
InputLifeReason gst_input_connection_get_failure (GstInputConnection * self,
    gchar ** text);

/* Its elements count time from there on: another clock runs. */
void gst_input_connection_set_base_time (GstInputConnection * self,
    GstClockTime base_time);

/* Of a warm one: whether it is decoded. */
void gst_input_connection_set_hot (GstInputConnection * self, gboolean hot);
void gst_input_connection_renew (GstInputConnection * self);
/* Unlinks it at once and has it torn down. */
void gst_input_connection_stop (GstInputConnection * self);
gboolean gst_input_connection_is_down (GstInputConnection * self);

/* Joins a connection that is down.  One that is not is left to its thread,
 * which frees it if it ever returns. */
void gst_input_connection_free (GstInputConnection * self);

G_END_DECLS
