/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstllhlsoutputs.h"

#include "gststatslist.h"

void
gst_llhls_outputs_init (GstLlHlsOutputs * self)
{
  self->directory = NULL;
  self->pushes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_llhls_push_free);
  self->archive = NULL;
  self->keep = 0;
  self->push_parts = FALSE;
}

void
gst_llhls_outputs_clear (GstLlHlsOutputs * self)
{
  g_clear_pointer (&self->archive, gst_llhls_archive_free);
  g_clear_pointer (&self->directory, gst_llhls_directory_free);
  g_clear_pointer (&self->pushes, g_ptr_array_unref);
}

static gboolean
any_push (const GstLlHlsOutputs * self)
{
  return self->pushes != NULL && self->pushes->len > 0;
}

gboolean
gst_llhls_outputs_want (const GstLlHlsOutputs * self, gboolean low_latency)
{
  if (low_latency)
    return any_push (self) && self->push_parts;
  return self->directory != NULL || (any_push (self) && !self->push_parts);
}

static void
push_all (const GstLlHlsOutputs * self, guint lane, OutboxKind kind,
    const gchar * name, guint64 msn, GstLlHlsObject * object)
{
  guint i;

  for (i = 0; i < self->pushes->len; i++)
    gst_llhls_push_put (g_ptr_array_index (self->pushes, i), lane, kind, name,
        msn, object);
}

void
gst_llhls_outputs_put (const GstLlHlsOutputs * self, guint lane,
    OutboxKind kind, const gchar * name, guint64 msn, GstLlHlsObject * object)
{
  if (self->directory != NULL && kind != OUTBOX_PART)
    gst_llhls_directory_put (self->directory, lane, kind, name, msn, object);
  if (self->archive != NULL && kind == OUTBOX_SEGMENT)
    gst_llhls_archive_put (self->archive, lane, name, msn, object);
  if (any_push (self) && (kind != OUTBOX_PART || self->push_parts))
    push_all (self, lane, kind, name, msn, object);
}

void
gst_llhls_outputs_put_playlist (const GstLlHlsOutputs * self, guint lane,
    const gchar * name, gboolean low_latency, GBytes * text)
{
  g_autoptr (GstLlHlsObject) object = gst_llhls_object_new (NULL, &text, 1);

  g_bytes_unref (text);
  if (self->directory != NULL && !low_latency)
    gst_llhls_directory_put (self->directory, lane, OUTBOX_PLAYLIST, name, 0,
        object);
  if (any_push (self) && low_latency == self->push_parts)
    push_all (self, lane, OUTBOX_PLAYLIST, name, 0, object);
}

void
gst_llhls_outputs_remove (const GstLlHlsOutputs * self, guint lane,
    OutboxKind kind, const gchar * name)
{
  guint i;

  if (self->directory != NULL && kind != OUTBOX_PART)
    gst_llhls_directory_remove (self->directory, lane, name);
  if (self->archive != NULL && kind == OUTBOX_SEGMENT)
    gst_llhls_archive_remove (self->archive, lane, name);
  if (kind == OUTBOX_PART && !self->push_parts)
    return;
  for (i = 0; i < self->pushes->len; i++)
    gst_llhls_push_remove (g_ptr_array_index (self->pushes, i), lane, name);
}

void
gst_llhls_outputs_end_lane (const GstLlHlsOutputs * self, guint lane)
{
  guint i;

  if (self->directory != NULL)
    gst_llhls_directory_end_lane (self->directory, lane);
  if (self->archive != NULL)
    gst_llhls_archive_end_lane (self->archive, lane);
  for (i = 0; any_push (self) && i < self->pushes->len; i++)
    gst_llhls_push_end_lane (g_ptr_array_index (self->pushes, i), lane);
}

void
gst_llhls_outputs_add_stats (const GstLlHlsOutputs * self, GstStructure * stats)
{
  GValue list = G_VALUE_INIT;
  guint i;

  if (self->archive != NULL)
    gst_llhls_archive_add_stats (self->archive, stats);
  if (self->directory != NULL)
    gst_llhls_directory_add_stats (self->directory, stats);
  if (!any_push (self))
    return;
  g_value_init (&list, GST_TYPE_ARRAY);
  for (i = 0; i < self->pushes->len; i++)
    gst_stats_list_append (&list,
        gst_llhls_push_stats (g_ptr_array_index (self->pushes, i)));
  gst_structure_take_value (stats, "push", &list);
}
