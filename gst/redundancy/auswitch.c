/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auswitch.h"

void
au_switch_init (AuSwitch * self, gint64 from)
{
  static const AuSwitch zero;

  *self = zero;
  self->last = from - 1;
  self->end = from;
}

static const AccessUnit *
unit_of (const StoreItem * item)
{
  return item->data;
}

static gboolean
is_key (const StoreItem * item)
{
  return unit_of (item)->key;
}

gboolean
au_switch_is_on (const AuSwitch * self, const AuTrack * track)
{
  return self->begun && track != NULL && self->track == track
      && self->epoch == track->epoch;
}

/* A picture of an open group that is shown before the key frame with which the
 * input began: what it needs never went out (RASL, H.265 3.125). */
static gboolean
is_leading (const AuSwitch * self, const AccessUnit * unit)
{
  return self->leading && !unit->key && unit->pts < self->key_pts;
}

/* Goes on with the input whose turn it is. */
static const StoreItem *
find_next (AuSwitch * self, const AuTrack * track)
{
  const StoreItem *item;

  for (item = store_find (&track->store, self->last + 1, NULL); item != NULL;
      item = store_find (&track->store, item->start + 1, NULL)) {
    const AccessUnit *unit = unit_of (item);

    if (unit->discont && !unit->key)
      self->needs_key = TRUE;
    if (unit->key || (!self->needs_key && !is_leading (self, unit)))
      return item;
    /* Never again. */
    self->last = item->start;
    if (self->needs_key)
      self->skipped++;
    else
      self->leading_dropped++;
  }
  return NULL;
}

AuPick
au_switch_peek (AuSwitch * self, const AuTrack * wanted)
{
  AuPick pick = { NULL, NULL, FALSE };
  const StoreItem *key;

  if (self->begun && self->track != NULL && self->epoch == self->track->epoch) {
    pick.track = self->track;
    pick.item = find_next (self, self->track);
    pick.discont = self->needs_key;
  }
  if (wanted == NULL || au_switch_is_on (self, wanted))
    return pick;
  key = store_find (&wanted->store, self->last + 1, is_key);
  /* Where both have one it is the new one's. */
  if (key != NULL && (pick.item == NULL || key->start <= pick.item->start)) {
    pick.track = wanted;
    pick.item = key;
    pick.discont = TRUE;
  }
  return pick;
}

void
au_switch_take (AuSwitch * self, const AuPick * pick)
{
  const AccessUnit *unit = unit_of (pick->item);

  if (!au_switch_is_on (self, pick->track)) {
    self->switches += self->begun;
    if (self->begun && pick->item->start > self->end)
      self->hole += pick->item->start - self->end;
    self->track = pick->track;
    self->epoch = pick->track->epoch;
    self->begun = self->leading = TRUE;
    self->key_pts = unit->pts;
  } else if (unit->key && (self->needs_key || unit->discont)) {
    self->leading = TRUE;
    self->key_pts = unit->pts;
  } else if (unit->key) {
    self->leading = FALSE;
  }
  self->needs_key = FALSE;
  self->last = pick->item->start;
  self->end = pick->item->start + pick->item->duration;
}

void
au_switch_forget (AuSwitch * self, const AuTrack * track)
{
  if (self->track == track)
    self->track = NULL;
}
