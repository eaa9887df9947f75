/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsoutputs.h"

G_BEGIN_DECLS

/* The properties of llhlssink that tell where the stream goes besides the
 * origin.  In this order, one behind the other, among the element's ids. */
typedef enum
{
  GST_LLHLS_OUTPUT_LOCATION,
  GST_LLHLS_OUTPUT_PUSH_URL,
  GST_LLHLS_OUTPUT_PUSH_DELETE,
  GST_LLHLS_OUTPUT_PUSH_PARTS,
  GST_LLHLS_OUTPUT_PUSH_HEADERS,
  GST_LLHLS_OUTPUT_PLAYLIST_TYPE,
  GST_LLHLS_OUTPUT_WINDOW_LOCATION,
  GST_LLHLS_N_OUTPUT_PROPERTIES
} GstLlHlsOutputProperty;

/**
 * GstLlHlsPlaylistType:
 * @GST_LLHLS_PLAYLIST_LIVE: segments leave when they are older than the window
 * @GST_LLHLS_PLAYLIST_EVENT: all segments stay (EXT-X-PLAYLIST-TYPE:EVENT)
 *
 * Since: 0.1
 */
typedef enum
{
  GST_LLHLS_PLAYLIST_LIVE,
  GST_LLHLS_PLAYLIST_EVENT,
} GstLlHlsPlaylistType;

#define GST_TYPE_LLHLS_PLAYLIST_TYPE (gst_llhls_playlist_type_get_type ())
GType gst_llhls_playlist_type_get_type (void);

typedef struct
{
  gchar *location;
  gchar *window_location;
  gchar *push_url;
  gboolean push_delete, push_parts;
  GstStructure *push_headers;
  GstLlHlsPlaylistType type;
} GstLlHlsOutputSettings;

/* Fills in `specs`, GST_LLHLS_N_OUTPUT_PROPERTIES of them. */
void gst_llhls_output_settings_install (GParamSpec ** specs);

void gst_llhls_output_settings_init (GstLlHlsOutputSettings * self);
void gst_llhls_output_settings_copy (GstLlHlsOutputSettings * to,
    const GstLlHlsOutputSettings * from);
void gst_llhls_output_settings_clear (GstLlHlsOutputSettings * self);

void gst_llhls_output_settings_set (GstLlHlsOutputSettings * self,
    GstLlHlsOutputProperty id, const GValue * value);
void gst_llhls_output_settings_get (const GstLlHlsOutputSettings * self,
    GstLlHlsOutputProperty id, GValue * value);

/* There is anything to go to. */
gboolean gst_llhls_output_settings_any (const GstLlHlsOutputSettings * self);

/* Both post an error and return FALSE when something is wrong. */
gboolean gst_llhls_output_settings_check (const GstLlHlsOutputSettings *
    self, GstElement * element);
/* `wake` is the archive's; `window` ns. */
gboolean gst_llhls_output_settings_start (const GstLlHlsOutputSettings *
    self, GstElement * element, GstClockTime target, GstClockTime window,
    GstLlHlsStore * store, void (*wake) (gpointer),
    GstLlHlsOutputs * outputs);

G_END_DECLS
