/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 5646 2.1 */
#include "languagetag.h"

#include <string.h>

typedef enum
{
  ALPHA,
  DIGIT,
  ALPHANUM,
} Class;

/* The subtag that comes next; of no bytes at the end. */
typedef struct
{
  const gchar *at;
  gsize length;
} Reader;

/* Grandfathered tags that are none by the rules; the others are. */
static const gchar *const irregular[] = {
  "en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak",
  "i-klingon", "i-lux", "i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay",
  "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de"
};

static gboolean
is_of (gchar c, Class class)
{
  switch (class) {
    case ALPHA:
      return g_ascii_isalpha (c);
    case DIGIT:
      return g_ascii_isdigit (c);
    case ALPHANUM:
      return g_ascii_isalnum (c);
  }
  g_assert_not_reached ();
}

static gboolean
matches (const Reader * self, gsize min, gsize max, Class class)
{
  gsize i;

  if (self->length < min || self->length > max)
    return FALSE;
  for (i = 0; i < self->length; i++) {
    if (!is_of (self->at[i], class))
      return FALSE;
  }
  return TRUE;
}

/* A hyphen at the very end leaves a subtag of no bytes that nothing takes. */
static void
pass (Reader * self)
{
  self->at += self->length;
  if (*self->at == '-')
    self->at++;
  self->length = strcspn (self->at, "-");
}

static gboolean
take (Reader * self, gsize min, gsize max, Class class)
{
  if (!matches (self, min, max, class))
    return FALSE;
  pass (self);
  return TRUE;
}

static gboolean
take_language (Reader * self)
{
  guint i;

  if (take (self, 4, 8, ALPHA))
    return TRUE;
  if (!take (self, 2, 3, ALPHA))
    return FALSE;
  for (i = 0; i < 3 && take (self, 3, 3, ALPHA); i++);
  return TRUE;
}

static gboolean
take_variant (Reader * self)
{
  if (take (self, 5, 8, ALPHANUM))
    return TRUE;
  return self->length == 4 && g_ascii_isdigit (self->at[0])
      && take (self, 4, 4, ALPHANUM);
}

static gboolean
is_private (const Reader * self)
{
  return self->length == 1 && (*self->at | 0x20) == 'x';
}

/* Behind a singleton there is something. */
static gboolean
take_behind_singleton (Reader * self, gsize min)
{
  gboolean any = FALSE;

  pass (self);
  while (take (self, min, 8, ALPHANUM))
    any = TRUE;
  return any;
}

static gboolean
take_tag (Reader * self)
{
  if (!is_private (self)) {
    if (!take_language (self))
      return FALSE;
    take (self, 4, 4, ALPHA);
    if (!take (self, 2, 2, ALPHA))
      take (self, 3, 3, DIGIT);
    while (take_variant (self));
    while (!is_private (self) && matches (self, 1, 1, ALPHANUM)) {
      if (!take_behind_singleton (self, 2))
        return FALSE;
    }
  }
  return !is_private (self) || take_behind_singleton (self, 1);
}

gboolean
language_tag_is_well_formed (const gchar * tag)
{
  gsize length = strnlen (tag, LANGUAGE_TAG_MAX_BYTES + 1);
  Reader self = { tag, strcspn (tag, "-") };
  guint i;

  if (length == 0 || length > LANGUAGE_TAG_MAX_BYTES || tag[length - 1] == '-')
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (irregular); i++) {
    if (g_ascii_strcasecmp (tag, irregular[i]) == 0)
      return TRUE;
  }
  return take_tag (&self) && *self.at == '\0';
}
