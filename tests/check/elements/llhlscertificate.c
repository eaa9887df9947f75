/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* llhlssink's certificate while it serves: how a new one comes in use, and what
 * is said of one that can't be used.  No time is asserted. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE (60 * GST_SECOND)
/* All certificates here are of that size, so that only their content differs:
 * what is behind the PEM block is skipped. */
#define FILE_BYTES 4096

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  gchar *directory, *certificate, *key;
  gint port;
} Rig;

static void
rig_make (Rig * rig)
{
  rig->directory = g_dir_make_tmp ("llhlscertificate-XXXXXX", NULL);
  rig->certificate = g_build_filename (rig->directory, "cert.pem", NULL);
  rig->key = g_build_filename (rig->directory, "key.pem", NULL);
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
  g_object_set (rig->sink, "port", 0, "certificate-file", rig->certificate,
      "key-file", rig->key, NULL);
}

static void
rig_play (Rig * rig)
{
  fail_unless (gst_element_set_state (rig->sink, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
}

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
  g_remove (rig->certificate);
  g_remove (rig->key);
  g_rmdir (rig->directory);
  g_free (rig->certificate);
  g_free (rig->key);
  g_free (rig->directory);
}

/* FALSE without the openssl command. */
static gboolean
run_openssl (const Rig * rig, const gchar * certificate, const gchar * key,
    const gchar * subject)
{
  const gchar *argv[] = { "openssl", "req", "-x509", "-newkey", "ec",
    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
    certificate, "-days", "30", "-subj", subject, NULL
  };
  gint status = 0;

  if (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH
          | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
          NULL, NULL, &status, NULL)
      && g_spawn_check_wait_status (status, NULL))
    return TRUE;
  GST_WARNING ("skipped: the command openssl is missing");
  return FALSE;
}

/* In place, and with the time of before: as one that came within a tick. */
static void
overwrite (const gchar * file, const gchar * text)
{
  static const struct timespec times[2] = { {1700000000, 0}, {1700000000, 0} };
  g_autofree gchar *padded = g_strnfill (FILE_BYTES, '\n');
  int fd = open (file, O_WRONLY | O_CREAT, 0600);

  memcpy (padded, text, MIN (strlen (text), FILE_BYTES));
  fail_unless (fd >= 0);
  fail_unless_equals_int (write (fd, padded, FILE_BYTES), FILE_BYTES);
  fail_unless_equals_int (futimens (fd, times), 0);
  close (fd);
}

/* A certificate and its key in place of those that are there. */
static gboolean
put_certificate (const Rig * rig, const gchar * subject)
{
  g_autofree gchar *certificate = g_strconcat (rig->certificate, ".new", NULL);
  g_autofree gchar *key = g_strconcat (rig->key, ".new", NULL);
  g_autofree gchar *certificate_text = NULL, *key_text = NULL;

  if (!run_openssl (rig, certificate, key, subject))
    return FALSE;
  fail_unless (g_file_get_contents (certificate, &certificate_text, NULL,
          NULL));
  fail_unless (g_file_get_contents (key, &key_text, NULL, NULL));
  overwrite (rig->key, key_text);
  overwrite (rig->certificate, certificate_text);
  g_remove (certificate);
  g_remove (key);
  return TRUE;
}

/* Until `state` is told. Returns: (transfer full) (nullable): its error */
static gchar *
await_message (Rig * rig, const gchar * state)
{
  gboolean found = FALSE;
  gchar *error = NULL;

  while (!found) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (rig->bus,
        PATIENCE, GST_MESSAGE_ELEMENT);
    const GstStructure *s;

    fail_unless (message != NULL, "no llhlssink-certificate with %s", state);
    s = gst_message_get_structure (message);
    found = gst_structure_has_name (s, "llhlssink-certificate")
        && g_strcmp0 (gst_structure_get_string (s, "state"), state) == 0;
    if (found)
      error = g_strdup (gst_structure_get_string (s, "error"));
  }
  return error;
}

/* The next of them, whatever it is, is `state`. */
static gchar *
expect_message (Rig * rig, const gchar * state)
{
  GstMessage *message;
  gchar *error = NULL;
  gboolean found = FALSE;

  while (!found && (message = gst_bus_timed_pop_filtered (rig->bus, PATIENCE,
              GST_MESSAGE_ELEMENT)) != NULL) {
    const GstStructure *s = gst_message_get_structure (message);

    found = gst_structure_has_name (s, "llhlssink-certificate");
    if (found) {
      fail_unless_equals_string (gst_structure_get_string (s, "state"), state);
      error = g_strdup (gst_structure_get_string (s, "error"));
    }
    gst_message_unref (message);
  }
  fail_unless (found, "no llhlssink-certificate");
  return error;
}

static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

static void
expect_subject (const Rig * rig, const gchar * subject)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) base = NULL;
  g_autoptr (GIOStream) tls = NULL;
  g_autofree gchar *shown = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  base = g_socket_client_connect_to_host (client, "127.0.0.1", rig->port, NULL,
      &error);
  fail_unless (base != NULL, "%s", error != NULL ? error->message : "");
  tls = g_tls_client_connection_new (G_IO_STREAM (base), NULL, NULL);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
  fail_unless (g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL,
          &error), "%s", error != NULL ? error->message : "");
  shown = g_tls_certificate_get_subject_name
      (g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (tls)));
  fail_unless_equals_string (shown, subject);
}

static gboolean
reload (Rig * rig)
{
  gboolean ok = FALSE;

  g_signal_emit_by_name (rig->sink, "reload-certificate", &ok);
  return ok;
}

GST_START_TEST (llhlscertificate_is_read_again_when_only_its_content_differs)
{
  Rig rig;

  rig_make (&rig);
  if (put_certificate (&rig, "/CN=first")) {
    rig_play (&rig);
    expect_subject (&rig, "CN=first");
    put_certificate (&rig, "/CN=second");
    /* A look between both files is allowed to find that they don't match. */
    g_free (await_message (&rig, "new"));
    expect_subject (&rig, "CN=second");
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlscertificate_is_reloaded_on_demand)
{
  Rig rig;
  guint i;

  rig_make (&rig);
  if (put_certificate (&rig, "/CN=first")) {
    rig_play (&rig);
    /* What has not changed is told as well: that it is in use. */
    for (i = 0; i < 3; i++) {
      fail_unless (reload (&rig));
      g_free (expect_message (&rig, "new"));
    }
    put_certificate (&rig, "/CN=second");
    fail_unless (reload (&rig));
    g_free (await_message (&rig, "new"));
    expect_subject (&rig, "CN=second");
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* The old one stays, the reason is told, and each demand is answered. */
GST_START_TEST (llhlscertificate_stays_when_the_new_one_is_bad)
{
  g_autofree gchar *error = NULL, *again = NULL;
  Rig rig;

  rig_make (&rig);
  if (put_certificate (&rig, "/CN=first")) {
    rig_play (&rig);
    overwrite (rig.certificate, "no certificate");
    fail_unless (reload (&rig));
    error = expect_message (&rig, "bad");
    fail_unless (error != NULL && strstr (error, rig.certificate) != NULL,
        "%s", error);
    expect_subject (&rig, "CN=first");
    g_remove (rig.certificate);
    fail_unless (reload (&rig));
    again = await_message (&rig, "bad");
    fail_unless (again != NULL);
    expect_subject (&rig, "CN=first");
    put_certificate (&rig, "/CN=third");
    fail_unless (reload (&rig));
    g_free (await_message (&rig, "new"));
    expect_subject (&rig, "CN=third");
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlscertificate_is_not_reloaded_where_there_is_none)
{
  Rig rig;

  rig_make (&rig);
  fail_if (reload (&rig));
  g_object_set (rig.sink, "certificate-file", NULL, "key-file", NULL, NULL);
  rig_play (&rig);
  fail_if (reload (&rig));
  rig_clear (&rig);
}

GST_END_TEST;

/* A demand is no reason to hang, also not when the element stops meanwhile. */
GST_START_TEST (llhlscertificate_may_be_reloaded_while_it_stops)
{
  Rig rig;
  guint i;

  rig_make (&rig);
  if (put_certificate (&rig, "/CN=first")) {
    for (i = 0; i < 3; i++) {
      rig_play (&rig);
      fail_unless (reload (&rig));
      gst_element_set_state (rig.sink, GST_STATE_NULL);
      fail_if (reload (&rig));
    }
  }
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
llhlscertificate_suite (void)
{
  Suite *s = suite_create ("llhlscertificate");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc,
      llhlscertificate_is_read_again_when_only_its_content_differs);
  tcase_add_test (tc, llhlscertificate_is_reloaded_on_demand);
  tcase_add_test (tc, llhlscertificate_stays_when_the_new_one_is_bad);
  tcase_add_test (tc, llhlscertificate_is_not_reloaded_where_there_is_none);
  tcase_add_test (tc, llhlscertificate_may_be_reloaded_while_it_stops);
  return s;
}

GST_CHECK_MAIN (llhlscertificate);
