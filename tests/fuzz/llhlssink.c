/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Caps, codec_data and access units with any times, into llhlssink's pads:
 * whatever an encoder, a demuxer or a bad line may bring.  The input is a list
 * of commands, see run_command (). */
#include <gst/gst.h>

#include "fuzz.h"

#define CONFIG_BYTES \
    "\x01\x42\xc0\x0c\xff\xe1\x00\x0f\x67\x42\xc0\x0c\x8c\x8d\x40\xa0\xcb\xcf" \
    "\x00\xf0\x88\x46\xa0\x01\x00\x04\x68\xce\x3c\x80"
#define SEED(bytes) { bytes, sizeof (bytes) - 1 }
#define MAX_COMMANDS 200

typedef enum
{
  COMMAND_CAPS,                 /* u8 template, u8 size, codec_data */
  COMMAND_TEXT_CAPS,            /* u8 size, caps as text */
  COMMAND_FRAMES,               /* u8 count, u8 size, bytes; times go on */
  COMMAND_FRAME_AT,             /* u16 ms, u8 flags, u8 size, bytes */
  COMMAND_JUMP,                 /* i16 in 10 ms */
  COMMAND_FLUSH,                /* u8: bit 0 resets time */
  COMMAND_SEGMENT,              /* u16 ms start, u8 base s */
  COMMAND_GAP,                  /* u8 in 40 ms */
  COMMAND_EOS,
  N_COMMANDS,
} Command;

/* The command's byte: bits 7 and 6 choose the pad. */
#define ON_VIDEO 0x00
#define ON_AUDIO 0x40
#define ON_SECOND 0x80

static const gchar *const templates[] = {
  "video/x-h264,stream-format=avc,alignment=au,width=320,height=180,"
      "framerate=25/1",
  "video/x-h264,stream-format=avc,alignment=au,width=320,height=180,"
      "framerate=0/1",
  "video/x-h264,stream-format=byte-stream,alignment=au,framerate=30000/1001",
  "video/x-h264,stream-format=avc,alignment=au,framerate=2147483647/1",
  "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000,"
      "channels=2",
  "audio/mpeg,mpegversion=4,stream-format=adts,framed=true",
  "video/x-h265,stream-format=hvc1,alignment=au,framerate=25/1",
  "audio/x-opus,channel-mapping-family=0,rate=48000,channels=2",
};

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  /* avc: 25 pictures with a key frame first, twice; audio beside them */
  SEED ("\x00\x00\x1e" CONFIG_BYTES "\x40\x04\x02\x11\x90"
      "\x03\x00\x00\x00\x07\x00\x00\x00\x03\x65\x9a\x80"
      "\x02\x19\x07\x00\x00\x00\x03\x41\x9a\x80"
      "\x42\x32\x02\x21\x10"
      "\x03\x04\x00\x00\x07\x00\x00\x00\x03\x65\x9a\x80"
      "\x02\x28\x07\x00\x00\x00\x03\x41\x9a\x80"
      "\x42\x32\x02\x21\x10\x08\x48"),
  /* byte stream with its parameter sets, ADTS */
  SEED ("\x00\x02\x00\x40\x05\x00"
      "\x03\x00\x00\x00\x24\x00\x00\x00\x01\x67\x42\xc0\x0c\x8c\x8d\x40\xa0\xcb"
      "\xcf\x00\xf0\x88\x46\xa0\x00\x00\x00\x01\x68\xce\x3c\x80"
      "\x00\x00\x00\x01\x65\x88\x84\x00"
      "\x02\x50\x07\x00\x00\x00\x01\x41\x9a\x80"
      "\x42\x50\x0b\xff\xf1\x4c\x80\x01\x7f\xfc\x21\x10\x04\x60\x08"),
  /* two renditions, a change of format, a jump, a flush, gaps */
  SEED ("\x00\x00\x1e" CONFIG_BYTES "\x80\x00\x1e" CONFIG_BYTES
      "\x03\x00\x00\x00\x07\x00\x00\x00\x03\x65\x9a\x80"
      "\x83\x00\x00\x00\x07\x00\x00\x00\x03\x65\x9a\x80"
      "\x02\x40\x07\x00\x00\x00\x03\x41\x9a\x80"
      "\x82\x40\x07\x00\x00\x00\x03\x41\x9a\x80"
      "\x80\x01\x1e" CONFIG_BYTES "\x04\x0f\x00\x05\x01\x06\x10\x00\x05\x07\x20"
      "\x02\x20\x07\x00\x00\x00\x03\x65\x9a\x80"
      "\x82\x20\x07\x00\x00\x00\x03\x65\x9a\x80\x08\x88"),
  SEED ("\x01\x40" "video/x-h264,stream-format=avc,alignment=au,framerate=1/3    "
      "\x03\xff\xff\x07\x07\x00\x00\x00\x03\x65\x9a\x80"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 1500;

typedef struct
{
  GstPad *src;
  GstClockTime time;            /* of the next frame */
  gboolean has_segment;
} Feed;

typedef struct
{
  GstElement *sink;
  Feed feeds[4];
} Rig;

static void
open_feed (Rig * rig, guint i, const gchar * name)
{
  GstPad *sink = gst_element_request_pad_simple (rig->sink, name);
  Feed *feed = &rig->feeds[i];

  feed->src = gst_pad_new (NULL, GST_PAD_SRC);
  FUZZ_REQUIRE (gst_pad_link (feed->src, sink) == GST_PAD_LINK_OK);
  gst_object_unref (sink);
  gst_pad_set_active (feed->src, TRUE);
  gst_pad_push_event (feed->src, gst_event_new_stream_start (name));
}

static void
open_rig (Rig * rig)
{
  static const gchar *const names[] = { "video_0", "audio_0", "video_1",
    "audio_1"
  };
  guint i;

  memset (rig, 0, sizeof (*rig));
  rig->sink = gst_element_factory_make ("llhlssink", NULL);
  FUZZ_REQUIRE (rig->sink != NULL);
  gst_object_ref_sink (rig->sink);
  g_object_set (rig->sink, "port", 0, "target-duration", 1000,
      "part-duration", 200, NULL);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    /* Pads want an element that is at least READY. */
    if (i == 0)
      gst_element_set_state (rig->sink, GST_STATE_READY);
    open_feed (rig, i, names[i]);
  }
  gst_element_set_state (rig->sink, GST_STATE_PLAYING);
}

static void
close_rig (Rig * rig)
{
  guint i;

  gst_element_set_state (rig->sink, GST_STATE_NULL);
  for (i = 0; i < G_N_ELEMENTS (rig->feeds); i++) {
    gst_pad_set_active (rig->feeds[i].src, FALSE);
    gst_object_unref (rig->feeds[i].src);
  }
  gst_object_unref (rig->sink);
}

static void
push_new_segment (Feed * feed, GstClockTime start, GstClockTime base)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = start;
  segment.base = base;
  gst_pad_push_event (feed->src, gst_event_new_segment (&segment));
  feed->has_segment = TRUE;
}

static void
push_caps (Feed * feed, GstCaps * caps)
{
  if (caps == NULL)
    return;
  if (gst_caps_is_fixed (caps)) {
    gst_pad_push_event (feed->src, gst_event_new_caps (caps));
    if (!feed->has_segment)
      push_new_segment (feed, 0, 0);
  }
  gst_caps_unref (caps);
}

static void
push_template (Feed * feed, FuzzInput * input)
{
  const gchar *text = templates[fuzz_byte (input) % G_N_ELEMENTS (templates)];
  GstCaps *caps = gst_caps_from_string (text);
  gsize size;
  guint8 *data = fuzz_bytes (input, fuzz_byte (input), &size);

  if (size > 0) {
    GstBuffer *buffer = gst_buffer_new_memdup (data, size);

    gst_caps_set_simple (caps, "codec_data", GST_TYPE_BUFFER, buffer, NULL);
    gst_buffer_unref (buffer);
  }
  g_free (data);
  push_caps (feed, caps);
}

static void
push_text_caps (Feed * feed, FuzzInput * input)
{
  gsize size;
  guint8 *data = fuzz_bytes (input, fuzz_byte (input), &size);
  gchar *text = g_strndup ((const gchar *) data, size);

  push_caps (feed, gst_caps_from_string (text));
  g_free (text);
  g_free (data);
}

static void
push_frame (Feed * feed, const guint8 * data, gsize size, guint flags)
{
  /* GStreamer 1.22.0 can't memdup nothing. */
  GstBuffer *buffer = size > 0 ? gst_buffer_new_memdup (data, size)
      : gst_buffer_new ();

  if (!(flags & 1))
    GST_BUFFER_PTS (buffer) = feed->time;
  if (flags & 2)
    GST_BUFFER_DTS (buffer) = feed->time;
  if (!(flags & 4))
    GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  if (flags & 8)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (flags & 16)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  /* Data before caps is GStreamer's business, which warns of it. */
  if (feed->has_segment)
    gst_pad_push (feed->src, buffer);
  else
    gst_buffer_unref (buffer);
  feed->time += 40 * GST_MSECOND;
}

static void
push_frames (Feed * feed, FuzzInput * input)
{
  guint count = fuzz_byte (input);
  gsize size;
  guint8 *data = fuzz_bytes (input, fuzz_byte (input), &size);

  while (count-- > 0)
    push_frame (feed, data, size, 0);
  g_free (data);
}

static void
push_frame_at (Feed * feed, FuzzInput * input)
{
  guint8 *data;
  guint flags;
  gsize size;

  feed->time = fuzz_word (input) * GST_MSECOND;
  flags = fuzz_byte (input);
  /* The times that overflow. */
  if (flags & 32)
    feed->time += G_GUINT64_CONSTANT (1) << 62;
  if (flags & 64)
    feed->time = GST_CLOCK_TIME_NONE - 1 - feed->time;
  data = fuzz_bytes (input, fuzz_byte (input), &size);
  push_frame (feed, data, size, flags);
  g_free (data);
}

static void
push_segment (Feed * feed, FuzzInput * input)
{
  GstClockTime start = fuzz_word (input) * GST_MSECOND;

  push_new_segment (feed, start, fuzz_byte (input) * GST_SECOND);
}

static void
flush (Feed * feed, gboolean reset)
{
  gst_pad_push_event (feed->src, gst_event_new_flush_start ());
  gst_pad_push_event (feed->src, gst_event_new_flush_stop (reset));
  feed->has_segment = FALSE;
  push_new_segment (feed, 0, 0);
}

static void
run_command (Rig * rig, FuzzInput * input)
{
  guint8 byte = fuzz_byte (input);
  Feed *feed = &rig->feeds[byte >> 6];

  switch ((Command) ((byte & 0x3f) % N_COMMANDS)) {
    case COMMAND_CAPS:
      push_template (feed, input);
      break;
    case COMMAND_TEXT_CAPS:
      push_text_caps (feed, input);
      break;
    case COMMAND_FRAMES:
      push_frames (feed, input);
      break;
    case COMMAND_FRAME_AT:
      push_frame_at (feed, input);
      break;
    case COMMAND_JUMP:
      feed->time += (gint16) fuzz_word (input) * 10 * (gint64) GST_MSECOND;
      break;
    case COMMAND_FLUSH:
      if (feed->has_segment)
        flush (feed, fuzz_byte (input) & 1);
      break;
    case COMMAND_SEGMENT:
      if (feed->has_segment)
        push_segment (feed, input);
      break;
    case COMMAND_GAP:
      gst_pad_push_event (feed->src, gst_event_new_gap (feed->time,
              fuzz_byte (input) * 40 * GST_MSECOND));
      break;
    case COMMAND_EOS:
      gst_pad_push_event (feed->src, gst_event_new_eos ());
      break;
    case N_COMMANDS:
      break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  GstStructure *stats;
  guint i;
  Rig rig;

  if (!gst_is_initialized ())
    gst_init (NULL, NULL);
  open_rig (&rig);
  for (i = 0; i < MAX_COMMANDS && input.size > 0; i++)
    run_command (&rig, &input);
  g_object_get (rig.sink, "stats", &stats, NULL);
  FUZZ_REQUIRE (stats != NULL);
  gst_structure_free (stats);
  close_rig (&rig);
  return 0;
}
