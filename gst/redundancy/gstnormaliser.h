/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstswitchcontrol.h"

G_BEGIN_DECLS

/* Adds to `bin` what converts raw media of that kind to the form that is asked
 * for behind it by caps.  Returns its first element and in `last` its last, or
 * NULL when nothing of it is installed. */
GstElement *gst_normaliser_add (GstBin * bin, GstSwitchMediumId medium,
    GstElement ** last);

/* What media has to be converted to for an output of that form, with all that
 * the form leaves to common understanding.  (transfer full) */
GstCaps *gst_normaliser_target (GstSwitchMediumId medium, GstCaps * form);

/* Adds one element behind `last` (nullable).  One that is not installed is
 * left out. */
GstElement *gst_normaliser_append (GstBin * bin, GstElement * last,
    const gchar * factory);

/* FALSE for what is neither video nor audio. */
gboolean gst_normaliser_medium_of_caps (const GstCaps * caps,
    GstSwitchMediumId * medium);

G_END_DECLS
