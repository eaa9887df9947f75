/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is told of the stream: messages, all made under the
 * stream's lock and posted behind it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsstreamparts.h"

#include <glib/gi18n-lib.h>

#include "gstelementmessage.h"
#include "multivariantgroup.h"

static GstMessage *
new_message (GstLlHlsStream * self, const gchar * severity,
    const gchar * summary, GstStructure * facts)
{
  gst_structure_set (facts, "severity", G_TYPE_STRING, severity,
      "summary", G_TYPE_STRING, summary, "running-time", G_TYPE_UINT64,
      gst_element_running_time_now (self->element), NULL);
  return gst_message_new_element (GST_OBJECT (self->element), facts);
}

static GstStructure *
gap_facts (const GstLlHlsTrack * track, const gchar * state)
{
  return gst_structure_new ("llhlssink-gap",
      "state", G_TYPE_STRING, state,
      "incident", G_TYPE_STRING, track->incident,
      "rendition", G_TYPE_STRING, track->name,
      "msn", G_TYPE_UINT64, track->gap_msn,
      "count", G_TYPE_UINT, track->gap_count,
      "concealed", G_TYPE_BOOLEAN, track->gap_concealed,
      "start", G_TYPE_UINT64, track->gap_start,
      "duration", G_TYPE_UINT64, track->gap_end - track->gap_start, NULL);
}

/* Nothing of its kind is left: there is nothing to be seen, or to be heard.  A
 * hole that shows with the frame behind it is over. */
static gboolean
is_outage (const GstLlHlsTrack * lost)
{
  const GPtrArray *tracks = lost->stream->tracks;
  guint i;

  for (i = 0; i < tracks->len; i++) {
    const GstLlHlsTrack *track = g_ptr_array_index (tracks, i);

    if (track->video == lost->video && !track->core->removed
        && track->core->state == PACKAGER_TRACK_ALIVE)
      return FALSE;
  }
  return TRUE;
}

static void
open_gap (GstLlHlsTrack * track, GPtrArray * messages)
{
  gboolean outage = is_outage (track);
  g_autofree gchar *summary = NULL;

  summary = g_strdup_printf ("%s has no media%s%s%s.", track->name,
      outage ? ", nor has any other " : "",
      !outage ? "" : track->video ? "video" : "audio",
      track->gap_concealed ? "; silence takes its place" : "");
  g_ptr_array_add (messages, new_message (track->stream,
          outage ? "critical" : "warning", summary, gap_facts (track, "open")));
}

/* A gap goes on until there is a part with media again. */
void
gst_llhls_stream_note_gap (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  gboolean opens = track->incident == NULL;

  /* The application wants it so. */
  if (track->core->removed)
    return;
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
    open_gap (track, messages);
}

void
gst_llhls_stream_close_gap (GstLlHlsTrack * track, const gchar * reason,
    GPtrArray * messages)
{
  guint64 ms = (track->gap_end - track->gap_start) / GST_MSECOND;
  g_autofree gchar *summary = NULL;
  GstStructure *facts;

  if (track->incident == NULL)
    return;
  summary = g_strdup_printf (g_str_equal (reason, "recovered")
      ? "%s has media again, after %" G_GUINT64_FORMAT " ms."
      : "%s had no media for %" G_GUINT64_FORMAT " ms and is over.",
      track->name, ms);
  facts = gap_facts (track, "close");
  gst_structure_set (facts, "reason", G_TYPE_STRING, reason, NULL);
  g_ptr_array_add (messages, new_message (track->stream, "info", summary,
          facts));
  g_clear_pointer (&track->incident, g_free);
}

void
gst_llhls_stream_close_gaps (GstLlHlsStream * self, const gchar * reason,
    GPtrArray * messages)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    gst_llhls_stream_close_gap (g_ptr_array_index (self->tracks, i), reason,
        messages);
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

static GstMessage *
new_groups_warning (const GstLlHlsTrack * track, const gchar * unknown,
    const gchar * there)
{
  g_autoptr (GError) error = g_error_new_literal (GST_LIBRARY_ERROR,
      GST_LIBRARY_ERROR_SETTINGS,
      _("A video is to go with sound that is not there."));
  g_autofree gchar *debug = NULL;

  debug = g_strdup_printf ("audio-groups of %s is \"%s\", but no audio pad has "
      "group-id \"%s\" (there is %s); set it to what there is, to NULL for all, "
      "or to an empty string for a video without sound", track->name,
      track->settings.audio_groups, unknown,
      *there != '\0' ? there : "no audio pad");
  return gst_message_new_warning (GST_OBJECT (track->stream->element), error,
      debug);
}

/* When a video is listed first, all pads that belong to it should be there. */
static void
judge_groups (GstLlHlsTrack * track, GPtrArray * messages)
{
  const GPtrArray *tracks = track->stream->packager.tracks;
  g_autofree const MultivariantRendition **all = NULL;
  g_autofree gchar *unknown = NULL, *there = NULL;
  guint i;

  track->judged_groups = TRUE;
  if (track->settings.audio_groups == NULL)
    return;
  all = g_new (const MultivariantRendition *, tracks->len);
  for (i = 0; i < tracks->len; i++)
    all[i] = &((const PackagerTrack *) g_ptr_array_index (tracks, i))->info;
  unknown = multivariant_find_unknown_group (all, tracks->len,
      track->settings.audio_groups);
  if (unknown == NULL)
    return;
  there = multivariant_list_groups (all, tracks->len);
  g_ptr_array_add (messages, new_groups_warning (track, unknown, there));
}

void
gst_llhls_stream_note_groups (GstLlHlsStream * self, GPtrArray * messages)
{
  guint i;

  for (i = 0; self->packager.open && i < self->tracks->len; i++) {
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, i);

    if (track->video && !track->judged_groups
        && track->core->state != PACKAGER_TRACK_WAITING)
      judge_groups (track, messages);
  }
}

void
gst_llhls_stream_note_finalized (GstLlHlsStream * self, GPtrArray * messages)
{
  if (!self->packager.ended || self->finalized)
    return;
  self->finalized = TRUE;
  gst_llhls_stream_close_gaps (self, "ended", messages);
  g_ptr_array_add (messages, new_message (self, "info",
          "The stream is over; its playlists are final.",
          gst_structure_new ("llhlssink-finalized",
              "segments", G_TYPE_UINT64, gst_llhls_stream_tally (self).segments,
              NULL)));
}
