/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BENCH_MAX_INPUTS 8
#define BENCH_BLOCKS 8          /* distinct memories, beyond the caches */

/* One kind of live media. */
typedef struct
{
  const gchar *name;
  const gchar *caps;
  gsize size;                   /* bytes of a buffer */
  guint per_second_n;           /* buffers */
  guint per_second_d;
  guint key_distance;           /* 0: every buffer */
  gboolean is_audio;
} BenchMedia;

extern const BenchMedia bench_video;
extern const BenchMedia bench_audio_f32;
extern const BenchMedia bench_audio_s16;
extern const BenchMedia bench_h264;

/* An element with inputs that are pushed by hand and an output that is
 * watched. */
typedef struct
{
  const BenchMedia *media;
  GstElement *element;          /* NULL: pad to pad */
  GstPad *src[BENCH_MAX_INPUTS];
  guint n_inputs;
  GstPad *sink;
  GMutex lock;
  GCond cond;
  gsize out;                    /* atomic: ns, end of what came out */
  gsize target;                 /* atomic: tell when `out` gets there */
} BenchRig;

/* `description` is a factory's name, or a chain of elements; NULL for nothing.
 * `chain` NULL drops what comes out. */
void bench_rig_open (BenchRig * rig, const gchar * description,
    guint n_inputs, const BenchMedia * media, GstClock * clock,
    GstPadChainFunction chain);
void bench_rig_close (BenchRig * rig);
/* Until the stream has come out up to `time`. */
void bench_rig_wait (BenchRig * rig, GstClockTime time);
GstFlowReturn bench_swallow (GstPad * pad, GstObject * parent,
    GstBuffer * buffer);

GstClockTime bench_media_time (const BenchMedia * media, guint n);
GstMemory *bench_media_block (const BenchMedia * media, guint seed);
/* Number n of an input, with a memory of `blocks`. */
GstBuffer *bench_media_buffer (const BenchMedia * media, GstMemory ** blocks,
    guint n);

guint64 bench_cpu (void);
gdouble bench_median (gdouble * values, guint n);

int redundancy_cost_run (void);
int redundancy_live_run (void);
int redundancy_failover_run (void);
int redundancy_memory_run (void);

G_END_DECLS
