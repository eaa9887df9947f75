/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstslate.h"

G_BEGIN_DECLS

/* The slate's properties, which redundantsrc and redundantswitch have alike;
 * their ids are among gstswitchsettings.h's. */
void gst_slate_settings_install (GObjectClass * klass);
/* FALSE when `id` is none of them. */
gboolean gst_slate_settings_set (GstSlate * slate, guint id,
    const GValue * value);
gboolean gst_slate_settings_get (GstSlate * slate, guint id, GValue * value);

G_END_DECLS
