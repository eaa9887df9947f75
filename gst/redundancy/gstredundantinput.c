/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The child object: its properties, its pads, the group it is in, its stats.
 * Locks: gstredundantinputprivate.h. */
#include "gstredundantinputprivate.h"

#include <string.h>

#include "gstelementmessage.h"
#include "gstredundantsrc.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

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

G_DEFINE_FINAL_TYPE (GstRedundantInput, gst_redundant_input, GST_TYPE_OBJECT);

guint64
gst_redundant_input_now_ns (void)
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
guint
gst_redundant_input_wanted_locked (GstRedundantInput * self)
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
  wanted = gst_redundant_input_wanted_locked (self);
  if (self->started && !self->leaving && wanted == 0)
    input_life_stop (&self->life, gst_redundant_input_now_ns ());
  else if (self->started && !self->leaving)
    input_life_start (&self->life, gst_redundant_input_now_ns ());
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
  standby_prepare (&self->standby, gst_redundant_input_now_ns ());
  input_life_hurry (&self->life, gst_redundant_input_now_ns ());
  g_mutex_unlock (&self->lock);
  if (self->on_event != NULL)
    self->on_event (self->user_data);
}

gboolean
gst_redundant_input_is_member_locked (GstRedundantInput * self)
{
  return self->role.merge != NULL && self->role.path >= 0;
}

StandbyMode
gst_redundant_input_standby_locked (GstRedundantInput * self)
{
  /* A path that is not connected fills no losses. */
  if (gst_redundant_input_is_member_locked (self))
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
  if (gst_redundant_input_is_member_locked (self))
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
    g_value_set_enum (value, (gint) gst_redundant_input_standby_locked (self));
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

/* Where it comes from and what is taken of it. */
static void
make_source_properties (void)
{
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
}

static void
make_time_properties (void)
{
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
}

static void
make_redundancy_properties (void)
{
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
}

/* What it is now. */
static void
make_state_properties (void)
{
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
}

static void
gst_redundant_input_class_init (GstRedundantInputClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);

  gobject_class->set_property = gst_redundant_input_set_property;
  gobject_class->get_property = gst_redundant_input_get_property;
  gobject_class->finalize = gst_redundant_input_finalize;
  make_source_properties ();
  make_time_properties ();
  make_redundancy_properties ();
  make_state_properties ();
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
gst_redundant_input_claim (GstRedundantInput * self, guint place)
{
  gboolean is_free;

  g_mutex_lock (&self->lock);
  is_free = !(self->claimed & (1u << place));
  self->claimed |= 1u << place;
  g_mutex_unlock (&self->lock);
  return is_free;
}

gboolean
gst_redundant_input_set_landing (GstRedundantInput * self, guint place,
    GstInputLanding * landing)
{
  gboolean any;
  guint i;

  g_mutex_lock (&self->lock);
  g_set_object (&self->landings[place], landing);
  if (landing == NULL)
    self->claimed &= ~(1u << place);
  any = self->claimed != 0;
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
  input_life_stop (&self->life, gst_redundant_input_now_ns ());
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
  /* What they have to say last needs the input's name. */
  for (i = 0; i < N_MEDIA; i++) {
    if (pads[i] == NULL)
      continue;
    gst_element_release_request_pad (GST_ELEMENT (self->switches[i]), pads[i]);
    gst_object_unref (pads[i]);
  }
  gst_switch_control_remove_input (self->control, id);
}

/* Controller thread, without a connection: the role that it has from now on. */
void
gst_redundant_input_apply_role (GstRedundantInput * self)
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
  is_member = gst_redundant_input_is_member_locked (self) || self->leaving;
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
    gst_redundant_input_apply_role (self);
}

void
gst_redundant_input_add_stats (GstRedundantInput * self, GstStructure * stats)
{
  g_autofree gchar *uri = NULL;
  guint64 now = gst_redundant_input_now_ns ();

  g_mutex_lock (&self->lock);
  uri = uri_mask (self->uri);
  gst_structure_set (stats, "merge-group", G_TYPE_STRING, self->merge_group,
      "merged", G_TYPE_BOOLEAN, gst_redundant_input_is_member_locked (self),
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
      "standby", G_TYPE_STRING,
      standby_mode_nick (gst_redundant_input_standby_locked (self)),
      "standby-now", G_TYPE_STRING, standby_mode_nick (self->standby_now),
      "last-error", G_TYPE_STRING, self->last_error, NULL);
  g_mutex_unlock (&self->lock);
}
