/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What llhlssink costs and how quick it is; `bench-llhls [CASE ...]` runs
 * `release`, `cache`, `package` and `memory`, or those that are named.
 *
 * release: N clients hold a playlist request each; how long after a part's
 * commit has each of them the last byte of its answer.  Origin and load
 * generator are processes of their own.  The floor is a server that does
 * nothing but write the same number of bytes to N sockets.
 */
#include "llhls.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "llhls-load.h"

/* Of parts half a second long: the element's defaults. */
static const BenchCadence half_second = { 24, 12, 8 };

/* The shortest that llhlssink makes. */
static const BenchCadence short_parts = { 25, 5, 5 };

typedef struct
{
  const gchar *name;
  BenchProtocol protocol;
  const BenchCadence *cadence;
  guint connections, streams;
} Case;

static const Case cases[] = {
  {"h1", BENCH_H1, &half_second, 50, 1},
  {"h2", BENCH_H2_TLS, &half_second, 50, 1},
  {"h1", BENCH_H1, &half_second, 1000, 1},
  {"h2", BENCH_H2_TLS, &half_second, 1000, 1},
  {"h1", BENCH_H1, &half_second, 4000, 1},
  {"h2", BENCH_H2_TLS, &half_second, 4000, 1},
  {"h2-shared", BENCH_H2_TLS, &half_second, 40, 100},
  {"h1-rate", BENCH_H1, &short_parts, 4000, 1},
  {"h2-rate", BENCH_H2_TLS, &short_parts, 4000, 1},
  {"h2-shared-rate", BENCH_H2_TLS, &short_parts, 40, 100},
};

static gboolean
server_wait (const BenchServer * self)
{
  guint i;

  for (i = 0; i < 1000; i++) {
    gint port = g_atomic_int_get (&self->shared->port);

    if (port != 0)
      return port > 0;
    g_usleep (10000);
  }
  return FALSE;
}

gboolean
bench_server_start (BenchServer * self, const BenchCadence * cadence,
    gboolean tls, gsize floor_size)
{
  self->shared = mmap (NULL, sizeof (*self->shared), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  fflush (NULL);
  self->pid = fork ();
  if (self->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (floor_size > 0)
      floor_run (self->shared, cadence, floor_size);
    else
      origin_run (self->shared, cadence, tls);
  }
  return self->pid > 0 && server_wait (self);
}

void
bench_server_stop (BenchServer * self)
{
  g_atomic_int_set (&self->shared->stop, 1);
  if (self->pid > 0)
    waitpid (self->pid, NULL, 0);
  munmap (self->shared, sizeof (*self->shared));
}

static gboolean
run (const Case * what, gsize floor_size, LoadResult * result)
{
  LoadConfig config = { what->protocol, *what->cadence, NULL,
    0, what->connections, what->streams, 4, 16
  };
  gboolean ok = FALSE;
  BenchServer server;

  if (floor_size > 0)
    config.protocol = BENCH_H1;
  if (bench_server_start (&server, what->cadence,
          what->protocol == BENCH_H2_TLS, floor_size)) {
    config.shared = server.shared;
    if (config.protocol == BENCH_H2_TLS && !server.shared->tls)
      g_print ("bench llhls %s: skipped, this llhlssink has no HTTP/2\n",
          what->name);
    else
      ok = load_run (&config, result);
  }
  bench_server_stop (&server);
  return ok;
}

static gdouble
ms (guint64 ns)
{
  return ns / 1e6;
}

static void
tell (const Case * what, const LoadResult * ours, const LoadResult * least)
{
  gdouble cpu = ours->origin_cpu / 1e9;

  g_print ("bench llhls release=%s clients=%u part-ms=%u p50-ms=%.1f "
      "p95-ms=%.1f max-ms=%.1f answers=%" G_GUINT64_FORMAT " late=%"
      G_GUINT64_FORMAT " errors=%" G_GUINT64_FORMAT " lost=%" G_GUINT64_FORMAT
      " bytes=%" G_GUINT64_FORMAT
      " answers-per-core-second=%.0f origin-cores=%.2f "
      "floor-p95-ms=%.1f floor-answers-per-core-second=%.0f ratio-p95=%.1f\n",
      what->name, what->connections * what->streams,
      what->cadence->frames_per_part * 1000 / what->cadence->fps,
      ms (ours->p50), ms (ours->p95), ms (ours->max), ours->answers, ours->late,
      ours->errors, ours->lost, ours->bytes / MAX (ours->answers + ours->late,
          1), (ours->answers + ours->late) / MAX (cpu, 1e-6),
      ours->origin_cpu / (gdouble) MAX (ours->elapsed, 1), ms (least->p95),
      (least->answers + least->late) / MAX (least->origin_cpu / 1e9, 1e-6),
      (gdouble) ours->p95 / MAX (least->p95, 1));
}

/* By name or number of clients, as `bench-llhls release h2 4000`. */
static gboolean
chosen (const Case * what, int argc, char **argv)
{
  gboolean named = FALSE, found = FALSE;
  guint64 clients = 0;
  int i;

  for (i = 2; i < argc && g_str_equal (argv[1], "release"); i++) {
    if (g_ascii_isdigit (argv[i][0])) {
      clients = g_ascii_strtoull (argv[i], NULL, 10);
    } else {
      named = TRUE;
      found |= g_str_equal (argv[i], what->name);
    }
  }
  return (!named || found) && (clients == 0
      || clients == what->connections * what->streams);
}

static int
release_run (int argc, char **argv)
{
  guint floor_clients = 0, floor_part = 0, i;
  LoadResult ours, least;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *what = &cases[i];
    Case floor = *what;

    if (!chosen (what, argc, argv))
      continue;
    if (what->protocol != BENCH_H1 && !load_h2_available ()) {
      g_print ("bench llhls %s: skipped, built without libnghttp2 or OpenSSL\n",
          what->name);
      continue;
    }
    if (!run (what, 0, &ours))
      continue;
    floor.connections = what->connections * what->streams;
    floor.streams = 1;
    /* The same for all protocols. */
    if ((floor_clients == floor.connections
            && floor_part == floor.cadence->frames_per_part)
        || run (&floor, ours.bytes / MAX (ours.answers + ours.late, 1), &least)) {
      floor_clients = floor.connections;
      floor_part = floor.cadence->frames_per_part;
      tell (what, &ours, &least);
    }
  }
  return 0;
}

/* As many files as the machine permits. */
static void
raise_limits (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

static gboolean
wanted (int argc, char **argv, const gchar * name)
{
  int i;

  for (i = 1; i < argc; i++) {
    if (g_str_equal (argv[i], name))
      return TRUE;
  }
  return argc == 1;
}

int
main (int argc, char **argv)
{
  int status = 0;

  signal (SIGPIPE, SIG_IGN);
  raise_limits ();
  if (wanted (argc, argv, "release"))
    status |= release_run (argc, argv);
  if (wanted (argc, argv, "cache"))
    status |= cache_run ();
  if (wanted (argc, argv, "memory"))
    status |= memory_run ();
  if (wanted (argc, argv, "package"))
    status |= package_run ();
  return status;
}
