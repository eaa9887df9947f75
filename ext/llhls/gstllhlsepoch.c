/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstllhlsepoch.h"

#include <gst/video/video.h>

/* RFC 5905: seconds from 1900 to 1970. */
#define NTP_TO_UNIX (G_GUINT64_CONSTANT (2208988800) * GST_SECOND)
#define DAY_SECONDS 86400
#define DAY (DAY_SECONDS * (gint64) GST_SECOND)

GType
gst_llhls_epoch_lock_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_LLHLS_EPOCH_LOCK_NONE, "None", "none"},
    {GST_LLHLS_EPOCH_LOCK_PTS, "PTS of the buffers", "pts"},
    {GST_LLHLS_EPOCH_LOCK_REFERENCE_TIMESTAMP, "Reference timestamps",
        "reference-timestamp"},
    {GST_LLHLS_EPOCH_LOCK_TIMECODE, "Video timecode", "timecode"},
    {GST_LLHLS_EPOCH_LOCK_CLOCK, "Clock of the pipeline", "clock"},
    {0, NULL, NULL},
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstLlHlsEpochLock",
            values));
  return type;
}

static GstClockTime
from_reference (GstBuffer * buffer)
{
  g_autoptr (GstCaps) unix_time = gst_caps_new_empty_simple
      ("timestamp/x-unix");
  g_autoptr (GstCaps) ntp = gst_caps_new_empty_simple ("timestamp/x-ntp");
  GstReferenceTimestampMeta *meta;

  meta = gst_buffer_get_reference_timestamp_meta (buffer, unix_time);
  if (meta != NULL)
    return meta->timestamp;
  meta = gst_buffer_get_reference_timestamp_meta (buffer, ntp);
  if (meta != NULL && meta->timestamp >= NTP_TO_UNIX)
    return meta->timestamp - NTP_TO_UNIX;
  return GST_CLOCK_TIME_NONE;
}

/* Whole days away from `time`, as near as can be. */
static GstClockTime
nearest_to (gint64 near, gint64 time)
{
  time += (near - time) / DAY * DAY;
  if (near - time > DAY / 2)
    time += DAY;
  else if (time - near > DAY / 2)
    time -= DAY;
  return time >= 0 ? (GstClockTime) time : GST_CLOCK_TIME_NONE;
}

/* A timecode says the time of day, counted from its jam.  The jam's day is not
 * to be relied on: who counts frames leaves it as it was when a day is over. */
static GstClockTime
from_timecode (GstBuffer * buffer, gint64 near)
{
  GstVideoTimeCodeMeta *meta = gst_buffer_get_video_time_code_meta (buffer);
  gint64 time;
  GDateTime *jam;

  if (meta == NULL || meta->tc.config.fps_n == 0
      || !gst_video_time_code_is_valid (&meta->tc))
    return GST_CLOCK_TIME_NONE;
  time = gst_video_time_code_nsec_since_daily_jam (&meta->tc);
  jam = meta->tc.config.latest_daily_jam;
  if (jam != NULL)
    time += g_date_time_to_unix (jam) % DAY_SECONDS * (gint64) GST_SECOND;
  return nearest_to (near, time);
}

/* GstNtpClock counts from 1900, the others from 1970. */
static GstClockTime
from_clock (GstElement * element, GstClockTime running_time)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (element);
  GstClockTime base = gst_element_get_base_time (element), time;

  if (clock == NULL || !GST_CLOCK_TIME_IS_VALID (base))
    return GST_CLOCK_TIME_NONE;
  time = base + running_time;
  if (g_str_equal (G_OBJECT_TYPE_NAME (clock), "GstNtpClock"))
    return time >= NTP_TO_UNIX ? time - NTP_TO_UNIX : GST_CLOCK_TIME_NONE;
  return time;
}

const gchar *
gst_llhls_epoch_lock_name (GstLlHlsEpochLock lock)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (GST_TYPE_LLHLS_EPOCH_LOCK);

  return g_enum_get_value (G_ENUM_CLASS (klass), lock)->value_nick;
}

const gchar *
gst_llhls_epoch_want (GstLlHlsEpochLock lock)
{
  switch (lock) {
    case GST_LLHLS_EPOCH_LOCK_NONE:
      break;
    case GST_LLHLS_EPOCH_LOCK_PTS:
      return "PTS";
    case GST_LLHLS_EPOCH_LOCK_REFERENCE_TIMESTAMP:
      return "GstReferenceTimestampMeta of timestamp/x-unix or timestamp/x-ntp "
          "(rtspsrc and rtpjitterbuffer: add-reference-timestamp-meta)";
    case GST_LLHLS_EPOCH_LOCK_TIMECODE:
      return
          "GstVideoTimeCodeMeta, of its own or a video's (timecodestamper in "
          "front of the encoder)";
    case GST_LLHLS_EPOCH_LOCK_CLOCK:
      return "clock of the pipeline";
  }
  return "time";
}

GstClockTime
gst_llhls_epoch_read (GstLlHlsEpoch * own, GstLlHlsEpoch * all,
    GstLlHlsEpochLock lock, GstElement * element, GstBuffer * buffer,
    GstClockTime running_time)
{
  const GstLlHlsEpoch *newest = own->known ? own : all;
  GstClockTime time = GST_CLOCK_TIME_NONE;

  switch (lock) {
    case GST_LLHLS_EPOCH_LOCK_NONE:
      return running_time;
    case GST_LLHLS_EPOCH_LOCK_PTS:
      return GST_BUFFER_PTS (buffer);
    case GST_LLHLS_EPOCH_LOCK_CLOCK:
      return from_clock (element, running_time);
    case GST_LLHLS_EPOCH_LOCK_REFERENCE_TIMESTAMP:
      time = from_reference (buffer);
      break;
    case GST_LLHLS_EPOCH_LOCK_TIMECODE:
      time = from_timecode (buffer, newest->known ? (gint64) running_time
          + newest->offset : g_get_real_time () * (gint64) GST_USECOND);
      break;
  }
  if (GST_CLOCK_TIME_IS_VALID (time)) {
    own->known = TRUE;
    own->offset = (gint64) time - (gint64) running_time;
    *all = *own;
    return time;
  }
  return newest->known ? running_time + newest->offset : GST_CLOCK_TIME_NONE;
}
