/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rungstate.h"

const gchar *
rung_state_name (RungState state)
{
  switch (state) {
    case RUNG_STARTING:
      return "starting";
    case RUNG_RUNNING:
      return "running";
    case RUNG_SKIPPED:
      return "skipped";
    case RUNG_FAILED:
      return "failed";
    case RUNG_ENDED:
      return "ended";
  }
  g_assert_not_reached ();
}

gboolean
rung_state_is_alive (RungState state)
{
  switch (state) {
    case RUNG_STARTING:
    case RUNG_RUNNING:
    case RUNG_ENDED:
      return TRUE;
    case RUNG_SKIPPED:
    case RUNG_FAILED:
      return FALSE;
  }
  g_assert_not_reached ();
}

RungState
rung_state_next (RungState state, RungEvent event)
{
  switch (event) {
    case RUNG_EVENT_RESET:
      return RUNG_STARTING;
    case RUNG_EVENT_SKIP:
      return RUNG_SKIPPED;
    case RUNG_EVENT_OUTPUT:
      /* After a flush a rung that had ended goes on. */
      return rung_state_is_alive (state) ? RUNG_RUNNING : state;
    case RUNG_EVENT_ERROR:
      return rung_state_is_alive (state) ? RUNG_FAILED : state;
    case RUNG_EVENT_END:
      return rung_state_is_alive (state) ? RUNG_ENDED : state;
  }
  g_assert_not_reached ();
}
