/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gsthealthwatch.h"

/* Locks: self->lock, a leaf (but for the clock's own, when a wait is ended).
 * Thread: the one started here, owned and joined by whoever calls stop. */
struct _GstHealthWatch
{
  GstClock *clock;              /* fixed */
  GstHealthWatchFunc func;      /* fixed */
  gpointer owner;               /* fixed */
  GThread *thread;              /* fixed */

  GMutex lock;
  GCond cond;
  gboolean stopping;            /* lock */
  gboolean kicked;              /* lock */
  GstClockID id;                /* lock; the wait under way */
};

/* Returns with the lock held, as it came.  A kick or a stop ends the wait: one
 * that comes before the wait has begun leaves an unscheduled id, on which a
 * wait returns at once. */
static void
wait_until_locked (GstHealthWatch * self, GstClockTime deadline)
{
  GstClockID id;

  if (!GST_CLOCK_TIME_IS_VALID (deadline)) {
    while (!self->kicked && !self->stopping)
      g_cond_wait (&self->cond, &self->lock);
    return;
  }
  id = gst_clock_new_single_shot_id (self->clock, deadline);
  self->id = id;
  g_mutex_unlock (&self->lock);
  gst_clock_id_wait (id, NULL);
  g_mutex_lock (&self->lock);
  self->id = NULL;
  gst_clock_id_unref (id);
}

static gpointer
watch_thread (gpointer data)
{
  GstHealthWatch *self = data;
  GstClockTime deadline;

  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    self->kicked = FALSE;
    g_mutex_unlock (&self->lock);
    deadline = self->func (self->owner, gst_clock_get_time (self->clock));
    g_mutex_lock (&self->lock);
    if (!self->kicked && !self->stopping)
      wait_until_locked (self, deadline);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

GstHealthWatch *
gst_health_watch_start (GstClock * clock, GstHealthWatchFunc func,
    gpointer owner)
{
  GstHealthWatch *self = g_new0 (GstHealthWatch, 1);

  self->clock = gst_object_ref (clock);
  self->func = func;
  self->owner = owner;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("healthwatch", watch_thread, self);
  return self;
}

static void
interrupt_locked (GstHealthWatch * self)
{
  g_cond_signal (&self->cond);
  if (self->id != NULL)
    gst_clock_id_unschedule (self->id);
}

void
gst_health_watch_kick (GstHealthWatch * self)
{
  g_mutex_lock (&self->lock);
  self->kicked = TRUE;
  interrupt_locked (self);
  g_mutex_unlock (&self->lock);
}

void
gst_health_watch_stop (GstHealthWatch * self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  interrupt_locked (self);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  gst_object_unref (self->clock);
  g_free (self);
}
