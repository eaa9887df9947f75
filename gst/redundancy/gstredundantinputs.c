/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks, in this order: self->setter_lock, self->lock (the lists), that of the
 * groups, an input's own lock, that of a merge, self->wake_lock.  The setter
 * lock only keeps two changes of the lists apart; the wake lock only guards the
 * controller's flags, so that any thread may wake it.  Nothing is posted,
 * linked, set or joined under the others.
 * Threads: the application, the controller (joined in stop). */
#include "gstredundantinputs.h"

#include <string.h>

#include "gstinputgroups.h"
#include "urimask.h"

#define N_MEDIA 2

#define AUDIO_ONLY (1u << GST_SWITCH_AUDIO)

/* Behind all ordinary inputs. */
#define AUDIO_ONLY_PRIORITY 1000

struct _GstRedundantInputs
{
  /* Fixed after new. */
  GstBin *owner;
  GstSwitchControl *control;
  GstRedundantSwitch *const *switches;
  GstInputGroups *groups;

  GMutex setter_lock;
  gchar **merge_groups;         /* by place in the list (nullable); setter lock */
  GMutex lock;
  /* Under the lock. */
  GPtrArray *inputs;            /* GstRedundantInput, best first */
  GPtrArray *pads;              /* GstRedundantInput, of request pads */
  GPtrArray *leaving;           /* those that are torn down */
  gboolean running;             /* inputs are to be connected */
  GstRedundantInputConfig config;

  GThread *controller;          /* state changes only */
  GMutex wake_lock;
  GCond wake_cond;
  /* Under the wake lock. */
  gboolean woken;
  gboolean stopping;
};

/* Any thread. */
static void
wake_controller (gpointer user_data)
{
  GstRedundantInputs *self = user_data;

  g_mutex_lock (&self->wake_lock);
  self->woken = TRUE;
  g_cond_signal (&self->wake_cond);
  g_mutex_unlock (&self->wake_lock);
}

/* Inputs and leaving ones; (transfer full). */
static GPtrArray *
all_inputs (GstRedundantInputs * self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (gst_object_unref);
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->inputs->len; i++)
    g_ptr_array_add (all, gst_object_ref (self->inputs->pdata[i]));
  for (i = 0; i < self->pads->len; i++)
    g_ptr_array_add (all, gst_object_ref (self->pads->pdata[i]));
  for (i = 0; i < self->leaving->len; i++)
    g_ptr_array_add (all, gst_object_ref (self->leaving->pdata[i]));
  g_mutex_unlock (&self->lock);
  gst_input_groups_add_inputs (self->groups, all);
  return all;
}

/* Controller thread, or none runs.  FALSE: inputs are not to be connected. */
static gboolean
sync_groups (GstRedundantInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self);
  GstRedundantInputConfig config;
  gboolean running;

  g_mutex_lock (&self->lock);
  config = self->config;
  running = self->running;
  g_mutex_unlock (&self->lock);
  if (running)
    gst_input_groups_sync (self->groups, inputs, &config);
  return running;
}

/* Those that have left for good are let go. */
static void
bury (GstRedundantInputs * self, GstRedundantInput * input)
{
  gboolean mine;

  if (!gst_redundant_input_is_leaving (input)
      || !gst_redundant_input_is_idle (input))
    return;
  g_mutex_lock (&self->lock);
  mine = g_ptr_array_find (self->leaving, input, NULL);
  g_mutex_unlock (&self->lock);
  if (!mine)
    return;
  gst_redundant_input_detach (input);
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->leaving, input);
  g_mutex_unlock (&self->lock);
}

/* Whether there are inputs, and the end of each has come. */
static gboolean
have_all_ended (GstRedundantInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self);
  guint i;

  for (i = 0; i < inputs->len; i++) {
    if (!gst_redundant_input_has_ended (inputs->pdata[i]))
      return FALSE;
  }
  return inputs->len > 0;
}

static void
tell_switches_of_end (GstRedundantInputs * self)
{
  gboolean finish, ended;
  guint i;

  g_mutex_lock (&self->lock);
  finish = self->config.finish;
  g_mutex_unlock (&self->lock);
  if (!finish)
    return;
  ended = have_all_ended (self);
  for (i = 0; i < N_MEDIA; i++)
    gst_redundant_switch_set_inputs_ended (self->switches[i], ended);
}

/* Returns when to come back; `idle` is whether every input is. */
static guint64
step_all (GstRedundantInputs * self, gboolean * idle)
{
  g_autoptr (GPtrArray) inputs = NULL;
  guint64 deadline = G_MAXUINT64;
  gboolean running = sync_groups (self);
  guint i;

  gst_input_groups_tell (self->groups);
  inputs = all_inputs (self);
  *idle = TRUE;
  for (i = 0; i < inputs->len; i++) {
    GstRedundantInput *input = inputs->pdata[i];
    /* A group that was just made has not heard of it. */
    if (!running)
      gst_redundant_input_stop (input);
    deadline = MIN (deadline, gst_redundant_input_step (input));
    *idle = *idle && gst_redundant_input_is_idle (input);
    bury (self, input);
  }
  if (running)
    tell_switches_of_end (self);
  return deadline;
}

/* The controller: steps every input when something happened or is due.  It
 * ends when it is told to and all inputs are idle, which their teardown
 * time-out bounds. */
static gpointer
control (gpointer data)
{
  GstRedundantInputs *self = data;
  gboolean idle = FALSE, stopping = FALSE;

  while (!stopping || !idle) {
    guint64 deadline = step_all (self, &idle);
    gint64 until = deadline == G_MAXUINT64 ? G_MAXINT64
        : (gint64) (deadline / 1000);

    g_mutex_lock (&self->wake_lock);
    while (!self->woken && !(self->stopping && idle)) {
      if (!g_cond_wait_until (&self->wake_cond, &self->wake_lock, until))
        break;
    }
    self->woken = FALSE;
    stopping = self->stopping;
    g_mutex_unlock (&self->wake_lock);
  }
  return NULL;
}

void
gst_redundant_inputs_start (GstRedundantInputs * self,
    const GstRedundantInputConfig * config)
{
  guint i;

  g_mutex_lock (&self->lock);
  self->running = TRUE;
  self->config = *config;
  for (i = 0; i < self->inputs->len; i++)
    gst_redundant_input_start (self->inputs->pdata[i], config);
  for (i = 0; i < self->pads->len; i++)
    gst_redundant_input_start (self->pads->pdata[i], config);
  g_mutex_unlock (&self->lock);
  sync_groups (self);
  self->stopping = FALSE;
  self->controller = g_thread_new ("redundantsrc", control, self);
}

void
gst_redundant_inputs_stop (GstRedundantInputs * self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  guint i;

  g_mutex_lock (&self->lock);
  self->running = FALSE;
  for (i = 0; i < self->inputs->len; i++)
    gst_redundant_input_stop (self->inputs->pdata[i]);
  for (i = 0; i < self->pads->len; i++)
    gst_redundant_input_stop (self->pads->pdata[i]);
  g_mutex_unlock (&self->lock);
  if (self->controller == NULL)
    return;
  g_mutex_lock (&self->wake_lock);
  self->stopping = self->woken = TRUE;
  g_cond_signal (&self->wake_cond);
  g_mutex_unlock (&self->wake_lock);
  g_thread_join (g_steal_pointer (&self->controller));
  /* All are idle: groups are made anew at the next start. */
  gst_input_groups_sync (self->groups, none, &self->config);
}

void
gst_redundant_inputs_set_base_time (GstRedundantInputs * self,
    GstClockTime base_time)
{
  g_autoptr (GPtrArray) inputs = all_inputs (self);
  guint i;

  for (i = 0; i < inputs->len; i++)
    gst_redundant_input_set_base_time (inputs->pdata[i], base_time);
}

gboolean
gst_redundant_inputs_is_started (GstRedundantInputs * self)
{
  return self->controller != NULL;
}

/* First "input-N" (or "audio-N") that no one has. */
static gchar *
free_name (GstRedundantInputs * self, guint brings)
{
  const gchar *prefix = brings == AUDIO_ONLY ? "audio" : "input";
  g_autoptr (GPtrArray) inputs = all_inputs (self);
  guint n, i;

  for (n = 0;; n++) {
    g_autofree gchar *name = g_strdup_printf ("%s-%u", prefix, n);
    gboolean taken = FALSE;

    for (i = 0; i < inputs->len; i++)
      taken |= g_str_equal (GST_OBJECT_NAME (inputs->pdata[i]), name);
    if (!taken)
      return g_steal_pointer (&name);
  }
}

/* The input of that kind with that URI that is not on the list yet.
 * (nullable) */
static GstRedundantInput *
find_unlisted (GPtrArray * inputs, GPtrArray * listed, guint brings,
    const gchar * uri)
{
  guint i;

  for (i = 0; i < inputs->len; i++) {
    g_autofree gchar *has = gst_redundant_input_dup_uri (inputs->pdata[i]);
    if (gst_redundant_input_get_brings (inputs->pdata[i]) == brings
        && g_str_equal (has, uri)
        && !g_ptr_array_find (listed, inputs->pdata[i], NULL))
      return inputs->pdata[i];
  }
  return NULL;
}

/* A new input at the end of the inputs, connecting if we run. */
static GstRedundantInput *
add_input (GstRedundantInputs * self, const gchar * uri, guint brings,
    guint priority)
{
  g_autofree gchar *name = free_name (self, brings);
  GstRedundantInput *input = gst_redundant_input_new (name, uri, brings,
      priority, self->owner, self->control, self->switches, wake_controller,
      self);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->inputs, input);
  if (self->running)
    gst_redundant_input_start (input, &self->config);
  g_mutex_unlock (&self->lock);
  return input;
}

/* Those that are not on the list go: torn down by the controller, or at once
 * when there is none. */
static void
dismiss_unlisted (GstRedundantInputs * self, GPtrArray * listed)
{
  gboolean running;
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->inputs->len; i++) {
    GstRedundantInput *input = self->inputs->pdata[i];

    if (!g_ptr_array_find (listed, input, NULL)) {
      gst_redundant_input_leave (input);
      g_ptr_array_add (self->leaving, gst_object_ref (input));
    }
  }
  g_ptr_array_unref (self->inputs);
  self->inputs = g_ptr_array_ref (listed);
  running = self->running;
  g_mutex_unlock (&self->lock);
  if (running) {
    wake_controller (self);
  } else {
    g_autoptr (GPtrArray) inputs = all_inputs (self);
    for (i = 0; i < inputs->len; i++)
      bury (self, inputs->pdata[i]);
  }
}

/* Those of request pads come behind the URIs by default. */
#define FIRST_PAD_PRIORITY 100

/* The input of the pads of that number.  (transfer full) (nullable) */
static GstRedundantInput *
find_pads (GstRedundantInputs * self, guint number)
{
  g_autofree gchar *name = g_strdup_printf ("sink_%u", number);
  GstRedundantInput *found = NULL;
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->pads->len && found == NULL; i++) {
    if (g_str_equal (GST_OBJECT_NAME (self->pads->pdata[i]), name))
      found = gst_object_ref (self->pads->pdata[i]);
  }
  g_mutex_unlock (&self->lock);
  return found;
}

/* (transfer full) */
static GstRedundantInput *
add_pad_input (GstRedundantInputs * self, guint number)
{
  g_autofree gchar *name = g_strdup_printf ("sink_%u", number);
  g_autofree gchar *uri = g_strdup_printf ("pad://%s", name);
  GstRedundantInput *input = gst_redundant_input_new (name, uri,
      AV_POLICY_BOTH, FIRST_PAD_PRIORITY + number, self->owner, self->control,
      self->switches, wake_controller, self);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->pads, input);
  if (self->running)
    gst_redundant_input_start (input, &self->config);
  g_mutex_unlock (&self->lock);
  return gst_object_ref (input);
}

/* The input that has that place of that number from now on.  Several threads
 * may ask for pads at a time.  (transfer full) (nullable): it is taken */
static GstRedundantInput *
claim_place (GstRedundantInputs * self, guint number, guint place)
{
  GstRedundantInput *input;
  gboolean is_new, claimed;

  g_mutex_lock (&self->setter_lock);
  input = find_pads (self, number);
  is_new = input == NULL;
  if (is_new)
    input = add_pad_input (self, number);
  claimed = gst_redundant_input_claim (input, place);
  g_mutex_unlock (&self->setter_lock);
  if (is_new)
    gst_child_proxy_child_added (GST_CHILD_PROXY (self->owner),
        G_OBJECT (input), GST_OBJECT_NAME (input));
  if (!claimed)
    gst_clear_object (&input);
  return input;
}

GstInputLanding *
gst_redundant_inputs_add_pad (GstRedundantInputs * self, guint number,
    guint place)
{
  g_autoptr (GstRedundantInput) input = claim_place (self, number, place);
  g_autofree gchar *name = g_strdup_printf ("landing-%u-%u", number, place);
  GstInputLanding *landing;

  if (input == NULL)
    return NULL;
  landing = gst_input_landing_new (name);
  gst_bin_add (self->owner, GST_ELEMENT (landing));
  gst_redundant_input_set_landing (input, place, landing);
  gst_element_sync_state_with_parent (GST_ELEMENT (landing));
  return landing;
}

/* FALSE: the input has none left, and leaves. */
static gboolean
free_place (GstRedundantInputs * self, GstRedundantInput * input, guint place)
{
  gboolean any;

  g_mutex_lock (&self->setter_lock);
  any = gst_redundant_input_set_landing (input, place, NULL);
  if (!any) {
    gst_redundant_input_leave (input);
    g_mutex_lock (&self->lock);
    g_ptr_array_remove (self->pads, input);
    g_ptr_array_add (self->leaving, gst_object_ref (input));
    g_mutex_unlock (&self->lock);
  }
  g_mutex_unlock (&self->setter_lock);
  return any;
}

/* Torn down by the controller, or at once when there is none. */
static void
dismiss_pads (GstRedundantInputs * self, GstRedundantInput * input)
{
  gboolean running;

  g_mutex_lock (&self->lock);
  running = self->running;
  g_mutex_unlock (&self->lock);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self->owner),
      G_OBJECT (input), GST_OBJECT_NAME (input));
  if (running)
    wake_controller (self);
  else
    bury (self, input);
}

void
gst_redundant_inputs_remove_pad (GstRedundantInputs * self, guint number,
    guint place)
{
  g_autoptr (GstRedundantInput) input = find_pads (self, number);
  g_autoptr (GstInputLanding) landing = NULL;

  if (input == NULL)
    return;
  landing = gst_redundant_input_get_landing (input, place);
  if (landing == NULL)
    return;
  gst_input_landing_close (landing);
  if (!free_place (self, input, place))
    dismiss_pads (self, input);
  gst_element_set_locked_state (GST_ELEMENT (landing), TRUE);
  gst_element_set_state (GST_ELEMENT (landing), GST_STATE_NULL);
  if (GST_OBJECT_PARENT (landing) == GST_OBJECT (self->owner))
    gst_bin_remove (self->owner, GST_ELEMENT (landing));
}

void
gst_redundant_inputs_remove_all_pads (GstRedundantInputs * self)
{
  g_autoptr (GPtrArray) pads =
      g_ptr_array_new_with_free_func (gst_object_unref);
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->pads->len; i++)
    g_ptr_array_add (pads, gst_object_ref (self->pads->pdata[i]));
  g_mutex_unlock (&self->lock);
  for (i = 0; i < pads->len; i++) {
    guint number = (guint) g_ascii_strtoull (GST_OBJECT_NAME (pads->pdata[i])
        + strlen ("sink_"), NULL, 10);
    gst_redundant_inputs_remove_pad (self, number, 0);
    gst_redundant_inputs_remove_pad (self, number, 1);
  }
}

static gchar **
split (const gchar * uris)
{
  return g_strsplit_set (uris != NULL ? uris : "", " \t\r\n", -1);
}

gchar *
gst_redundant_inputs_find_bad_uri (const gchar * uris)
{
  g_auto (GStrv) list = split (uris);
  guint i;

  for (i = 0; list[i] != NULL; i++) {
    if (*list[i] != '\0' && !gst_uri_is_valid (list[i]))
      return uri_mask (list[i]);
  }
  return NULL;
}

/* Under the setter lock. */
static void
apply_merge_groups (GstRedundantInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self);
  guint i, n = self->merge_groups != NULL
      ? g_strv_length (self->merge_groups) : 0;

  for (i = 0; i < inputs->len && self->merge_groups != NULL; i++) {
    if (gst_redundant_input_get_brings (inputs->pdata[i]) != AUDIO_ONLY)
      gst_redundant_input_set_merge_group (inputs->pdata[i],
          i < n ? self->merge_groups[i] : NULL);
  }
}

void
gst_redundant_inputs_set_merge_groups (GstRedundantInputs * self,
    const gchar * groups)
{
  g_mutex_lock (&self->setter_lock);
  g_clear_pointer (&self->merge_groups, g_strfreev);
  if (groups != NULL) {
    g_autofree gchar *copy = g_strstrip (g_strdup (groups));
    g_autoptr (GRegex) blanks = g_regex_new ("\\s+", 0, 0, NULL);

    self->merge_groups = g_regex_split (blanks, copy, 0);
  }
  apply_merge_groups (self);
  g_mutex_unlock (&self->setter_lock);
}

gboolean
gst_redundant_inputs_has_groups (GstRedundantInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self);
  gboolean has = FALSE;
  guint i;

  for (i = 0; i < inputs->len && !has; i++) {
    g_autofree gchar *group =
        gst_redundant_input_dup_merge_group (inputs->pdata[i]);
    has = group != NULL;
  }
  return has;
}

void
gst_redundant_inputs_add_stats (GstRedundantInputs * self, GstStructure * stats)
{
  gst_input_groups_add_stats (self->groups, stats);
}

/* Puts the inputs of `uris` on the list, those that are there already and new
 * ones. */
static void
list_uris (GstRedundantInputs * self, GPtrArray * old, GPtrArray * listed,
    guint brings, const gchar * uris)
{
  guint priority = brings == AUDIO_ONLY ? AUDIO_ONLY_PRIORITY : 0, i;
  g_auto (GStrv) list = split (uris);

  for (i = 0; list[i] != NULL; i++) {
    GstRedundantInput *input;

    if (*list[i] == '\0')
      continue;
    input = find_unlisted (old, listed, brings, list[i]);
    if (input == NULL)
      input = add_input (self, list[i], brings, priority);
    else
      gst_redundant_input_set_priority (input, priority);
    g_ptr_array_add (listed, gst_object_ref (input));
    priority++;
  }
}

/* Those of another kind stay. */
static void
list_others (GPtrArray * old, GPtrArray * listed, guint brings)
{
  guint i;

  for (i = 0; i < old->len; i++) {
    if (gst_redundant_input_get_brings (old->pdata[i]) != brings)
      g_ptr_array_add (listed, gst_object_ref (old->pdata[i]));
  }
}

void
gst_redundant_inputs_set_uris (GstRedundantInputs * self, guint brings,
    const gchar * uris)
{
  g_autoptr (GPtrArray) old = NULL;
  g_autoptr (GPtrArray) listed =
      g_ptr_array_new_with_free_func (gst_object_unref);

  g_mutex_lock (&self->setter_lock);
  g_mutex_lock (&self->lock);
  old = g_ptr_array_ref (self->inputs);
  g_mutex_unlock (&self->lock);
  if (brings == AUDIO_ONLY)
    list_others (old, listed, brings);
  list_uris (self, old, listed, brings, uris);
  if (brings != AUDIO_ONLY)
    list_others (old, listed, brings);
  dismiss_unlisted (self, listed);
  apply_merge_groups (self);
  g_mutex_unlock (&self->setter_lock);
}

GPtrArray *
gst_redundant_inputs_get (GstRedundantInputs * self)
{
  GPtrArray *listed = g_ptr_array_new_with_free_func (gst_object_unref);
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->inputs->len; i++)
    g_ptr_array_add (listed, gst_object_ref (self->inputs->pdata[i]));
  for (i = 0; i < self->pads->len; i++)
    g_ptr_array_add (listed, gst_object_ref (self->pads->pdata[i]));
  g_mutex_unlock (&self->lock);
  return listed;
}

GstRedundantInput *
gst_redundant_inputs_find (GstRedundantInputs * self, GstObject * object)
{
  g_autoptr (GPtrArray) inputs = all_inputs (self);
  guint i;

  for (i = 0; i < inputs->len; i++) {
    if (gst_redundant_input_contains (inputs->pdata[i], object))
      return gst_object_ref (inputs->pdata[i]);
  }
  return NULL;
}

static GstRedundantInput *
make_group_input (gpointer user_data, const gchar * name, const gchar * uri,
    guint brings, guint priority)
{
  GstRedundantInputs *self = user_data;

  return gst_redundant_input_new (name, uri, brings, priority, self->owner,
      self->control, self->switches, wake_controller, self);
}

GstRedundantInputs *
gst_redundant_inputs_new (GstBin * owner, GstSwitchControl * control,
    GstRedundantSwitch * const *switches)
{
  GstRedundantInputs *self = g_new0 (GstRedundantInputs, 1);

  g_mutex_init (&self->setter_lock);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->wake_lock);
  g_cond_init (&self->wake_cond);
  self->owner = owner;
  self->control = gst_switch_control_ref (control);
  self->switches = switches;
  self->groups = gst_input_groups_new (GST_ELEMENT (owner), make_group_input,
      self);
  self->inputs = g_ptr_array_new_with_free_func (gst_object_unref);
  self->pads = g_ptr_array_new_with_free_func (gst_object_unref);
  self->leaving = g_ptr_array_new_with_free_func (gst_object_unref);
  return self;
}

void
gst_redundant_inputs_free (GstRedundantInputs * self)
{
  gst_input_groups_free (self->groups);
  g_strfreev (self->merge_groups);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->pads);
  g_ptr_array_unref (self->leaving);
  gst_switch_control_unref (self->control);
  g_cond_clear (&self->wake_cond);
  g_mutex_clear (&self->wake_lock);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->setter_lock);
  g_free (self);
}
