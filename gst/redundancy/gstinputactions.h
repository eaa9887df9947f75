/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What redundantsrc can be told to do with an input, and tells of it:
 * restart-input, prepare, input-state-changed.  Inputs are its children. */
void gst_input_actions_install (GType type);

G_END_DECLS
