/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only, innermost; nothing is called out with it held.
 * Threads: any. */
#include "gstswitchcontrol.h"

/* A cut that an operator or a return asks for lies this far ahead of what has
 * gone out, so that all media can still make it together. */
#define CUT_AHEAD (40 * GST_MSECOND)

typedef struct
{
  gint id;
  gchar *name;
  guint priority;
  Timeline timeline;
  guint64 late;
  GstClockTime last_arrival;
  gint64 stored[FAILOVER_MEDIA];        /* end of what is stored, or G_MININT64 */
} Input;

struct _GstSwitchControl
{
  gint refcount;                /* atomic */
  GMutex lock;
  /* All under the lock. */
  GstSwitchControlConfig config;
  GstClockTime least_timeout[FAILOVER_MEDIA];
  Failover *failover;
  GPtrArray *inputs;
  gint next_id;
  GstSwitchDecision decision;
  GstClockTime position[FAILOVER_MEDIA];        /* 0: does not take part */
  gboolean video_leads;
  guint video_serial;           /* of the decision that video has followed */
  GstClockTime video_cut;       /* with this output position */
  guint64 switches;
  guint64 manual;
  guint64 returns;
};

static void
input_free (gpointer data)
{
  Input *input = data;

  g_free (input->name);
  g_free (input);
}

static Input *
find_locked (GstSwitchControl * self, gint id)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    if (input->id == id)
      return input;
  }
  return NULL;
}

GstSwitchControl *
gst_switch_control_new (void)
{
  GstSwitchControl *self = g_new0 (GstSwitchControl, 1);

  self->refcount = 1;
  g_mutex_init (&self->lock);
  self->inputs = g_ptr_array_new_with_free_func (input_free);
  self->failover = failover_new (&self->config.failover, 0);
  self->decision.active = self->decision.previous = FAILOVER_NONE;
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
  failover_free (self->failover);
  g_ptr_array_unref (self->inputs);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
configure_failover_locked (GstSwitchControl * self)
{
  FailoverConfig config = self->config.failover;
  guint i;

  for (i = 0; i < FAILOVER_MEDIA; i++)
    config.timeout[i] = MAX (config.timeout[i], self->least_timeout[i]);
  failover_configure (self->failover, &config);
}

void
gst_switch_control_configure (GstSwitchControl * self,
    const GstSwitchControlConfig * config)
{
  guint i;

  g_mutex_lock (&self->lock);
  self->config = *config;
  configure_failover_locked (self);
  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    input->timeline.config = config->timeline;
  }
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_least_timeout (GstSwitchControl * self,
    GstSwitchMediumId medium, GstClockTime timeout)
{
  g_mutex_lock (&self->lock);
  self->least_timeout[medium] = timeout;
  configure_failover_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
forget_data (Input * input)
{
  guint i;

  timeline_reset (&input->timeline);
  for (i = 0; i < FAILOVER_MEDIA; i++)
    input->stored[i] = G_MININT64;
}

void
gst_switch_control_start (GstSwitchControl * self, GstClockTime now)
{
  guint i;

  g_mutex_lock (&self->lock);
  failover_start (self->failover, now);
  self->decision.serial = 0;
  self->decision.active = self->decision.previous = FAILOVER_NONE;
  self->decision.reason = FAILOVER_REASON_NONE;
  self->decision.cut = self->decision.decided_at = 0;
  self->decision.exclusive = FALSE;
  self->switches = self->manual = self->returns = 0;
  for (i = 0; i < FAILOVER_MEDIA; i++)
    self->position[i] = 0;
  for (i = 0; i < self->inputs->len; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    forget_data (input);
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
    timeline_reset (&input->timeline);
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
  forget_data (input);
  g_ptr_array_add (self->inputs, input);
  failover_add_input (self->failover, id, priority);
  g_mutex_unlock (&self->lock);
  return id;
}

void
gst_switch_control_remove_input (GstSwitchControl * self, gint id)
{
  Input *input;

  g_mutex_lock (&self->lock);
  failover_remove_input (self->failover, id);
  input = find_locked (self, id);
  if (input != NULL)
    g_ptr_array_remove (self->inputs, input);
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_priority (GstSwitchControl * self, gint id,
    guint priority)
{
  Input *input;

  g_mutex_lock (&self->lock);
  failover_set_priority (self->failover, id, priority);
  input = find_locked (self, id);
  if (input != NULL)
    input->priority = priority;
  g_mutex_unlock (&self->lock);
}

static gint
find_name_locked (GstSwitchControl * self, const gchar * name)
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
  id = find_name_locked (self, name);
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
  input = find_locked (self, id);
  name = g_strdup (input != NULL ? input->name : "removed");
  g_mutex_unlock (&self->lock);
  return name;
}

void
gst_switch_control_on_connection (GstSwitchControl * self, gint id)
{
  Input *input;

  g_mutex_lock (&self->lock);
  failover_on_connection (self->failover, id);
  input = find_locked (self, id);
  if (input != NULL)
    timeline_reset (&input->timeline);
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_paced (GstSwitchControl * self, gint id, gboolean paced)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = find_locked (self, id);
  if (input != NULL)
    input->timeline.paced = paced;
  g_mutex_unlock (&self->lock);
}

TimelineVerdict
gst_switch_control_on_data (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, GstClockTime now, gint64 running_time,
    gint64 * mapped, guint * epoch)
{
  TimelineVerdict verdict = TIMELINE_SETTLING;
  Input *input;

  g_mutex_lock (&self->lock);
  input = find_locked (self, id);
  if (input != NULL) {
    verdict = timeline_map (&input->timeline, medium, now, running_time,
        mapped);
    *epoch = input->timeline.epoch[medium];
    if (verdict == TIMELINE_USABLE) {
      failover_on_arrival (self->failover, id, medium, now);
      input->last_arrival = now;
    } else if (verdict == TIMELINE_LATE) {
      input->late++;
    }
  }
  g_mutex_unlock (&self->lock);
  return verdict;
}

void
gst_switch_control_on_end (GstSwitchControl * self, gint id, FailoverReason why)
{
  g_mutex_lock (&self->lock);
  failover_on_end (self->failover, id, why);
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_on_stored (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, gint64 end)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = find_locked (self, id);
  if (input != NULL)
    input->stored[medium] = end;
  g_mutex_unlock (&self->lock);
}

/* Up to where every medium of the failed input reaches: all of what it
 * delivered is shown, and its media end together. */
static gint64
end_of_data_locked (GstSwitchControl * self, gint id)
{
  Input *input = find_locked (self, id);
  gint64 end = G_MAXINT64;
  guint i;

  if (input == NULL)
    return 0;
  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (input->stored[i] != G_MININT64)
      end = MIN (end, input->stored[i]);
  }
  return end != G_MAXINT64 ? end : 0;
}

static GstClockTime
cut_locked (GstSwitchControl * self, const FailoverDecision * decision)
{
  GstClockTime ahead = 0;
  guint i;

  for (i = 0; i < FAILOVER_MEDIA; i++)
    ahead = MAX (ahead, self->position[i]);
  switch (decision->reason) {
    case FAILOVER_REASON_TIMEOUT:
    case FAILOVER_REASON_EOS:
    case FAILOVER_REASON_ERROR:
      return MAX ((gint64) ahead, end_of_data_locked (self, decision->from));
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
apply_locked (GstSwitchControl * self, const FailoverDecision * decision,
    GstClockTime now)
{
  self->decision.serial++;
  self->decision.previous = decision->from;
  self->decision.active = decision->to;
  self->decision.reason = decision->reason;
  self->decision.decided_at = now;
  self->decision.cut = cut_locked (self, decision);
  if (decision->reason != FAILOVER_REASON_STARTUP)
    self->switches++;
  if (decision->reason == FAILOVER_REASON_MANUAL
      || decision->reason == FAILOVER_REASON_FORCED)
    self->manual++;
  if (decision->reason == FAILOVER_REASON_RETURN)
    self->returns++;
}

/* Encoded video waits for a key frame, and sound changes with it.  Nobody waits
 * where the input before has nothing any more, or must not be shown. */
static void
join_video_locked (GstSwitchControl * self, GstSwitchDecision * decision)
{
  if (!self->video_leads || decision->previous == FAILOVER_NONE
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
  FailoverDecision decision;

  g_mutex_lock (&self->lock);
  self->position[medium] = position;
  decision = failover_update (self->failover, now);
  if (decision.changed)
    apply_locked (self, &decision, now);
  self->decision.exclusive = failover_is_forced (self->failover);
  *deadline = decision.deadline;
  result = self->decision;
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

guint
gst_switch_control_order (GstSwitchControl * self, gint first,
    gboolean exclusive, gint * ids, guint max)
{
  guint i, n = 0;

  g_mutex_lock (&self->lock);
  if (first != FAILOVER_NONE && max > 0
      && !failover_is_locked_out (self->failover, first))
    ids[n++] = first;
  g_ptr_array_sort (self->inputs, compare_priority);
  for (i = 0; !exclusive && i < self->inputs->len && n < max; i++) {
    Input *input = g_ptr_array_index (self->inputs, i);
    if (input->id != first
        && !failover_is_locked_out (self->failover, input->id))
      ids[n++] = input->id;
  }
  g_mutex_unlock (&self->lock);
  return n;
}

FailoverVerdict
gst_switch_control_switch_to (GstSwitchControl * self, const gchar * name,
    GstClockTime now)
{
  FailoverVerdict verdict;

  g_mutex_lock (&self->lock);
  verdict = failover_switch_to (self->failover,
      find_name_locked (self, name), now);
  g_mutex_unlock (&self->lock);
  return verdict;
}

FailoverVerdict
gst_switch_control_force (GstSwitchControl * self, const gchar * name)
{
  FailoverVerdict verdict = FAILOVER_UNKNOWN_INPUT;
  gint id;

  g_mutex_lock (&self->lock);
  id = find_name_locked (self, name);
  if (id != FAILOVER_NONE)
    verdict = failover_force (self->failover, id);
  g_mutex_unlock (&self->lock);
  return verdict;
}

void
gst_switch_control_fallback_to_slate (GstSwitchControl * self, gboolean on)
{
  g_mutex_lock (&self->lock);
  if (on)
    failover_force (self->failover, FAILOVER_NONE);
  else
    failover_unforce (self->failover);
  g_mutex_unlock (&self->lock);
}

FailoverVerdict
gst_switch_control_lockout (GstSwitchControl * self, const gchar * name,
    gboolean on)
{
  FailoverVerdict verdict;

  g_mutex_lock (&self->lock);
  verdict = failover_lockout (self->failover, find_name_locked (self, name),
      on);
  g_mutex_unlock (&self->lock);
  return verdict;
}

void
gst_switch_control_hold (GstSwitchControl * self, gboolean on)
{
  g_mutex_lock (&self->lock);
  failover_hold (self->failover, on);
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_clear (GstSwitchControl * self)
{
  g_mutex_lock (&self->lock);
  failover_clear (self->failover);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_switch_control_get_info (GstSwitchControl * self, gint id,
    GstClockTime now, GstSwitchInputInfo * info)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = find_locked (self, id);
  if (input != NULL) {
    info->name = g_strdup (input->name);
    info->healthy = failover_is_healthy (self->failover, id, now);
    info->active = self->decision.active == id;
    info->locked_out = failover_is_locked_out (self->failover, id);
    info->priority = input->priority;
    info->epochs = input->timeline.epochs;
    info->late = input->late;
    info->last_arrival = input->last_arrival;
    info->offset = timeline_offset (&input->timeline);
    info->drift_ppb = drift_ppb (&input->timeline.drift);
    info->jumps = input->timeline.jumps;
    info->return_delay = failover_return_delay (self->failover, id);
  }
  g_mutex_unlock (&self->lock);
  return input != NULL;
}

void
gst_switch_input_info_clear (GstSwitchInputInfo * info)
{
  g_clear_pointer (&info->name, g_free);
}

void
gst_switch_control_get_counters (GstSwitchControl * self,
    guint64 * switches, guint64 * manual, guint64 * returns)
{
  g_mutex_lock (&self->lock);
  *switches = self->switches;
  *manual = self->manual;
  *returns = self->returns;
  g_mutex_unlock (&self->lock);
}
