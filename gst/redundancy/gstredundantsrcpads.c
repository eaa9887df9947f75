/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request pads of redundantsrc.
 * Locks: gstredundantsrcprivate.h. */
#include "gstredundantsrcprivate.h"

#include <string.h>

/* More inputs than this are of no use to anyone. */
#define MAX_PAD_NUMBER 999

/* Its number, and whether it is the sound of another pad's picture.  FALSE: it
 * has none that is fit. */
static gboolean
parse_pad_name (const gchar * name, guint * number, guint * place)
{
  const gchar *digits;
  guint64 parsed;

  *place = g_str_has_prefix (name, "audio_");
  digits = name + strlen (*place ? "audio_sink_" : "sink_");
  if (strlen (name) < (*place ? strlen ("audio_sink_") : strlen ("sink_"))
      || !g_ascii_string_to_unsigned (digits, 10, 0, MAX_PAD_NUMBER, &parsed,
          NULL))
    return FALSE;
  *number = (guint) parsed;
  return TRUE;
}

/* The first number of which that pad is free.  Another thread may take it
 * first. */
static GstInputLanding *
take_any (GstRedundantSrc * self, const gchar * name_template, gchar ** name)
{
  GstInputLanding *landing = NULL;
  guint n, number, place;

  for (n = 0; n <= MAX_PAD_NUMBER && landing == NULL; n++) {
    g_autofree gchar *wanted = g_strdup_printf ("%.*s%u",
        (gint) (strlen (name_template) - strlen ("%u")), name_template, n);
    g_autoptr (GstPad) taken = gst_element_get_static_pad (GST_ELEMENT (self),
        wanted);

    if (taken == NULL && parse_pad_name (wanted, &number, &place))
      landing = gst_redundant_inputs_add_pad (self->inputs, number, place);
    if (landing != NULL)
      *name = g_steal_pointer (&wanted);
  }
  return landing;
}

GstPad *
gst_redundant_src_request_new_pad (GstElement * element,
    GstPadTemplate * template, const gchar * name, const GstCaps * caps)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (element);
  g_autofree gchar *pad_name = NULL;
  g_autoptr (GstPad) sink = NULL;
  GstInputLanding *landing;
  guint number, place;
  GstPad *ghost;

  if (name != NULL && parse_pad_name (name, &number, &place)) {
    pad_name = g_strdup (name);
    landing = gst_redundant_inputs_add_pad (self->inputs, number, place);
  } else {
    landing = take_any (self, GST_PAD_TEMPLATE_NAME_TEMPLATE (template),
        &pad_name);
  }
  if (landing == NULL)
    return NULL;
  sink = gst_element_get_static_pad (GST_ELEMENT (landing), "sink");
  ghost = gst_ghost_pad_new_from_template (pad_name, sink, template);
  gst_pad_set_active (ghost, TRUE);
  gst_element_add_pad (element, ghost);
  return ghost;
}

void
gst_redundant_src_release_pad (GstElement * element, GstPad * pad)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (element);
  guint number, place;

  if (!parse_pad_name (GST_PAD_NAME (pad), &number, &place))
    return;
  gst_redundant_inputs_remove_pad (self->inputs, number, place);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}
