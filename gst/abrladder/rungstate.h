/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  RUNG_STARTING,                /* nothing has come out yet */
  RUNG_RUNNING,
  RUNG_SKIPPED,                 /* above the source's size: not made */
  RUNG_FAILED,                  /* its encoder is broken */
  RUNG_ENDED,                   /* end of stream */
} RungState;

typedef enum
{
  RUNG_EVENT_RESET,
  RUNG_EVENT_SKIP,
  RUNG_EVENT_OUTPUT,
  RUNG_EVENT_ERROR,
  RUNG_EVENT_END,
} RungEvent;

const gchar *rung_state_name (RungState state);

/* Still worth keeping the ladder up for. */
gboolean rung_state_is_alive (RungState state);

RungState rung_state_next (RungState state, RungEvent event);

G_END_DECLS
