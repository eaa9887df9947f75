/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrencoder.h"

G_BEGIN_DECLS

/* What is thrown away and built anew when a rung's encoder dies: a bin of
 * converter, scaler, encoder and, only where the encoder cannot make the wanted
 * stream format, a parser; one `sink` and one `src` pad, no thread. */
typedef struct
{
  LadderMedium medium;
  gchar factory[64];
  gchar stream_format[16];      /* video only */
  guint width, height;          /* video only */
  GstAbrEncoderSettings settings;
} GstAbrChainConfig;

/* NULL if an element is missing or does not fit; the error says which.
 * (transfer full) (nullable) */
GstElement *gst_abr_chain_new (const GstAbrChainConfig * config,
    const gchar * name, GError ** error);

/* The source's shape is no longer that for which the sizes were made: keep it
 * with borders. */
void gst_abr_chain_add_borders (GstElement * chain);

G_END_DECLS
