/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "boxwriter.h"

GST_START_TEST (box_writer_fills_in_nested_sizes)
{
  static const guint8 expected[] = {
    0, 0, 0, 27, 'm', 'o', 'o', 'v',
    0, 0, 0, 19, 'f', 'u', 'l', 'l', 1, 0, 0, 3, 1, 2, 3, 0, 0, 0, 9
  };
  g_autoptr (GBytes) bytes = NULL;
  BoxWriter w;
  gsize size;
  gconstpointer data;

  box_writer_init (&w);
  box_writer_begin (&w, "moov");
  box_writer_begin_full (&w, "full", 1, 3);
  box_writer_u24 (&w, 0x010203);
  box_writer_u32 (&w, 0);
  box_writer_end (&w);
  box_writer_end (&w);
  box_writer_patch_u32 (&w, box_writer_size (&w) - 4, 9);
  bytes = box_writer_finish (&w);
  data = g_bytes_get_data (bytes, &size);
  fail_unless_equals_int (size, sizeof (expected));
  fail_unless (memcmp (data, expected, size) == 0);
}

GST_END_TEST;

GST_START_TEST (box_writer_remembers_an_error)
{
  BoxWriter w;
  guint i;

  box_writer_init (&w);
  for (i = 0; i <= BOX_WRITER_MAX_DEPTH; i++)
    box_writer_begin (&w, "deep");
  for (i = 0; i <= BOX_WRITER_MAX_DEPTH; i++)
    box_writer_end (&w);
  fail_unless (box_writer_finish (&w) == NULL);

  box_writer_init (&w);
  box_writer_begin (&w, "open");
  fail_unless (box_writer_finish (&w) == NULL);

  box_writer_init (&w);
  box_writer_patch_u32 (&w, 0, 1);
  fail_unless (box_writer_finish (&w) == NULL);
}

GST_END_TEST;

static Suite *
boxwriter_suite (void)
{
  Suite *s = suite_create ("boxwriter");
  TCase *tc = tcase_create ("boxwriter");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, box_writer_fills_in_nested_sizes);
  tcase_add_test (tc, box_writer_remembers_an_error);
  return s;
}

GST_CHECK_MAIN (boxwriter);
