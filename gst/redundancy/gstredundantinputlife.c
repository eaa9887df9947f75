/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keeps an input connected: carries out what inputlife.c decides, and
 * tells of it.
 * Locks: gstredundantinputprivate.h. */
#include "gstredundantinputprivate.h"

#include "gstelementmessage.h"
#include "gstinputchain.h"
#include "gstswitchvoice.h"
#include "gstudpsource.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

#define RETRY_FACTOR 200        /* percent */
#define RETRY_JITTER 20         /* percent */

/* How often an input is asked whether data has come. */
#define POLL (50 * GST_MSECOND)

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
  self->life.hanging = g_list_length (self->zombies);
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
  input_life_stop (&self->life, gst_redundant_input_now_ns ());
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
gst_redundant_input_has_ended (GstRedundantInput * self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->life.ended && self->life.state == INPUT_LIFE_IDLE;
  g_mutex_unlock (&self->lock);
  return ended;
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
gst_redundant_input_set_base_time (GstRedundantInput * self,
    GstClockTime base_time)
{
  g_mutex_lock (&self->lock);
  if (self->connection != NULL)
    gst_input_connection_set_base_time (self->connection, base_time);
  g_mutex_unlock (&self->lock);
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
  guint wanted = gst_redundant_input_wanted_locked (self), i;
  gint64 last = -1, one;

  if (gst_redundant_input_is_member_locked (self))
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
      input_life_on_zombie_end (&self->life);
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

  gst_redundant_input_apply_role (self);
  g_mutex_lock (&self->lock);
  /* A new URI may want another kind of patience. */
  adapt_life_locked (self, &self->life.config);
  name = g_strdup_printf ("%s-%" G_GUINT64_FORMAT, GST_OBJECT_NAME (self),
      ++self->generation);
  uri = g_strdup (self->uri);
  setup.media = self->built_for = gst_redundant_input_wanted_locked (self);
  setup.encoded = self->config.encoded & setup.media;
  setup.warm = gst_redundant_input_standby_locked (self) == STANDBY_WARM;
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
  gboolean ended;
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
  if (snapshot->ended)
    return g_strdup ("ended; it is connected again by restart-input");
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
      return g_strdup (snapshot->ended ? "has ended" : "is off");
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
  guint64 now = gst_redundant_input_now_ns ();
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
          && snapshot->reason != INPUT_LIFE_REASON_RESTART && !snapshot->ended)
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
  snapshot->ended = self->life.ended;
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
      gst_redundant_input_standby_locked (self) == STANDBY_WARM, time);

  if (!self->own_standby)
    self->standby.mode = gst_redundant_input_standby_locked (self);
  self->standby_now = standby_update (&self->standby, needed, now);
  if (!self->started || self->leaving
      || gst_redundant_input_wanted_locked (self) == 0)
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
  guint64 now = gst_redundant_input_now_ns (), deadline;
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
