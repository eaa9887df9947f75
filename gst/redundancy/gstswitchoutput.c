/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The output side: one task on the src pad, paced by the clock, that fills one
 * slot after the other from whatever inputs have stored. */
#include "gstredundantswitchprivate.h"

#define GST_CAT_DEFAULT gst_redundant_switch_debug

/* A slot is made this much before it is due, to be there in time. */
#define WORK_AHEAD (20 * GST_MSECOND)

/* So long may downstream block before slots are given up instead of sent in a
 * burst; the stores keep as much. */
#define MAX_BEHIND (3 * GST_SECOND)

/* At the latest, when nothing is there to go out. */
#define LOOK_AGAIN (200 * GST_MSECOND)

/* So long an input that was chosen at the end of the start-up has to deliver
 * what the output's form is taken from. */
#define FORM_GRACE GST_SECOND

/* What the loop does once the lock is released. */
typedef struct
{
  GList *messages;              /* GstMessagePlan, newest first */
  gboolean notify_active;
  gboolean begins;
  GstCaps *caps;
  GstBuffer *buffer;
  gboolean eos;
  gboolean stop;
  gboolean wait;                /* nothing to do: go round again */
} Work;

typedef struct
{
  GstStructure *facts;
  GstElementMessageSeverity severity;
  gchar *summary;
  gboolean is_switch;           /* a signal goes with it */
} Plan;

static void
plan_message (Work * work, GstElementMessageSeverity severity, gchar * summary,
    GstStructure * facts)
{
  Plan *plan = g_new0 (Plan, 1);

  plan->facts = facts;
  plan->severity = severity;
  plan->summary = summary;
  work->messages = g_list_prepend (work->messages, plan);
}

static GstStructure *
new_facts (GstRedundantSwitch * self, const gchar * fact)
{
  g_autofree gchar *name = g_strdup_printf ("%s-%s", self->prefix, fact);

  return gst_structure_new (name, "medium", G_TYPE_STRING, self->medium->name,
      NULL);
}

/* Waits on the clock for running time `time`, or for a wake-up. */
static void
wait_until_locked (GstRedundantSwitch * self, GstClockTime time)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
  GstClockID id;

  if (clock == NULL || !GST_CLOCK_TIME_IS_VALID (base)) {
    g_cond_wait (&self->cond, &self->lock);
    return;
  }
  id = self->clock_id = gst_clock_new_single_shot_id (clock, base + time);
  g_mutex_unlock (&self->lock);
  gst_clock_id_wait (id, NULL);
  g_mutex_lock (&self->lock);
  self->clock_id = NULL;
  gst_clock_id_unref (id);
}

static GstClockTime
work_ahead_locked (GstRedundantSwitch * self)
{
  return MIN (WORK_AHEAD, gst_redundant_switch_total_locked (self) / 4);
}

static GstRedundantSwitchPad *
pad_of_input_locked (GstRedundantSwitch * self, gint id)
{
  GList *l;

  for (l = self->pads; l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    if (pad->id == id)
      return pad;
  }
  return NULL;
}

static gint
input_of_track_locked (GstRedundantSwitch * self, gpointer track)
{
  GList *l;

  for (l = self->pads; track != NULL && l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    if (pad->track == track)
      return pad->id;
  }
  return FAILOVER_NONE;
}

static void
order_locked (GstRedundantSwitch * self, gint first, gboolean exclusive,
    GstSwitchOrder * order)
{
  gint ids[GST_SWITCH_MAX_INPUTS];
  guint i, n;

  order->n = 0;
  /* Before the first decision, and on an operator's slate, no one serves. */
  if (first == FAILOVER_NONE)
    return;
  n = gst_switch_control_order (self->control, self->medium->id, first,
      exclusive, ids, GST_SWITCH_MAX_INPUTS);
  for (i = 0; i < n; i++) {
    GstRedundantSwitchPad *pad = pad_of_input_locked (self, ids[i]);
    if (pad != NULL && pad->track != NULL)
      order->tracks[order->n++] = pad->track;
  }
}

/* The first n: told, or never shown. */
static void
drop_pending_locked (GstRedundantSwitch * self, guint n)
{
  guint i;

  self->n_pending -= n;
  for (i = 0; i < self->n_pending; i++)
    self->pending[i] = self->pending[i + n];
}

static GstSwitchDecision
decide_locked (GstRedundantSwitch * self, GstClockTime now,
    GstClockTime position, GstClockTime * deadline)
{
  GstSwitchDecision decision;

  decision = gst_switch_control_decide (self->control,
      self->medium != NULL ? self->medium->id : GST_SWITCH_VIDEO, now, position,
      deadline);
  if (decision.serial != self->serial) {
    if (self->n_pending == 0)
      self->shown_from = decision.previous;
    if (self->n_pending == GST_SWITCH_MAX_PENDING)
      drop_pending_locked (self, 1);
    self->serial = decision.serial;
    self->pending[self->n_pending++] = decision;
  }
  if (self->n_pending > 0)
    self->pending[self->n_pending - 1].cut = decision.cut;
  return decision;
}

/* Where the output begins: with the first data of what was chosen, or now. */
static GstClockTime
first_position_locked (GstRedundantSwitch * self, gint active)
{
  GstClockTime now = gst_redundant_switch_now (self);
  GstClockTime total = gst_redundant_switch_total_locked (self);
  GstClockTime position = now > total ? now - total : 0;
  GstRedundantSwitchPad *pad = pad_of_input_locked (self, active);
  gint64 start;

  if (self->wanted == NULL && pad != NULL && pad->track != NULL) {
    start = self->medium->track_start (self->output, pad->track);
    if (start != G_MAXINT64 && start > (gint64) position)
      position = start;
  }
  return position;
}

static void
begin_locked (GstRedundantSwitch * self, gint active, Work * work)
{
  self->medium->output_begin (self->output,
      first_position_locked (self, active),
      self->settings.freeze_duration_ms == G_MAXUINT ? G_MAXINT64
      : self->settings.freeze_duration_ms * GST_MSECOND);
  if (self->medium->set_fade != NULL) {
    self->medium->set_fade (self->output,
        self->settings.fade_duration_ms * GST_MSECOND);
  }
  gst_switch_control_set_least_timeout (self->control, self->medium->id,
      self->medium->least_timeout (self->output));
  self->phase = GST_SWITCH_RUNNING;
  self->discont = TRUE;
  work->begins = TRUE;
  work->caps = gst_caps_ref (self->form);
  GST_INFO_OBJECT (self, "output begins at %" GST_TIME_FORMAT " as %"
      GST_PTR_FORMAT, GST_TIME_ARGS (self->medium->next_time (self->output)),
      self->form);
}

static gboolean
all_ended_locked (GstRedundantSwitch * self)
{
  GList *l;

  if (!self->inputs_ended
      && (self->eos_policy == GST_REDUNDANT_SWITCH_EOS_NEVER
          || self->pads == NULL))
    return FALSE;
  for (l = self->pads; l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    /* Nobody takes what is there before there is an output. */
    if ((!pad->eos && !self->inputs_ended) || (self->output != NULL
            && pad->track != NULL
            && !self->medium->track_is_over (self->output, pad->track)))
      return FALSE;
  }
  return TRUE;
}

/* Raw media has a slate to begin with; access units are an input's alone. */
static gboolean
has_slate_locked (GstRedundantSwitch * self)
{
  const GstSwitchMedium *medium = self->medium != NULL ? self->medium
      : gst_switch_medium_for_caps (self->wanted);

  return medium != NULL && medium->follow == NULL;
}

/* Nothing has gone out yet: is it time? */
static void
wait_to_begin_locked (GstRedundantSwitch * self, Work * work)
{
  GstClockTime patience = self->started_at
      + self->settings.startup_timeout_ms * GST_MSECOND;
  GstClockTime now = gst_redundant_switch_now (self), deadline;
  GstSwitchDecision decision = decide_locked (self, now, 0, &deadline);
  gboolean slate = has_slate_locked (self);

  work->wait = TRUE;
  if (all_ended_locked (self)) {
    work->eos = TRUE;
    return;
  }
  /* Fallback caps, unless an input that was chosen is about to say its own. */
  if (self->output == NULL && slate && (self->wanted != NULL
          || (self->medium != NULL && now >= patience
              && (decision.active == FAILOVER_NONE
                  || now >= patience + FORM_GRACE))))
    gst_redundant_switch_make_output_locked (self, NULL);
  if (self->output != NULL && ((self->wanted != NULL && slate)
          || now >= patience || decision.active != FAILOVER_NONE)) {
    begin_locked (self, decision.active, work);
    return;
  }
  if (now < patience)
    deadline = MIN (deadline, patience);
  else if (self->output == NULL && self->medium != NULL && slate)
    deadline = MIN (deadline, patience + FORM_GRACE);
  if (deadline == GST_CLOCK_TIME_NONE)
    g_cond_wait (&self->cond, &self->lock);
  else
    wait_until_locked (self, MAX (deadline, now + GST_MSECOND));
}

/* How long and how much the viewer went without an input's data, since all was
 * well last. */
static void
add_gap (GstStructure * facts, const GstSwitchCounters * counters,
    guint64 missed, guint64 repeated)
{
  if (counters->rate > 0) {
    gst_structure_set (facts, "gap", G_TYPE_UINT64,
        gst_util_uint64_scale (missed, GST_SECOND, counters->rate),
        "samples-missed", G_TYPE_UINT64, missed, NULL);
  } else {
    gst_structure_set (facts, "gap", G_TYPE_UINT64, missed * counters->unit,
        "frames-missed", G_TYPE_UINT64, missed,
        "repeated-frames", G_TYPE_UINT64, repeated, NULL);
  }
}

static gchar *
switch_summary (GstRedundantSwitch * self, FailoverReason reason,
    const gchar * from, const gchar * to, const GstSwitchCounters * counters,
    guint64 missed)
{
  return g_strdup_printf ("%s goes from %s to %s, because %s; %"
      G_GUINT64_FORMAT " %s missed.",
      self->medium->id == GST_SWITCH_VIDEO ? "Video" : "Audio", from, to,
      failover_reason_text (reason), missed,
      counters->rate > 0 ? "samples" : "frames");
}

/* How what is shown now was put beside what was shown before. */
static const gchar *
alignment_of (GstRedundantSwitch * self, gint id)
{
  GstSwitchInputInfo info = { NULL, };
  const gchar *nick = alignment_nick (ALIGNMENT_NONE);

  if (gst_switch_control_get_info (self->control, id,
          gst_redundant_switch_now (self), &info))
    nick = alignment_nick (info.alignment);
  gst_switch_input_info_clear (&info);
  return nick;
}

static void
plan_switch_message_locked (GstRedundantSwitch * self,
    const GstSwitchDecision * decision, const GstSwitchCounters * counters,
    GstClockTime time, Work * work)
{
  g_autofree gchar *from = gst_switch_control_name (self->control,
      self->shown_from);
  g_autofree gchar *to = gst_switch_control_name (self->control,
      decision->active);
  guint64 missed = counters->missed - self->missed_mark;
  GstStructure *facts = new_facts (self, "switch");

  gst_structure_set (facts, "from", G_TYPE_STRING, from, "to", G_TYPE_STRING,
      to, "reason", G_TYPE_STRING, failover_reason_nick (decision->reason),
      "position", G_TYPE_UINT64, time, "decided-at", G_TYPE_UINT64,
      decision->decided_at, "alignment", G_TYPE_STRING,
      alignment_of (self, decision->active), NULL);
  add_gap (facts, counters, missed, counters->repeated - self->repeated_mark);
  plan_message (work, missed > 0 || failover_reason_is_fault (decision->reason)
      ? GST_ELEMENT_MESSAGE_WARNING : GST_ELEMENT_MESSAGE_INFO,
      switch_summary (self, decision->reason, from, to, counters, missed),
      facts);
  ((Plan *) work->messages->data)->is_switch = TRUE;
}

static void
plan_slate_message_locked (GstRedundantSwitch * self, gboolean open,
    GstClockTime time, Work * work)
{
  GstStructure *facts = new_facts (self, "slate");
  g_autofree gchar *incident = NULL;

  if (open) {
    self->slate_since = time;
    self->slate_incidents++;
  }
  incident = g_strdup_printf ("%s-slate-%u", self->medium->name,
      self->slate_incidents);
  gst_structure_set (facts, "state", G_TYPE_STRING, open ? "open" : "close",
      "incident", G_TYPE_STRING, incident, "active", G_TYPE_BOOLEAN, open,
      "since", G_TYPE_UINT64, self->slate_since, NULL);
  if (!open) {
    gst_structure_set (facts, "duration", G_TYPE_UINT64,
        time - self->slate_since, NULL);
  }
  self->slate_open = open;
  plan_message (work, open ? GST_ELEMENT_MESSAGE_CRITICAL
      : GST_ELEMENT_MESSAGE_INFO, g_strdup_printf (open
          ? "%s has no input: the slate is shown" : "%s has an input again",
          self->medium->name), facts);
}

static gboolean
has_come_true (const GstSwitchDecision * decision, const GstSwitchSlot * slot,
    gint shown, GstClockTime time)
{
  return time >= decision->cut && (decision->active == FAILOVER_NONE
      || (slot->fresh && shown == decision->active));
}

/* Which may not be the last decision: an input may fail before it is shown,
 * as what it brought is shown `latency` later. */
static gboolean
tell_switch_locked (GstRedundantSwitch * self, const GstSwitchSlot * slot,
    gint shown, const GstSwitchCounters * counters, GstClockTime time,
    Work * work)
{
  guint i;

  for (i = self->n_pending; i > 0; i--) {
    GstSwitchDecision decision = self->pending[i - 1];

    if (!has_come_true (&decision, slot, shown, time))
      continue;
    /* One that was undone before it was shown is none. */
    if (decision.active == FAILOVER_NONE || decision.active != self->shown_from)
      plan_switch_message_locked (self, &decision, counters, time, work);
    drop_pending_locked (self, i);
    self->shown_from = decision.active;
    return TRUE;
  }
  return FALSE;
}

static void
report_slot_locked (GstRedundantSwitch * self, const GstSwitchSlot * slot,
    GstClockTime time, Work * work)
{
  gint shown = input_of_track_locked (self, slot->track);
  GstSwitchCounters counters;
  gboolean told;

  self->medium->count (self->output, &counters);
  if (slot->slate != self->slate_open && (slot->slate || slot->fresh))
    plan_slate_message_locked (self, slot->slate, time, work);
  told = tell_switch_locked (self, slot, shown, &counters, time, work);
  if (slot->fresh && (told || self->n_pending == 0)) {
    self->missed_mark = counters.missed;
    self->repeated_mark = counters.repeated;
  }
}

static void
trim_locked (GstRedundantSwitch * self)
{
  GList *l;

  for (l = self->pads; l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    if (pad->track != NULL)
      self->medium->track_trim (self->output, pad->track);
  }
}

/* Another input's may be others. */
static void
take_caps_locked (GstRedundantSwitch * self, GstCaps * caps, Work * work)
{
  if (caps == NULL)
    return;
  if (!gst_caps_is_equal (caps, self->form)) {
    gst_caps_replace (&self->form, caps);
    work->caps = gst_caps_ref (caps);
  }
  gst_caps_unref (caps);
}

static void
render_locked (GstRedundantSwitch * self, GstClockTime now, Work * work)
{
  GstClockTime time = self->medium->next_time (self->output), deadline;
  GstSwitchDecision decision = decide_locked (self, now, time, &deadline);
  GstSwitchSlot slot = { FALSE, };
  GstSwitchOrder before, after;

  order_locked (self, decision.previous, decision.exclusive, &before);
  order_locked (self, decision.active, decision.exclusive, &after);
  work->buffer = self->medium->render (self->output, decision.cut, &before,
      &after, decision.exclusive && decision.active == FAILOVER_NONE, &slot);
  trim_locked (self);
  self->position = time;
  take_caps_locked (self, slot.caps, work);
  if (self->medium->follow != NULL && self->medium->id == GST_SWITCH_VIDEO
      && self->video_serial != decision.serial
      && input_of_track_locked (self, slot.track) == decision.active) {
    self->video_serial = decision.serial;
    gst_switch_control_on_video_cut (self->control, decision.serial, time);
  }
  if (self->discont)
    GST_BUFFER_FLAG_SET (work->buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  report_slot_locked (self, &slot, time, work);
  if (self->last_active != decision.active) {
    self->last_active = decision.active;
    work->notify_active = TRUE;
  }
}

/* Downstream blocked for longer than is kept: what is past is given up. */
static void
catch_up_locked (GstRedundantSwitch * self, GstClockTime now, GstClockTime due)
{
  guint64 skipped;

  if (now <= due + MAX_BEHIND)
    return;
  skipped = self->medium->skip_to (self->output,
      self->medium->next_time (self->output) + (now - due));
  self->skipped += skipped;
  self->discont = TRUE;
  GST_WARNING_OBJECT (self, "downstream blocked for %" GST_TIME_FORMAT
      ", gave up %" G_GUINT64_FORMAT " slots", GST_TIME_ARGS (now - due),
      skipped);
}

static void
run_locked (GstRedundantSwitch * self, Work * work)
{
  GstClockTime due = self->medium->next_time (self->output)
      + gst_redundant_switch_total_locked (self) - work_ahead_locked (self);
  GstClockTime now = gst_redundant_switch_now (self);

  if (now < due) {
    wait_until_locked (self, due);
    /* Whatever ended the wait, look at the world anew. */
    work->wait = TRUE;
    return;
  }
  if (all_ended_locked (self)) {
    work->eos = TRUE;
    return;
  }
  catch_up_locked (self, now, due);
  render_locked (self, now, work);
}

/* Returns when it has something to go out, or GST_CLOCK_TIME_NONE. */
static GstClockTime
follow_input_locked (GstRedundantSwitch * self, gint id, gboolean exclusive)
{
  GstSwitchOrder order;

  order_locked (self, id, exclusive, &order);
  self->medium->follow (self->output, order.n > 0 ? order.tracks[0] : NULL);
  return self->medium->next_time (self->output);
}

/* Without a raster, whatever is chosen says when something goes out. */
static void
follow_locked (GstRedundantSwitch * self, Work * work)
{
  GstClockTime now = gst_redundant_switch_now (self), deadline, next;
  GstSwitchDecision decision = decide_locked (self, now, self->position,
      &deadline);

  next = follow_input_locked (self, decision.joined ? decision.previous
      : decision.active, decision.exclusive);
  if (decision.joined && decision.cut != GST_CLOCK_TIME_NONE
      && next >= decision.cut)
    next = follow_input_locked (self, decision.active, decision.exclusive);
  if (all_ended_locked (self)) {
    work->eos = TRUE;
    return;
  }
  self->awaited = G_MAXINT64;
  if (GST_CLOCK_TIME_IS_VALID (next)) {
    self->awaited = next;
    next += gst_redundant_switch_total_locked (self)
        - work_ahead_locked (self);
    if (now >= next) {
      catch_up_locked (self, now, next);
      /* All that was there may have been given up. */
      if (GST_CLOCK_TIME_IS_VALID (self->medium->next_time (self->output)))
        render_locked (self, now, work);
      else
        work->wait = TRUE;
      return;
    }
  }
  deadline = MIN (MIN (deadline, next), now + LOOK_AGAIN);
  work->wait = TRUE;
  self->starved = TRUE;
  wait_until_locked (self, MAX (deadline, now + GST_MSECOND));
  self->starved = FALSE;
}

static void
plan_work_locked (GstRedundantSwitch * self, Work * work)
{
  if (self->flushing || self->phase == GST_SWITCH_ENDED
      || self->phase == GST_SWITCH_STOPPED) {
    work->stop = TRUE;
  } else if (self->eos_requested) {
    work->eos = TRUE;
  } else if (!self->playing) {
    g_cond_wait (&self->cond, &self->lock);
    work->wait = TRUE;
  } else if (self->phase == GST_SWITCH_WAITING) {
    wait_to_begin_locked (self, work);
  } else if (self->medium->follow != NULL) {
    follow_locked (self, work);
  } else {
    run_locked (self, work);
  }
}

static GstElement *
owner_of (GstRedundantSwitch * self)
{
  return self->owner != NULL ? self->owner : GST_ELEMENT (self);
}

static void
emit_switched (GstElement * owner, const GstStructure * facts)
{
  gst_switch_voice_emit (gst_switch_voice_of (owner), "switched",
      gst_structure_get_string (facts, "medium"),
      gst_structure_get_string (facts, "from"),
      gst_structure_get_string (facts, "to"),
      gst_structure_get_string (facts, "reason"));
}

static void
post (GstRedundantSwitch * self, Work * work)
{
  GstElement *owner = owner_of (self);
  GstSwitchQuestion *question;
  GList *l;

  gst_switch_news_post (gst_switch_control_take_news (self->control), owner,
      self->prefix);

  work->messages = g_list_reverse (work->messages);
  for (l = work->messages; l != NULL; l = l->next) {
    Plan *plan = l->data;

    GST_INFO_OBJECT (self, "%s", plan->summary);
    if (plan->is_switch)
      emit_switched (owner, plan->facts);
    gst_element_message_post_structure (owner, plan->severity, plan->summary,
        plan->facts);
    g_free (plan->summary);
    g_free (plan);
  }
  g_list_free (work->messages);
  if (work->notify_active)
    gst_switch_voice_notify (gst_switch_voice_of (owner), G_OBJECT (self),
        "active-input");
  while ((question = gst_switch_control_take_question (self->control)))
    gst_switch_voice_ask (gst_switch_voice_of (owner), question);
  if (gst_switch_control_take_status_change (self->control))
    gst_switch_voice_notify (gst_switch_voice_of (owner), G_OBJECT (owner),
        "status");
}

/* Ours alone, and new with each session: no input's shows through. */
static GstEvent *
new_stream_start (GstRedundantSwitch * self)
{
  g_autofree gchar *id = g_strdup_printf ("%s-%08x%08x/%s", self->prefix,
      g_random_int (), g_random_int (), GST_OBJECT_NAME (self));
  GstEvent *event = gst_event_new_stream_start (id);

  gst_event_set_group_id (event, self->group_id);
  return event;
}

/* One stream and one segment for the session, whatever inputs do. */
static void
push_beginning (GstRedundantSwitch * self, GstCaps * caps)
{
  GstSegment segment;

  gst_pad_push_event (self->srcpad, new_stream_start (self));
  gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
}

static void
end (GstRedundantSwitch * self)
{
  if (!gst_pad_has_current_caps (self->srcpad))
    gst_pad_push_event (self->srcpad, new_stream_start (self));
  GST_INFO_OBJECT (self, "output ends");
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
  g_mutex_lock (&self->lock);
  if (self->phase != GST_SWITCH_STOPPED)
    self->phase = GST_SWITCH_ENDED;
  g_mutex_unlock (&self->lock);
  gst_pad_pause_task (self->srcpad);
}

static void
judge_flow (GstRedundantSwitch * self, GstFlowReturn flow)
{
  /* A pad that is not linked may be linked later; the clock goes on. */
  if (flow == GST_FLOW_OK || flow == GST_FLOW_NOT_LINKED)
    return;
  if (flow == GST_FLOW_FLUSHING) {
    gst_pad_pause_task (self->srcpad);
    return;
  }
  if (flow != GST_FLOW_EOS)
    GST_ELEMENT_FLOW_ERROR (self, flow);
  /* As sources do: what is downstream gets its end, whoever asked for it. */
  end (self);
}

/* What is coded can't be looked at.  redundantsrc says so by itself. */
static void
warn_of_content (GstRedundantSwitch * self)
{
  guint faults;

  g_mutex_lock (&self->lock);
  faults = self->owner == NULL && self->medium->follow != NULL
      ? self->settings.content.fail_on : 0;
  g_mutex_unlock (&self->lock);
  gst_redundant_switch_warn_of_coded_content (GST_ELEMENT (self), faults);
}

void
gst_redundant_switch_loop (gpointer pad)
{
  GstRedundantSwitch *self =
      GST_REDUNDANT_SWITCH (GST_OBJECT_PARENT (GST_OBJECT (pad)));
  Work work = { NULL, };

  gst_slate_step (self->slate, self->owner != NULL ? self->owner
      : GST_ELEMENT (self));
  gst_switch_control_set_selecting (self->control,
      gst_switch_voice_has_selector (gst_switch_voice_of (owner_of (self))));
  g_mutex_lock (&self->lock);
  plan_work_locked (self, &work);
  g_mutex_unlock (&self->lock);

  if (work.begins) {
    push_beginning (self, work.caps);
    warn_of_content (self);
  } else if (work.caps != NULL)
    gst_pad_push_event (self->srcpad, gst_event_new_caps (work.caps));
  gst_clear_caps (&work.caps);
  if (work.buffer != NULL)
    judge_flow (self, gst_pad_push (self->srcpad, work.buffer));
  post (self, &work);
  if (work.eos)
    end (self);
  else if (work.stop)
    gst_pad_pause_task (self->srcpad);
}
