/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewers.h"

#include <string.h>

#include "histogram.h"

typedef struct
{
  ViewerSession session;
  gchar sid[CMCD_MAX_SID + 1];
  guint slot;
  guint64 serial;
  guint rendition;
  GList link;                   /* in `recent`, data is this */
} Entry;

typedef struct
{
  gchar *name;
  guint64 requests, bytes, errors;
} Rendition;

/* A tree, since whoever writes the ids could make a hash table slow. */
struct _Viewers
{
  ViewersConfig config;
  GTree *by_sid;                /* of Entry by its sid */
  GPtrArray *slots;             /* of Entry, NULL where free; owns them */
  GArray *free_slots;           /* of guint */
  GQueue by_age;                /* of Entry, who was silent longest is last */
  GArray *renditions;           /* of Rendition */
  guint64 last_serial;
  ViewersTotals totals;
};

static gint
compare_sids (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

static void
clear_rendition (gpointer data)
{
  g_free (((Rendition *) data)->name);
}

Viewers *
viewers_new (const ViewersConfig * config)
{
  Viewers *self = g_new0 (Viewers, 1);

  g_assert (config->max_sessions > 0);
  self->config = *config;
  self->by_sid = g_tree_new_full (compare_sids, NULL, NULL, NULL);
  self->slots = g_ptr_array_new_with_free_func (g_free);
  self->free_slots = g_array_new (FALSE, FALSE, sizeof (guint));
  g_queue_init (&self->by_age);
  self->renditions = g_array_new (FALSE, TRUE, sizeof (Rendition));
  g_array_set_clear_func (self->renditions, clear_rendition);
  return self;
}

void
viewers_free (Viewers * self)
{
  g_tree_unref (self->by_sid);
  g_ptr_array_unref (self->slots);
  g_array_unref (self->free_slots);
  g_array_unref (self->renditions);
  g_free (self);
}

/* Sessions */

static void
forget (Viewers * self, Entry * entry)
{
  g_tree_remove (self->by_sid, entry->sid);
  g_queue_unlink (&self->by_age, &entry->link);
  g_array_append_val (self->free_slots, entry->slot);
  g_free (g_steal_pointer (&self->slots->pdata[entry->slot]));
}

static guint
take_slot (Viewers * self)
{
  guint slot = self->slots->len;

  if (self->free_slots->len == 0) {
    g_ptr_array_add (self->slots, NULL);
    return slot;
  }
  slot = g_array_index (self->free_slots, guint, self->free_slots->len - 1);
  g_array_set_size (self->free_slots, self->free_slots->len - 1);
  return slot;
}

static Entry *
meet (Viewers * self, const gchar * sid, guint64 now)
{
  Entry *entry;

  if (self->by_age.length >= self->config.max_sessions) {
    forget (self, self->by_age.tail->data);
    self->totals.evicted++;
  }
  entry = g_new0 (Entry, 1);
  viewer_session_init (&entry->session, now);
  g_strlcpy (entry->sid, sid, sizeof (entry->sid));
  entry->slot = take_slot (self);
  entry->serial = ++self->last_serial;
  entry->rendition = VIEWERS_NO_RENDITION;
  entry->link.data = entry;
  self->slots->pdata[entry->slot] = entry;
  g_tree_insert (self->by_sid, entry->sid, entry);
  g_queue_push_head_link (&self->by_age, &entry->link);
  self->totals.sessions++;
  return entry;
}

/* A session that was silent for too long is over; the same id is a new one. */
static Entry *
find (Viewers * self, const gchar * sid, guint64 now)
{
  Entry *entry = g_tree_lookup (self->by_sid, sid);

  if (entry != NULL
      && now - MIN (entry->session.seen, now) >= self->config.timeout) {
    forget (self, entry);
    entry = NULL;
  }
  if (entry == NULL)
    return meet (self, sid, now);
  g_queue_unlink (&self->by_age, &entry->link);
  g_queue_push_head_link (&self->by_age, &entry->link);
  return entry;
}

static gboolean
is_live (const Viewers * self, const ViewerSession * session, guint64 now)
{
  return session->state != VIEWER_ENDED
      && now - MIN (session->seen, now) < self->config.timeout;
}

static guint64
forgotten_at (const Viewers * self, const Entry * entry)
{
  return entry->session.seen + self->config.timeout + self->config.memory;
}

void
viewers_on_timer (Viewers * self, guint64 now)
{
  while (self->by_age.tail != NULL
      && forgotten_at (self, self->by_age.tail->data) <= now)
    forget (self, self->by_age.tail->data);
}

guint64
viewers_deadline (const Viewers * self)
{
  return self->by_age.tail != NULL
      ? forgotten_at (self, self->by_age.tail->data) : G_MAXUINT64;
}

/* Renditions */

static guint
find_rendition (Viewers * self, const gchar * name)
{
  guint i;

  if (name == NULL)
    return VIEWERS_NO_RENDITION;
  for (i = 0; i < self->renditions->len; i++) {
    if (g_str_equal (g_array_index (self->renditions, Rendition, i).name, name))
      return i;
  }
  return VIEWERS_NO_RENDITION;
}

static guint
add_rendition (Viewers * self, const gchar * name)
{
  guint index = find_rendition (self, name);
  Rendition rendition = { NULL, 0, 0, 0 };

  if (index != VIEWERS_NO_RENDITION || name == NULL
      || self->renditions->len == VIEWERS_MAX_RENDITIONS)
    return index;
  rendition.name = g_strdup (name);
  g_array_append_val (self->renditions, rendition);
  return self->renditions->len - 1;
}

/* Reports */

static gboolean
is_usable (Viewers * self, CmcdResult result)
{
  switch (result) {
    case CMCD_RESULT_NOTHING:
      return FALSE;
    case CMCD_RESULT_OK:
      self->totals.reports++;
      return TRUE;
    case CMCD_RESULT_BAD_VALUE:
      self->totals.reports++;
      self->totals.malformed++;
      return TRUE;
    case CMCD_RESULT_MALFORMED:
    case CMCD_RESULT_TOO_LONG:
      self->totals.malformed++;
      return FALSE;
  }
  g_assert_not_reached ();
}

static guint64
rise (guint64 before, guint64 after)
{
  return after > before ? after - before : 0;
}

static void
apply (Viewers * self, Entry * entry, const Cmcd * report, gboolean is_event,
    guint64 now)
{
  ViewerSession *s = &entry->session;
  guint64 rebuffers = s->rebuffers, time = s->rebuffer_time;
  guint64 errors = s->errors;

  viewer_session_on_report (s, report, is_event, now);
  self->totals.rebuffers += rise (rebuffers, s->rebuffers);
  self->totals.rebuffer_time += rise (time, s->rebuffer_time);
  self->totals.errors += rise (errors, s->errors);
}

static guint64
ahead_of (const Cmcd * report)
{
  if (report->buffer == CMCD_ABSENT || report->duration == CMCD_ABSENT)
    return CMCD_ABSENT;
  return report->buffer + report->duration;
}

static gboolean
shows_rendition (const Cmcd * report, const Entry * entry)
{
  return report->object == CMCD_OBJECT_VIDEO
      || report->object == CMCD_OBJECT_MUXED
      || (report->object == CMCD_OBJECT_AUDIO && !entry->session.has_video);
}

ViewersTag
viewers_on_request (Viewers * self, const Cmcd * report, CmcdResult result,
    const gchar * rendition, guint64 now)
{
  ViewersTag tag = { 0, 0, CMCD_ABSENT };
  Entry *entry;
  guint index;

  viewers_on_timer (self, now);
  self->totals.plain_requests += result == CMCD_RESULT_NOTHING;
  if (!is_usable (self, result) || report->sid[0] == '\0')
    return tag;
  entry = find (self, report->sid, now);
  apply (self, entry, report, FALSE, now);
  if (shows_rendition (report, entry)) {
    index = find_rendition (self, rendition);
    if (index != VIEWERS_NO_RENDITION)
      entry->rendition = index;
    tag.ahead = ahead_of (report);
  }
  tag.slot = entry->slot;
  tag.serial = entry->serial;
  return tag;
}

void
viewers_on_event (Viewers * self, const Cmcd * report, CmcdResult result,
    guint64 now)
{
  viewers_on_timer (self, now);
  if (is_usable (self, result) && report->sid[0] != '\0')
    apply (self, find (self, report->sid, now), report, TRUE, now);
}

static Entry *
find_tagged (Viewers * self, const ViewersTag * tag)
{
  Entry *entry;

  if (tag->serial == 0 || tag->slot >= self->slots->len)
    return NULL;
  entry = g_ptr_array_index (self->slots, tag->slot);
  return entry != NULL && entry->serial == tag->serial ? entry : NULL;
}

void
viewers_on_answer (Viewers * self, const ViewersTag * tag,
    const gchar * rendition, const ViewersAnswer * answer)
{
  Entry *entry = find_tagged (self, tag);
  gboolean failed = answer->status >= 400;
  guint index = failed ? find_rendition (self, rendition)
      : add_rendition (self, rendition);

  if (index != VIEWERS_NO_RENDITION) {
    Rendition *r = &g_array_index (self->renditions, Rendition, index);

    r->requests++;
    r->bytes += answer->bytes;
    r->errors += failed;
  }
  if (entry == NULL)
    return;
  entry->session.errors += failed;
  self->totals.errors += failed;
  if (failed || tag->ahead == CMCD_ABSENT)
    return;
  entry->rendition = index;
  if (answer->age != VIEWERS_NO_AGE)
    viewer_session_on_media (&entry->session, tag->ahead, answer->age);
}

/* Summary */

/* Sums over sessions, while they are gone through. */
typedef struct
{
  Histogram startup, latency, buffer, throughput;
  guint64 rebuffer_time, played;
  guint64 bitrate_sum, bitrate_n;
} Sums;

static void
add_known (Histogram * histogram, guint64 value)
{
  if (value != CMCD_ABSENT)
    histogram_add (histogram, value);
}

static void
add_live (Sums * sums, ViewersSummary * summary, const Entry * entry)
{
  const ViewerSession *s = &entry->session;
  guint64 bitrate = viewer_session_bitrate (s);

  summary->live++;
  summary->version_1 += s->version < 2;
  summary->version_2 += s->version >= 2;
  summary->rebuffering += s->state == VIEWER_REBUFFERING;
  summary->dropped_frames += s->dropped_frames;
  if (entry->rendition < summary->n_renditions)
    summary->renditions[entry->rendition].sessions++;
  add_known (&sums->latency, s->latency);
  add_known (&sums->buffer, s->buffer);
  add_known (&sums->throughput, s->throughput);
  if (bitrate != CMCD_ABSENT) {
    sums->bitrate_sum += bitrate;
    sums->bitrate_n++;
  }
}

/* A stall that nobody ended lasts until the session was last heard of. */
static void
add_session (Viewers * self, Sums * sums, ViewersSummary * summary,
    const Entry * entry, guint64 now)
{
  const ViewerSession *s = &entry->session;
  gboolean live = is_live (self, s, now);

  if (live)
    add_live (sums, summary, entry);
  else
    summary->recent++;
  add_known (&sums->startup, s->startup);
  summary->rebuffers += s->rebuffers;
  sums->rebuffer_time += viewer_session_rebuffer_time (s, live ? now : s->seen);
  sums->played += s->played;
}

static void
list_renditions (Viewers * self, ViewersSummary * summary)
{
  guint i;

  summary->n_renditions = self->renditions->len;
  for (i = 0; i < self->renditions->len; i++) {
    const Rendition *from = &g_array_index (self->renditions, Rendition, i);
    ViewersRendition *to = &summary->renditions[i];

    to->name = from->name;
    to->requests = from->requests;
    to->bytes = from->bytes;
    to->errors = from->errors;
  }
}

static void
conclude (const Sums * sums, ViewersSummary * summary)
{
  /* In ms: a million times ns would not fit. */
  guint64 waited = sums->rebuffer_time / 1000000;
  guint64 whole = waited + sums->played / 1000000;

  summary->startup_p50 = histogram_quantile (&sums->startup, 500, CMCD_ABSENT);
  summary->startup_p95 = histogram_quantile (&sums->startup, 950, CMCD_ABSENT);
  summary->latency_p50 = histogram_quantile (&sums->latency, 500, CMCD_ABSENT);
  summary->latency_p95 = histogram_quantile (&sums->latency, 950, CMCD_ABSENT);
  summary->buffer_p50 = histogram_quantile (&sums->buffer, 500, CMCD_ABSENT);
  summary->throughput_p50 = histogram_quantile (&sums->throughput, 500,
      CMCD_ABSENT);
  summary->bitrate = sums->bitrate_n > 0
      ? sums->bitrate_sum / sums->bitrate_n : CMCD_ABSENT;
  summary->rebuffer_ratio_ppm = whole > 0 ? waited * 1000000 / whole : 0;
}

void
viewers_summarise (Viewers * self, guint64 now, ViewersSummary * summary)
{
  Sums sums;
  GList *l;

  viewers_on_timer (self, now);
  memset (&sums, 0, sizeof (sums));
  memset (summary, 0, sizeof (*summary));
  summary->totals = self->totals;
  list_renditions (self, summary);
  for (l = self->by_age.head; l != NULL; l = l->next)
    add_session (self, &sums, summary, l->data, now);
  conclude (&sums, summary);
}
