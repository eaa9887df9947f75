/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoded media: access units, switched where a decoder can begin. */
#include <string.h>

#include "aukey.h"
#include "auswitch.h"
#include "gstswitchmedium.h"

/* A store is bounded by time; this is for rates that make no sense. */
#define MAX_STORE_BYTES (64 * 1024 * 1024)
/* Until a duration is known. */
#define FRAME_DURATION (40 * GST_MSECOND)
#define MAX_REORDERING (10 * GST_SECOND)

/* What an AccessUnit's data is. */
typedef struct
{
  GstBuffer *buffer;
  GstCaps *caps;
} Unit;

typedef struct
{
  GstSwitchMediumId id;
  AuSwitch au;
  const AuTrack *wanted;        /* (nullable) */
  GstClockTime duration;        /* of the newest access unit */
  guint64 slots;
  guint64 missed;               /* access units */
} EncodedOutput;

static void
free_unit (gpointer data)
{
  AccessUnit *unit = data;
  Unit *mine = unit->data;

  gst_buffer_unref (mine->buffer);
  gst_caps_unref (mine->caps);
  g_free (mine);
  g_free (unit);
}

static AuCodec
codec_of (const GstCaps * caps)
{
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  if (g_str_equal (name, "video/x-h264"))
    return AU_CODEC_H264;
  if (g_str_equal (name, "video/x-h265"))
    return AU_CODEC_H265;
  return AU_CODEC_AUDIO;
}

/* What must not change, for a decoder or muxer behind us to go on. */
static GstCaps *
kind_of (const GstCaps * caps)
{
  static const gchar *const fields[] = {
    "mpegversion", "stream-format", "alignment", "framed",
    "channel-mapping-family",
  };
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  GstStructure *kind = gst_structure_new_empty (gst_structure_get_name (s));
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *value = gst_structure_get_value (s, fields[i]);

    if (value != NULL)
      gst_structure_set_value (kind, fields[i], value);
  }
  return gst_caps_new_full (kind, NULL);
}

static GstCaps *
encoded_input_caps (GstCaps * form, GstCaps * wanted)
{
  if (form != NULL)
    return kind_of (form);
  if (wanted != NULL)
    return gst_caps_ref (wanted);
  return gst_caps_from_string (GST_SWITCH_ENCODED_CAPS);
}

static GstCaps *
encoded_make_form (GstCaps * caps, GstCaps * wanted)
{
  g_autoptr (GstCaps) all = gst_caps_from_string (GST_SWITCH_ENCODED_CAPS);
  g_autoptr (GstCaps) form = NULL;

  if (caps == NULL)
    return wanted != NULL && gst_caps_can_intersect (wanted, all)
        ? gst_caps_ref (wanted) : NULL;
  form = wanted != NULL ? gst_caps_intersect (caps, wanted)
      : gst_caps_ref (caps);
  return gst_caps_is_empty (form) || !gst_caps_is_fixed (form) ? NULL
      : g_steal_pointer (&form);
}

static gboolean
encoded_accepts (GstCaps * form, GstCaps * caps)
{
  g_autoptr (GstCaps) kind = kind_of (form);

  return gst_caps_can_intersect (kind, caps);
}

static gpointer
new_output (GstSwitchMediumId id)
{
  EncodedOutput *self = g_new0 (EncodedOutput, 1);

  self->id = id;
  self->duration = FRAME_DURATION;
  au_switch_init (&self->au, 0);
  return self;
}

static gpointer
video_output_new (GstCaps * form)
{
  return new_output (GST_SWITCH_VIDEO);
}

static gpointer
audio_output_new (GstCaps * form)
{
  return new_output (GST_SWITCH_AUDIO);
}

static void
encoded_output_free (gpointer output)
{
  g_free (output);
}

static void
encoded_output_begin (gpointer output, GstClockTime from, GstClockTime freeze)
{
  EncodedOutput *self = output;

  au_switch_init (&self->au, from);
}

static void
encoded_follow (gpointer output, gpointer track)
{
  EncodedOutput *self = output;

  self->wanted = track;
}

static GstClockTime
encoded_next_time (gpointer output)
{
  EncodedOutput *self = output;
  AuPick pick = au_switch_peek (&self->au, self->wanted);

  if (pick.item == NULL)
    return GST_CLOCK_TIME_NONE;
  return MAX (pick.item->start, 0);
}

/* Gives up what is older, up to a key frame. */
static guint64
encoded_skip_to (gpointer output, GstClockTime time)
{
  EncodedOutput *self = output;

  self->au.last = MAX (self->au.last, (gint64) time);
  self->au.needs_key = TRUE;
  return 1;
}

static GstClockTime
encoded_least_timeout (gpointer output)
{
  EncodedOutput *self = output;

  return 3 * self->duration;
}

static GstBuffer *
encoded_render (gpointer output, GstClockTime cut, GstSwitchOrder * before,
    GstSwitchOrder * after, gboolean slate, GstSwitchSlot * slot)
{
  EncodedOutput *self = output;
  AuPick pick = au_switch_peek (&self->au, self->wanted);
  const AccessUnit *unit;
  const Unit *mine;
  GstBuffer *buffer;
  gint64 hole;

  memset (slot, 0, sizeof (*slot));
  if (pick.item == NULL)
    return NULL;
  unit = pick.item->data;
  mine = unit->data;
  buffer = gst_buffer_copy (mine->buffer);
  GST_BUFFER_DTS (buffer) = self->id == GST_SWITCH_VIDEO
      ? (GstClockTime) MAX (pick.item->start, 0) : GST_CLOCK_TIME_NONE;
  GST_BUFFER_PTS (buffer) = MAX (unit->pts, 0);
  GST_BUFFER_DURATION (buffer) = pick.item->duration;
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (pick.discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  slot->fresh = TRUE;
  slot->track = (gpointer) pick.track;
  slot->caps = gst_caps_ref (mine->caps);
  self->duration = pick.item->duration;
  self->slots++;
  hole = self->au.hole;
  au_switch_take (&self->au, &pick);
  self->missed += (self->au.hole - hole) / self->duration;
  return buffer;
}

static void
encoded_count (gpointer output, GstSwitchCounters * counters)
{
  EncodedOutput *self = output;

  memset (counters, 0, sizeof (*counters));
  counters->slots = self->slots;
  counters->unit = self->duration;
  counters->missed = self->missed;
}

static gpointer
encoded_track_new (gpointer output, GstClockTime span)
{
  AuTrack *track = g_new0 (AuTrack, 1);

  store_init (&track->store, span, MAX_STORE_BYTES, free_unit);
  return track;
}

static void
encoded_track_free (gpointer output, gpointer data)
{
  EncodedOutput *self = output;
  AuTrack *track = data;

  if (self != NULL) {
    au_switch_forget (&self->au, track);
    if (self->wanted == track)
      self->wanted = NULL;
  }
  store_finish (&track->store);
  g_free (track);
}

static void
encoded_track_clear (gpointer data)
{
  AuTrack *track = data;

  store_clear (&track->store);
}

static gboolean
is_key (GstBuffer * buffer, const GstCaps * caps)
{
  AuCodec codec = codec_of (caps);
  GstMapInfo map;
  gboolean key;

  if (codec == AU_CODEC_AUDIO)
    return TRUE;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)
      || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  key = au_is_key (codec, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return key;
}

/* How much later than it is decoded it is shown; what is more than any stream
 * reorders is a mistake. */
static gint64
shown_after (GstBuffer * buffer)
{
  GstClockTime dts = GST_BUFFER_DTS (buffer), pts = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (dts) || !GST_CLOCK_TIME_IS_VALID (pts)
      || (pts > dts ? pts - dts : dts - pts) > MAX_REORDERING)
    return 0;
  return GST_CLOCK_DIFF (dts, pts);
}

/* `mapped` is where its decoding belongs. */
static gint64
encoded_track_store (gpointer output, gpointer data, GstBuffer * buffer,
    GstCaps * caps, GstClockTime duration, gint64 mapped, guint epoch)
{
  EncodedOutput *self = output;
  AuTrack *track = data;
  AccessUnit *unit = g_new0 (AccessUnit, 1);
  Unit *mine = g_new (Unit, 1);
  StoreItem item;

  mine->buffer = buffer;
  mine->caps = gst_caps_ref (caps);
  unit->data = mine;
  unit->key = is_key (buffer, caps);
  unit->pts = mapped + shown_after (buffer);
  item.start = mapped;
  item.duration = FRAME_DURATION;
  if (GST_CLOCK_TIME_IS_VALID (duration) && duration > 0)
    item.duration = duration;
  else if (self != NULL)
    item.duration = self->duration;
  item.size = gst_buffer_get_size (buffer);
  item.data = unit;
  /* Some that were stored may go. */
  unit->discont = track->epoch != epoch && track->store.count > 0;
  track->epoch = epoch;
  store_push (&track->store, &item);
  return store_end (&track->store);
}

static gint64
encoded_track_start (gpointer output, gpointer data)
{
  AuTrack *track = data;

  return store_next_start (&track->store, G_MININT64 / 2);
}

static void
encoded_track_trim (gpointer output, gpointer data)
{
  EncodedOutput *self = output;
  AuTrack *track = data;

  store_trim (&track->store, self->au.last);
}

static gboolean
encoded_track_is_over (gpointer output, gpointer data)
{
  AuTrack *track = data;

  return track->store.count == 0;
}

static void
encoded_track_level (gpointer data, guint64 * items, guint64 * bytes,
    guint64 * dropped)
{
  AuTrack *track = data;

  *items = track->store.count;
  *bytes = track->store.bytes;
  *dropped = track->store.dropped;
}

#define COMMON \
  .input_caps = encoded_input_caps, \
  .make_form = encoded_make_form, \
  .accepts = encoded_accepts, \
  .output_free = encoded_output_free, \
  .output_begin = encoded_output_begin, \
  .follow = encoded_follow, \
  .next_time = encoded_next_time, \
  .skip_to = encoded_skip_to, \
  .least_timeout = encoded_least_timeout, \
  .render = encoded_render, \
  .count = encoded_count, \
  .track_new = encoded_track_new, \
  .track_free = encoded_track_free, \
  .track_clear = encoded_track_clear, \
  .track_store = encoded_track_store, \
  .track_start = encoded_track_start, \
  .track_trim = encoded_track_trim, \
  .track_is_over = encoded_track_is_over, \
  .track_level = encoded_track_level

/* *INDENT-OFF* */
const GstSwitchMedium gst_switch_medium_encoded_video = {
  .id = GST_SWITCH_VIDEO,
  .name = "video",
  .output_new = video_output_new,
  COMMON
};

const GstSwitchMedium gst_switch_medium_encoded_audio = {
  .id = GST_SWITCH_AUDIO,
  .name = "audio",
  .output_new = audio_output_new,
  COMMON
};
/* *INDENT-ON* */
