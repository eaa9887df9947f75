/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; nothing is linked, added or set under it.
 * Threads: the connection's (new, renew, stop, free), the source's and the
 * demuxer's (callbacks). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstinputchain.h"
#include "gstudpsource.h"

#include <string.h>

#include <gst/pbutils/pbutils.h>

#include "flvclock.h"
#include "gstinputgate.h"
#include "gstnormaliser.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

#define N_MEDIA 2

/* Between the demuxer and a decoder, ms of coded data. */
#define QUEUE_TIME (3 * GST_SECOND)
#define QUEUE_BYTES (32 * 1024 * 1024)

/* What a merge's jitterbuffer waits for beyond the window, ms. */
#define MERGE_JITTER_MS 50

/* Where uridecodebin stops when something shall not be decoded. */
#define STOP_AT "video/x-h264; video/x-h265; audio/mpeg, mpegversion = 4; " \
  "audio/x-opus; video/x-raw; audio/x-raw"

struct _GstInputChain
{
  GstElement *bin;              /* (transfer full) after it was sunk */
  gchar *uri;
  GstElement *source;           /* NULL of uridecodebin's */
  GstElement *front;            /* between source and demux, of RTP */
  GstElement *demux;            /* tsdemux or uridecodebin; NULL for one codec */
  GstElement *sister;           /* another one, of the other pad */
  GstInputKind kind;
  GstInputMergeRole role;       /* its merge (transfer full) */
  guint media, encoded;
  GstInputChainCallbacks callbacks;
  gpointer user_data;
  FlvClock flv;                 /* streaming thread only */
  GstPad *sinks[N_MEDIA];       /* of a warm input, fixed before it starts */

  GMutex lock;
  /* Under the lock. */
  gboolean stopped;
  GstElement *stream[N_MEDIA];
  GstPad *ghost[N_MEDIA];
  GstInputGate *gate[N_MEDIA];
  gboolean hot;
  guint ended;                  /* bit mask of media at EOS */
  gboolean has_ended;
};

GstInputKind
gst_input_kind (const gchar * uri)
{
  if (g_ascii_strncasecmp (uri, "bondedsrt:", 10) == 0)
    return GST_INPUT_KIND_PATIENT;
  if (g_ascii_strncasecmp (uri, "srt:", 4) == 0)
    return GST_INPUT_KIND_SRT;
  if (g_ascii_strncasecmp (uri, "udp:", 4) == 0)
    return GST_INPUT_KIND_UDP;
  if (g_ascii_strncasecmp (uri, "rtp:", 4) == 0)
    return GST_INPUT_KIND_RTP;
  if (g_ascii_strncasecmp (uri, "rtmp:", 5) == 0
      || g_ascii_strncasecmp (uri, "rtmps:", 6) == 0)
    return GST_INPUT_KIND_RTMP;
  if (g_ascii_strncasecmp (uri, "pad:", 4) == 0)
    return GST_INPUT_KIND_PAD;
  if (g_str_has_prefix (uri, GST_INPUT_MERGE_URI))
    return GST_INPUT_KIND_MERGE;
  return GST_INPUT_KIND_ANY;
}

gboolean
gst_input_is_patient (const gchar * uri)
{
  switch (gst_input_kind (uri)) {
    case GST_INPUT_KIND_PATIENT:
    case GST_INPUT_KIND_UDP:
    case GST_INPUT_KIND_RTP:
    case GST_INPUT_KIND_PAD:
    case GST_INPUT_KIND_MERGE:
      return TRUE;
    case GST_INPUT_KIND_SRT:
    case GST_INPUT_KIND_RTMP:
    case GST_INPUT_KIND_ANY:
      return FALSE;
  }
  g_assert_not_reached ();
}

gboolean
gst_input_listens (const gchar * uri)
{
  g_autoptr (GstUri) parsed = NULL;
  const gchar *mode, *host;

  if (gst_input_kind (uri) != GST_INPUT_KIND_SRT)
    return FALSE;
  parsed = gst_uri_from_string (uri);
  if (parsed == NULL)
    return FALSE;
  mode = gst_uri_get_query_value (parsed, "mode");
  host = gst_uri_get_host (parsed);
  if (mode != NULL)
    return g_str_equal (mode, "listener");
  return host == NULL || *host == '\0';
}

static GstElement *
make (const gchar * factory, const gchar * name, GstElement * owner,
    GstMessage ** missing, GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, name);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "element %s is not installed", factory);
    if (missing != NULL && *missing == NULL)
      *missing = gst_missing_element_message_new (owner, factory);
  }
  return element;
}

static void
set_if_there (GstElement * element, const gchar * property, const gchar * value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property))
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

/* srtsrc must not retry by itself, which hides every failure, and must poll
 * with an end, or set_state (NULL) hangs while a peer is mute.  In 1.22.0
 * setting `uri` wipes what was set before, so this comes after it. */
static void
tune_srt (GstElement * source)
{
  gint poll = 0;

  set_if_there (source, "auto-reconnect", "false");
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (source),
          "poll-timeout")) {
    g_object_get (source, "poll-timeout", &poll, NULL);
    if (poll < 0)
      g_object_set (source, "poll-timeout", 100, NULL);
  }
}

/* Frame threads delay each picture by one frame per thread. */
static void
on_deep_element_added (GstBin * bin, GstBin * sub, GstElement * element,
    gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory != NULL && g_str_has_prefix (GST_OBJECT_NAME (factory), "avdec_"))
    set_if_there (element, "thread-type", "slice");
}

static gboolean
is_stopped (GstInputChain * self)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);
  return stopped;
}

/* What is decoded can be measured before that. */
static void
on_decoder_added (GstBin * bin, GstBin * sub, GstElement * element,
    gpointer user_data)
{
  GstInputChain *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) sink = NULL;
  gint medium;

  if (factory == NULL || !gst_element_factory_list_is_type (factory,
          GST_ELEMENT_FACTORY_TYPE_DECODER))
    return;
  if (gst_element_factory_list_is_type (factory,
          GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO))
    medium = GST_SWITCH_VIDEO;
  else if (gst_element_factory_list_is_type (factory,
          GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
    medium = GST_SWITCH_AUDIO;
  else
    return;
  sink = gst_element_get_static_pad (element, "sink");
  if (sink != NULL && !is_stopped (self))
    self->callbacks.on_decoder (self->user_data, medium, sink);
}

static void
tell_eos (GstInputChain * self)
{
  gboolean tell;

  g_mutex_lock (&self->lock);
  tell = !self->stopped && !self->has_ended;
  self->has_ended = TRUE;
  g_mutex_unlock (&self->lock);
  if (tell)
    self->callbacks.on_eos (self->user_data);
}

static GstPadProbeReturn
on_source_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    tell_eos (user_data);
  return GST_PAD_PROBE_OK;
}

/* Of a chain without a source of its own: it has ended when all streams
 * have. */
static GstPadProbeReturn
on_stream_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstInputChain *self = user_data;
  guint i, present = 0, ended;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  for (i = 0; i < N_MEDIA; i++) {
    if (self->ghost[i] != NULL)
      present |= 1u << i;
    if (self->ghost[i] == pad)
      self->ended |= 1u << i;
  }
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  if ((ended & present) == present)
    tell_eos (self);
  return GST_PAD_PROBE_OK;
}

static gboolean
medium_of_caps (const GstCaps * caps, GstSwitchMediumId * medium)
{
  const gchar *name;

  if (caps == NULL || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  *medium = g_str_has_prefix (name, "video/") ? GST_SWITCH_VIDEO
      : GST_SWITCH_AUDIO;
  return g_str_has_prefix (name, "video/") || g_str_has_prefix (name, "audio/");
}

static GstElement *
append (GstElement * bin, GstElement * last, const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    return last;
  gst_bin_add (GST_BIN (bin), element);
  if (last != NULL)
    gst_element_link (last, element);
  return element;
}

static void
on_decoded (GstElement * decoder, GstPad * pad, gpointer user_data)
{
  GstElement *first = user_data;
  g_autoptr (GstPad) sink = gst_element_get_static_pad (first, "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

/* What makes access units of a codec's stream, with its parameter sets before
 * each key frame, so that another input can take over at any of them. */
static const struct
{
  const gchar *caps_name, *parser, *form;
} parsers[] = {
  {"video/x-h264", "h264parse",
      "video/x-h264,stream-format=byte-stream,alignment=au"},
  {"video/x-h265", "h265parse",
      "video/x-h265,stream-format=byte-stream,alignment=au"},
  /* MPEG-TS brings adts and FLV raw: inputs of either must fit the other. */
  {"audio/mpeg", "aacparse",
      "audio/mpeg,mpegversion=4,framed=true,stream-format=raw"},
  {"audio/x-opus", "opusparse", "audio/x-opus"},
};

/* What comes before the decoder of a warm input: access units and a gate.
 * NULL for a codec that can't be kept, which is decoded all the time. */
static GstElement *
add_gate (GstInputChain * self, GstElement * stream, GstSwitchMediumId medium,
    GstCaps * coded, GstElement * next, GstPad * decoded)
{
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (coded,
          0));
  GstElement *parser = NULL;
  g_autoptr (GstElementFactory) factory = NULL;
  g_autoptr (GstCaps) form = NULL;
  g_autoptr (GstPad) src = NULL;
  GstInputGate *gate;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parsers)
      && !g_str_equal (parsers[i].caps_name, name); i++);
  if (i == G_N_ELEMENTS (parsers) || self->sinks[medium] == NULL)
    return NULL;
  factory = gst_element_factory_find (parsers[i].parser);
  if (factory == NULL || !gst_element_factory_can_sink_any_caps (factory,
          coded))
    return NULL;
  parser = append (stream, NULL, parsers[i].parser);
  set_if_there (parser, "config-interval", "-1");
  form = gst_caps_from_string (parsers[i].form);
  gst_element_link_filtered (parser, next, form);
  src = gst_element_get_static_pad (next, "src");
  g_mutex_lock (&self->lock);
  gate = gst_input_gate_new (src, decoded, self->sinks[medium], self->hot);
  /* A second stream of this medium will not be taken. */
  if (self->stream[medium] != NULL) {
    gst_input_gate_unref (gate);
  } else {
    g_clear_pointer (&self->gate[medium], gst_input_gate_unref);
    self->gate[medium] = gate;
  }
  g_mutex_unlock (&self->lock);
  return parser;
}

/* A bin that takes coded or raw data of one medium and gives it raw and
 * converted.  Its own thread decodes, so that media do not wait for each
 * other. */
static GstElement *
new_stream (GstInputChain * self, GstSwitchMediumId medium, GstCaps * caps)
{
  gboolean is_raw = self->source == NULL
      && g_str_has_suffix (gst_structure_get_name (gst_caps_get_structure (caps,
              0)), "/x-raw");
  GstElement *stream = gst_bin_new (medium == GST_SWITCH_VIDEO
      ? "video" : "audio");
  GstElement *first, *last, *decoder, *queue, *gated;
  g_autoptr (GstPad) sink = NULL, src = NULL;

  /* To what the switch asks for by its caps query. */
  first = gst_normaliser_add (GST_BIN (stream), medium, &last);
  if (first == NULL || last == NULL) {
    gst_object_unref (stream);
    return NULL;
  }
  src = gst_element_get_static_pad (last, "src");
  if (!is_raw) {
    queue = append (stream, NULL, "queue");
    g_object_set (queue, "max-size-time", (guint64) QUEUE_TIME,
        "max-size-bytes", QUEUE_BYTES, "max-size-buffers", 0, NULL);
    decoder = append (stream, queue, "decodebin");
    g_signal_connect_object (decoder, "pad-added", G_CALLBACK (on_decoded),
        first, 0);
    sink = gst_element_get_static_pad (first, "sink");
    gated = add_gate (self, stream, medium, caps, queue, sink);
    gst_clear_object (&sink);
    first = gated != NULL ? gated : queue;
  }
  sink = gst_element_get_static_pad (first, "sink");
  gst_element_add_pad (stream, gst_ghost_pad_new ("sink", sink));
  gst_element_add_pad (stream, gst_ghost_pad_new ("src", src));
  return stream;
}

/* NULL for a codec that can't pass as it is. */
static GstElement *
new_parsed_stream (GstInputChain * self, GstSwitchMediumId medium,
    const GstCaps * coded)
{
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (coded,
          0));
  GstElement *stream, *parser, *filter;
  g_autoptr (GstPad) sink = NULL, src = NULL;
  g_autoptr (GstCaps) form = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parsers)
      && !g_str_equal (parsers[i].caps_name, name); i++);
  if (i == G_N_ELEMENTS (parsers))
    return NULL;
  stream = gst_bin_new (medium == GST_SWITCH_VIDEO ? "video" : "audio");
  parser = append (stream, NULL, parsers[i].parser);
  filter = append (stream, parser, "capsfilter");
  if (parser == NULL || filter == NULL) {
    gst_object_unref (stream);
    return NULL;
  }
  set_if_there (parser, "config-interval", "-1");
  form = gst_caps_from_string (parsers[i].form);
  g_object_set (filter, "caps", form, NULL);
  sink = gst_element_get_static_pad (parser, "sink");
  src = gst_element_get_static_pad (filter, "src");
  gst_element_add_pad (stream, gst_ghost_pad_new ("sink", sink));
  gst_element_add_pad (stream, gst_ghost_pad_new ("src", src));
  return stream;
}

static GstPadProbeReturn
drop_all (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  return GST_PAD_PROBE_DROP;
}

/* What no one wants goes nowhere.  A sink would wait for a state that the bin
 * does not reach while another stream's decoder waits for data, which comes
 * from the thread that waits; and sinks would stay when their streams go. */
static void
end_unseen (GstPad * pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_BUFFER_LIST, drop_all, NULL, NULL);
}

/* Takes the medium's place; FALSE when it is taken or not wanted. */
static gboolean
claim (GstInputChain * self, GstSwitchMediumId medium, GstElement * stream)
{
  gboolean free;

  g_mutex_lock (&self->lock);
  free = !self->stopped && self->stream[medium] == NULL;
  if (free)
    self->stream[medium] = gst_object_ref (stream);
  g_mutex_unlock (&self->lock);
  return free;
}

static void
expose (GstInputChain * self, GstSwitchMediumId medium, GstElement * stream)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (stream, "src");
  /* No name: after a change of programme two may be there for a moment. */
  GstPad *ghost = gst_ghost_pad_new (NULL, src);

  gst_pad_set_active (ghost, TRUE);
  g_mutex_lock (&self->lock);
  self->ghost[medium] = gst_object_ref (ghost);
  self->ended &= ~(1u << medium);
  g_mutex_unlock (&self->lock);
  if (self->source == NULL) {
    gst_pad_add_probe (ghost, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        on_stream_event, self, NULL);
  }
  gst_element_add_pad (self->bin, ghost);
  self->callbacks.on_stream (self->user_data, medium, ghost);
}

/* flvdemux 1.22 gives stamps as they are in the stream, which wrap. */
static GstPadProbeReturn
on_flv_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstInputChain *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstClockTime pts = GST_BUFFER_PTS (buffer), dts = GST_BUFFER_DTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return GST_PAD_PROBE_OK;
  if (GST_CLOCK_TIME_IS_VALID (dts)) {
    dts = flv_clock_unwrap (&self->flv, dts / GST_MSECOND) * GST_MSECOND;
    pts = flv_clock_near (&self->flv, pts / GST_MSECOND) * GST_MSECOND;
  } else {
    pts = flv_clock_unwrap (&self->flv, pts / GST_MSECOND) * GST_MSECOND;
  }
  if (pts == GST_BUFFER_PTS (buffer) && dts == GST_BUFFER_DTS (buffer))
    return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = dts;
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement * demux, GstPad * pad, gpointer user_data)
{
  GstInputChain *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstSwitchMediumId medium;
  GstElement *stream;
  g_autoptr (GstPad) sink = NULL;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  GST_DEBUG_OBJECT (self->bin, "stream %" GST_PTR_FORMAT, caps);
  if (is_stopped (self))
    return;
  if (!medium_of_caps (caps, &medium) || !(self->media & (1u << medium))) {
    end_unseen (pad);
    return;
  }
  if (self->encoded & (1u << medium))
    stream = new_parsed_stream (self, medium, caps);
  else
    stream = new_stream (self, medium, caps);
  if (stream == NULL || !claim (self, medium, stream)) {
    gst_clear_object (&stream);
    end_unseen (pad);
    return;
  }
  if (self->kind == GST_INPUT_KIND_RTMP)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_flv_buffer, self,
        NULL);
  gst_bin_add (GST_BIN (self->bin), stream);
  sink = gst_element_get_static_pad (stream, "sink");
  expose (self, medium, stream);
  gst_element_sync_state_with_parent (stream);
  gst_pad_link (pad, sink);
}

/* Removes one medium's stream, which no longer has an input.  The caller is
 * not its thread. */
static void
drop_stream (GstInputChain * self, GstSwitchMediumId medium)
{
  g_autoptr (GstElement) stream = NULL;
  g_autoptr (GstPad) ghost = NULL;

  g_mutex_lock (&self->lock);
  stream = g_steal_pointer (&self->stream[medium]);
  ghost = g_steal_pointer (&self->ghost[medium]);
  g_clear_pointer (&self->gate[medium], gst_input_gate_unref);
  g_mutex_unlock (&self->lock);
  if (ghost != NULL) {
    g_autoptr (GstPad) peer = gst_pad_get_peer (ghost);
    if (peer != NULL)
      gst_pad_unlink (ghost, peer);
  }
  if (stream != NULL) {
    gst_element_set_locked_state (stream, TRUE);
    gst_element_set_state (stream, GST_STATE_NULL);
  }
  if (ghost != NULL) {
    gst_pad_set_active (ghost, FALSE);
    gst_element_remove_pad (self->bin, ghost);
  }
  if (stream != NULL)
    gst_bin_remove (GST_BIN (self->bin), stream);
}

/* A programme changed: its streams go and others come. */
static void
on_pad_removed (GstElement * demux, GstPad * pad, gpointer user_data)
{
  GstInputChain *self = user_data;
  gint medium, found = -1;

  g_mutex_lock (&self->lock);
  for (medium = 0; !self->stopped && medium < N_MEDIA; medium++) {
    g_autoptr (GstPad) sink = self->stream[medium] != NULL
        ? gst_element_get_static_pad (self->stream[medium], "sink") : NULL;
    if (sink != NULL && !gst_pad_is_linked (sink))
      found = medium;
  }
  g_mutex_unlock (&self->lock);
  if (found >= 0)
    drop_stream (self, found);
}

static void
watch_demux (GstInputChain * self)
{
  g_signal_connect (self->demux, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (self->demux, "pad-removed", G_CALLBACK (on_pad_removed),
      self);
}

/* rtmp2src by name: the older rtmpsrc, which an application may have ranked
 * higher, waits for a mute server within the change of state, without end. */
static GstElement *
make_from_uri (GstInputChain * self, GError ** error)
{
  GstElement *source = NULL;

  if (self->kind == GST_INPUT_KIND_RTMP)
    source = gst_element_factory_make ("rtmp2src", "source");
  if (source == NULL)
    return gst_element_make_from_uri (GST_URI_SRC, self->uri, "source", error);
  if (!gst_uri_handler_set_uri (GST_URI_HANDLER (source), self->uri, error))
    gst_clear_object (&source);
  return source;
}

static GstElement *
make_source (GstInputChain * self, GstElement * owner, GstMessage ** missing,
    GError ** error)
{
  GstElement *source;

  if (self->kind == GST_INPUT_KIND_UDP || self->kind == GST_INPUT_KIND_RTP)
    return gst_udp_source_new (self->uri, owner, missing, error);
  if (self->kind == GST_INPUT_KIND_MERGE && self->role.merge != NULL)
    return gst_input_merge_new_source (self->role.merge);
  source = make_from_uri (self, error);
  if (source == NULL && missing != NULL && error != NULL
      && g_error_matches (*error, GST_URI_ERROR,
          GST_URI_ERROR_UNSUPPORTED_PROTOCOL)) {
    g_autofree gchar *protocol = gst_uri_get_protocol (self->uri);
    *missing = gst_missing_uri_source_message_new (owner, protocol);
  }
  return source;
}

/* A depayloader's pad is there before its caps are. */
static GstPadProbeReturn
on_first_data (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstInputChain *self = user_data;

  on_pad_added (self->front, pad, self);
  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
on_member_data (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstInputChain *self = user_data;
  GstBufferList *list;
  guint i;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    gst_input_merge_put (self->role.merge, self->role.path,
        self->role.ticket, GST_PAD_PROBE_INFO_BUFFER (info));
    return GST_PAD_PROBE_OK;
  }
  list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  for (i = 0; i < gst_buffer_list_length (list); i++)
    gst_input_merge_put (self->role.merge, self->role.path,
        self->role.ticket, gst_buffer_list_get (list, i));
  return GST_PAD_PROBE_OK;
}

/* A member's packets go to the merge. */
static gboolean
build_member (GstInputChain * self)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (self->source, "src");

  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_member_data, self, NULL);
  end_unseen (src);
  return TRUE;
}

/* Of what is merged any member's URI says what it is. */
static const gchar *
format_uri (GstInputChain * self)
{
  return self->kind == GST_INPUT_KIND_MERGE
      ? gst_input_merge_get_uri (self->role.merge) : self->uri;
}

/* A jitterbuffer behind a merge waits for the slowest member. */
static guint
front_latency_ms (GstInputChain * self)
{
  if (self->kind != GST_INPUT_KIND_MERGE)
    return 0;
  return gst_input_merge_get_window (self->role.merge) / GST_MSECOND
      + MERGE_JITTER_MS;
}

/* What follows the source; links it. */
static gboolean
build_tail (GstInputChain * self, GstElement * owner, GstMessage ** missing,
    GError ** error)
{
  GstElement *last = self->source;
  const gchar *uri = format_uri (self);

  if (gst_input_kind (uri) == GST_INPUT_KIND_RTP) {
    self->front = gst_rtp_front_new (uri, front_latency_ms (self), owner,
        missing, error);
    if (self->front == NULL)
      return FALSE;
    gst_bin_add (GST_BIN (self->bin), self->front);
    if (!gst_rtp_uri_is_ts (uri)) {
      g_autoptr (GstPad) src = gst_element_get_static_pad (self->front, "src");

      gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER
          | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_first_data, self, NULL);
      return gst_element_link (self->source, self->front);
    }
    last = self->front;
  }
  self->demux = make (self->kind == GST_INPUT_KIND_RTMP ? "flvdemux"
      : "tsdemux", NULL, owner, missing, error);
  if (self->demux == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (self->bin), self->demux);
  watch_demux (self);
  return (last == self->source || gst_element_link (self->source, last))
      && gst_element_link (last, self->demux);
}

/* (uri)decodebin shall stop at what is not to be decoded by it. */
static void
stop_at_coded (GstElement * decoder)
{
  g_autoptr (GstCaps) stop = gst_caps_from_string (STOP_AT);

  g_object_set (decoder, "caps", stop, NULL);
}

static gboolean
build_source (GstInputChain * self, GstElement * owner, GstMessage ** missing,
    GError ** error)
{
  g_autoptr (GstPad) src = NULL;

  self->source = make_source (self, owner, missing, error);
  if (self->source == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (self->bin), self->source);
  if (self->kind == GST_INPUT_KIND_SRT)
    tune_srt (self->source);
  src = gst_element_get_static_pad (self->source, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_source_event, self, NULL);
  if (self->role.merge != NULL && self->role.path >= 0)
    return build_member (self);
  return build_tail (self, owner, missing, error);
}

static gboolean
build_any (GstInputChain * self, GstElement * owner, GstMessage ** missing,
    GError ** error)
{
  /* Not uridecodebin3: in 1.22.0 it has races when streams change. */
  self->demux = make ("uridecodebin", "source", owner, missing, error);
  if (self->demux == NULL)
    return FALSE;
  g_object_set (self->demux, "uri", self->uri, NULL);
  if (self->encoded != 0)
    stop_at_coded (self->demux);
  gst_bin_add (GST_BIN (self->bin), self->demux);
  watch_demux (self);
  return TRUE;
}

GstInputChain *
gst_input_chain_new (const gchar * name, const gchar * uri, guint media,
    guint encoded, const GstInputMergeRole * role,
    const GstInputChainCallbacks * callbacks, gpointer user_data,
    GstElement * owner, GstMessage ** missing, GError ** error)
{
  GstInputChain *self = g_new0 (GstInputChain, 1);
  gboolean built;

  g_mutex_init (&self->lock);
  self->bin = gst_object_ref_sink (gst_bin_new (name));
  self->uri = g_strdup (uri);
  self->kind = gst_input_kind (uri);
  self->role = *role;
  if (self->role.merge != NULL)
    gst_input_merge_ref (self->role.merge);
  self->media = media;
  self->encoded = encoded;
  self->hot = TRUE;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  g_signal_connect (self->bin, "deep-element-added",
      G_CALLBACK (on_deep_element_added), NULL);
  g_signal_connect (self->bin, "deep-element-added",
      G_CALLBACK (on_decoder_added), self);
  if (self->kind == GST_INPUT_KIND_ANY)
    built = build_any (self, owner, missing, error);
  else if (self->kind == GST_INPUT_KIND_PAD)
    built = TRUE;
  else
    built = build_source (self, owner, missing, error);
  if (!built) {
    if (error != NULL && *error == NULL)
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
          "source and demuxer do not link");
    gst_input_chain_free (self);
    return NULL;
  }
  return self;
}

GstPad *
gst_input_chain_add_sink (GstInputChain * self, GstElement * owner,
    GstMessage ** missing, GError ** error)
{
  GstElement *decoder = make ("decodebin", NULL, owner, missing, error);
  g_autoptr (GstPad) sink = NULL;
  GstPad *ghost;

  if (decoder == NULL)
    return NULL;
  gst_bin_add (GST_BIN (self->bin), decoder);
  self->sister = self->demux;
  self->demux = decoder;
  watch_demux (self);
  if (self->encoded != 0)
    stop_at_coded (decoder);
  sink = gst_element_get_static_pad (decoder, "sink");
  ghost = gst_ghost_pad_new (NULL, sink);
  gst_element_add_pad (self->bin, ghost);
  return ghost;
}

void
gst_input_chain_set_warm (GstInputChain * self, GstPad * const *sinks)
{
  guint i;

  for (i = 0; i < N_MEDIA; i++)
    self->sinks[i] = sinks[i];
  if (self->kind == GST_INPUT_KIND_ANY || self->kind == GST_INPUT_KIND_PAD)
    stop_at_coded (self->demux);
  if (self->sister != NULL)
    stop_at_coded (self->sister);
}

void
gst_input_chain_set_hot (GstInputChain * self, gboolean hot)
{
  guint i;

  g_mutex_lock (&self->lock);
  self->hot = hot;
  for (i = 0; i < N_MEDIA; i++) {
    if (self->gate[i] != NULL)
      gst_input_gate_set_open (self->gate[i], hot);
  }
  g_mutex_unlock (&self->lock);
}

GstElement *
gst_input_chain_get_bin (GstInputChain * self)
{
  return self->bin;
}

static void
drop_element (GstInputChain * self, GstElement ** element)
{
  GstElement *old = *element;

  if (old == NULL)
    return;
  *element = NULL;
  g_signal_handlers_disconnect_by_data (old, self);
  gst_element_set_locked_state (old, TRUE);
  gst_element_set_state (old, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->bin), old);
}

/* tsdemux that is given another sender's stream in the middle waits for clock
 * references that do not come, so a new sender gets a new one. */
gboolean
gst_input_chain_renew (GstInputChain * self)
{
  g_autoptr (GstPad) src = NULL;
  gboolean built;
  gulong probe;

  if (self->source == NULL)
    return FALSE;
  if (self->front == NULL && self->demux == NULL)
    return TRUE;
  src = gst_element_get_static_pad (self->source, "src");
  probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM,
      drop_all, NULL, NULL);
  gst_element_unlink (self->source, self->front != NULL ? self->front
      : self->demux);
  drop_element (self, &self->front);
  drop_element (self, &self->demux);
  drop_stream (self, GST_SWITCH_VIDEO);
  drop_stream (self, GST_SWITCH_AUDIO);

  built = build_tail (self, NULL, NULL, NULL);
  if (self->demux != NULL)
    gst_element_sync_state_with_parent (self->demux);
  if (self->front != NULL)
    gst_element_sync_state_with_parent (self->front);
  gst_pad_remove_probe (src, probe);
  return built;
}

void
gst_input_chain_stop (GstInputChain * self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_mutex_unlock (&self->lock);
}

void
gst_input_chain_free (GstInputChain * self)
{
  guint i;

  if (self->demux != NULL)
    g_signal_handlers_disconnect_by_data (self->demux, self);
  g_signal_handlers_disconnect_by_data (self->bin, self);
  if (self->sister != NULL)
    g_signal_handlers_disconnect_by_data (self->sister, self);
  for (i = 0; i < N_MEDIA; i++) {
    gst_clear_object (&self->stream[i]);
    gst_clear_object (&self->ghost[i]);
    g_clear_pointer (&self->gate[i], gst_input_gate_unref);
  }
  gst_clear_object (&self->bin);
  g_mutex_clear (&self->lock);
  g_clear_pointer (&self->role.merge, gst_input_merge_unref);
  g_free (self->uri);
  g_free (self);
}
