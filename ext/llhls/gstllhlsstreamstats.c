/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsstreamparts.h"

#include "gststatslist.h"

void
gst_llhls_tally_add (GstLlHlsTally * self, const GstLlHlsTally * more)
{
  self->segments += more->segments;
  self->parts += more->parts;
  self->gaps += more->gaps;
  self->discontinuities += more->discontinuities;
}

GstLlHlsTally
gst_llhls_stream_tally (const GstLlHlsStream * self)
{
  GstLlHlsTally all = self->gone;
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    gst_llhls_tally_add (&all,
        &((const GstLlHlsTrack *) g_ptr_array_index (self->tracks, i))->tally);
  return all;
}

static void
append_track_stats (GValue * list, const GstLlHlsTrack * track)
{
  const Playlist *playlist = &track->core->playlist;
  PlaylistPosition p;

  playlist_position (playlist, &p);
  gst_stats_list_append (list, gst_structure_new ("rendition",
          "name", G_TYPE_STRING, track->name,
          "msn", G_TYPE_UINT64, p.has_open ? p.open_msn : p.closed_msn,
          "part", G_TYPE_INT, (gint) p.open_parts - 1,
          "segments", G_TYPE_UINT64, track->tally.segments,
          "parts", G_TYPE_UINT64, track->tally.parts,
          "parts-concealed", G_TYPE_UINT64, track->parts_concealed,
          "gaps", G_TYPE_UINT64, track->tally.gaps,
          "discontinuities", G_TYPE_UINT64, track->tally.discontinuities,
          "frames-dropped", G_TYPE_UINT64, track->core->dropped,
          "frames-late", G_TYPE_UINT64, track->core->late,
          "peak-rate-bps", G_TYPE_INT64, (gint64) track->meter.peak_bps,
          "position", G_TYPE_INT64,
          (gint64) segmenter_position (&track->core->segmenter), NULL));
}

void
gst_llhls_stream_add_stats (GstLlHlsStream * self, GstStructure * stats)
{
  GValue list = G_VALUE_INIT;
  GstLlHlsTally all;
  guint64 memory = 0, refused;
  gint ranges;
  guint i;

  g_value_init (&list, GST_TYPE_ARRAY);
  g_mutex_lock (&self->lock);
  all = gst_llhls_stream_tally (self);
  refused = self->ranges_refused;
  ranges = self->ranges.entries->len;
  for (i = 0; i < self->tracks->len; i++) {
    const GstLlHlsTrack *track = g_ptr_array_index (self->tracks, i);

    memory += track->core->playlist.bytes;
    append_track_stats (&list, track);
  }
  for (i = 0; i < self->texts->len; i++) {
    const GstLlHlsTrack *track = g_ptr_array_index (self->texts, i);

    memory += gst_llhls_text_add_stats (track->text, &list);
  }
  if (self->state != NULL)
    gst_llhls_state_add_stats (self->state, stats);
  g_mutex_unlock (&self->lock);
  gst_structure_set (stats, "segments", G_TYPE_UINT64, all.segments,
      "parts", G_TYPE_UINT64, all.parts, "gaps", G_TYPE_UINT64, all.gaps,
      "discontinuities", G_TYPE_UINT64, all.discontinuities,
      "dateranges-refused", G_TYPE_UINT64, refused,
      "dateranges", G_TYPE_INT, ranges,
      "memory-bytes", G_TYPE_INT64, (gint64) memory, NULL);
  gst_structure_take_value (stats, "renditions", &list);
}
