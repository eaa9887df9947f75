/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way an input can go wrong, on every kind of input, raw and encoded,
 * while a standby lives.  ONAIR_MATRIX names the kind; half of the cells of a
 * kind run beside each other, or only those of ONAIR_MATRIX_FAULT: raw or
 * encoded, with every second fault.  Of these four halves only one is tried
 * without ONAIR_TEST_LONG. */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "inputpeers.h"
#include "srtrelay.h"

#define RTMP_MODULE "/usr/lib/nginx/modules/ngx_rtmp_module.so"

/* More than what is the default, for all cells share a machine. */
#define PATIENCE "timeout=800 latency=2500"

/* Nor do transports give up packets that a busy machine holds up. */
#define CALM "latency=1500"

#define PRIMARY "0xff404040"
#define STANDBY "0xffb0b0b0"
#define FPS 25
#define KEY_DISTANCE GST_SECOND
/* Detectors need a second of it, and tell of it each half second. */
#define CONTENT "fail-on=black+freeze black-timeout=1000 freeze-timeout=1000"
#define MAX_UNNOTICED (2 * FPS)
#define FILE_FAULT 300          /* frame of a file that is at fault */

typedef enum
{
  SRT_CALLER,
  SRT_LISTENER,
  RTMP,
  RTP,
  FILES,
  APPSRC,
  N_KINDS
} Kind;

typedef enum
{
  KILL,
  EXIT,
  STALL,
  LOSS,
  END,
  NOISE,
  FREEZE,
  BLACK,
  CAPS,
  AHEAD,
  BACK,
  HANG,
  NEVER,
  MUTE,
  N_FAULTS
} Fault;

static const gchar *const kind_names[] = { "srt-caller", "srt-listener",
  "rtmp", "rtp", "file", "appsrc"
};

/* What the sender is asked to do. */
static const struct
{
  const gchar *name, *sender;
} faults[] = {
  {"kill", "none"}, {"exit", "none"}, {"stall", "none"}, {"loss", "none"},
  {"eos", "none"}, {"noise", "noise"}, {"freeze", "freeze"},
  {"black", "black"}, {"caps", "caps"}, {"ahead", "ahead"}, {"back", "back"},
  {"hang", "none"}, {"never", "none"}, {"mute", "none"},
};

#define NO_SENDER "a file has no sender"
#define TCP "TCP sends again: what is left of a loss is a stall"
#define DATAGRAMS "datagrams that end are datagrams that stop: stall"
#define NOT_SEEN "what is not decoded is not looked at"

/* Why a cell makes no sense; NULL: it is tried. */
static const gchar *const senseless[N_FAULTS][N_KINDS] = {
  {NULL, NULL, NULL, NULL, NO_SENDER, NULL},    /* kill */
  {NULL, NULL, NULL, NULL, NO_SENDER, NULL},    /* exit */
  {NULL, NULL, NULL, NULL, NO_SENDER, NULL},    /* stall */
  {NULL, NULL, TCP, NULL, NO_SENDER, NULL},     /* loss */
  {NULL, NULL, NULL, DATAGRAMS, NULL, NULL},    /* eos */
  {NULL, NULL, "the server does not pass what is no FLV", NULL, NULL, NULL},
  {NULL, NULL, NULL, NULL, NULL, NULL}, /* freeze */
  {NULL, NULL, NULL, NULL, NULL, NULL}, /* black */
  {NULL, NULL, NULL, NULL, NULL, NULL}, /* caps */
  {NULL, NULL, NULL, NULL, NULL, NULL}, /* ahead */
  {NULL, NULL, NULL, NULL, NULL, NULL}, /* back */
  {NULL, NULL, NULL, NULL, NULL, "the application stops its own elements"},
  {NULL, NULL, NULL, NULL, NULL, NULL}, /* never */
  {NULL, NULL, NULL, "there is no connection", NO_SENDER, "never"},     /* mute */
};

/* An element that hangs when it goes to NULL, until it is released. */
typedef GstElement Hanger;
typedef GstElementClass HangerClass;

static GMutex hang_lock;
static GCond hang_cond;
static gboolean hang_released;
static guint hangs;

GType hanger_get_type (void);

G_DEFINE_TYPE (Hanger, hanger, GST_TYPE_ELEMENT);

static GstStateChangeReturn
hanger_change_state (GstElement * element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_READY_TO_NULL) {
    g_mutex_lock (&hang_lock);
    hangs++;
    while (!hang_released)
      g_cond_wait (&hang_cond, &hang_lock);
    hangs--;
    g_cond_broadcast (&hang_cond);
    g_mutex_unlock (&hang_lock);
  }
  return GST_ELEMENT_CLASS (hanger_parent_class)->change_state (element,
      transition);
}

static void
hanger_class_init (HangerClass * klass)
{
  klass->change_state = hanger_change_state;
}

static void
hanger_init (Hanger * self)
{
}

static void
release_hangs (void)
{
  g_mutex_lock (&hang_lock);
  hang_released = TRUE;
  g_cond_broadcast (&hang_cond);
  while (hangs > 0)
    g_cond_wait (&hang_cond, &hang_lock);
  g_mutex_unlock (&hang_lock);
}

/* What a viewer and a decoder would notice, beside what Peers counts. */
typedef struct
{
  gboolean armed;               /* the fault may come now */
  guint frames, stale;          /* pictures like the one before */
  guint hash;
  guint keyless;                /* inputs that began without a key frame */
  gboolean changed;
  GstClockTime end[2], hole[2]; /* the longest */
  gfloat before[2];             /* samples */
  gfloat click;                 /* largest second difference */
  GstClockTime click_at;
  guint silent, longest_silent; /* samples in a row */
} Look;

typedef struct
{
  Kind kind;
  Fault fault;
  gboolean encoded;
  gchar *name;
  gchar *file;
  GPid sender;
  SrtRelay *relay;
  GPid mute;
  int mute_fd;
  GThread *feeder;              /* of APPSRC: reads `file` */
  gint feeding;                 /* atomic */
  gint loss;                    /* atomic: of 1000 packets */
  const gchar *primary, *standby;       /* the inputs' names */
  Peers peers;
  guint64 resyncs;              /* before the fault */
  GMutex lock;
  Look look;
} Cell;

static gchar *folder;
static gchar *standby_uri;
static GPid nginx;
static guint rtmp_port;

static guint
hash_of (const guint8 * data, gsize size)
{
  guint hash = 2166136261u;
  gsize i;

  for (i = 0; i < size; i++)
    hash = (hash ^ data[i]) * 16777619;
  return hash;
}

static void
look_at_picture (Look * look, GstBuffer * buffer)
{
  GstMapInfo map;
  guint hash;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  hash = hash_of (map.data, map.size * 2 / 3);
  gst_buffer_unmap (buffer, &map);
  if (look->armed && look->frames > 0 && hash == look->hash)
    look->stale++;
  look->hash = hash;
  look->frames++;
}

static void
look_at_sample (Look * look, gfloat sample, GstClockTime time)
{
  gfloat bend = sample - 2 * look->before[0] + look->before[1];

  if (look->armed && ABS (bend) > look->click) {
    look->click = ABS (bend);
    look->click_at = time;
  }
  look->before[1] = look->before[0];
  look->before[0] = sample;
  look->silent = ABS (sample) < 0.0005f ? look->silent + 1 : 0;
  if (look->armed && look->silent > look->longest_silent)
    look->longest_silent = look->silent;
}

static void
look_at_sound (Look * look, GstPad * pad, GstBuffer * buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  gboolean is_float = g_str_has_prefix (gst_structure_get_string (s, "format"),
      "F32");
  gint channels = 1;
  GstMapInfo map;
  gsize i;

  gst_structure_get_int (s, "channels", &channels);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  for (i = 0; i < map.size / (is_float ? 4 : 2); i += channels) {
    look_at_sample (look, is_float ? ((gfloat *) map.data)[i]
        : ((gint16 *) map.data)[i] / 32768.f, GST_BUFFER_PTS (buffer));
  }
  gst_buffer_unmap (buffer, &map);
}

/* Parameter sets and an IDR: a decoder can begin with it. */
static gboolean
is_idr (GstBuffer * buffer)
{
  gboolean sps = FALSE, idr = FALSE;
  GstMapInfo map;
  gsize i;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  for (i = 0; i + 3 < map.size; i++) {
    if (map.data[i] != 0 || map.data[i + 1] != 0 || map.data[i + 2] != 1)
      continue;
    sps |= (map.data[i + 3] & 0x1f) == 7;
    idr |= (map.data[i + 3] & 0x1f) == 5;
  }
  gst_buffer_unmap (buffer, &map);
  return sps && idr;
}

static void
look_at_unit (Look * look, GstBuffer * buffer, gboolean is_video)
{
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  if (is_video && (look->frames++ == 0 || look->changed
          || GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))) {
    look->keyless += !is_idr (buffer);
    look->changed = FALSE;
  }
  if (look->armed && time > look->end[is_video]) {
    look->hole[is_video] = MAX (look->hole[is_video],
        time - look->end[is_video]);
  }
  look->end[is_video] = time + GST_BUFFER_DURATION (buffer);
}

static GstPadProbeReturn
on_output (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  gboolean is_video = g_str_equal (GST_OBJECT_NAME (pad), "video");
  Cell *self = data;

  g_mutex_lock (&self->lock);
  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    if (is_video && GST_EVENT_TYPE (info->data) == GST_EVENT_CAPS)
      self->look.changed = TRUE;
  } else if (self->encoded) {
    look_at_unit (&self->look, info->data, is_video);
  } else if (is_video) {
    look_at_picture (&self->look, info->data);
  } else {
    look_at_sound (&self->look, pad, info->data);
  }
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static GPid
spawn_sender (const gchar * mux, const gchar * sink, const gchar * look,
    const gchar * fault, const gchar * more)
{
  g_autofree gchar *line = g_strdup_printf ("%s/tests/check/pipelines/"
      "matrix-sender %s '%s' %s %s %s", g_getenv ("ONAIR_BUILD_DIR"), mux,
      sink, look, fault, more);

  return peers_spawn (line);
}

static void
make_file (const gchar * path, const gchar * look, const gchar * fault,
    const gchar * more)
{
  g_autofree gchar *sink = g_strdup_printf ("filesink location=%s", path);
  GPid pid = spawn_sender ("mpegtsmux", sink, look, fault, more);
  int status = 1;

  fail_unless (waitpid (pid, &status, 0) == pid && status == 0);
}

/* A peer that takes a connection and says nothing, or calls and says nothing:
 * SRT through srtsink with nothing before it. */
static void
start_mute (Cell * self, guint port)
{
  g_autofree gchar *line = NULL;

  if (self->kind == RTMP) {
    struct sockaddr_in address = { 0, };

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    address.sin_port = htons (port);
    self->mute_fd = socket (AF_INET, SOCK_STREAM, 0);
    fail_unless (bind (self->mute_fd, (struct sockaddr *) &address,
            sizeof (address)) == 0 && listen (self->mute_fd, 5) == 0);
    return;
  }
  line = g_strdup_printf ("sh -c \"while true; do gst-launch-1.0 -q appsrc "
      "format=time is-live=true ! srtsink uri=srt://127.0.0.1:%u%s "
      "wait-for-connection=false; sleep 0.2; done\"", port,
      self->kind == SRT_CALLER ? "?mode=listener" : "");
  self->mute = peers_spawn (line);
}

static gchar *
start_file (Cell * self)
{
  /* Faults come after 12 s, when all cells are on the air. */
  const gchar *more = self->fault == END || self->fault == HANG ? "300 300"
      : "300 1500";

  if (self->fault == NEVER)
    return g_strdup_printf ("file://%s/none.ts", folder);
  self->file = g_strdup_printf ("%s/%s.ts", folder, faults[self->fault].name);
  make_file (self->file, PRIMARY, faults[self->fault].sender, more);
  return g_strdup_printf ("file://%s", self->file);
}

/* An application that gets an MPEG-TS from somewhere and passes it on: the sender
 * writes to a pipe that has a name. */
static void
push_packets (Cell * self, GstElement * app, const guint8 * data, gsize size)
{
  GByteArray *kept = g_byte_array_new ();
  GstFlowReturn flow = GST_FLOW_OK;
  GstBuffer *buffer;
  gsize at;

  for (at = 0; at < size; at += 188) {
    if (g_random_int_range (0, 1000) >= g_atomic_int_get (&self->loss))
      g_byte_array_append (kept, data + at, MIN (188, size - at));
  }
  size = kept->len;
  if (size == 0) {
    g_byte_array_unref (kept);
    return;
  }
  buffer = gst_buffer_new_wrapped (g_byte_array_free (kept, FALSE), size);
  g_signal_emit_by_name (app, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
}

static gpointer
feed_app (gpointer data)
{
  Cell *self = data;
  GstElement *app = gst_bin_get_by_name (GST_BIN (self->peers.pipeline), "a");
  GByteArray *rest = g_byte_array_new ();
  guint8 chunk[188 * 70];
  GstFlowReturn flow;
  gboolean seen = FALSE;
  gssize n;
  int fd = open (self->file, O_RDONLY | O_NONBLOCK);

  fail_unless (fd >= 0);
  while (g_atomic_int_get (&self->feeding)) {
    struct pollfd poll_fd = { fd, POLLIN, 0 };

    if (poll (&poll_fd, 1, 50) == 0)
      continue;
    n = read (fd, chunk, sizeof (chunk));
    if (n > 0) {
      gsize whole;
      seen = TRUE;
      g_byte_array_append (rest, chunk, n);
      whole = rest->len - rest->len % 188;
      push_packets (self, app, rest->data, whole);
      g_byte_array_remove_range (rest, 0, whole);
    } else if (n == 0 && seen && (self->fault == END || self->fault == EXIT)) {
      g_signal_emit_by_name (app, "end-of-stream", &flow);
      break;
    } else {
      g_usleep (10000);
    }
  }
  close (fd);
  g_byte_array_unref (rest);
  gst_object_unref (app);
  return NULL;
}

static void
start_app (Cell * self)
{
  g_autofree gchar *sink = NULL;

  self->file = g_strdup_printf ("%s/%s.pipe", folder, self->name);
  fail_unless (mkfifo (self->file, 0600) == 0);
  if (self->fault == NEVER)
    return;
  sink = g_strdup_printf ("filesink location=%s buffer-mode=unbuffered",
      self->file);
  self->sender = spawn_sender ("mpegtsmux", sink, PRIMARY,
      faults[self->fault].sender, "");
}

/* Where the sender sends to, when the input is at `port`. */
static gchar *
sink_of (Cell * self, guint port)
{
  switch (self->kind) {
    case SRT_CALLER:
      return g_strdup_printf ("srtsink uri=srt://127.0.0.1:%u?mode=listener&"
          CALM " wait-for-connection=false", port);
    case SRT_LISTENER:
      return g_strdup_printf ("srtsink uri=srt://127.0.0.1:%u?" CALM, port);
    case RTMP:
      return g_strdup_printf ("rtmp2sink location=rtmp://127.0.0.1:%u/live/%s",
          rtmp_port, self->name);
    case RTP:
      return g_strdup_printf ("rtpmp2tpay ! udpsink host=127.0.0.1 port=%u",
          port);
    case FILES:
    case APPSRC:
    case N_KINDS:
      break;
  }
  g_assert_not_reached ();
}

static gchar *
uri_of (Cell * self, guint port)
{
  switch (self->kind) {
    case SRT_CALLER:
      return g_strdup_printf ("srt://127.0.0.1:%u?" CALM, port);
    case SRT_LISTENER:
      return g_strdup_printf ("srt://127.0.0.1:%u?mode=listener&" CALM, port);
    case RTMP:
      return g_strdup_printf ("rtmp://127.0.0.1:%u/live/%s",
          self->fault == MUTE ? port : rtmp_port, self->name);
    case RTP:
      return g_strdup_printf ("rtp://127.0.0.1:%u?" CALM, port);
    case FILES:
    case APPSRC:
    case N_KINDS:
      break;
  }
  g_assert_not_reached ();
}

/* Starts what the input will meet and returns its URI. */
static gchar *
start_peer (Cell * self)
{
  g_autofree gchar *sink = NULL;
  guint port, to;

  if (self->kind == FILES)
    return start_file (self);
  port = to = peers_free_port (self->kind == RTMP ? SOCK_STREAM : SOCK_DGRAM);
  if (self->fault == MUTE)
    start_mute (self, port);
  if (self->fault == MUTE || self->fault == NEVER)
    return uri_of (self, port);
  if (self->fault == LOSS) {
    self->relay = srt_relay_new (port);
    to = self->relay->port;
  }
  /* Who is called is behind the relay. */
  sink = sink_of (self, self->kind == SRT_CALLER ? port : to);
  self->sender = spawn_sender (self->kind == RTMP ? "flvmux" : "mpegtsmux",
      sink, PRIMARY, faults[self->fault].sender, "");
  return uri_of (self, self->kind == SRT_CALLER ? to : port);
}

static gboolean
is_there_from_the_start (const Cell * self)
{
  return self->fault == NEVER || self->fault == MUTE;
}

static void
on_bin_added (GstBin * bin, GstElement * element, gpointer data)
{
  if (g_str_has_prefix (GST_OBJECT_NAME (element), "input-0-1"))
    gst_bin_add (GST_BIN (element), g_object_new (hanger_get_type (), NULL));
}

/* Its input comes before that of the URI. */
#define APP_FIRST "sink_0::priority=0 input-0::priority=100"
#define APP "appsrc name=a is-live=true do-timestamp=true format=time " \
  "caps=video/mpegts,systemstream=true ! s.sink_0"

static void
begin_feeding (Cell * self)
{
  g_atomic_int_set (&self->feeding, TRUE);
  self->feeder = g_thread_new ("feeder", feed_app, self);
}

static Cell *
cell_new (Kind kind, Fault fault, gboolean encoded)
{
  static const gchar *const names[] = { "video", "audio" };
  Cell *self = g_new0 (Cell, 1);
  g_autofree gchar *uri = NULL, *line = NULL;
  guint i;

  self->kind = kind;
  self->fault = fault;
  self->encoded = encoded;
  self->mute_fd = -1;
  self->name = g_strdup_printf ("%s-%s-%s", kind_names[kind],
      faults[fault].name, encoded ? "encoded" : "raw");
  g_mutex_init (&self->lock);
  self->primary = kind == APPSRC ? "sink_0" : "input-0";
  self->standby = kind == APPSRC ? "input-0" : "input-1";
  if (kind == APPSRC)
    start_app (self);
  else
    uri = start_peer (self);
  line = g_strdup_printf ("redundantsrc name=s " PATIENCE " startup-timeout=%u "
      "stall-timeout=2000 connect-timeout=4000 teardown-timeout=500 "
      "retry-max=1000 return-delay=60000 %s %s output=%s uris=\"%s %s\" "
      "s.video ! fakesink sync=true s.audio ! fakesink sync=true %s",
      is_there_from_the_start (self) ? 3000 : 40000, fault == FREEZE
      || fault == BLACK ? CONTENT : "", kind == APPSRC ? APP_FIRST : "",
      encoded ? "encoded" : "raw",
      uri != NULL ? uri : "", standby_uri, kind == APPSRC ? APP : "");
  peers_init (&self->peers, line);
  if (kind == APPSRC)
    begin_feeding (self);
  for (i = 0; i < 2; i++) {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (self->peers.src,
        names[i]);
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
        | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_output, self, NULL);
  }
  if (fault == HANG) {
    g_signal_connect (self->peers.src, "element-added",
        G_CALLBACK (on_bin_added), NULL);
  }
  peers_play (&self->peers);
  return self;
}

/* The fault is not there yet, and both inputs are. */
static void
cell_wait_ready (Cell * self)
{
  if (is_there_from_the_start (self)) {
    peers_expect (&self->peers, "redundantsrc-switch", "to", self->standby,
        "medium", "video");
  } else {
    peers_expect (&self->peers, "redundantsrc-switch", "to", self->primary,
        "medium", "video");
    /* URIs come before pads. */
    peers_wait_input (&self->peers, self->kind == APPSRC ? 0 : 1, "running");
  }
  peers_wait_buffers (&self->peers, 0, FPS);
  peers_wait_buffers (&self->peers, 1, FPS);
}

/* How often an input's sound was placed anew. */
static guint64
count_resyncs (Cell * self)
{
  const GValue *media;
  GstStructure *stats;
  guint64 resyncs = 0, one;
  guint i;

  g_object_get (self->peers.src, "stats", &stats, NULL);
  media = gst_structure_get_value (stats, "media");
  for (i = 0; i < gst_value_array_get_size (media); i++) {
    if (gst_structure_get_uint64 (gst_value_get_structure
            (gst_value_array_get_value (media, i)), "resyncs", &one))
      resyncs += one;
  }
  gst_structure_free (stats);
  return resyncs;
}

static void
cell_arm (Cell * self)
{
  self->resyncs = count_resyncs (self);
  g_mutex_lock (&self->lock);
  self->look.armed = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
cell_strike (Cell * self)
{
  gboolean granted;

  if (self->kind == FILES && self->fault != HANG)
    return;
  switch (self->fault) {
    case KILL:
      peers_kill (&self->sender);
      break;
    case HANG:
      /* By hand, for not every kind goes to NULL when its sender dies. */
      peers_kill (&self->sender);
      g_signal_emit_by_name (self->peers.src, "restart-input", "input-0",
          &granted);
      fail_unless (granted);
      break;
    case EXIT:
      kill (self->sender, SIGINT);
      break;
    case STALL:
      kill (self->sender, SIGSTOP);
      break;
    case LOSS:
      g_atomic_int_set (self->kind == APPSRC ? &self->loss
          : &self->relay->loss, 300);
      break;
    case END:
      kill (self->sender, SIGTERM);
      break;
    case NOISE:
    case FREEZE:
    case BLACK:
    case CAPS:
    case AHEAD:
    case BACK:
      kill (self->sender, SIGUSR1);
      break;
    case NEVER:
    case MUTE:
    case N_FAULTS:
      break;
  }
}

/* The input fails for good; else it may stay. */
static gboolean
must_leave (const Cell * self)
{
  switch (self->fault) {
    case KILL:
    case EXIT:
    case STALL:
    case END:
    case FREEZE:
    case BLACK:
    case HANG:
      return TRUE;
    case LOSS:
    case NOISE:
    case CAPS:
    case AHEAD:
    case BACK:
    case NEVER:
    case MUTE:
    case N_FAULTS:
      break;
  }
  return FALSE;
}

static void
cell_wait_through (Cell * self)
{
  if (must_leave (self)) {
    peers_expect (&self->peers, "redundantsrc-switch", "to", self->standby,
        "medium", "video");
  }
  if (self->kind == FILES && peers_count (&self->peers, 0) < FILE_FAULT)
    peers_wait_buffers (&self->peers, 0, FILE_FAULT);
  /* What was stored, and what comes after. */
  peers_wait_buffers (&self->peers, 0, 5 * FPS);
  peers_wait_buffers (&self->peers, 1, FPS);
  if (self->fault == HANG) {
    fail_unless (peers_input_stat (&self->peers, 0, "zombies") > 0, "%s",
        self->name);
  }
}

static gboolean
is_jump (const Cell * self)
{
  return self->fault == AHEAD || self->fault == BACK;
}

static void
check_raw (Cell * self)
{
  const Look *look = &self->look;
  guint stale;

  peers_check_unbroken (&self->peers, 0);
  peers_check_unbroken (&self->peers, 1);
  peers_check_nothing_missing (&self->peers);
  /* What is lost of a coded stream is damage, which a decoder shows. */
  if (self->fault == LOSS || self->fault == NOISE)
    return;
  stale = self->fault == FREEZE || self->fault == BLACK ? MAX_UNNOTICED : 0;
  fail_unless (look->stale <= stale, "%s: %u stale pictures", self->name,
      look->stale);
  fail_unless (look->longest_silent < 96, "%s: %u silent samples", self->name,
      look->longest_silent);
  /* -40 dBFS, unless an input's own sound had a hole: it was starved, or its
   * encoder ended in the middle of a wave and filled its last frame up. */
  if (self->fault == END
      || (!is_jump (self) && count_resyncs (self) > self->resyncs))
    return;
  fail_unless (look->click < 0.01f, "%s: a click of %f at %" GST_TIME_FORMAT,
      self->name, look->click, GST_TIME_ARGS (look->click_at));
}

static void
check_encoded (Cell * self)
{
  const Look *look = &self->look;
  guint i;

  for (i = 0; i < 2; i++) {
    const PeersOutput *output = &self->peers.output[i];

    fail_unless (output->back == 0 && output->streams == 1 && output->eos == 0,
        "%s: output %u: %u back, %u streams, %u ends", self->name, i,
        output->back, output->streams, output->eos);
  }
  fail_unless (look->keyless == 0, "%s: %u beginnings without a key frame",
      self->name, look->keyless);
  /* What is lost of a coded stream is damage, which a decoder shows. */
  fail_unless (self->fault == LOSS
      || look->hole[1] <= KEY_DISTANCE + 3 * GST_SECOND / FPS,
      "%s: no picture for %" GST_TIME_FORMAT, self->name,
      GST_TIME_ARGS (look->hole[1]));
}

static void
cell_check (Cell * self)
{
  const Look *look = &self->look;

  g_mutex_lock (&self->lock);
  if (g_getenv ("ONAIR_MATRIX_SHOW") != NULL) {
    g_print ("%-30s missed %" G_GUINT64_FORMAT " stale %u silent %u click %.4f "
        "keyless %u hole %.0f %.0f ms\n", self->name,
        peers_stat (&self->peers, "frames-missed"), look->stale,
        look->longest_silent, look->click, look->keyless,
        look->hole[1] / 1e6, look->hole[0] / 1e6);
  }
  if (self->encoded)
    check_encoded (self);
  else
    check_raw (self);
  g_mutex_unlock (&self->lock);
}

static void
cell_free (Cell * self)
{
  g_atomic_int_set (&self->feeding, FALSE);
  if (self->feeder != NULL)
    g_thread_join (self->feeder);
  peers_clear (&self->peers);
  peers_kill (&self->sender);
  peers_kill (&self->mute);
  if (self->mute_fd >= 0)
    close (self->mute_fd);
  if (self->relay != NULL)
    srt_relay_free (self->relay);
  if (self->file != NULL)
    g_remove (self->file);
  g_mutex_clear (&self->lock);
  g_free (self->file);
  g_free (self->name);
  g_free (self);
}

static void
for_each (GPtrArray * cells, void (*what) (Cell * self))
{
  guint i;

  for (i = 0; i < cells->len; i++)
    what (g_ptr_array_index (cells, i));
}

static const gchar *
why_not (Kind kind, Fault fault, gboolean encoded, guint half)
{
  static const gchar *const probe[] = { "healthprobe", NULL };
  gboolean is_content = fault == FREEZE || fault == BLACK;
  const gchar *only = g_getenv ("ONAIR_MATRIX_FAULT");

  if (only != NULL && !g_str_equal (only, faults[fault].name))
    return "it was not asked for";
  if (senseless[fault][kind] != NULL)
    return senseless[fault][kind];
  if (is_content && encoded)
    return NOT_SEEN;
  if (is_content && !peers_have (probe))
    return "healthprobe is not built";
  if (fault % 2 != half)
    return "the other half";
  return NULL;
}

static void
run_cells (Kind kind, gboolean encoded, guint half)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  const gchar *why;
  Fault fault;

  for (fault = 0; fault < N_FAULTS; fault++) {
    why = why_not (kind, fault, encoded, half);
    if (why == NULL)
      g_ptr_array_add (cells, cell_new (kind, fault, encoded));
    else
      g_print ("%s %s %s: not tried, %s\n", kind_names[kind],
          faults[fault].name, encoded ? "encoded" : "raw", why);
  }
  if (cells->len == 0)
    return;
  for_each (cells, cell_wait_ready);
  for_each (cells, cell_arm);
  for_each (cells, cell_strike);
  for_each (cells, cell_wait_through);
  for_each (cells, cell_check);
  for_each (cells, cell_free);
  release_hangs ();
}

static void
start_nginx (void)
{
  g_autofree gchar *program = peers_find ("nginx");
  g_autofree gchar *file = g_build_filename (folder, "nginx.conf", NULL);
  g_autofree gchar *text = NULL, *line = NULL;

  rtmp_port = peers_free_port (SOCK_STREAM);
  text = g_strdup_printf ("load_module " RTMP_MODULE "; pid nginx.pid; "
      "error_log error.log; events { } rtmp { access_log off; server { "
      "listen 127.0.0.1:%u; chunk_size 4096; out_queue 4096; "
      "application live { live on; " "} } }\n", rtmp_port);
  fail_unless (g_file_set_contents (file, text, -1, NULL));
  line = g_strdup_printf ("%s -p %s -c nginx.conf -e error.log "
      "-g 'daemon off; master_process off;'", program, folder);
  nginx = peers_spawn (line);
  peers_wait_listening (rtmp_port);
}

static gboolean
can_run (Kind kind)
{
  static const gchar *const needed[] = { "x264enc", "avenc_aac", "mpegtsmux",
    "tsdemux", "h264parse", "avdec_h264", "avdec_aac", "flvmux", "flvdemux",
    "srtsink", "srtsrc", "rtpmp2tpay", "rtmp2sink", "rtmp2src", NULL
  };
  g_autofree gchar *launch = peers_find ("gst-launch-1.0");
  g_autofree gchar *program = NULL;

  if (launch == NULL || !peers_have (needed))
    return FALSE;
  if (kind != RTMP)
    return TRUE;
  program = peers_find ("nginx");
  if (program != NULL && g_file_test (RTMP_MODULE, G_FILE_TEST_EXISTS))
    return TRUE;
  g_print ("SKIP: nginx and its module for RTMP are not installed\n");
  return FALSE;
}

static void
remove_folder (void)
{
  static const gchar *const files[] = { "standby.ts", "nginx.conf",
    "nginx.pid", "error.log"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *file = g_build_filename (folder, files[i], NULL);
    g_remove (file);
  }
  g_rmdir (folder);
}

GST_START_TEST (redundantsrc_bears_every_fault_of_an_input)
{
  gboolean encoded = __i__ % 2 == 1;
  guint half = __i__ / 2;
  Kind kind = 0;
  g_autofree gchar *standby = NULL;

  while (kind < N_KINDS && g_strcmp0 (g_getenv ("ONAIR_MATRIX"),
          kind_names[kind]) != 0)
    kind++;
  fail_unless (kind < N_KINDS, "ONAIR_MATRIX is no kind");
  if (g_getenv ("ONAIR_TEST_LONG") == NULL
      && ((kind + encoded) % 2 != 0 || kind / 2 % 2 != half))
    return;
  if (!can_run (kind))
    return;
  folder = g_dir_make_tmp ("redundancymatrix-XXXXXX", NULL);
  standby = g_build_filename (folder, "standby.ts", NULL);
  make_file (standby, STANDBY, "none", "0 3000");
  standby_uri = g_strdup_printf ("file://%s", standby);
  if (kind == RTMP)
    start_nginx ();
  run_cells (kind, encoded, half);
  peers_kill (&nginx);
  remove_folder ();
  g_free (standby_uri);
  g_free (folder);
}

GST_END_TEST;

static Suite *
redundancymatrix_suite (void)
{
  Suite *s = suite_create ("redundancymatrix");
  TCase *tc = tcase_create ("redundancymatrix");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 200);
  tcase_add_loop_test (tc, redundantsrc_bears_every_fault_of_an_input, 0, 4);
  return s;
}

GST_CHECK_MAIN (redundancymatrix);
