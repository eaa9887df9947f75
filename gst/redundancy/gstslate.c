/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only, inside the switches'; nothing is posted, linked or
 * joined under it.
 * Threads: the outputs' tasks (step, pictures, sound), the file's
 * (gstslaterun.c), the application's (settings). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstslate.h"

#include <glib/gi18n-lib.h>

#include "gstnormaliser.h"
#include "gstslaterun.h"
#include "slatereel.h"
#include "store.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_switch_debug);
#define GST_CAT_DEFAULT gst_redundant_switch_debug

#define DEFAULT_COLOR 0xff000000

/* Enough to rewind a file in, and few pictures. */
#define AHEAD (500 * GST_MSECOND)
/* A file that delivers nothing for this long is broken. */
#define PATIENCE (8 * GST_SECOND)
/* A shorter one is a still picture. */
#define LEAST_LOOP (100 * GST_MSECOND)
#define MAX_STORE_BYTES (512 * 1024 * 1024)
#define NO_LIMIT (G_MAXINT64 / 4)

/* Files that hang while they are taken down; there is no third. */
#define MAX_LEAVING 2
/* How long the end of a session waits for the file. */
#define STOP_TIMEOUT_US G_TIME_SPAN_SECOND

typedef struct
{
  GstSlateRun *run;
  gboolean down;
} Leaving;

struct _GstSlate
{
  gint refcount;                /* atomic */
  GMutex lock;
  GCond cond;
  /* All under the lock. */
  GstSlateKind kind;
  GstSlateAudio audio;
  guint32 color;
  gchar *uri;

  gboolean dirty;               /* the file has to be loaded (anew) */
  gboolean forget;              /* and what it showed is not it any more */
  GstCaps *forms[SLATE_REEL_MEDIA];
  SlateReel reel;
  Store stores[SLATE_REEL_MEDIA];       /* ns, on the slate's time */
  GstBuffer *picture;           /* the newest that was shown */

  GstSlateRun *run;             /* the one that counts */
  gboolean run_down;
  GList *leaving;               /* Leaving, told to stop */
  gchar *fault;                 /* what went wrong, to be posted */
  GstMessage *missing;          /* likewise */
  gboolean complained;          /* about this outage */
};

GType
gst_slate_kind_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_SLATE_BLACK, "Black", "black"},
    {GST_SLATE_COLOR, "The colour slate-color", "color"},
    {GST_SLATE_COLOR, "The same", "colour"},
    {GST_SLATE_IMAGE, "The image slate-uri", "image"},
    {GST_SLATE_URI, "The media slate-uri, over and over", "uri"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSlate", values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

GType
gst_slate_audio_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_SLATE_AUDIO_SILENCE, "Silence", "silence"},
    {GST_SLATE_AUDIO_URI, "The sound of slate-uri", "uri"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSlateAudio", values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

static void
unref_buffer (gpointer data)
{
  gst_buffer_unref (data);
}

GstSlate *
gst_slate_new (void)
{
  static const SlateReelConfig config = { PATIENCE, AHEAD, LEAST_LOOP };
  GstSlate *self = g_new0 (GstSlate, 1);
  guint i;

  self->refcount = 1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->color = DEFAULT_COLOR;
  slate_reel_init (&self->reel, &config);
  for (i = 0; i < SLATE_REEL_MEDIA; i++)
    store_init (&self->stores[i], NO_LIMIT, MAX_STORE_BYTES, unref_buffer);
  return self;
}

GstSlate *
gst_slate_ref (GstSlate * self)
{
  g_atomic_int_inc (&self->refcount);
  return self;
}

void
gst_slate_unref (GstSlate * self)
{
  guint i;

  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  for (i = 0; i < SLATE_REEL_MEDIA; i++) {
    gst_clear_caps (&self->forms[i]);
    store_finish (&self->stores[i]);
  }
  gst_clear_buffer (&self->picture);
  g_clear_pointer (&self->missing, gst_message_unref);
  g_free (self->fault);
  g_free (self->uri);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Bit mask of the media that the file is for. */
static guint
wanted_locked (GstSlate * self)
{
  guint wanted = 0;

  if (self->uri == NULL || *self->uri == '\0')
    return 0;
  if (self->kind == GST_SLATE_IMAGE || self->kind == GST_SLATE_URI)
    wanted |= 1u << GST_SWITCH_VIDEO;
  if (self->audio == GST_SLATE_AUDIO_URI && self->kind != GST_SLATE_IMAGE)
    wanted |= 1u << GST_SWITCH_AUDIO;
  return wanted;
}

static void
change_locked (GstSlate * self)
{
  self->dirty = self->forget = TRUE;
}

void
gst_slate_set_kind (GstSlate * self, GstSlateKind kind)
{
  g_mutex_lock (&self->lock);
  if (self->kind != kind)
    change_locked (self);
  self->kind = kind;
  g_mutex_unlock (&self->lock);
}

GstSlateKind
gst_slate_get_kind (GstSlate * self)
{
  GstSlateKind kind;

  g_mutex_lock (&self->lock);
  kind = self->kind;
  g_mutex_unlock (&self->lock);
  return kind;
}

void
gst_slate_set_audio (GstSlate * self, GstSlateAudio audio)
{
  g_mutex_lock (&self->lock);
  if (self->audio != audio)
    change_locked (self);
  self->audio = audio;
  g_mutex_unlock (&self->lock);
}

GstSlateAudio
gst_slate_get_audio (GstSlate * self)
{
  GstSlateAudio audio;

  g_mutex_lock (&self->lock);
  audio = self->audio;
  g_mutex_unlock (&self->lock);
  return audio;
}

void
gst_slate_set_color (GstSlate * self, guint32 argb)
{
  g_mutex_lock (&self->lock);
  self->color = argb;
  g_mutex_unlock (&self->lock);
}

guint32
gst_slate_get_color (GstSlate * self)
{
  guint32 color;

  g_mutex_lock (&self->lock);
  color = self->color;
  g_mutex_unlock (&self->lock);
  return color;
}

void
gst_slate_set_uri (GstSlate * self, const gchar * uri)
{
  g_mutex_lock (&self->lock);
  g_free (self->uri);
  self->uri = g_strdup (uri);
  change_locked (self);
  g_mutex_unlock (&self->lock);
}

gchar *
gst_slate_dup_uri (GstSlate * self)
{
  gchar *uri;

  g_mutex_lock (&self->lock);
  uri = g_strdup (self->uri);
  g_mutex_unlock (&self->lock);
  return uri;
}

gboolean
gst_slate_check (GstSlate * self, GstElement * element)
{
  gboolean good;

  g_mutex_lock (&self->lock);
  good = (self->uri != NULL && *self->uri != '\0')
      || (self->kind != GST_SLATE_IMAGE && self->kind != GST_SLATE_URI
      && self->audio != GST_SLATE_AUDIO_URI);
  g_mutex_unlock (&self->lock);
  if (!good) {
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        ("slate-uri is empty; slate=image, slate=uri and slate-audio=uri need "
            "a URI or a file's path in it."), (NULL));
  }
  return good;
}

void
gst_slate_set_form (GstSlate * self, GstSwitchMediumId medium, GstCaps * form)
{
  GstCaps *caps = gst_normaliser_target (medium, form);

  g_mutex_lock (&self->lock);
  gst_caps_take (&self->forms[medium], caps);
  if (wanted_locked (self) & (1u << medium))
    change_locked (self);
  g_mutex_unlock (&self->lock);
}

/* What plays is not wanted any more.  Its bus is a queue that its own thread
 * alone looks at. */
static void
retire_locked (GstSlate * self)
{
  Leaving *leaving;

  if (self->run == NULL)
    return;
  leaving = g_new (Leaving, 1);
  leaving->run = g_steal_pointer (&self->run);
  leaving->down = self->run_down;
  self->leaving = g_list_prepend (self->leaving, leaving);
  gst_slate_run_stop (leaving->run);
  g_cond_broadcast (&self->cond);
}

static void
start_locked (GstSlate * self)
{
  GstSlateRunSetup setup = { self, NULL, {NULL,} };
  g_autofree gchar *uri = NULL;
  guint wanted = wanted_locked (self), i;

  if (gst_uri_is_valid (self->uri))
    uri = g_strdup (self->uri);
  else
    uri = gst_filename_to_uri (self->uri, NULL);
  setup.uri = uri;
  for (i = 0; i < SLATE_REEL_MEDIA; i++) {
    store_clear (&self->stores[i]);
    if (wanted & (1u << i))
      setup.forms[i] = self->forms[i];
  }
  self->run_down = FALSE;
  self->run = gst_slate_run_new (&setup);
}

static void
reload_locked (GstSlate * self, guint64 now)
{
  guint wanted = wanted_locked (self), have = 0, i;

  self->dirty = FALSE;
  retire_locked (self);
  for (i = 0; i < SLATE_REEL_MEDIA; i++) {
    store_clear (&self->stores[i]);
    if (self->forms[i] != NULL)
      have |= 1u << i;
  }
  if (self->forget) {
    gst_clear_buffer (&self->picture);
    self->complained = FALSE;
  }
  self->forget = FALSE;
  if (!(wanted & have)) {
    slate_reel_unload (&self->reel);
    return;
  }
  slate_reel_load (&self->reel, self->kind == GST_SLATE_IMAGE, now);
  start_locked (self);
}

static void
take_fault_locked (GstSlate * self, const gchar * text)
{
  g_free (self->fault);
  self->fault = g_strdup (text);
}

static void
work_locked (GstSlate * self, guint64 now)
{
  /* Those that hang are not followed by more. */
  if (g_list_length (self->leaving) >= MAX_LEAVING)
    return;
  if (self->dirty)
    reload_locked (self, now);
  switch (slate_reel_step (&self->reel, now, g_random_int ())) {
    case SLATE_REEL_REST:
      break;
    case SLATE_REEL_LOAD:
      retire_locked (self);
      start_locked (self);
      break;
    case SLATE_REEL_DROP:
      take_fault_locked (self, "it delivers nothing");
      retire_locked (self);
      break;
  }
  /* All of a still picture that is needed is there. */
  if (self->reel.state == SLATE_REEL_HELD)
    retire_locked (self);
}

/* Those that are down.  (transfer full) */
static GList *
take_down_locked (GstSlate * self)
{
  GList *l = self->leaving, *down = NULL;

  while (l != NULL) {
    GList *next = l->next;
    if (((Leaving *) l->data)->down) {
      self->leaving = g_list_remove_link (self->leaving, l);
      down = g_list_concat (l, down);
    }
    l = next;
  }
  return down;
}

static void
free_leaving (gpointer data)
{
  Leaving *leaving = data;

  gst_slate_run_free (leaving->run, leaving->down);
  g_free (leaving);
}

/* Once for each outage. */
static gchar *
complaint_locked (GstSlate * self)
{
  gchar *text = g_steal_pointer (&self->fault);

  if (self->complained)
    g_clear_pointer (&text, g_free);
  self->complained |= text != NULL;
  return text;
}

void
gst_slate_step (GstSlate * self, GstElement * element)
{
  g_autofree gchar *complaint = NULL, *uri = NULL;
  GstMessage *missing;
  GList *down;

  g_mutex_lock (&self->lock);
  work_locked (self, g_get_monotonic_time () * GST_USECOND);
  down = take_down_locked (self);
  complaint = complaint_locked (self);
  missing = g_steal_pointer (&self->missing);
  if (complaint != NULL)
    uri = uri_mask (self->uri);
  g_mutex_unlock (&self->lock);
  g_list_free_full (down, free_leaving);
  if (missing != NULL)
    gst_element_post_message (element, missing);
  if (complaint != NULL) {
    GST_ELEMENT_WARNING (element, RESOURCE, READ,
        (_("The slate \"%s\" can't be shown."), uri),
        ("%s; black instead, and it is tried again", complaint));
  }
}

void
gst_slate_stop (GstSlate * self)
{
  gint64 deadline = g_get_monotonic_time () + STOP_TIMEOUT_US;
  GList *down;
  guint i;

  g_mutex_lock (&self->lock);
  retire_locked (self);
  for (;;) {
    down = take_down_locked (self);
    if (down == NULL && (self->leaving == NULL
            || !g_cond_wait_until (&self->cond, &self->lock, deadline)))
      break;
    g_mutex_unlock (&self->lock);
    g_list_free_full (down, free_leaving);
    g_mutex_lock (&self->lock);
  }
  if (self->leaving != NULL)
    GST_WARNING ("the slate's file does not stop and is left to itself");
  down = g_steal_pointer (&self->leaving);
  for (i = 0; i < SLATE_REEL_MEDIA; i++) {
    gst_clear_caps (&self->forms[i]);
    store_clear (&self->stores[i]);
  }
  slate_reel_unload (&self->reel);
  gst_clear_buffer (&self->picture);
  self->dirty = self->complained = FALSE;
  g_clear_pointer (&self->fault, g_free);
  g_mutex_unlock (&self->lock);
  g_list_free_full (down, free_leaving);
}

GstBuffer *
gst_slate_get_picture (GstSlate * self, GstClockTime position)
{
  Store *store = &self->stores[GST_SWITCH_VIDEO];
  GstBuffer *picture = NULL;
  const StoreItem *item;
  gint64 at;

  g_mutex_lock (&self->lock);
  if (wanted_locked (self) & (1u << GST_SWITCH_VIDEO)) {
    at = slate_reel_show (&self->reel, GST_SWITCH_VIDEO, position);
    /* A still picture is not a matter of time. */
    item = store_newest_before (store, self->reel.state == SLATE_REEL_HELD
        ? NO_LIMIT : at + 1);
    if (item != NULL) {
      gst_buffer_replace (&self->picture, item->data);
      store_trim (store, item->start);
    }
    if (self->picture != NULL)
      picture = gst_buffer_ref (self->picture);
    g_cond_broadcast (&self->cond);
  }
  g_mutex_unlock (&self->lock);
  return picture;
}

guint32
gst_slate_get_background (GstSlate * self)
{
  guint32 color = DEFAULT_COLOR;

  g_mutex_lock (&self->lock);
  if (self->kind == GST_SLATE_COLOR)
    color = self->color;
  g_mutex_unlock (&self->lock);
  return color;
}

GstBuffer *
gst_slate_pull_audio (GstSlate * self, GstClockTime position,
    GstClockTime until, gint64 * start)
{
  Store *store = &self->stores[GST_SWITCH_AUDIO];
  GstBuffer *buffer = NULL;
  const StoreItem *item;
  gint64 at;

  g_mutex_lock (&self->lock);
  if (wanted_locked (self) & (1u << GST_SWITCH_AUDIO)) {
    at = slate_reel_show (&self->reel, GST_SWITCH_AUDIO, position);
    store_trim (store, at);
    item = store_find (store, G_MININT64, NULL);
    if (item != NULL && item->start < at + (gint64) (until - position)) {
      buffer = gst_buffer_ref (item->data);
      *start = item->start + self->reel.origin;
      store_trim (store, item->start + item->duration);
    }
    g_cond_broadcast (&self->cond);
  }
  g_mutex_unlock (&self->lock);
  return buffer;
}

void
gst_slate_hide (GstSlate * self, GstSwitchMediumId medium)
{
  g_mutex_lock (&self->lock);
  self->dirty |= slate_reel_hide (&self->reel, medium);
  g_mutex_unlock (&self->lock);
}

static const gchar *
state_nick (SlateReelState state)
{
  switch (state) {
    case SLATE_REEL_OFF:
      return "none";
    case SLATE_REEL_LOADING:
      return "loading";
    case SLATE_REEL_ROLLING:
    case SLATE_REEL_HELD:
      return "ready";
    case SLATE_REEL_BROKEN:
      return "broken";
  }
  g_assert_not_reached ();
}

/* ns that are decoded beyond what is shown. */
static guint64
ahead_locked (GstSlate * self)
{
  gint64 ahead = G_MAXINT64, end;
  guint i;

  if (self->reel.state != SLATE_REEL_ROLLING)
    return 0;
  for (i = 0; i < SLATE_REEL_MEDIA; i++) {
    end = store_end (&self->stores[i]);
    if (end != G_MININT64)
      ahead = MIN (ahead, MAX (end - self->reel.at, 0));
  }
  return ahead != G_MAXINT64 ? ahead : 0;
}

void
gst_slate_add_stats (GstSlate * self, GstStructure * stats)
{
  g_mutex_lock (&self->lock);
  gst_structure_set (stats,
      "slate-file", G_TYPE_STRING, state_nick (self->reel.state),
      "slate-failures", G_TYPE_UINT64, self->reel.failures,
      "slate-rounds", G_TYPE_UINT64, self->reel.rounds,
      "slate-ahead", G_TYPE_UINT64, ahead_locked (self), NULL);
  g_mutex_unlock (&self->lock);
}

void
gst_slate_on_buffer (GstSlate * self, GstSlateRun * run,
    GstSwitchMediumId medium, GstBuffer * buffer, gint64 running_time,
    gint64 duration)
{
  guint64 now = g_get_monotonic_time () * GST_USECOND;
  StoreItem item;

  g_mutex_lock (&self->lock);
  if (self->run == run && self->reel.state != SLATE_REEL_HELD
      && self->reel.state != SLATE_REEL_BROKEN) {
    item.start = slate_reel_place (&self->reel, running_time, duration, now);
    item.duration = duration;
    item.size = gst_buffer_get_size (buffer);
    self->complained = FALSE;
    while (self->run == run && !slate_reel_has_room (&self->reel, item.start))
      g_cond_wait (&self->cond, &self->lock);
    if (self->run == run) {
      item.data = g_steal_pointer (&buffer);
      store_push (&self->stores[medium], &item);
    }
  }
  g_mutex_unlock (&self->lock);
  gst_clear_buffer (&buffer);
}

SlateReelSequel
gst_slate_on_end (GstSlate * self, GstSlateRun * run)
{
  guint64 now = g_get_monotonic_time () * GST_USECOND;
  SlateReelSequel sequel = SLATE_REEL_DONE;

  g_mutex_lock (&self->lock);
  if (self->run == run) {
    sequel = slate_reel_on_end (&self->reel, now, g_random_int ());
    if (self->reel.state == SLATE_REEL_BROKEN)
      take_fault_locked (self, "it holds nothing to show");
  }
  g_mutex_unlock (&self->lock);
  return sequel;
}

void
gst_slate_on_error (GstSlate * self, GstSlateRun * run, const gchar * text)
{
  guint64 now = g_get_monotonic_time () * GST_USECOND;

  g_mutex_lock (&self->lock);
  if (self->run == run && (self->reel.state == SLATE_REEL_LOADING
          || self->reel.state == SLATE_REEL_ROLLING)) {
    slate_reel_on_error (&self->reel, now, g_random_int ());
    take_fault_locked (self, text);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_slate_on_missing (GstSlate * self, GstSlateRun * run, GstMessage * message)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->missing, gst_message_unref);
  self->missing = message;
  g_mutex_unlock (&self->lock);
}

void
gst_slate_on_down (GstSlate * self, GstSlateRun * run)
{
  GList *l;

  g_mutex_lock (&self->lock);
  if (self->run == run)
    self->run_down = TRUE;
  for (l = self->leaving; l != NULL; l = l->next) {
    Leaving *leaving = l->data;
    if (leaving->run == run)
      leaving->down = TRUE;
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}
