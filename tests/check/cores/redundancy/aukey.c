/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "aukey.h"

typedef struct
{
  AuCodec codec;
  guint8 data[40];
  gsize size;
  gboolean key;
} Case;

#define START 0, 0, 1

/* *INDENT-OFF* */
static const Case cases[] = {
  /* Delimiter, sets, IDR; four-byte start codes. */
  { AU_CODEC_H264, { 0, START, 0x09, 0xf0, 0, START, 0x67, 1, 0, START, 0x68, 2,
    START, 0x65, 0x88 }, 23, TRUE },
  { AU_CODEC_H264, { 0, START, 0x67, 1, START, 0x65, 0x88 }, 10, FALSE },
  { AU_CODEC_H264, { START, 0x65, 0x88 }, 5, FALSE },
  /* A slice that is not IDR, even with sets. */
  { AU_CODEC_H264, { START, 0x67, 1, START, 0x68, 2, START, 0x41, 0x9a }, 15,
    FALSE },
  { AU_CODEC_H264, { START, 0x09, 0xf0 }, 5, FALSE },
  /* VPS, SPS, PPS, then IDR_W_RADL, CRA, and TRAIL_R. */
  { AU_CODEC_H265, { START, 0x40, 1, START, 0x42, 1, START, 0x44, 1, START, 0x26,
    1, 9 }, 21, TRUE },
  { AU_CODEC_H265, { START, 0x40, 1, START, 0x42, 1, START, 0x44, 1, START, 0x2a,
    1, 9 }, 21, TRUE },
  { AU_CODEC_H265, { START, 0x40, 1, START, 0x42, 1, START, 0x44, 1, START, 0x02,
    1, 9 }, 21, FALSE },
  { AU_CODEC_H265, { START, 0x42, 1, START, 0x44, 1, START, 0x26, 1, 9 }, 16,
    FALSE },
  { AU_CODEC_AUDIO, { 0x21, 0x10 }, 2, TRUE },
};
/* *INDENT-ON* */

GST_START_TEST (au_key_is_what_a_decoder_can_begin_with)
{
  const Case *c = &cases[__i__];
  gsize i;

  fail_unless_equals_int (au_is_key (c->codec, c->data, c->size), c->key);
  for (i = 0; i < c->size; i++) {
    g_autofree guint8 *cut = g_memdup2 (c->data, i);

    fail_if (au_is_key (c->codec, cut, i) && !c->key);
  }
}

GST_END_TEST;

GST_START_TEST (au_key_survives_any_bytes)
{
  GRand *rand = g_rand_new_with_seed (1);
  guint i, j;

  for (i = 0; i < 20000; i++) {
    gsize size = g_rand_int_range (rand, 0, 40);
    g_autofree guint8 *data = g_malloc (size);

    for (j = 0; j < size; j++)
      data[j] = g_rand_int_range (rand, 0, 4) == 0 ? g_rand_int (rand) : j % 2;
    au_is_key (i % 3, data, size);
  }
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
aukey_suite (void)
{
  Suite *s = suite_create ("aukey");
  TCase *tc = tcase_create ("aukey");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, au_key_is_what_a_decoder_can_begin_with, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, au_key_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (aukey);
