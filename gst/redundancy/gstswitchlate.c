/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An input that delivers, but too late to serve, is told of. */
#include "gstswitchlate.h"

#define GST_CAT_DEFAULT gst_redundant_switch_debug

void
gst_switch_late_judge_locked (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad, TimelineVerdict verdict, gint64 mapped)
{
  gint64 now = gst_redundant_switch_now (self), behind = 0;

  switch (verdict) {
    case TIMELINE_SETTLING:
      return;
    case TIMELINE_USABLE:
      break;
    case TIMELINE_LATE:
      behind = now - mapped - (gint64) gst_redundant_switch_total_locked (self);
      behind = MAX (behind, 1);
      break;
  }
  pad->late_news = lateness_on_data (&pad->lateness, now, behind);
}

static GstStructure *
new_facts (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    const gchar * input)
{
  const Lateness *late = &pad->lateness;
  g_autofree gchar *name = g_strdup_printf ("%s-late", self->prefix);
  g_autofree gchar *incident = g_strdup_printf ("%s-late-%s-%u",
      self->medium->name, input, late->incidents);

  return gst_structure_new (name, "medium", G_TYPE_STRING, self->medium->name,
      "input", G_TYPE_STRING, input, "incident", G_TYPE_STRING, incident,
      "since", G_TYPE_UINT64, late->opened_at,
      "behind", G_TYPE_UINT64, late->behind, NULL);
}

static void
post (GstRedundantSwitch * self, GstElementMessageSeverity severity,
    GstStructure * facts, const gchar * text)
{
  g_autofree gchar *summary = g_strdup_printf ("%s of %s %s.",
      self->medium->id == GST_SWITCH_VIDEO ? "Video" : "Audio",
      gst_structure_get_string (facts, "input"), text);

  GST_INFO_OBJECT (self, "%s", summary);
  gst_element_message_post_structure (self->owner != NULL ? self->owner
      : GST_ELEMENT (self), severity, summary, facts);
}

void
gst_switch_late_tell (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  LatenessNews news = pad->late_news;
  g_autofree gchar *input = NULL;
  GstStructure *facts;

  pad->late_news = LATENESS_NO_NEWS;
  if (news == LATENESS_NO_NEWS)
    return;
  input = gst_switch_control_name (self->control, pad->id);
  facts = new_facts (self, pad, input);
  if (news == LATENESS_OPENS) {
    gst_structure_set (facts, "state", G_TYPE_STRING, "open", NULL);
    post (self, GST_ELEMENT_MESSAGE_WARNING, facts,
        "arrives too late to be shown");
    return;
  }
  gst_structure_set (facts, "state", G_TYPE_STRING, "close",
      "duration", G_TYPE_UINT64, pad->lateness.punctual_since
      - pad->lateness.opened_at, "buffers", G_TYPE_UINT64,
      pad->lateness.buffers, NULL);
  post (self, GST_ELEMENT_MESSAGE_INFO, facts, pad->leaves ? "is no input any "
      "more, which was late" : "arrives in time again");
}

void
gst_switch_late_end (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  pad->leaves = TRUE;
  pad->late_news = lateness_end (&pad->lateness,
      gst_redundant_switch_now (self));
  gst_switch_late_tell (self, pad);
}
