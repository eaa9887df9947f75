/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 134 to 144 and 156 to 161: init sections (ISO 23000-19 7.3.1, 7.5). */
#include <string.h>

#include "cmafruleinit.h"

#define MUST(rule, ...) \
    verdict_break (v, rule, VERDICT_MUST, name, __VA_ARGS__)
#define SHOULD(rule, ...) \
    verdict_break (v, rule, VERDICT_SHOULD, name, __VA_ARGS__)

/* The children's types must stand in this order; those with a '?' may lack,
 * '*' is anything else at the end. */
static gboolean
in_order (const gchar * children, const gchar * pattern)
{
  g_auto (GStrv) have = g_strsplit (children, " ", -1);
  g_auto (GStrv) want = g_strsplit (pattern, " ", -1);
  guint i = 0, j;

  for (j = 0; want[j] != NULL; j++) {
    gboolean optional = strchr (want[j], '?') != NULL;

    if (*want[j] == '*')
      return TRUE;
    if (have[i] != NULL && strncmp (have[i], want[j], 4) == 0)
      i++;
    else if (!optional)
      return FALSE;
  }
  return have[i] == NULL || *have[i] == '\0';
}

static void
check_order (Verdict * v, const gchar * name, guint rule, const BmffBox * box,
    const gchar * what, const gchar * pattern)
{
  g_autofree gchar *children = bmff_box_children (box);

  verdict_look (v, rule);
  if (!in_order (children, pattern))
    MUST (rule, "%s has %s", what, children);
}

static void
check_ftyp (Verdict * v, const gchar * name, const BmffBox * file)
{
  BmffBox ftyp;
  BmffReader r;
  guint32 major, minor;
  gboolean iso = FALSE;

  if (!bmff_box_child (file, "ftyp", &ftyp))
    return;
  bmff_box_reader (&ftyp, &r);
  major = bmff_reader_u32 (&r);
  minor = bmff_reader_u32 (&r);
  if ((major >> 8) == 0x636d66 && minor != 0)
    MUST (134, "minor_version %u with a CMAF major brand", minor);
  while (bmff_reader_left (&r) >= 4) {
    guint32 brand = bmff_reader_u32 (&r);

    /* iso6 to iso9, isoa and on */
    iso |= (brand >> 8) == 0x69736f && (brand & 0xff) >= '6';
  }
  iso |= (major >> 8) == 0x69736f && (major & 0xff) >= '6';
  if (!iso)
    MUST (134, "no brand iso6 or later");
}

static void
check_header_times (Verdict * v, const gchar * name, const BmffBox * box)
{
  BmffReader r;
  guint version = bmff_full_box (box, &r) >> 24;
  gboolean tkhd = strcmp (box->type, "tkhd") == 0;
  guint64 duration;

  verdict_look (v, 139);
  bmff_reader_skip (&r, version == 1 ? 16 : 8);
  bmff_reader_skip (&r, tkhd ? 8 : 4);
  duration = version == 1 ? bmff_reader_u64 (&r) : bmff_reader_u32 (&r);
  if (duration != 0)
    MUST (139, "%s has duration %" G_GUINT64_FORMAT, box->type, duration);
}

static void
check_tkhd (Verdict * v, const gchar * name, const BmffBox * box,
    const BmffInit * init)
{
  BmffReader r;
  guint32 full = bmff_full_box (box, &r);
  guint16 volume;

  verdict_look (v, 140);
  bmff_reader_skip (&r, (full >> 24) == 1 ? 32 : 20);
  bmff_reader_skip (&r, 12);
  volume = bmff_reader_u16 (&r);
  if ((full & 1) == 0)
    MUST (140, "the track is not enabled");
  if (init->media == BMFF_VIDEO && (init->width == 0 || init->height == 0))
    MUST (140, "video of %ux%u", init->width, init->height);
  if (init->media == BMFF_AUDIO && (init->width != 0 || init->height != 0))
    MUST (140, "audio of %ux%u", init->width, init->height);
  if (init->media == BMFF_VIDEO && volume != 0)
    MUST (140, "video has volume %04x", volume);
}

static void
check_elst (Verdict * v, const gchar * name, const BmffBox * trak,
    const BmffInit * init)
{
  BmffBox edts, elst;
  BmffReader r;
  guint version, count, rate;
  guint64 duration;

  if (!bmff_box_child (trak, "edts", &edts)
      || !bmff_box_child (&edts, "elst", &elst))
    return;
  verdict_look (v, 144);
  version = bmff_full_box (&elst, &r) >> 24;
  count = bmff_reader_u32 (&r);
  duration = version == 1 ? bmff_reader_u64 (&r) : bmff_reader_u32 (&r);
  bmff_reader_skip (&r, version == 1 ? 8 : 4);
  rate = bmff_reader_u32 (&r);
  if (count != 1 || duration != 0 || rate != 0x10000)
    MUST (144, "edit list of %u entries, duration %" G_GUINT64_FORMAT
        ", rate %08x", count, duration, rate);
}

static void
check_stbl (Verdict * v, const gchar * name, const BmffBox * stbl)
{
  static const gchar *const empty[] = { "stts", "stsc", "stco" };
  BmffBox box;
  BmffReader r;
  guint i, n;

  verdict_look (v, 138);
  if (!bmff_box_child (stbl, "stsd", &box)) {
    MUST (138, "no stsd");
  } else {
    bmff_full_box (&box, &r);
    n = bmff_reader_u32 (&r);
    if (n != 1)
      MUST (138, "stsd has %u entries", n);
  }
  for (i = 0; i < G_N_ELEMENTS (empty); i++) {
    if (!bmff_box_child (stbl, empty[i], &box)) {
      MUST (138, "no %s", empty[i]);
      continue;
    }
    bmff_full_box (&box, &r);
    n = bmff_reader_u32 (&r);
    if (n != 0)
      MUST (138, "%s has %u entries", empty[i], n);
  }
}

static void
check_minf (Verdict * v, const gchar * name, const BmffBox * mdia,
    const BmffInit * init)
{
  BmffBox minf, box, dref;
  BmffReader r;
  guint32 full;

  if (!bmff_box_child (mdia, "minf", &minf))
    return;
  check_order (v, name, 137, &minf, "minf", init->media == BMFF_VIDEO
      ? "vmhd dinf stbl" : init->media == BMFF_AUDIO ? "smhd dinf stbl"
      : "sthd? nmhd? dinf stbl");
  verdict_look (v, 141);
  if (bmff_box_child (&minf, "vmhd", &box)) {
    full = bmff_full_box (&box, &r);
    if ((full & 0xffffff) != 1)
      MUST (141, "vmhd has flags %06x", full & 0xffffff);
  }
  if (bmff_box_child (&minf, "dinf", &box)
      && bmff_box_child (&box, "dref", &dref)) {
    bmff_full_box (&dref, &r);
    if (bmff_reader_u32 (&r) != 1 || !bmff_reader_box (&r, &box)
        || box.size < 4 || box.body[3] != 1)
      MUST (141, "dref does not have one entry in the file itself");
  }
  if (bmff_box_child (&minf, "stbl", &box))
    check_stbl (v, name, &box);
}

static void
check_entry (Verdict * v, const gchar * name, const BmffBox * mdia,
    const BmffInit * init)
{
  BmffBox box, entry, child;
  BmffReader r;
  const gchar *e = init->entry;

  if (!bmff_box_child (mdia, "minf", &box)
      || !bmff_box_child (&box, "stbl", &child)
      || !bmff_box_child (&child, "stsd", &box))
    return;
  bmff_full_box (&box, &r);
  bmff_reader_skip (&r, 4);
  if (!bmff_reader_box (&r, &entry))
    return;
  if (entry.size < (init->media == BMFF_VIDEO ? 78 : 28))
    return;
  entry.body += init->media == BMFF_VIDEO ? 78 : 28;
  entry.size -= init->media == BMFF_VIDEO ? 78 : 28;
  verdict_look (v, 156);
  if (strcmp (e, "avc3") == 0 || strcmp (e, "hev1") == 0)
    SHOULD (156, "sample entry %s", e);
  if (g_str_has_prefix (e, "hvc") && !bmff_box_child (&entry, "colr", &child))
    SHOULD (157, "no colr");
  if (g_str_has_prefix (e, "avc") && !bmff_box_child (&entry, "colr", &child))
    SHOULD (158, "no colr");
  if (g_str_has_prefix (e, "avc") && !bmff_box_child (&entry, "pasp", &child))
    SHOULD (158, "no pasp");
  if (strcmp (e, "av01") == 0 && !bmff_box_child (&entry, "av1C", &child))
    MUST (159, "no av1C");
  if (strcmp (e, "mp4a") == 0) {
    verdict_look (v, 160);
    if (!bmff_box_child (&entry, "esds", &child))
      MUST (160, "no esds");
    else if (child.size >= 8 && init->codec[4] == '.') {
      bmff_full_box (&child, &r);
      bmff_reader_skip (&r, 1);
      while ((bmff_reader_u8 (&r) & 0x80) != 0 && !r.error);
      if (bmff_reader_u16 (&r) != 0)
        MUST (160, "ES_ID is not 0");
    }
  }
  if (strcmp (e, "Opus") == 0 && (!bmff_box_child (&entry, "dOps", &child)
          || init->timescale != 48000))
    SHOULD (161, "no dOps or timescale %u", init->timescale);
}

static void
check_trak (Verdict * v, const gchar * name, const BmffBox * moov,
    const BmffInit * init)
{
  BmffBox trak, mdia, box;

  if (!bmff_box_child (moov, "trak", &trak))
    return;
  check_order (v, name, 136, &trak, "trak", "tkhd edts? mdia udta?");
  if (bmff_box_child (&trak, "tkhd", &box)) {
    check_header_times (v, name, &box);
    check_tkhd (v, name, &box, init);
  }
  check_elst (v, name, &trak, init);
  if (!bmff_box_child (&trak, "mdia", &mdia))
    return;
  check_order (v, name, 137, &mdia, "mdia", "mdhd hdlr elng? minf");
  if (bmff_box_child (&mdia, "mdhd", &box))
    check_header_times (v, name, &box);
  check_minf (v, name, &mdia, init);
  check_entry (v, name, &mdia, init);
}

static void
check_mvex (Verdict * v, const gchar * name, const BmffBox * moov,
    const BmffInit * init)
{
  BmffBox mvex, trex;
  BmffReader r;
  guint32 track;

  verdict_look (v, 142);
  if (!bmff_box_child (moov, "mvex", &mvex)
      || !bmff_box_child (&mvex, "trex", &trex)) {
    MUST (142, "no mvex with trex");
    return;
  }
  bmff_full_box (&trex, &r);
  track = bmff_reader_u32 (&r);
  if (track != init->track_id)
    MUST (142, "trex of track %u, track_ID is %u", track, init->track_id);
  if (bmff_reader_u32 (&r) != 1)
    MUST (142, "default_sample_description_index is not 1");
}

void
bmff_rules_init (Verdict * v, const gchar * name, const BmffInit * init,
    const guint8 * data, gsize size)
{
  BmffBox file = { "", 0, 0, data, size }, moov, box;

  check_order (v, name, 134, &file, "the init section", "ftyp moov");
  check_ftyp (v, name, &file);
  if (!bmff_box_child (&file, "moov", &moov))
    return;
  check_order (v, name, 135, &moov, "moov", "mvhd trak mvex pssh? *");
  if (bmff_box_child (&moov, "mvhd", &box))
    check_header_times (v, name, &box);
  check_trak (v, name, &moov, init);
  check_mvex (v, name, &moov, init);
}
