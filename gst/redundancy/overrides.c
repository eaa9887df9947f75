/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "overrides.h"

#include <string.h>

const gchar *
override_kind_nick (OverrideKind kind)
{
  switch (kind) {
    case OVERRIDE_FORCE:
      return "force";
    case OVERRIDE_SLATE:
      return "fallback-to-slate";
    case OVERRIDE_HOLD:
      return "hold";
    case OVERRIDE_SWITCH_TO:
      return "switch-to";
  }
  return "none";
}

const gchar *
override_end_nick (OverrideEnd end)
{
  switch (end) {
    case OVERRIDE_END_NONE:
      break;
    case OVERRIDE_END_COMMAND:
      return "command";
    case OVERRIDE_END_REPLACED:
      return "replaced";
    case OVERRIDE_END_EXPIRED:
      return "expired";
    case OVERRIDE_END_FAILED:
      return "failed";
    case OVERRIDE_END_REMOVED:
      return "removed";
  }
  return "none";
}

const gchar *
override_end_text (OverrideEnd end)
{
  switch (end) {
    case OVERRIDE_END_NONE:
      break;
    case OVERRIDE_END_COMMAND:
      return "the operator ended it";
    case OVERRIDE_END_REPLACED:
      return "another command replaced it";
    case OVERRIDE_END_EXPIRED:
      return "its time is over";
    case OVERRIDE_END_FAILED:
      return "its input is not healthy any more";
    case OVERRIDE_END_REMOVED:
      return "its input was removed";
  }
  return "it is in force";
}

void
overrides_init (Overrides * self)
{
  memset (self, 0, sizeof (*self));
}

void
overrides_on_start (Overrides * self, guint64 was, guint64 now)
{
  guint i;

  for (i = 0; i < self->n; i++) {
    Override *entry = &self->entries[i];

    entry->since = now;
    if (entry->until != OVERRIDES_NEVER)
      entry->until = now + (entry->until > was ? entry->until - was : 0);
  }
}

static void
note (Overrides * self, const Override * what, OverrideEnd end, guint64 now)
{
  OverrideChange *change;

  g_assert (self->n_changes < OVERRIDES_MAX_CHANGES);
  change = &self->changes[self->n_changes++];
  change->what = *what;
  change->end = end;
  change->at = now;
}

gboolean
overrides_keep (Overrides * self, guint i, guint media, OverrideEnd why,
    guint64 now)
{
  Override *entry = &self->entries[i];

  if (entry->media & media) {
    entry->media &= media;
    return TRUE;
  }
  note (self, entry, why, now);
  *entry = self->entries[--self->n];
  return FALSE;
}

static gboolean
excludes (OverrideKind one, OverrideKind two)
{
  switch (one) {
    case OVERRIDE_FORCE:
    case OVERRIDE_SLATE:
      return two == OVERRIDE_FORCE || two == OVERRIDE_SLATE;
    case OVERRIDE_HOLD:
    case OVERRIDE_SWITCH_TO:
      return one == two;
  }
  g_assert_not_reached ();
}

void
overrides_end (Overrides * self, OverrideKind kind, guint media,
    OverrideEnd why, guint64 now)
{
  guint i = 0;

  while (i < self->n) {
    if (self->entries[i].kind != kind
        || overrides_keep (self, i, ~media, why, now))
      i++;
  }
}

static gboolean
is_the_same (const Override * entry, OverrideKind kind, guint media,
    gint input, guint64 until)
{
  return entry->kind == kind && entry->media == media && entry->input == input
      && entry->until == until;
}

void
overrides_begin (Overrides * self, OverrideKind kind, guint media, gint input,
    guint64 now, guint64 until)
{
  Override *entry;
  guint i = 0;

  /* What is asked for comes from the application. */
  media &= OVERRIDES_MEDIA;
  if (media == 0)
    return;
  while (i < self->n) {
    if (is_the_same (&self->entries[i], kind, media, input, until))
      return;
    if (!excludes (kind, self->entries[i].kind)
        || overrides_keep (self, i, ~media, OVERRIDE_END_REPLACED, now))
      i++;
  }
  g_assert (self->n < OVERRIDES_MAX);
  entry = &self->entries[self->n++];
  entry->kind = kind;
  entry->media = media;
  entry->input = input;
  entry->since = now;
  entry->until = until;
  entry->number = ++self->number;
  note (self, entry, OVERRIDE_END_NONE, now);
}

void
overrides_on_removed (Overrides * self, gint input, guint64 now)
{
  guint i = 0;

  while (i < self->n) {
    if (self->entries[i].input < 0 || self->entries[i].input != input
        || overrides_keep (self, i, 0, OVERRIDE_END_REMOVED, now))
      i++;
  }
}

guint
overrides_expire (Overrides * self, guint64 now, guint64 * deadline)
{
  guint i = 0, media = 0;

  while (i < self->n) {
    Override *entry = &self->entries[i];

    if (now < entry->until) {
      *deadline = MIN (*deadline, entry->until);
      i++;
    } else {
      media |= entry->media;
      overrides_keep (self, i, 0, OVERRIDE_END_EXPIRED, now);
    }
  }
  return media;
}

const Override *
overrides_strongest (const Overrides * self)
{
  const Override *strongest = NULL;
  guint i;

  for (i = 0; i < self->n; i++) {
    const Override *entry = &self->entries[i];

    if (strongest == NULL || entry->kind < strongest->kind
        || (entry->kind == strongest->kind && (entry->media & 1) != 0
            && (strongest->media & 1) == 0))
      strongest = entry;
  }
  return strongest;
}

guint
overrides_take_changes (Overrides * self, OverrideChange * changes)
{
  guint n = self->n_changes;

  memcpy (changes, self->changes, n * sizeof (*changes));
  self->n_changes = 0;
  return n;
}
