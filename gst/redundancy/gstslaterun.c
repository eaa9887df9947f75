/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; nothing is linked, added, set or called under it.
 * Threads: its own (builds, starts, loops, takes down), the pipeline's
 * (callbacks), the slate's user (new, stop, free). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstslaterun.h"

#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>

#include "gstnormaliser.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_switch_debug);
#define GST_CAT_DEFAULT gst_redundant_switch_debug

/* What a picture lasts that does not say. */
#define PICTURE_DURATION (40 * GST_MSECOND)

typedef struct
{
  GstSlateRun *run;
  GstSwitchMediumId medium;
} Tap;

struct _GstSlateRun
{
  gint refcount;                /* atomic: the slate's and the thread's */
  /* Fixed after new. */
  GThread *thread;
  GstSlate *slate;
  gchar *uri;
  GstCaps *forms[SLATE_REEL_MEDIA];
  Tap taps[SLATE_REEL_MEDIA];
  /* Thread only. */
  GstElement *pipeline;

  GMutex lock;
  /* Under the lock. */
  gboolean stopping;
  GstBus *bus;
  guint claimed;                /* bit mask of media that have a stream */
};

static void
run_unref (GstSlateRun * self)
{
  guint i;

  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  for (i = 0; i < SLATE_REEL_MEDIA; i++)
    gst_clear_caps (&self->forms[i]);
  gst_slate_unref (self->slate);
  g_free (self->uri);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Of what does not say. */
static gint64
duration_of (GstBuffer * buffer, GstPad * pad, GstSwitchMediumId medium)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstAudioInfo audio;
  gint n, d;

  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    return GST_BUFFER_DURATION (buffer);
  if (medium == GST_SWITCH_AUDIO && caps != NULL
      && gst_audio_info_from_caps (&audio, caps))
    return gst_util_uint64_scale (gst_buffer_get_size (buffer) / audio.bpf,
        GST_SECOND, audio.rate);
  if (medium == GST_SWITCH_VIDEO && caps != NULL
      && gst_structure_get_fraction (gst_caps_get_structure (caps, 0),
          "framerate", &n, &d) && n > 0)
    return gst_util_uint64_scale_int (GST_SECOND, d, n);
  return PICTURE_DURATION;
}

/* Streaming threads. */
static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    gpointer user_data)
{
  Tap *tap = user_data;
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad,
      GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  guint64 time = 0;

  if (event != NULL && GST_BUFFER_PTS_IS_VALID (buffer)) {
    gst_event_parse_segment (event, &segment);
    /* What comes before the segment, a codec's priming, is not for show. */
    if (segment->format == GST_FORMAT_TIME
        && gst_segment_to_running_time_full (segment, GST_FORMAT_TIME,
            GST_BUFFER_PTS (buffer), &time) < 0)
      return;
  }
  gst_slate_on_buffer (tap->run->slate, tap->run, tap->medium,
      gst_buffer_ref (buffer), time, duration_of (buffer, pad, tap->medium));
}

static gboolean
claim (GstSlateRun * self, GstPad * pad, GstSwitchMediumId * medium)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  gboolean wanted;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (!gst_normaliser_medium_of_caps (caps, medium))
    return FALSE;
  g_mutex_lock (&self->lock);
  wanted = self->forms[*medium] != NULL && !(self->claimed & (1u << *medium));
  if (wanted)
    self->claimed |= 1u << *medium;
  g_mutex_unlock (&self->lock);
  return wanted;
}

/* Where a stream ends; NULL without a fakesink, which is never. */
static GstElement *
add_sink (GstSlateRun * self, Tap * tap)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  if (sink == NULL)
    return NULL;
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample",
      FALSE, NULL);
  if (tap != NULL) {
    g_object_set (sink, "signal-handoffs", TRUE, NULL);
    g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), tap);
  }
  gst_bin_add (GST_BIN (self->pipeline), sink);
  return sink;
}

static void
link_pad (GstPad * pad, GstElement * element)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");

  gst_pad_link (pad, sink);
}

/* The stream, converted to the output's form. */
static void
add_stream (GstSlateRun * self, GstPad * pad, GstSwitchMediumId medium)
{
  GstElement *bin = gst_bin_new (NULL), *sink, *first, *last;
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  g_autoptr (GstPad) in = NULL, out = NULL;

  first = gst_normaliser_add (GST_BIN (bin), medium, &last);
  if (first == NULL || filter == NULL) {
    gst_clear_object (&filter);
    gst_object_unref (bin);
    return;
  }
  g_object_set (filter, "caps", self->forms[medium], NULL);
  gst_bin_add (GST_BIN (bin), filter);
  gst_element_link (last, filter);
  in = gst_element_get_static_pad (first, "sink");
  out = gst_element_get_static_pad (filter, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", in));
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", out));
  gst_bin_add (GST_BIN (self->pipeline), bin);
  sink = add_sink (self, &self->taps[medium]);
  gst_element_link (bin, sink);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (bin);
  link_pad (pad, bin);
}

static void
on_pad_added (GstElement * decoder, GstPad * pad, gpointer user_data)
{
  GstSlateRun *self = user_data;
  GstSwitchMediumId medium;
  GstElement *sink;

  if (claim (self, pad, &medium)) {
    add_stream (self, pad, medium);
    return;
  }
  sink = add_sink (self, NULL);
  gst_element_sync_state_with_parent (sink);
  link_pad (pad, sink);
}

static gboolean
is_stopping (GstSlateRun * self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static gboolean
build (GstSlateRun * self)
{
  GstElement *decoder = gst_element_factory_make ("uridecodebin", NULL);

  if (decoder == NULL) {
    gst_slate_on_error (self->slate, self, "uridecodebin is not installed");
    return FALSE;
  }
  self->pipeline = gst_object_ref_sink (gst_pipeline_new ("slate"));
  g_object_set (decoder, "uri", self->uri, NULL);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_pad_added), self);
  gst_bin_add (GST_BIN (self->pipeline), decoder);
  g_mutex_lock (&self->lock);
  self->bus = gst_element_get_bus (self->pipeline);
  self->claimed = 0;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
tell_error (GstSlateRun * self, GstMessage * message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  gst_slate_on_error (self->slate, self, error->message);
}

/* Seamless, since the slate has some time ready. */
static gboolean
rewind_file (GstSlateRun * self)
{
  return gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, 0);
}

/* Until the end or a fault.  AGAIN: what plays cannot be rewound. */
static SlateReelSequel
watch (GstSlateRun * self, GstBus * bus)
{
  while (!is_stopping (self)) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus,
        GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS
        | GST_MESSAGE_ELEMENT | GST_MESSAGE_APPLICATION);

    if (message == NULL)
      continue;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      tell_error (self, message);
      return SLATE_REEL_DONE;
    }
    if (gst_is_missing_plugin_message (message))
      gst_slate_on_missing (self->slate, self, g_steal_pointer (&message));
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
      if (gst_slate_on_end (self->slate, self) == SLATE_REEL_DONE)
        return SLATE_REEL_DONE;
      if (!rewind_file (self))
        return SLATE_REEL_AGAIN;
    }
  }
  return SLATE_REEL_DONE;
}

static SlateReelSequel
play (GstSlateRun * self)
{
  g_autoptr (GstBus) bus = NULL;
  SlateReelSequel sequel = SLATE_REEL_DONE;

  if (!build (self))
    return SLATE_REEL_DONE;
  if (!is_stopping (self)
      && gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    g_autoptr (GstMessage) message = gst_bus_pop_filtered (self->bus,
        GST_MESSAGE_ERROR);

    if (message != NULL)
      tell_error (self, message);
    else
      gst_slate_on_error (self->slate, self, "it does not start");
  } else {
    sequel = watch (self, self->bus);
  }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_mutex_lock (&self->lock);
  bus = g_steal_pointer (&self->bus);
  g_mutex_unlock (&self->lock);
  gst_clear_object (&self->pipeline);
  return sequel;
}

static gpointer
run (gpointer data)
{
  GstSlateRun *self = data;

  while (play (self) == SLATE_REEL_AGAIN && !is_stopping (self));
  gst_slate_on_down (self->slate, self);
  run_unref (self);
  return NULL;
}

GstSlateRun *
gst_slate_run_new (const GstSlateRunSetup * setup)
{
  GstSlateRun *self = g_new0 (GstSlateRun, 1);
  guint i;

  self->refcount = 2;
  g_mutex_init (&self->lock);
  self->slate = gst_slate_ref (setup->slate);
  self->uri = g_strdup (setup->uri);
  for (i = 0; i < SLATE_REEL_MEDIA; i++) {
    self->taps[i].run = self;
    self->taps[i].medium = i;
    if (setup->forms[i] != NULL)
      self->forms[i] = gst_caps_ref (setup->forms[i]);
  }
  self->thread = g_thread_new ("slate", run, self);
  return self;
}

void
gst_slate_run_stop (GstSlateRun * self)
{
  g_autoptr (GstBus) bus = NULL;

  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  if (self->bus != NULL)
    bus = gst_object_ref (self->bus);
  g_mutex_unlock (&self->lock);
  if (bus != NULL)
    gst_bus_post (bus, gst_message_new_application (NULL,
            gst_structure_new_empty ("stop")));
}

void
gst_slate_run_free (GstSlateRun * self, gboolean is_down)
{
  if (is_down)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  run_unref (self);
}
