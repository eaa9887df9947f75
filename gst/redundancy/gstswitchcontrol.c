/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only, innermost; nothing is called out with it held.
 * Threads: any. */
#include "gstswitchcontrolprivate.h"

#include <string.h>

/* A cut that an operator or a return asks for lies this far ahead of what has
 * gone out, so that all media can still make it together. */
#define CUT_AHEAD (40 * GST_MSECOND)

/* How long what was kept coded may take to be decoded. */
#define RECALL_TIME (5 * GST_SECOND)

typedef GstSwitchControlInput Input;
typedef GstSwitchControlCounters Counters;

static void
input_free (gpointer data)
{
  Input *input = data;

  g_free (input->name);
  g_free (input);
}

Input *
gst_switch_control_find_locked (GstSwitchControl * self, gint id)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    if (input->id == id)
      return input;
  }
  return NULL;
}

static void
forget_decisions_locked (GstSwitchControl * self)
{
  guint i;

  memset (self->decisions, 0, sizeof (self->decisions));
  for (i = 0; i < FAILOVER_MEDIA; i++) {
    self->decisions[i].active = self->decisions[i].previous = FAILOVER_NONE;
    self->position[i] = 0;
  }
  memset (self->counters, 0, sizeof (self->counters));
  self->serial = self->video_serial = 0;
}

GstSwitchControl *
gst_switch_control_new (void)
{
  GstSwitchControl *self = g_new0 (GstSwitchControl, 1);

  self->refcount = 1;
  g_mutex_init (&self->lock);
  self->inputs = g_ptr_array_new_with_free_func (input_free);
  overrides_init (&self->overrides);
  g_queue_init (&self->questions);
  self->policy = av_policy_new (&self->config.failover, 0);
  forget_decisions_locked (self);
  return self;
}

GstSwitchControl *
gst_switch_control_ref (GstSwitchControl * self)
{
  g_atomic_int_inc (&self->refcount);
  return self;
}

void
gst_switch_control_unref (GstSwitchControl * self)
{
  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  av_policy_free (self->policy);
  g_ptr_array_unref (self->inputs);
  gst_switch_news_free (self->news);
  g_queue_clear_full (&self->questions,
      (GDestroyNotify) gst_switch_question_free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
configure_policy_locked (GstSwitchControl * self)
{
  FailoverConfig config = self->config.failover;
  guint i;

  for (i = 0; i < FAILOVER_MEDIA; i++)
    config.timeout[i] = MAX (config.timeout[i], self->least_timeout[i]);
  av_policy_configure (self->policy, self->config.av_policy, &config);
}

/* A medium that is not taken is not waited for. */
static void
configure_timeline_locked (GstSwitchControl * self, Input * input)
{
  input->timeline.config = self->config.timeline;
  input->timeline.config.expected &= av_policy_media (self->policy, input->id);
}

void
gst_switch_control_configure (GstSwitchControl * self,
    const GstSwitchControlConfig * config)
{
  guint i;

  g_mutex_lock (&self->lock);
  self->config = *config;
  configure_policy_locked (self);
  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    configure_timeline_locked (self, input);
    input->content.config = config->content;
  }
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_least_timeout (GstSwitchControl * self,
    GstSwitchMediumId medium, GstClockTime timeout)
{
  g_mutex_lock (&self->lock);
  self->least_timeout[medium] = timeout;
  configure_policy_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
reset_time_locked (GstSwitchControl * self, Input * input)
{
  alignment_init (&input->alignment);
  input->aligned_by = ALIGNMENT_NONE;
  input->aligned = 0;
  gst_switch_control_shift_locked (self, input);
  memset (input->coded_at, 0, sizeof (input->coded_at));
  timeline_reset (&input->timeline);
}

static void
forget_data_locked (GstSwitchControl * self, Input * input)
{
  guint i;

  reset_time_locked (self, input);
  for (i = 0; i < FAILOVER_MEDIA; i++) {
    input->stored[i] = G_MININT64;
    input->arrival[i] = 0;
  }
}

void
gst_switch_control_start (GstSwitchControl * self, GstClockTime now)
{
  guint i;

  g_mutex_lock (&self->lock);
  av_policy_start (self->policy, now);
  forget_decisions_locked (self);
  self->selections = 0;
  overrides_on_start (&self->overrides, self->now, now);
  g_queue_clear_full (&self->questions,
      (GDestroyNotify) gst_switch_question_free);
  gst_switch_control_judge_status_locked (self, FAILOVER_STATUS_STARTING);
  self->now = now;
  gst_switch_news_free (g_steal_pointer (&self->news));
  self->started_at = now;
  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    forget_data_locked (self, input);
    content_health_reset (&input->content);
    input->faults = 0;
    input->late = 0;
    input->last_arrival = GST_CLOCK_TIME_NONE;
  }
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_rebase (GstSwitchControl * self)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    reset_time_locked (self, input);
  }
  g_mutex_unlock (&self->lock);
}

gint
gst_switch_control_add_input (GstSwitchControl * self, const gchar * name,
    guint priority)
{
  Input *input = g_new0 (Input, 1);
  gint id;

  g_mutex_lock (&self->lock);
  id = self->next_id++;
  input->id = id;
  input->name = g_strdup (name);
  input->priority = priority;
  input->last_arrival = GST_CLOCK_TIME_NONE;
  timeline_init (&input->timeline, &self->config.timeline);
  content_health_init (&input->content, &self->config.content);
  forget_data_locked (self, input);
  g_ptr_array_add (self->inputs, input);
  av_policy_add_input (self->policy, id, priority);
  g_mutex_unlock (&self->lock);
  return id;
}

static void
tell_fault_locked (GstSwitchControl * self, Input * input, ContentFault fault,
    gboolean open, GstClockTime now)
{
  const gchar *nick = content_fault_nick (fault);
  g_autofree gchar *incident = NULL;
  GstStructure *facts;
  gchar *summary;

  if (open) {
    input->fault_since[fault] = now;
    input->incidents[fault]++;
    summary = g_strdup_printf ("%s: %s.", input->name,
        content_fault_text (fault));
  } else {
    summary = g_strdup_printf ("%s is over its fault %s.", input->name, nick);
  }
  incident = g_strdup_printf ("%s-%s-%u", input->name, nick,
      input->incidents[fault]);
  facts = gst_structure_new ("content", "name", G_TYPE_STRING, input->name,
      "fault", G_TYPE_STRING, nick,
      "state", G_TYPE_STRING, open ? "open" : "close",
      "incident", G_TYPE_STRING, incident, NULL);
  if (!open) {
    gst_structure_set (facts, "duration", G_TYPE_UINT64,
        now - MIN (now, input->fault_since[fault]), NULL);
  }
  self->news = gst_switch_news_prepend (self->news, open
      ? GST_ELEMENT_MESSAGE_WARNING : GST_ELEMENT_MESSAGE_INFO, summary, facts);
}

static void
tell_faults_locked (GstSwitchControl * self, Input * input, guint faults,
    GstClockTime now)
{
  guint fault, changed = faults ^ input->faults;

  for (fault = 0; fault < CONTENT_N_FAULTS; fault++) {
    if (changed & (1u << fault))
      tell_fault_locked (self, input, fault, (faults & (1u << fault)) != 0,
          now);
  }
  input->faults = faults;
}

/* What the detectors said, as of now. */
static void
judge_content_locked (GstSwitchControl * self, GstClockTime now,
    GstClockTime * deadline)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    guint faults = content_health_update (&input->content, now, deadline);

    if (faults == 0 && input->faults == 0)
      continue;
    av_policy_on_content (self->policy, input->id, faults, now);
    tell_faults_locked (self, input, faults, now);
  }
}

void
gst_switch_control_on_content (GstSwitchControl * self, gint id,
    ContentFault fault, gboolean bad, GstClockTime now)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL)
    content_health_on_report (&input->content, fault, bad, now);
  g_mutex_unlock (&self->lock);
}

GList *
gst_switch_control_take_news (GstSwitchControl * self)
{
  GList *news;

  g_mutex_lock (&self->lock);
  news = g_steal_pointer (&self->news);
  g_mutex_unlock (&self->lock);
  return news;
}

void
gst_switch_control_remove_input (GstSwitchControl * self, gint id)
{
  Input *input;
  guint locked_out;

  g_mutex_lock (&self->lock);
  locked_out = gst_switch_control_locked_out_locked (self, id);
  av_policy_remove_input (self->policy, id);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL) {
    tell_faults_locked (self, input, 0, self->now);
    gst_switch_control_note_lockout_locked (self, input, locked_out, 0,
        OVERRIDE_END_REMOVED);
    gst_switch_control_note_removed_locked (self, id);
    g_ptr_array_remove (self->inputs, input);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_priority (GstSwitchControl * self, gint id,
    guint priority)
{
  Input *input;

  g_mutex_lock (&self->lock);
  av_policy_set_priority (self->policy, id, priority);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL)
    input->priority = priority;
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_media (GstSwitchControl * self, gint id, guint media)
{
  Input *input;

  g_mutex_lock (&self->lock);
  av_policy_set_media (self->policy, id, media);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL)
    configure_timeline_locked (self, input);
  g_mutex_unlock (&self->lock);
}

gint
gst_switch_control_find_name_locked (GstSwitchControl * self,
    const gchar * name)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    if (g_strcmp0 (input->name, name) == 0)
      return input->id;
  }
  return FAILOVER_NONE;
}

gint
gst_switch_control_find (GstSwitchControl * self, const gchar * name)
{
  gint id;

  g_mutex_lock (&self->lock);
  id = gst_switch_control_find_name_locked (self, name);
  g_mutex_unlock (&self->lock);
  return id;
}

gchar *
gst_switch_control_name (GstSwitchControl * self, gint id)
{
  Input *input;
  gchar *name;

  if (id == FAILOVER_NONE)
    return g_strdup ("slate");
  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  name = g_strdup (input != NULL ? input->name : "removed");
  g_mutex_unlock (&self->lock);
  return name;
}

void
gst_switch_control_on_connection (GstSwitchControl * self, gint id)
{
  Input *input;

  g_mutex_lock (&self->lock);
  av_policy_on_connection (self->policy, id);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL) {
    reset_time_locked (self, input);
    content_health_reset (&input->content);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_paced (GstSwitchControl * self, gint id, gboolean paced)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL)
    input->timeline.paced = paced;
  g_mutex_unlock (&self->lock);
}

static void
note_arrival_locked (GstSwitchControl * self, Input * input,
    GstSwitchMediumId medium, GstClockTime now, TimelineVerdict verdict)
{
  if (verdict == TIMELINE_USABLE) {
    av_policy_on_arrival (self->policy, input->id, medium, now);
    input->last_arrival = now;
    input->arrival[medium] = now;
  } else if (verdict == TIMELINE_LATE) {
    input->late++;
  }
}

/* Has it been placed already, when it was kept? */
static gboolean
is_recalled (const Input * input, GstSwitchMediumId medium, GstClockTime now,
    gint64 running_time)
{
  return input->coded_at[medium] != 0
      && now <= input->coded_at[medium] + RECALL_TIME
      && running_time <= input->coded_until[medium];
}

TimelineVerdict
gst_switch_control_on_data (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, GstClockTime now, gint64 running_time,
    gint64 * mapped, guint * epoch)
{
  TimelineVerdict verdict = TIMELINE_SETTLING;
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL) {
    if (is_recalled (input, medium, now, running_time))
      verdict = timeline_recall (&input->timeline, medium, now, running_time,
          mapped);
    else
      verdict = timeline_map (&input->timeline, medium, now, running_time,
          mapped);
    *epoch = input->timeline.epoch[medium];
    note_arrival_locked (self, input, medium, now, verdict);
  }
  g_mutex_unlock (&self->lock);
  return verdict;
}

TimelineVerdict
gst_switch_control_on_coded (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, GstClockTime now, gint64 running_time,
    gint64 * mapped, guint * epoch)
{
  TimelineVerdict verdict = TIMELINE_SETTLING;
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL) {
    verdict = timeline_map (&input->timeline, medium, now, running_time,
        mapped);
    *epoch = input->timeline.epoch[medium];
    note_arrival_locked (self, input, medium, now, verdict);
    input->coded_at[medium] = now;
    input->coded_until[medium] = running_time;
  }
  g_mutex_unlock (&self->lock);
  return verdict;
}

static gboolean
is_better (const Input * one, const Input * other)
{
  return one->priority < other->priority || (one->priority == other->priority
      && one->id < other->id);
}

static gboolean
may_show_locked (GstSwitchControl * self, gint id, guint medium)
{
  return (av_policy_media (self->policy, id) & (1u << medium)) != 0
      && !av_policy_is_locked_out (self->policy, medium, id);
}

/* Does a better one bring this medium?  With `early` one that has been silent
 * for half its time-out does not. */
static gboolean
has_better_locked (GstSwitchControl * self, const Input * input,
    guint medium, gboolean early, GstClockTime now)
{
  GstClockTime patience = MAX (self->config.failover.timeout[medium],
      self->least_timeout[medium]) / (early ? 2 : 1);
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    const Input *other = g_ptr_array_index (self->inputs, i);

    if (is_better (other, input) && may_show_locked (self, other->id, medium)
        && other->faults == 0 && other->arrival[medium] != 0
        && other->arrival[medium] + patience >= now)
      return TRUE;
  }
  return FALSE;
}

gboolean
gst_switch_control_needs (GstSwitchControl * self, gint id, gboolean early,
    GstClockTime now)
{
  gboolean begun, needed = FALSE;
  Input *input;
  guint i;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  begun = self->serial > 0
      || now >= self->started_at + self->config.failover.startup_timeout;
  for (i = 0; input != NULL && i < FAILOVER_MEDIA; i++) {
    if (!(self->config.failover.required & (1u << i))
        || !may_show_locked (self, id, i))
      continue;
    needed = needed || self->decisions[i].active == id
        || (begun && !has_better_locked (self, input, i, early, now));
  }
  g_mutex_unlock (&self->lock);
  return needed;
}

void
gst_switch_control_on_end (GstSwitchControl * self, gint id, FailoverReason why)
{
  g_mutex_lock (&self->lock);
  av_policy_on_end (self->policy, id, why);
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_on_stored (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, gint64 end)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL)
    input->stored[medium] = end;
  g_mutex_unlock (&self->lock);
}

/* Up to where each of `media` of the failed input reaches: all of what it
 * delivered is shown, and its media end together.  Nothing that is stored
 * reaches further than `limit`, whatever a buffer says of its duration. */
static gint64
end_of_data_locked (GstSwitchControl * self, gint id, guint media, gint64 limit)
{
  Input *input = gst_switch_control_find_locked (self, id);
  gint64 end = G_MAXINT64;
  guint i;

  if (input == NULL)
    return 0;
  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if ((media & (1u << i)) && input->stored[i] != G_MININT64)
      end = MIN (end, input->stored[i]);
  }
  return end != G_MAXINT64 ? MIN (end, limit) : 0;
}

/* How far beyond what goes out next an input may be. */
static gint64
most_ahead_locked (GstSwitchControl * self)
{
  return self->config.timeline.latency + self->config.timeline.early
      + GST_SWITCH_MAX_OFFSET * GST_MSECOND;
}

/* What goes out next in any of `media`. */
static GstClockTime
newest_position_locked (GstSwitchControl * self, guint media)
{
  GstClockTime newest = 0;
  guint i;

  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (media & (1u << i))
      newest = MAX (newest, self->position[i]);
  }
  return newest;
}

/* Of `media`, those that leave the same input as the first of them. */
static guint
leavers (const AvDecision * made, guint media)
{
  guint picture = 1u << GST_SWITCH_VIDEO;

  if (made->changed == AV_POLICY_BOTH
      && made->from[GST_SWITCH_VIDEO] != made->from[GST_SWITCH_AUDIO])
    return picture;
  return media;
}

/* One for all of `media`, which is what changed or more. */
static GstClockTime
cut_locked (GstSwitchControl * self, const AvDecision * made, guint media)
{
  GstClockTime ahead = newest_position_locked (self, media);
  guint first = made->changed & (1u << GST_SWITCH_VIDEO) ? GST_SWITCH_VIDEO
      : GST_SWITCH_AUDIO;

  switch (made->reason[first]) {
    case FAILOVER_REASON_TIMEOUT:
    case FAILOVER_REASON_EOS:
    case FAILOVER_REASON_ERROR:
      return MAX ((gint64) ahead, end_of_data_locked (self, made->from[first],
              leavers (made, media), ahead + most_ahead_locked (self)));
    case FAILOVER_REASON_BLACK:
    case FAILOVER_REASON_FREEZE:
    case FAILOVER_REASON_SILENCE:
    case FAILOVER_REASON_LOW_BITRATE:
    case FAILOVER_REASON_RETURN:
    case FAILOVER_REASON_MANUAL:
    case FAILOVER_REASON_FORCED:
    case FAILOVER_REASON_LOCKOUT:
      return ahead + CUT_AHEAD;
    case FAILOVER_REASON_NONE:
    case FAILOVER_REASON_STARTUP:
    case FAILOVER_REASON_REMOVED:
    case FAILOVER_REASON_RECOVERED:
      break;
  }
  return ahead;
}

static void
count_locked (Counters * counters, FailoverReason reason)
{
  if (reason != FAILOVER_REASON_STARTUP)
    counters->switches++;
  if (reason == FAILOVER_REASON_MANUAL || reason == FAILOVER_REASON_FORCED)
    counters->manual++;
  if (reason == FAILOVER_REASON_RETURN)
    counters->returns++;
}

/* When an input dies its sound may be missed a moment before its picture is:
 * they end together all the same, as long as the sound has not gone further. */
static gboolean
rejoins_locked (GstSwitchControl * self, const AvDecision * made)
{
  const GstSwitchDecision *sound = &self->decisions[GST_SWITCH_AUDIO];

  return made->changed == 1u << GST_SWITCH_VIDEO
      && made->from[GST_SWITCH_VIDEO] != FAILOVER_NONE
      && made->from[GST_SWITCH_VIDEO] == sound->previous
      && made->to[GST_SWITCH_VIDEO] == sound->active
      && failover_reason_is_failure (sound->reason)
      && failover_reason_is_failure (made->reason[GST_SWITCH_VIDEO])
      && sound->cut > self->position[GST_SWITCH_AUDIO];
}

static void
apply_locked (GstSwitchControl * self, const AvDecision * made, guint medium,
    GstClockTime cut, GstClockTime now)
{
  GstSwitchDecision *decision = &self->decisions[medium];

  decision->serial = self->serial;
  decision->previous = made->from[medium];
  decision->active = made->to[medium];
  decision->reason = made->reason[medium];
  decision->decided_at = now;
  decision->together = made->changed == AV_POLICY_BOTH;
  decision->cut = cut;
  count_locked (&self->counters[1u << medium], decision->reason);
}

static void
take_locked (GstSwitchControl * self, const AvDecision * made, GstClockTime now)
{
  gboolean rejoins = rejoins_locked (self, made);
  GstSwitchDecision *sound = &self->decisions[GST_SWITCH_AUDIO];
  GstClockTime cut = cut_locked (self, made, rejoins ? AV_POLICY_BOTH
      : made->changed);
  guint i;

  self->serial++;
  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (made->changed & (1u << i))
      apply_locked (self, made, i, cut, now);
  }
  if (rejoins)
    sound->cut = MIN (sound->cut, cut);
  else
    count_locked (&self->counters[AV_POLICY_BOTH],
        made->reason[made->changed & 1 ? GST_SWITCH_VIDEO : GST_SWITCH_AUDIO]);
}

/* Encoded video waits for a key frame, and sound changes with it.  Nobody waits
 * where the input before has nothing any more, or must not be shown. */
static void
join_video_locked (GstSwitchControl * self, GstSwitchDecision * decision)
{
  if (!self->video_leads || decision->previous == FAILOVER_NONE
      || !decision->together
      || decision->serial != self->decisions[GST_SWITCH_VIDEO].serial
      || decision->exclusive || failover_reason_is_failure (decision->reason))
    return;
  decision->joined = TRUE;
  decision->cut = self->video_serial == decision->serial ? self->video_cut
      : GST_CLOCK_TIME_NONE;
}

GstSwitchDecision
gst_switch_control_decide (GstSwitchControl * self, GstSwitchMediumId medium,
    GstClockTime now, GstClockTime position, GstClockTime * deadline)
{
  GstSwitchDecision result;
  AvDecision made;

  g_mutex_lock (&self->lock);
  self->position[medium] = position;
  self->now = now;
  *deadline = GST_CLOCK_TIME_NONE;
  judge_content_locked (self, now, deadline);
  gst_switch_control_expire_overrides_locked (self, deadline);
  made = av_policy_update (self->policy, now);
  if (made.changed != 0)
    take_locked (self, &made, now);
  gst_switch_control_sync_overrides_locked (self);
  gst_switch_control_ask_locked (self, &made);
  gst_switch_control_judge_status_locked (self,
      av_policy_status (self->policy, now));
  *deadline = MIN (*deadline, made.deadline);
  result = self->decisions[medium];
  result.exclusive = av_policy_is_forced (self->policy, medium);
  if (medium == GST_SWITCH_AUDIO)
    join_video_locked (self, &result);
  g_mutex_unlock (&self->lock);
  return result;
}

void
gst_switch_control_set_video_leads (GstSwitchControl * self, gboolean leads)
{
  g_mutex_lock (&self->lock);
  self->video_leads = leads;
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_on_video_cut (GstSwitchControl * self, guint serial,
    GstClockTime cut)
{
  g_mutex_lock (&self->lock);
  self->video_serial = serial;
  self->video_cut = cut;
  g_mutex_unlock (&self->lock);
}

static gint
compare_priority (gconstpointer a, gconstpointer b)
{
  const Input *one = *(Input **) a, *two = *(Input **) b;

  if (one->priority != two->priority)
    return one->priority < two->priority ? -1 : 1;
  return one->id - two->id;
}

static gboolean
may_serve_locked (GstSwitchControl * self, guint medium, gint id)
{
  return (av_policy_media (self->policy, id) & (1u << medium)) != 0
      && !av_policy_is_locked_out (self->policy, medium, id);
}

guint
gst_switch_control_order (GstSwitchControl * self, GstSwitchMediumId medium,
    gint first, gboolean exclusive, gint * ids, guint max)
{
  guint i, n = 0;

  g_mutex_lock (&self->lock);
  if (first != FAILOVER_NONE && max > 0
      && may_serve_locked (self, medium, first))
    ids[n++] = first;
  g_ptr_array_sort (self->inputs, compare_priority);
  for (i = 0; !exclusive && i < self->inputs->len && n < max; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    if (input->id != first && may_serve_locked (self, medium, input->id))
      ids[n++] = input->id;
  }
  g_mutex_unlock (&self->lock);
  return n;
}

static void
get_info_locked (GstSwitchControl * self, const Input * input,
    GstClockTime now, GstSwitchInputInfo * info)
{
  guint i;

  info->name = g_strdup (input->name);
  info->healthy = av_policy_is_healthy (self->policy, input->id, now);
  info->active = info->locked_out = 0;
  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (self->decisions[i].active == input->id)
      info->active |= 1u << i;
    if (av_policy_is_locked_out (self->policy, i, input->id))
      info->locked_out |= 1u << i;
  }
  info->media = av_policy_media (self->policy, input->id);
  info->faults = input->faults;
  info->priority = input->priority;
  info->epochs = input->timeline.epochs;
  info->late = input->late;
  info->last_arrival = input->last_arrival;
  info->offset = timeline_offset (&input->timeline);
  info->drift_ppb = drift_ppb (&input->timeline.drift);
  info->jumps = input->timeline.jumps;
  info->alignment = input->aligned_by;
  info->shift = input->aligned;
  info->flaps = av_policy_flaps (self->policy, input->id);
  info->return_delay = av_policy_return_delay (self->policy, input->id);
}

gboolean
gst_switch_control_get_info (GstSwitchControl * self, gint id,
    GstClockTime now, GstSwitchInputInfo * info)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL)
    get_info_locked (self, input, now, info);
  g_mutex_unlock (&self->lock);
  return input != NULL;
}

void
gst_switch_input_info_clear (GstSwitchInputInfo * info)
{
  g_clear_pointer (&info->name, g_free);
}

void
gst_switch_control_get_counters (GstSwitchControl * self, guint media,
    guint64 * switches, guint64 * manual, guint64 * returns)
{
  g_assert (media <= AV_POLICY_BOTH);
  g_mutex_lock (&self->lock);
  *switches = self->counters[media].switches;
  *manual = self->counters[media].manual;
  *returns = self->counters[media].returns;
  g_mutex_unlock (&self->lock);
}
