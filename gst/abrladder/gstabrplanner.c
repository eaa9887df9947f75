/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrplanner.h"

#include <string.h>

#define MAX_THREADS 4           /* per rung: each one is a frame of delay */
#define AUDIO_QUEUE_BUFFERS 200 /* two seconds and more */

void
gst_abr_planner_source (LadderSource * source, const GstVideoInfo * info)
{
  source->width = GST_VIDEO_INFO_WIDTH (info);
  source->height = GST_VIDEO_INFO_HEIGHT (info);
  source->par_n = GST_VIDEO_INFO_PAR_N (info);
  source->par_d = GST_VIDEO_INFO_PAR_D (info);
  source->fps_n = GST_VIDEO_INFO_FPS_N (info);
  source->fps_d = GST_VIDEO_INFO_FPS_D (info);
}

void
gst_abr_planner_front (GstAbrFrontPlan * plan, const GstAbrSettings * settings,
    const LadderPlan * ladder, guint64 epoch_offset)
{
  plan->fps_n = ladder->fps_n;
  plan->fps_d = ladder->fps_d;
  plan->gop_duration = settings->gop_duration_ms * GST_MSECOND;
  plan->gop_multiple = ladder->gop_multiple;
  plan->gop_offset = settings->gop_anchor == GST_ABR_GOP_ANCHOR_EPOCH
      ? epoch_offset : 0;
}

/* Half a GOP: 1000 ms at 2 s keep the largest segment within 1.07 of the
 * nominal rate. */
static guint
vbv_of (const GstAbrSettings * settings, const LadderRung * rung)
{
  if (rung->vbv_ms > 0)
    return rung->vbv_ms;
  if (settings->vbv_ms > 0)
    return settings->vbv_ms;
  return CLAMP (settings->gop_duration_ms / 2, 100, 10000);
}

/* With as many rungs as cores, one thread each costs a fifth less than x264's
 * own choice. */
static guint
threads_per_rung (const LadderPlan * ladder)
{
  guint i, n_kept = 0;

  for (i = 0; i < ladder->n_rungs; i++)
    n_kept += ladder->rungs[i].verdict == LADDER_RUNG_KEPT;
  return CLAMP (g_get_num_processors () / MAX (n_kept, 1), 1, MAX_THREADS);
}

static void
fill_encoder (GstAbrEncoderSettings * self, const GstAbrSettings * settings,
    const LadderRung * rung)
{
  self->bitrate = rung->bitrate;
  self->vbv_ms = vbv_of (settings, rung);
  self->threads = 1;
  self->gop_frames = 1;
  g_strlcpy (self->speed_preset, rung->speed_preset[0] ? rung->speed_preset
      : gst_abr_enum_nick (GST_TYPE_ABR_SPEED_PRESET, settings->speed_preset),
      sizeof self->speed_preset);
  self->zerolatency = settings->tune == GST_ABR_TUNE_ZEROLATENCY;
  if (rung->tune[0] != '\0')
    self->zerolatency = strcmp (rung->tune, "zerolatency") == 0;
}

void
gst_abr_planner_audio_rung (GstAbrRungPlan * plan,
    const GstAbrSettings * settings, const LadderRung * rung,
    const gchar * factory, gboolean live)
{
  memset (plan, 0, sizeof *plan);
  plan->chain.medium = rung->medium;
  g_strlcpy (plan->chain.factory, factory, sizeof plan->chain.factory);
  g_strlcpy (plan->chain.stream_format,
      gst_abr_enum_nick (GST_TYPE_ABR_STREAM_FORMAT, settings->stream_format),
      sizeof plan->chain.stream_format);
  fill_encoder (&plan->chain.settings, settings, rung);
  plan->divisor = 1;
  plan->live = live;
  plan->queue_frames = AUDIO_QUEUE_BUFFERS;
}

void
gst_abr_planner_video_rung (GstAbrRungPlan * plan,
    const GstAbrSettings * settings, const LadderRung * rung,
    const gchar * factory, gboolean live, const LadderPlan * ladder,
    guint index)
{
  const LadderPlanRung *planned = &ladder->rungs[index];
  guint64 gop_frames = gst_util_uint64_scale_ceil (settings->gop_duration_ms *
      GST_MSECOND, planned->fps_n, planned->fps_d * GST_SECOND);

  gst_abr_planner_audio_rung (plan, settings, rung, factory, live);
  plan->queue_frames = settings->queue_frames;
  plan->skipped = planned->verdict != LADDER_RUNG_KEPT;
  plan->divisor = planned->divisor;
  plan->fps_n = planned->fps_n;
  plan->fps_d = planned->fps_d;
  plan->chain.width = planned->width;
  plan->chain.height = planned->height;
  plan->chain.settings.gop_frames = CLAMP (gop_frames, 1, G_MAXINT / 4);
  plan->chain.settings.threads = threads_per_rung (ladder);
}
