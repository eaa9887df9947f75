/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the origin still has to do behind a caching nginx, when players go from
 * ten to a thousand: nothing more.  The configuration is the one that
 * docs/guides/cdn.md shows. */
#include "llhls.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const BenchCadence half_second = { 24, 12, 8 };

/* Somebody else may take it before nginx does; then the run fails, and tells. */
static guint
free_port (void)
{
  struct sockaddr_in address = { 0, };
  socklen_t size = sizeof (address);
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (fd, (struct sockaddr *) &address, size) == 0)
    getsockname (fd, (struct sockaddr *) &address, &size);
  close (fd);
  return ntohs (address.sin_port);
}

static gchar *
replace (gchar * text, const gchar * what, const gchar * by)
{
  gchar **parts = g_strsplit (text, what, -1);
  gchar *out = g_strjoinv (by, parts);

  g_strfreev (parts);
  g_free (text);
  return out;
}

static gboolean
write_config (const gchar * folder, guint listen, guint origin)
{
  g_autofree gchar *here = g_strdup_printf ("127.0.0.1:%u", listen);
  g_autofree gchar *there = g_strdup_printf ("127.0.0.1:%u", origin);
  g_autofree gchar *path = g_build_filename (folder, "nginx.conf", NULL);
  g_autofree gchar *text = NULL;

  if (!g_file_get_contents (BENCH_NGINX_CONF, &text, NULL, NULL))
    return FALSE;
  text = replace (text, "@LISTEN@", here);
  text = replace (text, "@ORIGIN_A@", there);
  text = replace (text, "@ORIGIN_B@", there);
  text = replace (text, "@TIMEOUT@", "15s");
  return g_file_set_contents (path, text, -1, NULL);
}

static gboolean
is_listening (guint port)
{
  struct sockaddr_in address = { 0, };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  gboolean ok;

  address.sin_family = AF_INET;
  address.sin_port = htons (port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  ok = connect (fd, (struct sockaddr *) &address, sizeof (address)) == 0;
  close (fd);
  return ok;
}

static pid_t
start_nginx (const gchar * program, const gchar * folder, guint port)
{
  pid_t pid = fork ();
  guint i;

  if (pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    execl (program, program, "-p", folder, "-c", "nginx.conf", "-e",
        "error.log", "-g", "daemon off; master_process off;", NULL);
    _exit (1);
  }
  for (i = 0; i < 500 && !is_listening (port); i++)
    g_usleep (10000);
  return pid;
}

static void
run_clients (const BenchServer * origin, guint port, guint clients)
{
  LoadConfig config = { BENCH_H1, half_second, origin->shared, port, clients,
    1, 4, 16
  };
  LoadResult result;

  if (!load_run (&config, &result))
    return;
  g_print ("bench llhls cache=nginx clients=%u answers=%" G_GUINT64_FORMAT
      " origin-requests=%" G_GUINT64_FORMAT " origin-requests-per-part=%.2f "
      "p50-ms=%.1f p95-ms=%.1f late=%" G_GUINT64_FORMAT " errors=%"
      G_GUINT64_FORMAT "\n", clients, result.answers, result.origin_requests,
      result.origin_requests / (gdouble) config.releases, result.p50 / 1e6,
      result.p95 / 1e6, result.late, result.errors);
}

static void
run_behind (const gchar * program, const gchar * folder)
{
  static const guint clients[] = { 10, 100, 1000 };
  guint port = free_port (), i;
  BenchServer origin;
  pid_t nginx;

  if (bench_server_start (&origin, &half_second, FALSE, 0)
      && write_config (folder, port, g_atomic_int_get (&origin.shared->port))) {
    nginx = start_nginx (program, folder, port);
    for (i = 0; i < G_N_ELEMENTS (clients); i++)
      run_clients (&origin, port, clients[i]);
    kill (nginx, SIGKILL);
    waitpid (nginx, NULL, 0);
  }
  bench_server_stop (&origin);
}

int
cache_run (void)
{
  g_autofree gchar *program = g_find_program_in_path ("nginx");
  g_autofree gchar *folder = g_dir_make_tmp ("bench-llhls-XXXXXX", NULL);
  g_autofree gchar *rest = g_strdup_printf ("rm -rf '%s'", folder);

  if (program == NULL)
    program = g_find_program_in_path ("/usr/sbin/nginx");
  if (program == NULL)
    g_print ("bench llhls cache: skipped, nginx is not installed\n");
  else
    run_behind (program, folder);
  return system (rest);
}
