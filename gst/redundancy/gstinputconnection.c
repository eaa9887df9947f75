/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; no element is touched under it.
 * Threads: its own (builds, starts, renews, tears down), the controller of
 * redundantsrc (new, stop, free), streaming threads (callbacks). */
#include "gstinputconnection.h"

#include "gstinputchain.h"
#include "gstredundantswitch.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

struct _GstInputConnection
{
  gint refcount;                /* atomic: the input's and the thread's */
  GThread *thread;
  gchar *name;
  gchar *uri;
  guint media;
  guint encoded;
  gboolean warm;
  GstInputMergeRole role;
  GstPad *pads[2];
  GstInputLanding *landings[2];
  GstPad *sinks[2];             /* of the chain's bin; its thread only */
  GWeakRef owner;
  void (*on_event) (gpointer user_data);
  gpointer user_data;

  GMutex lock;
  GCond cond;
  /* Under the lock. */
  GstElement *bin;              /* while it is in its owner */
  gboolean stopping;
  gboolean renewing;
  gboolean hot;
  gboolean hot_changed;
  gboolean down;
  InputLifeReason failure;
  gchar *failure_text;
};

static void
connection_unref (GstInputConnection * self)
{
  guint i;

  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  for (i = 0; i < G_N_ELEMENTS (self->pads); i++) {
    gst_clear_object (&self->pads[i]);
    gst_clear_object (&self->landings[i]);
  }
  g_clear_pointer (&self->role.merge, gst_input_merge_unref);
  g_weak_ref_clear (&self->owner);
  gst_clear_object (&self->bin);
  g_free (self->failure_text);
  g_free (self->name);
  g_free (self->uri);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
tell (GstInputConnection * self)
{
  g_autoptr (GstElement) owner = g_weak_ref_get (&self->owner);

  if (owner != NULL)
    self->on_event (self->user_data);
}

static void
fail (GstInputConnection * self, InputLifeReason why, const gchar * text)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->failure == INPUT_LIFE_REASON_NONE && !self->stopping;
  if (first) {
    self->failure = why;
    self->failure_text = g_strdup (text);
  }
  g_mutex_unlock (&self->lock);
  if (first)
    tell (self);
}

static void
on_eos (gpointer user_data)
{
  fail (user_data, INPUT_LIFE_REASON_EOS, "the source has ended");
}

static void
unlink_pad (GstPad * pad)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  if (peer != NULL)
    gst_pad_unlink (peer, pad);
}

static gboolean
is_stopping (GstInputConnection * self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static void
on_stream (gpointer user_data, GstSwitchMediumId medium, GstPad * pad)
{
  GstInputConnection *self = user_data;
  GstPad *sink = self->pads[medium];

  if (sink == NULL || is_stopping (self))
    return;
  unlink_pad (sink);
  if (gst_pad_link (pad, sink) != GST_PAD_LINK_OK)
    fail (self, INPUT_LIFE_REASON_ERROR, "stream does not link");
  /* Stopped meanwhile: whoever did may have looked too early. */
  if (is_stopping (self))
    gst_pad_unlink (pad, sink);
}

static void
on_decoder (gpointer user_data, GstSwitchMediumId medium, GstPad * pad)
{
  GstInputConnection *self = user_data;

  if (self->pads[medium] != NULL && !is_stopping (self))
    gst_redundant_switch_pad_set_coded (self->pads[medium], pad);
}

/* Puts the bin into its owner, with the owner's time. */
static gboolean
join_owner (GstInputConnection * self, GstElement * bin)
{
  g_autoptr (GstElement) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GstClock) clock = NULL;
  gboolean stopping;

  if (owner == NULL)
    return FALSE;
  /* The application's state changes are not for it. */
  gst_element_set_locked_state (bin, TRUE);
  g_object_set (bin, "async-handling", TRUE, NULL);
  clock = gst_element_get_clock (owner);
  gst_element_set_clock (bin, clock);
  gst_element_set_base_time (bin, gst_element_get_base_time (owner));
  if (!gst_bin_add (GST_BIN (owner), bin)) {
    fail (self, INPUT_LIFE_REASON_ERROR, "its name is taken");
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  if (!stopping)
    self->bin = gst_object_ref (bin);
  g_mutex_unlock (&self->lock);
  if (stopping)
    gst_bin_remove (GST_BIN (owner), bin);
  return !stopping;
}

static void
unlink_landings (GstInputConnection * self, GstElement * bin)
{
  guint i;

  for (i = 0; bin != NULL && i < G_N_ELEMENTS (self->landings); i++) {
    if (self->landings[i] != NULL)
      gst_input_landing_unlink (self->landings[i], bin);
  }
}

/* Out of the owner, so that a source that hangs does not keep it. */
static void
leave_owner (GstInputConnection * self)
{
  g_autoptr (GstElement) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GstElement) bin = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->pads); i++) {
    if (self->pads[i] != NULL)
      unlink_pad (self->pads[i]);
  }
  g_mutex_lock (&self->lock);
  bin = g_steal_pointer (&self->bin);
  g_mutex_unlock (&self->lock);
  unlink_landings (self, bin);
  /* 1.22.0 corrupts its locks when the bin is not the parent. */
  if (owner != NULL && bin != NULL
      && GST_OBJECT_PARENT (bin) == GST_OBJECT (owner))
    gst_bin_remove (GST_BIN (owner), bin);
}

static void
update_hot (GstInputConnection * self, GstInputChain * chain)
{
  gboolean hot;

  g_mutex_lock (&self->lock);
  hot = self->hot;
  self->hot_changed = FALSE;
  g_mutex_unlock (&self->lock);
  gst_input_chain_set_hot (chain, hot);
}

/* A sink of the bin for each pad of the input, in their order. */
static gboolean
add_sinks (GstInputConnection * self, GstInputChain * chain,
    GstElement * owner, GstMessage ** missing, GError ** error)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->landings); i++) {
    if (self->landings[i] == NULL)
      continue;
    self->sinks[i] = gst_input_chain_add_sink (chain, owner, missing, error);
    if (self->sinks[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

static void
link_landings (GstInputConnection * self, GstElement * bin)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->landings); i++) {
    if (self->landings[i] != NULL && !is_stopping (self)
        && !gst_input_landing_link (self->landings[i], self->sinks[i]))
      fail (self, INPUT_LIFE_REASON_ERROR, "the pad does not link");
  }
  /* Stopped meanwhile: whoever did may have looked too early. */
  if (is_stopping (self))
    unlink_landings (self, bin);
}

static GstInputChain *
build (GstInputConnection * self)
{
  GstInputChainCallbacks callbacks = { on_stream, on_decoder, on_eos };
  g_autoptr (GstElement) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GError) error = NULL;
  GstMessage *missing = NULL;
  GstInputChain *chain;

  if (owner == NULL)
    return NULL;
  chain = gst_input_chain_new (self->name, self->uri, self->media,
      self->encoded, &self->role, &callbacks, self, owner, &missing, &error);
  if (chain != NULL && !add_sinks (self, chain, owner, &missing, &error))
    g_clear_pointer (&chain, gst_input_chain_free);
  if (missing != NULL)
    gst_element_post_message (owner, missing);
  if (chain == NULL) {
    fail (self, INPUT_LIFE_REASON_ERROR, error->message);
  } else if (self->warm) {
    gst_input_chain_set_warm (chain, self->pads);
    update_hot (self, chain);
  }
  return chain;
}

static void
serve (GstInputConnection * self, GstInputChain * chain)
{
  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    gboolean renew = self->renewing;

    if (chain == NULL || (!renew && !self->hot_changed)) {
      g_cond_wait (&self->cond, &self->lock);
      continue;
    }
    self->renewing = FALSE;
    g_mutex_unlock (&self->lock);
    update_hot (self, chain);
    if (renew)
      gst_input_chain_renew (chain);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer data)
{
  GstInputConnection *self = data;
  GstInputChain *chain = build (self);

  if (chain != NULL && join_owner (self, gst_input_chain_get_bin (chain))) {
    if (gst_element_set_state (gst_input_chain_get_bin (chain),
            GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
      fail (self, INPUT_LIFE_REASON_ERROR, "the source does not start");
    link_landings (self, gst_input_chain_get_bin (chain));
  }
  serve (self, chain);
  if (chain != NULL) {
    gst_input_chain_stop (chain);
    leave_owner (self);
    gst_element_set_state (gst_input_chain_get_bin (chain), GST_STATE_NULL);
    gst_input_chain_free (chain);
  }
  g_mutex_lock (&self->lock);
  self->down = TRUE;
  g_mutex_unlock (&self->lock);
  tell (self);
  connection_unref (self);
  return NULL;
}

GstInputConnection *
gst_input_connection_new (const GstInputConnectionSetup * setup)
{
  GstInputConnection *self = g_new0 (GstInputConnection, 1);
  guint i;

  self->refcount = 2;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_weak_ref_init (&self->owner, setup->owner);
  self->name = g_strdup (setup->name);
  self->uri = g_strdup (setup->uri);
  self->media = setup->media;
  self->encoded = setup->encoded;
  self->warm = setup->warm;
  self->hot = setup->hot;
  self->role = setup->role;
  if (self->role.merge != NULL)
    gst_input_merge_ref (self->role.merge);
  self->on_event = setup->on_event;
  self->user_data = setup->user_data;
  for (i = 0; i < G_N_ELEMENTS (self->pads); i++) {
    if (setup->pads[i] != NULL)
      self->pads[i] = gst_object_ref (setup->pads[i]);
    if (setup->landings[i] != NULL)
      self->landings[i] = gst_object_ref (setup->landings[i]);
  }
  self->thread = g_thread_new (self->name, run, self);
  return self;
}

gboolean
gst_input_connection_contains (GstInputConnection * self, GstObject * object)
{
  gboolean contains;

  g_mutex_lock (&self->lock);
  contains = self->bin != NULL && (object == GST_OBJECT (self->bin)
      || gst_object_has_as_ancestor (object, GST_OBJECT (self->bin)));
  g_mutex_unlock (&self->lock);
  return contains;
}

void
gst_input_connection_on_error (GstInputConnection * self, const GError * error)
{
  fail (self, INPUT_LIFE_REASON_ERROR, error->message);
}

void
gst_input_connection_on_eos (GstInputConnection * self)
{
  on_eos (self);
}

InputLifeReason
gst_input_connection_get_failure (GstInputConnection * self, gchar ** text)
{
  InputLifeReason failure;

  g_mutex_lock (&self->lock);
  failure = self->failure;
  *text = g_strdup (self->failure_text);
  g_mutex_unlock (&self->lock);
  return failure;
}

void
gst_input_connection_set_hot (GstInputConnection * self, gboolean hot)
{
  g_mutex_lock (&self->lock);
  if (self->hot != hot) {
    self->hot = hot;
    self->hot_changed = TRUE;
    g_cond_signal (&self->cond);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_input_connection_renew (GstInputConnection * self)
{
  g_mutex_lock (&self->lock);
  self->renewing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
set_base_time (const GValue * value, gpointer user_data)
{
  gst_element_set_base_time (g_value_get_object (value),
      *(GstClockTime *) user_data);
}

/* A locked child is told of a new clock, but not where its time begins. */
void
gst_input_connection_set_base_time (GstInputConnection * self,
    GstClockTime base_time)
{
  g_autoptr (GstElement) bin = NULL;
  GstIterator *all;

  g_mutex_lock (&self->lock);
  if (self->bin != NULL)
    bin = gst_object_ref (self->bin);
  g_mutex_unlock (&self->lock);
  if (bin == NULL)
    return;
  gst_element_set_base_time (bin, base_time);
  all = gst_bin_iterate_recurse (GST_BIN (bin));
  while (gst_iterator_foreach (all, set_base_time, &base_time)
      == GST_ITERATOR_RESYNC)
    gst_iterator_resync (all);
  gst_iterator_free (all);
}

void
gst_input_connection_stop (GstInputConnection * self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  leave_owner (self);
}

gboolean
gst_input_connection_is_down (GstInputConnection * self)
{
  gboolean down;

  g_mutex_lock (&self->lock);
  down = self->down;
  g_mutex_unlock (&self->lock);
  return down;
}

void
gst_input_connection_free (GstInputConnection * self)
{
  if (gst_input_connection_is_down (self))
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  connection_unref (self);
}
