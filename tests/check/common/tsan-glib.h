/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ThreadSanitizer does not see GLib's futex-based locks and reports correct
 * programs.  This header, force-included in builds with -Db_sanitize=thread,
 * tells it of each lock and unlock in our own code; true races still show.
 * Needs the environment that tests/check/meson.build sets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void __tsan_acquire (void *address);
void __tsan_release (void *address);

static inline void
tsan_mutex_lock (GMutex * mutex)
{
  g_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

static inline gboolean
tsan_mutex_trylock (GMutex * mutex)
{
  gboolean locked = g_mutex_trylock (mutex);

  if (locked)
    __tsan_acquire (mutex);
  return locked;
}

static inline void
tsan_mutex_unlock (GMutex * mutex)
{
  __tsan_release (mutex);
  g_mutex_unlock (mutex);
}

static inline void
tsan_rec_mutex_lock (GRecMutex * mutex)
{
  g_rec_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

static inline void
tsan_rec_mutex_unlock (GRecMutex * mutex)
{
  __tsan_release (mutex);
  g_rec_mutex_unlock (mutex);
}

static inline void
tsan_cond_wait (GCond * cond, GMutex * mutex)
{
  __tsan_release (mutex);
  g_cond_wait (cond, mutex);
  __tsan_acquire (mutex);
}

static inline gboolean
tsan_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  gboolean signalled;

  __tsan_release (mutex);
  signalled = g_cond_wait_until (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

/* A function of GLib, the order of which TSan does not see either. */
static inline gboolean
tsan_ref_count_dec (gatomicrefcount * refs)
{
  gboolean last;

  __tsan_release (refs);
  last = g_atomic_ref_count_dec (refs);
  if (last)
    __tsan_acquire (refs);
  return last;
}

#define g_atomic_ref_count_dec tsan_ref_count_dec
#define g_mutex_lock tsan_mutex_lock
#define g_mutex_trylock tsan_mutex_trylock
#define g_mutex_unlock tsan_mutex_unlock
#define g_rec_mutex_lock tsan_rec_mutex_lock
#define g_rec_mutex_unlock tsan_rec_mutex_unlock
#define g_cond_wait tsan_cond_wait
#define g_cond_wait_until tsan_cond_wait_until

G_END_DECLS
