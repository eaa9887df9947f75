/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstllhlsincident.h"

#include "gstelementmessage.h"

void
gst_llhls_incident_init (GstLlHlsIncident * self, GstElement * element,
    const GstLlHlsIncidentText * text, gchar * id, gchar * destination)
{
  self->element = element;
  self->text = text;
  self->id = id;
  self->destination = destination;
}

void
gst_llhls_incident_clear (GstLlHlsIncident * self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->destination, g_free);
}

static void
post_open (const GstLlHlsIncident * self, const gchar * incident,
    const gchar * error)
{
  g_autofree gchar *summary = g_strdup_printf (self->text->fails,
      self->destination, error);

  gst_element_message_post (self->element, self->text->message,
      GST_ELEMENT_MESSAGE_CRITICAL, summary, "state", G_TYPE_STRING, "open",
      "incident", G_TYPE_STRING, incident, self->text->field, G_TYPE_STRING,
      self->destination, "error", G_TYPE_STRING, error, NULL);
}

static void
post_close (const GstLlHlsIncident * self, const gchar * incident,
    guint64 duration, gboolean stopped)
{
  g_autofree gchar *summary = g_strdup_printf (stopped ? self->text->stopped
      : self->text->works, self->destination);

  gst_element_message_post (self->element, self->text->message,
      GST_ELEMENT_MESSAGE_CRITICAL, summary, "state", G_TYPE_STRING, "close",
      "incident", G_TYPE_STRING, incident, self->text->field, G_TYPE_STRING,
      self->destination, "duration", G_TYPE_UINT64, duration,
      "reason", G_TYPE_STRING, stopped ? "stopped" : "recovered", NULL);
}

void
gst_llhls_incident_tell (const GstLlHlsIncident * self,
    const OutboxReport * report, const gchar * error, gboolean stopped)
{
  g_autofree gchar *incident = g_strdup_printf ("%s-%u", self->id,
      report->incident);

  switch (report->news) {
    case OUTBOX_NO_NEWS:
      break;
    case OUTBOX_INCIDENT_OPENS:
      post_open (self, incident, error);
      break;
    case OUTBOX_INCIDENT_CLOSES:
      post_close (self, incident, report->duration, stopped);
      break;
  }
}
