/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The operator's commands for one of two media: media-switch-to, media-force,
 * media-lockout, media-fallback-to-slate, media-hold, media-clear.  They act on
 * what gst_switch_actions_attach() said. */
void gst_media_actions_install (GType type);

G_END_DECLS
