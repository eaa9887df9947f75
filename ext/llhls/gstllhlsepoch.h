/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstLlHlsEpochLock:
 * @GST_LLHLS_EPOCH_LOCK_NONE: running time; each process has its own
 * @GST_LLHLS_EPOCH_LOCK_PTS: the buffers' PTS, as mpegtsclock makes them
 * @GST_LLHLS_EPOCH_LOCK_REFERENCE_TIMESTAMP: GstReferenceTimestampMeta of
 *     timestamp/x-unix or timestamp/x-ntp
 * @GST_LLHLS_EPOCH_LOCK_TIMECODE: GstVideoTimeCodeMeta
 * @GST_LLHLS_EPOCH_LOCK_CLOCK: the pipeline's clock, PTP or NTP
 *
 * Whose time frames have, for packagers that shall be alike.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_LLHLS_EPOCH_LOCK_NONE,
  GST_LLHLS_EPOCH_LOCK_PTS,
  GST_LLHLS_EPOCH_LOCK_REFERENCE_TIMESTAMP,
  GST_LLHLS_EPOCH_LOCK_TIMECODE,
  GST_LLHLS_EPOCH_LOCK_CLOCK,
} GstLlHlsEpochLock;

/* As an offset: the date is what the system's clock says.  Offsets nearer to 0
 * than that, about 285 years in ms, are in bounds as ns. */
#define GST_LLHLS_EPOCH_MEASURED G_GINT64_CONSTANT (-9000000000000)

#define GST_TYPE_LLHLS_EPOCH_LOCK (gst_llhls_epoch_lock_get_type ())
GType gst_llhls_epoch_lock_get_type (void);

/* What a frame without a stamp of its own goes by: ns from running time to the
 * shared time, from the newest frame with one. */
typedef struct
{
  gboolean known;
  gint64 offset;
} GstLlHlsEpoch;

/* The shared time of `buffer` with `running_time`, in ns, or
 * GST_CLOCK_TIME_NONE when it has none.  `own` is of its rendition, `all` of
 * any; who never had a stamp goes by that. */
GstClockTime gst_llhls_epoch_read (GstLlHlsEpoch * own, GstLlHlsEpoch * all,
    GstLlHlsEpochLock lock, GstElement * element, GstBuffer * buffer,
    GstClockTime running_time);

/* As the property has it. */
const gchar *gst_llhls_epoch_lock_name (GstLlHlsEpochLock lock);
/* What a buffer without a shared time lacks, for a person. */
const gchar *gst_llhls_epoch_want (GstLlHlsEpochLock lock);

G_END_DECLS
