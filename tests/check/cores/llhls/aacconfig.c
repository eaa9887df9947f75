/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "aacconfig.h"

typedef struct
{
  guint8 data[5];
  gsize size;
  gboolean ok;
  guint type, rate, channels, samples;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { { 0x11, 0x90 }, 2, TRUE, 2, 48000, 2, 1024 },
  { { 0x12, 0x08 }, 2, TRUE, 2, 44100, 1, 1024 },
  { { 0x11, 0x94 }, 2, TRUE, 2, 48000, 2, 960 },
  /* HE-AAC: 24000 coded, 48000 heard. */
  { { 0x2b, 0x11, 0x88, 0x00 }, 4, TRUE, 5, 48000, 2, 2048 },
  /* HE-AACv2: mono coded, stereo heard. */
  { { 0xeb, 0x09, 0x88, 0x00 }, 4, TRUE, 29, 48000, 2, 2048 },
  /* Channels in a program config element; main profile; 16 as rate. */
  { { 0x11, 0x80 }, 2, FALSE, 0, 0, 0, 0 },
  { { 0x09, 0x90 }, 2, FALSE, 0, 0, 0, 0 },
  { { 0x16, 0x90 }, 2, FALSE, 0, 0, 0, 0 },
};
/* *INDENT-ON* */

GST_START_TEST (aac_config_tells_what_is_heard)
{
  const Case *c = &cases[__i__];
  AacConfig config;

  fail_unless_equals_int (aac_config_parse (&config, c->data, c->size), c->ok);
  if (!c->ok)
    return;
  fail_unless_equals_int (config.object_type, c->type);
  fail_unless_equals_int (config.rate, c->rate);
  fail_unless_equals_int (config.channels, c->channels);
  fail_unless_equals_int (config.frame_samples, c->samples);
}

GST_END_TEST;

GST_START_TEST (aac_config_refuses_any_cut)
{
  const Case *c = &cases[__i__];
  AacConfig config;
  gsize i;

  for (i = 0; i + 1 < c->size; i++) {
    g_autofree guint8 *cut = g_memdup2 (c->data, i);

    fail_if (aac_config_parse (&config, cut, i));
  }
}

GST_END_TEST;

/* One long window without bands for each channel (ISO 14496-3 4.4.2.1), worked
 * out by hand. */
GST_START_TEST (aac_config_knows_silence)
{
  static const guint8 mono[] = { 0x00, 0x00, 0x00, 0x07 };
  static const guint8 stereo[] = { 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0e };
  static const guint8 program[] = { 0x11, 0x80 };
  AacConfig config;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    g_autoptr (GBytes) silence = NULL;
    /* HE-AACv2's core is mono. */
    gboolean one = c->channels == 1 || c->type == 29;

    if (!c->ok)
      continue;
    fail_unless (aac_config_parse (&config, c->data, c->size));
    silence = aac_config_silence (&config);
    fail_unless_equals_int (g_bytes_get_size (silence), one ? 4 : 7);
    fail_unless (memcmp (g_bytes_get_data (silence, NULL), one ? mono : stereo,
            one ? 4 : 7) == 0);
  }
  aac_config_parse (&config, program, sizeof (program));
  fail_unless (aac_config_silence (&config) == NULL);
}

GST_END_TEST;

/* Explicit, but behind the core's config, which older decoders see alone. */
GST_START_TEST (aac_config_finds_compatible_signalling)
{
  static const guint8 sbr[] = { 0x13, 0x10, 0x56, 0xe5, 0x98 };
  static const guint8 ps[] = { 0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80 };
  AacConfig config;
  gsize i;

  fail_unless (aac_config_parse (&config, sbr, sizeof (sbr)));
  fail_unless_equals_int (config.object_type, 5);
  fail_unless_equals_int (config.rate, 48000);
  fail_unless_equals_int (config.frame_samples, 2048);
  fail_unless (aac_config_parse (&config, ps, sizeof (ps)));
  fail_unless_equals_int (config.object_type, 29);
  fail_unless_equals_int (config.channels, 2);
  for (i = 2; i < sizeof (sbr) - 1; i++) {
    g_autofree guint8 *cut = g_memdup2 (sbr, i);

    fail_unless (aac_config_parse (&config, cut, i));
    fail_unless_equals_int (config.object_type, 2);
    fail_unless_equals_int (config.rate, 24000);
  }
}

GST_END_TEST;

/* A pair in front, one behind and a low one. */
GST_START_TEST (aac_config_counts_channels_of_a_program)
{
  static const guint8 data[] = {
    0x11, 0x80, 0x04, 0xc4, 0x05, 0x00, 0x20, 0x10
  };
  AacConfig config;
  gsize i;

  fail_unless (aac_config_parse (&config, data, sizeof (data)));
  fail_unless_equals_int (config.channels, 4);
  for (i = 0; i + 1 < sizeof (data); i++) {
    g_autofree guint8 *cut = g_memdup2 (data, i);

    fail_if (aac_config_parse (&config, cut, i));
  }
}

GST_END_TEST;

GST_START_TEST (aac_config_comes_from_adts)
{
  /* LC, 48 kHz, stereo, no CRC, 7 + 3 bytes. */
  static const guint8 frame[] = {
    0xff, 0xf1, 0x4c, 0x80, 0x01, 0x5f, 0xfc, 1, 2, 3
  };
  g_autoptr (GBytes) config = NULL;
  gsize offset, length, i;

  config = aac_config_from_adts (frame, sizeof (frame), &offset, &length);
  fail_unless (config != NULL);
  fail_unless_equals_int (offset, 7);
  fail_unless_equals_int (length, 3);
  fail_unless (memcmp (g_bytes_get_data (config, NULL), "\x11\x90", 2) == 0);
  for (i = 0; i < sizeof (frame); i++) {
    g_autofree guint8 *cut = g_memdup2 (frame, i);

    fail_unless (aac_config_from_adts (cut, i, &offset, &length) == NULL);
  }
}

GST_END_TEST;

static Suite *
aacconfig_suite (void)
{
  Suite *s = suite_create ("aacconfig");
  TCase *tc = tcase_create ("aacconfig");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, aac_config_tells_what_is_heard, 0,
      G_N_ELEMENTS (cases));
  tcase_add_loop_test (tc, aac_config_refuses_any_cut, 0, 3);
  tcase_add_test (tc, aac_config_knows_silence);
  tcase_add_test (tc, aac_config_finds_compatible_signalling);
  tcase_add_test (tc, aac_config_counts_channels_of_a_program);
  tcase_add_test (tc, aac_config_comes_from_adts);
  return s;
}

GST_CHECK_MAIN (aacconfig);
