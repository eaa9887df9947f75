/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an input's time is shifted to: beside the one that is shown where both
 * prove to be one timeline, and by what the operator asks for.
 * Locks: the control's only. */
#include "gstswitchcontrolprivate.h"

/* A shift to earlier leaves so much of the latency for jitter.  One to later
 * must not fill the stores, which hold so much beyond it. */
#define SHIFT_MARGIN (200 * GST_MSECOND)
#define MOST_SHIFT (GST_SWITCH_MAX_OFFSET * (gint64) GST_MSECOND)

/* Alignment is judged after each so many references, and kept while what is
 * found anew differs by less than that. */
#define ALIGN_EVERY 32
#define ALIGNED ((gint64) (5 * GST_MSECOND))

typedef GstSwitchControlInput Input;

static gint64
least_shift_locked (GstSwitchControl * self)
{
  gint64 latency = self->config.timeline.latency;

  return -MAX (latency - SHIFT_MARGIN, 0);
}

void
gst_switch_control_shift_locked (GstSwitchControl * self, Input * input)
{
  guint i;

  for (i = 0; i < FAILOVER_MEDIA; i++) {
    gint64 shift = CLAMP (input->aligned + input->trim[i],
        least_shift_locked (self), MOST_SHIFT);

    timeline_shift (&input->timeline, i, shift,
        input->id == self->decisions[i].active);
  }
}

/* The medium by which inputs are compared, of which they have one timeline. */
static GstSwitchMediumId
clock_medium_locked (GstSwitchControl * self, const Input * input)
{
  guint both = self->config.failover.required
      & av_policy_media (self->policy, input->id);

  return both & 1u << GST_SWITCH_VIDEO ? GST_SWITCH_VIDEO : GST_SWITCH_AUDIO;
}

static gboolean
is_shown_locked (GstSwitchControl * self, const Input * input)
{
  guint i;

  for (i = 0; i < FAILOVER_MEDIA; i++) {
    if (self->decisions[i].active == input->id)
      return TRUE;
  }
  return FALSE;
}

/* Puts an input that is not seen where the one that is shows the same. */
static void
align_locked (GstSwitchControl * self, Input * input)
{
  GstSwitchMediumId lead = self->config.failover.required
      & 1u << GST_SWITCH_VIDEO ? GST_SWITCH_VIDEO : GST_SWITCH_AUDIO;
  Input *shown =
      gst_switch_control_find_locked (self, self->decisions[lead].active);
  AlignmentKind kind;
  gint64 later, wanted;

  if (shown == NULL || is_shown_locked (self, input))
    return;
  kind = alignment_compare (&shown->alignment, &input->alignment,
      MOST_SHIFT, &later);
  wanted = kind != ALIGNMENT_NONE ? shown->aligned - later : 0;
  if (wanted < least_shift_locked (self)
      || wanted > (gint64) self->config.timeline.latency) {
    kind = ALIGNMENT_NONE;
    wanted = 0;
  }
  /* What was proven once holds until something else is. */
  if (kind == ALIGNMENT_NONE && later == 0)
    return;
  input->aligned_by = kind;
  if (ABS (wanted - input->aligned) > ALIGNED)
    input->aligned = wanted;
  gst_switch_control_shift_locked (self, input);
}

static void
note_references_locked (GstSwitchControl * self, Input * input,
    const gint64 references[ALIGNMENT_N_KINDS], gint64 place)
{
  gboolean judge = FALSE;
  guint kind;

  for (kind = 0; kind < ALIGNMENT_N_KINDS; kind++) {
    gint64 reference = references[kind];

    /* From outside: beyond this the sums of it do not fit. */
    if (reference < 0 || reference >= G_MAXINT64 / 2)
      continue;
    alignment_add (&input->alignment, kind, reference, place);
    judge |= input->alignment.evidence[kind].n % ALIGN_EVERY == 0;
  }
  if (judge)
    align_locked (self, input);
}

void
gst_switch_control_on_references (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, const gint64 references[ALIGNMENT_N_KINDS],
    gint64 mapped)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL && medium == clock_medium_locked (self, input))
    note_references_locked (self, input, references, mapped
        - input->timeline.media[medium].shift);
  g_mutex_unlock (&self->lock);
}

void
gst_switch_control_set_offset (GstSwitchControl * self, gint id,
    gint offset_ms, gint audio_offset_ms)
{
  Input *input;

  g_mutex_lock (&self->lock);
  input = gst_switch_control_find_locked (self, id);
  if (input != NULL) {
    input->trim[GST_SWITCH_VIDEO] = offset_ms * GST_MSECOND;
    input->trim[GST_SWITCH_AUDIO] = (offset_ms + audio_offset_ms)
        * GST_MSECOND;
    gst_switch_control_shift_locked (self, input);
  }
  g_mutex_unlock (&self->lock);
}
