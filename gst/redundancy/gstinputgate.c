/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; nothing is called with it held.
 * Threads: the one before the decoder, the one behind it, and any that opens
 * and closes. */
#include "gstinputgate.h"

#include "aukey.h"
#include "gopkeep.h"
#include "gstredundantswitch.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

#define KEEP_TIME (10 * GST_SECOND)
#define KEEP_BYTES (64 * 1024 * 1024)

/* The output may want a bit from before its position. */
#define MARGIN (100 * GST_MSECOND)

struct _GstInputGate
{
  gint refcount;                /* atomic */
  gint wanted_open;             /* atomic */

  /* Fixed after init. */
  GstPad *sink;                 /* (transfer none) outlives the pad */

  GMutex lock;
  gint64 first;                 /* under the lock: running time before which
                                 * nothing that is decoded is of use */

  /* Thread behind the decoder only. */
  GstSegment decoded_segment;

  /* Thread before the decoder only. */
  GopKeep keep;
  GstSegment segment;
  AuCodec codec;
  gboolean is_open;
  gboolean replaying;
  gboolean knows_live, is_live;
  gint64 wanted_from;           /* running time that the output wants next */
};

void
gst_input_gate_unref (GstInputGate * self)
{
  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  gop_keep_clear (&self->keep);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_input_gate_set_open (GstInputGate * self, gboolean open)
{
  g_atomic_int_set (&self->wanted_open, open);
}

static gint64
running_time (const GstSegment * segment, GstBuffer * buffer)
{
  GstClockTime stamp = GST_BUFFER_PTS (buffer);
  guint64 time;
  gint sign;

  if (!GST_CLOCK_TIME_IS_VALID (stamp)
      || segment->format != GST_FORMAT_TIME)
    return G_MININT64;
  sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, stamp,
      &time);
  if (sign == 0)
    return G_MININT64;
  return sign > 0 ? (gint64) time : -(gint64) time;
}

static gboolean
is_key (GstInputGate * self, GstBuffer * buffer)
{
  GstMapInfo map;
  gboolean key;

  if (self->codec == AU_CODEC_AUDIO)
    return TRUE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  key = au_is_key (self->codec, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return key;
}

static void
learn_liveness (GstInputGate * self, GstPad * pad)
{
  g_autoptr (GstQuery) query = NULL;
  gboolean live = TRUE;

  if (self->knows_live)
    return;
  self->knows_live = TRUE;
  query = gst_query_new_latency ();
  if (gst_pad_query (pad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  self->is_live = live;
}

static GstFlowReturn
replay (GstInputGate * self, GstPad * pad)
{
  GstFlowReturn flow = GST_FLOW_OK;
  guint count = 0;
  GopItem item;

  g_mutex_lock (&self->lock);
  self->first = self->wanted_from;
  g_mutex_unlock (&self->lock);
  self->replaying = TRUE;
  while (flow == GST_FLOW_OK && gop_keep_pop (&self->keep, &item)) {
    GstBuffer *buffer = item.data;

    if (count++ == 0) {
      buffer = gst_buffer_make_writable (buffer);
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    }
    flow = gst_pad_push (pad, buffer);
  }
  self->replaying = FALSE;
  gop_keep_clear (&self->keep);
  GST_INFO_OBJECT (pad, "opened with %u buffers: %s", count,
      gst_flow_get_name (flow));
  return flow;
}

/* Keeps it and tells the switch. */
static void
keep (GstInputGate * self, GstBuffer * buffer, gboolean key)
{
  gint64 time = running_time (&self->segment, buffer);
  GopItem item = { 0, };

  if (time == G_MININT64)
    return;
  self->wanted_from = gst_redundant_switch_pad_note (self->sink, time);
  if (self->wanted_from != G_MININT64)
    self->wanted_from -= MARGIN;
  item.time = time;
  item.size = gst_buffer_get_size (buffer);
  item.key = key;
  item.data = gst_buffer_ref (buffer);
  gop_keep_push (&self->keep, &item, self->wanted_from);
}

static GstPadProbeReturn
on_buffer (GstInputGate * self, GstPad * pad, GstBuffer * buffer)
{
  gboolean wanted_open, key;

  if (self->replaying)
    return GST_PAD_PROBE_OK;
  learn_liveness (self, pad);
  wanted_open = g_atomic_int_get (&self->wanted_open) || !self->is_live;
  if (wanted_open && self->is_open)
    return GST_PAD_PROBE_OK;
  key = is_key (self, buffer);
  if (self->is_open && !key)
    return GST_PAD_PROBE_OK;
  if (self->is_open)
    GST_INFO_OBJECT (pad, "closed");
  self->is_open = FALSE;
  keep (self, buffer, key);
  if (!wanted_open)
    return GST_PAD_PROBE_DROP;
  /* The newest is among what is kept; when nothing is, a key frame has to come
   * first. */
  if (g_queue_is_empty (&self->keep.items))
    return GST_PAD_PROBE_DROP;
  self->is_open = TRUE;
  replay (self, pad);
  return GST_PAD_PROBE_DROP;
}

static void
on_caps (GstInputGate * self, GstCaps * caps)
{
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  if (g_str_equal (name, "video/x-h264"))
    self->codec = AU_CODEC_H264;
  else if (g_str_equal (name, "video/x-h265"))
    self->codec = AU_CODEC_H265;
  else
    self->codec = AU_CODEC_AUDIO;
}

static GstPadProbeReturn
on_event (GstInputGate * self, GstEvent * event)
{
  GstCaps *caps;

  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      on_caps (self, caps);
      break;
    case GST_EVENT_FLUSH_STOP:
      gop_keep_clear (&self->keep);
      gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
      break;
    case GST_EVENT_GAP:
      if (!self->is_open)
        return GST_PAD_PROBE_DROP;
      break;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_data (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstInputGate *self = user_data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return on_buffer (self, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  return on_event (self, GST_PAD_PROBE_INFO_EVENT (info));
}

/* What a decoder makes of the way to what is wanted, or still had in itself
 * when the gate closed, is neither converted nor an arrival. */
static GstPadProbeReturn
on_decoded (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstInputGate *self = user_data;
  gint64 time, first;

  if (!(info->type & GST_PAD_PROBE_TYPE_BUFFER)) {
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
    if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
      gst_event_copy_segment (event, &self->decoded_segment);
    return GST_PAD_PROBE_OK;
  }
  g_mutex_lock (&self->lock);
  first = self->first;
  g_mutex_unlock (&self->lock);
  time = running_time (&self->decoded_segment,
      GST_PAD_PROBE_INFO_BUFFER (info));
  return time != G_MININT64 && time < first ? GST_PAD_PROBE_DROP
      : GST_PAD_PROBE_OK;
}

GstInputGate *
gst_input_gate_new (GstPad * pad, GstPad * decoded, GstPad * sink,
    gboolean open)
{
  GstInputGate *self = g_new0 (GstInputGate, 1);

  self->refcount = 3;
  g_mutex_init (&self->lock);
  self->first = G_MININT64;
  self->sink = sink;
  self->wanted_open = self->is_open = open;
  self->codec = AU_CODEC_AUDIO;
  self->wanted_from = G_MININT64;
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  gst_segment_init (&self->decoded_segment, GST_FORMAT_UNDEFINED);
  gop_keep_init (&self->keep, KEEP_TIME, KEEP_BYTES,
      (GDestroyNotify) gst_buffer_unref);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      on_data, self, (GDestroyNotify) gst_input_gate_unref);
  gst_pad_add_probe (decoded, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_decoded, self,
      (GDestroyNotify) gst_input_gate_unref);
  return self;
}
