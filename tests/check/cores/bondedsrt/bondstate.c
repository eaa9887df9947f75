/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "bondstate.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

GST_START_TEST (bond_state_says_nothing_while_links_come_up)
{
  BondState state;
  BondChange change;

  bond_state_init (&state, 0, 4 * SECOND);
  fail_if (bond_state_update (&state, 0, 3, 0, &change));
  fail_if (bond_state_update (&state, 2, 3, SECOND, &change));
  fail_unless (bond_state_update (&state, 3, 3, 2 * SECOND, &change));
  fail_unless_equals_int (change.old, BOND_STARTING);
  fail_unless_equals_int (change.now, BOND_OK);
  fail_unless_equals_int (change.incident, 0);
}

GST_END_TEST;

GST_START_TEST (bond_state_tells_the_truth_after_the_grace)
{
  BondState state;
  BondChange change;

  bond_state_init (&state, 0, 4 * SECOND);
  fail_if (bond_state_update (&state, 0, 2, 3 * SECOND, &change));
  fail_unless_equals_uint64 (bond_state_deadline (&state), 4 * SECOND);
  fail_unless (bond_state_update (&state, 0, 2, 4 * SECOND, &change));
  fail_unless_equals_int (change.now, BOND_LOST);
  fail_unless_equals_uint64 (bond_state_deadline (&state), G_MAXUINT64);
}

GST_END_TEST;

GST_START_TEST (bond_state_is_one_incident_until_all_is_well)
{
  BondState state;
  BondChange change;

  bond_state_init (&state, 0, 4 * SECOND);
  bond_state_update (&state, 2, 2, SECOND, &change);
  fail_unless (bond_state_update (&state, 1, 2, 10 * SECOND, &change));
  fail_unless_equals_int (change.now, BOND_DEGRADED);
  fail_unless_equals_int (change.incident, 1);
  fail_unless_equals_uint64 (change.old_duration, 9 * SECOND);
  fail_unless (bond_state_update (&state, 0, 2, 12 * SECOND, &change));
  fail_unless_equals_int (change.now, BOND_LOST);
  fail_unless_equals_int (change.incident, 1);
  fail_unless (bond_state_update (&state, 2, 2, 15 * SECOND, &change));
  fail_unless_equals_int (change.now, BOND_OK);
  fail_unless_equals_int (change.incident, 1);
  fail_unless_equals_uint64 (change.incident_duration, 5 * SECOND);
  fail_unless (bond_state_update (&state, 1, 2, 20 * SECOND, &change));
  fail_unless_equals_int (change.incident, 2);
}

GST_END_TEST;

GST_START_TEST (bond_state_follows_a_changed_number_of_links)
{
  BondState state;
  BondChange change;

  bond_state_init (&state, 0, SECOND);
  bond_state_update (&state, 1, 1, 0, &change);
  fail_unless (bond_state_update (&state, 1, 2, SECOND, &change));
  fail_unless_equals_int (change.now, BOND_DEGRADED);
  fail_unless (bond_state_update (&state, 1, 1, SECOND, &change));
  fail_unless_equals_int (change.now, BOND_OK);
  fail_unless_equals_string (bond_state_name (BOND_DEGRADED), "degraded");
}

GST_END_TEST;

GST_START_TEST (bond_state_tells_of_links_that_join)
{
  BondState state;
  BondChange change;

  bond_state_init (&state, 0, 3 * SECOND);
  fail_unless (bond_state_update (&state, 1, 1, SECOND, &change));
  fail_unless (bond_state_update (&state, 2, 2, SECOND, &change));
  fail_unless_equals_int (change.old, BOND_OK);
  fail_unless_equals_int (change.now, BOND_OK);
  fail_if (bond_state_update (&state, 2, 2, 2 * SECOND, &change));
}

GST_END_TEST;

static Suite *
bondstate_suite (void)
{
  Suite *s = suite_create ("bondstate");
  TCase *tc = tcase_create ("bondstate");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bond_state_says_nothing_while_links_come_up);
  tcase_add_test (tc, bond_state_tells_the_truth_after_the_grace);
  tcase_add_test (tc, bond_state_is_one_incident_until_all_is_well);
  tcase_add_test (tc, bond_state_follows_a_changed_number_of_links);
  tcase_add_test (tc, bond_state_tells_of_links_that_join);
  return s;
}

GST_CHECK_MAIN (bondstate);
