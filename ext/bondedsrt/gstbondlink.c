/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the worker's only.  Names are looked up by GResolver's pool; its
 * answer comes back in the worker's main context. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondlink.h"

#include "gstbondstats.h"

/* The transport gives up earlier unless the name's servers hang. */
#define ATTEMPT_TIMEOUT (15 * GST_SECOND)

GST_DEBUG_CATEGORY_EXTERN (gst_bond_debug);
#define GST_CAT_DEFAULT gst_bond_debug

typedef struct
{
  GstBondLink *link;            /* NULL when it is gone */
  GCancellable *cancel;
} Lookup;

struct _GstBondLink
{
  gchar *name;
  LinkSpec *spec;
  const GstBondTransport *transport;
  GstBondPoll *poll;
  const GstBondDefaults *defaults;
  GstBondLinkFunc func;
  gpointer user_data;

  LinkLife life;
  GstBondSocket socket;
  Lookup *lookup;
  guint attempts;               /* which of several addresses is next */
  gchar *detail;
  GstBondSocketStats closed;    /* sum over the connections before */
  GstBondSocketStats current;

  /* What the application was told last. */
  LinkState told_state;
  LinkReason told_reason;
};

GstBondLink *
gst_bond_link_new (const gchar * name, LinkSpec * spec,
    const GstBondTransport * transport, GstBondPoll * poll,
    const GstBondDefaults * defaults, GstBondLinkFunc func, gpointer user_data)
{
  GstBondLink *self = g_new0 (GstBondLink, 1);

  self->name = g_strdup (name);
  self->spec = spec;
  self->transport = transport;
  self->poll = poll;
  self->defaults = defaults;
  self->func = func;
  self->user_data = user_data;
  self->socket = GST_BOND_SOCKET_NONE;
  link_life_init (&self->life, ATTEMPT_TIMEOUT);
  return self;
}

static void
stop_lookup (GstBondLink * self)
{
  Lookup *lookup = g_steal_pointer (&self->lookup);

  if (lookup == NULL)
    return;
  lookup->link = NULL;
  g_cancellable_cancel (lookup->cancel);
}

/* A connection that broke says nothing any more: what it said last counts. */
static void
refresh_stats (GstBondLink * self)
{
  GstBondSocketStats stats;

  if (self->socket != GST_BOND_SOCKET_NONE
      && self->transport->stats (self->socket, &stats))
    self->current = stats;
}

static void
close_socket (GstBondLink * self)
{
  GstBondSocketStats none = { 0 };

  if (self->socket == GST_BOND_SOCKET_NONE)
    return;
  refresh_stats (self);
  gst_bond_socket_stats_add (&self->closed, &self->current);
  self->current = none;
  self->transport->close (self->poll, self->socket);
  self->socket = GST_BOND_SOCKET_NONE;
}

void
gst_bond_link_free (GstBondLink * self)
{
  stop_lookup (self);
  close_socket (self);
  link_spec_free (self->spec);
  g_free (self->detail);
  g_free (self->name);
  g_free (self);
}

/* A link that fails the same way again and again is told of once. */
static gboolean
is_news (const GstBondLink * self)
{
  const LinkLife *life = &self->life;

  if (life->state == LINK_CONNECTING && life->reason == LINK_REASON_RETRY)
    return FALSE;
  return life->state != self->told_state || life->reason != self->told_reason;
}

static void
tell (GstBondLink * self, guint64 now)
{
  const LinkLife *life = &self->life;
  GstBondLinkChange change = { self->name, self->spec->shown };

  GST_DEBUG ("%s: %s because %s%s%s", self->name,
      link_state_name (life->state), link_reason_text (life->reason),
      self->detail != NULL ? ": " : "",
      self->detail != NULL ? self->detail : "");
  if (!is_news (self))
    return;
  change.old_state = self->told_state;
  change.new_state = life->state;
  change.reason = life->reason;
  change.detail = self->detail;
  if (life->state > LINK_ACTIVE && life->deadline > now)
    change.retry_in = life->deadline - now;
  self->told_state = life->state;
  self->told_reason = life->reason;
  self->func (&change, self->user_data);
}

static void
go_down (GstBondLink * self, LinkReason reason, gchar * detail, guint64 now)
{
  stop_lookup (self);
  close_socket (self);
  g_free (self->detail);
  self->detail = detail;
  link_life_on_down (&self->life, reason, now, g_random_int ());
  tell (self, now);
}

static GSocketAddress *
local_address (const GstBondLink * self, GInetAddress * remote)
{
  const LinkSpec *spec = self->spec;
  g_autoptr (GInetAddress) local = NULL;

  if (spec->localaddress != NULL)
    local = g_inet_address_new_from_string (spec->localaddress);
  else if (spec->localport != 0)
    local = g_inet_address_new_any (g_inet_address_get_family (remote));
  if (local == NULL)
    return NULL;
  return g_inet_socket_address_new (local, (guint16) spec->localport);
}

static void
connect_to (GstBondLink * self, GInetAddress * address, guint64 now)
{
  const LinkSpec *spec = self->spec;
  g_autoptr (GSocketAddress) local = local_address (self, address);
  g_autoptr (GSocketAddress) remote =
      g_inet_socket_address_new (address, (guint16) spec->port);
  GstBondEndpoint endpoint = { remote, local };
  LinkReason reason = LINK_REASON_FAILED;
  gchar *detail = NULL;

  gst_bond_defaults_apply (self->defaults, spec, &endpoint);
  endpoint.max_bitrate = spec->max_bitrate;
  self->socket = self->transport->connect (self->poll, &endpoint, &reason,
      &detail);
  if (self->socket == GST_BOND_SOCKET_NONE)
    go_down (self, reason, detail, now);
}

static void
add_family (GPtrArray * fit, GList * addresses, GSocketFamily family)
{
  GList *l;

  for (l = addresses; l != NULL; l = l->next) {
    if (g_inet_address_get_family (l->data) == family)
      g_ptr_array_add (fit, l->data);
  }
}

/* Of the addresses that the local one can reach, another one each time.  IPv4
 * first: most receivers listen on 0.0.0.0 only, and a wrong guess costs the
 * time-out of an attempt. */
static GInetAddress *
choose_address (GstBondLink * self, GList * addresses)
{
  g_autoptr (GInetAddress) local = NULL;
  g_autoptr (GPtrArray) fit = g_ptr_array_new ();

  if (self->spec->localaddress != NULL)
    local = g_inet_address_new_from_string (self->spec->localaddress);
  if (local != NULL) {
    add_family (fit, addresses, g_inet_address_get_family (local));
  } else {
    add_family (fit, addresses, G_SOCKET_FAMILY_IPV4);
    add_family (fit, addresses, G_SOCKET_FAMILY_IPV6);
  }
  if (fit->len == 0)
    return NULL;
  return g_ptr_array_index (fit, self->attempts++ % fit->len);
}

static void
on_addresses (GstBondLink * self, GList * addresses, const GError * error)
{
  guint64 now = gst_util_get_timestamp ();
  GInetAddress *address = choose_address (self, addresses);

  if (addresses == NULL)
    go_down (self, LINK_REASON_NAME_UNKNOWN, g_strdup (error->message), now);
  else if (address == NULL)
    go_down (self, LINK_REASON_LOCAL_ADDRESS,
        g_strdup ("the peer has no address of the same family"), now);
  else
    connect_to (self, address, now);
}

static void
on_lookup_done (GObject * resolver, GAsyncResult * result, gpointer data)
{
  Lookup *lookup = data;
  GstBondLink *self = lookup->link;
  g_autoptr (GError) error = NULL;
  GList *addresses;

  addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result,
      &error);
  if (self != NULL) {
    self->lookup = NULL;
    on_addresses (self, addresses, error);
  }
  g_resolver_free_addresses (addresses);
  g_object_unref (lookup->cancel);
  g_free (lookup);
}

static void
begin (GstBondLink * self, guint64 now)
{
  g_autoptr (GInetAddress) address =
      g_inet_address_new_from_string (self->spec->host);
  g_autoptr (GResolver) resolver = NULL;

  g_clear_pointer (&self->detail, g_free);
  tell (self, now);
  if (address != NULL) {
    connect_to (self, address, now);
    return;
  }
  resolver = g_resolver_get_default ();
  self->lookup = g_new0 (Lookup, 1);
  self->lookup->link = self;
  self->lookup->cancel = g_cancellable_new ();
  g_resolver_lookup_by_name_async (resolver, self->spec->host,
      self->lookup->cancel, on_lookup_done, self->lookup);
}

void
gst_bond_link_start (GstBondLink * self, guint64 now)
{
  link_life_start (&self->life, now);
}

void
gst_bond_link_on_timer (GstBondLink * self, guint64 now)
{
  switch (link_life_on_timer (&self->life, now)) {
    case LINK_DO_NOTHING:
      break;
    case LINK_DO_CONNECT:
      begin (self, now);
      break;
    case LINK_DO_ABANDON:
      go_down (self, LINK_REASON_NO_ANSWER, NULL, now);
      break;
  }
}

void
gst_bond_link_on_event (GstBondLink * self, GstBondEventFlags flags,
    guint64 now)
{
  LinkReason reason;
  gchar *detail = NULL;

  if (flags & GST_BOND_EVENT_FAILED) {
    reason = self->transport->failure (self->socket, &detail);
    if (self->life.state == LINK_ACTIVE) {
      reason = LINK_REASON_LOST;
      g_clear_pointer (&detail, g_free);
    }
    go_down (self, reason, detail, now);
  } else if ((flags & GST_BOND_EVENT_CONNECTED)
      && self->life.state == LINK_CONNECTING) {
    link_life_on_connected (&self->life, now);
    tell (self, now);
  }
}

void
gst_bond_link_on_closed (GstBondLink * self, guint64 now)
{
  go_down (self, LINK_REASON_LOST, NULL, now);
}

const gchar *
gst_bond_link_name (const GstBondLink * self)
{
  return self->name;
}

const LinkSpec *
gst_bond_link_spec (const GstBondLink * self)
{
  return self->spec;
}

const LinkLife *
gst_bond_link_life (const GstBondLink * self)
{
  return &self->life;
}

GstBondSocket
gst_bond_link_socket (const GstBondLink * self)
{
  return self->socket;
}

gboolean
gst_bond_link_is_active (const GstBondLink * self)
{
  return self->life.state == LINK_ACTIVE;
}

guint
gst_bond_link_latency_ms (const GstBondLink * self)
{
  return gst_bond_defaults_latency_ms (self->defaults, self->spec);
}

void
gst_bond_link_get_stats (GstBondLink * self, gboolean fresh,
    GstBondSocketStats * stats)
{
  if (fresh)
    refresh_stats (self);
  *stats = self->closed;
  gst_bond_socket_stats_add (stats, &self->current);
}
