/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is asked, and how it is about the whole. */
#include "gstswitchcontrolprivate.h"

#include "gstswitchmedium.h"
#include "gststatslist.h"

void
gst_switch_question_free (GstSwitchQuestion * question)
{
  gst_structure_free (question->candidates);
  g_free (question);
}

static void
add_inputs_locked (GstSwitchControl * self, guint medium, GstStructure * s)
{
  gint ids[GST_SWITCH_MAX_INPUTS];
  guint n = av_policy_candidates (self->policy, medium, self->now, ids,
      GST_SWITCH_MAX_INPUTS), i;
  GValue inputs = G_VALUE_INIT;

  gst_value_array_init (&inputs, n);
  for (i = 0; i < n; i++) {
    GstSwitchControlInput *input = gst_switch_control_find_locked (self,
        ids[i]);

    gst_stats_list_append (&inputs, gst_structure_new ("input",
            "name", G_TYPE_STRING, input->name,
            "priority", G_TYPE_UINT, input->priority, NULL));
    if (i == 0)
      gst_structure_set (s, "choice", G_TYPE_STRING, input->name, NULL);
  }
  gst_structure_take_value (s, "inputs", &inputs);
}

static void
ask_one_locked (GstSwitchControl * self, guint medium, guint number,
    guint media)
{
  GstSwitchQuestion *question = g_new0 (GstSwitchQuestion, 1);
  gint active = av_policy_active (self->policy, medium);
  GstSwitchControlInput *input = gst_switch_control_find_locked (self, active);

  question->medium = medium;
  question->number = number;
  question->media = gst_switch_control_media_name_locked (self, media);
  question->candidates = gst_structure_new ("candidates",
      "active", G_TYPE_STRING, input != NULL ? input->name : "slate", NULL);
  add_inputs_locked (self, medium, question->candidates);
  g_queue_push_tail (&self->questions, question);
}

static void
tell_silence_locked (GstSwitchControl * self)
{
  self->news = gst_switch_news_prepend (self->news,
      GST_ELEMENT_MESSAGE_WARNING,
      g_strdup ("select-input was not answered in time."),
      gst_structure_new ("refused", "command", G_TYPE_STRING, "select-input",
          "input", G_TYPE_STRING, "",
          "reason", G_TYPE_STRING, "no answer came in time", NULL));
}

void
gst_switch_control_ask_locked (GstSwitchControl * self, const AvDecision * made)
{
  gboolean split = av_policy_is_split (self->policy);
  guint medium;

  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (made->question[medium] != 0)
      ask_one_locked (self, medium, made->question[medium], split
          ? 1u << medium : AV_POLICY_BOTH);
  }
  if (made->unanswered != 0)
    tell_silence_locked (self);
}

void
gst_switch_control_set_selecting (GstSwitchControl * self, gboolean selecting)
{
  g_mutex_lock (&self->lock);
  if (self->selecting != selecting) {
    self->selecting = selecting;
    av_policy_set_selecting (self->policy, selecting);
  }
  g_mutex_unlock (&self->lock);
}

GstSwitchQuestion *
gst_switch_control_take_question (GstSwitchControl * self)
{
  GstSwitchQuestion *question;

  g_mutex_lock (&self->lock);
  question = g_queue_pop_head (&self->questions);
  g_mutex_unlock (&self->lock);
  return question;
}

FailoverVerdict
gst_switch_control_answer (GstSwitchControl * self,
    const GstSwitchQuestion * question, const gchar * name, GstClockTime now)
{
  gint id = name != NULL ? gst_switch_control_find (self, name)
      : FAILOVER_NONE;
  FailoverVerdict verdict, answer;

  g_mutex_lock (&self->lock);
  answer = av_policy_answer (self->policy, question->medium, question->number,
      id, MAX (now, self->now));
  verdict = answer == FAILOVER_GRANTED && name != NULL && id == FAILOVER_NONE
      ? FAILOVER_UNKNOWN_INPUT : answer;
  if (answer != FAILOVER_NOT_ASKED)
    self->selections++;
  g_mutex_unlock (&self->lock);
  return verdict;
}

guint64
gst_switch_control_get_selections (GstSwitchControl * self)
{
  guint64 selections;

  g_mutex_lock (&self->lock);
  selections = self->selections;
  g_mutex_unlock (&self->lock);
  return selections;
}

void
gst_switch_control_judge_status_locked (GstSwitchControl * self,
    FailoverStatus status)
{
  static const GstElementMessageSeverity severities[] = {
    GST_ELEMENT_MESSAGE_INFO, GST_ELEMENT_MESSAGE_INFO,
    GST_ELEMENT_MESSAGE_INFO, GST_ELEMENT_MESSAGE_WARNING,
    GST_ELEMENT_MESSAGE_WARNING, GST_ELEMENT_MESSAGE_CRITICAL,
  };
  const gchar *before = failover_status_nick (self->status);
  const gchar *now = failover_status_nick (status);

  if (status == self->status)
    return;
  self->status = status;
  self->status_changed = TRUE;
  if (status == FAILOVER_STATUS_STOPPED || status == FAILOVER_STATUS_STARTING)
    return;
  self->news = gst_switch_news_prepend (self->news, severities[status],
      g_strdup_printf ("%s, after %s.", failover_status_text (status), before),
      gst_structure_new ("status", "status", G_TYPE_STRING, now,
          "previous", G_TYPE_STRING, before, NULL));
}

FailoverStatus
gst_switch_control_get_status (GstSwitchControl * self)
{
  FailoverStatus status;

  g_mutex_lock (&self->lock);
  status = self->status;
  g_mutex_unlock (&self->lock);
  return status;
}

gboolean
gst_switch_control_take_status_change (GstSwitchControl * self)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->status_changed;
  self->status_changed = FALSE;
  g_mutex_unlock (&self->lock);
  return changed;
}

void
gst_switch_control_stop (GstSwitchControl * self)
{
  g_mutex_lock (&self->lock);
  gst_switch_control_judge_status_locked (self, FAILOVER_STATUS_STOPPED);
  g_queue_clear_full (&self->questions,
      (GDestroyNotify) gst_switch_question_free);
  g_mutex_unlock (&self->lock);
}
