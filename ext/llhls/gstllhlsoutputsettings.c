/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsoutputsettings.h"

#include <glib/gi18n-lib.h>

#include "gststringproperty.h"

/* How long media stays in memory: parts may be asked for until three target
 * durations after they are no longer listed, which is three before the end
 * (RFC 8216bis 6.2.2). */
#define ARCHIVE_AGE (60 * GST_SECOND)
#define ARCHIVE_TARGETS 8

#define DEFAULT_PUSH_DELETE TRUE
#define DEFAULT_PUSH_PARTS FALSE
#define DEFAULT_PLAYLIST_TYPE GST_LLHLS_PLAYLIST_LIVE

GType
gst_llhls_playlist_type_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    {GST_LLHLS_PLAYLIST_LIVE, "Old segments leave the playlists", "live"},
    {GST_LLHLS_PLAYLIST_EVENT, "All segments stay in the playlists", "event"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstLlHlsPlaylistType",
            values));
  return type;
}

static void
install_directories (GParamSpec ** specs, GParamFlags flags)
{
  /**
   * GstLlHlsSink:location:
   *
   * Directory to write segments and playlists to, for a web server that has
   * only files: without parts.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_LOCATION] =
      g_param_spec_string ("location", "Location",
      "Directory to write whole segments and playlists to (NULL = none)", NULL,
      flags);
  /**
   * GstLlHlsSink:window-location:
   *
   * Directory for media that is listed and older than a minute (eight target
   * durations at least), so that memory does not grow with the window.  It must
   * be this element's alone: segments that are found in it are removed, at the
   * beginning and at the end.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_WINDOW_LOCATION] =
      g_param_spec_string ("window-location", "Window location",
      "Directory for listed media older than a minute (NULL = memory)", NULL,
      flags);
}

static void
install_pushes (GParamSpec ** specs, GParamFlags flags)
{
  /**
   * GstLlHlsSink:push-url:
   *
   * HTTP servers to which all objects are sent by PUT, under these URLs; several
   * with blanks in between.  User-info is sent as Basic authentication and not
   * shown: what is read back has `***` in its place.  Read when the element goes
   * to PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_PUSH_URL] =
      g_param_spec_string ("push-url", "Push URL",
      "HTTP servers to send all objects to by PUT (blanks in between, "
      "NULL = none)", NULL, flags);
  /**
   * GstLlHlsSink:push-delete:
   *
   * Sends DELETE for media that is no longer listed.  Read when the element goes
   * to PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_PUSH_DELETE] = g_param_spec_boolean ("push-delete",
      "Push delete", "Send DELETE for media that is no longer listed",
      DEFAULT_PUSH_DELETE, flags);
  /**
   * GstLlHlsSink:push-parts:
   *
   * Pushes parts and low-latency playlists besides whole segments, for servers
   * that pass them on at once.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_PUSH_PARTS] = g_param_spec_boolean ("push-parts",
      "Push parts", "Push parts and low-latency playlists too",
      DEFAULT_PUSH_PARTS, flags);
  /**
   * GstLlHlsSink:push-headers:
   *
   * Header fields of each pushed request, as a structure of strings.  They may
   * be secrets, so they can't be read back.  Read when the element goes to
   * PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_PUSH_HEADERS] = g_param_spec_boxed ("push-headers",
      "Push headers", "Header fields of each pushed request (strings)",
      GST_TYPE_STRUCTURE, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY);
}

void
gst_llhls_output_settings_install (GParamSpec ** specs)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  install_directories (specs, flags);
  install_pushes (specs, flags);
  /**
   * GstLlHlsSink:playlist-type:
   *
   * Whether old segments leave the playlists, or all stay until the end.  Read
   * when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  specs[GST_LLHLS_OUTPUT_PLAYLIST_TYPE] = g_param_spec_enum ("playlist-type",
      "Playlist type", "Whether old segments leave the playlists",
      GST_TYPE_LLHLS_PLAYLIST_TYPE, DEFAULT_PLAYLIST_TYPE, flags);
  gst_type_mark_as_plugin_api (GST_TYPE_LLHLS_PLAYLIST_TYPE, 0);
}

void
gst_llhls_output_settings_init (GstLlHlsOutputSettings * self)
{
  static const GstLlHlsOutputSettings zero;

  *self = zero;
  self->push_delete = DEFAULT_PUSH_DELETE;
  self->push_parts = DEFAULT_PUSH_PARTS;
  self->type = DEFAULT_PLAYLIST_TYPE;
}

void
gst_llhls_output_settings_copy (GstLlHlsOutputSettings * to,
    const GstLlHlsOutputSettings * from)
{
  *to = *from;
  to->location = g_strdup (from->location);
  to->window_location = g_strdup (from->window_location);
  to->push_url = g_strdup (from->push_url);
  to->push_headers = from->push_headers != NULL
      ? gst_structure_copy (from->push_headers) : NULL;
}

void
gst_llhls_output_settings_clear (GstLlHlsOutputSettings * self)
{
  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->window_location, g_free);
  g_clear_pointer (&self->push_url, g_free);
  gst_clear_structure (&self->push_headers);
}

/* (transfer full) The members of a list property. */
static gchar **
split_list (const gchar * list)
{
  GPtrArray *members = g_ptr_array_new ();
  g_auto (GStrv) words = g_strsplit_set (list != NULL ? list : "", " \t\n\r",
      -1);
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    if (*words[i] != '\0')
      g_ptr_array_add (members, g_strdup (words[i]));
  }
  g_ptr_array_add (members, NULL);
  return (gchar **) g_ptr_array_free (members, FALSE);
}

/* (transfer full) (nullable) The list as it may be shown. */
static gchar *
mask_urls (const gchar * list)
{
  g_auto (GStrv) urls = split_list (list);
  guint i;

  for (i = 0; urls[i] != NULL; i++) {
    gchar *masked = gst_llhls_push_mask (urls[i]);

    g_free (urls[i]);
    urls[i] = masked;
  }
  return list != NULL ? g_strjoinv (" ", urls) : NULL;
}

static gboolean
check_urls (const GstLlHlsOutputSettings * self, GstElement * element)
{
  g_auto (GStrv) urls = split_list (self->push_url);
  guint i;

  for (i = 0; urls[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *masked = gst_llhls_push_mask (urls[i]);

    if (gst_llhls_push_check (urls[i], &error))
      continue;
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The stream can not be pushed to such an address.")),
        ("push-url has \"%s\": %s; allowed are http and https URLs, with "
            "blanks between them", masked, error->message));
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_llhls_output_settings_check (const GstLlHlsOutputSettings * self,
    GstElement * element)
{
  if (self->window_location != NULL
      && g_strcmp0 (self->window_location, self->location) == 0) {
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("Files of two kinds would be in one directory.")),
        ("window-location is \"%s\", and so is location; set it to a "
            "directory of its own", self->window_location));
    return FALSE;
  }
  return check_urls (self, element);
}

gboolean
gst_llhls_output_settings_any (const GstLlHlsOutputSettings * self)
{
  g_auto (GStrv) urls = split_list (self->push_url);

  return self->location != NULL || urls[0] != NULL;
}

void
gst_llhls_output_settings_set (GstLlHlsOutputSettings * self,
    GstLlHlsOutputProperty id, const GValue * value)
{
  switch (id) {
    case GST_LLHLS_OUTPUT_LOCATION:
      gst_string_property_set (&self->location, value);
      break;
    case GST_LLHLS_OUTPUT_PUSH_URL:
      gst_string_property_set (&self->push_url, value);
      break;
    case GST_LLHLS_OUTPUT_PUSH_DELETE:
      self->push_delete = g_value_get_boolean (value);
      break;
    case GST_LLHLS_OUTPUT_PUSH_PARTS:
      self->push_parts = g_value_get_boolean (value);
      break;
    case GST_LLHLS_OUTPUT_PUSH_HEADERS:
      gst_clear_structure (&self->push_headers);
      self->push_headers = g_value_dup_boxed (value);
      break;
    case GST_LLHLS_OUTPUT_PLAYLIST_TYPE:
      self->type = g_value_get_enum (value);
      break;
    case GST_LLHLS_OUTPUT_WINDOW_LOCATION:
      gst_string_property_set (&self->window_location, value);
      break;
    case GST_LLHLS_N_OUTPUT_PROPERTIES:
      g_assert_not_reached ();
  }
}

void
gst_llhls_output_settings_get (const GstLlHlsOutputSettings * self,
    GstLlHlsOutputProperty id, GValue * value)
{
  switch (id) {
    case GST_LLHLS_OUTPUT_LOCATION:
      g_value_set_string (value, self->location);
      break;
    case GST_LLHLS_OUTPUT_PUSH_URL:
      g_value_take_string (value, mask_urls (self->push_url));
      break;
    case GST_LLHLS_OUTPUT_PUSH_DELETE:
      g_value_set_boolean (value, self->push_delete);
      break;
    case GST_LLHLS_OUTPUT_PUSH_PARTS:
      g_value_set_boolean (value, self->push_parts);
      break;
    case GST_LLHLS_OUTPUT_PLAYLIST_TYPE:
      g_value_set_enum (value, self->type);
      break;
    case GST_LLHLS_OUTPUT_WINDOW_LOCATION:
      g_value_set_string (value, self->window_location);
      break;
    case GST_LLHLS_OUTPUT_PUSH_HEADERS:
    case GST_LLHLS_N_OUTPUT_PROPERTIES:
      g_assert_not_reached ();
  }
}

static gboolean
start_directory (const GstLlHlsOutputSettings * self, GstElement * element,
    GstLlHlsOutputs * outputs)
{
  g_autoptr (GError) error = NULL;

  if (self->location == NULL)
    return TRUE;
  outputs->directory = gst_llhls_directory_new (element, self->location,
      &error);
  if (outputs->directory != NULL)
    return TRUE;
  GST_ELEMENT_ERROR (element, RESOURCE, OPEN_WRITE,
      (_("Could not write to the directory \"%s\"."), self->location),
      ("location is \"%s\": %s; set it to a directory that can be made and "
          "written", self->location, error->message));
  return FALSE;
}

static gboolean
start_archive (const GstLlHlsOutputSettings * self, GstElement * element,
    GstClockTime target, GstClockTime window, GstLlHlsStore * store,
    void (*wake) (gpointer), GstLlHlsOutputs * outputs)
{
  g_autoptr (GError) error = NULL;

  outputs->keep = MAX (ARCHIVE_AGE, ARCHIVE_TARGETS * target);
  if (self->window_location == NULL
      || (self->type == GST_LLHLS_PLAYLIST_LIVE && window <= outputs->keep))
    return TRUE;
  outputs->archive = gst_llhls_archive_new (element, self->window_location,
      store, wake, element, &error);
  if (outputs->archive != NULL)
    return TRUE;
  GST_ELEMENT_ERROR (element, RESOURCE, OPEN_WRITE,
      (_("Could not write to the directory \"%s\"."), self->window_location),
      ("window-location is \"%s\": %s; set it to a directory that can be made "
          "and written", self->window_location, error->message));
  return FALSE;
}

static void
start_pushes (const GstLlHlsOutputSettings * self, GstElement * element,
    GstClockTime target, GstLlHlsOutputs * outputs)
{
  g_auto (GStrv) urls = split_list (self->push_url);
  guint i;

  outputs->push_parts = self->push_parts;
  for (i = 0; urls[i] != NULL; i++) {
    GstLlHlsPushConfig config = { urls[i], self->push_headers,
      self->push_delete, target, i
    };

    g_ptr_array_add (outputs->pushes, gst_llhls_push_new (element, &config));
  }
}

gboolean
gst_llhls_output_settings_start (const GstLlHlsOutputSettings * self,
    GstElement * element, GstClockTime target, GstClockTime window,
    GstLlHlsStore * store, void (*wake) (gpointer), GstLlHlsOutputs * outputs)
{
  if (!start_directory (self, element, outputs)
      || !start_archive (self, element, target, window, store, wake, outputs))
    return FALSE;
  start_pushes (self, element, target, outputs);
  return TRUE;
}
