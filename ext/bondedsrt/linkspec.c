/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "linkspec.h"

#include <string.h>

#include "urimask.h"

G_DEFINE_QUARK (link - spec - error - quark, link_spec_error);

#define MAX_WEIGHT 1000
#define MAX_PRIORITY 1000
#define MAX_LATENCY 600000      /* ms */
#define MAX_BITRATE G_GINT64_CONSTANT (10000000000)
#define ALLOWED_KEYS "mode, localaddress, localport, bindtodevice, weight, " \
    "priority, maxbitrate, passphrase, pbkeylen, streamid, latency, " \
    "conntimeo, peeridletimeo, lossmaxttl, maxbw, inputbw, oheadbw, fc, " \
    "sndbuf, rcvbuf, ipttl, iptos"

typedef struct
{
  const gchar *key;
  gint64 min;
  gint64 max;
} OptionRange;

static const OptionRange option_ranges[LINK_OPTION_COUNT] = {
  {"conntimeo", 100, 60000},
  {"peeridletimeo", 100, 600000},
  {"lossmaxttl", 0, 10000},
  {"maxbw", -1, MAX_BITRATE / 8},
  {"inputbw", 0, MAX_BITRATE / 8},
  {"oheadbw", 5, 100},
  {"fc", 32, 1000000},
  {"sndbuf", 65536, G_MAXINT},
  {"rcvbuf", 65536, G_MAXINT},
  {"ipttl", 1, 255},
  {"iptos", 0, 255},
};

void
link_spec_free (LinkSpec * self)
{
  g_free (self->uri);
  g_free (self->shown);
  g_free (self->host);
  g_free (self->localaddress);
  g_free (self->bindtodevice);
  g_free (self->passphrase);
  g_free (self->streamid);
  g_free (self);
}

static LinkSpec *
link_spec_new (const gchar * uri)
{
  LinkSpec *self = g_new0 (LinkSpec, 1);
  guint i;

  self->uri = g_strdup (uri);
  self->shown = uri_mask (uri);
  self->pbkeylen = -1;
  self->latency_ms = -1;
  self->weight = 1;
  for (i = 0; i < LINK_OPTION_COUNT; i++)
    self->options[i] = LINK_OPTION_UNSET;
  return self;
}

static gboolean
fail_option (GError ** error, const gchar * key, const gchar * value,
    const gchar * allowed)
{
  g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
      "%s=%s is not possible: %s", key, value, allowed);
  return FALSE;
}

static gboolean
parse_number (const gchar * key, const gchar * value, gint64 min, gint64 max,
    gint64 * number, GError ** error)
{
  g_autofree gchar *allowed = NULL;

  if (g_ascii_string_to_signed (value, 10, min, max, number, NULL))
    return TRUE;
  allowed = g_strdup_printf ("a whole number from %" G_GINT64_FORMAT " to %"
      G_GINT64_FORMAT " is allowed", min, max);
  return fail_option (error, key, value, allowed);
}

static gboolean
parse_uint (const gchar * key, const gchar * value, guint max, guint * number,
    GError ** error)
{
  gint64 parsed;

  if (!parse_number (key, value, 0, max, &parsed, error))
    return FALSE;
  *number = (guint) parsed;
  return TRUE;
}

gboolean
link_passphrase_check (const gchar * passphrase, GError ** error)
{
  gsize len = passphrase != NULL ? strlen (passphrase) : 0;

  if (len == 0 || (len >= LINK_PASSPHRASE_MIN && len <= LINK_PASSPHRASE_MAX))
    return TRUE;
  g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
      "passphrase has %" G_GSIZE_FORMAT " characters: %d to %d are allowed, "
      "or none for no encryption", len, LINK_PASSPHRASE_MIN,
      LINK_PASSPHRASE_MAX);
  return FALSE;
}

gboolean
link_pbkeylen_check (guint64 pbkeylen, GError ** error)
{
  if (pbkeylen == 0 || pbkeylen == 16 || pbkeylen == 24 || pbkeylen == 32)
    return TRUE;
  g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
      "pbkeylen=%" G_GUINT64_FORMAT " is not possible: 0, 16, 24 or 32 are "
      "allowed", pbkeylen);
  return FALSE;
}

gboolean
link_streamid_check (const gchar * streamid, GError ** error)
{
  gsize len = streamid != NULL ? strlen (streamid) : 0;

  if (len <= LINK_STREAMID_MAX)
    return TRUE;
  g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
      "streamid has %" G_GSIZE_FORMAT " characters: %d at most are allowed",
      len, LINK_STREAMID_MAX);
  return FALSE;
}

static gboolean
set_mode (LinkSpec * self, const gchar * value, GError ** error)
{
  if (g_str_equal (value, "caller"))
    self->listener = FALSE;
  else if (g_str_equal (value, "listener"))
    self->listener = TRUE;
  else
    return fail_option (error, "mode", value, "caller or listener is allowed");
  return TRUE;
}

static gboolean
set_passphrase (LinkSpec * self, const gchar * value, GError ** error)
{
  g_free (self->passphrase);
  self->passphrase = g_strdup (value);
  return link_passphrase_check (value, error);
}

static gboolean
set_streamid (LinkSpec * self, const gchar * value, GError ** error)
{
  g_free (self->streamid);
  self->streamid = g_strdup (value);
  return link_streamid_check (value, error);
}

static gboolean
set_text (gchar ** field, const gchar * key, const gchar * value,
    GError ** error)
{
  if (*value == '\0')
    return fail_option (error, key, value, "it must not be empty");
  g_free (*field);
  *field = g_strdup (value);
  return TRUE;
}

static gboolean
set_local_address (LinkSpec * self, const gchar * value, GError ** error)
{
  if (!g_hostname_is_ip_address (value))
    return fail_option (error, "localaddress", value,
        "an IPv4 or IPv6 address is allowed (bindtodevice takes a name)");
  return set_text (&self->localaddress, "localaddress", value, error);
}

static gboolean
set_pbkeylen (LinkSpec * self, const gchar * value, GError ** error)
{
  gint64 number;

  if (!parse_number ("pbkeylen", value, 0, 32, &number, error))
    return FALSE;
  self->pbkeylen = (gint) number;
  return link_pbkeylen_check (number, error);
}

static gboolean
set_latency (LinkSpec * self, const gchar * value, GError ** error)
{
  guint number;

  if (!parse_uint ("latency", value, MAX_LATENCY, &number, error))
    return FALSE;
  self->latency_ms = (gint) number;
  return TRUE;
}

static gboolean
set_max_bitrate (LinkSpec * self, const gchar * value, GError ** error)
{
  gint64 number;

  if (!parse_number ("maxbitrate", value, 0, MAX_BITRATE, &number, error))
    return FALSE;
  self->max_bitrate = (guint64) number;
  return TRUE;
}

static gboolean
set_other (LinkSpec * self, const gchar * key, const gchar * value,
    GError ** error)
{
  guint i;

  for (i = 0; i < LINK_OPTION_COUNT; i++) {
    if (g_str_equal (key, option_ranges[i].key))
      return parse_number (key, value, option_ranges[i].min,
          option_ranges[i].max, &self->options[i], error);
  }
  g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
      "option \"%s\" is unknown: %s are allowed", key, ALLOWED_KEYS);
  return FALSE;
}

static gboolean
set_option (LinkSpec * self, const gchar * key, const gchar * value,
    GError ** error)
{
  if (g_str_equal (key, "mode"))
    return set_mode (self, value, error);
  if (g_str_equal (key, "localaddress"))
    return set_local_address (self, value, error);
  if (g_str_equal (key, "localport"))
    return parse_uint (key, value, 65535, &self->localport, error);
  if (g_str_equal (key, "bindtodevice"))
    return set_text (&self->bindtodevice, key, value, error);
  if (g_str_equal (key, "weight"))
    return parse_uint (key, value, MAX_WEIGHT, &self->weight, error);
  if (g_str_equal (key, "priority"))
    return parse_uint (key, value, MAX_PRIORITY, &self->priority, error);
  if (g_str_equal (key, "maxbitrate") || g_str_equal (key, "max-bitrate"))
    return set_max_bitrate (self, value, error);
  if (g_str_equal (key, "passphrase"))
    return set_passphrase (self, value, error);
  if (g_str_equal (key, "pbkeylen"))
    return set_pbkeylen (self, value, error);
  if (g_str_equal (key, "streamid"))
    return set_streamid (self, value, error);
  if (g_str_equal (key, "latency"))
    return set_latency (self, value, error);
  return set_other (self, key, value, error);
}

/* One key=value of the query. */
static gboolean
parse_option (LinkSpec * self, const gchar * text, gsize len, GError ** error)
{
  const gchar *equals = memchr (text, '=', len);
  g_autofree gchar *key = NULL, *value = NULL;

  if (len == 0)
    return TRUE;
  key = g_strndup (text, equals != NULL ? (gsize) (equals - text) : len);
  if (equals == NULL) {
    g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
        "option \"%s\" has no value", key);
    return FALSE;
  }
  value = g_uri_unescape_segment (equals + 1, text + len, NULL);
  if (value == NULL) {
    g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
        "the value of option \"%s\" has a wrong %%-escape", key);
    return FALSE;
  }
  return set_option (self, key, value, error);
}

static gboolean
parse_query (LinkSpec * self, const gchar * query, GError ** error)
{
  while (*query != '\0') {
    gsize len = strcspn (query, "&");

    if (!parse_option (self, query, len, error))
      return FALSE;
    query += len;
    if (*query == '&')
      query++;
  }
  return TRUE;
}

static gboolean
fail_uri (GError ** error, const gchar * what)
{
  g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_URI, "%s", what);
  return FALSE;
}

static gboolean
parse_port (LinkSpec * self, const gchar * text, GError ** error)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 65535, &port, NULL))
    return fail_uri (error, "a port from 0 to 65535 must follow the host");
  self->port = (guint) port;
  return TRUE;
}

static gboolean
parse_authority (LinkSpec * self, const gchar * text, GError ** error)
{
  const gchar *end;

  if (strchr (text, '@') != NULL)
    return fail_uri (error, "a user name is not allowed");
  if (*text == '[') {
    end = strchr (text, ']');
    if (end == NULL)
      return fail_uri (error, "the ] after the IPv6 address is missing");
    self->host = g_strndup (text + 1, end - text - 1);
    end++;
  } else {
    end = strchr (text, ':');
    if (end == NULL)
      end = text + strlen (text);
    if (end != text)
      self->host = g_strndup (text, end - text);
  }
  if (*end != ':')
    return fail_uri (error, "a port must follow the host, as in host:7001");
  return parse_port (self, end + 1, error);
}

static gboolean
check_whole (const LinkSpec * self, GError ** error)
{
  if (!self->listener && self->host == NULL)
    return fail_uri (error, "a caller needs a host");
  if (!self->listener && self->port == 0)
    return fail_uri (error, "a caller needs a port from 1 to 65535");
  return TRUE;
}

static gboolean
parse (LinkSpec * self, const gchar * scheme, GError ** error)
{
  const gchar *rest = self->uri;
  g_autofree gchar *prefix = g_strconcat (scheme, "://", NULL);
  g_autofree gchar *authority = NULL, *message = NULL;
  gsize len;

  if (g_ascii_strncasecmp (rest, prefix, strlen (prefix)) != 0) {
    message = g_strdup_printf ("it must begin with %s", prefix);
    return fail_uri (error, message);
  }
  rest += strlen (prefix);
  len = strcspn (rest, "/?");
  authority = g_strndup (rest, len);
  if (!parse_authority (self, authority, error))
    return FALSE;
  self->listener = self->host == NULL;
  rest += len;
  if (*rest == '/')
    rest++;
  if (*rest != '\0' && *rest != '?')
    return fail_uri (error, "a path is not allowed; did you mean streamid?");
  if (*rest == '?' && !parse_query (self, rest + 1, error))
    return FALSE;
  return check_whole (self, error);
}

LinkSpec *
link_spec_parse (const gchar * uri, const gchar * scheme, GError ** error)
{
  g_autoptr (LinkSpec) self = link_spec_new (uri);

  if (!parse (self, scheme, error)) {
    g_prefix_error (error, "%s: ", self->shown);
    return NULL;
  }
  return g_steal_pointer (&self);
}

static gboolean
add_spec (GPtrArray * specs, const gchar * word, const gchar * scheme,
    GError ** error)
{
  LinkSpec *spec;

  if (specs->len == LINK_SPECS_MAX) {
    g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_URI,
        "more than %d links are not possible", LINK_SPECS_MAX);
    return FALSE;
  }
  spec = link_spec_parse (word, scheme, error);
  if (spec == NULL)
    return FALSE;
  g_ptr_array_add (specs, spec);
  if (spec->listener) {
    g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_OPTION,
        "%s: a link must be a caller (a host, and not mode=listener)",
        spec->shown);
    return FALSE;
  }
  return TRUE;
}

GPtrArray *
link_specs_parse (const gchar * text, const gchar * scheme, GError ** error)
{
  g_autoptr (GPtrArray) specs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) link_spec_free);
  g_auto (GStrv) words = NULL;
  guint i;

  words = g_strsplit_set (text != NULL ? text : "", " \t\r\n", -1);
  for (i = 0; words[i] != NULL; i++) {
    if (*words[i] != '\0' && !add_spec (specs, words[i], scheme, error))
      return NULL;
  }
  if (specs->len == 0) {
    fail_uri (error, "there is no link");
    return NULL;
  }
  return g_steal_pointer (&specs);
}

gint *
link_specs_match (const GPtrArray * old_specs, const GPtrArray * new_specs)
{
  gint *matches = g_new (gint, new_specs->len + 1);
  g_autofree gboolean *used = g_new0 (gboolean, old_specs->len + 1);
  guint i, j;

  for (i = 0; i < new_specs->len; i++) {
    const LinkSpec *wanted = g_ptr_array_index (new_specs, i);

    matches[i] = -1;
    for (j = 0; j < old_specs->len && matches[i] < 0; j++) {
      const LinkSpec *old = g_ptr_array_index (old_specs, j);

      if (used[j] || !g_str_equal (old->uri, wanted->uri))
        continue;
      used[j] = TRUE;
      matches[i] = (gint) j;
    }
  }
  return matches;
}
