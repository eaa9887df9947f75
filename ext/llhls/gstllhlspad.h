/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "multivariant.h"

G_BEGIN_DECLS

#define GST_TYPE_LLHLS_PAD (gst_llhls_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsPad, gst_llhls_pad, GST, LLHLS_PAD,
    GstGhostPad)

/* What the application says of a rendition; strings (transfer full). */
typedef struct
{
  guint bandwidth, average_bandwidth;   /* bit/s, 0 = from tags or measured */
  gchar *label;
  gchar *language;
  gchar *group_id;
  gboolean is_default, autoselect, forced;
  gchar *characteristics;
  gchar *audio_groups;
  gdouble score;                /* below 0 = none */
  gchar *stable_id;
} GstLlHlsPadSettings;

void gst_llhls_pad_settings_clear (GstLlHlsPadSettings * self);

/* Tells the multivariant playlist. */
void gst_llhls_pad_settings_tell (const GstLlHlsPadSettings * self,
    MultivariantRendition * info);

GstPad *gst_llhls_pad_new (const gchar * name, GstPadTemplate * templ,
    GstPad * target);
void gst_llhls_pad_get_settings (GstLlHlsPad * self,
    GstLlHlsPadSettings * settings);

G_END_DECLS
