/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstcontentsettings.h"

G_BEGIN_DECLS

#define GST_CONTENT_TAP_FACTORY "healthprobe"

/* A healthprobe of its own beside a pad: it sees what passes there, and
 * nothing that passes waits for it or comes from it.  It is in no bin, and its
 * messages end here. */
typedef struct _GstContentTap GstContentTap;

/* A detector found a fault, or its end; any thread, no lock held. */
typedef void (*GstContentTapFunc) (gpointer user_data, ContentFault fault,
    gboolean bad);

/* Is the element installed? */
gboolean gst_content_tap_is_possible (void);

/* NULL when it is not.  New, it looks for nothing. */
GstContentTap *gst_content_tap_new (GstPad * pad, GstContentTapFunc func,
    gpointer user_data);

/* Looks for the faults of a bit mask from now on. */
void gst_content_tap_configure (GstContentTap * self,
    const GstContentSettings * settings, guint faults);

/* Faults that are open end.  No call of the function after this. */
void gst_content_tap_free (GstContentTap * self);

G_END_DECLS
