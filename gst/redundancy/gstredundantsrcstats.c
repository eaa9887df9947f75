/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The `stats` structure of redundantsrc.
 * Locks: gstredundantsrcprivate.h. */
#include "gstredundantsrcprivate.h"

#include "gstelementmessage.h"
#include "gststatslist.h"

static const gchar *
media_text (guint media)
{
  static const gchar *const texts[] = {
    "none", "video", "audio", "video+audio"
  };

  return texts[media & ALL_MEDIA];
}

static GstStructure *
input_stats (GstRedundantSrc * self, GstRedundantInput * input)
{
  GstClockTime now = gst_element_running_time_now (GST_ELEMENT (self));
  gint id = gst_switch_control_find (self->control, GST_OBJECT_NAME (input));
  GstStructure *stats = gst_structure_new ("input", "name", G_TYPE_STRING,
      GST_OBJECT_NAME (input), NULL);
  GstSwitchInputInfo info = { NULL, };

  gst_redundant_input_add_stats (input, stats);
  if (!GST_CLOCK_TIME_IS_VALID (now))
    now = 0;
  if (gst_switch_control_get_info (self->control, id, now, &info)) {
    g_autofree gchar *faults = gst_content_faults_to_string (info.faults);

    gst_structure_set (stats, "healthy", G_TYPE_BOOLEAN, info.healthy,
        "faults", G_TYPE_STRING, faults,
        "active", G_TYPE_BOOLEAN, info.active != 0,
        "active-media", G_TYPE_STRING, media_text (info.active),
        "locked-out", G_TYPE_BOOLEAN, info.locked_out != 0,
        "media", G_TYPE_STRING, media_text (info.media),
        "priority", G_TYPE_UINT, info.priority,
        "epochs", G_TYPE_UINT64, info.epochs,
        "late", G_TYPE_UINT64, info.late,
        "jumps", G_TYPE_UINT64, info.jumps,
        "offset", G_TYPE_INT64, info.offset,
        "drift-ppm", G_TYPE_DOUBLE, info.drift_ppb / 1000.0,
        "alignment", G_TYPE_STRING, alignment_nick (info.alignment),
        "shift", G_TYPE_INT64, info.shift,
        "flaps", G_TYPE_UINT64, info.flaps,
        "return-delay", G_TYPE_UINT64, info.return_delay, NULL);
  } else {
    /* Merged into another one, or on its way out. */
    gboolean healthy = FALSE;

    g_object_get (input, "healthy", &healthy, NULL);
    gst_structure_set (stats, "healthy", G_TYPE_BOOLEAN, healthy,
        "active", G_TYPE_BOOLEAN, FALSE, NULL);
  }
  gst_switch_input_info_clear (&info);
  return stats;
}

static guint64
uint64_of (const GstStructure * structure, const gchar * field)
{
  guint64 value = 0;

  gst_structure_get_uint64 (structure, field, &value);
  return value;
}

GstStructure *
gst_redundant_src_get_stats (GstRedundantSrc * self)
{
  g_autoptr (GPtrArray) all = gst_redundant_inputs_get (self->inputs);
  GstStructure *stats = gst_structure_new_empty
      ("application/x-redundantsrc-stats");
  GValue inputs = G_VALUE_INIT, media = G_VALUE_INIT;
  guint64 missed = 0, repeated = 0, samples = 0;
  guint64 switches, manual, returns;
  g_autofree gchar *active = NULL;
  guint i;

  gst_value_array_init (&inputs, all->len);
  for (i = 0; i < all->len; i++)
    gst_stats_list_append (&inputs, input_stats (self, all->pdata[i]));
  gst_value_array_init (&media, N_MEDIA);
  for (i = 0; i < N_MEDIA; i++) {
    GstStructure *one = gst_redundant_switch_media_stats (self->switches[i]);
    missed += uint64_of (one, "frames-missed");
    repeated += uint64_of (one, "repeated-frames");
    samples += uint64_of (one, "samples-missed");
    gst_structure_set_name (one, "medium");
    gst_stats_list_append (&media, one);
  }
  gst_switch_control_get_counters (self->control, ALL_MEDIA, &switches,
      &manual, &returns);
  g_object_get (self->switches[0], "active-input", &active, NULL);
  gst_structure_set (stats, "status", G_TYPE_STRING, failover_status_nick
      (gst_switch_control_get_status (self->control)),
      "selections", G_TYPE_UINT64,
      gst_switch_control_get_selections (self->control),
      "switches", G_TYPE_UINT64, switches,
      "switches-manual", G_TYPE_UINT64, manual,
      "returns", G_TYPE_UINT64, returns,
      "frames-missed", G_TYPE_UINT64, missed,
      "repeated-frames", G_TYPE_UINT64, repeated,
      "samples-missed", G_TYPE_UINT64, samples, NULL);
  gst_structure_take_value (stats, "inputs", &inputs);
  gst_redundant_inputs_add_stats (self->inputs, stats);
  gst_structure_take_value (stats, "media", &media);
  return stats;
}
