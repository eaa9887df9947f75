/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstsrtlink.h"
#include "linkspec.h"

G_BEGIN_DECLS

#define GST_BOND_DEFAULT_LATENCY_MS 1000
#define GST_BOND_MAX_LATENCY_MS 600000

/* What holds for each link that does not say otherwise.  Plain data; whose
 * lock guards it is its owner's business. */
typedef struct
{
  guint latency_ms;
  guint pbkeylen;
  gchar *passphrase;            /* nullable */
  gchar *streamid;              /* nullable */
} GstBondDefaults;

/* The properties of both elements that set them; in this order, one behind the
 * other, among an element's ids. */
typedef enum
{
  GST_BOND_DEFAULT_LATENCY,
  GST_BOND_DEFAULT_PASSPHRASE,  /* can't be read, nor can the stream id */
  GST_BOND_DEFAULT_PBKEYLEN,
  GST_BOND_DEFAULT_STREAMID,
} GstBondDefault;

void gst_bond_defaults_init (GstBondDefaults *self);
void gst_bond_defaults_copy (GstBondDefaults *self,
    const GstBondDefaults *from);
void gst_bond_defaults_clear (GstBondDefaults *self);

void gst_bond_defaults_set (GstBondDefaults *self, GstBondDefault which,
    const GValue *value);
void gst_bond_defaults_get (const GstBondDefaults *self, GstBondDefault which,
    GValue *value);

/* FALSE with the name of the property that can't be. */
gboolean gst_bond_defaults_check (const GstBondDefaults *self,
    const gchar **property, GError **error);

/* What a link asks for. */
guint gst_bond_defaults_latency_ms (const GstBondDefaults *self,
    const LinkSpec *spec);

/* Fills in all of `endpoint` but addresses and bitrate, which borrows from
 * both. */
void gst_bond_defaults_apply (const GstBondDefaults *self,
    const LinkSpec *spec, GstBondEndpoint *endpoint);

G_END_DECLS
