/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is told of the stream: messages, all made under the
 * stream's lock and posted behind it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsstreamparts.h"

#include "gstelementmessage.h"

static GstMessage *
new_message (GstLlHlsStream * self, const gchar * severity,
    const gchar * summary, GstStructure * facts)
{
  gst_structure_set (facts, "severity", G_TYPE_STRING, severity,
      "summary", G_TYPE_STRING, summary, "running-time", G_TYPE_UINT64,
      gst_element_running_time_now (self->element), NULL);
  return gst_message_new_element (GST_OBJECT (self->element), facts);
}

static void
add_gap_message (GstLlHlsTrack * track, const gchar * state,
    GPtrArray * messages)
{
  gboolean open = g_str_equal (state, "open");
  guint64 duration = track->gap_end - track->gap_start;
  g_autofree gchar *summary = NULL;

  summary = open ? g_strdup_printf (track->gap_concealed
      ? "%s has no media, silence takes its place." : "%s has no media.",
      track->name)
      : g_strdup_printf ("%s has media again, after %" G_GUINT64_FORMAT " ms.",
      track->name, duration / GST_MSECOND);
  g_ptr_array_add (messages, new_message (track->stream,
          open ? "warning" : "info", summary,
          gst_structure_new ("llhlssink-gap",
              "state", G_TYPE_STRING, state,
              "incident", G_TYPE_STRING, track->incident,
              "rendition", G_TYPE_STRING, track->name,
              "msn", G_TYPE_UINT64, track->gap_msn,
              "count", G_TYPE_UINT, track->gap_count,
              "concealed", G_TYPE_BOOLEAN, track->gap_concealed,
              "start", G_TYPE_UINT64, track->gap_start,
              "duration", G_TYPE_UINT64, duration, NULL)));
}

/* A gap goes on until there is a part with media again. */
void
gst_llhls_stream_note_gap (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  gboolean opens = track->incident == NULL;

  if (opens) {
    track->incident = g_strdup_printf ("%s-gap-%u", track->name,
        ++track->stream->incidents);
    track->gap_msn = event->msn;
    track->gap_start = event->time;
    track->gap_end = event->time;
    track->gap_count = 0;
    track->gap_concealed = TRUE;
  }
  track->gap_concealed &= event->concealed;
  track->gap_count += event->count;
  track->gap_end = MAX (track->gap_end, event->time + event->duration);
  if (opens)
    add_gap_message (track, "open", messages);
}

void
gst_llhls_stream_close_gap (GstLlHlsTrack * track, GPtrArray * messages)
{
  if (track->incident == NULL)
    return;
  add_gap_message (track, "close", messages);
  g_clear_pointer (&track->incident, g_free);
}

void
gst_llhls_stream_note_discontinuity (GstLlHlsTrack * track,
    const SegmenterEvent * event, GPtrArray * messages)
{
  g_autofree gchar *summary = NULL;

  summary = g_strdup_printf ("%s continues behind a discontinuity.",
      track->name);
  g_ptr_array_add (messages, new_message (track->stream, "info", summary,
          gst_structure_new ("llhlssink-discontinuity",
              "rendition", G_TYPE_STRING, track->name,
              "msn", G_TYPE_UINT64, event->msn, NULL)));
}

/* Once for each rendition: it says how to set the encoder. */
void
gst_llhls_stream_note_keys (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  g_autofree gchar *summary = NULL;

  if (track->warned_keys)
    return;
  track->warned_keys = TRUE;
  summary = g_strdup_printf ("%s brings key frames too rarely for "
      "target-duration; segments begin without one.", track->name);
  g_ptr_array_add (messages, new_message (track->stream, "warning", summary,
          gst_structure_new ("llhlssink-keyframes",
              "rendition", G_TYPE_STRING, track->name,
              "msn", G_TYPE_UINT64, event->msn, NULL)));
}

void
gst_llhls_stream_note_finalized (GstLlHlsStream * self, GPtrArray * messages)
{
  if (!self->packager.ended || self->finalized)
    return;
  self->finalized = TRUE;
  g_ptr_array_add (messages, new_message (self, "info",
          "The stream is over; its playlists are final.",
          gst_structure_new ("llhlssink-finalized",
              "segments", G_TYPE_UINT64, gst_llhls_stream_tally (self).segments,
              NULL)));
}
