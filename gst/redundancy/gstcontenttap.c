/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks, in this order: the pad's stream lock, self->state_lock, the probe's
 * stream lock.  The state lock only keeps two state changes of the probe apart.
 * Threads: the pad's streaming thread feeds, the probe's own watch may report,
 * whoever owns the tap configures and frees it. */
#include "gstcontenttap.h"

#define EVERYTHING (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST \
    | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH)

struct _GstContentTap
{
  gint refcount;                /* atomic: the owner's and the pad probe's */
  gint stopped;                 /* atomic; set under the state lock */
  GMutex state_lock;

  /* Fixed after new. */
  GstPad *pad;
  gulong probe_id;
  GstElement *probe;
  GstPad *entry;                /* the probe's sink pad */
  GstPad *drain;                /* what its src pad is linked to */
  GstBus *bus;
  GstContentTapFunc func;
  gpointer user_data;

  gboolean primed;              /* has the stream's events; pad's thread only */
};

/* As the probe calls them. */
static const gchar *const check_names[CONTENT_N_FAULTS] = {
  "black", "freeze", "silence", "bitrate",
};

static void
tap_unref (gpointer data)
{
  GstContentTap *self = data;

  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  gst_object_unref (self->pad);
  gst_object_unref (self->entry);
  gst_object_unref (self->drain);
  gst_object_unref (self->probe);
  gst_object_unref (self->bus);
  g_mutex_clear (&self->state_lock);
  g_free (self);
}

gboolean
gst_content_tap_is_possible (void)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find (GST_CONTENT_TAP_FACTORY);

  return factory != NULL;
}

static void
report (GstContentTap * self, const GstStructure * alert)
{
  const gchar *check = gst_structure_get_string (alert, "check");
  gboolean open = g_strcmp0 (gst_structure_get_string (alert, "state"),
      "open") == 0;
  guint fault;

  for (fault = 0; fault < CONTENT_N_FAULTS; fault++) {
    if (g_strcmp0 (check, check_names[fault]) == 0)
      self->func (self->user_data, fault, open);
  }
}

static GstBusSyncReply
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  const GstStructure *s = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && s != NULL
      && gst_structure_has_name (s, GST_CONTENT_TAP_FACTORY "-alert"))
    report (user_data, s);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* Another connection: what was open ends, and all is measured anew. */
static void
restart (GstContentTap * self)
{
  g_mutex_lock (&self->state_lock);
  if (!g_atomic_int_get (&self->stopped)) {
    gst_element_set_state (self->probe, GST_STATE_READY);
    gst_element_set_state (self->probe, GST_STATE_PLAYING);
  }
  g_mutex_unlock (&self->state_lock);
}

static gboolean
send_sticky (GstPad * pad, GstEvent ** event, gpointer user_data)
{
  GstContentTap *self = user_data;

  gst_pad_send_event (self->entry, gst_event_ref (*event));
  return TRUE;
}

/* A tap that was put on a running stream has missed what it began with. */
static void
prime (GstContentTap * self)
{
  if (!self->primed)
    gst_pad_sticky_events_foreach (self->pad, send_sticky, self);
  self->primed = TRUE;
}

static void
feed_event (GstContentTap * self, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    restart (self);
    self->primed = TRUE;
  }
  prime (self);
  gst_pad_send_event (self->entry, gst_event_ref (event));
}

static GstPadProbeReturn
on_pad (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstContentTap *self = user_data;

  if (g_atomic_int_get (&self->stopped))
    return GST_PAD_PROBE_OK;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    prime (self);
    gst_pad_chain (self->entry,
        gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
  } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    prime (self);
    gst_pad_chain_list (self->entry,
        gst_buffer_list_ref (GST_PAD_PROBE_INFO_BUFFER_LIST (info)));
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))
      != GST_EVENT_LATENCY) {
    feed_event (self, GST_PAD_PROBE_INFO_EVENT (info));
  }
  return GST_PAD_PROBE_OK;
}

static GstFlowReturn
drain_buffer (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
drain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static gboolean
drain_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

/* Where the probe's output ends. */
static void
add_drain (GstContentTap * self)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (self->probe, "src");

  self->drain = gst_object_ref_sink (gst_pad_new ("drain", GST_PAD_SINK));
  gst_pad_set_chain_function (self->drain, GST_DEBUG_FUNCPTR (drain_buffer));
  gst_pad_set_chain_list_function (self->drain, GST_DEBUG_FUNCPTR (drain_list));
  gst_pad_set_event_function (self->drain, GST_DEBUG_FUNCPTR (drain_event));
  gst_pad_set_active (self->drain, TRUE);
  gst_pad_link (src, self->drain);
}

GstContentTap *
gst_content_tap_new (GstPad * pad, GstContentTapFunc func, gpointer user_data)
{
  GstElement *probe = gst_element_factory_make (GST_CONTENT_TAP_FACTORY, NULL);
  GstContentTap *self;

  if (probe == NULL)
    return NULL;
  self = g_new0 (GstContentTap, 1);
  self->refcount = 2;
  g_mutex_init (&self->state_lock);
  self->pad = gst_object_ref (pad);
  self->probe = gst_object_ref_sink (probe);
  self->func = func;
  self->user_data = user_data;
  /* Whether data come at all is judged elsewhere. */
  g_object_set (probe, "stall-timeout", 0, "startup-timeout", 0, NULL);
  gst_util_set_object_arg (G_OBJECT (probe), "checks", "0");
  self->entry = gst_element_get_static_pad (probe, "sink");
  add_drain (self);
  self->bus = gst_bus_new ();
  gst_bus_set_sync_handler (self->bus, on_message, self, NULL);
  gst_element_set_bus (probe, self->bus);
  gst_element_set_state (probe, GST_STATE_PLAYING);
  self->probe_id = gst_pad_add_probe (pad, EVERYTHING, on_pad, self, tap_unref);
  return self;
}

void
gst_content_tap_configure (GstContentTap * self,
    const GstContentSettings * settings, guint faults)
{
  g_autoptr (GString) checks = g_string_new (NULL);
  guint fault;

  for (fault = 0; fault < CONTENT_N_FAULTS; fault++) {
    if (faults & (1u << fault))
      g_string_append_printf (checks, "%s%s", checks->len > 0 ? "+" : "",
          check_names[fault]);
  }
  g_object_set (self->probe, "black-duration", settings->black_timeout_ms,
      "freeze-duration", settings->freeze_timeout_ms,
      "silence-duration", settings->silence_timeout_ms,
      "bitrate-min", (guint64) settings->min_bitrate, NULL);
  gst_util_set_object_arg (G_OBJECT (self->probe), "checks",
      checks->len > 0 ? checks->str : "0");
}

void
gst_content_tap_free (GstContentTap * self)
{
  g_mutex_lock (&self->state_lock);
  g_atomic_int_set (&self->stopped, TRUE);
  gst_element_set_state (self->probe, GST_STATE_NULL);
  g_mutex_unlock (&self->state_lock);
  gst_pad_remove_probe (self->pad, self->probe_id);
  gst_bus_set_sync_handler (self->bus, NULL, NULL, NULL);
  gst_element_set_bus (self->probe, NULL);
  tap_unref (self);
}
