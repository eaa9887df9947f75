/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef gboolean (*EncoderInstalled) (const gchar * factory, gpointer data);

/* The first of `preferred` (factory names separated by blanks or commas) that
 * is installed, or NULL.  (transfer full) (nullable) */
gchar *encoder_choice_pick (const gchar * preferred,
    EncoderInstalled installed, gpointer data);

/* "x264enc (gstreamer1.0-plugins-ugly), openh264enc (...)": what to install
 * for the same list.  (transfer full) */
gchar *encoder_choice_hint (const gchar * preferred);

G_END_DECLS
