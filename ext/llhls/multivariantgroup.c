/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EXT-X-MEDIA: draft-pantos-hls-rfc8216bis-22 4.4.6.1. */
#include "multivariantgroup.h"

#include <string.h>

#include "playlistrender.h"

#define AUDIO_GROUP "aud"
#define TEXT_GROUP "subs"

#define SEPARATORS " \t\n,"

#define STABLE_ID_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
    "abcdefghijklmnopqrstuvwxyz0123456789+/=.-_"

static void
free_group (gpointer data)
{
  MultivariantGroup *group = data;

  g_ptr_array_unref (group->members);
  g_ptr_array_unref (group->codecs);
  g_free (group->id);
  g_free (group);
}

/* "mp4a" of "mp4a.40.2" */
static gsize
family_length (const gchar * codec)
{
  return codec != NULL ? strcspn (codec, ".") : 0;
}

static gboolean
same_family (const gchar * a, const gchar * b)
{
  gsize length = family_length (a);

  return length == family_length (b) && strncmp (a != NULL ? a : "",
      b != NULL ? b : "", length) == 0;
}

static gboolean
has_id (GPtrArray * groups, const gchar * id)
{
  guint i;

  for (i = 0; i < groups->len; i++) {
    if (g_str_equal (((MultivariantGroup *) g_ptr_array_index (groups,
                    i))->id, id))
      return TRUE;
  }
  return FALSE;
}

/* The first codec of a group has its name, the others their own behind it. */
static gchar *
choose_id (GPtrArray * groups, const gchar * asked, const gchar * codec)
{
  gchar *id = g_strdup (asked), *other;

  if (has_id (groups, id)) {
    other = g_strdup_printf ("%s-%.*s", id, (gint) family_length (codec),
        codec != NULL ? codec : "");
    g_free (id);
    id = other;
  }
  while (has_id (groups, id)) {
    other = g_strconcat (id, "-2", NULL);
    g_free (id);
    id = other;
  }
  return id;
}

static const gchar *
asked_of (const MultivariantRendition * r)
{
  if (r->group != NULL && *r->group != '\0')
    return r->group;
  return r->text ? TEXT_GROUP : AUDIO_GROUP;
}

static MultivariantGroup *
find_group (GPtrArray * groups, const MultivariantRendition * r)
{
  const gchar *asked = asked_of (r);
  MultivariantGroup *group;
  guint i;

  for (i = 0; i < groups->len; i++) {
    group = g_ptr_array_index (groups, i);
    if (g_str_equal (group->asked, asked) && same_family (r->codec,
            ((MultivariantRendition *) group->members->pdata[0])->codec))
      return group;
  }
  group = g_new0 (MultivariantGroup, 1);
  group->id = choose_id (groups, asked, r->codec);
  group->asked = asked;
  group->members = g_ptr_array_new ();
  group->codecs = g_ptr_array_new ();
  group->average_known = TRUE;
  g_ptr_array_add (groups, group);
  return group;
}

static void
add_member (MultivariantGroup * self, const MultivariantRendition * r)
{
  g_ptr_array_add (self->members, (gpointer) r);
  self->peak = MAX (self->peak, r->peak_bps);
  self->average = MAX (self->average, r->average_bps);
  self->average_known &= r->average_bps > 0;
  if (r->codec != NULL && !g_ptr_array_find_with_equal_func (self->codecs,
          r->codec, g_str_equal, NULL))
    g_ptr_array_add (self->codecs, r->codec);
}

GPtrArray *
multivariant_groups (const MultivariantRendition * const *renditions, guint n,
    gboolean text)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (free_group);
  guint i;

  for (i = 0; i < n; i++) {
    const MultivariantRendition *r = renditions[i];

    if (r->ready && !r->video && r->text == text)
      add_member (find_group (groups, r), r);
  }
  return groups;
}

gboolean
multivariant_group_is_in (const MultivariantGroup * self, const gchar * list)
{
  g_auto (GStrv) names = NULL;
  guint i;

  if (list == NULL)
    return TRUE;
  names = g_strsplit_set (list, SEPARATORS, -1);
  for (i = 0; names[i] != NULL; i++) {
    if (g_str_equal (names[i], self->asked) || g_str_equal (names[i], self->id))
      return TRUE;
  }
  return FALSE;
}

/* Whose codec is not known yet may get a name of its own, with that behind. */
static gboolean
may_be_in (const MultivariantRendition * r, const gchar * name)
{
  const gchar *asked = asked_of (r);

  return !r->video && !r->text && (g_str_equal (asked, name) || (!r->ready
          && g_str_has_prefix (name, asked) && name[strlen (asked)] == '-'));
}

static gboolean
is_known (const MultivariantRendition * const *renditions, guint n,
    GPtrArray * groups, const gchar * name)
{
  guint i;

  for (i = 0; i < n; i++) {
    if (may_be_in (renditions[i], name))
      return TRUE;
  }
  return has_id (groups, name);
}

gchar *
multivariant_find_unknown_group (const MultivariantRendition * const
    *renditions, guint n, const gchar * list)
{
  g_autoptr (GPtrArray) groups = multivariant_groups (renditions, n, FALSE);
  g_auto (GStrv) names = g_strsplit_set (list, SEPARATORS, -1);
  guint i;

  for (i = 0; names[i] != NULL; i++) {
    if (*names[i] != '\0' && !is_known (renditions, n, groups, names[i]))
      return g_strdup (names[i]);
  }
  return NULL;
}

gchar *
multivariant_list_groups (const MultivariantRendition * const *renditions,
    guint n)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; i < n; i++) {
    const gchar *asked = asked_of (renditions[i]);

    if (renditions[i]->video || renditions[i]->text
        || g_ptr_array_find_with_equal_func (seen, asked, g_str_equal, NULL))
      continue;
    g_ptr_array_add (seen, (gpointer) asked);
    g_string_append_printf (out, "%s\"%s\"", out->len > 0 ? ", " : "", asked);
  }
  return g_string_free (out, FALSE);
}

/* A quoted-string holds neither quotes nor line ends (4.2). */
void
multivariant_append_quoted (GString * out, const gchar * key,
    const gchar * value)
{
  const gchar *p;

  g_string_append_printf (out, ",%s=\"", key);
  for (p = value; *p != '\0'; p++) {
    if (*p != '"' && (guchar) * p >= 0x20 && *p != 0x7f)
      g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
}

gboolean
multivariant_is_stable_id (const gchar * text)
{
  return *text != '\0' && strspn (text, STABLE_ID_CHARS) == strlen (text);
}

void
multivariant_append_stable_id (GString * out, const gchar * key,
    const gchar * id)
{
  if (id != NULL && multivariant_is_stable_id (id))
    multivariant_append_quoted (out, key, id);
}

static const MultivariantRendition *
nth_member (const MultivariantGroup * self, guint i)
{
  return g_ptr_array_index (self->members, i);
}

static const gchar *
label_of (const MultivariantRendition * r)
{
  return r->label != NULL ? r->label : r->name;
}

/* NAME is unique in its group. */
static void
append_name (const MultivariantGroup * self, GString * out, guint index)
{
  const MultivariantRendition *r = nth_member (self, index);
  g_autofree gchar *own = g_strdup_printf ("%s (%s)", label_of (r), r->name);
  gboolean taken = FALSE;
  guint i;

  for (i = 0; i < index; i++)
    taken |= g_str_equal (label_of (nth_member (self, i)), label_of (r));
  multivariant_append_quoted (out, "NAME", taken ? own : label_of (r));
}

/* One at most; audio always has one. */
static guint
find_default (const MultivariantGroup * self)
{
  guint i;

  for (i = 0; i < self->members->len; i++) {
    if (nth_member (self, i)->is_default)
      return i;
  }
  return nth_member (self, 0)->text ? G_MAXUINT : 0;
}

static gboolean
look_alike (const MultivariantRendition * a, const MultivariantRendition * b)
{
  return g_strcmp0 (a->language, b->language) == 0 && a->forced == b->forced
      && g_strcmp0 (a->characteristics, b->characteristics) == 0
      && a->channels == b->channels;
}

/* Those that a player may choose by itself must differ in what it chooses by. */
static gboolean
autoselects (const MultivariantGroup * self, guint index, guint preferred)
{
  const MultivariantRendition *r = nth_member (self, index);
  guint i;

  if (index == preferred)
    return TRUE;
  if (r->no_autoselect)
    return FALSE;
  if (preferred != G_MAXUINT && look_alike (r, nth_member (self, preferred)))
    return FALSE;
  for (i = 0; i < index; i++) {
    if (!nth_member (self, i)->no_autoselect
        && look_alike (r, nth_member (self, i)))
      return FALSE;
  }
  return TRUE;
}

static void
append_member (const MultivariantGroup * self, GString * out, guint index,
    guint preferred, const gchar * query_param)
{
  const MultivariantRendition *r = nth_member (self, index);
  g_autofree gchar *uri = g_strconcat (r->name, ".m3u8", NULL);

  g_string_append_printf (out, "#EXT-X-MEDIA:TYPE=%s",
      r->text ? "SUBTITLES" : "AUDIO");
  multivariant_append_quoted (out, "GROUP-ID", self->id);
  append_name (self, out, index);
  /* Apple's rules want one of each; "und" is RFC 5646's for not known. */
  multivariant_append_quoted (out, "LANGUAGE", r->language != NULL
      ? r->language : "und");
  multivariant_append_stable_id (out, "STABLE-RENDITION-ID", r->stable_id);
  g_string_append_printf (out, ",DEFAULT=%s,AUTOSELECT=%s",
      index == preferred ? "YES" : "NO",
      autoselects (self, index, preferred) ? "YES" : "NO");
  if (r->text && r->forced)
    g_string_append (out, ",FORCED=YES");
  if (r->characteristics != NULL && *r->characteristics != '\0')
    multivariant_append_quoted (out, "CHARACTERISTICS", r->characteristics);
  if (!r->text && r->channels > 0)
    g_string_append_printf (out, ",CHANNELS=\"%u\"", r->channels);
  g_string_append (out, ",URI=");
  playlist_append_uri (out, uri, query_param);
  g_string_append_c (out, '\n');
}

void
multivariant_group_append (const MultivariantGroup * self, GString * out,
    const gchar * query_param)
{
  guint preferred = find_default (self), i;

  for (i = 0; i < self->members->len; i++)
    append_member (self, out, i, preferred, query_param);
}
