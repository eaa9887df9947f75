/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msgno.h"

gboolean
msgno_is_valid (guint32 msgno)
{
  return msgno >= MSGNO_FIRST && msgno <= MSGNO_LAST;
}

guint32
msgno_from_bits (guint32 bits)
{
  return MSGNO_FIRST + bits % MSGNO_CYCLE;
}

guint32
msgno_add (guint32 msgno, gint64 steps)
{
  gint64 index;

  g_assert (msgno_is_valid (msgno));
  index = ((gint64) (msgno - MSGNO_FIRST) + steps % MSGNO_CYCLE) % MSGNO_CYCLE;
  if (index < 0)
    index += MSGNO_CYCLE;
  return MSGNO_FIRST + (guint32) index;
}

gint32
msgno_distance (guint32 from, guint32 to)
{
  gint32 steps;

  g_assert (msgno_is_valid (from) && msgno_is_valid (to));
  steps = (gint32) to - (gint32) from;
  if (steps > (gint32) (MSGNO_CYCLE / 2))
    steps -= MSGNO_CYCLE;
  else if (steps < -(gint32) (MSGNO_CYCLE / 2))
    steps += MSGNO_CYCLE;
  return steps;
}
