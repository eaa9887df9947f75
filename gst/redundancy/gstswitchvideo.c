/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw video: pictures on the raster, the last one repeated, then the slate. */
#include <string.h>

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include "gstnormaliser.h"
#include "gstswitchmedium.h"
#include "slatecolor.h"
#include "videoraster.h"

/* A store is bounded by time; this is for pictures of absurd size.  What holds
 * less than the latency never has the picture that is due: 600 ms of 3840x2160
 * in 10 bits and 60 Hz are 900 MB. */
#define MAX_STORE_BYTES ((gsize) 2048 * 1024 * 1024)
#define MAX_FPS 240
/* Slower than one picture in so many seconds is no rate. */
#define MAX_FRAME_SECONDS 60
/* A slate must not take all memory because caps say so; 16K is 15360x8640. */
#define MAX_SIDE 16384

typedef struct
{
  GstVideoInfo info;
  VideoRaster raster;
  GstBuffer *last;              /* what a repeat shows */
  GstSlate *slate;              /* (nullable): black */
  gboolean shows_slate;
  GstBuffer *plain;             /* of the colour below, or NULL */
  guint32 plain_color;
  guint64 slots;
} VideoOutput;

static void
unref_buffer (gpointer data)
{
  gst_buffer_unref (data);
}

/* Before there is an output, what is wanted of it. */
static GstCaps *
video_input_caps (GstCaps * form, GstCaps * wanted)
{
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-raw"), *both;
  guint i;

  if (form != NULL) {
    gst_caps_unref (caps);
    return gst_normaliser_target (GST_SWITCH_VIDEO, form);
  }
  if (wanted == NULL)
    return caps;
  both = gst_caps_intersect (caps, wanted);
  gst_caps_unref (caps);
  both = gst_caps_make_writable (both);
  /* The raster makes the rate. */
  for (i = 0; i < gst_caps_get_size (both); i++) {
    gst_structure_remove_fields (gst_caps_get_structure (both, i), "framerate",
        "max-framerate", "interlace-mode", "field-order", "chroma-site",
        "multiview-mode", "multiview-flags", "views", NULL);
  }
  return both;
}

static void
fixate_video (GstStructure * structure)
{
  gint n = 0, d = 1;

  if (gst_structure_has_field (structure, "format"))
    gst_structure_fixate_field_string (structure, "format", "I420");
  if (!gst_structure_has_field (structure, "format"))
    gst_structure_set (structure, "format", G_TYPE_STRING, "I420", NULL);
  if (!gst_structure_has_field (structure, "width"))
    gst_structure_set (structure, "width", G_TYPE_INT, 1280, NULL);
  if (!gst_structure_has_field (structure, "height"))
    gst_structure_set (structure, "height", G_TYPE_INT, 720, NULL);
  gst_structure_fixate_field_nearest_int (structure, "width", 1280);
  gst_structure_fixate_field_nearest_int (structure, "height", 720);
  if (gst_structure_has_field (structure, "framerate"))
    gst_structure_fixate_field_nearest_fraction (structure, "framerate", 25, 1);
  if (!gst_structure_get_fraction (structure, "framerate", &n, &d) || n <= 0
      || n / d > MAX_FPS || d / n > MAX_FRAME_SECONDS)
    gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, 25, 1, NULL);
  gst_structure_set (structure, "interlace-mode", G_TYPE_STRING, "progressive",
      NULL);
  gst_structure_remove_field (structure, "field-order");
}

static gboolean
is_sane (const GstCaps * form)
{
  const GstStructure *structure = gst_caps_get_structure (form, 0);
  gint width = 0, height = 0;

  return gst_structure_get_int (structure, "width", &width)
      && gst_structure_get_int (structure, "height", &height)
      && width > 0 && width <= MAX_SIDE && height > 0 && height <= MAX_SIDE;
}

static GstCaps *
video_make_form (GstCaps * caps, GstCaps * wanted)
{
  g_autoptr (GstCaps) raw = gst_caps_new_empty_simple ("video/x-raw");
  g_autoptr (GstCaps) form = NULL;
  GstStructure *structure;
  GstVideoInfo info;

  form = gst_caps_intersect (raw, wanted != NULL ? wanted : caps != NULL ? caps
      : raw);
  if (gst_caps_is_empty (form))
    return NULL;
  form = gst_caps_make_writable (gst_caps_truncate (g_steal_pointer (&form)));
  structure = gst_caps_get_structure (form, 0);
  if (caps != NULL && wanted != NULL) {
    /* What is not asked for is as the first input has it. */
    static const gchar *const fields[] = {
      "format", "width", "height", "framerate", "pixel-aspect-ratio",
      "colorimetry", "chroma-site",
    };
    const GstStructure *first = gst_caps_get_structure (caps, 0);
    for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
      const GValue *value = gst_structure_get_value (first, fields[i]);
      if (value != NULL && !gst_structure_has_field (structure, fields[i]))
        gst_structure_set_value (structure, fields[i], value);
    }
  }
  fixate_video (structure);
  form = gst_caps_fixate (g_steal_pointer (&form));
  if (!is_sane (form) || !gst_video_info_from_caps (&info, form))
    return NULL;
  return g_steal_pointer (&form);
}

static gboolean
video_accepts (GstCaps * form, GstCaps * caps)
{
  GstVideoInfo a, b;

  return gst_video_info_from_caps (&a, form)
      && gst_video_info_from_caps (&b, caps)
      && GST_VIDEO_INFO_FORMAT (&a) == GST_VIDEO_INFO_FORMAT (&b)
      && GST_VIDEO_INFO_WIDTH (&a) == GST_VIDEO_INFO_WIDTH (&b)
      && GST_VIDEO_INFO_HEIGHT (&a) == GST_VIDEO_INFO_HEIGHT (&b);
}

static gboolean
is_yuv (const GstVideoFormatInfo * format)
{
  return format->unpack_format == GST_VIDEO_FORMAT_AYUV
      || format->unpack_format == GST_VIDEO_FORMAT_AYUV64;
}

/* Would it be shown as it is meant to be? */
static gboolean
video_is_exact (GstCaps * form, GstCaps * caps)
{
  GstVideoInfo a, b;

  return gst_video_info_from_caps (&a, form)
      && gst_video_info_from_caps (&b, caps)
      && GST_VIDEO_INFO_PAR_N (&a) == GST_VIDEO_INFO_PAR_N (&b)
      && GST_VIDEO_INFO_PAR_D (&a) == GST_VIDEO_INFO_PAR_D (&b)
      && !GST_VIDEO_INFO_IS_INTERLACED (&b)
      && (!GST_VIDEO_INFO_IS_YUV (&a)
      || gst_video_colorimetry_is_equal (&a.colorimetry, &b.colorimetry));
}

static SlateColorForm
color_form (const GstVideoInfo * info)
{
  const GstVideoColorimetry *colors = &info->colorimetry;
  SlateColorForm form;
  guint i;

  form.is_yuv = is_yuv (info->finfo);
  form.is_full = colors->range == GST_VIDEO_COLOR_RANGE_0_255
      || (colors->range == GST_VIDEO_COLOR_RANGE_UNKNOWN && !form.is_yuv);
  form.depth = 1;
  for (i = 0; i < GST_VIDEO_INFO_N_COMPONENTS (info); i++)
    form.depth = MAX (form.depth, GST_VIDEO_INFO_COMP_DEPTH (info, i));
  form.depth = MIN (form.depth, 16);
  /* ITU-R BT.601 where nothing is said. */
  if (!gst_video_color_matrix_get_Kr_Kb (colors->matrix, &form.kr, &form.kb)) {
    form.kr = 0.299;
    form.kb = 0.114;
  }
  return form;
}

/* A line of one colour as the format is unpacked: 8 or 16 bits of AYUV or
 * ARGB. */
static gpointer
make_plain_line (const GstVideoInfo * info, guint32 argb)
{
  const GstVideoFormatInfo *format = info->finfo;
  gboolean is_wide = format->unpack_format == GST_VIDEO_FORMAT_AYUV64
      || format->unpack_format == GST_VIDEO_FORMAT_ARGB64;
  SlateColorForm form = color_form (info);
  guint8 *line = g_malloc0 (info->width * 8);
  guint16 pixel[4];
  gint x, c;

  slate_color_pixel (&form, argb, pixel);
  for (x = 0; x < info->width; x++) {
    for (c = 0; c < 4; c++) {
      if (is_wide)
        ((guint16 *) line)[4 * x + c] = pixel[c];
      else
        line[4 * x + c] = pixel[c] >> 8;
    }
  }
  return line;
}

static GstBuffer *
make_plain (GstVideoInfo * info, guint32 argb)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  const GstVideoFormatInfo *format = info->finfo;
  g_autofree gpointer line = make_plain_line (info, argb);
  GstVideoFrame frame;
  gint y;

  gst_buffer_memset (buffer, 0, 0, info->size);
  /* Formats that pack several lines at once stay at zeroes. */
  if (format->pack_func == NULL || format->pack_lines != 1
      || !gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE))
    return buffer;
  for (y = 0; y < info->height; y++) {
    format->pack_func (format, GST_VIDEO_PACK_FLAG_NONE, line, 0,
        frame.data, info->stride, info->chroma_site, y, info->width);
  }
  gst_video_frame_unmap (&frame);
  return buffer;
}

static gpointer
video_output_new (GstCaps * form)
{
  VideoOutput *self = g_new0 (VideoOutput, 1);

  gst_video_info_from_caps (&self->info, form);
  video_raster_init (&self->raster, self->info.fps_n, self->info.fps_d, 0, 0);
  return self;
}

static void
video_output_free (gpointer output)
{
  VideoOutput *self = output;

  gst_clear_buffer (&self->last);
  gst_clear_buffer (&self->plain);
  if (self->slate != NULL)
    gst_slate_unref (self->slate);
  g_free (self);
}

static void
video_set_slate (gpointer output, GstSlate * slate)
{
  VideoOutput *self = output;

  self->slate = gst_slate_ref (slate);
}

static void
video_output_begin (gpointer output, GstClockTime from, GstClockTime freeze)
{
  VideoOutput *self = output;

  video_raster_init (&self->raster, self->info.fps_n, self->info.fps_d, freeze,
      from);
}

static GstClockTime
video_next_time (gpointer output)
{
  VideoOutput *self = output;

  return video_raster_time (&self->raster, self->raster.slot);
}

static guint64
video_skip_to (gpointer output, GstClockTime time)
{
  VideoOutput *self = output;

  return video_raster_skip_to (&self->raster, time);
}

static GstClockTime
video_least_timeout (gpointer output)
{
  VideoOutput *self = output;

  return video_raster_time (&self->raster, 3);
}

/* A buffer of our own that shares the picture.  It keeps the original alive,
 * so that a pool's buffer is not given out again under it, nor thrown away for
 * having shared memory. */
static GstBuffer *
share (GstBuffer * picture)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_copy_into (buffer, picture,
      GST_BUFFER_COPY_META | GST_BUFFER_COPY_MEMORY, 0, -1);
  gst_buffer_add_parent_buffer_meta (buffer, picture);
  return buffer;
}

/* A colour where there is no picture.  Reference is the caller's. */
static GstBuffer *
slate_picture (VideoOutput * self, GstClockTime time)
{
  GstBuffer *picture = NULL;
  guint32 color = 0xff000000;

  if (self->slate != NULL) {
    self->shows_slate = TRUE;
    picture = gst_slate_get_picture (self->slate, time);
    color = gst_slate_get_background (self->slate);
  }
  if (picture != NULL)
    return picture;
  if (self->plain == NULL || self->plain_color != color) {
    gst_clear_buffer (&self->plain);
    self->plain = make_plain (&self->info, color);
    self->plain_color = color;
  }
  return gst_buffer_ref (self->plain);
}

static void
leave_slate (VideoOutput * self)
{
  if (self->shows_slate)
    gst_slate_hide (self->slate, GST_SWITCH_VIDEO);
  self->shows_slate = FALSE;
}

static GstBuffer *
video_render (gpointer output, GstClockTime cut, GstSwitchOrder * before,
    GstSwitchOrder * after, gboolean slate, GstSwitchSlot * slot)
{
  VideoOutput *self = output;
  guint64 n = self->raster.slot;
  GstClockTime time = video_raster_time (&self->raster, n);
  GstSwitchOrder *order = time < cut ? before : after;
  g_autoptr (GstBuffer) picture = NULL;
  GstBuffer *buffer;
  VideoRasterPick pick;

  pick = video_raster_next (&self->raster, (VideoTrack **) order->tracks,
      order->n, slate);
  slot->fresh = slot->slate = FALSE;
  slot->track = pick.track;
  switch (pick.action) {
    case VIDEO_RASTER_FRESH:
      gst_buffer_replace (&self->last, pick.item->data);
      slot->fresh = TRUE;
      picture = gst_buffer_ref (self->last);
      break;
    case VIDEO_RASTER_REPEAT:
      picture = gst_buffer_ref (self->last);
      break;
    case VIDEO_RASTER_SLATE:
      gst_clear_buffer (&self->last);
      slot->slate = TRUE;
      picture = slate_picture (self, time);
      break;
  }
  if (!slot->slate)
    leave_slate (self);
  buffer = share (picture);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DURATION (buffer) = video_raster_time (&self->raster, n + 1)
      - time;
  GST_BUFFER_OFFSET (buffer) = self->slots++;
  GST_BUFFER_OFFSET_END (buffer) = self->slots;
  return buffer;
}

static void
video_count (gpointer output, GstSwitchCounters * counters)
{
  VideoOutput *self = output;

  counters->slots = self->slots;
  counters->missed = self->raster.missed;
  counters->repeated = self->raster.repeated;
  counters->slate = self->raster.slates;
  counters->resyncs = 0;
  counters->corrections = self->raster.corrections;
  counters->unit = video_raster_time (&self->raster, 1);
  counters->rate = 0;
}

static gpointer
video_track_new (gpointer output, GstClockTime span)
{
  VideoTrack *track = g_new0 (VideoTrack, 1);

  store_init (&track->store, span, MAX_STORE_BYTES, unref_buffer);
  return track;
}

static void
video_track_free (gpointer output, gpointer data)
{
  VideoTrack *track = data;

  store_finish (&track->store);
  g_free (track);
}

static void
video_track_clear (gpointer data)
{
  VideoTrack *track = data;

  store_clear (&track->store);
}

static gint64
video_track_store (gpointer output, gpointer data, GstBuffer * buffer,
    GstCaps * caps, GstClockTime duration, gint64 mapped, guint epoch)
{
  VideoOutput *self = output;
  VideoTrack *track = data;
  StoreItem item;

  item.start = mapped;
  item.duration = GST_CLOCK_TIME_IS_VALID (duration) && duration > 0 ? duration
      : video_raster_time (&self->raster, 1);
  item.size = gst_buffer_get_size (buffer);
  item.data = buffer;
  track->epoch = epoch;
  store_push (&track->store, &item);
  return store_end (&track->store);
}

static gint64
video_track_start (gpointer output, gpointer data)
{
  VideoTrack *track = data;

  return store_next_start (&track->store, G_MININT64 / 2);
}

/* Half a frame is kept for phases, and one for a picture that lasts. */
static void
video_track_trim (gpointer output, gpointer data)
{
  VideoOutput *self = output;
  VideoTrack *track = data;
  gint64 time = video_raster_time (&self->raster, self->raster.slot);

  store_trim (&track->store, time - 2 * (gint64)
      video_raster_time (&self->raster, 1));
}

static gboolean
video_track_is_over (gpointer output, gpointer data)
{
  VideoOutput *self = output;
  VideoTrack *track = data;

  /* The last picture stays until a later one, but is shown for its time. */
  return track->store.count == 0 || (self != NULL && store_end (&track->store)
      - (gint64) video_raster_time (&self->raster, 1) / 2
      <= (gint64) video_raster_time (&self->raster, self->raster.slot));
}

static void
video_track_level (gpointer data, guint64 * items, guint64 * bytes,
    guint64 * dropped)
{
  VideoTrack *track = data;

  *items = track->store.count;
  *bytes = track->store.bytes;
  *dropped = track->store.dropped;
}

/* *INDENT-OFF* */
const GstSwitchMedium gst_switch_medium_video = {
  .id = GST_SWITCH_VIDEO,
  .name = "video",
  .input_caps = video_input_caps,
  .make_form = video_make_form,
  .accepts = video_accepts,
  .is_exact = video_is_exact,
  .output_new = video_output_new,
  .output_free = video_output_free,
  .set_slate = video_set_slate,
  .output_begin = video_output_begin,
  .next_time = video_next_time,
  .skip_to = video_skip_to,
  .least_timeout = video_least_timeout,
  .render = video_render,
  .count = video_count,
  .track_new = video_track_new,
  .track_free = video_track_free,
  .track_clear = video_track_clear,
  .track_store = video_track_store,
  .track_start = video_track_start,
  .track_trim = video_track_trim,
  .track_is_over = video_track_is_over,
  .track_level = video_track_level,
};
/* *INDENT-ON* */
