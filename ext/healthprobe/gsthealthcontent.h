/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include "health.h"

G_BEGIN_DECLS

/* What can be looked into. */
typedef enum
{
  GST_HEALTH_CONTENT_NONE,
  GST_HEALTH_CONTENT_VIDEO,
  GST_HEALTH_CONTENT_AUDIO,
} GstHealthContentKind;

/* Looks into raw buffers, read only, for the detectors' cores.  Streaming
 * thread only; no locks. */
typedef struct
{
  GstHealthContentKind kind;
  const gchar *medium;          /* video, audio, text, mpegts, rtp, other */
  GstVideoInfo video;
  LumaPlane plane;              /* but for data and stride */
  guint component;              /* luma, or green */
  GstAudioInfo audio;
  SilenceDetect silence;
  FreezeDetect freeze;

  gdouble black_pixel;
  gdouble freeze_threshold;
  gboolean check_freeze;
  gdouble silence_level_db;
  GstClockTime period;          /* between two looks at pictures */
  GstClockTime next;            /* next look, or none for at once */
} GstHealthContent;

void gst_health_content_init (GstHealthContent * self);

/* New caps, NULL for none known; also says what the stream is. */
void gst_health_content_set_caps (GstHealthContent * self, GstCaps * caps,
    HealthStream * stream);

void gst_health_content_configure (GstHealthContent * self,
    const HealthConfig * config, guint analysis_fps);

/* Data are missing before the next buffer. */
void gst_health_content_reset (GstHealthContent * self);

/* `time` is any clock that the buffers follow, for the pace of looking. */
void gst_health_content_look (GstHealthContent * self, GstBuffer * buffer,
    GstClockTime time, HealthContent * content);

G_END_DECLS
