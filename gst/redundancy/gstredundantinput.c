/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks, in this order: self->lock, then what pads and the control lock by
 * themselves.  Nothing is posted, linked or joined under it.
 * Threads: the controller (step), the application (properties, start, stop). */
#include "gstredundantinput.h"

#include <string.h>

#include "gstelementmessage.h"
#include "gstinputchain.h"
#include "gstswitchvoice.h"
#include "gstredundantsrc.h"
#include "gstudpsource.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

#define N_MEDIA 2
#define RETRY_FACTOR 200        /* percent */
#define RETRY_JITTER 20         /* percent */

/* How often an input is asked whether data has come. */
#define POLL (50 * GST_MSECOND)

enum
{
  PROP_URI = 1,
  PROP_PRIORITY,
  PROP_MEDIA,
  PROP_OFFSET,
  PROP_AUDIO_OFFSET,
  PROP_STANDBY,
  PROP_MERGE_GROUP,
  PROP_STATE,
  PROP_HEALTHY,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

struct _GstRedundantInput
{
  GstObject parent;

  /* Fixed after init. */
  GstBin *owner;
  GstSwitchControl *control;
  GstRedundantSwitch *switches[N_MEDIA];
  guint brings;                 /* bit mask of media, as its list says */
  void (*on_event) (gpointer user_data);
  gpointer user_data;

  GMutex lock;
  /* Under the lock. */
  gchar *uri;
  guint priority;
  guint media;                  /* bit mask of those that are taken of it */
  guint built_for;              /* by the connection, likewise */
  gboolean started;
  gint offset_ms;               /* `offset` */
  gint audio_offset_ms;         /* `audio-offset` */
  gboolean leaving;
  gboolean restart;
  Standby standby;
  gboolean own_standby;         /* or the element's */
  StandbyMode standby_now;
  gchar *merge_group;           /* (nullable) */
  gboolean apart;               /* it was unlike the others */
  GstInputMergeRole role, next_role;    /* their merges (transfer full) */
  gboolean role_changes;        /* with the next connection */
  GstRedundantInputConfig config;
  InputLife life;
  GstInputLanding *landings[N_MEDIA];   /* of request pads, nullable */
  GstInputConnection *connection;
  gint64 connected_at;          /* us, monotonic */
  guint64 generation;           /* connections ever, for names */
  GList *zombies;
  gchar *last_error;

  /* Controller thread writes, under the lock.  NULL and FAILOVER_NONE while it
   * brings packets to a merge. */
  GstPad *pads[N_MEDIA];
  gint id;

  /* Controller thread only. */
  InputLifeState told_state;
  gboolean told_lost;
};

G_DEFINE_FINAL_TYPE (GstRedundantInput, gst_redundant_input, GST_TYPE_OBJECT);

static guint64
now_ns (void)
{
  return (guint64) g_get_monotonic_time () * 1000;
}

static void
set_uri (GstRedundantInput * self, const gchar * uri)
{
  if (uri == NULL || !gst_uri_is_valid (uri)) {
    g_autofree gchar *masked = uri_mask (uri);
    GST_WARNING_OBJECT (self, "uri \"%s\" is refused: it is no URI",
        GST_STR_NULL (masked));
    return;
  }
  g_mutex_lock (&self->lock);
  if (g_strcmp0 (self->uri, uri) != 0) {
    g_free (self->uri);
    self->uri = g_strdup (uri);
    self->restart = TRUE;
    self->apart = FALSE;
  }
  g_mutex_unlock (&self->lock);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

void
gst_redundant_input_restart (GstRedundantInput * self)
{
  g_mutex_lock (&self->lock);
  self->restart = TRUE;
  self->apart = FALSE;
  g_mutex_unlock (&self->lock);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

/* A group is an input's name for the operator: it must not be taken for
 * another. */
static gboolean
is_group_name (const gchar * name)
{
  const gchar *c;

  for (c = name; *c != '\0'; c++) {
    if (!g_ascii_isalnum (*c) && strchr ("-_.", *c) == NULL)
      return FALSE;
  }
  return c - name <= 64 && !g_str_has_prefix (name, "input-")
      && !g_str_equal (name, "slate");
}

void
gst_redundant_input_set_merge_group (GstRedundantInput * self,
    const gchar * group)
{
  if (group != NULL && (*group == '\0' || g_str_equal (group, "-")))
    group = NULL;
  if (group != NULL && !is_group_name (group)) {
    GST_WARNING_OBJECT (self, "merge-group \"%s\" is refused: up to 64 "
        "letters, digits, -, _ and . are allowed, but neither \"slate\" nor "
        "\"input-...\"", group);
    return;
  }
  g_mutex_lock (&self->lock);
  if (g_strcmp0 (self->merge_group, group) != 0) {
    g_free (self->merge_group);
    self->merge_group = g_strdup (group);
    self->apart = FALSE;
  }
  g_mutex_unlock (&self->lock);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

gchar *
gst_redundant_input_dup_merge_group (GstRedundantInput * self)
{
  gchar *group;

  g_mutex_lock (&self->lock);
  group = self->apart || self->leaving ? NULL : g_strdup (self->merge_group);
  g_mutex_unlock (&self->lock);
  return group;
}

void
gst_redundant_input_set_apart (GstRedundantInput * self)
{
  g_mutex_lock (&self->lock);
  self->apart = TRUE;
  g_mutex_unlock (&self->lock);
}

guint
gst_redundant_input_get_priority (GstRedundantInput * self)
{
  guint priority;

  g_mutex_lock (&self->lock);
  priority = self->priority;
  g_mutex_unlock (&self->lock);
  return priority;
}

void
gst_redundant_input_set_priority (GstRedundantInput * self, guint priority)
{
  gint id;

  g_mutex_lock (&self->lock);
  self->priority = priority;
  id = self->id;
  g_mutex_unlock (&self->lock);
  if (self->control != NULL)
    gst_switch_control_set_priority (self->control, id, priority);
}

/* What of it is put out. */
static guint
wanted_media_locked (GstRedundantInput * self)
{
  return self->config.media & self->media;
}

/* What is no longer taken is left where it is; what is taken anew may want
 * another connection; an input of which nothing is taken has none. */
static void
set_media (GstRedundantInput * self, guint media)
{
  guint wanted;
  gint id;

  g_mutex_lock (&self->lock);
  self->media = media;
  id = self->id;
  wanted = wanted_media_locked (self);
  if (self->started && !self->leaving && wanted == 0)
    input_life_stop (&self->life, now_ns ());
  else if (self->started && !self->leaving)
    input_life_start (&self->life, now_ns ());
  if (self->connection != NULL && (wanted & ~self->built_for) != 0)
    self->restart = TRUE;
  g_mutex_unlock (&self->lock);
  if (self->control != NULL)
    gst_switch_control_set_media (self->control, id, media);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

void
gst_redundant_input_prepare (GstRedundantInput * self)
{
  g_mutex_lock (&self->lock);
  standby_prepare (&self->standby, now_ns ());
  input_life_hurry (&self->life, now_ns ());
  g_mutex_unlock (&self->lock);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

static gboolean
is_member_locked (GstRedundantInput * self)
{
  return self->role.merge != NULL && self->role.path >= 0;
}

static StandbyMode
standby_locked (GstRedundantInput * self)
{
  /* A path that is not connected fills no losses. */
  if (is_member_locked (self))
    return STANDBY_HOT;
  if (self->own_standby)
    return self->standby.mode;
  return self->priority == 0 ? STANDBY_HOT : self->config.standby;
}

static void
set_standby (GstRedundantInput * self, StandbyMode mode)
{
  g_mutex_lock (&self->lock);
  self->own_standby = TRUE;
  self->standby.mode = mode;
  g_mutex_unlock (&self->lock);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

static void
set_offset (GstRedundantInput * self, guint id, gint offset_ms)
{
  g_mutex_lock (&self->lock);
  if (id == PROP_OFFSET)
    self->offset_ms = offset_ms;
  else
    self->audio_offset_ms = offset_ms;
  if (self->control != NULL)
    gst_switch_control_set_offset (self->control, self->id, self->offset_ms,
        self->audio_offset_ms);
  g_mutex_unlock (&self->lock);
}

static void
gst_redundant_input_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstRedundantInput *self = GST_REDUNDANT_INPUT (object);

  if (id == PROP_URI)
    set_uri (self, g_value_get_string (value));
  else if (id == PROP_PRIORITY)
    gst_redundant_input_set_priority (self, g_value_get_uint (value));
  else if (id == PROP_MEDIA)
    set_media (self, g_value_get_flags (value));
  else if (id == PROP_OFFSET || id == PROP_AUDIO_OFFSET)
    set_offset (self, id, g_value_get_int (value));
  else if (id == PROP_STANDBY)
    set_standby (self, (StandbyMode) g_value_get_enum (value));
  else if (id == PROP_MERGE_GROUP)
    gst_redundant_input_set_merge_group (self, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static gboolean
is_healthy (GstRedundantInput * self)
{
  GstClockTime now = gst_element_running_time_now (GST_ELEMENT (self->owner));
  GstSwitchInputInfo info = { NULL, };
  gboolean healthy = FALSE;
  GstInputMergePath facts = { {0,}, };
  gint id;

  g_mutex_lock (&self->lock);
  id = self->id;
  if (is_member_locked (self))
    gst_input_merge_get_path (self->role.merge, self->role.path, &facts);
  g_mutex_unlock (&self->lock);
  if (facts.live)
    return TRUE;
  if (GST_CLOCK_TIME_IS_VALID (now)
      && gst_switch_control_get_info (self->control, id, now, &info))
    healthy = info.healthy;
  gst_switch_input_info_clear (&info);
  return healthy;
}

static void
gst_redundant_input_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstRedundantInput *self = GST_REDUNDANT_INPUT (object);

  if (id == PROP_HEALTHY) {
    g_value_set_boolean (value, is_healthy (self));
    return;
  }
  g_mutex_lock (&self->lock);
  if (id == PROP_URI)
    g_value_set_string (value, self->uri);
  else if (id == PROP_PRIORITY)
    g_value_set_uint (value, self->priority);
  else if (id == PROP_MEDIA)
    g_value_set_flags (value, self->media);
  else if (id == PROP_OFFSET)
    g_value_set_int (value, self->offset_ms);
  else if (id == PROP_AUDIO_OFFSET)
    g_value_set_int (value, self->audio_offset_ms);
  else if (id == PROP_STANDBY)
    g_value_set_enum (value, (gint) standby_locked (self));
  else if (id == PROP_MERGE_GROUP)
    g_value_set_string (value, self->merge_group);
  else if (id == PROP_STATE)
    g_value_set_string (value, input_life_state_nick (self->life.state));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  g_mutex_unlock (&self->lock);
}

static void
gst_redundant_input_finalize (GObject * object)
{
  GstRedundantInput *self = GST_REDUNDANT_INPUT (object);
  guint i;

  g_list_free_full (self->zombies, (GDestroyNotify) gst_input_connection_free);
  for (i = 0; i < N_MEDIA; i++)
    gst_clear_object (&self->landings[i]);
  if (self->connection != NULL)
    gst_input_connection_free (self->connection);
  if (self->control != NULL)
    gst_switch_control_unref (self->control);
  g_clear_pointer (&self->role.merge, gst_input_merge_unref);
  g_clear_pointer (&self->next_role.merge, gst_input_merge_unref);
  g_free (self->merge_group);
  g_free (self->uri);
  g_free (self->last_error);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_redundant_input_parent_class)->finalize (object);
}

static void
gst_redundant_input_class_init (GstRedundantInputClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);

  gobject_class->set_property = gst_redundant_input_set_property;
  gobject_class->get_property = gst_redundant_input_get_property;
  gobject_class->finalize = gst_redundant_input_finalize;
  /**
   * GstRedundantInput:uri:
   *
   * Where this input comes from.  A change connects anew.
   *
   * Since: 0.1
   */
  properties[PROP_URI] = g_param_spec_string ("uri", "URI",
      "Where this input comes from", NULL, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:priority:
   *
   * 0 is the best.  By default the place in the list.  Takes effect at once.
   *
   * Since: 0.1
   */
  properties[PROP_PRIORITY] = g_param_spec_uint ("priority", "Priority",
      "Priority of this input (0 is the best)", 0, G_MAXUINT, 0,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:media:
   *
   * What is taken of this input.  The rest is neither shown nor missed.  Takes
   * effect at once; what is taken in addition may need a new connection.
   *
   * Since: 0.1
   */
  properties[PROP_MEDIA] = g_param_spec_flags ("media", "Media",
      "What is taken of this input", GST_TYPE_REDUNDANT_SRC_MEDIA,
      AV_POLICY_BOTH, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:offset:
   *
   * How much later than it belongs this input is put out, in milliseconds;
   * negative is earlier, which takes from the latency and goes as far as 200 ms
   * of it are left.  Takes effect at once, and while the input is shown by a
   * slope of a millisecond in each second.
   *
   * Since: 0.1
   */
  properties[PROP_OFFSET] = g_param_spec_int ("offset", "Offset",
      "How much later than it belongs this input is put out (ms)",
      -GST_SWITCH_MAX_OFFSET, GST_SWITCH_MAX_OFFSET, 0, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:audio-offset:
   *
   * How much later the sound of this input is put out besides, in
   * milliseconds, against its pictures.  Takes effect as
   * #GstRedundantInput:offset does.
   *
   * Since: 0.1
   */
  properties[PROP_AUDIO_OFFSET] = g_param_spec_int ("audio-offset",
      "Audio offset", "How much later its sound is put out besides (ms)",
      -GST_SWITCH_MAX_OFFSET, GST_SWITCH_MAX_OFFSET, 0, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:standby:
   *
   * How ready this input is while it is not shown: hot is connected and
   * decoded, warm is connected with its last pictures kept coded, cold is not
   * connected.  Until it is set, that of redundantsrc for all but the best
   * input.  Warm takes effect with the next connection, the others at once.
   *
   * Since: 0.1
   */
  properties[PROP_STANDBY] = g_param_spec_enum ("standby", "Standby",
      "How ready this input is while it is not shown",
      GST_TYPE_REDUNDANT_SRC_STANDBY, GST_REDUNDANT_SRC_STANDBY_HOT,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:merge-group:
   *
   * Inputs with the same name here bring the same packets, and are merged into
   * one input of that name.  NULL: it stands alone.  A change connects anew.
   *
   * Since: 0.1
   */
  properties[PROP_MERGE_GROUP] = g_param_spec_string ("merge-group",
      "Merge group", "Inputs with the same name here are merged into one",
      NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantInput:state:
   *
   * idle, backoff, connecting, running, stalled or stopping.
   *
   * Since: 0.1
   */
  properties[PROP_STATE] = g_param_spec_string ("state", "State",
      "State of the connection", "idle",
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstRedundantInput:healthy:
   *
   * All media that are taken of it arrive in time.
   *
   * Since: 0.1
   */
  properties[PROP_HEALTHY] = g_param_spec_boolean ("healthy", "Healthy",
      "All media arrive in time", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (gobject_class, N_PROPERTIES, properties);
}

static void
gst_redundant_input_init (GstRedundantInput * self)
{
  g_mutex_init (&self->lock);
  self->id = FAILOVER_NONE;
}

/* It becomes an input of the switches. */
static void
attach (GstRedundantInput * self)
{
  gint id = gst_switch_control_add_input (self->control,
      GST_OBJECT_NAME (self), gst_redundant_input_get_priority (self));
  GstPad *pads[N_MEDIA];
  guint media, i;

  g_mutex_lock (&self->lock);
  media = self->media;
  g_mutex_unlock (&self->lock);
  gst_switch_control_set_media (self->control, id, media);
  for (i = 0; i < N_MEDIA; i++)
    pads[i] = gst_redundant_switch_add_input (self->switches[i], id);
  g_mutex_lock (&self->lock);
  self->id = id;
  for (i = 0; i < N_MEDIA; i++)
    self->pads[i] = pads[i];
  gst_switch_control_set_offset (self->control, id, self->offset_ms,
      self->audio_offset_ms);
  g_mutex_unlock (&self->lock);
}

GstRedundantInput *
gst_redundant_input_new (const gchar * name, const gchar * uri,
    guint brings, guint priority, GstBin * owner, GstSwitchControl * control,
    GstRedundantSwitch * const *switches,
    void (*on_event) (gpointer user_data), gpointer user_data)
{
  GstRedundantInput *self = g_object_new (GST_TYPE_REDUNDANT_INPUT, "name",
      name, NULL);
  guint i;

  gst_object_ref_sink (self);
  self->uri = g_strdup (uri);
  self->priority = priority;
  self->owner = owner;
  self->control = gst_switch_control_ref (control);
  self->on_event = on_event;
  self->user_data = user_data;
  self->brings = self->media = brings;
  for (i = 0; i < N_MEDIA; i++)
    self->switches[i] = switches[i];
  attach (self);
  return self;
}

gchar *
gst_redundant_input_dup_uri (GstRedundantInput * self)
{
  gchar *uri;

  g_mutex_lock (&self->lock);
  uri = g_strdup (self->uri);
  g_mutex_unlock (&self->lock);
  return uri;
}

guint
gst_redundant_input_get_brings (GstRedundantInput * self)
{
  return self->brings;
}

static void
on_pad_end (GstObject * object, gboolean eos, const gchar * text)
{
  GstRedundantInput *self = GST_REDUNDANT_INPUT (object);
  g_autoptr (GError) error = g_error_new_literal (GST_STREAM_ERROR,
      GST_STREAM_ERROR_FAILED, text);

  g_mutex_lock (&self->lock);
  /* It tells the controller, which only sets a flag. */
  if (self->connection != NULL && eos)
    gst_input_connection_on_eos (self->connection);
  else if (self->connection != NULL)
    gst_input_connection_on_error (self->connection, error);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_redundant_input_set_landing (GstRedundantInput * self, guint place,
    GstInputLanding * landing)
{
  gboolean any = FALSE;
  guint i;

  g_mutex_lock (&self->lock);
  g_set_object (&self->landings[place], landing);
  for (i = 0; i < N_MEDIA; i++)
    any = any || self->landings[i] != NULL;
  /* What is connected was built for the others. */
  self->restart = TRUE;
  g_mutex_unlock (&self->lock);
  if (landing != NULL) {
    gst_input_landing_set_callback (landing, on_pad_end, GST_OBJECT (self));
  } else {
    for (i = 0; i < N_MEDIA; i++)
      gst_redundant_switch_pad_interrupt (self->pads[i]);
  }
  if (self->on_event != NULL)
    self->on_event (self->user_data);
  return any;
}

GstInputLanding *
gst_redundant_input_get_landing (GstRedundantInput * self, guint place)
{
  GstInputLanding *landing;

  g_mutex_lock (&self->lock);
  landing = self->landings[place] != NULL
      ? gst_object_ref (self->landings[place]) : NULL;
  g_mutex_unlock (&self->lock);
  return landing;
}

void
gst_redundant_input_leave (GstRedundantInput * self)
{
  gint id;

  g_mutex_lock (&self->lock);
  self->leaving = TRUE;
  id = self->id;
  input_life_stop (&self->life, now_ns ());
  g_mutex_unlock (&self->lock);
  gst_switch_control_remove_input (self->control, id);
}

gboolean
gst_redundant_input_is_leaving (GstRedundantInput * self)
{
  gboolean leaving;

  g_mutex_lock (&self->lock);
  leaving = self->leaving;
  g_mutex_unlock (&self->lock);
  return leaving;
}

void
gst_redundant_input_detach (GstRedundantInput * self)
{
  GstPad *pads[N_MEDIA];
  gint id;
  guint i;

  g_mutex_lock (&self->lock);
  id = self->id;
  self->id = FAILOVER_NONE;
  for (i = 0; i < N_MEDIA; i++)
    pads[i] = g_steal_pointer (&self->pads[i]);
  g_mutex_unlock (&self->lock);
  gst_switch_control_remove_input (self->control, id);
  for (i = 0; i < N_MEDIA; i++) {
    if (pads[i] == NULL)
      continue;
    gst_element_release_request_pad (GST_ELEMENT (self->switches[i]), pads[i]);
    gst_object_unref (pads[i]);
  }
}

/* Controller thread, without a connection: the role that it has from now on. */
static void
apply_role (GstRedundantInput * self)
{
  g_autoptr (GstInputMerge) old = NULL;
  gboolean is_member, is_attached;

  g_mutex_lock (&self->lock);
  if (self->role_changes) {
    old = self->role.merge;
    self->role = self->next_role;
    self->next_role.merge = NULL;
    self->role_changes = FALSE;
  }
  is_member = is_member_locked (self) || self->leaving;
  is_attached = self->pads[0] != NULL;
  g_mutex_unlock (&self->lock);
  if (is_member && is_attached)
    gst_redundant_input_detach (self);
  if (!is_member && !is_attached)
    attach (self);
}

void
gst_redundant_input_join (GstRedundantInput * self, GstInputMerge * merge,
    gint path)
{
  gboolean connected;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->next_role.merge, gst_input_merge_unref);
  if (merge != NULL)
    self->next_role.merge = gst_input_merge_ref (merge);
  self->next_role.path = path;
  self->role_changes = TRUE;
  connected = self->connection != NULL;
  self->restart |= connected;
  g_mutex_unlock (&self->lock);
  if (!connected)
    apply_role (self);
}

/* What follows from the URI.  While a lost packet is waited for nothing
 * arrives, which is no reason to build anything anew. */
static void
adapt_life_locked (GstRedundantInput * self, InputLifeConfig * life)
{
  life->patient = gst_input_is_patient (self->uri);
  life->listens = gst_input_listens (self->uri);
  life->renew_after = self->config.renew_after;
  if (gst_input_kind (self->uri) == GST_INPUT_KIND_RTP)
    life->renew_after += gst_rtp_uri_get_latency (self->uri) * GST_MSECOND;
  if (gst_input_kind (self->uri) == GST_INPUT_KIND_MERGE)
    life->renew_after += self->config.merge_window;
}

static void
init_life_locked (GstRedundantInput * self)
{
  GstRedundantInputConfig *config = &self->config;
  guint64 attempts = self->life.attempts, failures = self->life.failures;
  guint64 zombies = self->life.zombies;
  Backoff backoff;

  adapt_life_locked (self, &config->life);
  backoff_init (&backoff, config->retry_initial, config->retry_max,
      RETRY_FACTOR, RETRY_JITTER, TRUE);
  input_life_init (&self->life, &config->life, &backoff);
  self->life.attempts = attempts;
  self->life.failures = failures;
  self->life.zombies = zombies;
}

void
gst_redundant_input_start (GstRedundantInput * self,
    const GstRedundantInputConfig * config)
{
  g_mutex_lock (&self->lock);
  self->config = *config;
  self->restart = FALSE;
  self->told_state = INPUT_LIFE_IDLE;
  self->told_lost = FALSE;
  self->life.attempts = self->life.failures = self->life.zombies = 0;
  g_clear_pointer (&self->last_error, g_free);
  init_life_locked (self);
  /* The first step connects it, unless it is cold. */
  self->started = TRUE;
  self->standby.hot_until = 0;
  g_mutex_unlock (&self->lock);
}

void
gst_redundant_input_stop (GstRedundantInput * self)
{
  g_mutex_lock (&self->lock);
  self->started = FALSE;
  input_life_stop (&self->life, now_ns ());
  g_mutex_unlock (&self->lock);
}

gboolean
gst_redundant_input_is_idle (GstRedundantInput * self)
{
  gboolean idle;

  g_mutex_lock (&self->lock);
  idle = self->life.state == INPUT_LIFE_IDLE;
  g_mutex_unlock (&self->lock);
  return idle;
}

gboolean
gst_redundant_input_contains (GstRedundantInput * self, GstObject * object)
{
  gboolean contains;

  g_mutex_lock (&self->lock);
  contains = self->connection != NULL
      && gst_input_connection_contains (self->connection, object);
  g_mutex_unlock (&self->lock);
  return contains;
}

void
gst_redundant_input_on_error (GstRedundantInput * self, const GError * error)
{
  g_mutex_lock (&self->lock);
  /* It tells the controller, which only sets a flag. */
  if (self->connection != NULL)
    gst_input_connection_on_error (self->connection, error);
  g_mutex_unlock (&self->lock);
}

/* When the connection delivered last: all of its media, or any. */
static gint64
last_data_locked (GstRedundantInput * self)
{
  guint wanted = wanted_media_locked (self), i;
  gint64 last = -1, one;

  if (is_member_locked (self))
    return gst_input_merge_last_data (self->role.merge, self->role.path);
  for (i = 0; i < N_MEDIA; i++) {
    if (!(wanted & (1u << i)))
      continue;
    one = gst_redundant_switch_pad_last_data (self->pads[i]);
    if (last < 0)
      last = one;
    else
      last = self->config.require_all ? MIN (last, one) : MAX (last, one);
  }
  return last;
}

static void
note_failure_locked (GstRedundantInput * self, guint64 now)
{
  g_autofree gchar *text = NULL;
  InputLifeReason why;

  if (self->connection == NULL)
    return;
  why = gst_input_connection_get_failure (self->connection, &text);
  if (why == INPUT_LIFE_REASON_NONE)
    return;
  g_free (self->last_error);
  self->last_error = uri_mask_text (text);
  input_life_on_failure (&self->life, why, now, g_random_int ());
}

static void
note_world_locked (GstRedundantInput * self, guint64 now)
{
  gint64 last = last_data_locked (self);

  if (self->connection != NULL && last > self->connected_at)
    input_life_on_data (&self->life, (guint64) last * 1000);
  note_failure_locked (self, now);
  if (self->restart) {
    self->restart = FALSE;
    input_life_on_failure (&self->life, INPUT_LIFE_REASON_RESTART, now, 0);
    input_life_hurry (&self->life, now);
  }
}

/* Zombies that came back after all; (transfer full) those to join. */
static GList *
take_dead_zombies_locked (GstRedundantInput * self)
{
  GList *l, *next, *dead = NULL;

  for (l = self->zombies; l != NULL; l = next) {
    next = l->next;
    if (gst_input_connection_is_down (l->data)) {
      dead = g_list_prepend (dead, l->data);
      self->zombies = g_list_delete_link (self->zombies, l);
    }
  }
  return dead;
}

static void
connect_input (GstRedundantInput * self)
{
  GstInputConnectionSetup setup = { 0, };
  GstInputLanding *landings[N_MEDIA];
  GstInputConnection *connection;
  g_autofree gchar *name = NULL, *uri = NULL;
  guint i;

  apply_role (self);
  g_mutex_lock (&self->lock);
  /* A new URI may want another kind of patience. */
  adapt_life_locked (self, &self->life.config);
  name = g_strdup_printf ("%s-%" G_GUINT64_FORMAT, GST_OBJECT_NAME (self),
      ++self->generation);
  uri = g_strdup (self->uri);
  setup.media = self->built_for = wanted_media_locked (self);
  setup.encoded = self->config.encoded & setup.media;
  setup.warm = standby_locked (self) == STANDBY_WARM;
  setup.hot = self->standby_now == STANDBY_HOT;
  setup.role = self->role;
  self->connected_at = g_get_monotonic_time ();
  for (i = 0; i < N_MEDIA; i++)
    landings[i] = self->landings[i] != NULL
        ? gst_object_ref (self->landings[i]) : NULL;
  g_mutex_unlock (&self->lock);

  setup.owner = self->owner;
  setup.name = name;
  setup.uri = uri;
  setup.on_event = self->on_event;
  setup.user_data = self->user_data;
  for (i = 0; i < N_MEDIA; i++) {
    setup.pads[i] = self->pads[i];
    setup.landings[i] = landings[i];
  }
  if (setup.role.merge != NULL && setup.role.path >= 0)
    setup.role.ticket = gst_input_merge_open_path (setup.role.merge,
        setup.role.path);
  gst_switch_control_on_connection (self->control, self->id);
  connection = gst_input_connection_new (&setup);
  for (i = 0; i < N_MEDIA; i++)
    gst_clear_object (&landings[i]);
  g_mutex_lock (&self->lock);
  self->connection = connection;
  g_mutex_unlock (&self->lock);
}

static void
disconnect_input (GstRedundantInput * self)
{
  FailoverReason why = FAILOVER_REASON_ERROR;
  GstInputConnection *connection;
  guint i;

  g_mutex_lock (&self->lock);
  if (self->life.reason == INPUT_LIFE_REASON_EOS)
    why = FAILOVER_REASON_EOS;
  connection = self->connection;
  g_mutex_unlock (&self->lock);
  gst_switch_control_on_end (self->control, self->id, why);
  for (i = 0; i < N_MEDIA; i++) {
    if (self->pads[i] != NULL)
      gst_redundant_switch_pad_interrupt (self->pads[i]);
  }
  if (connection != NULL)
    gst_input_connection_stop (connection);
}

static void
abandon_input (GstRedundantInput * self)
{
  g_mutex_lock (&self->lock);
  self->zombies = g_list_prepend (self->zombies, self->connection);
  self->connection = NULL;
  g_mutex_unlock (&self->lock);
}

static void
renew_input (GstRedundantInput * self)
{
  GstInputConnection *connection;

  g_mutex_lock (&self->lock);
  connection = self->connection;
  self->connected_at = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  gst_switch_control_on_connection (self->control, self->id);
  gst_input_connection_renew (connection);
}

static void
act (GstRedundantInput * self, InputLifeAction action)
{
  switch (action) {
    case INPUT_LIFE_NOTHING:
      break;
    case INPUT_LIFE_CONNECT:
      connect_input (self);
      break;
    case INPUT_LIFE_RENEW:
      renew_input (self);
      break;
    case INPUT_LIFE_DISCONNECT:
      disconnect_input (self);
      break;
    case INPUT_LIFE_ABANDON:
      abandon_input (self);
      break;
  }
}

typedef struct
{
  InputLifeState state;
  InputLifeReason reason;
  gboolean lost;
  guint64 attempts;
  guint64 next_retry;
  gchar *error;
  gchar *uri;                   /* masked */
} Snapshot;

/* What `next-retry` and `error` add to it.  (transfer full) */
static gchar *
failure_text (const Snapshot * snapshot, guint64 wait)
{
  const gchar *what = "failed";

  if (snapshot->reason == INPUT_LIFE_REASON_STOP)
    return g_strdup ("stops");
  if (snapshot->reason == INPUT_LIFE_REASON_EOS)
    what = "ended";
  else if (snapshot->reason == INPUT_LIFE_REASON_STALL)
    what = "went silent";
  else if (snapshot->reason == INPUT_LIFE_REASON_CONNECT_TIMEOUT)
    what = "brought nothing in time";
  return g_strdup_printf ("%s%s%s; the next attempt is in %u.%u s", what,
      snapshot->error != NULL ? ": " : "",
      snapshot->error != NULL ? snapshot->error : "",
      (guint) (wait / GST_SECOND), (guint) (wait / (100 * GST_MSECOND) % 10));
}

static gchar *
state_text (const Snapshot * snapshot, guint64 wait)
{
  switch (snapshot->state) {
    case INPUT_LIFE_IDLE:
      return g_strdup ("is off");
    case INPUT_LIFE_CONNECTING:
    case INPUT_LIFE_BACKOFF:
      return g_strdup_printf ("connects to %s", snapshot->uri);
    case INPUT_LIFE_RUNNING:
      return g_strdup ("delivers");
    case INPUT_LIFE_STALLED:
      return g_strdup ("delivers nothing any more; it is left listening");
    case INPUT_LIFE_STOPPING:
      return failure_text (snapshot, wait);
  }
  return NULL;
}

static gchar *
summary_of (const gchar * name, const gchar * state, const Snapshot * snapshot,
    guint64 wait)
{
  g_autofree gchar *text = NULL;

  if (g_str_equal (state, "lost"))
    text = g_strdup ("has been away for too long; it is still retried");
  else if (g_str_equal (state, "zombie"))
    text = g_strdup ("has a source that does not stop; it was left behind");
  else
    text = state_text (snapshot, wait);
  return g_strdup_printf ("%s %s.", name, text);
}

static void
post_input (GstRedundantInput * self, const Snapshot * snapshot,
    const gchar * state, GstElementMessageSeverity severity)
{
  const gchar *reason = input_life_reason_nick (snapshot->reason);
  guint64 now = now_ns ();
  guint64 wait = snapshot->next_retry > now ? snapshot->next_retry - now : 0;
  g_autofree gchar *summary = summary_of (GST_OBJECT_NAME (self), state,
      snapshot, wait);

  GST_INFO_OBJECT (self->owner, "%s", summary);
  gst_switch_voice_emit (gst_switch_voice_of (GST_ELEMENT (self->owner)),
      "input-state-changed", GST_OBJECT_NAME (self), state,
      input_life_state_nick (self->told_state), reason);
  gst_element_message_post (GST_ELEMENT (self->owner), "redundantsrc-input",
      severity, summary,
      "name", G_TYPE_STRING, GST_OBJECT_NAME (self),
      "state", G_TYPE_STRING, state,
      "previous", G_TYPE_STRING, input_life_state_nick (self->told_state),
      "reason", G_TYPE_STRING, reason,
      "error", G_TYPE_STRING, snapshot->error,
      "attempt", G_TYPE_UINT64, snapshot->attempts,
      "next-retry", G_TYPE_UINT64, wait,
      "uri", G_TYPE_STRING, snapshot->uri, NULL);
}

/* Which states are told, and how.  A failure is told once, with the time of
 * the next attempt; the steps on the way there are not. */
static gboolean
is_told (const Snapshot * snapshot, GstElementMessageSeverity * severity)
{
  *severity = GST_ELEMENT_MESSAGE_INFO;
  switch (snapshot->state) {
    case INPUT_LIFE_IDLE:
    case INPUT_LIFE_RUNNING:
      return TRUE;
    case INPUT_LIFE_CONNECTING:
      return snapshot->attempts <= 1;
    case INPUT_LIFE_STALLED:
      *severity = GST_ELEMENT_MESSAGE_WARNING;
      return TRUE;
    case INPUT_LIFE_STOPPING:
      if (snapshot->reason != INPUT_LIFE_REASON_STOP
          && snapshot->reason != INPUT_LIFE_REASON_RESTART)
        *severity = GST_ELEMENT_MESSAGE_WARNING;
      return TRUE;
    case INPUT_LIFE_BACKOFF:
      break;
  }
  return FALSE;
}

static void
tell_state (GstRedundantInput * self, const Snapshot * snapshot)
{
  GstElementMessageSeverity severity;

  if (snapshot->state != self->told_state && is_told (snapshot, &severity)) {
    post_input (self, snapshot, input_life_state_nick (snapshot->state),
        severity);
    self->told_state = snapshot->state;
  }
  if (snapshot->lost != self->told_lost) {
    if (snapshot->lost)
      post_input (self, snapshot, "lost", GST_ELEMENT_MESSAGE_CRITICAL);
    self->told_lost = snapshot->lost;
  }
}

static void
tell_zombie (GstRedundantInput * self, const Snapshot * snapshot)
{
  post_input (self, snapshot, "zombie", GST_ELEMENT_MESSAGE_CRITICAL);
}

/* The last error is told only where it may be why: not when an input that has
 * recovered from it stalls or is stopped. */
static gboolean
may_be_by_error (const InputLife * life)
{
  switch (life->reason) {
    case INPUT_LIFE_REASON_ERROR:
    case INPUT_LIFE_REASON_EOS:
    case INPUT_LIFE_REASON_RETRY:
      return TRUE;
    case INPUT_LIFE_REASON_NONE:
    case INPUT_LIFE_REASON_START:
    case INPUT_LIFE_REASON_DATA:
    case INPUT_LIFE_REASON_CONNECT_TIMEOUT:
    case INPUT_LIFE_REASON_STALL:
    case INPUT_LIFE_REASON_RESTART:
    case INPUT_LIFE_REASON_STOP:
      return FALSE;
  }
  g_assert_not_reached ();
}

static void
take_snapshot_locked (GstRedundantInput * self, guint64 now,
    Snapshot * snapshot)
{
  snapshot->state = self->life.state;
  snapshot->reason = self->life.reason;
  snapshot->lost = input_life_is_lost (&self->life, now);
  snapshot->attempts = self->life.attempts;
  snapshot->next_retry = self->life.next_retry;
  snapshot->error = may_be_by_error (&self->life)
      ? g_strdup (self->last_error) : NULL;
  snapshot->uri = uri_mask (self->uri);
}

/* A connection that has come down; (transfer full) to be joined. */
static GstInputConnection *
take_down_locked (GstRedundantInput * self, guint64 now)
{
  if (self->connection == NULL || self->life.state != INPUT_LIFE_STOPPING
      || !gst_input_connection_is_down (self->connection))
    return NULL;
  input_life_on_disconnected (&self->life, now);
  return g_steal_pointer (&self->connection);
}

/* Connects, spares or decodes it as its standby says. */
static void
update_standby_locked (GstRedundantInput * self, guint64 now)
{
  GstClockTime time = gst_element_running_time_now (GST_ELEMENT (self->owner));
  gboolean needed = GST_CLOCK_TIME_IS_VALID (time)
      && gst_switch_control_needs (self->control, self->id,
      standby_locked (self) == STANDBY_WARM, time);

  if (!self->own_standby)
    self->standby.mode = standby_locked (self);
  self->standby_now = standby_update (&self->standby, needed, now);
  if (!self->started || self->leaving || wanted_media_locked (self) == 0)
    return;
  if (self->standby_now == STANDBY_COLD) {
    input_life_stop (&self->life, now);
    return;
  }
  input_life_start (&self->life, now);
  if (self->connection != NULL)
    gst_input_connection_set_hot (self->connection,
        self->standby_now == STANDBY_HOT);
}

guint64
gst_redundant_input_step (GstRedundantInput * self)
{
  guint64 now = now_ns (), deadline;
  InputLifeAction action;
  GstInputConnection *down;
  Snapshot snapshot;
  GList *dead;

  g_mutex_lock (&self->lock);
  update_standby_locked (self, now);
  note_world_locked (self, now);
  down = take_down_locked (self, now);
  dead = take_dead_zombies_locked (self);
  action = input_life_update (&self->life, now, g_random_int (), &deadline);
  take_snapshot_locked (self, now, &snapshot);
  g_mutex_unlock (&self->lock);

  /* An attempt is not the end of what was told of the last one. */
  if (snapshot.state == INPUT_LIFE_CONNECTING && snapshot.attempts > 1)
    self->told_state = INPUT_LIFE_CONNECTING;
  if (down != NULL)
    gst_input_connection_free (down);
  g_list_free_full (dead, (GDestroyNotify) gst_input_connection_free);
  act (self, action);
  if (action == INPUT_LIFE_ABANDON)
    tell_zombie (self, &snapshot);
  tell_state (self, &snapshot);
  g_free (snapshot.error);
  g_free (snapshot.uri);
  if (action != INPUT_LIFE_NOTHING)
    return now;
  return MIN (deadline, now + POLL);
}

void
gst_redundant_input_add_stats (GstRedundantInput * self, GstStructure * stats)
{
  g_autofree gchar *uri = NULL;
  guint64 now = now_ns ();

  g_mutex_lock (&self->lock);
  uri = uri_mask (self->uri);
  gst_structure_set (stats, "merge-group", G_TYPE_STRING, self->merge_group,
      "merged", G_TYPE_BOOLEAN, is_member_locked (self),
      "apart", G_TYPE_BOOLEAN, self->apart,
      "state", G_TYPE_STRING, input_life_state_nick (self->life.state),
      "lost", G_TYPE_BOOLEAN, input_life_is_lost (&self->life, now),
      "uri", G_TYPE_STRING, uri,
      "attempts", G_TYPE_UINT64, self->life.attempts,
      "failures", G_TYPE_UINT64, self->life.failures,
      "zombies", G_TYPE_UINT64, self->life.zombies,
      "next-retry", G_TYPE_UINT64, self->life.state == INPUT_LIFE_BACKOFF
      && self->life.next_retry > now ? self->life.next_retry - now : 0,
      "connected-for", G_TYPE_UINT64, self->life.state == INPUT_LIFE_RUNNING
      ? now - MIN (now, self->life.running_since) : 0,
      "standby", G_TYPE_STRING, standby_mode_nick (standby_locked (self)),
      "standby-now", G_TYPE_STRING, standby_mode_nick (self->standby_now),
      "last-error", G_TYPE_STRING, self->last_error, NULL);
  g_mutex_unlock (&self->lock);
}
