/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrinput.h"

/* Names in messages and stats: the ladder's, and with several audio inputs
 * the input's number. */
static gchar *
rung_id (GstAbrInput * self, const LadderRung * rung)
{
  if (self->index == 0)
    return g_strdup (rung->name);
  return g_strdup_printf ("%s.%u", rung->name, self->index);
}

/* A queue has run full or empty: see gst_abr_branch_starves ().  The queue's
 * own lock is not held. */
static void
on_queue (GstElement * queue, GstAbrInput * self)
{
  gboolean starves = FALSE;
  guint i;

  for (i = 0; i < self->branches->len; i++)
    starves |= gst_abr_branch_starves (g_ptr_array_index (self->branches, i));
  for (i = 0; starves && i < self->branches->len; i++)
    gst_abr_branch_make_room (g_ptr_array_index (self->branches, i));
}

/* Once all branches are there: the list does not change any more. */
static void
watch_queues (GstAbrInput * self)
{
  guint i;

  for (i = 0; i < self->branches->len; i++) {
    GstAbrBranch *branch = g_ptr_array_index (self->branches, i);

    g_signal_connect (branch->queue, "overrun", G_CALLBACK (on_queue), self);
    g_signal_connect (branch->queue, "underrun", G_CALLBACK (on_queue), self);
  }
}

static gboolean
add_branches (GstAbrInput * self, const GstAbrInputConfig * config)
{
  guint i, n = ladder_spec_count (config->spec, self->medium);
  const LadderRung *rung;
  GstAbrBranch *branch;

  for (i = 0; i < n; i++) {
    g_autofree gchar *id = NULL, *name = NULL;

    rung = ladder_spec_nth (config->spec, self->medium, i);
    id = rung_id (self, rung);
    name = g_strdup_printf ("%s_%u",
        self->medium == LADDER_VIDEO ? "video" : "audio", self->index * n + i);
    branch = gst_abr_branch_new (self->bin, self->tee, rung, id, name,
        config->src_template);
    if (branch == NULL)
      return FALSE;
    g_ptr_array_add (self->branches, branch);
  }
  return TRUE;
}

static gboolean
add_head (GstAbrInput * self, const GstAbrInputConfig * config)
{
  GstElement *tee = gst_element_factory_make ("tee", NULL);

  if (tee == NULL)
    return FALSE;
  self->tee = gst_object_ref_sink (tee);
  g_object_set (self->tee, "allow-not-linked", TRUE, NULL);
  self->front = gst_object_ref_sink (gst_abr_front_new (self->medium,
          config->planner, config->flow, self->bin));
  gst_abr_bin_add (self->bin, self->tee);
  gst_abr_bin_add (self->bin, GST_ELEMENT (self->front));
  gst_element_link (GST_ELEMENT (self->front), self->tee);
  return TRUE;
}

/* The sink pad comes last: whoever links it finds the source pads there. */
GstAbrInput *
gst_abr_input_new (const GstAbrInputConfig * config)
{
  GstAbrInput *self = g_new0 (GstAbrInput, 1);

  self->bin = config->bin;
  self->medium = config->medium;
  self->index = config->index;
  self->branches = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_abr_branch_unref);
  if (!add_head (self, config) || !add_branches (self, config)) {
    gst_abr_input_remove (self);
    return NULL;
  }
  watch_queues (self);
  self->sink = gst_object_ref (gst_abr_bin_add_ghost (self->bin,
          GST_ELEMENT (self->front), "sink", config->name,
          config->sink_template));
  return self;
}

void
gst_abr_input_remove (GstAbrInput * self)
{
  guint i;

  if (self->sink != NULL)
    gst_abr_bin_remove_ghost (self->bin, self->sink);
  if (self->front != NULL) {
    gst_abr_bin_remove (self->bin, GST_ELEMENT (self->front));
    gst_abr_bin_remove (self->bin, self->tee);
  }
  for (i = 0; i < self->branches->len; i++)
    gst_abr_branch_remove (g_ptr_array_index (self->branches, i));
  gst_abr_input_free (self);
}

void
gst_abr_input_free (GstAbrInput * self)
{
  guint i;

  for (i = 0; i < self->branches->len; i++) {
    GstAbrBranch *branch = g_ptr_array_index (self->branches, i);

    g_signal_handlers_disconnect_by_data (branch->queue, self);
  }
  gst_clear_object (&self->sink);
  gst_clear_object (&self->front);
  gst_clear_object (&self->tee);
  g_ptr_array_unref (self->branches);
  g_free (self);
}
