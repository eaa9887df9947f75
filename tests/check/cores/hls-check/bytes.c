/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of bytes: a valid init section and three parts, one flaw at a time;
 * and truncation and noise. */
#include <gst/check/gstcheck.h>

#include "hlscheck.h"

#define SCALE 25000
#define FRAME 1000              /* ticks */
#define FRAMES 25               /* of a part: one second */

typedef enum
{
  NO_FLAW,
  BRAND, MINOR, FTYP_LAST, MOOV_ORDER, TRAK_ORDER, MDIA_ORDER, MINF_ORDER,
  STTS, TWO_ENTRIES, DURATION, DISABLED, NO_SIZE, VMHD_FLAGS, DREF, NO_TREX,
  TREX_TRACK, ELST_VIDEO, ELST_DURATION, AVC3, NO_COLR, NO_INIT,
  TWO_MOOFS, TWO_TRAF, STRAY, TRAF_ORDER, NO_BASE, TRACK_ID, LATE, NO_OFFSET,
  OFFSET, SIZES, TREX_DEFAULTS, STYP, SIDX, EMSG_LATE, EMSG_SCALE, PRFT_LATE,
  NO_SYNC, LATE_SYNC, UNMARKED, CONTRADICTION, SHORT, WHOLE, SEQUENCE, NO_MOOF,
  HEVC_NO_COLR, NO_AV1C, NO_ESDS, ES_ID, NO_DOPS
} Flaw;

typedef struct
{
  Flaw flaw;
  guint rule;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  {BRAND, 134}, {MINOR, 134}, {FTYP_LAST, 134}, {NO_INIT, 134},
  {MOOV_ORDER, 135}, {TRAK_ORDER, 136}, {MDIA_ORDER, 137}, {MINF_ORDER, 137},
  {STTS, 138}, {TWO_ENTRIES, 138}, {DURATION, 139}, {DISABLED, 140},
  {NO_SIZE, 140}, {VMHD_FLAGS, 141}, {DREF, 141}, {NO_TREX, 142},
  {TREX_TRACK, 142}, {ELST_VIDEO, 143}, {ELST_DURATION, 144}, {AVC3, 156},
  {NO_COLR, 158}, {TWO_MOOFS, 145}, {TWO_TRAF, 145}, {STRAY, 145},
  {NO_MOOF, 145}, {TRAF_ORDER, 146}, {NO_BASE, 147}, {TRACK_ID, 147},
  {LATE, 148}, {NO_OFFSET, 149}, {OFFSET, 149}, {SIZES, 149},
  {TREX_DEFAULTS, 150}, {STYP, 151}, {SIDX, 152}, {EMSG_LATE, 153},
  {EMSG_SCALE, 153}, {PRFT_LATE, 154}, {NO_SYNC, 131}, {NO_SYNC, 155},
  {LATE_SYNC, 155}, {UNMARKED, 31}, {CONTRADICTION, 155}, {SHORT, 132},
  {WHOLE, 163}, {SEQUENCE, 164},
  {HEVC_NO_COLR, 157}, {NO_AV1C, 159}, {NO_ESDS, 160}, {ES_ID, 160},
  {NO_DOPS, 161},
};
/* *INDENT-ON* */

/* --- a writer ------------------------------------------------------------ */

static void
put (GByteArray * out, guint64 value, guint bytes)
{
  while (bytes-- > 0) {
    guint8 byte = bytes < 8 ? value >> 8 * bytes : 0;

    g_byte_array_append (out, &byte, 1);
  }
}

static guint
begin (GByteArray * out, const gchar * type)
{
  guint at = out->len;

  put (out, 0, 4);
  g_byte_array_append (out, (const guint8 *) type, 4);
  return at;
}

static guint
begin_full (GByteArray * out, const gchar * type, guint version, guint flags)
{
  guint at = begin (out, type);

  put (out, version << 24 | flags, 4);
  return at;
}

static void
end (GByteArray * out, guint at)
{
  guint32 size = GUINT32_TO_BE (out->len - at);

  memcpy (out->data + at, &size, 4);
}

static void
text (GByteArray * out, const gchar * four)
{
  g_byte_array_append (out, (const guint8 *) four, 4);
}

static void
put_ftyp (GByteArray * out, Flaw f)
{
  guint at = begin (out, "ftyp");

  text (out, f == MINOR || f == TREX_DEFAULTS ? "cmf2" : "cmfc");
  put (out, f == MINOR ? 1 : 0, 4);
  text (out, f == BRAND ? "mp42" : "iso6");
  text (out, "cmfc");
  end (out, at);
}

static void
put_times (GByteArray * out, const gchar * type, guint scale, gboolean long_)
{
  guint at = begin_full (out, type, 0, 0);

  put (out, 0, 8);
  put (out, scale, 4);
  put (out, long_ ? 5 : 0, 4);
  put (out, 0, 4);
  end (out, at);
}

static void
put_tkhd (GByteArray * out, Flaw f)
{
  guint at = begin_full (out, "tkhd", 0, f == DISABLED ? 2 : 3);
  guint i;

  put (out, 0, 8);
  put (out, 1, 4);
  put (out, 0, 8);
  put (out, 0, 8 + 8);
  for (i = 0; i < 9; i++)
    put (out, 0, 4);
  put (out, f == NO_SIZE ? 0 : 640 << 16, 4);
  put (out, f == NO_SIZE ? 0 : 360 << 16, 4);
  end (out, at);
}

static void
put_elst (GByteArray * out, Flaw f)
{
  guint at = begin (out, "edts"), elst = begin_full (out, "elst", 0, 0);

  put (out, 1, 4);
  put (out, f == ELST_DURATION ? 7 : 0, 4);
  put (out, 100, 4);
  put (out, 0x10000, 4);
  end (out, elst);
  end (out, at);
}

static gboolean
is_audio (Flaw f)
{
  return f == NO_ESDS || f == ES_ID || f == NO_DOPS;
}

static const gchar *
entry_name (Flaw f)
{
  if (f == HEVC_NO_COLR)
    return "hvc1";
  if (f == NO_AV1C)
    return "av01";
  if (is_audio (f))
    return f == NO_DOPS ? "Opus" : "mp4a";
  return f == AVC3 ? "avc3" : "avc1";
}

static void
put_esds (GByteArray * out)
{
  static const guint8 esds[] = { 3, 25, 0, 9, 0, 4, 17, 0x40, 0x15, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 5, 2, 0x11, 0x90, 6, 1, 2
  };
  guint at = begin_full (out, "esds", 0, 0);

  g_byte_array_append (out, esds, sizeof (esds));
  end (out, at);
}

static void
put_entry (GByteArray * out, Flaw f)
{
  static const guint8 avcc[] = { 1, 0x64, 0, 0x1f, 0xff };
  guint at = begin (out, entry_name (f)), box, i;

  for (i = 0; i < (is_audio (f) ? 28 : 78); i++)
    put (out, 0, 1);
  box = begin (out, "avcC");
  g_byte_array_append (out, avcc, sizeof (avcc));
  end (out, box);
  if (f == ES_ID)
    put_esds (out);
  if (f != NO_COLR && f != HEVC_NO_COLR) {
    box = begin (out, "colr");
    text (out, "nclx");
    put (out, 1, 2);
    put (out, 1, 2);
    put (out, 1, 2);
    put (out, 0, 1);
    end (out, box);
  }
  box = begin (out, "pasp");
  put (out, 1, 4);
  put (out, 1, 4);
  end (out, box);
  end (out, at);
}

static void
put_stbl (GByteArray * out, Flaw f)
{
  static const gchar *const empty[] = { "stts", "stsc", "stco" };
  guint at = begin (out, "stbl"), box, i;

  box = begin_full (out, "stsd", 0, 0);
  put (out, f == TWO_ENTRIES ? 2 : 1, 4);
  put_entry (out, f);
  end (out, box);
  for (i = 0; i < 3; i++) {
    box = begin_full (out, empty[i], 0, 0);
    put (out, f == STTS && i == 0 ? 1 : 0, 4);
    end (out, box);
  }
  end (out, at);
}

static void
put_minf (GByteArray * out, Flaw f)
{
  guint at = begin (out, "minf"), box, dref;

  if (f == MINF_ORDER)
    put_stbl (out, f);
  box = begin_full (out, "vmhd", 0, f == VMHD_FLAGS ? 0 : 1);
  put (out, 0, 8);
  end (out, box);
  box = begin (out, "dinf");
  dref = begin_full (out, "dref", 0, 0);
  put (out, 1, 4);
  end (out, begin_full (out, "url ", 0, f == DREF ? 0 : 1));
  out->data[out->len - 9] = 12;
  end (out, dref);
  end (out, box);
  if (f != MINF_ORDER)
    put_stbl (out, f);
  end (out, at);
}

static void
put_hdlr (GByteArray * out, Flaw f)
{
  guint at = begin_full (out, "hdlr", 0, 0);

  put (out, 0, 4);
  text (out, is_audio (f) ? "soun" : "vide");
  put (out, 0, 8);
  put (out, 0, 5);
  end (out, at);
}

static void
put_trak (GByteArray * out, Flaw f)
{
  guint at = begin (out, "trak"), mdia;

  if (f == TRAK_ORDER)
    end (out, begin (out, "udta"));
  put_tkhd (out, f);
  if (f == ELST_VIDEO || f == ELST_DURATION)
    put_elst (out, f);
  mdia = begin (out, "mdia");
  if (f == MDIA_ORDER)
    put_hdlr (out, f);
  put_times (out, "mdhd", SCALE, f == DURATION);
  if (f != MDIA_ORDER)
    put_hdlr (out, f);
  put_minf (out, f);
  end (out, mdia);
  end (out, at);
}

static void
put_mvex (GByteArray * out, Flaw f)
{
  guint at = begin (out, "mvex"), trex;

  if (f != NO_TREX) {
    trex = begin_full (out, "trex", 0, 0);
    put (out, f == TREX_TRACK ? 2 : 1, 4);
    put (out, 1, 4);
    put (out, FRAME, 4);
    put (out, 4, 4);
    put (out, 0x01010000, 4);
    end (out, trex);
  }
  end (out, at);
}

static GByteArray *
init_section (Flaw f)
{
  GByteArray *out = g_byte_array_new ();
  guint moov;

  if (f != FTYP_LAST)
    put_ftyp (out, f);
  moov = begin (out, "moov");
  if (f == MOOV_ORDER)
    put_trak (out, f);
  put_times (out, "mvhd", 1000, FALSE);
  if (f != MOOV_ORDER)
    put_trak (out, f);
  put_mvex (out, f);
  end (out, moov);
  if (f == FTYP_LAST)
    put_ftyp (out, f);
  if (f == NO_INIT)
    g_byte_array_set_size (out, 20);
  return out;
}

static void
put_other (GByteArray * out, const gchar * type, guint version, guint scale)
{
  guint at = begin_full (out, type, version, 0);

  put (out, scale, 4);
  put (out, 0, 8);
  end (out, at);
}

static guint32
flags_of (Flaw f, guint part, guint i)
{
  if (f == CONTRADICTION && i == 3)
    return 0x01000000;
  if (part == 0 && f == LATE_SYNC)
    return i == 5 ? 0x02000000 : 0x01010000;
  return part == 0 && i == 0 && f != NO_SYNC ? 0x02000000 : 0x01010000;
}

static void
put_trun (GByteArray * out, Flaw f, guint part, guint * offset_at)
{
  gboolean bare = f == TREX_DEFAULTS;
  guint at = begin_full (out, "trun", 1, (f == NO_OFFSET ? 0 : 1)
      | (bare ? 0x400 : 0x700)), i;

  put (out, FRAMES, 4);
  *offset_at = out->len;
  if (f != NO_OFFSET)
    put (out, 0, 4);
  for (i = 0; i < FRAMES; i++) {
    if (!bare) {
      put (out, FRAME, 4);
      put (out, f == SIZES && i == 2 ? 5 : 4, 4);
    }
    put (out, flags_of (f, part, i), 4);
  }
  end (out, at);
}

static void
put_traf (GByteArray * out, Flaw f, guint part, guint * offset_at)
{
  guint at = begin (out, "traf"), box;
  guint64 time = (100 * 4 + part) * (guint64) SCALE;

  box = begin_full (out, "tfhd", 0, f == NO_BASE ? 0 : 0x020000);
  put (out, f == TRACK_ID ? 7 : 1, 4);
  end (out, box);
  if (f == TRAF_ORDER)
    put_trun (out, f, part, offset_at);
  box = begin_full (out, "tfdt", 1, 0);
  put (out, time + (f == LATE && part == 2 ? 1 : 0), 8);
  end (out, box);
  if (f != TRAF_ORDER)
    put_trun (out, f, part, offset_at);
  end (out, at);
}

static void
put_moof (GByteArray * out, Flaw f, guint part)
{
  guint at = begin (out, "moof"), box, offset_at = 0;
  guint32 offset;

  box = begin_full (out, "mfhd", 0, 0);
  put (out, f == SEQUENCE ? 1 : part + 1, 4);
  end (out, box);
  if (f == TWO_TRAF)
    put_traf (out, f, part, &offset_at);
  put_traf (out, f, part, &offset_at);
  end (out, at);
  offset = GUINT32_TO_BE (out->len - at + 8 + (f == OFFSET ? 1 : 0));
  if (f != NO_OFFSET)
    memcpy (out->data + offset_at, &offset, 4);
}

static GByteArray *
media (Flaw f, guint part)
{
  GByteArray *out = g_byte_array_new ();
  guint at, i;

  if (part == 0) {
    at = begin (out, "styp");
    text (out, "msdh");
    put (out, 0, 4);
    text (out, f == STYP ? "msdh" : "cmfs");
    end (out, at);
  }
  if (f == SIDX)
    put_other (out, "sidx", 0, 0);
  if (f == STRAY)
    put_other (out, "what", 0, 0);
  put_other (out, "emsg", 1, f == EMSG_SCALE ? 1 : SCALE);
  put_other (out, "prft", 1, 1);
  if (f != NO_MOOF)
    put_moof (out, f, part);
  if (f == TWO_MOOFS)
    put_moof (out, f, part);
  if (f == EMSG_LATE)
    put_other (out, "emsg", 1, SCALE);
  if (f == PRFT_LATE)
    put_other (out, "prft", 1, 1);
  at = begin (out, "mdat");
  for (i = 0; i < FRAMES; i++)
    put (out, part, 4);
  end (out, at);
  return out;
}

/* --- tests --------------------------------------------------------------- */

typedef struct
{
  HlsCheck *check;
  HlsRendition *r;
  BmffTrack *track;
} Rig;

static void
rig_init (Rig * rig)
{
  rig->check = hls_check_new (0);
  rig->r = hls_check_add (rig->check, "v", "http://h/v.m3u8", FALSE, FALSE);
  rig->track = bmff_track_new (&rig->check->verdict, "v");
}

static void
rig_clear (Rig * rig)
{
  bmff_track_free (rig->track);
  hls_check_free (rig->check);
}

static void
add (Rig * rig, Flaw f, gint64 part, const GByteArray * data)
{
  BmffListed listed = { 100, part, 3, part == 0
        && f != UNMARKED, FALSE, FALSE, 0,
    (part < 0 ? 3 : 1) * M3U8_SECOND, TRUE, 0, 4 * M3U8_SECOND, "init.mp4"
  };

  if (f == SHORT)
    listed.duration /= 2;
  hls_check_media (rig->check, rig->r, rig->track, &listed, data->data,
      data->len);
}

static void
play (Rig * rig, Flaw f)
{
  GByteArray *init = init_section (f), *whole = g_byte_array_new ();
  guint part;

  hls_check_init (rig->check, rig->r, rig->track, "init.mp4", init->data,
      init->len);
  for (part = 0; part < 3; part++) {
    GByteArray *data = media (f, part);

    add (rig, f, part, data);
    g_byte_array_append (whole, data->data, data->len);
    g_byte_array_unref (data);
  }
  if (f == WHOLE)
    whole->data[whole->len - 1] ^= 1;
  add (rig, f, -1, whole);
  g_byte_array_unref (whole);
  g_byte_array_unref (init);
}

GST_START_TEST (valid_media_breaks_no_rule)
{
  guint i;
  Rig rig;

  rig_init (&rig);
  play (&rig, NO_FLAW);
  for (i = 0; i < rig.check->verdict.findings->len; i++)
    g_printerr ("%s\n",
        ((VerdictFinding *) g_ptr_array_index (rig.check->verdict.findings,
                i))->evidence[0]);
  fail_unless_equals_int (rig.check->verdict.findings->len, 0);
  fail_unless (rig.check->verdict.looked[163]);
  fail_unless (rig.check->verdict.looked[148]);
  fail_unless_equals_string (rig.r->init.codec, "avc1.64001f");
  fail_unless_equals_int (rig.r->init.width, 640);
  rig_clear (&rig);
}

GST_END_TEST;

/* 163 is not for subtitles. */
GST_START_TEST (subtitles_are_not_their_parts_in_a_row)
{
  static const gchar *const texts[] = { "WEBVTT\n", "\xef\xbb\xbfWEBVTT\n",
    "WEBVT"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    BmffListed listed =
        { 100, 0, 2, TRUE, FALSE, FALSE, 0, M3U8_SECOND, TRUE, 0, 0, NULL };
    const guint8 *data = (const guint8 *) texts[i];
    gsize size = strlen (texts[i]);
    Rig rig;

    rig_init (&rig);
    hls_check_media (rig.check, rig.r, rig.track, &listed, data, size);
    listed.part = 1;
    hls_check_media (rig.check, rig.r, rig.track, &listed, data, size);
    listed.part = -1;
    hls_check_media (rig.check, rig.r, rig.track, &listed, data, size);
    fail_unless_equals_int (verdict_has (&rig.check->verdict, 163), i == 2);
    rig_clear (&rig);
  }
}

GST_END_TEST;

/* 148: parts that are gaps are not fetched, also those at a segment's end. */
GST_START_TEST (media_behind_a_gap_does_not_go_on_at_once)
{
  GByteArray *init = init_section (NO_FLAW), *before = media (NO_FLAW, 0);
  GByteArray *behind = media (NO_FLAW, 2);
  guint gap;

  for (gap = 0; gap < 2; gap++) {
    BmffListed listed =
        { 100, 0, 0, TRUE, FALSE, FALSE, 0, M3U8_SECOND, TRUE, 0, 0, "a" };
    Rig rig;

    rig_init (&rig);
    hls_check_init (rig.check, rig.r, rig.track, "a", init->data, init->len);
    hls_check_media (rig.check, rig.r, rig.track, &listed, before->data,
        before->len);
    listed.msn = 101;
    listed.behind_gap = gap;
    hls_check_media (rig.check, rig.r, rig.track, &listed, behind->data,
        behind->len);
    fail_unless_equals_int (verdict_has (&rig.check->verdict, 148), !gap);
    rig_clear (&rig);
  }
  g_byte_array_unref (init);
  g_byte_array_unref (before);
  g_byte_array_unref (behind);
}

GST_END_TEST;

GST_START_TEST (each_flaw_is_found_under_its_number)
{
  const Case *c = &cases[__i__];
  Rig rig;

  rig_init (&rig);
  play (&rig, c->flaw);
  fail_unless (verdict_has (&rig.check->verdict, c->rule),
      "flaw %d: rule %u was not found broken", c->flaw, c->rule);
  rig_clear (&rig);
}

GST_END_TEST;

/* 116, 117: a restarted encoder's format is told by a newer multivariant
 * playlist. */
GST_START_TEST (media_is_compared_with_what_is_told_now)
{
  static const gchar old[] = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100,"
      "CODECS=\"avc1.64001e\",RESOLUTION=320x180\nv.m3u8\n";
  static const gchar now[] = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100\n"
      "v.m3u8\n";
  GByteArray *init = init_section (NO_FLAW);
  Rig rig;

  rig_init (&rig);
  hls_check_multivariant (rig.check, "m", m3u8_parse (old, strlen (old), NULL,
          NULL), 0);
  hls_check_multivariant (rig.check, "m", m3u8_parse (now, strlen (now), NULL,
          NULL), 0);
  hls_check_init (rig.check, rig.r, rig.track, "a", init->data, init->len);
  fail_if (verdict_has (&rig.check->verdict, 117));
  g_byte_array_unref (init);
  rig_clear (&rig);
}

GST_END_TEST;

/* 81: another codec, and the discontinuity number stays. 116, 117, 133 */
GST_START_TEST (media_is_compared_with_what_is_told_of_it)
{
  static const gchar multi[] = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100,"
      "CODECS=\"avc1.64001e\",RESOLUTION=320x180,VIDEO-RANGE=PQ\nv.m3u8\n";
  GByteArray *init = init_section (NO_FLAW), *other = init_section (AVC3);
  GByteArray *data = media (NO_FLAW, 0);
  BmffListed listed =
      { 100, 0, 0, TRUE, FALSE, FALSE, 0, M3U8_SECOND, TRUE, 0, 0, "a" };
  HlsRendition *w;
  Rig rig;

  rig_init (&rig);
  hls_check_multivariant (rig.check, "m", m3u8_parse (multi, strlen (multi),
          NULL, NULL), 0);
  hls_check_init (rig.check, rig.r, rig.track, "a", init->data, init->len);
  fail_unless (verdict_has (&rig.check->verdict, 116));
  fail_unless (verdict_has (&rig.check->verdict, 117));
  fail_unless (verdict_has (&rig.check->verdict, 119));
  hls_check_media (rig.check, rig.r, rig.track, &listed, data->data, data->len);
  hls_check_init (rig.check, rig.r, rig.track, "b", other->data, other->len);
  listed.msn = 101;
  listed.map = "b";
  hls_check_media (rig.check, rig.r, rig.track, &listed, data->data, data->len);
  fail_unless (verdict_has (&rig.check->verdict, 81));
  listed.part = -1;
  hls_check_media (rig.check, rig.r, rig.track, &listed, data->data, data->len);
  fail_unless (verdict_has (&rig.check->verdict, 114));
  w = hls_check_add (rig.check, "w", "http://h/w.m3u8", FALSE, FALSE);
  rig.r->init.timescale++;
  hls_check_init (rig.check, w, rig.track, "c", other->data, other->len);
  fail_unless (verdict_has (&rig.check->verdict, 133));
  g_byte_array_unref (init);
  g_byte_array_unref (other);
  g_byte_array_unref (data);
  rig_clear (&rig);
}

GST_END_TEST;

/* 88 */
GST_START_TEST (media_time_and_date_go_together_in_all_renditions)
{
  GByteArray *init = init_section (NO_FLAW), *data = media (NO_FLAW, 0);
  BmffListed listed =
      { 100, 0, 0, TRUE, FALSE, FALSE, 0, M3U8_SECOND, TRUE, 0, 0, "a" };
  HlsRendition *w;
  BmffTrack *track;
  Rig rig;

  rig_init (&rig);
  w = hls_check_add (rig.check, "w", "http://h/w.m3u8", FALSE, FALSE);
  track = bmff_track_new (&rig.check->verdict, "w");
  hls_check_init (rig.check, rig.r, rig.track, "a", init->data, init->len);
  hls_check_init (rig.check, w, track, "a", init->data, init->len);
  hls_check_media (rig.check, rig.r, rig.track, &listed, data->data, data->len);
  hls_check_media (rig.check, w, track, &listed, data->data, data->len);
  fail_if (verdict_has (&rig.check->verdict, 88));
  listed.msn = 101;
  hls_check_media (rig.check, rig.r, rig.track, &listed, data->data, data->len);
  listed.date = 100 * HLS_MS;
  hls_check_media (rig.check, w, track, &listed, data->data, data->len);
  fail_unless (verdict_has (&rig.check->verdict, 88));
  bmff_track_free (track);
  g_byte_array_unref (init);
  g_byte_array_unref (data);
  rig_clear (&rig);
}

GST_END_TEST;

static guint32
next_random (guint32 * state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

GST_START_TEST (cut_and_changed_bytes_do_no_harm)
{
  GByteArray *init = init_section (NO_FLAW), *data = media (NO_FLAW, 0);
  guint32 seed = 20261121;
  guint i, j, n;
  Rig rig;

  rig_init (&rig);
  for (i = 0; i <= init->len; i++) {
    bmff_track_add_init (rig.track, "cut", init->data, i);
    g_hash_table_remove_all (rig.track->inits);
    rig.track->init = NULL;
  }
  hls_check_init (rig.check, rig.r, rig.track, "init.mp4", init->data,
      init->len);
  for (i = 0; i <= data->len; i++) {
    n = data->len;
    data->len = i;
    add (&rig, NO_FLAW, 0, data);
    data->len = n;
  }
  for (i = 0; i < 3000; i++) {
    GByteArray *noisy = i % 2 == 0 ? init_section (NO_FLAW)
        : media (NO_FLAW, 0);

    for (j = 0; j < 1 + i % 7; j++)
      noisy->data[next_random (&seed) % noisy->len] = i % 3 == 0 ? 0xff
          : next_random (&seed);
    if (i % 2 != 0) {
      add (&rig, NO_FLAW, i % 3, noisy);
    } else {
      BmffInit read;

      bmff_init_read (&read, noisy->data, noisy->len);
      bmff_track_add_init (rig.track, "noisy", noisy->data, noisy->len);
      if (rig.track->init == NULL)
        g_hash_table_remove (rig.track->inits, "noisy");
    }
    g_byte_array_unref (noisy);
  }
  g_byte_array_unref (init);
  g_byte_array_unref (data);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
bytes_suite (void)
{
  Suite *suite = suite_create ("bytes");
  TCase *tc = tcase_create ("media");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, valid_media_breaks_no_rule);
  tcase_add_test (tc, subtitles_are_not_their_parts_in_a_row);
  tcase_add_test (tc, media_behind_a_gap_does_not_go_on_at_once);
  tcase_add_loop_test (tc, each_flaw_is_found_under_its_number, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, media_is_compared_with_what_is_told_of_it);
  tcase_add_test (tc, media_is_compared_with_what_is_told_now);
  tcase_add_test (tc, media_time_and_date_go_together_in_all_renditions);
  tcase_add_test (tc, cut_and_changed_bytes_do_no_harm);
  return suite;
}

GST_CHECK_MAIN (bytes);
