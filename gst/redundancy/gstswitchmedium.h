/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstslate.h"
#include "gstswitchcontrol.h"

G_BEGIN_DECLS

#define GST_SWITCH_MAX_INPUTS 64

/* Where the inputs stand in line for one slot of the output. */
typedef struct
{
  gpointer tracks[GST_SWITCH_MAX_INPUTS];
  guint n;
} GstSwitchOrder;

/* What became of a slot. */
typedef struct
{
  gboolean fresh;               /* an input filled (some of) it */
  gpointer track;               /* which one, if so */
  gboolean slate;
  GstCaps *caps;                /* (transfer full) of the buffer; NULL: the
                                 * output's form */
} GstSwitchSlot;

typedef struct
{
  guint64 slots;                /* put out */
  guint64 missed;               /* frames or samples without an input's data */
  guint64 repeated;             /* frames */
  guint64 slate;                /* frames or samples */
  guint64 resyncs;              /* audio placed anew */
  guint64 corrections;          /* frames or samples more or fewer, for drift */
  GstClockTime unit;            /* ns that one missed frame lasts, 0: samples */
  guint rate;                   /* samples a second, 0: frames */
} GstSwitchCounters;

/* One kind of media.  An output is one switch's state of it, a track one
 * input's; both are used under the switch's lock and call no one. */
typedef struct
{
  GstSwitchMediumId id;
  const gchar *name;            /* as in messages */

  /* What inputs may be, given the output's `form` (nullable) or what the
   * application wants of it (nullable).  (transfer full) */
  GstCaps *(*input_caps) (GstCaps * form, GstCaps * wanted);
  /* The output's caps from an input's (nullable) and what is wanted
   * (nullable).  (transfer full) (nullable): not usable */
  GstCaps *(*make_form) (GstCaps * caps, GstCaps * wanted);
  /* Is this input fit for the output as it is? */
  gboolean (*accepts) (GstCaps * form, GstCaps * caps);
  /* And does it mean the same?  If not it is shown, and asked for anew.  NULL:
   * always. */
  gboolean (*is_exact) (GstCaps * form, GstCaps * caps);

  gpointer (*output_new) (GstCaps * form);
  void (*output_free) (gpointer output);
  /* Where the output finds its slate; NULL for media without one. */
  void (*set_slate) (gpointer output, GstSlate * slate);
  /* Begin at `from`; repeat for `freeze` before the slate. */
  void (*output_begin) (gpointer output, GstClockTime from,
      GstClockTime freeze);
  /* How long changes take to fade; NULL for media that do not. */
  void (*set_fade) (gpointer output, GstClockTime fade);
  /* Media without a raster, of which the inputs say when something goes out:
   * `track` (nullable) is the one that shall be shown.  NULL for others. */
  void (*follow) (gpointer output, gpointer track);
  /* GST_CLOCK_TIME_NONE: nothing is there (with `follow` only). */
  GstClockTime (*next_time) (gpointer output);
  guint64 (*skip_to) (gpointer output, GstClockTime time);
  /* Three frames, for the least timeout. */
  GstClockTime (*least_timeout) (gpointer output);
  /* The next slot: before `cut` in the order of `before`, then of `after`.
   * `slate` wants the slate where there is nothing.  (transfer full)
   * (nullable): with `follow`, when nothing is there */
  GstBuffer *(*render) (gpointer output, GstClockTime cut,
      GstSwitchOrder * before, GstSwitchOrder * after, gboolean slate,
      GstSwitchSlot * slot);
  void (*count) (gpointer output, GstSwitchCounters * counters);

  /* Keeps at most `span`.  With `follow` tracks may be there before the output,
   * which is NULL then. */
  gpointer (*track_new) (gpointer output, GstClockTime span);
  void (*track_free) (gpointer output, gpointer track);
  void (*track_clear) (gpointer track);
  /* Takes the buffer, of `caps`, that belongs at `mapped`; returns the stored
   * end (ns). */
  gint64 (*track_store) (gpointer output, gpointer track, GstBuffer * buffer,
      GstCaps * caps, GstClockTime duration, gint64 mapped, guint epoch);
  /* Start of what is stored (ns), or G_MAXINT64. */
  gint64 (*track_start) (gpointer output, gpointer track);
  void (*track_trim) (gpointer output, gpointer track);
  /* Nothing of it is left to be put out.  output is nullable. */
  gboolean (*track_is_over) (gpointer output, gpointer track);
  void (*track_level) (gpointer track, guint64 * items, guint64 * bytes,
      guint64 * dropped);
} GstSwitchMedium;

extern const GstSwitchMedium gst_switch_medium_video;
extern const GstSwitchMedium gst_switch_medium_audio;
extern const GstSwitchMedium gst_switch_medium_encoded_video;
extern const GstSwitchMedium gst_switch_medium_encoded_audio;

/* NULL for caps of another kind. */
const GstSwitchMedium *gst_switch_medium_for_caps (const GstCaps * caps);

/* Parameter sets are in the stream, so that caps do not change with them. */
#define GST_SWITCH_ENCODED_VIDEO_CAPS \
  "video/x-h264, stream-format = (string) byte-stream, " \
  "alignment = (string) au; " \
  "video/x-h265, stream-format = (string) byte-stream, " \
  "alignment = (string) au"

#define GST_SWITCH_ENCODED_AUDIO_CAPS \
  "audio/mpeg, mpegversion = (int) 4, " \
  "stream-format = (string) { raw, adts }, framed = (boolean) true; " \
  "audio/x-opus"

#define GST_SWITCH_ENCODED_CAPS \
  GST_SWITCH_ENCODED_VIDEO_CAPS "; " GST_SWITCH_ENCODED_AUDIO_CAPS

#define GST_SWITCH_CAPS GST_SWITCH_ENCODED_CAPS "; " \
  "video/x-raw; audio/x-raw, format = (string) { " \
  GST_AUDIO_NE (F32) ", " GST_AUDIO_NE (S16) " }, " \
  "layout = (string) interleaved"

G_END_DECLS
