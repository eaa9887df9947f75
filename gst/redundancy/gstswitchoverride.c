/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operator's commands, and what is in force: it is told when it begins and ends, and
 * shown in the property `override`. */
#include "gstswitchcontrolprivate.h"

#include "gststatslist.h"

static const gchar *const media_names[] = {
  "none", "video", "audio", "video+audio",
};

const gchar *
gst_switch_control_media_name_locked (GstSwitchControl * self, guint media)
{
  guint required = self->config.failover.required & AV_POLICY_BOTH;

  return media_names[required != 0 ? media & required : media & AV_POLICY_BOTH];
}

static const gchar *
input_name_locked (GstSwitchControl * self, gint id)
{
  GstSwitchControlInput *input = gst_switch_control_find_locked (self, id);

  return input != NULL ? input->name : "";
}

static GstStructure *
describe_locked (GstSwitchControl * self, const Override * override)
{
  GstStructure *s = gst_structure_new ("override",
      "command", G_TYPE_STRING, override_kind_nick (override->kind),
      "input", G_TYPE_STRING, input_name_locked (self, override->input),
      "media", G_TYPE_STRING, gst_switch_control_media_name_locked (self,
          override->media),
      "since", G_TYPE_UINT64, override->since, NULL);

  if (override->until != OVERRIDES_NEVER)
    gst_structure_set (s, "until", G_TYPE_UINT64, override->until, NULL);
  return s;
}

static gchar *
summary_locked (GstSwitchControl * self, const OverrideChange * change)
{
  const Override *what = &change->what;
  const gchar *input = input_name_locked (self, what->input);
  const gchar *space = *input != '\0' ? " " : "";

  if (change->end != OVERRIDE_END_NONE) {
    return g_strdup_printf ("%s%s%s is over: %s.",
        override_kind_nick (what->kind), space, input,
        override_end_text (change->end));
  }
  if (what->until == OVERRIDES_NEVER) {
    return g_strdup_printf ("The operator's %s%s%s is in force.",
        override_kind_nick (what->kind), space, input);
  }
  return g_strdup_printf ("The operator's %s%s%s is in force for %u.%u s.",
      override_kind_nick (what->kind), space, input,
      (guint) ((what->until - change->at) / GST_SECOND),
      (guint) ((what->until - change->at) / (100 * GST_MSECOND) % 10));
}

static void
tell_change_locked (GstSwitchControl * self, const OverrideChange * change)
{
  gboolean open = change->end == OVERRIDE_END_NONE;
  GstStructure *facts = describe_locked (self, &change->what);
  g_autofree gchar *incident = g_strdup_printf ("override-%"
      G_GUINT64_FORMAT, change->what.number);

  gst_structure_set (facts, "state", G_TYPE_STRING, open ? "open" : "close",
      "incident", G_TYPE_STRING, incident, NULL);
  if (!open) {
    gst_structure_set (facts,
        "reason", G_TYPE_STRING, override_end_nick (change->end),
        "duration", G_TYPE_UINT64, change->at - MIN (change->at,
            change->what.since), NULL);
  }
  self->news = gst_switch_news_prepend (self->news,
      change->end == OVERRIDE_END_FAILED || change->end == OVERRIDE_END_REMOVED
      ? GST_ELEMENT_MESSAGE_WARNING : GST_ELEMENT_MESSAGE_INFO,
      summary_locked (self, change), facts);
}

static void
tell_locked (GstSwitchControl * self)
{
  OverrideChange changes[OVERRIDES_MAX_CHANGES];
  guint n = overrides_take_changes (&self->overrides, changes), i;

  for (i = 0; i < n; i++)
    tell_change_locked (self, &changes[i]);
}

void
gst_switch_control_note_begin_locked (GstSwitchControl * self,
    OverrideKind kind, guint media, gint input, GstClockTime until)
{
  overrides_begin (&self->overrides, kind, media, input, self->now, until);
  tell_locked (self);
}

void
gst_switch_control_note_end_locked (GstSwitchControl * self,
    OverrideKind kind, guint media)
{
  overrides_end (&self->overrides, kind, media, OVERRIDE_END_COMMAND,
      self->now);
  tell_locked (self);
}

/* While its name is still known. */
void
gst_switch_control_note_removed_locked (GstSwitchControl * self, gint input)
{
  overrides_on_removed (&self->overrides, input, self->now);
  tell_locked (self);
}

guint
gst_switch_control_locked_out_locked (GstSwitchControl * self, gint id)
{
  guint i, media = 0;

  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (av_policy_is_locked_out (self->policy, i, id))
      media |= 1u << i;
  }
  return media;
}

void
gst_switch_control_note_lockout_locked (GstSwitchControl * self,
    GstSwitchControlInput * input, guint was, guint is, OverrideEnd why)
{
  g_autofree gchar *incident = NULL;
  GstStructure *facts;

  if ((was != 0) == (is != 0))
    return;
  if (is != 0) {
    input->lockouts++;
    input->lockout_since = self->now;
  }
  incident = g_strdup_printf ("%s-lockout-%u", input->name, input->lockouts);
  facts = gst_structure_new ("override", "command", G_TYPE_STRING, "lockout",
      "input", G_TYPE_STRING, input->name,
      "media", G_TYPE_STRING, gst_switch_control_media_name_locked (self,
          is | was), "since", G_TYPE_UINT64, input->lockout_since, "state",
      G_TYPE_STRING, is != 0 ? "open" : "close", "incident", G_TYPE_STRING,
      incident, NULL);
  if (is == 0) {
    gst_structure_set (facts, "reason", G_TYPE_STRING, override_end_nick (why),
        "duration", G_TYPE_UINT64, self->now - MIN (self->now,
            input->lockout_since), NULL);
  }
  self->news = gst_switch_news_prepend (self->news, GST_ELEMENT_MESSAGE_INFO,
      g_strdup_printf (is != 0 ? "The operator has locked %s out."
          : "%s is not locked out any more.", input->name), facts);
}

void
gst_switch_control_expire_overrides_locked (GstSwitchControl * self,
    GstClockTime * deadline)
{
  guint media = overrides_expire (&self->overrides, self->now, deadline);

  if (media != 0)
    av_policy_end_force (self->policy, media);
  tell_locked (self);
}

static guint
media_that_stand_locked (GstSwitchControl * self, const Override * override)
{
  guint i, media = 0;

  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (av_policy_stands (self->policy, i, override->kind, override->input))
      media |= 1u << i;
  }
  return media;
}

void
gst_switch_control_sync_overrides_locked (GstSwitchControl * self)
{
  Overrides *overrides = &self->overrides;
  guint i = 0;

  while (i < overrides->n) {
    const Override *override = &overrides->entries[i];

    if (overrides_keep (overrides, i, media_that_stand_locked (self, override),
            override->kind == OVERRIDE_SWITCH_TO ? OVERRIDE_END_FAILED
            : OVERRIDE_END_REPLACED, self->now))
      i++;
  }
  tell_locked (self);
}

static void
add_lists_locked (GstSwitchControl * self, GstStructure * s)
{
  GValue all = G_VALUE_INIT, lockouts = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&all, self->overrides.n);
  for (i = 0; i < self->overrides.n; i++)
    gst_stats_list_append (&all, describe_locked (self,
            &self->overrides.entries[i]));
  gst_structure_take_value (s, "commands", &all);
  gst_value_array_init (&lockouts, 0);
  for (i = 0; i < self->inputs->len; i++) {
    GstSwitchControlInput *input = g_ptr_array_index (self->inputs, i);
    GValue name = G_VALUE_INIT;

    if (gst_switch_control_locked_out_locked (self, input->id) == 0)
      continue;
    g_value_init (&name, G_TYPE_STRING);
    g_value_set_string (&name, input->name);
    gst_value_array_append_and_take_value (&lockouts, &name);
  }
  gst_structure_take_value (s, "lockouts", &lockouts);
}

GstStructure *
gst_switch_control_get_override (GstSwitchControl * self)
{
  const Override *strongest;
  GstStructure *s;

  g_mutex_lock (&self->lock);
  strongest = overrides_strongest (&self->overrides);
  if (strongest != NULL)
    s = describe_locked (self, strongest);
  else
    s = gst_structure_new ("override", "command", G_TYPE_STRING, "none", NULL);
  add_lists_locked (self, s);
  g_mutex_unlock (&self->lock);
  return s;
}

FailoverVerdict
gst_switch_control_switch_to (GstSwitchControl * self, guint media,
    const gchar * name, GstClockTime now)
{
  FailoverVerdict verdict;
  gint id;

  g_mutex_lock (&self->lock);
  self->now = now = MAX (self->now, now);
  id = gst_switch_control_find_name_locked (self, name);
  verdict = av_policy_switch_to (self->policy, media, id, now);
  if (verdict == FAILOVER_GRANTED)
    gst_switch_control_note_begin_locked (self, OVERRIDE_SWITCH_TO, media, id,
        OVERRIDES_NEVER);
  g_mutex_unlock (&self->lock);
  return verdict;
}

FailoverVerdict
gst_switch_control_force (GstSwitchControl * self, guint media,
    const gchar * name, GstClockTime now, GstClockTime duration)
{
  FailoverVerdict verdict = FAILOVER_UNKNOWN_INPUT;
  gint id;

  g_mutex_lock (&self->lock);
  self->now = now = MAX (self->now, now);
  id = gst_switch_control_find_name_locked (self, name);
  if (id != FAILOVER_NONE)
    verdict = av_policy_force (self->policy, media, id);
  if (verdict == FAILOVER_GRANTED)
    gst_switch_control_note_begin_locked (self, OVERRIDE_FORCE, media, id,
        GST_CLOCK_TIME_IS_VALID (duration) ? now + duration : OVERRIDES_NEVER);
  g_mutex_unlock (&self->lock);
  return verdict;
}

static void
note_locked (GstSwitchControl * self, OverrideKind kind, guint media,
    gboolean on)
{
  if (on)
    gst_switch_control_note_begin_locked (self, kind, media, FAILOVER_NONE,
        OVERRIDES_NEVER);
  else
    gst_switch_control_note_end_locked (self, kind, media);
}

FailoverVerdict
gst_switch_control_fallback_to_slate (GstSwitchControl * self, guint media,
    gboolean on, GstClockTime now)
{
  FailoverVerdict verdict;

  g_mutex_lock (&self->lock);
  self->now = now = MAX (self->now, now);
  verdict = on ? av_policy_force (self->policy, media, FAILOVER_NONE)
      : av_policy_unforce (self->policy, media);
  if (verdict == FAILOVER_GRANTED)
    note_locked (self, OVERRIDE_SLATE, media, on);
  g_mutex_unlock (&self->lock);
  return verdict;
}

FailoverVerdict
gst_switch_control_lockout (GstSwitchControl * self, guint media,
    const gchar * name, gboolean on, GstClockTime now)
{
  FailoverVerdict verdict;
  gint id;
  guint was;

  g_mutex_lock (&self->lock);
  self->now = now = MAX (self->now, now);
  id = gst_switch_control_find_name_locked (self, name);
  was = gst_switch_control_locked_out_locked (self, id);
  verdict = av_policy_lockout (self->policy, media, id, on);
  if (verdict == FAILOVER_GRANTED)
    gst_switch_control_note_lockout_locked (self,
        gst_switch_control_find_locked (self, id), was,
        gst_switch_control_locked_out_locked (self, id), OVERRIDE_END_COMMAND);
  g_mutex_unlock (&self->lock);
  return verdict;
}

FailoverVerdict
gst_switch_control_hold (GstSwitchControl * self, guint media, gboolean on,
    GstClockTime now)
{
  FailoverVerdict verdict;

  g_mutex_lock (&self->lock);
  self->now = now = MAX (self->now, now);
  verdict = av_policy_hold (self->policy, media, on);
  if (verdict == FAILOVER_GRANTED)
    note_locked (self, OVERRIDE_HOLD, media, on);
  g_mutex_unlock (&self->lock);
  return verdict;
}

FailoverVerdict
gst_switch_control_clear (GstSwitchControl * self, guint media,
    GstClockTime now)
{
  FailoverVerdict verdict;
  guint kind;

  g_mutex_lock (&self->lock);
  self->now = now = MAX (self->now, now);
  verdict = av_policy_clear (self->policy, media);
  for (kind = OVERRIDE_FORCE; verdict == FAILOVER_GRANTED
      && kind <= OVERRIDE_SWITCH_TO; kind++)
    gst_switch_control_note_end_locked (self, kind, media);
  g_mutex_unlock (&self->lock);
  return verdict;
}
