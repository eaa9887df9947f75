/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input side: chain functions stamp, map and store; nothing waits here but
 * data of an input that is not live, which is paced. */
#include "gstredundantswitchprivate.h"
#include "gstswitchlate.h"
#include "gstswitchreference.h"

#define GST_CAT_DEFAULT gst_redundant_switch_debug

enum
{
  PROP_PRIORITY = 1,
  PROP_OFFSET,
  PROP_AUDIO_OFFSET,
  PROP_HEALTHY,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

/* How often data that waits for its sister medium looks again. */
#define SETTLE_POLL_US 10000

/* A store keeps what the output still needs, and data that is early by as much
 * as a timeline may be, and then is shifted.  One that held less would drop
 * what is due next, for ever. */
#define STORE_AHEAD \
    (3 * GST_SECOND + GST_SWITCH_MAX_OFFSET * GST_MSECOND)

/* What lies beyond is no time of a stream (73 years), nor the length of one
 * buffer: it is as if there were none. */
#define MAX_TIME (G_MAXINT64 / 4)
#define MAX_DURATION (3600 * GST_SECOND)

/* Between decoding and showing. */
#define MAX_REORDER ((gint64) (10 * GST_SECOND))

G_DEFINE_FINAL_TYPE (GstRedundantSwitchPad, gst_redundant_switch_pad,
    GST_TYPE_PAD);

static void
set_priority (GstRedundantSwitchPad * pad, guint priority)
{
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;

  if (self == NULL) {
    pad->priority = priority;
    return;
  }
  g_mutex_lock (&self->lock);
  pad->priority = priority;
  g_mutex_unlock (&self->lock);
  gst_switch_control_set_priority (self->control, pad->id, priority);
}

static void
set_offset (GstRedundantSwitchPad * pad, guint id, gint offset_ms)
{
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;

  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  if (id == PROP_OFFSET)
    pad->offset_ms = offset_ms;
  else
    pad->audio_offset_ms = offset_ms;
  gst_switch_control_set_offset (self->control, pad->id, pad->offset_ms,
      pad->audio_offset_ms);
  g_mutex_unlock (&self->lock);
}

static void
gst_redundant_switch_pad_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  if (id == PROP_PRIORITY)
    set_priority (GST_REDUNDANT_SWITCH_PAD (object), g_value_get_uint (value));
  else if (id == PROP_OFFSET || id == PROP_AUDIO_OFFSET)
    set_offset (GST_REDUNDANT_SWITCH_PAD (object), id, g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static gboolean
is_healthy (GstRedundantSwitchPad * pad)
{
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;
  GstSwitchInputInfo info = { NULL, };
  GstClockTime now;
  gboolean healthy = FALSE;

  if (self == NULL)
    return FALSE;
  now = gst_redundant_switch_now (self);
  if (GST_CLOCK_TIME_IS_VALID (now)
      && gst_switch_control_get_info (self->control, pad->id, now, &info))
    healthy = info.healthy;
  gst_switch_input_info_clear (&info);
  return healthy;
}

static void
gst_redundant_switch_pad_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (object);

  if (id == PROP_PRIORITY)
    g_value_set_uint (value, pad->priority);
  else if (id == PROP_OFFSET)
    g_value_set_int (value, pad->offset_ms);
  else if (id == PROP_AUDIO_OFFSET)
    g_value_set_int (value, pad->audio_offset_ms);
  else if (id == PROP_HEALTHY)
    g_value_set_boolean (value, is_healthy (pad));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_redundant_switch_pad_finalize (GObject * object)
{
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (object);

  gst_clear_caps (&pad->caps);
  gst_clear_caps (&pad->judged_form);
  G_OBJECT_CLASS (gst_redundant_switch_pad_parent_class)->finalize (object);
}

static void
gst_redundant_switch_pad_class_init (GstRedundantSwitchPadClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);

  gobject_class->set_property = gst_redundant_switch_pad_set_property;
  gobject_class->get_property = gst_redundant_switch_pad_get_property;
  gobject_class->finalize = gst_redundant_switch_pad_finalize;
  /**
   * GstRedundantSwitchPad:priority:
   *
   * 0 is the best.  By default the order in which pads were requested.  Takes
   * effect at once.
   *
   * Since: 0.1
   */
  properties[PROP_PRIORITY] = g_param_spec_uint ("priority", "Priority",
      "Priority of this input (0 is the best)", 0, G_MAXUINT, 0,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitchPad:offset:
   *
   * How much later than it belongs this input is put out, in milliseconds;
   * negative is earlier, which takes from the latency and goes as far as 200 ms
   * of it are left.  Takes effect at once, and while the input is shown by a
   * slope of a millisecond in each second.
   *
   * Since: 0.1
   */
  properties[PROP_OFFSET] = g_param_spec_int ("offset", "Offset",
      "How much later than it belongs this input is put out (ms)",
      -GST_SWITCH_MAX_OFFSET, GST_SWITCH_MAX_OFFSET, 0, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitchPad:audio-offset:
   *
   * How much later the sound of this input is put out besides, in
   * milliseconds, against its pictures.  Takes effect as
   * #GstRedundantSwitchPad:offset does.
   *
   * Since: 0.1
   */
  properties[PROP_AUDIO_OFFSET] = g_param_spec_int ("audio-offset",
      "Audio offset", "How much later its sound is put out besides (ms)",
      -GST_SWITCH_MAX_OFFSET, GST_SWITCH_MAX_OFFSET, 0, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitchPad:healthy:
   *
   * Data arrives in time.
   *
   * Since: 0.1
   */
  properties[PROP_HEALTHY] = g_param_spec_boolean ("healthy", "Healthy",
      "Data arrives in time", FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (gobject_class, N_PROPERTIES, properties);
}

static void
gst_redundant_switch_pad_init (GstRedundantSwitchPad * pad)
{
  pad->id = FAILOVER_NONE;
  gst_segment_init (&pad->segment, GST_FORMAT_UNDEFINED);
}

void
gst_redundant_switch_pad_reset_locked (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad, gboolean all)
{
  pad->eos = FALSE;
  pad->next_time = 0;
  /* What came before a flush has its place in the output and covers the way
   * to the next input. */
  if (!all)
    return;
  if (pad->track != NULL)
    self->medium->track_clear (pad->track);
  gst_switch_control_on_stored (self->control, pad->id,
      self->medium != NULL ? self->medium->id : GST_SWITCH_VIDEO, G_MININT64);
  gst_segment_init (&pad->segment, GST_FORMAT_UNDEFINED);
  gst_clear_caps (&pad->caps);
  gst_clear_caps (&pad->judged_form);
  pad->fits = pad->judged = FALSE;
  pad->stream_started = FALSE;
  pad->knows_live = FALSE;
  lateness_init (&pad->lateness);
}

gint64
gst_redundant_switch_pad_last_data (GstPad * gstpad)
{
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;
  gint64 last;

  if (self == NULL)
    return 0;
  g_mutex_lock (&self->lock);
  last = pad->last_data;
  g_mutex_unlock (&self->lock);
  return last;
}

gint64
gst_redundant_switch_pad_note (GstPad * gstpad, gint64 running_time)
{
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;
  gint64 mapped = 0, from = G_MININT64;
  GstClockTime now;
  guint epoch;

  if (self == NULL)
    return G_MININT64;
  g_mutex_lock (&self->lock);
  pad->last_data = g_get_monotonic_time ();
  if (self->playing && self->phase != GST_SWITCH_STOPPED
      && self->medium != NULL) {
    now = gst_redundant_switch_now (self);
    if (gst_switch_control_on_coded (self->control, pad->id, self->medium->id,
            now, running_time, &mapped, &epoch) != TIMELINE_SETTLING)
      from = running_time - mapped + (gint64) now
          - (gint64) gst_redundant_switch_total_locked (self);
  }
  g_mutex_unlock (&self->lock);
  return from;
}

static void
refuse_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  pad->refusing = TRUE;
  if (pad->clock_id != NULL)
    gst_clock_id_unschedule (pad->clock_id);
  g_cond_broadcast (&self->cond);
}

void
gst_redundant_switch_pad_interrupt (GstPad * gstpad)
{
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;

  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  refuse_locked (self, pad);
  g_mutex_unlock (&self->lock);
}

/* Is what feeds this pad live?  Asked once per stream, with the lock released. */
static void
learn_liveness_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  g_autoptr (GstQuery) query = NULL;
  gboolean live = TRUE;

  if (pad->knows_live)
    return;
  pad->knows_live = TRUE;
  g_mutex_unlock (&self->lock);

  query = gst_query_new_latency ();
  if (gst_pad_peer_query (GST_PAD (pad), query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  GST_DEBUG_OBJECT (pad, "input is %slive", live ? "" : "not ");
  g_mutex_lock (&self->lock);
  pad->is_live = live;
  gst_switch_control_set_paced (self->control, pad->id, !live);
}

static gboolean
stops_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  return pad->refusing || self->phase == GST_SWITCH_STOPPED;
}

/* Waits until the clock shows `time`.  FALSE: the pad or the element stops. */
static gboolean
pace_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    gint64 time)
{
  while (!stops_locked (self, pad)) {
    g_autoptr (GstClock) clock = NULL;
    GstClockID id;

    clock = gst_element_get_clock (GST_ELEMENT (self));
    if (!self->playing || clock == NULL) {
      g_cond_wait (&self->cond, &self->lock);
      continue;
    }
    if ((gint64) gst_redundant_switch_now (self) >= time)
      return TRUE;
    id = gst_clock_new_single_shot_id (clock, time
        + gst_element_get_base_time (GST_ELEMENT (self)));
    pad->clock_id = id;
    g_mutex_unlock (&self->lock);
    gst_clock_id_wait (id, NULL);
    g_mutex_lock (&self->lock);
    pad->clock_id = NULL;
    gst_clock_id_unref (id);
  }
  return FALSE;
}

/* Encoded pictures come in the order of decoding. */
static gint64
running_time_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstBuffer * buffer)
{
  GstClockTime stamp = GST_BUFFER_PTS (buffer);
  guint64 time;
  gint sign;

  if (self->medium->follow != NULL && GST_BUFFER_DTS_IS_VALID (buffer))
    stamp = GST_BUFFER_DTS (buffer);
  /* No live input plays backwards. */
  if (stamp > MAX_TIME || pad->segment.format != GST_FORMAT_TIME
      || pad->segment.rate <= 0)
    return pad->next_time;
  sign = gst_segment_to_running_time_full (&pad->segment, GST_FORMAT_TIME,
      stamp, &time);
  if (sign == 0 || time > MAX_TIME)
    return pad->next_time;
  return sign > 0 ? (gint64) time : -(gint64) time;
}

/* Is the pad's data of the right kind and form, as far as that is known?  To
 * read caps costs more than all the rest that is done for a buffer. */
static gboolean
prepare_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  const GstSwitchMedium *medium;

  if (pad->judged && pad->judged_form == self->form)
    return pad->fits;
  medium = gst_switch_medium_for_caps (pad->caps);
  if (medium == NULL || (self->medium != NULL && medium != self->medium))
    return FALSE;
  if (self->medium == NULL) {
    self->medium = medium;
    gst_redundant_switch_configure_locked (self);
  }
  if (self->output == NULL && medium->follow == NULL)
    return TRUE;
  pad->fits = self->output == NULL
      || self->medium->accepts (self->form, pad->caps);
  if (pad->fits && pad->track == NULL) {
    pad->track = self->medium->track_new (self->output,
        gst_redundant_switch_total_locked (self) + STORE_AHEAD);
  }
  pad->judged = TRUE;
  gst_caps_replace (&pad->judged_form, self->form);
  return pad->fits;
}

/* The output's form is that of the input which is shown first, not of one that
 * happened to be there sooner. */
static gboolean
found_output_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  GstSwitchDecision decision;
  GstClockTime deadline;

  if (self->output == NULL && self->wanted == NULL) {
    decision = gst_switch_control_decide (self->control, self->medium->id,
        gst_redundant_switch_now (self), 0, &deadline);
    gst_redundant_switch_wake_locked (self);
    /* Its key frame may be long in coming again. */
    if (decision.active != pad->id)
      return self->medium->follow != NULL;
  }
  return (self->output != NULL
      || gst_redundant_switch_make_output_locked (self, pad->caps))
      && prepare_locked (self, pad);
}

/* Maps and, for inputs that are not live, paces. */
static TimelineVerdict
place_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstBuffer * buffer, gint64 * mapped, guint * epoch)
{
  GstSwitchMediumId medium = self->medium->id;
  gint64 time = running_time_locked (self, pad, buffer);
  TimelineVerdict verdict;

  if (!pad->is_live && !pace_locked (self, pad, 0))
    return TIMELINE_SETTLING;
  for (;;) {
    verdict = gst_switch_control_on_data (self->control, pad->id, medium,
        gst_redundant_switch_now (self), time, mapped, epoch);
    if (verdict != TIMELINE_SETTLING || pad->is_live
        || stops_locked (self, pad))
      break;
    /* Data that is not live waits for its sister rather than being lost. */
    g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time ()
        + SETTLE_POLL_US);
  }
  if (verdict == TIMELINE_USABLE && !pad->is_live
      && !pace_locked (self, pad, *mapped))
    return TIMELINE_SETTLING;
  pad->next_time = time;
  if (GST_BUFFER_DURATION (buffer) <= MAX_DURATION)
    pad->next_time += GST_BUFFER_DURATION (buffer);
  return verdict;
}

static void
note_references_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstBuffer * buffer, gint64 mapped)
{
  gint64 references[ALIGNMENT_N_KINDS], reorder = 0;

  /* A clock in data is that of what is seen, not of its decoding. */
  if (self->medium->follow != NULL && GST_BUFFER_DTS_IS_VALID (buffer)
      && GST_BUFFER_PTS_IS_VALID (buffer))
    reorder = CLAMP (GST_CLOCK_DIFF (GST_BUFFER_DTS (buffer),
            GST_BUFFER_PTS (buffer)), -MAX_REORDER, MAX_REORDER);
  gst_switch_references_read (buffer, references);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    references[ALIGNMENT_PTS] = running_time_locked (self, pad, buffer)
        + reorder;
  gst_switch_control_on_references (self->control, pad->id, self->medium->id,
      references, mapped + reorder);
}

static void
store_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstBuffer * buffer, gint64 mapped, guint epoch)
{
  GstClockTime duration = GST_BUFFER_DURATION (buffer);
  gint64 end;

  if (duration > MAX_DURATION)
    duration = pad->frame_duration;
  if (duration > MAX_DURATION)
    duration = GST_CLOCK_TIME_NONE;
  end = self->medium->track_store (self->output, pad->track, buffer, pad->caps,
      duration, mapped, epoch);
  gst_switch_control_on_stored (self->control, pad->id, self->medium->id, end);
  if (self->phase == GST_SWITCH_WAITING
      || (self->starved && mapped < self->awaited))
    gst_redundant_switch_wake_locked (self);
}

/* Data that can be shown, but would look other than it is meant to. */
static gboolean
asks_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  if (pad->asked || self->output == NULL || self->medium->is_exact == NULL)
    return FALSE;
  pad->asked = TRUE;
  return !self->medium->is_exact (self->form, pad->caps);
}

/* Takes `buffer`. */
static GstFlowReturn
chain_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstBuffer * buffer, gboolean * renegotiate)
{
  g_autoptr (GstBuffer) owned = buffer;
  TimelineVerdict verdict;
  gint64 mapped = 0;
  guint epoch = 0;

  if (stops_locked (self, pad))
    return GST_FLOW_FLUSHING;
  if (pad->eos)
    return GST_FLOW_EOS;
  pad->last_data = g_get_monotonic_time ();
  /* A paused pipeline has no time to place live data at. */
  if (pad->is_live && !self->playing)
    return GST_FLOW_OK;
  if (!prepare_locked (self, pad)) {
    *renegotiate = pad->misfits++ == 0;
    return GST_FLOW_OK;
  }
  *renegotiate = asks_locked (self, pad);
  pad->misfits = 0;
  pad->buffers++;
  pad->bytes += gst_buffer_get_size (owned);
  verdict = place_locked (self, pad, owned, &mapped, &epoch);
  if (verdict != TIMELINE_SETTLING)
    note_references_locked (self, pad, owned, mapped);
  gst_switch_late_judge_locked (self, pad, verdict, mapped);
  switch (verdict) {
    case TIMELINE_USABLE:
      GST_LOG_OBJECT (pad, "for %" GST_STIME_FORMAT, GST_STIME_ARGS (mapped));
      /* The wait of paced data has let go of the lock. */
      if (!stops_locked (self, pad) && found_output_locked (self, pad))
        store_locked (self, pad, g_steal_pointer (&owned), mapped, epoch);
      break;
    case TIMELINE_LATE:
      GST_LOG_OBJECT (pad, "late, for %" GST_STIME_FORMAT,
          GST_STIME_ARGS (mapped));
      break;
    case TIMELINE_SETTLING:
      break;
  }
  return stops_locked (self, pad) ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static GstFlowReturn
gst_redundant_switch_chain (GstPad * gstpad, GstObject * parent,
    GstBuffer * buffer)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (parent);
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);
  gboolean renegotiate = FALSE;
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  learn_liveness_locked (self, pad);
  flow = chain_locked (self, pad, buffer, &renegotiate);
  g_mutex_unlock (&self->lock);
  gst_switch_late_tell (self, pad);
  if (renegotiate) {
    GST_INFO_OBJECT (pad, "data does not have the output's form, asking for "
        "another");
    gst_pad_push_event (gstpad, gst_event_new_reconfigure ());
  }
  return flow;
}

static void
on_stream_start_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  pad->refusing = FALSE;
  pad->eos = FALSE;
  pad->knows_live = FALSE;
  pad->next_time = 0;
  /* redundantsrc knows by itself when an input connects anew, and its media
   * share one timeline. */
  if (self->owner == NULL)
    gst_switch_control_on_connection (self->control, pad->id);
  pad->stream_started = TRUE;
}

static void
on_caps_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstCaps * caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint n, d;

  /* What was asked for and not given is not asked for again. */
  if (pad->caps == NULL || !gst_caps_is_equal (pad->caps, caps))
    pad->asked = FALSE;
  gst_caps_replace (&pad->caps, caps);
  pad->judged = FALSE;
  pad->misfits = 0;
  pad->frame_duration = GST_CLOCK_TIME_NONE;
  if (gst_structure_get_fraction (structure, "framerate", &n, &d) && n > 0)
    pad->frame_duration = gst_util_uint64_scale_int (GST_SECOND, d, n);
}

static void
on_eos_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  pad->eos = TRUE;
  gst_switch_control_on_end (self->control, pad->id, FAILOVER_REASON_EOS);
  gst_redundant_switch_wake_locked (self);
}

static gboolean
on_segment (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstEvent * event)
{
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  if (segment->format != GST_FORMAT_TIME) {
    GST_WARNING_OBJECT (pad, "segment is not in time: stamps are counted");
  }
  g_mutex_lock (&self->lock);
  gst_segment_copy_into (segment, &pad->segment);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Nothing of an input's events goes downstream: the output is one stream. */
static gboolean
gst_redundant_switch_sink_event (GstPad * gstpad, GstObject * parent,
    GstEvent * event)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (parent);
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);
  gboolean result = TRUE;
  GstCaps *caps;

  GST_DEBUG_OBJECT (pad, "%" GST_PTR_FORMAT, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    result = on_segment (self, pad, event);
    gst_event_unref (event);
    return result;
  }
  g_mutex_lock (&self->lock);
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    on_stream_start_locked (self, pad);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    on_caps_locked (self, pad, caps);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    on_eos_locked (self, pad);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START) {
    refuse_locked (self, pad);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    gst_redundant_switch_pad_reset_locked (self, pad, FALSE);
    gst_segment_init (&pad->segment, GST_FORMAT_UNDEFINED);
    pad->refusing = FALSE;
    gst_switch_control_on_connection (self->control, pad->id);
  }
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
  return result;
}

static GstCaps *
input_caps (GstRedundantSwitch * self, GstPad * pad)
{
  GstCaps *caps = NULL, *form, *wanted;
  const GstSwitchMedium *medium;

  g_mutex_lock (&self->lock);
  medium = self->medium;
  form = self->form != NULL ? gst_caps_ref (self->form) : NULL;
  wanted = self->wanted != NULL ? gst_caps_ref (self->wanted) : NULL;
  g_mutex_unlock (&self->lock);
  if (medium == NULL)
    medium = gst_switch_medium_for_caps (wanted);
  if (medium != NULL)
    caps = medium->input_caps (form, wanted);
  gst_clear_caps (&form);
  gst_clear_caps (&wanted);
  return caps != NULL ? caps : gst_pad_get_pad_template_caps (pad);
}

static gboolean
answer_caps (GstRedundantSwitch * self, GstPad * pad, GstQuery * query)
{
  g_autoptr (GstCaps) caps = input_caps (self, pad);
  g_autoptr (GstCaps) result = NULL;
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  if (filter != NULL)
    result = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  else
    result = gst_caps_ref (caps);
  gst_query_set_caps_result (query, result);
  return TRUE;
}

static gboolean
gst_redundant_switch_sink_query (GstPad * pad, GstObject * parent,
    GstQuery * query)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (parent);

  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS)
    return answer_caps (self, pad, query);
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    /* Unfit data is dropped and another form asked for: an upstream that is
     * slow to learn the form must not fail. */
    g_autoptr (GstCaps) all = gst_pad_get_pad_template_caps (pad);
    GstCaps *caps;

    gst_query_parse_accept_caps (query, &caps);
    gst_query_set_accept_caps_result (query, gst_caps_can_intersect (all,
            caps));
    return TRUE;
  }
  /* An allocation is the input's own affair: what one is given must not depend
   * on another. */
  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION)
    return FALSE;
  return gst_pad_query_default (pad, parent, query);
}

void
gst_redundant_switch_pad_setup (GstRedundantSwitchPad * pad)
{
  gst_pad_set_chain_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (gst_redundant_switch_chain));
  gst_pad_set_event_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (gst_redundant_switch_sink_event));
  gst_pad_set_query_function (GST_PAD (pad),
      GST_DEBUG_FUNCPTR (gst_redundant_switch_sink_query));
}
