/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock, innermost.  Nothing is pushed, posted or changed in state
 * under it.
 * Threads: tee (takes), queue (in), encoder (out; the queue's thread with
 * software encoders), application and any that posts an error. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrrung.h"

#include <string.h>

#include "frameintake.h"
#include "gstelementmessage.h"
#include "outputtimeline.h"

GST_DEBUG_CATEGORY_EXTERN (gst_abr_ladder_bin_debug);
#define GST_CAT_DEFAULT gst_abr_ladder_bin_debug

/* A stalled encoder gets no more first frames of GOPs than this on top. */
#define QUEUE_RESERVE 8

typedef struct
{
  guint64 frames_in;
  guint64 frames_out;
  guint64 frames_dropped;
  guint64 frames_skipped;       /* to reach a part of the source's rate */
  guint64 bytes_out;
} Counters;

struct _GstAbrRung
{
  GObject parent;
  GstBin *owner;                /* not owned; fixed after init */
  LadderRung spec;              /* fixed after init */
  gchar *id;                    /* fixed after init */

  GMutex lock;
  /* lock */
  RungState state;
  GstAbrRungPlan plan;
  GstElement *chain;            /* owned by the bin */
  FrameIntake intake;
  guint64 audio_slot;
  KeyUnitGate gate;
  Counters counters;
  GstClockTime last_key_frame;
  gchar *last_error;
  gchar *upstream_id;
  guint group_id;
  GstFlowReturn downstream;
};

G_DEFINE_FINAL_TYPE (GstAbrRung, gst_abr_rung, G_TYPE_OBJECT);

GstBin *
gst_abr_rung_get_owner (GstAbrRung * self)
{
  return self->owner;
}

LadderMedium
gst_abr_rung_get_medium (GstAbrRung * self)
{
  return self->spec.medium;
}

const gchar *
gst_abr_rung_get_id (GstAbrRung * self)
{
  return self->id;
}

static GstElementMessageSeverity
severity_of (RungState state)
{
  switch (state) {
    case RUNG_STARTING:
    case RUNG_RUNNING:
    case RUNG_ENDED:
      return GST_ELEMENT_MESSAGE_INFO;
    case RUNG_SKIPPED:
      return GST_ELEMENT_MESSAGE_WARNING;
    case RUNG_FAILED:
      return GST_ELEMENT_MESSAGE_CRITICAL;
  }
  g_assert_not_reached ();
}

static void
post_change (GstAbrRung * self, RungState old, RungState new,
    const gchar * reason, const gchar * factory)
{
  g_autofree gchar *summary = NULL;

  GST_INFO_OBJECT (self->owner, "rung %s: %s -> %s: %s", self->id,
      rung_state_name (old), rung_state_name (new), reason);
  summary = g_strdup_printf ("Rung %s is %s: %s.", self->id,
      rung_state_name (new), reason);
  gst_element_message_post (GST_ELEMENT (self->owner), "abrladderbin-rung",
      severity_of (new), summary,
      "name", G_TYPE_STRING, self->id,
      "old", G_TYPE_STRING, rung_state_name (old),
      "new", G_TYPE_STRING, rung_state_name (new),
      "reason", G_TYPE_STRING, reason, "factory", G_TYPE_STRING, factory, NULL);
}

/* A broken chain must not take part in the pipeline's state changes: it would
 * fail them all.  It stays as it is until it is removed. */
static void
set_chain_aside (GstAbrRung * self)
{
  g_autoptr (GstElement) chain = gst_abr_rung_ref_chain (self);

  if (chain != NULL)
    gst_element_set_locked_state (chain, TRUE);
}

void
gst_abr_rung_change (GstAbrRung * self, RungEvent event, const gchar * reason)
{
  RungState old, new;
  gchar factory[64];

  g_mutex_lock (&self->lock);
  old = self->state;
  self->state = new = rung_state_next (old, event);
  g_strlcpy (factory, self->plan.chain.factory, sizeof factory);
  if (new == RUNG_FAILED && old != new) {
    g_free (self->last_error);
    self->last_error = g_strdup (reason);
  }
  g_mutex_unlock (&self->lock);
  if (old == new)
    return;
  if (new == RUNG_FAILED)
    set_chain_aside (self);
  post_change (self, old, new, reason, factory);
}

RungState
gst_abr_rung_get_state (GstAbrRung * self)
{
  RungState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

gboolean
gst_abr_rung_is_alive (GstAbrRung * self)
{
  return rung_state_is_alive (gst_abr_rung_get_state (self));
}

void
gst_abr_rung_set_plan (GstAbrRung * self, const GstAbrRungPlan * plan)
{
  g_mutex_lock (&self->lock);
  self->plan = *plan;
  frame_intake_init (&self->intake, plan->divisor,
      plan->live ? plan->queue_frames : 0, QUEUE_RESERVE, FALSE);
  g_mutex_unlock (&self->lock);
  if (plan->skipped)
    gst_abr_rung_change (self, RUNG_EVENT_SKIP,
        "the source is smaller than the rung");
}

GstAbrRungPlan
gst_abr_rung_get_plan (GstAbrRung * self)
{
  GstAbrRungPlan plan;

  g_mutex_lock (&self->lock);
  plan = self->plan;
  g_mutex_unlock (&self->lock);
  return plan;
}

/* ---- the chain ---- */

void
gst_abr_rung_set_chain (GstAbrRung * self, GstElement * chain)
{
  g_mutex_lock (&self->lock);
  self->chain = chain;
  g_mutex_unlock (&self->lock);
}

GstElement *
gst_abr_rung_ref_chain (GstAbrRung * self)
{
  GstElement *chain;

  g_mutex_lock (&self->lock);
  chain = self->chain ? gst_object_ref (self->chain) : NULL;
  g_mutex_unlock (&self->lock);
  return chain;
}

void
gst_abr_rung_remove_chain (GstAbrRung * self)
{
  GstElement *chain;

  g_mutex_lock (&self->lock);
  chain = g_steal_pointer (&self->chain);
  g_mutex_unlock (&self->lock);
  if (chain == NULL)
    return;
  gst_element_set_locked_state (chain, TRUE);
  gst_element_set_state (chain, GST_STATE_NULL);
  gst_bin_remove (self->owner, chain);
}

/* ---- frames ---- */

gboolean
gst_abr_rung_takes (GstAbrRung * self, GstBuffer * buffer, guint level)
{
  gboolean boundary = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_MARKER);
  FrameIntakeVerdict verdict;

  g_mutex_lock (&self->lock);
  verdict = frame_intake_push (&self->intake,
      self->spec.medium == LADDER_VIDEO ? GST_BUFFER_OFFSET (buffer)
      : self->audio_slot++, boundary, level);
  switch (verdict) {
    case FRAME_INTAKE_TAKE:
      break;
    case FRAME_INTAKE_SKIP_RATE:
      self->counters.frames_skipped++;
      break;
    case FRAME_INTAKE_DROP_FULL:
    case FRAME_INTAKE_DROP_WAITING:
      self->counters.frames_dropped++;
      break;
  }
  g_mutex_unlock (&self->lock);
  return verdict == FRAME_INTAKE_TAKE;
}

gboolean
gst_abr_rung_on_frame_in (GstAbrRung * self, GstBuffer * buffer, guint * count)
{
  gboolean boundary = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_MARKER);
  gboolean ask = FALSE;

  g_mutex_lock (&self->lock);
  self->counters.frames_in++;
  if (self->spec.medium == LADDER_VIDEO)
    ask = key_unit_gate_on_frame (&self->gate, GST_BUFFER_PTS (buffer) -
        OUTPUT_TIMELINE_SHIFT, boundary);
  *count = self->gate.requests;
  g_mutex_unlock (&self->lock);
  return ask;
}

KeyUnitVerdict
gst_abr_rung_on_frame_out (GstAbrRung * self, GstBuffer * buffer)
{
  gboolean key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  KeyUnitVerdict verdict = KEY_UNIT_PLAIN;

  g_mutex_lock (&self->lock);
  self->counters.frames_out++;
  self->counters.bytes_out += gst_buffer_get_size (buffer);
  if (self->spec.medium == LADDER_VIDEO) {
    verdict = key_unit_gate_on_output (&self->gate, GST_BUFFER_PTS (buffer),
        key);
    if (key)
      self->last_key_frame = GST_BUFFER_PTS (buffer);
  }
  g_mutex_unlock (&self->lock);
  return verdict;
}

void
gst_abr_rung_on_foreign_request (GstAbrRung * self)
{
  g_mutex_lock (&self->lock);
  key_unit_gate_on_foreign_request (&self->gate);
  g_mutex_unlock (&self->lock);
}

void
gst_abr_rung_on_flush (GstAbrRung * self)
{
  g_mutex_lock (&self->lock);
  key_unit_gate_restart (&self->gate);
  self->downstream = GST_FLOW_OK;
  g_mutex_unlock (&self->lock);
}

/* ---- the stream ---- */

void
gst_abr_rung_set_stream (GstAbrRung * self, GstEvent * event)
{
  const gchar *stream_id;
  guint group_id = GST_GROUP_ID_INVALID;

  gst_event_parse_stream_start (event, &stream_id);
  gst_event_parse_group_id (event, &group_id);
  g_mutex_lock (&self->lock);
  g_free (self->upstream_id);
  self->upstream_id = g_strdup (stream_id);
  self->group_id = group_id;
  g_mutex_unlock (&self->lock);
}

GstEvent *
gst_abr_rung_new_stream_start (GstAbrRung * self)
{
  g_autofree gchar *stream_id = NULL;
  GstEvent *event;
  guint group_id;

  g_mutex_lock (&self->lock);
  stream_id = g_strdup_printf ("%s/%s",
      self->upstream_id ? self->upstream_id : "abrladderbin", self->id);
  group_id = self->group_id;
  g_mutex_unlock (&self->lock);
  event = gst_event_new_stream_start (stream_id);
  if (group_id != GST_GROUP_ID_INVALID)
    gst_event_set_group_id (event, group_id);
  return event;
}

void
gst_abr_rung_set_downstream (GstAbrRung * self, GstFlowReturn flow)
{
  g_mutex_lock (&self->lock);
  /* Who has had enough once wants no more until a flush. */
  if (self->downstream != GST_FLOW_EOS)
    self->downstream = flow;
  g_mutex_unlock (&self->lock);
}

GstFlowReturn
gst_abr_rung_get_downstream (GstAbrRung * self)
{
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  flow = self->downstream;
  g_mutex_unlock (&self->lock);
  return flow;
}

/* ---- stats, life ---- */

GstStructure *
gst_abr_rung_get_stats (GstAbrRung * self, guint queue_level)
{
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = gst_structure_new ("rung",
      "name", G_TYPE_STRING, self->id,
      "medium", G_TYPE_STRING,
      self->spec.medium == LADDER_VIDEO ? "video" : "audio",
      "state", G_TYPE_STRING, rung_state_name (self->state),
      "factory", G_TYPE_STRING, self->plan.chain.factory,
      "bitrate-bps", G_TYPE_INT64, (gint64) self->spec.bitrate,
      "frames-in", G_TYPE_UINT64, self->counters.frames_in,
      "frames-out", G_TYPE_UINT64, self->counters.frames_out,
      "frames-dropped", G_TYPE_UINT64, self->counters.frames_dropped,
      "bytes-out", G_TYPE_UINT64, self->counters.bytes_out,
      "queue-frames", G_TYPE_INT, queue_level, NULL);
  if (self->last_error != NULL)
    gst_structure_set (stats, "last-error", G_TYPE_STRING, self->last_error,
        NULL);
  if (self->spec.medium == LADDER_VIDEO)
    gst_structure_set (stats,
        "width", G_TYPE_INT, self->plan.chain.width,
        "height", G_TYPE_INT, self->plan.chain.height,
        "preset", G_TYPE_STRING, self->plan.chain.settings.speed_preset,
        "frames-skipped", G_TYPE_UINT64, self->counters.frames_skipped,
        "keyframes", G_TYPE_UINT64, self->gate.aligned + self->gate.extra,
        "misaligned", G_TYPE_UINT64, key_unit_gate_misaligned (&self->gate),
        "foreign-requests", G_TYPE_UINT64, self->gate.foreign,
        "last-keyframe-running-time", G_TYPE_UINT64, self->last_key_frame,
        NULL);
  g_mutex_unlock (&self->lock);
  return stats;
}

void
gst_abr_rung_reset (GstAbrRung * self)
{
  g_mutex_lock (&self->lock);
  self->state = rung_state_next (self->state, RUNG_EVENT_RESET);
  memset (&self->plan, 0, sizeof self->plan);
  memset (&self->counters, 0, sizeof self->counters);
  frame_intake_init (&self->intake, 1, 0, 0, FALSE);
  self->audio_slot = 0;
  key_unit_gate_init (&self->gate);
  self->last_key_frame = GST_CLOCK_TIME_NONE;
  g_clear_pointer (&self->last_error, g_free);
  g_clear_pointer (&self->upstream_id, g_free);
  self->group_id = GST_GROUP_ID_INVALID;
  self->downstream = GST_FLOW_OK;
  g_mutex_unlock (&self->lock);
}

static void
gst_abr_rung_finalize (GObject * object)
{
  GstAbrRung *self = GST_ABR_RUNG (object);

  g_free (self->id);
  g_free (self->last_error);
  g_free (self->upstream_id);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_abr_rung_parent_class)->finalize (object);
}

static void
gst_abr_rung_class_init (GstAbrRungClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_abr_rung_finalize;
}

static void
gst_abr_rung_init (GstAbrRung * self)
{
  g_mutex_init (&self->lock);
  gst_abr_rung_reset (self);
}

GstAbrRung *
gst_abr_rung_new (GstBin * owner, const LadderRung * spec, const gchar * id)
{
  GstAbrRung *self = g_object_new (GST_TYPE_ABR_RUNG, NULL);

  self->owner = owner;
  self->spec = *spec;
  self->id = g_strdup (id);
  return self;
}
