/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_ABR_LADDER_BIN (gst_abr_ladder_bin_get_type ())
G_DECLARE_FINAL_TYPE (GstAbrLadderBin, gst_abr_ladder_bin, GST, ABR_LADDER_BIN,
    GstBin)
GST_ELEMENT_REGISTER_DECLARE (abrladderbin);

G_END_DECLS
