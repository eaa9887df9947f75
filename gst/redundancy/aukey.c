/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "aukey.h"

enum
{
  H264_SLICE = 1,
  H264_IDR = 5,
  H264_SPS = 7,
  H264_PPS = 8,
};

enum
{
  H265_LAST_SLICE = 31,
  H265_FIRST_IRAP = 16,
  H265_LAST_IRAP = 21,
  H265_VPS = 32,
  H265_SPS = 33,
  H265_PPS = 34,
};

/* Offset behind the next start code, or `size`. */
static gsize
next_unit (const guint8 * data, gsize size, gsize from)
{
  gsize i;

  for (i = from; i + 3 < size; i++) {
    if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1)
      return i + 3;
  }
  return size;
}

static gboolean
is_idr (const guint8 * data, gsize size)
{
  gboolean sps = FALSE, pps = FALSE;
  gsize at;

  for (at = next_unit (data, size, 0); at < size;
      at = next_unit (data, size, at)) {
    guint type = data[at] & 31;

    sps |= type == H264_SPS;
    pps |= type == H264_PPS;
    if (type >= H264_SLICE && type <= H264_IDR)
      return type == H264_IDR && sps && pps;
  }
  return FALSE;
}

static gboolean
is_irap (const guint8 * data, gsize size)
{
  gboolean vps = FALSE, sps = FALSE, pps = FALSE;
  gsize at;

  for (at = next_unit (data, size, 0); at < size;
      at = next_unit (data, size, at)) {
    guint type = data[at] >> 1 & 63;

    vps |= type == H265_VPS;
    sps |= type == H265_SPS;
    pps |= type == H265_PPS;
    if (type <= H265_LAST_SLICE)
      return type >= H265_FIRST_IRAP && type <= H265_LAST_IRAP && vps && sps
          && pps;
  }
  return FALSE;
}

gboolean
au_is_key (AuCodec codec, const guint8 * data, gsize size)
{
  switch (codec) {
    case AU_CODEC_H264:
      return is_idr (data, size);
    case AU_CODEC_H265:
      return is_irap (data, size);
    case AU_CODEC_AUDIO:
      return TRUE;
  }
  g_assert_not_reached ();
}
