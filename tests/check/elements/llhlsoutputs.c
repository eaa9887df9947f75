/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* llhlssink's directory and its pushing, against a server that keeps what it
 * is given and refuses to be given a playlist that names what it lacks. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <libsoup/soup.h>
#include <sys/mount.h>

#include <string.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25
#define PATIENCE (20 * GST_SECOND)

/* x264, 320x180 baseline. */
static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

/* The server */

typedef struct
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *soup;
  guint port;
  GMutex lock;
  GCond cond;
  GHashTable *files;            /* path -> GBytes */
  GPtrArray *log;               /* "PUT /path" that were answered 2xx */
  guint status;                 /* for all, 0 = as it should be */
  gchar *status_for;            /* only for paths that hold this */
  guint status_times;           /* so often, 0 = always */
  gchar *location;
  gchar *faults;                /* what should not have happened */
  gchar *authorization, *extra;
  guint requests;
} Server;

static void
find_fault (Server * self, const gchar * path, const gchar * what,
    const gchar * name)
{
  if (self->faults == NULL)
    self->faults = g_strdup_printf ("%s names %s, which %s", path, name, what);
}

static void
check_named (Server * self, const gchar * path, const gchar * name,
    gboolean gap)
{
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autofree gchar *full = g_strdup_printf ("%s/%s", folder, name);

  if (!gap && !g_hash_table_contains (self->files, full))
    find_fault (self, path, "is not there", full);
  if (gap && g_hash_table_contains (self->files, full))
    find_fault (self, path, "is there but listed as a gap", full);
}

static void
check_playlist (Server * self, const gchar * path, GBytes * content)
{
  g_autofree gchar *text = g_strndup (g_bytes_get_data (content, NULL),
      g_bytes_get_size (content));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean gap = FALSE;
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    const gchar *uri = strstr (lines[i], "URI=\"");

    if (g_str_has_prefix (lines[i], "#EXT-X-GAP"))
      gap = TRUE;
    if (lines[i][0] == '#' && uri != NULL
        && !g_str_has_prefix (lines[i], "#EXT-X-RENDITION-REPORT")) {
      g_autofree gchar *name = g_strdup (uri + 5);

      *strchr (name, '"') = '\0';
      check_named (self, path, name, strstr (lines[i], "GAP=YES") != NULL);
    } else if (lines[i][0] != '#' && lines[i][0] != '\0') {
      check_named (self, path, lines[i], gap);
      gap = FALSE;
    }
  }
}

static gboolean
refuse (Server * self, SoupServerMessage * message, const gchar * path)
{
  if (self->status == 0 || (self->status_for != NULL
          && strstr (path, self->status_for) == NULL))
    return FALSE;
  if (self->location != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers
        (message), "Location", self->location);
  soup_server_message_set_status (message, self->status, NULL);
  if (self->status_times > 0 && --self->status_times == 0)
    self->status = 0;
  return TRUE;
}

static void
take (Server * self, SoupServerMessage * message, const gchar * path)
{
  g_autoptr (GBytes) content = soup_message_body_flatten
      (soup_server_message_get_request_body (message));

  if (g_str_has_suffix (path, ".m3u8"))
    check_playlist (self, path, content);
  g_hash_table_replace (self->files, g_strdup (path), g_steal_pointer
      (&content));
  g_ptr_array_add (self->log, g_strconcat ("PUT ", path, NULL));
  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
}

static void
take_away (Server * self, SoupServerMessage * message, const gchar * path)
{
  g_ptr_array_add (self->log, g_strconcat ("DELETE ", path, NULL));
  soup_server_message_set_status (message, g_hash_table_remove (self->files,
          path) ? SOUP_STATUS_NO_CONTENT : SOUP_STATUS_NOT_FOUND, NULL);
}

static void
on_request (SoupServer * soup, SoupServerMessage * message, const char *path,
    GHashTable * query, gpointer data)
{
  Server *self = data;
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);

  g_mutex_lock (&self->lock);
  self->requests++;
  g_free (self->authorization);
  g_free (self->extra);
  self->authorization = g_strdup (soup_message_headers_get_one (headers,
          "Authorization"));
  self->extra = g_strdup (soup_message_headers_get_one (headers, "X-Key"));
  if (!refuse (self, message, path)) {
    if (g_str_equal (soup_server_message_get_method (message), "PUT"))
      take (self, message, path);
    else
      take_away (self, message, path);
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
serve (gpointer data)
{
  Server *self = data;

  g_main_context_push_thread_default (self->context);
  self->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  fail_unless (soup_server_listen_local (self->soup, self->port,
          SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  g_mutex_lock (&self->lock);
  if (self->port == 0) {
    GSList *uris = soup_server_get_uris (self->soup);

    self->port = g_uri_get_port (uris->data);
    g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_main_loop_run (self->loop);
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  while (g_main_context_iteration (self->context, FALSE));
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
server_start (Server * self)
{
  memset (self, 0, sizeof (*self));
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) g_bytes_unref);
  self->log = g_ptr_array_new_with_free_func (g_free);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("server", serve, self);
  g_mutex_lock (&self->lock);
  while (self->port == 0)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
server_stop (Server * self)
{
  GSource *source = g_idle_source_new ();

  g_source_set_callback (source, quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  fail_unless (self->faults == NULL, "%s", self->faults);
  g_hash_table_unref (self->files);
  g_ptr_array_unref (self->log);
  g_free (self->status_for);
  g_free (self->location);
  g_free (self->authorization);
  g_free (self->extra);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
server_refuse (Server * self, guint status, const gchar * path, guint times)
{
  g_mutex_lock (&self->lock);
  self->status = status;
  g_free (self->status_for);
  self->status_for = g_strdup (path);
  self->status_times = times;
  g_mutex_unlock (&self->lock);
}

/* (transfer full) (nullable) */
static gchar *
server_get (Server * self, const gchar * path)
{
  GBytes *content;
  gchar *text = NULL;

  g_mutex_lock (&self->lock);
  content = g_hash_table_lookup (self->files, path);
  if (content != NULL)
    text = g_strndup (g_bytes_get_data (content, NULL),
        g_bytes_get_size (content));
  g_mutex_unlock (&self->lock);
  return text;
}

/* How often `what` was done. */
static guint
count_locked (Server * self, const gchar * what)
{
  guint i, n = 0;

  for (i = 0; i < self->log->len; i++)
    n += strstr (g_ptr_array_index (self->log, i), what) != NULL;
  return n;
}

static guint
server_count (Server * self, const gchar * what)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = count_locked (self, what);
  g_mutex_unlock (&self->lock);
  return n;
}

static gint
server_index (Server * self, const gchar * what)
{
  gint i, found = -1;

  g_mutex_lock (&self->lock);
  for (i = 0; i < (gint) self->log->len && found < 0; i++) {
    if (strstr (g_ptr_array_index (self->log, i), what) != NULL)
      found = i;
  }
  g_mutex_unlock (&self->lock);
  return found;
}

/* Until `what` was done `n` times. */
static void
server_wait (Server * self, const gchar * what, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE / 1000;

  g_mutex_lock (&self->lock);
  while (count_locked (self, what) < n)
    fail_unless (g_cond_wait_until (&self->cond, &self->lock, end));
  g_mutex_unlock (&self->lock);
}

static guint
count_in (const gchar * text, const gchar * what)
{
  guint n = 0;

  while ((text = strstr (text, what)) != NULL) {
    text += strlen (what);
    n++;
  }
  return n;
}

/* (transfer full) `path` when it says `what` as often as that. */
static gchar *
server_wait_text (Server * self, const gchar * path, const gchar * what,
    guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE / 1000;
  gchar *text;

  while ((text = server_get (self, path)) == NULL || count_in (text, what) < n) {
    g_free (text);
    g_mutex_lock (&self->lock);
    fail_unless (g_cond_wait_until (&self->cond, &self->lock,
            MIN (end, g_get_monotonic_time () + 100000))
        || g_get_monotonic_time () < end);
    g_mutex_unlock (&self->lock);
  }
  return text;
}

/* The element */

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  GstHarness *video;
  guint64 frame;
} Rig;

static void
rig_make (Rig * rig, guint window, const gchar * first, ...)
{
  va_list args;

  memset (rig, 0, sizeof (*rig));
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", -1, "target-duration", 1000,
      "part-duration", 200, "window", window, NULL);
  va_start (args, first);
  g_object_set_valist (G_OBJECT (rig->sink), first, args);
  va_end (args);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
}

/* Each level is a format of its own. */
static void
set_level (GstHarness * video, guint8 level)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));
  GstMapInfo map;

  gst_buffer_map (data, &map, GST_MAP_WRITE);
  map.data[3] = map.data[11] = level;
  gst_buffer_unmap (data, &map);
  gst_harness_set_src_caps (video, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING,
          "au", "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
          "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, 25, 1,
          NULL));
}

static void
rig_play (Rig * rig)
{
  rig->video = gst_harness_new_with_element (rig->sink, "video_0", NULL);
  gst_harness_play (rig->video);
  set_level (rig->video, config[3]);
}

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  g_clear_pointer (&rig->video, gst_harness_teardown);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
}

static void
push_frames (Rig * rig, guint n, gsize size)
{
  while (n-- > 0) {
    GstBuffer *buffer = gst_buffer_new_and_alloc (size);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    memset (map.data, 0x55, size);
    GST_WRITE_UINT32_BE (map.data, size - 4);
    map.data[4] = rig->frame % GOP == 0 ? 0x65 : 0x41;
    gst_buffer_unmap (buffer, &map);
    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = rig->frame * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    if (rig->frame++ % GOP != 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    fail_unless_equals_int (gst_harness_push (rig->video, buffer), GST_FLOW_OK);
  }
}

static void
push_segments (Rig * rig, guint n)
{
  push_frames (rig, n * GOP, 16);
}

static void
end (Rig * rig)
{
  gst_harness_push_event (rig->video, gst_event_new_eos ());
  gst_element_set_state (rig->sink, GST_STATE_NULL);
}

/* (transfer full) The next message of that name. */
static GstMessage *
wait_for (Rig * rig, const gchar * name, const gchar * state)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (rig->bus, PATIENCE,
              GST_MESSAGE_ELEMENT)) != NULL) {
    g_autofree gchar *text = gst_structure_to_string
        (gst_message_get_structure (message));

    fail_unless (strstr (text, "hunter2") == NULL, "%s", text);
    if (gst_message_has_name (message, name))
      break;
    gst_message_unref (message);
  }
  fail_unless (message != NULL, "no %s %s", name, state);
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), "state"), state);
  return message;
}

/* (transfer full) Of the only destination. */
static GstStructure *
push_stats (Rig * rig)
{
  g_autoptr (GstStructure) stats = NULL;
  const GValue *list;

  g_object_get (rig->sink, "stats", &stats, NULL);
  list = gst_structure_get_value (stats, "push");
  fail_unless (list != NULL && gst_value_array_get_size (list) == 1);
  return g_value_dup_boxed (gst_value_array_get_value (list, 0));
}

static guint64
counter (const GstStructure * stats, const gchar * name)
{
  guint64 value = G_MAXUINT64;

  fail_unless (gst_structure_get_uint64 (stats, name, &value), "%s", name);
  return value;
}

static gchar *
server_url (Server * server, const gchar * user)
{
  return g_strdup_printf ("http://%s127.0.0.1:%u/in/", user, server->port);
}

/* Pushing */

GST_START_TEST (llhlssink_pushes_what_is_named_before_what_names_it)
{
  g_autofree gchar *url = NULL, *text = NULL, *all = NULL;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 60000, "push-url", url, NULL);
  rig_play (&rig);
  push_segments (&rig, 5);
  end (&rig);
  fail_unless_equals_int (server_count (&server, ".m4s"), 5);
  fail_unless (server_index (&server, "/init-") < server_index (&server,
          ".m4s"));
  fail_unless (server_index (&server, ".m4s") < server_index (&server,
          "/in/video_0.m3u8"));
  fail_unless (server_index (&server, "/in/video_0.m3u8")
      < server_index (&server, "/in/live.m3u8"));
  text = server_get (&server, "/in/video_0.m3u8");
  fail_unless (text != NULL && strstr (text, "#EXT-X-ENDLIST") != NULL);
  fail_unless_equals_int (count_in (text, "#EXTINF"), 5);
  fail_unless (strstr (text, "EXT-X-PART") == NULL);
  all = server_get (&server, "/in/live.m3u8");
  fail_unless (all != NULL && strstr (all, "video_0.m3u8") != NULL);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

GST_START_TEST (llhlssink_pushes_with_secrets_that_it_does_not_show)
{
  g_autofree gchar *url = NULL, *shown = NULL, *stats_text = NULL;
  g_autoptr (GstStructure) headers = gst_structure_new ("push", "X-Key",
      G_TYPE_STRING, "hunter2-key", NULL), stats = NULL;
  g_autoptr (GstMessage) open = NULL;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "bob:hunter2@");
  rig_make (&rig, 60000, "push-url", url, "push-headers", headers, NULL);
  g_object_get (rig.sink, "push-url", &shown, NULL);
  fail_unless (strstr (shown, "hunter2") == NULL, "%s", shown);
  fail_unless (strstr (shown, "127.0.0.1") != NULL, "%s", shown);
  server_refuse (&server, 403, ".m4s", 1);
  rig_play (&rig);
  push_segments (&rig, 3);
  open = wait_for (&rig, "llhlssink-push", "open");
  fail_unless (strstr (gst_structure_get_string (gst_message_get_structure
              (open), "error"), "403") != NULL);
  stats = push_stats (&rig);
  stats_text = gst_structure_to_string (stats);
  fail_unless (strstr (stats_text, "hunter2") == NULL, "%s", stats_text);
  end (&rig);
  /* bob:hunter2 */
  fail_unless_equals_string (server.authorization, "Basic Ym9iOmh1bnRlcjI=");
  fail_unless_equals_string (server.extra, "hunter2-key");
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

GST_START_TEST (llhlssink_push_survives_a_short_outage_without_loss)
{
  g_autofree gchar *url = NULL, *text = NULL;
  g_autoptr (GstMessage) open = NULL, close = NULL;
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *facts;
  guint64 duration = 0;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 60000, "push-url", url, NULL);
  rig_play (&rig);
  push_segments (&rig, 3);
  server_wait (&server, ".m4s", 2);
  server_refuse (&server, 503, NULL, 0);
  push_segments (&rig, 2);
  open = wait_for (&rig, "llhlssink-push", "open");
  server_refuse (&server, 0, NULL, 0);
  close = wait_for (&rig, "llhlssink-push", "close");
  facts = gst_message_get_structure (close);
  fail_unless_equals_string (gst_structure_get_string (facts, "incident"),
      gst_structure_get_string (gst_message_get_structure (open), "incident"));
  fail_unless (gst_structure_get_uint64 (facts, "duration", &duration)
      && duration > 0);
  stats = push_stats (&rig);
  fail_unless_equals_uint64 (counter (stats, "objects-dropped"), 0);
  fail_unless (counter (stats, "failures") > 0);
  end (&rig);
  text = server_get (&server, "/in/video_0.m3u8");
  fail_unless_equals_int (count_in (text, "#EXTINF"), 5);
  fail_unless_equals_int (count_in (text, "#EXT-X-GAP"), 0);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

GST_START_TEST (llhlssink_push_lists_gaps_after_a_long_outage)
{
  g_autofree gchar *url = NULL, *text = NULL;
  g_autoptr (GstMessage) open = NULL, close = NULL;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 60000, "push-url", url, NULL);
  rig_play (&rig);
  server_refuse (&server, 500, ".m4s", 0);
  push_segments (&rig, 2);
  open = wait_for (&rig, "llhlssink-push", "open");
  push_segments (&rig, 10);
  server_refuse (&server, 0, NULL, 0);
  close = wait_for (&rig, "llhlssink-push", "close");
  push_segments (&rig, 2);
  end (&rig);
  text = server_get (&server, "/in/video_0.m3u8");
  fail_unless_equals_int (count_in (text, "#EXTINF"), 14);
  /* Two to four of the outage were still waiting. */
  fail_unless (count_in (text, "#EXT-X-GAP") >= 8, "%s", text);
  fail_unless (count_in (text, "#EXT-X-GAP") <= 11, "%s", text);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

GST_START_TEST (llhlssink_push_sends_the_init_section_again)
{
  g_autofree gchar *url = NULL, *text = NULL;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 60000, "push-url", url, NULL);
  rig_play (&rig);
  server_refuse (&server, 412, ".m4s", 1);
  push_segments (&rig, 3);
  end (&rig);
  fail_unless_equals_int (server_count (&server, "/init-"), 2);
  text = server_get (&server, "/in/video_0.m3u8");
  fail_unless_equals_int (count_in (text, "#EXT-X-GAP"), 0);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

GST_START_TEST (llhlssink_push_follows_no_redirect)
{
  g_autofree gchar *url = NULL;
  g_autoptr (GstMessage) open = NULL;
  Server server, other;
  Rig rig;

  server_start (&server);
  server_start (&other);
  url = server_url (&server, "bob:hunter2@");
  server.location = g_strdup_printf ("http://127.0.0.1:%u/x", other.port);
  server_refuse (&server, 307, NULL, 0);
  rig_make (&rig, 60000, "push-url", url, NULL);
  rig_play (&rig);
  push_segments (&rig, 2);
  open = wait_for (&rig, "llhlssink-push", "open");
  fail_unless (strstr (gst_structure_get_string (gst_message_get_structure
              (open), "error"), "not followed") != NULL);
  rig_clear (&rig);
  fail_unless_equals_int (other.requests, 0);
  server_stop (&server);
  server_stop (&other);
}

GST_END_TEST;

static guint
push_for_long (gboolean delete, guint * left)
{
  g_autofree gchar *url = NULL;
  Server server;
  Rig rig;
  guint i, deleted, put;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 6000, "push-url", url, "push-delete", delete, NULL);
  rig_play (&rig);
  for (i = 1; i <= 30; i++) {
    push_segments (&rig, 1);
    server_wait (&server, "PUT /in/video_0/", i);
  }
  end (&rig);
  deleted = server_count (&server, "DELETE ");
  put = server_count (&server, ".m4s") - deleted;
  *left = g_hash_table_size (server.files);
  fail_unless (put == 30);
  rig_clear (&rig);
  server_stop (&server);
  return deleted;
}

GST_START_TEST (llhlssink_push_deletes_what_has_expired)
{
  guint left;

  fail_unless (push_for_long (TRUE, &left) >= 10);
  fail_unless (left < 25);
  fail_unless_equals_int (push_for_long (FALSE, &left), 0);
}

GST_END_TEST;

GST_START_TEST (llhlssink_pushes_parts_for_servers_that_hold_nothing)
{
  g_autofree gchar *url = NULL, *text = NULL;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 60000, "push-url", url, "push-parts", TRUE, NULL);
  rig_play (&rig);
  push_segments (&rig, 3);
  push_frames (&rig, 11, 16);
  server_wait (&server, "live.m3u8", 1);
  text = server_wait_text (&server, "/in/video_0.m3u8", "#EXT-X-PART:", 17);
  fail_unless (strstr (text, "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=0.6")
      != NULL, "%s", text);
  fail_unless (strstr (text, "PRELOAD-HINT") == NULL);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

GST_START_TEST (llhlssink_push_stops_though_nobody_listens)
{
  g_autoptr (GstMessage) open = NULL;
  GstMessage *close;
  const GstStructure *facts;
  guint stopped = 0;
  Rig rig;

  /* Nothing can listen on port 1 here. */
  rig_make (&rig, 60000, "push-url", "http://127.0.0.1:1/a\n"
      " http://127.0.0.1:1/b", NULL);
  rig_play (&rig);
  push_segments (&rig, 2);
  open = wait_for (&rig, "llhlssink-push", "open");
  end (&rig);
  while ((close = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ELEMENT))
      != NULL) {
    facts = gst_message_get_structure (close);
    if (g_strcmp0 (gst_structure_get_string (facts, "reason"), "stopped") == 0)
      stopped++;
    gst_message_unref (close);
  }
  fail_unless (stopped >= 1 && stopped <= 2);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlssink_names_a_bad_push_url)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  Rig rig;

  rig_make (&rig, 60000, "push-url", "http://a/ ftp://u:hunter2@b/", NULL);
  fail_unless_equals_int (gst_element_set_state (rig.sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (debug, "push-url has \"ftp://") != NULL, "%s", debug);
  fail_unless (strstr (debug, "hunter2") == NULL, "%s", debug);
  rig_clear (&rig);
}

GST_END_TEST;

/* Files */

static gchar *
read_file (const gchar * folder, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  gchar *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
remove_tree (const gchar * path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_remove (path);
}

/* All that is listed and no gap is there; returns the number of gaps. */
static guint
check_files (const gchar * folder, const gchar * playlist)
{
  g_auto (GStrv) lines = g_strsplit (playlist, "\n", -1);
  gboolean gap = FALSE;
  guint i, gaps = 0;

  for (i = 0; lines[i] != NULL; i++) {
    g_autofree gchar *media = NULL;

    if (g_str_equal (lines[i], "#EXT-X-GAP")) {
      gap = TRUE;
      gaps++;
    }
    if (lines[i][0] == '#' || lines[i][0] == '\0')
      continue;
    media = read_file (folder, lines[i]);
    fail_unless (gap ? media == NULL : media != NULL, "%s", lines[i]);
    gap = FALSE;
  }
  return gaps;
}

GST_START_TEST (llhlssink_closes_the_incident_of_its_files_at_the_end)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *blocker = g_build_filename (folder, "video_0", NULL);
  g_autoptr (GstMessage) open = NULL, close = NULL;
  Rig rig;

  fail_unless (g_file_set_contents (blocker, "", 0, NULL));
  rig_make (&rig, 60000, "location", folder, NULL);
  rig_play (&rig);
  push_segments (&rig, 2);
  open = wait_for (&rig, "llhlssink-files", "open");
  end (&rig);
  close = wait_for (&rig, "llhlssink-files", "close");
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (close), "reason"), "stopped");
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

GST_START_TEST (llhlssink_writes_the_newest_playlist_when_the_disk_is_back)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *ballast = g_build_filename (folder, "ballast", NULL);
  g_autofree gchar *zeros = g_malloc0 (900 * 1024), *text = NULL;
  g_autoptr (GstMessage) open = NULL, close = NULL;
  Rig rig;

  if (mount ("llhls-test", folder, "tmpfs", 0, "size=1m") != 0) {
    g_print ("SKIP: no small file system can be mounted\n");
    g_remove (folder);
    return;
  }
  rig_make (&rig, 60000, "location", folder, NULL);
  rig_play (&rig);
  push_frames (&rig, 2 * GOP, 400);
  fail_unless (g_file_set_contents_full (ballast, zeros, 900 * 1024, 0, 0600,
          NULL));
  /* 300 kB a segment: more than there is room for, less than twice that. */
  push_frames (&rig, 3 * GOP, 12000);
  open = wait_for (&rig, "llhlssink-files", "open");
  g_remove (ballast);
  close = wait_for (&rig, "llhlssink-files", "close");
  text = read_file (folder, "video_0.m3u8");
  end (&rig);
  g_free (text);
  text = read_file (folder, "video_0.m3u8");
  fail_unless (text != NULL && strstr (text, "#EXT-X-ENDLIST") != NULL);
  fail_unless_equals_int (count_in (text, "#EXTINF"), 5);
  fail_unless_equals_int (check_files (folder, text), 0);
  rig_clear (&rig);
  umount2 (folder, MNT_DETACH);
  g_remove (folder);
}

GST_END_TEST;

/* (transfer full) What the origin says; `status` may be NULL. */
static gchar *
get (Rig * rig, const gchar * path, guint * status)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree gchar *url = NULL;
  gint port;

  g_object_get (rig->sink, "actual-port", &port, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%d/%s", port, path);
  message = soup_message_new ("GET", url);
  body = soup_session_send_and_read (session, message, NULL, NULL);
  fail_unless (body != NULL);
  if (status != NULL)
    *status = soup_message_get_status (message);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

GST_START_TEST (llhlssink_leaves_vod_playlists)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *text = NULL, *all = NULL, *file = NULL, *again = NULL;
  guint status = 0;
  Rig rig;

  rig_make (&rig, 6000, "port", 0, "location", folder, NULL);
  rig_play (&rig);
  push_segments (&rig, 20);
  g_free (get (&rig, "vod.m3u8", &status));
  fail_unless_equals_int (status, 404);
  gst_harness_push_event (rig.video, gst_event_new_eos ());
  all = get (&rig, "vod.m3u8", &status);
  fail_unless_equals_int (status, 200);
  fail_unless (strstr (all, "\nvod-video_0.m3u8\n") != NULL, "%s", all);
  text = get (&rig, "vod-video_0.m3u8", &status);
  fail_unless_equals_int (status, 200);
  fail_unless (strstr (text, "#EXT-X-PLAYLIST-TYPE:VOD\n") != NULL);
  fail_unless (count_in (text, "#EXTINF") >= 6, "%s", text);
  fail_unless (count_in (text, "#EXTINF") <= 8, "%s", text);
  again = get (&rig, "vod-video_0.m3u8?_HLS_msn=5", &status);
  fail_unless_equals_string (again, text);
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  file = read_file (folder, "vod-video_0.m3u8");
  fail_unless_equals_string (file, text);
  fail_unless_equals_int (check_files (folder, file), 0);
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

GST_START_TEST (llhlssink_event_keeps_all)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *text = NULL, *vod = NULL;
  Rig rig;

  rig_make (&rig, 6000, "location", folder, NULL);
  gst_util_set_object_arg (G_OBJECT (rig.sink), "playlist-type", "event");
  rig_play (&rig);
  push_segments (&rig, 20);
  end (&rig);
  text = read_file (folder, "video_0.m3u8");
  fail_unless (strstr (text, "#EXT-X-PLAYLIST-TYPE:EVENT\n") != NULL);
  fail_unless (strstr (text, "#EXT-X-ENDLIST\n") != NULL);
  fail_unless_equals_int (count_in (text, "#EXTINF"), 20);
  vod = read_file (folder, "vod-video_0.m3u8");
  fail_unless_equals_int (count_in (vod, "#EXTINF"), 20);
  fail_unless_equals_int (check_files (folder, vod), 0);
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

/* Time shift */

static gint64
memory_bytes (Rig * rig, guint64 * reads)
{
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *archive;
  gint64 bytes = -1;

  g_object_get (rig->sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_int64 (stats, "memory-bytes", &bytes));
  fail_unless (gst_structure_has_field (stats, "archive"));
  archive = gst_value_get_structure (gst_structure_get_value (stats,
          "archive"));
  *reads = counter (archive, "files-read");
  return bytes;
}

/* Until so many segments are on disk. */
static void
wait_for_archive (Rig * rig, guint64 n)
{
  guint64 written = 0;

  while (written < n) {
    g_autoptr (GstStructure) stats = NULL;
    GstMessage *nothing = gst_bus_timed_pop_filtered (rig->bus, GST_MSECOND,
        GST_MESSAGE_EOS);

    fail_unless (nothing == NULL);
    g_object_get (rig->sink, "stats", &stats, NULL);
    written = counter (gst_value_get_structure (gst_structure_get_value (stats,
                "archive")), "files-written");
  }
}

/* (transfer full) The path of the n-th segment that is listed. */
static gchar *
listed (const gchar * playlist, guint n)
{
  g_auto (GStrv) lines = g_strsplit (playlist, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] != '#' && lines[i][0] != '\0' && n-- == 0)
      return g_strdup (lines[i]);
  }
  return NULL;
}

static guint
count_files (const gchar * folder)
{
  g_autofree gchar *path = g_build_filename (folder, "video_0", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

GST_START_TEST (llhlssink_keeps_hours_on_disk)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *stray = g_build_filename (folder, "video_0", NULL);
  g_autofree gchar *leftover = g_build_filename (stray, "19a-7.m4s", NULL);
  g_autofree gchar *other = g_build_filename (stray, "mine.txt", NULL);
  g_autofree gchar *text = NULL, *first = NULL, *part = NULL, *media = NULL;
  g_autoptr (GstMessage) open = NULL;
  gint64 early, late;
  guint64 reads = 0;
  guint status = 0;
  Rig rig;

  g_mkdir (stray, 0755);
  fail_unless (g_file_set_contents (leftover, "x", 1, NULL));
  fail_unless (g_file_set_contents (other, "x", 1, NULL));
  rig_make (&rig, 600000, "port", 0, "window-location", folder, NULL);
  rig_play (&rig);
  fail_if (g_file_test (leftover, G_FILE_TEST_EXISTS));
  fail_unless (g_file_test (other, G_FILE_TEST_EXISTS));
  push_segments (&rig, 90);
  early = memory_bytes (&rig, &reads);
  push_segments (&rig, 300);
  late = memory_bytes (&rig, &reads);
  fail_unless (late < early + early / 10, "%" G_GINT64_FORMAT, late);
  fail_unless_equals_uint64 (reads, 0);
  text = get (&rig, "video_0.m3u8", NULL);
  fail_unless_equals_int (count_in (text, "#EXTINF"), 389);
  wait_for_archive (&rig, 389);
  first = listed (text, 0);
  media = get (&rig, first, &status);
  fail_unless_equals_int (status, 200);
  fail_unless (count_files (folder) > 100);
  g_free (media);
  media = get (&rig, first, &status);
  memory_bytes (&rig, &reads);
  fail_unless_equals_uint64 (reads, 1);
  /* Old parts are gone, as their tags are. */
  part = g_strndup (first, strlen (first) - 4);
  g_free (media);
  g_free (part);
  part = g_strdup_printf ("%.*s.0.m4s", (gint) strlen (first) - 4, first);
  media = get (&rig, part, &status);
  fail_unless_equals_int (status, 404);
  /* The newest is in memory. */
  g_free (first);
  first = listed (text, 388);
  g_free (media);
  media = get (&rig, first, &status);
  fail_unless_equals_int (status, 200);
  memory_bytes (&rig, &reads);
  fail_unless_equals_uint64 (reads, 1);
  rig_clear (&rig);
  fail_unless_equals_int (count_files (folder), 1);
  remove_tree (folder);
}

GST_END_TEST;

GST_START_TEST (llhlssink_lives_on_when_the_disk_of_the_past_is_dead)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *blocker = g_build_filename (folder, "video_0", NULL);
  g_autofree gchar *text = NULL, *first = NULL, *last = NULL, *media = NULL;
  g_autoptr (GstMessage) open = NULL;
  guint status = 0;
  Rig rig;

  rig_make (&rig, 600000, "port", 0, "window-location", folder, NULL);
  rig_play (&rig);
  push_segments (&rig, 5);
  wait_for_archive (&rig, 4);
  remove_tree (blocker);
  fail_unless (g_file_set_contents (blocker, "", 0, NULL));
  push_segments (&rig, 100);
  open = wait_for (&rig, "llhlssink-files", "open");
  text = get (&rig, "video_0.m3u8", NULL);
  first = listed (text, 0);
  media = get (&rig, first, &status);
  /* Its file is gone. */
  fail_unless_equals_int (status, 503);
  last = listed (text, count_in (text, "#EXTINF") - 1);
  g_free (media);
  media = get (&rig, last, &status);
  fail_unless_equals_int (status, 200);
  /* What could not be written yet is still to be had. */
  g_free (first);
  first = listed (text, 20);
  g_free (media);
  media = get (&rig, first, &status);
  fail_unless_equals_int (status, 200);
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

/* Formats */

GST_START_TEST (llhlssink_forgets_init_sections_that_nothing_names)
{
  g_autofree gchar *url = NULL, *first = NULL, *text = NULL, *media = NULL;
  guint i, inits = 0, status = 0;
  GHashTableIter iter;
  gpointer path;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 6000, "port", 0, "push-url", url, "push-delete", TRUE, NULL);
  rig_play (&rig);
  push_segments (&rig, 2);
  text = get (&rig, "video_0.m3u8", NULL);
  first = g_strdup (strstr (text, "video_0/init-"));
  *strchr (first, '"') = '\0';
  for (i = 0; i < 40; i++) {
    set_level (rig.video, 20 + i);
    push_segments (&rig, 1);
    server_wait (&server, ".m4s", i + 2);
  }
  media = get (&rig, first, &status);
  fail_unless_equals_int (status, 404);
  server_wait (&server, "DELETE /in/video_0/init-", 20);
  /* The server finds faults, when what is named is not there. */
  set_level (rig.video, config[3]);
  push_segments (&rig, 3);
  g_free (media);
  media = get (&rig, first, &status);
  fail_unless_equals_int (status, 200);
  end (&rig);
  g_hash_table_iter_init (&iter, server.files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    inits += strstr (path, "/init-") != NULL;
  fail_unless (inits < 25, "%u", inits);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

/* Of a pad that brings nothing there is no playlist to wait for. */
GST_START_TEST (llhlssink_pushes_the_multivariant_in_spite_of_a_mute_pad)
{
  g_autofree gchar *url = NULL, *all = NULL;
  GstHarness *mute;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 6000, "push-url", url, NULL);
  rig_play (&rig);
  mute = gst_harness_new_with_element (rig.sink, "video_1", NULL);
  set_level (mute, 30);
  gst_harness_push_event (mute, gst_event_new_eos ());
  push_segments (&rig, 3);
  server_wait (&server, "live.m3u8", 1);
  all = server_get (&server, "/in/live.m3u8");
  fail_unless (strstr (all, "video_1") == NULL);
  gst_harness_teardown (mute);
  rig_clear (&rig);
  server_stop (&server);
}

GST_END_TEST;

/* Pads that come and go */

/* A source pad of our own, linked to the pad of that name. */
static GstPad *
open_pad (Rig * rig, const gchar * name, GstCaps * caps)
{
  GstPad *source = gst_pad_new ("src", GST_PAD_SRC);
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (rig->sink, name);
  GstSegment segment;

  fail_unless (pad != NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_set_active (source, TRUE);
  fail_unless_equals_int (gst_pad_link (source, pad), GST_PAD_LINK_OK);
  gst_pad_push_event (source, gst_event_new_stream_start (name));
  gst_pad_push_event (source, gst_event_new_caps (caps));
  gst_pad_push_event (source, gst_event_new_segment (&segment));
  return source;
}

/* Takes `source`. */
static void
close_pad (Rig * rig, GstPad * source)
{
  g_autoptr (GstPad) pad = gst_pad_get_peer (source);

  gst_pad_unlink (source, pad);
  gst_element_release_request_pad (rig->sink, pad);
  gst_pad_set_active (source, FALSE);
  gst_object_unref (source);
}

/* What goes in behind it is of no interest; here it is a segment. */
static void
push_picture (Rig * rig, GstPad * source)
{
  guint8 picture[16] = { 0, 0, 0, 12, 0x65, 0x55 };
  guint i;

  for (i = 0; i < GOP; i++) {
    GstBuffer *buffer;

    picture[4] = (rig->frame + i) % GOP == 0 ? 0x65 : 0x41;
    buffer = gst_buffer_new_memdup (picture, sizeof (picture));
    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
        (rig->frame + i) * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    fail_unless_equals_int (gst_pad_push (source, buffer), GST_FLOW_OK);
  }
}

static void
push_cue (Rig * rig, GstPad * source)
{
  GstBuffer *buffer = gst_buffer_new_memdup ("hello", 5);

  GST_BUFFER_PTS (buffer) = rig->frame * FRAME;
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  fail_unless_equals_int (gst_pad_push (source, buffer), GST_FLOW_OK);
}

static guint
count_renditions (Rig * rig)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (rig->sink, "stats", &stats, NULL);
  return gst_value_array_get_size (gst_structure_get_value (stats,
          "renditions"));
}

static guint64
total (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (rig->sink, "stats", &stats, NULL);
  return counter (stats, name);
}

/* The server has all: media that waits longer than it is listed is not sent. */
static void
catch_up (Rig * rig)
{
  gint waiting = 1;

  while (waiting > 0) {
    g_autoptr (GstStructure) stats = push_stats (rig);

    gst_structure_get_int (stats, "backlog-objects", &waiting);
    g_usleep (1000);
  }
}

/* Each is a new rendition, with a name that was never there before. */
static guint64
come_and_go (Rig * rig, guint first, guint n)
{
  g_autoptr (GstPad) main_pad = gst_pad_get_peer (rig->video->srcpad);
  g_autoptr (GstCaps) video = gst_pad_get_current_caps (main_pad);
  g_autoptr (GstCaps) text = gst_caps_from_string ("text/x-raw,format=utf8");
  guint64 segments = 0;
  guint i;

  for (i = first; i < first + n; i++) {
    g_autofree gchar *name = g_strdup_printf ("video_%u", i);
    g_autofree gchar *text_name = g_strdup_printf ("text_%u", i);
    g_autofree gchar *mute_name = g_strdup_printf ("audio_%u", i);
    GstPad *source = open_pad (rig, name, video);
    GstPad *cues = open_pad (rig, text_name, text);
    GstPad *mute = gst_element_request_pad_simple (rig->sink, mute_name);

    push_picture (rig, source);
    push_cue (rig, cues);
    push_segments (rig, 1);
    close_pad (rig, source);
    close_pad (rig, cues);
    gst_element_release_request_pad (rig->sink, mute);
    gst_object_unref (mute);
    push_segments (rig, 1);
    catch_up (rig);
    fail_unless (total (rig, "segments") > segments);
    segments = total (rig, "segments");
  }
  return segments;
}

static guint
count_paths (Server * server, const gchar * what)
{
  GHashTableIter iter;
  gpointer path;
  guint n = 0;

  g_mutex_lock (&server->lock);
  g_hash_table_iter_init (&iter, server->files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    n += strstr (path, what) != NULL;
  g_mutex_unlock (&server->lock);
  return n;
}

static guint
count_entries (const gchar * folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

GST_START_TEST (llhlssink_forgets_renditions_of_released_pads)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *url = NULL, *all = NULL, *file = NULL, *body = NULL;
  guint status, held, again;
  Server server;
  Rig rig;

  server_start (&server);
  url = server_url (&server, "");
  rig_make (&rig, 6000, "port", 0, "push-url", url, "push-delete", TRUE,
      "location", folder, NULL);
  rig_play (&rig);
  push_segments (&rig, 3);
  come_and_go (&rig, 1, 20);
  held = count_renditions (&rig);
  fail_unless (held < 30, "%u", held);
  come_and_go (&rig, 21, 20);
  again = count_renditions (&rig);
  fail_unless (again <= held + 2, "%u", again);
  for (status = 0; status < 30; status++) {
    push_segments (&rig, 1);
    catch_up (&rig);
  }
  fail_unless_equals_int (count_renditions (&rig), 1);
  all = get (&rig, "live.m3u8", NULL);
  fail_unless (strstr (all, "video_0.m3u8") != NULL);
  fail_unless (strstr (all, "video_40") == NULL, "%s", all);
  fail_unless (strstr (all, "text_40") == NULL, "%s", all);
  body = get (&rig, "video_40.m3u8", &status);
  fail_unless_equals_int (status, 404);
  end (&rig);
  /* Nothing of them is left at the destinations either. */
  fail_unless_equals_int (count_paths (&server, "/video_40"), 0);
  fail_unless_equals_int (count_paths (&server, "/text_7"), 0);
  file = read_file (folder, "live.m3u8");
  fail_unless (strstr (file, "video_0.m3u8") != NULL);
  fail_unless (strstr (file, "video_40") == NULL);
  fail_unless (count_entries (folder) < 10, "%u", count_entries (folder));
  rig_clear (&rig);
  server_stop (&server);
  remove_tree (folder);
}

GST_END_TEST;

/* A name may come again, before and behind that. */
GST_START_TEST (llhlssink_takes_a_forgotten_name_again)
{
  g_autofree gchar *folder = g_dir_make_tmp ("llhlsXXXXXX", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GstPad) main_pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstPad *source;
  guint i;
  Rig rig;

  rig_make (&rig, 6000, "port", 0, "location", folder, NULL);
  rig_play (&rig);
  push_segments (&rig, 3);
  main_pad = gst_pad_get_peer (rig.video->srcpad);
  caps = gst_pad_get_current_caps (main_pad);
  for (i = 0; i < 4; i++) {
    source = open_pad (&rig, "video_1", caps);
    push_picture (&rig, source);
    push_segments (&rig, 1);
    push_picture (&rig, source);
    push_segments (&rig, 1);
    fail_unless_equals_int (count_renditions (&rig), 2);
    close_pad (&rig, source);
    push_segments (&rig, i % 2 == 0 ? 8 : 30);
    fail_unless_equals_int (count_renditions (&rig), i % 2 == 0 ? 2 : 1);
  }
  source = open_pad (&rig, "video_1", caps);
  for (i = 0; i < 5; i++) {
    push_picture (&rig, source);
    push_segments (&rig, 1);
  }
  close_pad (&rig, source);
  end (&rig);
  text = read_file (folder, "video_1.m3u8");
  fail_unless (text != NULL && strstr (text, "#EXT-X-ENDLIST") != NULL);
  check_files (folder, text);
  rig_clear (&rig);
  remove_tree (folder);
}

GST_END_TEST;

/* Connections that break */

/* Answers, but for each second request that is not a connection's first: closes
 * it instead. */
typedef struct
{
  GSocketListener *listener;
  GCancellable *end;
  GThread *thread;
  guint port;
  gint live, broken, answered;  /* atomic */
} Breaker;

/* FALSE: the connection is gone. */
static gboolean
read_request (GDataInputStream * in)
{
  gsize length = 0, got;
  gchar *line;
  g_autofree gchar *body = NULL;

  while ((line = g_data_input_stream_read_line (in, NULL, NULL, NULL)) != NULL) {
    gboolean last = line[0] == '\0' || line[0] == '\r';

    if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
      length = g_ascii_strtoull (line + 15, NULL, 10);
    g_free (line);
    if (!last)
      continue;
    body = g_malloc (length + 1);
    return g_input_stream_read_all (G_INPUT_STREAM (in), body, length, &got,
        NULL, NULL) && got == length;
  }
  return FALSE;
}

typedef struct
{
  Breaker *breaker;
  GIOStream *stream;
} Peer;

static gpointer
answer_peer (gpointer data)
{
  static const gchar answer[] =
      "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
  g_autofree Peer *peer = data;
  g_autoptr (GDataInputStream) in =
      g_data_input_stream_new (g_io_stream_get_input_stream (peer->stream));
  Breaker *self = peer->breaker;
  guint i;

  for (i = 0; read_request (in); i++) {
    if (i > 0 && g_random_int_range (0, 2) == 0) {
      g_atomic_int_inc (&self->broken);
      break;
    }
    if (!g_output_stream_write_all (g_io_stream_get_output_stream
            (peer->stream), answer, strlen (answer), NULL, NULL, NULL))
      break;
    g_atomic_int_inc (&self->answered);
  }
  g_io_stream_close (peer->stream, NULL, NULL);
  g_object_unref (peer->stream);
  g_atomic_int_add (&self->live, -1);
  return NULL;
}

static gpointer
accept_peers (gpointer data)
{
  Breaker *self = data;
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (self->listener, NULL,
              self->end, NULL)) != NULL) {
    Peer *peer = g_new (Peer, 1);

    peer->breaker = self;
    peer->stream = G_IO_STREAM (connection);
    g_atomic_int_inc (&self->live);
    g_thread_unref (g_thread_new ("peer", answer_peer, peer));
  }
  return NULL;
}

GST_START_TEST (llhlssink_push_survives_connections_that_break)
{
  Breaker breaker = { g_socket_listener_new (), g_cancellable_new (), };
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *url = NULL;
  GstPad *others[3];
  guint i, n;
  Rig rig;

  breaker.port =
      g_socket_listener_add_any_inet_port (breaker.listener, NULL, NULL);
  breaker.thread = g_thread_new ("breaker", accept_peers, &breaker);
  url = g_strdup_printf ("http://127.0.0.1:%u/in/", breaker.port);
  rig_make (&rig, 6000, "push-url", url, "push-parts", TRUE, NULL);
  rig_play (&rig);
  {
    g_autoptr (GstPad) pad = gst_pad_get_peer (rig.video->srcpad);
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

    for (i = 0; i < G_N_ELEMENTS (others); i++) {
      g_autofree gchar *name = g_strdup_printf ("video_%u", i + 1);

      others[i] = open_pad (&rig, name, caps);
    }
  }
  for (n = 0; g_atomic_int_get (&breaker.broken) < 800 && n < 1000; n++) {
    for (i = 0; i < G_N_ELEMENTS (others); i++)
      push_picture (&rig, others[i]);
    push_segments (&rig, 1);
    catch_up (&rig);
  }
  fail_unless (g_atomic_int_get (&breaker.broken) >= 800);
  stats = push_stats (&rig);
  fail_unless_equals_uint64 (counter (stats, "failures"), 0);
  fail_unless_equals_uint64 (counter (stats, "objects-dropped"), 0);
  fail_unless_equals_uint64 (counter (stats, "objects-sent") + counter (stats,
          "objects-deleted"), g_atomic_int_get (&breaker.answered));
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    close_pad (&rig, others[i]);
  rig_clear (&rig);
  g_cancellable_cancel (breaker.end);
  g_thread_join (breaker.thread);
  while (g_atomic_int_get (&breaker.live) > 0)
    g_usleep (1000);
  g_object_unref (breaker.listener);
  g_object_unref (breaker.end);
}

GST_END_TEST;

static Suite *
llhlsoutputs_suite (void)
{
  Suite *s = suite_create ("llhlsoutputs");
  TCase *tc = tcase_create ("element");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhlssink_pushes_what_is_named_before_what_names_it);
  tcase_add_test (tc, llhlssink_pushes_with_secrets_that_it_does_not_show);
  tcase_add_test (tc, llhlssink_push_survives_a_short_outage_without_loss);
  tcase_add_test (tc, llhlssink_push_lists_gaps_after_a_long_outage);
  tcase_add_test (tc, llhlssink_push_sends_the_init_section_again);
  tcase_add_test (tc, llhlssink_push_follows_no_redirect);
  tcase_add_test (tc, llhlssink_push_deletes_what_has_expired);
  tcase_add_test (tc, llhlssink_pushes_parts_for_servers_that_hold_nothing);
  tcase_add_test (tc, llhlssink_push_stops_though_nobody_listens);
  tcase_add_test (tc, llhlssink_push_survives_connections_that_break);
  tcase_add_test (tc, llhlssink_names_a_bad_push_url);
  tcase_add_test (tc, llhlssink_closes_the_incident_of_its_files_at_the_end);
  tcase_add_test (tc,
      llhlssink_writes_the_newest_playlist_when_the_disk_is_back);
  tcase_add_test (tc, llhlssink_leaves_vod_playlists);
  tcase_add_test (tc, llhlssink_event_keeps_all);
  tcase_add_test (tc, llhlssink_forgets_init_sections_that_nothing_names);
  tcase_add_test (tc, llhlssink_pushes_the_multivariant_in_spite_of_a_mute_pad);
  tcase_add_test (tc, llhlssink_forgets_renditions_of_released_pads);
  tcase_add_test (tc, llhlssink_takes_a_forgotten_name_again);
  tcase_add_test (tc, llhlssink_keeps_hours_on_disk);
  tcase_add_test (tc, llhlssink_lives_on_when_the_disk_of_the_past_is_dead);
  return s;
}

GST_CHECK_MAIN (llhlsoutputs);
