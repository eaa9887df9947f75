/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrbranch.h"

#define MAX_ROOM 1000           /* frames; more than any encoder's delay */

void
gst_abr_bin_add (GstBin * bin, GstElement * element)
{
  gst_bin_add (bin, element);
  gst_element_sync_state_with_parent (element);
}

void
gst_abr_bin_remove (GstBin * bin, GstElement * element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (bin, element);
}

GstPad *
gst_abr_bin_add_ghost (GstBin * bin, GstElement * element,
    const gchar * target_name, const gchar * name, GstPadTemplate * template)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (element, target_name);
  GstPad *ghost = gst_ghost_pad_new_from_template (name, target, template);

  gst_pad_set_active (ghost, TRUE);
  gst_element_add_pad (GST_ELEMENT (bin), ghost);
  return ghost;
}

void
gst_abr_bin_remove_ghost (GstBin * bin, GstPad * pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (GST_ELEMENT (bin), pad);
}

/* What a rung drops, it drops here: the queue itself never leaks, for it does
 * not know which frames begin a GOP. */
static GstPadProbeReturn
on_queue_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstElement *queue = GST_PAD_PARENT (pad);
  guint level;

  g_object_get (queue, "current-level-buffers", &level, NULL);
  return gst_abr_rung_takes (data, GST_PAD_PROBE_INFO_BUFFER (info), level)
      ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* (transfer floating) (nullable) */
static GstElement *
new_queue (GstAbrRung * rung)
{
  g_autofree gchar *name = g_strdup_printf ("queue-%s",
      gst_abr_rung_get_id (rung));
  GstElement *queue = gst_element_factory_make ("queue", name);
  g_autoptr (GstPad) sink = NULL;

  if (queue == NULL)
    return NULL;
  /* Frames, not bytes: the default of 10 MiB is three frames of 1080p. */
  g_object_set (queue, "max-size-bytes", 0, "max-size-time",
      G_GUINT64_CONSTANT (0), NULL);
  sink = gst_element_get_static_pad (queue, "sink");
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, on_queue_buffer,
      g_object_ref (rung), g_object_unref);
  return queue;
}

GstAbrBranch *
gst_abr_branch_new (GstBin * owner, GstElement * tee, const LadderRung * spec,
    const gchar * id, const gchar * pad_name, GstPadTemplate * template)
{
  g_autoptr (GstAbrRung) rung = gst_abr_rung_new (owner, spec, id);
  GstElement *queue = new_queue (rung);
  GstAbrBranch *self;

  if (queue == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (GstAbrBranch);
  self->rung = g_steal_pointer (&rung);
  self->queue = gst_object_ref_sink (queue);
  self->outlet = gst_object_ref_sink (gst_abr_outlet_new (self->rung));
  self->inlet = gst_object_ref_sink (gst_abr_inlet_new (self->rung,
          self->outlet));
  gst_abr_bin_add (owner, GST_ELEMENT (self->outlet));
  gst_abr_bin_add (owner, GST_ELEMENT (self->inlet));
  gst_abr_bin_add (owner, self->queue);
  self->src = gst_object_ref (gst_abr_bin_add_ghost (owner,
          GST_ELEMENT (self->outlet), "src", pad_name, template));
  gst_element_link (self->queue, GST_ELEMENT (self->inlet));
  gst_element_link (tee, self->queue);
  return self;
}

GstAbrBranch *
gst_abr_branch_ref (GstAbrBranch * self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  GstAbrBranch *self = data;

  g_object_unref (self->rung);
  gst_object_unref (self->queue);
  gst_object_unref (self->inlet);
  gst_object_unref (self->outlet);
  gst_object_unref (self->src);
}

void
gst_abr_branch_unref (GstAbrBranch * self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* From the tee to the pad, so that no thread is left that pushes. */
void
gst_abr_branch_remove (GstAbrBranch * self)
{
  GstBin *owner = gst_abr_rung_get_owner (self->rung);

  gst_abr_bin_remove_ghost (owner, self->src);
  gst_abr_bin_remove (owner, self->queue);
  gst_abr_rung_remove_chain (self->rung);
  gst_abr_bin_remove (owner, GST_ELEMENT (self->inlet));
  gst_abr_bin_remove (owner, GST_ELEMENT (self->outlet));
}

gboolean
gst_abr_branch_owns (GstAbrBranch * self, GstObject * object)
{
  g_autoptr (GstElement) chain = NULL;

  if (object == GST_OBJECT (self->inlet) || object == GST_OBJECT (self->outlet)
      || object == GST_OBJECT (self->queue))
    return TRUE;
  chain = gst_abr_rung_ref_chain (self->rung);
  return chain != NULL && (object == GST_OBJECT (chain)
      || gst_object_has_as_ancestor (object, GST_OBJECT (chain)));
}

void
gst_abr_branch_set_plan (GstAbrBranch * self, const GstAbrRungPlan * plan)
{
  gst_abr_rung_set_plan (self->rung, plan);
  g_object_set (self->queue, "max-size-buffers",
      plan->live ? 0 : plan->queue_frames, NULL);
}

static guint
level_of (GstAbrBranch * self)
{
  guint level;

  g_object_get (self->queue, "current-level-buffers", &level, NULL);
  return level;
}

gboolean
gst_abr_branch_starves (GstAbrBranch * self)
{
  return gst_abr_rung_get_state (self->rung) == RUNG_STARTING
      && level_of (self) == 0;
}

void
gst_abr_branch_make_room (GstAbrBranch * self)
{
  guint limit;

  g_object_get (self->queue, "max-size-buffers", &limit, NULL);
  if (limit > 0 && limit < MAX_ROOM && level_of (self) >= limit)
    g_object_set (self->queue, "max-size-buffers", limit + 1, NULL);
}

GstStructure *
gst_abr_branch_get_stats (GstAbrBranch * self)
{
  return gst_abr_rung_get_stats (self->rung, level_of (self));
}
