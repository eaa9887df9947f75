/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  REQUEST_PAGE,                 /* the player page */
  REQUEST_SCRIPT,               /* the player's script */
  REQUEST_MULTIVARIANT,
  REQUEST_PLAYLIST,             /* of the rendition `name` */
  REQUEST_MEDIA,                /* `name` is the path without its slash */
  REQUEST_EVENTS,               /* where players send reports of events */
  REQUEST_AUTH,                 /* a proxy asks about another URL */
  REQUEST_BAD,                  /* directives that make no sense: 400 */
} RequestKind;

typedef enum
{
  REQUEST_SKIP_NONE,
  REQUEST_SKIP_YES,
  REQUEST_SKIP_V2,
} RequestSkip;

/* A URL of the origin, taken apart.  Nothing here names a file. */
typedef struct
{
  RequestKind kind;
  gchar *name;
  gboolean has_msn, has_part;
  guint64 msn;
  guint64 part;
  RequestSkip skip;
} Request;

#define REQUEST_MULTIVARIANT_NAME "live.m3u8"
#define REQUEST_SCRIPT_NAME "player.js"
#define REQUEST_EVENTS_NAME "cmcd"
#define REQUEST_AUTH_NAME "auth"

/* `path` with its leading slash, `query` without question mark or NULL. */
void request_parse (Request * self, const gchar * path, const gchar * query);
void request_clear (Request * self);

G_END_DECLS
