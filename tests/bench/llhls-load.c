/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps playlist requests blocked on many connections and measures, for each
 * release, the time from the part's commit to each client's last byte.  One
 * thread, one epoll, answers are parsed once for each state. */
#include "llhls-load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536
#define CONNECT_BATCH 200
/* A run without an answer for so long has failed. */
#define SILENCE_MS 20000

/* Where an answer leads, by its request. */
typedef struct
{
  guint64 msn, next_msn;
  guint part, next_part;
} Known;

struct _Load
{
  LoadConfig config;
  int epoll;
  LoadConnection *connections;
  guint n_lost;                 /* connections */
  guint n_ready;                /* streams that had an answer */
  gboolean has_first;
  guint64 first_msn;
  Known known[16];
  guint n_known;
  GArray *samples;              /* of guint64, ns */
  gboolean counting;
  guint64 releases_from;        /* frame behind which it counts */
  guint64 last_frame;           /* of the newest part that was answered */
  LoadResult result;
};

/* Parts and frames */

static guint64
frame_of (const Load * self, guint64 msn, guint part)
{
  const BenchCadence *c = &self->config.cadence;

  return ((msn - self->first_msn) * c->parts_per_segment + part + 1) *
      c->frames_per_part - 1;
}

static gchar *
unpack (const LoadStream * stream)
{
  g_autoptr (GConverter) gunzip = NULL;
  GString *text = g_string_new (NULL);
  gsize at = 0, read, written;
  gchar out[16384];

  if (!stream->gzip) {
    g_string_append_len (text, (const gchar *) stream->body->data,
        stream->body->len);
    return g_string_free (text, FALSE);
  }
  gunzip = G_CONVERTER (g_zlib_decompressor_new
      (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  while (g_converter_convert (gunzip, stream->body->data + at,
          stream->body->len - at, out, sizeof (out), G_CONVERTER_INPUT_AT_END,
          &read, &written, NULL) != G_CONVERTER_ERROR) {
    g_string_append_len (text, out, written);
    at += read;
    if (at == stream->body->len)
      break;
  }
  return g_string_free (text, FALSE);
}

static guint64
number_behind (const gchar * text, const gchar * tag)
{
  const gchar *found = strstr (text, tag);

  return found != NULL ? g_ascii_strtoull (found + strlen (tag), NULL, 10) : 0;
}

/* The part that comes next, as the playlist lists it. */
static gboolean
read_next (const gchar * text, guint64 * msn, guint * part)
{
  gchar **lines, **line;

  if (!g_str_has_prefix (text, "#EXTM3U"))
    return FALSE;
  *msn = number_behind (text, "#EXT-X-MEDIA-SEQUENCE:")
      + number_behind (text, "SKIPPED-SEGMENTS=");
  *part = 0;
  lines = g_strsplit (text, "\n", -1);
  for (line = lines; *line != NULL; line++) {
    if (g_str_has_prefix (*line, "#EXTINF:")) {
      (*msn)++;
      *part = 0;
    } else if (g_str_has_prefix (*line, "#EXT-X-PART:")) {
      (*part)++;
    }
  }
  g_strfreev (lines);
  return TRUE;
}

static const Known *
find_known (const Load * self, const LoadStream * stream)
{
  guint i;

  for (i = 0; i < MIN (self->n_known, G_N_ELEMENTS (self->known)); i++) {
    const Known *known = &self->known[i];

    if (known->msn == stream->msn && known->part == stream->part)
      return known;
  }
  return NULL;
}

static const Known *
learn (Load * self, const LoadStream * stream)
{
  Known *known = &self->known[self->n_known++ % G_N_ELEMENTS (self->known)];
  g_autofree gchar *text = unpack (stream);

  known->msn = stream->msn;
  known->part = stream->part;
  if (!read_next (text, &known->next_msn, &known->next_part))
    return NULL;
  if (!self->has_first) {
    /* The first playlist is fetched before the window slides. */
    self->first_msn = number_behind (text, "#EXT-X-MEDIA-SEQUENCE:");
    self->has_first = TRUE;
  }
  return known;
}

/* Requests */

static gboolean
ask (LoadStream * stream)
{
  gchar path[128];

  g_byte_array_set_size (stream->body, 0);
  stream->status = 0;
  stream->gzip = FALSE;
  if (stream->plain)
    g_snprintf (path, sizeof (path), "/video_0.m3u8");
  else
    g_snprintf (path, sizeof (path), "/video_0.m3u8?_HLS_msn=%" G_GUINT64_FORMAT
        "&_HLS_part=%u", stream->msn, stream->part);
  stream->asked = bench_now ();
  return stream->connection->transport->ask (stream, path);
}

static void
count_answer (Load * self, const LoadStream * stream)
{
  guint64 frame = frame_of (self, stream->msn, stream->part), commit, now;

  if (frame >= BENCH_MAX_FRAMES)
    return;
  now = bench_now ();
  commit = self->config.shared->pushed[frame];
  self->last_frame = MAX (self->last_frame, frame);
  if (!self->counting || frame < self->releases_from)
    return;
  self->result.bytes += stream->body->len;
  if (commit == 0 || now < commit) {
    self->result.errors++;      /* answered before there was anything */
  } else if (stream->asked > commit) {
    self->result.late++;
  } else {
    guint64 latency = now - commit;

    self->result.answers++;
    g_array_append_val (self->samples, latency);
  }
}

static gboolean
is_right (const Known * known, const LoadStream * stream)
{
  return known != NULL && (stream->plain || known->next_msn > stream->msn
      || (known->next_msn == stream->msn && known->next_part > stream->part));
}

void
load_on_answer (LoadStream * stream)
{
  Load *self = stream->connection->load;
  const Known *known = NULL;

  if (stream->status == 200) {
    if (!stream->plain)
      known = find_known (self, stream);
    if (known == NULL)
      known = learn (self, stream);
    if (!stream->plain)
      count_answer (self, stream);
    else
      self->n_ready++;
  }
  if (!is_right (known, stream)) {
    self->result.errors++;
    stream->plain = TRUE;
    if (stream->status == 0)
      return;
  } else {
    stream->plain = FALSE;
    stream->msn = known->next_msn;
    stream->part = known->next_part;
    if (stream->part >= self->config.cadence.parts_per_segment) {
      stream->part = 0;
      stream->msn++;
    }
  }
  if (!ask (stream))
    self->result.errors++;
}

/* HTTP/1.1 */

static gboolean
h1_ask (LoadStream * stream, const gchar * path)
{
  gchar request[256];
  int size = g_snprintf (request, sizeof (request),
      "GET %s HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n", path);

  return send (stream->connection->fd, request, size, MSG_NOSIGNAL) == size;
}

/* Length of the head, 0 when it is not there yet. */
static gsize
h1_head (const GByteArray * in)
{
  const guint8 *end = memmem (in->data, in->len, "\r\n\r\n", 4);

  return end != NULL ? (gsize) (end - in->data) + 4 : 0;
}

static gboolean
h1_field (const gchar * head, const gchar * name, gchar * value, gsize size)
{
  const gchar *found = strcasestr (head, name);
  gsize n;

  if (found == NULL)
    return FALSE;
  found += strlen (name);
  found += strspn (found, " ");
  n = MIN (strcspn (found, "\r"), size - 1);
  memcpy (value, found, n);
  value[n] = '\0';
  return TRUE;
}

/* TRUE when the whole answer is there; leaves its body. */
static gboolean
h1_complete (LoadStream * stream)
{
  gsize head = h1_head (stream->body), length = 0;
  gchar value[64];

  if (head == 0)
    return FALSE;
  stream->body->data[head - 1] = '\0';
  if (h1_field ((const gchar *) stream->body->data, "\r\nContent-Length:",
          value, sizeof (value)))
    length = g_ascii_strtoull (value, NULL, 10);
  stream->gzip = h1_field ((const gchar *) stream->body->data,
      "\r\nContent-Encoding:", value, sizeof (value));
  stream->body->data[head - 1] = '\n';
  if (stream->body->len < head + length)
    return FALSE;
  stream->status = strtoul ((const gchar *) stream->body->data + 9, NULL, 10);
  g_byte_array_remove_range (stream->body, 0, head);
  return TRUE;
}

static gboolean
h1_read (LoadConnection * connection)
{
  LoadStream *stream = connection->streams;
  guint8 in[READ_SIZE];
  gssize n = recv (connection->fd, in, sizeof (in), 0);

  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  if (n == 0)
    return FALSE;
  g_byte_array_append (stream->body, in, n);
  if (h1_complete (stream))
    load_on_answer (stream);
  return TRUE;
}

static void
h1_close (LoadConnection * connection)
{
}

static const LoadTransport h1 = { h1_ask, h1_read, h1_close };

/* Connections */

static int
connect_to (guint port)
{
  struct sockaddr_in address = { 0, };
  int fd = socket (AF_INET, SOCK_STREAM, 0), on = 1;

  address.sin_family = AF_INET;
  address.sin_port = htons (port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd < 0)
    return -1;
  if (connect (fd, (struct sockaddr *) &address, sizeof (address)) != 0) {
    close (fd);
    return -1;
  }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
  fcntl (fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static gboolean
open_connection (Load * self, LoadConnection * connection)
{
  struct epoll_event event = { EPOLLIN, {0} };
  guint i;

  connection->load = self;
  connection->transport = &h1;
  connection->fd = connect_to (self->config.port != 0 ? self->config.port
      : (guint) g_atomic_int_get (&self->config.shared->port));
  if (connection->fd < 0)
    return FALSE;
  connection->streams = g_new0 (LoadStream, self->config.streams);
  for (i = 0; i < self->config.streams; i++) {
    connection->streams[i].connection = connection;
    connection->streams[i].plain = TRUE;
    connection->streams[i].body = g_byte_array_new ();
  }
  if (self->config.protocol != BENCH_H1
      && !load_h2_open (connection, self->config.protocol == BENCH_H2_TLS))
    return FALSE;
  event.data.ptr = connection;
  epoll_ctl (self->epoll, EPOLL_CTL_ADD, connection->fd, &event);
  for (i = 0; i < self->config.streams; i++) {
    if (!ask (&connection->streams[i]))
      return FALSE;
  }
  return TRUE;
}

static void
close_connection (LoadConnection * connection, guint n_streams)
{
  guint i;

  if (connection->load == NULL || connection->fd < 0)
    return;
  connection->transport->close (connection);
  close (connection->fd);
  connection->fd = -1;
  for (i = 0; connection->streams != NULL && i < n_streams; i++)
    g_byte_array_unref (connection->streams[i].body);
  g_free (connection->streams);
}

/* FALSE after a silence. */
static gboolean
turn (Load * self, int timeout)
{
  struct epoll_event events[256];
  int i, n = epoll_wait (self->epoll, events, G_N_ELEMENTS (events), timeout);

  for (i = 0; i < n; i++) {
    LoadConnection *connection = events[i].data.ptr;

    if (!connection->transport->read (connection)) {
      self->result.errors++;
      self->n_lost++;
      epoll_ctl (self->epoll, EPOLL_CTL_DEL, connection->fd, NULL);
    }
  }
  return n > 0;
}

static gboolean
open_all (Load * self)
{
  guint i;

  for (i = 0; i < self->config.connections; i++) {
    if (!open_connection (self, &self->connections[i])) {
      g_printerr ("bench llhls: connection %u of %u failed: %s\n", i + 1,
          self->config.connections, g_strerror (errno));
      return FALSE;
    }
    /* The first answer tells where numbers begin. */
    if (i % CONNECT_BATCH == 0)
      while (turn (self, self->has_first ? 0 : SILENCE_MS));
    if (!self->has_first) {
      g_printerr ("bench llhls: no first answer\n");
      return FALSE;
    }
  }
  /* Handshakes take their time. */
  while (self->n_ready < self->config.connections * self->config.streams
      && self->n_lost == 0) {
    if (!turn (self, SILENCE_MS))
      break;
  }
  if (self->n_ready < self->config.connections * self->config.streams)
    g_printerr ("bench llhls: only %u of %u requests were answered\n",
        self->n_ready, self->config.connections * self->config.streams);
  return self->n_ready > 0;
}

static gboolean
run_until (Load * self, guint64 frame)
{
  while (self->last_frame < frame) {
    if (self->n_lost >= self->config.connections) {
      g_printerr ("bench llhls: the origin closed all connections\n");
      return FALSE;
    }
    if (!turn (self, SILENCE_MS)) {
      g_printerr ("bench llhls: no answer for %u s\n", SILENCE_MS / 1000);
      return FALSE;
    }
  }
  return TRUE;
}

/* What has been released must also have arrived before the end. */
static void
drain (Load * self)
{
  while (turn (self, 200)
      && self->last_frame < self->releases_from + G_MAXUINT32 / 2) {
    if (bench_now () - self->config.shared->pushed[self->last_frame]
        > (guint64) self->config.cadence.frames_per_part * 900000000 /
        self->config.cadence.fps)
      break;
  }
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

static guint64
percentile (const GArray * sorted, guint percent)
{
  if (sorted->len == 0)
    return 0;
  return g_array_index (sorted, guint64, (sorted->len - 1) * percent / 100);
}

static gboolean
measure (Load * self)
{
  const BenchCadence *c = &self->config.cadence;
  const BenchShared *shared = self->config.shared;
  guint64 begin, cpu, own, requests;

  if (!run_until (self, shared->frames + self->config.warm_up *
          c->frames_per_part))
    return FALSE;
  self->counting = TRUE;
  self->result.errors = 0;
  self->releases_from = self->last_frame + 1;
  begin = bench_now ();
  cpu = shared->cpu_ns;
  own = bench_own_cpu ();
  requests = shared->requests;
  if (!run_until (self, self->last_frame + self->config.releases *
          c->frames_per_part))
    return FALSE;
  drain (self);
  self->result.elapsed = bench_now () - begin;
  self->result.origin_cpu = shared->cpu_ns - cpu;
  self->result.own_cpu = bench_own_cpu () - own;
  self->result.origin_requests = shared->requests - requests;
  return TRUE;
}

gboolean
load_run (const LoadConfig * config, LoadResult * result)
{
  Load self = { *config, };
  gboolean ok;
  guint i;

  self.epoll = epoll_create1 (EPOLL_CLOEXEC);
  self.connections = g_new0 (LoadConnection, config->connections);
  self.samples = g_array_new (FALSE, FALSE, sizeof (guint64));
  ok = open_all (&self) && measure (&self);
  for (i = 0; i < config->connections; i++)
    close_connection (&self.connections[i], config->streams);
  g_array_sort (self.samples, compare);
  self.result.p50 = percentile (self.samples, 50);
  self.result.p95 = percentile (self.samples, 95);
  self.result.max = percentile (self.samples, 100);
  self.result.lost = self.n_lost;
  *result = self.result;
  g_array_unref (self.samples);
  g_free (self.connections);
  close (self.epoll);
  return ok;
}
