/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs of any form and one output that keeps its own. */
#include <gst/audio/audio.h>
#include <gst/base/gstpushsrc.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include <math.h>
#include <string.h>

#define COLOR 0xffc02040
#define TONE 440
#define AMPLITUDE 0.25

typedef struct
{
  const gchar *caps;
  gint width;                   /* of the picture within 320x180 */
  gint height;
} Picture;

/* *INDENT-OFF* */
static const Picture pictures[] = {
  {"video/x-raw,format=I420,width=320,height=180,framerate=25/1,"
      "colorimetry=bt709", 320, 180},
  {"video/x-raw,format=NV12,width=1280,height=720,framerate=25/1", 320, 180},
  {"video/x-raw,format=I420,width=1920,height=1080,framerate=50/1", 320, 180},
  /* SD: other colours, 4:3 by the shape of its pixels. */
  {"video/x-raw,format=I420,width=720,height=576,framerate=25/1,"
      "pixel-aspect-ratio=16/15,colorimetry=bt601", 240, 180},
  {"video/x-raw,format=I420,width=720,height=480,framerate=30000/1001,"
      "pixel-aspect-ratio=8/9", 240, 180},
  {"video/x-raw,format=I420,width=720,height=480,framerate=30000/1001,"
      "pixel-aspect-ratio=32/27", 320, 180},
  {"video/x-raw,format=UYVY,width=720,height=576,framerate=25/1,"
      "pixel-aspect-ratio=64/45,interlace-mode=interleaved,"
      "field-order=top-field-first", 320, 180},
  {"video/x-raw,format=I422_10LE,width=1920,height=1080,framerate=25/1,"
      "interlace-mode=interleaved,field-order=top-field-first", 320, 180},
  /* The size of the output, and still not its form. */
  {"video/x-raw,format=I420,width=320,height=180,framerate=25/1,"
      "colorimetry=bt601", 320, 180},
  {"video/x-raw,format=I420,width=320,height=180,framerate=25/1,"
      "colorimetry=(string)1:4:0:0", 320, 180},
  {"video/x-raw,format=I420,width=320,height=180,framerate=25/1,"
      "pixel-aspect-ratio=3/4,colorimetry=bt709", 240, 180},
  {"video/x-raw,format=RGB,width=333,height=177,framerate=15/1", 320, 170},
  {"video/x-raw,format=Y444,width=101,height=203,framerate=60000/1001", 90,
      180},
  {"video/x-raw,format=P010_10LE,width=1920,height=1080,framerate=24/1,"
      "colorimetry=bt2020-10", 320, 180},
};

static const gchar *const sounds[] = {
  "audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved",
  "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved",
  "audio/x-raw,format=S16LE,rate=44100,channels=2,layout=interleaved",
  "audio/x-raw,format=S24LE,rate=96000,channels=2,layout=interleaved",
  "audio/x-raw,format=F32LE,rate=48000,channels=6,layout=interleaved,"
      "channel-mask=(bitmask)0x3f",
  "audio/x-raw,format=S32LE,rate=32000,channels=2,layout=interleaved",
  "audio/x-raw,format=F64LE,rate=11025,channels=1,layout=interleaved",
};
/* *INDENT-ON* */

/* A live source of one colour, or one tone: forms://N is pictures[N],
 * forms://N with N from 100 on sounds[N - 100]. */
typedef struct
{
  GstPushSrc parent;
  gchar *uri;
  guint index;
  GstCaps *caps;
  GstBuffer *picture;
  guint64 n;                    /* frames, or samples */
  gint64 start;                 /* us */
} Forms;

typedef GstPushSrcClass FormsClass;

static void forms_uri_init (gpointer iface, gpointer data);
GType forms_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Forms, forms, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, forms_uri_init));

static GstStaticPadTemplate forms_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw; audio/x-raw"));

static GstURIType
forms_uri_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
forms_protocols (GType type)
{
  static const gchar *const protocols[] = { "forms", NULL };

  return protocols;
}

static gchar *
forms_get_uri (GstURIHandler * handler)
{
  return g_strdup (((Forms *) handler)->uri);
}

static gboolean
forms_set_uri (GstURIHandler * handler, const gchar * uri, GError ** error)
{
  Forms *self = (Forms *) handler;

  g_free (self->uri);
  self->uri = g_strdup (uri);
  self->index = atoi (strstr (uri, "://") + 3);
  gst_clear_caps (&self->caps);
  self->caps = gst_caps_from_string (self->index < 100
      ? pictures[self->index].caps : sounds[self->index - 100]);
  return TRUE;
}

static void
forms_uri_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = forms_uri_type;
  handler->get_protocols = forms_protocols;
  handler->get_uri = forms_get_uri;
  handler->set_uri = forms_set_uri;
}

/* One colour, put into the form by GStreamer's own converter. */
static GstBuffer *
make_picture (GstCaps * caps)
{
  GstVideoInfo from, to;
  GstVideoFrame in, out;
  GstVideoConverter *converter;
  GstBuffer *argb, *picture;
  guint8 *pixel;
  gint x, y;

  gst_video_info_from_caps (&to, caps);
  gst_video_info_set_format (&from, GST_VIDEO_FORMAT_ARGB, to.width, to.height);
  from.fps_n = to.fps_n;
  from.fps_d = to.fps_d;
  from.interlace_mode = to.interlace_mode;
  argb = gst_buffer_new_allocate (NULL, from.size, NULL);
  picture = gst_buffer_new_allocate (NULL, to.size, NULL);
  gst_video_frame_map (&in, &from, argb, GST_MAP_WRITE);
  for (y = 0; y < to.height; y++) {
    pixel = (guint8 *) in.data[0] + y * GST_VIDEO_FRAME_PLANE_STRIDE (&in, 0);
    for (x = 0; x < to.width; x++, pixel += 4)
      GST_WRITE_UINT32_BE (pixel, COLOR);
  }
  gst_video_frame_map (&out, &to, picture, GST_MAP_WRITE);
  converter = gst_video_converter_new (&from, &to, NULL);
  gst_video_converter_frame (converter, &in, &out);
  gst_video_converter_free (converter);
  gst_video_frame_unmap (&in);
  gst_video_frame_unmap (&out);
  gst_buffer_unref (argb);
  if (to.interlace_mode != GST_VIDEO_INTERLACE_MODE_PROGRESSIVE)
    GST_BUFFER_FLAG_SET (picture, GST_VIDEO_BUFFER_FLAG_INTERLACED
        | GST_VIDEO_BUFFER_FLAG_TFF);
  return picture;
}

/* 20 ms of the tone, the same on all channels; made as F64 and converted. */
static GstBuffer *
make_sound (GstAudioInfo * to, guint64 from, guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * to->bpf, NULL);
  gdouble *samples = g_new (gdouble, n * to->channels);
  GstAudioInfo info;
  GstAudioConverter *converter;
  gpointer in[1] = { samples }, out[1];
  GstMapInfo map;
  guint i;
  gint c;

  for (i = 0; i < n; i++) {
    for (c = 0; c < to->channels; c++) {
      samples[i * to->channels + c] = AMPLITUDE * sin (2 * G_PI * TONE
          * (gdouble) ((from + i) % to->rate) / to->rate);
    }
  }
  gst_audio_info_set_format (&info, GST_AUDIO_FORMAT_F64, to->rate,
      to->channels, to->position);
  converter = gst_audio_converter_new (0, &info, to, NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  out[0] = map.data;
  gst_audio_converter_samples (converter, 0, in, n, out, n);
  gst_buffer_unmap (buffer, &map);
  gst_audio_converter_free (converter);
  g_free (samples);
  return buffer;
}

static GstCaps *
forms_get_caps (GstBaseSrc * src, GstCaps * filter)
{
  return gst_caps_ref (((Forms *) src)->caps);
}

static void
wait_until (gint64 time)
{
  while (g_get_monotonic_time () < time)
    g_usleep (2000);
}

static GstFlowReturn
forms_create (GstPushSrc * src, GstBuffer ** buffer)
{
  Forms *self = (Forms *) src;
  GstVideoInfo video;
  GstAudioInfo audio;
  GstClockTime at, next;
  guint64 to;

  if (self->n == 0)
    self->start = g_get_monotonic_time ();
  if (self->index < 100) {
    gst_video_info_from_caps (&video, self->caps);
    if (self->picture == NULL)
      self->picture = make_picture (self->caps);
    at = gst_util_uint64_scale (self->n, GST_SECOND * video.fps_d, video.fps_n);
    self->n++;
    next = gst_util_uint64_scale (self->n, GST_SECOND * video.fps_d,
        video.fps_n);
    *buffer = gst_buffer_copy (self->picture);
  } else {
    gst_audio_info_from_caps (&audio, self->caps);
    to = self->n + audio.rate / 50;
    at = gst_util_uint64_scale (self->n, GST_SECOND, audio.rate);
    next = gst_util_uint64_scale (to, GST_SECOND, audio.rate);
    *buffer = make_sound (&audio, self->n, to - self->n);
    self->n = to;
  }
  GST_BUFFER_PTS (*buffer) = at;
  GST_BUFFER_DURATION (*buffer) = next - at;
  wait_until (self->start + (gint64) (next / GST_USECOND));
  return GST_FLOW_OK;
}

static void
forms_finalize (GObject * object)
{
  Forms *self = (Forms *) object;

  g_free (self->uri);
  gst_clear_caps (&self->caps);
  gst_clear_buffer (&self->picture);
  G_OBJECT_CLASS (forms_parent_class)->finalize (object);
}

static void
forms_class_init (FormsClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = forms_finalize;
  GST_BASE_SRC_CLASS (klass)->get_caps = forms_get_caps;
  GST_PUSH_SRC_CLASS (klass)->create = forms_create;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass),
      &forms_template);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Forms",
      "Source", "One colour or tone in one form", "gst-onair contributors");
}

static void
forms_init (Forms * self)
{
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

/* A redundantsrc with one medium, whose output is kept. */
typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  GstPad *pad;
  GMutex lock;
  GList *buffers;               /* newest first */
  guint n;
  guint caps;
} Rig;

static GstPadProbeReturn
collect (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;

  g_mutex_lock (&rig->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    rig->buffers = g_list_prepend (rig->buffers,
        gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
    rig->n++;
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))
      == GST_EVENT_CAPS) {
    rig->caps++;
  }
  g_mutex_unlock (&rig->lock);
  return GST_PAD_PROBE_OK;
}

static void
rig_init (Rig * rig, const gchar * pad, const gchar * a, const gchar * b)
{
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s "
      "uris=\"%s %s\" s.%s ! fakesink sync=true", a, b, pad);

  memset (rig, 0, sizeof (Rig));
  g_mutex_init (&rig->lock);
  rig->pipeline = gst_parse_launch (line, NULL);
  rig->src = gst_bin_get_by_name (GST_BIN (rig->pipeline), "s");
  rig->pad = gst_element_get_static_pad (rig->src, pad);
  gst_pad_add_probe (rig->pad, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, collect, rig, NULL);
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
}

static void
rig_wait (Rig * rig, guint more)
{
  guint goal = 0;
  gboolean enough;

  do {
    g_autoptr (GstBus) bus = gst_element_get_bus (rig->pipeline);
    g_autoptr (GstMessage) error = gst_bus_pop_filtered (bus,
        GST_MESSAGE_ERROR);

    fail_unless (error == NULL);
    g_usleep (10000);
    g_mutex_lock (&rig->lock);
    if (goal == 0)
      goal = rig->n + more;
    enough = rig->n >= goal;
    g_mutex_unlock (&rig->lock);
  } while (!enough);
}

/* As soon as the other input is ready for it. */
static void
rig_switch (Rig * rig)
{
  gboolean granted = FALSE;

  while (!granted) {
    g_usleep (20000);
    g_signal_emit_by_name (rig->src, "switch-to", "input-1", &granted);
  }
}

static guint64
rig_stat (Rig * rig, const gchar * field)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

static void
rig_clear (Rig * rig)
{
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  g_list_free_full (rig->buffers, (GDestroyNotify) gst_buffer_unref);
  gst_object_unref (rig->pad);
  gst_object_unref (rig->src);
  gst_object_unref (rig->pipeline);
  g_mutex_clear (&rig->lock);
}

static gboolean
is_near (guint32 a, guint32 b)
{
  guint shift;

  for (shift = 0; shift < 24; shift += 8) {
    if (ABS ((gint) (a >> shift & 0xff) - (gint) (b >> shift & 0xff)) > 8)
      return FALSE;
  }
  return TRUE;
}

/* The newest picture, line by line.  (transfer full) */
static guint32 *
newest_picture (Rig * rig)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (rig->pad);
  guint32 *pixels = g_new (guint32, 320 * 180);
  GstVideoInfo from, to;
  GstVideoFrame in, out;
  GstVideoConverter *converter;
  GstBuffer *argb;
  gint x, y;

  gst_video_info_from_caps (&from, caps);
  fail_unless_equals_int (from.width, 320);
  fail_unless_equals_int (from.height, 180);
  gst_video_info_set_format (&to, GST_VIDEO_FORMAT_ARGB, 320, 180);
  to.fps_n = from.fps_n;
  to.fps_d = from.fps_d;
  argb = gst_buffer_new_allocate (NULL, to.size, NULL);
  g_mutex_lock (&rig->lock);
  gst_video_frame_map (&in, &from, rig->buffers->data, GST_MAP_READ);
  g_mutex_unlock (&rig->lock);
  gst_video_frame_map (&out, &to, argb, GST_MAP_WRITE);
  converter = gst_video_converter_new (&from, &to, NULL);
  gst_video_converter_frame (converter, &in, &out);
  gst_video_converter_free (converter);
  for (y = 0; y < 180; y++) {
    const guint8 *line = (guint8 *) out.data[0]
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (&out, 0);
    for (x = 0; x < 320; x++)
      pixels[y * 320 + x] = GST_READ_UINT32_BE (line + 4 * x);
  }
  gst_video_frame_unmap (&in);
  gst_video_frame_unmap (&out);
  gst_buffer_unref (argb);
  return pixels;
}

/* The colour in a rectangle of that size, black around; NULL if so. */
static gchar *
find_fault (const guint32 * pixels, const Picture * shall)
{
  gint x, y;

  for (y = 0; y < 180; y++) {
    gint dy = MIN (y, 179 - y) - (180 - shall->height) / 2;
    for (x = 0; x < 320; x++) {
      gint dx = MIN (x, 319 - x) - (320 - shall->width) / 2;
      guint32 pixel = pixels[y * 320 + x];

      /* The seam and what chroma spreads is neither. */
      if ((dx >= 4 && dy >= 4 && !is_near (pixel, COLOR))
          || ((dx < -4 || dy < -4) && !is_near (pixel, 0xff000000)))
        return g_strdup_printf ("%08x at %d,%d", pixel, x, y);
    }
  }
  return NULL;
}

/* On a machine that is busy the other input may help out for a while, or
 * take over. */
static void
check_picture (Rig * rig, const Picture * shall)
{
  g_autofree gchar *fault = NULL;
  guint i;

  for (i = 0; i < 100; i++) {
    g_autofree guint32 *pixels = newest_picture (rig);

    g_free (fault);
    fault = find_fault (pixels, shall);
    if (fault == NULL)
      return;
    if (shall != pictures)
      rig_switch (rig);
    rig_wait (rig, 10);
  }
  fail ("%s: %s", shall->caps, fault);
}

GST_START_TEST (redundantsrc_shows_pictures_of_any_form_in_its_own)
{
  g_autofree gchar *other = g_strdup_printf ("forms://%d", __i__);
  Rig rig;

  rig_init (&rig, "video", "forms://0", other);
  rig_wait (&rig, 10);
  check_picture (&rig, &pictures[0]);
  rig_switch (&rig);
  rig_wait (&rig, 25);
  check_picture (&rig, &pictures[__i__]);
  fail_unless_equals_int (rig.caps, 1);
  fail_unless (rig_stat (&rig, "switches-manual") >= 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_deinterlaces_what_decides_its_form)
{
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;
  Rig rig;

  rig_init (&rig, "video", "forms://6", "forms://0");
  rig_wait (&rig, 10);
  caps = gst_pad_get_current_caps (rig.pad);
  gst_video_info_from_caps (&info, caps);
  fail_if (GST_VIDEO_INFO_IS_INTERLACED (&info));
  /* A picture of each field. */
  fail_unless_equals_int (info.fps_n, 50 * info.fps_d);
  rig_clear (&rig);
}

GST_END_TEST;

/* All that came out since, of which the beginning may be a fade; returns the
 * steepest step. */
static gfloat
check_sound (Rig * rig, gfloat * peak)
{
  gfloat last[2] = { 0, 0 }, steepest = 0;
  gboolean begun = FALSE;
  GList *l;

  peak[0] = peak[1] = 0;
  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    gboolean late = l->prev == NULL || l->prev->prev == NULL;
    GstMapInfo map;
    gsize i;

    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (i = 0; i < map.size / sizeof (gfloat); i++) {
      gfloat sample = ((gfloat *) map.data)[i];

      if (begun)
        steepest = MAX (steepest, ABS (sample - last[i % 2]));
      if (late)
        peak[i % 2] = MAX (peak[i % 2], ABS (sample));
      last[i % 2] = sample;
      begun |= i % 2 == 1;
    }
    gst_buffer_unmap (l->data, &map);
  }
  g_mutex_unlock (&rig->lock);
  return steepest;
}

GST_START_TEST (redundantsrc_plays_sound_of_any_form_in_its_own)
{
  g_autofree gchar *other = g_strdup_printf ("forms://%d", 100 + __i__);
  gfloat steepest, peak[2];
  Rig rig;

  rig_init (&rig, "audio", "forms://100", other);
  rig_wait (&rig, 20);
  rig_switch (&rig);
  rig_wait (&rig, 50);
  steepest = check_sound (&rig, peak);
  /* Both channels have it, and no louder than it was. */
  fail_unless (peak[0] > 0.7 * AMPLITUDE && peak[0] < 1.1 * AMPLITUDE,
      "left is %f", peak[0]);
  fail_unless (peak[1] > 0.7 * AMPLITUDE && peak[1] < 1.1 * AMPLITUDE,
      "right is %f", peak[1]);
  /* A sine's steepest step, and 40 dB below full scale for the switch. */
  fail_unless (steepest < AMPLITUDE * 2 * G_PI * TONE / 48000 + 0.01,
      "a step of %f", steepest);
  fail_unless_equals_int (rig.caps, 1);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantforms_suite (void)
{
  Suite *s = suite_create ("redundantforms");
  TCase *tc = tcase_create ("redundantforms");

  gst_element_register (NULL, "forms", GST_RANK_PRIMARY, forms_get_type ());
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, redundantsrc_shows_pictures_of_any_form_in_its_own,
      1, G_N_ELEMENTS (pictures));
  tcase_add_test (tc, redundantsrc_deinterlaces_what_decides_its_form);
  tcase_add_loop_test (tc, redundantsrc_plays_sound_of_any_form_in_its_own, 1,
      G_N_ELEMENTS (sounds));
  return s;
}

GST_CHECK_MAIN (redundantforms);
