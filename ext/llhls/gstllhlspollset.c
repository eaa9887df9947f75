/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlspollset.h"

#ifdef __linux__
#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>
#endif

/* Taken in one go, so that other sources get their turn. */
#define MAX_EVENTS 128

struct _GstLlHlsPollSet
{
  GMainContext *context;
  GstLlHlsPollFunc function;
  gint fd;                      /* of epoll, or -1 */
  GSource *source;              /* with epoll */
  guint refs;                   /* the owner's, and one of each entry */
};

/* Without epoll an entry is a source of its own. */
typedef struct
{
  GstLlHlsPollSet *set;
  GSocket *socket;
  gpointer data;
  GSource *source;
} Entry;

#ifdef __linux__
static gboolean
on_events (gint fd, GIOCondition condition, gpointer user_data)
{
  GstLlHlsPollSet *self = user_data;
  struct epoll_event events[MAX_EVENTS];
  int i, n = epoll_wait (fd, events, MAX_EVENTS, 0);

  for (i = 0; i < n; i++)
    self->function (((Entry *) events[i].data.ptr)->data);
  return G_SOURCE_CONTINUE;
}

static void
begin (GstLlHlsPollSet * self)
{
  self->fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->fd < 0)
    return;
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_events), self, NULL);
  g_source_attach (self->source, self->context);
}

static gboolean
add (Entry * entry, gboolean news)
{
  struct epoll_event event = { 0 };

  event.events = news ? EPOLLIN | EPOLLRDHUP | EPOLLET : EPOLLIN;
  event.data.ptr = entry;
  return entry->set->fd >= 0 && epoll_ctl (entry->set->fd, EPOLL_CTL_ADD,
      g_socket_get_fd (entry->socket), &event) == 0;
}

static void
drop (Entry * entry)
{
  epoll_ctl (entry->set->fd, EPOLL_CTL_DEL, g_socket_get_fd (entry->socket),
      NULL);
}

static void
end (GstLlHlsPollSet * self)
{
  if (self->fd >= 0)
    close (self->fd);
}
#else
static void
begin (GstLlHlsPollSet * self)
{
  self->fd = -1;
}

static gboolean
add (Entry * entry, gboolean news)
{
  return FALSE;
}

static void
drop (Entry * entry)
{
}

static void
end (GstLlHlsPollSet * self)
{
}
#endif

static gboolean
on_readable (GSocket * socket, GIOCondition condition, gpointer data)
{
  Entry *entry = data;

  entry->set->function (entry->data);
  return G_SOURCE_CONTINUE;
}

GstLlHlsPollSet *
gst_llhls_poll_set_new (GMainContext * context, GstLlHlsPollFunc function)
{
  GstLlHlsPollSet *self = g_new0 (GstLlHlsPollSet, 1);

  self->refs = 1;
  self->context = g_main_context_ref (context);
  self->function = function;
  begin (self);
  return self;
}

static void
unref (GstLlHlsPollSet * self)
{
  if (--self->refs > 0)
    return;
  end (self);
  g_main_context_unref (self->context);
  g_free (self);
}

void
gst_llhls_poll_set_free (GstLlHlsPollSet * self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  unref (self);
}

static Entry *
new_entry (GstLlHlsPollSet * self, GSocket * socket, gpointer data)
{
  Entry *entry = g_new0 (Entry, 1);

  self->refs++;
  entry->set = self;
  entry->socket = g_object_ref (socket);
  entry->data = data;
  return entry;
}

static void
free_entry (Entry * entry)
{
  g_clear_pointer (&entry->source, g_source_unref);
  g_object_unref (entry->socket);
  unref (entry->set);
  g_free (entry);
}

gpointer
gst_llhls_poll_set_add (GstLlHlsPollSet * self, GSocket * socket, gpointer data)
{
  Entry *entry = new_entry (self, socket, data);

  if (add (entry, FALSE))
    return entry;
  entry->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (entry->source, G_SOURCE_FUNC (on_readable), entry,
      NULL);
  g_source_attach (entry->source, self->context);
  return entry;
}

gpointer
gst_llhls_poll_set_add_for_news (GstLlHlsPollSet * self, GSocket * socket,
    gpointer data)
{
  Entry *entry = new_entry (self, socket, data);

  if (add (entry, TRUE))
    return entry;
  free_entry (entry);
  return NULL;
}

void
gst_llhls_poll_set_remove (GstLlHlsPollSet * self, gpointer data)
{
  Entry *entry = data;

  if (entry->source != NULL)
    g_source_destroy (entry->source);
  else
    drop (entry);
  free_entry (entry);
}
