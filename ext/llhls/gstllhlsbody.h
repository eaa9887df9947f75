/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is kept of a request's body: nothing, or as much as the pools have
 * room for, of which each connection has one and all together another.  Plain
 * data; cleared by gst_llhls_body_clear().  One thread. */
typedef struct
{
  guint64 used, limit;          /* bytes */
} GstLlHlsBodyPool;

typedef struct
{
  GstLlHlsBodyPool *pools[2];   /* while it is kept */
  GByteArray *bytes;            /* or NULL: it is read past */
  guint64 limit;
  gboolean too_long, no_room;   /* why it is not kept any more */
} GstLlHlsBody;

/* Keep it, up to `limit` bytes.  `body` is cleared or all 0. */
void gst_llhls_body_keep (GstLlHlsBody * self, guint64 limit,
    GstLlHlsBodyPool * mine, GstLlHlsBodyPool * all);

/* The next bytes, which are forgotten unless it is kept. */
void gst_llhls_body_take (GstLlHlsBody * self, gconstpointer data,
    gsize size);
void gst_llhls_body_clear (GstLlHlsBody * self);

G_END_DECLS
