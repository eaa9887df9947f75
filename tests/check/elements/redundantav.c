/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantsrc with inputs that the test feeds, on a clock of the test's: where
 * exactly picture and sound change, and whether lips stay in sync. */
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>

#define FRAME (40 * GST_MSECOND)
#define RATE 48000
#define FRAME_SAMPLES (RATE / 25)
#define N_INPUTS 3
#define VIDEO 1u
#define AUDIO 2u
#define BOTH 3u
#define MEDIA(i, media) ((media) << (2 * (i)))
#define ALL 0x3fu

/* fed://N is a source bin with what the URI's query names (video, audio), into
 * which the test pushes. */
typedef struct
{
  GstBin parent;
  gchar *uri;
  guint number;
  GstElement *sources[2];
} Fed;

typedef GstBinClass FedClass;

static GMutex feds_lock;
static Fed *feds[N_INPUTS];     /* the newest of each number */

static void fed_uri_init (gpointer iface, gpointer data);
GType fed_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Fed, fed, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, fed_uri_init));

static GstStaticPadTemplate fed_video = GST_STATIC_PAD_TEMPLATE ("video",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("video/x-raw,"
        "format=GRAY8,width=8,height=8,framerate=25/1"));
static GstStaticPadTemplate fed_audio = GST_STATIC_PAD_TEMPLATE ("audio",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("audio/x-raw,"
        "format=S16LE,rate=48000,channels=1,layout=interleaved"));

static GstURIType
fed_uri_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
fed_protocols (GType type)
{
  static const gchar *const protocols[] = { "fed", NULL };

  return protocols;
}

static gchar *
fed_get_uri (GstURIHandler * handler)
{
  return g_strdup (((Fed *) handler)->uri);
}

static void
add_source (Fed * self, guint i, GstStaticPadTemplate * pad_template)
{
  g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (pad_template);

  self->sources[i] = gst_element_factory_make ("appsrc", NULL);
  g_object_set (self->sources[i], "is-live", TRUE, "format", GST_FORMAT_TIME,
      "caps", caps, NULL);
  gst_bin_add (GST_BIN (self), self->sources[i]);
}

static void
add_pad (Fed * self, guint i, GstStaticPadTemplate * pad_template)
{
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (pad_template);
  g_autoptr (GstPad) src = NULL;
  GstPad *ghost;

  if (self->sources[i] == NULL)
    return;
  src = gst_element_get_static_pad (self->sources[i], "src");
  ghost = gst_ghost_pad_new_from_template (i == 0 ? "video" : "audio", src,
      template);
  gst_pad_set_active (ghost, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), ghost);
}

/* uridecodebin takes several pads only when they come by themselves. */
static GstStateChangeReturn
fed_change_state (GstElement * element, GstStateChange transition)
{
  GstStateChangeReturn result = GST_ELEMENT_CLASS (fed_parent_class)
      ->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    add_pad ((Fed *) element, 0, &fed_video);
    add_pad ((Fed *) element, 1, &fed_audio);
    gst_element_no_more_pads (element);
  }
  return result;
}

static gboolean
fed_set_uri (GstURIHandler * handler, const gchar * uri, GError ** error)
{
  Fed *self = (Fed *) handler;

  g_free (self->uri);
  self->uri = g_strdup (uri);
  self->number = uri[6] - '0';
  if (strstr (uri, "video") != NULL)
    add_source (self, 0, &fed_video);
  if (strstr (uri, "audio") != NULL)
    add_source (self, 1, &fed_audio);
  g_mutex_lock (&feds_lock);
  feds[self->number] = self;
  g_mutex_unlock (&feds_lock);
  return TRUE;
}

static void
fed_uri_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = fed_uri_type;
  handler->get_protocols = fed_protocols;
  handler->get_uri = fed_get_uri;
  handler->set_uri = fed_set_uri;
}

static void
fed_dispose (GObject * object)
{
  Fed *self = (Fed *) object;

  g_mutex_lock (&feds_lock);
  if (feds[self->number] == self)
    feds[self->number] = NULL;
  g_mutex_unlock (&feds_lock);
  g_clear_pointer (&self->uri, g_free);
  G_OBJECT_CLASS (fed_parent_class)->dispose (object);
}

static void
fed_class_init (FedClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fed_dispose;
  element_class->change_state = fed_change_state;
  gst_element_class_add_static_pad_template (element_class, &fed_video);
  gst_element_class_add_static_pad_template (element_class, &fed_audio);
  gst_element_class_set_static_metadata (element_class, "Fed", "Source",
      "Gives what a test pushes", "gst-onair contributors");
}

static void
fed_init (Fed * self)
{
}

typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  GstClock *clock;
  GstClockTime now;
  guint n;                      /* number of the next frame */
  guint n_outputs;
  guint64 pushed[N_INPUTS][2];
  GMutex lock;
  GArray *pictures;             /* guint of each slot: input << 16 | number */
  GArray *sound;                /* gint16, from the first slot on */
  GstClockTime first_picture, first_sound;
  guint holes;
} Rig;

static void
keep_picture (Rig * rig, GstBuffer * buffer)
{
  GstClockTime due = rig->first_picture + rig->pictures->len * FRAME;
  guint8 data[3];
  guint value;

  gst_buffer_extract (buffer, 0, data, 3);
  value = (guint) data[0] << 16 | data[1] << 8 | data[2];
  if (rig->pictures->len == 0)
    rig->first_picture = GST_BUFFER_PTS (buffer);
  else
    rig->holes += GST_BUFFER_PTS (buffer) != due;
  g_array_append_val (rig->pictures, value);
}

static void
keep_sound (Rig * rig, GstBuffer * buffer)
{
  GstClockTime due = rig->first_sound + gst_util_uint64_scale (rig->sound->len,
      GST_SECOND, RATE);
  GstMapInfo map;

  if (rig->sound->len == 0)
    rig->first_sound = GST_BUFFER_PTS (buffer);
  else
    rig->holes += GST_BUFFER_PTS (buffer) != due;
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_array_append_vals (rig->sound, map.data, map.size / 2);
  gst_buffer_unmap (buffer, &map);
}

static GstPadProbeReturn
keep (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;

  g_mutex_lock (&rig->lock);
  if (g_str_equal (GST_OBJECT_NAME (pad), "video"))
    keep_picture (rig, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    keep_sound (rig, GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_unlock (&rig->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch (Rig * rig, const gchar * name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (rig->src, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, keep, rig, NULL);
  rig->n_outputs++;
}

static void
rig_init (Rig * rig, const gchar * settings)
{
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s "
      "return-delay=2000 connect-timeout=3600000 stall-timeout=3600000 %s "
      "s.video ! fakesink sync=false async=false "
      "s.audio ! fakesink sync=false async=false", settings);
  g_autoptr (GError) error = NULL;

  memset (rig, 0, sizeof (Rig));
  g_mutex_init (&rig->lock);
  rig->pictures = g_array_new (FALSE, FALSE, sizeof (guint));
  rig->sound = g_array_new (FALSE, FALSE, sizeof (gint16));
  rig->pipeline = gst_parse_launch (line, &error);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  rig->src = gst_bin_get_by_name (GST_BIN (rig->pipeline), "s");
  watch (rig, "video");
  watch (rig, "audio");
  rig->clock = gst_test_clock_new ();
  gst_pipeline_use_clock (GST_PIPELINE (rig->pipeline), rig->clock);
  gst_element_set_start_time (rig->pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (rig->pipeline, 0);
  fail_unless (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

static void
rig_clear (Rig * rig)
{
  fail_unless_equals_int (rig->holes, 0);
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  gst_object_unref (rig->src);
  gst_object_unref (rig->pipeline);
  gst_object_unref (rig->clock);
  g_array_unref (rig->pictures);
  g_array_unref (rig->sound);
  g_mutex_clear (&rig->lock);
}

static GstStructure *
rig_stats (Rig * rig)
{
  GstStructure *stats;

  g_object_get (rig->src, "stats", &stats, NULL);
  return stats;
}

static guint64
rig_stat (Rig * rig, const gchar * field)
{
  g_autoptr (GstStructure) stats = rig_stats (rig);
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  return value;
}

/* What a medium has got of an input. */
static guint64
rig_received (Rig * rig, guint medium, guint input)
{
  g_autoptr (GstStructure) stats = rig_stats (rig);
  const GValue *list = gst_structure_get_value (stats, "media");
  guint64 buffers = 0;

  list = gst_structure_get_value (gst_value_get_structure
      (gst_value_array_get_value (list, medium)), "inputs");
  gst_structure_get_uint64 (gst_value_get_structure (gst_value_array_get_value
          (list, input)), "buffers", &buffers);
  return buffers;
}

/* Is the pad of a source linked to what follows the bin that made it? */
static gboolean
goes_on (Fed * fed, guint medium)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (GST_ELEMENT (fed),
      medium == 0 ? "video" : "audio");
  g_autoptr (GstPad) peer = pad != NULL ? gst_pad_get_peer (pad) : NULL;
  g_autoptr (GstProxyPad) outer = NULL;

  if (peer == NULL || !GST_IS_PROXY_PAD (peer))
    return FALSE;
  outer = gst_proxy_pad_get_internal (GST_PROXY_PAD (peer));
  return outer != NULL && gst_pad_is_linked (GST_PAD (outer));
}

/* NULL until it may be pushed into. */
static GstElement *
ref_source (guint input, guint medium)
{
  GstElement *source = NULL;

  g_mutex_lock (&feds_lock);
  if (feds[input] != NULL && goes_on (feds[input], medium))
    source = gst_object_ref (feds[input]->sources[medium]);
  g_mutex_unlock (&feds_lock);
  return source;
}

/* A frame that says whose it is and which, or as long a sound that does. */
static GstBuffer *
new_buffer (Rig * rig, guint input, guint medium)
{
  gsize size = medium == 0 ? 64 : FRAME_SAMPLES * 2, k;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0, size);
  if (medium == 0) {
    map.data[0] = input + 1;
    map.data[1] = rig->n >> 8;
    map.data[2] = rig->n & 0xff;
  } else {
    for (k = 0; k < FRAME_SAMPLES; k++)
      ((gint16 *) map.data)[k] = 1000 * (input + 1) + rig->n % 500;
  }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = rig->n * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

static void
push (Rig * rig, guint input, guint medium)
{
  GstElement *source;
  GstFlowReturn flow;
  GstBuffer *buffer;

  while ((source = ref_source (input, medium)) == NULL)
    g_usleep (1000);
  buffer = new_buffer (rig, input, medium);
  g_signal_emit_by_name (source, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
  gst_object_unref (source);
  fail_unless_equals_int (flow, GST_FLOW_OK);
  rig->pushed[input][medium]++;
}

/* Lets both outputs do all that is due up to now. */
static void
advance (Rig * rig)
{
  GstTestClock *clock = GST_TEST_CLOCK (rig->clock);

  for (;;) {
    GstClockID id, done;
    GList *pending;
    gboolean due;

    gst_test_clock_wait_for_multiple_pending_ids (clock, rig->n_outputs,
        &pending);
    g_list_free_full (pending, (GDestroyNotify) gst_clock_id_unref);
    if (!gst_test_clock_peek_next_pending_id (clock, &id))
      continue;
    due = gst_clock_id_get_time (id) <= rig->now;
    if (due) {
      gst_test_clock_set_time (clock, MAX (gst_clock_id_get_time (id),
              gst_clock_get_time (rig->clock)));
      done = gst_test_clock_process_next_clock_id (clock);
      if (done != NULL)
        gst_clock_id_unref (done);
    }
    gst_clock_id_unref (id);
    if (!due)
      break;
  }
  gst_test_clock_set_time (clock, MAX (rig->now,
          gst_clock_get_time (rig->clock)));
}

/* The inputs' media of the mask arrive for so long. */
static void
feed (Rig * rig, guint mask, GstClockTime duration)
{
  GstClockTime end = rig->now + duration;
  guint i, m;

  for (; rig->now < end; rig->now += FRAME, rig->n++) {
    advance (rig);
    for (i = 0; i < N_INPUTS; i++) {
      for (m = 0; m < 2; m++) {
        if (mask & MEDIA (i, 1u << m))
          push (rig, i, m);
      }
    }
    for (i = 0; i < N_INPUTS; i++) {
      for (m = 0; m < 2; m++) {
        while ((mask & MEDIA (i, 1u << m))
            && rig_received (rig, m, i) < rig->pushed[i][m])
          g_usleep (200);
      }
    }
  }
}

static guint
input_of_picture (Rig * rig, guint slot)
{
  return g_array_index (rig->pictures, guint, slot) >> 16;
}

static gint
sample_at (Rig * rig, GstClockTime time)
{
  guint64 at;

  fail_unless (time >= rig->first_sound);
  at = gst_util_uint64_scale (time - rig->first_sound, RATE, GST_SECOND);
  return at < rig->sound->len ? g_array_index (rig->sound, gint16, at) : -1;
}

static void
expect_newest (Rig * rig, guint picture, guint sound)
{
  g_mutex_lock (&rig->lock);
  fail_unless (rig->pictures->len > 0 && rig->sound->len > 0);
  fail_unless_equals_int (input_of_picture (rig, rig->pictures->len - 1),
      picture + 1);
  fail_unless_equals_int (g_array_index (rig->sound, gint16,
          rig->sound->len - 1) / 1000, sound + 1);
  g_mutex_unlock (&rig->lock);
}

/* Wherever a picture and the sound in its middle are of one input, they are the
 * same moment; returns how often they were of two. */
static guint
check_lips (Rig * rig)
{
  guint i, strange = 0;

  g_mutex_lock (&rig->lock);
  for (i = 0; i < rig->pictures->len; i++) {
    GstClockTime time = rig->first_picture + i * FRAME;
    guint value = g_array_index (rig->pictures, guint, i);
    gint early, late;

    if (time < rig->first_sound)
      continue;
    early = sample_at (rig, time + FRAME / 8);
    late = sample_at (rig, time + FRAME * 7 / 8);
    if (early < 0 || late < 0 || early != late)
      continue;                 /* a fade, or the end */
    if (late / 1000 == (gint) (value >> 16)) {
      fail_unless (late % 1000 == (gint) ((value & 0xffff) % 500),
          "picture %x at %" GST_TIME_FORMAT " with sound %d", value,
          GST_TIME_ARGS (time), late);
    } else {
      strange++;
    }
  }
  g_mutex_unlock (&rig->lock);
  return strange;
}

#define TWO "uris=\"fed://0?video,audio fed://1?video,audio\" " \
    "audio-uris=fed://2?audio"
#define TWO_ALL (MEDIA (0, BOTH) | MEDIA (1, BOTH) | MEDIA (2, AUDIO))

/* Dead at one instant, missed at two: the end is one all the same. */
GST_START_TEST (redundantsrc_cuts_picture_and_sound_at_one_place)
{
  static const gchar *const policies[] = { "prefer-common", "common",
    "independent"
  };
  g_autofree gchar *settings = g_strdup_printf ("av-policy=%s " TWO,
      policies[__i__]);
  Rig rig;

  rig_init (&rig, settings);
  feed (&rig, TWO_ALL, 2 * GST_SECOND);
  expect_newest (&rig, 0, 0);
  /* The sound stops 80 ms before the picture does. */
  feed (&rig, TWO_ALL & ~MEDIA (0, AUDIO), 80 * GST_MSECOND);
  feed (&rig, TWO_ALL & ~MEDIA (0, BOTH), 3 * GST_SECOND);
  expect_newest (&rig, 1, 1);
  feed (&rig, TWO_ALL, 4 * GST_SECOND);
  expect_newest (&rig, 0, 0);
  fail_unless (check_lips (&rig) <= (__i__ == 2 ? 4 : 3));
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "repeated-frames"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_moves_the_sound_alone_and_back)
{
  Rig rig;

  rig_init (&rig, TWO);
  feed (&rig, TWO_ALL, 2 * GST_SECOND);
  feed (&rig, TWO_ALL & ~MEDIA (0, AUDIO), 2 * GST_SECOND);
  expect_newest (&rig, 0, 1);
  feed (&rig, TWO_ALL & ~(MEDIA (0, AUDIO) | MEDIA (1, AUDIO)), 2 * GST_SECOND);
  expect_newest (&rig, 0, 2);
  feed (&rig, TWO_ALL, 4 * GST_SECOND);
  expect_newest (&rig, 0, 0);
  fail_unless (check_lips (&rig) > 75);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "repeated-frames"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "switches"), 3);
  rig_clear (&rig);
}

GST_END_TEST;

/* A camera and a sound feed that know nothing of each other. */
GST_START_TEST (redundantsrc_puts_picture_and_sound_of_two_inputs_together)
{
  Rig rig;

  rig_init (&rig, "uris=\"fed://0?video fed://1?video,audio\" "
      "audio-uris=fed://2?audio");
  gst_child_proxy_set (GST_CHILD_PROXY (rig.src), "input-0::media", VIDEO,
      "input-1::media", VIDEO, NULL);
  feed (&rig, MEDIA (0, VIDEO) | MEDIA (1, VIDEO) | MEDIA (2, AUDIO),
      2 * GST_SECOND);
  expect_newest (&rig, 0, 2);
  feed (&rig, MEDIA (1, VIDEO) | MEDIA (2, AUDIO), 2 * GST_SECOND);
  expect_newest (&rig, 1, 2);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_mutes_the_sound_beside_the_picture)
{
  gboolean granted = FALSE;
  Rig rig;

  rig_init (&rig, TWO);
  feed (&rig, TWO_ALL, 2 * GST_SECOND);
  g_signal_emit_by_name (rig.src, "media-fallback-to-slate", AUDIO, TRUE,
      &granted);
  fail_unless (granted);
  feed (&rig, TWO_ALL, 2 * GST_SECOND);
  g_mutex_lock (&rig.lock);
  fail_unless_equals_int (g_array_index (rig.sound, gint16,
          rig.sound->len - 1), 0);
  fail_unless_equals_int (input_of_picture (&rig, rig.pictures->len - 1), 1);
  g_mutex_unlock (&rig.lock);
  g_signal_emit_by_name (rig.src, "clear", &granted);
  feed (&rig, TWO_ALL, 2 * GST_SECOND);
  expect_newest (&rig, 0, 0);
  check_lips (&rig);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantav_suite (void)
{
  Suite *s = suite_create ("redundantav");
  TCase *tc = tcase_create ("redundantav");

  gst_element_register (NULL, "fedsrc", GST_RANK_PRIMARY, fed_get_type ());
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, redundantsrc_cuts_picture_and_sound_at_one_place,
      0, 3);
  tcase_add_test (tc, redundantsrc_moves_the_sound_alone_and_back);
  tcase_add_test (tc,
      redundantsrc_puts_picture_and_sound_of_two_inputs_together);
  tcase_add_test (tc, redundantsrc_mutes_the_sound_beside_the_picture);
  return s;
}

GST_CHECK_MAIN (redundantav);
