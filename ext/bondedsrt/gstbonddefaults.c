/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstbonddefaults.h"

#include "gststringproperty.h"

void
gst_bond_defaults_init (GstBondDefaults * self)
{
  self->latency_ms = GST_BOND_DEFAULT_LATENCY_MS;
  self->pbkeylen = 0;
  self->passphrase = self->streamid = NULL;
}

void
gst_bond_defaults_copy (GstBondDefaults * self, const GstBondDefaults * from)
{
  *self = *from;
  self->passphrase = g_strdup (from->passphrase);
  self->streamid = g_strdup (from->streamid);
}

void
gst_bond_defaults_clear (GstBondDefaults * self)
{
  g_clear_pointer (&self->passphrase, g_free);
  g_clear_pointer (&self->streamid, g_free);
}

void
gst_bond_defaults_set (GstBondDefaults * self, GstBondDefault which,
    const GValue * value)
{
  switch (which) {
    case GST_BOND_DEFAULT_LATENCY:
      self->latency_ms = g_value_get_uint (value);
      break;
    case GST_BOND_DEFAULT_PASSPHRASE:
      gst_string_property_set (&self->passphrase, value);
      break;
    case GST_BOND_DEFAULT_PBKEYLEN:
      self->pbkeylen = g_value_get_uint (value);
      break;
    case GST_BOND_DEFAULT_STREAMID:
      gst_string_property_set (&self->streamid, value);
      break;
  }
}

void
gst_bond_defaults_get (const GstBondDefaults * self, GstBondDefault which,
    GValue * value)
{
  switch (which) {
    case GST_BOND_DEFAULT_LATENCY:
      g_value_set_uint (value, self->latency_ms);
      break;
    case GST_BOND_DEFAULT_PBKEYLEN:
      g_value_set_uint (value, self->pbkeylen);
      break;
    case GST_BOND_DEFAULT_PASSPHRASE:
    case GST_BOND_DEFAULT_STREAMID:
      break;
  }
}

gboolean
gst_bond_defaults_check (const GstBondDefaults * self, const gchar ** property,
    GError ** error)
{
  *property = "passphrase";
  if (!link_passphrase_check (self->passphrase, error))
    return FALSE;
  *property = "pbkeylen";
  if (!link_pbkeylen_check (self->pbkeylen, error))
    return FALSE;
  *property = "streamid";
  return link_streamid_check (self->streamid, error);
}

guint
gst_bond_defaults_latency_ms (const GstBondDefaults * self,
    const LinkSpec * spec)
{
  return spec->latency_ms >= 0 ? (guint) spec->latency_ms : self->latency_ms;
}

void
gst_bond_defaults_apply (const GstBondDefaults * self, const LinkSpec * spec,
    GstBondEndpoint * endpoint)
{
  endpoint->bindtodevice = spec->bindtodevice;
  endpoint->passphrase = spec->passphrase != NULL ? spec->passphrase
      : self->passphrase;
  endpoint->streamid = spec->streamid != NULL ? spec->streamid : self->streamid;
  endpoint->pbkeylen = spec->pbkeylen >= 0 ? (guint) spec->pbkeylen
      : self->pbkeylen;
  endpoint->latency_ms = gst_bond_defaults_latency_ms (self, spec);
  endpoint->options = spec->options;
}
