/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One link as the user wrote it:
 *   scheme://[host][:port][?option=value[&option=value...]]
 * Values are percent-decoded; `#` has no meaning of its own, because SRT's
 * stream ids begin with it.  Read-only after it was parsed. */

/* Whole numbers that the transport is given as they are. */
typedef enum
{
  LINK_OPTION_CONNTIMEO,        /* ms, an attempt to connect */
  LINK_OPTION_PEERIDLETIMEO,    /* ms, silence that ends a connection */
  LINK_OPTION_LOSSMAXTTL,       /* packets */
  LINK_OPTION_MAXBW,            /* byte/s */
  LINK_OPTION_INPUTBW,          /* byte/s */
  LINK_OPTION_OHEADBW,          /* percent */
  LINK_OPTION_FC,               /* packets in flight */
  LINK_OPTION_SNDBUF,           /* byte */
  LINK_OPTION_RCVBUF,           /* byte */
  LINK_OPTION_IPTTL,
  LINK_OPTION_IPTOS,
  LINK_OPTION_COUNT,
} LinkOption;

#define LINK_OPTION_UNSET G_MININT64

typedef struct
{
  gchar *uri;                   /* as written: may hold secrets */
  gchar *shown;                 /* without them */
  gchar *host;                  /* nullable; IPv6 without brackets */
  guint port;
  gboolean listener;            /* mode=listener, or no host */
  gchar *localaddress;          /* nullable */
  guint localport;              /* 0: any */
  gchar *bindtodevice;          /* nullable */
  gchar *passphrase;            /* nullable: not said here */
  gchar *streamid;              /* nullable: not said here */
  gint pbkeylen;                /* byte, -1: not said here */
  gint latency_ms;              /* -1: not said here */
  guint weight;                 /* 1 when not said */
  guint priority;               /* 0 is the best */
  guint64 max_bitrate;          /* bit/s, 0: no limit */
  gint64 options[LINK_OPTION_COUNT];
} LinkSpec;

typedef enum
{
  LINK_SPEC_ERROR_URI,
  LINK_SPEC_ERROR_OPTION,
} LinkSpecError;

#define LINK_SPEC_ERROR (link_spec_error_quark ())
GQuark link_spec_error_quark (void);

#define LINK_PASSPHRASE_MIN 10  /* SRTO_PASSPHRASE */
#define LINK_PASSPHRASE_MAX 79
#define LINK_STREAMID_MAX 512   /* SRTO_STREAMID */
#define LINK_SPECS_MAX 16

/* Error texts name the option and what is allowed, never a secret's value.
 * Returns: (transfer full) (nullable) */
LinkSpec *link_spec_parse (const gchar *uri, const gchar *scheme,
    GError **error);
void link_spec_free (LinkSpec *self);

/* A list separated by blanks or newlines, of at least one and at most
 * LINK_SPECS_MAX callers.  Returns: (transfer full) (nullable) */
GPtrArray *link_specs_parse (const gchar *text, const gchar *scheme,
    GError **error);

/* For each of `new_specs` the index of the same URI in `old_specs`, or -1;
 * every old one is used once.  Returns: (transfer full), as long as
 * `new_specs` */
gint *link_specs_match (const GPtrArray *old_specs,
    const GPtrArray *new_specs);

/* Also for the properties of the same names. */
gboolean link_passphrase_check (const gchar *passphrase, GError **error);
gboolean link_pbkeylen_check (guint64 pbkeylen, GError **error);
gboolean link_streamid_check (const gchar *streamid, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LinkSpec, link_spec_free)

G_END_DECLS
