/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 31, 131, 132, 143, 145 to 155, 163 and 164: media, chunk by chunk.
 * What only CMAF demands is asked of what claims a CMAF brand only. */
#include "cmafrules.h"

#include <string.h>

#include "cmafruleinit.h"

#define MUST(rule, ...) \
    verdict_break (self->verdict, rule, VERDICT_MUST, self->name, __VA_ARGS__)
#define SHOULD(rule, ...) \
    verdict_break (self->verdict, rule, VERDICT_SHOULD, self->name, __VA_ARGS__)

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define NON_SYNC 0x00010000
#define MAX_INITS 256

typedef struct
{
  BmffInit init;
  gboolean cmaf;                /* claims a structural brand of CMAF */
  gchar *digest;
} Init;

static void
init_free (gpointer data)
{
  g_free (((Init *) data)->digest);
  g_free (data);
}

BmffTrack *
bmff_track_new (Verdict * verdict, const gchar * name)
{
  BmffTrack *self = g_new0 (BmffTrack, 1);

  self->verdict = verdict;
  self->name = g_strdup (name);
  self->inits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      init_free);
  self->begin_msn = self->digest_msn = BMFF_NONE;
  return self;
}

void
bmff_track_free (BmffTrack * self)
{
  g_hash_table_unref (self->inits);
  g_clear_pointer (&self->parts, g_checksum_free);
  g_free (self->parts_digest);
  g_free (self->name);
  g_free (self);
}

/* --- init sections ------------------------------------------------------- */

static gboolean
claims_cmaf (const guint8 * data, gsize size)
{
  BmffBox file = { "", 0, 0, data, size }, ftyp;
  gsize i;

  if (!bmff_box_child (&file, "ftyp", &ftyp))
    return FALSE;
  for (i = 0; i + 4 <= ftyp.size; i += 4) {
    if (i != 4 && (memcmp (ftyp.body + i, "cmfc", 4) == 0
            || memcmp (ftyp.body + i, "cmf2", 4) == 0))
      return TRUE;
  }
  return FALSE;
}

void
bmff_track_add_init (BmffTrack * self, const gchar * uri, const guint8 * data,
    gsize size)
{
  Init *init;

  /* Known ones stay: `init` may point to one. */
  if (g_hash_table_size (self->inits) >= MAX_INITS
      || g_hash_table_contains (self->inits, uri))
    return;
  init = g_new0 (Init, 1);
  if (!bmff_init_read (&init->init, data, size)) {
    MUST (134, "%s is no init section (%" G_GSIZE_FORMAT " bytes)", uri, size);
    init_free (init);
    return;
  }
  init->cmaf = claims_cmaf (data, size);
  if (init->cmaf)
    bmff_rules_init (self->verdict, self->name, &init->init, data, size);
  g_hash_table_insert (self->inits, g_strdup (uri), init);
}

/* --- chunks -------------------------------------------------------------- */

static void
check_fragment (BmffTrack * self, const Init * init, const BmffChunk * c)
{
  verdict_look (self->verdict, 147);
  verdict_look (self->verdict, 149);
  if (c->track_id != init->init.track_id)
    MUST (147, "track_ID %u, the init section's is %u", c->track_id,
        init->init.track_id);
  if (!c->has_tfdt)
    MUST (146, "no tfdt");
  if ((c->trun_flags & 1) == 0)
    MUST (149, "trun without data offset");
  else if ((c->tfhd_flags & 1) == 0 && c->n_trun == 1
      && c->moof_offset + (gint64) c->data_offset
      != c->mdat_offset + c->mdat_header)
    MUST (149, "data offset %d, moof of %" G_GSIZE_FORMAT " bytes",
        c->data_offset, c->moof_size);
  if (c->sizes != c->mdat_size)
    MUST (149, "samples of %" G_GUINT64_FORMAT " bytes in an mdat of %"
        G_GSIZE_FORMAT, c->sizes, c->mdat_size);
}

static void
check_cmaf_fragment (BmffTrack * self, const Init * init, const BmffChunk * c)
{
  verdict_look (self->verdict, 143);
  verdict_look (self->verdict, 145);
  if ((c->tfhd_flags & 0x020000) == 0 || (c->tfhd_flags & 1) != 0)
    MUST (147, "tfhd has flags %06x", c->tfhd_flags);
  if (c->n_traf != 1 || c->n_trun != 1)
    MUST (145, "%u traf and %u trun in a moof", c->n_traf, c->n_trun);
  if (init->init.media == BMFF_VIDEO && init->init.has_elst
      && c->trun_version == 1)
    MUST (143, "trun version 1 and an edit list");
  if (c->trun_version > 1)
    MUST (149, "trun version %u", c->trun_version);
  if (init->init.cmf2) {
    verdict_look (self->verdict, 150);
    if (((c->tfhd_flags & 0x08) == 0 && (c->trun_flags & 0x100) == 0)
        || ((c->tfhd_flags & 0x10) == 0 && (c->trun_flags & 0x200) == 0)
        || ((c->tfhd_flags & 0x20) == 0 && (c->trun_flags & 0x400) == 0))
      SHOULD (150, "cmf2, and defaults are left to trex");
  }
}

static void
check_order (BmffTrack * self, const BmffBox * moof)
{
  g_autofree gchar *in_moof = bmff_box_children (moof);
  g_autofree gchar *in_traf = NULL;
  BmffBox traf;

  verdict_look (self->verdict, 146);
  if (strcmp (in_moof, "mfhd traf") != 0)
    MUST (146, "moof has %s", in_moof);
  if (!bmff_box_child (moof, "traf", &traf))
    return;
  in_traf = bmff_box_children (&traf);
  if (!g_str_has_prefix (in_traf, "tfhd tfdt trun"))
    MUST (146, "traf has %s", in_traf);
}

static void
check_flags (BmffTrack * self, const BmffChunk * c)
{
  guint i;

  verdict_look (self->verdict, 155);
  for (i = 0; i < c->samples->len; i++) {
    guint32 flags = g_array_index (c->samples, BmffSample, i).flags;

    if ((flags & NON_SYNC) == 0 && (flags >> 24 & 3) == 1) {
      MUST (155, "sample %u is sync and depends on others (%08x)", i, flags);
      return;
    }
  }
}

static void
check_time (BmffTrack * self, const BmffListed * l, const BmffChunk * c,
    gboolean follows)
{
  verdict_look (self->verdict, 148);
  verdict_look (self->verdict, 164);
  if (follows && c->decode_time != self->next_time)
    MUST (148, "%" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT " begins at %"
        G_GUINT64_FORMAT ", what is before it ends at %" G_GUINT64_FORMAT,
        l->msn, l->part, c->decode_time, self->next_time);
  if (follows && self->has_sequence && c->sequence <= self->sequence)
    SHOULD (164, "mfhd %u after %u", c->sequence, self->sequence);
  self->next_time = c->decode_time + c->duration;
  self->sequence = c->sequence;
  self->has_sequence = TRUE;
}

static void
check_styp (BmffTrack * self, const BmffBox * box)
{
  gsize i;

  verdict_look (self->verdict, 151);
  for (i = 0; i + 4 <= box->size; i += 4) {
    if (i != 4 && memcmp (box->body + i, "cmf", 3) == 0)
      return;
  }
  SHOULD (151, "styp without a CMAF brand");
}

/* What a piece of media adds up to. */
typedef struct
{
  guint chunks;
  guint64 first_time, duration; /* ticks */
  guint32 last_sample;
  gboolean sync, any_sync;      /* the first sample; one of them */
  gboolean broken;
} Piece;

static void
read_chunk (BmffTrack * self, const Init * init, const BmffListed * l,
    const BmffBox * moof, const BmffBox * mdat, Piece * piece, gboolean judged,
    gboolean follows)
{
  BmffChunk c;
  guint i;

  if (!bmff_chunk_read (&c, &init->init, moof, mdat)) {
    MUST (145, "%" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT ": a moof that can't"
        " be read", l->msn, l->part);
    piece->broken = TRUE;
  } else {
    if (piece->chunks == 0)
      piece->first_time = c.decode_time;
    if (piece->chunks == 0 && c.samples->len > 0)
      piece->sync = (g_array_index (c.samples, BmffSample, 0).flags
          & NON_SYNC) == 0;
    for (i = 0; i < c.samples->len; i++)
      piece->any_sync |= (g_array_index (c.samples, BmffSample, i).flags
          & NON_SYNC) == 0;
    piece->duration += c.duration;
    if (c.samples->len > 0)
      piece->last_sample = g_array_index (c.samples, BmffSample,
          c.samples->len - 1).duration;
    if (judged) {
      check_fragment (self, init, &c);
      check_flags (self, &c);
      check_time (self, l, &c, follows || piece->chunks > 0);
    }
    if (judged && init->cmaf) {
      check_order (self, moof);
      check_cmaf_fragment (self, init, &c);
    }
    piece->chunks++;
  }
  bmff_chunk_clear (&c);
}

/* What may stand between fragments. */
static void
check_other (BmffTrack * self, const Init * init, const BmffListed * l,
    const BmffBox * box, gboolean in_fragment)
{
  BmffReader r;

  if (strcmp (box->type, "styp") == 0) {
    if (init->cmaf)
      check_styp (self, box);
  } else if (strcmp (box->type, "emsg") == 0) {
    verdict_look (self->verdict, 153);
    if (in_fragment)
      MUST (153, "emsg behind its moof");
    if (bmff_full_box (box, &r) >> 24 == 1
        && bmff_reader_u32 (&r) != init->init.timescale)
      MUST (153, "emsg of another timescale than the track");
  } else if (strcmp (box->type, "prft") == 0) {
    verdict_look (self->verdict, 154);
    if (in_fragment)
      MUST (154, "prft behind its moof");
  } else if (strcmp (box->type, "sidx") == 0) {
    verdict_look (self->verdict, 152);
    if (!l->vod)
      SHOULD (152, "sidx in a live segment");
  } else if (init->cmaf && strcmp (box->type, "free") != 0
      && strcmp (box->type, "skip") != 0) {
    MUST (145, "%s in a chunk", box->type);
  }
}

static void
read_boxes (BmffTrack * self, const Init * init, const BmffListed * l,
    const guint8 * data, gsize size, Piece * piece, gboolean judged,
    gboolean follows)
{
  BmffReader r;
  BmffBox box, moof = { "", };

  bmff_reader_init (&r, data, size);
  while (!piece->broken && bmff_reader_box (&r, &box)) {
    if (strcmp (box.type, "moof") == 0) {
      if (moof.body != NULL)
        MUST (145, "a moof without mdat");
      moof = box;
    } else if (strcmp (box.type, "mdat") == 0) {
      if (moof.body == NULL)
        MUST (145, "an mdat without moof");
      else
        read_chunk (self, init, l, &moof, &box, piece, judged, follows);
      moof.body = NULL;
    } else if (judged) {
      check_other (self, init, l, &box, moof.body != NULL);
    }
  }
  if (r.error || moof.body != NULL || piece->chunks == 0) {
    MUST (145, "%" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT ": the boxes do not"
        " make up whole fragments", l->msn, l->part);
    piece->broken = TRUE;
  }
}

/* --- pieces -------------------------------------------------------------- */

static gboolean
is_next (const BmffTrack * self, const BmffListed * l, const BmffInit * init)
{
  if (!self->has_next || l->behind_gap || init != self->init
      || l->discontinuity != self->discontinuity)
    return FALSE;
  if (l->part < 0)
    return l->msn == self->next_msn + 1 && self->next_part < 0;
  return (l->msn == self->next_msn && l->part == self->next_part + 1)
      || (l->msn == self->next_msn + 1 && l->part == 0);
}

static void
check_duration (BmffTrack * self, const Init * init, const BmffListed * l,
    const Piece * piece)
{
  guint32 scale = init->init.timescale;
  guint64 ns, frame;

  verdict_look (self->verdict, 132);
  if (piece->duration > G_MAXUINT64 / SECOND)
    return;
  ns = piece->duration * SECOND / scale;
  frame = piece->last_sample * SECOND / scale + SECOND / 1000;
  if (ns > l->duration + frame || l->duration > ns + frame)
    SHOULD (132, "%" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT " is listed with"
        " %.5f s, its samples last %.5f s", l->msn, l->part,
        (gdouble) l->duration / SECOND, (gdouble) ns / SECOND);
}

static void
check_begin (BmffTrack * self, const Init * init, const BmffListed * l,
    const Piece * piece)
{
  gboolean video = init->init.media == BMFF_VIDEO;

  if (video && l->part <= 0) {
    verdict_look (self->verdict, 131);
    if (!piece->sync)
      MUST (131, "segment %" G_GUINT64_FORMAT " does not begin with a sync"
          " sample", l->msn);
  }
  if (l->part < 0)
    return;
  verdict_look (self->verdict, 31);
  if (l->independent && !piece->any_sync)
    MUST (155, "part %" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT " is INDEPENDENT"
        " and has no sync sample", l->msn, l->part);
  else if (l->independent && !piece->sync)
    SHOULD (155, "part %" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT " is"
        " INDEPENDENT, its sync sample is not the first", l->msn, l->part);
  if (!l->independent && piece->any_sync)
    SHOULD (31, "part %" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT " has a sync"
        " sample and is not INDEPENDENT", l->msn, l->part);
}

static void
hash_part (BmffTrack * self, const BmffListed * l, const guint8 * data,
    gsize size)
{
  if (self->parts != NULL && (l->msn != self->parts_msn || l->part == 0)) {
    g_free (self->parts_digest);
    self->parts_digest = g_strdup (g_checksum_get_string (self->parts));
    self->digest_msn = self->parts_msn;
    self->digest_count = self->parts_count;
    g_clear_pointer (&self->parts, g_checksum_free);
  }
  if (l->part == 0) {
    self->parts = g_checksum_new (G_CHECKSUM_SHA256);
    self->parts_msn = l->msn;
    self->parts_count = 0;
  } else if (self->parts == NULL || l->part != self->parts_count) {
    g_clear_pointer (&self->parts, g_checksum_free);
    return;
  }
  g_checksum_update (self->parts, data, size);
  self->parts_count++;
}

/* 163; all parts of `msn` are in by the time that the whole is. */
static gboolean
check_concatenation (BmffTrack * self, const BmffListed * l,
    const guint8 * data, gsize size)
{
  g_autofree gchar *whole = NULL;
  g_autofree gchar *parts = NULL;

  /* Parts may have left the list before all of them were seen. */
  if (self->parts != NULL && self->parts_msn == l->msn
      && self->parts_count == l->n_parts) {
    g_autoptr (GChecksum) sum = g_checksum_copy (self->parts);

    parts = g_strdup (g_checksum_get_string (sum));
  } else if (self->digest_msn == l->msn && self->digest_count == l->n_parts) {
    parts = g_strdup (self->parts_digest);
  }
  if (parts == NULL)
    return FALSE;
  whole = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
  verdict_look (self->verdict, 163);
  if (!g_str_equal (whole, parts))
    MUST (163, "segment %" G_GUINT64_FORMAT " is not its parts in a row",
        l->msn);
  return TRUE;
}

static void
take_piece (BmffTrack * self, const Init * init, const BmffListed * l,
    const Piece * piece)
{
  self->has_next = TRUE;
  self->next_msn = l->msn;
  self->next_part = l->part;
  self->init = &init->init;
  self->discontinuity = l->discontinuity;
  if (l->part <= 0 && piece->first_time < G_MAXUINT64 / SECOND) {
    self->begin_msn = l->msn;
    self->begin_ns = piece->first_time / init->init.timescale * SECOND
        + piece->first_time % init->init.timescale * SECOND
        / init->init.timescale;
  }
}

/* Each part of it is a file of its own, with a head and with cues that the next
 * one repeats (RFC 8216bis 3.1.4). */
static gboolean
is_webvtt (const guint8 * data, gsize size)
{
  static const guint8 mark[] = { 0xef, 0xbb, 0xbf };
  gsize at = size >= sizeof (mark)
      && memcmp (data, mark, sizeof (mark)) == 0 ? sizeof (mark) : 0;

  return size - at >= 6 && memcmp (data + at, "WEBVTT", 6) == 0;
}

void
bmff_track_add_media (BmffTrack * self, const BmffListed * l,
    const guint8 * data, gsize size)
{
  const Init *init = l->map != NULL ? g_hash_table_lookup (self->inits,
      l->map) : NULL;
  Piece piece = { 0, };
  gboolean known = FALSE, judged;

  if (l->part < 0) {
    self->segments++;
    known = check_concatenation (self, l, data, size);
    /* The peak is of half a target duration at least (4.4.6.2). */
    if (l->duration > 0 && l->duration >= l->target / 2)
      self->peak_bps = MAX (self->peak_bps, (guint64) ((gdouble) size * 8
              * SECOND / l->duration));
  } else {
    self->parts_read++;
    if (!is_webvtt (data, size))
      hash_part (self, l, data, size);
  }
  if (init == NULL)
    return;                     /* packed audio, WebVTT, MPEG-TS */
  /* A whole of which the parts came too was judged by them. */
  judged = !known && (l->part >= 0 || self->parts_read == 0);
  read_boxes (self, init, l, data, size, &piece, judged, is_next (self, l,
          &init->init));
  if (piece.broken) {
    self->has_next = self->has_next && !judged;
    return;
  }
  if (!l->holes)
    check_duration (self, init, l, &piece);
  if (!judged)
    return;
  check_begin (self, init, l, &piece);
  take_piece (self, init, l, &piece);
}
