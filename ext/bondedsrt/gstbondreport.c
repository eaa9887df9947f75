/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondreport.h"

#include <glib/gi18n-lib.h>

#include "gstelementmessage.h"

static GstElementMessageSeverity
severity_of_link (LinkState state)
{
  switch (state) {
    case LINK_IDLE:
    case LINK_CONNECTING:
    case LINK_ACTIVE:
      return GST_ELEMENT_MESSAGE_INFO;
    case LINK_BROKEN:
    case LINK_REJECTED:
    case LINK_BACKOFF:
      return GST_ELEMENT_MESSAGE_WARNING;
  }
  return GST_ELEMENT_MESSAGE_INFO;
}

void
gst_bond_report_link (const GstBondLinkChange * change, gpointer element)
{
  g_autofree gchar *summary = NULL;
  GstStructure *facts;

  summary = g_strdup_printf ("Link %s is %s: %s.", change->name,
      link_state_name (change->new_state), link_reason_text (change->reason));
  facts = gst_structure_new ("bondedsrt-link",
      "name", G_TYPE_STRING, change->name,
      "uri", G_TYPE_STRING, change->uri,
      "old", G_TYPE_STRING, link_state_name (change->old_state),
      "new", G_TYPE_STRING, link_state_name (change->new_state),
      "reason", G_TYPE_STRING, link_reason_name (change->reason),
      "retry-in", G_TYPE_UINT64, change->retry_in, NULL);
  if (change->detail != NULL)
    gst_structure_set (facts, "detail", G_TYPE_STRING, change->detail, NULL);
  gst_element_message_post_structure (element,
      severity_of_link (change->new_state), summary, facts);
}

static GstElementMessageSeverity
severity_of_bond (BondStateValue state)
{
  switch (state) {
    case BOND_STARTING:
    case BOND_OK:
      return GST_ELEMENT_MESSAGE_INFO;
    case BOND_DEGRADED:
      return GST_ELEMENT_MESSAGE_WARNING;
    case BOND_LOST:
      return GST_ELEMENT_MESSAGE_CRITICAL;
  }
  return GST_ELEMENT_MESSAGE_INFO;
}

void
gst_bond_report_bond (const BondChange * change, guint active, guint wanted,
    gpointer element)
{
  g_autofree gchar *summary = NULL, *incident = NULL;
  GstStructure *facts;

  if (wanted == 0) {
    /* Whoever called has sent nothing yet. */
    summary = g_strdup_printf ("The bond is %s: nothing has come yet.",
        bond_state_name (change->now));
  } else {
    summary = g_strdup_printf ("The bond is %s: %u of %u links carry.",
        bond_state_name (change->now), active, wanted);
  }
  facts = gst_structure_new ("bondedsrt-bond",
      "state", G_TYPE_STRING, bond_state_name (change->now),
      "old", G_TYPE_STRING, bond_state_name (change->old),
      "old-duration", G_TYPE_UINT64, change->old_duration,
      "links-active", G_TYPE_UINT, active,
      "links-wanted", G_TYPE_UINT, wanted, NULL);
  if (change->incident > 0) {
    incident = g_strdup_printf ("bond-%u", change->incident);
    gst_structure_set (facts, "incident", G_TYPE_STRING, incident,
        "duration", G_TYPE_UINT64, change->incident_duration, NULL);
  }
  gst_element_message_post_structure (element, severity_of_bond (change->now),
      summary, facts);
}

void
gst_bond_report_settings (GstElement * element, const gchar * property,
    const GError * error)
{
  GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
      (_("The property \"%s\" cannot be used: %s"), property, error->message),
      (NULL));
}
