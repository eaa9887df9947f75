/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlstcp.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* The kernel's tcp_info is longer than the C library's, whose header can't be
 * included beside it. */
#ifdef __linux__
#include <linux/tcp.h>
#else
#include <netinet/tcp.h>
#endif

void
gst_llhls_tcp_set_no_delay (GSocket * socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

#ifdef __linux__
/* tcp_states.h, which is not for programs */
#define STATE_ESTABLISHED 1

gboolean
gst_llhls_tcp_info (GSocket * socket, guint64 * taken, gboolean * gone)
{
  struct tcp_info info;
  socklen_t size = sizeof (info);

  if (getsockopt (g_socket_get_fd (socket), IPPROTO_TCP, TCP_INFO, &info,
          &size) != 0
      || size < G_STRUCT_OFFSET (struct tcp_info,
          tcpi_bytes_acked) + sizeof (info.tcpi_bytes_acked))
      return FALSE;
  *taken = info.tcpi_bytes_acked;
  *gone = info.tcpi_state != STATE_ESTABLISHED;
  return TRUE;
}
#else
gboolean
gst_llhls_tcp_info (GSocket * socket, guint64 * taken, gboolean * gone)
{
  return FALSE;
}
#endif

void
gst_llhls_tcp_finish (GSocket * socket)
{
  if ((g_socket_condition_check (socket, G_IO_OUT) & G_IO_OUT) == 0)
    g_socket_shutdown (socket, FALSE, TRUE, NULL);
}

void
gst_llhls_tcp_abort (GSocket * socket)
{
  struct linger now = { 1, 0 };

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &now,
      sizeof (now));
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
}
