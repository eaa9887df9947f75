/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw audio: chunks of 20 ms, exact to the sample, faded where it changes. */
#include <string.h>

#include <gst/audio/audio.h>

#include "audioraster.h"
#include "gstswitchmedium.h"

#define CHUNKS_PER_SECOND 50
/* 16 times 48 kHz; a chunk must not take all memory because caps say so. */
#define MAX_RATE 768000
#define MAX_STORE_BYTES (64 * 1024 * 1024)
/* As audiobasesink's alignment threshold. */
#define TOLERANCE (40 * GST_MSECOND)

typedef struct
{
  GstAudioInfo info;
  AudioRaster raster;
  GstClockTime freeze;
  guint64 slots;
  guint64 slate_samples;
  guint64 silent_for;           /* samples without any input's data */
  gboolean on_slate;
  GstSlate *slate;              /* (nullable): silence */
  gboolean plays_slate;
  AudioTrack filler;            /* the slate's sound */
  AudioTrack tail;              /* what an input left that is gone */
  gint64 filler_next;           /* its next sample */
  guint64 resyncs;              /* of tracks that are gone */
  guint64 corrected;            /* the same, 1e-9 samples */
  GList *tracks;                /* Track, not owned */
} AudioOutput;

typedef struct
{
  AudioTrack core;              /* first: what the raster takes it for */
  AudioSlewFilter filter;
} Track;

static void
unref_buffer (gpointer data)
{
  gst_buffer_unref (data);
}

static GstCaps *
audio_raw (void)
{
  return gst_caps_from_string ("audio/x-raw, format = (string) { "
      GST_AUDIO_NE (F32) ", " GST_AUDIO_NE (S16) " }, "
      "layout = (string) interleaved");
}

static GstCaps *
audio_input_caps (GstCaps * form, GstCaps * wanted)
{
  GstCaps *caps = audio_raw (), *both;

  if (form == NULL)
    form = wanted;
  if (form == NULL)
    return caps;
  both = gst_caps_intersect (caps, form);
  gst_caps_unref (caps);
  return both;
}

static GstCaps *
audio_make_form (GstCaps * caps, GstCaps * wanted)
{
  g_autoptr (GstCaps) raw = audio_raw ();
  g_autoptr (GstCaps) asked = NULL, form = NULL;
  GstStructure *structure;
  GstAudioInfo info;

  asked = wanted != NULL ? gst_caps_intersect (raw, wanted)
      : gst_caps_ref (raw);
  form = caps != NULL ? gst_caps_intersect (asked, caps)
      : gst_caps_ref (asked);
  if (gst_caps_is_empty (form))
    return NULL;
  form = gst_caps_make_writable (gst_caps_truncate (g_steal_pointer (&form)));
  structure = gst_caps_get_structure (form, 0);
  if (!gst_structure_has_field (structure, "rate"))
    gst_structure_set (structure, "rate", G_TYPE_INT, 48000, NULL);
  if (!gst_structure_has_field (structure, "channels"))
    gst_structure_set (structure, "channels", G_TYPE_INT, 2, NULL);
  gst_structure_fixate_field_nearest_int (structure, "rate", 48000);
  gst_structure_fixate_field_nearest_int (structure, "channels", 2);
  form = gst_caps_fixate (g_steal_pointer (&form));
  if (!gst_audio_info_from_caps (&info, form)
      || info.rate < CHUNKS_PER_SECOND || info.rate > MAX_RATE)
    return NULL;
  gst_clear_caps (&asked);
  return gst_audio_info_to_caps (&info);
}

static gboolean
audio_accepts (GstCaps * form, GstCaps * caps)
{
  GstAudioInfo a, b;

  return gst_audio_info_from_caps (&a, form)
      && gst_audio_info_from_caps (&b, caps)
      && a.finfo->format == b.finfo->format && a.rate == b.rate
      && a.channels == b.channels && a.layout == b.layout;
}

static gpointer
audio_output_new (GstCaps * form)
{
  AudioOutput *self = g_new0 (AudioOutput, 1);

  gst_audio_info_from_caps (&self->info, form);
  audio_raster_init (&self->raster, self->info.rate,
      self->info.rate / CHUNKS_PER_SECOND, 0);
  store_init (&self->filler.store, G_MAXINT64 / 4, MAX_STORE_BYTES,
      unref_buffer);
  self->filler_next = G_MININT64 / 2;
  store_init (&self->tail.store, 0, 0, unref_buffer);
  return self;
}

static void
audio_output_free (gpointer output)
{
  AudioOutput *self = output;

  store_finish (&self->filler.store);
  store_finish (&self->tail.store);
  if (self->slate != NULL)
    gst_slate_unref (self->slate);
  g_free (self);
}

static void
audio_set_slate (gpointer output, GstSlate * slate)
{
  AudioOutput *self = output;

  self->slate = gst_slate_ref (slate);
}

static void
audio_output_begin (gpointer output, GstClockTime from, GstClockTime freeze)
{
  AudioOutput *self = output;

  self->freeze = freeze;
  audio_raster_init (&self->raster, self->info.rate,
      self->info.rate / CHUNKS_PER_SECOND, from);
}

static void
audio_set_fade (gpointer output, GstClockTime fade)
{
  AudioOutput *self = output;

  self->raster.fade = audio_raster_sample (self->info.rate, fade);
}

static GstClockTime
audio_next_time (gpointer output)
{
  AudioOutput *self = output;

  return audio_raster_time (&self->raster, self->raster.position);
}

static guint64
audio_skip_to (gpointer output, GstClockTime time)
{
  AudioOutput *self = output;

  return audio_raster_skip_to (&self->raster, time);
}

/* Three frames of the coarsest usual codec frame, 1024 samples, or HE-AAC's
 * 2048: never near the shortest sensible timeout. */
static GstClockTime
audio_least_timeout (gpointer output)
{
  AudioOutput *self = output;

  return gst_util_uint64_scale (3 * 2048, GST_SECOND, self->info.rate);
}

static void
mix_f32 (gfloat * out, const gfloat * in, guint n, guint channels, gfloat gain,
    gfloat step)
{
  guint i, c;

  for (i = 0; i < n; i++, gain += step) {
    for (c = 0; c < channels; c++)
      *out++ += *in++ * gain;
  }
}

static void
mix_s16 (gint16 * out, const gint16 * in, guint n, guint channels, gfloat gain,
    gfloat step)
{
  guint i, c;

  for (i = 0; i < n; i++, gain += step) {
    for (c = 0; c < channels; c++, out++, in++) {
      gfloat sum = *out + *in * gain;
      *out = (gint16) CLAMP (sum + (sum < 0 ? -0.5f : 0.5f), -32768.f, 32767.f);
    }
  }
}

static void
mix_span (AudioOutput * self, guint8 * out, const AudioSpan * span)
{
  guint bpf = self->info.bpf, channels = self->info.channels;
  gfloat step = (span->gain_to - span->gain_from) / (gfloat) span->n;
  GstMapInfo map;
  const guint8 *in;

  if (!gst_buffer_map (span->item->data, &map, GST_MAP_READ))
    return;
  in = map.data + (gsize) span->from * bpf;
  out += (gsize) span->at * bpf;
  if (self->info.finfo->format == GST_AUDIO_FORMAT_F32)
    mix_f32 ((gfloat *) out, (const gfloat *) in, span->n, channels,
        span->gain_from, step);
  else
    mix_s16 ((gint16 *) out, (const gint16 *) in, span->n, channels,
        span->gain_from, step);
  gst_buffer_unmap (span->item->data, &map);
}

/* One stretch after the other, as they are: no fade, nothing missing. */
static gboolean
is_plain (const AudioOutput * self, const AudioChunk * chunk)
{
  guint i, at = 0;

  for (i = 0; i < chunk->n_spans; i++) {
    const AudioSpan *span = &chunk->spans[i];

    if (span->at != at || span->gain_from != 1.0f || span->gain_to != 1.0f)
      return FALSE;
    at += span->n;
  }
  return at == self->raster.chunk;
}

static void
copy_span (AudioOutput * self, guint8 * out, const AudioSpan * span)
{
  gsize bpf = self->info.bpf, size = span->n * bpf, copied;

  copied = gst_buffer_extract (span->item->data, span->from * bpf,
      out + span->at * bpf, size);
  /* Memory that can't be mapped is silence. */
  memset (out + span->at * bpf + copied, 0, size - copied);
}

static GstBuffer *
mix (AudioOutput * self, const AudioChunk * chunk)
{
  gsize size = (gsize) self->raster.chunk * self->info.bpf;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  if (is_plain (self, chunk)) {
    for (i = 0; i < chunk->n_spans; i++)
      copy_span (self, map.data, &chunk->spans[i]);
  } else {
    memset (map.data, 0, size);
    for (i = 0; i < chunk->n_spans; i++)
      mix_span (self, map.data, &chunk->spans[i]);
  }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* Silence becomes the slate when it has lasted as long as a frozen picture
 * may. */
static void
judge_silence (AudioOutput * self, const AudioChunk * chunk, gboolean slate)
{
  gboolean all = chunk->silence == self->raster.chunk;

  if (!all) {
    self->silent_for = 0;
    self->on_slate = FALSE;
    return;
  }
  self->silent_for += chunk->silence;
  if (slate || !self->raster.started || gst_util_uint64_scale
      (self->silent_for, GST_SECOND, self->info.rate) > self->freeze)
    self->on_slate = TRUE;
  if (self->on_slate)
    self->slate_samples += chunk->silence;
}

/* Placed by its time once and then counted. */
static gint64
place_slate (AudioOutput * self, gint64 time, gint64 n)
{
  gint64 position = audio_raster_sample (self->info.rate, time);
  gint64 off = position - self->filler_next;
  gint64 limit = audio_raster_sample (self->info.rate, TOLERANCE);

  if (off <= limit && off >= -limit)
    position = self->filler_next;
  self->filler_next = position + n;
  return position;
}

/* The sound of the slate, as far as this chunk and its fades need it. */
static void
fetch_slate (AudioOutput * self)
{
  guint64 position = self->raster.position;
  gint64 until = position + self->raster.chunk + self->raster.fade, start;
  StoreItem item;

  while (store_end (&self->filler.store) < until) {
    GstBuffer *buffer = gst_slate_pull_audio (self->slate,
        audio_raster_time (&self->raster, position),
        audio_raster_time (&self->raster, until), &start);

    if (buffer == NULL)
      break;
    item.size = gst_buffer_get_size (buffer);
    item.duration = item.size / self->info.bpf;
    item.start = place_slate (self, start, item.duration);
    item.data = buffer;
    if (item.duration > 0)
      store_push (&self->filler.store, &item);
    else
      gst_buffer_unref (buffer);
  }
  store_trim (&self->filler.store, (gint64) position - self->raster.fade);
}

/* The slate's sound stays until an input's has taken its place. */
static void
prepare_slate (AudioOutput * self, gboolean slate)
{
  gboolean plays = self->slate != NULL && (slate || self->on_slate
      || self->raster.current == &self->filler);

  if (plays) {
    self->plays_slate = TRUE;
    self->raster.filler = &self->filler;
    fetch_slate (self);
  } else if (self->plays_slate) {
    self->plays_slate = FALSE;
    self->raster.filler = NULL;
    store_clear (&self->filler.store);
    self->filler_next = G_MININT64 / 2;
    gst_slate_hide (self->slate, GST_SWITCH_AUDIO);
  }
}

static GstBuffer *
audio_render (gpointer output, GstClockTime cut, GstSwitchOrder * before,
    GstSwitchOrder * after, gboolean slate, GstSwitchSlot * slot)
{
  AudioOutput *self = output;
  guint64 position = self->raster.position;
  GstBuffer *buffer;
  AudioChunk chunk;

  prepare_slate (self, slate);
  /* While it is not known where the picture changes, nothing does. */
  audio_raster_next (&self->raster, GST_CLOCK_TIME_IS_VALID (cut)
      ? audio_raster_sample (self->info.rate, cut) : G_MAXINT64,
      (AudioTrack **) before->tracks, before->n,
      (AudioTrack **) after->tracks, after->n, &chunk);
  judge_silence (self, &chunk, slate);
  buffer = mix (self, &chunk);
  slot->fresh = chunk.last != NULL;
  slot->track = chunk.last;
  slot->slate = self->on_slate;
  GST_BUFFER_PTS (buffer) = audio_raster_time (&self->raster, position);
  GST_BUFFER_DURATION (buffer) = audio_next_time (self)
      - GST_BUFFER_PTS (buffer);
  GST_BUFFER_OFFSET (buffer) = position;
  GST_BUFFER_OFFSET_END (buffer) = self->raster.position;
  self->slots++;
  return buffer;
}

static void
audio_count (gpointer output, GstSwitchCounters * counters)
{
  AudioOutput *self = output;
  GList *l;

  counters->slots = self->slots;
  counters->missed = self->raster.silence;
  counters->repeated = 0;
  counters->slate = self->slate_samples;
  counters->resyncs = self->resyncs;
  counters->corrections = self->corrected;
  for (l = self->tracks; l != NULL; l = l->next) {
    const Track *track = l->data;
    counters->resyncs += track->core.resyncs;
    counters->corrections += track->core.slew.corrected;
  }
  counters->corrections /= GST_SECOND;
  counters->unit = 0;
  counters->rate = self->info.rate;
}

static gpointer
audio_track_new (gpointer output, GstClockTime span)
{
  AudioOutput *self = output;
  Track *track = g_new0 (Track, 1);

  store_init (&track->core.store, audio_raster_sample (self->info.rate, span),
      MAX_STORE_BYTES, unref_buffer);
  audio_slew_filter_init (&track->filter, self->info.channels);
  self->tracks = g_list_prepend (self->tracks, track);
  return track;
}

static void
audio_track_free (gpointer output, gpointer data)
{
  AudioOutput *self = output;
  Track *track = data;

  self->tracks = g_list_remove (self->tracks, track);
  self->resyncs += track->core.resyncs;
  self->corrected += track->core.slew.corrected;
  if (audio_raster_replace (&self->raster, &track->core, &self->tail)) {
    store_finish (&self->tail.store);
    self->tail.store = track->core.store;
  } else {
    store_finish (&track->core.store);
  }
  audio_slew_filter_clear (&track->filter);
  g_free (track);
}

static void
audio_track_clear (gpointer data)
{
  AudioTrack *track = data;

  store_clear (&track->store);
  track->placed = FALSE;
}

static gboolean
is_float (const AudioOutput * self)
{
  return self->info.finfo->format == GST_AUDIO_FORMAT_F32;
}

/* `n` values. */
static void
read_samples (AudioOutput * self, const guint8 * in, gfloat * out, gsize n)
{
  const gint16 *in16 = (const gint16 *) in;
  gsize i;

  if (is_float (self)) {
    memcpy (out, in, n * sizeof (gfloat));
    return;
  }
  for (i = 0; i < n; i++)
    out[i] = in16[i];
}

static void
write_samples (AudioOutput * self, const gfloat * in, guint8 * out, gsize n)
{
  gint16 *out16 = (gint16 *) out;
  gsize i;

  if (is_float (self)) {
    memcpy (out, in, n * sizeof (gfloat));
    return;
  }
  for (i = 0; i < n; i++)
    out16[i] = (gint16) CLAMP (in[i] + (in[i] < 0 ? -0.5f : 0.5f), -32768.f,
        32767.f);
}

/* (transfer full) */
static GstBuffer *
slew (AudioOutput * self, Track * track, const AudioSlewPlan * plan,
    const guint8 * data)
{
  gsize channels = self->info.channels;
  g_autofree gfloat *in = g_new (gfloat, plan->n_in * channels);
  g_autofree gfloat *out = g_new (gfloat, plan->n_out * channels);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL,
      (gsize) plan->n_out * self->info.bpf, NULL);
  GstMapInfo map;

  read_samples (self, data, in, plan->n_in * channels);
  audio_slew_filter_run (&track->filter, plan, in, out);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  write_samples (self, out, map.data, plan->n_out * channels);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* Remembers the end of what passes as it is. */
static void
pass (AudioOutput * self, Track * track, const guint8 * data, guint n)
{
  gsize channels = self->info.channels;
  guint take = MIN (n, AUDIO_SLEW_TAIL);
  g_autofree gfloat *in = g_new (gfloat, take * channels);

  read_samples (self, data + (gsize) (n - take) * self->info.bpf, in,
      take * channels);
  audio_slew_filter_pass (&track->filter, in, take);
}

/* Takes the buffer and gives the one that the plan makes of it. */
static GstBuffer *
carry_out (AudioOutput * self, Track * track, const AudioSlewPlan * plan,
    GstBuffer * buffer)
{
  GstBuffer *result = buffer;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return buffer;
  if (plan->as_is)
    pass (self, track, map.data, plan->n_in);
  else
    result = slew (self, track, plan, map.data);
  gst_buffer_unmap (buffer, &map);
  if (result != buffer)
    gst_buffer_unref (buffer);
  return result;
}

static gint64
audio_track_store (gpointer output, gpointer data, GstBuffer * buffer,
    GstCaps * caps, GstClockTime duration, gint64 mapped, guint epoch)
{
  AudioOutput *self = output;
  Track *track = data;
  guint n = gst_buffer_get_size (buffer) / self->info.bpf;
  AudioSlewPlan plan;
  StoreItem item;
  gint64 end;

  if (n == 0) {
    gst_buffer_unref (buffer);
    end = store_end (&track->core.store);
    return end > 0 ? (gint64) audio_raster_time (&self->raster, end) : 0;
  }
  track->core.epoch = epoch;
  item.start = audio_track_place (&track->core, self->info.rate, mapped, n,
      TOLERANCE, &plan);
  item.data = carry_out (self, track, &plan, buffer);
  item.size = gst_buffer_get_size (item.data);
  /* As it was, when it could not be carried out. */
  item.duration = MIN (plan.n_out, item.size / self->info.bpf);
  if (item.duration > 0)
    store_push (&track->core.store, &item);
  else
    gst_buffer_unref (item.data);
  end = store_end (&track->core.store);
  return end > 0 ? (gint64) audio_raster_time (&self->raster, end) : 0;
}

static gint64
audio_track_start (gpointer output, gpointer data)
{
  AudioOutput *self = output;
  AudioTrack *track = data;
  gint64 start = store_next_start (&track->store, G_MININT64 / 2);

  if (start == G_MAXINT64)
    return start;
  return start > 0 ? (gint64) audio_raster_time (&self->raster, start) : 0;
}

static void
audio_track_trim (gpointer output, gpointer data)
{
  AudioOutput *self = output;
  AudioTrack *track = data;

  store_trim (&track->store, (gint64) self->raster.position
      - MAX (self->raster.chunk, self->raster.fade));
}

static gboolean
audio_track_is_over (gpointer output, gpointer data)
{
  AudioTrack *track = data;

  return track->store.count == 0;
}

static void
audio_track_level (gpointer data, guint64 * items, guint64 * bytes,
    guint64 * dropped)
{
  AudioTrack *track = data;

  *items = track->store.count;
  *bytes = track->store.bytes;
  *dropped = track->store.dropped;
}

/* *INDENT-OFF* */
const GstSwitchMedium gst_switch_medium_audio = {
  .id = GST_SWITCH_AUDIO,
  .name = "audio",
  .input_caps = audio_input_caps,
  .make_form = audio_make_form,
  .accepts = audio_accepts,
  .output_new = audio_output_new,
  .output_free = audio_output_free,
  .set_slate = audio_set_slate,
  .output_begin = audio_output_begin,
  .set_fade = audio_set_fade,
  .next_time = audio_next_time,
  .skip_to = audio_skip_to,
  .least_timeout = audio_least_timeout,
  .render = audio_render,
  .count = audio_count,
  .track_new = audio_track_new,
  .track_free = audio_track_free,
  .track_clear = audio_track_clear,
  .track_store = audio_track_store,
  .track_start = audio_track_start,
  .track_trim = audio_track_trim,
  .track_is_over = audio_track_is_over,
  .track_level = audio_track_level,
};
/* *INDENT-ON* */

const GstSwitchMedium *
gst_switch_medium_for_caps (const GstCaps * caps)
{
  const gchar *name;

  if (caps == NULL || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return NULL;
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  if (g_str_equal (name, "video/x-raw"))
    return &gst_switch_medium_video;
  if (g_str_equal (name, "audio/x-raw"))
    return &gst_switch_medium_audio;
  if (g_str_equal (name, "video/x-h264") || g_str_equal (name, "video/x-h265"))
    return &gst_switch_medium_encoded_video;
  if (g_str_equal (name, "audio/mpeg") || g_str_equal (name, "audio/x-opus"))
    return &gst_switch_medium_encoded_audio;
  return NULL;
}
