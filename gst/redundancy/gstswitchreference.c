/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clocks that come with data.  Any thread, no lock. */
#include "gstswitchreference.h"

#include <gst/video/video.h>

/* RFC 5905, 6: NTP counts from 1900. */
#define NTP_TO_UNIX (G_GUINT64_CONSTANT (2208988800) * GST_SECOND)

static void
read_timestamps (GstBuffer * buffer, gint64 references[ALIGNMENT_N_KINDS])
{
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_REFERENCE_TIMESTAMP_META_API_TYPE))) {
    const GstReferenceTimestampMeta *stamp = (gpointer) meta;
    const GstStructure *what = gst_caps_get_structure (stamp->reference, 0);

    if (gst_structure_has_name (what, "timestamp/x-unix"))
      references[ALIGNMENT_REFERENCE] = stamp->timestamp;
    else if (gst_structure_has_name (what, "timestamp/x-ntp")
        && stamp->timestamp >= NTP_TO_UNIX)
      references[ALIGNMENT_RTCP] = stamp->timestamp - NTP_TO_UNIX;
  }
}

/* The time of day, as whoever set the frame's clock counts it. */
static void
read_timecode (GstBuffer * buffer, gint64 references[ALIGNMENT_N_KINDS])
{
  GstVideoTimeCodeMeta *meta = gst_buffer_get_video_time_code_meta (buffer);

  if (meta != NULL && meta->tc.config.fps_n > 0 && meta->tc.config.fps_d > 0
      && gst_video_time_code_is_valid (&meta->tc))
    references[ALIGNMENT_TIMECODE] =
        gst_video_time_code_nsec_since_daily_jam (&meta->tc);
}

void
gst_switch_references_read (GstBuffer * buffer,
    gint64 references[ALIGNMENT_N_KINDS])
{
  guint kind;

  for (kind = 0; kind < ALIGNMENT_N_KINDS; kind++)
    references[kind] = G_MININT64;
  read_timestamps (buffer, references);
  read_timecode (buffer, references);
}
