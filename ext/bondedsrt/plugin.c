/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "gstbondedsrtsink.h"
#include "gstbondedsrtsrc.h"

/* Of what both elements share. */
GST_DEBUG_CATEGORY (gst_bond_debug);

static gboolean
plugin_init (GstPlugin * plugin)
{
  gboolean ok = FALSE;

  GST_DEBUG_CATEGORY_INIT (gst_bond_debug, "bondedsrt", 0,
      "links of the bonded SRT elements");
  ok |= GST_ELEMENT_REGISTER (bondedsrtsink, plugin);
  ok |= GST_ELEMENT_REGISTER (bondedsrtsrc, plugin);
  return ok;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, bondedsrt,
    "One live stream over several networks by SRT", plugin_init, VERSION,
    GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
