/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of redundantsrc's inputs share: a pipeline with a
 * redundantsrc "s" whose outputs are watched, and peers in processes of their
 * own, which are killed for real. */

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What came out of one pad. */
typedef struct
{
  guint buffers;
  guint holes;                  /* stamps that did not follow the one before */
  guint back;                   /* decoding times that did not rise */
  guint streams;
  guint caps;
  guint eos;
  GstClockTime next, last;
} PeersOutput;

typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  const gchar *secret;          /* must not be seen in any message */
  guint patience;               /* s that anything waited for may take */
  GMutex lock;
  PeersOutput output[2];
  GList *messages;              /* element messages, newest first */
  GstStructure *found;          /* the last one that was expected */
} Peers;

static inline GstPadProbeReturn
peers_watch (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Peers *self = user_data;
  PeersOutput *output =
      &self->output[g_str_equal (GST_OBJECT_NAME (pad), "audio")];

  g_mutex_lock (&self->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);
    if (output->buffers > 0 && GST_BUFFER_PTS (buffer) != output->next)
      output->holes++;
    if (output->buffers > 0 && time <= output->last)
      output->back++;
    output->next = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    output->last = time;
    output->buffers++;
  } else {
    GstEventType type = GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info));
    output->streams += type == GST_EVENT_STREAM_START;
    output->caps += type == GST_EVENT_CAPS;
    output->eos += type == GST_EVENT_EOS;
  }
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static inline void
peers_init (Peers *self, const gchar *description)
{
  static const gchar *const names[] = { "video", "audio" };
  GError *error = NULL;
  guint i;

  memset (self, 0, sizeof (Peers));
  self->patience = 60;
  g_mutex_init (&self->lock);
  self->pipeline = gst_parse_launch (description, &error);
  fail_unless (self->pipeline != NULL && error == NULL, "%s",
      error != NULL ? error->message : "");
  self->src = gst_bin_get_by_name (GST_BIN (self->pipeline), "s");
  for (i = 0; i < 2; i++) {
    GstPad *pad = gst_element_get_static_pad (self->src, names[i]);
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
        | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, peers_watch, self, NULL);
    gst_object_unref (pad);
  }
}

static inline void
peers_play (Peers *self)
{
  fail_unless (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

/* No secret of a URI is ever shown. */
static inline void
peers_check_secret (Peers *self, const GstStructure *facts)
{
  gchar *text;

  if (self->secret == NULL)
    return;
  text = gst_structure_to_string (facts);
  fail_if (strstr (text, self->secret) != NULL, "it is told: %s", text);
  g_free (text);
}

/* Takes what is on the bus.  An input's failure must never be an error. */
static inline void
peers_listen (Peers *self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      GError *error;
      gst_message_parse_error (message, &error, NULL);
      fail ("error from %s: %s", GST_MESSAGE_SRC_NAME (message),
          error->message);
    }
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT) {
      peers_check_secret (self, gst_message_get_structure (message));
      self->messages = g_list_prepend (self->messages, message);
    } else {
      gst_message_unref (message);
    }
  }
  gst_object_unref (bus);
}

/* Only what comes from now on counts. */
static inline void
peers_forget (Peers *self)
{
  peers_listen (self);
  g_list_free_full (g_steal_pointer (&self->messages),
      (GDestroyNotify) gst_message_unref);
}

static inline gint64
peers_patient_until (Peers *self)
{
  return g_get_monotonic_time () + self->patience * G_TIME_SPAN_SECOND;
}

/* Waits for an element message of which two fields (the second nullable) are
 * so, and takes it, the oldest such, with all before it. */
static inline void
peers_expect (Peers *self, const gchar *name, const gchar *field,
    const gchar *value, const gchar *field2, const gchar *value2)
{
  gint64 until = peers_patient_until (self);

  while (g_get_monotonic_time () < until) {
    GList *l;
    peers_listen (self);
    for (l = g_list_last (self->messages); l != NULL; l = l->prev) {
      const GstStructure *s = gst_message_get_structure (l->data);
      GList *rest;
      if (!gst_structure_has_name (s, name)
          || g_strcmp0 (gst_structure_get_string (s, field), value) != 0
          || (field2 != NULL && g_strcmp0 (gst_structure_get_string (s,
                      field2), value2) != 0))
        continue;
      gst_clear_structure (&self->found);
      self->found = gst_structure_copy (s);
      rest = l;
      if (l->prev != NULL) {
        l->prev->next = NULL;
        l->prev = NULL;
      } else {
        self->messages = NULL;
      }
      g_list_free_full (rest, (GDestroyNotify) gst_message_unref);
      return;
    }
    g_usleep (10000);
  }
  fail ("no %s with %s=%s %s=%s within %u s", name, field, value, field2,
      value2, self->patience);
}

static inline guint
peers_count (Peers *self, guint i)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->output[i].buffers;
  g_mutex_unlock (&self->lock);
  return count;
}

/* The output goes on. */
static inline void
peers_wait_buffers (Peers *self, guint i, guint more)
{
  gint64 until = peers_patient_until (self);
  guint goal = peers_count (self, i) + more;

  while (peers_count (self, i) < goal) {
    peers_listen (self);
    fail_unless (g_get_monotonic_time () < until, "output %u stopped", i);
    g_usleep (10000);
  }
}

static inline guint64
peers_stat (Peers *self, const gchar *field)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (self->src, "stats", &stats, NULL);
  peers_check_secret (self, stats);
  fail_unless (gst_structure_has_name (stats,
          "application/x-redundantsrc-stats"));
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

static inline GstStructure *
peers_input (Peers *self, guint index)
{
  const GValue *inputs;
  GstStructure *stats, *input;

  g_object_get (self->src, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  fail_unless (index < gst_value_array_get_size (inputs));
  input = gst_structure_copy (gst_value_get_structure (gst_value_array_get_value
          (inputs, index)));
  gst_structure_free (stats);
  return input;
}

static inline guint64
peers_input_stat (Peers *self, guint index, const gchar *field)
{
  GstStructure *input = peers_input (self, index);
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (input, field, &value), "no %s", field);
  gst_structure_free (input);
  return value;
}

static inline gboolean
peers_input_is (Peers *self, guint index, const gchar *state)
{
  GstStructure *input = peers_input (self, index);
  gboolean is = g_strcmp0 (gst_structure_get_string (input, "state"),
      state) == 0;

  gst_structure_free (input);
  return is;
}

static inline void
peers_wait_input (Peers *self, guint index, const gchar *state)
{
  gint64 until = peers_patient_until (self);

  while (!peers_input_is (self, index, state)) {
    peers_listen (self);
    fail_unless (g_get_monotonic_time () < until, "input %u is not %s", index,
        state);
    g_usleep (10000);
  }
}

/* One stream, in one form, without a hole in its time. */
static inline void
peers_check_unbroken (Peers *self, guint i)
{
  g_mutex_lock (&self->lock);
  fail_unless (self->output[i].buffers > 0);
  fail_unless_equals_int (self->output[i].holes, 0);
  fail_unless_equals_int (self->output[i].back, 0);
  fail_unless_equals_int (self->output[i].streams, 1);
  fail_unless_equals_int (self->output[i].caps, 1);
  fail_unless_equals_int (self->output[i].eos, 0);
  g_mutex_unlock (&self->lock);
}

static inline void
peers_check_nothing_missing (Peers *self)
{
  fail_unless_equals_uint64 (peers_stat (self, "frames-missed"), 0);
  fail_unless_equals_uint64 (peers_stat (self, "repeated-frames"), 0);
  fail_unless_equals_uint64 (peers_stat (self, "samples-missed"), 0);
}

/* The switch that was expected last cost no picture.  Stricter counters also
 * tell what a starved sender left out. */
static inline void
peers_check_switch_lost_nothing (Peers *self)
{
  guint64 missed = 0;

  fail_unless (gst_structure_has_name (self->found, "redundantsrc-switch"));
  fail_unless (gst_structure_get_uint64 (self->found, "frames-missed",
          &missed));
  fail_unless_equals_uint64 (missed, 0);
}

/* It may play again. */
static inline void
peers_stop (Peers *self)
{
  peers_forget (self);
  fail_unless_equals_int (gst_element_set_state (self->pipeline,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

static inline void
peers_clear (Peers *self)
{
  peers_stop (self);
  gst_clear_structure (&self->found);
  gst_object_unref (self->src);
  ASSERT_OBJECT_REFCOUNT (self->pipeline, "pipeline", 1);
  gst_object_unref (self->pipeline);
  g_mutex_clear (&self->lock);
}

/* SOCK_STREAM or SOCK_DGRAM */
static inline guint
peers_free_port (int type)
{
  struct sockaddr_in address = { 0, };
  socklen_t length = sizeof (address);
  int fd = socket (AF_INET, type, 0);

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fail_unless (bind (fd, (struct sockaddr *) &address, length) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &address, &length) == 0);
  close (fd);
  return ntohs (address.sin_port);
}

static inline void
peers_wait_listening (guint port)
{
  gint64 until = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  struct sockaddr_in address = { 0, };
  int fd, result;

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  address.sin_port = htons (port);
  for (;;) {
    fd = socket (AF_INET, SOCK_STREAM, 0);
    result = connect (fd, (struct sockaddr *) &address, sizeof (address));
    close (fd);
    if (result == 0)
      return;
    fail_unless (g_get_monotonic_time () < until, "nobody listens at %u", port);
    g_usleep (20000);
  }
}

/* The path of a program, also where only root looks; NULL and a word on it
 * when it is not installed. */
static inline gchar *
peers_find (const gchar *program)
{
  gchar *path = g_find_program_in_path (program);

  if (path == NULL) {
    path = g_build_filename ("/usr/sbin", program, NULL);
    if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
      g_clear_pointer (&path, g_free);
  }
  if (path == NULL)
    g_print ("SKIP: %s is not installed\n", program);
  return path;
}

static inline gboolean
peers_have (const gchar *const *factories)
{
  for (; *factories != NULL; factories++) {
    if (!gst_registry_check_feature_version (gst_registry_get (), *factories,
            0, 0, 0)) {
      g_print ("SKIP: element %s is not installed\n", *factories);
      return FALSE;
    }
  }
  return TRUE;
}

/* It dies with the test, however that ends. */
static inline void
peers_in_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static inline GPid
peers_spawn (const gchar *line)
{
  gchar **argv;
  GError *error = NULL;
  GPid pid = 0;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
  fail_unless (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH
          | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
          | G_SPAWN_STDERR_TO_DEV_NULL, peers_in_child, NULL, &pid, &error),
      "%s", error != NULL ? error->message : "");
  g_strfreev (argv);
  return pid;
}

static inline void
peers_kill (GPid *pid)
{
  if (*pid == 0)
    return;
  kill (*pid, SIGKILL);
  waitpid (*pid, NULL, 0);
  *pid = 0;
}
