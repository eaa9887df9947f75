/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order is that of DASH-IF Ingest 1.2: what is named comes before what
 * names it.  Gaps are those of draft-pantos-hls-rfc8216bis-22 4.4.4.7. */
#include "outbox.h"

#include <string.h>

/* Neither is 0: a value that was found must differ from none. */
enum
{
  UNSENT = 1,
  SENT
};

typedef struct
{
  GQueue puts, removals;        /* of OutboxJob */
  OutboxJob *busy;              /* under way */
  OutboxJob *init;              /* sent last, kept to be sent again */
  gboolean failing;
  guint64 retry_at, pause;      /* ns */
  gboolean named;               /* a playlist has come */
  gboolean unnamed;             /* there will be one, none has come */
} Lane;

static void
free_job (Outbox * self, OutboxJob * job)
{
  if (job->payload != NULL && self->config.free_payload != NULL)
    self->config.free_payload (job->payload);
  g_free (job->name);
  g_free (job);
}

static void
drop_all (Outbox * self, GQueue * queue)
{
  OutboxJob *job;

  while ((job = g_queue_pop_head (queue)) != NULL) {
    self->jobs--;
    self->bytes -= job->size;
    free_job (self, job);
  }
}

void
outbox_init (Outbox * self, const OutboxConfig * config)
{
  static const Outbox zero;

  *self = zero;
  self->config = *config;
  self->lanes = g_ptr_array_new_with_free_func (g_free);
  self->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->playlists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      NULL);
  self->last_done = OUTBOX_NONE;
}

static Lane *
nth_lane (const Outbox * self, guint i)
{
  return g_ptr_array_index (self->lanes, i);
}

void
outbox_clear (Outbox * self)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    Lane *lane = nth_lane (self, i);

    drop_all (self, &lane->puts);
    drop_all (self, &lane->removals);
    if (lane->busy != NULL)
      free_job (self, lane->busy);
    if (lane->init != NULL)
      free_job (self, lane->init);
  }
  g_clear_pointer (&self->lanes, g_ptr_array_unref);
  g_clear_pointer (&self->missing, g_hash_table_unref);
  g_clear_pointer (&self->playlists, g_hash_table_unref);
}

static Lane *
lane_for (Outbox * self, guint i)
{
  while (self->lanes->len <= i)
    g_ptr_array_add (self->lanes, g_new0 (Lane, 1));
  return nth_lane (self, i);
}

/* Bounds */

static gboolean
is_media (const OutboxJob * job)
{
  return job->kind == OUTBOX_SEGMENT || job->kind == OUTBOX_PART;
}

static void
drop_media (Outbox * self, OutboxJob * job)
{
  g_hash_table_add (self->missing, g_strdup (job->name));
  self->dropped++;
  free_job (self, job);
}

static void
forget_size (Outbox * self, const OutboxJob * job)
{
  self->jobs--;
  self->bytes -= job->size;
}

/* A segment goes with all of its parts that wait. */
static void
drop_before (Outbox * self, Lane * lane, guint64 msn)
{
  GList *l = lane->puts.head;

  while (l != NULL) {
    OutboxJob *job = l->data;
    GList *next = l->next;

    if (is_media (job) && job->msn < msn) {
      g_queue_delete_link (&lane->puts, l);
      forget_size (self, job);
      drop_media (self, job);
    }
    l = next;
  }
  if (lane->busy != NULL && is_media (lane->busy) && lane->busy->msn < msn)
    lane->busy->obsolete = TRUE;
}

/* Waiting segments, and the newest one's number. */
static guint
count_segments (const Lane * lane, guint64 * newest)
{
  guint n = 0;
  const GList *l;

  for (l = lane->puts.head; l != NULL; l = l->next) {
    const OutboxJob *job = l->data;

    if (job->kind != OUTBOX_SEGMENT)
      continue;
    n++;
    *newest = job->msn;
  }
  return n;
}

/* After a short outage all is sent, after a longer one what is live. */
static void
jump_to_live (Outbox * self, Lane * lane)
{
  guint64 newest = 0;

  if (self->config.max_segments == 0 || !lane->failing)
    return;
  if (count_segments (lane, &newest) > self->config.max_segments)
    drop_before (self, lane, newest);
}

static const OutboxJob *
oldest_media (const Lane * lane)
{
  const GList *l;

  for (l = lane->puts.head; l != NULL; l = l->next) {
    if (is_media (l->data))
      return l->data;
  }
  return NULL;
}

static gboolean
is_too_much (const Outbox * self)
{
  return self->bytes > self->config.max_bytes
      || self->jobs > self->config.max_jobs;
}

static gboolean
drop_one_segment (Outbox * self)
{
  Lane *found = NULL;
  guint64 msn = G_MAXUINT64;
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    const OutboxJob *job = oldest_media (nth_lane (self, i));

    if (job != NULL && job->msn < msn) {
      found = nth_lane (self, i);
      msn = job->msn;
    }
  }
  if (found != NULL)
    drop_before (self, found, msn + 1);
  return found != NULL;
}

/* What can't be dropped is little: the last init section of each lane and two
 * playlists of each name. */
static gboolean
drop_one_removal (Outbox * self)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    OutboxJob *job = g_queue_pop_head (&nth_lane (self, i)->removals);

    if (job == NULL)
      continue;
    forget_size (self, job);
    free_job (self, job);
    self->dropped++;
    return TRUE;
  }
  return FALSE;
}

/* An init section behind which another one waits, with no media between. */
static GList *
find_idle_init (const Lane * lane)
{
  GList *l, *init = NULL;

  for (l = lane->puts.head; l != NULL; l = l->next) {
    const OutboxJob *job = l->data;

    if (job->kind == OUTBOX_INIT && init != NULL)
      return init;
    if (job->kind == OUTBOX_INIT)
      init = l;
    else if (is_media (job))
      init = NULL;
  }
  return NULL;
}

static gboolean
drop_one_init (Outbox * self)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    Lane *lane = nth_lane (self, i);
    GList *link = find_idle_init (lane);
    OutboxJob *job;

    if (link == NULL)
      continue;
    job = link->data;
    g_queue_delete_link (&lane->puts, link);
    forget_size (self, job);
    free_job (self, job);
    self->dropped++;
    return TRUE;
  }
  return FALSE;
}

static void
keep_bounds (Outbox * self)
{
  while (is_too_much (self) && drop_one_segment (self));
  while (is_too_much (self) && drop_one_init (self));
  while (self->jobs > self->config.max_jobs && drop_one_removal (self));
}

/* Putting */

/* A playlist that waits keeps its place, so that there is always one to come
 * next; newer ones share the place behind it.  Where it fails only the newest
 * stays. */
static void
replace_playlists (Outbox * self, Lane * lane, const gchar * name)
{
  guint keep = lane->failing ? 0 : 1;
  GList *l = lane->puts.head;

  while (l != NULL) {
    OutboxJob *job = l->data;
    GList *next = l->next;

    if (g_str_equal (job->name, name) && keep == 0) {
      g_queue_delete_link (&lane->puts, l);
      forget_size (self, job);
      free_job (self, job);
    } else if (g_str_equal (job->name, name)) {
      keep--;
    }
    l = next;
  }
}

static OutboxJob *
new_job (Outbox * self, guint lane, OutboxKind kind, const gchar * name)
{
  OutboxJob *job = g_new0 (OutboxJob, 1);

  job->kind = kind;
  job->lane = lane;
  job->name = g_strdup (name);
  job->first_failed = OUTBOX_NONE;
  self->jobs++;
  return job;
}

static void
cancel_removal_in (Outbox * self, Lane * lane, const gchar * name)
{
  GList *l;

  if (lane->busy != NULL && lane->busy->kind == OUTBOX_REMOVAL
      && g_str_equal (lane->busy->name, name))
    lane->busy->obsolete = TRUE;
  for (l = lane->removals.head; l != NULL; l = l->next) {
    OutboxJob *job = l->data;

    if (!g_str_equal (job->name, name))
      continue;
    g_queue_delete_link (&lane->removals, l);
    forget_size (self, job);
    free_job (self, job);
    return;
  }
}

/* What was to be removed is wanted again, by a rendition in another lane
 * perhaps. */
static void
cancel_removal (Outbox * self, const gchar * name)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++)
    cancel_removal_in (self, nth_lane (self, i), name);
}

static void
expect_playlist (Outbox * self, Lane * lane, const gchar * name)
{
  lane->named = TRUE;
  lane->unnamed = FALSE;
  if (!g_hash_table_contains (self->playlists, name))
    g_hash_table_insert (self->playlists, g_strdup (name),
        GINT_TO_POINTER (UNSENT));
}

void
outbox_put (Outbox * self, guint lane, OutboxKind kind, const gchar * name,
    guint64 msn, gpointer payload, gsize size)
{
  Lane *to = lane_for (self, lane);
  OutboxJob *job;

  if (kind == OUTBOX_PLAYLIST || kind == OUTBOX_MULTIVARIANT)
    replace_playlists (self, to, name);
  /* Only these come again under the same name; those with a playlist to each
   * segment. */
  if (kind == OUTBOX_INIT || (kind == OUTBOX_PLAYLIST
          && !g_hash_table_contains (self->playlists, name)))
    cancel_removal (self, name);
  if (kind == OUTBOX_INIT && !to->named)
    to->unnamed = TRUE;
  if (kind == OUTBOX_PLAYLIST)
    expect_playlist (self, to, name);
  job = new_job (self, lane, kind, name);
  job->msn = msn;
  job->payload = payload;
  job->size = size;
  self->bytes += size;
  g_queue_push_tail (&to->puts, job);
  jump_to_live (self, to);
  keep_bounds (self);
}

/* TRUE when it never left. */
static gboolean
cancel_put (Outbox * self, Lane * lane, const gchar * name)
{
  GList *l;
  gboolean never;

  for (l = lane->puts.head; l != NULL; l = l->next) {
    OutboxJob *job = l->data;

    if (!g_str_equal (job->name, name))
      continue;
    never = job->attempts == 0;
    g_queue_delete_link (&lane->puts, l);
    forget_size (self, job);
    free_job (self, job);
    self->dropped++;
    return never;
  }
  return FALSE;
}

/* The same.  Of a playlist an older text may have left, or be under way. */
static gboolean
forget_name (Outbox * self, Lane * lane, const gchar * name)
{
  gboolean sent = GPOINTER_TO_INT (g_hash_table_lookup (self->playlists,
          name)) == SENT;

  if (lane->busy != NULL && g_str_equal (lane->busy->name, name)) {
    lane->busy->gone = TRUE;
    sent = TRUE;
  }
  g_hash_table_remove (self->missing, name);
  g_hash_table_remove (self->playlists, name);
  return cancel_put (self, lane, name) && !sent;
}

void
outbox_forget (Outbox * self, guint lane, const gchar * name)
{
  forget_name (self, lane_for (self, lane), name);
}

void
outbox_remove (Outbox * self, guint lane, const gchar * name)
{
  Lane *from = lane_for (self, lane);

  if (forget_name (self, from, name))
    return;
  g_queue_push_tail (&from->removals, new_job (self, lane, OUTBOX_REMOVAL,
          name));
  keep_bounds (self);
}

void
outbox_end_lane (Outbox * self, guint lane)
{
  Lane *ended = lane_for (self, lane);

  drop_all (self, &ended->puts);
  if (ended->init != NULL)
    free_job (self, ended->init);
  ended->init = NULL;
  ended->named = ended->unnamed = FALSE;
}

/* Taking */

static gboolean
is_unsent (gpointer name, gpointer sent, gpointer data)
{
  return GPOINTER_TO_INT (sent) == UNSENT;
}

/* The multivariant playlist names the others. */
static gboolean
is_ready (const Outbox * self, const OutboxJob * job)
{
  guint i;

  if (job->kind != OUTBOX_MULTIVARIANT)
    return TRUE;
  for (i = 1; i < self->lanes->len; i++) {
    if (nth_lane (self, i)->unnamed)
      return FALSE;
  }
  return g_hash_table_find (self->playlists, is_unsent, NULL) == NULL;
}

static OutboxJob *
take_from_lane (Outbox * self, Lane * lane, guint64 now)
{
  gboolean rests = lane->failing && now < lane->retry_at && !self->ending;
  OutboxJob *job = NULL;

  if (lane->busy != NULL)
    return NULL;
  if (!rests && lane->puts.head != NULL && is_ready (self,
          lane->puts.head->data))
    job = g_queue_pop_head (&lane->puts);
  if (job == NULL && (!rests || self->config.removals_first))
    job = g_queue_pop_head (&lane->removals);
  if (job != NULL)
    job->attempts++;
  lane->busy = job;
  return job;
}

OutboxJob *
outbox_take (Outbox * self, guint64 now)
{
  OutboxJob *job = NULL;
  guint i, n = self->lanes->len;

  for (i = 0; i < n && job == NULL; i++)
    job = take_from_lane (self, nth_lane (self, (self->next_lane + i) % n),
        now);
  if (job != NULL)
    self->next_lane = job->lane + 1;
  return job;
}

guint64
outbox_deadline (const Outbox * self)
{
  guint64 deadline = OUTBOX_NONE;
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    const Lane *lane = nth_lane (self, i);

    if (lane->failing && lane->busy == NULL
        && (lane->puts.head != NULL || lane->removals.head != NULL))
      deadline = MIN (deadline, lane->retry_at);
  }
  return deadline;
}

/* Results */

static gboolean
any_failing (const Outbox * self)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    if (nth_lane (self, i)->failing)
      return TRUE;
  }
  return FALSE;
}

static void
close_incident (Outbox * self, guint64 now, OutboxReport * report)
{
  if (!self->open)
    return;
  self->open = self->late = FALSE;
  report->news = OUTBOX_INCIDENT_CLOSES;
  report->incident = self->incident;
  report->duration = now - MIN (self->opened, now);
}

static void
open_incident (Outbox * self, guint64 now, OutboxReport * report)
{
  if (self->open)
    return;
  self->open = TRUE;
  self->opened = now;
  report->news = OUTBOX_INCIDENT_OPENS;
  report->incident = ++self->incident;
}

static void
rest (Outbox * self, Lane * lane, guint64 now)
{
  lane->pause = lane->failing ? MIN (2 * lane->pause, self->config.retry_max)
      : self->config.retry;
  lane->failing = TRUE;
  lane->retry_at = now + lane->pause;
}

static void
forget_job (Outbox * self, OutboxJob * job)
{
  forget_size (self, job);
  free_job (self, job);
}

static void
keep_init (Outbox * self, Lane * lane, OutboxJob * job)
{
  forget_size (self, job);
  if (lane->init != NULL)
    free_job (self, lane->init);
  lane->init = job;
}

static void
end_lateness (Outbox * self, guint64 now, OutboxReport * report)
{
  if (self->late && self->jobs == 0 && !any_failing (self))
    close_incident (self, now, report);
}

static void
on_done (Outbox * self, Lane * lane, OutboxJob * job, guint64 now,
    OutboxReport * report)
{
  report->reason = "done";
  self->last_done = now;
  if (job->kind == OUTBOX_REMOVAL) {
    self->removed++;
    forget_job (self, job);
    end_lateness (self, now, report);
    return;
  }
  self->sent++;
  lane->failing = FALSE;
  if (job->kind == OUTBOX_PLAYLIST && !job->gone)
    g_hash_table_insert (self->playlists, g_strdup (job->name),
        GINT_TO_POINTER (SENT));
  if (job->kind == OUTBOX_INIT && !job->gone)
    keep_init (self, lane, job);
  else
    forget_job (self, job);
  if (!self->late && !any_failing (self))
    close_incident (self, now, report);
  end_lateness (self, now, report);
}

/* Alone: others got through since it failed first. */
static gboolean
is_given_up (const Outbox * self, const OutboxJob * job, guint64 now)
{
  if (self->ending)
    return TRUE;
  return self->config.give_up > 0 && job->kind != OUTBOX_INIT
      && now - MIN (job->first_failed, now) >= self->config.give_up
      && (job->kind == OUTBOX_REMOVAL || (self->last_done != OUTBOX_NONE
          && self->last_done >= job->first_failed));
}

static gboolean
is_superseded (const Lane * lane, const OutboxJob * job)
{
  const GList *l;

  if (job->kind != OUTBOX_PLAYLIST && job->kind != OUTBOX_MULTIVARIANT)
    return FALSE;
  for (l = lane->puts.head; l != NULL; l = l->next) {
    if (g_str_equal (((const OutboxJob *) l->data)->name, job->name))
      return TRUE;
  }
  return FALSE;
}

/* Without its init section nothing of a lane is of use. */
static void
give_up (Outbox * self, OutboxJob * job)
{
  if (job->kind == OUTBOX_INIT)
    drop_all (self, &nth_lane (self, job->lane)->puts);
  forget_size (self, job);
  if (is_media (job) && !job->gone)
    drop_media (self, job);
  else
    free_job (self, job);
}

static void
on_failed (Outbox * self, Lane * lane, OutboxJob * job, guint64 now,
    OutboxReport * report)
{
  if (job->first_failed == OUTBOX_NONE)
    job->first_failed = now;
  if (job->obsolete || job->gone || is_given_up (self, job, now)) {
    report->reason = "given up";
    give_up (self, job);
  } else if (is_superseded (lane, job)) {
    report->reason = "superseded";
    forget_job (self, job);
  } else {
    report->reason = "tried again";
    g_queue_push_head (job->kind == OUTBOX_REMOVAL ? &lane->removals
        : &lane->puts, job);
  }
  jump_to_live (self, lane);
}

/* Without the init section nothing makes sense: it is tried for ever. */
static void
on_rejected (Outbox * self, Lane * lane, OutboxJob * job, OutboxReport * report)
{
  if (job->kind == OUTBOX_INIT && !self->ending) {
    report->reason = "tried again";
    g_queue_push_head (&lane->puts, job);
  } else {
    report->reason = "rejected";
    give_up (self, job);
  }
  jump_to_live (self, lane);
}

static void
on_lacks_init (Outbox * self, Lane * lane, OutboxJob * job,
    OutboxReport * report)
{
  if (lane->init == NULL || job->obsolete || job->gone || job->attempts > 1) {
    on_rejected (self, lane, job, report);
    return;
  }
  report->reason = "init section sent again";
  g_queue_push_head (&lane->puts, job);
  g_queue_push_head (&lane->puts, lane->init);
  lane->init->attempts = 0;
  self->jobs++;
  self->bytes += lane->init->size;
  lane->init = NULL;
}

OutboxReport
outbox_finish (Outbox * self, OutboxJob * job, OutboxResult result, guint64 now)
{
  OutboxReport report = { OUTBOX_NO_NEWS, self->incident, 0, "" };
  Lane *lane = nth_lane (self, job->lane);
  gboolean removal = job->kind == OUTBOX_REMOVAL;

  g_assert (lane->busy == job);
  lane->busy = NULL;
  if (result == OUTBOX_DONE) {
    on_done (self, lane, job, now, &report);
    return report;
  }
  self->failures++;
  if (result != OUTBOX_LACKS_INIT && !(removal && result == OUTBOX_REJECTED)) {
    rest (self, lane, now);
    open_incident (self, now, &report);
  }
  switch (result) {
    case OUTBOX_DONE:
      break;
    case OUTBOX_FAILED:
      on_failed (self, lane, job, now, &report);
      break;
    case OUTBOX_REJECTED:
      on_rejected (self, lane, job, &report);
      break;
    case OUTBOX_LACKS_INIT:
      on_lacks_init (self, lane, job, &report);
      break;
  }
  return report;
}

OutboxReport
outbox_late (Outbox * self, guint64 now)
{
  OutboxReport report = { OUTBOX_NO_NEWS, self->incident, 0, "is late" };

  if (!self->open)
    self->late = TRUE;
  open_incident (self, now, &report);
  return report;
}

static gpointer
peek_lane (const Lane * lane, const gchar * name)
{
  const GList *l;

  if (lane->busy != NULL && g_str_equal (lane->busy->name, name))
    return lane->busy->payload;
  for (l = lane->puts.head; l != NULL; l = l->next) {
    const OutboxJob *job = l->data;

    if (g_str_equal (job->name, name))
      return job->payload;
  }
  return NULL;
}

gpointer
outbox_peek (const Outbox * self, const gchar * name)
{
  gpointer payload = NULL;
  guint i;

  for (i = 0; i < self->lanes->len && payload == NULL; i++)
    payload = peek_lane (nth_lane (self, i), name);
  return payload;
}

void
outbox_discard (Outbox * self)
{
  guint i;

  for (i = 0; i < self->lanes->len; i++) {
    drop_all (self, &nth_lane (self, i)->puts);
    drop_all (self, &nth_lane (self, i)->removals);
  }
}

void
outbox_end (Outbox * self)
{
  self->ending = TRUE;
}

OutboxReport
outbox_stop (Outbox * self, guint64 now)
{
  OutboxReport report = { OUTBOX_NO_NEWS, self->incident, 0, "stopped" };

  close_incident (self, now, &report);
  return report;
}

/* Gaps */

static gboolean
is_missing (const Outbox * self, const gchar * uri, gsize size)
{
  const gchar *query = memchr (uri, '?', size);
  g_autofree gchar *name = g_strndup (uri, query != NULL
      ? (gsize) (query - uri) : size);

  return g_hash_table_contains (self->missing, name);
}

static gboolean
starts_with (const gchar * line, gsize size, const gchar * what)
{
  return size >= strlen (what) && memcmp (line, what, strlen (what)) == 0;
}

static gboolean
is_missing_part (const Outbox * self, const gchar * line, gsize size)
{
  static const gchar key[] = "URI=\"";
  const gchar *uri, *end;

  if (!starts_with (line, size, "#EXT-X-PART:")
      || g_strstr_len (line, size, "GAP=YES") != NULL)
    return FALSE;
  uri = g_strstr_len (line, size, key);
  if (uri == NULL)
    return FALSE;
  uri += strlen (key);
  end = memchr (uri, '"', line + size - uri);
  return end != NULL && is_missing (self, uri, end - uri);
}

typedef struct
{
  gsize duration_at;            /* where the segment's EXTINF stands */
  gboolean gap;                 /* it is listed as one already */
} MarkState;

static void
mark_line (const Outbox * self, GString * out, MarkState * state,
    const gchar * line, gsize size)
{
  if (starts_with (line, size, "#EXTINF:"))
    state->duration_at = out->len;
  state->gap |= starts_with (line, size, "#EXT-X-GAP");
  if (size > 0 && *line != '#') {
    if (!state->gap && is_missing (self, line, size))
      g_string_insert (out, state->duration_at, "#EXT-X-GAP\n");
    state->gap = FALSE;
  }
  g_string_append_len (out, line, size);
  if (is_missing_part (self, line, size))
    g_string_append (out, ",GAP=YES");
}

gchar *
outbox_mark_gaps (const Outbox * self, const gchar * text, gsize size)
{
  GString *out;
  const gchar *end = text + size;
  MarkState state = { 0, FALSE };

  if (g_hash_table_size (self->missing) == 0)
    return NULL;
  out = g_string_sized_new (size + 256);
  while (text < end) {
    const gchar *newline = memchr (text, '\n', end - text);
    gsize len = (newline != NULL ? newline : end) - text;

    mark_line (self, out, &state, text, len);
    if (newline != NULL)
      g_string_append_c (out, '\n');
    text += len + (newline != NULL);
  }
  return g_string_free (out, FALSE);
}
