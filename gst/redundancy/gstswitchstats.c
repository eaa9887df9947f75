/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The `stats` structure of a switch. */
#include "gstredundantswitchprivate.h"

#include "gststatslist.h"

static void
add_level (GstRedundantSwitch * self, GstRedundantSwitchPad * pad,
    GstStructure * stats)
{
  guint64 items = 0, bytes = 0, dropped = 0;

  if (pad->track != NULL)
    self->medium->track_level (pad->track, &items, &bytes, &dropped);
  gst_structure_set (stats, "buffers", G_TYPE_UINT64, pad->buffers,
      "bytes", G_TYPE_UINT64, pad->bytes,
      "store-items", G_TYPE_UINT64, items,
      "store-bytes", G_TYPE_UINT64, bytes,
      "dropped", G_TYPE_UINT64, dropped,
      "misfits", G_TYPE_UINT64, pad->misfits, NULL);
}

/* Alone it is whatever comes; of two, one. */
static guint
media_locked (GstRedundantSwitch * self)
{
  return self->owner != NULL && self->medium != NULL ? 1u << self->medium->id
      : AV_POLICY_BOTH;
}

static GstStructure *
input_stats_locked (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  GstClockTime now = gst_redundant_switch_now (self);
  GstSwitchInputInfo info = { NULL, };
  GstStructure *stats = gst_structure_new_empty ("input");
  guint mine = media_locked (self);

  if (gst_switch_control_get_info (self->control, pad->id, now, &info)) {
    g_autofree gchar *faults = gst_content_faults_to_string (info.faults);

    gst_structure_set (stats, "name", G_TYPE_STRING, info.name,
        "healthy", G_TYPE_BOOLEAN, info.healthy,
        "faults", G_TYPE_STRING, faults,
        "active", G_TYPE_BOOLEAN, (info.active & mine) != 0,
        "locked-out", G_TYPE_BOOLEAN, (info.locked_out & mine) != 0,
        "priority", G_TYPE_UINT, info.priority,
        "epochs", G_TYPE_UINT64, info.epochs,
        "late", G_TYPE_UINT64, info.late,
        "jumps", G_TYPE_UINT64, info.jumps,
        "offset", G_TYPE_INT64, info.offset,
        "drift-ppm", G_TYPE_DOUBLE, info.drift_ppb / 1000.0,
        "alignment", G_TYPE_STRING, alignment_nick (info.alignment),
        "shift", G_TYPE_INT64, info.shift,
        "flaps", G_TYPE_UINT64, info.flaps,
        "return-delay", G_TYPE_UINT64, info.return_delay,
        "last-arrival-age", G_TYPE_UINT64,
        GST_CLOCK_TIME_IS_VALID (info.last_arrival) && now > info.last_arrival
        ? now - info.last_arrival : 0, NULL);
  }
  gst_switch_input_info_clear (&info);
  add_level (self, pad, stats);
  return stats;
}

static void
add_inputs_locked (GstRedundantSwitch * self, GstStructure * stats)
{
  GValue array = G_VALUE_INIT;
  GList *l;

  gst_value_array_init (&array, g_list_length (self->pads));
  for (l = self->pads; l != NULL; l = l->next)
    gst_stats_list_append (&array, input_stats_locked (self, l->data));
  gst_structure_take_value (stats, "inputs", &array);
}

static void
add_counters_locked (GstRedundantSwitch * self, GstStructure * stats)
{
  GstSwitchCounters counters = { 0, };

  if (self->output == NULL)
    return;
  self->medium->count (self->output, &counters);
  gst_structure_set (stats, "drift-corrections", G_TYPE_UINT64,
      counters.corrections, NULL);
  if (counters.rate > 0) {
    gst_structure_set (stats, "buffers-out", G_TYPE_UINT64, counters.slots,
        "samples-missed", G_TYPE_UINT64, counters.missed,
        "slate-samples", G_TYPE_UINT64, counters.slate,
        "resyncs", G_TYPE_UINT64, counters.resyncs, NULL);
  } else {
    gst_structure_set (stats, "frames-out", G_TYPE_UINT64, counters.slots,
        "frames-missed", G_TYPE_UINT64, counters.missed,
        "repeated-frames", G_TYPE_UINT64, counters.repeated,
        "slate-frames", G_TYPE_UINT64, counters.slate, NULL);
  }
}

GstStructure *
gst_redundant_switch_media_stats (GstRedundantSwitch * self)
{
  GstStructure *stats = gst_structure_new_empty
      ("application/x-redundantswitch-stats");
  g_autofree gchar *active = NULL;
  guint64 switches, manual, returns;

  g_mutex_lock (&self->lock);
  gst_switch_control_get_counters (self->control, media_locked (self),
      &switches, &manual, &returns);
  active = gst_switch_control_name (self->control, self->last_active);
  gst_structure_set (stats, "name", G_TYPE_STRING,
      self->medium != NULL ? self->medium->name : "none",
      "active-input", G_TYPE_STRING, active,
      "status", G_TYPE_STRING, failover_status_nick
      (gst_switch_control_get_status (self->control)),
      "selections", G_TYPE_UINT64,
      gst_switch_control_get_selections (self->control),
      "switches", G_TYPE_UINT64, switches,
      "switches-manual", G_TYPE_UINT64, manual,
      "returns", G_TYPE_UINT64, returns,
      "slate", G_TYPE_BOOLEAN, self->slate_open,
      "slates", G_TYPE_UINT64, (guint64) self->slate_incidents,
      "position", G_TYPE_UINT64, self->position,
      "skipped", G_TYPE_UINT64, self->skipped,
      "total-latency", G_TYPE_UINT64, gst_redundant_switch_total_locked (self),
      NULL);
  gst_slate_add_stats (self->slate, stats);
  add_counters_locked (self, stats);
  add_inputs_locked (self, stats);
  g_mutex_unlock (&self->lock);
  return stats;
}
