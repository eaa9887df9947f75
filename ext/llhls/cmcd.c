/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CTA-5004 and CTA-5004-B.  Both write a dictionary of RFC 8941 (structured
 * fields); version 1 without lists, version 2 with lists of numbers that carry
 * the object's type as a parameter: bl=(2000;v 1500;a). */
#include "cmcd.h"

#include <string.h>

/* RFC 8941 3.3.1: integers have at most 15 digits. */
#define MAX_DIGITS 15
#define MAX_KEY 64

#define MS G_GUINT64_CONSTANT (1000000)
#define HOUR (G_GUINT64_CONSTANT (3600000) * MS)
#define KBPS G_GUINT64_CONSTANT (1000)
#define TBPS G_GUINT64_CONSTANT (1000000000000)
#define MAX_COUNT G_GUINT64_CONSTANT (1000000000)

/* How several numbers of one key become one. */
typedef enum
{
  COMBINE_LEAST,
  COMBINE_MOST,
  COMBINE_SUM,                  /* of each medium; the largest sum */
  COMBINE_VIDEO,                /* video's, else the first */
} Combine;

typedef struct
{
  const gchar *key;
  gsize offset;
  guint64 unit;                 /* what 1 is worth */
  guint64 max;
  Combine combine;
} NumberKey;

typedef struct
{
  const gchar *key;
  gsize offset;
} FlagKey;

typedef struct
{
  const gchar *token;
  gint value;
} Token;

/* *INDENT-OFF* */
#define NUMBER(key, field, scale, max, combine) \
  { key, G_STRUCT_OFFSET (Cmcd, field), scale, max, combine }
static const NumberKey number_keys[] = {
  NUMBER ("bl", buffer, MS, HOUR, COMBINE_LEAST),
  NUMBER ("br", bitrate, KBPS, TBPS, COMBINE_VIDEO),
  NUMBER ("bsa", starvations, 1, MAX_COUNT, COMBINE_MOST),
  NUMBER ("bsd", starved_time, MS, HOUR, COMBINE_SUM),
  NUMBER ("bsda", starved_total, MS, 24 * HOUR, COMBINE_MOST),
  NUMBER ("d", duration, MS, HOUR, COMBINE_LEAST),
  NUMBER ("dfa", dropped_frames, 1, MAX_COUNT, COMBINE_MOST),
  NUMBER ("ltc", latency, MS, 24 * HOUR, COMBINE_MOST),
  NUMBER ("msd", startup, MS, HOUR, COMBINE_MOST),
  NUMBER ("mtp", throughput, KBPS, TBPS, COMBINE_MOST),
  NUMBER ("pr", rate_permille, 1000, 100000, COMBINE_LEAST),
  NUMBER ("tb", top_bitrate, KBPS, TBPS, COMBINE_VIDEO),
  /* The year 2200. */
  NUMBER ("ts", timestamp, MS, 7258118400000 * MS, COMBINE_MOST),
  NUMBER ("v", version, 1, 99, COMBINE_MOST),
};
static const FlagKey flag_keys[] = {
  { "bs", G_STRUCT_OFFSET (Cmcd, starved) },
  { "su", G_STRUCT_OFFSET (Cmcd, urgent) },
};
static const Token objects[] = {
  { "m", CMCD_OBJECT_MANIFEST }, { "a", CMCD_OBJECT_AUDIO },
  { "v", CMCD_OBJECT_VIDEO }, { "av", CMCD_OBJECT_MUXED },
  { "i", CMCD_OBJECT_INIT }, { "c", CMCD_OBJECT_TEXT },
  { "tt", CMCD_OBJECT_TEXT }, { "k", CMCD_OBJECT_OTHER },
  { "o", CMCD_OBJECT_OTHER }, { NULL, 0 },
};
static const Token states[] = {
  { "s", CMCD_STATE_STARTING }, { "p", CMCD_STATE_PLAYING },
  { "k", CMCD_STATE_SEEKING }, { "r", CMCD_STATE_REBUFFERING },
  { "a", CMCD_STATE_PAUSED }, { "w", CMCD_STATE_WAITING },
  { "e", CMCD_STATE_ENDED }, { "f", CMCD_STATE_FATAL },
  { "q", CMCD_STATE_QUIT }, { "d", CMCD_STATE_PRELOADING },
  { NULL, 0 },
};
/* *INDENT-ON* */

typedef enum
{
  ITEM_TRUE,                    /* a key alone, or ?1 */
  ITEM_FALSE,
  ITEM_NUMBER,
  ITEM_TOKEN,
  ITEM_STRING,
} ItemKind;

typedef struct
{
  ItemKind kind;
  gboolean negative;
  guint64 thousandths;          /* of a number */
  const gchar *text;            /* of a token or, with escapes, a string */
  gsize length;
  CmcdObject medium;            /* parameter, or unknown */
} Item;

/* What the numbers of a key have come to. */
typedef struct
{
  guint n;
  gboolean video;               /* the first one is of video */
  guint64 least, most, first;
  guint64 sums[3];              /* video, audio, else */
} Numbers;

typedef struct
{
  const gchar *at, *end;
  gboolean failed;              /* sticky */
  guint bad_values;
} Reader;

/* Characters */

static gboolean
peek_is (const Reader * r, gchar c)
{
  return r->at < r->end && *r->at == c;
}

static gboolean
take (Reader * r, gchar c)
{
  if (!peek_is (r, c))
    return FALSE;
  r->at++;
  return TRUE;
}

static void
skip_blanks (Reader * r)
{
  while (peek_is (r, ' ') || peek_is (r, '\t'))
    r->at++;
}

static gboolean
is_key_char (gchar c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_-.*", c) != NULL);
}

static gboolean
begins_token (gchar c)
{
  return g_ascii_isalpha (c) || c == '*';
}

/* RFC 8941 3.3.4 */
static gboolean
is_token_char (gchar c)
{
  return g_ascii_isalnum (c)
      || (c != '\0' && strchr ("!#$%&'*+-.^_`|~:/", c) != NULL);
}

static gsize
span (Reader * r, gboolean (*is) (gchar))
{
  const gchar *begin = r->at;

  while (r->at < r->end && is (*r->at))
    r->at++;
  return r->at - begin;
}

static gboolean
is_text (const gchar * text, gsize length, const gchar * what)
{
  return length == strlen (what) && memcmp (text, what, length) == 0;
}

/* Values */

static guint64
read_digits (Reader * r, guint * n)
{
  guint64 value = 0;

  for (*n = 0; r->at < r->end && g_ascii_isdigit (*r->at); r->at++) {
    if (++*n > MAX_DIGITS)
      r->failed = TRUE;
    else
      value = value * 10 + g_ascii_digit_value (*r->at);
  }
  return value;
}

static void
read_number (Reader * r, Item * item)
{
  guint64 fraction;
  guint n;

  item->kind = ITEM_NUMBER;
  item->negative = take (r, '-');
  item->thousandths = read_digits (r, &n) * 1000;
  if (n == 0)
    r->failed = TRUE;
  if (!take (r, '.'))
    return;
  fraction = read_digits (r, &n);
  if (n == 0)
    r->failed = TRUE;
  for (; n < 3; n++)
    fraction *= 10;
  for (; n > 3; n--)
    fraction /= 10;
  item->thousandths += fraction;
}

static void
read_string (Reader * r, Item * item)
{
  item->kind = ITEM_STRING;
  item->text = r->at;
  while (r->at < r->end && *r->at != '"') {
    if ((guchar) * r->at < 0x20 || *r->at == 0x7f)
      r->failed = TRUE;
    if (*r->at == '\\' && ++r->at == r->end)
      break;
    r->at++;
  }
  item->length = r->at - item->text;
  if (!take (r, '"'))
    r->failed = TRUE;
}

static void
read_bare_item (Reader * r, Item * item)
{
  memset (item, 0, sizeof (*item));
  if (take (r, '"')) {
    read_string (r, item);
  } else if (take (r, '?')) {
    item->kind = peek_is (r, '1') ? ITEM_TRUE : ITEM_FALSE;
    if (!take (r, '0') && !take (r, '1'))
      r->failed = TRUE;
  } else if (r->at < r->end && (*r->at == '-' || g_ascii_isdigit (*r->at))) {
    read_number (r, item);
  } else {
    item->kind = ITEM_TOKEN;
    item->text = r->at;
    item->length = span (r, is_token_char);
    if (item->length == 0 || !begins_token (*item->text))
      r->failed = TRUE;
  }
}

static gboolean
find_token (const Token * tokens, const Item * item, gint * value)
{
  for (; tokens->token != NULL; tokens++) {
    if (is_text (item->text, item->length, tokens->token)) {
      *value = tokens->value;
      return TRUE;
    }
  }
  return FALSE;
}

/* The medium is a parameter without value (bl=(2000;v)); others are read past. */
static void
read_parameters (Reader * r, Item * item)
{
  while (!r->failed && take (r, ';')) {
    Item name, ignored;
    gint medium;

    skip_blanks (r);
    memset (&name, 0, sizeof (name));
    name.text = r->at;
    name.length = span (r, is_key_char);
    if (name.length == 0)
      r->failed = TRUE;
    else if (take (r, '='))
      read_bare_item (r, &ignored);
    else if (find_token (objects, &name, &medium))
      item->medium = medium;
  }
}

static void
read_item (Reader * r, Item * item)
{
  read_bare_item (r, item);
  if (!r->failed)
    read_parameters (r, item);
}

/* Numbers */

static void
add_number (Numbers * numbers, const Item * item)
{
  guint64 value = item->negative ? 0 : item->thousandths;
  gboolean video = item->medium == CMCD_OBJECT_VIDEO
      || item->medium == CMCD_OBJECT_MUXED;
  guint which = video ? 0 : item->medium == CMCD_OBJECT_AUDIO ? 1 : 2;

  numbers->least = numbers->n == 0 ? value : MIN (numbers->least, value);
  numbers->most = MAX (numbers->most, value);
  if (numbers->n == 0 || (video && !numbers->video))
    numbers->first = value;
  numbers->video |= video;
  /* Fifteen digits, thousandfold, two thousand times: 10^21 would not fit. */
  numbers->sums[which] += MIN (value, G_MAXUINT64 / CMCD_MAX_LENGTH);
  numbers->n++;
}

static guint64
combine (const Numbers * numbers, Combine how)
{
  switch (how) {
    case COMBINE_LEAST:
      return numbers->least;
    case COMBINE_MOST:
      return numbers->most;
    case COMBINE_SUM:
      return MAX (numbers->sums[0], MAX (numbers->sums[1], numbers->sums[2]));
    case COMBINE_VIDEO:
      return numbers->first;
  }
  g_assert_not_reached ();
}

/* Thousandths in the key's unit. */
static guint64
scale (guint64 thousandths, const NumberKey * key)
{
  if (thousandths / 1000 >= key->max / key->unit)
    return key->max;
  return thousandths / 1000 * key->unit + thousandths % 1000 * key->unit / 1000;
}

static const NumberKey *
find_number_key (const gchar * key, gsize length)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (number_keys); i++) {
    if (is_text (key, length, number_keys[i].key))
      return &number_keys[i];
  }
  return NULL;
}

/* Members */

static void
store_numbers (Cmcd * self, Reader * r, const gchar * key, gsize length,
    const Numbers * numbers)
{
  const NumberKey *number = find_number_key (key, length);

  if (number == NULL)
    return;
  if (numbers->n == 0) {
    r->bad_values++;
    return;
  }
  G_STRUCT_MEMBER (guint64, self, number->offset) =
      scale (combine (numbers, number->combine), number);
}

static gboolean
store_flag (Cmcd * self, Reader * r, const gchar * key, gsize length,
    const Item * item)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (flag_keys); i++) {
    if (!is_text (key, length, flag_keys[i].key))
      continue;
    if (item->kind == ITEM_TRUE || item->kind == ITEM_FALSE)
      G_STRUCT_MEMBER (gboolean, self, flag_keys[i].offset) =
          item->kind == ITEM_TRUE;
    else
      r->bad_values++;
    return TRUE;
  }
  return FALSE;
}

static void
store_sid (Cmcd * self, Reader * r, const Item * item)
{
  gsize i, n = 0;

  if (item->kind != ITEM_STRING || item->length == 0) {
    r->bad_values++;
    return;
  }
  for (i = 0; i < item->length && n <= CMCD_MAX_SID; i++) {
    if (item->text[i] == '\\' && i + 1 < item->length)
      i++;
    self->sid[n++] = item->text[i];
  }
  /* Cut, two sessions could become one. */
  if (n > CMCD_MAX_SID) {
    r->bad_values++;
    n = 0;
  }
  self->sid[n] = '\0';
}

static gboolean
store_token (Cmcd * self, Reader * r, const gchar * key, gsize length,
    const Item * item)
{
  gboolean object = is_text (key, length, "ot");
  gboolean state = is_text (key, length, "sta");
  gint value;

  if (!object && !state)
    return FALSE;
  if (item->kind != ITEM_TOKEN)
    r->bad_values++;
  else if (object && find_token (objects, item, &value))
    self->object = value;
  else if (state && find_token (states, item, &value))
    self->state = value;
  return TRUE;
}

static void
store_item (Cmcd * self, Reader * r, const gchar * key, gsize length,
    const Item * item)
{
  Numbers numbers = { 0, };

  if (is_text (key, length, "sid")) {
    store_sid (self, r, item);
  } else if (is_text (key, length, "e")) {
    self->event = item->kind == ITEM_TOKEN
        && is_text (item->text, item->length, "e")
        ? CMCD_EVENT_ERROR : CMCD_EVENT_OTHER;
  } else if (!store_flag (self, r, key, length, item)
      && !store_token (self, r, key, length, item)) {
    if (item->kind == ITEM_NUMBER)
      add_number (&numbers, item);
    store_numbers (self, r, key, length, &numbers);
  }
}

static void
read_list (Cmcd * self, Reader * r, const gchar * key, gsize length)
{
  Numbers numbers = { 0, };
  Item item, whole;

  skip_blanks (r);
  while (!r->failed && !take (r, ')')) {
    read_item (r, &item);
    if (item.kind == ITEM_NUMBER)
      add_number (&numbers, &item);
    if (!peek_is (r, ' ') && !peek_is (r, ')'))
      r->failed = TRUE;
    skip_blanks (r);
  }
  memset (&whole, 0, sizeof (whole));
  if (!r->failed)
    read_parameters (r, &whole);
  if (!r->failed)
    store_numbers (self, r, key, length, &numbers);
}

static void
read_member (Cmcd * self, Reader * r)
{
  const gchar *key = r->at;
  gsize length = span (r, is_key_char);
  Item item;

  if (length == 0 || length > MAX_KEY || g_ascii_isdigit (*key)) {
    r->failed = TRUE;
    return;
  }
  if (take (r, '=')) {
    if (take (r, '(')) {
      read_list (self, r, key, length);
      return;
    }
    read_item (r, &item);
  } else {
    memset (&item, 0, sizeof (item));
    item.kind = ITEM_TRUE;
    read_parameters (r, &item);
  }
  if (!r->failed)
    store_item (self, r, key, length, &item);
}

/* Reports */

void
cmcd_init (Cmcd * self)
{
  guint i;

  memset (self, 0, sizeof (*self));
  for (i = 0; i < G_N_ELEMENTS (number_keys); i++)
    G_STRUCT_MEMBER (guint64, self, number_keys[i].offset) = CMCD_ABSENT;
  self->version = 1;
}

CmcdResult
cmcd_result_merge (CmcdResult a, CmcdResult b)
{
  if (a == CMCD_RESULT_NOTHING)
    return b;
  if (b == CMCD_RESULT_NOTHING)
    return a;
  return MAX (a, b);
}

CmcdResult
cmcd_parse (Cmcd * self, const gchar * text, gsize length)
{
  Reader r = { text, text + length, FALSE, 0 };
  Cmcd read = *self;

  if (length > CMCD_MAX_LENGTH)
    return CMCD_RESULT_TOO_LONG;
  skip_blanks (&r);
  if (r.at == r.end)
    return CMCD_RESULT_NOTHING;
  do {
    skip_blanks (&r);
    read_member (&read, &r);
    skip_blanks (&r);
  } while (!r.failed && take (&r, ','));
  if (r.failed || r.at != r.end)
    return CMCD_RESULT_MALFORMED;
  *self = read;
  return r.bad_values > 0 ? CMCD_RESULT_BAD_VALUE : CMCD_RESULT_OK;
}

/* Percent-decodes as application/x-www-form-urlencoded, in which URL builders
 * write a list's blanks as plus.  FALSE: malformed or longer than `room`. */
static gboolean
decode (const gchar * from, gsize length, gchar * to, gsize room, gsize * n)
{
  gsize i;

  for (i = 0, *n = 0; i < length; i++) {
    gchar c = from[i];

    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      if (length - i < 3 || !g_ascii_isxdigit (from[i + 1])
          || !g_ascii_isxdigit (from[i + 2]))
        return FALSE;
      c = g_ascii_xdigit_value (from[i + 1]) << 4
          | g_ascii_xdigit_value (from[i + 2]);
      i += 2;
    }
    if (*n == room)
      return FALSE;
    to[(*n)++] = c;
  }
  return TRUE;
}

static const gchar *
find_argument (const gchar * query, gsize * length)
{
  while (query != NULL && *query != '\0') {
    gsize n = strcspn (query, "&");

    if (n >= 5 && memcmp (query, "CMCD=", 5) == 0) {
      *length = n - 5;
      return query + 5;
    }
    query += n;
    query += *query == '&';
  }
  return NULL;
}

CmcdResult
cmcd_parse_query (Cmcd * self, const gchar * query)
{
  gchar text[CMCD_MAX_LENGTH];
  gsize length, n;
  const gchar *value = find_argument (query, &length);

  if (value == NULL)
    return CMCD_RESULT_NOTHING;
  if (length > 3 * CMCD_MAX_LENGTH)
    return CMCD_RESULT_TOO_LONG;
  if (!decode (value, length, text, sizeof (text), &n))
    return n == sizeof (text) ? CMCD_RESULT_TOO_LONG : CMCD_RESULT_MALFORMED;
  return cmcd_parse (self, text, n);
}

CmcdResult
cmcd_parse_headers (Cmcd * self, const gchar * const *values, guint n)
{
  CmcdResult result = CMCD_RESULT_NOTHING;
  gsize total = 0;
  guint i;

  for (i = 0; i < n; i++)
    total += values[i] != NULL ? strlen (values[i]) : 0;
  if (total > CMCD_MAX_LENGTH)
    return CMCD_RESULT_TOO_LONG;
  for (i = 0; i < n; i++) {
    if (values[i] != NULL)
      result = cmcd_result_merge (result, cmcd_parse (self, values[i],
              strlen (values[i])));
  }
  return result;
}
