/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Frame times that the origin's process tells the load generator. */
#define BENCH_MAX_FRAMES 65536

/* Cadence of the stream whose releases are measured; whole frames make up a
 * part and whole parts a segment, so that a part's number tells its last
 * frame. */
typedef struct
{
  guint fps;
  guint frames_per_part;
  guint parts_per_segment;
} BenchCadence;

/* Memory that both processes see.  CPU is user and system of all threads. */
typedef struct
{
  gint port;                    /* atomic; 0 until it listens, -1 failed */
  gint tls;                     /* the origin has certificates */
  gint stop;                    /* atomic */
  guint frames;                 /* pushed so far */
  /* ns, CLOCK_MONOTONIC, just before frame n is pushed: the last frame of a
   * part commits it. */
  guint64 pushed[BENCH_MAX_FRAMES];
  guint64 cpu_ns;               /* at the newest frame */
  guint64 requests;             /* that the origin had, likewise */
} BenchShared;

typedef enum
{
  BENCH_H1,
  BENCH_H2_TLS,
  BENCH_H2_CLEAR,
} BenchProtocol;

typedef struct
{
  BenchProtocol protocol;
  BenchCadence cadence;
  const BenchShared *shared;
  guint port;                   /* of a cache before the origin, or 0 */
  guint connections;
  guint streams;                /* a connection; 1 for HTTP/1.1 */
  guint warm_up;                /* releases before those that count */
  guint releases;               /* that count */
} LoadConfig;

/* What the held clients of one run saw. */
typedef struct
{
  guint64 answers;              /* of requests held when the part came */
  guint64 late;                 /* asked for after the part had come */
  guint64 errors;               /* no 200, wrong part, a lost connection */
  guint64 lost;                 /* connections, since the beginning */
  guint64 bytes;
  guint64 p50, p95, max;        /* ns, commit to last byte */
  guint64 origin_cpu, own_cpu;  /* ns, while it counted */
  guint64 elapsed;              /* ns */
  guint64 origin_requests;      /* meanwhile */
} LoadResult;

guint64 bench_now (void);
guint64 bench_own_cpu (void);

/* FALSE when nothing could be measured; says why. */
gboolean load_run (const LoadConfig * config, LoadResult * result);

/* Pushes a stream of that cadence into llhlssink until told to stop.  Runs in
 * a process of its own and does not return. */
void origin_run (BenchShared * shared, const BenchCadence * cadence,
    gboolean tls);

/* The least that a server can do: holds requests and writes the same `size`
 * bytes to all of them with each part. */
void floor_run (BenchShared * shared, const BenchCadence * cadence,
    gsize size);

int package_run (void);
int cache_run (void);
int memory_run (void);

/* A process that is asked, and the memory shared with it. */
typedef struct
{
  BenchShared *shared;
  pid_t pid;
} BenchServer;

/* The floor when `floor_size` is not 0, else llhlssink. */
gboolean bench_server_start (BenchServer * self,
    const BenchCadence * cadence, gboolean tls, gsize floor_size);
void bench_server_stop (BenchServer * self);

G_END_DECLS
