/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "codecstring.h"

gchar *
codec_string_avc (const AvcSps * sps)
{
  return g_strdup_printf ("avc1.%02x%02x%02x", sps->profile, sps->constraints,
      sps->level);
}

static guint32
reverse_bits (guint32 value)
{
  guint32 out = 0;
  guint i;

  for (i = 0; i < 32; i++)
    out |= (value >> i & 1) << (31 - i);
  return out;
}

gchar *
codec_string_hevc (const HevcSps * sps)
{
  GString *out = g_string_new ("hvc1.");
  guint i, n = G_N_ELEMENTS (sps->constraints);

  if (sps->profile_space != 0)
    g_string_append_c (out, 'A' + sps->profile_space - 1);
  g_string_append_printf (out, "%u.%X.%c%u", sps->profile,
      reverse_bits (sps->compatibility), sps->tier ? 'H' : 'L', sps->level);
  while (n > 0 && sps->constraints[n - 1] == 0)
    n--;
  for (i = 0; i < n; i++)
    g_string_append_printf (out, ".%X", sps->constraints[i]);
  return g_string_free (out, FALSE);
}

static gboolean
is_plain (const Av1Sequence * s)
{
  return !s->monochrome && s->subsampling_x == 1 && s->subsampling_y == 1
      && s->sample_position == 0 && !s->colour.full_range && (!s->colour.told
      || (s->colour.primaries == 1 && s->colour.transfer == 1
          && s->colour.matrix == 1));
}

/* What is left out is 4:2:0 of BT.709 in the limited range. */
gchar *
codec_string_av1 (const Av1Sequence * s)
{
  g_autofree gchar *head = g_strdup_printf ("av01.%u.%02u%c.%02u", s->profile,
      s->level, s->tier ? 'H' : 'M', s->depth);

  if (is_plain (s))
    return g_steal_pointer (&head);
  return g_strdup_printf ("%s.%u.%u%u%u.%02u.%02u.%02u.%u", head,
      s->monochrome, s->subsampling_x, s->subsampling_y,
      s->subsampling_x && s->subsampling_y ? s->sample_position : 0,
      s->colour.primaries, s->colour.transfer, s->colour.matrix,
      s->colour.full_range);
}

gchar *
codec_string_aac (const AacConfig * config)
{
  return g_strdup_printf ("mp4a.40.%u", config->object_type);
}
