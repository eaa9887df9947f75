/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the servers' (reports), the system clock's (messages), application
 * (stats).  `lock` guards the core and is taken last; nothing is posted under
 * it.  The clock's thread may outlive free (), so it holds a reference. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsviewers.h"

#include <string.h>

#include "cmcdevent.h"
#include "gstelementmessage.h"
#include "gststatslist.h"

#define SESSION_TIMEOUT (60 * GST_SECOND)
#define SESSION_MEMORY (600 * GST_SECOND)
#define MAX_SESSIONS 20000
/* Of a rendition; longer ones are none of ours. */
#define MAX_NAME 128
/* A batch of events is not older than that. */
#define MAX_EVENT_AGE (600 * GST_SECOND)

struct _GstLlHlsViewers
{
  gatomicrefcount refs;
  GWeakRef element;

  GMutex lock;
  Viewers *viewers;             /* lock */
  GstClockID timer;             /* lock */
  gboolean closed;              /* lock */
  guint64 told_reports;         /* lock; of the last message */
};

const gchar *const gst_llhls_viewers_headers[GST_LLHLS_VIEWERS_HEADERS] = {
  "CMCD-Object", "CMCD-Request", "CMCD-Session", "CMCD-Status"
};

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

static void
unref_viewers (gpointer data)
{
  GstLlHlsViewers *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  viewers_free (self->viewers);
  g_weak_ref_clear (&self->element);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstLlHlsViewers *
gst_llhls_viewers_new (GstElement * element)
{
  static const ViewersConfig config = {
    SESSION_TIMEOUT, SESSION_MEMORY, MAX_SESSIONS
  };
  GstLlHlsViewers *self = g_new0 (GstLlHlsViewers, 1);

  g_atomic_ref_count_init (&self->refs);
  g_weak_ref_init (&self->element, element);
  g_mutex_init (&self->lock);
  self->viewers = viewers_new (&config);
  return self;
}

/* Fields */

typedef enum
{
  FIELD_GAUGE,                  /* guint as int */
  FIELD_FIGURE,                 /* guint64 as int64, -1 = nobody told */
  FIELD_COUNTER,                /* guint64 */
} FieldKind;

typedef struct
{
  const gchar *name;
  gsize offset;
  FieldKind kind;
} Field;

/* *INDENT-OFF* */
#define FIELD(name, member, kind) \
  { name, G_STRUCT_OFFSET (ViewersSummary, member), FIELD_##kind }
static const Field fields[] = {
  FIELD ("sessions", live, GAUGE),
  FIELD ("sessions-recent", recent, GAUGE),
  FIELD ("sessions-version-1", version_1, GAUGE),
  FIELD ("sessions-version-2", version_2, GAUGE),
  FIELD ("sessions-rebuffering", rebuffering, GAUGE),
  FIELD ("startup-p50", startup_p50, FIGURE),
  FIELD ("startup-p95", startup_p95, FIGURE),
  FIELD ("latency-p50", latency_p50, FIGURE),
  FIELD ("latency-p95", latency_p95, FIGURE),
  FIELD ("buffer-p50", buffer_p50, FIGURE),
  FIELD ("bitrate-bps", bitrate, FIGURE),
  FIELD ("throughput-p50-bps", throughput_p50, FIGURE),
  FIELD ("rebuffers-recent", rebuffers, FIGURE),
  FIELD ("rebuffer-ratio-ppm", rebuffer_ratio_ppm, FIGURE),
  FIELD ("dropped-frames", dropped_frames, FIGURE),
  FIELD ("sessions-total", totals.sessions, COUNTER),
  FIELD ("sessions-evicted", totals.evicted, COUNTER),
  FIELD ("rebuffers", totals.rebuffers, COUNTER),
  FIELD ("rebuffer-time", totals.rebuffer_time, COUNTER),
  FIELD ("errors", totals.errors, COUNTER),
};
/* *INDENT-ON* */

static void
set_field (GstStructure * to, const gchar * prefix, const Field * field,
    const ViewersSummary * summary)
{
  g_autofree gchar *name = g_strconcat (prefix, field->name, NULL);
  guint64 value;

  switch (field->kind) {
    case FIELD_GAUGE:
      gst_structure_set (to, name, G_TYPE_INT,
          (gint) G_STRUCT_MEMBER (guint, summary, field->offset), NULL);
      break;
    case FIELD_FIGURE:
      value = G_STRUCT_MEMBER (guint64, summary, field->offset);
      gst_structure_set (to, name, G_TYPE_INT64,
          value == CMCD_ABSENT ? (gint64) - 1 : (gint64) value, NULL);
      break;
    case FIELD_COUNTER:
      gst_structure_set (to, name, G_TYPE_UINT64,
          G_STRUCT_MEMBER (guint64, summary, field->offset), NULL);
      break;
  }
}

static void
set_fields (GstStructure * to, const gchar * prefix,
    const ViewersSummary * summary)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++)
    set_field (to, prefix, &fields[i], summary);
}

static void
set_renditions (GstStructure * stats, const ViewersSummary * summary)
{
  GValue list = G_VALUE_INIT;
  guint i;

  g_value_init (&list, GST_TYPE_ARRAY);
  for (i = 0; i < summary->n_renditions; i++) {
    const ViewersRendition *r = &summary->renditions[i];

    gst_stats_list_append (&list, gst_structure_new ("rendition",
            "name", G_TYPE_STRING, r->name,
            "sessions", G_TYPE_INT, (gint) r->sessions,
            "requests", G_TYPE_UINT64, r->requests,
            "bytes-out", G_TYPE_UINT64, r->bytes,
            "errors", G_TYPE_UINT64, r->errors, NULL));
  }
  gst_structure_take_value (stats, "viewers-renditions", &list);
}

void
gst_llhls_viewers_add_stats (GstLlHlsViewers * self, GstStructure * stats)
{
  ViewersSummary *summary = g_new (ViewersSummary, 1);

  g_mutex_lock (&self->lock);
  viewers_summarise (self->viewers, now_ns (), summary);
  g_mutex_unlock (&self->lock);
  set_fields (stats, "viewers-", summary);
  gst_structure_set (stats,
      "cmcd-reports", G_TYPE_UINT64, summary->totals.reports,
      "cmcd-malformed", G_TYPE_UINT64, summary->totals.malformed,
      "cmcd-absent", G_TYPE_UINT64, summary->totals.plain_requests, NULL);
  set_renditions (stats, summary);
  g_free (summary);
}

/* The message */

static gchar *
summarise_in_words (const ViewersSummary * s)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%u viewer%s report", s->live,
      s->live == 1 ? "" : "s");
  if (s->live == 1)
    g_string_append_c (text, 's');
  if (s->latency_p50 != CMCD_ABSENT)
    g_string_append_printf (text, ", half of them within %" G_GUINT64_FORMAT
        ".%" G_GUINT64_FORMAT " s of live", s->latency_p50 / GST_SECOND,
        s->latency_p50 / (100 * GST_MSECOND) % 10);
  g_string_append_printf (text, ", %" G_GUINT64_FORMAT ".%02" G_GUINT64_FORMAT
      " %% of the time is waiting.", s->rebuffer_ratio_ppm / 10000,
      s->rebuffer_ratio_ppm / 100 % 100);
  return g_string_free (text, FALSE);
}

static void
post_message (GstElement * element, const ViewersSummary * summary)
{
  GstStructure *facts = gst_structure_new_empty ("llhlssink-viewers");
  g_autofree gchar *words = summarise_in_words (summary);

  set_fields (facts, "", summary);
  gst_element_message_post_structure (element, GST_ELEMENT_MESSAGE_INFO, words,
      facts);
}

/* Nothing is posted while nobody has reported since. */
static gboolean
on_timer (GstClock * clock, GstClockTime time, GstClockID id, gpointer data)
{
  GstLlHlsViewers *self = data;
  g_autoptr (GstElement) element = g_weak_ref_get (&self->element);
  ViewersSummary *summary = g_new (ViewersSummary, 1);
  gboolean news;

  g_mutex_lock (&self->lock);
  viewers_summarise (self->viewers, now_ns (), summary);
  news = !self->closed && (summary->live > 0
      || summary->totals.reports != self->told_reports);
  self->told_reports = summary->totals.reports;
  g_mutex_unlock (&self->lock);
  if (news && element != NULL)
    post_message (element, summary);
  g_free (summary);
  return TRUE;
}

static void
drop_timer (GstClockID timer)
{
  if (timer == NULL)
    return;
  gst_clock_id_unschedule (timer);
  gst_clock_id_unref (timer);
}

void
gst_llhls_viewers_set_interval (GstLlHlsViewers * self, guint interval_ms)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstClockTime interval = interval_ms * GST_MSECOND;
  GstClockID timer = NULL, old;

  if (interval > 0)
    timer = gst_clock_new_periodic_id (clock, gst_clock_get_time (clock)
        + interval, interval);
  g_mutex_lock (&self->lock);
  old = self->timer;
  self->timer = timer != NULL ? gst_clock_id_ref (timer) : NULL;
  g_mutex_unlock (&self->lock);
  drop_timer (old);
  if (timer == NULL)
    return;
  g_atomic_ref_count_inc (&self->refs);
  gst_clock_id_wait_async (timer, on_timer, self, unref_viewers);
  gst_clock_id_unref (timer);
}

void
gst_llhls_viewers_free (GstLlHlsViewers * self)
{
  GstClockID timer;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  timer = g_steal_pointer (&self->timer);
  g_mutex_unlock (&self->lock);
  drop_timer (timer);
  unref_viewers (self);
}

/* Reports */

static gboolean
is_of_viewers (const Request * request)
{
  switch (request->kind) {
    case REQUEST_MULTIVARIANT:
    case REQUEST_PLAYLIST:
    case REQUEST_MEDIA:
      return TRUE;
    case REQUEST_PAGE:
    case REQUEST_SCRIPT:
    case REQUEST_EVENTS:
    case REQUEST_AUTH:
    case REQUEST_BAD:
      return FALSE;
  }
  g_assert_not_reached ();
}

/* Media lies in a folder of its rendition's name. */
static const gchar *
rendition_of (const Request * request, gchar * room, gsize size)
{
  gsize length;

  if (request->kind == REQUEST_PLAYLIST)
    return request->name;
  length = strcspn (request->name, "/");
  if (request->kind != REQUEST_MEDIA || request->name[length] == '\0'
      || length >= size)
    return NULL;
  memcpy (room, request->name, length);
  room[length] = '\0';
  return room;
}

ViewersTag
gst_llhls_viewers_on_request (GstLlHlsViewers * self, const Request * request,
    const gchar * query, const gchar * const *headers, guint64 now)
{
  ViewersTag tag = { 0, 0, CMCD_ABSENT };
  gchar room[MAX_NAME];
  CmcdResult result;
  Cmcd report;

  if (!is_of_viewers (request))
    return tag;
  cmcd_init (&report);
  result = cmcd_result_merge (cmcd_parse_headers (&report, headers,
          GST_LLHLS_VIEWERS_HEADERS), cmcd_parse_query (&report, query));
  g_mutex_lock (&self->lock);
  tag = viewers_on_request (self->viewers, &report, result,
      rendition_of (request, room, sizeof (room)), now);
  g_mutex_unlock (&self->lock);
  return tag;
}

void
gst_llhls_viewers_on_answer (GstLlHlsViewers * self, const Request * request,
    const ViewersTag * tag, guint status, guint64 bytes, guint64 since,
    const GstLlHlsObject * object)
{
  ViewersAnswer answer = { status, bytes, VIEWERS_NO_AGE };
  gchar room[MAX_NAME];

  if (!is_of_viewers (request))
    return;
  if (object != NULL && request->kind == REQUEST_MEDIA)
    answer.age = GST_CLOCK_DIFF (object->whole, since);
  g_mutex_lock (&self->lock);
  viewers_on_answer (self->viewers, tag, rendition_of (request, room,
          sizeof (room)), &answer);
  g_mutex_unlock (&self->lock);
}

/* Events that waited in a batch happened before the newest of it. */
static guint64
newest_event (gconstpointer body, gsize size)
{
  CmcdEventReader reader;
  CmcdResult result;
  guint64 newest = 0;
  Cmcd report;

  cmcd_event_reader_init (&reader, body, size);
  while (cmcd_event_reader_next (&reader, &report, &result)) {
    if (report.timestamp != CMCD_ABSENT)
      newest = MAX (newest, report.timestamp);
  }
  return newest;
}

static void
take_events (GstLlHlsViewers * self, gconstpointer body, gsize size,
    guint64 now, guint * good, guint * bad)
{
  guint64 newest = newest_event (body, size);
  CmcdEventReader reader;
  CmcdResult result;
  Cmcd report;

  cmcd_event_reader_init (&reader, body, size);
  while (cmcd_event_reader_next (&reader, &report, &result)) {
    guint64 age = report.timestamp != CMCD_ABSENT
        ? MIN (newest - report.timestamp, MAX_EVENT_AGE) : 0;

    if (result == CMCD_RESULT_OK || result == CMCD_RESULT_BAD_VALUE)
      ++ * good;
    else
      ++ * bad;
    g_mutex_lock (&self->lock);
    viewers_on_event (self->viewers, &report, result, now - MIN (age, now));
    g_mutex_unlock (&self->lock);
  }
}

guint
gst_llhls_viewers_on_event_body (GstLlHlsViewers * self,
    const gchar * content_type, gconstpointer body, gsize size, guint64 now)
{
  guint good = 0, bad = 0;

  if (!cmcd_event_is_type (content_type))
    return 415;
  if (size > CMCD_EVENT_MAX_BODY)
    return 413;
  take_events (self, body, size, now, &good, &bad);
  return good > 0 ? 204 : 400;
}
